"""Which renewals bring each target within reach, and with what chance.

It reads ``atteindre`` (one row per target) and ``atteindre_plan`` (the renewals chosen) from ``findings.extras``.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.goals import answered, written_value
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief

_MOST = 10
_PLAN = (
    Column("rang", "Rang", "entier"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("sourcing", "Commencer le sourçage", "date"),
)
_HOW = french.typeset(
    "L'écart est celui que dit la trajectoire : même année, même population, même dénominateur. Un renouvellement remplace un contrat par un autre : il change le numérateur, "
    "non le dénominateur. Les renouvellements sont choisis pour être le moins nombreux possible ; les opérations uniques (chantier, étude, "
    "ouvrage nommé), sans suite connue, n'y sont pas ; ni ceux qu'il est trop tard pour préparer, ni, quand le potentiel est mesuré et que l'objectif demande des "
    "fournisseurs, ceux qui n'ont ni levier ni fournisseur. Les renouvellements de toutes les années jusqu'à l'échéance sont comptés ensemble."
)


@written("atteindre")
def section_reach(findings: Findings) -> Told:
    """For each target: what is missing, the fewest renewals that fill it, the chance that they do."""
    rows, plans = findings.extras.get("atteindre"), findings.extras.get("atteindre_plan")
    if rows is None or plans is None or not rows.height:
        return None
    blocks: list[Block] = [Callout("Comment ce calcul est fait", _HOW)]
    for row in rows.to_dicts():
        blocks.append(
            Paragraph(tuple(Sentence(french.sentence(text)) for text in (where(row), how(row), luck(row)) if text))
        )
        plan = plans.filter(pl.col("objectif") == row["objectif"])
        if plan.height:
            caption = f"Les renouvellements à saisir : {row['titre']}"
            more = (
                f"Les {_MOST} premiers sur {french.number(plan.height)}, dans l'ordre de leur fin."
                if plan.height > _MOST
                else ""
            )
            blocks.append(
                table(
                    f"tab-atteindre-{row['objectif']}",
                    french.typeset(caption),
                    brief(plan.head(_MOST), 110),
                    _PLAN,
                    french.typeset(more),
                )
            )
    return tuple(blocks)


def annex(findings: Findings) -> TableBlock | None:
    """Every renewal chosen, target by target, for the workbook."""
    plans, rows = findings.extras.get("atteindre_plan"), findings.extras.get("atteindre")
    if plans is None or rows is None or not plans.height:
        return None
    named = plans.join(rows.select("objectif", "titre"), on="objectif", maintain_order="left")
    return table(
        "atteindre", "Renouvellements à saisir, par objectif", named, (Column("titre", "Objectif"), *_PLAN, "uid")
    )


def where(row: dict[str, Any]) -> str:
    """Where the target stands, in the words of the trajectory: the same row says both."""
    unit = "en valeur" if row["unite"] == "valeur" else "en nombre"
    goal = written_value(row["cible"], row)
    return f"« {row['titre']} » ({unit}, objectif {goal} en {row['annee']}) : {answered(row)}"


def how(row: dict[str, Any]) -> str:
    """How many renewals are enough, or that all of them are not; those that nobody can prepare any more, or that no lever serves."""
    if not row["manque"]:
        return ""
    n, span = french.count(row["choisis"], "renouvellement"), f"d'ici à la fin de {row['annee']}"
    left = row["possibles"] - row["candidats"]
    aside = (
        f" ({french.count(left, 'autre')} {'finit' if left == 1 else 'finissent'} aussi, mais trop tôt pour être {french.plural('préparé', left)}, "
        "ou sans levier ni fournisseur)"
        if left
        else ""
    )
    if not row["candidats"]:
        return f"Aucun renouvellement {span} ne peut encore y contribuer{aside}"
    if row["gagne"] < row["manque"]:
        return (
            f"Même en saisissant tous les renouvellements possibles {span} ({n}), l'objectif n'est pas atteint{aside}"
        )
    return f"{n} {'suffisent' if row['choisis'] > 1 else 'suffit'} ; le dernier se termine le {french.short_date(row['derniere_fin'])}{aside}"


def luck(row: dict[str, Any]) -> str:
    """The chance of reaching the target when every possible renewal is aimed at, as far as suppliers are known."""
    if not row["manque"] or row["gagne"] < row["manque"]:
        return ""
    if row["chance_bas"] is None:
        return "La chance d'y parvenir n'est pas chiffrée : rien ne dit ici qui pourrait répondre"
    several = row["candidats"] > 1
    aimed = (
        f"les {french.number(row['candidats'])} renouvellements possibles"
        if several
        else "le seul renouvellement possible"
    )
    low, high = (french.share(row[name], 0) for name in ("chance_bas", "chance_haut"))
    span = f"est d'environ {low}" if low == high else f"va de {low} à {high}"
    return f"En visant {aimed}, la chance d'y parvenir {span}, selon les leviers et les fournisseurs crédibles de chaque besoin (hypothèse de travail)"
