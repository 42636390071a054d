"""What the columns of a spend file mean, judged by their values and by what stands above them, not by their headings alone.

Whose identifier it is (one number for many names, of a public body, is the buyer's), in which unit amounts are written
(k€, M€: in the heading, above it, in the sheet's name or in a column), with or without tax, and columns that are years.
Each judgement is said (``notes``), and a mapping corrected by the user is obeyed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.sources.ledgers import composed
from spaser.sources.ledgers import identifiers as ledger_identifiers
from spaser.sources.ledgers.cells import Sheet
from spaser.sources.ledgers.headings import REFERENCE, Mapping, bare
from spaser.text import fold

#: Units by the way they are written, in euros.
UNITS = {
    "euros": 1,
    "k€": 1_000,
    "M€": 1_000_000,
}
#: « 40 k€ », « de plus de 1 million d'euros » are amounts, not units: no figure stands before a unit.
_ALONE = r"(?<![\d.,])(?<![\d.,] )(?<![\d.,][\u00a0\u202f])"
_THOUSANDS = re.compile(
    rf"(?i){_ALONE}(?:\bk ?(?:€|eur(?:os?)?\b)|(?:\(|\ben )k ?e\b|\bkilo[- ]?euros?\b|\bmilliers?\b(?: d[’' ]?\s*(?:euros?|€))?)"
    r"|[x×*] ?1[ .\u00a0\u202f]?000\b|(?i:(?:\ben|\() ?1[ .\u00a0\u202f]?000 ?(?:€|euros?)?\))"
)
_MILLIONS = re.compile(
    rf"{_ALONE}(?:\bM ?(?:€|EUR(?:OS?)?\b)|(?:\(|\ben )M ?E\b|(?i:\bmeur\b|\bmillions? d[’' ]?\s*(?:euros?|€)|\ben millions?\b))"
)
_CENTIMES = re.compile(r"(?i)\ben (?:centimes?|cents|cts)\b|\((?:centimes?|cents|cts)\b|\bcentimes? d[’' ]?\s*euros?")
#: In the heading of the amounts, the bare word is enough.
_THOUSANDS_HEAD = re.compile(r"(?i)\bk ?e\b")
#: « Arrondis au millier d'euros » says how amounts are rounded, not their unit.
_ROUNDED = re.compile(r"(?i)\barrondi")
#: A currency that is not the euro.
_FOREIGN = re.compile(r"\s*(?!EUR|HT|TTC|KEU|MEU)(?:[A-Z]{3}|\$|£)\s*")
_CENTIMES_HEAD = re.compile(r"(?i)\b(?:centimes|cts)\b")
#: A note under the table: what amounts are written in.
_NOTE, _NOTES = (
    re.compile(r"(?i)montants?|chiffres?|sommes?|valeurs?|exprim|unit[ée]s?|\ben (?:k ?€|m ?€|milliers|millions)"),
    5,
)
_EUROS = re.compile(r"(?i)€|\beuros?\b|\beur\b")
_UNIT_HEADING = ("unite", "unite monetaire", "unite de compte", "unites", "devise")
_TAX = re.compile(r"(?i)\b(h\.?t\.?|t\.?t\.?c\.?|hors taxes?|toutes taxes comprises)(?![\w])")
#: A public body's SIREN starts with 1 (State) or 2 (local authorities and their establishments).
_PUBLIC = r"^[12]"
#: A SIRET that a spreadsheet turned into a number and rounded.
_SCIENTIFIC = r"^\s*\d(?:[.,]\d+)?[eE]\+?\d{2}\s*$"
PUBLIC_SHARE, PUBLIC_NAMES, OTHER_NAMES, INTERNAL_RATE = 0.9, 2, 3, 0.2
#: One number of nine figures in ten has a right key by chance: so many right ones in a column are no chance.
FEWEST_NUMBERS = 5
#: One SIRET in a hundred has its two keys by chance.
FEWEST_SIRET = 3


@dataclass(frozen=True)
class Understood:
    """A mapping as judged: what to read, what one unit is worth in euros (of all rows, or of each), whether amounts are centimes, what to tell."""

    mapping: Mapping
    scale: int | pl.Expr = 1
    centimes: bool = False
    notes: list[str] = field(default_factory=list)


#: Columns of other numbers, whatever their figures look like.
_NEVER = {
    "telephone",
    "tel",
    "portable",
    "mobile",
    "fax",
    "iban",
    "bic",
    "rib",
    "facture",
    "mandat",
    "bordereau",
    "piece",
    "commande",
    "engagement",
    "marche",
    "montant",
    "phone",
}


def understood(sheet: Sheet, header: int, mapping: Mapping, *, given: bool) -> Understood:
    """The mapping corrected by what the cells hold.

    Parameters
    ----------
    header
        Rank of the row of headings.
    given
        True when the user wrote the mapping: its columns are kept, only its silences are filled.
    """
    headings = sheet.cells.row(header, named=True)
    body = sheet.cells.slice(header + 1)
    kept, notes = (mapping, []) if given else _identifiers(sheet, headings, body, mapping)
    scale, said = _unit(sheet, header, headings, body, kept)
    centimes = scale is None
    kept, taxed = _tax(sheet, header, kept, given)
    year = None if given or {"exercice", "date"} & set(kept["colonnes"]) else _year_above(sheet, header)
    if year:
        kept, notes = kept | {"exercice": year[0]}, [*notes, f"lignes de l'exercice {year[0]} (« {year[1]} »)"]
    notes = [*notes, *_several(kept, sheet.name)]
    if kept.get("credit"):
        notes = [*notes, f"« {kept['credit']} » retiré de « {kept['colonnes']['montant']} »"]
    if kept.get("commande"):
        notes = [*notes, f"« {kept['colonnes']['montant']} » : montants commandés, et non mandatés"]
    return Understood(kept, 1 if scale is None else scale, centimes, [*notes, *said, *taxed])


def _several(mapping: Mapping, sheet: str) -> list[str]:
    """What is told of columns of years and periods: those read, and those left for an amount or an amount for them."""
    years, periods, left = mapping.get("annees", {}), mapping.get("periodes", []), mapping.get("laissees", [])
    said = [f"une ligne par année : {', '.join(years)}"] if len(years) > 1 else []
    said += [f"« {title} » : montants de l'année {year}" for title, year in years.items()] if len(years) == 1 else []
    said += [f"une ligne par période : {', '.join(periods)}"] if len(periods) > 1 else []
    said += [f"« {periods[0]} » : montants de cette période"] if len(periods) == 1 else []
    if (
        periods
        and not any(re.search(r"\d\d\s*$", title) for title in periods)
        and "exercice" not in mapping["colonnes"]
        and not re.search(r"(?:^|\D)20\d\d(?:\D|$)", sheet)
    ):
        said.append("aucune année n'est dite : lignes sans date")
    if whole := mapping.get("ecarte"):
        said.append(f"« {whole} » n'est pas compté : la dépense est celle de ces colonnes")
    if left:
        kept = mapping["colonnes"]["montant"]
        said.append(
            f"{french.plural('colonne', len(left))} d'années ou de périodes non {french.plural('lue', len(left))} ({', '.join(left)}) : la dépense comptée est « {kept} » ; "
            f"si elle est dans celles-ci, ôtez la colonne « {kept} » et relisez"
        )
    return said


def unit_in(text: str | None) -> int | None:
    """What one unit is worth in euros when the text says so: « Montant HT (k€) », « en milliers d'euros », « M€ »."""
    if not text or _ROUNDED.search(text):
        return None
    return UNITS["k€"] if _THOUSANDS.search(text) else UNITS["M€"] if _MILLIONS.search(text) else None


