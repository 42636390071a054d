"""Value indicators on spending: joined by contract number, else by holder, else unknown; credit notes netted."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.indicators.spend import SPENT, spent
from spaser.vocabulary import MEASURES

CONTRACTS = pl.LazyFrame(
    {
        "uid": ["A", "B", "C", "D"],
        "id": ["2024-001", "2024/002", "003", "004"],
        "seuil_besoin": [True] * 4,
        "clause_sociale": [True, False, True, None],
        "montant_statut": ["valide"] * 4,
        "montant": [100_000_00] * 4,
        "montant_retenu": [100_000_00] * 4,
        "montant_bas": [100_000_00] * 4,
        "montant_haut": [100_000_00] * 4,
    }
)
HOLDERS = pl.LazyFrame(
    {"uid": ["A", "B", "C", "D"], "titulaire_siren": ["111111111", "111111111", "333333333", "444444444"]}
)


def ledger(*lines: tuple) -> pl.LazyFrame:
    """Lines (SIREN, contract number, euros, year, perimeter)."""
    names = ("siren", "numero_marche", "montant", "exercice", "perimetre")
    schema = {
        "siren": pl.String,
        "numero_marche": pl.String,
        "montant": pl.Int64,
        "exercice": pl.Int32,
        "perimetre": pl.String,
    }
    return pl.LazyFrame([(a, b, c * 100, d, e) for a, b, c, d, e in lines], schema=schema, orient="row").select(names)


def total(*lines: tuple, code: str = "clause_sociale") -> dict:
    found = spent(ledger(*lines), CONTRACTS, HOLDERS, indicators=["clause_sociale", "titulaire_ess"]).collect()
    return found.filter(pl.col("dimension") == "total", pl.col("indicateur") == code).row(0, named=True)


def test_a_line_with_a_number_takes_the_answer_of_its_contract():
    row = total(("111111111", "2024 001", 700, 2024, "achat"), ("111111111", "2024-002", 300, 2024, "achat"))
    assert (row["numerateur"], row["denominateur"], row["repondus"]) == (700_00, 1000_00, 1000_00)
    assert row["valeur"] == row["bas"] == row["haut"] == 0.7


def test_without_a_number_a_supplier_whose_contracts_disagree_stays_unknown():
    row = total(("111111111", None, 700, 2024, "achat"), ("333333333", None, 300, 2024, "achat"))
    assert (row["numerateur"], row["repondus"]) == (300_00, 300_00)
    assert (row["valeur"], row["valeur_repondus"], row["bas"], row["haut"]) == (0.3, 1.0, 0.3, 1.0)


def test_a_supplier_without_contract_is_unknown_and_never_no():
    row = total(("999999999", None, 700, 2024, "achat"))
    assert row["valeur"] is None and row["repondus"] == 0 and (row["bas"], row["haut"]) == (0.0, 1.0)


def test_grants_are_no_purchase_and_credit_notes_are_netted():
    row = total(
        ("333333333", None, 300, 2024, "achat"),
        ("333333333", None, -100, 2024, "achat"),
        ("333333333", None, 5000, 2024, "subvention"),
    )
    assert (row["numerateur"], row["denominateur"]) == (200_00, 200_00)


def test_the_status_of_the_supplier_itself_wins_over_that_of_its_contracts():
    lines = ledger(("999999999", None, 400, 2024, "achat"), ("333333333", None, 600, 2024, "achat")).with_columns(
        titulaire_ess=pl.Series([True, None], dtype=pl.Boolean)
    )
    found = (
        spent(lines, CONTRACTS, HOLDERS, indicators=["titulaire_ess"])
        .filter(pl.col("dimension") == "total", pl.col("indicateur") == "titulaire_ess")
        .collect()
    )
    assert found["numerateur"].item() == 400_00 and found["couverture"].item() == 0.4


def test_how_lines_were_joined_is_told_and_the_years_add_up():
    lines = ledger(
        ("111111111", "2024-001", 700, 2024, "achat"),
        ("333333333", None, 200, 2025, "achat"),
        ("999999999", None, 100, 2025, "achat"),
    )
    found = spent(lines, CONTRACTS, HOLDERS, indicators=["clause_sociale"]).collect()
    assert found.schema == MEASURES.schema and set(found["unite"]) == {SPENT}
    shares = {row["indicateur"]: row["valeur"] for row in found.filter(pl.col("dimension") == "total").to_dicts()}
    assert (shares["depense_numero"], shares["depense_titulaire"], shares["depense_achats"]) == (0.7, 0.2, 1000.0)
    years = found.filter(pl.col("dimension") == "annee", pl.col("indicateur") == "clause_sociale")
    assert years["denominateur"].sum() == 1000_00
    assert found.select(MEASURES.key).is_duplicated().sum() == 0


@pytest.mark.parametrize("repaid", [-300, -301], ids=["rien", "moins que rien"])
def test_where_all_was_paid_back_no_share_is_said(repaid):
    row = total(("111111111", "2024-001", 300, 2024, "achat"), ("111111111", "2024-002", repaid, 2024, "achat"))
    assert [row[name] for name in ("valeur", "valeur_repondus", "bas", "haut", "couverture")] == [None] * 5


def test_one_cent_left_has_a_share_and_a_credit_note_never_takes_its_bounds_out_of_all():
    row = total(("111111111", "2024-001", 301, 2024, "achat"), ("999999999", None, -300, 2024, "achat"))
    assert (row["denominateur"], row["valeur"]) == (1_00, 301.0)
    assert (row["bas"], row["haut"], row["couverture"]) == (1.0, 1.0, 1.0)


def test_each_indicator_stands_in_its_order_the_whole_before_its_years():
    lines = ledger(
        ("333333333", None, 1, 2025, "achat"),
        ("333333333", None, 1, 2024, "achat"),
        ("333333333", None, 1, None, "achat"),
    )
    found = spent(lines, CONTRACTS, HOLDERS, indicators=["clause_sociale", "titulaire_ess"]).collect()
    assert found["indicateur"].unique(maintain_order=True).to_list()[0] == "depense_achats"
    shown = found.filter(pl.col("indicateur") == "clause_sociale").select("dimension", "modalite").rows()
    assert shown == [("total", None), ("annee", "2024"), ("annee", "2025"), ("annee", "non renseigné")]
