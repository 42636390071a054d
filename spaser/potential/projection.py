"""What a buyer buys × who in the ESS could supply it → reachable amounts, the reason that binds, the lever advised.

The room is ``demand`` (needs of contracts), ``spend`` (needs of a ledger), ``programme`` (needs announced), ``offer`` (suppliers),
``match`` (who is within reach of what), ``readings`` (three readings), ``lots`` (allotment), ``standing`` (the state of a need),
``lever`` (the ladder), ``territory`` (families × communes). Here they meet.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.potential.demand import members, needs
from spaser.potential.lever import advise, clauses, duty, ladder, without_euros
from spaser.potential.likeness import resemblance
from spaser.potential.lots import allotment
from spaser.potential.match import candidates, describe, matches, sellers, within_reach
from spaser.potential.offer import learned, supply
from spaser.potential.readings import (
    clause_reading,
    family_reading,
    law_reading,
    lever_reading,
    peer_reading,
    supply_reading,
)
from spaser.potential.spend import covered, of_spend
from spaser.potential.standing import actionable, counted, running, states
from spaser.potential.territory import balance
from spaser.vocabulary import OPPORTUNITIES

__all__ = [
    "advise",
    "allotment",
    "already",
    "balance",
    "by_family",
    "candidates",
    "clauses",
    "counted",
    "covered",
    "describe",
    "duty",
    "ladder",
    "learned",
    "matches",
    "members",
    "needs",
    "net",
    "of_spend",
    "opportunities",
    "sellers",
    "settled",
    "states",
    "supply",
    "within_reach",
    "without_euros",
]
_SPLIT = ("allotir",)
#: What a family says of its first lever, and where its needs say it.
_MAIN = {
    "levier_principal": "levier_libelle",
    "levier_fournisseurs": "levier_fournisseurs",
    "levier_population": "levier_population",
}


def opportunities(
    chosen: pl.LazyFrame,
    found: pl.LazyFrame | None = None,
    *,
    supplied: pl.LazyFrame | None = None,
    every: pl.LazyFrame | None = None,
    kinds: pl.LazyFrame | None = None,
    as_of: date | None = None,
    dependency: float | None = None,
    method: dict | None = None,
    under_code: bool = True,
) -> pl.LazyFrame:
    """OPPORTUNITIES: each need with its three readings, its low, middle and high potential, and its lever.

    Parameters
    ----------
    chosen
        NEEDS of the buyer.
    found
        CANDIDATES of these needs, or their ``matches``.
    supplied
        What ``supplied`` told of them, for a caller that counted them by parts and kept only some: ``found`` is then not read.
    every, kinds
        NEEDS of all the buyers read, and ``acheteur_siren, acheteur_categorie``, for the reading by peers; without them it is
        not measured.
    as_of
        The day whose European thresholds are read; without it no lever that depends on them is advised.
    under_code
        Whether the procurement code binds the buyer: otherwise the ladder is that of private buyers.
    """
    settings = (method or rules.method())["potential"]
    share = settings["dependance"]["value"] if dependency is None else dependency
    if supplied is None:
        if found is None:
            raise ValueError("the suppliers of the needs were neither given nor counted")
        supplied = supply_reading(chosen, found, share, settings, as_of)
    whole = chosen.join(supplied, on="besoin_id", how="left", maintain_order="left")
    whole = whole.join(law_reading(chosen, supplied, settings), on="besoin_id", how="left", maintain_order="left")
    if not under_code:
        whole = whole.with_columns(
            lecture_loi=pl.lit(None, pl.Int64), loi_raison=pl.lit("Sans objet : le code ne lie pas cet acheteur")
        )
    whole = whole.join(clause_reading(chosen, settings), on="besoin_id", how="left", maintain_order="left")
    whole = whole.join(family_reading(chosen, settings), on="besoin_id", how="left", maintain_order="left")
    if every is not None and kinds is not None:
        whole = whole.join(
            peer_reading(every, kinds, settings), on=["acheteur_siren", "famille"], how="left", maintain_order="left"
        )
    else:
        whole = whole.with_columns(repere_n=pl.lit(None, pl.Int32), repere_part=pl.lit(None, pl.Float64))
    whole = whole.join(
        resemblance(chosen, method=method).select("besoin_id", "ressemblance"),
        on="besoin_id",
        how="left",
        maintain_order="left",
    )
    judged = _amounts(advise(lever_reading(whole, as_of), share, under_code, as_of), under_code)
    return OPPORTUNITIES.conform(judged).sort(
        "potentiel", "annuel", "besoin_id", descending=[True, True, False], nulls_last=True
    )


def supplied(
    chosen: pl.LazyFrame,
    found: pl.LazyFrame,
    *,
    as_of: date | None = None,
    dependency: float | None = None,
    method: dict | None = None,
) -> pl.LazyFrame:
    """The reading by the supply of some needs: how many suppliers, of which kinds, what they could take in a year."""
    settings = (method or rules.method())["potential"]
    share = settings["dependance"]["value"] if dependency is None else dependency
    return supply_reading(chosen, found, share, settings, as_of)


def _amounts(whole: pl.LazyFrame, under_code: bool = True) -> pl.LazyFrame:
    """Low, middle, high, and what binds.

    low: what comparable buyers already reach, never more than high; middle: the expectation of the supply; high: the smaller
    of what credible suppliers hold and of what the law and the need allow; none of them takes what is already the ESS's. Where the
    need must first be divided, the part that its lots would let be taken. A duty and a criterion move no euro by themselves: what a
    clause that is due would bring is told apart (``potentiel_du``), for every need. So is the work that a clause advised would hold (``sous_clause``): whoever wins carries it, and
    nothing of it goes to the ESS by itself.
    """
    none, due = pl.col("levier").is_in(without_euros()), pl.col("clause_obligatoire") & pl.lit(under_code)
    clause, split = pl.col("levier").is_in(clauses()), pl.col("levier").is_in(_SPLIT)
    divided = (pl.col("annuel") * pl.col("part_allotie")).round().cast(pl.Int64)
    half = (pl.col("clause_bas") + pl.col("clause_haut")) // 2
    allowed = _part(pl.col("annuel_haut"))
    shares = (pl.col("annuel_haut") * pl.col("part_allotie")).round().cast(pl.Int64)
    offered = pl.when(split).then(shares).otherwise("lecture_offre_haut")
    reached = pl.when(split).then(pl.max_horizontal("lecture_offre", divided)).otherwise("lecture_offre")
    # What already goes to the ESS or to inclusive suppliers is not to win again.
    had = pl.col("acquis").fill_null(0)
    left, most = pl.col("annuel") - had, pl.col("annuel_haut") - had
    middle = pl.when(none | clause).then(0).otherwise(pl.min_horizontal(_part(reached), left))
    high = pl.max_horizontal(pl.min_horizontal(offered, allowed, most), middle)
    high = pl.when(none | clause).then(0).otherwise(high)
    held = {"sous_clause": half, "sous_clause_haut": pl.min_horizontal("clause_haut", "annuel_haut")}
    carried = {
        name: pl.when(clause & ~none).then(pl.min_horizontal(value, "annuel")).otherwise(0)
        for name, value in held.items()
    }
    peers = (pl.col("annuel") * pl.col("repere_part")).round().cast(pl.Int64)
    binding = _binding(none, high, clause, split & (offered < allowed), offered < allowed, under_code)
    # A need that no action awaits brings nothing to the potential, and says its state instead of what binds it.
    act = actionable()
    amounts = {"potentiel": middle, "potentiel_haut": high} | carried
    kept = {name: pl.when(act).then(value).otherwise(0) for name, value in amounts.items()}
    owed = pl.when(due & act).then(half).when(due.is_not_null()).then(0)
    told = whole.with_columns(
        lecture_repere=peers, limite=pl.when(act).then(binding).otherwise("etat_libelle"), potentiel_du=owed, **kept
    )
    return told.with_columns(
        potentiel_bas=pl.min_horizontal(pl.col("lecture_repere"), "potentiel")
        * pl.when(pl.col("repere_part").is_not_null()).then(1)
    )


def _binding(
    none: pl.Expr, high: pl.Expr, clause: pl.Expr, by_lots: pl.Expr, by_offer: pl.Expr, under_code: bool
) -> pl.Expr:
    """What limits the potential, in words."""
    return (
        pl.when(none)
        .then(pl.lit("le levier ne déplace pas d'euros par lui-même"))
        .when(clause)
        .then(pl.lit("loi et besoin : la clause ne porte que sur une part des heures"))
        .when(high == 0)
        .then(
            pl.when(pl.col("candidats") == 0)
            .then(pl.lit("aucun fournisseur à portée"))
            .otherwise(pl.lit("aucun fournisseur crédible"))
        )
        .when(by_lots)
        .then(pl.lit("taille des lots, puis offre"))
        .when(by_offer)
        .then(pl.lit("offre"))
        .when((pl.col("lecture_loi") == 0) & pl.lit(under_code))
        .then(pl.lit("besoin : part adressable de la famille, en concurrence (aucun fournisseur réservable repéré)"))
        .otherwise(pl.lit("besoin : part adressable de la famille"))
    )


def _part(amount: pl.Expr) -> pl.Expr:
    """What of an amount is within anyone's reach in the family."""
    return (amount * pl.col("adressable").fill_null(0)).round().cast(pl.Int64)


