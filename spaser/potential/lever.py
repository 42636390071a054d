"""The levers: an ordered ladder read from ``reference/levers.toml``.

The first main rung whose conditions all hold is advised; the other rungs that hold may be combined with it; what lacked to the
rungs that reserve is told. Only actionable needs carry a lever: another state says why there is none.
"""

from __future__ import annotations

import re

import polars as pl

from spaser import rules
from spaser.potential.condition import holds, met
from spaser.potential.standing import ACT

_THIN = "\u202f"
#: Rungs whose refusal is told: « pourquoi pas réserver ? ».
REFUSED = ("reserver_handicap_insertion", "reserver_lot", "reserver_ess", "allotir", "achat_direct")
_PLAIN = {
    "levier_libelle": "label",
    "levier_article": "article",
    "levier_pour": "for",
    "levier_confiance": "confidence",
    "levier_verifier": "check",
    "levier_exclu": "not_for",
}
_TEXTS = {"levier_raison": "reason", "levier_changerait": "change"}
_EUROS = ("lot_annuel", "famille_annuelle", "lot_montant", "seuil")


def ladder(under_code: bool = True) -> list[dict]:
    """The rungs, from the strongest lever to none; those of a buyer that the procurement code does not bind are its own."""
    return rules.toml("levers.toml")["rungs" if under_code else "private"]


def advise(needs: pl.LazyFrame, dependency: float, under_code: bool = True) -> pl.LazyFrame:
    """Adds ``levier``, its label, article, beneficiaries, reasons, what would change it, what to check, what it is not for, its
    confidence; ``leviers`` (others that may be combined) and ``levier_refus`` (why not reserve).

    Needs every column that a condition or a text of the ladder names, and ``etat_action, etat_libelle, etat_raison``. Not
    ``under_code``, nothing is reserved, held to a threshold nor divided into lots, and no refusal speaks of it.
    """
    rungs = ladder(under_code)
    known = needs.with_columns(_shown(dependency))
    chosen = pl.lit(None, pl.String)
    for rung in reversed(rungs):
        if rung["main"]:
            chosen = pl.when(_open(rung)).then(pl.lit(rung["code"])).otherwise(chosen)
    with_code = known.with_columns(levier=chosen)
    codes = [rung["code"] for rung in rungs]
    fixed = {
        name: pl.col("levier").replace_strict(codes, [rung[key] for rung in rungs]) for name, key in _PLAIN.items()
    }
    said = {name: _by_rung(rungs, key) for name, key in _TEXTS.items()}
    told = with_code.with_columns(
        **fixed, **said, leviers=_combined(rungs), levier_refus=_refusals() if under_code else pl.lit("")
    )
    return told.with_columns(_kept(under_code)).drop(name for name in _names() if name.startswith("dit_"))


def _open(rung: dict) -> pl.Expr:
    """Its conditions hold; a concession has rungs of its own (``concessions``): the articles of the others are those of markets."""
    return holds(rung) & (~pl.col("concession").fill_null(False) | pl.lit(rung.get("concessions", False)))


def _kept(under_code: bool) -> list[pl.Expr]:
    """Where the state asks for no action, it stands in place of the lever, and says why nothing is to be reserved now."""
    act = (pl.col("etat_action") == ACT).fill_null(False)
    instead = {
        "levier": pl.lit("sans_objet"),
        "levier_libelle": pl.format("Aucun : {}", "etat_libelle"),
        "levier_raison": pl.col("etat_raison"),
    }
    if under_code:
        instead["levier_refus"] = pl.format("Réservation sans objet : {}. {}", "etat_libelle", "etat_raison")
    instead["levier_libelle"] = (
        pl.when(pl.col("etat_action") == "conserver")
        .then(pl.format("À conserver : {}", "etat_libelle"))
        .otherwise(instead["levier_libelle"])
    )
    names = ("levier", *_PLAIN, *_TEXTS, "leviers", "levier_refus")
    return [
        pl.when(act).then(pl.col(name)).otherwise(instead.get(name, pl.lit("", pl.String))).alias(name)
        for name in names
    ]


