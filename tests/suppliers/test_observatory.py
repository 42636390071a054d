"""The observatory: sectors in 17 posts, employers in bounds, years of creation, and two dates of a register compared."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from invented_places import place

from spaser import territories
from spaser.deliverables.report import KeyFigures
from spaser.problems import Problem
from spaser.sections import territory as sections
from spaser.sources.registers import sirene
from spaser.studies.territory import panorama as territory
from spaser.suppliers import observatory
from spaser.suppliers.panorama import INCLUSIVE, WHOLE, panorama
from spaser.vocabulary import ESTABLISHMENTS, REGISTER


def lists(*rows):
    return REGISTER.empty().lazy(), ESTABLISHMENTS.conform(pl.LazyFrame(list(rows), infer_schema_length=None))


def by_post(*rows):
    return {row["poste"]: row for row in observatory.sectors(*lists(*rows), ["94001"]).collect().to_dicts()}


def test_an_activity_is_in_one_of_seventeen_posts_and_one_that_cannot_be_told_is_unknown():
    found = by_post(
        place("90000000100010", "94001", naf="8899B"),
        place("90000000200010", "94001", naf="81.30Z"),
        place("90000000300010", "94001", naf=None),
        place("90000000400010", "94001", naf="8130Y", naf_nomenclature="NAF2025"),
    )
    assert {post: row["etablissements"] for post, row in found.items()} == {"OQ": 1, "MN": 1, "inconnu": 2}


def test_the_posts_hold_every_division_once():
    from spaser import rules

    posts = rules.table("naf_sectors.csv")
    assert posts["division"].is_unique().all() and posts["poste"].n_unique() == 17
    assert (
        not posts["division"].is_in(["04", "34", "40", "44", "48", "54", "57", "67", "76", "83", "89"]).any()
    )  # no such division


def test_employers_are_those_known_then_with_those_whose_band_is_unknown():
    rows = [place(f"9000000{n}000010", "94001", band=band) for n, band in enumerate(("01", "NN", None), 1)]
    told = panorama(*lists(*rows), ["94001"]).collect()
    row = told.row(by_predicate=(pl.col("code_commune") == WHOLE) & (pl.col("famille") == WHOLE), named=True)
    assert (row["employeurs_bas"], row["employeurs_haut"], row["etablissements"]) == (1, 2, 3)


def test_a_year_of_creation_is_told_and_the_date_that_means_none_is_unknown():
    rows = [
        place("90000000100010", "94001", creation=date(1999, 3, 1)),
        place("90000000200010", "94001", creation=date(1900, 1, 1)),
        place("90000000300010", "94001", creation=None),
    ]
    found = observatory.creations(*lists(*rows), ["94001"]).collect()
    assert found.rows() == [(1999, 1), (None, 2)]


def test_a_year_of_closing_is_that_of_what_the_lists_keep_closed_on_both_sides_of_the_day():
    rows = [
        place("90000000100010", "94001", etat="F", fermeture=date(2019, 3, 1)),
        place("90000000200010", "94001", etat="F", fermeture=date(2026, 10, 31)),
        place("90000000300010", "94001", etat="F", fermeture=date(2026, 11, 1)),  # after the day of the lists
        place("90000000400010", "94001", etat="F", fermeture=None),
        place("90000000500010", "94001", etat="A"),
        place("90000000600010", "94001", etat="F", fermeture=date(2019, 1, 1), form="5710"),  # not of the ESS
        place("90000000700010", "94002", etat="F", fermeture=date(2019, 1, 1)),
    ]
    found = observatory.closings(*lists(*rows), ["94001"]).collect()
    assert found.rows() == [(2019, 1), (2026, 1), (None, 2)]
    assert observatory.creations(*lists(*rows), ["94001"]).collect()["etablissements"].sum() == 1


def test_the_day_a_stock_gives_closes_only_what_its_state_says_closed():
    stock = pl.LazyFrame(
        {"siret": ["1", "2"], "nom": ["U", "D"], "etat": ["F", "A"], "fermeture": ["2020-05-01", "2021-05-01"]}
    )
    assert sirene.typed(stock, "sirene_etablissements").collect()["fermeture"].to_list() == [date(2020, 5, 1), None]


def test_years_of_closing_come_from_a_list_and_their_absence_is_said(tmp_path):
    head = "siren;nom;forme_juridique;activite_principale;commune;code_postal;etat;date_creation;siret;date_fermeture\n"
    row = "90000000{n};INVENTÉE;9220;88.99B;Créteil;94000;{etat};2015-02-03;90000000{n}00010;{day}\n"
    listed = tmp_path / "liste_2026-09-30.csv"

    def told(*rows):
        listed.write_text(
            head + "".join(row.format(n=n, etat=etat, day=day) for n, etat, day in rows), encoding="utf-8"
        )
        return str(territory.report(territory.territory("Créteil", [listed])).sections).replace("\\xa0", " ")

    assert "Année de fermeture : une date connue" in told((1, "A", ""), (2, "F", "2021-04-05"))
    assert "les années de fermeture sont inconnues" in told((1, "A", ""))


def test_two_dates_tell_what_entered_left_and_stayed():
    stays, leaves, enters = (place(f"9000000{n}000010", "94001") for n in (1, 2, 3))
    closed = leaves | {"etat": "F"}
    one = observatory.present(*lists(stays, leaves), ["94001"])
    two = observatory.present(*lists(stays, closed, enters), ["94001"])
    row = observatory.compared(one, two).collect().row(by_predicate=pl.col("famille") == WHOLE, named=True)
    assert (row["avant"], row["apres"], row["entres"], row["sortis"], row["restes"]) == (2, 2, 1, 1, 1)
    assert observatory.moved(one, two).collect().select("sens", "siret").rows() == [
        ("entré", enters["siret"]),
        ("sorti", leaves["siret"]),
    ]


def test_one_still_there_without_an_answer_any_more_has_not_left_nor_entered():
    one, other = place("90000000100010", "94001"), place("90000000200010", "94001")
    silent = {"categorie_juridique": None}
    first = observatory.present(*lists(one, other | silent), ["94001"])
    later = observatory.present(*lists(one | silent, other), ["94001"])
    row = observatory.compared(first, later).collect().row(by_predicate=pl.col("famille") == WHOLE, named=True)
    assert (row["avant"], row["apres"], row["entres"], row["sortis"]) == (1, 1, 0, 0)
    assert (row["tus_apres"], row["tus_avant"]) == (1, 1)
    said = observatory.moved(first, later).collect()["sens"].to_list()
    assert said == ["réponse inconnue après", "réponse inconnue avant"]


def test_one_that_a_list_no_longer_names_has_left_when_its_legal_form_is_still_known():
    firm = place("90000000100010", "94001", form="5710")
    named = {"siren": firm["siren"], "siret": firm["siret"], "statut": "EI", "liste": "propre", "au": date(2025, 1, 1)}
    register = REGISTER.conform(pl.LazyFrame([named | {"source": "liste inventée"}]))
    nothing, there = lists(firm)
    first, later = observatory.present(register, there, ["94001"]), observatory.present(nothing, there, ["94001"])
    row = observatory.compared(first, later).collect().row(by_predicate=pl.col("famille") == INCLUSIVE, named=True)
    assert (row["avant"], row["sortis"], row["tus_apres"]) == (1, 1, 0)
    assert observatory.moved(first, later).collect()["sens"].to_list() == ["sorti"]


def test_a_departement_is_all_its_communes_and_paris_is_found_once():
    ain = territories.members(["220100010"]).collect()
    assert (
        ain["departement"].unique().to_list() == ["01"] and ain.height > 300 and ain["code_commune"].is_unique().all()
    )
    assert territory.find("Val-de-Marne")[1] == "Val-de-Marne"
    assert territory.find("217500016")[1] == "Paris"


def test_the_same_lists_twice_are_not_two_dates(tmp_path):
    listed = tmp_path / "liste.csv"
    listed.write_text(
        "siren;nom;forme_juridique;activite_principale;commune;code_postal;etat;date_creation\n"
        "900000001;INVENTÉE;9220;88.99B;Créteil;94000;A;2015-02-03\n",
        encoding="utf-8",
    )
    with pytest.raises(Problem, match="deux dates"):
        territory.territory("Créteil", [listed], before=[listed], clock=date(2026, 11, 28))


def test_a_share_of_the_jobs_of_the_register_is_unknown_as_soon_as_one_establishment_has_no_band():
    rows = [place("90000000100010", "94001", band="12"), place("90000000200010", "94001", form="5710", band="12")]
    whole = (pl.col("code_commune") == WHOLE) & (pl.col("famille") == WHOLE)
    told = panorama(*lists(*rows), ["94001"]).filter(whole).collect()
    assert told["part_bas"].item() is not None
    silent = place("90000000300010", "94001", form="5710", band=None)
    assert panorama(*lists(*rows, silent), ["94001"]).filter(whole).collect()["part_bas"].item() is None


def test_the_day_after_the_one_that_means_no_date_is_a_date():
    first, none = date(1900, 1, 2), date(1900, 1, 1)
    created = [place(f"9000000{n}000010", "94001", creation=day) for n, day in enumerate((first, none), 1)]
    assert observatory.creations(*lists(*created), ["94001"]).collect().rows() == [(1900, 1), (None, 1)]
    closed = [place(f"9000000{n}000010", "94001", etat="F", fermeture=day) for n, day in enumerate((first, none), 1)]
    assert observatory.closings(*lists(*closed), ["94001"]).collect().rows() == [(1900, 1), (None, 1)]


def lists_read(**changes):
    row = {"liste": "ess_france", "etablissements": 100, "non_situes": 0, "prouve_non": False} | changes
    return pl.DataFrame([row])


@pytest.mark.parametrize(("lost", "hidden"), [(50, False), (51, True), (100, True)])
def test_a_count_is_no_headline_where_the_lists_of_the_ess_place_less_than_half(lost, hidden):
    files = lists_read(non_situes=lost)
    assert sections.thin(files) == hidden
    assert "listes lues, pas ceux du territoire" in sections.reach_told(files).replace("\xa0", " ")
    assert not sections.thin(lists_read(non_situes=lost, prouve_non=True)), "said complete by a person"
    assert sections.reach_told(lists_read(prouve_non=True)) == ""


def test_lists_that_do_not_say_the_ess_make_no_headline_of_it():
    files = lists_read(liste="siae_asp")
    assert sections.thin(files)
    rows = pl.DataFrame(
        [
            {"code_commune": sections.WHOLE, "famille": family, "etablissements": 6, "sans_tranche": 6,
             "emplois_bas": 0, "emplois_haut": 0, "commune": None}
            for family in (sections.WHOLE, sections.INCLUSIVE)
        ]
    )  # fmt: skip
    section = sections.section_whole(rows, pl.DataFrame({"commune": ["A"]}), files)
    cards = next(block for block in section.blocks if isinstance(block, KeyFigures))
    assert [card.label for card in cards.figures] == ["Établissements inclusifs, dans les listes lues"]
    table = next(block for block in section.blocks if getattr(block, "id", "") == "tab-familles")
    assert "emplois_bas" not in [column.name for column in table.columns], "nothing but dashes is no column"
    placed = sections.section_whole(rows, pl.DataFrame({"commune": ["A"]}), lists_read())
    cards = next(block for block in placed.blocks if isinstance(block, KeyFigures))
    assert cards.figures[0].label == "Établissements de l'ESS, dans les listes lues"


@pytest.mark.parametrize(("silent", "told"), [(38, False), (20, False), (19, True), (0, True)])
def test_jobs_are_told_only_where_the_staff_of_half_is_known(silent, told):
    row = {"etablissements": 39, "sans_tranche": silent, "emplois_bas": 12, "emplois_haut": 30}
    said = sections.jobs_told(row).replace("\xa0", " ")
    assert ("de 12 à 30 emplois" in said) == told
    assert ("emplois non dits" in said) == (not told)
    frame = sections._told(pl.DataFrame([row]))
    assert (frame["emplois_bas"][0] is not None) == told


def test_a_remark_shown_to_a_reader_holds_no_line_of_settings():
    remark = 'qui n\'y est pas reste inconnu ; si celle-ci est complète à sa date et pour un territoire, déclarez-le : liste = [{ fichier = "a.csv", prouve_le_non = true }]'
    files = pl.DataFrame({"message": [remark, None, "format non vérifié"]})
    assert sections._plain(files)["message"].to_list() == [
        "qui n'y est pas reste inconnu",
        None,
        "format non vérifié",
    ]
