"""The plan of the house as a table, and the reading of a package against it: every fault found, one line each.

``faults(package)`` reads any copy of the package, so that planted faults can be shown to be caught (``test_plan``).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

WORDS = ("vocabulary", "rules", "problems", "text")
#: Who may import whom: a room, then the rooms it may import (each may import itself). Nothing else is allowed.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "text": (),
    "problems": ("text",),
    "shipped": ("problems",),
    "rules": ("problems", "settings", "text"),  # words of a rule are looked for in folded text
    "french": ("text",),
    "vocabulary": (),
    "guards": ("problems", "text"),
    "settings": ("problems", "text", "guards"),
    "sources": (*WORDS, "shipped", "french", "guards", "settings", "territories"),  # a list is placed once, when it is read
    # rooms that compute agree on words and never import each other; those that take a person's own file have its shape checked
    "contracts": WORDS,
    "buyers": WORDS,
    "territories": WORDS,
    "families": WORDS,
    "suppliers": WORDS,
    "linkage": (*WORDS, "settings"),
    "detection": (*WORDS, "guards", "settings"),
    "considerations": WORDS,
    "obligations": WORDS,
    "indicators": (*WORDS, "settings"),
    "potential": WORDS,
    "renewals": WORDS,
    "maturity": (*WORDS, "settings"),
    "impact": WORDS,
    "meetings": WORDS,
    # rooms that show
    "charts": (*WORDS, "french"),
    "deliverables": (*WORDS, "french", "guards", "charts"),
    "sections": (*WORDS, "french", "charts", "deliverables", "potential"),
    # where the rooms meet
    "studies": (
        *WORDS, "shipped", "french", "guards", "settings", "sources", "contracts", "buyers", "territories", "families", "suppliers", "linkage",
        "detection", "considerations", "obligations", "indicators", "potential", "renewals", "maturity", "impact", "meetings",
        "charts", "deliverables", "sections",
    ),
    "widgets": (
        *WORDS, "shipped", "french", "guards", "settings", "sources", "buyers", "territories", "detection", "indicators", "maturity", "renewals",
        "charts", "deliverables", "sections", "studies",
    ),
    "cli": (*WORDS, "shipped", "french", "guards", "settings", "sources", "indicators", "deliverables", "studies"),
    "__main__": ("cli",),
    "__init__": (),
    "reference": (),
}  # fmt: skip
COMPUTING = {
    "contracts", "buyers", "territories", "families", "suppliers", "linkage", "detection", "considerations", "obligations",
    "indicators", "potential", "renewals", "maturity", "impact", "meetings",
}  # fmt: skip
#: Rooms (or files) that may collect reduced candidates and work on arrays in batches, returning tables.
BATCH = {"linkage", "detection", "renewals", "meetings", "potential/groups", "potential/together"}
#: Small tables read whole where they stand, with the reason: nothing here grows with the contracts.
SMALL = {
    "buyers": "la phrase qui nomme les acheteurs choisis",
    "families/purchase": "la table des mots de chaque famille, fournie avec le kit",
    "indicators/trajectory": "les quelques années d'une trajectoire",
}
#: Each library but Polars has one room.
LIBRARIES = {
    "altair": {"charts"},
    "vl_convert": {"charts"},
    "ipywidgets": {"widgets"},
    "itables": {"widgets"},
    "IPython": {"widgets", "charts"},
    "lxml": {"sources"},
    "fastexcel": {"sources"},
    "pypdf": {"sources"},
    "pdfplumber": {"sources"},
    "docx": {"sources", "deliverables"},
    "pptx": {"deliverables"},
    "xlsxwriter": {"deliverables"},
    "tomlkit": {"studies"},
    "jsonschema": {"studies"},
    "typst": {"deliverables"},
    "rapidfuzz": {"problems", "linkage"},
    "scipy": {"linkage", "renewals", "potential", "impact", "meetings"},
    "numpy": {"linkage", "detection", "renewals", "potential", "sources", "meetings"},
}
#: Opening bytes and folding accents: `text` alone knows how. Streams that decode piece by piece are named here.
STREAMS = {
    "sources/recognition", "sources/text", "sources/contracts/json_stream", "sources/contracts/decp", "sources/contracts/decp_xml",
    "detection/sieve", "detection/folding",
}  # fmt: skip
FORBIDDEN_NAMES = {"utils", "helpers", "core", "common", "misc"}
MOST_FILES, MOST_AT_THE_ROOT, MOST_LINES, LONGEST_FUNCTION = 26, 14, 400, 60
ROWS = re.compile(
    r"\.(collect|iter_rows|to_dicts|iter_slices|map_elements|map_rows)\(|\.rows\((named=|\))|\bcollect_all\("
)
FOLDING = re.compile(r"\bunicodedata\b|\.str\.normalize\(|\\p\{M\}")
DECODING = re.compile(r"(?<!text)\.decode\((?!\"ascii\")")


#: Rooms that read a whole country by streaming: their joins keep no order, and whoever shows their rows sorts them.
STREAMING = {"buyers", "considerations", "contracts", "detection", "families", "sources", "territories"}


def modules(package: Path) -> list[Path]:
    return sorted(package.rglob("*.py"))


def place(path: Path, package: Path) -> str:
    """``contracts/states`` for a file of the room ``contracts``; ``rules`` for a file at the root."""
    return path.relative_to(package).with_suffix("").as_posix().removesuffix("/__init__")


def room(where: str) -> str:
    return where.split("/")[0]


def imported(path: Path, package: Path) -> Iterator[str]:
    """Every module a file imports, absolute, relative imports and ``import_module("…")`` included."""
    here = ["spaser", *path.relative_to(package).with_suffix("").parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (
                ".".join([*here[: len(here) - node.level], node.module or ""]).strip(".")
                if node.level
                else node.module or ""
            )
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))


def faults(package: Path) -> list[str]:
    """Every line of the package that is not in its room, told with its file."""
    return [
        *_of_folders(package),
        *(f"{place(path, package)} : {fault}" for path in modules(package) for fault in faults_of(path, package)),
    ]


def _of_folders(package: Path) -> Iterator[str]:
    for folder in {path.parent for path in modules(package)}:
        most = MOST_AT_THE_ROOT if folder == package else MOST_FILES
        if (count := len(list(folder.glob("*.py")))) > most:
            yield f"{folder.relative_to(package).as_posix()} : {count} fichiers, {most} au plus"


def faults_of(path: Path, package: Path) -> Iterator[str]:
    """Every fault of one file of the package."""
    where = place(path, package) or "__init__"
    text = path.read_text(encoding="utf-8")
    if room(where) not in MAY_IMPORT:
        yield "n'a pas de pièce dans le plan"
        return
    yield from _of_imports(path, package, where)
    yield from _of_words(where, text)
    yield from _of_shape(where, text)
    if path.stem in FORBIDDEN_NAMES:
        yield "porte un nom de tiroir"


def _of_imports(path: Path, package: Path, where: str) -> Iterator[str]:
    for name in imported(path, package):
        library, *rest = name.split(".")
        if library == "spaser" and rest and (other := rest[0]) in MAY_IMPORT:
            if (
                other not in (room(where), "__init__", "__version__")
                and other not in MAY_IMPORT[room(where)]
                and where != "__init__"
            ):
                yield f"importe {other}, que le plan ne lui permet pas"
        elif library in LIBRARIES and room(where) not in LIBRARIES[library]:
            yield f"importe {library}, qui a sa place ailleurs"


def _of_words(where: str, text: str) -> Iterator[str]:
    if (
        room(where) in COMPUTING
        and not {room(where), where} & BATCH
        and where not in SMALL
        and (found := ROWS.search(text))
    ):
        yield f"calcule et parcourt des lignes : {found.group(0)}"
    if "map_elements" in text:
        yield "appelle Python ligne à ligne : map_elements"
    if where not in STREAMS | {"text"}:
        if found := FOLDING.search(text):
            yield f"replie des accents hors de text : {found.group(0)}"
        if found := DECODING.search(text):
            yield f"décode des octets hors de text : {found.group(0)}"
    if re.search(r"(?<![\w.])print\(", text):
        yield "écrit avec print"
    if re.search(r"\b(TODO|FIXME)\b", text):
        yield "laisse une note à faire"


def _of_shape(where: str, text: str) -> Iterator[str]:
    if (lines := text.count("\n")) > MOST_LINES:
        yield f"{lines} lignes, {MOST_LINES} au plus"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if (node.end_lineno or 0) - node.lineno > LONGEST_FUNCTION:
                yield f"{node.name} a plus de {LONGEST_FUNCTION} lignes"
            if node.returns is None:
                yield f"{node.name} n'annonce pas ce qu'elle rend"
        elif isinstance(node, ast.Call) and room(where) not in STREAMING and _in_any_order(node):
            yield f"joint sans garder l'ordre des lignes (maintain_order), ligne {node.lineno}"
        elif isinstance(node, ast.ExceptHandler) and (
            node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
        ):
            yield "cache une panne : except trop large"


def _in_any_order(call: ast.Call) -> bool:
    """A join of tables that leaves the order of its rows to the engine, which may change it from one run to the next."""
    said = {word.arg: word.value for word in call.keywords}
    if not (isinstance(call.func, ast.Attribute) and call.func.attr == "join") or not {"on", "left_on", "how"} & set(
        said
    ):
        return False
    how = said.get("how")
    kept = isinstance(how, ast.Constant) and how.value in ("semi", "anti")
    return not kept and "maintain_order" not in said
