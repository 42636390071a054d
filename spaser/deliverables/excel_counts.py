"""Formulas of the workbook that recount measures from the rows of contracts.

A formula is written only where it gives the measure exactly; elsewhere the number stands alone, as measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from spaser.deliverables.report import Measured, TableBlock
from spaser.vocabulary import MEASURES, UNKNOWN, YES

#: Beyond, a workbook that recounts would be slow to open.
MOST_CELLS = 20_000_000
#: Breakdowns whose numbers are recounted by formulas; the others hold their numbers, and their rate as a division.
_RECOUNTED = ("total", "annee")
_KEY = MEASURES.key
_AMOUNT, _CERTAIN = "montant_retenu", "valeur_hors_a_verifier"
_COUNTS = ("numerateur", "denominateur", "repondus")
_SHARES = {
    "valeur": ("numerateur", "denominateur"),
    "valeur_repondus": ("numerateur", "repondus"),
    "couverture": ("repondus", "denominateur"),
    "bas": ("", ""),
    "haut": ("", ""),
}
NUMBERS = (*_COUNTS, *_SHARES)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a table lies in the workbook: its sheet and lines."""

    block: TableBlock
    first: int
    last: int

    @cached_property
    def columns(self) -> dict[str, int]:
        return {column.name: index for index, column in enumerate(self.block.columns)}

    @cached_property
    def schema(self) -> pl.Schema:
        return self.block.frame.schema

    @cached_property
    def keys(self) -> dict[tuple, int]:
        return {key: self.first + i for i, key in enumerate(self.block.frame.select(_KEY).rows())}

    def cell(self, measure: Measured, name: str) -> str:
        """The address of one value of a measure, or an empty string."""
        line = self.keys.get(tuple(getattr(measure, part) for part in _KEY))
        return (
            f"'{self.block.id}'!{xl_rowcol_to_cell(line, self.columns[name])}"
            if line is not None and name in self.columns
            else ""
        )

    def span(self, name: str) -> str:
        """The absolute range of a column's rows."""
        letter = xl_col_to_name(self.columns[name])
        return f"'{self.block.id}'!${letter}${self.first + 1}:${letter}${self.last + 1}"


@dataclass(frozen=True, eq=False)
class _Criteria:
    """The same condition twice: as the arguments of COUNTIFS, and as an expression on the rows."""

    key: str
    test: pl.Expr


def write_values(sheet: Worksheet, formats: dict[str, Format], measures: Place, rows: Place | None) -> None:
    """The numbers of each measure: counts that point to the contracts, ratios that point to the counts; euros for cents."""
    lines = measures.block.frame.head(measures.last).to_dicts()
    formulas = _recounts(lines, rows) if rows else {}
    for index, line in enumerate(lines):
        unit, scale = ("centime", 100) if line["unite"].startswith("valeur") else ("entier", 1)
        row, share = measures.first + index, line["denominateur"] is not None
        for name in _COUNTS:
            _write(
                sheet, row, measures.columns[name], line[name], scale, formulas.get((index, name), ""), formats[unit]
            )
        for name in _SHARES:
            live = share and (name == "valeur" or line["dimension"] in _RECOUNTED)
            formula = _ratio(line, name, row, measures) if live else ""
            style = formats["part" if share or name == "couverture" else unit]
            _write(sheet, row, measures.columns[name], line[name], 1, formula, style)


def _write(sheet: Worksheet, row: int, column: int, raw: float | None, scale: int, formula: str, style: Format) -> None:
    if raw is None:
        sheet.write_blank(row, column, None, style)
    elif formula:
        sheet.write_formula(row, column, f"={formula}", style, raw / scale)
    else:
        sheet.write_number(row, column, raw / scale, style)


def _ratio(line: dict[str, Any], name: str, row: int, place: Place) -> str:
    """The division that gives a ratio, when it does give it."""
    above, below = _SHARES[name]
    if not above or not line[below] or line[above] is None or line[name] is None:
        return ""
    exact = abs(line[above] / line[below] - line[name]) < 1e-12
    cells = [xl_rowcol_to_cell(row, place.columns[part]) for part in (above, below)]
    return "/".join(cells) if exact else ""


def _recounts(lines: list[dict[str, Any]], rows: Place) -> dict[tuple[int, str], str]:
    """The formula of each number that a count of the contracts gives exactly, by line and column."""
    recounted = [(i, line) for i, line in enumerate(lines) if line["dimension"] in _RECOUNTED]
    wanted = {(i, name): tests for i, line in recounted for name in _COUNTS if (tests := _tests(line, name, rows))}
    budget = MOST_CELLS // max(rows.block.frame.height, 1)
    wanted = dict(list(wanted.items())[:budget])
    asked = {(tests.key, lines[i]["unite"] != "nombre"): tests for (i, _), tests in wanted.items()}
    money = _AMOUNT in rows.columns
    counts = [
        (pl.col(_AMOUNT).filter(tests.test).sum() if value else tests.test.sum().cast(pl.Int64)).alias(str(rank))
        for rank, ((_, value), tests) in enumerate(asked.items())
        if money or not value
    ]
    found = rows.block.frame.select(counts).row(0, named=True) if counts else {}
    ranks = {key: str(rank) for rank, key in enumerate(asked)}
    formulas = {}
    for (i, name), tests in wanted.items():
        value = lines[i]["unite"] != "nombre"
        if found.get(ranks[tests.key, value], None) == lines[i][name] is not None:
            formulas[i, name] = f"SUMIFS({rows.span(_AMOUNT)},{tests.key})" if value else f"COUNTIFS({tests.key})"
    return formulas


def _tests(line: dict[str, Any], name: str, rows: Place) -> _Criteria | None:
    """Which contracts a number counts, when the columns shown tell it."""
    population, indicator, by = line["population"], line["indicateur"], line["dimension"]
    tests = [(population, YES, pl.col(population))] if population in rows.columns else []
    if line["unite"] == _CERTAIN and "montant_statut" in rows.columns:
        tests.append(("montant_statut", "<>a_verifier", pl.col("montant_statut") != "a_verifier"))
    if by != "total":
        by = by if by in rows.columns else f"{by}_libelle"
        if by not in rows.columns or line["modalite"] is None:
            return None
        tests.append((by, line["modalite"], pl.col(by).cast(pl.String) == line["modalite"]))
    if name != "denominateur" and rows.schema.get(indicator) == pl.Boolean and indicator in rows.columns:
        answered, column = name == "repondus", pl.col(indicator)
        tests.append((indicator, f"<>{UNKNOWN}" if answered else YES, column.is_not_null() if answered else column))
    key = ",".join(f"{rows.span(column)},{_quoted(wanted)}" for column, wanted, _ in tests)
    return _Criteria(key, pl.all_horizontal(test for _, _, test in tests)) if tests else None


def _quoted(text: str) -> str:
    """A criterion as a literal, its wildcards taken as plain characters."""
    plain = text if text.startswith("<>") else text.replace("~", "~~").replace("*", "~*").replace("?", "~?")
    return '"' + plain.replace('"', '""') + '"'
