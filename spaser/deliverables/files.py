"""Writing files so that none is ever half written, and a file open elsewhere does not stop the work."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import re
import tempfile
from pathlib import Path

import polars as pl

from spaser import french
from spaser.problems import Problem
from spaser.vocabulary import NO, UNITS, UNKNOWN, YES

_COPIES = 99
#: A spreadsheet runs a cell that begins so.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_atomic(path: Path | str, content: bytes) -> Path:
    """Write a whole file or nothing; when it is open elsewhere, a numbered copy « nom (2).xlsx » beside it.

    Returns
    -------
    Path
        Where the file was written; ``moved_message`` says it to the user when it is elsewhere.

    Raises
    ------
    Problem
        The folder cannot be written to.
    """
    wanted = Path(path)
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=wanted.parent, prefix=".spaser-", suffix=wanted.suffix)
    except OSError as failure:
        raise Problem(
            "Impossible d'écrire dans ce dossier", where=str(wanted.parent), why=failure.strerror or "",
            todo="Choisissez un autre dossier de sortie, où vous avez le droit d'écrire.",
        ) from failure  # fmt: skip
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        return _settle(temporary, wanted)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def moved_message(written: Path | str) -> str:
    """What to tell the user when a file was written as a numbered copy beside the one it should replace (empty otherwise)."""
    path = Path(written)
    found = re.fullmatch(r"(.+) \(\d+\)", path.stem)
    wanted = path.with_stem(found[1]) if found else path
    if wanted == path or not wanted.exists():
        return ""
    return french.typeset(f"{wanted.name} est ouvert dans un autre logiciel : le résultat est dans « {path.name} ».")


def officers_csv(frame: pl.DataFrame) -> bytes:
    """A CSV that opens well in a French spreadsheet: UTF-8 with BOM, « ; », decimal comma, oui / non / inconnu, euros."""
    text = _csv(_spelled(frame), ";", decimal=",", dates="%d/%m/%Y", guarded=True)
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def open_data_csv(frame: pl.DataFrame) -> bytes:
    """A CSV for publication: UTF-8, « , », decimal point, ISO dates, true / false / empty, euros."""
    flags = [pl.col(name).cast(pl.String) for name, dtype in frame.schema.items() if dtype == pl.Boolean]
    return _csv(_in_euros(frame).with_columns(flags), ",", decimal=".", dates="%Y-%m-%d", guarded=False).encode("utf-8")


def _settle(temporary: Path, wanted: Path) -> Path:
    for rank in range(1, _COPIES + 1):
        target = wanted if rank == 1 else wanted.with_name(f"{wanted.stem} ({rank}){wanted.suffix}")
        with contextlib.suppress(PermissionError, IsADirectoryError):
            temporary.replace(target)
            open_to_readers(target)
            return target
    raise Problem(
        "Le fichier et ses copies sont tous ouverts dans un autre logiciel",
        where=wanted.name,
        todo="Fermez-en un, puis recommencez.",
    )


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


def _csv(frame: pl.DataFrame, separator: str, *, decimal: str, dates: str, guarded: bool) -> str:
    """The frame as text; lists joined with a comma; in guarded files a text that could run as a formula is quoted."""
    columns = [_as_text(name, dtype, decimal, dates, guarded) for name, dtype in frame.schema.items()]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator="\r\n")
    writer.writerow(frame.columns)
    writer.writerows(frame.select(columns).rows())
    return stream.getvalue()


def _as_text(name: str, dtype: pl.DataType, decimal: str, dates: str, guarded: bool) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        return column.round(6).cast(pl.String).str.strip_suffix(".0").str.replace(".", decimal, literal=True)
    if dtype == pl.Date:
        return column.dt.to_string(dates)
    if isinstance(dtype, pl.List) and dtype.inner == pl.String:
        column = column.list.join(", ")
    elif dtype != pl.String:
        return column
    if not guarded:
        return column
    return (
        pl.when(column.str.slice(0, 1).is_in(_FORMULA)).then(pl.concat_str(pl.lit("'"), column)).otherwise(column).alias(name)
    )
