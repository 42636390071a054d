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
