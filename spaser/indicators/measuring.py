"""The measures of any set of contracts, long: one row per indicator, definition, unit, breakdown and modality.

All the indicators are measured together. Each contract's answers (no, yes, unknown) are written as digits of a few
integers, the contracts are counted and summed by modality and distinct set of answers in one pass, and the answers are
read back from that small table. So thirty indicators cost about what one does, and every sum is an exact integer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from spaser import rules
from spaser.indicators.records import CERTAIN, NUMBER, VALUE, Indicator, band_rank, breakdown, chosen, scope
from spaser.problems import Problem
from spaser.vocabulary import CENT, DEFAULT_POPULATION, MEASURES, POPULATIONS

BY = ("annee", "famille", "cpv_division", "procedure", "tranche_montant")
#: The last one: a contract outside the field of the indicator is in none of its denominators.
NO, YES, UNKNOWN, OUTSIDE = 0, 1, 2, 3
BASE = 4
DIGITS = 30  # base-4 digits of one Int64
SUMS = ("retenu", "bas", "haut", "plancher", "publie")
#: The whole numbers behind a figure.
PARTS = (
    *("numerateur", "denominateur", "repondus", "bas_part", "bas_reste", "haut_part", "haut_reste"),
    *("effectif", "sur"),
)
#: The unit of MEASURES under which each kind of figure is published.
UNITS = {"quantite": NUMBER, "montant": VALUE, "somme": VALUE, NUMBER: NUMBER, VALUE: VALUE, CERTAIN: CERTAIN}


def measure(
    contracts: pl.LazyFrame,
    *,
    indicators: Sequence[str] | None = None,
    by: Sequence[str] = BY,
    perimetre: str = "ensemble",
    population: str = DEFAULT_POPULATION,
    definition: str | None = None,
) -> pl.LazyFrame:
    """MEASURES of a set of contracts: the total, then each breakdown.

    Parameters
    ----------
    contracts
        One row per contract: the column of the population, and what is known among CONTRACTS, CONSIDERATIONS, ACCESS,
        ``famille``, ``famille_libelle``, ``categorie_entreprise`` (PME, ETI, GE of the holders, joined with ``", "``).
        A column that lacks is unknown (« non renseigné »), never zero; a breakdown without its column is left out.
    indicators
        Codes of ``reference/indicators.toml``; None measures all of them.
    by
        Breakdowns: ``annee, famille, cpv_division, procedure, tranche_montant, acheteur_id`` or any column.
    perimetre
        The name of this set of contracts, carried into the table.
    population
        One of ``vocabulary.POPULATIONS``.
    definition
        Keeps one of the competing definitions (« critère compté », « critère non compté »); None gives them all.

    Returns
    -------
    Shares from 0 to 1 (``valeur`` on all contracts, ``valeur_repondus`` on those that answer); ``bas`` and ``haut`` if
    all the silent ones said no, then yes, amounts taken between their bounds; where none answers, the share itself is
    null. Unit « valeur » sums the retained amounts, « valeur_hors_a_verifier » leaves out those to be checked.
    Quantities have no denominator; amounts are in euros in ``valeur, bas, haut``, in cents in ``numerateur``. Nothing to
    sum gives null.

    Raises
    ------
    Problem
        Unknown indicator, definition, population or breakdown.
    """
    counts = count(
        contracts, indicators=indicators, by=by, perimetre=perimetre, population=population, definition=definition
    )
    return merged(counts, indicators=indicators, by=by, definition=definition)


def count(
    contracts: pl.LazyFrame,
    *,
    indicators: Sequence[str] | None = None,
    by: Sequence[str] = BY,
    perimetre: str = "ensemble",
    population: str = DEFAULT_POPULATION,
    definition: str | None = None,
) -> pl.LazyFrame:
    """What ``measure`` is made from, before any ratio: whole numbers that add up from one set of contracts to another.

    One row per breakdown, modality, distinct set of answers and doubt on the amount, with ``perimetre`` and ``population``:
    ``n`` contracts, ``avec_retenu`` and ``avec_publie`` those with an amount, sums in cents. Same parameters as ``measure``.
    Counts of parts that share no contract, laid end to end, are given to ``merged`` as those of the whole would be.
    """
    pairs = _asked(indicators, definition)
    present = contracts.collect_schema().names()
    kept = {name: breakdown(name, present) for name in _dimensions(by)}
    dimensions = {name: modality for name, modality in kept.items() if modality is not None}
    counted = _counted(_packed(scope(contracts, population), pairs), dimensions, len(pairs))
    return counted.with_columns(perimetre=pl.lit(perimetre), population=pl.lit(population))


def merged(
    counts: pl.LazyFrame,
    *,
    indicators: Sequence[str] | None = None,
    by: Sequence[str] = BY,
    definition: str | None = None,
) -> pl.LazyFrame:
    """MEASURES from the ``count`` of one set of contracts or of several parts of it, several populations in their order.

    ``indicators``, ``by`` and ``definition`` are those the counts were made with: answers are read back by their place.
    """
    pairs, dimensions = _asked(indicators, definition), _dimensions(by)
    ranks = pl.col("dimension").replace_strict(dimensions, list(range(len(dimensions))), return_dtype=pl.Int32)
    populations = pl.col("population").replace_strict(list(POPULATIONS), list(range(len(POPULATIONS))), default=None)
    long = _figures(_read_back(counts, pairs)).with_columns(_rank=ranks, _population=populations)
    ordered = long.sort("perimetre", "_population", "_order", "_rank", band_rank(), "modalite", nulls_last=True)
    return MEASURES.conform(ordered)


def _asked(indicators: Sequence[str] | None, definition: str | None) -> list[tuple[Indicator, str]]:
    pairs = chosen(list(indicators) if indicators is not None else None, definition)
    if not pairs:
        raise Problem("Aucun indicateur n'est demandé")
    return pairs


def _dimensions(by: Sequence[str]) -> list[str]:
    return ["total", *(name for name in by if name != "total")]


def _packed(frame: pl.LazyFrame, pairs: list[tuple[Indicator, str]]) -> pl.LazyFrame:
    """Adds ``_answers_0``, ``_answers_1``…: the answers to every indicator as digits, and whether the amount is doubtful."""
    codes = []
    for record, definition in pairs:
        held = record.holds(definition)
        state = pl.when(held.is_null()).then(UNKNOWN).when(held).then(YES).otherwise(NO)
        if record.champ is not None:
            state = pl.when(record.champ.fill_null(False)).then(state).otherwise(OUTSIDE)
        codes.append(state.cast(pl.Int64))
    words = [
        pl.sum_horizontal(code * BASE**rank for rank, code in enumerate(codes[start : start + DIGITS])).alias(
            f"_answers_{start // DIGITS}"
        )
        for start in range(0, len(codes), DIGITS)
    ]
    doubtful = (pl.col("montant_statut") == "a_verifier").fill_null(False)
    return frame.with_columns(*words, _doubtful=doubtful)


def _counted(answers: pl.LazyFrame, dimensions: dict[str, pl.Expr], asked: int) -> pl.LazyFrame:
    """One row per dimension, modality, distinct set of answers and doubt on the amount: contracts, those with an amount, sums.

    One pass over the contracts reduces them to what differs; the breakdowns are then laid end to end and counted together.
    """
    words = [f"_answers_{start // DIGITS}" for start in range(0, asked, DIGITS)]
    named = {
        "retenu": "somme_retenue",
        "bas": "somme_bas",
        "haut": "somme_haut",
        "plancher": "somme_plancher",
        "publie": "montant",
    }
    narrow = answers.select(
        *words,
        "_doubtful",
        *(modality.alias(f"by_{name}") for name, modality in dimensions.items()),
        **{k: pl.col(v) for k, v in named.items()},
    )
    first = narrow.group_by(*words, "_doubtful", *(f"by_{name}" for name in dimensions)).agg(
        n=pl.len().cast(pl.Int64),
        avec_retenu=pl.col("retenu").is_not_null().sum().cast(pl.Int64),
        avec_publie=pl.col("publie").is_not_null().sum().cast(pl.Int64),
        **{name: pl.col(name).sum() for name in SUMS},
    )
    added = ["n", "avec_retenu", "avec_publie", *SUMS]
    laid = first.unpivot(
        [f"by_{name}" for name in dimensions],
        index=[*words, "_doubtful", *added],
        variable_name="dimension",
        value_name="modalite",
    )
    return (
        laid.with_columns(pl.col("dimension").str.strip_prefix("by_"))
        .group_by("dimension", "modalite", "_doubtful", *words)
        .agg(pl.col(added).sum())
    )


def _read_back(counted: pl.LazyFrame, pairs: list[tuple[Indicator, str]]) -> pl.LazyFrame:
    """From distinct sets of answers to one row per modality and figure, still whole numbers."""
    states = [
        (pl.col(f"_answers_{rank // DIGITS}") // BASE ** (rank % DIGITS) % BASE).cast(pl.Int8).alias(f"_state_{rank}")
        for rank in range(len(pairs))
    ]
    figures: list[dict[str, object]] = []
    columns: dict[str, pl.Expr] = {}
    for rank, (record, definition) in enumerate(pairs):
        for kind in (*record.unites, *((CERTAIN,) if VALUE in record.unites else ())):
            parts = _figure(kind, pl.col(f"_state_{rank}"))
            columns |= {f"{len(figures)}_{part}": expression for part, expression in parts.items()}
            figures.append(_words(record, definition, kind, len(figures)))
    keys = ("perimetre", "population", "dimension", "modalite")
    sums = counted.with_columns(states).group_by(keys).agg(**columns)
    # One list per part, the figures in their order: their words are joined to what is then opened.
    places = range(len(figures))
    laid = {part: pl.concat_list(pl.col(f"{place}_{part}").cast(pl.Int64) for place in places) for part in PARTS}
    opened = sums.select(*keys, *(listed.alias(part) for part, listed in laid.items()), _order=pl.lit([*places]))
    words = pl.LazyFrame(figures, schema_overrides={"_order": pl.Int64})
    return opened.explode("_order", *PARTS).join(words, on="_order", maintain_order="left")


def _words(record: Indicator, definition: str, kind: str, order: int) -> dict[str, object]:
    """What a figure is called."""
    return {
        "indicateur": record.code,
        "titre": record.titre,
        "unite": UNITS[kind],
        "definition": definition,
        "regle": record.regle,
        "_kind": kind,
        "_order": order,
    }


def _figure(kind: str, state: pl.Expr) -> dict[str, pl.Expr]:
    """The whole numbers behind a figure: numerator, denominators, the fractions of both bounds, contracts that answer."""
    yes, no, known, inside = state == YES, state == NO, state.is_in((NO, YES)), state != OUTSIDE
    if kind == NUMBER:
        return _parts("n", "n", "n", inside, yes, no, known)
    if kind in (VALUE, CERTAIN):
        sure = inside & ~pl.col("_doubtful") if kind == CERTAIN else inside
        return _parts("retenu", "bas", "haut", sure, yes, no, known)
    if kind == "quantite":
        return _quantity(pl.col("n").sum(), pl.col("n").sum(), "n", "n", "n")
    if kind == "montant":
        return _quantity(_total("retenu", pl.lit(True)), pl.col("avec_retenu").sum(), "plancher", "haut", "avec_retenu")
    return _quantity(_total("publie", yes, "avec_publie"), _summed("n", yes), "publie", "publie", "avec_publie", yes)


def _parts(
    amount: str, low: str, high: str, among: pl.Expr, yes: pl.Expr, no: pl.Expr, known: pl.Expr
) -> dict[str, pl.Expr]:
    """A share. Its bounds take the silent contracts as « no » then as « yes », and each amount at its worst for them."""

    def total(name: str, where: pl.Expr) -> pl.Expr:
        return _summed(name, where & among)

    counted = "n" if amount == "n" else "avec_retenu"
    return {
        "numerateur": total(amount, yes),
        "denominateur": total(amount, pl.lit(True)),
        "repondus": total(amount, known),
        "bas_part": total(low, yes),
        "bas_reste": total(high, ~yes),
        "haut_part": total(high, ~no),
        "haut_reste": total(low, no),
        "effectif": total(counted, known),
        "sur": total(counted, pl.lit(True)),
    }


def _quantity(
    total: pl.Expr, size: pl.Expr, low: str, high: str, counted: str, where: pl.Expr | None = None
) -> dict[str, pl.Expr]:
    """A quantity: no denominator; its bounds, and how many contracts bring something to it."""
    kept = pl.lit(True) if where is None else where
    nothing = pl.lit(None, pl.Int64)
    return {
        "numerateur": total,
        "denominateur": nothing,
        "repondus": nothing,
        "bas_part": _total(low, kept, counted),
        "bas_reste": nothing,
        "haut_part": _total(high, kept, counted),
        "haut_reste": nothing,
        "effectif": _summed(counted, kept),
        "sur": _summed("n", kept),
    }


def _total(name: str, where: pl.Expr, counted: str = "avec_retenu") -> pl.Expr:
    """A sum, null when nothing was there to be summed."""
    return pl.when(_summed(counted, where) > 0).then(_summed(name, where))


def _summed(name: str, where: pl.Expr) -> pl.Expr:
    """The sum of a column where something holds: chosen row by row, a thousand such sums cost far less than filters of each group."""
    return pl.when(where).then(name).sum()


def _figures(long: pl.LazyFrame) -> pl.LazyFrame:
    """Whole numbers → shares and quantities, their bounds, coverage, and the flag on small numbers."""
    small = rules.method()["indicators"]["petit_effectif"]["value"]
    share = pl.col("_kind").is_in((NUMBER, VALUE, CERTAIN))
    euros = pl.when(pl.col("_kind") == "quantite").then(1).otherwise(CENT)

    def figure(part: str, whole: pl.Expr) -> pl.Expr:
        return pl.when(share).then(_ratio(pl.col(part), whole)).otherwise(pl.col(part) / euros)

    coverage = _ratio(pl.col("repondus"), pl.col("denominateur"))
    return long.with_columns(
        valeur=pl.when(~share | (pl.col("repondus") > 0)).then(figure("numerateur", pl.col("denominateur"))),
        valeur_repondus=pl.when(share).then(_ratio(pl.col("numerateur"), pl.col("repondus"))),
        bas=figure("bas_part", pl.col("bas_part") + pl.col("bas_reste")),
        haut=figure("haut_part", pl.col("haut_part") + pl.col("haut_reste")),
        couverture=pl.when(share).then(coverage).otherwise(_ratio(pl.col("effectif"), pl.col("sur"))),
        petit_effectif=pl.col("effectif") < small,
    )


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)


#: The indicators that a list of holders answers, by what it proves.
LISTED = {
    "ESUS": ("titulaire_esus", "esus_reserve", "ess_agree"),
    "inclusif": ("titulaire_inclusif", "inclusif_reserve", "ess_agree"),
}


def known_shares(measures: pl.DataFrame, proved: Iterable[str]) -> pl.DataFrame:
    """MEASURES without the share of the known answers where no list proves a « non » (``proved``: keys of LISTED that one does).

    The few « non » known there (an approval that ended) are not those of the holders that no list names: the share would rest on the « oui ».
    """
    lists = set(proved)
    biased = [code for name, codes in LISTED.items() if name not in lists for code in codes]
    partly = pl.col("indicateur").is_in(biased) & (pl.col("couverture") != 1).fill_null(True)
    return measures.with_columns(valeur_repondus=pl.when(~partly).then("valeur_repondus"))
