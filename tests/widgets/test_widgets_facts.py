"""An amount, a duration, a day of a contract decided on the screen: kept with who and when, undone, read back by what follows. All invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from spaser import french, widgets
from spaser.contracts import assembly
from spaser.sources.answers import facts
from spaser.studies import diagnostic, mission
from spaser.studies.mission import deciding
from spaser.widgets.acts import facts as grids

LINES = """N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Durée (mois);Considérations sociales
1;90000000100017;Nettoyage des écoles;90910000;0;12/03/2024;48;Clause sociale
2;90000000100017;Entretien des jardins;77310000;140 000;02/04/2024;24;Pas de considération sociale
"""


@pytest.fixture
def made(tmp_path) -> Path:
    (tmp_path / "suivi.csv").write_text(LINES, encoding="utf-8")
    home = mission.create(tmp_path / "m", client="Inventée", auteur="A. Inventée")
    mission.add(home, "fichiers", [tmp_path / "suivi.csv"])
    return home


@pytest.fixture
def desk(made) -> widgets.Desk:
    return widgets.Desk(widgets.read(str(made)))


def line(grid: widgets.Facts, words: str):
    return next(one for one in grid.lines if words in one.told)


def choose(one, start: str) -> None:
    one.chosen.value = next(
        value for label, value in one.chosen.options if label.replace("\u00a0", " ").startswith(start)
    )


def of(desk: widgets.Desk, words: str, column: str):
    rows = desk.base.contracts.filter(pl.col("objet").str.contains(words)).select(column).collect()
    return rows.item()


def test_an_amount_in_doubt_is_given_another_value_kept_and_undone(desk, made):
    grid = widgets.Facts(desk)
    assert [one.told.split(french.typeset(" –"))[0] for one in grid.lines] == ["Nettoyage des écoles"]
    before = of(desk, "Nettoyage", "montant_retenu")
    line(grid, "Nettoyage").other.value = "38 800,50"
    grid.save.click()
    assert of(desk, "Nettoyage", "montant_retenu") == 3_880_050 != before
    kept = mission.Decisions(made / "decisions").table("montant").rows(named=True)
    assert [(row["champ"], row["valeur"], row["auteur"]) for row in kept] == [("montant", "38800.50", "A. Inventée")]
    assert kept[0]["date"] is not None
    assert "1 choix enregistré" in grid.status.value.replace("\u00a0", " ")
    # Commands and reports read the same decisions.
    decided = diagnostic.prepare([made / "fichiers" / "suivi.csv"], decisions=pl.DataFrame(kept).lazy())
    assert decided.contracts.select(pl.col("montant").max()).collect().item() == 14_000_000
    assert "décidé" in line(grid, "Nettoyage").told
    grid.undo.click()
    assert of(desk, "Nettoyage", "montant_retenu") == before
    assert mission.Decisions(made / "decisions").table("montant").is_empty()


def test_any_contract_is_found_and_its_duration_or_day_decided_then_taken_back(desk, made):
    grid = widgets.Facts(desk)
    grid.fact.value = "durée"
    assert grid.lines == [] and "aucune durée à vérifier" in french.typeset(grid.status.value).lower().replace(
        "\u00a0", " "
    )
    grid.text.value = "jardins"
    one = line(grid, "jardins")
    assert french.typeset("publié : 24 mois") in one.told
    one.other.value = "36"
    grid.save.click()
    assert of(desk, "jardins", "dureeMois") == 36
    grid.fact.value = "date de notification"
    one = line(grid, "jardins")
    one.other.value = "01/02/2024"
    grid.save.click()
    assert str(of(desk, "jardins", "dateNotification")) == "2024-02-01"
    assert of(desk, "jardins", "dureeMois") == 36
    # The published value may be taken again, and the decision taken back.
    choose(line(grid, "jardins"), "prendre la valeur publiée : 02/04/2024")
    grid.save.click()
    assert str(of(desk, "jardins", "dateNotification")) == "2024-04-02"
    choose(line(grid, "jardins"), "ôter ma décision")
    grid.save.click()
    assert mission.Decisions(made / "decisions").table("date").is_empty()
    assert mission.Decisions(made / "decisions").table("duree").height == 1


def test_what_cannot_be_understood_is_told_and_nothing_is_written(desk, made):
    grid = widgets.Facts(desk)
    grid.text.value = "jardins"
    line(grid, "jardins").other.value = "beaucoup"
    grid.save.click()
    assert "ne se comprend pas" in grid.status.value and not (made / "decisions" / "montants.csv").exists()


@pytest.mark.parametrize(
    ("fact", "said", "kept"),
    [
        ("montant", "1 000 000 €", "1000000"),
        ("durée", "1200 mois", "1200"),
        ("durée", "1201", None),
        ("montant", "0", None),
        ("nature", "Accord-cadre", "accord_cadre"),
        ("date de notification", "31/02/2025", None),
        ("date de notification", " ", None),
    ],
)
def test_a_fact_is_understood_within_its_limits(fact, said, kept):
    assert facts.understood(fact, said) == kept


def test_a_fact_to_decide_is_known_to_all_who_read_show_keep_or_obey_it():
    families, apart = {"famille d'achat"}, {"famille"}
    kinds = {kind for kind, _ in facts.FACTS.values()}
    assert set(facts.FACTS) == set(facts._HELP) == set(facts._OF_CONTRACTS) | families == set(grids._SAID) | families
    assert kinds <= set(deciding.TYPES)
    # A consultation is decided in a file of its own, and families are obeyed where they are read.
    assert kinds - apart == set(assembly.DECIDED) - {"consultation"}
    for fact in facts.FACTS:
        assert facts.understood(fact, "sans queue ni tête") is None
        assert facts._HELP[fact] in str(facts.refusal(fact, "sans queue ni tête"))


UNUSUAL = "800 000 € : 25 fois plus que la médiane des 15 marchés de cet acheteur."


@pytest.mark.parametrize(
    ("proof", "reasons", "told"),
    [
        ("Le montant publié est 1 €.", None, "Le montant publié est 1 €."),
        (None, UNUSUAL, UNUSUAL),
        ("Deux modifications.", UNUSUAL, f"Deux modifications. {UNUSUAL}"),
        (None, None, None),
    ],
)
def test_an_amount_in_doubt_says_why_whether_it_accuses_itself_or_is_unlike_the_others(proof, reasons, told):
    names = ("montant_publie", "montant", "montant_propose", "montant_bas", "montant_haut", "enjeu")
    columns = {"uid": "1", "objet": "Peinture", "montant_statut": "a_verifier", "montant_regle": "outlier"}
    row = columns | dict.fromkeys(names, 80_000_000) | {"montant_preuve": proof, "montant_anomalie_raisons": reasons}
    frame = pl.DataFrame(
        [row], schema_overrides=dict.fromkeys(("montant_preuve", "montant_anomalie_raisons"), pl.String)
    )
    assert facts.facts_of(frame, "montant")["preuve"].item() == told
