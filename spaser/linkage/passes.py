"""Names as ledgers write them → SIREN and SIRET of a register, in passes of decreasing certainty.

Passes, in order: ``validation`` (the user said so), ``identifiant``, ``identifiant_repare`` (one wrong figure, and the name
agrees), ``nom_exact``, ``nom_variante`` (legal forms, abbreviations, accents, acronym, brand, truncation, town) and
``nom_proche`` (alike, in the same département). What is not sure is left to the user with its best candidates.
Two companies of the same name are never told apart by chance.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from spaser import rules
from spaser.linkage.identifiers import known_identifiers, repairs
from spaser.linkage.names import REFERENCE, folded, reduced
from spaser.linkage.pairs import candidates, compared, word_weights
from spaser.linkage.validation import read_validations, to_validate, write_validations
from spaser.vocabulary import LINK_CANDIDATES, LINKS

__all__ = ["Linkage", "attach", "keyed", "link", "names_of", "read_validations", "to_validate", "write_validations"]

ACCEPTED, AMBIGUOUS, NONE = "accepte", "ambigu", "aucun"
PLACES = ("code_postal", "commune", "departement", "inconnu", "autre")
TOP = 5
_INPUT = ("fournisseur", "siret", "siren", "identifiant_lu", "code_postal", "commune")


class Linkage(NamedTuple):
    """``links``: one row per name (LINKS); ``candidates``: its best candidates (LINK_CANDIDATES)."""

    links: pl.LazyFrame
    candidates: pl.LazyFrame


def names_of(spend: pl.LazyFrame) -> pl.LazyFrame:
    """The distinct suppliers of SPEND lines: ``cle``, the columns that identify, ``lignes`` and ``montant`` (cents)."""
    have = spend.collect_schema().names()
    rows = keyed(spend)
    first = [pl.col(name).first() for name in _INPUT]
    amount = pl.col("montant").sum() if "montant" in have else pl.lit(None, dtype=pl.Int64).alias("montant")
    return rows.group_by("cle", maintain_order=True).agg(*first, pl.len().cast(pl.Int64).alias("lignes"), amount)


def attach(spend: pl.LazyFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    """SPEND lines with the SIREN and SIRET accepted for their supplier where the file gave none."""
    names = spend.collect_schema().names()
    accepted = links.filter(pl.col("statut") == ACCEPTED).select(
        "cle", pl.col("siren").alias("_siren"), pl.col("siret").alias("_siret")
    )
    joined = keyed(spend).join(accepted, on="cle", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("siren", "_siren").alias("siren"), pl.coalesce("siret", "_siret").alias("siret")
    ).select([*names, *(name for name in ("siret", "siren") if name not in names)])


def link(suppliers: pl.LazyFrame, establishments: pl.LazyFrame, *, validations: pl.DataFrame | None = None) -> Linkage:
    """Link supplier names to the register.

    Parameters
    ----------
    suppliers
        ``fournisseur`` and what is known of ``siret``, ``siren``, ``identifiant_lu``, ``code_postal``, ``commune``: SPEND lines
        or ``names_of``'s rows.
    establishments
        ESTABLISHMENTS.
    validations
        What ``read_validations`` read: accepted links win, refused ones never come back.

    Returns
    -------
    Linkage
        ``links``: ``statut`` is accepte, ambigu (left to the user) or aucun.
    """
    have = suppliers.collect_schema().names()
    names = (suppliers if "cle" in have else names_of(suppliers)).collect()
    queries = _queries(names)
    register = establishments.select(
        "siren", "siret", "nom", "enseigne", "sigle", "code_postal", "code_commune", "commune", "siege"
    ).collect()
    identified = known_identifiers(queries, register)
    rest = queries.join(identified, on="q", how="anti")
    scored = _scored(rest, register, repairs(rest, register))
    judged = _without_refused(scored, queries, validations)
    decided = _decide(judged.join(queries.select("q", "pauvre"), on="q", how="left", maintain_order="left"))
    links = _links(names, queries, identified, decided, validations)
    return Linkage(LINKS.conform(links.lazy()), LINK_CANDIDATES.conform(_candidates(judged, queries).lazy()))


def keyed(spend: pl.LazyFrame) -> pl.LazyFrame:
    """The lines with ``cle``: what makes two of them the same supplier (folded name, postcode or town, identifier as read)."""
    have = spend.collect_schema().names()
    rows = spend.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in _INPUT if name not in have)
    place = pl.coalesce("code_postal", folded(pl.col("commune")), pl.lit(""))
    identifier = pl.coalesce("siret", "identifiant_lu", "siren", pl.lit(""))
    return rows.with_columns(
        pl.concat_str([folded(pl.col("fournisseur")).fill_null(""), place, identifier], separator="|").alias("cle")
    )


def _queries(names: pl.DataFrame) -> pl.DataFrame:
    """Names with their reduced forms and the words of their town, which tell little."""
    forms = reduced(names.lazy(), "fournisseur").collect()
    dep = _department(pl.col("code_postal"))
    town = folded(pl.col("commune")).str.replace(r"( CEDEX.*| \d+.*)$", "")
    rows = names.with_row_index("q").with_columns(dep.alias("dep"), town.alias("ville"))
    joined = rows.join(forms, left_on="fournisseur", right_on="texte", how="left", maintain_order="left")
    return joined.with_columns(pl.col("ville").fill_null("").str.split(" ").alias("lieux"))


def _department(postcode: pl.Expr) -> pl.Expr:
    """The département of a postcode (97x overseas; Corsica as 20)."""
    return (
        pl.when(postcode.str.starts_with("97") | postcode.str.starts_with("98"))
        .then(postcode.str.head(3))
        .otherwise(postcode.str.head(2))
    )


def _scored(queries: pl.DataFrame, register: pl.DataFrame, repaired: pl.DataFrame) -> pl.DataFrame:
    """Each query's candidate companies with their score, place and pass; the best row of each company."""
    entries = _entries(register)
    named = queries.filter(pl.col("plein").is_not_null())
    exact = (
        named.select("q", "colle")
        .join(entries.select("e", "colle"), on="colle", maintain_order="left_right")
        .select("q", "e")
    )
    acronym = named.filter(pl.col("colle").str.len_chars().is_between(3, 7)).select("q", "colle")
    acronym = acronym.join(
        entries.select("e", pl.col("initiales").alias("colle")),
        on="colle",
        maintain_order="left_right",
    ).select("q", "e")
    exact = exact.group_by("q").head(200)
    acronym = acronym.group_by("q").head(20)
    near = candidates(named, entries)
    fixed = repaired.join(entries.select("e", "siren"), on="siren", maintain_order="left_right").select("q", "e")
    pairs = pl.concat(
        [frame.select(pl.col("q", "e").cast(pl.UInt32)) for frame in (exact, acronym, near, fixed)]
    ).unique(maintain_order=True)
    pairs = compared(pairs, named, entries, word_weights(entries)).select("q", "e", "score", "tronque", "inclus")
    initials = acronym.select(pl.col("q", "e").cast(pl.UInt32)).with_columns(pl.lit(True).alias("sigle"))
    pairs = pairs.join(initials, on=["q", "e"], how="left", maintain_order="left").with_columns(
        pl.when(pl.col("sigle")).then(pl.max_horizontal("score", pl.lit(0.75))).otherwise("score").alias("score")
    )
    return _placed(
        pairs.join(entries.select("e", "siren", "texte"), on="e", maintain_order="left_right"),
        queries,
        register,
        repaired,
    )


