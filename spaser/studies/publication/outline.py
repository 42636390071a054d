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
from spaser.indicators.proposed import proposed
from spaser.sections.findings import Findings
from spaser.sections.publication import outline as sections_outline
from spaser.sections.publication.retained import items
from spaser.studies.publication.compose import Publication
from spaser.studies.publication.files import findings
from spaser.vocabulary.sentences import DEMO_NOTE

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
        notes=(DEMO_NOTE,) if found.demo else (),
    )


def _findings(result: Publication) -> Findings:
    found = findings(result)
    return replace(found, extras={**found.extras, "cibles_a_debattre": starts(found)})


def starts(findings: Findings) -> pl.DataFrame:
    """Every indicator of contracts of the schema, in number: its start, its landmarks and the target proposed (``indicators.proposed``)."""
    codes = [code for mark, item in items().items() if mark.startswith("S") for code in item["contrats"]]
    rows = findings.rows(*codes)
    several = pl.col("definition").n_unique().over("indicateur") > 1
    kept = rows.filter(~several | (pl.col("definition") == findings.definition))
    peers = findings.extras.get("pairs")
    blank = pl.DataFrame(schema={"indicateur": pl.String, "mediane": pl.Float64, "q3": pl.Float64, "n_pairs": pl.Int64})
    if peers is not None and peers.height and peers["acheteur_siren"].n_unique() == 1:
        many = pl.col("definition").n_unique().over("indicateur") > 1
        blank = peers.filter((pl.col("unite") == "nombre") & (~many | (pl.col("definition") == findings.definition)))
    goals = findings.extras.get("objectifs")
    known = {"indicateur": pl.String, "nature": pl.String, "cible": pl.Float64, "annee": pl.Int64}
    voted = (
        pl.DataFrame(schema=known)
        if goals is None or not goals.height
        else goals.filter((pl.col("unite") == "nombre") & pl.col("part")).select(
            pl.col(name).cast(dtype) for name, dtype in known.items()
        )
    )
    return proposed(kept.lazy(), blank.lazy(), voted.lazy(), _due().lazy()).collect()


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
    return f"obligation de chaque consultation lancée {rules.since(duty['since'])}, rien n'est à proposer"


@files.together
def write(result: Publication, folder: Path | str) -> list[Path]:
    """Write the Word file. One that a person has completed is never replaced: the new one takes a number."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    return [word.write(report(result), target / NAME)]


def summary(result: Publication) -> str:
    """What the terminal says: the start of each indicator for which a target is proposed."""
    told = starts(findings(result))
    lines = [f"{result.diagnostic.scope} : {french.count(told.height, 'indicateur')} lus dans les contrats"]
    for row in told.to_dicts():
        if row["propose"] is not None:
            lines.append(
                f"  {row['titre']:<62} départ {french.share(row['valeur'])}, à débattre : {french.share(row['propose'], 0)} ({row['motif']})"
            )
        elif row["vote"] is not None:
            lines.append(
                f"  {row['titre']:<62} départ {french.share(row['valeur'])}, voté : {french.share(row['vote'], 0)} en {row['annee_vote']}"
            )
    return french.typeset("\n".join(lines)) if len(lines) == 1 else "\n".join(lines)
