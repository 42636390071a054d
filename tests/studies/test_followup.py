"""The programme followed up: planned beside published, a person's answers obeyed and kept, what became of the advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser import rules
from spaser.cli import main
from spaser.potential.followed import answers
from spaser.problems import Problem
from spaser.studies.acting import followup
from spaser.studies.potential.programme import potential_of_programme, programme_of

DATA = Path(__file__).parents[2] / "data"
CONTRACTS, LISTS = sorted(DATA.glob("marches_demo*.json")), sorted(DATA.glob("registre_demo*.csv"))
BUYER = "000000117"
PLAN = (
    "Numéro;Objet;Montant estimé HT;Date prévue;Durée\n"
    "A1;Gardiennage et sécurité des sites;500000;01/08/2026;48 mois\n"
    "A2;Nettoyage des locaux;900000;01/06/2026;48 mois\n"
    "A3;Restauration scolaire bio et locale;200000;01/03/2027;48 mois\n"
    "A4;Fourniture de pianos de concert;90000;01/02/2026;12 mois\n"
)
RULE = rules.method()["potential"]["suivi"]


@pytest.fixture(scope="module")
def base():
    return spaser.prepare(CONTRACTS)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("programme") / "programme.csv"
    path.write_text(PLAN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def told(base, plan):
    return followup.follow(programme_of(plan), base, buyer_siren=BUYER)


def states(told):
    return dict(told.projects.select("objet", "etat").rows())


def pairs(planned, published, **more):
    """``answers`` of one project and one contract, described by what differs from the usual."""
    project = {
        "projet_id": "P",
        "acheteur_siren": "1",
        "objet": "Entretien espaces verts",
        "famille": "espaces_verts",
        "codeCPV": None,
        "date_prevue": date(2026, 6, 1),
    }
    contract = {
        "publie_id": "C",
        "genre": "contrat",
        "acheteur_siren": "1",
        "objet": "Entretien espaces verts",
        "famille": "espaces_verts",
        "codeCPV": None,
        "date": date(2026, 7, 1),
    }
    words = {"date_prevue": pl.Date, "codeCPV": pl.String, "famille": pl.String, "date": pl.Date}
    left = pl.DataFrame([project | planned], schema_overrides={k: v for k, v in words.items() if k in project})
    right = pl.DataFrame([contract | published], schema_overrides={k: v for k, v in words.items() if k in contract})
    return answers(left.lazy(), right.lazy(), **more).collect()


def test_buyer_family_and_window_are_needed_on_both_sides_of_each_limit():
    assert pairs({}, {})["surete"].to_list() == ["probable"]
    assert pairs({}, {"acheteur_siren": "2"}).height == 0
    assert pairs({}, {"famille": "mobilier"})["surete"].to_list() == ["a_verifier"], (
        "the same words under another family"
    )
    assert pairs({}, {"famille": "mobilier", "objet": "Entretien espaces verts nord"}, method=None).height == 1
    assert pairs({}, {"famille": "mobilier", "objet": "Entretien espaces publics"}).height == 0
    assert pairs({}, {"famille": None}).height == 1
    for day, kept in ((date(2025, 12, 1), 1), (date(2025, 11, 30), 0), (date(2028, 6, 1), 1), (date(2028, 6, 2), 0)):
        assert pairs({}, {"date": day}).height == kept, day
    assert pairs({"date_prevue": None}, {"date": date(2000, 1, 1)}).height == 1


def test_most_of_the_words_make_a_link_probable_fewer_leave_it_to_verify():
    assert (
        pairs({"objet": "alpha bravo charlie delta"}, {"objet": "alpha bravo charlie echoo"})["surete"][0] == "probable"
    )
    assert pairs({"objet": "alpha bravo charlie"}, {"objet": "alpha bravo delta"})["surete"].to_list() == ["a_verifier"]
    same_code = {"codeCPV": "77310000"}  # half of the words and the same code: another school, another lot
    half = pairs({"objet": "alpha bravo"} | same_code, {"objet": "alpha delta"} | same_code)
    assert half.select("ressemblance", "surete").rows() == [(0.7, "a_verifier")]
    far = {"objet": "alpha bravo charlie delta"}, {"objet": "alpha echoo foxtrot golfe"}
    assert pairs(*far).height == 0
    same = pairs(far[0] | {"codeCPV": "77310000"}, far[1] | {"codeCPV": "77313000"})
    assert same["ressemblance"].to_list() == [pytest.approx(0.25 + RULE["meme_cpv"])]


@pytest.mark.parametrize(
    ("other", "state"),
    [("alpha bravo charlie delta echoo", "probable"), ("alpha bravo charlie foxtrot", "a_verifier")],
)
def test_a_link_far_under_the_best_of_its_project_is_to_verify(other, state):
    known = {"acheteur_siren": "1", "famille": "f", "codeCPV": None}
    words = {"codeCPV": pl.String}
    project = known | {"projet_id": "P", "objet": "alpha bravo charlie delta", "date_prevue": date(2026, 1, 1)}
    rows = [
        known | {"publie_id": code, "genre": "contrat", "objet": said, "date": date(2026, 2, 1)}
        for code, said in (("exact", "alpha bravo charlie delta"), ("autre", other))
    ]

    def found(published):
        told = [pl.LazyFrame(one, schema_overrides=words) for one in ([project], published)]
        return dict(answers(*told).collect().select("publie_id", "surete").rows())

    assert found(rows) == {"exact": "probable", "autre": state}
    assert found(rows[1:]) == {"autre": "probable"}, "with nothing better, it counts"


def test_a_contract_answers_one_project_the_one_it_resembles_most():
    projects = pl.DataFrame(
        {
            "projet_id": ["P1", "P2"],
            "acheteur_siren": "1",
            "objet": ["espaces verts secteur nord", "espaces verts"],
            "famille": "f",
            "codeCPV": "",
            "date_prevue": date(2026, 1, 1),
        }
    )
    published = pl.DataFrame(
        {
            "publie_id": ["C"],
            "genre": "contrat",
            "acheteur_siren": "1",
            "objet": ["espaces verts secteur nord"],
            "famille": "f",
            "codeCPV": "",
            "date": date(2026, 2, 1),
        }
    )
    assert answers(projects.lazy(), published.lazy()).collect()["projet_id"].to_list() == ["P1"]
    back = answers(projects.reverse().lazy(), published.lazy()).collect()
    assert back["projet_id"].to_list() == ["P1"]


def test_states_say_what_is_published_and_what_is_late(told):
    assert states(told) == {
        "Gardiennage et sécurité des sites": "attribué",
        "Nettoyage des locaux": "attribué",
        "Restauration scolaire bio et locale": "prévu",
        "Fourniture de pianos de concert": "prévu, date passée, rien de publié lu",
    }


def test_every_contract_of_the_period_is_in_a_link_or_alone_and_counted_once(told, base):
    start = date(2025, 2, 1)
    held = base.contracts.filter((pl.col("acheteur_siren") == BUYER) & (pl.col("dateNotification") >= start)).collect()
    assert told.links["publie_id"].n_unique() == told.links.height
    assert set(told.links["publie_id"]) | set(told.alone["publie_id"]) == set(held["uid"])
    assert not set(told.links["publie_id"]) & set(told.alone["publie_id"])
    sure = told.links.filter(pl.col("surete") == "probable")
    counted = held.filter(pl.col("uid").is_in(sure["publie_id"].to_list()))["montant_retenu"].sum()
    assert told.projects["attribue"].sum() == counted


def test_answers_and_decisions_of_a_person_are_obeyed_and_kept(told, base, plan, tmp_path):
    *_, path = followup.write(told, tmp_path)
    wb = openpyxl.load_workbook(path)
    links, programme = wb["publié"], wb["programme"]
    heads = [cell.value for cell in links[1]]
    at = {name: heads.index(name) + 1 for name in ("Projet", "Avis ou contrat", "Bon lien (oui, non)")}
    project = told.projects.filter(objet="Gardiennage et sécurité des sites")["projet_id"].item()
    for row in range(2, links.max_row + 1):
        if links.cell(row, at["Projet"]).value == project:
            links.cell(row, at["Bon lien (oui, non)"]).value = "non"
    pianos = told.projects.filter(pl.col("objet").str.contains("pianos"))["projet_id"].item()
    contract = told.alone["publie_id"][0]
    links.append([None] * len(heads))
    for name, value in (("Projet", pianos), ("Avis ou contrat", contract), ("Bon lien (oui, non)", "oui")):
        links.cell(links.max_row, at[name]).value = value
    names = [cell.value for cell in programme[1]]
    for row in range(2, programme.max_row + 1):
        if programme.cell(row, names.index("Objet") + 1).value.startswith("Restauration"):
            programme.cell(row, names.index("Décision") + 1).value = "Reporté"
            programme.cell(row, names.index("Remarque") + 1).value = "après les élections"
    wb.save(tmp_path / "rempli.xlsx")
    again = followup.follow(programme_of(plan), base, before=tmp_path / "rempli.xlsx", buyer_siren=BUYER)
    new = states(again)
    assert new["Gardiennage et sécurité des sites"] == "prévu, date passée, rien de publié lu"
    assert new["Fourniture de pianos de concert"] == "attribué"
    assert new["Restauration scolaire bio et locale"] == "reporté"
    assert (
        again.projects.filter(pl.col("objet").str.starts_with("Restauration"))["remarque"].item()
        == "après les élections"
    )
    assert again.links.filter(projet_id=project)["surete"].unique().to_list() == ["refuse"]
    # Once more from what was just written: nothing is lost.
    *_, path = followup.write(again, tmp_path / "deux")
    third = followup.follow(programme_of(plan), base, before=path, buyer_siren=BUYER)
    assert third.projects.equals(again.projects)
    assert third.links.equals(again.links)


def test_a_word_that_is_no_answer_is_said_with_its_line(told, base, plan, tmp_path):
    *_, path = followup.write(told, tmp_path)
    wb = openpyxl.load_workbook(path)
    heads = [cell.value for cell in wb["publié"][1]]
    wb["publié"].cell(2, heads.index("Bon lien (oui, non)") + 1).value = "peut-être"
    wb.save(tmp_path / "faux.xlsx")
    with pytest.raises(Problem, match="ligne 2 .*peut-être"):
        followup.follow(programme_of(plan), base, before=tmp_path / "faux.xlsx", buyer_siren=BUYER)


def test_a_programme_without_a_buyer_asks_for_it(base, plan):
    with pytest.raises(Problem, match="L'acheteur de 4.projets"):
        followup.follow(programme_of(plan), base)


def test_advice_is_followed_only_where_a_contract_can_show_it(base, plan):
    planned = potential_of_programme(plan, LISTS)
    result = followup.follow(planned, base, buyer_siren=BUYER)
    rows = result.projects
    assert rows["levier"].count() >= 2
    assert (
        rows.filter(pl.col("contrats").is_null())["conseil_suivi"].null_count()
        == rows.filter(pl.col("contrats").is_null()).height
    )
    reserved = [rung["code"] for rung in rules.toml("levers.toml")["rungs"] if rung["kind"] == "reserver"]
    seen = rows.filter(pl.col("levier").is_in(reserved) & (pl.col("contrats") > 0))
    assert seen["conseil_suivi"].to_list() == seen["marche_reserve"].to_list()


def test_a_notice_shows_a_project_launched_before_any_contract(base, tmp_path):
    path = tmp_path / "programme.csv"
    path.write_text(
        "Objet;Date prévue\nCollecte des déchets et valorisation des biodéchets;01/06/2024\n", encoding="utf-8"
    )
    none = replace(base, contracts=base.contracts.filter(pl.lit(False)))
    silent = followup.follow(programme_of(path), none, buyer_siren=BUYER)
    assert silent.projects["etat"].to_list() == ["prévu, date passée, rien de publié lu"]
    seen = followup.follow(programme_of(path), none, notices=[DATA / "avis_demo.csv"], buyer_siren=BUYER)
    assert seen.projects.select("etat", "lance_le").rows() == [("lancé", date(2024, 3, 20))]
    assert seen.links.select("publie_id", "genre").rows() == [("24-900001", "avis")]


def test_the_command_reads_programme_and_contracts_and_says_what_is_missing(plan, tmp_path, capsys):
    contracts = [str(path) for path in CONTRACTS]
    done = main(
        ["programme", str(plan), "--suivi", *contracts, "--acheteur-siret", "00000011700010", "--sortie", str(tmp_path)]
    )
    assert done == 0
    assert "attribué" in capsys.readouterr().out
    assert (tmp_path / "suivi.xlsx").is_file()
    assert main(["programme", str(plan), "--suivi", "--sortie", str(tmp_path)]) == 2
    assert "contrats" in capsys.readouterr().err
