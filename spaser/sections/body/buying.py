"""Who supplies the buyer, what could be bought, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Column, Figure, Sentence, TableBlock, table
from spaser.potential import map as opportunities_map
from spaser.sections import calendar, pams, potential, suppliers
from spaser.sections.findings import Findings
from spaser.sections.map import apart, old_lists, old_months
from spaser.sections.potential.needs import beyond
from spaser.sections.purchases import breakdowns, measured
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief
from spaser.sections.summary import opening
from spaser.vocabulary import CENT

_WON = (
    Column("statut", "Titulaires"),
    Column("contrats", "Contrats", "entier"),
    Column("sur", "Sur", "entier"),
    Column("montant_egal", "Montant, à parts égales", "somme"),
    Column("part", "Part du montant"),
    Column("aucune", "Sans considération sociale déclarée", "entier"),
)
_SPENT = (
    Column("modalite", "Famille"),
    Column("denominateur", "Achats", "somme"),
    Column("numerateur_ess", "ESS", "somme"),
    Column("valeur_ess", "ESS, part", "part"),
    Column("numerateur_inclusif", "Inclusifs", "somme"),
    Column("valeur_inclusif", "Inclusifs, part", "part"),
)
_FAMILIES = (
    Column("famille_libelle", "Famille d'achat"),
    Column("besoins", "Besoins", "entier"),
    Column("annuel", "Acheté par an", "somme"),
    Column("potentiel", "Atteignable par an", "somme"),
    Column("levier_principal", "Premier levier"),
    Column("repondre", "Peuvent y répondre"),
)
_ENDS = (
    Column("objet", "Objet"),
    Column("contrats", "Contrats", "entier"),
    Column("sourcing", "Commencer", "date"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("montant_annuel", "Par an", "somme"),
)
_ONCE = french.typeset(
    "Montants jugés : le maximum d'un accord-cadre à plusieurs titulaires est compté une fois, à parts égales, et pour rien ou en entier aux bornes."
)
_WIDER = french.typeset(
    " Par leur seul SIREN : un autre établissement de la même unité légale est dans les listes, ce qui ne prouve rien du titulaire ; ces contrats ne "
    "sont comptés que dans cette ligne."
)
_EVERY = (
    "ce calendrier porte sur tous les contrats lus qui prennent fin, mesurés ou non, avec ou sans potentiel ; le plan d'actions ne retient "
    "que les besoins où il y a quelque chose à décider"
)
_MOST, _MOST_ENDS, _LONG = 8, 12, 100
#: The breakdowns of the ledger, the most telling first: a ledger may lack families.
_BY = ("famille", "commune", "departement", "taille", "service", "annee")


@written("fournisseurs")
def section_won(findings: Findings) -> Told:
    """Who wins the contracts, as far as the lists know."""
    access = findings.extras["acces_ess"]
    whole = suppliers.section_suppliers(findings)
    if whole is None or not access.height:
        return None
    shares = pl.Series("part", [_share(row) for row in access.to_dicts()], dtype=pl.String)
    seen, none = suppliers.won_by(access.with_columns(shares))
    wider = _WIDER if seen["statut"].str.contains("SIREN").any() else ""
    title = "Contrats gagnés par l'ESS et les structures inclusives"
    shown = table("tab-titulaires", title, seen, _WON, f"{_ONCE}{wider}{none}")
    won = findings.one("titulaire_ess")
    return opening.section(
        findings, "fournisseurs", (shown if access["contrats"].sum() else None,), (), (won,) if won else ()
    )


def _share(row: dict[str, Any]) -> str | None:
    """The share at equal parts, and its two bounds where they differ; nothing where no status is known."""
    if not row["montant_total"] or not row["connus"]:
        return None
    low, middle, high = (row[name] / row["montant_total"] for name in ("montant_bas", "montant_egal", "montant_haut"))
    told = french.share(middle)
    return told if row["montant_bas"] == row["montant_haut"] else f"{told} ({french.share_range(low, high)})"


@written("depenses")
def section_paid(findings: Findings) -> Told:
    """What is really paid to the ESS and inclusive suppliers, by family."""
    spent = findings.spent
    if spent is None:
        return None
    by = next((name for name in _BY if breakdowns.mostly_told(spent, name)), "")
    picture, rows = (breakdowns.drawn(spent, by), breakdowns.breakdown(spent, by)) if by else (None, None)
    shown = None
    if rows is not None:
        heads = (replace(_SPENT[0], label=breakdowns.BREAKDOWNS[by][1]), *_SPENT[1:])
        shown = TableBlock(
            "tab-payes", f"Achats payés, {breakdowns.BREAKDOWNS[by][0].lower()}", rows.frame.head(_MOST), heads
        )
    m = measured.one(spent, "fournisseurs_ess_ou_inclusifs", "valeur")
    basis = (
        Sentence(
            french.sentence("chaque euro est compté une fois ; le compte du fichier est dans les annexes du rapport")
        ),
    )
    return opening.section(findings, "depenses", (picture and pams.apart(picture), shown), basis, (m,) if m else ())


@written("potentiel")
def section_reachable(findings: Findings) -> Told:
    """What could be bought from the ESS: families, suppliers around."""
    families = findings.extras["potentiel_familles"]
    whole = potential.section_potential(findings)
    if whole is None:
        return None
    some = families.filter(pl.col("potentiel").fill_null(0) > 0).sort("potentiel", "famille", descending=[True, False])
    kept, left = _parted(some)
    told = kept.with_columns(repondre=_answering())
    shown = table("tab-atteignable", "Les familles où commencer", told, _FAMILIES) if kept.height else None
    figures = [block for block in whole.blocks if isinstance(block, Figure)]
    near = findings.extras.get("fournisseurs_credibles")
    more: tuple[Sentence, ...] = ()
    if near is not None and near.height and kept.height:
        more = (Sentence(french.sentence(_near(near))), *_listed(findings))
    more = (*potential.held(findings), *more)
    if held := int(families["sous_clause"].sum()):
        clause = f"{french.euros_short(held)} par an de plus pourraient être exécutés sous une clause d'insertion, par qui l'emporte : non comptés parmi ce qui irait à l'ESS"
        more = (*more, Sentence(french.sentence(clause)))
    more = (*more, *beyond(left, "famille", "dans ce tableau"))
    return opening.section(findings, "potentiel", (*figures[-1:], shown) if kept.height else (), more)


def _parted(some: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The families of the table, largest first, and those left to the workbook: too small to begin with, or beyond its length."""
    floor = rules.toml("method.toml")["plan"]["plancher_famille"]["value"]
    kept = some.filter(pl.col("potentiel") >= floor * CENT).head(_MOST)
    return kept, some.join(kept, on="famille", how="anti", maintain_order="left")


