"""The PDF says what the report says, for those who read it and those who hear it."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pypdf
import pytest
from test_report import built_report

from spaser import french
from spaser.deliverables import pdf
from spaser.deliverables import report as model
from spaser.deliverables.columns import MOST_COLUMNS
from spaser.deliverables.messages import Message, Messages, Todo
from spaser.deliverables.report import Answer, Callout, Column, Figure, Section, Sentence, TableBlock


@pytest.fixture(scope="module")
def report() -> model.Report:
    lines = pl.DataFrame(
        {"famille": [f"Famille inventée {n}" for n in range(60)], "contrats": list(range(60)), "part": [0.125] * 60}
    )
    columns = (
        Column("famille", "Famille"),
        Column("contrats", "Contrats", "entier", total=True),
        Column("part", "Part", "part"),
    )
    blocks = (
        Sentence("Douze contrats sur 1 200 le déclarent."),
        Callout("Attention", "Rien n'est [#sûr] * _ici_."),
        TableBlock("familles", "Par famille", lines, columns),
    )
    section = Section("essai", "Une section d'essai", "Que sait-on ?", blocks)
    return model.build(
        "Rapport inventé",
        buyer="Ville d'Aubrelle (fictive)",
        as_of=date(2026, 10, 31),
        sections=[section],
        notes=["Démonstration."],
    )


@pytest.fixture(scope="module")
def read(report) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.render(report)))


def test_the_same_report_gives_the_same_bytes(report):
    assert pdf.render(report) == pdf.render(report)


def test_titles_sentences_and_figures_are_text_not_pictures(read):
    text = " ".join(" ".join(page.extract_text() for page in read.pages).split())
    for part in ("Rapport inventé", "Une section d'essai", "Que sait-on ?", "Famille inventée 12", "Total", "1 770"):
        assert part.replace(" ", "") in text.replace(" ", "").replace(french.THIN, "").replace(french.NBSP, "")


def test_markup_in_the_data_is_shown_as_written(read):
    text = "".join(page.extract_text() for page in read.pages)
    assert "[#sûr] * _ici_" in text


def test_a_long_table_says_where_its_other_lines_are(read):
    text = " ".join("".join(page.extract_text() for page in read.pages).split())
    assert "Et 20 autres lignes, dans le classeur" in text
    assert "Famille inventée 45" not in text


def test_the_document_is_tagged_titled_and_in_french(read):
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("fr")
    assert "Rapport inventé" in read.metadata.title


def test_the_contents_lead_to_the_sections(read):
    assert [entry["/Title"] for entry in read.outline if isinstance(entry, dict)][0].endswith("Une section d'essai")


def _built(blocks, notes=()) -> model.Report:
    section = Section("essai", "Une section d'essai", "Que sait-on ?", tuple(blocks))
    return model.build("Rapport inventé", buyer="", as_of=date(2026, 10, 31), sections=[section], notes=notes)


def _pages(built: model.Report) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(pdf.render(built))).pages]


@pytest.mark.parametrize("filled", range(33, 39))
def test_a_caption_never_stays_alone_at_the_foot_of_a_page(filled):
    lines = TableBlock(
        "suite",
        "Le tableau qui suit",
        pl.DataFrame({"mot": ["premier inventé", "second inventé"]}),
        (Column("mot", "Mot"),),
    )
    pages = _pages(_built([*(Sentence(f"Phrase inventée {n}.") for n in range(filled)), lines]))
    held = next(page for page in pages if "Le tableau qui suit" in page)
    assert "premier inventé" in held


def test_a_table_too_wide_stands_on_a_page_on_its_side_with_the_heading_it_opens():
    columns = tuple(Column(f"c{rank}", f"Colonne inventée {rank}") for rank in range(MOST_COLUMNS))
    whole = french.THIN.join(["999"] * 9) + french.NBSP + "€"  # never cut
    frame = pl.DataFrame({column.name: [whole] * 3 for column in columns})
    read = pypdf.PdfReader(
        io.BytesIO(pdf.render(_built([TableBlock("large", "Large", frame, columns), Sentence("Après le tableau.")])))
    )
    turned = [page.mediabox.width > page.mediabox.height for page in read.pages]
    assert turned == [False, True, False]
    assert "Une section d'essai" in read.pages[1].extract_text()


def test_each_chart_has_its_alternative_text_in_the_tags():
    built = built_report()
    read = pypdf.PdfReader(io.BytesIO(pdf.render(built)))
    told = {
        str(read.get_object(n).get("/Alt"))
        for n in range(1, len(read.xref_objStm) + len(read.xref.get(0, {})) + 1)
        if _has_alt(read, n)
    }
    figures = [block for section in built.sections for block in section.blocks if isinstance(block, Figure)]
    assert figures and {figure.picture.alt for figure in figures} <= told


def _has_alt(read: pypdf.PdfReader, number: int) -> bool:
    found = read.get_object(number)
    return isinstance(found, pypdf.generic.DictionaryObject) and "/Alt" in found


def test_each_link_of_a_note_leads_somewhere_in_the_document():
    read = pypdf.PdfReader(io.BytesIO(pdf.render(built_report())))
    links = [note.get_object() for page in read.pages for note in page.get("/Annots", [])]
    assert links
    assert all("/Dest" in link or "/A" in link for link in links)


@pytest.mark.parametrize("filled", range(14, 26))
def test_the_note_below_a_long_table_never_stands_alone_under_a_repeated_heading(filled):
    lines = TableBlock(
        "longue",
        "Une table de douze lignes",
        pl.DataFrame({"mot": [f"ligne{rank}" for rank in range(12)]}),
        (Column("mot", "Titre de colonne"),),
        "La note de cette table.",
    )
    pages = _pages(_built([*(Sentence(f"Phrase inventée {n}.") for n in range(filled)), lines]))
    (noted,) = [page for page in pages if "La note de cette table" in page]
    assert all(f"ligne{rank}" in noted for rank in (9, 10, 11))
    assert all("ligne" in page for page in pages if "Titre de colonne" in page)


def first_page(much: int) -> Section:
    """A first page whose every part is ``much`` times as long as a short one: five messages, five gestures, dates, what is not known."""
    long = " ".join(["une conséquence dite avec ses chiffres et ses conditions"] * much)
    told = Message("12 345 sur 67 890", f"contrats {long}", long, long, "alerte", "considerations")
    dates = pl.DataFrame({"quand": ["01/12/2026"] * 4, "quoi": [f"Date {n} : {long}" for n in range(4)]})
    blocks = (
        Answer(Sentence(f"Verdict : {long}.")),
        Messages((told,) * 5),
        Todo(tuple(f"Geste {n} : {long}." for n in range(5)), "Que faire lundi"),
        Callout("Ce que l'on ne sait pas", long),
        Sentence(f"Combien de contrats : {long}."),
        TableBlock(
            "tab-dates", "Les prochaines dates", dates, (Column("quand", "Date"), Column("quoi", "Ce qui arrive"))
        ),
    )
    return Section("essentiel", "L'essentiel", "Où en est-on ?", blocks)


@pytest.mark.parametrize(("much", "whole"), [(1, True), (2, True), (3, False), (4, False)])
def test_the_first_page_stands_on_one_page_whatever_it_holds_and_the_count_gives_way_first(much, whole):
    after = Section("plan", "Le plan d'actions", "Que faire ?", (Sentence("La suite du rapport."),))
    built = model.build(
        "Rapport inventé", buyer="Ville inventée", as_of=date(2026, 10, 31), sections=[first_page(much), after]
    )
    pages = _pages(built)
    assert len(pages) == 3
    assert (
        "Verdict" in pages[1]
        and "Geste 4" in pages[1]
        and "Date 3" in pages[1]
        and "Ce que l'on ne sait pas" in pages[1]
    )
    assert ("Combien de contrats" in pages[1]) == whole
    assert "La suite du rapport" in pages[2]
