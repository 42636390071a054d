"""The calendar of renewals: what ends within three years, and when to start looking for suppliers.

It reads ``findings.extras["renouvellements"]`` (table RENEWALS) and says nothing when it is absent.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import charts, french
from spaser.deliverables.report import Callout, Column, Figure, Paragraph, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written

_MOST_FAMILIES, _MOST_LINES = 18, 15
_COLUMNS = (
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("sourcing", "Commencer le sourcing", "date"),
    Column("anniversaire", "Prochain anniversaire", "date"),
    Column("montant_annuel", "Montant annuel", "centime"),
)
_LATEST = french.typeset(
    "La fin au plus tard est la première notification plus la durée publiée, reconductions comprises, avenants reportés. Un marché "
    "reconductible peut se terminer plus tôt, à une date anniversaire. Le délai de préparation dépend de la procédure : c'est une "
    "hypothèse du kit, à ajuster."
)


@written("calendrier-detail", "calendrier")
def section_calendar(findings: Findings) -> Told:
    """What ends, quarter by quarter, and the next contracts to prepare."""
    rows = findings.extras.get("renouvellements")
    if rows is None or not rows.height:
        return None
    soon = rows.filter(pl.col("trimestre").is_not_null())
    blocks: list = [Paragraph(said(findings)), Callout("Au plus tard", _LATEST)]
    if soon.height:
        blocks += [_figure(soon), *_next(soon.filter(~pl.col("ponctuel").fill_null(False)))]
    return tuple(blocks)


def annex(findings: Findings) -> TableBlock | None:
    """Every renewal, for the workbook."""
    rows = findings.extras.get("renouvellements")
    if rows is None or not rows.height:
        return None
    columns = (
        "uid",
        *_COLUMNS[:5],
        "statut_echeance",
        "trimestre",
        "delai_mois",
        "urgence",
        "procedure",
        "dateNotification",
        "dureeMois",
        _COLUMNS[5],
        "codeCPV",
    )
    return table("calendrier", "Renouvellements", rows.sort("echeance", "uid", nulls_last=True), columns)


def said(findings: Findings) -> tuple[Sentence, ...]:
    """What ends within three years, what should have begun, what has ended, what no end is known of, what the calendar leaves out."""
    rows = findings.extras["renouvellements"]
    soon = rows.filter(pl.col("trimestre").is_not_null())
    late = soon.filter(pl.col("urgence").fill_null(False)).height
    past = rows.filter(pl.col("statut_echeance") == "depassee").height
    silent = rows.filter(pl.col("statut_echeance") == "inconnue").height
    told = [_ending(soon) if soon.height else _none_left(rows, findings)]
    if late:
        told.append(f"Pour {french.count(late, 'contrat')} à renouveler, le sourçage devrait déjà avoir commencé.")
    if past:
        told.append(
            f"{french.capital(french.count(past, 'contrat'))} {_has(past)} dépassé {'leur' if past > 1 else 'sa'} fin au plus tard : déjà {french.plural('renouvelé', past)}, ou à vérifier."
        )
    if silent:
        told.append(f"La fin de {french.count(silent, 'contrat')} est inconnue, faute de date ou de durée publiée.")
    if orders := _orders(findings):
        verb = "ne sont" if orders > 1 else "n'est"
        told.append(
            f"{french.capital(french.count(orders, 'marché subséquent'))} {verb} pas dans ce calendrier : "
            f"{'ils prennent' if orders > 1 else 'il prend'} fin avec {'leur' if orders > 1 else 'son'} accord-cadre."
        )
    return tuple(Sentence(french.typeset(text)) for text in told)


def _ending(soon: pl.DataFrame) -> str:
    amount = int(soon["montant_annuel"].sum()) if soon["montant_annuel"].count() else None
    once = soon.filter(pl.col("ponctuel").fill_null(False)).height
    apart = (
        f", dont {french.number(once)} pour une opération unique (chantier, étude, ouvrage nommé), sans suite connue"
    )
    return (
        f"{french.capital(french.count(soon.height, 'contrat'))} {_ends(soon.height)} dans les trois ans"
        + (apart if once else "")
        + (f" ; {french.euros_short(amount)} par an (accord-cadre : moitié de son maximum)." if amount else ".")
    )


def _none_left(rows: pl.DataFrame, findings: Findings) -> str:
    """No end to come: beyond three years, all past, or unknown."""
    later = rows.filter(pl.col("echeance") >= findings.day).height
    last = last_end(rows)
    if later:
        return f"Aucun contrat ne se termine dans les trois ans qui suivent le {french.long_date(findings.day)} ; {french.count(later, 'contrat')} plus tard."
    told = f"Aucun contrat ne se termine après le {french.long_date(findings.day)}"
    return f"{told} ; la dernière fin connue est du {french.long_date(last)}." if last else f"{told}."


def last_end(rows: pl.DataFrame) -> date | None:
    """The last end known of the renewals."""
    days: list[date] = rows["echeance"].drop_nulls().to_list()
    return max(days, default=None)


def _orders(findings: Findings) -> int:
    """How many orders under a framework the calendar leaves out."""
    if not {"marche_subsequent", "type_contrat"} <= set(findings.contracts.columns):
        return 0
    left = pl.col("marche_subsequent").fill_null(False) & (pl.col("type_contrat") == "marche")
    return findings.contracts.filter(left).height


def _ends(n: int) -> str:
    return "se terminent" if n > 1 else "se termine"


def _has(n: int) -> str:
    return "ont" if n > 1 else "a"


def _figure(soon: pl.DataFrame) -> Figure:
    named = soon.with_columns(famille=pl.col("famille_libelle").fill_null("Famille inconnue"))
    kept = (
        named.group_by("famille")
        .len()
        .sort("len", "famille", descending=[True, False])
        .head(_MOST_FAMILIES)["famille"]
        .to_list()
    )
    rows = (
        named.with_columns(
            famille=pl.when(pl.col("famille").is_in(kept)).then("famille").otherwise(pl.lit("Autres familles"))
        )
        .group_by("famille", mois="trimestre")
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("montant_annuel").sum().alias("montant"))
        .sort("mois", "famille")
    )
    picture = charts.calendar(rows, "Ce qui se termine, trimestre par trimestre")
    columns = [Column(name, "Trimestre" if name == "mois" else label, unit) for name, label, unit in picture.columns]
    return Figure(
        "fig-calendrier",
        "Contrats qui se terminent, par famille et par trimestre",
        picture,
        table("fig-calendrier-donnees", "Les données du calendrier", picture.twin, columns),
    )


def pressing(soon: pl.DataFrame) -> pl.DataFrame:
    """What matters first: preparations that are late, the largest at the top; then the next to begin."""
    late = pl.col("urgence").fill_null(False)
    amount = pl.when(late).then("montant_annuel")
    return soon.sort(late, amount, "sourcing", "objet", descending=[True, True, False, False], nulls_last=True)


def _next(soon: pl.DataFrame) -> list[TableBlock]:
    if not soon.height:
        return []
    first = pressing(soon).head(_MOST_LINES)
    more = soon.height - first.height
    note = (
        f"Sans les opérations uniques ; préparations en retard d'abord, les plus grosses en tête. Et {french.count(more, 'autre')} dans le classeur."
        if more > 0
        else ""
    )
    columns = [column for column in _COLUMNS if column.name != "anniversaire" or first["anniversaire"].count()]
    return [table("tab-calendrier", "À préparer d'abord", first, columns, french.typeset(note))]
