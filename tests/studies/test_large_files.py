"""Large files: checked once, understood by parts of buyers, counted by parts; always what the whole at once would say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from counted_parts import counted_part
from polars.testing import assert_frame_equal

from spaser import contracts, indicators, sources
from spaser.studies import diagnostic
from spaser.studies.diagnostic import parts, preparation
from spaser.vocabulary import DECISIONS, POPULATIONS

DATA = Path(__file__).parents[2] / "data"
DEMO = sorted(DATA.glob("marches_demo*.json"))
SHARED = Path(__file__).parents[3] / "shared" / "data"
REAL = [
    SHARED / "decp_tabulaire" / "decp_2024H2_travaux_cpv4521.csv",
    *(SHARED / "decp_2022" / name for name in ("paris_2024.json", "e-marchespublics_dematis16.json")),
    SHARED / "decp_2019" / "aife_2019-04.json.zip",
]
DAY = date(2026, 10, 31)


def real(path: Path) -> Path:
    if not path.exists():
        pytest.skip("les données réelles de ../shared ne sont pas à côté du projet")
    return path


def tabular(folder: Path, *rows: dict[str, object]) -> Path:
    """A file in the columns of the consolidated tabular DECP (invented)."""
    usual = {
        "uid": "21750001600019A1",
        "id": "A1",
        "acheteur_id": "21750001600019",
        "acheteur_nom": "Ville inventée",
        "titulaire_id": "11000202500012",
        "titulaire_typeIdentifiant": "SIRET",
        "titulaire_nom": "Entreprise inventée",
        "montant": 100_000.0,
        "dateNotification": date(2024, 1, 2),
        "datePublicationDonnees": date(2024, 2, 1),
        "objet": "Travaux inventés de couverture",
        "codeCPV": "45260000",
        "modification_id": 0,
        "donneesActuelles": True,
        "nature": "Marché",
        "procedure": "Procédure adaptée",
    }
    path = folder / "table.parquet"
    pl.DataFrame([usual | row for row in rows]).write_parquet(path)
    return path


def by_parts(path: Path | list[Path], folder: Path, count: int) -> list[Path]:
    reading = sources.read(path)
    return parts.parted(reading.records, folder / "parties", count, contracts.ESSENTIAL)


@pytest.mark.parametrize("source", [DEMO, *REAL], ids=lambda one: "demo" if isinstance(one, list) else one.name)
def test_the_columns_laid_aside_are_all_that_the_essential_plan_reads(source, tmp_path: Path) -> None:
    """On real files too: the narrow parts give, uid by uid, what the whole reading gives."""
    paths = source if isinstance(source, list) else real(source)
    whole = contracts.essential(sources.read(paths).records, as_of=DAY).collect()
    laid = by_parts(paths, tmp_path, 3)
    built = pl.concat([contracts.essential(pl.scan_parquet(one), as_of=DAY).collect() for one in laid])
    if built["uid"].n_unique() < built.height:  # a number shared by two buyers: united by the whole only
        built = contracts.essential(pl.scan_parquet(laid), as_of=DAY).collect()
    # A purchase that several buyers published each on their own is the one judgement that looks beyond a buyer.
    joint = pl.col("doublon_regle").ne_missing("groupement")
    # An unusual amount is one beside those of the buyers read together; a day of publication is a batch's across buyers.
    beside = pl.selectors.exclude("^montant_anomalie.*$", "publication_recouverte")
    kept = whole.filter(joint).select("uid")
    assert kept.height > 0.99 * whole.height
    assert_frame_equal(
        built.join(kept, on="uid", how="semi").sort("uid").select(beside),
        whole.join(kept, on="uid", how="semi").sort("uid").select(beside),
    )


def test_all_the_records_of_a_buyer_are_in_one_part(tmp_path: Path) -> None:
    laid = by_parts(DEMO, tmp_path, 4)
    buyers = [set(pl.read_parquet(one)["acheteur_id"].str.head(9)) for one in laid]
    assert len(laid) > 1
    assert sum(map(len, buyers)) == len(set().union(*buyers))
    assert sum(pl.read_parquet(one).height for one in laid) == sources.read(DEMO).records.collect().height


def test_the_records_are_read_and_checked_once_before_they_are_assembled() -> None:
    """The plan that lays records aside goes through the file once; the essential plan on raw records would go through it again and again."""
    reading = sources.read(DEMO)
    assert reading.records.select(contracts.ESSENTIAL).explain().count("DF [") == len(DEMO)


def test_the_essential_plan_scans_no_more_often_than_it_did(tmp_path: Path) -> None:
    """Each scan is a decoding of the part: a join more on the same table must be a decision, not an accident."""
    (one,) = by_parts(DEMO, tmp_path, 1)
    plan = contracts.essential(pl.scan_parquet(one), as_of=DAY)
    assert plan.explain(engine="streaming").count("Parquet SCAN") <= 8


@pytest.mark.parametrize("source", [DEMO, *REAL], ids=lambda one: "demo" if isinstance(one, list) else one.name)
def test_a_large_whole_is_measured_as_the_same_contracts_at_once(source, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last column, what is compared with the contracts of other buyers included."""
    paths = source if isinstance(source, list) else real(source)
    at_once = _measured_whole(monkeypatch, records_a_part=10**9, paths=paths)
    by_part = _measured_whole(monkeypatch, records_a_part=20 if source is DEMO else 100, paths=paths)
    assert len(files_of(at_once)) == 1
    assert len(files_of(by_part)) > 1 or source is not DEMO
    assert_frame_equal(by_part.measured.collect().sort("uid"), at_once.measured.collect().sort("uid"))
    assert_frame_equal(by_part.buyers, at_once.buyers)
    assert_frame_equal(
        indicators.measure(by_part.measured).collect(), indicators.measure(at_once.measured).collect(), abs_tol=1e-12
    )


