"""What a client and a lawyer read: duties before advice, no breach where the rule did not bind, no cut words, no early judgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from findings import findings as invented

from spaser import french, rules
from spaser.sections import calendar, goals
from spaser.sections.publication import outline
from spaser.sections.shown import brief
from spaser.sections.summary import FACTS, RULES, eligible, facts, lines, messages, pages, verdict, words
from spaser.vocabulary.handed import declared

DAY = date(2026, 11, 29)
QUIET: dict[str, Any] = dict.fromkeys(FACTS) | {"contrats": 40, "lus": 40, "jour": DAY}
DUTIES: dict[str, Any] = {
    "env_part": 0.1, "env_prets": 4, "env_vises": 40, "env_depuis": date(2026, 8, 22),
    "spaser_annee": "2025", "spaser_seuil": 50_000_000_00, "spaser_depense": 75_000_000_00,
    "spaser_depasse": "probablement dépassé", "publication_tard": 5, "publication_soumis": 40, "a_corriger": 3,
    "fins": 9, "fins_tard": 2, "fins_tard_parts": "1 à étudier", "fins_tard_dit": "2 contrats à renouveler : 1 à étudier", "ecrits_tus": 2, "ecrits_tus_lus": 2,
}  # fmt: skip
FIRST = ["spaser_attendu", "obligation_critere_env", "publication_en_retard"]


def needs(number: int, late: int) -> pl.DataFrame:
    """A plan of needs alone, the first ``late`` of which should have begun."""
    lines = [
        {
            "action_id": f"besoin-{rank}", "nature": "action", "sourcing": DAY + timedelta(days=rank - late), "retard": rank < late,
            "levier_libelle": "Réserver un lot", "famille_libelle": f"Famille {rank}", "besoins": 1, "contrats": 1, "credibles": 2,
            "potentiel": 1000 + rank, "priorite": number - rank, "consultation": None, "responsable": None, "etat": "à faire", "echeance": None, "note": None,
        }
        for rank in range(number)
    ]  # fmt: skip
    known = pl.DataFrame(lines)
    columns = declared("plan_actions").columns
    return known.with_columns(pl.lit(None).alias(name) for name in columns if name not in known.columns)


@pytest.mark.parametrize(("number", "late"), [(0, 0), (3, 1), (10, 1), (10, 10)])
def test_the_gestures_of_duties_keep_their_place_in_a_full_plan(monkeypatch, number: int, late: int) -> None:
    found = invented()
    found = replace(found, extras={**found.extras, "plan_actions": needs(number, late)}, today=DAY)
    monkeypatch.setattr(lines.opening, "told", lambda _: eligible(QUIET | DUTIES))
    rows = [row["action_id"] for row in pages.plan_rows(found)]
    most = rules.toml("method.toml")["plan"]["nombre"]["value"]
    assert set(rows[:3]) == set(FIRST)
    assert len(rows) == min(most, number + 6) and len(rows) == len(set(rows))
    assert {"preparations_en_retard", "a_corriger"} <= set(rows)
    monday = pages._monday(found)
    assert len(monday) == min(5, len(rows))
    if number == 10 and late == 1:
        assert rows[-1] == "besoin-9" and "besoin-5" not in rows  # late first, then the order of the plan
    if late == number > most // 2:
        kept = [row for row in rows if row.startswith("besoin-")]
        assert kept == [
            f"besoin-{rank}" for rank in range(number - len(kept), number)
        ]  # all late: the order of the plan
    elif late:
        assert rows[4] == "besoin-0" and "Famille 0" not in " ".join(monday[:4])


@pytest.mark.parametrize(("days", "there"), [(1, True), (7, True), (8, False)])
def test_a_duty_that_begins_within_the_week_is_among_what_to_do_on_monday(monkeypatch, days: int, there: bool) -> None:
    """Six lines are late: the duty of the next day still has its place, as it has in the plan and among the next dates."""
    plan = needs(6, 6)
    clause = plan.head(1).with_columns(
        nature=pl.lit("devoir"), action_id=pl.lit("clause"), levier_libelle=pl.lit("Clause sociale : obligatoire"),
        sourcing=pl.lit(DAY + timedelta(days=days)), retard=pl.lit(False), besoins=pl.lit(21, pl.Int64), priorite=pl.lit(0, pl.Int64),
    )  # fmt: skip
    found = invented()
    found = replace(
        found, extras={**found.extras, "plan_actions": pl.concat([plan, clause.select(plan.columns)])}, today=DAY
    )
    monkeypatch.setattr(lines.opening, "told", lambda _: eligible(QUIET | DUTIES))
    when = french.short_date(DAY + timedelta(days=days))
    monday = [text for text in pages._monday(found) if "Prévoir la clause sociale" in text]
    assert len(pages._monday(found)) == 5 and len(monday) == there
    assert all(f"à commencer le {when}" in text for text in monday)
    assert [row["quand"] for row in pages.plan_rows(found) if row["action_id"] == "clause"] == [when]
    shown = pages.next_dates(found)
    assert shown is not None and DAY + timedelta(days=days) in shown.frame["quand"].to_list()


def test_what_a_rule_would_aim_at_is_no_breach() -> None:
    for code in ("obligation_clause", "obligation_critere_env"):
        rule = next(one for one in RULES if one.code == code)
        assert rule.kind == "constat" and rule.kept
    said = {one.rule.code: one.message.sentence() for one in eligible(QUIET | DUTIES)}
    assert "que viserait l'obligation" in said["obligation_critere_env"]
    assert "que vise " not in said["obligation_critere_env"]


def test_a_threshold_probably_passed_is_said_probable_with_the_spending_in_front() -> None:
    message = next(one for one in eligible(QUIET | DUTIES) if one.rule.code == "spaser_attendu").message
    assert message.figure.startswith("75") and "probablement dépassé" in message.sentence()


@pytest.mark.parametrize(("age", "told"), [(None, False), (365, False), (366, True)])
def test_the_verdict_says_that_data_are_old(age: int | None, told: bool) -> None:
    assert ("ces données ont" in verdict(QUIET | {"age": age})) == told


def test_contracts_that_have_all_ended_are_the_reason_for_nothing_to_propose() -> None:
    ended = QUIET | {"besoins": 0, "fins": 0, "fins_inconnues": 0, "derniere_fin": date(2025, 12, 19)}
    assert "plus_de_besoin" in {one.rule.code for one in eligible(ended)}
    for changed in ({"fins_inconnues": 1}, {"derniere_fin": DAY}, {"fins": 1}):
        assert "plus_de_besoin" not in {one.rule.code for one in eligible(ended | changed)}


def test_an_unknown_kind_of_buyer_is_said() -> None:
    known = {"indecis": 30, "indecis_causes": "type d'acheteur inconnu"}
    assert "30 au plus (type d'acheteur inconnu)" in messages.unknown(QUIET | known)
    assert "au plus" not in messages.unknown(QUIET)


def goal(**known: Any) -> dict[str, Any]:
    row = {
        "nature": "PNAD", "reponse": "manque", "annee": 2025, "annee_derniere": 2024, "manque": 198, "numerateur": 596,
        "denominateur": 794, "derniere": 0.7506, "part": True, "unite": "nombre", "baisse": False,
    }  # fmt: skip
    return row | known


def test_a_national_target_is_not_missed_before_its_year() -> None:
    early = goals.answered(goal())
    assert "75,1" in early and early.endswith("2025 non mesuré") and "manque" not in early and "atteint" not in early
    assert goals.answered(goal(annee_derniere=2025)).startswith("non atteint en 2025")
    assert goals.answered(goal(nature="voté")).startswith("non atteint en 2024")


def test_a_subject_is_cut_at_the_end_of_a_word() -> None:
    rows = pl.DataFrame({"objet": ["Prestation de transport, levage", "court", "Maintenance préventive"]})
    assert brief(rows, 25)["objet"].to_list() == ["Prestation de transport …", "court", "Maintenance préventive"]
    assert brief(rows, 24)["objet"].to_list() == ["Prestation …", "court", "Maintenance préventive"]  # never « de … »
    assert brief(rows, 20)["objet"].to_list()[2] == "Maintenance …"


def test_the_largest_late_preparation_comes_first_and_what_is_not_late_follows_by_date() -> None:
    rows = pl.DataFrame(
        {
            "objet": ["petit", "gros", "demain", "plus tard"],
            "urgence": [True, True, None, False],
            "montant_annuel": [250_00, 2_142_857_00, 1_00, 9_000_000_00],
            "sourcing": [date(2026, 3, 10), date(2026, 10, 26), date(2026, 12, 1), date(2027, 1, 1)],
        }
    )
    assert calendar.pressing(rows)["objet"].to_list() == ["gros", "petit", "demain", "plus tard"]


@pytest.mark.parametrize(("always", "start"), [({}, "0 %"), ({"critere_social": "non"}, "non établi")])
def test_the_start_of_an_answer_that_never_changes_is_not_a_zero(always: dict[str, str], start: str) -> None:
    row = dict.fromkeys(("q3", "reference", "vote", "unite_vote", "propose", "annee"))
    row |= {"repondus": 795, "valeur": 0.0, "numerateur": 0, "denominateur": 795, "bas": 0.0, "haut": 0.0}
    row |= {"indicateur": "critere_social", "titre": "Critère social", "motif": ""}
    assert outline._target(row, always, False)["depart"].replace("\u00a0", " ").replace("\u202f", " ").startswith(start)


def test_the_numbers_of_contracts_of_the_page_are_told_apart_once() -> None:
    told = words.counted_among(QUIET | {"lus": 1054, "env_vises": 901}, "tous")
    assert told is not None and "901" in told.text and "40 mesurés" in told.text
    assert words.counted_among(QUIET, "tous") is None


def undecided(aimed: int, **causes: int) -> tuple[Any, Any]:
    """How many contracts the social duty may aim at and why, when it is measured on ``aimed`` contracts."""
    found = invented()
    ready = pl.DataFrame(
        {
            "obligation": ["climat-clause-sociale-seuils"], "groupe": ["vises"], "contrats": [aimed], "remplies": [0],
            "non_constatees": [aimed], "inconnues": [0], "part_ensemble": [0.0],
        }
    )  # fmt: skip
    columns = declared("preparation").columns
    ready = ready.with_columns(pl.lit(None).alias(name) for name in columns if name not in ready.columns)
    rows = [("climat-clause-sociale-seuils", cause, n) for cause, n in causes.items()] + [
        ("climat-critere-env", "autre devoir", 7)
    ]
    doubts = pl.DataFrame(rows, schema=["obligation", "cause", "contrats"], orient="row")
    told = facts(replace(found, extras=found.extras | {"preparation": ready, "indecis": doubts}))
    return told["indecis"], told["indecis_causes"]


def test_what_keeps_from_telling_is_said_only_where_the_social_duty_measures_nothing() -> None:
    assert undecided(0, type_inconnu=40) == (40, "type_inconnu")
    assert undecided(3, type_inconnu=40) == (None, None)
    assert undecided(0) == (None, None)


def test_each_cause_is_told_with_its_contracts() -> None:
    assert undecided(0, montant_inconnu=8, duree_inconnue=2) == (10, "montant_inconnu : 8, duree_inconnue : 2")


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 8, 21), "devra en prévoir"), (date(2026, 8, 22), "doit en prévoir")]
)
def test_a_duty_to_come_asks_nothing_before_its_day(monkeypatch, day: date, words: str) -> None:
    """Neither « doit » nor « dès maintenant » on the eve of its first day."""
    known = (
        QUIET
        | DUTIES
        | {"devoir_part": 0.1, "devoir_prets": 1, "devoir_vises": 10, "devoir_depuis": date(2026, 8, 22), "jour": day}
    )
    told = eligible(known)
    assert words in next(one.message.so for one in told if one.rule.code == "obligation_critere_env")
    monkeypatch.setattr(lines.opening, "told", lambda _: told)
    found = replace(invented(), as_of=day, today=day)
    held = {row["action_id"]: row for row in pages.plan_rows(found)}
    early = day < date(2026, 8, 22)
    for code in ("obligation_clause", "obligation_critere_env"):
        assert (held[code]["quand"] == "dès maintenant") is not early
        assert held[code]["sourcing"] == (date(2026, 8, 22) if early else None)
    assert held["publication_en_retard"]["quand"] == "dès maintenant"


@pytest.mark.parametrize(
    ("scope", "short"),
    [
        ("13 contrats à renouveler\u00a0: 2 sans clause, à étudier\u00a0; 8 à conserver", "13 contrats à renouveler"),
        ("109 contrats publiés après le délai", "109 contrats publiés après le délai"),
        ("dépenses de 2024\u00a0: 111,3 M€", "dépenses de 2024\u00a0: 111,3 M€"),
        ("1 besoin\u00a0: « Levage »\u00a0; fournisseurs\u00a0: 5", "1 besoin\u00a0: « Levage »"),
        (
            "3 besoins\u00a0; fournisseurs crédibles\u00a0: un seul",
            "3 besoins\u00a0; fournisseurs crédibles\u00a0: un seul",
        ),
    ],
)
def test_monday_leaves_to_the_message_and_the_plan_the_parts_that_they_tell(scope, short):
    assert pages._short(scope) == short
