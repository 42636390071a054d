"""What an analysis of suppliers shows beside its measures: each supplier once, its place and size, the account of contracts."""

from __future__ import annotations

import polars as pl

from spaser import rules, territories
from spaser.sources.ledgers import PURCHASES
from spaser.text import unaccented_expr
from spaser.vocabulary import STATUS

MOST_NAMES = 3


def departments(lines: pl.DataFrame) -> list[str]:
    """The départements named by the postcodes of the lines (Corsica in both its halves)."""
    code = pl.col("code_postal").drop_nulls()
    overseas = code.str.contains("^9[78]")
    found = lines.select(
        pl.when(overseas).then(code.str.head(3)).otherwise(code.str.head(2)).unique().sort()
    ).to_series()
    return [code for one in found.to_list() for code in (("2A", "2B") if one == "20" else (one,))]


def described(lines: pl.DataFrame, places: pl.LazyFrame) -> pl.DataFrame:
    """The lines with ``nom_officiel``, ``commune_fournisseur``, ``departement_fournisseur``, ``categorie_entreprise`` or
    ``tranche_effectifs`` (as a label) and ``personne_physique``, of the establishment, else of its unit's seat, else as read."""
    have = lines.columns
    siret, siren = ("titulaire_id", "titulaire_siren") if "titulaire_id" in have else ("siret", "siren")
    sites = _sites(places)
    units = sites.sort("siege", descending=True, nulls_last=True, maintain_order=True).unique(
        "siren", maintain_order=True
    )
    exact = sites.filter(pl.col("siret").is_not_null()).unique("siret", maintain_order=True)
    found = (
        lines.lazy()
        .join(
            exact.select("siret", _code="code_commune", _postal="code_postal", _ville="commune"),
            left_on=siret,
            right_on="siret",
            how="left",
            maintain_order="left",
        )
        .join(
            units.drop("siret", "siege"),
            left_on=siren,
            right_on="siren",
            how="left",
            suffix="_unite",
            maintain_order="left",
        )
    )
    names = found.collect_schema().names()
    read = "_unite" if "code_postal" in have else ""
    postal = pl.coalesce("_postal", pl.col("code_postal") if read else pl.lit(None), f"code_postal{read}")
    town = pl.coalesce("_ville", pl.col("commune") if read else pl.lit(None), f"commune{read}")
    code = pl.coalesce(
        "_code", pl.when(pl.col("_postal").is_null() & postal.eq(pl.col(f"code_postal{read}"))).then("code_commune")
    )
    asked = found.with_columns(_code=code, _postal=postal, _ville=town)
    kept = [
        name
        for name in (*have, "nom_officiel", "tranche_effectifs", "categorie_entreprise", "personne_physique")
        if name in names
    ]
    return _sized(_placed(asked).select(*kept, "commune_fournisseur", "departement_fournisseur").collect())


def _sites(places: pl.LazyFrame) -> pl.LazyFrame:
    """Establishments, the official and latest description of each first."""
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    known = places.group_by("siren").agg(
        *(
            pl.col(name).sort_by(official, "au", descending=True, nulls_last=True).drop_nulls().first().alias(name)
            for name in ("categorie_entreprise", "tranche_effectifs")
        ),
        pl.col("nom")
        .sort_by(official, pl.col("siret").is_null(), "au", descending=True, nulls_last=True)
        .drop_nulls()
        .first()
        .alias("nom_officiel"),
        pl.col("personne_physique").any(),
    )
    rows = places.sort(official, "au", "source", descending=[True, True, False], nulls_last=True)
    return rows.select("siren", "siret", "siege", "code_commune", "code_postal", "commune").join(
        known, on="siren", maintain_order="left"
    )


