"""What went wrong, said to the user: what, where, why, what to do, the closest known name."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process

from spaser.text import stopped


class Problem(Exception):
    """A failure the user can act on. Its text is one French paragraph; the command line exits with 2.

    Parameters
    ----------
    what
        What happened, a sentence without its final stop.
    where
        File, line, field or identifier.
    why
        The cause as far as it is known.
    todo
        What the user can do about it.
    """

    def __init__(self, what: str, *, where: str = "", why: str = "", todo: str = "") -> None:
        self.what, self.where, self.why, self.todo = what, where, why, todo
        parts = [f"{what} ({where})" if where else what, why, todo]
        super().__init__(" ".join(stopped(part) for part in parts if part))


class Problems(Problem):
    """Several problems found in one pass, shown together."""

    def __init__(self, what: str, problems: Iterable[str]) -> None:
        self.items = list(problems)
        super().__init__(what)
        self.args = ("\n".join([f"{what} :", *(f"  - {item}" for item in self.items)]),)


def closest(name: str, known: Iterable[str], *, least: float = 60) -> str:
    """« Vouliez-vous dire … ? » with the nearest known name (alike from 0 to 100: ``least``), or an empty string."""
    found = process.extractOne(name, list(known), score_cutoff=least)
    return f"Vouliez-vous dire « {found[0]} » ?" if found else ""


def nearness(wanted: str, names: list[str]) -> list[float]:
    """How near each name is to the wanted one, from 0 to 100, whatever the order of words and small typos."""
    return [float(_near(wanted, name)) for name in names]


def _near(wanted: str, name: str) -> float:
    whole = fuzz.WRatio(wanted, name)
    return max(whole, 95.0) if wanted and f" {wanted}" in f" {name}" else whole
