"""From contracts and registers to the purchasing potential: places found, supply located, needs matched, all at once settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from spaser import buyers, families, potential, rules, suppliers
from spaser.potential import map as opportunities_map
from spaser.potential.match import reachable
from spaser.problems import Problem
from spaser.studies.diagnostic import Base, Diagnostic
from spaser.studies.potential.located import located, place, places

#: Suppliers shown per need; all of them are counted.
MOST = 200
#: The single buyer that several are taken for when their needs are added up.
NETWORK = "reseau"
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
    known, mine, made = ground(base), chosen(base, sirens), judged(base, sirens, radius, share, under_code(source))
    return Opportunities(
        scope=scope,
        as_of=base.as_of,
        needs=mine.needs,
        members=mine.members,
        supply=known.supply,
        candidates=potential.describe(made.found.lazy(), known.supply.lazy(), MOST).collect(engine="in-memory"),
        opportunities=made.opportunities,
        families=made.families,
        weights=known.weights,
        assumptions=assumptions(base.method["potential"], radius, share),
        dependency=share,
        radius=radius,
        suppliers=made.suppliers,
        places=opportunities_map.places(made.opportunities, mine.places),
    )


def under_code(source: Diagnostic | Base) -> bool:
    """Whether the procurement code binds the buyer: a diagnostic that holds the facts of private buyers says that it does not."""
    return isinstance(source, Base) or "prive" not in source.extras


class Judged(NamedTuple):
    """``found`` the matches, ``opportunities`` OPPORTUNITIES, net of double counting, ``families`` one row per family,
    ``suppliers`` the credible ones."""

    found: pl.DataFrame
    opportunities: pl.DataFrame
    families: pl.DataFrame
    suppliers: pl.DataFrame


@lru_cache(maxsize=4)
def judged(base: Base, sirens: tuple[str, ...], radius: float | None, share: float, bound: bool = True) -> Judged:
    """What the ESS could take of the needs of buyers (none: all), kept for the last choices: going back to one costs nothing."""
    known, mine, settings = ground(base), chosen(base, sirens), base.method
    needs = mine.needs.lazy()
    found = potential.matches(
        needs,
        mine.places.lazy(),
        known.supply.lazy(),
        radius=radius,
        dependency=share,
        reached=distances(base, sirens, _step(radius)).lazy(),
        past=mine.past.lazy(),
        method=settings,
    ).collect(engine="in-memory")
    told = potential.opportunities(
        needs,
        found.lazy(),
        every=known.needs.lazy(),
        kinds=mine.kinds.lazy(),
        as_of=base.day,
        dependency=share,
        method=settings,
        under_code=bound,
    ).collect(engine="in-memory")
    # Summed over several buyers, a supplier has one envelope for them all: its capacity serves once.
    shared = told if len(sirens) == 1 else told.with_columns(acheteur_siren=pl.lit(NETWORK))
    nets = potential.net(shared.lazy(), found.lazy(), dependency=share, method=settings).collect(engine="in-memory")
    settled = potential.settled(told.lazy(), nets.lazy()).collect(engine="in-memory")
    summed = potential.by_family(settled.lazy(), found.lazy()).collect(engine="in-memory")
    credible = opportunities_map.suppliers(found, settled, known.supply).collect(engine="in-memory")
    return Judged(found, settled, summed, credible)


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
    past = potential.similar(
        needs.lazy(),
        known.wins.lazy().join(
            base.contracts.select("uid", "acheteur_siren", "objet"), on="uid", maintain_order="left_right"
        ),
    )
    return Chosen(needs, *(table.collect(engine="in-memory") for table in (members, places(needs.lazy()), kinds, past)))


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
    """What does not depend on the buyer nor on the radius: placed contracts, needs of all buyers, supply, learned weights."""

    contracts: pl.DataFrame
    needs: pl.DataFrame
    wins: pl.DataFrame
    weights: pl.DataFrame
    supply: pl.DataFrame


@lru_cache(maxsize=2)
def ground(base: Base) -> Ground:
    """The common ground of every potential computed on the same files: made once, so that a change of radius is quick."""
    if base.ground is not None:
        return base.ground
    settings = base.method
    contracts = place(_with_sureness(base.contracts)).collect(engine="streaming")
    won = wins(base.contracts, base.holders, base.establishments).collect(engine="in-memory")
    weights = potential.learned(won.lazy(), method=settings).collect(engine="in-memory")
    listed = structures(base.register, base.establishments, base.as_of)
    supplied = potential.supply(
        listed.lazy(),
        wins=won.lazy(),
        declared=declared(base.register).lazy(),
        weights=weights.lazy(),
        trades=named_trades(listed).lazy(),
        method=settings,
    )
    every = potential.needs(contracts.lazy(), as_of=base.as_of, method=settings)
    return Ground(contracts, every.collect(engine="streaming"), won, weights, supplied.collect(engine="in-memory"))


def structures(register: pl.LazyFrame, establishments: pl.LazyFrame, as_of: date) -> pl.DataFrame:
    """Active ESS and inclusive establishments, each once, located, with the statuses they hold on the day.

    A unit known by a list that names no establishment is kept only when no other list gives it one. The staff band is that
    of the very establishment: the thousands of an association are not those of its ESAT.
    """
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    listed = register.select("siren", "siret").unique()
    named = pl.concat([establishments.select("siren", "siret"), listed]).unique()
    several = pl.col("siret").is_not_null().any().over("siren")
    keys = named.filter(pl.col("siret").is_not_null() | ~several)
    known = establishments.sort(official, "au", "source", descending=[True, True, False], nulls_last=True).with_columns(
        cle=pl.coalesce("siret", "siren")
    )
    texts = (
        "nom",
        "enseigne",
        "naf",
        "tranche_effectifs",
        "code_commune",
        "code_postal",
        "commune",
        "lon",
        "lat",
        "etat",
    )
    merged = known.group_by("cle", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in texts), personne_physique=pl.col("personne_physique").any()
    )
    units = known.group_by("siren", maintain_order=True).agg(
        _nom=pl.col("nom").drop_nulls().first(), _naf=pl.col("naf").drop_nulls().first()
    )
    status = suppliers.status(keys, suppliers.fuse(register), establishments, on=as_of)
    held = status.filter(
        pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False)
    ).collect(engine="in-memory")
    dates = (
        register.sort("au", "source", descending=[True, False], nulls_last=True)
        .group_by("siren", maintain_order=True)
        .agg(statut_au=pl.col("au").first(), statut_source=pl.col("source").first())
    )
    whole = (
        held.lazy()
        .with_columns(cle=pl.coalesce("siret", "siren"))
        .join(merged, on="cle", how="left", maintain_order="left")
        .join(units, on="siren", how="left", maintain_order="left")
        .join(dates, on="siren", how="left", maintain_order="left")
        .filter(pl.col("etat").is_null() | (pl.col("etat") == "A"))
    )
    ess = pl.when(pl.col("titulaire_ess")).then(pl.lit("ESS"))
    esus = pl.when(pl.col("titulaire_esus")).then(pl.lit("ESUS"))
    return (
        located(whole)
        .select(
            "cle",
            "siren",
            "siret",
            "code_commune",
            "commune",
            "departement",
            "region",
            "lon",
            "lat",
            "tranche_effectifs",
            "statut_au",
            "statut_source",
            "personne_physique",
            "enseigne",
            arrondissement=_district(),
            nom=pl.coalesce("nom", "_nom"),
            naf=pl.coalesce("naf", "_naf").str.replace(".", "", literal=True),
            types="inclusif_types",
            ess="titulaire_ess",
            statuts=pl.concat_str(ess, esus, pl.col("inclusif_types"), separator=", ", ignore_nulls=True),
        )
        .collect(engine="in-memory")
    )


def _district() -> pl.Expr:
    """The arrondissement that a postcode of Paris, Lyon or Marseille names (75116 is the sixteenth)."""
    code = pl.col("code_postal")
    return pl.when(code.str.contains(r"^(75[01]|6900|130)\d\d?$")).then(code.str.slice(3).cast(pl.Int32, strict=False))


def wins(contracts: pl.LazyFrame, holders: pl.LazyFrame, establishments: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contract won: ``uid, siren, siret, famille, dateNotification, naf`` (activity of the unit, SIRENE first)."""
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    activities = (
        establishments.filter(pl.col("naf").is_not_null())
        .sort(official, "au", "source", descending=[True, True, False], nulls_last=True)
        .unique("siren", keep="first", maintain_order=True)
        .select("siren", naf=pl.col("naf").str.replace(".", "", literal=True))
    )
    number = pl.when(pl.col("titulaire_id").str.contains(r"^\d{14}$")).then("titulaire_id")
    held = holders.select("uid", siren="titulaire_siren", siret=number).drop_nulls("siren")
    return (
        held.join(contracts.select("uid", "famille", "dateNotification"), on="uid", maintain_order="left_right")
        .filter(pl.col("famille").is_not_null())
        .unique(["uid", "siren", "siret"])
        .join(activities, on="siren", how="left", maintain_order="left")
        .sort("uid", "siren", "siret")
    )


