"""Whole tables in a notebook: ``sortable`` is the grid and its library, ``view`` what an officer chooses and reads."""

from spaser.widgets.lines.view import Lines

__all__ = ["Lines"]
