"""Supply: each active ESS or inclusive establishment, the families it can serve, how surely, and what it can take in a year.

How surely a structure serves a family is the best of its proofs: a contract won (certain), a declared sector, its main
activity, what structures of its kind usually do. All weights are data (``method.toml``, ``kind_families.csv``,
``families.csv``); those of activities are replaced by what the contracts at hand teach when there are enough of them.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.potential.past import won
from spaser.potential.trade import agreeing, own_activity
from spaser.vocabulary import SUPPLY

#: Structures eligible to each reservation, from ``siae_types.csv`` (a plain « oui »); GEIQ and others are not, by right.
_FAMILIES = {"handicap": "handicap", "insertion": "insertion"}
#: The size of a structure of which only the kind is known.
USUAL_SIZE = "taille usuelle du type (hypothèse)"
PROOFS = {
    "metier": "métier dit par le nom",
    "gagne": "contrats gagnés",
    "secteur": "secteur déclaré",
    "activite": "activité",
    "type": "type de structure",
    "unite": "contrats gagnés par un autre établissement",
    "voisine": "famille voisine",
}


def supply(
    structures: pl.LazyFrame,
    *,
    wins: pl.LazyFrame | None = None,
    declared: pl.LazyFrame | None = None,
    weights: pl.LazyFrame | None = None,
    trades: pl.LazyFrame | None = None,
    method: dict | None = None,
) -> pl.LazyFrame:
    """SUPPLY: one row per establishment and family it may serve.

    Parameters
    ----------
    structures
        One row per active establishment: the identity columns of SUPPLY, ``types`` (inclusive kinds joined with ``", "``),
        ``ess``, ``tranche_effectifs`` (of this very establishment), and ``chiffre_affaires`` (cents a year) when known.
        ``cle`` identifies the row (SIRET, else SIREN).
    wins
        One row per contract won: ``siren, siret, famille, dateNotification``, and ``branche`` (``unsaid_branch`` of the contract).
    declared
        ``cle, famille``: sectors declared by a list, as families.
    weights
        ``naf, famille, poids`` learned from contracts (see ``learned``); they replace the reference for their activities.
    trades
        ``cle, famille``: trades said by the name or the sign of the structure.
    """
    settings = (method or rules.method())["potential"]
    active = structures.with_columns(naf=own_activity())
    agreed = None if trades is None else agreeing(trades, active, settings)
    proofs = pl.concat(
        [
            _by_activity(active, weights, settings),
            _by_kind(active, settings),
            _by_declared(declared, settings),
            _by_wins(structures, wins, settings),
            _by_declared(trades, settings).with_columns(_preuve=pl.lit("metier")),
        ]
    )
    near = (
        rules.table("family_neighbours.csv").lazy().select("famille", "voisine", _part=pl.col("part").cast(pl.Float64))
    )
    served = _surest(pl.concat([proofs, _by_neighbour(proofs, near)]), settings)
    judged = _traded(served, _stated(active, declared, agreed, settings), near)
    table = judged.join(_able(structures, settings), on="cle", maintain_order="left_right").pipe(won, wins)
    return SUPPLY.conform(table).sort("famille", "siren", "siret", nulls_last=True)


def _surest(proofs: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """``cle, famille, adequation, adequation_origine``: the best proof that a structure serves a family.

    An activity that is specific to the family and a kind that confirms it are surer together than each alone.
    """
    both = pl.col("_preuve").is_in(["activite", "type"])
    best = (
        proofs.sort("_poids", "_preuve", descending=[True, False])
        .group_by("cle", "famille", maintain_order=True)
        .agg(
            _best=pl.col("_poids").first(),
            _preuve=pl.col("_preuve").first(),
            _double=pl.col("_preuve").filter(both).n_unique() == 2,
            _specific=(
                pl.col("_poids").filter(pl.col("_preuve") == "activite").max() >= settings["adequation"]["activite"]
            ).fill_null(False),
        )
    )
    level = settings["adequation"]["activite_et_type"]
    sure = (
        pl.when(pl.col("_double") & pl.col("_specific"))
        .then(pl.max_horizontal("_best", pl.lit(level)))
        .otherwise("_best")
    )
    return best.select("cle", "famille", adequation=sure, adequation_origine=pl.col("_preuve").replace_strict(PROOFS))


def _traded(served: pl.LazyFrame, said: pl.LazyFrame, near: pl.LazyFrame) -> pl.LazyFrame:
    """The same with ``metier`` (is this family the trade it says?) and ``metier_origine`` (who says it)."""
    stated = served.join(said, on=["cle", "famille"], how="left", maintain_order="left").join(
        said.select("cle", _dit=pl.lit(True)).unique(), on="cle", how="left", maintain_order="left"
    )
    close = (
        said.join(near, on="famille", maintain_order="left_right")
        .select("cle", famille="voisine", _proche=pl.lit(True))
        .unique()
    )
    stated = stated.join(close, on=["cle", "famille"], how="left", maintain_order="left")
    # A trade that is said and is neither this one nor a near one is « another »; nothing said, or a name that the activity
    # contradicts, stays unknown.
    known = pl.col("metier_origine").is_not_null()
    judged = stated.with_columns(
        metier=pl.when(known)
        .then(True)
        .when(pl.col("_dit") & pl.col("_proche").is_null() & (pl.col("adequation_origine") != PROOFS["metier"]))
        .then(False)
    )
    return judged.with_columns(
        metier_origine=pl.coalesce("metier_origine", pl.col("metier_origine").drop_nulls().first().over("cle"))
    )


def learned(wins: pl.LazyFrame, *, method: dict | None = None) -> pl.LazyFrame:
    """What companies of an activity win: ``naf, famille, poids, fournisseurs``, for activities that won enough.

    ``poids`` is the share of the activity's winners that won in the family, smoothed towards the reference table, scaled so
    that the family most won weighs as much as a main activity confirmed by the kind. Needs ``siren, naf, famille, uid``.
    """
    settings = (method or rules.method())["potential"]
    rule, top = settings["poids_appris"], settings["adequation"]["activite_et_type"]
    held = wins.filter(pl.col("naf").is_not_null() & pl.col("famille").is_not_null())
    enough = (
        held.group_by("naf")
        .agg(_n=pl.col("uid").n_unique(), fournisseurs=pl.col("siren").n_unique())
        .filter(pl.col("_n") >= rule["minimum_contrats"])
    )
    seen = held.group_by("naf", "famille").agg(_gagnants=pl.col("siren").n_unique())
    prior = _reference(enough.select("naf"), settings).rename({"_poids": "_avant"})
    every = (
        pl.concat([seen.select("naf", "famille"), prior.select("naf", "famille")])
        .unique()
        .join(enough, on="naf", maintain_order="left_right")
    )
    joined = every.join(seen, on=["naf", "famille"], how="left", maintain_order="left").join(
        prior, on=["naf", "famille"], how="left", maintain_order="left"
    )
    share = (pl.col("_gagnants").fill_null(0) + rule["lissage"] * pl.col("_avant").fill_null(0)) / (
        pl.col("fournisseurs") + rule["lissage"]
    )
    return (
        joined.with_columns(_part=share)
        .select(
            "naf",
            "famille",
            poids=(top * pl.col("_part") / pl.col("_part").max().over("naf")),
            fournisseurs="fournisseurs",
        )
        .sort("naf", "famille")
    )


def _reference(activities: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """``naf, famille, _poids`` of distinct activities, by the prefixes of ``families.csv``."""
    listed = (
        rules.table("families.csv")
        .lazy()
        .select("famille", _prefixe=pl.col("naf").fill_null("").str.replace_all(".", "", literal=True).str.split(" "))
        .explode("_prefixe")
        .filter(pl.col("_prefixe").str.len_chars() >= 2)
    )
    sizes = [2, 3, 4, 5]
    wanted = pl.concat([activities.unique().with_columns(_prefixe=pl.col("naf").str.slice(0, size)) for size in sizes])
    generic = pl.col("naf").is_in(settings["activites_generiques"]["naf"])
    weight = (
        pl.when(generic)
        .then(settings["adequation"]["activite_generique"])
        .otherwise(settings["adequation"]["activite"])
    )
    return (
        wanted.join(listed, on="_prefixe", maintain_order="left_right")
        .select("naf", "famille", _poids=weight)
        .unique(["naf", "famille"])
    )


def _by_activity(structures: pl.LazyFrame, weights: pl.LazyFrame | None, settings: dict) -> pl.LazyFrame:
    known = structures.select("cle", "naf").drop_nulls()
    table = _reference(known.select("naf"), settings)
    if weights is not None:
        generic = pl.col("naf").is_in(settings["activites_generiques"]["naf"])
        # What others of a generic activity win says little of this one.
        taught = weights.filter(~generic).select("naf", "famille", _poids="poids")
        table = pl.concat([taught, table.join(taught.select("naf"), on="naf", how="anti")])
    return known.join(table, on="naf", maintain_order="left_right").select(
        "cle", "famille", pl.col("_poids").cast(pl.Float64), _preuve=pl.lit("activite")
    )


def _by_kind(structures: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    kinds = (
        rules.table("kind_families.csv")
        .lazy()
        .select(_type="type", famille="famille", _part=pl.col("part").cast(pl.Float64))
    )
    generic = pl.col("naf").is_null() | pl.col("naf").is_in(settings["activites_generiques"]["naf"])
    own = (
        structures.select("cle", "naf")
        .join(_reference(structures.select("naf").drop_nulls(), settings), on="naf", maintain_order="left_right")
        .select("cle", "famille", _propre=pl.lit(True))
        .unique()
    )
    modes = (
        rules.table("siae_types.csv")
        .lazy()
        .select(_type="code", _livre=pl.col("modes").str.contains("PREST|BUILD").fill_null(False))
    )
    spread = (
        structures.select("cle", _generique=generic, _type=pl.col("types").str.split(", "))
        .explode("_type")
        .join(modes, on="_type", maintain_order="left_right")
    )
    # A structure that also lends staff does not, as a lender, deliver what its staff does at others'.
    spread = spread.filter(pl.col("_livre") | ~pl.col("_livre").any().over("cle"))
    found = spread.join(kinds, on="_type", maintain_order="left_right").join(
        own, on=["cle", "famille"], how="left", maintain_order="left"
    )
    lowered = (
        pl.when(pl.col("_generique") | pl.col("_propre").fill_null(False))
        .then("_part")
        .otherwise(pl.col("_part") * settings["adequation"]["type_autre_activite"])
    )
    return found.group_by("cle", "famille").agg(_poids=lowered.max()).with_columns(_preuve=pl.lit("type"))


def _by_neighbour(proofs: pl.LazyFrame, near: pl.LazyFrame) -> pl.LazyFrame:
    """What a family proves of those near it (``family_neighbours.csv``)."""
    some = (
        proofs.group_by("cle", "famille")
        .agg(pl.col("_poids").max())
        .join(near, on="famille", maintain_order="left_right")
    )
    weighed = some.group_by("cle", "voisine").agg(_poids=(pl.col("_poids") * pl.col("_part")).max())
    return weighed.select("cle", "_poids", famille="voisine", _preuve=pl.lit("voisine")).select(
        "cle", "famille", "_poids", "_preuve"
    )


def _by_declared(declared: pl.LazyFrame | None, settings: dict) -> pl.LazyFrame:
    if declared is None:
        return pl.LazyFrame(schema={"cle": pl.String, "famille": pl.String, "_poids": pl.Float64, "_preuve": pl.String})
    return declared.select(
        "cle", "famille", _poids=pl.lit(settings["adequation"]["secteur"]), _preuve=pl.lit("secteur")
    ).unique()


def _stated(
    structures: pl.LazyFrame, declared: pl.LazyFrame | None, trades: pl.LazyFrame | None, settings: dict
) -> pl.LazyFrame:
    """``cle, famille, metier_origine``: the trades a structure states, by its declared sectors, its name, or a precise activity.

    An activity is precise when it is not one under which structures of every trade are filed, and belongs to few families.
    """
    known = structures.select("cle", "naf").drop_nulls()
    generic = pl.col("naf").is_in(settings["activites_generiques"]["naf"])
    listed = _reference(known.filter(~generic).select("naf"), settings)
    precise = listed.filter(pl.len().over("naf") <= settings["activite_precise"]["familles"])
    parts = [
        known.join(precise, on="naf", maintain_order="left_right").select(
            "cle", "famille", metier_origine=pl.lit("activité")
        )
    ]
    parts += [
        frame.select("cle", "famille", metier_origine=pl.lit(name))
        for name, frame in (("secteur déclaré", declared), ("nom", trades))
        if frame is not None
    ]
    return pl.concat(parts).group_by("cle", "famille").agg(pl.col("metier_origine").sort().last())


def _by_wins(structures: pl.LazyFrame, wins: pl.LazyFrame | None, settings: dict) -> pl.LazyFrame:
    """A family already won: certain for the establishment itself; for another of its unit, a hint."""
    if wins is None:
        return pl.LazyFrame(schema={"cle": pl.String, "famille": pl.String, "_poids": pl.Float64, "_preuve": pl.String})
    level = settings["adequation"]
    by_unit = structures.select("cle", "siren", "siret").join(
        wins.select("siren", "famille", gagnant="siret").unique(), on="siren", maintain_order="left_right"
    )
    same = (pl.col("siret") == pl.col("gagnant")).fill_null(True)
    return by_unit.group_by("cle", "famille").agg(
        _poids=pl.when(same.any()).then(level["gagne"]).otherwise(level["gagne_autre_etablissement"]),
        _preuve=pl.when(same.any()).then(pl.lit("gagne")).otherwise(pl.lit("unite")),
    )


def _able(structures: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Each structure with its legal bases and its annual capacity, low, median, high."""
    kinds = (
        rules.table("siae_types.csv")
        .lazy()
        .select(
            _type="code",
            _famille="famille",
            _reservable=pl.col("marche_reserve") == "oui",
            _preste=pl.col("modes").str.contains("PREST|BUILD").fill_null(False),
            _clause=pl.col("clause_insertion").str.starts_with("oui").fill_null(False),
        )
    )
    sizes = (
        rules.table("supply_capacity.csv")
        .lazy()
        .select(
            _type="type",
            **{
                f"_{name}": pl.col(name).cast(pl.Float64)
                for name in ("effectif_bas", "effectif_haut", "ca_bas", "ca_haut")
            },
        )
    )
    listed = structures.select("cle", _type=pl.col("types").fill_null("ESS").str.split(", ")).explode("_type")
    named = listed.join(kinds, on="_type", how="left", maintain_order="left").join(
        sizes, on="_type", how="left", maintain_order="left"
    )
    delivers = pl.col("_preste").fill_null(True)
    by_law = {
        name: (pl.col("_reservable") & delivers & (pl.col("_famille") == family)).any().fill_null(False)
        for name, family in _FAMILIES.items()
    }
    summed = named.group_by("cle").agg(
        **by_law,
        preste=delivers.any(),
        siae=(pl.col("_famille") == "insertion").any().fill_null(False),
        clause=pl.col("_clause").any().fill_null(False),
        **{f"_{name}": pl.col(f"_{name}").max() for name in ("effectif_bas", "effectif_haut", "ca_bas", "ca_haut")},
    )
    bands = (
        rules.table("staff_bands.csv")
        .lazy()
        .select(
            tranche_effectifs="tranche",
            _bas=pl.col("bas").cast(pl.Float64),
            _haut=pl.coalesce(pl.col("haut"), pl.col("bas")).cast(pl.Float64),
        )
    )
    whole = structures.join(summed, on="cle", how="left", maintain_order="left").join(
        bands, on="tranche_effectifs", how="left", maintain_order="left"
    )
    return _capacity(whole, settings)


