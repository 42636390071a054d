"""Kinds of fault the detection once made, each with texts on both sides. All texts are invented."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spaser import detection
from spaser.detection import heads, rules

FOLDER = Path(__file__).parents[1] / "cases"
FILE = tomllib.loads((FOLDER / "detection_faults.toml").read_text(encoding="utf-8"))
TENDERS = tomllib.loads((FOLDER / "detection_tenders.toml").read_text(encoding="utf-8"))
UNSEEN = tomllib.loads((FOLDER / "detection_unseen.toml").read_text(encoding="utf-8"))
LEXICON = rules.load()
CASES, WEIGHTS = FILE["cases"], FILE["weights"]
CAUSES = sorted({case[0] for case in CASES})
BLANK: dict[str, Any] = {"env": 0, "soc": 0, "reserve": "none", "porteurs": [], "env_codes": [], "soc_codes": []}


def passages(given: list[tuple[str, str]]) -> pl.DataFrame:
    frame = {
        "texte_id": [str(i) for i in range(len(given))],
        "champ": [field for field, _ in given],
        "texte": [text for _, text in given],
    }
    return detection.detect(pl.LazyFrame(frame)).collect()


def said(given: list[tuple[str, str]]) -> list[dict[str, Any]]:
    rows = {row["texte_id"]: row for row in detection.summarise(passages(given).lazy()).collect().to_dicts()}
    return [rows.get(str(i), BLANK) for i in range(len(given))]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_kind_of_fault_is_mended_on_both_sides(cause: str) -> None:
    """Levels, reservation and carriers of each text of the kind, read with its field."""
    cases = [case for case in CASES if case[0] == cause]
    read = said([(case[1], case[2]) for case in cases])
    wrong = []
    for (_, _, text, env, soc, reserve, carriers), row in zip(cases, read, strict=True):
        expected = row["porteurs"] if carriers == "-" else sorted(filter(None, carriers.split(",")))
        if (row["env"], row["soc"], row["reserve"], row["porteurs"]) != (env, soc, reserve, expected):
            wrong.append((text, row))
    assert wrong == []


@pytest.mark.parametrize("case", WEIGHTS, ids=[case[1][:40] for case in WEIGHTS])
def test_a_weight_belongs_to_its_own_row_of_a_grid(case: list[Any]) -> None:
    field, text, dimension, weight, unit = case
    rows = passages([(field, text)]).filter((pl.col("dimension") == dimension) & (pl.col("porteur") == "critere"))
    assert set(rows.select("nombre", "nombre_unite").rows()) == {(weight, unit)}


@pytest.mark.parametrize("name", sorted(TENDERS))
def test_a_tender_file_is_read_paragraph_by_paragraph(name: str) -> None:
    """IT, catering, works: what only sounds like a consideration is none, what is one is found (-1: not checked)."""
    read = said([("CCTP", case[0]) for case in TENDERS[name]])
    wrong = []
    for (text, env, soc, reserve, carriers), row in zip(TENDERS[name], read, strict=True):
        expected = row["porteurs"] if carriers == "-" else sorted(filter(None, carriers.split(",")))
        levels = (row["env"] if env < 0 else env, row["soc"] if soc < 0 else soc)
        if (row["env"], row["soc"], row["reserve"], row["porteurs"]) != (*levels, reserve, expected):
            wrong.append((text, row))
    assert wrong == []


@pytest.mark.parametrize("name", sorted(UNSEEN))
def test_texts_labelled_before_they_were_read_are_read_as_labelled(name: str) -> None:
    """Levels, reservation, carriers and sub-types."""
    cases = UNSEEN[name]["cases"]
    wrong = []
    for (_, text, env, soc, *lists), row in zip(cases, said([(case[0], case[1]) for case in cases]), strict=True):
        reserve, carriers, env_codes, soc_codes = lists
        expected = [list(filter(None, one.split(","))) for one in (carriers, env_codes, soc_codes)]
        read = [row["porteurs"], row["env_codes"], row["soc_codes"]]
        if (row["env"], row["soc"], row["reserve"], read) != (env, soc, reserve, expected):
            wrong.append((text, row))
    assert wrong == []


@pytest.mark.parametrize("head", LEXICON.heads, ids=[head.id for head in LEXICON.heads])
def test_a_head_governs_its_example_and_not_its_counter_example(head: rules.Head) -> None:
    """The last word of the example stands in the complement of the head; the counter-example buys the thing itself."""
    for text, governed in ((head.example, True), (head.counter, False)):
        folded = detection.fold(text).text
        found = heads.governing(folded, folded.rindex(" "), LEXICON, head.scope[0])
        assert (found is not None and found.id == head.id) is governed, text


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("Rénovation énergétique de l'école - Lot 3 : peinture", 0),
        ("Rénovation énergétique de l'école - Lot 3 : isolation des façades", 1),
        ("Rénovation énergétique de l'école - Lot 3", 1),
        ("Rénovation énergétique des écoles - Lot 3 : secteur nord", 1),
        ("Rénovation énergétique de l'école - lot 1 : tous corps d'état", 1),
        ("Construction d'une école HQE : Lot 7 : faux plafonds", 0),
        ("Entretien des espaces verts : Lot 2", 1),
    ],
)
def test_a_lot_takes_only_what_its_own_text_says(text: str, env: int) -> None:
    assert said([("objet", text)])[0]["env"] == env


def test_what_the_whole_contract_bears_is_of_each_of_its_lots() -> None:
    (row,) = said([("objet", "Rénovation de l'école avec clause d'insertion - Lot 3 : peinture")])
    assert (row["soc"], row["porteurs"]) == (2, ["clause"])


@pytest.mark.parametrize(
    ("field", "env"), [("lot 2, conditions", 0), ("lot 2, objet", 1), ("lot", 1), ("lot 2, critère", 0)]
)
def test_the_field_says_what_a_text_is(field: str, env: int) -> None:
    """A bare word is an object in a subject line; elsewhere only where the sentence names an object."""
    assert said([(field, "Hydrocurage")])[0]["env"] == env


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Selon [le décret](https://exemple.fr/textes/decret-1/), les matériaux recyclés sont privilégiés.", 2),
        ("Selon le décret ( ) matériaux recyclés", 0),
        ("Voir [le guide](/guides/materiaux-recycles/exemples/) du service.", 0),
    ],
)
def test_the_target_of_a_link_says_nothing_and_is_no_empty_box(text: str, level: int) -> None:
    assert said([("CCTP", text)])[0]["env"] == level
