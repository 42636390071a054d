"""The panorama of the ESS of a territory: its member communes, the registers, and the report handed over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, settings, suppliers, territories
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Sentence, Source
from spaser.problems import Problem, closest
from spaser.sections.balance import annexes_balance, section_balance
from spaser.sections.territory import (
    FORMS_KNOWN,
    TERRITORY,
    annex,
    annexes_observed,
    jobs_told,
    reach_told,
    section_change,
    section_sectors,
)
from spaser.sources.answers.overrides import read_overrides
from spaser.sources.registers import Registers
from spaser.sources.registers.known import known_suppliers
from spaser.studies.territory.demand import Balance, balance_told
from spaser.suppliers import observatory
from spaser.suppliers.panorama import INCLUSIVE, WHOLE, inclusive_kinds, panorama
from spaser.text import fold_expr

Progress = Callable[[str, float], None] | None
_SHOWN = 8
JOBS = {
    "code_commune": settings.Column(("code_commune", "code commune", "codgeo", "code insee"), needed=True),
    "emplois": settings.Column(("emplois",), needed=True),
}
#: More jobs than any commune has: the number is not one of jobs.
_MOST_JOBS = 10_000_000


@dataclass(frozen=True, eq=False)
class Territory:
    """``rows`` is the panorama with ``commune`` (name); ``communes`` are the members, with or without ESS; ``balance`` what is
    bought there against who could supply it, when contracts were read (see ``opportunities_territory``)."""

    name: str
    as_of: date
    communes: pl.DataFrame
    rows: pl.DataFrame
    files: pl.DataFrame
    demo: bool = False
    siren: str = ""
    kinds: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"groupe": pl.String, "etablissements": pl.UInt32})
    )
    balance: Balance | None = None
    sectors: pl.DataFrame = field(default_factory=pl.DataFrame)
    creations: pl.DataFrame = field(default_factory=pl.DataFrame)
    closings: pl.DataFrame = field(default_factory=pl.DataFrame)
    before: Before | None = None
    today: date | None = None
    #: What the lists say, decisions included: the book of the territory is written from it.
    lists: Registers | None = field(default=None, repr=False)


@dataclass(frozen=True, eq=False)
class Before:
    """Two dates of the lists: ``changes`` by family, ``moved`` establishment by establishment, and what the older lists were."""

    as_of: date
    changes: pl.DataFrame
    moved: pl.DataFrame
    files: pl.DataFrame
    #: Kinds of lists that only one of the two dates has: what they alone hold seems to enter or to leave.
    unlike: tuple[str, ...] = ()


def territory(
    place: str,
    registers: Sequence[str | Path] | Registers,
    *,
    overrides: str | Path | pl.LazyFrame | None = None,
    jobs: str | Path | None = None,
    before: Sequence[str | Path] = (),
    as_of: date | None = None,
    clock: date | None = None,
    cache: Path | None = None,
    progress: Progress = None,
) -> Territory:
    """ESS establishments and jobs of the member communes of a group (EPCI, EPT), or of one commune.

    Parameters
    ----------
    place
        A SIREN, or a part of a name.
    registers
        Lists of suppliers, or what was read of them; the two SIRENE stocks are reduced to the départements of the communes.
    jobs
        CSV of official counts: code_commune ; emplois.
    before
        The same lists at an older date, to compare.

    Raises
    ------
    Problem
        No group has this name, several do, or a file cannot be read.
    """
    siren, name = find(place)
    members = territories.members([siren]).collect().sort("commune")
    codes, near = members["code_commune"].to_list(), members["departement"].unique().sort().to_list()
    known = _known(registers, near, cache, progress)
    older = _known(before, near, cache, progress) if before else None
    register = suppliers.fuse(
        known.register, read_overrides(overrides) if isinstance(overrides, str | Path) else overrides
    )
    counts = read_jobs(jobs).lazy() if jobs else None
    dated = known.files.select(pl.col("au").max()).item() if known.files.height else None
    as_of = as_of or (clock if dated is None else None)
    rows = panorama(
        register, known.establishments, codes, as_of=as_of, jobs=counts, unnumbered=known.unnumbered
    ).collect()
    kinds = inclusive_kinds(register, known.establishments, codes, as_of=as_of, unnumbered=known.unnumbered).collect()
    named = rows.join(members.select("code_commune", "commune"), on="code_commune", how="left", maintain_order="left")
    named = named.with_columns(pl.col("commune").fill_null(pl.lit(name)))
    day = as_of or dated
    if day is None:
        raise Problem("Aucune des listes n'a de date", todo="Donnez le jour des statuts : --date 2026-10-31")
    found = Territory(name, day, members, named, known.files, bool(known.demo), siren, kinds)
    lists = (register, known.establishments, codes)
    return replace(
        found,
        lists=replace(known, register=register),
        sectors=observatory.sectors(*lists, as_of=as_of, unnumbered=known.unnumbered).collect(),
        creations=observatory.creations(*lists, as_of=as_of).collect(),
        closings=observatory.closings(*lists, as_of=as_of).collect(),
        today=None if known.demo else clock,
        before=_compared(older, known, register, codes, as_of) if older is not None else None,
    )


def _known(
    lists: Sequence[str | Path] | Registers, near: list[str], cache: Path | None, progress: Progress
) -> Registers:
    return (
        lists
        if isinstance(lists, Registers)
        else known_suppliers(list(lists), departements=near, cache=cache, progress=progress)
    )


def _latest(files: pl.DataFrame) -> date | None:
    """The latest date of some lists; None when none is dated."""
    found = files["au"].max() if files.height else None
    return found if isinstance(found, date) else None


def _compared(
    older: Registers, known: Registers, register: pl.LazyFrame, codes: list[str], as_of: date | None
) -> Before:
    """What changed since older lists; both must be dated, the older one before."""
    then, now = _latest(older.files), _latest(known.files)
    day = as_of or now
    if then is None or day is None or then >= day:
        raise Problem(
            "Les listes à comparer ne sont pas de deux dates",
            why=f"les anciennes sont {'sans date' if then is None else f'du {french.long_date(then)}'}, les autres {'sans date' if day is None else f'du {french.long_date(day)}'}",
            todo="Donnez à --avant les mêmes listes, à une date plus ancienne",
        )
    one = observatory.present(suppliers.fuse(older.register), older.establishments, codes)
    two = observatory.present(register, known.establishments, codes, as_of=as_of)
    lists = [set(files["libelle"].to_list()) for files in (older.files, known.files)]
    return Before(
        then,
        observatory.compared(one, two).collect(),
        observatory.moved(one, two).collect(),
        older.files,
        tuple(sorted(lists[0] ^ lists[1])),
    )


def find(place: str) -> tuple[str, str]:
    """SIREN and name of the group (else the commune) a SIREN or a part of a name means."""
    every = (
        territories.authorities()
        .filter(pl.col("categorie").is_in([*territories.GROUPS, "commune", "département"]))
        .collect()
    )
    # Paris is a commune and a département under one number: it is found once.
    every = every.unique("siren", keep="first", maintain_order=True)
    wanted = place.strip()
    if wanted.replace(" ", "").isdigit():
        found = every.filter(pl.col("siren") == wanted.replace(" ", ""))
    else:
        plain = fold_expr(pl.col("nom"))
        asked = pl.select(pl.lit(wanted).alias("nom")).select(plain).item().strip()
        whole, part = (
            every.filter(plain.str.strip_chars() == asked),
            every.filter(plain.str.contains(asked, literal=True)),
        )
        groups = part.filter(~pl.col("categorie").is_in(["commune", "département"]))
        found = next((rows for rows in (whole, groups, part) if rows.height), whole)
    if found.height == 1:
        return found["siren"].item(), found["nom"].item()
    if not found.height:
        raise Problem(
            f"Territoire inconnu : « {place} »",
            todo=closest(place, every["nom"]) or "Donnez le SIREN de l'intercommunalité",
        )
    names = [f"{row['siren']} {row['nom']} ({row['departement']})" for row in found.head(_SHOWN).to_dicts()]
    raise Problem(f"{found.height} territoires répondent à « {place} »", why=" ; ".join(names), todo="Donnez le SIREN")


def read_jobs(path: str | Path) -> pl.DataFrame:
    """Official job counts: ``code_commune`` and ``emplois``.

    Raises
    ------
    Problem
        The file is absent or a column is missing.
    """
    rows, faults = settings.rows(path, JOBS, "Le fichier d'emplois", todo="Colonnes attendues : code_commune ; emplois")
    number = (
        pl.col("emplois")
        .str.replace_all(r"[\s\u00a0\u202f]", "")
        .str.replace(",", ".", literal=True)
        .cast(pl.Float64, strict=False)
    )
    read = rows.with_columns(lu="emplois", emplois=number, code=pl.col("code_commune").str.to_uppercase().str.zfill(5))
    for line, seen in (
        read.filter(pl.col("lu").is_not_null() & ~pl.col("emplois").is_between(0, _MOST_JOBS).fill_null(False))
        .select("ligne", "lu")
        .rows()
    ):
        faults.add_line(line, f"nombre d'emplois illisible : « {settings.short(seen)} »")
    for line, seen in (
        read.filter(~pl.col("code").str.contains(r"^\d[\dAB]\d{3}$").fill_null(False))
        .select("ligne", "code_commune")
        .rows()
    ):
        faults.add_line(line, f"« {settings.short(seen or '')} » n'est pas un code de commune (cinq caractères)")
    twice = read.filter(
        pl.col("code").is_not_null() & pl.col("code").is_duplicated() & ~pl.col("code").is_first_distinct()
    )
    for line, seen in twice.select("ligne", "code").rows():
        faults.add_line(line, f"la commune {seen} est donnée deux fois")
    faults.complain(f"Le fichier d'emplois {Path(path).name} est à corriger")
    return read.select(code_commune="code", emplois="emplois")


def findings(result: Territory) -> dict[str, pl.DataFrame]:
    """Its tables: establishments by commune and family, the lists read, the nature of structures, demand against supply."""
    tables = {"territoire": result.rows, "communes": result.communes, "listes": result.files, "natures": result.kinds}
    tables |= {"secteurs": result.sectors, "creations": result.creations, "fermetures": result.closings}
    if result.before is not None:
        tables |= {"evolution": result.before.changes, "mouvements": result.before.moved}
    return tables | (result.balance.extras() if result.balance else {})


def report(result: Territory) -> Report:
    """The report of a territory."""
    sources = [Source(row["fichier"], row["libelle"], row.get("au")) for row in result.files.to_dicts()]
    first, *others = [section(result.rows, result.communes, result.files) for section in TERRITORY]
    if result.kinds.height:
        said = french.typeset(
            f"Structures inclusives par nature : {kinds_told(result.kinds)}. {_placed_told(result.files)}"
        )
        first = replace(first, blocks=(*first.blocks, Sentence(said)))
    tables = result.balance.extras() if result.balance else {}
    observed = [section_sectors(result.sectors, result.creations, result.closings)]
    if result.before is not None:
        observed.append(section_change(result.before.changes, result.before.as_of, result.as_of, result.before.unlike))
    sections = [first, section_balance(tables), *observed, *others]
    sources += [Source(name, "contrats") for name in (result.balance.files if result.balance else ())]
    return model.build(
        "Panorama de l'ESS",
        buyer=result.name,
        as_of=result.as_of,
        today=result.today,
        sections=sections,
        sources=sources,
        subtitle=f"{french.count(result.communes.height, 'commune')}, établissements et emplois de l'ESS et de l'inclusion",
        notes=("Démonstration : les fournisseurs et les acheteurs sont inventés.",) if result.demo else (),
        annexes=(
            annex(result.rows),
            *annexes_balance(tables),
            *annexes_observed(
                result.sectors, result.creations, result.closings, result.before.moved if result.before else None
            ),
        ),
    )


def _placed_told(files: pl.DataFrame) -> str:
    """How many of the lists' establishments could not be placed in a commune: they are in no count."""
    lost = int(files["non_situes"].sum()) if "non_situes" in files.columns else 0
    return f"Établissements des listes sans commune connue, comptés nulle part : {french.number(lost)}."


