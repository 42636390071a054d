"""What the buyers of a territory or of a network buy against who could supply it, family by family and commune by commune.

Rooms meet here, like in ``opportunities``: demand is chosen, then ``potential`` weighs it against the supply. Summed over
buyers, a supplier's capacity serves once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from spaser import buyers, french, potential, territories
from spaser.potential.territory import STATES, WHOLE
from spaser.problems import Problem
from spaser.studies import potential as opportunities
from spaser.studies.diagnostic import Base
from spaser.studies.potential import needs as opportunities_needs
from spaser.vocabulary.sentences import ADD_LISTS, NO_LIST

#: What a family lacks, once what is within reach beyond the territory is known too.
STRUCTURE, ELSEWHERE, UNASKED, TIGHT, ENOUGH = "a_structurer", "a_portee", "sans_demande", "tendu", "suffisant"
LABELS = {
    STRUCTURE: "filière à structurer",
    ELSEWHERE: "à portée, pas ici",
    TIGHT: "offre inférieure",
    ENOUGH: "offre suffisante",
    UNASKED: "sans demande lue",
}
#: In one commune, the lack of a supplier is only that: others may be next door.
_THERE = {
    STATES["sans_offre"]: "sans fournisseur dans la commune",
    STATES["tendu"]: LABELS[TIGHT],
    STATES["suffisant"]: LABELS[ENOUGH],
    STATES["sans_demande"]: LABELS[UNASKED],
}
_FEW = 6


@dataclass(frozen=True, eq=False)
class Balance:
    """Supply against demand of a territory.

    ``rows`` families × communes (see ``potential.balance``); ``families`` one row per family of the whole with what the ESS
    could take of it, capacities counted once over all buyers; ``buyers`` one row per buyer; ``elsewhere`` the needs of the
    territory's own authorities that are executed in a commune outside it, left out.
    """

    rows: pl.DataFrame
    families: pl.DataFrame
    buyers: pl.DataFrame
    suppliers: int
    elsewhere: int
    dependency: float
    network: bool = False
    files: tuple[str, ...] = ()

    def extras(self) -> dict[str, pl.DataFrame]:
        """The tables under the names that the section of the report reads."""
        return {
            "croises": self.rows,
            "bilan_familles": self.families,
            "bilan_acheteurs": self.buyers,
            "bilan_textes": pl.DataFrame({"texte": said(self)}, schema={"texte": pl.String}),
            "bilan_fournisseurs": pl.DataFrame({"n": [self.suppliers], "dependance": [self.dependency]}),
        }


def balance_of(
    base: Base, sirens: Sequence[str], *, network: Sequence[str] = (), dependency: float | None = None
) -> Balance:
    """Supply against demand of the communes of groups (or communes) given by SIREN.

    Parameters
    ----------
    base
        Contracts of all the buyers wanted, prepared with registers.
    sirens
        Groups or communes: their communes are the territory, and its supply is that of their establishments.
    network
        Names, SIREN or SIRET of buyers: the demand is theirs alone, wherever it is executed. By default it is that of needs
        executed in the territory, whoever buys, and of the territory's own authorities when no other commune is named.
    dependency
        Share of its activity that a supplier should not pass with all these buyers together (30 % by default).

    Raises
    ------
    Problem
        No register was read, no commune answers to these SIREN, or no buyer to these names.
    """
    communes = _communes(base, sirens)
    share = base.method["potential"]["dependance"]["value"] if dependency is None else dependency
    known = opportunities.ground(base)
    chosen = [buyers.choose(base.buyers, name) for name in network]
    needs, away = demand(known.needs, communes, sirens, chosen)
    kinds = (
        base.contracts.select("acheteur_siren", "acheteur_categorie")
        .unique("acheteur_siren")
        .collect(engine="in-memory")
        .lazy()
    )
    told = opportunities_needs.weighed(
        needs, known.supply, every=known.needs, kinds=kinds, dependency=share, method=base.method, network=True
    )
    rows = potential.balance(
        needs.lazy(), known.supply.lazy(), communes.lazy(), dependency=share, method=base.method
    ).collect(engine="in-memory")
    there = rows.with_columns(
        pl.when(pl.col("code_commune") == WHOLE).then("etat").otherwise(pl.col("etat").replace(_THERE)).alias("etat")
    )
    return Balance(
        rows=there,
        families=_families(rows, told.families),
        buyers=_each(needs.filter("actif")),
        suppliers=_serving(known.supply, communes, base),
        elsewhere=away,
        dependency=share,
        network=bool(network),
        files=tuple(Path(name).name for name in base.files["source"]),
    )


def _communes(base: Base, sirens: Sequence[str]) -> pl.DataFrame:
    """The communes of the territory, once sure that there is a supply to read."""
    if base.register is None:
        raise Problem(
            NO_LIST,
            todo=ADD_LISTS,
        )
    found = territories.members(list(sirens)).select("code_commune", "commune", "siren").collect(engine="in-memory")
    if not found.height:
        raise Problem(
            "Aucune commune trouvée",
            where=", ".join(sirens),
            todo="Donnez le SIREN d'une commune, d'une intercommunalité ou d'un EPT",
        )
    return found


def _each(active: pl.DataFrame) -> pl.DataFrame:
    """What each buyer needs, the largest first."""
    each = active.group_by("acheteur_siren", "acheteur_libelle").agg(
        besoins=pl.len().cast(pl.Int64), annuel=pl.col("annuel").sum()
    )
    return each.sort("annuel", "acheteur_siren", descending=[True, False])


def demand(
    needs: pl.DataFrame, communes: pl.DataFrame, sirens: Sequence[str], network: Sequence[str]
) -> tuple[pl.DataFrame, int]:
    """The needs of the territory (or of a network), a commune's own territory being that commune; and how many were left out."""
    own = communes.select(lieu=pl.format("A{}", "siren"), _commune=pl.format("C{}", "code_commune")).unique("lieu")
    placed = (
        needs.join(own, on="lieu", how="left", maintain_order="left")
        .with_columns(lieu=pl.coalesce("_commune", "lieu"))
        .drop("_commune")
    )
    if network:
        return placed.filter(pl.col("acheteur_siren").is_in(list(network))), 0
    here = pl.col("lieu").is_in([*own["_commune"], *(f"A{siren}" for siren in sirens)]).fill_null(False)
    ours = pl.col("acheteur_siren").is_in([*communes["siren"], *sirens])
    elsewhere = pl.col("lieu").str.starts_with("C").fill_null(False) & ~here
    return placed.filter(here | (ours & ~elsewhere)), placed.filter(ours & elsewhere & pl.col("actif")).height


