"""The note for elected members: two pages, the key figures, one chart, the targets, what is missing."""

from __future__ import annotations

from dataclasses import asdict

import polars as pl

from spaser import charts, french
from spaser.deliverables.report import (
    Answer,
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sentence,
    table,
)
from spaser.sections.declared import never_changing
from spaser.sections.findings import Findings
from spaser.sections.goals import IMPOSED, answered, section_goals, written_value
from spaser.sections.publication.legal import HEADLINES, first_answer, noted
from spaser.sections.publication.retained import items, of_known

_CHARTED = ("clause_sociale", "marche_reserve", "clause_environnementale", "critere_environnemental")
_MOST_GOALS = 5
_LABELS = {
    "consideration_sociale": "Considération sociale",
    "consideration_environnementale": "Considération environnementale",
    "titulaire_esus": "Titulaire agréé ESUS",
    "titulaire_inclusif": "Structure inclusive",
}
_PARTIAL = french.typeset(
    "La part sur les renseignés est « non connue » où toutes les réponses connues sont les mêmes, et où aucune liste de titulaires ne prouve un non : une liste partielle ne prouve que des oui."
)


def sections(findings: Findings) -> tuple[Section, ...]:
    """The sections of the note; it quotes no footnote, the page carries them."""
    written = (_essentials(findings), _goals(findings), _rates(findings), _declared(findings), _next(findings))
    return tuple(section for section in written if section)


def _essentials(findings: Findings) -> Section:
    told = []
    known = [(code, m) for code in HEADLINES if (m := findings.one(code)) is not None and m.repondus]
    cards = [
        KeyFigure(
            f"{_LABELS[code]}, part des contrats", m.valeur, "part", noted(m, findings.one(code, unite="valeur")), m.bas, m.haut
        )
        for code, m in known
    ]  # fmt: skip
    unread = [_LABELS[code] for code in HEADLINES if (m := findings.one(code)) is None or not m.repondus]
    if unread:
        told.append(
            Sentence(
                french.sentence(
                    f"non renseigné, aucun titulaire reconnu dans une liste de fournisseurs donnée : {french.listing(name.lower().replace('esus', 'ESUS') for name in unread)}"
                )
            )
        )
    blocks: list = [Answer(Sentence(one.sentence.text)) for one in first_answer(findings)]
    blocks += [KeyFigures(tuple(cards))] if cards else []
    blocks += [Paragraph(tuple(told))] if told else []
    text = f"Définition « {findings.definition} » ; contrats comptés : {findings.population_label}. Un contrat muet n'est pas compté comme un non."
    if (same := never_changing(findings)) is not None:
        blocks.append(same)
    return Section(
        "essentiel",
        "L'essentiel",
        "Quelle part des achats est responsable ?",
        (*blocks, Callout("Comment lire", french.typeset(text))),
    )


def _declared(findings: Findings) -> Section | None:
    rows = findings.rows(*_CHARTED)
    if not rows.height:
        return None
    picture = charts.considerations(rows)
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    twin = table("note-declare-donnees", "Les données du graphique", picture.twin, columns)
    figure = Figure("note-declare", "Ce que les contrats déclarent, en nombre", picture, twin)
    return Section("declare", "Ce que disent les contrats", "Clause, critère ou réservation ?", (figure,))


def _rates(findings: Findings) -> Section | None:
    """The shares the law names, with both denominators, in number and in value."""
    lines = []
    for code in HEADLINES:
        for unit, name in (("nombre", "contrats"), ("valeur", "montants")):
            measure = findings.one(code, unite=unit)
            if measure is not None and measure.repondus:
                span = french.share_range(measure.bas, measure.haut)
                lines.append(
                    (
                        f"{_LABELS[code]}, {name}",
                        measure.valeur,
                        span if span.startswith("de ") else "",
                        of_known(asdict(measure)),
                        measure.couverture,
                    )
                )
    if not lines:
        return None
    columns = (
        Column("titre", "Indicateur"),
        Column("valeur", "Sur l'ensemble", "part"),
        Column("fourchette", "Au moins, au plus"),
        Column("renseignes", "Sur les renseignés"),
        Column("reponse", "Taux de réponse", "part"),
    )
    schema = {c.name: pl.Float64 if c.unit == "part" else pl.String for c in columns}
    shown = table(
        "note-taux",
        "Les taux que la loi demande, avec leurs deux dénominateurs",
        pl.DataFrame(lines, schema=schema, orient="row"),
        columns,
        _PARTIAL,
    )
    return Section("taux", "Les taux réels", "Sur combien de contrats, sur quels montants ?", (shown,))


def _goals(findings: Findings) -> Section | None:
    whole = section_goals(findings)
    rows = findings.extras.get("objectifs")
    if whole is None or rows is None:
        return None
    voted = rows.filter(pl.col("nature") == "voté")
    shown = voted if voted.height else rows.filter(pl.col("nature") != IMPOSED, pl.col("derniere").is_not_null())
    if not shown.height:
        return None
    lines = [
        (
            row["titre"],
            written_value(row["cible"], row),
            str(row["annee"]),
            "non renseigné"
            if row["derniere"] is None
            else f"{written_value(row['derniere'], row)} ({row['annee_derniere']})",
            french.capital(answered(row)),
        )
        for row in shown.head(_MOST_GOALS).to_dicts()
    ]
    columns = [
        Column(name, label)
        for name, label in (
            ("objectif", "Objectif"),
            ("cible", "Cible"),
            ("annee", "Échéance"),
            ("derniere", "Dernière année"),
            ("reponse", "Réponse"),
        )
    ]
    frame = pl.DataFrame(lines, schema={column.name: pl.String for column in columns}, orient="row")
    caption = (
        "Les objectifs votés"
        if voted.height
        else "Les cibles nationales, pour mémoire (aucun objectif voté n'est fourni)"
    )
    told = [block for block in whole.blocks[:1] if isinstance(block, Paragraph) and voted.height]
    return Section(
        "objectifs", "Les objectifs", "Seront-ils atteints ?", (*told, table("note-objectifs", caption, frame, columns))
    )


def _next(findings: Findings) -> Section:
    entered = findings.extras.get("saisis")
    given = set(entered.filter(pl.col("valeur").is_not_null())["indicateur"]) if entered is not None else set()
    lacking = [
        french.low(item["titre"])
        for item in items().values()
        if item["saisis"] and not given & set(item["saisis"]) and item["base"].startswith("CCP")
    ]
    said = [f"chiffres que l'acheteur n'a pas encore donnés : {' ; '.join(lacking)}"] if lacking else []
    said.append("le détail, la méthode et tous les chiffres sont publiés avec cette note")
    return Section(
        "suite",
        "Ce qui manque",
        "Que reste-t-il à réunir ?",
        (Paragraph(tuple(Sentence(french.sentence(text)) for text in said)),),
    )