def tax_in(text: str | None) -> str | None:
    """HT or TTC when the text says one of them only."""
    found = {"HT" if match[0].lower().startswith("h") else "TTC" for match in _TAX.finditer(text or "")}
    return found.pop() if len(found) == 1 else None


def _identifiers(
    sheet: Sheet, headings: dict[str, Any], body: pl.DataFrame, mapping: Mapping
) -> tuple[Mapping, list[str]]:
    """The column that identifies suppliers: the first candidate that is not the buyer's nor an internal number."""
    columns, notes = dict(mapping["colonnes"]), []
    named = _cell(headings, columns.get("fournisseur"))
    for word in ("siret", "siren"):
        title = columns.get(word)
        cell = _cell(headings, title)
        verdict = _verdict(body, cell, named) if cell else "fournisseur"
        if cell and verdict == "fournisseur" and title and composed.buyers(fold(title)):
            verdict = "identifiant de l'acheteur, d'après son en-tête : fournisseurs à rapprocher par leur nom"
        if verdict != "fournisseur":
            columns.pop(word)
            notes.append(f"« {title} » : {verdict}")
    if "siret" not in columns and "siren" not in columns:
        taken = {fold(title) for title in (*columns.values(), *mapping["colonnes"].values())}
        other = _other(headings, body, named, taken)
        if other:
            columns["siret"] = other
            notes.append(f"« {other} » lu comme l'identifiant du fournisseur, d'après ses valeurs")
    known = any(word in columns for word in rules.toml(REFERENCE)["one_of"])
    return (mapping | {"colonnes": columns}, notes) if known else (mapping, [])


