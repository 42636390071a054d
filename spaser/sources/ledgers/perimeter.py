"""What of a ledger is a purchase: accounts first, then words, then what the register knows (``perimeter.toml``).

A subsidy to an association is not a purchase; a bank, an insurer and a central purchasing body are shown apart.
Every rule is data, editable, « à confirmer ».
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import rules
from spaser.text import unaccented_expr
from spaser.vocabulary import PURCHASES

REFERENCE = "perimeter.toml"
OUTSIDE = ("hors_perimetre", "subvention")


def folded(column: str) -> pl.Expr:
    """A text column in capitals without accents, words parted by one space."""
    plain = unaccented_expr(pl.col(column)).str.to_uppercase()
    return plain.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()


def classify(lines: pl.LazyFrame, *, has_account: bool) -> pl.LazyFrame:
    """Add ``perimetre`` and ``perimetre_motif`` from ``compte`` (or ``chapitre``), ``fournisseur`` and ``libelle``.

    Parameters
    ----------
    has_account
        Whether the file has a column of accounts or chapters at all: without one, a line is taken for a purchase unless
        its words look like a subsidy or a public payment; with one, a line without account is to check.
    """
    reference = rules.toml(REFERENCE)
    central = folded("fournisseur").fill_null("").str.contains("|".join(reference["centrales"]["motifs"]))
    doubtful = folded("libelle").fill_null("").str.contains("|".join(reference["a_verifier"]["libelle"])) | folded(
        "fournisseur"
    ).fill_null("").str.contains("|".join(reference["a_verifier"]["fournisseur"]))
    account, reason = _by_account(reference)
    scope = (
        pl.when(account.is_not_null() & ~((account == "achat") & central))
        .then(account)
        .when(central)
        .then(pl.lit("centrale_achat"))
        .when(account.is_null() & (doubtful | pl.lit(has_account)))
        .then(pl.lit("a_verifier"))
        .otherwise(pl.lit("achat"))
    )
    why = (
        pl.when(central & (account.is_null() | (account == "achat")))
        .then(pl.lit("centrale d'achat, d'après son nom"))
        .when(account.is_not_null())
        .then(reason)
        .when(doubtful)
        .then(pl.lit("sans compte, ressemble à une subvention ou à un versement public"))
        .when(pl.lit(has_account))
        .then(pl.lit("compte absent ou inconnu"))
        .otherwise(pl.lit("fichier sans compte : supposé achat"))
    )
    return lines.with_columns(scope.alias("perimetre"), why.alias("perimetre_motif"))


def refine(lines: pl.LazyFrame, units: pl.LazyFrame) -> pl.LazyFrame:
    """Move lines aside by what the register knows: public bodies out of scope, banks and insurers apart.

    Parameters
    ----------
    lines
        SPEND lines with ``siren``.
    units
        Any table with ``siren``, ``categorie_juridique`` and ``naf`` (ESTABLISHMENTS does).
    """
    reference = rules.toml(REFERENCE)["registre"]
    public = _starts("categorie_juridique", reference["publics"])
    bank = _starts("naf", reference["banques"])
    known = units.group_by("siren").agg(public.any().alias("_public"), bank.any().alias("_banque"))
    inside = pl.col("perimetre").is_in(PURCHASES)
    to_public = inside & pl.col("_public").fill_null(False)
    to_bank = inside & ~to_public & pl.col("_banque").fill_null(False)
    names = lines.collect_schema().names()
    return (
        lines.join(known, on="siren", how="left", maintain_order="left")
        .with_columns(
            pl.when(to_public)
            .then(pl.lit("hors_perimetre"))
            .when(to_bank)
            .then(pl.lit("banque_assurance"))
            .otherwise("perimetre")
            .alias("perimetre"),
            pl.when(to_public)
            .then(pl.lit("organisme public (catégorie juridique en 7)"))
            .when(to_bank)
            .then(pl.lit("banque ou assurance (activité 64 à 66)"))
            .otherwise("perimetre_motif")
            .alias("perimetre_motif"),
        )
        .select(names)
    )


def _starts(column: str, prefixes: list[str]) -> pl.Expr:
    value = pl.col(column).fill_null("")
    return pl.any_horizontal(value.str.starts_with(prefix) for prefix in prefixes)


def _by_account(reference: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    """The perimeter and its reason by the longest prefix of the account, else by the chapter; null when unknown."""
    account = pl.col("compte").str.extract(r"^\D{0,3}(\d[\d .]*)", 1).str.replace_all(r"\D", "")
    chapter = pl.col("chapitre").str.extract(r"^\D{0,12}(\d+)", 1)
    chapter_in_account = account.str.contains(r"^0\d\d$")
    prefixes = [(prefix, rule) for rule in reference["comptes"] for prefix in rule["prefixes"]]
    scope = reason = pl.lit(None, dtype=pl.String)
    for rule in reference["chapitres"]:
        here = chapter.is_in(rule["codes"]) | (chapter_in_account & account.is_in(rule["codes"])).fill_null(False)
        scope, reason = _set(here, rule, scope, reason)
    for prefix, rule in sorted(prefixes, key=lambda pair: len(pair[0])):
        here = account.str.starts_with(prefix) & ~chapter_in_account & (account.str.len_chars() >= 2)
        scope, reason = _set(here, rule, scope, reason)
    return scope, reason


def _set(here: pl.Expr, rule: dict[str, Any], scope: pl.Expr, reason: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    hit = here.fill_null(False)
    return (
        pl.when(hit).then(pl.lit(rule["perimetre"])).otherwise(scope),
        pl.when(hit).then(pl.lit(rule["motif"])).otherwise(reason),
    )
