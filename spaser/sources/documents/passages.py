"""Tender documents (PDF, DOCX, ODT, HTML, Markdown, text, zip of those) → passages with their page and article.

Each file is opened apart (``documents.reader``), within bounds of size, pages, time and memory: a hostile or broken file gives one
message and the others go on.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import polars as pl

from spaser import french
from spaser.guards import leftovers
from spaser.problems import Problem, Problems
from spaser.sources import archives, demonstration
from spaser.sources.archives import Member
from spaser.sources.documents import structure as documents_structure
from spaser.sources.documents.reader import Limits, Reader
from spaser.vocabulary import REJECTS

Progress = Callable[[str, float], None] | None
TEXTS = {
    "texte_id": pl.String,
    "document": pl.String,
    "genre": pl.String,
    "page": pl.Int32,
    "article": pl.String,
    "titre": pl.String,
    "champ": pl.String,
    "texte": pl.String,
}
FILES = {
    "document": pl.String,
    "genre": pl.String,
    "genre_libelle": pl.String,
    "format": pl.String,
    "statut": pl.String,
    "pages": pl.Int64,
    "pages_images": pl.Int64,
    "textes": pl.Int64,
    "caracteres": pl.Int64,
    "octets": pl.Int64,
    "modifie": pl.Date,
    "message": pl.String,
    "dossier": pl.String,
}
#: Formats whose lines are those of the page, to be joined again.
_WRAPPED = ("PDF", "texte")
UNKNOWN_KIND = "document"
#: Archives within archives: no deeper, and no more unpacked at all than this.
_DEEPEST, _MOST_UNPACKED = 3, 1 << 30
#: A contract number is written in this many groups of letters and digits at the most, and no shorter.
_GROUPS, _SHORTEST = 8, 5


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
    demo
        Whether one of the files is the demo's.
    """

    texts: pl.DataFrame
    files: pl.DataFrame
    rejects: pl.DataFrame
    demo: bool = False


def read_documents(
    paths: str | Path | Sequence[str | Path], *, limits: Limits | None = None, progress: Progress = None
) -> Documents:
    """Read documents from files, folders, patterns and zip archives.

    Raises
    ------
    Problem, Problems
        When no document can be read at all.
    """
    bounds = limits or Limits()
    given, aside = _members(paths)
    texts: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as place,
        Reader(bounds) as reader,
    ):
        found = _unpacked(given, aside, Path(place))
        files = [_refused(source, str(problem)) for source, problem in aside]
        for rank, member in enumerate(found):
            file, passages = _one(member, reader)
            files.append(file)
            texts += passages
            if progress:
                progress(member.source, (rank + 1) / len(found))
    if not texts:
        problems = [Problem(row["message"], where=row["document"]) for row in files]
        raise problems[0] if len(problems) == 1 else Problems("Aucun document n'a pu être lu", map(str, problems))
    return Documents(
        pl.DataFrame(texts, schema=TEXTS, orient="row"),
        pl.DataFrame(files, schema=FILES, orient="row"),
        _rejects(files),
        demonstration.any_of(paths),
    )


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


def _unpacked(found: list[Member], aside: list[tuple[str, Problem]], place: Path, depth: int = 1) -> list[Member]:
    """The members, archives within archives opened in their turn; those that cannot be are put aside."""
    opened: list[Member] = []
    for rank, member in enumerate(found):
        if not member.inner.lower().endswith(".zip") or depth > _DEEPEST:
            opened.append(member)
            continue
        try:
            copy = _copied(
                member,
                place / f"{depth}-{len(list(place.iterdir()))}-{rank}.zip",
                _MOST_UNPACKED - sum(f.stat().st_size for f in place.iterdir()),
            )
            inner, refused = archives.members(copy)
        except Problem as problem:
            aside.append((member.source, problem))
            continue
        aside += [(member.source, problem) for _, problem in refused]
        named = [
            replace(one, source=f"{member.source}/{one.inner}" if one.inner else member.source, named=False)
            for one in inner
        ]
        opened += _unpacked(named, aside, place, depth + 1)
    return opened


def _copied(member: Member, copy: Path, most: int) -> Path:
    """The content of a member as a file of its own, of the same date."""
    if member.size > most:
        raise archives.bomb(member.source)
    with member.open() as stream, copy.open("wb") as out:
        shutil.copyfileobj(stream, out)
    shutil.copystat(member.path, copy)
    return copy


