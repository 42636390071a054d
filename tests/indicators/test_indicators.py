"""Indicators: each one against figures counted by hand, both denominators, bounds, breakdowns, what lacks."""

from __future__ import annotations

import json
import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser.considerations import declared
from spaser.indicators import measure
from spaser.indicators.records import CERTAIN, NUMBER, UNANSWERED, VALUE, catalogue
from spaser.problems import Problem
from spaser.vocabulary import MEASURES

CASE = tomllib.loads((Path(__file__).parents[1] / "cases" / "indicators.toml").read_text(encoding="utf-8"))
PARIS = Path(__file__).parents[3] / "shared" / "data" / "decp_2022" / "paris_2024.json"


def contracts() -> pl.LazyFrame:
    """The contracts of the case, as the room of contracts hands them (amounts in cents)."""
    filled = {
        "nature_contrat": "marche",
        "marche_subsequent": False,
        "incomplet": False,
        "type_contrat": "marche",
        "annee": 2024,
    }
    rows = [
        filled | {"dateNotification": date(2024, 3, 1), "seuil_besoin": True, "publies": True} | row
        for row in CASE["contrats"]
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col("montant") * 100, pl.col("premiere_publication").str.to_date()
    )
    kept = pl.when(pl.col("montant_statut") != "symbolique").then("montant")
    return declared(
        frame.lazy().with_columns(
            kept.alias(n) for n in ("montant_retenu", "montant_retenu_haut", "montant_bas", "montant_haut")
        )
    )


def total(frame: pl.LazyFrame, code: str, unit: str = NUMBER, **options) -> dict:
    rows = measure(frame, indicators=[code], by=(), **options).filter(pl.col("unite") == unit).collect()
    return rows.row(0, named=True)


@pytest.mark.parametrize(
    "expected", CASE["attendus"], ids=lambda e: f"{e['indicateur']}-{e['unite']}-{e['definition']}"
)
def test_each_indicator_counts_what_a_person_counts(expected):
    cents = 100 if expected["unite"] == VALUE else 1
    rows = measure(contracts(), indicators=[expected["indicateur"]], by=(), definition=expected["definition"] or None)
    found = rows.filter(pl.col("unite") == expected["unite"]).collect()
    assert found.height == 1
    got = found.row(0, named=True)
    assert got["numerateur"] == expected["numerateur"] * cents
    for column in ("denominateur", "repondus"):
        wanted = expected.get(column)
        assert got[column] == (None if wanted is None else wanted * cents), column


def test_every_indicator_has_a_complete_record_and_a_case():
    cased = {(e["indicateur"], e["unite"]) for e in CASE["attendus"]}
    for code, record in catalogue().items():
        for field in ("titre", "question", "unite", "lecture", "prudence", "base", "unites", "definitions"):
            assert getattr(record, field), f"{code} : {field} est vide"
        for definition in record.definitions:
            assert (code, definition) in {(e["indicateur"], e["definition"]) for e in CASE["attendus"]}, code
        for unit in {"quantite": [NUMBER], "montant": [VALUE], "somme": [VALUE]}.get(record.unites[-1], record.unites):
            assert (code, unit) in cased or (code, unit) == ("montants_deja_comptes", VALUE), f"{code} en {unit}"


def test_silent_contracts_open_a_range_from_all_no_to_all_yes():
    row = total(contracts(), "clause_sociale")
    assert (row["valeur"], row["valeur_repondus"], row["bas"], row["haut"]) == (1 / 5, 1 / 4, 1 / 5, 2 / 5)


def test_amounts_to_be_checked_can_be_left_out_of_a_value_rate():
    row = total(contracts(), "critere_environnemental", CERTAIN)
    assert (row["numerateur"], row["denominateur"]) == (100_000_00, 550_000_00)


def test_a_repeated_maximum_widens_the_range_in_value_and_not_the_rate():
    frame = contracts().with_columns(
        montant_retenu=pl.when(pl.col("uid") != "C-CRITERE-SEUL-MONTANT-DOUTEUX").then("montant_retenu")
    )
    row = total(frame, "marche_reserve", VALUE)
    assert (row["numerateur"], row["denominateur"]) == (50_000_00, 550_000_00)
    assert row["bas"] == 50 / 750 and row["haut"] == 450 / 550


def test_an_indicator_limited_to_a_field_leaves_the_other_contracts_out_of_both_denominators():
    frame = contracts().with_columns(
        codeCPV=pl.when(pl.col("uid").str.starts_with("A-")).then(pl.lit("18100000")).otherwise(pl.lit("98133000")),
        offresRecues=pl.lit(1, pl.Int32),
    )
    social = total(frame, "reservable_ess")
    assert (social["numerateur"], social["denominateur"], social["repondus"]) == (1, 4, 2)
    assert social["bas"] == 1 / 4 and social["haut"] == 3 / 4
    assert total(frame, "familles_agec")["numerateur"] == 1
    reused = total(frame, "agec_clause", VALUE)
    assert (reused["numerateur"], reused["denominateur"]) == (100_000_00, 100_000_00)
    assert total(frame, "offre_unique")["valeur"] == 1


