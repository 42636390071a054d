"""A mission keeps what its user gives, decides and gets; nothing of a person is lost, nothing of the demo enters it."""

from __future__ import annotations

import json
import shutil
import threading
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.problems import Problem
from spaser.sources import demonstration
from spaser.sources import notices as sources_notices
from spaser.studies import mission, pams, suppliers
from spaser.vocabulary import DECISIONS

DATA = Path(__file__).parents[2] / "data"
BUYER = "21750001600019"
HEADER = "N° marché;SIRET acheteur;Objet;CPV;Mt HT;Date de notification;Considérations sociales;Considérations environnementales\n"
LINES = (
    f"A1;{BUYER};Nettoyage avec clause sociale d'insertion;90910000;95 000,50;12/03/2024;Pas de considération sociale;Pas de considération environnementale\n"
    f"A2;{BUYER};Réservé aux ESAT : entretien des espaces verts;77310000;120 000;12/05/2024;Pas de considération sociale;Pas de considération environnementale\n"
    f"A3;{BUYER};Fourniture de papier recyclé;30197630;150 000;12/06/2024;Pas de considération sociale;Pas de considération environnementale\n"
)
LEDGER = "Exercice;Fournisseur;SIRET;Libellé;Montant TTC\n2024;PAPETERIE RÉELLE;;Papier;1200,00\n2024;NETTOYAGE RÉEL;;Nettoyage;3400,00\n"


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    path = tmp_path / "suivi.csv"
    path.write_text(HEADER + LINES, encoding="utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path, contracts: Path) -> Path:
    made = mission.create(tmp_path / "ma-ville", client="Ma Ville", auteur="A. Inventée")
    mission.add(made, "fichiers", [contracts])
    return made


def decision(**said: object) -> dict[str, object]:
    return {
        "objet_type": "constat",
        "objet_id": "1",
        "champ": "clause_sociale",
        "valeur": "accepte",
        "auteur": "A",
        "date": date(2026, 11, 1),
        "motif": None,
    } | said


# --- the folder -------------------------------------------------------------------------------------------------------------


def test_a_new_mission_holds_a_commented_file_and_three_folders_and_never_replaces_one(tmp_path):
    home = mission.create(tmp_path / "m", client="Ma Ville", acheteurs=["paris"])
    assert {path.name for path in home.iterdir()} == {"mission.toml", "fichiers", "decisions", "sorties"}
    read = mission.read(home)
    assert (read.client, [one.name for one in read.asked], read.demo) == ("Ma Ville", ["paris"], False)
    before = (home / "mission.toml").read_bytes()
    with pytest.raises(Problem, match="déjà une mission"):
        mission.create(home)
    assert (home / "mission.toml").read_bytes() == before


def test_what_a_screen_changes_leaves_the_comments_and_the_rest_as_a_person_wrote_them(home):
    path = home / "mission.toml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + '\n# mon mot à moi\n[commentaires]\nessentiel = "À lire."  # pour le maire\n',
        encoding="utf-8",
    )
    changed = mission.change(
        home, {"rayon": 30, ("ecran", "annees"): [2024, 2024], ("commentaires", "actions"): "D'abord trois."}
    )
    text = path.read_text(encoding="utf-8")
    assert "# mon mot à moi" in text and "# pour le maire" in text
    assert changed.every.wishes.radius == 30 and changed.screen["annees"] == [2024, 2024]
    assert changed.every.comments == {"essentiel": "À lire.", "actions": "D'abord trois."}


def test_a_change_that_is_refused_leaves_the_file_as_it_was(home):
    before = (home / "mission.toml").read_bytes()
    with pytest.raises(Problem, match="rayon"):
        mission.change(home, {"rayon": -3})
    assert (home / "mission.toml").read_bytes() == before


def test_files_are_copied_once_with_their_hash_and_a_changed_or_lost_one_is_told(home, contracts):
    mission.add(home, "fichiers", [contracts])
    assert mission.read(home).files == (str(home / "fichiers" / "suivi.csv"),)
    assert mission.changed(home) == {}
    (home / "fichiers" / "suivi.csv").write_text(HEADER, encoding="utf-8")
    assert mission.changed(home) == {"suivi.csv": "modifié"}
    (home / "fichiers" / "suivi.csv").unlink()
    assert mission.changed(home) == {"suivi.csv": "absent"} and "introuvable\u00a0: suivi.csv" in mission.told(home)


