"""A table of the report as a grid to sort, filter, copy and take away: the one room of ``itables`` (DataTables, offline).

Nothing is asked of the network and nothing is stored in the notebook: the grid is a widget, and whoever opens a notebook without
a kernel reads its static twin. Figures are written by ``french`` and sorted as numbers; each cell is text, never a page.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from typing import Any

import ipywidgets
import polars as pl

from spaser import french
from spaser.deliverables import files
from spaser.deliverables.report import FIGURES, Column, TableBlock
from spaser.text import fold, harmless

#: A browser draws and sorts so many lines without waiting.
MOST = 5_000
#: Columns shown first; the others are one button away, and in the file.
SHOWN = 8
ABSENT = "Pour trier, filtrer et copier ce tableau ici, ajoutez le module itables : « pip install -c constraints.txt .[lab] »."
_CENTS = ("centime", "somme")
#: What a column gives to whoever asks: to sort without accents, to show as French writes it, to take away as a spreadsheet reads it.
_TEXT = """function (data, type, row) {{
  if (type === 'export') return row[{taken}];
  return type === 'sort' ? data.normalize('NFD').replace(/[\\u0300-\\u036f]/g, '').toLowerCase() : data; }}"""
_NUMBER = """function (data, type, row) {{
  if (type === 'export') return row[{taken}];
  return type === 'display' ? row[{shown}] : type === 'filter' && data === null ? 'inconnu' : data; }}"""
_DATE = """function (data, type, row) {{
  return type === 'export' ? row[{taken}] : type === 'sort' || type === 'type' ? data : row[{shown}]; }}"""
_CSS = """
.spaser-lignes { max-width: 100%; overflow: hidden; }
.spaser-lignes .dt-layout-table > .dt-layout-cell { max-height: 32rem; overflow: auto; }
.spaser-lignes table.dataTable { margin: 0 !important; font-variant-numeric: lining-nums tabular-nums; }
.spaser-lignes table.dataTable thead { position: sticky; top: 0; z-index: 2; background: var(--jp-layout-color0, #fff); }
.spaser-lignes table.dataTable th, .spaser-lignes table.dataTable td { max-width: 22rem; vertical-align: top; text-align: left; overflow-wrap: break-word; }
.spaser-lignes table.dataTable td.dt-type-numeric { text-align: right; white-space: nowrap; }
.spaser-lignes .dtcc-search input { min-width: 5rem; }
.spaser-lignes :focus-visible { outline: 3px solid #c7760b; outline-offset: 1px; }
"""
_NAMED = {"titleAttr": "Filtrer : [title]"}
#: What is unknown is neither more nor less than anything: it is not compared, and « vide » is not asked of a number.
_FILTERS = {
    "number": {"extend": "searchNumber", "excludeLogic": ["empty", "notEmpty"], **_NAMED},
    "text": {"extend": "searchText", **_NAMED},
}
#: Taken away under one line of headings: the line of filters stays here.
_HEADED = "function (data) { data.headerStructure = data.headerStructure.slice(0, 1); }"
_COMPARED = {
    "equal": "Égal à",
    "notEqual": "Différent de",
    "empty": "Vide",
    "notEmpty": "Rempli",
}
#: Every word of the grid (``tests`` hold it against the words of the library).
WORDS: dict[str, Any] = {
    "emptyTable": "Aucune ligne",
    "zeroRecords": "Aucune ligne ne répond à ces filtres",
    "info": "Lignes _START_ à _END_ sur _TOTAL_",
    "infoEmpty": "Aucune ligne",
    "infoFiltered": "(_MAX_ avant les filtres)",
    "infoPostFix": "",
    "lengthMenu": "_MENU_ lignes par page",
    "lengthLabels": {"-1": "Toutes"},
    "loadingRecords": "Chargement…",
    "processing": "Tri en cours…",
    "search": "Chercher :",
    "searchPlaceholder": "un mot, un montant",
    "decimal": ",",
    "thousands": "\u202f",
    "paginate": {"first": "«", "last": "»", "next": "›", "previous": "‹"},
    "aria": {
        "orderable": " : trier",
        "orderableReverse": " : inverser le tri",
        "orderableRemove": " : ôter le tri",
        "paginate": {
            "first": "Première page",
            "last": "Dernière page",
            "next": "Page suivante",
            "previous": "Page précédente",
            "number": "Page ",
        },
    },
    "buttons": {
        "copy": "Copier",
        "copyTitle": "Copié",
        "copySuccess": {"0": "Aucune ligne copiée", "1": "Une ligne copiée", "_": "%d lignes copiées"},
        "copyKeys": "Ctrl + C copie les lignes ; Échap ferme ce message.",
        "colvis": "Colonnes",
        "csv": "Télécharger en CSV",
    },
    "columnControl": {
        "search": {
            "text": _COMPARED
            | {"contains": "Contient", "notContains": "Ne contient pas", "starts": "Commence par", "ends": "Finit par"},
            "number": _COMPARED
            | {
                "greater": "Plus de",
                "greaterOrEqual": "Au moins",
                "less": "Moins de",
                "lessOrEqual": "Au plus",
            },
        },
    },
}


def available() -> bool:
    """Whether the grid's library is there."""
    return all(importlib.util.find_spec(name) is not None for name in ("itables", "anywidget"))


class Sortable:
    """One grid on screen, filled again without being made again: its code travels once."""

    def __init__(self) -> None:
        self.place = ipywidgets.VBox()
        self._grid: Any = None

    def fill(self, block: TableBlock, first: Sequence[str] = ()) -> None:
        """Show a table, the columns named in ``first`` ahead of the others."""
        from itables.widget import ITable

        given = options(block, first)
        if self._grid is None:
            self._grid = ITable(given.pop("df"), **given)
            self._grid.add_class("spaser-lignes")
            self.place.children = (self._grid,)
        else:
            self._grid.update(given.pop("df"), **given)


def ordered(block: TableBlock, first: Sequence[str] = ()) -> tuple[list[Column], int]:
    """The columns as they are shown, and how many of them at once: those named, else the first that answer anything."""
    named = {column.name: column for column in block.columns}
    ahead = [named[name] for name in first if name in named]
    rest = [column for column in block.columns if column not in ahead]
    if ahead:
        return [*ahead, *rest], len(ahead)
    silent = [one for one in rest if one.extra or block.frame[one.name].null_count() == block.frame.height]
    told = [one for one in rest if one not in silent]
    return [*told, *silent], min(len(told), SHOWN)


def values(block: TableBlock, columns: Sequence[Column]) -> pl.DataFrame:
    """The table as a spreadsheet takes it: French headings, euros, numbers and dates that stay what they are."""
    frame, kept = block.frame.head(MOST), {}
    for column in columns:
        series = frame[column.name]
        if column.unit in _CENTS:
            series = series.cast(pl.Float64) / 100
        elif column.unit not in (*FIGURES, "date", "oui_non"):
            series = pl.Series([french.value(raw, column.unit) for raw in series], dtype=pl.String)
        heading = column.label
        while heading in kept:
            heading += " "
        kept[heading] = series.alias(heading)
    return pl.DataFrame(list(kept.values())) if kept else pl.DataFrame()


def options(block: TableBlock, first: Sequence[str] = ()) -> dict[str, Any]:
    """What the grid is given: the lines (what is sorted, what is shown, what is taken away) and how each column is read."""
    from itables import JavascriptFunction

    columns, shown = ordered(block, first)
    taken = values(block, columns)
    cells = files.officers_cells(taken)
    series, told = _sorted(block, columns, taken.columns)
    every: list[pl.Series] = list(series)
    definitions: list[dict[str, Any]] = []
    for rank, column in enumerate(columns):
        kind = "number" if column.unit in FIGURES else "date" if column.unit == "date" else "text"
        places = {}
        for name, cell in (("shown", told[rank]), ("taken", cells.to_series(rank))):
            places[name] = _placed(every, len(columns), rank, cell)
        script = {"number": _NUMBER, "date": _DATE, "text": _TEXT}[kind].format(**places)
        definitions.append(
            {
                "targets": rank,
                "render": JavascriptFunction(script),
                "type": "num" if kind == "number" else "string",
                "visible": rank < shown,
                "columnControl": [{"target": 1, "content": [_FILTERS["number" if kind == "number" else "text"]]}],
                # The largest first, and what is unknown after every number.
                "orderSequence": ["desc", "asc", ""] if kind == "number" else ["asc", "desc", ""],
            }
        )
    hidden = list(range(len(columns), len(every)))
    if hidden:
        definitions.append({"targets": hidden, "visible": False, "searchable": True, "orderable": False})
    frame = pl.DataFrame([one.alias(taken.columns[n] if n < len(columns) else f"#{n}") for n, one in enumerate(every)])
    return {"df": frame, "columnDefs": definitions, **_settings(block, len(columns))}


def file_name(block: TableBlock) -> str:
    """A name that any system takes, without its suffix."""
    return re.sub(r"[^a-z0-9]+", "_", fold(block.id).lower()).strip("_") or "table"


def _placed(every: list[pl.Series], known: int, rank: int, cell: pl.Series) -> int:
    """Where a cell's other form lies in the line: the column itself, one already laid, or one more."""
    if every[rank].dtype == pl.String and every[rank].equals(cell):
        return rank
    for place in range(known, len(every)):
        if every[place].equals(cell):
            return place
    every.append(cell)
    return len(every) - 1


def _sorted(
    block: TableBlock, columns: Sequence[Column], headings: Sequence[str]
) -> tuple[list[pl.Series], list[pl.Series]]:
    """By column, what is sorted (a number, a day, a text) and what is read."""
    frame = block.frame.head(MOST)
    keys, told = [], []
    for column, heading in zip(columns, headings, strict=True):
        raw = frame[column.name]
        said = pl.Series(heading, [harmless(french.value(one, column.unit)) for one in raw], dtype=pl.String)
        told.append(said)
        if column.unit in FIGURES:
            # As a reader types it in a filter: euros, and points of a percentage.
            scale = 0.01 if column.unit in _CENTS else 100 if column.unit == "part" else 1
            keys.append((raw.cast(pl.Float64) * scale).round(6).alias(heading))
        elif column.unit == "date":
            keys.append(raw.cast(pl.String).fill_null("").alias(heading))
        else:
            keys.append(said)
    return keys, told


def _settings(block: TableBlock, columns: int) -> dict[str, Any]:
    from itables import JavascriptFunction

    own = list(range(columns))
    exported = {"columns": own, "orthogonal": "export", "customizeData": JavascriptFunction(_HEADED)}
    buttons = [
        {"extend": "copyHtml5", "exportOptions": exported, "title": None},
        {
            "extend": "csvHtml5",
            "exportOptions": exported,
            "filename": file_name(block),
            "title": None,
            "bom": True,
            "charset": "utf-8",
            "fieldSeparator": ";",
            "newline": "\r\n",
        },
        {"extend": "colvis", "columns": own},
    ]
    return {
        "layout": {"topStart": {"buttons": buttons}, "topEnd": "search", "bottomStart": ["info", "pageLength"]},
        "language": WORDS,
        "pageLength": 50,
        "lengthMenu": [20, 50, 200, -1],
        "classes": "display compact",
        "style": "width:100%",
        "css": _CSS,
        "maxBytes": 0,
        "maxRows": 0,
        "maxColumns": 0,
        "showIndex": False,
        "show_dtypes": False,
        "text_in_header_can_be_selected": False,
        "autoWidth": False,
        "deferRender": True,
    }
