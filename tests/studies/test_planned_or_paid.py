"""« Intitulé … Montant » names what is planned or who was paid: what else the table holds settles it. All invented."""

from __future__ import annotations

import os
from datetime import datetime

import pytest

from spaser.sources.ledgers import read_ledger
from spaser.studies import reading

PLANNED, SPENT = "programme d'achat", "fichier de dépenses"
#: The day each of these files was written.
WRITTEN = datetime(2026, 3, 1, 12).timestamp()


def told(folder, text):
    path = folder / "achats.csv"
    path.write_text(text, "utf-8")
    os.utime(path, (WRITTEN, WRITTEN))
    short, whole = reading.recognise(path), reading.look([path])[0]
    assert short.kind == whole.kind
    return whole


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        # names of companies, in half of the lines or under
        ("Intitulé;Montant\nAtelier Clair SARL;1200\nQuai Vert SAS;300\nMenuiserie;40\nPapeterie;50\n", SPENT),
        ("Intitulé;Montant\nAtelier Clair SARL;1200\nNettoyage;300\nMenuiserie;40\nPapeterie;50\n", PLANNED),
        # amounts to the cent, in half of the lines or under
        ("Intitulé;Montant\nBuffets;1200,15\nHaies;300,40\nEncre;40\n", SPENT),
        ("Intitulé;Montant\nBuffets;1200,15\nHaies;300\nEncre;40\n", PLANNED),
        # an account, or a family
        ("Intitulé;Compte;Montant\nNettoyage;6283;1200\n", SPENT),
        ("Intitulé;Nature;Montant\nNettoyage;6283;1200\nHaies;61521;300\nEncre;6064;40\n", SPENT),
        ("Intitulé;Nature;Montant\nNettoyage;services;1200\nHaies;services;300\nEncre;fournitures;40\n", PLANNED),
        # a date to come the day the file was written settles it against all else, one of that day does not
        ("Intitulé;Date;Compte;Montant\nNettoyage;02/03/2026;6283;1200,15\n", PLANNED),
        ("Intitulé;Date;Compte;Montant\nNettoyage;01/03/2026;6283;1200,15\n", SPENT),
        # so does a title that only a programme has
        ("Intitulé;Compte;Montant estimé\nNettoyage;6283;1200,15\n", PLANNED),
    ],
)
def test_what_else_is_there_settles_it(tmp_path, text, kind):
    assert told(tmp_path, text).kind == kind


def test_without_any_sign_the_other_reading_is_told_and_with_one_it_is_not(tmp_path):
    bare = told(tmp_path, "Intitulé;Montant\nNettoyage;1200\n")
    assert any("autre lecture possible : un fichier de dépenses, si « Intitulé »" in line for line in bare.told)
    nameless = told(tmp_path, ";Montant\nNettoyage;1200\n")
    assert not any("«\u00a0»" in line or "« »" in line for line in nameless.told)
    dated = told(tmp_path, "Intitulé;Date;Montant\nNettoyage;T2 2027;1200\n")
    assert not any("autre lecture" in line for line in dated.told)


def test_a_spend_file_so_told_is_read_once_its_supplier_is_said(tmp_path):
    found = told(tmp_path, "Intitulé;Compte;Montant\nAtelier Clair;6283;1200\n")
    assert "colonne « Compte »" in found.told[0] and "carnet 04_fournisseurs_ess" in found.told[0]
    mapping = {"colonnes": {"fournisseur": "Intitulé", "compte": "Compte", "montant": "Montant"}, "taxe": "TTC"}
    assert read_ledger(tmp_path / "achats.csv", mapping=mapping).lines["montant"].to_list() == [120_000]
