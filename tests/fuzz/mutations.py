"""Damage as it happens and as it is made on purpose: trees of values, tables, workbooks, archives and bytes, from a seed.

Every mutation draws from one ``random.Random``: the same seed gives the same files.
"""

from __future__ import annotations

import copy
import io
import json
import random
import re
import zipfile
from typing import Any

WORDS = [
    "",
    " ",
    "\x00",
    "\u202e\u202dabc",
    "\ufeff",
    "é" * 300,
    "=1+1",
    "＝1+1",
    "@SUM(A1)",
    "-2+3",
    "../../x",
    "C:\\x",
    "/etc/passwd",
    "a\nb",
    "\u00a0",
    "½",
    "١٢٣",
    "1_000",
    "1.234,56",
    "1e400",
    "NaN",
    "inf",
    "-0",
    "9" * 400,
    "2024-02-30",
    "31/02/2024",
    "2024-01-01T00:00:00+99:00",
    "0001-01-01",
    "99999-01-01",
    "null",
    "true",
    "oui",
    "NC",
    "<b>x",
    "]]>",
    "&#0;",
    "'; --",
    "🏳️‍🌈",
    "\x1b[31m",
    "00000101600013",
    "73282932000074",
    "45000000-7",
    "*" * 50,
    "%s%n",
    "\u2028",
    "a" * 70_000,
]
SURROGATES = ["\ud800", "x\udfff"]
NUMBERS: list[Any] = [
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**63) - 1,
    10**400,
    0.5,
    -0.0,
    1e308,
    float("nan"),
    float("inf"),
    True,
    False,
]
BYTES = [
    b"\x00",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\r",
    b"\n",
    b'"',
    b";",
    b",",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"\xc3",
    b"\xed\xa0\x80",
    b"<",
    b">",
    b"&",
    b"PK\x03\x04",
    b"9" * 5000,
]


def value(rng: random.Random, depth: int = 0) -> Any:
    """Any value a file may hold where another was expected."""
    kind = rng.random()
    if kind < 0.45:
        return rng.choice(WORDS)
    if kind < 0.5:
        return rng.choice(SURROGATES)
    if kind < 0.75:
        return rng.choice(NUMBERS)
    if kind < 0.8 or depth > 3:
        return None
    if kind < 0.9:
        return [value(rng, depth + 1) for _ in range(rng.randrange(3))]
    return {
        rng.choice(["marche", "x", "valeur", "id", "nom", ""]): value(rng, depth + 1) for _ in range(rng.randrange(3))
    }


def places(tree: Any, path: tuple = ()) -> list[tuple]:
    """Every place of a tree of values."""
    found = [path]
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, one in inner:
        found += places(one, (*path, key))
    return found


def tree(rng: random.Random, whole: Any) -> Any:
    """A tree with one to four of its places changed: another value, removed, renamed, doubled, wrapped, nested, moved."""
    found = copy.deepcopy(whole)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        path = rng.choice(places(found))
        if not path:
            if rng.random() < 0.1:
                found = value(rng)
            continue
        holder = found
        for key in path[:-1]:
            holder = holder[key]
        _change(rng, holder, path[-1])
    return found


def _change(rng: random.Random, holder: Any, key: Any) -> None:
    old = holder[key]
    choice = rng.randrange(8)
    if choice <= 2:
        holder[key] = value(rng)
    elif choice == 3:
        del holder[key]
    elif choice == 4 and isinstance(holder, dict):
        holder[rng.choice([f"{key}x", str(key)[:-1], str(key).upper(), "inconnu", "\ud800", ""])] = holder.pop(key)
    elif choice == 5:
        holder[key] = rng.choice([[old], {"valeur": old}, str(old), [old] * 3, [[]], {}])
    elif choice == 6:
        for _ in range(rng.choice((3, 45, 120))):
            old = [old]
        holder[key] = old
    elif isinstance(holder, list):
        holder.extend([copy.deepcopy(old)] * rng.choice((1, 50)))
    elif isinstance(old, str):
        at = rng.randrange(len(old) + 1)
        holder[key] = old[:at] + rng.choice(WORDS) + old[at:]


def as_json(rng: random.Random, found: Any) -> bytes:
    """JSON, at times with a name twice or in another encoding."""
    text = json.dumps(found, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 1)))
    if rng.random() < 0.1:
        names = re.findall(r'"[^"]{1,20}": ', text)
        if names:
            name = rng.choice(names)
            text = text.replace(name, f"{name}1, {name}", 1)
    return encoded(rng, text)


def as_toml(rng: random.Random, found: Any) -> bytes:
    """TOML, when the tree is a table; what TOML cannot say (null) is written as a text."""
    lines = [f"{_key(key)} = {_toml(one)}" for key, one in found.items()] if isinstance(found, dict) else [_toml(found)]
    text = "\n".join(lines)
    if rng.random() < 0.1 and lines:
        text += "\n" + rng.choice(lines)
    return encoded(rng, text)


