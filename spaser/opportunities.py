"""From contracts and registers to the purchasing potential: places found, supply located, needs matched, all at once settled.

This is a room where rooms meet, like ``diagnostic``: ``potential`` computes, here tables are prepared and materialised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from spaser import buyers, families, potential, rules, suppliers, territories
from spaser.diagnostic import Base, Diagnostic
from spaser.problems import Problem
from spaser.vocabulary import PLACES

#: Suppliers shown per need; all of them are counted.
MOST = 200
#: Paris, Lyon and Marseille: an arrondissement is written for the commune.
DISTRICTS = {r"^751\d\d$": "75056", r"^6938\d$": "69123", r"^132(0[1-9]|1[0-6])$": "13055"}


@dataclass(frozen=True, eq=False)
class Opportunities:
    """The purchasing potential of a buyer (or of all): tables of the vocabulary, and how they were made.

    ``needs`` NEEDS, ``members`` NEED_CONTRACTS, ``supply`` SUPPLY, ``candidates`` CANDIDATES, ``opportunities``
    OPPORTUNITIES with ``potentiel_net``, ``families`` one row per family (see ``potential.by_family``), ``weights`` what
    activities were learned to win, ``assumptions`` the values of the method in use.
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

    def extras(self) -> dict[str, pl.DataFrame]:
        """The tables under the names that the sections of the report read."""
        return {
            "besoins": self.opportunities, "candidats": self.candidates, "potentiel_familles": self.families,
            "hypotheses": self.assumptions, "poids_appris": self.weights, "besoin_contrats": self.members,
        }  # fmt: skip


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
        Share of its activity that a supplier should not pass with one buyer (30 % by default).

    Raises
    ------
    Problem
        No register was read, or a radius or share makes no sense.
    """
    base = source if isinstance(source, Base) else source.base
    sirens, scope = _scope(source, buyer)
    settings = base.method
    _check(base, radius, dependency)
    share = settings["potential"]["dependance"]["value"] if dependency is None else dependency
    known = ground(base)
    chosen, mine = known.needs, known.contracts.lazy()
    if sirens:
        ours = pl.col("acheteur_siren").is_in(list(sirens))
        chosen, mine = chosen.filter(ours), mine.filter(ours)
    found = potential.matches(
        chosen.lazy(), places(chosen.lazy()).collect(engine="in-memory").lazy(), known.supply.lazy(), radius=radius, dependency=share, method=settings
    ).collect(engine="in-memory")
    kinds = base.contracts.select("acheteur_siren", "acheteur_categorie").unique("acheteur_siren")
    judged = potential.opportunities(
        chosen.lazy(), found.lazy(), every=known.needs.lazy(), kinds=kinds, dependency=share, method=settings
    ).collect(engine="in-memory")
    nets = potential.net(judged.lazy(), found.lazy(), dependency=share, method=settings).collect(engine="in-memory")
    judged = judged.join(nets, on="besoin_id", how="left", maintain_order="left")
    return Opportunities(
        scope=scope, as_of=base.as_of, needs=chosen, members=potential.members(mine, method=settings).collect(engine="in-memory"),
        supply=known.supply,
        candidates=potential.describe(found.lazy(), known.supply.lazy(), MOST).collect(engine="in-memory"), opportunities=judged,
        families=potential.by_family(judged.lazy().drop("potentiel_net", "haut_net"), nets.lazy(), found.lazy()).collect(engine="in-memory"),
        weights=known.weights, assumptions=assumptions(settings["potential"], radius, share), dependency=share, radius=radius,
    )  # fmt: skip


def territory_of(base: Base, sirens: list[str], *, dependency: float | None = None) -> pl.DataFrame:
    """Families × communes of groups or communes given by SIREN: demand of all the buyers read there, against supply.

    Demand is that of needs placed in one of these communes, or in the territory of one of these groups; supply is that of
    establishments of these communes. See ``potential.balance``.

    Raises
    ------
    Problem
        No register was read, or no commune answers to these SIREN.
    """
    _check(base, None, dependency)
    communes = territories.members(sirens).select("code_commune", "commune").collect(engine="in-memory")
    if not communes.height:
        raise Problem("Aucune commune trouvée", where=", ".join(sirens), todo="Donnez le SIREN d'une commune, d'une intercommunalité ou d'un EPT")
    known = ground(base)
    here = [f"C{code}" for code in communes["code_commune"]] + [f"A{siren}" for siren in sirens]
    asked = known.needs.lazy().filter(pl.col("lieu").is_in(here))
    return potential.balance(asked, known.supply.lazy(), communes.lazy(), dependency=dependency, method=base.method).collect(engine="in-memory")


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
    settings = base.method
    contracts = place(_with_sureness(base.contracts)).collect(engine="streaming")
    won = wins(base.contracts, base.holders, base.establishments).collect(engine="in-memory")
    weights = potential.learned(won.lazy(), method=settings).collect(engine="in-memory")
    listed = structures(base.register, base.establishments, base.as_of)
    supplied = potential.supply(
        listed.lazy(), wins=won.lazy(), declared=declared(base.register).lazy(), weights=weights.lazy(), method=settings
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
    texts = ("nom", "naf", "tranche_effectifs", "code_commune", "code_postal", "commune", "lon", "lat", "etat")
    merged = known.group_by("cle", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in texts), personne_physique=pl.col("personne_physique").any()
    )
    units = known.group_by("siren", maintain_order=True).agg(_nom=pl.col("nom").drop_nulls().first(), _naf=pl.col("naf").drop_nulls().first())
    status = suppliers.status(keys, suppliers.fuse(register), establishments, on=as_of)
    held = status.filter(pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False)).collect(engine="in-memory")
    dates = register.sort("au", descending=True, nulls_last=True).group_by("siren", maintain_order=True).agg(
        statut_au=pl.col("au").first(), statut_source=pl.col("source").first()
    )
    whole = (
        held.lazy().with_columns(cle=pl.coalesce("siret", "siren"))
        .join(merged, on="cle", how="left").join(units, on="siren", how="left").join(dates, on="siren", how="left")
        .filter(pl.col("etat").is_null() | (pl.col("etat") == "A"))
    )  # fmt: skip
    ess = pl.when(pl.col("titulaire_ess")).then(pl.lit("ESS"))
    esus = pl.when(pl.col("titulaire_esus")).then(pl.lit("ESUS"))
    return _located(whole).select(
        "cle", "siren", "siret", "code_commune", "commune", "departement", "region", "lon", "lat", "tranche_effectifs",
        "statut_au", "statut_source", "personne_physique", nom=pl.coalesce("nom", "_nom"), naf=pl.coalesce("naf", "_naf").str.replace(".", "", literal=True),
        types="inclusif_types", ess="titulaire_ess",
        statuts=pl.concat_str(ess, esus, pl.col("inclusif_types"), separator=", ", ignore_nulls=True),
    ).collect(engine="in-memory")  # fmt: skip


def _located(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with commune, département, region and coordinates, from the Insee code, else the postcode and the name."""
    def plain(name: str) -> pl.Expr:
        text = pl.col(name).str.to_lowercase().str.normalize("NFD").str.replace_all(r"\p{M}", "").str.replace_all("[^a-z]+", " ")
        return text.str.replace(r"\bste?\b", "saint").str.replace(r" cedex.*$| \d.*$", "").str.strip_chars()

    towns = territories.communes().select("code_commune", "departement", "region", _ville="commune", _lon="lon", _lat="lat", _pop="population")
    posted = territories.postcodes().join(towns, on="code_commune").with_columns(_nom=plain("_ville"))
    exact = posted.unique(["code_postal", "_nom"]).select("code_postal", "_nom", _exacte="code_commune")
    largest = posted.sort("_pop", descending=True, nulls_last=True).unique("code_postal", keep="first", maintain_order=True)
    placed = (
        rows.with_columns(_nom=plain("commune"), code_commune=_whole_city(pl.col("code_commune")))
        .join(exact, on=["code_postal", "_nom"], how="left")
        .join(largest.select("code_postal", _grande="code_commune"), on="code_postal", how="left")
        .with_columns(code_commune=pl.coalesce("code_commune", "_exacte", "_grande"))
        .join(towns, on="code_commune", how="left")
    )
    return placed.with_columns(lon=pl.coalesce("_lon", "lon"), lat=pl.coalesce("_lat", "lat"), commune=pl.coalesce("_ville", "commune"))


