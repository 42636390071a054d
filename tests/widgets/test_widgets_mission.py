"""A notebook works on a mission: what is sent, chosen and decided in one is there in the next, and nothing fails in English."""

from __future__ import annotations

import html
import json
import re
import threading
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from spaser import buyers, widgets
from spaser.problems import Problem
from spaser.studies import mission, reading
from spaser.widgets import ahead, faults
from spaser.widgets import missions as mission_form
from spaser.widgets.missions import Missions
from spaser.widgets.selection import Selection

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
HEADER = "N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Considérations sociales;Considérations environnementales\n"
LINES = "".join(
    f"{rank};{siret};{what};{cpv};95 000,50;12/03/2024;Pas de considération sociale;Pas de considération environnementale\n"
    for rank, (siret, what, cpv) in enumerate(
        [
            ("21750001600019", "Nettoyage avec clause sociale d'insertion", "90910000"),
            ("21750001600019", "Réservé aux ESAT : espaces verts", "77310000"),
            ("21690123100011", "Fourniture de papier recyclé", "30197630"),
        ]
    )
)
LEDGER = "Exercice;Fournisseur;SIRET;Libellé;Montant TTC\n2024;PAPETERIE RÉELLE;;Papier;1200,00\n2024;NETTOYAGE RÉEL;;Nettoyage;3400,00\n"


def sent(name: str, text: str) -> dict[str, object]:
    data = text.encode("utf-8")
    return {
        "name": name,
        "type": "",
        "size": len(data),
        "content": memoryview(data),
        "last_modified": datetime(2026, 11, 28),
    }


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "suivi.csv").write_text(HEADER + LINES, encoding="utf-8")
    made = mission.create(tmp_path / "ma-ville", client="Ma Ville", auteur="A. Inventée")
    mission.add(made, "fichiers", [tmp_path / "suivi.csv"])
    return made


def test_files_sent_are_copied_recognised_confirmed_and_still_there_after_a_restart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form = Missions()
    form.name.value = "Ma Ville"
    form.make.click()
    assert form.home == Path("missions/Ma-Ville") and mission.read(form.home).client == "Ma Ville"
    form.upload.value = (sent("C:\\fakepath\\suivi.csv", HEADER + LINES), sent("livre.csv", LEDGER))
    for row in form.sent.children:
        told, (chosen, add) = row.children[0].value, row.children[1].children
        assert "reconnu" in told and chosen.value in ("contrats", "fichier de dépenses")
        add.click()
        assert add.disabled, form.status.value
    again = mission.read("missions/Ma-Ville")  # another kernel, another day
    assert [Path(path).name for path in again.files] == ["suivi.csv"] and again.ledger.name == "livre.csv"
    assert widgets.read("missions/Ma-Ville").base.contracts.collect().height == 3


def test_a_file_that_is_not_recognised_is_not_added_until_the_user_says_what_it_is(home):
    form = Missions(home)
    form.upload.value = (sent("notes.csv", "a;b\n1;2\n"),)
    chosen, add = form.sent.children[0].children[1].children
    assert chosen.value == "à choisir"
    add.click()
    assert "On ne sait pas encore" in form.status.value and len(mission.read(home).files) == 1


def test_a_choice_made_in_one_notebook_is_there_in_the_next(home):
    first = widgets.Desk(widgets.read(str(home)))
    first.selection.change(buyers=("217500016",), unit="valeur")
    first.selection.years = (2024, 2024)
    again = widgets.Desk(widgets.read(str(home)))
    assert (again.selection.buyers, again.selection.unit, again.selection.years) == (
        ("217500016",),
        "valeur",
        (2024, 2024),
    )
    first.selection.undo()
    assert widgets.Desk(widgets.read(str(home))).selection.years == ()


def test_a_decision_made_in_one_notebook_is_obeyed_by_the_next_with_author_and_date(home):
    desk = widgets.Desk(widgets.read(str(home)))
    review = widgets.Review(desk)
    uid, consideration = review.gap.value.split("|")
    review.reason.value = "vu sur pièces"
    review.decide("accepte")
    found = (
        widgets.Desk(widgets.read(str(home)))
        .diagnostic.extras["ecarts"]
        .filter(pl.col("uid") == uid, pl.col("consideration") == consideration)
    )
    assert (
        found.select("decision", "auteur", "motif_decision").rows() == [("accepte", "A. Inventée", "vu sur pièces")]
        and found["date"].null_count() == 0
    )


def test_what_the_mission_says_is_not_typed_again(home):
    mission.change(
        home, {"rayon": 45, "dependance": "25 %", ("commentaires", "actions"): "D'abord trois.", "acheteurs": ["paris"]}
    )
    form = widgets.Pams(widgets.Desk(widgets.read(str(home))))
    assert form.client.value == "Ma Ville" and form.radius.value == 45 and form.wishes.dependency == 0.25
    assert "D'abord trois." in str(form.report())


