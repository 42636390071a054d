"""One contract followed from the file to its score: what was read, doubted, understood, counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets
import polars as pl

from spaser import french
from spaser.charts.marks import name_of
from spaser.deliverables.report import Block, Column, Sentence, TableBlock, table
from spaser.problems import Problem
from spaser.sections import tallies
from spaser.text import fold, shortened
from spaser.vocabulary import CONSIDERATIONS, POPULATIONS, label, yes_no
from spaser.widgets.desk import Desk
from spaser.widgets.views import WIDE, View, search

READ = (
    "acheteur_libelle",
    "objet",
    "nature",
    "procedure",
    "codeCPV",
    "famille_libelle",
    "dateNotification",
    "datePublicationDonnees",
    "dureeMois",
    "montant",
    "montant_statut",
    "montant_regle",
    "montant_anomalie_raisons",
    "considerationsSociales",
    "considerationsEnvironnementales",
    "source",
    "position",
    "dialecte",
)
_MOST, _LONG = 200, 90
_HOLDERS = ("titulaire_nom", "titulaire_id", "titulaire_ess", "titulaire_esus", "titulaire_inclusif")
_VERSIONS = ("modification_id", "dateNotification", "date_version", "montant", "dureeMois")


class Contract(View):
    """Search a contract by its subject or identifier; everything known of it, step by step."""

    title = "Suivre un contrat"
    question = "Que devient un contrat, du fichier à son score ?"

    def __init__(self, desk: Desk, uid: str = "") -> None:
        self.text = search("Chercher un contrat", "mots de l'objet, ou identifiant")
        self.list = ipywidgets.Select(
            description="Contrat", rows=6, style=WIDE, layout={"width": "56rem", "max_width": "100%"}
        )
        self.desk, self._filling = desk, False
        self._fill(uid)
        super().__init__(desk, self.list)
        self.widget.children = (self.text, *self.widget.children)
        self.text.observe(self._search, names="value")

    @property
    def row(self) -> dict[str, Any]:
        """The contract chosen: its columns."""
        return self._rows.filter(pl.col("uid") == self.list.value).row(0, named=True)

    def blocks(self) -> Sequence[Block]:
        if self.list.value is None:
            return [Sentence("Aucun contrat ne répond à cette recherche.")]
        return [
            self._read(),
            *self._doubts(),
            *self._states(),
            *self._holders(),
            self._considerations(),
            *self._score(),
            *self._counted(),
        ]

    def _search(self, change: Any) -> None:
        self._fill(self.list.value or "")
        super()._follow(change)

    def _follow(self, change: Any) -> None:
        if self._filling:
            return
        if change["owner"] is self.desk.selection:
            self._fill(self.list.value or "")
        super()._follow(change)

    def _fill(self, uid: str) -> None:
        self._rows = self._known().sort("dateNotification", "uid", descending=[True, False], nulls_last=True)
        words = fold(self.text.value).split()
        told = ((_line(row), row[0]) for row in self._rows.select("uid", "id", "objet", "dateNotification").rows())
        options = [(line, key) for line, key in told if all(word in fold(line) for word in words)][:_MOST]
        keys = [key for _, key in options]
        if uid and uid not in keys and not words and uid in self._rows["uid"]:
            options, keys = [*options, (uid, uid)], [*keys, uid]
        self._filling = True
        self.list.options = options
        self.list.value = uid if uid in keys else (keys[0] if keys else None)
        self._filling = False

    def _known(self) -> pl.DataFrame:
        try:
            return self.desk.diagnostic.contracts
        except Problem:
            return self.desk.base.contracts.head(0).collect()

    def _read(self) -> TableBlock:
        return _down(
            "contrat-lu",
            "Ce qui a été lu, et remis en ordre",
            self._one(),
            [name for name in READ if name in self._rows.columns],
        )

    def _one(self) -> pl.DataFrame:
        return self._rows.filter(pl.col("uid") == self.list.value)

    def _doubts(self) -> list[Block]:
        row = self.row
        found = self.desk.base.rejects.filter(
            pl.col("source") == row["source"], pl.col("position") == row["position"]
        ).collect()
        if not found.height:
            return [Sentence("Rien n'a été refusé ni mis en doute à la lecture.")]
        return [
            table(
                "contrat-doutes",
                "Ce qui a été mis en doute à la lecture",
                found,
                ("niveau", "champ", "valeur", "message"),
            )
        ]

    def _states(self) -> list[Block]:
        found = self.desk.base.versions.filter(pl.col("uid") == self.list.value).collect()
        if found.height < 2:
            return [Sentence("Le contrat n'a pas été modifié depuis sa notification.")]
        return [
            table(
                "contrat-versions", "Ses états successifs", found, [name for name in _VERSIONS if name in found.columns]
            )
        ]

    def _holders(self) -> list[Block]:
        found = self.desk.base.holders.filter(pl.col("uid") == self.list.value).collect()
        names = [name for name in (*_HOLDERS, "personne_physique") if name in found.columns]
        if not found.height:
            return [Sentence("Aucun titulaire n'est lisible.")]
        shown = [name for name in names if name != "personne_physique"]
        return [table("contrat-titulaires", "Qui le tient, et qui c'était le jour de la notification", found, shown)]

    def _considerations(self) -> TableBlock:
        names = [word.name for word in CONSIDERATIONS]
        long = (
            self._one().select(yes_no(name) for name in names).unpivot(names, variable_name="nom", value_name="reponse")
        )
        columns = (Column("nom", "Considération"), Column("reponse", "Réponse"))
        named = long.with_columns(nom=pl.col("nom").replace({name: name_of(name) for name in names}))
        return table("contrat-considerations", "Ce qu'il déclare", named, columns)

    def _score(self) -> list[Block]:
        if "score_bas" not in self._rows.columns:
            return []
        row, axes = self.row, tallies.AXES
        found = self.desk.diagnostic.contributions.filter(pl.col("uid") == self.list.value)
        names = {word.name: name_of(word.name) for word in CONSIDERATIONS}
        lines = found.with_columns(
            axe=pl.col("axe").replace({name.removeprefix("score_"): text for name, text in axes.items()}),
            consideration=pl.col("consideration").replace(
                names | {n: label(n) for n in found["consideration"] if n not in names}
            ),
        )
        told = [f"{text} : {french.UNKNOWN_MARK if row[name] is None else row[name]}" for name, text in axes.items()]
        score = f"score {french.listing(told)} ; global : de {row['score_bas']} à {row['score_haut']} sur 100"
        columns = (
            Column("axe", "Axe"),
            Column("consideration", "Considération"),
            Column("valeur", "Réponse", "oui_non"),
            Column("points", "Points", "point"),
            Column("regle", "Règle (method.toml)"),
        )
        return [Sentence(french.sentence(score)), table("contrat-points", "D'où viennent ses points", lines, columns)]

    def _counted(self) -> list[Block]:
        row = self.row
        kept = [text for name, text in POPULATIONS.items() if row.get(name)]
        told = (
            f"il est compté dans : {french.listing(kept)}"
            if kept
            else "il n'est compté dans aucune des trois populations"
        )
        found = tallies.corrections(self._one())
        wrong = f"à corriger : {found['a_corriger'][0]}" if found.height else "rien à corriger n'a été trouvé"
        return [Sentence(french.sentence(told)), Sentence(french.sentence(wrong))]


def _down(id: str, caption: str, frame: pl.DataFrame, names: Sequence[str]) -> TableBlock:
    """One row read down: a line per column."""
    across = table(id, caption, frame, names)
    cells = next(across.cells(1))
    lines = [(column.label, cell or french.UNKNOWN_MARK) for column, cell in zip(across.columns, cells, strict=True)]
    shown = pl.DataFrame(lines, schema=["champ", "valeur"], orient="row")
    return table(id, caption, shown, (Column("champ", "Champ"), Column("valeur", "Valeur")))


def _line(row: tuple[Any, ...]) -> str:
    _, identifier, subject, day = row
    told = subject or "sans objet"
    return f"{french.short_date(day)} – {identifier} – {shortened(told, _LONG)}"


def followed(lecture: Any, uid: str) -> str:
    """The contract to follow: the one that is named when it was read, else the one that says the most of itself.

    Raises
    ------
    Problem
        No contract was read.
    """
    rows = lecture.base.contracts.select("uid", "nb_versions", "montant_initial")
    if rows.filter(pl.col("uid") == uid).limit(1).collect().height:
        return uid
    first = rows.sort("nb_versions", "montant_initial", "uid", descending=[True, True, False], nulls_last=True)
    found = first.limit(1).collect()["uid"].to_list()
    if not found:
        raise Problem("Aucun contrat n'a été lu", todo="Ajoutez vos contrats à la mission dans le carnet d'accueil")
    return str(found[0])