def test_another_file_of_the_same_name_does_not_replace_the_first(home, tmp_path):
    other = tmp_path / "ailleurs"
    other.mkdir()
    (other / "suivi.csv").write_text(HEADER, encoding="utf-8")
    (copied,) = mission.add(home, "fichiers", [other / "suivi.csv"])
    assert copied.name == "suivi (2).csv" and len(mission.read(home).files) == 2
    assert (home / "fichiers" / "suivi.csv").read_text(encoding="utf-8") == HEADER + LINES


def test_a_file_sent_by_a_browser_cannot_leave_the_folder(home):
    got = mission.received(home, "..\\..\\passe/../mots:de*passe.csv", b"a;b\n")
    assert got.parent == home / "fichiers" and got.read_bytes() == b"a;b\n"


# --- decisions --------------------------------------------------------------------------------------------------------------


def test_decisions_are_merged_by_key_the_latest_wins_and_an_empty_line_decides_nothing(tmp_path):
    kept = mission.Decisions(tmp_path)
    assert kept.keep([decision(), decision(objet_id="2")]) == 2
    assert kept.keep([decision(valeur="refuse", date=date(2026, 11, 2)), decision(objet_id="3", valeur=None)]) == 1
    assert kept.keep([decision(valeur="accepte", date=date(2026, 10, 1))]) == 0  # an older one
    assert kept.table().select("objet_id", "valeur", "auteur").rows() == [("1", "refuse", "A"), ("2", "accepte", "A")]


def test_the_last_decision_is_undone_then_the_one_before_it(tmp_path):
    kept = mission.Decisions(tmp_path)
    kept.keep([decision()])
    kept.decide("constat", "1", "clause_sociale", "refuse", auteur="B", on=date(2026, 11, 3))
    kept.undo()
    assert kept.table().rows() == [("constat", "1", "clause_sociale", "accepte", "A", date(2026, 11, 1), None)]
    kept.undo()
    assert kept.table().height == 0 and kept.undo() == []


def test_a_withdrawn_decision_comes_back_with_undo(tmp_path):
    kept = mission.Decisions(tmp_path)
    kept.keep([decision(motif="vu sur pièces")])
    assert kept.withdraw("constat", "1", "clause_sociale") and not kept.withdraw("constat", "1", "clause_sociale")
    kept.undo()
    assert kept.table()["motif"].to_list() == ["vu sur pièces"]


def test_a_spreadsheet_may_change_the_separator_and_the_form_of_dates(tmp_path):
    (tmp_path / "statuts.csv").write_text(
        "objet,champ,valeur,auteur,date,motif\nn° 000001347,ess,oui,A,01/10/2026,statuts lus\n", encoding="cp1252"
    )
    assert mission.Decisions(tmp_path).table("statut").rows() == [
        ("statut", "000001347", "ess", "oui", "A", date(2026, 10, 1), "statuts lus")
    ]


def test_a_text_that_a_spreadsheet_would_run_is_kept_and_read_back_as_it_was(tmp_path):
    kept = mission.Decisions(tmp_path)
    kept.keep([decision(motif="=1+1\nà revoir ; « vite »")])
    assert "'=1+1" in (tmp_path / "constats.csv").read_text(encoding="utf-8-sig")
    assert kept.table()["motif"].to_list() == ["=1+1\nà revoir ; « vite »"]


