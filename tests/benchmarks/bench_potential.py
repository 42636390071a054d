"""Does the potential find who really won? A backtest on the real contracts won by ESS or inclusive holders, and speed.

    python tests/benchmarks/bench_potential.py [--sans-vitesse]

Each contract really won by a structure of the SIAE and ESAT lists is hidden: its suppliers are ranked from what was known
before the month it was notified (« won before » and learned weights use only contracts of earlier months). Two fair
alternatives rank the same candidates: the nearest first, and chance. Real files of ../shared/data, read in place.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from spaser import (
    potential,  # noqa: E402
    rules,
)
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities

DATA = ROOT.parent / "shared" / "data"
LISTS = [DATA / "registres" / name for name in ("siae_2019-07.csv", "siae_geocodees_2020.csv", "esat_liste_officielle.csv")]
MORE = [DATA / "registres" / name for name in ("ess_france_naf_numerique.csv", "sirene_flag_ess_numerique.csv", "sirene_fournisseurs_paris.csv")]
LEFT_OUT = ("exemple", "processing_test", "bretagne_c8b503f")


def files() -> list[Path]:
    """The real files of contracts, without invented examples and the file whose amounts lost their comma."""
    found = [path for folder in ("decp_2022", "decp_2019", "decp_tabulaire") for path in sorted((DATA / folder).iterdir())]
    return [path for path in found if not any(word in path.name for word in LEFT_OUT)]


def wilson(hits: int, n: int) -> str:
    """A share with its 95 % interval."""
    if n == 0:
        return "n = 0"
    z, p = 1.96, hits / n
    middle, half = (p + z * z / (2 * n)) / (1 + z * z / n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return f"{100 * p:5.1f} % [{100 * (middle - half):.1f} ; {100 * (middle + half):.1f}] (n = {n})"


def cases(base: diagnostic.Base, ground: opportunities.Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One need per usable contract, and the listed structures that won it: ``uid, siren, siret`` (any of its holders)."""
    listed = base.register.filter(pl.col("statut").is_in(["EI", "ACI", "AI", "ETTI", "GEIQ", "EA", "EATT", "ESAT"])).collect()
    held = ground.wins.filter(pl.col("siren").is_in(listed["siren"].implode()))
    settings = rules.method()["potential"]
    usable = ground.contracts.filter(
        pl.col("famille").is_not_null() & pl.col("dateNotification").is_not_null() & pl.col("montant_retenu").is_not_null()
        & ~pl.col("test_plateforme")
    )  # fmt: skip
    annual = (pl.col("montant_retenu") * 12 / pl.col("dureeMois").clip(12, None).fill_null(12)).round().cast(pl.Int64)
    middle = pl.when(pl.col("accord_cadre")).then((annual * settings["execution_accord_cadre"]["value"]).cast(pl.Int64)).otherwise(annual)
    needs = usable.with_columns(
        besoin_id="uid", annuel=middle, lot_annuel=middle, annuel_haut=annual, annuel_bas=annual, lots=pl.lit(1, pl.Int32), actif=pl.lit(True),
        recurrence=pl.lit("presumee"),
    )
    return potential_needs(needs), held.select("uid", "siren", "siret").unique()


def potential_needs(frame: pl.DataFrame) -> pl.DataFrame:
    from spaser.vocabulary import NEEDS

    return NEEDS.conform(frame.lazy()).collect()


def ranks(needs: pl.DataFrame, winners: pl.DataFrame, ground: opportunities.Ground, listed: pl.DataFrame) -> pl.DataFrame:
    """The rank of each winner among the candidates of its need, month by month, from earlier contracts only."""
    hidden = needs.join(winners.select(besoin_id="uid").unique(), on="besoin_id", how="semi")
    months = hidden.with_columns(mois=pl.col("dateNotification").dt.truncate("1mo"))
    spots = opportunities.places(hidden.lazy()).collect()
    rows = []
    for (month,), part in months.group_by("mois", maintain_order=True):
        before = ground.wins.filter(pl.col("dateNotification") < month)
        weights = potential.learned(before.lazy()).collect()
        supply = potential.supply(listed.lazy(), wins=before.lazy(), weights=weights.lazy()).collect()
        found = potential.matches(part.lazy(), spots.lazy(), supply.lazy()).collect()
        rows.append(placed(found, part, winners))
    return pl.concat(rows)


