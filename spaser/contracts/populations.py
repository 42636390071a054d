"""The three named populations, and what is not yet complete.

``publies``: all published marchés. ``seuil_montant``: their amount reaches the publication threshold of their notification
date. ``seuil_besoin``: their need does, or may: amount, unknown or placeholder amount, formal procedure, or presumed
consultation at the threshold. Concessions, defence contracts and platform tests are apart: in none of the three.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.contracts.amounts import USABLE
from spaser.vocabulary import CENT


def threshold(as_of: date) -> pl.Expr:
    """The publication threshold in cents on each notification date; that of ``as_of`` when the date is unknown.

    Null before the first known threshold: nothing can then be said to be below it.
    """
    day = pl.col("dateNotification").fill_null(pl.lit(as_of))
    return rules.in_force("publication_threshold", day) * CENT


def classify(contracts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Adds ``publies, seuil_montant, seuil_besoin`` (never null) and ``incomplet`` (null without a date).

    Needs ``type_contrat, defense, test_plateforme, montant, montant_initial, montant_statut, procedure, consultation_montant``.
    """
    method = rules.method()["populations"]
    counted = (pl.col("type_contrat") != "concession") & ~pl.col("defense") & ~pl.col("test_plateforme")
    usable = pl.col("montant_statut").is_in(USABLE)
    floor = threshold(as_of).fill_null(0)
    # The threshold speaks of the notified amount: an amendment published as a difference must not push a contract out.
    reached = usable & (pl.max_horizontal("montant", "montant_initial") >= floor)
    need = (
        reached
        | ~usable
        | pl.col("procedure").is_in(method["formal_procedures"]).fill_null(False)
        | (pl.col("consultation_montant") >= floor).fill_null(False)
    )
    recent = pl.lit(as_of).dt.offset_by(f"-{method['incomplete_months']}mo")
    return contracts.with_columns(
        publies=counted,
        seuil_montant=(counted & reached).fill_null(False),
        seuil_besoin=(counted & need).fill_null(False),
        incomplet=pl.col("dateNotification") > recent,
    )
