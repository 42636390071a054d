"""The ladder on a day: values of the law are those of the day, and a rung whose value was not known yet is not offered."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from spaser import potential, rules
from spaser.sections.potential import ladder
from tests.potential.test_potential import LEVER_COLUMNS

DAY = timedelta(days=1)


def codes(day: date | None) -> set[str]:
    return {rung["code"] for rung in potential.ladder(True, day)}


@pytest.mark.parametrize(
    ("rule", "code"), [("dispense_threshold_goods", "achat_direct"), ("eu_threshold_social", "sociaux_mapa")]
)
def test_a_rung_whose_threshold_was_not_known_yet_is_not_offered(rule: str, code: str):
    first = rules.dated(rule)["since"].min()
    assert code in codes(first)
    assert code not in codes(first - DAY)
    assert codes(first - DAY) < codes(None)


def test_a_rung_that_rests_on_no_value_of_the_law_is_offered_on_any_day():
    assert {"reserver_lot", "clause_sociale", "sourcing"} <= codes(date(1990, 1, 1))


@pytest.mark.parametrize("day", [date(2009, 6, 1), date(2019, 4, 2), date(2026, 11, 29)])
def test_a_need_is_advised_at_any_reader_s_day(day: date):
    frame = pl.LazyFrame([LEVER_COLUMNS], schema_overrides={"duree": pl.Int32, "lots": pl.Int32})
    assert potential.advise(frame, 0.3, day=day).collect()["levier"].null_count() == 0


@pytest.mark.parametrize("back", [0, 1])
def test_the_sheet_of_levers_quotes_the_values_of_the_reader_s_day(back: int):
    rows = rules.dated("dispense_threshold_goods").sort("since")
    last, before = rows.row(-1, named=True), rows.row(-2, named=True)
    need = pl.DataFrame({"etat": ["actionnable"], "levier_libelle": ["Achat direct"], "leviers": [""]})
    told = ladder.sheet(need, last["since"] - back * DAY).frame
    said = " ".join(told.select(pl.concat_str(pl.all().cast(pl.String), separator=" ", ignore_nulls=True)).to_series())
    shown, hidden = (before, last) if back else (last, before)
    spelled = [f"{one['value']:,}".replace(",", "\u202f") for one in (shown, hidden)]
    assert spelled[0] in said and spelled[1] not in said
