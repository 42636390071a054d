"""What a file is and what it holds: its kind and how surely, each column and what it became, what its records say."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables import files as handed
from spaser.problems import Problem
from spaser.sources import archives, delimited, filled, ledgers, notices, programmes, recognition
from spaser.sources.ledgers import cells
from spaser.sources.registers import read_registers
from spaser.studies import answered, diagnostic
from spaser.studies.diagnostic.emptiness import filled_of
from spaser.text import decode, separator
from spaser.vocabulary import FILLED, NOTIONS, SEEN

#: Titles and empty lines may stand above the first ones of a sheet.
_HEAD = 30
#: What became of the records of a file of contracts, in the account's words.
_ACCOUNT = {
    "lus": "enregistrement lu",
    "contrats": "marché",
    "concessions": "concession",
    "versions_titulaires": "autre version",
    "doublons": "doublon",
    "rejetes": "rejeté",
}
#: The same of a list of suppliers, and of a sheet of spending.
_LISTED = {
    "lus": "ligne lue",
    "retenus": "gardée",
    "repetes": "répétée",
    "sans_identifiant": "sans numéro",
    "invalides": "au numéro faux",
    "hors_liste": "hors sujet",
}
_SPENT = {
    "lues": "ligne lue",
    "gardees": "gardée",
    "ecartees": "écartée",
    "totaux": "de total",
    "vides": "vide",
    "entetes_repetes": "de titres répétés",
}
_PLANNED = {"lus": "ligne lue", "gardes": "à venir", "termines": "terminée", "rejetes": "écartée"}
_FIXED = ("à venir", "sans numéro", "au numéro faux", "hors sujet", "de total", "de titres répétés")
#: When no record has a date: accounts do not depend on it.
_NO_DAY = date(2100, 1, 1)


@dataclass(frozen=True)
class Looked:
    """``kind`` what the file is, ``told`` what its reader says of it, ``filled`` FILLED, ``seen`` SEEN; ``problem`` when it is nothing known."""

    name: str
    kind: str
    told: tuple[str, ...] = ()
    filled: pl.DataFrame = field(default_factory=FILLED.empty)
    seen: pl.DataFrame = field(default_factory=SEEN.empty)
    problem: str | None = None


def look(paths: Sequence[str | Path]) -> list[Looked]:
    """Each file, read by the reader that recognises it.

    Raises
    ------
    Problem
        A path names no file.
    """
    return [_one(path) for path in archives.named_files(paths)]


def first_lines(path: Path, lines: int = 4) -> list[list[str]]:
    """The headings and first lines of a table, as its cells stand; empty for what is no table in text nor a workbook."""
    with path.open("rb") as file:
        head = file.read(recognition.HEAD)
    try:
        kind = recognition.recognise(head, path.name)
        if kind == recognition.WORKBOOK:
            sheet = cells.read_sheets(path)[0]
            rows = ([cell or "" for cell in row] for row in sheet.cells.select(sheet.columns).head(_HEAD).rows())
            return list(itertools.islice(filter(any, rows), lines + 1))
        if kind != recognition.CSV:
            return []
        text = decode(head).text
        read = (row for _, row in delimited.rows(text, separator(text), path.name, whole=False))
        return list(itertools.islice(filter(any, read), lines + 1))
    except Problem:
        return []


def _one(path: Path) -> Looked:
    if not path.is_file():
        raise Problem("Fichier introuvable", where=str(path), todo="Vérifiez le chemin")
    said: list[str] = []
    for kind, reader in _READERS.items():
        try:
            found = reader(path)
        except Problem as problem:
            said.append(f"{kind} : {problem}")
            continue
        if found is not None:
            return found
    return Looked(path.name, "non reconnu", problem="\n    ".join(said))


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
        (*said, *_kinds(read.notices), *notices.announced(read.files), *_why(read.rejects)),
        notices.filled_of(read),
        _columns(path.name, "avis", read.notices),
    )


def _registers(path: Path) -> Looked | None:
    read = read_registers(path)
    rows = read.files.to_dicts()
    counted = tuple(f"{_of_sheet(row)}{_lines(row, _LISTED)}" for row in rows if row.get("lus") is not None)
    unnumbered = read.unnumbered.collect().height
    linked = (
        f"{french.count(unnumbered, 'structure')} sans numéro utilisable, à rapprocher par le nom et le code postal"
    )
    kept = (f"{linked} (feuille de validation de « spaser fournisseurs »)",) if unnumbered else ()
    said = tuple(
        f"{_of_sheet(row)}{row['libelle']}, reconnaissance {row['surete']} : {row['indices'] or 'aucun indice'}"
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
            *_why(read.rejects.collect()),
            *(f"{_of_sheet(row)}{row['message']}" for row in rows if row["message"]),
        ),
        read.filled,
        read.seen,
    )


def _of_sheet(row: dict[str, Any]) -> str:
    return f"feuille « {row['feuille']} » : " if row.get("feuille") else ""


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


#: What stands before the reason in the message of a line, and how many places are named.
_PLACE, _PLACES = r"^(?:Feuille « .*? », )?[Ll]igne \d+ : ", 3


def _why(rejects: pl.DataFrame) -> tuple[str, ...]:
    """What was refused or doubted, each reason once, with how many lines and the first of them."""
    said = pl.col("niveau").is_in(["rejet", "doute"]) | (pl.col("regle") == "statut_inconnu")
    told = rejects.filter(said & pl.col("message").is_not_null()).with_columns(
        pl.col("message").str.replace(_PLACE, "")
    )
    groups = told.group_by("message", maintain_order=True).agg(
        n=pl.struct("source", "position").n_unique(), places=pl.col("position").drop_nulls().head(_PLACES)
    )
    return tuple(
        f"{french.count(n, 'ligne', none=False)} : {message[:1].lower()}{message[1:]}"
        + (f" (n° {', '.join(str(place) for place in places)}{'…' if n > len(places) else ''})" if places else "")
        for message, n, places in groups.sort("n", descending=True, maintain_order=True).rows()
    )


def _lines(row: dict[str, Any], words: dict[str, str]) -> str:
    """« 1 504 lignes lues = 1 398 gardées + 28 répétées + 78 sans numéro »: the account of a table, its empty parts left out."""
    first, *others = words.items()
    parts = [
        f"{french.number(row[name])} {word if word in _FIXED else french.plural(word, row[name])}"
        for name, word in others
        if row.get(name)
    ]
    return f"{french.count(row[first[0]], first[1], none=False)} = {' + '.join(parts) or '0 gardée'}"


def _contracts(path: Path) -> Looked | None:
    base = _prepared(path)
    shares, rows = filled_of(base)
    counts = base.accounts.select(pl.col(*_ACCOUNT).sum()).row(0, named=True)
    parts = [
        french.count(counts[name], word, none=False)
        for name, word in _ACCOUNT.items()
        if name != "lus" and counts[name]
    ]
    told = f"{french.count(counts['lus'], _ACCOUNT['lus'])} = {' + '.join(parts) or '0 contrat'}"
    ignored = (
        base.rejects.filter(pl.col("regle") == "liste.colonne")
        .select("champ")
        .unique(maintain_order=True)
        .collect()["champ"]
        .to_list()
    )
    notes: tuple[str, ...] = (f"colonnes non lues : {', '.join(ignored)}",) if ignored else ()
    if rows.height != counts["contrats"] + counts["concessions"]:
        notes += (
            f"{french.count(rows.height, 'contrat')} : des enregistrements du même acheteur et du même numéro sont réunis",
        )
    spare = base.rejects.filter(pl.col("regle") == "liste.complete").select("champ", "valeur").collect().rows()
    notes += tuple(
        f"« {title} » lu pour {french.count(int(n), 'ligne')} où la colonne de même sens est vide" for title, n in spare
    )
    sheets = base.rejects.filter(pl.col("regle") == "liste.feuille").select("champ", "valeur").collect().rows()
    notes += tuple(f"feuille « {sheet} » non lue : {why}" for sheet, why in sheets)
    return Looked(
        path.name,
        "contrats",
        (told, *notes, *_why(base.rejects.filter(pl.col("niveau") == "rejet").collect())),
        shares,
        _columns(path.name, "contrats", rows),
    )


def _prepared(path: Path) -> diagnostic.Base:
    """The contracts; a file without any date is read all the same, as of a day that excludes none."""
    try:
        return diagnostic.prepare([path])
    except Problem as first:
        try:
            return diagnostic.prepare([path], as_of=_NO_DAY)
        except Problem:
            raise first from None


def _programme(path: Path) -> Looked | None:
    read = programmes.read_programme(path)
    columns = read.projects
    said: list[str] = []
    for row in read.files.to_dicts():
        if row["etat"] != "lue":
            said.append(f"{_of_sheet(row)}{row['etat']}")
            continue
        said.append(f"{_of_sheet(row)}{_lines(row, _PLANNED)}")
        said += [f"{_of_sheet(row)}{row['lecture']}"] if row["lecture"] else []
        said += [f"{_of_sheet(row)}colonnes non lues : {row['colonnes_ignorees']}"] if row["colonnes_ignorees"] else []
    return Looked(
        path.name,
        "programme d'achat",
        (*said, *_why(read.rejects)),
        programmes.filled_of(read),
        _columns(path.name, "programme d'achat", columns),
    )


def _account(found: answered.Account | None, path: Path) -> Looked | None:
    return None if found is None else Looked(path.name, *found)


def _ledger(path: Path) -> Looked | None:
    read = ledgers.read_ledger(path)
    said = [
        f"feuille « {row['feuille']} » : {_lines(row, _SPENT) if row['etat'] == 'lue' else row['etat']}"
        for row in read.accounts.to_dicts()
    ]
    said += [f"feuille « {row['feuille']} » : {row['lecture']}" for row in read.accounts.to_dicts() if row["lecture"]]
    said += [_spent(row, read.lines) for row in read.accounts.to_dicts() if row["etat"] == "lue" and row["gardees"]]
    if read.accounts["gardees"].sum() == 0:
        said.append(
            "aucune ligne n'est gardée ; si les montants sont des formules, ouvrez le classeur dans un tableur, enregistrez-le et relisez-le"
        )
    return Looked(path.name, "fichier de dépenses", (*said, *_why(read.rejects)), read.filled, read.seen)


def _spent(row: dict[str, Any], lines: pl.DataFrame) -> str:
    """« feuille « 2024 » : 36 000,00 € TTC en 2024 »: what an accountant checks first."""
    years = lines.filter((pl.col("feuille") == row["feuille"]) & (pl.col("perimetre") != "ecarte"))["exercice"]
    known = sorted(years.drop_nulls().unique().to_list())
    when = f" en {known[0]}" if len(known) == 1 else f" de {known[0]} à {known[-1]}" if known else ", sans date"
    tax = row["taxe"] if row["taxe"] in ("HT", "TTC") else "(HT ou TTC : non dit)"
    return f"feuille « {row['feuille']} » : {french.euros(row['montant'])} {tax}{when}"


#: The surest first: a structure of its own (notices), a list proved by its values, a contract's own fields, then looser tables.
_READERS: dict[str, Callable[[Path], Looked | None]] = {
    "réponses": lambda path: _account(answered.answers(path), path),
    "avis": _notices,
    "liste de fournisseurs": _registers,
    "contrats": _contracts,
    "dépenses": _ledger,
    "programme d'achat": _programme,
    "pièces d'un marché": lambda path: _account(answered.documents(path), path),
}


def _columns(name: str, nature: str, rows: pl.DataFrame) -> pl.DataFrame:
    """SEEN of records whose source has fields, not headings: each field of the kit and how many records fill it."""
    kept = [
        column for column in rows.columns if column not in ("source", "position", "feuille") and rows[column].count()
    ]
    return pl.DataFrame(
        [
            {
                "source": name,
                "nature": nature,
                "colonne": column,
                "sens": column,
                "lignes": rows.height,
                "remplies": rows[column].count(),
                "gardees": rows[column].count(),
            }
            for column in kept
        ],
        schema=SEEN.schema,
    )


#: The face that every study has.
study = look


def summary(found: Sequence[Looked]) -> str:
    """What the terminal says of each file: its kind, what its records say, what is missing, the columns left."""
    lines: list[str] = []
    for one in found:
        lines += ["", f"{one.name} : {one.kind}"]
        lines += [f"  {text}" for text in one.told]
        for row in one.filled.to_dicts():
            sheet = f"feuille « {row['feuille']} », " if row["feuille"] else ""
            lines.append(
                f"  {sheet}{french.number(row['enregistrements'])} {french.plural('gardé', row['enregistrements'])} : {filled.told(row)}"
            )
        lines += [f"  Attention, {text}" for text in filled.warnings(one.filled)]
        left = one.seen.filter(pl.col("sens").is_null())["colonne"].to_list()
        if left:
            lines.append(f"  Colonnes non reconnues : {', '.join(left)}")
        if one.problem:
            lines.append(f"  Aucun lecteur ne le reconnaît :\n    {one.problem}")
    return "\n".join(lines[1:])


@handed.together
def write(found: Sequence[Looked], folder: Path | str) -> list[Path]:
    """Write lecture_colonnes.csv and lecture_sources.csv."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    # Counts, not amounts nor dates: their names say so.
    sources = pl.concat([FILLED.empty(), *(one.filled for one in found)]).rename(
        {notion: f"avec_{notion}" for notion in NOTIONS}
    )
    return [
        handed.deliver(target / "lecture_sources.csv", handed.officers_csv(sources)),
        handed.deliver(
            target / "lecture_colonnes.csv",
            handed.officers_csv(pl.concat([SEEN.empty(), *(one.seen for one in found)])),
        ),
    ]
