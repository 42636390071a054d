"""Suppliers whose company is not sure: a line each, its candidates, accept one or refuse all, undo; kept in the mission."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import ipywidgets
import polars as pl

from spaser import french
from spaser.studies.mission import Decisions
from spaser.widgets import faults, tables
from spaser.widgets.views import WIDE

#: Lines shown at a time, the largest amounts first.
_LINES = 12
_LATER, _NONE = "", "\x00aucun"


class Links:
    """The links to settle, as a grid.

    Parameters
    ----------
    rows
        What is left to validate (``linkage.to_validate``): a row per supplier and candidate.
    decisions
        Where the answers are kept.
    day
        The day of the answers.
    changed
        Called once answers are kept or undone: the analysis is made again.
    """

    def __init__(
        self,
        rows: pl.DataFrame,
        decisions: Decisions,
        *,
        day: date,
        changed: Callable[[], None] | None = None,
        author: str = "",
    ) -> None:
        self.decisions, self.day, self.changed = decisions, day, changed
        self.author = ipywidgets.Text(
            description="Par", placeholder="votre nom", value=author, layout={"width": "18rem"}
        )
        self.save, self.undo = (
            ipywidgets.Button(description=label, layout={"width": "max-content"})
            for label in ("Enregistrer mes choix", "Annuler la dernière décision")
        )
        self.grid, self.status = ipywidgets.VBox(), ipywidgets.HTML()
        self.lists: dict[str, ipywidgets.Dropdown] = {}
        #: How many decisions each « Enregistrer » wrote: one undo takes them all back.
        self._past: list[int] = []
        self.save.on_click(lambda _: self._tried(self.keep))
        self.undo.on_click(lambda _: self._tried(self.back))
        tools = ipywidgets.HBox(
            [self.author, self.save, self.undo], layout={"flex_flow": "row wrap", "grid_gap": "2px 1rem"}
        )
        self.widget = ipywidgets.VBox([self.grid, tools, self.status])
        self.show(rows)

    def show(self, rows: pl.DataFrame) -> None:
        """The suppliers that still wait for an answer."""
        waiting = rows.filter(pl.col("decision").fill_null("") == "") if "decision" in rows.columns else rows
        self.rows = waiting.filter(pl.col("siren").is_not_null())
        order = self.rows.group_by("cle", maintain_order=True).agg(
            pl.col("montant_euros").max(), pl.col("fournisseur").first()
        )
        first = order.sort("montant_euros", descending=True, nulls_last=True, maintain_order=True).head(_LINES)
        self.lists, lines = {}, []
        for key, amount, name in first.select("cle", "montant_euros", "fournisseur").iter_rows():
            known = self.rows.filter(pl.col("cle") == key).unique(["siren", "siret"], keep="first", maintain_order=True)
            options = [("à décider plus tard", _LATER)]
            options += [(_candidate(row), f"{row['siren']} {row['siret'] or ''}".strip()) for row in known.to_dicts()]
            chosen = ipywidgets.Dropdown(
                options=[*options, ("aucune de ces entreprises", _NONE)], value=_LATER, style=WIDE,
                layout={"width": "34rem", "max_width": "100%"}, tooltip=name,
            )  # fmt: skip
            paid = f" ({french.euros_short(round(amount * 100))})" if amount is not None else ""
            told = ipywidgets.HTML(tables.safe(french.typeset(f"{name}{paid}")), layout={"width": "24rem"})
            self.lists[key] = chosen
            lines.append(ipywidgets.HBox([told, chosen], layout={"flex_flow": "row wrap"}))
        self.grid.children = lines
        left = order.height - first.height
        more = f" ; {french.number(left)} autres ensuite, les plus petits montants" if left > 0 else ""
        self._tell(f"{french.count(order.height, 'fournisseur')} à rapprocher{more}")

    def keep(self) -> None:
        """Write each choice made: one company accepted, or every candidate refused."""
        n = written = 0
        for key, chosen in self.lists.items():
            if chosen.value == _LATER:
                continue
            named = [f"{siren} {siret or ''}".strip() for siren, siret in self._candidates(key)]
            asked = {pair: "refuser" for pair in named} if chosen.value == _NONE else {chosen.value: "accepter"}
            for pair, answer in asked.items():
                self.decisions.decide("lien", key, pair, answer, auteur=self.author.value.strip(), on=self.day)
            n, written = n + 1, written + len(asked)
        if written:
            self._past.append(written)
        self._tell(f"{french.count(n, 'choix')} {'enregistré' if n < 2 else 'enregistrés'} dans la mission")
        if n and self.changed:
            self.changed()

    def back(self) -> None:
        """What was last kept, undone."""
        undone = [told for _ in range(self._past.pop() if self._past else 1) if (told := self.decisions.undo())]
        self._tell(f"annulé : {undone[0]}" if undone else "il n'y a rien à annuler")
        if undone and self.changed:
            self.changed()

    def _candidates(self, key: str) -> list[tuple[str, str | None]]:
        rows = self.rows.filter(pl.col("cle") == key).select("siren", "siret").unique(maintain_order=True)
        return list(rows.iter_rows())

    def _tried(self, run: Callable[[], None]) -> None:
        try:
            run()
        except faults.FAULTS as failure:
            self.status.value = tables.framed(tables.problem(faults.told(failure)))

    def _tell(self, text: str) -> None:
        self.status.value = tables.framed(f'<p role="status">{tables.safe(french.sentence(text))}</p>')


def _candidate(row: dict[str, object]) -> str:
    """« ATELIER RIVE, Montreuil – 000 000 101 – 92 % »."""
    place = f", {row['candidat_commune']}" if row.get("candidat_commune") else ""
    score = row.get("score")
    near = f" – ressemblance {french.share(float(score), 0)}" if isinstance(score, int | float) else ""
    return french.typeset(f"{row.get('candidat') or 'nom inconnu'}{place} – {row['siren']}{near}")
