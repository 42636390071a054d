"""The plan: at most ten actions, chosen among actionable needs, merged by family, in the order in which they begin.

Each action carries what the buyer needs to decide it; names of suppliers are never in it (equal treatment of candidates): they
stay in the working documents.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import polars as pl

from spaser.vocabulary import CENT

#: Levers that prepare nothing to put in a plan.
_IDLE = ("rien", "sans_objet")
#: The rung that is an obligation, not advice.
DUTY = "clause_due"
LATE, SMALL = "trop tard pour préparer, à vérifier", "sous le plancher"
_SUBJECT = 90
OWN = ("responsable", "etat", "echeance", "note")


def plan(
    upcoming: pl.DataFrame, *, day: date, method: dict[str, Any], decisions: pl.DataFrame | None = None
) -> pl.DataFrame:
    """``plan_actions``: one row per action (``nature`` « action », or « devoir » for the duty, on one line), those to begin first at the top.

    Parameters
    ----------
    upcoming
        OPPORTUNITIES whose sourcing comes, with ``sourcing`` (see ``renewals.upcoming``); only actionable needs with a lever and
        at least one credible supplier, or a structure that carries a clause, are kept.
    day
        The reader's day: what should have begun before it is « dès maintenant ».
    decisions
        DECISIONS of type ``action``: who answers for each, its state, its date, a note; read back, never overwritten.
    """
    settings = method["plan"]
    kept = _ready(upcoming, day, settings)
    due = _due(kept)
    enough = pl.col("potentiel") >= settings["plancher"]["value"] * CENT
    merged = (
        _merged(kept.filter(pl.col("levier") != DUTY), "famille").with_columns(nature=pl.lit("action")).filter(enough)
    )
    scored = merged.with_columns(_points=_score(settings, day))
    chosen = scored.sort("_points", "famille", descending=[True, False]).head(settings["nombre"]["value"] - due.height)
    told = (
        pl.concat([chosen.drop("_points"), due.select(chosen.drop("_points").columns)])
        .with_columns(
            action_id=pl.format("{}-{}", pl.col("acheteur_siren").fill_null("acheteur"), "famille"),
            difficulte=pl.when(pl.col("nature") == "action").then(_difficulty()).otherwise(pl.lit("")),
            retard=pl.col("sourcing") <= day,
        )
        .sort("sourcing", "potentiel", "action_id", descending=[False, True, False])
    )
    return _owned(told, decisions).with_row_index("rang", offset=1).with_columns(pl.col("rang").cast(pl.Int32))


def set_aside(upcoming: pl.DataFrame, *, day: date, method: dict[str, Any]) -> pl.DataFrame:
    """``plan_ecartes``: what the plan leaves out and why, one row per family: ``motif, famille_libelle, besoins, potentiel, consultation``.

    « trop tard pour préparer, à vérifier »: less time is left than the shortest preparation; « sous le plancher »: the action
    would bring less than the floor of the method.
    """
    settings = method["plan"]
    late = _merged(_open(upcoming, day).filter(~startable(day, settings)), "famille").with_columns(motif=pl.lit(LATE))
    small = _merged(_ready(upcoming, day, settings).filter(pl.col("levier") != DUTY), "famille").with_columns(
        motif=pl.lit(SMALL)
    )
    small = small.filter(pl.col("potentiel") < settings["plancher"]["value"] * CENT)
    return (
        pl.concat([late, small])
        .select("motif", "famille_libelle", "besoins", "potentiel", "consultation", "objets")
        .sort("motif", "consultation", "famille_libelle")
    )


def _open(upcoming: pl.DataFrame, day: date) -> pl.DataFrame:
    """Actionable needs with a lever, a gain and somebody to answer, not ended on the day."""
    return answerable(upcoming).filter(pl.col("echeance") >= day)


def answerable(needs: pl.DataFrame) -> pl.DataFrame:
    """OPPORTUNITIES that are actionable, with a lever, a gain and somebody to answer: what any plan may count on."""
    return needs.filter(
        (pl.col("etat_action") == "agir")
        & ~pl.col("levier").is_in(_IDLE)
        & (pl.col("potentiel").fill_null(0) > 0)
        & ((pl.col("credibles") > 0) | (pl.col("clause_candidats") > 0))
    )


def _ready(upcoming: pl.DataFrame, day: date, settings: dict[str, Any]) -> pl.DataFrame:
    return _open(upcoming, day).filter(startable(day, settings))


def startable(day: date, settings: dict[str, Any]) -> pl.Expr:
    """Enough time is left from the reader's day for the shortest preparation."""
    return pl.col("echeance").dt.offset_by(f"-{settings['preparation_minimale']['value']}mo") >= pl.lit(day)


