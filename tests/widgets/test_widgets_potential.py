"""The potential, its map and the calendar as they are touched: each choice answers, each mark leads to its rows."""

from __future__ import annotations

import re
from pathlib import Path

import ipywidgets
import polars as pl
import pytest

from spaser import widgets
from spaser.charts.pictures import MIME
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities
from spaser.studies.potential.choice import contracts_of, explored
from spaser.widgets import drawn
from spaser.widgets.selection import Selection

DATA = Path(__file__).parents[2] / "data"
TOWN, COUNTY = "000000117", "000000133"


@pytest.fixture(scope="module")
def base():
    return diagnostic.prepare(
        sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv"))
    )


@pytest.fixture
def potential(base):
    return widgets.Potential(widgets.Desk(base, Selection(buyers=(TOWN,))))


def charts(view):
    return [place for place in view.body.children if isinstance(place, ipywidgets.Output)]


def words(view):
    return re.sub(
        r"[\u00a0\u202f]",
        " ",
        " ".join(place.value for place in view.body.children if isinstance(place, ipywidgets.HTML)),
    )


class TestPotential:
    def test_every_choice_has_its_label_in_french(self, potential):
        labels = [control.description for control in potential.controls]
        assert [label.split("\u00a0")[0].split(",")[0] for label in labels] == [
            "Famille",
            "Rayon des fournisseurs locaux",
            "Dépendance acceptée",
            "Fournisseurs crédibles",
        ]

    def test_charts_are_drawn_by_the_notebook_with_their_words_and_table_beside(self, potential):
        bundles = [place.outputs[0]["data"] for place in charts(potential)]
        assert len(bundles) == 2 and all(bundle[MIME]["$schema"].endswith("/v5.json") for bundle in bundles)
        assert "Carte autour de" in bundles[1]["text/plain"]
        assert words(potential).count("Lire le graphique en mots") == 2
        assert words(potential).count("Voir les données du graphique") == 2

    def test_the_static_twin_holds_the_same_charts_as_images(self, potential):
        page = potential._repr_mimebundle_()["text/html"]
        assert len(re.findall(r'<img alt="[^"]+" src="data:image/svg', page)) == 2
        assert "Rayon des fournisseurs locaux : usage de chaque famille" in page.replace("\u00a0", " ")
        assert "Carte autour de" in page and "Fournisseurs crédibles, au moins" in page

    def test_a_larger_radius_changes_the_map_and_the_suppliers(self, potential):
        potential.radius.value = 10.0
        before, few = charts(potential)[1].outputs[0]["data"]["text/plain"], potential.found.suppliers.height
        potential.radius.value = 60.0
        assert charts(potential)[1].outputs[0]["data"]["text/plain"] != before
        assert potential.found.suppliers.height > few

    def test_a_smallest_number_of_suppliers_keeps_the_figures_together(self, potential):
        whole = potential.found
        potential.least.value = 3
        found = potential.found
        assert 0 < found.opportunities.height < whole.opportunities.height
        assert found.opportunities["credibles"].min() >= 3
        assert found.families["besoins"].sum() == found.opportunities.filter(pl.col("etat_action") == "agir").height
        assert (
            found.families["annuel"].sum()
            == found.opportunities.filter(pl.col("etat_action") == "agir")["annuel"].sum()
        )

    def test_a_family_chosen_above_or_here_is_the_only_one_counted(self, potential):
        family = potential.family.options[1][1]
        potential.family.value = family
        assert set(potential.found.opportunities["famille"]) == {family}
        assert set(potential.found.suppliers["famille"]) <= {family}
        potential.family.value = ""
        other = potential.family.options[2][1]
        potential.desk.selection.families = (other,)
        assert set(potential.found.opportunities["famille"]) == {other}
        assert [key for _, key in potential.family.options] == ["", other]

    def test_another_buyer_offers_its_own_families(self, potential):
        potential.family.value = potential.family.options[1][1]
        potential.desk.selection.buyers = (COUNTY,)
        needs = potential.found.opportunities
        assert set(needs["acheteur_siren"]) == {COUNTY}
        mine = opportunities.chosen(potential.desk.base, (COUNTY,)).needs.filter(pl.col("etat_action") == "agir")
        assert {key for _, key in potential.family.options} - {""} == set(mine["famille"].drop_nulls())

    def test_going_back_gives_the_same_answer(self, potential):
        before = potential._repr_mimebundle_()["text/html"]
        potential.radius.value = 10.0
        potential.least.value = 2
        potential.least.value = 0
        potential.radius.value = 0.0
        assert potential._repr_mimebundle_()["text/html"] == before

    def test_without_a_register_the_problem_is_told_without_traceback(self):
        desk = widgets.Desk(diagnostic.prepare([DATA / "marches_demo.json"]), Selection(buyers=(TOWN,)))
        view = widgets.Potential(desk)
        assert 'role="alert"' in view.answer.value and "Aucune liste de fournisseurs" in view.answer.value
        bundle = view._repr_mimebundle_()
        assert 'role="alert"' in bundle["text/html"] and "Aucune liste de fournisseurs" in bundle["text/plain"]

    def test_a_fault_of_the_kit_is_told_in_words_as_on_its_page_and_forgotten_when_the_answer_comes(
        self, potential, monkeypatch
    ):
        def broken(_self):
            raise KeyError("colonne")

        with monkeypatch.context() as patch:
            patch.setattr(widgets.Potential, "blocks", broken)
            potential.refresh()
        assert 'role="alert"' in potential.answer.value and "erreur imprévue" in potential.told
        potential.refresh()
        assert 'role="alert"' not in potential.answer.value and "erreur imprévue" not in potential.told

    def test_in_a_dashboard_charts_stay_images(self, potential, monkeypatch):
        monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
        view = widgets.Potential(potential.desk)
        assert not charts(view) and words(view).count("<img alt=") == 2


