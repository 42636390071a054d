"""The plan of the demo and of a real city, read as a jurist and a client would: each figure once, nothing impossible, nothing late."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser import french, potential, rules
from spaser.potential import map as opportunities_map
from spaser.sections.potential import ACTIONABLE, families, ladder
from spaser.sections.summary import pages
from spaser.sections.summary.known import facts
from spaser.studies import diagnostic, pams
from spaser.studies import plan as planning

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"
CITY = REAL / "decp_2022" / "paris_2024.json"
LISTS = [
    REAL / "registres" / name for name in ("siae_2019-07.csv", "siae_geocodees_2020.csv", "esat_liste_officielle.csv")
]
FILES = {
    "demo": (
        sorted((ROOT / "data").glob("marches_demo*.json")),
        sorted((ROOT / "data").glob("registre_demo*.csv")),
        None,
    ),
    "ville": ([CITY], LISTS, date(2026, 11, 29)),
}
BUYERS = {"demo": "000000117", "ville": "217500016"}


@pytest.fixture(scope="module", params=list(FILES))
def studied(request):
    if request.param == "ville" and not CITY.exists():
        pytest.skip("les données réelles de ../shared ne sont pas là")
    contracts, lists, today = FILES[request.param]
    base = diagnostic.prepare(contracts, registers=lists, today=today)
    return pams.study(spaser.diagnose(base, buyer=BUYERS[request.param]))


def needs_of(studied) -> pl.DataFrame:
    """The needs of the plan, each with its line."""
    rows = (
        studied.extras["plan_actions"].select("rang", "levier", "nature", besoin_id="besoin_ids").explode("besoin_id")
    )
    facts = studied.potential.opportunities.drop("levier")
    return rows.join(facts, on="besoin_id", how="left").join(
        studied.extras["besoins_a_venir"].select("besoin_id", "sourcing"), on="besoin_id", how="left"
    )


def test_a_consultation_and_a_need_are_in_one_line_only(studied):
    held = needs_of(studied)
    assert held["besoin_id"].is_unique().all()
    lines = held.drop_nulls("consultation").group_by("consultation").agg(n=pl.col("rang").n_unique())
    assert lines.height and lines["n"].max() == 1


def test_a_line_has_the_amounts_the_counts_and_the_date_of_its_needs(studied):
    actions, held = studied.extras["plan_actions"], needs_of(studied)
    summed = held.group_by("rang").agg(
        pl.len().cast(pl.Int32).alias("besoins"),
        pl.col("contrats", "annuel", "potentiel", "potentiel_haut").sum(),
        pl.col("sourcing").min(),
    )
    names = summed.columns
    assert actions.select(names).cast({"contrats": pl.Int64}).rows() == (
        summed.sort("rang").cast({"rang": actions.schema["rang"], "contrats": pl.Int64}).rows()
    )
    ends = held.join(actions.select("rang", suite="consultation"), on="rang").filter(
        pl.col("suite") == pl.coalesce("premiere_fin", "echeance")
    )
    assert ends["rang"].n_unique() == actions.height
    fair = (pl.col("potentiel") <= pl.col("potentiel_haut")) & (pl.col("potentiel_haut") <= pl.col("annuel"))
    assert actions.filter(~fair).is_empty()


def test_nothing_is_advised_that_ended_or_that_nobody_has_time_to_prepare(studied):
    day, settings = studied.diagnostic.day, studied.diagnostic.base.method["plan"]
    held = needs_of(studied)
    assert held.filter(~ACTIONABLE).is_empty() and held.filter(pl.col("echeance") < day).is_empty()
    assert held.filter(~planning.startable(day, settings)).is_empty()
    rows = studied.extras["plan_actions"]
    assert rows.height <= settings["nombre"]["value"] and rows["sourcing"].is_sorted()
    assert (rows["retard"] == (rows["sourcing"] <= day)).all()


def test_a_reservation_has_suppliers_enough_and_a_divided_need_no_more_lots_than_suppliers(studied):
    kinds = {rung["code"]: rung["kind"] for rung in potential.ladder()}
    least = rules.toml("levers.toml")["values"]["concurrence"]["value"]
    rows = studied.extras["plan_actions"].filter(pl.col("levier").replace_strict(kinds, default="") == "reserver")
    assert all(count >= least for count in rows["levier_fournisseurs"])
    acting = studied.potential.opportunities.filter(ACTIONABLE)
    divided = acting.filter(pl.col("levier") == "allotir")
    assert divided.filter(pl.col("lots_utiles") > pl.col("reservables")).is_empty()
    natures = rules.toml("clauses/articles.toml")["natures"]
    goods = [*natures["fournitures"], *natures["sans_insertion"]]
    asked = acting.filter(pl.col("levier").is_in(["clause_sociale", "critere"]))
    assert asked.filter(pl.col("famille").is_in(goods)).is_empty()


def test_every_figure_of_the_plan_and_of_the_needs_is_the_same_wherever_it_shows(studied):
    report = pams.report(studied)
    blocks = [one for section in report.sections for one in section.blocks] + list(report.annexes)
    shown = {one.id: one.frame for one in blocks if hasattr(one, "frame")}
    actions, acting = studied.extras["plan_actions"], studied.potential.opportunities.filter(ACTIONABLE)
    lines = {row["action_id"]: row for row in actions.to_dicts()}
    seen = [row for row in shown["plan"].to_dicts() if row["action_id"] in lines]
    assert seen
    for row in seen:
        mine = lines[row["action_id"]]
        assert (row["sourcing"], row["consultation"]) == (mine["sourcing"], mine["consultation"])
        assert row["effet"] == (mine["potentiel"] or None)
        assert row["sur"].startswith(
            f"{french.count(mine['besoins'], 'besoin')}, {french.count(mine['contrats'], 'contrat')}"
        )
    detail = shown["tab-plan-detail"]
    names = ["sourcing", "consultation", "contrats", "levier_fournisseurs", "objets"]
    assert detail.select(names).rows() == actions.select(names).rows()
    assert set(pages.plan_rows(pams.findings(studied))[0]) == set(shown["plan"].columns)
    left = studied.extras["plan_ecartes"]
    assert actions["besoins"].sum() + left["besoins"].sum() == acting.height
    assert actions["potentiel"].sum() + left["potentiel"].sum() == acting["potentiel"].sum()
    levers = shown[ladder.NAME]
    assert levers.filter(pl.col("genre") == "levier")["besoins"].sum() == acting.height


def test_suppliers_are_counted_once_and_every_page_tells_that_count(studied):
    counts = opportunities_map.counted(studied.extras["fournisseurs_credibles"])
    assert counts.near + counts.anywhere == counts.first == counts.total - counts.apart >= counts.coded
    said = repr([section.blocks for section in pams.report(studied).sections])
    plain = said.replace("\\xa0", " ").replace("\\u202f", " ")
    told = re.findall(r"(\d[\d ]*) fournisseurs? crédibles? de l'ESS", plain)
    told += re.findall(r"de ces (\d[\d ]*) fournisseurs", plain)
    whole = re.findall(r"\((\d[\d ]*) en tout", plain)
    assert told and {int(one.replace(" ", "")) for one in told} == {counts.first}
    assert whole and {int(one.replace(" ", "")) for one in whole} == {counts.total}


def test_the_renewals_that_can_raise_a_share_are_of_the_contracts_that_it_counts(studied):
    found = pams.findings(studied)
    ends = found.extras["renouvellements"].filter(
        pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False)
    )
    silent = found.counted.filter(~pl.col("clause_sociale"))["uid"]
    assert facts(found)["fins_sans_social"] == ends.filter(pl.col("uid").is_in(silent.implode())).height


@pytest.mark.parametrize(("declared", "told"), [(1.0, ""), (0.0, "Dont 1 d'après son texte seul.")])
def test_a_need_reserved_by_its_words_alone_is_counted_apart_from_those_declared(studied, declared, told):
    rows = studied.extras["besoins"].head(1)
    reason = next(state["reason"] for state in potential.states() if state["code"] == "reserve")
    rows = rows.with_columns(
        pl.lit(value).alias(name)
        for name, value in {
            "etat": "reserve", "etat_libelle": "déjà réservé", "etat_action": "conserver", "etat_raison": reason,
            "part_reserve_dite": declared,
        }.items()
    )  # fmt: skip
    said = families._states(rows).frame["etat_raison"].item()
    assert said.removeprefix(reason).replace("\u00a0", " ").replace("’", "'").strip() == told
