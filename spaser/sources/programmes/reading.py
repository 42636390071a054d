"""A purchase programme → PROGRAMME: one row per planned purchase, with what was refused and an account of each sheet.

Tables (XLSX, XLS, ODS, CSV) have free headings, read by ``programme_columns.toml``; the State publishes its purchasing
intentions in JSON (« APProch »). Projects of a staging site are not real: they are left, and counted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from spaser import guards, rules
from spaser.problems import Problem
from spaser.sources import archives, filled
from spaser.sources.ledgers import amounts, meaning
from spaser.sources.ledgers.cells import Sheet, read_sheets
from spaser.sources.ledgers.headings import bare
from spaser.sources.programmes import periods
from spaser.sources.siret import luhn_ok
from spaser.text import decode, fold
from spaser.vocabulary import PROGRAMME, REJECTS, UNREADABLE_CENTS

REFERENCE = "programme_columns.toml"
STAGING = r"(?i)//[^/]*(?:recette|staging|preprod|test)[^/]*/"
FILES = {
    "source": pl.String,
    "feuille": pl.String,
    "format": pl.String,
    "etat": pl.String,
    "lus": pl.Int64,
    "gardes": pl.Int64,
    "termines": pl.Int64,
    "rejetes": pl.Int64,
    "lecture": pl.String,
    "colonnes_ignorees": pl.String,
}
#: Keys of the State's purchasing intentions → words.
_STATE = {
    "label": "objet",
    "description": "description",
    "CPVPrimary": "codeCPV",
    "purchasingCategory": "categorie",
    "marketEstimatedAmount": "montant",
    "publicationTargetDate": "date_prevue",
    "marketMaxDuration": "dureeMois",
    "socialConsiderationsConcerned": "social",
    "environmentalConsiderationsConcerned": "environnement",
    "status": "statut",
    "url": "projet",
}


@dataclass(frozen=True)
class Programme:
    """``projects`` PROGRAMME, ``rejects`` REJECTS, ``files`` one row per file or sheet: lus = gardes + termines + rejetes."""

    projects: pl.DataFrame
    rejects: pl.DataFrame
    files: pl.DataFrame


def read_programme(paths: str | Path | Sequence[str | Path]) -> Programme:
    """Read purchase programmes.

    Raises
    ------
    Problem
        A file is absent, unreadable, or none of its sheets plans purchases.
    """
    parts, files = [], []
    for path in archives.named_files([paths] if isinstance(paths, str | Path) else paths):
        for frame, account in _opened(path):
            parts += [frame] if frame is not None else []
            files.append(account)
    if not parts:
        raise Problem(
            "Aucun programme d'achat dans les fichiers indiqués",
            todo="Donnez une liste d'achats prévus : objet, montant estimé, date prévue",
        )
    rows = pl.concat([_typed(part) for part in parts], how="diagonal_relaxed")
    kept = rows.filter(pl.col("refus").is_null())
    counts = rows.group_by("source", "feuille").agg(
        gardes=(pl.col("refus").is_null() & pl.col("a_venir").fill_null(True)).sum().cast(pl.Int64),
        termines=(pl.col("refus").is_null() & ~pl.col("a_venir").fill_null(True)).sum().cast(pl.Int64),
        rejetes=pl.col("refus").is_not_null().sum().cast(pl.Int64),
    )
    table = pl.DataFrame(
        files, schema={name: dtype for name, dtype in FILES.items() if name not in ("gardes", "termines", "rejetes")}
    )
    told = table.join(counts, on=["source", "feuille"], how="left", nulls_equal=True, maintain_order="left").select(
        pl.col(name).cast(dtype) for name, dtype in FILES.items()
    )
    return Programme(PROGRAMME.conform(kept.lazy()).collect(), _rejects(rows), told)


def filled_of(read: Programme) -> pl.DataFrame:
    """FILLED: how many projects of each file say what matters."""
    said = {
        "acheteur": pl.col("acheteur_siren").is_not_null(),
        "cpv": pl.col("codeCPV").is_not_null(),
        "montant": pl.col("montant").is_not_null(),
        "date": pl.col("date_prevue").is_not_null(),
        "considerations": pl.any_horizontal(pl.col("social", "environnement", "reserve").is_not_null()),
        "texte": pl.col("objet").is_not_null(),
    }
    return filled.shares(read.projects, "programme d'achat", said, "feuille")


def _opened(path: Path) -> Iterator[tuple[pl.DataFrame | None, dict[str, Any]]]:
    if not path.is_file():
        raise Problem("Programme d'achat introuvable", where=str(path), todo="Vérifiez le chemin")
    with path.open("rb") as file:
        start = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] in (b"{", b"["):
        yield _state(path)
        return
    sheets = read_sheets(path)
    read = [(sheet, _header(sheet)) for sheet in sheets]
    if not any(found for _, found in read):
        raise _not_found(path, sheets)
    for sheet, found in read:
        name = sheet.name if len(sheets) > 1 else None
        if found is None:
            yield (
                None,
                {
                    "source": path.name,
                    "feuille": name,
                    "format": path.suffix.lstrip("."),
                    "etat": "ignorée : sans en-tête reconnu",
                    "lus": sheet.cells.height,
                },
            )
        else:
            yield _table(path, sheet, name, *found)


def _header(sheet: Sheet) -> tuple[int, dict[str, str]] | None:
    """The row of headings and the cell of each word; None when nothing planned is named."""
    reference = rules.toml(REFERENCE)
    best: tuple[int, dict[str, str]] | None = None
    for rank, row in enumerate(sheet.cells.head(reference["header_rows"]).select(sheet.columns).rows()):
        found = _words(row, sheet.columns)
        if (
            "objet" in found
            and any(word in found for word in reference["one_of"])
            and (best is None or len(found) > len(best[1]))
        ):
            best = (rank, found)
    return best


def _words(row: Sequence[str | None], columns: list[str]) -> dict[str, str]:
    reference = rules.toml(REFERENCE)
    folded = [fold(bare(cell)) for cell in row]
    found: dict[str, str] = {}
    for word, aliases in reference["colonnes"].items():
        never = reference["jamais"].get(word, ())
        ranks = [
            folded.index(alias)
            for alias in aliases
            if alias in folded and columns[folded.index(alias)] not in found.values()
        ]
        ranks = [rank for rank in ranks if not any(bad in folded[rank].split() for bad in never)]
        if ranks:
            found[word] = columns[ranks[0]]
    return found


def _table(
    path: Path, sheet: Sheet, name: str | None, header: int, cells: dict[str, str]
) -> tuple[pl.DataFrame, dict[str, Any]]:
    headings = sheet.cells.row(header, named=True)
    body = sheet.cells.slice(header + 1).filter(~pl.all_horizontal(pl.col(cell).is_null() for cell in sheet.columns))
    above = [cell for row in sheet.cells.head(header).select(sheet.columns).rows() for cell in row if cell]
    title = headings[cells["montant"]] if "montant" in cells else None
    places = [
        (title, f"« {title} »"),
        *((text, f"« {text} », au-dessus du tableau") for text in above),
        (sheet.name, f"feuille « {sheet.name} »"),
    ]
    scale, where = next(((found, where) for text, where in places if (found := meaning.unit_in(text))), (1, ""))
    notes = (
        [f"montants en {'milliers' if scale == 1000 else 'millions'} d'euros ({where}) : convertis en euros"]
        if scale > 1
        else []
    )
    yearly = bool(title) and "annuel" in fold(title).split()
    frame = body.select("ligne", *(pl.col(cell).alias(word) for word, cell in cells.items())).rename(
        {"ligne": "position"}
    )
    if "montant" in cells:
        frame = amounts.read_cents(frame.lazy().rename({"montant": "montant_lu"}), "montant_lu", scale=scale).collect()
    ignored = [text for cell, text in headings.items() if cell != "ligne" and text and cell not in cells.values()]
    account: dict[str, str | int | None] = {
        "source": path.name,
        "feuille": name,
        "format": path.suffix.lstrip(".").lower(),
        "etat": "lue",
        "lus": frame.height,
        "lecture": " ; ".join(notes) or None,
        "colonnes_ignorees": ", ".join(ignored) or None,
    }
    tax = meaning.tax_in(title) or next((said for text in above if (said := meaning.tax_in(text))), None)
    return frame.with_columns(
        source=pl.lit(path.name),
        feuille=pl.lit(name, dtype=pl.String),
        taxe=pl.lit(tax, dtype=pl.String),
        annuel=pl.lit(yearly),
    ), account


def _state(path: Path) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The State's purchasing intentions: every list of projects found in the JSON."""
    content = guards.json_of(
        decode(path.read_bytes()).text,
        path.name,
        what="Ce fichier JSON de projets d'achat est abîmé",
        todo="Téléchargez-le de nouveau",
    )
    projects = [_project(one) for one in _projects(content)]
    if not projects:
        raise Problem(
            "Ce fichier JSON ne contient aucun projet d'achat",
            where=path.name,
            todo="Attendu : les intentions d'achat de l'État (label, description, marketEstimatedAmount…)",
        )
    schema = dict.fromkeys(
        (
            "position",
            *_STATE.values(),
            "acheteur_id",
            "acheteur_nom",
            "procedure",
            "departements",
            "reserve",
            "service",
        ),
        pl.String,
    )
    frame = pl.DataFrame(
        [{"position": str(rank)} | one for rank, one in enumerate(projects, 1)], schema=schema, orient="row"
    )
    euros = pl.col("montant").cast(pl.Float64, strict=False)
    frame = frame.with_columns(
        montant=pl.when((euros > 0) & (euros < UNREADABLE_CENTS / 100)).then(
            (euros * 100).round().cast(pl.Int64, strict=False)
        ),
        source=pl.lit(path.name),
        annuel=pl.lit(False),
    )
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("feuille", "taxe", "lots"))
    return frame, {
        "source": path.name,
        "feuille": None,
        "format": "json (intentions d'achat de l'État)",
        "etat": "lue",
        "lus": frame.height,
    }


