"""Tender documents (PDF, DOCX, ODT, HTML, Markdown, text, zip of those) → passages with their page and article.

Each file is opened in a process of its own kind, within bounds of size, pages, time and memory: a hostile or broken file gives
one message and the others go on.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

import spaser
from spaser import french
from spaser.problems import Problem, Problems
from spaser.sources import archives, documents_structure
from spaser.sources.archives import Member
from spaser.vocabulary import REJECTS

Progress = Callable[[str, float], None] | None
TEXTS = {
    "texte_id": pl.String, "document": pl.String, "genre": pl.String, "page": pl.Int32, "article": pl.String, "titre": pl.String,
    "champ": pl.String, "texte": pl.String,
}  # fmt: skip
FILES = {
    "document": pl.String, "genre": pl.String, "genre_libelle": pl.String, "format": pl.String, "statut": pl.String, "pages": pl.Int64,
    "pages_images": pl.Int64, "textes": pl.Int64, "caracteres": pl.Int64, "octets": pl.Int64, "modifie": pl.Date, "message": pl.String,
}  # fmt: skip
#: Formats whose lines are those of the page, to be joined again.
_WRAPPED = ("PDF", "texte")
UNKNOWN_KIND = "document"


@dataclass(frozen=True)
class Limits:
    """The bounds of the reading of one file: bytes, pages, lines, seconds, megabytes of memory (where the system has limits)."""

    bytes: int = 100 << 20
    pages: int = 2_000
    lines: int = 200_000
    seconds: float = 90.0
    memory: int = 4_096


@dataclass(frozen=True)
class Documents:
    """What was read.

    Attributes
    ----------
    texts
        One row per passage: `texte_id`, `document`, `genre` (RC, CCAP…), `page`, `article`, `titre`, `champ`, `texte`.
    files
        One row per file found: its kind, format, `statut` (lu, partiel, refuse), pages, pages that are only an image.
    rejects
        REJECTS: one line per file refused or read in part, and per file with scanned pages.
    """

    texts: pl.DataFrame
    files: pl.DataFrame
    rejects: pl.DataFrame


def read_documents(paths: str | Path | Sequence[str | Path], *, limits: Limits | None = None, progress: Progress = None) -> Documents:
    """Read documents from files, folders, patterns and zip archives.

    Raises
    ------
    Problem, Problems
        When no document can be read at all.
    """
    bounds = limits or Limits()
    found, aside = _members(paths)
    files: list[dict[str, Any]] = [_refused(source, str(problem)) for source, problem in aside]
    texts: list[dict[str, Any]] = []
    with Reader(bounds) as reader:
        for rank, member in enumerate(found):
            file, passages = _one(member, reader)
            files.append(file)
            texts += passages
            if progress:
                progress(member.source, (rank + 1) / len(found))
    if not texts:
        problems = [Problem(row["message"], where=row["document"]) for row in files]
        raise problems[0] if len(problems) == 1 else Problems("Aucun document n'a pu être lu", map(str, problems))
    return Documents(pl.DataFrame(texts, schema=TEXTS, orient="row"), pl.DataFrame(files, schema=FILES, orient="row"), _rejects(files))


def _members(paths: str | Path | Sequence[str | Path]) -> tuple[list[Member], list[tuple[str, Problem]]]:
    """Everything to read; one path that cannot be opened does not stop the others."""
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    try:
        return archives.members(given)
    except Problem:
        if len(given) < 2:
            raise
    found: list[Member] = []
    aside: list[tuple[str, Problem]] = []
    for path in given:
        try:
            more, refused = archives.members(path)
            found += more
            aside += refused
        except Problem as problem:
            aside.append((Path(path).name, problem))
    return found, aside


def _one(member: Member, reader: Reader) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The account of a file and its passages."""
    pages: list[tuple[int | None, list[list[Any]]]] = []
    done: dict[str, Any] = {}
    for answer in reader.ask(member):
        if "lines" in answer:
            pages.append((answer.get("page"), answer["lines"]))
        else:
            done = answer.get("done") or {"refused": answer["refused"]}
    if not any(line[0].strip() for _, lines in pages for line in lines):
        why = done.get("refused") or ("Toutes ses pages sont des images : faites-le reconnaître (OCR) avant de le lire" if done.get("scanned") else "Il ne contient aucun texte")
        return _refused(member.source, why, member.size) | {"modifie": _day(member)}, []
    opening = "\n".join(line[0] for _, lines in pages[:2] for line in lines[:80])
    code = documents_structure.kind(member.source, opening)
    passages = list(documents_structure.passages(pages, done.get("format", "PDF") in _WRAPPED))
    texts = [_row(member.source, code, rank, passage) for rank, passage in enumerate(passages, 1)]
    return _account(member, code, done, pages, texts), texts


