"""What the BOAMP carries in its envelopes: FNSimple, MAPA, DSP, eForms and the older journal, in JSON and in XML. All invented."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spaser.considerations import launches
from spaser.sources.notices import Notices, announced, read_notices, texts
from spaser.vocabulary import CONTRACTS

CASES = Path(__file__).parents[3] / "shared" / "cases" / "notices"
BUYER = "21750001600019"
FNSIMPLE = {
    "FNSimple": {
        "organisme": {
            "nomOfficiel": "Ville d'Aubrelle (fictive)",
            "typeIdentificationNational": {"siret": ""},
            "codeIdentificationNational": "217 500 016 00019",
            "cp": "60000",
            "correspondantPRM": {"nom": "Dupont", "pren": "Camille"},
        },
        "initial": {
            "communication": {"identifiantInterne": "2026-07", "nomContact": "Camille Dupont, service des marchés"},
            "procedure": {
                "typeProcedure": {"ouvert": ""},
                "critereAttrib": "Prix des prestations : 55 % ; Insertion sociale (25 %) ; Environnement 20 points",
                "capaciteTech": "Justifier de trois références récentes",
            },
            "natureMarche": {
                "intitule": "Propreté des gymnases",
                "codeCPV": {
                    "objetPrincipal": {"classPrincipale": "90911200"},
                    "objetComplementaire": {"classPrincipale": "90919000"},
                },
                "description": "Clause d'insertion de 300 heures.",
                "dureeMois": "24",
                "valeurEstimee": {"valeur": "180 000,50"},
            },
            "lots": {
                "lot": [
                    {
                        "numLot": "A",
                        "intitule": "Nord",
                        "description": "Lot réservé aux structures d'insertion par l'activité économique",
                        "codeCPV": {"objetPrincipal": {"classPrincipale": "90911200"}},
                        "dureeMois": "12",
                    },
                    {"numLot": "B", "intitule": "Sud", "description": "Lot non réservé aux entreprises adaptées"},
                ]
            },
            "informComplementaire": {
                "autresInformComplementaire": "Visite obligatoire. Renseignements : Mme Camille Dupont, 01 40 00 00 00."
            },
        },
    }
}
MAPA = {
    "MAPA": {
        "organisme": {"acheteurPublic": "Commune fictive", "adr": {"cp": "60100"}, "codeIdentificationNational": BUYER},
        "initial": {
            "description": {"objet": "Entretien des haies", "CPV": {"objetPrincipal": {"classPrincipale": "77313000"}}},
            "duree": {"nbJours": "90"},
            "caracteristiques": {"principales": "Sans produit phytosanitaire."},
            "critAttrib": {
                "critere": [
                    {"libelle": "Prix", "ponderation": "60"},
                    {"libelle": "Valeur sociale", "ponderation": "40"},
                ]
            },
            "lots": [{"intitule": "Centre", "description": "Taille"}],
            "justifications": {"justificationAutre": "Une attestation d'assurance est demandée"},
        },
    }
}
DSP = {
    "DSP": {
        "organisme": {"nomOfficiel": "Syndicat fictif", "codeIdentificationNational": BUYER},
        "initial": {
            "descriptionMarche": {
                "titreMarche": "Gestion de la crèche",
                "description": "Accueil de jeunes enfants",
                "CPV": {"objetPrincipal": {"classPrincipale": "80110000"}},
            }
        },
    }
}
OLD = {
    "IDENTITE": {"DENOMINATION": "Ville ancienne (fictive)", "CODE_IDENT_NATIONAL": BUYER},
    "OBJET": {
        "TITRE_MARCHE": "Papier",
        "OBJET_COMPLET": "Papier recyclé",
        "CPV": [{"PRINCIPAL": "30197630"}],
        "DUREE_DELAI": {"DUREE_MOIS": "36"},
        "LOTS": {"LOT": {"NUM": "1", "INTITULE": "Ramettes", "CPV": {"PRINCIPAL": "30197643"}}},
    },
    "CONDITION_PARTICIPATION": {"MARCHE_RESERVE_OUI": {"ATELIER_PROTEGE": "Entreprises adaptées et ESAT"}},
    "PROCEDURE": {"CRITERES_ATTRIBUTION": {"CRITERES_LIBRE": "le meilleur rapport qualité prix"}},
    "RENSEIGNEMENTS_COMPLEMENTAIRES": {"RENS_COMPLEMENT": "Le titulaire reprend les emballages vides"},
}
CHANGE = """<ContractNotice xmlns="urn:c" xmlns:cac="urn:cac" xmlns:cbc="urn:cbc" xmlns:efac="urn:efac" xmlns:efbc="urn:efbc">
<efac:Changes><efbc:ChangedNoticeIdentifier>00047522-2024</efbc:ChangedNoticeIdentifier><efac:ChangeReason><cbc:ReasonCode>{reason}</cbc:ReasonCode></efac:ChangeReason></efac:Changes>
<cbc:ID schemeName="notice-id">aaaaaaaa-1111-4111-8111-{number:012d}</cbc:ID><cbc:IssueDate>2024-02-01+01:00</cbc:IssueDate><cbc:NoticeTypeCode>cn-standard</cbc:NoticeTypeCode>
<efac:Company><cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification><cac:PartyName><cbc:Name>Ville fictive</cbc:Name></cac:PartyName></efac:Company>
<cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification></cac:Party></cac:ContractingParty>
<cac:ProcurementProject><cbc:Name>Mobilier</cbc:Name></cac:ProcurementProject><cac:ProcurementProjectLot><cbc:ID schemeName="Lot">LOT-0001</cbc:ID>
<cac:ProcurementProject><cbc:Name>Tables</cbc:Name><cac:PlannedPeriod><cbc:DurationMeasure unitCode="YEAR">4</cbc:DurationMeasure></cac:PlannedPeriod></cac:ProcurementProject></cac:ProcurementProjectLot></ContractNotice>"""


def record(number: str = "26-1", content: Any = None, **said: Any) -> dict[str, Any]:
    return {
        "idweb": number,
        "objet": "Propreté des gymnases",
        "nomacheteur": "Ville d'Aubrelle (fictive)",
        "dateparution": "2026-03-02",
        "nature": "APPEL_OFFRE",
        "nature_libelle": "Avis de marché",
        "type_avis": ["1", "5"],
        "donnees": json.dumps(content) if content else None,
    } | said


def api(folder: Path, *records: dict[str, Any]) -> Notices:
    (folder / "boamp.json").write_text(
        json.dumps({"total_count": len(records), "results": list(records)}), encoding="utf-8"
    )
    return read_notices(folder / "boamp.json")


def only(read: Notices) -> dict[str, Any]:
    return read.notices.row(0, named=True)


def test_an_fnsimple_notice_gives_its_buyer_codes_lots_criteria_duration_and_conditions(tmp_path):
    read = api(tmp_path, record(content=FNSIMPLE))
    row = only(read)
    assert (row["acheteur_id"], row["acheteur_siren"], row["codeCPV"], row["cpv"]) == (
        BUYER,
        BUYER[:9],
        "90911200",
        "90911200, 90919000",
    )
    assert (row["reference"], row["dureeMois"], row["montant_estime"], row["description"]) == (
        "2026-07",
        24,
        18_000_050,
        "Clause d'insertion de 300 heures.",
    )
    assert (row["type_avis"], row["procedure"]) == ("concurrence", "ouvert")
    assert row["conditions"].startswith("Justifier de trois références récentes\nVisite obligatoire")
    assert read.lots.select("lot", "objet", "codeCPV", "dureeMois", "reserve").rows() == [
        ("A", "Nord", "90911200", 12, "iae"),
        ("B", "Sud", None, None, None),
    ]
    assert read.criteria.filter(pl.col("lot") == "A").select("type_critere", "libelle", "poids").rows() == [
        ("prix", "Prix des prestations", 55.0),
        ("inconnu", "Insertion sociale", 25.0),
        ("inconnu", "Environnement", 20.0),
    ]
    assert "Dupont" not in json.dumps(
        [read.notices.to_dicts(), read.lots.to_dicts(), texts(read).collect().to_dicts()], default=str
    )


def test_a_reservation_read_in_a_sentence_keeps_its_words_as_its_basis(tmp_path):
    row = only(api(tmp_path, record(content=FNSIMPLE)))
    assert row["reserve"] == "iae"
    assert row["reserve_fondement"] == "écrit : « Lot réservé aux structures d'insertion par l'activité économique »"


def test_a_mapa_notice_gives_its_subject_code_lots_and_weighted_criteria(tmp_path):
    read = api(tmp_path, record(content=MAPA, objet="Entretien"))
    row = only(read)
    assert (row["acheteur_siren"], row["objet"], row["description"], row["codeCPV"], row["dureeMois"]) == (
        BUYER[:9],
        "Entretien des haies",
        "Sans produit phytosanitaire.",
        "77313000",
        3,
    )
    assert "attestation d'assurance" in row["conditions"]
    assert read.lots["objet"].to_list() == ["Centre"]
    assert read.criteria.select("libelle", "poids").rows() == [("Prix", 60.0), ("Valeur sociale", 40.0)]


def test_a_concession_notice_and_the_older_journal_are_read_too(tmp_path):
    read = api(
        tmp_path,
        record("26-2", DSP, objet="Crèche"),
        record("15-3", OLD, objet="Papier recycl&#233; &amp; enveloppes", nature="APPEL_OFFRE"),
    )
    rows = {row["avis"]: row for row in read.notices.to_dicts()}
    assert (rows["26-2"]["objet"], rows["26-2"]["description"], rows["26-2"]["codeCPV"]) == (
        "Gestion de la crèche",
        "Accueil de jeunes enfants",
        "80110000",
    )
    old = rows["15-3"]
    assert (old["objet"], old["description"], old["codeCPV"], old["dureeMois"]) == (
        "Papier recyclé & enveloppes",
        "Papier recyclé",
        "30197630",
        36,
    )
    assert (old["reserve"], old["reserve_fondement"]) == (
        "handicap",
        "case « marchereserveoui » : Entreprises adaptées et ESAT",
    )
    assert "reprend les emballages" in old["conditions"]
    assert read.lots.filter(pl.col("avis") == "15-3").select("lot", "objet", "codeCPV").rows() == [
        ("1", "Ramettes", "30197643")
    ]
    assert read.criteria.select("libelle", "poids").rows() == [("le meilleur rapport qualité prix", None)]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ({"non": ""}, "none"),
        ("Non", "none"),
        ({"oui": ""}, "unspecified"),
        ({"oui": {"siae": "Insertion par l'activité économique"}}, "iae"),
        ({"oui": "ESAT, entreprises adaptées et structures d'insertion"}, "handicap_iae"),
        ({"oui": "Entreprises de l'économie sociale et solidaire"}, "ess"),
    ],
)
def test_a_box_of_reservation_is_read_with_whom_it_names(tmp_path, box, expected):
    content = {"FNSimple": {"initial": {"natureMarche": {"intitule": "Papier", "marcheReserve": box}}}}
    row = only(api(tmp_path, record(content=content)))
    assert (row["reserve"], row["reserve_fondement"].startswith("case « marchereserve")) == (expected, True)


@pytest.mark.parametrize(
    ("said", "content", "expected"),
    [
        (
            {"nature": "ATTRIBUTION", "nature_libelle": "Résultat de marché"},
            {"MAPA": {"organisme": {"acheteurPublic": "Ville"}}},
            "attribution",
        ),
        ({"nature": None, "nature_libelle": "Résultat de marché"}, None, "attribution"),
        ({"nature": None, "nature_libelle": None}, None, None),
        ({"nature": "RECTIFICATIF", "nature_libelle": "Rectificatif"}, FNSIMPLE, "rectificatif"),
        ({"nature": "ANNULATION", "nature_libelle": "Annulation d'un avis de marché"}, FNSIMPLE, "annulation"),
        ({}, {"MAPA": {"attribution": {"avisInitial": {"idWeb": "26-0"}}}}, "attribution"),
        ({"nature": "PERIODIQUE", "nature_libelle": "Avis périodique indicatif"}, None, "preinformation"),
    ],
)
def test_the_kind_comes_from_what_names_it_and_what_launches_nothing_wins(tmp_path, said, content, expected):
    assert only(api(tmp_path, record(content=content, **said)))["type_avis"] == expected


@pytest.mark.parametrize(
    ("kind", "launched"), [("APPEL_OFFRE", True), ("ATTRIBUTION", False), (None, False), ("RECTIFICATIF", False)]
)
def test_only_a_notice_known_to_launch_gives_a_launch_date(tmp_path, kind, launched):
    content = FNSIMPLE if kind else {"FNSimple": {"organisme": FNSIMPLE["FNSimple"]["organisme"]}}
    read = api(tmp_path, record(content=content, nature=kind, nature_libelle=None))
    bought = CONTRACTS.conform(
        pl.LazyFrame(
            [
                {
                    "uid": "c",
                    "id": "2026-07",
                    "acheteur_siren": BUYER[:9],
                    "objet": "Propreté des gymnases",
                    "codeCPV": "90911200",
                    "dateNotification": date(2026, 8, 1),
                }
            ]
        )
    )
    dates = launches.join(bought, read.notices.lazy()).collect()["date_lancement"].drop_nulls()
    assert dates.len() == launched


def test_eforms_inside_the_json_of_the_boamp_are_read_as_eforms(tmp_path):
    lot = {
        "cbc:ID": {"@schemeName": "Lot", "#text": "LOT-0001"},
        "cac:TenderingTerms": {
            "cac:TendererQualificationRequest": {
                "cac:SpecificTendererRequirement": {
                    "cbc:TendererRequirementTypeCode": {"@listName": "reserved-procurement", "#text": "res-pub-ser"}
                }
            }
        },
        "cac:ProcurementProject": {
            "cbc:Name": "Repas",
            "cac:ProcurementAdditionalType": {
                "cbc:ProcurementTypeCode": {"@listName": "strategic-procurement", "#text": "soc-obj"}
            },
        },
    }
    company = {
        "cac:PartyIdentification": {"cbc:ID": "ORG-0002"},
        "cac:PartyName": {"cbc:Name": {"@languageID": "FRA", "#text": "M&eacute;tropole fictive"}},
        "cac:PartyLegalEntity": {"cbc:CompanyID": BUYER},
    }
    content = {
        "EFORMS": {
            "ContractNotice": {
                "@xmlns:cbc": "urn:boamp:cbc",
                "efac:Organizations": {"efac:Organization": [{"efac:Company": company}]},
                "cac:ContractingParty": {"cac:Party": {"cac:PartyIdentification": {"cbc:ID": "ORG-0002"}}},
                "cac:ProcurementProject": {"cbc:Name": "Restauration"},
                "cac:ProcurementProjectLot": lot,
            }
        }
    }
    read = api(tmp_path, record("26-9", content, objet="Restauration", nomacheteur=None))
    row = only(read)
    assert (row["avis"], row["acheteur_siren"], row["acheteur_nom"]) == ("26-9", BUYER[:9], "Métropole fictive")
    assert (row["reserve"], row["reserve_fondement"], row["strategie"]) == ("ess", "BT-71 res-pub-ser", "soc-obj")
    assert read.lots.select("lot", "reserve", "strategie").rows() == [("LOT-0001", "ess", "soc-obj")]


def test_the_xml_of_the_journal_gives_each_notice_and_prefers_the_whole_title_to_its_cut_summary(tmp_path):
    (tmp_path / "boamp.xml").write_text(
        "<ANNONCES>"
        + "".join(
            f"<ANNONCE><GESTION><REFERENCE><IDWEB>26-{rank}</IDWEB><TYPE_AVIS><NATURE>{nature}</NATURE></TYPE_AVIS></REFERENCE>"
            "<INDEXATION><NOMORGANISME>Ville fictive</NOMORGANISME><DATE_PUBLICATION>2026-03-02</DATE_PUBLICATION><RESUME_OBJET>Propreté pour le compte de</RESUME_OBJET>"
            "<DATE_LIMITE_REPONSE>2026-06-30T22:30:00Z</DATE_LIMITE_REPONSE></INDEXATION></GESTION><DONNEES><FNSimple><organisme><codeIdentificationNational>"
            f"{BUYER}</codeIdentificationNational></organisme><{block}><avisInitial><IDWEB>25-0</IDWEB></avisInitial><natureMarche><intitule>Propreté des gymnases</intitule><codeCPV><objetPrincipal>"
            f"<classPrincipale>90911200</classPrincipale></objetPrincipal></codeCPV></natureMarche></{block}></FNSimple></DONNEES></ANNONCE>"
            for rank, (nature, block) in enumerate([("APPEL_OFFRE", "initial"), ("ATTRIBUTION", "attribution")], 1)
        )
        + "</ANNONCES>",
        encoding="utf-8",
    )
    rows = read_notices(tmp_path / "boamp.xml").notices.to_dicts()
    assert [(row["avis"], row["type_avis"], row["objet"], row["codeCPV"], row["acheteur_siren"]) for row in rows] == [
        ("26-1", "concurrence", "Propreté des gymnases", "90911200", BUYER[:9]),
        ("26-2", "attribution", "Propreté des gymnases", "90911200", BUYER[:9]),
    ]
    assert {row["avis_lie"] for row in rows} == {"25-0"}
    assert {row["date_limite"] for row in rows} == {date(2026, 7, 1)}


def test_eforms_inside_the_xml_of_the_journal_keep_the_number_of_the_journal(tmp_path):
    inside = CHANGE.format(reason="cor-buy", number=1)
    (tmp_path / "boamp.xml").write_text(
        f"<ANNONCE><GESTION><REFERENCE><IDWEB>26-5</IDWEB></REFERENCE></GESTION><DONNEES><EFORMS>{inside}</EFORMS></DONNEES></ANNONCE>",
        encoding="utf-8",
    )
    read = read_notices(tmp_path / "boamp.xml")
    row = only(read)
    assert (row["avis"], row["acheteur_nom"], row["objet"], row["type_avis"], row["avis_lie"]) == (
        "26-5",
        "Ville fictive",
        "Mobilier",
        "rectificatif",
        "47522-2024",
    )
    assert read.lots["dureeMois"].to_list() == [48]


@pytest.mark.parametrize(
    ("reason", "kind"), [("cor-buy", "rectificatif"), ("update-add", "rectificatif"), ("cancel", "annulation")]
)
def test_an_eforms_notice_that_changes_another_launches_nothing_and_names_it(tmp_path, reason, kind):
    for number in (1, 2):
        (tmp_path / f"{number}.xml").write_text(CHANGE.format(reason=reason, number=number), encoding="utf-8")
    read = read_notices(tmp_path)
    assert read.notices["avis"].to_list() == [
        "aaaaaaaa-1111-4111-8111-000000000001",
        "aaaaaaaa-1111-4111-8111-000000000002",
    ]
    assert read.notices["type_avis"].to_list() == [kind, kind]
    assert read.notices["avis_lie"].to_list() == ["47522-2024", "47522-2024"]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[1, 2]",
        '{"FNSimple": []}',
        '{"FNSimple": {"initial": null, "organisme": "x"}}',
        '{"EFORMS": {"ContractNotice": {"cac:ContractingParty": [1, null]}}}',
    ],
)
def test_a_form_that_holds_nothing_readable_leaves_its_envelope(tmp_path, content):
    row = only(api(tmp_path, record(donnees=content)))
    assert (row["avis"], row["objet"], row["acheteur_siren"]) == ("26-1", "Propreté des gymnases", None)


def test_the_cases_of_the_field_are_filled():
    if not CASES.is_dir():
        pytest.skip("cas absents : ../shared/cases/notices")
    read = read_notices(
        [CASES / name for name in ("boamp_api_v21.json", "boamp_fns.xml", "eforms_a.xml", "eforms_b.xml")]
    )
    rows = {row["avis"]: row for row in read.notices.to_dicts()}
    assert len(rows) == 8
    assert [rows[f"26-{n}"]["acheteur_siren"] for n in ("90001", "90002", "90004", "91001")] == [
        "759200751",
        "216902668",
        "200046977",
        "759200751",
    ]
    assert [rows[n]["codeCPV"] for n in ("26-90001", "26-90004", "15-90005", "26-91001")] == [
        "90910000",
        "55520000",
        "30197630",
        "90910000",
    ]
    assert (rows["26-90004"]["strategie"], rows["26-90004"]["reserve"], rows["26-90003"]["type_avis"]) == (
        "soc-obj, env-imp",
        "unspecified",
        "attribution",
    )
    assert rows["15-90005"]["objet"] == "Fourniture de papier recyclé"
    assert rows["15-90005"]["acheteur_nom"] == "Communauté d'Agglomération d'Exemple"
    assert {"da4d46e9-490b-41ff-a2ae-8166d356a619", "76c82dad-10b1-4e6a-9326-9312b4bf9baf"} <= set(rows)
    assert read.lots.filter(pl.col("avis") == "26-90001")["reserve"].to_list() == ["handicap", None]


def _records(tmp_path: Path, *forms: dict[str, Any] | None, **said: str) -> Notices:
    head = {"objet": "Nettoyage", "nomacheteur": "V", "dateparution": "2026-09-15"} | said
    rows = [
        head | {"idweb": f"26-{n}"} | ({"donnees": json.dumps(form)} if form else {}) for n, form in enumerate(forms)
    ]
    (tmp_path / "avis.json").write_text(json.dumps({"results": rows}), encoding="utf-8")
    return read_notices(tmp_path / "avis.json")


def _bought(value: Any) -> dict[str, Any]:
    return {"FNSimple": {"initial": {"natureMarche": {"intitule": "Nettoyage des gymnases", "valeurEstimee": value}}}}


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        ({"valeurMin": "100000", "valeurMax": "200000"}, None),
        ({"valeur": "180 000,50", "tauxTva": "20"}, 18_000_050),
        ({"valeurMin": "100000", "valeurMax": "100000"}, 10_000_000),
    ],
)
def test_a_range_of_amounts_tells_no_amount_and_is_said(tmp_path: Path, value: Any, cents: int | None) -> None:
    read = _records(tmp_path, _bought(value))
    assert read.notices["montant_estime"].to_list() == [cents]
    said = read.rejects.filter(pl.col("champ") == "montant_estime").select("valeur", "message").rows()
    assert said == (
        [("100000 à 200000", "Montant estimé donné en fourchette, ou illisible : inconnu")] if cents is None else []
    )


def test_records_without_their_form_say_which_field_to_export(tmp_path: Path) -> None:
    assert any("1 avis sans le champ « donnees »" in line for line in announced(_records(tmp_path, None)))
    assert not any("donnees" in line for line in announced(_records(tmp_path, _bought("1000"))))


def test_a_result_says_that_its_amount_is_not_kept(tmp_path: Path) -> None:
    won = {"DSP": {"attribution": {"titulaire": {"personneMorale": "Parc inventé"}, "montant": "1 350 000,00"}}}
    kinds = (("Résultat de marché", won, True), ("Avis de marché", _bought("1000"), False))
    for kind, form, said in kinds:
        told = announced(_records(tmp_path, form, nature_libelle=kind))
        assert any("montant attribué non gardé (1\u00a0résultat)" in line for line in told) is said