def _projects(content: Any, depth: int = 4) -> Iterator[dict[str, Any]]:
    if (
        isinstance(content, dict)
        and "label" in content
        and ("marketEstimatedAmount" in content or "publicationTargetDate" in content)
    ):
        yield content
    elif depth and isinstance(content, dict):
        for value in content.values():
            yield from _projects(value, depth - 1)
    elif depth and isinstance(content, list):
        for value in content:
            yield from _projects(value, depth - 1)


def _project(one: dict[str, Any]) -> dict[str, str | None]:
    buyer = one.get("purchasingEntity")
    buyer = buyer if isinstance(buyer, dict) else {}
    procedure = one.get("procedureType")
    kinds = [_text(kind.get("label")) for kind in _tables(one.get("reservedPublicMarkets"))]
    where = [_text(place.get("department")) for place in _tables(one.get("departments"))]
    row = {word: _text(one.get(key)) for key, word in _STATE.items()}
    return row | {
        "acheteur_id": _text(buyer.get("siret") or buyer.get("siren")),
        "acheteur_nom": _text(buyer.get("label")),
        "procedure": _text(procedure.get("label")) if isinstance(procedure, dict) else None,
        "departements": ", ".join(filter(None, where)) or None,
        "reserve": " ; ".join(filter(None, kinds)) or None,
    }


