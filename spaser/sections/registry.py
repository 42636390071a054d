"""The sections of the diagnostic, once and in order: what each is called, the question it answers, what it reads, where it shows.

The report, the slides, the workbook, the comments of a mission and the widgets read this table. Adding a section is one entry
here, one function marked ``@written("its-key")``, and its test; a key or a table that is not known fails at import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import wraps
from typing import NamedTuple

from spaser import french
from spaser.deliverables.messages import Messages
from spaser.deliverables.report import Block, Figure, Section, Sentence, TableBlock
from spaser.sections.findings import Findings
from spaser.vocabulary.handed import declared

#: Where a section stands: the pages read first, the body, the annexes (a part and files of their own).
SUMMARY, BODY, ANNEX = "essentiel", "corps", "annexes"
FORMS = ("html", "pdf", "docx", "pptx", "xlsx")
_PAGES = ("html", "pdf", "docx", "xlsx")


class Entry(NamedTuple):
    """One section.

    ``reads``: the tables (``vocabulary.handed``) without which it says nothing; ``forms``: where it shows;
    ``place``: SUMMARY, BODY or ANNEX; ``lacking``: the code of what to give (``missing.LACKING``) when its tables are absent.
    """

    key: str
    title: str
    question: str
    place: str
    reads: tuple[str, ...] = ()
    forms: tuple[str, ...] = FORMS
    lacking: str = ""


ENTRIES: tuple[Entry, ...] = (
    Entry("essentiel", "L'essentiel", "Où en est-on, qu'est-ce qui ne va pas, que faire lundi ?", SUMMARY),
    Entry("plan", "Le plan d'actions", "Que faire, et quand commencer ?", SUMMARY),
    Entry("considerations", "Où nous en sommes", "Que déclarent les contrats ?", BODY),
    Entry("annees", "Année par année", "La part progresse-t-elle ?", BODY),
    Entry("familles", "Par famille d'achat", "Où les clauses sont-elles présentes, où manquent-elles ?", BODY, (), _PAGES),
    Entry("ecrit", "Ce que les textes disent", "Les textes disent-ils ce que les contrats déclarent ?", BODY, ("ecarts",), _PAGES),
    Entry("depenses", "Qui est payé", "Quelle part des achats payés va à l'ESS et aux structures inclusives ?", BODY,
          lacking="depenses"),
    Entry("impact", "L'impact des achats", "Que font travailler nos achats, et qu'est-ce qui reste à côté de nous ?", BODY,
          ("impact_totaux",), _PAGES, "depenses"),
    Entry("fournisseurs", "Qui remporte les contrats", "Combien de contrats vont à l'ESS et à l'insertion ?", BODY,
          ("acces_ess",), lacking="registres"),
    Entry("potentiel", "Ce que l'on pourrait acheter", "Que pourrait-on acheter à l'ESS, et à qui ?", BODY,
          ("besoins", "potentiel_familles"), lacking="registres"),
    Entry("calendrier", "Quand", "Qu'est-ce qui se termine, et quand s'y préparer ?", BODY, ("renouvellements",)),
    Entry("obligations", "Ce que la loi attend", "Les contrats sont-ils prêts pour ce que la loi demande ?", BODY),
    Entry("objectifs", "Ce que nous visons", "Les objectifs seront-ils atteints ?", BODY, ("objectifs",), lacking="cibles"),
    Entry("suites", "Ce qui a suivi", "Qu'est devenu ce qui était prévu, conseillé, rencontré ?", BODY, ("suites",), _PAGES),
    Entry("qualitatif", "Comment nous travaillons", "Où en est l'organisation ?", BODY,
          ("maturite", "maturite_actions", "maturite_grille"), lacking="questionnaire"),
    Entry("a-fournir", "Ce qui manque", "Que reste-t-il à fournir ?", BODY, ("manques",), _PAGES),
    Entry("plan-detail", "Le plan, en détail", "Sur quelles bases légales, et qu'a-t-on laissé de côté ?", ANNEX,
          ("plan_actions",), _PAGES),
    Entry("besoins", "Besoins et leviers", "Par où commencer, et sur quelle base légale ?", ANNEX,
          ("besoins", "candidats"), _PAGES),
    Entry("potentiel-detail", "Le potentiel ESS, famille par famille", "Que pourrait-on acheter à l'ESS, et à qui ?", ANNEX,
          ("besoins", "potentiel_familles"), _PAGES),
    Entry("corriger", "Contrats à corriger", "Quels contrats mériteraient une correction ?", ANNEX, (), _PAGES),
    Entry("ecrit-detail", "Déclaré et écrit", "Les textes disent-ils ce que les contrats déclarent ?", ANNEX, ("ecarts",), _PAGES),
    Entry("considerations-detail", "Les considérations déclarées", "Que déclarent les contrats ?", ANNEX, (), _PAGES),
    Entry("perimetre", "Les contrats mesurés", "Combien de contrats, sur quelles dates ?", ANNEX, (), _PAGES),
    Entry("populations", "Trois façons de compter", "Le résultat dépend-il des contrats retenus ?", ANNEX, (), _PAGES),
    Entry("pairs", "Parmi des acheteurs semblables", "Où se place l'acheteur ?", ANNEX, ("pairs",), _PAGES),
    Entry("fournisseurs-detail", "Fournisseurs de l'ESS et inclusifs", "Qui remporte les contrats ?", ANNEX,
          ("acces_ess",), _PAGES),
    Entry("depenses-detail", "Les dépenses", "Quelle part des achats payés va à l'ESS et aux structures inclusives ?", ANNEX,
          (), _PAGES),
    Entry("depenses-compte", "Le compte des dépenses", "Où est passé chaque euro, que reste-t-il à trancher ?", ANNEX,
          (), _PAGES),
    Entry("calendrier-detail", "Calendrier des renouvellements", "Qu'est-ce qui se termine, et quand s'y préparer ?", ANNEX,
          ("renouvellements",), _PAGES),
    Entry("objectifs-detail", "Les objectifs", "Où en est chaque objectif, chaque cible nationale ?", ANNEX, ("objectifs",), _PAGES),
    Entry("atteindre", "Atteindre les objectifs", "Quels renouvellements faut-il saisir ?", ANNEX,
          ("atteindre", "atteindre_plan"), _PAGES),
    Entry("qualitatif-detail", "Diagnostic qualitatif", "Où en est l'organisation ?", ANNEX,
          ("maturite", "maturite_actions", "maturite_grille"), _PAGES),
    Entry("scores", "Les scores", "Quels contrats sont les plus avancés, et pourquoi ?", ANNEX, (), _PAGES),
    Entry("obligations-detail", "Les obligations", "Les contrats sont-ils prêts pour ce que la loi demande ?", ANNEX, (), _PAGES),
    Entry("lecture", "Lecture des fichiers", "Qu'a-t-on lu, qu'a-t-on refusé ?", ANNEX, (), _PAGES),
    Entry("qualite", "Qualité des données", "Peut-on s'appuyer sur ces données ?", ANNEX, (), _PAGES),
    Entry("methode", "Sources et méthode", "D'où viennent ces chiffres ?", ANNEX, (), _PAGES),
    Entry("glossaire", "Les mots", "Que veulent dire les mots de ce rapport ?", ANNEX, (), _PAGES),
)  # fmt: skip
#: Keys of older missions whose section is now part of another: a comment written on them is still shown.
FORMER = {"actions": "plan"}

Told = tuple[Block, ...] | Section | None
Writer = Callable[[Findings], Section | None]
_COLON = f"{french.NBSP}: "
_KNOWN = {entry.key: entry for entry in ENTRIES}
_WRITERS: dict[str, Writer] = {}
for _entry in ENTRIES:
    for _name in _entry.reads:
        declared(_name)


def entry(key: str) -> Entry:
    """The entry of a section.

    Raises
    ------
    KeyError
        No section has that key; the closest is said.
    """
    if key not in _KNOWN:
        close = get_close_matches(key, _KNOWN, 1)
        raise KeyError(f"no section {key!r}" + (f"; did you mean {close[0]!r}?" if close else ""))
    return _KNOWN[key]


def keys(*places: str, form: str = "") -> tuple[str, ...]:
    """The keys in order: those of some places (all by default), that show in a form when one is named."""
    return tuple(one.key for one in ENTRIES if (not places or one.place in places) and (not form or form in one.forms))


def written(key: str, alone: str = "") -> Callable[[Callable[[Findings], Told]], Writer]:
    """Mark the function that writes a section: it returns its blocks, or None when it has nothing to say.

    What is marked returns a whole ``Section``, with the title, the question and the place of its entry; a function that
    must change its title returns the section itself. ``alone``: the key it has where it is shown by itself (a notebook, the
    report of another study), outside the diagnostic. Nothing is written when a table it reads was not handed over.
    """
    own = entry(key)
    if key in _WRITERS:
        raise KeyError(f"two functions write the section {key!r}")

    def mark(tell: Callable[[Findings], Told]) -> Writer:
        @wraps(tell)
        def whole(findings: Findings) -> Section | None:
            if any(findings.extras.get(name) is None for name in own.reads):
                return None
            said = tell(findings)
            if said is None or isinstance(said, Section):
                return said
            return Section(alone or own.key, own.title, own.question, said, BODY if alone else own.place)

        _WRITERS[key] = whole
        return whole

    return mark


def writers(*places: str) -> Iterator[Writer]:
    """The functions that write the sections, in order.

    Raises
    ------
    KeyError
        A section of the table has no function.
    """
    for key in keys(*places):
        if key not in _WRITERS:
            raise KeyError(f"nobody writes the section {key!r}")
        yield _WRITERS[key]


def section_of(key: str, findings: Findings) -> Section | None:
    """A section as the diagnostic has it, or None when it has nothing to say."""
    own, section = entry(key), _WRITERS[key](findings)
    return None if section is None else replace(section, id=own.key, place=own.place)


def report(findings: Findings) -> tuple[Section, ...]:
    """The sections of a diagnostic in order, without those that have nothing to say.

    What the body shows is not shown again in the annexes, and no supplier is named: equal treatment keeps names to working
    documents (sourcing sheets, workbook, notebooks).
    """
    known: set[str] = set()
    found = []
    for key in keys():
        section = section_of(key, findings)
        if section is None:
            continue
        blocks = _unnamed(tuple(block for block in section.blocks if getattr(block, "id", None) not in known))
        known |= {block.id for block in blocks if isinstance(block, Figure | TableBlock)}
        if blocks:
            found.append(replace(section, blocks=blocks))
    there = {section.id for section in found}
    return tuple(replace(one, blocks=tuple(_told(block, there) for block in one.blocks)) for one in found)


def _unnamed(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Tables without the columns that name suppliers; those whose lines are suppliers become one sentence, which says their sheets."""
    lists: dict[str, list[str]] = {}
    for block in blocks:
        if isinstance(block, TableBlock) and block.sheet:
            lists.setdefault(block.sheet, []).append(block.caption)
    told: list[Block] = []
    for block in blocks:
        if not isinstance(block, TableBlock):
            told.append(block)
        elif not block.sheet:
            kept = tuple(column for column in block.columns if not column.names)
            told.append(block if len(kept) == len(block.columns) else replace(block, columns=kept))
        elif lists:
            each = " ; ".join(f"{_gathered(captions)} : feuille « {sheet} »" for sheet, captions in lists.items())
            told.append(Sentence(french.sentence(f"{each} du classeur ; ce rapport ne nomme aucun fournisseur")))
            lists.clear()
    return tuple(told)


def _gathered(captions: list[str]) -> str:
    """What several captions say, the words by which they all begin once: « À rencontrer : propreté ; jardins »."""
    head, colon, _ = captions[0].partition(_COLON)
    if len(captions) < 2 or not all(one.startswith(head + colon) for one in captions):
        return " ; ".join(captions)
    return head + colon + " ; ".join(one.removeprefix(head + colon) for one in captions)


def _told(block: Block, there: set[str]) -> Block:
    """Messages that a section of this report bears out: the others are not said."""
    if not isinstance(block, Messages):
        return block
    return Messages(tuple(one for one in block.items if one.section in there))
