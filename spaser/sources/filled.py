"""The filled-column account, one for every reader: « 5 lus, 0 rejeté » says nothing when buyer, CPV and text are all empty."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.vocabulary import FILLED, NOTIONS, SEEN

#: What a record of each kind cannot do without: empty in all of them, it is said.
AWAITED = {
    "contrats": ("acheteur", "titulaire", "montant", "date", "texte"),
    "avis": ("acheteur", "cpv", "date", "texte"),
    "dépenses": ("titulaire", "montant", "date"),
    "liste de fournisseurs": ("titulaire", "considerations"),
    "programme d'achat": ("montant", "date", "texte"),
    "réponses": ("considerations",),
    "pièces d'un marché": ("texte",),
}


#: The same notions as a kind of file calls them.
_CALLED = {
    "liste de fournisseurs": {"titulaire": "identifiant", "considerations": "statut", "texte": "nom"},
    "dépenses": {"titulaire": "fournisseur identifié", "texte": "libellé"},
    "programme d'achat": {"texte": "objet"},
    "réponses": {"considerations": "réponse", "texte": "motif ou source", "date": "date ou année"},
    "avis": {"texte": "description ou conditions"},
    "contrats": {"titulaire": "titulaire identifié", "texte": "objet", "considerations": "considérations renseignées"},
}


def called(notion: str, nature: str) -> str:
    """How this kind of file calls a notion: « statut » of a list, « considérations » of a contract."""
    return _CALLED.get(nature, {}).get(notion, NOTIONS[notion])


def shares(rows: pl.DataFrame, nature: str, said: dict[str, pl.Expr], sheet: str | None = None) -> pl.DataFrame:
    """FILLED: one row per source (and sheet), counted on the records kept.

    Parameters
    ----------
    rows
        The records, with ``source`` (and the column named by ``sheet``).
    said
        Notion → whether a record says it; a notion left out has no meaning for this kind.
    """
    keys = {"source": pl.col("source"), "feuille": pl.col(sheet) if sheet else pl.lit(None, dtype=pl.String)}
    counts = {notion: expression.fill_null(False).sum().cast(pl.Int64) for notion, expression in said.items()}
    table = rows.group_by(keys["source"].alias("source"), keys["feuille"].alias("feuille"), maintain_order=True).agg(
        enregistrements=pl.len().cast(pl.Int64), **counts
    )
    missing = [
        pl.when((pl.col(notion) == 0) & (pl.col("enregistrements") > 0)).then(pl.lit(called(notion, nature)))
        for notion in AWAITED[nature]
        if notion in said
    ]
    lacking = pl.concat_str(missing, separator=", ", ignore_nulls=True)
    told = table.with_columns(nature=pl.lit(nature), manque=pl.when(lacking != "").then(lacking))
    return FILLED.conform(told.lazy()).collect()


def seen(
    source: str,
    sheet: str | None,
    nature: str,
    cells: pl.DataFrame,
    titles: dict[str, str],
    words: dict[str, str],
    kept: dict[str, int],
) -> pl.DataFrame:
    """SEEN: each column of a table.

    Parameters
    ----------
    cells
        The cells under the headings, as text.
    titles
        Cell column → its heading.
    words
        Cell column → what it says; a column left out was not recognised.
    kept
        What a column says → how many records kept a value of it.
    """
    filled = cells.select(pl.col(name).is_not_null().sum().cast(pl.Int64) for name in titles) if cells.height else None
    rows = [
        {
            "source": source,
            "feuille": sheet,
            "nature": nature,
            "colonne": title,
            "sens": words.get(name),
            "lignes": cells.height,
            "remplies": filled[name][0] if filled is not None else 0,
            "gardees": kept.get(words[name]) if name in words else None,
        }
        for name, title in titles.items()
    ]
    return pl.DataFrame(rows, schema=SEEN.schema)


def warnings(filled: pl.DataFrame) -> list[str]:
    """What to say of files read with an essential left empty."""
    said = []
    for row in filled.filter(pl.col("manque").is_not_null()).to_dicts():
        sheet = (
            f", feuille « {row['feuille']} »"
            if row["feuille"] and not row["source"].startswith(f"{row['feuille']}.")
            else ""
        )
        n = row["enregistrements"]
        said.append(
            f"dans {row['source']}{sheet} : {french.number(n)} {french.plural('lu', n)}, mais aucun avec : {row['manque']}"
        )
    return said


def told(row: dict) -> str:
    """« acheteur identifié 4/5, code CPV 3/5… »: what the records of a source say."""
    total = french.number(row["enregistrements"])
    parts = [
        f"{called(notion, row['nature'])} {french.number(row[notion])}/{total}"
        for notion in NOTIONS
        if row[notion] is not None
    ]
    return ", ".join(parts)
