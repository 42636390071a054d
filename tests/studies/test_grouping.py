"""Groups of a buyer: from the demo's files to the workbook of the day, and the workbook read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser import rules
from spaser.problems import Problem
from spaser.studies.acting import grouping

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def potential():
    base = spaser.prepare(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))
    return spaser.potential_of(base, dependency=0.1)


@pytest.fixture(scope="module")
def made(potential):
    return spaser.groups_of(potential, demo=True)


@pytest.fixture(scope="module")
def book(made, tmp_path_factory):
    *_, path = grouping.write(made, tmp_path_factory.mktemp("groupements"))
    return path


def lines(book, sheet):
    head, *rows = openpyxl.load_workbook(book)[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_cover_says_the_day_of_the_reader_when_it_is_known(made):
    known = replace(made, today=date(2026, 11, 30))
    assert any(
        "Établi le 30 novembre 2026" in one.replace("\u00a0", " ") for one in grouping.handover.report(known).cover
    )
    unknown = replace(made, today=None)
    assert any("Édition" in one for one in grouping.handover.report(unknown).cover)


def test_a_need_is_there_only_when_no_supplier_within_reach_takes_it_alone(made, potential):
    assert made.units.height
    biggest = (
        potential.candidates.filter(pl.col("preste").fill_null(False) & pl.col("metier_connu").fill_null(False))
        .group_by("besoin_id")
        .agg(pl.col("capacite").max())
    )
    seen = made.units.join(biggest, on="besoin_id", how="inner")
    assert (seen["capacite"] * potential.dependency < seen["a_couvrir"]).all()
    assert made.units.height + made.unmeasured <= made.looked


def test_a_whole_team_covers_the_size_and_every_need_is_told_a_team_or_a_chair(made):
    whole = made.groups.filter("complet")
    assert whole.height
    assert (whole["prenable"] >= whole["a_couvrir"]).all()
    assert whole["membres"].is_between(2, 4).all()
    summed = made.members.group_by("besoin_id", "groupe").agg(pl.col("prenable").sum().alias("somme"))
    checked = made.groups.join(summed, on=["besoin_id", "groupe"])
    assert (checked["somme"] - checked["prenable"]).abs().max() == 0
    told = set(whole["besoin_id"]) | set(made.gaps["besoin_id"])
    assert told == set(made.units["besoin_id"])


def test_every_member_is_told_why_and_a_leader_comes_first(made):
    assert made.members["raison"].str.contains("apporte|taille").all()
    led = made.groups.filter("complet").join(made.members.filter(ordre=1), on=["besoin_id", "groupe"])
    assert (led["role"] != "cotraitant").all()


def test_the_workbook_of_the_day_holds_needs_groups_and_chairs_without_naming_a_team_in_the_roles(book, made):
    assert [line["N°"] for line in lines(book, "besoins")] == list(range(1, made.units.height + 1))
    assert len(lines(book, "groupements")) == made.members.height
    roles = lines(book, "rôles")
    names = set(made.members["nom"].drop_nulls())
    assert roles and not any(str(value) in names for line in roles for value in line.values())
    assert all(line["Qui se présente"] in (None, "") for line in roles)
    gapped = sum(1 for line in roles if line["Chaise"] == "vide")
    hardly = made.units.filter(etat=grouping.compose.HARDLY)["besoin_id"]
    assert gapped == made.gaps.filter(~pl.col("besoin_id").is_in(hardly.implode())).height


def test_skills_written_in_the_workbook_are_read_back_by_label_or_code(book, potential, tmp_path):
    wb = openpyxl.load_workbook(book)
    sheet = wb["besoins"]
    head = [cell.value for cell in sheet[1]]
    at = head.index("Compétences à réunir") + 1
    need = sheet.cell(2, head.index("Identifiant du besoin") + 1).value
    label = dict(rules.table("families.csv").select("famille", "libelle").rows())["nettoyage_locaux"]
    sheet.cell(2, at).value = f"{label} ; espaces_verts"
    wb.save(tmp_path / "corrige.xlsx")
    read = grouping.asked(tmp_path / "corrige.xlsx")
    assert read[need] == ["nettoyage_locaux", "espaces_verts"]
    again = spaser.groups_of(potential, skills=read)
    row = again.units.filter(besoin_id=need)
    assert row["competences"].to_list() == [
        f"{label} ; {dict(rules.table('families.csv').select('famille', 'libelle').rows())['espaces_verts']}"
    ]
    wb["besoins"].cell(2, at).value = "poterie antique"
    wb.save(tmp_path / "faux.xlsx")
    with pytest.raises(Problem, match="à corriger"):
        grouping.asked(tmp_path / "faux.xlsx")


def test_words_that_no_need_contains_are_said(potential):
    with pytest.raises(Problem, match="Aucun besoin actionnable"):
        spaser.groups_of(potential, only="sous-marin nucléaire")


def test_the_law_is_said_with_its_confidence_and_what_is_never_to_be_done(made):
    text = "\n".join(block.text for block in grouping.report(made).sections[0].blocks if hasattr(block, "title"))
    held = rules.toml("lever_law.toml")["levers"]
    for code in ("groupement", "sous_traitance"):
        assert held[code]["never"] in text.replace("\u00a0", " ").replace("\u202f", " ")
        assert rules.checked(held[code]) in text.replace("\u00a0", " ").replace("\u202f", " ")
    assert "N'imposez ni équipe ni membre" in text.replace("’", "'")


def test_natural_persons_are_masked_in_every_sheet(potential, tmp_path):
    hidden = spaser.groups_of(replace(potential, supply=potential.supply.with_columns(personne_physique=pl.lit(True))))
    *_, path = grouping.write(hidden, tmp_path)
    rows = lines(path, "groupements")
    assert rows
    assert {line["Fournisseur"] for line in rows} == {"personne physique (masquée)"}
    assert {line["Commune"] for line in rows} <= {None, ""}


def test_what_is_too_large_and_what_lacks_agree_with_one_and_with_two(made):
    whole = made.units.head(1)
    for n, large, lacks in ((1, "1 est trop grand", "1 demande "), (2, "2 sont trop grands", "2 demandent ")):
        units = pl.concat(
            [
                *[whole.with_columns(etat=pl.lit("lot trop grand pour quatre"), a_structurer=pl.lit(False))] * n,
                *[whole.with_columns(etat=pl.lit("filière à structurer"), a_structurer=pl.lit(True))] * n,
            ]
        )
        told = grouping.summary(replace(made, units=units)).replace("\u00a0", " ")
        assert large in told and lacks in told


def test_nothing_to_look_at_and_nothing_out_of_reach_are_one_sentence_each(made):
    def told(looked, unmeasured):
        none = replace(made, units=made.units.head(0), looked=looked, unmeasured=unmeasured)
        return grouping.summary(none).replace("\u00a0", " ").replace("\u2019", "'")

    assert told(0, 0) == "Aucun besoin actionnable à regarder."
    assert told(3, 1) == (
        "2 besoins actionnables regardés, à la portée d'un fournisseur seul. "
        "1 besoin sans montant ou sans famille : non regardés."
    )
    assert told(1, 1).startswith("Aucun besoin actionnable à regarder.")


def test_a_purchase_that_the_ess_hardly_sells_is_no_missing_chain(made, book):
    offers = dict(rules.table("families.csv").select("famille", "offre_ess").rows())
    needs = made.gaps.filter(pl.col("a_structurer") & (pl.col("manque") == "competence"))
    assert needs.height
    for row in needs.iter_rows(named=True):
        assert row["hors_metier"] or offers[row["famille"]] not in ("faible", "indéterminée")
    weak = needs.filter(pl.col("famille").is_in([name for name, offer in offers.items() if offer == "faible"]))
    assert weak["hors_metier"].all()
    hardly = made.units.filter(etat=grouping.compose.HARDLY)
    assert not set(hardly["numero"]) & {line["Besoin n°"] for line in lines(book, "rôles")}
    if hardly.height:
        assert any(f"{hardly.height} relève" in text for text in grouping.handover._said(made))


@pytest.mark.parametrize(("family", "cpv", "apart"), [
    ("energie", "09134200", True), ("espaces_verts", "77310000", False),
    ("impression_communication", "22113000", True), ("impression_communication", "79810000", False),
])  # fmt: skip
def test_a_chair_is_apart_by_its_family_or_by_the_branch_of_its_need(family, cpv, apart):
    gaps = pl.DataFrame({"besoin_id": ["B"], "manque": ["competence"], "famille": [family], "a_structurer": [True]})
    needs = pl.DataFrame({"besoin_id": ["B"], "famille": [family], "codeCPV": [cpv], "objet": ["Achat"]})
    assert grouping.compose._unsold(gaps, needs)["hors_metier"].to_list() == [apart]
    held = gaps.with_columns(a_structurer=pl.lit(False))
    assert grouping.compose._unsold(held, needs)["hors_metier"].to_list() == [False]


def test_a_supplier_proposed_to_two_needs_is_told_so_on_each(made):
    seats = made.members.join(made.units.select("besoin_id", "numero"), on="besoin_id")
    for siren, rows in seats.group_by("siren"):
        several = rows["besoin_id"].n_unique() > 1
        assert rows["raison"].str.contains("proposé aussi").all() == several, siren
        for row in rows.iter_rows(named=True):
            others = [n for n in rows["numero"].to_list() if n != row["numero"]]
            assert all(str(n) in row["raison"].split("proposé aussi")[-1] for n in others)
