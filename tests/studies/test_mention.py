"""What a mission must warn of is printed on each page of each form, and nothing is when it says nothing."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from pptx import Presentation

from spaser.deliverables import excel, html, pdf, slides, word
from spaser.deliverables.report import Answer, Report, Section, Sentence, build
from spaser.problems import Problems
from spaser.studies.mission import model
from spaser.studies.pams.forms import commented

WARNED = "Données de dépenses inventées"


def mission(folder: Path, text: str) -> model.Mission:
    (folder / "mission.toml").write_text(text, encoding="utf-8")
    return model.read(folder)


def told(folder: Path, text: str) -> Report:
    sections = [
        Section(f"s{n}", f"Partie {n}", "Que sait-on ?", (Answer(Sentence("Voici.")), Sentence("Une phrase.")))
        for n in range(3)
    ]
    found = mission(folder, text)
    plain = build("Essai inventé", buyer="Ville inventée", as_of=date(2026, 10, 31), sections=sections)
    return commented(plain, found, found.every)


def test_each_form_prints_the_mention_on_each_page(tmp_path):
    report = told(tmp_path, f'mention = "{WARNED}"\n')
    assert report.notes == (WARNED,)
    assert all(WARNED in page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.render(report))).pages)
    deck = Presentation(io.BytesIO(slides.render(report)))
    for slide in deck.slides:
        assert any(WARNED in shape.text_frame.text for shape in slide.shapes if shape.has_text_frame)
    document = docx.Document(io.BytesIO(word.render(report)))
    assert all(WARNED in part.header.paragraphs[0].text for part in document.sections)
    assert f'role="note">{WARNED}' in html.render(report)
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)))
    assert all(WARNED in (sheet.oddHeader.left.text or "") for sheet in book.worksheets)


def test_a_mission_without_mention_prints_none(tmp_path):
    report = told(tmp_path, 'client = "Ville inventée"\n')
    assert report.notes == ()
    document = docx.Document(io.BytesIO(word.render(report)))
    assert not document.sections[0].header.paragraphs[0].text


def test_the_mention_is_that_of_the_buyer_when_it_has_its_own_and_changes_what_was_written(tmp_path):
    text = 'mention = "Pour tous"\n[[acheteur]]\nnom = "Une"\nmention = "Pour elle"\n[[acheteur]]\nnom = "Deux"\n'
    found = mission(tmp_path, text)
    assert [one.mention for one in found.asked] == ["Pour elle", "Pour tous"]
    before = found.asked[1].fingerprint
    assert mission(tmp_path, text.replace("Pour tous", "Autre")).asked[1].fingerprint != before


def test_an_empty_mention_is_a_fault(tmp_path):
    with pytest.raises(Problems):
        mission(tmp_path, 'mention = ""\n')


def test_the_notes_of_a_demonstration_stay_before_the_mention(tmp_path):
    found = mission(tmp_path, f'mention = "{WARNED}"\n')
    plain = build("Essai", buyer="", as_of=date(2026, 10, 31), sections=[], notes=("Démonstration.",))
    assert commented(plain, found, found.every).notes == ("Démonstration.", WARNED)