def test_a_lost_file_and_a_lost_mission_are_told_in_french(home, tmp_path):
    (home / "fichiers" / "suivi.csv").unlink()
    with pytest.raises(Problem, match=r"suivi\.csv"):
        widgets.read(str(home))
    with pytest.raises(Problem, match="introuvable"):
        widgets.read(str(tmp_path / "nulle-part"))


def test_the_demo_keeps_nothing_of_what_is_tried_on_it():
    before = {path: path.read_bytes() for path in mission.DEMO.rglob("*") if path.is_file()}
    desk = widgets.Desk(widgets.read(str(mission.DEMO)))
    desk.selection.unit = "valeur"
    widgets.Questionnaire(str(mission.DEMO)).save()
    assert {path: path.read_bytes() for path in mission.DEMO.rglob("*") if path.is_file()} == before
    assert Missions(mission.DEMO).upload.layout.display == "none"


def test_answers_are_kept_in_the_mission_and_the_example_cannot_be_changed_nor_saved_over_them(home):
    own = widgets.Questionnaire(str(home))
    own.fill({"moyens": 2})
    own.button.click()
    example = widgets.Questionnaire(example={"moyens": 0})
    assert all(one.disabled for one in example.lists.values()) and example.button.layout.display == "none"
    assert (
        widgets.Questionnaire(str(home)).said["moyens"] == 2 and mission.read(home).every.wishes.answers["moyens"] == 2
    )


def test_a_weak_match_is_never_taken_on_enter(home):
    desk = widgets.Desk(widgets.read(str(home)))
    known = pl.DataFrame(
        {
            "acheteur_siren": ["200071884", "200077832"],
            "acheteur_libelle": ["CC Le Grand Charolais", "Cormeilles"],
            "contrats": [9, 2],
            "sirets": [["20007188400017"], ["20007783200017"]],
        }
    )
    desk.base.__dict__["buyers"] = known
    picker = widgets.Choices(desk).buyer
    before = desk.selection.buyers
    picker.text.value = "charlois"
    picker._enter(None, {"event": "submit"}, None)
    assert buyers.sure(buyers.search(known, "paris"), "paris") is None
    picker.text.value = "paris"
    picker._enter(None, {"event": "submit"}, None)
    assert "200071884" not in desk.selection.buyers or before == desk.selection.buyers
    with pytest.raises(Problem, match="Aucun acheteur"):
        buyers.choose(known, "paris")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Problem("Le fichier manque", todo="Donnez-le"), "Le fichier manque"),
        (NameError("name 'lecture' is not defined", name="lecture"), "précèdent"),
        (ZeroDivisionError("division by zero"), "erreur imprévue"),
        (MemoryError(), "mémoire"),
        (SyntaxError("invalid syntax"), "ne se lit pas"),
        (KeyboardInterrupt(), "arrêté"),
    ],
)
def test_any_fault_is_a_short_french_message_and_an_unforeseen_one_leaves_a_log(error, said, tmp_path):
    told = str(faults.told(error, tmp_path))
    assert said in told and "Traceback" not in told and "division" not in told
    if isinstance(error, ZeroDivisionError):
        assert "ZeroDivisionError: division by zero" in (tmp_path / faults.LOG).read_text(encoding="utf-8")


