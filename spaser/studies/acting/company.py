"""The report of a company (a buyer that the procurement code does not bind), from its spend file alone.

What it pays to the ESS and to inclusive structures, what that makes people do, what it could buy there, from whom, by the levers
of a private buyer. Nothing is reserved, held to a threshold nor divided into lots here, and no public duty is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import (
    Block,
    Column,
    Report,
    Section,
    TableBlock,
    masked,
    table,
)
from spaser.sections.acting import company
from spaser.sections.acting.impact import annexes as impact_annexes
from spaser.sections.acting.impact import interval, recalled, section_impact
from spaser.sections.obligations_buyer import private_section
from spaser.sections.purchases.paid import PURCHASES, section_essentials
from spaser.sections.purchases.sheets import annexes as purchases_annexes
from spaser.sections.spend import section_spend
from spaser.studies import law
from spaser.studies.acting import impact
from spaser.studies.acting.impact import Impact
from spaser.studies.potential import spend
from spaser.studies.potential.compose import as_private
from spaser.studies.potential.spend import SpendOpportunities
from spaser.studies.suppliers import handover as purchases_handover
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE

_FAMILIES = (
    Column("famille_libelle", "Famille d'achat"),
    Column("annuel", "Acheté par an", "somme", True),
    Column("acquis", "Déjà à l'ESS (connu)", "somme", True),
    Column("fournisseurs", "Fournisseurs crédibles", "entier"),
    Column("potentiel", "Achetable à l'ESS, milieu", "somme", True),
    Column("potentiel_haut", "Au plus", "somme", True),
)
_NEEDS = (
    Column("objet", "Achat"),
    Column("annuel", "Par an", "somme"),
    Column("potentiel", "Achetable à l'ESS, milieu", "somme"),
    Column("levier_libelle", "Comment"),
    Column("levier_fournisseurs", "Fournisseurs qui peuvent y répondre", "entier"),
    Column("levier_raison", "Pourquoi"),
    Column("levier_verifier", "À se demander"),
)
_WHO = (
    Column("objet", "Achat"),
    Column("nom", "Fournisseur"),
    Column("siret", "SIRET", "identifiant"),
    Column("commune", "Commune"),
    Column("distance_km", "Distance (km)", "entier"),
    Column("statuts", "Statuts"),
    Column("raison", "Pourquoi lui"),
)
_SHOWN, _GUESTS = 12, 5


@dataclass(frozen=True, eq=False)
class Company:
    """``spending`` the potential of the ledger judged as a private buyer's, ``work`` its impact."""

    name: str
    as_of: date
    spending: SpendOpportunities
    work: Impact
    demo: bool = False


def company_of(
    source: str | Path,
    registers: Any,
    *,
    name: str | None = None,
    hours: str | Path | None = None,
    place: str | None = None,
    oeth: dict[str, float] | None = None,
    radius: float | None = None,
    dependency: float | None = None,
    **read: Any,
) -> Company:
    """The study of a company's purchases.

    Parameters
    ----------
    source, registers, radius, dependency, read
        As in ``potential_of_spend``.
    name
        How the company is called; the name of its file by default.
    hours, oeth
        As in ``impact_of``: hours written and done, and what the deduction of the employment obligation needs.
    place
        The commune or group next to which it buys.

    Raises
    ------
    Problem
        A file cannot be read, no list was given, the place is unknown.
    """
    from spaser.studies.territory.panorama import find

    where = find(place) if place else None
    told = spend.potential_of_spend(source, registers, territory=where, radius=radius, dependency=dependency, **read)
    private = replace(told, found=as_private(told.found, rules.method(read.get("method"))))
    work = impact.impact_of(told.ledger, hours=hours, territory=place, oeth=oeth)
    return Company(name or f"Fichier {told.ledger.name}", told.found.as_of, private, work, told.ledger.demo)


#: The face that every study has.
study = company_of


def findings(result: Company) -> dict[str, pl.DataFrame]:
    """Its tables: those of the spending (potential of a private buyer included), and those of the impact."""
    return {**spend.findings(result.spending).extras, **impact.findings(result.work)}


def report(result: Company) -> Report:
    """The whole report: the essentials, what is paid, its effects, what could be bought, how, and the law of a private buyer."""
    bought, told = purchases_handover.findings(result.spending.ledger), spend.findings(result.spending)
    # What a person has to settle is told once, with the families of the spending.
    bought = replace(bought, extras={name: rows for name, rows in bought.extras.items() if name != "a_decider"})
    tables = impact.findings(result.work)
    private = replace(told, extras=told.extras | {"prive": law.private_facts().collect()})
    found = result.spending.found
    first = replace(
        bought,
        spent=bought,
        extras=dict(tables) | {"besoins": found.opportunities, "potentiel_familles": found.families},
    )
    sections = [
        company.section_essential(first),
        company.section_plan(first),
        replace(section_essentials(bought), id="payes", title="Qui est payé"),
        section_impact(tables),
        _potential(result),
        _meetings(result),
        private_section(private),
        *(section(bought) for section in PURCHASES[1:]),
        _without_files(section_spend(told)),
    ]
    return model.build(
        "Achats responsables de l'entreprise",
        buyer=result.name,
        as_of=result.as_of,
        today=result.work.today,
        subtitle="acheteur que le code de la commande publique ne lie pas : rien n'est réservé, aucun seuil ne s'applique",
        sections=sections,
        sources=told.sources,
        notes=(DEMO_SPEND_NOTE,) if result.demo else (),
        annexes=_annexes(result, bought, tables),
    )


