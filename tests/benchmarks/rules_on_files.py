"""On each real file: how many facts each rule decided, how many contracts are to be looked at, the euros at stake and kept.

python tests/benchmarks/rules_on_files.py [FILE …]      (without a file: those of ../shared/data/decp_*)
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl

from spaser import contracts, french, problems, sources

SHARED = Path(__file__).parents[3] / "shared" / "data"
FACTS = ("nature", "montant", "anomalie", "duree", "date", "doublon", "accord")


def judged(path: Path) -> pl.DataFrame:
    """The contracts of one file, as of its own end."""
    records = sources.read(path).records
    day = contracts.as_of_default(records).collect().item() or date(2026, 1, 1)
    return contracts.build(records, as_of=day).contracts.collect()


def lines(table: pl.DataFrame) -> list[str]:
    """One line per fact (« rule n, rule n »), and one for what is to be looked at and what is kept."""
    told = []
    for fact in FACTS:
        name = f"{fact}_regle"
        if name in table.columns:
            counts = table.drop_nulls(name).group_by(name).len().sort("len", name, descending=[True, False])
            if counts.height:
                told.append(f"{fact} | " + ", ".join(f"{rule} {number}" for rule, number in counts.rows()))
    stake, kept, published = (
        french.number((table[name].sum() or 0) / 1e8, 2) for name in ("enjeu", "montant_retenu", "montant_publie")
    )
    looked = table["a_verifier"].is_not_null().sum()
    told.append(f"à vérifier {looked} sur {table.height} ; enjeu {stake} M€ ; publié {published} M€ ; retenu {kept} M€")
    return told


def main(given: list[str]) -> None:
    for path in [Path(name) for name in given] or sorted(SHARED.glob("decp_*/*")):
        try:
            table = judged(path)
        except problems.Problem:
            continue  # notes and licences stand beside the data
        print(*(f"{path.name} | {line}" for line in lines(table)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
