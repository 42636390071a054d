"""What a person decided of links between names and companies, as the linkage takes it."""

from __future__ import annotations

import polars as pl


def validations(decisions: pl.DataFrame) -> pl.DataFrame:
    """DECISIONS « lien » as ``suppliers_of`` takes them: of several companies accepted for one name, the last."""
    parts = pl.col("champ").str.split(" ")
    chosen = decisions.filter(pl.col("objet_type") == "lien").sort("date", nulls_last=False, maintain_order=True)
    yes = chosen.filter(pl.col("valeur") == "accepter").unique("objet_id", keep="last", maintain_order=True)
    return (
        pl.concat([yes, chosen.filter(pl.col("valeur") != "accepter")])
        .select(
            cle="objet_id",
            siren=parts.list.get(0),
            siret=parts.list.get(1, null_on_oob=True),
            auteur="auteur",
            date="date",
            motif="motif",
            decision="valeur",
        )
        .select("cle", "siren", "siret", "decision", "auteur", "date", "motif")
    )
