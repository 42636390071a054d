"""Every text to paste, of every family, lever and kind of contract, is read by our own detector as it was meant."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from spaser import detection, french, rules
from spaser.families import purchase
from spaser.problems import Problem
from spaser.studies.acting import drafting
from spaser.studies.acting.drafting import Need, Share

FAMILIES = rules.table("families.csv")["famille"].to_list()
GREEN = rules.toml("clauses/environnement.toml")["familles"]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "decp_2022"
FILLED = {"poids_social": "10", "poids_environnement": "12"}
#: One need of each kind of contract, with hours or without, below and over the European threshold.
KINDS = {
    "marché": Need(annuel=20_000_000, mois=36, taux=0.1),
    "heures": Need(heures=1_500, atteint=True),
    "apprentis": Need(heures=1_500, mois=12),
    "concession": Need(concession=True, atteint=True, heures=1_500),
    "défense": Need(defense=True, heures=1_500),
    "défense, apprentis": Need(defense=True, heures=1_500),
}


#: The levers that have texts of their own; what is due is drafted with each. A mention of reservation does not depend on the family.
TOGETHER = ("clause_sociale", "critere", "formation")
RESERVING = ("reserver_handicap", "reserver_insertion", "reserver_handicap_insertion", "reserver_ess")


def drafted(need: Need, *levers: str) -> list[drafting.Text]:
    """The texts of the levers together, those that the law refuses to that contract left out one by one."""
    try:
        return drafting.draft(need, *levers)
    except Problem:
        return [text for lever in levers for text in drafted(need, lever)] if len(levers) > 1 else []


@cache
def everything() -> dict[tuple[str, str, str], drafting.Text]:
    """Each text by kind of contract, family and code."""
    found = {}
    for kind, held in KINDS.items():
        values = FILLED | ({"apprentis": "2"} if "apprentis" in kind else {})
        for family in FAMILIES:
            need = replace(held, famille=family, values=values)
            texts = drafted(need, *TOGETHER) + (drafted(need, "sourcing") if kind == "heures" else [])
            found |= {(kind, family, text.code): text for text in texts}
        for lever in RESERVING:
            texts = drafted(replace(held, famille="action_sociale", values=values, mois=36), lever)
            found |= {(kind, "action_sociale", text.code): text for text in texts}
    return found


@cache
def read() -> dict[str, list[dict]]:
    """What the detector counts in each wording, asked once."""
    wordings = {text.texte: text.piece for text in everything().values()}
    frame = pl.LazyFrame(
        [{"texte_id": str(rank), "champ": piece, "texte": told} for rank, (told, piece) in enumerate(wordings.items())]
    )
    found = detection.detect(frame).collect().filter(pl.col("niveau") == 2, pl.col("confiance") >= detection.COUNTED)
    by = {str(rank): told for rank, told in enumerate(wordings)}
    result: dict[str, list[dict]] = {told: [] for told in wordings}
    for row in found.to_dicts():
        result[by[row["texte_id"]]].append(row)
    return result


def of_kind(kind: str):
    return [(family, text) for (own, family, _), text in everything().items() if own == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_each_text_of_each_family_has_its_dimension_its_code_its_carrier_and_its_public(kind):
    for family, text in of_kind(kind):
        wanted, found = text.attendu, read()[text.texte]
        code = GREEN.get(family, {}).get("code", "") if text.code.startswith("clause_environnement") else wanted["code"]
        hits = [
            one
            for one in found
            if (one["dimension"], one["porteur"], one["reserve"])
            == (wanted["dimension"], wanted["porteur"], wanted["reserve"])
            and code in ("", one["code"])
        ]
        assert hits, (kind, family, text.code, code, [(one["code"], one["porteur"], one["citation"]) for one in found])
        if wanted["porteur"] != "reservation":
            assert "reservation" not in {one["porteur"] for one in found}, (family, text.code)


@pytest.mark.parametrize("kind", KINDS)
def test_each_figure_of_each_family_is_read_with_its_unit(kind):
    for family, text in of_kind(kind):
        told = {(one["nombre"], one["nombre_unite"]) for one in read()[text.texte]}
        name = text.attendu.get("nombre")
        if name in FILLED:
            assert (float(FILLED[name]), text.attendu["unite"]) in told, (family, text.code, told)
        elif name and name not in text.blanks:
            hours = re.search(r"au moins ([\d\u202f\u00a0 ]+) heures", text.texte)
            assert hours and (float(re.sub(r"\D", "", hours[1])), "heures") in told, (family, text.code, told)


def test_every_text_held_is_drafted_and_no_name_of_a_blank_is_left_in_it():
    assert {text.code for text in everything().values()} == drafting.codes()
    for text in everything().values():
        assert not re.search(r"[{}]|\b\w+_\w+\b", text.texte + text.a_savoir), text.code


def test_goods_and_training_are_asked_no_hours_of_anyone():
    held = rules.toml("clauses/articles.toml")["natures"]
    for family, text in of_kind("marché"):
        if family in held["fournitures"] + held["sans_insertion"]:
            assert "insertion" not in text.texte or text.attendu["porteur"] == "reservation", (family, text.code)
            assert "heures" not in text.texte, (family, text.code)


def test_a_label_is_never_asked_without_its_equivalents():
    for (_, family, code), text in everything().items():
        for sentence in re.split(r"[.;:\n]", text.texte):
            if re.search(r"écolabel|labell|certifié", sentence):
                assert "équivalent" in sentence, (family, code, sentence)


@pytest.mark.skipif(not SHARED.exists(), reason="les données réelles ne sont pas à côté du projet")
def test_the_twelve_families_with_most_contracts_have_measures_of_their_own():
    seen, rows = set(), []
    for path in (SHARED / "paris_2024.json", *sorted(SHARED.glob("e-marchespublics_*.json"))):
        held = json.loads(path.read_text(encoding="utf-8"))
        held = held if isinstance(held, list) else held["marches"]["marche"]
        for one in (one.get("marche", one) for one in held):
            key = (str(one.get("acheteur")), str(one.get("id")))
            if key not in seen:
                seen.add(key)
                rows.append({"codeCPV": str(one.get("codeCPV") or ""), "objet": str(one.get("objet") or "")})
    told = purchase.add(pl.LazyFrame(rows)).collect()["famille"].drop_nulls().to_list()
    most = [family for family, _ in Counter(told).most_common(13) if family != "autres"][:12]
    assert len(most) == 12 and set(most) <= set(GREEN), set(most) - set(GREEN)


def test_the_hours_of_each_lot_are_read_with_their_lot():
    need = Need(
        famille="travaux_publics",
        mois=18,
        lots=(Share("1", heures=1_500), Share("2", heures=300), Share("3")),
    )
    (clause,) = [text for text in drafting.draft(need, "clause_sociale") if text.code == "clause_insertion"]
    frame = pl.LazyFrame({"texte_id": ["t"], "champ": ["CCAP"], "texte": [clause.texte]})
    found = detection.detect(frame).collect()
    assert {1_500.0, 300.0} <= set(found.filter(nombre_unite="heures")["nombre"])
    assert "Lot n° 3 : …… heures" in clause.texte.replace(french.NBSP, " ").replace("\u202f", " ")
