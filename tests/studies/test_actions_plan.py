"""The plan of actions: what it takes, how it merges, in which order, and what a person wrote of it."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import potential, rules
from spaser.sections.actions import accounted
from spaser.studies import plan as planning
from spaser.vocabulary import DECISIONS, OPPORTUNITIES

DAY = date(2026, 10, 31)
METHOD = rules.method()


def needs(*rows: dict) -> pl.DataFrame:
    """Needs of an invented buyer, actionable and with a lever unless said otherwise."""
    base = {
        "acheteur_siren": "111111118",
        "famille": "nettoyage_locaux",
        "famille_libelle": "Nettoyage",
        "objet": "Nettoyage",
        "etat_action": "agir",
        "levier": "reserver_lot",
        "levier_libelle": "Réserver un lot",
        "levier_article": "CCP L2113-12",
        "contrats": 1,
        "credibles": 3,
        "clause_candidats": 0,
        "annuel": 100_000_00,
        "potentiel": 50_000_00,
        "potentiel_haut": 80_000_00,
        "ressemblance": 1.0,
        "echeance": date(2027, 9, 1),
    }
    full = [base | {"besoin_id": f"B{i}"} | row for i, row in enumerate(rows)]
    days = [row.get("sourcing", date(2027, 1, 1)) for row in full]
    frame = pl.DataFrame(
        [{name: row.get(name) for name in OPPORTUNITIES.schema} for row in full], schema=OPPORTUNITIES.schema
    )
    return frame.with_columns(sourcing=pl.Series(days, dtype=pl.Date))


def plan(*rows: dict, **options) -> pl.DataFrame:
    return planning.plan(needs(*rows), day=DAY, method=METHOD, **options)


def left(*rows: dict, later: int = 0) -> pl.DataFrame:
    """What the plan leaves of these needs; the last ``later`` of them are beyond the horizon."""
    acting = needs(*rows)
    soon = acting.head(acting.height - later)
    return planning.set_aside(acting, soon, planning.plan(soon, day=DAY, method=METHOD), day=DAY, method=METHOD)


def test_needs_of_a_family_are_one_action_and_their_amounts_add_up():
    found = plan({}, {"potentiel": 30_000_00}, {"famille": "traiteur", "potentiel": 10_000_00})
    assert dict(found.select("famille", "besoins").rows()) == {"nettoyage_locaux": 2, "traiteur": 1}
    assert dict(found.select("famille", "potentiel").rows()) == {"nettoyage_locaux": 80_000_00, "traiteur": 10_000_00}


def test_needs_of_a_family_with_another_lever_are_another_action():
    other = {"levier": "sourcing", "levier_libelle": "Sourçage d'abord", "potentiel": 10_000_00}
    found = plan({}, other, other).sort("levier")
    assert found.select("levier", "besoins").rows() == [("reserver_lot", 1), ("sourcing", 2)]
    assert found["action_id"].is_unique().all()


def test_an_action_begins_with_the_first_of_its_needs_and_ends_with_the_same():
    small = {"potentiel": 1_000_00, "echeance": date(2027, 3, 1), "sourcing": date(2026, 11, 1)}
    found = plan({"echeance": date(2027, 9, 1), "sourcing": date(2027, 1, 1)}, small)
    assert found.select("sourcing", "consultation").rows() == [(date(2026, 11, 1), date(2027, 3, 1))]
    assert found["retard"].to_list() == [False]
    assert plan({}, small | {"sourcing": DAY})["retard"].to_list() == [True]


LOTS = (
    {"consultation": "C1", "objet": "Entretien des sites - Lot : parcs"},
    {
        "consultation": "C1",
        "objet": "Entretien des sites - Lot : salles",
        "famille": "traiteur",
        "potentiel": 20_000_00,
    },
)


def test_the_lots_of_a_consultation_are_one_action_whatever_their_families():
    one = plan(*LOTS)
    assert one.select("famille", "besoins", "operations", "potentiel").rows() == [("nettoyage_locaux", 2, 1, 70_000_00)]
    assert one["objets"].to_list() == ["Entretien des sites (2\u00a0lots : parcs / salles)"]
    assert plan(LOTS[0], LOTS[1] | {"consultation": "C2"}).height == 2
    assert plan(LOTS[0], LOTS[1] | {"consultation": None}).height == 2


def test_needs_that_share_a_consultation_of_several_are_one_operation_near_or_far():
    chain = (
        {"consultation": "C1", "consultations": "C1"},
        {"consultation": "C2", "consultations": "C1|C2", "famille": "traiteur"},
        {"consultation": "C3", "consultations": "C2|C3", "famille": "energie"},
    )
    assert plan(*chain).select("besoins", "operations").rows() == [(3, 1)]
    apart = plan(chain[0], {"consultation": "C3", "consultations": "C3", "famille": "energie"})
    assert apart.select("besoins", "operations").rows() == [(1, 1), (1, 1)]


def test_a_need_whose_lots_end_apart_is_dated_by_the_first_that_can_still_be_prepared():
    found = plan({"premiere_fin": date(2027, 6, 1), "echeance": date(2027, 9, 1)})
    assert found["consultation"].to_list() == [date(2027, 6, 1)]
    assert plan({"echeance": date(2027, 9, 1)})["consultation"].to_list() == [date(2027, 9, 1)]


def test_the_actions_say_in_which_order_the_weights_chose_them_and_the_duty_stands_before():
    found = plan(DUE, {"potentiel": 6_000_00}, {"famille": "traiteur", "potentiel": 90_000_00})
    order = dict(found.select("famille", "priorite").rows())
    assert order["devoir_clause"] == 0 and sorted(order.values()) == [0, 1, 2]


def test_what_is_left_without_any_euro_has_no_amount():
    kept = left({"potentiel": 4_000_00}, {"levier": "rien", "credibles": 0, "potentiel": 0, "famille": "energie"})
    assert dict(kept.select("motif", "potentiel").rows()) == {planning.SMALL: 4_000_00, planning.NOBODY: None}


def test_a_lot_with_another_lever_is_said_in_the_action_of_its_consultation():
    other = {"levier": "sourcing", "levier_libelle": "Sourçage d'abord", "levier_fournisseurs": 40}
    (found,) = plan(LOTS[0] | {"levier_fournisseurs": 5}, LOTS[1] | other).to_dicts()
    assert (found["levier"], found["autres_leviers"], found["levier_fournisseurs"]) == (
        "reserver_lot",
        "Sourçage d'abord",
        5,
    )
    due = plan(LOTS[0], LOTS[1] | DUE | {"potentiel": 0, "levier_du": "due"})
    assert due.select("nature", "besoins", "dus").rows() == [("action", 2, 1)]
    assert left(LOTS[0], LOTS[1] | DUE | {"potentiel": 0}).height == 0


def test_an_action_names_its_heaviest_operations_and_counts_the_others():
    assert planning.named([{"operation": str(i), "objet": f"Achat {i}"} for i in range(6)]) == (
        "Achat 0 ; Achat 1 ; Achat 2 ; Achat 3 ; et 2\u00a0autres"
    )
    assert planning.named([{"operation": "a", "objet": "Vélos"}, {"operation": "a", "objet": "Vélos"}]) == "Vélos"
    apart = planning.named([{"operation": "a", "objet": "Vélos"}, {"operation": "a", "objet": "Linge"}])
    assert apart == "Une consultation (2\u00a0lots : Vélos / Linge)"


def test_no_family_has_a_second_line_before_every_family_has_one():
    names = rules.table("families.csv")["famille"].to_list()[:9]
    levers = [{"levier": name, "potentiel": 900_000_00} for name in ("reserver_lot", "sourcing", "allotir")]
    found = plan(*levers, *({"famille": name, "potentiel": 6_000_00} for name in names if name != "nettoyage_locaux"))
    assert found["famille"].n_unique() == len({*names, "nettoyage_locaux"})
    assert plan(*levers)["levier"].n_unique() == 3


def test_a_criterion_is_an_action_without_any_euro_and_held_to_no_floor():
    found = plan({"levier": "critere", "levier_libelle": "Critère", "potentiel": 0, "potentiel_haut": 0})
    assert found.select("levier", "potentiel").rows() == [("critere", 0)]
    assert plan({"levier": "sourcing", "potentiel": 0}).height == 0


def test_actions_are_at_most_ten_and_in_the_order_in_which_they_begin():
    families = rules.table("families.csv")["famille"].to_list()[:14]
    found = plan(*({"famille": name, "sourcing": date(2027, 1 + i % 12, 1)} for i, name in enumerate(families)))
    assert found.height == 10
    assert found["sourcing"].is_sorted() and found["rang"].to_list() == list(range(1, 11))


def test_what_should_have_begun_comes_first_and_is_said():
    found = plan({"famille": "traiteur", "sourcing": date(2026, 9, 1)}, {"sourcing": date(2026, 11, 1)})
    assert found.select("famille", "retard").rows() == [("traiteur", True), ("nettoyage_locaux", False)]


def test_nothing_is_advised_on_what_ended_nor_without_action_lever_gain_or_supply():
    refused = (
        {"echeance": date(2026, 10, 30)},
        {"etat_action": "conserver"},
        {"levier": "rien"},
        {"potentiel": 0},
        {"credibles": 0},
    )
    assert plan(*refused).height == 0
    assert plan({"echeance": date(2027, 1, 31)}).height == 1


def test_moving_the_weights_changes_what_is_chosen():
    families = rules.table("families.csv")["famille"].to_list()[:11]
    rows = [{"famille": name, "potentiel": 10_000_00 + i, "ressemblance": float(-i)} for i, name in enumerate(families)]
    gain = METHOD | {"plan": METHOD["plan"] | {"poids": {"gain": 1.0, "facilite": 0.0, "urgence": 0.0}}}
    ease = METHOD | {"plan": METHOD["plan"] | {"poids": {"gain": 0.0, "facilite": 1.0, "urgence": 0.0}}}
    left = [set(families) - set(planning.plan(needs(*rows), day=DAY, method=one)["famille"]) for one in (gain, ease)]
    assert left == [{families[0]}, {families[-1]}]


def test_what_a_person_wrote_of_an_action_is_read_back():
    row = {
        "objet_type": "action",
        "objet_id": "111111118-nettoyage_locaux",
        "champ": "responsable",
        "valeur": "Service achats",
    }
    decided = pl.DataFrame([{name: row.get(name) for name in DECISIONS.schema}], schema=DECISIONS.schema)
    found = plan({}, {"famille": "traiteur"}, decisions=decided)
    assert dict(found.select("famille", "responsable").rows()) == {
        "nettoyage_locaux": "Service achats",
        "traiteur": None,
    }
    assert found["etat"].to_list() == ["à faire", "à faire"]


def test_no_action_names_a_supplier():
    assert not {"nom", "siret", "siren", "probabilite"} & set(plan({}).columns)


DUE = {
    "levier": "clause_due",
    "levier_libelle": "Clause sociale obligatoire, sauf cas prévu et motivé",
    "clause_candidats": 2,
    "credibles": 0,
}


def test_the_duty_is_one_line_that_lists_its_needs_whatever_their_families_and_size():
    found = plan(
        DUE | {"objet": "Vélos", "famille": "cycle", "potentiel": 1_00},
        DUE | {"objet": "Parcs", "famille": "espaces_verts", "contrats": 2},
        {},
    )
    due = found.filter(pl.col("levier") == "clause_due").row(0, named=True)
    assert found["nature"].value_counts().sort("nature").rows() == [("action", 1), ("devoir", 1)]
    assert (due["besoins"], due["contrats"]) == (2, 3) and {"Vélos", "Parcs"} == set(due["objets"].split(" ; "))


def test_the_duty_and_the_actions_are_ten_at_most():
    names = rules.table("families.csv")["famille"].to_list()[:14]
    found = plan(DUE, *({"famille": name} for name in names))
    assert found.height == 10 and found.filter(pl.col("nature") == "devoir").height == 1


def test_an_action_at_the_floor_is_kept_and_just_below_is_set_aside_and_said():
    floor = METHOD["plan"]["plancher"]["value"] * 100
    assert plan({"potentiel": floor}).height == 1
    assert plan({"potentiel": floor - 1}).height == 0
    assert left({"potentiel": floor - 1})["motif"].to_list() == [planning.SMALL]
    assert left({"potentiel": floor}).height == 0


def test_what_can_no_longer_be_prepared_is_no_action_and_is_said_too_late():
    soon, just = {"echeance": date(2027, 1, 30)}, {"echeance": date(2027, 1, 31)}
    assert (plan(soon).height, plan(just).height) == (0, 1)
    assert left(soon)["motif"].to_list() == [planning.LATE]
    assert left(just).height == 0
    assert plan(DUE | soon).height == 0


def test_every_actionable_need_is_in_the_plan_or_counted_with_its_reason():
    families = rules.table("families.csv")["famille"].to_list()
    rows = [
        *({"famille": name} for name in families[:13]),
        DUE,
        {"credibles": 0, "famille": "sante"},
        {"levier": "rien", "credibles": 0, "potentiel": 0},
        {"potentiel": 1_00, "levier": "allotir"},
        {"echeance": date(2027, 1, 30)},
        {"echeance": None},
        {"famille": "energie"},
    ]
    chosen = planning.plan(needs(*rows[:-1]), day=DAY, method=METHOD)
    told = left(*rows, later=1)
    assert int(chosen["besoins"].sum()) + int(told["besoins"].sum()) == len(rows)
    assert set(told["motif"]) == {
        planning.NOBODY,
        planning.SMALL,
        planning.LATE,
        planning.UNDATED,
        planning.LATER,
        planning.BEYOND,
    }
    assert sum(len(ids) for ids in chosen["besoin_ids"]) == len({one for ids in chosen["besoin_ids"] for one in ids})
    assert f"{len(rows)}\u00a0besoins actionnables" in accounted(chosen, told)


IDLE = {
    "levier": "rien",
    "levier_libelle": "Rien pour l'instant",
    "credibles": 0,
    "clause_candidats": 0,
    "potentiel": None,
}


def test_a_need_without_advice_for_which_the_clause_is_due_is_in_the_line_of_the_duty():
    alone = {"credibles": 0, "clause_candidats": 0, "potentiel": 0}
    fuel = DUE | alone | {"objet": "Carburant", "famille": "energie", "levier_du": "Clause sociale (CCP L2112-2-1)"}
    found = plan(fuel | {"sourcing": date(2026, 12, 1)}, DUE | {"objet": "Parcs", "levier_du": "Clause sociale"})
    due = found.row(0, named=True)
    assert (found.height, due["nature"], due["besoins"], due["sourcing"]) == (1, "devoir", 2, date(2026, 12, 1))
    assert (due["premier"], due["suite"]) == ("Carburant", date(2027, 1, 1))
    assert due["levier_libelle"] == potential.duty()["label"] and set(due["objets"].split(" ; ")) == {
        "Carburant",
        "Parcs",
    }
    assert plan(fuel).height == 1 and left(fuel).height == 0
    assert plan(IDLE).height == 0 and left(IDLE)["motif"].to_list() == [planning.NOBODY]


def test_what_is_left_out_says_for_how_many_the_clause_is_due_anyway():
    owed = {"famille": "traiteur", "credibles": 0, "levier_du": "Clause sociale"}
    assert left(owed, {"famille": "traiteur", "credibles": 0})["dus"].to_list() == [1]
    assert left({"famille": "traiteur", "credibles": 0})["dus"].to_list() == [0]


CLAUSE = {"levier": "clause_sociale", "levier_libelle": "Clause d'insertion", "clause_candidats": 3}


def test_what_a_clause_holds_stands_beside_what_goes_to_the_ess_and_is_never_added_to_it():
    held = CLAUSE | {"potentiel": 0, "potentiel_haut": 0, "sous_clause": 30_000_00, "consultation": "C1"}
    found = plan({"consultation": "C1"}, held)
    assert found.select("levier", "potentiel", "sous_clause").rows() == [("reserver_lot", 50_000_00, 30_000_00)]
    alone = plan(held)
    assert alone.select("levier", "potentiel", "sous_clause").rows() == [("clause_sociale", 0, 30_000_00)]


def test_a_clause_is_held_to_the_floor_by_what_it_holds():
    floor = METHOD["plan"]["plancher"]["value"] * 100
    held = CLAUSE | {"potentiel": 0, "sous_clause": floor}
    assert plan(held).height == 1 and left(held).height == 0
    small = left(held | {"sous_clause": floor - 1})
    assert small.select("motif", "potentiel", "sous_clause").rows() == [(planning.SMALL, None, floor - 1)]
    assert left(held | {"sous_clause": 0})["motif"].to_list() == [planning.NOBODY]
