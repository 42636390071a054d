"""The commands about suppliers, as typed: the demo runs, every fault of the user is one French message and exit code 2."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import polars as pl
import pytest

from spaser.cli import main
from spaser.studies import diagnostic

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data"
LISTS = sorted(str(path) for path in DATA.glob("registre_demo*.csv"))
REAL = ROOT.parent / "shared" / "data"


def run(capsys, *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def fault(capsys, *arguments: object) -> str:
    code, _, said = run(capsys, *arguments)
    assert code == 2
    assert "Traceback" not in said
    return said


def test_the_demo_runs_without_a_file_and_gives_the_same_bytes_again(tmp_path, capsys):
    code, said, _ = run(capsys, "fournisseurs", "--demo", "--sortie", tmp_path / "un")
    assert code == 0
    assert "inventés" in said and "Total du fichier" in said
    run(capsys, "fournisseurs", "--demo", "--sortie", tmp_path / "deux")
    names = ["fournisseurs.html", "fournisseurs.xlsx", "lignes.csv", "validations.csv", "correspondance.toml"]
    for name in names:
        assert (tmp_path / "un" / name).read_bytes() == (tmp_path / "deux" / name).read_bytes(), name


def test_the_demo_ledger_is_made_of_the_same_bytes_every_time(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(DATA))
    import make_demo

    monkeypatch.setattr(make_demo, "HERE", tmp_path)
    make_demo.main()
    made = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}
    assert made == {name: hashlib.sha256((DATA / name).read_bytes()).hexdigest() for name in made}
    sys.modules.pop("make_demo", None)


@pytest.mark.parametrize(
    ("option", "content", "expected"),
    [
        ("--registre", "a;b\n1;2\n", "non reconnue"),
        ("--corrections", "identifiant;statut\n123;ess\n", "il manque les colonnes « valeur »"),
        ("--corrections", "identifiant;statut;valeur;auteur;date;motif\n123;ess;oui;A;2026-01-01;m\n", "ni un SIREN"),
        ("--validations", "nom;prix\nx;1\n", "il manque les colonnes « cle »"),
        ("--validations", "cle;siren;decision\nx;000001347;peut-être\n", "ni accepter ni refuser"),
        ("--correspondance", "taxe = \n", ""),
        ("--correspondance", '[colonnes]\nmontantt = "Mandaté TTC"\n', ""),
    ],
)
def test_each_wrong_file_is_one_french_message(tmp_path, capsys, option, content, expected):
    file = tmp_path / "faux.csv"
    file.write_text(content, encoding="utf-8")
    said = fault(capsys, "fournisseurs", DATA / "depenses_demo.xlsx", option, file, "--sortie", tmp_path / "s")
    assert expected in said
    assert "faux.csv" in said or "ligne" in said
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize("option", ["--registre", "--corrections", "--validations", "--correspondance"])
def test_an_absent_file_is_named(tmp_path, capsys, option):
    assert "absent.csv" in fault(capsys, "fournisseurs", DATA / "depenses_demo.xlsx", option, tmp_path / "absent.csv")


def test_an_absent_or_unreadable_ledger_is_named(tmp_path, capsys):
    assert "rien.xlsx" in fault(capsys, "fournisseurs", tmp_path / "rien.xlsx")
    (tmp_path / "faux.xlsx").write_text("ceci n'est pas un classeur", encoding="utf-8")
    assert "faux.xlsx" in fault(capsys, "fournisseurs", tmp_path / "faux.xlsx")
    (tmp_path / "vide.csv").write_text("", encoding="utf-8")
    assert "vide.csv" in fault(capsys, "fournisseurs", tmp_path / "vide.csv")


def test_the_lists_are_counted_by_status(capsys):
    code, said, _ = run(capsys, "registre", *LISTS)
    assert code == 0
    assert "ESUS" in said and "Désaccords entre listes : 0" in said


def test_structures_without_a_number_are_said_under_their_own_list(tmp_path, capsys):
    head = "nom;siret;statut;commune;code postal\n"
    (tmp_path / "sans.csv").write_text(head + "ESAT des Tilleuls inventé;;ESAT;Orly;94310\n", encoding="utf-8")
    (tmp_path / "avec.csv").write_text(head + "EA inventée;21690266800013;EA;Orly;94310\n", encoding="utf-8")
    _, said, _ = run(capsys, "registre", tmp_path / "sans.csv", tmp_path / "avec.csv")
    first, second = said.index("sans.csv :"), said.index("avec.csv :")
    told = said.index("sans SIREN ni SIRET")
    assert first < told < second and said.count("sans SIREN ni SIRET") == 1


def test_a_territory_is_found_by_name_or_number_and_written(tmp_path, capsys):
    code, by_name, _ = run(
        capsys, "territoire", "--epci", "grand-orly seine", "--registre", *LISTS, "--sortie", tmp_path
    )
    assert code == 0
    assert "24\u00a0communes" in by_name and "Choisy-le-Roi" in by_name
    _, by_number, _ = run(capsys, "territoire", "--epci", "200058014", "--registre", *LISTS, "--sortie", tmp_path)
    assert by_number == by_name.replace("territoire.html", "territoire.html")
    assert "24\u00a0communes" in (tmp_path / "territoire.html").read_text(encoding="utf-8")


def test_a_territory_that_is_unknown_or_ambiguous_is_said(tmp_path, capsys):
    assert "Territoire inconnu" in fault(capsys, "territoire", "--epci", "Xyzzyville", "--registre", *LISTS)
    assert "Donnez le SIREN" in fault(capsys, "territoire", "--epci", "val de", "--registre", *LISTS)
    jobs = tmp_path / "emplois.csv"
    jobs.write_text("commune;n\n94022;1\n", encoding="utf-8")
    assert "code_commune" in fault(capsys, "territoire", "--epci", "200058014", "--registre", *LISTS, "--emplois", jobs)


def test_official_jobs_stand_beside_the_bands(tmp_path, capsys):
    from spaser.studies.territory import panorama as purchases_territory

    jobs = tmp_path / "emplois.csv"
    members = purchases_territory.territories.members(["200058014"]).collect()["code_commune"]
    jobs.write_text("code_commune;emplois\n" + "\n".join(f"{code};1 000" for code in members), encoding="utf-8")
    result = purchases_territory.territory("200058014", LISTS, jobs=jobs)
    whole = result.rows.filter((pl.col("code_commune") == "ensemble") & (pl.col("famille") == "ensemble")).row(
        0, named=True
    )
    assert whole["emplois_officiels"] == 24_000
    assert (whole["part_bas"], whole["part_haut"]) == (whole["emplois_bas"] / 24_000, whole["emplois_haut"] / 24_000)


def test_downloads_show_their_list_and_refuse_unknown_names(tmp_path, capsys):
    code, said, _ = run(capsys, "telecharger")
    assert code == 0 and "sirene_unites_legales" in said
    assert "Vouliez-vous dire" in fault(capsys, "telecharger", "sirene_unite_legale", "--cache", tmp_path)
    assert "à la main" in fault(capsys, "telecharger", "esus", "--cache", tmp_path)


def test_a_status_corrected_by_hand_reaches_the_diagnostic(tmp_path, capsys):
    contracts = DATA / "marches_demo_2023.json"
    plain = diagnostic.prepare(contracts, registers=LISTS)
    unknown = plain.holders.filter(
        pl.col("titulaire_ess").is_null() & pl.col("titulaire_siren").is_not_null()
    ).collect()
    siren = unknown["titulaire_siren"][0]
    fix = tmp_path / "corrections.csv"
    fix.write_text(
        f"identifiant;statut;valeur;auteur;date;motif\n{siren};ess;oui;A. Inventée;2026-10-01;statuts lus\n",
        encoding="utf-8",
    )
    code, _, _ = run(capsys, "diagnostic", contracts, "--registre", *LISTS, "--corrections", fix, "--sortie", tmp_path)
    assert code == 0
    before = plain.contracts.select(pl.col("titulaire_ess").fill_null(False).sum()).collect().item()
    after = pl.read_parquet(tmp_path / "contrats.parquet")["titulaire_ess"].fill_null(False).sum()
    assert after > before


@pytest.mark.skipif(not REAL.is_dir(), reason="données réelles absentes")
def test_contracts_won_by_known_inclusive_suppliers_match_an_independent_count():
    folder = REAL / "decp_2022"
    files = [folder / "paris_2024.json", *sorted(folder.glob("e-marchespublics_*.json"))]
    base = diagnostic.prepare(files, registers=sorted((REAL / "registres").glob("*.csv")))
    found = diagnostic.diagnose(base, population="publies").extras["acces_ess"]
    counts = {row["code"]: (row["contrats"], row["aucune"]) for row in found.to_dicts()}
    assert (counts["titulaire_inclusif"], counts["inclusif_siren"]) == ((15, 5), (26, 13))
