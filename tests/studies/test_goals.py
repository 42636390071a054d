"""One answer per target: the trajectory, the plan to reach it, the actions, the slides, the workbook and the terminal read one row."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from pptx import Presentation

import spaser
from spaser import french, rules
from spaser.deliverables import excel, html, slides
from spaser.indicators import trajectory
from spaser.indicators.records import catalogue
from spaser.indicators.targets import Target
from spaser.sections import reach
from spaser.sections.goals import answered
from spaser.studies import diagnostic, pams, publication
from spaser.studies.mission import read as read_mission
from spaser.studies.pams import goals

DATA = Path(__file__).parents[2] / "data"


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(french.NBSP, " ").replace(french.THIN, " ").replace("&nbsp;", " ")).lower()


def target(share: float, year: int, code: str = "clause_sociale", unit: str = "nombre", **more) -> Target:
    """A voted target, the names of its definition those of the catalogue."""
    definition = next(iter(catalogue()[code].definitions))
    return Target(code, f"Objectif {code} {share}", unit, definition, share, year, "Délibération inventée", **more)


@pytest.fixture(scope="module")
def listed():
    return spaser.prepare(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))


@pytest.fixture(scope="module")
def study(listed):
    """The demo's town, with targets far, near, met, in value and out of reach of the data."""
    asked = read_mission(DATA / "diagnostic_demo.toml").asked[1].wishes
    voted = (
        *asked.goals,
        target(0.01, 2027),
        target(0.99, 2027),
        target(0.5, 2026, unit="valeur"),
        target(0.05, 2027, "marche_reserve"),
    )
    wishes = pams.Wishes(goals=tuple(voted))
    return pams.study(diagnostic.diagnose(listed, buyer="aubrelle"), wishes)


@pytest.fixture(scope="module")
def report(study):
    return pams.report(study)


def words(section) -> str:
    """All that a section says, its tables included."""
    said = []
    for block in section.blocks:
        said += [one.text for one in getattr(block, "sentences", ())] + [getattr(block, "text", "") or ""]
        frame = getattr(block, "frame", None)
        if frame is not None:
            said += [str(cell) for row in frame.rows() for cell in row]
    return flat(" ".join(said))


def section(report, name):
    return next(one for one in report.sections if one.id == name)


def test_the_trajectory_the_plan_and_the_actions_give_each_target_the_same_answer(study, report):
    rows = study.extras["objectifs"].filter(nature="voté").to_dicts()
    assert {"atteint", "manque"} <= {row["reponse"] for row in rows}
    told = words(section(report, "objectifs"))
    plans = words(section(report, "atteindre"))
    reached = {row["objectif"]: row for row in study.extras["atteindre"].to_dicts()}
    for row in rows:
        said = flat(answered(row))
        assert said in told
        mine = reached.get(row["rang"])
        if mine is None:
            continue
        assert said in plans
        assert (mine["reponse"], mine["manque"], mine["annee_derniere"]) == (
            row["reponse"],
            row["manque"],
            row["annee_derniere"],
        )
    # The first page and the body say how many lack: never another number than that of the targets.
    page = flat(re.sub(r"<[^>]+>", " ", html.render(report)))
    lacking = re.findall(r"il manque (\d+) contrat", page)
    assert len(lacking) > 1 and set(map(int, lacking)) <= set(study.extras["objectifs"]["manque"])


