"""The lines of a spend file → purchase family: the buyer's own nomenclature, the supplier's activity, the words of the line.

A nomenclature is a small file, proposed from what the lines say, corrected by a person and used again the next year.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.families.purchase import OF_PERSON, catalogue, of_words
from spaser.vocabulary import NOMENCLATURE

#: Confidence in what an activity that serves one family says: alone, with words that agree, with words that say otherwise.
#: Measured on 2 717 real contracts with a fine CPV and a single holder whose activity serves one family (right for 42 % of
#: 1 155, 80 % of 714, 35 % of 848), the words being those of the subject; a ledger's label is often poorer.
OF_ACTIVITY, OF_BOTH, OF_ACTIVITY_AGAINST = 0.42, 0.80, 0.35
NOMENCLATURE_READ, NOMENCLATURE_HEARD, ACTIVITY, WORDS = "nomenclature", "nomenclature_proposee", "activite", "texte"
_PURCHASE = pl.col("perimetre") == "achat"


def of_lines(lines: pl.LazyFrame, nomenclature: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """The lines with ``famille, famille_libelle, famille_origine, famille_confiance``.

    Parameters
    ----------
    lines
        SPEND with ``code_achat`` and ``code_libelle`` (what the buyer's nomenclature says of the line), and ``naf`` (activity
        of the supplier, without its dot).
    nomenclature
        NOMENCLATURE read by a person: a family kept there wins over everything.

    Returns
    -------
    LazyFrame
        ``famille_origine``: « nomenclature » (kept by a person), « nomenclature_proposee » (words of the code's label),
        « activite » (of the supplier, when it serves one family), « texte » (words of the line), null.
    """
    order = [*lines.collect_schema().names(), "famille", "famille_libelle", "famille_origine", "famille_confiance"]
    kept = _kept(nomenclature)
    heard = of_words(_labels(lines), "_dit").rename({"famille": "_dite", "famille_confiance": "_dite_sure"})
    said = of_words(lines.select("libelle"), "libelle").rename(
        {"famille": "_texte", "famille_confiance": "_texte_sure"}
    )
    joined = (
        lines.with_columns(_dit=_label())
        .join(kept, on="code_achat", how="left", maintain_order="left")
        .join(heard, on="_dit", how="left", maintain_order="left")
        .join(said, on="libelle", how="left", maintain_order="left")
        .join(_activities(lines), on="naf", how="left", maintain_order="left")
    )
    labels = catalogue().select("famille", famille_libelle="libelle")
    return joined.with_columns(**_judged()).join(labels, on="famille", how="left", maintain_order="left").select(order)


def propose(lines: pl.LazyFrame, known: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """NOMENCLATURE of the lines: each code with the family proposed, a file to correct and use again.

    Parameters
    ----------
    lines
        What ``of_lines`` gives without nomenclature, settled (the plan is used in several branches).
    known
        A nomenclature already corrected: what it keeps and says stays; codes it has and the lines no longer have stay too.

    Returns
    -------
    LazyFrame
        The proposal is what the words of the code and its label say; else the family that weighs most in the lines of the
        code, by the activity of suppliers and the words of lines, the confidence being that of those lines × their weight.
    """
    bought = lines.filter(_PURCHASE & pl.col("code_achat").is_not_null()).with_columns(_dit=_label())
    codes = bought.group_by("code_achat").agg(
        pl.col("code_libelle").drop_nulls().mode().sort().first(),
        pl.col("_dit").drop_nulls().mode().sort().first(),
        pl.col("montant").sum(),
    )
    words = of_words(codes.select("_dit"), "_dit").rename({"famille": "_dite", "famille_confiance": "_dite_sure"})
    table = codes.join(words, on="_dit", how="left").join(_weighed(bought), on="code_achat", how="left")
    spoken = pl.col("_dite").is_not_null()
    fresh = table.with_columns(
        famille_proposee=pl.coalesce("_dite", "_lourde"),
        famille_confiance=pl.when(spoken).then("_dite_sure").otherwise("_lourde_sure"),
        proposition=pl.when(spoken)
        .then(pl.lit("libelle"))
        .when(pl.col("_lourde").is_not_null())
        .then(pl.lit("lignes")),
    )
    rows = NOMENCLATURE.conform(fresh)
    if known is not None:
        own = known.select("code_achat", _retenue="famille_retenue", _dit="commentaire", _su="code_libelle")
        gone = known.join(rows, on="code_achat", how="anti").with_columns(montant=pl.lit(0, pl.Int64))
        rows = rows.join(own, on="code_achat", how="left").with_columns(
            famille_retenue="_retenue", commentaire="_dit", code_libelle=pl.coalesce("code_libelle", "_su")
        )
        rows = pl.concat([NOMENCLATURE.conform(rows), NOMENCLATURE.conform(gone)])
    return rows.sort("montant", "code_achat", descending=[True, False])


def _label() -> pl.Expr:
    """What a code says in words: the code itself when it is a label, and its label."""
    return pl.concat_str("code_achat", "code_libelle", separator=" ", ignore_nulls=True).replace("", None)


def _labels(lines: pl.LazyFrame) -> pl.LazyFrame:
    return lines.select(_dit=_label())


def _kept(nomenclature: pl.LazyFrame | None) -> pl.LazyFrame:
    if nomenclature is None:
        return pl.LazyFrame(schema={"code_achat": pl.String, "_retenue": pl.String})
    return nomenclature.filter(pl.col("famille_retenue").is_not_null()).select("code_achat", _retenue="famille_retenue")


def _activities(lines: pl.LazyFrame) -> pl.LazyFrame:
    """``naf, _metiers``: the families that each activity met in the lines serves (``families.csv``)."""
    listed = (
        rules.table("families.csv")
        .lazy()
        .select("famille", _prefixe=pl.col("naf").fill_null("").str.replace_all(".", "", literal=True).str.split(" "))
        .explode("_prefixe")
        .filter(pl.col("_prefixe").str.len_chars() >= 2)
    )
    met = lines.select("naf").drop_nulls().unique()
    wanted = pl.concat([met.with_columns(_prefixe=pl.col("naf").str.slice(0, size)) for size in (2, 3, 4, 5)])
    return wanted.join(listed, on="_prefixe").group_by("naf").agg(_metiers=pl.col("famille").unique().sort())


def _judged() -> dict[str, pl.Expr]:
    """Family, origin and confidence from what a person kept, the words of the code, the activity and the words of the line."""
    read, heard, said = pl.col("_retenue").is_not_null(), pl.col("_dite").is_not_null(), pl.col("_texte").is_not_null()
    single = (pl.col("_metiers").list.len() == 1).fill_null(False)
    trade = pl.col("_metiers").list.first()
    agrees = pl.col("_metiers").list.contains(pl.col("_dite")).fill_null(False)
    serves = pl.col("_metiers").list.contains(pl.col("_texte")).fill_null(False)
    against = single & said & ~serves
    return {
        "famille": pl.when(read)
        .then("_retenue")
        .when(heard)
        .then("_dite")
        .when(single)
        .then(trade)
        .otherwise("_texte"),
        "famille_origine": pl.when(read)
        .then(pl.lit(NOMENCLATURE_READ))
        .when(heard)
        .then(pl.lit(NOMENCLATURE_HEARD))
        .when(single)
        .then(pl.lit(ACTIVITY))
        .when(said)
        .then(pl.lit(WORDS)),
        "famille_confiance": pl.when(read)
        .then(OF_PERSON)
        .when(heard & agrees)
        .then(OF_BOTH)
        .when(heard)
        .then("_dite_sure")
        .when(against)
        .then(OF_ACTIVITY_AGAINST)
        .when(serves)
        .then(OF_BOTH)
        .when(single)
        .then(OF_ACTIVITY)
        .when(said)
        .then("_texte_sure"),
    }


def _weighed(bought: pl.LazyFrame) -> pl.LazyFrame:
    """Per code, the family that weighs most in its lines, and how surely: ``_lourde, _lourde_sure``.

    Only what suppliers and lines say is weighed, never what the label of the code already said.
    """
    positive = bought.filter(pl.col("montant") > 0)
    whole = positive.group_by("code_achat").agg(_tout=pl.col("montant").sum())
    told = positive.filter(pl.col("famille_origine").is_in([ACTIVITY, WORDS]))
    sums = (
        told.group_by("code_achat", "famille")
        .agg(_part=pl.col("montant").sum(), _sur=(pl.col("montant") * pl.col("famille_confiance")).sum())
        .sort("_part", "famille", descending=[True, False])
    )
    first = sums.group_by("code_achat").first().join(whole, on="code_achat")
    return first.select("code_achat", _lourde="famille", _lourde_sure=pl.col("_sur") / pl.col("_tout"))
