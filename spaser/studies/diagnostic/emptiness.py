"""What the contracts of each file say: buyer, holder, amount, date, subject, considerations; an essential empty everywhere is told."""

from __future__ import annotations

import polars as pl

from spaser.sources import filled
from spaser.studies.diagnostic.holders import identified
from spaser.studies.diagnostic.preparation import Base

_KEPT = ("source", "uid", "acheteur_siren", "codeCPV", "montant", "dateNotification", "objet")
_DECLARED = ("considerationsSociales", "considerationsEnvironnementales")


def filled_of(base: Base) -> tuple[pl.DataFrame, pl.DataFrame]:
    """FILLED of the contracts of each file, and the columns it was counted on."""
    known = base.holders.filter(identified()).select("uid", _titulaire=pl.lit(True)).unique("uid")
    rows = (
        base.contracts.join(known, on="uid", how="left", maintain_order="left")
        .select(*_KEPT, "_titulaire", *_DECLARED)
        .collect(engine="streaming")
    )
    said = {
        "acheteur": pl.col("acheteur_siren").is_not_null(),
        "cpv": pl.col("codeCPV").is_not_null(),
        "montant": pl.col("montant").is_not_null(),
        "date": pl.col("dateNotification").is_not_null(),
        "texte": pl.col("objet").is_not_null(),
        "titulaire": pl.col("_titulaire").fill_null(False),
        "considerations": pl.any_horizontal(pl.col(*_DECLARED).is_not_null()),
    }
    return filled.shares(rows, "contrats", said), rows.drop("uid", "_titulaire")
