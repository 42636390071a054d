"""One report per buyer: resumed where it stopped, failures listed, the same figures in the five forms."""

from __future__ import annotations

import re
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest
from pptx import Presentation

import spaser
from spaser import batch, french
from spaser.problems import Problem, Problems

DATA = Path(__file__).parents[1] / "data"


def mission(folder: Path, text: str = "") -> Path:
    path = folder / "diagnostic.toml"
    files = [p.as_posix() for p in sorted(DATA.glob("marches_demo*.json"))]
    path.write_text(f'client = "Réseau inventé"\nfichiers = {files!r}\n{text}', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def base():
    return spaser.prepare(sorted(DATA.glob("marches_demo*.json")))


@pytest.fixture(scope="module")
def handed(base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mission")
    asked = mission(folder, 'acheteurs = ["aubrelle", "inconnu au bataillon"]\n[commentaires]\nessentiel = "Un commentaire du consultant."\n')
    return batch.run(batch.read_mission(asked), base=base), folder / "rapports"


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
    html, pdf, word, slides, book = (folder / one for one in outcomes[0].files)
    shares = re.findall(r'class="value">([^<]+)', html.read_text(encoding="utf-8"))[:6]
    assert len(shares) == 6 and any("%" in one for one in shares)
    pages = flat(" ".join(page.extract_text() for page in pypdf.PdfReader(pdf).pages)).replace(" ", "")
    document = docx.Document(str(word))
    written = flat(" ".join(p.text for p in document.paragraphs) + " ".join(c.text for t in document.tables for r in t.rows for c in r.cells))
    shown = flat(" ".join(s.text_frame.text for slide in Presentation(str(slides)).slides for s in slide.shapes if s.has_text_frame))
    for share in shares:
        said = flat(share)
        assert said.replace(" ", "") in pages
        assert said in written
        assert said in shown
    cells = [cell.value for row in openpyxl.load_workbook(book, data_only=True)["mesures"].iter_rows() for cell in row]
    first = float(flat(shares[1]).replace(" %", "").replace(",", ".")) / 100
    assert any(isinstance(value, float) and abs(value - first) < 0.0006 for value in cells)


def test_the_consultants_comment_and_client_are_in_the_report(handed):
    outcomes, folder = handed
    page = (folder / outcomes[0].files[0]).read_text(encoding="utf-8")
    assert "Un commentaire du consultant." in page
    assert "Réseau inventé" in page


def test_what_is_done_is_not_done_again_until_the_mission_changes(base, tmp_path):
    path = mission(tmp_path, 'acheteurs = ["trois-ormes"]\nformes = ["xlsx"]\n')
    first = batch.run(batch.read_mission(path), base=base)
    again = batch.run(batch.read_mission(path), base=base)
    mission(tmp_path, 'acheteurs = ["trois-ormes"]\nformes = ["xlsx"]\nannees = [2025]\n')
    changed = batch.run(batch.read_mission(path), base=base)
    assert [one[0].reused for one in (first, again, changed)] == [False, True, False]


def test_every_fault_of_a_mission_is_told_at_once_with_the_closest_known_name(tmp_path):
    path = mission(tmp_path, 'acheteur = ["x"]\nformes = ["docx", "odt"]\npopulation = "publie"\nannees = [2026, 2024]\nlogo = "absent.png"\n')
    with pytest.raises(Problems) as told:
        batch.read_mission(path)
    text = str(told.value)
    for part in ("« acheteur »", "acheteurs", "« odt »", "« publie »", "publies", "annees", "absent.png"):
        assert part in text


def test_a_missing_or_broken_mission_is_a_message_in_french(tmp_path):
    with pytest.raises(Problem, match="introuvable"):
        batch.read_mission(tmp_path / "rien.toml")
    broken = tmp_path / "casse.toml"
    broken.write_text("client = ", encoding="utf-8")
    with pytest.raises(Problem, match="n'est pas du TOML"):
        batch.read_mission(broken)
