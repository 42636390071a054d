"""How sure a finding is: the share of right ones among those read by hand, by dimension, level, carrier and kind of field.

The share said is a lower bound, so that a small sample promises little: a finding said at 0.9 is right nine times in ten or more.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

#: One-sided 90 % bound: the true share is above it nine times in ten.
Z = 1.2816
#: A part of fewer readings takes those of its dimension and level.
ENOUGH = 20

Part = tuple[str, int, str, str]


def bound(right: int, read: int) -> float:
    """The lower bound (Wilson) of a share of `right` findings among `read`."""
    if not read:
        return 0.0
    share, z2 = right / read, Z * Z
    middle = share + z2 / (2 * read)
    spread = Z * math.sqrt(share * (1 - share) / read + z2 / (4 * read * read))
    return round((middle - spread) / (1 + z2 / read), 2)


def parts(rows: list[dict[str, Any]]) -> dict[Part, float]:
    """The bound of each part: ``(dimension, level, carrier, field)``; ``(dimension, level, "", "")`` is the fallback."""
    whole: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        counts = whole[row["dimension"], row["level"]]
        counts[0] += row["right"]
        counts[1] += row["read"]
    found: dict[Part, float] = {
        (dimension, level, "", ""): bound(*counts) for (dimension, level), counts in whole.items()
    }
    return found | {
        (row["dimension"], row["level"], row["carrier"], row["field"]): bound(row["right"], row["read"])
        for row in rows
        if row["read"] >= ENOUGH
    }


def said(known: dict[Part, float], part: Part, class_: float) -> float:
    """The confidence of a finding of a part: never above its rule's class, nor above what its part has shown."""
    shown = known.get(part, known.get((*part[:2], "", ""), class_))
    return min(class_, shown)
