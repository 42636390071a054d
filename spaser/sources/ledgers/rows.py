"""Which rows of a ledger are lines, and which are totals, blanks or headers printed again.

A supplier may be called « TOTAL »: a row with a number of its own is a line. Without one, it is a total when its words say so
and nothing else speaks of a payment, or when its sum agrees: « TOTAL ENERGIES » beside no such sum stays a purchase, and what
is kept or left with a doubt is told.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from spaser import french, rules
from spaser.sources.ledgers.headings import REFERENCE
from spaser.sources.ledgers.perimeter import folded

#: From this share on, a column is filled by all the lines.
USUAL = 0.9
#: The share of rows without a word that must be sums; cents under which an amount is not round.
MOSTLY, ROUND = 0.6, 1_000
#: Rows shown of those that are told.
SHOWN = 5


def sort_out(
    rows: pl.DataFrame, cells: list[str], headings: dict[str, str | None], cell_of: dict[str, str]
) -> pl.DataFrame:
    """Add ``genre`` (ligne, total, vide, entete), ``seul`` (an amount and nothing else), ``total_general`` and ``somme_doute``.

    Parameters
    ----------
    rows
        Raw cells (``cells``) beside the typed columns, ``montant`` in cents.
    headings
        The header's cells, to recognise it when it is printed again on each page.
    cell_of
        The cell of each mapped word.

    Returns
    -------
    pl.DataFrame
        ``somme_doute``: « gardee » (its words may be those of a total) or « otee » (a total by its sum alone),
        « pied » (a foot of the table), else null.
    """
    facts = _claims(_usual(_looked(rows, cells, headings, cell_of), cell_of))
    proven = pl.col("_somme") | pl.col("_dernier")
    by_words = pl.col("_de") | pl.col("_groupe") | pl.col("_long") | pl.col("_pied_sur")
    by_sum = (pl.col("_nu") & (proven | pl.col("_manque"))) | (pl.col("_muet") & pl.col("_somme"))
    total = pl.col("_accord") | pl.col("_tete") | pl.col("_du_groupe") | (pl.col("_sur") & (by_words | by_sum))
    nothing = pl.all_horizontal(pl.col(name).is_null() for name in ("montant", "montant_lu", "fournisseur", "siret"))
    kind = (
        pl.when(pl.col("_n") == 0)
        .then(pl.lit("vide"))
        .when(pl.col("_entete"))
        .then(pl.lit("entete"))
        .when(total)
        .then(pl.lit("total"))
        .when(nothing)
        .then(pl.lit("vide"))
        .otherwise(pl.lit("ligne"))
    )
    # « TOTAL 2024 » closes the sheet of one year.
    yearly = pl.col("_annuel") & pl.col("_dernier") & (pl.col("_annuel").sum() == 1)
    general = pl.col("_general") | (pl.col("_nu") & ~pl.col("_long")) | yearly
    alone = (kind == "ligne") & pl.col("_muet") & pl.col("_sans") & ~pl.col("_date")
    kept = (
        (kind == "ligne")
        & pl.col("montant").is_not_null()
        & (pl.col("_dit") | pl.col("_nomme") | pl.col("_mots") | pl.col("_hasard"))
    )
    taken = (kind == "total") & (pl.col("_nomme") | pl.col("_tait") | pl.col("_tete"))
    doubt = (
        pl.when(kept)
        .then(pl.lit("gardee"))
        .when((kind == "total") & pl.col("_pied_sur") & ~pl.col("_mots"))
        .then(pl.lit("pied"))
        .when(taken)
        .then(pl.lit("otee"))
    )
    return facts.with_columns(
        kind.alias("genre"), alone.alias("seul"), general.alias("total_general"), doubt.alias("somme_doute")
    )


def _claims(facts: pl.DataFrame) -> pl.DataFrame:
    """What each row claims to be: a total by its words (``_sur``), or one that only its sum makes (``_dit``, ``_nomme``, ``_tait``)."""
    quiet = pl.col("_sans") & ~pl.col("_date")
    bare = pl.col("_nu") & (pl.col("_autres") <= 2)
    words = quiet & (bare | pl.col("_long") | pl.col("_de") | pl.col("_groupe"))
    foot = quiet & pl.col("_pied") & pl.col("_manque")
    sure = words | foot | (quiet & pl.col("_muet") & pl.col("montant").is_not_null())
    spoken = pl.col("_sans") & (pl.col("_nu") | pl.col("_long") | pl.col("_de")) & ~sure
    named = pl.col("_sans") & pl.col("_faible") & pl.col("_pauvre") & ~sure & ~spoken
    unsaid = pl.col("_sans") & pl.col("_manque") & ~sure & ~spoken & ~named & pl.col("montant").is_not_null()
    facts = facts.with_columns(_mots=words, _pied_sur=foot, _sur=sure, _dit=spoken, _nomme=named, _tait=unsaid)
    facts = _agreed(facts)
    facts = facts.with_columns(_sum_of(facts, pl.col("_sur") | pl.col("_accord"), least=1).alias("_somme"))
    return facts.with_columns(_two_levels(facts).alias("_tete"))


def told(rows: pl.DataFrame) -> list[str]:
    """What is said of the rows that may be totals: those kept as purchases, those left for their sum alone."""
    said = {
        "gardee": "ressemble à un total, sans que rien ne le prouve : comptée comme un achat, à vérifier dans votre fichier",
        "pied": "au pied du tableau, sans ce que les lignes ont : non comptée",
        "otee": "somme des lignes voisines, sans ce que les autres ont : prise pour un total, non comptée ; si c'est un achat, donnez-lui sa date et son numéro",
    }
    notes = []
    for doubt, words in said.items():
        some = rows.filter(pl.col("somme_doute") == doubt).select("ligne", "fournisseur", "montant").rows()
        shown = [
            f"{line} (« {name} », {french.euros(cents)})" if name else f"{line} ({french.euros(cents)})"
            for line, name, cents in some[:SHOWN]
        ]
        more = [french.count(len(some) - SHOWN, "autre")] if len(some) > SHOWN else []
        word = "ligne" if len(some) == 1 else "lignes"
        notes += (
            [f"{word} {', '.join([*shown, *more])} : {words if len(some) == 1 else _several(words)}"] if some else []
        )
    return notes


def _several(words: str) -> str:
    """What is said of one row, of several."""
    forms = {"ressemble ": "ressemblent ", "somme des": "sommes des", "comptée": "comptées", "prise ": "prises ", "un total, non": "des totaux, non",
             "c'est un achat, donnez-lui sa date et son numéro": "ce sont des achats, donnez-leur leur date et leur numéro", "un achat": "des achats"}  # fmt: skip
    for one, more in forms.items():
        words = words.replace(one, more)
    return words


def _looked(
    rows: pl.DataFrame, cells: list[str], headings: dict[str, str | None], cell_of: dict[str, str]
) -> pl.DataFrame:
    """What the cells of each row hold: how many, the header again, words of total, an identifier, a date."""
    filled = pl.sum_horizontal(pl.col(cell).is_not_null() for cell in cells)
    header = pl.all_horizontal(pl.col(cell) == headings[cell] for cell in set(cell_of.values()))
    wordy = pl.sum_horizontal(pl.col(cell).str.contains(r"\p{L}{2}").fill_null(False) for cell in cells)
    others = pl.sum_horizontal(pl.col(name).is_not_null() for name in cell_of if name not in ("montant", "exercice"))
    figures = {name: pl.col(name).str.contains(r"\d").fill_null(False) for name in ("siret", "siren", "date")}
    facts = rows.with_columns(
        filled.alias("_n"),
        header.fill_null(False).alias("_entete"),
        others.alias("_autres"),
        ((wordy == 0) & (others == 0)).alias("_muet"),
        (~figures["siret"] & ~figures["siren"]).alias("_sans"),
        (figures["date"] & ~_says_total("date")).alias("_date"),
        *_total_words(cells),
        (folded("fournisseur").str.to_lowercase().is_in(_feet()) | folded("fournisseur").str.contains("^DONT "))
        .fill_null(False)
        .alias("_pied"),
    )
    facts = facts.with_columns(_of_group().alias("_du_groupe"))
    last = pl.col("ligne") == pl.col("ligne").filter(pl.col("_n") > 0).last()
    return facts.with_columns(_group_total(rows, cells).alias("_groupe"), last.fill_null(False).alias("_dernier"))


def _usual(rows: pl.DataFrame, cell_of: dict[str, str]) -> pl.DataFrame:
    """``_manque``: the row has none of what all the others have (identifier, date, account…); ``_pauvre``: it lacks some of it."""
    claims = pl.col("_nu") | pl.col("_long") | pl.col("_de") | pl.col("_groupe") | pl.col("_muet")
    named = 1 if "fournisseur" in cell_of else 0
    # A row that has a name and an amount and nothing else tells nothing of what lines have.
    others = rows.filter(~(claims & pl.col("_sans")) & ~pl.col("_entete") & (pl.col("_autres") > named))
    words = [name for name in cell_of if name not in ("montant", "exercice", "fournisseur")]
    usual = [name for name in words if others.height and others[name].count() >= others.height * USUAL]
    # The word of total itself, or of a month, may stand where the others have a label or a day.
    nobody = pl.col("fournisseur").is_null() & (named == 1) & (others["fournisseur"].null_count() == 0)
    silent = [
        pl.col(name).is_null() | _says_total(name) | (nobody & ~pl.col("_date") if name == "date" else pl.lit(False))
        for name in usual
    ]
    enough = pl.lit(len(usual) >= 2) | (nobody & pl.lit(len(usual) == 1))
    return rows.with_columns(
        (enough & pl.all_horizontal(silent or [pl.lit(False)])).alias("_manque"),
        pl.any_horizontal(silent or [pl.lit(False)]).alias("_pauvre"),
    )


@cache
def _said() -> tuple[str, str]:
    """A cell that is a word of total with years, months and the like; the beginning of any that is longer."""
    reference = rules.toml(REFERENCE)["lignes"]
    heads = "|".join(sorted(reference["heads"], key=len, reverse=True))
    after = "|".join(sorted(reference["after"], key=len, reverse=True))
    return rf"^(?:{heads})(?: (?:{after}|\d{{1,4}}))+$", rf"^(?:{heads}) \p{{L}}"


def _feet() -> list[str]:
    return list(rules.toml(REFERENCE)["lignes"]["feet"])


def _of_group() -> pl.Expr:
    """« Total DUPONT » with the number of DUPONT, no date, and the sum of his lines."""
    name = folded("fournisseur").str.to_lowercase()
    base = name.str.replace(r"^(?:sous )?total ", "").str.replace(r" total$", "")
    own = base == name
    spent = pl.when(own).then(pl.col("montant")).sum().over(base)
    named = ~own & ~pl.col("_date") & own.sum().over(base).gt(0)
    return (named & (pl.col("montant") == spent)).fill_null(False)


def _two_levels(rows: pl.DataFrame) -> pl.Expr:
    """The heads of a pivot of two levels in one column: each is the sum of the lines that follow, and the grand total is half of all."""
    lines = rows.filter(~pl.col("_sur") & ~pl.col("_accord") & pl.col("montant").is_not_null())
    printed = rows.filter(pl.col("_sur") & pl.col("_nu"))["montant"].drop_nulls()
    if not printed.len() or lines["montant"].sum() != 2 * printed[-1] or (lines["_autres"] > 1).any():
        return pl.lit(False)
    heads, left = [], 0
    for line, cents in lines.select("ligne", "montant").iter_rows():
        if left == 0:
            heads.append(line)
            left = cents
        elif (left := left - cents) < 0:
            return pl.lit(False)
    return pl.col("ligne").is_in(heads) if left == 0 and len(heads) < lines.height else pl.lit(False)


def _says_total(cell: str) -> pl.Expr:
    text = folded(cell).str.to_lowercase()
    bare = rules.toml(REFERENCE)["lignes"]["totals"]
    return (text.is_in(bare) | text.str.contains(_said()[0])).fill_null(False)


def _total_words(cells: list[str]) -> list[pl.Expr]:
    """Whether a cell is a bare word of total, one longer than « total », « total chapitre 011 », the grand total, or begins as a total."""
    reference = rules.toml(REFERENCE)["lignes"]
    texts = [folded(cell).str.to_lowercase() for cell in cells]
    long = [word for word in reference["totals"] if word not in ("total", "ensemble", "somme", "report")]
    of = r"^(sous )?(s )?total (du |de |de la |des |d |le |la |par )?(" + "|".join(reference["total_of"]) + r")\b"
    whole, begun = _said()

    def some(*forms: pl.Expr) -> pl.Expr:
        return pl.any_horizontal(form.fill_null(False) for form in forms)

    ensemble = r"^(?:ensemble|somme) "
    return [
        some(*(text.is_in(reference["totals"]) for text in texts)).alias("_nu"),
        some(*(text.is_in(long) | (text.str.contains(whole) & ~text.str.contains(ensemble)) for text in texts)).alias(
            "_long"
        ),
        some(*(text.str.contains(of) for text in texts)).alias("_de"),
        some(*(text.is_in(["total general", "grand total", "cumul general"]) for text in texts)).alias("_general"),
        some(*(text.str.contains(r"^(?:total|totaux|cumul)(?: \p{L}+)* 20\d\d$") for text in texts)).alias("_annuel"),
        some(*(text.str.contains(begun) | text.str.contains(r"\p{L} total$") for text in texts)).alias("_faible"),
    ]


def _group_total(rows: pl.DataFrame, cells: list[str]) -> pl.Expr:
    """« Total DUPONT » or « DUPONT Total » where DUPONT is itself a value of that column."""
    found = pl.lit(False)
    for cell in cells:
        text = folded(cell).str.to_lowercase()
        values = rows.select(text.unique())[cell].drop_nulls()
        if not values.str.contains(r"^(?:sous )?total |\stotal$").any():
            continue
        names = {value for value in values if not re.search(r"^(?:sous )?total |\stotal$", value)}
        group = pl.coalesce(text.str.extract(r"^(?:sous )?total (.+)$", 1), text.str.extract(r"^(.+) total$", 1))
        found = found | group.is_in(list(names)).fill_null(False)
    return found


def _agreed(rows: pl.DataFrame) -> pl.DataFrame:
    """``_accord``: the rows that their words alone do not make totals, and that their sum does, whatever the other doubtful ones are.

    Without any word, a sum of two round amounts may be a chance: the printed total decides, then several sums of the kind;
    else the row is kept and told (``_hasard``).
    """
    doubtful = pl.col("_dit") | pl.col("_nomme") | pl.col("_tait")
    ways = [_sum_of(rows, pl.col("_sur") | also, least=2) for also in (doubtful, pl.col("_dit") | pl.col("_tait"))]
    alone, three = (_sum_of(rows, pl.col("_sur") | doubtful, least=least) for least in (1, 3))
    rows = rows.with_columns((doubtful & (ways[0] | ways[1])).alias("_ok"), (three & doubtful).alias("_trois"))
    silent = rows.filter("_tait")
    # Where sums stand beside the lines without a word, that of one line is one too.
    whole = pl.col("_ok") | (pl.col("_tait") & alone if silent["_ok"].any() else pl.lit(False))
    rows = rows.with_columns(_ok=whole)
    sure = _many(rows) | pl.col("_trois") | (pl.col("montant") % ROUND != 0) | pl.col("fournisseur").is_null()
    believed = pl.lit(True) if (said := _printed_says(rows)) else pl.lit(False) if said is False else sure
    accord = pl.col("_ok") & (~pl.col("_tait") | believed)
    return rows.with_columns(_accord=accord, _hasard=pl.col("_ok") & ~accord)


def _many(rows: pl.DataFrame) -> pl.Expr:
    """Whether most of the rows that say nothing are sums, two of them at least."""
    silent = rows.filter("_tait")
    agree = int(silent["_ok"].sum())
    return pl.lit(agree >= 2 and agree >= silent.height * MOSTLY)


def _printed_says(rows: pl.DataFrame) -> bool | None:
    """Whether the printed total is that of the lines without the rows that say nothing (True), with them (False), or of neither."""
    printed = rows.filter(pl.col("_sur") & (pl.col("_nu") | pl.col("_general")))["montant"].drop_nulls()
    counted = rows.filter(~pl.col("_sur"))
    if not printed.len():
        return None
    without = counted.filter(~pl.col("_ok"))["montant"].sum()
    whole = counted.filter(~pl.col("_ok") | pl.col("_tait"))["montant"].sum()
    return True if printed[-1] == without else False if printed[-1] == whole else None


def _sum_of(rows: pl.DataFrame, claims: pl.Expr, *, least: int) -> pl.Expr:
    """Whether a row repeats a sum of at least so many lines: all, all before, those since the last sum, those until the next."""
    amount = pl.when(~claims).then(pl.col("montant")).fill_null(0)
    one = (~claims & pl.col("montant").is_not_null()).cast(pl.Int64)
    parts = rows.select(_v=amount, _k=one, _c=claims, _m=pl.col("montant"))
    parts = parts.with_columns(_vb=pl.col("_v").cum_sum() - pl.col("_v"), _kb=pl.col("_k").cum_sum() - pl.col("_k"))
    parts = parts.with_columns(
        *(pl.when("_c").then(name).forward_fill().shift(1).fill_null(0).alias(f"{name}p") for name in ("_vb", "_kb")),
        *(
            pl.coalesce(pl.when("_c").then(name).backward_fill().shift(-1), pl.col(total).sum()).alias(f"{name}n")
            for name, total in (("_vb", "_v"), ("_kb", "_k"))
        ),
    )
    own, count = pl.col("_v"), pl.col("_k")
    blocks = [
        (pl.col("_vb"), pl.col("_kb")),
        (pl.col("_vb") - pl.col("_vbp"), pl.col("_kb") - pl.col("_kbp")),
        (pl.col("_v").sum() - own, pl.col("_k").sum() - count),
        (pl.col("_vbn") - pl.col("_vb") - own, pl.col("_kbn") - pl.col("_kb") - count),
    ]
    after = len(blocks) - 1
    same = [
        (pl.col("_m") == value) & (value != 0) & (lines >= (max(least, 2) if rank == after else least))
        for rank, (value, lines) in enumerate(blocks)
    ]
    return pl.lit(parts.select(s=pl.any_horizontal(form.fill_null(False) for form in same))["s"])
