"""Meeting days: wishes → a timetable that nobody can be in twice, fair, with how far from the best it may be; replanned with few moves."""

from spaser.meetings.planning import Day, Timetable, faults, timetable
from spaser.meetings.wishes import weighed

__all__ = ["Day", "Timetable", "faults", "timetable", "weighed"]
