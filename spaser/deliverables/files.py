"""Writing files so that none is ever half written, and a file open elsewhere does not stop the work."""

from __future__ import annotations

import contextlib
import csv
import functools
import hashlib
import io
import os
import re
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import NamedTuple, ParamSpec

import polars as pl

from spaser import french, guards, text
from spaser.deliverables import written
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.vocabulary import NO, UNITS, UNKNOWN, YES
from spaser.vocabulary.spoken import handed

_COPIES = 99
#: A spreadsheet runs a cell that begins so, the signs of Asian keyboards and spaces before them included.
_FORMULA = r"^[\s\u00a0\u202f\u3000\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]"
#: The files of a set that wait for the last of them.
_WAITING: ContextVar[list[Waiting] | None] = ContextVar("waiting", default=None)
#: Folders already swept of what killed runs left.
_SWEPT: set[Path] = set()
Asked = ParamSpec("Asked")


class Waiting(NamedTuple):
    """A file made whole under a ``temporary`` name and the name it should take; ``mark``, its SHA-256, when a person may write in it."""

    temporary: Path
    wanted: Path
    mark: str = ""


def deliver(path: Path | str, content: bytes) -> Path:
    """Write a result, whole; what a person wrote in the one of a former run is kept, and the new one is a numbered copy beside it.

    Returns
    -------
    Path
        Where the file was written; ``moved_message`` says it to the user when it is elsewhere.

    Raises
    ------
    Problem
        The folder cannot be written to.
    """
    return _write(Path(path), content, hashlib.sha256(content).hexdigest())


def write_atomic(path: Path | str, content: bytes) -> Path:
    """Write a whole file or nothing; when it is open elsewhere, a numbered copy « nom (2).xlsx » beside it.

    It replaces what is there: for a file that the kit alone writes, or that it has just read and merged.

    Returns
    -------
    Path
        Where the file was written; ``moved_message`` says it to the user when it is elsewhere.

    Raises
    ------
    Problem
        The folder cannot be written to.
    """
    return _write(Path(path), content, "")


def _write(wanted: Path, content: bytes, mark: str) -> Path:
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if wanted.parent not in _SWEPT:
            leftovers.sweep(wanted.parent)
            _SWEPT.add(wanted.parent)
        temporary = leftovers.temporary(wanted.parent, wanted.suffix)
        with temporary.open("xb") as stream:
            stream.write(content)
    except (OSError, ValueError) as failure:
        with contextlib.suppress(OSError, UnboundLocalError):
            temporary.unlink(missing_ok=True)
        raise Problem(
            "Impossible d'écrire dans ce dossier",
            where=str(wanted.parent),
            why=guards.of_system(failure) if isinstance(failure, OSError) else "Son nom contient un caractère interdit",
            todo="Choisissez un autre dossier de sortie, où vous avez le droit d'écrire.",
        ) from failure
    waiting = _WAITING.get()
    if waiting is not None:
        waiting.append(Waiting(temporary, wanted, mark))
        return wanted
    try:
        return _settled([Waiting(temporary, wanted, mark)])[wanted]
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def together(write: Callable[Asked, list[Path]]) -> Callable[Asked, list[Path]]:
    """A function that writes several files, switched at once: never last month's workbook beside today's page.

    Every file is made whole under a temporary name; only when the last is made do all of them take their names. When the function
    fails or the run is stopped before, the files of the run before stay as they were.
    """

    @functools.wraps(write)
    def switched(*given: Asked.args, **named: Asked.kwargs) -> list[Path]:
        if _WAITING.get() is not None:
            return write(*given, **named)
        waiting: list[Waiting] = []
        token = _WAITING.set(waiting)
        try:
            written = write(*given, **named)
            moved = _settled(waiting)
            return [moved.get(path, path) for path in written]
        finally:
            _WAITING.reset(token)
            for one in waiting:
                with contextlib.suppress(OSError):
                    one.temporary.unlink(missing_ok=True)

    return switched


def moved_message(place: Path | str) -> str:
    """What to tell the user when a file was written as a numbered copy beside the one it should replace (empty otherwise)."""
    path = Path(place)
    found = re.fullmatch(r"(.+) \(\d+\)", path.stem)
    wanted = path.with_stem(found[1]) if found else path
    if wanted == path or not wanted.exists():
        return ""
    if path.name in written.marks_of(path.parent) and not written.ours(wanted):
        return french.typeset(
            f"{wanted.name} a changé depuis que le kit l'a écrit : il est gardé, le nouveau résultat est dans « {path.name} »."
        )
    return french.typeset(f"{wanted.name} est ouvert dans un autre logiciel : le résultat est dans « {path.name} ».")


