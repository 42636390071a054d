"""The rows read in notices made into tables: typed, contact details taken out, those refused and those doubted told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from spaser.sources import dates
from spaser.sources.siret import luhn_ok
from spaser.vocabulary import NOTICE_CRITERIA, NOTICE_LOTS, REJECTS

TEXTS = ("objet", "description", "conditions")


_REACH = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?:(?:\+|00)33[\s.]?(?:\(0\))?[\s.]?|\b0)[1-9](?:[\s.-]?\d{2}){4}\b"


_PERSON = r"\b(?:M\.|MM\.|Mr|Mme|Mlle|Monsieur|Madame)\s+(?:\p{Lu}\.\s*)?\p{Lu}[\p{L}'’-]+(?:\s+\p{Lu}[\p{L}'’-]+){0,2}"


_TAKEN_OUT = "[coordonnées retirées]"


def framed(rows: list[dict[str, Any]], names: Sequence[str]) -> pl.DataFrame:
    """The rows with these columns as text, flags and positions kept."""
    kinds = {
        "position": pl.Int64,
        "verifie": pl.Boolean,
        "entier": pl.Boolean,
        "annonce_social": pl.Boolean,
        "annonce_environnement": pl.Boolean,
        "execution_reservee": pl.Boolean,
        "rang": pl.Int32,
        "nb_lots": pl.Int32,
        "dureeMois": pl.Int32,
    }
    schema = {name: kinds.get(name, pl.String) for name in names}
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=schema, orient="row")


def typed(names: Sequence[str]) -> list[pl.Expr]:
    typed = [
        dates.day(pl.col(name), to_paris=name == "date_limite").alias(name)
        for name in names
        if name.startswith("date_")
    ]
    typed += [_cents("montant_estime")] if "montant_estime" in names else []
    typed += [
        pl.col(name).str.replace_all(f"{_REACH}|{_PERSON}", _TAKEN_OUT).alias(name) for name in TEXTS if name in names
    ]
    typed += [_code("codeCPV")] if "codeCPV" in names else []
    if "acheteur_id" in names:
        digits = pl.col("acheteur_id").str.replace_all(r"\D", "")
        known = digits.str.len_chars().is_in([9, 14]) & luhn_ok(digits)
        typed += [
            pl.when(known).then(digits).alias("acheteur_id"),
            pl.when(known).then(digits.str.slice(0, 9)).alias("acheteur_siren"),
        ]
    return typed


#: One number and no other, whatever words stand around it: « de 100 000 à 200 000 € » tells no amount.
_ONE_NUMBER = r"^[^\d]*?(\d{1,3}(?:[\s\u00a0\u202f.']\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)[^\d]*$"


def _cents(name: str) -> pl.Expr:
    one = pl.col(name).str.extract(_ONE_NUMBER, 1).str.replace_all(r"[\s\u00a0\u202f']", "")
    grouped = one.str.contains(r"^\d{1,3}(?:\.\d{3})+(?:,\d+)?$") & (
        one.str.contains(",") | (one.str.count_matches(r"\.") > 1)
    )
    unsure = one.str.contains(r"^\d{1,3}[.,]\d{3}$")  # thousands or decimals: nothing decides
    plain = pl.when(grouped).then(one.str.replace_all(".", "", literal=True)).otherwise(one)
    euros = pl.when(~unsure).then(plain).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    worth = (
        pl.when(pl.col(name).str.contains(r"(?i)\d\s*(?:k ?€|k ?euros?|milliers)"))
        .then(1_000)
        .when(pl.col(name).str.contains(r"(?i)\d\s*(?:m ?€|millions)"))
        .then(1_000_000)
        .otherwise(1)
    )
    return (euros * 100 * worth).round().cast(pl.Int64, strict=False).alias(name)


def _code(name: str) -> pl.Expr:
    return pl.col(name).str.extract(r"^\s*(\d{8})").alias(name)


#: What the one lot of an undivided notice says: what the notice says.
_WHOLE = (
    "objet",
    "description",
    "codeCPV",
    "cpv",
    "montant_estime",
    "dureeMois",
    "reserve",
    "reserve_fondement",
    "execution_reservee",
)


def apart(rows: Iterable[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """NOTICE_LOTS and NOTICE_CRITERIA of the notices kept; a notice that names no lot has one."""
    lots: list[dict[str, Any]] = []
    criteria: list[dict[str, Any]] = []
    for row in rows:
        given = row.get("lots") or [{k: row.get(k) for k in _WHOLE} | {"criteria": row.get("criteria") or ()}]
        seen: dict[str, int] = {}
        for rank, lot in enumerate(given, 1):
            name = str(lot.get("lot") or rank)
            seen[name] = seen.get(name, 0) + 1
            label = name if seen[name] == 1 else f"{name} ({seen[name]})"
            lots.append(lot | {"avis": row["avis"], "lot": label})
            criteria += [
                one | {"avis": row["avis"], "lot": label, "rang": i} for i, one in enumerate(lot.get("criteria", ()), 1)
            ]
    said = pl.coalesce("poids_lu", pl.col("libelle").str.extract(r"\((\d{1,3}(?:[.,]\d+)?)\s*%\)"))
    weight = pl.col("poids_lu").str.extract(r"(\d+(?:[.,]\d+)?)").str.replace(",", ".").cast(pl.Float64, strict=False)
    first = framed(lots, NOTICE_LOTS.columns).with_columns(*typed(NOTICE_LOTS.columns))
    second = framed(criteria, NOTICE_CRITERIA.columns).with_columns(poids_lu=said).with_columns(poids=weight)
    return NOTICE_LOTS.conform(first.lazy()).collect(), NOTICE_CRITERIA.conform(second.lazy()).collect()


def refusals(refused: pl.DataFrame) -> pl.DataFrame:
    short = pl.col("entier").fill_null(True).not_()
    why = (
        pl.when(short)
        .then(pl.lit("Ligne coupée, décalée ou démesurée"))
        .otherwise(pl.lit("Avis sans numéro, ou sans acheteur ni objet"))
    )
    return _rejects(refused, "avis", pl.lit("avis.incomplet"), "rejet", why)


def doubts(raw: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """Dates, amounts and buyer identifiers written but not readable."""
    both = raw.join(
        kept.select("source", "position", *(pl.col(n).alias(f"{n}_lu") for n in _WATCHED)), on=["source", "position"]
    )
    parts = [
        _rejects(
            both.filter(
                pl.col(name).is_not_null() & (pl.col(name).str.strip_chars() != "") & pl.col(f"{name}_lu").is_null()
            ),
            name,
            pl.lit(f"avis.{name}"),
            "doute",
            pl.lit(message),
        )
        for name, message in _WATCHED.items()
    ]
    return pl.concat(parts)


_WATCHED = {
    "date_publication": "Date de publication illisible : inconnue",
    "date_envoi": "Date d'envoi illisible : inconnue",
    "montant_estime": "Montant estimé donné en fourchette, ou illisible : inconnu",
    "acheteur_id": "L'identifiant de l'acheteur n'est ni un SIREN ni un SIRET à la clé juste : inconnu",
}


def repeated(kept: pl.DataFrame, unique: pl.DataFrame) -> pl.DataFrame:
    again = kept.join(unique, on=["source", "position"], how="anti")
    return _rejects(
        again, "avis", pl.lit("avis.doublon"), "info", pl.lit("Avis lu deux fois : la dernière publication est gardée")
    )


def _rejects(rows: pl.DataFrame, name: str, rule: pl.Expr, level: str, message: pl.Expr) -> pl.DataFrame:
    said = rows.select(
        "source",
        "position",
        id="avis",
        champ=pl.lit(name),
        valeur=pl.col(name).cast(pl.String),
        regle=rule,
        niveau=pl.lit(level),
        message=message,
    )
    return REJECTS.conform(said.lazy()).collect()
