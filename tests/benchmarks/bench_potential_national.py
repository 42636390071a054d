"""All buyers × families of a country against a register of 250 000 ESS establishments, invented and seeded.

    python tests/benchmarks/bench_potential_national.py [--besoins N] [--etablissements N]

Prints wall time, processor time and the highest memory: on a shared machine the first says little.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))
from spaser import (
    potential,  # noqa: E402
    rules,
    territories,
)
from spaser.studies.potential import national as opportunities_national
from spaser.vocabulary import NEEDS  # noqa: E402

KINDS = ["EI", "ACI", "ESAT", "EA", "AI", "ETTI"]
PLACE = ["code_commune", "commune", "departement", "region", "lon", "lat"]


def structures(rng: np.random.Generator, towns: pl.DataFrame, weights: np.ndarray, count: int) -> pl.DataFrame:
    """Invented establishments, placed like the population; one in twenty-five inclusive."""
    listed = (
        rules.table("families.csv")["naf"]
        .fill_null("")
        .str.replace_all(".", "", literal=True)
        .str.split(" ")
        .explode()
        .drop_nulls()
    )
    activities = [naf for naf in listed.to_list() if len(naf) == 5] + ["9499Z"] * 40 + ["8899B"] * 20 + ["9312Z"] * 20
    kinds = np.where(rng.random(count) < 0.04, rng.choice(KINDS, count), None)
    keys = [f"{10**9 + i:014d}" for i in range(count)]
    return pl.DataFrame(
        {
            "cle": keys,
            "siren": [key[:9] for key in keys],
            "siret": keys,
            "nom": "inventé",
            "naf": rng.choice(activities, count),
            "types": pl.Series(list(kinds), dtype=pl.String),
            "ess": True,
            "statuts": "ESS",
            "statut_au": date(2026, 1, 1),
            "statut_source": "liste inventée",
            "tranche_effectifs": rng.choice(["NN", "01", "02", "03", "11", "12"], count),
            "personne_physique": False,
        }
    ).hstack(towns[rng.choice(towns.height, count, p=weights)].select(PLACE))


def needs(rng: np.random.Generator, towns: pl.DataFrame, weights: np.ndarray, count: int) -> pl.DataFrame:
    """Invented needs, one per buyer and family, sizes log-normal around 50 000 € a year."""
    where = towns[rng.choice(towns.height, count, p=np.sqrt(weights) / np.sqrt(weights).sum())]
    amount = np.exp(rng.normal(15.5, 1.5, count)).astype("int64")
    frame = pl.DataFrame(
        {
            "besoin_id": [f"B{i}" for i in range(count)],
            "acheteur_siren": where["siren"],
            "lieu": "C" + where["code_commune"],
            "famille": rng.choice(rules.table("families.csv")["famille"].to_list(), count),
            "lieu_libelle": where["commune"],
            "annuel": amount,
            "annuel_haut": amount,
            "annuel_bas": amount,
            "lot_annuel": amount,
            "lots": 1,
            "dureeMois": 24,
            "recurrence": "presumee",
            "actif": True,
        }
    )
    return NEEDS.conform(
        frame.unique(["acheteur_siren", "famille"], keep="first", maintain_order=True).lazy()
    ).collect()


def main(arguments: list[str] | None = None) -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--besoins", type=int, default=60_000)
    asked.add_argument("--etablissements", type=int, default=250_000)
    choices = asked.parse_args(arguments)
    rng = np.random.default_rng(1)
    towns = territories.communes().collect()
    weights = towns["population"].fill_null(1).to_numpy().astype(float)
    weights /= weights.sum()
    listed, asked_needs = (
        structures(rng, towns, weights, choices.etablissements),
        needs(rng, towns, weights, choices.besoins),
    )
    before, clock = time.perf_counter(), time.process_time()
    offered = potential.supply(listed.lazy()).collect()
    found = opportunities_national.national(asked_needs, offered)
    told = f"{found.height} besoins (acheteur × famille), {offered.height} lignes d'offre : {time.perf_counter() - before:.0f} s, processeur {time.process_time() - clock:.0f} s, {highest():.1f} Gio au plus"
    sys.stdout.write(told + "\n")
    return 0


def highest() -> float:
    """The highest memory of this process, in GiB; not a number where the system does not say it."""
    try:
        import resource
    except ImportError:
        return float("nan")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    raise SystemExit(main())
