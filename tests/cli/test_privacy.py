"""A natural person is named nowhere: an invented sole trader, paid, awarded and listed, is searched in every file and word that goes out."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import polars as pl
import pypdf
import pytest

from spaser.cli import main

DATA = Path(__file__).parents[2] / "data"
#: Invented: no French word or name is written so.
NAME, SIREN, SIRET = "ZZDUPRELOUIS", "000009241", "00000924100001"
#: The same name under a number that no list knows, and under none: only « Mme » tells a person.
UNLISTED = "00000925800005"
BUYER = "aubrelle"
LEDGER = "Exercice;Date;Fournisseur;SIRET;Montant HT;Nature;Libellé\n"


def luhn(digits: str) -> bool:
    told = [int(d) * (1 + rank % 2) for rank, d in enumerate(reversed(digits))]
    return sum(n - 9 if n > 9 else n for n in told) % 10 == 0


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> Path:
    """The demo's contracts, lists and some purchases, in all of which the same sole trader stands."""
    folder = tmp_path_factory.mktemp("personne")
    contracts = json.loads((DATA / "marches_demo.json").read_text(encoding="utf-8"))
    own = [one for one in contracts["marches"]["marche"] if one["acheteur"]["id"].startswith("000000117")]
    for contract in own[:12]:
        contract["titulaires"] = [
            {"titulaire": {"typeIdentifiant": "SIRET", "id": SIRET, "denominationSociale": f"M. {NAME}"}}
        ]
    for contract in own[12:16]:
        contract["titulaires"] = [
            {"titulaire": {"typeIdentifiant": "SIRET", "id": UNLISTED, "denominationSociale": f"Mme {NAME} Anne"}}
        ]
    (folder / "marches.json").write_text(json.dumps(contracts, ensure_ascii=False), encoding="utf-8")
    for kind in ("etablissements", "inclusion"):
        source = next(DATA.glob(f"registre_demo_{kind}*.csv"))
        lines = source.read_text(encoding="utf-8-sig").splitlines()
        added = {
            "etablissements": f"{SIREN};{SIRET};{NAME};1000;81.21Z;01;94080;94300;Vincennes;A;N",
            "inclusion": f"{SIRET};{NAME};EI;94300;Vincennes",
        }[kind]
        (folder / f"liste_{kind}.csv").write_text("\n".join([*lines, added]) + "\n", encoding="utf-8")
    rows = [
        f"2025;2025-0{month}-10;{name};{siret};{amount};{nature};{text}"
        for month in range(1, 8)
        for name, siret, amount, nature, text in (
            (f"M. {NAME}", SIRET, "4200,00", "611", "Nettoyage des locaux"),
            (f"Mme {NAME} Anne", UNLISTED, "1800,00", "611", "Nettoyage des locaux"),
            (f"Mme {NAME} Berthe", "", "900,00", "611", "Repas"),
            (
                "Association Clairval Services (fictif)",
                "00000102400017",
                "9100,50",
                "611",
                "Entretien des espaces verts",
            ),
            ("Association Brindille Services (fictif)", "00000101600013", "3000,00", "611", "Nettoyage des vitres"),
        )
    ]
    (folder / "depenses.csv").write_text(LEDGER + "\n".join(rows) + "\n", encoding="utf-8-sig")
    return folder


def said(path: Path) -> str:
    """Everything a file tells, whatever its form."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    if path.suffix == ".parquet":
        return pl.read_parquet(content).select(pl.all().cast(pl.String, strict=False)).write_csv()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8", "replace")


def flat(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


VERBS = {
    "diagnostic": ["diagnostic", "marches.json", "--acheteur", BUYER],
    "fournisseurs": ["fournisseurs", "depenses.csv"],
    "sa propre fiche": ["fournisseurs", "--fiche", SIRET, "--contrats", "marches.json"],
    "potentiel": ["potentiel", "marches.json", "--acheteur", BUYER],
    "potentiel des dépenses": ["potentiel", "--depenses", "depenses.csv", "--acheteur-siret", "00000011700010"],
    "territoire": ["territoire", "marches.json", "--territoire", "Vincennes"],
    "cahier d'un territoire": ["territoire", "marches.json", "--territoire", "Vincennes", "--cahier"],
    "groupements": ["groupements", "marches.json", "--acheteur", BUYER],
    "entreprise": ["entreprise", "depenses.csv"],
    "impact": ["impact", "depenses.csv"],
    "publication": ["publication", "marches.json", "--acheteur", BUYER],
}


def test_the_invented_person_has_a_number_that_readers_take():
    assert luhn(SIREN) and luhn(SIRET) and luhn(UNLISTED)


@pytest.mark.parametrize("verb", VERBS)
def test_a_natural_person_is_named_in_no_file_and_no_word_that_goes_out(verb, given, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(given)
    lists = [str(path) for path in sorted(given.glob("liste_*.csv"))]
    assert main([*VERBS[verb], "--registre", *lists, "--sortie", str(tmp_path)]) == 0
    told = capsys.readouterr()
    leaks = [name for name, text in (("terminal", told.out), ("erreurs", told.err)) if NAME in flat(text)]
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert files
    leaks += [path.name for path in files if NAME in flat(said(path))]
    assert leaks == []


def test_a_person_paid_is_counted_with_the_mask_and_a_company_whose_name_begins_so_keeps_its_own(given, tmp_path):
    text = (given / "depenses.csv").read_text(encoding="utf-8-sig")
    company = "2025;2025-03-01;M. PROPRE SARL;;5000,00;611;Nettoyage\n"
    (tmp_path / "depenses.csv").write_text(text + company, encoding="utf-8-sig")
    lists = [str(path) for path in sorted(given.glob("liste_*.csv"))]
    out = tmp_path / "sortie"
    assert main(["fournisseurs", str(tmp_path / "depenses.csv"), "--registre", *lists, "--sortie", str(out)]) == 0
    every = "\n".join(said(path) for path in out.rglob("*.xlsx"))
    assert "personne physique (masquée)" in every and "M. PROPRE SARL" in every
