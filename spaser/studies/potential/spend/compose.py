"""From a buyer's spend file to its purchasing potential: lines given a family, a year's needs, and every cent accounted for.

Rooms meet here, like in ``opportunities``: the ledger is read and its suppliers known as in ``purchases``, then the same
supply, readings and levers as for contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import potential, rules, territories
from spaser.families import spend as families_spend
from spaser.problems import Problem
from spaser.sources.ledgers.nomenclatures import read_nomenclature, rekeyed
from spaser.sources.siret import bare, luhn_ok
from spaser.studies import suppliers as purchases
from spaser.studies.diagnostic import Base
from spaser.studies.potential import compose as opportunities
from spaser.studies.potential import needs as against
from spaser.studies.potential import offer
from spaser.studies.potential.compose import Opportunities
from spaser.studies.suppliers import Progress, SupplierDiagnostic
from spaser.vocabulary.sentences import ADD_LISTS, NO_LIST

#: What becomes of each part of the file, in the order of the account; purchases of a family are needs.
POSTS = {
    "famille": "Besoins, par famille d'achat",
    "sans_famille": "Achats sans famille reconnue",
    "banque_assurance": "Banques et assurances, à part",
    "centrale_achat": "Centrales d'achat, à part",
    "a_verifier": "Achat ou non, à vérifier",
    "autre_exercice": "Autres exercices, non demandés",
    "subvention": "Subventions, hors périmètre",
    "hors_perimetre": "Hors périmètre des achats",
    "ecarte": "Écarté : montant illisible ou ligne vide",
}


@dataclass(frozen=True, eq=False)
class SpendOpportunities:
    """The potential of a ledger and how its lines became needs.

    ``lines`` are SPEND with statuses and families; ``account`` has one row per part of the file (``poste, famille,
    famille_libelle, lignes, montant``) and adds up to it; ``years`` are the years covered; ``nomenclature`` is the mapping
    proposed (what was kept by a person included), ``unknown`` its codes the ledger does not have, ``added`` those it lacked.
    """

    found: Opportunities
    ledger: SupplierDiagnostic
    lines: pl.DataFrame
    account: pl.DataFrame
    years: pl.DataFrame
    nomenclature: pl.DataFrame
    by_account: bool = False
    read: bool = False
    added: int = 0
    unknown: tuple[str, ...] = ()
    place: str | None = None

    @property
    def length(self) -> float:
        """The years covered, never less than one."""
        return max(1.0, self.years.select(pl.col("mois").sum()).item() / 12)


def potential_of_spend(
    source: str | Path,
    registers: Any = (),
    *,
    buyer_siret: str | None = None,
    territory: tuple[str, str] | None = None,
    nomenclature: str | Path | None = None,
    contracts: Base | None = None,
    years: tuple[int, int] | None = None,
    radius: float | None = None,
    dependency: float | None = None,
    overrides: str | Path | None = None,
    validations: str | Path | None = None,
    mapping: str | Path | None = None,
    as_of: date | None = None,
    clock: date | None = None,
    method: str | Path | None = None,
    cache: Path | None = None,
    progress: Progress = None,
) -> SpendOpportunities:
    """The purchasing potential of a spend file.

    Parameters
    ----------
    source, registers, overrides, validations, mapping, as_of, clock, cache
        As in ``studies.suppliers.suppliers_of``.
    buyer_siret
        SIRET or SIREN of the buyer: it buys on its territory, when it is a local authority.
    territory
        SIREN and name of the authority on whose communes it buys, when it is not its own.
    nomenclature
        The mapping corrected by a person (CSV or workbook); a file that does not exist yet is not read.
    contracts
        Contracts read with registers: what suppliers won and what activities win then sharpen the supply.
    years
        First and last years counted; all those of the file by default.

    Raises
    ------
    Problem
        A file cannot be read or is refused, no list of suppliers was given, the SIRET or a share makes no sense.
    """
    settings = contracts.method if contracts is not None else rules.method(method)
    siren = siren_of(buyer_siret)
    files: dict[str, Any] = {"overrides": overrides, "validations": validations, "mapping": mapping, "clock": clock}
    ledger = purchases.suppliers_of(source, registers, as_of=as_of, cache=cache, progress=progress, **files)
    share = _share(ledger, settings, radius, dependency)
    told = _classed(_coded(_within(ledger.lines, years), ledger.establishments), nomenclature)
    place, label = place_of(siren, territory)
    needs = _needs(told["lines"], siren, place, settings, _authority(siren) or f"Fichier {ledger.name}", label)
    counted = told["lines"].filter(pl.col("perimetre") != "autre_exercice")
    return SpendOpportunities(
        found=_found(needs, ledger, contracts, settings, radius, share, clock),
        ledger=ledger,
        account=account(told["lines"]),
        place=label,
        years=potential.covered(counted.lazy(), method=settings).collect(engine="in-memory"),
        by_account=_by_account(ledger.lines),
        **told,
    )


def _needs(
    lines: pl.DataFrame, siren: str | None, place: str | None, settings: dict[str, Any], buyer: str, label: str | None
) -> pl.DataFrame:
    """NEEDS of the lines, one per family, with the names of the buyer and of the place."""
    needs = potential.of_spend(lines.lazy(), buyer=siren, place=place, method=settings).collect(engine="in-memory")
    return needs.with_columns(acheteur_libelle=pl.lit(buyer), lieu_libelle=pl.lit(label, pl.String))


def _classed(coded: pl.DataFrame, path: str | Path | None) -> dict[str, Any]:
    """The lines in their families, the mapping proposed, and how the one a person filled in stands to the file."""
    if path is not None and not Path(path).exists() and Path(path).suffix.lower() not in (".csv", ".txt", ""):
        raise Problem(
            "La correspondance est proposée en CSV",
            where=Path(path).name,
            todo="Donnez un nom qui finit par .csv ; un classeur est accepté une fois rempli",
        )
    lines = families_spend.of_lines(coded.lazy()).collect(engine="in-memory")
    if path is None or not Path(path).exists():
        return {"lines": lines, "nomenclature": families_spend.propose(lines.lazy()).collect(engine="in-memory")}
    read = rekeyed(read_nomenclature(path), coded["code_achat"])
    proposed = families_spend.propose(lines.lazy(), read.lazy()).collect(engine="in-memory")
    codes = coded["code_achat"].drop_nulls().unique()
    return {
        "lines": families_spend.of_lines(coded.lazy(), read.lazy()).collect(engine="in-memory"),
        "nomenclature": proposed,
        "read": True,
        "added": proposed.filter(~pl.col("code_achat").is_in(read["code_achat"].implode())).height,
        "unknown": tuple(read.filter(~pl.col("code_achat").is_in(codes.implode()))["code_achat"]),
    }


def account(lines: pl.DataFrame) -> pl.DataFrame:
    """Every cent of the file: a row per family of the needs, then each part that makes none; its sum is the file's total."""
    scope = pl.col("perimetre")
    post = (
        pl.when((scope == "achat") & pl.col("famille").is_not_null())
        .then(pl.lit("famille"))
        .when(scope == "achat")
        .then(pl.lit("sans_famille"))
        .otherwise(scope)
    )
    inside = pl.when((scope == "achat") & pl.col("famille").is_not_null())
    rows = lines.group_by(
        poste=post, famille=inside.then("famille"), famille_libelle=inside.then("famille_libelle")
    ).agg(
        lignes=pl.len().cast(pl.Int64),
        montant=pl.col("montant").sum(),
        sans_montant=pl.col("montant").null_count().cast(pl.Int64),
    )
    rank = pl.col("poste").replace_strict({post: rank for rank, post in enumerate(POSTS)}, return_dtype=pl.Int8)
    named = rows.with_columns(poste_libelle=pl.col("poste").replace_strict(POSTS))
    return named.sort(rank, "montant", "famille", descending=[False, True, False], nulls_last=True)


