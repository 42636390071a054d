"""The potential of a spend file: a year's needs, every cent accounted for, a mapping proposed, corrected and obeyed.

Every buyer, supplier and amount is invented.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from invented_ledger import make_rows, siret, write_xlsx

import spaser
from spaser import potential
from spaser.cli import main
from spaser.problems import Problem
from spaser.studies.diagnostic import holders as held
from spaser.studies.potential.spend import compose as opportunities_spend
from spaser.studies.potential.spend.compose import potential_of_spend
from spaser.studies.potential.spend.handover import findings, hidden, nameless, report, told, write
from spaser.studies.territory.panorama import find

HEAD = [
    "Exercice",
    "Date mandat",
    "Raison sociale",
    "N° SIRET",
    "Nature",
    "Code famille",
    "Libellé famille",
    "Mandaté TTC",
    "Libellé",
    "CP",
    "Ville",
]
EI, CATERER, CLEANER = (siret(rank) for rank in range(9101, 9104))
DATA = Path(__file__).parents[2] / "data"


def line(
    name: str,
    number: str = "",
    *,
    day: str = "15/06/2024",
    year: str = "2024",
    account: str = "611",
    code: str = "",
    label: str = "",
    amount: object = 100.0,
    text: str = "facture inventée",
) -> list[object]:
    return [year, day, name, number, account, code, label, amount, text, "94600", "Choisy-le-Roi"]


def lists(folder: Path) -> list[Path]:
    files = {
        "inclusion_2026-09.csv": [
            ["siret", "raison_sociale", "type", "code_postal", "commune"],
            [EI, "CHANTIER BRINDEBOIS", "EI", "94600", "Choisy-le-Roi"],
        ],
        "etablissements_2026-09.csv": [
            [
                "siren",
                "siret",
                "denomination",
                "categorie_juridique",
                "naf",
                "tranche_effectifs",
                "code_commune",
                "code_postal",
                "commune",
                "etat",
                "ess",
            ],
            [EI[:9], EI, "CHANTIER BRINDEBOIS", "5499", "81.21Z", "12", "94022", "94600", "Choisy-le-Roi", "A", ""],
            [
                CATERER[:9],
                CATERER,
                "TRAITEUR BRINDEFRAISE",
                "5710",
                "56.21Z",
                "12",
                "94028",
                "94000",
                "Créteil",
                "A",
                "N",
            ],
            [
                CLEANER[:9],
                CLEANER,
                "PROPRETE BRINDESAVON",
                "5710",
                "81.21Z",
                "12",
                "94028",
                "94000",
                "Créteil",
                "A",
                "N",
            ],
        ],
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=";").writerows(rows)
    return [folder / name for name in files]


def measured(folder: Path, *lines: list[object], **options: object) -> opportunities_spend.SpendOpportunities:
    path = write_xlsx(folder / "depenses.xlsx", {"Mandats": [HEAD, *lines]})
    return potential_of_spend(path, lists(folder), territory=find("Choisy-le-Roi"), **options)


def amounts(result: opportunities_spend.SpendOpportunities) -> dict[str, int]:
    return dict(result.account.select(pl.coalesce("famille", "poste"), "montant").rows())


def year_of(*rows: tuple[int, object, int], family: str = "traiteur") -> dict:
    lines = pl.LazyFrame(
        [
            {
                "exercice": year,
                "date": day,
                "montant": cents,
                "famille": family,
                "famille_libelle": family,
                "famille_origine": "texte",
                "famille_confiance": 0.5,
                "perimetre": "achat",
                "siren": None,
                "fournisseur": "X",
            }
            for year, day, cents in rows
        ],
        schema_overrides={"exercice": pl.Int32, "date": pl.Date, "montant": pl.Int64, "siren": pl.String},
    )
    return potential.of_spend(lines).collect().row(0, named=True)


# --- A year --------------------------------------------------------------------------------------------------------------


def test_a_year_is_what_the_family_cost_over_the_years_covered_with_the_cheapest_and_the_dearest():
    row = year_of((2021, None, 100), (2022, None, 900), (2023, None, 500))
    assert (row["annuel_bas"], row["annuel"], row["annuel_haut"], row["origine"]) == (100, 500, 900, "depenses")


def test_a_year_without_the_family_counts_for_nothing_not_for_absent():
    other = [
        {
            "exercice": 2022,
            "date": None,
            "montant": 700,
            "famille": "sport",
            "famille_libelle": "sport",
            "famille_origine": "texte",
            "famille_confiance": 0.5,
            "perimetre": "achat",
            "siren": "111111118",
            "fournisseur": "X",
        }
    ]
    mine = [other[0] | {"exercice": 2021, "montant": 600, "famille": "traiteur"}]
    rows = potential.of_spend(pl.LazyFrame(mine + other, schema_overrides={"date": pl.Date})).collect()
    assert rows.select("famille", "annuel_bas", "annuel", "annuel_haut").sort("famille").rows() == [
        ("sport", 0, 350, 700),
        ("traiteur", 0, 300, 600),
    ]


def test_six_months_are_never_doubled_and_a_cut_year_counts_for_its_months():
    assert year_of((2024, date(2024, 1, 10), 300), (2024, date(2024, 6, 10), 300))["annuel"] == 600
    # 2023 whole and 2024 until March: fifteen months.
    row = year_of((2023, date(2023, 2, 10), 600), (2023, date(2023, 12, 10), 400), (2024, date(2024, 3, 10), 250))
    assert (row["annuel"], row["annuel_haut"]) == (1000, 1000)
    # A last mandat in October is a late export, not a year of ten months.
    assert year_of((2023, date(2023, 1, 10), 1000), (2024, date(2024, 10, 10), 500))["annuel"] == 750


def test_credit_notes_are_netted_and_a_family_they_outweigh_makes_no_need():
    assert year_of((2024, None, 1000), (2024, None, -400))["annuel"] == 600
    lines = [(2024, None, 100), (2024, None, -400)]
    with pytest.raises(pl.exceptions.OutOfBoundsError):
        year_of(*lines)


def test_lots_are_as_many_as_the_suppliers_that_make_four_fifths_of_the_family():
    paid = [("1", 500), ("2", 200), ("3", 150), (None, 100), ("5", 50), ("6", -30)]
    lines = [
        {
            "exercice": 2024,
            "date": None,
            "montant": cents,
            "famille": "traiteur",
            "famille_libelle": "T",
            "famille_origine": "texte",
            "famille_confiance": 0.5,
            "perimetre": "achat",
            "siren": siren,
            "fournisseur": "X",
        }
        for siren, cents in paid
    ]
    row = potential.of_spend(pl.LazyFrame(lines, schema_overrides={"date": pl.Date})).collect().row(0, named=True)
    assert (row["lots"], row["annuel"], row["lot_annuel"]) == (3, 970, 323)


# --- A file --------------------------------------------------------------------------------------------------------------


def test_every_cent_of_a_file_with_every_trap_is_in_the_account(tmp_path):
    rows, truth = make_rows(1500, seed=5)
    path = write_xlsx(tmp_path / "grand.xlsx", {"Feuil1": rows})
    result = potential_of_spend(path, lists(tmp_path))
    assert result.account["montant"].sum() == truth.total
    assert result.account["lignes"].sum() == result.lines.height


def test_subsidies_pay_and_lines_without_family_stay_out_of_needs_and_in_the_account(tmp_path):
    result = measured(
        tmp_path,
        line("CHANTIER BRINDEBOIS", EI, code="12", label="Nettoyage des locaux", amount=1000.10),
        line("INCONNU BRINDEBROC", code="XZ", amount=50.05),
        line("ASSO BRINDEFOLLE", account="6574", amount=300),
        line("PAIE", account="64111", amount=9000),
        line("CHANTIER BRINDEBOIS", EI, code="12", amount=-200.10),
    )
    assert amounts(result) == {
        "nettoyage_locaux": 800_00,
        "sans_famille": 50_05,
        "subvention": 300_00,
        "hors_perimetre": 9000_00,
    }
    (need,) = result.found.opportunities.to_dicts()
    assert (need["famille"], need["annuel"], need["lieu_libelle"], need["candidats"]) == (
        "nettoyage_locaux",
        800_00,
        "Choisy-le-Roi",
        1,
    )


def test_what_the_ess_already_has_is_at_least_what_known_suppliers_were_paid(tmp_path):
    result = measured(
        tmp_path,
        line("CHANTIER BRINDEBOIS", EI, code="Nettoyage des locaux", amount=300),
        line("PROPRETE BRINDESAVON", CLEANER, code="Nettoyage des locaux", amount=500),
        line("INCONNU BRINDEBROC", code="Nettoyage des locaux", amount=200),
    )
    need = result.found.needs.row(0, named=True)
    assert (need["annuel"], need["acquis"], need["acquis_part"]) == (1000_00, 300_00, pytest.approx(0.3))
    (family,) = findings(result).extras["depenses_familles"].to_dicts()
    assert family["ess"] + family["autres"] + family["inconnu"] == family["montant"] == 1000_00
    assert (family["ess"], family["inconnu"] >= 200_00) == (300_00, True)


def test_years_not_asked_for_are_set_apart_in_the_account(tmp_path):
    lines = [
        line("CHANTIER BRINDEBOIS", EI, code="Nettoyage des locaux", amount=300),
        line("CHANTIER BRINDEBOIS", EI, code="Nettoyage des locaux", amount=700, year="2023", day="15/06/2023"),
    ]
    result = measured(tmp_path, *lines, years=(2024, 2024))
    assert amounts(result) == {"nettoyage_locaux": 300_00, "autre_exercice": 700_00}
    assert result.years["annee"].to_list() == [2024]
    with pytest.raises(Problem, match="Exercices lus : 2023, 2024"):
        measured(tmp_path, *lines, years=(2019, 2020))


def test_without_a_nomenclature_the_accounts_of_the_file_are_what_is_mapped(tmp_path):
    head = [name for name in HEAD if "famille" not in name]
    row = ["2024", "15/06/2024", "TRAITEUR BRINDEFRAISE", CATERER, "6257", 100.0, "réceptions", "94000", "Créteil"]
    path = write_xlsx(tmp_path / "depenses.xlsx", {"Mandats": [head, row]})
    result = potential_of_spend(path, lists(tmp_path))
    assert result.by_account and result.nomenclature["code_achat"].to_list() == ["6257"]
    assert any("faute de nomenclature d'achat" in text for text in told(result)) and any(
        "aucun lieu connu" in text for text in told(result)
    )


# --- The mapping ---------------------------------------------------------------------------------------------------------


def test_a_mapping_is_proposed_corrected_obeyed_and_completed_the_next_year(tmp_path):
    lines = [
        line("INCONNU BRINDEBROC", code="012", amount=400),
        line("TRAITEUR BRINDEFRAISE", CATERER, code="013", amount=100),
    ]
    mapping = tmp_path / "correspondance.csv"
    first = measured(tmp_path, *lines, nomenclature=mapping)
    assert amounts(first) == {"traiteur": 100_00, "sans_famille": 400_00}
    assert mapping in write(first, tmp_path / "un", mapping)
    raw = mapping.read_bytes()
    assert (
        raw.startswith(b"\xef\xbb\xbf")
        and "code;libellé;montant;famille proposée;confiance;famille retenue;commentaire".encode() in raw
    )
    # A person fills one line and a spreadsheet takes the first zeros away.
    mapping.write_text(
        mapping.read_text(encoding="utf-8-sig").replace("012;;400;;;;", "12;;400;;;Sport et loisirs;vu"),
        encoding="cp1252",
    )
    again = measured(tmp_path, *lines, line("INCONNU BRINDEBROC", code="014", amount=30), nomenclature=mapping)
    assert amounts(again) == {"sport": 400_00, "traiteur": 100_00, "sans_famille": 30_00}
    assert again.found.needs.filter(pl.col("famille") == "sport")["famille_confiance"].to_list() == [1.0]
    before = mapping.read_bytes()
    (completed,) = [
        path for path in write(again, tmp_path / "deux", mapping) if path.name == "nomenclature_completee.csv"
    ]
    assert mapping.read_bytes() == before and again.added == 1
    assert "Sport et loisirs;vu" in completed.read_text(encoding="utf-8-sig") and "\n014;" in completed.read_text(
        encoding="utf-8-sig"
    )


def test_a_mapping_filled_in_and_forgotten_on_the_command_line_is_never_written_over(tmp_path):
    result = measured(tmp_path, line("INCONNU BRINDEBROC", code="012", amount=400))
    first, again = write(result, tmp_path), write(result, tmp_path)
    assert first == again and first[-1].name == "nomenclature.csv"
    first[-1].write_text("code;famille retenue\n012;sport\n", encoding="utf-8")
    assert write(result, tmp_path)[-1].name == "nomenclature_completee.csv"
    assert "012;sport" in first[-1].read_text(encoding="utf-8")
    with pytest.raises(Problem, match="finit par .csv"):
        measured(tmp_path, line("INCONNU BRINDEBROC", code="012"), nomenclature=tmp_path / "absente.xlsx")


def test_codes_of_the_mapping_that_the_file_lacks_are_told(tmp_path):
    mapping = tmp_path / "correspondance.csv"
    mapping.write_text("code;famille retenue\nZZ;traiteur\n", encoding="utf-8")
    result = measured(tmp_path, line("INCONNU BRINDEBROC", code="012"), nomenclature=mapping)
    assert any("codes de la correspondance absents des dépenses : « ZZ »" in text for text in told(result))


# --- People, faults, the command -------------------------------------------------------------------------------------------


def test_people_are_masked_in_every_table_with_the_label_that_names_them(tmp_path):
    result = measured(
        tmp_path,
        line("MME BRINDELLE JEANNE", code="XZ", text="honoraires Brindelle"),
        line("CHANTIER BRINDEBOIS", EI, code="Nettoyage des locaux"),
    )
    written = [path.read_bytes() for path in write(result, tmp_path / "sortie") if path.suffix in (".csv", ".html")]
    assert not any("brindelle" in raw.decode("utf-8-sig").lower() for raw in written)
    assert nameless(result.lines)["montant"].to_list() == [100_00]
    assert "BRINDEBOIS" in " ".join(hidden(result.lines)["fournisseur"])
    assert report(result).sections[0].id == "depenses"


def test_contracts_read_beside_the_ledger_say_what_suppliers_have_won():
    base = spaser.prepare(DATA / "marches_demo.json", registers=sorted(DATA.glob("registre_demo*.csv")))
    result = potential_of_spend(
        DATA / "depenses_demo.xlsx", held.loaded(base), contracts=base, territory=find("Choisy-le-Roi")
    )
    assert result.found.supply["gagnes"].sum() > 0 and result.account["montant"].sum() == 1_186_831_674


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"buyer_siret": "123"}, "ni un SIRET ni un SIREN"),
        ({"radius": 900}, "rayon de 900 km"),
        ({"dependency": 0.0}, "entre 0 et 1"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused_in_words(tmp_path, options, expected):
    with pytest.raises(Problem, match=expected):
        measured(tmp_path, line("CHANTIER BRINDEBOIS", EI, code="Nettoyage des locaux"), **options)


def test_the_command_runs_on_the_demo_twice_alike_and_refuses_options_without_a_ledger(tmp_path, capsys):
    for name in ("un", "deux"):
        assert main(["potentiel", "--demo", "--depenses", "--sortie", str(tmp_path / name)]) == 0
    said = capsys.readouterr().out
    assert (
        "Total du fichier                                    11\u202f868\u202f316,74\u00a0€" in said
        and "nomenclature.csv" in said
    )
    for name in ("potentiel.html", "potentiel.xlsx", "besoins.csv", "lignes.csv", "nomenclature.csv"):
        assert (tmp_path / "un" / name).read_bytes() == (tmp_path / "deux" / name).read_bytes(), name
    assert main(["potentiel", "--nomenclature", "x.csv"]) == 2
    assert "ne vaut qu'avec --depenses" in capsys.readouterr().err
    assert main(["potentiel", "--depenses", str(DATA / "depenses_demo.xlsx"), "--sortie", str(tmp_path)]) == 2
    assert "Aucune liste de fournisseurs" in capsys.readouterr().err
