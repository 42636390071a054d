"""Public notices read from each of their formats: accounts that add up, criteria, reservations, no contact person. Fixtures are invented."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import polars as pl
import pytest

from spaser.problems import Problem
from spaser.sources.notices import Notices, announced, read_notices, texts
from spaser.vocabulary import NOTICE_CRITERIA, NOTICE_LOTS, NOTICES

SHARED = Path(__file__).parents[3] / "shared" / "data"
HEAD = "avis,date_publication,acheteur,acheteur_id_national,acheteur_cp,critere_social,critere_env,resume_objet,autres_conditions\n"
TED = """<?xml version="1.0" encoding="UTF-8"?>
<TED_EXPORT xmlns="http://publications.europa.eu/resource/schema/ted/R2.0.9/publication" VERSION="R2.0.9.S04.E01" DOC_ID="004321-2021">
<CODED_DATA_SECTION><REF_OJS><DATE_PUB>20210402</DATE_PUB></REF_OJS><CODIF_DATA><DS_DATE_DISPATCH>20210330</DS_DATE_DISPATCH></CODIF_DATA></CODED_DATA_SECTION>
<FORM_SECTION><{form} CATEGORY="TRANSLATION" FORM="{number}" LG="EN"><OBJECT_CONTRACT><TITLE><P>Cleaning</P></TITLE></OBJECT_CONTRACT></{form}>
<{form} CATEGORY="ORIGINAL" FORM="{number}" LG="FR"><CONTRACTING_BODY><ADDRESS_CONTRACTING_BODY><OFFICIALNAME>Ville d'Aubrelle (fictive)</OFFICIALNAME>
<NATIONALID>{siret}</NATIONALID><CONTACT_POINT>Camille Dupont</CONTACT_POINT><PHONE>+33 140000000</PHONE><E_MAIL>camille.dupont@aubrelle.example</E_MAIL></ADDRESS_CONTRACTING_BODY></CONTRACTING_BODY>
<OBJECT_CONTRACT><TITLE><P>Nettoyage des écoles</P></TITLE><REFERENCE_NUMBER>2021-07</REFERENCE_NUMBER><CPV_MAIN><CPV_CODE CODE="90911200"/></CPV_MAIN>
<OBJECT_DESCR ITEM="1"><TITLE><P>Lot nord</P></TITLE><LOT_NO>1</LOT_NO><AC><AC_QUALITY><AC_CRITERION>Insertion sociale</AC_CRITERION><AC_WEIGHTING>15 %</AC_WEIGHTING></AC_QUALITY>
<AC_PRICE><AC_WEIGHTING>85</AC_WEIGHTING></AC_PRICE></AC><VAL_OBJECT>112000.50</VAL_OBJECT></OBJECT_DESCR>
<OBJECT_DESCR ITEM="2"><TITLE><P>Lot sud</P></TITLE><LOT_NO>2</LOT_NO></OBJECT_DESCR></OBJECT_CONTRACT>
<LEFTI>{boxes}<PERFORMANCE_CONDITIONS><P>Clause d'insertion de 5 %. Renseignements : Mme Camille Dupont, 01 40 00 00 00, c.dupont@aubrelle.example.</P></PERFORMANCE_CONDITIONS></LEFTI>
</{form}></FORM_SECTION></TED_EXPORT>"""
EFORMS = """<ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2" xmlns:cac="urn:cac" xmlns:cbc="urn:cbc" xmlns:efac="urn:efac" xmlns:efbc="urn:efbc">
<efac:Company><cac:PartyIdentification><cbc:ID>ORG-0002</cbc:ID></cac:PartyIdentification><cac:PartyName><cbc:Name>Tribunal (fictif)</cbc:Name></cac:PartyName></efac:Company>
<efac:Company><cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification><cac:PartyName><cbc:Name>Ville d'Aubrelle (fictive)</cbc:Name></cac:PartyName>
<cac:PartyLegalEntity><cbc:CompanyID>21750001600019</cbc:CompanyID></cac:PartyLegalEntity><cac:Contact><cbc:Name>Camille Dupont</cbc:Name></cac:Contact></efac:Company>
<efbc:NoticePublicationID>00047522-2024</efbc:NoticePublicationID><cbc:IssueDate>2024-01-22+02:00</cbc:IssueDate><cbc:NoticeTypeCode>cn-standard</cbc:NoticeTypeCode>
<cac:ContractingParty><cac:Party><cac:PartyIdentification><cbc:ID>ORG-0001</cbc:ID></cac:PartyIdentification></cac:Party></cac:ContractingParty>
<cac:ProcurementProject><cbc:Name>Mobilier scolaire</cbc:Name></cac:ProcurementProject>
<cac:ProcurementProjectLot><cbc:ID schemeName="Lot">LOT-0001</cbc:ID><cac:TenderingTerms>
<cac:SpecificTendererRequirement><cbc:TendererRequirementTypeCode listName="reserved-procurement">{reserve}</cbc:TendererRequirementTypeCode></cac:SpecificTendererRequirement>
<cac:ContractExecutionRequirement><cbc:ExecutionRequirementCode listName="reserved-execution">yes</cbc:ExecutionRequirementCode></cac:ContractExecutionRequirement>
<cac:SubordinateAwardingCriterion><efac:AwardCriterionParameter><efbc:ParameterCode listName="number-weight">per-exa</efbc:ParameterCode><efbc:ParameterNumeric>20</efbc:ParameterNumeric></efac:AwardCriterionParameter>
<cbc:AwardingCriterionTypeCode>quality</cbc:AwardingCriterionTypeCode><cbc:Name>Matières recyclées</cbc:Name></cac:SubordinateAwardingCriterion></cac:TenderingTerms>
<cac:ProcurementProject><cbc:Name>Tables</cbc:Name>
<cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="strategic-procurement">env-imp</cbc:ProcurementTypeCode><cbc:ProcurementType>Mobilier réemployé</cbc:ProcurementType></cac:ProcurementAdditionalType>
<cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="environmental-impact">circ-econ</cbc:ProcurementTypeCode></cac:ProcurementAdditionalType>
<cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="social-objective">opp</cbc:ProcurementTypeCode></cac:ProcurementAdditionalType>
<cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="innovative-acquisition">prod-innov</cbc:ProcurementTypeCode></cac:ProcurementAdditionalType>
<cac:ProcurementAdditionalType><cbc:ProcurementTypeCode listName="gpp-criteria">eu</cbc:ProcurementTypeCode></cac:ProcurementAdditionalType>
</cac:ProcurementProject></cac:ProcurementProjectLot></ContractNotice>"""


def ted(
    folder: Path, boxes: str = "", form: str = "F02_2014", number: str = "F02", siret: str = "217 500 016 00019"
) -> Notices:
    (folder / "avis.xml").write_text(TED.format(boxes=boxes, form=form, number=number, siret=siret), encoding="utf-8")
    return read_notices(folder / "avis.xml")


def eforms(folder: Path, reserve: str = "res-ws") -> Notices:
    (folder / "eforms.xml").write_text(EFORMS.format(reserve=reserve), encoding="utf-8")
    return read_notices(folder / "eforms.xml")


def boamp(folder: Path, *lines: str) -> Notices:
    (folder / "boamp.csv").write_text(HEAD + "".join(line + "\n" for line in lines), encoding="utf-8")
    return read_notices(folder / "boamp.csv")


def balanced(read: Notices) -> bool:
    files = read.files
    return (
        bool((files["trouves"] == files["avis"] + files["doublons"] + files["rejetes"]).all())
        and files["lots"].sum() == read.lots.height
    )


def test_a_notice_of_the_ted_gives_its_buyer_lots_criteria_and_dates(tmp_path):
    read = ted(tmp_path)
    row = read.notices.row(0, named=True)
    assert (row["avis"], row["acheteur_siren"], row["objet"], row["codeCPV"]) == (
        "4321-2021",
        "217500016",
        "Nettoyage des écoles",
        "90911200",
    )
    assert (str(row["date_envoi"]), str(row["date_publication"]), row["type_avis"]) == (
        "2021-03-30",
        "2021-04-02",
        "concurrence",
    )
    assert read.lots.select("lot", "objet", "montant_estime").rows() == [
        ("1", "Lot nord", 11_200_050),
        ("2", "Lot sud", None),
    ]
    assert read.criteria.select("lot", "type_critere", "libelle", "poids").rows() == [
        ("1", "qualite", "Insertion sociale", 15.0),
        ("1", "prix", "Prix", 85.0),
    ]


@pytest.mark.parametrize(
    ("boxes", "form", "reserve", "execution"),
    [
        ("", "F02", "none", False),
        ("<RESTRICTED_SHELTERED_WORKSHOP/>", "F02", "unspecified", False),
        ("<RESTRICTED_SHELTERED_PROGRAM/>", "F02", "none", True),
        ("<RESERVED_ORGANISATIONS_SERVICE_MISSION/>", "F21", "ess", False),
        ("<RESERVED_ORGANISATIONS_SERVICE_MISSION/><RESTRICTED_SHELTERED_WORKSHOP/>", "F21", "unspecified", False),
        ("", "F03", None, None),
    ],
)
def test_a_box_left_empty_is_no_where_the_form_has_one_and_unknown_elsewhere(tmp_path, boxes, form, reserve, execution):
    row = ted(tmp_path, boxes, f"{form}_2014", form).notices.row(0, named=True)
    assert (row["reserve"], row["execution_reservee"]) == (reserve, execution)


def test_contact_persons_are_never_in_a_table(tmp_path):
    read = ted(tmp_path)
    (tmp_path / "autre").mkdir()
    other = eforms(tmp_path / "autre")
    whole = json.dumps(
        [frame.to_dicts() for one in (read, other) for frame in (one.notices, one.lots, one.criteria)], default=str
    )
    assert not re.search(r"Dupont|aubrelle\.example|40 ?00 ?00|140000000", whole)
    assert "Clause d'insertion de 5 %" in whole


def test_an_identifier_whose_key_is_wrong_is_unknown_and_said(tmp_path):
    read = ted(tmp_path, siret="12345678901234")
    assert read.notices["acheteur_siren"][0] is None
    assert read.rejects.select("champ", "niveau").rows() == [("acheteur_id", "doute")]


def test_eforms_say_their_strategic_use_lot_by_lot(tmp_path):
    read = eforms(tmp_path)
    row = read.notices.row(0, named=True)
    assert (row["avis"], row["acheteur_nom"], row["acheteur_siren"]) == (
        "47522-2024",
        "Ville d'Aubrelle (fictive)",
        "217500016",
    )
    assert (
        row["strategie"],
        row["strategie_environnement"],
        row["strategie_social"],
        row["strategie_innovation"],
        row["criteres_verts"],
    ) == ("env-imp", "circ-econ", "opp", "prod-innov", "eu")
    assert (row["strategie_description"], row["reserve"], row["execution_reservee"]) == (
        "Mobilier réemployé",
        "unspecified",
        True,
    )
    assert read.criteria.select("libelle", "poids", "type_critere").rows() == [("Matières recyclées", 20.0, "qualite")]
    assert {"Mobilier réemployé", "Matières recyclées : 20 %"} <= set(texts(read).collect()["texte"])


@pytest.mark.parametrize(("code", "expected"), [("res-pub-ser", "ess"), ("none", "none"), ("inconnu", None)])
def test_the_codes_of_bt_71_are_the_kinds_of_reservation(tmp_path, code, expected):
    assert eforms(tmp_path, code).notices["reserve"][0] == expected


def test_a_table_of_the_boamp_counts_every_line(tmp_path):
    read = boamp(
        tmp_path,
        '21-1,2021-01-17,Ville fictive,21750001600019,60000,True,False,Nettoyage,"clause\nsociale"',
        "21-1,2021-01-20,Ville fictive,None,60000,True,False,Nettoyage des écoles,",
        ",2021-01-17,Ville fictive,None,60000,False,False,Sans numéro,",
        "21-3,2021-13-45,Autre,None,60000,,False,Papier,",
    )
    assert read.files.select("trouves", "avis", "doublons", "rejetes").row(0) == (4, 2, 1, 1)
    assert dict(read.notices.select("avis", "objet").rows()) == {"21-1": "Nettoyage des écoles", "21-3": "Papier"}
    assert dict(read.notices.select("avis", "annonce_social").rows()) == {"21-1": True, "21-3": None}
    assert set(read.rejects["regle"]) == {"avis.doublon", "avis.incomplet", "avis.date_publication"}
    assert announced(read) == []


def test_the_json_and_xml_of_the_boamp_are_read_and_announced_as_unverified(tmp_path):
    record = {
        "idweb": "24-5",
        "objet": "Papier",
        "nomacheteur": "Ville fictive",
        "dateparution": "2024-02-01",
        "criteres": ["sociaux"],
        "donnees": json.dumps(
            {"OBJET": {"CPV": {"PRINCIPAL": "30197630"}, "LOTS": {"LOT": [{"NUM": "1", "INTITULE": "Papier recyclé"}]}}}
        ),
    }
    (tmp_path / "boamp.json").write_text(json.dumps({"results": [record]}), encoding="utf-8")
    (tmp_path / "boamp.xml").write_text(
        "<ANNONCES><ANNONCE><GESTION><IDWEB>24-6</IDWEB></GESTION><DONNEES><IDENTITE><DENOMINATION>Ville fictive</DENOMINATION><MEL>a@b.example</MEL></IDENTITE>"
        "<OBJET><TITRE_MARCHE>Ramettes</TITRE_MARCHE></OBJET></DONNEES></ANNONCE></ANNONCES>",
        encoding="utf-8",
    )
    read = read_notices(tmp_path)
    rows = {row["avis"]: row for row in read.notices.to_dicts()}
    assert (rows["24-5"]["codeCPV"], rows["24-5"]["annonce_social"], rows["24-5"]["annonce_environnement"]) == (
        "30197630",
        True,
        False,
    )
    assert rows["24-6"]["objet"] == "Ramettes"
    assert read.lots.filter(pl.col("avis") == "24-5")["objet"].to_list() == ["Papier recyclé"]
    assert len(announced(read)) == 2
    assert all("format non vérifié" in line for line in announced(read))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("coupe.xml", b"<TED_EXPORT><FORM_SECTION>", "mal formé"),
        ("bombe.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><TED_EXPORT>&b;</TED_EXPORT>', "entités"),
        ("autre.xml", b"<marches/>", "avis connu"),
        ("autre.csv", b"a;b\n1;2\n", "fichier d'avis"),
        ("abime.json", b'[{"idweb": ', "abîmé"),
    ],
)
def test_what_is_not_a_notice_is_refused_with_its_reason_and_the_others_are_read(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Problem, match=said):
        read_notices(tmp_path / name)
    (tmp_path / "bon.csv").write_text(
        HEAD + "21-1,2021-01-17,Ville fictive,None,60000,True,False,Nettoyage,\n", encoding="utf-8"
    )
    read = read_notices(tmp_path)
    assert read.notices.height == 1
    assert read.rejects.filter(pl.col("regle") == "fichier.illisible")["source"].to_list() == [name]


def test_tables_have_the_columns_of_the_vocabulary(tmp_path):
    read = ted(tmp_path)
    assert (read.notices.schema, read.lots.schema, read.criteria.schema) == (
        NOTICES.schema,
        NOTICE_LOTS.schema,
        NOTICE_CRITERIA.schema,
    )


def test_every_real_notice_of_the_ted_is_read():
    if not (SHARED / "ted").is_dir():
        pytest.skip("données réelles absentes : ../shared/data/ted")
    read = read_notices(SHARED / "ted")
    files = sorted((SHARED / "ted").glob("*.xml"))
    assert read.notices.height == len(files) == read.files.height
    assert balanced(read)
    said = [path.read_text(encoding="utf-8") for path in files]
    assert read.notices.filter(pl.col("reserve") == "unspecified").height == sum(
        "<RESTRICTED_SHELTERED_WORKSHOP/>" in text for text in said
    )
    assert read.notices["execution_reservee"].sum() == sum("<RESTRICTED_SHELTERED_PROGRAM/>" in text for text in said)
    assert read.notices["date_envoi"].null_count() == 0


def test_every_real_notice_of_the_boamp_is_read():
    if not (SHARED / "boamp").is_dir():
        pytest.skip("données réelles absentes : ../shared/data/boamp")
    read = read_notices(SHARED / "boamp")
    rows = [
        row
        for path in sorted((SHARED / "boamp").glob("*.csv"))
        for row in csv.DictReader(path.open(encoding="utf-8", newline=""))
    ]
    assert read.files["trouves"].sum() == len(rows)
    assert read.notices.height == len({row["avis"] for row in rows})
    assert balanced(read)


@pytest.mark.parametrize(
    ("name", "number"), [("Ville d'AUBRELLE (fictive)", "21750001600019"), ("Agence des eaux", None)]
)
def test_the_number_of_another_address_is_the_buyers_only_under_its_own_name(tmp_path, name, number):
    other = f"<ADDRESS_FURTHER_INFO><OFFICIALNAME>{name}</OFFICIALNAME><NATIONALID>21750001600019</NATIONALID></ADDRESS_FURTHER_INFO>"
    text = TED.format(boxes="", form="F02_2014", number="F02", siret="").replace("<NATIONALID></NATIONALID>", "")
    text = text.replace("</ADDRESS_CONTRACTING_BODY>", f"</ADDRESS_CONTRACTING_BODY>{other}")
    (tmp_path / "avis.xml").write_text(text, encoding="utf-8")
    assert read_notices(tmp_path / "avis.xml").notices["acheteur_id"].to_list() == [number]
