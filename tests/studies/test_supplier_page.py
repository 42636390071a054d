"""The sheet of a supplier stands on one page in print, and says how to reach an organisation, never a person."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.deliverables import pdf
from spaser.sources.registers import read_registers
from spaser.sources.registers.sirene import masked
from spaser.studies.acting import supplier
from spaser.studies.acting.supplier import handover

DATA = Path(__file__).parents[2] / "data"
LISTS = sorted(DATA.glob("registre_demo*.csv"))
CONTACTS = (
    "SIRET;Nom;Type;Commune;Code postal;Adresse;Téléphone;Courriel;Site;Date\n"
    "00000101600013;Association Brindille Services (fictif);ESAT;Montreuil;93100;1 rue Inventée;01 00 00 00 00;{mail};brindille.example;30/09/2026\n"
)


def listed(folder, mail):
    """What a list of one's own says of the establishments."""
    path = folder / "contacts.csv"
    path.write_text(CONTACTS.format(mail=mail), encoding="utf-8")
    return read_registers([path], as_of=date(2026, 9, 30)).establishments.collect()


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    base = spaser.prepare(sorted(DATA.glob("marches_demo*.json")), registers=LISTS)
    made = supplier.sheet_of(base, "000001016")
    said = listed(tmp_path_factory.mktemp("listes"), "contact@brindille.example")
    told = {name: said[name][0] for name in ("adresse", "code_postal", "commune", "telephone", "courriel", "site")}
    return replace(made, places=made.places.with_columns(pl.lit(value).alias(name) for name, value in told.items()))


def crowded(sheet):
    """The same supplier with everything many times over, and long words."""
    many = {name: pl.concat([getattr(sheet, name)] * 30) for name in ("places", "statuses", "wins", "served", "ahead")}
    return replace(sheet, name="Association " + "au nom interminable " * 6, **many)


def pages(data: bytes) -> int:
    pypdf = pytest.importorskip("pypdf")
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def test_the_pdf_has_one_page_whatever_the_supplier_has(sheet):
    assert pages(pdf.render(handover.page(sheet))) == 1
    assert pages(pdf.render(handover.page(crowded(sheet)))) == 1
    assert pages(pdf.render(handover.report(sheet))) > 1  # the report itself has its cover and contents


def test_the_word_has_one_page(sheet, tmp_path):
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice n'est pas sur cette machine")
    for rank, one in enumerate((sheet, crowded(sheet))):
        folder = tmp_path / str(rank)
        handover.write(one, folder)
        profile = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
        asked = [
            office,
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder / "w"),
            str(folder / "fiche.docx"),
        ]
        subprocess.run(asked, check=True, capture_output=True, timeout=300)
        assert pages((folder / "w" / "fiche.pdf").read_bytes()) == 1


def test_an_organisation_is_reached_as_the_list_says(sheet, tmp_path):
    told = "".join(s.text for section in handover.page(sheet).sections[:1] for s in section.blocks[0].sentences)
    for part in (
        "1 rue Inventée",
        "93100 Montreuil",
        "01 00 00 00 00",
        "contact@brindille.example",
        "brindille.example",
    ):
        assert part in told.replace("\u00a0", " "), part
    columns = [column.name for column in handover.report(sheet).annexes[0].columns]
    assert {"adresse", "telephone", "courriel", "site"} <= set(columns)


def test_the_mailbox_of_a_person_is_not_kept(tmp_path):
    assert listed(tmp_path, "contact@brindille.example")["courriel"].to_list() == ["contact@brindille.example"]
    found = listed(tmp_path, "camille.inventee@brindille.example")
    assert found["courriel"].to_list() == [None] and found["telephone"].to_list() == ["01 00 00 00 00"]


def test_a_natural_person_has_no_way_to_be_reached():
    rows = pl.LazyFrame(
        {
            "nom": ["INVENTÉ", "SOCIÉTÉ INVENTÉE"],
            "categorie_juridique": ["1000", "5710"],
            "adresse": ["1 rue Inventée"] * 2,
            "telephone": ["01 00 00 00 00"] * 2,
            "courriel": ["contact@x.example"] * 2,
        }
    )
    person, firm = masked(rows, persons=False).select("adresse", "telephone", "courriel").collect().rows()
    assert person == (None, None, None) and None not in firm
