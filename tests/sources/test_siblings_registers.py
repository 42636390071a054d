"""Lists of suppliers as others keep them: kinds named otherwise, places in one cell, no number, an address book."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from spaser.problems import Problem
from spaser.sources.registers import read_registers

ONE, TWO = "80000000000011", "80000000700016"


def _read(tmp_path: Path, text: str, encoding: str = "utf-8"):
    (tmp_path / "liste.csv").write_bytes(text.encode(encoding))
    return read_registers(tmp_path / "liste.csv")


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("Chantier d’insertion", "ACI"),
        ("ACI - Atelier et chantier d'insertion", "ACI"),
        ("S.I.A.E. - ACI", "ACI"),
        ("Associations Intermédiaires (AI)", "AI"),
        ("ENTREPRISE ADAPTEE", "EA"),
        ("Etablissements et services d'aide par le travail (ESAT)", "ESAT"),
        ("Régie de quartier", None),
        ("client", None),
    ],
)
def test_a_kind_is_known_under_its_many_names_and_no_other(tmp_path: Path, kind: str, status: str | None) -> None:
    read = _read(tmp_path, f"Nom;SIRET;Type\nA;{ONE};EI\nB;{TWO};{kind}\n")
    found = read.register.filter(pl.col("siret") == TWO).collect()["statut"].to_list()
    assert found == ([status] if status else [])


@pytest.mark.parametrize(
    ("head", "cells", "code"),
    [
        ("Code postal;Ville", "94800;VILLEJUIF CEDEX", "94076"),
        ("Code postal;Ville", "94200;IVRY S/ SEINE", "94041"),
        ("Code postal;Ville", "94240;L HAY LES ROSES", "94038"),
        ("CP Ville", "94200 IVRY SUR SEINE", "94041"),
        ("Adresse", "12 av. X 94400 VITRY-SUR-SEINE", "94081"),
        ("city;postcode", "Ivry-sur-Seine;94200", "94041"),
        ("Code INSEE", "94041", "94041"),
        ("Ville", "Ville Inventée", None),
    ],
)
def test_a_place_is_read_where_it_is_written(tmp_path: Path, head: str, cells: str, code: str | None) -> None:
    read = _read(tmp_path, f"Nom;SIRET;Type;{head}\nA;{ONE};EI;{cells}\n", "cp1252")
    assert read.establishments.collect()["code_commune"].to_list() == [code]


def test_a_list_without_any_number_keeps_its_structures_for_a_person_to_link(tmp_path: Path) -> None:
    read = _read(tmp_path, "Nom;Type;Code postal;Commune\nAtelier du Moulin Inventé;ACI;94200;Ivry-sur-Seine\n")
    assert read.unnumbered.collect().select("nom", "statut").rows() == [("Atelier du Moulin Inventé", "ACI")]
    assert read.register.collect().height == 0


@pytest.mark.parametrize(
    "head",
    ["SIRET;Raison sociale;Adresse;CP;Ville", "siren;nom;type", "nom;siren;département", "Nom;Type;Code postal;Ville"],
)
def test_an_address_book_is_refused_with_the_line_to_write(tmp_path: Path, head: str) -> None:
    cells = {"SIRET": ONE, "siren": ONE[:9], "type": "client", "Type": "prospect"}
    row = ";".join(cells.get(name, "X") for name in head.split(";"))
    with pytest.raises(Problem, match=r"(?s)carnet d'adresses.*liste = \[\{ fichier"):
        _read(tmp_path, f"{head}\n{row}\n{row}\n")


@pytest.mark.parametrize(
    ("above", "day"),
    [
        ("au 01/03/2026", "2026-03-01"),
        ("au 1er mars 2026", "2026-03-01"),
        ("mars 2026", "2026-03-31"),
        ("de 2026", "2026-12-31"),
        ("sans date", "None"),
    ],
)
def test_the_day_told_above_a_list_is_its_day(tmp_path: Path, above: str, day: str) -> None:
    read = _read(tmp_path, f"Annuaire des structures {above};;\n;;\nNom;Siret;Type\nA;{ONE};EI\n")
    assert str(read.files["au"][0]) == day


def test_the_flag_of_the_ess_beside_a_siret_is_read(tmp_path: Path) -> None:
    read = _read(tmp_path, f"siret;denomination;economieSocialeSolidaireUniteLegale\n{ONE};A;O\n{TWO};B;N\n")
    assert sorted(read.register.collect()["statut"]) == ["ESS", "NON_ESS"]


@pytest.mark.parametrize(
    ("head", "cells", "status"),
    [
        ("SIRET;Nom;Agrément", "E.T.T.I.", "ETTI"),
        ("siren;nom;code postal;Dispositif", "ACI", "ACI"),
        ("SIRET;Nom;Type;Date de fin", "EITI", "EITI"),
        ("SIRET;Nom;Types", "EI, ACI", "ACI"),
    ],
)
def test_a_column_of_kinds_is_known_by_its_values_whatever_its_heading(
    tmp_path: Path, head: str, cells: str, status: str
) -> None:
    rows = []
    for number, unit in ((ONE, "000900217"), (TWO, "000900225")):
        known = {"SIRET": number, "siren": unit, "nom": "A", "Nom": "A", "code postal": "94200"}
        rows.append(";".join(known.get(name, "22/12/2026" if "fin" in name else cells) for name in head.split(";")))
    read = _read(tmp_path, "\n".join([head, *rows]) + "\n")
    assert read.files["surete"].to_list() == ["sûre"]
    assert status in read.register.collect()["statut"].to_list()


def test_a_column_whose_values_are_no_kinds_or_that_stands_beside_amounts_makes_no_list(tmp_path: Path) -> None:
    for text in (
        f"SIRET;Nom;Agrément\n{ONE};A;2021-45\n{TWO};B;2022-46\n",
        f"Fournisseur;SIRET;Montant HT;Dispositif\nA;{ONE};10;EI\nB;{TWO};20;ACI\n",
    ):
        with pytest.raises(Problem):
            _read(tmp_path, text)


def test_an_ess_list_proves_no_absence_unless_declared_complete(tmp_path: Path) -> None:
    path = tmp_path / "ess_2026-01-31.csv"
    path.write_text(f"siren;nom;famille ess\n{ONE[:9]};A;Association\n", encoding="utf-8")
    alone = read_registers(path)
    assert alone.files["prouve_non"].to_list() == [False]
    assert "reste inconnu" in alone.files["message"][0]
    said = f'fichier = "{path.name}", nature = "ess_france", date = 2026-01-31, territoire = "69", prouve_le_non = true'
    (tmp_path / "mes_listes.toml").write_text(f"liste = [{{ {said} }}]\n", encoding="utf-8")
    declared = read_registers([path, tmp_path / "mes_listes.toml"])
    assert declared.files["prouve_non"].to_list() == [True]
    assert "reste inconnu" not in (declared.files["message"][0] or "")


def test_a_list_whose_identifiers_are_mostly_wrong_is_only_likely(tmp_path: Path) -> None:
    wrong = "".join(f"1234567890123{n};B;EI\n" for n in range(4))
    assert _read(tmp_path, f"SIRET;Nom;Type\n{wrong}{ONE};A;EI\n").files["surete"].to_list() == ["probable"]
    assert _read(tmp_path, f"SIRET;Nom;Type\n{TWO};B;EI\n{ONE};A;EI\n").files["surete"].to_list() == ["sûre"]


def test_a_line_of_two_kinds_is_counted_once_in_what_is_filled(tmp_path: Path) -> None:
    read = _read(tmp_path, f"SIRET;Nom;Type\n{ONE};A;EI / ACI\n{TWO};B;EI\n")
    assert read.filled["enregistrements"].to_list() == [2]
    assert read.register.collect().height == 3
