"""Presumed consultations, and the groups of framework agreements that publish the same euros once per holder.

The essential data publish lots without naming their consultation. Contracts are presumed of one consultation when the same
buyer notified them, for the same CPV group, under the same stem of subject (the lot's own part cut off), each within sixty
days of the one before. A presumption is shown, and a decision of type ``consultation`` corrects it.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import runs

#: What two subjects must share; letters with accents count as separators, on both sides alike.
_SEPARATORS = r"[^a-z0-9]+"
_LOT = r"(?i)\blots?(?:[^a-z]|$)"


def stems(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``racine``, the part of ``objet`` that names the consultation, normalised; null when it says too little.

    « X en 9 lots - Y » and « X - Lot 4 : Y » give X, « Lot 4 : Y » gives Y, a long « X - Y » gives X.
    """
    method = rules.method()["consultation"]
    minimum, patterns = method["stem_minimum"]["value"], method["lot_patterns"]
    # Step by step, each column computed once; a pattern is tried only where it can match, since nulls cost nothing.
    steps = contracts.with_columns(_texte=pl.col("objet").str.to_lowercase().str.replace_all("–", "-", literal=True))
    placed = pl.when(pl.col("_texte").str.ends_with(")")).then("_texte")
    steps = steps.with_columns(_texte=pl.coalesce(placed.str.replace(patterns["post_code"], ""), "_texte"))
    led = pl.when(pl.col("_texte").str.starts_with("lot")).then("_texte")
    steps = steps.with_columns(_texte=pl.coalesce(led.str.replace(patterns["leading"], ""), "_texte"))
    steps = steps.with_columns(_plat=_flat(pl.col("_texte")))
    place = pl.when(pl.col("_plat").str.contains("lot|rg|rang")).then("_plat").str.find(patterns["cut"])
    steps = steps.with_columns(_place=place)
    uncut = (pl.col("_place") < minimum).fill_null(True) & pl.col("_texte").str.contains(" - ", literal=True)
    title = pl.when(uncut).then("_texte").str.splitn(" - ", 2).struct.field("field_0")
    titled = title.str.len_chars() >= method["first_segment"]["value"]
    steps = steps.with_columns(_titre=_flat(pl.when(titled).then(title)))
    early = pl.when(pl.col("_place") < minimum).then("_plat").str.replace(patterns["early"], "${1}")
    cut = pl.when(pl.col("_place") >= minimum).then(pl.col("_plat").str.head("_place"))
    steps = steps.with_columns(_racine=pl.coalesce(cut, "_titre", early, "_plat").str.strip_chars())
    bare = pl.col("_racine").str.replace(patterns["numbered_first"], "")
    steps = steps.with_columns(_racine=pl.when(bare.str.len_bytes() >= minimum).then(bare).otherwise("_racine"))
    kept = pl.when(pl.col("_racine").str.len_bytes() >= minimum).then("_racine")
    return steps.with_columns(racine=kept).drop("_texte", "_plat", "_titre", "_place", "_racine")


def _flat(lower: pl.Expr) -> pl.Expr:
    return lower.str.replace_all(_SEPARATORS, " ").str.strip_chars()


def normal(subject: pl.Expr) -> pl.Expr:
    """A subject reduced to its unaccented letters and digits, for comparisons of equality."""
    return _flat(subject.str.to_lowercase())