def write(result: Territory, folder: Path | str) -> list[Path]:
    """Write territoire.html and territoire.xlsx, each whole or not at all."""
    return delivery.write(report(result), folder, "territoire", "html", "xlsx")


def summary(result: Territory) -> str:
    """What the terminal says: the whole by family, then the communes that have the most."""
    rows = result.rows
    lines = [
        f"{result.name} : {french.count(result.communes.height, 'commune')}, au {french.long_date(result.as_of)}",
        "",
    ]
    if said := reach_told(result.files):
        lines += [f"  {said}", ""]
    for row in rows.filter(pl.col("code_commune") == WHOLE).to_dicts():
        told = f" ({kinds_told(result.kinds)})" if row["famille"] == INCLUSIVE else ""
        least = "" if row["famille"] == INCLUSIVE else "au moins "
        lines.append(
            f"  {french.capital(row['famille']):<26} {least}{french.count(row['etablissements'], 'établissement')}{told}, {jobs_told(row)}"
        )
    if rows.filter(pl.col("code_commune") == WHOLE, ~pl.col("famille").is_in([WHOLE, INCLUSIVE])).height:
        lines.append(f"  ({FORMS_KNOWN})")
    if result.before is not None:
        unlike = (
            " : mouvements apparents, les listes des deux dates ne sont pas les mêmes" if result.before.unlike else ""
        )
        whole = result.before.changes.filter(pl.col("famille") == WHOLE).to_dicts()
        lines += [
            f"  Depuis le {french.long_date(result.before.as_of)} : {french.count(row['entres'], 'entré', none=False)}, {french.count(row['sortis'], 'sorti', none=False)} des listes de l'ESS{_hushed(row)}{unlike}"
            for row in whole
        ]
    if not rows.height:
        lines.append("  Aucun établissement de l'ESS ou inclusif dans les listes chargées pour ces communes")
    by_commune = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == WHOLE)).sort(
        "etablissements", "commune", descending=[True, False]
    )
    if by_commune.height:
        lines += ["", "  Établissements de l'ESS, par commune (les structures inclusives sont comptées à part) :"]
    lines += [
        f"  {row['commune']:<26} {french.count(row['etablissements'], 'établissement')}"
        for row in by_commune.head(_SHOWN).to_dicts()
    ]
    return "\n".join(lines + (["", *balance_told(result.balance)] if result.balance else []))


def _hushed(row: dict) -> str:
    """Those still there of which one date alone says whether they are of the ESS."""
    n = row["tus_apres"] + row["tus_avant"]
    return f", {french.number(n)} dont une des deux dates ne dit rien" if n else ""


def kinds_told(kinds: pl.DataFrame) -> str:
    """« 25 SIAE, 8 ESAT »."""
    return ", ".join(f"{french.number(n)} {name}" for name, n in kinds.rows())
