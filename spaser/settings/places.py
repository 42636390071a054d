"""The line of each name of a TOML or JSON text that parses: what a message needs to say where a fault stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from spaser.settings.faults import Path

_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\n')
_TOML = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|\#[^\n]*|\n|[A-Za-z0-9_+:.-]+|[{}\[\],=]',
    re.DOTALL,
)


def lines_of_json(text: str) -> dict[Path, int]:
    """Path → line of each name and member of a JSON text."""
    found: dict[Path, int] = {}
    path: list[str | int] = []
    line, last = 1, ""
    for token in _JSON.findall(text):
        if token == "\n":
            line += 1
        elif token in "{[":
            _mark(found, path, line)
            path.append("" if token == "{" else 0)
        elif token in "}]":
            path.pop()
        elif token == ":" and path:
            path[-1] = _unquoted(last)
            found.setdefault(tuple(path), line)
        elif token == "," and path and isinstance(path[-1], int):
            path[-1] += 1
        elif token.startswith('"'):
            last = token
            line += token.count("\n")
            _mark(found, path, line)
    return found


def lines_of_toml(text: str) -> dict[Path, int]:
    """Path → line of each name and member of a TOML text."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, tokens in _statements(text):
        words = [token for _, token in tokens]
        if words[:1] == ["["]:
            several = words[1:2] == ["["]
            table = _resolved(_names([word for word in words if word not in "[]"]), counts, several)
            found.setdefault(table, line)
        elif "=" in words:
            cut = words.index("=")
            path = (*table, *_names(words[:cut]))
            found.setdefault(path, line)
            _value(tokens[cut + 1 :], 0, path, found)
    return found


def _statements(text: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """The statements of a TOML text: their line, and their tokens each with its own."""
    line, depth = 1, 0
    tokens: list[tuple[int, str]] = []
    for match in _TOML.finditer(text):
        token = match[0]
        if token == "\n":
            if depth <= 0 and tokens:
                yield tokens[0][0], tokens
                tokens, depth = [], 0
            line += 1
        elif not token.startswith("#"):
            depth += token in ("{", "[")
            depth -= token in ("}", "]")
            tokens.append((line, token))
            line += token.count("\n")
    if tokens:
        yield tokens[0][0], tokens


def _value(tokens: list[tuple[int, str]], at: int, path: Path, found: dict[Path, int]) -> int:
    """The places of a value and of what it holds; the rank of the token after it."""
    if at >= len(tokens):
        return at
    line, token = tokens[at]
    found.setdefault(path, line)
    if token not in ("[", "{"):
        while at < len(tokens) and tokens[at][1] not in (",", "]", "}"):
            at += 1
        return at
    at, rank = at + 1, 0
    words: list[str] = []
    while at < len(tokens) and tokens[at][1] not in ("]", "}"):
        word = tokens[at][1]
        if word == ",":
            at, rank = at + 1, rank + 1
        elif token == "[":
            at = _value(tokens, at, (*path, rank), found)
        elif word == "=":
            at, words = _value(tokens, at + 1, (*path, *_names(words)), found), []
        else:
            words.append(word)
            at += 1
    return at + 1


def _resolved(names: list[str], counts: dict[Path, int], several: bool) -> Path:
    """The path of a table: the rank of the last opened table of each list on its way."""
    path: Path = ()
    for rank, name in enumerate(names):
        path = (*path, name)
        if rank == len(names) - 1 and several:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _names(words: list[str]) -> list[str]:
    """The parts of a dotted name."""
    found: list[str] = []
    for word in words:
        quoted = word[:1] in "\"'"
        found += [_unquoted(word)] if quoted else [part for part in word.split(".") if part]
    return found


def _mark(found: dict[Path, int], path: list[str | int], line: int) -> None:
    if path and isinstance(path[-1], int):
        found.setdefault(tuple(path), line)


def _unquoted(word: str) -> str:
    if word[:1] == "'":
        return word[1:-1]
    try:
        return str(json.loads(word))
    except ValueError:
        return word[1:-1]
