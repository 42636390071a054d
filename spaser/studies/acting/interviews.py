"""The qualitative diagnostic by interviews: a guide by role, a workbook to fill, several respondents merged, what was said quoted.

A role speaks, never a named person. Where two people disagree, both levels stay: the lower median is retained, the bounds are told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, maturity, rules
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Column, Paragraph, Report, Section, Sentence, TableBlock, table
from spaser.problems import Problems, closest
from spaser.sections import maturity as shown
from spaser.studies.acting import sheets
from spaser.text import fold

ANSWERS, SAID = "réponses", "constats"
kept = maturity.kept
#: Who answered a questionnaire kept in the mission, beside the people met.
ALONE = "questionnaire"
_MADE = "spaser entretiens"
_ANSWERS = {
    "role": ("role",),
    "repondant": ("repondant", "repondant fonction"),
    "question": ("code",),
    "niveau": ("niveau",),
    "remarque": ("remarque",),
}
_SAID = {
    "role": ("role",),
    "axe": ("axe",),
    "type": ("type",),
    "constat": ("constat",),
    "citation": ("citation",),
    "citable": ("peut etre cite oui non", "peut etre cite"),
}
_ANSWER_SCHEMA = {"role": pl.String, "repondant": pl.String, "question": pl.String, "niveau": pl.Int32}
_SAID_SCHEMA = dict.fromkeys(("role", "axe_libelle", "type", "constat", "citation"), pl.String)
_TO_FILL = (
    Column("role", "Rôle"),
    Column("repondant", "Répondant (fonction)"),
    Column("question", "Code"),
    Column("texte", "Question"),
    Column("niveaux", "Niveaux"),
    Column("niveau", "Niveau"),
    Column("remarque", "Remarque"),
)
_TO_WRITE = (
    Column("role", "Rôle"),
    Column("axe", "Axe"),
    Column("type", "Type"),
    Column("constat", "Constat"),
    Column("citation", "Citation"),
    Column("citable", "Peut être cité (oui, non)"),
)
_ASKED = (Column("texte", "Question"), Column("niveaux", "À situer"))


@dataclass(frozen=True, eq=False)
class Interviews:
    """What a workbook of interviews says.

    ``answers`` one row per person and question; ``merged`` one per question answered, with its bounds and who said what;
    ``said`` one per finding typed; ``profile`` and ``actions`` as those of a questionnaire.
    """

    name: str
    grid: dict[str, Any]
    answers: pl.DataFrame
    merged: pl.DataFrame
    said: pl.DataFrame
    profile: pl.DataFrame
    actions: pl.DataFrame


def guide(day: date, grid: dict[str, Any] | None = None) -> Report:
    """The guide by role: open questions, then the questions of the grid that this role answers, with their levels."""
    known = grid or maturity.grid()
    held = rules.toml("interviews.toml")
    asked = maturity.questions(known).collect()
    levels = pl.col("niveaux").list.eval(pl.format("{} : {}", pl.int_range(pl.len()), pl.element())).list.join(" / ")
    told = asked.with_columns(niveaux=levels)
    how = Paragraph(
        (
            Sentence(french.sentence(held["origin"].rstrip("."))),
            Sentence(
                french.typeset("Dites d'abord à quoi servira l'entretien, et que chacun est cité par sa fonction.")
            ),
            Sentence(
                french.typeset(
                    "Posez les questions ouvertes, puis situez ensemble chaque pratique : une question sans réponse reste sans réponse."
                )
            ),
        )
    )
    sections = [Section("conduire", "Conduire un entretien", "Comment s'y prendre ?", (how,))]
    for role in held["role"]:
        own = told.filter(pl.col("question").is_in(role["questions"]))
        questions: list[Block] = [Sentence(french.typeset(text)) for text in role["open"]]
        if own.height:
            questions.append(table(f"tab-{role['id']}", "Les pratiques à situer ensemble", own, _ASKED))
        asking = f"Que demander, en {role['minutes']} minutes ?"
        sections.append(Section(role["id"], role["label"], asking, tuple(questions)))
    return model.build(
        "Guide d'entretien",
        buyer="",
        as_of=day,
        ground=f"Établi le {french.long_date(day)}",
        sections=sections,
        subtitle="diagnostic qualitatif, rôle par rôle",
        annexes=_blank(told, held),
    )


def _blank(told: pl.DataFrame, held: dict[str, Any]) -> list[TableBlock]:
    """The two sheets to fill: a line per role and question, then lines for what was said."""
    void = [pl.lit(None, pl.String).alias(name) for name in ("repondant", "niveau", "remarque")]
    parts = [
        told.filter(pl.col("question").is_in(role["questions"])).select(
            pl.lit(role["label"]).alias("role"), "question", "texte", "niveaux"
        )
        for role in held["role"]
    ]
    rest = told.filter(~pl.col("question").is_in([name for role in held["role"] for name in role["questions"]]))
    parts.append(rest.select(pl.lit(held["role"][0]["label"]).alias("role"), "question", "texte", "niveaux"))
    lines = pl.concat(parts).with_columns(void)
    names = [column.name for column in _TO_WRITE]
    roles = [role["label"] for role in held["role"]]
    said = pl.DataFrame({"role": roles}, schema={"role": pl.String}).with_columns(
        pl.lit(None, pl.String).alias(name) for name in names[1:]
    )
    note = f"Type : {', '.join(held['kinds'])}. Axe : {', '.join(told['axe_libelle'].unique(maintain_order=True))}."
    again = "Une ligne par personne : recopiez la ligne pour un second répondant. Écrivez une fonction, jamais un nom."
    return [
        table(ANSWERS, "Réponses, à remplir", lines, _TO_FILL, french.typeset(again)),
        table(SAID, "Constats, à remplir", said, _TO_WRITE, french.typeset(note)),
    ]


@files.together
def write_guide(folder: Path | str, day: date) -> list[Path]:
    """Write guide-entretiens.docx and entretiens.xlsx, the workbook to fill."""
    made = guide(day)
    return [
        *delivery.write(made, folder, "guide-entretiens", "docx"),
        *delivery.write(made, folder, "entretiens", "xlsx"),
    ]


def study(
    book: Path | str, *, also: Mapping[str, int | None] | None = None, grid: dict[str, Any] | None = None
) -> Interviews:
    """What was answered and said, merged.

    Parameters
    ----------
    book
        The workbook of ``write_guide``, filled in.
    also
        The answers of a questionnaire: one more respondent.

    Raises
    ------
    Problem, Problems
        The workbook cannot be read; a role, a level, a question, an axis or a type is not known: all said together.
    """
    known, held = grid or maturity.grid(), rules.toml("interviews.toml")
    faults: list[str] = []
    roles = {fold(word): role["label"] for role in held["role"] for word in (role["id"], role["label"])}
    answers = _answers(book, known, roles, faults)
    said = _said(book, known, held, roles, faults)
    if faults:
        raise Problems(f"Le classeur {Path(book).name} est à corriger", faults)
    more = [
        {"role": ALONE, "repondant": ALONE, "question": name, "niveau": level}
        for name, level in (also or {}).items()
        if level is not None
    ]
    every = pl.concat([answers, pl.DataFrame(more, schema=_ANSWER_SCHEMA)])
    merged = maturity.merged(every.lazy())
    told = _told(merged.collect(), every, known, held["disagreement"])
    return Interviews(
        Path(book).name,
        known,
        every,
        told,
        said,
        maturity.profile(merged, known).collect(),
        maturity.actions(merged, known).collect(),
    )


def _answers(book: Path | str, grid: dict[str, Any], roles: dict[str, str], faults: list[str]) -> pl.DataFrame:
    known = {one["id"] for axis in grid["axis"] for one in axis["question"]}
    top, seen, rows = len(grid["levels"]) - 1, set(), []
    for line in sheets.filled(book, ANSWERS, _ANSWERS, anchor="Code", written_by=_MADE):
        if not line["niveau"]:
            continue
        where = f"feuille « {ANSWERS} », ligne {line['ligne']} : "
        found = re.match(r"^(\d{1,2})(?:[.,]0+)?(?!\d)", line["niveau"])
        level = int(found[1]) if found else None
        role = roles.get(fold(line["role"] or ""))
        who = line["repondant"] or role or ""
        if role is None:
            faults.append(f"{where}rôle inconnu « {(line['role'] or '')[:40]} »")
        if line["question"] not in known:
            faults.append(
                f"{where}question inconnue « {(line['question'] or '')[:40]} ». {closest(line['question'] or '', known)}"
            )
        if level is None or level > top:
            faults.append(f"{where}« {line['niveau'][:20]} » n'est pas un niveau de 0 à {top}")
        if (role, fold(who), line["question"]) in seen:
            faults.append(f"{where}« {who[:40]} » a déjà répondu à cette question")
        seen.add((role, fold(who), line["question"]))
        rows.append({"role": role, "repondant": who, "question": line["question"], "niveau": level})
    return pl.DataFrame(rows, schema=_ANSWER_SCHEMA)


def _said(
    book: Path | str, grid: dict[str, Any], held: dict[str, Any], roles: dict[str, str], faults: list[str]
) -> pl.DataFrame:
    """The findings typed; words that may not be quoted are kept out of every output."""
    axes = {
        fold(word): axis["label"]
        for axis in grid["axis"]
        for word in (axis["id"], axis["label"], axis.get("short", axis["label"]))
    }
    kinds, rows = {fold(kind): kind for kind in held["kinds"]}, []
    for line in sheets.filled(book, SAID, _SAID, anchor="Constat", written_by=_MADE):
        if not line["constat"] and not line["citation"]:
            continue
        where = f"feuille « {SAID} », ligne {line['ligne']} : "
        found = {
            "role": roles.get(fold(line["role"] or "")),
            "axe_libelle": axes.get(fold(line["axe"] or "")),
            "type": kinds.get(fold(line["type"] or "")),
        }
        for name, word, held_words in (("role", "rôle", roles), ("axe_libelle", "axe", axes), ("type", "type", kinds)):
            given = line[name.removesuffix("_libelle")] or ""
            if found[name] is None:
                told = f"inconnu « {given[:40]} »" if given else "absent"
                faults.append(f"{where}{word} {told} ; attendu : {', '.join(dict.fromkeys(held_words.values()))}")
        quoted = fold(line["citable"] or "") in ("oui", "o", "x")
        rows.append(found | {"constat": line["constat"], "citation": line["citation"] if quoted else None})
    order = {axis["label"]: rank for rank, axis in enumerate(grid["axis"])}
    return pl.DataFrame(rows, schema=_SAID_SCHEMA).sort(
        pl.col("axe_libelle").replace_strict(order, default=None), "type", maintain_order=True, nulls_last=True
    )


def _told(merged: pl.DataFrame, every: pl.DataFrame, grid: dict[str, Any], apart: int) -> pl.DataFrame:
    """Each question answered, in the order of the grid, with who said what and whether they agree."""
    said = every.group_by("question", maintain_order=True).agg(
        detail=pl.format("{} : {}", "repondant", "niveau").sort_by("niveau", "repondant").str.join(" ; ")
    )
    spread = pl.col("haut") - pl.col("bas")
    verdict = (
        pl.when(pl.col("repondants") == 1)
        .then(pl.lit("un seul avis"))
        .when(spread >= apart)
        .then(pl.lit("désaccord"))
        .when(spread > 0)
        .then(pl.lit("nuance"))
        .otherwise(pl.lit("accord"))
    )
    named = maturity.questions(grid).collect().select("rang", "question", "axe_libelle", "texte")
    return (
        named.join(merged, on="question", maintain_order="left")
        .join(said, on="question", maintain_order="left")
        .with_columns(accord=verdict)
        .sort("rang")
        .drop("rang")
    )


def findings(result: Interviews) -> dict[str, pl.DataFrame]:
    """The tables a diagnostic takes: profile, actions, who agrees, what was said."""
    grid = pl.DataFrame({"origine": [result.grid["origin"]], "niveaux": [result.grid["levels"]]})
    return {
        "maturite": result.profile,
        "maturite_actions": result.actions,
        "maturite_grille": grid,
        "maturite_avis": result.merged,
        "entretiens_constats": result.said,
    }


def report(result: Interviews, day: date) -> Report:
    """The profile, the disagreements to settle, what was said by axis, the actions."""
    people = result.answers.select("role", "repondant").unique().height
    opening = Sentence(french.typeset(summary(result).splitlines()[0]))
    blocks = shown.blocks(result.profile, result.actions, result.grid["levels"], result.grid["origin"])
    first = Section("profil", "Le profil", "Où en est l'organisation ?", (opening, *blocks))
    more = shown.interviews(result.merged, result.said)
    parts = [
        first,
        *(
            [
                Section(
                    "entretiens", "Ce que disent les entretiens", "Qui dit quoi, où est-on en désaccord ?", tuple(more)
                )
            ]
            if more
            else []
        ),
    ]
    return model.build(
        "Diagnostic qualitatif",
        buyer="",
        as_of=day,
        ground=f"Établi le {french.long_date(day)}",
        sections=parts,
        subtitle=f"{french.count(people, 'répondant')}, cités par leur fonction",
        annexes=shown.annexes(result.merged, result.said),
    )


def write(result: Interviews, folder: Path | str, day: date) -> list[Path]:
    """Write qualitatif.html, qualitatif.docx and qualitatif.xlsx, whole or not at all."""
    return delivery.write(report(result, day), folder, "qualitatif", "html", "docx", "xlsx")


def summary(result: Interviews) -> str:
    """Who answered, where they disagree, what was said."""
    people = result.answers.select("role", "repondant").unique().height
    asked = sum(len(axis["question"]) for axis in result.grid["axis"])
    lines = [
        french.sentence(
            f"{french.capital(french.count(people, 'répondant'))}, {french.count(result.merged.height, 'question', feminine=True)} sur {asked} avec une réponse"
        )
    ]
    apart = result.merged.filter(pl.col("accord") == "désaccord")
    lines.append(french.sentence(f"{french.capital(french.count(apart.height, 'désaccord'))} à trancher"))
    lines += [f"  {row['texte']} {row['detail']}" for row in apart.select("texte", "detail").to_dicts()]
    if result.said.height:
        counts = result.said["type"].value_counts(sort=False).sort("count", "type", descending=[True, False])
        kinds = ", ".join(f"{kind} ({n})" for kind, n in counts.rows())
        lines.append(french.sentence(f"{french.capital(french.count(result.said.height, 'constat'))} : {kinds}"))
    return french.typeset("\n".join(lines))
