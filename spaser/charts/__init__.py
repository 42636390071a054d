"""Finished measures in, pictures out: computes nothing.

Every chart says what it rests on (n and coverage), labels its marks directly, never hides the unknown, and comes with an
alternative text and a table twin.
"""

from spaser.charts.ahead import calendar, gap, peers, trajectory
from spaser.charts.bought import euros_by
from spaser.charts.declared import by_family, considerations, score_distribution, shares_by_year, waterfall
from spaser.charts.levels import profile
from spaser.charts.maps import beyond, supplier_map
from spaser.charts.pictures import COLOURS, Picture, show
from spaser.charts.quadrants import quadrant

__all__ = [
    "COLOURS",
    "Picture",
    "by_family",
    "calendar",
    "considerations",
    "euros_by",
    "gap",
    "peers",
    "profile",
    "quadrant",
    "score_distribution",
    "shares_by_year",
    "show",
    "beyond",
    "supplier_map",
    "trajectory",
    "waterfall",
]
