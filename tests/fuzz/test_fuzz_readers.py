"""Damaged files through every reader and every settings file: read or refused in French, never anything else; the seed is printed."""

from __future__ import annotations

import os
import random
import warnings

import pytest
from fuzz import bulk, rooms, run

#: The same files on every machine, unless a seed is given; by hand: ``python -m fuzz.run``.
SEED = int(os.environ.get("GRAINE", "20261128"))
FILES = 12


@pytest.mark.parametrize("name", rooms.ROOMS)
def test_a_damaged_input_is_read_or_refused_in_french(name, tmp_path):
    folder = rooms.fresh(tmp_path / "f")
    warnings.filterwarnings("ignore", category=UserWarning, module="zipfile")
    for seed in range(SEED, SEED + FILES):
        _, _, fault = run.one(name, seed, folder)
        assert not fault, f"{name}, graine {seed} : {fault}"


@pytest.mark.parametrize("name", bulk.MAKE)
def test_a_file_whose_every_record_is_damaged_is_accounted_for(name, tmp_path):
    folder = rooms.fresh(tmp_path / "f")
    _, _, fault = run.one(name, SEED, folder, 200)
    assert not fault, f"{name}, graine {SEED} : {fault}"


def test_the_same_seed_makes_the_same_file():
    for name, room in rooms.ROOMS.items():
        if name not in (
            "archives",
            "xlsx",
            "depenses_xlsx",
            "registre_xlsx",
            "document_docx",
            "document_odt",
            "souhaits",
            "suivi",
            "entretiens",
            "groupements",
        ):  # a zip bears its hour
            assert room.make(random.Random(name)) == room.make(random.Random(name)), name
