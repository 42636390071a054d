"""Panorama: what the contracts of the selection say, in key figures, tables and charts, in number or in value."""

from __future__ import annotations

from collections.abc import Sequence

from spaser import charts, sections
from spaser.charts import Picture
from spaser.deliverables.report import Block, Column, Figure, KeyFigure, KeyFigures, Paragraph, TableBlock, table
from spaser.deliverables.sentences import of_share, of_value
from spaser.widgets.desk import Desk
from spaser.widgets.views import View

_TABLES = {"nombre": "tab-nombre", "valeur": "tab-valeur"}


class Panorama(View):
    """Key figures, the five considerations, years and families; each chart is also a ``Picture`` to display alone."""

    title = "Panorama"
    question = "Que disent les contrats publiés ?"

    def __init__(self, desk: Desk) -> None:
        self.pictures: dict[str, Picture] = {}
        super().__init__(desk)

    def blocks(self) -> Sequence[Block]:
        return [self._figures(), self._sentences(), *self._considerations(), *self._years(), *self._families()]

    @property
    def unit(self) -> str:
        return self.desk.selection.unit

    def columns(self, name: str) -> list[Column]:
        """The columns of the table twin of a chart."""
        return [Column(column, heading, unit) for column, heading, unit in self.pictures[name].columns]

    def _figures(self) -> KeyFigures:
        found, unit = self.desk.findings, self.unit
        cards = [KeyFigure("Contrats mesurés", found.counted.height, "entier", found.population_label)]
        total = found.one("montant_notifie", unite="valeur")
        if unit == "valeur" and total:
            cards = [
                KeyFigure(
                    "Montant notifié", total.numerateur, "somme", "maximum pour les accords-cadres", measure=total
                )
            ]
        section = sections.section_essentials(found)
        named = {card.measure.indicateur: card for card in _cards(section.blocks if section else ()) if card.measure}
        for code, card in named.items():
            measure = found.one(code, unite=unit)
            if measure:
                note = card.note if unit == "nombre" else "part du montant notifié"
                cards.append(
                    KeyFigure(card.label, measure.valeur, "part", note, measure.bas, measure.haut, card.kind, measure)
                )
        return KeyFigures(tuple(cards))

    def _sentences(self) -> Paragraph:
        found = (self.desk.findings.one(code, unite=self.unit) for code in sections.CODES)
        write = of_share if self.unit == "nombre" else of_value
        return Paragraph(tuple(write(measure) for measure in found if measure))

    def _considerations(self) -> list[Block]:
        rows = self.desk.findings.rows(*sections.CODES, unite=self.unit)
        if not rows.height:
            return []
        section = sections.section_considerations(self.desk.findings)
        wanted = [
            b for b in (section.blocks if section else ()) if isinstance(b, TableBlock) and b.id == _TABLES[self.unit]
        ]
        return [
            self._figure("considerations", "Réponses aux cinq considérations", charts.considerations(rows)),
            *wanted,
        ]

    def _years(self) -> list[Block]:
        found = self.desk.findings
        every = found.rows(*sections.CODES, dimension="annee", unite=self.unit)
        rows = every.filter(every["modalite"].str.contains(r"^\d{4}$").fill_null(False))
        if rows["modalite"].n_unique() < 2:
            return []
        years = set(rows["modalite"])
        still = years - sections.complete_years(found, years)
        return [
            self._figure(
                "annees", "Parts par année de notification", charts.shares_by_year(rows, open_years=sorted(still))
            )
        ]

    def _families(self) -> list[Block]:
        rows = self.desk.findings.rows(
            "clause_sociale", "clause_environnementale", dimension="famille", unite=self.unit
        )
        if rows["modalite"].n_unique() < 2:
            return []
        return [self._figure("familles", "Par famille d'achat, les plus nombreuses", charts.by_family(rows))]

    def _figure(self, name: str, caption: str, picture: Picture) -> Figure:
        self.pictures[name] = picture
        twin = table(f"panorama-{name}-donnees", caption, picture.twin, self.columns(name))
        return Figure(f"panorama-{name}", caption, picture, twin)


def _cards(content: Sequence[Block]) -> list[KeyFigure]:
    return [card for block in content if isinstance(block, KeyFigures) for card in block.figures]
