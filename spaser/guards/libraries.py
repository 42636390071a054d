"""The exceptions each library may raise on what a person gives, in one place per library, and their ``Problem``."""

from __future__ import annotations

import csv
import decimal
import gzip
import json
import lzma
import re
import struct
import sys
import tomllib
import zipfile
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Literal, NamedTuple

import polars as pl

from spaser.guards import messages
from spaser.problems import Problem


class Library(NamedTuple):
    """What a library may raise on a damaged content, what this means, and what to do about it.

    ``module``: its name when its exceptions are only known once it is loaded; ``names``: these exceptions.
    """

    raised: tuple[type[BaseException], ...]
    what: str
    why: Callable[[BaseException], str]
    todo: str
    module: str = ""
    names: tuple[str, ...] = ()


def _silent(_: BaseException) -> str:
    return ""


def _why_zip(error: BaseException) -> str:
    if isinstance(error, NotImplementedError | RuntimeError):
        return "Une compression ou un chiffrement n'est pas pris en charge, ou un mot de passe est demandé"
    return "Son contenu ne correspond pas à ce qui est annoncé"


#: A fault in the compiled part of a library (calamine, polars) arrives under this name and is no ordinary exception.
PANIC = "PanicException"
LIBRARIES: dict[str, Library] = {
    "system": Library(
        (OSError,),
        "Le fichier ne peut pas être lu ou écrit",
        messages.of_system,
        "Vérifiez qu'il est là, fermé ailleurs, et que vous y avez droit",
    ),
    "toml": Library(
        (tomllib.TOMLDecodeError, RecursionError, ValueError),
        "Le fichier n'est pas du TOML correct",
        messages.of_toml,
        "Corrigez cette ligne",
    ),
    "json": Library(
        (json.JSONDecodeError, RecursionError, ValueError),
        "Le fichier n'est pas du JSON correct",
        messages.of_json,
        "Corrigez-le, ou produisez-le de nouveau",
    ),
    "csv": Library(
        (csv.Error, StopIteration),
        "Le fichier CSV est mal formé",
        messages.of_csv,
        "Enregistrez-le de nouveau en CSV (UTF-8) depuis un tableur",
    ),
    "text": Library(
        (UnicodeError, LookupError), "Le texte n'est pas dans un codage connu", _silent, "Enregistrez-le en UTF-8"
    ),
    "number": Library(
        (decimal.DecimalException, OverflowError),
        "Un nombre est hors de toute mesure",
        _silent,
        "Corrigez-le dans le fichier",
    ),
    "zip": Library(
        (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            gzip.BadGzipFile,
            EOFError,
            NotImplementedError,
            RuntimeError,
            struct.error,
            KeyError,
            ValueError,
            OSError,
        ),
        "L'archive est abîmée, incomplète ou protégée",
        _why_zip,
        "Téléchargez-la de nouveau, ou décompressez-la d'abord",
    ),
    "xml": Library(
        (),
        "Le fichier XML est mal formé",
        _silent,
        "Téléchargez-le de nouveau",
        "lxml.etree",
        ("XMLSyntaxError", "ParserError", "XPathEvalError"),
    ),
    "workbook": Library(
        (ValueError,),
        "Le classeur ne peut pas être lu",
        lambda _: "Il est abîmé, protégé par un mot de passe, ou n'est pas un classeur",
        "Ouvrez-le et enregistrez-le en XLSX sans mot de passe, ou en CSV",
        "fastexcel",
        ("FastExcelError",),
    ),
    "polars": Library(
        (pl.exceptions.PolarsError,),
        "Le fichier ne se lit pas comme une table",
        messages.of_polars,
        "Téléchargez-le ou produisez-le de nouveau",
    ),
    "memory": Library(
        (MemoryError,),
        "Le fichier est trop grand pour la mémoire de cet ordinateur",
        _silent,
        "Donnez-en une partie, ou fermez d'autres logiciels",
    ),
}


def exceptions(*libraries: str) -> tuple[type[BaseException], ...]:
    """What these libraries may raise; a library that is not loaded raises nothing."""
    found: list[type[BaseException]] = []
    for name in libraries:
        library = LIBRARIES[name]
        module = sys.modules.get(library.module)
        found += [*library.raised, *(getattr(module, one) for one in library.names if module is not None)]
    return tuple(found)


def refused(where: str, error: BaseException, *libraries: str) -> Problem | None:
    """The ``Problem`` an exception stands for, or None when none of these libraries raises it."""
    for name in libraries:
        panicked = type(error).__name__ == PANIC and name in ("workbook", "polars")
        if panicked or isinstance(error, exceptions(name)):
            library = LIBRARIES[name]
            why = library.why(error)
            return Problem(library.what, where=where, why=why[:1].upper() + why[1:], todo=library.todo)
    return None


class reading:
    """A block in which what the named libraries raise becomes a ``Problem``; the system and the memory are always among them.

    Parameters
    ----------
    where
        The file, as the user knows it.
    libraries
        Keys of ``LIBRARIES``, the most telling first.
    what
        The sentence of the problem, when the room has a better one than the library's.
    todo
        What to do about it, likewise.
    """

    def __init__(self, where: str, *libraries: str, what: str = "", todo: str = "") -> None:
        self.where, self.what, self.todo = where, what, todo
        self.libraries = (*libraries, *(name for name in ("system", "memory") if name not in libraries))

    def __enter__(self) -> reading:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        if error is None or isinstance(error, Problem | BrokenPipeError):
            return False
        problem = refused(self.where, error, *self.libraries)
        if problem is None:
            return False
        if self.what or self.todo:
            problem = Problem(
                self.what or problem.what, where=self.where, why=problem.why, todo=self.todo or problem.todo
            )
        raise problem from error


#: An escape of a JSON text: two halves of a character, one half alone, or any other.
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def json_of(text: str, where: str, *, what: str = "", todo: str = "") -> Any:
    """A JSON text read whole; half a character (« \\ud800 » alone), which no table can hold, becomes U+FFFD.

    Raises
    ------
    Problem
        It is not JSON, is nested beyond reason, or a number is endless.
    """
    plain = (
        _ESCAPE.sub(lambda found: r"\ufffd" if found[1] else found[0], text)
        if re.search(r"\\u[dD][89a-fA-F]", text)
        else text
    )
    with reading(where, "json", what=what, todo=todo):
        return json.loads(plain)
