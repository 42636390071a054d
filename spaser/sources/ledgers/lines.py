"""A buyer's spend file (an export of mandats, invoices or spend by supplier) read into SPEND lines that add up to the file.

Nothing is dropped in silence: totals, blank lines and repeated headers are counted per sheet (``accounts``), lines without
a legible amount stay in ``lines`` as « écarté », and ``reconcile`` accounts for every cent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.sources import dates, filled
from spaser.sources.ledgers import amounts as ledger_amounts
from spaser.sources.ledgers import identifiers as ledger_identifiers
from spaser.sources.ledgers import meaning as ledger_meaning
from spaser.sources.ledgers import perimeter as ledger_perimeter
from spaser.sources.ledgers import rows as ledger_rows
from spaser.sources.ledgers import times as ledger_times
from spaser.sources.ledgers.cells import Sheet, read_sheets
from spaser.sources.ledgers.headings import REFERENCE, Mapping, checked, find, not_found, read_mapping, write_mapping
from spaser.sources.ledgers.perimeter import OUTSIDE, PURCHASES, refine
from spaser.sources.ledgers.recaps import without_recap
from spaser.vocabulary import FILLED, REJECTS, SEEN, SPEND

__all__ = ["Ledger", "read_ledger", "read_mapping", "reconcile", "refine", "write_mapping"]

_REASONS = {
    "illisible": "montant illisible",
    "ambigu": "montant ambigu : point ou virgule de milliers ou de décimales ?",
    "impossible": "montant impossible",
    "absent": "montant absent",
}


@dataclass(frozen=True)
class Ledger:
    """What was read: ``lines`` (SPEND), ``rejects`` (REJECTS), ``accounts`` (one row per sheet), the mapping used,
    ``filled`` (FILLED, per sheet) and ``seen`` (SEEN, per column)."""

    lines: pl.DataFrame
    rejects: pl.DataFrame
    accounts: pl.DataFrame
    mapping: Mapping
    filled: pl.DataFrame = field(default_factory=FILLED.empty)
    seen: pl.DataFrame = field(default_factory=SEEN.empty)


def read_ledger(
    path: Path | str, *, mapping: Mapping | Path | str | None = None, progress: Callable[[str], None] | None = None
) -> Ledger:
    """Read a spend file: XLSX, XLS, ODS or CSV, one or several sheets, header within the first 20 rows.

    Parameters
    ----------
    path
        The file.
    mapping
        A mapping of columns (or the TOML file written by ``write_mapping``); by default one is proposed from the headings.
    progress
        Called with a French sentence at each sheet.

    Returns
    -------
    Ledger
        ``accounts`` has one row per sheet: lignes lues = gardees + ecartees + totaux + vides + entetes_repetes.

    Raises
    ------
    Problem
        The file cannot be read, or no sheet has a recognised header: the columns seen and expected are listed.
    """
    file = Path(path)
    given = _mapping(mapping)
    sheets = [
        sheet
        for sheet in read_sheets(file)
        if not given or not given.get("feuilles") or sheet.name in given["feuilles"]
    ]
    parts, rejects, columns, used = [], [], [], None
    accounts: list[dict[str, Any]] = []
    for sheet in sheets:
        found = find(sheet, given)
        if progress:
            state = "lecture" if found else "ignorée, sans en-tête reconnu"
            progress(f"{file.name}, feuille « {sheet.name} » : {state}")
        if not found:
            accounts.append(_ignored(file.name, sheet))
            continue
        sheet, header, mapped = found
        used = used or mapped
        read = ledger_meaning.understood(sheet, header, mapped, given=given is not None)
        if used is mapped:
            used = read.mapping
        lines, refused, account = _read_sheet(file.name, sheet, header, read)
        parts.append(lines)
        columns.append(_seen(file.name, sheet, header, read.mapping, lines))
        rejects.append(refused)
        accounts.append(account)
    if used is None:
        raise not_found(file, sheets, given)
    accounts = without_recap(parts, columns, rejects, accounts)
    table, lines = pl.DataFrame(accounts, schema=_ACCOUNTS), pl.concat(parts)
    return Ledger(lines, pl.concat(rejects), table, used, filled_of(lines), pl.concat(columns))


def _ignored(file: str, sheet: Sheet) -> dict[str, str | int]:
    return {
        "fichier": file,
        "feuille": sheet.name,
        "etat": "ignorée : sans en-tête reconnu",
        "lues": sheet.cells.height,
    }


def filled_of(lines: pl.DataFrame) -> pl.DataFrame:
    """FILLED: how many lines kept of each sheet name and identify a supplier, and say an amount, a date or year, a subject."""
    kept = lines.filter(pl.col("perimetre") != "ecarte").rename({"fichier": "source"})
    said = {
        "titulaire": pl.coalesce("siren", "siret").is_not_null(),
        "montant": pl.col("montant").is_not_null(),
        "date": pl.col("date").is_not_null() | pl.col("exercice").is_not_null(),
        "texte": pl.col("libelle").is_not_null(),
    }
    return filled.shares(kept, "dépenses", said, "feuille")


def _seen(file: str, sheet: Sheet, header: int, mapping: Mapping, lines: pl.DataFrame) -> pl.DataFrame:
    """SEEN of one sheet: kept counts are those of the lines."""
    headings = sheet.cells.row(header, named=True)
    titles = {cell: title for cell, title in headings.items() if cell != "ligne" and title}
    words = {
        cell: word
        for word, title in mapping["colonnes"].items()
        for cell in [next((c for c, t in titles.items() if t == title), None)]
        if cell
    }
    several = [*mapping.get("annees", {}), *mapping.get("periodes", []), mapping.get("credit")]
    words |= {cell: "montant" for cell, title in titles.items() if title in several}
    kept = {word: lines[word].count() for word in set(words.values()) if word in lines.columns}
    return filled.seen(file, sheet.name, "dépenses", sheet.cells.slice(header + 1), titles, words, kept)


def reconcile(lines: pl.LazyFrame | pl.DataFrame, *, siren: str = "siren") -> pl.LazyFrame:
    """Account for the whole file: identified + not identified + out of scope + left out = total, to the cent.

    Parameters
    ----------
    lines
        SPEND lines, after linkage and ``refine`` when they were run.
    siren
        The column that says who was paid, once linked.

    Returns
    -------
    pl.LazyFrame
        One row per ``poste`` (identifie, non_identifie, hors_perimetre, ecarte, then total) and ``perimetre``: ``lignes``,
        ``montant`` (cents; credit notes netted), ``avoirs`` (cents of the negative lines) and ``sans_montant`` (lines).
    """
    inside = pl.col("perimetre").is_in(PURCHASES)
    poste = (
        pl.when(inside & pl.col(siren).is_not_null())
        .then(pl.lit("identifie"))
        .when(inside)
        .then(pl.lit("non_identifie"))
        .when(pl.col("perimetre").is_in(OUTSIDE))
        .then(pl.lit("hors_perimetre"))
        .otherwise(pl.lit("ecarte"))
    )
    order = {"identifie": 0, "non_identifie": 1, "hors_perimetre": 2, "ecarte": 3, "total": 4}
    counts = [
        pl.len().cast(pl.Int64).alias("lignes"),
        pl.col("montant").sum(),
        pl.col("montant").filter(pl.col("montant") < 0).sum().alias("avoirs"),
        pl.col("montant").null_count().cast(pl.Int64).alias("sans_montant"),
    ]
    marked = lines.lazy().with_columns(poste.alias("poste"))
    total = marked.select(pl.lit("total").alias("poste"), pl.lit("ensemble").alias("perimetre"), *counts)
    parts = marked.group_by("poste", "perimetre").agg(counts)
    rank = pl.col("poste").replace_strict(order, return_dtype=pl.Int8)
    return pl.concat([parts, total]).sort(rank, "perimetre", maintain_order=True)


_ACCOUNTS = {
    "fichier": pl.String,
    "feuille": pl.String,
    "etat": pl.String,
    "lues": pl.Int64,
    "ligne_entete": pl.Int64,
    "gardees": pl.Int64,
    "ecartees": pl.Int64,
    "totaux": pl.Int64,
    "vides": pl.Int64,
    "entetes_repetes": pl.Int64,
    "avoirs": pl.Int64,
    "avoirs_par_le_sens": pl.Int64,
    "colonne_montant": pl.String,
    "taxe": pl.String,
    "montant": pl.Int64,
    "total_imprime": pl.Int64,
    "lecture": pl.String,
}


def _mapping(mapping: Mapping | Path | str | None) -> Mapping | None:
    if mapping is None:
        return None
    return checked(mapping, "correspondance") if isinstance(mapping, dict) else read_mapping(mapping)


def _read_sheet(
    file: str, sheet: Sheet, header: int, read: ledger_meaning.Understood
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, object]]:
    """One sheet's lines, rejects and account."""
    mapping = read.mapping
    headings = sheet.cells.row(header, named=True)
    cell_of = {
        name: next(c for c in sheet.columns if headings[c] == title) for name, title in mapping["colonnes"].items()
    }
    body = sheet.cells.slice(header + 1)
    if mapping.get("annees"):
        body, cell_of, headings = _by_column(body, headings, mapping["annees"], cell_of, "exercice")
    elif mapping.get("periodes"):
        body, cell_of, headings = _by_column(
            body, headings, {name: name for name in mapping["periodes"]}, cell_of, "date"
        )
    typed = body.with_columns(
        _column(cell_of, name).alias(name) for name in ["montant", *rules.toml(REFERENCE)["colonnes"]]
    )
    typed = ledger_amounts.read_cents(
        typed.lazy().rename({"montant": "montant_lu"}), "montant_lu", scale=read.scale
    ).collect()
    if mapping.get("credit"):
        cell = next(c for c in sheet.columns if headings[c] == mapping["credit"])
        typed = ledger_amounts.less(typed, cell, scale=read.scale)
    if read.centimes:
        typed = typed.with_columns((pl.col("montant") / 100).round(0).cast(pl.Int64))
    typed, turned = dates.day_first(typed, ["date"])
    sorted_rows = ledger_rows.sort_out(typed, sheet.columns, headings, cell_of)
    kept, named = ledger_identifiers.in_names(sorted_rows.filter(pl.col("genre") == "ligne"))
    lines = _lines(kept, file, sheet.name, mapping)
    has_account = "compte" in cell_of or "chapitre" in cell_of
    lines = _left_out(ledger_perimeter.classify(lines.lazy(), has_account=has_account).collect())
    notes = [f"« {mapping['colonnes']['date']} » : mois avant le jour (03/15/2024)"] if turned else []
    notes += [f"SIRET lu dans le nom du fournisseur : {french.count(named, 'ligne')}"] if named else []
    notes = [*read.notes, *notes, *ledger_rows.told(sorted_rows)]
    account = _account(file, sheet, header, mapping, sorted_rows, lines) | {"lecture": " ; ".join(notes) or None}
    return SPEND.conform(lines.lazy()).collect(), _rejects(lines, sheet.name), account


