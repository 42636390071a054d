"""A file that no reader recognises: what was seen, what was expected, what to write, in one breath."""

from __future__ import annotations

from pathlib import Path

from spaser import french
from spaser.problems import Problem
from spaser.sources.ledgers.headings import never_spent
from spaser.sources.registers.evidence import line
from spaser.sources.workbooks import empty_sheets
from spaser.studies.answered import DOCUMENTS
from spaser.studies.reading.heads import first_lines
from spaser.text import fold

#: Headings shown, and the longest of them.
_SHOWN, _LONGEST = 12, 40
_EXPECTED = (
    "Attendu, selon ce qu'est le fichier : des dépenses (un fournisseur ou un SIRET, un montant payé), une liste de fournisseurs (un SIRET, un "
    "statut), des contrats (un acheteur, un titulaire, un objet, un montant) ou un programme d'achat (un objet, un montant estimé ou une date prévue)"
)


def told(path: Path, refused: dict[str, Problem]) -> str:
    """The refusals of all readers as one."""
    rows = first_lines(path)
    if len(rows) > 1 and any(len(list(filter(None, row))) > 1 for row in rows):
        return _table(path, max(rows, key=lambda row: len(set(filter(None, row)))))
    if not rows and (blank := empty_sheets(path)):
        return f"Toutes les feuilles de ce classeur sont vides : {', '.join(blank)}. Donnez l'export qui contient les lignes."
    pieces = refused.get("pièces d'un marché")
    if pieces and path.suffix.lower() in DOCUMENTS:
        return str(pieces)
    whats = [problem.what for problem in refused.values()]
    if not whats:
        return "Rien dans ce fichier n'est reconnu."
    common = max(whats, key=whats.count)
    if whats.count(common) > 1:
        return str(next(problem for problem in refused.values() if problem.what == common))
    nearest = refused.get("contrats") or next(iter(refused.values()))
    return f"{nearest} Ce n'est pas non plus un export d'avis, une liste de fournisseurs, un fichier de dépenses ni un programme d'achat."


def _table(path: Path, headings: list[str]) -> str:
    titles = list(dict.fromkeys(" ".join(title.split()) for title in headings if title.strip()))
    seen = [title if len(title) <= _LONGEST else f"{title[:_LONGEST].rstrip()}…" for title in titles[:_SHOWN]]
    more = f" et {french.count(len(titles) - _SHOWN, 'autre')}" if len(titles) > _SHOWN else ""
    parts = [f"Vu : {', '.join(seen)}{more}."]
    if never := never_spent(titles):
        parts.append(f"{french.capital(never)}.")
    parts.append(f"{_EXPECTED}.")
    if any({"siret", "siren"} & set(fold(title).split()) for title in titles):
        parts.append(
            "Renommez les colonnes ; ou, si c'est une liste de fournisseurs, écrivez cette ligne dans un fichier mes_listes.toml donné avec elle "
            f"(nature : carnet, ESS, ESUS, EI, ACI, ESAT…) : {line(path.name)}"
        )
    else:
        parts.append("Renommez les colonnes et relisez.")
    return " ".join(parts)
