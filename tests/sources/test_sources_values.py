"""Values as written become checked values, and every doubt is said."""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaser.sources.contracts.values import check
from spaser.sources.siret import luhn_ok, siren_of
from spaser.vocabulary import CLOSED_LISTS, RAW, RECORDS, REJECTS

CASES = tomllib.loads((Path(__file__).parents[1] / "cases" / "values_fields.toml").read_text(encoding="utf-8"))["case"]
BUYER = "21750001600019"
BASE = {"source": "invente.json", "position": 1, "dialecte": "decp-2022-json", "id": "A1", "acheteur_id": BUYER}


def checked(*rows: dict) -> tuple[list[dict], list[dict]]:
    raw = pl.DataFrame([BASE | {"position": n} | row for n, row in enumerate(rows, 1)], schema=RAW.schema)
    both = check(raw.lazy())
    return both.records.collect().to_dicts(), both.rejects.collect().to_dicts()


def holder(identifier: str | None, kind: str | None = "SIRET", name: str | None = "SARL Inventée") -> dict:
    return {"titulaires": [{"titulaire_id": identifier, "titulaire_typeIdentifiant": kind, "titulaire_nom": name}]}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_field_is_read_as_its_case_says(case: dict) -> None:
    records, rejects = checked({case["field"]: case["written"]})
    value = records[0][case["field"]]
    assert (str(value) if case["field"].startswith("date") and value else value) == (
        case["read"] if case["read"] != "" else None
    )
    assert [line["regle"] for line in rejects] == ([case["rule"]] if case.get("rule") else [])


def test_tables_have_the_declared_columns() -> None:
    both = check(pl.DataFrame([BASE], schema=RAW.schema).lazy())
    assert dict(both.records.collect_schema()) == RECORDS.schema
    assert dict(both.rejects.collect_schema()) == REJECTS.schema


def test_an_empty_table_gives_empty_tables() -> None:
    both = check(RAW.empty().lazy())
    assert both.records.collect().height == both.rejects.collect().height == 0


@pytest.mark.parametrize("row", [{"id": " "}, {"id": None}, {"acheteur_id": None}, {"acheteur_id": "2,175E+13"}])
def test_a_record_without_identity_is_refused(row: dict) -> None:
    records, rejects = checked(row)
    assert records == []
    assert "rejet" in [line["niveau"] for line in rejects]


def test_the_uid_is_rebuilt_from_the_buyer_and_the_cleaned_id() -> None:
    records, _ = checked({"id": "2024/12.3", "uid": "faux"}, {"uid": "garde", "dialecte": "decp-tabulaire-csv"})
    assert [record["uid"] for record in records] == [BUYER + "2024_12_3", "garde"]


def test_the_old_format_leaves_considerations_unknown() -> None:
    records, rejects = checked({"dialecte": "decp-2019-json"})
    assert records[0]["considerationsSociales"] is None and rejects == []


@pytest.mark.parametrize(
    ("written", "read", "rules"),
    [
        (["Critère social", "CLAUSE SOCIALE", "clause sociale"], "Clause sociale, Critère social", []),
        (["Clause sociale", "autre chose"], "Clause sociale", ["liste.partie"]),
        (["autre chose"], None, ["liste.valeur"]),
        (["Sans objet"], "Pas de considération sociale", []),
        (["MQ"], None, []),
        ([], None, []),
        (
            ["Pas de considération sociale", "Clause sociale"],
            "Clause sociale, Pas de considération sociale",
            ["considerations.contradiction"],
        ),
    ],
)
def test_considerations_are_kept_in_official_order(written: list[str], read: str | None, rules: list[str]) -> None:
    records, rejects = checked({"considerationsSociales": written})
    assert records[0]["considerationsSociales"] == read
    assert [line["regle"] for line in rejects] == rules


def test_a_list_joined_as_text_is_read_as_a_list() -> None:
    raw = pl.DataFrame([BASE | {"considerationsSociales": "Clause sociale, Critère social"}]).lazy()
    assert check(raw).records.collect()["considerationsSociales"].to_list() == ["Clause sociale, Critère social"]


@pytest.mark.parametrize("name", list(CLOSED_LISTS))
def test_every_official_value_survives_lost_case_and_accents(name: str) -> None:
    from spaser.sources import closed_lists

    values = CLOSED_LISTS[name]
    damaged = pl.Series([v.upper().replace("É", "E").replace("È", "E") for v in values])
    mojibake = pl.Series([v.encode().decode("latin-1") for v in values])
    frame = pl.DataFrame({"a": values, "b": damaged, "c": mojibake})
    read = frame.select(closed_lists.one(pl.col(column), name).alias(column) for column in frame.columns)
    assert read.to_dict(as_series=False) == dict.fromkeys("abc", values)


