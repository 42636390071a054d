"""What a message advises exists: each command, option, key and file name that a sentence of the kit gives is one that something reads or writes."""

from __future__ import annotations

import argparse
import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import spaser
from spaser import cli, maturity, settings
from spaser.indicators import targets
from spaser.indicators.records import catalogue
from spaser.sources.ledgers import headings
from spaser.sources.registers import evidence
from spaser.studies.mission import shape
from spaser.studies.pams.compose import SECTIONS

PACKAGE = Path(spaser.__file__).parent
NOTEBOOKS = PACKAGE.parent / "notebooks"
README = PACKAGE.parent / "README.md"
#: Options of other programs: pip, Jupyter.
FOREIGN = {"--allow-root", "--force-reinstall", "--notebook-dir", "--no-browser", "--upgrade"}
#: The name of the kit in a sentence, followed by its verb.
VERBS = {"fonctionne", "sait", "lit"}
#: Names of files that a person chooses: the kit neither reads nor writes one by that name.
EXAMPLES = {
    "mes_contrats.json", "contrats.json", "marches.json", "ma_liste.csv", "siae.csv", "programme.xlsx", "depenses.xlsx",
    "suivi.xlsx", "modele.docx", "data.json", "note.docx", "mes_listes.toml", "grand_livre.xlsx", "ecrits.json",
    "programme.csv", "entretiens.xlsx",
}  # fmt: skip


def _docs(tree: ast.AST) -> set[int]:
    holders = (ast.Module, ast.FunctionDef, ast.ClassDef)
    return {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, holders) and node.body and isinstance(node.body[0], ast.Expr)
    }


def strings(path: Path) -> Iterator[str]:
    """The texts of a module that are no docstring; what is filled in a formatted one is « … »."""
    tree = ast.parse(path.read_text("utf-8"))
    left = _docs(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            left |= {id(one) for one in node.values}
            yield "".join(str(one.value) if isinstance(one, ast.Constant) else "…" for one in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left:
            yield node.value


@cache
def told() -> tuple[tuple[str, str], ...]:
    """Every text of the kit with where it stands: code, data in French, notebooks, the page of welcome."""
    found = [(path.name, text) for path in sorted(PACKAGE.rglob("*.py")) for text in strings(path)]
    for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        found += [(path.name, "".join(cell["source"])) for cell in cells if cell["cell_type"] == "markdown"]
    # The benches have options of their own, and style sheets their variables.
    page = "\n".join(line for line in README.read_text("utf-8").splitlines() if "bench_" not in line)
    return (*(one for one in found if "var(--" not in one[1]), (README.name, page))


@cache
def commands() -> dict[str, set[str]]:
    """Each command, and its options."""
    (found,) = (one for one in cli.parser()._actions if isinstance(one, argparse._SubParsersAction))
    # The launcher has one word of its own.
    return {name: _options(one) for name, one in found.choices.items()} | {"test": set()}


def _options(command: argparse.ArgumentParser) -> set[str]:
    own = {option for action in command._actions for option in action.option_strings}
    inner = [one for one in command._actions if isinstance(one, argparse._SubParsersAction)]
    return own.union(*(_options(sub) for one in inner for sub in one.choices.values()))


def foreign_options(text: str) -> list[str]:
    """The options that no command has."""
    known = FOREIGN.union({"--help", "--version"}, *commands().values())
    return [one for one in re.findall(r"(?<![\w-])--[a-z][a-z-]+\b", text) if one not in known]


def wrong_commands(text: str) -> list[str]:
    """Commands that do not exist, and options given to a command that has them not."""
    found = []
    for name, rest in re.findall(r"(?:\bspaser|run\.py) ([a-z]{4,})\b([^`;.»]*)", text):
        if name in VERBS:
            continue
        if name not in commands():
            found.append(name)
        else:
            # Another command named further on has its own options.
            own = re.split(r"\bspaser\b|run\.py|, (?:ou|puis)|\)", rest)[0]
            found += [
                f"{name} {one}"
                for one in re.findall(r"(?<![\w-])--[a-z][a-z-]+\b", own)
                if one not in commands()[name] | FOREIGN
            ]
    return found


def _named(kind: settings.Kind) -> set[str]:
    """Every key that a shape takes, at any depth."""
    names = dict(getattr(kind, "names", None) or {}) if isinstance(kind, settings.Table) else {}
    inner = [*names.values(), *getattr(kind, "kinds", ()), *([kind.of] if hasattr(kind, "of") else [])]
    return set(names).union(*(_named(one) for one in inner))


def known_keys() -> set[str]:
    lists = set(re.findall(r"([a-z_]+) = ", evidence.complete_line("a.csv", "esus")))
    columns = _named(headings._shape())
    asked = {one["id"] for axis in maturity.grid()["axis"] for one in axis["question"]}
    return _named(shape.SHAPE).union(targets.TARGET.names, catalogue(), asked, SECTIONS, lists, columns, {"mission"})


def wrong_keys(text: str) -> list[str]:
    """Keys written with their value that no file of the kit takes."""
    return [
        one
        for one in re.findall(r'(?<![\w.\[-])([a-z][a-z_]{2,}) = (?:\[|\{|true\b|false\b|"|\d|«)', text)
        if one not in known_keys()
    ]


@cache
def own_files() -> set[str]:
    """Names of files that the code writes or reads: constants without a space, and those of its own data."""
    alone = {text for path in PACKAGE.rglob("*.py") for text in strings(path) if " " not in text.strip()}
    names = {match for text in alone for match in re.findall(r"[\w-]+\.[a-z]{3,4}\b", text)}
    return names | {path.name for path in (PACKAGE / "reference").rglob("*")} | _shipped()


def _shipped() -> set[str]:
    return {path.name for path in (PACKAGE.parent / "data").rglob("*")} | {"run.py"}


def unknown_files(text: str) -> list[str]:
    """Names of files in a sentence that nothing of the kit writes or reads."""
    if " " not in text.strip():
        return []
    found = re.findall(r"(?<![\w/.*…-])[a-z][\w-]+\.(?:csv|toml|xlsx|json|docx|html|pdf|ics|pptx)\b", text)
    # What a command hands over bears its name.
    return [one for one in found if one not in own_files() | EXAMPLES and one.split(".")[0] not in commands()]


CHECKS = {
    foreign_options: ("donnez --inventee", "donnez --registre"),
    wrong_commands: ("lancez spaser inventee", "lancez spaser diagnostic --registre"),
    wrong_keys: ('écrivez rayons = "30 km"', "écrivez rayon = 30"),
    unknown_files: ("remplissez inventee.csv puis relancez", "remplissez constats.csv puis relancez"),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_check_sees_what_does_not_exist_and_only_that(check):
    wrong, right = CHECKS[check]
    assert check(wrong) and not check(right)
    assert wrong_commands("spaser lire --registre x")  # an option of another command


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_what_a_message_advises_exists(check):
    assert [(where, one, text[:120]) for where, text in told() for one in check(text)] == []


def test_the_line_that_declares_a_list_always_names_the_file_it_is_written_in():
    """A key advised alone is tried where one stands, in mission.toml, which refuses it."""
    lines = [text for _, text in told() if "evidence.line" in text or "liste = [" in text]
    assert lines, "the line is told nowhere"
    from spaser.sources.registers import fates

    for said in (fates.to_declare("a.csv"), fates.to_complete("a.csv", "esus")):
        assert "mes_listes.toml" in said and "liste = [" in said
    assert "liste" not in shape.SHAPE.names
