"""From a diagnostic to what is handed over: the report, its forms, the tables beside it, and the words on the terminal."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import families, french
from spaser.deliverables import delivery, files, sentences
from spaser.deliverables import report as model
from spaser.deliverables.report import Report, Source
from spaser.sections import report as sections
from spaser.sections import texts as sections_texts
from spaser.sections.annexes import annexes
from spaser.sections.findings import Findings
from spaser.sources import filled
from spaser.sources.answers import constats, facts
from spaser.studies.diagnostic import republish
from spaser.studies.diagnostic.compose import Diagnostic
from spaser.studies.diagnostic.emptiness import filled_of
from spaser.vocabulary import CONSIDERATIONS, DECISIONS, DIALECTS, POPULATIONS, euros, label
from spaser.vocabulary.sentences import DEMO_NOTE


def findings(result: Diagnostic) -> Findings:
    """The finished tables of a diagnostic, as the report reads them."""
    base = result.base
    lists = base.register_files
    known = base.files.select("source", pl.col("dialecte").str.replace_many(DIALECTS))
    sources = [Source(name, f"contrats, {form}") for name, form in known.rows()]
    if lists is not None:
        sources += [Source(row["fichier"], row["libelle"], row.get("au")) for row in lists.to_dicts()]
    for key, name, word in (("avis_fichiers", "source", "avis"), ("pieces", "document", "pièce")):
        sources += [
            Source(row[name], f"{word}, {row['format']}")
            for row in result.extras.get(key, pl.DataFrame()).to_dicts()
            if row["format"]
        ]
    return Findings(
        measures=result.measures,
        contracts=result.contracts,
        as_of=result.as_of,
        buyer=result.scope,
        accounts=base.accounts,
        rejects=_rejects(result),
        contributions=result.contributions,
        sources=tuple(sources),
        population=result.population,
        demo=base.demo,
        extras=result.extras,
        today=result.base.today,
    )


def report(result: Diagnostic) -> Report:
    """The one report of a diagnostic: every form is written from it."""
    found = findings(result)
    return model.build(
        "Diagnostic d'achat responsable",
        buyer=french.called(result.scope),
        as_of=result.as_of,
        today=result.base.today,
        last=result.last_notified,
        sections=sections(found),
        subtitle=f"{span(result)}, {POPULATIONS[result.population]}",
        sources=found.sources,
        notes=tuple(filter(None, (DEMO_NOTE if found.demo else "", french.typeset(result.mention)))),
        annexes=annexes(found),
    )


def span(result: Diagnostic) -> str:
    """From which month to which month the contracts were notified: « contrats notifiés de mars 2023 à juin 2025 »."""
    days: list[date] = [day for day in result.contracts["dateNotification"].to_list() if day and day <= result.as_of]
    if not days:
        return "contrats sans date de notification"
    first, last = (french.month(day) for day in (min(days), max(days)))
    return f"contrats notifiés en {first}" if first == last else f"contrats notifiés de {first} à {last}"


@files.together
def write(result: Diagnostic, folder: Path | str) -> list[Path]:
    """Write diagnostic.html, diagnostic.xlsx, contrats.parquet, rejets.csv, constats.csv and a-corriger.csv, each whole or not at all.

    With accepted corrections, corrections-decp.json too: the contracts as DECP 2022, to republish at the source.

    Returns
    -------
    list of Path
        The files as written: a file open elsewhere gives a numbered copy.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    whole = report(result)
    table = io.BytesIO()
    euros(result.contracts.lazy()).collect().write_parquet(table)
    return [
        *delivery.write(whole, target, "diagnostic", "html", "xlsx"),
        files.deliver(target / "contrats.parquet", table.getvalue()),
        files.deliver(target / "rejets.csv", files.officers_csv(_rejects(result))),
        files.write_atomic(target / "constats.csv", _answers(result, target / "constats.csv")),
        *_facts(result, target),
    ]


def _answers(result: Diagnostic, path: Path) -> bytes:
    """constats.csv: what a person answered in it, whoever runs the diagnostic again, is never lost."""
    before = constats.read_answers(path).collect() if path.is_file() else DECISIONS.empty()
    own = result.base.decisions.filter(pl.col("objet_type") == "constat").collect()
    held = pl.concat([own, before]).unique(["objet_id", "champ"], keep="first", maintain_order=True)
    return files.officers_csv(constats.answers_table(result.extras["ecarts"], held))


