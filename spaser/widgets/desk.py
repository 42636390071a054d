"""The files read, the selection, and the diagnostic of what is selected: what all the views of a notebook share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from spaser import buyers, french, territories
from spaser.deliverables.report import TableBlock
from spaser.problems import Problem
from spaser.sections.annexes import annexes
from spaser.sections.findings import Findings
from spaser.sources.answers import constats
from spaser.sources.ledgers import read_ledger
from spaser.studies import beside, diagnostic
from spaser.studies import mission as missions
from spaser.studies.beside import Beside
from spaser.studies.diagnostic import Base, Diagnostic, handover
from spaser.studies.mission import Asked, Decisions, Mission
from spaser.studies.pams import Wishes
from spaser.text import fold
from spaser.widgets.selection import Selection, reading_day

#: Many names make a title nobody reads.
_NAMED = 3


class Desk:
    """What a notebook works on.

    Parameters
    ----------
    base
        The contracts read (``read``, ``Files.base`` or ``spaser.prepare``).
    selection
        A Selection, or the path of one that was saved; by default everything is selected.
    buyer
        Part of the name, SIREN or SIRET of the first buyer chosen, when the selection has none and was not saved so.
    texts
        Notices and documents read beside the contracts (``widgets.read_texts``); by default those of the mission.
    answers
        The file of the officer's answers to findings (constats.csv): obeyed when it is there.
    """

    def __init__(
        self,
        base: Base | Any,
        selection: Selection | str | Path | None = None,
        buyer: str = "",
        texts: Beside | None = None,
        answers: str | Path = "",
    ) -> None:
        self.base: Base = answered(getattr(base, "base", base), answers)
        self._texts = texts
        self.mission: Mission | None = getattr(base, "mission", None)
        chosen = Selection.reopen(selection) if isinstance(selection, str | Path) else selection
        self.selection, self.lost = self.fitted(chosen or getattr(base, "selection", None) or Selection())
        self._known: tuple[Any, Diagnostic] | None = None
        if buyer and not self.selection.buyers and not getattr(base, "reopened", False):
            self.selection.buyers = (buyers.choose(self.base.buyers, buyer),)

    @property
    def texts(self) -> Beside:
        """What is read beside the contracts: given, else that of the mission, read when it is first asked for."""
        if self._texts is None:
            own = self.mission
            self._texts = beside.read(own.notices, own.documents) if own is not None else Beside()
        return self._texts

    @property
    def decisions(self) -> Decisions | None:
        """The owner of the decisions of the mission; null when the desk works on loose files."""
        return missions.decisions(self.mission) if self.mission is not None and self.mission.whole else None

    def decided(self) -> None:
        """Take up the decisions of the mission as they now are: the next answers obey them."""
        if (kept := self.decisions) is not None:
            self._now(diagnostic.redecided(self.base, kept.table()))

    def reread(self) -> None:
        """Read the mission again: what was decided of the facts of contracts changes all that follows from them."""
        if self.mission is not None and self.mission.whole:
            self._now(prepared(self.mission))

    def _now(self, base: Base) -> None:
        self.base, self._known = base, None
        for name in ("families", "years"):
            self.__dict__.pop(name, None)
        self.selection.decided += 1

    @property
    def diagnostic(self) -> Diagnostic:
        """The diagnostic of the selection, computed once per state of it."""
        chosen = self.selection
        key = (chosen.buyers, chosen.years, chosen.families, chosen.population)
        if self._known is None or self._known[0] != key:
            self._known = (key, self._diagnose())
        return self._known[1]

    def _diagnose(self) -> Diagnostic:
        chosen = self.selection
        found = diagnostic.diagnose(
            self.base,
            buyer=list(chosen.buyers) or None,
            spend=self._spend(),
            declared=self.asked.declared if self.asked else None,
            years=chosen.years or None,
            family=chosen.families,
            population=chosen.population,
            notices=self.texts.notices,
            pieces=self.texts.pieces,
        )
        return replace(found, scope=self.scope) if chosen.buyers else found

    def _spend(self) -> pl.LazyFrame | None:
        """The spending of the buyer shown; a ledger that cannot be read is told where spending is shown, and answers nothing here."""
        ledger = self.wishes.ledger
        try:
            return read_ledger(ledger, mapping=self.columns).lines.lazy() if ledger else None
        except Problem:
            return None

    @property
    def columns(self) -> Path | None:
        """Which column of the spend file is what, when the mission says so."""
        return missions.columns(missions.decisions(self.mission).folder) if self.mission is not None else None

    @property
    def asked(self) -> Asked | None:
        """What the mission says of the buyer shown; null without a mission."""
        if self.mission is None:
            return None
        chosen = self.selection.buyers
        return missions.said_of(self.mission, self.base.buyers, chosen) if len(chosen) == 1 else self.mission.every

    @property
    def told(self) -> tuple[Asked, ...]:
        """All that the mission asks: of every buyer, then of each one named."""
        return (self.mission.every, *self.mission.asked) if self.mission is not None else ()

    @property
    def wishes(self) -> Wishes:
        """What is wished of the buyer shown (radius, dependency, targets, spending…); nothing without a mission."""
        return self.asked.wishes if self.asked else Wishes()

    @property
    def kind(self) -> str | None:
        """The kind of the buyer shown, when the mission says it."""
        return self.asked.kind if self.asked else None

    def fitted(self, selection: Selection) -> tuple[Selection, list[str]]:
        """The selection itself, without what these files do not have, and the list of what was left out."""
        buyers_left = [siren for siren in selection.buyers if siren not in self._labels]
        families_left = [key for key in selection.families if key not in self.families.values()]
        years_left = [year for year in selection.years if year not in self.years]
        selection.change(
            buyers=tuple(siren for siren in selection.buyers if siren not in buyers_left),
            families=tuple(key for key in selection.families if key not in families_left),
            years=() if years_left else selection.years,
        )
        return selection, [*buyers_left, *families_left, *(str(year) for year in dict.fromkeys(years_left))]

    @property
    def findings(self) -> Findings:
        """The finished tables of the selection, in the definition chosen."""
        return replace(handover.findings(self.diagnostic), definition=self.selection.definition)

    def sheets(self) -> tuple[TableBlock, ...]:
        """The tables of the workbook for the selection, whole."""
        return annexes(self.findings)

    @property
    def scope(self) -> str:
        """Who is selected, in words."""
        names = [self.label(siren) for siren in self.selection.buyers]
        if not names:
            return self.label(next(iter(self._labels))) if len(self._labels) == 1 else "l'ensemble des acheteurs lus"
        more = len(names) - _NAMED
        kept = names if more < 2 else [*names[:_NAMED], f"{more} autres acheteurs"]
        return " + ".join(kept)

    @cached_property
    def _labels(self) -> dict[str, str]:
        read = dict(self.base.buyers.select("acheteur_siren", "acheteur_libelle").rows())
        said = self.mission.names if self.mission is not None else {}
        # A name in the files wins; where they only repeat the number, the mission's.
        return {
            siren: said[siren] if siren in said and buyers.nameless(label, siren) else label or ""
            for siren, label in read.items()
        }

    def label(self, siren: str) -> str:
        """The name of a buyer: the files' own, else the one said in the mission, else its SIREN."""
        return unnamed(siren) if self.nameless(siren) else self._labels[siren]

    def nameless(self, siren: str) -> bool:
        """Whether neither the files nor the mission name a buyer."""
        return buyers.nameless(self._labels.get(siren), siren)

    def name(self, siren: str, label: str) -> None:
        """Call a buyer so, from now on and in the mission."""
        if self.mission is not None and self.mission.whole and not self.mission.demo:
            self.mission = missions.change(self.mission.home, {("noms", siren): label})
        self._labels[siren] = label
        self._known = None

    @property
    def buyers(self) -> pl.DataFrame:
        """The buyers of the files (``buyers.catalogue``), under the names that the mission gives to those without one."""
        known = self.base.buyers
        return known.with_columns(
            acheteur_libelle=pl.Series([self.label(siren) for siren in known["acheteur_siren"]], dtype=pl.String)
        )

    @cached_property
    def years(self) -> list[int]:
        """The years of first notification read, in order."""
        found = self.base.contracts.select(pl.col("annee").drop_nulls().unique().sort()).collect()
        return [int(year) for year in found["annee"]]

    @cached_property
    def families(self) -> dict[str, str]:
        """The purchase families read: label to key, in alphabetical order."""
        pairs = self.base.contracts.select("famille", "famille_libelle").drop_nulls().unique().collect()
        rows = sorted(((label, key) for key, label in pairs.rows()), key=lambda pair: fold(pair[0]))
        return dict(rows)

    def members(self, siren: str) -> list[str]:
        """The communes of a group (EPCI, EPT) that buy in these files, the group itself first; empty for other buyers."""
        known = set(self._labels)
        if (
            not territories.authorities()
            .filter(pl.col("siren") == siren, pl.col("categorie").is_in(territories.GROUPS))
            .collect()
            .height
        ):
            return []
        found: Sequence[str] = territories.members([siren]).select("siren").collect()["siren"].to_list()
        return [siren, *sorted(member for member in found if member in known and member != siren)]


def prepared(mission: Mission, progress: Callable[[str, float], None] | None = None) -> Base:
    """The contracts of a mission, as its decisions now have them."""
    decided = missions.decisions(mission).table()
    return diagnostic.prepare(
        list(mission.files),
        registers=mission.registers,
        as_of=mission.as_of,
        today=mission.today,
        clock=reading_day(),
        decisions=decided.lazy() if decided.height else None,
        progress=progress,
    )


def unnamed(siren: str) -> str:
    """How a buyer without a name is called: « acheteur 200 077 832 (nom inconnu) »."""
    return french.typeset(f"acheteur {french.siren(siren)} (nom inconnu)")


def answered(base: Base, answers: str | Path) -> Base:
    """The contracts read, with the officer's answers to findings when their file is there.

    Raises
    ------
    Problem
        The file is there and cannot be understood.
    """
    if not answers or not Path(answers).is_file():
        return base
    return replace(base, decisions=pl.concat([base.decisions, constats.read_answers(answers)]))
