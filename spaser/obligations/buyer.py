"""The duties of the buyer itself, year by year: SPASER, AGEC, EGAlim and others measured on what was spent.

The essential data publish maxima notified, not spending: without a ledger they are only a hint, and the state stays
« indéterminé ». Rates that were not read in a source are absent, and what rests on them stays unknown.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import rules
from spaser.obligations.ladders import CERTAIN, LIKELY, NOT_SUBJECT, UNDECIDED, Rung, climb, lowest, reasons, rules_used, word
from spaser.obligations.thresholds import kinds
from spaser.vocabulary import BUYER_DUTIES, CENT, FOOD, SPEND

#: The perimeters of a ledger that may be purchases.
MAYBE_PURCHASES = ("achat", "banque_assurance", "centrale_achat", "a_verifier")
FOOD_DUTY = "egalim-50-20"
YEAR = pl.col("annee")


def buyer_duties(
    contracts: pl.LazyFrame,
    *,
    as_of: date,
    buyer_kind: str | pl.LazyFrame | None = None,
    spend: pl.LazyFrame | None = None,
    food: pl.LazyFrame | None = None,
) -> pl.LazyFrame:
    """Table BUYER_DUTIES of one buyer: one row per duty and year of contracts, of spending or of food purchases.

    Parameters
    ----------
    contracts
        CONTRACTS of one buyer (amounts in cents), with ``acheteur_categorie`` when known.
    as_of
        A year that was not over on that day is never said to be below a threshold.
    spend
        SPEND, the ledger of that buyer. Only purchases without tax are surely counted; lines with tax, or of an
        undecided perimeter, only raise the high bound.
    food
        FOOD: food purchases of a year, typed in by the buyer.
    """
    years = _years(contracts, spend, food)
    facts = years.join(_notified(contracts), on="annee", how="left").join(_spent(spend), on="annee", how="left")
    facts = facts.join(_eaten(food), on="annee", how="left").join(_who(contracts, buyer_kind), how="cross")
    facts = facts.with_columns(pl.col("^n_.*$").fill_null(0), _over=YEAR < as_of.year)
    rows = [_spaser(facts, key, duty) if "threshold" in duty else _measured(facts, key, duty) for key, duty in _known().items()]
    return BUYER_DUTIES.conform(pl.concat(rows, how="diagonal").with_columns(word(pl.col("applicabilite")))).sort("annee", "obligation")


def _known() -> dict[str, dict[str, Any]]:
    return {key: duty for key, duty in rules.toml("law.toml")["duties"].items() if duty["level"] == "buyer"}


def prefixes(duty: dict[str, Any]) -> list[str]:
    """The CPV prefixes of a duty, its own or those of its table."""
    if "cpv_file" in duty:
        return sorted({prefix for text in rules.table(duty["cpv_file"])["prefixes_cpv"] for prefix in text.split("|")})
    return duty.get("cpv_prefixes", [])


def _years(contracts: pl.LazyFrame, spend: pl.LazyFrame | None, food: pl.LazyFrame | None) -> pl.LazyFrame:
    seen = [contracts.select("annee")]
    seen += [] if spend is None else [spend.select(annee="exercice")]
    seen += [] if food is None else [food.select("annee")]
    return pl.concat([frame.cast(pl.Int32) for frame in seen]).drop_nulls().unique().sort("annee")


def _notified(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Per year: the sum of retained amounts, and how many contracts are in the field of each duty that has CPV codes."""
    counts = {
        f"n_{key}": (_in_field(prefixes(duty)) & _in_time(duty) & pl.col("type_contrat").is_in(duty["contracts"])).sum()
        for key, duty in _known().items()
        if "threshold" not in duty
    }
    real = contracts.filter(~pl.col("test_plateforme").fill_null(False))
    marches = pl.col("type_contrat") == "marche"
    return real.group_by("annee").agg(indice=pl.when((marches & pl.col("montant_retenu").is_not_null()).any()).then(pl.when(marches).then("montant_retenu").sum()), **counts)


