"""Tender documents: every passage under its page and article, whatever the format; hostile files give one message each."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import docx
import polars as pl
import pypdf
import pytest
import typst
from plain_pdf import pdf

from spaser.problems import Problem
from spaser.sources.archives import Member
from spaser.sources.documents import Documents, Limits, Reader, numbers, read_documents
from spaser.sources.documents import structure as documents_structure

EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "clauses_exemples"
TITLES = (
    "Objet du marché",
    "Pièces contractuelles",
    "Durée",
    "Prix",
    "Clause d'insertion",
    "Pénalités",
    "Protection de l'environnement",
)
PLACES = (
    "des écoles",
    "des gymnases",
    "de la mairie",
    "des crèches",
    "du stade",
    "de la médiathèque",
    "du musée",
    "des ateliers",
)


def filler(rank: int) -> list[str]:
    """A paragraph as the page cuts it, with a number that opens a line and is no article; two that follow one another differ."""
    place = PLACES[rank % len(PLACES)]
    return [
        f"Pour les locaux {place}, le titulaire exécute les prestations prévues au présent document, sans que",
        f"15 Jours de retard {place} soient admis. Il rend compte de ses interventions au représentant de l'acheteur",
        f"{place} et tient à sa disposition les pièces qui les justifient.",
    ]


def ccap(articles: int = 30) -> tuple[bytes, dict[str, int]]:
    """An invented CCAP of several dozen pages with contents, running heads and feet, and the page where each mark stands."""
    contents = [
        "CAHIER DES CLAUSES ADMINISTRATIVES PARTICULIÈRES",
        *(f"Article {n} – {TITLES[n % len(TITLES)]} ............ {n}" for n in range(1, articles + 1)),
    ]
    bodies = [contents]
    marks = {}
    for n in range(1, articles + 1):
        bodies.append(
            [
                f"Article {n} – {TITLES[n % len(TITLES)]}",
                *filler(n),
                f"{n}.1 Dispositions particulières",
                *filler(n + 1),
                *filler(n + 2),
                *_marked(n, 1),
                *filler(n + 3),
            ]
        )
        marks[f"R{n}x1"] = len(bodies)
        bodies.append(
            [*filler(n + 4), f"{n}.2 Dispositions particulières", *filler(n + 5), *_marked(n, 2), *filler(n + 6)]
        )
        marks[f"R{n}x2"] = len(bodies)
    pages = [
        ["Ville inventée – CCAP n° 2026-14", *lines, f"Page {rank} / {len(bodies)}"]
        for rank, lines in enumerate(bodies, 1)
    ]
    return pdf(pages), marks


def _marked(n: int, m: int) -> list[str]:
    return [f"Repère R{n}x{m} : le titulaire réserve 5 % des heures à l'insertion."]


def word(path: Path) -> Path:
    document = docx.Document()
    document.add_heading("Acte d'engagement", 0)
    document.add_heading("Article 1 - Objet", 1)
    document.add_paragraph("Fourniture de papier recyclé.")
    document.add_heading("Article 2 - Insertion", 1)
    document.add_heading("2.1 Heures", 2)
    document.add_paragraph("Le titulaire réserve 300 heures à des personnes en insertion.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Performance environnementale", "15 %"
    document.save(path)
    return path


ODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:text>
<text:h text:outline-level="1">Article 1 - Objet</text:h><text:p>Entretien des espaces verts.</text:p>
<text:soft-page-break/>
<text:h text:outline-level="1">Article 7 - Clause sociale</text:h>
<text:p>Le titulaire s'engage sur une <text:span>clause d'insertion</text:span><text:s/>de 5 % des heures.</text:p>
</office:text></office:body></office:document-content>"""


def odt(path: Path, content: str = ODT) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
    return path


def one(read: Documents, words: str) -> dict:
    rows = read.texts.filter(pl.col("texte").str.contains(words, literal=True)).to_dicts()
    assert len(rows) == 1, [row["texte"][:80] for row in rows]
    return rows[0]


def status(read: Documents, name: str) -> tuple[str, str]:
    row = read.files.filter(pl.col("document") == name).row(0, named=True)
    return row["statut"], row["message"] or ""


@pytest.fixture(scope="module")
def long_pdf(tmp_path_factory) -> tuple[Documents, dict[str, int]]:
    path = tmp_path_factory.mktemp("dce") / "piece_2.pdf"
    data, pages = ccap()
    path.write_bytes(data)
    return read_documents(path), pages


