"""Amounts far from those they can be compared with: the buyer's own in the CPV division, then those of buyers of its size.

On the decimal logarithm, by the median and the median absolute deviation, beside the rules of ``amounts``. An anomaly is a
reason to look, never a correction: it moves no sum. The others are the buyers read together. Values: ``reference/contract_facts.toml``
(``anomalies``, ``anomalie``).
"""

from __future__ import annotations

from functools import cache

import polars as pl

from spaser import rules
from spaser.contracts import evidence
from spaser.contracts.amounts import USABLE
from spaser.vocabulary import CENT, WORKS_DIVISION

_OTHERS = "sans population connue"
SIZES = {
    "_tranche": pl.String(),
    "cpv_division": pl.String(),
    "_mediane_tranche": pl.Float64(),
    "_n_tranche": pl.UInt32(),
    "_etendue_tranche": pl.Float64(),
}


def judge(contracts: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Adds ``montant_anomalie`` (null: too few to compare with) and ``montant_anomalie_raisons``, in words.

    The comparison with the buyer's own contracts decides, unless buyers of its size find the amount ordinary (``sizes``); without enough
    of its own, theirs decides. What strengthens the doubt is told too: a lost comma would explain it, the procedure forbids it.
    Needs ``uid, acheteur_siren, cpv_division, montant, montant_statut, type_contrat, procedure, test_plateforme``.
    """
    settings = rules.toml("contract_facts.toml")["anomalies"]
    compared = _comparable(contracts)
    usual = _usual(compared, "acheteur_siren", "acheteur", pl.len() >= settings["minimum_acheteur"])
    compared = _banded(compared).join(usual, on=["acheteur_siren", "cpv_division"], how="left")
    compared = compared.join(sizes, on=["_tranche", "cpv_division"], how="left")
    own, theirs = (_distance(group).abs() > settings["ecarts"] for group in ("acheteur", "tranche"))
    flagged = pl.when(_distance("acheteur").is_not_null()).then(own & theirs.fill_null(True)).otherwise(theirs)
    marked = compared.with_columns(montant_anomalie=flagged)
    told = marked.filter("montant_anomalie").select("uid", montant_anomalie_raisons=_reasons(own, theirs))
    found = contracts.join(marked.select("uid", "montant_anomalie"), on="uid", how="left")
    return found.join(told, on="uid", how="left")


def sizes(contracts: pl.DataFrame) -> pl.DataFrame:
    """What amounts are usual for buyers of one size in one CPV division: ``_tranche, cpv_division, _n_tranche, _mediane_tranche,
    _etendue_tranche``, from the contracts of all buyers; where there are enough of them.

    Needs ``uid, acheteur_siren, cpv_division, montant, montant_statut, type_contrat, procedure, test_plateforme``.
    """
    settings = rules.toml("contract_facts.toml")["anomalies"]
    buyers = pl.col("acheteur_siren").n_unique() >= settings["minimum_acheteurs"]
    enough = (pl.len() >= settings["minimum_tranche"]) & buyers
    return _usual(_banded(_comparable(contracts)), "_tranche", "tranche", enough)


def _reasons(own: pl.Expr, theirs: pl.Expr) -> pl.Expr:
    """What makes an amount an anomaly, in words: the comparisons that find it far, then what strengthens the doubt."""
    sentences = rules.toml("contract_facts.toml")["anomalie"]
    reasons = (
        pl.when(test.fill_null(False)).then(pl.format(sentences[name]["preuve"], *seen))
        for name, test, seen in (
            ("acheteur", own, _seen("acheteur")),
            ("tranche", theirs, _seen("tranche")),
            ("virgule", own & _lost_comma("acheteur") | theirs & _lost_comma("tranche"), []),
            ("procedure", _forbidden(), [evidence.euros("montant")]),
        )
    )
    return pl.concat_list(*reasons).list.drop_nulls().list.join(" ")


def _comparable(contracts: pl.DataFrame) -> pl.DataFrame:
    """Believable amounts, with their logarithm: neither concessions nor contracts made to try a platform."""
    kept = (
        pl.col("montant_statut").is_in(USABLE) & (pl.col("type_contrat") != "concession") & ~pl.col("test_plateforme")
    )
    read = ("uid", "acheteur_siren", "cpv_division", "montant", "procedure")
    narrow = contracts.select(*read, "montant_statut", "type_contrat", "test_plateforme")
    comparable = narrow.filter(kept.fill_null(False) & pl.col("cpv_division").is_not_null())
    return comparable.select(*read, _log=pl.col("montant").log10())


def _banded(compared: pl.DataFrame) -> pl.DataFrame:
    """Adds ``_tranche``: the band of inhabitants of the buyer, or that of all buyers without inhabitants."""
    bounds = rules.toml("contract_facts.toml")["anomalies"]["tranches"]
    rank = pl.sum_horizontal((pl.col("_habitants") >= bound).cast(pl.Int32) for bound in bounds)
    return compared.join(_people(), on="acheteur_siren", how="left").with_columns(
        _tranche=pl.when(pl.col("_habitants").is_not_null()).then(rank.cast(pl.String)).otherwise(pl.lit(_OTHERS))
    )


@cache
def _people() -> pl.DataFrame:
    """``acheteur_siren, _habitants``: Paris is a commune and a département under one SIREN, of as many inhabitants."""
    people = pl.col("population").cast(pl.Int64, strict=False).max()
    return rules.table("territories.csv").group_by(acheteur_siren="siren").agg(_habitants=people)


def _usual(compared: pl.DataFrame, key: str, group: str, enough: pl.Expr) -> pl.DataFrame:
    """Per group of ``key`` and CPV division with enough amounts: their number, median (logarithm) and robust deviation."""
    by = [key, "cpv_division"]
    middle = pl.col("_log").median().alias(f"_mediane_{group}")
    counted = compared.group_by(by).agg(middle, pl.len().alias(f"_n_{group}"), _assez=enough)
    known = counted.filter("_assez").drop("_assez")
    near = compared.select(*by, "_log").join(known.select(*by, f"_mediane_{group}"), on=by)
    far = near.select(*by, _loin=(pl.col("_log") - pl.col(f"_mediane_{group}")).abs())
    least = rules.toml("contract_facts.toml")["anomalies"]["ecart_minimal"]
    spread = pl.max_horizontal(pl.col("_loin").median() * 1.4826, pl.lit(least))
    return known.join(far.group_by(by).agg(spread.alias(f"_etendue_{group}")), on=by)


def _distance(group: str) -> pl.Expr:
    """How far from the median, in robust deviations; null when the group is too small."""
    return (pl.col("_log") - pl.col(f"_mediane_{group}")) / pl.col(f"_etendue_{group}")


def _seen(group: str) -> list[pl.Expr]:
    """What a comparison shows: the amount, how many times more or less than the median, of how many contracts."""
    gap = pl.col("_log") - pl.col(f"_mediane_{group}")
    times = (10 ** gap.abs()).round(0).cast(pl.Int64)
    way = pl.when(gap > 0).then(pl.lit("plus")).otherwise(pl.lit("moins"))
    middle = evidence.euros((10 ** pl.col(f"_mediane_{group}")).round(0))
    return [evidence.euros("montant"), times, way, middle, pl.col(f"_n_{group}"), pl.col("cpv_division")]


def _lost_comma(group: str) -> pl.Expr:
    """A hundredth, a thousandth, a hundred or a thousand times the amount is close to the median."""
    settings = rules.toml("contract_facts.toml")["anomalies"]
    gap = (pl.col("_log") - pl.col(f"_mediane_{group}")).abs()
    return pl.any_horizontal((gap - power).abs() <= settings["virgule"] for power in (2, 3)).fill_null(False)


def _forbidden() -> pl.Expr:
    """A « procédure adaptée » of supplies or services above what this procedure can reach."""
    ceiling = rules.method()["amounts"]["unit_file"]["ceiling"] * CENT
    adapted = (pl.col("procedure") == "Procédure adaptée") & (pl.col("cpv_division") != WORKS_DIVISION)
    return (adapted & (pl.col("montant") >= ceiling)).fill_null(False)
