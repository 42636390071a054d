"""Who is in the ESS and who is inclusive, on a day, with the proof; and the analysis of a buyer's suppliers."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser import suppliers
from spaser.problems import Problem
from spaser.sources.answers.overrides import read_overrides
from spaser.sources.registers import read_registers
from spaser.suppliers.analysis import analyse, counts, name, reserved_to_check, subcontractors, under_declared
from spaser.suppliers.matching import asked_of
from spaser.vocabulary import DECISIONS, ESTABLISHMENTS, HOLDER_UNKNOWN, REGISTER, STATUS, SUBCONTRACTS

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "suppliers_status.toml").read_text(encoding="utf-8"))[
    "case"
]
SHARED = Path(__file__).parents[3] / "shared" / "data"
real = pytest.mark.skipif(not SHARED.is_dir(), reason="les données réelles (../shared) ne sont pas là")


def table(kind, rows):
    rows = [{"source": row.get("liste"), **row} for row in rows]
    return (
        pl.LazyFrame(rows, schema={name: dtype for name, dtype in kind.schema.items()}) if rows else kind.empty().lazy()
    )


def known(rows, register, units=(), **options):
    frame = pl.LazyFrame(rows)
    return suppliers.status(frame, table(REGISTER, register), table(ESTABLISHMENTS, units), **options).collect()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_situation(case):
    row = {"siret": None, "siren": None, "dateNotification": case.get("day")} | case["supplier"]
    frame = pl.LazyFrame([row], schema_overrides={"dateNotification": pl.Date, "siret": pl.String, "siren": pl.String})
    got = (
        suppliers.status(
            frame,
            table(REGISTER, case.get("register", [])),
            table(ESTABLISHMENTS, case.get("units", [])),
            spread_establishment=case.get("spread", False),
        )
        .collect()
        .row(0, named=True)
    )
    want = case["expected"]
    assert (got["titulaire_ess"], got["titulaire_esus"], got["titulaire_inclusif"]) == (
        want.get("ess"),
        want.get("esus"),
        want.get("inclusif"),
    )
    assert got["ess_borderline"] == want["a_part"]
    assert got["inclusif_types"] == want.get("types")
    assert got["ess_famille"] == want.get("famille", got["ess_famille"])
    assert want.get("regle", "") in (got["inclusif_regle"] or "")
    assert want.get("ess_raison", "") in got["ess_raison"]
    assert want.get("inclusif_raison", "") in got["inclusif_raison"]
    assert want.get("inclusif_sans", "\0") not in got["inclusif_raison"]


def test_rows_keep_their_order_and_number_even_with_repeated_and_empty_identifiers():
    rows = [{"siret": s, "siren": None} for s in ("90000000900013", None, "90000000900013", "90000009900001")]
    listed = [{"siren": "900000009", "siret": "90000000900013", "statut": "EI"}] * 2 + [
        {"siren": "900000009", "siret": "90000000900013", "statut": "ACI"}
    ]
    got = known(rows, listed, on=date(2024, 1, 1))
    assert got["siret"].to_list() == [row["siret"] for row in rows]
    assert got["titulaire_inclusif"].to_list() == [True, None, True, None]
    assert set(got.columns) >= {word.name for word in STATUS}


def test_a_listed_inclusive_absence_is_no_only_against_national_lists_of_every_kind():
    sizes = {"EI": 300, "ACI": 500, "AI": 200, "ETTI": 100, "EA": 300, "ESAT": 500}
    listed = [
        {"siren": f"91{rank:07d}", "siret": f"91{rank:07d}00010", "statut": kind, "liste": "marche_inclusion"}
        for kind, size in sizes.items()
        for rank in range(size)
    ]
    rows = [{"siret": "90000009900001", "siren": None}]
    assert known(rows, listed, on=date(2024, 1, 1))["titulaire_inclusif"].to_list() == [False]
    short = [row for row in listed if row["siret"] != "91000000000010" or row["statut"] != "EA"]
    got = known(rows, short, on=date(2024, 1, 1)).row(0, named=True)
    assert got["titulaire_inclusif"] is None
    assert "sans liste nationale pour EA" in got["inclusif_raison"]


def test_a_list_of_the_ess_limited_to_a_few_activities_says_nothing_of_the_others():
    limited = [
        {"siren": f"92{n:07d}", "naf": "6201Z", "liste": "ess_france", "au": date(2024, 1, 1)} for n in range(200)
    ]
    units = [
        {"siren": "900000007", "categorie_juridique": "5710", "naf": "6202A", "liste": "sirene_extrait"},
        {"siren": "900000017", "categorie_juridique": "5710", "naf": "4120A", "liste": "sirene_extrait"},
    ]
    rows = [{"siret": None, "siren": s} for s in ("900000007", "900000017")]
    got = known(
        pl.DataFrame(rows, schema={"siret": pl.String, "siren": pl.String}), [], limited + units, on=date(2024, 1, 1)
    )
    assert got["titulaire_ess"].to_list() == [False, None]


def test_fusing_overwrites_nothing_and_adds_the_decisions_as_rows():
    listed = [
        {"siren": "900000001", "statut": "ESS"},
        {"siren": "900000001", "statut": "NON_ESS", "liste": "sirene_drapeau"},
    ]
    decided = DECISIONS.conform(
        pl.LazyFrame(
            [
                {
                    "objet_type": "statut",
                    "objet_id": "90000000100011",
                    "champ": "ess",
                    "valeur": "non",
                    "auteur": "A. Martin",
                    "date": date(2024, 2, 1),
                    "motif": "radiée",
                },
                {
                    "objet_type": "montant",
                    "objet_id": "x",
                    "champ": "montant",
                    "valeur": "1",
                    "auteur": "A",
                    "date": None,
                    "motif": "",
                },
            ]
        )
    )
    got = suppliers.fuse(table(REGISTER, listed), decided).collect()
    assert got.height == 3
    assert got.row(2, named=True) | {"siren": "900000001", "siret": "90000000100011", "statut": "NON_ESS"} == got.row(
        2, named=True
    )
    told = suppliers.status(
        pl.LazyFrame({"siret": ["90000000100011", "90000000100029"]}),
        got.lazy(),
        ESTABLISHMENTS.empty().lazy(),
        on=date(2024, 3, 1),
    ).collect()
    assert told["titulaire_ess"].to_list() == [False, True]
    assert "décision de A. Martin : radiée (01/02/2024)" in told["ess_raison"][0]


def test_conflicts_between_lists_and_with_an_excluded_form_are_listed():
    listed = [
        {"siren": "900000001", "statut": "ESS", "liste": "ess_france"},
        {"siren": "900000001", "statut": "NON_ESS", "liste": "sirene_drapeau"},
        {"siren": "900000002", "statut": "ESUS", "liste": "esus"},
    ]
    units = [{"siren": "900000002", "categorie_juridique": "7410", "naf": "8411Z", "liste": "sirene_extrait"}]
    got = suppliers.conflicts(table(REGISTER, listed), table(ESTABLISHMENTS, units)).collect()
    assert got["motif"].to_list() == ["deux listes se contredisent", "une liste contredit une forme juridique exclue"]


def test_access_of_a_contract_is_the_kleene_any_of_its_holders():
    held = pl.LazyFrame(
        {
            "uid": ["a", "a", "b", "b", "c"],
            "titulaire_ess": [True, None, False, None, False],
            "titulaire_esus": [None] * 5,
            "titulaire_inclusif": [False, False, None, True, None],
        },
        schema_overrides={"titulaire_esus": pl.Boolean},
    )
    got = suppliers.access(held).collect().sort("uid")
    assert got["titulaire_ess"].to_list() == [True, None, False]
    assert got["titulaire_esus"].to_list() == [None] * 3
    assert got["titulaire_inclusif"].to_list() == [False, True, None]


def test_names_absent_from_contracts_come_from_the_lists_else_are_said_unknown():
    units = [{"siren": "900000001", "siret": "90000000100011", "nom": "ATELIER INVENTE", "liste": "siae_asp"}]
    held = pl.LazyFrame(
        {
            "titulaire_id": ["90000000100011", "90000009900001"],
            "titulaire_siren": ["900000001", "900000099"],
            "titulaire_nom": [None, None],
        },
        schema_overrides={"titulaire_nom": pl.String},
    )
    got = name(held, table(ESTABLISHMENTS, units)).collect()
    assert got["titulaire_nom"].to_list() == ["ATELIER INVENTE", "nom inconnu"]


def test_overrides_are_read_with_their_author_and_reason_and_wrong_lines_are_listed_together(tmp_path):
    file = tmp_path / "corrections.csv"
    file.write_text(
        "Identifiant;Statut;Valeur;Auteur;Date;Motif\n732 829 320;ESS;Oui;B. Durand;31/01/2024;vue au RCS\n",
        encoding="cp1252",
    )
    row = read_overrides(file).collect().row(0, named=True)
    assert (row["objet_id"], row["champ"], row["valeur"], row["date"]) == ("732829320", "ess", "oui", date(2024, 1, 31))
    file.write_text("siret;statut;valeur;auteur;date;motif\n123;esss;peut-être;;hier;\n", encoding="utf-8")
    with pytest.raises(Problem) as error:
        read_overrides(file)
    for said in ("ligne 2", "Vouliez-vous dire « ess »", "oui", "auteur", "date", "motif"):
        assert said in str(error.value)


LEDGER = pl.LazyFrame(
    {
        "fournisseur": ["A", "B", "B", "C", "D", "Assurances"],
        "siret": [None] * 6,
        "siren": ["900000001", "900000002", "900000002", None, "900000004", "900000005"],
        "montant": [100_00, 50_00, -10_00, 30_00, 500_00, 20_00],
        "exercice": [2023, 2023, 2024, 2024, 2024, 2024],
        "famille_acheteur": ["x", "x", "y", "y", "y", None],
        "perimetre": ["achat", "achat", "achat", "achat", "subvention", "banque_assurance"],
    },
    schema_overrides={"siret": pl.String},
)


def analysed(ledger=LEDGER):
    units = [
        {"siren": "900000001", "categorie_juridique": "9220", "naf": "8121Z", "liste": "sirene_extrait"},
        {"siren": "900000002", "categorie_juridique": "5710", "naf": "8121Z", "liste": "sirene_extrait"},
        {"siren": "900000004", "categorie_juridique": "9220", "naf": "8121Z", "liste": "sirene_extrait"},
        {"siren": "900000099", "naf": "8121Z", "liste": "ess_france"},
    ]
    told = suppliers.status(ledger, REGISTER.empty().lazy(), table(ESTABLISHMENTS, units), on=date(2024, 1, 1))
    return analyse(told).collect()


def measure(found, code, unit, definition="achats", dimension="total", modalite="ensemble"):
    return found.filter(
        (pl.col("indicateur") == code)
        & (pl.col("unite") == unit)
        & (pl.col("definition") == definition)
        & (pl.col("dimension") == dimension)
        & (pl.col("modalite") == modalite)
    ).row(0, named=True)


def test_the_ess_share_is_given_in_euros_lines_and_suppliers_with_both_denominators():
    found = analysed()
    euros = measure(found, "fournisseurs_ess", "valeur")
    assert (euros["numerateur"], euros["repondus"], euros["denominateur"]) == (100_00, 140_00, 190_00)
    assert (euros["bas"], euros["haut"]) == (100 / 190, 150 / 190)
    assert (euros["valeur_repondus"], euros["couverture"]) == (100 / 140, 140 / 190)
    people = measure(found, "fournisseurs_ess", "fournisseurs")
    assert (people["numerateur"], people["repondus"], people["denominateur"]) == (1, 2, 4)
    lines = measure(found, "fournisseurs_identifies", "lignes")
    assert (lines["numerateur"], lines["denominateur"]) == (4, 5)


def test_a_subsidy_to_an_association_is_not_a_purchase_and_banks_and_insurers_are_shown_with_and_without():
    found = analysed()
    assert measure(found, "fournisseurs_ess", "valeur")["denominateur"] == 190_00
    assert measure(found, "fournisseurs_ess", "valeur", "achats hors banques et assurances")["denominateur"] == 170_00


def test_breakdowns_add_up_to_the_total():
    found = analysed()
    for dimension in ("famille", "annee"):
        split = found.filter(
            (pl.col("dimension") == dimension)
            & (pl.col("indicateur") == "fournisseurs_ess")
            & (pl.col("definition") == "achats")
            & (pl.col("unite") == "valeur")
        )
        assert split["denominateur"].sum() == 190_00
    assert (
        measure(found, "fournisseurs_ess", "lignes", dimension="famille", modalite="(non renseigné)")["denominateur"]
        == 1
    )


def test_reserved_contracts_without_listed_holder_and_under_declared_ones_are_found():
    contracts = pl.LazyFrame(
        {
            "uid": ["r1", "r2", "r3", "u1", "u2"],
            "acheteur_nom": "Ville inventée",
            "objet": "o",
            "montant": 1,
            "marche_reserve": [True, True, True, False, False],
            "considerationsSociales": ["Marché réservé"] * 3 + ["Pas de considération sociale"] * 2,
        }
    )
    held = pl.LazyFrame(
        {
            "uid": ["r1", "r2", "u1"],
            "titulaire_id": ["a", "b", "c"],
            "titulaire_inclusif": [True, None, True],
            "titulaire_ess": [None, None, None],
            "inclusif_raison": ["liste", "inconnu : absent des listes chargées", "liste"],
        },
        schema_overrides={"titulaire_ess": pl.Boolean},
    )
    # r3 names no holder at all: it is to be checked as much as r2, and said apart.
    found = reserved_to_check(contracts, held).collect()
    assert found.select("uid", "inclusif_raison").rows() == [
        ("r2", "inconnu : absent des listes chargées"),
        ("r3", HOLDER_UNKNOWN),
    ]
    assert under_declared(contracts, held).collect()["uid"].to_list() == ["u1"]


def test_declared_subcontractors_get_a_status_of_their_own():
    acts = SUBCONTRACTS.conform(
        pl.LazyFrame({"uid": ["a"], "sousTraitant_id": ["90000000900013"], "dateNotification": [date(2024, 1, 1)]})
    )
    listed = [{"siren": "900000009", "siret": "90000000900013", "statut": "EI"}]
    got = subcontractors(acts, table(REGISTER, listed), ESTABLISHMENTS.empty().lazy()).collect()
    assert got["titulaire_inclusif"].to_list() == [True]
    assert "sousTraitant_id" in got.columns


def _plain(file):
    found = json.loads(file.read_text(encoding="utf-8"))
    for contract in found if isinstance(found, list) else found["marches"]["marche"]:
        for holder in contract.get("titulaires") or []:
            holder = holder.get("titulaire", holder)
            social = json.dumps(contract.get("considerationsSociales"), ensure_ascii=False)
            yield (
                f"{contract['acheteur']['id']}{contract['id']}",
                str(holder.get("id") or ""),
                "Pas de considération" in social,
            )


def _listed_sirets():
    out = set()
    for stem, separator, column in (
        ("siae_2019-07", ";", "SIRET"),
        ("siae_geocodees_2020", ",", "siret"),
        ("esat_liste_officielle", ",", "ET-SIRET"),
    ):
        with (SHARED / "registres" / f"{stem}.csv").open(encoding="utf-8-sig", newline="") as file:
            out |= {row[column].zfill(14) for row in csv.DictReader(file, delimiter=separator) if row[column]}
    return out


@real
@pytest.mark.parametrize(("spread", "contracts", "silent"), [(False, 15, 5), (True, 26, 13)])
def test_contracts_won_by_a_listed_structure_match_an_independent_count(spread, contracts, silent):
    files = [SHARED / "decp_2022" / "paris_2024.json", *sorted((SHARED / "decp_2022").glob("e-marchespublics_*.json"))]
    rows = sorted({row for file in files for row in _plain(file)})
    lists = read_registers(sorted((SHARED / "registres").glob("*.csv")))
    held = pl.LazyFrame(rows, schema=["uid", "titulaire_id", "aucune"], orient="row").with_columns(
        dateNotification=pl.date(2024, 7, 1)
    )
    told = suppliers.status(held, lists.register, lists.establishments, spread_establishment=spread).collect()
    won = told.filter(pl.col("titulaire_inclusif").fill_null(False))
    sirets = _listed_sirets()
    keys = {s[:9] for s in sirets} if spread else sirets
    by_hand = {uid for uid, holder, _ in rows if (holder[:9] if spread else holder) in keys}
    assert set(won["uid"]) == by_hand
    assert len(by_hand) == contracts
    assert won.filter("aucune")["uid"].n_unique() == silent


@real
def test_every_real_list_is_counted_per_status_and_source():
    lists = read_registers(sorted((SHARED / "registres").glob("*.csv")))
    found = {
        (row["source"].partition("[")[2][:-1], row["statut"]): row["fournisseurs"]
        for row in counts(lists.register).collect().to_dicts()
    }
    assert found[("esat_liste_officielle.csv", "ESAT")] == 1398
    assert found[("siae_2019-07.csv", "ACI")] == 1891
    assert found[("siae_geocodees_2020.csv", "GEIQ")] == 172
    assert found[("ess_france_naf_numerique.csv", "ESS")] == 2061
    assert found[("sirene_flag_ess_numerique.csv", "ESS")] == 3375


@pytest.mark.parametrize(("naf", "ess"), [("9491Y", None), ("6832Y", True), ("6201Y", True)])
def test_an_excluded_activity_is_known_by_its_four_digits_in_the_naf_of_2025_and_no_other_is(naf, ess):
    unit = {"siren": "900000001", "categorie_juridique": "9220", "naf": naf, "naf_nomenclature": "NAF2025"}
    found = known([{"siren": "900000001"}], [], [unit | {"liste": "sirene_extrait"}], on=date(2026, 1, 1))
    assert found["titulaire_ess"].item() is ess


@pytest.mark.parametrize(
    ("form", "naf", "why"),
    [
        ("7410", "8110Z", "une liste contredit une forme juridique exclue"),
        ("9220", "9491Z", "une liste contredit une activité exclue"),
        ("9220", "8110Z", None),
    ],
)
def test_a_list_is_contradicted_by_an_excluded_form_or_by_an_excluded_activity_alone(form, naf, why):
    listed = [{"siren": "900000002", "statut": "ESUS", "liste": "esus"}]
    units = [{"siren": "900000002", "categorie_juridique": form, "naf": naf, "liste": "sirene_extrait"}]
    got = suppliers.conflicts(table(REGISTER, listed), table(ESTABLISHMENTS, units)).collect()
    assert got["motif"].to_list() == ([why] if why else [])


@pytest.mark.parametrize(
    ("kind", "siret", "siren"),
    [
        ("SIRET", "90000000100011", "900000001"),
        (None, "90000000100011", "900000001"),
        ("TVA", None, None),
        ("HORS-UE", None, None),
    ],
)
def test_fourteen_figures_are_a_siret_only_when_the_file_does_not_call_them_something_else(kind, siret, siren):
    held = pl.LazyFrame(
        {"titulaire_id": ["90000000100011"], "titulaire_typeIdentifiant": [kind]},
        schema_overrides={"titulaire_typeIdentifiant": pl.String},
    )
    assert asked_of(held, date(2026, 1, 1)).collect().select("_siret", "_siren").row(0) == (siret, siren)
