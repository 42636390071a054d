"""Presumed consultations: how often contracts said to be of one operation are, and how many are missed, as judged by a reader.

    python tests/benchmarks/bench_operations.py

``operations_judged.csv`` holds 245 pairs of contracts of the real files of ../shared, drawn by a seed, under fingerprints of
their identifiers: 100 of groups then united, 100 of one buyer, notified within sixty days, sharing most words of their subjects
and then kept apart, and 45 that only lots in a row or subjects that end alike unite. Each was read (subjects, days, CPV, procedures) and judged « une » operation, « deux », or « indecidable ».
With ../shared the groups are those of today; without it, those of the day of the judgement.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
import rules_on_files
from bench_anomalies import fingerprint

from spaser import french, problems

JUDGED = Path(__file__).parent / "operations_judged.csv"


def today() -> dict[str, set[str]]:
    """The presumed consultations of every contract of ../shared, by its fingerprint: one for each file that publishes it."""
    groups: dict[str, set[str]] = {}
    for path in sorted(rules_on_files.SHARED.glob("decp_*/*")):
        try:
            table = rules_on_files.judged(path)
        except problems.Problem:
            continue
        for uid, group in table.select("uid", "consultation").rows():
            groups.setdefault(fingerprint(uid), set()).add(f"{path.name} {group}")
    return groups


def verdicts(groups: dict[str, set[str]]) -> pl.DataFrame:
    """The judged pairs with ``unies``: they are of one presumed consultation (today when known, else then)."""
    pairs = pl.read_csv(JUDGED, separator=";").to_dicts()
    for pair in pairs:
        one, other = groups.get(pair["un"]), groups.get(pair["autre"])
        pair["unies"] = not one.isdisjoint(other) if one and other else pair["alors"] == "reunies"
    return pl.DataFrame(pairs)


def main() -> None:
    groups = today() if rules_on_files.SHARED.exists() else {}
    table = verdicts(groups)
    print("groupes :", "ceux d'aujourd'hui" if groups else "ceux du jour du jugement")
    decided = table.filter(pl.col("jugement") != "indecidable")
    united, true = decided.filter("unies"), decided.filter(pl.col("jugement") == "une")
    right = united.filter(pl.col("jugement") == "une").height
    print(f"précision : {right} sur {united.height} ({french.share(right / united.height)})")
    for name, label in (("reunies", "paires alors réunies"), ("separees", "paires voisines alors séparées")):
        of = true.filter(pl.col("alors") == name)
        print(f"rappel, {label} d'une même opération : {of['unies'].sum()} sur {of.height}")
    print(f"indécidables : {table.height - decided.height} sur {table.height}")


if __name__ == "__main__":
    sys.exit(main())
