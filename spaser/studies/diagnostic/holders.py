"""The holders of contracts: who they are on the day of notification, and what the report says of them.

Rooms meet here for ``diagnostic``: the registers, the statuses, the sizes; a contract's amount is never multiplied.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from spaser import suppliers
from spaser.indicators import records as indicator_records
from spaser.sources.registers import Registers
from spaser.sources.registers.known import known_suppliers
from spaser.suppliers import analysis as suppliers_analysis
from spaser.suppliers import coverage
from spaser.vocabulary import REJECTS

if TYPE_CHECKING:
    from spaser.studies.diagnostic.preparation import Base

#: What the report counts: code → title and question asked of a holder.
COUNTED = {
    "titulaire_ess": ("Titulaires de l'ESS", pl.col("titulaire_ess")),
    "titulaire_esus": ("Titulaires agréés ESUS", pl.col("titulaire_esus")),
    "titulaire_inclusif": ("Titulaires inclusifs (par SIRET)", pl.col("titulaire_inclusif")),
    "ess_ou_inclusif": (
        "Titulaires de l'ESS ou inclusifs (par SIRET)",
        pl.col("titulaire_ess") | pl.col("titulaire_inclusif"),
    ),
    "inclusif_siren": ("Titulaires inclusifs, y compris par leur seul SIREN (à vérifier)", pl.col("inclusif_siren")),
}
SHARES = ("montant_bas", "montant_egal", "montant_haut")


def lists_of(registers: Sequence[str | Path], holders: pl.LazyFrame, cache: Path | None) -> Registers | None:
    """The registers, the national stocks reduced to the holders; None when no list is given."""
    if not registers:
        return None
    met = holders.select(pl.concat([pl.col("titulaire_id"), pl.col("titulaire_siren")]).drop_nulls().unique())
    digits = met.filter(pl.col("titulaire_id").str.contains(r"^\d{9}(\d{5})?$")).collect().to_series()
    return known_suppliers(list(registers), identifiers=digits.to_list(), cache=cache)


def proved(base: Base) -> set[str]:
    """What a list of holders read proves a « non » of (keys of ``measuring.LISTED``)."""
    if base.register is None or base.establishments is None:
        return set()
    found = coverage.of_lists(base.register, base.establishments).collect().row(0, named=True)
    told = (("ESUS", found["ess_chargee"]), ("inclusif", not found["inclusif_manquants"]))
    return {name for name, proves in told if proves}


def known_holders(
    holders: pl.LazyFrame, known: Registers | None, decisions: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """The holders with their status on the day of notification, and their name when only a list gives it."""
    if known is None:
        return holders
    register = suppliers.fuse(known.register, decisions)
    return suppliers.status(suppliers_analysis.name(holders, known.establishments), register, known.establishments)


def identified() -> pl.Expr:
    """Whether a holder is identified: a SIRET whose key is right, or an identifier that only companies without SIRET have."""
    french = pl.col("titulaire_typeIdentifiant").fill_null("SIRET") == "SIRET"
    return (
        pl.when(french)
        .then(indicator_records.valid_siret("titulaire_id"))
        .otherwise(pl.col("titulaire_id").is_not_null())
    )


def described(holders: pl.LazyFrame, known: Registers | None) -> pl.LazyFrame:
    """Per contract: ``siret_titulaires_valides`` (all of them?) and ``categorie_entreprise`` (joined with « , »).

    The categories are unknown as soon as one holder's is, unless one is known to be a PME: that answers the question asked.
    """
    french = pl.col("titulaire_typeIdentifiant").fill_null("SIRET") == "SIRET"
    rows = holders.with_columns(_juste=indicator_records.valid_siret("titulaire_id") & french)
    if known is None:
        return rows.group_by("uid").agg(siret_titulaires_valides=pl.col("_juste").all())
    sizes = known.establishments.filter(pl.col("categorie_entreprise").is_not_null()).select(
        "siren", "au", "categorie_entreprise"
    )
    latest = sizes.sort("au", "categorie_entreprise", descending=True, nulls_last=True).unique(
        "siren", keep="first", maintain_order=True
    )
    sized = rows.join(latest.drop("au"), left_on="titulaire_siren", right_on="siren", how="left", maintain_order="left")
    size = pl.col("categorie_entreprise")
    answered = (size == "PME").any() | size.is_not_null().all()
    return sized.group_by("uid").agg(
        siret_titulaires_valides=pl.col("_juste").all(),
        categorie_entreprise=pl.when(answered).then(size.drop_nulls().unique().sort().str.join(", ")),
    )


def tables(
    contracts: pl.DataFrame, holders: pl.DataFrame, acts: pl.DataFrame, base: Base, population: str
) -> dict[str, pl.DataFrame]:
    """What the section of the report reads: acces_ess, reserves_a_verifier, sous_declaration, sous_traitants; empty without lists."""
    known = loaded(base)
    if known is None:
        return {}
    counted = contracts.filter(pl.col(population)) if population in contracts.columns else contracts
    spread, subcontractors = widened(base)
    rows = holders.join(spread, on=["uid", "titulaire_id"], how="left", maintain_order="left")
    kept, those = counted.lazy(), rows.lazy().join(counted.lazy().select("uid"), on="uid", how="semi")
    return {
        "acces_ess": _access(counted, those.collect()),
        "reserves_a_verifier": _ordered(suppliers_analysis.reserved_to_check(kept, those)),
        "sous_declaration": _ordered(suppliers_analysis.under_declared(kept, those)),
        "sous_declaration_siren": _ordered(
            suppliers_analysis.under_declared(kept, those.with_columns(titulaire_inclusif="inclusif_siren"))
        ),
        "sous_traitants": subcontractors.join(acts.select("uid").unique(), on="uid", how="semi").sort(
            "uid", "acte_id", "sousTraitant_id"
        ),
    }


@lru_cache(maxsize=2)
def widened(base: Base) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of all the holders, what the unit's other establishments say and who is a person; the subcontractors with their status.

    Made once for the files: national lists are too large to be gone through again for each buyer.
    """
    listed, establishments = base.lists
    register = suppliers.fuse(listed, base.decisions)
    wide = suppliers.status(base.holders, register, establishments, spread_establishment=True)
    persons = establishments.group_by("siren").agg(pl.col("personne_physique").any())
    spread = wide.select(
        "uid",
        "titulaire_id",
        "titulaire_siren",
        inclusif_siren="titulaire_inclusif",
        inclusif_siren_types="inclusif_types",
    ).join(persons, left_on="titulaire_siren", right_on="siren", how="left", maintain_order="left")
    acts = suppliers_analysis.subcontractors(base.subcontracts, register, establishments)
    found = pl.collect_all([spread.drop("titulaire_siren").unique(["uid", "titulaire_id"], keep="first"), acts])
    return found[0], found[1]


