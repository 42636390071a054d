"""Notices as other exports write them: encodings, envelopes, kinds in words; only a known call for competition launches."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from spaser.sources import notices

FORM = {
    "FNSimple": {
        "organisme": {"nomOfficiel": "Ville d'Exemple", "codeIdentificationNational": "75920075100130"},
        "initial": {
            "natureMarche": {
                "intitule": "Nettoyage des écoles",
                "codeCPV": {"objetPrincipal": {"classPrincipale": "90910000"}},
                "description": "Clause sociale d&apos;insertion de 500 heures.",
                "dureeMois": "36",
            }
        },
    }
}
ROW = {
    "idweb": "26-90001",
    "objet": "Nettoyage des écoles",
    "nomacheteur": "Ville d'Exemple",
    "dateparution": "2026-03-02",
    "nature_libelle": "Avis de marché",
    "annonce_lie": ["26-90000"],
    "donnees": json.dumps(FORM, ensure_ascii=False),
}
SAID = ("26-90001", "75920075100130", "90910000", 36, "26-90000", "Clause sociale d'insertion de 500 heures.")


#: A form that does not say what it is for.
BARE = json.dumps({"MAPA": {"organisme": {"acheteurPublic": "Ville d'Exemple"}}})


def _row(path: Path) -> dict:
    return notices.read_notices(path).notices.row(0, named=True)


def _table() -> str:
    cells = {key: json.dumps(value) if isinstance(value, list) else value for key, value in ROW.items()}
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(cells), delimiter=";")
    writer.writeheader()
    writer.writerow(cells)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("a.json", json.dumps({"results": [ROW]}), "utf-8"),
        ("a.json", json.dumps([ROW], ensure_ascii=False), "utf-16"),
        ("a.json", json.dumps({"records": [{"record": {"fields": ROW}}]}, ensure_ascii=False), "cp1252"),
        ("a.json", json.dumps({"results": [ROW | {"donnees": FORM}]}), "utf-8"),
        ("a.csv", _table(), "cp1252"),
    ],
)
def test_a_notice_says_the_same_in_every_envelope_and_encoding(
    tmp_path: Path, name: str, text: str, encoding: str
) -> None:
    (tmp_path / name).write_bytes(text.encode(encoding))
    row = _row(tmp_path / name)
    assert (
        tuple(row[word] for word in ("avis", "acheteur_id", "codeCPV", "dureeMois", "avis_lie", "description")) == SAID
    )


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"nature_libelle": "Avis de marché"}, "concurrence"),
        ({"nature_libelle": "Résultats de marché"}, "attribution"),
        ({"nature_libelle": "Avis d’attribution"}, "attribution"),
        ({"nature_libelle": "Avis de préinformation"}, "preinformation"),
        ({"nature": "PERIODIQUE", "nature_libelle": None}, "preinformation"),
        ({"nature_libelle": "Rectificatif"}, "rectificatif"),
        ({"nature_libelle": "Avis de modification de marché"}, "modification"),
        ({"nature": "ANNULATION", "nature_libelle": None}, "annulation"),
        ({"nature_libelle": "Avis", "donnees": BARE}, None),
        ({"nature_libelle": None, "donnees": BARE}, None),
        # The form of a first notice says itself that it is a call for competition.
        ({"nature_libelle": None}, "concurrence"),
    ],
)
def test_the_kind_of_a_notice_is_read_in_its_words_and_never_guessed(
    tmp_path: Path, said: dict, kind: str | None
) -> None:
    (tmp_path / "a.json").write_text(json.dumps([ROW | said]), encoding="utf-8")
    assert _row(tmp_path / "a.json")["type_avis"] == kind


EFORMS = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{root}-2"
 xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
 <cbc:ID schemeName="notice-id">0a1b2c3d-0000-0000-0000-000000000001</cbc:ID>
 <cbc:IssueDate>2026-03-02+01:00</cbc:IssueDate>
 <cbc:NoticeTypeCode listName="competition">{code}</cbc:NoticeTypeCode>
 <cac:ProcurementProject><cbc:Name languageID="{language}">Nettoyage</cbc:Name></cac:ProcurementProject>
</{root}>"""


@pytest.mark.parametrize(
    ("root", "code", "language", "kind"),
    [
        ("ContractNotice", "cn-standard", "FRA", "concurrence"),
        ("ContractNotice", "cn-standard", "DEU", "concurrence"),
        ("ContractAwardNotice", "can-standard", "FRA", "attribution"),
        ("PriorInformationNotice", "pin-only", "FRA", "preinformation"),
        # Its root says an award, its code a call: it proves neither.
        ("ContractAwardNotice", "cn-standard", "FRA", None),
        # A code that no list of the kit has says nothing; a root without any code says what it is.
        ("ContractNotice", "genre-nouveau", "FRA", None),
        ("ContractNotice", "", "FRA", "concurrence"),
    ],
)
def test_eforms_of_every_kind_and_language_are_told_apart(
    tmp_path: Path, root: str, code: str, language: str, kind: str | None
) -> None:
    (tmp_path / "e.xml").write_text(EFORMS.format(root=root, code=code, language=language), encoding="utf-8")
    row = _row(tmp_path / "e.xml")
    assert (row["type_avis"], row["objet"], row["avis"]) == (kind, "Nettoyage", "0a1b2c3d-0000-0000-0000-000000000001")


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("100000", 10_000_000),
        ("100 000,50 € HT", 10_000_050),
        ("1.234.567,89", 123_456_789),
        ("Valeur estimée hors TVA : 100 000 euros", 10_000_000),
        ("120 k€", 12_000_000),
        ("1,5 M€", 150_000_000),
        # Two numbers, or a mark that may be of thousands: no amount is told.
        ("de 100 000 à 200 000 €", None),
        ("lot 2 : 5000 euros", None),
        ("1.234", None),
        ("non communiqué", None),
    ],
)
def test_an_amount_written_in_a_form_is_one_number_or_unknown(tmp_path: Path, written: str, cents: int | None) -> None:
    form = json.loads(json.dumps(FORM))
    form["FNSimple"]["initial"]["natureMarche"]["valeurEstimee"] = written
    (tmp_path / "a.json").write_text(json.dumps([ROW | {"donnees": form}]), encoding="utf-8")
    assert _row(tmp_path / "a.json")["montant_estime"] == cents
