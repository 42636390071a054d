"""Motifs of the lexicon, as they are written; what each becomes is made when a text is first read with it: the texts of one buyer
meet few of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from spaser.detection import inflection, prefilter

#: A pattern with its fragments written out is never so long, unless fragments name each other without end.
LONGEST = 50_000
#: A gap never runs across a box to tick: each box has its own words.
BOXES = "☐☒☑□■"
#: What is not read letter by letter: an escaped character, a class, or one of the signs that are widened.
_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]?|[ '-]", re.DOTALL)
_WIDENED = {" ": r"\s+", "-": r"[\s-]{0,2}", "'": r"'?\s?"}


@dataclass(frozen=True)
class Context:
    """What stands around a finding: patterns on folded text, read as one ``re.Pattern``."""

    written: tuple[str, ...]
    fragments: dict[str, str] = field(repr=False, compare=False)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{expand(one, self.fragments)})" for one in self.written))

    @property
    def pattern(self) -> str:
        return self.compiled.pattern

    def search(self, text: str, position: int = 0) -> re.Match[str] | None:
        return self.compiled.search(text, position)

    def match(self, text: str, position: int = 0) -> re.Match[str] | None:
        return self.compiled.match(text, position)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text)


@dataclass(frozen=True)
class Motif(Context):
    """A way of saying a consideration: its words are read in either number, it begins and ends where words do."""

    @cached_property
    def forms(self) -> tuple[str, ...]:
        return tuple(expand(one, self.fragments, inflected=True) for one in self.written)

    @cached_property
    def sieves(self) -> tuple[str, ...]:
        """The Rust expressions of which one at least matches where the motif does (``prefilter.sieves``)."""
        return prefilter.sieves(self.forms)

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(self.forms)})(?![a-z0-9])")


def expand(pattern: str, fragments: dict[str, str], inflected: bool = False) -> str:
    """A pattern of the lexicon as a regular expression on folded text; `inflected`: its words are read in either number."""
    while names := re.findall(r"\{([a-z]+)\}", pattern):
        for name in dict.fromkeys(names):
            if len(pattern) > LONGEST:
                raise re.error("un fragment se contient lui-même")
            if name not in fragments:
                raise KeyError(name)
            pattern = pattern.replace("{" + name + "}", fragments[name])
    pattern = inflection.either_number(pattern) if inflected else pattern
    widened = _PIECE.sub(lambda piece: _WIDENED.get(piece[0], piece[0]), pattern)
    regex = re.sub(r"\\s\+([?*])", r"\\s*", widened).replace(r"\s+", r"(?:\s+|-)")
    regex = inflection.whole_words(regex) if inflected else regex
    return regex.replace("[^.;", "[^.;" + BOXES).replace("[^;", "[^;" + BOXES)
