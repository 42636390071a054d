"""What is read of each column of a contract: its typed value, and what may be wrong with it.

A field is a few stages of expressions on one column. Values stand under ``v_`` and the name, intermediate numbers under
``w_``, forms shared with other fields under ``k_``, one Boolean per rule under ``d_``, the rest is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from spaser.sources import closed_lists, dates, distinct, siret, text
from spaser.sources.contracts import figures
from spaser.vocabulary import CLOSED_LISTS, NONE_DECLARED, RAW, RECORDS

LISTS = tuple(word.name for word in RAW.words if word.dtype == pl.List(pl.String))
CHOICES = tuple(name for name in CLOSED_LISTS if name not in LISTS and name != "titulaire_typeIdentifiant")
SHARES = ("tauxAvance", "origineUE", "origineFrance")
BOOLEANS = ("marcheInnovant", "attributionAvance", "sousTraitanceDeclaree")
DAYS = ("dateNotification", "datePublicationDonnees", "dateDebutExecution", "date_version")
CONCESSIONS = [value for value in CLOSED_LISTS["nature"] if "Concession" in value or "Délégation" in value]
_UNSAFE_IN_ID = r"[ ,\\./]"
#: An identifier in which there is nothing to mend, and that is no mark of absence since it has a digit.
_SAFE_ID = r"^[A-Za-z_-]*[0-9][0-9A-Za-z_-]*$"
#: Nearly every row has its own text: reading each distinct one would gain nothing.
_SINGULAR = ("id", "objet")
Stage = dict[str, pl.Expr]


@dataclass(frozen=True)
class Field:
    """One column read: stages of expressions, the columns kept of them, and the rule behind each ``d_`` column."""

    name: str
    stages: tuple[Stage, ...]
    kept: dict[str, pl.DataType]
    rules: dict[str, str]
    written: pl.Expr
    repeated: bool


def known(types: dict[str, pl.DataType]) -> list[Field]:
    """Every field, in the order in which refusals are told."""
    fields = [_identifier(), buyer(), _number(types), *(_list(name, types[name]) for name in LISTS)]
    fields += [_choice(name) for name in CHOICES]
    fields += [_text(name) for name in ("objet", "acheteur_nom", "acheteur_departement_code")] + [
        _place(),
        _wording(),
        _framework(),
        _amount(types["montant"]),
    ]
    fields += [_day(name, types[name]) for name in DAYS]
    fields += [_bounded(name, types[name]) for name in ("dureeMois", "offresRecues")]
    fields += [_plain(name, "part.illisible", figures.share, types[name]) for name in SHARES]
    fields += [_plain(name, "booleen.illisible", figures.yes, types[name]) for name in BOOLEANS]
    current = _value("donneesActuelles", figures.yes(pl.col("donneesActuelles"), types["donneesActuelles"]))
    return [*fields, _cpv(), _field("donneesActuelles", types["donneesActuelles"], [current], {}), _order_of_days()]


def _field(
    name: str,
    dtype: pl.DataType,
    stages: list[Stage],
    flags: Stage,
    kept: dict[str, pl.DataType] | None = None,
    written: pl.Expr | None = None,
) -> Field:
    """A field and its flags; columns under ``v_`` have the type of RECORDS."""
    rules = {f"d_{name}_{rank}": rule for rank, rule in enumerate(flags)}
    doubts = {alias: flags[rule].fill_null(False) for alias, rule in rules.items()}
    values = {alias: RECORDS.schema[alias[2:]] for stage in stages for alias in stage if alias.startswith("v_")}
    columns = values | (kept or {}) | dict.fromkeys(rules, pl.Boolean())
    steps = (*stages, doubts) if doubts else tuple(stages)
    repeated = dtype == pl.String and name not in _SINGULAR
    return Field(name, steps, columns, rules, pl.col(name) if written is None else written, repeated)


def _value(name: str, value: pl.Expr) -> Stage:
    return {f"v_{name}": value}


def _identifier() -> Field:
    bare = pl.col("id").cast(pl.String).str.strip_chars()
    odd = pl.when(~pl.col("id").cast(pl.String).str.contains(_SAFE_ID)).then(pl.col("k_id"))
    mended = pl.when(~closed_lists.missing(pl.col("t_odd"))).then(pl.col("t_odd").str.replace_all(_UNSAFE_IN_ID, "_"))
    value = pl.when(pl.col("t_odd").is_null()).then("k_id").otherwise(mended)
    return _field(
        "id",
        pl.String(),
        [{"k_id": bare}, {"t_odd": odd}, _value("id", value)],
        {"identite.id": pl.col("v_id").is_null()},
        {"k_id": pl.String()},
    )


def buyer() -> Field:
    """The identifier of the buyer: the one field that is also read alone, to choose the records of a buyer."""
    bare, luhn, value = pl.col("k_acheteur"), pl.col("k_luhn"), pl.col("v_acheteur_id")
    whole = pl.coalesce(siret.restored(bare, luhn, pl.col("k_siren")), bare)
    usable = whole.str.contains(r"[1-9]") & ~siret.is_scientific(whole)
    keys = {f"k_{name}": key for name, key in siret.keys(pl.col("k_number")).items()}
    stages = [
        {"k_acheteur": siret.bare(pl.col("acheteur_id").cast(pl.String))},
        {"k_number": siret.number_of(bare)},
        keys,
        _value("acheteur_id", pl.when(usable).then(whole)),
    ]
    kept, full, restored = value.is_not_null(), bare.str.contains(r"^\d{14}$"), value != bare
    return _field(
        "acheteur_id",
        pl.String(),
        stages,
        {
            "siret.scientifique": siret.is_scientific(bare),
            "identite.acheteur": ~kept,
            "siret.zero": kept & restored,
            "siret.luhn": kept & full & ~luhn,
            "siret.siren": kept & ~full & luhn & ~restored,
            "siret.forme": kept & ~full & ~luhn & ~restored,
        },
    )


def of_buyers() -> list[Field]:
    """What says whose a record is, and whether it is kept."""
    return [_identifier(), buyer(), _text("acheteur_nom")]


def published(types: dict[str, pl.DataType]) -> Field:
    """The day on which a record was published."""
    return _day("datePublicationDonnees", types["datePublicationDonnees"])


def sound_id() -> pl.Expr:
    """The identifier as found, the sound ones all alike: records may then be grouped by what is read of them."""
    written = pl.col("id").cast(pl.String)
    return pl.when(written.str.contains(_SAFE_ID)).then(pl.lit("0")).otherwise(written)


def _number(types: dict[str, pl.DataType]) -> Field:
    column, dtype = pl.col("modification_id"), types["modification_id"]
    read = {"w_modification_id": figures.whole(column, dtype)}
    number = pl.col("w_modification_id").fill_null(column.is_not_null().cast(pl.Int32))
    unread = column.is_not_null() & pl.col("w_modification_id").is_null()
    return _field("modification_id", dtype, [read, _value("modification_id", number)], {"modification.numero": unread})


def _list(name: str, dtype: pl.DataType) -> Field:
    letters, value = pl.col("t_letters"), pl.col(f"v_{name}")
    listed = isinstance(dtype, pl.List)
    parts = closed_lists.parted(pl.col(name), pl.List(pl.String) if listed else pl.String())
    known_, strange = closed_lists.many(letters, name), pl.col("t_strange")
    stages = [
        {f"t_{name}": parts},
        {"t_letters": closed_lists.keys(pl.col(f"t_{name}"))},
        {**_value(name, known_), "t_strange": closed_lists.many_doubt(letters, name)},
    ]
    flags = {"liste.valeur": strange & value.is_null(), "liste.partie": strange & value.is_not_null()}
    if name in NONE_DECLARED:
        none = NONE_DECLARED[name]
        flags["considerations.contradiction"] = value.str.contains(none, literal=True) & (value != none)
    written = pl.col(name).list.join(", ") if listed else pl.col(name)
    return _field(name, dtype, stages, flags, written=written)


def _choice(name: str) -> Field:
    column, value = pl.col(name), pl.col(f"v_{name}")
    stages = [_value(name, closed_lists.one(column, name))]
    return _field(name, pl.String(), stages, {"liste.valeur": closed_lists.one_doubt(column, value)})


def _sifted(name: str) -> list[Stage]:
    column, suspect = pl.col(name).cast(pl.String), pl.col("t_suspect")
    led = pl.when(suspect).then(column)
    return [{"t_suspect": text.suspect(column)}, {"t_led": led}, _value(name, text.sifted(column, suspect))]


def _text(name: str) -> Field:
    led = pl.col("t_led")
    return _field(
        name, pl.String(), _sifted(name), {"texte.mojibake": text.repaired(led), "texte.perdu": text.burnt(led)}
    )


def _place() -> Field:
    return _field("lieuExecution_code", pl.String(), _sifted("lieuExecution_code"), {})


def _wording() -> Field:
    return _field("objetModification", pl.String(), _sifted("objetModification"), {})


def _framework() -> Field:
    """The identifier of the framework agreement, written as ``id`` is, null when it says there is none."""
    written = pl.col("idAccordCadre").cast(pl.String).str.strip_chars()
    none = closed_lists.missing(written) | written.str.to_lowercase().is_in(["sans objet", "aucun", "non", "0"])
    value = pl.when(~none).then(written.str.replace_all(_UNSAFE_IN_ID, "_"))
    return _field("idAccordCadre", pl.String(), [_value("idAccordCadre", value)], {})


def _amount(dtype: pl.DataType) -> Field:
    column, value, exact = pl.col("montant"), pl.col("v_montant"), pl.col("t_exact")
    if dtype.is_float():
        stages = [_value("montant", figures.cents(column))]
    else:
        tidy = figures.tidy(column, exact, dtype)
        stages = [
            {"t_exact": figures.exact(column, dtype)},
            {"t_tidy": tidy},
            _value("montant", figures.amount(exact, pl.col("t_tidy"))),
        ]
    unread = figures.doubt(column, value, dtype)
    huge, vague = figures.is_huge(column, dtype), figures.is_ambiguous(column, dtype)
    flags = {
        "montant.demesure": unread & huge,
        "montant.ambigu": unread & ~huge & vague,
        "montant.illisible": unread & ~huge & ~vague,
    }
    return _field("montant", dtype, stages, flags)


def _day(name: str, dtype: pl.DataType) -> Field:
    column = pl.col(name)
    flags = {"date.illisible": figures.doubt(column, pl.col(f"v_{name}"), dtype)}
    if dtype == pl.String:
        flags["date.excel"] = dates.excel_day(column).is_not_null()
    return _field(name, dtype, [_value(name, dates.day(column, dtype))], flags)


def _order_of_days() -> Field:
    """A contract is not notified after its own publication: one of the two days is wrong."""
    after = (pl.col("v_dateNotification") > pl.col("v_datePublicationDonnees")) & (pl.col("v_modification_id") == 0)
    alias = "d_dates_0"
    written = pl.col("v_dateNotification").dt.strftime("%Y-%m-%d")
    return Field(
        "dateNotification",
        ({alias: after.fill_null(False)},),
        {alias: pl.Boolean()},
        {alias: "date.apres_publication"},
        written,
        False,
    )


def _bounded(name: str, dtype: pl.DataType) -> Field:
    column, number = pl.col(name), pl.col(f"w_{name}")
    if name == "dureeMois":
        inside, unreadable = number.is_between(1, figures.LONGEST_MONTHS), "duree.illisible"
        beyond = {"duree.nulle": number < 1, "duree.demesuree": number > figures.LONGEST_MONTHS}
    else:
        inside, unreadable, beyond = number >= 1, "nombre.illisible", {"offres.aucune": number < 1}
    stages = [{f"w_{name}": figures.whole(column, dtype)}, _value(name, pl.when(inside).then(number))]
    return _field(name, dtype, stages, {unreadable: figures.doubt(column, number, dtype), **beyond})


def _plain(name: str, rule: str, read: Callable[[pl.Expr, pl.DataType], pl.Expr], dtype: pl.DataType) -> Field:
    column = pl.col(name)
    doubt = figures.doubt(column, pl.col(f"v_{name}"), dtype)
    return _field(name, dtype, [_value(name, read(column, dtype))], {rule: doubt})


def _cpv() -> Field:
    code, value = pl.col("codeCPV").cast(pl.String), pl.col("v_codeCPV")
    stages = [{"t_digits": figures.cpv_digits(code)}, _value("codeCPV", figures.cpv(pl.col("t_digits"), code))]
    flags = {
        "cpv.illisible": figures.doubt(code, value, pl.String()),
        "cpv.complete": value.is_not_null() & ~code.str.contains(r"\d{8}"),
        "cpv.cle": figures.cpv_control_is_wrong(code, value),
    }
    return _field("codeCPV", pl.String(), stages, flags)


def staged(frame: pl.LazyFrame, fields: list[Field]) -> pl.LazyFrame:
    """The frame with the columns of each field: once per distinct value where values repeat, on every row elsewhere."""
    repeated = [field for field in fields if field.repeated]
    readings = (
        distinct.Reading(field.name, field.stages, field.kept).expr().alias(f"s_{field.name}") for field in repeated
    )
    frame = frame.with_columns(readings).with_columns(
        pl.col(f"s_{field.name}").struct.field(alias) for field in repeated for alias in field.kept
    )
    singular = [field for field in fields if not field.repeated]
    for field in singular:
        # One field after another: the names of their intermediate forms may be the same.
        for stage in field.stages:
            frame = frame.with_columns(**stage)
    return frame