def _cell(headings: dict[str, Any], title: str | None) -> str | None:
    return next((cell for cell, heading in headings.items() if title and heading == title and cell != "ligne"), None)


def _numbers(body: pl.DataFrame, cell: str, named: str | None) -> pl.DataFrame:
    name = (
        pl.col(named).str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")
        if named
        else pl.lit(None, dtype=pl.String)
    )
    none = pl.lit(None, dtype=pl.String)
    rows = body.lazy().select(siret=pl.col(cell), siren=none, nic=none, nom=name).filter(pl.col("siret").is_not_null())
    return ledger_identifiers.identify(rows).collect()


def _verdict(body: pl.DataFrame, cell: str, named: str | None) -> str:
    """« fournisseur », or why this column is not the supplier's identifier."""
    found = _numbers(body, cell, named)
    valid = found.filter(pl.col("siren").is_not_null())
    sized = found["identifiant_lu"].str.contains(r"^\d{9}(\d{5})?$").sum() if found.height else 0
    if found.height >= 3 and max(valid.height, sized) < found.height * INTERNAL_RATE:
        cut = body[cell].str.contains(_SCIENTIFIC).sum() or 0
        if cut >= found.height * PUBLIC_SHARE:
            return "numéros abîmés par le tableur (« 8,00E+13 ») : mettez la colonne au format texte dans le fichier d'origine et exportez de nouveau"
        return "numéro interne du fournisseur, ni SIRET ni SIREN"
    both = valid.filter(pl.col("nom").is_not_null())
    ids, names = both["siren"].n_unique(), both["nom"].n_unique()
    public = both.filter(pl.col("siren").str.contains(_PUBLIC)).height / both.height if both.height else 0.0
    # Each number has several names: one buyer, or each member of a group with its own.
    each = min(both.group_by("siren").agg(pl.col("nom").n_unique())["nom"].to_list(), default=0)
    whose = (
        names >= PUBLIC_NAMES * ids or each >= PUBLIC_NAMES
        if public and public >= PUBLIC_SHARE
        else found["identifiant_lu"].n_unique() == 1 and names >= OTHER_NAMES
    )
    if both.height >= 2 and whose:
        shown = ", ".join(both["siren"].unique(maintain_order=True)[:3])
        whom = "un seul numéro" if ids == 1 else f"{ids} numéros, chacun"
        return (
            f"identifiant de l'acheteur ({shown}), {whom} pour plusieurs noms : fournisseurs à rapprocher par leur nom"
        )
    return "fournisseur"


def _other(headings: dict[str, Any], body: pl.DataFrame, named: str | None, taken: set[str]) -> str | None:
    """The column left whose values are supplier identifiers: one whose heading says so first, else any with enough of them."""
    reference = rules.toml(REFERENCE)
    wanted = {*reference["colonnes"]["siret"], *reference["colonnes"]["siren"], *reference["numeros"]}
    free = {
        cell: str(title)
        for cell, title in headings.items()
        if cell not in ("ligne", named)
        and title
        and fold(title) not in taken
        and not _NEVER & set(fold(title).split())
        and not composed.buyers(fold(title))
    }
    for cell in sorted(free, key=lambda cell: fold(bare(free[cell])) not in wanted):
        found = _numbers(body, cell, named)
        long = found.height and found["siret"].count() == found.height
        fewest = 1 if fold(bare(free[cell])) in wanted else FEWEST_SIRET if long else FEWEST_NUMBERS
        right = found["siren"].drop_nulls().n_unique() >= fewest and found["siren"].count() >= max(
            1, found.height * PUBLIC_SHARE
        )
        if right and _verdict(body, cell, named) == "fournisseur":
            return free[cell]
    return None


