"""Considerations: what a declared list answers, what texts add beside it, and the gaps between them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl
import pytest

from spaser import rules
from spaser.considerations import announced, declared, doubts, gaps, known
from spaser.vocabulary import CONSIDERATIONS, CONTRACTS, GAPS, NOTICES, PASSAGES

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "considerations.toml").read_text(encoding="utf-8"))["cas"]
NAMES = [word.name for word in CONSIDERATIONS]


def contracts(*rows: dict) -> pl.LazyFrame:
    return CONTRACTS.conform(
        pl.LazyFrame(
            [{"type_contrat": "marche", "objet": "Objet inventé"} | row for row in rows], infer_schema_length=None
        )
    )


def passages(*rows: dict) -> pl.LazyFrame:
    usual = {"champ": "CCAP", "niveau": 2, "confiance": 0.95, "reserve": "none", "debut": 0, "fin": 9, "regle": "essai"}
    return PASSAGES.conform(pl.LazyFrame([usual | row for row in rows], infer_schema_length=None))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["nom"])
def test_a_declared_list_answers_yes_no_or_unknown(case):
    row = {
        "considerationsSociales": case.get("sociales"),
        "considerationsEnvironnementales": case.get("environnementales"),
    }
    found = declared(contracts(row | {"type_contrat": case.get("type_contrat", "marche")})).collect().row(0, named=True)
    assert {name: found[name] for name in NAMES} == {name: case["attendu"].get(name) for name in NAMES}


def test_a_table_without_the_columns_is_unknown_everywhere():
    found = declared(pl.LazyFrame({"uid": ["A"]})).collect()
    assert found.columns == ["uid", *NAMES] and found.select(NAMES).row(0) == (None,) * 5


def test_a_contradiction_is_a_doubt_that_names_its_record():
    lines = doubts(
        contracts(
            {
                "source": "f.json",
                "position": 7,
                "id": "X",
                "considerationsSociales": "Pas de considération sociale, Critère social",
            },
            {"source": "f.json", "position": 8, "id": "Y", "considerationsSociales": "Pas de considération sociale"},
        )
    ).collect()
    assert lines.select("position", "champ", "niveau").rows() == [(7, "considerationsSociales", "doute")]


def test_texts_stand_beside_the_declaration_and_their_silence_proves_nothing():
    rows = contracts({"uid": "LU", "considerationsSociales": "Pas de considération sociale"}, {"uid": "NON-LU"})
    found = (
        known(
            rows,
            passages(
                {"texte_id": "LU", "dimension": "soc", "porteur": "clause"},
                {"texte_id": "LU", "dimension": "env", "porteur": "negated", "niveau": 0},
                {"texte_id": "LU", "dimension": "soc", "porteur": "critere", "confiance": 0.3},
            ),
        )
        .collect()
        .sort("uid")
    )
    read, unread = found.rows(named=True)
    assert (read["clause_sociale"], read["clause_sociale_texte"]) == (False, True)
    assert read["critere_social_texte"] is None, "un passage peu sûr ne compte pas"
    assert read["clause_environnementale_texte"] is False
    assert unread["clause_sociale_texte"] is None
    assert found.height == 2


def test_a_passage_that_does_not_say_how_it_is_carried_neither_carries_nor_denies():
    rows = contracts({"uid": "A"})
    unsaid = {"texte_id": "A", "dimension": "env", "porteur": None}
    for level in (0, 2):
        found = known(rows, passages(unsaid | {"niveau": level})).collect()
        assert found["clause_environnementale_texte"].to_list() == [None]
    denied = known(rows, passages(unsaid | {"porteur": "negated", "niveau": 0})).collect()
    assert denied["clause_environnementale_texte"].to_list() == [False]


def test_a_passage_counts_from_the_least_confidence_of_the_method_on():
    least = rules.method()["considerations"]["confiance_minimale"]["value"]
    for sure, carried in ((least, True), (least - 0.001, None)):
        said = {"texte_id": "A", "dimension": "env", "porteur": "clause", "confiance": sure}
        assert (
            known(contracts({"uid": "A"}), passages(said)).collect()["clause_environnementale_texte"].item() is carried
        )


def test_what_is_found_and_declared_absent_is_quoted_the_surest_first():
    rows = contracts(
        {"uid": "SUR", "considerationsSociales": "Pas de considération sociale"},
        {"uid": "MOINS-SUR", "considerationsSociales": "Pas de considération sociale"},
        {"uid": "MUET"},
    )
    found = gaps(
        rows,
        passages(
            {
                "texte_id": "MOINS-SUR",
                "dimension": "soc",
                "porteur": "clause",
                "confiance": 0.85,
                "citation": "insertion",
            },
            {
                "texte_id": "SUR",
                "dimension": "soc",
                "porteur": "clause",
                "confiance": 0.99,
                "citation": "5 % des heures",
                "page": 9,
            },
            {"texte_id": "SUR", "dimension": "soc", "porteur": "clause", "confiance": 0.9, "citation": "autre"},
            {"texte_id": "MUET", "dimension": "soc", "porteur": "clause", "citation": "insertion"},
        ),
    ).sous_declaration.collect()
    assert found.select("uid", "citation").rows() == [("SUR", "5 % des heures"), ("MOINS-SUR", "insertion")]
    assert found.schema == GAPS.schema


def test_of_two_passages_as_sure_the_first_in_the_text_is_quoted():
    rows = contracts({"uid": "A", "considerationsSociales": "Pas de considération sociale"})
    usual = {"texte_id": "A", "dimension": "soc", "porteur": "clause"}
    found = gaps(
        rows,
        passages(
            usual | {"debut": 40, "citation": "plus loin"},
            usual | {"debut": 5, "citation": "d'abord"},
            usual | {"debut": 5, "citation": "d'abord", "regle": "a"},
            usual | {"champ": "RC", "debut": 0, "citation": "autre pièce"},
        ),
    ).sous_declaration.collect()
    assert found["citation"].to_list() == ["d'abord"]
    assert found["declare"].to_list() == [False]


def test_of_two_passages_at_one_place_that_of_the_first_rule_is_quoted():
    rows = contracts({"uid": "A", "considerationsSociales": "Pas de considération sociale"})
    usual = {"texte_id": "A", "dimension": "soc", "porteur": "clause"}
    said = [usual | {"regle": rule, "citation": rule} for rule in ("c", "a", "b")]
    assert gaps(rows, passages(*said)).sous_declaration.collect()["citation"].to_list() == ["a"]


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ({}, ["environnement"]),
        ({"niveau": 1}, []),
        ({"dimension": "soc"}, ["social"]),
        ({"porteur": "negated", "niveau": 0}, []),
        ({"niveau": 0}, []),
    ],
)
def test_an_object_that_is_explicit_itself_is_a_gap_of_its_own_dimension(said, listed):
    nothing = {
        "considerationsSociales": "Pas de considération sociale",
        "considerationsEnvironnementales": "Pas de considération environnementale",
    }
    passage = {"texte_id": "A", "dimension": "env", "porteur": "objet", "niveau": 2} | said
    found = gaps(contracts({"uid": "A"} | nothing), passages(passage)).sous_declaration.collect()
    assert [name[:6] for name in found["consideration"]] == [name[:6] for name in listed]
    assert found["declare"].to_list() == [False] * len(listed)


def test_an_inclusive_holder_of_a_contract_declared_without_social_is_listed():
    rows = contracts({"uid": "ESAT", "considerationsSociales": "Pas de considération sociale"}).with_columns(
        titulaire_inclusif=True
    )
    found = gaps(rows, passages({"texte_id": "AUTRE"})).sous_declaration.collect()
    assert found.select("uid", "declare").rows() == [("ESAT", False)]


def test_a_holder_that_is_not_inclusive_and_a_social_declaration_are_no_gap():
    none = "Pas de considération sociale"
    for inclusive, said, listed in ((True, none, 1), (False, none, 0), (True, "Clause sociale", 0), (True, None, 0)):
        row = contracts({"uid": "A", "considerationsSociales": said})
        found = gaps(
            row.with_columns(titulaire_inclusif=pl.lit(inclusive)), passages({"texte_id": "AUTRE"})
        ).sous_declaration.collect()
        assert found.height == listed


def test_a_declaration_without_trace_is_surer_when_documents_were_read_and_surest_when_denied():
    rows = contracts(
        *(
            {"uid": uid, "considerationsSociales": "Clause sociale"}
            for uid in ("NIE", "DOSSIER", "OBJET", "TRACE", "PAS-LU")
        )
    )
    read = pl.LazyFrame({"texte_id": ["NIE", "DOSSIER", "OBJET", "TRACE"], "champ": ["RC", "CCAP", "objet", "CCAP"]})
    found = gaps(
        rows,
        passages(
            {
                "texte_id": "NIE",
                "dimension": "soc",
                "porteur": "negated",
                "niveau": 0,
                "citation": "pas de clause sociale",
            },
            {"texte_id": "TRACE", "dimension": "soc", "porteur": "clause"},
        ),
        read,
    ).sans_trace.collect()
    assert found["uid"].to_list() == ["NIE", "DOSSIER", "OBJET"]
    assert found["citation"][0] == "pas de clause sociale"
    assert found["declare"].to_list() == [True] * 3


def test_a_trace_is_a_passage_that_says_the_same_dimension_outright():
    asked = {"uid": "A", "considerationsSociales": "Clause sociale"}
    read = pl.LazyFrame({"texte_id": ["A"], "champ": ["CCAP"]})

    def untraced(**said: object) -> bool:
        passage = {"texte_id": "A", "dimension": "soc", "porteur": "clause", "niveau": 2} | said
        return bool(gaps(contracts(asked), passages(passage), read).sans_trace.collect().height)

    assert not untraced()
    assert untraced(niveau=1) and untraced(dimension="env") and untraced(porteur="negated")


def test_each_value_of_the_method_has_its_reason():
    assert all(entry["reason"] for entry in rules.method()["considerations"].values())


def test_what_a_notice_announces_stands_beside_what_it_says():
    boxes = [
        {"avis": "1", "format": "BOAMP CSV", "annonce_social": True, "annonce_environnement": False, "conditions": "…"},
        {"avis": "2", "format": "eForms 1.9 (16)", "strategie": "soc-obj"},
        {"avis": "3", "format": "eForms 1.9 (16)", "strategie": "none"},
        {"avis": "4", "format": "TED R2.0.9 F02", "reserve": "none"},
        {"avis": "5", "format": "TED R2.0.9 F02", "reserve": "unspecified"},
        {"avis": "6", "format": "eForms 1.9 (16)", "strategie_environnement": "circ-econ"},
    ]
    said = [
        {
            "texte_id": "1",
            "champ": "conditions",
            "dimension": "env",
            "niveau": 2,
            "confiance": 0.9,
            "citation": "papier recyclé",
            "debut": 0,
        },
        {
            "texte_id": "2",
            "champ": "objet",
            "dimension": "soc",
            "niveau": 2,
            "confiance": 0.3,
            "citation": "social",
            "debut": 0,
        },
    ]
    rows = announced(NOTICES.conform(pl.LazyFrame(boxes)), PASSAGES.conform(pl.LazyFrame(said))).collect()
    found = {(row["avis"], row["dimension"]): (row["origine"], row["annonce"], row["texte"]) for row in rows.to_dicts()}
    assert found == {
        ("1", "soc"): ("BOAMP", True, False),
        ("1", "env"): ("BOAMP", False, True),
        ("2", "soc"): ("eForms", True, False),
        ("2", "env"): ("eForms", False, False),
        ("3", "soc"): ("eForms", False, False),
        ("3", "env"): ("eForms", False, False),
        ("5", "soc"): ("TED", True, False),
        ("6", "env"): ("eForms", True, False),
    }


def test_the_gaps_of_contracts_as_sure_are_listed_by_contract_then_by_consideration():
    usual = {"considerationsSociales": "Pas de considération sociale",
             "considerationsEnvironnementales": "Pas de considération environnementale"}  # fmt: skip
    said = {"porteur": "clause", "confiance": 0.9, "citation": "mots inventés"}
    found = gaps(
        contracts({"uid": "B"} | usual, {"uid": "A"} | usual),
        passages(
            *({"texte_id": uid, "dimension": axis} | said for uid in ("B", "A") for axis in ("soc", "env")),
        ),
    ).sous_declaration.collect()
    assert found.select("uid", "consideration").rows() == [
        ("A", "clause_environnementale"),
        ("A", "clause_sociale"),
        ("B", "clause_environnementale"),
        ("B", "clause_sociale"),
    ]


@pytest.mark.parametrize(
    ("kind", "word", "reserved"),
    [
        ("marche", "Marché réservé", True),
        ("marche", "Concession réservée", None),
        ("concession", "Concession réservée", True),
        ("concession", "Marché réservé", None),
        (None, "Marché réservé", True),
        (None, "Concession réservée", True),
        (None, "Clause sociale", False),
    ],
)
def test_a_reservation_is_that_of_its_kind_and_either_word_tells_it_when_the_kind_is_unknown(kind, word, reserved):
    row = {"uid": "A", "type_contrat": kind, "considerationsSociales": word}
    assert declared(contracts(row)).collect()["marche_reserve"].item() is reserved


def test_of_two_passages_of_a_notice_as_sure_the_first_field_then_the_first_in_the_text_is_quoted():
    box = NOTICES.conform(pl.LazyFrame([{"avis": "1", "format": "eForms 1.9 (16)", "strategie": "soc-obj"}]))
    usual = {"texte_id": "1", "dimension": "soc"}
    rows = announced(
        box,
        passages(
            usual | {"champ": "objet", "debut": 0, "citation": "autre champ"},
            usual | {"champ": "conditions", "debut": 40, "citation": "plus loin"},
            usual | {"champ": "conditions", "debut": 5, "citation": "d'abord"},
        ),
    ).collect()
    assert rows.filter(dimension="soc")["citation"].item() == "d'abord"