def _in_field(codes: list[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col("codeCPV").str.starts_with(code) for code in codes)


def _in_time(duty: dict[str, Any]) -> pl.Expr:
    return pl.col("dateNotification").is_between(duty["since"], duty.get("until", date.max))


def _spent(spend: pl.LazyFrame | None) -> pl.LazyFrame:
    given = SPEND.empty().lazy() if spend is None else spend
    sure = (pl.col("perimetre") == "achat") & (pl.col("taxe") == "HT")
    maybe = pl.col("perimetre").is_in(MAYBE_PURCHASES)
    return given.group_by(annee=pl.col("exercice").cast(pl.Int32)).agg(
        depense_basse=pl.when(sure).then("montant").sum(), depense_haute=pl.when(maybe).then("montant").sum()
    )


def _eaten(food: pl.LazyFrame | None) -> pl.LazyFrame:
    return FOOD.empty().lazy() if food is None else FOOD.conform(food).unique("annee", keep="last", maintain_order=True)


def _who(contracts: pl.LazyFrame, buyer_kind: str | pl.LazyFrame | None) -> pl.LazyFrame:
    """One row: is the buyer a local authority, or a service of the State."""
    known = kinds(contracts, buyer_kind)
    local = pl.col("acheteur_categorie") if "acheteur_categorie" in contracts.collect_schema() else pl.lit(None, pl.String)
    return known.select(_local=local.is_not_null().any(), _public=(local.is_not_null() | (pl.col("type_acheteur") == "central")).any())


def _spaser(facts: pl.LazyFrame, key: str, duty: dict[str, Any]) -> pl.LazyFrame:
    """Above the threshold of yearly spending or not; the sum of notified maxima cannot show it."""
    asked = facts.with_columns(seuil=rules.in_force(duty["threshold"], pl.date(YEAR, 12, 31)) * CENT)
    low, high, bar = pl.col("depense_basse"), pl.col("depense_haute"), pl.col("seuil")
    narrow = (pl.date(YEAR, 12, 31) < duty["widened"]) & ~pl.col("_local")
    ladder = climb((
        Rung("avant_la_regle", bar.is_null() | (duty["since"].year > YEAR), NOT_SUBJECT, "année antérieure à la règle"),
        Rung("depenses_inconnues", high.is_null(), UNDECIDED,
             "dépenses de l'année non fournies : la somme des montants notifiés, maximums pluriannuels, ne peut pas le montrer"),
        Rung("acheteurs_plus_tard", (low > bar) & narrow, UNDECIDED,
             "dépenses au-dessus du seuil, mais la règle n'a visé tous les acheteurs qu'en octobre 2023 (à confirmer)"),
        Rung("depenses_au_dessus", low > bar, CERTAIN, "dépenses hors taxe de l'année au-dessus du seuil"),
        Rung("annee_en_cours", ~pl.col("_over"), UNDECIDED, "l'année n'est pas terminée"),
        Rung("depenses_sous", high <= bar, NOT_SUBJECT, "dépenses de l'année au niveau ou au-dessous du seuil, même en comptant les lignes douteuses"),
        Rung("depenses_incertaines", pl.lit(True), UNDECIDED,
             "le seuil est entre les dépenses sûres et les dépenses possibles (taxes, lignes à vérifier)"),
    ))  # fmt: skip
    return _row(asked, key, [ladder], remplie=pl.lit(None, pl.Boolean))


def _measured(facts: pl.LazyFrame, key: str, duty: dict[str, Any]) -> pl.LazyFrame:
    """A duty measured on the purchases of the year; published contracts only show that such purchases exist."""
    count = pl.col(f"n_{key}")
    typed = pl.col("achats") > 0 if key == FOOD_DUTY else pl.lit(False)
    named = pl.col("_public") if duty.get("cpv_file") else pl.lit(key == FOOD_DUTY)
    ladder = climb((
        Rung("pas_encore", pl.date(YEAR, 12, 31) < duty["since"], NOT_SUBJECT, f"règle en vigueur le {duty['since']:%d/%m/%Y}"),
        Rung("abrogee", pl.date(YEAR, 1, 1) > duty.get("until", date.max), NOT_SUBJECT, "règle abrogée"),
        Rung("achats_saisis", typed, CERTAIN, "achats alimentaires saisis"),
        Rung("publies_dans_le_champ", (count > 0) & named, LIKELY, "contrats publiés dans ces codes CPV (approximation du kit)"),
        Rung("publies_acheteur_inconnu", count > 0, UNDECIDED,
             "contrats publiés dans ces codes CPV, mais rien ne dit si cet acheteur est visé"),
        Rung("rien_de_publie", pl.lit(True), UNDECIDED,
             "aucun contrat publié dans ces codes CPV : les achats non publiés ne se voient pas"),
    ))  # fmt: skip
    return _row(facts, key, [ladder], remplie=_food_met() if key == FOOD_DUTY else pl.lit(None, pl.Boolean), contrats=count)


def _food_met() -> pl.Expr:
    """The shares reached, in value without tax; unknown when a part was not typed in.

    Meat and fish count when their own purchases were typed in, from the day their share is in force.
    """
    day, total = pl.date(YEAR, 12, 31), pl.col("achats")
    quality = pl.col("durables") * 100 >= total * rules.in_force("egalim_quality_share", day)
    organic = pl.col("bio") * 100 >= total * rules.in_force("egalim_organic_share", day)
    meat, share = pl.col("viandes_poissons"), rules.in_force("egalim_meat_fish_share", day)
    reached = pl.col("viandes_poissons_durables") * 100 >= meat * share
    apart = pl.when(meat.is_null() | share.is_null()).then(True).otherwise(reached)
    return pl.when(total > 0).then(quality & organic & apart)


def _row(facts: pl.LazyFrame, key: str, ladders: list[pl.Expr], **columns: pl.Expr) -> pl.LazyFrame:
    keep = [name for name in ("depense_basse", "depense_haute", "seuil", "indice") if name in facts.collect_schema()]
    money = keep if "seuil" in keep else []
    return facts.select(
        "annee", *money, obligation=pl.lit(key), applicabilite=lowest(ladders), motif=reasons(ladders),
        regle_etat=rules_used(ladders), **columns,
    )  # fmt: skip
