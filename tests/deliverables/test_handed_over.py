"""What is handed over to the client: no supplier is named outside working documents, no printed table is wider than a page."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pptx
import pytest
from report_text import demo_report

from spaser.cli import main
from spaser.deliverables import excel, html, slides, word
from spaser.deliverables import report as model
from spaser.deliverables.columns import MOST_COLUMNS
from spaser.deliverables.office import LONGEST_PROPERTY, property_of
from spaser.deliverables.report import Answer, Column, Figure, Report, Section, Sentence, TableBlock
from spaser.sections import registry
from spaser.studies import publication
from spaser.studies.diagnostic import prepare
from spaser.studies.publication import files as publication_files
from spaser.text import fold

DATA = Path(__file__).parents[2] / "data"
LISTS = sorted(DATA.glob("registre_demo*.csv"))
CONTRACTS = sorted(DATA.glob("marches_demo*.json"))


@pytest.fixture(scope="module")
def report() -> Report:
    return demo_report()


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The invented suppliers of the demo, as its lists call them."""
    held = pl.concat(
        pl.read_csv(one, separator=";", infer_schema=False).select(
            nom=pl.coalesce(pl.col("^(raison_sociale|denomination)$"))
        )
        for one in LISTS
    )
    found = {fold(name) for name in held["nom"].drop_nulls()}
    assert len(found) > 50
    return found


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def tables(report: Report) -> Iterator[TableBlock]:
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, Figure):
                yield block.twin
            elif isinstance(block, TableBlock):
                yield block


def test_no_supplier_is_named_in_the_report_nor_on_the_slides(report, names) -> None:
    shown = fold(html.render(report))
    assert not [name for name in names if name in shown]
    said = " ".join(
        shape.text_frame.text
        if shape.has_text_frame
        else " ".join(c.text for row in shape.table.rows for c in row.cells)
        for slide in pptx.Presentation(io.BytesIO(slides.render(report))).slides
        for shape in slide.shapes
        if shape.has_text_frame or shape.has_table
    )
    assert said and not [name for name in names if name in fold(said)]


def test_the_working_document_keeps_the_names_that_the_report_leaves_out(report, names) -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)), read_only=True)
    held = fold(
        " ".join(str(cell) for row in book["fournisseurs par besoin"].iter_rows(values_only=True) for cell in row)
    )
    assert len([name for name in names if name in held]) > 20
    told = html.render(report)
    sent = {one for one in book.sheetnames if f"feuille « {one} »" in told.replace("\u00a0", " ")}
    assert {"fournisseurs par besoin", "dépenses, fournisseurs"} <= sent


def test_no_supplier_is_named_in_the_publication(names) -> None:
    result = publication.publish(prepare(CONTRACTS, registers=LISTS), buyer=["Aubrelle"], years=(2024, 2025))
    for made in (publication_files.report(result), publication_files.note(result), publication_files.method(result)):
        shown = fold(html.render(made))
        assert not [name for name in names if name in shown]


def test_a_table_of_suppliers_becomes_their_number_and_where_they_are() -> None:
    frame = pl.DataFrame({"nom": ["ATELIER INVENTÉ"], "montant": [1]})
    columns = (Column("nom", "Nom", names=True), Column("montant", "Montant", "somme"))
    whole = TableBlock("t", "Essai", frame, columns, sheet="fournisseurs")
    (told,) = registry._unnamed((whole,))
    assert "ATELIER" not in told.text and "« fournisseurs »" in told.text.replace("\u00a0", " ")
    (kept,) = registry._unnamed((TableBlock("t", "Essai", frame, columns),))
    assert [column.name for column in kept.columns] == ["montant"]


def test_no_printed_table_has_more_columns_than_a_page_holds(report) -> None:
    wide = [block for block in tables(report) if len(block.columns) > MOST_COLUMNS]
    assert wide
    for block in tables(report):
        printed = block.printed()
        assert len(printed.columns) <= MOST_COLUMNS
        left = [c for c in block.columns if c not in printed.columns]
        note = printed.note.replace("\u00a0", " ")
        assert all("« {} »".format(c.label.replace("\u00a0", " ")) in note for c in left), block.id


