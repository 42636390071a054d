"""A buyer's own list of contracts, CSV or spreadsheet, with free headers → RAW.

Titles are matched by their letters and digits alone to ``reference/list_columns.toml``; the header may come after a title
and blank lines. Each line is a record: lines under one number are its holders or lots, which the contracts unite. Totals and
blank lines are left, and counted. Every sheet of a workbook that is a list of contracts is read; each other one is named, with why.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import IO

import polars as pl

from spaser import rules
from spaser.problems import Problem
from spaser.sources import dates, delimited, workbooks
from spaser.text import decode, fold
from spaser.vocabulary import HOLDER, NONE_DECLARED, RAW, REJECTS


class NoBuyer(Problem):
    """A list of contracts that does not say whose they are."""


HEADER_ROWS = 20
DELIMITERS = ";,\t|"
DIALECT = "liste"
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_TOTAL = r"(?i)^\s*(?:sous[ -]?)?tota(?:l|ux)\b"
_LIST_FIELDS = tuple(word.name for word in RAW.words if word.dtype == pl.List(pl.String))
#: A list of contracts has at least one of these and two recognised columns in all.
_EXPECTED = ("objet", "montant", "id", "titulaire_nom", "dateNotification")
#: A sheet beside the best one may be a recap (a sum per holder): it is a list only when it says what each contract is.
_NAMING, _LEAST = {"id", "objet"}, 3
#: Lines of the sheets after the first one read are numbered by rank of sheet: 20 000 006 is line 6 of the second sheet.
SHEET_STEP = 10_000_000
_REFUSALS = ("non", "n", "no", "false", "faux", "0")


def read_list(file: Path | IO[bytes], name: str, *, acheteur: str | None = None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read a list of contracts.

    Parameters
    ----------
    file
        The file, or its bytes opened.
    name
        The source shown to the user.
    acheteur
        SIRET of the buyer, used where no column gives it.

    Returns
    -------
    tuple
        RAW (one row per line; ``position`` is its line, plus ``SHEET_STEP`` times the rank of its sheet after the first read) and
        REJECTS (what was left or built, and each sheet of a workbook that is not read).

    Raises
    ------
    Problem
        No usable column, or no buyer.
    """
    data = file.read_bytes() if isinstance(file, Path) else file.read()
    if data.startswith((_ZIP, _OLE)):
        return _workbook(data, name, acheteur)
    return _lines(_text_rows(data, name), name, acheteur)


