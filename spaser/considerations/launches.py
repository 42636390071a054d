"""Notices joined to contracts, with a score and its reasons: when each consultation was launched.

A contract says when it was notified, never when it was launched; its notice does. No identifier is common to both, so a join
is a likelihood: same buyer, a date that can be, and subjects, CPV codes or references that agree. What stays under the floor,
and what two notices claim as well, is not joined.

Weights, delays and floor are choices of the method (``method.toml``, table ``launches``), each with its reason.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl

from spaser import rules
from spaser.vocabulary import DOCUMENT_LINKS
from spaser.vocabulary.lists import LAUNCHING

_STOP = (
    "de",
    "du",
    "des",
    "la",
    "le",
    "les",
    "et",
    "en",
    "au",
    "aux",
    "pour",
    "par",
    "sur",
    "dans",
    "d",
    "l",
    "a",
    "un",
    "une",
    "lot",
    "marche",
    "accord",
    "cadre",
    "travaux",
    "tvx",
    "prestation",
    "service",
    "fourniture",
    "ville",
    "commune",
    "departement",
    "region",
    "n",
    "dan",
    "sa1",
    "sa2",
    "sa3",
    "sa4",
    "lot1",
    "lot2",
    "lot3",
)
_ACCENTS = dict(
    zip(
        "àâäéèêëîïôöùûüçœ’",
        ["a", "a", "a", "e", "e", "e", "e", "i", "i", "o", "o", "u", "u", "u", "c", "oe", " "],
        strict=True,
    )
)
_LEGAL = (
    r"\b(?:mairie|ville|commune|de|d|du|des|la|le|les|l|departement|conseil|departemental|general|region|regional)\b"
)
LAUNCH = {
    "uid": pl.String(),
    "avis": pl.String(),
    "date_lancement": pl.Date(),
    "score": pl.Float64(),
    "motif": pl.String(),
    "source": pl.String(),
}


def join(contracts: pl.LazyFrame, notices: pl.LazyFrame, method: dict[str, Any] | None = None) -> pl.LazyFrame:
    """The notice that launched each contract, when one can be told.

    Parameters
    ----------
    contracts
        CONTRACTS: ``uid``, ``id``, ``acheteur_siren``, ``acheteur_nom`` (else ``acheteur_libelle``), ``objet``, ``codeCPV``, ``dateNotification``.
    notices
        NOTICES: ``avis``, ``acheteur_siren``, ``acheteur_nom``, ``objet``, ``codeCPV``, ``reference``, ``type_avis``, dates.
    method
        ``method.toml``, table ``launches``.

    Returns
    -------
    LazyFrame
        One row per contract joined: ``uid``, ``avis``, ``date_lancement`` (day the notice was sent, else published; null when the
        notice does not say its kind: its text is read, no launch is proved), ``score``
        in [0, 1], ``motif`` (what agrees), ``source`` (the notice, for LAUNCHES). Contracts without a notice have no row.
    """
    settings = (method or rules.method())["launches"]
    bought, sent = _bought(_named(contracts)), _launching(notices)
    pairs = pl.concat([_by_siren(bought, sent), _by_name(bought, sent)])
    delay = pl.col("dateNotification") - pl.col("date_lancement")
    possible = pairs.filter(_within(delay, settings["delai_possible"]))
    usual = _within(delay, settings["delai_habituel"])
    scored = possible.with_columns(_agreements(usual, settings["cpv"])).with_columns(score=_score(settings))
    sure = scored.filter(pl.col("score") >= settings["score_minimal"]["value"])
    # A notice that says its kind wins over those that do not.
    sure = sure.filter(pl.col("lance") | ~pl.col("lance").any().over("uid"))
    return _told(sure.unique(["uid", "avis"], keep="first", maintain_order=True), settings["marge"]["value"])


def by_number(contracts: pl.LazyFrame, numbers: pl.LazyFrame) -> pl.LazyFrame:
    """The contract each document belongs to, when its folder, archive or name bears the contract's own number.

    Parameters
    ----------
    contracts
        CONTRACTS of the buyer: ``uid``, ``id``.
    numbers
        The numbers each document may bear (``sources.documents.numbers``): ``document``, ``cle``, ``entier``.

    Returns
    -------
    LazyFrame
        DOCUMENT_LINKS. A number that two contracts share, and a document that bears those of two, join nothing.
    """
    own = pl.concat([contracts.select("uid", cle=_bare(name)) for name in ("uid", "id")]).unique()
    pairs = numbers.join(own.filter(pl.col("cle").is_not_null()), on="cle", how="inner").unique(
        ["document", "cle", "uid", "entier"]
    )
    longest = pairs.filter(pl.col("cle").str.len_chars() == pl.col("cle").str.len_chars().max().over("document"))
    clear = longest.filter(pl.col("uid").n_unique().over("document") == 1).sort(
        "document", "entier", descending=[False, True]
    )
    kept = clear.unique("document", keep="first", maintain_order=True)
    why = (
        pl.when("entier")
        .then(pl.format("dossier ou fichier nommé {}", "cle"))
        .otherwise(pl.format("numéro {} dans le nom", "cle"))
    )
    return DOCUMENT_LINKS.conform(kept.with_columns(score=pl.when("entier").then(1.0).otherwise(0.95), motif=why)).sort(
        "document"
    )


def _named(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Essential data rarely name the buyer: the name the kit gives to its SIREN (``acheteur_libelle``) serves then."""
    if "acheteur_libelle" not in contracts.collect_schema().names():
        return contracts
    return contracts.with_columns(acheteur_nom=pl.coalesce("acheteur_nom", "acheteur_libelle"))


