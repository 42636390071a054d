"""The levers: an ordered ladder read from ``reference/levers.toml``.

The first main rung whose conditions all hold is advised; the other rungs that hold may be combined with it; what lacked to the
rungs that reserve is told. Only actionable needs carry a lever: another state says why there is none.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from spaser import rules
from spaser.potential.condition import BOUNDS, holds, met
from spaser.potential.standing import ACT, without_next
from spaser.vocabulary import CENT

_THIN = "\u202f"
_NAMED = re.compile(r"\[(\w+)\]")
_PLAIN = {
    "levier_libelle": "label",
    "levier_article": "article",
    "levier_pour": "whom",
    "levier_confiance": "confidence",
    "levier_verifier": "check",
    "levier_exclu": "not_for",
}
_TEXTS = {"levier_raison": "reason", "levier_changerait": "change"}
#: The rung of those for whom nothing is advised.
NOTHING = "rien"
_EUROS = ("lot_annuel", "famille_annuelle", "lot_montant", "besoin_montant", "seuil")


def ladder(under_code: bool = True, day: date | None = None) -> list[dict]:
    """The rungs, from the strongest lever to none; those of a buyer that the procurement code does not bind are its own.

    Values that are named in conditions and quoted in texts are those of the day (the last known without one); a rung that rests on a
    value of the law unknown on that day (before its first date) is not there. ``whom``: « Réservé à : … » for a reservation,
    « S'adresse à : … » for any other lever.
    """
    return [dict(rung) for rung in _ladder(under_code, day)]


@lru_cache(maxsize=16)
def _ladder(under_code: bool, day: date | None) -> list[dict]:
    read = rules.toml("levers.toml")
    values = {name: (_value(one, day), one["unit"]) for name, one in read["values"].items()}
    known = {name: (value, unit) for name, (value, unit) in values.items() if value is not None}
    rungs = read["rungs" if under_code else "private"]
    return [_filled(rung, known) for rung in rungs if not _uses(rung) & (values.keys() - known.keys())]


def _uses(rung: dict) -> set[str]:
    """The names of ``[values]`` that a rung's conditions compare to, or that its texts quote."""
    conditions = [*rung["conditions"], *(one for group in rung.get("any", []) for one in group)]
    compared = {one[key] for one in conditions for key in BOUNDS if isinstance(one.get(key), str)}
    return compared | {name for value in rung.values() if isinstance(value, str) for name in _NAMED.findall(value)}


def _value(one: dict[str, Any], day: date | None) -> int | None:
    if "law" in one:
        value = rules.value(one["law"], day or rules.toml("law.toml")["reading"]["version"])
        return None if value is None else int(value)
    if "reservation" in one:
        return int(rules.toml("law.toml")["reservations"][one["reservation"]][one["key"]])
    return int(one["value"])


def _filled(rung: dict, known: dict[str, tuple[int, str]]) -> dict:
    """The rung with its named values: cents where they are euros, « 60 000 € HT » in texts."""

    def named(condition: dict) -> dict:
        found = {key: known[value] for key, value in condition.items() if key in BOUNDS and isinstance(value, str)}
        return condition | {key: value * CENT if "€" in unit else value for key, (value, unit) in found.items()}

    said = {name: f"{_spaced(value)}\u00a0{unit}" for name, (value, unit) in known.items()}
    texts = {
        key: _NAMED.sub(lambda match: said[match[1]], value) for key, value in rung.items() if isinstance(value, str)
    }
    towards = "Réservé à" if rung["kind"] == "reserver" else "S'adresse à"
    return (
        rung
        | texts
        | {"conditions": [named(one) for one in rung["conditions"]]}
        | {"any": [[named(one) for one in group] for group in rung.get("any", [])]}
        | {"whom": f"{towards} : {texts['for']}" if texts["for"] else ""}
    )


def without_euros() -> list[str]:
    """The rungs that move no euro to the ESS by themselves: a duty, a criterion."""
    return [rung["code"] for rung in ladder() if rung.get("effect") == "aucun"]


def duty() -> dict:
    """The rung that is an obligation, not advice."""
    return next(rung for rung in ladder() if rung.get("duty"))


