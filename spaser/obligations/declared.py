"""What a buyer says of itself, which no published data give: its kind, its SPASER, its spending of book V, whether the code binds it.

A legal form never decides whether the code binds: SEM, SPL, social landlords and network operators are bound. Only the buyer's
own word (``soumis_au_code``) takes the duties of the code away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Declared:
    """What a buyer says of itself; each may lack.

    Attributes
    ----------
    kind
        ``vocabulary.BUYER_KINDS``: central, autre, entite.
    adopted, link
        The day a SPASER was adopted, and where it is published.
    has
        Whether it has one, when it says so without the day: an adoption without its day dates nothing.
    published
        The day its indicators were last published; its adoption otherwise.
    book_v
        By calendar year, the spending that belongs to book V of the second part of the code, in cents (0: none). Without it
        the spending under the code is not known for sure.
    soumis_au_code
        False: a private buyer that the code does not bind.
    """

    kind: str | None = None
    adopted: date | None = None
    link: str = ""
    published: date | None = None
    book_v: Mapping[int, int] = field(default_factory=dict)
    soumis_au_code: bool = True
    has: bool | None = None

    def next_publication(self, year: int, every: int) -> date | None:
        """The day by which the indicators are next awaited, seen from a year; each ``every`` years from the last one known."""
        last = self.published or self.adopted
        if last is None:
            return None
        gap = max(1, -(-(year - last.year) // every))
        due = last.year + gap * every
        # 29 February of a year that has none.
        return date(due, last.month, 28 if (last.month, last.day) == (2, 29) else last.day)