def _key(key: Any) -> str:
    return json.dumps(str(key))


def _toml(one: Any) -> str:
    if isinstance(one, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_toml(inner)}" for key, inner in one.items()) + " }"
    if isinstance(one, list):
        return "[" + ", ".join(map(_toml, one)) + "]"
    if isinstance(one, bool):
        return str(one).lower()
    if isinstance(one, float):
        return {"nan": "nan", "inf": "inf"}.get(str(one), repr(one))
    if isinstance(one, int):
        return hex(one) if abs(one) > 10**300 and one > 0 else str(one)
    return json.dumps(str(one)).replace("\x7f", "\\u007f") if not hasattr(one, "isoformat") else one.isoformat()


def table(rng: random.Random, rows: list[list[str]]) -> bytes:
    """A CSV with cells, lines and headings damaged, then its quotes, separators and encoding."""
    found = [list(row) for row in rows]
    for _ in range(rng.choice((1, 1, 2, 5))):
        row = rng.choice(found)
        choice = rng.randrange(7)
        if choice <= 2 and row:
            row[rng.randrange(len(row))] = str(rng.choice((rng.choice(WORDS), rng.choice(NUMBERS))))
        elif choice == 3 and row:
            row.pop(rng.randrange(len(row)))
        elif choice == 4:
            row.extend(["x"] * rng.choice((1, 3, 2_000)))
        elif choice == 5:
            found.insert(rng.randrange(len(found) + 1), [rng.choice(WORDS)])
        elif len(found) > 1:
            found.pop(rng.randrange(len(found)))
        found = found or [[]]
    mark = rng.choice(";;;,\t|")
    quote = rng.random() < 0.5
    lines = [
        mark.join('"' + cell.replace('"', '""') + '"' if quote or mark in cell else cell for cell in row)
        for row in found
    ]
    return encoded(rng, rng.choice(("\r\n", "\n", "\r")).join(lines) + "\n")


def encoded(rng: random.Random, text: str) -> bytes:
    """Mostly UTF-8; at times another encoding, a mark of order, or bytes damaged."""
    name = rng.choices(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-32"], [12, 2, 2, 1, 1])[0]
    data = text.encode(name, "surrogatepass" if name.startswith("utf") else "replace")
    return damaged(rng, data) if rng.random() < 0.2 else data


def damaged(rng: random.Random, data: bytes) -> bytes:
    """Bytes cut, flipped, repeated, removed or inserted."""
    for _ in range(rng.choice((1, 1, 2, 6))):
        at = rng.randrange(len(data) + 1)
        choice = rng.randrange(6)
        if choice == 0:
            data = data[:at]
        elif choice == 1 and at < len(data):
            data = data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
        elif choice == 2:
            data = data[:at] + rng.choice(BYTES) + data[at:]
        elif choice == 3:
            data = data[:at] + data[at + rng.randrange(1, 64) :]
        elif choice == 4:
            data = data[:at] + data[max(0, at - 200) : at] * 3 + data[at:]
        else:
            data = data[:at] + rng.randbytes(rng.randrange(1, 16)) + data[at:]
    return data


def packed(rng: random.Random, data: bytes) -> bytes:
    """A zip (workbook, document, archive) with one of its parts damaged, doubled, renamed or lost, or damaged as bytes."""
    if rng.random() < 0.3:
        return damaged(rng, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    at = rng.randrange(len(parts))
    name, part = parts[at]
    choice = rng.randrange(7)
    if choice <= 2:
        parts[at] = (name, _xml(rng, part))
    elif choice == 3:
        parts[at] = (name, damaged(rng, part))
    elif choice == 4:
        parts.pop(at)
    elif choice == 5:
        parts[at] = (rng.choice(["../x", "/x", "a\\..\\b", name.upper(), "x" * 300, "é/" + name, "CON"]), part)
    else:
        parts.append((rng.choice([name, f"copie/{name}"]), part))
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    ) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return damaged(rng, out.getvalue()) if rng.random() < 0.2 else out.getvalue()


def _xml(rng: random.Random, part: bytes) -> bytes:
    """An attribute or a text of an XML part changed."""
    found = list(re.finditer(rb'"[^"<>]*"|>[^<>]+<', part))
    if not found:
        return damaged(rng, part)
    one = rng.choice(found)
    new = rng.choice(
        [
            b"XFD1048576",
            b"A1048576",
            b"ZZZ9",
            b"-1",
            b"99999999999",
            b"",
            b"str",
            b"s",
            b"d",
            b"1e999",
            b"&#0;",
            b"\xff",
            rng.choice(WORDS)[:50].encode("utf-8", "replace"),
        ]
    )
    return part[: one.start() + 1] + new + part[one.end() - 1 :]


def xml(rng: random.Random, data: bytes) -> bytes:
    """An XML text damaged in its values, its tags or its bytes."""
    return _xml(rng, data) if rng.random() < 0.7 else damaged(rng, data)
