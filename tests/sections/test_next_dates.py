"""The next dates and the calendar, from the reader's day: nothing past, nothing that concerns somebody else, no empty calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from findings import findings as invented

from spaser import french, rules
from spaser.deliverables.report import Figure
from spaser.sections import calendar
from spaser.sections.findings import Findings
from spaser.sections.registry import section_of
from spaser.sections.summary import dates as dated
from spaser.sections.summary import ends, lines, pages
from spaser.sections.summary.dates import next_dates
from spaser.vocabulary import BUYER_DUTIES, RENEWALS
from spaser.vocabulary.handed import HANDED
from spaser.vocabulary.sentences import BEYOND_TEN

LAW = rules.toml("law.toml")


def dates(found: Findings) -> list[tuple[date, str]]:
    shown = next_dates(found)
    return [] if shown is None else shown.frame.rows()


def bound(found: Findings, *duties: str) -> Findings:
    rows = [{"obligation": key, "annee": 2025, "applicabilite": "probable"} for key in duties]
    own = pl.DataFrame(rows, schema=BUYER_DUTIES.schema) if rows else BUYER_DUTIES.empty()
    return replace(found, extras=dict(found.extras) | {"obligations_acheteur": own})


def reserving(found: Findings, answer: bool) -> Findings:
    needs = {name: table for name, table in found.extras.items() if name != "besoins"}
    return replace(found, contracts=found.contracts.with_columns(marche_reserve=pl.lit(answer)), extras=needs)


@pytest.mark.parametrize("today", [date(2026, 12, 21), date(2026, 12, 22)])
def test_no_date_shown_is_before_the_day_of_the_reader(today: date) -> None:
    found = bound(reserving(replace(invented(), today=today), True), "egalim-50-20")
    assert dates(found)
    assert all(day > today for day, _ in dates(found))
    assert any("EITI" in what for _, what in dates(found)) == (today < LAW["reminders"]["eiti-fin"]["ends"])


def test_a_reader_before_the_data_stop_sees_what_comes_after_them() -> None:
    found = replace(invented(), today=date(2020, 1, 1))
    assert found.day == found.as_of
    assert all(day > found.as_of for day, _ in dates(found))


def test_the_end_of_the_eiti_is_told_to_those_who_reserve_alone() -> None:
    near = replace(invented(), today=date(2026, 12, 20))
    assert any("EITI" in what for _, what in dates(reserving(near, True)))
    assert not any("EITI" in what for _, what in dates(reserving(near, False)))


def test_a_day_of_the_canteens_is_told_to_those_whom_the_duty_may_bind_alone() -> None:
    near = reserving(replace(invented(), today=date(2026, 12, 24)), False)
    assert any("restauration" in what.lower() for _, what in dates(bound(near, "egalim-50-20")))
    assert not any("restauration" in what.lower() for _, what in dates(bound(near)))


def test_every_day_to_come_of_the_law_says_whom_it_concerns() -> None:
    for one in LAW["reminders"].values():
        if "ends" in one:
            assert one["concerns"] == "insertion" or one["concerns"] in LAW["duties"]
            assert one["short"] and one["confidence"]


def ending(*days: date | None, as_of: date) -> pl.DataFrame:
    rows = [
        {
            "uid": f"u{rank}",
            "objet": f"Objet {rank}",
            "echeance": day,
            "statut_echeance": "inconnue" if day is None else "a_venir" if day >= as_of else "depassee",
            "trimestre": f"{day.year}-T1" if day and as_of <= day < as_of.replace(year=as_of.year + 3) else None,
            "urgence": False if day and day >= as_of else None,
        }
        for rank, day in enumerate(days)
    ]
    return pl.DataFrame(rows, schema=RENEWALS.schema)


def when(found: Findings, *days: date | None) -> str:
    table = ending(*days, as_of=found.day)
    told = replace(found, extras=dict(found.extras) | {"renouvellements": table})
    section = section_of("calendrier", told)
    assert section is not None
    if not table["trimestre"].count():
        assert not [block for block in section.blocks if isinstance(block, Figure)]
    lines = [s.text for s in calendar.said(told)]
    lines += [
        s.text
        for block in section.blocks
        for s in (getattr(block, "sentence", None), *getattr(block, "sentences", ()))
        if s
    ]
    return " ".join(lines).replace(french.NBSP, " ")


def test_what_falls_on_one_day_is_one_line_and_the_next_days_are_still_told() -> None:
    found = replace(invented(), today=date(2026, 11, 29))
    same = [date(2027, 1, 5)] * 5
    told = replace(
        found, extras=dict(found.extras) | {"renouvellements": ending(*same, date(2027, 2, 6), as_of=found.day)}
    )
    told = reserving(told, False)
    shown = {day: what.replace(french.NBSP, " ") for day, what in dates(told)}
    assert (
        shown[date(2027, 1, 5)]
        == "Fin au plus tard : Objet 0 ; fin au plus tard : Objet 1 ; fin au plus tard : Objet 2 ; et 2 autres"
    )
    assert shown[date(2027, 2, 6)] == "Fin au plus tard : Objet 5"
    assert len(dates(told)) == len(shown) <= 3


def test_when_every_end_has_passed_it_is_said_and_no_calendar_is_drawn() -> None:
    found = replace(invented(), today=date(2026, 11, 29))
    told = when(found, date(2024, 6, 1), date(2025, 6, 1))
    assert "Aucun contrat ne se termine après le 29 novembre 2026" in told
    assert "1er juin 2025" in told and "2 contrats ont dépassé leur fin" in told
    assert "Aucun contrat se termine" not in told
    assert "Aucun contrat ne se termine" not in when(found, date(2024, 6, 1), date(2027, 1, 5))


def test_what_ends_after_the_horizon_is_not_told_as_ended() -> None:
    found = replace(invented(), today=date(2026, 11, 29))
    assert "1 contrat plus tard" in when(found, date(2032, 6, 1))


def test_orders_under_a_framework_are_counted_where_the_calendar_leaves_them_out() -> None:
    found = replace(invented(), today=date(2026, 11, 29))
    n = found.contracts.height
    for orders in (0, 1, 2):
        rows = found.contracts.with_columns(
            marche_subsequent=pl.int_range(0, n) < orders, type_contrat=pl.lit("marche")
        )
        told = when(replace(found, contracts=rows), date(2027, 1, 5))
        assert ("pas dans ce calendrier" in told) == bool(orders)
        assert orders < 2 or "2 marchés subséquents ne sont pas" in told


@pytest.mark.parametrize(("due", "first"), [("Clause sociale", date(2026, 12, 1)), ("", date(2026, 12, 15))])
def test_the_first_renewal_that_owes_the_clause_is_the_first_of_all_whatever_its_line(monkeypatch, due, first) -> None:
    line = {"nature": "devoir", "famille_libelle": "Toutes", "levier_libelle": "Clause", "action_id": "d"}
    monkeypatch.setattr(
        dated, "in_plan", lambda _: [line | {"sourcing": date(2026, 12, 15), "consultation": date(2027, 9, 1)}]
    )
    soon = pl.DataFrame(
        {
            "levier_du": ["Clause sociale", due],
            "etat_action": ["agir", "agir"],
            "sourcing": [date(2026, 12, 15), date(2026, 12, 1)],
            "premiere_fin": [None, None],
            "echeance": [date(2027, 9, 1), date(2027, 12, 1)],
        },
        schema_overrides={"premiere_fin": pl.Date},
    )
    soon = soon.with_columns(
        pl.lit(None).alias(name) for name in HANDED["besoins_a_venir"].columns if name not in soon.columns
    )
    found = replace(invented(), today=date(2026, 11, 30))
    found = replace(found, extras=dict(found.extras) | {"besoins_a_venir": soon})
    told = {what: day for day, what in reversed(sorted(dated._dates(found)))}
    assert told["premier besoin à préparer où la clause sociale est due, sauf cas prévu et motivé par écrit"] == first


@pytest.mark.parametrize(("reason", "told"), [(BEYOND_TEN, True), ("sans date connue", False)])
def test_a_need_that_no_line_holds_is_told_with_its_day_when_it_could_be_prepared(reason: str, told: bool) -> None:
    row = {"motif": [reason], "besoins": [3], "sourcing": [date(2027, 4, 14)]}
    left = pl.DataFrame(row).with_columns(
        pl.lit(None).alias(name) for name in HANDED["plan_ecartes"].columns if name not in row
    )
    said = pages._beyond(replace(invented(), extras={"plan_ecartes": left}))
    assert bool(said) == told
    assert not told or ("3 autres besoins" in said[0].replace("\u00a0", " ") and "14/04/2027" in said[0])


@pytest.mark.parametrize("begun", [date(2026, 11, 30), date(2026, 12, 1)])
def test_what_should_have_begun_is_the_first_date_told_and_no_later_one_is_then_the_first(monkeypatch, begun) -> None:
    monkeypatch.setattr(dated, "in_plan", lambda _: [])
    # What already has the clause is to keep: its own start owes nothing.
    kept = date(2026, 1, 5)
    soon = pl.DataFrame({"levier_du": ["Clause sociale"] * 3, "sourcing": [begun, date(2027, 1, 5), kept]})
    soon = soon.with_columns(etat_action=pl.Series(["agir", "agir", "conserver"]))
    soon = soon.with_columns(
        pl.lit(None, pl.Date if name in ("premiere_fin", "echeance") else pl.String).alias(name)
        for name in HANDED["besoins_a_venir"].columns
        if name not in soon.columns
    )
    found = replace(invented(), today=date(2026, 11, 30))
    found = replace(found, extras=dict(found.extras) | {"besoins_a_venir": soon})
    late = begun <= found.day
    shown = [(day, what.replace(french.NBSP, " ")) for day, what in dated._late(found)]
    assert shown == (
        [
            (
                begun,
                "Depuis le 30/11/2026 : la préparation de 1 besoin où la clause sociale est due (hors du plan) aurait dû commencer",
            )
        ]
        if late
        else []
    )
    monkeypatch.setattr(
        dated,
        "in_plan",
        lambda _: [
            dict.fromkeys(("sourcing", "consultation"))
            | {"nature": "devoir", "famille_libelle": "", "levier_libelle": "", "retard": late}
        ],
    )
    told = [what for _, what in dated._dates(found)]
    assert any(what.startswith("prochain besoin") for what in told) is late
    assert any(what.startswith("premier besoin") for what in told) is not late


@pytest.mark.parametrize(
    ("known", "told"), [((1, 1), "de 2 actions qui n'ont chacune"), ((1, 2), "d'une action qui n'a")]
)
def test_lines_with_one_supplier_each_are_never_said_to_rest_on_the_same_one(monkeypatch, known, told) -> None:
    lines = [{"potentiel": 1000000, "levier_fournisseurs": count} for count in known]
    monkeypatch.setattr(pages, "in_plan", lambda _: lines)
    said = pages._worth_of(invented(), [{"effet": 2000000, "sous_clause": None}]).replace("’", "'")
    assert f"{told} qu'un seul fournisseur connu" in said


@pytest.mark.parametrize(("late", "told"), [(0, ""), (2, ", dont 2 besoins déjà en retard")])
def test_the_line_of_a_duty_says_how_many_of_its_needs_should_have_begun(late: int, told: str) -> None:
    row = {"besoins": 22, "dus_retard": late}
    assert pages.words.begun(row).replace(french.NBSP, " ") == told


def test_what_is_to_decide_for_late_contracts_is_told_by_part_and_adds_up() -> None:
    found = replace(invented(), today=date(2026, 11, 30))
    uids = found.contracts["uid"].sort()[:5].to_list()
    late = pl.DataFrame(
        {"uid": uids, "procedure": ["Marché passé sans publicité ni mise en concurrence", *["Procédure adaptée"] * 4]}
    )
    social = pl.Series([False, True, False, False, None], dtype=pl.Boolean)
    known = (
        found.contracts.sort("uid")
        .head(5)
        .with_columns(
            clause_sociale=social,
            clause_environnementale=pl.Series([False, False, True, False, None], dtype=pl.Boolean),
        )
    )
    told = ends.late_parts(replace(found, contracts=known), late)
    assert told is not None
    assert [part.split(" ")[0] for part in told.replace(french.NBSP, " ").split(" ; ")] == ["1", "2", "1", "1"]
    assert "2 qui en portent une, à conserver" in told.replace(french.NBSP, " ")
    assert ends.late_parts(found, late.head(0)) is None


@pytest.mark.parametrize(
    ("indicator", "definition", "count"),
    [
        ("clause_sociale", "", 3),
        ("consideration_sociale", "critère compté", 1),
        ("consideration_sociale", "critère non compté", 2),
    ],
)
def test_renewals_that_bring_a_target_nearer_count_in_none_of_its_share(indicator, definition, count) -> None:
    found = invented()
    kept = found.contracts.sort("uid").head(4)
    kept = kept.with_columns(
        clause_sociale=pl.Series([True, False, False, False]),
        marche_reserve=pl.Series([False, True, False, False]),
        critere_social=pl.Series([False, False, True, False]),
    )
    days = [date(2027, 1, 5)] * 4
    table = ending(*days, as_of=found.day).with_columns(uid=kept["uid"])
    table = table.with_columns(pl.lit("2027-T1").alias("trimestre"), pl.lit(False).alias("ponctuel"))
    told = replace(found, contracts=kept, extras=dict(found.extras) | {"renouvellements": table})
    known = told.counted["uid"].to_list()
    assert set(known) == set(kept["uid"])
    assert ends.toward(told, {"indicateur": indicator, "definition": definition}) == count


@pytest.mark.parametrize(("held", "told"), [("b1", 0), ("autre", 1)])
def test_a_late_need_whose_clause_is_due_is_told_once_with_its_action(monkeypatch, held: str, told: int) -> None:
    """The need of an action is told with it; another that no line holds is counted apart."""
    late = date(2026, 6, 30)
    soon = pl.DataFrame({"besoin_id": ["b1"], "levier_du": ["Clause"], "etat_action": ["agir"], "sourcing": [late]})
    soon = soon.with_columns(
        pl.lit(None, pl.Date if name in ("premiere_fin", "echeance") else pl.String).alias(name)
        for name in HANDED["besoins_a_venir"].columns
        if name not in soon.columns
    )
    row = {"nature": "action", "retard": True, "sourcing": late, "besoins": 1, "besoin_ids": [held], "dus": 1}
    row |= {"levier_libelle": "Sourçage d'abord", "famille_libelle": "Livraison"}
    monkeypatch.setattr(dated, "in_plan", lambda _: [row])
    found = replace(invented(), today=date(2026, 11, 30))
    ((day, what),) = dated._late(replace(found, extras=dict(found.extras) | {"besoins_a_venir": soon}))
    assert day == late and "– livraison (clause sociale due)" in what.replace(french.NBSP, " ")
    assert ("auraient dû commencer" if told else "aurait dû commencer") in what
    assert what.replace(french.NBSP, " ").count("préparation de 1 besoin") == told


@pytest.mark.parametrize(
    ("dus", "told"), [(0, ""), (1, " ; clause sociale due sur 1 besoin"), (2, " ; clause sociale due")]
)
def test_the_line_of_an_action_says_where_the_clause_is_due_besides(dus: int, told: str) -> None:
    assert pages.words.owed({"besoins": 2, "dus": dus}).replace(french.NBSP, " ") == told
    others = "Clause sociale obligatoire, sauf cas prévu et motivé"
    assert pages.words.owed({"besoins": 2, "dus": dus, "autres_leviers": others}) == ""


@pytest.mark.parametrize(
    ("besoins", "suite", "told"),
    [
        (1, None, ""),
        (2, date(2026, 12, 1), " ; premier : « Électricité », 01/12/2026"),
        (2, date(2026, 12, 2), " ; premier : « Électricité », 01/12/2026 ; l’autre à partir du 02/12/2026"),
        (19, date(2028, 2, 15), " ; premier : « Électricité », 01/12/2026 ; les autres à partir du 15/02/2028"),
    ],
)
def test_the_line_of_a_duty_names_its_first_need_and_when_the_others_begin(besoins, suite, told) -> None:
    row = {"besoins": besoins, "sourcing": date(2026, 12, 1), "premier": "Électricité", "suite": suite}
    assert pages.words.first(row).replace(french.NBSP, " ") == told


def test_a_plan_of_one_need_says_its_subject() -> None:
    row = dict.fromkeys(
        (
            "action_id",
            "sourcing",
            "levier_fournisseurs",
            "levier_population",
            "impact",
            "consultation",
            "responsable",
            "etat",
            "echeance",
            "note",
        )
    )
    row |= {
        "nature": "action",
        "retard": True,
        "levier_libelle": "Sourcing",
        "famille_libelle": "Livraison",
        "contrats": 1,
        "autres_leviers": "",
        "potentiel": 0,
        "sous_clause": 0,
        "objets": "Pose d'un ponton",
    }
    assert "Pose d'un ponton" in lines._need(row | {"besoins": 1})["sur"]
    assert "Pose d'un ponton" not in lines._need(row | {"besoins": 2})["sur"]
