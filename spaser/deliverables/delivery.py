"""A report delivered in several forms: a file for each, under one name, all switched at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from spaser.deliverables import excel, files, html, pdf, word
from spaser.deliverables.report import Report

#: How a report is written in each form, by the ending of its file.
WRITERS: dict[str, Callable[[Report, Path], Path]] = {
    "html": html.write,
    "pdf": pdf.write,
    "docx": word.write,
    "xlsx": excel.write,
}


@files.together
def write(report: Report, folder: Path | str, stem: str, *forms: str) -> list[Path]:
    """Write ``stem.html``, ``stem.docx``… in the order asked, each whole or not at all; where each was written.

    Raises
    ------
    Problem
        The folder cannot be written to.
    KeyError
        A form that no report has (a fault of the kit).
    """
    return [WRITERS[form](report, Path(folder) / f"{stem}.{form}") for form in forms]
