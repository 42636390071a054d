"""Does the potential find who really won? A backtest on the real contracts won by ESS or inclusive holders, and speed.

    python tests/benchmarks/bench_potential.py [--sans-vitesse]

Each contract really won by a structure of the SIAE and ESAT lists is hidden: its suppliers are ranked from what was known
before the month it was notified (« won before » and learned weights use only contracts of earlier months). Two fair
alternatives rank the same candidates: the nearest first, and chance. Real files of ../shared/data, read in place.
"""

from __future__ import annotations

import argparse
import itertools
import math
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from spaser import potential, rules  # noqa: E402
from spaser.potential import points  # noqa: E402
from spaser.studies import diagnostic  # noqa: E402
from spaser.studies import potential as opportunities  # noqa: E402
from spaser.studies.potential import offer  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
LISTS = [
    DATA / "registres" / name for name in ("siae_2019-07.csv", "siae_geocodees_2020.csv", "esat_liste_officielle.csv")
]
MORE = [
    DATA / "registres" / name
    for name in ("ess_france_naf_numerique.csv", "sirene_flag_ess_numerique.csv", "sirene_fournisseurs_paris.csv")
]
LEFT_OUT = ("exemple", "processing_test", "bretagne_c8b503f")


def files() -> list[Path]:
    """The real files of contracts, without invented examples and the file whose amounts lost their comma."""
    found = [
        path for folder in ("decp_2022", "decp_2019", "decp_tabulaire") for path in sorted((DATA / folder).iterdir())
    ]
    return [path for path in found if not any(word in path.name for word in LEFT_OUT)]


def wilson(hits: float, n: int) -> str:
    """A share with its 95 % interval."""
    if n == 0:
        return "n = 0"
    z, p = 1.96, hits / n
    middle, half = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n),
    )
    return f"{100 * p:5.1f} % [{100 * (middle - half):.1f} ; {100 * (middle + half):.1f}] (n = {n})"


