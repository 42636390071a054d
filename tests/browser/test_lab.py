"""An officer in JupyterLab, in French and without network: choose a buyer, see the answers change, take the workbook away."""

from __future__ import annotations

import os
import re

import pytest

from spaser.studies import mission

from .conftest import served

pytestmark = pytest.mark.browser

PROMPTS = ".jp-CodeCell .jp-InputPrompt"
FAILED = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
#: Every cell was run, or one of them failed.
DONE = f"""() => document.querySelector("{FAILED}")
  || [...document.querySelectorAll("{PROMPTS}")].every(prompt => /\\[\\d+\\]/.test(prompt.textContent))"""
#: What holds the keyboard, told so that a key is pressed only when the one before was heard.
HELD = "wanted => `${document.activeElement?.tagName} ${document.activeElement?.type}` === wanted"
#: The only list that answers a search shows these lines and none of them is pointed at.
LISTED = """lines => { const list = document.activeElement;
  return list.tagName === "SELECT" && list.options.length === lines && list.selectedIndex === -1 }"""
#: The first of these stands whole on the screen.
SEEN = """wanted => { const at = document.querySelector(wanted)?.getBoundingClientRect();
  return at && at.top >= 0 && at.bottom <= innerHeight }"""
#: The boxes of controls wider than their place.
SCROLLED = """() => [...document.querySelectorAll(".jp-OutputArea .widget-vbox, .jp-OutputArea .widget-hbox")]
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText.slice(0, 60))"""
ENGLISH = (
    "Error displaying widget",
    "Loading widget",
    "Traceback",
    "Javascript Error",
    "JavaScript output is disabled",
)


@pytest.fixture(scope="module")
def lab(kit):
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    options = ["--ip=127.0.0.1", "--IdentityProvider.token=", "--LabApp.default_url=/lab/tree/00_accueil.ipynb", *root]
    with served("jupyterlab", kit, *options) as address:
        yield address


def opened(page, address):
    """The notebook on screen, its kernel ready."""
    page.goto(address)
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    page.get_by_text("Python 3 (ipykernel) | Inactif").wait_for()


def run_all(page):
    # The stored numbers of the cells must not be taken for a run.
    page.evaluate(f"document.querySelectorAll('{PROMPTS}').forEach(prompt => {{ prompt.textContent = '[ ]:'; }})")
    page.get_by_role("menuitem", name="Exécution", exact=True).click()
    page.get_by_role("menuitem", name="Exécuter toutes les cellules", exact=True).click()
    page.wait_for_function(DONE)
    failed = page.locator(FAILED)
    assert failed.count() == 0, failed.first.inner_text()


def clean(page):
    """Nothing outside was asked for, nothing speaks English or of programs."""
    assert page.refused == []
    words = page.locator(".jp-Notebook").inner_text()
    assert [word for word in ENGLISH if word in words] == []


def test_a_notebook_is_read_before_it_is_run(page, lab):
    opened(page, f"{lab}/lab/tree/02_panorama.ipynb?reset")
    twin = page.locator(".jp-OutputArea-output", has_text="contrats sur").first
    twin.scroll_into_view_if_needed()
    assert "Clause sociale" in twin.inner_text()
    drawn = twin.locator("img")
    assert drawn.count() == 3
    assert drawn.first.evaluate("image => image.naturalWidth") > 300
    # A word of the frame that the French pack lacks.
    page.get_by_text(re.compile(r"^Cellule \d+/\d+$")).wait_for()
    clean(page)


