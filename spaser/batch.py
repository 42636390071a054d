"""One report per buyer, from a short ``diagnostic.toml``: resumable, failures listed without stopping the others."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

import spaser
from spaser import buyers, diagnostic, french, handover
from spaser.deliverables import excel, files, html, pdf, slides, word
from spaser.deliverables.report import Callout, Report
from spaser.diagnostic import Base
from spaser.problems import Problem, Problems, closest
from spaser.vocabulary import DEFAULT_POPULATION, POPULATIONS

FORMS = ("html", "pdf", "docx", "pptx", "xlsx")
KEYS = {
    "client": str, "acheteurs": list, "fichiers": list, "registres": list, "annees": list, "population": str, "formes": list,
    "logo": str, "modele_docx": str, "modele_pptx": str, "commentaires": dict, "sortie": str,
}  # fmt: skip
STATE = "etat.json"


@dataclass(frozen=True)
class Mission:
    """What a consultant asked for. Paths are those of the file that says it, resolved from its folder."""

    files: tuple[str, ...]
    folder: Path
    client: str = ""
    buyers: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    population: str = DEFAULT_POPULATION
    forms: tuple[str, ...] = FORMS
    logo: bytes = field(default=b"", repr=False)
    templates: dict[str, Path] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one buyer: its files, or why there are none."""

    buyer: str
    siren: str
    files: tuple[str, ...] = ()
    failure: str = ""
    reused: bool = False


def read_mission(path: Path | str) -> Mission:
    """Read and check a ``diagnostic.toml``; every fault is told at once.

    Raises
    ------
    Problem, Problems
        The file is missing or is not TOML; a key, a form or a population is unknown (with the closest known name).
    """
    source = Path(path)
    try:
        said = tomllib.loads(source.read_text(encoding="utf-8-sig"))
    except OSError:
        raise Problem("Le fichier de mission est introuvable", where=str(path), todo="Donnez le chemin d'un diagnostic.toml") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem("Le fichier de mission n'est pas du TOML", where=source.name, why=str(error)) from None
    faults = list(_faults(said, source.parent))
    if faults:
        raise Problems(f"Le fichier de mission {source.name} est à corriger", faults)
    return _mission(said, source)


