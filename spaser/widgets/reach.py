"""Which renewals bring a share to its target, and with what chance."""

from __future__ import annotations

from collections.abc import Sequence

import ipywidgets
import polars as pl

from spaser import french, renewals
from spaser.charts.marks import name_of
from spaser.deliverables.report import Block, Column, Sentence, table
from spaser.problems import Problem
from spaser.renewals import Target
from spaser.studies.pams import goals
from spaser.vocabulary import CONSIDERATIONS
from spaser.widgets.desk import Desk
from spaser.widgets.views import View, choice

_MOST = 15
_COLUMNS = (
    Column("rang", "Rang", "entier"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("sourcing", "Commencer le sourcing", "date"),
)


class Reach(View):
    """A consideration, a target: the fewest renewals that reach it, in order of end."""

    title = "Atteindre un objectif par les renouvellements"
    question = "Combien de renouvellements faut-il saisir, lesquels, et avec quelle chance ?"

    def __init__(self, desk: Desk, consideration: str = "", target: int = 0) -> None:
        known = {name_of(word.name): word.name for word in CONSIDERATIONS}
        voted = _voted(desk, list(known.values()))
        self.kind = choice("Considération", known, consideration or voted[0])
        self.target = ipywidgets.IntSlider(
            value=target or voted[1],
            min=1,
            max=100,
            description="Objectif (%)",
            continuous_update=False,
            style={"description_width": "initial"},
        )
        super().__init__(desk, self.kind, self.target)

    @property
    def plan(self) -> pl.DataFrame:
        """The renewals chosen (table PLAN)."""
        return renewals.plan(self._candidates().lazy(), self._asked()).collect()

    def _asked(self) -> Target:
        counted = self.desk.findings.counted
        if self.desk.selection.unit == "valeur":
            kept = counted.filter(pl.col("montant_retenu").is_not_null())
            yes = int(kept.filter(pl.col(self.kind.value).fill_null(False))["montant_retenu"].sum())
            return Target(yes, int(kept["montant_retenu"].sum()), self.target.value / 100)
        return Target(int(counted[self.kind.value].fill_null(False).sum()), counted.height, self.target.value / 100)

    def _candidates(self) -> pl.DataFrame:
        """The renewals that can still be prepared, with a lever and suppliers when lists of suppliers were read."""
        counted, result = self.desk.findings.counted, self.desk.diagnostic
        gain = pl.col("montant_retenu") if self.desk.selection.unit == "valeur" else pl.lit(1, dtype=pl.Int64)
        rows = result.extras["renouvellements"].join(counted.select("uid", gain=gain), on="uid", maintain_order="left")
        ending = pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False)
        possible = rows.filter(ending & ~pl.col(self.kind.value).fill_null(False))
        asked = self.desk.wishes
        return goals.candidates(
            possible,
            self.kind.value,
            goals.answering(result, asked.radius, asked.dependency),
            day=result.day,
            method=result.base.method,
        )

    def blocks(self) -> Sequence[Block]:
        asked, chosen, open_ = self._asked(), self.plan, self._candidates()
        if not asked.denominator:
            raise Problem("Aucun contrat à compter pour ces choix")
        said: list[Block] = [Sentence(french.typeset(self._where(asked)))]
        if not asked.gap:
            return [*said, Sentence("L'objectif est déjà atteint.")]
        reached = bool(chosen.height) and chosen["cumul"][-1] >= asked.gap
        said.append(Sentence(french.typeset(self._how(chosen, reached))))
        if reached:
            said.append(Sentence(french.typeset(self._luck(open_, asked))))
        if chosen.height:
            said.append(
                table(
                    "tab-atteindre",
                    "Les renouvellements à saisir",
                    chosen.head(_MOST),
                    _COLUMNS,
                    french.typeset(f"{french.capital(french.count(chosen.height, 'renouvellement'))} en tout."),
                )
            )
        return said

    def _where(self, asked: Target) -> str:
        show = french.euros_short if self.desk.selection.unit == "valeur" else (lambda n: french.count(n, "contrat"))
        now = french.share(asked.numerator / asked.denominator) if asked.denominator else french.UNKNOWN_MARK
        lack = f" ; il manque {show(asked.gap)}" if asked.gap else ""
        return f"{name_of(self.kind.value)} : {show(asked.numerator)} sur {show(asked.denominator)}, soit {now}{lack} (choix affichés ci-dessus, {self.desk.findings.population_label})."

    def _how(self, chosen: pl.DataFrame, reached: bool) -> str:
        n = french.count(chosen.height, "renouvellement")
        if not reached:
            return f"Même en saisissant tout ce qui peut encore se préparer dans les trois ans ({n}), l'objectif n'est pas atteint."
        return f"{french.capital(n)} {'suffisent' if chosen.height > 1 else 'suffit'} ; le dernier se termine le {french.short_date(chosen['echeance'][-1])}."

    def _luck(self, open_: pl.DataFrame, asked: Target) -> str:
        low, high = goals.chances(open_, asked.gap)
        if low is None or high is None:
            return "La chance d'y parvenir n'est pas chiffrée : rien ne dit ici qui pourrait répondre."
        return (
            f"En visant les {french.number(open_.height)} renouvellements possibles, la chance d'y parvenir va de {french.share(low, 0)} "
            f"à {french.share(high, 0)}, selon les leviers et les fournisseurs crédibles de chaque besoin (hypothèse de travail)."
        )


def _voted(desk: Desk, known: Sequence[str]) -> tuple[str, int]:
    """The first target that the mission asks of the buyer shown, counted as the screen counts; else something to move."""
    for goal in desk.wishes.goals:
        if goal.indicateur in known and goal.part and goal.unite == desk.selection.unit:
            return goal.indicateur, max(1, min(100, round(goal.cible * 100)))
    return "clause_sociale", 30
