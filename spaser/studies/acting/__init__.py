"""What is done once needs and suppliers are known: impact, groups, timetables, texts to paste, follow-up.

Each file is one study; the front door names their verbs.
"""
