"""One supplier on one sheet: who it is, its statuses with their proof, what it won, what it could answer, alone or with others.

Everything comes from published contracts and from the lists given. A sheet may be handed to the supplier: the advice given to the
buyer (levers, rank among suppliers, names of possible partners) is not on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from spaser import buyers, french, suppliers
from spaser.deliverables.report import MASK
from spaser.problems import Problem, closest
from spaser.studies.acting.grouping import Grouping, groups_of
from spaser.studies.acting.supplier import facts
from spaser.studies.acting.supplier.coming import MONTHS, coming
from spaser.studies.acting.supplier.conditions import checklist
from spaser.studies.diagnostic import Base
from spaser.studies.potential.announced import Announced, Programme, announced, known_buyers
from spaser.studies.potential.compose import Opportunities, ground, potential_of
from spaser.text import fold
from spaser.vocabulary.sentences import NO_LIST

_SHOWN = 8


@dataclass(frozen=True, eq=False)
class SupplierSheet:
    """``places`` its establishments, ``statuses`` lines of the lists with ``etat``, ``judged`` the statuses held on the day with
    their reasons, ``wins`` contracts held, ``served`` families with their proof and its size, ``ahead`` needs coming up within
    reach (published contracts, notices, programmes published; ``read`` what was read of these two), ``shared`` needs that it could answer with others, ``conditions`` what an ESUS approval asks and what the lists show;
    natural persons masked."""

    siren: str
    name: str
    as_of: date
    today: date | None
    months: int
    places: pl.DataFrame
    statuses: pl.DataFrame
    judged: pl.DataFrame
    wins: pl.DataFrame
    served: pl.DataFrame
    ahead: pl.DataFrame
    shared: pl.DataFrame
    conditions: pl.DataFrame
    read: tuple[str, ...] = ()
    person: bool = False
    demo: bool = False


def sheet_of(
    base: Base,
    who: str,
    *,
    buyer: str | None = None,
    radius: float | None = None,
    dependency: float | None = None,
    months: int = MONTHS,
    notices: Sequence[str | Path] = (),
    programmes: Sequence[Programme] = (),
) -> SupplierSheet:
    """The sheet of one supplier.

    Parameters
    ----------
    base
        Prepared contracts and registers.
    who
        Its SIRET, its SIREN, or words of its name.
    buyer
        Only the needs of this buyer; those of every buyer read by default.
    months
        Contracts whose renewal is to be prepared within this time.
    notices, programmes
        Files of notices, and programmes that a person says published (see ``potential.announced``): what they announce comes too.

    Raises
    ------
    Problem
        No register was read, nobody has this number or name, or several do.
    """
    if base.register is None or base.establishments is None:
        raise Problem(NO_LIST, todo="Ajoutez --registre")
    found = potential_of(base, buyer=buyer, radius=radius, dependency=dependency)
    siren = _siren(base, who)
    public = _public(base, buyer, notices, programmes)
    spots = base.establishments.filter(pl.col("siren") == siren).collect()
    person = bool(spots["personne_physique"].any())
    grouping = groups_of(found, method=base.method)
    lines = facts.statuses(base.register.filter(pl.col("siren") == siren), base.as_of)
    held = _judged(base, siren)
    forms = spots["categorie_juridique"].drop_nulls().unique().sort().to_list()
    return SupplierSheet(
        siren=siren,
        name=_named(base, siren, spots, person),
        as_of=base.as_of,
        today=base.today,
        months=months,
        places=facts.places(spots),
        statuses=lines,
        judged=held,
        wins=facts.wins(base.contracts, base.holders, [siren]),
        served=facts.served(ground(base).supply.filter(pl.col("siren") == siren)),
        ahead=_ahead(base, found, siren, public, months),
        read=public.told,
        shared=_shared(grouping, siren),
        conditions=checklist(held, lines, forms),
        person=person,
        demo=base.demo,
    )


def _siren(base: Base, who: str) -> str:
    """The legal unit that a number or words of a name mean; the name of a natural person finds nobody."""
    digits = re.sub(r"[\s\u00a0\u202f]", "", who)
    names = _known(base)
    if digits.isdigit():
        if len(digits) not in (9, 14):
            raise Problem(f"« {who} » n'est ni un SIREN (9 chiffres) ni un SIRET (14 chiffres)")
        if names.filter(pl.col("siren") == digits[:9]).height:
            return digits[:9]
        raise Problem(
            f"Aucun fournisseur lu n'a le numéro {who}",
            where="les listes et les titulaires des contrats",
            todo="Vérifiez le numéro, ou ajoutez une liste (--registre)",
        )
    words = fold(who).split()
    if not words:
        raise Problem("Le nom du fournisseur est vide", todo="Donnez un SIRET, un SIREN ou une partie du nom")
    plain = [fold(name) for name in names["nom"]]
    hits = names.filter(pl.Series([all(word in name for word in words) for name in plain], dtype=pl.Boolean))
    exact = names.filter(pl.Series([name == " ".join(words) for name in plain], dtype=pl.Boolean))
    sirens = (exact if exact["siren"].n_unique() == 1 else hits)["siren"].unique().sort().to_list()
    if len(sirens) == 1:
        return str(sirens[0])
    if not sirens:
        raise Problem(
            f"Aucun fournisseur lu ne s'appelle « {who} »",
            todo=closest(who, names["nom"].to_list()) or "Donnez son SIRET",
        )
    told = hits.unique("siren", keep="first", maintain_order=True).head(_SHOWN)
    raise Problem(
        f"{french.number(len(sirens))} fournisseurs répondent à « {who} »",
        why=" ; ".join(f"{siren} {name}" for siren, name in told.select("siren", "nom").iter_rows()),
        todo="Donnez le SIREN ou le SIRET",
    )


def _known(base: Base) -> pl.DataFrame:
    """``siren, nom``: every supplier read, by each of its names; natural persons by their number alone."""
    assert base.register is not None
    assert base.establishments is not None
    persons = base.establishments.filter("personne_physique").select("siren").unique()
    parts = [base.establishments.select("siren", nom=name) for name in ("nom", "enseigne", "sigle")]
    parts += [base.register.select("siren", "nom"), base.holders.select(siren="titulaire_siren", nom="titulaire_nom")]
    every = pl.concat(parts).filter(pl.col("siren").is_not_null()).unique()
    hidden = every.join(persons, on="siren", how="semi").select("siren", nom=pl.lit("")).unique()
    named = every.join(persons, on="siren", how="anti").with_columns(pl.col("nom").fill_null(""))
    return pl.concat([named, hidden]).sort("siren", "nom").collect()


def _named(base: Base, siren: str, spots: pl.DataFrame, person: bool) -> str:
    if person:
        return MASK
    names = _known(base).filter((pl.col("siren") == siren) & (pl.col("nom") != ""))["nom"].to_list()
    seat = spots.sort("siege", "au", "source", descending=[True, True, False], nulls_last=True)["nom"].drop_nulls()
    return str(seat[0]) if seat.len() else (names[0] if names else siren)


def _judged(base: Base, siren: str) -> pl.DataFrame:
    """What the kit holds it to be on the day, with the reason: ESS, ESUS, inclusive (per establishment)."""
    assert base.register is not None
    assert base.establishments is not None
    listed = base.register.filter(pl.col("siren") == siren)
    known = base.establishments.filter(pl.col("siren") == siren)
    keys = pl.concat([known.select("siren", "siret"), listed.select("siren", "siret")]).unique()
    told = suppliers.status(keys, suppliers.fuse(listed), known, on=base.as_of)
    kept = (
        "siret",
        "titulaire_ess",
        "ess_raison",
        "titulaire_esus",
        "titulaire_inclusif",
        "inclusif_types",
        "inclusif_raison",
    )
    return told.select(kept).sort("siret", nulls_last=True).collect()


def _public(base: Base, buyer: str | None, notices: Sequence[str | Path], programmes: Sequence[Programme]) -> Announced:
    """What is announced in public on the reader's day, by this buyer or by all."""
    return announced(
        base.today or base.day,
        notices=notices,
        programmes=programmes,
        known=known_buyers(base) if notices or programmes else None,
        siren=buyers.choose(base.buyers, buyer) if buyer else None,
    )


def _ahead(base: Base, found: Opportunities, siren: str, public: Announced, months: int) -> pl.DataFrame:
    """What comes for it: contracts read that end, and what is announced."""
    return coming(
        found.supply.filter(pl.col("siren") == siren),
        day=base.day,
        announced=public.needs,
        found=found,
        radius=found.radius,
        dependency=found.dependency,
        months=months,
        method=base.method,
    )


def _shared(grouping: Grouping, siren: str) -> pl.DataFrame:
    """The needs too large for anybody alone where it stands in a possible team: its part and its role, never its partners."""
    mine = grouping.members.filter(pl.col("siren") == siren).select("besoin_id", "role", "part_du_lot", "distance_km")
    told = grouping.units.select(
        "besoin_id", "acheteur_libelle", "objet", "lieu_libelle", "unite_libelle", "a_couvrir", "etat", "competences"
    )
    return (
        mine.join(told, on="besoin_id", maintain_order="left_right")
        .with_columns(pl.col("part_du_lot").clip(0.0, 1.0))
        .sort("a_couvrir", "besoin_id", descending=[True, False])
    )