def test_a_framework_agreement_is_worth_from_nothing_to_its_maximum():
    frame = contracts().with_columns(montant_bas=pl.lit(0, pl.Int64), accord_cadre=pl.lit(True))
    row = total(frame, "montant_notifie", VALUE)
    assert (row["valeur"], row["bas"], row["haut"]) == (750_000.0, 0.0, 750_000.0)
    assert total(frame, "clause_sociale", VALUE)["bas"] == 100 / 750


def test_without_the_column_an_indicator_is_unanswered_never_zero():
    for code in ("titulaire_pme", "titulaire_ess", "esus_reserve"):
        lacking = contracts().drop("categorie_entreprise", "titulaire_ess", "titulaire_esus")
        row = total(lacking, code)
        assert (row["valeur"], row["repondus"], row["bas"], row["haut"]) == (None, 0, 0.0, 1.0)


@pytest.mark.parametrize(
    "code, status", [("inclusif_reserve", "titulaire_inclusif"), ("esus_reserve", "titulaire_esus")]
)
def test_what_is_reserved_to_a_status_is_never_more_than_what_is_reserved(code, status):
    known = contracts().with_columns(pl.when(pl.col("marche_reserve")).then(None).otherwise(status).alias(status))
    known = known.with_columns(pl.when(pl.int_range(pl.len()) == 0).then(True).otherwise(status).alias(status))
    row, reserved = total(known, code), total(contracts(), "marche_reserve")
    assert row["haut"] == reserved["haut"]
    assert row["bas"] == 0


def test_nothing_to_sum_gives_no_amount_rather_than_zero():
    nothing = contracts().filter(pl.col("montant_statut") == "symbolique")
    row = total(nothing, "montant_notifie", VALUE)
    assert row["valeur"] is None and row["numerateur"] is None and row["couverture"] == 0
    assert total(nothing, "clause_sociale", VALUE)["valeur"] is None


def test_every_breakdown_adds_up_to_the_total_and_keeps_the_unanswered():
    frame = contracts().with_columns(
        procedure=pl.when(pl.col("montant") > 100_000_00).then(pl.lit("Procédure adaptée"))
    )
    rows = measure(frame, by=("annee", "procedure", "tranche_montant", "acheteur_id", "codeCPV")).collect()
    shares = rows.filter(pl.col("denominateur").is_not_null())
    key = ["indicateur", "unite", "definition"]
    for column in ("numerateur", "denominateur", "repondus"):
        sums = shares.group_by(*key, "dimension").agg(pl.col(column).sum()).group_by(key).agg(pl.col(column).n_unique())
        assert (sums[column] == 1).all()
    assert UNANSWERED in rows.filter(pl.col("dimension") == "procedure")["modalite"].to_list()


def test_amount_bands_are_read_in_their_order():
    rows = (
        measure(contracts(), indicators=["nb_contrats"], by=("tranche_montant",))
        .filter(pl.col("dimension") != "total")
        .collect()
    )
    assert [m.split()[0] for m in rows["modalite"]] == ["de", "de", "de", "montant"]
    assert rows["modalite"][0].startswith("de 40 000")


def test_the_order_of_rows_is_irrelevant():
    frame = contracts().collect()
    one, other = (
        measure(frame.lazy()).collect(),
        measure(frame.sample(fraction=1.0, shuffle=True, seed=3).lazy()).collect(),
    )
    assert one.equals(other)


def test_measures_have_the_columns_of_the_vocabulary_and_a_unique_key():
    rows = measure(contracts()).collect()
    assert rows.schema == MEASURES.schema
    assert rows.select(MEASURES.key).is_duplicated().sum() == 0


def test_an_empty_set_of_contracts_is_measured_without_a_zero_rate():
    rows = measure(contracts().filter(pl.lit(False)), by=("annee",)).collect()
    assert rows.filter(pl.col("valeur").is_not_null(), pl.col("indicateur") != "nb_contrats").height == 0


def test_unknown_names_are_refused_with_the_closest():
    for options in (
        {"indicators": ["clause_social"]},
        {"by": ("anee",)},
        {"population": "publie"},
        {"definition": "autre"},
    ):
        with pytest.raises(Problem):
            measure(contracts(), **options)


@pytest.mark.skipif(not PARIS.exists(), reason="données réelles absentes : ../shared/data")
def test_the_considerations_of_a_real_file_match_a_ten_line_count():
    from spaser import contracts as room
    from spaser import sources

    records = json.loads(PARIS.read_text(encoding="utf-8"))
    lists = [
        {
            *r["considerationsSociales"]["considerationSociale"],
            *r["considerationsEnvironnementales"]["considerationEnvironnementale"],
        }
        for r in records
    ]
    counts = {
        word: sum(word in found for found in lists)
        for word in ("Clause sociale", "Marché réservé", "Critère environnemental")
    }
    counts["both"] = sum({"Clause environnementale", "Critère environnemental"} <= found for found in lists)
    read = sources.read(PARIS)
    built = room.build(read.records, as_of=date(2026, 11, 22))
    rows = measure(declared(built.contracts), by=(), population="publies").filter(pl.col("unite") == NUMBER).collect()
    found = dict(zip(rows["indicateur"], rows["numerateur"], strict=True))
    assert found["nb_contrats"] == len(records) == 1054
    names = ("clause_sociale", "marche_reserve", "critere_environnemental", "cumul_environnemental")
    assert [found[name] for name in names] == list(counts.values())
