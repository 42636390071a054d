"""A hundred buyers of an invented national-size file, five forms each, against one ``spaser diagnostic`` per buyer.

    python tests/benchmarks/bench_batch.py [--acheteurs 100] [--lignes N] [--etablissements N] [--processus N] [--seuls 2] [--fichier NATIONAL.parquet]

The national file is that of ``national.py``; the lists of suppliers are invented too: every establishment of the ESS of the
country (activities as in ``bench_potential_national.py``), some of which hold contracts of the file, and the inclusive ones. Buyers are taken at regular ranks among the
largest, so that large and ordinary ones are there. Each run is a process of its own: seconds, processor seconds of all its
processes (on a shared machine they say more than the clock), highest memory of one process. The fair alternative is what a
user without ``spaser rapport`` would type: ``spaser diagnostic``, once per buyer (two forms, no potential), on a few buyers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import national
import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))
from spaser import rules, territories  # noqa: E402

BATCH = """
import sys, time
if __name__ == "__main__":
    from pathlib import Path
    from spaser.studies.pams import batch
    from spaser.studies.mission import read
    start = time.perf_counter()
    outcomes = batch.run(read(Path(sys.argv[1])), processes=int(sys.argv[2]) or None)
    failed = [one for one in outcomes if one.failure]
    for one in failed:
        print(one.buyer, one.failure, file=sys.stderr)
    print(time.perf_counter() - start, len(outcomes) - len(failed))
"""
ALONE = """
import sys, time
if __name__ == "__main__":
    from spaser.cli import main
    start = time.perf_counter()
    code = main(["diagnostic", sys.argv[1], "--acheteur", sys.argv[2], "--sortie", sys.argv[3], "--registre", *sys.argv[4:]])
    print(time.perf_counter() - start, int(code == 0))
