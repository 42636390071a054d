"""The texts handed over: each in its section to paste, what to check first, and the sheet of what to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Report, Section, Sentence, table
from spaser.studies.acting.drafting.compose import WARNING, Text, draft, silent
from spaser.studies.acting.drafting.filling import ROW
from spaser.studies.acting.drafting.need import Need
from spaser.studies.acting.drafting.regimes import dispense
from spaser.studies.acting.drafting.reserving import to_check

#: What a piece is called in full, when its short name does not say it.
_PLACES = {"Contrat": "le projet de contrat de concession"}


def report(needs: Sequence[tuple[Need, *tuple[str, ...]]], *, buyer: str = "", today: date | None = None) -> Report:
    """The document of the texts, lot by lot: each text in its section, headed by its piece; what to know is a sheet at the end."""
    held = rules.toml("clauses/articles.toml")
    texts = [(text, need, rank) for rank, (need, *asked) in enumerate(needs) for text in draft(need, *asked)]
    named = " ; ".join(dict.fromkeys(need.name for need, *_ in needs))
    alone = needs[0][0] if len(needs) == 1 else None
    bare = silent(*(lever for _, *asked in needs for lever in asked), need=alone)
    written = f"rédigé le {french.short_date(today)}" if today else ""
    version = f"code de la commande publique en vigueur au {french.short_date(held['version'])}"
    return model.build(
        f"Clauses à coller : {named}",
        buyer=buyer,
        as_of=held["version"],
        ground=f"Version du code au {french.long_date(held['version'])} (aucune donnée de marché)",
        sections=[
            _first(needs),
            *(section_of(*one) for one in texts),
            notes_of([(text, need) for text, need, _ in texts]),
        ],
        subtitle=french.typeset(" – ".join(filter(None, (written, version)))),
        notes=(
            *filter(None, [bare]),
            french.typeset(
                f"{WARNING} Articles du code de la commande publique : {rules.checked({'confidence': 'texte_lu_en_copie', 'version': held['version']})}."
            ),
        ),
    )


def _first(needs: Sequence[tuple[Need, *tuple[str, ...]]]) -> Section | None:
    """What heads the page: what must be checked before anything is pasted; nothing when nothing must be."""
    checked = [(need, told) for need, *asked in needs for told in to_check(need, *asked)]
    spared = [(need, told) for need, *_ in needs if (told := dispense(need))]
    if not checked and not spared:
        return None
    blocks = [
        Callout(french.typeset(need.of_lots or "Avant de coller"), french.typeset(told), "attention")
        for need, told in [*spared, *checked]
    ]
    question = "La loi permet-elle cette réservation ?" if checked else "Quel motif garder au dossier ?"
    return Section("a-verifier", "À vérifier avant de coller", question, tuple(blocks))


def section_of(text: Text, need: Need, rank: int) -> Section:
    """A text alone, as it will be pasted: what to know of it stands apart (``notes_of``)."""
    base = french.listing(text.articles)
    version = french.short_date(rules.toml("clauses/articles.toml")["version"])
    question = french.typeset(
        f"{french.capital(text.statut)}. À coller dans : {_PLACES.get(text.piece, text.piece)}. Fondement : CCP {base} (version en vigueur au {version}, lue dans une copie)."
    )
    return Section(
        f"{rank + 1}-{text.code}".replace("_", "-"),
        _heading(text, need),
        question,
        tuple(_blocks(text, rank)),
    )


def _blocks(text: Text, rank: int) -> list[Block]:
    """Its lines, the rows of hours by lot as one table."""
    lines = text.texte.split("\n")
    rows = [found for line in lines if (found := ROW.match(line))]
    blocks: list[Block] = []
    for line in lines:
        if not ROW.match(line):
            blocks.append(Paragraph((Sentence(line),)))
        elif line == rows[0][0]:
            hours = [{"Lot": f"Lot n° {row['lot']}", "Heures": row["hours"]} for row in rows]
            columns = (Column("Lot", "Lot"), Column("Heures", "Minimum d'insertion"))
            blocks.append(table(f"tab-heures-{rank + 1}", "Heures d'insertion par lot", pl.DataFrame(hours), columns))
    return blocks


def notes_of(texts: Sequence[tuple[Text, Need]]) -> Section:
    """The sheet that is not pasted: for each text, what to know and what is left to fill."""
    blocks: list[Block] = []
    for text, need in texts:
        blanks = f" À compléter : {', '.join(text.missing)}." if text.blanks else ""
        told = french.typeset(f"{text.a_savoir}{blanks}")
        blocks.append(Callout(f"{_heading(text, need)} ({text.statut})", told, "attention" if text.blanks else "info"))
    return Section("a-savoir", "À savoir avant de coller", "Feuille à ne pas coller dans les pièces.", tuple(blocks))


def _heading(text: Text, need: Need) -> str:
    lot = f"{need.of_lots} – " if need.of_lots else ""
    return french.typeset(f"{lot}{text.piece} – {text.titre}")


def write(
    needs: Sequence[tuple[Need, *tuple[str, ...]]], folder: Path | str, *, buyer: str = "", today: date | None = None
) -> list[Path]:
    """Write redaction.docx and redaction.html, each whole or not at all."""
    return delivery.write(report(needs, buyer=buyer, today=today), folder, "redaction", "docx", "html")
