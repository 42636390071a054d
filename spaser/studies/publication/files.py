"""From a publication to its folder: page, open data with their schema, note for elected members, method, sources."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

import spaser
from spaser import french, rules
from spaser.deliverables import files, html, open_data, word
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Source
from spaser.indicators.records import AMOUNTS, OPTIONAL, catalogue
from spaser.indicators.targets import TEMPLATE
from spaser.indicators.trajectory import Road
from spaser.problems import Problem
from spaser.sections.findings import Findings
from spaser.sections.goals import IMPOSED, answered
from spaser.sections.publication.legal import HEADLINES, publication
from spaser.sections.publication.method import sections as method_sections
from spaser.sections.publication.note import sections as note_sections
from spaser.sections.publication.retained import marks
from spaser.sources.answers import entered
from spaser.studies.diagnostic import handover
from spaser.studies.publication.compared import REFERENCES, Edition, lists_read, method_of
from spaser.studies.publication.compose import Publication, codes, measurer
from spaser.vocabulary import POPULATIONS

TITLE = "Publication des indicateurs du SPASER"
CONTRACTS = "contrats-mesures.parquet"


def findings(result: Publication) -> Findings:
    """The finished tables of a publication, as its sections read them."""
    whole = handover.findings(result.diagnostic)
    extras = {
        **whole.extras,
        "saisis": result.entered,
        "depense": result.spent,
        "depenses_couverture": result.coverage,
        "acheteurs": result.by_buyer,
        "pairs": result.peers,
        "editions": result.editions,
        "objectifs": goals(result.roads, result.references),
        "chemins": points(result.roads),
    }
    given = tuple(Source(path.name, name) for name, path in result.given.items())
    return replace(
        whole, measures=result.measures, definition=result.definition, extras=extras, sources=(*whole.sources, *given)
    )


def report(result: Publication) -> Report:
    """The page ``index.html``."""
    found = findings(result)
    return _built(TITLE, result, found, publication(found, with_score=result.with_score))


def note(result: Publication) -> Report:
    """The note for elected members, two pages."""
    found = findings(result)
    return _built("Achats responsables : où en sommes-nous ?", result, found, note_sections(found))


def method(result: Publication) -> Report:
    """The method, written from the records and rules that were used."""
    found = findings(result)
    every = pl.concat([result.measures, result.entered, result.spent])
    return _built("Méthode de la publication", result, found, method_sections(found, every, result.years))


@files.together
def write(result: Publication, folder: Path | str) -> list[Path]:
    """Write the folder of the publication, each file whole or not at all.

    Returns
    -------
    list of Path
        index.html, indicateurs.csv, indicateurs.schema.json, note.docx, methode.html, sources.json and the contracts measured,
        which the next edition compares itself with.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [
        html.write(report(result), target / "index.html"),
        files.deliver(target / "indicateurs.csv", open_data.csv(table(result))),
        files.deliver(target / "indicateurs.schema.json", open_data.schema(result.diagnostic.scope)),
        word.write(note(result), target / "note.docx", contents=False),
        html.write(method(result), target / "methode.html"),
        files.deliver(target / "sources.json", sources(result)),
        files.deliver(target / CONTRACTS, _kept(result)),
    ]


