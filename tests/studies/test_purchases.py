"""A buyer's suppliers end to end: every cent accounted, a status on its day, decisions that win, people never shown."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from invented_ledger import make_rows, siret, write_xlsx

from spaser.problems import Problem
from spaser.sections.purchases import proofs
from spaser.studies import suppliers as purchases
from spaser.studies.acting import company, impact
from spaser.studies.diagnostic import holders as held
from spaser.studies.suppliers import handover as purchases_handover
from spaser.studies.suppliers import suppliers_of
from spaser.studies.suppliers import tables as purchases_tables
from spaser.vocabulary import ESTABLISHMENTS

HEAD = [
    "Exercice",
    "Date mandat",
    "Raison sociale",
    "N° SIRET",
    "Nature",
    "Service",
    "Mandaté TTC",
    "Libellé",
    "CP",
    "Ville",
]
#: An invented association with an approval that ends, a work integration enterprise, a bank, and two namesakes.
ASSO, EI, BANK, ONE, TWO = (siret(rank) for rank in range(9001, 9006))


def line(
    name: str,
    number: str = "",
    *,
    day: str = "",
    account: str = "611",
    amount: object = 100.0,
    cp: str = "",
    town: str = "",
    year: str = "2024",
) -> list[object]:
    return [year, day, name, number, account, "DST", amount, "prestation inventée", cp, town]


def ledger(folder: Path, *lines: list[object]) -> Path:
    return write_xlsx(folder / "depenses.xlsx", {"Mandats": [HEAD, *lines]})


def lists(folder: Path) -> list[Path]:
    files = {
        "esus_2026-09.csv": [
            ["siren", "raison_sociale", "statut", "date_debut", "date_fin"],
            [ASSO[:9], "ASSOCIATION LE SOUCI", "ESUS", "2021-06-01", "2024-05-31"],
        ],
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
            [
                ASSO[:9],
                ASSO,
                "ASSOCIATION LE SOUCI",
                "5710",
                "88.99B",
                "11",
                "94022",
                "94600",
                "Choisy-le-Roi",
                "A",
                "",
            ],
            [EI[:9], EI, "CHANTIER BRINDEBOIS", "5499", "43.34Z", "12", "94022", "94600", "Choisy-le-Roi", "A", ""],
            [BANK[:9], BANK, "BANQUE DU FEUILLU", "5599", "64.19Z", "41", "75108", "75008", "Paris 8e", "A", "N"],
            [ONE[:9], ONE, "MENUISERIE GRANDORME", "5710", "43.32A", "12", "94028", "94000", "Créteil", "A", "N"],
            [TWO[:9], TWO, "MENUISERIE GRANDORME", "5710", "43.32A", "12", "77288", "77000", "Melun", "A", "O"],
        ],
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=";").writerows(rows)
    return [folder / name for name in files]


def measure(result: purchases.SupplierDiagnostic, code: str, unit: str = "valeur", definition: str = "achats") -> dict:
    rows = result.measures.filter(
        pl.col("indicateur") == code,
        pl.col("unite") == unit,
        pl.col("definition") == definition,
        pl.col("dimension") == "total",
    )
    return rows.row(0, named=True)


def test_every_cent_of_a_file_with_every_trap_is_accounted_for(tmp_path):
    rows, truth = make_rows(2500, seed=11)
    result = suppliers_of(write_xlsx(tmp_path / "grand.xlsx", {"Feuil1": rows}), lists(tmp_path))
    posts = dict(
        result.balance.filter(pl.col("poste") != "total").group_by("perimetre").agg(pl.col("montant").sum()).rows()
    )
    assert posts.pop("ecarte") == 0
    assert posts == truth.cents
    assert result.balance.filter(pl.col("poste") == "total")["montant"].item() == truth.total
    assert measure(result, "fournisseurs_ess")["denominateur"] == truth.cents["achat"] + truth.cents["banque_assurance"]
    assert result.suppliers["montant"].sum() == truth.cents["achat"] + truth.cents["banque_assurance"]


def test_an_approval_counts_on_its_last_day_and_not_on_the_day_after(tmp_path):
    file = ledger(
        tmp_path, line("Le Souci", ASSO, day="31/05/2024"), line("Le Souci", ASSO, day="01/06/2024", amount=50.0)
    )
    result = suppliers_of(file, lists(tmp_path))
    assert measure(result, "fournisseurs_esus")["numerateur"] == 100_00
    assert result.lines.sort("ligne")["titulaire_esus"].to_list() == [True, False]


def test_a_line_without_date_takes_the_status_of_the_end_of_its_year(tmp_path):
    file = ledger(tmp_path, line("Le Souci", ASSO, year="2023"), line("Le Souci", ASSO, year="2024"))
    assert suppliers_of(file, lists(tmp_path)).lines.sort("exercice")["titulaire_esus"].to_list() == [True, False]


def test_a_correction_by_hand_wins_over_the_lists_and_shows(tmp_path):
    given = lists(tmp_path)
    file = ledger(tmp_path, line("Menuiserie Grandorme", TWO))
    assert measure(suppliers_of(file, given), "fournisseurs_ess")["numerateur"] == 100_00
    fix = tmp_path / "corrections.csv"
    fix.write_text(
        f"identifiant;statut;valeur;auteur;date;motif\n{TWO[:9]};ess;non;A. Inventée;2026-10-01;statuts lus\n",
        encoding="utf-8",
    )
    result = suppliers_of(file, given, overrides=fix)
    assert measure(result, "fournisseurs_ess")["numerateur"] == 0
    assert "A. Inventée" in result.suppliers["ess_raison"].item()
    page = purchases_handover.write(result, tmp_path / "sortie")[0].read_text(encoding="utf-8")
    assert "statuts lus" in page


def test_namesakes_are_left_to_the_user_and_the_answers_work_both_ways(tmp_path):
    given = lists(tmp_path)
    file = ledger(tmp_path, line("MENUISERIE GRANDORME"))
    first = suppliers_of(file, given)
    assert first.suppliers["siren"].to_list() == [None]
    purchases_handover.write(first, tmp_path / "un")
    table = tmp_path / "un" / "validations.csv"
    rows = list(csv.DictReader(table.open(encoding="utf-8-sig"), delimiter=";"))
    assert {row["siren"] for row in rows} == {ONE[:9], TWO[:9]}
    for row in rows:
        row["decision"] = "accepter" if row["siren"] == TWO[:9] else "refuser"
    answered(table, rows)
    second = suppliers_of(file, given, validations=table)
    assert second.suppliers["siren"].to_list() == [TWO[:9]]
    assert second.suppliers["passe"].to_list() == ["validation"]
    purchases_handover.write(second, tmp_path / "deux", validations=table)
    kept = list(csv.DictReader((tmp_path / "deux" / "validations.csv").open(encoding="utf-8-sig"), delimiter=";"))
    assert sorted(row["decision"] for row in kept) == ["accepter", "refuser"]


def answered(path: Path, rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.DictWriter(out, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def test_without_a_list_nothing_is_said_of_anyone(tmp_path):
    result = suppliers_of(ledger(tmp_path, line("Le Souci", ASSO)))
    for code in ("fournisseurs_ess", "ess_association", "inclusif_EI", "fournisseurs_a_part"):
        found = measure(result, code)
        assert (found["valeur"], found["repondus"], found["haut"]) == (None, 0, 1.0)
    assert "Aucune liste" in purchases_handover.write(result, tmp_path / "sortie")[0].read_text(encoding="utf-8")


def test_a_subsidy_is_no_purchase_and_banks_are_also_left_out(tmp_path):
    file = ledger(
        tmp_path,
        line("Menuiserie Grandorme", TWO, account="6574", amount=900.0),
        line("Menuiserie Grandorme", TWO),
        line("Banque du Feuillu", BANK, amount=300.0),
    )
    result = suppliers_of(file, lists(tmp_path))
    assert measure(result, "fournisseurs_ess")["valeur"] == 0.25
    assert measure(result, "fournisseurs_ess", definition="achats hors banques et assurances")["valeur"] == 1.0


def test_the_status_of_an_establishment_spreads_only_when_asked_and_says_so(tmp_path):
    # A SIRET somewhere: the file is not one of SIREN only, which its legal units would answer.
    file = ledger(tmp_path, line("Brindebois", EI[:9]), line("Banque du Feuillu", BANK, account="6574", amount=1.0))
    given = lists(tmp_path)
    assert measure(suppliers_of(file, given), "fournisseurs_inclusifs")["repondus"] == 0
    wide = suppliers_of(file, given, spread_establishment=True)
    assert measure(wide, "fournisseurs_inclusifs")["numerateur"] == 100_00
    assert "étendu" in wide.suppliers["inclusif_regle"].drop_nulls().item()
    assert any("vaut pour toute l'unité légale" in text for text in purchases_handover.rules_told(wide))


def test_people_are_neither_linked_nor_shown_in_any_file(tmp_path):
    file = ledger(tmp_path, line("MME LEFICTIF JEANNE"), line("Menuiserie Grandorme", ONE))
    result = suppliers_of(file, lists(tmp_path))
    for path in purchases_handover.write(result, tmp_path / "sortie"):
        text = " ".join(shown(path))
        assert "LEFICTIF" not in text, path.name


def shown(path: Path) -> list[str]:
    if path.suffix != ".xlsx":
        return [path.read_text(encoding="utf-8-sig")]
    import zipfile

    with zipfile.ZipFile(path) as book:
        return [book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml")]


def test_the_workbook_has_the_sheets_a_consultant_expects(tmp_path):
    import fastexcel

    result = suppliers_of(
        ledger(tmp_path, line("Menuiserie Grandorme", ONE), line("Inconnu au bataillon")), lists(tmp_path)
    )
    book = fastexcel.read_excel(purchases_handover.write(result, tmp_path / "sortie")[1])
    known = ["synthèse", "fournisseurs", "à vérifier", "non identifiés", "mesures", "sources", "tableaux entiers"]
    assert book.sheet_names == known
    lines = book.load_sheet("mesures").to_polars().filter(pl.col("Unité") == "lignes")
    assert lines["Dénominateur (tous)"].max() == 2


def test_the_mapping_written_is_read_back_the_next_year(tmp_path):
    file = ledger(tmp_path, line("Menuiserie Grandorme", ONE))
    purchases_handover.write(suppliers_of(file, lists(tmp_path)), tmp_path / "sortie")
    again = suppliers_of(file, lists(tmp_path), mapping=tmp_path / "sortie" / "correspondance.toml")
    assert again.balance.filter(pl.col("poste") == "total")["montant"].item() == 100_00


def test_two_sheets_of_the_same_sum_are_pointed_at(tmp_path):
    file = write_xlsx(
        tmp_path / "deux.xlsx", {"Mandats": [HEAD, line("Grandorme", ONE)], "Copie": [HEAD, line("Grandorme", ONE)]}
    )
    page = purchases_handover.write(suppliers_of(file, lists(tmp_path)), tmp_path / "sortie")[0].read_text(
        encoding="utf-8"
    )
    assert "même somme" in page


def test_a_supplier_is_placed_in_its_commune_however_the_town_is_written(tmp_path):
    file = ledger(
        tmp_path,
        line("Inconnu Un", cp="94600", town="CHOISY LE ROI CEDEX"),
        line("Inconnu Deux", town="VITRY SUR SEINE"),
        line("Inconnu Trois", cp="77000"),
    )
    found = suppliers_of(file, lists(tmp_path)).lines.sort("ligne")
    assert found["commune_fournisseur"].to_list() == ["Choisy-le-Roi", "Vitry-sur-Seine", None]
    assert found["departement_fournisseur"].to_list() == ["94", "94", "77"]


def test_a_file_without_date_nor_year_asks_for_a_day(tmp_path):
    file = write_xlsx(tmp_path / "nu.xlsx", {"F": [["Fournisseur", "Montant"], ["Grandorme", 10.0]]})
    with pytest.raises(Problem, match="--date"):
        suppliers_of(file)
    assert suppliers_of(file, as_of=date(2025, 12, 31)).as_of == date(2025, 12, 31)


def holders(*rows: tuple) -> pl.DataFrame:
    names = (
        "uid",
        "titulaire_id",
        "titulaire_typeIdentifiant",
        "titulaire_siren",
        "montant_bas",
        "montant_egal",
        "montant_haut",
        "titulaire_ess",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_co_held_contract_is_counted_once_in_each_bound():
    rows = holders(
        ("a", ONE, "SIRET", ONE[:9], 0, 50, 100, True),
        ("a", TWO, "SIRET", TWO[:9], 0, 50, 100, True),
        ("b", ONE, "SIRET", ONE[:9], 0, 30, 60, True),
        ("b", BANK, "SIRET", BANK[:9], 0, 30, 60, None),
    )
    contracts = pl.DataFrame({"uid": ["a", "b"], "montant_retenu": [100, 60]})
    asked = pl.col("titulaire_ess")
    assert held._bounds(contracts, rows, asked) == {"montant_bas": 100, "montant_egal": 130, "montant_haut": 160}


def test_a_framework_published_once_per_holder_is_one_amount_in_the_share_of_holders():
    rows = holders(("a", ONE, "SIRET", ONE[:9], 0, 50, 100, True), ("b", BANK, "SIRET", BANK[:9], 0, 50, 100, False))
    alone = pl.DataFrame({"uid": ["a", "b"], "montant_retenu": [100, 100]})
    asked = pl.col("titulaire_ess")
    assert held._bounds(alone, rows, asked) == {"montant_bas": 100, "montant_egal": 100, "montant_haut": 100}
    shared = pl.DataFrame({"uid": ["a", "b"], "montant_retenu": [100, 0], "accord_multiple": ["a", "a"]})
    assert held._bounds(shared, rows, asked) == {"montant_bas": 0, "montant_egal": 50, "montant_haut": 100}


def test_the_size_of_holders_is_known_only_when_it_answers(tmp_path):
    rows = holders(
        ("a", ONE, "SIRET", ONE[:9], 0, 0, 0, None),
        ("a", BANK, "SIRET", BANK[:9], 0, 0, 0, None),
        ("b", BANK, "SIRET", BANK[:9], 0, 0, 0, None),
        ("b", ASSO, "SIRET", ASSO[:9], 0, 0, 0, None),
        ("c", "BE0000000097", "TVA", None, 0, 0, 0, None),
    )
    sizes = ESTABLISHMENTS.conform(pl.LazyFrame({"siren": [ONE[:9], BANK[:9]], "categorie_entreprise": ["PME", "GE"]}))
    known = purchases.Registers(pl.LazyFrame(), sizes, pl.LazyFrame(), pl.DataFrame())
    found = held.described(rows.lazy(), known).collect().sort("uid")
    assert found["categorie_entreprise"].to_list() == ["GE, PME", None, None]
    assert found["siret_titulaires_valides"].to_list() == [True, True, False]


def test_what_to_check_comes_largest_first_whatever_its_reason(tmp_path):
    file = ledger(
        tmp_path,
        line("MENUISERIE GRANDORME", amount=10.0),
        line("Versement mystère", account="", amount=900.0),
        line("Brindebois", EI[:9], amount=400.0),
        line("Banque du Feuillu", BANK, amount=1.0),
    )
    result = suppliers_of(file, lists(tmp_path))
    found = purchases_tables.to_check(result.lines, result.suppliers, result.validations, result.conflicts)
    assert found["montant"].to_list() == sorted(found["montant"].to_list(), reverse=True)
    assert found["motif"].str.contains("achat ou non").any()
    assert found["motif"].str.contains("nom à rapprocher").any()
    assert found["motif"].str.contains("un autre établissement").any()


@pytest.mark.parametrize("form", ["parquet", "zip"])
def test_the_two_national_stocks_are_reduced_on_the_way_and_one_alone_asks_for_the_other(tmp_path, form):
    from sources.test_registers import stocks

    from spaser.sources.registers.known import known_suppliers

    both = stocks(tmp_path, form)
    known = known_suppliers(
        [*lists(tmp_path), *both], identifiers=["90000000200019"], departements=["93"], cache=tmp_path / "cache"
    )
    assert {"900000001", "900000002", EI[:9]} <= set(known.establishments.collect()["siren"])
    assert known.files["verifie"].to_list().count(False) >= 2
    assert "sur aucun vrai fichier encore" in known.files["message"].drop_nulls()[-1]
    with pytest.raises(Problem, match="Il manque le stock SIRENE"):
        known_suppliers([both[0]])
    result = suppliers_of(
        ledger(tmp_path, line("Quelqu'un", "90000000200019"), line("X", TWO)),
        [*lists(tmp_path), *both],
        cache=tmp_path / "cache",
    )
    assert "900000002" in result.suppliers["siren"].to_list() or result.rejects.height


@pytest.mark.parametrize(("other", "said"), [(0.0, False), (40.0, True)])
def test_what_another_establishment_of_a_listed_unit_was_paid_is_told_apart_from_what_counts(tmp_path, other, said):
    lines = [line("Brindebois", EI), *([line("Brindebois", f"{EI[:9]}99999", amount=other)] if other else [])]
    result = suppliers_of(ledger(tmp_path, *lines), lists(tmp_path))
    found = purchases_handover.findings(result)
    row = found.extras["fournisseurs"].filter(pl.col("siren") == EI[:9]).row(0, named=True)
    counted = measure(result, "fournisseurs_ess_ou_inclusifs")["numerateur"]
    assert (row["montant"], row["montant_compte"], counted) == (100_00 + int(other * 100), 100_00, 100_00)
    told = proofs.section_proofs(found).blocks[0].text
    assert ("autres établissements" in told.replace("\u00a0", " ")) == said


def test_every_report_of_a_spend_file_says_the_day_of_its_reader_on_its_cover(tmp_path):
    file, given, day = ledger(tmp_path, line("Le Souci", ASSO)), lists(tmp_path), date(2031, 5, 2)
    told = impact.impact_of(file, given, clock=day)
    firm = company.company_of(file, given, clock=day)
    for report in (
        purchases_handover.report(suppliers_of(file, given, clock=day)),
        impact.report(told),
        company.report(firm),
    ):
        assert any("Établi le 2\xa0mai 2031" in one for one in report.cover)
    unknown = purchases_handover.report(suppliers_of(file, given))
    assert any("Édition" in one for one in unknown.cover)


def test_a_file_of_accounting_entries_is_named_and_what_to_ask_for_is_said(tmp_path):
    text = "JournalCode|CompteNum|CompAuxLib|EcritureLib|Debit|Credit\nAC|615200||Nettoyage|néant|néant\n"
    for name, told in (("800123456FEC20251231.txt", "FEC"), ("journal.csv", "montant")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(Problem, match=told) as found:
            suppliers_of(tmp_path / name, lists(tmp_path))
        assert ("factures d'achat" in str(found.value)) == (told == "FEC")
