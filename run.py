"""Lanceur de spaser : prépare l'environnement une fois, puis fait ce qu'on lui demande.

    python run.py              le diagnostic de la mission du dossier où l'on est ; ailleurs, celui de la démonstration (données inventées)
    python run.py test         les tests
    python run.py lab          JupyterLab, en français, sur les carnets
    python run.py diagnostic … toute commande de spaser (voir : python run.py --help)

Il ne faut que Python 3.11 ou plus récent. Rien n'est installé hors du dossier .venv.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
WELCOME = "--LabApp.default_url=/lab/tree/00_accueil.ipynb"
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=180", "--nbval-sanitize-with=notebooks/sanitize.cfg"]
#: The whole suite runs in two processes, each file whole in one of them, the browser's first; a part that is named, in one.
SPREAD = ["--numprocesses=2", "--dist=loadfile", "--no-loadscope-reorder"]


def say(text: str) -> None:
    """A line of progress that survives any console encoding."""
    encoding = sys.stderr.encoding or "ascii"
    print(text.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)


def call(*command: str | Path, quiet: bool = False, folder: Path | None = ROOT) -> int:
    """Run a command in the project's folder (or where the user stands, with None), in UTF-8, and return its exit code."""
    environ = os.environ | {"PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    out = subprocess.DEVNULL if quiet else None
    try:
        return subprocess.call([str(part) for part in command], cwd=folder, env=environ, stdout=out, stderr=out)
    except KeyboardInterrupt:
        return 130


def fingerprint(extras: str) -> str:
    """What the installation depends on: when it has not changed, nothing is installed again."""
    files = b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))
    return hashlib.sha256(files + extras.encode() + sys.version.encode() + str(ROOT).encode()).hexdigest()


def prepare(extras: str) -> None:
    """Make .venv and install the package with its pinned dependencies, once per state of the project."""
    stamp = VENV / f"spaser-{extras or 'base'}.stamp"
    print_ = fingerprint(extras)
    if PYTHON.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == print_:
        return
    if not PYTHON.exists():
        say("Préparation : création de l'environnement .venv …")
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    say("Préparation : installation des dépendances (une à trois minutes, une seule fois) …")
    target = f".[{extras}]" if extras else "."
    pinned = ["-c", "constraints.txt", "-e", target]
    fast = call(PYTHON, "-m", "pip", "install", "-q", "uv", quiet=True) == 0
    done = fast and call(PYTHON, "-m", "uv", "pip", "install", "-q", "--python", PYTHON, *pinned) == 0
    if not done and call(PYTHON, "-m", "pip", "install", "-q", *pinned) != 0:
        say(
            "L'installation a échoué : vérifiez la connexion (ou le proxy de votre organisation), puis relancez la commande."
        )
        raise SystemExit(2)
    stamp.write_text(print_, encoding="utf-8")
    say("Préparation terminée.")


def lab(arguments: list[str]) -> int:
    """JupyterLab in French on the notebooks, with the settings of the kit and no news pop-up."""
    settings = str(ROOT / "notebooks" / "config")
    os.environ["JUPYTER_CONFIG_PATH"] = settings
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, (settings, os.environ.get("JUPYTER_PATH"))))
    return call(PYTHON, "-m", "jupyterlab", "--notebook-dir", ROOT / "notebooks", WELCOME, *arguments)


def main(arguments: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - said in French before anything is installed
        say(
            f"spaser demande Python 3.11 ou plus récent ; celui-ci est {sys.version.split()[0]}. Installez-en un, puis relancez."
        )
        return 2
    verb = arguments[0] if arguments else "diagnostic"
    prepare(verb if verb in ("test", "lab") else "")
    if verb == "test":
        return call(PYTHON, "-m", "pytest", *NBVAL, *(arguments[1:] or SPREAD))
    if verb == "lab":
        return lab(arguments[1:])
    bare = ["diagnostic"] if Path("mission.toml").is_file() else ["diagnostic", "--demo"]
    return call(PYTHON, "-m", "spaser", *(arguments or bare), folder=None)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
