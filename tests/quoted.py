"""An invented report of quoted passages, for the forms that show them."""

from __future__ import annotations

from datetime import date

from spaser.deliverables import report as model
from spaser.deliverables.report import Quote, Quotes, Report, Section, Sentence

PASSAGES = tuple(
    Quote(
        f"CCAP inventé, article {rank}, p. {rank}",
        (
            ("Avant le passage. " * 20, None),
            (f"réserve {rank} % des heures à l'insertion", "soc"),
            (" puis la suite.", None),
            ("sans clause verte", "niee"),
        ),
        (f"Clause d'insertion : {rank} %",),
    )
    for rank in range(1, 6)
)


def quoted_report() -> Report:
    """Five passages, one of them denied, in one section."""
    block = Quotes("citations-1", "5 passages en 5 extraits", PASSAGES, "Les 5 premiers.")
    section = Section("document-1", "Cahier des clauses inventé", "ccap.pdf", (Sentence("Cinq passages."), block))
    return model.build("Pièces lues", buyer="Ville d'Aubrelle (fictive)", as_of=date(2026, 10, 31), sections=[section])
