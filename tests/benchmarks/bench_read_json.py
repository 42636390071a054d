"""A large invented DECP 2022 JSON file to Parquet: time, peak memory, ratios against loading it whole.

    python tests/benchmarks/bench_read_json.py [--mo 1200] [--dossier DOSSIER]

The comparison (``json.load`` of the whole file, then a table of its main fields) runs on a tenth of the file, in its own
process, and is scaled. Everything is invented.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEED = 2026
OBJECTS = (
    "Entretien des espaces verts",
    "Travaux de réfection de la toiture de l'école",
    "Fourniture de denrées alimentaires",
    'Maintenance "multi-technique" des bâtiments',
    "Prestations de nettoyage des locaux, lot n° {lot} {{réservé}}",
)

READ = """
import sys, time
from pathlib import Path
start = time.perf_counter()
from spaser.sources.contracts import reading
pieces, _ = reading.gather(sys.argv[1], cache=Path(sys.argv[2]))
print(time.perf_counter() - start, pieces[0][1].lus)
"""
WHOLE = """
import json, sys, time
import polars as pl
start = time.perf_counter()
with open(sys.argv[1], encoding="utf-8") as file:
    records = json.load(file)["marches"]["marche"]
rows = [(r["id"], r["acheteur"]["id"], r["objet"], r["montant"], r["dateNotification"], t["titulaire"]["id"],
         r["considerationsSociales"]["considerationSociale"]) for r in records for t in r["titulaires"]]
pl.DataFrame(rows, schema=["id", "acheteur", "objet", "montant", "date", "titulaire", "sociales"], orient="row").write_parquet(sys.argv[2] + "/entier.parquet")
print(time.perf_counter() - start, len(records))
"""


def record(rng: random.Random, number: int) -> dict:
    """One invented contract."""
    holders = [
        {"titulaire": {"typeIdentifiant": "SIRET", "id": f"{rng.randrange(10**13, 10**14)}"}}
        for _ in range(1 + (rng.random() < 0.1))
    ]
    contract = {
        "id": f"2024-{number:08}",
        "acheteur": {"id": f"{rng.randrange(10**13, 10**14)}"},
        "nature": "Marché",
        "objet": rng.choice(OBJECTS).format(lot=number % 40) + " — " + "invention " * rng.randrange(1, 30),
        "codeCPV": f"{rng.randrange(3, 98):02}000000",
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": f"{rng.randrange(1, 96):02}", "typeCode": "Code département"},
        "dureeMois": rng.randrange(1, 60),
        "dateNotification": f"2024-{rng.randrange(1, 13):02}-{rng.randrange(1, 28):02}",
        "datePublicationDonnees": "2025-01-15",
        "montant": round(rng.uniform(40_000, 900_000), 2),
        "formePrix": "Forfaitaire",
        "attributionAvance": rng.random() < 0.3,
        "offresRecues": rng.randrange(1, 12),
        "marcheInnovant": False,
        "ccag": "Travaux",
        "sousTraitanceDeclaree": False,
        "typeGroupementOperateurs": "Pas de groupement",
        "titulaires": holders,
        "considerationsSociales": {
            "considerationSociale": [rng.choice(["Clause sociale", "Critère social", "Pas de considération sociale"])]
        },
        "considerationsEnvironnementales": {
            "considerationEnvironnementale": ["Clause environnementale", "Critère environnemental"]
        },
        "modalitesExecution": {"modaliteExecution": ["Bons de commande"]},
        "techniques": {"technique": ["Accord-cadre"]},
        "typesPrix": {"typePrix": ["Définitif révisable"]},
        "tauxAvance": 0.05,
        "origineUE": 0.0,
        "origineFrance": 0.0,
    }
    if rng.random() < 0.04:
        contract["modifications"] = [
            {
                "modification": {
                    "id": 1,
                    "dateNotificationModification": "2024-12-30",
                    "datePublicationDonneesModification": "2025-01-15",
                    "montant": 12_345.67,
                }
            }
        ]
    return contract


def write(target: Path, size: int) -> int:
    """Write invented contracts until the file has that many bytes; the number of contracts."""
    rng, number = random.Random(SEED), 0
    models = [json.dumps(record(rng, n), ensure_ascii=bool(n % 2)) for n in range(20_000)]
    with target.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"marches":{"marche":[')
        while file.tell() < size:
            block = [m.replace("2024-", f"{number // 20_000:04}-", 1) for m in models]
            file.write((",\n" if number else "") + ",\n".join(block))
            number += len(models)
        file.write("]}}")
    return number


def measured(script: str, *arguments: str) -> tuple[float, int, float, float]:
    """Seconds, records, peak memory in MiB and processor seconds of a script in its own process."""
    # The peak that resource tells includes the parent's before exec: the process's own high-water mark is asked instead.
    tail = "\nfrom pathlib import Path; said = Path('/proc/self/status')"
    tail += "\nprint(int(said.read_text().split('VmHWM:')[1].split()[0]) / 1024 if said.is_file() else float('nan'))"
    tail += "\nprint(time.process_time())"
    done = subprocess.run([sys.executable, "-c", script + tail, *arguments], capture_output=True, text=True, check=True)
    seconds, count, peak, processor = done.stdout.split()
    return float(seconds), int(count), float(peak), float(processor)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mo", type=int, default=1_200)
    parser.add_argument("--dossier", type=Path)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(dir=chosen.dossier) as folder:
        large, tenth, cache = Path(folder) / "grand.json", Path(folder) / "dixieme.json", Path(folder) / "cache"
        expected = write(large, chosen.mo * 1_000_000)
        write(tenth, chosen.mo * 100_000)
        started = time.perf_counter()
        seconds, count, peak, processor = measured(READ, str(large), str(cache))
        assert count == expected, (count, expected)
        again, _, again_peak, _ = measured(READ, str(large), str(cache))
        whole, few, whole_peak, whole_processor = measured(WHOLE, str(tenth), folder)
        scale = expected / few
        print(f"fichier            {large.stat().st_size / 1e6:10.0f} Mo  {count} enregistrements")
        print(f"spaser             {seconds:10.1f} s   {peak:8.0f} Mio   {processor:6.1f} s de processeur")
        print(f"spaser, 2e lecture {again:10.1f} s   {again_peak:8.0f} Mio")
        print(
            f"json.load entier   {whole * scale:10.1f} s   {whole_peak * scale:8.0f} Mio {whole_processor * scale:6.1f} s de processeur (extrapolés d'un dixième)"
        )
        print(
            f"rapports           {whole * scale / seconds:10.2f} en temps, {whole_processor * scale / processor:.2f} en processeur, {whole_peak * scale / peak:.1f} en mémoire"
        )
        print(f"durée totale       {time.perf_counter() - started:10.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
