"""The purchasing potential of the selection: what could be bought from the ESS, to whom, by which lever, need by need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import ipywidgets
import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Sentence
from spaser.deliverables.sections_potential import section_needs, section_potential, sourcing
from spaser.opportunities import Opportunities, potential_of
from spaser.widgets.desk import Desk
from spaser.widgets.views import View, choice

_REACH = {"usage de chaque famille": None, "10 km": 10.0, "30 km": 30.0, "60 km": 60.0, "100 km": 100.0}
_DEPENDENCY = {"20 %": 0.2, "30 %": 0.3, "50 %": 0.5}


class Potential(View):
    """The potential in all, by family and by need; radius, dependency and a smallest number of suppliers are chosen."""

    title = "Potentiel ESS"
    question = "Que pourrait-on acheter à l'ESS, à qui, et par quel levier ?"

    def __init__(self, desk: Desk) -> None:
        self.radius = choice("Rayon des fournisseurs locaux", _REACH)
        self.dependency = choice("Dépendance acceptée", _DEPENDENCY, 0.3)
        self.least = ipywidgets.IntSlider(value=0, min=0, max=20, description="Fournisseurs crédibles, au moins", continuous_update=False,
                                          style={"description_width": "initial"}, layout={"width": "24rem"})  # fmt: skip
        super().__init__(desk, self.radius, self.dependency, self.least)

    @property
    def found(self) -> Opportunities:
        """The potential for the choices made, every need with enough suppliers."""
        whole = potential_of(self.desk.diagnostic, radius=self.radius.value, dependency=self.dependency.value)
        if not self.least.value:
            return whole
        return replace(whole, opportunities=whole.opportunities.filter(pl.col("credibles").fill_null(0) >= self.least.value))

    def blocks(self) -> Sequence[Block]:
        found = self.found
        findings = self.desk.findings
        read = replace(findings, extras=findings.extras | found.extras())
        sections = [section for write in (section_potential, section_needs) if (section := write(read))]
        return [block for section in sections for block in section.blocks]


class Sourcing(View):
    """One need and its suppliers, ready to send; natural persons are masked."""

    title = "Fiche de sourcing"
    question = "Qui consulter pour ce besoin ?"

    def __init__(self, desk: Desk, radius: float | None = None) -> None:
        self.radius, self.desk = radius, desk
        self.need = choice("Besoin", self._needs())
        super().__init__(desk, self.need)

    def _needs(self) -> dict[str, str]:
        rows = self._found().opportunities.filter(pl.col("credibles").fill_null(0) > 0).sort("annuel", "besoin_id", descending=[True, False]).head(60)
        return {f"{subject[:80]} ({french.euros_short(cents)} par an)": need
                for need, subject, cents in rows.select("besoin_id", "objet", "annuel").rows()} or {"aucun besoin avec un fournisseur": ""}  # fmt: skip

    def _found(self) -> Opportunities:
        return potential_of(self.desk.diagnostic, radius=self.radius)

    def blocks(self) -> Sequence[Block]:
        if not self.need.value:
            return [Sentence("Aucun fournisseur crédible pour ces besoins : chargez d'autres listes, ou élargissez le rayon.")]
        return [sourcing(self._found().candidates, self.need.value, self.need.label)]