@pytest.mark.parametrize("more", [0, 1])
def test_the_columns_marked_extra_are_the_first_to_go(more: int) -> None:
    columns = tuple(Column(f"c{rank}", f"Colonne {rank}", extra=rank == 1) for rank in range(MOST_COLUMNS + more))
    block = TableBlock("t", "Essai", pl.DataFrame({c.name: ["x"] for c in columns}), columns).printed()
    assert ("c1" in {c.name for c in block.columns}) == (more == 0)
    assert len(block.columns) == MOST_COLUMNS


def test_the_workbook_has_whole_what_the_page_shows_in_part(report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)), read_only=True)
    cells = {plain(str(cell)) for row in book["tableaux entiers"].iter_rows(values_only=True) for cell in row}
    for section in report.sections:
        for block in section.blocks:
            if isinstance(block, TableBlock) and len(block.columns) > MOST_COLUMNS:
                assert {plain(block.caption), *(plain(c.label) for c in block.columns)} <= cells


def test_a_report_without_a_wide_table_has_no_such_sheet(report) -> None:
    from dataclasses import replace

    small = replace(report, sections=(Section("essentiel", "Essai", "?", ()),), annexes=())
    assert "tableaux entiers" not in openpyxl.load_workbook(io.BytesIO(excel.render(small))).sheetnames


def figure(report: Report, section: str, words: str) -> int:
    """The number that the body gives before some words."""
    told = plain(" ".join(s.text for one in report.sections if one.id == section for s in sentences_of(one)))
    found = re.search(rf"([\d ]+) {words}", told)
    assert found, (section, words, told)
    return int(found[1].replace(" ", ""))


def sentences_of(section: Section) -> Iterator[Sentence]:
    for block in section.blocks:
        if isinstance(block, Answer):
            yield block.sentence
        yield from getattr(block, "sentences", ())


#: A sheet, what its lines must be to be counted, and where the body says how many.
TWICE = (
    ("à corriger", None, None, "considerations", "contrats à corriger"),
    (
        "calendrier",
        "Sourçage déjà en retard, une suite étant attendue",
        "oui",
        "calendrier",
        "contrats à renouveler, dont la préparation",
    ),
    ("besoins", "État du besoin", "actionnable", "potentiel", "besoins"),
    ("plan", None, None, "plan", "actions"),
)


@pytest.mark.parametrize(("sheet", "column", "value", "section", "words"), TWICE, ids=lambda one: str(one)[:24])
def test_a_count_of_the_body_is_the_number_of_lines_of_its_sheet(report, sheet, column, value, section, words) -> None:
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)), read_only=True)
    head, *lines = [[plain(str(cell)) for cell in row] for row in book[sheet].iter_rows(values_only=True)]
    # « actionnable, déjà en partie à l'ESS » is an actionable need too.
    kept = [line for line in lines if column is None or str(line[head.index(column)]).split(",")[0] == value]
    assert len(kept) == figure(report, section, words)


def test_the_under_declarations_are_told_of_the_measured_and_of_all_those_read(report) -> None:
    """The sheet holds every contract read: the body gives that number beside the number of those measured."""
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)), read_only=True)
    head, *lines = book["déclaré et écrit"].iter_rows(values_only=True)
    told = plain(" ".join(s.text for one in report.sections if one.id == "ecrit" for s in sentences_of(one)))
    kind, who = head.index("Liste"), head.index("Identifiant")
    uids = {line[who] for line in lines if line[kind] == "sous-déclaration probable"}
    assert uids and f"({len(uids)} sur les" in told


@pytest.mark.parametrize("letters", [200, 5_000], ids=["court", "sans fin"])
def test_an_endless_object_of_a_contract_is_a_title_that_office_files_take(tmp_path, letters):
    said = property_of("x" * letters + "\x01")
    assert len(said) == min(letters, LONGEST_PROPERTY) and said.endswith("…") == (letters > LONGEST_PROPERTY)
    asked = ["--objet", "x" * letters, "--nom-acheteur", "y" * letters]
    assert main(["redige", *asked, "--sortie", str(tmp_path)]) == 0
    assert (tmp_path / "redaction.docx").is_file()
    report = model.build(
        "t" * letters, buyer="b" * letters, as_of=date(2026, 11, 28), sections=[], subtitle="s" * letters
    )
    assert word.render(report) and slides.render(report) and excel.render(report)
