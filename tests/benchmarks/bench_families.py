"""Two witnesses of a family, the CPV code and the words of the subject: how often they disagree, and which is right.

    python tests/benchmarks/bench_families.py [--donnees DOSSIER]

First the codes whose own label says another family than their prefix. The rate of disagreement is by family of the code, on every file read; only subjects whose words say one family count. The accuracy
is on about 300 subjects labelled by one person who saw the subject alone (``family_labels.csv``: the first 16 digits of the SHA-256
of the subject, its spaces reduced, and the families that are right, several when the subject does not settle it). They were drawn
at up to seven a family of the code, so that small families weigh as much as large ones: the accuracy is not that of all contracts.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from pathlib import Path

import polars as pl

from spaser import families
from spaser.families.purchase import GENERAL, OF_WORDS, of_cpv, of_words
from spaser.problems import Problem
from spaser.studies import diagnostic

LABELS = Path(__file__).with_name("family_labels.csv")
DATA = Path(__file__).parents[3].parent / "shared" / "data"
READ = ("decp_2019/*", "decp_2022/*.json", "decp_tabulaire/*.csv")


def wilson(hits: int, n: int) -> str:
    """A share with its 95 % interval."""
    if not n:
        return "– (n = 0)"
    p, z = hits / n, 1.96
    middle, half = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n),
    )
    return f"{100 * p:.1f} % [{100 * (middle - half):.1f} ; {100 * (middle + half):.1f}] (n = {n})"


def subjects(folder: Path) -> pl.DataFrame:
    """``objet, codeCPV, cpv, mots, sur, retenue, doute``: each distinct subject and code of the files that can be read."""
    parts = []
    for pattern in READ:
        for path in sorted(folder.glob(pattern)):
            try:
                parts.append(diagnostic.prepare(path).contracts.select("objet", "codeCPV").collect())
            except Problem as problem:
                print(f"{path.name} : non lu ({problem.what if hasattr(problem, 'what') else problem})")
    rows = pl.concat(parts).drop_nulls("objet").unique().sort("objet", "codeCPV", nulls_last=True)
    judged = families.add(rows.lazy()).collect()
    said = of_words(rows.lazy()).collect().rename({"famille": "mots", "famille_confiance": "sur"})
    return judged.join(said, on="objet", how="left", maintain_order="left").with_columns(
        cpv=of_cpv(pl.col("codeCPV")), fin=~pl.col("codeCPV").str.contains(GENERAL).fill_null(True)
    )


def disagreement(rows: pl.DataFrame) -> None:
    """By family of the code: the subjects whose words say one other family."""
    told = rows.filter(pl.col("cpv").is_not_null() & pl.col("fin") & (pl.col("sur") >= OF_WORDS))
    print(
        f"Désaccord entre un code CPV fin et des mots qui ne disent qu'une famille : {wilson(told.filter(pl.col('cpv') != pl.col('mots')).height, told.height)}"
    )
    each = (
        told.group_by("cpv")
        .agg(n=pl.len(), autre=(pl.col("cpv") != pl.col("mots")).sum())
        .sort("n", "cpv", descending=[True, False])
    )
    for name, n, other in each.rows():
        print(f"  {name:<34} {wilson(other, n)}")


def own_labels(folder: Path) -> None:
    """Codes whose own label (CPV 2008) says one other family than that of their prefix: by family, where a division hides another trade."""
    if not (listed := folder / "nomenclatures" / "cpv_2008.csv").exists():
        print("Intitulés des codes CPV : nomenclature absente")
        return
    codes = pl.read_csv(listed, infer_schema=False).select(objet="FR", codeCPV=pl.col("CODE").str.slice(0, 8))
    said = of_words(codes.lazy()).collect().rename({"famille": "mots", "famille_confiance": "sur"})
    told = (
        codes.join(said, on="objet", how="left", maintain_order="left")
        .with_columns(cpv=of_cpv(pl.col("codeCPV")))
        .filter((pl.col("sur") >= OF_WORDS) & pl.col("cpv").is_not_null())
    )
    other = pl.col("cpv") != pl.col("mots")
    print(
        f"Intitulés de codes dont les mots ne disent qu'une autre famille : {wilson(told.filter(other).height, told.height)}"
    )
    each = told.group_by("cpv").agg(n=pl.len(), autre=other.sum(), exemple=pl.col("objet").filter(other).first())
    for name, n, wrong, example in each.sort("autre", "cpv", descending=[True, False]).rows():
        print(f"  {name:<34} {wilson(wrong, n)}{f' : {example[:60]}' if example else ''}")


def accuracy(rows: pl.DataFrame) -> None:
    """On labelled subjects: each witness where it speaks, the family kept, and what is said to be in doubt."""
    labels = dict(pl.read_csv(LABELS).rows())
    keys = [hashlib.sha256(" ".join(subject.split()).encode()).hexdigest()[:16] for subject in rows["objet"]]
    known = rows.with_columns(bonnes=pl.Series([labels.get(key) for key in keys], dtype=pl.String)).drop_nulls("bonnes")
    known = known.sort("objet", "codeCPV", nulls_last=True).unique("objet", keep="first", maintain_order=True)
    print(
        f"Justesse sur {known.height} objets étiquetés (un seul lecteur, objet seul ; plusieurs familles admises quand l'objet ne tranche pas)"
    )
    right = {name: pl.col("bonnes").str.split("|").list.contains(pl.col(name)) for name in ("cpv", "mots", "famille")}
    doubt = pl.col("famille_doute").fill_null(False)
    for title, name, where in (
        ("code CPV seul", "cpv", pl.lit(True)),
        ("code CPV fin", "cpv", pl.col("fin")),
        ("mots seuls, où ils parlent", "mots", pl.lit(True)),
        ("mots seuls, une famille dite", "mots", pl.col("sur") >= OF_WORDS),
        ("famille retenue (les deux)", "famille", pl.lit(True)),
        ("famille retenue, hors doute", "famille", ~doubt),
        ("famille retenue, en doute", "famille", doubt),
    ):
        kept = known.filter(where & pl.col(name).is_not_null())
        print(f"  {title:<34} {wilson(kept.filter(right[name]).height, kept.height)}")
    both = known.filter((pl.col("sur") >= OF_WORDS) & (pl.col("cpv") != pl.col("mots")) & pl.col("fin"))
    print(f"  en désaccord : le code a raison   {wilson(both.filter(right['cpv']).height, both.height)}")
    print(f"  en désaccord : les mots ont raison {wilson(both.filter(right['mots']).height, both.height)}")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--donnees", type=Path, default=DATA)
    place = asked.parse_args().donnees
    own_labels(place)
    found = subjects(place)
    disagreement(found)
    accuracy(found)
