"""The duties of the buyer itself, year by year: SPASER, AGEC, EGAlim and others measured on what was spent.

The essential data publish maxima notified, not spending: without a ledger they are only a hint, and the state stays
« indéterminé ». Rates that were not read in a source are absent, and what rests on them stays unknown.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import rules
from spaser.obligations import spending
from spaser.obligations.buyer_kinds import kinds
from spaser.obligations.declared import Declared
from spaser.obligations.ladders import (
    CERTAIN,
    LIKELY,
    NOT_SUBJECT,
    UNDECIDED,
    Rung,
    climb,
    lowest,
    reasons,
    rules_used,
    word,
)
from spaser.vocabulary import BUYER_DUTIES, CENT, FOOD

ADOPTION, INDICATORS = "spaser-adoption", "spaser-indicateurs"
FOOD_DUTY = "egalim-50-20"
YEAR = pl.col("annee")


def buyer_duties(
    contracts: pl.LazyFrame,
    *,
    as_of: date,
    buyer_kind: str | pl.LazyFrame | None = None,
    spend: pl.LazyFrame | None = None,
    food: pl.LazyFrame | None = None,
    declared: Declared | None = None,
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
        FOOD: food purchases of a year, typed in by the buyer; they win over what the quality column of the ledger says.
    declared
        What the buyer says of itself. The spending is that of the code only when its book V is said.
    """
    said = declared or Declared()
    eaten = _eaten(spend, food)
    years = _years(contracts, spend, eaten)
    facts = years.join(_notified(contracts), on="annee", how="left", maintain_order="left").join(
        spending.by_year(spend),
        on="annee",
        how="left",
        maintain_order="left",
    )
    facts = facts.join(eaten, on="annee", how="left", maintain_order="left").join(
        _who(contracts, said.kind or buyer_kind), how="cross", maintain_order="left_right"
    )
    facts = facts.join(_book_v(said), on="annee", how="left", maintain_order="left").with_columns(
        pl.col("^n_.*$").fill_null(0), _over=YEAR < as_of.year
    )
    rows = [
        _spaser(facts, key, duty, said) if "threshold" in duty else _measured(facts, key, duty)
        for key, duty in _known(said).items()
    ]
    return BUYER_DUTIES.conform(pl.concat(rows, how="diagonal").with_columns(word(pl.col("applicabilite")))).sort(
        "annee", "obligation"
    )


def _known(said: Declared | None = None) -> dict[str, dict[str, Any]]:
    """The duties of buyers; those that bind a private buyer too when the code does not bind it."""
    bound = said is None or said.soumis_au_code
    duties = rules.toml("law.toml")["duties"].items()
    return {key: duty for key, duty in duties if duty["level"] == "buyer" and (bound or duty.get("private", False))}


def prefixes(duty: dict[str, Any]) -> list[str]:
    """The CPV prefixes of a duty, its own or those of its table."""
    if "cpv_file" in duty:
        return sorted({prefix for text in rules.table(duty["cpv_file"])["prefixes_cpv"] for prefix in text.split("|")})
    return duty.get("cpv_prefixes", [])


def _years(contracts: pl.LazyFrame, spend: pl.LazyFrame | None, food: pl.LazyFrame) -> pl.LazyFrame:
    seen = [contracts.select("annee"), food.select("annee")]
    seen += [] if spend is None else [spend.select(annee="exercice")]
    return pl.concat([frame.cast(pl.Int32) for frame in seen]).drop_nulls().unique().sort("annee")