def cases(base: diagnostic.Base, ground: opportunities.Ground) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One need per usable contract, and the listed structures that won it: ``uid, siren, siret`` (any of its holders)."""
    listed = base.register.filter(
        pl.col("statut").is_in(["EI", "ACI", "AI", "ETTI", "GEIQ", "EA", "EATT", "ESAT"])
    ).collect()
    held = ground.wins.filter(pl.col("siren").is_in(listed["siren"].implode()))
    settings = rules.method()["potential"]
    usable = ground.contracts.filter(
        pl.col("famille").is_not_null()
        & pl.col("dateNotification").is_not_null()
        & pl.col("montant_retenu").is_not_null()
        & ~pl.col("test_plateforme")
    )
    annual = (pl.col("montant_retenu") * 12 / pl.col("dureeMois").clip(12, None).fill_null(12)).round().cast(pl.Int64)
    middle = (
        pl.when(pl.col("accord_cadre"))
        .then((annual * settings["execution_accord_cadre"]["value"]).cast(pl.Int64))
        .otherwise(annual)
    )
    needs = usable.with_columns(
        besoin_id="uid",
        annuel=middle,
        lot_annuel=middle,
        annuel_haut=annual,
        annuel_bas=annual,
        lots=pl.lit(1, pl.Int32),
        actif=pl.lit(True),
        recurrence=pl.lit("presumee"),
    )
    return potential_needs(needs), held.select("uid", "siren", "siret").unique()


def potential_needs(frame: pl.DataFrame) -> pl.DataFrame:
    from spaser.vocabulary import NEEDS

    return NEEDS.conform(frame.lazy()).collect()


def ranks(
    needs: pl.DataFrame,
    winners: pl.DataFrame,
    base: diagnostic.Base,
    ground: opportunities.Ground,
    listed: pl.DataFrame,
) -> pl.DataFrame:
    """Every candidate of each hidden contract with its points, month by month, from earlier contracts only."""
    hidden = needs.join(winners.select(besoin_id="uid").unique(), on="besoin_id", how="semi")
    months = hidden.with_columns(mois=pl.col("dateNotification").dt.truncate("1mo"))
    spots, trades = opportunities.places(hidden.lazy()).collect(), offer.named_trades(listed)
    subjects = ground.wins.lazy().join(base.contracts.select("uid", "acheteur_siren", "objet"), on="uid").collect()
    rows = []
    for (month,), part in months.group_by("mois", maintain_order=True):
        before = ground.wins.filter(pl.col("dateNotification") < month)
        weights = potential.learned(before.lazy()).collect()
        supply = potential.supply(
            listed.lazy(), wins=before.lazy(), weights=weights.lazy(), trades=trades.lazy()
        ).collect()
        past = potential.similar(part.lazy(), subjects.filter(pl.col("dateNotification") < month).lazy())
        found = potential.matches(part.lazy(), spots.lazy(), supply.lazy(), past=past).collect()
        said = supply.with_row_index("ligne").select("ligne", "metier", "gagnes_ailleurs")
        rows.append(
            found.join(said, on="ligne").join(
                part.select("besoin_id", "famille", "acheteur_siren", "annuel"), on="besoin_id"
            )
        )
    return pl.concat(rows)


def hit(found: pl.DataFrame, winners: pl.DataFrame, score: str | pl.Expr = "points", most: int = 10) -> pl.DataFrame:
    """Per case whose winner is a candidate, the chance it is in the first ten: a tie cut at the tenth place is shared."""
    scored = found.with_columns(_score=score if isinstance(score, pl.Expr) else pl.col(score))
    placed = scored.with_columns(
        _avant=pl.col("_score").rank("min", descending=True).over("besoin_id") - 1,
        _n=pl.len().over("besoin_id", "_score"),
    )
    won = winners.select(besoin_id="uid", siren="siren").unique()
    inside = ((most - pl.col("_avant").cast(pl.Float64)) / pl.col("_n")).clip(0, 1)
    return placed.join(won, on=["besoin_id", "siren"]).group_by("besoin_id").agg(premier=inside.max())


def told_ranks(found: pl.DataFrame, hidden: pl.DataFrame, winners: pl.DataFrame) -> list[str]:
    cases = hidden.select("besoin_id", "famille", "acheteur_siren").unique("besoin_id")
    n, ours = cases.height, hit(found, winners)
    near = hit(found, winners, -pl.coalesce("distance_km", pl.lit(9999.0)))
    chance = (
        found.group_by("besoin_id")
        .len()
        .join(ours, on="besoin_id")
        .select((10 / pl.col("len")).clip(0, 1).sum())
        .item()
    )
    lines = [
        f"\n{n} contrats cachés, {cases['famille'].n_unique()} familles, {cases['acheteur_siren'].n_unique()} acheteurs"
    ]
    lines.append(f"  le gagnant (SIREN) est parmi les candidats : {wilson(ours.height, n)}")
    for name, rows in (("score en points", ours), ("le plus proche d'abord", near)):
        lines.append(f"  parmi les 10 premiers, {name} (égalités partagées) : {wilson(rows['premier'].sum(), n)}")
    lines.append(f"  au hasard : {100 * chance / n:.1f} %")
    groups = cases.join(winners.select(besoin_id="uid", siren="siren").unique(), on="besoin_id").join(
        ours, on="besoin_id", how="left"
    )
    by_group = groups.group_by("siren", "famille", "acheteur_siren").agg(pl.col("premier").fill_null(0).mean())
    lines.append(
        f"  moyenne par groupe (gagnant, famille, acheteur) : {wilson(by_group['premier'].sum(), by_group.height)}"
    )
    lines += _held_out(found, cases, winners) + _side_measures(found)
    return lines


def _held_out(found: pl.DataFrame, cases: pl.DataFrame, winners: pl.DataFrame) -> list[str]:
    """What was last decided, decided again on the other buyers alone and used on the one left out: how much distance weighs, and whether
    other public contracts won give points (0.3 by doubling, as before, or none)."""
    every_term = sum((pl.col(f"pt_{name}") for name in points.TERMS), pl.lit(0.0))
    elsewhere = 0.3 * (1 + pl.col("gagnes_ailleurs").fill_null(0)).log(2)
    tried = {}
    for far in (0.6, 0.8, 1.0, 1.2, 1.5):
        for other in (0, 1):
            score = every_term + (far - 1) * pl.col("pt_distance") + other * elsewhere
            tried[far, other] = hit(found, winners, (score * 2).round() / 2)
    table = pl.concat(rows.with_columns(choix=pl.lit(str(key))) for key, rows in tried.items())
    every = (
        cases.join(table.select("choix").unique(), how="cross")
        .join(table, on=["besoin_id", "choix"], how="left")
        .with_columns(pl.col("premier").fill_null(0))
    )
    hits, chosen = 0.0, []
    for buyer in cases["acheteur_siren"].unique().sort():
        best = (
            every.filter(pl.col("acheteur_siren") != buyer)
            .group_by("choix")
            .agg(pl.col("premier").mean())
            .sort("premier", "choix", descending=[True, False])
        )
        chosen.append(best["choix"][0])
        hits += every.filter((pl.col("acheteur_siren") == buyer) & (pl.col("choix") == best["choix"][0]))[
            "premier"
        ].sum()
    usual = pl.Series(chosen).mode().sort()[0]
    return [
        f"  validation croisée par acheteur (poids de la distance et des autres contrats gagnés choisis sur les autres, le plus souvent {usual}) : {wilson(hits, cases.height)}"
    ]


def _side_measures(found: pl.DataFrame) -> list[str]:
    """Contradictions (the name says another trade), names shared by needs of other families of the same buyer, ties."""
    top = found.filter(pl.col("ordre") <= 10)
    against = int((~pl.col("metier")).fill_null(False).pipe(lambda e: top.select(e.sum()).item()))
    names = top.select("besoin_id", "famille", "acheteur_siren", "siren").unique()
    pairs = names.join(names, on="acheteur_siren", suffix="_b").filter(pl.col("famille") < pl.col("famille_b"))
    met = pairs.group_by("besoin_id", "besoin_id_b").agg(
        _communs=(pl.col("siren") == pl.col("siren_b")).sum(),
        _un=pl.col("siren").n_unique(),
        _deux=pl.col("siren_b").n_unique(),
    )
    shared = met.select((pl.col("_communs") / pl.min_horizontal("_un", "_deux")).mean()).item()
    silent = (
        top.group_by("besoin_id").agg(_dit=(pl.col("metier").fill_null(False) | (pl.col("gagnes_siret") > 0)).any())
        if "gagnes_siret" in top.columns
        else None
    )
    lines = [
        f"  contradictions parmi les dix premiers (métier dit, un autre) : {wilson(against, top.height)}",
        f"  mêmes noms entre deux familles d'un même acheteur : {100 * (shared or 0):.1f} % en moyenne ({met.height} paires de besoins)",
        f"  points distincts parmi les dix premiers, médiane : {top.group_by('besoin_id').agg(pl.col('points').n_unique())['points'].median():.0f}",
    ]
    if silent is not None:
        lines.append(
            f"  besoins dont aucun des dix ne dit son métier : {wilson(silent.height - int(silent['_dit'].sum()), silent.height)}"
        )
    return lines


def told_lift(needs: pl.DataFrame, winners: pl.DataFrame) -> list[str]:
    """Do the needs won by these structures stand in the first tenth? The rule is not fitted; its scale is, on other buyers."""
    rows = (
        potential.resemblance(needs.lazy())
        .collect()
        .join(winners.select(besoin_id="uid", gagne=pl.lit(True)).unique(), on="besoin_id", how="left")
    )
    rows = rows.join(needs.select("besoin_id", "acheteur_siren", "objet"), on="besoin_id").with_columns(
        pl.col("gagne").fill_null(False)
    )
    lines, n, base = [], rows.height, rows["gagne"].mean()
    lines.append(f"\n{n} besoins, {rows['gagne'].sum()} gagnés par une structure des listes ({100 * base:.2f} %)")
    words = "(?i)insertion|handicap|r[ée]serv|remobilisation|quartier"
    for name, some in (
        ("tous", rows),
        (
            "sans mot d'insertion ni « réservé » dans l'objet",
            rows.filter(~pl.col("objet").fill_null("").str.contains(words)),
        ),
    ):
        top = some.sort("ressemblance", "besoin_id", descending=[True, False]).head(some.height // 10)
        gain = top["gagne"].mean() / some["gagne"].mean()
        lines.append(
            f"  {name} : premier dixième {wilson(top['gagne'].sum(), some['gagne'].sum())} ; gain sur le hasard ×{gain:.1f}"
        )
    return lines + _reliability(_out_of_fold(rows))


def _out_of_fold(rows: pl.DataFrame, folds: int = 5) -> pl.DataFrame:
    """``prevu``: the chance of each need from a scale fitted on the buyers of the other folds."""
    parts = []
    numbered = rows.with_columns(_pli=pl.col("acheteur_siren").rank("dense").cast(pl.Int64) % folds)
    for fold in range(folds):
        start, slope = _platt(numbered.filter(pl.col("_pli") != fold))
        parts.append(
            numbered.filter(pl.col("_pli") == fold).with_columns(
                prevu=1 / (1 + (-(start + slope * pl.col("ressemblance"))).exp())
            )
        )
    return pl.concat(parts)


def _platt(rows: pl.DataFrame) -> tuple[float, float]:
    x, y = rows["ressemblance"].to_numpy(), rows["gagne"].to_numpy().astype(float)
    start, slope = -5.0, 1.0
    for _ in range(100):
        p = 1 / (1 + np.exp(-(start + slope * x)))
        w = p * (1 - p)
        hessian = np.array([[w.sum(), (w * x).sum()], [(w * x).sum(), (w * x * x).sum()]])
        step = np.linalg.solve(hessian, np.array([(y - p).sum(), ((y - p) * x).sum()]))
        start, slope = start + step[0], slope + step[1]
    return float(start), float(slope)


def _reliability(rows: pl.DataFrame) -> list[str]:
    lines = [
        f"Table de fiabilité (échelle calée sur d'autres acheteurs ; sur tous : origine {_platt(rows)[0]:.2f}, pente {_platt(rows)[1]:.2f}) :"
    ]
    bounds = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 1]
    for low, high in itertools.pairwise(bounds):
        some = rows.filter((pl.col("prevu") > low) & (pl.col("prevu") <= high))
        if some.height:
            lines.append(
                f"  prévu de {100 * low:g} à {100 * high:g} % : moyenne {100 * some['prevu'].mean():.2f} %, gagnés {wilson(int(some['gagne'].sum()), some.height)}"
            )
    return lines


def speed(base: diagnostic.Base) -> list[str]:
    """One buyer, first and second time (a change of radius); figures depend on the load of the machine."""
    result = diagnostic.diagnose(base, buyer="217500016")
    lines, start = [], time.process_time()
    opportunities.ground.cache_clear()
    for name, radius in (("premier calcul", None), ("changement de rayon", 20.0)):
        before, clock = time.perf_counter(), time.process_time()
        found = opportunities.potential_of(result, radius=radius)
        lines.append(
            f"{name} : {time.perf_counter() - before:.2f} s ({time.process_time() - clock:.2f} s de processeur),"
            f" {found.opportunities.height} besoins, {found.supply.height} lignes d'offre"
        )
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
    lines = [
        f"Contrats lus : {ground.contracts.height} ; besoins utilisables : {needs.height} ; structures : {listed.height}"
    ]
    hidden = needs.join(winners.select(besoin_id="uid").unique(), on="besoin_id", how="semi")
    lines += told_ranks(ranks(needs, winners, base, ground, listed), hidden, winners)
    lines += told_lift(needs, winners)
    if not choices.sans_vitesse:
        paris: Any = diagnostic.prepare(DATA / "decp_2022" / "paris_2024.json", registers=LISTS + MORE)
        lines += ["\nVitesse, Paris 2024, six listes réelles :"] + speed(paris)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
