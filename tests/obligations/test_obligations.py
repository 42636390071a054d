"""Obligations by situations: dates, thresholds, fields, exclusions. Every buyer, supplier and contract here is invented."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import polars as pl
import pytest
from obligation_frames import BUYER, CLOSED, computed, ledger, states

from spaser import considerations, contracts, obligations, rules
from spaser import vocabulary as words
from spaser.obligations import buyer_kinds, thresholds
from spaser.obligations import reservations as obligations_reserved
from spaser.problems import Problem
from spaser.vocabulary import DUTIES

HERE = Path(__file__).parents[1]
PARIS = HERE.parents[1] / "shared" / "data" / "decp_2022" / "paris_2024.json"
SAID = {"oui": True, "non": False, "inconnu": None}


def cases(name: str) -> list[dict]:
    return tomllib.loads((HERE / "cases" / f"obligations_{name}.toml").read_text(encoding="utf-8"))["case"]


DATES, NEEDS, OF_BUYER, RESERVED = (cases(name) for name in ("dates", "needs", "buyer", "reserved"))
for case in NEEDS:
    case["base"] = {"lancement": date(2026, 9, 1)}
OF_CONTRACTS = DATES + NEEDS


@cache
def answers() -> dict[str, pl.DataFrame]:
    """The answers of every case, computed in one table per closing day."""
    found = {}
    days = sorted({case.get("as_of", CLOSED) for case in OF_CONTRACTS})
    for day in days:
        some = [case for case in OF_CONTRACTS if case.get("as_of", CLOSED) == day]
        found |= {case["name"]: rows for case, rows in zip(some, computed(some, day), strict=True)}
    return found


def one(**contract: object) -> pl.DataFrame:
    return computed([{"contract": contract}], CLOSED)[0]


def of(found: pl.DataFrame, id: str) -> dict[str, dict]:
    return {row["obligation"]: row for row in found.filter(pl.col("uid") == id).to_dicts()}


@pytest.mark.parametrize("case", OF_CONTRACTS, ids=lambda case: case["name"])
def test_a_situation_gives_its_state_and_its_answer(case):
    found = answers()[case["name"]]
    wanted = {"M1": case["expected"]} | case.get("others_expected", {})
    for id, expected in wanted.items():
        rows = of(found, id)
        assert {key: (rows[key]["applicabilite"], rows[key]["remplie"]) for key in expected} == {
            key: (state, SAID[answer]) for key, (state, answer) in expected.items()
        }
    if "rung" in case:
        used = {rung for row in of(found, "M1").values() for rung in row["regle_etat"].split("+")}
        assert case["rung"] in used
    assert found["motif"].is_not_null().all() and (found["motif"] != "").all()


def rungs(source: str) -> set[str]:
    text = (HERE.parent / "spaser" / "obligations" / f"{source}.py").read_text(encoding="utf-8")
    return set(re.findall(r'Rung\(\s*"(\w+)"', text))


def test_every_rung_of_every_ladder_is_reached_by_a_case():
    exclusions = {
        f"exclusion_{rule['when']}" for duty in obligations.catalogue().values() for rule in duty.get("exclusions", [])
    }
    options = {
        f"option_{rule['when']}" for duty in obligations.catalogue().values() for rule in duty.get("options", [])
    }
    exclusions |= options | {f"{name}_inconnue" for name in options}
    of_contracts = rungs("weighing") | rungs("dates") | rungs("thresholds") | exclusions
    seen = pl.concat(list(answers().values()))["regle_etat"]
    assert {rung for text in seen for rung in text.split("+")} == of_contracts
    assert {answer[1] for case in OF_BUYER for answer in case["expected"].values()} == rungs("buyer")


def test_every_duty_has_a_case_where_it_weighs_and_one_where_it_does_not():
    states = {key: set() for key in obligations.catalogue()}
    for case in OF_CONTRACTS + OF_BUYER:
        for expected in (case["expected"], *case.get("others_expected", {}).values()):
            for key, answer in expected.items():
                states[key].add(answer[0])
    assert [key for key, seen in states.items() if "non_soumis" not in seen or len(seen) < 2] == []


def test_every_duty_that_data_can_show_has_a_case_met_and_one_not_met():
    shown = {key: set() for key, duty in obligations.catalogue("contract").items() if "met" in duty}
    for case in OF_CONTRACTS:
        for key, answer in case["expected"].items():
            if key in shown:
                shown[key].add(answer[1])
    # A subject may say that a duty is met; that it says nothing never says « no ».
    told = {key for key, duty in obligations.catalogue("contract").items() if "text" in duty.get("met", {})}
    assert [key for key, seen in shown.items() if not {"oui", "inconnu" if key in told else "non"} <= seen] == []
    assert [key for key in told if "non" in shown[key]] == []


EUROPEAN = {
    "eu_threshold_goods_central": {"kind": "central"},
    "eu_threshold_goods_other": {"kind": "autre"},
    "eu_threshold_goods_utility": {"kind": "entite"},
    "eu_threshold_goods_defence": {"nature": "Marché de défense ou de sécurité"},
    "eu_threshold_works": {"codeCPV": "45233120"},
    "eu_threshold_concession": {"type_contrat": "concession", "codeCPV": ""},
    "eu_threshold_social": {"kind": "autre", "codeCPV": "85311000"},
    "eu_threshold_social_utility": {"kind": "entite", "codeCPV": "85311000"},
}


def social(given: dict, rows: list[dict]) -> list[dict]:
    """What the social duty says of several contracts that have nothing in common, in their order."""
    given = dict(given)
    kind = given.pop("kind", "autre")
    each = [
        given | row | {"id": f"{rank:03d}", "objet": f"Prestation fictive de nature {rank:03d}"}
        for rank, row in enumerate(rows)
    ]
    found = computed([{"kind": kind, "contract": each[0], "others": each[1:]}], CLOSED)[0]
    return found.filter(pl.col("obligation").str.contains("sociale")).sort("uid").to_dicts()


@pytest.mark.parametrize("rule", EUROPEAN)
def test_each_european_threshold_changes_on_its_day_and_not_the_day_before(rule):
    # The ordinary thresholds of the kit begin in 2022: before, nothing can be compared.
    dated = [
        (max(since, date(2022, 1, 1)), value) for since, value in rules.dated(rule).select("since", "value").rows()
    ]
    each = [since - timedelta(days=shift) for since, _ in dated for shift in (1, 0)]
    days = [{"dateNotification": day, "lancement": day} for day in each]
    values = [None, *(value and value * 100 for _, value in dated)]
    expected = [value for pair in zip(values, values[1:], strict=False) for value in pair]
    assert [row["seuil_haut"] for row in social(EUROPEAN[rule], days)] == expected


@pytest.mark.parametrize("rule", [rule for rule in EUROPEAN if "social" not in rule and "defence" not in rule])
def test_each_dated_threshold_separates_the_cent_below_from_the_threshold_itself(rule):
    dated = rules.dated(rule).drop_nulls("value").select("since", "value").rows()
    rows = [
        {"dateNotification": since, "lancement": since, "montant": value + shift}
        for since, value in dated
        for shift in (-0.01, 0, 0.01)
    ]
    # A threshold that was not read in its text never makes a duty certain.
    above = [
        "certain" if confidence in rules.READ else "probable"
        for confidence in rules.dated(rule).drop_nulls("value")["confidence"]
    ]
    assert [row["champ"] for row in social(EUROPEAN[rule], rows)] == [
        state for most in above for state in ("non_soumis", most, most)
    ]


@pytest.mark.parametrize("case", OF_BUYER, ids=lambda case: case["name"])
def test_a_buyer_has_its_own_duties_each_year(case):
    year = case["annee"]
    bought = [{"dateNotification": date(year, 10, 1)} | row for row in case.get("contracts", [{}])]
    day = case.get("as_of", date(2026, 10, 31))
    built = contracts.build(pl.DataFrame(states(bought), schema=words.RECORDS.schema).lazy(), as_of=day).contracts
    built = built.with_columns(acheteur_categorie=pl.lit("commune" if case.get("local", True) else None, pl.String))
    found = obligations.buyer_duties(
        built,
        as_of=day,
        buyer_kind=case.get("kind"),
        spend=ledger(year, case.get("spend")),
        food=food(year, case.get("food")),
        declared=obligations.Declared(
            **case.get("spaser", {}), book_v={year: case["livre_v"] * 100} if "livre_v" in case else {}
        ),
    ).collect()
    assert found.schema == pl.Schema(words.BUYER_DUTIES.schema)
    rows = {row["obligation"]: row for row in found.filter(pl.col("annee") == year).to_dicts()}
    assert set(rows) == set(obligations.catalogue("buyer"))
    for key, (state, rung, *answer) in case["expected"].items():
        assert (rows[key]["applicabilite"], rows[key]["regle_etat"]) == (state, rung), key
        assert [rows[key]["remplie"]] == ([SAID[text] for text in answer] or [None])
    if "echeance" in case:
        assert rows["spaser-indicateurs"]["echeance"] == case["echeance"]
    assert case.get("motif", "") in rows["spaser-adoption"]["motif"]


def test_a_private_buyer_keeps_only_the_duties_that_bind_it_too():
    built = contracts.build(pl.DataFrame(states([{}]), schema=words.RECORDS.schema).lazy(), as_of=CLOSED).contracts
    built = considerations.declared(built)
    private = obligations.Declared(soumis_au_code=False)
    assert obligations.duties(built, as_of=CLOSED).collect().height > 0
    assert obligations.duties(built, as_of=CLOSED, declared=private).collect().height == 0
    found = obligations.buyer_duties(built, as_of=CLOSED, declared=private).collect()
    assert found["obligation"].unique().to_list() == ["egalim-50-20"]


def test_spending_on_goods_of_agec_is_said_by_category_without_pass_or_fail():
    lines = pl.DataFrame(
        {
            "exercice": [2025] * 6,
            "montant": [10_000, 20_000, 5_000, 700, 300, 99],
            "taxe": ["HT", "HT", "TTC", "HT", "HT", "HT"],
            "perimetre": ["achat", "achat", "achat", "a_verifier", "subvention", "achat"],
            "famille_acheteur": [None, "12.01", None, None, None, None],
            "famille_acheteur_libelle": [None, "Mobilier urbain", "Vêtements de travail", None, None, None],
            "libelle": [
                "Achat de mobilier scolaire",
                "autre",
                "autre",
                "Papier A4",
                "Papier A4",
                "Prestations de conseil",
            ],
        }
    )
    found = obligations.agec(words.SPEND.conform(lines.lazy())).collect()
    assert {
        row["categorie"]: (row["depense_basse"], row["depense_haute"], row["lignes"]) for row in found.to_dicts()
    } == {
        "mobilier_interieur": (10_000, 10_000, 1),
        "mobilier_urbain": (20_000, 20_000, 1),
        "textiles": (0, 5_000, 1),
        "papier": (0, 700, 1),
    }
    assert [bool(text) for text in found.sort("categorie")["taux"]] == [False, False, False, True]
    assert not {"atteint", "remplie"} & set(found.columns)


def test_the_seventeen_categories_of_agec_are_those_of_the_official_declaration():
    table = rules.table("agec_products.csv")
    assert table.height == 17 and not {"sacs", "pneus", "vaisselle", "signalisation"} & set(table["categorie"])
    assert {"reprographie_impression", "bocaux_flacons", "vehicules"} <= set(table["categorie"])
    # Printed matter (CPV 22) is not paper, and retreaded tyres are a duty of their own.
    prefixes = "|".join(table["prefixes_cpv"]).split("|")
    assert not any("22000000".startswith(one) or "34350000".startswith(one) for one in prefixes)


def food(year: int, amounts: dict | None) -> pl.LazyFrame | None:
    if amounts is None:
        return None
    return words.FOOD.conform(pl.DataFrame([{"annee": year} | {k: round(v * 100) for k, v in amounts.items()}]).lazy())


@pytest.mark.parametrize("case", RESERVED, ids=lambda case: case["name"])
def test_a_reserved_contract_has_its_possible_bases(case):
    usual = {
        "type_contrat": "marche",
        "codeCPV": "85311000",
        "dureeMois": 24,
        "dateNotification": date(2025, 6, 1),
        "marche_reserve": True,
        "acheteur_siren": BUYER[:9],
        "acheteur_categorie": "commune",
        "test_plateforme": False,
        "defense": False,
    }
    rows = [usual | case.get("contract", {}) | {"uid": "M1"}]
    who = [{"uid": "M1", "titulaire_siren": "900000001"} | case["holder"]]
    if "earlier" in case:
        rows.append(usual | {key: value for key, value in case["earlier"].items() if key in usual} | {"uid": "M0"})
        who.append({"uid": "M0", "titulaire_siren": case["earlier"].get("titulaire_siren", "900000001")})
    table = pl.DataFrame(rows).with_columns(
        pl.col("dureeMois").replace(0, None),
        pl.col("codeCPV", "acheteur_categorie").replace("", None),
        dureeMois_initiale=pl.lit(None, pl.Int32),
    )
    schema = {
        "uid": pl.String,
        "titulaire_siren": pl.String,
        "inclusif_types": pl.String,
        "titulaire_inclusif": pl.Boolean,
        "titulaire_ess": pl.Boolean,
    }
    holders = pl.DataFrame(who, schema=schema)
    found = obligations.reserved(table.lazy(), holders.lazy(), case.get("kind")).collect()
    answers = {row["fondement"]: row["possible"] for row in found.filter(pl.col("uid") == "M1").to_dicts()}
    assert {key: answers[key] for key in case["expected"]} == {
        key: SAID[text] for key, text in case["expected"].items()
    }
    if case.get("contract", {}).get("type_contrat") == "concession":
        assert set(answers) == set(case["expected"])
    reasons = found.filter(pl.col("uid") == "M1", pl.col("fondement") == "L2113-15")["motif"].to_list()
    # What allows is said when all allows, and only then: a doubt or a refusal says its own reason.
    assert [reason.startswith("titulaire de l'ESS, services de la liste") for reason in reasons] == [
        answers["L2113-15"] is True for _ in reasons
    ]


def test_what_is_not_known_contradicts_no_legal_base():
    """Beside what rules it out, an unknown status is no reason against; alone, it is a question with what to do."""
    contract = {"uid": "M1", "type_contrat": "marche", "dateNotification": date(2025, 6, 1), "marche_reserve": True,
                "acheteur_siren": BUYER[:9], "acheteur_categorie": "commune", "test_plateforme": False, "defense": False}  # fmt: skip
    who = pl.DataFrame(
        [{"uid": "M1", "titulaire_siren": "900000001", "inclusif_types": None, "titulaire_inclusif": None, "titulaire_ess": None}],
        schema={"uid": pl.String, "titulaire_siren": pl.String, "inclusif_types": pl.String, "titulaire_inclusif": pl.Boolean,
                "titulaire_ess": pl.Boolean},
    )  # fmt: skip
    told = {}
    for code in ("85311000", "90910000"):
        table = pl.DataFrame([contract | {"codeCPV": code, "dureeMois": 24, "dureeMois_initiale": 24}])
        found = obligations.reserved(table.lazy(), who.lazy()).collect()
        told[code] = found.filter(pl.col("fondement") == "L2113-15").select("possible", "motif").row(0)
    assert told["90910000"] == (False, "services hors de la liste")
    assert told["85311000"][0] is None
    assert "inconnu : chercher" in told["85311000"][1]


def test_every_legal_base_has_a_case_possible_and_one_contradicted():
    answers = {(key, text) for case in RESERVED for key, text in case["expected"].items()}
    assert {(key, text) for key in obligations_reserved.bases() for text in ("oui", "non")} <= answers


def test_a_marche_duty_says_nothing_of_a_concession_and_the_reverse():
    found = one(type_contrat="concession", codeCPV="")
    expected = {key for key, duty in obligations.catalogue("contract").items() if "concession" in duty["contracts"]}
    assert set(found["obligation"]) == expected and len(found) == len(expected)


def test_a_platform_test_is_subject_to_nothing():
    assert one(objet="TEST ne pas répondre").height == 0


def test_an_unknown_kind_of_buyer_is_refused_with_the_closest_one():
    with pytest.raises(Problem, match="Vouliez-vous dire « central »"):
        obligations.duties(words.CONTRACTS.empty().lazy(), buyer_kind="centrale", as_of=CLOSED)


def test_the_kind_of_a_buyer_is_read_from_its_legal_category_where_it_says_so():
    forms = ["7113", "7210", "5710", None, "7389", "7383", "4110", "7364", "7381", "7331"]
    units = pl.DataFrame({"siren": list("abcdefghij"), "categorie_juridique": forms}).lazy()
    read = dict(buyer_kinds.kinds_of(units).collect().rows())
    # Annex 2: the administrative establishments of the State are central, hospitals and industrial ones are not.
    assert read == {"a": "central", "b": "autre", "e": "central", "f": "central", "h": "autre", "j": "autre"}


def test_a_table_of_kinds_wins_over_the_guess_and_leaves_the_others_to_it():
    rows = pl.DataFrame({"acheteur_siren": ["a", "b", "c"], "acheteur_categorie": ["commune", "commune", None]}).lazy()
    given = pl.DataFrame({"acheteur_siren": ["a"], "type_acheteur": ["entite"]}).lazy()
    assert buyer_kinds.kinds(rows, given).collect().sort("acheteur_siren")["type_acheteur"].to_list() == [
        "entite",
        "autre",
        None,
    ]


def test_readiness_keeps_both_denominators_and_never_turns_silence_into_zero():
    rows = pl.DataFrame(
        [("climat-clause-env", "certain", "non_soumis", answer) for answer in (True, False, None, None)]
        + [("climat-specifications", "certain", "non_soumis", None)],
        schema={"obligation": pl.String, "champ": pl.String, "applicabilite": pl.String, "remplie": pl.Boolean},
        orient="row",
    ).lazy()
    found = {(row["obligation"], row["groupe"]): row for row in obligations.readiness(rows).collect().to_dicts()}
    aimed = found["climat-clause-env", "vises"]
    assert (aimed["contrats"], aimed["remplies"], aimed["non_constatees"], aimed["inconnues"]) == (4, 1, 1, 2)
    assert (aimed["part_ensemble"], aimed["part_repondus"], aimed["couverture"]) == (0.25, 0.5, 0.5)
    silent = found["climat-specifications", "vises"]
    assert (silent["part_ensemble"], silent["part_repondus"], silent["couverture"]) == (None, None, 0.0)


def test_the_states_of_a_duty_add_up_to_its_contracts():
    found = pl.concat(list(answers().values()))
    ready = obligations.readiness(found.lazy()).collect()
    by_state = (
        ready.filter(pl.col("groupe") != "vises")
        .group_by("obligation")
        .agg(pl.col("contrats").sum())
        .sort("obligation")
    )
    assert by_state.rows() == found.group_by("obligation").len().cast({"len": pl.Int64}).sort("obligation").rows()
    assert (ready["remplies"] + ready["non_constatees"] + ready["inconnues"] == ready["contrats"]).all()


def test_the_contracts_to_see_are_subject_and_not_seen_to_answer_publication_last():
    found = pl.concat(list(answers().values()))
    seen = obligations.to_see(found.lazy()).collect()
    assert (
        set(seen["applicabilite"]) == {"indetermine", "probable", "certain"}
        and not seen["remplie"].fill_null(False).any()
    )
    late = seen["obligation"].str.starts_with("decp-publication")
    assert late.any() and late.to_list() == sorted(late.to_list())


def test_questions_are_asked_only_where_an_answer_is_missing():
    met = one(lancement=date(2026, 8, 21), considerationsEnvironnementales="Clause environnementale")
    asked = set(obligations.questions(met.lazy()).collect()["obligation"])
    assert "climat-clause-env" not in asked and "climat-critere-env" in asked


def asked(rows: list[dict]) -> list[tuple]:
    built = contracts.build(pl.DataFrame(states(rows), schema=words.RECORDS.schema).lazy(), as_of=CLOSED).contracts
    return thresholds.without_competition(built).collect().rows()


@pytest.mark.parametrize(
    ("day", "amount", "cpv", "n"),
    [
        (date(2026, 3, 31), 39_999.99, "90910000", 0),
        (date(2026, 3, 31), 40_000, "90910000", 1),
        (date(2026, 4, 1), 59_999.99, "90910000", 0),
        (date(2026, 4, 1), 60_000, "90910000", 1),
        (date(2026, 4, 1), 99_999.99, "45233120", 0),
        (date(2026, 4, 1), 100_000, "45233120", 1),
    ],
)
def test_the_buyer_is_asked_why_a_contract_above_the_exemption_had_no_competition(day, amount, cpv, n):
    row = {"dateNotification": day, "montant": amount, "codeCPV": cpv, "procedure": thresholds.WITHOUT_COMPETITION}
    assert asked([row])[0][1] == n
    assert asked([row | {"procedure": "Procédure adaptée"}])[0][1] == 0


def test_the_notice_of_a_contract_of_undecided_date_is_asked_from_the_advertising_threshold():
    for amount, n in ((89_999.99, []), (90_000, [1])):
        found = obligations.questions(one(montant=amount).lazy()).collect().filter(pl.col("obligation").is_null())
        assert found["contrats"].to_list() == n


def test_no_notice_is_asked_where_the_launch_is_known_or_the_duty_does_not_bear():
    undecided = one(montant=90_000)
    for known in (pl.lit("publication").alias("date_origine"), pl.lit("non_soumis").alias("applicabilite")):
        found = obligations.questions(undecided.with_columns(known).lazy()).collect()
        assert found.filter(pl.col("obligation").is_null()).is_empty()


def test_a_national_target_names_considerations_of_the_vocabulary():
    names = {word.name for word in words.CONSIDERATIONS}
    assert all(set(target.get("any_of", [])) <= names for target in obligations.targets().values())


def test_an_empty_table_gives_empty_tables():
    empty = considerations.declared(words.CONTRACTS.empty().lazy())
    found = obligations.duties(empty, as_of=date(2026, 10, 31))
    assert found.collect().height == 0 and obligations.readiness(found).collect().height == 0
    assert obligations.reserved(empty, words.HOLDERS.empty().lazy()).collect().height == 0


def test_no_word_of_the_room_or_of_the_law_is_a_verdict():
    written = [
        path.read_text(encoding="utf-8").lower() for path in (HERE.parent / "spaser" / "obligations").rglob("*.py")
    ]
    written.append((HERE.parent / "spaser" / "reference" / "law.toml").read_text(encoding="utf-8").lower())
    assert not any("non conforme" in text or "illégal" in text or "infraction" in text for text in written)


@pytest.mark.skipif(not PARIS.exists(), reason="les données réelles ne sont pas à côté du projet")
def test_on_a_real_city_the_readiness_matches_a_plain_count():
    import spaser

    raw = json.loads(PARIS.read_text(encoding="utf-8"))
    said = [
        row["considerationsEnvironnementales"]["considerationEnvironnementale"]
        for row in {row["id"]: row for row in raw}.values()
    ]
    both = Counter("Clause environnementale" in values for values in said)
    result = spaser.diagnose(PARIS)
    ready = result.extras["preparation"].filter(obligation="climat-clause-env", groupe="vises").to_dicts()[0]
    assert (ready["contrats"], ready["remplies"]) == (sum(both.values()), both[True])


def test_a_contract_notified_before_the_duty_to_publish_is_not_among_those_it_aims_at():
    states = ("certain", "probable", "non_soumis")
    rows = DUTIES.empty()
    duties = pl.DataFrame(
        {
            "uid": ["a", "b", "c"] * 2,
            "obligation": ["decp-publication"] * 3 + ["climat-clause-env"] * 3,
            "champ": ["certain"] * 6,
            "applicabilite": states * 2,
            "remplie": [True, False, None] * 2,
        },
        schema_overrides={name: rows.schema[name] for name in ("champ", "applicabilite")},
    )
    aimed = obligations.readiness(duties.lazy()).filter(pl.col("groupe") == "vises").collect()
    counts = dict(aimed.select("obligation", "contrats").rows())
    assert counts == {"decp-publication": 2, "climat-clause-env": 3}


def test_a_reserved_contract_without_any_holder_is_not_said_to_have_one_out_of_the_lists():
    contract = {"type_contrat": "marche", "dateNotification": date(2025, 6, 1), "marche_reserve": True, "acheteur_siren": BUYER[:9],
                "acheteur_categorie": "commune", "test_plateforme": False, "defense": False, "codeCPV": "90910000", "dureeMois": 24,
                "dureeMois_initiale": 24}  # fmt: skip
    table = pl.DataFrame([{"uid": uid} | contract for uid in ("sans", "avec")])
    who = pl.DataFrame(
        [{"uid": "avec", "titulaire_siren": "900000001", "inclusif_types": None, "titulaire_inclusif": None, "titulaire_ess": None}],
        schema={"uid": pl.String, "titulaire_siren": pl.String, "inclusif_types": pl.String, "titulaire_inclusif": pl.Boolean,
                "titulaire_ess": pl.Boolean},
    )  # fmt: skip
    found = obligations.reserved(table.lazy(), who.lazy()).collect().filter(pl.col("fondement") == "L2113-12")
    told = dict(found.select("uid", "motif").rows())
    assert told["sans"].startswith(words.HOLDER_UNKNOWN) and "absent des listes" not in told["sans"]
    assert told["avec"].startswith("titulaire absent des listes")
    assert found["possible"].to_list() == [None, None]


def test_each_undecided_contract_is_counted_once_under_the_head_of_its_first_reason():
    rows = pl.LazyFrame(
        {
            "obligation": ["climat-clause-sociale-seuils"] * 4,
            "champ": ["indetermine", "indetermine", "indetermine", "certain"],
            "motif_champ": [
                "type d'acheteur inconnu : entre deux seuils",
                "type d'acheteur inconnu : entre deux seuils ; travaux courts : l'acheteur décide",
                "montant inconnu",
                "montant au-dessus",
            ],
        }
    )
    found = obligations.undecided(rows).collect()
    assert found["cause"].to_list() == ["type d'acheteur inconnu", "montant inconnu"]
    assert found["contrats"].to_list() == [2, 1]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"kind": "autre", "codeCPV": "", "montant": 1_000_000}, "type de marché inconnu"),
        ({"codeCPV": "90910000", "montant": 150_000}, "type d'acheteur inconnu"),
    ],
)
def test_between_two_thresholds_the_reason_is_what_is_not_known(given, why):
    """A need between the lowest and the highest threshold says which of its facts would choose."""
    kind = {"kind": given["kind"]} if "kind" in given else {"local": False}
    facts = {name: value for name, value in given.items() if name != "kind"}
    case = kind | {"contract": {"lancement": date(2026, 12, 1)} | facts}
    row = computed([case], CLOSED)[0].filter(pl.col("obligation").str.contains("sociale")).row(0, named=True)
    assert "entre_les_seuils" in row["regle_etat"] and why in row["motif"]


def test_a_reserved_contract_of_which_nothing_says_it_is_a_test_keeps_its_bases():
    contract = {"uid": "M1", "type_contrat": "marche", "codeCPV": "85311000", "dateNotification": date(2025, 6, 1),
                "dureeMois": 24, "dureeMois_initiale": 24, "marche_reserve": True, "acheteur_siren": BUYER[:9],
                "acheteur_categorie": "commune", "defense": False}  # fmt: skip
    who = pl.LazyFrame([{"uid": "M1", "titulaire_siren": "900000001"}]).with_columns(
        inclusif_types=pl.lit(None, pl.String),
        titulaire_inclusif=pl.lit(None, pl.Boolean),
        titulaire_ess=pl.lit(None, pl.Boolean),
    )
    kept = {}
    for test in (None, False, True):
        table = pl.DataFrame([contract | {"test_plateforme": test}], schema_overrides={"test_plateforme": pl.Boolean})
        kept[test] = obligations.reserved(table.lazy(), who).collect().height
    assert kept[None] == kept[False] > 0 and kept[True] == 0
