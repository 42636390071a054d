"""The diagnostic a consultant hands over (PAMS): contracts, spending, practices, potential, calendar, targets, actions.

A composition room: the other rooms measure, here their tables meet in one report. What was not given is absent, and said so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from spaser import french, indicators, maturity, renewals, sections
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Source, TableBlock
from spaser.indicators.records import WITH_CRITERION, catalogue
from spaser.indicators.targets import Target
from spaser.indicators.trajectory import Road
from spaser.sections import maturity as sections_maturity
from spaser.sections import pams as sections_pams
from spaser.sections import potential as sections_potential
from spaser.sections import reach as sections_reach
from spaser.sections import registry
from spaser.sections.acting import impact as sections_impact
from spaser.sections.annexes import annexes
from spaser.sections.findings import Findings
from spaser.sections.summary import pages
from spaser.sources import demonstration
from spaser.sources.registers import Registers
from spaser.studies import plan as planning
from spaser.studies import potential as opportunities
from spaser.studies import publication
from spaser.studies import suppliers as purchases
from spaser.studies.acting import impact, interviews, outcomes, planned
from spaser.studies.diagnostic import Diagnostic, handover
from spaser.studies.pams import goals as reaching
from spaser.studies.potential import Opportunities
from spaser.studies.publication import files as publication_files
from spaser.studies.suppliers import SupplierDiagnostic
from spaser.studies.suppliers import handover as purchases_handover
from spaser.suppliers import spending
from spaser.vocabulary.sentences import DEMO_NOTE

TITLE = "Diagnostic d'achat responsable"
#: Months of the calendar, and so of what the needs to come are looked for in.
MONTHS = 36
#: Every section a comment may be written on.
SECTIONS = (*sections.keys(), *registry.FORMER)


@dataclass(frozen=True)
class Wishes:
    """What is asked of one buyer's diagnostic beyond its contracts; each may lack.

    ``radius`` in kilometres and ``dependency`` (0 to 1) as in ``studies.potential.potential_of``; ``goals`` the targets voted;
    ``ledger`` the spend file, read against ``registers``; ``answers`` the level answered to each question of the grid;
    ``columns`` which column of it is what, when a person said so; ``interviews`` the workbook of the people met, filled in; ``programme`` the purchases planned, and ``followed`` the workbooks of
    follow-up (programme, meetings) filled in.
    """

    radius: float | None = None
    dependency: float | None = None
    goals: tuple[Target, ...] = ()
    ledger: Path | None = None
    columns: Path | None = None
    registers: tuple[str, ...] = ()
    answers: dict[str, int | None] = field(default_factory=dict)
    interviews: Path | None = None
    programme: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Study:
    """Everything the report says of a buyer, as finished tables."""

    diagnostic: Diagnostic
    wishes: Wishes
    potential: Opportunities | None
    spending: SupplierDiagnostic | None
    roads: tuple[Road, ...]
    references: tuple[Road, ...]
    extras: dict[str, pl.DataFrame]


def study(
    result: Diagnostic,
    wishes: Wishes | None = None,
    *,
    peers: pl.DataFrame | None = None,
    registers: Registers | None = None,
) -> Study:
    """The whole diagnostic of a buyer.

    Parameters
    ----------
    result
        Its diagnostic; read with registers, it gives the potential as well.
    wishes
        What is asked beyond contracts.
    peers
        PEERS of this buyer, when they were measured.
    registers
        The lists already read, for the spend file: those that ``wishes`` names are then read for the programme alone.

    Raises
    ------
    Problem
        A radius or a share makes no sense, the spend file cannot be read, an answer is not of the grid.
    """
    asked = wishes or Wishes()
    if asked.ledger:
        demonstration.refuse_mix(contrats=result.base.demo, dépenses=[asked.ledger])
    listed = result.base.register is not None
    found = opportunities.potential_of(result, radius=asked.radius, dependency=asked.dependency) if listed else None
    spent = _spent(result, asked.ledger, asked, registers) if asked.ledger else None
    roads, references, reach = _goals(result, asked.goals, found)
    lacking = [
        code
        for code, given in (
            ("registres", listed),
            ("depenses", spent),
            ("questionnaire", asked.answers or asked.interviews),
            ("cibles", asked.goals),
        )
        if not given
    ]
    extras = (
        _potential(result, found)
        | reach
        | _practices(asked)
        | _outcomes(result, asked)
        | (impact.findings(impact.impact_of(spent)) | _coverage(result, spent) if spent else {})
        | {
            "manques": pl.DataFrame({"code": lacking}, schema={"code": pl.String}),
            "plan_dits": _written_of_actions(result),
        }
    )
    if peers is not None and peers.height:
        extras["pairs"] = peers
    return Study(result, asked, found, spent, roads, references, extras)


def _spent(result: Diagnostic, ledger: Path, asked: Wishes, registers: Registers | None) -> SupplierDiagnostic:
    """The spend file, as what was decided of statuses and links has it."""
    lists = registers or list(asked.registers)
    return purchases.suppliers_of(ledger, lists, overrides=result.base.decisions, mapping=asked.columns)


def _coverage(result: Diagnostic, spent: SupplierDiagnostic) -> dict[str, pl.DataFrame]:
    ends = result.extras["renouvellements"].lazy()
    return {"depenses_couverture": spending.covered(spent.lines.lazy(), ends).collect()}


def findings(found: Study) -> Findings:
    """The finished tables of the study, as its sections read them."""
    known = handover.findings(found.diagnostic)
    given: tuple[Source, ...] = (
        (Source(found.wishes.ledger.name, "fichier de dépenses"),) if found.wishes.ledger else ()
    )
    given += (Source("questionnaire", "réponses au questionnaire qualitatif"),) if found.wishes.answers else ()
    given += (Source(found.wishes.interviews.name, "entretiens"),) if found.wishes.interviews else ()
    return replace(
        known,
        extras=known.extras | found.extras,
        sources=(*known.sources, *given),
        definition=WITH_CRITERION,
        spent=purchases_handover.findings(found.spending) if found.spending else None,
    )


def report(found: Study) -> Report:
    """The one report of the whole diagnostic: every form is written from it."""
    told = findings(found)
    built = model.build(
        TITLE,
        buyer=told.buyer,
        as_of=told.as_of,
        today=found.diagnostic.base.today,
        last=found.diagnostic.last_notified,
        sections=sections.report(told),
        subtitle=f"{handover.span(found.diagnostic)}, {told.population_label}{_reach(found.potential)}",
        sources=told.sources,
        notes=(DEMO_NOTE,) if told.demo else (),
        annexes=_annexes(told, told.spent),
    )
    return replace(built, committee=sections.keys(form="pptx"))


def _reach(found: Opportunities | None) -> str:
    return french.typeset(f", rayon de {found.radius:g} km") if found and found.radius else ""


def _annexes(told: Findings, spent: Findings | None) -> list[TableBlock | None]:
    """The sheets: breakdowns of the population in use, totals of the others, so that the workbook opens at once.

    Divisions of the CPV are left to ``spaser diagnostic``: families say the same in the buyer's words.
    """
    used = (pl.col("population") == told.population) & (pl.col("dimension") != "cpv_division")
    kept = told.measures.filter(used | (pl.col("dimension") == "total"))
    return [
        pages.annex_plan(told),
        *annexes(replace(told, measures=kept)),
        *sections_potential.annexes(told),
        sections_maturity.annex(told),
        *sections_maturity.annexes(told.extras.get("maturite_avis"), told.extras.get("entretiens_constats")),
        sections_reach.annex(told),
        *(sections_pams.spending_annexes(spent) if spent else ()),
        *(sections_impact.annexes(dict(told.extras)) if spent else ()),
    ]


def _potential(result: Diagnostic, found: Opportunities | None) -> dict[str, pl.DataFrame]:
    """The tables of the potential, and the needs whose sourcing comes."""
    if found is None:
        return {}
    # The state of a need says what is bought once: no second rule here.
    active = found.opportunities.filter(pl.col("etat_action") == "agir")
    # What is to be kept as it is comes back too: its date counts, though no action awaits it.
    back = found.opportunities.filter(pl.col("etat_action").is_in(["agir", "conserver"]))
    coming = renewals.upcoming(back.lazy(), as_of=result.day, months=MONTHS, method=result.base.method).collect()
    soon = coming.filter(pl.col("etat_action") == "agir")
    asked = _written_of_actions(result)
    actions = planned.measured(planning.plan(soon, day=result.day, method=result.base.method, decisions=asked), soon)
    left = planning.set_aside(active, soon, actions, day=result.day, method=result.base.method)
    return found.extras() | {"besoins_a_venir": coming, "plan_actions": actions, "plan_ecartes": left}


def _written_of_actions(result: Diagnostic) -> pl.DataFrame:
    """What a person wrote of the lines of the plan: who, where it stands, by when."""
    return result.base.decisions.filter(pl.col("objet_type") == "action").collect()


def _outcomes(result: Diagnostic, asked: Wishes) -> dict[str, pl.DataFrame]:
    """What came of the programme and of the meetings, when one was given."""
    if not (asked.programme or asked.followed) or len(result.sirens) != 1:
        return {}
    given = {"programme": asked.programme, "registers": asked.registers, "books": asked.followed}
    return {"suites": outcomes.outcomes(result.base, result.sirens[0], **given)}


def _practices(asked: Wishes) -> dict[str, pl.DataFrame]:
    """The profile and the actions that the answers give; with interviews, those of everyone met, the questionnaire among them."""
    answers = asked.answers
    if asked.interviews is not None:
        return interviews.findings(interviews.study(asked.interviews, also=answers))
    if not answers:
        return {}
    grid = maturity.grid()
    said = maturity.answers(answers, grid)
    told = pl.DataFrame({"origine": [grid["origin"]], "niveaux": [grid["levels"]]})
    return {
        "maturite": maturity.profile(said, grid).collect(),
        "maturite_actions": maturity.actions(said, grid).collect(),
        "maturite_grille": told,
    }


def _goals(
    result: Diagnostic, goals: tuple[Target, ...], found: Opportunities | None
) -> tuple[tuple[Road, ...], tuple[Road, ...], dict[str, pl.DataFrame]]:
    """The road to each target, the national references beside, and the renewals that reach what was voted."""
    every = (
        result.base.contracts.filter(pl.col("acheteur_siren").is_in(list(result.sirens))).collect(engine="streaming")
        if result.years
        else result.contracts
    )
    # The national plan speaks to public buyers.
    national = () if "prive" in result.extras else publication.national_targets(result)
    codes = list(dict.fromkeys(goal.indicateur for goal in (*goals, *national) if goal.indicateur in catalogue()))
    if not codes:
        return (), (), {}
    history = indicators.measure(
        every.lazy(), indicators=codes, by=("annee",), perimetre=result.scope, population=result.population
    ).collect()
    roads, references = (
        publication.roads(some, history, every, result.as_of.year, result.population) for some in (goals, national)
    )
    tables = {"objectifs": publication_files.goals(roads, references), "chemins": publication_files.points(roads)}
    if not goals:
        return roads, references, tables
    return roads, references, tables | reaching.reaching(result, roads, every, found, day=result.day)