def test_the_kernel_says_its_faults_in_french_and_still_fails(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    faults.install(shell)
    for code in ("1/0", "lecture", "mission = ../ma ville"):
        assert not shell.run_cell(code).success
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err and "Error" not in said.out + said.err


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9]*.ipynb")), ids=lambda path: path.stem)
def test_the_only_parameter_of_a_notebook_is_the_mission(path):
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    tagged = ["".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    code = "\n".join("".join(cell["source"]) for cell in cells)
    assert not re.search(r"marches_demo|registre_demo|depenses_demo|ma_selection|mes_reponses", code)
    assert tagged == [] or not re.search(
        r"^(contrats|registres|reprise|acheteur|depenses|reponses) =", "\n".join(tagged), re.M
    )
    for cell in cells:
        if "widgets.Exercise(" in "".join(cell["source"]):  # the source holds the answer
            assert cell["metadata"]["jupyter"]["source_hidden"]


def test_a_selection_that_no_longer_exists_in_the_kit_is_told(home):
    mission.change(home, {("ecran", "compter"): "en louis d'or"})
    with pytest.raises(Problem, match=r"\[ecran\]"):
        Selection.of_mission(
            mission.read(home),
            pl.DataFrame(
                schema={
                    "acheteur_siren": pl.String,
                    "acheteur_libelle": pl.String,
                    "contrats": pl.Int64,
                    "sirets": pl.List(pl.String),
                }
            ),
        )


def test_all_the_files_sent_are_added_at_once_except_one_that_nobody_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form = Missions()
    form.name.value = "Ma Ville"
    form.make.click()
    assert "pas encore de fichier" in form.held.value and form.all.layout.display == "none"
    form.upload.value = (sent("suivi.csv", HEADER + LINES), sent("livre.csv", LEDGER), sent("notes.csv", "a;b\n1;2\n"))
    form.all.click()
    made = mission.read(form.home)
    assert len(made.files) == 1 and made.ledger.name == "livre.csv"
    assert "1 fichier attend" in form.status.value.replace("\u00a0", " ")
    assert "livre.csv" in form.held.value and "notes.csv" not in form.held.value
    # What is done next stands above the files, whose first lines are folded when they are several.
    assert form.widget.children.index(form.tools) < form.widget.children.index(form.sent)
    assert {form.upload, form.all, form.read} <= set(form.tools.children)
    assert all("<details>" in row.children[0].value for row in form.sent.children)
    again = Missions(form.home)  # reopened another day
    assert "suivi.csv" in again.held.value and "livre.csv" in again.held.value


def test_the_notebooks_of_a_mission_are_its_own_already_on_it_and_never_replaced(home):
    found = mission.notebooks(home)
    assert [path.name[:2] for path in found][:3] == ["01", "02", "03"] and len(found) >= 15
    panorama = next(path for path in found if path.name.startswith("02_"))
    cells = json.loads(panorama.read_text(encoding="utf-8"))["cells"]
    assert any('mission = ".."' in "".join(cell["source"]) for cell in cells)
    assert not [cell for cell in cells if cell.get("outputs")]
    panorama.write_text(
        panorama.read_text(encoding="utf-8").replace("Panorama d'un", "Le panorama d'un"), encoding="utf-8"
    )
    mission.notebooks(home)
    assert "Le panorama d'un" in panorama.read_text(encoding="utf-8")
    assert mission.question(found[1]) == "Que disent les contrats publiés ?"


def test_the_form_is_the_last_cell_of_the_first_notebook_where_a_run_of_all_ends():
    cells = json.loads((NOTEBOOKS / "00_accueil.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "Welcome" in "".join(cells[-1]["source"])


def test_after_a_mission_is_read_its_own_notebooks_are_a_click_away_and_the_demo_offers_none(home):
    welcome = widgets.Welcome(str(home))
    welcome.read(home)
    welcome.files.wait()
    link = welcome.place.children[-1].outputs[0]["data"]["text/html"]
    assert "carnets/05_potentiel_ess.ipynb" in link and (home / "carnets" / "05_potentiel_ess.ipynb").is_file()
    shown = widgets.Welcome(str(mission.DEMO))
    shown.read(mission.DEMO)
    shown.files.wait()
    assert len(shown.place.children) == 3


def test_a_buyer_without_a_name_is_named_once_everywhere(tmp_path):
    lines = LINES.replace("21750001600019", "13002526500013").replace("21690123100011", "13002526500013")
    (tmp_path / "suivi.csv").write_text(HEADER + lines, encoding="utf-8")
    made = mission.create(tmp_path / "m", client="Ma Ville")
    mission.add(made, "fichiers", [tmp_path / "suivi.csv"])
    desk = widgets.Desk(widgets.read(str(made)))
    panorama, choices = widgets.Panorama(desk), widgets.Choices(desk)
    assert choices.buyer.naming.layout.display == "none"
    desk.selection.buyers = ("130025265",)
    assert choices.buyer.naming.layout.display == "" and "nom inconnu" in panorama.answer.value
    choices.buyer.name.value = "Syndicat inventé"
    choices.buyer.call.click()
    assert "Syndicat inventé" in panorama.answer.value and choices.buyer.naming.layout.display == "none"
    again = widgets.Desk(widgets.read(str(made)))
    assert again.scope == "Syndicat inventé" and again.asked.label == "Syndicat inventé"


def test_a_name_in_the_files_is_never_replaced_by_the_mission_s(home):
    mission.change(home, {("noms", "217500016"): "Autre nom"})
    assert widgets.Desk(widgets.read(str(home))).label("217500016") == "Paris"


def test_a_move_computes_again_only_the_views_that_follow_it(home):
    class Counted(widgets.View):
        asked = 0

        def blocks(self):
            type(self).asked += 1
            return []

    class Needs(Counted):
        follows, asked = ("buyers",), 0

    desk = widgets.Desk(widgets.read(str(home)))
    followed, apart = Counted(desk), Needs(desk)
    desk.selection.unit = "valeur"
    assert (type(followed).asked, type(apart).asked) == (2, 1)
    assert "en valeur" in followed.answer.value and "en valeur" not in apart.answer.value
    desk.selection.buyers = ("217500016",)
    assert (type(followed).asked, type(apart).asked) == (3, 2)


def test_what_was_added_leaves_its_place_to_the_answer_when_the_mission_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened: list[Path] = []
    panel = Missions("", opened.append)
    panel.name.value = "Ma Ville"
    panel.create()
    panel.receive([sent("suivi.csv", HEADER + LINES), sent("mandats.csv", LEDGER)])
    panel.sent.children[0].children[1].children[1].click()
    panel.read.click()
    assert opened and [row.children[1].children[1].disabled for row in panel.sent.children] == [False]
    assert "juste dessous" in panel.status.value


def test_what_takes_seconds_is_started_aside_once_and_in_a_kernel_only(monkeypatch):
    started: list[str] = []
    monkeypatch.setattr(ahead, "_start", lambda: started.append("x"))
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.run)  # in its turn, to be seen
    monkeypatch.setattr(ahead, "_begun", threading.Event())
    ahead.begin()
    assert not started
    monkeypatch.setattr(ahead, "get_ipython", lambda: "a kernel")
    ahead.begin()
    ahead.begin()
    assert started == ["x"]


def test_a_file_sent_says_first_what_it_is_and_a_line_to_write_can_be_pasted(tmp_path):
    known, unknown = tmp_path / "livre.csv", tmp_path / "autre.csv"
    known.write_text("Fournisseur;Montant HT\nA;10\n", encoding="utf-8")
    unknown.write_text("Couleur;SIRET\nrouge;80000000000011\n", encoding="utf-8")
    pages = []
    for path in (known, unknown):
        looked = reading.recognise(path)
        pages.append(html.unescape(mission_form._account(path, looked, looked.kind)))
    assert pages[0].startswith("<p><strong>livre.csv</strong> – reconnu\u00a0: fichier de dépenses</p>")
    assert pages[1].startswith("<p><strong>autre.csv</strong> – non reconnu</p>")
    line = 'liste = [{ fichier = "autre.csv", nature = "carnet", date = 2026-01-31, prouve_le_non = false }]'
    assert line in pages[1] and "mes_listes.toml" not in pages[0]


def test_a_text_sent_is_a_document_of_a_consultation_and_is_not_shown_as_a_table(home):
    form = Missions(home)
    form.upload.value = (
        sent("ccp.md", "---\ntitre: Cahier, des clauses\n---\nLe titulaire réserve 5 % des heures.\n"),
    )
    told, (chosen, _) = form.sent.children[0].children[0].value, form.sent.children[0].children[1].children
    assert chosen.value == "pièces des marchés"
    assert "Colonnes" not in told and "<table" not in told


def test_who_decides_is_asked_once_for_every_grid_and_notebook(home):
    mission.change(home, {"auteur": ""})
    desk = widgets.Desk(widgets.read(str(home)))
    families, facts, review = widgets.Families(desk), widgets.Facts(desk), widgets.Review(desk)
    families.author.value = "B. Inventée"
    assert facts.author.value == review.author.value == "B. Inventée"
    again = widgets.Desk(widgets.read(str(home)))  # the next notebook
    assert widgets.Families(again).author.value == "B. Inventée"
    assert mission.read(home).author == "", "whoever decides did not write the report"


def test_who_decides_starts_from_the_author_of_the_mission(home):
    assert widgets.Families(widgets.Desk(widgets.read(str(home)))).author.value == "A. Inventée"


def test_a_spend_file_that_is_gone_is_told_with_what_to_do(home, tmp_path):
    (tmp_path / "livre.csv").write_text(LEDGER, encoding="utf-8")
    mission.add(home, "depenses", [tmp_path / "livre.csv"])
    (home / "fichiers" / "livre.csv").unlink()
    with pytest.raises(Problem, match="livre.csv est introuvable : remettez-le à sa place, ou ôtez cette ligne"):
        widgets.read(str(home))


def test_answers_sent_as_a_file_are_told_for_what_they_are_and_where_they_are_taken_up(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    form = Missions()
    form.name.value = "Ma Ville"
    form.make.click()
    answered = (
        "contrat;consideration;decision;auteur;date;motif\nn° 1;clause_sociale;accepter;A. Inventée;2026-11-28;lu\n"
    )
    form.upload.value = (sent("constats.csv", answered), sent("notes.csv", "a;b\n1;2\n"))
    told = [row.children[0].value.replace("\u00a0", " ") for row in form.sent.children]
    assert "reconnu : réponses aux constats" in told[0] and "prochaine commande" in told[0]
    assert "reconnu : " not in told[1] and "non reconnu" in told[1] and "prochaine commande" not in told[1]
