"""When a line of a ledger was spent: its day, its month, or its year only, in the column of dates or beside it."""

from __future__ import annotations

import polars as pl

from spaser.sources import dates


def dated(rows: pl.LazyFrame, sheet: str, amounts: str, *, periods: bool, above: int | None = None) -> pl.LazyFrame:
    """Add ``date``, ``exercice`` and ``date_lue`` (what was written where a day was wanted).

    Parameters
    ----------
    sheet, amounts
        The name of the sheet and the heading of the amounts, which may say the year.
    periods
        Whether the dates are the headings of columns of months: nobody wrote them in a cell.
    above
        The year that a title says, for lines that nothing nearer dates.
    """
    read, year = pl.col("date"), _year()
    alone = dates.year_alone(read)
    day = pl.coalesce(dates.day(read, pl.String()), dates.month_end(read, pl.coalesce(year, alone, year_in(sheet))))
    written = pl.lit(None, dtype=pl.String) if periods else pl.when(alone.is_null()).then(read)
    return rows.with_columns(
        day.alias("jour"), pl.coalesce(year, alone).alias("exercice"), written.alias("date_lue")
    ).with_columns(
        pl.col("jour").alias("date"),
        pl.coalesce(
            "exercice", pl.col("jour").dt.year(), year_in(amounts), year_in(sheet), pl.lit(above, dtype=pl.Int32)
        ).alias("exercice"),
    )


def year_in(text: str) -> pl.Expr:
    """The year that a heading or the name of a sheet says: « Dépenses HT 2024 »."""
    return pl.lit(text).str.extract(r"(?:^|\D)(20\d\d)(?:\D|$)", 1).cast(pl.Int32, strict=False)


def _year() -> pl.Expr:
    short = pl.col("exercice").str.extract(r"^\s*(\d\d)\s*$", 1).cast(pl.Int32, strict=False) + 2000
    return pl.coalesce(
        pl.col("exercice").str.extract(r"((?:19|20)\d\d)", 1).cast(pl.Int32, strict=False),
        pl.when(short <= dates.WINDOW_END).then(short),
    )
