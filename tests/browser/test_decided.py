"""A user with own files, by keyboard alone, on a small screen: what is decided survives a restart, and the demo is in nothing handed over."""

from __future__ import annotations

import os
import re
from html import unescape

import pytest

from spaser.studies import mission

from .conftest import served
from .test_lab import HELD, clean, opened, run_all

pytestmark = pytest.mark.browser

CONTRACTS = """N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Durée (mois);SIRET titulaire;Titulaire;Considérations sociales;Considérations environnementales
1;21750001600019;Nettoyage des écoles avec clause sociale;90910000;95 000,50;12/03/2024;48;90000001700014;Les Balais Clairs (inventé);Clause sociale;Pas de considération environnementale
2;21750001600019;Entretien des espaces verts;77310000;140 000;02/04/2025;48;90000002500019;Jardins du Quai (inventé);Pas de considération sociale;Clause environnementale
"""
LISTED = "siret;raison_sociale;type;code_postal;commune\n90000002500019;Jardins du Quai (inventé);EI;75011;Paris\n"
SPENT = "Exercice;Tiers;SIRET;Montant TTC;Nature\n2025;Les Balais Clairs (inventé);90000001700014;22 000,00;611\n2025;Jardins du Quai (inventé);90000002500019;31 000,00;611\n"
#: What only the demo holds.
OF_THE_DEMO = ("Aubrelle", "Val d'Erbe", "fictif", "Démonstration", "inventé pour la démonstration")
#: No kernel is left for a notebook.
GONE = """async name => { const all = await (await fetch("/api/sessions")).json();
  return all.every(one => !one.path.includes(name) || !one.kernel) }"""


@pytest.fixture(scope="module")
def lab(kit):
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with served("jupyterlab", kit, "--ip=127.0.0.1", "--IdentityProvider.token=", *root) as address:
        yield address


@pytest.fixture(scope="module")
def home(kit, tmp_path_factory):
    """A mission of the user's own files, beside the notebooks, with its own copies of them."""
    sent = tmp_path_factory.mktemp("envoi")
    made = mission.create(kit / "notebooks" / "missions" / "Quai", client="Ville du Quai", auteur="C. Inventé")
    for kind, name, text in (
        ("fichiers", "suivi.csv", CONTRACTS),
        ("registres", "inclusion.csv", LISTED),
        ("depenses", "mandats.csv", SPENT),
    ):
        (sent / name).write_text(text, encoding="utf-8")
        mission.add(made, kind, [sent / name])
    mission.notebooks(made)
    return made


@pytest.fixture
def small(page):
    page.set_viewport_size({"width": 1366, "height": 768})
    return page


def tabbed(page, wanted, most=40):
    """Go on with Tab until something of this kind (« tag type ») holds the keyboard."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(HELD, wanted):
            return
    pytest.fail(f"aucun {wanted} n'est atteint au clavier")


def test_a_status_decided_with_the_keyboard_survives_a_restart_and_is_read_by_commands(small, lab, home):
    page, address = small, f"{lab}/lab/tree/missions/Quai/carnets/04_fournisseurs_ess.ipynb?reset"
    opened(page, address)
    run_all(page)
    line = page.locator(".jupyter-widgets", has_text="Les Balais Clairs").last
    line.wait_for()
    page.get_by_label("Chercher un fournisseur").focus()
    page.wait_for_function(HELD, arg="INPUT text")
    tabbed(page, "SELECT select-one")
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => document.activeElement.selectedOptions[0].text.includes('ESS')")
    tabbed(page, "INPUT text")
    tabbed(page, "INPUT text")
    page.keyboard.type("statuts lus")
    page.wait_for_function("() => document.activeElement.value === 'statuts lus'")
    tabbed(page, "BUTTON submit")
    page.keyboard.press("Enter")
    page.get_by_text("1 choix enregistré dans la mission").first.wait_for()
    kept = mission.Decisions(home / "decisions").table("statut").rows()
    assert [(row[1], row[2], row[3], row[4], row[6]) for row in kept] == [
        ("900000017", "ess", "oui", "C. Inventé", "statuts lus")
    ]

    page.get_by_role("menuitem", name="Noyau", exact=True).click()
    page.get_by_role("menuitem", name="Arrêter le noyau", exact=True).click()
    page.wait_for_function(GONE, arg="04_fournisseurs_ess.ipynb")
    opened(page, address)  # another day
    run_all(page)
    page.locator(".jupyter-widgets", has_text=re.compile(r"Les Balais Clairs.*décidé\s: de l'ESS")).last.wait_for()
    page.get_by_text("1 choix enregistré dans la mission").wait_for(state="detached")
    clean(page)


def test_on_a_small_screen_the_page_comes_back_to_the_form_and_nothing_is_wider_than_it(small, lab, home):
    page = small
    opened(page, f"{lab}/lab/tree/missions/Quai/carnets/05_potentiel_ess.ipynb?reset")
    run_all(page)
    page.wait_for_function(
        """() => { const form = [...document.querySelectorAll("input")].find(one => one.placeholder.startsWith("partie du nom"));
          const at = form?.getBoundingClientRect(); return at && at.top >= 0 && at.bottom <= innerHeight }"""
    )
    wide = page.evaluate(
        """() => [...document.querySelectorAll(".jp-OutputArea-output")].filter(one => one.scrollWidth > one.clientWidth + 1)
          .map(one => [one.scrollWidth, one.clientWidth, one.innerText.slice(0, 60)])"""
    )
    assert wide == []
    clean(page)


def test_the_report_of_a_mission_holds_nothing_of_the_demo(small, lab, home, tmp_path):
    page = small
    opened(page, f"{lab}/lab/tree/missions/Quai/carnets/12_diagnostic_pams.ipynb?reset")
    run_all(page)
    page.locator(".widget-select select").first.select_option(index=1)
    button = page.get_by_role("button", name="Préparer les cinq formes")
    button.click()
    link = page.get_by_role("link", name=re.compile("diagnostic.html"))
    link.wait_for()
    with page.expect_download() as taken:
        link.click()
    path = tmp_path / "diagnostic.html"
    taken.value.save_as(path)
    words = unescape(path.read_text(encoding="utf-8")).replace("\u2019", "'")
    assert "Ville du Quai" in words
    assert [word for word in OF_THE_DEMO if word in words.replace("(inventé)", "")] == []
    clean(page)
