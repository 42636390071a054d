"""A file of another kind is named as such at each entrance, in French, and nothing of its bytes is printed as text."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from spaser.cli import main

_NOISE = random.Random(7).randbytes(4_000)
_PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body>Passerelle incorrecte</body></html>"


def _zip(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return made.getvalue()


KINDS = {
    "rapport.csv": (b"%PDF-1.7\n" + _NOISE, "un document PDF"),
    "photo.csv": (b"\x89PNG\r\n\x1a\n" + _NOISE, "une image"),
    "photo.json": (b"\xff\xd8\xff\xe0" + _NOISE, "une image"),
    "sauvegarde.csv": (b"SQLite format 3\x00" + _NOISE, "une base SQLite"),
    "bruit.txt": (b"\x01\x02\x03" + _NOISE, "ni un texte ni un format connu"),
    "nuls.csv": (bytes(3_000), "vide"),
    "vide.csv": (b"", "vide"),
    "page.csv": (_PAGE, "une page web"),
}


@pytest.mark.parametrize("verb", ["registre", "fournisseurs", "diagnostic"])
@pytest.mark.parametrize("name", KINDS)
def test_a_file_of_another_kind_is_named(tmp_path, capsys, verb, name):
    content, said = KINDS[name]
    path = tmp_path / name
    path.write_bytes(content)
    out = ["--sortie", str(tmp_path / "s")] if verb != "registre" else []
    assert main([verb, str(path), *out]) == 2
    told = capsys.readouterr()
    assert said in told.err and "�" not in told.err + told.out and len(told.err) < 600
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (_zip("liste.csv", b"0" * (100 << 20)), "démesuré"),
        (_zip("liste.csv", b"0" * (10 << 20)), "ligne démesurée"),
        (b"siren;statut\n" + b"x" * 500_000 + b";ESS\n", "liste.csv"),
        (b"nom " * 200_000, "liste.csv"),
        (("en-tête sans fin " * 40).encode(), "…"),
    ],
    ids=["bombe", "une ligne de 10 Mo", "une case de 500 ko", "un en-tête de 800 ko", "un en-tête de 700 caractères"],
)
def test_a_list_of_suppliers_without_measure_is_refused_in_a_line(tmp_path, capsys, content, said):
    path = tmp_path / ("liste.zip" if content.startswith(b"PK") else "liste.csv")
    path.write_bytes(content)
    code = main(["registre", str(path)])
    told = capsys.readouterr()
    assert code in (0, 2) and said in told.err + told.out and len(told.err) < 600
