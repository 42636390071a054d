"""Each limit of the linkage, on both sides: what makes a candidate accepted, left to the user, or nobody. All names are invented."""

from __future__ import annotations

import polars as pl
import pytest
from invented_ledger import siret

from spaser import rules
from spaser.linkage import link, pairs, passes, to_validate
from spaser.linkage.names import REFERENCE, blocking_keys, reduced
from spaser.linkage.validation import WORTH
from spaser.vocabulary import ESTABLISHMENTS, LINK_CANDIDATES, LINKS

NAMES = rules.toml(REFERENCE)
LEAST, INSIDE = NAMES["thresholds"], NAMES["containment"]
STEP = 0.001


def candidate(score: float, rank: int = 0, *, net: float | None = None, siren: str = "900000001", **facts) -> dict:
    base = {"repare": None, "inclus": False, "tronque": False, "sigle": None, "siret": None, "pauvre": False}
    return (
        base
        | facts
        | {
            "q": 0,
            "siren": siren,
            "score": score,
            "net": score if net is None else net,
            "rang_lieu": rank,
            "lieu": passes.PLACES[rank],
        }
    )


def decided(*rows: dict) -> tuple[str, str]:
    schema = {"repare": pl.String, "sigle": pl.Boolean, "siret": pl.String}
    found = passes._decide(pl.DataFrame(rows, schema_overrides=schema)).row(0, named=True)
    return found["statut"], found["passe"]


@pytest.mark.parametrize("rank", range(5))
def test_a_candidate_alone_is_accepted_from_the_score_its_place_asks(rank: int):
    least = LEAST[passes.PLACES[rank]]
    assert (least > 1) == (rank == 4)  # elsewhere than where the ledger says, no score is enough
    assert decided(candidate(min(least, 1.0), rank))[0] == ("ambigu" if least > 1 else "accepte")
    assert decided(candidate(min(least, 1.0) - STEP, rank))[0] != "accepte"


def test_two_candidates_are_told_apart_by_the_margin_and_not_by_less():
    other = candidate(0.9, siren="900000002", net=0.9 - LEAST["margin"])
    assert decided(candidate(0.9), other)[0] == "accepte"
    assert decided(candidate(0.9), other | {"net": other["net"] + STEP})[0] == "ambigu"


@pytest.mark.parametrize(
    ("score", "rank", "other_rank", "lead", "status"),
    [
        (0.985, 0, 1, 0.0, "accepte"),
        (0.985, 1, 2, 0.0, "accepte"),
        (0.984, 0, 1, 0.0, "ambigu"),
        (0.985, 2, 3, 0.0, "ambigu"),
        (0.985, 1, 1, 0.0, "ambigu"),
        (0.985, 1, 0, STEP, "ambigu"),
    ],
)
def test_the_same_name_twice_goes_to_the_nearer_one_only_within_the_town(score, rank, other_rank, lead, status):
    other = candidate(score, other_rank, siren="900000002", net=score - lead)
    assert decided(candidate(score, rank), other)[0] == status


def test_a_repaired_identifier_needs_a_name_that_agrees():
    assert decided(candidate(0.6, 4, repare="900000001")) == ("accepte", "identifiant_repare")
    assert decided(candidate(0.6 - STEP, 4, repare="900000001"))[0] == "ambigu"
    assert decided(candidate(0.6, 4))[0] == "ambigu"


def test_a_name_inside_another_is_accepted_in_the_town_and_well_ahead():
    score = LEAST["commune"] - 0.1
    behind = candidate(0.3, siren="900000002", net=score - INSIDE["margin"])
    assert decided(candidate(score, 1, inclus=True), behind)[0] == "accepte"
    assert decided(candidate(score, 2, inclus=True), behind)[0] == "ambigu"
    assert decided(candidate(score, 1, inclus=True), behind | {"net": behind["net"] + STEP})[0] == "ambigu"
    assert decided(candidate(score, 1), behind)[0] == "ambigu"


def test_a_name_of_a_letter_or_two_is_never_known_by_likeness():
    assert decided(candidate(0.99, 3, pauvre=True))[0] == "ambigu"
    assert decided(candidate(0.99, 3, pauvre=False))[0] == "accepte"
    assert decided(candidate(1.0, 2, pauvre=True))[0] == "ambigu"
    assert decided(candidate(1.0, 1, pauvre=True))[0] == "accepte"
    assert decided(candidate(0.7, 3, pauvre=True, repare="900000001"))[0] == "accepte"


@pytest.mark.parametrize(("name", "poor"), [("Société C", True), ("Sté d'A.B.", True), ("SARL ABC", False), ("Les Établissements", True)])  # fmt: skip
def test_a_name_is_poor_when_its_forms_leave_less_than_three_letters(name: str, poor: bool):
    assert reduced(pl.LazyFrame({"nom": [name]}), "nom").collect()["pauvre"].to_list() == [poor]


