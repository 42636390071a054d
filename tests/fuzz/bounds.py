"""Inputs that ask for more than a computer has: one record of 100 MB, brackets and marks by the hundred thousand, archives within
archives, a thousand million pages or columns. Each is made, given to its command in a process of its own, and its time and memory
are told. By hand:

    PYTHONPATH=.:tests python -m fuzz.bounds
    PYTHONPATH=.:tests python -m fuzz.bounds --only markdown_liens ods_colonnes
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fuzz import rooms

BIG = 100 << 20
#: No command may take more memory than this on any of them, nor more time than a person waits.
MOST_MEMORY, MOST_SECONDS = 2_500 << 20, 300


@dataclass(frozen=True)
class Bound:
    """A file, how it is made, and the command it is given to (« {} » is the file, « {out} » a folder)."""

    file: str
    make: Callable[[Path], None]
    command: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """What a command did: its exit code, what it said, seconds, octets of memory at the most."""

    code: int
    said: str
    seconds: float
    memory: int


def _text(text: str, letters: int = 0, end: str = "") -> Callable[[Path], None]:
    """A text, then so many letters and an end."""

    def make(path: Path) -> None:
        path.write_text(f"{text}{'x' * letters}{end}", encoding="utf-8")

    return make


def _big_contract(path: Path) -> None:
    one = rooms.contracts()[0] | {"objet": "x" * BIG}
    path.write_text(json.dumps({"marches": {"marche": [one, *rooms.contracts()[1:]]}}), encoding="utf-8")


def _big_nested(path: Path) -> None:
    one = json.dumps(rooms.contracts()[0])[:-1]
    path.write_text(f'{{"marches": {{"marche": [{one}, "x": {"[" * (BIG // 20)}', encoding="utf-8")


def _big_xml(path: Path) -> None:
    path.write_text(f"<marches><marche><id>1</id><objet>{'x' * BIG}</objet></marche></marches>", encoding="utf-8")


def _big_notice(path: Path) -> None:
    path.write_text(json.dumps({"results": [rooms.NOTICES[0] | {"objet": "x" * BIG}]}), encoding="utf-8")


def _archive(depth: int, inner: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        data = inner
        for rank in range(depth):
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
                made.writestr(f"{rank}.{'zip' if rank else 'json'}", data)
            data = out.getvalue()
        path.write_bytes(data)

    return make


def _bomb(path: Path) -> None:
    """Three thousand million octets in a few."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made, made.open("c.json", "w", force_zip64=True) as part:
        block = b" " * (8 << 20)
        for _ in range(375):
            part.write(block)


def _package(parts: dict[str, str]) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
            for name, part in parts.items():
                made.writestr(name, part)

    return make


_O = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'


def _odt(body: str) -> Callable[[Path], None]:
    return _package(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {_O}><office:body><office:text>{body}</office:text></office:body></office:document-content>",
            "meta.xml": '<m xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0"><meta:document-statistic meta:page-count="1000000000"/></m>',
        }
    )


def _ods(table: str) -> Callable[[Path], None]:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{word}</text:p></table:table-cell>'
        for word in ("Fournisseur", "SIRET", "Montant HT")
    )
    return _package(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f'<office:document-content {_O}><office:body><office:spreadsheet><table:table table:name="A"><table:table-row>{cells}</table:table-row>{table}</table:table></office:spreadsheet></office:body></office:document-content>',
            "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        }
    )


