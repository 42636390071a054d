"""Needs read in a buyer's own ledger: what each family cost in a year, and what of it the ESS already has."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.potential.demand import ours
from spaser.potential.standing import standing
from spaser.vocabulary import NEEDS

YEAR = 12


def covered(spend: pl.LazyFrame, *, method: dict | None = None) -> pl.LazyFrame:
    """One row per year of the ledger: ``annee, premier, dernier`` (months), ``mois`` (counted), ``entiere``.

    The first and last years count from their first to their last dated month when more months lack there than a late export
    explains (``potential.depenses``); a year without any date counts whole. Every line tells the months covered, purchase or not.
    """
    gap = (method or rules.method())["potential"]["depenses"]["mois_toleres"]
    dated = spend.filter(pl.col("montant").is_not_null()).select(
        annee=_year(), mois=pl.when(pl.col("date").dt.year() == _year()).then(pl.col("date").dt.month())
    )
    years = (
        dated.filter(pl.col("annee").is_not_null())
        .group_by("annee")
        .agg(premier=pl.col("mois").min(), dernier=pl.col("mois").max())
    )
    known = years.with_columns(
        pl.col("premier").fill_null(1).cast(pl.Int32), pl.col("dernier").fill_null(YEAR).cast(pl.Int32)
    )
    before = (
        pl.when((pl.col("annee") == pl.col("annee").min()) & (pl.col("premier") - 1 > gap))
        .then(pl.col("premier") - 1)
        .otherwise(0)
    )
    after = (
        pl.when((pl.col("annee") == pl.col("annee").max()) & (YEAR - pl.col("dernier") > gap))
        .then(YEAR - pl.col("dernier"))
        .otherwise(0)
    )
    return (
        known.with_columns(mois=(YEAR - before - after).cast(pl.Int32))
        .with_columns(entiere=pl.col("mois") == YEAR)
        .sort("annee")
    )


def of_spend(
    spend: pl.LazyFrame, *, buyer: str | None = None, place: str | None = None, method: dict | None = None
) -> pl.LazyFrame:
    """NEEDS of a ledger: one row per family, whoever was paid.

    The annual amount is what the family cost over the years covered, credit notes netted, divided by their length (never less
    than a year: a ledger of six months is not doubled). Low and high are the cheapest and dearest whole years, a year without
    the family counting for nothing. What the ESS already has, at least, is measured on the same length: suppliers whose status
    is unknown bring nothing to it. Lots are presumed equal, as many as the suppliers that make most of the amount.

    Parameters
    ----------
    spend
        SPEND with ``famille, famille_libelle, famille_origine, famille_confiance`` (see ``families.spend.of_lines``), and
        ``titulaire_ess, titulaire_inclusif`` when suppliers are known. Only lines inside the perimeter of purchases (« achat »)
        with a family are counted; families whose credit notes outweigh the rest give no need.
    buyer, place
        SIREN of the buyer, and key of PLACES where it buys.
    """
    settings = (method or rules.method())["potential"]
    years = covered(spend, method=method)
    length = years.select(_annees=pl.max_horizontal(pl.col("mois").sum() / YEAR, pl.lit(1.0)).fill_null(1.0))
    lines = spend.filter((pl.col("perimetre") == "achat") & pl.col("famille").is_not_null()).with_columns(
        _annee=_year(), _acquis=ours(spend)
    )
    joined = (
        _by_family(lines)
        .join(length, how="cross", maintain_order="left_right")
        .join(_extremes(lines, years), on="famille", how="left", maintain_order="left")
        .join(_lots(lines, settings), on="famille", how="left", maintain_order="left")
        .with_columns(annuel=_yearly("_total"))
    )
    whole = joined.with_columns(
        annuel_bas=pl.min_horizontal("annuel", pl.col("_bas").clip(0, None)),
        annuel_haut=pl.max_horizontal("annuel", "_haut"),
        acquis=pl.min_horizontal(_yearly("_eu").clip(0, None), "annuel") * pl.when(pl.col("_eu").is_not_null()).then(1),
        acquis_su=pl.min_horizontal(_yearly("_su").clip(0, None), "annuel")
        * pl.when(pl.col("_eu").is_not_null()).then(1),
        acquis_part=(pl.col("_eu") / pl.col("_total")).clip(0, 1),
    )
    needs = whole.with_columns(
        besoin_id=pl.format("D-{}-{}", pl.lit(buyer or "depenses"), "famille"),
        origine=pl.lit("depenses"),
        acheteur_siren=pl.lit(buyer, pl.String),
        objet=pl.format("{} (dépenses)", "famille_libelle"),
        lieu=pl.lit(place, pl.String),
        lot_annuel=(pl.col("annuel") / pl.col("lots")).round().cast(pl.Int64),
        recurrence=pl.when(pl.col("occurrences") > 1).then(pl.lit("constatee")).otherwise(pl.lit("inconnue")),
        actif=(pl.col("_fin") >= pl.col("_fin").max() - 1).fill_null(True),
        montant_total=pl.col("_total"),
    )
    return NEEDS.conform(standing(NEEDS.conform(needs), date.max)).sort("besoin_id")


def _by_family(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per family that cost something, credit notes netted; ``_eu``: paid to the ESS, unknown when no status is known."""
    weight = (pl.col("famille_confiance") * pl.col("montant").abs()).sum() / pl.col("montant").abs().sum().clip(1, None)
    told = pl.col("_acquis").is_not_null()
    return (
        lines.group_by("famille")
        .agg(
            pl.col("famille_libelle").first(),
            pl.col("famille_origine").mode().sort().first(),
            famille_confiance=weight,
            _total=pl.col("montant").sum(),
            _eu=pl.when(told.any()).then(pl.col("montant").filter(pl.col("_acquis")).sum()),
            _su=pl.col("montant").filter(told).sum(),
            occurrences=pl.col("_annee").n_unique().cast(pl.Int32),
            _fin=pl.col("_annee").max(),
        )
        .filter(pl.col("_total") > 0)
    )