def _combined(rungs: list[dict]) -> pl.Expr:
    """The labels of the other rungs that hold, each once; preparing and doing nothing are not combined."""
    held = [
        pl.when(_open(rung) & (pl.col("levier") != rung["code"])).then(pl.lit(rung["label"]))
        for rung in rungs
        if rung["kind"] != "preparer"
    ]
    return pl.concat_str(held, separator=" ; ", ignore_nulls=True)


def _refusals() -> pl.Expr:
    """For each rung that reserves (or divides) and does not hold: its first condition that lacks, with the figure."""
    labels = rules.toml("levers.toml")["columns"]
    told = []
    for rung in (rung for rung in ladder() if rung["code"] in REFUSED):
        lacking = pl.coalesce(*(pl.when(~met(one)).then(_lack(one, labels)) for one in rung["conditions"]))
        told.append(pl.when(~holds(rung)).then(pl.format("{} : {}", pl.lit(rung["label"]), lacking)))
    return pl.concat_str(told, separator=" ; ", ignore_nulls=True)


def _lack(one: dict, labels: dict[str, str]) -> pl.Expr:
    wanted = (
        f"au moins {one['min']:g}"
        if "min" in one
        else f"au plus {one['max']:g}"
        if "max" in one
        else "oui"
        if one.get("is")
        else "non"
    )
    value = pl.col(one["column"])
    shown = (
        pl.when(value.is_null())
        .then(pl.lit("inconnu"))
        .otherwise(value.cast(pl.String).replace({"true": "oui", "false": "non"}))
    )
    if labels[one["column"]].endswith("en centimes"):
        name, euros = labels[one["column"]].removesuffix(", en centimes"), one.get("max", one.get("min", 0)) // 100
        bound = f"{'au plus' if 'max' in one else 'au moins'} {euros:,} €".replace(",", _THIN)
        return pl.format(
            "{} : {}, il faut {}", pl.lit(name), pl.coalesce(_in_euros(value), pl.lit("inconnu")), pl.lit(bound)
        )
    return pl.format("{} : {}, il faut {}", pl.lit(labels[one["column"]]), shown, pl.lit(wanted))


def _by_rung(rungs: list[dict], key: str) -> pl.Expr:
    """The text of the chosen rung, its {names} filled with the figures of the need."""
    text = pl.lit(None, pl.String)
    for rung in rungs:
        names = re.findall(r"\{(\w+)\}", rung[key])
        filled = re.sub(r"\{\w+\}", "{}", rung[key])
        value = pl.format(filled, *(pl.col(f"dit_{name}") for name in names)) if names else pl.lit(filled)
        text = pl.when(pl.col("levier") == rung["code"]).then(value).otherwise(text)
    return text


def _names() -> list[str]:
    found = {
        name
        for rung in (*ladder(), *ladder(False))
        for key in ("reason", "change")
        for name in re.findall(r"\{(\w+)\}", rung[key])
    }
    return [f"dit_{name}" for name in sorted(found)]


def _shown(dependency: float) -> list[pl.Expr]:
    """The figures that texts quote, as a person reads them."""
    special = {
        "dit_dependance_choisie": pl.lit(f"{round(100 * dependency)}\u00a0%"),
        "dit_part_allotie": pl.format(
            "{}\u00a0%", (100 * pl.col("part_allotie") * pl.col("adressable")).round().cast(pl.Int64)
        ),
        "dit_heures_clause": _thousands(pl.col("heures_clause")),
        "dit_duree": pl.coalesce(pl.col("duree").cast(pl.String), pl.lit("inconnue")),
        **{f"dit_{name}_euros": pl.coalesce(_in_euros(pl.col(name)), pl.lit("?")) for name in _EUROS},
    }
    plain = {
        name: pl.coalesce(pl.col(name.removeprefix("dit_")).cast(pl.String), pl.lit("?"))
        for name in _names()
        if name not in special
    }
    return [value.alias(name) for name, value in (special | plain).items() if name in _names()]


def _in_euros(cents: pl.Expr) -> pl.Expr:
    return pl.format("{}\u00a0€", _thousands(cents // 100))


def _thousands(number: pl.Expr) -> pl.Expr:
    """Digits by groups of three from the right, with a narrow no-break space."""
    reversed_digits = number.cast(pl.Int64).cast(pl.String).str.reverse()
    return reversed_digits.str.replace_all(r"(\d{3})", f"${{1}}{_THIN}").str.strip_chars_end(_THIN).str.reverse()
