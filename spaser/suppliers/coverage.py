"""What the loaded lists cover: which of them prove a « non », for which activities and places; which inclusive kinds lack."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.vocabulary import ESTABLISHMENTS, REGISTER

#: A list of at least this many lines that knows at most this many divisions of the NAF says nothing of the others.
PARTIAL_LINES, PARTIAL_DIVISIONS = 200, 10


def written(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%d/%m/%Y").fill_null("date inconnue")


def dated(column: str) -> pl.Expr:
    """« du 31/12/2020 », or « sans date »: what follows the word « liste »."""
    return pl.when(pl.col(column).is_null()).then(pl.lit("sans date")).otherwise(pl.format("du {}", written(column)))


def department() -> pl.Expr:
    """The département of a commune code, else of a postcode."""
    code = pl.coalesce("code_commune", "code_postal")
    return pl.when(code.str.contains("^9[78]")).then(code.str.slice(0, 3)).otherwise(code.str.slice(0, 2))


def of_lists(register: pl.LazyFrame, establishments: pl.LazyFrame) -> pl.LazyFrame:
    """One row: is a list of the ESS loaded, of which date, covering which activities; are the inclusive lists national?"""
    proving = [key for key, spec in rules.toml("register_columns.toml")["lists"].items() if spec.get("proves_no")]
    # A list read from a file proves a « no » when its owner declares it complete; a table of the kit's own, by its kind.
    proves = pl.coalesce("prouve_non", pl.col("liste").is_in(proving)).fill_null(False)
    division = pl.col("naf").str.slice(0, 2)
    partial = (
        (pl.col("lignes") >= PARTIAL_LINES)
        & (pl.col("divisions").list.len() <= PARTIAL_DIVISIONS)
        & (pl.col("avec_naf") >= pl.col("lignes") * 0.9)
    )
    ess = (
        ESTABLISHMENTS.conform(establishments)
        .filter(proves)
        .group_by("source", "au")
        .agg(
            ou=pl.col("prouve_ou").first(),
            lignes=pl.len(),
            avec_naf=pl.col("naf").count(),
            divisions=division.drop_nulls().unique().sort(),
        )
        .with_columns(partielle=partial)
        .sort("au", "source", nulls_last=True)
        .select(
            ess_chargee=pl.len() > 0,
            ess_complete=(~pl.col("partielle")).any(),
            ess_partout=pl.col("ou").is_null().any(),
            ess_departements=pl.col("ou").str.split(", ").explode().drop_nulls().unique().sort().implode(),
            ess_divisions=pl.col("divisions").explode().unique().sort().implode(),
            ess_listes=dated("au").unique(maintain_order=True).str.join(", "),
        )
    )
    enough = (
        rules.table("siae_types.csv")
        .lazy()
        .select(statut="code", seuil=pl.col("liste_nationale_des").cast(pl.Int64))
        .drop_nulls()
    )
    counts = REGISTER.conform(register).group_by("statut").agg(n=pl.struct("siren", "siret").n_unique())
    national = enough.join(counts, on="statut", how="left", maintain_order="left").select(
        inclusif_manquants=pl.col("statut").filter(pl.col("n").fill_null(0) < pl.col("seuil")).sort().str.join(", ")
    )
    return ess.join(national, how="cross", maintain_order="left_right")
