"""One reader of dates for every source: what a person or a machine writes, and what is not a day."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaser.sources import dates

FIFTH = date(2024, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05",
        "05/03/2024",
        "5/3/24",
        "05-03-24",
        "05.03.2024 14:30",
        "2024/3/5",
        "20240305",
        "05032024",
        "45356",
        "45356.5",
        "5 mars 2024",
        "mardi 5 Mars 2024",
        "5-mars-24",
        " 05/03/2024 ",
        "2024-03-05 00:00:00",
        "2024-03-04T23:00:00Z",
        "2024-03-05T00:00:00+01:00",
        "05/03/2024 à 10 h",
        "2024-03-05+01:00",
    ],
)
def test_a_day_is_read_however_it_is_written(text):
    assert dates.one(text) == FIFTH


@pytest.mark.parametrize(
    "text, day",
    [
        ("01/01/49", date(2049, 1, 1)),
        ("31/12/99", date(1999, 12, 31)),
        ("01/01/50", None),
        ("31/12/89", None),
        ("01/01/90", date(1990, 1, 1)),
        ("1er janvier 2024", date(2024, 1, 1)),
        ("12 févr. 2024", date(2024, 2, 12)),
        ("3 déc 24", date(2024, 12, 3)),
        ("15 AOÛT 2023", date(2023, 8, 15)),
        ("31/12/1989", None),
        ("01/01/2101", None),
        ("31/02/2024", None),
        ("0024-03-05", None),
        ("24", None),
        ("2024", None),
        ("03/2024", None),
        ("13/13/2024", None),
        ("lundi", None),
        ("", None),
        (None, None),
        ("99999", None),
        ("12345", None),
    ],
)
def test_two_digit_years_fall_in_the_window_and_an_implausible_day_is_unknown(text, day):
    assert dates.one(text) == day


def test_a_deadline_in_another_time_zone_is_a_day_in_paris_only_when_asked():
    column = pl.lit("2024-07-15T20:30-04:00")
    assert pl.select(dates.day(column)).item() == date(2024, 7, 15)
    assert pl.select(dates.day(column, to_paris=True)).item() == date(2024, 7, 16)


def test_a_typed_column_is_only_checked_and_an_old_register_may_say_so():
    typed = pl.Series([date(1901, 7, 1), FIFTH])
    assert pl.select(dates.day(pl.lit(typed), pl.Date())).to_series().to_list() == [None, FIFTH]
    assert (
        pl.select(dates.day(pl.lit(typed), pl.Date(), since=date(1850, 1, 1))).to_series().to_list() == typed.to_list()
    )


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.dates(date(1990, 1, 1), date(2049, 12, 31)), min_size=1, max_size=50),
    st.sampled_from(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d", "%d%m%Y", "%d/%m/%y", "%d.%m.%y"]),
)
def test_every_day_of_the_window_survives_every_writing(days, form):
    written = pl.Series([day.strftime(form) for day in days])
    assert pl.select(dates.day(pl.lit(written))).to_series().to_list() == days


def test_every_serial_number_of_a_spreadsheet_is_its_day():
    serials = range(dates.EXCEL_FIRST, dates.EXCEL_LAST + 1)
    read = pl.select(dates.day(pl.lit(pl.Series([str(serial) for serial in serials])))).to_series()
    assert read.to_list() == [date(1899, 12, 30) + timedelta(days=serial) for serial in serials]


@pytest.mark.parametrize(
    ("cells", "turned"),
    [
        (["03/15/2024", "12/02/2024"], ["15/03/2024", "02/12/2024"]),
        (["3-15-24 10:30", None, "mars 2024"], ["15-3-24 10:30", None, "mars 2024"]),
        (["03/12/2024", "12/02/2024"], None),
        (["03/15/2024", "15/03/2024"], None),
        (["03/32/2024"], None),
        (["2024-03-15", "15/03/2024"], None),
    ],
)
def test_a_column_is_month_first_when_some_days_ask_it_and_none_refuses(cells, turned):
    frame, names = dates.day_first(pl.DataFrame({"jour": cells, "rang": range(len(cells))}), ["jour", "rang", "absent"])
    assert frame["jour"].to_list() == (turned or cells) and names == (["jour"] if turned else [])