def numbers(files: pl.DataFrame) -> pl.LazyFrame:
    """The numbers that the folder, the archives and the name of each document may bear, for whoever looks for its contract.

    Returns
    -------
    LazyFrame
        ``document``, ``cle`` (letters and digits alone), ``entier`` (the name holds nothing else).
    """
    rows = [
        (document, key, whole)
        for document, folder in files.select("document", "dossier").rows()
        for part in dict.fromkeys([*(part for part in (folder,) if part), *PurePosixPath(document).parts])
        for key, whole in _runs(re.findall(r"[A-Z0-9]+", _bare_name(part).upper()))
    ]
    return pl.LazyFrame(
        rows, schema={"document": pl.String, "cle": pl.String, "entier": pl.Boolean}, orient="row"
    ).unique(maintain_order=True)


def _bare_name(part: str) -> str:
    """The name without its extension: « 1.2 » ends with none."""
    return re.sub(r"\.[A-Za-z]{2,4}$", "", part)


def _runs(groups: list[str]) -> Iterator[tuple[str, bool]]:
    for first in range(len(groups)):
        for last in range(first + 1, min(len(groups), first + _GROUPS) + 1):
            key = "".join(groups[first:last])
            if len(key) >= _SHORTEST and any(map(str.isdigit, key)):
                yield key, last - first == len(groups)


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
        return _refused(member.source, _why_empty(done), member.size) | {"modifie": _day(member)}, []
    opening = "\n".join(line[0] for _, lines in pages[:2] for line in lines[:80])
    code = documents_structure.kind(member.source, opening)
    passages = list(documents_structure.passages(pages, done.get("format", "PDF") in _WRAPPED))
    texts = [_row(member.source, code, rank, passage) for rank, passage in enumerate(passages, 1)]
    return _account(member, code, done, pages, texts), texts


def _why_empty(done: dict[str, Any]) -> str:
    """Nothing was read: why, so that no unreadable file passes for an empty one."""
    if done.get("refused"):
        return str(done["refused"])
    if done.get("scanned") and done.get("broken"):
        return "Ses pages sont des images, ou abîmées : faites-le reconnaître (OCR) avant de le lire"
    if done.get("scanned"):
        return "Toutes ses pages sont des images : faites-le reconnaître (OCR) avant de le lire"
    return (
        "Ses pages sont abîmées ou démesurées : elles ne se lisent pas"
        if done.get("broken")
        else "Il ne contient aucun texte lisible"
    )


def _row(source: str, code: str | None, rank: int, passage: documents_structure.Passage) -> dict[str, Any]:
    field = code or UNKNOWN_KIND
    return {
        "texte_id": f"{source}#{rank:05d}",
        "document": source,
        "genre": code,
        "page": passage.page,
        "article": passage.article,
        "titre": passage.title,
        "champ": f"{field}, critère" if passage.criterion else field,
        "texte": passage.text,
    }


def _account(
    member: Member, code: str | None, done: dict[str, Any], pages: list, texts: list[dict[str, Any]]
) -> dict[str, Any]:
    notes = [done.get("partial") or done.get("refused")]
    if done.get("scanned"):
        notes.append(f"Pages en image, non lues : {_ranges(done['scanned'])}")
    if done.get("broken"):
        notes.append(f"Pages abîmées, non lues : {_ranges(done['broken'])}")
    said = " ; ".join(note for note in notes if note)
    known = documents_structure.kinds().get(code or "", {}).get("label")
    return {
        "document": member.source,
        "genre": code,
        "genre_libelle": known,
        "format": done.get("format", "PDF"),
        "statut": "partiel" if said else "lu",
        "pages": done.get("pages") or len({page for page, _ in pages if page}) or None,
        "pages_images": len(done.get("scanned", ())),
        "textes": len(texts),
        "caracteres": sum(len(row["texte"]) for row in texts),
        "octets": member.size,
        "modifie": _day(member),
        "message": french.typeset(said) or None,
        "dossier": _folder(member),
    }


def _day(member: Member) -> date:
    """The day the file (or its archive) was last written."""
    return datetime.fromtimestamp(member.path.stat().st_mtime, UTC).date()


def _folder(member: Member) -> str | None:
    """The folder that holds what the user named: it often bears the number of the contract."""
    shown = PurePosixPath(member.source.removesuffix(member.inner) if member.inner else member.source)
    above = member.path.resolve().parents
    if member.path.name not in shown.parts:
        return None  # unpacked from an archive: its names are already those of the source
    return above[min(len(shown.parts), len(above)) - 1].name or None


def _refused(source: str, why: str, size: int | None = None) -> dict[str, Any]:
    return dict.fromkeys(FILES) | {
        "document": source,
        "statut": "refuse",
        "textes": 0,
        "octets": size,
        "message": french.typeset(why),
    }


def _rejects(files: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        {
            "source": row["document"],
            "regle": "document.illisible" if row["statut"] == "refuse" else "document.partiel",
            "niveau": "rejet" if row["statut"] == "refuse" else "doute",
            "message": row["message"],
        }
        for row in files
        if row["message"]
    ]
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