def _without_files(section: Section | None) -> Section | None:
    """What is left to settle, without the files where a person answers: the workbook has them."""
    if section is None:
        return None
    blocks = (
        replace(block, columns=tuple(column for column in block.columns if column.name != "ou_repondre"))
        if isinstance(block, TableBlock)
        else block
        for block in section.blocks
    )
    return replace(section, blocks=tuple(blocks))


@files.together
def write(result: Company, folder: Path | str, *, validations: Path | str | None = None) -> list[Path]:
    """Write entreprise.html, entreprise.pdf, entreprise.docx, entreprise.xlsx, and what a person answers of the spend file."""
    answers = purchases_handover.write_answers(result.spending.ledger, Path(folder), validations=validations)
    return [*delivery.write(report(result), folder, "entreprise", "html", "pdf", "docx", "xlsx"), *answers]


def summary(result: Company) -> str:
    """What the terminal says."""
    return "\n".join(
        [
            result.name,
            purchases_handover.summary(result.spending.ledger),
            "",
            *_said(result),
            "",
            impact.summary(result.work),
        ]
    )


def _said(result: Company) -> list[str]:
    """What could be bought from the ESS, and the jobs that purchases pay: shares of the spending are those of the analysis, never counted twice."""
    families = result.spending.found.families
    said = []
    if families.height:
        middle, high = (int(families[name].sum()) for name in ("potentiel", "potentiel_haut"))
        said.append(
            french.sentence(
                f"Achetable chaque année à l'ESS à portée : {french.euros_short(middle)} (milieu), au plus {french.euros_short(high)}"
            )
        )
    return said + _worked(result.work)


def _worked(work: Impact) -> list[str]:
    """The part of jobs that the purchases of the last year pay, by kind of structure; what is not measured said as such."""
    last = work.totals["exercice"].drop_nulls().max() if work.totals.height else None
    rows = work.totals.filter(pl.col("exercice") == last).to_dicts() if last is not None else []
    told = [
        f"{paid} {row['unite']} ({row['type']}{recalled(row)})" for row in rows if (paid := interval(row, "finance"))
    ]
    silent = [row["type"] or "type inconnu" for row in rows if not interval(row, "finance")]
    if not rows:
        return []
    tail = f" ; non mesuré : {french.listing(silent)}" if silent else ""
    return [french.sentence(f"Part d'emploi financée en {last!s} : {' ; '.join(told) or 'non mesurée'}{tail}")]


def _potential(result: Company) -> Section | None:
    found = result.spending.found
    if not found.families.height:
        return None
    needs = found.opportunities.sort("potentiel", "besoin_id", descending=[True, False], nulls_last=True).head(_SHOWN)
    blocks: list[Block] = [
        table("tab-entreprise-familles", "Ce qui pourrait être acheté à l'ESS, par famille", found.families, _FAMILIES),
        table("tab-entreprise-achats", "Les achats au plus fort potentiel", needs, _NEEDS),
    ]
    return Section(
        "entreprise-potentiel", "Ce que nous pourrions acheter", "Quelles familles, par où commencer ?", tuple(blocks)
    )


def _meetings(result: Company) -> Section | None:
    rows = _guests(result).head(_SHOWN * _GUESTS)
    if not rows.height:
        return None
    return Section(
        "entreprise-rencontres",
        "Qui rencontrer",
        "Quels fournisseurs, pour quels achats ?",
        (table("tab-entreprise-fournisseurs", "Fournisseurs à rencontrer", rows, _WHO),),
    )


def _guests(result: Company) -> pl.DataFrame:
    """The first credible suppliers of each purchase, largest potential first; natural persons masked."""
    found = result.spending.found
    order = (
        found.opportunities.sort("potentiel", "besoin_id", descending=[True, False], nulls_last=True)
        .select("besoin_id", "objet")
        .with_row_index("_rang")
    )
    named = found.candidates.filter(pl.col("credible").fill_null(False)).join(
        order, on="besoin_id", maintain_order="left_right"
    )
    first = (
        named.sort("_rang", "rang", "siret", nulls_last=True).group_by("besoin_id", maintain_order=True).head(_GUESTS)
    )
    hidden = pl.col("personne_physique").fill_null(False)
    return masked(first).with_columns(
        commune=pl.when(~hidden).then("commune"), distance_km=pl.col("distance_km").round().cast(pl.Int64)
    )


def _annexes(result: Company, bought: Any, tables: dict[str, pl.DataFrame]) -> list[TableBlock | None]:
    found = result.spending.found
    return [
        *purchases_annexes(bought),
        *impact_annexes(tables),
        table("achats", "Achats et ce qui pourrait aller à l'ESS", found.opportunities, _NEEDS),
        table("rencontres", "Fournisseurs à rencontrer", _guests(result), _WHO),
    ]
