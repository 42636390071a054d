"""The potential of one very large buyer, its needs matched by parts or all at once: highest memory, processor time, same rows.

    python tests/benchmarks/bench_potential_size.py [--besoins N] [--etablissements N]

Needs and establishments are invented (``bench_potential_national.py``), all the needs being of one city. Each way runs in
a process of its own; the other way is what the kit did before, and what a join written by hand would do.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import bench_potential_national as invented
import numpy as np
import polars as pl

from spaser import potential, rules, territories
from spaser.studies.potential import needs as against

CITY = "C75056"


def asked(rng: np.random.Generator, towns: pl.DataFrame, weights: np.ndarray, count: int) -> pl.DataFrame:
    """``count`` needs of one buyer and one city, whatever their family."""
    rows = invented.needs(rng, towns, weights, count * 2).head(count)
    return rows.with_columns(
        acheteur_siren=pl.lit("200000008"), lieu=pl.lit(CITY), lieu_libelle=pl.lit("ville inventée")
    ).with_columns(besoin_id=pl.format("B{}", pl.int_range(pl.len())))


def one(count: int, establishments: int, together: int) -> int:
    rng = np.random.default_rng(1)
    towns = territories.communes().collect()
    weights = towns["population"].fill_null(1).to_numpy().astype(float)
    weights /= weights.sum()
    listed = invented.structures(rng, towns, weights, establishments)
    needs = asked(rng, towns, weights, count)
    supply = potential.supply(listed.lazy()).collect()
    against.TOGETHER = together
    clock = time.process_time()
    method = rules.method()
    told = against.weighed(
        needs, supply, dependency=method["potential"]["dependance"]["value"], method=method, as_of=date(2026, 1, 1)
    )
    spent = time.process_time() - clock
    # Amounts and counts are whole numbers; the last digit of a probability depends on how many are computed at once.
    whole = told.opportunities.select(pl.col("besoin_id"), pl.selectors.integer())
    mark = whole.hash_rows(seed=1).sum() ^ told.named.select("besoin_id", "siret", "rang").hash_rows(seed=1).sum()
    sys.stdout.write(f"{invented.highest()} {spent} {told.named.height} {mark}\n")
    return 0


def main(arguments: list[str] | None = None) -> int:
    given = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    given.add_argument("--besoins", type=int, default=2_000)
    given.add_argument("--etablissements", type=int, default=250_000)
    given.add_argument("--ensemble", type=int)
    choices = given.parse_args(arguments)
    if choices.ensemble:
        return one(choices.besoins, choices.etablissements, choices.ensemble)
    told = {}
    for name, together in {"par parties": against.TOGETHER, "d'un seul tenant": 10**9}.items():
        size = ["--besoins", str(choices.besoins), "--etablissements", str(choices.etablissements)]
        command = [sys.executable, str(Path(__file__)), *size, "--ensemble", str(together)]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        told[name] = out
        sys.stdout.write(
            f"{name:<20}{float(out[0]):6.2f} Gio au plus, {float(out[1]):6.1f} s de processeur, {out[2]} paires\n"
        )
    parts, whole = told.values()
    same = "mêmes lignes" if parts[2:] == whole[2:] else "LIGNES DIFFÉRENTES"
    sys.stdout.write(f"mémoire divisée par {float(whole[0]) / float(parts[0]):.1f} ; {same}\n")
    return int(parts[2:] != whole[2:])


if __name__ == "__main__":
    raise SystemExit(main())
