"""The impact of a buyer's purchases: its ledger, its lists and its clauses read, the room of impact asked, one report written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, impact, rules, territories
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Source
from spaser.families import spend as families_spend
from spaser.problems import Problem
from spaser.sections.acting.impact import BOUNDS, annexes, interval, recalled, section_impact
from spaser.sources.answers.hours import TEMPLATE, read_hours
from spaser.studies import suppliers
from spaser.studies.territory.panorama import find
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE, NO_LIST

Progress = Callable[[str, float], None] | None


@dataclass(frozen=True, eq=False)
class Impact:
    """Finished tables: ``rows`` per supplier, ``totals`` per type and year, ``families`` per type and family, ``required``, ``done``, ``places``, ``oeth``."""

    name: str
    as_of: date
    rows: pl.DataFrame
    totals: pl.DataFrame
    families: pl.DataFrame
    required: pl.DataFrame
    done: pl.DataFrame
    places: pl.DataFrame
    oeth: pl.DataFrame
    sources: tuple[Source, ...] = ()
    demo: bool = False
    today: date | None = None
    mention: str = ""
    extras: dict[str, pl.DataFrame] = field(default_factory=dict)


def impact_of(
    source: str | Path | suppliers.SupplierDiagnostic,
    registers: Any = (),
    *,
    hours: str | Path | pl.DataFrame | None = None,
    territory: str | None = None,
    oeth: dict[str, float] | None = None,
    progress: Progress = None,
    **read: Any,
) -> Impact:
    """The impact of a spend file.

    Parameters
    ----------
    source, registers, read
        As in ``suppliers_of`` (a file and lists), or what it gave.
    hours
        The CSV of clauses: hours required and done (``spaser impact --modele``), or its table.
    territory
        Name or SIREN of the commune or group next to which local retention is measured.
    oeth
        ``main_oeuvre`` and ``contribution_brute`` in euros, ``taux_emploi`` from 0 to 1: the deduction is then computed.

    Raises
    ------
    Problem
        A file cannot be read, no list was given, the territory is unknown.
    """
    if not isinstance(source, suppliers.SupplierDiagnostic):
        if not registers:
            raise Problem(NO_LIST, todo="Ajoutez --registre avec vos listes (SIAE, EA, ESAT)")
        source = suppliers.suppliers_of(source, registers, progress=progress, **read)
    if source.origin != "depenses":
        raise Problem(
            "L'impact se mesure sur des dépenses, pas sur des montants de contrats",
            where=source.name,
            why="Un montant notifié est souvent un maximum ou couvre plusieurs années",
            todo="Donnez un fichier de dépenses (grand livre, mandats)",
        )
    lines = _understood(source)
    clauses = read_hours(hours) if isinstance(hours, str | Path) else hours
    rows = _bought(lines)
    named = rows.lazy().with_columns(famille=pl.col("famille").fill_null("non reconnue"))
    return Impact(
        name=source.name,
        as_of=source.as_of,
        rows=rows,
        totals=impact.totals(rows.lazy(), "exercice").collect(),
        families=impact.totals(named, "famille").collect(),
        required=_required(clauses),
        done=_done(clauses),
        places=_places(source, lines, territory),
        oeth=_oeth(oeth),
        sources=(
            Source(source.name, "fichier de dépenses"),
            *(Source(r["fichier"], r["libelle"], r.get("au")) for r in source.files.to_dicts()),
        ),
        demo=source.demo,
        today=source.today,
    )


def _bought(lines: pl.DataFrame) -> pl.DataFrame:
    """The work bought, by type then supplier, and who is a natural person."""
    rows = impact.bought(lines.lazy()).sort("type", "siren", "exercice", "famille", nulls_last=True)
    return rows.join(_persons(lines).lazy(), on="siren", how="left", nulls_equal=True, maintain_order="left").collect()


def _persons(lines: pl.DataFrame) -> pl.DataFrame:
    """The legal units that are natural persons: forms that carry rows mask them."""
    person = pl.col("personne_physique").fill_null(False) | pl.col("personne").fill_null(False)
    return lines.group_by("siren").agg(personne_physique=person.any())


def _understood(source: suppliers.SupplierDiagnostic) -> pl.DataFrame:
    """The lines with their purchase family (words of the line, activity of the supplier) and the trades of each legal unit."""
    units = source.establishments.filter(pl.col("naf").is_not_null())
    naf = units.with_columns(naf=pl.col("naf").str.replace_all(r"\.", "")).group_by("siren").agg(pl.col("naf").first())
    trades = units.group_by("siren").agg(metiers=pl.col("naf").str.slice(0, 2).n_unique().cast(pl.Int64))
    asked = source.lines.lazy().with_columns(
        code_achat=pl.col("famille_acheteur"), code_libelle=pl.coalesce("famille_acheteur_libelle", "famille_acheteur")
    )
    asked = asked.join(naf, on="siren", how="left", maintain_order="left").collect().lazy()
    return families_spend.of_lines(asked).join(trades, on="siren", how="left", maintain_order="left").collect()


def _required(clauses: pl.DataFrame | None) -> pl.DataFrame:
    if clauses is None:
        return pl.DataFrame()
    once = (
        clauses.lazy()
        .rename({"heures_exigees": "heures_ecrites"})
        .unique(["uid", "lot"], keep="first", maintain_order=True)
    )
    return impact.required(once.drop("heures_faites", "personnes", "exercice", "source")).collect()


def _done(clauses: pl.DataFrame | None) -> pl.DataFrame:
    kept = ["uid", "lot", "exercice", "heures_exigees", "heures_faites", "personnes", "source"]
    return (
        pl.DataFrame()
        if clauses is None
        else impact.done(clauses.lazy().select(kept).filter(pl.col("heures_faites").is_not_null())).collect()
    )


def _places(source: suppliers.SupplierDiagnostic, lines: pl.DataFrame, territory: str | None) -> pl.DataFrame:
    """Local retention of every purchase, once the buyer's place is known."""
    if territory is None:
        return pl.DataFrame()
    siren, _ = find(territory)
    members = territories.members([siren]).select(impact.PLACE).collect()
    one = {name: members[name].unique().to_list() for name in impact.PLACE}
    buyer = pl.DataFrame(
        {name: [values[0] if len(values) == 1 else None] for name, values in one.items()},
        schema=dict.fromkeys(impact.PLACE, pl.String),
    )
    bought = lines.lazy().filter(pl.col("perimetre").is_in(["achat", "centrale_achat"]))
    return impact.retention(bought, source.establishments, territories.communes(), buyer.lazy()).collect()