def _row(source: str, code: str | None, rank: int, passage: documents_structure.Passage) -> dict[str, Any]:
    field = code or UNKNOWN_KIND
    return {
        "texte_id": f"{source}#{rank:05d}", "document": source, "genre": code, "page": passage.page, "article": passage.article,
        "titre": passage.title, "champ": f"{field}, critère" if passage.criterion else field, "texte": passage.text,
    }  # fmt: skip


def _account(member: Member, code: str | None, done: dict[str, Any], pages: list, texts: list[dict[str, Any]]) -> dict[str, Any]:
    notes = [done.get("partial") or done.get("refused")]
    if done.get("scanned"):
        notes.append(f"Pages en image, non lues : {_ranges(done['scanned'])}")
    if done.get("broken"):
        notes.append(f"Pages abîmées, non lues : {_ranges(done['broken'])}")
    said = " ; ".join(note for note in notes if note)
    known = documents_structure.kinds().get(code or "", {}).get("label")
    return {
        "document": member.source, "genre": code, "genre_libelle": known, "format": done.get("format", "PDF"),
        "statut": "partiel" if said else "lu", "pages": done.get("pages") or len({page for page, _ in pages if page}) or None,
        "pages_images": len(done.get("scanned", ())), "textes": len(texts), "caracteres": sum(len(row["texte"]) for row in texts),
        "octets": member.size, "modifie": _day(member), "message": french.typeset(said) or None,
    }  # fmt: skip


def _day(member: Member) -> date:
    """The day the file (or its archive) was last written."""
    return datetime.fromtimestamp(member.path.stat().st_mtime, UTC).date()


def _refused(source: str, why: str, size: int | None = None) -> dict[str, Any]:
    return dict.fromkeys(FILES) | {"document": source, "statut": "refuse", "textes": 0, "octets": size, "message": french.typeset(why)}


def _rejects(files: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {"source": row["document"], "regle": "document.illisible" if row["statut"] == "refuse" else "document.partiel",
         "niveau": "rejet" if row["statut"] == "refuse" else "doute", "message": row["message"]}
        for row in files if row["message"]
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=REJECTS.schema)


def _ranges(numbers: list[int]) -> str:
    """« 3, 5 à 9 »."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return ", ".join(str(a) if a == b else f"{a} à {b}" for a, b in runs)


class Reader:
    """The process that opens documents: started when needed, killed and started again when one takes too long."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.process: subprocess.Popen[str] | None = None
        self.answers: queue.Queue[str | None] = queue.Queue()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ask(self, member: Member) -> Iterator[dict[str, Any]]:
        """The answers about one file; whatever happens to the process, the last one says how the reading ended."""
        process = self._started()
        request = asdict(self.limits) | {"source": member.source, "path": str(member.path), "inner": member.inner, "size": member.size}
        clock = threading.Event()
        timer = threading.Timer(self.limits.seconds, self._expire, (process, clock))
        timer.start()
        try:
            yield from self._answers(process, json.dumps(request), clock)
        finally:
            timer.cancel()

    def _answers(self, process: subprocess.Popen[str], request: str, late: threading.Event) -> Iterator[dict[str, Any]]:
        try:
            process.stdin.write(request + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            self.answers.put(None)
        while (line := self.answers.get()) is not None:
            answer = json.loads(line)
            yield answer
            if "lines" not in answer:
                return
        self._stop()
        seconds = french.number(self.limits.seconds)
        yield {"refused": f"Sa lecture dépassait {seconds} secondes : elle a été arrêtée" if late.is_set() else "Sa lecture a échoué : le fichier est abîmé ou trop lourd"}

    def _expire(self, process: subprocess.Popen[str], late: threading.Event) -> None:
        late.set()
        process.kill()

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None or self.process.poll() is not None:
            self.answers = queue.Queue()
            root = str(Path(spaser.__file__).parents[1])
            path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spaser.sources.documents_worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, encoding="utf-8", env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            )  # fmt: skip
            threading.Thread(target=_pump, args=(self.process, self.answers), daemon=True).start()
            if self.answers.get() is None:
                raise Problem("Le lecteur de documents ne démarre pas", todo="Vérifiez l'installation : spaser --version")
        return self.process

    def _stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()


def _pump(process: subprocess.Popen[str], answers: queue.Queue[str | None]) -> None:
    """The lines of the process as they come, then None when it has ended."""
    for line in process.stdout or ():
        answers.put(line)
    answers.put(None)
