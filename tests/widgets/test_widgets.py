"""What an officer touches: the shared selection, the picker, the families, files, views and their static twin."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from spaser import territories, widgets
from spaser.deliverables import report
from spaser.deliverables.messages import Message, Messages, Todo
from spaser.deliverables.report import table
from spaser.problems import Problem
from spaser.studies.diagnostic import compose as diagnostic
from spaser.widgets import tables
from spaser.widgets.choices import BuyerPicker
from spaser.widgets.families import FamilyPicker
from spaser.widgets.files import account, expanded
from spaser.widgets.selection import Selection
from spaser.widgets.views import View, choice

DATA = Path(__file__).parents[2] / "data"
PACKAGE = Path(widgets.__file__).parents[1]
CONTRACTS = (DATA / "marches_demo*.json").as_posix()
TOWN, COUNTY = "000000117", "000000133"


def plain(text):
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def base():
    return diagnostic.prepare(expanded(CONTRACTS))


@pytest.fixture
def desk(base):
    return widgets.Desk(base, Selection(buyers=(TOWN,)))


class TestSelection:
    def test_each_change_is_undone_in_its_turn(self):
        chosen = Selection(buyers=(TOWN,))
        chosen.unit = "valeur"
        chosen.change(years=(2024, 2025), families=("nettoyage",))
        assert chosen.undo() and chosen.years == () and chosen.families == () and chosen.unit == "valeur"
        assert chosen.undo() and chosen.unit == "nombre"
        assert not chosen.undo()
        assert chosen.buyers == (TOWN,)

    def test_choices_made_together_are_one_step(self):
        chosen = Selection()
        chosen.change(buyers=(TOWN,), years=(2024, 2024), unit="valeur")
        chosen.undo()
        assert chosen.state == Selection().state

    def test_choosing_the_same_again_leaves_nothing_to_undo(self):
        chosen = Selection(buyers=(TOWN,))
        chosen.buyers = (TOWN,)
        assert not chosen.can_undo

    def test_a_saved_selection_is_reopened_as_it_was(self, tmp_path):
        chosen = Selection(
            buyers=(TOWN, COUNTY), years=(2024, 2025), unit="valeur", definition="critère non compté", files=("a.json",)
        )
        again = Selection.reopen(chosen.save(tmp_path / "ma_selection.json"))
        assert again.state == chosen.state
        assert again.files == ("a.json",)
        assert not again.can_undo

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("{", "pas du JSON"),
            ("[]", "pas une sélection de ce kit"),
            ('{"spaser_selection": 2}', "pas une sélection de ce kit"),
            ('{"spaser_selection": 1, "buyer": ["1"]}', "clé inconnue « buyer ». Vouliez-vous dire « buyers » ?"),
            ('{"spaser_selection": 1, "unit": "euros"}', "« euros » est inconnu"),
            ('{"spaser_selection": 1, "years": "2024"}', "« years » doit être une liste"),
            ("\x00\x01", "n'est pas un texte"),
        ],
    )
    def test_a_file_that_is_no_selection_is_refused_in_french(self, tmp_path, text, told):
        path = tmp_path / "choix.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(Problem, match=re.escape(told)):
            Selection.reopen(path)

    def test_what_the_files_do_not_have_is_left_out_and_told(self, base):
        desk = widgets.Desk(base, Selection(buyers=(TOWN, "999999998"), years=(1999, 1999), families=("licornes",)))
        assert desk.selection.buyers == (TOWN,)
        assert desk.selection.years == () and desk.selection.families == ()
        assert desk.lost == ["999999998", "licornes", "1999"]


class TestPicker:
    def test_showing_candidates_never_points_at_the_first_even_for_an_instant(self, desk, monkeypatch):
        picker, sent = BuyerPicker(desk), []
        monkeypatch.setattr(picker.list, "send_state", lambda key=None: sent.append(picker.list.get_state(key)))
        picker.text.value = "haute sorgue"
        told = [state for state in sent if "index" in state]
        assert told and [state["index"] for state in told] == [None]

    @pytest.mark.parametrize(
        "text", ["aubrelle", "Aubrèle", "AUBRELLE ville", "000000117", "0000 0011 7000 10", "vile d'aubrele"]
    )
    def test_a_name_with_typos_or_an_identifier_finds_the_buyer_first(self, desk, text):
        picker = BuyerPicker(desk)
        picker.text.value = text
        assert picker.list.options[0][1] == TOWN

    def test_searching_chooses_nothing_until_the_user_points_at_a_buyer(self, desk):
        picker = BuyerPicker(desk)
        picker.text.value = "haute sorgue"
        assert desk.selection.buyers == (TOWN,)
        picker.list.value = COUNTY
        assert desk.selection.buyers == (COUNTY,)

    def test_enter_takes_the_first_answer(self, desk):
        picker = BuyerPicker(desk)
        picker.text.value = "haute sorgue"
        picker.text._handle_custom_msg({"event": "submit"}, [])
        assert desk.selection.buyers == (COUNTY,)

    def test_a_buyer_may_be_added_to_those_already_chosen(self, desk):
        picker = BuyerPicker(desk)
        picker.keep.value = True
        picker.list.value = COUNTY
        assert desk.selection.buyers == (TOWN, COUNTY)

    def test_nobody_found_is_said_and_changes_nothing(self, desk):
        picker = BuyerPicker(desk)
        picker.text.value = "xyzzyq"
        assert picker.list.options == ()
        assert "aucun acheteur" in picker.status.value.lower()
        assert desk.selection.buyers == (TOWN,)

    def test_undo_moves_the_list_back(self, desk):
        picker = BuyerPicker(desk)
        picker.list.value = COUNTY
        desk.selection.undo()
        assert picker.list.value == TOWN

    def test_a_territorial_group_offers_its_members_that_buy(self, desk, monkeypatch):
        group = (
            territories.authorities()
            .filter(pl.col("categorie") == "établissement public territorial")
            .collect()["siren"][0]
        )
        communes = territories.members([group]).collect()["siren"].to_list()
        known = {group: "Groupe", communes[0]: "Une commune", communes[1]: "Une autre", TOWN: "Ville"}
        monkeypatch.setattr(desk, "_labels", known)
        picker = BuyerPicker(desk)
        assert picker.members.layout.display == "none"
        desk.selection.buyers = (group,)
        assert picker.members.layout.display == "" and "(2)" in picker.members.description
        picker.members.click()
        assert desk.selection.buyers == (group, *sorted(communes[:2]))

    def test_a_name_from_the_files_cannot_write_in_the_page(self, desk):
        picker = BuyerPicker(desk)
        picker.text.value = "<script>alert(1)</script>"
        assert "<script>" not in picker.status.value


class TestFamilies:
    def test_a_search_hides_the_others_but_never_a_ticked_one(self, desk):
        picker = FamilyPicker(desk)
        picker.boxes["traiteur"].value = True
        picker.text.value = "NETTOYAGE de lÓcaux"
        shown = [key for key, box in picker.boxes.items() if box.layout.display != "none"]
        assert "traiteur" in shown and len(shown) == 2
        assert desk.selection.families == ("traiteur",)

    def test_every_family_frees_the_boxes(self, desk):
        picker = FamilyPicker(desk)
        picker.boxes["traiteur"].value = True
        picker.every.click()
        assert desk.selection.families == () and not picker.boxes["traiteur"].value

    def test_only_the_contracts_of_the_families_are_counted(self, desk):
        whole = desk.diagnostic.contracts
        desk.selection.families = ("traiteur",)
        assert desk.diagnostic.contracts.height == whole.filter(pl.col("famille") == "traiteur").height > 0


class TestChoices:
    def test_a_period_is_never_backwards(self, desk):
        panel = widgets.Choices(desk)
        panel.first.value = 2025
        assert desk.selection.years == (2025, 2025)
        panel.last.value = 2024
        assert desk.selection.years == (2024, 2024)
        panel.last.value = 2026
        assert desk.selection.years == (2024, 2026)
        panel.first.value = 0
        assert desk.selection.years == () and panel.last.value == 0

    def test_every_control_has_a_label(self, desk):
        panel = widgets.Choices(desk)
        for control in (
            panel.buyer.text,
            panel.buyer.list,
            panel.first,
            panel.last,
            panel.unit,
            panel.population,
            panel.families.text,
        ):
            assert control.description.strip()

    def test_saving_then_reopening_brings_the_choices_back(self, desk, tmp_path):
        panel = widgets.Choices(desk, tmp_path / "ma_selection.json")
        panel.unit.value = "valeur"
        panel.save.click()
        panel.unit.value = "nombre"
        panel.reopen.click()
        assert desk.selection.unit == "valeur" and panel.unit.value == "valeur"

    def test_reopening_what_was_never_saved_is_told_without_traceback(self, desk, tmp_path):
        panel = widgets.Choices(desk, tmp_path / "rien.json")
        panel.reopen.click()
        assert 'role="alert"' in panel.status.value and "introuvable" in panel.status.value


class TestViews:
    def test_the_panorama_follows_the_selection_and_agrees_with_the_measures(self, desk):
        view = widgets.Panorama(desk)
        measured = desk.findings.one("clause_sociale")
        assert f"{measured.numerateur} contrats sur {measured.denominateur} déclarent une clause sociale" in plain(
            view.told
        )
        desk.selection.buyers = (COUNTY,)
        assert "Haute-Sorgue" in view.answer.value and "Aubrelle" not in view.answer.value
        other = desk.findings.one("clause_sociale")
        assert f"{other.numerateur} contrats sur {other.denominateur}" in plain(view.told)

    def test_several_choices_together_are_computed_once(self, desk, monkeypatch):
        view, times = widgets.Panorama(desk), []
        monkeypatch.setattr(view, "refresh", lambda: (times.append(1), setattr(view, "_shown", view._state())))
        desk.selection.change(unit="valeur", years=(2025, 2025), buyers=(COUNTY,))
        assert times == [1]

    def test_a_problem_is_shown_in_a_box_and_the_view_recovers(self, desk):
        view = widgets.Panorama(desk)
        desk.selection.change(years=(2026, 2026), families=("formation",))
        if (
            desk.base.contracts.filter(
                pl.col("acheteur_siren") == TOWN, pl.col("annee") == 2026, pl.col("famille") == "formation"
            )
            .collect()
            .height
        ):
            pytest.skip("la démonstration a ce contrat")
        assert 'role="alert"' in view.answer.value and "Aucun contrat" in view.answer.value
        desk.selection.undo()
        assert 'role="alert"' not in view.answer.value

    @pytest.mark.parametrize(
        "made", [widgets.Panorama, widgets.Contract, widgets.Explain, widgets.Choices, widgets.Downloads]
    )
    def test_each_view_has_a_static_twin_that_names_the_buyer_or_says_what_to_do(self, desk, made):
        bundle = made(desk)._repr_mimebundle_()
        assert {"text/html", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(bundle)
        assert "Aubrelle" in bundle["text/html"] or "une fois le carnet lancé" in bundle["text/html"].lower()
        assert "object at 0x" not in bundle["text/plain"]

    def test_a_twin_keeps_its_charts_and_their_words_where_nothing_is_trusted(self, desk):
        page = widgets.Panorama(desk)._repr_mimebundle_()["text/html"]
        images = re.findall(r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)"', page)
        assert len(images) == 3
        for told, data in images:
            assert told.strip() and base64.b64decode(data).startswith(b"<svg")
        assert "<svg" not in page and "<script" not in page

    def test_a_view_of_ten_lines_follows_its_own_choice(self, desk):
        class Small(View):
            title, question = "Essai", "Combien ?"

            def __init__(self, desk):
                self.kind = choice("Considération", {"Réservé": "marche_reserve", "Clause": "clause_sociale"})
                super().__init__(desk, self.kind)

            def blocks(self):
                rows = self.desk.findings.counted.filter(pl.col(self.kind.value))
                return [table("t", f"{rows.height} contrats", rows, ("uid",))]

        view = Small(desk)
        before = view.answer.value
        view.kind.value = "clause_sociale"
        assert view.answer.value != before
        assert "Considération" in view._repr_mimebundle_()["text/html"]

    def test_data_cannot_write_in_a_page(self):
        shown = widgets.show(pl.DataFrame({"objet": ["<img src=x onerror=alert(1)>"]}), "Essai")
        assert "<img src=x" not in shown.content

    def test_the_contract_followed_recounts_its_points(self, desk):
        view = widgets.Contract(desk)
        view.text.value = "nettoyage"
        assert all("nettoyage" in line.lower() for line, _ in view.list.options)
        points = desk.diagnostic.contributions.filter(pl.col("uid") == view.list.value, pl.col("axe") == "social")[
            "points"
        ].sum()
        assert (view.row["score_social"] or 0) == points

    def test_an_explained_figure_is_recounted_on_its_rows(self, desk):
        view = widgets.Explain(desk, "clause_environnementale", "2025")
        assert "le même chiffre" in view.told
        counted = view.explanation.rows.collect()
        assert counted["compte"].sum() == view.measure["numerateur"]


class TestFiles:
    def test_what_was_read_and_refused_is_shown_then_the_desk_opens(self):
        welcome = widgets.Welcome(CONTRACTS)
        welcome.files.start()
        assert welcome.files.wait() is not None
        assert "Le compte de chaque fichier" in welcome.files.result.value
        assert len(welcome.place.children) == 3
        assert welcome.desk.selection.files

    @pytest.mark.parametrize("name", ["", "nulle_part.json", "nulle_part/*.json"])
    def test_a_path_that_leads_nowhere_is_told_without_traceback(self, name):
        files = widgets.Files(name)
        files.start()
        assert files.wait() is None
        assert 'role="alert"' in files.result.value and "Traceback" not in files.result.value
        assert not files.launch.disabled

    def test_a_file_sent_from_the_computer_is_read_under_its_own_name(self):
        files = widgets.Files()
        content = (DATA / "marches_demo_2023.json").read_bytes()
        files.upload.value = (
            {
                "name": "C:\\fakepath\\envoi.json",
                "type": "",
                "size": len(content),
                "content": memoryview(content),
                "last_modified": datetime(2026, 11, 22),
            },
        )
        files.start()
        assert files.wait().base.files["source"][0].endswith("envoi.json")

    def test_a_reading_can_be_stopped(self, monkeypatch):
        def endless(paths, progress, **_):
            while True:
                progress("contrats.json", 0.1)

        monkeypatch.setattr(diagnostic, "prepare", endless)
        files = widgets.Files(CONTRACTS)
        files.start()
        while not files.place.children:
            pass
        files.place.children[0].children[1].children[1].click()
        assert files.wait() is None
        assert "arrêtée" in files.result.value

    def test_the_workbook_and_the_page_are_taken_away_by_a_link(self, desk):
        downloads = widgets.Downloads(desk)
        downloads.launch.click()
        links = dict(re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', downloads.links.value))
        assert {"diagnostic.html", "diagnostic.xlsx", "contrats.parquet", "rejets.csv"} <= set(links)
        assert zipfile.ZipFile(io.BytesIO(base64.b64decode(links["diagnostic.xlsx"]))).testzip() is None
        assert base64.b64decode(links["diagnostic.html"]).startswith(b"<!DOCTYPE html>")
        desk.selection.unit = "valeur"
        assert downloads.links.value == ""

    def test_a_saved_selection_brings_its_files_with_it(self, base, tmp_path):
        path = Selection(files=tuple(expanded(CONTRACTS)), buyers=(COUNTY,)).save(tmp_path / "ma_selection.json")
        lecture = widgets.read("ailleurs.json", saved=path)
        assert widgets.Desk(lecture).scope.startswith("Département de la Haute-Sorgue")


def test_twins_are_the_same_from_one_run_to_the_next(base):
    made = [widgets.Panorama(widgets.Desk(base, Selection(buyers=(TOWN,))))._repr_mimebundle_() for _ in range(2)]
    assert made[0]["text/html"] == made[1]["text/html"] and made[0]["text/plain"] == made[1]["text/plain"]


def test_the_style_of_a_view_touches_nothing_else():
    rules = re.findall(r"([^{}]+)\{", tables._style())
    parts = {part.strip() for rule in rules for part in rule.split(",")}
    # The one box around a view, and only that of a view, may be narrower than its table.
    assert {part for part in parts if not part.startswith(".spaser-vue")} == {".widget-html-content:has(> .spaser-vue)"}


def test_the_selection_file_is_plain_json(tmp_path):
    kept = json.loads(Selection(buyers=(TOWN,)).save(tmp_path / "s.json").read_text(encoding="utf-8"))
    assert kept["buyers"] == [TOWN] and kept["spaser_selection"] == 1


def test_lists_parted_by_commas_quotes_or_lines_are_told_apart(tmp_path):
    (tmp_path / "a,b.csv").write_text("x", encoding="utf-8")
    kept = (tmp_path / "a,b.csv").as_posix()
    assert expanded('a.csv, b.csv ; "c d.csv"\n« e.csv »') == ["a.csv", "b.csv", "c d.csv", "e.csv"]
    assert expanded(kept) == [kept]


def test_a_selection_saved_for_all_buyers_is_not_overruled_by_the_buyer_of_the_notebook(base, tmp_path):
    read = widgets.files.Lecture(base, Selection.reopen(Selection().save(tmp_path / "s.json")), reopened=True)
    assert widgets.Desk(read, buyer="un acheteur d'un autre fichier").selection.buyers == ()


def every_block():
    """One block of each kind that a section may hold."""
    told = report.Sentence("Une phrase.")
    one = Message("3", "contrats", "sur 9", "à traiter", "alerte", "calendrier")
    frame = pl.DataFrame({"objet": ["a"], "n": [1]})
    return (
        report.Answer(told),
        Messages((one, replace(one, kind="bien"))),
        Todo(("Publier.",)),
        report.Paragraph((told, told)),
        report.KeyFigures((report.KeyFigure("Part", 0.5, "part", "n", 0.4, 0.6, "clause"),)),
        table(
            "t", "Des lignes", frame, [report.Column("objet", "Objet"), report.Column("n", "Nombre", "entier")], "note"
        ),
        report.Callout("À lire", "Ceci.", "attention"),
        report.Definitions((("mot", "sens"),)),
        report.Quotes("q", "Citations", (report.Quote("ici", (("mots", "env"),), ("dit",)),)),
    )


def test_every_block_of_the_report_has_its_style_in_a_notebook_too():
    page = tables.written(every_block())
    styled = {
        name: set(re.findall(r"[.]([a-z][a-z-]*)", re.sub(r"\{[^}]*\}", "", Path(path).read_text("utf-8"))))
        for name, path in (
            ("report", PACKAGE / "deliverables/report.css"),
            ("notebook", PACKAGE / "widgets/notebook.css"),
        )
    }
    used = {one for names in re.findall(r'class="([^"]*)"', page) for one in names.split()}
    assert {"messages", "todo", "answer", "quotes"} <= used
    assert used & styled["report"] - styled["notebook"] == set()


def test_a_notebook_has_no_link_to_a_section_it_does_not_show():
    page = tables.written(every_block())
    assert 'href="#' not in page and ">voir<" not in page
    assert "À traiter 3" in re.sub(r"<[^>]*>", "", page), "the sign and the figure are two words"


def test_every_block_of_the_report_is_said_in_plain_words():
    # Definitions stand under a figure that is said: their words are in the page.
    assert [type(block).__name__ for block in every_block() if not tables.said(block)] == ["Definitions"]


@pytest.mark.parametrize(
    "parts", [(0.26, 0.26, 0.26), (0.0, 0.0), (1.0, 1.0, 1.0), (None,), (0.5, None), (0.26, 0.261)]
)
def test_an_exercise_always_has_three_answers_to_choose_from(parts):
    offered = widgets.options(*parts)
    assert len(offered) == len(set(offered)) == 3
    assert {widgets.percent(part) for part in parts} <= set(offered)


def test_percentages_that_differ_are_offered_alone_and_in_order():
    assert widgets.options(0.4, 0.1, 0.9) == [widgets.percent(part) for part in (0.1, 0.4, 0.9)]


def test_the_account_of_what_was_read_says_nothing_of_a_diagnostic_not_made_yet(base):
    told = plain(account(base).told)
    assert "fichiers lus" in told and "de ce diagnostic" not in told