def _tables(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list) or (isinstance(value, float) and math.isnan(value)):
        return None
    return str(value).strip() or None


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    """Dates, durations, lots, yes / no, identifiers; and why a row is no project."""
    absent = [
        name
        for name in (
            "projet",
            "date_prevue",
            "dureeMois",
            "lots",
            "codeCPV",
            "social",
            "environnement",
            "reserve",
            "statut",
            "acheteur_id",
            "departements",
            "montant_doute",
            "montant_lu",
        )
        if name not in rows.columns
    ]
    rows = periods.day_first(rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent))
    rows = rows if "montant" in rows.columns else rows.with_columns(montant=pl.lit(None, dtype=pl.Int64))
    digits = pl.col("acheteur_id").str.replace_all(r"\D", "")
    right = digits.str.len_chars().is_in([9, 14]) & luhn_ok(digits)
    answers = rules.toml(REFERENCE)["reponses"]
    state = pl.col("statut").str.to_lowercase().str.replace_many(["é", "è", "ô"], ["e", "e", "o"])
    over = state.str.contains("^(?:" + "|".join(answers["termine"]) + ")")
    refused = (
        pl.when(pl.col("projet").str.contains(STAGING))
        .then(pl.lit("projet d'un site de recette : n'est pas réel"))
        .when(pl.col("objet").is_null())
        .then(pl.lit("sans objet"))
        .when(pl.col("objet").str.contains(r"(?i)^\s*(?:sous[ -]?)?tota(?:l|ux)\b"))
        .then(pl.lit("ligne de total"))
    )
    return rows.with_columns(
        position=pl.col("position").cast(pl.Int64),
        refus=refused,
        a_venir=~over.fill_null(False),
        date_prevue=periods.first_day("date_prevue"),
        dureeMois=periods.months("dureeMois"),
        lots=periods.lots("lots"),
        codeCPV=pl.col("codeCPV").str.extract(r"(\d{8})"),
        social=_answer("social", answers),
        environnement=_answer("environnement", answers),
        reserve=pl.when(~pl.col("reserve").str.to_lowercase().is_in(answers["non"])).then("reserve"),
        acheteur_id=pl.when(right).then(digits),
        acheteur_siren=pl.when(right).then(digits.str.slice(0, 9)),
    )


