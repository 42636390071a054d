"""Precision and recall of the linkage per pass, and its speed on 10 000 names against a large register.

    python tests/benchmarks/bench_linkage.py [--real DOSSIER_DES_DONNEES] [--national]

Real pairs (holder names as typed against a SIRENE extract) and corrupted registers are read in place and never shipped.
Thresholds are chosen on even pairs (« réglage ») and figures are given on odd ones (« contrôle »).
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from spaser import linkage  # noqa: E402
from spaser.vocabulary import ESTABLISHMENTS  # noqa: E402

DATA = ROOT.parent / "shared" / "data"


def paris_register(data: Path) -> pl.LazyFrame:
    frame = pl.read_csv(data / "registres/sirene_fournisseurs_paris.csv", infer_schema=False)
    return ESTABLISHMENTS.conform(frame.lazy().with_columns(siege=True))


def real_pairs(data: Path, register: pl.DataFrame) -> pl.DataFrame:
    """Distinct (name as typed, true SIREN) with the seat's place, as a ledger that holds the supplier's address."""
    records = json.loads((data / "decp_2019/paris_2019-2023.json").read_text(encoding="utf-8"))
    pairs = {
        (h.get("denominationSociale") or "", (h.get("id") or "")[:9])
        for r in records
        for h in r.get("titulaires") or []
    }
    frame = pl.DataFrame(sorted(pairs), schema=["fournisseur", "vrai"], orient="row").filter(
        pl.col("fournisseur") != ""
    )
    return frame.join(register.select(vrai="siren", code_postal="code_postal", commune="commune"), on="vrai")


CUTS = {
    "ASSOCIATION": "ASSOC",
    "SOCIETE": "STE",
    "ETABLISSEMENTS": "ETS",
    "FRANCAISE": "FSE",
    "ENTREPRISE": "ENT",
    "REGIONALE": "REG",
    "DEPARTEMENTALE": "DEP",
    "INSERTION": "INSERT",
    "FORMATION": "FORM",
    "SOLIDARITE": "SOLID",
    "SERVICES": "SCES",
    "ENVIRONNEMENT": "ENVT",
}


def corrupt(name: str, town: str, rng: random.Random) -> str:
    """A name as ledgers spoil it: cut words, lost words, a town, a form, 32 characters."""
    text = linkage_fold(name)
    if rng.random() < 0.5:
        text = " ".join(CUTS.get(word, word) for word in text.split())
    words = text.split()
    if rng.random() < 0.15 and len(words) > 3:
        words.pop(rng.randrange(1, len(words)))
    if rng.random() < 0.15:
        words = [word[:6] for word in words]
    text = " ".join(words)
    if rng.random() < 0.25:
        text = rng.choice(["SARL ", "SAS ", "STE ", "ASS "]) + text
    if rng.random() < 0.25 and town:
        text += f" {linkage_fold(town)}"
    return text[:32].strip()


def linkage_fold(text: str) -> str:
    from spaser.sources.ledgers.headings import fold

    return fold(text).upper()


def corrupted(register: pl.DataFrame, count: int, seed: int) -> pl.DataFrame:
    """Names of a real register spoiled, one in eight with a wrong figure in its SIRET, one in eight absent from the register."""  # noqa: E501
    rng = random.Random(seed)
    rows = register.filter(pl.col("nom").is_not_null() & pl.col("code_postal").is_not_null()).unique(
        "siren", maintain_order=True
    )
    rows = (
        rows.sample(min(count, rows.height), seed=seed).select("siren", "siret", "nom", "code_postal", "commune").rows()
    )
    out = []
    for rank, (siren, siret, nom, postcode, town) in enumerate(rows):
        wrong = None
        if siret and rank % 8 == 1:
            at = rng.randrange(14)
            wrong = siret[:at] + str((int(siret[at]) + rng.randrange(1, 10)) % 10) + siret[at + 1 :]
        out.append((corrupt(nom, town or "", rng), siren, postcode, town, wrong, rank % 8 == 0))
    return pl.DataFrame(
        out, schema=["fournisseur", "vrai", "code_postal", "commune", "identifiant_lu", "absent"], orient="row"
    )


def siae_register(data: Path) -> pl.DataFrame:
    frame = pl.read_csv(data / "registres/siae_2019-07.csv", separator=";", infer_schema=False)
    rows = frame.select(
        siren=pl.col("SIRET").str.head(9),
        siret="SIRET",
        nom="DENOMINATION_SOCIALE",
        code_postal="CODE_POSTAL",
        commune="COMMUNE",
    )
    return ESTABLISHMENTS.conform(rows.unique("siret", maintain_order=True).lazy()).collect()


def measured(queries: pl.DataFrame, register: pl.LazyFrame, *, place: bool) -> pl.DataFrame:
    """Links beside the truth (``vrai``; null when the true company is not in the register)."""
    asked = queries.with_row_index("cle").with_columns(pl.col("cle").cast(pl.String))
    for name in ("siret", "siren", "identifiant_lu", "code_postal", "commune"):
        if name not in asked.columns:
            asked = asked.with_columns(pl.lit(None, dtype=pl.String).alias(name))
    if not place:
        asked = asked.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in ("code_postal", "commune"))
    asked = asked.with_columns(pl.lit(1).alias("lignes"), pl.lit(0).alias("montant"))
    links = linkage.link(asked.lazy(), register)
    best = links.candidates.filter(pl.col("rang") <= 5).group_by("cle").agg(pl.col("siren").alias("proposes"))
    return links.links.join(best, on="cle", how="left").collect().join(asked.select("cle", "vrai"), on="cle")


def report(title: str, table: pl.DataFrame) -> None:
    print(f"\n{title} : {table.height} noms, dont {table['vrai'].null_count()} absents du registre")
    good = (pl.col("siren") == pl.col("vrai")).fill_null(False)
    taken = pl.col("statut") == "accepte"
    rows = table.filter(taken).group_by("passe").agg(pl.len(), good.sum().alias("justes")).sort("passe").rows()
    for step, count, right in rows:
        print(f"  {step:22} {count:6} acceptés  précision {right / count:.4f}")
    present = table["vrai"].count()
    total, right = table.filter(taken).height, table.filter(taken & good).height
    shown = table.filter(~taken & pl.col("proposes").list.contains(pl.col("vrai")).fill_null(False)).height
    print(
        f"  {'toutes passes':22} {total:6} acceptés  précision {right / max(total, 1):.4f}  rappel {right / max(present, 1):.4f}"  # noqa: E501
        f"  (+ {shown / max(present, 1):.4f} parmi les candidats laissés à l'utilisateur)"
    )


def main() -> None:
    data = Path(sys.argv[sys.argv.index("--real") + 1]) if "--real" in sys.argv else DATA
    if data.exists():
        on_real(data)
    else:
        print("Données réelles absentes : seules les mesures sur noms inventés sont faites.")
    speed(1_000_000 if "--national" in sys.argv else 100_000)


def on_real(data: Path) -> None:
    register = paris_register(data)
    table = register.collect()
    pairs = real_pairs(data, table)
    folded = {row["siren"]: linkage_fold(row["nom"] or "") for row in table.select("siren", "nom").to_dicts()}
    differs = pl.Series([linkage_fold(n) != folded[s] for n, s in pairs.select("fournisseur", "vrai").rows()])
    for half, name in ((0, "réglage"), (1, "contrôle")):
        mask = pl.Series([rank % 2 == half for rank in range(pairs.height)])
        for place in (True, False):
            links = measured(pairs.filter(mask), register, place=place)
            report(f"Paires réelles ({name}), {'avec' if place else 'sans'} code postal", links)
            hard = links.filter(differs.filter(mask).gather(links["cle"].cast(pl.Int64)))
            report("  dont écrites autrement", hard)
        absent = pairs.filter(mask).sample(fraction=0.25, seed=1)
        out = register.filter(~pl.col("siren").is_in(absent["vrai"].unique().to_list()))
        report(
            f"Paires réelles ({name}), entreprise retirée du registre",
            measured(absent.with_columns(vrai=pl.lit(None, dtype=pl.String)), out, place=True),
        )
    siae = siae_register(data)
    for half, name in ((11, "réglage"), (12, "contrôle")):
        spoiled = corrupted(siae, 1_500, half)
        gone = spoiled.filter("absent")["vrai"].to_list()
        truth = spoiled.with_columns(pl.when(~pl.col("absent")).then("vrai").alias("vrai"))
        report(
            f"Registre SIAE abîmé ({name}), avec code postal",
            measured(truth, siae.lazy().filter(~pl.col("siren").is_in(gone)), place=True),
        )


def speed(names: int) -> None:
    """10 000 distinct names of a 50 000-line ledger against invented names, in one go."""
    register = invented_register(names, seed=3)
    asked = corrupted(register.sample(10_000, seed=4), 10_000, 5)
    lines = pl.concat([asked] * 5).with_columns(montant=pl.lit(100))
    began = time.perf_counter()
    links = linkage.link(linkage.names_of(lines.lazy()), register.lazy()).links.collect()
    elapsed = time.perf_counter() - began
    print(f"\nVitesse : {lines.height} lignes, {links.height} noms distincts contre {names} noms : {elapsed:.1f} s")
    report(
        "Noms inventés abîmés (un sur huit a un chiffre faux dans son SIRET)",
        measured(asked.drop("absent"), register.lazy(), place=True),
    )


def invented_register(count: int, seed: int) -> pl.DataFrame:
    """Invented companies: syllables and trades, invented SIREN, postcodes over 20 départements, one in twenty a homonym."""
    rng = random.Random(seed)
    trades = [
        "TRANSPORTS",
        "BATIMENT",
        "SERVICES",
        "ENVIRONNEMENT",
        "FORMATION",
        "INSERTION",
        "CONSEIL",
        "NETTOYAGE",
        "PAYSAGE",
        "TRAITEUR",
        "ELECTRICITE",
    ]
    heads = ["", "", "ASSOCIATION ", "SOCIETE ", "ATELIERS ", "LES AMIS DE ", "GROUPE ", "ETABLISSEMENTS ", "REGIE "]
    bits = [c + v for c in "BCDFGLMNPRSTV" for v in "AEIOU"]
    rows, last = [], "FICTIVE"
    for rank in range(count):
        word = last if rng.random() < 0.05 else "".join(rng.choices(bits, k=rng.randrange(2, 5)))
        last = word
        tail = f" {rng.choice(trades)}" if rng.random() < 0.7 else ""
        more = f" {''.join(rng.choices(bits, k=3))}" if rng.random() < 0.5 else ""
        dep, number = rng.randrange(1, 21), rng.randrange(40)
        siren = f"{100_000_000 + rank}"
        rows.append(
            (
                siren,
                f"{siren}00011",
                rng.choice(heads) + word + more + tail,
                f"{dep:02}{number * 10:03}",
                f"VILLE {dep}{number}",
            )
        )
    frame = pl.DataFrame(rows, schema=["siren", "siret", "nom", "code_postal", "commune"], orient="row")
    return ESTABLISHMENTS.conform(frame.lazy().with_columns(siege=True)).collect()


if __name__ == "__main__":
    main()
