"""What lists say of each supplier asked about: the rows of its SIREN, in force that day or not, with the proof of each."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.suppliers import coverage
from spaser.vocabulary import INCLUSIVE_STATUSES, REGISTER

KEY = ["_siret", "_siren", "_jour"]


def asked_of(suppliers: pl.LazyFrame, on: str | date) -> pl.LazyFrame:
    """The rows with what is looked up: a SIRET, a SIREN and a day, each possibly null."""
    have = suppliers.collect_schema().names()
    day = pl.col(on) if isinstance(on, str) else pl.lit(on)
    if "titulaire_id" in have:
        kind = (
            pl.col("titulaire_typeIdentifiant").is_in(["SIRET", "SIREN"]).fill_null(True)
            if "titulaire_typeIdentifiant" in have
            else pl.lit(True)
        )
        siret: pl.Expr = pl.when(kind & pl.col("titulaire_id").str.contains(r"^\d{14}$")).then("titulaire_id")
        short = pl.when(kind & pl.col("titulaire_id").str.contains(r"^\d{9}$")).then("titulaire_id")
        siren = pl.coalesce(siret.str.slice(0, 9), *(["titulaire_siren"] if "titulaire_siren" in have else []), short)
    else:
        siret = pl.col("siret") if "siret" in have else pl.lit(None, dtype=pl.String)
        siren = pl.coalesce(siret.str.slice(0, 9), *(["siren"] if "siren" in have else []))
    return suppliers.with_columns(_siret=siret, _siren=siren, _jour=day.cast(pl.Date))


def matches(keys: pl.LazyFrame, register: pl.LazyFrame) -> pl.LazyFrame:
    """Each key beside each register row of its SIREN: same establishment or unit? in force that day? what proof?"""
    since, until, day = pl.col("depuis"), pl.col("jusqua"), pl.col("_jour")
    after = since.is_null() | (since <= day).fill_null(False)
    before = until.is_null() | (until >= day).fill_null(False)
    listed = REGISTER.conform(register).with_columns(
        pl.col("source").fill_null("liste sans nom"), pl.col("liste").fill_null("propre")
    )
    ranks = rules.toml("register_columns.toml")["ranks"]
    rows = keys.join(listed, left_on="_siren", right_on="siren", how="inner", maintain_order="left_right").with_columns(
        unite=pl.col("siret").is_null(),
        meme=pl.col("siret").is_null() | (pl.col("siret") == pl.col("_siret")).fill_null(False),
        en_vigueur=after & before,
        rang=pl.col("liste").replace_strict(ranks["lists"], default=ranks["others"], return_dtype=pl.Int8),
        preuve=_proof(),
    )
    return _uncancelled(rows)


def _proof() -> pl.Expr:
    decided = pl.format("{} ({})", "source", coverage.written("au"))
    listed = pl.format("{}, liste {}", "source", coverage.dated("au"))
    period = (
        pl.when(pl.col("depuis").is_not_null() & pl.col("jusqua").is_not_null())
        .then(pl.format(", du {} au {}", coverage.written("depuis"), coverage.written("jusqua")))
        .when(pl.col("jusqua").is_not_null())
        .then(pl.format(", jusqu'au {}", coverage.written("jusqua")))
        .when(pl.col("depuis").is_not_null())
        .then(pl.format(", depuis le {}", coverage.written("depuis")))
        .otherwise(pl.lit(""))
    )
    early = pl.col("depuis").is_null() & (pl.col("au").is_null() | (pl.col("_jour") < pl.col("au")).fill_null(True))
    said = pl.format("{} : {}{}", "statut", listed, period)
    said = said + pl.when(early).then(pl.lit(" ; statut à la date de la liste")).otherwise(pl.lit(""))
    return pl.when(pl.col("liste") == "decision").then(decided).otherwise(said)


def _uncancelled(rows: pl.LazyFrame) -> pl.LazyFrame:
    """A decision « EI : non » takes the lists' EI away from that supplier; it stays in the register."""
    pairs = [(f"NON_{kind}", kind) for kind in (*INCLUSIVE_STATUSES, "ESUS")] + [
        ("NON_INCLUSIF", kind) for kind in (*INCLUSIVE_STATUSES, "INCLUSIF")
    ]
    cancels = pl.LazyFrame(pairs, schema=["statut", "annule"], orient="row")
    said = (
        rows.filter((pl.col("liste") == "decision") & pl.col("meme"))
        .join(cancels, on="statut", maintain_order="left_right")
        .select(*KEY, pl.col("annule").alias("statut"))
    )
    decided = pl.col("liste") == "decision"
    return pl.concat(
        [rows.filter(decided), rows.filter(~decided).join(said, on=[*KEY, "statut"], how="anti", nulls_equal=True)]
    )
