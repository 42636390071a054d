"""The clock is read at the edge: by the command line and the notebooks, once each; no computation reads it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "spaser"
#: Who may read the day of the computer, and why.
EDGES = {
    "cli/options.py": "the reader's day of the command line",
    "cli/terminal.py": "the hour that names a folder of results",
    "widgets/selection.py": "the reader's day of the notebooks",
    "widgets/faults.py": "the hour of a fault in the journal",
}
#: How long a file has been there: a lock or a remnant left by a stopped process, no figure.
AGES = {"studies/mission/locks.py", "guards/leftovers.py"}
_DAYS, _TIMES = {"today", "now", "utcnow"}, {"time", "time_ns", "localtime", "gmtime"}


def readings(text: str) -> list[tuple[str, int]]:
    """The calls that read the clock: ``date.today()``, ``datetime.now()``, ``time.time()``, with their line."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    found = []
    for call in calls:
        name = call.func
        if not isinstance(name, ast.Attribute) or not isinstance(name.value, ast.Name | ast.Attribute):
            continue
        owner = name.value.id if isinstance(name.value, ast.Name) else name.value.attr
        if (owner in {"date", "datetime", "dt"} and name.attr in _DAYS) or (owner == "time" and name.attr in _TIMES):
            found.append((f"{owner}.{name.attr}", call.lineno))
    return found


def test_no_file_but_the_edges_reads_the_clock():
    seen = {}
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if place not in EDGES and place not in AGES and (found := readings(path.read_text(encoding="utf-8"))):
            seen[place] = found
    assert not seen, "passez le jour en paramètre : " + str(seen)


def test_each_edge_reads_it_in_one_place():
    assert {place: len(readings((ROOT / place).read_text(encoding="utf-8"))) for place in EDGES} == dict.fromkeys(
        EDGES, 1
    )


def test_a_reading_is_seen_and_a_given_day_is_not():
    assert readings("from datetime import date\nd = date.today()") == [("date.today", 2)]
    assert readings("import datetime\nd = datetime.datetime.now()") == [("datetime.now", 2)]
    assert readings("import time\nd = time.time()") == [("time.time", 2)]
    assert not readings("day = clock.today()\nother = choices.date")


def test_every_command_whose_figures_depend_on_the_day_takes_it():
    from spaser.cli import parser

    commands = next(
        action.choices for action in parser()._actions if getattr(action, "choices", None) and action.dest != "help"
    )
    asked = {"diagnostic", "potentiel", "groupements", "matinale", "publication", "rapport", "impact", "fournisseurs"}
    asked |= {"territoire", "programme", "entreprise"}
    taking = {name for name, one in commands.items() if any("--aujourdhui" in a.option_strings for a in one._actions)}
    assert asked <= taking, f"sans --aujourdhui : {sorted(asked - taking)}"
