"""A set of documents proofread, handed over: what to mend first, everything, the texts to paste."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Callout, Column, Paragraph, Report, Section, Sentence, Source, table
from spaser.studies import clauses as dossier
from spaser.studies.acting import drafting
from spaser.studies.acting.proofreading.compose import Proof
from spaser.studies.acting.proofreading.reading import IN_ORDER, STATES
from spaser.studies.acting.tables import tables_of

_COLUMNS = (
    Column("consultation", "Consultation"),
    Column("lot", "Lot"),
    Column("controle", "Ce qui est vérifié"),
    Column("etat", "État"),
    Column("ou", "Où"),
    Column("constat", "Constat"),
    Column("fondement", "Fondement"),
    Column("texte", "Texte à coller"),
)


def findings(result: Proof) -> dict[str, pl.DataFrame]:
    """Its tables: every point checked, and the documents read."""
    return tables_of(result)


def report(result: Proof) -> Report:
    """What to mend first, then everything, then the texts to paste."""
    faults = _titled(result).filter(~pl.col("etat").is_in(IN_ORDER))
    told = f"{french.count(faults.height, 'point')} à reprendre, {french.count(result.rows.height - faults.height, 'point')} en ordre"
    note = (
        "Une pièce absente ou illisible ne prouve rien : « manque » veut dire « non lu dans ces pièces ». "
        "Depuis quand une obligation vaut : un avis envoyé le 21/08/2026, veille de son entrée en vigueur, est à faire trancher par le service juridique. "
        "« Contraire au texte » : un article l'interdit. « Bonne pratique » : aucun article lu ne le demande."
    )
    first = Section(
        "relecture",
        "Avant de publier",
        "Que faut-il reprendre, et où ?",
        (
            Paragraph((Sentence(french.sentence(told)),)),
            table("tab-relecture", "Points à reprendre", faults, _COLUMNS, french.typeset(note)),
            Callout("À valider", drafting.WARNING, "attention"),
        ),
    )
    texts = [drafting.section_of(text, drafting.Need(), rank) for rank, text in enumerate(result.texts)]
    notes = drafting.notes_of([(text, drafting.Need()) for text in result.texts]) if result.texts else None
    day = result.documents.select(pl.col("modifie").max()).item()
    return model.build(
        "Relecture des pièces",
        buyer="",
        as_of=day or date.min,
        sections=[first, *texts, notes],
        subtitle="ce que disent, oublient ou contredisent les pièces",
        sources=[Source(row["document"], row["genre_libelle"] or "") for row in result.documents.to_dicts()],
        ground=dossier.ground(day),
        annexes=[table("relecture", "Tous les points vérifiés", _titled(result), _COLUMNS)],
    )


def _titled(result: Proof) -> pl.DataFrame:
    """The rows, the worst state first, with each text to paste under its title, as a reader knows it."""
    rank = pl.col("etat").replace_strict({state: rank for rank, state in enumerate(STATES)}, return_dtype=pl.Int8)
    return result.rows.sort(rank, maintain_order=True).with_columns(
        pl.col("texte").replace({text.code: text.titre for text in result.texts})
    )


def write(result: Proof, folder: Path | str) -> list[Path]:
    """Write relecture.html, relecture.docx and relecture.xlsx, each whole or not at all."""
    return delivery.write(report(result), folder, "relecture", "html", "docx", "xlsx")


def summary(result: Proof) -> str:
    """What the terminal says: per consultation and lot, each check with its state."""
    lines: list[str] = []
    for name, lot in result.rows.select("consultation", "lot").unique(maintain_order=True).iter_rows():
        lines += ["", f"{name}, {lot}"][not lines :]
        for row in _titled(result).filter(consultation=name, lot=lot).to_dicts():
            paste = f" → texte « {row['texte']} »" if row["texte"] and row["etat"] not in IN_ORDER else ""
            at = f" ({row['ou']})" if row["ou"] else ""
            lines.append(f"  [{row['etat']}] {row['controle']} : {row['constat']}{at}{paste}")
    return "\n".join(lines)