def wins(contracts: pl.LazyFrame, holders: pl.LazyFrame, establishments: pl.LazyFrame) -> pl.LazyFrame:
    """One row per contract won: ``uid, siren, siret, famille, dateNotification, naf`` (activity of the unit, SIRENE first)."""
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    activities = (
        establishments.filter(pl.col("naf").is_not_null()).sort(official, "au", "source", descending=[True, True, False], nulls_last=True)
        .unique("siren", keep="first", maintain_order=True).select("siren", naf=pl.col("naf").str.replace(".", "", literal=True))
    )  # fmt: skip
    number = pl.when(pl.col("titulaire_id").str.contains(r"^\d{14}$")).then("titulaire_id")
    held = holders.select("uid", siren="titulaire_siren", siret=number).drop_nulls("siren")
    return (
        held.join(contracts.select("uid", "famille", "dateNotification"), on="uid").filter(pl.col("famille").is_not_null())
        .unique(["uid", "siren", "siret"]).join(activities, on="siren", how="left").sort("uid", "siren", "siret")
    )  # fmt: skip


def declared(register: pl.LazyFrame) -> pl.DataFrame:
    """``cle, famille``: the sectors that a list declares for a supplier, read as words of families."""
    told = register.filter(pl.col("secteurs").is_not_null()).select(
        cle=pl.coalesce("siret", "siren"), _secteur=pl.col("secteurs").str.split(",")
    ).explode("_secteur").with_columns(pl.col("_secteur").str.strip_chars())  # fmt: skip
    return told.join(families.of_words(told, "_secteur"), on="_secteur").select("cle", "famille").unique().collect(engine="in-memory")


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


