"""Where the ESS is present: by family, service, year, territory and size."""

from __future__ import annotations

import polars as pl

from spaser import charts, french
from spaser.deliverables.report import (
    Column,
    Figure,
    Section,
    TableBlock,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.purchases.measured import MOST, rows
from spaser.sections.shown import proven

#: What a line of the ledger does not say (``suppliers.analysis``).
_UNTOLD = "(non renseigné)"
#: Whom the picture tells apart: the ESS, else the inclusive structures where nothing is known of it.
_TOLD_APART = ("fournisseurs_ess", "fournisseurs_inclusifs")
#: Breakdown → title and first header.
BREAKDOWNS = {
    "famille": ("Par famille d'achat", "Famille"),
    "service": ("Par service", "Service"),
    "annee": ("Par année", "Année"),
    "departement": ("Par département du fournisseur", "Département"),
    "commune": ("Par commune du fournisseur", "Commune"),
    "taille": ("Par taille du fournisseur", "Taille"),
}


def section_breakdowns(findings: Findings) -> Section | None:
    """By family, service, year, territory and size, the largest first."""
    blocks: list = []
    for name in BREAKDOWNS:
        if shown := breakdown(findings, name):
            blocks += [block for block in (drawn(findings, name), shown) if block]
    return (
        Section(
            "ventilations",
            "Où l'ESS est présente",
            "Dans quelles familles, quels services, quels lieux ?",
            tuple(blocks),
        )
        if blocks
        else None
    )


def drawn(findings: Findings, name: str) -> Figure | None:
    """The chart of a breakdown worth one: families and communes."""
    every = rows(findings, name, "valeur").filter(pl.col("denominateur") > 0)
    each = [every.filter(pl.col("indicateur") == code) for code in _TOLD_APART]
    # Lists of inclusive structures alone say nothing of the ESS: a picture of it would be grey.
    found = next((one for one in each if one["repondus"].sum()), None)
    if name not in ("famille", "commune") or found is None or found.height < 2:
        return None
    title = f"{BREAKDOWNS[name][0]} : euros, et ce que l'on sait des fournisseurs"
    picture = charts.euros_by(found, title)
    columns = [Column(*column) for column in picture.columns]
    return Figure(
        f"fig-{name}",
        french.typeset(title),
        picture,
        table(f"fig-{name}-donnees", "Les données du graphique", picture.twin, columns),
    )


def mostly_told(findings: Findings, name: str) -> bool:
    """Whether a breakdown says where most of the euros went: one whose greater part is not told answers nothing."""
    if breakdown(findings, name) is None:
        return False
    found = rows(findings, name, "valeur").filter(pl.col("indicateur") == "fournisseurs_ess")
    silent = found.filter(pl.col("modalite") == _UNTOLD)["denominateur"].sum()
    return bool(2 * silent <= found["denominateur"].sum())


def breakdown(findings: Findings, name: str) -> TableBlock | None:
    """One breakdown: euros, identified, ESS and inclusive, each value on one line."""
    found = rows(findings, name, "valeur")
    if found["modalite"].drop_nulls().n_unique() < (2 if name == "annee" else 1) or not found.height:
        return None
    if found.filter(pl.col("modalite") != _UNTOLD).height == 0:
        return None
    asked = {"fournisseurs_ess": "ess", "fournisseurs_inclusifs": "inclusif", "fournisseurs_identifies": "identifie"}
    wide = found.filter(pl.col("indicateur") == "fournisseurs_ess").select("modalite", "denominateur")
    for code, short in asked.items():
        part = found.filter(pl.col("indicateur") == code)
        wide = wide.join(
            part.select(
                "modalite", pl.col("numerateur", "valeur", "valeur_repondus", "couverture").name.suffix(f"_{short}")
            ),
            on="modalite",
            maintain_order="left_right",
        )
    # Where nothing is known of anyone, the euros of the ESS are unknown, not zero.
    wide = wide.with_columns(
        pl.when(pl.col(f"valeur_{s}").is_not_null()).then(f"numerateur_{s}").alias(f"numerateur_{s}")
        for s in asked.values()
    )
    wide = proven(wide, "_ess")
    ordered = (
        wide.sort("modalite") if name == "annee" else wide.sort("denominateur", "modalite", descending=[True, False])
    )
    title, head = BREAKDOWNS[name]
    columns = [
        Column("modalite", head),
        Column("denominateur", "Achats", "somme"),
        Column("valeur_identifie", "Identifié", "part", extra=True),
        Column("numerateur_ess", "ESS", "somme"),
        Column("valeur_ess", "ESS, part du total", "part"),
        Column("valeur_repondus_ess", "ESS, part du connu", "part", extra=True),
        Column("numerateur_inclusif", "Inclusifs", "somme"),
        Column("valeur_inclusif", "Inclusifs, part du total", "part"),
    ]
    note = f"Les {MOST} premières lignes sur {french.number(wide.height)} ; toutes sont dans le classeur, feuille « mesures »."
    return table(f"tab-{name}", title, ordered.head(MOST), columns, french.typeset(note) if wide.height > MOST else "")
