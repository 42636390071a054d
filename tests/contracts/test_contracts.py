"""Contracts: from published states to one row per contract. Every buyer, supplier and subject here is invented."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from spaser import contracts
from spaser import vocabulary as words

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "contracts_situations.toml").read_text(encoding="utf-8"))[
    "case"
]
PARIS = Path(__file__).parents[3] / "shared" / "data" / "decp_2022" / "paris_2024.json"
AS_OF = date(2026, 9, 30)
BUYER = "20000000000011"
EMPTY_REJECTS = words.REJECTS.empty().lazy()


def record(**given_values) -> dict:
    """A checked state of an invented contract; holders are given as a list of identifiers, amounts in euros."""
    values = {
        "source": "fictif.json",
        "position": 1,
        "dialecte": "decp_2022_json",
        "modification_id": 0,
        "acheteur_id": BUYER,
        "id": "M1",
        "type_contrat": "marche",
        "nature": "Marché",
        "objet": "Entretien des espaces verts de la ville fictive",
        "codeCPV": "77310000",
        "procedure": "Procédure adaptée",
        "dureeMois": 12,
        "dateNotification": date(2025, 3, 1),
        "montant": 50_000,
        "titulaires": ["30000000000014"],
    } | given_values
    values.setdefault("date_version", values["dateNotification"])
    values.setdefault(
        "datePublicationDonnees", max(date(2025, 4, 1), (values["dateNotification"] or AS_OF) + timedelta(days=31))
    )
    values["uid"] = values["acheteur_id"] + values["id"]
    values["montant"] = None if values["montant"] is None else round(values["montant"] * 100)
    if values["titulaires"] is not None:
        values["titulaires"] = [
            {"titulaire_id": name, "titulaire_typeIdentifiant": "SIRET", "titulaire_nom": None}
            for name in values["titulaires"]
        ]
    return values


def records(*rows: dict) -> pl.LazyFrame:
    known = [{name: row.get(name) for name in words.RECORDS.columns} for row in rows]
    return pl.DataFrame(known, schema=words.RECORDS.schema).lazy()


def build(*rows: dict, decisions: pl.LazyFrame | None = None) -> contracts.Contracts:
    return contracts.build(records(*rows), as_of=AS_OF, decisions=decisions)


def built(*rows: dict, **options) -> dict[str, dict]:
    table = build(*rows, **options).contracts.collect()
    assert table.schema == pl.Schema(words.CONTRACTS.schema)
    return {row["id"]: row for row in table.to_dicts()}


def fates(*rows: dict) -> list[str]:
    return build(*rows).fates.sort("source", "position").collect()["sort"].to_list()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_situation_a_buyer_would_recognise_gives_the_contract_it_describes(case):
    seen = built(*(record(**row) for row in case["records"]))
    for identifier, expected in case["expected"].items():
        got = {name: seen[identifier][name] for name in expected}
        assert got == expected
    assert len(seen) == case["contracts"]
    assert fates(*(record(**row) for row in case["records"])) == case["fates"]


def versions() -> list[dict]:
    """A contract with two amendments: the first lengthens it, the second raises it and changes its holder."""
    change = {"titulaires": None, "montant": None, "dureeMois": None, "objet": None, "codeCPV": None}
    return [
        record(),
        record(modification_id=1, date_version=date(2025, 6, 1), **change | {"dureeMois": 24}),
        record(
            modification_id=2,
            date_version=date(2025, 9, 1),
            **change | {"montant": 60_000, "titulaires": ["30000000000022"]},
        ),
    ]


def test_versions_roll_forward_in_date_order_and_keep_the_first_amount():
    got = built(*versions())["M1"]
    assert (got["montant"], got["montant_initial"]) == (6_000_000, 5_000_000)
    assert (got["dureeMois"], got["dureeMois_initiale"], got["nb_versions"]) == (24, 12, 3)
    assert got["objet"] == "Entretien des espaces verts de la ville fictive"
    assert (got["dateNotification"], got["date_version"], got["annee"]) == (date(2025, 3, 1), date(2025, 9, 1), 2025)


def test_each_version_shows_what_was_in_force():
    table = build(*versions()).versions.sort("modification_id").collect()
    assert table["montant"].to_list() == [5_000_000, 5_000_000, 6_000_000]
    assert table["dureeMois"].to_list() == [12, 24, 24]
    holders = [[holder["titulaire_id"] for holder in state] for state in table["titulaires"].to_list()]
    assert holders == [["30000000000014"], ["30000000000014"], ["30000000000022"]]


def test_an_amendment_dated_after_another_wins_whatever_its_number():
    first, second = (
        record(modification_id=n, date_version=d, montant=m)
        for n, d, m in [(7, date(2025, 5, 1), 70_000), (2, date(2025, 8, 1), 80_000)]
    )
    assert built(record(), first, second)["M1"]["montant"] == 8_000_000


def test_holders_are_each_listed_once_and_the_amount_is_never_multiplied():
    table = build(
        record(montant=100, titulaires=["A", "B", "A"]), record(position=2, montant=100, titulaires=["C"])
    ).holders
    table = table.sort("rang").collect()
    assert table["titulaire_id"].to_list() == ["A", "B", "C"]
    assert table["montant_bas"].to_list() == [0, 0, 0]
    assert table["montant_egal"].to_list() == [3334, 3333, 3333]
    assert table["montant_haut"].to_list() == [10_000] * 3
    assert table["titulaire_siren"].to_list() == [None, None, None]


def test_a_single_holder_has_the_whole_amount_in_all_three_values():
    row = build(record()).holders.collect().to_dicts()[0]
    assert (row["montant_bas"], row["montant_egal"], row["montant_haut"]) == (5_000_000,) * 3
    assert row["titulaire_siren"] == "300000000"


def test_an_unknown_holder_is_not_zero_holders():
    assert built(record(titulaires=None))["M1"]["nb_titulaires"] is None
    assert built(record(titulaires=[]))["M1"]["nb_titulaires"] is None


def test_accounts_add_up_in_source_records():
    rows = [
        *versions(),
        record(source="lendemain.json"),
        record(source="lendemain.json", position=2, id="C1", type_contrat="concession"),
        record(source="lendemain.json", position=3, id="C1", type_contrat="concession"),
    ]
    rejects = pl.DataFrame(
        [
            {"source": "lendemain.json", "position": 4, "niveau": "rejet"},
            *[{"source": "fictif.json", "position": 1, "niveau": "doute", "regle": "siret.luhn"}] * 2,
        ],
        schema=words.REJECTS.schema,
    ).lazy()
    files = pl.DataFrame({"source": ["fictif.json", "lendemain.json", "vide.json"], "dialecte": ["a", "b", "c"]}).lazy()
    table = contracts.accounts(files, build(*rows).fates, rejects).collect()
    parts = ["contrats", "versions_titulaires", "doublons", "concessions", "rejetes"]
    assert table.select(parts).rows() == [(1, 0, 0, 0, 0), (0, 0, 1, 2, 1), (0, 0, 0, 0, 0)]
    assert table["lus"].to_list() == [1, 4, 0]
    assert table["doutes"].to_list() == [1, 0, 0]


def test_the_default_day_is_the_latest_publication_else_notification():
    def day(*rows):
        return contracts.as_of_default(records(*rows)).collect().item()

    assert day(record(), record(datePublicationDonnees=date(2025, 5, 2))) == date(2025, 5, 2)
    assert day(record(datePublicationDonnees=None)) == date(2025, 3, 1)


AMENDED, REPUBLISHED = date(2025, 6, 10), date(2025, 6, 20)


@pytest.mark.parametrize(
    ("first", "amended", "earliest", "hidden"),
    [
        (date(2025, 6, 9), AMENDED, date(2025, 6, 9), False),  # published before the amendment: it is the first one
        (AMENDED, AMENDED, AMENDED, True),  # the amendment's own day: the first one may be hidden
        (date(2025, 7, 1), AMENDED, REPUBLISHED, True),
        (date(2025, 6, 19), None, date(2025, 6, 19), False),  # the amendment has no date but its publication
        (REPUBLISHED, None, REPUBLISHED, True),
        (None, AMENDED, REPUBLISHED, True),
    ],
)
def test_the_first_publication_of_an_amended_contract_is_not_lost(first, amended, earliest, hidden):
    later = record(modification_id=1, date_version=amended, datePublicationDonnees=REPUBLISHED)
    found = built(record(datePublicationDonnees=first), later)["M1"]
    assert (found["premiere_publication"], found["publication_recouverte"]) == (earliest, hidden)


BATCH = date(2025, 7, 15)


def batch(together: int, buyers: int, late: int, apart: int) -> dict[str, dict]:
    """A file: ``together`` contracts of ``buyers`` published on one day, ``late`` of them long after; ``apart`` on other days."""
    return built(
        *(
            record(
                position=n, id=f"M{n}", acheteur_id=f"2{n % buyers}000000000011", datePublicationDonnees=BATCH,
                dateNotification=date(2024, 3, 1) if n < late else date(2025, 7, 1),
            )
            for n in range(together)
        ),
        *(
            record(position=100 + n, id=f"S{n}", datePublicationDonnees=date(2024, 9, 1) + timedelta(days=n), dateNotification=date(2024, 3, 1))
            for n in range(apart)
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("together", "buyers", "late", "apart", "hidden"),
    [
        (10, 5, 2, 9, True),
        (10, 5, 2, 10, False),  # half of the file, not most of it
        (10, 4, 2, 9, False),  # the batch of a few buyers is theirs
        (10, 5, 1, 9, False),  # nearly all were on time that day: the day of an ordinary edition
    ],
)
def test_a_day_of_publication_that_most_of_a_file_carries_does_not_say_when_each_was_published(
    together: int, buyers: int, late: int, apart: int, hidden: bool
) -> None:
    found = batch(together, buyers, late, apart)
    assert {found[f"M{n}"]["publication_recouverte"] for n in range(together)} == {hidden}
    assert not any(found[f"S{n}"]["publication_recouverte"] for n in range(apart))


def test_the_first_publication_is_the_earliest_edition_and_an_amendment_alone_hides_it():
    again = record(position=2, datePublicationDonnees=date(2025, 3, 5))
    plain = built(record(), again)["M1"]
    alone = built(record(modification_id=1, datePublicationDonnees=REPUBLISHED))["M1"]
    assert (plain["premiere_publication"], plain["publication_recouverte"]) == (date(2025, 3, 5), False)
    assert (alone["premiere_publication"], alone["publication_recouverte"]) == (REPUBLISHED, True)


@pytest.mark.parametrize(
    "plain, late, published, expected",
    [
        (9, [date(2027, 8, 1)], None, date(2025, 3, 9)),
        (18, [date(2027, 8, 1), date(2031, 1, 1)], None, date(2025, 3, 18)),
        (8, [date(2027, 8, 1)], None, date(2027, 8, 1)),
        (9, [date(2026, 3, 10)], None, date(2026, 3, 10)),
        (9, [date(2026, 3, 11)], None, date(2025, 3, 9)),
        (9, [date(2027, 8, 1)], date(2025, 4, 2), date(2025, 4, 2)),
        (1, [date(2027, 8, 1)], None, date(2027, 8, 1)),
    ],
)
def test_without_publications_a_few_isolated_notifications_never_stop_the_data(plain, late, published, expected):
    dates = [date(2025, 3, n) for n in range(1, plain + 1)] + late
    rows = [
        record(position=n, id=f"M{n}", dateNotification=at, datePublicationDonnees=published)
        for n, at in enumerate(dates)
    ]
    day = contracts.as_of_default(records(*rows)).collect().item()
    assert day == expected
    (got,) = (
        contracts.build(records(*rows), as_of=day)
        .contracts.filter(pl.col("id") == f"M{len(dates) - 1}")
        .collect()
        .to_dicts()
    )
    assert (got["dateNotification"] is None) is (expected < date(2026, 1, 1))


@pytest.mark.parametrize("euros", [0.01, -0.01, 5_000_000_000_000, -5_000_000_000_000])
def test_an_amount_however_large_or_small_is_kept_to_the_cent(euros):
    row = built(record(montant=euros))["M1"]
    assert (row["montant"], row["montant_initial"]) == (round(euros * 100),) * 2


def test_nothing_read_gives_empty_tables_not_a_failure():
    result = build()
    assert result.contracts.collect().height == result.holders.collect().height == result.fates.collect().height == 0


def test_subcontracting_acts_are_kept_once():
    act = {
        "id": "1",
        "sousTraitant_id": "30000000000030",
        "sousTraitant_typeIdentifiant": "SIRET",
        "montant": 100,
        "dureeMois": 2,
        "dateNotification": date(2025, 4, 1),
    }
    table = build(
        record(actesSousTraitance=[act]), record(source="b.json", actesSousTraitance=[act])
    ).subcontracts.collect()
    assert table.rows() == [(BUYER + "M1", "1", "30000000000030", "SIRET", "300000000", 100, 2, date(2025, 4, 1))]


rows_of_records = st.lists(
    st.builds(
        record,
        id=st.sampled_from(["M1", "M2", "M3"]),
        source=st.sampled_from(["a.json", "b.json"]),
        modification_id=st.integers(0, 2),
        montant=st.sampled_from([None, 10, 45_000, 50_000, 5_000_000]),
        date_version=st.sampled_from([None, date(2025, 3, 1), date(2025, 8, 1)]),
        datePublicationDonnees=st.sampled_from([None, date(2025, 4, 1), date(2025, 9, 1)]),
        objet=st.sampled_from(
            [None, "Entretien des espaces verts en 2 lots - Nord", "Entretien des espaces verts en 2 lots - Sud"]
        ),
        titulaires=st.sampled_from([None, [], ["A"], ["B"], ["A", "B"]]),
        techniques=st.sampled_from([None, "Accord-cadre"]),
        idAccordCadre=st.sampled_from([None, "M1"]),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(rows_of_records, st.randoms(use_true_random=False))
def test_the_result_never_depends_on_the_order_of_rows_and_every_record_is_accounted_for(rows, rng):
    rows = [row | {"position": rank} for rank, row in enumerate(rows, 1)]
    mixed = rng.sample(rows, len(rows))
    first, second = build(*rows), build(*mixed)
    for name, key in [
        ("contracts", ["uid"]),
        ("holders", ["uid", "titulaire_id"]),
        ("versions", ["uid", "modification_id"]),
        ("fates", ["source", "position"]),
    ]:
        table = getattr(first, name).sort(key).collect()
        assert_frame_equal(table, getattr(second, name).sort(key).collect())
        assert not table.select(key).is_duplicated().any()
    sort = first.fates.collect()["sort"]
    assert len(sort) == len(rows)
    assert (sort == "contrat").sum() == len({row["uid"] for row in rows})


def test_bounds_hold_the_published_amount_and_sums_never_exceed_one_per_record():
    rng = random.Random(5)
    rows = [
        record(
            position=n,
            id=f"M{n}",
            montant=rng.choice([None, 0, 10, 40_000, 999_999_999, 3e9]),
            techniques=rng.choice([None, "Accord-cadre"]),
        )
        for n in range(1, 60)
    ]
    table = build(*rows).contracts.collect()
    known = table.filter(pl.col("montant_bas").is_not_null())
    assert (known["montant_bas"] <= known["montant_haut"]).all()
    assert table["montant_retenu"].sum() <= table["montant_retenu_haut"].sum()
    assert set(table.filter(pl.col("montant_bas").is_null())["montant_statut"]) <= {
        "inconnu",
        "impossible",
        "symbolique",
    }


def paris() -> list[dict]:
    if not PARIS.exists():
        pytest.skip("données réelles absentes : ../shared/data/decp_2022/paris_2024.json")
    return json.loads(PARIS.read_text(encoding="utf-8"))


def paris_records(found: list[dict]) -> pl.LazyFrame:
    rows = [
        record(
            position=rank,
            id=r["id"],
            acheteur_id=r["acheteur"]["id"],
            objet=r["objet"],
            codeCPV=r["codeCPV"][:8],
            montant=r["montant"],
            procedure=r["procedure"],
            nature=r["nature"],
            dureeMois=r["dureeMois"],
            idAccordCadre=r.get("idAccordCadre"),
            techniques=", ".join(r["techniques"]["technique"]),
            dateNotification=date.fromisoformat(r["dateNotification"]),
            datePublicationDonnees=date.fromisoformat(r["datePublicationDonnees"]),
            titulaires=[t["titulaire"]["id"] for t in r["titulaires"]],
        )
        for rank, r in enumerate(found, 1)
    ]
    return records(*rows)


def test_a_real_file_recounts_to_the_same_groups_populations_and_sums():
    found = paris()
    table = contracts.build(paris_records(found), as_of=date(2025, 1, 31)).contracts.collect()
    consultation = dict(table.select("id", "consultation").rows())
    needs = defaultdict(list)
    for r in found:
        # Some records say by their subject only that they are frameworks.
        if "Accord-cadre" in r["techniques"]["technique"] or re.match(
            r"accords?[ -]+cadres?\b", r["objet"], re.IGNORECASE
        ):
            needs[consultation[r["id"]], r["objet"]].append(
                (r["montant"], frozenset(t["titulaire"]["id"] for t in r["titulaires"]))
            )
    saved, members = 0, 0
    for (_, subject), rows in needs.items():
        amounts = [amount for amount, _ in rows]
        said = re.search(
            r"multi[- ]?attributaire|marchés subséquents|\blot (?:n|n°|n° |no )?[0-9]", subject, re.IGNORECASE
        )
        if len({h for _, h in rows}) > 1 and len(set(amounts)) > 1 and min(amounts) >= max(amounts) / 2 and said:
            groups = [rows]
        else:
            groups = [[row for row in rows if row[0] == amount] for amount in set(amounts)]
            groups = [group for group in groups if len({h for _, h in group}) > 1]
        members += sum(map(len, groups))
        saved += sum(
            sum(amount for amount, _ in group) - max(amount for amount, _ in group)
            for group in groups
            if group[0][0] >= 100
        )
    equal = table.filter(pl.col("accord_regle") == "maximum_repete")
    assert equal["accord_multiple"].n_unique() == 28 and table["accord_multiple"].is_not_null().sum() == members
    presumed = table.filter((pl.col("cadre_lien") == "ressemblance") & pl.col("montant_retenu_haut").is_not_null())
    assert (
        table["montant_retenu_haut"].sum() - table["montant_retenu"].sum()
        == round(saved * 100) + presumed["montant"].sum()
    )
    assert table["publies"].sum() == len(found) == 1054
    assert table["seuil_montant"].sum() == sum(r["montant"] >= 40_000 for r in found) == 698
    assert table["seuil_besoin"].sum() == 795
