"""The demo's spend file: two years of an invented town's mandats, written as ledgers write them.

Called by ``make_demo.py``. Names are spoiled (capitals, no accents, cut at 32 characters, abbreviations, no legal form),
SIRET are missing, wrong by one figure or without their first zero, and every trap of real exports is there once or more.
"""

from __future__ import annotations

import random
import unicodedata
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

TITLE = "Ville d'Aubrelle (fictive) : mandats émis. Tout est inventé, rien n'existe."
HEAD = [
    "Exercice",
    "Date mandat",
    "N° mandat",
    "Tiers",
    "N° SIRET",
    "Nature",
    "Fonction",
    "Service gestionnaire",
    "Famille d'achat",
    "Libellé",
    "Mandaté TTC",
    "CP",
    "Ville",
]
SERVICES = ["Espaces publics", "Bâtiments", "Éducation", "Moyens généraux", "Solidarités"]
ACCOUNTS = {
    "45": "2313",
    "71": "2031",
    "66": "6161",
    "34": "21828",
    "39": "21848",
    "30": "6064",
    "15": "60623",
    "72": "6156",
    "80": "6184",
}
#: Who is paid beside the suppliers: name, SIRET, account, town, label, times, euros.
OTHERS = [
    ("BANQUE FICTIVE DU VAL D'ERBE", "", "627", "CRETEIL", "frais bancaires", 8, 180),
    ("CENTRALE D'ACHATS DU VAL D'ERBE (FICTIVE)", "", "60632", "CRETEIL", "fournitures par la centrale", 14, 4200),
    ("ASSO SPORTIVE D'AUBRELLE (FICTIVE)", "", "6574", "CHOISY LE ROI", "subvention de fonctionnement", 6, 9000),
    ("CCAS D'AUBRELLE (FICTIF)", "", "657362", "CHOISY LE ROI", "subvention au CCAS", 4, 60000),
    ("PAIE DES AGENTS (FICTIVE)", "", "64111", "", "traitements du mois", 12, 310000),
    ("CAISSE DE PRETS FICTIVE", "", "66111", "PARIS", "intérêts de la dette", 8, 21000),
    ("MME LEFICTIF JEANNE", "", "6225", "CHOISY LE ROI", "honoraires d'intervention", 5, 420),
    ("M. DELINVENTION PAUL", "", "62268", "MELUN", "honoraires", 4, 650),
    ("TOURNESOL", "", "6188", "", "prestation diverse", 5, 2300),
    ("RESTAURANT LE BON FICTIF", "", "6257", "VINCENNES", "réceptions", 9, 310),
    ("SUMMER CAMPS FICTION LTD", "GB 999 9999 73", "6042", "", "séjour linguistique", 3, 8700),
    ("TOTAL INVENTE ENERGIE", "", "60622", "NANTERRE", "carburants", 10, 1900),
]


