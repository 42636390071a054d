"""One whole diagnostic per buyer: resumed where it stopped, failures listed, the same figures in the five forms."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path

import docx
import openpyxl
import polars as pl
import pptx
import pypdf
import pytest
from pptx import Presentation

import spaser
from spaser import french
from spaser.cli import main
from spaser.deliverables.report import Answer
from spaser.problems import Problem, Problems
from spaser.studies import diagnostic, pams
from spaser.studies.mission import read as read_mission
from spaser.studies.mission.shape import LARGEST_LOGO
from spaser.studies.pams import batch

DATA = Path(__file__).parents[2] / "data"


#: The smallest picture there is.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def mission(folder: Path, text: str = "") -> Path:
    path = folder / "diagnostic.toml"
    files = [p.as_posix() for p in sorted(DATA.glob("marches_demo*.json"))]
    path.write_text(f'client = "Réseau inventé"\nfichiers = {files!r}\n{text}', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def base():
    return spaser.prepare(sorted(DATA.glob("marches_demo*.json")))


@pytest.fixture(scope="module")
def listed():
    return spaser.prepare(sorted(DATA.glob("marches_demo*.json")), registers=sorted(DATA.glob("registre_demo*.csv")))


@pytest.fixture(scope="module")
def whole(listed):
    """The report of the demo's mission for the invented town, everything given."""
    asked = read_mission(DATA / "diagnostic_demo.toml").asked[1]
    found = pams.study(diagnostic.diagnose(listed, buyer="aubrelle"), asked.wishes)
    return pams.report(found), found


@pytest.fixture(scope="module")
def handed(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mission")
    asked = mission(
        folder,
        'acheteurs = ["aubrelle", "inconnu au bataillon"]\n[commentaires]\nessentiel = "Un commentaire du consultant."\n',
    )
    return batch.run(read_mission(asked), base=base), folder / "rapports"


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace(french.NBSP, " ").replace(french.THIN, " "))


def test_a_buyer_that_fails_is_listed_and_does_not_stop_the_others(handed):
    outcomes, folder = handed
    assert [bool(one.failure) for one in outcomes] == [False, True]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "inconnu au bataillon" in page and "Aucun acheteur ne répond" in page
    assert all((folder / one).is_file() for one in outcomes[0].files)


