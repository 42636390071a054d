"""How long one buyer and one move of each choice of the potential take, against computing everything again.

    python tests/benchmarks/bench_widgets.py

On the demo, and on the real contracts of Paris with the real lists of suppliers when they are beside the project. Times are
what the kernel takes (wall, and processor time of all its threads): the page draws the charts itself. Each move goes to a
value never seen before, or for lists to another line; « tout refaire » empties what is kept, as if the files had just been read.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from spaser import widgets  # noqa: E402
from spaser.studies import diagnostic  # noqa: E402
from spaser.studies.potential import compose as opportunities  # noqa: E402
from spaser.widgets import tables  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
LISTS = [
    DATA / "registres" / name
    for name in ("siae_2019-07.csv", "esat_liste_officielle.csv", "sirene_fournisseurs_paris.csv")
]
KEPT = (opportunities.ground, opportunities.chosen, opportunities.distances, opportunities.taken)
TIMES = 3


def timed(act: Callable[[], Any], times: int = TIMES) -> tuple[float, float]:
    """The best of several times: wall and processor seconds."""
    found = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        found.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(wall for wall, _ in found), min(cpu for _, cpu in found)


def fresh() -> None:
    for kept in KEPT:
        kept.cache_clear()


def line(name: str, found: tuple[float, float], against: tuple[float, float] | None = None) -> str:
    ratio = f"{against[1] / max(found[1], 1e-4):8.1f} ×" if against else ""
    return f"  {name:<58} {1000 * found[0]:8.0f} ms {1000 * found[1]:8.0f} ms {ratio}"


def measured(base: diagnostic.Base, buyer: str) -> list[str]:
    siren = (opportunities.buyers.choose(base.buyers, buyer),)

    def alone() -> None:
        fresh()
        opportunities.potential_of(base, buyer=buyer)

    desk = widgets.Desk(base, widgets.Selection(buyers=siren))

    def everything() -> None:
        """What a move cost before anything was kept: the potential from the start, and the whole answer with still images."""
        fresh()
        tables.written(widgets.Potential(desk)._answered)

    whole = timed(everything)
    rows = [
        line("un acheteur, fichiers lus", timed(alone)),
        line("tout refaire (potentiel et affichage en images)", whole, whole),
    ]
    view = widgets.Potential(desk)
    behind, sheet, year = widgets.Behind(view), widgets.Sourcing(view), widgets.Calendar(desk)
    reach = widgets.Reach(desk)
    views = f"{len((view, behind, sheet))} vues"
    radius, share = count(31), count(21)

    def farther() -> None:
        km = float(next(radius))
        view.radius.options = [(f"{km:g} km", km)]

    def share_moved() -> None:
        part = next(share) / 100
        view.dependency.options = [(f"{part:.0%}", part)]

    moves: list[tuple[str, Callable[[], None]]] = [
        (f"rayon, valeur nouvelle ({views})", farther),
        (f"dépendance, valeur nouvelle ({views})", share_moved),
        (f"fournisseurs au moins ({views})", lambda: setattr(view.least, "value", (view.least.value + 1) % 6)),
        (
            "ce qui est derrière : famille",
            lambda: setattr(behind.mark, "index", (behind.mark.index + 1) % len(behind.mark.options)),
        ),
        ("ce qui est derrière : autre sorte", lambda: setattr(behind.kind, "index", (behind.kind.index + 1) % 3)),
        (
            "fiche de sourcing : besoin",
            lambda: setattr(sheet.need, "index", (sheet.need.index + 1) % len(sheet.need.options)),
        ),
        (
            f"famille ({views})",
            lambda: setattr(view.family, "index", (view.family.index + 1) % min(len(view.family.options), 6)),
        ),
        (
            "calendrier : trimestre",
            lambda: setattr(year.quarter, "index", (year.quarter.index + 1) % len(year.quarter.options)),
        ),
        ("objectif à atteindre", lambda: setattr(reach.target, "value", reach.target.value % 60 + 7)),
    ]
    return rows + [line(name, timed(move), whole) for name, move in moves]


def main() -> None:
    known = [
        (
            "démonstration",
            sorted((ROOT / "data").glob("marches_demo*.json")),
            sorted((ROOT / "data").glob("registre_demo*.csv")),
            "aubrelle",
        )
    ]
    if DATA.exists():
        known.append(("Paris 2024, registres réels", [DATA / "decp_2022" / "paris_2024.json"], LISTS, "217500016"))
    for name, contracts, lists, buyer in known:
        base = diagnostic.prepare(contracts, registers=lists)
        sys.stdout.write(f"{name}\n  {'':<58} {'horloge':>11} {'processeur':>11} {'gain':>10}\n")
        sys.stdout.write("\n".join(measured(base, buyer)) + "\n")


if __name__ == "__main__":
    main()
