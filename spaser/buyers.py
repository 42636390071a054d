"""Buyers: their names and kinds, search by part of a name or a SIRET, groups of buyers."""

from __future__ import annotations

import polars as pl

from spaser import problems
from spaser.text import fold


def name(contracts: pl.LazyFrame, authorities: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with ``acheteur_libelle`` and ``acheteur_categorie``, never one row more.

    Parameters
    ----------
    contracts
        Needs ``acheteur_id`` (SIRET), ``acheteur_siren``, ``acheteur_nom`` (may be null), ``dateNotification``.
    authorities
        One row per SIREN: ``siren, nom, categorie`` (``territories.one_per_siren``). The official name wins for the
        seat of a local authority; other buyers keep the name the files give (the most frequent one, then the first in
        alphabetical order), or their SIRET.
    """
    given = (
        contracts.select("acheteur_id", "acheteur_nom")
        .drop_nulls()
        .group_by("acheteur_id", "acheteur_nom")
        .len()
        .sort("acheteur_id", "len", "acheteur_nom", descending=[False, True, False])
        .group_by("acheteur_id", maintain_order=True)
        .agg(nom_donne=pl.col("acheteur_nom").first())
    )
    official = authorities.select(acheteur_siren="siren", nom_officiel="nom", acheteur_categorie="categorie")
    return (
        contracts.join(given, on="acheteur_id", how="left")
        .join(official, on="acheteur_siren", how="left")
        .with_columns(acheteur_libelle=pl.coalesce(_official_label(), "nom_donne", "acheteur_id"))
        .drop("nom_donne", "nom_officiel")
    )


def catalogue(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The buyers of the contracts: ``acheteur_siren, acheteur_libelle, acheteur_categorie, sirets, contrats``, most contracts first."""
    return (
        contracts.filter(pl.col("acheteur_siren").is_not_null())
        .group_by("acheteur_siren")
        .agg(
            pl.col("acheteur_libelle").drop_nulls().sort().mode().sort().first(),
            pl.col("acheteur_categorie").drop_nulls().first(),
            pl.col("acheteur_id").unique().sort().alias("sirets"),
            pl.len().alias("contrats"),
        )
        .sort("contrats", "acheteur_siren", descending=[True, False])
    )


#: From this likeness on, the words typed are in the name; from the other, a typo away from it. Below, a name is only offered.
WHOLE_WORDS, CLEAR = 95.0, 80.0


def search(buyers: pl.DataFrame, text: str, limit: int = 12) -> pl.DataFrame:
    """The buyers that answer a text, best first, with a ``proximite`` from 0 to 100.

    A SIREN, a SIRET or its beginning is matched as such; a name is matched whatever its accents, case and typos.
    """
    digits = "".join(text.split())
    if digits.isdigit() and len(digits) >= 4:
        hits = buyers.filter(
            pl.col("acheteur_siren").str.starts_with(digits[:9])
            & pl.col("sirets").list.eval(pl.element().str.starts_with(digits)).list.any()
        )
        return hits.with_columns(proximite=pl.lit(100.0)).head(limit)
    wanted = fold(text)
    labels = [fold(label) for label in buyers["acheteur_libelle"]]
    scores = pl.Series("proximite", problems.nearness(wanted, labels), dtype=pl.Float64)
    return (
        buyers.with_columns(scores, exact=pl.Series([label == wanted for label in labels], dtype=pl.Boolean))
        .filter(pl.col("proximite") >= 62)
        .sort("exact", "proximite", "contrats", "acheteur_siren", descending=[True, True, True, False])
        .drop("exact")
        .head(limit)
    )


def choose(buyers: pl.DataFrame, text: str) -> str:
    """The SIREN of the one buyer a text names.

    Raises
    ------
    Problem
        No buyer answers, or several do: the candidates are listed with their SIRET.
    """
    found = search(buyers, text)
    if not found.height:
        raise problems.Problem(
            f"Aucun acheteur ne répond à « {text} »",
            todo="Donnez une partie du nom ou le SIRET. Acheteurs de ces fichiers : " + _listing(buyers.head(8)),
        )
    if siren := sure(found, text):
        return siren
    if found["proximite"][0] < CLEAR:
        raise problems.Problem(
            f"Aucun acheteur ne répond à « {text} »", todo="Vouliez-vous dire : " + _listing(found.head(3))
        )
    raise problems.Problem(
        f"Plusieurs acheteurs répondent à « {text} »", todo="Précisez le nom ou donnez le SIRET : " + _listing(found)
    )


def nameless(name: str | None, siren: str) -> bool:
    """Whether what stands for the name of a buyer is nothing, or its own number."""
    return (name or "").replace(" ", "")[:9] in ("", siren)


def sure(found: pl.DataFrame, text: str) -> str | None:
    """The SIREN that a text means among what ``search`` found: an exact name, else the only clear one; a weak likeness is never taken."""
    wanted = fold(text)
    exact = [
        siren for siren, label in found.select("acheteur_siren", "acheteur_libelle").rows() if fold(label) == wanted
    ]
    if len(exact) == 1:
        return str(exact[0])
    for least in (WHOLE_WORDS, CLEAR):
        clear = found.filter(pl.col("proximite") >= least)
        if clear.height:
            return str(clear["acheteur_siren"][0]) if clear.height == 1 else None
    return None


def _official_label() -> pl.Expr:
    name, kind = pl.col("nom_officiel"), pl.col("acheteur_categorie")
    prefix = (
        pl.when(kind == "département")
        .then(pl.lit("Département : "))
        .when(kind == "région")
        .then(pl.lit("Région : "))
        .otherwise(pl.lit(""))
    )
    return prefix + name


def _listing(rows: pl.DataFrame) -> str:
    return (
        " ; ".join(f"{label} ({siren})" for label, siren in rows.select("acheteur_libelle", "acheteur_siren").rows())
        + "."
    )
