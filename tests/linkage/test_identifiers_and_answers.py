"""Identifiers one slip away from the register, and the table a person answers: what is proposed, kept, put right, guarded."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from spaser.linkage import read_validations, write_validations
from spaser.linkage.identifiers import known_identifiers, repairs
from spaser.linkage.validation import COLUMNS
from spaser.problems import Problem

#: An invented company: its SIRET is right, no other of these tests is in the register.
SIREN, SIRET = "900000017", "90000001700025"
REGISTER = pl.DataFrame({"siren": [SIREN], "siret": [SIRET]})


def repaired(read: str | None) -> list[tuple[str, str]]:
    asked = pl.DataFrame({"q": [0], "siren": [None], "identifiant_lu": [read]}).cast(
        {"siren": pl.String, "identifiant_lu": pl.String}
    )
    return repairs(asked, REGISTER).select("siren", "repare").rows()


@pytest.mark.parametrize("rank", range(9))
def test_one_wrong_figure_of_a_siren_is_put_right_wherever_it_stands(rank: int):
    for figure in {"0", "9"} - {SIREN[rank]}:
        assert repaired(SIREN[:rank] + figure + SIREN[rank + 1 :]) == [(SIREN, SIREN)]


@pytest.mark.parametrize("rank", range(9))
def test_one_wrong_figure_in_the_siren_of_a_siret_is_put_right(rank: int):
    wrong = SIRET[:rank] + ("9" if SIRET[rank] != "9" else "1") + SIRET[rank + 1 :]
    assert repaired(wrong) == [(SIREN, SIRET)]


@pytest.mark.parametrize(
    ("read", "found"),
    [
        (SIREN[:7] + "71", [(SIREN, SIREN)]),  # two neighbours swapped, the last ones
        ("09" + SIREN[2:], [(SIREN, SIREN)]),  # and the first ones
        ("90000001799999", [(SIREN, SIREN)]),  # the last five are wrong: the company stands
        ("90000099700025", []),  # two wrong figures
        ("9000001", []),  # neither nine figures nor fourteen
        (None, []),
    ],
)
def test_one_slip_is_put_right_and_two_are_not(read: str | None, found: list):
    assert repaired(read) == found


def test_an_identifier_is_known_or_said_absent_from_the_register():
    asked = pl.DataFrame({"q": [0, 1, 2], "siren": [SIREN, "900000025", None], "siret": [SIRET, None, None]})
    found = known_identifiers(asked, REGISTER).select("q", "siret", "passe", "score", "statut").rows()
    assert found == [
        (0, SIRET, "identifiant", 1.0, "accepte"),
        (1, None, "identifiant_hors_registre", 1.0, "accepte"),
    ]


def asked_for(name: str, score: float = 0.5, **facts: object) -> pl.LazyFrame:
    row = {"cle": f"{name}|", "fournisseur": name, "candidat": name, "siren": SIREN, "siret": SIRET, "score": score}
    row |= {"montant_euros": 1250.0, "lignes": 2, "decision": None} | facts
    return pl.LazyFrame([row])


@pytest.mark.parametrize(
    ("score", "written"), [(0.5, "0,5"), (1.0, "1"), (0.123, "0,123"), (0.0, "0")], ids=["un", "entier", "trois", "nul"]
)
def test_a_number_is_written_as_a_french_spreadsheet_reads_it(tmp_path, score: float, written: str):
    file = write_validations(asked_for("VALDOREC", score), tmp_path / "liens.csv")
    cells = file.read_text(encoding="utf-8-sig").splitlines()[1].split(";")
    assert cells[COLUMNS.index("score")] == written
    assert (cells[COLUMNS.index("montant_euros")], cells[COLUMNS.index("lignes")]) == ("1250", "2")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_name_that_a_spreadsheet_would_compute_is_guarded_and_read_back_as_it_was(tmp_path, sign: str):
    name = f"{sign}VALDOREC"
    file = write_validations(asked_for(name, decision="accepter"), tmp_path / "liens.csv")
    line = file.read_text(encoding="utf-8-sig").splitlines()[1].split(";")
    assert line[:2] == [f"'{name}|", f"'{name}"]
    assert read_validations(file)["cle"].to_list() == [f"{name}|"]


def test_an_apostrophe_that_guards_nothing_belongs_to_the_name(tmp_path):
    file = write_validations(asked_for("'T VALDOREC", decision="non"), tmp_path / "liens.csv")
    assert read_validations(file).select("cle", "decision").rows() == [("'T VALDOREC|", "refuser")]


def read_from(tmp_path, *lines: str) -> pl.DataFrame:
    file = tmp_path / "liens.csv"
    file.write_text("\n".join(["cle;siren;siret;decision;date", *lines]), encoding="utf-8")
    return read_validations(file)


def test_leading_zeros_lost_by_a_spreadsheet_come_back(tmp_path):
    found = read_from(tmp_path, "A|;5 420 017;5420017 00025;oui;2026-03-02", "B|;;;non;", "C|;900000017;;;")
    assert found.select("cle", "siren", "siret", "decision", "date").rows() == [
        ("A|", "005420017", "00542001700025", "accepter", datetime.date(2026, 3, 2)),
        ("B|", None, None, "refuser", None),  # a line without answer (C) says nothing
    ]


def test_one_company_accepted_is_enough_and_two_are_one_too_many(tmp_path):
    both = ("A|;900000017;;oui;", "A|;900000025;;non;", "B|;900000025;;oui;")
    assert read_from(tmp_path, *both).height == 3
    with pytest.raises(Problem, match="« A| » : deux entreprises acceptées".replace("|", r"\|")):
        read_from(tmp_path, *both, "A|;900000033;;oui;")


def test_answers_given_are_kept_first_when_the_table_is_written_again(tmp_path):
    file = write_validations(asked_for("VALDOREC", decision="accepter"), tmp_path / "liens.csv")
    write_validations(pl.concat([asked_for("VALDOREC"), asked_for("KARBUNEL")]), file)
    rows = [line.split(";") for line in file.read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert [(row[1], row[COLUMNS.index("decision")]) for row in rows] == [("VALDOREC", "accepter"), ("KARBUNEL", "")]