def test_half_a_likeness_is_shown_to_the_user_and_less_is_nobody():
    assert decided(candidate(0.6, net=0.5))[0] == "ambigu"
    assert decided(candidate(0.6, net=0.5 - STEP))[0] == "aucun"


@pytest.mark.parametrize(
    ("score", "facts", "step"),
    [
        (0.999, {}, "nom_exact"),
        (0.998, {}, "nom_variante"),
        (0.985, {}, "nom_variante"),
        (0.984, {}, "nom_proche"),
        (0.984, {"tronque": True}, "nom_variante"),
        (0.984, {"sigle": True}, "nom_variante"),
        (0.984, {"sigle": False}, "nom_proche"),
    ],
)
def test_the_pass_says_how_a_name_was_found(score, facts, step):
    assert decided(candidate(score, **facts))[1] == step


@pytest.mark.parametrize(
    ("postcode", "department"),
    [("13001", "13"), ("20090", "20"), ("96000", "96"), ("97400", "974"), ("98800", "988"), ("99000", "99")],
)
def test_a_postcode_gives_its_department(postcode: str, department: str):
    assert pl.select(passes._department(pl.lit(postcode))).item() == department


def score(asked: str, known: str, *others: str) -> dict:
    entries = reduced(pl.LazyFrame({"texte": [known, *others]}), "texte").collect().with_row_index("e")
    entries = entries.with_columns(dep=pl.lit("13"))
    query = reduced(pl.LazyFrame({"texte": [asked]}), "texte").collect().with_row_index("q")
    query = query.with_columns(lieux=pl.lit([], pl.List(pl.String)))
    pair = entries.filter(pl.col("texte") == known).select(pl.lit(0, pl.UInt32).alias("q"), "e")
    return pairs.compared(pair, query, entries, pairs.word_weights(entries)).row(0, named=True)


OTHERS = ("ZORGLUB BATIMENT", "PALMIDOR SERVICES", "QUINTELOR TRANSPORTS")


@pytest.mark.parametrize(
    ("asked", "truncated"),
    [
        ("KARBUNELO MIRVADANE GROST", True),  # 25 signs, 23 glued: the end of a long name was cut
        ("KARBUNELO MIRVADANE GROS", False),  # 24 signs: a short name that another one begins with
        ("K A R B U N E L O M I R V", False),  # 25 signs, 13 letters
        ("KARBUNELO MIRVADANE GRASTI", False),  # not the beginning
    ],
)
def test_a_long_name_cut_short_is_recognised_and_a_short_one_is_not(asked: str, truncated: bool):
    found = score(asked, "KARBUNELO MIRVADANE GROSTILUNE PAVEMOR", *OTHERS)
    assert found["tronque"] is truncated
    assert (found["score"] >= 0.97) is truncated


def test_a_name_of_twenty_eight_signs_wholly_said_may_have_lost_its_end():
    known = "KARBUNELO MIRVADANE GROSTILUNE PAVEMOR ZANDIVEL BRUVASTAN DOSTRALIN"
    long, short = (
        score("GROSTILUNE MIRVADANE PAVEMOR", known, *OTHERS),
        score("GROSTILUNE MIRVADANE ZANDIV", known, *OTHERS),
    )
    assert (len("GROSTILUNE MIRVADANE PAVEMOR"), len("GROSTILUNE MIRVADANE ZANDIV")) == (28, 27)
    assert long["score"] == pytest.approx(2 * 0.9 / 1.9, abs=0.001)
    assert short["score"] < 0.75


def test_a_name_said_inside_another_needs_enough_of_it_and_a_rare_word():
    assert score("KARBUNEL", "KARBUNEL ZANDIVEL BRUVASTAN", *OTHERS)["inclus"] is True
    assert score("KARBUNEL", "KARBUNEL ZANDIVEL BRUVASTAN DOSTRALIN PAVEMOR GROSTILUNE", *OTHERS)["inclus"] is False
    common = [f"KARBUNEL ZANDIVEL {name}" for name in ("UN", "DEUX", "TROIS", "QUATRE")]
    assert score("KARBUNEL", "KARBUNEL BRUVASTAN", *common, *OTHERS)["inclus"] is False
    assert score("KARBUNEL 12", "KARBUNEL ZANDIVEL 13", *OTHERS)["inclus"] is False


