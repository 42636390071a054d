"""Every row of the tables of ../shared/cases on ledgers, registers and notices, through the studies that use them; skipped where it is absent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.problems import Problem
from spaser.sources import ledgers
from spaser.sources.notices import read_notices
from spaser.sources.registers import read_registers
from spaser.studies import suppliers, territory

SHARED = Path(__file__).parents[3] / "shared"
CASES = SHARED / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="cas absents : ../shared/cases")
LISTS = ["registre_esus.csv", "registre_etablissements.csv", "registre_inclusion.csv"]


def _ledger(name: str) -> ledgers.Ledger:
    return ledgers.read_ledger(CASES / "ledgers" / name)


def _spent(read: ledgers.Ledger) -> int:
    return read.lines.filter(pl.col("perimetre") != "ecarte")["montant"].sum()


def test_a_total_that_does_not_add_up_is_no_purchase_and_an_unreadable_amount_is_listed() -> None:
    read = _ledger("total_line_that_does_not_add_up.csv")
    assert _spent(read) == 200_000
    assert read.lines.filter(pl.col("perimetre") == "ecarte").select("fournisseur", "perimetre_motif").rows() == [
        ("Fournisseur 2", "montant illisible")
    ]


def test_thousands_of_euros_are_converted_and_said() -> None:
    read = _ledger("thousands_of_euros.csv")
    assert read.lines["montant"].to_list() == [35_400_000, 107_950_000]
    assert "milliers d'euros" in read.accounts["lecture"][0]


def test_the_number_of_the_buyer_identifies_no_supplier() -> None:
    read = _ledger("siret_column_is_the_buyer.csv")
    assert read.lines["siren"].count() == 0 and read.filled["titulaire"].to_list() == [0]
    assert read.filled["manque"].to_list() == ["fournisseur identifié"]


def test_the_headings_of_the_inclusive_market_are_read() -> None:
    read = _ledger("headers_of_the_inclusive_market.csv")
    assert (_spent(read), read.lines.height, read.lines["service"].to_list()) == (
        1_870_125,
        3,
        ["Service A", "Service B", "Service C"],
    )


def test_an_address_book_says_nothing_of_a_ledger_s_suppliers() -> None:
    with pytest.raises(Problem, match="pas reconnue assez sûrement"):
        suppliers.suppliers_of(
            CASES / "ledgers" / ".." / "registers" / "address_book_ledger.csv",
            [CASES / "registers" / "address_book_is_not_an_ess_list.csv"],
        )


@pytest.mark.parametrize(
    ("nature", "label", "applies"),
    [("ATTRIBUTION", "Résultat de marché", "indetermine"), ("APPEL_OFFRE", "Avis de marché", "certain")],
)
def test_a_result_launches_nothing_and_a_call_for_competition_does(
    tmp_path: Path, nature: str, label: str, applies: str
) -> None:
    notices = CASES / "notices"
    text = (notices / "result_is_not_a_launch.json").read_text(encoding="utf-8")
    said = text.replace("ATTRIBUTION", nature).replace("Résultat de marché", label)
    (tmp_path / "avis.json").write_text(said, encoding="utf-8")
    read = read_notices(tmp_path / "avis.json")
    found = spaser.diagnose([notices / "contract_launched.json"], notices=read, as_of=date(2026, 11, 28))
    duties = found.extras["obligations"].filter(pl.col("obligation") == "climat-critere-env")
    assert duties["applicabilite"].to_list() == [applies]


@pytest.mark.parametrize(
    "name", ["dates_dd_mm_yy.csv", "every_trap.csv", "thousands_of_euros.csv", "siret_column_is_the_buyer.csv"]
)
def test_every_ledger_of_the_field_goes_through_its_commands(tmp_path: Path, name: str) -> None:
    lists = [str(CASES / "ledgers" / one) for one in LISTS]
    day = ["--aujourdhui", "2026-11-28"]
    assert main(["lire", str(CASES / "ledgers" / name)]) == 0
    assert (
        main(
            ["fournisseurs", str(CASES / "ledgers" / name), "--registre", *lists, "--sortie", str(tmp_path / "f"), *day]
        )
        == 0
    )


def test_the_panorama_of_a_real_territory_counts_33_structures_wherever_it_shows(tmp_path: Path) -> None:
    lists = [SHARED / "data" / "registres" / name for name in ("siae_geocodees_2020.csv", "esat_liste_officielle.csv")]
    if not all(path.exists() for path in lists):
        pytest.skip("listes absentes : ../shared/data/registres")
    found = territory.study("Grand-Orly Seine Bièvre", lists)
    whole = found.rows.filter((pl.col("code_commune") == "ensemble") & (pl.col("famille") == "structures inclusives"))
    assert whole["etablissements"].to_list() == [33]
    assert dict(found.kinds.rows()) == {"SIAE": 25, "ESAT": 8}
    said = "33 établissements (25 SIAE, 8 ESAT)"
    assert said in territory.summary(found).replace("\u202f", " ").replace("\u00a0", " ")
    page = territory.write(found, tmp_path)[0].read_text(encoding="utf-8").replace("\u202f", " ").replace("\u00a0", " ")
    assert "25 SIAE, 8 ESAT" in page and "Aucun établissement de l" not in page
    towns = found.rows.filter((pl.col("code_commune") != "ensemble") & (pl.col("famille") == "structures inclusives"))
    assert towns["etablissements"].sum() == 33


def test_the_registers_of_the_field_give_their_statuses_and_places() -> None:
    names = read_registers(CASES / "registers" / "names_of_inclusive_kinds.csv")
    assert names.files.select("lus", "retenus", "hors_liste").row(0) == (22, 22, 0)
    towns = read_registers(CASES / "registers" / "towns_with_oe.csv")
    assert towns.files["non_situes"].to_list() == [0]
