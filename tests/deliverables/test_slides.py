"""Ten slides a committee can read, and an assistant can edit."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import date

import polars as pl
import pypdf
import pytest
from pptx import Presentation
from quoted import PASSAGES, quoted_report

from spaser import charts
from spaser.deliverables import columns, slides, slides_parts
from spaser.deliverables import report as model
from spaser.deliverables.messages import Message, Messages
from spaser.deliverables.report import Answer, Column, Figure, KeyFigure, KeyFigures, Section, Sentence, TableBlock


def _figure() -> Figure:
    twin = pl.DataFrame(
        {"nom": ["Clause sociale", "Marché réservé"], "numerateur": [12, 3], "non": [30, 40], "inconnu": [8, 7]}
    )
    columns = (
        Column("nom", "Considération"),
        Column("numerateur", "Oui", "entier"),
        Column("non", "Non", "entier"),
        Column("inconnu", "Inconnu", "entier"),
    )
    picture = charts.show(
        __import__("altair").Chart(__import__("altair").InlineData([{"a": 1}])).mark_bar(),
        "Barres inventées : 12 oui sur 50",
    )
    return Figure("fig-essai", "Essai", picture, TableBlock("tab-jumeau", "Données", twin, columns))


@pytest.fixture(scope="module")
def report() -> model.Report:
    long = pl.DataFrame(
        {
            "uid": [f"0000{n}" for n in range(30)],
            "objet": ["Entretien inventé des espaces verts du secteur nord " * 2] * 30,
            "n": list(range(30)),
        }
    )
    table = TableBlock(
        "tab-long",
        "Contrats",
        long,
        (Column("uid", "Identifiant", "identifiant"), Column("objet", "Objet"), Column("n", "Contrats", "entier")),
    )
    sections = [
        Section(
            "essentiel",
            "L'essentiel",
            "Que sait-on ?",
            (
                KeyFigures(
                    (KeyFigure("contrats", 552, "entier"), KeyFigure("clause", 0.185, "part", low=0.1, high=0.4))
                ),
            ),
        ),
        Section(
            "considerations", "Considérations", "Lesquelles ?", (_figure(), Sentence("Douze contrats sur cinquante."))
        ),
        Section("corriger", "À corriger", "Lesquels ?", (Sentence("Trente contrats."), table)),
    ]
    sections += [
        Section(name, name.capitalize(), "?", (Sentence("Rien."),))
        for name in slides.ORDER
        if name not in ("essentiel", "considerations", "corriger")
    ]
    return model.build(
        "Rapport inventé", buyer="Ville d'Aubrelle (fictive)", as_of=date(2026, 10, 31), sections=sections
    )


@pytest.fixture(scope="module")
def deck(report):
    return Presentation(io.BytesIO(slides.render(report)))


def test_there_are_ten_slides_at_most_and_each_has_a_title(deck):
    assert len(deck.slides) == slides.MOST_SLIDES
    assert all(slide.shapes.title.text_frame.text for slide in deck.slides)


def test_the_same_report_gives_the_same_bytes_workbooks_of_charts_included(report):
    assert slides.render(report) == slides.render(report)


def test_yes_no_unknown_is_a_native_chart_with_the_numbers_of_its_twin(deck):
    chart = next(shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart)
    assert {series.name: list(series.values) for series in chart.plots[0].series} == {
        "oui": [12, 3],
        "non": [30, 40],
        "inconnu": [8, 7],
    }


def test_charts_and_tables_have_an_alternative_text(deck):
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table or shape.shape_type == 13:
                assert shape._element.xpath(".//p:cNvPr")[0].get("descr")


def test_a_long_table_keeps_only_the_lines_the_slide_can_hold(report, deck):
    known = slides.ORDER.index("corriger")
    assert known  # the section exists in the order even when ten slides leave it out
    short = model.build(
        "Essai", buyer="", as_of=date(2026, 10, 31), sections=[s for s in report.sections if s.id == "corriger"]
    )
    slide = Presentation(io.BytesIO(slides.render(short))).slides[1]
    table = next(shape for shape in slide.shapes if shape.has_table)
    assert 2 <= len(table.table.rows) <= 11
    assert table.table.cell(0, 0).text == "Objet"
    assert (table.top + table.height) / 914400 <= 7.5


def test_figures_are_in_french_and_ranges_are_said(deck):
    text = "\n".join(shape.text_frame.text for shape in deck.slides[1].shapes if shape.has_text_frame)
    assert "18,5" in text
    assert "de 10,0" in text


def _boxes(slide):
    """What is drawn below the title: left, top, right and bottom of each shape, in inches."""
    for shape in slide.shapes:
        if shape.height:
            yield (
                shape,
                *(
                    value / 914400
                    for value in (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
                ),
            )


def test_nothing_leaves_the_slide_and_a_table_starts_under_its_sentences(deck):
    for slide in deck.slides:
        for shape, left, top, right, bottom in _boxes(slide):
            assert left >= 0 and top >= 0 and right <= 13.34 and bottom <= 7.51, shape.name
        tables = [box for box in _boxes(slide) if box[0].has_table]
        texts = [box for box in _boxes(slide) if box[0].has_text_frame and box[2] >= 1.7]
        assert all(text[4] <= table[2] + 0.01 for table in tables for text in texts)


def test_sentences_that_would_not_fit_stay_in_the_speakers_notes(report):
    long = tuple(Sentence(f"Phrase {n} : " + "des mots inventés qui prennent de la place " * 12) for n in range(3))
    table = next(block for section in report.sections for block in section.blocks if isinstance(block, TableBlock))
    built = model.build(
        "Essai", buyer="", as_of=date(2026, 10, 31), sections=[Section("corriger", "À corriger", "?", (*long, table))]
    )
    slide = Presentation(io.BytesIO(slides.render(built))).slides[1]
    shown = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert "Phrase 0" in shown and "Phrase 2" not in shown
    assert "Phrase 2" in slide.notes_slide.notes_text_frame.text


def test_a_few_quoted_passages_are_shown_with_their_place_and_their_marks():
    deck = Presentation(io.BytesIO(slides.render(quoted_report())))
    slide = next(one for one in deck.slides if one.shapes.title.text_frame.text == "Cahier des clauses inventé")
    lines = [line for shape in slide.shapes if shape.has_text_frame for line in shape.text_frame.paragraphs]
    text = "\n".join(line.text for line in lines)
    assert PASSAGES[0].where in text and PASSAGES[0].said[0] in text
    assert "autres extraits, dans le rapport" in text
    runs = {run.text.strip(): run for line in lines for run in line.runs}
    assert runs["réserve 1 % des heures à l'insertion"].font.underline
    assert runs["sans clause verte"].font._element.get("strike") == "sngStrike"


def test_a_share_of_nothing_has_no_label_on_the_chart(deck):
    chart = next(shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart)
    assert all(series.data_labels.number_format == "#,##0;;" for series in chart.plots[0].series)


@pytest.mark.office
def test_libreoffice_opens_the_deck_and_keeps_a_page_for_each_slide(report, tmp_path):
    office = shutil.which("soffice")
    if not office:
        pytest.skip("LibreOffice n'est pas installé")
    (tmp_path / "r.pptx").write_bytes(slides.render(report))
    profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    order = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "r.pptx")]
    done = subprocess.run(order, capture_output=True, timeout=180, check=False)
    if done.returncode or not (tmp_path / "r.pdf").exists():
        pytest.skip("LibreOffice n'a pas pu ouvrir de fichier ici")
    pages = pypdf.PdfReader(tmp_path / "r.pdf").pages
    assert len(pages) == slides.MOST_SLIDES
    text = pages[1].extract_text()
    assert "552" in text and "18,5" in text


def _alone(*blocks) -> object:
    section = Section("corriger", "À corriger", "?", tuple(blocks))
    built = model.build("Essai", buyer="", as_of=date(2026, 10, 31), sections=[section])
    return Presentation(io.BytesIO(slides.render(built))).slides[1]


@pytest.mark.parametrize("words", [4, 40])
def test_no_cell_is_cut_and_the_lines_that_do_not_hold_are_counted(words):
    text = ("mot inventé " * words).strip()
    frame = pl.DataFrame({"action": [text[:140]] * 30, "sur": ["3 contrats"] * 30})
    slide = _alone(TableBlock("t", "Essai", frame, (Column("action", "Action"), Column("sur", "Sur quoi"))))
    table = next(shape.table for shape in slide.shapes if shape.has_table)
    cells = [table.cell(rank, 0).text for rank in range(1, len(table.rows))]
    assert cells and set(cells) == {text[:140]}
    said = "\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame).replace("\u00a0", " ")
    assert f"Et {30 - len(cells)} autres lignes, dans le rapport." in said


def test_the_columns_said_extra_leave_where_all_the_lines_would_not_hold_and_only_there():
    def heads(long: str) -> list[str]:
        more = {f"b{rank}": [long] * 10 for rank in range(4)}
        extra = tuple(Column(name, f"Détail {name}", extra=True) for name in more)
        slide = _alone(
            TableBlock("t", "Essai", pl.DataFrame({"a": ["court"] * 10} | more), (Column("a", "Action"), *extra))
        )
        table = next(shape.table for shape in slide.shapes if shape.has_table)
        assert len(table.rows) == 11
        return [table.cell(0, rank).text for rank in range(len(table.columns))]

    assert len(heads("court")) == 5
    assert heads("des mots inventés " * 8) == ["Action"]


@pytest.mark.parametrize("words", [12, 45])
def test_the_answer_under_a_title_never_takes_more_than_two_lines(words):
    answer = ("des mots inventés " * words)[:230].strip() + "."
    slide = _alone(Answer(Sentence(answer)), Sentence("La suite."))
    box = next(shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text == answer)
    size = box.text_frame.paragraphs[0].runs[0].font.size.pt
    ems = (box.width / 914400 - 0.2) * 72 / size / 1.08
    assert columns.lines(answer, ems) <= 2 and size >= 12


@pytest.mark.parametrize(("lines", "said"), [(8, True), (10, False)])
def test_a_sentence_gives_its_place_to_the_lines_of_a_table(lines, said):
    """Ten lines that only hold without it: the sentence goes to the notes."""
    frame = pl.DataFrame({f"c{rank}": [("mot " * 15).strip()] * lines for rank in range(5)})
    block = TableBlock("t", "Essai", frame, tuple(Column(f"c{rank}", f"Colonne {rank}") for rank in range(5)))
    beside = Sentence("Une phrase à côté. " * 12)
    section = Section("plan", "Plan", "?", (Answer(Sentence("Dix actions.")), block, beside))
    built = model.build("Essai", buyer="Ville fictive", as_of=date(2026, 10, 31), sections=[section])
    slide = Presentation(io.BytesIO(slides.render(built, each=True))).slides[1]
    told = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert ("Une phrase à côté" in told) is said
    assert "Une phrase à côté" in slide.notes_slide.notes_text_frame.text
    (shown,) = (shape.table for shape in slide.shapes if shape.has_table)
    assert len(shown.rows) - 1 == lines


@pytest.mark.parametrize(("owner", "heads"), [("–", 4), ("Mme Inventée", 6)])
def test_the_ten_lines_of_a_plan_hold_on_its_slide_without_the_columns_that_nobody_filled(owner, heads):
    """Long actions: « Qui » and « État » leave the slide when they say the same everywhere, and stay once one line is filled."""
    long = ("Inscrire une exigence inventée dans le modèle de règlement de la consultation, " * 2).strip(" ,")
    some = (
        "3 besoins, 9 contrats ; fournisseurs réservables dont la capacité reste à confirmer : 5, à rencontrer d'abord"
    )
    frame = pl.DataFrame(
        {
            "quand": ["dès maintenant"] * 6 + ["01/04/2027"] * 4,
            "action": [long] * 3 + [long[:78]] * 7,
            "sur": [some] * 5 + [some[:40]] * 5,
            "effet": ["non chiffré"] * 6 + ["93,4 k€"] * 4,
            "responsable": ["–"] * 9 + [owner],
            "etat": ["à faire"] * 9 + ["à faire" if owner == "–" else "commencé"],
        }
    )
    names = {
        "quand": "Commencer",
        "action": "Action",
        "sur": "Sur quoi",
        "effet": "À l'ESS ou à l'insertion, net par an",
    }
    own = (Column("responsable", "Qui", fill=True), Column("etat", "État", fill=True))
    slide = _alone(TableBlock("tab-plan", "Le plan", frame, (*(Column(*one) for one in names.items()), *own)))
    (shown,) = (shape.table for shape in slide.shapes if shape.has_table)
    assert len(shown.columns) == heads
    told = " ".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    assert (len(shown.rows) - 1 == 10) is ("dans le rapport" not in told)
    assert owner != "–" or len(shown.rows) - 1 == 10


@pytest.mark.parametrize(("much", "whole"), [(1, True), (3, True), (6, False), (9, False)])
def test_five_messages_hold_in_their_frames_and_what_gives_way_is_in_the_notes(much, whole):
    long = " ".join(["une conséquence dite avec ses chiffres"] * much)
    items = tuple(
        Message("12 345 sur 67 890", f"contrats {rank} inventés", f"comparaison {rank} : {long}", f"suite {rank} : {long}", "alerte", "essentiel")
        for rank in range(5)
    )  # fmt: skip
    dates = TableBlock("d", "Dates", pl.DataFrame({"quand": ["01/12/2026"], "quoi": ["Échéance inventée"]}),
        (Column("quand", "Date"), Column("quoi", "Ce qui arrive")))  # fmt: skip
    slide = _alone(Answer(Sentence("Verdict.")), Messages(items), dates)
    boxes = [shape for shape in slide.shapes if shape.has_text_frame and "inventés" in shape.text_frame.text]
    assert len(boxes) == 5
    for box in boxes:
        size = box.text_frame.paragraphs[0].runs[0].font.size.pt
        assert size >= 12 and slides_parts.high([box.text_frame.text], box.width / 914400, size) <= box.height / 914400
    notes = slide.notes_slide.notes_text_frame.text
    assert "01/12/2026" in notes and "Échéance inventée" in notes
    assert all((f"Suite {rank}" in boxes[rank].text_frame.text) is whole for rank in range(5))
    assert all(whole or f"Suite {rank}" in notes for rank in range(5))


@pytest.mark.parametrize("much", [1, 12])
def test_the_cover_holds_the_longest_labels(much):
    name = " ".join(["Syndicat intercommunal inventé de la vallée"] * much)
    section = Section("corriger", "À corriger", "?", (Sentence("Rien."),))
    built = model.build("Essai", buyer=name, as_of=date(2026, 10, 31), sections=[section], subtitle=name, notes=[name])
    first = Presentation(io.BytesIO(slides.render(built))).slides[0]
    box = next(shape for shape in first.shapes if shape.has_text_frame and name in shape.text_frame.text)
    told = [line.text for line in box.text_frame.paragraphs]
    size = box.text_frame.paragraphs[0].runs[0].font.size.pt
    assert slides_parts.high(told, box.width / 914400, size) <= box.height / 914400
    assert box.top + box.height <= 7.5 * 914400
