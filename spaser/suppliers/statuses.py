"""Who is in the ESS, who is inclusive: the fused, dated register, and the status of a supplier on a given day.

Two independent answers. *ESS*: override > ESUS in force > ESS list > SIRENE flag > legal form (activity exclusions only
there). *Inclusive*: a kind of structure (EI, ACI, AI, ETTI, EITI, GEIQ, EA, EATT, ESAT, SEP) in a list. A look-up that
fails is never a « non »: the answer is null, with its reason. Rules: ``reference/ess_legal_categories.csv``,
``ess_naf_exclusions.csv``, ``siae_types.csv`` (loi 2014-856 art. 1; code du travail L5132-4; CCP L2113-12 and -13).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.suppliers import coverage
from spaser.vocabulary import ACCESS, INCLUSIVE_STATUSES, REGISTER, STATUS

KEY = ["_siret", "_siren", "_jour"]
SPREAD = "SIREN (statut d'un établissement étendu à l'unité légale)"
BY_DECISION = "décision"


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
    asked = _asked(suppliers, on)
    keys = asked.select(KEY).unique()
    found = _matches(keys, register)
    answers = (
        keys.join(_listed(found), on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .join(_forms(establishments), on="_siren", how="left", maintain_order="left")
        .join(_included(found, spread_establishment), on=KEY, how="left", nulls_equal=True, maintain_order="left")
        .join(coverage.of_lists(register, establishments), how="cross", maintain_order="left_right")
        .pipe(_ess)
        .pipe(_inclusive)
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
    forms = yes.join(
        _forms(establishments).filter(excluded), left_on="siren", right_on="_siren", maintain_order="left_right"
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
    return pl.concat([lists, forms]).sort("motif", "siren", "affirme_source", "contredit_source")


def _asked(suppliers: pl.LazyFrame, on: str | date) -> pl.LazyFrame:
    """The rows with what is looked up: a SIRET, a SIREN and a day, each possibly null."""
    have = suppliers.collect_schema().names()
    day = pl.col(on) if isinstance(on, str) else pl.lit(on)
    if "titulaire_id" in have:
        kind = (
            pl.col("titulaire_typeIdentifiant").is_in(["SIRET", "SIREN"]).fill_null(True)
            if "titulaire_typeIdentifiant" in have
            else pl.lit(True)
        )
        siret = pl.when(kind & pl.col("titulaire_id").str.contains(r"^\d{14}$")).then("titulaire_id")
        short = pl.when(kind & pl.col("titulaire_id").str.contains(r"^\d{9}$")).then("titulaire_id")
        siren = pl.coalesce(siret.str.slice(0, 9), *(["titulaire_siren"] if "titulaire_siren" in have else []), short)
    else:
        siret = pl.col("siret") if "siret" in have else pl.lit(None, dtype=pl.String)
        siren = pl.coalesce(siret.str.slice(0, 9), *(["siren"] if "siren" in have else []))
    return suppliers.with_columns(_siret=siret, _siren=siren, _jour=day.cast(pl.Date))


def _matches(keys: pl.LazyFrame, register: pl.LazyFrame) -> pl.LazyFrame:
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
    listed = (
        pl.when(pl.col("au").is_null())
        .then(pl.format("{}, liste sans date", "source"))
        .otherwise(pl.format("{}, liste du {}", "source", coverage.written("au")))
    )
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
        ("NON_INCLUSIF", kind) for kind in INCLUSIVE_STATUSES
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


def _listed(found: pl.LazyFrame) -> pl.LazyFrame:
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


def _forms(establishments: pl.LazyFrame) -> pl.LazyFrame:
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


def _ess(keys: pl.LazyFrame) -> pl.LazyFrame:
    """The answer on the ESS, its family and its reason, by precedence: decision and lists, then legal form."""
    form, activity = pl.col("traitement"), pl.col("naf_traitement")
    by_form = (form == "incluse") & activity.is_null()
    apart = (form == "a_part") | ((form == "incluse") & activity.is_not_null())
    covered = pl.col("ess_complete") | pl.col("ess_divisions").list.contains(pl.col("naf").str.slice(0, 2)).fill_null(
        False
    )
    here = (pl.col("ess_partout") | pl.col("ess_departements").list.contains(pl.col("departement"))).fill_null(False)
    covered = covered & here
    no = (
        pl.col("officiel").fill_null(False)
        & pl.col("ess_chargee")
        & covered
        & ~by_form.fill_null(False)
        & ~apart.fill_null(False)
    )
    listed = pl.col("liste_ess")
    answer = pl.when(listed.is_not_null()).then(listed).when(by_form).then(pl.lit(True)).when(no).then(pl.lit(False))
    legal = pl.format("{} {}", "categorie_juridique", "forme")
    where = pl.format("{}, liste du {}", "forme_source", coverage.written("forme_au"))
    reason = (
        pl.when(listed.is_not_null())
        .then("liste_preuve")
        .when(by_form)
        .then(pl.format("forme juridique {} ({}), périmètre à confirmer", legal, where))
        .when(form == "a_part")
        .then(pl.format("à part : forme juridique {} ({})", legal, where))
        .when(apart)
        .then(
            pl.format(
                "à part : forme juridique {}, activité {} {} hors du périmètre, à confirmer ({})",
                legal,
                "naf",
                "naf_libelle",
                where,
            )
        )
        .when(no)
        .then(pl.format("non, au vu des listes {} : forme juridique {} ({})", "ess_listes", legal, where))
        .when(pl.col("_siren").is_null())
        .then(pl.lit("inconnu : pas de SIREN ni de SIRET français"))
        .when(pl.col("officiel").is_null())
        .then(pl.lit("inconnu : absent des listes chargées"))
        .when(~pl.col("officiel"))
        .then(pl.format("inconnu : unité légale non trouvée dans SIRENE ({})", legal))
        .when(pl.col("ess_chargee") & ~here)
        .then(pl.lit("inconnu : les listes de l'ESS déclarées complètes ne couvrent pas son département"))
        .when(pl.col("ess_chargee"))
        .then(
            pl.format(
                "inconnu : les listes de l'ESS ne couvrent pas l'activité {}", pl.col("naf").fill_null("non connue")
            )
        )
        .otherwise(pl.lit("inconnu : aucune liste de l'ESS chargée"))
    )
    family = pl.when(answer.fill_null(False)).then(pl.coalesce("liste_famille", "famille", pl.lit("non précisée")))
    keys = keys.with_columns(
        titulaire_ess=answer,
        ess_famille=family,
        ess_raison=reason,
        ess_borderline=listed.is_null() & apart.fill_null(False),
    )
    esus = pl.when(pl.col("esus").fill_null(False)).then(pl.lit(True))
    denied = (
        pl.col("esus_refuse").fill_null(False)
        | pl.col("esus_perime").fill_null(False)
        | (~pl.col("titulaire_ess")).fill_null(False)
    )
    return keys.with_columns(
        titulaire_esus=esus.when(denied).then(pl.lit(False)),
        ess_raison=pl.when(pl.col("esus_perime").fill_null(False) & ~pl.col("esus"))
        .then(pl.format("{} ; agrément hors de sa période ({})", "ess_raison", "esus_preuve"))
        .otherwise("ess_raison"),
    )


def _included(found: pl.LazyFrame, spread: bool) -> pl.LazyFrame:
    """Per key, the inclusive kinds that hold, under which rule, and the other listed establishments of the unit."""
    kinds = found.filter(
        pl.col("statut").is_in([*INCLUSIVE_STATUSES, "INCLUSIF", "NON_INCLUSIF"]) & pl.col("en_vigueur")
    )
    ends = (
        rules.table("siae_types.csv")
        .lazy()
        .select(statut="code", fin=pl.col("jusqua").str.to_date("%Y-%m-%d", strict=False), fin_dite="jusqua_source")
    )
    kinds = kinds.join(ends, on="statut", how="left", maintain_order="left")
    over = (pl.col("fin") < pl.col("_jour")).fill_null(False) & (pl.col("liste") != "decision")
    there = pl.col("meme") | pl.lit(spread)
    # A kind whose legal basis has an end is neither a yes nor a no after it: its prolongation is to be confirmed.
    holds = there & ~over
    positive = pl.col("statut") != "NON_INCLUSIF"
    rule = (
        pl.when(pl.col("liste") == "decision")
        .then(pl.lit(BY_DECISION))
        .when(pl.col("unite"))
        .then(pl.lit("SIREN"))
        .when(pl.col("meme"))
        .then(pl.lit("SIRET"))
        .otherwise(pl.lit(SPREAD))
    )
    return (
        kinds.with_columns(regle=rule)
        .sort(
            "rang",
            pl.col("meme"),
            "au",
            "source",
            "statut",
            descending=[False, True, True, False, False],
            nulls_last=True,
        )
        .group_by(KEY, maintain_order=True)
        .agg(
            types=pl.col("statut").filter(holds & positive).unique().sort().str.join(", "),
            refuse=(holds & ~positive).any(),
            regle=pl.col("regle").filter(holds).first(),
            preuves=pl.col("preuve").filter(holds).unique(maintain_order=True).str.join(" | "),
            ailleurs=pl.format("SIRET {} : {}", "siret", "preuve").filter(~there & ~over & positive).first(),
            a_confirmer=pl.format("{} ({}) : {}", "statut", "preuve", "fin_dite").filter(there & over).first(),
        )
    )


def _inclusive(keys: pl.LazyFrame) -> pl.LazyFrame:
    """The second answer: inclusive, by which kinds and which rule; « non » only against national lists of every kind."""
    yes = pl.col("types").fill_null("") != ""
    refused = pl.col("refuse").fill_null(False)
    near = pl.col("ailleurs").is_not_null()
    ended = pl.col("a_confirmer").is_not_null()
    absent = ~near & ~ended & pl.col("_siret").is_not_null() & (pl.col("inclusif_manquants") == "")
    reason = (
        pl.when(yes | refused)
        .then("preuves")
        .when(ended)
        .then(pl.format("à confirmer : {}", "a_confirmer"))
        .when(near)
        .then(
            pl.format(
                "inconnu : un autre établissement du même SIREN est inclusif ({}) ; statut non étendu", "ailleurs"
            )
        )
        .when(absent)
        .then(pl.lit("non, au vu des listes nationales chargées"))
        .when(pl.col("_siret").is_null())
        .then(pl.lit("inconnu : pas de SIRET"))
        .otherwise(
            pl.format("inconnu : absent des listes chargées, sans liste nationale pour {}", "inclusif_manquants")
        )
    )
    return keys.with_columns(
        titulaire_inclusif=pl.when(yes).then(pl.lit(True)).when(refused | absent).then(pl.lit(False)),
        inclusif_types=pl.when(yes).then("types"),
        inclusif_regle=pl.when(yes | refused).then("regle"),
        inclusif_raison=reason,
    )
