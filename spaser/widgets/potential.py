"""The purchasing potential of the selection: what could be bought from the ESS, to whom, by which lever, need by need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Column, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.map import who
from spaser.sections.potential import annexes, section_needs, section_potential, sourcing
from spaser.studies import potential as opportunities
from spaser.studies.potential import Opportunities
from spaser.studies.potential.choice import contracts_of, explored
from spaser.studies.potential.compose import under_code
from spaser.text import shortened
from spaser.widgets.desk import Desk
from spaser.widgets.drawn import Drawn
from spaser.widgets.selection import NEEDS
from spaser.widgets.views import View, choice, dependency, radius

_EVERY = "toutes les familles choisies"
_MARKS = {"une famille (tableau, nuage de points)": "famille", "une commune (carte)": "commune", "un besoin": "besoin"}
_MOST = 60
_CONTRACTS = (
    Column("uid", "Contrat", "identifiant"),
    Column("objet", "Objet"),
    Column("dateNotification", "Notifié le", "date"),
    Column("dureeMois", "Durée (mois)", "entier"),
    Column("montant", "Montant ou maximum", "centime"),
    Column("actuel", "Campagne en cours"),
)
_NEEDS = (
    Column("objet", "Besoin"),
    Column("lieu_libelle", "Lieu"),
    Column("annuel", "Par an", "somme", True),
    Column("potentiel", "Potentiel milieu", "somme"),
    Column("levier_libelle", "Levier conseillé"),
    Column("levier_fournisseurs", "Peuvent y répondre", "entier"),
    Column("echeance", "Échéance au plus tard", "date"),
)


class Potential(Drawn):
    """The potential in all, by family and by need, and its map; family, radius, dependency and number of suppliers are chosen."""

    title = "Potentiel ESS"
    question = "Que pourrait-on acheter à l'ESS, à qui, et par quel levier ?"
    follows = NEEDS

    def __init__(self, desk: Desk) -> None:
        self.desk, self._offering = desk, False
        self._found: tuple[Any, Opportunities] | None = None
        self.family = choice("Famille", {_EVERY: ""})
        self.radius = radius(desk)
        self.dependency = dependency(desk)
        self.least = ipywidgets.IntSlider(
            value=0,
            min=0,
            max=20,
            description="Fournisseurs crédibles, au moins",
            continuous_update=False,
            style={"description_width": "initial"},
            layout={"width": "26rem"},
        )
        super().__init__(desk, self.family, self.radius, self.dependency, self.least)

    def refresh(self) -> None:
        """Offer the families bought by the selection, then answer."""
        self._offering = True
        offer(self.family, {_EVERY: ""} | bought(self.desk))
        self._offering = False
        super().refresh()

    def _follow(self, change: Any) -> None:
        if not self._offering:
            super()._follow(change)

    @property
    def found(self) -> Opportunities:
        """The potential for the choices made, computed once for all the views that follow it."""
        state = self._state()
        if self._found is None or self._found[0] != state:
            self._found = (state, self._explored())
        return self._found[1]

    def _explored(self) -> Opportunities:
        kept = (self.family.value,) if self.family.value else self.desk.selection.families
        return explored(
            self.desk.base,
            self.desk.selection.buyers,
            scope=self.desk.scope,
            families=kept,
            least=self.least.value,
            radius=self.radius.value or None,
            dependency=self.dependency.value,
            under_code=under_code(self.desk.diagnostic),
        )

    def blocks(self) -> Sequence[Block]:
        read = self._findings()
        sections = [section for write in (section_potential, section_needs) if (section := write(read))]
        return [_ALWAYS, *(block for section in sections for block in section.blocks)]

    def sheets(self) -> tuple[TableBlock, ...]:
        """The tables of the workbook for the choices made, whole; none when they answer nothing."""
        return annexes(self._findings()) if self._answered else ()

    def _findings(self) -> Findings:
        """The potential is that of needs still active, whatever the years and the way of counting chosen above."""
        found = self.found
        return Findings(
            measures=pl.DataFrame(),
            contracts=pl.DataFrame(),
            as_of=found.as_of,
            buyer=found.scope,
            extras=found.extras(),
        )


_ALWAYS = Sentence(
    french.typeset(
        "Le potentiel porte sur les besoins en cours : ni les années ni la façon de compter choisies plus haut ne le changent."
    )
)


class _Beside(View):
    """A view that follows the choices of a potential as well as its own."""

    follows = NEEDS

    def __init__(self, potential: Potential, *controls: ipywidgets.Widget) -> None:
        self.potential, self._filling = potential, False
        self.desk = potential.desk
        self._fill()
        super().__init__(potential.desk, *controls)
        for control in potential.controls:
            control.observe(self._follow, names="value")

    def _fill(self) -> None:
        """Offer in the view's own choices what the potential now has."""
        raise NotImplementedError

    def _follow(self, change: Any) -> None:
        if self._filling or self.potential._offering or self._state() == self._shown:
            return
        self._filling = True
        self._fill()
        self._filling = False
        self.refresh()

    def _state(self) -> tuple[Any, ...]:
        return (*super()._state(), *(control.value for control in self.potential.controls))