def clauses() -> list[str]:
    """The rungs that ask for hours of insertion, advised or due: whoever wins carries them, so their euros go to nobody by themselves."""
    return [rung["code"] for rung in ladder() if rung.get("hours")]


def advise(needs: pl.LazyFrame, dependency: float, under_code: bool = True, day: date | None = None) -> pl.LazyFrame:
    """Adds ``levier``, its label, article, beneficiaries, how many suppliers can answer it and who they are (``levier_fournisseurs,
    levier_population``: null where it is addressed to whoever bids), reasons, what would change it, what to check, what it is not for, its confidence; ``leviers`` (others that may be combined), ``levier_refus`` (why not reserve), ``levier_du`` (what the law asks anyway).

    Needs every column that a condition or a text of the ladder names, and ``etat_action, etat_libelle, etat_raison``. Not
    ``under_code``, nothing is reserved, held to a threshold, due nor divided into lots, and no refusal speaks of it.
    """
    rungs = ladder(under_code, day)
    known = needs.with_columns(_shown(dependency))
    chosen = pl.lit(None, pl.String)
    for rung in reversed(rungs):
        if rung["main"]:
            chosen = pl.when(_open(rung)).then(pl.lit(rung["code"])).otherwise(chosen)
    alone = _alone(chosen, under_code)
    with_code = known.with_columns(_seul=alone, levier=pl.when(alone).then(pl.lit(duty()["code"])).otherwise(chosen))
    codes = [rung["code"] for rung in rungs]
    fixed = {
        name: pl.col("levier").replace_strict(codes, [rung[key] for rung in rungs]) for name, key in _PLAIN.items()
    }
    said = {name: _by_rung(rungs, key) for name, key in _TEXTS.items()}
    told = with_code.with_columns(
        **fixed,
        **said,
        **_counted(rungs),
        leviers=_combined(rungs),
        levier_refus=_refusals(rungs) if under_code else pl.lit(""),
        levier_du=_due(rungs) if under_code else pl.lit(""),
    )
    return told.with_columns(_in_its_place()).with_columns(_kept(under_code)).drop("_seul", *_names())


def _alone(chosen: pl.Expr, under_code: bool) -> pl.Expr:
    """Nothing is advised and the clause is due: the duty is then what the need calls for, never « rien »."""
    return (chosen == NOTHING) & pl.col("clause_obligatoire").fill_null(False) & pl.lit(under_code)


def _in_its_place() -> list[pl.Expr]:
    """The texts of the duty that stands alone; those of the rung elsewhere."""
    alone, known = duty()["alone"], (_PLAIN | _TEXTS).items()
    return [pl.when("_seul").then(_told(alone[key])).otherwise(name).alias(name) for name, key in known if key in alone]


def _counted(rungs: list[dict]) -> dict[str, pl.Expr]:
    """Those who can answer the chosen rung: the only number of suppliers that stands beside it, and the words of that number; neither
    where nobody is known to: meeting them is then addressed to all."""
    known = rules.toml("levers.toml")["columns"]
    with_count = [rung for rung in rungs if "count" in rung]
    able = [pl.when((pl.col("levier") == rung["code"]) & (pl.col(rung["count"]) > 0)) for rung in with_count]
    labels = [pl.lit(known[rung["count"]]["label"]) for rung in with_count]
    return {
        "levier_fournisseurs": pl.coalesce(
            one.then(pl.col(rung["count"])) for one, rung in zip(able, with_count, strict=True)
        ).cast(pl.Int32),
        "levier_population": pl.coalesce(one.then(label) for one, label in zip(able, labels, strict=True)),
    }


