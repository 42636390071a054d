"""The terminal: lines that survive any console, a bar that advances, argparse in French."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from spaser.text import harmless

FRENCH = {
    "usage: ": "usage : ",
    "positional arguments": "arguments\u00a0",
    "options": "options\u00a0",
    "optional arguments": "options\u00a0",
    "show this help message and exit": "afficher cette aide et sortir",
    "the following arguments are required: %s": "il manque : %s",
    "unrecognized arguments: %s": "option inconnue : %s",
    "expected one argument": "une valeur est attendue",
    "expected at least one argument": "au moins une valeur est attendue",
    "argument %(argument_name)s: %(message)s": "option %(argument_name)s : %(message)s",
    "invalid choice: %(value)r (choose from %(choices)s)": "valeur inconnue : %(value)r (au choix : %(choices)s)",
    "invalid %(type)s value: %(value)r": "valeur incorrecte : %(value)r",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s\n",
    "ambiguous option: %(option)s could match %(matches)s": "option ambiguë : %(option)s peut être %(matches)s",
}


def hold_streams() -> None:
    """The three streams of a process started without one of them (a task at night) lead nowhere, rather than to the next file opened."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)  # the lowest free number: this one


def speak_french() -> None:
    """Argparse's own words in French, and output that a console in cp1252 can show."""
    argparse._ = lambda text: FRENCH.get(text, text)  # type: ignore[attr-defined]
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(text: str, stream: TextIO | None = None) -> None:
    """Write a line that survives a console in cp1252, where the narrow no-break space does not exist."""
    out = stream or sys.stdout
    if out is None or getattr(out, "closed", False):  # a service or a task without a console
        return
    text = harmless(text)
    if (getattr(out, "encoding", "") or "").lower().replace("-", "") != "utf8":
        text = text.replace("\u202f", "\u00a0").replace("\u2212", "-")
    out.write(text + "\n")
    out.flush()


def wrote(paths: Iterable[object]) -> None:
    """The files written, and the one to open first: who reads a terminal for the first time does not know which."""
    from spaser.deliverables.files import moved_message

    names = [str(path) for path in paths]
    say("\nFichiers écrits :\n" + "\n".join(f"  {name}" for name in names))
    for told in filter(None, map(moved_message, names)):
        say(told)
    page = next((name for name in names if name.endswith(".html")), None)
    if page:
        first(page)


def first(page: object) -> None:
    """The page to open before all the others."""
    say(f"\nÀ ouvrir d'abord, dans un navigateur (double-clic) : {page}")


def progress(label: str, done: float) -> None:
    """One line that advances on the terminal; nothing when the output is not one."""
    if sys.stderr is not None and sys.stderr.isatty():
        bar = "#" * round(30 * done)
        sys.stderr.write(f"\r{label[:44]:<44} [{bar:<30}] {100 * done:3.0f} %" + ("\n" if done >= 1 else ""))
        sys.stderr.flush()


def moment() -> datetime:
    """The hour of the computer, which names a folder of results: read here, at the edge."""
    return datetime.now()
