"""When a contract was notified and when it ends, as judged: a date is held against the others before it is believed.

Rules and examples: ``reference/contract_facts.toml`` (``date``). A doubtful day never moves a period.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules

NOTIFIED, PUBLISHED = pl.col("dateNotification"), pl.col("publication_initiale")


def judge(contracts: pl.DataFrame, as_of: date, today: date | None = None) -> pl.DataFrame:
    """Adds ``dateNotification_publiee, date_regle, date_preuve`` and replaces ``dateNotification`` by its judged value.

    A notification long after its own publication, or after the end of the files, is unknown; a few days after, it is kept
    and doubted; a publication after the reader's day is no evidence. Needs ``uid, dateNotification, publication_initiale, decision_date``.
    """
    table = rules.toml("contract_facts.toml")["date"]
    tolerance = pl.duration(days=rules.toml("contract_facts.toml")["dates"]["tolerance"])
    decided = pl.col("decision_date").str.to_date("%Y-%m-%d", strict=False)
    # A publication that has not come yet says nothing of when the contract was notified, nor of where the files end.
    published = PUBLISHED if today is None else pl.when(PUBLISHED <= today).then(PUBLISHED)
    end = max(as_of, contracts.select(published.max()).item() or as_of)
    tests = {
        "decision": decided.is_not_null(),
        "notifie_apres_publication": NOTIFIED > published + tolerance,
        "notifie_peu_apres_publication": NOTIFIED > published,
        "notifie_apres_les_fichiers": published.is_null() & (NOTIFIED > end),
    }
    shown = {name: pl.col(name).dt.strftime("%d/%m/%Y") for name in ("dateNotification", "publication_initiale")}
    values = {
        "decision": [decided.dt.strftime("%d/%m/%Y")],
        "notifie_apres_les_fichiers": [shown["dateNotification"], pl.lit(f"{end:%d/%m/%Y}")],
    }
    rule, proof = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for name in reversed(tests):
        test = tests[name].fill_null(False)
        rule = pl.when(test).then(pl.lit(name)).otherwise(rule)
    judged = contracts.with_columns(date_regle=rule, dateNotification_publiee=NOTIFIED)
    for name in tests:
        told = pl.format(table[name]["preuve"], *values.get(name, list(shown.values())))
        proof = pl.when(pl.col("date_regle") == name).then(told).otherwise(proof)
    unknown = pl.col("date_regle").is_in(["notifie_apres_publication", "notifie_apres_les_fichiers"]).fill_null(False)
    return judged.with_columns(
        date_preuve=proof, dateNotification=pl.coalesce(decided, pl.when(~unknown).then(NOTIFIED))
    )


def end() -> pl.Expr:
    """The latest end of a contract: first notification and judged duration, never before its last amendment. Null: unknown."""
    planned = NOTIFIED.dt.offset_by(pl.format("{}mo", "dureeMois"))
    return pl.when(planned.is_not_null()).then(pl.max_horizontal(planned, "dernier_avenant"))
