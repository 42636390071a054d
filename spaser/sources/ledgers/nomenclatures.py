"""A buyer's nomenclature and the families that correspond, as proposed by the kit and corrected by a person.

CSV (UTF-8 or as a spreadsheet saves it) or workbook, header within the first rows; only « code » and « famille retenue »
are obeyed, the rest is for whoever fills it in.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import rules
from spaser.problems import Problem, Problems, closest
from spaser.sources.ledgers.cells import Sheet, read_sheets
from spaser.sources.ledgers.headings import fold
from spaser.vocabulary import NOMENCLATURE

#: Headings of the file, folded; the first of each is the one written.
HEADINGS = {
    "code_achat": ("code", "code achat", "nomenclature", "compte", "famille d achat"),
    "code_libelle": ("libelle",),
    "famille_retenue": ("famille retenue",),
    "commentaire": ("commentaire", "remarque"),
}
_NEEDED = {"code_achat": "code", "famille_retenue": "famille retenue"}
_DEPTH = 20


def read_nomenclature(path: Path | str) -> pl.DataFrame:
    """NOMENCLATURE as a person left it; ``famille_retenue`` is the key of the family, null where nothing was chosen.

    Raises
    ------
    Problem
        The file is absent or empty, a column lacks, a family is unknown, a code stands twice with two families: every faulty
        line is named.
    """
    file = Path(path)
    if not file.is_file():
        raise Problem("Fichier de correspondance introuvable", where=str(file))
    if not file.stat().st_size:
        raise _empty(file)
    sheet, header, columns = _header(read_sheets(file), file)
    read = [pl.col(cell).alias(word) for word, cell in columns.items()]
    rows = sheet.cells.slice(header + 1).select("ligne", *read)
    rows = rows.filter(pl.any_horizontal(pl.col(word).is_not_null() for word in columns)).with_columns(
        code_achat=_unguarded("code_achat").str.replace(r"^(\d+)\.0+$", "${1}"), lu=_unguarded("famille_retenue")
    )
    if not rows.height:
        raise _empty(file)
    known = _spellings()
    rows = rows.with_columns(
        famille_retenue=pl.col("lu").map_batches(_folded, return_dtype=pl.String).replace_strict(known, default=None)
    )
    _complain(rows, file)
    kept = rows.filter(pl.col("code_achat").is_not_null()).sort(
        pl.col("famille_retenue").is_null(), maintain_order=True
    )
    return NOMENCLATURE.conform(
        kept.unique("code_achat", keep="first", maintain_order=True).sort("ligne").lazy()
    ).collect()


def rekeyed(nomenclature: pl.DataFrame, codes: pl.Series) -> pl.DataFrame:
    """The nomenclature with the codes of the spend file where a spreadsheet took their first zeros away."""
    bare = pl.col("code_achat").str.strip_chars_start("0")
    ours = pl.DataFrame({"code_achat": codes.drop_nulls().unique()}).join(
        nomenclature.select("code_achat"), on="code_achat", how="anti"
    )
    alone = ours.select(_nu=bare, _entier="code_achat").unique("_nu", keep="none")
    lost = ~pl.col("code_achat").is_in(codes.drop_nulls().unique().implode())
    found = nomenclature.with_columns(_nu=pl.when(lost).then(bare)).join(
        alone, on="_nu", how="left", maintain_order="left"
    )
    return found.with_columns(code_achat=pl.coalesce("_entier", "code_achat")).select(nomenclature.columns)


def _header(sheets: list[Sheet], file: Path) -> tuple[Sheet, int, dict[str, str]]:
    """The first row that names the columns needed: its sheet, its rank, and the cell of each word."""
    seen: list[str] = []
    for sheet in sheets:
        for rank, row in enumerate(sheet.cells.head(_DEPTH).select(sheet.columns).rows()):
            folded = {fold(cell): name for cell, name in reversed(list(zip(row, sheet.columns, strict=True))) if cell}
            seen += [cell for cell in row if cell]
            found = {
                word: next((folded[name] for name in names if name in folded), None) for word, names in HEADINGS.items()
            }
            if all(found[word] for word in _NEEDED):
                return sheet, rank, {word: cell for word, cell in found.items() if cell}
    raise Problem(
        "Ce fichier n'est pas une correspondance de nomenclature",
        where=file.name,
        why=f"Il faut les colonnes « code » et « famille retenue » ; vu : {', '.join(f'« {cell} »' for cell in dict.fromkeys(seen[:12])) or 'rien'}",
        todo="Donnez un nom de fichier qui n'existe pas encore : une correspondance y sera proposée",
    )


def _spellings() -> dict[str, str]:
    """Every way a family may be written, folded: its label or its key."""
    return {fold(text): family for family, label in rules.families().items() for text in (family, label)}


def _folded(texts: pl.Series) -> pl.Series:
    return pl.Series([fold(text) if text else None for text in texts], dtype=pl.String)


def _unguarded(column: str) -> pl.Expr:
    """A text without the apostrophe that keeps a spreadsheet from running it."""
    return pl.col(column).str.replace(r"^'([=+@-])", "${1}").str.strip_chars()


def _complain(rows: pl.DataFrame, file: Path) -> None:
    labels = list(rules.families().values())
    wrong = rows.filter(pl.col("lu").is_not_null() & pl.col("famille_retenue").is_null())
    items = [
        f"ligne {line} : famille inconnue « {seen} ». {closest(seen, labels)}".rstrip()
        for line, seen in wrong.select("ligne", "lu").rows()
    ]
    bare = rows.filter(pl.col("code_achat").is_null() & pl.col("lu").is_not_null())
    items += [f"ligne {line} : une famille retenue sans code" for line in bare["ligne"]]
    chosen = rows.filter(pl.col("code_achat").is_not_null() & pl.col("famille_retenue").is_not_null())
    twice = (
        chosen.group_by("code_achat", maintain_order=True)
        .agg("ligne", n=pl.col("famille_retenue").n_unique())
        .filter(pl.col("n") > 1)
    )
    for code, lines in twice.select("code_achat", "ligne").rows():
        items.append(f"lignes {', '.join(map(str, lines))} : le code « {code} » a deux familles retenues")
    if items:
        raise Problems(f"Correspondance refusée dans {file.name}", items)


def _empty(file: Path) -> Problem:
    return Problem(
        "Le fichier de correspondance est vide",
        where=file.name,
        todo="Supprimez-le, ou donnez un nom qui n'existe pas encore : une correspondance y sera proposée",
    )
