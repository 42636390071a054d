"""The prepared copy of large files: it says what the files say, and is never read when it is not right."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spaser import sources
from spaser.cli import main
from spaser.sources.contracts import copies
from spaser.studies import diagnostic
from spaser.studies.diagnostic import parts, preparation, prepared, understanding
from spaser.studies.mission.model import Mission
from spaser.studies.pams import batch

ROOT = Path(__file__).parents[2]
DEMO = sorted((ROOT / "data").glob("marches_demo*.json"))
REAL = ROOT.parent / "shared" / "data" / "decp_tabulaire" / "decp_2024H2_travaux_cpv4521.csv"


@pytest.fixture(scope="module", autouse=True)
def large() -> Iterator[None]:
    """Files of a few dozen records are taken as a national file would be."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparation, "IN_MEMORY_RECORDS", 10)
        patch.setattr(preparation, "AIMED_RECORDS", 10)
        patch.setattr(parts, "RECORDS", 400)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, large: None) -> Path:
    """A folder of files with their copy, made once."""
    folder = tmp_path_factory.mktemp("nationaux")
    diagnostic.copy([Path(shutil.copy(one, folder)) for one in DEMO])
    return folder


@pytest.fixture
def files(made: Path, tmp_path: Path) -> list[Path]:
    """Files and their copy, for a test alone."""
    shutil.copytree(made, tmp_path / "lus")
    return sorted((tmp_path / "lus").glob("*.json"))


def test_a_copy_whose_rows_are_sent_to_their_parts_in_several_times_is_the_same(tmp_path, monkeypatch) -> None:
    reading = sources.read(DEMO)
    monkeypatch.setattr(copies, "SORTED_AT_ONCE", 40)
    laid = []
    for at_once in (10**9, 7):
        monkeypatch.setattr(copies, "SENT_AT_ONCE", at_once)
        there = tmp_path / str(at_once)
        told = copies.lay(reading, there)
        laid.append({path.relative_to(there): pl.read_parquet(path) for path in sorted(there.rglob("*.parquet"))})
        assert not list(there.rglob("brut"))
    one, other = laid
    assert [said["source"] for said in told] == [source for source, _ in reading.pieces]
    assert len(one) > 2 * len(DEMO) and one.keys() == other.keys()
    for path, rows in one.items():
        assert_frame_equal(rows, other[path])