def _due(rungs: list[dict]) -> pl.Expr:
    """What the law asks of the next consultation, whatever is chosen; nothing where it does not, where nothing says whether it does, or
    where there is no next consultation."""
    due = next(rung["due"] for rung in rungs if rung.get("duty"))
    perhaps = next(rung["due_unsure"] for rung in rungs if rung.get("duty"))
    said = pl.when(pl.col("seuil_douteux").fill_null(False)).then(pl.lit(perhaps)).otherwise(pl.lit(due))
    owed = pl.col("clause_obligatoire").fill_null(False) & ~without_next()
    return pl.when(owed).then(said).otherwise(pl.lit(""))


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
        "levier_fournisseurs": pl.lit(None, pl.Int32),
        "levier_population": pl.lit(None, pl.String),
    }
    if under_code:
        instead["levier_refus"] = pl.format("Réservation sans objet : {}. {}", "etat_libelle", "etat_raison")
    instead["levier_libelle"] = (
        pl.when(pl.col("etat_action") == "conserver")
        .then(pl.format("À conserver : {}", "etat_libelle"))
        .otherwise(instead["levier_libelle"])
    )
    names = ("levier", *_PLAIN, *_TEXTS, "levier_fournisseurs", "levier_population", "leviers", "levier_refus")
    return [
        pl.when(act).then(pl.col(name)).otherwise(instead.get(name, pl.lit("", pl.String))).alias(name)
        for name in names
    ]


def _combined(rungs: list[dict]) -> pl.Expr:
    """The labels of the other rungs that hold, each once; preparing, doing nothing and what is due are not combined."""
    held = [
        pl.when(_open(rung) & (pl.col("levier") != rung["code"])).then(pl.lit(rung["label"]))
        for rung in rungs
        if rung["kind"] != "preparer" and not rung.get("duty")
    ]
    return pl.concat_str(held, separator=" ; ", ignore_nulls=True)


def _refusals(rungs: list[dict]) -> pl.Expr:
    """For each rung whose refusal is told and that does not hold: its first condition that lacks, with the figure. « si_autre »: only where
    that is not what the first rung already lacks; « concession »: only of a concession, whose other rungs are refused for being one."""
    known, first = rules.toml("levers.toml")["columns"], None
    told = []
    for rung in (rung for rung in rungs if rung.get("refusal")):
        lacking = pl.coalesce(
            *(pl.when(~met(one)).then(_lack(one, known[one["column"]])) for one in rung["conditions"])
        )
        first = lacking if first is None else first
        asked = {"si_autre": lacking != first, "concession": pl.col("concession")}.get(rung["refusal"], pl.lit(True))
        said = ~holds(rung) & asked.fill_null(False)
        told.append(pl.when(said).then(pl.format("{} : {}", pl.lit(rung["label"]), lacking)))
    return pl.concat_str(told, separator=" ; ", ignore_nulls=True)