def test_the_five_forms_say_the_same_key_figures(handed):
    outcomes, folder = handed
    html, pdf, word, slides, book = (folder / one for one in outcomes[0].files[:5])
    shares = re.findall(r'class="sign"[^>]*>[^<]*</span>([^<]+)', html.read_text(encoding="utf-8"))
    assert 3 <= len(shares) <= 5 and any("%" in one for one in shares)
    pages = flat(" ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)).replace(" ", "")
    document = docx.Document(str(word))
    written = flat(
        " ".join(p.text for p in document.paragraphs)
        + " ".join(c.text for t in document.tables for r in t.rows for c in r.cells)
    )
    shown = flat(
        " ".join(
            s.text_frame.text for slide in Presentation(str(slides)).slides for s in slide.shapes if s.has_text_frame
        )
    )
    for share in shares:
        said = flat(share)
        assert said.replace(" ", "") in pages
        assert said in written
        assert said in shown
    told = {flat(str(row[0])) for row in openpyxl.load_workbook(book)["synthèse"].iter_rows(values_only=True)}
    assert {flat(share) for share in shares} <= told


def test_files_are_named_after_the_buyer_and_annexes_are_apart(handed):
    outcomes, folder = handed
    names = [Path(one).name for one in outcomes[0].files]
    assert names[:5] == [
        f"diagnostic-ville-d-aubrelle-fictive.{form}" for form in ("html", "pdf", "docx", "pptx", "xlsx")
    ]
    assert names[5:] == [f"diagnostic-ville-d-aubrelle-fictive-annexes.{form}" for form in ("pdf", "docx")]
    pages = [len(pypdf.PdfReader(folder / outcomes[0].files[rank]).pages) for rank in (1, 5)]
    assert pages[0] <= 20


def test_a_buyer_known_by_its_number_alone_is_called_so_on_the_cover():
    assert french.called("51901317100011") == "Acheteur SIREN 519\u00a0013\u00a0171"
    assert french.called("Ville d'Aubrelle") == "Ville d'Aubrelle"


def test_the_consultants_comment_and_client_are_in_the_report(handed):
    outcomes, folder = handed
    page = (folder / outcomes[0].files[0]).read_text(encoding="utf-8")
    assert "Un commentaire du consultant." in page
    assert "Réseau inventé" in page


def test_what_is_done_is_not_done_again_until_the_mission_changes(base, tmp_path):
    path = mission(tmp_path, 'acheteurs = ["trois-ormes"]\nformes = ["xlsx"]\n')
    first = batch.run(read_mission(path), base=base)
    again = batch.run(read_mission(path), base=base)
    mission(tmp_path, 'acheteurs = ["trois-ormes"]\nformes = ["xlsx"]\nannees = [2025]\n')
    changed = batch.run(read_mission(path), base=base)
    assert [one[0].reused for one in (first, again, changed)] == [False, True, False]


def test_every_fault_of_a_mission_is_told_at_once_with_the_closest_known_name(tmp_path):
    path = mission(
        tmp_path,
        'acheteur = ["x"]\nformes = ["docx", "odt"]\npopulation = "publie"\nannees = [2026, 2024]\nlogo = "absent.png"\n',
    )
    with pytest.raises(Problems) as told:
        read_mission(path)
    text = str(told.value)
    for part in ("« acheteur 1 »", "acheteurs = […]", "« odt »", "« publie »", "publies", "annees", "absent.png"):
        assert part in text


def test_a_missing_or_broken_mission_is_a_message_in_french(tmp_path):
    with pytest.raises(Problem, match="introuvable"):
        read_mission(tmp_path / "rien.toml")
    broken = tmp_path / "casse.toml"
    broken.write_text("client = ", encoding="utf-8")
    with pytest.raises(Problem, match="n'est pas du TOML"):
        read_mission(broken)


def section(report, name):
    return next(one for one in report.sections if one.id == name)


def told(block) -> str:
    return " ".join(one.text for one in getattr(block, "sentences", ())) or getattr(block, "text", "")


def test_the_whole_diagnostic_goes_from_the_essential_to_practices_contracts_potential_targets_and_actions(whole):
    report, _ = whole
    wanted = [
        "essentiel",
        "plan",
        "considerations",
        "depenses",
        "fournisseurs",
        "potentiel",
        "calendrier",
        "obligations",
        "objectifs",
        "qualitatif",
        "besoins",
        "atteindre",
        "qualite",
        "methode",
        "glossaire",
    ]
    ids = [one.id for one in report.sections]
    assert [name for name in ids if name in wanted] == wanted
    assert set(ids) <= set(pams.SECTIONS)
    assert "a-fournir" not in ids


def test_the_impact_of_the_ledger_stands_after_its_spending_and_never_on_the_slides(whole):
    report, found = whole
    ids = [one.id for one in report.sections]
    assert ids.index("impact") == ids.index("depenses") + 1
    assert "impact" not in report.committee
    blocks = section(report, "impact").blocks
    shown = next(block for block in blocks if getattr(block, "id", "") == "tab-impact-achete")
    totals = found.extras["impact_totaux"]
    measured = totals.filter(pl.col("montant_mesure") > 0)
    assert shown.frame["montant"].sum() == measured["montant"].sum() > 0
    assert len(shown.columns) <= 6
    whole_table = next(one for one in report.annexes if one.id == "impact par type")
    assert whole_table.frame["montant"].sum() == totals["montant"].sum() > measured["montant"].sum()
    # What is measured adds all the years of the ledger, which are said; the work is that of the last one.
    years = french.listing([str(year) for year in totals["exercice"].drop_nulls().unique().sort()])
    assert blocks[0].sentence.text.replace(french.NBSP, " ").count(f"structures inclusives en {years}") == 1
    left = french.euros_short(totals["montant"].sum() - measured["montant"].sum())
    assert any(left in s.text for block in blocks for s in getattr(block, "sentences", ()))


def test_what_is_not_given_is_absent_and_the_report_says_how_to_give_it(base):
    report = pams.report(pams.study(diagnostic.diagnose(base, buyer="aubrelle")))
    ids = {one.id for one in report.sections}
    assert not ids & {"qualitatif", "fournisseurs", "depenses", "impact", "potentiel", "atteindre"}
    lacking = section(report, "a-fournir").blocks[-1]
    assert lacking.frame.height >= 4 and "listes de fournisseurs" in lacking.frame["quoi"][0]
    assert "plan" in ids


def test_the_report_tells_the_potential_with_its_own_figure_however_small(whole):
    report, found = whole
    said = [
        block.sentence.text
        for one in report.sections
        for block in one.blocks
        if isinstance(block, Answer) and "pourraient aller" in block.sentence.text
    ]
    amount = french.euros_short(found.potential.families["potentiel"].sum())
    assert said and all(french.typeset(text).startswith(french.typeset(amount)) for text in said)


def test_renewals_chosen_for_a_target_end_before_it_and_are_enough_when_the_report_says_so(whole):
    _, found = whole
    rows, plan = found.extras["atteindre"], found.extras["atteindre_plan"]
    assert rows.height == 2 and plan.height
    for row in rows.to_dicts():
        mine = plan.filter(objectif=row["objectif"])
        assert mine.height == row["choisis"]
        assert mine["echeance"].dt.year().max() <= row["annee"]
        assert int(mine["gain"].sum()) == row["gagne"]
        if row["chance_haut"] is not None:
            assert row["gagne"] >= row["manque"]


def test_a_target_counts_the_contracts_an_independent_count_finds(whole):
    report, found = whole
    row = found.extras["atteindre"].to_dicts()[0]
    year = row["annee_derniere"]
    counted = [one for one in found.diagnostic.contracts.to_dicts() if one["seuil_besoin"] and one["annee"] == year]
    assert (row["numerateur"], row["denominateur"]) == (
        sum(one["clause_sociale"] is True for one in counted),
        len(counted),
    )
    assert row["manque"] == max(0, -(-4 * len(counted) // 10) - row["numerateur"])


def test_the_plan_has_ten_lines_at_most_each_with_its_state_and_those_to_begin_first(whole):
    report, _ = whole
    (rows,) = (block.frame for block in section(report, "plan").blocks if hasattr(block, "frame"))
    assert 4 <= rows.height <= 10
    assert all(rows["action"]) and all(rows["sur"]) and set(rows["etat"]) == {"à faire"}
    begun = (rows["quand"] == "dès maintenant").to_list()
    assert begun == sorted(begun, reverse=True)


def test_slides_for_a_committee_stay_about_ten_and_begin_with_the_essential_and_actions(whole):
    from spaser.deliverables import slides

    report, _ = whole
    deck = Presentation(io.BytesIO(slides.render(report)))
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert len(titles) == 10
    assert {"L'essentiel", "Le plan d'actions", "Ce que l'on pourrait acheter"} <= set(titles)


def test_the_spending_of_a_buyer_keeps_its_own_tables_and_sheets(whole):
    report, found = whole
    shares = section(report, "depenses")
    assert any("dep-" in block.id for block in shares.blocks if hasattr(block, "id"))
    sheets = [table.id for table in report.annexes]
    assert len(sheets) == len(set(sheets)) and "dépenses, fournisseurs" in sheets
    assert all(len(name) <= 31 for name in sheets)
    assert found.spending.balance["montant"].sum() != 0


def test_a_commented_template_is_a_mission_once_its_files_are_named_and_never_replaces_one(tmp_path, capsys):
    path = tmp_path / "mission.toml"
    assert main(["rapport", str(path), "--modele"]) == 0
    text = path.read_text(encoding="utf-8")
    assert main(["rapport", str(path), "--modele"]) == 0
    assert path.read_text(encoding="utf-8") == text and (tmp_path / "mission (2).toml").is_file()
    (tmp_path / "fichiers").mkdir()
    filled = re.sub(r"^# (?=[a-z\[])", "", text, flags=re.M)
    for name in ("logo.png", "modele.docx", "modele.pptx", "grand_livre.xlsx", "entretiens.xlsx"):
        (tmp_path / "fichiers" / name).write_text('{"spaser_maturite": 1, "reponses": {"moyens": 2}}', encoding="utf-8")
    path.write_text(filled, encoding="utf-8")
    with pytest.raises(Problems) as told:
        read_mission(path)
    assert [f"« {key} »" in str(told.value) for key in ("logo", "modele_docx", "modele_pptx")] == [True] * 3
    (tmp_path / "fichiers" / "logo.png").write_bytes(PNG + bytes(LARGEST_LOGO))
    with pytest.raises(Problems, match="moins de 20 Mo"):
        read_mission(path)
    (tmp_path / "fichiers" / "logo.png").write_bytes(PNG)
    docx.Document().save(tmp_path / "fichiers" / "modele.docx")
    pptx.Presentation().save(tmp_path / "fichiers" / "modele.pptx")
    path.write_text(filled, encoding="utf-8")
    read = read_mission(path)
    assert read.asked[-1].wishes.answers == {"moyens": 2, "bilan": 1} and read.asked[0].wishes.radius == 30
    assert [goal.cible for goal in read.every.wishes.goals] == [0.3, 1.0]


def test_faults_of_targets_answers_radius_and_buyers_are_told_together(tmp_path):
    path = mission(
        tmp_path,
        """rayon = -3
dependance = "beaucoup"
[cibles]
clause_social = { valeur = "30 %", annee = 2028 }
clause_sociale = { valeur = "130 %", annee = 2028 }
marche_reserve = { annee = 2028, echeance = 2 }
[commentaires]
potentiels = "x"
[[acheteur]]
nom = "aubrelle"
questionnaire = { moyen = 2 }
depense = "x.xlsx"
[[acheteur]]
depenses = "absent.xlsx"
""",
    )
    with pytest.raises(Problems) as failure:
        read_mission(path)
    text = str(failure.value)
    for part in (
        "« rayon »",
        "« dependance »",
        "« clause_social »",
        "clause_sociale",
        "marche_reserve",
        "« echeance »",
        "valeur",
        "« potentiels »",
        "potentiel",
        "acheteur 1",
        "moyens",
        "« depense »",
        "depenses",
        "acheteur 2",
        "nom",
        "absent.xlsx",
    ):
        assert part in text, part


def test_dependency_is_read_as_a_share_or_a_percentage(tmp_path):
    for said in ('"30 %"', "0.3", "30", '"0,3"'):
        assert read_mission(mission(tmp_path, f"dependance = {said}\n")).every.wishes.dependency == pytest.approx(0.3)


def test_spending_said_once_for_several_buyers_is_refused(tmp_path, base):
    with pytest.raises(Problems, match="propre à un acheteur"):
        read_mission(
            mission(tmp_path, f'acheteurs = ["a", "b"]\ndepenses = "{(DATA / "depenses_demo.xlsx").as_posix()}"\n')
        )
    alone = mission(tmp_path, f'depenses = "{(DATA / "depenses_demo.xlsx").as_posix()}"\n')
    with pytest.raises(Problem, match="propres à un acheteur"):
        batch.run(read_mission(alone), base=base)


def test_a_buyer_named_twice_is_one_report_that_has_its_own_table(tmp_path, base):
    table = f'[[acheteur]]\nnom = "aubrelle"\ndepenses = "{(DATA / "depenses_demo.xlsx").as_posix()}"\n'
    (asked,) = read_mission(mission(tmp_path, f'acheteurs = ["aubrelle"]\n{table}')).asked
    assert asked.wishes.ledger == DATA / "depenses_demo.xlsx"

    two = read_mission(mission(tmp_path, f'acheteurs = ["trois-ormes", "Ville d\'Aubrelle"]\n{table}'))
    outcomes = list(batch._wanted(base.buyers, two))
    assert [bool(failure) for *_, failure in outcomes] == [False, False, True]
    assert "sont le même acheteur" in outcomes[-1][-1] and not outcomes[-1][2]


def test_adding_a_buyer_or_a_comment_redoes_only_what_it_changes(base, tmp_path):
    path = mission(tmp_path, 'formes = ["xlsx"]\nacheteurs = ["trois-ormes"]\n')
    batch.run(read_mission(path), base=base)
    mission(tmp_path, 'formes = ["xlsx"]\nacheteurs = ["trois-ormes"]\n[[acheteur]]\nnom = "aubrelle"\n')
    added = batch.run(read_mission(path), base=base)
    mission(
        tmp_path,
        'formes = ["xlsx"]\nacheteurs = ["trois-ormes"]\n[[acheteur]]\nnom = "aubrelle"\ncommentaires = { essentiel = "Bien." }\n',
    )
    commented = batch.run(read_mission(path), base=base)
    assert [one.reused for one in added] == [True, False]
    assert [one.reused for one in commented] == [True, False]


def test_a_batch_stopped_in_the_middle_resumes_where_it_stopped(base, tmp_path):
    asked = read_mission(
        mission(tmp_path, 'formes = ["html"]\nacheteurs = ["aubrelle", "trois-ormes", "haute-sorgue"]\n')
    )

    def stop(name: str, done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch.run(asked, base=base, progress=stop, processes=1)
    assert not (asked.folder / "index.html").exists()
    resumed = batch.run(asked, base=base)
    assert [one.reused for one in resumed] == [True, True, False]
    assert (asked.folder / "index.html").is_file()


def test_a_fault_on_one_buyer_is_listed_and_the_others_are_written(base, tmp_path, monkeypatch):
    asked = read_mission(mission(tmp_path, 'formes = ["html"]\nacheteurs = ["aubrelle", "trois-ormes"]\n'))
    whole_study = pams.study

    def broken(result, *given, **more):
        if "Aubrelle" in result.scope:
            raise KeyError("colonne")
        return whole_study(result, *given, **more)

    monkeypatch.setattr(batch.pams, "study", broken)
    outcomes = batch.run(asked, base=base)
    assert [bool(one.failure) for one in outcomes] == [True, False]
    assert "Erreur imprévue" in (asked.folder / "index.html").read_text(encoding="utf-8")


def test_several_processes_write_the_same_bytes_as_one(listed, tmp_path):
    text = 'formes = ["html", "xlsx"]\nacheteurs = ["aubrelle", "trois-ormes"]\n'
    alone, shared = (read_mission(mission(tmp_path, f'{text}sortie = "{name}"\n')) for name in ("seul", "ensemble"))
    one, two = batch.run(alone, base=listed, processes=1), batch.run(shared, base=listed, processes=2)
    assert [outcome.files for outcome in one] == [outcome.files for outcome in two]
    for path in (path for outcome in one for path in outcome.files):
        assert (alone.folder / path).read_bytes() == (shared.folder / path).read_bytes(), path
