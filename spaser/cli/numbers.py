"""The numbers of the command line: written as a French officer writes them, finite, between bounds that are told."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable

from spaser import french
from spaser.settings.kinds import MOST


def number(
    what: str, *, least: float = 0, most: float = MOST, units: tuple[str, ...] = (), strict: bool = False
) -> Callable[[str], float]:
    """How an option reads a number: « 12 500,50 », « 30 km », « 5 % ».

    Parameters
    ----------
    what
        What it is, as it follows « n'est pas » (« un montant en euros »).
    units
        The words that may follow it.
    strict
        ``least`` itself is refused.
    """

    def read(text: str) -> float:
        plain = "".join(text.split())
        for unit in units:
            plain = plain.removesuffix(unit)
        try:
            value = float(plain.replace(",", ".")) if "_" not in plain else math.nan
        except ValueError:
            value = math.nan
        if not least <= value <= most or (strict and value == least):
            low = f"plus grand que {french.number(least)}" if strict else f"d'au moins {french.number(least)}"
            high = f" et d'au plus {french.number(most)}" if most < MOST else ""
            raise argparse.ArgumentTypeError(f"« {text[:40]} » n'est pas {what} ({low}{high})")
        return value

    return read


def whole(what: str, *, least: int, most: int) -> Callable[[str], int]:
    """How an option reads a whole number between two others."""

    def read(text: str) -> int:
        try:
            value = int(text) if len(text) < 20 and "_" not in text else None
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"« {text[:40]} » n'est pas {what} (de {least} à {most})")
        return value

    return read
