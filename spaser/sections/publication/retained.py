"""Measures in the definition retained, written for a table: marks, ranges, amounts in their scale."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Column
from spaser.sections.findings import Findings
from spaser.sections.shown import proven

NOT_GIVEN = "non renseigné"
#: The share of the answers known, where these prove nothing of the others.
NOT_KNOWN = "non connue"
RATES = (
    Column("court", "Contrats…"),
    Column("numerateur", "Oui", "entier"),
    Column("denominateur", "Sur", "entier"),
    Column("valeur", "Part sur l'ensemble", "part"),
    Column("fourchette", "Au moins, au plus"),
    Column("repondus", "Renseignés", "entier"),
    Column("connus", "Part sur les renseignés"),
    Column("couverture", "Taux de réponse", "part"),
)
#: The same in value: amounts are written in their scale.
MONEY = tuple(Column(f"{c.name}_euros", c.label) if c.unit == "entier" else c for c in RATES)


def items() -> dict[str, dict[str, Any]]:
    """What a SPASER publishes, by mark: S1 to S10, then what is followed by choice."""
    return rules.toml("spaser_items.toml")


def when(item: dict[str, Any]) -> str:
    """What the text asks of an item and how often: « contenu exigé ; rythme de publication libre »."""
    return " ; ".join(item[name] for name in ("exige", "frequence") if name in item)


def marks() -> dict[str, str]:
    """The item each indicator answers, by code."""
    return {code: mark for mark, item in items().items() for code in (*item["contrats"], *item["saisis"])}


def retained(findings: Findings, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in the definition retained, where several compete; marks and small numbers written.

    « consideration_sociale » is measured twice, with the award criterion counted (what data.gouv.fr publishes) and without
    (the State's guide of 2014): only the definition retained stays. « titulaire_esus » has one definition, its own: it stays
    as it is, so a plain ``definition == findings.definition`` would lose it.
    """
    several = pl.col("definition").n_unique().over("indicateur") > 1
    kept = rows.filter(~several | (pl.col("definition") == findings.definition))
    # Of contracts that all stay silent, a measure says 0 yes out of 0 answers: a page that prints the zero reads as « none ».
    # A null number of answers is another thing (a figure entered by the buyer, an amount): it is kept as given.
    silent = pl.col("repondus").fill_null(1) == 0
    return proven(kept).with_columns(
        repere=pl.col("indicateur").replace_strict(marks(), default="", return_dtype=pl.String),
        court=pl.Series(
            [_short(row["titre"], row["petit_effectif"], row["repondus"]) for row in kept.to_dicts()], dtype=pl.String
        ),
        connus=pl.Series([of_known(row) for row in kept.to_dicts()], dtype=pl.String),
        fourchette=pl.Series([_range(row) for row in kept.to_dicts()], dtype=pl.String),
        **{name: pl.when(~silent).then(name) for name in ("numerateur", "repondus")},
        **{
            f"{name}_euros": pl.Series([_euros(row, name) for row in kept.to_dicts()], dtype=pl.String)
            for name in ("numerateur", "denominateur", "repondus")
        },
    )


def of_known(row: dict[str, Any]) -> str:
    """The share of the answers known, in words; « non connue » where they are all the same, or where nothing proves a « non »."""
    if not row["repondus"]:
        return ""
    share, whole = row["valeur_repondus"], row["couverture"] == 1
    return NOT_KNOWN if share is None or (share in (0, 1) and not whole) else french.share(share)


def _short(title: str, small: bool | None, answered: int | None) -> str:
    """A title whose first word the column says already; a small number is said."""
    kept = title.removeprefix("Contrats ").replace("dont un titulaire", "dont le titulaire", 1)
    return french.capital(kept) + (" (petit effectif)" if small and answered else "")


def _euros(row: dict[str, Any], name: str) -> str:
    """An amount in its scale; nothing for the yes of contracts that all stay silent."""
    return (
        "" if row[name] is None or (name != "denominateur" and row["repondus"] == 0) else french.euros_short(row[name])
    )


def _range(row: dict[str, Any]) -> str:
    """« 29,6 % à 78,3 % », or nothing when both bounds are the same."""
    if row["repondus"] == 0:
        return NOT_GIVEN
    told = french.share_range(row["bas"], row["haut"])
    return told.removeprefix("de ") if told.startswith("de ") else ""