def _entries(register: pl.DataFrame) -> pl.DataFrame:
    """One row per company, name and département, with the reduced form of the name."""
    place = register.with_columns(_department(pl.col("code_postal")).alias("dep"))
    texts = pl.concat(
        place.select("siren", "dep", pl.col(name).alias("texte")) for name in ("nom", "enseigne", "sigle")
    )
    rows = texts.drop_nulls("texte").unique(maintain_order=True).with_row_index("e")
    forms = reduced(rows.lazy(), "texte").collect()
    return rows.join(forms, on="texte", maintain_order="left")


def _placed(pairs: pl.DataFrame, queries: pl.DataFrame, register: pl.DataFrame, repaired: pl.DataFrame) -> pl.DataFrame:
    """The nearest establishment of each candidate company, and the score less what the distance costs."""
    penalties = rules.toml(REFERENCE)["penalties"]
    where = queries.select("q", pl.col("code_postal").alias("cp_q"), "dep", "ville")
    sites = register.select("siren", "siret", "nom", "code_postal", "commune", "siege").with_columns(
        folded(pl.col("commune")).str.replace(r"( CEDEX.*| \d+.*)$", "").alias("ville_e"),
        _department(pl.col("code_postal")).alias("dep_e"),
    )
    best = pairs.sort("q", "siren", "score", descending=[False, False, True]).unique(
        ["q", "siren"], keep="first", maintain_order=True
    )
    rows = (
        best.join(sites, on="siren", maintain_order="left_right")
        .join(where, on="q", maintain_order="left_right")
        .join(repaired, on=["q", "siren"], how="left", maintain_order="left")
    )
    level = (
        pl.when(pl.col("cp_q") == pl.col("code_postal"))
        .then(pl.lit(0))
        .when(pl.col("ville") == pl.col("ville_e"))
        .then(pl.lit(1))
        .when(pl.col("dep") == pl.col("dep_e"))
        .then(pl.lit(2))
        .when(
            (pl.col("cp_q").is_null() & pl.col("ville").is_null())
            | (pl.col("code_postal").is_null() & pl.col("commune").is_null())
        )
        .then(pl.lit(3))
        .otherwise(pl.lit(4))
    )
    rows = rows.with_columns(level.alias("rang_lieu")).sort(
        "q", "siren", "rang_lieu", pl.col("siege").not_(), "siret", nulls_last=True
    )
    alone = pl.len().over("q", "siren", "rang_lieu") == 1
    rows = rows.with_columns(
        pl.when(alone | (pl.col("siege") & pl.col("rang_lieu").ge(2))).then("siret").alias("siret")
    )
    rows = rows.unique(["q", "siren"], keep="first", maintain_order=True)
    place = pl.col("rang_lieu").replace_strict(dict(enumerate(PLACES)), return_dtype=pl.String)
    cost = place.replace_strict(penalties, return_dtype=pl.Float64)
    return rows.with_columns(place.alias("lieu"), (pl.col("score") - cost).alias("net"))