def test_a_pdf_of_several_dozen_pages_gives_each_passage_its_page_and_article(long_pdf):
    read, pages = long_pdf
    assert read.files["pages"][0] >= 36
    assert len(pages) == 60
    for mark, page in pages.items():
        row = one(read, f"Repère {mark} ")
        assert (row["page"], row["article"]) == (page, mark[1:].replace("x", "."))


def test_running_heads_page_numbers_and_contents_are_not_text(long_pdf):
    read, _ = long_pdf
    assert not read.texts["texte"].str.contains(r"CCAP n° 2026-14|Page \d+ / \d+|\.{5}").any()


def test_a_number_within_a_sentence_is_not_an_article(long_pdf):
    read, _ = long_pdf
    assert not read.texts["titre"].fill_null("").str.contains("Jours").any()


def test_the_kind_is_told_by_the_first_page_when_the_name_says_nothing(long_pdf):
    assert long_pdf[0].files["genre"].to_list() == ["CCAP"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RC_2026-014.pdf", "RC"),
        ("01 - Règlement de la consultation.docx", "RC"),
        ("CCAP lot 2.pdf", "CCAP"),
        ("CCTP_Nettoyage.odt", "CCTP"),
        ("DC - ATTRI1.pdf", "AE"),
        ("BPU-DQE.pdf", "BPU"),
        ("DPGF lot 1.pdf", "DPGF"),
        ("detail estimatif.pdf", "DQE"),
        ("AAPC.pdf", "AVIS"),
        ("Acte d'engagement.docx", "AE"),
        ("photo.pdf", None),
    ],
)
def test_the_kind_is_told_by_the_name(name, expected):
    assert documents_structure.kind(name, "") == expected


@pytest.mark.parametrize(
    ("opening", "expected"),
    [
        ("Ville inventée\nRÈGLEMENT DE LA CONSULTATION\nArticle 1", "RC"),
        ("Cahier des clauses techniques particulières", "CCTP"),
        ("ACTE D'ENGAGEMENT", "AE"),
        ("Bordereau des prix unitaires", "BPU"),
        ("Décomposition du prix global et forfaitaire", "DPGF"),
        ("Avis d'appel public à la concurrence", "AVIS"),
        (
            "Le titulaire du contrat signe l'acte d'engagement et le cahier des clauses administratives particulières joints à la présente demande.",
            None,
        ),
    ],
)
def test_the_kind_is_told_by_a_title_and_not_by_a_sentence_that_quotes_it(opening, expected):
    assert documents_structure.kind("piece 4.pdf", opening) == expected


def test_a_row_of_a_table_keeps_its_value_beside_its_label_in_every_format(tmp_path):
    document = docx.Document()
    document.add_heading("Article 6 - Critères de jugement des offres", 1)
    for row, cells in zip(
        document.add_table(rows=2, cols=3).rows,
        (("1", "Prix", "60 %"), ("2", "Insertion professionnelle", "10 %")),
        strict=True,
    ):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    document.save(tmp_path / "RC.docx")
    (tmp_path / "RC.html").write_text(
        "<h1>Article 6</h1><table><tr><td>Insertion professionnelle</td><td>10 %</td></tr></table>", encoding="utf-8"
    )
    (tmp_path / "RC.md").write_text(
        "# Article 6\n\n| Critère | Poids |\n|---|---|\n| Insertion professionnelle | 10 % |\n", encoding="utf-8"
    )
    table = '<table:table xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><table:table-row>{}</table:table-row></table:table>'
    cells = "".join(
        f"<table:table-cell><text:p>{said}</text:p></table:table-cell>"
        for said in ("Insertion professionnelle", "10 %")
    )
    odt(tmp_path / "RC.odt", ODT.replace("</office:text>", table.format(cells) + "</office:text>"))
    texts = read_documents(tmp_path).texts
    found = texts.filter(pl.col("texte").str.contains("Insertion professionnelle : 10 %", literal=True))
    assert set(found["document"]) == {"RC.docx", "RC.html", "RC.md", "RC.odt"}
    assert texts.filter(pl.col("texte") == "2 ; Insertion professionnelle : 10 %")["champ"].to_list() == ["RC, critère"]


