"""What Office files share: the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from spaser.text import harmless

_EPOCH = (1980, 1, 1, 0, 0, 0)
_HOUR = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def steady(content: bytes, day: date) -> bytes:
    """An Office file whose parts carry no hour of writing, the workbooks behind its charts included."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            info = zipfile.ZipInfo(part.filename, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, _part(part.filename, source.read(part.filename), day))
    return out.getvalue()


def _part(name: str, content: bytes, day: date) -> bytes:
    if name.endswith(".xlsx"):
        return steady(content, day)
    if name == "docProps/core.xml":
        return _HOUR.sub(rb"\g<1>" + day.isoformat().encode("ascii") + rb"T00:00:00Z\g<2>", content)
    return content


#: The letters that a property of an office file (title, author…) may have.
LONGEST_PROPERTY = 255


def property_of(text: str) -> str:
    """A text as a property of an office file takes it: the object of a contract may be longer."""
    found = harmless(text)
    return found if len(found) <= LONGEST_PROPERTY else f"{found[: LONGEST_PROPERTY - 1]}…"
