"""Where the header of a spend file is, and which column says what, in the words buyers use (``ledger_columns.toml``)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spaser import french, rules, settings
from spaser.problems import Problem, closest
from spaser.sources.ledgers import composed
from spaser.sources.ledgers.cells import Sheet
from spaser.sources.ledgers.composed import LITTLE
from spaser.text import fold

REFERENCE = "ledger_columns.toml"
Mapping = dict[str, Any]


#: What a heading adds to the word that matters: its unit, its currency, whether the column must be filled.
_ASIDE = re.compile(
    r"(?i)\((?:j[^()]*a|[^()]*€[^()]*|eur|euros?|en euros?|(?:en )?(?:centimes?|cents|cts)(?: d[’' ]?euros?)?|k ?eur(?:os?)?|m ?eur|k ?e|optionnell?e?s?|facultati[fv]e?s?|obligatoires?|si connue?|h\.?t\.?|t\.?t\.?c\.?)\)"
    r"|\b(?:en )?(?:k ?€|m ?€|k ?euros?\b|k ?eur\b|meur\b|milliers? d[’' ]?(?:euros?|€)|millions? d[’' ]?(?:euros?|€)|milliers\b|millions\b)"
    r"|\bk ?e\b|\ben (?:centimes?|cents|cts)\b(?: d[’' ]?euros?)?|\((?:en )?(?:[x×*] ?)?1[ .]?000(?: ?€| euros?)?\)|€"
)


def bare(heading: str | None) -> str:
    """A heading without its unit nor « (optionnelle) »: « Dépense achat (€) » is « Dépense achat »; HT and TTC are kept."""

    def kept(found: re.Match[str]) -> str:
        return f" {tax[0]} " if (tax := re.search(r"(?i)\bh\.?t\b|\bt\.?t\.?c\b", found[0])) else " "

    return _ASIDE.sub(kept, heading or "")


def find(sheet: Sheet, mapping: Mapping | None = None) -> tuple[Sheet, int, Mapping] | None:
    """The sheet (its headings on one row), the row of the header (rank in the grid) and the mapping of columns to words, or None."""
    depth = rules.toml(REFERENCE)["header_rows"]
    best: tuple[tuple[int, bool, bool], Sheet, int, Mapping] | None = None
    for rank, row in enumerate(sheet.cells.head(depth).select(sheet.columns).rows()):
        joined = composed.on_one_row(sheet, rank)
        rows = [(sheet, rank, row)] + (
            [(joined, rank + 1, joined.cells.select(sheet.columns).row(rank + 1))] if joined else []
        )
        for whole, at, cells in rows:
            found = _given(cells, mapping) if mapping else propose(cells)
            if not found:
                continue
            # « (k€) » alone under the heading of the amounts is no line.
            unit = (
                whole is joined
                and sheet.cells.select(sheet.columns).row(at)[cells.index(found["colonnes"]["montant"])] is not None
            )
            worth = (len(found["colonnes"]), found["taxe"] != "inconnue", unit)
            if best is None or worth > best[0]:
                best = (worth, whole, at, found)
    return best[1:] if best else None


def propose(headings: Iterable[str | None]) -> Mapping | None:
    """The mapping read in a row of headings, or None when it has no amount or nobody is named in it."""
    words = [str(heading) if heading else "" for heading in headings]
    folded = [fold(bare(_parted(word))) or fold(word) for word in words]
    reference = rules.toml(REFERENCE)
    taken: dict[str, int] = {}
    bags = [_bag(word) for word in folded]
    for name in ("siret", "siren"):
        # « SIRET bénéficiaire » is read before a bare « SIRET », which may be the buyer's.
        rank = composed.best(folded, list(taken.values()), name, "qui")
        taken |= {name: rank} if rank is not None else {}
    for exact in (True, False):
        for name, aliases in reference["colonnes"].items():
            if name in taken:
                continue
            wanted: list[Any] = aliases if exact else [_bag(alias) for alias in aliases]
            among: list[Any] = folded if exact else bags
            rank = next(
                (among.index(one) for one in wanted if one in among and among.index(one) not in taken.values()), None
            )
            if rank is not None:
                taken[name] = rank
    for name in ("siret", "siren", "fournisseur", "date"):
        rank = composed.best(folded, list(taken.values()), name) if name not in taken else None
        taken |= {name: rank} if rank is not None else {}
    if not any(name in taken for name in reference["one_of"]):
        return None
    named = {name: words[rank] for name, rank in taken.items()}
    years = _years(folded, taken)
    amount = _amount(folded, taken)
    if amount is not None and not _of_years(folded, amount[0], years):
        beside = [*years, *_periods(folded, taken)]
        left = {"laissees": [words[rank] for rank in beside if rank != amount[0]]} if beside else {}
        return {"colonnes": {"montant": words[amount[0]]} | named, "taxe": amount[1]} | _credit(words, amount[0]) | left
    if years:
        tax = next((tax.upper() for rank in years for tax in ("ht", "ttc") if tax in folded[rank].split()), "inconnue")
        columns = {"montant": words[next(iter(years))]} | {
            name: title for name, title in named.items() if name != "exercice"
        }
        whole = {} if amount is None or amount[0] in years else {"ecarte": words[amount[0]]}
        return {"colonnes": columns, "taxe": tax, "annees": {words[rank]: year for rank, year in years.items()}} | whole
    if periods := _periods(folded, taken):
        columns = {"montant": words[periods[0]]} | {name: title for name, title in named.items() if name != "date"}
        return {"colonnes": columns, "taxe": "inconnue", "periodes": [words[rank] for rank in periods]}
    ordered = next(
        (rank for alias in reference["montant"]["commande"] for rank, word in enumerate(folded) if word == alias), None
    )
    ordered = composed.best(folded, list(taken.values()), "commande") if ordered is None else ordered
    if ordered is None:
        return None
    return {"colonnes": {"montant": words[ordered]} | named, "taxe": composed.tax(folded[ordered]), "commande": True}


def _parted(heading: str) -> str:
    """« montantTTC » as « montant TTC »: a heading that a program wrote in one word."""
    return heading if " " in heading else re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", heading)


def _bag(heading: str) -> tuple[str, ...]:
    """The words of a heading whatever their order, little words left out: « Tiers - SIRET » is « SIRET du tiers »."""
    words = sorted(word for word in heading.split() if word not in LITTLE)
    return tuple(words) if len(words) > 1 else (heading,)


def _years(folded: list[str], taken: dict[str, int]) -> dict[int, int]:
    """The columns that are years of spending: « 2023 », « Mandaté 2023 », « 2023 HT »; never what is voted or committed."""
    never = set(rules.toml(REFERENCE)["montant"]["never"])
    found = {}
    for rank, heading in enumerate(folded):
        year = re.fullmatch(r"(?:[a-z ]{2,40} )?(20\d\d)(?: [a-z ]{2,20})?", heading)
        if year and rank not in taken.values() and not any(_refused(word, never) for word in heading.split()):
            found[rank] = int(year[1])
    # Each year twice, without tax and with it: without.
    for part in (found, {rank: year for rank, year in found.items() if "ht" in folded[rank].split()}):
        if part and len(set(part.values())) == len(part):
            return part
    return {}


#: Words of what left the till, beside which a bare amount is that of the contract.
_PAID = {
    f"{stem}{end}"
    for stem in ("mandate", "paye", "regle", "liquide", "realise", "consomme", "facture", "depense", "verse")
    for end in ("", "s", "e", "es")
}
_WHOLE = ("total", "cumul", "ensemble")


def _of_years(folded: list[str], amount: int, years: dict[int, int]) -> bool:
    """Whether the columns of years are the spending and not this amount: their total, or what the contract is worth."""
    if amount in years:
        return True
    said = folded[amount].split()
    paid = any(_PAID & set(folded[rank].split()) for rank in years)
    return (len(years) > 1 and said[0] in _WHOLE) or (paid and not _PAID & set(said))


#: Columns that are months, quarters or halves of spending; one alone says its year.
_PERIOD = re.compile(
    r"(?:janv(?:ier)?|fevr?(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept?(?:embre)?|oct(?:obre)?|nov(?:embre)?|dec(?:embre)?"
    r"|t[1-4]|(?:1er|[1-4] ?e?) ?trim(?:estre)?|trim(?:estre)? ?[1-4]"
    r"|s[12]|(?:1er|[12] ?e?|2nd) ?sem(?:estre)?|sem(?:estre)? ?[12])(?P<annee> (?:20)?\d\d)?"
)


def _periods(folded: list[str], taken: dict[str, int]) -> list[int]:
    said = {rank: one for rank, heading in enumerate(folded) if (one := _PERIOD.fullmatch(heading))}
    found = [rank for rank in said if rank not in taken.values()]
    enough = len(found) > 1 or any(said[rank]["annee"] for rank in found)
    return found if enough and len({folded[rank] for rank in found}) == len(found) else []


def _credit(words: list[str], debit: int) -> dict[str, str]:
    """The column of credits beside one of debits: what it holds is taken off."""
    heading = fold(bare(words[debit]))
    if "debit" not in heading.split():
        return {}
    twin = heading.replace("debit", "credit")
    return next(({"credit": word} for word in words if fold(bare(word)) == twin), {})


def _refused(word: str, never: set[str]) -> bool:
    return word in never or word.startswith(("engage", "reste", "prevision", "budget", "vote"))


def _amount(folded: list[str], taken: dict[str, int]) -> tuple[int, str] | None:
    """The column of the amount and its tax: HT first, then TTC, then an amount that does not say."""
    reference = rules.toml(REFERENCE)["montant"]
    free = [rank for rank in range(len(folded)) if rank not in taken.values()]
    # Beside what is left to pay, a bare amount is that of the contract.
    followed = any(heading.split()[:1] in (["reste"], ["solde"]) for heading in folded)
    paid = [rank for rank in free if followed and _PAID & set(folded[rank].split())]
    for tax in ("HT", "TTC", "inconnue"):
        exact = [rank for alias in reference[tax] for rank in paid if folded[rank] == alias]
        if exact:
            return exact[0], tax
    for tax in ("HT", "TTC", "inconnue"):
        exact = [rank for alias in reference[tax] for rank in free if folded[rank] == alias]
        if exact:
            return exact[0], tax
    for tax in ("ht", "ttc"):
        loose = [rank for rank in free if _loose(folded[rank], tax, reference["never"])]
        if loose:
            return loose[0], tax.upper()
    for tax in ("HT", "TTC", "inconnue"):
        apart = [rank for rank, heading in enumerate(folded) if composed.tax(heading) != tax or rank not in free]
        said = composed.best(folded, apart, "montant")
        if said is not None:
            return said, tax
    return None


def _loose(heading: str, tax: str, never: list[str]) -> bool:
    words = heading.split()
    return tax in words and len(words) <= 6 and not any(_refused(word, set(never)) for word in words)


def _given(row: tuple[str | None, ...], mapping: Mapping) -> Mapping | None:
    """The mapping kept from last year, when every one of its headings is in this row."""
    here = {fold(cell): cell for cell in row if cell}
    wanted = mapping["colonnes"]
    if any(fold(heading) not in here for heading in wanted.values()):
        return None
    kept = mapping | {"colonnes": {name: here[fold(heading)] for name, heading in wanted.items()}}
    # A mapping names one of the columns of years: the others of the row are read with it.
    words = [str(cell) if cell else "" for cell in row]
    taken = {name: words.index(title) for name, title in kept["colonnes"].items() if name != "montant"}
    years = _years([fold(bare(word)) or fold(word) for word in words], taken)
    if words.index(kept["colonnes"]["montant"]) in years:
        return kept | {"annees": {words[rank]: year for rank, year in years.items()}}
    amount = words.index(kept["colonnes"]["montant"])
    if amount in (periods := _periods([fold(bare(word)) or fold(word) for word in words], taken)):
        return kept | {"periodes": [words[rank] for rank in periods]}
    return kept | _credit(words, amount)


def never_spent(headings: Iterable[str]) -> str:
    """Which of these headings are amounts that are never spending, told; empty when none is."""
    never = [f"« {_short(name)} »" for name in headings if _unspent(name)]
    reason = "jamais une dépense (ce qui est voté, prévu, engagé ou reste à payer n'est pas payé)"
    return f"{french.listing(never)} : {reason}" if never else ""


def _unspent(heading: str) -> bool:
    """Whether a heading is one of amounts voted, planned, committed or left to pay."""
    words = fold(bare(heading)).split()
    held = {"vote", "budgete", "prevu", "restant", "solde", "credits", "bp", "dm"}
    return len(words) <= 6 and any(word in held or _refused(word, set()) for word in words)


def _short(cell: str) -> str:
    """A cell may be a whole file read as one line."""
    return cell if len(cell) <= 60 else f"{cell[:60]}…"


def not_found(path: Path, sheets: list[Sheet], mapping: Mapping | None) -> Problem:
    """The problem that lists what was seen and what was expected."""
    seen = [
        cell for sheet in sheets for row in sheet.cells.head(20).select(sheet.columns).rows() for cell in row if cell
    ]
    headings = [cell for cell in dict.fromkeys(seen) if fold(cell) and not fold(cell).replace(" ", "").isdigit()][:25]
    if mapping:
        missing = [
            heading for heading in mapping["colonnes"].values() if fold(heading) not in {fold(cell) for cell in seen}
        ]
        why = "Colonnes attendues par la correspondance et absentes : " + ", ".join(
            f"« {name} »" for name in missing or ["aucune ligne ne les porte toutes"]
        )
        return Problem(
            "Le fichier ne suit pas la correspondance de colonnes donnée",
            where=path.name,
            why=why,
            todo=closest(missing[0], headings) if missing else "Relancez sans correspondance pour en proposer une.",
        )
    if path.suffix.lower() in (".json", ".xml", ".parquet"):
        todo = "Pour des contrats : spaser diagnostic ; ici, un export de votre logiciel de finances en CSV ou XLSX"
        return Problem("Ce fichier n'est pas un fichier de dépenses", where=path.name, todo=todo)
    why = "Vu dans les 20 premières lignes : " + (", ".join(f"« {_short(name)} »" for name in headings) or "rien")
    if never := never_spent(headings):
        why += f". {never}"
    todo = (
        "Il faut une colonne de montant (par exemple « Montant HT », « Mandaté TTC ») et une colonne de fournisseur "
        "(« Raison sociale », « Fournisseur », « Tiers ») ou de SIRET (« N° SIRET »). "
        "Renommez les colonnes, dites lesquelles au carnet 04_fournisseurs_ess, ou donnez une correspondance."
    )
    return Problem("Aucun en-tête de fichier de dépenses reconnu", where=path.name, why=why, todo=todo)


def read_mapping(path: Path | str) -> Mapping:
    """A mapping written by ``write_mapping`` and perhaps corrected by the user.

    Raises
    ------
    Problem
        The file is missing, is not TOML, or names a word the kit does not know.
    """
    document = settings.toml(path, "La correspondance de colonnes")
    return checked(document.checked(_shape()), str(path))


def _shape() -> settings.Table:
    """What a mapping may say: a heading for each word of the kit."""
    words = ("montant", *rules.toml(REFERENCE)["colonnes"])
    return settings.Table(
        {
            "taxe": settings.Choice(("HT", "TTC", "inconnue")),
            "feuilles": settings.Many(settings.Text(filled=True)),
            "colonnes": settings.Table(dict.fromkeys(words, settings.Text(filled=True)), needed=True),
        }
    )


def checked(mapping: Mapping, where: str = "") -> Mapping:
    """The mapping itself, when it names only known words and has an amount and somebody."""
    faults = settings.Faults()
    said = _shape().check(mapping, (), faults)
    faults.complain("La correspondance de colonnes est à corriger")
    columns, reference = said["colonnes"], rules.toml(REFERENCE)
    if "montant" not in columns or not any(name in columns for name in reference["one_of"]):
        raise Problem("La correspondance doit donner « montant » et l'un de : fournisseur, siret, siren", where=where)
    return {"taxe": "inconnue"} | said


def write_mapping(mapping: Mapping, path: Path | str) -> Path:
    """Write the mapping as a small TOML file to correct and reuse next year."""
    file = Path(path)
    file.write_text(mapping_text(mapping), encoding="utf-8", errors="replace", newline="\n")
    return file


def mapping_text(mapping: Mapping, said: str = "") -> str:
    """The mapping as TOML; ``said`` is a line of comment above it: who decided, when."""
    lines = [
        *([f"# {' '.join(said.split())}"] if said else []),
        "# Correspondance entre les colonnes de votre fichier de dépenses et les mots du kit.",
        "# À gauche le mot du kit, à droite l'intitulé de votre colonne. Corrigez, puis réutilisez l'an prochain.",
        f"taxe = {_quoted(mapping.get('taxe', 'inconnue'))}  # HT, TTC ou inconnue",
    ]
    if mapping.get("feuilles"):
        lines.append(f"feuilles = [{', '.join(_quoted(name) for name in mapping['feuilles'])}]")
    lines += ["", "[colonnes]", *(f"{name} = {_quoted(heading)}" for name, heading in mapping["colonnes"].items()), ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
