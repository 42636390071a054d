"""Amounts far from those they can be compared with: the buyer's own in the CPV division, then those of buyers of its size.

On the decimal logarithm, by the median and the median absolute deviation, beside the rules of ``amounts``. An anomaly is a
reason to look, never a correction: it moves no sum. The others are the buyers read together: above 300 000 records they are
those of the same part (``studies/diagnostic/parts``), and the reason told may differ. Values: ``reference/contract_facts.toml`` (``anomalies``, ``anomalie``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import evidence
from spaser.contracts.amounts import USABLE
from spaser.vocabulary import CENT, WORKS_DIVISION

_OTHERS = "sans population connue"


def judge(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``montant_anomalie`` (null: too few to compare with) and ``montant_anomalie_raisons``, in words.

    The comparison with the buyer's own contracts decides, unless buyers of its size find the amount ordinary; without enough
    of its own, theirs decides. What strengthens the doubt is told too: a lost comma would explain it, the procedure forbids it.
    Needs ``uid, acheteur_siren, cpv_division, montant, montant_statut, type_contrat, procedure, test_plateforme``.
    """
    compared = _scored(_banded(_comparable(contracts)))
    settings = rules.toml("contract_facts.toml")["anomalies"]
    own, theirs = (pl.col(f"_ecart_{group}").abs() > settings["ecarts"] for group in ("acheteur", "tranche"))
    flagged = pl.when(pl.col("_ecart_acheteur").is_not_null()).then(own & theirs.fill_null(True)).otherwise(theirs)
    marked = compared.with_columns(montant_anomalie=flagged)
    told = marked.filter("montant_anomalie").select("uid", montant_anomalie_raisons=_reasons(own, theirs))
    found = marked.select("uid", "montant_anomalie").join(told, on="uid", how="left")
    return contracts.join(found, on="uid", how="left")


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
    return contracts.filter(kept.fill_null(False) & pl.col("cpv_division").is_not_null()).select(
        "uid", "acheteur_siren", "cpv_division", "montant", "procedure", _log=pl.col("montant").log10()
    )


def _banded(compared: pl.DataFrame) -> pl.DataFrame:
    """Adds ``_tranche``: the band of inhabitants of the buyer, or that of all buyers without inhabitants."""
    bounds = rules.toml("contract_facts.toml")["anomalies"]["tranches"]
    # Paris is a commune and a département under one SIREN, of as many inhabitants.
    people = (
        rules.table("territories.csv")
        .group_by("siren")
        .agg(_habitants=pl.col("population").cast(pl.Int64, strict=False).max())
    )
    people = people.rename({"siren": "acheteur_siren"})
    rank = pl.sum_horizontal((pl.col("_habitants") >= bound).cast(pl.Int32) for bound in bounds)
    return compared.join(people, on="acheteur_siren", how="left").with_columns(
        _tranche=pl.when(pl.col("_habitants").is_not_null()).then(rank.cast(pl.String)).otherwise(pl.lit(_OTHERS))
    )


def _scored(compared: pl.DataFrame) -> pl.DataFrame:
    """Adds for each group ``_n``, ``_mediane`` (logarithm) and ``_ecart``, in robust deviations; null when it is too small."""
    settings = rules.toml("contract_facts.toml")["anomalies"]
    for group, key in (("acheteur", "acheteur_siren"), ("tranche", "_tranche")):
        by = [key, "cpv_division"]
        enough = pl.len().over(by) >= settings[f"minimum_{group}"]
        if group == "tranche":
            enough &= pl.col("acheteur_siren").n_unique().over(by) >= settings["minimum_acheteurs"]
        middle = pl.col("_log").median().over(by)
        compared = compared.with_columns(pl.len().over(by).alias(f"_n_{group}"), middle.alias(f"_mediane_{group}"))
        distance = pl.col("_log") - pl.col(f"_mediane_{group}")
        spread = pl.max_horizontal(distance.abs().median().over(by) * 1.4826, pl.lit(settings["ecart_minimal"]))
        compared = compared.with_columns(pl.when(enough).then(distance / spread).alias(f"_ecart_{group}"))
    return compared


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
