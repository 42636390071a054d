"""Sections of what is done: impact, groups of suppliers, meetings, follow-up."""
