"""Suppliers whose company is not sure: a line each, its candidates, accept one or refuse all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import ipywidgets
import polars as pl

from spaser import french
from spaser.studies.mission import Decisions
from spaser.widgets.acts.grid import LINES, Answer, Grid, OneOf
from spaser.widgets.selection import Selection


class Links(Grid):
    """The links to settle.

    Parameters
    ----------
    rows
        What is left to validate (``linkage.to_validate``): a row per supplier and candidate.
    """

    kind = "lien"
    noun = ("fournisseur à rapprocher", "fournisseurs à rapprocher")
    feminine = False

    def __init__(
        self,
        rows: pl.DataFrame,
        decisions: Decisions,
        *,
        day: Callable[[], date],
        changed: Callable[[], None] | None = None,
        chosen: Selection | None = None,
    ) -> None:
        super().__init__(decisions, day=day, changed=changed, chosen=chosen)
        self.show(rows)

    @property
    def lists(self) -> dict[str, ipywidgets.Dropdown]:
        """The list of candidates of each supplier shown."""
        return {line.key: line.chosen for line in self.lines if isinstance(line, OneOf)}

    def show(self, rows: pl.DataFrame) -> None:
        """The suppliers that still wait for an answer."""
        waiting = rows.filter(pl.col("decision").fill_null("") == "") if "decision" in rows.columns else rows
        waiting = waiting.filter(pl.col("siren").is_not_null())
        order = waiting.group_by("cle", maintain_order=True).agg(
            pl.col("montant_euros").max(), pl.col("fournisseur").first()
        )
        first = order.sort("montant_euros", descending=True, nulls_last=True, maintain_order=True).head(LINES)
        lines = []
        for key, amount, name in first.select("cle", "montant_euros", "fournisseur").iter_rows():
            known = waiting.filter(pl.col("cle") == key).unique(["siren", "siret"], keep="first", maintain_order=True)
            pairs = [(row, f"{row['siren']} {row['siret'] or ''}".strip()) for row in known.to_dicts()]
            answers: list[tuple[str, Answer]] = [(_candidate(row), ((key, pair, "accepter"),)) for row, pair in pairs]
            answers.append(("aucune de ces entreprises", tuple((key, pair, "refuser") for _, pair in pairs)))
            paid = f" ({french.euros_short(round(amount * 100))})" if amount is not None else ""
            lines.append(OneOf(key, f"{name}{paid}", answers))
        self.fill(lines, order.height)


def _candidate(row: dict[str, object]) -> str:
    """« ATELIER RIVE, Montreuil – 000 000 101 – 92 % »."""
    place = f", {row['candidat_commune']}" if row.get("candidat_commune") else ""
    score = row.get("score")
    near = f" – ressemblance {french.share(float(score), 0)}" if isinstance(score, int | float) else ""
    return french.typeset(f"{row.get('candidat') or 'nom inconnu'}{place} – {french.siren(str(row['siren']))}{near}")
