"""The same euros, or the same contract, published more than once: maxima of one framework, other numbers, other buyers.

Flagged and bounded, never merged. Rules and examples: ``reference/contract_facts.toml`` (``accord``, ``doublon``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts.consultations import normal
from spaser.contracts.frameworks import number
from spaser.vocabulary import CENT

EQUAL, UNEQUAL, FAR = "maximum_repete", "maxima_inegaux", "maxima_eloignes"
#: A number of 2019 ends with the order of the modification, two digits, zero first.
_ORDER = r"^(.{4,})0\d$"
TWINS = dict.fromkeys(("uid", "doublon_possible", "doublon_regle"), pl.String())


def maxima(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``accord_multiple`` (the uid that carries the sum of its group) and ``accord_regle``: one need, several holders.

    Framework agreements of one consultation with the same subject to the letter (two lots are two needs, even with equal
    maxima) and at least two different holders: with the same amount; or with amounts that are close, when something says
    that one lot has several holders. The largest maximum carries the group, the smallest uid among equals. Needs ``uid,
    consultation, accord_cadre, montant, objet, titulaires_cle, modalitesExecution``.
    """
    settings = rules.toml("contract_facts.toml")["maxima"]
    need, same = ["besoin"], ["besoin", "montant"]
    frameworks = contracts.select(
        "uid", "consultation", "montant", "titulaires_cle", "objet", "modalitesExecution", "accord_cadre"
    )
    frameworks = frameworks.filter(pl.col("accord_cadre") & (pl.col("montant") > 0)).drop("accord_cadre")
    alike = frameworks.filter(pl.col("consultation").is_duplicated()).with_columns(_dit=normal(pl.col("objet")))
    # « attributaire 2 », « rang 1 » tell the holders of one lot apart, not two lots.
    alike = alike.with_columns(sujet=pl.col("_dit").str.replace_all(settings["rang"], " ").str.strip_chars())
    alike = alike.with_columns(besoin=pl.struct("consultation", "sujet").hash())
    alike = alike.filter(pl.col("sujet").is_not_null() & pl.col("besoin").is_duplicated())
    several = pl.col("titulaires_cle").drop_nulls().n_unique() > 1
    told = pl.col("_dit").str.contains(settings["signes"]) | pl.col("modalitesExecution").str.contains(
        "Marchés subséquents", literal=True
    )
    close = pl.col("montant").min() >= settings["part"] * pl.col("montant").max()
    unequal = (several & (pl.col("montant").n_unique() > 1)).over(need) & told.fill_null(False).any().over(need)
    marked = alike.with_columns(_inegaux=unequal, _egaux=several.over(same), _serres=close.over(need))
    marked = marked.with_columns(_proches=pl.col("_inegaux") & pl.col("_serres"))
    far = marked.filter(pl.col("_inegaux") & ~pl.col("_serres"))
    ends = {"premier": pl.col("uid").min().over(need), "dernier": pl.col("uid").max().over(need)}
    far = far.with_columns(**ends).select(
        "uid", _eloigne=pl.when(pl.col("uid") == pl.col("premier")).then("dernier").otherwise("premier")
    )
    rule = pl.when("_proches").then(pl.lit(UNEQUAL)).when("_egaux").then(pl.lit(EQUAL))
    ruled = marked.with_columns(accord_regle=rule).filter(pl.col("accord_regle").is_not_null())
    key = pl.when(pl.col("accord_regle") == EQUAL).then("montant")
    grouped = ruled.with_columns(_part=key).sort("montant", "uid", descending=[True, False])
    carried = grouped.select("uid", "accord_regle", accord_multiple=pl.col("uid").first().over(*need, "_part"))
    return contracts.join(carried, on="uid", how="left").join(far, on="uid", how="left")