def packed(path: Path, content: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_an_archive_within_an_archive_is_read_but_not_without_end(tmp_path):
    good = "Article 3 - Lots\nLot réservé aux ESAT.\n"
    inner = packed(tmp_path / "lot1.zip", {"CCTP.txt": good}).read_bytes()
    (tmp_path / "dce").mkdir()
    packed(tmp_path / "dce" / "DCE.zip", {"RC.txt": good, "pieces/lot1.zip": inner})
    doll = inner
    for depth in range(5):
        doll = packed(tmp_path / "poupee.zip", {f"{depth}.zip": doll}).read_bytes()
    packed(tmp_path / "dce" / "poupees.zip", {"4.zip": doll})
    read = read_documents(tmp_path / "dce")
    assert set(read.texts["document"]) == {"DCE.zip/RC.txt", "DCE.zip/pieces/lot1.zip/CCTP.txt"}
    assert read.files.filter(pl.col("statut") == "refuse")["message"].str.contains("emboîtées").to_list() == [True]


def test_the_numbers_of_folders_archives_and_names_are_told_for_those_who_look_for_the_contract(tmp_path):
    place = tmp_path / "2025-FCS-001 Nettoyage"
    place.mkdir()
    (place / "CCAP v2.txt").write_text("Article 1 - Objet\n", encoding="utf-8")
    keys = numbers(read_documents(place).files).collect()
    assert ("CCAP v2.txt", "2025FCS001", False) in keys.rows()
    assert not keys.filter(pl.col("cle").str.contains("^[A-Z]*$") | (pl.col("cle").str.len_chars() < 5)).height


def test_a_word_document_keeps_headings_and_table_cells(tmp_path):
    read = read_documents(word(tmp_path / "AE.docx"))
    assert one(read, "300 heures")["article"] == "2.1"
    assert one(read, "papier recyclé")["article"] == "1"
    assert "15 %" in " ".join(read.texts["texte"])


def test_headings_numbered_by_the_word_processor_get_the_number_it_shows(tmp_path):
    path = word(tmp_path / "CCTP.docx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = (
        parts["word/document.xml"]
        .decode("utf-8")
        .replace("Article 1 - ", "")
        .replace("Article 2 - ", "")
        .replace("2.1 ", "")
    )
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    for level in (1, 2):
        body = body.replace(f'<w:pStyle w:val="Heading{level}"/>', f'<w:pStyle w:val="Heading{level}"/>{number}')
    parts["word/document.xml"] = body.encode("utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    assert one(read_documents(path), "300 heures")["article"] == "2.1"


def test_an_opendocument_text_keeps_headings_and_pages(tmp_path):
    row = one(read_documents(odt(tmp_path / "CCAP.odt")), "clause d'insertion de 5 %")
    assert (row["article"], row["titre"], row["page"]) == ("7", "Clause sociale", 2)


def test_markdown_html_and_text_are_read_without_their_marks(tmp_path):
    (tmp_path / "RC.md").write_text("# Règlement\n\n## 4. Critères\n\n**Prix** : 60 %\n", encoding="utf-8")
    (tmp_path / "avis.html").write_text(
        "<html><style>p{}</style><h2>3. Lots</h2><p>Lot <b>réservé</b> aux ESAT</p><input type=checkbox checked>oui",
        encoding="utf-8",
    )
    (tmp_path / "CCTP.txt").write_bytes(
        "1. OBJET DES PRESTATIONS\nNettoyage écologique des écoles,\nmatin et soir.\n".encode("cp1252")
    )
    read = read_documents(tmp_path)
    assert one(read, "Prix : 60 %")["article"] == "4"
    assert one(read, "Lot réservé aux ESAT")["article"] == "3"
    assert "Nettoyage écologique des écoles, matin et soir." in one(read, "Nettoyage")["texte"]


def test_the_lines_of_award_criteria_are_said_to_be_criteria(tmp_path):
    (tmp_path / "RC.txt").write_text(
        "Article 6 - Critères de jugement des offres\nLes offres sont classées.\nInsertion sociale : 15 %\nPrix : 50 %\n",
        encoding="utf-8",
    )
    fields = dict(read_documents(tmp_path).texts.select("texte", "champ").rows())
    assert fields["Insertion sociale : 15 %"] == "RC, critère"


def test_a_scanned_page_is_said_to_be_unreadable_not_read_as_empty(tmp_path):
    rows = zlib.compress(b"\0" + b"\x80" * 3)
    parts = ((b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    pixel = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts
    )
    (tmp_path / "scan.png").write_bytes(pixel)
    pages = '#image("scan.png", width: 90%)\n#pagebreak()\nArticle 2 - Texte lisible de la deuxième page.'
    (tmp_path / "scan.typ").write_text(pages, encoding="utf-8")
    dce = tmp_path / "dce"
    dce.mkdir()
    (dce / "CCAP.pdf").write_bytes(typst.compile(tmp_path / "scan.typ"))
    (tmp_path / "seul.typ").write_text('#image("scan.png", width: 90%)', encoding="utf-8")
    (dce / "image.pdf").write_bytes(typst.compile(tmp_path / "seul.typ"))
    read = read_documents(dce)
    assert status(read, "CCAP.pdf")[0] == "partiel"
    assert "image" in status(read, "CCAP.pdf")[1]
    assert status(read, "image.pdf")[0] == "refuse"


def hostile(folder: Path) -> None:
    good = b"Article 1 - Objet\nClause d'insertion.\n"
    (folder / "CCAP.txt").write_bytes(good)
    (folder / "vide.pdf").write_bytes(b"")
    (folder / "coupe.pdf").write_bytes(pdf([["Bonjour"]])[:300])
    (folder / "faux.docx").write_bytes(b"PK\x03\x04" + b"\0" * 300)
    (folder / "vieux.doc").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 300)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["Secret"]])))
    writer.encrypt("motdepasse", algorithm="RC4-128")
    writer.write(folder / "secret.pdf")
    entities = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    odt(folder / "bombe.odt", entities + "<d>&b;</d>")
    with zipfile.ZipFile(folder / "gonfle.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", b" " * (90 << 20))
    with zipfile.ZipFile(folder / "evade.zip", "w") as archive:
        archive.writestr("../../CCAP.txt", good)
    with zipfile.ZipFile(folder / "bon.zip", "w") as archive:
        archive.writestr("sous/RC.txt", b"Article 4 - Lots\nLot reserve aux ESAT.\n")


