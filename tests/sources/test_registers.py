"""Lists of suppliers: recognised, dated, counted; the national SIRENE reduced."""

from __future__ import annotations

import csv
import json
import math
import random
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser.problems import Problem
from spaser.sources.registers import read_registers
from spaser.sources.registers.reduction import reduce_sirene
from spaser.sources.registers.sirene import lambert_93
from spaser.vocabulary import ESTABLISHMENTS, REGISTER

SHARED = Path(__file__).parents[3] / "shared" / "data" / "registres"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="les données réelles (../shared) ne sont pas là")


def written(tmp_path, name, text, encoding="utf-8"):
    file = tmp_path / name
    file.write_text(text, encoding=encoding, newline="")
    return file


def rows(lists):
    return lists.register.collect().to_dicts()


def account(lists):
    line = lists.files.row(0, named=True)
    parts = ("retenus", "repetes", "sans_identifiant", "invalides", "hors_liste")
    assert line["lus"] == sum(line[part] for part in parts)
    return tuple(line[part] for part in ("lus", *parts))


ESAT = "EJ-N°FINESS,ET-N°FINESS,ET-Raison sociale,ET-Code Postal,ET-SIRET,ET-Commune Code,EJ-Statut juridique Code\n"


def test_the_esat_list_gives_zeros_back_and_its_accounts_add_up(tmp_path):
    # 00573208700017 lost its two zeros; one line has no SIRET, one is repeated, one is no identifier.
    base = "732829320"
    siret = next(f"{base}{nic:05d}" for nic in range(10, 20) if luhn(f"{base}{nic:05d}"))
    zero = next(
        f"0{n:08d}00{k:03d}"
        for n in range(5732087, 5732187)
        if luhn(f"0{n:08d}")
        for k in range(10, 20)
        if luhn(f"0{n:08d}00{k:03d}")
    )
    text = (
        ESAT + f"1,1,ESAT UN,1150,{siret},1047,60\n1,2,ESAT UN BIS,1150,{siret},1047,60\n1,3,ESAT DEUX,1150,,1047,60\n"
    )
    text += f"1,4,ESAT TROIS,75001,{zero.lstrip('0')},75101,19\n1,5,ESAT QUATRE,75001,abc,75101,19\n"
    lists = read_registers(written(tmp_path, "esat_2021-03.csv", text))
    assert account(lists) == (5, 2, 1, 1, 1, 0)
    assert {(row["siret"], row["statut"]) for row in rows(lists)} == {(siret, "ESAT"), (zero, "ESAT")}
    place = lists.establishments.collect().filter(pl.col("siret") == siret).row(0, named=True)
    assert (place["code_postal"], place["code_commune"], place["categorie_juridique"]) == ("01150", "01047", "9220")
    assert lists.files["au"].item() == date(2021, 3, 31)
    assert lists.rejects.collect()["regle"].sort().to_list() == [
        "identifiant_absent",
        "identifiant_invalide",
        "repetition",
    ]


def luhn(text):
    digits = [int(c) for c in reversed(text)]
    return sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2]) and (
        (sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])) % 10 == 0
    )


@pytest.mark.parametrize(
    ("name", "text", "as_of", "expected"),
    [
        (
            "liste.csv",
            "siret;statut;date\n73282932000074;EI;01/02/2023\n",
            date(2020, 1, 1),
            (date(2023, 2, 1), "colonne du fichier"),
        ),
        (
            "siae_2019-07.csv",
            "siret;statut\n73282932000074;EI\n",
            date(2020, 1, 1),
            (date(2019, 7, 31), "nom du fichier"),
        ),
        ("siae_2020.csv", "siret;statut\n73282932000074;EI\n", None, (date(2020, 12, 31), "nom du fichier")),
        ("siae_20240229.csv", "siret;statut\n73282932000074;EI\n", None, (date(2024, 2, 29), "nom du fichier")),
        ("liste.csv", "siret;statut\n73282932000074;EI\n", date(2020, 1, 1), (date(2020, 1, 1), "paramètre")),
        (
            "liste.csv",
            "siret;statut;depuis\n73282932000074;EI;2021-05-01\n",
            None,
            (date(2021, 5, 1), "date la plus récente du contenu"),
        ),
        ("liste.csv", "siret;statut\n73282932000074;EI\n", None, (None, "inconnue")),
    ],
)
def test_the_date_of_a_list_comes_from_a_column_then_its_name_then_the_parameter_then_its_content(
    tmp_path, name, text, as_of, expected
):
    files = read_registers(written(tmp_path, name, text), as_of=as_of).files
    assert (files["au"].item(), files["au_origine"].item()) == expected