def test_another_buyer_is_chosen_with_the_keyboard_and_its_workbook_downloaded(page, lab, tmp_path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl n'est pas installé")
    opened(page, f"{lab}/lab/tree/02_panorama.ipynb?reset")
    run_all(page)
    panorama = page.locator(".jupyter-widgets .spaser-vue", has_text="Que disent les contrats publiés").first
    panorama.scroll_into_view_if_needed()
    before, drawn = panorama.inner_text(), panorama.locator("img").first.get_attribute("src")
    assert "Aubrelle" in before

    page.get_by_label("Chercher un acheteur").first.click()
    page.wait_for_function(HELD, arg="INPUT text")
    page.keyboard.type("haute sorgue")
    # Each letter is a search: the list is drawn anew at each answer, and only the answer to the whole name is waited for.
    page.get_by_text(re.compile(r"1\sacheteur répond à «\shaute sorgue\s»")).first.wait_for()
    for reached in ("INPUT checkbox", "SELECT select-one"):
        page.keyboard.press("Tab")
        page.wait_for_function(HELD, arg=reached)
    page.wait_for_function(LISTED, arg=1)
    page.keyboard.press("ArrowDown")
    panorama.locator(".chosen", has_text="Haute-Sorgue").wait_for()
    assert "Aubrelle" not in panorama.inner_text()
    assert panorama.locator("img").first.get_attribute("src") != drawn

    button = page.get_by_role("button", name="Préparer les fichiers à emporter")
    button.scroll_into_view_if_needed()
    button.click()
    link = page.get_by_role("link", name=re.compile("diagnostic.xlsx"))
    link.wait_for()
    with page.expect_download() as taken:
        link.click()
    path = tmp_path / taken.value.suggested_filename
    taken.value.save_as(path)
    sheets = openpyxl.load_workbook(path, read_only=True)
    words = {str(cell) for row in sheets.worksheets[0].iter_rows(values_only=True, max_row=40) for cell in row if cell}
    assert any("Haute-Sorgue" in word for word in words)
    clean(page)


def test_the_welcome_leads_to_ones_own_file_and_buyer(page, lab, kit):
    opened(page, f"{lab}/lab/tree/00_accueil.ipynb?reset")
    run_all(page)
    page.get_by_label("Mission", exact=True).select_option(label="nouvelle mission…")
    page.get_by_label("Son nom").fill("Ville d'essai")
    page.get_by_role("button", name="Créer la mission").click()
    page.get_by_text("Mission créée dans").wait_for()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Envoyer un fichier").click()
    asked.value.set_files(str(kit / "data" / "marches_demo_2023.json"))
    page.get_by_role("button", name="Ajouter à la mission").click()
    page.get_by_text("est dans la mission").wait_for()
    page.get_by_role("button", name="Lire la mission").click()
    page.get_by_text("Le compte de chaque fichier").first.wait_for()
    page.locator(".widget-select select").first.select_option(index=1)
    panorama = page.locator(".jupyter-widgets .spaser-vue", has_text="Que disent les contrats publiés").first
    panorama.locator(".chosen", has_text="Aubrelle").wait_for()
    assert (kit / "notebooks" / "missions" / "Ville-d-essai" / "mission.toml").is_file()
    clean(page)


def test_after_a_run_of_all_the_page_stays_on_the_form(page, lab):
    page.set_viewport_size({"width": 1366, "height": 768})
    opened(page, f"{lab}/lab/tree/00_accueil.ipynb?reset")
    run_all(page)
    form = page.get_by_label("Mission", exact=True)
    form.wait_for()
    page.wait_for_function(
        """() => { const form = [...document.querySelectorAll("select")].find(one => one.offsetParent);
          const at = form.getBoundingClientRect(); return at.top >= 0 && at.bottom <= innerHeight }"""
    )


def test_what_fails_in_a_run_of_all_is_told_at_the_form_with_a_way_to_it(page, lab, kit):
    home = mission.create(kit / "notebooks" / "missions" / "incomplete", client="Incomplète")
    book = next(path for path in mission.notebooks(home) if path.name.startswith("02_"))
    (home / "mission.toml").write_text('fichiers = ["fichiers/parti.csv"]\n', encoding="utf-8")
    page.set_viewport_size({"width": 1366, "height": 768})
    opened(page, f"{lab}/lab/tree/{book.relative_to(kit / 'notebooks').as_posix()}?reset")
    page.get_by_role("menuitem", name="Exécution", exact=True).click()
    page.get_by_role("menuitem", name="Exécuter toutes les cellules", exact=True).click()
    told = page.locator(".spaser-echecs")
    told.wait_for()
    assert "parti.csv" in told.inner_text() and "Ce qui a été lu" in told.inner_text()
    page.wait_for_function(SEEN, arg=".spaser-echecs")
    told.get_by_role("button").first.click()
    page.wait_for_function(SEEN, arg=".jp-Cell-outputArea [role=alert]")


def test_a_mission_is_reopened_another_day_and_its_notebook_opens_on_it(page, lab, tmp_path):
    own = tmp_path / "suivi.csv"
    own.write_text(
        "N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Considérations sociales;Considérations environnementales\n"
        "1;21750001600019;Nettoyage avec clause sociale;90910000;95 000,50;12/03/2024;Clause sociale;Pas de considération environnementale\n",
        encoding="utf-8",
    )
    opened(page, f"{lab}/lab/tree/00_accueil.ipynb?reset")
    run_all(page)
    page.get_by_label("Mission", exact=True).select_option(label="nouvelle mission…")
    page.get_by_label("Son nom").fill("Ma Ville")
    page.get_by_role("button", name="Créer la mission").click()
    page.get_by_text("Mission créée dans").wait_for()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="Envoyer un fichier").click()
    asked.value.set_files(str(own))
    page.get_by_role("button", name="Ajouter à la mission", exact=True).click()
    page.get_by_text("est dans la mission").wait_for()

    opened(page, f"{lab}/lab/tree/00_accueil.ipynb?reset")  # another day
    run_all(page)
    page.get_by_label("Mission", exact=True).select_option(label="Ma Ville")
    page.get_by_text("suivi.csv").first.wait_for()
    page.get_by_role("button", name="Lire la mission").click()
    page.get_by_text("Le compte de chaque fichier").first.wait_for()
    link = page.locator(".jupyter-widgets").get_by_role("link", name="02_panorama").last
    link.wait_for()
    link.click()
    page.get_by_text('mission = ".."').first.wait_for()
    assert page.refused == []


def test_a_mission_without_a_name_is_told_in_a_box(page, lab):
    opened(page, f"{lab}/lab/tree/00_accueil.ipynb?reset")
    run_all(page)
    page.get_by_label("Mission", exact=True).select_option(label="nouvelle mission…")
    page.get_by_role("button", name="Créer la mission").click()
    box = page.get_by_role("alert").first
    box.wait_for()
    assert "n'a pas de nom" in box.inner_text().replace("’", "'")
    clean(page)


def test_titles_of_the_questionnaire_are_read_whole(page, lab):
    opened(page, f"{lab}/lab/tree/08_diagnostic_qualitatif.ipynb?reset")
    run_all(page)
    titles = page.locator(".jupyter-widgets.widget-tab").first.locator(".lm-TabBar-tabLabel")
    titles.first.wait_for()
    assert titles.count() == 6
    assert [
        one.inner_text() for one in titles.all() if one.evaluate("label => label.scrollWidth > label.clientWidth")
    ] == []


def test_a_line_of_the_plan_holds_in_the_page_of_a_small_screen(page, lab):
    page.set_viewport_size({"width": 1366, "height": 768})
    opened(page, f"{lab}/lab/tree/12_diagnostic_pams.ipynb?reset")
    run_all(page)
    page.get_by_label("Qui", exact=True).first.wait_for()
    assert page.evaluate(SCROLLED) == []
    clean(page)