def _found(
    needs: pl.DataFrame,
    ledger: SupplierDiagnostic,
    contracts: Base | None,
    settings: dict[str, Any],
    radius: float | None,
    share: float,
    today: date | None,
) -> Opportunities:
    """The needs of a ledger against the supply of its registers (or of contracts read with registers)."""
    if contracts is None:
        listed = offer.structures(ledger.register, ledger.establishments, ledger.as_of)
        sectors = offer.declared(ledger.register)
        supply = potential.supply(listed.lazy(), declared=sectors.lazy(), method=settings).collect(engine="in-memory")
        weights = pl.DataFrame()
    else:
        common = opportunities.ground(contracts)
        supply, weights = common.supply, common.weights
    return opportunities.of_needs(
        needs,
        supply,
        scope=needs["acheteur_libelle"][0] if needs.height else ledger.name,
        as_of=ledger.as_of,
        method=settings,
        radius=radius,
        share=share,
        weights=weights,
        today=today,
    )


def _by_account(lines: pl.DataFrame) -> bool:
    """Without any family of the buyer in the file, its accounts are its nomenclature."""
    return lines["famille_acheteur"].null_count() == lines.height


def _coded(lines: pl.DataFrame, establishments: pl.LazyFrame) -> pl.DataFrame:
    """The lines with ``code_achat``, ``code_libelle`` and ``naf`` (of the establishment paid, else of its unit's latest)."""
    official = pl.col("liste").str.starts_with("sirene").fill_null(False)
    known = establishments.filter(pl.col("naf").is_not_null()).sort(
        official, "au", "source", descending=[True, True, False], nulls_last=True
    )
    activity = pl.col("naf").str.replace(".", "", literal=True)
    sites = (
        known.filter(pl.col("siret").is_not_null())
        .unique("siret", keep="first", maintain_order=True)
        .select("siret", _site=activity)
    )
    units = known.unique("siren", keep="first", maintain_order=True).select("siren", _unite=activity)
    by_account = _by_account(lines)
    coded = lines.lazy().with_columns(
        code_achat=pl.col("compte") if by_account else pl.col("famille_acheteur"),
        code_libelle=pl.lit(None, pl.String) if by_account else pl.col("famille_acheteur_libelle"),
    )
    placed = coded.join(sites, on="siret", how="left", maintain_order="left").join(
        units, on="siren", how="left", maintain_order="left"
    )
    return placed.with_columns(naf=pl.coalesce("_site", "_unite")).drop("_site", "_unite").collect(engine="in-memory")


