"""A buyer's suppliers, from its spend file or from its contracts: who was identified, who is in the ESS, for how much.

This is where rooms meet, as in ``diagnostic``: the file is read, its perimeter and identifiers sorted out, names linked to
the registers, each status taken on the day of the line, then measured. Out of scope stays out: a subsidy is no purchase.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl

from spaser import linkage, suppliers
from spaser.problems import Problem
from spaser.sources import dates, demonstration, ledgers
from spaser.sources.answers.overrides import read_overrides
from spaser.sources.registers import Registers
from spaser.sources.registers.known import known_suppliers
from spaser.studies.diagnostic import Base
from spaser.studies.diagnostic import holders as held
from spaser.studies.suppliers import tables as purchases_tables
from spaser.studies.suppliers.decided import validations as links_decided
from spaser.suppliers import analysis as suppliers_analysis
from spaser.vocabulary import DECISIONS, ESTABLISHMENTS, FILLED, LINKS, REGISTER, REJECTS, SEEN, SPEND, STATUS

Paths = str | Path | Sequence[str | Path]
Progress = Callable[[str, float], None] | None
#: A contract with several holders is counted in equal parts; its bounds are in the diagnostic, contract by contract.
EQUAL = "parts égales"
#: A name that begins so is a person's: never linked, never shown.
#: Words of a name that begins like a person's and is a company's.
COMPANY = r"(?i)\b(sarl|sas|sasu|sa|sci|snc|eurl|scop|scic|selarl|scp|gie|ste|societe|société|association|asso|ets|etablissements|établissements|entreprise)\b"
CIVILITY = r"(?i)^(m|mr|mme|mlle|mle|monsieur|madame|mademoiselle|m et mme|mme et m)(\.|\s)\s*\p{L}"


#: The name that the French tax code gives to a file of accounting entries: SIREN, FEC, closing day.
_ENTRIES = re.compile(r"^\d{9}FEC\d{8}", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class SupplierDiagnostic:
    """Finished tables about a buyer's suppliers.

    ``lines`` are SPEND (or HOLDERS) with the columns of ``vocabulary.STATUS``; ``suppliers`` has one row per supplier;
    ``measures`` is MEASURES; ``balance`` accounts for every cent; ``validations`` are the names left to the user.
    ``register`` and ``establishments`` are the lists as they were used, decisions included. ``by_unit``: the file gives SIREN only,
    and answers are those of legal units. ``filled`` is FILLED of the file and of the lists, ``seen``
    SEEN of the spend file.
    """

    origin: str
    name: str
    as_of: date
    lines: pl.DataFrame
    suppliers: pl.DataFrame
    measures: pl.DataFrame
    balance: pl.DataFrame
    links: pl.DataFrame
    validations: pl.DataFrame
    conflicts: pl.DataFrame
    counts: pl.DataFrame
    files: pl.DataFrame
    rejects: pl.DataFrame
    accounts: pl.DataFrame = field(default_factory=pl.DataFrame)
    overrides: pl.DataFrame = field(default_factory=DECISIONS.empty)
    mapping: ledgers.Mapping | None = None
    spread: bool = False
    demo: bool = False
    #: The reader's day, told on the covers; the demo lives on its own days.
    today: date | None = None
    by_unit: bool = False
    filled: pl.DataFrame = field(default_factory=FILLED.empty)
    seen: pl.DataFrame = field(default_factory=SEEN.empty)
    register: pl.LazyFrame = field(default_factory=lambda: REGISTER.empty().lazy(), repr=False)
    establishments: pl.LazyFrame = field(default_factory=lambda: ESTABLISHMENTS.empty().lazy(), repr=False)


def suppliers_of(
    source: str | Path | Base,
    registers: Paths | Registers = (),
    *,
    overrides: str | Path | pl.LazyFrame | None = None,
    validations: str | Path | pl.DataFrame | None = None,
    spread_establishment: bool = False,
    as_of: date | None = None,
    clock: date | None = None,
    mapping: ledgers.Mapping | str | Path | None = None,
    cache: Path | None = None,
    progress: Progress = None,
) -> SupplierDiagnostic:
    """The suppliers of a spend file, or of contracts already prepared.

    Parameters
    ----------
    source
        A spend file (XLSX, XLS, ODS, CSV), or the ``Base`` of ``diagnostic.prepare``.
    registers
        Lists of suppliers (files, or what ``read_registers`` gave). The two national SIRENE stocks are reduced on the way.
    overrides
        Statuses corrected by hand (CSV read by ``read_overrides``, or DECISIONS: its links are then taken as well).
    validations
        Links accepted or refused by the user (the CSV once filled); they win over those of ``overrides``.
    spread_establishment
        True lets the inclusive status of one establishment hold for its whole legal unit; every figure says so.
    as_of
        The day of a line without date nor year; by default the latest day of the file, else of the lists, else ``clock``, the day on which it is read.
    mapping
        The columns of the file, as proposed and corrected.
    cache
        Folder of the reduced SIRENE stocks.

    Returns
    -------
    SupplierDiagnostic
        The day of a line is its date, else the 31 December of its year.

    Raises
    ------
    Problem
        A file cannot be read, or holds no line.
    """
    decided = read_overrides(overrides) if isinstance(overrides, str | Path) else overrides
    if isinstance(source, Base):
        return _of_contracts(source, registers, decided, spread_establishment, cache, progress)
    ledger = _read(source, mapping, progress)
    known = _known(registers, ledger.lines, cache, progress)
    demo = demonstration.refuse_mix(dépenses=[source], registres=known.demo)
    answers = linkage.read_validations(validations, dates.day) if isinstance(validations, str | Path) else validations
    if answers is None and decided is not None:
        answers = links_decided(decided.collect())
    return _of_ledger(Path(source).name, ledger, known, decided, answers, spread_establishment, (as_of, clock), demo)


def _read(source: str | Path, mapping: ledgers.Mapping | str | Path | None, progress: Progress) -> ledgers.Ledger:
    """The lines of a spend file; one without any legible amount is refused, with what to do."""
    if _ENTRIES.match(Path(source).name):
        raise Problem(
            "Ce fichier porte le nom d'un fichier des écritures comptables (FEC), que le kit ne lit pas",
            where=Path(source).name,
            todo="Demandez au comptable la liste des factures d'achat, ou le grand livre des fournisseurs (fournisseur, compte, montant, date)",
        )
    ledger = ledgers.read_ledger(
        source, mapping=mapping, progress=(lambda text: progress(text, 0.2)) if progress else None
    )
    if not ledger.lines.height:
        raise Problem("Le fichier de dépenses ne contient aucune ligne", where=Path(source).name)
    if ledger.lines["montant"].null_count() == ledger.lines.height:
        raise Problem(
            "Aucune ligne du fichier de dépenses n'a de montant lisible",
            where=Path(source).name,
            todo="Ses colonnes ont été choisies à la main : revenez sur ce choix (carnet 04_fournisseurs_ess, ou correspondance.toml)"
            if mapping is not None
            else "Si les montants sont des formules, ouvrez le classeur dans un tableur, enregistrez-le et redonnez-le ; sinon, voyez ce que « spaser lire » dit du fichier",
        )
    return ledger


def _statuses(decided: pl.LazyFrame | None) -> pl.DataFrame:
    """What a person decided of the statuses of suppliers: a mission holds other decisions, which correct no list."""
    return DECISIONS.empty() if decided is None else decided.filter(pl.col("objet_type") == "statut").collect()


def _of_ledger(
    scope: str,
    ledger: ledgers.Ledger,
    known: Registers,
    decided: pl.LazyFrame | None,
    answers: pl.DataFrame | None,
    spread: bool,
    days: tuple[date | None, date | None],
    demo: bool,
) -> SupplierDiagnostic:
    """The tables of a spend file once it and the lists are read."""
    named = unnumbered_links(known, ledger.lines, answers)
    places, listed = _settled(
        known.establishments, suppliers.fuse(pl.concat([known.register, named.register.lazy()]), decided)
    )
    day = days[0] or _latest(ledger.lines, known.files, days[1])
    lines, links, candidates = _linked(ledger.lines, places, answers)
    # Without any SIRET, which establishment was paid is not known: the legal unit answers, and it is said.
    by_unit = ledger.lines["siret"].count() == 0 and ledger.lines["siren"].count() > 0
    lines = _understood(lines.lazy(), listed, places, day, spread or by_unit)
    return SupplierDiagnostic(
        origin="depenses",
        name=scope,
        as_of=day,
        lines=lines,
        suppliers=purchases_tables.by_supplier(lines, links),
        measures=suppliers_analysis.analyse(lines.lazy(), scope=scope).collect(),
        balance=ledgers.reconcile(lines).collect(),
        links=links,
        validations=pl.concat(
            [linkage.to_validate(links.lazy(), candidates.lazy()).collect(), named.validations], how="diagonal_relaxed"
        ),
        conflicts=_conflicts(listed, places, lines),
        counts=suppliers_analysis.counts(known.register).collect(),
        files=known.files,
        rejects=pl.concat([ledger.rejects, known.rejects.collect()]),
        accounts=ledger.accounts,
        overrides=_statuses(decided),
        mapping=ledger.mapping,
        seen=ledger.seen,
        spread=spread,
        demo=demo,
        today=None if demo else days[1],
        register=listed,
        establishments=places,
        by_unit=by_unit,
        filled=pl.concat([ledger.filled, known.filled]),
    )


class Named(NamedTuple):
    """``register`` REGISTER of the structures linked by their name, ``validations`` those left to the user."""

    register: pl.DataFrame
    validations: pl.DataFrame


def unnumbered_links(known: Registers, lines: pl.DataFrame, answers: pl.DataFrame | None) -> Named:
    """Structures that a list names without SIRET, looked for by name and postcode among the establishments and the file's suppliers.

    An exact name in the same postcode links; what only looks like a supplier paid waits in the validation table, under the list's name.
    """
    rows = known.unnumbered.collect()
    if not rows.height:
        return Named(REGISTER.empty(), pl.DataFrame())
    paid = (
        lines.filter(pl.col("siren").is_not_null())
        .select("siren", "siret", "code_postal", "commune", nom="fournisseur", liste=pl.lit("depenses"))
        .unique()
    )
    places = pl.concat([known.establishments, ESTABLISHMENTS.conform(paid.lazy())])
    asked = rows.with_row_index("ligne").select(
        "code_postal",
        "commune",
        fournisseur="nom",
        fichier="source",
        ligne=pl.col("ligne").cast(pl.Int64),
        montant=pl.lit(0, pl.Int64),
    )
    keyed = linkage.keyed(SPEND.conform(asked.lazy()))
    found = linkage.link(linkage.names_of(keyed), places, validations=answers)
    links, candidates = pl.collect_all([found.links, found.candidates])
    sure = (pl.col("passe") == "validation") | ((pl.col("passe") == "nom_exact") & (pl.col("lieu") == "code_postal"))
    accepted = links.filter((pl.col("statut") == "accepte") & sure).select("cle", "siren", "siret")
    doubtful = links.with_columns(
        statut=pl.when((pl.col("statut") == "accepte") & ~sure).then(pl.lit("ambigu")).otherwise("statut")
    )
    keys = keyed.select("cle", "ligne").collect()
    told = (
        rows.with_row_index("ligne")
        .with_columns(pl.col("ligne").cast(pl.Int64))
        .join(keys, on="ligne", maintain_order="left_right")
        .join(accepted, on="cle", maintain_order="left_right")
    )
    status = told.with_columns(source=pl.format("{} (sans SIRET, rattachée par son nom)", "source"))
    # Whether a structure is some company that nobody here pays changes nothing: that doubt is not for this reader.
    met = pl.col("siren").is_in(paid["siren"].unique().implode()).fill_null(False).any().over("cle")
    waiting = linkage.to_validate(doubtful.lazy(), candidates.lazy()).filter(met).collect()
    return Named(REGISTER.conform(status.lazy()).collect(), waiting)


def _known(registers: Paths | Registers, lines: pl.DataFrame, cache: Path | None, progress: Progress) -> Registers:
    """The lists, with the units of SIRENE met in the file and those of its départements, where names are looked for."""
    if isinstance(registers, Registers):
        return registers
    paths = [registers] if isinstance(registers, str | Path) else list(registers)
    if not paths:
        return Registers(REGISTER.empty().lazy(), ESTABLISHMENTS.empty().lazy(), REJECTS.empty().lazy(), pl.DataFrame())
    identifiers = pl.concat([lines["siret"], lines["siren"]]).drop_nulls().unique().to_list()
    near = purchases_tables.departments(lines)
    return known_suppliers(paths, identifiers=identifiers, departements=near, cache=cache, progress=progress)


def _linked(
    lines: pl.DataFrame, places: pl.LazyFrame, answers: pl.DataFrame | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The lines with who was paid, the links and their candidates; only purchases are linked, and never people."""
    person = pl.col("fournisseur").str.contains(CIVILITY) & ~pl.col("fournisseur").str.contains(COMPANY)
    person = person.fill_null(False)
    rows = linkage.keyed(lines.lazy()).with_columns(personne=person)
    asked = rows.filter(pl.col("perimetre").is_in(ledgers.PURCHASES) & ~pl.col("personne"))
    found = linkage.link(linkage.names_of(asked), places, validations=answers)
    links, candidates = pl.collect_all([found.links, found.candidates])
    return ledgers.refine(linkage.attach(rows, links.lazy()), places).collect(), links, candidates