def _extremes(lines: pl.LazyFrame, years: pl.LazyFrame) -> pl.LazyFrame:
    """``famille, _bas, _haut``: the cheapest and the dearest whole year of each family."""
    whole = years.filter("entiere").select(_annee="annee")
    each = lines.select("famille").unique().join(whole, how="cross", maintain_order="left_right")
    sums = each.join(
        lines.group_by("famille", "_annee").agg(pl.col("montant").sum()),
        on=["famille", "_annee"],
        how="left",
        maintain_order="left",
    )
    return sums.group_by("famille").agg(
        _bas=pl.col("montant").fill_null(0).min(), _haut=pl.col("montant").fill_null(0).max()
    )


def _lots(lines: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """``famille, lots``: the fewest suppliers that make most of each family's amount (``potential.depenses``)."""
    each = (
        lines.group_by("famille", _qui=pl.coalesce("siren", "fournisseur", pl.lit("?")))
        .agg(pl.col("montant").sum())
        .filter(pl.col("montant") > 0)
    )
    ranked = each.sort("famille", "montant", "_qui", descending=[False, True, False])
    before = pl.col("montant").cum_sum().over("famille") - pl.col("montant")
    needed = before < settings["depenses"]["part_lots"] * pl.col("montant").sum().over("famille")
    return (
        ranked.filter(needed).group_by("famille").agg(lots=pl.len().clip(1, settings["lots"]["maximum"]).cast(pl.Int32))
    )


def _year() -> pl.Expr:
    return pl.coalesce(pl.col("exercice"), pl.col("date").dt.year())


def _yearly(column: str) -> pl.Expr:
    return (pl.col(column) / pl.col("_annees")).round().cast(pl.Int64)
