"""What a person writes (TOML, JSON, CSV), checked against a declared shape before any code sees it.

A shape is declared with kinds, and a file is read with it: what comes back has only known names and values of the declared
kinds; every fault is told at once, in French, with its line and the closest known name::

    SHAPE = Table({
        "client": Text(),
        "fichiers": Many(Text(), least=1, needed=True),
        "rayon": Number(above=0, unit="kilomètres"),
        "population": Choice(POPULATIONS),
        "date": Day(),
        "acheteur": Many(Table({"nom": Text(needed=True), "rayon": Number(above=0)})),
        "commentaires": Named(Text(), SECTIONS),
    })

    document = settings.toml(path, "Le fichier de mission")      # Problem: absent, too large, not TOML, not UTF-8
    said = document.checked(SHAPE)                                # Problems: every fault, with its line
    said = document.checked(SHAPE, also=my_own_faults)            # the same, plus what a kind cannot say

``also`` is called with the values that are right (a faulty one is left out: ask with ``get``) and a ``Faults``; it adds what it finds
with ``faults.add(("acheteur", 0, "rayon"), "« rayon » …")``: the line is found by itself. ``settings.json`` is the same for JSON,
``settings.rows`` for a CSV (see ``settings.tables``). ``like(bundled)`` is the shape of a file that a user may replace whole or
in part (``method.toml``).
"""

from spaser.settings.documents import Document, json, toml
from spaser.settings.faults import Faults, short
from spaser.settings.kinds import (
    Any,
    Choice,
    Day,
    Either,
    Flag,
    Kind,
    Many,
    Named,
    Nothing,
    Number,
    Table,
    Text,
    Whole,
    like,
)
from spaser.settings.tables import Column, rows

__all__ = [
    "Any",
    "Choice",
    "Column",
    "Day",
    "Document",
    "Either",
    "Faults",
    "Flag",
    "Kind",
    "Many",
    "Named",
    "Nothing",
    "Number",
    "Table",
    "Text",
    "Whole",
    "json",
    "like",
    "rows",
    "short",
    "toml",
]
