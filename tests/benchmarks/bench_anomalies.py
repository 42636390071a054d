"""Of the amounts said unusual, and of those that are not: how many are wrong, as judged by a reader.

    python tests/benchmarks/bench_anomalies.py

``amounts_judged.csv`` holds 200 amounts drawn by a seed from the real files of ../shared (all those then flagged, and others),
under a fingerprint of their identifier: « faux » (not believable for what is bought, over that time), « plausible »,
« indecidable », read from the subject, the CPV division, the duration and the procedure, without the contract itself. With
../shared the flags are those of today; without it, those of the day they were judged.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import polars as pl
import rules_on_files

from spaser import french, problems

JUDGED = Path(__file__).parent / "amounts_judged.csv"


def fingerprint(uid: str) -> str:
    return hashlib.sha256(uid.encode()).hexdigest()[:16]


def today() -> dict[str, bool]:
    """The flag of every comparable amount of ../shared, by its fingerprint."""
    flags: dict[str, bool] = {}
    for path in sorted(rules_on_files.SHARED.glob("decp_*/*")):
        try:
            table = rules_on_files.judged(path)
        except problems.Problem:
            continue
        for uid, flag in table.drop_nulls("montant_anomalie").select("uid", "montant_anomalie").rows():
            flags.setdefault(fingerprint(uid), flag)
    return flags


def counts(flags: dict[str, bool]) -> dict[bool, dict[str, int]]:
    """How many judged amounts of each verdict, flagged or not."""
    told: dict[bool, dict[str, int]] = {True: {}, False: {}}
    for key, then, verdict in pl.read_csv(JUDGED, separator=";").rows():
        of = told[flags.get(key, then == "oui")]
        of[verdict] = of.get(verdict, 0) + 1
    return told


def main() -> None:
    flags = today() if rules_on_files.SHARED.exists() else {}
    print("drapeaux :", "ceux d'aujourd'hui" if flags else "ceux du jour du jugement")
    for flagged, verdicts in counts(flags).items():
        wrong, right, unsure = (verdicts.get(name, 0) for name in ("faux", "plausible", "indecidable"))
        share = french.share(wrong / (wrong + right)) if wrong + right else "inconnue"
        print(
            f"{'signalés' if flagged else 'non signalés'} : {wrong + right + unsure} ; faux {wrong}, plausibles {right}, "
            f"indécidables {unsure} ; part de faux parmi les décidés : {share}"
        )


if __name__ == "__main__":
    sys.exit(main())
