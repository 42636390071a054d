"""A motif of the lexicon, compiled when a text is first read with it: the texts of one buyer meet few of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Motif:
    """Regular expressions on folded text, read as one ``re.Pattern`` that begins and ends where words do."""

    forms: tuple[str, ...]

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(self.forms)})(?![a-z0-9])")

    def search(self, text: str, position: int = 0) -> re.Match[str] | None:
        return self.compiled.search(text, position)

    def match(self, text: str, position: int = 0) -> re.Match[str] | None:
        return self.compiled.match(text, position)