def placed(found: pl.DataFrame, part: pl.DataFrame, winners: pl.DataFrame) -> pl.DataFrame:
    """Per case: its candidates, the rank of the winner by SIRET and by SIREN (null: not a candidate), nearest-first too."""
    won = winners.rename({"uid": "besoin_id", "siren": "gagnant_siren", "siret": "gagnant_siret"})
    near = found.sort("besoin_id", "distance_km", "ligne", nulls_last=True).with_columns(proche=pl.int_range(1, pl.len() + 1).over("besoin_id"))
    both = near.join(won, on="besoin_id")
    by_siren = both.filter(pl.col("siren") == pl.col("gagnant_siren")).group_by("besoin_id").agg(
        rang_siren=pl.col("rang").min(), proche_siren=pl.col("proche").min(), probabilite=pl.col("probabilite").max(),
        haut=pl.col("capacite_haut").max(), bas=pl.col("capacite_bas").max(), adequation=pl.col("adequation").max(),
        deja=(pl.col("adequation") >= 1).any(),
    )  # fmt: skip
    by_siret = both.filter(pl.col("siret") == pl.col("gagnant_siret")).group_by("besoin_id").agg(
        rang_siret=pl.col("rang").min(), proche_siret=pl.col("proche").min()
    )
    sizes = near.group_by("besoin_id").agg(candidats=pl.len(), unites=pl.col("siren").n_unique())
    cases = part.select("besoin_id", "famille", "annuel", "lieu", "acheteur_libelle")
    for other in (sizes, by_siren, by_siret):
        cases = cases.join(other, on="besoin_id", how="left")
    return cases


def told_ranks(rows: pl.DataFrame, winners: pl.DataFrame, listed: pl.DataFrame) -> list[str]:
    exact = winners.filter(pl.col("siret").is_in(listed["siret"].drop_nulls().implode())).select(besoin_id="uid").unique()
    lines = []
    for name, cases in (("SIREN", rows), ("SIRET", rows.join(exact, on="besoin_id", how="semi"))):
        key = f"rang_{name.lower()}"
        lines.append(f"\nPar {name} : {cases.height} contrats cachés, {cases['famille'].n_unique()} familles, {cases['acheteur_libelle'].n_unique()} acheteurs")
        lines.append(f"  le gagnant est parmi les candidats : {wilson(cases[key].is_not_null().sum(), cases.height)}")
        placed = cases.filter(pl.col("lieu").is_not_null())
        lines.append(f"  … quand le lieu se lit : {wilson(placed[key].is_not_null().sum(), placed.height)}")
        for most in (10, 50):
            ours = (cases[key] <= most).sum()
            near = (cases[f"proche_{name.lower()}"] <= most).sum()
            chance = cases.select((pl.min_horizontal(pl.lit(float(most)), "candidats") / pl.col("candidats")).filter(pl.col(key).is_not_null()).sum()).item()
            lines.append(f"  parmi les {most:>2} premiers : {wilson(ours, cases.height)} ; le plus proche d'abord : {100 * near / cases.height:.1f} % ;"
                         f" au hasard : {100 * chance / cases.height:.1f} %")  # fmt: skip
        lines.append(f"  candidats par besoin, médiane : {cases['candidats'].median():.0f}")
        first = cases.filter(~pl.col("deja").fill_null(False))
        lines.append(f"  sans contrat de la famille déjà gagné par l'établissement : les 10 premiers {wilson((first[key] <= 10).sum(), first.height)},"
                     f" les 50 premiers {wilson((first[key] <= 50).sum(), first.height)}")  # fmt: skip
    known = rows.filter(pl.col("haut").is_not_null())
    lines.append(f"\nMontant annuel du contrat ≤ borne haute de la capacité du gagnant : {wilson((known['annuel'] <= known['haut']).sum(), known.height)}")
    lines.append(f"Montant annuel ≤ 30 % de la borne haute : {wilson((known['annuel'] <= 0.3 * known['haut']).sum(), known.height)}")
    return lines