def _check(base: Base, radius: float | None, dependency: float | None) -> None:
    if base.register is None or base.establishments is None:
        raise Problem(
            "Aucune liste de fournisseurs n'a été lue", why="Le potentiel se mesure contre un registre de l'ESS et des structures inclusives",
            todo="Ajoutez --registre avec vos listes (SIAE, ESAT, ESS France, SIRENE)",
        )  # fmt: skip
    limit = base.method["potential"]["rayon_maximal"]["value"]
    if radius is not None and not 0 < radius <= limit:
        raise Problem(f"Un rayon de {radius:g} km n'est pas possible", todo=f"Choisissez un rayon de 1 à {limit} km")
    if dependency is not None and not 0 < dependency <= 1:
        raise Problem("La part de dépendance se donne entre 0 et 1", todo="Par exemple 0,3 pour 30 %")


def place(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with ``lieu`` and ``lieu_libelle``: commune or département of execution, else the buyer's own territory.

    ``lieu`` is « C75056 » (commune), « D77 » (département) or « A200054781 » (the territory of the buyer with that SIREN);
    null when neither says anything, and then only suppliers of national reach can be matched.
    """
    known = territories.communes().select("code_commune", _commune="commune")
    departments = (
        territories.authorities().filter(pl.col("categorie") == "département").select(_dep="departement", _dep_nom="nom").unique("_dep")
    )
    code, kind = pl.col("lieuExecution_code"), pl.col("lieuExecution_typeCode")
    insee = pl.when(kind.is_in(["Code commune", "Code arrondissement"])).then(_whole_city(code))
    posted = territories.postcodes().group_by("code_postal").agg(_posted=pl.col("code_commune").sort().first())
    owners = _owners().select(acheteur_siren="lieu_siren").unique()
    told = (
        territories.places(contracts)
        .join(posted.rename({"code_postal": "lieuExecution_code"}), on="lieuExecution_code", how="left", maintain_order="left")
        .with_columns(code_commune=pl.coalesce(insee, pl.when(kind == "Code postal").then("_posted")))
        .join(known, on="code_commune", how="left", maintain_order="left")
        .join(departments, left_on="lieu_departement", right_on="_dep", how="left", maintain_order="left")
        .join(owners.with_columns(_owner=pl.lit(True)), on="acheteur_siren", how="left", maintain_order="left")
    )
    commune = pl.when(pl.col("_commune").is_not_null()).then(pl.format("C{}", "code_commune"))
    # Paris is a département of one commune: both ways of writing it are one place.
    single = known_alone()
    department = pl.when(pl.col("lieu_departement").is_not_null()).then(
        pl.coalesce(pl.format("C{}", pl.col("lieu_departement").replace_strict(single, default=None)), pl.format("D{}", "lieu_departement"))
    )
    owner = pl.when(pl.col("_owner")).then(pl.format("A{}", "acheteur_siren"))
    wide = contracts.collect_schema().names()
    return told.with_columns(
        lieu=pl.coalesce(commune, department, owner),
        lieu_libelle=pl.coalesce("_commune", "_dep_nom", "lieu_departement", pl.when(pl.col("_owner")).then("acheteur_libelle")),
    ).select(*wide, "lieu", "lieu_libelle")


def places(needs: pl.LazyFrame) -> pl.LazyFrame:
    """PLACES of the needs: every commune of each place named in ``lieu``."""
    asked = needs.select("lieu", "lieu_libelle").drop_nulls("lieu").unique("lieu")
    communes = territories.communes().select("code_commune", "departement", "region", "lon", "lat")
    key = pl.col("lieu").str.slice(1)
    first = pl.col("lieu").str.head(1)
    by_commune = asked.filter(first == "C").with_columns(code_commune=key).join(communes, on="code_commune")
    by_department = asked.filter(first == "D").with_columns(departement=key).join(communes, on="departement")
    by_owner = (
        asked.filter(first == "A").with_columns(lieu_siren=key).join(_owners(), on="lieu_siren").join(communes, on="code_commune")
    )
    return pl.concat([PLACES.conform(part) for part in (by_commune, by_department, by_owner)]).sort("lieu", "code_commune")


def known_alone() -> dict[str, str]:
    """The départements of a single commune, and that commune."""
    alone = territories.communes().group_by("departement").agg(pl.col("code_commune").first(), n=pl.len()).filter(pl.col("n") == 1)
    return dict(alone.select("departement", "code_commune").collect(engine="in-memory").rows())


def _owners() -> pl.LazyFrame:
    """One row per commune of each local authority: ``lieu_siren, code_commune`` (a group has all its members)."""
    communes = territories.communes()
    departments = territories.authorities().filter(pl.col("categorie") == "département").select("departement", lieu_siren="siren")
    parts = [
        communes.select("code_commune", lieu_siren="siren"),
        communes.select("code_commune", lieu_siren="epci"),
        communes.select("code_commune", lieu_siren="ept"),
        communes.join(departments, on="departement").select("code_commune", "lieu_siren"),
    ]
    return pl.concat(parts).filter(pl.col("lieu_siren").is_not_null() & (pl.col("lieu_siren") != "")).unique()


def _whole_city(code: pl.Expr) -> pl.Expr:
    """Paris, Lyon and Marseille: the commune of an arrondissement."""
    found = pl.lit(None, dtype=pl.String)
    for pattern, commune in DISTRICTS.items():
        found = pl.coalesce(found, pl.when(code.str.contains(pattern)).then(pl.lit(commune)))
    return pl.coalesce(found, code)
