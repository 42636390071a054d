"""The reading of contracts: from paths to RECORDS, REJECTS and the list of what was read."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from spaser.problems import Problem, Problems
from spaser.sources import archives, recognition
from spaser.sources.archives import Guarded, Member
from spaser.sources.contracts import decp, json_stream, tabular, values
from spaser.sources.contracts.json_stream import Batch, Note, Unreadable
from spaser.sources.contracts.store import IN_MEMORY, Kept, Sheaf, Store
from spaser.sources.siret import FLAT
from spaser.vocabulary import RAW, REJECTS

Progress = Callable[[str, float], None]
FILES = {"source": pl.String, "dialecte": pl.String, "lus": pl.Int64, "octets": pl.Int64, "sha256": pl.String}
FRAME_ROWS = 10_000


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes
    ----------
    records
        RECORDS: one row per state of a contract in a source record.
    rejects
        REJECTS: what was refused or doubted.
    files
        One row per file: source, dialecte, lus (records found), octets and sha256 of its decompressed content.
    pieces
        What each source holds before any check.
    """

    records: pl.LazyFrame
    rejects: pl.LazyFrame
    files: pl.DataFrame
    pieces: tuple[tuple[str, Kept], ...] = field(default=(), repr=False)

    @cached_property
    def buyers(self) -> pl.DataFrame:
        """``acheteur_id, acheteur_nom, n, publie``: the records of each buyer under each name it is given, and the latest
        day of their publication. Read once: it says whom a text names, and when the data stop.
        """
        found = pl.concat(values.named(raw) for raw in _alike(list(self.pieces)))
        grouped = found.group_by("acheteur_id", "acheteur_nom").agg(pl.col("n").sum(), pl.col("publie").max())
        return grouped.collect(engine="streaming")

    def of_buyers(self, sirens: Sequence[str]) -> Reading:
        """The reading of the records of some buyers only, by their SIREN.

        The choice is made on identifiers as written, before any check: a Parquet file gives only these rows. ``lus``
        then counts these records, and refusals are theirs and those of whole files.
        """
        return checked([(source, _of_buyers(kept, sirens)) for source, kept in self.pieces], [])


def read(
    paths: str | Path | Sequence[str | Path],
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    acheteur: str | None = None,
) -> Reading:
    """Read contracts from files, folders, patterns and archives, whatever their dialect.

    Parameters
    ----------
    paths
        One path or several: files, folders (read whole), patterns (``*.json``), zip and gzip archives.
    cache
        Folder where large files are kept in Parquet, found again by their content; by default a temporary folder that
        lives as long as the program.
    progress
        Called with the source and the share read, from 0 to 1.
    acheteur
        SIRET of the buyer, for lists of contracts where no column gives it.

    Raises
    ------
    Problem, Problems
        When a file named explicitly cannot be read, or when nothing can be.
    """
    return checked(*gather(paths, cache=cache, progress=progress, acheteur=acheteur))


def checked(pieces: list[tuple[str, Kept]], aside: list[tuple[str, Problem]]) -> Reading:
    """The reading of what was gathered: typed, with its refusals; ``aside`` are the sources that cannot be read."""
    parts = [values.check(raw) for raw in _alike(pieces)]
    known = pl.concat([REJECTS.conform(kept.rejects.lazy()) for _, kept in pieces] + [refusals(aside).lazy()])
    rejects = pl.concat([known, *(REJECTS.conform(part.rejects) for part in parts)])
    return Reading(pl.concat([part.records for part in parts]), rejects, _files(pieces), tuple(pieces))


def _of_buyers(kept: Kept, sirens: Sequence[str]) -> Kept:
    """The rows whose buyer, as written, has one of these SIREN once read."""
    # Held in memory from here, in one piece: a buyer is small, and its records are wanted several times.
    raw = asked(kept.raw, sirens).collect(engine="streaming").rechunk()
    rejects = kept.rejects.filter(pl.col("position").is_null())
    return replace(kept, raw=raw.lazy(), rejects=rejects, lus=raw["position"].n_unique())


