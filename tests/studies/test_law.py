"""The law as a list of facts: what « spaser droit » and the method notebook say of it."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from spaser import rules
from spaser.problems import Problem
from spaser.studies import law

KNOWN = law.facts()


def keys(text: str) -> set[str]:
    return {fact["cle"] for fact in law.search(text)}


def test_an_article_is_found_however_it_is_written_and_never_its_neighbour():
    assert keys("L2112-2-1") == keys("L. 2112-2-1") == keys("CCP l2112-2-1") == keys("article L 2112-2-1")
    assert "climat-clause-sociale-seuils" in keys("L2112-2-1") and "climat-clause-sociale-seuils" not in keys("L2112-2")
    assert "climat-clause-env" in keys("L2112-2") and "climat-clause-env" not in keys("L2112-2-1")
    assert "L2113-13-1" not in {fact["cle"] for fact in law.search("L5132-4")}


def test_a_key_finds_its_fact_and_a_word_those_whose_label_says_it():
    assert keys("spaser-adoption") == {"spaser-adoption"}
    assert {"egalim-50-20", "prive-egalim", "egalim-bio"} <= keys("egalim")


def test_a_word_that_names_nothing_is_refused_with_what_to_give():
    for text in ("L9999-9", "zzzz"):
        with pytest.raises(Problem, match="Rien dans le droit du kit"):
            law.search(text)


def test_a_fact_says_its_value_on_each_day_and_how_far_each_was_checked():
    (fact,) = law.search("eu_threshold_goods_other")
    told = law.said(fact)
    assert told[1].startswith("depuis le 01/01/2024 : 221\u202f000") and "source secondaire" in told[1]
    assert told[2].startswith("depuis le 01/01/2026 : 216\u202f000") and "version en vigueur au 23/08/2026" in told[2]
    assert "pas encore connue" in told[-1]
    (duty,) = law.search("spaser-adoption")
    assert any("50\u202f000\u202f000" in text and "01/01/2023" in text for text in law.said(duty))


def test_every_fact_says_its_confidence_its_source_and_what_tests_it():
    assert all(fact["verification"] and fact["source"] and fact["teste"] and fact["libelle"] for fact in KNOWN)
    assert {fact["confiance"] for fact in KNOWN} <= set(rules.CONFIDENCES)
    assert sum(law.by_confidence().values()) == law.counted()["faits"].sum()
    assert law.by_confidence()[rules.CONFIDENCES["texte_lu_en_copie"]] >= 51


def test_the_copy_that_was_read_is_never_named():
    told = "\n".join(law.lines(KNOWN)).lower()
    assert not re.search(r"github|hugging|https?://", told)


def test_each_dated_value_says_which_duty_reads_it():
    values = [fact for fact in KNOWN if fact["nature"] == law.PARTS["threshold"]]
    assert [fact["cle"] for fact in values if fact["teste"].startswith("rien")] == []


def test_a_text_read_in_a_copy_says_the_version_that_was_read():
    assert rules.checked({"confidence": "texte_lu_en_copie"}).startswith("version en vigueur au 23/08/2026")
    assert rules.checked({"confidence": "texte_lu_en_copie", "version": date(2024, 12, 30)}).startswith(
        "version en vigueur au 30/12/2024"
    )
    assert rules.checked({"confidence": "source_secondaire"}) == "source secondaire"
    assert rules.checked({}) == "à confirmer"


def test_a_private_buyer_is_never_spoken_to_of_reservation_or_allotment_as_its_own():
    rows = law.private_facts().collect()
    levers = " ".join(rows.filter("levier")["libelle"].to_list() + rows.filter("levier")["valeur"].to_list()).lower()
    assert not re.search(r"réserv|seuil|allot", levers)
    assert {"gre-a-gre", "oeth-deduction", "rfar"} <= set(rows.filter("levier")["cle"])


def test_the_levers_of_the_ladder_all_have_their_law():
    ladder = {rung.get("law", rung["code"]) for rung in rules.toml("levers.toml")["rungs"]} - {"rien"}
    known = rules.toml("lever_law.toml")["levers"]
    assert ladder <= set(known) and len(known) == 35
    assert all(
        rule[name] for rule in known.values() for name in ("label", "legal", "data", "ask", "never", "confidence")
    )


def test_a_lever_that_reserves_under_the_common_rules_cites_what_reserves_and_what_announces_it() -> None:
    ladder = {rung["code"]: rung["article"] for rung in rules.toml("levers.toml")["rungs"]}
    common = ("reserver_handicap_insertion", "reserver_tous_lots", "reserver_lot", "sourcing_reserver", "allotir")
    for code in common:
        assert all(article in ladder[code] for article in ("L2113-12", "L2113-13", "L2113-14 al. 1", "R2113-7")), code
    assert not any("R2113-7" in ladder[code] for code in ("sourcing", "critere", "reserver_ess"))


def test_the_decision_read_in_a_secondary_source_is_flagged_wherever_it_is_cited() -> None:
    for name in ("levers.toml", "lever_law.toml"):
        for part in rules.path(name).read_text(encoding="utf-8").split("n° 417580")[1:]:
            assert "source secondaire" in part[:25]


def test_no_lever_advises_a_status_or_the_range_of_articles_that_holds_prisons():
    written = rules.path("levers.toml").read_text(encoding="utf-8") + rules.path("lever_law.toml").read_text(
        encoding="utf-8"
    )
    text = "\n".join(line for line in written.splitlines() if not line.startswith(("not_for", "never")))
    assert "mieux placée" not in text and "L2113-12 à L2113-14" not in text


@pytest.mark.parametrize(
    ("key", "said", "never"),
    [
        ("biosource-2030", "à partir du 01/01/2030", "en vigueur"),
        ("agec-2021", "n'est plus en vigueur depuis le 01/07/2024", ": en vigueur"),
        ("climat-critere-env", "depuis le 22/08/2026", "à venir"),
    ],
)
def test_a_duty_to_come_or_repealed_is_never_said_in_force(key, said, never):
    (fact,) = [one for one in KNOWN if one["cle"] == key]
    told = " ; ".join(law.said(fact))
    assert said in told and never not in told


def one(key: str) -> law.Fact:
    (fact,) = law.search(key)
    return fact


def test_every_duty_says_whom_it_binds_and_that_it_spares_who_is_outside_the_code():
    duties = [fact for fact in KNOWN if fact["nature"] == law.PARTS["duties"]]
    assert len(duties) >= 15 and all(f"  qui : {fact['qui']}" in list(law.lines([fact])) for fact in duties)
    spared = {fact["cle"] for fact in duties if "pas un acheteur que le code ne lie pas" in fact["qui"]}
    assert "agec-art58" in spared and "egalim-50-20" not in spared
    assert (
        "pouvoirs adjudicateurs" in one("L2113-15")["qui"]
        or "pouvoirs adjudicateurs" in law.search("L2113-15")[0]["qui"]
    )
    assert "25 octobre 2023" in one("spaser-adoption")["qui"]


def test_the_day_of_a_duty_is_written_in_its_source_or_said_to_be_confirmed():
    for key, duty in rules.toml("law.toml")["duties"].items():
        day = f"{duty['since']:%d/%m/%Y}"
        written = day in duty["source"] or f"{duty['since']:%Y-%m-%d}" in duty["source"]
        if duty["confidence"] in rules.READ and duty["since"] <= rules.toml("law.toml")["reading"]["version"]:
            assert written or "since_note" in duty, key


def test_a_dated_kind_of_structure_answers_by_its_name_with_its_last_day():
    fact = one("EITI")
    assert "jusqu'au 22/12/2026" in law.said(fact) and "à confirmer" in fact["note"]
    assert {"ACI", "AI", "EI", "ETTI", "EITI"} == keys("siae") == keys("SIAE")
    assert {"EA", "ESAT", "EATT", "CDTD"} == keys("handicap")


def test_a_lever_says_the_columns_that_test_it_or_that_nothing_does():
    for key in ("quasi-regie", "localisation", "marche-innovant"):
        (lever,) = [fact for fact in KNOWN if fact["cle"] == key and fact["nature"] == "levier"]
        assert lever["teste"].startswith("rien")
    (lever,) = [fact for fact in KNOWN if fact["cle"] == "reserver-lot"]
    assert "échelle des leviers" in lever["teste"] and "_" not in lever["teste"]
    assert not any("conditions que les données montrent" in fact["teste"] for fact in KNOWN)


def test_no_code_of_the_kit_shows_in_the_law_and_each_title_begins_with_a_capital():
    told = "\n".join(law.lines(KNOWN))
    assert re.findall(r"\b[a-z]+_[a-z_]+\b", told.replace("soumis_au_code", "")) == []
    assert [fact["cle"] for fact in KNOWN if fact["libelle"][0].islower()] == []
    assert one("eu_threshold_works")["cle"] == one("seuil-europeen-travaux")["cle"]


def test_the_first_day_of_a_duty_is_told_in_the_same_words_wherever_it_is_told():
    assert rules.since_of("climat-critere-env").startswith(
        "depuis le 22/08/2026 (R2152-7 est en vigueur depuis le 21/08/2026"
    )
    assert rules.since_of("biosource-2030") == "à partir du 01/01/2030"


FACTS = Path(__file__).parents[3] / "shared" / "facts"
ARTICLE = re.compile(r"\b[LRD][23]\d{3}-\d+(?:-\d+)*")
#: Read in the same copy afterwards: defence contracts take over neither L2111-2 nor L2152-7 (in force since 22 August 2026).
#: Their decrees (R2352-1 to R2352-9) were read whole too: they allow an environmental criterion and do not ask for one.
READ_SINCE = {"L2311-2", "L2352-1", "L2352-2", "R2352-1", "R2352-5", "R2352-9"}


def held() -> set[str]:
    """Every article of the code that the checked facts name, ranges and lists (« R2191-3, -4, -7 ») spelt out."""
    found = set()
    for name in ("law_checked", "levers_checked"):
        for row in csv.DictReader((FACTS / f"{name}.csv").open(encoding="utf-8-sig")):
            text = " ".join(value or "" for value in row.values())
            found |= set(ARTICLE.findall(text))
            for first, rest in re.findall(r"([LRD]\d{4})-\d+(?:-\d+)?((?:,? ?(?:et |à )?-\d+(?:-\d+)?)+)", text):
                found |= {f"{first}-{number}" for number in re.findall(r"-(\d+(?:-\d+)?)", rest)}
            for first, low, high in re.findall(r"([LRD]\d{4})-(\d+) à (?:[LRD]\d{4})?-(\d+)\b", text):
                found |= {f"{first}-{number}" for number in range(int(low), int(high) + 1)}
    return found | READ_SINCE


@pytest.mark.skipif(not FACTS.exists(), reason="les faits vérifiés ne sont pas à côté du projet")
@pytest.mark.parametrize(
    "name", ["law.toml", "lever_law.toml", "levers.toml", "indicators.toml", "spaser_items.toml", "messages.toml"]
)
def test_no_article_of_the_code_is_named_that_was_not_checked_or_is_not_said_to_be_unread(name):
    known, named = held(), set()
    for line in rules.path(name).read_text(encoding="utf-8").splitlines():
        if not re.search(r"de mémoire|n'a pas été relue|à confirmer", line):
            named |= set(ARTICLE.findall(line))
    assert named - known == set()


def test_a_lever_is_no_surer_in_the_advice_than_in_the_law():
    known = rules.toml("lever_law.toml")["levers"]
    for rung in rules.toml("levers.toml")["rungs"]:
        told = known.get(rung.get("law", rung["code"]))
        assert told is None or told["confidence"] == rung["confidence"], rung["code"]


def test_what_a_lever_looks_at_holds_the_conditions_of_which_one_is_enough():
    """« any » groups are conditions too: the clause that is due, the duration of an advance."""
    assert "clause sociale due par la loi" in law._tested("clause_sociale")
    assert "durée" in law._tested("avances") and "durée" not in law._tested("variantes")
