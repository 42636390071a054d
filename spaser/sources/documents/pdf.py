"""A PDF, page after page: its text, and whether a page without text is an image that would have to be recognised."""

from __future__ import annotations

import io
import logging
import zlib
from collections.abc import Iterator
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from spaser.sources.documents.formats import Refused

#: What hostile or broken PDFs make the library raise beyond its own errors.
BROKEN = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OSError,
    zlib.error,
    RecursionError,
    OverflowError,
    NotImplementedError,
    ArithmeticError,
    LookupError,
)
#: A page with fewer letters than this and an image is a scan.
_FEW = 12


def pages(data: bytes, most: int) -> Iterator[dict[str, Any]]:
    """Each page as lines ``[text, None, None]``, then how the reading ended.

    Raises
    ------
    Refused
        The file is encrypted, or is no longer a PDF.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader, total = _opened(data)
    scanned: list[int] = []
    broken: list[int] = []
    for number in range(1, min(total, most) + 1):
        try:
            page = reader.pages[number - 1]
            text = page.extract_text() or ""
            if sum(map(str.isalnum, text)) < _FEW and _has_image(page):
                scanned.append(number)
        except BROKEN:
            text = ""
            broken.append(number)
        yield {"page": number, "lines": [[line, None, None] for line in text.splitlines()]}
    done: dict[str, Any] = {"format": "PDF", "pages": total, "scanned": scanned, "broken": broken}
    if total > most:
        done["partial"] = f"Lu jusqu'à la page {most} sur {total}"
    yield {"done": done}


def _opened(data: bytes) -> tuple[pypdf.PdfReader, int]:
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("Il est protégé par un mot de passe")
        return reader, len(reader.pages)
    except ImportError as error:
        raise Refused("Il est chiffré") from error
    except BROKEN as error:
        raise Refused("Il est abîmé ou incomplet") from error


def _has_image(page: pypdf.PageObject) -> bool:
    resources = page.get("/Resources")
    objects = (resources.get_object() or {}).get("/XObject") if resources is not None else None
    found = objects.get_object() if objects is not None else {}
    return any(found[name].get_object().get("/Subtype") in ("/Image", "/Form") for name in found)
