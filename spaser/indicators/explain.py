"""A figure → its rule, its rows, its sources: whoever doubts a number can count it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from spaser.indicators.records import CERTAIN, NUMBER, VALUE, Indicator, breakdown, catalogue, read, scope
from spaser.problems import Problem, closest
from spaser.vocabulary import label

#: Where each figure's weight stands: one contract, its retained amount, or its published amount.
WEIGHTS = {
    NUMBER: "un",
    VALUE: "somme_retenue",
    CERTAIN: "somme_retenue",
    "somme": "montant",
    "montant": "somme_retenue",
    "quantite": "un",
}
SHOWN = (
    "uid",
    "source",
    "position",
    "acheteur_id",
    "acheteur_libelle",
    "id",
    "objet",
    "codeCPV",
    "dateNotification",
    "datePublicationDonnees",
    "montant",
    "montant_publie",
    "montant_statut",
    "montant_regle",
    "montant_preuve",
    "montant_anomalie_raisons",
    "nature_contrat",
    "nature_preuve",
    "a_verifier",
    "considerationsSociales",
    "considerationsEnvironnementales",
)


@dataclass(frozen=True, eq=False)
class Explanation:
    """What stands behind one measure.

    Parameters
    ----------
    rule
        The record of the indicator: question, reading, caution, legal basis.
    definition
        The definition in force, among those in competition.
    measure
        The measure explained.
    rows
        The contracts of the denominator: what identifies them, then the columns the rule reads, ``compte`` (yes: in the
        numerator; no; null: unknown) and ``poids`` (1 contract, or cents).
    sources
        One row per source file: contracts it brings, their first and last dates.
    """

    rule: Indicator
    definition: str
    measure: dict[str, Any]
    rows: pl.LazyFrame
    sources: pl.LazyFrame

    @property
    def text(self) -> str:
        """The rule in French, line by line."""
        lines = [
            self.rule.titre,
            self.rule.question,
            f"Lecture : {self.rule.lecture}",
            f"Prudence : {self.rule.prudence}",
            f"Base : {self.rule.base}",
            f"Règle : {self.rule.regle}",
        ]
        return "\n".join([*lines, f"Définition : {self.definition}"] if self.definition else lines)

    @property
    def recount(self) -> pl.LazyFrame:
        """``numerateur, denominateur, repondus`` counted again from the rows."""
        weight, yes, known = pl.col("poids"), pl.col("compte").fill_null(False), pl.col("compte").is_not_null()
        return self.rows.select(
            numerateur=weight.filter(yes).sum(), denominateur=weight.sum(), repondus=weight.filter(known).sum()
        )


def explain(measure: Any, contracts: pl.LazyFrame) -> Explanation:
    """The rule, the rows and the sources of one measure.

    Parameters
    ----------
    measure
        One row of MEASURES: a dictionary, a one-row frame, or an object with its fields.
    contracts
        The contracts that were measured (the same set, with the same columns).

    Raises
    ------
    Problem
        Not one measure; an indicator or a definition that is no longer in the catalogue; a measure of another version.
    """
    told = read(measure)
    rule, definition = _rule(told)
    kind = _kind(told, rule)
    weight = WEIGHTS[kind]
    frame = _same_cell(scope(contracts, told["population"]), told, contracts.collect_schema().names())
    counted = frame.with_columns(un=pl.lit(1, pl.Int64), compte=rule.holds(definition)).with_columns(
        poids=pl.col(weight)
    )
    counted = counted.filter(_weighs(kind), pl.lit(True) if rule.champ is None else rule.champ.fill_null(False))
    return Explanation(
        rule, definition, told, counted.select(_columns(counted, rule, definition)).sort("uid"), _sources(counted)
    )


def _rule(told: dict[str, Any]) -> tuple[Indicator, str]:
    code, definition = told["indicateur"], told.get("definition") or ""
    if code not in catalogue():
        raise Problem(f"Indicateur inconnu : « {code} »", todo=closest(code, catalogue()))
    rule = catalogue()[code]
    if definition not in rule.definitions:
        raise Problem(
            f"Définition inconnue pour « {code} » : « {definition} »", todo=closest(definition, rule.definitions)
        )
    if told.get("regle") not in (None, rule.regle):
        raise Problem(
            f"Cette mesure suit la règle {told['regle']}, le catalogue a la règle {rule.regle}",
            todo="Mesurez de nouveau avec la règle en vigueur.",
        )
    return rule, definition


def _kind(told: dict[str, Any], rule: Indicator) -> str:
    """The kind of figure: a unit of MEASURES is a quantity for the indicators that are not shares in this unit."""
    quantities = {NUMBER: ("quantite",), VALUE: ("montant", "somme")}.get(told["unite"], ())
    return next((kind for kind in quantities if kind in rule.unites), told["unite"])


def _same_cell(frame: pl.LazyFrame, told: dict[str, Any], present: list[str]) -> pl.LazyFrame:
    modality = breakdown(told["dimension"], present)
    if modality is None:
        raise Problem(f"La table n'a pas la colonne de la ventilation « {told['dimension']} »")
    return frame if told["dimension"] == "total" else frame.filter(modality == told["modalite"])


def _weighs(kind: str) -> pl.Expr:
    """The rows that can weigh in this figure: amounts that are excluded or unknown stay out of sums."""
    if kind == "somme":
        return pl.col("compte").fill_null(False)
    if kind == CERTAIN:
        return pl.col("poids").is_not_null() & (pl.col("montant_statut") != "a_verifier").fill_null(True)
    return pl.col("poids").is_not_null()


def _columns(frame: pl.LazyFrame, rule: Indicator, definition: str) -> list[str]:
    present = frame.collect_schema().names()
    read_by_rule = rule.holds(definition).meta.root_names()
    wanted = dict.fromkeys([*SHOWN, *read_by_rule, "compte", "poids"])
    return [name for name in wanted if name in present]


def _sources(counted: pl.LazyFrame) -> pl.LazyFrame:
    dates = {
        "premiere_notification": pl.col("dateNotification").min(),
        "derniere_notification": pl.col("dateNotification").max(),
        "derniere_publication": pl.col("datePublicationDonnees").max(),
    }
    return counted.group_by("source").agg(contrats=pl.len().cast(pl.Int64), **dates).sort("source", nulls_last=True)


def headings(rows: pl.DataFrame) -> dict[str, str]:
    """French labels of the columns of ``Explanation.rows``."""
    own = {"compte": "Compté au numérateur", "poids": "Poids (contrat, ou centimes)"}
    return {name: own.get(name) or label(name) for name in rows.columns}