def test_a_consultants_own_list_may_name_kinds_in_words_in_cp1252_under_a_title(tmp_path):
    text = "Ma liste\nN° SIRET;Raison sociale;Type de structure\n732 829 320 00074;L'ATELIER;Entreprise d’insertion\n"
    text += "73282932000074;L'ATELIER;Atelier et chantier d'insertion\n732829320;L'ATELIER;Agréé ESUS\n73282932000074;L'ATELIER;Autre\n"
    lists = read_registers(written(tmp_path, "ma_liste.csv", text, "cp1252"))
    assert account(lists) == (4, 3, 0, 0, 0, 1)
    assert {(row["statut"], row["siret"]) for row in rows(lists)} == {
        ("EI", "73282932000074"),
        ("ACI", "73282932000074"),
        ("ESUS", None),
    }


def test_the_esus_workbook_gives_dated_approvals_of_the_legal_unit_and_is_said_not_verified(tmp_path):
    file = tmp_path / "esus.xlsx"
    pl.DataFrame(
        {
            "a": ["Liste des entreprises agréées au 15/01/2024", None, "Région", "Île inventée"],
            "b": [None, None, "SIRET", "73282932000074"],
            "c": [None, None, "Dénomination", "ATELIER INVENTÉ"],
            "d": [None, None, "Date de début d'agrément", "01/07/2019"],
            "e": [None, None, "Date de fin d'agrément", "2024-06-30"],
        }
    ).write_excel(file, include_header=False)
    lists = read_registers(file)
    row = rows(lists)[0]
    assert (row["siren"], row["siret"], row["statut"]) == ("732829320", None, "ESUS")
    assert (row["depuis"], row["jusqua"]) == (date(2019, 7, 1), date(2024, 6, 30))
    assert lists.files["message"].item().endswith("format non vérifié")


def test_the_inclusive_markets_json_is_recognised_nested_or_not(tmp_path):
    found = {
        "count": 2,
        "results": [
            {
                "siret": "73282932000074",
                "kind": {"code": "EA"},
                "name": "EA INVENTÉE",
                "sectors": ["Espaces verts", "Textile"],
                "is_active": True,
            },
            {"siret": "73282932000082", "kind": "OPCS", "name": "AUTRE", "sectors": [], "is_active": True},
        ],
    }
    lists = read_registers(written(tmp_path, "siaes.json", json.dumps(found)))
    assert account(lists) == (2, 1, 0, 0, 0, 1)
    assert (rows(lists)[0]["statut"], rows(lists)[0]["secteurs"]) == ("EA", "Espaces verts, Textile")
    assert not lists.files["verifie"].item()


def test_finess_without_headings_keeps_only_the_esat_and_takes_its_date_from_the_first_line(tmp_path):
    cells = [""] * 32
    cells[0], cells[1], cells[3], cells[15], cells[18], cells[22] = (
        "structureet",
        "010000001",
        "ESAT INVENTÉ",
        "94200 IVRY SUR SEINE CEDEX",
        "246",
        "73282932000074",
    )
    other = cells.copy()
    other[18], other[22] = "500", "73282932000082"
    place = "geolocalisation;010000001;657242.1;6851540.8;1,ATLASANTE;2024-03-08\n"
    text = "finess;etalab;93;2024-03-08\n" + ";".join(cells) + "\n" + ";".join(other) + "\n" + place
    lists = read_registers(written(tmp_path, "etalab.csv", text, "latin-1"))
    assert account(lists) == (3, 1, 0, 0, 0, 2)
    assert rows(lists)[0]["statut"] == "ESAT"
    assert lists.establishments.collect()["code_commune"].to_list() == ["94041"]
    assert "d'après sa description publique" in lists.files["message"].item()
    assert lists.files["au"].item() == date(2024, 3, 8)


