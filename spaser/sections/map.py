"""The map of credible suppliers, and the suppliers behind each of its marks.

The tables come from ``opportunities`` through ``Findings.extras``; natural persons are masked.
"""

from __future__ import annotations

import polars as pl

from spaser import charts, french, rules
from spaser.deliverables.report import MASK, Column, Figure, TableBlock, masked, table
from spaser.potential import map as opportunities_map
from spaser.sections.findings import Findings

_MOST = 60
_WHO = (
    Column("nom", "Fournisseur"),
    Column("commune", "Commune"),
    Column("distance_km", "Distance au lieu servi le plus proche (km)", "entier"),
    Column("statuts", "Statuts"),
    Column("statut_au", "Statut connu au", "date"),
    Column("statut_source", "Liste"),
    Column("famille_libelle", "Famille servie"),
    Column("besoins", "Besoins qu'il peut servir", "entier"),
    Column("gagnes", "Contrats de la famille gagnés", "entier"),
    Column("capacite", "Capacité annuelle estimée", "somme"),
)


def map_figure(findings: Findings) -> Figure | None:
    """The map of the report; None without located tables."""
    suppliers, places, circles = (
        findings.extras.get(name) for name in ("fournisseurs_credibles", "lieux_servis", "rayons_servis")
    )
    if suppliers is None or places is None or circles is None or not suppliers.height:
        return None
    return figure(suppliers, places, tuple(circles["km"]))


def figure(
    suppliers: pl.DataFrame, places: pl.DataFrame, radiuses: tuple[float, ...], *, whole: bool = False
) -> Figure:
    """Credible suppliers around the places served, or in the whole of metropolitan France."""
    counts = opportunities_map.counted(suppliers)
    lost = counts.lost
    towns = opportunities_map.by_town(suppliers).collect(engine="in-memory")
    picture = charts.supplier_map(towns, places, radiuses, whole=whole, unlocated=lost)
    out = charts.beyond(towns, places, radiuses, whole=whole)
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    more = (
        f" Les {_MOST} premières lignes sur {french.number(picture.twin.height)}."
        if picture.twin.height > _MOST
        else ""
    )
    note = french.typeset(
        f"Un établissement est compté une fois, quel que soit le nombre de familles qu'il sert.{more}"
    )
    twin = table(
        "fig-carte-donnees", "Les données : fournisseurs crédibles par commune", picture.twin.head(_MOST), columns, note
    )
    caption = f"Fournisseurs crédibles ({french.number(counts.total)} en tout{_split(counts)}) et lieux à servir{_missing(lost, out)}"
    return Figure("fig-carte", french.typeset(caption), picture, twin)


def old_months() -> int:
    """How old a list is from which nothing is sure any more."""
    return int(rules.method()["potential"]["liste_ancienne"]["value"])


def old_lists(findings: Findings) -> tuple[pl.DataFrame, int]:
    """Of the credible suppliers told first, those known by a list that is old on the day of the reader alone, and of how many: what such
    a list says may have lapsed since."""
    suppliers = findings.extras.get("fournisseurs_credibles")
    if suppliers is None or suppliers.is_empty():
        return pl.DataFrame(schema={"statut_au": pl.Date}), 0
    before = pl.lit(findings.day).dt.offset_by(f"-{old_months()}mo")
    rows = opportunities_map.first(suppliers)
    once = rows.unique(opportunities_map.identity(), keep="first", maintain_order=True)
    return once.filter(pl.col("statut_au") < before), once.height


def _split(counts: opportunities_map.Counted) -> str:
    """« , dont 53 hors « Services et logiciels numériques » »; nothing when nothing stands apart."""
    if not counts.apart:
        return ""
    where = f"hors « {counts.crowd} »" if counts.crowd else "dans des familles au potentiel chiffré"
    return f", dont {french.number(counts.first)} {where}"


def apart(counts: opportunities_map.Counted) -> str:
    """What is said after those told first: how many more there are, and why they do not stand with them; nothing when there are none."""
    if not counts.apart:
        return ""
    known = "famille où rien n'est chiffré"
    why = f"dans « {counts.crowd} » ou une {known}" if counts.crowd else f"dans une {known}"
    return f"{french.number(counts.apart)} de plus, à part : {why}"


def _missing(lost: int, out: int) -> str:
    """How many credible suppliers the map does not show, and why; nothing when it shows them all."""
    whys = [
        why
        for n, why in (
            (lost, f"{french.number(lost)} dont les listes ne disent pas la commune"),
            (out, f"{french.number(out)} hors du cadre"),
        )
        if n
    ]
    return f" ; absents de la carte : {' et '.join(whys)}" if whys else ""


def who(suppliers: pl.DataFrame, caption: str, most: int = 50) -> TableBlock:
    """The suppliers behind a mark, the nearest first; a natural person shows neither its name nor its commune."""
    rows = masked(suppliers.head(most)).with_columns(pl.col("distance_km").round().cast(pl.Int64))
    shown = rows.with_columns(commune=pl.when(pl.col("nom") == MASK).then(pl.lit(None, pl.String)).otherwise("commune"))
    more = suppliers.height - shown.height
    note = f"Suite non montrée : {french.count(more, 'ligne')}." if more > 0 else ""
    told = french.typeset(
        f"Statuts d'après les listes chargées, à la date indiquée ; à vérifier avant d'inviter. {note}".strip()
    )
    return table("tab-carte-fournisseurs", french.typeset(caption), shown, _WHO, told)
