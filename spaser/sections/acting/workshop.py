"""The slides of a half-day workshop: each has one message, its exercise, its material and its minutes; every figure is the buyer's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import polars as pl

from spaser import french
from spaser.deliverables.report import (
    Answer,
    Block,
    Column,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections.declared.considerations import CODES, named
from spaser.sections.findings import Findings
from spaser.sections.obligations_buyer import spaser_rule, spaser_standing
from spaser.sections.shown import brief

_MOST, _EACH_SIDE, _LONG, _LETTERS = 6, 3, 90, "ABCD"
#: Where somebody writes.
_BLANK = "…" * 6
_FAMILIES = (
    Column("modalite", "Famille d'achat"),
    Column("numerateur", "Oui", "entier"),
    Column("denominateur", "Sur", "entier"),
    Column("valeur", "Part", "part"),
)
_ANSWERS = (
    Column("nom", "Considération"),
    Column("numerateur", "Oui", "entier"),
    Column("non", "Non", "entier"),
    Column("tus", "Sans réponse", "entier"),
)
_EXAMPLES = (
    ("« Performances en matière d'environnement : 15 % »", "un critère : il note les offres"),
    (
        "« Le titulaire réserve 300 heures à des personnes éloignées de l'emploi »",
        "une clause : elle oblige à l'exécution",
    ),
    ("« Lot réservé aux ESAT et aux entreprises adaptées »", "une réservation : elle limite qui peut répondre"),
    ("« Le candidat précise ses actions en faveur de l'insertion »", "ni l'un ni l'autre : rien n'est noté ni dû"),
)


class Asked(NamedTuple):
    """A question as it is played: its rank, what is asked, the choices, the answer, why."""

    rank: int
    code: str
    text: str
    choices: tuple[str, ...]
    right: str
    why: str


class Step(NamedTuple):
    """A step of the half day: minutes, name, how it is led, what is needed."""

    minutes: int
    name: str
    how: str
    material: str


def hour(minutes: int) -> str:
    """« 0 h 15 », from the start."""
    at = timedelta(minutes=minutes)
    return f"{at.seconds // 3600} h {at.seconds // 60 % 60:02d}"


def programme(steps: Sequence[Step]) -> TableBlock:
    """The half day minute by minute, with what each step needs."""
    rows, start = [], 0
    for one in steps:
        texts = [french.typeset(text) for text in (hour(start), one.name, one.how, one.material)]
        rows.append((texts[0], one.minutes, *texts[1:]))
        start += one.minutes
    frame = pl.DataFrame(rows, schema=["debut", "duree", "etape", "comment", "materiel"], orient="row")
    columns = (Column("debut", "Après"), Column("duree", "Minutes", "entier"), Column("etape", "Étape"))
    more = (Column("comment", "Comment s'y prendre"), Column("materiel", "Matériel"))
    note = french.typeset(f"En tout : {hour(start)}, pause comprise.")
    return table("tab-deroule", "Le déroulé", frame, (*columns, *more), note)


def opened(steps: Sequence[Step]) -> Section:
    """The slide of the programme."""
    total = sum(one.minutes for one in steps)
    answer = f"en {hour(total)}, nous lisons nos chiffres, nous choisissons un levier pour six marchés, nous décidons trois choses"
    blocks: tuple[Block, ...] = (Answer(Sentence(french.sentence(answer))), programme(steps))
    return Section("deroule", "La demi-journée", "Que faire, et combien de temps ?", blocks)


def question(asked: Asked, start: int, minutes: int) -> Section:
    """A question, its choices to vote on, and how it is played; never its answer."""
    cards = tuple(
        KeyFigure(
            french.typeset(f"Choix {letter}"), french.typeset(choice), "texte", french.typeset(f"Voix : {_BLANK}")
        )
        for letter, choice in zip(_LETTERS, asked.choices, strict=False)
    )
    told = (
        f"à {hour(start)}, {french.count(minutes, 'minute', feminine=True)} : une minute seul, une minute à deux, puis le vote à main levée et la réponse",
        "exercice : chacun écrit sa lettre avant de lever la main ; on note les voix, on ne corrige personne",
        "matériel : cette diapositive, une feuille et un stylo par personne",
    )
    blocks = (Answer(Sentence(french.typeset(asked.text))), KeyFigures(cards), Paragraph(_sentences(told)))
    return Section(
        f"question-{asked.rank}", french.typeset(f"Question {asked.rank}"), french.typeset(asked.text), blocks
    )


def answer(asked: Asked, found: Findings) -> Section:
    """The answer, its reason, and what bears it out in the buyer's own contracts."""
    blocks: list[Block] = [Answer(Sentence(french.sentence(asked.right))), Paragraph(_sentences((asked.why,)))]
    if (proof := evidence(asked, found)) is not None:
        blocks.append(proof)
    return Section(
        f"reponse-{asked.rank}", french.typeset(f"Réponse {asked.rank}"), french.typeset(asked.text), tuple(blocks)
    )


def evidence(asked: Asked, found: Findings) -> TableBlock | None:
    """The lines of the buyer's own data that bear the answer out; nothing where they would say nothing."""
    id = f"tab-preuve-{asked.rank}"
    if asked.code in ("clause_sociale", "clause_environnementale"):
        return _by_family(id, asked.code, found)
    if asked.code == "marche_reserve":
        return _reserved(id, found)
    if asked.code == "fins":
        return _ends(id, found)
    if asked.code == "silence":
        rows = named(found.rows(*CODES)).with_columns(
            non=pl.col("repondus") - pl.col("numerateur"), tus=pl.col("denominateur") - pl.col("repondus")
        )
        return table(id, "Ce que répondent nos contrats", rows, _ANSWERS) if rows.height else None
    if asked.code == "critere":
        frame = pl.DataFrame(
            [tuple(map(french.typeset, one)) for one in _EXAMPLES], schema=["texte", "quoi"], orient="row"
        )
        return table(id, "Quatre textes", frame, (Column("texte", "Ce qui est écrit"), Column("quoi", "Ce que c'est")))
    return (spaser_standing(found) or spaser_rule(found.day)) if asked.code == "seuil" else None


