"""Small faults planted one by one in the rooms that compute, each in a copy: do the tests of the room see them?

    python tests/mutants.py --number 3 --seed 11 contracts obligations

A comparison turned or moved by one at its boundary, a constant moved, an operator swapped, « and » for « or ». A fault is
*killed* when a test fails or when the tests outlast the time bound. Prints each survivor (file, line, before, after) and the
rate by room; a survivor is killed by a new test, or named equivalent by a person.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from house import plan

ROOT = Path(__file__).parents[1]
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


def places(text: str) -> Iterator[tuple[ast.AST, ast.expr]]:
    """Each node that may be turned, with the expression to rewrite; what says a type is never run."""
    tree = ast.parse(text)
    types = {id(inner) for node in ast.walk(tree) for part in _types(node) for inner in ast.walk(part)}
    for node in ast.walk(tree):
        if id(node) in types:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in TURNED:
            yield node.ops[0], node
        elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in TURNED:
            yield node.op, node
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool):
            yield node, node


def _types(node: ast.AST) -> list[ast.expr]:
    """The annotations of a node."""
    told = [getattr(node, name, None) for name in ("annotation", "returns")]
    return [part for part in told if isinstance(part, ast.expr)]


def turned(text: str, rank: int) -> tuple[str, str, int]:
    """The text with its fault of that rank; the expression before and after, and its line."""
    node, whole = list(places(text))[rank]
    before = ast.get_source_segment(text, whole) or ""
    if isinstance(whole, ast.Constant):
        whole.value = (not whole.value) if isinstance(whole.value, bool) else whole.value + 1
    elif isinstance(whole, ast.Compare):
        whole.ops[0] = TURNED[type(node)]()
    elif isinstance(whole, ast.BinOp | ast.BoolOp):
        whole.op = TURNED[type(node)]()
    after = f"({ast.unparse(whole)})"
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: whole.lineno - 1])) + whole.col_offset
    end = sum(map(len, lines[: (whole.end_lineno or whole.lineno) - 1])) + (whole.end_col_offset or 0)
    return (text.encode()[:start] + after.encode() + text.encode()[end:]).decode(), before, whole.lineno


#: Rooms whose tests lie with those of another.
BESIDE = {"territories": "buyers/test_territories.py"}


def files_of(room: str, package: Path) -> list[Path]:
    return sorted((package / room).rglob("*.py")) or [package / f"{room}.py"]


def killed(copy: Path, room: str, seconds: float) -> bool:
    """Whether a test of the room fails, or outlasts the bound."""
    tests = [sys.executable, "-m", "pytest", "-x", "-q", str(copy / "tests" / BESIDE.get(room, room))]
    try:
        done = subprocess.run(
            tests,
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


def run(room: str, number: int, seed: int, seconds: float) -> tuple[int, int]:
    """Faults killed and planted in a room."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "kit"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".mypy_cache", "node_modules")
        )
        if killed(copy, room, seconds):
            raise SystemExit(f"{room} : ses tests échouent ou durent trop avant toute faute")
        found = [
            (file, rank)
            for file in files_of(room, copy / "spaser")
            for rank, _ in enumerate(places(file.read_text("utf-8")))
        ]
        chosen = random.Random(f"{seed}-{room}").sample(found, min(number, len(found)))
        dead = 0
        for file, rank in chosen:
            text = file.read_text("utf-8")
            faulty, before, line = turned(text, rank)
            file.write_text(faulty, "utf-8")
            seen = killed(copy, room, seconds)
            file.write_text(text, "utf-8")
            dead += seen
            print(f"{'tuée  ' if seen else 'RESTE '} {file.relative_to(copy)}:{line} : {before[:90]!r}", flush=True)
    return dead, len(chosen)


def main() -> None:
    command = argparse.ArgumentParser(description=__doc__)
    command.add_argument(
        "rooms", nargs="*", default=sorted(plan.COMPUTING), help="rooms (by default, all those that compute)"
    )
    command.add_argument("--number", type=int, default=3)
    command.add_argument("--seed", type=int, default=11)
    command.add_argument("--seconds", type=float, default=300)
    asked = command.parse_args()
    for room in asked.rooms:
        dead, planted = run(room, asked.number, asked.seed, asked.seconds)
        print(f"{room} : {dead} tuées sur {planted} ({dead / max(planted, 1):.0%})", flush=True)


if __name__ == "__main__":
    main()
