"""Two editions compared read in messages by cause; a difference that no decimal shows is not shown."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from findings import findings as invented

from spaser.deliverables.report import Paragraph, Section, TableBlock
from spaser.sections.goals import _CAUSES, _adding_up, section_editions
from spaser.vocabulary import EDITION_CAUSES, EDITIONS


def compared(*moves: tuple[str, float, float, str]) -> Section:
    rows = [
        {"indicateur": f"i{rank}", "titre": title, "unite": "nombre", "definition": None, "avant": before, "apres": after,
         "ecart": after - before, "cause": cause}
        for rank, (title, before, after, cause) in enumerate(moves)
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema_overrides={"definition": pl.String})
    whole = EDITIONS.conform(table.lazy()).collect()
    found = section_editions(replace(invented(), definition="essai", extras={"editions": whole}))
    assert found is not None
    return found


def said(section: Section) -> list[str]:
    return [s.text.replace("\u00a0", " ") for b in section.blocks if isinstance(b, Paragraph) for s in b.sentences]


@pytest.mark.parametrize(
    ("after", "shown"), [(0.0021, False), (0.00249, False), (0.00299, False), (0.003, True), (0.0031, True)]
)
def test_a_difference_that_no_decimal_shows_is_not_told(after: float, shown: bool) -> None:
    found = compared(("Clause sociale", 0.002, after, "réalité"))
    assert any(isinstance(block, TableBlock) for block in found.blocks) == shown


def test_the_gap_written_is_that_of_the_two_shares_written() -> None:
    """0.24 % and 0.36 % are written 0.2 and 0.4: the gap is 0.2, never 0.1."""
    found = compared(("Clause sociale", 0.0024, 0.0036, "réalité"))
    table = next(block for block in found.blocks if isinstance(block, TableBlock))
    assert table.frame["ecart"].to_list() == ["+0,2\u00a0pt"]


def test_the_messages_say_what_reality_the_period_the_lists_the_data_and_the_rule_changed_in_that_order() -> None:
    found = said(compared(
        ("Règle", 0.1, 0.2, "règle"), ("Période", 0.1, 0.2, "période"), ("Listes", 0.1, 0.2, "listes"), ("Données", 0.1, 0.3, "données"), ("Pratique", 0.1, 0.4, "réalité"), ("Petite", 0.1, 0.11, "réalité"),
    ))  # fmt: skip
    assert [text.split(" :")[0][:22] for text in found] == [
        "Ce que la pratique a c", "Ce que la période a ch", "Ce que les listes de f", "Ce que les données ont", "Ce que la règle de cal",
    ]  # fmt: skip
    assert found[0].index("Pratique") < found[0].index("petite")
    assert "10,0 % → 40,0 %" in found[0] or "10 % → 40 %" in found[0]


@pytest.mark.parametrize(("code", "practice"), [("non_reponse_sociale", False), ("clause_sociale", True)])
def test_a_field_better_filled_is_never_told_as_a_change_of_practice(code: str, practice: bool) -> None:
    rows = pl.DataFrame([
        {"indicateur": code, "titre": "Part inventée", "unite": "nombre", "avant": 0.47, "apres": 0.04, "ecart": -0.43, "cause": "réalité"},
    ])  # fmt: skip
    whole = EDITIONS.conform(rows.lazy()).collect()
    found = section_editions(replace(invented(), definition="essai", extras={"editions": whole}))
    assert found is not None
    (told,) = said(found)
    assert told.startswith("Ce que la pratique a changé") is practice
    assert ("case est mieux ou moins bien remplie" in told) is not practice


def test_the_parts_written_add_up_to_the_gap_written() -> None:
    """5.75 points by reality between 2.14 % and 7.89 %: written 2.1, 7.9 and 5.8, so reality is written 5.8; nothing known stays unknown."""
    rows = [
        {
            "ecart": 0.058,
            "du_aux_listes": 0.0,
            "du_a_la_periode": 0.0,
            "du_a_la_realite": 0.0574,
            "du_aux_donnees": 0.0,
            "du_a_la_regle": 0.0,
        },
        {
            "ecart": 0.1,
            "du_aux_listes": 0.0,
            "du_a_la_periode": 0.0,
            "du_a_la_realite": 0.0334,
            "du_aux_donnees": 0.0334,
            "du_a_la_regle": 0.0333,
        },
        {
            "ecart": -0.1,
            "du_aux_listes": 0.0,
            "du_a_la_periode": 0.0,
            "du_a_la_realite": 0.0004,
            "du_aux_donnees": -0.1004,
            "du_a_la_regle": 0.0,
        },
        {
            "ecart": 0.1,
            "du_aux_listes": 0.0,
            "du_a_la_periode": 0.0,
            "du_a_la_realite": None,
            "du_aux_donnees": None,
            "du_a_la_regle": 0.02,
        },
    ]
    parts = ("du_a_la_realite", "du_aux_donnees", "du_a_la_regle")
    made = [
        [row[name] if row[name] is None else round(row[name], 6) for name in parts]
        for row in _adding_up(pl.DataFrame(rows)).to_dicts()
    ]
    assert made == [[0.058, 0.0, 0.0], [0.034, 0.033, 0.033], [0.0, -0.1, 0.0], [None, None, 0.02]]


def test_every_cause_has_its_words() -> None:
    assert {*EDITION_CAUSES.values(), "indéterminée", "effets qui se compensent"} == set(_CAUSES)
