"""A spend file is read whole: every writing of an amount, every kind of row, and an account to the cent."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl
import pytest
from invented_ledger import make_rows, siret, write_csv, write_ods, write_xlsx

from spaser.problems import Problem
from spaser.sources.ledgers import read_ledger, read_mapping, reconcile, refine, write_mapping
from spaser.sources.ledgers.amounts import read_cents
from spaser.sources.ledgers.perimeter import classify
from spaser.vocabulary import REJECTS, SPEND

CASES = Path(__file__).parents[1] / "cases"


def cases(name: str) -> list[dict]:
    return tomllib.loads((CASES / name).read_text(encoding="utf-8"))["cases"]


def book(path: Path, rows: list[list[object]]) -> Path:
    return write_xlsx(path / "depenses.xlsx", {"Feuil1": rows})


def posts(ledger) -> dict[str, int]:
    return dict(reconcile(ledger.lines).collect().group_by("poste").agg(pl.col("montant").sum()).rows())


@pytest.mark.parametrize("case", cases("ledger_amounts.toml"), ids=lambda case: case["name"])
def test_amounts_are_read_to_the_cent_in_every_writing(case):
    read = read_cents(pl.LazyFrame({"lu": case["column"]}), "lu").collect()
    assert [value if value is not None else "absent" for value in read["montant"]] == case["cents"]
    doubts = case.get("doubts", ["absent"] * len(case["column"]))
    assert [value or "absent" for value in read["montant_doute"]] == doubts


@pytest.mark.parametrize("case", cases("ledger_perimeter.toml"), ids=lambda case: case["name"])
def test_the_perimeter_follows_accounts_then_words(case):
    schema = dict.fromkeys(("compte", "chapitre", "fournisseur", "libelle"), pl.String)
    rows = pl.LazyFrame([{name: row.get(name) for name in schema} for row in case["rows"]], schema=schema)
    assert classify(rows, has_account=case.get("has_account", True)).collect()["perimetre"].to_list() == case["scope"]


@pytest.mark.parametrize("kind", ["xlsx", "csv", "ods"])
def test_a_file_with_every_trap_reconciles_to_the_cent(tmp_path, kind):
    if kind == "ods":
        pytest.importorskip("odf", reason="odfpy absent : pas d'ODS à lire")
    rows, truth = make_rows(300 if kind == "ods" else 2_000)
    write = {
        "xlsx": lambda p: write_xlsx(p, {"Mandats": rows}),
        "csv": lambda p: write_csv(p, rows),
        "ods": lambda p: write_ods(p, rows),
    }
    ledger = read_ledger(write[kind](tmp_path / f"depenses.{kind}"))
    account = ledger.accounts.row(0, named=True)
    found = dict(
        ledger.lines.group_by("perimetre").agg(pl.col("montant").sum()).filter(pl.col("perimetre") != "ecarte").rows()
    )
    assert found == truth.cents
    assert (account["gardees"], account["ecartees"], account["totaux"]) == (truth.lines, truth.left_out, truth.totals)
    assert account["avoirs"] == truth.credit_notes
    assert account["lues"] == sum(account[k] for k in ("gardees", "ecartees", "totaux", "vides", "entetes_repetes"))
    assert account["montant"] == account["total_imprime"] == truth.total
    assert account["taxe"] == "TTC"
    parts = posts(ledger)
    assert (
        parts["identifie"] + parts["non_identifie"] + parts["hors_perimetre"] + parts["ecarte"]
        == parts["total"]
        == truth.total
    )
    assert ledger.lines.schema == SPEND.schema and ledger.rejects.schema == REJECTS.schema


def test_several_sheets_are_read_and_one_without_header_is_said(tmp_path):
    head = ["Fournisseur", "Montant HT"]
    path = write_xlsx(
        tmp_path / "d.xlsx",
        {
            "2024": [head, ["Alpha inventée", 10]],
            "Notice": [["Bonjour"]],
            "2025": [[], [], head, ["Bêta inventée", 5.5]],
        },
    )
    ledger = read_ledger(path)
    assert ledger.lines.select("feuille", "exercice", "montant", "ligne").rows() == [
        ("2024", 2024, 1000, 2),
        ("2025", 2025, 550, 4),
    ]
    assert ledger.accounts["etat"].to_list() == ["lue", "ignorée : sans en-tête reconnu", "lue"]


def test_ht_is_taken_before_ttc_and_tva_never(tmp_path):
    path = book(tmp_path, [["Tiers", "Montant TVA", "Montant TTC", "Montant HT"], ["Alpha inventée", 2, 12, 10]])
    ledger = read_ledger(path)
    assert (ledger.lines["montant"][0], ledger.lines["taxe"][0]) == (1000, "HT")


def test_a_supplier_called_total_is_not_a_total(tmp_path):
    rows = [
        ["Raison sociale", "SIRET", "Libellé", "Date", "Montant"],
        ["TOTAL", siret(5), "carburant", "03/04/2025", 50],
        ["TOTAL ENERGIES INVENTEES", "", "", "", 20],
        ["Beta inventée", "", "", "", 30],
        ["Total Beta inventée", "", "", "", 30],
        ["Total", "", "", "", 100],
    ]
    ledger = read_ledger(book(tmp_path, rows))
    assert ledger.lines["fournisseur"].to_list() == ["TOTAL", "TOTAL ENERGIES INVENTEES", "Beta inventée"]
    assert ledger.accounts["totaux"][0] == 2 and ledger.accounts["total_imprime"][0] == 10000


def test_a_bare_amount_that_repeats_the_sum_is_a_total_and_any_other_is_left_out(tmp_path):
    rows = [["Fournisseur", "Montant"], ["Alpha inventée", 10], ["Beta inventée", 20], ["", 30], ["", 7]]
    ledger = read_ledger(book(tmp_path, rows))
    assert ledger.accounts.select("totaux", "ecartees").row(0) == (1, 1)
    assert posts(ledger) == {"non_identifie": 3000, "ecarte": 700, "total": 3700}


def test_identifiers_are_kept_as_text_and_wrong_ones_left_to_the_linkage(tmp_path):
    good = siret(12)
    wrong = good[:-1] + str((int(good[-1]) + 1) % 10)
    spaced = f"{good[:3]} {good[3:6]} {good[6:9]} {good[9:]}"
    rows = [
        ["Fournisseur", "N° SIRET", "Montant"],
        ["a", spaced, 1],
        ["b", int(good), 1],
        ["c", wrong, 1],
        ["d", good[:9], 1],
        ["e", f"FR83{good[:9]}", 1],
        ["f", "NC", 1],
        ["g", "7,32E+13", 1],
    ]
    ledger = read_ledger(book(tmp_path, rows))
    assert ledger.lines["siret"].to_list() == [good, good, None, None, None, None, None]
    assert ledger.lines["siren"].to_list() == [good[:9], good[:9], None, good[:9], good[:9], None, None]
    assert ledger.lines["identifiant_lu"][2] == wrong
    assert ledger.rejects["regle"].to_list() == ["identifiant_cle", "identifiant_format", "identifiant_format"]


def test_the_sense_column_makes_credit_notes_negative_and_says_so(tmp_path):
    rows = [
        ["Fournisseur", "Type de mandat", "Montant HT"],
        ["Alpha inventée", "Ordinaire", 10],
        ["Alpha inventée", "Annulation", 4],
        ["Alpha inventée", "Annulation", -1],
    ]
    ledger = read_ledger(book(tmp_path, rows))
    assert ledger.lines["montant"].to_list() == [1000, -400, -100]
    assert ledger.accounts["avoirs_par_le_sens"][0] == 1


def test_the_mapping_is_written_corrected_and_reused(tmp_path):
    path = book(
        tmp_path,
        [["Fournisseur", 'Qui "vraiment"', "Montant", "Payé net de \\ tout"], ["Code 1", "Alpha inventée", 10, 8]],
    )
    file = write_mapping(read_ledger(path).mapping, tmp_path / "colonnes.toml")
    corrected = read_mapping(file)
    corrected["colonnes"] |= {"fournisseur": 'Qui "vraiment"', "montant": "Payé net de \\ tout"}
    ledger = read_ledger(path, mapping=write_mapping(corrected | {"taxe": "HT"}, file))
    assert ledger.lines.select("fournisseur", "montant", "taxe").row(0) == ("Alpha inventée", 800, "HT")


def test_an_unknown_word_in_a_mapping_is_told_with_the_closest(tmp_path):
    file = tmp_path / "colonnes.toml"
    file.write_text('[colonnes]\nmontant = "M"\nfournisseurs = "F"\n', encoding="utf-8")
    with pytest.raises(Problem, match="« fournisseur »"):
        read_mapping(file)


def test_a_file_without_header_lists_what_was_seen_and_expected(tmp_path):
    with pytest.raises(Problem) as told:
        read_ledger(book(tmp_path, [["Couleur", "Taille"], ["bleu", 3]]))
    assert "« Couleur »" in str(told.value) and "Montant HT" in str(told.value)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x00", b"PK\x03\x04rien"])
def test_what_is_not_a_table_is_refused_in_french(tmp_path, content):
    path = tmp_path / "depenses.xlsx"
    path.write_bytes(content)
    with pytest.raises(Problem):
        read_ledger(path)


def test_a_cp1252_file_with_commas_and_quotes_is_read(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes('Société,"Mandaté, TTC"\r\n"Été inventé","1 200,50"\r\n'.encode("cp1252"))
    ledger = read_ledger(path)
    assert ledger.lines.select("fournisseur", "montant", "taxe").row(0) == ("Été inventé", 120050, "TTC")


def test_public_bodies_leave_the_perimeter_and_banks_are_set_apart_once_known(tmp_path):
    rows = [
        ["Fournisseur", "SIREN", "Nature", "Montant"],
        ["a", siret(1)[:9], "611", 1],
        ["b", siret(2)[:9], "611", 2],
        ["c", siret(3)[:9], "611", 4],
        ["d", siret(2)[:9], "6574", 8],
    ]
    lines = read_ledger(book(tmp_path, rows)).lines.lazy()
    units = pl.LazyFrame(
        {
            "siren": [siret(1)[:9], siret(2)[:9], siret(2)[:9]],
            "categorie_juridique": ["7210", "5710", None],
            "naf": ["84.11Z", "65.12Z", None],
        }
    )
    done = refine(lines, units).collect()
    assert done["perimetre"].to_list() == ["hors_perimetre", "banque_assurance", "achat", "subvention"]
    assert done["montant"].sum() == lines.collect()["montant"].sum()


def test_the_same_file_read_twice_gives_the_same_lines(tmp_path):
    path = write_xlsx(tmp_path / "d.xlsx", {"A": make_rows(200)[0]})
    first, second = read_ledger(path), read_ledger(path)
    assert first.lines.equals(second.lines) and first.rejects.equals(second.rejects)