def test_finess_with_headings_keeps_only_the_esat(tmp_path):
    text = (
        "nofinesset;rs;ligneacheminement;categetab;libcategetab;siret;codeape\n"
        "010000001;ESAT INVENTÉ;94200 IVRY SUR SEINE;246;ESAT;73282932000074;8810C\n"
        "010000002;FOYER INVENTÉ;94200 IVRY SUR SEINE;252;Foyer;73282932000082;8720A\n"
    )
    lists = read_registers(written(tmp_path, "finess.csv", text))
    assert account(lists) == (2, 1, 0, 0, 0, 1)
    assert (rows(lists)[0]["statut"], lists.establishments.collect()["code_commune"][0]) == ("ESAT", "94041")


def test_a_wrong_control_key_is_kept_and_doubted(tmp_path):
    lists = read_registers(written(tmp_path, "l.csv", "siret;kind\n73282932000075;EI\n"))
    assert lists.files["doutes"].item() == 1
    assert lists.rejects.collect()["niveau"].to_list() == ["doute"]
    assert len(rows(lists)) == 1


def test_partial_diffusion_and_natural_persons_are_kept_without_name_or_address(tmp_path):
    text = "siren,nom,forme_juridique,activite_principale,commune,code_postal,etat\n"
    text += "732829320,[NON-DIFFUSIBLE],5710,62.01Z,VILLE,75001,A\n732829338,MARTIN ALICE,1000,62.01Z,VILLE,75001,A\n"
    file = written(tmp_path, "extrait.csv", text)
    hidden, person = read_registers(file).establishments.collect().sort("siren").to_dicts()
    assert (hidden["nom"], hidden["code_postal"], hidden["diffusion_partielle"]) == (None, None, True)
    assert (person["nom"], person["personne_physique"], person["code_postal"]) == (None, True, "75001")
    shown = read_registers(file, persons=True).establishments.collect().sort("siren").to_dicts()
    assert [row["nom"] for row in shown] == [None, "MARTIN ALICE"]


@pytest.mark.parametrize("text", ["", "a;b\n1;2\n", "[]", '{"x": 1}', "nom;montant\nA;3\n"])
def test_a_file_that_is_no_known_list_is_refused_in_words(tmp_path, text):
    with pytest.raises(Problem, match="non reconnue" if text else "vide"):
        read_registers(written(tmp_path, "x.csv", text))


def test_an_absent_list_is_said(tmp_path):
    with pytest.raises(Problem, match="introuvable"):
        read_registers(tmp_path / "absent.csv")


def forward(lon, lat):
    """Lambert-93 of a point, in plain Python (IGN, NTG_71)."""
    e, n, c = 0.0818191910428158, 0.7256077650532670, 11754255.4261
    sine = e * math.sin(math.radians(lat))
    iso = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2) * ((1 - sine) / (1 + sine)) ** (e / 2))
    radius, angle = c * math.exp(-n * iso), n * math.radians(lon - 3)
    return 700000 + radius * math.sin(angle), 12655612.0499 - radius * math.cos(angle)


def test_lambert_93_comes_back_to_degrees_within_a_centimetre_and_refuses_other_projections():
    points = [(3.0, 46.5), (2.3488, 48.8534), (7.262, 43.7102), (-4.4861, 48.3904), (9.45, 42.7), (2.55, 51.08)]
    frame = pl.DataFrame([forward(*point) for point in points], schema=["x", "y"], orient="row")
    got = frame.select(*lambert_93(pl.col("x"), pl.col("y"))).rows()
    assert all(
        abs(a - b) < 1e-7 for have, want in zip(got, points, strict=True) for a, b in zip(have, want, strict=True)
    )
    assert forward(3.0, 46.5) == pytest.approx((700000, 6600000), abs=0.01)
    overseas = pl.DataFrame({"x": [340_000.0, None], "y": [2_340_000.0, 6_700_000.0]})
    assert overseas.select(*lambert_93(pl.col("x"), pl.col("y"))).rows() == [(None, None)] * 2