def plain(text: str) -> str:
    """Capitals without accents."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", text.replace("œ", "oe")) if not unicodedata.combining(c)
    ).upper()


def spoiled(name: str, dice: random.Random) -> str:
    """The name as a ledger writes it."""
    text = plain(name)
    bare = text.replace(" (FICTIF)", "")
    form, _, rest = bare.partition(" ")
    way = dice.randrange(6)
    if way == 0:
        return text[:32].strip()
    if way == 1:
        return f"{rest} {form}"
    if way == 2:
        return bare.replace("ASSOCIATION", "ASSO").replace("SERVICES", "SCES").replace("COMPAGNIE", "CIE")
    if way == 3:
        return rest
    return bare if way == 4 else text


def written(cents: int, dice: random.Random) -> str | float:
    """One amount in one of the writings of ledgers."""
    if dice.random() < 0.55:
        return cents / 100
    body = f"{abs(cents) // 100:,}".replace(",", dice.choice([" ", "\u00a0", "\u202f"])) + f",{abs(cents) % 100:02}"
    if cents < 0:
        return dice.choice([f"-{body}", f"({body})", f"{body}-"])
    return dice.choice([body, f"{body} €", f"{body}\u00a0€"])


def number(siret: str, dice: random.Random) -> str:
    """The SIRET as typed: missing, spaced, without its first zero, wrong by one figure, or right."""
    draw = dice.random()
    if draw < 0.3:
        return ""
    if draw < 0.5:
        return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}"
    if draw < 0.53:
        return siret[1:]
    if draw < 0.57:
        return siret[:7] + str((int(siret[7]) + 1) % 10) + siret[8:]
    return siret


def payment(dice: random.Random, firm: dict[str, str], subject: str, year: int) -> list[object]:
    """One line paid to one of the demo's suppliers."""
    account = next((code for start, code in ACCOUNTS.items() if firm["cpv"].startswith(start)), "611")
    cents = round(100 * 300 * 120 ** dice.random())
    cents = -cents // 5 if dice.random() < 0.03 else cents
    day = date(year, 1, 8) + timedelta(days=dice.randrange(350))
    place = dice.random() < 0.85
    return [
        year,
        day if dice.random() < 0.9 else "",
        dice.randrange(1000, 9999),
        spoiled(firm["nom"], dice),
        number(firm["siret"], dice),
        account,
        "020",
        dice.choice(SERVICES),
        subject,
        f"{subject.lower()}, {'avoir' if cents < 0 else 'facture'} inventée",
        cents,
        firm["code_postal"] if place else "",
        plain(firm["commune"]) if place else "",
    ]


def sheet(
    dice: random.Random, firms: list[dict[str, str]], subjects: dict[str, str], year: int, lines: int
) -> list[list[object]]:
    """Title, header, lines, subtotals, blanks, a header printed again, an illegible amount and the grand total."""
    chosen = dice.sample(firms, 44)
    body = [payment(dice, firm, subjects[firm["cpv"]], year) for firm in dice.choices(chosen, k=lines)]
    for name, siret, account, town, label, times, size in OTHERS:
        body += [
            [
                year,
                date(year, 1 + turn % 12, 15),
                dice.randrange(1000, 9999),
                name,
                siret,
                account,
                "01",
                "Moyens généraux",
                "",
                label,
                round(100 * size * (0.6 + 0.8 * dice.random())),
                "",
                town,
            ]
            for turn in range(times)
        ]
    dice.shuffle(body)
    rows: list[list[object]] = [[TITLE], [f"Exercice {year}"], [], HEAD]
    total = block = 0
    for rank, line in enumerate(body):
        cents = int(line[10])
        rows.append([*line[:10], written(cents, dice), *line[11:]])
        total, block = total + cents, block + cents
        if rank == 120:
            rows += [["", "", "", "Sous-total", "", "", "", "", "", "", block / 100], []]
            block = 0
        if rank == 200:
            rows.append(list(HEAD))
    rows.append(
        [
            year,
            "",
            9998,
            "FOURNISSEUR ILLISIBLE (FICTIF)",
            "",
            "6068",
            "020",
            "Bâtiments",
            "",
            "montant à reprendre",
            "voir pièce",
            "",
            "",
        ]
    )
    rows.append(["", "", "", "TOTAL GÉNÉRAL", "", "", "", "", "", "", total / 100])
    return rows


def write_ledger(path: Path, firms: list[dict[str, str]], subjects: dict[str, str], seed: int) -> None:
    """The workbook; the same bytes every time."""
    dice = random.Random(seed)
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"title": TITLE, "created": datetime(2026, 1, 1)})
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        for year, lines in ((2024, 220), (2025, 240)):
            page = book.add_worksheet(f"Mandats {year}")
            for rank, row in enumerate(sheet(dice, firms, subjects, year, lines)):
                for place, cell in enumerate(row):
                    if isinstance(cell, date):
                        page.write_datetime(rank, place, datetime(cell.year, cell.month, cell.day), days)
                    elif cell != "":
                        page.write(rank, place, cell) if not isinstance(cell, str) else page.write_string(
                            rank, place, cell
                        )