def asked(raw: pl.LazyFrame, sirens: Sequence[str]) -> pl.LazyFrame:
    """The rows of these buyers, chosen within the reading of the file.

    As a list, identifiers are compared with the bounds of the groups of a Parquet file: those without the buyer are not opened.
    """
    wanted = _buyers_of(raw).filter(pl.col("lu").str.head(9).is_in(list(sirens)))["ecrit"]
    return raw.filter(pl.col("acheteur_id").cast(pl.String).is_in(wanted.to_list()))


def _buyers_of(raw: pl.LazyFrame) -> pl.DataFrame:
    """The identifiers of buyers as written, and as read (`values.buyers`)."""
    return values.buyers(
        raw.select(pl.col("acheteur_id").cast(pl.String).unique()).collect(engine="streaming")["acheteur_id"]
    )


def gather(
    paths: str | Path | Sequence[str | Path],
    *,
    cache: Path | None = None,
    progress: Progress | None = None,
    acheteur: str | None = None,
) -> tuple[list[tuple[str, Kept]], list[tuple[str, Problem]]]:
    """What each source holds before any check, and the sources of folders and archives that cannot be read."""
    found, aside = archives.members(paths)
    store, pieces = Store(cache), []
    failures: list[tuple[str, Problem]] = []
    for member in found:
        try:
            pieces.append((member.source, _sourced(member.source, _content(member, store, progress, acheteur))))
        except Problem as problem:
            (failures if member.named else aside).append((member.source, problem))
    if failures or not pieces:
        _fail([problem for _, problem in failures or aside])
    return pieces, aside


def _fail(problems: list[Problem]) -> None:
    if len(problems) == 1:
        raise problems[0]
    raise Problems("Des fichiers ne peuvent pas être lus", map(str, problems))


def _sourced(source: str, kept: Kept) -> Kept:
    """The rows and refusals of a content, with the name of its source."""
    raw = kept.raw.with_columns(pl.lit(source).alias("source"))
    rejects = kept.rejects.with_columns(pl.lit(source).alias("source"))
    return Kept(raw, rejects, kept.lus, kept.dialecte, kept.octets, kept.sha256)


def _alike(pieces: list[tuple[str, Kept]]) -> Iterator[pl.LazyFrame]:
    """Sources with the same columns and types go through the checks together."""
    groups: dict[tuple[tuple[str, pl.DataType], ...], list[pl.LazyFrame]] = {}
    for _, kept in pieces:
        names = [name for name in (*RAW.columns, *FLAT) if name in kept.raw.collect_schema()]
        raw = kept.raw.select(names)
        groups.setdefault(tuple(raw.collect_schema().items()), []).append(raw)
    for frames in groups.values():
        yield pl.concat(frames) if len(frames) > 1 else frames[0]


def _files(pieces: list[tuple[str, Kept]]) -> pl.DataFrame:
    rows = [(source, kept.dialecte, kept.lus, kept.octets, kept.sha256) for source, kept in pieces]
    return pl.DataFrame(rows, schema=FILES, orient="row")


def refusals(aside: list[tuple[str, Problem]]) -> pl.DataFrame:
    """REJECTS lines of files that cannot be read at all."""
    rows = [
        {"source": source, "regle": "fichier.illisible", "niveau": "rejet", "message": str(p)} for source, p in aside
    ]
    return pl.DataFrame(rows, schema=REJECTS.schema)


def _content(member: Member, store: Store, progress: Progress | None, acheteur: str | None) -> Kept:
    """Read one content by what it is."""
    with member.open() as stream:
        head, large = stream.read(recognition.HEAD), stream.likely_size > IN_MEMORY
    kind = recognition.recognise(head, member.source)
    if kind in (recognition.JSON, recognition.XML):
        return _streamed(member, kind, head, store if large else None, progress)
    return tabular.kept(member, kind, head, store, acheteur)


def _streamed(member: Member, kind: str, head: bytes, store: Store | None, progress: Progress | None) -> Kept:
    """A text of any size: rows in memory when it is small, in Parquet parts of the store when it is large."""
    known = store.find(member) if store else None
    if known is not None:
        return known
    sheaf = Sheaf(store.root if store else None)
    try:
        with member.open() as stream, _without_collector():
            _fill(sheaf, Hashed(stream, member.source, progress), member, kind, recognition.encoding(head))
        return store.keep(member, sheaf) if store else sheaf.kept()
    finally:
        sheaf.drop()