def _understood(
    lines: pl.LazyFrame, listed: pl.LazyFrame, places: pl.LazyFrame, day: date, spread: bool
) -> pl.DataFrame:
    """Each line with the status of its supplier on its day, and where and how large that supplier is."""
    closing = pl.date(pl.col("exercice"), 12, 31)
    dated = lines.with_columns(jour=pl.coalesce("date", closing, pl.lit(day)))
    known = suppliers.status(dated, listed, places, on="jour", spread_establishment=spread).collect()
    told = purchases_tables.described(known, places)
    # « M. Propre » is a person as long as no list says that its number is a company's.
    return told.with_columns(personne=pl.col("personne") & pl.col("personne_physique").fill_null(True))


def _latest(lines: pl.DataFrame, files: pl.DataFrame, clock: date | None) -> date:
    """The last day of the file; else the end of its last year, never after the day of reading; else the date of the latest list; else
    the day of reading."""
    last, year = lines.select(pl.col("date").max(), pl.col("exercice").max()).row(0)
    end = date(int(year), 12, 31) if year else None
    dates = [
        last,
        min(end, clock) if end and clock else end,
        files.select(pl.col("au").max()).item() if "au" in files.columns else None,
        clock,
    ]
    found = next((day for day in dates if day is not None), None)
    if found is None:
        raise Problem(
            "Ni date ni exercice dans le fichier de dépenses", todo="Donnez la date d'arrêté : --date 2026-12-31"
        )
    return found


