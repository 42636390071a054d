"""What the activity of a structure says of its trade, and when it is not its own or contradicts its name."""

from __future__ import annotations

import polars as pl

from spaser import rules

#: The kind whose establishments carry the activity of the body that bears them (a mutual, a hospital, an association).
_BORNE = "ESAT"


def said() -> dict[str, pl.Expr]:
    """For each family, whether ``naf`` (without dot) begins by one of its prefixes (``families.csv``); null without an activity."""
    table = rules.table("families.csv").select(
        "famille", pl.col("naf").fill_null("").str.replace_all(".", "", literal=True)
    )
    found = {
        family: [part for part in listed.split() if len(part) > 1]
        for family, listed in zip(table["famille"], table["naf"], strict=True)
    }
    return {
        family: pl.col("naf").str.contains(f"^(?:{'|'.join(listed)})") for family, listed in found.items() if listed
    }


def own_activity() -> pl.Expr:
    """``naf``, null for an ESAT under an activity that no ESAT has: it is that of the body that bears it."""
    served = rules.table("kind_families.csv").filter(pl.col("type") == _BORNE)["famille"].to_list()
    families = said()
    strange = pl.any_horizontal(families.values()) & ~pl.any_horizontal(
        families[name] for name in served if name in families
    )
    borne = pl.col("types").str.split(", ").list.contains(_BORNE)
    return pl.when((borne & strange).fill_null(False)).then(None).otherwise("naf").alias("naf")


def agreeing(trades: pl.LazyFrame, structures: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """The trades (``cle, famille``) that names say, but those of a structure whose precise activity says another and nothing near.

    « Mutuelle d'assurance du bâtiment » does not build. One word that agrees is enough to believe the others. An activity is
    precise when it is not one under which structures of every trade are filed, and belongs to few families. An activity of help or
    of assembly (``activites_sans_vente``) says that a structure of no inclusive kind sells nothing that its name evokes.
    """
    families = said()
    known = trades.join(structures.select("cle", "naf", "types"), on="cle", how="left", maintain_order="left")
    generic = pl.col("naf").is_in(settings["activites_generiques"]["naf"])
    count = pl.sum_horizontal(value.cast(pl.Int32) for value in families.values())
    precise = ~generic & count.is_between(1, settings["activite_precise"]["familles"])
    unsold = (
        pl.col("naf").str.contains(f"^(?:{'|'.join(settings['activites_sans_vente']['naf'])})")
        & pl.col("types").is_null()
    )
    speaks = precise.fill_null(False) | unsold.fill_null(False)
    near = rules.table("family_neighbours.csv")
    pairs = [(name, name) for name in families] + [
        pair for pair in zip(near["famille"], near["voisine"], strict=True) if pair[1] in families
    ]
    agree = pl.any_horizontal((pl.col("famille") == name) & families[other] for name, other in pairs)
    kept = ~speaks | agree.fill_null(False).any().over("cle")
    return known.filter(kept).select("cle", "famille")