def _placed(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The official name of the commune and its département, by the one rule of ``territories.situated``."""
    official = territories.communes().select("code_commune", _nom="commune", _dep="departement")
    asked = rows.with_row_index("_rang")
    told = territories.situated(asked.select("_rang", code_commune="_code", code_postal="_postal", commune="_ville"))
    places = told.select("_rang", _ou=territories.whole_city(pl.col("code_commune"))).join(
        official,
        left_on="_ou",
        right_on="code_commune",
        how="left",
        maintain_order="left",
    )
    return asked.join(places, on="_rang", how="left", maintain_order="left").with_columns(
        commune_fournisseur=pl.coalesce("_nom", pl.col("_ville").str.to_uppercase()),
        departement_fournisseur=pl.coalesce("_dep", territories.department("_postal")),
    )


def _sized(rows: pl.DataFrame) -> pl.DataFrame:
    """The category of the Insee when the lists have it, else the staff band in words."""
    if rows["categorie_entreprise"].null_count() < rows.height:
        return rows
    bands = rules.table("staff_bands.csv").select("tranche", "libelle")
    words = pl.col("tranche_effectifs").replace_strict(
        bands["tranche"], bands["libelle"], default=None, return_dtype=pl.String
    )
    return rows.drop("categorie_entreprise").with_columns(tranche_effectifs=words)


def by_supplier(lines: pl.DataFrame, links: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per supplier: who, how it was identified, what it is and why, lines and cents; the largest first.

    A status that changed over the period is « oui » when it held on some line; the proof is that of such a line. ``montant_compte``
    adds the only lines whose status is « oui »: what the shares count, where another establishment of the same unit was paid too.
    """
    spend = "fournisseur" in lines.columns
    amount, name, siren = (
        ("montant", "fournisseur", "siren") if spend else ("montant_egal", "titulaire_nom", "titulaire_siren")
    )
    rows = lines.filter(pl.col("perimetre").is_in(PURCHASES)) if spend else lines
    if links is not None and links.height:
        rows = rows.join(
            links.select("cle", "passe", "score", rattachement="statut"), on="cle", how="left", maintain_order="left"
        )
    who = pl.coalesce(siren, _plain(name), pl.lit("(sans nom)"))
    day = "jour" if spend else "dateNotification"
    ordered = rows.with_columns(_qui=who, _montant=pl.col(amount)).sort(
        "titulaire_ess", "titulaire_inclusif", day, descending=True, nulls_last=True, maintain_order=True
    )
    counted = (pl.col("titulaire_ess") | pl.col("titulaire_inclusif")).fill_null(False)
    first = [pl.col(word.name).first() for word in STATUS if word.dtype != pl.Boolean]
    answers = [pl.col(word.name).any(ignore_nulls=False) for word in STATUS if word.dtype == pl.Boolean]
    extra = [
        pl.col(c).first()
        for c in (
            "nom_officiel",
            "commune_fournisseur",
            "departement_fournisseur",
            "categorie_entreprise",
            "tranche_effectifs",
            "passe",
            "score",
            "rattachement",
        )
        if c in rows.columns
    ]
    found = ordered.group_by("_qui", maintain_order=True).agg(
        pl.col(siren).first().alias("siren"),
        pl.col(name).mode().sort().first().alias("fournisseur"),
        pl.col(name).n_unique().alias("ecritures"),
        pl.len().alias("lignes"),
        pl.col("_montant").sum().alias("montant"),
        pl.col("_montant").filter(counted).sum().alias("montant_compte"),
        *extra,
        *answers,
        *first,
        _persons(rows).alias("personne_physique"),
    )
    return found.sort("montant", "_qui", descending=[True, False]).drop("_qui")


def _persons(rows: pl.DataFrame) -> pl.Expr:
    known = pl.col("personne_physique").fill_null(False).any()
    return known | pl.col("personne").any() if "personne" in rows.columns else known


def _plain(name: str) -> pl.Expr:
    folded = unaccented_expr(pl.col(name)).str.to_uppercase()
    return folded.str.replace_all(r"[^A-Z0-9]+", " ").str.strip_chars()


def contract_balance(lines: pl.DataFrame, contracts: pl.LazyFrame) -> pl.DataFrame:
    """Holders with and without a French identifier, and contracts without holder: cents of the equal parts."""
    known = pl.col("titulaire_siren").is_not_null()
    poste = pl.when(known).then(pl.lit("identifie")).otherwise(pl.lit("non_identifie"))
    parts = lines.group_by(poste.alias("poste")).agg(
        lignes=pl.len().cast(pl.Int64),
        montant=pl.col("montant_egal").sum(),
        sans_montant=pl.col("montant_egal").null_count().cast(pl.Int64),
    )
    alone = (
        contracts.join(lines.lazy().select("uid"), on="uid", how="anti")
        .select(
            poste=pl.lit("sans_titulaire"),
            lignes=pl.len().cast(pl.Int64),
            montant=pl.col("montant_retenu").sum(),
            sans_montant=pl.col("montant_retenu").null_count().cast(pl.Int64),
        )
        .collect()
    )
    return pl.concat([parts.sort("poste"), alone])


def to_check(
    lines: pl.DataFrame, suppliers: pl.DataFrame, validations: pl.DataFrame, conflicts: pl.DataFrame
) -> pl.DataFrame:
    """What a person must look at, the largest amounts first: motif, fournisseur, siren, lignes, montant, detail."""
    shown = ["fournisseur", "siren", "lignes", "montant", "personne_physique"]
    parts = [
        suppliers.filter(test).select(pl.lit(why).alias("motif"), *shown, pl.col(detail).alias("detail"))
        for test, why, detail in _doubts(suppliers)
    ]
    if "perimetre" in lines.columns:
        parts.append(_scope_doubts(lines))
    if validations.height:
        parts.append(_names(validations))
    if conflicts.height:
        said = pl.format("{} : {} / {} : {}", "affirme_source", "affirme", "contredit_source", "contredit")
        told = (
            conflicts.with_columns(detail=said)
            .group_by("siren")
            .agg(
                motif=pl.format("listes en désaccord : {}", pl.col("motif").sort().first()),
                detail=pl.col("detail").sort().str.join(" | "),
            )
        )
        parts.append(
            told.join(suppliers.select(shown), on="siren", maintain_order="left_right").select(
                "motif", *shown, "detail"
            )
        )
    rows = pl.concat(parts, how="vertical_relaxed")
    return rows.sort(pl.col("montant").abs(), "motif", "fournisseur", descending=[True, False, False], nulls_last=True)


def _doubts(suppliers: pl.DataFrame) -> list[tuple[pl.Expr, str, str]]:
    elsewhere = pl.col("inclusif_raison").str.starts_with("inconnu : un autre établissement").fill_null(False)
    doubts = [
        (elsewhere, "un autre établissement du même SIREN est inclusif", "inclusif_raison"),
        (pl.col("ess_borderline").fill_null(False), "forme ou activité à la limite de l'ESS", "ess_raison"),
    ]
    if "passe" in suppliers.columns:
        repaired = (pl.col("passe") == "identifiant_repare").fill_null(False)
        doubts.append((repaired, "identifiant corrigé d'un chiffre, à confirmer", "nom_officiel"))
    return doubts


def _scope_doubts(lines: pl.DataFrame) -> pl.DataFrame:
    asked = lines.filter(pl.col("perimetre") == "a_verifier")
    person = pl.col("personne").fill_null(False).any() | pl.col("personne_physique").fill_null(False).any()
    return (
        asked.group_by("fournisseur", "perimetre_motif")
        .agg(
            pl.col("siren").first(),
            pl.len().alias("lignes"),
            pl.col("montant").sum(),
            person.alias("personne_physique"),
            pl.col("libelle").drop_nulls().unique().sort().head(MOST_NAMES).str.join(" ; ").alias("detail"),
        )
        .select(
            pl.format("achat ou non ? {}", "perimetre_motif").alias("motif"),
            "fournisseur",
            "siren",
            "lignes",
            "montant",
            "personne_physique",
            "detail",
        )
    )


def _names(validations: pl.DataFrame) -> pl.DataFrame:
    said = pl.format(
        "{} (SIREN {}, {}, ressemblance {})",
        "candidat",
        "siren",
        pl.col("candidat_commune").fill_null("lieu inconnu"),
        "score",
    )
    return (
        validations.sort("rang")
        .group_by("cle", maintain_order=True)
        .agg(
            pl.lit("nom à rapprocher").first().alias("motif"),
            pl.col("fournisseur").first(),
            pl.lit(None, pl.String).first().alias("siren"),
            pl.col("lignes").first(),
            (pl.col("montant_euros").first() * 100).round(0).cast(pl.Int64).alias("montant"),
            pl.lit(False).first().alias("personne_physique"),
            said.head(MOST_NAMES).str.join(" ; ").alias("detail"),
        )
        .drop("cle")
    )


def unidentified(suppliers: pl.DataFrame) -> pl.DataFrame:
    """The suppliers without SIREN and why, the largest amounts first."""
    why = pl.lit("identifiant étranger, absent ou faux")
    if "rattachement" in suppliers.columns:
        why = (
            pl.when(pl.col("personne_physique"))
            .then(pl.lit("personne physique : ni rattachée, ni montrée"))
            .when(pl.col("rattachement") == "ambigu")
            .then(pl.lit("plusieurs entreprises possibles : voir « à vérifier »"))
            .when(pl.col("rattachement") == "aucun")
            .then(pl.lit("aucune entreprise assez proche dans les listes chargées"))
            .otherwise(why)
        )
    return suppliers.filter(pl.col("siren").is_null()).with_columns(pourquoi=why)