def template(folder: Path | str, years: tuple[int, ...], sirens: tuple[str, ...] = ()) -> list[Path]:
    """Write what the buyer fills in: the figures entered (CSV) and the targets (TOML). A file already there is never replaced."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    wanted = {
        "chiffres-saisis.csv": b"\xef\xbb\xbf" + entered.template(years, sirens).encode("utf-8"),
        "objectifs.toml": TEMPLATE.encode("utf-8"),
    }
    return [files.deliver(_free(target / name), content) for name, content in wanted.items()]


def table(result: Publication) -> pl.DataFrame:
    """``indicateurs.csv``: the group, then each buyer, then spending and figures entered."""
    every = " ".join(siren for siren, _ in result.buyers)
    told: dict[str, Any] = {"years": result.years, "marks": marks(), "as_of": result.diagnostic.as_of}
    parts = [open_data.rows(result.measures, siren=every, **told)]
    for siren, name in result.buyers if len(result.buyers) > 1 else ():
        parts.append(open_data.rows(result.by_buyer.filter(pl.col("perimetre") == name), siren=siren, **told))
    spent = result.spent.filter(
        (pl.col("dimension") == "total") | pl.col("modalite").is_in([str(year) for year in result.years])
    )
    parts += [open_data.rows(frame, siren=every, **told) for frame in (spent, result.entered) if frame.height]
    return pl.concat(parts).unique(open_data.KEY, keep="first", maintain_order=True)


def sources(result: Publication) -> bytes:
    """``sources.json``: what was read, with its fingerprint, and the choices made. No hour of writing."""
    base = result.base
    lists = base.register_files.to_dicts() if base.register_files is not None else []
    content = {
        "titre": TITLE,
        "kit": {"nom": "spaser", "version": spaser.__version__},
        "acheteurs": [{"siren": siren, "nom": name} for siren, name in result.buyers],
        "annees": list(result.years),
        "donnees_au": base.as_of.isoformat(),
        "population": result.diagnostic.population,
        "population_libelle": POPULATIONS[result.diagnostic.population],
        "definition": result.definition,
        "score_publie": result.with_score,
        "contrats": [
            {
                "fichier": row["source"],
                "format": row["dialecte"],
                "enregistrements": row["lus"],
                "octets": row["octets"],
                "sha256": row["sha256"],
            }
            for row in base.files.sort("source").to_dicts()
        ],
        "listes_de_fournisseurs": [{key: _plain(value) for key, value in row.items()} for row in lists],
        "fournis_par_l_acheteur": [
            {"role": name, "fichier": path.name, **_print(path.read_bytes())} for name, path in result.given.items()
        ],
        "references": [{"fichier": name, **_print(rules.path(name).read_bytes())} for name in REFERENCES],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def previous(folder: Path | str) -> Edition:
    """The edition published in a folder, to be compared with: its contracts, years, population.

    Raises
    ------
    Problem
        The folder is not a publication.
    """
    place = Path(folder)
    try:
        told = json.loads((place / "sources.json").read_text(encoding="utf-8"))
        contracts = pl.read_parquet(place / CONTRACTS)
    except (OSError, ValueError, pl.exceptions.ComputeError) as failure:
        raise Problem(
            "L'édition précédente est illisible",
            where=str(place),
            todo=f"Donnez le dossier d'une publication : il contient sources.json et {CONTRACTS}.",
        ) from failure
    names = " + ".join(buyer["nom"] for buyer in told["acheteurs"])
    return Edition(
        contracts.lazy(),
        tuple(told["annees"]),
        measurer(names, told["population"]),
        date.fromisoformat(told["donnees_au"]),
        frozenset(row["sha256"] for row in told["contrats"]),
        lists_read(told["listes_de_fournisseurs"]),
        method_of(row["sha256"] for row in told["references"]),
    )


def summary(result: Publication) -> str:
    """What the terminal says of a publication."""
    found = findings(result)
    years = "–".join(str(year) for year in sorted({min(result.years), max(result.years)})) if result.years else ""
    lines = [
        f"{result.diagnostic.scope}, {years} : définition « {result.definition} », {POPULATIONS[result.diagnostic.population]}"
    ]
    for code in HEADLINES:
        number, value = found.one(code), found.one(code, unite="valeur")
        if number is None:
            continue
        part = f"{french.share(number.valeur)} des contrats" if number.repondus else "non renseigné"
        worth = f" ; {french.share(value.valeur)} de la valeur" if value and value.valeur is not None else ""
        lines.append(f"  {number.titre:<58} {part}{worth} ; renseignés : {french.share(number.couverture)}")
    lines += [f"  Objectif {row['annee']}, {row['titre']} : {answered(row)}" for row in goals(result.roads).to_dicts()]
    return "\n".join(lines)


def _built(title: str, result: Publication, found: Findings, sections: Any) -> Report:
    return model.build(
        title,
        buyer=french.called(found.buyer),
        as_of=found.as_of,
        today=result.diagnostic.base.today,
        last=result.diagnostic.last_notified,
        sections=sections,
        subtitle=period(result.years, result.diagnostic.contracts),
        sources=found.sources,
        notes=result.notes,
    )


def period(years: tuple[int, ...], contracts: pl.DataFrame) -> str:
    """« Années 2023–2025 »; a year of less contracts than a share needs, at either end, is told apart: « Année 2024 (et 1 contrat de décembre 2023) »."""
    least = rules.method()["indicators"]["petit_effectif"]["value"]
    days = contracts.filter(pl.col("annee").is_in(list(years))).select("annee", "dateNotification")
    held = dict(days.group_by("annee").len().rows())
    solid = [year for year in years if held.get(year, 0) >= least]
    main = [year for year in years if not solid or min(solid) <= year <= max(solid)]
    beside = [_beside(days.filter(pl.col("annee") == year)) for year in years if year not in main and held.get(year)]
    first, last = min(main, default=""), max(main, default="")
    told = f"Année {first}" if first == last else f"Années {first}–{last}"
    return french.typeset(f"{told} (et {french.listing(beside)})") if beside else told


def _beside(days: pl.DataFrame) -> str:
    """« 1 contrat de décembre 2023 », « 4 contrats de 2023 » when several months hold them."""
    first, last = days["dateNotification"].min(), days["dateNotification"].max()
    known = isinstance(first, date) and isinstance(last, date) and (first.year, first.month) == (last.year, last.month)
    when = french.month(first) if known and isinstance(first, date) else str(days["annee"][0])
    return f"{french.count(days.height, 'contrat')} {french.of(when)}"


def goals(roads: tuple[Road, ...], references: tuple[Road, ...] = ()) -> pl.DataFrame:
    """The targets and references as a table, with what is known of each; ``reponse`` and ``manque`` are THE answer of a target.

    Every page that says where a target stands reads these rows.
    """
    kinds = [(road, "voté") for road in roads] + [
        (road, IMPOSED if road.target.devoir else "référence nationale") for road in references
    ]
    rows = [
        {
            "rang": rank,
            "nature": kind,
            "indicateur": road.target.indicateur,
            "titre": road.target.titre,
            "unite": road.target.unite,
            "definition": road.target.definition,
            "cible": road.target.cible,
            "annee": road.target.annee,
            "source": road.target.source,
            "confidence": road.target.confidence,
            "devoir": road.target.devoir,
            "part": road.target.part,
            "baisse": road.target.baisse,
            "etat": road.state,
            "reponse": road.answer,
            "manque": road.lacking,
            "population": road.population,
            "numerateur": road.numerateur,
            "denominateur": road.denominateur,
            "derniere": road.derniere,
            "annee_derniere": road.annee_derniere,
            "projete": road.projete,
            "atteint_en": road.atteint_en,
            "manquants": road.manquants,
            "contrats": road.contrats,
            "euros": road.euros,
        }
        for rank, (road, kind) in enumerate(kinds, 1)
    ]
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame()


def points(roads: tuple[Road, ...]) -> pl.DataFrame:
    """The points of every road, with the rank of its target."""
    parts = [road.points.with_columns(objectif=pl.lit(rank)) for rank, road in enumerate(roads, 1)]
    return pl.concat(parts) if parts else pl.DataFrame()


def _kept(result: Publication) -> bytes:
    """The contracts measured, with the columns the indicators read: no holder's name is among them."""
    read = {"uid", "annee", "acheteur_siren", *POPULATIONS, *OPTIONAL, *AMOUNTS}
    for code in codes():
        record = catalogue()[code]
        for expression in (*record.definitions.values(), *([record.champ] if record.champ is not None else [])):
            read |= set(expression.meta.root_names())
    contracts = result.diagnostic.contracts
    stream = io.BytesIO()
    contracts.select(name for name in contracts.columns if name in read).sort("uid").write_parquet(stream)
    return stream.getvalue()


def _print(content: bytes) -> dict[str, Any]:
    return {"octets": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | bool | type(None)) else str(value)


def _free(path: Path) -> Path:
    """The path, or a numbered one beside it when it exists."""
    rank, wanted = 2, path
    while wanted.exists():
        wanted, rank = path.with_name(f"{path.stem} ({rank}){path.suffix}"), rank + 1
    return wanted