@pytest.mark.parametrize(
    ("row", "identifier", "kind", "rules"),
    [
        (holder("217 500 016 00019"), BUYER, "SIRET", []),
        (holder("21750001600018"), "21750001600018", None, ["siret.luhn"]),
        (holder("217500016"), "217500016", None, ["siret.siren"]),
        (holder("2,175E+13"), None, None, ["siret.scientifique"]),
        (holder(""), None, None, ["titulaire.absent"]),
        (holder("FR40303265045", "TVA"), "FR40303265045", "TVA", []),
        (holder("F123 456", "TAHITI"), "F123456", "TAHITI", []),
        (holder(BUYER, "TVA"), BUYER, "SIRET", ["siret.type"]),
        (holder(BUYER, ""), BUYER, "SIRET", []),
        (holder(BUYER, "autre"), BUYER, "SIRET", ["siret.type"]),
        (holder("en cours"), "en cours", None, ["siret.forme"]),
        (holder("00000000000000"), "00000000000000", None, ["siret.luhn"]),
        (holder("05580056001234"[1:]), "5580056001234", None, ["siret.forme"]),
    ],
)
def test_a_holder_identifier_is_kept_as_what_it_is(row: dict, identifier: str, kind: str, rules: list[str]) -> None:
    records, rejects = checked(row)
    read = records[0]["titulaires"][0]
    assert (read["titulaire_id"], read["titulaire_typeIdentifiant"]) == (identifier, kind)
    assert [line["regle"] for line in rejects] == rules


def test_a_lost_leading_zero_is_restored_when_both_keys_are_right_and_said() -> None:
    whole = pl.DataFrame({"a": [f"0558{n:05d}00012" for n in range(5_000)]})
    good = whole.filter(luhn_ok(pl.col("a")) & luhn_ok(pl.col("a").str.slice(0, 9)))["a"][0]
    records, rejects = checked(holder(good[1:]))
    assert records[0]["titulaires"][0]["titulaire_id"] == good
    assert [(line["regle"], line["niveau"]) for line in rejects] == [("siret.zero", "info")]


def test_a_holder_with_neither_identifier_nor_name_is_no_holder() -> None:
    records, _ = checked(holder("", "SIRET", None), {"titulaires": None})
    assert [record["titulaires"] for record in records] == [[], None]


def test_a_modification_takes_its_own_date_and_an_initial_state_its_notification() -> None:
    records, _ = checked(
        {"dateNotification": "2024-01-02"},
        {"dateNotification": "2024-01-02", "modification_id": "1", "date_version": "2024-06-01"},
    )
    assert [str(record["date_version"]) for record in records] == ["2024-01-02", "2024-06-01"]
    assert [record["modification_id"] for record in records] == [0, 1]


def test_typed_columns_are_checked_without_being_parsed() -> None:
    raw = pl.DataFrame([BASE | {"montant": 2.675, "dureeMois": 12, "marcheInnovant": True}]).lazy()
    record = check(raw).records.collect().to_dicts()[0]
    assert (record["montant"], record["dureeMois"], record["marcheInnovant"]) == (268, 12, True)


def test_siren_is_found_in_a_siret_a_siren_and_a_vat_number() -> None:
    frame = pl.DataFrame({"a": [BUYER, "217500016", "FR40303265045", "F12345", None]})
    assert frame.select(siren_of(pl.col("a")))["a"].to_list() == ["217500016", "217500016", "303265045", None, None]


def by_hand(text: str) -> bool:
    if not text.isdigit() or len(text) not in (9, 14) or int(text) == 0:
        return False
    doubled = [int(c) * (1 + n % 2) for n, c in enumerate(reversed(text))]
    if text.startswith("356000000") and len(text) == 14 and sum(map(int, text)) % 5 == 0:
        return True
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.from_regex(r"\A(356000000)?[0-9]{5,9}\Z"), min_size=1))
def test_luhn_agrees_with_a_count_by_hand(texts: list[str]) -> None:
    frame = pl.DataFrame({"a": texts})
    assert frame.select(luhn_ok(pl.col("a")))["a"].to_list() == [by_hand(text) for text in texts]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.decimals(min_value=1000, max_value="9999999999.9999", places=4), min_size=1))
def test_amounts_are_exact_to_the_cent(values: list[Decimal]) -> None:
    records, _ = checked(*({"montant": str(value)} for value in values))
    assert [record["montant"] for record in records] == [
        int((v * 100).quantize(Decimal(1), ROUND_HALF_UP)) for v in values
    ]
