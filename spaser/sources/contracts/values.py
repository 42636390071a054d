"""From text as found to checked, typed records, and one line per thing refused or doubted.

Everything is a Polars expression on a lazy plan: one buyer's file and the whole country go through the same code. A record
without identity is refused; a record with one bad field is kept, that field unknown, and the doubt is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from spaser import rules
from spaser.sources import dates, siret
from spaser.sources.contracts import fields, figures
from spaser.sources.in_lists import only, staged
from spaser.vocabulary import HOLDER, RAW, RECORDS, REJECTS, SUBCONTRACT

_LINE = pl.Struct({"champ": pl.String, "regle": pl.String, "valeur": pl.String})


@dataclass(frozen=True)
class Checked:
    """RECORDS and REJECTS, both lazy."""

    records: pl.LazyFrame
    rejects: pl.LazyFrame


def check(raw: pl.LazyFrame) -> Checked:
    """Check and type what readers found.

    Parameters
    ----------
    raw
        One row per state of a contract in a source record, columns of ``vocabulary.RAW`` (any may lack; columns that a
        Parquet file already types are only checked). Tables that give one holder per row may keep its three columns
        (``vocabulary.HOLDER``) instead of ``titulaires``: they are much faster to check.

    Returns
    -------
    Checked
        ``records`` (``vocabulary.RECORDS``) and ``rejects`` (``vocabulary.REJECTS``).
    """
    have = raw.collect_schema()
    frame, types = _complete(raw)
    found = fields.known(types)
    flat = "titulaires" not in have and set(siret.FLAT) & set(have)
    read = siret.flat(fields.staged(frame, found)) if flat else _listed(fields.staged(frame, found))
    known = read.filter(pl.col("v_id").is_not_null() & pl.col("v_acheteur_id").is_not_null())
    acts = _subcontracts() if "actesSousTraitance" in have else pl.lit(None, dtype=RECORDS.schema["actesSousTraitance"])
    return Checked(_records(known, acts), _rejects(read, found, bool(flat)))


def buyers(written: pl.Series) -> pl.DataFrame:
    """How identifiers of buyers are read: ``ecrit`` as found, ``lu`` once checked (null when it cannot be one)."""
    frame = pl.DataFrame({"acheteur_id": written.cast(pl.String)}).lazy()
    read = fields.staged(frame, [fields.buyer()])
    return read.select(ecrit="acheteur_id", lu="v_acheteur_id").collect()


def named(raw: pl.LazyFrame) -> pl.LazyFrame:
    """``acheteur_id, acheteur_nom, n, publie``: how many RECORDS ``check`` keeps of each buyer under each name, and the latest
    day on which one was published, without checking each.
    """
    frame, types = _complete(raw)
    dated = fields.staged(frame, [fields.published(types)])
    alike = dated.group_by(pl.col("acheteur_id", "acheteur_nom").cast(pl.String), id=fields.sound_id()).agg(
        n=pl.len(), publie=pl.col("v_datePublicationDonnees").max()
    )
    read = fields.staged(alike, fields.of_buyers())
    known = read.filter(pl.col("v_id").is_not_null() & pl.col("v_acheteur_id").is_not_null())
    return known.select("n", "publie", acheteur_id="v_acheteur_id", acheteur_nom="v_acheteur_nom")


def _complete(raw: pl.LazyFrame) -> tuple[pl.LazyFrame, dict[str, pl.DataType]]:
    """The frame with every RAW column, and their types as found."""
    have = raw.collect_schema()
    lacking = [word for word in RAW.words if have.get(word.name, pl.Null()) == pl.Null()]
    frame = raw.with_columns(pl.lit(None, dtype=word.dtype).alias(word.name) for word in lacking)
    return frame, {word.name: word.dtype if word in lacking else have[word.name] for word in RAW.words}


def _listed(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Holders in lists: each checked under ``k_titulaires``, those with an identifier or a name under ``v_titulaires``."""
    element = pl.element().struct.field
    named = element("titulaire_id").is_not_null() | element("titulaire_nom").is_not_null()
    kept = only(pl.col("k_titulaires"), [field.name for field in HOLDER.fields], named)
    return frame.with_columns(siret.holders(pl.col("titulaires")).alias("k_titulaires")).with_columns(
        kept.alias("v_titulaires")
    )


