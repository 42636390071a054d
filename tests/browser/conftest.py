"""A real browser on a real JupyterLab, cut from the network: skipped, with its reason, where there is no Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOCAL = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:", "about:", "file:")
PATIENCE = 90_000


@pytest.fixture(scope="session")
def chromium() -> Iterator:
    """The system's Chromium, driven by Playwright."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("pas de Chromium sur cette machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright n'est pas installé")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Iterator:
    """A page of its own that reaches this machine and nothing else; ``page.refused`` lists what it tried beyond."""
    context = chromium.new_context(viewport={"width": 1400, "height": 900}, locale="fr-FR", accept_downloads=True)
    refused: list[str] = []

    def sort(route) -> None:
        if route.request.url.startswith(LOCAL):
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    context.route("**/*", sort)
    opened = context.new_page()
    opened.refused = refused
    opened.set_default_timeout(PATIENCE)
    yield opened
    context.close()


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """A copy of the notebooks and of the demo: nothing a test does touches the real ones."""
    folder = tmp_path_factory.mktemp("kit")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "data", folder / "data")
    return folder


@contextmanager
def served(module: str, kit: Path, *options: str) -> Iterator[str]:
    """A Jupyter server on a free port, with the French settings of the kit; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = os.environ | {
        "JUPYTER_CONFIG_PATH": str(kit / "notebooks" / "config"),
        "JUPYTER_PATH": str(kit / "notebooks" / "config"),
        "JUPYTER_CONFIG_DIR": str(kit / "settings"),
        "JUPYTER_DATA_DIR": str(kit / "jupyter"),
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
    }
    log = (kit / f"{module}.log").open("w", encoding="utf-8")
    command = [sys.executable, "-m", module, "--no-browser", f"--port={port}", *options]
    server = subprocess.Popen(command, cwd=kit / "notebooks", env=environ, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, server, kit / f"{module}.log")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


def _wait(address: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            pytest.fail(f"le serveur n'a pas démarré :\n{log.read_text(encoding='utf-8')[-2000:]}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except (urllib.error.URLError, OSError) as failure:
            if isinstance(failure, urllib.error.HTTPError):
                return
            time.sleep(0.5)
    pytest.fail("le serveur n'a pas répondu en deux minutes")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A picture of the page beside a failure, in the test's own folder."""
    outcome = yield
    report, page = outcome.get_result(), getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        folder = Path(os.environ.get("SPASER_IMAGES", tempfile.gettempdir()))
        picture = folder / f"{item.name}.png"
        page.screenshot(path=picture)
        report.sections.append(("image", f"{picture}, hors de la machine : {page.refused}"))
