"""The share of the ESS in the amounts as judged: a framework published once per holder is one amount, shared."""

from __future__ import annotations

import polars as pl
import pytest

from spaser.studies.diagnostic.holders import _access

SAID = {"clause_sociale": False, "critere_social": False, "marche_reserve": False}
OTHERS = ("titulaire_esus", "titulaire_inclusif", "inclusif_siren")


def shares(
    contracts: list[tuple[str, str | None, int | None]], holders: list[tuple[str, bool | None]]
) -> tuple[int, ...]:
    """Low, equal parts, high and total for the ESS: ``(uid, group, judged amount)`` and ``(uid, of the ESS)``."""
    rows = pl.DataFrame(
        contracts, schema={"uid": pl.String, "accord_multiple": pl.String, "montant_retenu": pl.Int64}, orient="row"
    )
    held = pl.DataFrame(holders, schema={"uid": pl.String, "titulaire_ess": pl.Boolean}, orient="row")
    held = held.with_columns(pl.lit(None, pl.Boolean).alias(name) for name in OTHERS)
    found = _access(rows.with_columns(pl.lit(value).alias(name) for name, value in SAID.items()), held)
    return (
        found.filter(pl.col("code") == "titulaire_ess")
        .select("montant_bas", "montant_egal", "montant_haut", "montant_total")
        .row(0)
    )


def test_a_contract_held_alone_is_whole_at_every_bound() -> None:
    assert shares([("a", None, 100), ("b", None, 300)], [("a", True), ("b", None)]) == (100, 100, 100, 400)


def test_a_co_held_contract_is_nothing_its_part_or_the_whole() -> None:
    assert shares([("a", None, 100)], [("a", True), ("a", False)]) == (0, 50, 100, 100)


@pytest.mark.parametrize("carrier", ["a", "b"])
def test_a_maximum_repeated_for_each_holder_counts_once_whoever_carries_it(carrier: str) -> None:
    """The second record of the group has no judged amount of its own: its holder shares the first's."""
    rows = [(uid, carrier, 900 if uid == carrier else None) for uid in ("a", "b", "c")]
    assert shares(rows, [("a", True), ("b", False), ("c", None)]) == (0, 300, 900, 900)


def test_an_amount_that_was_not_retained_weighs_nothing() -> None:
    assert shares([("a", None, None), ("b", None, 300)], [("a", True), ("b", False)]) == (0, 0, 0, 300)
