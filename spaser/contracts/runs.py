"""Lots notified together, numbered one after the other by the buyer or whose subjects end alike: presumed of one consultation.

Some platforms cut subjects short, each lot in its own way: no stem is left, while the numbers of the contracts and of the lots
follow one another and some words come back. Values: ``reference/method.toml`` (``consultation.sequence``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import subjects


def chained(dated: pl.DataFrame) -> pl.DataFrame:
    """``_rang`` and ``_par_suite``, the first name (``_nom``) of its run of lots; those of no run are left out.

    Two neighbours that something else already unites (``_par_lot``) are not compared again. Needs ``_rang, _nom, id, objet,
    dateNotification, _par_lot`` and ``_lot``, what says the buyer, the kind of contract and the procedure.
    """
    settings = rules.method()["consultation"]["sequence"]
    lots = dated.filter(pl.col("objet").str.contains(settings["lot"])).select(
        "_rang",
        "_nom",
        "objet",
        "dateNotification",
        "_par_lot",
        cle=pl.struct("_lot", pl.col("id").str.extract(r"^(.*?)[0-9]{1,5}$")).hash(),
        numero=pl.col("id").str.extract(r"([0-9]{1,5})$").cast(pl.Int64),
    )
    ordered = lots.drop_nulls("numero").sort("cle", "numero", "_nom")
    days = (pl.col("dateNotification") - pl.col("dateNotification").shift(1)).dt.total_days().abs()
    apart = pl.col("numero") - pl.col("numero").shift(1)
    beside = (pl.col("cle") == pl.col("cle").shift(1)) & apart.is_between(1, settings["apart"])
    united = (pl.col("_par_lot") == pl.col("_par_lot").shift(1)).fill_null(False)
    beside = (beside & (days <= settings["days"])).fill_null(False) & ~united
    # Few have a neighbour: only their subjects are read.
    close = ordered.filter(beside | beside.shift(-1).fill_null(False))
    read = close.with_columns(lot=pl.col("objet").str.extract(settings["lot"]), mots=_beginnings(settings["lot"]))
    mine, before = pl.col("mots"), pl.col("mots").shift(1)
    shared, smallest = (
        mine.list.set_intersection(before).list.len(),
        pl.min_horizontal(mine.list.len(), before.list.len()),
    )
    alike = (shared >= settings["words"]) & (shared >= settings["share"] * smallest)
    follows = beside & alike.fill_null(False) & (pl.col("lot") != pl.col("lot").shift(1))
    runs = read.with_columns(suite=(~follows).cum_sum()).filter(pl.len().over("suite") > 1)
    return runs.select("_rang", pl.col("_nom").min().over("suite").alias("_par_suite"))


def ended(dated: pl.DataFrame) -> pl.DataFrame:
    """``_rang`` and ``_par_fin``, the first name (``_nom``) of the lots notified together whose subjects end alike, to the letter.

    « Blouses et sabots - Fournitures de vêtements de travail pour les agents de la ville »: the lot first, then the consultation,
    longer than it. Looked for among contracts that nothing else unites (``_par_lot, _par_cpv``). Values: ``method.toml``
    (``consultation.shared_end``). Needs ``_cpv`` too, what says the CPV group.
    """
    settings = rules.method()["consultation"]["shared_end"]
    alone = dated.filter(pl.col("_par_lot").is_null() & pl.col("_par_cpv").is_null())
    cut = alone.filter(pl.col("objet").str.contains(" - ", literal=True) & pl.struct("_cpv", "_lot").is_duplicated())
    parts = pl.col("objet").str.to_lowercase().str.splitn(" - ", 2)
    read = cut.with_columns(tete=parts.struct.field("field_0"), fin=parts.struct.field("field_1"))
    length = pl.col("fin").str.len_chars()
    long = read.filter((length >= settings["value"]) & (length > pl.col("tete").str.len_chars()))
    keyed = long.select("_rang", "_nom", "dateNotification", cle=pl.struct("_cpv", "_lot", "fin").hash())
    ordered = keyed.filter(pl.col("cle").is_duplicated()).sort("cle", "dateNotification", "_nom")
    days = (pl.col("dateNotification") - pl.col("dateNotification").shift(1)).dt.total_days()
    follows = ((pl.col("cle") == pl.col("cle").shift(1)) & (days <= settings["days"])).fill_null(False)
    runs = ordered.with_columns(suite=(~follows).cum_sum()).filter(pl.len().over("suite") > 1)
    return runs.select("_rang", pl.col("_nom").min().over("suite").alias("_par_fin"))


def _beginnings(lot: str) -> pl.Expr:
    """The beginnings of the words that say what is bought: some platforms cut them short."""
    words = subjects.bought(pl.col("objet").str.replace_all(lot, " "))
    return words.list.eval(pl.element().str.head(5)).list.unique()
