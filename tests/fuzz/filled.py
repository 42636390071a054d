"""The workbooks that the kit hands out and a person fills in: their sheets damaged cell by cell, then as archives."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path

import xlsxwriter
from fuzz import mutations

from spaser.studies.acting import day, interviews

Sheets = Mapping[str, list[list[str]]]
WISHES: Sheets = {
    "souhaits": [
        [
            "Besoin n°",
            "Acheteur",
            "Objet",
            "Fournisseur",
            "SIRET",
            "Souhait de l'acheteur (1 à 3)",
            "Souhait du fournisseur (1 à 3)",
            "Présence confirmée",
            "Arrivée",
            "Départ",
            "Créneau imposé",
        ],
        *(
            [str(rank), "Ville", "Nettoyage", f"Atelier {rank}", "", "3", "2", "oui", "9 h 20", "12:00", ""]
            for rank in (1, 2, 3)
        ),
    ]
}
FOLLOW: Sheets = {
    "suivi": [
        ["Besoin n°", "Acheteur", "Fournisseur", "SIRET", "Rencontre", "A répondu", "A gagné", "Montant gagné"],
        ["1", "Ville", "Atelier", "73282932000074", "oui", "oui", "non", "12 000,50"],
    ]
}
INTERVIEWS: Sheets = {
    interviews.ANSWERS: [
        ["Rôle", "Code", "Niveau", "Répondant (fonction)"],
        ["Commande publique, acheteurs", "portage_elu", "2", "Acheteuse"],
    ],
    interviews.SAID: [
        ["Rôle", "Axe", "Type", "Constat", "Citation", "Peut être cité"],
        ["Commande publique, acheteurs", "Gouvernance", "force", "Rien n'est suivi", "On ne sait pas", "oui"],
    ],
}
GROUPS: Sheets = {
    "besoins": [["Identifiant du besoin", "Besoin", "Compétences à réunir"], ["b1", "x", "espaces_verts"]]
}


def books(model: Sheets) -> Callable[[random.Random], bytes]:
    """Workbooks made from sheets: a sheet lost or renamed, lines before the headings, cells of any kind, then the archive damaged."""

    def make(rng: random.Random) -> bytes:
        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "nan_inf_to_errors": True}) as book:
            for name, rows in model.items():
                if rng.random() < 0.05:
                    continue
                sheet = book.add_worksheet(name if rng.random() < 0.95 else f"{name} (2)")
                start = rng.choice((0, 0, 1, 8))
                for rank, row in enumerate(rows, start):
                    for column, cell in enumerate(row):
                        write(rng, sheet, rank, column, cell)
        return mutations.packed(rng, out.getvalue()) if rng.random() < 0.4 else out.getvalue()

    return make


def write(rng: random.Random, sheet: xlsxwriter.worksheet.Worksheet, rank: int, column: int, cell: str) -> None:
    """A cell as it is, or of another kind."""
    if rng.random() < 0.85:
        sheet.write_string(rank, column, cell)
        return
    value = rng.choice(
        [rng.choice(mutations.WORDS), rng.choice(mutations.NUMBERS), True, date(2026, 1, 1), time(9, 30)]
    )
    if isinstance(value, bool):
        sheet.write_boolean(rank, column, value)
    elif isinstance(value, date | time):
        sheet.write_datetime(rank, column, value)
    elif isinstance(value, str):
        sheet.write_string(rank, column, value[:30_000].encode("utf-8", "replace").decode())
    else:
        sheet.write_string(rank, column, str(value)[:400])


def read_wishes(path: Path) -> int:
    """The wishes, and the day planned from them."""
    frame = day.Frame(date(2026, 12, 3), slots=6, tables=2)
    day.plan(path, frame)
    return day.wishes(path, frame).height
