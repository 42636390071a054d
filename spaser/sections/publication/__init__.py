"""Sections of the annual publication of a SPASER, of its note and of its method."""