def files_of(base: diagnostic.Base) -> list[Path]:
    """The files of contracts understood: one a part, or one for the whole at once."""
    return sorted(Path(base.folder.name).glob("mesures*.parquet"))


def _measured_whole(
    monkeypatch: pytest.MonkeyPatch, records_a_part: int, paths: Path | list[Path] = DEMO, **asked: object
) -> diagnostic.Base:
    monkeypatch.setattr(preparation, "IN_MEMORY_RECORDS", 2)
    monkeypatch.setattr(parts, "RECORDS", records_a_part)
    base = diagnostic.prepare(paths, **asked)
    assert base.measured is not None
    return base


SIRETS = ["21750001600019", "21330063500017", "21690123100011", "21130055300016", "21310555400017"]


def test_a_purchase_published_by_buyers_of_two_parts_is_seen_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one judgement that looks beyond a buyer, and the low bound that comes with it."""
    each = [{"uid": f"{siret}G{n}", "id": f"G{n}", "acheteur_id": siret} for n, siret in enumerate(SIRETS)]
    path = tabular(tmp_path, *each, {"uid": "A2", "id": "A2", "titulaire_id": "13000545700010"})
    base = _measured_whole(monkeypatch, 1, path)
    found = base.measured.collect().sort("uid")
    assert len(files_of(base)) > 1
    joint = found.filter(pl.col("uid") != "A2")
    assert set(joint["doublon_regle"]) == {"groupement"}
    assert joint["montant_bas"].to_list().count(0) == len(SIRETS) - 1
    assert found.filter(uid="A2").select("doublon_regle", "montant_bas").row(0) == (None, 10_000_000)


def test_a_consultation_named_by_a_decision_unites_buyers_of_two_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = [{"uid": f"{siret}G{n}", "id": f"G{n}", "acheteur_id": siret} for n, siret in enumerate(SIRETS)]
    path = tabular(tmp_path, *each)
    named = {"objet_type": "consultation", "valeur": "Groupement inventé", "date": date(2024, 3, 1)}
    decided = DECISIONS.conform(
        pl.LazyFrame([named | {"objet_id": one["uid"]} for one in each[:2]]).with_columns(
            pl.lit(None, pl.String).alias(name) for name in DECISIONS.columns if name not in (*named, "objet_id")
        )
    )
    base = _measured_whole(monkeypatch, 1, path, decisions=decided)
    found = base.measured.collect()
    assert sorted(found["consultation_n"]) == [1, 1, 1, 2, 2]
    assert len(files_of(base)) == 1


@pytest.mark.parametrize("asked", [date(2023, 6, 1), date(2024, 2, 1), date(2025, 1, 1)])
def test_a_day_before_the_end_of_the_files_is_told_by_parts_as_by_the_whole(
    asked: date, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notification without publication is held against the last publication of all buyers, not of those of its part."""
    days = [date(2023, 5, 1), date(2023, 9, 1), date(2024, 4, 1), date(2024, 9, 1), date(2025, 6, 1)]
    each = [
        {"uid": f"{siret}J{n}", "id": f"J{n}", "acheteur_id": siret, "dateNotification": day}
        | {"datePublicationDonnees": day if n in (1, 2) else None}
        for n, (siret, day) in enumerate(zip(SIRETS, days, strict=True))
    ]
    path = tabular(tmp_path, *each)
    by_part = _measured_whole(monkeypatch, 1, path, as_of=asked)
    at_once = _measured_whole(monkeypatch, 10**9, path, as_of=asked)
    assert len(files_of(by_part)) > 1
    assert_frame_equal(by_part.measured.collect().sort("uid"), at_once.measured.collect().sort("uid"))


