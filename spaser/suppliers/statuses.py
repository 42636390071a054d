"""Who is in the ESS, who is inclusive: the fused, dated register, and the status of a supplier on a given day.

Two independent answers. *ESS*: override > ESUS in force > ESS list > SIRENE flag > legal form (activity exclusions only
there). *Inclusive*: a kind of structure (EI, ACI, AI, ETTI, EITI, GEIQ, EA, EATT, ESAT, SEP) in a list. A look-up that
fails is never a « non »: the answer is null, with its reason. Rules: ``reference/ess_legal_categories.csv``,
``ess_naf_exclusions.csv``, ``siae_types.csv`` (loi 2014-856 art. 1; code du travail L5132-4; CCP L2113-12 and -13).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser.suppliers import coverage
from spaser.suppliers.ess import ess, forms, listed
from spaser.suppliers.inclusive import included, inclusive
from spaser.suppliers.matching import KEY, asked_of, matches
from spaser.vocabulary import ACCESS, REGISTER, STATUS


def fuse(register: pl.LazyFrame, overrides: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """The register with the human decisions added as rows of their own; nothing is overwritten.

    Parameters
    ----------
    register
        REGISTER, from any number of lists.
    overrides
        DECISIONS whose ``objet_type`` is « statut »: ``objet_id`` a SIREN or SIRET, ``champ`` ess, esus, inclusif or an
        inclusive kind, ``valeur`` oui or non.
    """
    rows = REGISTER.conform(register).unique(maintain_order=True)
    if overrides is None:
        return rows
    wanted = overrides.filter(pl.col("objet_type") == "statut")
    positive = pl.col("valeur").str.to_lowercase() == "oui"
    word = pl.col("champ").str.to_uppercase()
    decided = wanted.select(
        pl.col("objet_id").str.slice(0, 9).alias("siren"),
        pl.when(pl.col("objet_id").str.len_chars() == 14).then("objet_id").alias("siret"),
        pl.when(positive).then(word).otherwise(pl.lit("NON_") + word).alias("statut"),
        pl.col("date").alias("au"),
        pl.format("décision de {} : {}", "auteur", "motif").alias("source"),
        pl.lit("decision").alias("liste"),
    )
    return pl.concat([rows, REGISTER.conform(decided)])


def status(
    suppliers: pl.LazyFrame,
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    on: str | date = "dateNotification",
    spread_establishment: bool = False,
) -> pl.LazyFrame:
    """Each supplier with the columns of ``vocabulary.STATUS``, as known on its day.

    Parameters
    ----------
    suppliers
        Rows with ``titulaire_id`` (and ``titulaire_typeIdentifiant``, ``titulaire_siren``) or ``siret`` and ``siren``.
    register, establishments
        REGISTER (see ``fuse``) and ESTABLISHMENTS.
    on
        The column of the day of each row, or one date for all. Without a day, a dated status is not counted.
    spread_establishment
        True lets the inclusive status of one establishment hold for the whole legal unit; ``inclusif_regle`` says so.

    Returns
    -------
    LazyFrame
        The same rows in the same order, with ``titulaire_ess``, ``ess_famille``, ``ess_borderline``, ``ess_raison``,
        ``titulaire_esus``, ``titulaire_inclusif``, ``inclusif_types``, ``inclusif_regle``, ``inclusif_raison``.
    """
    asked = asked_of(suppliers, on)
    keys = asked.select(KEY).unique()
    found = matches(keys, register)
    answers = (
        keys.join(listed(found), on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .join(forms(establishments), on="_siren", how="left", maintain_order="left")
        .join(included(found, spread_establishment), on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .join(coverage.of_lists(register, establishments), how="cross", maintain_order="left_right")
        .pipe(ess)
        .pipe(inclusive)
        .select(*KEY, *(word.name for word in STATUS))
    )
    kept = [name for name in asked.collect_schema().names() if name not in {word.name for word in STATUS}]
    return asked.select(kept).join(answers, on=KEY, how="left", nulls_equal=True, maintain_order="left").drop(KEY)


def access(holders: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contract: does at least one holder have the status (yes / no / unknown, Kleene any).

    Needs ``uid`` and the columns of ``status``; adds ``titulaire_ess``, ``titulaire_esus``, ``titulaire_inclusif``.
    """
    return holders.group_by("uid", maintain_order=True).agg(
        pl.col(word.name).any(ignore_nulls=False) for word in ACCESS
    )


def conflicts(register: pl.LazyFrame, establishments: pl.LazyFrame) -> pl.LazyFrame:
    """Where two sources disagree on the ESS: both stay in the register, both are shown.

    Returns
    -------
    LazyFrame
        siren, nom, motif, affirme, affirme_source, affirme_au, contredit, contredit_source, contredit_au.
    """
    said = ["siren", "nom", "statut", "source", "au"]
    yes = register.filter(pl.col("statut").is_in(["ESS", "ESUS"])).select(said)
    no = register.filter(pl.col("statut") == "NON_ESS").select(said)
    lists = yes.join(no, on="siren", suffix="_non", maintain_order="left_right").select(
        "siren",
        "nom",
        pl.lit("deux listes se contredisent").alias("motif"),
        pl.col("statut").alias("affirme"),
        pl.col("source").alias("affirme_source"),
        pl.col("au").alias("affirme_au"),
        pl.col("statut_non").alias("contredit"),
        pl.col("source_non").alias("contredit_source"),
        pl.col("au_non").alias("contredit_au"),
    )
    excluded = (pl.col("traitement") == "exclue") | pl.col("naf_traitement").is_in(["exclue"]).fill_null(False)
    excluded_forms = yes.join(
        forms(establishments).filter(excluded), left_on="siren", right_on="_siren", maintain_order="left_right"
    ).select(
        "siren",
        "nom",
        pl.when(pl.col("traitement") == "exclue")
        .then(pl.lit("une liste contredit une forme juridique exclue"))
        .otherwise(pl.lit("une liste contredit une activité exclue"))
        .alias("motif"),
        pl.col("statut").alias("affirme"),
        pl.col("source").alias("affirme_source"),
        pl.col("au").alias("affirme_au"),
        pl.when(pl.col("traitement") == "exclue")
        .then(pl.format("{} {}", "categorie_juridique", "forme"))
        .otherwise(pl.format("{} {}", "naf", "naf_libelle"))
        .alias("contredit"),
        pl.col("forme_source").alias("contredit_source"),
        pl.col("forme_au").alias("contredit_au"),
    )
    return pl.concat([lists, excluded_forms]).sort("motif", "siren", "affirme_source", "contredit_source")
