"""What a mission says of a buyer reaches its duties, in the reports, the publication and the notebooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import spaser
from spaser.problems import Problems
from spaser.studies import mission, pams, publication
from spaser.studies.pams import batch
from spaser.widgets.desk import Desk

DATA = Path(__file__).parents[2] / "data"
FILES = sorted(DATA.glob("marches_demo*.json"))


@pytest.fixture(scope="module")
def base():
    return spaser.prepare(FILES)


def said(folder: Path, text: str) -> mission.Mission:
    """A mission on the invented town, with what it says of itself."""
    path = folder / "diagnostic.toml"
    files = [file.as_posix() for file in FILES]
    path.write_text(
        f'fichiers = {files!r}\nformes = ["html", "xlsx"]\n[[acheteur]]\nnom = "aubrelle"\n{text}', encoding="utf-8"
    )
    return mission.read(path)


ADOPTED = 'spaser_adopte = 2024-06-27\nspaser_lien = "https://aubrelle.example/spaser"\n'


def page(asked: mission.Mission, base) -> str:
    (outcome,) = batch.run(asked, base=base)
    assert not outcome.failure, outcome.failure
    return "\n".join(
        (asked.folder / name).read_text(encoding="utf-8") for name in outcome.files if name.endswith("html")
    )


def test_the_report_says_the_day_the_buyer_adopted_its_spaser_and_where_it_is(base, tmp_path):
    text = page(said(tmp_path, ADOPTED), base)
    assert (
        "SPASER adopté le 27/06/2024" in text.replace("\u202f", " ").replace("\u00a0", " ")
        and "aubrelle.example/spaser" in text
    )


def test_the_ledger_of_a_mission_answers_the_threshold_of_the_spaser(base, tmp_path):
    ledger = DATA / "depenses_demo.xlsx"
    with_book = spaser.diagnose(base, buyer="aubrelle", spend=spaser_lines(ledger)).extras["obligations_acheteur"]
    assert with_book["depense_basse"].is_not_null().any()
    asked = said(tmp_path, f'depenses = "{ledger.as_posix()}"\n')
    desk = Desk(base, buyer="aubrelle")
    desk.mission = asked
    assert desk.diagnostic.extras["obligations_acheteur"]["depense_basse"].is_not_null().any()
    assert page(asked, base)


def spaser_lines(ledger: Path):
    from spaser.sources.ledgers import read_ledger

    return read_ledger(ledger).lines.lazy()


@pytest.mark.parametrize(
    ("text", "private"), [("soumis_au_code = false\n", True), ("soumis_au_code = true\n", False), ("", False)]
)
def test_only_a_buyer_that_says_so_has_no_duty_of_the_code(base, tmp_path, text, private):
    asked = said(tmp_path, text)
    found = spaser.diagnose(base, buyer="aubrelle", declared=asked.asked[0].declared)
    assert ("preparation" not in found.extras) is private
    assert ("prive" in found.extras) is private
    desk = Desk(base, buyer="aubrelle")
    desk.mission = asked
    assert ("preparation" not in desk.diagnostic.extras) is private


def test_the_reports_of_a_private_buyer_are_written_whole(base, tmp_path):
    asked = said(tmp_path, "soumis_au_code = false\n")
    assert page(asked, base)
    assert openpyxl.load_workbook(next(asked.folder.rglob("*.xlsx")), read_only=True).sheetnames


def test_a_publication_hears_what_the_buyer_says_of_itself(base):
    word = spaser.studies.diagnostic.Declared(adopted=date(2024, 6, 27), soumis_au_code=True)
    bound = publication.publish(base, buyer="aubrelle", declared=word).diagnostic
    assert bound.extras["obligations_acheteur"]["motif"].str.contains("SPASER adopté le 27/06/2024").any()
    private = publication.publish(base, buyer="aubrelle", declared=replace(word, soumis_au_code=False))
    assert "preparation" not in private.diagnostic.extras


def test_an_adoption_is_a_day_or_yes_or_no_and_yes_alone_dates_nothing(tmp_path):
    assert said(tmp_path, ADOPTED).asked[0].declared.adopted == date(2024, 6, 27)
    for word in ("true", "false"):
        assert said(tmp_path, f"spaser_adopte = {word}\n").asked[0].declared.adopted is None
    with pytest.raises(Problems, match="spaser_adopte"):
        said(tmp_path, 'spaser_adopte = "un jour"\n')


def test_the_table_of_the_spaser_does_not_put_notified_maxima_beside_the_threshold(base):
    found = spaser.diagnose(base, buyer="aubrelle")
    from spaser.sections.obligations import spaser_table
    from spaser.studies.diagnostic import handover

    table = spaser_table(handover.findings(found))
    assert table is not None
    assert not {"indice"} & {column.name for column in table.columns}
    assert pams.report(pams.study(found)).sections