def _by_family(id: str, code: str, found: Findings) -> TableBlock | None:
    """The families with the highest and the lowest shares, among those with ten contracts at least."""
    rows = found.rows(code, dimension="famille").filter(pl.col("denominateur") >= 10, pl.col("repondus") > 0)
    ranked = rows.sort("valeur", "denominateur", "modalite", descending=[True, True, False])
    kept = ranked if ranked.height <= _MOST else pl.concat([ranked.head(_EACH_SIDE), ranked.tail(_EACH_SIDE)])
    title = "Les familles où la part est la plus haute, puis la plus basse"
    return (
        table(id, title if ranked.height > _MOST else "Famille par famille", kept, _FAMILIES) if kept.height else None
    )


def _reserved(id: str, found: Findings) -> TableBlock | None:
    if "marche_reserve" not in found.counted.columns:
        return None
    known = found.counted.filter("marche_reserve").sort("dateNotification", "uid", descending=[True, False])
    rows = known.unique("objet", keep="first", maintain_order=True).head(_MOST)
    columns = ("objet", Column("famille_libelle", "Famille d'achat"), "dateNotification")
    return table(id, "Ceux qui le sont, les derniers d'abord", brief(rows, _LONG), columns) if rows.height else None


def _ends(id: str, found: Findings) -> TableBlock | None:
    ends = found.extras.get("renouvellements")
    if ends is None or not (soon := ends.filter(pl.col("trimestre").is_not_null())).height:
        return None
    rows = soon.group_by("trimestre").agg(
        pl.len().cast(pl.Int64).alias("contrats"), pl.col("urgence").fill_null(False).sum().alias("tard")
    )
    columns = (
        Column("trimestre", "Trimestre"),
        Column("contrats", "Contrats qui se terminent", "entier"),
        Column("tard", "Préparation en retard", "entier"),
    )
    return table(id, "Trimestre par trimestre", rows.sort("trimestre").head(_MOST), columns)


def texts(found: Findings, start: int, minutes: int) -> Section | None:
    """Subjects of the buyer's own contracts to read together, what each declares left to be found."""
    known = [
        code
        for code in ("marche_reserve", "clause_sociale", "clause_environnementale")
        if code in found.counted.columns
    ]
    own = found.counted.sort("uid")
    picked = [own.filter(pl.col(code)).unique("objet", keep="first", maintain_order=True).head(2) for code in known]
    rows = (
        pl.concat(picked).unique("objet", keep="first", maintain_order=True).head(_MOST) if picked else pl.DataFrame()
    )
    if not rows.height:
        return None
    shown = brief(rows, _LONG).with_columns(lu=pl.lit(_BLANK), declare=pl.lit(_BLANK))
    columns = (
        "objet",
        Column("lu", "Ce que dit le texte", fill=True),
        Column("declare", "Ce qui est déclaré", fill=True),
    )
    told = (
        f"à {hour(start)}, {french.count(minutes, 'minute', feminine=True)} : lire chaque objet à deux, dire ce qu'il porte, puis ouvrir la fiche du contrat",
        "exercice : clause, critère ou réservation ? Et la case publiée dit-elle la même chose ?",
    )
    blocks = (Paragraph(_sentences(told)), table("tab-textes", "Nos propres marchés", shown, columns))
    return Section("textes", "Clause, critère, réservation", "Que dit le texte, et qu'avons-nous déclaré ?", blocks)


def shared(cases: pl.DataFrame, start: int, minutes: int) -> Section | None:
    """What each group says aloud."""
    if not cases.height:
        return None
    blank = [pl.lit(_BLANK).alias(name) for name in ("frein", "suite")]
    columns = ("objet", Column("levier", "Levier choisi", fill=True), Column("frein", "Ce qui l'empêche", fill=True), Column("suite", "Premier pas", fill=True))  # fmt: skip
    told = (
        f"à {hour(start)}, {french.count(minutes, 'minute', feminine=True)} : cinq par groupe ; l'animateur écrit, la salle ajoute ce qui manque",
    )
    rows = brief(cases, _LONG).with_columns(*blank)
    return Section("commun", "Mise en commun", "Qu'a choisi chaque groupe ?", (Paragraph(_sentences(told)), table("tab-commun", "Ce que disent les groupes", rows, columns)))  # fmt: skip


def decided(start: int, minutes: int) -> Section:
    """Three decisions, each with somebody and a day: the only thing that leaves the room."""
    names = ("Ce que l'on fait", "Qui (une fonction)", "Avant le", "Comment on saura que c'est fait")
    frame = pl.DataFrame({"rang": ["1", "2", "3"], **{name: pl.Series([_BLANK * 2] * 3) for name in names}})
    told = (
        f"à {hour(start)}, {french.count(minutes, 'minute', feminine=True)} : une proposition par groupe, la salle en garde trois",
    )
    columns = (Column("rang", "Décision"), *(Column(name, name, fill=True) for name in names))
    return Section("decisions", "Ce qu'on décide", "Quelles trois décisions, par qui, pour quand ?", (Paragraph(_sentences(told)), table("tab-decisions", "Trois décisions", frame, columns)))  # fmt: skip


def _sentences(texts: Sequence[str]) -> tuple[Sentence, ...]:
    return tuple(Sentence(french.sentence(text)) for text in texts)