def net(
    opportunities: pl.LazyFrame, found: pl.LazyFrame, *, dependency: float | None = None, method: dict | None = None
) -> pl.LazyFrame:
    """Per need, ``potentiel_net`` and ``haut_net``: middle and high once no supplier's capacity serves twice.

    A supplier sure enough for several needs of one buyer has one envelope, divided between them in proportion to what it was
    expected to take of each; a need keeps at most what it received. The envelope is share × capacity: the median, weighed by
    how sure and how likely to answer, for the middle; the top for the high.
    """
    settings = (method or rules.method())["potential"]
    share = settings["dependance"]["value"] if dependency is None else dependency
    amounts = opportunities.select("besoin_id", "acheteur_siren", "potentiel", "potentiel_haut", _annuel="annuel")
    # As in the allotment: only those sure enough to serve the family bring their capacity; and only to the needs whose lever gives
    # it something to take: a clause, a duty, a criterion and a need that awaits no action use none of it.
    sure = pl.col("credible")
    taking = amounts.filter(pl.col("potentiel_haut") > 0)
    rows = (
        found.filter(sure)
        .join(taking, on="besoin_id", maintain_order="left_right")
        .with_columns(
            _cle=pl.coalesce("siret", "siren"), _attendu=pl.col("adequation") * pl.min_horizontal("prenable", "_annuel")
        )
    )
    weight = pl.col("_attendu") / pl.col("_attendu").sum().over("acheteur_siren", "_cle")
    offered = share * settings["participation"]["value"] * pl.col("adequation") * pl.col("capacite")
    received = rows.with_columns(_recu=offered * weight, _recu_haut=share * pl.col("capacite_haut") * weight)
    received = received.group_by("besoin_id").agg(pl.col("_recu", "_recu_haut").fill_nan(0).sum())
    kept = {
        name: pl.min_horizontal(pl.col(whole).cast(pl.Float64), pl.col(part).fill_null(0.0)).round().cast(pl.Int64)
        for name, whole, part in (("potentiel_net", "potentiel", "_recu"), ("haut_net", "potentiel_haut", "_recu_haut"))
    }
    # Low ≤ middle ≤ high ≤ what is bought in a year, whatever the readings say.
    bounded = {name: pl.min_horizontal(value, "_annuel") for name, value in kept.items()}
    return (
        amounts.join(received, on="besoin_id", how="left", maintain_order="left")
        .select("besoin_id", **bounded)
        .with_columns(haut_net=pl.max_horizontal("haut_net", "potentiel_net"))
    )


