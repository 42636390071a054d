"""The accounts of a list of suppliers: what became of each line, each column, and what its suppliers say."""

from __future__ import annotations

import polars as pl

from spaser.sources import filled
from spaser.sources.registers import kinds
from spaser.sources.registers.files import Opened
from spaser.vocabulary import FILLED, SEEN

NATURE = "liste de fournisseurs"


def filled_of(opened: Opened, kept: pl.DataFrame) -> pl.DataFrame:
    """FILLED of one list: suppliers with an identifier, a name, a status; « date » is that of a status."""
    # A structure of two kinds is two statuses of one line.
    kept = kept.unique("position", keep="first", maintain_order=True)
    if not kept.height:
        return FILLED.empty()
    rows = kept.with_columns(source=pl.lit(opened.path.name), feuille=pl.lit(opened.sheet, dtype=pl.String))
    said = {
        "titulaire": pl.coalesce("siret", "siren").is_not_null(),
        "considerations": pl.col("statut").is_not_null(),
        "date": pl.coalesce("depuis", "jusqua", "au").is_not_null(),
        "texte": pl.col("nom").is_not_null(),
    }
    told = filled.shares(rows, NATURE, said, "feuille")
    # A list of descriptions (SIRENE) or an address book gives no status: nothing lacks.
    silent = "status" not in opened.spec and not any(
        word in ("statut", "drapeau") or word.startswith(kinds.PREFIX) for word in opened.words.values()
    )
    return told.with_columns(manque=pl.lit(None, dtype=pl.String)) if silent else told


def seen_of(opened: Opened, rows: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """SEEN of one list: columns that no word takes are named, without being counted."""
    said, rows = [], rows.unique("position", keep="first", maintain_order=True)
    kept = kept.unique("position", keep="first", maintain_order=True)
    for title in opened.headings:
        word = opened.words.get(title)
        said.append(
            {
                "source": opened.path.name,
                "feuille": opened.sheet,
                "nature": NATURE,
                "colonne": title,
                "sens": word,
                "lignes": rows.height,
                "remplies": rows[word].count() if word in rows.columns else None,
                "gardees": kept[word].count() if word in kept.columns else None,
            }
        )
    return pl.DataFrame(said, schema=SEEN.schema)