def _answer(column: str, answers: dict[str, list[str]]) -> pl.Expr:
    said = pl.col(column).str.to_lowercase().str.strip_chars()
    return pl.when(said.is_in(answers["oui"])).then(True).when(said.is_in(answers["non"])).then(False)


def _rejects(rows: pl.DataFrame) -> pl.DataFrame:
    left = rows.filter(pl.col("refus").is_not_null()).select(
        "source",
        "position",
        id=pl.col("projet"),
        champ=pl.lit("objet"),
        valeur=pl.col("objet"),
        regle=pl.lit("programme.ecarte"),
        niveau=pl.lit("rejet"),
        message="refus",
    )
    doubt = rows.filter(
        pl.col("refus").is_null() & pl.col("montant_lu").is_not_null() & pl.col("montant").is_null()
    ).select(
        "source",
        "position",
        id=pl.col("projet"),
        champ=pl.lit("montant"),
        valeur=pl.col("montant_lu"),
        regle=pl.lit("programme.montant"),
        niveau=pl.lit("doute"),
        message=pl.format("montant {} : inconnu, jamais zéro", pl.col("montant_doute").fill_null("illisible")),
    )
    return REJECTS.conform(pl.concat([left, doubt]).lazy()).collect()


def _not_found(path: Path, sheets: list[Sheet]) -> Problem:
    seen = [
        cell for sheet in sheets for row in sheet.cells.head(3).select(sheet.columns).rows() for cell in row if cell
    ][:12]
    return Problem(
        "Aucun en-tête de programme d'achat reconnu",
        where=path.name,
        why=f"Vu : {', '.join(seen) or 'rien'}",
        todo="Il faut une colonne d'objet (« Objet », « Intitulé du marché ») et un montant estimé, une date prévue ou une durée",
    )