def _bought(contracts: pl.LazyFrame) -> pl.LazyFrame:
    return contracts.filter(pl.col("dateNotification").is_not_null()).select(
        "uid", "id", "acheteur_siren", "dateNotification", "codeCPV", nom=_buyer("acheteur_nom"), mots=_tokens("objet")
    )


def _launching(notices: pl.LazyFrame) -> pl.LazyFrame:
    """Notices that launch, and those that do not say their kind (``lance`` false: read, they prove no launch), with the day sent.

    A consultation that another notice cancels gives no contract: what it launched is left.
    """
    known = pl.col("type_avis").is_in(LAUNCHING)
    kept = notices.filter(pl.col("type_avis").is_null() | known).join(_cancelled(notices), on="avis", how="anti")
    return kept.select(
        "avis",
        known.fill_null(False).alias("lance"),
        "reference",
        acheteur_siren="acheteur_siren",
        date_lancement=pl.coalesce("date_envoi", "date_publication"),
        cpv_avis="codeCPV",
        nom=_buyer("acheteur_nom"),
        mots_avis=_tokens("objet"),
    ).filter(pl.col("date_lancement").is_not_null())


def _cancelled(notices: pl.LazyFrame) -> pl.LazyFrame:
    """The numbers of the notices cancelled, named by the cancellation or by the correction that it cancels."""
    if "avis_lie" not in notices.collect_schema().names():
        return pl.LazyFrame(schema={"avis": pl.String})
    cited = notices.select("avis", "type_avis", vise=pl.col("avis_lie").str.split(", ")).explode("vise")
    first = cited.filter(pl.col("type_avis") == "annulation").select(avis="vise")
    corrected = (
        cited.filter(pl.col("type_avis") == "rectificatif").join(first, on="avis", how="semi").select(avis="vise")
    )
    return pl.concat([first, corrected]).drop_nulls().unique()


def _by_siren(contracts: pl.LazyFrame, notices: pl.LazyFrame) -> pl.LazyFrame:
    pairs = contracts.join(notices.drop("nom"), on="acheteur_siren", how="inner")
    return pairs.select(*_PAIR, acheteur=pl.lit("SIREN"))


def _by_name(contracts: pl.LazyFrame, notices: pl.LazyFrame) -> pl.LazyFrame:
    """Only the notices that give no SIREN: a SIREN that differs is another buyer."""
    nameless = notices.filter(pl.col("acheteur_siren").is_null() & (pl.col("nom").str.len_chars() >= 4)).drop(
        "acheteur_siren"
    )
    return contracts.join(nameless, on="nom", how="inner").select(*_PAIR, acheteur=pl.lit("nom"))


_PAIR = (
    "uid",
    "id",
    "dateNotification",
    "codeCPV",
    "mots",
    "avis",
    "reference",
    "date_lancement",
    "cpv_avis",
    "mots_avis",
    "lance",
)


def _within(delay: pl.Expr, days: dict[str, Any]) -> pl.Expr:
    return delay.is_between(pl.lit(timedelta(days=days["minimum"])), pl.lit(timedelta(days=days["maximum"])))


