"""Work bought: what an order to an inclusive supplier makes it work, and the part of that work which the order pays.

Two measures, never merged: ``etp`` (work carried = amount ÷ sales per full-time equivalent) and ``finance`` (paid part = amount ÷
(sales + public aid per full-time equivalent)), which is lower and surer. Source: the table of factors, each with its own.
"""

from __future__ import annotations

import polars as pl

from spaser.impact.assumptions import BOUNDS, of, quotient, too_wide, weakest

#: Spending without tax said, or with it, stands between the amount without the full rate and itself (CGI art. 278, à confirmer).
VAT = 1.2
#: Families whose insertion companies have a factor of their own.
WASTE = ("dechets_collecte_traitement", "reemploi_recyclage")
PURCHASES = ("achat", "centrale_achat")
UNITS = {"ESAT": "travailleurs d'ESAT accueillis", "EA": "travailleurs handicapés", "RQ": "ETP, tous contrats"}
_SUPPLIER = ("siren", "siret", "type", "inclusif_regle", "exercice", "famille")
_NO_FACTOR = "aucun facteur publié pour ce type de structure : demandez-lui les heures"


def bought(lines: pl.LazyFrame) -> pl.LazyFrame:
    """One row per inclusive supplier, year and purchase family: work carried and part paid, or why they are not measured.

    Parameters
    ----------
    lines
        SPEND with the columns of ``suppliers.status`` (``titulaire_inclusif, inclusif_types, inclusif_regle``), and when known
        ``famille`` (purchase family), ``metiers`` (trades of the legal unit), ``heures_facturees`` (hours invoiced, which win).

    Returns
    -------
    ``siren, siret, fournisseur, type, exercice, famille``, ``montant`` (cents as written), ``montant_bas, _milieu, _haut`` (euros
    without tax), ``etp_*``, ``heures_*``, ``finance_*``, ``unite``, ``base_heures``, ``note``, ``note_heures``, ``publiable``, ``motif``
    (null when measured).
    """
    rows = _netted(_known(lines))
    joined = rows.with_columns(classe=_class()).join(_sales(), on=["type", "classe"], how="left", maintain_order="left")
    for name, prefix in (("ventes_par_heure", "vph"), ("heures_par_etp", "base"), ("aides_par_etp", "aide")):
        joined = joined.join(of(name, prefix, "type"), on="type", how="left", maintain_order="left")
    return _figures(joined.with_columns(_amounts())).select(
        *_SUPPLIER,
        "fournisseur",
        "montant",
        *_bounds("montant"),
        *_bounds("etp"),
        *_bounds("heures"),
        *_bounds("finance"),
        "unite",
        "base_heures",
        "note",
        "note_heures",
        "publiable",
        "motif",
    )


def totals(rows: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """Bounds added up by ``type`` (and ``by``), with the euros measured and those that are not, both shown;
    ``montant_avoirs``: the credit notes that no purchase of their supplier covers (``montant`` has them, the shares do not)."""
    measured = pl.col("motif").is_null()
    sums = [
        pl.when(measured.any()).then(pl.col(name).filter(measured).sum()).alias(name)
        for what in ("etp", "heures", "finance")
        for name in _bounds(what)
    ]
    hours = pl.col("heures_milieu").is_not_null() & measured
    return (
        rows.group_by("type", *by)
        .agg(
            pl.col("siren").n_unique().alias("fournisseurs"),
            pl.col("montant").sum(),
            *sums,
            pl.col("montant").filter(measured).sum().alias("montant_mesure"),
            pl.col("montant").filter(pl.col("montant") < 0).sum().alias("montant_avoirs"),
            pl.col("montant").filter(hours).sum().alias("montant_heures"),
            pl.col("unite", "base_heures").drop_nulls().first(),
            pl.col("note", "note_heures").filter(measured).drop_nulls().unique().sort().str.join(", "),
            pl.col("publiable").filter(measured).all(),
            pl.col("motif").drop_nulls().unique().sort().str.join(" ; ").alias("motifs"),
        )
        .with_columns(part_mesuree=pl.when(_paid() > 0).then(pl.col("montant_mesure") / _paid()))
        .with_columns(
            pl.when(pl.col("montant_heures") == 0).then(None).otherwise(pl.col(name)).alias(name)
            for name in _bounds("heures")
        )
        .sort("type", *by)
    )


def _paid() -> pl.Expr:
    """What was paid: credit notes of a supplier above its purchases are not taken from those of the others."""
    return pl.col("montant") - pl.col("montant_avoirs")


def _known(lines: pl.LazyFrame) -> pl.LazyFrame:
    """The purchases from inclusive suppliers, with every column that may be absent."""
    have = lines.collect_schema().names()
    blank = {
        "famille": pl.String(),
        "metiers": pl.Int64(),
        "heures_facturees": pl.Float64(),
        "fournisseur": pl.String(),
        "perimetre": pl.String(),
        "taxe": pl.String(),
    }
    rows = lines.with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in blank.items() if name not in have
    )
    purchase = pl.col("perimetre").is_in(PURCHASES) | pl.col("perimetre").is_null()
    return rows.filter(purchase & pl.col("titulaire_inclusif").fill_null(False)).with_columns(
        type=pl.col("inclusif_types").cast(pl.String)
    )