def place(files: list[Path]) -> Path:
    return prepared.place(files)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files without any copy."""
    folder = tmp_path_factory.mktemp("seuls")
    return sorted(Path(shutil.copy(one, folder)) for one in DEMO)


def same(one: diagnostic.Diagnostic, other: diagnostic.Diagnostic) -> None:
    assert (one.sirens, one.scope, one.as_of) == (other.sirens, other.scope, other.as_of)
    for name in ("contracts", "holders", "subcontracts"):
        assert_frame_equal(getattr(one, name), getattr(other, name), check_row_order=False)
    assert_frame_equal(one.measures, other.measures)
    assert_frame_equal(one.base.rejects.collect(), other.base.rejects.collect(), check_row_order=False)
    assert_frame_equal(one.base.files, other.base.files)
    assert_frame_equal(one.base.accounts, other.base.accounts)


def test_a_buyer_read_from_the_copy_is_the_buyer_read_from_the_files(files: list[Path], bare: list[Path]) -> None:
    assert isinstance(diagnostic.opened(files), prepared.Prepared)
    assert not isinstance(diagnostic.opened(bare), prepared.Prepared)
    names = prepared.find(files).catalogue["acheteur_siren"].to_list()
    for name in names[:2]:
        same(diagnostic.diagnose(files, buyer=name), diagnostic.diagnose(bare, buyer=name))


def test_a_real_file_gives_the_same_from_its_copy(tmp_path: Path) -> None:
    if not REAL.exists():
        pytest.skip("les données réelles de ../shared ne sont pas à côté du projet")
    plain = diagnostic.diagnose(REAL, buyer="21750001600019")
    diagnostic.copy(REAL, cache=tmp_path)
    same(diagnostic.diagnose(REAL, buyer="21750001600019", cache=tmp_path), plain)


def test_the_whole_is_not_understood_again(
    files: list[Path], bare: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = diagnostic.prepare(bare)
    monkeypatch.setattr(understanding, "measured", None)
    with pytest.raises(TypeError):  # the files themselves must be understood
        diagnostic.prepare(bare)
    again = diagnostic.prepare(files)
    assert again.as_of == plain.as_of
    assert_frame_equal(again.measured.collect(), plain.measured.collect(), check_row_order=False)
    assert_frame_equal(again.buyers, plain.buyers)
    assert_frame_equal(again.contracts.collect(), plain.contracts.collect(), check_row_order=False)


def test_another_day_or_another_method_is_computed_from_the_copy_not_taken_from_it(
    files: list[Path],
) -> None:
    day = diagnostic.prepare(files).as_of.replace(year=2024)
    assert diagnostic.prepare(files, as_of=day).as_of == day


def test_a_batch_reads_the_copy(files: list[Path], tmp_path: Path) -> None:
    read: list[str] = []
    mission = Mission(files=tuple(map(str, files)), folder=tmp_path / "rapports", forms=("html",))
    assert isinstance(
        diagnostic.opened(list(mission.files), progress=lambda name, _: read.append(name)), prepared.Prepared
    )
    assert not read
    desk, wanted = batch._prepared(mission, None, None, None)
    assert len(wanted) == desk.base.buyers.height > 1


def test_a_file_touched_but_not_changed_keeps_its_copy_a_changed_one_does_not(files: list[Path]) -> None:
    os.utime(files[0], (1, 1))
    assert prepared.find(files) is not None
    text = files[0].read_text(encoding="utf-8")
    files[0].write_text(text.replace("0", "1", 1), encoding="utf-8")
    assert prepared.find(files) is None
    files[0].write_text(text + " ", encoding="utf-8")
    assert prepared.find(files) is None


def test_another_kit_or_other_rules_do_not_read_the_copy(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "kit", lambda: "autre")
    assert prepared.find(files) is None


@pytest.mark.parametrize("part", ["mesures.parquet", "acheteurs.parquet", "source-0/lignes-000.parquet"])
@pytest.mark.parametrize("damage", ["cut", "gone", "turned"])
def test_a_damaged_copy_is_not_read(files: list[Path], part: str, damage: str) -> None:
    path = place(files) / part
    whole = path.read_bytes()
    middle = len(whole) // 2
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(
            whole[:middle] + (b"" if damage == "cut" else bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        )
    assert prepared.find(files) is None


def test_a_copy_that_is_not_right_is_made_anew_and_a_right_one_left(files: list[Path]) -> None:
    where = place(files)
    before = (where / prepared.NOTE).stat().st_ino
    assert diagnostic.copy(files) == where
    assert (where / prepared.NOTE).stat().st_ino == before
    (where / "mesures.parquet").write_bytes(b"PAR1")
    assert diagnostic.copy(files) == where
    assert prepared.find(files) is not None


def test_a_note_half_written_is_no_copy(files: list[Path]) -> None:
    note = place(files) / prepared.NOTE
    note.write_text(note.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    assert prepared.find(files) is None


def test_a_copy_interrupted_leaves_the_former_and_no_trace(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    where, found = place(files), prepared.find(files)
    before = (where / prepared.NOTE).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "disque plein")

    monkeypatch.setattr(prepared, "summed", full)
    with pytest.raises(OSError, match="disque"):
        prepared.publish(files, found, found.last_day, found.catalogue, found.measured, None)
    assert (where / prepared.NOTE).read_bytes() == before
    assert sorted(one.name for one in where.parent.iterdir()) == sorted([where.name, *(one.name for one in files)])


def test_a_folder_read_whole_does_not_read_the_copy_it_holds(files: list[Path], bare: list[Path]) -> None:
    assert_frame_equal(sources.read(files[0].parent).files, sources.read(bare).files)


def test_the_command_says_where_the_copy_is(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preparer", *map(str, files)]) == 0
    said = capsys.readouterr().out
    (where,) = files[0].parent.glob(".prepare-*")
    assert str(where) in said
    assert json.loads((where / prepared.NOTE).read_text(encoding="utf-8"))["kit"] == prepared.kit()
    assert pl.read_parquet(where / "acheteurs.parquet").height > 1


def test_a_file_that_is_not_there_is_told_in_french(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preparer", str(tmp_path / "absent.parquet")]) == 2
    assert "introuvable" in capsys.readouterr().err
