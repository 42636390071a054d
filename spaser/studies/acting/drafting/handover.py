"""The texts handed over: each in its section to paste, what to check first, and the sheet of what to know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from spaser import french, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Paragraph, Report, Section, Sentence
from spaser.studies.acting.drafting.compose import WARNING, Text, draft, silent
from spaser.studies.acting.drafting.need import Need
from spaser.studies.acting.drafting.reserving import to_check


def report(needs: Sequence[tuple[Need, *tuple[str, ...]]], *, buyer: str = "", today: date | None = None) -> Report:
    """The document of the texts, lot by lot: each text in its section, headed by its piece; what to know is a sheet at the end."""
    held = rules.toml("clauses/articles.toml")
    texts = [(text, need, rank) for rank, (need, *asked) in enumerate(needs) for text in draft(need, *asked)]
    named = " ; ".join(dict.fromkeys(need.name for need, *_ in needs))
    bare = silent(*(lever for _, *asked in needs for lever in asked))
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
    found = [(need, told) for need, *asked in needs for told in to_check(need, *asked)]
    if not found:
        return None
    blocks = [
        Callout(
            french.typeset(f"Lot n° {need.lot}" if need.lot else "Avant de coller"), french.typeset(told), "attention"
        )
        for need, told in found
    ]
    return Section("a-verifier", "À vérifier avant de coller", "La loi permet-elle cette réservation ?", tuple(blocks))


def section_of(text: Text, need: Need, rank: int) -> Section:
    """A text alone, as it will be pasted: what to know of it stands apart (``notes_of``)."""
    base = french.listing(text.articles)
    version = french.short_date(rules.toml("clauses/articles.toml")["version"])
    question = french.typeset(
        f"{french.capital(text.statut)}. À coller dans : {text.piece}. Fondement : CCP {base} (version en vigueur au {version}, lue dans une copie)."
    )
    return Section(
        f"{rank + 1}-{text.code}".replace("_", "-"),
        _heading(text, need),
        question,
        tuple(Paragraph((Sentence(line),)) for line in text.texte.split("\n")),
    )


def notes_of(texts: Sequence[tuple[Text, Need]]) -> Section:
    """The sheet that is not pasted: for each text, what to know and what is left to fill."""
    blocks: list[Block] = []
    for text, need in texts:
        blanks = f" À compléter : {', '.join(text.missing)}." if text.blanks else ""
        told = french.typeset(f"{text.a_savoir}{blanks}")
        blocks.append(Callout(f"{_heading(text, need)} ({text.statut})", told, "attention" if text.blanks else "info"))
    return Section("a-savoir", "À savoir avant de coller", "Feuille à ne pas coller dans les pièces.", tuple(blocks))


def _heading(text: Text, need: Need) -> str:
    lot = f"Lot n° {need.lot} – " if need.lot else ""
    return french.typeset(f"{lot}{text.piece} – {text.titre}")


def write(
    needs: Sequence[tuple[Need, *tuple[str, ...]]], folder: Path | str, *, buyer: str = "", today: date | None = None
) -> list[Path]:
    """Write redaction.docx and redaction.html, each whole or not at all."""
    return delivery.write(report(needs, buyer=buyer, today=today), folder, "redaction", "docx", "html")