def _without_refused(scored: pl.DataFrame, queries: pl.DataFrame, validations: pl.DataFrame | None) -> pl.DataFrame:
    if validations is None:
        return scored
    refused = (
        validations.filter(pl.col("decision") == "refuser")
        .select("cle", "siren")
        .join(queries.select("q", "cle"), on="cle", maintain_order="left_right")
    )
    return scored.join(refused, on=["q", "siren"], how="anti")


def _decide(scored: pl.DataFrame) -> pl.DataFrame:
    """The best candidate of each name: accepted when its score is enough for its place and well ahead of the next company."""
    reference = rules.toml(REFERENCE)["thresholds"]
    least = pl.col("lieu").replace_strict({place: reference[place] for place in PLACES}, return_dtype=pl.Float64)
    ranked = scored.sort("q", "net", "rang_lieu", "siren", descending=[False, True, False, False])
    second = pl.col("net").shift(-1).over("q").fill_null(0.0)
    nearer = pl.col("rang_lieu") < pl.col("rang_lieu").shift(-1).over("q").fill_null(9)
    first = ranked.with_columns(second.alias("suivant"), nearer.alias("plus_pres")).unique(
        "q", keep="first", maintain_order=True
    )
    lead = pl.col("net") - pl.col("suivant")
    # Same name twice: the postcode or the commune may tell, a mere département may not.
    told = (lead >= reference["margin"]) | (
        (pl.col("score") >= 0.985) & pl.col("plus_pres") & pl.col("rang_lieu").le(1) & (lead >= 0)
    )
    repaired = pl.col("repare").is_not_null() & (pl.col("score") >= 0.6)
    within = rules.toml(REFERENCE)["containment"]
    inside = pl.col("inclus") & pl.col("rang_lieu").le(1) & (lead >= within["margin"])
    # A name of a letter or two is known by a number, or whole and at its own place.
    telling = ~pl.col("pauvre").fill_null(False) | ((pl.col("score") >= 0.999) & pl.col("rang_lieu").le(1))
    sure = repaired | ((((pl.col("score") >= least) & told) | inside) & telling)
    step = (
        pl.when(repaired)
        .then(pl.lit("identifiant_repare"))
        .when(pl.col("score") >= 0.999)
        .then(pl.lit("nom_exact"))
        .when((pl.col("score") >= 0.985) | pl.col("tronque") | pl.col("sigle").fill_null(False))
        .then(pl.lit("nom_variante"))
        .otherwise(pl.lit("nom_proche"))
    )
    status = (
        pl.when(sure).then(pl.lit(ACCEPTED)).when(pl.col("net") >= 0.5).then(pl.lit(AMBIGUOUS)).otherwise(pl.lit(NONE))
    )
    return first.with_columns(status.alias("statut"), step.alias("passe"))


def _links(
    names: pl.DataFrame,
    queries: pl.DataFrame,
    identified: pl.DataFrame,
    decided: pl.DataFrame,
    validations: pl.DataFrame | None,
) -> pl.DataFrame:
    """One row per name: the user's answer, else its identifier, else the decision."""
    columns = ["q", "siren", "siret", "passe", "score", "lieu", "statut"]
    kept = decided.with_columns(
        pl.when(pl.col("statut") == ACCEPTED).then(name).otherwise(pl.lit(None)).alias(name)
        for name in ("siren", "siret")
    )
    found = pl.concat(
        [identified.select(columns), kept.filter(pl.col("statut") != NONE).select(columns)], how="vertical_relaxed"
    )
    if validations is not None:
        said = validations.filter(pl.col("decision") == "accepter").join(
            queries.select("q", "cle"), on="cle", maintain_order="left_right"
        )
        said = said.select(
            "q",
            "siren",
            "siret",
            pl.lit("validation").alias("passe"),
            pl.lit(1.0).alias("score"),
            pl.lit(None, dtype=pl.String).alias("lieu"),
            pl.lit(ACCEPTED).alias("statut"),
        )
        found = pl.concat([said, found.join(said, on="q", how="anti")], how="vertical_relaxed")
    base = names.with_row_index("q").drop("siren", "siret")
    return base.join(found, on="q", how="left", maintain_order="left").with_columns(pl.col("statut").fill_null(NONE))


def _candidates(judged: pl.DataFrame, queries: pl.DataFrame) -> pl.DataFrame:
    ranked = judged.sort("q", "net", "rang_lieu", "siren", descending=[False, True, False, False])
    rank = pl.int_range(1, pl.len() + 1).over("q").cast(pl.Int32)
    top = ranked.with_columns(rank.alias("rang")).filter(pl.col("rang") <= TOP)
    return top.join(queries.select("q", "cle", "fournisseur"), on="q", maintain_order="left").with_columns(
        pl.col("net").alias("score")
    )