def test_hostile_files_give_one_message_each_and_the_others_are_read(tmp_path):
    hostile(tmp_path)
    read = read_documents(tmp_path)
    refused = dict(read.files.filter(pl.col("statut") == "refuse").select("document", "message").rows())
    assert set(refused) == {
        "vide.pdf",
        "coupe.pdf",
        "faux.docx",
        "vieux.doc",
        "secret.pdf",
        "bombe.odt",
        "gonfle.docx",
        "evade.zip",
    }
    assert all(refused.values())
    assert read.rejects.filter(pl.col("niveau") == "rejet").height == len(refused)
    assert one(read, "Clause d'insertion")["article"] == "1"
    assert one(read, "reserve aux ESAT")["document"] == "bon.zip/sous/RC.txt"


def test_a_document_beyond_its_pages_is_read_so_far_and_says_so(tmp_path):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([["Article 1 - Objet du contrat en clair"]])))
    for _ in range(30):
        writer.add_blank_page(width=100, height=100)
    writer.write(tmp_path / "CCAP.pdf")
    read = read_documents(tmp_path, limits=Limits(pages=10))
    assert status(read, "CCAP.pdf") == ("partiel", "Lu jusqu'à la page 10 sur 31")


def test_a_reading_that_lasts_too_long_is_stopped_and_the_next_file_is_read(tmp_path):
    (tmp_path / "CCTP.pdf").write_bytes(ccap(8)[0])
    (tmp_path / "CCAP.txt").write_text("Article 1 - Objet\nClause d'insertion.\n", encoding="utf-8")
    with Reader(Limits(seconds=0.001)) as reader:
        late = list(reader.ask(Member("CCTP.pdf", tmp_path / "CCTP.pdf")))
        reader.limits = Limits()
        read = list(reader.ask(Member("CCAP.txt", tmp_path / "CCAP.txt")))
    assert "arrêtée" in late[-1]["refused"]
    assert read[-1] == {"done": {"format": "texte"}}


def test_nothing_readable_is_a_problem_that_says_why(tmp_path):
    (tmp_path / "vide.pdf").write_bytes(b"")
    with pytest.raises(Problem, match="vide"):
        read_documents(tmp_path / "vide.pdf")


def test_the_model_clauses_of_the_state_go_through():
    if not EXAMPLES.is_dir():
        pytest.skip("données réelles absentes : ../shared/data/clauses_exemples")
    read = read_documents(EXAMPLES)
    assert read.files["statut"].to_list() == ["lu"] * 6
    assert read.texts["texte"].str.len_chars().min() > 0