def stocks(folder, form):
    """An invented SIRENE of six units; one association closed, one person, one unit not diffused."""
    units = pl.DataFrame(
        {
            "siren": ["900000001", "900000002", "900000003", "900000004", "900000005", "900000006"],
            "statutDiffusionUniteLegale": ["O", "O", "O", "O", "P", "O"],
            "denominationUniteLegale": ["ASSO UNE", "SAS DEUX", "SAS FLAG", None, "[ND]", "SAS SIX"],
            "nomUniteLegale": [None, None, None, "DURAND", None, None],
            "categorieJuridiqueUniteLegale": ["9220", "5710", "5710", "1000", "5499", "5710"],
            "activitePrincipaleUniteLegale": ["88.99B", "62.01Z", "62.01Z", "43.21A", "62.01Z", None],
            "activitePrincipaleNAF25UniteLegale": [None, None, None, None, None, "62.10Y"],
            "nomenclatureActivitePrincipaleUniteLegale": ["NAFRev2"] * 6,
            "economieSocialeSolidaireUniteLegale": [None, "N", "O", None, None, None],
            "trancheEffectifsUniteLegale": ["12"] * 6,
            "categorieEntreprise": ["PME"] * 6,
            "etatAdministratifUniteLegale": ["A"] * 6,
            "dateDernierTraitementUniteLegale": ["2026-10-30T10:00:00"] * 5 + ["2026-10-31T10:00:00"],
            "inconnue": ["x"] * 6,
        }
    )
    sirets = [
        "90000000100011",
        "90000000100029",
        "90000000200019",
        "90000000300017",
        "90000000400015",
        "90000000500012",
        "90000000600010",
    ]
    places = pl.DataFrame(
        {
            "siret": sirets,
            "siren": [s[:9] for s in sirets],
            "statutDiffusionEtablissement": ["O"] * 5 + ["P", "O"],
            "etablissementSiege": ["true", "false", "true", "true", "true", "true", "true"],
            "enseigne1Etablissement": [None] * 7,
            "codeCommuneEtablissement": ["93001", "75101", "69123", "33063", "93001", "[ND]", "2A004"],
            "codePostalEtablissement": ["93300", "75001", "69001", "33000", "93300", "[ND]", "20000"],
            "activitePrincipaleEtablissement": ["88.99B"] * 7,
            "trancheEffectifsEtablissement": ["11"] * 7,
            "etatAdministratifEtablissement": ["A", "F", "A", "A", "A", "A", "A"],
            "coordonneeLambertAbscisseEtablissement": [
                "652216.6",
                "652216.6",
                "[ND]",
                None,
                "652216.6",
                "[ND]",
                "1200000",
            ],
            "coordonneeLambertOrdonneeEtablissement": [
                "6861681.5",
                "6861681.5",
                "[ND]",
                None,
                "6861681.5",
                "[ND]",
                "6110000",
            ],
        }
    )
    out = []
    for frame, name in ((units, "StockUniteLegale_utf8"), (places, "StockEtablissement_utf8")):
        if form == "parquet":
            frame.write_parquet(folder / f"{name}.parquet")
        else:
            frame.write_csv(folder / f"{name}.csv")
            with zipfile.ZipFile(folder / f"{name}.zip", "w") as archive:
                archive.write(folder / f"{name}.csv", f"{name}.csv")
        out.append(folder / f"{name}.{'parquet' if form == 'parquet' else 'zip'}")
    return out