def _agreements(usual: pl.Expr, cpv_shares: dict[str, Any]) -> list[pl.Expr]:
    """Each agreement from 0 to 1: subjects (shared words over the shorter), CPV (digits shared), delay, reference."""
    shared = pl.col("mots").list.set_intersection("mots_avis").list.len()
    shorter = pl.min_horizontal(pl.col("mots").list.len(), pl.col("mots_avis").list.len())
    # Short subjects agree too easily: two shared words at the least, three for a full agreement.
    alike = (shared / pl.max_horizontal(shorter, pl.lit(3))).fill_nan(0.0).fill_null(0.0)
    subject = pl.when(shared >= 2).then(alike).otherwise(0.0)
    first, second = pl.col("codeCPV"), pl.col("cpv_avis")
    shares = {int(name.split()[0]): value for name, value in cpv_shares.items() if name[0].isdigit()}
    alike_to = [
        pl.when(first.str.slice(0, digits) == second.str.slice(0, digits)).then(pl.lit(float(value)))
        for digits, value in sorted(shares.items(), reverse=True)
    ]
    both = first.is_not_null() & second.is_not_null()
    reference = (
        _bare("reference").is_not_null()
        & (_bare("reference").str.len_chars() >= 4)
        & (_bare("reference") == _bare("id"))
    )
    return [
        subject.alias("a_objet"),
        pl.when(both).then(pl.coalesce(*alike_to, pl.lit(0.0))).alias("a_cpv"),
        usual.cast(pl.Float64).alias("a_delai"),
        reference.fill_null(False).alias("a_reference"),
    ]


def _score(settings: dict[str, Any]) -> pl.Expr:
    """A CPV unknown on one side is left out, its weight shared among the others, and the join less sure."""
    weights = {name: line["value"] for name, line in settings["poids"].items()}
    told = weights["objet"] * pl.col("a_objet") + weights["delai"] * pl.col("a_delai")
    with_cpv = told + weights["cpv"] * pl.col("a_cpv").fill_null(0.0)
    without_cpv = settings["sans_cpv"]["value"] * told / (weights["objet"] + weights["delai"])
    base = pl.when(pl.col("a_cpv").is_null()).then(without_cpv).otherwise(with_cpv)
    sure = pl.min_horizontal(base + weights["reference"] * pl.col("a_reference").cast(pl.Float64), pl.lit(1.0))
    return (sure * pl.when(pl.col("acheteur") == "nom").then(settings["par_nom"]["value"]).otherwise(1.0)).round(3)


def _told(scored: pl.LazyFrame, margin: float) -> pl.LazyFrame:
    """The best notice of each contract; none when another date does as well."""
    best = pl.col("score").max().over("uid")
    near = scored.filter(pl.col("score") >= best - margin)
    clear = near.filter(pl.col("date_lancement").n_unique().over("uid") == 1)
    first = clear.sort("uid", "score", "avis", descending=[False, True, False]).unique(
        "uid", keep="first", maintain_order=True
    )
    proved = pl.when("lance").then("date_lancement")
    return first.with_columns(motif=_reasons(), source=pl.col("avis"), date_lancement=proved).select(
        pl.col(name).cast(dtype) for name, dtype in LAUNCH.items()
    )


def _reasons() -> pl.Expr:
    percent = (100 * pl.col("a_objet")).round(0).cast(pl.Int64)
    cpv = (
        pl.when(pl.col("a_cpv").is_null())
        .then(pl.lit("CPV inconnu"))
        .when(pl.col("a_cpv") == 0)
        .then(pl.lit("CPV différent"))
    )
    return pl.concat_str(
        pl.format("même acheteur ({})", "acheteur"),
        pl.format("objets semblables à {}\u00a0%", percent),
        cpv.otherwise(pl.lit("CPV voisin")),
        pl.when("a_reference").then(pl.lit("même référence")),
        pl.when(pl.col("a_delai") == 0).then(pl.lit("délai inhabituel")),
        pl.when(~pl.col("lance")).then(pl.lit("nature de l'avis inconnue : ne prouve aucun lancement")),
        separator=", ",
        ignore_nulls=True,
    )


def _plain(name: str) -> pl.Expr:
    return (
        pl.col(name)
        .str.to_lowercase()
        .str.replace_many(list(_ACCENTS), list(_ACCENTS.values()))
        .str.replace_all(r"[^a-z0-9]+", " ")
    )


def _tokens(name: str) -> pl.Expr:
    """The words that say the need: neither those of every subject, nor those of the buyer's own name."""
    words, own = _words(name), _words("acheteur_nom")
    return (
        words.list.set_difference(pl.lit([*_STOP, ""], dtype=pl.List(pl.String)))
        .list.set_difference(own.fill_null([]))
        .fill_null([])
    )


def _words(name: str) -> pl.Expr:
    return _plain(name).str.replace_all(r"\b(\w{3,})[sx]\b", "$1").str.strip_chars().str.split(" ").list.unique()


def _buyer(name: str) -> pl.Expr:
    return _plain(name).str.replace_all(_LEGAL, " ").str.replace_all(r" +", " ").str.strip_chars()


def _bare(name: str) -> pl.Expr:
    return pl.col(name).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
