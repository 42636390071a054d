"""From contracts and registers to the purchasing potential: places found, supply located, needs matched, all at once settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from spaser import buyers, potential, rules
from spaser.potential import map as opportunities_map
from spaser.potential.match import reachable
from spaser.problems import Problem
from spaser.studies.diagnostic import Base, Diagnostic
from spaser.studies.potential import needs as against
from spaser.studies.potential.located import place, places
from spaser.studies.potential.offer import offered, wins
from spaser.vocabulary import NEED_CONTRACTS
from spaser.vocabulary.sentences import ADD_LISTS, NO_LIST

#: Kilometres up to which distances are measured at once (the last is ``potential.rayon_maximal``).
STEPS = (50, 100, 150)


@dataclass(frozen=True, eq=False)
class Opportunities:
    """The purchasing potential of a buyer (or of all): tables of the vocabulary, and how they were made.

    ``needs`` NEEDS, ``members`` NEED_CONTRACTS, ``supply`` SUPPLY, ``candidates`` CANDIDATES, ``opportunities``
    OPPORTUNITIES, net of double counting, ``families`` one row per family (see ``potential.by_family``), ``weights`` what
    activities were learned to win, ``assumptions`` the values of the method in use; ``suppliers`` and ``places`` what the map
    shows (see ``opportunities_map``).
    """

    scope: str
    as_of: date
    needs: pl.DataFrame
    members: pl.DataFrame
    supply: pl.DataFrame
    candidates: pl.DataFrame
    opportunities: pl.DataFrame
    families: pl.DataFrame
    weights: pl.DataFrame
    assumptions: pl.DataFrame
    dependency: float
    radius: float | None = None
    suppliers: pl.DataFrame | None = None
    places: pl.DataFrame | None = None
    today: date | None = None

    @property
    def day(self) -> date:
        """The day whose thresholds the levers were read with: the reader's when it is known, never before the data stop."""
        return rules.day_to_prepare_from(self.as_of, self.today)

    @property
    def reader(self) -> date | None:
        """The reader's day, when it is known to come after the data."""
        return self.today if self.today and self.today > self.as_of else None

    def extras(self) -> dict[str, pl.DataFrame]:
        """The tables under the names that the sections of the report read."""
        return {
            "besoins": self.opportunities,
            "candidats": self.candidates,
            "potentiel_familles": self.families,
            "hypotheses": self.assumptions,
            "poids_appris": self.weights,
            "besoin_contrats": self.members,
        } | self._map()

    def _map(self) -> dict[str, pl.DataFrame]:
        if self.suppliers is None or self.places is None:
            return {}
        circles = pl.DataFrame(
            {"km": opportunities_map.radiuses(self.opportunities, self.radius)}, schema={"km": pl.Float64}
        )
        return {"fournisseurs_credibles": self.suppliers, "lieux_servis": self.places, "rayons_servis": circles}


def potential_of(
    source: Diagnostic | Base,
    *,
    buyer: str | None = None,
    radius: float | None = None,
    dependency: float | None = None,
) -> Opportunities:
    """The purchasing potential of the buyer(s) of a diagnostic, or of a buyer of prepared files.

    Parameters
    ----------
    source
        A diagnostic, or ``prepare``'s base; both read with registers.
    buyer
        With a base: part of the buyer's name, SIREN or SIRET; all the buyers by default.
    radius
        Kilometres for families of local reach; the usual reach of each family by default.
    dependency
        Share of its activity that a supplier should not pass with the buyer, or with all those added up (30 % by default).

    Raises
    ------
    Problem
        No register was read, or a radius or share makes no sense.
    """
    base = source if isinstance(source, Base) else source.base
    sirens, scope = _scope(source, buyer)
    share = checked(base, radius, dependency)
    known, mine, made = ground(base), chosen(base, sirens), taken(base, sirens, radius, share, under_code(source))
    return Opportunities(
        scope=scope,
        as_of=base.as_of,
        needs=mine.needs,
        members=mine.members,
        supply=known.supply,
        candidates=potential.describe(made.named.lazy(), known.supply.lazy(), against.SHOWN).collect(
            engine="in-memory"
        ),
        opportunities=made.opportunities,
        families=made.families,
        weights=known.weights,
        assumptions=assumptions(base.method["potential"], radius, share),
        dependency=share,
        radius=radius,
        suppliers=made.suppliers,
        places=opportunities_map.places(made.opportunities, mine.places),
        today=base.day,
    )


