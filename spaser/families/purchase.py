"""CPV code or words of the subject → purchase family, with the confidence of each; ``families_spend`` reads ledgers.

The families, prefixes and words are data: ``reference/families.csv``, ``cpv_families.csv``, ``family_words.csv``.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.families.certain import contradicted
from spaser.text import fold_expr

#: Confidence by what says the family: a CPV of group level or finer, a bare division, the words of a subject when one
#: family answers, or when several do (measured: on 5 907 real subjects with a fine CPV, words and CPV agree 57 % and 38 %
#: of the time), a line of a nomenclature that a person has read.
OF_CPV, OF_DIVISION, OF_WORDS, OF_MIXED_WORDS, OF_PERSON = 0.95, 0.5, 0.57, 0.38, 1.0
#: A CPV of this shape names a whole division: the subject often says more.
GENERAL = r"^\d\d0{6}$"
#: « Autres services » and their like: codes one puts when none is looked for.
FILLER = ("98390000", "98300000", "79990000", "99999999", "99000000", "33190000", "39290000")


def catalogue() -> pl.LazyFrame:
    """The purchase families: ``famille`` (key), ``libelle``, and what the kit assumes of each (with ``confiance``)."""
    return rules.table("families.csv").lazy()


def prefixes() -> pl.LazyFrame:
    """One row per CPV prefix: ``prefixe, libelle, famille``."""
    return rules.table("cpv_families.csv").lazy()


def of_cpv(code: pl.Expr) -> pl.Expr:
    """The family of a CPV code (8 digits): that of its longest known prefix, null when none fits."""
    table = rules.table("cpv_families.csv").with_columns(size=pl.col("prefixe").str.len_chars())
    levels = []
    for size in sorted(table["size"].unique(), reverse=True):
        level = table.filter(pl.col("size") == size)
        levels.append(code.str.slice(0, size).replace_strict(level["prefixe"], level["famille"], default=None))
    return pl.coalesce(levels)


def of_words(texts: pl.LazyFrame, column: str = "objet") -> pl.LazyFrame:
    """One row per distinct text that says a family: the column, ``famille``, ``famille_confiance``.

    The family whose words stand first in the text is taken, the longest words among those that begin at the same place («
    électricité … courbe de charge » is energy, « électricité » alone a trade); the confidence falls when others answer too.
    """
    words = rules.table("family_words.csv")
    plain = _plain(column)
    distinct = texts.select(column).drop_nulls().unique().with_columns(_plain=plain)
    # The first match of each family is where the text splits; an absent family takes the whole text and says nothing.
    patterns = dict(words.select("famille", "motif").rows())
    places = {family: pl.col("_plain").str.find(rf"(?-u)\b(?:{pattern})") for family, pattern in patterns.items()}
    long = distinct.select(column, "_plain", **places).unpivot(
        index=[column, "_plain"], variable_name="famille", value_name="_at"
    )
    seen = long.filter(pl.col("_at").is_not_null()).with_columns(_several=pl.len().over(column) > 1)
    found = pl.concat(
        [seen.filter(~pl.col("_several")).with_columns(_wide=None), _measured(seen, patterns)], how="vertical_relaxed"
    )
    found = found.sort(column, "_at", "_wide", "famille", descending=[False, False, True, False])
    # Words inside those that were taken say nothing more: « électricité » in « achat d'électricité ».
    end = pl.col("_at") + pl.col("_wide")
    confidence = pl.when((pl.len() == 1) | (end <= end.first()).all()).then(OF_WORDS).otherwise(OF_MIXED_WORDS)
    return found.group_by(column, maintain_order=True).agg(pl.col("famille").first(), famille_confiance=confidence)


def _measured(seen: pl.LazyFrame, patterns: dict[str, str]) -> pl.LazyFrame:
    """The texts where several families are named, with ``_wide``: the bytes of the words of each (few: the others are not measured)."""
    wide = pl.coalesce(
        pl.when(pl.col("famille") == family).then(pl.col("_plain").str.extract(rf"(?-u)\b({pattern})").str.len_bytes())
        for family, pattern in patterns.items()
    )
    return seen.filter("_several").with_columns(_wide=wide)


def add(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with ``famille``, ``famille_libelle``, ``famille_origine`` (cpv, texte, or null), ``famille_confiance`` and
    ``famille_doute`` (a code that says no family and a subject that does not either; a fine code that certain words contradict).

    Needs ``codeCPV``, and ``objet`` to read the words of the subject where the CPV is missing or names a bare division.
    Each distinct code and text is resolved once, whatever the number of contracts.
    """
    general = pl.col("codeCPV").str.contains(GENERAL) | pl.col("codeCPV").is_in(FILLER)
    codes = (
        contracts.select("codeCPV")
        .unique()
        .drop_nulls()
        .with_columns(_of_cpv=of_cpv(pl.col("codeCPV")), _cpv_sure=pl.when(general).then(OF_DIVISION).otherwise(OF_CPV))
    )
    joined = contracts.join(codes, on="codeCPV", how="left", maintain_order="left")
    if "objet" in contracts.collect_schema().names():
        vague = pl.col("_of_cpv").is_null() | general
        said = of_words(joined.filter(vague)).rename({"famille": "_of_words", "famille_confiance": "_words_sure"})
        joined = joined.join(said, on="objet", how="left", maintain_order="left")
        # A bare division that agrees with nothing in the subject keeps its family; one certain word outweighs it.
        heard = (
            vague
            & pl.col("_of_words").is_not_null()
            & (pl.col("_of_cpv").is_null() | (pl.col("_words_sure") >= OF_WORDS))
        )
        against = contradicted(joined.filter(~vague), family="_of_cpv")
        joined = joined.join(against, on=["objet", "_of_cpv"], how="left", maintain_order="left")
    else:
        joined = joined.with_columns(_of_words=pl.lit(None, pl.String), _words_sure=pl.lit(None, pl.Float64))
        heard = pl.lit(False)
    known = joined.with_columns(
        famille=pl.when(heard).then("_of_words").otherwise("_of_cpv"),
        famille_confiance=pl.when(heard).then("_words_sure").when(pl.col("_of_cpv").is_not_null()).then("_cpv_sure"),
        # Nobody says the family of a code of waiting whose subject is silent, or hesitates between several trades.
        famille_doute=pl.col("contredit").fill_null(False)
        | vague & ~heard & ~(pl.col("_of_words") == pl.col("_of_cpv")).fill_null(False)
        if "objet" in contracts.collect_schema()
        else pl.lit(False),
        famille_origine=pl.when(heard).then(pl.lit("texte")).when(pl.col("_of_cpv").is_not_null()).then(pl.lit("cpv")),
    )
    labels = catalogue().select("famille", famille_libelle="libelle")
    order = [
        *contracts.collect_schema().names(),
        "famille",
        "famille_libelle",
        "famille_origine",
        "famille_confiance",
        "famille_doute",
    ]
    return known.join(labels, on="famille", how="left", maintain_order="left").select(order)


