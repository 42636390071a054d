"""The forms of a report as its reader opens them: whose day the cover says, what a slide cuts, where the data of the charts stand."""

from __future__ import annotations

import io
from datetime import date

import docx
import polars as pl
import pytest
from pptx import Presentation
from test_report import built_report

from spaser.deliverables import report as model
from spaser.deliverables import slides, word
from spaser.deliverables.messages import Todo
from spaser.deliverables.report import Answer, Column, Figure, Paragraph, Section, Sentence, TableBlock

STOP = date(2025, 12, 24)


def built(*sections: Section, today: date | None = None) -> model.Report:
    return model.build("Essai", buyer="Ville inventée", as_of=STOP, sections=sections, today=today)


@pytest.mark.parametrize(
    ("today", "edition", "stopped"),
    [
        (None, "Édition de décembre 2025", "données arrêtées au 24 décembre 2025"),
        (STOP, "Établi le 24 décembre 2025", "données arrêtées au 24 décembre 2025"),
        (date(2025, 12, 25), "Établi le 25 décembre 2025", "24 décembre 2025, 1 jour plus tôt"),
        (date(2026, 11, 29), "Établi le 29 novembre 2026", "24 décembre 2025, 340 jours plus tôt"),
        (date(2026, 12, 24), "Établi le 24 décembre 2026", "24 décembre 2025, 365 jours plus tôt"),
        (date(2026, 12, 25), "Établi le 25 décembre 2026", "24 décembre 2025, 1 an plus tôt"),
        (date(2028, 5, 9), "Établi le 9 mai 2028", "24 décembre 2025, 2 ans et 4 mois plus tôt"),
        (date(2025, 12, 14), "Établi le 14 décembre 2025", "24 décembre 2025, 10 jours plus tard"),
    ],
)
def test_the_cover_says_the_day_of_making_and_apart_the_day_of_the_data(today, edition, stopped) -> None:
    report = built(today=today)
    assert report.edition.replace("\u00a0", " ") == edition
    line = report.cover[-1].replace("\u00a0", " ")
    assert line.startswith(f"{edition} – ") and line.endswith(stopped)


def slide_texts(report: model.Report) -> list[tuple[str, str]]:
    deck = Presentation(io.BytesIO(slides.render(report)))
    return [
        (
            "\n".join(shape.text_frame.text for shape in one.shapes if shape.has_text_frame),
            one.notes_slide.notes_text_frame.text if one.has_notes_slide else "",
        )
        for one in deck.slides
    ]


def test_a_line_that_a_slide_cuts_is_whole_in_the_speakers_notes() -> None:
    long = "Inscrire un critère environnemental inventé dans le modèle de règlement " + "de la consultation " * 3
    frame = pl.DataFrame({"action": [long, "Publier"], "sur": ["3 contrats", "2 contrats"]})
    plan = TableBlock("tab", "Le plan", frame, (Column("action", "Action"), Column("sur", "Sur quoi")))
    _, notes = slide_texts(built(Section("corriger", "Le plan", "Que faire ?", (plan, Todo(("Réunir le comité",))))))[1]
    assert long.strip() in notes and "Réunir le comité" in notes
    assert "Publier" not in notes


def one_sentence(key: str, text: str) -> Section:
    return Section(
        key, key.capitalize(), f"Question de {key} ?", (Answer(Sentence(text)), Paragraph((Sentence("La suite."),)))
    )


def test_a_section_alone_among_the_short_ones_says_all_it_has() -> None:
    alone = model.replace(built(one_sentence("fournisseurs", "Seule.")), committee=("fournisseurs",))
    told, _ = slide_texts(alone)[-1]
    assert "Seule." in told and "La suite." in told and "une phrase" not in told
    two = (one_sentence("fournisseurs", "Seule."), one_sentence("calendrier", "Autre."))
    told, _ = slide_texts(model.replace(built(*two), committee=("fournisseurs", "calendrier")))[-1]
    assert "Seule." in told and "Autre." in told and "La suite." not in told


def headings(content: bytes) -> list[str]:
    return [line.text for line in docx.Document(io.BytesIO(content)).paragraphs if line.style.name == "Heading 1"]


def test_the_data_of_the_charts_go_with_the_annexes_when_there_are_any() -> None:
    report = built_report()
    drawn = [block.twin for section in report.sections for block in section.blocks if isinstance(block, Figure)]
    assert drawn
    title = "Les données des graphiques"
    assert title in headings(word.render(report))
    assert title not in headings(word.render(report, data=False))
    apart = word.render(built(one_sentence("annexe", "Rien.")), more=drawn)
    assert title in headings(apart)
    assert title not in headings(word.render(built(one_sentence("annexe", "Rien."))))
    assert len(docx.Document(io.BytesIO(apart)).tables) == len(drawn)


def test_the_first_rows_of_a_table_stay_with_its_caption() -> None:
    frame = pl.DataFrame({"n": list(range(9))})
    table = TableBlock("tab", "Essai", frame, (Column("n", "Rang", "entier"),))
    grid = docx.Document(io.BytesIO(word.render(built(Section("corps", "Corps", "?", (table,)))))).tables[0]
    kept = [bool(row.cells[0].paragraphs[0].paragraph_format.keep_with_next) for row in grid.rows]
    assert kept == [True] * 4 + [False] * 6
