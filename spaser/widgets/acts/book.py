"""The book of local solutions as it is asked for: a territory, then its structures by family and what comes for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import ipywidgets
import polars as pl

from spaser import territories
from spaser.deliverables.report import Block, Sentence
from spaser.problems import Problem
from spaser.studies.diagnostic import Base
from spaser.studies.diagnostic import holders as held
from spaser.studies.territory import book, leaves, panorama
from spaser.vocabulary.sentences import ADD_LISTS, NO_LIST
from spaser.widgets.desk import Desk
from spaser.widgets.views import WIDE, View


class LocalBook(View):
    """Each inclusive or ESS structure of a territory once, with its proofs, its trade when a list says it, what comes for it."""

    title = "Le cahier des solutions locales"
    question = "Qui, ici, peut fournir quoi, et qu'est-ce qui arrive pour eux ?"
    follows = ()

    def __init__(self, desk: Desk, where: str = "") -> None:
        place = desk.mission.place if desk.mission is not None else ""
        self.where = ipywidgets.Text(
            value=where or place or _first(desk.base),
            description="Commune, intercommunalité ou département",
            style=WIDE,
            layout={"width": "40rem", "max_width": "100%"},
            continuous_update=False,
        )
        super().__init__(desk, self.where)

    def blocks(self) -> Sequence[Block]:
        asked = self.where.value.strip()
        if not asked:
            raise Problem(
                "Aucun territoire n'est demandé", todo="Écrivez le nom ou le SIREN d'une commune ou d'un groupe"
            )
        lists = held.loaded(self.desk.base)
        if lists is None:
            raise Problem(NO_LIST, todo=ADD_LISTS)
        mission, base = self.desk.mission, self.desk.base
        made = book.book_of(
            panorama.territory(
                asked,
                lists,
                overrides=base.decisions,
                as_of=mission.as_of if mission is not None else None,
                clock=base.day,
            ),
            base,
            base.today,
            notices=mission.notices if mission is not None else (),
            programmes=mission.public if mission is not None else (),
        )
        blocks: list[Block] = []
        for section in leaves.report(made).sections:
            blocks += [Sentence(section.title), *section.blocks]
        return blocks


@lru_cache(maxsize=2)
def _first(base: Base) -> str:
    """The commune of the lists with most structures, the first by code of equals: something to look at, no advice."""
    if base.establishments is None:
        return ""
    towns = territories.communes().select("code_commune", lieu_siren="siren")
    rows = base.establishments.filter(pl.col("code_commune").is_not_null()).group_by("code_commune").len()
    best = (
        rows.join(towns, on="code_commune", how="inner", maintain_order="left")
        .sort("len", "code_commune", descending=[True, False])
        .head(1)
        .collect(engine="in-memory")
    )
    return str(best["lieu_siren"][0]) if best.height else ""