class Behind(_Beside):
    """What stands behind a mark of the potential: the needs, contracts and suppliers that make it."""

    title = "Derrière un chiffre, un point ou un signe de la carte"
    question = "Quelles lignes sont comptées là ?"

    def __init__(self, potential: Potential) -> None:
        self.kind = choice("Voir ce qui est derrière", _MARKS)
        self.mark = choice("Lequel", {"–": ""})
        super().__init__(potential, self.kind, self.mark)

    def _fill(self) -> None:
        offer(self.mark, getattr(self, f"_{self.kind.value}s")() or {"rien à montrer pour ces choix": ""})

    def _familles(self) -> dict[str, str]:
        rows = self.potential.found.families.select("famille_libelle", "besoins", "famille").rows()
        return {f"{name} ({french.count(n, 'besoin')})": key for name, n, key in rows}

    def _communes(self) -> dict[str, str]:
        rows = self.potential.found.suppliers.drop_nulls("commune")
        counted = (
            rows.group_by("code_commune", "commune")
            .agg(n=pl.coalesce("siret", "siren").n_unique())
            .sort("n", "commune", "code_commune", descending=[True, False, False])
        )
        return {
            f"{name} – {code or '?'} ({french.count(n, 'fournisseur')})": code or "" for code, name, n in counted.rows()
        }

    def _besoins(self) -> dict[str, str]:
        return needs_offered(self.potential.found.opportunities.filter(pl.col("etat_action") == "agir"))

    def blocks(self) -> Sequence[Block]:
        chosen = self.mark.value
        if not chosen:
            return [Sentence("Aucune ligne : élargissez le rayon ou la famille.")]
        found = self.potential.found
        if self.kind.value == "commune":
            return [
                who(
                    found.suppliers.filter(pl.col("code_commune") == chosen),
                    f"Les fournisseurs crédibles : {self.mark.label}",
                    _MOST,
                )
            ]
        column = "famille" if self.kind.value == "famille" else "besoin_id"
        needs = found.opportunities.filter((pl.col("etat_action") == "agir") & (pl.col(column) == chosen)).sort(
            "annuel", "besoin_id", descending=[True, False]
        )
        contracts = _contracts(contracts_of(self.desk.base, found, needs["besoin_id"].to_list()))
        if column == "besoin_id":
            return [contracts, sourcing(found.candidates, chosen, self.mark.label)]
        listed = table(
            "tab-derriere-besoins",
            "Les besoins actionnables de cette famille",
            needs.head(_MOST),
            _NEEDS,
            _left(needs.height),
        )
        return [
            listed,
            contracts,
            who(
                found.suppliers.filter(pl.col("famille") == chosen),
                "Les fournisseurs crédibles dans cette famille",
                _MOST,
            ),
        ]


class Sourcing(_Beside):
    """One need and its suppliers, ready to send; natural persons are masked."""

    title = "Fiche de sourcing"
    question = "Qui consulter pour ce besoin ?"

    def __init__(self, potential: Potential) -> None:
        self.need = choice("Besoin", {"–": ""})
        super().__init__(potential, self.need)

    def _fill(self) -> None:
        rows = self.potential.found.opportunities.filter(pl.col("credibles").fill_null(0) > 0)
        offer(self.need, needs_offered(rows) or {"aucun besoin avec un fournisseur": ""})

    def blocks(self) -> Sequence[Block]:
        if not self.need.value:
            return [
                Sentence(
                    "Aucun fournisseur crédible pour ces besoins : chargez d'autres listes, ou élargissez le rayon."
                )
            ]
        return [sourcing(self.potential.found.candidates, self.need.value, self.need.label)]


def offer(control: ipywidgets.Dropdown, options: dict[str, Any]) -> None:
    """New options for a list; what was chosen stays chosen when it is still there. Whoever listens is told by the caller."""
    if tuple(options.items()) == tuple(control.options):
        return
    kept = control.value if control.value in options.values() else next(iter(options.values()))
    control.options = list(options.items())
    control.value = kept


def bought(desk: Desk) -> dict[str, str]:
    """The families of the actionable needs of the buyers selected: label to key, in the order of the alphabet."""
    if desk.base.register is None:
        return {}
    rows = opportunities.chosen(desk.base, desk.selection.buyers).needs.filter(pl.col("etat_action") == "agir")
    kept = set(rows["famille"]) & set(desk.selection.families or desk.families.values())
    return {label: key for label, key in desk.families.items() if key in kept}


def needs_offered(rows: pl.DataFrame) -> dict[str, str]:
    """The sixty largest needs, told apart by their subject, place and amount."""
    best = (
        rows.sort("annuel", "besoin_id", descending=[True, False])
        .head(60)
        .select("besoin_id", "objet", "lieu_libelle", "annuel")
        .rows()
    )
    named: dict[str, str] = {}
    for need, subject, place, cents in best:
        words = f"{shortened(french.capital(' '.join((subject or '').split())), 80)} ({place or 'lieu inconnu'}, {french.euros_short(cents)} par an)"
        named[words if words not in named else f"{words} – {need}"] = need
    return named


def _contracts(rows: pl.DataFrame) -> TableBlock:
    said = rows.with_columns(actuel=pl.when("derniere").then(pl.lit("oui")).otherwise(pl.lit("non, précédente"))).head(
        _MOST
    )
    return table(
        "tab-derriere-contrats", "Les contrats dont ces besoins sont faits", said, _CONTRACTS, _left(rows.height)
    )


def _left(n: int) -> str:
    return french.typeset(f"Les {_MOST} premières lignes sur {french.number(n)}.") if n > _MOST else ""