def of_needs(
    needs: pl.DataFrame,
    supply: pl.DataFrame,
    *,
    scope: str,
    as_of: date,
    method: dict[str, Any],
    radius: float | None,
    share: float,
    weights: pl.DataFrame | None = None,
    under_code: bool = True,
    today: date | None = None,
) -> Opportunities:
    """The potential of needs that no contract carries (a ledger's, a programme's): NEEDS against SUPPLY, suppliers described."""
    day = rules.day_to_prepare_from(as_of, today)
    told = against.weighed(
        needs, supply, radius=radius, dependency=share, method=method, under_code=under_code, as_of=day
    )
    return Opportunities(
        scope=scope,
        as_of=as_of,
        needs=needs,
        members=NEED_CONTRACTS.empty(),
        supply=supply,
        candidates=potential.describe(told.named.lazy(), supply.lazy(), against.SHOWN).collect(engine="in-memory"),
        opportunities=told.opportunities,
        families=told.families,
        weights=pl.DataFrame() if weights is None else weights,
        assumptions=assumptions(method["potential"], radius, share),
        dependency=share,
        radius=radius,
        today=today,
    )


def as_private(found: Opportunities, method: dict[str, Any]) -> Opportunities:
    """The same needs (of a ledger, of a programme) and suppliers, advised by the ladder of buyers that the code does not bind."""
    return of_needs(
        found.needs,
        found.supply,
        scope=found.scope,
        as_of=found.as_of,
        method=method,
        radius=found.radius,
        share=found.dependency,
        weights=found.weights,
        under_code=False,
        today=found.today,
    )


def under_code(source: Diagnostic | Base) -> bool:
    """Whether the procurement code binds the buyer: a diagnostic that holds the facts of private buyers says that it does not."""
    return isinstance(source, Base) or "prive" not in source.extras


class Taken(NamedTuple):
    """Those of ``needs.Weighed``, and ``suppliers``, the credible ones."""

    found: pl.DataFrame
    named: pl.DataFrame
    opportunities: pl.DataFrame
    families: pl.DataFrame
    suppliers: pl.DataFrame


@lru_cache(maxsize=4)
def taken(base: Base, sirens: tuple[str, ...], radius: float | None, share: float, bound: bool = True) -> Taken:
    """What the ESS could take of the needs of buyers (none: all), kept for the last choices: going back to one costs nothing."""
    known, mine, settings = ground(base), chosen(base, sirens), base.method
    told = against.weighed(
        mine.needs,
        known.supply,
        every=known.needs,
        kinds=mine.kinds.lazy(),
        radius=radius,
        dependency=share,
        method=settings,
        network=len(sirens) != 1,
        under_code=bound,
        sold=known.sold,
        spots=mine.places,
        reached=distances(base, sirens, _step(radius)),
        past=mine.past,
        as_of=base.day,
    )
    credible = opportunities_map.suppliers(told.found, told.opportunities, known.supply).collect(engine="in-memory")
    return Taken(*told, credible)


@dataclass(frozen=True, eq=False)
class Chosen:
    """What depends on the buyers alone: their needs, the contracts of each, the communes of their places, kinds of buyers."""

    needs: pl.DataFrame
    members: pl.DataFrame
    places: pl.DataFrame
    kinds: pl.DataFrame
    past: pl.DataFrame


@lru_cache(maxsize=4)
def chosen(base: Base, sirens: tuple[str, ...]) -> Chosen:
    """The needs of buyers given by SIREN (none: all), settled once whatever the radius and the dependency."""
    known = ground(base)
    ours = pl.col("acheteur_siren").is_in(list(sirens)) if sirens else pl.lit(True)
    needs = known.needs.filter(ours)
    members = potential.members(known.contracts.lazy().filter(ours), method=base.method)
    kinds = base.contracts.select("acheteur_siren", "acheteur_categorie").unique("acheteur_siren")
    said = base.contracts.filter(ours).select("uid", "acheteur_siren", "objet")
    won = known.wins.lazy().join(said, on="uid", maintain_order="left_right").collect(engine="in-memory")
    # As many subjects at once as needs matched at once: each of them meets all that was won in the same words.
    past = pl.concat(
        potential.similar(part.lazy(), won.lazy()).collect(engine="in-memory") for part in against.parts(needs)
    )
    tables = (members, places(needs.lazy()), kinds)
    held, where, kind = (table.collect(engine="in-memory") for table in tables)
    return Chosen(needs, held, where, kind, past)