def _lack(one: dict, column: dict[str, str]) -> pl.Expr:
    """What lacked, in words: what it is or is not, or the figure with its unit beside the one that is wanted."""
    if "lack" in column:
        return pl.lit(column["lack_max"] if "max" in one and "lack_max" in column else column["lack"])
    euros = "€" in column["unit"]
    bound, words = next((one[key], words) for key, words in BOUNDS.items() if key in one)
    value = pl.col(one["column"])
    if column["unit"] == "fournisseurs" and bound <= 1:
        return pl.format("aucun de ceux-ci : {}", pl.lit(column["label"]))
    unit = (
        column["unit"]
        if euros
        else pl.when(value.abs() < 2).then(pl.lit(_one(column["unit"]))).otherwise(pl.lit(column["unit"]))
    )
    shown = pl.format("{}\u00a0{}", _thousands(value // CENT if euros else value), pl.lit(unit) if euros else unit)
    wanted = f"{words} {_spaced(bound // CENT if euros else bound)}"
    return pl.format(
        "{} : {}, il en faut {}", pl.lit(column["label"]), pl.coalesce(shown, pl.lit("nombre inconnu")), pl.lit(wanted)
    )


def _one(unit: str) -> str:
    """« fournisseur » of « fournisseurs »; « mois » has but one form."""
    return unit if unit == "mois" else unit.removesuffix("s")


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", _THIN)


def _by_rung(rungs: list[dict], key: str) -> pl.Expr:
    """The text of the chosen rung, its {names} filled with the figures of the need."""
    text = pl.lit(None, pl.String)
    for rung in rungs:
        text = pl.when(pl.col("levier") == rung["code"]).then(_told(rung[key])).otherwise(text)
    return text


def _told(words: str) -> pl.Expr:
    names = re.findall(r"\{(\w+)\}", words)
    filled = re.sub(r"\{\w+\}", "{}", words)
    return pl.format(filled, *(pl.col(f"dit_{name}") for name in names)) if names else pl.lit(filled)


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
        "dit_credibles_dits": _how_many(),
        "dit_reperes_dits": _who_says(),
        "dit_supposes_dits": pl.when(pl.col("supposes") >= pl.col("lot_reperes"))
        .then(pl.lit("tous"))
        .otherwise(pl.format("{} d'entre eux", "supposes")),
        "dit_atteint": pl.when(pl.col("seuil_douteux").fill_null(False))
        .then(pl.lit("atteint sans doute (un montant inconnu ou une procédure adaptée est à vérifier)"))
        .otherwise(pl.lit("atteint")),
        "dit_duree": pl.coalesce(pl.col("duree").cast(pl.String), pl.lit("inconnue")),
        **{f"dit_{name}_euros": pl.coalesce(_in_euros(pl.col(name)), pl.lit("?")) for name in _EUROS},
    }
    plain = {
        name: pl.coalesce(pl.col(name.removeprefix("dit_")).cast(pl.String), pl.lit("?"))
        for name in _names()
        if name not in special
    }
    return [value.alias(name) for name, value in (special | plain).items() if name in _names()]


def _how_many() -> pl.Expr:
    """Who is within reach and credible, in words: one alone makes no competition, and nobody is said so."""
    near = (
        pl.when(pl.col("candidats") < 2)
        .then(pl.lit("1 fournisseur à portée"))
        .otherwise(pl.format("{} fournisseurs à portée", "candidats"))
    )
    sure = pl.col("credibles")
    return (
        pl.when(sure < 1)
        .then(pl.format("{}, aucun crédible.", near))
        .when(sure < 2)
        .then(pl.format("{}, un seul crédible{} : ce n'est pas une concurrence, à élargir.", near, _by_code()))
        .otherwise(pl.format("{}, {} crédibles{}.", near, sure, _by_code()))
    )


def _who_says() -> pl.Expr:
    """Those who could answer a reservation: how many say this trade, how many only an activity code gives it to."""
    every, codes = pl.col("lot_reperes"), pl.col("reperes_codes")
    own = every - codes
    says = pl.format("{} {} ce métier", own, pl.when(own < 2).then(pl.lit("dit")).otherwise(pl.lit("disent")))
    theirs = pl.when(codes < 2).then(pl.lit("son")).otherwise(pl.lit("leur"))
    return (
        pl.when(codes < 1)
        .then(pl.format("{} fournisseurs réservables disent ce métier", every))
        .when(own < 1)
        .then(pl.format("{} fournisseurs réservables, tous connus par leur seul code d'activité", every))
        .otherwise(
            pl.format(
                "{} fournisseurs réservables : {}, {} d'après {} seul code d'activité", every, says, codes, theirs
            )
        )
    )


def _by_code() -> pl.Expr:
    """« , dont 3 par leur seul code d'activité »: a code is no trade that a structure says."""
    codes, sure = pl.col("codes_seuls"), pl.col("credibles")
    some = (
        pl.when(sure < 2)
        .then(pl.lit(", par son seul code d'activité"))
        .when(codes >= sure)
        .then(pl.lit(", tous par leur seul code d'activité"))
        .otherwise(pl.format(", dont {} par leur seul code d'activité", codes))
    )
    return pl.when(codes > 0).then(some).otherwise(pl.lit(""))


def _in_euros(cents: pl.Expr) -> pl.Expr:
    return pl.format("{}\u00a0€", _thousands(cents // CENT))


def _thousands(number: pl.Expr) -> pl.Expr:
    """Digits by groups of three from the right, with a narrow no-break space."""
    reversed_digits = number.cast(pl.Int64).cast(pl.String).str.reverse()
    return reversed_digits.str.replace_all(r"(\d{3})", f"${{1}}{_THIN}").str.strip_chars_end(_THIN).str.reverse()
