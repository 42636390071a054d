"""The only model of a report: sections of sentences, key figures, figures and tables, each tied to its measures.

A form (``html``, ``excel``…) reads this model and computes nothing, so that no number can differ between two forms.
Adding to the report is writing one function ``section_xxx(findings) -> Section | None``; there is never a second writer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from spaser import french
from spaser.charts import Picture
from spaser.deliverables import columns
from spaser.deliverables.measured import Measured
from spaser.deliverables.messages import Messages, Todo
from spaser.text import harmless, harmless_expr
from spaser.vocabulary import LABELS, UNITS, Table
from spaser.vocabulary.spoken import worded

#: Units a column may have, and so its format in each form (amounts are in cents until the form is written).
#: The units that are figures, set to the right.
FIGURES = {"entier", "part", "centime", "somme", "point", "valeur"}
COLUMN_UNITS = ("texte", "identifiant", "entier", "part", "centime", "somme", "date", "oui_non", "point", "valeur")
MASK = "personne physique (masquée)"
#: Columns that name or identify a natural person when ``personne_physique`` is true.
_PERSONAL = tuple("nom enseigne sigle titulaire_nom titulaire_id titulaire_siren siren siret fournisseur".split())
#: Numbers that are names: never added up, never given a thousands separator.
_TEXTS = ("annee", "exercice", "position", "ligne", "rang")
#: The measures keep the codes of the open data: formulas of the workbook point to them, and their titles stand beside.
_AS_CODED = ("mesures",)
_IDENTIFIERS = ("uid", "id", "acheteur_id", "codeCPV", "source", "consultation", "siret", "siren", "titulaire_id")
#: Headers whose full label would not fit; elsewhere the label loses its last parenthesis.
_SHORT = {
    "montant": "Montant notifié HT (maximum pour les accords-cadres)",
    "position": "Rang",
    "incomplet": "Publication en cours",
    "montant_retenu": "Montant retenu",
    "petit_effectif": "Petit effectif",
    "uid": "Identifiant",
    "perimetre": "Périmètre",
    "dateNotification": "Notifié le",
    "score_couverture": "Part du score connue",
}


@dataclass(frozen=True)
class Sentence:
    """One sentence, written from the measures it carries."""

    text: str
    measures: tuple[Measured, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """Sentences that follow one another."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class KeyFigure:
    """A figure to be seen first: ``value`` in ``unit`` (entier, part, centime, texte), its bounds, and what it means."""

    label: str
    value: float | int | str | None
    unit: str
    note: str = ""
    low: float | None = None
    high: float | None = None
    kind: str = "neutre"
    measure: Measured | None = None


@dataclass(frozen=True)
class KeyFigures:
    """Key figures side by side."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table: name in the frame, French header, unit; ``total`` adds it up in the last line.

    ``formula`` writes the cell from others of its line in the forms that can (« {numerateur}/{denominateur} »); the
    frame holds the computed value all the same. ``extra``: the first to go where a page has no room. ``names``: it names suppliers.
    ``fill``: a person fills it, so it is printed even when every line says the same.
    """

    name: str
    label: str
    unit: str = "texte"
    total: bool = False
    formula: str = ""
    extra: bool = False
    names: bool = False
    fill: bool = False