@lru_cache(maxsize=4)
def distances(base: Base, sirens: tuple[str, ...], furthest: float) -> pl.DataFrame:
    """Who is within reach of the places of these buyers, with the distances: the radius is then a mere filter."""
    mine = chosen(base, sirens)
    asked = mine.needs.lazy().select("lieu", "famille").drop_nulls("famille").unique()
    return reachable(asked, mine.places.lazy(), ground(base).supply.lazy(), furthest=furthest).collect(
        engine="in-memory"
    )


def _step(radius: float | None) -> float:
    """How far distances are measured at once: few steps, so that neighbouring radiuses share them."""
    return next(float(step) for step in (*STEPS, radius or 0) if step >= (radius or 0))


@dataclass(frozen=True, eq=False)
class Ground:
    """What does not depend on the buyer nor on the radius: placed contracts, needs of all buyers, learned weights, supply and
    its sellers (``potential.sellers``)."""

    contracts: pl.DataFrame
    needs: pl.DataFrame
    wins: pl.DataFrame
    weights: pl.DataFrame
    supply: pl.DataFrame
    sold: pl.DataFrame


@lru_cache(maxsize=2)
def ground(base: Base) -> Ground:
    """The common ground of every potential computed on the same files: made once, so that a change of radius is quick."""
    if base.ground is not None:
        return base.ground
    settings = base.method
    contracts = place(_with_sureness(base.contracts)).collect(engine="streaming")
    register, establishments = base.lists
    won = wins(base.contracts, base.holders, establishments).collect(engine="in-memory")
    weights = potential.learned(won.lazy(), method=settings).collect(engine="in-memory")
    supplied = offered(register, establishments, base.as_of, won=won, weights=weights, method=settings)
    every = potential.needs(contracts.lazy(), as_of=base.as_of, day=base.day, method=settings)
    sold = potential.sellers(supplied.lazy()).collect(engine="in-memory")
    return Ground(contracts, every.collect(engine="streaming"), won, weights, supplied, sold)


def assumptions(settings: dict[str, Any], radius: float | None, share: float) -> pl.DataFrame:
    """The values in use with their reasons: « hypothèses » of the workbook, so that a contradictor can change them."""
    rows = [("dépendance choisie", f"{share:.0%}".replace("%", " %"), settings["dependance"]["reason"])]
    rows += [("rayon choisi", f"{radius:g} km" if radius else "usage de chaque famille (families_reach.csv)", "")]
    for name, value in settings.items():
        told = ", ".join(f"{key} = {item}" for key, item in value.items() if key not in ("reason", "unit"))
        rows.append((name, f"{told} {value.get('unit', '')}".strip(), value.get("reason", "")))
    sizes = rules.table("supply_capacity.csv")
    for row in sizes.to_dicts():
        told = f"{row['effectif_bas']} à {row['effectif_haut']} personnes, {row['ca_bas']} à {row['ca_haut']} € par personne et par an"
        rows.append((f"capacité : {row['type']}", told, f"{row['raison']} ({rules.CONFIDENCES[row['confiance']]})"))
    return pl.DataFrame(rows, schema=["hypothese", "valeur", "raison"], orient="row")


def _with_sureness(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Contracts understood before families carried their confidence lack the column."""
    if "famille_confiance" in contracts.collect_schema().names():
        return contracts
    return contracts.with_columns(famille_confiance=pl.lit(None, pl.Float64))


def _scope(source: Diagnostic | Base, buyer: str | None) -> tuple[tuple[str, ...], str]:
    """The SIREN of the chosen buyers (none: all) and how the choice is called."""
    if isinstance(source, Base):
        if buyer is None:
            return (), "l'ensemble des acheteurs lus"
        siren = buyers.choose(source.buyers, buyer)
        return (siren,), str(source.buyers.filter(pl.col("acheteur_siren") == siren)["acheteur_libelle"][0])
    return source.sirens, source.scope


def checked(base: Base, radius: float | None, dependency: float | None) -> float:
    """The dependency in use, once the choices are found possible.

    Raises
    ------
    Problem
        No register was read, or a radius or share makes no sense.
    """
    if base.register is None or base.establishments is None:
        raise Problem(
            NO_LIST,
            why="Le potentiel se mesure contre un registre de l'ESS et des structures inclusives",
            todo=ADD_LISTS,
        )
    return against.share_of(base.method, radius, dependency)
