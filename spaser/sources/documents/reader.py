"""The process that opens documents, seen from the side that asks: its bounds, its answers, its end.

A hostile or broken file may hang it or fill it: it is stopped, said in one message, and started again for the next file.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import spaser
from spaser import french
from spaser.problems import Problem
from spaser.sources.archives import Member


@dataclass(frozen=True)
class Limits:
    """The bounds of the reading of one file: bytes, pages, lines, seconds, megabytes of memory (where the system has limits)."""

    bytes: int = 100 << 20
    pages: int = 2_000
    lines: int = 200_000
    seconds: float = 90.0
    memory: int = 2_048


class Reader:
    """The process that opens documents: started when needed, killed and started again when one takes too long."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.process: subprocess.Popen[str] | None = None
        self.answers: queue.Queue[str | None] = queue.Queue()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def ask(self, member: Member) -> Iterator[dict[str, Any]]:
        """The answers about one file; whatever happens to the process, the last one says how the reading ended."""
        process = self._started()
        request = asdict(self.limits) | {
            "source": member.source,
            "path": str(member.path),
            "inner": member.inner,
            "size": member.size,
        }
        clock = threading.Event()
        timer = threading.Timer(self.limits.seconds, self._expire, (process, clock))
        timer.start()
        try:
            yield from self._answers(process, json.dumps(request), clock)
        finally:
            timer.cancel()

    def _answers(self, process: subprocess.Popen[str], request: str, late: threading.Event) -> Iterator[dict[str, Any]]:
        try:
            process.stdin.write(request + "\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            self.answers.put(None)
        while (line := self.answers.get()) is not None:
            answer = json.loads(line)
            yield answer
            if "lines" not in answer:
                return
        self._stop()
        seconds = french.number(self.limits.seconds)
        yield {
            "refused": f"Sa lecture dépassait {seconds} secondes : elle a été arrêtée"
            if late.is_set()
            else "Sa lecture a échoué : le fichier est abîmé ou trop lourd"
        }

    def _expire(self, process: subprocess.Popen[str], late: threading.Event) -> None:
        late.set()
        process.kill()

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None or self.process.poll() is not None:
            self.answers = queue.Queue()
            root = str(Path(spaser.__file__).parents[1])
            path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "spaser.sources.documents.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
            )
            threading.Thread(target=_pump, args=(self.process, self.answers), daemon=True).start()
            if self.answers.get() is None:
                raise Problem(
                    "Le lecteur de documents ne démarre pas", todo="Vérifiez l'installation : spaser --version"
                )
        return self.process

    def _stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        process.wait()


def _pump(process: subprocess.Popen[str], answers: queue.Queue[str | None]) -> None:
    """The lines of the process as they come, then None when it has ended."""
    for line in process.stdout or ():
        answers.put(line)
    answers.put(None)