def named_trades(listed: pl.DataFrame) -> pl.DataFrame:
    """``cle, famille``: the trades that the names and signs of structures say."""
    names = pl.concat(
        [listed.lazy().select("cle", _nom=name) for name in ("nom", "enseigne") if name in listed.columns]
    ).drop_nulls()
    return (
        names.join(families.trades(names, "_nom"), on="_nom", maintain_order="left_right")
        .select("cle", "famille")
        .unique()
        .collect(engine="in-memory")
    )


def declared(register: pl.LazyFrame) -> pl.DataFrame:
    """``cle, famille``: the sectors that a list declares for a supplier, read as words of families."""
    told = (
        register.filter(pl.col("secteurs").is_not_null())
        .select(cle=pl.coalesce("siret", "siren"), _secteur=pl.col("secteurs").str.split(","))
        .explode("_secteur")
        .with_columns(pl.col("_secteur").str.strip_chars())
    )
    return (
        told.join(families.of_words(told, "_secteur"), on="_secteur", maintain_order="left_right")
        .select("cle", "famille")
        .unique()
        .collect(engine="in-memory")
    )


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
            "Aucune liste de fournisseurs n'a été lue",
            why="Le potentiel se mesure contre un registre de l'ESS et des structures inclusives",
            todo="Ajoutez --registre avec vos listes (SIAE, ESAT, ESS France, SIRENE)",
        )
    limit = base.method["potential"]["rayon_maximal"]["value"]
    if radius is not None and not 0 < radius <= limit:
        raise Problem(f"Un rayon de {radius:g} km n'est pas possible", todo=f"Choisissez un rayon de 1 à {limit} km")
    if dependency is not None and not 0 < dependency <= 1:
        raise Problem("La part de dépendance se donne entre 0 et 1", todo="Par exemple 0,3 pour 30 %")
    return base.method["potential"]["dependance"]["value"] if dependency is None else dependency
