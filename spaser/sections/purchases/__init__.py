"""Sections of an analysis of suppliers and of the sheets handed over with it."""