def _settled(*frames: pl.LazyFrame) -> list[pl.LazyFrame]:
    return [frame.lazy() for frame in pl.collect_all(list(frames))]


def _conflicts(listed: pl.LazyFrame, places: pl.LazyFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The lists that contradict each other about this buyer's suppliers."""
    siren = "siren" if "siren" in lines.columns else "titulaire_siren"
    met = lines.lazy().select(siren=siren).unique()
    return suppliers.conflicts(
        listed.join(met, on="siren", how="semi"), places.join(met, on="siren", how="semi")
    ).collect()


def _of_contracts(
    base: Base,
    registers: Paths | Registers,
    decided: pl.LazyFrame | None,
    spread: bool,
    cache: Path | None,
    progress: Progress,
) -> SupplierDiagnostic:
    """The same tables from the holders of contracts: a co-held amount is shared, with its bounds."""
    known = (
        _known(registers, _as_spend(base), cache, progress)
        if registers
        else held.loaded(base) or _known((), SPEND.empty(), None, None)
    )
    places, listed = _settled(known.establishments, suppliers.fuse(known.register, decided))
    bare = _held(base).drop([word.name for word in STATUS], strict=False)
    named = suppliers_analysis.name(bare, places)
    found = suppliers.status(named, listed, places, spread_establishment=spread).collect()
    lines = purchases_tables.described(found, places)
    measured = suppliers_analysis.analyse(lines.lazy(), amount="montant_egal", scope="contrats").with_columns(
        definition=pl.lit(EQUAL)
    )
    return SupplierDiagnostic(
        origin="contrats",
        name="contrats lus",
        as_of=base.as_of,
        lines=lines,
        suppliers=purchases_tables.by_supplier(lines),
        measures=measured.collect(),
        balance=purchases_tables.contract_balance(lines, base.contracts),
        links=LINKS.empty(),
        validations=pl.DataFrame(),
        conflicts=_conflicts(listed, places, lines),
        counts=suppliers_analysis.counts(known.register).collect(),
        files=known.files,
        rejects=known.rejects.collect(),
        overrides=_statuses(decided),
        spread=spread,
        demo=base.demo,
    )


def _held(base: Base) -> pl.LazyFrame:
    """The holders of the contracts with what breaks them down."""
    wanted = [name for name in ("famille_libelle", "annee") if name in base.contracts.collect_schema().names()]
    return base.holders.join(base.contracts.select("uid", *wanted), on="uid", how="left", maintain_order="left").rename(
        {"famille_libelle": "famille"}, strict=False
    )


def _as_spend(base: Base) -> pl.DataFrame:
    """The identifiers of the holders, in the columns of a spend file."""
    held = base.holders.select(siret="titulaire_id", siren="titulaire_siren")
    return SPEND.conform(held).collect()
