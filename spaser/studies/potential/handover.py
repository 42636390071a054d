"""From a purchasing potential to what is handed over: a page, a workbook, and the words on the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import MASK, Report, masked
from spaser.potential import map as opportunities_map
from spaser.sections.findings import Findings
from spaser.sections.map import apart
from spaser.sections.potential import ACTIONABLE, POTENTIAL, annexes, first
from spaser.studies.diagnostic import Diagnostic
from spaser.studies.diagnostic.handover import findings as diagnosed
from spaser.studies.potential.compose import Opportunities
from spaser.vocabulary.sentences import DEMO_NOTE


def findings(result: Diagnostic, found: Opportunities) -> Findings:
    """The findings of the diagnostic with the tables of the potential beside them."""
    known = diagnosed(result)
    return replace(known, extras=known.extras | found.extras())


def report(result: Diagnostic, found: Opportunities) -> Report:
    """The one report of a potential."""
    told = findings(result, found)
    reach = f"rayon choisi : {found.radius:g} km" if found.radius else "rayon usuel de chaque famille"
    subtitle = f"{reach}, dépendance d'un fournisseur limitée à {french.share(found.dependency, 0)}"
    return model.build(
        "Potentiel d'achat auprès de l'ESS",
        buyer=found.scope,
        as_of=found.as_of,
        today=result.base.today,
        last=result.last_notified,
        subtitle=french.typeset(subtitle),
        sections=[write(told) for write in POTENTIAL],
        sources=told.sources,
        notes=(DEMO_NOTE,) if told.demo else (),
        annexes=annexes(told),
    )


@files.together
def write(result: Diagnostic, found: Opportunities, folder: Path | str) -> list[Path]:
    """Write potentiel.html, potentiel.xlsx (besoins, fournisseurs par besoin, hypothèses) and besoins.csv."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    whole = report(result, found)
    rows = masked(found.opportunities)
    return [
        *delivery.write(whole, target, "potentiel", "html", "xlsx"),
        files.deliver(target / "besoins.csv", files.officers_csv(rows)),
    ]


def _suppliers(found: Opportunities) -> list[str]:
    """The count of suppliers that pages tell, in the words of the terminal."""
    if found.suppliers is None:
        return []
    counts = opportunities_map.counted(found.suppliers)
    coded = f", dont {french.number(counts.coded)} par le seul code d'activité" if counts.coded else ""
    more = f" ; {apart(counts)}" if counts.apart else ""
    return [french.typeset(f"Fournisseurs crédibles pour ces besoins : {french.number(counts.first)}{coded}{more}")]


def summary(found: Opportunities) -> str:
    """What the terminal says: the needs, what could be reached, family by family, and what to beware of."""
    active = found.opportunities.filter(ACTIONABLE)
    families = found.families
    total, reach, high = families.select(pl.col("annuel", "potentiel", "potentiel_haut").sum()).row(0)
    lines = [
        f"{found.scope} : {french.count(active.height, 'besoin actionnable')}, {french.euros_short(total)} par an (annualisés)",
        f"Potentiel ESS et inclusif : {french.euros_short(reach)} par an (milieu), au plus {french.euros_short(high)}",
        *_suppliers(found),
        "",
    ]
    for row in first(families).head(12).to_dicts():
        lines.append(
            f"  {row['famille_libelle'][:44]:<44} {french.euros_short(row['annuel']):>12} par an"
            f" → {french.euros_short(row['potentiel']):>12} ; {french.count(row['fournisseurs'], 'fournisseur crédible', none=False)}"
            f" ; {row['levier_principal']}"
        )
    unknown = active.filter(pl.col("lieu").is_null()).height
    if unknown:
        lines.append(
            french.sentence(
                f"{french.count(unknown, 'besoin')} sans lieu lisible : seuls les fournisseurs de portée nationale y sont comptés"
            )
        )
    return "\n".join(lines)


def sheets(found: Opportunities) -> pl.DataFrame:
    """The sourcing lines of every need, persons masked: ``besoin_id, rang, nom, commune, distance_km, statuts, statut_au, raison``."""
    kept = [
        "besoin_id",
        "rang",
        "siret",
        "nom",
        "commune",
        "distance_km",
        "statuts",
        "statut_au",
        "statut_source",
        "gagnes",
        "raison",
        "personne_physique",
    ]
    hidden = pl.col("nom") == MASK
    rows = masked(found.candidates.filter("preste").select(kept))
    return rows.with_columns(commune=pl.when(hidden).then(pl.lit(None, pl.String)).otherwise("commune")).drop(
        "personne_physique"
    )
