"""A buyer's nomenclature once filled in, as spreadsheets give it back. Every code is invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from spaser.problems import Problem
from spaser.sources.ledgers.nomenclatures import read_nomenclature, rekeyed

HEAD = "code;libellé;montant;famille proposée;confiance;famille retenue;commentaire"


def written(
    folder: Path, *lines: str, head: str = HEAD, encoding: str = "utf-8-sig", name: str = "nomenclature.csv"
) -> Path:
    path = folder / name
    path.write_bytes("\r\n".join([head, *lines, ""]).encode(encoding))
    return path


def chosen(path: Path) -> dict[str, str | None]:
    return dict(read_nomenclature(path).select("code_achat", "famille_retenue").rows())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252", "utf-16"])
def test_a_family_is_read_by_its_label_or_its_key_whatever_its_capitals_and_accents_and_the_encoding(
    tmp_path, encoding
):
    lines = ["12;Ménage;1,5;;;NETTOYAGE DE LOCAUX ET VITRERIE;à confirmer", "13;;;;;traiteur;", "14;Vêtements;;;;;"]
    assert chosen(written(tmp_path, *lines, encoding=encoding)) == {
        "12": "nettoyage_locaux",
        "13": "traiteur",
        "14": None,
    }


def test_a_workbook_is_read_as_the_csv_with_its_codes_as_text(tmp_path):
    path = tmp_path / "nomenclature.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for rank, row in enumerate(
            [
                ["Nos familles"],
                [],
                ["Code", "Famille retenue"],
                [6283, "Nettoyage de locaux et vitrerie"],
                ["012", "Traiteur et réceptions"],
            ]
        ):
            sheet.write_row(rank, 0, row)
    assert chosen(path) == {"6283": "nettoyage_locaux", "012": "traiteur"}


def test_every_unknown_family_is_named_with_its_line_and_the_closest_name(tmp_path):
    path = written(tmp_path, "12;;;;;Netoyage de locaux;", "13;;;;;Traiteur et réceptions;", "14;;;;;Licornes;")
    with pytest.raises(Problem) as fault:
        read_nomenclature(path)
    said = str(fault.value)
    assert (
        "ligne 2 : famille inconnue « Netoyage de locaux ». Vouliez-vous dire « Nettoyage de locaux et vitrerie » ?"
        in said
    )
    assert "ligne 4 : famille inconnue « Licornes »" in said and "ligne 3" not in said


def test_a_code_with_two_families_is_refused_and_repeated_with_one_accepted(tmp_path):
    assert chosen(written(tmp_path, "12;;;;;traiteur;", "12;;;;;;", "12;;;;;Traiteur et réceptions;")) == {
        "12": "traiteur"
    }
    with pytest.raises(Problem, match=r"lignes 2, 3 : le code « 12 » a deux familles"):
        read_nomenclature(written(tmp_path, "12;;;;;traiteur;", "12;;;;;sport;"))
    with pytest.raises(Problem, match="ligne 2 : une famille retenue sans code"):
        read_nomenclature(written(tmp_path, ";;;;;sport;"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "est vide"),
        (HEAD + "\r\n", "est vide"),
        ("a;b\n1;2\n", "« code » et « famille retenue » ; vu : « a »"),
        ("code;famille\n1;2\n", "vu : « code », « famille »"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused_and_says_what_was_seen(tmp_path, content, expected):
    path = tmp_path / "faux.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Problem, match=expected):
        read_nomenclature(path)


def test_first_zeros_taken_by_a_spreadsheet_are_given_back_when_one_code_answers(tmp_path):
    table = read_nomenclature(written(tmp_path, "12;;;;;traiteur;", "7;;;;;sport;", "'-3;;;;;culture;"))
    codes = pl.Series(["012", "07", "007", "-3", None])
    assert rekeyed(table, codes)["code_achat"].to_list() == ["012", "7", "-3"]