def divisions() -> pl.LazyFrame:
    """The CPV divisions: ``cpv_division, cpv_division_libelle, type_marche``."""
    return (
        rules.table("cpv_divisions.csv").lazy().rename({"division": "cpv_division", "libelle": "cpv_division_libelle"})
    )


def _plain(column: str) -> pl.Expr:
    """The text in lower case, without accents, letters and digits separated by single spaces."""
    return fold_expr(pl.col(column))


def decided(contracts: pl.LazyFrame, decisions: pl.LazyFrame | None) -> pl.LazyFrame:
    """The contracts with the families that a person chose (DECISIONS « famille », a key of the catalogue): they win, without a doubt."""
    if decisions is None:
        return contracts
    given = decisions.filter(pl.col("objet_type") == "famille").sort("date", "valeur").group_by("objet_id")
    chosen = given.agg(_choisie=pl.col("valeur").last()).rename({"objet_id": "uid"})
    titles = catalogue().select(_choisie="famille", _titre="libelle")
    joined = contracts.join(chosen.join(titles, on="_choisie"), on="uid", how="left", maintain_order="left")
    said = pl.col("_choisie").is_not_null()
    return joined.with_columns(
        famille=pl.coalesce("_choisie", "famille"),
        famille_libelle=pl.coalesce("_titre", "famille_libelle"),
        famille_origine=pl.when(said).then(pl.lit("decision")).otherwise("famille_origine"),
        famille_confiance=pl.when(said).then(1.0).otherwise("famille_confiance"),
        famille_doute=pl.when(said).then(False).otherwise("famille_doute"),
    ).drop("_choisie", "_titre")
