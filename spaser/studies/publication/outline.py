"""The outline of a SPASER, as a Word file that a team completes: read from the same figures as the publication."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables import files, word
from spaser.deliverables import report as model
from spaser.deliverables.report import Report
from spaser.indicators import trajectory
from spaser.indicators.proposed import proposed
from spaser.indicators.records import NUMBER, VALUE
from spaser.sections.findings import Findings
from spaser.sections.publication import outline as sections_outline
from spaser.sections.publication.retained import items
from spaser.studies.publication.compose import Publication, complete_years, measurer
from spaser.studies.publication.files import findings

NAME = "schema.docx"


def report(result: Publication) -> Report:
    """The outline: one page, the law, the start, an axis per chapter, the follow-up."""
    found = _findings(result)
    return model.build(
        "Schéma de promotion des achats socialement et écologiquement responsables",
        buyer=french.called(found.buyer),
        as_of=found.as_of,
        today=result.diagnostic.base.today,
        last=result.diagnostic.last_notified,
        sections=sections_outline.sections(found),
        subtitle="trame à compléter",
        sources=found.sources,
        notes=result.notes,
    )


def _findings(result: Publication) -> Findings:
    found = findings(result)
    return replace(found, extras={**found.extras, "cibles_a_debattre": starts(result, found)})


def starts(result: Publication, found: Findings) -> pl.DataFrame:
    """Every indicator of contracts of the schema, in number: its start, its landmarks and the target proposed (``indicators.proposed``).

    One start per buyer: those of a joint schema have each their own (L2111-3). It is the row that the publication answers its
    targets on (``trajectory.latest``); ``annee`` is null where no year says anything, ``valeur_montants`` is the share of the amounts.
    """
    voted = _targets(found)
    parts = []
    for siren, name in result.buyers:
        start = _start(result, siren, name)
        parts.append(proposed(start.lazy(), _peers(found, siren, result.definition), voted, _due().lazy()))
    return pl.concat(pl.collect_all(parts))


def _start(result: Publication, siren: str, name: str) -> pl.DataFrame:
    codes = [code for mark, item in items().items() if mark.startswith("S") for code in item["contrats"]]
    own = result.base.contracts.filter(pl.col("acheteur_siren") == siren).collect(engine="streaming")
    measured = measurer(name, result.diagnostic.population)(own.lazy()).collect()
    rows = _retained(measured.filter(pl.col("indicateur").is_in(codes)), result.definition)
    last = trajectory.latest(rows, complete_years(own, result.base.as_of.year))
    whole = rows.filter(pl.col("dimension") == "total", pl.col("unite") == NUMBER)
    number = last.filter(pl.col("unite") == NUMBER)
    # An indicator that no year measures keeps its place: it says that it is not known.
    silent = whole.join(number, on="indicateur", how="anti", maintain_order="left")
    order = {code: rank for rank, code in enumerate(dict.fromkeys(codes))}
    worth = last.filter(pl.col("unite") == VALUE).select("indicateur", valeur_montants="valeur", annee_montants="annee")
    return (
        pl.concat([number, silent], how="diagonal")
        .join(worth, on="indicateur", how="left", maintain_order="left")
        .with_columns(acheteur=pl.lit(name))
        .sort(pl.col("indicateur").replace_strict(order, return_dtype=pl.Int64))
    )


def _retained(rows: pl.DataFrame, definition: str) -> pl.DataFrame:
    """The rows in the definition shown, where several compete."""
    several = pl.col("definition").n_unique().over("indicateur") > 1
    return rows.filter(~several | (pl.col("definition") == definition))


def _peers(found: Findings, siren: str, definition: str) -> pl.LazyFrame:
    """Where this buyer stands among its peers."""
    blank = {"indicateur": pl.String, "mediane": pl.Float64, "q3": pl.Float64, "n_pairs": pl.Int64}
    peers = found.extras.get("pairs")
    if peers is None or not peers.height:
        return pl.LazyFrame(schema=blank)
    mine = peers.filter(pl.col("unite") == NUMBER, pl.col("acheteur_siren") == siren)
    return _retained(mine, definition).select(pl.col(name).cast(dtype) for name, dtype in blank.items()).lazy()


def _targets(found: Findings) -> pl.LazyFrame:
    """The targets voted, in number or in amounts, and the national references."""
    goals = found.extras.get("objectifs")
    known = {"indicateur": pl.String, "nature": pl.String, "unite": pl.String, "cible": pl.Float64, "annee": pl.Int64}
    if goals is None or not goals.height:
        return pl.LazyFrame(schema=known)
    return goals.filter("part").select(pl.col(name).cast(dtype) for name, dtype in known.items()).lazy()


def _due() -> pl.DataFrame:
    """``indicateur, devoir``: what the law asks of every contract, in words."""
    duties = rules.toml("law.toml")["duties"]
    rows = [
        (code, " ; ".join(f"{_told(duties[key])} ({duties[key]['legal']})" for key in record["devoirs"]))
        for code, record in rules.toml("indicators.toml").items()
        if record.get("devoirs")
    ]
    return pl.DataFrame(rows, schema={"indicateur": pl.String, "devoir": pl.String}, orient="row")


def _told(duty: dict[str, Any]) -> str:
    return f"imposé à chaque consultation lancée {rules.since(duty['since'])}"


@files.together
def write(result: Publication, folder: Path | str) -> list[Path]:
    """Write the Word file. One that a person has completed is never replaced: the new one takes a number."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [word.write(report(result), target / NAME)]


def summary(result: Publication) -> str:
    """What the terminal says: the start of each indicator for which a target is proposed or voted, buyer by buyer; what has no landmark."""
    told = starts(result, findings(result))
    many = told["acheteur"].n_unique() > 1
    indicators = french.count(told["indicateur"].n_unique(), "indicateur")
    lines = [f"{result.diagnostic.scope} : {indicators} lus dans les contrats"]
    for name in told["acheteur"].unique(maintain_order=True):
        rows = told.filter(pl.col("acheteur") == name)
        lines += [f"{name} :"] if many else []
        lines += [line for row in rows.to_dicts() if (line := _line(row))]
        lines += [f"  {french.capital(said)}" for said in sections_outline.unlandmarked(rows)]
    return french.typeset("\n".join(lines)) if len(lines) == 1 else "\n".join(lines)


def _line(row: dict[str, Any]) -> str:
    start = f"  {row['titre']:<62} départ {sections_outline.start_of(row)}"
    if row["vote"] is not None:
        return f"{start}, voté : {sections_outline.voted_of(row)}"
    if row["propose"] is not None:
        return f"{start}, à débattre : {french.share(row['propose'], 0)} ({row['motif']})"
    return ""
