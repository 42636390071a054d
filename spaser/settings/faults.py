"""The faults of a file, gathered with the line where each stands."""

from __future__ import annotations

from collections.abc import Callable

from spaser.problems import Problems
from spaser.text import stopped

#: Where a value stands in a document: names of tables, ranks in lists (from 0).
Path = tuple[str | int, ...]
#: A file with more faults than this is another kind of file: the rest is counted.
SHOWN = 40
_LONG = 60


class Faults:
    """Faults as they are found: ``add`` says where (the path of the value) and what."""

    def __init__(self, line: Callable[[Path], int | None] | None = None) -> None:
        self._line = line or (lambda _: None)
        self._found: list[tuple[int, str]] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, path: Path, message: str) -> None:
        """A fault of the value at this path; its line and the list it belongs to are said before it."""
        line, told = self._line(path), within(path)
        start = f"ligne {line} : " if line else ""
        self._found.append((line or 0, f"{start}{told}{stopped(message.strip())}"))

    def add_line(self, line: int, message: str) -> None:
        """A fault of a line of a table."""
        self._found.append((line, f"ligne {line} : {stopped(message.strip())}"))

    @property
    def items(self) -> list[str]:
        """The faults in the order of the file."""
        told = list(dict.fromkeys(text for _, text in sorted(self._found, key=lambda one: one[0])))
        return told[:SHOWN] + ([f"… et {len(told) - SHOWN} autres fautes."] if len(told) > SHOWN else [])

    def complain(self, what: str) -> None:
        """Raise ``Problems`` when there is any fault."""
        if self._found:
            raise Problems(what, self.items)


def within(path: Path) -> str:
    """« acheteur 2, » for a value of the second table of a list; « cibles, » for a value of a table."""
    told: list[str] = []
    for part in path[: -2 if path and isinstance(path[-1], int) else -1]:  # the member of a list names its list itself
        if isinstance(part, int) and told:
            told[-1] += f" {part + 1}"
        elif isinstance(part, str):
            told.append(short(part))
    return f"{', '.join(told)} : " if told else ""


def place(path: object) -> str:
    """A path as a message shows it: whole, or its end when it is endless."""
    plain = "".join(char if char.isprintable() and not 0xD800 <= ord(char) < 0xE000 else "·" for char in str(path))
    return plain if len(plain) <= 240 else f"…{plain[-240:]}"


def short(value: object) -> str:
    """A value as it may be quoted in a message: on one line, cut, without what a terminal would obey."""
    limit = 10**40
    text = "un nombre démesuré" if isinstance(value, int) and not -limit < value < limit else str(value)
    plain = "".join(
        char if char.isprintable() and not 0xD800 <= ord(char) < 0xE000 else "·" for char in text[: _LONG + 1]
    )
    return plain if len(text) <= _LONG else f"{plain[:_LONG]}…"
