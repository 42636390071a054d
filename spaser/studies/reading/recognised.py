"""What a file is, told from its beginning: a screen asks it to be confirmed, and the whole is read once, with the mission."""

from __future__ import annotations

import tempfile
from pathlib import Path

from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources import recognition
from spaser.sources.contracts import json_stream
from spaser.studies.reading import contracts
from spaser.studies.reading.accounts import Looked
from spaser.studies.reading.readers import READERS, first_of
from spaser.text import encoding

#: The beginning of a table that is enough to tell it: some hundreds of lines.
BEGINNING = 128 << 10


def recognise(path: Path) -> Looked:
    """``kind`` what the file is, and how it was told: nothing is counted, and ``seen`` is left empty."""
    with path.open("rb") as file:
        head = file.read(max(BEGINNING, json_stream.HEAD))
    if _is_json_of_contracts(path, head):
        return Looked(path.name, "contrats")
    if len(head) < BEGINNING or _kind(path, head) != recognition.CSV:
        return _told(path)
    with tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as folder:
        beginning = Path(folder) / path.name
        beginning.write_bytes(_whole_lines(head[:BEGINNING]))
        return _told(beginning)


def _is_json_of_contracts(path: Path, head: bytes) -> bool:
    """Whether records of a JSON text have fields that only contracts have: notices and lists have none of them."""
    if _kind(path, head) != recognition.JSON or encoding(head).startswith(("utf-16", "utf-32")):
        return False
    return json_stream.locate(head.removeprefix(b"\xef\xbb\xbf")) is not None


def _kind(path: Path, head: bytes) -> str:
    try:
        return recognition.recognise(head[: recognition.HEAD], path.name)
    except Problem:  # told by the readers, each in its words
        return ""


def _whole_lines(head: bytes) -> bytes:
    """Up to the last end of line that no quote holds."""
    at = head.rfind(b"\n")
    while at > 0 and head.count(b'"', 0, at) % 2:
        at = head.rfind(b"\n", 0, at)
    return head[: at + 1] if at > 0 else head


def _told(path: Path) -> Looked:
    found = first_of(path, READERS | {"contrats": contracts.recognised})
    return Looked(found.name, found.kind, found.how, problem=found.problem)
