"""An invented spend file with every trap of real ones, and its exact truth. No supplier here exists."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from pathlib import Path

NBSP, THIN = "\u00a0", "\u202f"
HEADINGS = [
    "Exercice",
    "N° Tiers",
    "Raison sociale",
    "N° SIRET",
    "Nature",
    "Fonction",
    "Service gestionnaire",
    "Mandaté TTC",
    "Libellé",
    "CP",
    "Ville",
]
ACCOUNTS = [
    ("60632", "achat"),
    ("611", "achat"),
    ("6135", "achat"),
    ("2031", "achat"),
    ("2313", "achat"),
    ("616", "banque_assurance"),
    ("6574", "subvention"),
    ("20421", "subvention"),
    ("6531", "hors_perimetre"),
    ("66111", "hors_perimetre"),
    ("673", "hors_perimetre"),
]


@dataclass
class Truth:
    """What the file holds: cents by perimeter, and how many rows of each kind."""

    cents: dict[str, int] = field(default_factory=dict)
    lines: int = 0
    totals: int = 0
    blanks: int = 0
    headers: int = 0
    left_out: int = 0
    credit_notes: int = 0

    @property
    def total(self) -> int:
        return sum(self.cents.values())


def write_amount(cents: int, rng: random.Random) -> str | float:
    """The same amount in one of the writings French ledgers use."""
    sign, whole, rest = cents < 0, abs(cents) // 100, abs(cents) % 100
    space = rng.choice([" ", NBSP, THIN, ""])
    text = f"{whole:,}".replace(",", space) + f",{rest:02}"
    if not sign and cents % 10_000 == 0 and rng.random() < 0.5:
        return f"{cents // 100_000},{cents // 10_000 % 10} k€"
    text += rng.choice(["", " €", f"{NBSP}€", "€"])
    if sign:
        body = text.replace("€", "").strip(f" {NBSP}")
        return rng.choice([f"-{text}", f"- {text}", f"({body})", f"{body}-", f"\u2212{text}"])
    return rng.choice([text, cents / 100])


def siret(rank: int) -> str:
    """An invented SIRET with a right key, in a range no register uses."""
    for key in range(10):
        siren = f"9{rank:07}{key}"
        if luhn(siren):
            break
    return next(f"{siren}0001{key}" for key in range(10) if luhn(f"{siren}0001{key}"))


def luhn(digits: str) -> bool:
    return (
        sum(int(d) if rank % 2 == 0 else sum(divmod(2 * int(d), 10)) for rank, d in enumerate(reversed(digits))) % 10
        == 0
    )


def make_rows(count: int, seed: int = 7, *, suppliers: int = 400) -> tuple[list[list[object]], Truth]:
    """Rows of one sheet, title and header included, and the truth about them."""
    rng, truth = random.Random(seed), Truth()
    rows: list[list[object]] = [["Commune inventée de Sainte-Fiction"], ["Mandats de l'exercice"], [], HEADINGS]
    truth_sum = block = 0
    for _ in range(count):
        number = rng.randrange(suppliers)
        cents = rng.randrange(100, 5_000_000) if rng.random() > 0.1 else rng.randrange(1, 900) * 10_000
        cents = -cents if rng.random() < 0.05 else cents
        account, scope = rng.choice(ACCOUNTS)
        given = siret(number) if rng.random() < 0.6 else ""
        name = f"ENTREPRISE INVENTEE {number}" if number else "TOTAL"
        if rng.random() < 0.003:
            rows.append(
                [
                    "2025",
                    "",
                    name,
                    given,
                    account,
                    "",
                    "DST",
                    rng.choice(["à voir", "1,2,3", "#REF!"]),
                    "illisible",
                    "",
                    "",
                ]
            )
            truth.left_out += 1
            continue
        spaced = f"{given[:3]} {given[3:6]} {given[6:9]} {given[9:]}" if given and rng.random() < 0.5 else given
        rows.append(
            [
                "2025",
                f"{number:06}",
                name,
                spaced,
                account,
                "020",
                "DST",
                write_amount(cents, rng),
                "fourniture inventée",
                "01999",
                "STE FICTION",
            ]
        )
        truth.cents[scope] = truth.cents.get(scope, 0) + cents
        truth.lines += 1
        truth.credit_notes += cents < 0
        truth_sum, block = truth_sum + cents, block + cents
        if rng.random() < 0.01:
            rows.append([])
            truth.blanks += 1
        if rng.random() < 0.005:
            rows.append(["", "", "Sous-total", "", "", "", "", euros(block), "", "", ""])
            truth.totals, block = truth.totals + 1, 0
        if rng.random() < 0.002:
            rows.append(list(HEADINGS))
            truth.headers += 1
    rows.append(["", "", "TOTAL GÉNÉRAL", "", "", "", "", euros(truth_sum), "", "", ""])
    truth.totals += 1
    return rows, truth


def euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02}"


def write_csv(path: Path, rows: list[list[object]], *, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=";").writerows(
            [[str(c).replace(".", ",") if isinstance(c, float) else c for c in row] for row in rows]
        )
    return path


def write_xlsx(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for rank, row in enumerate(rows):
                sheet.write_row(rank, 0, ["" if cell is None else cell for cell in row])
    return path


def write_ods(path: Path, rows: list[list[object]]) -> Path:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book, sheet = OpenDocumentSpreadsheet(), Table(name="Feuille1")
    for row in rows:
        line = TableRow()
        for cell in row or [""]:
            typed = {"valuetype": "float", "value": repr(cell)} if isinstance(cell, float) else {"valuetype": "string"}
            box = TableCell(**typed)
            box.addElement(P(text=str(cell)))
            line.addElement(box)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(path))
    return path
