"""A spend file of 50 000 invented lines with every trap: read and reconciled to the cent, and how long it takes.

python tests/benchmarks/bench_ledger.py
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import fastexcel  # noqa: E402
import polars as pl  # noqa: E402
from invented_ledger import make_rows, write_csv, write_xlsx  # noqa: E402

from spaser.sources.ledgers import read_ledger, reconcile  # noqa: E402


def main() -> None:
    rows, truth = make_rows(50_000, suppliers=10_000)
    with tempfile.TemporaryDirectory() as folder:
        for path in (
            write_xlsx(Path(folder) / "depenses.xlsx", {"Mandats": rows}),
            write_csv(Path(folder) / "depenses.csv", rows, encoding="utf-8"),
        ):
            began = time.perf_counter()
            ledger = read_ledger(path)
            table = reconcile(ledger.lines).collect()
            elapsed = time.perf_counter() - began
            total = table.filter(pl.col("poste") == "total").row(0, named=True)
            began = time.perf_counter()
            if path.suffix == ".xlsx":
                fastexcel.read_excel(path).load_sheet(0, header_row=None, dtypes="string").to_polars()
            else:
                path.read_text(encoding="utf-8").splitlines()
            bare = time.perf_counter() - began
            print(
                f"{path.name} : {len(rows)} rangées, {elapsed:.1f} s (lecture brute {bare:.1f} s, rapport {elapsed / bare:.1f}), "  # noqa: E501
                f"écart au vrai total {total['montant'] - truth.total} centime, "
                f"lignes {total['lignes']} pour {truth.lines + truth.left_out}, totaux {ledger.accounts['totaux'][0]} pour {truth.totals}, "  # noqa: E501
                f"vides {ledger.accounts['vides'][0]} pour {truth.blanks}"
            )


if __name__ == "__main__":
    main()