@pytest.mark.parametrize(
    ("asked", "known", "least", "most"),
    [
        ("KARBUNEL", "KARBUNEL", 1.0, 1.0),
        ("KAR BUNEL", "KARBUNEL", 0.99, 0.99),  # one word cut in two, the same letters
        ("KARBUNEL SARL", "KARBUNEL", 0.99, 0.99),  # a legal form
        ("LYCEE FICTIF 12", "LYCEE FICTIF 13", 0.0, 0.79),  # two figures are two bodies
        ("LYCEE FICTIF", "LYCEE FICTIF 13", 0.8, 0.985),  # a figure on one side only says nothing
        ("MORVANEC", "PIMBREL", 0.0, 0.2),
    ],
)
def test_what_two_spellings_are_worth(asked: str, known: str, least: float, most: float):
    assert least <= score(asked, known, *OTHERS)["score"] <= most


def test_letters_alike_count_from_six_letters_and_from_their_limit():
    assert score("KORBUN", "KARBUN", *OTHERS)["score"] == pytest.approx(5 / 6, abs=0.01)  # words: 0.83, letters too few
    nine = score("KARBUNELO", "KARBUNELA", *OTHERS)  # 8 letters of 9 alike: 0.889
    assert nine["lettres"] == pytest.approx(0.889, abs=0.001) and nine["score"] == pytest.approx(0.889, abs=0.001)


@pytest.mark.parametrize(("sigle", "found"), [("PZ", False), ("PZK", True), ("PZKBVDM", True), ("PZKBVDMT", False)])
def test_an_acronym_of_three_to_seven_letters_finds_the_name_it_shortens(sigle: str, found: bool):
    words = dict(
        zip(
            "PZKBVDMT",
            ("PALMIDOR", "ZORGLUB", "KARBUNEL", "BRUVANE", "VALDOREC", "DOSTRAL", "MORVANEC", "TRIBOLAN"),
            strict=True,
        )
    )
    row = {
        "siren": siret(1)[:9],
        "siret": siret(1),
        "nom": " ".join(words[letter] for letter in sigle),
        "code_postal": "13001",
        "commune": "MARSEILLE 1",
        "siege": True,
    }
    asked = pl.LazyFrame({"fournisseur": [sigle], "code_postal": ["13001"]})
    linked = link(asked, ESTABLISHMENTS.conform(pl.LazyFrame([row]))).links.collect().row(0, named=True)
    assert (linked["statut"] != "aucun") is found


def establishment(rank: int, name: str, postcode: str | None, town: str | None) -> dict:
    identifier = siret(rank)
    return {
        "siren": identifier[:9],
        "siret": identifier,
        "nom": name,
        "code_postal": postcode,
        "commune": town,
        "siege": True,
    }


def linked(row: dict, *known: dict):
    asked = pl.LazyFrame([row], schema={"fournisseur": pl.String, "code_postal": pl.String, "commune": pl.String})
    return link(asked, ESTABLISHMENTS.conform(pl.LazyFrame(known)))


@pytest.mark.parametrize(
    ("town", "postcode", "status", "place"),
    [
        ("AUBAGNE CEDEX 2", None, "accepte", "commune"),
        ("AUBAGNE", "13999", "accepte", "commune"),
        ("AUBAGNES", None, "ambigu", None),
        (None, "13999", "ambigu", None),
    ],
)
def test_the_town_alone_tells_two_companies_of_one_name_apart(town, postcode, status, place):
    known = establishment(1, "VALDOREC", "13400", "AUBAGNE"), establishment(2, "VALDOREC", "13090", "AIX EN PROVENCE")
    found = linked({"fournisseur": "VALDOREC", "code_postal": postcode, "commune": town}, *known)
    row = found.links.collect().row(0, named=True)
    assert (row["statut"], row["siren"]) == (status, siret(1)[:9] if status == "accepte" else None)
    assert place is None or row["lieu"] == place


def test_the_best_candidate_is_shown_first_whatever_its_rank_in_the_register():
    known = (
        establishment(1, "VALDOREC MIRVADANE", "13001", "MARSEILLE 1"),
        establishment(2, "VALDOREC PAVEMOR", "13001", "MARSEILLE 1"),
    )
    for order in (known, known[::-1]):
        shown = linked({"fournisseur": "VALDOREC PAVEMAR"}, *order).candidates.collect().sort("rang")
        assert shown["siren"][0] == siret(2)[:9] and shown["score"].is_sorted(descending=True)
        assert shown["score"].n_unique() == 2


def test_a_company_of_two_names_is_worth_the_one_that_is_most_alike():
    for name, sign in (("VALDOREC MIRVADANE", "VALDOREC PAVEMOR"), ("VALDOREC PAVEMOR", "VALDOREC MIRVADANE")):
        known = establishment(1, name, "13001", "MARSEILLE 1") | {"enseigne": sign}
        found = linked({"fournisseur": "VALDOREC PAVEMOR", "code_postal": "13001"}, known).links.collect()
        assert found.select("siren", "score").row(0) == (siret(1)[:9], 1.0)


