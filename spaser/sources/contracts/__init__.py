"""Contracts as published: DECP in JSON, XML or tabular form, and a buyer's own list."""
