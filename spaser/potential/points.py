"""Points: why one supplier stands before another, as a sum of terms that a person can read.

Each term is a fact that is known of the pair (need, supplier); what is not known brings nothing. Weights, with the reason of
each, are in ``method.toml`` ([potential.points]). Points are rounded to a step, so that equal evidence gives an equal rank:
a false order is worse than « 12 à égalité ».
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import fold_expr

#: The terms, in the order they are told, with how each is called.
TERMS = {
    "metier": "métier",
    "famille": "famille déjà gagnée",
    "mots": "objet proche déjà exécuté pour l'acheteur",
    "preuve": "preuve de la famille",
    "distance": "distance",
    "region": "même région",
    "arrondissement": "même arrondissement que l'objet",
    "insertion": "besoin d'insertion",
    "taille": "taille du lot",
    "pret": "prête du personnel",
}


def scored(rows: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """The pairs with ``pt_…`` (points of each term) and ``points``, their sum rounded to the step.

    Needs ``adequation, metier, gagnes_siret, mots_communs, arrondissement, arrondissements, distance_km, milieu_km, lieu_precis, meme_region,
    insertion_dite, siae, preste, probabilite``.
    """
    weights = settings["points"]
    terms = rows.with_columns(
        **{f"pt_{name}": value.fill_null(0.0) for name, value in _terms(weights, settings).items()}
    )
    total = pl.sum_horizontal(f"pt_{name}" for name in TERMS)
    return terms.with_columns(points=(total / weights["pas"]).round() * weights["pas"])


def _terms(weights: dict, settings: dict) -> dict[str, pl.Expr]:
    near, zone = (_far(pl.col(name), weights["echelle_km"]) for name in ("distance_km", "milieu_km"))
    siae = pl.col("siae") & pl.col("insertion_dite")
    return {
        "metier": pl.when(pl.col("metier"))
        .then(weights["metier_dit"])
        .when(~pl.col("metier"))
        .then(weights["metier_autre"]),
        "famille": weights["famille_gagnee"] * _log2(1 + pl.col("gagnes_siret").fill_null(0)),
        "mots": weights["mots_semblables"] * pl.col("mots_communs"),
        "preuve": weights["preuve"]
        * _log2(pl.col("adequation").clip(weights["preuve_nulle"], None) / weights["preuve_nulle"]),
        "distance": -pl.when(pl.col("lieu_precis"))
        .then(weights["distance"] * near)
        .otherwise(weights["distance_zone"] * zone),
        "region": pl.when(pl.col("meme_region")).then(weights["meme_region"]),
        "arrondissement": pl.when(pl.col("arrondissements").list.contains(pl.col("arrondissement"))).then(
            weights["meme_arrondissement"]
        ),
        "insertion": pl.when(siae).then(weights["insertion_dite"]),
        "taille": pl.when(pl.col("probabilite") < settings["chance_credible"]["value"]).then(weights["trop_grand"]),
        "pret": pl.when(~pl.col("preste")).then(weights["prete_seulement"]),
    }


def said_insertion(settings: dict) -> pl.Expr:
    """The subject of the need asks for insertion (and not for an advertisement to be inserted)."""
    text = pl.col("objet").fill_null("")
    return text.str.contains(settings["points"]["mots_insertion"]) & ~text.str.contains(
        settings["points"]["sauf_insertion"]
    )


def unsaid_branch() -> pl.Expr:
    """The need is, by its code or by the words of its subject, of a branch of its family (``need_branches.csv``) that the name and the
    activity of the family do not say: a contract won does, or a name or an activity of that very branch (``trade_branches.csv``)."""
    text, parts = fold_expr(pl.col("objet").fill_null("")), []
    table = rules.table("need_branches.csv")
    for family, code, words in zip(table["famille"], table["cpv"], table["mots"], strict=True):
        coded = pl.col("codeCPV").str.contains(code).fill_null(False) if code else pl.lit(False)
        said = text.str.contains(rf"\b(?:{words})\b") if words else pl.lit(False)
        parts.append((pl.col("famille") == family) & (coded | said))
    return pl.any_horizontal(parts).fill_null(False)


def said_districts() -> pl.Expr:
    """The arrondissements that the subject names, in the three cities that have some: « 13EME », « 3&4ARR »."""
    cities = pl.col("lieu").is_in(["C75056", "C69123", "C13055"])
    named = (
        pl.col("objet")
        .fill_null("")
        .str.extract_all(r"(?i)\b\d{1,2}(?:\s?[&/,]\s?|\s?(?:ers?|emes?|èmes?|em|e|arr[a-z]*)\b)")
    )
    numbers = named.list.eval(pl.element().str.extract(r"(\d+)").cast(pl.Int32, strict=False))
    return pl.when(cities).then(numbers).otherwise(pl.lit([], pl.List(pl.Int32)))


def _far(km: pl.Expr, scale: float) -> pl.Expr:
    return _log2(1 + km / scale)


def _log2(value: pl.Expr) -> pl.Expr:
    return value.log(2)


def proven(settings: dict) -> pl.Expr:
    """At least one proof that the supplier serves the family; without any it has no rank."""
    some = pl.col("adequation") >= settings["points"]["preuve_minimale"]
    return (
        some
        | pl.col("metier").fill_null(False)
        | (pl.col("gagnes_siret").fill_null(0) > 0)
        | (pl.col("mots_communs").fill_null(0) > 0)
    )


def credible(settings: dict) -> pl.Expr:
    """Its trade is stated (name, sign, precise activity, declared sector) or it won the family; and the lot is not beyond it.

    What structures of a kind usually do never makes a supplier credible.
    """
    return pl.col("preste") & stated() & (pl.col("probabilite") >= settings["chance_credible"]["value"])


def coded() -> pl.Expr:
    """Nothing but an activity code tells its trade: no name, no sector declared, no contract of the family won."""
    return ((pl.col("metier_origine") == "activité") & (pl.col("gagnes_siret").fill_null(0) == 0)).fill_null(False)


def stated() -> pl.Expr:
    """Its trade is stated and is this one, or it won the family itself."""
    return pl.col("metier").fill_null(False) | (pl.col("gagnes_siret").fill_null(0) > 0)


def told() -> pl.Expr:
    """« métier (nom) : +2 ; distance : −1,5 … »: every term that counts, with its points."""
    said = [
        pl.when(pl.col(f"pt_{name}").abs() >= 0.05).then(
            pl.format("{} : {}", _named(name), _signed(pl.col(f"pt_{name}")))
        )
        for name in TERMS
    ]
    lost = pl.when(pl.col("distance_km").is_null() & pl.col("milieu_km").is_null()).then(
        pl.lit("distance inconnue : la liste ne dit pas la commune")
    )
    return pl.concat_str(*said, lost, separator=" ; ", ignore_nulls=True)


def _by(words: str) -> pl.Expr:
    return pl.format(words, pl.col("metier_origine").fill_null("activité"))


def _named(name: str) -> pl.Expr:
    if name == "metier":
        # A code is filed by an office, not said by the structure: it never stands as a trade that it says.
        filed = pl.col("metier_origine") == "activité"
        own = pl.when(filed).then(pl.lit("métier d'après le seul code d'activité")).otherwise(_by("métier dit ({})"))
        return pl.when(pl.col("metier")).then(own).otherwise(_by("métier autre ({})"))
    if name == "preuve":
        return pl.format("preuve ({})", "adequation_origine")
    if name == "distance":
        km = pl.when(pl.col("lieu_precis")).then("distance_km").otherwise("milieu_km").round().cast(pl.Int64)
        return (
            pl.when(pl.col("lieu_precis"))
            .then(pl.format("à {} km", km))
            .otherwise(pl.format("à environ {} km du milieu du territoire", km))
        )
    if name == "famille":
        several = pl.format("{} contrats de la famille gagnés", "gagnes_siret")
        return pl.when(pl.col("gagnes_siret") < 2).then(several.str.replace_all("s( |$)", "$1")).otherwise(several)
    return pl.lit(TERMS[name])


def _signed(value: pl.Expr) -> pl.Expr:
    digits = value.abs().round(1).cast(pl.String).str.replace(".", ",", literal=True)
    return pl.concat_str(pl.when(value < 0).then(pl.lit("\u2212")).otherwise(pl.lit("+")), digits)
