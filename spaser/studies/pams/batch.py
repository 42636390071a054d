"""One whole diagnostic per buyer, in the five forms: resumable, on several processes, failures listed without stopping the others."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, fields, replace
from datetime import date
from html import escape
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from spaser import buyers, french
from spaser.deliverables import files
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources.ledgers import read_ledger
from spaser.studies import beside, diagnostic, publication
from spaser.studies.beside import Beside
from spaser.studies.diagnostic import Base
from spaser.studies.mission import places
from spaser.studies.mission.model import Asked, Mission
from spaser.studies.mission.naming import labelled
from spaser.studies.mission.shape import FORMS
from spaser.studies.pams import compose as pams
from spaser.studies.pams.forms import commented, render, write
from spaser.studies.potential import compose as potentials
from spaser.vocabulary.sentences import DEMO_NOTE

__all__ = ["FORMS", "Mission", "Outcome", "commented", "render", "run"]

STATE = "etat.json"
#: From this many reports on, several processes are worth the time they take to start.
WORTH = 6
#: A report takes memory: no more processes than this, whatever the machine.
MOST_PROCESSES = 4
#: What a fault of the kit or of a library may raise on one buyer's data: its report fails, the others are written.
FAULTS = (
    ArithmeticError,
    AttributeError,
    AssertionError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pl.exceptions.PolarsError,
)
_WORD: dict[str, Any] = {}


@dataclass(frozen=True)
class Outcome:
    """What became of one buyer: its files, or why there are none."""

    buyer: str
    siren: str
    files: tuple[str, ...] = ()
    failure: str = ""
    reused: bool = False


@dataclass(frozen=True, eq=False)
class Desk:
    """What every report of a mission is made from: the contracts understood, and the buyers to compare with."""

    base: Base
    mission: Mission
    compared: tuple[pl.DataFrame, pl.DataFrame] | None = None
    texts: Beside = field(default_factory=Beside)


Task = tuple[Asked, str, str]


def run(
    mission: Mission,
    *,
    progress: Callable[[str, float], None] | None = None,
    base: Base | None = None,
    processes: int | None = None,
    previous: Path | None = None,
    clock: date | None = None,
) -> list[Outcome]:
    """Write one folder per buyer and an index; what is already done from the same inputs is not done again.

    Parameters
    ----------
    base
        The contracts already prepared; else the files of the mission are read.
    processes
        How many reports are written at once; by default one per core (four at most) when there are many to write.
    previous
        The folder of the run before: what is still right there is copied rather than written again.
    clock
        The day of the computer, for a mission that does not say its reader's day: see ``diagnostic.prepare``.
    """
    desk, wanted = _prepared(mission, base, progress, clock)
    desk = replace(desk, texts=beside.read(mission.notices, mission.documents, progress))
    state, day = _state(mission.folder, previous), desk.base.day.isoformat()
    outcomes: dict[int, Outcome] = {}
    todo: list[tuple[int, Task]] = []
    for rank, (asked, name, siren, failure) in enumerate(wanted):
        if failure:
            outcomes[rank] = Outcome(name, siren, failure=failure)
        elif (done := _done(state, mission, asked, siren, day)) is not None:
            outcomes[rank] = Outcome(name, siren, done, reused=True)
        else:
            todo.append((rank, (asked, name, siren)))
    for rank, outcome in _written(desk, todo, processes):
        outcomes[rank] = outcome
        if not outcome.failure:
            state[outcome.siren] = {
                "empreinte": wanted[rank][0].fingerprint,
                "fichiers": list(outcome.files),
                "jour": day,
            }
            files.write_atomic(
                mission.folder / STATE, json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")
            )
        if progress:
            progress(outcome.buyer, len(outcomes) / len(wanted))
    ordered = [outcomes[rank] for rank in range(len(wanted))]
    files.deliver(mission.folder / "index.html", _index(mission, ordered, desk.base).encode("utf-8"))
    if progress:
        progress("Rapports", 1.0)
    return ordered


def _prepared(
    mission: Mission,
    base: Base | None,
    progress: Callable[[str, float], None] | None,
    clock: date | None,
) -> tuple[Desk, list[tuple[Asked, str, str, str]]]:
    """The contracts of the buyers asked for, and each of them with its SIREN or why it was not found.

    In a large file the buyers are found first, so that only their contracts are understood whole; shares are compared with
    those of every buyer of the file.
    """
    if base is not None:
        return _desk(mission, base, base.contracts), list(_wanted(base.buyers, mission))
    reading = diagnostic.opened(list(mission.files), progress=progress)
    days: dict[str, Any] = {"as_of": mission.as_of, "today": mission.today, "clock": clock}
    options: dict[str, Any] = {"registers": list(mission.registers), "decisions": _decided(mission), **days}
    if not (diagnostic.is_large(reading) and mission.asked):
        base = diagnostic.prepare(reading, **options)
        return _desk(mission, base, base.contracts), list(_wanted(base.buyers, mission))
    wanted = list(_wanted(diagnostic.named_buyers(reading), mission))
    sirens = sorted({siren for _, _, siren, _ in wanted if siren})
    if not sirens:
        raise Problem(
            "Aucun des acheteurs demandés n'est dans les fichiers", why=" ; ".join(failure for *_, failure in wanted)
        )
    whole = diagnostic.prepare(reading, **days)
    desk = _desk(mission, whole, whole.contracts if whole.measured is None else whole.measured)
    return replace(desk, base=diagnostic.prepare(reading, sirens=sirens, **(options | {"as_of": whole.as_of}))), wanted


def _decided(mission: Mission) -> pl.LazyFrame | None:
    """What was decided in the mission: its reports obey it, as every other command does."""
    rows = places.decisions(mission).table() if mission.whole else None
    return rows.lazy() if rows is not None and rows.height else None


def _desk(mission: Mission, base: Base, contracts: pl.LazyFrame) -> Desk:
    if base.buyers.height < 2:
        return Desk(base, mission)
    kept = contracts if mission.years is None else contracts.filter(pl.col("annee").is_between(*mission.years))
    return Desk(base, mission, publication.comparison(kept, mission.population))


def _wanted(known: pl.DataFrame, mission: Mission) -> Iterator[tuple[Asked, str, str, str]]:
    """What is asked of each buyer (its name, SIREN, why it was not found); all those of the files when none is named."""
    if not mission.asked:
        if known.height > 1 and (mission.every.wishes.ledger or mission.every.wishes.answers):
            raise Problem(
                "Les dépenses et le questionnaire sont propres à un acheteur, et les fichiers en ont plusieurs",
                todo="Nommez les acheteurs, chacun dans sa table [[acheteur]]",
            )
        yield from (
            (mission.every, name, siren, "")
            for siren, name in known.select("acheteur_siren", "acheteur_libelle").rows()
        )
    first: dict[str, str] = {}
    for asked in mission.asked:
        try:
            siren = buyers.choose(known, asked.name)
        except Problem as problem:
            yield asked, asked.name, "", str(problem)
            continue
        # One buyer has one folder: a second report would replace the first without a word.
        if (same := first.setdefault(siren, asked.name)) != asked.name:
            yield asked, asked.name, "", _twice(asked.name, same)
            continue
        yield asked, known.filter(pl.col("acheteur_siren") == siren)["acheteur_libelle"].item(), siren, ""


def _twice(name: str, same: str) -> str:
    return f"« {name} » et « {same} » sont le même acheteur : écrivez-le une fois, et tout ce qui lui est propre dans une seule table [[acheteur]]"


def _written(desk: Desk, todo: Sequence[tuple[int, Task]], processes: int | None) -> Iterator[tuple[int, Outcome]]:
    """Each report as soon as it is written; by several processes when there are many."""
    count = processes or (min(os.cpu_count() or 1, MOST_PROCESSES) if len(todo) >= WORTH else 1)
    left = dict(todo)
    if count > 1 and len(todo) > 1:
        try:
            for rank, outcome in _shared(desk, left, count):
                del left[rank]
                yield rank, outcome
        except BrokenProcessPool:
            pass  # A process was stopped, for lack of memory as a rule: what is left is written here, one by one.
    for rank, task in list(left.items()):
        yield rank, _one(desk, task)


def _shared(desk: Desk, tasks: dict[int, Task], count: int) -> Iterator[tuple[int, Outcome]]:
    """The reports, written by processes that read the same tables from files."""
    if desk.base.register is not None:  # what no buyer changes is computed here, not once more in each process
        desk = replace(desk, base=replace(desk.base, ground=potentials.ground(desk.base)))
    with tempfile.TemporaryDirectory(prefix=leftovers.prefix(), ignore_cleanup_errors=True) as folder:
        frames = _stored(desk.base, Path(folder))
        empty: dict[str, Any] = dict.fromkeys(frames, pl.LazyFrame())
        bare = replace(desk, base=replace(desk.base, folder=None, **empty))
        pool = ProcessPoolExecutor(
            min(count, len(tasks)), mp_context=get_context("spawn"), initializer=_open, initargs=(bare, frames)
        )
        try:
            waiting = {pool.submit(_by_another, task): rank for rank, task in tasks.items()}
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _stored(base: Base, folder: Path) -> dict[str, str]:
    """The tables of the base in files, by the name of their field."""
    found = {}
    for item in fields(base):
        frame = getattr(base, item.name)
        if isinstance(frame, pl.LazyFrame):
            found[item.name] = str(folder / f"{item.name}.parquet")
            frame.sink_parquet(found[item.name])
    return found


def _open(desk: Desk, frames: dict[str, str]) -> None:
    """What a process does first: the tables back in their fields."""
    read: dict[str, Any] = {name: pl.scan_parquet(path) for name, path in frames.items()}
    _WORD["desk"] = replace(desk, base=replace(desk.base, **read))


def _by_another(task: Task) -> Outcome:
    return _one(_WORD["desk"], task)


def _one(desk: Desk, task: Task) -> Outcome:
    """One buyer's report in every form."""
    mission, (asked, name, siren) = desk.mission, task
    asked = labelled(mission, asked, siren)
    try:
        book = read_ledger(asked.wishes.ledger, mapping=asked.wishes.columns) if asked.wishes.ledger else None
        result = diagnostic.diagnose(
            desk.base,
            buyer=siren,
            years=mission.years,
            population=mission.population,
            spend=book.lines.lazy() if book else None,
            declared=asked.declared,
            **desk.texts.options,
        )
        peers = publication.placed(*desk.compared, siren) if desk.compared else None
        report = commented(pams.report(pams.study(result, asked.wishes, peers=peers)), mission, asked)
        for kept in (potentials.taken, potentials.distances, potentials.chosen):
            kept.cache_clear()  # of a buyer that is not asked for twice: millions of rows for the largest
        written = write(report, mission, mission.folder / siren)
    except Problem as problem:
        return Outcome(name, siren, failure=str(problem))
    except FAULTS as fault:
        return Outcome(name, siren, failure=f"Erreur imprévue, à signaler ({type(fault).__name__} : {fault})")
    return Outcome(name, siren, tuple(path.relative_to(mission.folder).as_posix() for path in written))