def officers_csv(frame: pl.DataFrame) -> bytes:
    """A CSV that opens well in a French spreadsheet: UTF-8 with BOM, « ; », decimal comma, oui / non / inconnu, euros, no code for a word."""
    # Cents become euros by their column's name: headings are said last.
    spoken = handed(_spelled(frame))
    return b"\xef\xbb\xbf" + _csv(spoken, ";", decimal=",", dates="%d/%m/%Y").encode("utf-8", "replace")


def officers_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """Each cell as ``officers_csv`` writes it, under the headings given."""
    spoken = _spelled(frame)
    columns = [
        _as_text(name, dtype, ",", "%d/%m/%Y").cast(pl.String).fill_null("") for name, dtype in spoken.schema.items()
    ]
    return spoken.select(columns)


def open_data_csv(frame: pl.DataFrame) -> bytes:
    """A CSV for publication: UTF-8, « , », decimal point, ISO dates, true / false / empty, euros."""
    flags = [pl.col(name).cast(pl.String) for name, dtype in frame.schema.items() if dtype == pl.Boolean]
    return _csv(_in_euros(frame).with_columns(flags), ",", decimal=".", dates="%Y-%m-%d").encode("utf-8")


def _settled(waiting: Sequence[Waiting]) -> dict[Path, Path]:
    """Give each file its name, all at once: where each went, by the name it should take.

    The marks are written before: a run killed in between leaves nothing that the next one takes for a person's work.
    """
    targets = [_free(one) for one in waiting]
    written.note((target, one.mark) for target, one in zip(targets, waiting, strict=True) if one.mark)
    return {one.wanted: _renamed(one, target) for target, one in zip(targets, waiting, strict=True)}


def _free(one: Waiting, after: int = 0) -> Path:
    """The first of « nom.xlsx », « nom (2).xlsx »… that no person wrote in, those up to rank ``after`` left out."""
    for rank in range(after + 1, _COPIES + 1):
        target = one.wanted if rank == 1 else one.wanted.with_name(f"{one.wanted.stem} ({rank}){one.wanted.suffix}")
        if not one.mark or not target.is_file() or written.ours(target):
            return target
    raise Problem(
        "Le fichier et ses copies sont tous ouverts ou modifiés",
        where=one.wanted.name,
        todo="Fermez-en un, rangez les copies ailleurs, ou donnez un autre dossier avec --sortie.",
    )


def _renamed(one: Waiting, target: Path) -> Path:
    """The file under its name; the next one when another program holds it."""
    for rank in range(1, _COPIES + 1):
        with contextlib.suppress(PermissionError, IsADirectoryError):
            one.temporary.replace(target)
            open_to_readers(target)
            return target
        target = _free(one, rank)
        if one.mark:
            written.note([(target, one.mark)])
    return target


def open_to_readers(path: Path, *, folder: bool = False) -> None:
    """Temporary files are private; a delivered file (or folder) has the rights of any new one."""
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        path.chmod((0o777 if folder else 0o666) & ~mask)


def _in_euros(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(name) / 100 for name in frame.columns if UNITS.get(name) == "centime")


def _spelled(frame: pl.DataFrame) -> pl.DataFrame:
    flags = [name for name, dtype in frame.schema.items() if dtype == pl.Boolean]
    words = (
        pl.when(pl.col(c)).then(pl.lit(YES)).when(~pl.col(c)).then(pl.lit(NO)).otherwise(pl.lit(UNKNOWN)).alias(c)
        for c in flags
    )
    return _in_euros(frame).with_columns(words)


def _csv(frame: pl.DataFrame, separator: str, *, decimal: str, dates: str) -> str:
    """The frame as text; lists joined with a comma; a text that could run as a formula is quoted, what no one can see is taken out."""
    columns = [_as_text(name, dtype, decimal, dates) for name, dtype in frame.schema.items()]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.select(columns).rows())
    return stream.getvalue()


def _as_text(name: str, dtype: pl.DataType, decimal: str, dates: str) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        return column.round(6).cast(pl.String).str.strip_suffix(".0").str.replace(".", decimal, literal=True)
    if dtype == pl.Date:
        return column.dt.to_string(dates)
    if isinstance(dtype, pl.List) and dtype.inner == pl.String:
        column = column.list.join(", ")
    elif dtype != pl.String:
        return column
    column = text.harmless_expr(column)
    return pl.when(column.str.contains(_FORMULA)).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(name)
