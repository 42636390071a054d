"""What the law asks anyway is no advice; within a broad family another trade is another trade; each reservation counts its own kinds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from test_potential import judged, need, places, structure, supply

from spaser import potential, rules
from spaser.potential import readings
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities

DATA = Path(__file__).parents[2] / "data"
SINCE = rules.toml("law.toml")["duties"]["climat-clause-sociale-seuils"]["since"]
DAY = date(2026, 11, 29)
NATURES = rules.toml("clauses/articles.toml")["natures"]
GOODS = int(rules.value("eu_threshold_goods_other", DAY)) * 100
SOCIAL = int(rules.value("eu_threshold_social", DAY)) * 100
DUE = "Clause sociale (CCP L2112-2-1), sauf un des quatre cas du II, motivé"
UNSURE = f"{DUE} : sans doute, le montant ou la procédure est à vérifier"


def told(day: date = DAY, **facts) -> dict:
    """The one need judged against nobody: what the law asks of it does not depend on suppliers."""
    asked = {"type_marche": "services", "besoin_montant": GOODS, "echeance": date(2028, 1, 1)} | facts
    none = potential.matches(need(**asked), places(), supply(structure("33333333300000", naf="0111Z")))
    return judged(need(**asked), none, as_of=day)


def test_the_clause_is_due_from_the_threshold_on_and_not_below():
    assert told()["levier_du"] == DUE
    assert told(besoin_montant=GOODS - 1)["levier_du"] == ""
    assert told(besoin_montant=None)["levier_du"] == "" and told(besoin_montant=None)["potentiel_du"] is None


def test_a_concession_and_a_contract_that_ends_before_the_law_owe_nothing():
    assert told(concession=True)["levier_du"] == ""
    before = date(2026, 1, 31)
    assert told(before, echeance=SINCE)["levier_du"] == DUE
    assert told(before, echeance=date(2026, 8, 21))["levier_du"] == ""


@pytest.mark.parametrize(
    ("state", "owed"),
    [("termine", False), ("operation", False), ("subsequent", False), ("clause", True), ("actionnable", True)],
)
def test_nothing_is_due_of_a_need_that_nothing_is_launched_again_under(state, owed):
    assert (told(etat=state)["levier_du"] == DUE) is owed


def test_an_adapted_procedure_beside_such_an_amount_makes_the_duty_likely_and_its_form_unknown():
    adapted = rules.method()["obligations"]["procedure_adaptee"]["values"][0]
    row = told(procedure=adapted)
    assert row["levier_du"].startswith(DUE) and "à vérifier" in row["levier_du"] and row["formalise"] is None
    assert told(procedure=adapted, besoin_montant=GOODS - 1)["levier_du"] == ""


def test_a_need_of_which_an_amount_is_not_known_is_no_small_need():
    opened = rules.method()["populations"]["formal_procedures"][0]
    small = {"besoin_montant": 431_500, "procedure": opened}
    unread = told(**small, besoin_incomplet=True)
    assert unread["levier_du"].startswith(DUE) and "à vérifier" in unread["levier_du"] and unread["formalise"]
    # The amount known, a formal procedure was chosen, or asked by a larger need: nothing tells.
    assert told(**small, besoin_incomplet=False)["levier_du"] == "" and told(**small)["formalise"] is None
    adapted = rules.method()["obligations"]["procedure_adaptee"]["values"][0]
    assert told(besoin_montant=431_500, procedure=adapted, besoin_incomplet=True)["formalise"] is False
    assert told(besoin_montant=431_500, besoin_incomplet=True)["formalise"] is None


@pytest.mark.parametrize(("cents", "formal"), [(SOCIAL, True), (SOCIAL - 1, None), (GOODS, None), (GOODS - 1, False)])
def test_between_the_common_threshold_and_that_of_specific_services_the_form_is_unknown(cents, formal):
    assert told(codeCPV="85311000", besoin_montant=cents)["formalise"] is formal
    assert told(besoin_montant=cents)["formalise"] is (cents >= GOODS)


def test_social_and_specific_services_have_their_own_threshold_whatever_the_procedure():
    adapted = rules.method()["obligations"]["procedure_adaptee"]["values"][0]
    social = {"codeCPV": "85311000", "procedure": adapted}
    assert told(**social, besoin_montant=SOCIAL)["levier_du"] == DUE
    assert told(**social, besoin_montant=SOCIAL - 1)["levier_du"] == ""


def test_what_is_due_is_told_apart_from_the_potential_and_never_combined():
    row = told()
    assert row["potentiel_du"] > 0
    assert told(besoin_montant=GOODS - 1)["potentiel_du"] == 0
    label = next(rung["label"] for rung in potential.ladder() if rung.get("duty"))
    assert label not in row["leviers"]
    if row["levier"] == "clause_due":
        assert (row["potentiel"], row["potentiel_haut"]) == (0, 0)


@pytest.fixture(scope="module")
def demo() -> pl.DataFrame:
    base = diagnostic.prepare(
        sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv"))
    )
    return opportunities.potential_of(base).opportunities


def test_every_need_of_the_demo_says_what_is_due_and_no_duty_or_criterion_moves_a_euro(demo):
    above = (pl.col("besoin_montant") >= GOODS).fill_null(False) & ~pl.col("concession").fill_null(False)
    sure, told = pl.col("levier_du") == DUE, pl.col("levier_du") != ""
    assert demo["levier_du"].null_count() == 0 and set(demo["levier_du"]) == {"", DUE, UNSURE}
    assert demo.filter(sure).height == demo.filter(sure & above).height > 0
    unsure = demo.filter(told & ~sure)
    why = (pl.col("besoin_montant") < GOODS).fill_null(True) & pl.col("besoin_incomplet") | rules.adapted_procedure()
    assert unsure.height == unsure.filter(why).height > 0
    free = demo.filter(pl.col("levier").is_in(potential.without_euros()))
    assert free.height and free["potentiel"].sum() == free["potentiel_haut"].sum() == 0
    label = next(rung["label"] for rung in potential.ladder() if rung.get("duty"))
    assert not demo.filter(pl.col("leviers").str.contains(label, literal=True)).height
    waiting = demo.filter(pl.col("etat_action") != "agir")
    assert waiting["potentiel_du"].fill_null(0).sum() == 0 < demo["potentiel_du"].fill_null(0).sum()


def test_who_a_lever_is_for_is_reserved_only_when_it_reserves(demo):
    kinds = {rung["code"]: rung["kind"] for rung in potential.ladder()}
    rows = demo.filter(pl.col("levier_pour") != "").select("levier", "levier_pour").unique().rows()
    assert rows and all(
        said.startswith("Réservé à : " if kinds[code] == "reserver" else "S'adresse à : ") for code, said in rows
    )


def test_a_private_buyer_owes_nothing():
    asked = need(type_marche="services", besoin_montant=GOODS)
    none = potential.matches(asked, places(), supply(structure("33333333300000")))
    row = judged(asked, none, as_of=DAY, under_code=False)
    assert row["levier_du"] == "" and not row["potentiel_du"]


@pytest.mark.parametrize(
    "family, subject, cpv, name, naf, same",
    [
        ("energie", "Fourniture de carburant", "09132000", "Coopérative Fictive", "3514Z", False),
        ("energie", "Fourniture d'électricité", "09310000", "Coopérative Fictive", "3514Z", True),
        ("energie", "Fourniture d'énergie", "09000000", "Coopérative Fictive", "3514Z", True),
        ("batiment_second_oeuvre", "Menuiseries extérieures", "45421000", "Fictive Peinture", "4334Z", False),
        ("batiment_second_oeuvre", "Travaux de peinture", "45442100", "Fictive Peinture", "4334Z", True),
        ("logistique_livraison", "Levage d'un ponton", "63122000", "Déménagement Fictif", "4942Z", False),
        ("logistique_livraison", "Levage d'un ponton", "63122000", "Fictive Levage", "4942Z", True),
        ("logistique_livraison", "Déménagement de bureaux", "98392000", "Déménagement Fictif", "4942Z", True),
        ("logistique_livraison", "Transport d'œuvres", "60100000", "Déménagement Fictif", "4942Z", True),
        ("securite_mediation", "Gardiennage de sites", "79713000", "Médiation Fictive", "8899B", False),
        ("batiment_second_oeuvre", "Remplacement du SSI du collège", "45343000", "Fictive Peinture", "4334Z", False),
        ("batiment_second_oeuvre", "Remplacement du SSI du collège", "45343000", "Fictive Électricité", "4321A", True),
        ("maintenance_batiments", "Maintenance des ascenseurs", "50750000", "Fictive Multiservices", "8110Z", False),
        ("maintenance_batiments", "Maintenance des ascenseurs", "50750000", "Ascenseurs Fictifs", "4329B", True),
        ("maintenance_batiments", "Petits travaux d'entretien", "50800000", "Fictive Multiservices", "8110Z", True),
        ("maintenance_batiments", "Dépannage des alarmes", "50700000", "Fictive Chauffage", "4322B", False),
        ("architecture_ingenierie", "Mission de CSPS", "71317210", "Fictive Architecture", "7111Z", False),
        ("architecture_ingenierie", "Maîtrise d'œuvre", "71240000", "Fictive Topo", "7112A", False),
        ("architecture_ingenierie", "Maîtrise d'œuvre", "71240000", "Fictive Architecture", "7111Z", True),
        ("architecture_ingenierie", "Relevés topographiques", "71351811", "Fictive Topo", "7112A", True),
        ("dechets_collecte_traitement", "Collecte des déchets amiantés", "90520000", "Mille Collectes", "3811Z", False),
        ("dechets_collecte_traitement", "Collecte des déchets amiantés", "90520000", "Fictive Amiante", "3822Z", True),
        ("dechets_collecte_traitement", "Collecte des encombrants", "90500000", "Mille Collectes", "3811Z", True),
        ("assurance_finance", "Assurance responsabilité", "66516000", "Caisse Fictive", "6419Z", False),
        ("assurance_finance", "Assurance responsabilité", "66516000", "Mutuelle Fictive", "6512Z", True),
        ("matieres_premieres", "Fourniture de sable", "14211000", "Fictive Cosmétique", "2042Z", False),
        ("sport", "Savoir nager", "92600000", "Fédération d'arts martiaux", "9312Z", False),
        ("sport", "Savoir nager", "92600000", "Cercle des nageurs fictifs", "9312Z", True),
        ("sport", "Savoir nager", "92600000", "Club omnisports fictif", "9312Z", True),
        ("travaux_publics", "Étanchéité d'ouvrages d'art", "45221119", "Fictive Routes", "4211Z", False),
        ("batiment_gros_oeuvre", "Lot peinture et sols souples", "45214210", "Fictive Maçonnerie", "4399C", False),
        ("batiment_gros_oeuvre", "Lot gros œuvre", "45214210", "Fictive Maçonnerie", "4399C", True),
        ("batiment_second_oeuvre", "Pose de clôtures", "45342000", "Fictive Électricité", "4321A", False),
        ("numerique_materiel", "Système de sonorisation", "32342410", "Services informatiques fictifs", "6202A", False),
        ("numerique_materiel", "Achat d'ordinateurs", "30213000", "Services informatiques fictifs", "6202A", True),
        ("textile_habillement", "Vêtements de travail", "18110000", "Friperie Fictive", "3832Z", False),
        ("textile_habillement", "Vêtements de seconde main", "18110000", "Friperie Fictive", "3832Z", True),
        ("nettoyage_locaux", "Décontamination de magasins", "90921000", "Fictive Net", "8121Z", False),
        ("nettoyage_locaux", "Nettoyage de magasins", "90910000", "Fictive Net", "8121Z", True),
        ("travaux_publics", "Réfection de chaussées", "45233142", "Fictive Routes", "4211Z", True),
    ],
)
def test_a_trade_of_another_branch_of_a_broad_family_does_not_make_credible(family, subject, cpv, name, naf, same):
    asked = need(famille=family, objet=subject, codeCPV=cpv, lot_annuel=100_000, annuel=100_000)
    one = structure("33333333300000", nom=name, naf=naf, ess=True, types=None, tranche_effectifs="21")
    trades = pl.LazyFrame({"cle": ["33333333300000"], "famille": [family]})
    found = potential.candidates(asked, places(), supply(one, trades=trades)).collect()
    assert found["credible"].to_list() == [same]


def test_every_branch_is_of_a_family_and_can_be_said_by_both_sides():
    table = rules.table("trade_branches.csv")
    assert set(table["famille"]) <= set(rules.table("families.csv")["famille"])
    assert table["besoin"].null_count() == 0
    assert table.filter(pl.col("fournisseur").is_null() & pl.col("naf").is_null()).height == 0


@pytest.mark.parametrize(
    "kind, cited, absent",
    [
        ("EA", "L2113-12", "L2113-13"),
        ("ESAT", "L2113-12", "L2113-13"),
        ("EI", "L2113-13", "L2113-12"),
        ("ACI", "L2113-13", "L2113-12"),
    ],
)
def test_each_reservation_counts_its_own_kinds_alone(kind, cited, absent):
    one = supply(structure("33333333300000", types=kind))
    asked = need()
    row = judged(asked, potential.matches(asked, places(), one), as_of=DAY)
    counts = {"L2113-12": row["handicap_credibles"], "L2113-13": row["insertion_credibles"]}
    assert counts == {cited: 1, absent: 0}
    assert cited in row["loi_raison"] and absent not in row["loi_raison"]


@pytest.mark.parametrize("kind", ["GEIQ", "ETTI", "AI", "EATT"])
def test_who_only_lends_staff_answers_no_reservation_and_the_law_still_permits(kind):
    asked = need()
    row = judged(asked, potential.matches(asked, places(), supply(structure("33333333300000", types=kind))), as_of=DAY)
    assert row["handicap_credibles"] == row["insertion_credibles"] == 0
    assert row["loi_raison"].startswith("La loi permet ; aucun fournisseur repéré")
    assert not row["levier"].startswith("reserver")


@pytest.mark.parametrize(
    ("family", "asked"), [("nettoyage_locaux", True), ("mobilier", False), ("formation_insertion", False)]
)
def test_no_clause_is_advised_that_the_texts_to_paste_leave_out(family: str, asked: bool):
    left_out = {name for kind in ("fournitures", "sans_insertion") for name in NATURES[kind]}
    assert (family in left_out) != asked
    bought = {"famille": [family, None], "type_marche": ["services", None], "objet": ["Achat", None]}
    frame = pl.DataFrame(bought).select(readings._work())
    assert frame.to_series().to_list() == [int(asked), 1]
    for code in ("clause_sociale", "formation", "critere"):
        rung = next(one for one in potential.ladder() if one["code"] == code)
        assert {"column": "heures_portees", "min": 1} in rung["conditions"]


@pytest.mark.parametrize(
    ("kind", "subject", "carried"),
    [
        ("fournitures", "Fourniture de vélos à assistance électrique", 0),
        ("fournitures", "Abonnements aux périodiques", 0),
        ("fournitures", "Fourniture et pose de modules scellés", 1),
        ("fournitures", "Fourniture et maintenance de vélos", 1),
        ("services", "Gestion d'un parc de vélos", 1),
        (None, "Vélos", 1),
    ],
)
def test_no_clause_is_advised_of_goods_that_come_with_no_work(kind, subject, carried):
    bought = pl.DataFrame(
        {"famille": ["cycle"], "type_marche": [kind], "objet": [subject]}, schema_overrides={"type_marche": pl.String}
    )
    assert bought.select(readings._work()).item() == carried


@pytest.mark.parametrize(
    ("subject", "listed"),
    [("Soins infirmiers à domicile", 1), ("Contre-visites médicales pour des agents", 0), ("Médecine du travail", 0)],
)
def test_a_health_service_for_the_buyer_s_own_staff_is_not_reserved_to_the_ess(subject: str, listed: int):
    code = rules.table("reserved_ess_cpv.csv").filter(
        pl.col("sorte") == "listee", pl.col("codeCPV").str.starts_with("85")
    )
    need = {
        "besoin_id": ["B"],
        "codeCPV": [code["codeCPV"][0]],
        "dureeMois": [24],
        "annuel": [100_00],
        "objet": [subject],
    }
    supplied = {"besoin_id": ["B"], "handicap_dits": [0], "insertion_dits": [0], "ess_credibles": [3]}
    frames = (pl.LazyFrame(need, schema_overrides={"dureeMois": pl.Int32}), pl.LazyFrame(supplied))
    (found,) = readings.law_reading(*frames, rules.method()["potential"]).collect().to_dicts()
    assert (found["cpv_2113_15"], found["lecture_loi"]) == (listed, 100_00 * listed)
    assert ("agents" in found["loi_raison"]) != bool(listed)


def test_a_clause_advised_holds_work_and_sends_nothing_to_the_ess_by_itself():
    lender = structure("33333333300000", naf="0111Z", types="ETTI")
    asked = need(type_marche="services", besoin_montant=GOODS - 1, annuel=GOODS - 1, annuel_haut=GOODS - 1)
    row = judged(asked, potential.matches(asked, places(), supply(lender)), as_of=DAY)
    assert row["levier"] == "clause_sociale" and row["potentiel"] == row["potentiel_haut"] == 0
    assert 0 < row["sous_clause"] <= row["sous_clause_haut"] <= row["annuel"]
    due = judged(
        need(type_marche="services", besoin_montant=GOODS),
        potential.matches(asked, places(), supply(lender)),
        as_of=DAY,
    )
    assert due["levier"] == "clause_due" and due["sous_clause"] == 0 < due["potentiel_du"]
