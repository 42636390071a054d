"""From a purchase programme to the potential of what is planned: families, suppliers, levers and dates, before any contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import families, french, potential, rules
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Source, masked
from spaser.problems import Problem
from spaser.sections.findings import Findings
from spaser.sections.potential import POTENTIAL, annexes
from spaser.sections.spend import annex_programme, section_programme
from spaser.sources import filled
from spaser.sources.programmes import Programme, filled_of, read_programme
from spaser.sources.registers.known import known_suppliers
from spaser.studies.potential import compose as opportunities
from spaser.studies.potential import handover, offer
from spaser.studies.potential import needs as against
from spaser.studies.potential.compose import Opportunities
from spaser.studies.potential.spend.compose import place_of, siren_of
from spaser.vocabulary.sentences import ADD_LISTS, NO_LIST

PLANNED = (
    "objet",
    "service",
    "famille_libelle",
    "famille_origine",
    "famille_confiance",
    "montant",
    "taxe",
    "date_prevue",
    "dureeMois",
    "lots",
    "departements",
    "social",
    "environnement",
    "reserve",
    "a_venir",
    "acheteur_nom",
    "feuille",
    "position",
)


@dataclass(frozen=True, eq=False)
class Planned:
    """``projects`` PROGRAMME with families; ``read`` what was read of the files; ``found`` their potential (null: no list given)."""

    name: str
    projects: pl.DataFrame
    read: Programme
    found: Opportunities | None = None
    files: pl.DataFrame | None = None
    place: str | None = None


def programme_of(source: str | Path | Sequence[str | Path]) -> Planned:
    """The projects of a purchase programme, each with its family of purchase.

    Raises
    ------
    Problem
        A file cannot be read, or plans nothing.
    """
    read = read_programme(source)
    told = read.projects.with_columns(_lu=pl.concat_str("objet", "description", separator=". ", ignore_nulls=True))
    first = families.add(told.lazy().drop("_lu")).collect(engine="in-memory")
    # Where the subject says nothing, the description may.
    names = ["famille", "famille_libelle", "famille_origine", "famille_confiance"]
    second = (
        families.add(told.lazy().with_columns(objet="_lu").drop("_lu"))
        .select(f"{name}" for name in names)
        .collect(engine="in-memory")
    )
    filled = first.with_columns(
        pl.when(first["famille"].is_null()).then(second[name]).otherwise(first[name]).alias(name) for name in names
    )
    given = [source] if isinstance(source, str | Path) else list(source)
    return Planned(", ".join(Path(path).name for path in given), filled, read)


def potential_of_programme(
    source: str | Path | Sequence[str | Path],
    registers: Sequence[str | Path],
    *,
    buyer_siret: str | None = None,
    territory: tuple[str, str] | None = None,
    radius: float | None = None,
    dependency: float | None = None,
    as_of: date | None = None,
    clock: date | None = None,
    method: str | Path | None = None,
    cache: Path | None = None,
    progress: Any = None,
) -> Planned:
    """What the ESS could take of what is planned.

    Parameters
    ----------
    source
        Files of a purchase programme.
    registers
        Lists of suppliers.
    as_of, clock
        The day of the statuses: the first given, else that of the lists, else the reader's; ``clock`` is the reader's, whose thresholds are read.
    buyer_siret, territory
        As in ``potential_of_spend``: where the projects that say no département are to be served.

    Raises
    ------
    Problem
        A file cannot be read, no list of suppliers was given, the SIRET or a share makes no sense, no project has a family.
    """
    if not registers:
        raise Problem(
            NO_LIST,
            todo=ADD_LISTS,
        )
    settings = rules.method(method)
    share = against.share_of(settings, radius, dependency)
    planned = programme_of(source)
    siren = siren_of(buyer_siret)
    place, label = place_of(siren, territory)
    needs = _needs(planned, siren, place, label)
    known = known_suppliers(list(registers), cache=cache, progress=progress)
    latest: Any = known.files["au"].max() if known.files.height else None
    day = as_of or latest or clock
    if day is None:
        raise Problem("Aucune des listes n'a de date", todo="Donnez le jour des statuts : --date 2026-10-31")
    supply = potential.supply(
        offer.structures(known.register, known.establishments, day).lazy(),
        declared=offer.declared(known.register).lazy(),
        method=settings,
    ).collect(engine="in-memory")
    scope = f"Programme {planned.name}"
    found = opportunities.of_needs(
        needs, supply, scope=scope, as_of=day, method=settings, radius=radius, share=share, today=clock
    )
    return Planned(planned.name, planned.projects, planned.read, found, known.files, label)


def _needs(planned: Planned, siren: str | None, place: str | None, label: str | None) -> pl.DataFrame:
    """NEEDS of the projects that have a family, named after their buyer or the file."""
    needs = potential.of_programme(planned.projects.lazy(), buyer=siren, place=place).collect(engine="in-memory")
    if not needs.height:
        raise Problem(
            "Aucun projet du programme n'a de famille d'achat reconnue",
            where=planned.name,
            todo="Précisez les objets, ou ajoutez une colonne « Code CPV »",
        )
    return needs.with_columns(
        acheteur_libelle=pl.col("acheteur_libelle").fill_null(f"Programme {planned.name}"),
        lieu_libelle=pl.coalesce("lieu_libelle", pl.lit(label, pl.String)),
    )


#: The face that every study has.
study = potential_of_programme


def findings(result: Planned) -> Findings:
    """The finished tables, as the sections read them."""
    told = pl.DataFrame({"texte": said(result)}, schema={"texte": pl.String})
    tables = {"programme": _shown(result), "programme_fichiers": result.read.files, "programme_textes": told}
    sources = [
        Source(row["source"], "programme d'achat")
        for row in result.read.files.unique("source", maintain_order=True).to_dicts()
    ]
    sources += [
        Source(row["fichier"], row["libelle"], row.get("au"))
        for row in (result.files.to_dicts() if result.files is not None else ())
    ]
    found = result.found
    return Findings(
        measures=pl.DataFrame(),
        contracts=pl.DataFrame(),
        as_of=found.as_of if found else None,
        today=found.today if found else None,
        buyer=result.name,
        rejects=result.read.rejects,
        sources=tuple(sources),
        population="fournisseurs",
        extras=tables | (found.extras() if found else {}),
        definition="achats",
    )


def report(result: Planned) -> Report:
    """The one report of a programme."""
    told, found = findings(result), result.found
    if found is None:
        raise Problem(
            "Le rapport d'un programme demande des listes de fournisseurs", todo="Ajoutez --registre avec vos listes"
        )
    reach = f"rayon choisi : {found.radius:g} km" if found.radius else "rayon usuel de chaque famille"
    return model.build(
        "Programme d'achat : potentiel auprès de l'ESS",
        buyer=result.name,
        as_of=found.as_of,
        today=found.reader,
        subtitle=french.typeset(
            f"achats prévus, sans contrat ; {reach}, dépendance d'un fournisseur limitée à {french.share(found.dependency, 0)}"
        ),
        sections=[section_programme(told), *(write_section(told) for write_section in POTENTIAL)],
        sources=told.sources,
        annexes=(*annexes(told), annex_programme(told)),
    )


@files.together
def write(result: Planned, folder: Path | str) -> list[Path]:
    """Write programme.csv; with lists of suppliers, programme.html and programme.xlsx too."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    rows = files.deliver(target / "programme.csv", files.officers_csv(_shown(result)))
    if result.found is None:
        return [rows]
    whole = report(result)
    needs = files.deliver(target / "besoins.csv", files.officers_csv(masked(result.found.opportunities)))
    return [*delivery.write(whole, target, "programme", "html", "xlsx"), rows, needs]