def _merged(needs: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Needs of a buyer added up, told by the one that brings most."""
    first = (
        "levier",
        "levier_libelle",
        "levier_article",
        "levier_raison",
        "levier_verifier",
        "leviers",
        "levier_refus",
    )
    merged = (
        needs.sort("potentiel", "besoin_id", descending=[True, False])
        .group_by("acheteur_siren", *keys, maintain_order=True)
        .agg(
            pl.col("famille_libelle", *first).first(),
            autres_leviers=pl.col("levier_libelle").filter(pl.col("levier") != pl.col("levier").first()),
            besoins=pl.len().cast(pl.Int32),
            contrats=pl.col("contrats").sum().cast(pl.Int32),
            objets=pl.col("objet").head(3).str.join(" ; "),
            credibles=pl.col("credibles").max(),
            annuel=pl.col("annuel").sum(),
            potentiel=pl.col("potentiel").sum(),
            potentiel_haut=pl.col("potentiel_haut").sum(),
            ressemblance=pl.col("ressemblance").max(),
            sourcing=pl.col("sourcing").min(),
            consultation=pl.col("echeance").min(),
        )
    )
    others = pl.Series(
        "autres_leviers", [_others(said) for said in merged["autres_leviers"].to_list()], dtype=pl.String
    )
    return merged.with_columns(others)


def _others(said: list[str]) -> str:
    """The levers of the other needs of an action, each with how many they are: « Sourcing d'abord (2) », the most frequent first."""
    counts = sorted(Counter(said).items(), key=lambda one: (-one[1], one[0]))
    return " ; ".join(f"{label} ({count})" for label, count in counts)


def _due(kept: pl.DataFrame) -> pl.DataFrame:
    """The clause that the law asks for, once: a duty is no advice, so it is neither ranked nor held to a floor; all its needs are listed."""
    due = kept.filter(pl.col("levier") == DUTY)
    several = due["acheteur_siren"].n_unique() > 1
    whole = due.with_columns(
        famille=pl.lit("devoir_clause"), acheteur_siren=pl.lit(None, pl.String) if several else pl.col("acheteur_siren")
    )
    listed = due.sort("echeance", "besoin_id")["objet"].fill_null("sans objet").str.slice(0, _SUBJECT).str.join(" ; ")
    return _merged(whole, "famille").with_columns(
        nature=pl.lit("devoir"),
        famille_libelle=pl.lit("Toutes les familles concernées"),
        objets=pl.lit(listed.first() or "", pl.String),
        leviers=pl.lit(""),
        credibles=pl.lit(None, pl.Int32).cast(kept.schema["credibles"]),
    )


def _score(settings: dict[str, Any], day: date) -> pl.Expr:
    """Gain, ease and urgency, each from 0 to 1, weighed; the weights are the user's to move."""
    gain = pl.col("potentiel") / pl.col("potentiel").max()
    ease = pl.col("ressemblance").rank() / pl.len()
    months = (pl.col("sourcing") - pl.lit(day)).dt.total_days() / 30
    urgent = 1 - months.clip(0, 12) / 12
    return (
        settings["poids"]["gain"] * gain + settings["poids"]["facilite"] * ease + settings["poids"]["urgence"] * urgent
    )


def _difficulty() -> pl.Expr:
    """Easy when three credible suppliers or more may answer, hard when one alone."""
    return (
        pl.when(pl.col("credibles") >= 3)
        .then(pl.lit("facile"))
        .when(pl.col("credibles") == 2)
        .then(pl.lit("moyenne"))
        .otherwise(pl.lit("difficile"))
    )


def _owned(actions: pl.DataFrame, decisions: pl.DataFrame | None) -> pl.DataFrame:
    """What a person wrote of each action, blank when nobody did; « a_faire » is the state of what nobody touched."""
    written = (
        pl.DataFrame(schema={"objet_id": pl.String, "champ": pl.String, "valeur": pl.String})
        if decisions is None
        else decisions.filter(pl.col("objet_type") == "action").select("objet_id", "champ", "valeur")
    )
    for name in OWN:
        mine = (
            written.filter(pl.col("champ") == name)
            .unique("objet_id", keep="last", maintain_order=True)
            .select(action_id="objet_id", **{name: "valeur"})
        )
        actions = actions.join(mine, on="action_id", how="left", maintain_order="left")
    return actions.with_columns(pl.col("etat").fill_null("à faire"))