def _answering() -> pl.Expr:
    """« structures à solliciter pour une clause : 269 »: each lever counts its own people, and says whom."""
    counted = pl.concat_str("levier_population", pl.lit(" : "), pl.col("levier_fournisseurs").cast(pl.String))
    number = pl.col("levier_fournisseurs")
    told = pl.when(number > 0).then(counted).otherwise(pl.lit("à chercher"))
    return (
        pl.when(number.is_null() | pl.col("levier_population").is_null())
        .then(pl.lit("s'adresse à tous"))
        .otherwise(told)
    )


def _near(suppliers: pl.DataFrame) -> str:
    """The credible ones, within the reach of their family or without limit; « à portée » would count those of unknown trade or size too."""
    counts = opportunities_map.counted(suppliers)
    said = f"{french.count(counts.first, 'fournisseur crédible')} de l'ESS ou de l'insertion (métier et taille vraisemblables)"
    if counts.apart:
        said += f" hors « {counts.crowd} »" if counts.crowd else " dans les familles au potentiel chiffré"
    if counts.anywhere:
        said += f", dont {french.number(counts.near)} dans le rayon de leur famille et {french.number(counts.anywhere)} pour des familles achetées dans tout le pays"
    if counts.coded:
        one = counts.coded == 1
        said += f" ; {french.number(counts.coded)} n{'’est connu' if one else 'e sont connus'} que par {'son' if one else 'leur'} code d'activité, non par {'son' if one else 'leur'} nom, un secteur déclaré ou un contrat"
    more = f" ; {apart(counts)}" if counts.apart else ""
    return f"{said}{more} ; le classeur nomme les premiers de chaque besoin"