def _netted(rows: pl.LazyFrame) -> pl.LazyFrame:
    """One row per supplier, type, year and family; credit notes are netted; what carries no tax is kept apart until here."""
    without = pl.col("taxe").fill_null("") == "HT"
    return rows.group_by(_SUPPLIER).agg(
        pl.col("montant").sum(),
        pl.col("montant").filter(without).sum().alias("_ht"),
        pl.col("metiers").max(),
        pl.col("fournisseur").drop_nulls().first(),
        pl.when(pl.col("heures_facturees").count() > 0).then(pl.col("heures_facturees").sum()).alias("facturees"),
    )


def _class() -> pl.Expr:
    """The class of the purchase, which only insertion companies need."""
    kind = (
        pl.when(pl.col("famille").is_null())
        .then(pl.lit("inconnue"))
        .when(pl.col("famille").is_in(WASTE))
        .then(pl.lit("dechets"))
    )
    return pl.when(pl.col("type") == "EI").then(kind.otherwise(pl.lit("autres"))).otherwise(pl.lit(""))


def _sales() -> pl.LazyFrame:
    return (
        of("ventes_par_etp", "vpe", "type", "famille")
        .rename({"famille": "classe"})
        .with_columns(pl.col("classe").fill_null(""))
    )


def _amounts() -> list[pl.Expr]:
    taxed = (pl.col("montant") - pl.col("_ht")) / 100
    free = pl.col("_ht") / 100
    return [
        (free + taxed / VAT).alias("montant_bas"),
        (free + taxed / VAT).alias("montant_milieu"),
        (free + taxed).alias("montant_haut"),
    ]


def _figures(rows: pl.LazyFrame) -> pl.LazyFrame:
    by_hour = pl.col("vpe_milieu").is_null() & pl.col("vph_milieu").is_not_null()
    rows = rows.with_columns(
        *(
            pl.when(by_hour)
            .then(pl.col(f"vph_{b}") * pl.col("base_milieu"))
            .otherwise(pl.col(f"vpe_{b}"))
            .alias(f"vente_{b}")
            for b in BOUNDS
        ),
        vente_note=pl.coalesce("vpe_note", "vph_note"),
    ).with_columns(*((pl.col(f"vente_{b}") + pl.col("aide_milieu")).alias(f"cout_{b}") for b in BOUNDS))
    rows = rows.with_columns(
        *quotient("montant", "vente", "etp"),
        *quotient("montant", "cout", "finance"),
        *quotient("montant", "vph", "_vph"),
    )
    rows = rows.with_columns(_hours()).with_columns(
        motif=_refusal(), note=weakest("vente_note"), note_heures=weakest(*_hour_links())
    )
    said = pl.col("motif").is_null()
    told = [
        pl.when(said).then(pl.col(name)).alias(name) for what in ("etp", "heures", "finance") for name in _bounds(what)
    ]
    return rows.with_columns(
        *told,
        unite=pl.col("type").replace_strict(UNITS, default="ETP d'insertion", return_dtype=pl.String),
        base_heures=pl.col("base_milieu"),
        publiable=said & (pl.col("note") != "mémoire"),
    )


def _hours() -> list[pl.Expr]:
    """Hours invoiced, else by sales per hour, else by the hours of a full-time equivalent of the type; ESAT and EA have none."""
    given = pl.col("facturees")
    return [
        pl.coalesce(given, f"_vph_{b}", pl.col(f"etp_{b}") * pl.col("base_milieu")).alias(f"heures_{b}") for b in BOUNDS
    ]


def _hour_links() -> tuple[str, ...]:
    return ("vente_note", "base_note")


def _refusal() -> pl.Expr:
    """Why a row is not measured, or null."""
    several = pl.col("type").str.contains(",")
    loose = (pl.col("inclusif_regle").fill_null("SIRET") != "SIRET") & (pl.col("metiers").fill_null(2) > 1)
    return (
        pl.when(pl.col("type").is_null())
        .then(pl.lit("type de structure inconnu"))
        .when(several)
        .then(pl.lit("plusieurs types de structure : lequel a travaillé n'est pas su"))
        .when(pl.col("montant") <= 0)
        .then(pl.lit("avoirs égaux ou supérieurs aux achats"))
        .when(pl.col("vente_milieu").is_null())
        .then(pl.lit(_NO_FACTOR))
        .when(too_wide("etp"))
        .then(pl.lit("intervalle trop large (plus du triple) : demandez les heures à la structure"))
        .when(loose)
        .then(pl.lit("fournisseur connu par son seul SIREN, gestionnaire possible de plusieurs métiers"))
    )


def _bounds(name: str) -> list[str]:
    return [f"{name}_{bound}" for bound in BOUNDS]
