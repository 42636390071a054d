"""The plan in detail, with its legal bases and what it leaves out; and the words for what was not given."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Column, Sentence, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.summary.lines import in_plan

_PLAN = (
    Column("sourcing", "Commencer avant le", "date"),
    Column("retenu", "Dans les dix", "oui_non"),
    Column("levier_libelle", "Levier"),
    Column("levier_article", "Base légale"),
    Column("famille_libelle", "Famille"),
    Column("objets", "Sur quels besoins", extra=True),
    Column("contrats", "Contrats", "entier", extra=True),
    Column("autres_leviers", "Levier d'autres lots", extra=True),
    Column("levier_fournisseurs", "Peuvent y répondre (déjà repérés, sourçage ouvert à tous)", "entier", extra=True),
    Column("levier_population", "Qui est compté", extra=True),
    Column("potentiel", "À l'ESS ou à l'insertion, net par an", "somme"),
    Column("potentiel_haut", "Au plus, par an", "somme", extra=True),
    Column("sous_clause", "Sous clause d'insertion, par an", "somme"),
    Column("impact", "Heures d'insertion exigées"),
    Column("consultation", "Suite avant le", "date", extra=True),
    Column("difficulte", "Difficulté", extra=True),
    Column("responsable", "Qui", extra=True),
    Column("levier_verifier", "À vérifier avec l'acheteur"),
)
_LEFT = (
    Column("motif", "Motif"),
    Column("famille_libelle", "Famille"),
    Column("besoins", "Besoins", "entier"),
    Column("potentiel", "À l'ESS ou à l'insertion, net par an", "somme"),
    Column("sous_clause", "Sous clause d'insertion, par an", "somme"),
    Column("sourcing", "Commencer avant le", "date"),
    Column("consultation", "Suite avant le", "date"),
)
#: The amounts of a line: a lever that moves nothing of a kind shows nothing, not a zero.
_AMOUNTS = ("potentiel", "potentiel_haut", "sous_clause")
_FLOOR = french.typeset(
    "Le plancher d'une action, la durée minimale de préparation et le nombre de lignes sont des choix du kit, datés et motivés, que l'on peut déplacer."
)
_EQUAL = french.typeset(
    "Fournisseurs déjà repérés, sourçage ouvert à tous (R2111-1, R2111-2) : ce plan n'en nomme aucun. Une ligne par famille et par levier ; les lots d'une même consultation n'en font qu'une, celle du plus lourd ; une ligne commence avec le premier de ses besoins à préparer ; chaque famille a sa meilleure action avant qu'une autre en ait deux. Un devoir et un critère ne déplacent pas d'euros par eux-mêmes ; une clause est exécutée par qui l'emporte : ses euros ne s'ajoutent pas à ceux de l'ESS. Les heures d'une clause sont une théorie : montant annuel × part des heures (taux bas usuel de la famille, choix du kit) × heures par millier d'euros ; elles ne s'ajoutent ni aux heures faites, ni à celles achetées à une structure inclusive, et l'effet net n'est pas mesuré."
)
#: What may be lacking: code → what is not given, what it would add.
LACKING = {
    "registres": (
        "Des listes de fournisseurs de l'ESS et inclusifs",
        "qui remporte les contrats, le potentiel d'achat, les fournisseurs à rencontrer",
    ),
    "depenses": (
        "Le fichier de dépenses (mandats, grand livre)",
        "la part des achats réellement payés à l'ESS et aux structures inclusives",
    ),
    "questionnaire": (
        "Les réponses au questionnaire qualitatif",
        "le profil de l'organisation et les actions qui mènent au niveau suivant",
    ),
    "cibles": (
        "Les objectifs votés",
        "la trajectoire vers chaque objectif et les renouvellements à saisir",
    ),
}


@written("plan-detail", "plan")
def section_plan(findings: Findings) -> Told:
    """At most ten actions, in the order in which they begin; counts of suppliers, never their names."""
    rows, left = findings.extras.get("plan_actions"), findings.extras.get("plan_ecartes")
    if rows is None or not (rows.height or (left is not None and left.height)):
        return None
    held = {row["action_id"] for row in in_plan(findings)}
    said = [
        f"{french.count(rows.height, 'ligne', feminine=True)}, par date de début, dont {french.number(len(held))} dans les dix du plan "
        f"d'actions (les autres cèdent la place à ce que la loi ou une alerte demande) ; les montants sont nets : une capacité ne sert qu'une fois",
        *_told(rows, left),
    ]
    shown = rows.with_columns(
        *(pl.when(pl.col(name) > 0).then(name).alias(name) for name in _AMOUNTS),
        retenu=pl.col("action_id").is_in(list(held)),
    )
    blocks: list[Block] = [*(Sentence(french.sentence(text)) for text in said)]
    blocks += [table("tab-plan-detail", "Le plan, avec ses bases légales", shown, _PLAN, _EQUAL)] if rows.height else []
    if left is not None:
        blocks += _left_out(left)
    return tuple(blocks)


def _left_out(left: pl.DataFrame) -> list[Block]:
    """What the plan leaves with an amount, in a table; what moves no euro known, in a sentence: families, never « 0 € »."""
    priced = left.filter((pl.col("potentiel") > 0) | (pl.col("sous_clause") > 0))
    blocks: list[Block] = []
    if priced.height:
        title = "À garder en vue\u00a0: ce que le plan n'a pas retenu, et pourquoi"
        blocks.append(table("tab-plan-ecartes", title, priced, _LEFT, _FLOOR))
    rest = left.filter(pl.col("potentiel").is_null() & pl.col("sous_clause").is_null())
    if rest.height:
        names = rest["famille_libelle"].unique().sort().to_list()
        some = french.listing(map(french.low, names))
        blocks.append(
            Sentence(
                french.sentence(
                    f"{french.count(int(rest['besoins'].sum()), 'autre besoin')} sans euro compté à ce jour ({some}) : dans le classeur, feuille « besoins »"
                )
            )
        )
    return blocks


def _told(rows: pl.DataFrame, left: pl.DataFrame | None) -> list[str]:
    """What is late, what is due, and where every actionable need is."""
    said = []
    if late := int(rows["retard"].sum()):
        said.append(
            f"{french.count(late, 'ligne', feminine=True)} {'aurait' if late == 1 else 'auraient'} déjà dû commencer"
        )
    if rows.filter(pl.col("nature") == "devoir").height:
        said.append(
            "La clause sociale obligatoire y tient une ligne : c'est un devoir, pas un conseil ; elle nomme tous les besoins dont elle est le seul levier"
        )
    more = int(rows.filter(pl.col("nature") == "action")["dus"].sum())
    beyond = int(left["dus"].sum()) if left is not None else 0
    if more or beyond:
        told = [f"{french.count(more, 'besoin')} des autres lignes"] if more else []
        told += [f"{french.count(beyond, 'besoin')} hors du plan"] if beyond else []
        said.append(f"{french.listing(told)} {'la doit' if more + beyond == 1 else 'la doivent'} aussi, en tout cas")
    if left is not None:
        said.append(accounted(rows, left))
    return said


def accounted(rows: pl.DataFrame, left: pl.DataFrame) -> str:
    """Every actionable need: in the plan, to keep in sight, or only counted."""
    kept, seen = int(rows["besoins"].sum()), int(left["besoins"].sum())
    parts = [f"{french.number(kept)} au plan"] + [
        f"{french.number(count)} {reason}"
        for reason, count in left.group_by("motif", maintain_order=True).agg(pl.col("besoins").sum()).rows()
    ]
    return f"{french.count(kept + seen, 'besoin actionnable')}, tous comptés : {french.listing(parts)}"