def _by_column(
    body: pl.DataFrame, headings: dict[str, str], said: dict[str, Any], cell_of: dict[str, str], word: str
) -> tuple[pl.DataFrame, dict[str, str], dict[str, str]]:
    """One row per line and column (a year, a month) that has an amount; a line without any is kept once."""
    cells = {
        next(c for c, title in headings.items() if title == name and c != "ligne"): one for name, one in said.items()
    }
    parts = [body.with_columns(_montant=pl.col(cell), _dit=pl.lit(str(one))) for cell, one in cells.items()]
    silent = body.filter(pl.all_horizontal(pl.col(cell).is_null() for cell in cells))
    none = silent.with_columns(_montant=pl.lit(None, dtype=pl.String), _dit=pl.lit(None, dtype=pl.String))
    spread = pl.concat([*(part.filter(pl.col("_montant").is_not_null()) for part in parts), none]).sort(
        "ligne", maintain_order=True
    )
    known = {name: cell for name, cell in cell_of.items() if cell not in cells}
    return spread, known | {"montant": "_montant", word: "_dit"}, headings | {"_montant": "", "_dit": ""}


def _column(cell_of: dict[str, str], name: str) -> pl.Expr:
    return pl.col(cell_of[name]) if name in cell_of else pl.lit(None, dtype=pl.String)


