"""The workbook of a meeting day: needs coming up, whom to invite, and empty tables to fill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import spaser
from spaser import french, renewals, rules
from spaser.problems import Problem
from spaser.studies import meetings
from spaser.studies.acting.day import inviting

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def known():
    base = spaser.prepare(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))
    result = spaser.diagnose(base, buyer="aubrelle")
    return result, spaser.potential_of(result)


@pytest.fixture(scope="module")
def book(known, tmp_path_factory):
    (path,) = meetings.write(meetings.morning(*known, months=12), tmp_path_factory.mktemp("matinale"))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def test_every_need_shown_starts_within_the_time_asked_and_has_someone_to_invite(book, known):
    result, _ = known
    head, *rows = book["besoins à venir"]
    assert rows
    for row in rows:
        line = dict(zip(head, row, strict=True))
        told = line["Sourçage à partir du"]
        begins = result.day if told == "dès maintenant" else datetime.strptime(told, "%d/%m/%Y").date()
        assert result.day <= begins <= result.as_of + timedelta(days=366)
        assert line["Suite avant le"].date() >= result.as_of
        assert line["Fournisseurs à inviter"] + line["À confirmer d'abord"] >= 1


def test_the_date_of_a_need_is_its_first_end_to_prepare_and_not_that_of_its_last_lot(known):
    result, found = known
    sooner = pl.col("echeance").dt.offset_by("-1mo")
    for given, name in ((sooner, "premiere_fin"), (pl.lit(None, pl.Date), "echeance")):
        rows = found.opportunities.with_columns(premiere_fin=given)
        shown = meetings.morning(result, replace(found, opportunities=rows)).annexes[0].frame
        assert shown.height and shown["fin"].to_list() == shown[name].to_list()


def test_nobody_is_met_about_a_need_that_nothing_follows_and_it_is_counted_apart(known):
    result, found = known
    left = found.opportunities.with_columns(
        etat_action=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit("attendre")).otherwise("etat_action"),
        etat_libelle=pl.when(pl.int_range(pl.len()) % 2 == 0)
        .then(pl.lit("opération unique"))
        .otherwise("etat_libelle"),
    )
    whole = meetings.morning(result, found)
    halved = meetings.morning(result, replace(found, opportunities=left))
    needs = [{row["besoin_id"] for row in made.annexes[0].frame.to_dicts()} for made in (whole, halved)]
    waiting = set(left.filter(etat_action="attendre")["besoin_id"])
    assert needs[0] & waiting and needs[1] == needs[0] - waiting
    said = " ".join(block.text for block in halved.sections[0].blocks)
    assert "opération unique" in said and french.long_date(result.day) in said


def test_guests_wishes_and_follow_up_name_the_same_pairs_of_need_and_supplier(book):
    def pairs(sheet: str) -> set:
        head, *rows = book[sheet]
        number, siret = head.index("Besoin n°"), head.index("SIRET ou SIREN")
        return {(row[number], row[siret]) for row in rows}

    assert pairs("fournisseurs à inviter") == pairs("souhaits") == pairs("suivi")


def test_each_need_and_each_wish_names_the_organisation_that_buys(book):
    for name in ("besoins à venir", "souhaits"):
        head, *rows = book[name]
        assert rows and all(row[head.index("Organisme")] for row in rows)


def test_wishes_and_follow_up_are_left_to_fill(book):
    head, *rows = book["souhaits"]
    assert all(row[head.index("Souhait de l'acheteur (1 à 3)")] in (None, "") for row in rows)
    assert "A gagné" in book["suivi"][0]


def test_no_supplier_to_invite_is_told_with_what_to_do(known):
    result, found = known
    nobody = found.candidates.clear()
    with pytest.raises(Problem, match="Allongez la période"):
        meetings.morning(result, type(found)(**{**found.__dict__, "candidates": nobody}), months=12)


def test_a_need_whose_end_is_unknown_or_past_is_never_announced():
    day = date(2026, 10, 31)
    needs = pl.LazyFrame(
        {
            "besoin": ["passé", "inconnu", "proche", "lointain"],
            "procedure": ["Procédure adaptée"] * 4,
            "echeance": [date(2026, 1, 1), None, date(2027, 3, 1), date(2030, 1, 1)],
        }
    )
    assert renewals.upcoming(needs, as_of=day, months=12).collect()["besoin"].to_list() == ["proche"]


def guest(**told):
    row = {
        "besoin_id": "B",
        "credible": True,
        "gagnes_siret": 0,
        "gagnes": 0,
        "gagnes_ailleurs": None,
        "metier_origine": "activité",
    }
    row |= {
        "statuts": "ESS",
        "adequation": 0.9,
        "distance_km": 7.4,
        "capacite": 100,
        "siret": None,
        "siren": "1",
    } | told
    return pl.DataFrame(
        [row], schema_overrides={"gagnes_ailleurs": pl.Int64, "capacite": pl.Int64, "statut_au": pl.Date}
    )


@pytest.mark.parametrize(("told", "proof"), [
    ({}, None),
    ({"statuts": None}, None),
    ({"statuts": "ESS, ESAT"}, "son activité et son type de structure"),
    ({"statuts": "GEIQ"}, None),
    ({"metier_origine": "nom"}, "son nom"),
    ({"metier_origine": "secteur déclaré"}, "le secteur qu'il déclare"),
    ({"gagnes_siret": 1}, "1 contrat de la famille gagné"),
    ({"gagnes_siret": 3}, "3 contrats de la famille gagnés"),
])  # fmt: skip
def test_a_code_of_activity_alone_invites_nobody(told, proof):
    needs = pl.DataFrame({"besoin_id": ["B"], "famille": ["espaces_verts"]})
    row = inviting.invitable(guest(**told), needs).row(0, named=True)
    assert (row["prouve"], row["preuve_dite"]) == (proof is not None, proof or inviting.CODE_ALONE)
    assert not inviting.invitable(guest(credible=False, **told), needs).height


def test_what_is_to_be_known_of_a_guest_has_no_points(known, book):
    needs = pl.DataFrame({"besoin_id": ["B"], "famille": ["espaces_verts"]})

    def why(**told):
        return inviting.invitable(guest(**told), needs)["pourquoi"][0]

    assert why() == "à 7 km"
    assert why(distance_km=0.2, gagnes_ailleurs=2) == "sur place ; 2 contrats publics lus dans d'autres familles"
    assert (
        why(distance_km=None, gagnes_ailleurs=0, capacite=None)
        == "aucun contrat public lu ; taille inconnue : à demander"
    )
    head, *rows = book["fournisseurs à inviter"]
    assert rows and not any("+" in str(row[head.index("À savoir")]) for row in rows)


def test_only_those_whose_trade_something_proves_are_in_the_wishes(known):
    result, found = known
    coded = replace(
        found,
        candidates=found.candidates.with_columns(
            metier_origine=pl.lit("activité"), gagnes_siret=pl.lit(0, pl.Int32), statuts=pl.lit("ESS")
        ),
    )
    made = {block.id: block.frame for block in meetings.morning(result, coded).annexes}
    assert not made["souhaits"].height and made["à confirmer"].height
    said = " ".join(block.text for block in meetings.morning(result, coded).sections[0].blocks)
    assert "leur seul code d" in said and "aucun fournisseur à inviter" in said.lower().replace("\u00a0", " ")


@pytest.mark.parametrize(("cents", "shown"), [(499_999, False), (500_000, True), (None, True)])
def test_a_need_too_small_for_a_meeting_is_counted_apart(known, cents, shown):
    result, found = known
    need = meetings.morning(result, found).annexes[0].frame["besoin_id"][0]

    def made(amount):
        change = pl.when(pl.col("besoin_id") == need).then(pl.lit(amount, pl.Int64)).otherwise(pl.lit(900_000))
        return meetings.morning(result, replace(found, opportunities=found.opportunities.with_columns(annuel=change)))

    day = made(cents)
    assert (need in day.annexes[0].frame["besoin_id"].to_list()) == shown
    assert any("trop petit pour" in block.text for block in day.sections[0].blocks) == (not shown)


@pytest.mark.parametrize(("day", "said"), [(date(2024, 1, 1), False), (date(2024, 1, 2), True)])
def test_the_age_of_the_lists_of_guests_is_said(day, said):
    old = guest(statut_au=date(2021, 1, 1))
    assert bool(inviting.old_lists(old, day, rules.method())) == said


@pytest.mark.parametrize(("begins", "told"), [(date(2026, 3, 1), "dès maintenant"), (date(2026, 3, 2), "02/03/2026")])
def test_a_sourcing_whose_day_is_gone_begins_now(begins, told):
    frame = pl.DataFrame({"sourcing": [begins]})
    assert frame.select(meetings._begins(date(2026, 3, 1))).item() == told