def _ordered(rows: pl.LazyFrame) -> pl.DataFrame:
    """In an order that never changes from one run to the next."""
    found = rows.collect()
    return found.sort([name for name in ("uid", "titulaire_id") if name in found.columns])


def _access(contracts: pl.DataFrame, holders: pl.DataFrame) -> pl.DataFrame:
    """Per status: contracts won, under-declared among them, and the three amounts of what these holders hold."""
    said = contracts.select("uid", "clause_sociale", "critere_social", "marche_reserve")
    silent = ~(pl.col("clause_sociale") | pl.col("critere_social") | pl.col("marche_reserve"))
    parts = []
    for code, (title, asked) in COUNTED.items():
        yes = holders.filter(asked.fill_null(False))
        won = said.join(yes.select("uid").unique(), on="uid", how="semi")
        known = holders.group_by("uid").agg(asked.any(ignore_nulls=False).alias("r"))["r"].count()
        sums = _bounds(contracts, holders, asked)
        row = {
            "code": code,
            "statut": title,
            "contrats": won.height,
            "connus": known,
            "sur": contracts.height,
            "aucune": int(won.select(silent.fill_null(False).sum()).item()),
            **sums,
        }
        parts.append(row)
    total = contracts["montant_retenu"].sum()
    return pl.DataFrame(parts, schema_overrides=dict.fromkeys(SHARES, pl.Int64)).with_columns(
        montant_total=pl.lit(total, pl.Int64)
    )


def _bounds(contracts: pl.DataFrame, holders: pl.DataFrame, asked: pl.Expr) -> dict[str, int]:
    """What these holders hold of the amounts as judged: all of one when they are alone, else nothing, equal parts, or all once.

    A framework published once per holder, with its whole maximum each time, is one amount shared by all of them.
    """
    key = pl.coalesce("accord_multiple", "uid") if "accord_multiple" in contracts.columns else pl.col("uid")
    once = contracts.select("uid", "montant_retenu", groupe=key)
    whole = once.group_by("groupe").agg(montant=pl.col("montant_retenu").sum())
    each = holders.group_by("uid").agg(part=asked.fill_null(False).mean())
    held = each.join(once, on="uid", maintain_order="left").group_by("groupe").agg(pl.col("part").mean())
    shared = held.join(whole, on="groupe", maintain_order="left")
    part, amount = pl.col("part"), pl.col("montant")
    return shared.select(
        montant_bas=pl.when(part == 1).then(amount).sum(),
        montant_egal=(part * amount).round().cast(pl.Int64).sum(),
        montant_haut=pl.when(part > 0).then(amount).sum(),
    ).row(0, named=True)


def loaded(base: Base) -> Registers | None:
    """The registers a prepared base was read with; None when there were none."""
    if base.register is None or base.establishments is None or base.register_files is None:
        return None
    rejects = REJECTS.empty().lazy()
    return Registers(base.register, base.establishments, rejects, base.register_files, base.unnumbered, demo=base.demo)
