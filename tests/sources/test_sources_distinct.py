"""Reading once per distinct value, or the one holder of a row apart, changes nothing to what is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spaser import contracts, sources
from spaser.sources import distinct, text
from spaser.sources.contracts.reading import asked
from spaser.sources.contracts.values import check
from spaser.studies import diagnostic
from spaser.studies.diagnostic import preparation
from spaser.vocabulary import HOLDER

BUYER = "21750001600019"
IDENTIFIERS = [
    BUYER,
    "217 500 016 00019",
    None,
    "",
    "NC",
    "2,175E+13",
    "21750001600018",
    "35600000000048",
    "FR12345678901",
    "TAHITI-123",
    "123456789",
    "5521005540001",
    "21750001600019.0",
]
KINDS = ["SIRET", None, "TVA", "siret", "HORS-UE", "n'importe quoi"]
NAMES = ["Invention SA", None, "", " Deux  espaces ", "CafÃ© inventé", "A &amp; B"]


def upper(size: int, remembered: list[int]) -> distinct.Reading:
    def counted(series: pl.Series) -> pl.Series:
        remembered.append(len(series))
        return series.str.to_uppercase()

    stages = ({"loud": pl.col("word").map_batches(counted, return_dtype=pl.String)}, {"none": pl.col("loud").is_null()})
    return distinct.Reading("word", stages, {"loud": pl.String(), "none": pl.Boolean()})


@pytest.mark.parametrize(
    "words", [["b", None, "a", "b", "b", "b", None, "a"], [None] * 4, ["a", "b", "c"], [], ["", "", "", " "]]
)
def test_a_reading_by_distinct_values_is_that_of_every_row(words: list[str | None]) -> None:
    frame = pl.DataFrame({"word": words}, schema={"word": pl.String})
    found = frame.lazy().select(upper(len(words), []).expr()).unnest("word").collect()
    assert found["loud"].to_list() == [word and word.upper() for word in words]
    assert found["none"].to_list() == [word is None for word in words]


def test_an_absent_column_is_read_once_for_all_its_blocks() -> None:
    sizes: list[int] = []
    reading = upper(0, sizes)
    for size in (3, 5):
        found = reading._on(pl.Series("word", [None] * size, dtype=pl.String)).struct.unnest()
        assert found.rows() == [(None, True)] * size
    assert sizes == [1]


def test_a_value_met_in_a_block_is_not_read_again_in_the_next() -> None:
    sizes: list[int] = []
    reading = upper(0, sizes)
    for words in (["a", "a", "a", "b", "b", "b"], ["b", "c", "b", "b", "a", "a"], ["a", "a", "a", "a"]):
        found = pl.DataFrame({"word": words}).select(reading.expr()).unnest("word")
        assert found["loud"].to_list() == [word.upper() for word in words]
    assert sizes == [2, 1]


def test_holders_in_columns_are_judged_as_holders_in_lists() -> None:
    rows = [(i, k, n) for i in IDENTIFIERS for k in KINDS for n in NAMES]
    people = pl.DataFrame(rows, schema=[field.name for field in HOLDER.fields], orient="row")
    flat = people.with_row_index("position", 1).select(
        pl.lit("f").alias("source"),
        pl.col("position").cast(pl.Int64),
        pl.lit("decp-tabulaire-csv").alias("dialecte"),
        pl.format("m{}", "position").alias("id"),
        pl.lit(BUYER).alias("acheteur_id"),
        *people.columns,
    )
    present = pl.col("titulaire_id").is_not_null() | pl.col("titulaire_nom").is_not_null()
    listed = flat.with_columns(titulaires=pl.when(present).then(pl.concat_list(pl.struct(people.columns)))).drop(
        people.columns
    )
    one, other = check(flat.lazy()), check(listed.lazy())
    assert_frame_equal(one.records.collect(), other.records.collect())
    assert_frame_equal(one.rejects.collect(), other.rejects.collect())
    assert one.rejects.collect()["regle"].n_unique() > 6


def test_every_damage_that_is_mended_is_suspected_first() -> None:
    wrong, _ = text._repairs()
    damaged = pl.DataFrame(
        {"texte": [*wrong, "", " a", "a ", "a  b", "a\nb", "a\u00a0b", "\ufffd", "a\tb", "a\u2009b"]}
    )
    assert damaged.select(text.suspect(pl.col("texte")).all()).item()
    plain = ["Réfection de l'école « Les Bâtisseurs » – lot n° 2", "Noël, cœur, où, ça, À l’Île"]
    assert not pl.DataFrame({"texte": plain}).select(text.suspect(pl.col("texte")).any()).item()


def test_the_records_of_a_buyer_are_chosen_before_any_check_and_are_the_same(tmp_path) -> None:
    written = ["21750001600019", " 217 500 016 00019", "1750001600019", "21330063500017", None, "NC", "217500016"]
    rows = [
        {
            "id": f"m{rank}",
            "acheteur_id": name,
            "objet": "Invention",
            "montant": "50000",
            "dateNotification": "2025-01-02",
            "titulaire_id": BUYER,
            "titulaire_typeIdentifiant": "SIRET",
            "uid": None,
            "nature": "Marché",
            "codeCPV": "45000000",
            "procedure": "Procédure adaptée",
        }
        for rank, name in enumerate(written)
    ]
    path = tmp_path / "table.parquet"
    pl.DataFrame(rows).write_parquet(path)
    whole = sources.read(path)
    few = whole.of_buyers(["217500016"])
    wanted = whole.records.filter(pl.col("acheteur_id").str.head(9) == "217500016")
    assert_frame_equal(few.records.collect(), wanted.collect())
    assert few.files["lus"].item() == wanted.collect().height == 3
    assert_frame_equal(few.rejects.collect(), whole.rejects.join(wanted, on="position", how="semi").collect())


@pytest.mark.parametrize("buyers", [[21750001600019, 21330063500017], ["21750001600019", "21330063500017"]])
def test_the_rows_of_a_buyer_are_chosen_within_the_reading_of_a_file(tmp_path, buyers) -> None:
    """Filtered after it, every column of the country would be read for one buyer; an identifier read as a number must be cast first."""
    path = tmp_path / "table.parquet"
    rows = {"uid": ["m1", "m2"], "id": ["m1", "m2"], "acheteur_id": buyers, "titulaire_id": [BUYER] * 2}
    pl.DataFrame(rows).with_columns(objet=pl.lit("Invention"), montant=50_000.0).write_parquet(path)
    ((_, kept),) = sources.read(path).pieces
    plan = asked(kept.raw, ["217500016"])
    assert plan.collect()["id"].to_list() == ["m1"]
    within = plan.explain().split("Parquet SCAN")[1]
    assert ('SELECTION: col("acheteur_id")' in within) == isinstance(buyers[0], str)


def test_the_buyers_counted_before_any_check_are_those_of_the_records(tmp_path) -> None:
    ids = ["m1", "m 2", "2024/3", "", None, "NC", "-", " m4 "]
    names = ["Ville", "  Ville ", None, "VilleÃ©", "Autre"]
    buyers = ["21750001600019", " 217 500 016 00019", "1750001600019", "21330063500017", None, "NC", "217500016"]
    rows = [
        {"id": one, "acheteur_id": buyer, "acheteur_nom": name, "objet": "Invention", "montant": "50000"}
        for one in ids
        for buyer in buyers
        for name in names
    ]
    # The latest of all is that of a record that is refused; the one after no day at all.
    days = ["2025-02-03", "15/03/2025", None, "2999-01-01", "45700"]
    published = ["2025-12-31" if row["id"] is None else days[rank % len(days)] for rank, row in enumerate(rows)]
    path = tmp_path / "table.parquet"
    pl.DataFrame(rows).with_columns(
        dateNotification=pl.lit("2025-01-02"), datePublicationDonnees=pl.Series(published)
    ).write_parquet(path)
    reading = sources.read(path)
    counted = (
        reading.records.group_by("acheteur_id", "acheteur_nom")
        .agg(n=pl.len(), publie=pl.col("datePublicationDonnees").max())
        .collect()
    )
    assert 0 < counted["n"].sum() < len(rows)
    assert counted["publie"].max() == date(2025, 3, 15)
    assert_frame_equal(reading.buyers, counted, check_row_order=False, check_column_order=False)


def test_one_buyer_of_a_large_file_is_diagnosed_as_from_the_whole(monkeypatch) -> None:
    demo = sorted((Path(__file__).parents[2] / "data").glob("marches_demo*.json"))
    base = diagnostic.prepare(demo)
    siren = base.buyers["acheteur_siren"][0]
    plain = diagnostic.diagnose(base, buyer=siren)
    monkeypatch.setattr(preparation, "AIMED_RECORDS", 10)
    aimed = diagnostic.diagnose(demo, buyer=base.buyers["acheteur_libelle"][0])
    assert (aimed.sirens, aimed.as_of) == (plain.sirens, plain.as_of)
    assert_frame_equal(aimed.contracts, plain.contracts, check_row_order=False)
    assert_frame_equal(aimed.measures, plain.measures)


def test_contracts_assembled_by_groups_of_buyers_are_those_of_the_whole() -> None:
    reading = sources.read(sorted((Path(__file__).parents[2] / "data").glob("marches_demo*.json")))
    day = contracts.as_of_default(reading.records).collect().item()
    whole = contracts.build(reading.records, as_of=day).contracts.collect().sort("uid")
    group = pl.col("acheteur_id").str.head(9).hash() % 3
    parts = [contracts.essential(reading.records.filter(group == n), as_of=day).collect() for n in range(3)]
    grouped = contracts.described(pl.concat(parts).lazy(), reading.records).collect().sort("uid")
    assert sum(part.height > 0 for part in parts) > 1
    assert_frame_equal(grouped.select(whole.columns), whole)


def test_lines_of_one_number_in_a_list_are_its_holders_and_its_amount_counts_once(tmp_path) -> None:
    lines = [
        "Numéro;Objet;Montant HT;Date de notification;SIRET titulaire",
        "1;Invention;60000;02/01/2025;21750001600019",
        "1;Invention;60000;02/01/2025;21330063500017",
    ]
    path = tmp_path / "liste.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    base = diagnostic.prepare(path, buyer_siret=BUYER)
    counts = base.accounts.select("lus", "contrats", "versions_titulaires", "rejetes").row(0)
    assert counts == (2, 1, 1, 0)
    assert base.contracts.select("montant", "nb_titulaires").collect().row(0) == (6_000_000, 2)