def _records(known: pl.LazyFrame, acts: pl.Expr) -> pl.LazyFrame:
    tabular = pl.col("dialecte").str.contains("tabul", literal=True).fill_null(False)
    built = pl.col("v_acheteur_id") + pl.col("v_id")
    amended = pl.col("v_modification_id") > 0
    effect = pl.coalesce("v_date_version", pl.when(tabular).then(pl.col("v_dateNotification")))
    concession = pl.col("v_nature").is_in(fields.CONCESSIONS)
    kind = pl.when(concession).then(pl.lit("concession")).otherwise(pl.lit("marche"))
    ready = {
        "uid": pl.when(tabular).then(pl.coalesce("uid", built)).otherwise(built),
        "date_version": pl.when(amended).then(effect).otherwise(pl.col("v_dateNotification")),
        "type_contrat": pl.coalesce(pl.col("type_contrat"), kind),
        "actesSousTraitance": acts,
    }
    have = known.collect_schema().names()
    parsed = {name: pl.col(f"v_{name}") for name in RECORDS.columns if f"v_{name}" in have}
    chosen = parsed | ready
    return RECORDS.conform(known.select(chosen.get(name, pl.col(name)).alias(name) for name in RECORDS.columns))


def _subcontracts() -> pl.Expr:
    element = pl.element().struct.field
    written = pl.String()
    months = figures.whole(element("dureeMois"), written)
    stages = (
        {name: element(name) for name in ("sousTraitant_id", "sousTraitant_typeIdentifiant", "montant")}
        | {
            "id": element("id").str.strip_chars(),
            "dureeMois": months,
            "exact": figures.exact(element("montant"), written),
        }
        | {"dateNotification": dates.day(element("dateNotification"), written)},
        {"bare": figures.tidy(element("montant"), element("exact"), written)},
        {"montant": figures.amount(element("exact"), element("bare"))},
    )
    acts = staged(siret.subcontractors(pl.col("actesSousTraitance")), *stages)
    return only(acts, [field.name for field in SUBCONTRACT.fields]).cast(pl.List(SUBCONTRACT))


def _rejects(read: pl.LazyFrame, found: list[fields.Field], flat: bool) -> pl.LazyFrame:
    """One line per finding: rows with at least one are kept first, then opened."""
    findings = [(field, alias, rule) for field in found for alias, rule in field.rules.items()]
    if flat:
        strange, lines = pl.col("h_code") > 0, siret.flat_lines()
        strange |= pl.col("h_mojibake")
    else:
        strange = pl.col("k_titulaires").list.eval(_strange()).list.any().fill_null(False)
        lines = [_holder_lines("code"), _holder_lines("mojibake")]
    caught = pl.any_horizontal(*(pl.col(alias) for _, alias, _ in findings), strange)
    own = pl.concat_list(_line(field, alias, rule) for field, alias, rule in findings)
    opened = (
        read.filter(caught)
        .select(
            "source",
            "position",
            pl.col("k_id").alias("id"),
            pl.concat_list(own, *lines).list.drop_nulls().alias("line"),
        )
        .explode("line")
        .unnest("line")
    )
    return REJECTS.conform(opened.with_columns(_said("niveau"), _said("message")))


def _line(field: fields.Field, alias: str, rule: str) -> pl.Expr:
    line = pl.struct(
        pl.lit(field.name).alias("champ"), pl.lit(rule).alias("regle"), field.written.cast(pl.String).alias("valeur")
    )
    return pl.when(pl.col(alias)).then(line)


def _strange() -> pl.Expr:
    element = pl.element().struct.field
    return (element("code") > 0) | element("mojibake")


def _holder_lines(kind: str) -> pl.Expr:
    element = pl.element().struct.field
    if kind == "code":
        code, champ, value = element("code"), "titulaire_id", element("written")
        rule = code.replace_strict(siret.HOLDER_RULES, default=None, return_dtype=pl.String)
        caught = code > 0
    else:
        champ, value, rule, caught = "titulaire_nom", element("name"), pl.lit("texte.mojibake"), element("mojibake")
    line = pl.struct(pl.lit(champ).alias("champ"), rule.alias("regle"), value.alias("valeur"))
    return pl.col("k_titulaires").list.eval(pl.when(caught).then(line)).fill_null(pl.lit([], dtype=pl.List(_LINE)))


def _said(what: str) -> pl.Expr:
    """The level or the message of each line's rule."""
    table = {rule: entry[what] for rule, entry in rules.toml("checks.toml").items()}
    return pl.col("regle").replace_strict(table, return_dtype=pl.String).alias(what)
