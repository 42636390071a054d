"""How long and how much memory the reduction of the national SIRENE takes, on invented stocks.

    python tests/benchmarks/bench_sirene.py            1 million legal units, 1,45 million establishments
    python tests/benchmarks/bench_sirene.py 29         the national size (about 5 GB of disk in a temporary folder)
    python tests/benchmarks/bench_sirene.py 1 --csv    the same from zipped CSV

Every row is generated: no real organisation. The columns are the official ones, plus ten fillers that must not be read.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import polars as pl

from spaser.sources.registers.reduction import reduce_sirene

FORMS = ["1000"] * 55 + ["5710"] * 14 + ["5499"] * 12 + ["9220"] * 8 + ["6540"] * 7 + ["5599", "9110", "5458", "9300"]
NAF = ["81.21Z", "43.21A", "62.01Z", "94.99Z", "88.99B", "68.20A", "56.10A", "94.91Z", "47.11F", "70.22Z"]
BANDS = ["NN", "NN", "NN", "00", "01", "02", "03", "11", "12", "21"]


def _pick(values: list[str | None], salt: int) -> pl.Expr:
    rank = pl.col("i").hash(seed=salt) % len(values)
    return rank.replace_strict(list(range(len(values))), values, return_dtype=pl.String)


def _siren(rank: pl.Expr) -> pl.Expr:
    """Distinct numbers of nine digits, scattered as in the real file (387 420 489 is prime to 10^9)."""
    return ((rank.cast(pl.UInt64) * 387_420_489 + 100_000_007) % 1_000_000_000).cast(pl.String).str.zfill(9)


def _fillers(kind: str) -> list[pl.Expr]:
    return [(pl.col("i").hash(seed=50 + n) % 9973).cast(pl.String).alias(f"remplissage{n}{kind}") for n in range(10)]


def units(n: int) -> pl.LazyFrame:
    number = pl.col("i").cast(pl.String)
    person = _pick(FORMS, 1) == "1000"
    return pl.LazyFrame({"i": pl.int_range(n, eager=True, dtype=pl.UInt32)}).select(
        _siren(pl.col("i")).alias("siren"),
        _pick(["O"] * 49 + ["P"], 2).alias("statutDiffusionUniteLegale"),
        pl.lit("2001-05-04").alias("dateCreationUniteLegale"),
        pl.lit(None, pl.String).alias("sigleUniteLegale"),
        pl.when(~person).then(pl.lit("UNITE INVENTEE ") + number).alias("denominationUniteLegale"),
        pl.lit(None, pl.String).alias("denominationUsuelle1UniteLegale"),
        pl.when(person).then(pl.lit("PERSONNE ") + number).alias("nomUniteLegale"),
        _pick(FORMS, 1).alias("categorieJuridiqueUniteLegale"),
        _pick(NAF, 3).alias("activitePrincipaleUniteLegale"),
        pl.lit("NAFRev2").alias("nomenclatureActivitePrincipaleUniteLegale"),
        pl.lit(None, pl.String).alias("activitePrincipaleNAF25UniteLegale"),
        pl.when(_pick(FORMS, 1).is_in(["9220", "9300", "5458"]))
        .then(_pick(["O", "O", None], 4))
        .when(pl.col("i").hash(seed=9) % 200 == 0)
        .then(pl.lit("O"))
        .when(pl.col("i").hash(seed=10) % 3 == 0)
        .then(pl.lit("N"))
        .alias("economieSocialeSolidaireUniteLegale"),
        pl.lit(None, pl.String).alias("societeMissionUniteLegale"),
        _pick(BANDS, 5).alias("trancheEffectifsUniteLegale"),
        pl.lit("2023").alias("anneeEffectifsUniteLegale"),
        _pick(["PME", "PME", "ETI", "GE"], 6).alias("categorieEntreprise"),
        _pick(["A", "A", "C"], 7).alias("etatAdministratifUniteLegale"),
        pl.lit("2026-10-31T10:00:00").alias("dateDernierTraitementUniteLegale"),
        *_fillers("UniteLegale"),
    )


def establishments(n: int, of: int) -> pl.LazyFrame:
    owner = pl.col("i") % of
    siren = _siren(owner)
    department = (pl.col("i").hash(seed=11) % 95 + 1).cast(pl.String).str.zfill(2)
    return pl.LazyFrame({"i": pl.int_range(n, eager=True, dtype=pl.UInt32)}).select(
        (siren + (pl.col("i") // of).cast(pl.String).str.zfill(5)).alias("siret"),
        siren.alias("siren"),
        _pick(["O"] * 49 + ["P"], 12).alias("statutDiffusionEtablissement"),
        (pl.col("i") < of).alias("etablissementSiege"),
        pl.lit(None, pl.String).alias("enseigne1Etablissement"),
        pl.lit(None, pl.String).alias("denominationUsuelleEtablissement"),
        (department + (pl.col("i").hash(seed=13) % 300).cast(pl.String).str.zfill(3)).alias("codeCommuneEtablissement"),
        (department + pl.lit("000")).alias("codePostalEtablissement"),
        _pick(NAF, 14).alias("activitePrincipaleEtablissement"),
        pl.lit(None, pl.String).alias("activitePrincipaleNAF25Etablissement"),
        _pick(BANDS, 15).alias("trancheEffectifsEtablissement"),
        _pick(["A", "A", "F"], 16).alias("etatAdministratifEtablissement"),
        (600_000 + pl.col("i").hash(seed=17) % 200_000).cast(pl.String).alias("coordonneeLambertAbscisseEtablissement"),
        (6_700_000 + pl.col("i").hash(seed=18) % 200_000)
        .cast(pl.String)
        .alias("coordonneeLambertOrdonneeEtablissement"),
        *_fillers("Etablissement"),
    )


def _written(frame: pl.LazyFrame, path: Path, *, zipped: bool) -> Path:
    if not zipped:
        frame.sink_parquet(path.with_suffix(".parquet"))
        return path.with_suffix(".parquet")
    frame.sink_csv(path.with_suffix(".csv"))
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.write(path.with_suffix(".csv"), path.with_suffix(".csv").name)
    path.with_suffix(".csv").unlink()
    return path.with_suffix(".zip")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("millions", nargs="?", type=float, default=1)
    asked.add_argument("--csv", action="store_true")
    asked.add_argument("--dossier", type=Path)
    asked.add_argument("--garder", action="store_true", help="garder les stocks inventés pour mesurer encore")
    choice = asked.parse_args()
    n = int(choice.millions * 1_000_000)
    m = int(n * 42 / 29)
    folder = choice.dossier or Path(tempfile.mkdtemp(prefix="spaser-sirene-"))
    folder.mkdir(parents=True, exist_ok=True)
    done = sorted(folder.glob("Stock*.[pz]*"))
    if len(done) == 2:
        place, unit = done
    else:
        unit = _written(units(n), folder / "StockUniteLegale", zipped=choice.csv)
        place = _written(establishments(m, n), folder / "StockEtablissement", zipped=choice.csv)
        # The memory of the generator is not the reduction's: measure in a process of its own.
        import subprocess

        options = ["--csv"] if choice.csv else []
        subprocess.run(
            [
                sys.executable,
                __file__,
                str(choice.millions),
                "--dossier",
                str(folder),
                *options,
                *(["--garder"] if choice.garder else []),
            ],
            check=True,
        )
        return
    sirets = pl.scan_parquet(place) if place.suffix == ".parquet" else None
    sample = (
        sirets.select("siret").slice(0, 20_000).collect()["siret"].to_list()
        if sirets is not None
        else [f"{i:09d}" for i in range(20_000)]
    )
    start = time.perf_counter()
    done_ = reduce_sirene(unit, place, identifiers=sample, departements=["93"], cache=folder / "cache")
    spent = time.perf_counter() - start
    # ru_maxrss keeps the peak of the parent across exec: the process's own high-water mark is asked instead.
    said = Path("/proc/self/status")
    peak = int(re.search(r"VmHWM:\s+(\d+)", said.read_text())[1]) / 2**20 if said.is_file() else float("nan")
    rows = {path.name: pl.scan_parquet(path).select(pl.len()).collect().item() for path in (done_.ess, done_.chosen)}
    sizes = sum(path.stat().st_size for path in (unit, place)) / 1e9
    print(
        f"{n:,} unités légales, {m:,} établissements ({sizes:.2f} Go) : {spent:.1f} s, {peak:.2f} Gio".replace(",", " ")
    )
    print(f"réductions : {rows}")
    if not choice.garder:
        import shutil

        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