def test_letters_alike_make_up_for_words_cut_otherwise_from_six_letters():
    assert score("KAR BUN", "KRARBUN", *OTHERS)["score"] > 0.9
    assert score("KA BUN", "KRABUN", *OTHERS)["score"] < 0.6


def test_the_keys_under_which_two_spellings_meet():
    rows = pl.DataFrame({"mots": [["KARBUNNEL", "TP", "A", "OYE"]], "colle": ["KARBUNNELTPAOYE"]})
    keys = rows.select(blocking_keys().alias("cle"))["cle"].item().sort().to_list()
    assert keys == ["=KARBUN", "KARB", "OYE", "TP", "~KRB*"]


@pytest.mark.parametrize(("net", "shown"), [(WORTH, True), (WORTH - STEP, False)])
def test_a_link_to_settle_shows_the_candidates_that_are_worth_it(net: float, shown: bool):
    said = {"cle": "A|", "fournisseur": "A", "lignes": 1, "montant": 1, "statut": "ambigu"}
    one = {"cle": "A|", "fournisseur": "A", "rang": 1, "siren": "900000001", "score": net}
    found = to_validate(LINKS.conform(pl.LazyFrame([said])), LINK_CANDIDATES.conform(pl.LazyFrame([one])))
    assert (found.collect().height == 1) is shown


def test_a_rare_word_brings_its_company_among_the_candidates_before_a_common_one():
    """Few companies are kept for a name: those that share its rare word pass before the crowd that shares its common one."""
    crowd = [establishment(n, f"KARBUN{chr(64 + n % 26 + 1)} ALPHAVOR", "13001", "MARSEILLE 1") for n in range(2, 200)]
    rare = establishment(1, "MIRVADANE BETAVOR GAMMAVOR DELTAVOR", "13001", "MARSEILLE 1")
    asked = {"fournisseur": "MIRVADANE ALPHAVOR", "code_postal": "13001"}
    shown = linked(asked, *crowd, rare).candidates.collect()
    assert siret(1)[:9] in shown["siren"].to_list()


def test_suppliers_are_told_in_the_order_of_the_ledger():
    names = [f"MIRVADANE {n * 7919 % 1000:03d}" for n in range(1000)]
    found = passes.names_of(pl.LazyFrame({"fournisseur": [*names, *names], "montant": [1, 2] * 1000})).collect()
    assert found["fournisseur"].to_list() == names and found["lignes"].unique().to_list() == [2]


@pytest.mark.parametrize(
    ("asked", "site", "place"),
    [
        ((None, None), ("13001", "MARSEILLE 1"), 3),
        (("13001", None), (None, None), 3),
        ((None, "AUBAGNE"), (None, None), 3),
        ((None, "AUBAGNE"), ("13400", "AUBAGNE"), 1),
        ((None, "AUBAGNE"), ("83000", "TOULON"), 4),
        (("13001", None), ("83000", "TOULON"), 4),
        (("13001", None), (None, "TOULON"), 4),  # somewhere said on each side, and nothing that agrees
        (("13001", "AUBAGNE"), ("83000", None), 4),
        (("13001", None), ("13002", None), 2),
        (("13001", None), ("13001", None), 0),
    ],
)
def test_a_place_unknown_on_one_side_is_unknown_and_two_places_said_that_differ_are_elsewhere(asked, site, place):
    row = {"fournisseur": "VALDOREC PAVEMOR", "code_postal": asked[0], "commune": asked[1]}
    found = linked(row, establishment(1, "VALDOREC PAVEMOR", *site)).candidates.collect()
    assert found["lieu"].to_list() == [passes.PLACES[place]]


def test_links_to_settle_are_shown_by_amount_then_by_name_then_by_rank():
    said = [("B|", 500), ("A|", 500), ("C|", -900), ("D|", None), ("E|", 100)]
    asked = [
        {"cle": key, "fournisseur": key[0], "lignes": 1, "montant": cents, "statut": "ambigu"} for key, cents in said
    ]
    known = [
        {"cle": key, "fournisseur": key[0], "rang": rank, "siren": f"90000000{rank}", "score": 0.7}
        for key, _ in said
        for rank in (2, 1)
    ]
    found = to_validate(LINKS.conform(pl.LazyFrame(asked)), LINK_CANDIDATES.conform(pl.LazyFrame(known))).collect()
    assert [
        f"{key[0]}{rank}" for key, rank in found.select("cle", "rang").rows()
    ] == "C1 C2 A1 A2 B1 B2 E1 E2 D1 D2".split()
    assert found["montant_euros"].to_list()[:4] == [-9.0, -9.0, 5.0, 5.0]