def _done(state: dict[str, Any], mission: Mission, asked: Asked, siren: str, day: str) -> tuple[str, ...] | None:
    """The files already written from the same inputs on the same day, when they are all there."""
    known = state.get(siren, {})
    there = (
        known.get("empreinte") == asked.fingerprint
        and known.get("jour") == day
        and all((mission.folder / one).exists() for one in known["fichiers"])
    )
    return tuple(known["fichiers"]) if there else None


def _state(folder: Path, previous: Path | None = None) -> dict[str, Any]:
    """What was written already, here or in the run before (whose files are then copied here)."""
    folder.mkdir(parents=True, exist_ok=True)
    source = previous if previous is not None and not (folder / STATE).exists() else folder
    try:
        said = json.loads((source / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    state = {siren: known for siren, known in said.items() if _is_known(known)} if isinstance(said, dict) else {}
    if source != folder:
        for name in (
            name for known in state.values() for name in known.get("fichiers", ()) if (source / name).is_file()
        ):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, folder / name)
        files.write_atomic(
            folder / STATE, json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8")
        )
    return state


def _is_known(known: Any) -> bool:
    """Whether a line of the state is one that was written: anything else is written again."""
    names = known.get("fichiers") if isinstance(known, dict) else None
    inside = isinstance(names, list) and all(
        isinstance(name, str) and ".." not in name and not Path(name).is_absolute() for name in names
    )
    return inside and isinstance(known.get("empreinte"), str)


def _index(mission: Mission, outcomes: Sequence[Outcome], base: Base) -> str:
    """The page that leads to every report, failures said first."""
    failed = [one for one in outcomes if one.failure]
    lines = "".join(_line(one) for one in outcomes if not one.failure)
    bad = "".join(f"<li><strong>{escape(one.buyer)}</strong> : {escape(one.failure)}</li>" for one in failed)
    count = french.count(len(outcomes) - len(failed), "rapport")
    title = "Diagnostics d'achat responsable" + (f" – {mission.client}" if mission.client else "")
    warned = [*([DEMO_NOTE] if base.demo else []), *([mission.every.mention] if mission.every.mention else [])]
    note = "".join(f'<p role="note">{escape(one)}</p>' for one in warned)
    failures = (
        f'<section aria-labelledby="echecs"><h2 id="echecs">Sans rapport</h2><ul>{bad}</ul></section>' if bad else ""
    )
    return _PAGE.format(
        title=escape(title),
        note=note,
        count=escape(f"{french.capital(count)}, données arrêtées au {french.long_date(base.as_of)}."),
        failures=failures,
        lines=lines,
    )


def _line(one: Outcome) -> str:
    links = " · ".join(f'<a href="{escape(path)}">{escape(Path(path).suffix[1:].upper())}</a>' for path in one.files)
    return f'<tr><th scope="row">{escape(one.buyer)}</th><td>{escape(one.siren)}</td><td>{links}</td></tr>'


_PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2a3a}}
table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.45rem .6rem;border-bottom:1px solid #d5dbe1}}
[role=note]{{background:#fdf3d6;padding:.6rem 1rem}}a{{color:#1d5aa0}}</style></head>
<body><main><h1>{title}</h1>{note}<p>{count}</p>{failures}
<table><caption class="aside">Un rapport par acheteur</caption>
<thead><tr><th scope="col">Acheteur</th><th scope="col">SIREN</th><th scope="col">Rapports</th></tr></thead>
<tbody>{lines}</tbody></table></main></body></html>
"""
