"""Whom to invite to a meeting day: suppliers whose trade something proves, those to be confirmed first, and why, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import french, rules

#: The only thing that says the trade of a supplier to be confirmed before it is invited.
CODE_ALONE = "son seul code d'activité"


def invitable(candidates: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """The credible suppliers of these needs with ``prouve`` (something more than a code of activity says the trade), ``preuve_dite`` and ``pourquoi``.

    The scale is the potential's: a contract won in the family, a declared sector, a name, an activity that the kind of structure
    confirms; an activity alone is to be confirmed.
    """
    won, origin = pl.col("gagnes_siret").fill_null(0), pl.col("metier_origine")
    contracts = pl.format(
        "{} {} de la famille gagné{}",
        won,
        _plural("contrat", won),
        pl.when(won > 1).then(pl.lit("s")).otherwise(pl.lit("")),
    )
    told = (
        pl.when(won > 0)
        .then(contracts)
        .when(origin == "secteur déclaré")
        .then(pl.lit("le secteur qu'il déclare"))
        .when(origin == "nom")
        .then(pl.lit("son nom"))
        .when("_usuel")
        .then(pl.lit("son activité et son type de structure"))
        .otherwise(pl.lit(CODE_ALONE))
    )
    held = candidates.filter(pl.col("credible").fill_null(False)).join(
        needs.select("besoin_id", "famille"), on="besoin_id", maintain_order="left"
    )
    rows = _usual(held).with_columns(preuve_dite=told)
    return rows.drop("_usuel", "famille").with_columns(prouve=pl.col("preuve_dite") != CODE_ALONE, pourquoi=_why())


def _usual(rows: pl.DataFrame) -> pl.DataFrame:
    """The same with ``_usuel``: the family is one that structures of this kind usually do (``kind_families.csv``)."""
    kinds = rules.table("kind_families.csv").select("famille", _type="type").with_columns(_usuel=pl.lit(True))
    told = (
        rows.select("statuts", "famille")
        .unique()
        .with_columns(_type=pl.col("statuts").fill_null("").str.split(", "))
        .explode("_type")
        .join(kinds, on=["famille", "_type"], how="inner", maintain_order="left")
        .select("statuts", "famille", "_usuel")
        .unique()
    )
    joined = rows.join(told, on=["statuts", "famille"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("_usuel").fill_null(False))


def _why() -> pl.Expr:
    """What makes one think of it, without points: where it is, what it has won elsewhere, what a meeting would have to settle."""
    km = pl.col("distance_km").cast(pl.Float64).round().cast(pl.Int64)
    near = pl.when(km < 1).then(pl.lit("sur place")).when(km.is_not_null()).then(pl.format("à {} km", km))
    other = pl.col("gagnes_ailleurs")
    elsewhere = (
        pl.when(other > 0)
        .then(pl.format("{} {} dans d'autres familles", other, _plural("contrat public lu", other)))
        .when((other == 0) & (pl.col("gagnes") == 0))
        .then(pl.lit("aucun contrat public lu"))
    )
    size = pl.when(pl.col("capacite").is_null()).then(pl.lit("taille inconnue : à demander"))
    return pl.concat_str([near, elsewhere, size], separator=" ; ", ignore_nulls=True)


def _plural(words: str, count: pl.Expr) -> pl.Expr:
    return pl.when(count > 1).then(pl.lit(french.plural(words, 2))).otherwise(pl.lit(french.plural(words, 1)))


def old_lists(guests: pl.DataFrame, day: date, method: dict[str, Any]) -> str:
    """A sentence when the status of some guests comes from a list older than the kit trusts; else nothing."""
    months = method["potential"]["liste_ancienne"]["value"]
    ages = guests.filter(pl.col("statut_au").dt.offset_by(f"{months}mo") < day)
    who = ages.select(pl.coalesce("siret", "siren").n_unique()).item()
    if not who:
        return ""
    oldest = ages["statut_au"].min()
    assert isinstance(oldest, date)
    return (
        f"{french.count(who, 'statut')} {french.plural('connu', who)} par des listes de plus de {months} mois (la plus ancienne : "
        f"{french.long_date(oldest)}) : vérifiez que la structure existe encore avant de l'inviter."
    )
