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
from spaser.vocabulary import YES

#: Beyond, a workbook that recounts would be slow to open.
MOST_CELLS = 20_000_000
_KEY = ("indicateur", "population", "perimetre", "dimension", "modalite", "unite", "definition")
_AMOUNT = "montant_retenu"
_COUNTS = ("numerateur", "denominateur", "repondus")
_SHARES = {
    "valeur": ("numerateur", "denominateur"), "valeur_repondus": ("numerateur", "repondus"), "couverture": ("repondus", "denominateur"),
    "bas": ("", ""), "haut": ("", ""),
}  # fmt: skip


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
    def keys(self) -> dict[tuple, int]:
        return {key: self.first + i for i, key in enumerate(self.block.frame.select(_KEY).rows())}

    def cell(self, measure: Measured, name: str) -> str:
        """The address of one value of a measure, or an empty string."""
        line = self.keys.get(tuple(getattr(measure, part) for part in _KEY))
        return f"'{self.block.id}'!{xl_rowcol_to_cell(line, self.columns[name])}" if line is not None and name in self.columns else ""

    def span(self, name: str) -> str:
        """The absolute range of a column's rows."""
        letter = xl_col_to_name(self.columns[name])
        return f"'{self.block.id}'!${letter}${self.first + 1}:${letter}${self.last + 1}"


def write_values(sheet: Worksheet, formats: dict[str, Format], measures: Place, rows: Place | None) -> None:
    """The numbers of each measure: counts that point to the contracts, ratios that point to the counts.

    A measure in value is shown in euros, whatever the line's other numbers are.
    """
    budget = MOST_CELLS // max(rows.last - rows.first + 1, 1) if rows else 0
    for index, line in enumerate(measures.block.frame.head(measures.last).rows(named=True), measures.first):
        unit, scale = ("centime", 100) if line["unite"] == "valeur" else ("entier", 1)
        for name in _COUNTS:
            formula = _count(line, name, rows) if rows and budget > 0 else ""
            budget -= bool(formula)
            _write(sheet, index, measures.columns[name], line[name], scale, formula, formats[unit])
        share = _is_share(line)
        for name in _SHARES:
            formula = _ratio(line, name, index, measures) if share else ""
            kind, size = ("part", 1) if share or name == "couverture" else (unit, scale)
            _write(sheet, index, measures.columns[name], line[name], size, formula, formats[kind])


def _write(sheet: Worksheet, row: int, column: int, raw: float | None, scale: int, formula: str, style: Format) -> None:
    if raw is None:
        sheet.write_blank(row, column, None, style)
    elif formula:
        sheet.write_formula(row, column, f"={formula}", style, raw / scale)
    else:
        sheet.write_number(row, column, raw / scale, style)


def _is_share(line: dict[str, Any]) -> bool:
    """A quantity is its own numerator; anything else between 0 and 1 is a part."""
    values = (line["valeur"], line["valeur_repondus"])
    known = next((value for value in values if value is not None), None)
    return known is None or (0 <= known <= 1 and known != line["numerateur"])


def _ratio(line: dict[str, Any], name: str, row: int, place: Place) -> str:
    """The division that gives a ratio, when it does give it."""
    above, below = _SHARES[name]
    if not above or not line[below] or line[above] is None or line[name] is None:
        return ""
    exact = abs(line[above] / line[below] - line[name]) < 1e-12
    cells = [xl_rowcol_to_cell(row, place.columns[part]) for part in (above, below)]
    return "/".join(cells) if exact else ""


def _count(line: dict[str, Any], name: str, rows: Place) -> str:
    """COUNTIFS or SUMIFS for one number of a measure; empty when the rows shown do not give it."""
    tests = _tests(line, name, rows)
    if tests is None or line[name] is None:
        return ""
    value = line["unite"] == "valeur"
    if value and _AMOUNT not in rows.columns:
        return ""
    kept = rows.block.frame.filter(*(test for _, _, test in tests))
    found = kept[_AMOUNT].sum() if value else kept.height
    if found != line[name]:
        return ""
    criteria = ",".join(f"{rows.span(column)},{_quoted(wanted)}" for column, wanted, _ in tests)
    return f"SUMIFS({rows.span(_AMOUNT)},{criteria})" if value else f"COUNTIFS({criteria})"


def _tests(line: dict[str, Any], name: str, rows: Place) -> list[tuple[str, str, pl.Expr]] | None:
    tests = [(line["population"], YES, pl.col(line["population"]))] if line["population"] in rows.columns else []
    indicator, by = line["indicateur"], line["dimension"]
    if by != "total":
        by = {"famille": "famille_libelle"}.get(by, by) if by not in rows.columns else by
        if by not in rows.columns or line["modalite"] is None:
            return None
        tests.append((by, line["modalite"], pl.col(by).cast(pl.String) == line["modalite"]))
    if name != "denominateur" and indicator in rows.columns:
        if rows.block.frame.schema[indicator] != pl.Boolean:
            return None
        answered = name == "repondus"
        tests.append((indicator, "<>inconnu" if answered else YES, pl.col(indicator).is_not_null() if answered else pl.col(indicator)))
    return tests or None


def _quoted(text: str) -> str:
    """A criterion as a literal, its wildcards taken as plain characters."""
    plain = text if text.startswith("<>") else text.replace("~", "~~").replace("*", "~*").replace("?", "~?")
    return '"' + plain.replace('"', '""') + '"'
