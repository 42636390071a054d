"""A half-day workshop to run as is, on the buyer's own figures: slides, a quiz with its answers apart, cases to work on.

Every figure comes from the diagnostic; a question whose answer the data do not tell is left out, never guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, rules
from spaser.deliverables import delivery, files, slides
from spaser.deliverables import report as model
from spaser.deliverables.report import Column, Measured, Paragraph, Report, Section, Sentence, table
from spaser.sections.acting import workshop
from spaser.sections.acting.workshop import Asked, Step
from spaser.sections.findings import Findings
from spaser.sections.shown import brief
from spaser.studies.diagnostic import Diagnostic, handover

#: Renewals laid before the groups.
CASES = 6
#: What is done, and for how long (minutes): a half day with its break.
_PROGRAMME = (
    Step(
        15,
        "Accueil",
        "Dire à quoi servira la demi-journée, et que personne n'est noté.",
        "une feuille et un stylo par personne",
    ),
    Step(
        45,
        "Lire nos chiffres",
        "Projeter chaque question, laisser une minute, faire voter à main levée, donner la réponse et sa raison.",
        "les diapositives, un tableau pour compter les voix",
    ),
    Step(
        30,
        "Clause, critère, réservation",
        "Reprendre des textes de vos marchés : que dit chacun, et que déclare-t-on ?",
        "les objets projetés, les fiches des contrats",
    ),
    Step(15, "Pause", "", ""),
    Step(
        60,
        "Atelier sur nos marchés",
        "Groupes de trois ou quatre : chacun prend deux marchés de la liste et remplit la fiche.",
        "une fiche par marché, à imprimer du document",
    ),
    Step(
        30,
        "Mise en commun",
        "Chaque groupe dit un marché, le levier choisi, ce qui l'empêche, qui s'en charge, pour quand.",
        "le tableau projeté, rempli en direct",
    ),
    Step(
        15,
        "Ce qu'on décide",
        "Écrire trois décisions, chacune avec un nom de fonction et une date.",
        "la dernière diapositive, à garder",
    ),
)
_READ, _TEXTS, _SHARED, _DECIDED = (_PROGRAMME[rank].name for rank in (1, 2, 5, 6))
_CASES = (
    Column("objet", "Marché"),
    Column("famille_libelle", "Famille"),
    Column("trimestre", "Se termine"),
    Column("levier", "Levier choisi", fill=True),
    Column("obstacle", "Ce qui l'empêche", fill=True),
    Column("qui", "Qui, pour quand", fill=True),
)


@dataclass(frozen=True)
class Question:
    """``right`` is one of ``choices``; ``why`` is said with the answer."""

    code: str
    text: str
    choices: tuple[str, ...]
    right: str
    why: str


@dataclass(frozen=True, eq=False)
class Workshop:
    """``questions`` in the order they are asked; ``cases`` the renewals to work on."""

    buyer: str
    as_of: date
    questions: tuple[Question, ...]
    cases: pl.DataFrame
    found: Findings
    demo: bool = False


def study(result: Diagnostic) -> Workshop:
    """The workshop of a buyer, from its diagnostic."""
    asked = [*_figures(result), *_rules(result.day)]
    told = handover.findings(result)
    return Workshop(result.scope, result.as_of, tuple(asked), _cases(result), told, result.base.demo)


def _figures(result: Diagnostic) -> list[Question]:
    """The questions whose answer is a figure of this buyer."""
    found, asked = handover.findings(result), []
    for code, words in (
        ("clause_sociale", "une clause sociale"),
        ("clause_environnementale", "une clause environnementale"),
    ):
        measure = found.one(code)
        if (
            measure is not None
            and measure.valeur is not None
            and measure.numerateur is not None
            and measure.denominateur
        ):
            choices = _shares(measure.valeur, measure.valeur_repondus, measure.haut)
            why = f"{french.count(measure.numerateur, 'contrat', none=False)} sur {french.number(measure.denominateur)}. {_answered(measure)}"
            asked.append(
                Question(
                    code,
                    f"Quelle part de nos contrats déclare {words} ?",
                    choices,
                    french.share(measure.valeur, 0),
                    why,
                )
            )
    reserved = found.one("marche_reserve")
    if reserved is not None and reserved.numerateur is not None and reserved.denominateur:
        n = int(reserved.numerateur)
        why = f"Sur {french.number(reserved.denominateur)} contrats. Réserver, c'est limiter l'accès à des structures du handicap ou de l'insertion, à des détenus qui travaillent ou, pour certains services seulement, à l'économie sociale et solidaire."
        asked.append(
            Question(
                "marche_reserve", "Combien de nos contrats sont déclarés réservés ?", _near(n), french.number(n), why
            )
        )
    ending = result.extras.get("renouvellements")
    if ending is not None:
        n = int(ending["trimestre"].is_not_null().sum())
        why = "C'est le moment où un levier peut encore être choisi : la liste est dans l'atelier qui suit."
        asked.append(
            Question(
                "fins", "Combien de nos contrats se terminent dans les trois ans ?", _near(n), french.number(n), why
            )
        )
    return asked


def _rules(day: date) -> list[Question]:
    """What the law asks, at the reader's day."""
    asked = []
    threshold = rules.value("spaser_threshold", day)
    if threshold:
        n = int(threshold) // 1_000_000
        choices = tuple(f"{french.number(one)} M€" for one in (n // 2, n, 2 * n))
        why = "Dépenses de l'année civile, hors taxe, marchés du livre V à part (L2111-3, D2111-3)."
        asked.append(
            Question(
                "seuil",
                "Au-delà de quel montant annuel d'achats un SPASER est-il dû ?",
                choices,
                f"{french.number(n)} M€",
                why,
            )
        )
    silent = "L'absence de réponse n'est pas une réponse : elle est comptée à part."
    asked.append(
        Question(
            "silence",
            "Un contrat qui ne dit rien d'une clause : que compte-t-on ?",
            ("non", "oui", "inconnu"),
            "inconnu",
            silent,
        )
    )
    grade = "Une pondération note les offres ; une clause oblige le titulaire à l'exécution."
    asked.append(
        Question(
            "critere",
            "« Performances en matière d'environnement : 15 % », c'est…",
            ("une clause", "un critère", "une réservation"),
            "un critère",
            grade,
        )
    )
    return asked


def _answered(measure: Measured) -> str:
    """The share of those that answer, when it differs from that of all."""
    part = measure.valeur_repondus
    if part is not None and french.share(part, 0) == french.share(measure.valeur or 0.0, 0):
        return "Tous, ou presque, sont renseignés : la part des seuls renseignés est la même."
    return f"Sur les seuls contrats renseignés : {french.share(part, 0) if part is not None else 'inconnu'}. Dites toujours laquelle vous donnez."


def _cases(result: Diagnostic) -> pl.DataFrame:
    """The renewals worth an hour of talk; what the groups write is blank.

    Only those that there is time to prepare; first those of a year or more, of an amount worth it, of a family that the ESS sells; one of each family before
    a second, the nearest ends first.
    """
    ending = result.extras.get("renouvellements")
    void = [pl.lit("…" * 6).alias(name) for name in ("levier", "obstacle", "qui")]
    if ending is None:
        return pl.DataFrame(schema={column.name: pl.String for column in _CASES})
    plan = (result.base.method or rules.method())["plan"]
    sold = rules.table("families.csv").filter(pl.col("offre_ess").is_in(["forte", "moyenne"]))["famille"].to_list()
    worth = pl.col("montant_annuel").is_null() | (pl.col("montant_annuel") >= plan["plancher"]["value"] * 100)
    ready = pl.col("echeance").dt.offset_by(f"-{plan['preparation_minimale']['value']}mo") >= pl.lit(result.day)
    once = ending.filter(pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False) & ready)
    rows = (
        once.with_columns(_bon=worth & (pl.col("dureeMois") >= 12) & pl.col("famille").is_in(sold).fill_null(False))
        .sort("trimestre", "uid")
        .unique("objet", keep="first", maintain_order=True)
        .with_columns(_nieme=pl.int_range(pl.len()).over("famille", "_bon"))
        .sort(~pl.col("_bon"), "_nieme", "trimestre", "uid")
        .head(CASES)
        .sort("trimestre", "uid")
    )
    return rows.select("objet", "famille_libelle", "trimestre", "uid").with_columns(*void)


def findings(result: Workshop) -> dict[str, pl.DataFrame]:
    """The questions and their answers, and the cases."""
    rows = [(one.code, one.text, " / ".join(one.choices), one.right, one.why) for one in result.questions]
    names = ["code", "question", "choix", "reponse", "raison"]
    return {"questions": pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row"), "cas": result.cases}


def report(result: Workshop) -> Report:
    """The facilitator's document: the half day step by step, the questions, the cases, then the answers apart."""
    asked = [_asked(rank, one) for rank, one in enumerate(result.questions, 1)]
    answers = [
        Sentence(french.typeset(f"{rank}. {one.right}. {one.why}")) for rank, one in enumerate(result.questions, 1)
    ]
    sections = [
        Section("deroule", "La demi-journée", "Que faire, et combien de temps ?", (workshop.programme(_PROGRAMME),)),
        *asked,
        _work(result),
        Section("reponses", "Les réponses", "Pour l'animateur : à ne pas distribuer", (Paragraph(tuple(answers)),)),
    ]
    return _made(result, sections)


def deck(result: Workshop) -> Report:
    """What is projected: the programme, each question then its answer on the slide after it, the texts, the cases, what is shared and decided."""
    sections: list[Section | None] = [workshop.opened(_PROGRAMME)]
    starts = {one.name: sum(step.minutes for step in _PROGRAMME[:rank]) for rank, one in enumerate(_PROGRAMME)}
    lasts = {one.name: one.minutes for one in _PROGRAMME}
    each = lasts[_READ] // max(len(result.questions), 1)
    for rank, one in enumerate(result.questions):
        asked = Asked(rank + 1, one.code, one.text, one.choices, one.right, one.why)
        sections.append(workshop.question(asked, starts[_READ] + rank * each, each))
        sections.append(workshop.answer(asked, result.found))
    sections += [
        workshop.texts(result.found, starts[_TEXTS], lasts[_TEXTS]),
        _work(result),
        workshop.shared(result.cases, starts[_SHARED], lasts[_SHARED]),
        workshop.decided(starts[_DECIDED], lasts[_DECIDED]),
    ]
    return _made(result, sections)


def _made(result: Workshop, sections: Sequence[Section | None]) -> Report:
    return model.build(
        "Atelier achat responsable",
        today=result.found.today,
        buyer=result.buyer,
        as_of=result.as_of,
        subtitle="une demi-journée sur nos propres chiffres",
        sections=sections,
        notes=("Démonstration : acheteurs et contrats sont inventés.",) if result.demo else (),
    )


def _asked(rank: int, one: Question) -> Section:
    said = tuple(Sentence(french.typeset(choice)) for choice in one.choices)
    return Section(
        f"question-{rank}",
        french.typeset(f"Question {rank}"),
        french.typeset(one.text),
        (Paragraph(said),),
    )


def _work(result: Workshop) -> Section | None:
    """The renewals that groups take, with what they write."""
    if not result.cases.height:
        return None
    told = Sentence(
        french.typeset("Pour chaque marché : quel levier, qu'est-ce qui l'empêche, qui s'en charge et pour quand ?")
    )
    rows = brief(result.cases, 90)
    return Section(
        "atelier",
        "Atelier sur nos marchés",
        "Quel levier pour les prochains ?",
        (told, table("tab-cas", "Nos prochains renouvellements", rows, _CASES)),
    )


@files.together
def write(result: Workshop, folder: Path | str) -> list[Path]:
    """Write atelier.docx (the facilitator's, with answers) and atelier.pptx (what is projected)."""
    return [
        *delivery.write(report(result), folder, "atelier", "docx"),
        slides.write(deck(result), Path(folder) / "atelier.pptx", each=True),
    ]


def summary(result: Workshop) -> str:
    """What the terminal says."""
    own = [one for one in result.questions if one.code not in ("seuil", "silence", "critere")]
    return french.sentence(
        f"Atelier d'une demi-journée : {french.count(len(result.questions), 'question')}, dont {french.number(len(own))} sur vos chiffres ; "
        f"{french.count(result.cases.height, 'marché')} à travailler en groupes"
    )


def _shares(*parts: float | None) -> tuple[str, ...]:
    """Different shares to choose from, in order; two more where the data give a single one."""
    known = {french.share(part, 0): part for part in parts if part is not None}
    for away in (0.15, 0.3, -0.15, -0.3):
        other = parts[0] + away if parts[0] is not None else None
        if len(known) < 3 and other is not None and 0 <= other <= 1:
            known.setdefault(french.share(other, 0), other)
    return tuple(sorted(known, key=lambda word: known[word]))


def _near(number: int) -> tuple[str, ...]:
    """Three numbers to choose from, the right one among them."""
    return tuple(french.number(one) for one in around(number))


def around(number: int) -> list[int]:
    """Three different numbers in order, the right one first, in the middle or last as the number itself decides: never always the same."""
    low, middle = number // 4, number // 2
    if number < 4:
        return [number, number * 2 + 1, number * 3 + 2]
    choices = ([number, number * 2 + 1, number * 3 + 2], [middle, number, number * 2 + 1], [low, middle, number])
    return list(choices[number % 3])
