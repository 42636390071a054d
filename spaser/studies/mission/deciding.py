"""What a person decided in a mission, one owner for all: findings, links, statuses, facts corrected, the plan's owners and states.

Each type is a CSV of ``decisions/`` that opens in a spreadsheet. Decisions are merged by key (type, object, field), never
overwritten: what a decision replaces goes to ``journal.csv``, from which the last one is undone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import settings
from spaser.deliverables import files
from spaser.problems import Problem
from spaser.sources import dates
from spaser.studies.mission.locks import locked
from spaser.vocabulary import DECISIONS

KEY = ("objet_type", "objet_id", "champ")
#: Each type of decision: its file, and how one is called.
TYPES = {
    "constat": ("constats.csv", "constat"),
    "lien": ("liens.csv", "rapprochement de fournisseur"),
    "statut": ("statuts.csv", "statut de fournisseur"),
    "montant": ("montants.csv", "montant"),
    "duree": ("durees.csv", "durée"),
    "nature": ("natures.csv", "nature de contrat"),
    "date": ("dates.csv", "date"),
    "consultation": ("consultations.csv", "consultation"),
    "famille": ("familles.csv", "famille d'achat"),
    "action": ("plan.csv", "action du plan"),
}
FILES = {kind: name for kind, (name, _) in TYPES.items()}
JOURNAL = "journal.csv"
#: Written before an identifier so that no spreadsheet takes it for a number and rounds it.
MARK = "n° "
_COLUMNS = {
    "objet_id": settings.Column(("objet",), needed=True),
    "champ": settings.Column(("champ",), needed=True),
    "valeur": settings.Column(("valeur",), needed=True),
    "auteur": settings.Column(("auteur",)),
    "date": settings.Column(("date",)),
    "motif": settings.Column(("motif",)),
}
_JOURNAL = ("rang", "objet_type", "objet", "champ", "avant", "apres", "auteur", "date", "motif")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Key = tuple[str, str, str]
Row = dict[str, Any]


@dataclass(frozen=True)
class Decisions:
    """The decisions of a mission: ``folder`` is its ``decisions/`` (for the demo, a copy forgotten with the session)."""

    folder: Path

    def table(self, *types: str) -> pl.DataFrame:
        """DECISIONS of these types (of all when none is named), in the order of their keys.

        Raises
        ------
        Problems
            A file was changed by hand and cannot be read: every line is told.
        """
        rows = [row for kind in types or self._types() for row in self._read(kind).values()]
        return pl.DataFrame(rows, schema=DECISIONS.schema)

    def keep(self, rows: pl.DataFrame | Iterable[Row], taken_back: Iterable[Key] = ()) -> int:
        """Merge decisions (columns of DECISIONS); how many are new or differ from those already there, or were taken back.

        A line without a value decides nothing; an older decision never replaces a later one. Those of one type are one step to undo.
        """
        given = rows.to_dicts() if isinstance(rows, pl.DataFrame) else list(rows)
        with locked(self.folder):
            return self._merge(given, list(taken_back))

    def _merge(self, given: list[Row], gone: list[Key]) -> int:
        changed = 0
        for kind in dict.fromkeys([*(row["objet_type"] for row in given), *(key[0] for key in gone)]):
            before = self._read(kind)
            held = dict(before)
            moved = [row for row in given if row["objet_type"] == kind and _replaces(row, held.get(_key(row)))]
            for row in moved:
                held[_key(row)] = {name: row.get(name) for name in DECISIONS.columns}
            back = [key for key in gone if key[0] == kind and held.pop(key, None)]
            touched = [*(_key(row) for row in moved), *back]
            if touched:
                self._note([(key, before.get(key), held.get(key)) for key in touched])
                self._write(kind, held)
            changed += len(touched)
        return changed

    def decide(
        self,
        objet_type: str,
        objet_id: str,
        champ: str,
        valeur: str,
        *,
        auteur: str = "",
        motif: str = "",
        on: date | None = None,
    ) -> None:
        """One decision, taken now (``on``: its day)."""
        self.keep(
            [
                {
                    "objet_type": objet_type,
                    "objet_id": objet_id,
                    "champ": champ,
                    "valeur": valeur,
                    "auteur": auteur or None,
                    "date": on,
                    "motif": motif or None,
                }
            ]
        )

    def withdraw(self, objet_type: str, objet_id: str, champ: str) -> bool:
        """Take a decision back; the journal keeps it. False when there is none."""
        return bool(self.keep([], [(objet_type, objet_id, champ)]))

    def undo(self, *types: str) -> list[Key]:
        """Put back what the last decision (of these types, of any when none is named) replaced; the keys of what was undone."""
        with locked(self.folder):
            return self._undo(self._journal(), types)

    def _undo(self, lines: list[dict[str, str]], types: Sequence[str]) -> list[Key]:
        rank = next((line["rang"] for line in reversed(lines) if not types or line["objet_type"] in types), None)
        last = [line for line in lines if line["rang"] == rank]
        if not last:
            return []
        for line in reversed(last):
            held = self._read(line["objet_type"])
            key = (line["objet_type"], line["objet"], line["champ"])
            if line["avant"]:
                held[key] = dict(zip(KEY, key, strict=True)) | {
                    "valeur": line["avant"],
                    "auteur": line["auteur"] or None,
                    "date": dates.one(line["date"] or None),
                    "motif": line["motif"] or None,
                }
            else:
                held.pop(key, None)
            self._write(line["objet_type"], held)
        self._put(
            JOURNAL,
            _csv(_JOURNAL, [[line[name] for name in _JOURNAL] for line in lines if line["rang"] != rank]),
        )
        return [(line["objet_type"], line["objet"], line["champ"]) for line in last]

    def _types(self) -> list[str]:
        named = {name: kind for kind, name in FILES.items()}
        there = {path.name for path in self.folder.glob("*.csv")}
        return [kind for name, kind in named.items() if name in there]

    def _read(self, kind: str) -> dict[Key, Row]:
        """The decisions of a type by their key."""
        name = FILES.get(kind)
        if name is None:
            raise KeyError(f"unknown type of decision: {kind}")
        path = self._place(name)
        if path is None:
            return {}
        rows, faults = settings.rows(path, _COLUMNS, "Le fichier de décisions")
        for line, identifier, what in rows.select("ligne", "objet_id", "champ").rows():
            if identifier is None or what is None:
                faults.add_line(line, "l'objet ou le champ manque")
        faults.complain(f"Des décisions ne se lisent pas dans {name}")
        plain = rows.with_columns(
            objet_type=pl.lit(kind),
            objet_id=pl.col("objet_id").str.strip_prefix(MARK),
            date=dates.day(pl.col("date")),
            **{name: _unguarded(name) for name in ("champ", "valeur", "motif", "auteur")},
        ).filter(pl.col("valeur").is_not_null())
        return {_key(row): row for row in plain.select(DECISIONS.columns).to_dicts()}

    def _place(self, name: str) -> Path | None:
        path = self.folder / name
        return path if path.is_file() else None

    def _write(self, kind: str, held: dict[Key, Row]) -> None:
        header = [column.spellings[0] for column in _COLUMNS.values()]
        lines = [
            [f"{MARK}{row['objet_id']}", *(_cell(row[name]) for name in DECISIONS.columns[2:])]
            for _, row in sorted(held.items())
        ]
        self._put(FILES[kind], _csv(header, lines))

    def _note(self, moves: Sequence[tuple[Key, Row | None, Row | None]]) -> None:
        """One step of the journal: what each decision replaced."""
        lines = self._journal()
        rank = str(int(lines[-1]["rang"]) + 1 if lines else 1)
        for key, before, after in moves:
            told = after or before or {}
            old = before or {}
            lines.append(
                dict(
                    zip(
                        _JOURNAL,
                        (
                            rank,
                            *key,
                            _cell(old.get("valeur")),
                            _cell((after or {}).get("valeur")),
                            *(_cell((old or told).get(name)) for name in ("auteur", "date", "motif")),
                        ),
                        strict=True,
                    )
                )
            )
        self._put(JOURNAL, _csv(_JOURNAL, [[line[name] for name in _JOURNAL] for line in lines]))

    def _journal(self) -> list[dict[str, str]]:
        path = self._place(JOURNAL)
        if path is None:
            return []
        text = path.read_text(encoding="utf-8-sig")
        return [
            line
            for line in csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
            if (line.get("rang") or "").isdigit()
        ]

    def _put(self, name: str, content: bytes) -> None:
        """Write whole; a decision never goes to a copy beside the file that a spreadsheet holds open."""
        written = files.write_atomic(self.folder / name, content)
        if written.name != name:
            written.unlink(missing_ok=True)
            raise Problem(
                "La décision n'a pas pu être gardée",
                where=name,
                why="Le fichier est ouvert dans un autre logiciel",
                todo="Fermez-le, puis recommencez",
            )


def _replaces(row: Row, held: Row | None) -> bool:
    if not row.get("valeur"):
        return False
    if held is None:
        return True
    if held["date"] and row.get("date") and row["date"] < held["date"]:
        return False
    return any((row.get(name) or None) != held[name] for name in ("valeur", "auteur", "motif") if row.get(name))


def _key(row: Row) -> Key:
    return row["objet_type"], row["objet_id"], row["champ"]


def _cell(value: object) -> str:
    text = value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _unguarded(name: str) -> pl.Expr:
    guarded = pl.col(name).str.slice(0, 1).eq("'") & pl.col(name).str.slice(1, 1).is_in(_FORMULA)
    return pl.when(guarded).then(pl.col(name).str.slice(1)).otherwise(name)


def _csv(header: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(lines)
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")
