"""The plan: at most ten actions, chosen among actionable needs, merged by family, in the order in which they begin.

Each action carries what the buyer needs to decide it; names of suppliers are never in it (equal treatment of candidates): they
stay in the working documents.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

#: Levers that prepare nothing to put in a plan.
_IDLE = ("rien", "sans_objet")
OWN = ("responsable", "etat", "echeance", "note")


def plan(upcoming: pl.DataFrame, *, day: date, method: dict[str, Any], decisions: pl.DataFrame | None = None) -> pl.DataFrame:
    """``plan_actions``: one row per action, those to begin first at the top.

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
    kept = upcoming.filter(
        (pl.col("etat_action") == "agir") & ~pl.col("levier").is_in(_IDLE) & (pl.col("potentiel").fill_null(0) > 0)
        & ((pl.col("credibles") > 0) | (pl.col("clause_candidats") > 0)) & (pl.col("echeance") >= day)
    )  # fmt: skip
    merged = kept.sort("potentiel", "besoin_id", descending=[True, False]).group_by("acheteur_siren", "famille", maintain_order=True).agg(
        pl.col("famille_libelle", "levier", "levier_libelle", "levier_article", "levier_raison", "levier_verifier", "leviers", "levier_refus").first(),
        besoins=pl.len().cast(pl.Int32), contrats=pl.col("contrats").sum().cast(pl.Int32), objets=pl.col("objet").head(3).str.join(" ; "),
        credibles=pl.col("credibles").max(), annuel=pl.col("annuel").sum(), potentiel=pl.col("potentiel").sum(), potentiel_haut=pl.col("potentiel_haut").sum(),
        ressemblance=pl.col("ressemblance").max(), sourcing=pl.col("sourcing").min(), consultation=pl.col("echeance").min(),
    )  # fmt: skip
    scored = merged.with_columns(_points=_score(settings, day))
    chosen = scored.sort("_points", "famille", descending=[True, False]).head(settings["nombre"]["value"])
    told = chosen.with_columns(
        action_id=pl.format("{}-{}", pl.col("acheteur_siren").fill_null("acheteur"), "famille"),
        difficulte=_difficulty(), retard=pl.col("sourcing") <= day,
    ).sort("sourcing", "potentiel", "action_id", descending=[False, True, False])  # fmt: skip
    return _owned(told, decisions).drop("_points").with_row_index("rang", offset=1).with_columns(pl.col("rang").cast(pl.Int32))


def _score(settings: dict[str, Any], day: date) -> pl.Expr:
    """Gain, ease and urgency, each from 0 to 1, weighed; the weights are the user's to move."""
    gain = pl.col("potentiel") / pl.col("potentiel").max()
    ease = pl.col("ressemblance").rank() / pl.len()
    months = (pl.col("sourcing") - pl.lit(day)).dt.total_days() / 30
    urgent = 1 - months.clip(0, 12) / 12
    return settings["poids"]["gain"] * gain + settings["poids"]["facilite"] * ease + settings["poids"]["urgence"] * urgent


def _difficulty() -> pl.Expr:
    """Easy when three credible suppliers or more may answer, hard when one alone."""
    return pl.when(pl.col("credibles") >= 3).then(pl.lit("facile")).when(pl.col("credibles") == 2).then(pl.lit("moyenne")).otherwise(pl.lit("difficile"))


def _owned(actions: pl.DataFrame, decisions: pl.DataFrame | None) -> pl.DataFrame:
    """What a person wrote of each action, blank when nobody did; « a_faire » is the state of what nobody touched."""
    written = pl.DataFrame(schema={"objet_id": pl.String, "champ": pl.String, "valeur": pl.String}) if decisions is None else decisions.filter(
        pl.col("objet_type") == "action").select("objet_id", "champ", "valeur")  # fmt: skip
    for name in OWN:
        mine = written.filter(pl.col("champ") == name).unique("objet_id", keep="last", maintain_order=True).select(action_id="objet_id", **{name: "valeur"})
        actions = actions.join(mine, on="action_id", how="left", maintain_order="left")
    return actions.with_columns(pl.col("etat").fill_null("à faire"))
