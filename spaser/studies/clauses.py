"""A folder of tender documents → what it says of social and environmental considerations, each with its quote, article and page.

Composition, as ``diagnostic`` is for contracts: documents are read, detection reads them, the deliverables show.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import detection, french
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Source
from spaser.sections import clauses as sections_clauses
from spaser.sources import documents
from spaser.sources.documents import Documents, Limits, Progress

#: Passages under this confidence are leads: shown in the workbook, never counted.
COUNTED = detection.COUNTED
#: However many documents, the terminal shows this many findings of each.
_FEWEST_SHOWN = 3


@dataclass(frozen=True, eq=False)
class Clauses:
    """What a set of documents says.

    Attributes
    ----------
    documents
        Texts, files and refusals (`documents.read_documents`).
    passages
        PASSAGES with `document`, `genre` (RC, CCAP…), `titre` and `ou` (« CCAP, article 14.2, p. 9 »), in the order of reading.
    """

    documents: Documents
    passages: pl.DataFrame

    @property
    def explicit(self) -> pl.DataFrame:
        """The passages counted: explicit and sure enough."""
        return self.passages.filter((pl.col("niveau") == 2) & (pl.col("confiance") >= COUNTED))

    @property
    def to_review(self) -> pl.DataFrame:
        """The passages worth reading again, and why, the most useful first."""
        return detection.to_review(self.passages.lazy(), COUNTED).collect()


def clauses(
    paths: str | Path | Sequence[str | Path],
    *,
    lexicon: str | Path | None = None,
    limits: Limits | None = None,
    progress: Progress = None,
) -> Clauses:
    """Read tender documents and find the considerations they state.

    Parameters
    ----------
    paths
        Files, folders, patterns or zip archives: PDF, DOCX, ODT, HTML, Markdown, text.
    lexicon
        A lexicon of the user's own; by default the bundled one.
    limits
        Bounds of the reading of one file.

    Raises
    ------
    Problem
        No document can be read at all.
    """
    read = documents.read_documents(paths, limits=limits, progress=progress)
    passages = detection.detect(read.texts.lazy().select("texte_id", "champ", "page", "article", "texte"), lexicon)
    about = read.texts.lazy().select("texte_id", "document", "genre", "titre", rang=pl.int_range(pl.len()))
    joined = (
        passages.join(about, on="texte_id", maintain_order="left_right")
        .with_columns(ou=_where())
        .sort("rang", "debut", "fin", "regle")
        .drop("rang")
    )
    return Clauses(read, joined.collect())


#: The face that every study has.
study = clauses


def _where() -> pl.Expr:
    """« CCAP, article 14.2, p. 9 », the name of the file where its kind is unknown or shared by several."""
    alone = pl.col("document").n_unique().over("genre") == 1
    kind = (
        pl.when(alone & pl.col("genre").is_not_null())
        .then(pl.col("genre").replace("CADRE_REPONSE", "cadre de réponse"))
        .otherwise("document")
    )
    annex = pl.col("article").str.starts_with("annexe")
    article = pl.when(annex).then(pl.col("article")).otherwise(pl.format("article {}", "article"))
    return pl.concat_str(kind, article, pl.format("p.\u00a0{}", "page"), separator=", ", ignore_nulls=True)


def findings(result: Clauses) -> dict[str, pl.DataFrame]:
    """Its tables: files read and left out, passages found, those to be read by a person, what was refused."""
    return {
        "documents": result.documents.files,
        "passages": result.passages,
        "a_relire": result.to_review,
        "rejets": result.documents.rejects,
    }


def ground(day: object) -> str:
    """What the day of documents is: that of their files, never a day at which data stop."""
    if not isinstance(day, date):
        return "Pièces lues : leurs fichiers ne portent pas de date"
    return f"Pièces lues : dernier fichier modifié le {french.long_date(day)}"


def report(result: Clauses) -> Report:
    """The report of the documents, for every form; its date is that of the latest file."""
    day = result.documents.files["modifie"].max()
    sections = sections_clauses.sections(result.documents.files, result.documents.texts, result.passages, COUNTED)
    sources = [
        Source(row["document"], row["genre_libelle"] or row["format"] or "non lu")
        for row in result.documents.files.to_dicts()
    ]
    return model.build(
        "Ce que disent les pièces du marché",
        buyer="",
        as_of=day if isinstance(day, date) else date.min,
        sections=sections,
        sources=sources,
        subtitle="considérations sociales et environnementales trouvées, citées et situées",
        ground=ground(day),
        annexes=sections_clauses.annexes(
            result.documents.files, result.passages, result.documents.rejects, result.to_review
        ),
    )


@files.together
def write(result: Clauses, folder: Path | str) -> list[Path]:
    """Write clauses.html (quotes highlighted), clauses.docx, clauses.xlsx and clauses.json, each whole or not at all."""
    target = Path(folder)
    whole = report(result)
    return [
        *delivery.write(whole, target, "clauses", "html", "docx", "xlsx"),
        files.deliver(target / "clauses.json", _json(result)),
    ]


def _json(result: Clauses) -> bytes:
    content = {"fichiers": result.documents.files.to_dicts(), "passages": result.passages.to_dicts()}
    return json.dumps(content, ensure_ascii=False, indent=1, default=str).encode("utf-8")


def summary(result: Clauses, most: int = 40) -> str:
    """What the terminal says: each file and its account, then the explicit considerations of each document with their quotes."""
    lines = ["Lecture"] + [_file_line(row) for row in result.documents.files.to_dicts()]
    found = result.explicit
    lines += ["", french.sentence(f"{french.count(found.height, 'considération explicite', feminine=True)}")]
    documents = found["document"].unique(maintain_order=True).to_list()
    for name in documents:
        lines += _found_lines(
            name, found.filter(pl.col("document") == name), max(_FEWEST_SHOWN, most // len(documents))
        )
    denied = result.passages.filter((pl.col("niveau") == 0) & (pl.col("confiance") >= COUNTED)).height
    if denied:
        lines += [
            "",
            french.sentence(f"{french.count(denied, 'passage')} {'nie' if denied < 2 else 'nient'} une considération"),
        ]
    return "\n".join(lines)


def _found_lines(name: str, found: pl.DataFrame, most: int) -> list[str]:
    """The findings of one document in the order of its text; those beyond ``most`` are counted."""
    rows = sections_clauses.condensed(found)
    lines = ["", f"{name} : {french.count(found.height, 'considération explicite', feminine=True)}"]
    for row in rows[:most]:
        place = ", ".join(
            part for part in (_article(row["article"]), f"p.\u00a0{row['page']}" if row["page"] else "") if part
        )
        lines.append(f"  {place + ' : ' if place else ''}{sections_clauses.quoted(row)}")
    if len(rows) > most:
        lines.append(f"  … et {french.count(len(rows) - most, 'autre')}, dans les fichiers écrits")
    return lines


def _article(number: str | None) -> str:
    return (number if number.startswith("annexe") else f"article {number}") if number else ""


def _file_line(row: dict[str, Any]) -> str:
    if row["statut"] == "refuse":
        return f"  {row['document']} : non lu. {row['message']}"
    kind = row["genre"] or "lu, sans que l'on sache de quelle pièce il s'agit"
    pages = f", {french.count(row['pages'], 'page')}" if row["pages"] else ""
    note = f". {row['message']}" if row["message"] else ""
    return f"  {row['document']} : {kind}, {row['format']}{pages}{note}"
