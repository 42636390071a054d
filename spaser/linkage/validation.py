"""The validation table: a CSV the user fills in a spreadsheet (accepter / refuser), read back and remembered.

Answers already given stay in the file when it is written again, even for suppliers absent from this year's ledger.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl

from spaser import settings
from spaser.vocabulary.spoken import heading

COLUMNS = (
    "cle",
    "fournisseur",
    "code_postal",
    "commune",
    "lignes",
    "montant_euros",
    "rang",
    "candidat",
    "candidat_commune",
    "siren",
    "siret",
    "score",
    "decision",
    "auteur",
    "date",
    "motif",
)
YES = ("accepter", "accepte", "accepté", "oui", "o", "x", "1", "ok", "a")
NO = ("refuser", "refuse", "refusé", "non", "n", "0", "r")
#: A candidate less alike than this is not worth a person's time.
WORTH = 0.4
_FORMULA = ("=", "+", "-", "@", "\t")


def to_validate(links: pl.LazyFrame, candidates: pl.LazyFrame) -> pl.LazyFrame:
    """The rows to show the user: the candidates of every name left ambiguous, the largest amounts first."""
    asked = links.filter(pl.col("statut") == "ambigu").select("cle", "code_postal", "commune", "lignes", "montant")
    rows = candidates.filter(pl.col("score") >= WORTH).select(
        "cle",
        "fournisseur",
        "rang",
        pl.col("nom").alias("candidat"),
        pl.col("commune").alias("candidat_commune"),
        "siren",
        "siret",
        "score",
    )
    return (
        rows.join(asked, on="cle", maintain_order="left_right")
        .sort(pl.col("montant").abs(), "cle", "rang", descending=[True, False, False], nulls_last=True)
        .with_columns((pl.col("montant") / 100).alias("montant_euros"), pl.col("score").round(3))
    )


def write_validations(rows: pl.LazyFrame, path: Path | str) -> Path:
    """Write (or complete) the validation file; the answers it already holds are kept.

    Parameters
    ----------
    rows
        What ``to_validate`` returns.
    """
    file = Path(path)
    before = _read_rows(file)[0] if file.exists() else []
    answered = {(row["cle"], row["siren"]): row for row in before if row["decision"]}
    fresh = [{name: _cell(row.get(name)) for name in COLUMNS} for row in rows.collect().to_dicts()]
    kept = list(answered.values())
    new = [row for row in fresh if (row["cle"], row["siren"]) not in answered]
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, delimiter=";", lineterminator="\r\n")
        writer.writerow({name: heading(name) for name in COLUMNS})
        writer.writerows({name: _guarded(name, row[name]) for name in COLUMNS} for row in kept + new)
    return file


def _iso(column: pl.Expr) -> pl.Expr:
    return column.str.to_date("%Y-%m-%d", strict=False)


def read_validations(path: Path | str, day: Callable[[pl.Expr], pl.Expr] = _iso) -> pl.DataFrame:
    """The answers: ``cle``, ``siren``, ``siret``, ``decision`` (accepter, refuser), ``auteur``, ``date``, ``motif``.

    ``day`` reads the dates (``sources.dates.day``); by default only as the kit writes them. A spreadsheet may have changed the separator, the encoding or dropped leading zeros: they are put right.

    Raises
    ------
    Problem
        A column is missing, an answer is not understood, or one supplier has two accepted companies.
    """
    rows: list[dict[str, str | None]] = []
    read, faults = _read_rows(Path(path))
    for row in read:
        answer = row["decision"].strip().lower()
        if not answer:
            continue
        if answer not in YES + NO:
            faults.add_line(int(row["ligne"]), f"« {settings.short(row['decision'])} » n'est ni accepter ni refuser")
            continue
        rows.append(
            {name: row[name] or None for name in ("cle", "siren", "siret", "auteur", "date", "motif")}
            | {"decision": "accepter" if answer in YES else "refuser"}
        )
    accepted = [row["cle"] for row in rows if row["decision"] == "accepter"]
    for cle, count in Counter(accepted).items():
        if count > 1:
            faults.add(("",), f"« {settings.short(cle)} » : deux entreprises acceptées")
    faults.complain(f"La table de validation {Path(path).name} demande une correction")
    schema = dict.fromkeys(("cle", "siren", "siret", "decision", "auteur", "date", "motif"), pl.String)
    return pl.DataFrame(rows, schema=schema).with_columns(day(pl.col("date")).alias("date"))


def _read_rows(file: Path) -> tuple[list[dict[str, str]], settings.Faults]:
    columns = {name: settings.Column((name,), needed=name in ("cle", "siren", "decision")) for name in COLUMNS}
    rows, faults = settings.rows(file, columns, "La table de validation", todo="Repartez du fichier écrit par le kit")
    return [
        _restored({name: value or "" for name, value in row.items() if name != "ligne"}) | {"ligne": str(row["ligne"])}
        for row in rows.to_dicts()
    ], faults


def _restored(row: dict[str, str]) -> dict[str, str]:
    """Leading zeros and the apostrophe that keeps a spreadsheet from computing."""
    plain = {name: value[1:] if value[:1] == "'" and value[1:2] in _FORMULA else value for name, value in row.items()}
    siren, siret = (plain[name].replace(" ", "").replace("\u00a0", "") for name in ("siren", "siret"))
    return plain | {"siren": siren.zfill(9) if siren else "", "siret": siret.zfill(14) if siret else ""}


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _guarded(name: str, value: str) -> str:
    """A supplier called « =1+1 » must not be computed by a spreadsheet."""
    return (
        f"'{value}"
        if value.startswith(_FORMULA) and name in ("cle", "fournisseur", "candidat", "commune", "candidat_commune")
        else value
    )