@contextmanager
def _without_collector() -> Iterator[None]:
    """Millions of small objects without cycles: the cycle collector would take more time than the decoding."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _fill(sheaf: Sheaf, stream: Hashed, member: Member, kind: str, encoding: str) -> None:
    """Turn the elements of a text into rows, counting each."""
    note, lus, read_, refused, gathered = Note(), 0, 0, [], decp.Gathered()
    for batch in _batches(stream, member, kind, encoding, note):
        kept = []
        for element in batch.elements:
            lus += 1
            if isinstance(element, dict):
                kept.append(decp.Element(lus, batch.key, element))
            else:
                refused.append(_refused(lus, element))
        read_ += len(kept)
        gathered.add(kept)
        if len(gathered) >= FRAME_ROWS:
            sheaf.add(gathered.rows(kind))
    if len(gathered):
        sheaf.add(gathered.rows(kind))
    if not read_:
        why = "Il s'arrête avant la fin du premier contrat" if note.cut is not None else ""
        raise Problem(
            "Aucun contrat n'est lisible dans le fichier",
            where=member.source,
            why=why,
            todo="Téléchargez-le de nouveau",
        )
    stream.drain()
    rejects = pl.DataFrame(refused + _remarks(note, lus), schema=REJECTS.schema)
    sheaf.end(lus=lus, rejects=rejects, octets=stream.given, sha256=stream.digest(), otherwise=f"decp-{kind}")


def _batches(stream: Hashed, member: Member, kind: str, encoding: str, note: Note) -> Iterator[Batch]:
    if kind == recognition.XML:
        from spaser.sources.contracts import decp_xml

        yield from decp_xml.batches(stream, member, note)
        return
    text: recognition.Readable = (
        recognition.Utf8(stream, encoding) if encoding.startswith(("utf-16", "utf-32")) else stream
    )
    head = text.read(json_stream.HEAD).removeprefix(b"\xef\xbb\xbf")
    layout = json_stream.locate(head)
    if layout is None:
        raise json_stream.foreign(head, member.source)
    yield from json_stream.Elements(text, layout, note, head)


def _refused(position: int, element: object) -> dict[str, object]:
    """The REJECTS line of an element that is not a readable record."""
    if isinstance(element, Unreadable):
        value, why = element.excerpt, element.why
    else:
        value, why = str(element)[:80], "ce n'est pas un objet"
    message = f"Enregistrement illisible ({why}) : il est écarté, les autres sont lus."
    return {
        "position": position,
        "valeur": value,
        "regle": "enregistrement.illisible",
        "niveau": "rejet",
        "message": message,
    }


def _remarks(note: Note, lus: int) -> list[dict[str, object]]:
    """What concerns the file as a whole: where it was cut, in which encoding it was read."""
    lines: list[dict[str, object]] = []
    if note.cut is not None:
        message = (
            f"Le fichier s'arrête avant la fin de sa liste (octet {note.cut}, enregistrement {lus}) : la suite manque."
        )
        lines.append({"regle": "fichier.coupe", "niveau": "doute", "message": message})
    if note.cp1252:
        message = "Le fichier n'est pas en UTF-8 : ses caractères ont été lus en Windows-1252."
        lines.append(
            {"champ": "encodage", "valeur": "cp1252", "regle": "fichier.encodage", "niveau": "info", "message": message}
        )
    return lines


class Hashed:
    """A stream that is hashed on another thread while it is read, and tells its progress."""

    def __init__(self, stream: Guarded, source: str, progress: Progress | None) -> None:
        self.stream, self.source, self.progress = stream, source, progress
        self.hash, self._pool = hashlib.sha256(), ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    @property
    def given(self) -> int:
        return self.stream.given

    def read(self, count: int = -1) -> bytes:
        data = self.stream.read(count)
        if self._last is not None:
            self._last.result()
        self._last = self._pool.submit(self.hash.update, data)
        if self.progress is not None:
            self.progress(self.source, self.stream.fraction if data else 1.0)
        return data

    def drain(self) -> None:
        """Read what the reader left, so that the digest is of the whole content."""
        while self.read(1 << 20):
            pass

    def digest(self) -> str:
        self._pool.shutdown(wait=True)
        return self.hash.hexdigest()
