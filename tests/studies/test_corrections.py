"""What a person decides of the facts of a contract is read back from a CSV, obeyed, never lost, and written as DECP 2022 to republish."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from spaser.cli import main
from spaser.problems import Problems
from spaser.sources.answers import facts
from spaser.studies import diagnostic
from spaser.studies.diagnostic import republish

#: What the official schema asks of a marché: its source is written in its file.
SCHEMA = republish.marche()
SHARED = Path(__file__).parents[3] / "shared"
HEAD = "contrat;fait;decision;auteur;date;motif\n"


def contract(number: str, montant: float, **more) -> dict:
    return {
        "id": number,
        "acheteur": {"id": "20000000000011"},
        "nature": "Marché",
        "objet": "Entretien du parc fictif",
        "codeCPV": "77310000-6",
        "techniques": {"technique": ["Sans objet"]},
        "modalitesExecution": {"modaliteExecution": ["Sans objet"]},
        "marcheInnovant": False,
        "ccag": "Fournitures courantes et services",
        "offresRecues": 3,
        "attributionAvance": False,
        "typeGroupementOperateurs": "Pas de groupement",
        "sousTraitanceDeclaree": False,
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "75056", "typeCode": "Code commune"},
        "dureeMois": 24,
        "dateNotification": "2025-03-01",
        "datePublicationDonnees": "2025-04-01",
        "montant": montant,
        "typesPrix": {"typePrix": ["Définitif ferme"]},
        "formePrix": "Forfaitaire",
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "00000168500015"}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Pas de considération environnementale"]},
    } | more


def amended(number: str, montant: float, *sums: float, **more) -> dict:
    changes = [
        {
            "modification": {
                "id": rank,
                "dateNotificationModification": f"2025-0{rank + 4}-01",
                "datePublicationDonneesModification": f"2025-0{rank + 4}-15",
                "montant": value,
            }
        }
        for rank, value in enumerate(sums, 1)
    ]
    return contract(number, montant, modifications=changes, **more)


def published(tmp_path: Path, *contracts: dict) -> Path:
    path = tmp_path / "marches.json"
    path.write_text(json.dumps({"marches": {"marche": list(contracts)}}), encoding="utf-8")
    return path


def answered(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "mes-decisions.csv"
    path.write_text(HEAD + "".join(f"contrat {line}\n" for line in lines), encoding="utf-8")
    return path


def uid(number: str) -> str:
    return f"20000000000011{number}"


def run(path: Path, out: Path, *more: str) -> int:
    return main(["diagnostic", str(path), "--aujourdhui", "2025-12-01", "--sortie", str(out), *more])


def kept(out: Path) -> dict[str, dict]:
    return {row["id"]: row for row in pl.read_parquet(out / "contrats.parquet").to_dicts()}


@pytest.mark.parametrize(
    ("fact", "answer", "column", "value"),
    [
        ("montant", "130 000,50", "montant", 130000.5),
        ("montant", "accepter", "montant", 130000),
        ("Montant", "refuser", "montant", 100000),
        ("durée", "36 mois", "dureeMois", 36),
        ("duree", "36", "dureeMois", 36),
        ("nature", "accord-cadre", "nature_contrat", "accord_cadre"),
        ("nature", "Marché subséquent", "nature_contrat", "marche_subsequent"),
        ("date de notification", "15/02/2025", "dateNotification", date(2025, 2, 15)),
        ("date de notification", "2025-02-15", "dateNotification", date(2025, 2, 15)),
    ],
)
def test_a_decision_of_each_fact_is_read_back_from_the_csv_and_obeyed(tmp_path: Path, fact, answer, column, value):
    path = published(tmp_path, amended("M1", 100000, 30000), contract("M2", 50000))
    decided = answered(tmp_path, f"{uid('M1')};{fact};{answer};A. B.;2025-11-30;vu au contrat")
    assert run(path, tmp_path / "s", "--decisions", str(decided)) == 0
    assert kept(tmp_path / "s")["M1"][column] == value


def test_the_file_to_answer_lists_each_doubt_with_its_evidence_and_keeps_what_was_answered(tmp_path: Path):
    path, out = published(tmp_path, amended("M1", 100000, 30000), contract("M2", 50000)), tmp_path / "s"
    assert run(path, out) == 0
    asked = pl.read_csv(out / facts.NAME, separator=";", infer_schema=False)
    assert asked.select("contrat", "fait", "retenu", "propose").rows() == [
        (f"contrat {uid('M1')}", "montant", "100000", "130000")
    ]
    assert asked["preuve"][0] and asked["decision"][0] is None
    asked.with_columns(decision=pl.lit("accepter"), auteur=pl.lit("A. B.")).write_csv(out / facts.NAME, separator=";")
    for _ in range(2):
        assert run(path, out) == 0
        again = pl.read_csv(out / facts.NAME, separator=";", infer_schema=False)
        assert again.select("decision", "auteur", "republication").rows() == [("accepter", "A. B.", republish.WRITTEN)]
        assert kept(out)["M1"]["montant"] == 130000


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("X;montant;beaucoup;;;", "« beaucoup » ne se comprend pas pour : montant"),
        ("X;montant;-5;;;", "ne se comprend pas"),
        ("X;montant;nan;;;", "ne se comprend pas"),
        ("X;durée;0;;;", "nombre de mois"),
        ("X;nature;plusieurs lots sous un numéro;;;", "marché, accord-cadre ou marché subséquent"),
        ("X;date de notification;32/13/2025;;;", "une date"),
        ("X;couleur;bleu;;;", "n'est pas un fait"),
    ],
)
def test_a_decision_that_cannot_be_understood_is_refused_with_its_line(tmp_path: Path, line: str, told: str):
    path = answered(tmp_path, line, "Y;montant;12;;;")
    with pytest.raises(Problems) as raised:
        facts.read_facts(path).collect()
    assert told in str(raised.value) and "2" in str(raised.value)


def test_a_line_without_a_decision_decides_nothing(tmp_path: Path):
    assert facts.read_facts(answered(tmp_path, "X;montant;;;;", "Y;durée; ;;;")).collect().height == 0


def refused(*contracts: dict) -> list[str]:
    """What the official schema refuses of a file of these contracts."""
    faults = jsonschema.Draft7Validator({"type": "array", "items": SCHEMA}).iter_errors(list(contracts))
    return [f"{fault.json_path} : {fault.message}" for fault in faults]


def republished(tmp_path: Path, *contracts: dict, lines: tuple[str, ...]) -> list[dict]:
    out = tmp_path / "s"
    assert run(published(tmp_path, *contracts), out, "--decisions", str(answered(tmp_path, *lines))) == 0
    place = out / republish.NAME
    written = json.loads(place.read_text(encoding="utf-8"))["marches"]["marche"] if place.is_file() else []
    assert not written or not refused(*written)
    return written


def test_an_accepted_difference_is_republished_as_the_total_of_the_last_modification(tmp_path: Path):
    (got,) = republished(
        tmp_path, amended("D1", 663073.44, 10165.95, 3000), lines=(f"{uid('D1')};montant;accepter;;;",)
    )
    assert got["montant"] == 663073.44
    assert [one["modification"].get("montant") for one in got["modifications"]] == [None, 676239.39]
    assert got["datePublicationDonnees"] == "2025-12-01"
    assert not republish.faults(got)


def test_what_is_republished_reads_back_as_the_decided_facts(tmp_path: Path):
    lines = (
        f"{uid('D1')};montant;accepter;;;",
        f"{uid('M2')};montant;45 123;;;",
        f"{uid('M2')};date de notification;2025-02-15;;;",
    )
    got = republished(tmp_path, amended("D1", 663073.44, 10165.95, 3000), contract("M2", 4512300), lines=lines)
    assert len(got) == 2
    again = diagnostic.prepare(published(tmp_path, *got), today=date(2026, 1, 1)).contracts.collect()
    facts_ = {row["id"]: row for row in again.to_dicts()}
    assert (facts_["D1"]["montant"], facts_["D1"]["montant_statut"]) == (67623939, "valide")
    assert (facts_["M2"]["montant"], facts_["M2"]["dateNotification"]) == (4512300, date(2025, 2, 15))


def test_a_kind_decided_is_told_by_the_technique(tmp_path: Path):
    (got,) = republished(tmp_path, contract("M1", 50000), lines=(f"{uid('M1')};nature;accord-cadre;;;",))
    assert got["techniques"] == {"technique": ["Accord-cadre"]} and got["nature"] == "Marché"


def test_a_refused_proposal_corrects_nothing(tmp_path: Path):
    assert not republished(tmp_path, amended("M1", 100000, 30000), lines=(f"{uid('M1')};montant;refuser;;;",))


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"ccag": None}, "ccag"),
        ({"offresRecues": None}, "offresRecues"),
        ({"titulaires": []}, "titulaires"),
        ({"lieuExecution": {"code": "75056"}}, "lieuExecution"),
        ({"considerationsSociales": None}, "considerationsSociales"),
    ],
)
def test_what_the_data_do_not_say_is_never_made_up_but_named(tmp_path: Path, change: dict, lacking: str):
    row = {name: value for name, value in (contract("M1", 4512300) | change).items() if value is not None}
    assert not republished(tmp_path, row, lines=(f"{uid('M1')};montant;45123;;;",))
    told = pl.read_csv(tmp_path / "s" / facts.NAME, separator=";", infer_schema=False)["republication"][0]
    assert "à compléter chez vous" in told and lacking in told


def valid() -> dict:
    return contract("M1", 100, codeCPV="77310000")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "x" * 17}, "id"),
        ({"id": "x" * 16}, None),
        ({"nature": "Accord-cadre"}, "nature"),
        ({"codeCPV": "7731"}, "codeCPV"),
        ({"montant": 0.5}, "montant"),
        ({"montant": 1}, None),
        ({"dureeMois": 0}, "dureeMois"),
        ({"considerationsSociales": {"considerationSociale": ["Concession réservée"]}}, "considerationsSociales"),
        ({"formePrix": "Ferme"}, "formePrix"),
        ({"titulaires": [{"titulaire": {"typeIdentifiant": "UE", "id": "1"}}]}, "titulaires"),
        ({"titulaires": [{"titulaire": {"typeIdentifiant": "TVA", "id": "1"}}]}, None),
    ],
)
def test_the_words_and_bounds_of_the_2022_schema_are_held_on_both_sides(change: dict, field: str | None):
    assert republish.faults(valid() | change) == ([field] if field else [])
    assert bool(refused(valid() | change)) is bool(field)


#: Each field of a marché that is written, taken away or given what it cannot hold.
ODD = [
    pytest.param(name, odd, id=f"{name}-{odd!r}")
    for name in (*SCHEMA["properties"], "uid")
    for odd in (None, "", "x", 0, -1, 1.5, True, [], {}, ["x"], {"x": 1})
    if name not in ("actesSousTraitance", "modificationsActesSousTraitance")  # never written
]


@pytest.mark.parametrize(("name", "odd"), ODD)
def test_nothing_that_the_official_schema_refuses_is_ever_written(name: str, odd: object):
    entry = {key: value for key, value in (valid() | {name: odd}).items() if value is not None}
    assert republish.faults(entry) or not refused(entry)


def test_the_schema_of_the_kit_is_the_one_read_at_the_source():
    fields = SHARED / "facts" / "decp_fields.json"
    if not fields.is_file():
        pytest.skip("../shared n'est pas là : le relevé du schéma officiel n'est pas comparé")
    told = json.loads(fields.read_text(encoding="utf-8"))["2022"]["marche"]
    for field in told:
        here, required = SCHEMA, True
        for part in field["path"].replace("[]", ".[]").split("."):
            required = part == "[]" or part in here.get("required", [])
            here = here["items"] if part == "[]" else here["properties"][part]
        assert required is field["required"], field["path"]
        assert here.get("type") == field["type"].split(" of ")[0] and (
            here.get("enum", here.get("items", {}).get("enum")) == field["enum"]
        ), field["path"]
        bounds = dict(one.split("=", 1) for one in field["constraints"].split("; ") if one)
        assert {name: str(here.get(name)) for name in bounds} == bounds, field["path"]


def test_a_mission_takes_up_the_facts_decided_in_its_last_results(tmp_path: Path, capsys):
    from spaser.studies.mission import decisions, read

    home = tmp_path / "mission"
    assert (
        main(
            [
                "mission",
                "nouvelle",
                str(home),
                "--contrats",
                str(published(tmp_path, amended("M1", 100000, 30000), contract("M2", 50000))),
            ]
        )
        == 0
    )
    assert main(["diagnostic", "--mission", str(home), "--aujourdhui", "2025-12-01"]) == 0
    (run_,) = [one for one in (home / "sorties").iterdir() if one.is_dir()]
    asked = pl.read_csv(run_ / facts.NAME, separator=";", infer_schema=False)
    asked.with_columns(decision=pl.lit("accepter")).write_csv(run_ / facts.NAME, separator=";")
    assert main(["diagnostic", "--mission", str(home), "--aujourdhui", "2025-12-01"]) == 0
    held = decisions(read(home)).table("montant")
    assert held.select("objet_id", "valeur").rows() == [(uid("M1"), "accepter")]
    last = max((one for one in (home / "sorties").iterdir() if one.is_dir()), key=lambda one: one.name)
    assert kept(last)["M1"]["montant"] == 130000
    shutil.rmtree(home)