def _capacity(whole: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Turnover when given, else staff × production per worker, else the usual size of the kind; in cents a year."""
    margin = settings["chiffre_affaires"]["marge"]
    have = whole.collect_schema().names()
    turnover = pl.col("chiffre_affaires").cast(pl.Float64) if "chiffre_affaires" in have else pl.lit(None, pl.Float64)
    usual = pl.col("_effectif_haut") * settings["effectif_plausible"]["facteur"]
    staffed = pl.col("_bas").is_not_null() & (pl.col("types").is_null() | (pl.col("_bas") <= usual))
    low_staff, high_staff = (
        pl.max_horizontal(pl.when(staffed).then(f"_{end}").otherwise(f"_effectif_{end}"), pl.lit(1.0))
        for end in ("bas", "haut")
    )
    low = pl.coalesce(turnover * (1 - margin), 100 * low_staff * pl.col("_ca_bas"))
    high = pl.coalesce(turnover * (1 + margin), 100 * high_staff * pl.col("_ca_haut"))
    # The middle of a log-normal interval is its geometric mean: a few large structures do not pull it up.
    return whole.with_columns(
        capacite_bas=low.round().cast(pl.Int64),
        capacite=(low * high).sqrt().round().cast(pl.Int64),
        capacite_haut=high.round().cast(pl.Int64),
        capacite_origine=pl.when(turnover.is_not_null())
        .then(pl.lit("chiffre d'affaires"))
        .when(staffed)
        .then(pl.lit("tranche d'effectifs × production par personne (hypothèse)"))
        .otherwise(pl.lit(USUAL_SIZE)),
    )
