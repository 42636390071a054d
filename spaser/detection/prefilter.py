"""The cheap passes that come before the patterns: what any text worth reading must hold, made from the lexicon itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: A letter of an anchor as it may be written in a raw text (accents, capitals, a character lost in a bad encoding).
LETTERS = {
    "a": "aàâäáã",
    "c": "cç",
    "e": "eéèêë",
    "i": "iîïíì",
    "o": "oôöóò",
    "u": "uùûüú",
    "'": "'’‘´`",
    " ": r"\s\-_‐‑–'’.",
}

#: Characters of the patterns put in one expression (``tests/benchmarks/bench_detection_speed.py`` decides).
PACK = 800


def sieve(regex: str) -> str:
    """A Rust regular expression that matches wherever `regex` does: no look-around, no long bounded gap."""
    out, depth, skip = [], 0, 0
    position, listed = 0, False
    while position < len(regex):
        char = regex[position]
        escaped = char == "\\"
        listed = char == "[" or listed and char != "]"
        if char == "(" and not listed:
            depth += 1
            if not skip and regex.startswith(("(?!", "(?=", "(?<!", "(?<="), position):
                skip = depth
        if not skip:
            out.append(regex[position : position + 1 + escaped])
        if char == ")" and not listed:
            skip = 0 if skip == depth else skip
            depth -= 1
        position += 1 + escaped
    return re.sub(r"\{0,\d{2,}\}\??", "*", "".join(out)).replace(r"(?:\s+|-)", r"[\s-]+")


def sieves(patterns: Iterable[str]) -> tuple[str, ...]:
    """The patterns of a rule or an exception as a few Rust expressions, of which one at least matches where the rule does.

    They are several because the engine reads a short expression in one sweep and a very long one forty times slower (its table
    of states no longer fits); a text is kept as soon as one of them matches. Patterns begin where a word begins.
    """
    packs: list[list[str]] = [[]]
    for pattern in map(sieve, patterns):
        if packs[-1] and sum(map(len, packs[-1])) + len(pattern) > PACK:
            packs.append([])
        packs[-1].append(pattern)
    return tuple(rf"(?:^|[^a-z0-9])(?:{'|'.join(pack)})" for pack in packs)


def by_anchor(anchors: list[tuple[str, ...]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Each anchor, as it is in a text whose other characters than letters and digits became spaces, with its rules' ranks."""
    opened: dict[str, list[int]] = {}
    for rank, own in enumerate(anchors):
        for anchor in own:
            plain = " " + re.sub(r"[^a-z0-9]+", " ", anchor.rstrip("$")).strip() + (" " if anchor.endswith("$") else "")
            opened.setdefault(plain, []).append(rank)
    return tuple((anchor, tuple(ranks)) for anchor, ranks in opened.items())


def first_pass(kept: Iterable[tuple[str, ...]]) -> str:
    """One regular expression (Rust syntax, lowered text) that any text worth reading matches: the national first pass."""
    anchors = sorted({anchor for own in kept for anchor in own})
    minimal: list[str] = []
    opened = ""
    for anchor in anchors:  # in order, what an anchor opens follows it
        if not (opened and anchor.startswith(opened)):
            minimal.append(anchor)
            opened = "" if "$" in anchor else anchor
    return rf"(?:^|[^a-zà-ÿœ0-9])(?:{'|'.join(map(_raw, minimal))})"


def _raw(anchor: str) -> str:
    body = "".join(
        f"[{LETTERS[char]}]" + ("+" if char == " " else "") if char in LETTERS else re.escape(char)
        for char in anchor.rstrip("$")
    )
    return body + ("(?:$|[^a-zà-ÿœ0-9])" if anchor.endswith("$") else "")
