"""The qualitative diagnostic: the profile that the answers give, and what leads each practice to its next level.

It reads ``maturite`` (MATURITY_PROFILE), ``maturite_actions`` (MATURITY_ACTIONS) and ``maturite_grille`` (``origine``,
``niveaux``) from ``findings.extras``, and says nothing when nobody answered. Where people were met, ``maturite_avis`` says who
agrees and ``entretiens_constats`` what was said, quoted by role.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from spaser import charts, french
from spaser.deliverables.report import Block, Column, Figure, Paragraph, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written

STEPS = (
    Column("axe_libelle", "Axe"),
    Column("constat", "Aujourd'hui"),
    Column("action", "Pour passer au niveau suivant"),
)
#: Where several people answered, what each said of a practice.
VIEWS = (
    Column("axe_libelle", "Axe"),
    Column("texte", "Pratique"),
    Column("niveau", "Niveau retenu", "entier"),
    Column("bas", "Au moins", "entier"),
    Column("haut", "Au plus", "entier"),
    Column("accord", "Accord"),
    Column("detail", "Qui dit quoi"),
)
#: What was said in interviews, typed; a person speaks by the role held.
SAID = (
    Column("axe_libelle", "Axe"),
    Column("type", "Type"),
    Column("constat", "Constat"),
    Column("citation", "Citation"),
    Column("role", "Qui parle"),
)
_MOST = 10


def blocks(
    profile: pl.DataFrame, actions: pl.DataFrame, levels: Sequence[str], origin: str, most: int | None = None
) -> list[Block]:
    """Where the grid comes from, the profile, then the actions, lowest levels first."""
    picture = charts.profile(profile, levels)
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    twin = table("fig-maturite-donnees", "Les données du profil", picture.twin, columns)
    found: list[Block] = [
        Sentence(french.typeset(origin)),
        Figure("fig-maturite", "Niveau de chaque axe", picture, twin),
    ]
    if actions.height:
        left = actions.height - (most or actions.height)
        note = f"Les {most} premières ; {french.count(left, 'autre')} dans le classeur." if most and left > 0 else ""
        found.append(
            table(
                "tab-actions",
                "Les actions conseillées",
                actions.head(most or actions.height),
                STEPS,
                french.typeset(note),
            )
        )
    return found


@written("qualitatif-detail", "qualitatif")
def section_maturity(findings: Findings) -> Told:
    """The profile of the answers and the first actions; None when the questionnaire was not answered."""
    profile, actions, grid = (findings.extras.get(name) for name in ("maturite", "maturite_actions", "maturite_grille"))
    if profile is None or actions is None or grid is None or not profile["repondues"].sum():
        return None
    shown = blocks(profile, actions, grid["niveaux"][0].to_list(), grid["origine"][0], _MOST)
    told = Paragraph(_told(profile, grid["niveaux"].list.len()[0] - 1))
    return told, *shown, *interviews(findings.extras.get("maturite_avis"), findings.extras.get("entretiens_constats"))


def interviews(views: pl.DataFrame | None, said: pl.DataFrame | None, most: int | None = None) -> list[Block]:
    """Where people disagree, then what they said; nothing when nobody was met."""
    found: list[Block] = []
    if views is not None and (views["repondants"] > 1).any():
        apart = views.filter(pl.col("accord") == "désaccord")
        told = f"{french.capital(french.count(apart.height, 'pratique', feminine=True))} où les avis divergent de deux niveaux ou plus : à trancher ensemble. Le niveau retenu est la médiane des avis, la plus basse de deux."
        found.append(Sentence(french.typeset(told)))
        if apart.height:
            found.append(table("tab-desaccords", "Les désaccords à trancher", apart.head(most or apart.height), VIEWS))
    if said is not None and said.height:
        note = "Une fonction parle, jamais une personne nommée ; seul ce qui peut être cité l'est."
        found.append(
            table(
                "tab-constats-entretiens",
                "Ce qui a été dit",
                said.head(most or said.height),
                SAID,
                french.typeset(note),
            )
        )
    return found


def annexes(views: pl.DataFrame | None, said: pl.DataFrame | None) -> tuple[TableBlock, ...]:
    """Every answer and every finding of the interviews, for the workbook."""
    found = []
    if views is not None and views.height:
        found.append(table("avis par pratique", "Les avis, pratique par pratique", views, VIEWS))
    if said is not None and said.height:
        found.append(table("constats des entretiens", "Les constats des entretiens", said, SAID))
    return tuple(found)


def annex(findings: Findings) -> TableBlock | None:
    """Every action, for the workbook."""
    actions = findings.extras.get("maturite_actions")
    return (
        None
        if actions is None or not actions.height
        else table("actions conseillées", "Les actions conseillées", actions, STEPS)
    )


def _told(profile: pl.DataFrame, top: int) -> tuple[Sentence, ...]:
    """How much was answered, and which axes stand highest and lowest."""
    known = profile.filter(pl.col("niveau").is_not_null()).sort("niveau", maintain_order=True)
    said, asked = int(profile["repondues"].sum()), int(profile["questions"].sum())
    verb = "a" if said == 1 else "ont"
    told = [f"{french.count(said, 'question', feminine=True)} sur {french.number(asked)} {verb} une réponse"]
    if known.height > 1 and known["niveau"][0] < known["niveau"][-1]:
        for level, word in ((known["niveau"][-1], "le plus avancé"), (known["niveau"][0], "le moins avancé")):
            names = [f"« {name} »" for name in known.filter(pl.col("niveau") == level)["axe_libelle"]]
            one = f"l'axe {word} est {names[0]}"
            several = (
                f"les axes {word.replace('le ', 'les ').replace('avancé', 'avancés')} sont {french.listing(names)}"
            )
            told.append(f"{one if len(names) == 1 else several} ({french.number(level, 1)} sur {top})")
    return tuple(Sentence(french.sentence(text)) for text in told)