@dataclass(frozen=True, eq=False)
class TableBlock:
    """A titled table: one line per row of ``frame``, shown with ``columns`` in that order.

    ``sheet``: its lines are suppliers by name, for working documents only; the sheet of the workbook that holds them.
    """

    id: str
    caption: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]
    note: str = ""
    sheet: str = ""

    def cells(self, limit: int | None = None) -> Iterator[list[str]]:
        """The lines as a person reads them."""
        units = [column.unit for column in self.columns]
        for row in self.frame.select(column.name for column in self.columns).head(limit or self.frame.height).rows():
            yield [french.value(raw, unit) for raw, unit in zip(row, units, strict=True)]

    def printed(self) -> TableBlock:
        """The same table for a page: six columns at most, what all its lines say alike and those without a single answer left out first; the
        note says them."""
        heads, extra = [c.label for c in self.columns], [c.extra for c in self.columns]
        silent = [self.frame[c.name].null_count() == self.frame.height for c in self.columns]
        spared = [c.total or c.fill or (silent[at] and c.unit != "oui_non") for at, c in enumerate(self.columns)]
        kept, told = columns.printed(heads, extra, silent, columns.alike(self.cells(), spared))
        note = " ".join(part for part in (self.note, told) if part)
        return replace(self, columns=tuple(self.columns[rank] for rank in kept), note=note)

    def totals(self) -> list[Any]:
        """The sum of each column that asks for one (None elsewhere, and where nothing is known); empty when none does."""
        if not any(column.total for column in self.columns):
            return []
        return [self.frame[c.name].sum() if c.total and self.frame[c.name].count() else None for c in self.columns]


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart with its alternative text (in ``picture``) and its table twin."""

    id: str
    caption: str
    picture: Picture
    twin: TableBlock


@dataclass(frozen=True)
class Callout:
    """Something to know before reading on. ``kind``: info or attention."""

    title: str
    text: str
    kind: str = "info"


@dataclass(frozen=True)
class Definitions:
    """Words and what they mean, in alphabetical order."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Quote:
    """An excerpt: where it stands, its text in parts (each with the kind of its mark, or None), and what each mark says."""

    where: str
    parts: tuple[tuple[str, str | None], ...]
    said: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Quotes:
    """Excerpts of texts with the words found in them marked; ``kind`` of a mark: env, soc, niee (denied)."""

    id: str
    caption: str
    items: tuple[Quote, ...]
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a section answers to its question, in one sentence."""

    sentence: Sentence


Block = (
    Answer | Messages | Todo | Sentence | Paragraph | KeyFigures | TableBlock | Figure | Callout | Definitions | Quotes
)


@dataclass(frozen=True, eq=False)
class Section:
    """One question and its answer. ``id`` is stable: links, sheets and snapshots rest on it.

    ``place``: « essentiel » (the pages read first), « corps », or « annexes » (a part of their own, and files of their own in print).
    """

    id: str
    title: str
    question: str
    blocks: tuple[Block, ...]
    place: str = "corps"


@dataclass(frozen=True)
class Source:
    """A file or list the figures come from."""

    name: str
    what: str = ""
    as_of: date | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Report:
    """A whole report. ``annexes`` are the full tables for the forms that carry rows (workbook, files).

    ``committee``: the sections that slides show, most important first; by default those that ``slides`` knows.
    ``client`` and ``author`` stand on the cover. ``one_page``: a sheet to hand over, on one page in print (no cover, no contents).
    ``ground``: what the day of the report is the day of, when it holds no data (the version of a text): it stands for « Données arrêtées ».
    """

    title: str
    subtitle: str
    buyer: str
    as_of: date
    sections: tuple[Section, ...]
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    annexes: tuple[TableBlock, ...] = ()
    logo: bytes = field(default=b"", repr=False)
    committee: tuple[str, ...] = ()
    client: str = ""
    author: str = ""
    today: date | None = None
    last: date | None = None
    one_page: bool = False
    ground: str = ""

    @property
    def closing(self) -> str:
        """« Données arrêtées au … », with the reader's day when it is known: every form prints it."""
        return french.typeset(self.ground or french.closing(self.as_of, self.today, last=self.last))

    @property
    def cover(self) -> tuple[str, ...]:
        """What the cover says below the title and the buyer."""
        client = f"Pour : {self.client}" if self.client and self.client != self.buyer else ""
        by = f"Établi par : {self.author}" if self.author else ""
        day = self.closing if self.ground else f"{self.edition} – {self._stopped}"
        return tuple(line for line in (french.capital(self.subtitle), client, by, day) if line)

    @property
    def edition(self) -> str:
        """« Établi le 29 novembre 2026 », the reader's day; when it is not known, « Édition de décembre 2025 », the month of the data."""
        if self.today is not None:
            return french.typeset(f"Établi le {french.long_date(self.today)}")
        month = french.long_date(self.as_of).split(maxsplit=1)[1]
        return f"Édition {french.of(month)}"

    @property
    def _stopped(self) -> str:
        """« données arrêtées au … », and how long before the reader's day."""
        told = f"données arrêtées au {french.long_date(self.as_of)}"
        if days := 0 if self.today is None else (self.today - self.as_of).days:
            told += f", {french.lapse(abs(days))} plus {'tôt' if days > 0 else 'tard'}"
        return f"{told} ; dernier contrat notifié le {french.long_date(self.last)}" if self.last else told

    def part(self, *places: str) -> Report:
        """The report with the sections of some places only."""
        return replace(self, sections=tuple(one for one in self.sections if one.place in places))

    def footnotes(self) -> dict[Measured, int]:
        """Every measure quoted, numbered in the order of reading: the same number in every form."""
        found: dict[Measured, int] = {}
        for section in self.sections:
            for block in section.blocks:
                for measure in _quoted(block):
                    found.setdefault(measure, len(found) + 1)
        return found


