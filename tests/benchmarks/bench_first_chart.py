"""How long the first chart of one's own buyer takes in a notebook once its kernel is up, against the command that writes the same.

    python tests/benchmarks/bench_first_chart.py [FICHIER] [--acheteur NOM]

A mission is made with the file (Paris 2024 by default, when the real files are beside the project), and the cells of the
notebook « panorama » are run in a real kernel, one after the other, until a message to the page holds a chart. Times are the
clock and the processor time of the kernel, since it answered. The other way is
``spaser diagnostic`` in a process of its own, to a page with the same charts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import Empty

from jupyter_client.manager import start_new_kernel

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from spaser.charts.pictures import MIME  # noqa: E402
from spaser.studies import mission as missions  # noqa: E402

PARIS = ROOT.parent / "shared" / "data" / "decp_2022" / "paris_2024.json"
NOTEBOOK = ROOT / "notebooks" / "02_panorama.ipynb"
WAIT = 120
AIM = 4.0


def cells(mission: Path) -> list[str]:
    """The code of the notebook, on that mission."""
    told = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in told if cell["cell_type"] == "code"]
    return [f"mission = {str(mission)!r}", *code[1:]]


def first_chart(mission: Path) -> tuple[float, float]:
    """Seconds and processor seconds until the page receives a chart."""
    manager, client = start_new_kernel(cwd=str(mission), env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        start, before = time.perf_counter(), spent(client)
        for code in cells(mission):
            if drawn(client, client.execute(code)):
                return time.perf_counter() - start, spent(client) - before
        raise RuntimeError("aucun graphique")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def drawn(client: object, asked: str) -> bool:
    """Whether a chart came before the cell was done."""
    while True:
        try:
            said = client.get_iopub_msg(timeout=WAIT)
        except Empty as late:
            raise RuntimeError("le noyau ne répond plus") from late
        if said["msg_type"] == "error":
            raise RuntimeError("\n".join(said["content"]["traceback"]))
        if MIME in json.dumps(said["content"], default=str):
            return True
        if said["msg_type"] == "status" and said["content"]["execution_state"] == "idle":
            if said["parent_header"].get("msg_id") == asked:
                return False


def spent(client: object) -> float:
    """Processor seconds of the kernel, once what it runs is done."""
    said = client.execute("", user_expressions={"spent": "__import__('time').process_time()"}, reply=True, timeout=WAIT)
    return float(said["content"]["user_expressions"]["spent"]["data"]["text/plain"])


def written(path: Path, buyer: str, folder: Path) -> tuple[float, float]:
    """Seconds and processor seconds of the command."""
    start, before = time.perf_counter(), os.times()
    subprocess.run(
        [sys.executable, "-m", "spaser", "diagnostic", str(path), "--sortie", str(folder)]
        + (["--acheteur", buyer] if buyer else []),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    after = os.times()
    return time.perf_counter() - start, sum(after[2:4]) - sum(before[2:4])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("fichier", type=Path, nargs="?", default=PARIS)
    parser.add_argument("--acheteur", default="")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        named = {"acheteurs": [options.acheteur]} if options.acheteur else {}
        home = missions.create(Path(name) / "mission", client="Ma Ville", **named)
        missions.add(home, "fichiers", [options.fichier])
        chart, command = first_chart(home), written(options.fichier, options.acheteur, Path(name) / "page")
    for title, (wall, processor) in (
        ("premier graphique, le noyau lancé", chart),
        ("spaser diagnostic, jusqu'à la page", command),
    ):
        sys.stdout.write(f"{title:<38}{wall:6.1f} s  {processor:6.1f} s de processeur\n")
    sys.stdout.write(
        f"but : {AIM:g} s ; la commande prend {command[1] / chart[1]:.1f} fois le temps de processeur du carnet\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
