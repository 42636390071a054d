"""When a contract was notified and when it ends, as judged: a date is held against the others before it is believed.

Rules and examples: ``reference/contract_facts.toml`` (``date``). A doubtful day never moves a period.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.contracts import ruling

NOTIFIED, PUBLISHED = pl.col("dateNotification"), pl.col("publication_initiale")
KEPT, DECIDED, UNKNOWN = "gardee", "decidee", "inconnue"


def judge(contracts: pl.DataFrame, as_of: date, today: date | None = None) -> pl.DataFrame:
    """Adds ``dateNotification_publiee, date_regle, date_preuve`` and replaces ``dateNotification`` by its judged value.

    A notification long after its own publication, or after the end of the files, is unknown; a few days after, it is kept
    and doubted; a publication after the reader's day is no evidence. Needs ``uid, dateNotification, publication_initiale, decision_date``.
    """
    decided = pl.col("decision_date").str.to_date("%Y-%m-%d", strict=False)
    # A publication that has not come yet says nothing of when the contract was notified, nor of where the files end.
    published = PUBLISHED if today is None else pl.when(PUBLISHED <= today).then(PUBLISHED)
    end = max(as_of, contracts.select(published.max()).item() or as_of)
    seen = {
        "decision": decided,
        "notifie": NOTIFIED,
        "publie": published,
        "jours_apres": (NOTIFIED - published).dt.total_days(),
        "tolerance": pl.lit(rules.toml("contract_facts.toml")["dates"]["tolerance"]),
        "fin": pl.lit(end),
    }
    days = {"decision": decided, "notifie": NOTIFIED, "publie": PUBLISHED, "fin": pl.lit(end)}
    shown = {name: day.dt.strftime("%d/%m/%Y") for name, day in days.items()} | {"autre_annee": _other_year()}
    judged = ruling.decided(contracts, "date", seen, shown, (KEPT, DECIDED, UNKNOWN))
    unknown = (pl.col("_conclut") == UNKNOWN).fill_null(False)
    return judged.with_columns(
        date_regle="_regle",
        date_preuve="_preuve",
        dateNotification_publiee=NOTIFIED,
        dateNotification=pl.coalesce(decided, pl.when(~unknown).then(NOTIFIED)),
    ).drop("_regle", "_conclut", "_preuve")


def _other_year() -> pl.Expr:
    """The same day of the year of publication, or of the year before, when it comes shortly before the publication: a mistyped year."""
    back = (NOTIFIED.dt.year() - PUBLISHED.dt.year()).clip(lower_bound=0)
    same, earlier = (NOTIFIED.dt.offset_by(pl.format("-{}y", years)) for years in (back, back + 1))
    day = pl.when(same <= PUBLISHED).then(same).otherwise(earlier)
    soon = (PUBLISHED - day).dt.total_days() <= rules.toml("contract_facts.toml")["dates"]["annee_jours"]
    said = pl.format(" Une année mal saisie l'expliquerait : {}.", day.dt.strftime("%d/%m/%Y"))
    return pl.when(soon.fill_null(False)).then(said).otherwise(pl.lit(""))


def end() -> pl.Expr:
    """The latest end of a contract: first notification and judged duration, never before its last amendment. Null: unknown."""
    planned = NOTIFIED.dt.offset_by(pl.format("{}mo", "dureeMois"))
    return pl.when(planned.is_not_null()).then(pl.max_horizontal(planned, "dernier_avenant"))


#: A file, and the day of publication that is the one of a batch.
BATCHES = pl.Schema({"source": pl.String(), "premiere_publication": pl.Date()})


def batches(contracts: pl.DataFrame) -> pl.DataFrame:
    """The days of publication that most contracts of a file carry, whoever buys, and on which many would be late: BATCHES.

    Such a day is that of a batch: it does not say when each contract was first published (``[publication_groupee]``).
    """
    method = rules.toml("contract_facts.toml")["publication_groupee"]
    delay = rules.method()["indicators"]["delai_publication"]["value"]
    day = pl.col("premiere_publication")
    dated = contracts.filter(day.is_not_null()).with_columns(
        _lus=pl.len().over("source"), _tard=(day > NOTIFIED.dt.offset_by(f"{delay}mo")).fill_null(False)
    )
    found = dated.group_by(*BATCHES).agg(
        part=pl.len() / pl.col("_lus").first(),
        acheteurs=pl.col("acheteur_siren").n_unique(),
        tard=pl.col("_tard").mean(),
    )
    most, several = pl.col("part") > method["part"], pl.col("acheteurs") >= method["acheteurs"]
    return found.filter(most, several, pl.col("tard") >= method["tardifs"]).select(
        pl.col(name).cast(kind) for name, kind in BATCHES.items()
    )


def hidden(contracts: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """The contracts, ``publication_recouverte`` where their day of publication is one of ``batches``."""
    known = batches.select(*BATCHES, _groupe=pl.lit(True))
    told = contracts.join(known, on=list(BATCHES), how="left", maintain_order="left")
    return told.with_columns(pl.col("publication_recouverte") | pl.col("_groupe").fill_null(False)).drop("_groupe")