def _notified(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Per year: the sum of retained amounts, that of firm contracts but the largest (one wrong amount is enough), and how many contracts are in the field of each duty that has CPV codes."""
    counts = {
        f"n_{key}": (_in_field(prefixes(duty)) & _in_time(duty) & pl.col("type_contrat").is_in(duty["contracts"])).sum()
        for key, duty in _known().items()
        if "threshold" not in duty
    }
    real = contracts.filter(~pl.col("test_plateforme").fill_null(False))
    marches = pl.col("type_contrat") == "marche"
    firm = pl.when(marches & ~pl.col("accord_cadre").fill_null(True)).then("montant_retenu")
    return real.group_by("annee").agg(
        indice=pl.when((marches & pl.col("montant_retenu").is_not_null()).any()).then(
            pl.when(marches).then("montant_retenu").sum()
        ),
        fermes=firm.sum() - firm.max(),
        **counts,
    )


def _in_field(codes: list[str]) -> pl.Expr:
    return pl.any_horizontal(pl.col("codeCPV").str.starts_with(code) for code in codes)


def _in_time(duty: dict[str, Any]) -> pl.Expr:
    return pl.col("dateNotification").is_between(duty["since"], duty.get("until", date.max))


def _eaten(spend: pl.LazyFrame | None, food: pl.LazyFrame | None) -> pl.LazyFrame:
    """FOOD by year: typed in, else read in the quality column of the ledger; ``_lus`` says which."""
    typed = (
        FOOD.empty().lazy() if food is None else FOOD.conform(food).unique("annee", keep="last", maintain_order=True)
    )
    read = FOOD.empty().lazy() if spend is None else spending.food(spend)
    rest = read.join(typed, on="annee", how="anti")
    return pl.concat([typed.with_columns(_lus=False), rest.with_columns(_lus=True)])


def _book_v(said: Declared) -> pl.LazyFrame:
    """``annee, livre_v``: the spending of book V that the buyer states, in cents."""
    rows = {"annee": list(said.book_v), "livre_v": list(said.book_v.values())}
    return pl.LazyFrame(rows, schema={"annee": pl.Int32, "livre_v": pl.Int64})


def _who(contracts: pl.LazyFrame, buyer_kind: str | pl.LazyFrame | None) -> pl.LazyFrame:
    """One row: is the buyer a local authority, or a service of the State."""
    known = kinds(contracts, buyer_kind)
    local = (
        pl.col("acheteur_categorie") if "acheteur_categorie" in contracts.collect_schema() else pl.lit(None, pl.String)
    )
    return known.select(
        _local=local.is_not_null().any(), _public=(local.is_not_null() | (pl.col("type_acheteur") == "central")).any()
    )


def _spaser(facts: pl.LazyFrame, key: str, duty: dict[str, Any], said: Declared) -> pl.LazyFrame:
    """Above the threshold of yearly spending or not; the sum of notified maxima cannot show it.

    Certain only when the spending is without tax, book V is said, and the threshold was read in its text.
    """
    day = pl.date(YEAR, 12, 31)
    asked = facts.with_columns(
        seuil=rules.in_force(duty["threshold"], day) * CENT,
        depense_basse=pl.col("depense_basse") - pl.col("livre_v").fill_null(0),
        depense_haute=pl.col("depense_haute") - pl.col("livre_v").fill_null(0),
        depense_estimee=pl.col("depense_estimee") - pl.col("livre_v").fill_null(0),
        _seuil_lu=rules.read_in_text(duty["threshold"], day),
    )
    ladder = _spending_ladder(duty, day)
    return _row(
        asked, key, [ladder], said=_adopted(key, duty, said), remplie=_done(key, said), echeance=_due(key, duty, said)
    )


def _spending_ladder(duty: dict[str, Any], day: pl.Expr) -> pl.Expr:
    """From what is sure to what is not: the ledger's lines whose tax or nature is in doubt make a low and a high spending.

    Notified maxima are no spending: a framework agreement of 60 M€ over four years may never pay 1 M€.
    """
    bar, high = pl.col("seuil"), pl.col("depense_haute")
    hint = rules.method()["obligations"]["indice_spaser"]
    narrow = (day < duty["widened"]) & ~pl.col("_local")
    return climb(
        (
            Rung(
                "avant_la_regle",
                bar.is_null() | (duty["since"].year > YEAR),
                NOT_SUBJECT,
                "année antérieure à la règle",
            ),
            *_not_given(bar, high, narrow),
            *_surely_above(pl.col("depense_basse") > bar, narrow),
            Rung(
                "taxes_comprises",
                (pl.col("depense_estimee") > bar) & ~narrow,
                LIKELY,
                "dépenses au-dessus du seuil même après le retrait de la plus forte TVA, livre V à vérifier",
            ),
            Rung("annee_en_cours", ~pl.col("_over"), UNDECIDED, "l'année n'est pas terminée"),
            Rung(
                "depenses_pres_du_seuil",
                (high <= bar) & (high >= bar * hint["pres"]),
                NOT_SUBJECT,
                "dépenses lues au niveau du seuil ou juste au-dessous (à moins de 10 %), même en comptant les lignes douteuses : une seule dépense absente du fichier y suffirait",
            ),
            Rung(
                "depenses_sous",
                high <= bar,
                NOT_SUBJECT,
                "dépenses de l'année au niveau ou au-dessous du seuil, même en comptant les lignes douteuses, si ce fichier les porte toutes",
            ),
            Rung(
                "depenses_incertaines",
                pl.lit(True),
                UNDECIDED,
                "le seuil est entre les dépenses sûres et les dépenses possibles (taxes, lignes à vérifier)",
            ),
        )
    )


def _not_given(bar: pl.Expr, high: pl.Expr, narrow: pl.Expr) -> tuple[Rung, ...]:
    """Without spending: what notified amounts let one think, never for certain."""
    hint = rules.method()["obligations"]["indice_spaser"]
    return (
        Rung(
            "marches_fermes_au_dessus",
            high.is_null() & (pl.col("fermes") >= bar * hint["fermes"]) & ~narrow,
            LIKELY,
            "dépenses de l'année non fournies, mais les marchés fermes notifiés dans l'année, accords-cadres et plus gros d'entre eux mis à part, valent au moins "
            f"{hint['fermes']} fois le seuil : un SPASER est sans doute dû, à vérifier sur les dépenses hors taxe, hors livre V",
        ),
        Rung(
            "notifies_au_dessus",
            high.is_null() & (pl.col("indice") > bar),
            UNDECIDED,
            "dépenses de l'année non fournies ; les montants notifiés dans l'année, maximums pluriannuels, dépassent le seuil : un SPASER est "
            "peut-être dû, et les dépenses de l'année sont le premier chiffre à réunir",
        ),
        Rung(
            "depenses_inconnues",
            high.is_null(),
            UNDECIDED,
            "dépenses de l'année non fournies : la somme des montants notifiés, maximums pluriannuels, ne peut pas le montrer",
        ),
    )


def _surely_above(above: pl.Expr, narrow: pl.Expr) -> tuple[Rung, ...]:
    """Spending without tax above the threshold: certain, unless the rule aimed at few buyers, was not read, or book V is not said."""
    return (
        Rung(
            "acheteurs_plus_tard",
            above & narrow,
            UNDECIDED,
            "dépenses au-dessus du seuil, mais la règle n'a visé tous les acheteurs qu'en octobre 2023",
        ),
        Rung(
            "seuil_non_relu",
            above & ~pl.col("_seuil_lu"),
            LIKELY,
            "dépenses hors taxe au-dessus du seuil, qui n'a pas été lu dans son texte pour cette année",
        ),
        Rung(
            "livre_v_inconnu",
            above & pl.col("livre_v").is_null(),
            LIKELY,
            "dépenses hors taxe au-dessus du seuil, marchés du livre V compris : dites leur montant pour en être sûr",
        ),
        Rung(
            "depenses_au_dessus",
            above,
            CERTAIN,
            "dépenses hors taxe de l'année civile, hors livre V, au-dessus du seuil",
        ),
    )


def _adopted(key: str, duty: dict[str, Any], said: Declared) -> pl.Expr | None:
    """What the buyer says of its own SPASER, told before the reason."""
    if said.adopted is None:
        told = "adopté, à une date qui n'est pas dite" if said.has else "non adopté, d'après l'acheteur"
        return None if said.has is None else pl.lit(f"SPASER {told}")
    where = f" ({said.link})" if said.link else ""
    told = f"SPASER adopté le {said.adopted:%d/%m/%Y}{where}"
    after = f"{told}, après cette année"
    if key == INDICATORS:
        last = f", indicateurs publiés le {said.published:%d/%m/%Y}" if said.published else ""
        told = f"{told}{last}, à publier tous les {duty['every_years']} ans"
    return pl.when(YEAR >= said.adopted.year).then(pl.lit(told)).otherwise(pl.lit(after))


def _done(key: str, said: Declared) -> pl.Expr:
    """A SPASER adopted by the end of the year answers the first duty; the publication of indicators is never presumed."""
    if key == ADOPTION and said.adopted is not None:
        return pl.when(pl.date(YEAR, 12, 31) >= said.adopted).then(True)
    return pl.lit(None, pl.Boolean)


def _due(key: str, duty: dict[str, Any], said: Declared) -> pl.Expr:
    """When the indicators are next awaited, from the adoption or the last publication."""
    if key != INDICATORS or said.adopted is None:
        return pl.lit(None, pl.Date)
    years = range(said.adopted.year, said.adopted.year + 60)
    days = [said.next_publication(year, duty["every_years"]) for year in years]
    return YEAR.replace_strict(list(years), days, default=None, return_dtype=pl.Date)


def _measured(facts: pl.LazyFrame, key: str, duty: dict[str, Any]) -> pl.LazyFrame:
    """A duty measured on the purchases of the year; published contracts only show that such purchases exist."""
    count = pl.col(f"n_{key}")
    typed, read = (
        (pl.col("achats") > 0, pl.col("_lus").fill_null(False)) if key == FOOD_DUTY else (pl.lit(False), pl.lit(False))
    )
    most, why = (
        (CERTAIN, "")
        if duty["confidence"] in rules.READ
        else (LIKELY, f" ; texte officiel non relu ({rules.CONFIDENCES[duty['confidence']]})")
    )
    named = pl.col("_public") if duty.get("cpv_file") else pl.lit(key == FOOD_DUTY)
    ladder = climb(
        (
            Rung(
                "pas_encore",
                pl.date(YEAR, 12, 31) < duty["since"],
                NOT_SUBJECT,
                f"règle en vigueur le {duty['since']:%d/%m/%Y}",
            ),
            Rung("abrogee", pl.date(YEAR, 1, 1) > duty.get("until", date.max), NOT_SUBJECT, "règle abrogée"),
            Rung(
                "achats_lus",
                typed & read,
                most,
                f"achats alimentaires lus dans le fichier de dépenses, dont la qualité est dite{why}",
            ),
            Rung("achats_saisis", typed, most, f"achats alimentaires saisis{why}"),
            Rung(
                "publies_dans_le_champ",
                (count > 0) & named,
                LIKELY,
                "contrats publiés dans ces codes CPV (repère approché)",
            ),
            Rung(
                "publies_acheteur_inconnu",
                count > 0,
                UNDECIDED,
                "contrats publiés dans ces codes CPV, mais rien ne dit si cet acheteur est visé",
            ),
            Rung(
                "rien_de_publie",
                pl.lit(True),
                UNDECIDED,
                "aucun contrat publié dans ces codes CPV : les achats non publiés ne se voient pas",
            ),
        )
    )
    return _row(
        facts, key, [ladder], remplie=_food_met() if key == FOOD_DUTY else pl.lit(None, pl.Boolean), contrats=count
    )


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


def _row(
    facts: pl.LazyFrame, key: str, ladders: list[pl.Expr], *, said: pl.Expr | None = None, **columns: pl.Expr
) -> pl.LazyFrame:
    keep = [name for name in ("depense_basse", "depense_haute", "seuil", "indice") if name in facts.collect_schema()]
    money = keep if "seuil" in keep else []
    return facts.select(
        "annee",
        *money,
        obligation=pl.lit(key),
        applicabilite=lowest(ladders),
        motif=_told(said, reasons(ladders)),
        regle_etat=rules_used(ladders),
        **columns,
    )


def _told(said: pl.Expr | None, why: pl.Expr) -> pl.Expr:
    return why if said is None else pl.concat_str(said, why, separator=" ; ", ignore_nulls=True)
