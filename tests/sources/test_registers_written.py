"""Lists of suppliers as people write them: kinds, headings, numbers and states in other words; both sides of each."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from invented_ledger import siret

from spaser.problems import Problem
from spaser.sources.registers.lists import Registers, read_registers


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Registers:
    (tmp_path / "liste.csv").write_bytes(text.encode(encoding))
    return read_registers([tmp_path / "liste.csv"])


def statuses(found: Registers) -> list[str]:
    return found.register.collect()["statut"].sort().to_list()


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Entreprise d'insertion par le travail", "EI"),
        ("ENTREPRISES D'INSERTION", "EI"),
        ("E.S.A.T.", "ESAT"),
        ("Etab. et service d'aide par le travail", "ESAT"),
        ("Etablissement et service d'accompagnement par le travail", "ESAT"),
        ("Ent. adaptée", "EA"),
        ("Atelier protégé", "EA"),
        ("Agence d'intérim d'insertion", "ETTI"),
        ("Ateliers d'insertion", "ACI"),
        ("G.E.I.Q.", "GEIQ"),
        ("Secteur protégé et adapté", "INCLUSIF"),
        ("Entreprise inclusive", "INCLUSIF"),
        ("Sheltered workshop", "INCLUSIF"),
        ("Coopérative d'activité et d'emploi", "ESS"),
    ],
)
def test_a_kind_is_read_however_people_write_it(tmp_path, written, kind):
    found = read(tmp_path, f"SIRET;Nom;Type de structure\n{siret(1)};Alpha;{written}\n{siret(2)};Beta;ESAT\n")
    assert dict(found.register.collect().select("siren", "statut").rows())[siret(1)[:9]] == kind


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("Régie de quartiers", "pas une structure inclusive de plein droit"),
        ("Entreprise à but d'emploi", "pas une structure inclusive de plein droit"),
        ("Organisme de formation", "type de structure inconnu"),
    ],
)
def test_what_is_not_inclusive_of_itself_is_left_and_said(tmp_path, written, told):
    found = read(tmp_path, f"SIRET;Nom;Type de structure\n{siret(1)};Alpha;{written}\n{siret(2)};Beta;ESAT\n")
    assert statuses(found) == ["ESAT"] and told in found.rejects.collect()["message"][0]


@pytest.mark.parametrize(
    "head",
    [
        "Numéro SIRET de la structure;Dénomination de la structure;Catégorie de structure;Commune d'implantation",
        "SIRET de l'établissement;Structure;Type d'agrément;Ville",
        "Registration number (SIRET);Company;Category;Town",
    ],
)
def test_headings_are_read_by_their_words(tmp_path, head):
    found = read(tmp_path, f"{head}\n{siret(1)};Alpha;ACI;Lyon\n{siret(2)};Beta;EI;Lyon\n")
    assert statuses(found) == ["ACI", "EI"]
    assert found.establishments.collect().select("nom", "commune").rows() == [("Alpha", "Lyon"), ("Beta", "Lyon")]


@pytest.mark.parametrize(
    "head",
    [
        "SIRET;Nom;Type de fournisseur;Ville",
        "SIRET du tiers;Nom;Catégorie d'achat;Ville",
        "SIRET;Nom;Contact;Ville",
    ],  # fmt: skip
)
def test_an_address_book_is_not_a_list_of_structures(tmp_path, head):
    lines = "".join(f"{siret(n)};Fictive {n};PME;Lyon\n" for n in range(1, 9))
    with pytest.raises(Problem, match="reconnue"):
        read(tmp_path, f"{head}\n{lines}")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"SIRET : {siret(1)}", 1),
        (f'="{siret(1)}"', 1),
        (f"'{siret(1)}", 1),
        (f"{siret(1)[:9]}\u00a0{siret(1)[9:]}", 1),
        ("8,22E+13", 0),
        ("en cours", 0),
    ],
)
def test_a_number_is_read_as_a_spreadsheet_leaves_it(tmp_path, written, kept):
    found = read(tmp_path, f"SIRET;Nom;Type\n{written};Alpha;EI\n{siret(2)};Beta;EI\n")
    assert found.files["retenus"].to_list() == [kept + 1]
    said = " ".join(found.rejects.collect()["message"])
    assert ("abîmé par le tableur" in said) is ("E+" in written)


@pytest.mark.parametrize(
    ("head", "cell", "state"),
    [
        ("État", "Fermé", "F"),
        ("Statut administratif", "Cessée", "F"),
        ("En activité", "oui", "A"),
        ("En activité", "non", "F"),
        ("Date de cessation", "31/12/2022", "F"),
        ("État", "à rénover", None),
    ],
)
def test_a_closed_structure_is_known_to_be_closed(tmp_path, head, cell, state):
    found = read(tmp_path, f"SIRET;Nom;Type de structure;{head}\n{siret(1)};Alpha;EI;{cell}\n")
    assert found.establishments.collect()["etat"].to_list() == [state]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (("12/31/2025", "01/02/2025"), ["2025-12-31", "2025-01-02"]),
        (("31/12/2025", "01/02/2025"), ["2025-12-31", "2025-02-01"]),
    ],
)
def test_an_end_of_convention_is_read_and_a_month_first_column_too(tmp_path, cells, days):
    head = "SIRET;Nom;Type;Fin de convention\n"
    lines = "".join(f"{siret(n + 1)};Fictive;EI;{cell}\n" for n, cell in enumerate(cells))
    assert [str(day) for day in read(tmp_path, head + lines).register.collect().sort("siren")["jusqua"]] == days


def test_a_sheet_or_a_title_of_structures_whose_kind_is_not_told_is_inclusive(tmp_path):
    text = f"Liste des structures inclusives du Rhône;;\nSIRET;Nom;Ville\n{siret(1)};Alpha;Lyon\n"
    assert statuses(read(tmp_path, text)) == ["INCLUSIF"]
    with pytest.raises(Problem):
        read(tmp_path, f"Liste des fournisseurs du Rhône;;\nSIRET;Nom;Ville\n{siret(1)};Alpha;Lyon\n")


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "utf-16"])
def test_old_encodings_are_told_apart_by_the_french_they_make(tmp_path, encoding):
    text = f"SIRET;Dénomination;Type de structure;Commune\n{siret(1)};Été fictif à Évry;Entreprise adaptée;Créteil\n"
    found = read(tmp_path, text, encoding)
    assert found.establishments.collect()["nom"].to_list() == ["Été fictif à Évry"]
    assert statuses(found) == ["EA"]


def test_the_kinds_of_the_table_keep_their_codes(tmp_path):
    kinds = ("EI", "ACI", "AI", "ETTI", "EITI", "GEIQ", "EA", "EATT", "ESAT", "SEP")
    lines = "".join(f"{siret(n + 1)};Fictive;{kind}\n" for n, kind in enumerate(kinds))
    found = read(tmp_path, f"SIRET;Nom;Type\n{lines}")
    assert pl.Series(statuses(found)).to_list() == sorted(kinds)


@pytest.mark.parametrize(
    ("start", "end", "days", "said"),
    [
        ("2020", "2025", ("2020-01-01", "2025-12-31"), False),
        ("03/2020", "mars 2025", ("2020-03-01", "2025-03-31"), False),
        ("01/03/2020", "2027-02", ("2020-03-01", "2027-02-28"), False),
        ("01/03/2020", "illimité", ("2020-03-01", "None"), False),
        ("01/03/2020", "", ("2020-03-01", "None"), False),
        ("01/03/2020", "bientôt", ("2020-03-01", "None"), True),
        ("hier", "31/12/2025", ("None", "2025-12-31"), True),
    ],
)
def test_the_days_of_a_status_hold_to_the_end_of_what_is_written(tmp_path, start, end, days, said):
    head = "SIREN;Dénomination;Agrément ESUS;Date de début;Date de fin\n"
    found = read(tmp_path, f"{head}{siret(1)[:9]};Alpha;ESUS;{start};{end}\n")
    assert tuple(str(day) for day in found.register.collect().select("depuis", "jusqua").row(0)) == days
    told = found.rejects.collect().filter(pl.col("regle") == "date_illisible")
    assert bool(told.height) is said and found.files["doutes"].to_list() == [int(said)]


@pytest.mark.parametrize(
    ("cell", "kinds"),
    [
        ("EI - ACI", ["ACI", "EI"]),
        ("EI (ESUS)", ["EI", "ESUS"]),
        ("Entreprise adaptée (EA)", ["EA"]),
        ("ACI - Chantier d'insertion", ["ACI"]),
        ("SCOP SARL", ["ESS"]),
        ("Association loi 1901", ["ESS"]),
    ],
)
def test_kinds_written_together_are_each_read_and_two_names_of_one_are_one(tmp_path, cell, kinds):
    assert statuses(read(tmp_path, f"SIRET;Nom;Type\n{siret(1)};Alpha;{cell}\n")) == kinds


def test_a_column_of_a_kind_may_write_it_again(tmp_path):
    head = "SIREN;Dénomination;Agrément ESUS;Début;Fin\n"
    found = read(tmp_path, f"{head}{siret(1)[:9]};Alpha;ESUS;01/01/2024;31/12/2028\n{siret(2)[:9]};Beta;;;\n")
    assert str(found.register.collect().filter(pl.col("siren") == siret(1)[:9])["jusqua"][0]) == "2028-12-31"


@pytest.mark.parametrize(
    ("lasting", "end"), [("5 ans", "2029-03-14"), ("5", "2029-03-14"), ("24 mois", "2026-03-14"), ("60", "2029-03-14"), ("", "None")]
)  # fmt: skip
def test_an_agreement_that_says_how_long_it_lasts_has_an_end(tmp_path, lasting, end):
    head = "SIREN;Dénomination;Statut;Date de début;Durée\n"
    found = read(tmp_path, f"{head}{siret(1)[:9]};Alpha;ESUS;15/03/2024;{lasting}\n")
    assert str(found.register.collect()["jusqua"][0]) == end


@pytest.mark.parametrize(
    ("place", "town"),
    [
        ("BP 12 - 69003 LYON CEDEX 03", "69123"),
        ("2 rue X, 69003 Lyon 3e", "69123"),
        ("3 av. F. 57600 ŒTING", "57521"),
    ],
)
def test_the_town_of_an_address_is_read_without_its_cedex(tmp_path, place, town):
    found = read(tmp_path, f"SIRET;Nom;Type;Adresse\n{siret(1)};Alpha;EI;{place}\n")
    assert found.establishments.collect()["code_commune"].to_list() == [town]


@pytest.mark.parametrize(("code", "read_as"), [("69 003", "69003"), ("1000.0", "01000"), ("1000", "01000")])
def test_a_postcode_is_read_as_a_spreadsheet_leaves_it(tmp_path, code, read_as):
    found = read(tmp_path, f"SIRET;Nom;Type;CP\n{siret(1)};Alpha;EI;{code}\n")
    assert found.establishments.collect()["code_postal"].to_list() == [read_as]


def test_the_number_of_the_establishment_is_preferred_to_that_of_its_seat(tmp_path):
    seat, site = siret(1), siret(1)[:9] + "00023"
    found = read(tmp_path, f"SIRET du siège;SIRET de l'établissement;Nom;Type\n{seat};{site};Alpha;EI\n")
    assert found.establishments.collect()["siret"].to_list() == [site]


def test_a_vat_number_gives_its_siren(tmp_path):
    found = read(tmp_path, f"SIREN;Nom;Type\nFR 12 {siret(1)[:9]};Alpha;EI\n{siret(2)[:9]};Beta;EI\n")
    assert found.register.collect()["siren"].sort().to_list() == sorted([siret(1)[:9], siret(2)[:9]])


def test_ei_beside_legal_forms_is_no_kind_of_structure(tmp_path):
    forms = "".join(f"{siret(n + 1)};Fictive;{form}\n" for n, form in enumerate(("SARL", "EI", "SAS", "EI")))
    with pytest.raises(Problem, match="reconnue"):
        read(tmp_path, f"SIRET;Nom;Type\n{forms}")
    kinds = forms + "".join(f"{siret(n)};Fictive;ESAT\n" for n in range(5, 9))
    assert set(statuses(read(tmp_path, f"SIRET;Nom;Type\n{kinds}"))) == {"ESAT"}
    alone = "".join(f"{siret(n)};Fictive;{kind}\n" for n, kind in ((1, "EI"), (2, "ESAT"), (3, "Entreprise adaptée")))
    assert statuses(read(tmp_path, f"SIRET;Nom;Type\n{alone}")) == ["EA", "EI", "ESAT"]
