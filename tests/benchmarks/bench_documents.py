"""How a folder of tender documents is read and searched, against pages read one by one with pdfplumber and Python regexes.

    python tests/benchmarks/bench_documents.py [DOCUMENTS]

DOCUMENTS (60 by default) documents of the size of real ones are made in a temporary folder, half PDF, half DOCX; text is invented.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

import docx

sys.path.insert(0, str(Path(__file__).parents[1]))
from plain_pdf import pdf

from spaser.sources.documents import read_documents
from spaser.studies import clauses as dossier

#: Pages of the consultation documents of a town: rules, clauses, technical clauses, commitment.
SIZES = {"RC": 12, "CCAP": 28, "CCTP": 40, "AE": 8}
WORDS = re.compile(
    r"(?i)environnem|écolo|recycl|durab|climat|carbo|pollut|socia|éthique|insertion|humain|rse|personnel"
)
CLAUSES = (
    "Le titulaire réserve 5 % des heures travaillées à des personnes en insertion.",
    "Les emballages sont réutilisables et repris par le titulaire.",
)


def lines(page: int) -> list[str]:
    """A full page: an article in two, a clause now and then."""
    found = [f"Article {page} – Dispositions" if page % 2 else f"{page - 1}.1 Modalités"]
    for rank in range(42):
        found.append(
            f"Le titulaire du lot {page + rank} exécute les prestations prévues au présent document, selon les modalités de l'annexe {rank + 1}."
        )
    if page % 5 == 0:
        found[20] = CLAUSES[page // 5 % 2]
    return found


def make(folder: Path, count: int) -> dict[str, int]:
    pages = {".pdf": 0, ".docx": 0}
    for rank in range(count):
        name, size = list(SIZES.items())[rank % len(SIZES)]
        place = folder / f"consultation {rank // len(SIZES) + 1:02d}"
        place.mkdir(exist_ok=True)
        if rank // len(SIZES) % 2 == 0:
            (place / f"{name}.pdf").write_bytes(pdf([lines(page) for page in range(1, size + 1)]))
            pages[".pdf"] += size
        else:
            document = docx.Document()
            for page in range(1, size + 1):
                document.add_heading(lines(page)[0], 1)
                for line in lines(page)[1:]:
                    document.add_paragraph(line)
            document.save(place / f"{name}.docx")
            pages[".docx"] += size
    return pages


def plainly(folder: Path) -> tuple[int, int]:
    """Each page of the PDF of two consultations read by pdfplumber and searched for the plain list of words: pages, words found."""
    import pdfplumber

    pages = found = 0
    for path in sorted(folder.rglob("*.pdf"))[: 2 * len(SIZES)]:
        with pdfplumber.open(path) as document:
            for page in document.pages:
                pages += 1
                found += len(WORDS.findall(page.extract_text() or ""))
    return pages, found


def timed(run) -> tuple[object, float]:  # noqa: ANN001
    start = time.perf_counter()
    return run(), time.perf_counter() - start


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        pages = make(folder, count)
        read, reading = timed(lambda: read_documents(folder))
        result, whole = timed(lambda: dossier.clauses(folder))
        _, only = timed(lambda: read_documents(sorted(folder.rglob("*.pdf"))))
        (seen, words), plain = timed(lambda: plainly(folder))
    every = sum(pages.values())
    print(
        f"{count} documents, {every} pages ({pages['.pdf']} en PDF, {pages['.docx']} en DOCX), {read.files['caracteres'].sum():,} caractères".replace(
            ",", " "
        )
    )
    print(f"lire                      {reading:6.1f} s   {1000 * reading / every:6.1f} ms par page")
    print(
        f"lire et chercher          {whole:6.1f} s   {1000 * whole / every:6.1f} ms par page, {result.explicit.height} considérations explicites citées"
    )
    print(f"lire les PDF seuls        {only:6.1f} s   {1000 * only / pages['.pdf']:6.1f} ms par page")
    print(
        f"pdfplumber et expressions {plain:6.1f} s   {1000 * plain / seen:6.1f} ms par page, sur {seen} pages de PDF, {words} mots trouvés"
    )
    print(
        f"rapport à la page de PDF : {plain / seen / (only / pages['.pdf']):.1f} fois plus vite, articles et pages rendus en plus"
    )


if __name__ == "__main__":
    main()
