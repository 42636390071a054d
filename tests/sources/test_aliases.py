"""The titles that readers accept: an alias is written once, whatever its case, its accents and its signs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from spaser import rules, sources
from spaser.text import fold
from spaser.vocabulary import INCLUSIVE_STATUSES

CASE = Path(__file__).parents[3] / "shared" / "cases" / "contracts" / "columns_id_marche_montant_marche.csv"


@pytest.mark.parametrize(
    ("file", "table", "letters"),
    [
        ("ledger_columns.toml", "colonnes", fold),
        ("list_columns.toml", "columns", lambda title: fold(title).replace(" ", "")),
    ],
)
def test_no_field_lists_an_alias_twice(file, table, letters):
    fields = rules.toml(file)[table]
    assert len(fields) > 10
    again = {
        name: [one for one, n in Counter(map(letters, aliases)).items() if n > 1] for name, aliases in fields.items()
    }
    assert {name: twice for name, twice in again.items() if twice} == {}


def test_the_inclusive_kinds_are_those_of_the_reference():
    kinds = rules.table("siae_types.csv")
    assert set(kinds.filter(kinds["inclusif"] == "oui")["code"]) == set(INCLUSIVE_STATUSES)


HEADINGS = [
    ("id_marche", "date_notification", "objet_marche", "montant_marche", "id_acheteur"),
    ("ID_MARCHE", "DATE_NOTIFICATION", "OBJET_MARCHE", "MONTANT_MARCHE", "ID_ACHETEUR"),
    ("Id marché", "Date de notification", "Objet du marché", "Montant du marché", "Id acheteur"),
    ("numero_marche", "date notification", "objet", "montant_ht", "siret_acheteur"),
    ("N° marché", "Notification", "Objet", "Montant HT", "SIRET acheteur"),
    ("idMarche", "dateNotification", "objetMarche", "montantMarche", "idAcheteur"),
]


@pytest.mark.parametrize("headings", HEADINGS, ids=lambda names: names[0])
def test_headings_of_one_family_are_read_together(tmp_path, headings):
    file = tmp_path / "liste.csv"
    line = "A1,2024-03-07,Maintenance des ascenseurs,90000.00,21060088800015"
    file.write_text(f"{','.join(headings)}\n{line}\n", encoding="utf-8")
    row = sources.read(file).records.collect().row(0, named=True)
    told = [row[name] for name in ("id", "dateNotification", "objet", "montant", "acheteur_id")]
    assert told == ["A1", date(2024, 3, 7), "Maintenance des ascenseurs", 9_000_000, "21060088800015"]


@pytest.mark.skipif(not CASE.exists(), reason="cas absents : ../shared/cases/contracts")
def test_the_list_handed_over_with_an_amount_of_the_contract_is_read():
    row = sources.read(CASE).records.collect().row(0, named=True)
    assert (row["id"], row["montant"]) == ("A1", 9_000_000)