def _pdf(path: Path) -> None:
    """A PDF that says it has a thousand million pages, all one."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count 1000000000 /Kids [" + b"3 0 R " * 1_000 + b"] >>",
        b"<< /Type /Pages /Parent 2 0 R /Count 1000000 /Kids [" + b"4 0 R " * 1_000 + b"] >>",
        b"<< /Type /Pages /Parent 3 0 R /Count 1000 /Kids [" + b"5 0 R " * 1_000 + b"] >>",
        b"<< /Type /Page /Parent 4 0 R /MediaBox [0 0 200 200] >>",
    ]
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    for rank, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (rank, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    path.write_bytes(out.getvalue())


_CONTRACTS, _SPEND = ("diagnostic", "{}", "--sortie", "{out}"), ("fournisseurs", "{}", "--sortie", "{out}")
_LIST, _PIECES, _LOOK = ("registre", "{}"), ("clauses", "{}", "--sortie", "{out}"), ("lire", "{}")
_MARKS = {
    "liens": "[x](" * 150_000,
    "etoiles": "*a " * 200_000,
    "citations": "> " * 300_000,
    "barres": "|" * 600_000,
    "listes": "".join(f"{' ' * (rank % 2_000)}- a\n" for rank in range(600)),
    "images": "![" * 300_000,
    "accents": "`" * 300_000 + "a" + "`" * 299_999,
    "crochets": "[" * 300_000 + "]" * 300_000,
    "chevrons": "<a" * 300_000,
    "renvois": "[a]: b\n" * 85_000,
    "soulignes": "_a_" * 200_000,
    "entites": "&#0;" * 150_000,
}
BOUNDS: dict[str, Bound] = {
    "json_100mo": Bound("c.json", _big_contract, _CONTRACTS),
    "json_crochets": Bound("c.json", _big_nested, _CONTRACTS),
    "xml_100mo": Bound("c.xml", _big_xml, _CONTRACTS),
    "avis_100mo": Bound("a.json", _big_notice, _LOOK),
    "depenses_100mo": Bound("d.csv", _text("Fournisseur;SIRET;Montant HT\n", BIG, ";;10\n"), _SPEND),
    "liste_100mo": Bound("r.csv", _text("siret;statut;nom\n73282932000074;EI;", BIG, "\n"), _LIST),
    "liste_json_100mo": Bound("r.json", _text('[{"siret": "73282932000074", "kind": "', BIG, '"}]'), _LIST),
    "colonnes_contrats": Bound("c.csv", _text(";".join("c" * 10**6) + "\n"), _CONTRACTS),
    "colonnes_depenses": Bound("d.csv", _text(";".join("c" * 10**6) + "\n"), _SPEND),
    "colonnes_liste": Bound("r.csv", _text(";".join("c" * 10**6) + "\n"), _LIST),
    "archives_emboitees": Bound("c.zip", _archive(40, b'{"marches": []}'), _CONTRACTS),
    "bombe": Bound("c.zip", _bomb, _CONTRACTS),
    "bombe_liste": Bound("r.zip", _bomb, _LIST),
    "odt_espaces": Bound("ccap.odt", _odt('<text:p>a<text:s text:c="1000000000"/>b</text:p>'), _PIECES),
    "odt_emboite": Bound("ccap.odt", _odt("<text:p>" * 100_000), _PIECES),
    "ods_colonnes": Bound("d.ods", _ods('<table:table-row><table:table-cell table:number-columns-repeated="1000000000" office:value-type="string"><text:p>1</text:p></table:table-cell></table:table-row>'), _SPEND),
    "ods_lignes": Bound("d.ods", _ods('<table:table-row table:number-rows-repeated="1000000000"><table:table-cell office:value-type="string"><text:p>1</text:p></table:table-cell></table:table-row>'), _SPEND),
    "pdf_pages": Bound("ccap.pdf", _pdf, _PIECES),
    "toml_crochets": Bound("mission.toml", _text("a = " + "[" * 990_000), ("rapport", "{}", "--sortie", "{out}")),
    **{f"markdown_{name}": Bound("ccap.md", _text(text), _PIECES) for name, text in _MARKS.items()},
}  # fmt: skip


def measured(name: str, folder: Path) -> Measured:
    """The command of a bound, run to its end."""
    bound = BOUNDS[name]
    path = folder / bound.file
    # In a process of its own: what makes the file would count in what reads it.
    maker = os.fork()
    if not maker:
        bound.make(path)
        os._exit(0)
    os.waitpid(maker, 0)
    asked = [part.replace("{}", str(path)).replace("{out}", str(folder / "sortie")) for part in bound.command]
    with (folder / "dit").open("w+b") as told:
        start = time.monotonic()
        run = subprocess.Popen(
            [sys.executable, "-m", "spaser", *asked], stdout=told, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        for status, usage in _waited(run, start):
            seconds = time.monotonic() - start
            told.seek(0)
            return Measured(status, told.read().decode("utf-8", "replace"), seconds, usage)
    raise AssertionError("jamais")


def _waited(run: subprocess.Popen[bytes], start: float) -> Iterator[tuple[int, int]]:
    """Its exit code and its memory at the most; killed when it goes on for too long."""
    while True:
        ended, status, usage = os.wait4(run.pid, os.WNOHANG)
        if ended:
            run.returncode = os.waitstatus_to_exitcode(status)
            yield run.returncode, usage.ru_maxrss * 1024
            return
        if time.monotonic() - start > MOST_SECONDS:
            run.kill()
        time.sleep(0.05)


def main() -> int:
    """The command; its exit code is the number of faults."""
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--only", nargs="+", default=list(BOUNDS), choices=list(BOUNDS))
    faults = 0
    for name in asked.parse_args().only:
        with tempfile.TemporaryDirectory() as place:
            found = measured(name, Path(place))
        wrong = found.code not in (0, 2) or "Traceback" in found.said or found.memory > MOST_MEMORY
        faults += wrong
        last = [line for line in found.said.strip().splitlines() if line.strip()][-1:] or [""]
        print(
            f"{'FAUTE ' if wrong else ''}{name:<22} code {found.code}  {found.seconds:6.1f} s  {found.memory >> 20:>5} Mo  {last[0][:110]}",
            flush=True,
        )
    return faults


if __name__ == "__main__":
    sys.exit(main())