def _lines(rows: pl.DataFrame, file: str, sheet: str, mapping: Mapping) -> pl.DataFrame:
    """Kept rows with their identifiers, dates, year and place read; amounts signed by the « sens » column."""
    credits = rules.toml(REFERENCE)["lignes"]["credits"]
    sense = ledger_perimeter.folded("sens").str.to_lowercase()
    # A letter says debit or credit only beside other letters: « C » may be a class of « type ».
    initials = (sense.str.len_chars() > 2) | sense.is_in(["d", "c", "av", "fa", "m", "f"]).all()
    reversed_ = (sense.is_in(credits) & initials & (pl.col("montant") > 0)).fill_null(False)
    place = pl.col("code_postal")
    lines = ledger_identifiers.identify(rows.lazy()).with_columns(
        pl.lit(file).alias("fichier"),
        pl.lit(sheet).alias("feuille"),
        pl.lit(mapping["taxe"]).alias("taxe"),
        pl.when(reversed_).then(-pl.col("montant")).otherwise("montant").alias("montant"),
        reversed_.alias("avoir_par_le_sens"),
        pl.col("fournisseur").str.replace(r"^\d{3,}\s*[-–:]\s*(\D)", "${1}").str.replace_all(r"\s+", " "),
        place.str.extract(r"(?:^|\D)(\d{5}|\d[AB]\d{3}|\d{4})(?:\D|$)", 1).str.zfill(5).alias("code_postal"),
        pl.coalesce("commune", place.str.extract(r"^[\d\s]{4,6}\s+(\D{2,})$", 1)).alias("commune"),
        pl.when(pl.col("compte").str.contains(r"^\d+[.,]0+$"))
        .then(pl.col("compte").str.extract(r"^(\d+)"))
        .otherwise("compte")
        .alias("compte"),
    )
    amounts = mapping["colonnes"]["montant"]
    periods, above = bool(mapping.get("periodes")), mapping.get("exercice")
    return ledger_times.dated(lines, sheet, amounts, periods=periods, above=above).collect()