def told_lift(needs: pl.DataFrame, winners: pl.DataFrame, listed: pl.DataFrame) -> list[str]:
    """Do the needs won by these structures stand in the first tenth of all needs? No contract is used at all to rank them."""
    supply = potential.supply(listed.lazy()).collect()
    lines = []
    parts = []
    for start in range(0, needs.height, 2000):
        some = needs.slice(start, 2000)
        spots = opportunities.places(some.lazy()).collect()
        found = potential.matches(some.lazy(), spots.lazy(), supply.lazy()).collect()
        parts.append(potential.opportunities(some.lazy(), found.lazy()).select("besoin_id", "famille", "annuel", "potentiel", "lecture_offre").collect())
    rows = pl.concat(parts).join(winners.select(besoin_id="uid", gagne=pl.lit(True)).unique(), on="besoin_id", how="left")
    rows = rows.with_columns(pl.col("gagne").fill_null(False), prevu=pl.col("potentiel") / pl.col("annuel").clip(1, None))
    n, base = rows.height, rows["gagne"].mean()
    ordered = rows.sort("prevu", "besoin_id", descending=[True, False]).with_row_index("i").with_columns(decile=pl.col("i") * 10 // n + 1)
    top = ordered.filter(pl.col("decile") == 1)
    lines.append(f"\n{n} besoins, {rows['gagne'].sum()} gagnés par une structure des listes ({100 * base:.2f} %)")
    lines.append(f"Gagnés qui sont dans le premier dixième : {wilson(top['gagne'].sum(), rows['gagne'].sum())} ; gain sur le hasard ×{top['gagne'].mean() / base:.1f}")
    lines.append("Calibrage (part prévue prenable / part gagnée, par dixième de prévision) :")
    for decile, planned, won in ordered.group_by("decile", maintain_order=True).agg(pl.col("prevu").mean(), pl.col("gagne").mean()).rows():
        lines.append(f"  dixième {decile:>2} : prenable {100 * planned:5.1f} %, gagnée {100 * won:5.2f} %")
    return lines


def speed(base: diagnostic.Base) -> list[str]:
    """One buyer, first and second time (a change of radius); figures depend on the load of the machine."""
    result = diagnostic.diagnose(base, buyer="217500016")
    lines, start = [], time.process_time()
    opportunities.ground.cache_clear()
    for name, radius in (("premier calcul", None), ("changement de rayon", 20.0)):
        before, clock = time.perf_counter(), time.process_time()
        found = opportunities.potential_of(result, radius=radius)
        lines.append(f"{name} : {time.perf_counter() - before:.2f} s ({time.process_time() - clock:.2f} s de processeur),"
                     f" {found.opportunities.height} besoins, {found.supply.height} lignes d'offre")  # fmt: skip
    del start
    return lines


def main(arguments: list[str] | None = None) -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--sans-vitesse", action="store_true")
    choices = asked.parse_args(arguments)
    if not DATA.exists():
        sys.stdout.write("Données réelles absentes (../shared/data) : rien n'est mesuré.\n")
        return 0
    base = diagnostic.prepare(files(), registers=LISTS)
    ground = opportunities.ground(base)
    needs, winners = cases(base, ground)
    listed = opportunities.structures(base.register, base.establishments, date(2026, 1, 1))
    lines = [f"Contrats lus : {ground.contracts.height} ; besoins utilisables : {needs.height} ; structures : {listed.height}"]
    lines += told_ranks(ranks(needs, winners, ground, listed), winners, listed)
    lines += told_lift(needs, winners, listed)
    if not choices.sans_vitesse:
        paris: Any = diagnostic.prepare(DATA / "decp_2022" / "paris_2024.json", registers=LISTS + MORE)
        lines += ["\nVitesse, Paris 2024, six listes réelles :"] + speed(paris)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