def test_slides_workbook_and_page_repeat_the_same_answer(study, report):
    rows = study.extras["objectifs"].filter(nature="voté").to_dicts()
    book = openpyxl.load_workbook(io.BytesIO(excel.render(report)), read_only=True)
    cells = flat(
        " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    )
    page = flat(re.sub(r"<[^>]+>", "", html.render(report)))
    deck = Presentation(io.BytesIO(slides.render(report)))
    shown = []
    for slide in deck.slides:
        for shape in slide.shapes:
            shown.append(shape.text_frame.text if shape.has_text_frame else "")
            if shape.has_table:
                shown += [cell.text for line in shape.table.rows for cell in line.cells]
    shown = flat(" ".join(shown))
    for row in rows:
        said = flat(answered(row))
        assert said in page
        assert said in cells or row["titre"].lower() not in cells
    assert not contradictions(rows, shown), contradictions(rows, shown)


def contradictions(rows: list[dict], text: str) -> list[str]:
    """Targets of which a text says another answer than theirs."""
    found = []
    for row in rows:
        for said in re.findall(re.escape(f"« {flat(row['titre'])} »") + r", objectif [^:]{1,40} : (.{60})", text):
            if not flat(answered(row))[:60].startswith(said[:30]):
                found.append(said)
    return found


def test_the_terminal_of_the_publication_says_the_answer_of_the_trajectory(listed, tmp_path):
    voted = tmp_path / "objectifs.toml"
    voted.write_text(
        '[[objectif]]\nindicateur = "clause_sociale"\ncible = "99 %"\nannee = 2027\nsource = "Délibération inventée"\n',
        encoding="utf-8",
    )
    made = publication.publish(listed, buyer="aubrelle", goals=voted)
    row = publication.files.goals(made.roads).to_dicts()[0]
    assert row["reponse"] == "manque" and row["manque"] > 0
    assert flat(answered(row)) in flat(publication.files.summary(made))


def measures(shares: dict[int, tuple[int, int]]) -> pl.DataFrame:
    rows = [
        {
            "dimension": "annee",
            "indicateur": "clause_sociale",
            "unite": "nombre",
            "definition": "déclaré",
            "modalite": str(year),
            "population": "seuil_besoin",
            "numerateur": yes,
            "denominateur": of,
            "valeur": yes / of,
            "bas": yes / of,
            "haut": yes / of,
            "petit_effectif": False,
        }
        for year, (yes, of) in shares.items()
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize(
    ("yes", "of", "share", "lower", "answer", "lacking"),
    [
        (30, 100, 0.3, False, "atteint", 0),
        (29, 100, 0.3, False, "manque", 1),
        (30, 101, 0.3, False, "manque", 1),
        (10, 100, 0.1, True, "atteint", 0),
        (11, 100, 0.1, True, "manque", 1),
        (0, 100, 0.3, False, "manque", 30),
    ],
)
def test_the_answer_is_met_or_says_how_many_lack_on_both_sides_of_the_target(yes, of, share, lower, answer, lacking):
    road = trajectory.road(
        measures({2023: (yes, of), 2024: (yes, of)}), target(share, 2027, baisse=lower), {2023, 2024}
    )
    assert (road.answer, road.lacking) == (answer, lacking)
    assert (road.numerateur, road.denominateur, road.annee_derniere) == (yes, of, 2024)


def test_a_target_nobody_measured_is_unknown_and_never_said_met():
    road = trajectory.road(measures({2024: (1, 100)}), target(0.3, 2027, "marche_reserve"), {2024})
    assert (road.answer, road.lacking) == ("inconnu", None)
    row = publication.files.goals((road,)).to_dicts()[0]
    assert answered(row) == "état inconnu"


ENDS = {"uid": "a", "echeance": date(2026, 6, 1), "gain": 1}


@pytest.mark.parametrize(("day", "kept"), [(date(2026, 2, 28), 1), (date(2026, 3, 1), 1), (date(2026, 3, 2), 0)])
def test_a_renewal_is_counted_on_as_long_as_the_shortest_preparation_fits(day, kept):
    found = goals.candidates(pl.DataFrame([ENDS]), "clause_environnementale", None, day=day, method=rules.method())
    assert found.height == kept


def need(**more) -> dict:
    plain = {
        "besoin_id": "B",
        "etat_action": "agir",
        "levier": "reserver",
        "potentiel": 1,
        "sous_clause": 0,
        "credibles": 2,
        "clause_candidats": 0,
    }
    return plain | more


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, 1),
        ({"etat_action": "conserver"}, 0),
        ({"levier": "rien"}, 0),
        ({"credibles": 0}, 0),
        ({"credibles": 0, "clause_candidats": 1}, 1),
        ({"potentiel": 0}, 0),
        ({"potentiel": 0, "sous_clause": 1}, 1),
    ],
)
def test_a_social_target_counts_only_on_actionable_needs_with_a_lever_and_somebody_to_answer(change, kept):
    supply = goals.Answering(pl.DataFrame([need(**change)]), pl.DataFrame({"besoin_id": ["B"], "uid": ["a"]}))
    ends = pl.DataFrame([ENDS])
    found = goals.candidates(ends, "clause_sociale", supply, day=date(2026, 1, 1), method=rules.method())
    assert found.height == kept
    green = goals.candidates(ends, "clause_environnementale", supply, day=date(2026, 1, 1), method=rules.method())
    assert green.height == 1


@pytest.mark.parametrize("credible", [1, 2, 3, 50])
def test_the_chance_grows_with_the_supply_and_is_never_certain(credible):
    def chance(n: int) -> tuple[float, float]:
        supply = goals.Answering(pl.DataFrame([need(credibles=n)]), pl.DataFrame({"besoin_id": ["B"], "uid": ["a"]}))
        found = goals.candidates(
            pl.DataFrame([ENDS]), "clause_sociale", supply, day=date(2026, 1, 1), method=rules.method()
        )
        return goals.chances(found, 1)

    low, high = chance(credible)
    assert 0 < low < high < 1
    assert chance(credible) >= chance(1)


def test_without_lists_of_suppliers_no_chance_is_given_and_it_is_said():
    found = goals.candidates(pl.DataFrame([ENDS]), "clause_sociale", None, day=date(2026, 1, 1), method=rules.method())
    assert goals.chances(found, 1) == (None, None)
    row = {
        "manque": 1,
        "gagne": 1,
        "choisis": 1,
        "candidats": 1,
        "possibles": 1,
        "chance_bas": None,
        "chance_haut": None,
    }
    assert "n'est pas chiffrée" in reach.luck(row)


def test_without_a_voted_target_the_national_ones_are_shown_under_their_own_name(listed):
    """The comparison stands; nothing is called voted, no road is drawn, and what lacks is still said."""
    found = pams.study(diagnostic.diagnose(listed, buyer="aubrelle"), pams.Wishes())
    assert found.roads == () and found.references
    section = next(one for one in pams.report(found).sections if one.id == "objectifs")
    assert section.title == "Les cibles nationales"
    (block,) = (one for one in section.blocks if getattr(one, "id", "") == "tab-cibles")
    assert block.frame.height and "30 %" in flat(" ".join(block.frame["cible"]))
    assert "voté" not in flat(words(section)) + flat(section.question) + flat(block.caption)
    assert "cibles" in found.extras["manques"]["code"].to_list()


def test_a_buyer_that_the_code_does_not_bind_is_compared_with_no_national_target(listed):
    result = diagnostic.diagnose(listed, buyer="aubrelle")
    private = replace(result, extras=result.extras | {"prive": pl.DataFrame()})
    assert pams.compose._goals(private, (), None)[1] == ()
