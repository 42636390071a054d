"""No text that a command writes for a person shows a code of the kit: every output of the demonstration is walked."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from spaser.cli import main

HERE = Path(__file__)
EXCEPTIONS = tomllib.loads((HERE.parents[1] / "cases" / "codes_shown.toml").read_text(encoding="utf-8"))["exception"]
DATA = HERE.parents[2] / "data"
#: Words joined by underscores, or with a capital inside; not in an address, a path nor the name of a file.
CODE = re.compile(r"(?<![\w@/.#?=&:-])(?:[a-z]+(?:_[a-z0-9]+)+|[a-z]{2,}(?:[A-Z][a-z0-9]+)+)(?![\w@/(]|\.[a-z]{2,})")
PROGRAMME = "Objet;Montant estimé;Date prévue;Durée (mois)\nEntretien des espaces verts;90000;2027-03;24\n"
COMMANDS = {
    "diagnostic": ["diagnostic", "--demo"],
    "publication": ["publication", "--demo"],
    "fournisseurs": ["fournisseurs", "--demo"],
    "potentiel": ["potentiel", *[str(DATA / name) for name in ("marches_demo.json",)], "--registre", "LISTS"],
    "depenses": [
        "potentiel",
        "--depenses",
        str(DATA / "depenses_demo.xlsx"),
        "--registre",
        "LISTS",
        "--territoire",
        "Grand-Orly",
    ],
    "programme": ["programme", "PROGRAMME", "--registre", "LISTS", "--territoire", "Grand-Orly"],
    "territoire": ["territoire", "--demo", "--territoire", "Grand-Orly", "--cahier"],
    "redige": ["redige", "--demo"],
    "relire": ["relire", "--demo"],
    "impact": ["impact", "--demo"],
    "lire": ["lire", *[str(DATA / name) for name in ("depenses_demo.xlsx", "avis_demo.csv", "marches_demo_2023.json")]],
    "droit": ["droit"],
    "registre": ["registre", "--demo"],
}
_SILENT = ("droit", "registre")


class _Seen(HTMLParser):
    """What a page shows: its texts and the attributes that are read aloud or shown on hover."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        self.texts += [
            value for name, value in attrs if name in ("title", "alt", "aria-label", "placeholder") and value
        ]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)


def _texts(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """Each text that the file shows, and where."""
    if path.suffix in (".csv", ".txt", ".toml", ".json"):
        yield from ((name, line) for line in path.read_text(encoding="utf-8-sig").splitlines())
    elif path.suffix == ".html":
        page = _Seen()
        page.feed(path.read_text(encoding="utf-8"))
        yield from ((name, text) for text in page.texts)
    elif path.suffix == ".docx":
        with zipfile.ZipFile(path) as book:
            yield from (
                (name, text) for text in re.findall(r"<w:t[^>]*>([^<]+)<", book.read("word/document.xml").decode())
            )
    elif path.suffix == ".xlsx":
        for sheet in openpyxl.load_workbook(path, read_only=True):
            for row in sheet.iter_rows(values_only=True):
                # A formula is not shown: its result is.
                yield from (
                    (f"{name}#{sheet.title}", cell) for cell in row if isinstance(cell, str) and cell[:1] != "="
                )


def _leaks(where: str, text: str) -> list[str]:
    found = [hit[0] for hit in CODE.finditer(text)]
    return [code for code in found if not any(_excused(one, where, code) for one in EXCEPTIONS)]


def _excused(one: dict[str, str], where: str, code: str) -> bool:
    return bool(re.fullmatch(one["fichier"], where) and re.fullmatch(one["code"], code))


@pytest.mark.parametrize("text", ["clause_sociale;accepte", "durée;dureeMois", "motif : nom_proche 3"])
def test_a_code_is_seen(text: str) -> None:
    assert _leaks("diagnostic/constats.csv", text)


@pytest.mark.parametrize(
    "text", ["clause sociale", "voir families.csv", "https://x.fr/a_b", "eForms", "SPASER", "l'ESS"]
)
def test_plain_french_is_not_a_code(text: str) -> None:
    assert not _leaks("diagnostic/constats.csv", text)


def test_each_exception_has_its_reason() -> None:
    assert all(len(one["raison"]) > 20 for one in EXCEPTIONS)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_output_of_the_demonstration_shows_a_code(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    given = tmp_path / "programme.csv"
    given.write_text(PROGRAMME, encoding="utf-8")
    lists = [str(path) for path in sorted(DATA.glob("registre_demo_*.csv"))]
    words = [
        part for word in COMMANDS[command] for part in ({"LISTS": lists, "PROGRAMME": [str(given)]}.get(word, [word]))
    ]
    target = tmp_path / command
    main([*words, *([] if command in _SILENT else ["--sortie", str(target)])])
    shown = [(f"{command}.txt", line) for line in capsys.readouterr().out.splitlines()]
    for path in sorted(target.rglob("*")) if target.exists() else ():
        shown += _texts(path, f"{command}/{path.name}")
    assert len(shown) > 5
    leaks = {(where, code): text[:160] for where, text in shown for code in _leaks(where, text)}
    assert leaks == {}
