"""Amounts that are in order at every level, for any contracts and on every real file; no figure shown twice differs."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_potential import contracts, structure, supply

import spaser
from spaser import french, potential, rules
from spaser.indicators.records import catalogue
from spaser.indicators.targets import Target
from spaser.sections.potential import ladder
from spaser.sections.potential.sheets import BESIDE
from spaser.studies import diagnostic, pams
from spaser.studies.potential import handover
from spaser.studies.potential.needs import weighed

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data"
TOWN = "000000117"
FAMILIES = {
    "nettoyage_locaux": "90911200",
    "espaces_verts": "77310000",
    "batiment_second_oeuvre": "45442100",
    "culture": "92311000",
}
SUBJECTS = (
    "Nettoyage des écoles",
    "Entretien des parcs",
    "Travaux de peinture",
    "Ateliers sportifs",
    "Création d'une œuvre",
)

CONTRACT = st.fixed_dictionaries(
    {
        "objet": st.sampled_from(SUBJECTS),
        "famille": st.sampled_from(sorted(FAMILIES)),
        "montant": st.one_of(st.integers(1, 999), st.integers(1_000, 30_000_000)),
        "dureeMois": st.one_of(st.none(), st.integers(1, 96)),
        "accord_cadre": st.sampled_from([True, False, None]),
        "acheteur_siren": st.sampled_from(["111111118", "222222226"]),
        "consultation": st.one_of(st.none(), st.sampled_from("xyz")),
        "dateNotification": st.dates(date(2021, 1, 1), date(2024, 5, 1)),
        "titulaire_ess": st.sampled_from([True, False, None]),
        "marche_reserve": st.sampled_from([True, False, None]),
        "clause_sociale": st.sampled_from([True, False, None]),
    }
)
OFFER = st.fixed_dictionaries(
    {
        "naf": st.sampled_from(["8121Z", "8130Z", "4334Z", "9001Z", "9499Z"]),
        "types": st.sampled_from(["EI", "EA", "ESAT", "ACI", None]),
        "tranche_effectifs": st.sampled_from(["03", "11", "22", "42", None]),
        "ess": st.sampled_from([True, None]),
    }
)


def in_order(rows: pl.DataFrame, families: pl.DataFrame) -> None:
    """Low ≤ middle ≤ high ≤ yearly amount by need, family, buyer and in all; the sums of needs are those of families."""
    low = pl.col("potentiel_bas").fill_null(0)
    fair = (
        (low >= 0)
        & (low <= pl.col("potentiel"))
        & (pl.col("potentiel") <= pl.col("potentiel_haut"))
        & (pl.col("potentiel_haut") <= pl.col("annuel"))
        & (pl.col("sous_clause") <= pl.col("sous_clause_haut"))
        & (pl.col("sous_clause_haut") <= pl.col("annuel"))
        & (pl.col("annuel_bas") <= pl.col("annuel"))
        & (pl.col("annuel") <= pl.col("annuel_haut"))
    )
    amounts = ("potentiel_bas", "potentiel", "potentiel_haut", "annuel", "annuel_bas", "annuel_haut")
    amounts += ("sous_clause", "sous_clause_haut")
    # Euros to the ESS and euros held by a clause are never of the same need.
    assert rows.filter((pl.col("potentiel_haut") > 0) & (pl.col("sous_clause_haut") > 0)).is_empty()
    # What already goes to the ESS is not to win again.
    assert rows.filter(pl.col("potentiel") + pl.col("acquis").fill_null(0) > pl.col("annuel")).is_empty()
    assert rows.filter(~fair).is_empty()
    for key in ("famille", "acheteur_siren", "etat_action"):
        summed = rows.group_by(key).agg(pl.col(amounts).fill_null(0).sum())
        assert summed.filter(~fair).is_empty()
    assert rows.select(pl.col(amounts).fill_null(0).sum()).filter(~fair).is_empty()
    waiting = rows.filter(pl.col("etat_action") != "agir")
    assert waiting["potentiel"].sum() == 0 == waiting["potentiel_haut"].sum()
    assert set(waiting["levier"]) <= {"sans_objet"} and waiting.filter(pl.col("levier_refus") == "").is_empty()
    acting = rows.filter(pl.col("etat_action") == "agir")
    for name in ("potentiel", "potentiel_haut", "sous_clause", "annuel"):
        assert families[name].sum() == acting[name].sum()
    assert families["besoins"].sum() == acting.height
    told = {rung["code"]: rung["kind"] for rung in potential.ladder()}
    reserved = pl.col("levier").replace_strict(told, default="") == "reserver"
    assert acting.filter(~reserved & (pl.col("levier_refus") == "")).is_empty()
    # What is due and « rien pour l'instant » never stand together; neither does « rien » beside a duty in a family.
    assert acting.filter((pl.col("levier") == "rien") & (pl.col("levier_du") != "")).is_empty()
    divided = acting.filter(pl.col("levier") == "allotir")
    assert divided.filter((pl.col("lots_utiles") > 6) | (pl.col("lots_utiles") > pl.col("reservables"))).is_empty()


@given(st.lists(CONTRACT, min_size=1, max_size=8), st.lists(OFFER, max_size=6))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_bought_and_offered_amounts_are_in_order_at_every_level(bought, offered):
    rows = [row | {"uid": f"c{i}", "codeCPV": FAMILIES[row["famille"]]} for i, row in enumerate(bought)]
    for row in rows:
        row["consultation"] = row["consultation"] or row["uid"]
    listed = [
        structure(
            f"{i:09d}00011",
            code_commune="94022",
            departement="94",
            region="11",
            lon=2.41,
            lat=48.77,
            statuts="x",
            **row,
        )
        for i, row in enumerate(offered, 1)
    ]
    place = {"lieu": "C94022", "lieu_libelle": "Choisy-le-Roi"}
    needs = potential.needs(contracts(rows, **place), as_of=date(2024, 6, 1)).collect()
    made = weighed(
        needs,
        supply(*listed).collect(),
        dependency=0.3,
        method=rules.method(),
        as_of=date(2024, 6, 1),
        every=needs,
        kinds=pl.LazyFrame({"acheteur_siren": ["111111118", "222222226"], "acheteur_categorie": ["commune"] * 2}),
    )
    assert made.opportunities.height == needs.height
    in_order(made.opportunities, made.families)


FILES = [
    path.relative_to(REAL)
    for pattern in ("decp_2019/*", "decp_2022/*", "decp_tabulaire/*.csv")
    for path in sorted(REAL.glob(pattern))
]


@pytest.mark.skipif(not FILES, reason="les données réelles de ../shared ne sont pas là")
@pytest.mark.parametrize("name", FILES or [Path("absent")], ids=str)
def test_amounts_are_in_order_at_every_level_on_every_real_file(name):
    lists = [
        REAL / "registres" / one for one in ("siae_2019-07.csv", "siae_geocodees_2020.csv", "esat_liste_officielle.csv")
    ]
    base = diagnostic.prepare(
        REAL / name, registers=lists, as_of=None if "bretagne_c8b" not in name.name else date(2021, 1, 1)
    )
    found = spaser.potential_of(base)
    in_order(found.opportunities, found.families)
    largest = base.buyers.sort("contrats" if "contrats" in base.buyers.columns else "acheteur_siren", descending=True)
    alone = spaser.diagnose(base, buyer=largest["acheteur_siren"][0])
    goals = tuple(
        Target(name, name, "nombre", next(iter(catalogue()[name].definitions)), 0.9, 2030, "Délibération inventée")
        for name in AIMED
    )
    studied = pams.study(alone, pams.Wishes(goals=goals))
    in_order(studied.potential.opportunities, studied.potential.families)
    one_answer(studied, base.day)


AIMED = ("clause_sociale", "clause_environnementale", "marche_reserve")


def one_answer(studied: pams.Study, day: date) -> None:
    """The plan and the targets of a study: ten actions at most, all of what is to act on and still to come, counted once; the plan of a
    target starts from the very row of its trajectory, with needs that are actionable and answered, and promises nothing for certain."""
    acting = studied.potential.opportunities.filter(pl.col("etat_action") == "agir")
    actions, left = studied.extras["plan_actions"], studied.extras["plan_ecartes"]
    assert actions.height <= 10 and set(actions["etat"].drop_nulls()) <= {"", "à faire"}
    for name in ("besoins", "dus"):
        assert actions[name].sum() + left[name].sum() == (
            acting.height if name == "besoins" else acting.filter(pl.col("levier_du") != "").height
        )
    assert actions["potentiel"].sum() + left["potentiel"].sum() == acting["potentiel"].sum()
    assert actions.filter(pl.col("consultation") < day).is_empty()
    assert actions["sourcing"].is_sorted() and actions.filter(pl.col("levier").is_in(["rien", "sans_objet"])).is_empty()
    roads = {rank: road for rank, road in enumerate(studied.roads, 1)}
    told = {row["rang"]: row for row in studied.extras["objectifs"].to_dicts() if row["nature"] == "objectif"}
    chosen = studied.extras["atteindre_plan"]
    for row in studied.extras["atteindre"].to_dicts():
        road, mine = roads[row["objectif"]], chosen.filter(objectif=row["objectif"])
        same = ("population", "numerateur", "denominateur", "derniere", "annee_derniere")
        assert [row[name] for name in same] == [getattr(road, name) for name in same]
        assert all(row[name] == one[name] for one in told.values() if one["titre"] == row["titre"] for name in same)
        assert mine.height == row["choisis"] <= row["candidats"] <= row["possibles"]
        assert row["chance_haut"] is None or 0 <= row["chance_bas"] <= row["chance_haut"] <= 1
        assert mine.filter(pl.col("echeance") < day).is_empty()


# --- What is shown twice -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo():
    base = diagnostic.prepare(
        sorted((ROOT / "data").glob("marches_demo*.json")), registers=sorted((ROOT / "data").glob("registre_demo*.csv"))
    )
    return spaser.diagnose(base, buyer=TOWN)


@pytest.fixture(scope="module")
def studied(demo):
    return pams.study(demo)


def tables(report) -> dict:
    from spaser.deliverables.report import TableBlock

    every = [block for section in report.sections for block in section.blocks] + list(report.annexes)
    return {block.id: block for block in every if isinstance(block, TableBlock)}


def figures(report) -> dict[str, float]:
    from spaser.deliverables.report import KeyFigures

    every = [block for section in report.sections for block in section.blocks if isinstance(block, KeyFigures)]
    return {figure.label.replace("\u00a0", " "): figure.value for block in every for figure in block.figures}


def test_every_amount_and_count_of_the_potential_that_shows_twice_is_the_same(demo, studied, tmp_path):
    rows = studied.potential.opportunities
    acting = rows.filter(pl.col("etat_action") == "agir")
    page, whole = handover.report(demo, studied.potential), pams.report(studied)
    for report in (page, whole):
        shown, said = tables(report), figures(report)
        families, states = shown["tab-potentiel-familles"].frame, shown["tab-etats-besoins"].frame
        assert said["Besoins actionnables"] == acting.height == families["besoins"].sum()
        assert said["Acheté par an"] == acting["annuel"].sum() == families["annuel"].sum()
        assert said["Potentiel ESS par an"] == acting["potentiel"].sum() == families["potentiel"].sum()
        assert states["besoins"].sum() == rows.height and states["annuel"].sum() == rows["annuel"].sum()
        running = states.filter(pl.col("etat_libelle") != "terminé")
        assert running["acquis"].sum() == shown[BESIDE].frame["acquis"].sum() > 0
        acts = states.filter(pl.col("etat_libelle").str.starts_with("actionnable"))
        assert (acts["besoins"].sum(), acts["annuel"].sum()) == (acting.height, acting["annuel"].sum())
        sheet = shown["besoins"].frame
        assert families["sous_clause"].sum() == sheet["sous_clause"].sum() == acting["sous_clause"].sum()
        assert sheet["potentiel"].sum() == rows["potentiel"].sum() and sheet.height == rows.height
        levers = shown[ladder.NAME].frame
        assert levers.filter(pl.col("genre") == "état")["besoins"].sum() == rows.height
        assert levers.filter(pl.col("genre") == "levier")["besoins"].sum() == acting.height
    read = pl.read_csv(handover.write(demo, studied.potential, tmp_path)[2], separator=";", decimal_comma=True)
    assert round(read["potentiel"].sum() * 100) == rows["potentiel"].sum()


def test_the_plan_says_the_same_on_its_page_in_its_detail_and_in_the_workbook(studied):
    shown = tables(pams.report(studied))
    actions = studied.extras["plan_actions"]
    page, detail, sheet = (shown[name].frame for name in ("tab-plan", "tab-plan-detail", "plan"))
    # A duty and a criterion move no euro by themselves: nothing is shown, rather than a zero.
    free = actions["levier"].is_in(potential.without_euros())
    amounts = sorted(actions.filter(~free)["potentiel"].to_list())
    assert free.any() and amounts and amounts[-1] > 0
    assert sorted(detail["potentiel"].drop_nulls().to_list()) == [one for one in amounts if one]
    held = sorted(one for one in actions["sous_clause"] if one)
    assert sorted(detail["sous_clause"].drop_nulls().to_list()) == held
    assert set(sheet["sous_clause"].drop_nulls()) <= set(held)
    # The page keeps ten lines: what the law or an alert asks for has its place, the needs that weigh most have the rest.
    shown_amounts = sheet["effet"].drop_nulls().to_list()
    assert shown_amounts and not [one for one in shown_amounts if one not in amounts]
    for name in ("effet", "sous_clause"):
        told = ["non chiffré" if one is None else french.euros_short(one) for one in sheet[name]]
        assert name not in page.columns or page[name].to_list() == told
    assert page.height == sheet.height
    kept = actions.select(pl.col("contrats").sum(), pl.col("besoins").sum()).row(0)
    acting = studied.potential.opportunities.filter(pl.col("etat_action") == "agir")
    assert kept[1] + studied.extras["plan_ecartes"]["besoins"].sum() == acting.height
    assert actions["potentiel"].sum() <= acting["potentiel"].sum()


def test_the_sentence_of_the_essential_has_the_figures_of_the_potential(studied):
    from spaser import french

    acting = studied.potential.opportunities.filter(pl.col("etat_action") == "agir")
    said = (
        repr([section.blocks for section in pams.report(studied).sections])
        .replace("\\xa0", " ")
        .replace("\\u202f", " ")
    )
    told = re.findall(r"(\d[\d ,]*k?M?€? ?[kM]?€) par an (?:seulement )?pourraient aller .*?\((\d+) besoins?\)", said)
    amount = french.euros_short(acting["potentiel"].sum()).replace("\u00a0", " ").replace("\u202f", " ")
    assert told and {(one.strip(), int(n)) for one, n in told} == {(amount, acting.height)}


def test_the_demo_tells_each_state_and_each_lever_and_why_the_others_are_out_of_reach(demo, studied):
    told = tables(handover.report(demo, studied.potential))[ladder.NAME].frame
    labels = {kind: set(told.filter(pl.col("genre") == kind)["libelle"]) for kind in told["genre"].unique()}
    assert labels["état"] == {state["label"] for state in potential.states()}
    rungs = potential.ladder()
    assert labels["levier"] == {rung["label"] for rung in rungs if rung["main"]}
    assert labels["levier qui s'ajoute"] == {rung["label"] for rung in rungs if not rung["main"]}
    left = told.filter(pl.col("genre") == "levier hors de portée du kit")
    assert left.height == len(rules.toml("levers.toml")["out_of_reach"]) and left["sens"].str.len_chars().min() > 30
    assert told.filter((pl.col("genre") == "état") & (pl.col("besoins") > 0)).height >= 7
    assert told.filter((pl.col("genre") == "levier") & (pl.col("besoins") > 0)).height >= 4
