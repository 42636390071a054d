"""What tender documents and contract subjects say, shown: quotes in their place, gaps, answers kept. Documents and contracts are invented."""

from __future__ import annotations

import json
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import docx
import fastexcel
import polars as pl
import pytest
from plain_pdf import pdf

import spaser
from spaser.cli import main
from spaser.problems import Problem
from spaser.sources.answers.constats import read_answers
from spaser.studies import clauses as dossier

DEMO = Path(__file__).parents[2] / "data"
EXAMPLES = Path(__file__).parents[3] / "shared" / "data" / "clauses_exemples"
CLAUSE = "Le titulaire réserve 5 % des heures travaillées à des personnes en insertion professionnelle."


class Marks(HTMLParser):
    """The words within <mark>, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.words, self.stack = False, [], []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "mark":
            self.inside = True
            self.words.append("")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "mark"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.words[-1] += data


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("dce")
    pages = [[f"Article {n} – Dispositions", f"Texte ordinaire de l'article {n}."] for n in (1, 2, 3, 4, 5, 6, 7, 9)]
    (place / "CCAP.pdf").write_bytes(
        pdf([*pages[:-1], [*pages[-1], "9.1 Insertion", CLAUSE[:48].strip(), CLAUSE[48:].strip()]])
    )
    document = docx.Document()
    document.add_heading("Article 4 - Critères de jugement des offres", 1)
    document.add_paragraph("Performances en matière de protection de l'environnement : 15 %")
    document.add_paragraph("Le marché ne comporte pas de clause sociale.")
    document.save(place / "RC.docx")
    (place / "note.txt").write_text("Objet : <script>alert(1)</script> fourniture de papier recyclé.", encoding="utf-8")
    (place / "vide.pdf").write_bytes(b"")
    return place


@pytest.fixture(scope="module")
def read(folder) -> dossier.Clauses:
    return spaser.clauses(folder)


def test_each_finding_is_quoted_with_its_document_article_and_page(read):
    found = read.explicit.filter((pl.col("code") == "opp") & (pl.col("genre") == "CCAP"))
    assert found["ou"].unique().to_list() == ["CCAP, article 9.1, p.\u00a08"]
    assert all(quote in CLAUSE for quote in found["citation"])


def test_a_criterion_carries_its_weight_and_a_denial_is_no_finding(read):
    rc = read.passages.filter(pl.col("genre") == "RC")
    criterion = rc.filter((pl.col("dimension") == "env") & (pl.col("niveau") == 2)).row(0, named=True)
    assert (criterion["porteur"], criterion["nombre"], criterion["article"]) == ("critere", 15.0, "4")
    assert rc.filter(pl.col("dimension") == "soc")["niveau"].to_list() == [0]


def test_offsets_point_into_the_text_read(read):
    rows = read.passages.join(read.documents.texts.select("texte_id", "texte"), on="texte_id").to_dicts()
    assert rows
    assert all(row["texte"][row["debut"] : row["fin"]] == row["citation"] for row in rows)


def test_the_page_marks_the_words_found_and_runs_nothing_of_the_documents(read, tmp_path):
    written = dossier.write(read, tmp_path)
    assert [path.name for path in written] == ["clauses.html", "clauses.docx", "clauses.xlsx", "clauses.json"]
    page = written[0].read_text(encoding="utf-8")
    marks = Marks()
    marks.feed(page)
    assert {" ".join(word.split()) for word in marks.words} >= {
        " ".join(quote.split()) for quote in read.explicit["citation"].to_list()[:1]
    }
    assert "<script>alert" not in page
    assert "vide.pdf" in page


def test_the_workbook_says_what_to_read_again_first_and_why(read, tmp_path):
    book = dossier.write(read, tmp_path)[2]
    again = read.to_review
    sheet = fastexcel.read_excel(book).load_sheet("a_relire", header_row=None).to_polars()
    assert again.height and sheet.height >= again.height
    alone = again.filter(pl.col("relecture") == "rien d'autre ne le dit dans ce document")["confiance"].to_list()
    assert alone == sorted(alone)


def test_the_workbook_and_the_json_hold_every_passage(read, tmp_path):
    _, _, book, content = dossier.write(read, tmp_path)
    assert fastexcel.read_excel(book).load_sheet("constats", header_row=None).to_polars().height >= read.passages.height
    loaded = json.loads(content.read_text(encoding="utf-8"))
    assert len(loaded["passages"]) == read.passages.height
    assert {row["document"] for row in loaded["fichiers"]} == {"CCAP.pdf", "RC.docx", "note.txt", "vide.pdf"}


def test_the_command_prints_and_writes(folder, tmp_path, capsys):
    assert main(["clauses", str(folder), "--sortie", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "vide.pdf : non lu. Il est vide" in told
    assert "CCAP.pdf : " in told
    assert "  article 9.1, p.\u00a08 : «" in told
    assert (tmp_path / "clauses.html").is_file()


def test_the_command_says_what_cannot_be_read(folder, capsys):
    assert main(["clauses", str(folder / "vide.pdf")]) == 2
    assert "vide" in capsys.readouterr().err


def test_the_model_clauses_of_the_state_are_searched_without_a_reject():
    if not EXAMPLES.is_dir():
        pytest.skip("données réelles absentes : ../shared/data/clauses_exemples")
    found = spaser.clauses(EXAMPLES)
    assert not found.documents.rejects.height
    assert set(found.explicit["dimension"]) == {"env", "soc"}


@pytest.fixture(scope="module")
def base() -> spaser.diagnostic.Base:
    return spaser.prepare(sorted(DEMO.glob("marches_demo*.json")))


def test_the_diagnostic_lists_what_is_written_and_not_declared(base):
    result = spaser.diagnose(base)
    gaps = result.extras["ecarts"]
    under = gaps.filter((pl.col("liste") == "sous_declaration") & pl.col("citation").is_not_null())
    assert under.height
    subjects = dict(result.contracts.select("uid", "objet").rows())
    assert all(quote in subjects[uid] for uid, quote in under.select("uid", "citation").rows())
    assert "clause_sociale_texte" in result.contracts.columns
    assert "ecrit" in [section.id for section in spaser.report(result).sections]


def test_an_answer_is_kept_and_a_refused_finding_leaves_the_page(base, tmp_path):
    first = spaser.diagnose(base)
    spaser.write(first, tmp_path)
    table = pl.read_csv(tmp_path / "constats.csv", separator=";", infer_schema=False)
    assert table["contrat"].str.starts_with("contrat ").all()
    refused = table.row(0, named=True)
    answered = table.with_columns(
        decision=pl.when(pl.int_range(pl.len()) == 0).then(pl.lit("refusé")),
        auteur=pl.lit("A. B."),
        date=pl.lit("02/11/2026"),
    )
    answered.write_csv(tmp_path / "constats.csv", separator=";")
    again = spaser.diagnose(
        spaser.prepare(sorted(DEMO.glob("marches_demo*.json")), decisions=read_answers(tmp_path / "constats.csv"))
    )
    kept = again.extras["ecarts"].filter(pl.col("decision").is_not_null())
    assert kept.select("uid", "consideration", "decision").rows() == [
        (refused["contrat"].removeprefix("contrat "), "marche_reserve", "refuse")
    ]
    section = next(section for section in spaser.report(again).sections if section.id == "ecrit")
    assert (
        not any(
            kept["uid"][0] == row[0]
            for block in section.blocks
            if hasattr(block, "frame")
            for row in block.frame.select("uid").rows()
        )
        or again.extras["ecarts"].filter(pl.col("uid") == kept["uid"][0]).height > 1
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("contrat;consideration\n1;clause_sociale\n", "manque la colonne « decision »"),
        ("contrat;consideration;decision\ncontrat 1;clause_sociale;peut-être\n", "ligne 2"),
    ],
)
def test_a_file_of_answers_that_cannot_be_understood_says_where(tmp_path, content, said):
    (tmp_path / "constats.csv").write_text(content, encoding="utf-8")
    with pytest.raises(Problem, match=said):
        read_answers(tmp_path / "constats.csv")


def test_a_notice_joined_to_a_contract_is_read_for_its_gaps(base, tmp_path):
    row = (
        base.contracts.filter(~pl.col("clause_environnementale") & (pl.col("objet").str.len_chars() > 30))
        .head(1)
        .collect()
        .row(0, named=True)
    )
    sent = (row["dateNotification"] - timedelta(days=100)).isoformat()
    lines = [
        "avis,date_publication,acheteur,acheteur_id_national,critere_social,critere_env,resume_objet,autres_conditions",
        f'26-1,{sent},"{row["acheteur_nom"]}",,,,"{row["objet"]}","Le titulaire respecte une clause environnementale : le papier sera recyclé."',
    ]
    (tmp_path / "avis.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    from spaser.sources.notices import read_notices

    result = spaser.diagnose(base, notices=read_notices(tmp_path / "avis.csv"))
    assert row["uid"] in result.extras["lancements"]["uid"]
    found = result.extras["ecarts"].filter(
        (pl.col("uid") == row["uid"]) & (pl.col("consideration") == "clause_environnementale")
    )
    assert found["champ"].to_list() == ["avis 26-1, conditions"]


@pytest.fixture(scope="module")
def beyond(base) -> spaser.diagnostic.Diagnostic:
    from spaser.sources.notices import read_notices

    return spaser.diagnose(
        base,
        buyer="ville d'aubrelle",
        notices=read_notices(DEMO / "avis_demo.csv"),
        pieces=spaser.clauses(DEMO / "pieces_demo"),
    )


GUARDED, INSURED, TRAINED = "00000011700010202400443", "00000011700010202500166", "00000011700010202500208"


def test_documents_in_a_folder_that_bears_the_number_of_a_contract_are_read_for_it(beyond):
    linked = dict(beyond.extras["pieces"].select("document", "uid").rows())
    assert linked["202400443 Gardiennage/CCAP.txt"] == GUARDED
    row = beyond.contracts.filter(pl.col("uid") == GUARDED).row(0, named=True)
    assert (row["clause_sociale"], row["clause_sociale_texte"], row["critere_environnemental_texte"]) == (
        False,
        True,
        True,
    )
    gap = (
        beyond.extras["ecarts"]
        .filter((pl.col("uid") == GUARDED) & (pl.col("consideration") == "clause_sociale"))
        .row(0, named=True)
    )
    assert gap["champ"].startswith("CCAP, article 14.2")
    assert "95\u00a0%" in gap["motif"].replace(" %", "\u00a0%")


def test_what_texts_say_counts_in_the_score_below_what_is_declared(base, beyond):
    before = spaser.diagnose(base, buyer="ville d'aubrelle").contracts
    scored = {
        when: frame.filter(pl.col("uid") == GUARDED)["score_social"].item()
        for when, frame in (("before", before), ("after", beyond.contracts))
    }
    clause = base.method["score"]["points"]["social"]["clause_sociale"]["value"]
    assert scored == {"before": 0, "after": clause * base.method["score"]["part_detectee"]["value"] // 100}
    assert beyond.contracts.columns == before.columns


def test_a_text_whose_link_is_unsure_is_not_read_as_the_contract_s_own(beyond):
    unsure = beyond.extras["lancements"].filter(~pl.col("texte_lu"))["uid"].to_list()
    assert unsure
    assert (
        not beyond.extras["ecarts"].filter(pl.col("uid").is_in(unsure) & pl.col("champ").str.starts_with("avis")).height
    )


def test_what_is_declared_and_read_in_no_text_is_less_unsure_once_the_notice_is_read(beyond):
    silent = beyond.extras["ecarts"].filter((pl.col("liste") == "sans_trace") & (pl.col("uid") == TRAINED))
    assert silent["certitude"].to_list() == [0.5, 0.5]


def test_gaps_come_the_surest_first(beyond):
    for _, gaps in beyond.extras["ecarts"].group_by("liste"):
        assert gaps["certitude"].is_sorted(descending=True)


def test_the_report_says_where_boxes_and_texts_of_notices_disagree(beyond):
    blocks = next(section for section in spaser.report(beyond).sections if section.id == "ecrit-detail").blocks
    counted = next(block for block in blocks if getattr(block, "id", "") == "tab-annonces").frame
    assert counted.select("dimension", "avis", "oui", "ecrit", "deux", "muet", "tu").rows() == [
        ("social", 4, 2, 1, 1, 1, 0),
        ("environnement", 4, 1, 2, 0, 1, 2),
    ]
    apart = next(block for block in spaser.report(beyond).annexes if block.id == "avis, annoncé et écrit").frame
    assert sorted(apart["avis"]) == ["24-900001", "25-900003", "25-900003", "25-900004"]


def test_the_command_reads_notices_and_documents_beside_contracts(tmp_path, capsys):
    files = [str(path) for path in sorted(DEMO.glob("marches_demo*.json"))]
    asked = [
        "--acheteur",
        "ville d'aubrelle",
        "--avis",
        str(DEMO / "avis_demo.csv"),
        "--pieces",
        str(DEMO / "pieces_demo"),
        "--sortie",
        str(tmp_path),
    ]
    assert main(["diagnostic", *files, *asked]) == 0
    told = capsys.readouterr().out
    assert "4\u00a0avis lus" in told
    assert "3\u00a0pièces lues, de 2\u00a0contrats" in told
    sheets = fastexcel.read_excel(tmp_path / "diagnostic.xlsx").sheet_names
    assert {"avis", "avis, annoncé et écrit", "pièces"} <= set(sheets)


def test_a_text_found_where_nothing_was_declared_is_told_and_leaves_the_answer_unknown(base, beyond):
    unknown = beyond.contracts.filter(pl.col("marche_reserve").is_null() & pl.col("marche_reserve_texte"))
    assert unknown.height
    assert (
        not beyond.extras["ecarts"].join(unknown, on="uid").filter(pl.col("consideration") == "marche_reserve").height
    )
    blocks = next(section for section in spaser.report(beyond).sections if section.id == "ecrit-detail").blocks
    said = " ".join(sentence.text for block in blocks for sentence in getattr(block, "sentences", ()))
    assert "sans déclaration lisible" in said
