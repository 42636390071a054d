"""Totals are not purchases, and a supplier whose name is a word of total is one: both sides, in every kind of file."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented_ledger import siret, write_csv, write_ods, write_xlsx

from spaser.sources.ledgers import Ledger, read_ledger

HEAD = ["Fournisseur", "SIRET", "Montant TTC", "Date"]
LINES = [
    ["Alpha fictive", siret(1), 1000, "15/03/2024"],
    ["Beta fictive", siret(2), 1000, "16/03/2024"],
    ["Gamma fictive", siret(3), 1500, "18/04/2024"],
]
WRITERS = {
    "xlsx": lambda path, rows: write_xlsx(path, {"Feuil1": rows}),
    "csv": write_csv,
    "ods": write_ods,
}


def read(tmp_path: Path, rows: list[list[object]], kind: str = "csv") -> Ledger:
    if kind == "ods":
        pytest.importorskip("odf", reason="odfpy absent : pas d'ODS à lire")
    return read_ledger(WRITERS[kind](tmp_path / f"d.{kind}", [HEAD, *rows]))


def spent(ledger: Ledger) -> float:
    return ledger.lines.filter(ledger.lines["perimetre"] != "ecarte")["montant"].sum() / 100


def told(ledger: Ledger) -> str:
    return ledger.accounts["lecture"][0] or ""


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize(
    "total",
    [
        ["TOTAL", None, 3500, None],
        ["TOTAL 2024", None, 3500, None],
        ["TOTAL", None, 3500, "31/12/2024"],
        [None, None, 3500, "Total"],
        [None, "Total général", 3500, None],
        ["Cumul 2024", None, 3500, None],
        ["Ensemble", None, 3500, None],
        ["Total des dépenses mandatées 2024", None, 3500, None],
    ],
    ids=lambda row: "-".join(str(cell) for cell in row if cell),
)
def test_a_total_at_the_end_is_not_a_purchase(tmp_path, kind, total):
    ledger = read(tmp_path, [*LINES, total], kind)
    assert (spent(ledger), ledger.accounts["totaux"][0]) == (3500, 1)


@pytest.mark.parametrize(
    "middle",
    [
        ["Sous-total mars", None, 2000, None],
        ["Report à nouveau", None, 2000, None],
        ["Report page 1", None, 2000, None],
        ["À reporter", None, 2000, None],
        ["Total mars 2024", None, 2000, None],
        ["Total du service Voirie", None, 2000, None],
        ["Total T1", None, 2000, None],
        ["mars 2024", None, 2000, None],
        ["Voirie", None, 2000, None],
    ],
    ids=lambda row: str(row[0]),
)
def test_a_total_in_the_middle_is_not_a_purchase(tmp_path, middle):
    ledger = read(tmp_path, [*LINES[:2], middle, LINES[2], ["Total général", None, 3500, None]])
    assert (spent(ledger), ledger.accounts["totaux"][0], ledger.accounts["total_imprime"][0]) == (3500, 2, 350_000)


@pytest.mark.parametrize("rank", [0, 3])
def test_totals_stand_above_or_under_what_they_add_up(tmp_path, rank):
    rows = [["TOTAL", None, 3500, None], *LINES] if rank == 0 else [*LINES, ["TOTAL", None, 3500, None]]
    assert spent(read(tmp_path, rows)) == 3500


def test_sums_without_a_word_beside_the_lines_of_each_supplier_are_told(tmp_path):
    rows = [
        *LINES[:2],
        ["Alpha et Beta", None, 2000, None],
        LINES[2],
        ["Gamma fictive", None, 1500, None],
        ["Total général", None, 3500, None],
    ]
    ledger = read(tmp_path, rows)
    assert spent(ledger) == 3500 and "prises pour des totaux, non comptées" in told(ledger)


@pytest.mark.parametrize(
    "supplier",
    [
        ["TOTAL ENERGIES", siret(4), 3500, "19/03/2024"],
        ["TOTAL", siret(4), 3500, "19/03/2024"],
        ["TOTALENERGIES MARKETING", None, 800, "19/03/2024"],
        ["TOTAL ENERGIES MARKETING", None, 800, "19/03/2024"],
        ["TOTAL ENERGIES", None, 800, None],
        ["Report Service SARL", None, 800, None],
        ["Cumul SAS", None, 800, "19/03/2024"],
        ["Ensemble Vocal Fictif", None, 800, None],
        ["Ensemble Vocal Fictif", siret(4), 3500, None],
        ["Divers", None, 800, None],
    ],
    ids=lambda row: "-".join(str(cell) for cell in row if cell),
)
def test_a_supplier_with_a_number_or_beside_no_such_sum_is_a_purchase(tmp_path, supplier):
    ledger = read(tmp_path, [*LINES, supplier])
    assert (spent(ledger), ledger.accounts["totaux"][0]) == (3500 + supplier[2], 0)


def test_what_may_be_a_total_and_is_kept_is_told(tmp_path):
    many = [[f"Fictive {n}", siret(n), 100 * n, "15/03/2024"] for n in range(1, 13)]
    ledger = read(tmp_path, [*many, ["TOTAL", None, 50, "31/12/2024"]])
    assert spent(ledger) == 7850 and "« TOTAL », 50,00 €) : ressemble à un total" in told(ledger).replace("\u00a0", " ")
    assert "ressemble" not in told(read(tmp_path, many))


def test_a_line_that_happens_to_repeat_one_other_line_is_a_purchase(tmp_path):
    rows = [LINES[0], ["Delta fictive", None, 1000, None], LINES[2]]
    assert spent(read(tmp_path, rows)) == 3500


@pytest.mark.parametrize(
    ("foot", "counted"),
    [
        (["TVA", None, 700, None], False),
        (["dont ESS", None, 500, None], False),
        (["Net à payer", None, 4200, None], False),
        (["Nombre de lignes", None, 3, None], False),
        (["TVA Conseil SARL", None, 700, None], True),
        (["TVA", siret(4), 700, "19/03/2024"], True),
    ],
    ids=lambda row: str(row[0]) if isinstance(row, list) else "",
)
def test_the_foot_of_a_table_is_no_purchase_and_is_told(tmp_path, foot, counted):
    ledger = read(tmp_path, [*LINES, foot])
    assert spent(ledger) == 3500 + foot[2] * counted and ("au pied du tableau" in told(ledger)) is not counted


def test_a_total_that_bears_the_number_of_its_supplier_is_a_total_by_its_sum(tmp_path):
    again = ["Alpha fictive", siret(1), 200, "17/03/2024"]
    total = ["Total Alpha fictive", siret(1), 1200, None]
    assert spent(read(tmp_path, [LINES[0], again, total, *LINES[1:]])) == 3700
    assert spent(read(tmp_path, [LINES[0], again, [*total[:2], 1300, None], *LINES[1:]])) == 5000


@pytest.mark.parametrize(("last", "sum_"), [(3500, 3500), (7000, 7000)])
def test_a_pivot_of_two_levels_is_counted_once_when_its_total_says_so(tmp_path, last, sum_):
    rows = [
        ["Voirie", 2000],
        ["Alpha", 1000],
        ["Beta", 1000],
        ["Culture", 1500],
        ["Gamma", 1500],
        ["Total général", last],
    ]
    path = write_csv(tmp_path / "d.csv", [["Étiquettes de lignes", "Somme de Montant TTC"], *rows])
    assert spent(read_ledger(path)) == sum_


HT = [["Fournisseur", "SIRET", "Montant HT", "Date"], *LINES]
TTC = [["Fournisseur", "SIRET", "Montant TTC", "Date"], *([n, s, a * 1.2, d] for n, s, a, d in LINES)]
SUPPLIERS = [["Fournisseur", "Total HT"], *([n, a] for n, _, a, _ in LINES)]
FAMILIES = [["Famille d'achat", "Fournisseur", "Total HT"], *(["F", n, a] for n, _, a, _ in LINES)]


@pytest.mark.parametrize(
    ("sheets", "sum_"),
    [
        ({"HT": HT, "TTC": TTC}, 3500),
        ({"Détail": HT, "Par fournisseur": SUPPLIERS, "Par famille": FAMILIES}, 3500),
        ({"2023": HT, "2024": HT}, 7000),
        ({"HT": HT, "TTC": [TTC[0], *([n, s, a * 2, d] for n, s, a, d in TTC[1:])]}, 11900),
    ],
)
def test_sheets_that_say_the_same_lines_again_are_counted_once(tmp_path, sheets, sum_):
    ledger = read_ledger(write_xlsx(tmp_path / "d.xlsx", sheets))
    assert spent(ledger) == sum_
    assert ledger.accounts["etat"].str.starts_with("ignorée").sum() == (len(sheets) - 1 if sum_ == 3500 else 0)


@pytest.mark.parametrize("name", ["Alpha - {}", "{} Alpha", "Alpha (SIRET {})", "Alpha n° 12"])
def test_a_siret_written_with_the_name_is_read_and_told(tmp_path, name):
    path = write_csv(tmp_path / "d.csv", [["Fournisseur", "Montant"], [name.format(siret(1)), 10]])
    ledger = read_ledger(path)
    known = "{}" in name
    assert ledger.lines["siret"].to_list() == [siret(1) if known else None]
    assert ledger.lines["fournisseur"].to_list() == ["Alpha" if known else name]
    assert ("SIRET lu dans le nom" in told(ledger)) is known


def test_a_row_without_anybody_that_repeats_a_sum_is_a_total(tmp_path):
    head = ["Mois", "Fournisseur", "SIRET", "Montant"]
    months = [
        ["janvier 2024", *LINES[0][:3]],
        ["", *LINES[1][:3]],
        ["janvier", "", "", 2000],
        ["avril 2024", *LINES[2][:3]],
    ]
    assert spent(read_ledger(write_csv(tmp_path / "d.csv", [head, *months]))) == 3500
    months[2] = ["janvier", "", "", 1999]
    assert spent(read_ledger(write_csv(tmp_path / "d.csv", [head, *months]))) == 5499


@pytest.mark.parametrize(
    ("amount", "printed", "counted"),
    [
        (2000, None, True),
        (2000, 5500, True),
        (2000, 3500, False),
        (2000.01, None, True),
    ],
)
def test_a_round_sum_without_a_word_is_a_total_only_when_something_else_says_so(tmp_path, amount, printed, counted):
    rows = [*LINES[:2], ["Delta fictive", None, amount, None], LINES[2]]
    ledger = read(tmp_path, [*rows, *([["Total général", None, printed, None]] if printed else [])])
    assert spent(ledger) == 3500 + amount * counted
    assert ("ressemble à un total" in told(ledger)) is (amount == 2000 and counted)


def test_a_sum_of_cents_without_a_word_is_a_total_and_told(tmp_path):
    lines = [["Alpha fictive", siret(1), 10.25, "15/03/2024"], ["Beta fictive", siret(2), 20.5, "16/03/2024"], LINES[2]]
    ledger = read(tmp_path, [*lines[:2], ["mars", None, 30.75, None], lines[2]])
    assert spent(ledger) == 1530.75 and "prise pour un total" in told(ledger)


@pytest.mark.parametrize(("rows", "printed"), [([["TOTAL 2024", None, 3900, None]], 390_000), ([["TOTAL 2023", None, 2000, None], ["TOTAL 2024", None, 1500, None]], None)])  # fmt: skip
def test_the_total_of_a_year_that_closes_a_sheet_is_compared_with_its_lines(tmp_path, rows, printed):
    ledger = read(tmp_path, [*LINES, *rows])
    assert spent(ledger) == 3500 and ledger.accounts["total_imprime"].to_list() == [printed]