def _within(lines: pl.DataFrame, years: tuple[int, int] | None) -> pl.DataFrame:
    """The lines of other years set apart, still in the account; those without a year stay."""
    if years is None:
        return lines
    year = pl.coalesce(pl.col("exercice"), pl.col("date").dt.year())
    other = ~year.is_between(*years).fill_null(True)
    if not lines.filter(~other & year.is_not_null()).height:
        seen = lines.select(year.drop_nulls().unique().sort()).to_series().to_list()
        raise Problem(
            "Aucune ligne du fichier de dépenses pour ces années",
            why=f"Exercices lus : {', '.join(map(str, seen)) or 'aucun'}",
        )
    return lines.with_columns(
        perimetre=pl.when(other & (pl.col("perimetre") != "ecarte"))
        .then(pl.lit("autre_exercice"))
        .otherwise("perimetre")
    )


def siren_of(text: str | None) -> str | None:
    """The SIREN of a SIRET or SIREN as typed."""
    if text is None:
        return None
    number, right = pl.select(a=bare(pl.lit(text)), b=luhn_ok(bare(pl.lit(text)))).row(0)
    if not right:
        raise Problem(
            f"« {text} » n'est ni un SIRET ni un SIREN à la clé juste",
            todo="Donnez les 14 chiffres du SIRET de l'acheteur",
        )
    return number[:9]


def place_of(siren: str | None, territory: tuple[str, str] | None) -> tuple[str | None, str | None]:
    """The key of PLACES where the buyer buys, and its name; none when nothing tells."""
    if territory is not None:
        return f"A{territory[0]}", territory[1]
    name = _authority(siren)
    return (f"A{siren}", name) if name else (None, None)


def _authority(siren: str | None) -> str | None:
    """The name of the local authority of a SIREN, if it is one."""
    known = territories.one_per_siren().filter(pl.col("siren") == pl.lit(siren, pl.String)).select("nom").collect()
    return known["nom"][0] if known.height else None


def _share(
    ledger: SupplierDiagnostic, settings: dict[str, Any], radius: float | None, dependency: float | None
) -> float:
    if not ledger.files.height:
        raise Problem(
            NO_LIST,
            why="Le potentiel se mesure contre un registre de l'ESS et des structures inclusives",
            todo=ADD_LISTS,
        )
    return against.share_of(settings, radius, dependency)
