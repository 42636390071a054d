"""One supplier as it is asked for: its number or its name, then its sheet."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import polars as pl

from spaser.deliverables.report import Block, Sentence
from spaser.problems import Problem
from spaser.studies.acting import supplier
from spaser.studies.potential import ground
from spaser.widgets.desk import Desk
from spaser.widgets.views import WIDE, View


class Supplier(View):
    """The sheet of a supplier: statuses and proofs, contracts won, what comes up, conditions of an approval; any may be asked for."""

    title = "La fiche d'un fournisseur"
    question = "Qui est-ce, qu'a-t-il gagné, qu'est-ce qui arrive pour lui ?"
    follows = ("buyers",)

    def __init__(self, desk: Desk, who: str = "") -> None:
        self.who = ipywidgets.Text(
            value=who or _first(desk),
            description="SIRET, SIREN ou nom",
            style=WIDE,
            layout={"width": "40rem", "max_width": "100%"},
            continuous_update=False,
        )
        super().__init__(desk, self.who)

    def blocks(self) -> Sequence[Block]:
        asked = self.who.value.strip()
        if not asked:
            raise Problem("Aucun fournisseur n'est demandé", todo="Écrivez un SIRET, un SIREN ou une partie du nom")
        chosen = self.desk.diagnostic.sirens
        mission = self.desk.mission
        made = supplier.sheet_of(
            self.desk.base,
            asked,
            buyer=chosen[0] if len(chosen) == 1 else None,
            radius=self.desk.wishes.radius,
            dependency=self.desk.wishes.dependency,
            notices=mission.notices if mission is not None else (),
            programmes=mission.public if mission is not None else (),
        )
        blocks: list[Block] = [Sentence(made.name if made.person else f"{made.name}, SIREN {made.siren}.")]
        for section in supplier.report(made).sections:
            blocks += [Sentence(section.title), *section.blocks]
        return blocks


def _first(desk: Desk) -> str:
    """The organisation of the lists that won most contracts, the first by number of equals: something to look at, no advice."""
    if desk.base.register is None:
        return ""
    known = ground(desk.base).supply.filter(~pl.col("personne_physique").fill_null(False))
    best = known.sort("gagnes", "siren", descending=[True, False], nulls_last=True)
    return str(best["siren"][0]) if best.height else ""
