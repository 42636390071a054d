"""What a file is and what it holds: its kind and how surely, each column and what it became, what its records say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french
from spaser.problems import Problem
from spaser.sources import archives, ledgers, notices, programmes
from spaser.sources.contracts.lists import NoBuyer
from spaser.sources.registers import Registers, evidence, read_registers
from spaser.sources.workbooks import empty_sheets
from spaser.studies import answered
from spaser.studies.reading import planned, unknown
from spaser.studies.reading.accounts import LISTED, PLANNED, SPENT, Looked, columns, lines, of_sheet, why
from spaser.studies.reading.contracts import Unproved, contracts
from spaser.studies.reading.heads import first_lines
from spaser.studies.reading.workbooks import workbook
from spaser.text import fold

Reader = Callable[[Path], Looked | None]
#: The kind of a file that no reader recognises.
UNKNOWN = "non reconnu"


def look(paths: Sequence[str | Path]) -> list[Looked]:
    """Each file, read by the reader that recognises it.

    Raises
    ------
    Problem
        A path names no file.
    """
    return [_one(path) for path in archives.named_files(paths)]


def _one(path: Path) -> Looked:
    if not path.is_file():
        raise Problem("Fichier introuvable", where=str(path), todo="Vérifiez le chemin")
    return first_of(path, READERS)


def first_of(path: Path, readers: dict[str, Reader]) -> Looked:
    """The account of the first reader that recognises a file, and what else it could be."""
    refused: dict[str, Problem] = {}
    for kind, reader in readers.items():
        try:
            found = reader(path)
        except Problem as problem:
            refused[kind] = problem
            continue
        if found is not None:
            also = (*_otherwise(path, refused), *_empty(path))
            return replace(found, told=(*found.told, *also), how=(*found.how, *also))
    return Looked(path.name, UNKNOWN, problem=unknown.told(path, refused))


def _otherwise(path: Path, refused: dict[str, Problem]) -> list[str]:
    """What else the file could be, when a surer reader left it for lack of proof or of a buyer."""
    left = refused.get("contrats")
    if isinstance(left, NoBuyer):
        titles = {word for row in first_lines(path) for cell in row for word in fold(cell).split()}
        own = titles & {"notification", "cpv", "duree", "procedure", "attributaire"}
        return (
            ["autre lecture possible : une liste de contrats ; s'il en est une, ajoutez une colonne « SIRET acheteur »"]
            if own
            else []
        )
    return [f"autre lecture possible : une liste de contrats ({left.why})"] if isinstance(left, Unproved) else []


def _empty(path: Path) -> list[str]:
    """The sheets that hold nothing: no reader names them."""
    names = empty_sheets(path)
    return (
        [f"{french.plural('feuille', len(names))} vide{'s' * (len(names) > 1)}, rien à y lire : {', '.join(names)}"]
        if names
        else []
    )


def _notices(path: Path) -> Looked | None:
    read = notices.read_notices(path)
    rows = read.files.to_dicts()
    said = tuple(
        f"{row['format']} : {french.count(row['trouves'], 'lu')} = {french.number(row['avis'])} avis + {french.count(row['doublons'], 'doublon', none=False)} + {french.count(row['rejetes'], 'rejeté', none=False)}"
        for row in rows
    )
    return Looked(
        path.name,
        "avis publiés",
        (*said, *_kinds(read.notices), *notices.announced(read), *why(read.rejects)),
        notices.filled_of(read),
        columns(path.name, "avis", read.notices),
    )


def _registers(path: Path) -> Looked | None:
    if path.suffix.lower() == ".toml":  # no list by itself: what others are, given with them
        named = french.listing(f"« {one.fichier} »" for one in evidence.read_declared(path))
        told = (f"dit ce qu'est {named} : à donner avec",)
        return Looked(path.name, "liste de fournisseurs", told, how=told)
    read = read_registers(path)
    rows = read.files.to_dicts()
    counted = tuple(f"{of_sheet(row)}{lines(row, LISTED)}" for row in rows if row.get("lus") is not None)
    unnumbered = read.unnumbered.collect().height
    linked = (
        f"{french.count(unnumbered, 'structure')} sans numéro utilisable, à rapprocher par le nom et le code postal"
    )
    kept = (f"{linked} (feuille de validation de « spaser fournisseurs »)",) if unnumbered else ()
    said = tuple(
        f"{of_sheet(row)}{row['libelle']}, reconnaissance {row['surete']} : {row['indices'] or 'aucun indice'}"
        + (f" ; autres lectures : {row['autres']}" if row["autres"] else "")
        for row in rows
    )
    return Looked(
        path.name,
        "liste de fournisseurs",
        (
            *said,
            *counted,
            *kept,
            *_kept(read),
            *why(read.rejects.collect()),
            *(f"{of_sheet(row)}{row['message']}" for row in rows if row["message"]),
        ),
        read.filled,
        read.seen,
        how=said,
    )


def _kept(read: Registers) -> list[str]:
    """The structures without a place, and the names that are not shown."""
    said = []
    if "non_situes" in read.files.columns and (nowhere := int(read.files["non_situes"].sum())):
        said.append(
            f"{french.count(nowhere, 'structure')} non {french.plural('située', nowhere)} (ni commune, ni code postal avec un nom de commune connu)"
        )
    places = (
        read.establishments.select(
            (pl.col("personne_physique").fill_null(False) & ~pl.col("diffusion_partielle").fill_null(False))
            .sum()
            .alias("personnes"),
            pl.col("diffusion_partielle").fill_null(False).sum().alias("partielles"),
        )
        .collect()
        .row(0, named=True)
    )
    if places["personnes"]:
        said.append(
            f"{french.count(places['personnes'], 'nom')} de personne physique non {french.plural('montré', places['personnes'])}"
        )
    if places["partielles"]:
        said.append(
            f"{french.count(places['partielles'], 'nom')} non {french.plural('montré', places['partielles'])} : SIRENE en restreint la diffusion"
        )
    return said


#: Kinds of notices as a reader calls them, and whether the word takes its plural; one that says no kind proves no launch.
_NOTICE_KINDS = {
    "concurrence": ("avis de marché", False),
    "concours": ("avis de concours", False),
    "attribution": ("résultat", True),
    "rectificatif": ("rectificatif", True),
    "annulation": ("annulation", True),
    "modification": ("modification", True),
    "preinformation": ("préinformation", True),
    None: ("de nature non dite (aucun lancement prouvé)", False),
}


def _kinds(rows: pl.DataFrame) -> tuple[str, ...]:
    """« dont 2 rectificatifs et 1 avis de marché », the most frequent kind first."""
    parts = []
    for kind, n in rows["type_avis"].value_counts(sort=True).rows():
        word, agrees = _NOTICE_KINDS.get(kind, ("d'un autre genre", False))
        parts.append(french.count(n, word) if agrees else f"{french.number(n)} {word}")
    return (f"dont {french.listing(parts)}",) if parts else ()


def _programme(path: Path) -> Looked | None:
    read = programmes.read_programme(path)
    to_come = planned.announced(path, read.projects)
    if not to_come and (signs := planned.spent(path, read.projects)):
        settled = (planned.asked(path, signs),)
        return Looked(path.name, "fichier de dépenses", settled, how=settled)
    doubt = () if to_come else (planned.otherwise(path),)
    said: list[str] = []
    for row in read.files.to_dicts():
        if row["etat"] != "lue":
            said.append(f"{of_sheet(row)}{row['etat']}")
            continue
        said.append(f"{of_sheet(row)}{lines(row, PLANNED)}")
        said += [f"{of_sheet(row)}{row['lecture']}"] if row["lecture"] else []
        said += [f"{of_sheet(row)}colonnes non lues : {row['colonnes_ignorees']}"] if row["colonnes_ignorees"] else []
    return Looked(
        path.name,
        "programme d'achat",
        (*said, *why(read.rejects), *doubt),
        programmes.filled_of(read),
        columns(path.name, "programme d'achat", read.projects),
        how=doubt,
    )


def _account(found: answered.Account | None, path: Path) -> Looked | None:
    return None if found is None else Looked(path.name, *found)


def _ledger(path: Path) -> Looked | None:
    read = ledgers.read_ledger(path)
    said = [
        f"feuille « {row['feuille']} » : {lines(row, SPENT) if row['etat'] == 'lue' else row['etat']}"
        for row in read.accounts.to_dicts()
    ]
    said += [f"feuille « {row['feuille']} » : {row['lecture']}" for row in read.accounts.to_dicts() if row["lecture"]]
    said += [_spent(row, read.lines) for row in read.accounts.to_dicts() if row["etat"] == "lue" and row["gardees"]]
    if read.accounts["gardees"].sum() == 0:
        said.append(
            "aucune ligne n'est gardée ; si les montants sont des formules, ouvrez le classeur dans un tableur, enregistrez-le et relisez-le"
        )
    return Looked(path.name, "fichier de dépenses", (*said, *why(read.rejects)), read.filled, read.seen)


def _spent(row: dict[str, Any], lines: pl.DataFrame) -> str:
    """« feuille « 2024 » : 36 000,00 € TTC en 2024 »: what an accountant checks first."""
    years = lines.filter((pl.col("feuille") == row["feuille"]) & (pl.col("perimetre") != "ecarte"))["exercice"]
    known = sorted(years.drop_nulls().unique().to_list())
    when = f" en {known[0]}" if len(known) == 1 else f" de {known[0]} à {known[-1]}" if known else ", sans date"
    tax = row["taxe"] if row["taxe"] in ("HT", "TTC") else "(HT ou TTC : non dit)"
    return f"feuille « {row['feuille']} » : {french.euros(row['montant'])} {tax}{when}"


#: The surest first: a structure of its own (notices), a list proved by its values, a contract's own fields, then looser tables.
READERS: dict[str, Reader] = {
    "classeur rempli": workbook,
    "réponses": lambda path: _account(answered.answers(path), path),
    "avis": _notices,
    "liste de fournisseurs": _registers,
    "contrats": contracts,
    "dépenses": _ledger,
    "programme d'achat": _programme,
    "pièces d'un marché": lambda path: _account(answered.documents(path), path),
}