def settled(opportunities: pl.LazyFrame, nets: pl.LazyFrame) -> pl.LazyFrame:
    """OPPORTUNITIES whose ``potentiel_bas``, ``potentiel``, ``potentiel_haut`` are net: the only amounts shown, everywhere.

    ``potentiel_brut`` keeps the sum before capacities are counted once, for the method alone.
    """
    joined = opportunities.join(nets, on="besoin_id", how="left", maintain_order="left").with_columns(
        potentiel_brut="potentiel"
    )
    net_of = joined.with_columns(potentiel="potentiel_net", potentiel_haut="haut_net")
    low = pl.when(pl.col("potentiel_bas").is_not_null()).then(pl.min_horizontal("potentiel_bas", "potentiel"))
    return net_of.with_columns(potentiel_bas=low).sort(
        "potentiel", "annuel", "besoin_id", descending=[True, True, False], nulls_last=True
    )


def already(opportunities: pl.LazyFrame) -> pl.LazyFrame:
    """What the ESS and inclusive suppliers hold beside what they could take, on the same purchases: one row per family.

    ``famille, famille_libelle, annuel`` (a year, of every need that has not ended, whatever its state), ``acquis`` (known to be theirs
    among it; null where no status is known), ``acquis_connu`` (of what the status is known), ``deja_vise`` (of ``acquis``, what is in needs to
    act on, and is no part of their ``potentiel``), ``potentiel, potentiel_haut, sous_clause``. Needs ``settled`` opportunities.
    """
    told, act = pl.col("acquis").is_not_null(), actionable()
    return (
        opportunities.filter(running())
        .group_by("famille", "famille_libelle")
        .agg(
            pl.col("annuel", "potentiel", "potentiel_haut", "sous_clause").sum(),
            acquis=pl.when(told.any()).then(pl.col("acquis").sum()),
            acquis_connu=pl.col("acquis_su").sum(),
            deja_vise=pl.col("acquis").filter(act).sum(),
        )
        .sort("annuel", "famille", descending=[True, False])
    )