def _listed(findings: Findings) -> tuple[Sentence, ...]:
    """How old the lists are from which the statuses were read, when some are old on the day of the reader."""
    old, whole = old_lists(findings)
    if not old.height:
        return ()
    years = french.listing([str(year) for year in old["statut_au"].dt.year().unique().sort()])
    text = f"{french.number(old.height)} de ces {french.number(whole)} fournisseurs ne sont connus que par une liste de plus de {old_months()} mois ({years}) : existence, statut et taille à vérifier avant tout conseil"
    return (Sentence(french.sentence(text)),)


@written("calendrier")
def section_when(findings: Findings) -> Told:
    """What ends within three years, quarter by quarter, and what to prepare first."""
    whole = calendar.section_calendar(findings)
    if whole is None:
        return None
    rows = findings.extras["renouvellements"]
    soon = rows.filter(pl.col("trimestre").is_not_null() & ~pl.col("ponctuel").fill_null(False))
    picture = next((block for block in whole.blocks if isinstance(block, Figure)), None)
    shown = _to_prepare(soon) if soon.height else None
    told = calendar.said(findings)
    # Where nothing ends any more, the answer says it; the orders left out are counted in every case.
    more = [*(told[:1] if rows["trimestre"].count() else ()), *(one for one in told[1:] if "subséquent" in one.text)]
    if soon.height:
        more.append(Sentence(french.sentence(_EVERY)))
    return opening.section(findings, "calendrier", (picture, shown), more)


def _to_prepare(soon: pl.DataFrame) -> TableBlock:
    """Every late preparation while they hold on a page, else the largest; then the next to begin. What is left is counted, and so
    is what is worth less in a year than a line of the plan: nobody prepares a contract of 250 euros first."""
    floor = rules.method()["plan"]["plancher"]["value"]
    every = calendar.pressing(_grouped(soon))
    small = (pl.col("montant_annuel") < floor * CENT).fill_null(False)
    rows = worth if (worth := every.filter(~small)).height else every
    late = int(rows["urgence"].fill_null(False).sum())
    kept = rows.head(late if _MOST < late <= _MOST_ENDS else _MOST)
    left = soon.height - int(kept["contrats"].sum())
    waiting = int(soon["urgence"].fill_null(False).sum()) - int(kept.filter("urgence")["contrats"].sum())
    also = f", dont {french.number(waiting)} à préparer sans attendre" if waiting else ""
    tiny = soon.filter(small).height if rows.height < every.height else 0
    also += f" ; {french.number(tiny)} de moins de {french.euros_short(floor * CENT)} par an" if tiny else ""
    note = french.typeset(f"Et {french.count(left, 'autre contrat')}{also} : dans le classeur.") if left else ""
    return table("tab-echeances", "À préparer d'abord", brief(kept, _LONG), _ENDS, note)


def _grouped(soon: pl.DataFrame) -> pl.DataFrame:
    """The lots of one purchase on one line."""
    return soon.group_by("objet", "sourcing", maintain_order=True).agg(
        pl.col("echeance").min(),
        pl.col("urgence").any(),
        contrats=pl.len().cast(pl.Int64),
        montant_annuel=pl.when(pl.col("montant_annuel").count() > 0).then(pl.col("montant_annuel").sum()),
    )
