"""How fast the detection reads subjects at national scale, beside a plain search of the same words in Python.

Run as ``python tests/benchmarks/bench_detection_speed.py [number of subjects]`` (default 3 200 000). The subjects are the real
ones of the shared data, repeated to the size asked, else invented ones; each repeat is given a number of its own, so that the
detection, which reads a text that comes back only once, gains nothing from the repetition.
The Python search of the lexicon's words runs on a sample of 20 000 subjects and is scaled.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from spaser import detection  # noqa: E402
from spaser.detection import rules as detection_rules  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
INVENTED = [
    "Travaux de voirie à Brumelle",
    "Collecte des déchets",
    "Fourniture de papier recyclé",
    "Marché réservé aux ESAT",
    "Maintenance",
]
SAMPLE = 20_000


def subjects() -> list[str]:
    if not DATA.exists():
        return INVENTED
    csv.field_size_limit(10**9)
    found: set[str] = set()
    for file in sorted(DATA.glob("boamp/*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            found.update(row["resume_objet"] for row in csv.DictReader(lines) if row["resume_objet"])
    for file in sorted(DATA.glob("decp_20*/*.json")):
        found.update(_objets(json.loads(file.read_text(encoding="utf-8"))))
    return sorted(found)


def _objets(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["objet"]] if isinstance(node.get("objet"), str) else []
        return own + [text for value in node.values() for text in _objets(value)]
    return [text for value in node for text in _objets(value)] if isinstance(node, list) else []


def plain_python(texts: list[str]) -> float:
    words = sorted({anchor.rstrip("$") for rule in detection_rules.load().rules for anchor in rule.anchors})
    pattern = re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)
    start = time.perf_counter()
    for text in texts:
        pattern.findall(unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode())
    return time.perf_counter() - start


def main(size: int) -> None:
    pool = subjects()
    texts = [text if not turn else f"{text} {turn}" for turn in range(size // len(pool) + 1) for text in pool][:size]
    frame = pl.DataFrame({"texte": texts}).with_row_index("texte_id").with_columns(champ=pl.lit("objet"))
    volume = sum(len(text.encode("utf-8")) for text in pool) / len(pool) * size / 1e6
    start, cpu = time.perf_counter(), time.process_time()
    passages = detection.detect(frame.lazy()).collect(engine="streaming")
    wall, used = time.perf_counter() - start, time.process_time() - cpu
    scaled = plain_python(texts[:SAMPLE]) * size / min(size, SAMPLE)
    sys.stdout.write(
        f"{size} objets ({volume:.0f} Mo), {len(pool)} distincts\n"
        f"détection complète (règles, citations, nombres) : {wall:.1f} s écoulées, {used:.1f} s de processeur, "
        f"{passages.height} passages dans {passages['texte_id'].n_unique()} objets\n"
        f"simple recherche des mêmes mots en Python, ramenée à la même taille : {scaled:.0f} s, soit {scaled / wall:.1f} fois plus\n"
    )


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_200_000)