def _unit(
    sheet: Sheet, header: int, headings: dict[str, Any], body: pl.DataFrame, mapping: Mapping
) -> tuple[int | pl.Expr | None, list[str]]:
    """The unit of the amounts (None: centimes) and where it is written; the mapping's own wins."""
    if mapping.get("unite"):
        return UNITS[mapping["unite"]], [f"montants en {mapping['unite']}, d'après la correspondance"] if mapping[
            "unite"
        ] != "euros" else []
    title = mapping["colonnes"]["montant"]
    column = next((cell for cell, text in headings.items() if cell != "ligne" and fold(text) in _UNIT_HEADING), None)
    written = [(f"« {title} »", title)]
    if column is not None:
        values = body[column].drop_nulls().unique().to_list()
        written += [(f"colonne « {headings[column]} »", values[0])] if len(values) == 1 else []
        worth = {value: unit_in(value) or 1 for value in values}
        if len(set(worth.values())) > 1:
            each = pl.col(column).replace_strict(worth, default=1, return_dtype=pl.Int64)
            return each, [
                f"unité de chaque ligne lue dans la colonne « {headings[column]} » : montants convertis en euros"
            ]
    written += [(f"« {text} », au-dessus du tableau", text) for text in _above(sheet, header)]
    written += [(f"« {text} », sous le tableau", text) for text in _below(body)]
    written += [(f"feuille « {sheet.name} »", sheet.name)]
    if _EUROS.search(title) and not unit_in(title) and not _CENTIMES.search(title):
        # The heading of the amounts is nearer to them than what stands around.
        other = next((where for where, text in written[1:] if unit_in(text) or _CENTIMES.search(text or "")), None)
        return 1, [f"montants en euros (« {title} »), autre unité lue ailleurs ({other}) : à vérifier"] if other else []
    values = body[column].drop_nulls().unique(maintain_order=True) if column is not None else []
    if column is not None and (foreign := [one for one in values if _FOREIGN.fullmatch(one)]):
        told = ", ".join(foreign[:3])
        return 1, [
            f"« {headings[column]} » : montants en {told} comptés comme des euros, à convertir dans votre fichier"
        ]
    rounded = [text for _, text in written if text and _ROUNDED.search(text)]
    for where, text in written:
        if scale := unit_in(text) or (UNITS["k€"] if text == title and _THOUSANDS_HEAD.search(title) else None):
            name = "milliers d'euros" if scale == UNITS["k€"] else "millions d'euros"
            return scale, [f"montants en {name} ({where}) : convertis en euros"]
        if _CENTIMES.search(text or "") or (text == title and _CENTIMES_HEAD.search(title)):
            return None, [f"montants en centimes ({where}) : convertis en euros"]
    return 1, [f"« {rounded[0]} » : montants lus en euros, à vérifier"] if rounded else []


def _tax(sheet: Sheet, header: int, mapping: Mapping, given: bool) -> tuple[Mapping, list[str]]:
    """HT or TTC told above the table or by the sheet when the heading does not say."""
    if given or mapping["taxe"] != "inconnue":
        return mapping, []
    for text in (mapping["colonnes"]["montant"], *_above(sheet, header), sheet.name):
        if found := tax_in(text):
            return mapping | {"taxe": found}, [f"montants {found} (« {text} »)"]
    return mapping, []


def _above(sheet: Sheet, header: int) -> list[str]:
    return [cell for row in sheet.cells.head(header).select(sheet.columns).rows() for cell in row if cell]


_YEAR_ABOVE = re.compile(
    r"(?i)\b(?:exercices?|ann[ée]es?|d[ée]penses?|achats?|mandats?|paiements?|factures?|fournisseurs?)\b\D{0,40}\b(20\d\d)\b"
)


def _year_above(sheet: Sheet, header: int) -> tuple[int, str] | None:
    """The one year that what stands above the table says it is of, and where."""
    found = [(int(said[1]), text) for text in _above(sheet, header) for said in _YEAR_ABOVE.finditer(text)]
    return found[0] if len({year for year, _ in found}) == 1 else None


def _below(body: pl.DataFrame) -> list[str]:
    """The notes that close a sheet: a cell alone on its line, that speaks of amounts."""
    cells = [cell for cell in body.columns if cell != "ligne"]
    rows = ([cell for cell in row if cell] for row in body.tail(_NOTES).select(cells).rows())
    return [row[0] for row in rows if len(row) == 1 and _NOTE.search(row[0])]
