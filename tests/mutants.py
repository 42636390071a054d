"""Small faults planted one by one in the rooms that compute: do the tests of the room see them?

    python tests/mutants.py --number 3 --seed 11 contracts obligations
    python tests/mutants.py --number 99 --within lots.py:known potential        # every fault of one function

A comparison turned or moved by one at its boundary, a constant moved, an operator swapped, « and » for « or ». The tests of a
room run once, watched: which of them enter which function. A fault is then grafted on its function where it stands in memory,
and only the tests that enter this function are run again, the quickest first, until one fails: it is *killed*. What is worked
out when a module is read (a table of constants, a default) is planted in a copy, under a fresh Python.

Prints each survivor (file, line, before, after) and the rate by room; a survivor is killed by a new test, or named equivalent
by a person, with the reason, in ``mutants_equivalent.toml``: those are counted apart.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
import types
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from house import plan

ROOT = Path(__file__).parents[1]
EQUIVALENT = Path(__file__).with_name("mutants_equivalent.toml")
TURNED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
#: Rooms whose tests lie with those of another.
BESIDE = {"territories": "buyers/test_territories.py"}


@dataclass(frozen=True)
class Fault:
    """One place turned: the whole faulty text of the file, and what tells the place to a reader."""

    file: str  # from the root
    function: str  # the function that holds it; nothing when it is worked out as the module is read
    line: int
    said: str  # its line as written, the expression between ⟦ and ⟧
    before: str
    after: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function} : {self.before[:80]!r} → {self.after[:80]!r}"


def places(tree: ast.AST) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Each node that may be turned, with the expression to rewrite; what says a type is not a place."""
    declared = {id(inner) for node in ast.walk(tree) for part in _declared(node) for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in declared:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
            yield node.ops[0], node
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in TURNED:
            yield node.op, node
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield node, node


def _declared(node: ast.AST) -> list[ast.expr]:
    """The annotations of a node, and what a class says of its kind (``@dataclass(frozen=True)``)."""
    if isinstance(node, ast.ClassDef):
        return node.decorator_list
    told = [getattr(node, name, None) for name in ("annotation", "returns")]
    return [part for part in told if isinstance(part, ast.expr)]


def _function(tree: ast.AST, line: int, column: int, before: str = "") -> str:
    """The outermost function whose body holds a place: ``measure``, ``Target.read``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            if found := _function(node, line, column, f"{before}{node.name}."):
                return found
        elif isinstance(node, ast.FunctionDef):
            if (node.body[0].lineno, node.body[0].col_offset) <= (line, column) and line <= (node.end_lineno or 0):
                return before + node.name
    return ""


def fault(file: Path, rank: int) -> Fault:
    """The fault of that rank in a file."""
    text = file.read_text("utf-8")
    tree = ast.parse(text)
    node, whole = list(places(tree))[rank]
    before = ast.get_source_segment(text, whole) or ""
    if isinstance(whole, ast.Constant):
        whole.value = (not whole.value) if isinstance(whole.value, bool) else whole.value + 1
    elif isinstance(whole, ast.Compare):
        whole.ops[0] = TURNED[type(node)]()
    elif isinstance(whole, ast.BinOp | ast.BoolOp):
        whole.op = TURNED[type(node)]()
    after = ast.unparse(whole)
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: whole.lineno - 1])) + whole.col_offset
    end = sum(map(len, lines[: (whole.end_lineno or whole.lineno) - 1])) + (whole.end_col_offset or 0)
    faulty = (text.encode()[:start] + f"({after})".encode() + text.encode()[end:]).decode()
    function = _function(tree, whole.lineno, whole.col_offset)
    said = _marked(lines[whole.lineno - 1], whole)
    return Fault(file.relative_to(ROOT).as_posix(), function, whole.lineno, said, before, after, faulty)


def _marked(line: bytes, whole: ast.expr) -> str:
    """The line of an expression, with its bounds; one that goes on has only its first."""
    end = whole.end_col_offset if whole.end_lineno == whole.lineno else None
    parts = line[: whole.col_offset], line[whole.col_offset : end], line[end:] if end else b""
    before, told, after = (part.decode() for part in parts)
    return f"{before}⟦{told}{'⟧' if end else ''}{after}".strip()


def files_of(room: str) -> list[Path]:
    package = ROOT / "spaser"
    return sorted((package / room).rglob("*.py")) or [package / f"{room}.py"]


def tests_of(room: str) -> str:
    return f"tests/{BESIDE.get(room, room)}"


def equivalents() -> set[tuple[str, str]]:
    """Faults that change nothing anyone can observe: file, and line with the expression between its marks."""
    told = tomllib.loads(EQUIVALENT.read_text("utf-8"))["equivalent"]
    return {(one["file"], one["line"]) for one in told}


def drawn(room: str, number: int, seed: int, within: str) -> list[Fault]:
    """Faults drawn in a room; with ``file.py:function``, in this function only."""
    found = [
        (file, rank) for file in files_of(room) for rank, _ in enumerate(places(ast.parse(file.read_text("utf-8"))))
    ]
    if within:
        every = [fault(*one) for one in found if within.split(":")[0] in one[0].as_posix()]
        return [one for one in every if within in f"{one.file}:{one.function}"][:number]
    return [fault(*one) for one in random.Random(f"{seed}-{room}").sample(found, min(number, len(found)))]


@contextmanager
def grafted(one: Fault) -> Iterator[None]:
    """The fault in the code of its function, wherever the function is held; nothing worked out before is kept."""
    path = str(ROOT / one.file)
    [new] = [code for code in _codes(compile(one.text, path, "exec")) if code.co_qualname == one.function]
    held = [
        thing
        for thing in gc.get_objects()
        if isinstance(thing, types.FunctionType)
        and (thing.__code__.co_filename, thing.__code__.co_qualname) == (path, one.function)
    ]
    kept = [thing.__code__ for thing in held]
    for thing in held:
        thing.__code__ = new
    try:
        _forget()
        yield
    finally:
        for thing, code in zip(held, kept, strict=True):
            thing.__code__ = code
        _forget()


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _codes(inner)


def _forget() -> None:
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            thing.cache_clear()


class Watch:
    """A plug-in that runs the tests of a room once, then again under each fault."""

    def __init__(self, room: str, faults: list[Fault], seconds: float) -> None:
        self.room, self.faults, self.seconds = room, faults, seconds
        self.entered: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        self.dead: list[Fault] = []
        self.out = os.fdopen(os.dup(1), "w")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._watch(session)
        for one in self.faults:
            killed = self._sees(session, one)
            if killed:
                self.dead.append(one)
            print(f"{'tuée  ' if killed else 'RESTE '} {one}", file=self.out, flush=True)
        return True

    def _watch(self, session: pytest.Session) -> None:
        """Which tests enter which functions of the package, with the time each takes."""
        here, seen = str(ROOT / "spaser"), set()

        def enter(frame: types.FrameType, event: str, arg: object) -> None:
            seen.add(frame.f_code)

        for rank, item in enumerate(session.items):
            seen.clear()
            start = time.monotonic()
            with followed(enter):
                failed = _fails(session, rank, rank + 1 < len(session.items))
            if failed:
                pytest.exit(f"{self.room} : {item.nodeid} échoue avant toute faute", returncode=1)
            taken = time.monotonic() - start
            for name in {
                (code.co_filename, code.co_qualname.split(".<locals>")[0])
                for code in seen
                if code.co_filename.startswith(here)
            }:
                self.entered[name].append((taken, rank))
        print(f"{self.room} : {len(session.items)} essais lus", file=self.out, flush=True)

    def _sees(self, session: pytest.Session, one: Fault) -> bool:
        tests = sorted(self.entered[str(ROOT / one.file), one.function])
        if not one.function or not tests:
            return afresh(one, self.room, self.seconds)
        with grafted(one), bounded(self.seconds):
            try:
                return any(_fails(session, rank, False) for _, rank in tests)
            except TimeoutError:
                return True


def _fails(session: pytest.Session, rank: int, more: bool) -> bool:
    """Whether a test fails; what it shares with the next is kept only when more follow in their order."""
    item = session.items[rank]
    following = session.items[rank + 1] if more else None
    return any(report.failed for report in runtestprotocol(item, nextitem=following, log=False))


@contextmanager
def followed(enter: Callable[[types.FrameType, str, object], None]) -> Iterator[None]:
    """Every call watched; what Polars calls back runs in threads of its own, where only the call can have itself watched."""
    import polars as pl

    def watched(function: Callable[..., object]) -> Callable[..., object]:
        def run(*given: object) -> object:
            before = sys.gettrace()
            sys.settrace(enter)
            try:
                return function(*given)
            finally:
                sys.settrace(before)

        return run

    def calling(own: Callable[..., object]) -> Callable[..., object]:
        return lambda self, function, *given, **named: own(self, watched(function), *given, **named)

    kept = {kind: kind.map_batches for kind in (pl.LazyFrame, pl.Expr)}
    for kind, own in kept.items():
        setattr(kind, "map_batches", calling(own))  # noqa: B010
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(None)
        for kind, own in kept.items():
            setattr(kind, "map_batches", own)  # noqa: B010


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """A loop that no longer ends is a fault seen."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def afresh(one: Fault, room: str, seconds: float) -> bool:
    """Whether a test of the room fails, the fault written in a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "kit"
        for part in ("spaser", "tests", "data"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("pyproject.toml", "CHANGELOG.md", "README.md", "CONTRIBUTING.md", "run.py"):
            shutil.copy(ROOT / part, copy / part)
        (copy / one.file).write_text(one.text, "utf-8")
        try:
            done = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", tests_of(room)],
                cwd=copy,
                capture_output=True,
                timeout=seconds,
                env={**os.environ, "PYTHONPATH": str(copy), "PYTHONUTF8": "1"},
            )
        except subprocess.TimeoutExpired:
            return True
    if done.returncode not in (0, 1, 2):
        raise SystemExit(f"{room} : aucun test n'a pu être lancé ({done.returncode})")
    return done.returncode != 0


def main() -> None:
    command = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command.add_argument("rooms", nargs="*", default=sorted(plan.COMPUTING), help="by default, all those that compute")
    command.add_argument("--number", type=int, default=3)
    command.add_argument("--seed", type=int, default=11)
    command.add_argument("--within", default="", help="file.py:function")
    command.add_argument("--tests", nargs="+", help="the tests to run, instead of those of the room")
    command.add_argument("--seconds", type=float, default=900)
    asked = command.parse_args()
    os.chdir(ROOT)
    os.environ |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "POLARS_MAX_THREADS": "1"}  # small tables, many short runs
    named = equivalents()
    for room in asked.rooms:
        every = drawn(room, asked.number, asked.seed, asked.within)
        faults = [one for one in every if (one.file, one.said) not in named]
        watch = Watch(room, faults, asked.seconds)
        if pytest.main(["-q", *(asked.tests or [tests_of(room)])], plugins=[watch]):
            raise SystemExit(f"{room} : aucune faute comptée")
        rate = len(watch.dead) / max(len(faults), 1)
        same = len(every) - len(faults)
        print(f"{room} : {len(every)} fautes · {len(watch.dead)} tuées · {same} équivalentes · {rate:.0%}", flush=True)


if __name__ == "__main__":
    main()
