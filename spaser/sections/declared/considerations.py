"""The sections of a diagnostic of what is declared: each answers one question, or says nothing (None)."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import charts, french
from spaser.charts.marks import KINDS, name_of
from spaser.deliverables import sentences
from spaser.deliverables.report import (
    Block,
    Callout,
    Column,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import figure, proven
from spaser.vocabulary import CONSIDERATIONS

CODES = tuple(word.name for word in CONSIDERATIONS)
_RATES = (
    Column("nom", "Considération"),
    Column("numerateur", "Oui", "entier"),
    Column("denominateur", "Sur", "entier"),
    Column("valeur", "Part sur l'ensemble", "part"),
    Column("bas", "Au moins", "part", extra=True),
    Column("haut", "Au plus", "part", extra=True),
    Column("repondus", "Renseignés", "entier", extra=True),
    Column("valeur_repondus", "Part sur les renseignés", "part"),
    Column("couverture", "Taux de réponse", "part"),
)
UNIONS = (
    "consideration_sociale",
    "consideration_environnementale",
    "consideration_sociale_ou_environnementale",
    "consideration_sociale_et_environnementale",
    "cumul_environnemental",
)


def section_essentials(findings: Findings) -> Section | None:
    """The first page: key figures and what they mean."""
    measures = [m for code in CODES if (m := findings.one(code))]
    n = findings.counted.height
    total = KeyFigure("Contrats mesurés", n, "entier", findings.population_label)
    cards = [total] + [
        KeyFigure(
            name_of(m.indicateur), m.valeur, "part", _answered(m.couverture), m.bas, m.haut, KINDS[m.indicateur], m
        )
        for m in measures
    ]
    blocks: list = [KeyFigures(tuple(cards)), Paragraph(tuple(sentences.of_share(m) for m in measures))]
    silent = [m for m in measures if (m.couverture or 0) < 1]
    if silent:
        blocks.insert(1, Callout("Comment lire ces parts", _READING))
    return Section("essentiel", "L'essentiel", "Que disent les contrats publiés ?", tuple(blocks))


@written("considerations-detail", "considerations")
def section_considerations(findings: Findings) -> Told:
    """Each consideration in number and in value, both denominators, non-response beside."""
    number = findings.rows(*CODES)
    if not number.height:
        return None
    blocks: list = [
        figure(
            "fig-considerations",
            "Réponses aux cinq considérations, en nombre de contrats",
            charts.considerations(number),
        ),
        table("tab-nombre", "En nombre de contrats", named(number), _RATES),
    ]
    value = findings.rows(*CODES, unite="valeur")
    if value.height:
        money = tuple(
            Column(c.name, c.label, "somme") if c.unit == "entier" else c for c in _RATES if c.name != "repondus"
        )
        blocks.append(
            table(
                "tab-valeur",
                "En valeur (montant notifié HT, maximum pour les accords-cadres)",
                named(value),
                money,
                _VALUE,
            )
        )
        blocks.append(Paragraph(tuple(sentences.of_value(m) for c in CODES if (m := findings.one(c, unite="valeur")))))
    if (same := never_changing(findings)) is not None:
        blocks.insert(0, same)
    blocks += [block for block in (doubtful_table(findings), unions_table(findings)) if block]
    return tuple(blocks)


def never_changing(findings: Findings) -> Callout | None:
    """The answers that never change, wherever shares that rest on them are shown."""
    same = sentences.constant(findings.extras.get("reponses_constantes"))
    return (
        Callout("Des réponses qui ne changent jamais", french.sentence(" ; ".join(same)), "attention") if same else None
    )


def section_years(findings: Findings) -> Section | None:
    """Year by year."""
    every = findings.rows(*CODES, dimension="annee").sort("modalite", maintain_order=True)
    rows = every.filter(pl.col("modalite").str.contains(r"^\d{4}$"))
    if not rows.height:
        return None
    closed = complete_years(findings, set(rows["modalite"]))
    changes = sentences.of_changes(findings.rows(*CODES, dimension="annee"), closed)
    open_years = sorted(set(rows["modalite"]) - closed)
    blocks: list = [
        figure("fig-annees", "Parts par année de notification", charts.shares_by_year(rows, open_years=open_years))
    ]
    if open_years:
        text = f"Année incomplète, montrée mais non comparée : {french.listing(open_years)}."
        blocks.append(Callout("Publication en cours", french.typeset(text)))
    undated: Any = every.filter(~pl.col("modalite").str.contains(r"^\d{4}$"))["denominateur"].max()
    if undated:
        verb = "n'apparaît" if undated < 2 else "n'apparaissent"
        blocks.append(Sentence(french.sentence(f"{french.count(undated, 'contrat')} sans date lisible {verb} pas ici")))
    small = sentences.of_small_years(rows.filter(pl.col("modalite").is_in(sorted(closed))))
    if changes or small:
        blocks.append(Paragraph((*changes, *([small] if small else []))))
    return Section("annees", "Année par année", "La part progresse-t-elle ?", tuple(blocks))


def section_families(findings: Findings) -> Section | None:
    """By purchase family (else by CPV division), sorted."""
    for dimension, title in (("famille", "Par famille d'achat"), ("cpv_division", "Par division CPV")):
        rows = findings.rows("clause_sociale", "clause_environnementale", dimension=dimension)
        if rows.height:
            picture = charts.by_family(rows, title)
            told = sentences.of_families(rows) if dimension == "famille" else ()
            blocks: tuple[Block, ...] = (
                figure("fig-familles", f"{title}, les plus nombreuses", picture),
                *([Paragraph(told)] if told else []),
            )
            return Section("familles", title, "Où les clauses sont-elles présentes, où manquent-elles ?", blocks)
    return None


def complete_years(findings: Findings, years: set[str]) -> set[str]:
    """The years whose publication is over: those without a contract of the last two months."""
    if "incomplet" not in findings.contracts.columns:
        return years
    late = findings.contracts.filter(pl.col("incomplet"))["annee"].drop_nulls().unique()
    return years - {str(year) for year in [*late, findings.as_of.year]}


def doubtful_table(findings: Findings) -> TableBlock | None:
    """The shares in value with and without the amounts to be checked, when there are any."""
    doubtful = findings.one("montants_a_verifier")
    if doubtful is None or not doubtful.numerateur:
        return None
    with_, without = (
        findings.rows(*CODES, unite=unite).select("indicateur", "valeur")
        for unite in ("valeur", "valeur_hors_a_verifier")
    )
    frame = named(with_.join(without, on="indicateur", suffix="_hors", maintain_order="left"))
    n = french.count(doubtful.numerateur, "contrat")
    columns = (
        Column("nom", "Considération"),
        Column("valeur", "Tous les montants retenus", "part"),
        Column("valeur_hors", "Sans les montants à vérifier", "part"),
    )
    return table("tab-a-verifier", french.typeset(f"Ce que pèsent les montants à vérifier ({n})"), frame, columns)


def unions_table(findings: Findings) -> TableBlock | None:
    """Social and environmental considerations together, in each of the definitions in use."""
    rows = findings.rows(*UNIONS, unite="nombre")
    if not rows.height:
        return None
    rates = (column for column in _RATES[1:] if column.name != "repondus")
    columns = (Column("titre", "Contrats avec"), Column("definition", "Définition"), *rates)
    note = (
        "Deux définitions ont cours : avec « critère compté », un critère d'attribution suffit ; avec « critère non compté », "
        "il faut une clause ou une réservation."
    )
    return table(
        "tab-definitions",
        "Selon la définition retenue",
        proven(rows).with_columns(_without_prefix()),
        columns,
        french.typeset(note),
    )


def _without_prefix() -> pl.Expr:
    return pl.col("titre").str.replace("^Contrats avec ", "")


def named(rows: pl.DataFrame) -> pl.DataFrame:
    shown = proven(rows) if {"valeur_repondus", "couverture"} <= set(rows.columns) else rows
    return shown.with_columns(nom=pl.col("indicateur").replace({code: name_of(code) for code in CODES}))


def _answered(coverage: float | None) -> str:
    return f"renseignés : {french.share(coverage)}"


_READING = french.typeset(
    "Un contrat qui ne dit rien n'est pas un contrat qui dit non. Chaque part est donnée sur tous les contrats, avec la "
    "fourchette que laissent les contrats non renseignés : au moins (le silence vaut non), au plus (le silence vaut oui)."
)
_VALUE = french.typeset(
    "Le montant d'un accord-cadre est un maximum : ces sommes ne sont pas des dépenses. Les montants impossibles ou "
    "symboliques sont écartés des parts en valeur."
)