def _serving(supply: pl.DataFrame, communes: pl.DataFrame, base: Base) -> int:
    """Establishments of the territory sure enough to serve at least one family."""
    sure = pl.col("preste") & (pl.col("adequation") >= base.method["potential"]["adequation"]["seuil_credible"])
    return (
        supply.filter(sure)
        .join(communes, on="code_commune", how="semi")
        .select(pl.coalesce("siret", "siren").n_unique())
        .item()
    )


def _families(rows: pl.DataFrame, reachable: pl.DataFrame) -> pl.DataFrame:
    """The whole of the territory, family by family, with who is within reach and what could be taken."""
    columns = [
        "annuel_haut",
        "acquis",
        "acquis_connu",
        "potentiel_bas",
        "potentiel",
        "potentiel_haut",
        "levier_principal",
        "fournisseurs",
    ]
    told = reachable.select("famille", *columns).rename({"fournisseurs": "a_portee"})
    whole = (
        rows.filter(pl.col("code_commune") == WHOLE)
        .join(told, on="famille", how="left", maintain_order="left")
        .with_columns(a_portee=pl.when(pl.col("besoins") > 0).then(pl.col("a_portee").fill_null(0)))
    )
    bare = pl.col("etat") == STATES["sans_offre"]
    code = (
        pl.when(bare & (pl.col("a_portee") == 0))
        .then(pl.lit(STRUCTURE))
        .when(bare)
        .then(pl.lit(ELSEWHERE))
        .when(pl.col("etat") == STATES["sans_demande"])
        .then(pl.lit(UNASKED))
        .when(pl.col("etat") == STATES["tendu"])
        .then(pl.lit(TIGHT))
        .otherwise(pl.lit(ENOUGH))
    )
    named = whole.with_columns(etat_code=code).with_columns(etat=pl.col("etat_code").replace_strict(LABELS))
    return named.sort("demande", "offre", "famille", descending=[True, True, False])


def said(balance: Balance) -> list[str]:
    """The sentences, from the tables: what is bought, what could be taken, what lacks supply, what lacks demand."""
    rows = balance.families
    total, reach, high = (int(rows[name].sum()) for name in ("demande", "potentiel", "potentiel_haut"))
    whose = (
        "du réseau, où qu'elle soit exécutée"
        if balance.network
        else "exécutée dans le territoire ou achetée par ses collectivités"
    )
    told = [
        f"demande {whose} : {french.euros_short(total)} par an, {french.count(balance.buyers.height, 'acheteur')}, {french.count(int(rows['besoins'].sum()), 'besoin')} en cours"
    ]
    if not int(rows["besoins"].sum()):
        told = ["aucun besoin en cours n'est lu ici : la demande n'est pas mesurée, et rien ne dit ce qui manque"]
    if total:
        told.append(
            f"l'ESS pourrait en prendre {french.euros_short(reach)} par an, au plus {french.euros_short(high)}, aucun fournisseur n'étant compté deux fois d'un acheteur à l'autre"
        )
    told += _lacking(
        rows,
        STRUCTURE,
        "filières à structurer, achetées sans fournisseur, ni ici ni à portée, dans les listes chargées",
    )
    told += _lacking(rows, ELSEWHERE, "achetées sans fournisseur ici, mais à portée de plus loin")
    told += _lacking(rows, TIGHT, "offre du territoire inférieure à la demande")
    if total:  # where nothing was read, supply lacks no demand: the demand is what is not known
        told += _lacking(rows, UNASKED, "offre sans demande dans les contrats lus", by="offre")
    if balance.elsewhere:
        told.append(
            f"{french.count(balance.elsewhere, 'besoin')} des collectivités du territoire, dans une commune hors du territoire : pas comptés"
        )
    return [french.sentence(text) for text in told]


def _lacking(rows: pl.DataFrame, code: str, words: str, by: str = "demande") -> list[str]:
    kept = rows.filter(pl.col("etat_code") == code).sort(by, "famille", descending=[True, False])
    if not kept.height:
        return []
    names = [
        f"{name} ({french.euros_short(amount)})"
        for name, amount in kept.select("famille_libelle", by).head(_FEW).rows()
    ]
    rest = kept.height - _FEW
    return [f"{words} : {' ; '.join(names)}" + (f" ; et {french.count(rest, 'autre')}" if rest > 0 else "")]


def balance_told(balance: Balance) -> list[str]:
    """What the terminal says of it."""
    lines = said(balance)
    for row in balance.families.filter(pl.col("besoins") > 0).head(12).to_dicts():
        lines.append(
            f"  {row['famille_libelle'][:44]:<44} {french.euros_short(row['demande']):>12} par an ; ici {french.number(row['fournisseurs']):>4},"
            f" à portée {french.value(row['a_portee'], 'entier'):>5} ; {row['etat']}"
        )
    return lines