def _oeth(asked: dict[str, float] | None) -> pl.DataFrame:
    if not asked:
        return pl.DataFrame()
    row = {
        "main_oeuvre": round(asked["main_oeuvre"] * 100),
        "contribution_brute": round(asked["contribution_brute"] * 100),
        "taux_emploi": asked.get("taux_emploi"),
    }
    return impact.deduction(pl.LazyFrame([row], schema_overrides={"taux_emploi": pl.Float64()})).collect()


#: The face that every study has.
study = impact_of


def findings(result: Impact) -> dict[str, pl.DataFrame]:
    """The tables that sections read; those that are empty are left out."""
    refused = pl.DataFrame({"texte": list(impact.NEVER_MEASURED.values())})
    titles = rules.families()
    titled = pl.col("famille").replace(titles)
    named = {
        "impact_totaux": result.totals,
        "impact_exigees": result.required,
        "impact_faites": result.done,
        "impact_lieux": result.places,
        "impact_oeth": result.oeth,
        "impact_lignes": result.rows.with_columns(titled) if result.rows.height else result.rows,
        "impact_familles": result.families.with_columns(titled) if result.families.height else result.families,
        "impact_facteurs": impact.factors().with_columns(titled).collect(),
    }
    return {name: frame for name, frame in named.items() if frame.height} | {"impact_refus": refused}


def report(result: Impact) -> Report:
    """The report of the impact: one model for every form."""
    found = findings(result)
    return model.build(
        "L'impact des achats",
        buyer=result.name,
        as_of=result.as_of,
        today=result.today,
        sections=[section_impact(found)],
        sources=result.sources,
        subtitle="travail acheté, heures exigées, heures faites, retombées locales",
        annexes=annexes(found),
        notes=tuple(filter(None, (DEMO_SPEND_NOTE if result.demo else "", french.typeset(result.mention)))),
    )


def write(result: Impact, folder: Path | str) -> list[Path]:
    """Write impact.html, impact.docx and impact.xlsx, each whole or not at all."""
    return delivery.write(report(result), folder, "impact", "html", "docx", "xlsx")


def template(folder: Path | str) -> Path:
    """Write heures.csv to fill in; a file already there is never overwritten."""
    target = Path(folder) / "heures.csv"
    if target.exists():
        raise Problem(
            "Ce fichier existe déjà", where=str(target), todo="Remplissez-le, ou donnez un autre dossier avec --sortie"
        )
    return files.write_atomic(target, ("\ufeff" + TEMPLATE).encode("utf-8"))


def summary(result: Impact) -> str:
    """What the terminal says: by type, with the share measured; then the hours, each kind on its line."""
    lines = [*([french.typeset(result.mention), ""] if result.mention else [])]
    lines += [f"{result.name}, au {french.long_date(result.as_of)}", "", "Travail acheté à des structures inclusives"]
    for row in result.totals.to_dicts():
        carried, paid = interval(row, "etp"), interval(row, "finance")
        what = (
            f"{carried} {row['unite']} ; part financée {paid or 'non mesurée'}{recalled(row)}"
            if carried
            else f"non mesuré ({row['motifs']})"
        )
        lines.append(
            f"  {row['type'] or 'type inconnu':<6} {row['exercice'] or 'année ?'} {french.euros_short(row['montant']):>12} : {what}"
        )
    if not result.totals.height:
        lines.append("  aucun achat à une structure inclusive reconnue dans ce fichier")
    if result.required.height:
        told = (
            result.required.group_by("origine")
            .agg(pl.col(f"heures_{bound}" for bound in BOUNDS).sum(), pl.len())
            .sort("origine", nulls_last=True)
        )
        lines += ["", "Heures exigées par les clauses"]
        hours = {row["origine"]: f" : {_hours(row)}" if row["origine"] else "" for row in told.to_dicts()}
        lines += [
            f"  {row['origine'] or 'non mesurées'}{hours[row['origine']]} ({french.count(row['len'], 'marché')})"
            for row in told.to_dicts()
        ]
    if result.done.height:
        lines += ["", f"Heures faites : {french.number(result.done['heures_faites'].sum())} h"]
    lines += [
        "",
        "Ces trois sortes d'heures ne s'ajoutent pas : ce sont souvent les mêmes. L'effet net n'est pas mesuré.",
    ]
    return "\n".join(lines)


def _hours(row: dict[str, Any]) -> str:
    """Hours as written, « 1 567 h »; calculated, in their interval."""
    exact = row["heures_bas"] == row["heures_haut"]
    return french.typeset(f"{french.number(row['heures_milieu'])} h") if exact else interval(row, "heures", "h")
