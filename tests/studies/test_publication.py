"""The publication: its folder, its open data that pass their schema, its method, and the same bytes twice."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import lxml.html
import polars as pl
import pytest

from spaser import french, rules
from spaser.deliverables.report import Callout, KeyFigures, Paragraph
from spaser.indicators.measuring import known_shares
from spaser.indicators.records import WITHOUT_CRITERION
from spaser.problems import Problem, Problems
from spaser.sections.publication.retained import of_known
from spaser.sources.answers import entered
from spaser.studies import publication
from spaser.studies.diagnostic import prepare
from spaser.studies.publication import files as publication_files

ROOT = Path(__file__).parents[2]
DEMO = sorted((ROOT / "data").glob("marches_demo*.json"))
LISTS = sorted((ROOT / "data").glob("registre_demo*.csv"))
REAL = ROOT.parent / "shared" / "data" / "decp_2022"
GOALS = """[[objectif]]
indicateur = "consideration_sociale"
cible = "40 %"
annee = 2027
source = "Délibération fictive"

[[objectif]]
indicateur = "heures_insertion"
cible = 90000
annee = 2026
source = "Délibération fictive"
"""
TYPED = "indicateur;annee;acheteur_siren;numerateur;denominateur;source\nheures_insertion;2024;;41 200;;suivi\nheures_insertion;2025;;52000;;suivi\negalim_bio;2025;;2100,5;9000;déclaration\n"
LEDGER = (
    "Exercice;Fournisseur;SIRET;Montant HT;Nature;N° marché\n"
    "2025;Titulaire fictif;00000090100014;1000,00;611;\n2025;Inconnu fictif;;500,00;611;\n"
)


@pytest.fixture(scope="module")
def given(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("donnes")
    files = {
        "goals": ("objectifs.toml", GOALS),
        "entered": ("saisies.csv", TYPED),
        "ledger": ("grand-livre.csv", LEDGER),
    }
    for name, text in files.values():
        (folder / name).write_text(text, encoding="utf-8")
    return {key: folder / name for key, (name, _) in files.items()}


@pytest.fixture(scope="module")
def base():
    return prepare(DEMO, registers=LISTS)


@pytest.fixture(scope="module")
def result(base, given):
    return publication.publish(base, buyer=["Aubrelle", "Val d'Erbe"], years=(2024, 2025), **given)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("publication")
    publication_files.write(result, place)
    return place


def faults(content: str, schema: dict) -> list[str]:
    """The rules of Table Schema, in plain Python: header, types, constraints, primary key."""
    rows = list(csv.reader(io.StringIO(content, newline="")))
    names = [field["name"] for field in schema["fields"]]
    found = [] if rows[0] == names else ["l'en-tête n'est pas celui du schéma"]
    readers = {
        "string": str,
        "number": float,
        "integer": int,
        "date": date.fromisoformat,
        "boolean": lambda text: {"true": True, "false": False}[text],
    }
    keys = set()
    for line, cells in enumerate(rows[1:], 2):
        row = dict(zip(names, cells, strict=True))
        for field in schema["fields"]:
            text, rules = row[field["name"]], field.get("constraints", {})
            if text in schema["missingValues"]:
                found += [f"{line} : {field['name']} manque"] if rules.get("required") else []
                continue
            try:
                value = readers[field["type"]](text)
            except (ValueError, KeyError):
                found.append(f"{line} : {field['name']} = {text}")
                continue
            wrong = (
                ("pattern" in rules and not re.fullmatch(rules["pattern"], text))
                or ("enum" in rules and text not in rules["enum"])
                or ("minimum" in rules and value < rules["minimum"])
                or ("maximum" in rules and value > rules["maximum"])
            )
            found += [f"{line} : {field['name']} = {text} hors contrainte"] if wrong else []
        key = tuple(row[name] for name in schema["primaryKey"])
        found += [f"{line} : clé répétée {key}"] if key in keys else []
        keys.add(key)
    return found


def test_the_folder_holds_every_file(folder):
    names = {path.name for path in folder.iterdir()}
    assert names == {
        ".ecrits.json",
        "index.html",
        "indicateurs.csv",
        "indicateurs.schema.json",
        "note.docx",
        "methode.html",
        "sources.json",
        "contrats-mesures.parquet",
    }


def test_the_open_data_pass_their_schema(folder):
    schema = json.loads((folder / "indicateurs.schema.json").read_text(encoding="utf-8"))
    content = (folder / "indicateurs.csv").read_text(encoding="utf-8")
    assert content.count("\n") > 100
    assert faults(content, schema) == []


def test_the_checker_of_schemas_can_fail(folder):
    schema = json.loads((folder / "indicateurs.schema.json").read_text(encoding="utf-8"))
    lines = (folder / "indicateurs.csv").read_text(encoding="utf-8").splitlines()
    assert faults("\n".join([*lines, lines[1]]), schema)
    assert faults("\n".join([lines[0], lines[1].replace(",nombre,", ",,", 1), *lines[2:]]), schema) or faults(
        "\n".join(["a", *lines[1:]]), schema
    )


def test_twice_from_the_same_files_gives_the_same_bytes(folder, given, tmp_path):
    again = publication.publish([*DEMO], registers=LISTS, buyer=["Aubrelle", "Val d'Erbe"], years=(2024, 2025), **given)
    publication_files.write(again, tmp_path)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_each_buyer_of_a_joint_schema_is_measured_and_they_sum_to_the_group(result):
    total = pl.col("dimension") == "total", pl.col("indicateur") == "consideration_sociale", pl.col("unite") == "nombre"
    group, each = result.measures.filter(*total), result.by_buyer.filter(*total)
    assert each["perimetre"].n_unique() == 2
    for column in ("numerateur", "denominateur", "repondus"):
        sums = each.group_by("definition").agg(pl.col(column).sum()).sort("definition")[column].to_list()
        assert sums == group.sort("definition")[column].to_list()


def test_the_definition_is_named_on_every_output(base, tmp_path):
    chosen = publication.publish(base, buyer="Aubrelle", years=(2025, 2025), definition=WITHOUT_CRITERION)
    publication_files.write(chosen, tmp_path)
    for name in ("index.html", "methode.html", "sources.json"):
        assert WITHOUT_CRITERION in (tmp_path / name).read_text(encoding="utf-8"), name
    with zipfile.ZipFile(tmp_path / "note.docx") as archive:
        assert WITHOUT_CRITERION in archive.read("word/document.xml").decode("utf-8")
    rows = list(csv.DictReader((tmp_path / "indicateurs.csv").open(encoding="utf-8", newline="")))
    assert {row["definition"] for row in rows if row["indicateur"] == "consideration_sociale"} == {
        "critère compté",
        "critère non compté",
    }


def test_the_score_stays_out_unless_asked(result, base):
    assert "scores" not in [section.id for section in publication_files.report(result).sections]
    asked = publication.publish(base, buyer="Aubrelle", with_score=True)
    assert "scores" in [section.id for section in publication_files.report(asked).sections]


def test_what_is_not_given_reads_not_given_and_never_zero(result, folder):
    rows = list(csv.DictReader((folder / "indicateurs.csv").open(encoding="utf-8", newline="")))
    emissions = [row for row in rows if row["indicateur"] == "emissions_ges"]
    assert emissions and all(row["valeur"] == "" for row in emissions)
    page = lxml.html.fromstring((folder / "index.html").read_text(encoding="utf-8"))
    line = page.xpath('//table[@id="tab-saisis"]//tr[th[contains(., "Émissions")]]')[0]
    assert "non renseigné" in line.text_content()


def test_figures_entered_join_the_same_table(folder):
    rows = {
        (r["indicateur"], r["periode"]): r
        for r in csv.DictReader((folder / "indicateurs.csv").open(encoding="utf-8", newline=""))
        if r["population"] == "saisie"
    }
    assert (
        rows["heures_insertion", "2024-2025"]["valeur"] == "93200"
        and rows["heures_insertion", "2024"]["valeur"] == "41200"
    )
    assert rows["egalim_bio", "2025"]["valeur"] == "0.233389" and rows["egalim_bio", "2025"]["numerateur"] == "2100.5"
    assert float(rows["egalim_bio", "2024-2025"]["couverture"]) == 0.5


def test_spending_stands_beside_the_notified_amounts(result, folder):
    rows = result.spent.filter(pl.col("dimension") == "total")
    assert rows.filter(pl.col("indicateur") == "depense_achats")["valeur"].item() == 1500.0
    assert "Même part des montants notifiés" in (folder / "index.html").read_text(encoding="utf-8")


def test_the_sources_name_every_file_with_its_fingerprint_and_no_path(folder):
    told = json.loads((folder / "sources.json").read_text(encoding="utf-8"))
    assert {entry["fichier"] for entry in told["contrats"]} == {path.name for path in DEMO}
    prints = [entry["sha256"] for kind in ("contrats", "fournis_par_l_acheteur", "references") for entry in told[kind]]
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in prints)
    assert "/" not in "".join(entry["fichier"] for entry in told["contrats"] + told["fournis_par_l_acheteur"])


def test_the_method_tells_each_rule_used_and_what_is_to_be_confirmed(folder, result):
    page = (folder / "methode.html").read_text(encoding="utf-8")
    frame = next(
        b.frame
        for s in publication_files.method(result).sections
        for b in s.blocks
        if getattr(b, "id", "") == "tab-methode-contrats"
    )
    titles = result.measures.filter(pl.col("indicateur").is_in(list(rules.toml("indicators.toml"))))[
        "indicateur"
    ].unique()
    assert {french.typeset(rules.toml("indicators.toml")[code]["titre"]) for code in titles} == set(frame["titre"])
    assert "à confirmer" in page and "source secondaire" in page
    assert "Petit effectif" in page and not re.search(r"indicators\.|peers\.|petit_effectif", page)


def test_each_share_is_said_once_at_the_head_of_the_publication(result):
    (head,) = [s for s in publication_files.report(result).sections if s.id == "essentiel"]
    (cards,) = [block.figures for block in head.blocks if isinstance(block, KeyFigures)]
    assert len({card.measure.indicateur for card in cards}) == len(cards) == 4
    assert any("en valeur" in card.note for card in cards)
    assert not [block for block in head.blocks if isinstance(block, Paragraph)]


def test_a_spend_file_far_under_the_contracts_is_doubted_beside_its_shares(result):
    """Two invented lines are no year of purchases; without a spend file nothing is doubted."""
    (spent,) = [s for s in publication_files.report(result).sections if s.id == "depenses"]
    doubts = [block.text for block in spent.blocks if isinstance(block, Callout)]
    assert len(doubts) == 1 and "sous une année des contrats lus" in doubts[0]
    whole = replace(result, coverage=result.coverage.with_columns(par_an=pl.lit(1, pl.Int64)))
    (spent,) = [s for s in publication_files.report(whole).sections if s.id == "depenses"]
    assert not [block for block in spent.blocks if isinstance(block, Callout)]


def test_without_a_buyer_named_the_publication_says_how_to_name_one(base):
    with pytest.raises(Problem, match="--acheteur"):
        publication.publish(base)


def test_an_edition_compared_with_itself_moves_nothing(base, folder, result):
    before = publication_files.previous(folder)
    again = publication.publish(base, buyer=["Aubrelle", "Val d'Erbe"], years=(2024, 2025), previous=before)
    assert again.editions.height and again.editions["ecart"].drop_nulls().abs().max() == 0


def test_another_period_of_the_same_files_is_the_period_and_never_reality(base, folder):
    after = publication.publish(
        base, buyer=["Aubrelle", "Val d'Erbe"], years=(2025, 2026), previous=publication_files.previous(folder)
    )
    moved = after.editions.filter(pl.col("ecart").abs() > 0, pl.col("unite") == "nombre")
    assert moved.height and (moved["du_a_la_periode"] == moved["ecart"]).all() and set(moved["cause"]) == {"période"}
    section = next(s for s in publication_files.report(after).sections if s.id == "editions")
    told = str([getattr(block, "sentences", "") for block in section.blocks])
    assert "Ce que la période a changé" in told
    assert "la pratique a changé" not in told


def test_the_same_contracts_with_other_lists_are_the_lists_and_never_reality(base, folder):
    before = publication_files.previous(folder)
    assert before.lists and before.files and before.method and before.as_of == base.as_of
    odd = pl.int_range(pl.len()) % 2 == 1
    unread = before.contracts.with_columns(
        pl.when(odd).then(pl.col(name)) for name in ("titulaire_ess", "titulaire_inclusif", "titulaire_esus")
    )
    after = publication.publish(
        base, buyer=["Aubrelle", "Val d'Erbe"], years=(2024, 2025),
        previous=replace(before, contracts=unread, lists=frozenset({"d'autres listes"})),
    )  # fmt: skip
    told = after.editions.filter(pl.col("indicateur").str.starts_with("titulaire_"), pl.col("unite") == "nombre")
    known = told.filter(pl.col("ecart").abs() > 0)
    assert known.height and set(known["cause"]) == {"listes"}


def test_the_templates_are_written_and_never_replace_a_filled_one(tmp_path):
    first = publication_files.template(tmp_path, (2024, 2025))
    second = publication_files.template(tmp_path, (2024, 2025))
    assert {path.name for path in first} == {"chiffres-saisis.csv", "objectifs.toml"} and not set(first) & set(second)
    assert entered.read(tmp_path / "chiffres-saisis.csv").height == 0  # an empty template is not given, not zero


def test_a_faulty_template_gives_every_error_at_once(tmp_path):
    file = tmp_path / "saisies.csv"
    file.write_text(
        "indicateur;annee;numerateur;denominateur\nheures_insertions;2024;3;\negalim_bio;2024;5;4\nlabel_rfar;2024;7;\nemissions_ges;24;x;\n",
        encoding="cp1252",
    )
    with pytest.raises(Problems) as told:
        entered.read(file)
    assert len(told.value.items) == 5
    assert "Vouliez-vous dire « heures_insertion »" in str(told.value) and "ligne 3" in str(told.value)


@pytest.mark.skipif(not REAL.exists(), reason="données réelles absentes : ../shared/data")
@pytest.mark.parametrize("pattern", ["paris_2024.json", "e-marchespublics_*.json"])
def test_on_real_files_both_denominators_match_a_plain_count(pattern):
    social = {"Clause sociale", "Critère social", "Marché réservé"}, {"Pas de considération sociale"}
    green = {"Clause environnementale", "Critère environnemental"}, {"Pas de considération environnementale"}
    records = {}
    for path in sorted(REAL.glob(pattern)):
        content = json.loads(path.read_text(encoding="utf-8"))
        for record in content if isinstance(content, list) else content["marches"]["marche"]:
            key = record["acheteur"]["id"].strip(), str(record["id"]).strip()
            # Two lots under one number: what either declares is declared.
            records.setdefault(key, []).append(record)
    counts = []
    for field, key, (yes, no) in (
        ("considerationsSociales", "considerationSociale", social),
        ("considerationsEnvironnementales", "considerationEnvironnementale", green),
    ):
        told = [{word for record in lots for word in record[field][key]} for lots in records.values()]
        counts.append(
            (sum(bool(words & yes) for words in told), len(records), sum(bool(words & (yes | no)) for words in told))
        )
    real = prepare([*sorted(REAL.glob(pattern))])
    rows = (
        publication.measurer("ensemble", "publies")(real.contracts)
        .filter(
            pl.col("dimension") == "total",
            pl.col("unite") == "nombre",
            pl.col("definition") == "critère compté",
            pl.col("indicateur").is_in(["consideration_sociale", "consideration_environnementale"]),
        )
        .collect()
    )
    assert rows.select("numerateur", "denominateur", "repondus").rows() == counts


def test_the_share_of_the_known_is_the_same_answer_on_the_page_and_in_the_note(result, tmp_path):
    """Partial lists prove only « oui »: what share of the known holders is approved cannot be said."""
    esus = result.measures.filter(pl.col("indicateur") == "titulaire_esus", pl.col("dimension") == "total")
    assert (esus["repondus"] > 0).any() and esus["valeur_repondus"].is_null().all()
    assert publication.findings(result).one("consideration_sociale").valeur_repondus is not None
    shown = {}
    for made in (publication.report(result), publication_files.note(result)):
        blocks = {block.id: block for section in made.sections for block in section.blocks if hasattr(block, "frame")}
        shown |= {name: block.frame for name, block in blocks.items()}
    page = dict(shown["tab-indicateurs-nombre"].select("court", "connus").rows())
    note = dict(shown["note-taux"].select("titre", "renseignes").rows())
    of = next(said for name, said in page.items() if "agréé ESUS" in name and "réserv" not in name.lower())
    assert of == note["Titulaire agréé ESUS, contrats"] == "non connue"
    social = next(said for name, said in page.items() if name.startswith("Avec une considération sociale"))
    assert social == note["Considération sociale, contrats"] and "%" in social


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({"repondus": 4, "valeur_repondus": 1.0, "couverture": 0.5}, "non connue"),
        ({"repondus": 4, "valeur_repondus": 0.0, "couverture": 0.5}, "non connue"),
        ({"repondus": 8, "valeur_repondus": 1.0, "couverture": 1.0}, "100 %"),
        ({"repondus": 4, "valeur_repondus": 0.25, "couverture": 0.5}, "25,0 %"),
        ({"repondus": 4, "valeur_repondus": None, "couverture": 0.5}, "non connue"),
        ({"repondus": 0, "valeur_repondus": None, "couverture": 0.0}, ""),
    ],
)
def test_answers_that_are_all_the_same_or_prove_no_no_say_no_share_of_the_known(known, told):
    assert of_known(known).replace("\u202f", " ").replace("\u00a0", " ") == told


def test_a_list_that_proves_no_gives_the_share_of_the_known_back():
    rows = pl.DataFrame(
        {
            "indicateur": ["titulaire_esus", "titulaire_inclusif", "clause_sociale"],
            "couverture": [0.5] * 3,
            "valeur_repondus": [0.4] * 3,
        }
    )
    assert known_shares(rows, ())["valeur_repondus"].to_list() == [None, None, 0.4]
    assert known_shares(rows, ("ESUS",))["valeur_repondus"].to_list() == [0.4, None, 0.4]
    whole = rows.with_columns(couverture=pl.lit(1.0))
    assert known_shares(whole, ())["valeur_repondus"].to_list() == [0.4] * 3


def of_months(*months: str) -> pl.DataFrame:
    days = [date.fromisoformat(f"{month}-05") for month in months]
    return pl.DataFrame({"annee": [day.year for day in days], "dateNotification": days})


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (["2023-12"] + ["2024-03"] * 10, "Année 2024 (et 1 contrat de décembre 2023)"),
        (["2023-10"] + ["2024-03"] * 10, "Année 2024 (et 1 contrat d'octobre 2023)"),
        (["2023-01"] * 8 + ["2023-02"] + ["2024-03"] * 10, "Année 2024 (et 9 contrats de 2023)"),
        (["2023-01"] * 10 + ["2024-03"] * 10, "Années 2023–2024"),
        (["2023-01"] + ["2024-03"] * 9, "Années 2023–2024"),
        (["2024-03"] * 3, "Année 2024"),
    ],
)
def test_a_year_of_a_few_contracts_is_not_told_as_a_year_published(months, told):
    frame = of_months(*months)
    years = tuple(sorted(set(frame["annee"])))
    assert publication_files.period(years, frame).replace("\u00a0", " ").replace("’", "'") == told


def test_what_the_law_imposes_is_not_among_the_national_targets(result):
    rows = publication_files.goals(result.roads, result.references)
    assert set(rows.filter(pl.col("nature") == "obligation")["indicateur"]) == {"egalim_bio", "egalim_durables"}
    shown = {b.id: b for s in publication_files.report(result).sections for b in s.blocks if hasattr(b, "frame")}
    national, imposed = shown["tab-references"], shown["tab-imposes"]
    assert "EGAlim" not in " ".join(national.frame["titre"]) and national.frame.height >= 2
    assert imposed.frame.height == 2 and "L230-5-1" in imposed.note and "restaurants collectifs" in imposed.note


def test_the_method_page_names_no_code_of_the_kit(result):
    shown = {b.id: b for s in publication_files.method(result).sections for b in s.blocks if hasattr(b, "frame")}
    frame = shown["tab-methode-contrats"].frame
    assert frame.height and not any("@" in value for row in frame.rows() for value in row)
    assert all(value.isdigit() for value in frame["version"])
