"""Interviews: the guide by role, the workbook read back, several people merged with their disagreements, words quoted by role."""

from __future__ import annotations

from datetime import date

import openpyxl
import polars as pl
import pytest

from spaser import maturity, rules
from spaser.problems import Problems
from spaser.studies import mission
from spaser.studies.acting import interviews

DAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    """The workbook as the kit writes it."""
    folder = tmp_path_factory.mktemp("guide")
    interviews.write_guide(folder, DAY)
    return folder


def filled(folder, blank, answers=(), said=()):
    """The kit's own workbook with lines filled in as a person would."""
    book = openpyxl.load_workbook(blank / "entretiens.xlsx")
    for name, lines in (("réponses", answers), ("constats", said)):
        sheet = book[name]
        head = next(r for r in range(1, 13) if sheet.cell(r, 1).value == "Rôle")
        heads = [cell.value for cell in sheet[head]]
        sheet.delete_rows(head + 1, sheet.max_row)
        for line in lines:
            sheet.append([line.get(one) for one in heads])
    path = folder / "entretiens rempli.xlsx"
    book.save(path)
    return path


def answer(role, code, level, who=None):
    return {"Rôle": role, "Code": code, "Niveau": level, "Répondant (fonction)": who}


ELU, BUYERS = "Élu·e chargé·e des achats ou de l'ESS", "Commande publique, acheteurs"


def test_every_question_of_the_grid_is_asked_of_somebody_and_no_role_asks_another():
    known = {one["id"] for axis in maturity.grid()["axis"] for one in axis["question"]}
    asked = {name for role in rules.toml("interviews.toml")["role"] for name in role["questions"]}
    assert asked == known


def test_the_guide_has_a_chapter_by_role_and_its_workbook_is_read_back_empty(blank):
    assert (blank / "guide-entretiens.docx").stat().st_size > 5_000
    told = interviews.guide(DAY)
    assert [section.title for section in told.sections][1:] == [
        r["label"] for r in rules.toml("interviews.toml")["role"]
    ]
    found = interviews.study(blank / "entretiens.xlsx")
    assert not found.answers.height and not found.said.height
    assert found.profile["niveau"].null_count() == found.profile.height


def test_two_people_are_merged_at_the_lower_median_and_their_disagreement_is_told(tmp_path, blank):
    book = filled(
        tmp_path,
        blank,
        [
            answer("elu", "portage_elu", 3),
            answer(BUYERS, "portage_elu", "1 – ponctuel", "Directrice des achats"),
            answer(BUYERS, "portage_elu", 1, "Acheteur"),
            answer(BUYERS, "moyens", 1, "Acheteur"),
            answer(ELU, "moyens", 2),
            answer(ELU, "schema", "2"),
        ],
    )
    found = interviews.study(book)
    told = {row["question"]: row for row in found.merged.to_dicts()}
    assert (told["portage_elu"]["niveau"], told["portage_elu"]["bas"], told["portage_elu"]["haut"]) == (1, 1, 3)
    assert told["portage_elu"]["accord"] == "désaccord"  # two levels apart
    assert (told["moyens"]["niveau"], told["moyens"]["accord"]) == (1, "nuance")  # one level apart, the lower of two
    assert told["schema"]["accord"] == "un seul avis"
    assert told["portage_elu"]["detail"] == f"Acheteur : 1 ; Directrice des achats : 1 ; {ELU} : 3"
    axis = found.profile.row(by_predicate=pl.col("axe") == "gouvernance", named=True)
    # four questions, two answered: at least (1 + 1) / 4, at most (3 + 2 + 2 × 3) / 4
    assert (axis["repondues"], axis["niveau"], axis["bas"], axis["haut"]) == (2, 1.0, 0.5, 2.75)
    assert "1 désaccord" in interviews.summary(found).replace("\u00a0", " ")


def test_the_questionnaire_kept_by_the_mission_is_one_more_respondent(tmp_path, blank):
    book = filled(tmp_path, blank, [answer(ELU, "schema", 3)])
    found = interviews.study(book, also={"schema": 0, "moyens": None})
    assert found.merged.row(0, named=True)["accord"] == "désaccord" and found.answers.height == 2


def test_words_are_quoted_by_role_only_when_the_person_agreed(tmp_path, blank):
    line = {"Rôle": BUYERS, "Axe": "Gouvernance", "Type": "frein", "Constat": "Le besoin arrive tard"}
    book = filled(
        tmp_path,
        blank,
        said=[
            line | {"Citation": "On découvre tout à la fin", "Peut être cité (oui, non)": "oui"},
            line | {"Citation": "Ne le répétez pas"},
        ],
    )
    found = interviews.study(book)
    assert found.said["citation"].to_list() == ["On découvre tout à la fin", None]
    interviews.write(found, tmp_path / "out", DAY)
    page = (tmp_path / "out" / "qualitatif.html").read_text(encoding="utf-8")
    assert "On découvre tout à la fin" in page and "Ne le répétez pas" not in page


def test_every_fault_of_the_workbook_is_told_at_once_with_its_line(tmp_path, blank):
    book = filled(
        tmp_path,
        blank,
        [
            answer("maire", "moyens", 1),
            answer(ELU, "moyen", 1),
            answer(ELU, "moyens", 4),
            answer(ELU, "schema", 1),
            answer(ELU, "schema", 2),
        ],
        [{"Rôle": ELU, "Axe": "Cuisine", "Type": "frein", "Constat": "x"}],
    )
    with pytest.raises(Problems) as told:
        interviews.study(book)
    words = str(told.value)
    for part in (
        "rôle inconnu",
        "question inconnue",
        "n'est pas un niveau de 0 à 3",
        "a déjà répondu",
        "axe inconnu « Cuisine »",
    ):
        assert part in words, part


def test_the_report_of_a_mission_says_who_disagrees_and_quotes(tmp_path, blank):
    import spaser
    from spaser.studies import pams

    book = filled(
        tmp_path,
        blank,
        [answer(ELU, "portage_elu", 3), answer(BUYERS, "portage_elu", 0)],
        [
            {
                "Rôle": ELU,
                "Axe": "Stratégie",
                "Type": "idée",
                "Constat": "Voter des cibles",
                "Citation": "Il faut un cap",
                "Peut être cité (oui, non)": "oui",
            }
        ],
    )
    made = mission.create(tmp_path / "m", client="Inventée")
    mission.add(made, "entretiens", [book])
    asked = mission.read(made)
    assert asked.every.wishes.interviews.name == book.name
    result = spaser.diagnose(mission.read(mission.DEMO).files, buyer="Aubrelle")
    report = pams.report(pams.study(result, asked.every.wishes))
    told = next(section for section in report.sections if section.id == "qualitatif")
    detail = next(section for section in report.sections if section.id == "qualitatif-detail")
    ids = [getattr(block, "id", "") for block in (*told.blocks, *detail.blocks)]
    assert "tab-paroles" in ids and "tab-desaccords" in ids


def test_nothing_answered_agrees_in_gender(blank):
    said = interviews.summary(interviews.study(blank / "entretiens.xlsx")).replace("\u00a0", " ")
    assert said.startswith("Aucun répondant, aucune question sur ")