"""
#: Said after a run: the highest memory of a process in MiB, and the processor time of all of them.
TOLD = """
    import os
    from pathlib import Path
    said = Path("/proc/self/status")
    peak = int(said.read_text().split("VmHWM:")[1].split()[0]) / 1024 if said.is_file() else float("nan")
    try:
        import resource
        peak = max(peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    except ImportError:
        pass
    print(peak, sum(os.times()[:4]))
"""
KINDS = ["EI", "ACI", "ESAT", "EA", "AI", "ETTI"]


def registers(folder: Path, holders: pl.Series, count: int, seed: int = 1) -> list[Path]:
    """Two invented lists: establishments of the ESS, a twentieth of which hold contracts, and the inclusive among them."""
    rng = np.random.default_rng(seed)
    towns = territories.communes().collect()
    weights = towns["population"].fill_null(1).to_numpy().astype(float)
    where = towns[rng.choice(towns.height, count, p=weights / weights.sum())]
    listed = rules.table("families.csv")["naf"].fill_null("").str.split(" ").explode().drop_nulls()
    naf = pl.Series([*listed.filter(listed.str.len_chars() >= 5), *["94.99Z"] * 40, *["88.99B"] * 20, *["93.12Z"] * 20])
    held = holders.unique().sort().head(count // 20)
    siret = pl.concat(
        [held, national._siret(70_000_000 + np.arange(count - held.len()), np.ones(count - held.len(), dtype=np.int64))]
    )
    # Invented holders win anything: with an activity, they would teach that any activity wins any family.
    activity = (
        naf.gather(rng.integers(0, naf.len(), count))
        .to_frame("naf")
        .select(pl.when(pl.int_range(pl.len()) >= held.len()).then("naf"))
    )
    frame = pl.DataFrame(
        {
            "siren": siret.str.head(9),
            "siret": siret,
            "denomination": "STRUCTURE FICTIVE " + pl.Series(np.arange(count)).cast(pl.String),
            "categorie_juridique": rng.choice(["9220", "5499", "5710"], count),
            "naf": activity["naf"],
            "tranche_effectifs": rng.choice(["NN", "01", "02", "03", "11", "12"], count),
            "code_commune": where["code_commune"],
            "commune": where["commune"],
            "etat": "A",
            "ess": "O",
        }
    )
    chosen = frame.filter(pl.Series(rng.random(count) < 0.04))
    listed = chosen.select(
        "siret", raison_sociale="denomination", type=pl.Series(rng.choice(KINDS, chosen.height)), commune="commune"
    )
    paths = [folder / "etablissements_fictifs_2026-09.csv", folder / "inclusion_fictive_2026-09.csv"]
    for path, rows in zip(paths, (frame, listed), strict=True):
        rows.write_csv(path, separator=";")
    return paths


def buyers(path: Path, count: int, among: int = 2_000) -> list[str]:
    """As many buyers at regular ranks among the largest."""
    counted = (
        pl.scan_parquet(path)
        .group_by("acheteur_id")
        .len()
        .sort("len", "acheteur_id", descending=[True, False])
        .head(among)
        .collect()
    )
    return counted["acheteur_id"].gather(np.linspace(0, counted.height - 1, count).astype(int)).to_list()


def ran(script: str, *arguments: str) -> tuple[float, int, float, float]:
    """Seconds, reports, peak memory in MiB and processor seconds of a script and of the processes it started."""
    done = subprocess.run(
        [sys.executable, "-c", script.rstrip() + TOLD, *arguments], stdout=subprocess.PIPE, text=True, check=True
    )
    seconds, count, peak, processor = done.stdout.split()[-4:]
    return float(seconds), int(count), float(peak), float(processor)


def mission(folder: Path, path: Path, lists: list[Path], wanted: list[str]) -> Path:
    """The mission: every buyer, the lists, two targets."""
    names = json.dumps(wanted)
    text = f"fichiers = {json.dumps([path.as_posix()])}\nregistres = {json.dumps([one.as_posix() for one in lists])}\nacheteurs = {names}\nrayon = 30\n"
    text += '[cibles]\nclause_sociale = { valeur = "40 %", annee = 2028 }\nclause_environnementale = { valeur = "60 %", annee = 2028 }\n'
    file = folder / "diagnostic.toml"
    file.write_text(text, encoding="utf-8")
    return file


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fichier", type=Path)
    parser.add_argument("--acheteurs", type=int, default=100)
    parser.add_argument("--lignes", type=int, default=national.ROWS)
    parser.add_argument("--etablissements", type=int, default=250_000)
    parser.add_argument("--processus", type=int, default=0)
    parser.add_argument("--seuls", type=int, default=2, help="acheteurs mesurés un par un")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        path = options.fichier or national.write(folder / "national.parquet", options.lignes)
        lists = registers(
            folder, pl.scan_parquet(path).select("titulaire_id").collect().to_series(), options.etablissements
        )
        wanted = buyers(path, options.acheteurs)
        asked = mission(folder, path, lists, wanted)
        seconds, done, peak, processor = ran(BATCH, str(asked), str(options.processus))
        lines = [f"{'':<34}{'secondes':>10}{'processeur':>12}{'pic (Mio)':>11}{'rapports':>10}"]
        lines.append(f"{'spaser rapport':<34}{seconds:>10.0f}{processor:>12.0f}{peak:>11.0f}{done:>10}")
        middle = wanted[len(wanted) // 3 :][: options.seuls]
        alone = [ran(ALONE, str(path), one, str(folder / "seul"), *map(str, lists)) for one in middle]
        if alone:
            each = [sum(run[place] for run in alone) / len(alone) for place in (0, 3)]
            lines.append(
                f"{'spaser diagnostic, un acheteur':<34}{each[0]:>10.1f}{each[1]:>12.1f}{max(run[2] for run in alone):>11.0f}{1:>10}"
            )
            ratio = each[1] * len(wanted) / processor
            lines.append(
                f"Un par un, {len(wanted)} acheteurs : {each[1] * len(wanted):.0f} s de processeur, soit {ratio:.1f} fois plus (deux formes, sans potentiel)."
            )
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