def twins(contracts: pl.DataFrame) -> pl.DataFrame:
    """``uid, doublon_possible, doublon_regle`` of the records where another one, of any buyer, may be the same contract.

    The first of the group points to the last, the others to the first. Needs ``uid, id, acheteur_id, acheteur_siren,
    titulaires_cle, dateNotification, montant, objet, _eloigne``.
    """
    known = contracts.select(
        "uid", "id", "acheteur_id", "acheteur_siren", "titulaires_cle", "dateNotification", "montant", "objet"
    )
    known = known.drop_nulls(["titulaires_cle", "dateNotification", "objet"]).with_columns(
        # A company is its SIREN, whatever the establishment that signed.
        titulaires_cle=pl.col("titulaires_cle").str.replace_all(r"\b(\d{9})\d{5}\b", "${1}"),
    )
    # Every group shares a day or the euros beside the holder: subjects, costly to compare, are read where one of them is.
    met = known.with_columns(euros=pl.col("montant") // CENT).filter(
        pl.any_horizontal(pl.len().over("titulaires_cle", name) > 1 for name in ("dateNotification", "euros"))
    )
    close = met.with_columns(sujet=_bare(pl.col("objet")))
    close = close.filter(pl.len().over("titulaires_cle", "sujet") > 1).with_columns(
        _racine=pl.col("id").str.extract(_ORDER),
        _numero=number("id").str.replace_all(r"(^|_)0+([0-9])", "${1}${2}"),
    )
    shared = ["titulaires_cle", "dateNotification", "sujet"]
    several, euros = pl.col("acheteur_id").n_unique() > 1, pl.col("euros")
    ecart = rules.toml("contract_facts.toml")["etats"]["ecart"]
    found = [
        _group(
            close.drop_nulls("montant"),
            ["acheteur_siren", *shared, "euros"],
            pl.when(several).then(pl.lit("deux_etablissements")).otherwise(pl.lit("autre_numero")),
        ),
        _group(close, ["acheteur_siren", *shared, "_numero"], pl.lit("numero_ecrit_autrement")),
        _group(
            close.drop_nulls("_racine"),
            ["acheteur_siren", *shared, "_racine"],
            # An amendment adds at most half of the contract: beyond, they are two lots.
            pl.when((euros.max() <= ecart * euros.min()).fill_null(True)).then(pl.lit("ordre_de_modification")),
        ),
        _group(
            _in_runs(close.drop_nulls("montant"), ["titulaires_cle", "sujet", "euros"]),
            ["titulaires_cle", "sujet", "euros", "_suite"],
            pl.when(pl.col("acheteur_siren").n_unique() > 1).then(pl.lit("groupement")),
        ),
    ]
    far = contracts.select("uid", doublon_possible="_eloigne", doublon_regle=pl.lit(FAR)).drop_nulls("doublon_possible")
    return pl.concat([*found, far]).unique("uid", keep="first", maintain_order=True)


def _bare(subject: pl.Expr) -> pl.Expr:
    """The consonants and figures of a subject: lost, misread or absent accents leave them alone."""
    return subject.str.to_lowercase().str.replace_all(r"[^bdf-hj-np-tv-z0-9]+", "")


def _in_runs(close: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Adds ``_suite``: rows of one key, each notified shortly after the one before (members of a group sign one by one)."""
    days = rules.toml("contract_facts.toml")["groupement"]["jours"]
    ordered = close.sort(*key, "dateNotification", "uid")
    gap = (pl.col("dateNotification") - pl.col("dateNotification").shift(1)).dt.total_days()
    follows = pl.all_horizontal(*(pl.col(name) == pl.col(name).shift(1) for name in key)) & (gap <= days)
    return ordered.with_columns(_suite=(~follows.fill_null(False)).cum_sum())


def _group(close: pl.DataFrame, key: list[str], rule: pl.Expr) -> pl.DataFrame:
    """``uid, doublon_possible, doublon_regle`` of the records that share a key."""
    groups = close.group_by(key).agg(_premier=pl.col("uid").min(), _dernier=pl.col("uid").max(), doublon_regle=rule)
    pairs = close.join(
        groups.filter((pl.col("_premier") != pl.col("_dernier")) & pl.col("doublon_regle").is_not_null()), on=key
    )
    other = pl.when(pl.col("uid") == pl.col("_premier")).then("_dernier").otherwise("_premier")
    return pairs.select("uid", doublon_possible=other, doublon_regle="doublon_regle")


def repeated() -> pl.Expr:
    """The record may repeat another one already counted: its low bound is nothing."""
    return (pl.col("doublon_possible") < pl.col("uid")).fill_null(False)
