"""What a spend file answers of the buyer's own duties: spending of the year without tax, goods of AGEC, quality of food.

A line is counted for sure when it is a purchase without tax; lines with tax or to be checked only raise the high bound.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import fold_expr
from spaser.vocabulary import AGEC, FOOD, PURCHASES, SPEND

SURE = (pl.col("perimetre") == "achat") & (pl.col("taxe") == "HT")
MAYBE = pl.col("perimetre").is_in(PURCHASES)


def by_year(spend: pl.LazyFrame | None) -> pl.LazyFrame:
    """Per year: ``depense_basse`` (purchases without tax), ``depense_haute`` (all that may be), ``depense_estimee``.

    ``depense_estimee`` also counts the purchases with tax, less the highest rate of VAT (``method.toml``): the least their
    price without tax can be.
    """
    given = SPEND.empty().lazy() if spend is None else spend
    rate = rules.method()["obligations"]["tva_maximale"]["value"]
    bought, amount = pl.col("perimetre") == "achat", pl.col("montant")
    untaxed = pl.when(pl.col("taxe") == "HT").then(amount).otherwise((amount / (1 + rate)).floor().cast(pl.Int64))
    return given.group_by(annee=pl.col("exercice").cast(pl.Int32)).agg(
        depense_basse=pl.when(SURE).then(amount).sum(),
        depense_haute=pl.when(MAYBE).then(amount).sum(),
        depense_estimee=pl.when(bought).then(untaxed).sum(),
    )


def agec(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Table AGEC: per year and category of goods, what the words of the file say was spent.

    The words are those of the buyer's own nomenclature, else of the line. No rate is said reached or missed: the file does
    not say what is reused or recycled, and sixteen rates out of seventeen were not read.
    """
    table = rules.table("agec_products.csv")
    label = pl.concat_str("famille_acheteur", "famille_acheteur_libelle", separator=" ", ignore_nulls=True)
    words = pl.when(label != "").then(label).otherwise("libelle")
    told = spend.filter(MAYBE).with_columns(_mots=fold_expr(words))
    # The first category whose words are found, in the order of the table.
    category = pl.coalesce(
        pl.when(pl.col("_mots").str.contains(rf"\b(?:{pattern})")).then(pl.lit(name))
        for name, pattern in zip(table["categorie"], table["mots"], strict=True)
    )
    found = told.with_columns(categorie=category).filter(pl.col("categorie").is_not_null())
    summed = found.group_by(annee=pl.col("exercice").cast(pl.Int32), categorie="categorie").agg(
        lignes=pl.len().cast(pl.Int64),
        depense_basse=pl.when(SURE).then("montant").sum(),
        depense_haute=pl.col("montant").sum(),
    )
    labels = table.lazy().select("categorie", categorie_libelle="libelle", taux=pl.col("taux").replace("", None))
    return AGEC.conform(summed.join(labels, on="categorie", how="left", maintain_order="left")).sort(
        "annee", "categorie"
    )


def food(spend: pl.LazyFrame) -> pl.LazyFrame:
    """Table FOOD of the years whose lines say the quality of what was bought (column ``qualite``); empty without it.

    A quality in words that are not known, or a line with tax, leaves the shares of its year unknown.
    """
    known = rules.method()["obligations"]["qualite_alimentaire"]
    said = fold_expr(pl.col("qualite"))
    organic, lasting = said.is_in(known["bio"]), said.is_in(known["bio"] + known["durable"])
    understood = (lasting | said.is_in(known["aucune"])) & (pl.col("taxe") == "HT")
    rows = spend.filter(MAYBE & pl.col("qualite").is_not_null()).with_columns(
        bio=organic, durable=lasting, _su=understood
    )
    sure = pl.col("_su").all()
    grouped = rows.group_by(annee=pl.col("exercice").cast(pl.Int32)).agg(
        achats=pl.col("montant").sum(),
        durables=pl.when(sure).then(pl.when("durable").then("montant").sum()),
        bio=pl.when(sure).then(pl.when("bio").then("montant").sum()),
    )
    return FOOD.conform(grouped).filter(pl.col("annee").is_not_null())