def run(mission: Mission, *, progress: Callable[[str, float], None] | None = None, base: Base | None = None) -> list[Outcome]:
    """Write one folder per buyer and an index; what is already done from the same inputs is not done again."""
    whole = base or diagnostic.prepare(list(mission.files), registers=list(mission.registers), progress=progress)
    state = _state(mission.folder)
    outcomes = []
    wanted = list(_wanted(whole, mission))
    for rank, (name, siren, failure) in enumerate(wanted):
        if progress:
            progress(name, rank / len(wanted))
        outcome = Outcome(name, siren, failure=failure) if failure else _one(whole, mission, name, siren, state)
        outcomes.append(outcome)
        if not outcome.failure:
            state[siren] = {"empreinte": mission.fingerprint, "fichiers": list(outcome.files)}
            files.write_atomic(mission.folder / STATE, json.dumps(state, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8"))
    files.write_atomic(mission.folder / "index.html", _index(mission, outcomes, whole).encode("utf-8"))
    if progress:
        progress("Rapports", 1.0)
    return outcomes


def _one(base: Base, mission: Mission, name: str, siren: str, state: dict[str, Any]) -> Outcome:
    done = state.get(siren, {})
    if done.get("empreinte") == mission.fingerprint and all((mission.folder / one).exists() for one in done["fichiers"]):
        return Outcome(name, siren, tuple(done["fichiers"]), reused=True)
    try:
        result = diagnostic.diagnose(base, buyer=siren, years=mission.years, population=mission.population)
        report = commented(handover.report(result), mission)
        written = [_write(form, report, mission, siren) for form in mission.forms]
    except Problem as problem:
        return Outcome(name, siren, failure=str(problem))
    return Outcome(name, siren, tuple(path.relative_to(mission.folder).as_posix() for path in written))


def commented(report: Report, mission: Mission) -> Report:
    """The report with the consultant's comments at the head of their sections, the client's name and logo."""
    sections = []
    for section in report.sections:
        comment = mission.comments.get(section.id, "").strip()
        blocks = (Callout("Commentaire", french.typeset(comment)), *section.blocks) if comment else section.blocks
        sections.append(replace(section, blocks=blocks))
    subtitle = f"{report.subtitle} – pour {mission.client}" if mission.client else report.subtitle
    return replace(report, sections=tuple(sections), subtitle=subtitle, logo=mission.logo)


def _write(form: str, report: Report, mission: Mission, siren: str) -> Path:
    folder = mission.folder / siren
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"diagnostic.{form}"
    match form:
        case "html":
            return html.write(report, path)
        case "pdf":
            return pdf.write(report, path)
        case "docx":
            return word.write(report, path, template=mission.templates.get("docx"))
        case "pptx":
            return slides.write(report, path, template=mission.templates.get("pptx"))
    return excel.write(report, path)


def _wanted(base: Base, mission: Mission) -> Sequence[tuple[str, str, str]]:
    """The buyers asked for (name, SIREN, failure); all those of the files when none is named."""
    if not mission.buyers:
        return [(name, siren, "") for siren, name in base.buyers.select("acheteur_siren", "acheteur_libelle").rows()]
    found = []
    for text in mission.buyers:
        try:
            siren = buyers.choose(base.buyers, text)
        except Problem as problem:
            found.append((text, "", str(problem)))
            continue
        found.append((base.buyers.filter(pl.col("acheteur_siren") == siren)["acheteur_libelle"].item(), siren, ""))
    return found


def _faults(said: dict[str, Any], folder: Path) -> Sequence[str]:
    faults = [f"clé inconnue « {key} ». {closest(key, KEYS)}".strip() for key in said if key not in KEYS]
    faults += [f"« {key} » doit être {_kind(kind)}." for key, kind in KEYS.items() if key in said and not isinstance(said[key], kind)]
    if not said.get("fichiers"):
        faults.append("« fichiers » manque : donnez au moins un fichier de contrats.")
    formes = said.get("formes", [])
    faults += [f"forme inconnue « {one} » (au choix : {', '.join(FORMS)})." for one in formes if one not in FORMS]
    if said.get("population", DEFAULT_POPULATION) not in POPULATIONS:
        faults.append(f"population inconnue « {said['population']} ». {closest(str(said['population']), POPULATIONS)}".strip())
    years = said.get("annees", [])
    if isinstance(years, list) and years and (len(years) > 2 or not all(isinstance(y, int) for y in years) or years != sorted(years)):
        faults.append("« annees » est une année ou deux dans l'ordre : [2024, 2025].")
    for key in ("logo", "modele_docx", "modele_pptx"):
        if isinstance(said.get(key), str) and not (folder / said[key]).is_file():
            faults.append(f"« {key} » : le fichier {said[key]} est introuvable.")
    return faults


def _kind(kind: type) -> str:
    return {str: "un texte", list: "une liste", dict: "une table"}[kind]


def _mission(said: dict[str, Any], source: Path) -> Mission:
    folder = source.parent
    paths = [str(folder / one) for one in said["fichiers"]]
    registers = [str(folder / one) for one in said.get("registres", [])]
    years = said.get("annees", [])
    templates = {form: folder / said[f"modele_{form}"] for form in ("docx", "pptx") if said.get(f"modele_{form}")}
    extra = [folder / said["logo"]] if said.get("logo") else []
    return Mission(
        files=tuple(paths), folder=folder / said.get("sortie", "rapports"), client=said.get("client", ""),
        buyers=tuple(str(one) for one in said.get("acheteurs", [])), registers=tuple(registers),
        years=(years[0], years[-1]) if years else None, population=said.get("population", DEFAULT_POPULATION),
        forms=tuple(said.get("formes", FORMS)), logo=extra[0].read_bytes() if extra else b"", templates=templates,
        comments={key: str(text) for key, text in said.get("commentaires", {}).items()},
        fingerprint=_fingerprint(source, [*paths, *registers, *map(str, templates.values()), *map(str, extra)]),
    )  # fmt: skip


def _fingerprint(source: Path, paths: Sequence[str]) -> str:
    """What the reports depend on: the mission, the version of the kit, and the size and date of each file."""
    mark = hashlib.sha256(source.read_bytes() + spaser.__version__.encode())
    for path in paths:
        for one in sorted(Path(path).parent.glob(re.sub(r"[\[\]]", "?", Path(path).name))):
            stat = one.stat()
            mark.update(f"{one.name}:{stat.st_size}:{stat.st_mtime_ns}".encode())
    return mark.hexdigest()


def _state(folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _index(mission: Mission, outcomes: Sequence[Outcome], base: Base) -> str:
    """The page that leads to every report, failures said first."""
    failed = [one for one in outcomes if one.failure]
    lines = "".join(_line(one) for one in outcomes if not one.failure)
    bad = "".join(f"<li><strong>{escape(one.buyer)}</strong> : {escape(one.failure)}</li>" for one in failed)
    count = french.count(len(outcomes) - len(failed), "rapport")
    title = "Diagnostics d'achat responsable" + (f" – {mission.client}" if mission.client else "")
    note = f'<p role="note">{escape(handover.DEMO_NOTE)}</p>' if base.demo else ""
    failures = f'<section aria-labelledby="echecs"><h2 id="echecs">Sans rapport</h2><ul>{bad}</ul></section>' if bad else ""
    return _PAGE.format(title=escape(title), note=note, count=escape(f"{count}, données arrêtées au {french.long_date(base.as_of)}."),
                        failures=failures, lines=lines)  # fmt: skip


def _line(one: Outcome) -> str:
    links = " · ".join(f'<a href="{escape(path)}">{escape(Path(path).suffix[1:].upper())}</a>' for path in one.files)
    return f'<tr><th scope="row">{escape(one.buyer)}</th><td>{escape(one.siren)}</td><td>{links}</td></tr>'


_PAGE = """<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b2a3a}}
table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;padding:.45rem .6rem;border-bottom:1px solid #d5dbe1}}
[role=note]{{background:#fdf3d6;padding:.6rem 1rem}}a{{color:#1d5aa0}}</style></head>
<body><main><h1>{title}</h1>{note}<p>{count}</p>{failures}
<table><caption class="aside">Un rapport par acheteur</caption>
<thead><tr><th scope="col">Acheteur</th><th scope="col">SIREN</th><th scope="col">Rapports</th></tr></thead>
<tbody>{lines}</tbody></table></main></body></html>
"""