@pytest.mark.parametrize("form", ["parquet", "zip"])
def test_sirene_is_reduced_to_the_ess_and_to_what_the_user_needs(tmp_path, form):
    units, places = stocks(tmp_path, form)
    listed = REGISTER.conform(pl.LazyFrame({"siren": ["900000005"], "statut": ["EI"]}))
    got = reduce_sirene(
        units,
        places,
        register=listed,
        identifiers=["900 000 002 00019"],
        departements=["93", "2A"],
        cache=tmp_path / "cache",
    )
    ess = pl.read_parquet(got.ess)
    assert set(ess["siren"]) == {"900000001", "900000003", "900000005"}
    assert "90000000100029" in set(ess["siret"])  # closed, but it may hold an old contract
    chosen = pl.read_parquet(got.chosen)
    assert set(chosen["siret"].drop_nulls()) == {"90000000100011", "90000000200019", "90000000400015", "90000000600010"}
    assert dict(zip(ess["siret"], ess["nom"], strict=True))["90000000100011"] == "ASSO UNE"
    hidden = ess.filter(pl.col("siren") == "900000005")
    assert hidden["diffusion_partielle"].all()
    assert hidden.select("nom", "code_commune", "lon").null_count().row(0) == (2, 2, 2)
    person = chosen.filter(pl.col("siren") == "900000004")
    assert person["personne_physique"].all()
    assert person["nom"].null_count() == person.height
    place = chosen.filter(pl.col("siret") == "90000000100011").row(0, named=True)
    assert (round(place["lon"], 4), round(place["lat"], 4)) == (2.3488, 48.8534)
    assert place["categorie_juridique"] == "9220"
    unit = chosen.filter((pl.col("siren") == "900000006") & pl.col("siret").is_null()).row(0, named=True)
    assert (unit["naf"], unit["naf_nomenclature"]) == ("6210Y", "NAF2025")
    assert dict(got.register.select("siren", "statut").collect().rows()) == {"900000003": "ESS", "900000002": "NON_ESS"}
    assert got.sources["au"].to_list()[0] == "2026-10-31"
    assert ess["au"][0] == date(2026, 10, 31)
    assert not list((tmp_path / "cache").glob("*.partiel"))
    assert got.establishments.collect_schema() == pl.Schema(ESTABLISHMENTS.schema)


def test_a_reduction_is_reused_only_for_the_same_files_and_choices(tmp_path):
    units, places = stocks(tmp_path, "parquet")
    first = reduce_sirene(units, places, departements=["93"], cache=tmp_path / "cache")
    again = reduce_sirene(units, places, departements=["93"], cache=tmp_path / "cache")
    other = reduce_sirene(units, places, departements=["69"], cache=tmp_path / "cache")
    assert (first.reused, again.reused, other.reused) == (False, True, False)
    assert set(pl.read_parquet(other.chosen)["siret"].drop_nulls()) == {"90000000200019"}


def test_a_stock_given_among_the_lists_is_read_too_and_said_not_verified(tmp_path):
    units, places = stocks(tmp_path, "parquet")
    lists = read_registers([units, places])
    assert lists.register.collect()["statut"].sort().to_list() == ["ESS", "NON_ESS"]
    assert lists.establishments.collect().height == 13
    assert lists.files["au"].to_list() == [date(2026, 10, 31), None]
    assert lists.files["verifie"].to_list() == [False, False]


def test_hostile_bytes_never_raise_anything_but_a_problem(tmp_path):
    dice = random.Random(7)
    good = b"siret;statut;date\n73282932000074;EI;2024-01-01\n"
    for _ in range(60):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        file = tmp_path / "x.csv"
        file.write_bytes(bytes(data))
        try:
            read_registers(file).register.collect()
        except Problem:
            continue


@real
def test_the_accounts_of_the_real_lists_add_up_and_match_a_plain_count():
    for file in sorted(SHARED.glob("*.csv")):
        separator = ";" if file.name.startswith("siae_2019") else ","
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = list(csv.DictReader(opened, delimiter=separator))
        assert account(read_registers(file))[0] == len(lines), file.name
    assert account(read_registers(SHARED / "esat_liste_officielle.csv")) == (1504, 1398, 28, 78, 0, 0)
    assert account(read_registers(SHARED / "siae_2019-07.csv")) == (3932, 3823, 109, 0, 0, 0)


def test_a_folder_or_a_pattern_of_lists_is_opened_as_the_user_wrote_it(tmp_path):
    for n in (1, 2):
        (tmp_path / f"liste_{n}_2026-09.csv").write_text(
            f"siren;raison_sociale;statut\n00000{n}018;Structure inventée {n};ESUS\n", encoding="utf-8"
        )
    by_pattern = read_registers([str(tmp_path / "*.csv")]).files
    by_folder = read_registers([tmp_path]).files
    assert by_pattern.height == by_folder.height == 2
    with pytest.raises(Problem, match="Aucun fichier ne répond au motif"):
        read_registers([str(tmp_path / "*.xlsx")])