def by_family(opportunities: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    """One row per family: its actionable needs, what they weigh, what could be reached, and by how many suppliers.

    Needs ``settled`` opportunities: amounts are the sums of those of the needs. ``fournisseurs`` counts each establishment once.
    ``en_cours, annuel_en_cours`` count the running needs whatever their state.
    """
    underway = opportunities.filter(pl.col("actif") | actionable())
    active = opportunities.filter(actionable())
    credible = found.filter("credible").join(
        active.select("besoin_id", "famille"), on="besoin_id", maintain_order="left_right"
    )
    suppliers = credible.group_by("famille").agg(fournisseurs=pl.coalesce("siret", "siren").n_unique().cast(pl.Int32))
    # A duty is no advice: the lever of a family is the first advised, that of the need where it moves most.
    owed = pl.col("levier") == duty()["code"]
    first = pl.when(~owed).then(pl.col("potentiel"))
    main = {
        name: pl.when(~owed)
        .then(column)
        .sort_by(first, "sous_clause", "annuel", "besoin_id", descending=[True, True, True, False], nulls_last=True)
        .first()
        for name, column in _MAIN.items()
    }
    told = pl.col("acquis").is_not_null()
    table = (
        active.group_by("famille", "famille_libelle")
        .agg(
            besoins=pl.len().cast(pl.Int32),
            annuel=pl.col("annuel").sum(),
            annuel_haut=pl.col("annuel_haut").sum(),
            acquis=pl.when(told.any()).then(pl.col("acquis").sum()),
            acquis_connu=pl.col("acquis_su").sum(),
            potentiel_bas=pl.when(pl.col("potentiel_bas").is_not_null().any()).then(pl.col("potentiel_bas").sum()),
            potentiel=pl.col("potentiel").sum(),
            potentiel_haut=pl.col("potentiel_haut").sum(),
            sous_clause=pl.col("sous_clause").sum(),
            potentiel_du=pl.when(pl.col("potentiel_du").is_not_null().any()).then(pl.col("potentiel_du").sum()),
            **main,
        )
        .with_columns(pl.col("levier_principal").fill_null("Aucun, au-delà de la clause due"))
    )
    whole = underway.group_by("famille").agg(en_cours=pl.len().cast(pl.Int32), annuel_en_cours=pl.col("annuel").sum())
    joined = (
        table.join(suppliers, on="famille", how="left", maintain_order="left")
        .join(whole, on="famille", how="left", maintain_order="left")
        .with_columns(pl.col("fournisseurs").fill_null(0))
    )
    return joined.sort("annuel", "famille", descending=[True, False])