def _workbook(data: bytes, name: str, acheteur: str | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every sheet that is a list of contracts; the best recognised one may be less explicit than the others."""
    sheets = [(sheet, _cells(frame)) for sheet, frame in workbooks.sheets(data, name)]
    if len(sheets) < 2:
        return _lines(sheets[0][1] if sheets else [], name, acheteur)
    best = max(range(len(sheets)), key=lambda rank: _merit(sheets[rank][1]))
    read: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    notes: list[dict[str, object]] = []
    refused: dict[int, Problem] = {}
    for rank, (sheet, rows) in enumerate(sheets):
        why = "" if rank == best else _not_a_list(rows)
        try:
            if not why:
                raw, said = _lines(rows, name, acheteur, sheet, SHEET_STEP * rank if read else 0)
                why = "" if raw.height else "aucune ligne de contrat sous les titres"
                if raw.height:
                    read.append((raw, said))
        except Problem as problem:
            refused[rank], why = problem, str(problem)
        if why:
            notes.append(_note(name, None, sheet, why, "liste.feuille"))
    if not read and refused:
        raise refused.get(best, next(iter(refused.values())))
    raws, told = [raw for raw, _ in read], [said for _, said in read]
    left = pl.DataFrame(notes, schema=REJECTS.schema)
    return pl.concat(raws) if raws else RAW.empty(), pl.concat([*told, REJECTS.conform(left.lazy()).collect()])


def _merit(rows: list[list[str]]) -> int:
    return max((len(_recognised(row)[0]) for row in rows[:HEADER_ROWS]), default=0)


def _not_a_list(rows: list[list[str]]) -> str:
    """Why a sheet is not a list of contracts; empty when it is one."""
    found = set(_recognised(rows[_header(rows)])[0].values()) if rows else set()
    if not found & set(_EXPECTED):
        return "aucun titre de colonne d'une liste de contrats"
    if not found & _NAMING or len(found) < _LEAST:
        return "ni numéro ni objet pour chaque contrat, ou moins de trois colonnes reconnues : un récapitulatif plutôt qu'une liste"
    return ""


def _lines(
    rows: list[list[str]], name: str, acheteur: str | None, sheet: str = "", shift: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The contracts of one table: a file, or a sheet whose lines are numbered from ``shift``."""
    at = _header(rows)
    fields, unknown = _recognised(rows[at] if rows else [])
    if not set(fields.values()) & set(_EXPECTED) or len(fields) < 2:
        raise _no_column(rows[at] if rows else [], name)
    table, completed = _completed(_table(rows[at + 1 :], fields, at + 2 + shift), rows, at, fields)
    unknown = [title for title in unknown if title not in completed]
    kept, notes = _contracts_only(table, name)
    kept, turned = dates.day_first(kept, [field for field in kept.columns if field.startswith("date")])
    notes += [_note(name, None, field, "", "liste.mois") for field in turned]
    notes += [_note(name, None, title, str(lines), "liste.complete") for title, lines in completed.items()]
    located = _buyer(kept, acheteur, name)
    raw, built = _raw(located, name, f"{sheet}-" if shift else "", shift)
    ignored = [_note(name, None, title, title, "liste.colonne") for title in unknown]
    return raw, REJECTS.conform(pl.DataFrame(notes + ignored + built, schema=REJECTS.schema).lazy()).collect()


def looks_like_list(head: bytes, name: str = "") -> bool:
    """True when the first lines hold a header with at least two recognised titles."""
    if head.startswith((_ZIP, _OLE)):
        return True
    rows = _split(decode(head).text, name)
    fields, _ = _recognised(rows[_header(rows)] if rows else [])
    return len(fields) >= 2 and bool(set(fields.values()) & set(_EXPECTED))


def _text_rows(data: bytes, name: str) -> list[list[str]]:
    rows = _split(decode(data).text, name)
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise Problem("Le fichier est vide", where=name, todo="Vérifier l'export et recommencer.")
    return rows


def _split(text: str, name: str) -> list[list[str]]:
    """The cells, by the delimiter that recognises the most titles (then cuts the first lines the most)."""
    head = "\n".join(text.splitlines()[:HEADER_ROWS])

    def merit(delimiter: str) -> tuple[int, int]:
        rows = [cells for _, cells in delimited.rows(head, delimiter, name)]
        best = max((len(_recognised(row)[0]) for row in rows), default=0)
        return best, max((len(row) for row in rows), default=0)

    delimiter = max(DELIMITERS, key=merit)
    return [cells for _, cells in delimited.rows(text, delimiter, name)]


def _cells(frame: pl.DataFrame) -> list[list[str]]:
    """The cells of a sheet: dates as ISO text and whole numbers without « .0 »."""
    texts = frame.with_columns(pl.all().cast(pl.String).str.replace(r"^(\d+)\.0$", "$1").fill_null(""))
    return [list(row) for row in texts.rows()]


def _letters(title: str) -> str:
    return fold(title).replace(" ", "")


@cache
def _titles() -> dict[str, tuple[str, str]]:
    """Each accepted title by its letters: the field, and the value a « oui » declares (empty for an ordinary column)."""
    facts = rules.toml("list_columns.toml")
    titles = {
        _letters(title): (field, value)
        for field, answers in facts["yes_no"].items()
        for value, known in answers.items()
        for title in known
    }
    plain = [(title, field) for field, known in facts["columns"].items() for title in [field, *known]]
    anyhow = {_in_any_order(title): (field, "") for title, field in reversed(plain)}
    return anyhow | titles | {_letters(title): (field, "") for title, field in plain}


def _in_any_order(title: str) -> str:
    """The words of a title whatever their order: « Titulaire - SIRET » is « SIRET du titulaire »."""
    words = sorted(word for word in fold(title).split() if word not in ("du", "de", "l", "la", "le", "d"))
    return " ".join(words) if len(words) > 1 else _letters(title)


def _recognised(row: list[str]) -> tuple[dict[int, str], list[str]]:
    """The field of each recognised column by its rank (the first column of a field wins), and the titles left."""
    titles = _titles()
    fields: dict[int, str] = {}
    unknown: list[str] = []
    wanted: dict[str, tuple[int, int]] = {}
    for rank, title in enumerate(row):
        field, value = titles.get(_letters(title)) or titles.get(_in_any_order(title)) or ("", "")
        key = f"{field}={value}" if value else field
        if not key or (value == "" and key in fields.values() and not _better(title, key, wanted)):
            unknown += [title.strip()] if title.strip() else []
            continue
        if key in fields.values() and not value:
            previous = wanted[key][0]
            unknown.append(row[previous].strip())
            del fields[previous]
        fields[rank] = key
        wanted[key] = (rank, _preference(title, key))
    return fields, unknown


def _preference(title: str, field: str) -> int:
    known = [_letters(text) for text in [field, *rules.toml("list_columns.toml")["columns"].get(field, [])]]
    return known.index(_letters(title)) if _letters(title) in known else len(known)


def _better(title: str, field: str, wanted: dict[str, tuple[int, int]]) -> bool:
    return _preference(title, field) < wanted[field][1]


def _header(rows: list[list[str]]) -> int:
    """The row, among the first ones, with the most recognised titles."""
    merits = [len(_recognised(row)[0]) for row in rows[:HEADER_ROWS]]
    return merits.index(max(merits)) if merits else 0


def _no_column(row: list[str], name: str) -> Problem:
    seen = [cell.strip() for cell in row if cell.strip()][:12]
    return Problem(
        "Aucune colonne de marchés n'a été reconnue",
        where=name,
        why=f"Colonnes vues : {', '.join(seen) or 'aucune'}. Attendues, par exemple : numéro de marché, objet, montant HT, "
        "date de notification, titulaire, SIRET titulaire",
        todo="Renommez les colonnes de votre liste",
    )


def _table(rows: list[list[str]], fields: dict[int, str], first: int) -> pl.DataFrame:
    """The recognised columns as text, with the line of the file as the spreadsheet shows it."""
    columns = {field: pl.Series([_cell(row, rank) for row in rows], dtype=pl.String) for rank, field in fields.items()}
    blank = pl.Series([not any(cell.strip() for cell in row) for row in rows], dtype=pl.Boolean)
    lines = pl.Series(range(first, first + len(rows)), dtype=pl.Int64)
    total = pl.Series([any(re.search(_TOTAL, cell) for cell in row[:3]) for row in rows], dtype=pl.Boolean)
    return pl.DataFrame({"ligne": lines, "vide": blank, "total": total} | columns)


#: Where the best column is empty (or a sum of nothing beside a true one), the next one of the same meaning is read: « Montant prévu » of a framework without « Montant initial ».
_SEVERAL = ("montant", "dateNotification", "dureeMois", "codeCPV", "objet")

_NOTHING = r"^0+(?:[.,]0+)?\s*€?$"


def _completed(
    table: pl.DataFrame, rows: list[list[str]], at: int, fields: dict[int, str]
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The table with empty cells taken from the other columns of the same field, and how many by title."""
    titles, taken = _titles(), {}
    spares = [
        (_preference(title, field), rank, title.strip(), field)
        for rank, title in enumerate(rows[at])
        if rank not in fields
        and (field := titles.get(_letters(title), ("", ""))[0]) in _SEVERAL
        and field in table.columns
    ]
    for _, rank, title, field in sorted(spares):
        spare = pl.Series("_autre", [_cell(row, rank) for row in rows[at + 1 :]], dtype=pl.String)
        lacking = table[field].is_null() & spare.is_not_null()
        if field == "montant":
            lacking |= (table[field].str.contains(_NOTHING) & ~spare.str.contains(_NOTHING)).fill_null(False)
        empty = int((lacking & ~table["total"]).sum())
        if empty:
            table = table.with_columns(spare.zip_with(lacking, table[field]).alias(field))
            taken[title] = empty
    return table, taken


def _cell(row: list[str], rank: int) -> str | None:
    text = row[rank].strip() if rank < len(row) else ""
    return text or None


def _contracts_only(table: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[dict[str, object]]]:
    """The lines that are contracts, and what is said of blank and total lines."""
    known = pl.any_horizontal(pl.exclude("ligne", "vide", "total").is_not_null())
    sum_line = pl.col("total") & (pl.col("id").is_null() if "id" in table.columns else pl.lit(True))
    total = table.filter(~pl.col("vide") & (sum_line | _id_is_total(table)))
    empty = table.filter(pl.col("vide") | ~known).height
    notes = [_note(name, line, "", "total", "liste.total") for line in total["ligne"]]
    if empty:
        notes.append(_note(name, None, "", str(empty), "liste.vide"))
    return table.filter(~pl.col("vide") & known & ~pl.col("ligne").is_in(total["ligne"].to_list())), notes


def _id_is_total(table: pl.DataFrame) -> pl.Expr:
    return pl.col("id").str.contains(_TOTAL).fill_null(False) if "id" in table.columns else pl.lit(False)


def _note(
    source: str, position: int | None, champ: str, valeur: str, regle: str, identifier: str = ""
) -> dict[str, object]:
    entry = rules.toml("checks.toml")[regle]
    return {
        "source": source,
        "position": position,
        "id": identifier,
        "champ": champ,
        "valeur": valeur,
        "regle": regle,
        "niveau": entry["niveau"],
        "message": entry["message"],
    }


def _buyer(table: pl.DataFrame, acheteur: str | None, name: str) -> pl.DataFrame:
    """The buyer on every line: its column, else the argument; a lone « SIRET » column is the holder's."""
    if "siret" in table.columns:
        missing = "titulaire_id" not in table.columns
        table = table.rename({"siret": "titulaire_id"}) if missing else table.drop("siret")
    if "acheteur_id" not in table.columns:
        table = table.with_columns(pl.lit(None, dtype=pl.String).alias("acheteur_id"))
    table = table.with_columns(pl.col("acheteur_id").fill_null(pl.lit(acheteur, dtype=pl.String)))
    if table.height and table["acheteur_id"].null_count() == table.height:
        raise NoBuyer(
            "La liste ne dit pas qui est l'acheteur",
            where=name,
            todo="Ajouter une colonne « SIRET acheteur », ou donner le SIRET avec --acheteur-siret. Si ce fichier est une liste de fournisseurs"
            " (ESS, ESAT, SIAE…) et non de contrats, le donner avec --registre",
        )
    return table


def _raw(
    table: pl.DataFrame, name: str, prefix: str = "", shift: int = 0
) -> tuple[pl.DataFrame, list[dict[str, object]]]:
    """One RAW row per line, with its holder."""
    ready = table.with_columns(_considerations(table))
    if "id" not in ready.columns:
        ready = ready.with_columns(pl.lit(None, dtype=pl.String).alias("id"))
    lacking = ready.filter(pl.col("id").is_null())
    made = {line: f"{prefix}ligne-{line - shift}" for line in lacking["ligne"]}
    notes = [_note(name, line, "id", built, "liste.id_construit", built) for line, built in made.items()]
    ready = ready.with_columns(pl.col("id").fill_null(pl.format("{}ligne-{}", pl.lit(prefix), pl.col("ligne") - shift)))
    if "titulaire_typeIdentifiant" not in ready.columns:
        # The column itself says SIRET.
        ready = ready.with_columns(pl.lit("SIRET").alias("titulaire_typeIdentifiant"))
    holder = pl.struct(
        (pl.col(field.name) if field.name in ready.columns else pl.lit(None, dtype=pl.String)).alias(field.name)
        for field in HOLDER.fields
    )
    source = ready.with_columns(
        pl.concat_list(holder).alias("titulaires"),
        pl.lit(name).alias("source"),
        pl.col("ligne").alias("position"),
        pl.lit(DIALECT).alias("dialecte"),
    )
    return RAW.conform(source.lazy()).collect(), notes


def _considerations(table: pl.DataFrame) -> list[pl.Expr]:
    """List fields from their own column, or from yes/no columns (« Clause sociale : oui »)."""
    made = []
    for field in _LIST_FIELDS:
        asked = [column for column in table.columns if column.startswith(f"{field}=")]
        if asked:
            made.append(pl.concat_list(_declared(column) for column in asked).list.drop_nulls().alias(f"{field}"))
        elif field in table.columns:
            made.append(pl.col(field).str.split(",").alias(field))
    return [_or_none(expression, field, table) for expression, field in zip(made, _made_fields(table), strict=True)]


def _made_fields(table: pl.DataFrame) -> list[str]:
    return [f for f in _LIST_FIELDS if f in table.columns or any(c.startswith(f"{f}=") for c in table.columns)]


def _declared(column: str) -> pl.Expr:
    """The value a « oui » declares; « non » declares nothing, anything else is unknown."""
    value = column.split("=", 1)[1]
    said = pl.col(column).str.to_lowercase().str.strip_chars()
    return pl.when(said.is_in(["oui", "o", "yes", "true", "vrai", "1", "x"])).then(pl.lit(value))


def _or_none(expression: pl.Expr, field: str, table: pl.DataFrame) -> pl.Expr:
    """None declared when every question of the dimension is answered « non »; unknown when a question is not answered."""
    asked = [column for column in table.columns if column.startswith(f"{field}=")]
    if not asked:
        return expression
    refused = pl.all_horizontal(
        pl.col(c).str.to_lowercase().str.strip_chars().is_in(_REFUSALS).fill_null(False) for c in asked
    )
    none = pl.concat_list(pl.lit(NONE_DECLARED[field]))
    return pl.when(expression.list.len() > 0).then(expression).when(refused).then(none).alias(field)
