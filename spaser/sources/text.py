"""Text as published made readable: HTML entities, mojibake, burnt-in U+FFFD, folded lines.

Mojibake is repaired only when it is certain: a sequence that UTF-8 read as cp1252 or latin-1 produces and French never
writes. The repair is said (``repaired``), and so is a U+FFFD, which nothing can repair (``burnt``).
"""

from __future__ import annotations

import html
import re
from functools import cache
from html.entities import name2codepoint

import polars as pl

#: Characters French administrative texts use beyond ASCII: what a wrong decoding may have damaged.
DAMAGED = [chr(code) for code in range(0xA0, 0x100)] + list("ŒœŸŽžŠš‘’‚“”„–—…€•™‹›\u202f")
#: Whitespace other than one plain space, and characters nobody sees.
_BLANKS = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff"
FOLD = rf"[{_BLANKS}]*[{_BLANKS}&&[^ ]][{_BLANKS}]*| {{2,}}"
#: Every kind of space, to be removed from numbers and identifiers.
SPACES = rf"[{_BLANKS}]+"


def clean(column: pl.Expr) -> pl.Expr:
    """The text with entities decoded, certain mojibake repaired, lines folded, control characters removed, trimmed."""
    wrong, right = _repairs()
    text = column.str.replace_many(wrong, right, leftmost=True).str.replace_all(FOLD, " ").str.strip_chars()
    return pl.when(text != "").then(text)


def suspect(column: pl.Expr) -> pl.Expr:
    """False where ``clean`` would change nothing: one quick look, so that few texts are read closely."""
    return column.str.contains(_suspect_pattern())


def sifted(column: pl.Expr, suspected: pl.Expr) -> pl.Expr:
    """The texts as they are, those under suspicion cleaned (``clean`` costs nothing where it is given nothing)."""
    return pl.coalesce(clean(pl.when(suspected).then(column)), pl.when(~suspected).then(column))


def repaired(column: pl.Expr) -> pl.Expr:
    """True where the text holds mojibake that ``clean`` repairs."""
    return column.str.contains(_mojibake_pattern())


def burnt(column: pl.Expr) -> pl.Expr:
    """True where a character was lost for good before publication (U+FFFD)."""
    return column.str.contains("\ufffd", literal=True)


@cache
def _repairs() -> tuple[list[str], list[str]]:
    """Every damaged sequence and its repair, the longest first so that a double damage is undone whole."""
    table = _entities() | {wrong: right for wrong, right in _mojibake().items()}
    wrong = sorted(table, key=lambda sequence: (-len(sequence), sequence))
    return wrong, [table[sequence] for sequence in wrong]


def _entities() -> dict[str, str]:
    """Named and numeric HTML entities, single and escaped twice."""
    numbers = {
        f"&#{form};": chr(code) for code in _numbered() for form in (code, f"{code:03d}", f"x{code:x}", f"x{code:X}")
    }
    names = {f"&{name};": chr(code) for name, code in name2codepoint.items()} | {"&apos;": "'"}
    single = {entity: html.unescape(text) for entity, text in (numbers | names).items()}
    return single | {f"&amp;{entity[1:]}": text for entity, text in single.items()}


def _numbered() -> list[int]:
    return [*range(0x20, 0x7F), *(ord(character) for character in DAMAGED)]


@cache
def _mojibake() -> dict[str, str]:
    """The two- and three-character sequences of UTF-8 read as cp1252 or latin-1, and the same damage done twice."""
    once = {wrong: character for character in DAMAGED for wrong in _misread(character)}
    twice = {wrong: right for sequence, right in once.items() for wrong in _misread(sequence)}
    return twice | once


def _misread(text: str) -> set[str]:
    found = set()
    for codec in ("cp1252", "latin-1"):
        try:
            found.add(text.encode("utf-8").decode(codec))
        except UnicodeDecodeError:
            # cp1252 leaves five bytes undefined: those sequences exist in latin-1 only.
            continue
    return found - {text}


@cache
def _mojibake_pattern() -> str:
    return "|".join(re.escape(wrong) for wrong in sorted(_mojibake(), key=len) if len(wrong) <= 3)


@cache
def _suspect_pattern() -> str:
    """Entities, beginnings of mojibake, U+FFFD, any blank but one plain space between two words, an empty text."""
    first = "".join(re.escape(character) for character in sorted({wrong[0] for wrong in _mojibake()}))
    return rf"[&\x{{fffd}}]|[{first}][^\x00-\x7f]|[{_BLANKS}&&[^ ]]|  |^ | $|^$"