def test_a_number_shared_by_two_buyers_of_two_parts_is_still_one_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = [{"uid": f"{siret}B{n}", "id": f"B{n}", "acheteur_id": siret} for siret in SIRETS for n in range(3)]
    shared = [{"uid": "PARTAGE", "id": "P", "acheteur_id": siret} for siret in SIRETS]
    path = tabular(tmp_path, *own, *shared)
    monkeypatch.setattr(preparation, "IN_MEMORY_RECORDS", 5)
    monkeypatch.setattr(parts, "RECORDS", 3)
    base = diagnostic.prepare(path)  # its folder lives as long as it does
    measured = base.measured.collect()
    whole = contracts.essential(sources.read(path).records, as_of=date(2024, 2, 1)).collect()
    assert len(by_parts(path, tmp_path, 7)) > 1
    assert sorted(measured["uid"]) == sorted(whole["uid"])
    assert measured["uid"].is_unique().all()


@pytest.mark.parametrize("count", [2, 5])
def test_counts_of_parts_merge_into_the_measures_of_the_whole(count: int) -> None:
    """Counts add up; ratios do not: shares of parts of unequal size would not even be near."""
    found = diagnostic.prepare(DEMO).contracts.collect()
    pieces = [found.filter(pl.col("uid").hash() % count == rank).lazy() for rank in range(count)]
    assert len({piece.collect().height for piece in pieces}) > 1
    for population in POPULATIONS:
        whole = indicators.measure(found.lazy(), population=population).collect()
        counts = pl.concat(indicators.count(piece, population=population) for piece in pieces)
        assert_frame_equal(indicators.merged(counts).collect(), whole)


def test_several_populations_are_read_back_together_as_one_by_one() -> None:
    found = diagnostic.prepare(DEMO).contracts.collect().lazy()
    one_by_one = pl.concat(indicators.measure(found, population=name).collect() for name in POPULATIONS)
    together = indicators.merged(pl.concat(indicators.count(found, population=name) for name in POPULATIONS))
    assert_frame_equal(together.collect(), one_by_one)


@pytest.mark.parametrize("others", [False, True])
def test_a_named_buyer_of_a_middling_file_is_told_as_from_the_whole(
    others: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = diagnostic.prepare(DEMO)
    siren = base.buyers["acheteur_siren"][0]
    plain = diagnostic.diagnose(base, buyer=siren)
    monkeypatch.setattr(preparation, "AIMED_RECORDS", 10)
    aimed = diagnostic.diagnose(DEMO, buyer=siren, others=others)
    assert (aimed.base.buyers.height > 1) == others
    assert_frame_equal(aimed.contracts, plain.contracts, check_row_order=False)
    assert_frame_equal(aimed.measures, plain.measures)


def test_parts_counted_one_by_one_merge_into_the_measures_of_the_large_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = _measured_whole(monkeypatch, records_a_part=10**9)
    laid = by_parts(DEMO, tmp_path, 3)
    assert len(laid) > 1
    assert parts.apart(base.measured)
    counts = pl.concat(counted_part(path, as_of=base.as_of) for path in laid)
    assert_frame_equal(indicators.merged(counts.lazy()).collect(), indicators.measure(base.measured).collect())
