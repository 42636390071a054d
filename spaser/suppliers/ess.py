"""The first answer: in the ESS, by a decision, a list, or the legal form and the activity."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.suppliers import coverage
from spaser.suppliers.matching import KEY


def listed(found: pl.LazyFrame) -> pl.LazyFrame:
    """Per key, the best answer that lists or decisions give on the ESS, and the ESUS approval."""
    rows = found.filter(pl.col("meme") & pl.col("statut").is_in(["ESS", "NON_ESS", "ESUS", "NON_ESUS"])).sort(
        "rang", "au", "statut", "source", descending=[False, True, False, False], nulls_last=True
    )
    valid = pl.col("en_vigueur") & (pl.col("statut") != "NON_ESUS")
    esus = pl.col("statut") == "ESUS"
    return rows.group_by(KEY, maintain_order=True).agg(
        liste_ess=(pl.col("statut") != "NON_ESS").filter(valid).first(),
        liste_famille=pl.col("famille_ess").filter(valid & (pl.col("statut") != "NON_ESS")).drop_nulls().first(),
        liste_preuve=pl.col("preuve").filter(valid).first(),
        esus=(esus & pl.col("en_vigueur")).any(),
        esus_refuse=(pl.col("statut") == "NON_ESUS").any(),
        esus_perime=(esus & ~pl.col("en_vigueur") & pl.col("_jour").is_not_null()).any(),
        esus_preuve=pl.col("preuve").filter(esus & ~pl.col("en_vigueur")).first(),
    )


def forms(establishments: pl.LazyFrame) -> pl.LazyFrame:
    """Per SIREN, its legal form and activity (SIRENE first, latest list first) and what the rule of the ESS makes of them."""
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    units = (
        establishments.filter(pl.col("categorie_juridique").is_not_null())
        .with_columns(officiel=official)
        .sort(
            "officiel",
            pl.col("siret").is_null(),
            "au",
            "siege",
            "source",
            descending=[True, True, True, True, False],
            nulls_last=True,
        )
        .unique("siren", keep="first", maintain_order=True)
    )
    categories = (
        rules.table("ess_legal_categories.csv").lazy().select("categorie_juridique", "famille", "traitement", "motif")
    )
    labels = rules.table("legal_forms.csv").lazy().rename({"libelle": "forme"})
    exclusions = rules.table("ess_naf_exclusions.csv").select("naf", naf_traitement="traitement", naf_libelle="libelle")
    # NAF 2025 kept the four digits of these activities and changed their letter.
    fours = exclusions.filter((pl.col("naf").str.len_chars() == 5) & (pl.col("naf_traitement") == "exclue"))
    known = pl.concat([exclusions, fours.with_columns(pl.col("naf").str.slice(0, 4))]).lazy().rename({"naf": "naf_cle"})
    recent = pl.col("naf_nomenclature").is_in(["NAF2025", "NAF25"]).fill_null(False)
    activity = pl.when(recent).then(pl.col("naf").str.slice(0, 4)).otherwise("naf")
    return (
        units.with_columns(_exact=activity, _division=pl.col("naf").str.slice(0, 2))
        .join(known, left_on="_exact", right_on="naf_cle", how="left", maintain_order="left")
        .join(known, left_on="_division", right_on="naf_cle", how="left", suffix="_division", maintain_order="left")
        .join(categories, on="categorie_juridique", how="left", maintain_order="left")
        .join(labels, on="categorie_juridique", how="left", maintain_order="left")
        .select(
            pl.col("siren").alias("_siren"),
            "categorie_juridique",
            pl.col("forme").fill_null("forme inconnue"),
            "naf",
            "famille",
            "traitement",
            "officiel",
            pl.coalesce("naf_traitement", "naf_traitement_division").alias("naf_traitement"),
            pl.coalesce("naf_libelle", "naf_libelle_division").alias("naf_libelle"),
            pl.col("source").alias("forme_source"),
            pl.col("au").alias("forme_au"),
            coverage.department().alias("departement"),
        )
    )


def ess(keys: pl.LazyFrame) -> pl.LazyFrame:
    """The answer on the ESS, its family and its reason, by precedence: decision and lists, then legal form."""
    by_list, by_form, apart, here = _grounds()
    no = (
        pl.col("officiel").fill_null(False)
        & pl.col("ess_chargee")
        & _covered()
        & here
        & ~by_form.fill_null(False)
        & ~apart.fill_null(False)
    )
    answer = pl.when(by_list).then("liste_ess").when(by_form).then(pl.lit(True)).when(no).then(pl.lit(False))
    family = pl.when(answer.fill_null(False)).then(pl.coalesce("liste_famille", "famille", pl.lit("non précisée")))
    return _approved(
        keys.with_columns(
            titulaire_ess=answer,
            ess_famille=family,
            ess_raison=_reason(no),
            ess_borderline=~by_list & apart.fill_null(False),
        )
    )


def _grounds() -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """What an answer may rest on: a list or a decision; the legal form; a form or an activity « à part »; lists that cover the place.

    A cooperative bank has a form that is in the ESS and an activity that is out of its perimeter: it is « à part », never a yes.
    """
    form, activity = pl.col("traitement"), pl.col("naf_traitement")
    here = pl.col("ess_partout") | pl.col("ess_departements").list.contains(pl.col("departement"))
    return (
        pl.col("liste_ess").is_not_null(),
        (form == "incluse") & activity.is_null(),
        (form == "a_part") | ((form == "incluse") & activity.is_not_null()),
        here.fill_null(False),
    )


def _covered() -> pl.Expr:
    """The lists loaded are said to be complete for the activity of the unit: only then is absence a « non »."""
    division = pl.col("naf").str.slice(0, 2)
    return pl.col("ess_complete") | pl.col("ess_divisions").list.contains(division).fill_null(False)


def _reason(no: pl.Expr) -> pl.Expr:
    """Why yes, why no, why unknown, in French, with the list and its day."""
    by_list, by_form, apart, here = _grounds()
    legal = pl.format("{} {}", "categorie_juridique", "forme")
    where = pl.format("{}, liste {}", "forme_source", coverage.dated("forme_au"))
    outside = pl.format(
        "à part : forme juridique {}, activité {} {} hors du périmètre, à confirmer ({})",
        legal,
        "naf",
        "naf_libelle",
        where,
    )
    return (
        pl.when(by_list)
        .then("liste_preuve")
        .when(by_form)
        .then(pl.format("forme juridique {} ({}), périmètre à confirmer", legal, where))
        .when(pl.col("traitement") == "a_part")
        .then(pl.format("à part : forme juridique {} ({})", legal, where))
        .when(apart)
        .then(outside)
        .when(no)
        .then(pl.format("non, au vu des listes {} : forme juridique {} ({})", "ess_listes", legal, where))
        .otherwise(_unknown(here, legal))
    )


def _unknown(here: pl.Expr, legal: pl.Expr) -> pl.Expr:
    """Why nothing can be said."""
    activity = pl.col("naf").fill_null("non connue")
    return (
        pl.when(pl.col("_siren").is_null())
        .then(pl.lit("inconnu : pas de SIREN ni de SIRET français"))
        .when(pl.col("officiel").is_null())
        .then(pl.lit("inconnu : absent des listes chargées"))
        .when(~pl.col("officiel"))
        .then(pl.format("inconnu : unité légale non trouvée dans SIRENE ({})", legal))
        .when(pl.col("ess_chargee") & ~here)
        .then(pl.lit("inconnu : les listes de l'ESS déclarées complètes ne couvrent pas son département"))
        .when(pl.col("ess_chargee"))
        .then(pl.format("inconnu : les listes de l'ESS ne couvrent pas l'activité {}", activity))
        .otherwise(pl.lit("inconnu : aucune liste de l'ESS chargée"))
    )


def _approved(keys: pl.LazyFrame) -> pl.LazyFrame:
    """The approval as ESUS: yes while it runs; no when refused, out of its period, or when the unit is not in the ESS."""
    held, ended = pl.col("esus").fill_null(False), pl.col("esus_perime").fill_null(False)
    denied = pl.col("esus_refuse").fill_null(False) | ended | (~pl.col("titulaire_ess")).fill_null(False)
    told = pl.format("{} ; agrément hors de sa période ({})", "ess_raison", "esus_preuve")
    return keys.with_columns(
        titulaire_esus=pl.when(held).then(pl.lit(True)).when(denied).then(pl.lit(False)),
        ess_raison=pl.when(ended & ~pl.col("esus")).then(told).otherwise("ess_raison"),
    )