def presume(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``consultation``: the smallest uid of its chain, the decided name if any, the contract's own uid when alone.

    Four chains meet: contracts of one CPV group, lots that say their number or bear one subject to the letter, whatever
    their trade (masonry, heating…), by the same procedure, lots numbered one after the other and those whose subjects end alike
    (``runs``). Needs ``uid, id, acheteur_id, codeCPV, procedure, objet, dateNotification, type_contrat,
    decision_consultation``.
    """
    method = rules.method()["consultation"]
    buyer, group = ["acheteur_id", "type_contrat"], pl.col("codeCPV").str.head(method["cpv_digits"]["value"])
    # The smallest name of a chain is looked for among whole numbers, the places of names in their order.
    order = contracts["uid"].arg_sort()
    dated = contracts.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("_rang"),
        order.arg_sort().alias("_nom"),
        "dateNotification",
        "objet",
        "id",
        "acheteur_id",
        _cpv=pl.struct(*buyer, group).hash(),
        _lot=pl.struct(*buyer, "procedure").hash(),
    ).filter(pl.col("dateNotification").is_not_null() & pl.col("acheteur_id").is_not_null())
    patterns = method["lot_patterns"]
    numbered = pl.col("objet").str.contains("(?i)" + patterns["numbered"])
    long = pl.col("objet").str.len_chars() >= method["same_subject"]["value"]
    # « … à Lacaune (81230) » is « … à Lacaune »: a post code in brackets tells no other operation.
    placed = pl.when(pl.col("objet").str.ends_with(")")).then("objet")
    subject = pl.coalesce(placed.str.replace(patterns["post_code"], ""), "objet")
    alike = long & (pl.struct("_lot", subject).hash().is_duplicated())
    near = _near(dated, "_cpv"), _near(dated.filter(numbered | alike), "_lot")
    # A subject close to another under both keys is read once.
    read = contracts.select("objet", "procedure").with_row_index("_rang")
    close = read[pl.concat(rows["_rang"] for rows in near).unique()]
    roots = (
        stems(close)
        .filter(pl.col("racine").is_not_null())
        .select(
            "_rang",
            racine=pl.col("racine").hash(),
            lot=pl.col("objet").str.contains(_LOT),
            formel=rules.formal_procedure(),
        )
    )
    by_cpv, by_lot = (_chained(rows, roots, name) for rows, name in zip(near, ("_par_cpv", "_par_lot"), strict=True))
    known = by_cpv.join(by_lot, on="_rang", how="full", coalesce=True)
    dated = dated.join(known, on="_rang", how="left")
    for found in (runs.chained(dated), runs.ended(dated)):
        known = known.join(found, on="_rang", how="full", coalesce=True)
    known = known.with_columns(_nom=pl.min_horizontal("_par_cpv", "_par_lot", "_par_suite", "_par_fin"))
    # Each chain takes the smallest name that another gave to one of its members, until they agree.
    few = ("_par_lot", "_par_suite", "_par_fin")
    for chain in (*few, "_par_cpv", *few):
        smallest = pl.col("_nom").min().over(chain)
        known = known.with_columns(_nom=pl.when(pl.col(chain).is_null()).then("_nom").otherwise(smallest))
    ranks = contracts.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("_rang"))
    named = (
        contracts["uid"].gather(order).gather(ranks.join(known, on="_rang", how="left", maintain_order="left")["_nom"])
    )
    return contracts.with_columns(consultation=pl.coalesce("decision_consultation", named, "uid"))


def _near(dated: pl.DataFrame, key: str) -> pl.DataFrame:
    """The contracts whose buyer notified something close in time under the same key (``cle``): most are not, and none is compared."""
    keyed = dated.select("_rang", "_nom", "dateNotification", cle=key).sort("cle", "dateNotification")
    return _close(keyed, rules.method()["consultation"]["days"]["value"])


def _chained(near: pl.DataFrame, roots: pl.DataFrame, name: str) -> pl.DataFrame:
    """``_rang`` and ``name``, the first name (``_nom``) of the chain of contracts with this key and stem, each near in time to the one before."""
    days = rules.method()["consultation"]["days"]["value"]
    said = near.join(roots, on="_rang")
    # One subject without a lot, bought by a formal procedure and by another: two consultations. Small lots may be bought apart.
    alone = pl.when(~pl.col("lot").any().over("cle", "racine")).then("formel")
    hashed = said.select("_rang", "_nom", "dateNotification", cle=pl.struct("cle", "racine", alone).hash())
    chain = hashed.filter(pl.len().over("cle") > 1).sort("cle", "dateNotification", "_nom")
    numbered = chain.with_columns(chaine=(~_follows(days)).cum_sum())
    return numbered.select("_rang", pl.col("_nom").min().over("chaine").alias(name))


def _follows(days: int) -> pl.Expr:
    """In rows sorted by key and date: the row continues the one before, with the same key and no longer gap than ``days``."""
    gap = (pl.col("dateNotification") - pl.col("dateNotification").shift(1)).dt.total_days()
    return ((pl.col("cle") == pl.col("cle").shift(1)) & (gap <= days)).fill_null(False)


def _close(ordered: pl.DataFrame, days: int) -> pl.DataFrame:
    follows = _follows(days)
    return ordered.filter(follows | follows.shift(-1).fill_null(False))