def _left_out(lines: pl.DataFrame) -> pl.DataFrame:
    """Lines without an amount that can be counted, or without anything but an amount, are « écarté », with the reason."""
    reason = pl.col("montant_doute").replace_strict(_REASONS, default=None, return_dtype=pl.String)
    missing = pl.when(pl.col("montant").is_null()).then(reason.fill_null(pl.lit(_REASONS["absent"])))
    nameless = pl.when(pl.col("seul")).then(pl.lit("montant seul, sans fournisseur ni libellé"))
    why = pl.coalesce(missing, nameless)
    return lines.with_columns(
        pl.when(why.is_not_null()).then(pl.lit("ecarte")).otherwise("perimetre").alias("perimetre"),
        pl.coalesce(why, "perimetre_motif").alias("perimetre_motif"),
    )


def _account(
    file: str, sheet: Sheet, header: int, mapping: Mapping, rows: pl.DataFrame, lines: pl.DataFrame
) -> dict[str, object]:
    kinds = dict(rows["genre"].value_counts().rows())
    out = lines.filter(pl.col("perimetre") == "ecarte").height
    general = rows.filter((pl.col("genre") == "total") & pl.col("total_general"))
    printed = general.group_by("ligne", maintain_order=True).agg(pl.col("montant").sum())["montant"]
    return {
        "fichier": file,
        "feuille": sheet.name,
        "etat": "lue",
        "lues": rows.height,
        "ligne_entete": sheet.cells["ligne"][header],
        "gardees": lines.height - out,
        "ecartees": out,
        "totaux": kinds.get("total", 0),
        "vides": kinds.get("vide", 0),
        "entetes_repetes": kinds.get("entete", 0),
        "avoirs": lines.filter(pl.col("montant") < 0).height,
        "avoirs_par_le_sens": int(lines["avoir_par_le_sens"].sum()),
        "colonne_montant": mapping["colonnes"]["montant"],
        "taxe": mapping["taxe"],
        "montant": int(lines["montant"].sum()),
        "total_imprime": printed[-1] if printed.len() else None,
    }


def _rejects(lines: pl.DataFrame, sheet: str) -> pl.DataFrame:
    """One row per line left out, and per field read with a doubt."""
    base = [pl.col("fichier").alias("source"), pl.col("ligne").alias("position"), pl.col("fournisseur").alias("id")]
    where = pl.format("Feuille « {} », ligne {} : ", pl.lit(sheet), pl.col("ligne"))

    def rows(mask: pl.Expr, field: str, read: str, rule: pl.Expr, level: str, text: pl.Expr) -> pl.DataFrame:
        return lines.filter(mask).select(
            *base,
            pl.lit(field).alias("champ"),
            pl.col(read).alias("valeur"),
            rule.alias("regle"),
            pl.lit(level).alias("niveau"),
            (where + text).alias("message"),
        )

    doubt, out = pl.col("identifiant_doute"), pl.col("perimetre") == "ecarte"
    left, undated = (
        pl.coalesce("montant_doute", pl.lit("ligne_ecartee")),
        pl.col("date_lue").is_not_null() & pl.col("date").is_null(),
    )
    rounded, sense = (
        pl.lit("plus de deux décimales, arrondi au centime"),
        pl.lit("compté en négatif d'après la colonne du sens"),
    )
    key, shape = (
        pl.lit(f"{what}, à rapprocher par le nom") for what in ("clé de contrôle fausse", "ni SIRET ni SIREN")
    )
    parts = [
        rows(out, "montant", "montant_lu", left, "rejet", pl.col("perimetre_motif")),
        rows(
            ~out & (pl.col("montant_doute") == "arrondi"), "montant", "montant_lu", pl.lit("arrondi"), "doute", rounded
        ),
        rows(doubt == "identifiant_cle", "siret", "identifiant_lu", doubt, "doute", key),
        rows(doubt == "identifiant_format", "siret", "identifiant_lu", doubt, "doute", shape),
        rows(undated, "date", "date_lue", pl.lit("date_illisible"), "doute", pl.lit("date illisible")),
        rows(pl.col("avoir_par_le_sens"), "montant", "montant_lu", pl.lit("sens"), "info", sense),
    ]
    return REJECTS.conform(pl.concat(parts).sort("position", maintain_order=True).lazy()).collect()