def test_two_who_decide_at_once_lose_neither_decision(tmp_path):
    def many(first: int) -> None:
        for rank in range(first, first + 8):
            mission.Decisions(tmp_path).keep([decision(objet_id=str(rank))])

    threads = [threading.Thread(target=many, args=(first,)) for first in (0, 100)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert mission.Decisions(tmp_path).table().height == 16


def test_every_wrong_line_of_a_file_of_decisions_is_told(tmp_path):
    (tmp_path / "constats.csv").write_text("objet;champ;valeur\n;clause_sociale;accepte\n1;;refuse\n", encoding="utf-8")
    with pytest.raises(Problem, match="ligne 2") as told:
        mission.Decisions(tmp_path).table()
    assert "ligne 3" in str(told.value)


def test_of_two_companies_accepted_for_one_name_the_last_is_linked():
    rows = pl.DataFrame(
        [
            decision(objet_type="lien", objet_id="K", champ=champ, valeur="accepter", date=date(2026, 1, day))
            for champ, day in (("000001347", 2), ("000001354 00000135400012", 1))
        ],
        schema=DECISIONS.schema,
    )
    assert mission.validations(rows).select("cle", "siren", "decision").rows() == [("K", "000001347", "accepter")]


# --- results ----------------------------------------------------------------------------------------------------------------


def test_each_run_writes_one_new_folder_whole_and_dernier_names_it(tmp_path):
    now = datetime(2026, 11, 28, 9, 5)
    names = []
    for _ in range(2):
        with mission.run(tmp_path, "diagnostic", now) as made:
            (made.writing / "a.csv").write_text("x", encoding="utf-8")
        names.append(made.folder.name)
    assert names == ["2026-11-28_09h05_diagnostic", "2026-11-28_09h05_diagnostic_2"]
    assert (tmp_path / "dernier.txt").read_text(encoding="utf-8").strip() == names[1] and mission.last(
        tmp_path
    ).name == names[1]


def test_a_run_that_fails_leaves_nothing_and_dernier_as_it_was(tmp_path):
    with mission.run(tmp_path, "un", datetime(2026, 1, 1)):
        pass
    with pytest.raises(ZeroDivisionError), mission.run(tmp_path, "deux", datetime(2026, 1, 2)) as made:
        (made.writing / "a.csv").write_text("x", encoding="utf-8")
        raise ZeroDivisionError
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["2026-01-01_00h00_un", "dernier.txt"]


# --- old settings -----------------------------------------------------------------------------------------------------------


def test_old_settings_and_loose_files_are_taken_in_and_said_and_stay_where_they_were(home, tmp_path, contracts):
    old = tmp_path / "avant"
    old.mkdir()
    shutil.copy(contracts, old / "suivi.csv")
    (old / "diagnostic.toml").write_text(
        'fichiers = ["suivi.csv"]\nrayon = 45\nclient = "Autre nom"\n[[acheteur]]\nnom = "paris"\n', encoding="utf-8"
    )
    kept = {
        "spaser_selection": 1,
        "fichiers": [str(old / "suivi.csv")],
        "registres": ["/tmp/spaser-envoi/perdu.csv"],
        "buyers": ["217500016"],
        "years": [2024, 2024],
        "families": [],
        "unit": "valeur",
        "population": "publies",
        "definition": "critère compté",
    }
    (old / "ma_selection.json").write_text(json.dumps(kept), encoding="utf-8")
    (old / "mes_reponses.json").write_text('{"spaser_maturite": 1, "reponses": {"moyens": 2}}', encoding="utf-8")
    (old / "constats.csv").write_text(
        "contrat;consideration;decision;auteur;date;motif\ncontrat 1;clause_sociale;accepté;A;2026-10-01;\n",
        encoding="utf-8",
    )
    told = " / ".join(mission.take(home, old))
    read = mission.read(home)
    assert read.client == "Ma Ville"  # what the mission says already is not replaced
    assert (
        read.asked[0].name == "paris"
        and read.asked[0].wishes.radius == 45
        and read.asked[0].wishes.answers == {"moyens": 2}
    )
    assert read.screen == {
        "acheteurs": ["217500016"],
        "annees": [2024, 2024],
        "compter": "valeur",
        "population": "publies",
        "definition": "critère compté",
    }
    assert mission.decisions(read).table("constat").height == 1
    for word in (
        "diagnostic.toml",
        "ma_selection.json",
        "mes_reponses.json",
        "constats.csv",
        "perdu.csv n'est plus là",
    ):
        assert word in told
    assert {path.name for path in old.iterdir()} == {
        "suivi.csv",
        "diagnostic.toml",
        "ma_selection.json",
        "mes_reponses.json",
        "constats.csv",
    }


def test_an_old_diagnostic_is_still_read_where_it_is(tmp_path, contracts):
    path = tmp_path / "diagnostic.toml"
    path.write_text('fichiers = ["suivi.csv"]\nrayon = 45\n', encoding="utf-8")
    read = mission.read(path)
    assert read.every.wishes.radius == 45 and read.folder == tmp_path / "rapports" and not read.whole


# --- freshness --------------------------------------------------------------------------------------------------------------


def test_a_file_changed_inside_a_folder_is_not_up_to_date_and_one_only_touched_is(home, tmp_path):
    folder = tmp_path / "pièces"
    folder.mkdir()
    (folder / "a.txt").write_text("un", encoding="utf-8")
    mission.change(home, {"pieces": [str(folder)]})
    first = mission.read(home).every.fingerprint
    (folder / "a.txt").touch()
    assert mission.read(home).every.fingerprint == first
    (folder / "a.txt").write_text("de", encoding="utf-8")
    second = mission.read(home).every.fingerprint
    mission.decisions(mission.read(home)).keep([decision()])
    assert len({first, second, mission.read(home).every.fingerprint}) == 3


# --- the demo never mixes ---------------------------------------------------------------------------------------------------


def test_a_copy_of_the_demo_under_another_name_is_still_the_demo(tmp_path, contracts):
    shutil.copy(DATA / "depenses_demo.xlsx", tmp_path / "grand_livre.xlsx")
    shutil.copy(contracts, tmp_path / "marches_demo.csv")
    assert demonstration.holds(tmp_path / "grand_livre.xlsx") and demonstration.holds(DATA / "marches_demo*.json")
    assert (
        demonstration.holds(tmp_path / "marches_demo.csv") is False
        and demonstration.holds(tmp_path / "rien.csv") is None
    )


@pytest.mark.parametrize("renamed", [False, True])
def test_the_demo_spending_is_refused_beside_real_contracts_in_every_form(home, tmp_path, renamed):
    ledger = DATA / "depenses_demo.xlsx"
    if renamed:
        ledger = Path(shutil.copy(ledger, tmp_path / "grand_livre.xlsx"))
    with pytest.raises(Problem, match="ne se mélange pas"):
        mission.add(home, "depenses", [ledger])
    result = spaser.diagnose(home / "fichiers" / "suivi.csv")
    with pytest.raises(Problem, match="ne se mélange pas"):
        pams.study(result, pams.Wishes(ledger=ledger))


def test_a_ledger_is_never_matched_against_the_demo_registers(tmp_path, capsys):
    (tmp_path / "livre.csv").write_text(LEDGER, encoding="utf-8")
    with pytest.raises(Problem, match="ne se mélange pas"):
        suppliers.suppliers_of(tmp_path / "livre.csv", sorted(DATA.glob("registre_demo*.csv")))
    assert main(["fournisseurs", str(tmp_path / "livre.csv"), "--demo"]) == 2
    assert main(["fournisseurs", str(tmp_path / "livre.csv"), "--sortie", str(tmp_path / "s")]) == 0
    assert "fictif" not in (tmp_path / "s" / "fournisseurs.html").read_text(encoding="utf-8")
    assert "démonstration" in capsys.readouterr().err.lower()


def test_real_contracts_are_not_read_against_the_demo_registers(contracts):
    with pytest.raises(Problem, match="démonstration : registres ; à vous : contrats"):
        spaser.prepare(contracts, registers=sorted(DATA.glob("registre_demo*.csv")))


@pytest.mark.parametrize(("kind", "name"), [("avis", "avis_demo.csv"), ("pieces", "pieces_demo")])
def test_notices_and_documents_of_the_demo_are_refused_over_real_contracts_at_each_entrance(
    home, contracts, tmp_path, capsys, kind, name
):
    copy = tmp_path / "copie"
    (shutil.copytree if kind == "pieces" else shutil.copy)(DATA / name, copy)
    with pytest.raises(Problem, match="ne se mélange pas"):
        mission.change(home, {kind: [str(copy)]})
    asked = ["diagnostic", str(contracts), f"--{kind}", str(copy), "--sortie", str(tmp_path / "s")]
    assert main(asked) == 2 and "ne se mélange pas" in capsys.readouterr().err
    assert not (tmp_path / "s").exists()


def test_ones_own_notices_may_be_tried_over_the_contracts_of_the_demo(tmp_path):
    notices = tmp_path / "avis.csv"
    notices.write_bytes((DATA / "avis_demo.csv").read_bytes() + b"\r\n")
    read = sources_notices.read_notices(notices)
    assert not read.demo and sources_notices.read_notices(DATA / "avis_demo.csv").demo
    assert spaser.diagnose(DATA / "marches_demo_2023.json", notices=read).base.demo


def test_a_mission_that_says_it_is_a_demo_with_real_files_is_refused(home):
    path = home / "mission.toml"
    path.write_text("demonstration = true\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(Problem, match="se dit une démonstration"):
        mission.read(home)


def test_what_is_tried_on_the_demo_is_forgotten(tmp_path):
    demo = mission.read(mission.DEMO)
    before = sorted(path for path in mission.DEMO.rglob("*"))
    mission.decisions(demo).keep([decision(objet_id="essai")])
    assert mission.decisions(demo).table("constat").height == 1
    assert demo.demo and sorted(path for path in mission.DEMO.rglob("*")) == before


# --- commands ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    [
        ["diagnostic"],
        ["fournisseurs"],
        ["potentiel"],
        ["potentiel", "--depenses"],
        ["matinale"],
        ["publication"],
        ["registre"],
        ["clauses"],
        ["rapport"],
        ["territoire", "--territoire", "Choisy-le-Roi"],
    ],
)
def test_no_command_falls_back_to_the_demo_by_itself(verb, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(verb) == 2
    assert "--demo" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


def test_a_command_in_the_folder_of_a_mission_works_on_it_and_keeps_its_results_apart(home, monkeypatch, capsys):
    monkeypatch.chdir(home)
    assert main(["diagnostic"]) == 0
    assert main(["diagnostic", "--mission", str(home)]) == 0
    runs = sorted(path.name for path in (home / "sorties").iterdir() if path.is_dir())
    assert len(runs) == 2 and (home / "sorties" / "dernier.txt").read_text(encoding="utf-8").strip() == runs[1]
    assert str(home / "sorties" / runs[1] / "diagnostic.html") in capsys.readouterr().out


def answered(folder: Path) -> int:
    """Answer every finding of constats.csv, as a person would in a spreadsheet."""
    path = folder / "constats.csv"
    frame = pl.read_csv(path, separator=";", infer_schema=False)
    frame = frame.with_columns(
        decision=pl.lit("accepté"), auteur=pl.lit("A. Inventée"), date=pl.lit("28/11/2026"), motif=pl.lit("vu")
    )
    path.write_bytes(b"\xef\xbb\xbf" + frame.write_csv(separator=";").encode("utf-8"))
    return frame.height


def test_running_again_in_the_same_folder_keeps_the_decisions_of_constats(contracts, tmp_path, capsys):
    run = ["diagnostic", str(contracts), "--sortie", str(tmp_path / "s")]
    assert main(run) == 0
    count = answered(tmp_path / "s")
    assert count and main(run) == 0
    assert f"{count} décision{'s' * (count > 1)} reprise" in capsys.readouterr().out
    again = pl.read_csv(tmp_path / "s" / "constats.csv", separator=";", infer_schema=False)
    assert again.select("decision", "auteur", "motif").unique().rows() == [("accepte", "A. Inventée", "vu")]
    spaser.write(spaser.diagnose(contracts), tmp_path / "s")  # and from Python, where nobody read them first
    assert pl.read_csv(tmp_path / "s" / "constats.csv", separator=";", infer_schema=False)["decision"].null_count() == 0


def test_a_decision_on_a_finding_that_is_no_longer_made_is_kept_and_said(contracts, tmp_path):
    assert main(["diagnostic", str(contracts), "--sortie", str(tmp_path / "s")]) == 0
    count = answered(tmp_path / "s")
    contracts.write_text(HEADER + LINES.splitlines()[2] + "\n", encoding="utf-8")
    assert main(["diagnostic", str(contracts), "--sortie", str(tmp_path / "s")]) == 0
    again = pl.read_csv(tmp_path / "s" / "constats.csv", separator=";", infer_schema=False)
    assert again.height == count and again.filter(pl.col("constat").str.contains("n'est plus fait")).height > 0


def test_what_is_answered_in_a_past_result_of_the_mission_is_taken_up_once_and_a_withdrawal_holds(
    home, monkeypatch, capsys
):
    monkeypatch.chdir(home)
    assert main(["diagnostic"]) == 0
    count = answered(mission.last(home / "sorties"))
    assert main(["diagnostic"]) == 0
    assert f"{count} décision{'s' * (count > 1)} reprise" in capsys.readouterr().out
    kept = mission.decisions(mission.read(home))
    assert kept.table("constat").select("valeur", "auteur", "date").unique().rows() == [
        ("accepte", "A. Inventée", date(2026, 11, 28))
    ]
    first = kept.table("constat").row(0, named=True)
    kept.withdraw("constat", first["objet_id"], first["champ"])
    assert main(["diagnostic"]) == 0
    assert kept.table("constat").height == count - 1


def test_the_report_of_a_mission_is_in_a_new_folder_and_reuses_what_did_not_change(home, capsys):
    mission.change(home, {"formes": ["html"]})
    assert main(["rapport", str(home)]) == 0
    first = mission.last(home / "sorties", "rapports")
    pages = [path.read_bytes() for path in sorted(first.rglob("diagnostic-*.html"))]
    assert pages
    assert main(["rapport", str(home)]) == 0
    assert "dont 1 déjà à jour" in capsys.readouterr().out
    second = mission.last(home / "sorties", "rapports")
    assert second != first and [path.read_bytes() for path in sorted(second.rglob("diagnostic-*.html"))] == pages
    mission.add(home, "fichiers", [home / "fichiers" / "suivi.csv"])
    (home / "fichiers" / "suivi.csv").write_text(HEADER + LINES[: LINES.index("A3")], encoding="utf-8")
    assert main(["rapport", str(home)]) == 0
    assert "déjà à jour" not in capsys.readouterr().out


def test_the_commands_of_a_mission_make_it_complete_it_and_tell_it(tmp_path, contracts, capsys):
    home = tmp_path / "m"
    assert main(["mission", "nouvelle", str(home), "--client", "Ma Ville", "--contrats", str(contracts)]) == 0
    (tmp_path / "livre.csv").write_text(LEDGER, encoding="utf-8")
    assert main(["mission", "ajouter", str(home), "--depenses", str(tmp_path / "livre.csv")]) == 0
    capsys.readouterr()
    assert main(["mission", "etat", str(home)]) == 0
    said = capsys.readouterr().out
    assert "suivi.csv" in said and "livre.csv" in said and "aucune encore" in said
    assert main(["mission", "nouvelle", str(home)]) == 2


@pytest.mark.parametrize(
    "lacking", [["--contrats", "absent.json"], ["--pieces", "a.txt", "absent"], ["--reprendre", "a.txt"]]
)
def test_a_mission_is_not_half_made_when_a_file_lacks(tmp_path, monkeypatch, capsys, lacking):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Article 1", encoding="utf-8")
    assert main(["mission", "nouvelle", "m", *lacking]) == 2
    assert "introuvable" in capsys.readouterr().err and not (tmp_path / "m").exists()
    assert main(["mission", "nouvelle", "m", "--pieces", "a.txt", "--reprendre", "."]) == 0
    assert "Rien à reprendre" in capsys.readouterr().out
    assert main(["mission", "ajouter", "m", "--contrats", "a.txt", "absent.json"]) == 2
    assert mission.read(tmp_path / "m").files == ()


@pytest.mark.parametrize("value", [False, True])
def test_a_yes_or_no_said_in_place_of_a_commented_line_is_written_as_such(tmp_path, value):
    made = mission.create(tmp_path / "m", client="Inventée")
    assert mission.change(made, {"soumis_au_code": value}).every.soumis_au_code is value
    assert mission.change(made, {"soumis_au_code": not value}).every.soumis_au_code is not value
