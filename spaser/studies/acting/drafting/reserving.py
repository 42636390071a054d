"""What the law allows of a reservation to the social and solidarity economy (L2113-15 and L2113-16): refused, or what to check first."""

from __future__ import annotations

import polars as pl

from spaser import french, rules
from spaser.families import purchase
from spaser.problems import Problem
from spaser.studies.acting.drafting.need import Need

BASE = "L2113-15"
#: The lever as it is, and the one that brings the duration back under the maximum.
LEVERS = ("reserver_ess", "reserver_ess_duree")


def longest() -> int:
    """The months that a contract reserved to the ESS may last."""
    return rules.toml("law.toml")["reservations"][BASE]["max_months"]


def may_be_listed(family: str) -> bool | None:
    """Has the family a service of the list of L2113-15: True some, False surely none, None when the family does not say."""
    if family in rules.toml("clauses/articles.toml")["natures"]["liste_incertaine"]:
        return None
    return family in _families_listed()


def label(family: str) -> str:
    """A family of purchase, as a reader knows it."""
    return Need(famille=family).label


def codes_listed() -> set[str]:
    """The CPV codes of the list of L2113-15, as European forms hold it."""
    return set(rules.table(rules.toml("law.toml")["reservations"][BASE]["cpv_file"])["codeCPV"])


def _families_listed() -> set[str]:
    codes = pl.DataFrame({"codeCPV": sorted(codes_listed())})
    return set(codes.select(famille=purchase.of_cpv(pl.col("codeCPV")))["famille"].drop_nulls())


def refuse(need: Need, *asked: str) -> None:
    """Refuse a reservation to the ESS that the law surely does not allow.

    Raises
    ------
    Problem
        The duration given is over the maximum, or no service of the family is in the list.
    """
    if not set(asked) & set(LEVERS):
        return
    why, todo = [], []
    if LEVERS[0] in asked and need.mois is not None and need.mois > longest():
        why.append(f"durée de {need.mois} mois, au-dessus de {longest()} mois, reconductions comprises (L2113-16)")
        todo.append(f"ramenez la durée à {longest()} mois ou moins (--mois)")
    if may_be_listed(need.famille) is False:
        why.append(
            f"« {need.label} » : service hors de la liste de L2113-15 (liste des codes CPV ; annexe du code à confirmer)"
        )
        todo.append(
            "réservez au titre de L2113-12 ou L2113-13, qui n'ont pas de liste (reserver_handicap, reserver_insertion), ou demandez clause_sociale"
        )
    if why:
        raise Problem(
            "Réservation à l'économie sociale et solidaire refusée",
            why=french.capital(" ; ".join(why)),
            todo=french.capital(" ; ".join(todo)),
        )


def to_check(need: Need, *asked: str) -> list[str]:
    """What to check before the texts are pasted, when a reservation to the ESS is asked."""
    if not set(asked) & set(LEVERS):
        return []
    notes = rules.toml("clauses/articles.toml")["a_verifier"]
    if need.mois is None:
        length = notes["duree_inconnue"]
    else:
        length = notes["duree_trop_longue" if need.mois > longest() else "duree_donnee"]
    service = notes["service_incertain" if may_be_listed(need.famille) is None else "service_possible"]
    return [
        one.format(mois=need.mois, maximum=longest(), famille=need.label)
        for one in (service, length, notes["conditions"])
    ]
