"""What each library raises on a damaged content becomes a Problem in French; what it does not raise still shows."""

from __future__ import annotations

import csv
import decimal
import errno
import io
import json
import lzma
import os
import tomllib
import zipfile
import zlib
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from lxml import etree

from spaser import guards
from spaser.problems import Problem


def _huge_cell():
    before = csv.field_size_limit(10)
    try:
        list(csv.reader(io.StringIO("x" * 50)))
    finally:
        csv.field_size_limit(before)


RAISED = {
    "toml": [
        lambda: tomllib.loads("a ="),
        lambda: tomllib.loads("a = " + "[" * 100_000),
        lambda: tomllib.loads("a = " + "9" * 6000),
    ],
    "json": [lambda: json.loads("{"), lambda: json.loads("[" * 200_000), lambda: json.loads("9" * 6000)],
    "csv": [_huge_cell],
    "text": [
        lambda: b"\xff".decode("utf-8"),
        lambda: "\ud800".encode(),
        lambda: b"".decode("inconnu-8") or b"x".decode("inconnu-8"),
    ],
    "number": [lambda: decimal.Decimal("sNaN") + 1, lambda: int(float("inf"))],
    "zip": [
        lambda: zipfile.ZipFile(io.BytesIO(b"PK")),
        lambda: zlib.decompress(b"x"),
        lambda: lzma.decompress(b"\xfd7zXZ\x00xxxxxxxxxxxxxxxx"),
    ],
    "xml": [lambda: etree.fromstring("<a>")],
    "workbook": [lambda: fastexcel.read_excel(b"PK\x03\x04abc")],
    "polars": [lambda: pl.read_parquet(io.BytesIO(b"PAR1xxxxPAR1")), lambda: pl.read_csv(io.BytesIO(b""))],
    "system": [lambda: Path("/inexistant/a").open()],
}


@pytest.mark.parametrize(("library", "broken"), [(name, one) for name, those in RAISED.items() for one in those])
def test_what_a_library_raises_becomes_a_problem(library, broken):
    with pytest.raises(Problem) as told, guards.reading("marches.json", library):
        broken()
    assert "marches.json" in str(told.value)
    assert told.value.todo and "\n" not in str(told.value)


def test_every_library_that_is_guarded_is_tried_here():
    assert guards.LIBRARIES.keys() - RAISED.keys() == {"memory"}


def test_a_fault_of_the_kit_is_not_hidden():
    with pytest.raises(AttributeError), guards.reading("f", *guards.LIBRARIES):
        None.absent  # noqa: B018
    with pytest.raises(TypeError), guards.reading("f", *guards.LIBRARIES):
        len(1)
    with pytest.raises(Problem, match="déjà dit"), guards.reading("f", "zip"):
        raise Problem("déjà dit")


def test_a_panic_of_a_compiled_library_is_told_as_a_damaged_file():
    with pytest.raises(Problem, match="classeur"), guards.reading("f.xlsx", "workbook"):
        raise pl.exceptions.PanicException("index out of bounds")
    with pytest.raises(pl.exceptions.PanicException), guards.reading("f.xlsx", "zip"):
        raise pl.exceptions.PanicException("index out of bounds")


def test_the_room_may_say_what_it_was_reading():
    with (
        pytest.raises(Problem, match=r"La liste est illisible \(f\)\. .*\. Faites ceci\."),
        guards.reading("f", "json", what="La liste est illisible", todo="Faites ceci"),
    ):
        json.loads("{")


@pytest.mark.parametrize(
    "number",
    [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.EISDIR, errno.ENAMETOOLONG, errno.EROFS, errno.EIO, errno.ELOOP],
)
def test_errors_of_the_system_are_in_french(number):
    told = guards.of_system(OSError(number, os.strerror(number)))
    assert os.strerror(number) not in told and "erreur" not in told


def test_an_error_of_windows_is_known_by_its_own_number():
    failure = OSError(errno.EACCES, "x")
    failure.winerror = 32
    assert "ouvert dans un autre logiciel" in guards.of_system(failure)
