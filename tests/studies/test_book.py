"""The book of a territory: the structures of the panorama, each once, by the trade that is known, never ranked, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import openpyxl
import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.deliverables.report import Definitions, TableBlock
from spaser.sources.registers.files import open_lists
from spaser.studies.diagnostic import holders
from spaser.studies.territory import book, leaves, limits, panorama
from spaser.suppliers import coverage

DATA = Path(__file__).parents[2] / "data"
HEAD = "SIRET;Nom;Type;Commune;Code postal;Adresse;Téléphone;Courriel;Site;Date\n"
ROWS = (
    "00000101600013;Régie Zinnia espaces verts (fictif);EI;Montreuil;93100;1 rue Inventée;01 00 00 00 00;contact@zinnia.example;zinnia.example;30/09/2026\n"
    "00000011700010;Atelier Amarante nettoyage de locaux et espaces verts (fictif);ESAT;Montreuil;93100;;;;;30/09/2026\n"
    "00000022400014;Balsamine (fictif);ACI;Montreuil;93100;;;;;30/09/2026\n"
    "00000033100018;Coquelicot Intérim (fictif);ETTI;Montreuil;93100;;;;;30/09/2026\n"
)


def written(folder, rows=ROWS):
    path = folder / "structures_2026-09.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return path


def made(folder, rows=ROWS):
    return book.book_of(panorama.territory("219300480", [written(folder, rows)]))


def entries(found, title):
    section = next(one for one in leaves.report(found).sections if one.title == title)
    return {name: text for block in section.blocks if isinstance(block, Definitions) for name, text in block.items}


def test_each_structure_has_one_entry_under_its_trade_those_who_lend_and_those_unknown_apart(tmp_path):
    found = made(tmp_path)
    assert found.entries.height == 4 == found.place.rows.filter(famille="structures inclusives")["etablissements"].max()
    chapters = dict(found.entries.select("nom", "chapitre").rows())
    assert chapters["Balsamine (fictif)"] == book.UNKNOWN and chapters["Coquelicot Intérim (fictif)"] == book.LENDS
    told = leaves.report(found)
    every = [
        name
        for one in told.sections
        for block in one.blocks
        if isinstance(block, Definitions)
        for name, _ in block.items
    ]
    assert all(every.count(name) == (chapters[name] != book.UNKNOWN) for name in chapters)
    unsaid = next(one for one in told.sections if "non renseigné" in one.title)
    listed = next(block for block in unsaid.blocks if isinstance(block, TableBlock))
    assert listed.frame["nom"].to_list() == ["Balsamine (fictif)"], "in a compact list, without an empty sheet"
    text = str([one.blocks for one in told.sections if one.title.startswith("Espaces verts")])
    assert "Zinnia" in text and "Amarante" in text  # the second by a reference or by its own entry


def test_an_entry_says_status_list_date_trade_and_how_to_reach_it(tmp_path):
    text = entries(made(tmp_path), "Espaces verts et entretien paysager")["Régie Zinnia espaces verts (fictif)"]
    for word in (
        "SIRET 00000101600013",
        "1 rue Inventée",
        "01 00 00 00 00",
        "zinnia.example",
        "EI (liste 1 du 30/09/2026)",
    ):
        assert word in text.replace("\u00a0", " "), word
    assert "métier dit par le nom" in text and "Capacité" not in text  # the usual size of a kind is no size known


def test_order_is_alphabetical_and_says_that_sourcing_is_open_to_all(tmp_path):
    found = made(tmp_path)
    assert found.entries["nom"].to_list() == sorted(found.entries["nom"])
    opening = str(leaves.report(found).sections[0].blocks).replace("\\xa0", " ")
    for word in ("R2111-1", "R2111-2", "ouvert à tous", "ni classement", "alphabétique"):
        assert word in opening, word


def test_a_chapter_too_long_is_names_then_towns_and_every_structure_stays_in_the_workbook(tmp_path):
    def many(n):
        rows = [
            f";Structure {rank:03d} espaces verts (fictif);ACI;Montreuil;93100;;;;;30/09/2026\n" for rank in range(n)
        ]
        return made(tmp_path, "".join(rows))

    for n, shape in ((leaves.STEPS[0], Definitions), (leaves.STEPS[0] + 1, TableBlock), (leaves.LINES + 1, TableBlock)):
        found = many(n)
        section = next(one for one in leaves.report(found).sections if one.title.startswith("Espaces verts"))
        shown = next(block for block in section.blocks if isinstance(block, shape))
        if isinstance(shown, TableBlock):
            assert "classeur" in shown.note and shown.frame.height == (n if n <= leaves.LINES else 1)
    leaves.write(found, tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "cahier.xlsx")["structures"]
    assert sum("Structure " in str(cell.value) for row in sheet for cell in row) == leaves.LINES + 1


def test_the_number_of_structures_is_the_same_with_contracts_and_without_even_those_without_a_number(tmp_path):
    rows = ROWS + ";Dahlia sans numéro (fictif);ESAT;Montreuil;93100;;;;;30/09/2026\n"
    alone = made(tmp_path, rows)
    base = spaser.prepare(DATA / "marches_demo.json", registers=[*sorted(DATA.glob("registre_demo*.csv"))])
    assert base.unnumbered.collect().height == 0
    path = written(tmp_path, rows)
    contracts = tmp_path / "contrats.csv"
    contracts.write_text(
        "id;acheteur_id;acheteur_nom;objet;montant;dateNotification;titulaire_id;codeCPV;dureeMois\n"
        "M1;21930048000011;Commune fictive;Entretien des espaces verts;50000;2026-03-01;00000101600013;77310000;12\n",
        encoding="utf-8",
    )
    read = spaser.prepare(contracts, registers=[path])
    known = holders.loaded(read)
    assert known is not None
    both = book.book_of(panorama.territory("219300480", known), read)
    assert alone.entries.height == both.entries.height == 5
    text = entries(both, "Espaces verts et entretien paysager")["Régie Zinnia espaces verts (fictif)"]
    assert "1 contrat lu" in text.replace("\u00a0", " ")


def test_the_command_writes_the_book_on_the_demo_twice_alike(tmp_path, capsys):
    for name in ("un", "deux"):
        asked = [
            "territoire",
            "--demo",
            "--territoire",
            "grand-orly seine",
            "--cahier",
            "--sortie",
            str(tmp_path / name),
        ]
        assert main(asked) == 0
    assert "Cahier" in capsys.readouterr().out
    for name in ("cahier.pdf", "cahier.docx", "cahier.xlsx"):
        assert (tmp_path / "un" / name).read_bytes() == (tmp_path / "deux" / name).read_bytes(), name
    told = "\n".join(line.text for line in docx.Document(str(tmp_path / "un" / "cahier.docx")).paragraphs)
    assert "Cahier des solutions locales" in told and "Sources" in told


@pytest.mark.parametrize("known", [True, False])
def test_a_list_without_a_date_is_said_so(known):
    rows = pl.DataFrame({"au": ["2026-09-30" if known else None]}, schema={"au": pl.String}).with_columns(
        pl.col("au").str.to_date()
    )
    assert rows.select(coverage.dated("au")).item() == ("du 30/09/2026" if known else "sans date")


def test_the_book_says_the_day_it_is_made_and_the_months_of_its_lists(tmp_path):
    place = panorama.territory("219300480", [written(tmp_path)])
    today = leaves.report(book.book_of(place, today=date(2026, 11, 29)))
    assert today.cover[-1].replace("\u00a0", " ") == "Établi le 29 novembre 2026 – listes de septembre 2026"
    assert today.edition.replace("\u00a0", " ") == "Établi le 29 novembre 2026"
    assert leaves.report(book.book_of(place)).cover[-1].replace("\u00a0", " ") == "Listes de septembre 2026"


@pytest.mark.parametrize(("column", "said"), [("source", ", source écrite : ASP"), ("origine", "")])
def test_a_list_is_named_by_its_file_and_by_the_source_that_it_writes(tmp_path, column, said):
    path = tmp_path / "siae_2020-12.csv"
    path.write_text(
        f"siret,name,kind,naf,post_code,city,{column}\n00000022400014,Balsamine (fictif),ACI,8899B,93100,Montreuil,ASP\n",
        encoding="utf-8",
    )
    place = panorama.territory("219300480", [path])
    label = place.files["libelle"].item()
    assert label == f"Structures inclusives (format du Marché de l'inclusion){said}"
    assert book.book_of(place).statuses["source"].unique().to_list() == [f"{label} [siae_2020-12.csv]"]


def test_the_restaurants_du_coeur_are_no_restaurant_of_the_book(tmp_path):
    rows = "00000022400014;A2EF Les Restaurants du Coeur;ACI;Montreuil;93100;;;;;30/09/2026\n"
    rows += "00000011700010;Restaurant Amarante (fictif);EI;Montreuil;93100;;;;;30/09/2026\n"
    chapters = dict(made(tmp_path, rows).entries.select("nom", "chapitre").rows())
    assert chapters == {
        "A2EF Les Restaurants du Coeur": book.UNKNOWN,
        "Restaurant Amarante (fictif)": "restauration_collective",
    }


@pytest.mark.parametrize(("others", "said"), [(1, ", source écrite : surtout ASP"), (3, "")])
def test_a_list_of_many_sources_is_named_by_the_one_that_nearly_all_its_lines_write(tmp_path, others, said):
    sources = ["ASP"] * 40 + [f"AUTRE {rank % 3}" for rank in range(3 * others)]
    lines = [f"{rank:014d},Balsamine (fictif),ACI,8899B,93100,Montreuil,{one}" for rank, one in enumerate(sources)]
    path = tmp_path / "siae_2020-12.csv"
    path.write_text("siret,name,kind,naf,post_code,city,source\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert open_lists(path)[0][0].label == f"Structures inclusives (format du Marché de l'inclusion){said}"


@pytest.mark.parametrize(("rows", "said"), [(1, "dont 1 inclusive ("), (2, "dont 2 inclusives (")])
def test_the_count_of_the_book_agrees_with_one_structure_and_with_two(tmp_path, rows, said):
    found = made(tmp_path, "".join(line + "\n" for line in ROWS.splitlines()[:rows]))
    assert said in leaves._counts(found).replace("\u00a0", " ")


def test_no_heading_of_communes_stands_alone(tmp_path):
    place = panorama.territory("219300480", [written(tmp_path)])
    heading = "Établissements de l'ESS, par commune"
    towns = (pl.col("code_commune") != "ensemble") & (pl.col("famille") == "ensemble")
    with_one = pl.concat(
        [
            place.rows,
            place.rows.filter(pl.col("code_commune") != "ensemble").head(1).with_columns(famille=pl.lit("ensemble")),
        ]
    )
    for rows, said in ((place.rows.filter(~towns), False), (with_one, True)):
        told = panorama.summary(replace(place, rows=rows)).replace("\u2019", "'")
        assert (heading in told) is said


def test_the_share_without_a_trade_is_said_first_and_not_when_every_trade_is_known(tmp_path):
    said = limits.warned(made(tmp_path)).replace("\u00a0", " ").replace("\u202f", " ")
    assert "1 sur 4 (25 %)" in said
    (tmp_path / "b").mkdir()
    known = made(tmp_path / "b", "".join(ROWS.splitlines(keepends=True)[:2]))
    assert "ne disent pas le métier" not in limits.warned(known)


@pytest.mark.parametrize(("day", "old"), [(date(2029, 9, 30), False), (date(2029, 10, 1), True)])
def test_the_age_of_lists_is_said_when_they_are_too_old_to_prove_that_a_structure_is_there(tmp_path, day, old):
    said = limits.aged(replace(made(tmp_path), today=day)).replace("\u00a0", " ")
    assert ("plus de 36 mois seulement : 4 sur 4" in said) == old
    assert ("30 septembre 2026" in said) == old
