"""Explain a figure: its rule, the contracts behind it, counted again, and the files they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables import sentences
from spaser.deliverables.report import Block, Column, Definitions, Measured, Sentence, described, table
from spaser.indicators.explain import Explanation, explain, headings
from spaser.indicators.records import catalogue
from spaser.problems import Problem
from spaser.widgets.desk import Desk
from spaser.widgets.views import View, choice

_MOST = 20
_EVERY = "toutes ensemble"
_HIDDEN = ("un", "source", "position", "acheteur_id")


class Explain(View):
    """Any figure of the panorama: choose it, read where it comes from."""

    title = "Expliquer un chiffre"
    question = "D'où vient ce chiffre, et quels contrats compte-t-il ?"

    def __init__(self, desk: Desk, indicator: str = "clause_sociale", year: str = _EVERY) -> None:
        shares = (rule for rule in catalogue().values() if "nombre" in rule.unites)
        pairs = {rule.titre: rule.code for rule in shares}
        self.figure = choice("Chiffre", pairs, indicator)
        self.year = choice("Année", [_EVERY, *(str(y) for y in desk.years)], year)
        super().__init__(desk, self.figure, self.year)

    @property
    def measure(self) -> dict[str, Any]:
        """The row of MEASURES to explain."""
        dimension, modality = ("total", None) if self.year.value == _EVERY else ("annee", self.year.value)
        rows = self.desk.findings.rows(self.figure.value, dimension=dimension, unite=self.desk.selection.unit)
        if modality:
            rows = rows.filter(pl.col("modalite") == modality)
        chosen = rows.filter(pl.col("definition").is_in(["", self.desk.selection.definition]))
        if not (chosen.height or rows.height):
            raise Problem(
                "Ce chiffre n'a pas été mesuré pour ces choix",
                todo="Choisissez une autre année, ou comptez en nombre de contrats",
            )
        return (chosen if chosen.height else rows).row(0, named=True)

    @property
    def explanation(self) -> Explanation:
        """What ``spaser.explain`` says of it."""
        return explain(self.measure, self.desk.diagnostic.contracts.lazy())

    def blocks(self) -> Sequence[Block]:
        measure = Measured.of(self.measure)
        found = self.explanation
        rule = found.rule
        told = (
            ("Question", rule.question),
            ("Comment le lire", rule.lecture),
            ("Prudence", rule.prudence),
            ("Base", rule.base),
            ("Définition", found.definition or "une seule a cours"),
        )
        return [
            Sentence(sentences.explanation(measure)),
            Definitions(tuple((word, french.typeset(text)) for word, text in told)),
            self._recount(found, measure),
            *self._rows(found),
            table("explication-sources", "Les fichiers dont ils viennent", found.sources.collect(), _SOURCES),
        ]

    def _recount(self, found: Explanation, measure: Measured) -> Sentence:
        again = found.recount.collect().row(0, named=True)
        same = (again["numerateur"] or 0, again["denominateur"] or 0) == (
            measure.numerateur or 0,
            measure.denominateur or 0,
        )
        write = french.euros_short if measure.unite.startswith("valeur") else french.number
        told = f"recompté sur les lignes : {write(again['numerateur'] or 0)} sur {write(again['denominateur'] or 0)}"
        return Sentence(french.sentence(f"{told}, {'le même chiffre' if same else 'ce n’est pas le même chiffre'}"))

    def _rows(self, found: Explanation) -> list[Block]:
        rows = found.rows.sort(pl.col("compte").fill_null(False), "uid", descending=[True, False]).collect()
        names = headings(rows)
        first = [name for name in ("compte", "objet", "dateNotification", "montant") if name in rows.columns]
        shown = first + [
            name for name in rows.columns if name not in {*first, *_HIDDEN, "poids"} and rows.schema[name] == pl.Boolean
        ]
        columns = [Column("uid", "Contrat", "identifiant"), *(_titled(name, names, rows) for name in shown)]
        note = (
            f"Les {_MOST} premiers sur {french.count(rows.height, 'contrat')}, ceux du numérateur d'abord."
            if rows.height > _MOST
            else ""
        )
        return [
            table(
                "explication-lignes",
                "Les contrats derrière ce chiffre",
                rows.head(_MOST),
                columns,
                french.typeset(note),
            )
        ]


def _titled(name: str, names: dict[str, str], rows: pl.DataFrame) -> Column:
    known = described(name, rows)
    return Column(name, "Au numérateur" if name == "compte" else known.label, known.unit)


_SOURCES = (
    Column("source", "Fichier"),
    Column("contrats", "Contrats", "entier", True),
    Column("premiere_notification", "Premier notifié le", "date"),
    Column("derniere_notification", "Dernier notifié le", "date"),
    Column("derniere_publication", "Dernière publication", "date"),
)