def build(
    title: str,
    *,
    buyer: str,
    as_of: date,
    sections: Iterable[Section | None],
    subtitle: str = "",
    sources: Sequence[Source] = (),
    notes: Sequence[str] = (),
    annexes: Iterable[TableBlock | None] = (),
    logo: bytes = b"",
    today: date | None = None,
    last: date | None = None,
    ground: str = "",
) -> Report:
    """A report from its sections; those that had nothing to say (None) are left out, in the order given.

    Raises
    ------
    ValueError
        Two sections or two tables share an identifier (a fault of the kit, not of the data).
    """
    kept = tuple(_harmless(section) for section in sections if section is not None)
    tables = tuple(_harmless(table) for table in annexes if table is not None)
    ids = [section.id for section in kept] + [block.id for s in kept for block in s.blocks if hasattr(block, "id")]
    for names in (ids, [table.id for table in tables]):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"identifiers used twice in the report: {twice}")
    made = Report(_harmless(title), _harmless(subtitle), _harmless(buyer), as_of, kept, annexes=tables, logo=logo)
    told = {"sources": _harmless(tuple(sources)), "notes": _harmless(tuple(notes))}
    return replace(made, **told, today=today, last=last, ground=ground)


def _harmless(found: Any) -> Any:
    """A text, a block or a section without what no one can see and a reader would obey (``text.harmless``); the same one when all is well.

    Names of buyers and suppliers, subjects of contracts and names of files reach every sentence of a report: this is the one
    place where all of them pass.
    """
    if isinstance(found, str):
        return found if (clean := harmless(found)) == found else clean
    if type(found) is tuple:
        parts = tuple(map(_harmless, found))
        return found if all(old is new for old, new in zip(found, parts, strict=True)) else parts
    if isinstance(found, pl.DataFrame):
        texts = [name for name, dtype in found.schema.items() if dtype == pl.String]
        return found.with_columns(harmless_expr(pl.col(name)) for name in texts) if texts else found
    if not is_dataclass(found) or isinstance(found, type):
        return found
    given = {one.name: getattr(found, one.name) for one in fields(found) if one.init}
    changed = {name: new for name, old in given.items() if (new := _harmless(old)) is not old}
    return replace(found, **changed) if changed else found


def table(
    id: str,
    caption: str,
    frame: pl.DataFrame,
    columns: Sequence[Column | str],
    note: str = "",
    of: Table | None = None,
) -> TableBlock:
    """A table block, natural persons masked; a column given by name takes its label and unit from the vocabulary, that of the table
    it is a part ``of`` before that of another table with a column of this name."""
    known = [column for column in columns if _name(column) in frame.columns]
    typed = tuple(column if isinstance(column, Column) else described(column, frame, of) for column in known)
    return TableBlock(id, caption, masked(frame) if id in _AS_CODED else worded(masked(frame)), typed, note)


def described(name: str, frame: pl.DataFrame, of: Table | None = None) -> Column:
    """The column as the vocabulary knows it: label, and unit guessed from the dtype where it says nothing."""
    own = {word.name: word.label for word in of.words} if of else {}
    dtype = frame.schema[name]
    unit = UNITS.get(name) if UNITS.get(name) in COLUMN_UNITS else ""
    if not unit:
        plain = "oui_non" if dtype == pl.Boolean else "date" if dtype == pl.Date else ""
        unit = plain or ("entier" if dtype.is_integer() else "valeur" if dtype.is_float() else "texte")
    label = _SHORT.get(name) if name not in own else None
    label = label or re.sub(r" \(.*\)$", "", own.get(name) or LABELS.get(name, name))
    return Column(name, label, "texte" if name in _TEXTS else "identifiant" if name in _IDENTIFIERS else unit)


def masked(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with names and identifiers of natural persons hidden (needs ``personne_physique``)."""
    if "personne_physique" not in frame.columns:
        return frame
    hide = [name for name in _PERSONAL if name in frame.columns]
    return frame.with_columns(
        pl.when(pl.col("personne_physique")).then(pl.lit(MASK)).otherwise(pl.col(name)).alias(name) for name in hide
    )


def _name(column: Column | str) -> str:
    return column.name if isinstance(column, Column) else column


def _quoted(block: Block) -> Iterator[Measured]:
    match block:
        case Answer():
            yield from block.sentence.measures
        case Sentence():
            yield from block.measures
        case Paragraph():
            yield from (measure for sentence in block.sentences for measure in sentence.measures)
        case KeyFigures():
            yield from (figure.measure for figure in block.figures if figure.measure)
