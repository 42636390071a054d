"""Which renewals bring each target within reach, and with what chance.

It reads ``atteindre`` (one row per target) and ``atteindre_plan`` (the renewals chosen) from ``findings.extras``.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written

_MOST = 10
_PLAN = (
    Column("rang", "Rang", "entier"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("sourcing", "Commencer le sourcing", "date"),
)
_HOW = french.typeset(
    "Le compte porte sur tous les contrats lus de l'acheteur. Un renouvellement remplace un contrat par un autre : il change le numérateur, "
    "non le dénominateur. Les renouvellements sont choisis pour être le moins nombreux possible ; les travaux et la maîtrise d'œuvre, souvent "
    "sans suite, n'y sont pas."
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
                    _brief(plan.head(_MOST)),
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
    """What is counted today, and what lacks."""
    show = _amount if row["unite"] == "valeur" else _contracts
    now = french.share(row["oui"] / row["sur"]) if row["sur"] else french.UNKNOWN_MARK
    lack = f" ; il manque {show(row['manque'])}" if row["manque"] else " : l'objectif est atteint sur cet ensemble"
    unit = "en valeur" if row["unite"] == "valeur" else "en nombre"
    goal = french.share(row["cible"], 0 if round(row["cible"] * 100, 6).is_integer() else 1)
    return f"« {row['titre']} » ({unit}, objectif {goal} en {row['annee']}) : {show(row['oui'])} sur {show(row['sur'])}, soit {now}{lack}"


def how(row: dict[str, Any]) -> str:
    """How many renewals are enough, or that all of them are not."""
    if not row["manque"]:
        return ""
    n = french.count(row["choisis"], "renouvellement")
    if not row["candidats"]:
        return f"Aucun renouvellement connu d'ici à la fin de {row['annee']} ne peut y contribuer"
    if row["gagne"] < row["manque"]:
        return f"Même en saisissant tous les renouvellements connus d'ici à la fin de {row['annee']} ({n}), l'objectif n'est pas atteint"
    return f"{n} {'suffisent' if row['choisis'] > 1 else 'suffit'} ; le dernier se termine le {french.short_date(row['derniere_fin'])}"


def luck(row: dict[str, Any]) -> str:
    """The chance of reaching the target when every possible renewal is aimed at."""
    if row["chance_bas"] is None:
        return ""
    return (
        f"En visant les {french.number(row['candidats'])} renouvellements possibles, la chance d'y parvenir va de {french.share(row['chance_bas'], 0)} "
        f"(un sur deux aboutit) à {french.share(row['chance_haut'], 0)} (tous aboutissent)"
    )


def _contracts(n: int) -> str:
    return french.count(n, "contrat")


def _amount(cents: int) -> str:
    return french.euros_short(cents)


def _brief(rows: pl.DataFrame) -> pl.DataFrame:
    subject = pl.col("objet")
    return rows.with_columns(
        objet=pl.when(subject.str.len_chars() > 110)
        .then(pl.concat_str(subject.str.slice(0, 110), pl.lit("…")))
        .otherwise(subject)
    )
