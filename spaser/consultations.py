"""Presumed consultations, and the groups of framework agreements that publish the same euros once per holder.

The essential data publish lots without naming their consultation. Contracts are presumed of one consultation when the same
buyer notified them, for the same CPV group, under the same stem of subject (the lot's own part cut off), each within sixty
days of the one before. A presumption is shown, and a decision of type ``consultation`` corrects it.
"""

from __future__ import annotations

import polars as pl

from spaser import rules

#: What two subjects must share; letters with accents count as separators, on both sides alike.
_SEPARATORS = r"[^a-z0-9]+"


def stem(subject: pl.Expr) -> pl.Expr:
    """The part of a subject that names the consultation, normalised for comparison; null when it says too little."""
    method = rules.method()["consultation"]
    minimum, segment = method["stem_minimum"]["value"], method["first_segment"]["value"]
    patterns = method["lot_patterns"]
    text = subject.str.to_lowercase().str.replace(patterns["leading"], "")
    has_lot = text.str.contains("lot", literal=True)
    cut = text
    for pattern in patterns["cut"]:
        before = cut.str.replace(f"(?s)(?:{pattern}).*$", "")
        cut = pl.when(before.str.len_chars() >= minimum).then(before).otherwise(cut)
    title = text.str.extract(r"^(.{%d,}?)\.? +[-–—] " % segment, 1)
    chosen = pl.when(has_lot & (cut != text)).then(cut).otherwise(pl.coalesce(title, text))
    compact = normal(chosen)
    return pl.when(compact.str.len_chars() >= minimum).then(compact)


def normal(subject: pl.Expr) -> pl.Expr:
    """A subject reduced to its unaccented letters and digits, for comparisons of equality."""
    return subject.str.to_lowercase().str.replace_all(_SEPARATORS, " ").str.strip_chars()


def presume(contracts: pl.LazyFrame, decisions: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """``uid`` and ``consultation`` (the smallest uid of its chain) of the contracts that are not alone in theirs.

    Needs ``uid, acheteur_id, codeCPV, objet, dateNotification, type_contrat``.
    """
    method = rules.method()["consultation"]
    group = pl.col("codeCPV").str.head(method["cpv_digits"]["value"])
    keyed = (
        contracts.filter(pl.col("dateNotification").is_not_null() & pl.col("acheteur_id").is_not_null())
        .select("uid", "dateNotification", cle=pl.struct("acheteur_id", "type_contrat", group, stem(pl.col("objet"))).hash(),
                muet=stem(pl.col("objet")).is_null())
        .filter(~pl.col("muet"))
    )  # fmt: skip
    shared = keyed.group_by("cle").agg(pl.len().alias("n")).filter(pl.col("n") > 1)
    chain = keyed.join(shared, on="cle", how="semi").sort("cle", "dateNotification", "uid")
    gap = (pl.col("dateNotification") - pl.col("dateNotification").shift(1)).dt.total_days()
    starts = (pl.col("cle") != pl.col("cle").shift(1)).fill_null(True) | (gap > method["days"]["value"])
    numbered = chain.with_columns(chaine=starts.cum_sum()).select("uid", "chaine")
    named = numbered.group_by("chaine").agg(pl.col("uid").min().alias("consultation"), pl.len().alias("n"))
    presumed = numbered.join(named.filter(pl.col("n") > 1), on="chaine").select("uid", "consultation")
    return presumed if decisions is None else _decided(presumed, decisions)


def _decided(presumed: pl.LazyFrame, decisions: pl.LazyFrame) -> pl.LazyFrame:
    said = (
        decisions.filter((pl.col("objet_type") == "consultation") & pl.col("valeur").is_not_null())
        .sort("date", "valeur")
        .group_by("objet_id", maintain_order=True)
        .agg(pl.col("valeur").last())
        .select(uid="objet_id", decide="valeur")
    )
    both = presumed.join(said, on="uid", how="full", coalesce=True)
    return both.select("uid", consultation=pl.coalesce("decide", "consultation"))


def repeated_maxima(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """``uid`` and ``accord_multiple`` (smallest uid of its group): the same maximum published once per holder.

    Framework agreements of one consultation with the same amount, the same subject to the letter (two lots are two needs,
    even with equal maxima) and at least two different holders. Needs ``uid, consultation, accord_cadre, marche_subsequent,
    montant, objet, titulaires_cle``.
    """
    key = ["consultation", "montant", "sujet"]
    framework = (
        contracts.filter(pl.col("accord_cadre") & ~pl.col("marche_subsequent") & (pl.col("montant") > 0))
        .select("uid", "consultation", "montant", "titulaires_cle", sujet=normal(pl.col("objet")).hash())
        .filter(pl.col("sujet").is_not_null())
    )
    groups = framework.group_by(key).agg(
        accord_multiple=pl.col("uid").min(), n=pl.len(), titulaires=pl.col("titulaires_cle").drop_nulls().n_unique()
    )
    real = groups.filter((pl.col("n") > 1) & (pl.col("titulaires") > 1))
    return framework.join(real, on=key).select("uid", "accord_multiple")


def twins(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """``uid`` and ``doublon_possible``: another number for the same buyer, holders, date, amount and subject.

    Flagged, never merged. The first of the group points to the second, the others to the first.
    """
    key = ["acheteur_id", "titulaires_cle", "dateNotification", "montant", "sujet"]
    known = contracts.select("uid", "acheteur_id", "titulaires_cle", "dateNotification", "montant", "objet").drop_nulls()
    close = known.with_columns(sujet=pl.col("objet").hash())
    groups = close.group_by(key).agg(premier=pl.col("uid").min(), dernier=pl.col("uid").max(), n=pl.len())
    alike = close.join(groups.filter(pl.col("n") > 1), on=key)
    return alike.select(
        "uid", doublon_possible=pl.when(pl.col("uid") == pl.col("premier")).then("dernier").otherwise("premier")
    )
