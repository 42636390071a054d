"""The lever: an ordered ladder read from ``reference/levers.toml``, the first rung whose conditions all hold."""

from __future__ import annotations

import re

import polars as pl

from spaser import rules

_THIN = "\u202f"


def ladder() -> list[dict]:
    """The rungs, from the strongest lever to none."""
    return rules.toml("levers.toml")["rungs"]


def advise(needs: pl.LazyFrame, dependency: float) -> pl.LazyFrame:
    """Adds ``levier``, its label, article, beneficiaries, reasons, what would change it, and confidence in its basis.

    Needs every column that a condition or a text of the ladder names; a null never meets a condition.
    """
    known = needs.with_columns(_shown(dependency))
    chosen = pl.lit(None, pl.String)
    for rung in reversed(ladder()):
        chosen = pl.when(_holds(rung)).then(pl.lit(rung["code"])).otherwise(chosen)
    with_code = known.with_columns(levier=chosen)
    texts = {"levier_raison": "reason", "levier_changerait": "change"}
    plain = {"levier_libelle": "label", "levier_article": "article", "levier_pour": "for", "levier_confiance": "confidence"}
    codes = [rung["code"] for rung in ladder()]
    fixed = {name: pl.col("levier").replace_strict(codes, [rung[key] for rung in ladder()]) for name, key in plain.items()}
    said = {name: _by_rung(key) for name, key in texts.items()}
    return with_code.with_columns(**fixed, **said).drop(name for name in _names() if name.startswith("dit_"))


def _holds(rung: dict) -> pl.Expr:
    held = [pl.lit(True)]
    for condition in rung["conditions"]:
        column = pl.col(condition["column"])
        held += [column >= condition["min"]] if "min" in condition else []
        held += [column <= condition["max"]] if "max" in condition else []
    return pl.all_horizontal(held).fill_null(False)


def _by_rung(key: str) -> pl.Expr:
    """The text of the chosen rung, its {names} filled with the figures of the need."""
    text = pl.lit(None, pl.String)
    for rung in ladder():
        names = re.findall(r"\{(\w+)\}", rung[key])
        filled = re.sub(r"\{\w+\}", "{}", rung[key])
        value = pl.format(filled, *(pl.col(f"dit_{name}") for name in names)) if names else pl.lit(filled)
        text = pl.when(pl.col("levier") == rung["code"]).then(value).otherwise(text)
    return text


def _names() -> list[str]:
    found = {name for rung in ladder() for key in ("reason", "change") for name in re.findall(r"\{(\w+)\}", rung[key])}
    return [f"dit_{name}" for name in sorted(found)]


def _shown(dependency: float) -> list[pl.Expr]:
    """The figures that texts quote, as a person reads them."""
    special = {
        "dit_dependance_choisie": pl.lit(f"{round(100 * dependency)}\u00a0%"),
        "dit_part_allotie": pl.format("{}\u00a0%", (100 * pl.col("part_allotie") * pl.col("adressable")).round().cast(pl.Int64)),
        "dit_lot_annuel_euros": pl.format("{}\u00a0€", _thousands(pl.col("lot_annuel") // 100)),
        "dit_heures_clause": _thousands(pl.col("heures_clause")),
        "dit_duree": pl.coalesce(pl.col("duree").cast(pl.String), pl.lit("inconnue")),
    }
    plain = {name: pl.coalesce(pl.col(name.removeprefix("dit_")).cast(pl.String), pl.lit("?")) for name in _names() if name not in special}
    return [value.alias(name) for name, value in (special | plain).items() if name in _names()]


def _thousands(number: pl.Expr) -> pl.Expr:
    """Digits by groups of three from the right, with a narrow no-break space."""
    reversed_digits = number.cast(pl.Int64).cast(pl.String).str.reverse()
    return reversed_digits.str.replace_all(r"(\d{3})", f"${{1}}{_THIN}").str.strip_chars_end(_THIN).str.reverse()
