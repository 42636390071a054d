"""What a person wrote or answered, and the documents of a tender, with the same account as any other file: seen, filled, kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from spaser import french, linkage, maturity, settings, text
from spaser.problems import Problem
from spaser.sources import delimited, filled
from spaser.sources.answers import constats, entered, facts, hours, overrides
from spaser.sources.documents import read_documents
from spaser.sources.ledgers.nomenclatures import read_nomenclature
from spaser.vocabulary import SEEN

DOCUMENTS = (".pdf", ".docx", ".odt", ".html", ".htm", ".md", ".txt")
#: The headings are looked for in so many bytes: a large ledger is not read for them.
_HEAD = 1 << 16
_ANSWERS, _PIECES = "réponses", "pièces d'un marché"


class Account(NamedTuple):
    """``kind`` what the file is, ``told`` what its reader says, ``filled`` FILLED, ``seen`` SEEN."""

    kind: str
    told: tuple[str, ...]
    filled: pl.DataFrame
    seen: pl.DataFrame


class Form(NamedTuple):
    """A table that a person fills in: its headings by meaning, those that tell it, what counts as an answer, its reader."""

    kind: str
    columns: Mapping[str, tuple[str, ...]]
    own: tuple[str, ...]
    answers: tuple[str, ...]
    read: Callable[[Path], Any]


def _spellings(columns: Mapping[str, settings.Column]) -> dict[str, tuple[str, ...]]:
    return {word: column.spellings for word, column in columns.items()}


_MAPPING = {"code": ("code",), "famille_retenue": ("famille retenue",), "famille_proposee": ("famille proposée",)} | {
    name: (name,) for name in ("libellé", "montant", "confiance", "commentaire")
}
#: The headings that tell each table are its own: no ledger, list nor contract has them together.
FORMS = (
    Form(
        "réponses aux constats",
        _spellings(constats.READ),
        ("contrat", "consideration", "decision"),
        ("decision",),
        constats.read_answers,
    ),
    Form(
        "décisions sur les faits des contrats",
        _spellings(facts.READ),
        ("contrat", "fait", "decision"),
        ("decision",),
        facts.read_facts,
    ),
    Form(
        "rapprochements de noms",
        {name: (name,) for name in linkage.validation.COLUMNS},
        ("cle", "siren", "decision"),
        ("decision",),
        linkage.read_validations,
    ),
    Form(
        "statuts corrigés à la main",
        _spellings(overrides.COLUMNS),
        ("objet_id", "champ", "valeur", "auteur", "motif"),
        ("valeur",),
        overrides.read_overrides,
    ),
    Form(
        "chiffres saisis",
        _spellings(entered.COLUMNS),
        ("indicateur", "annee", "numerateur"),
        ("numerateur",),
        entered.read,
    ),
    Form(
        "heures d'insertion",
        _spellings(hours.COLUMNS),
        ("uid", "heures_exigees", "heures_faites"),
        ("heures_exigees", "heures_faites"),
        hours.read_hours,
    ),
    Form(
        "familles choisies pour vos codes d'achat",
        _MAPPING,
        ("code", "famille_retenue", "famille_proposee"),
        ("famille_retenue",),
        read_nomenclature,
    ),
)
#: What each meaning is, in the words of the account.
_NOTIONS = {
    "date": ("date", "annee", "exercice"),
    "texte": ("motif", "source", "commentaire"),
}


def answers(path: Path) -> Account | None:
    """A table of answers or a filled questionnaire; None for any other file.

    A fault that its reader finds is told: the account is of the file as it stands.
    """
    return _questionnaire(path) if path.suffix.lower() == ".json" else _table(path)


def _table(path: Path) -> Account | None:
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return None
    with path.open("rb") as file:
        first = text.decode(file.read(_HEAD)).text
    heads = next(
        (row for _, row in delimited.rows(first, text.separator(first), path.name, whole=False) if any(row)), []
    )
    form = next((one for one in FORMS if _is(one, heads)), None)
    if form is None:
        return None
    said = text.decode(path.read_bytes()).text
    lines = [row for _, row in delimited.rows(said, text.separator(said), path.name) if any(row)]
    words = {f"c{rank}": word for rank, head in enumerate(heads) if (word := _word(form, head))}
    titles = {f"c{rank}": head for rank, head in enumerate(heads) if head}
    rows = [
        [(row[rank].strip() or None) if rank < len(row) else None for rank in range(len(heads))] for row in lines[1:]
    ]
    cells = pl.DataFrame(
        rows, schema=dict.fromkeys((f"c{rank}" for rank in range(len(heads))), pl.String), orient="row"
    )
    kept = {word: cells[name].count() for name, word in words.items()}
    named = {word: name for name, word in words.items()}
    notions = {"considerations": form.answers} | _NOTIONS
    placed = {notion: [named[word] for word in given if word in named] for notion, given in notions.items()}
    told = {notion: _any(cells_of) for notion, cells_of in placed.items() if cells_of}
    account = filled.shares(cells.with_columns(source=pl.lit(path.name)), _ANSWERS, told)
    given = f"réponses données : {french.number(account['considerations'].sum())} sur {french.count(cells.height, 'ligne', none=False)}"
    return Account(
        form.kind,
        (given, *_faults(form, path)),
        account,
        filled.seen(path.name, None, _ANSWERS, cells, titles, words, kept),
    )


def _any(names: list[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col(name).is_not_null() for name in names)


def _is(form: Form, heads: list[str]) -> bool:
    known = {_word(form, head) for head in heads}
    return all(word in known for word in form.own)


def _word(form: Form, head: str) -> str | None:
    folded = text.fold(head)
    return next((word for word, names in form.columns.items() if folded in map(text.fold, names)), None)


def _faults(form: Form, path: Path) -> tuple[str, ...]:
    """What the reader of these answers complains of; nothing when it takes them."""
    try:
        form.read(path)
    except Problem as problem:
        return (f"à corriger avant de le donner : {problem}",)
    return ()


def _questionnaire(path: Path) -> Account | None:
    try:
        said = maturity.kept(path)
    except Problem:
        return None
    grid = maturity.grid()
    asked = maturity.questions(grid).collect()["question"].to_list()
    rows = pl.DataFrame(
        {"question": asked, "niveau": [said.get(one) for one in asked], "source": path.name},
        schema_overrides={"niveau": pl.Int64},
    )
    foreign = sorted(set(said) - set(asked))
    told: tuple[str, ...] = (
        f"questions répondues : {french.number(rows['niveau'].count())} sur {french.number(rows.height)}",
    )
    if foreign:
        told += (f"réponses à des questions que la grille n'a pas : {', '.join(foreign)}",)
    account = filled.shares(rows, _ANSWERS, {"considerations": pl.col("niveau").is_not_null()})
    seen = [
        {
            "source": path.name,
            "nature": _ANSWERS,
            "colonne": one,
            "sens": "niveau",
            "lignes": 1,
            "remplies": int(level is not None),
            "gardees": int(level is not None),
        }
        for one, level in rows.select("question", "niveau").rows()
    ]
    return Account("réponses au questionnaire", told, account, pl.DataFrame(seen, schema=SEEN.schema))


def documents(path: Path) -> Account | None:
    """A document of a tender: its kind, its pages, what of it is text; None when its extension is no document's.

    Raises
    ------
    Problem
        The document cannot be read.
    """
    if path.suffix.lower() not in DOCUMENTS:
        return None
    read = read_documents([path])
    told = []
    for row in read.files.to_dicts():
        pages = f", {french.count(row['pages'], 'page')}" if row["pages"] else ""
        images = f", dont {french.number(row['pages_images'])} en image, non lues" if row["pages_images"] else ""
        told.append(
            f"{row['genre_libelle'] or 'pièce de genre inconnu'}, {row['format']}{pages}{images} ; {french.count(row['textes'], 'passage')}"
        )
        told += [row["message"]] if row["message"] else []
    rows = read.texts.rename({"document": "source"})
    account = filled.shares(rows, _PIECES, {"texte": pl.col("texte").str.strip_chars() != ""})
    columns = {"genre": "genre", "page": "page", "article": "article", "titre": "titre", "texte": "texte"}
    kept = {name: rows[name].count() for name in columns}
    seen = filled.seen(path.name, None, _PIECES, rows.select(list(columns)), columns, columns, kept)
    return Account("pièces d'un marché", tuple(told), account, seen)