def _facts(result: Diagnostic, target: Path) -> list[Path]:
    """a-corriger.csv, what a person decided in it kept, and the accepted corrections to republish when there are some."""
    place = target / facts.NAME
    before = facts.read_facts(place).collect() if place.is_file() else DECISIONS.empty()
    held = pl.concat([result.base.decisions.collect(), before])
    held = held.unique(["objet_type", "objet_id", "champ"], keep="first", maintain_order=True)
    mine = pl.col("uid").is_in(result.contracts["uid"].to_list())
    obeyed = result.base.decisions.filter(pl.col("objet_id").is_in(result.contracts["uid"].to_list())).collect()
    versions = result.base.versions.filter(mine).collect()
    whole, told = republish.corrected(result.contracts, versions, obeyed, day=result.day)
    doubted = result.contracts.lazy().filter(pl.col("famille_doute").fill_null(False))
    table = facts.facts_table(result.contracts, held, told, families.of_words(doubted).collect())
    written = [files.write_atomic(place, files.officers_csv(table))]
    return written if whole is None else [*written, files.write_atomic(target / republish.NAME, whole)]


def _rejects(result: Diagnostic) -> pl.DataFrame:
    """What was refused or doubted: in the contracts, and in the notices and documents given with them."""
    more = result.extras.get("textes_rejets")
    own = result.base.rejects.collect()
    return own if more is None else pl.concat([own, more])


def summary(result: Diagnostic) -> str:
    """What the terminal says: what was read, how many contracts, each share with its coverage."""
    base = result.base
    lines = ["Lecture"]
    lines += [f"  {_account(row)}" for row in base.accounts.to_dicts()]
    lines += _unread(base.rejects)
    if base.folder is None:
        lines += [f"  Attention, {told}" for told in filled.warnings(filled_of(base)[0])]
    lines += [f"  {said}" for said in sections_texts.read_beyond(findings(result))]
    counted = result.contracts.filter(pl.col(result.population))
    lines += ["", f"{result.scope} : {french.count(counted.height, 'contrat')} ({POPULATIONS[result.population]})"]
    lines += _shares(result)
    if not result.sirens:
        lines += ["", "Acheteurs lus (--acheteur pour en choisir un) :"] + _buyers(base.buyers)
    return "\n".join(lines)


def _account(row: dict[str, Any]) -> str:
    """Where each record read of a file went: what is nought is not told."""
    kinds = {"contrats": "contrat", "doublons": "doublon", "concessions": "concession", "rejetes": "rejeté"}
    parts = [
        french.count(row[name], word, none=False) for name, word in kinds.items() if row[name] or name == "contrats"
    ]
    if row["versions_titulaires"]:
        parts.insert(
            1,
            f"{french.count(row['versions_titulaires'], 'version')} ou {french.plural('titulaire', row['versions_titulaires'])} de ces contrats",
        )
    told = f"{row['source']} : {french.count(row['lus'], 'enregistrement', none=False)} = {' + '.join(parts)}"
    return told + (f" ; {french.count(row['doutes'], 'doute')} à vérifier" if row["doutes"] else "")


def _unread(rejects: pl.LazyFrame) -> list[str]:
    """The columns of a list that nobody read: their answers would be missed in silence."""
    found = (
        rejects.filter(pl.col("regle") == "liste.colonne")
        .select("source", "champ")
        .unique(maintain_order=True)
        .collect()
    )
    parts = found.group_by("source", maintain_order=True).agg("champ").rows()
    sheets = rejects.filter(pl.col("regle") == "liste.feuille").select("source", "champ", "valeur").collect().rows()
    said = [
        french.typeset(f"  {source} : colonnes non lues, à renommer si elles comptent : {french.listing(names)}")
        for source, names in parts
    ]
    return said + [french.typeset(f"  {source}, feuille « {sheet} » non lue : {why}") for source, sheet, why in sheets]


def _shares(result: Diagnostic) -> list[str]:
    found = findings(result)
    lines = []
    for word in CONSIDERATIONS:
        measure, value = found.one(word.name), found.one(word.name, unite="valeur")
        if measure is None:
            continue
        part = f"  {label(word.name):<42} "
        if measure.valeur is None:
            lines.append(f"{part}{'inconnu':>10} : aucun contrat ne répond")
            continue
        part += f"{french.share(measure.valeur):>10} des contrats"
        part += f" ; {french.share(value.valeur)} de la valeur" if value else ""
        lines.append(f"{part} ; réponse connue : {french.share(measure.couverture)}")
    return lines + [f"  Attention, {told}" for told in sentences.constant(found.extras.get("reponses_constantes"))]


def _buyers(rows: pl.DataFrame, most: int = 12) -> list[str]:
    lines = [
        f"  {siren}  {name} ({french.number(n)} contrats)"
        for siren, name, n in rows.head(most).select("acheteur_siren", "acheteur_libelle", "contrats").rows()
    ]
    return lines + ([f"  … et {french.count(rows.height - most, 'autre')}"] if rows.height > most else [])