class TestExplored:
    def test_nothing_left_out_is_the_potential_of_the_report(self, base):
        whole, seen = opportunities.potential_of(base, buyer="aubrelle"), explored(base, (TOWN,))
        assert seen.opportunities.equals(whole.opportunities) and seen.families.equals(whole.families)
        assert seen.suppliers.equals(whole.suppliers) and seen.places.equals(whole.places)
        best = whole.candidates.filter(pl.col("rang") <= 25)
        assert seen.candidates.equals(best)

    def test_needs_left_out_change_no_amount_of_those_kept(self, base):
        whole, seen = explored(base, (TOWN,)), explored(base, (TOWN,), least=3)
        kept = whole.opportunities.join(
            seen.opportunities.select("besoin_id"), on="besoin_id", how="semi", maintain_order="left"
        )
        assert kept.equals(seen.opportunities)


class TestBehind:
    def test_a_family_leads_to_its_needs_contracts_and_suppliers(self, potential):
        view = widgets.Behind(potential)
        family = view.mark.value
        needs = potential.found.opportunities.filter("actif", pl.col("famille") == family)
        told = re.sub(r"[\u00a0\u202f]", " ", view.answer.value)
        assert (
            "Les besoins actionnables de cette famille" in told and "Les contrats dont ces besoins sont faits" in told
        )
        contracts = contracts_of(potential.desk.base, potential.found, needs["besoin_id"].to_list())
        assert contracts.filter("derniere").height == needs["contrats"].sum()
        assert set(contracts["acheteur_siren"]) == {TOWN}

    def test_a_sign_of_the_map_leads_to_as_many_suppliers_as_it_counts(self, potential):
        view = widgets.Behind(potential)
        view.kind.value = "commune"
        label, code = view.mark.options[0]
        view.mark.value = code
        rows = potential.found.suppliers.filter(pl.col("code_commune") == code)
        n = rows.select(pl.coalesce("siret", "siren").n_unique()).item()
        assert f"({n} fournisseur" in label.replace("\u00a0", " ").replace("\u202f", " ")
        assert "Les fournisseurs crédibles" in view.answer.value

    def test_the_lists_follow_the_potential(self, potential):
        view, sheet = widgets.Behind(potential), widgets.Sourcing(potential)
        potential.family.value = potential.family.options[1][1]
        assert [key for _, key in view.mark.options] == [potential.family.value]
        needs = set(potential.found.opportunities["besoin_id"])
        assert {need for _, need in sheet.need.options} - {""} <= needs

    def test_two_needs_never_answer_to_one_name(self, potential):
        sheet = widgets.Sourcing(potential)
        labels = [label for label, _ in sheet.need.options]
        assert len(labels) == len(set(labels)) > 5


class TestCalendar:
    def test_a_square_leads_to_its_contracts(self, base):
        view = widgets.Calendar(widgets.Desk(base, Selection(buyers=(TOWN,))))
        soon = view.desk.diagnostic.extras["renouvellements"].filter(pl.col("trimestre").is_not_null())
        view.family.value, view.quarter.value = view.family.options[1][1], view.quarter.options[2][1]
        rows = soon.filter(pl.col("famille_libelle") == view.family.value, pl.col("trimestre") == view.quarter.value)
        block = view._behind()
        assert set(block.frame["uid"]) == set(rows["uid"])

    def test_the_chart_is_not_written_again_for_another_square(self, base):
        view = widgets.Calendar(widgets.Desk(base, Selection(buyers=(TOWN,))))
        before = view._section()
        view.quarter.value = view.quarter.options[1][1]
        assert view._section() is before
        assert len(charts(view)) == 1


def test_parts_keep_their_order_and_every_block(potential):
    shown = drawn.parts(potential._answered)
    assert [isinstance(part, str) for part in shown] == [True, False, True, False, True]
    text = "".join(part for part in shown if isinstance(part, str))
    assert (
        text.index("Besoins actionnables") < text.index("Lire le graphique en mots") < text.index("Pourquoi ce levier")
    )
