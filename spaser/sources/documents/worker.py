"""The process that opens documents, so that none can hang or fill the memory of the others: one request, one file, many lines.

Requests and answers are lines of JSON on the standard streams; the parent kills what goes over its time.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spaser.sources.archives import Member
from spaser.sources.documents import formats as documents_formats
from spaser.sources.documents import pdf as documents_pdf
from spaser.sources.documents.formats import Refused


def main() -> int:
    """Answer requests until the parent closes the stream."""
    answers = sys.stdout
    answers.write('{"ready": true}\n')
    answers.flush()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for line in sys.stdin:
            for answer in answers_to(json.loads(line)):
                answers.write(json.dumps(answer) + "\n")
                answers.flush()
    return 0


def answers_to(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """``{"page": n, "lines": [...]}`` for each page read, then ``{"done": {...}}`` or ``{"refused": message}``."""
    _bounded(request["memory"])
    try:
        yield from _read(request)
    except Refused as refused:
        yield {"refused": str(refused)}
    except MemoryError:
        yield {"refused": "Sa lecture demande trop de mémoire"}
    except RecursionError:
        yield {"refused": "Sa structure est trop profonde"}


def _read(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    member = Member(request["source"], Path(request["path"]), request["inner"], size=request["size"])
    with member.open() as stream:
        data = stream.read(request["bytes"] + 1)
    if len(data) > request["bytes"]:
        raise Refused(f"Il dépasse {request['bytes'] >> 20} Mo")
    if not data.strip():
        raise Refused("Il est vide")
    if data[:1024].lstrip().startswith(b"%PDF") or b"%PDF-" in data[:1024]:
        yield from documents_pdf.pages(data, request["pages"])
        return
    yield from _flowing(data, request)


def _flowing(data: bytes, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A document without pages of its own: its lines in batches."""
    kind, lines = documents_formats.read(data, request["source"], request["bytes"])
    found = 0
    batch: list[documents_formats.Line] = []
    for line in lines:
        batch.append(line)
        found += 1
        if found > request["lines"]:
            yield {"lines": batch}
            yield {"done": {"format": kind, "partial": f"Lu jusqu'à sa {request['lines']}e ligne"}}
            return
        if len(batch) >= 500:
            yield {"lines": batch}
            batch = []
    yield {"lines": batch}
    yield {"done": {"format": kind}}


def _bounded(megabytes: int) -> None:
    """A limit of memory where the system has one (not on Windows, where sizes and time bound the reading)."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


if __name__ == "__main__":
    raise SystemExit(main())
