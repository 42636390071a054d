"""The sections of a report on tender documents: what was read, what was found, and each finding in its sentence."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables.report import (
    Callout,
    Column,
    KeyFigure,
    KeyFigures,
    Quote,
    Quotes,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.vocabulary import REJECTS

#: Characters shown on each side of the words found; findings nearer than twice that share an excerpt.
_AROUND = 170
_MOST_QUOTES = 400


@cache
def words() -> dict[str, dict[str, str]]:
    """How codes, carriers, reservations and levels are said."""
    path = resources.files("spaser.reference") / "considerations.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def sections(
    files: pl.DataFrame, texts: pl.DataFrame, passages: pl.DataFrame, counted: float
) -> tuple[Section | None, ...]:
    """Every section, in order."""
    kept = passages.filter(pl.col("confiance") >= counted)
    return (_essentials(files, kept), _reading(files), *_by_document(files, texts, kept))


def said(row: dict[str, Any]) -> str:
    """One finding in words: dimension, sub-type, carrier, number, article cited, confidence."""
    names = words()
    parts = [f"{names[row['dimension']]['label']} : {names[row['dimension']].get(row['code'], row['code'])}"]
    if row["reserve"] not in (None, "none"):
        parts.append(names["reserve"].get(row["reserve"], row["reserve"]))
    else:
        parts.append(
            names["porteur"].get(row["porteur"], row["porteur"])
            if row["niveau"] == 2
            else names["niveau"][str(row["niveau"])]
        )
    if row["nombre"] is not None and row["niveau"]:
        parts.append(f"{french.value(row['nombre'], 'valeur')} {row['nombre_unite'] or ''}".strip())
    if row["article_cite"]:
        parts.append(row["article_cite"])
    return french.typeset(", ".join(parts) + f", confiance {french.share(row['confiance'], 0)}")


def quoted(row: dict[str, Any]) -> str:
    """A condensed finding: its words, what they say, how many more passages say the same there."""
    more = f" ; {french.count(row['n'] - 1, 'autre')} au même endroit" if row["n"] > 1 else ""
    return french.typeset(f"« {' '.join(row['citation'].split())} » : {said(row)}{more}")


def condensed(passages: pl.DataFrame) -> list[dict[str, Any]]:
    """One row per place, objective and carrier: the surest quote, and `n` passages."""
    same = ["ou", "dimension", "code", "porteur", "reserve", "niveau"]
    best = passages.with_columns(n=pl.len().over(same)).sort("confiance", descending=True, maintain_order=True)
    kept = best.unique(same, keep="first", maintain_order=True).select("texte_id", "debut", "regle", "n")
    return passages.join(kept, on=["texte_id", "debut", "regle"], how="inner", maintain_order="left").to_dicts()


def annexes(
    files: pl.DataFrame, passages: pl.DataFrame, rejects: pl.DataFrame, again: pl.DataFrame
) -> tuple[TableBlock, ...]:
    """The sheets of the workbook: what to read again first, every finding, the files, the refusals."""
    return (
        table("a_relire", "À relire d'abord", _named(again).with_row_index("rang", offset=1), _AGAIN),
        table("constats", "Tous les passages trouvés", _named(passages), _FINDINGS),
        table("fichiers", "Les fichiers lus", files, _FILES),
        table("rejets", "Fichiers refusés ou lus en partie", rejects, REJECTS.columns),
    )


def _named(passages: pl.DataFrame) -> pl.DataFrame:
    """Findings with their codes said in words."""
    names = words()
    dimension = pl.col("dimension")
    labels = (
        pl.when(dimension == "env")
        .then(pl.col("code").replace(names["env"]))
        .otherwise(pl.col("code").replace(names["soc"]))
    )
    return passages.with_columns(
        sous_type=labels,
        dimension=dimension.replace({key: names[key]["label"] for key in ("env", "soc")}),
        niveau=pl.col("niveau").cast(pl.String).replace(names["niveau"]),
        porteur=pl.col("porteur").replace(names["porteur"]),
        reserve=pl.col("reserve").replace(names["reserve"]),
        citation=pl.col("citation").str.replace_all(r"\s+", " "),
    )


_FINDINGS = (
    Column("document", "Document"),
    Column("genre", "Type"),
    Column("page", "Page", "entier"),
    Column("article", "Article"),
    Column("titre", "Titre de l'article"),
    Column("citation", "Mots cités"),
    Column("dimension", "Dimension"),
    Column("sous_type", "Sous-type"),
    Column("code", "Code eForms"),
    Column("niveau", "Niveau"),
    Column("porteur", "Porteur"),
    Column("reserve", "Réservation"),
    Column("nombre", "Nombre lu", "valeur"),
    Column("nombre_unite", "Unité"),
    Column("article_cite", "Article cité"),
    Column("confiance", "Confiance", "part"),
    Column("regle", "Règle"),
)
#: The passages worth reading again, and why, the most useful first.
_AGAIN = (
    Column("rang", "Ordre", "entier"),
    Column("document", "Document"),
    Column("page", "Page", "entier"),
    Column("article", "Article"),
    Column("citation", "Mots cités"),
    Column("dimension", "Dimension"),
    Column("sous_type", "Sous-type"),
    Column("niveau", "Niveau"),
    Column("porteur", "Porteur"),
    Column("confiance", "Confiance", "part"),
    Column("relecture", "Pourquoi relire"),
)
_FILES = (
    Column("document", "Document"),
    Column("genre", "Type"),
    Column("genre_libelle", "Type reconnu"),
    Column("format", "Format"),
    Column("statut", "Lecture"),
    Column("pages", "Pages", "entier"),
    Column("pages_images", "Pages en image", "entier"),
    Column("textes", "Passages", "entier"),
    Column("message", "Remarque"),
)


def _essentials(files: pl.DataFrame, kept: pl.DataFrame) -> Section:
    explicit = kept.filter(pl.col("niveau") == 2)
    read = files.filter(pl.col("statut") != "refuse")
    count = {
        "Clauses sociales": (
            explicit.filter((pl.col("dimension") == "soc") & (pl.col("porteur") == "clause")),
            "clause",
        ),
        "Clauses environnementales": (
            explicit.filter((pl.col("dimension") == "env") & (pl.col("porteur") == "clause")),
            "clause",
        ),
        "Critères": (explicit.filter(pl.col("porteur") == "critere"), "critère"),
        "Réservations": (explicit.filter(pl.col("porteur") == "reservation"), "réservé"),
    }
    cards = [KeyFigure("Documents lus", read.height, "entier", f"sur {french.number(files.height)}")]
    cards += [
        KeyFigure(name, rows.height, "entier", _in_documents(rows), kind=kind) for name, (rows, kind) in count.items()
    ]
    blocks: list = [KeyFigures(tuple(cards))]
    if not explicit.height:
        blocks.append(Sentence("Aucune considération explicite n'a été trouvée dans ces pièces."))
    blocks.append(Callout("Comment lire ces constats", _HOW))
    if explicit.height:
        blocks.append(_types(explicit))
    return Section("essentiel", "L'essentiel", "Que disent les pièces ?", tuple(blocks))


def _in_documents(rows: pl.DataFrame) -> str:
    return french.typeset(f"dans {french.count(rows['document'].n_unique(), 'document')}") if rows.height else ""


def _types(explicit: pl.DataFrame) -> TableBlock:
    names = words()
    counts = explicit.group_by("dimension", "code", "porteur").agg(
        n=pl.len(), ou=pl.col("ou").unique(maintain_order=True).head(4).str.join(" ; "), tous=pl.col("ou").n_unique()
    )
    rows = counts.sort("n", "dimension", "code", "porteur", descending=[True, False, False, False]).to_dicts()
    shown = [
        {
            "quoi": french.capital(names[row["dimension"]].get(row["code"], row["code"])),
            "dimension": names[row["dimension"]]["label"],
            "porteur": names["porteur"][row["porteur"]],
            "n": row["n"],
            "ou": row["ou"] + (" …" if row["tous"] > 4 else ""),
        }
        for row in rows
    ]
    columns = (
        Column("quoi", "Objectif"),
        Column("dimension", "Dimension"),
        Column("porteur", "Porté par"),
        Column("n", "Passages", "entier", True),
        Column("ou", "Où"),
    )
    return table("tab-objectifs", "Les considérations explicites, par objectif", pl.DataFrame(shown), columns)


def _reading(files: pl.DataFrame) -> Section:
    refused = files.filter(pl.col("statut") == "refuse").height
    part = files.filter(pl.col("statut") == "partiel").height
    whole = files.height - refused - part
    text = f"{french.count(files.height, 'fichier')} : {whole} lus en entier, {part} en partie, {refused} non lus"
    shown = files.with_columns(statut=pl.col("statut").replace({"refuse": "non lu", "partiel": "en partie"}))
    columns = tuple(column for column in _FILES if column.name != "genre_libelle")
    return Section(
        "lecture",
        "Les fichiers",
        "Qu'a-t-on lu, qu'a-t-on refusé ?",
        (Sentence(french.sentence(text)), table("tab-fichiers", "Les fichiers", shown, columns)),
    )


def _by_document(files: pl.DataFrame, texts: pl.DataFrame, kept: pl.DataFrame) -> list[Section]:
    """One section per document with findings: explicit and denied passages in their sentences."""
    shown = kept.filter(pl.col("niveau") != 1).join(
        texts.select("texte_id", "texte"), on="texte_id", how="left", maintain_order="left"
    )
    kinds = files.filter(pl.col("statut") != "refuse")["genre"].to_list()
    found: list[Section] = []
    for rank, row in enumerate(files.filter(pl.col("statut") != "refuse").to_dicts(), 1):
        mine = shown.filter(pl.col("document") == row["document"]).to_dicts()
        if not mine:
            continue
        quotes = [
            quote for _, group in groupby(mine, key=lambda one: one["texte_id"]) for quote in _quotes(list(group))
        ]
        more = f"Les {_MOST_QUOTES} premiers ; tous sont dans le classeur." if len(quotes) > _MOST_QUOTES else ""
        alone = kinds.count(row["genre"]) == 1
        title = (
            row["genre_libelle"]
            if alone and row["genre"]
            else f"{row['genre']} : {row['document']}"
            if row["genre"]
            else row["document"]
        )
        caption = f"{french.capital(french.count(len(mine), 'passage'))} en {french.count(len(quotes), 'extrait')}"
        block = Quotes(f"citations-{rank}", french.typeset(caption), tuple(quotes[:_MOST_QUOTES]), french.typeset(more))
        found.append(Section(f"document-{rank}", french.typeset(title), row["document"], (block,)))
    return found


def _quotes(rows: list[dict[str, Any]]) -> list[Quote]:
    """The excerpts of one text: findings near one another share theirs."""
    rows.sort(key=lambda row: (row["debut"], -row["fin"]))
    groups: list[list[dict[str, Any]]] = []
    for row in rows:
        if groups and row["debut"] - groups[-1][-1]["fin"] < 2 * _AROUND:
            groups[-1].append(row)
        else:
            groups.append([row])
    return [_quote(group) for group in groups]


def _quote(rows: list[dict[str, Any]]) -> Quote:
    text = rows[0]["texte"]
    start = _boundary(text, rows[0]["debut"] - _AROUND, -1)
    end = _boundary(text, max(row["fin"] for row in rows) + _AROUND, 1)
    parts: list[tuple[str, str | None]] = [("…", None)] if start else []
    position = start
    for row in rows:
        if row["debut"] < position:
            continue
        parts.append((text[position : row["debut"]], None))
        parts.append((text[row["debut"] : row["fin"]], "niee" if row["niveau"] == 0 else row["dimension"]))
        position = row["fin"]
    parts.append((text[position:end] + ("…" if end < len(text) else ""), None))
    title = f" – {rows[0]['titre']}" if rows[0]["titre"] else ""
    tags = condensed(pl.DataFrame(rows, infer_schema_length=None))
    return Quote(
        french.typeset(f"{rows[0]['ou']}{title}"), tuple(part for part in parts if part[0]), tuple(map(quoted, tags))
    )


def _boundary(text: str, position: int, step: int) -> int:
    """The nearest end of a word outwards, within the text."""
    position = max(0, min(len(text), position))
    while 0 < position < len(text) and not text[position - 1 if step > 0 else position].isspace():
        position += step
    return position


_HOW = french.typeset(
    "Chaque constat cite les mots trouvés et l'endroit où ils sont. La confiance dit combien de constats de ce type sont justes. "
    "Un passage barré est une considération que le texte nie. Ce qui n'est pas trouvé n'est pas forcément absent : relisez la pièce."
)