def _shown(result: Planned) -> pl.DataFrame:
    """The projects as an officer reads them, with the lever and the suppliers found for each."""
    rows = result.projects.select(name for name in PLANNED if name in result.projects.columns)
    if result.found is None:
        return rows.sort("date_prevue", "objet", nulls_last=True)
    told = result.found.opportunities.select("besoin_id", "levier_libelle", "levier_fournisseurs", "potentiel")
    keyed = (
        result.found.needs.select("besoin_id", "objet", _date="echeance")
        .join(told, on="besoin_id", how="left", maintain_order="left")
        .unique(["objet", "_date"], keep="first", maintain_order=True)
    )
    joined = rows.join(
        keyed.drop("besoin_id"),
        left_on=["objet", "date_prevue"],
        right_on=["objet", "_date"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined.sort("date_prevue", "objet", nulls_last=True)


def said(result: Planned) -> list[str]:
    """What must be said of what was read, from the tables."""
    sums = result.read.files.select(pl.col("lus", "gardes", "termines", "rejetes").sum()).row(0, named=True)
    rows = result.projects.filter(pl.col("a_venir").fill_null(True))
    silent = {
        "montant": "sans montant estimé",
        "date_prevue": "sans date prévue",
        "dureeMois": "sans durée",
        "famille": "sans famille d'achat reconnue",
    }
    told = [
        f"lignes lues : {french.number(sums['lus'])} = {french.number(sums['gardes'])} à venir + {french.count(sums['termines'], 'terminée', none=False)} + {french.count(sums['rejetes'], 'écartée', none=False)}"
    ]
    told += [
        f"{french.number(n)} sur {french.number(rows.height)} {words}"
        for name, words in silent.items()
        if (n := rows[name].null_count())
    ]
    told += [f"{row['source']} : {row['lecture']}" for row in result.read.files.to_dicts() if row["lecture"]]
    told += [
        f"{row['source']}, feuille « {row['feuille']} » : {row['etat']}"
        for row in result.read.files.to_dicts()
        if row["etat"] != "lue"
    ]
    told += [
        f"{row['source']} : colonnes non lues : {row['colonnes_ignorees']}"
        for row in result.read.files.to_dicts()
        if row["colonnes_ignorees"]
    ]
    left = (
        result.read.rejects.filter(pl.col("niveau").is_in(["rejet", "doute"]))["message"]
        .value_counts()
        .sort("count", "message", descending=[True, False])
        .rows()
    )
    told += [f"{french.number(n)} : {message}" for message, n in left]
    told += filled.warnings(filled_of(result.read))
    with_tax = rows.filter(pl.col("taxe") == "TTC").height
    told += (
        [
            f"{french.count(with_tax, 'montant')} TTC, {french.plural('gardé', with_tax)} {french.plural('tel', with_tax)} {french.plural('quel', with_tax)} : le potentiel est d'autant surestimé"
        ]
        if with_tax
        else []
    )
    return told


def summary(result: Planned) -> str:
    """What the terminal says: the account of the file, then what comes first, or the potential when lists were read."""
    lines = [f"Programme {result.name}", "", *(f"  {french.sentence(text)}" for text in said(result)), ""]
    if result.found is not None:
        return "\n".join([*lines, handover.summary(result.found)])
    coming = result.projects.filter(pl.col("a_venir").fill_null(True))
    by_family = (
        coming.group_by("famille_libelle")
        .agg(n=pl.len(), total=pl.col("montant").sum())
        .sort("total", "famille_libelle", descending=[True, False], nulls_last=True)
    )
    for name, n, total in by_family.head(12).rows():
        lines.append(
            f"  {(name or 'sans famille reconnue')[:48]:<48} {french.count(n, 'achat'):>10}  {french.euros_short(total):>14}"
        )
    return "\n".join(lines)
