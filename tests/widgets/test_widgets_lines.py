"""Whole tables to sort, filter, copy and take away: what is sorted, shown and taken, what data cannot do, and what stays without the library."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
from datetime import date
from pathlib import Path

import ipywidgets
import polars as pl
import pytest

from spaser.deliverables import files
from spaser.deliverables.report import Column, table
from spaser.problems import Problem
from spaser.studies.diagnostic import compose as diagnostic
from spaser.widgets.desk import Desk
from spaser.widgets.lines import Lines, sortable
from spaser.widgets.selection import Selection

DATA = Path(__file__).parents[2] / "data"
COLUMNS = (
    Column("nom", "Nom"),
    Column("montant", "Montant", "centime"),
    Column("part", "Part", "part"),
    Column("jour", "Le", "date"),
    Column("ess", "ESS", "oui_non"),
    Column("siren", "SIREN", "identifiant"),
    Column("vide", "Vide", extra=True),
)
ROWS = pl.DataFrame(
    {
        "nom": ["Écluse", '<img src=x onerror="alert(1)">', "=1+1"],
        "montant": [123456789, None, 990],
        "part": [0.125, None, 1.0],
        "jour": [date(2024, 2, 1), None, date(2023, 12, 31)],
        "ess": [True, None, False],
        "siren": ["000000117", "000000125", None],
        "vide": [None, None, None],
    },
    schema_overrides={"vide": pl.String},
)
CALLED = re.compile(r"row\[(\d+)\]")


class Owner:
    """What has tables and moves, as a view or an analysis of suppliers."""

    def __init__(self, *blocks):
        self.blocks, self.answer = blocks, ipywidgets.HTML()

    def sheets(self):
        return self.blocks


def block(frame=ROWS, columns=COLUMNS, name="à trier", caption="À trier"):
    return table(name, caption, frame, columns)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def read(given, heading, form):
    """The cells of a column in one of its forms, as the script of the column finds them."""
    frame = given["df"]
    rank = frame.columns.index(heading)
    script = given["columnDefs"][rank]["render"]
    line = next(line for line in script.splitlines() if form in line)
    place = int(CALLED.search(line)[1])
    return frame.to_series(place).to_list()


@pytest.fixture
def given():
    pytest.importorskip("itables", reason="itables n'est pas installé")
    return sortable.options(block())


class TestTheGrid:
    def test_figures_are_sorted_as_numbers_and_shown_in_french(self, given):
        assert given["df"]["Montant"].to_list() == [1234567.89, None, 9.9]
        assert [plain(cell) for cell in read(given, "Montant", "'display'")] == ["1 234 567,89 €", "", "9,90 €"]
        # A share is filtered by what is read: 12,5 %.
        assert given["df"]["Part"].to_list() == [12.5, None, 100.0]
        assert [one["type"] for one in given["columnDefs"][:4]] == ["string", "num", "num", "string"]

    def test_days_are_sorted_by_day_and_shown_in_french(self, given):
        assert given["df"]["Le"].to_list() == ["2024-02-01", "", "2023-12-31"]
        assert read(given, "Le", "'sort'") == ["01/02/2024", "", "31/12/2023"]

    def test_what_is_unknown_is_no_number_and_is_not_compared(self, given):
        assert "'inconnu'" in given["columnDefs"][1]["render"]
        assert given["columnDefs"][1]["columnControl"][0]["content"][0]["excludeLogic"] == ["empty", "notEmpty"]
        assert read(given, "Montant", "'export'")[1] == ""

    def test_an_identifier_stays_a_text_with_its_zeros(self, given):
        assert given["df"]["SIREN"].to_list()[0] == "000000117"
        assert given["columnDefs"][5]["type"] == "string"

    def test_what_is_taken_away_is_what_officers_open(self, given):
        assert read(given, "Montant", "'export'") == ["1234567,89", "", "9,9"]
        assert read(given, "Le", "'export'") == ["01/02/2024", "", "31/12/2023"]
        assert read(given, "ESS", "'export'") == ["oui", "inconnu", "non"]
        csv = next(one for one in given["layout"]["topStart"]["buttons"] if one["extend"] == "csvHtml5")
        assert (csv["fieldSeparator"], csv["bom"], csv["charset"]) == (";", True, "utf-8")
        assert csv["filename"] == "a_trier"

    def test_a_cell_runs_nothing_neither_here_nor_in_a_spreadsheet(self, given):
        from itables.widget import ITable

        grid = ITable(given.pop("df"), **given)
        page = grid._dt_args["data_json"]
        assert "<img" not in page and "&lt;img" in page
        assert json.loads(page)[2][0] == "=1+1"
        taken = sortable.options(block())
        assert read(taken, "Nom", "'export'") == ["Écluse", '<img src=x onerror="alert(1)">', "'=1+1"]
        # What runs in the browser is written here, with places of columns only.
        assert all(
            not {"Écluse", "img"} & set(re.findall(r"\w+", one.get("render", ""))) for one in taken["columnDefs"]
        )

    def test_columns_that_answer_nothing_wait_behind_the_button(self, given):
        assert [one["visible"] for one in given["columnDefs"][:7]] == [True] * 6 + [False]
        named = sortable.options(block(), ("part", "nom", "inconnue"))
        assert named["df"].columns[:3] == ["Part", "Nom", "Montant"]
        assert [one["visible"] for one in named["columnDefs"][:3]] == [True, True, False]

    def test_two_columns_of_one_name_are_both_there(self):
        pytest.importorskip("itables", reason="itables n'est pas installé")
        twice = (Column("nom", "Nom"), Column("siren", "Nom", "identifiant"))
        assert sortable.options(block(columns=twice))["df"].columns[:2] == ["Nom", "Nom "]

    def test_a_grid_stops_at_its_most_lines_and_no_sooner(self, monkeypatch):
        pytest.importorskip("itables", reason="itables n'est pas installé")
        monkeypatch.setattr(sortable, "MOST", 3)
        assert sortable.options(block())["df"].height == 3
        more = block(pl.concat([ROWS, ROWS]))
        assert sortable.options(more)["df"].height == 3
        assert "les 3 premières lignes sur 6" in plain(Lines(Owner(more)).answer.value)
        assert "premières lignes" not in Lines(Owner(block())).answer.value


def test_every_word_of_the_grid_is_french():
    found = importlib.util.find_spec("itables")
    if found is None:
        pytest.skip("itables n'est pas installé")
    code = (Path(found.origin).parent / "widget" / "static" / "widget.js").read_text(encoding="utf-8")
    for kind in ("text", "number"):
        start = code.index(f'"columnControl.search.{kind}."')
        options = code[start : code.index(".filter(", start)]
        asked = set(re.findall(r'\+"(\w+)"', options))
        assert asked and asked <= set(sortable.WORDS["columnControl"]["search"][kind])
    for name in ("copy", "copyTitle", "copySuccess", "copyKeys", "colvis", "csv"):
        assert f'i18n("buttons.{name}"' in code and name in sortable.WORDS["buttons"]
    words = re.search(r"oLanguage:\{oAria.*?sZeroRecords", code, re.DOTALL)[0]
    own = {name.lower() for name in sortable.WORDS}
    assert {name.lower() for name in re.findall(r"\bs([A-Z]\w+):", words)} - own == {
        "first",
        "last",
        "next",
        "previous",
        "url",
    }


class TestChoosing:
    def test_the_tables_named_come_first_and_one_without_a_line_is_not_offered(self):
        empty = block(ROWS.head(0), name="vide", caption="Vide")
        lines = Lines(Owner(block(name="a", caption="A"), empty, block(name="b", caption="B")), "b", "absente")
        assert [plain(told) for told, _ in lines.which.options] == ["B (3 lignes)", "A (3 lignes)"]

    def test_the_table_read_stays_chosen_when_the_answer_moves(self):
        owner = Owner(block(name="a", caption="A"), block(name="b", caption="B"))
        lines = Lines(owner)
        lines.which.value = "b"
        owner.blocks = (block(name="a", caption="A"), block(ROWS.head(1), name="b", caption="B"))
        owner.answer.value = "une autre réponse"
        assert lines.which.value == "b" and plain(lines.which.label) == "B (1 ligne)"
        owner.blocks = ()
        owner.answer.value = "plus rien"
        assert "Aucune ligne" in lines.answer.value and not lines.place.children
        assert "Aucune ligne" in lines._repr_mimebundle_()["text/plain"]

    def test_a_problem_is_said_in_words_as_on_its_page(self):
        owner = Owner(block())
        lines = Lines(owner)
        owner.sheets = lambda: (_ for _ in ()).throw(Problem("Le registre a changé"))
        owner.answer.value = "une autre réponse"
        shown = lines._repr_mimebundle_()
        assert "Le registre a changé" in shown["text/html"] and "Le registre a changé" in shown["text/plain"]

    def test_without_a_kernel_the_first_lines_stay_readable_and_small(self):
        many = block(pl.concat([ROWS] * 700))
        shown = Lines(Owner(many, block(name="b", caption="B")))._repr_mimebundle_()
        page = plain(shown["text/html"])
        assert "Les 5 premières lignes sur 2 100" in page and "« B (3 lignes) »" in page
        assert "<script" not in page and "<img" not in page and len(page) < 12_000
        assert plain(shown["text/plain"]) == "À trier (2 100 lignes)\nB (3 lignes)"


def test_the_tables_of_a_desk_follow_its_selection():
    base = diagnostic.prepare(sorted(DATA.glob("marches_demo*.json")))
    desk = Desk(base, Selection(buyers=("000000117",)))
    lines = Lines(desk, "contrats")
    before = lines.block.frame.height
    assert lines.block.id == "contrats" and "mesures" not in dict(map(reversed, lines.which.options))
    family = lines.block.frame["famille"].mode().sort()[0]
    desk.selection.families = (family,)
    assert 0 < lines.block.frame.height < before
    desk.selection.families = ("famille inconnue",)
    assert not lines.which.options and "spaser-vue" in lines.answer.value
    desk.selection.families = ()
    assert lines.block.id == "contrats" and lines.block.frame.height == before


class TestWithoutTheLibrary:
    @pytest.fixture
    def lines(self, monkeypatch):
        monkeypatch.setattr(sortable, "available", lambda: False)
        return Lines(Owner(block(pl.concat([ROWS] * 20))))

    def test_the_table_is_read_as_elsewhere_and_says_what_lacks(self, lines):
        page = plain(lines.answer.value)
        assert "Les 50 premières lignes sur 60" in page and "itables" in page
        assert "1 234 567,89 €" in page and "<img" not in page and not lines.place.children

    def test_its_csv_is_given_whole_and_harmless(self, lines):
        kind, data = re.search(
            r'download="a_trier\.csv" href="data:([^;]+);base64,([^"]+)"', lines.answer.value
        ).groups()
        content = base64.b64decode(data)
        assert kind == "text/csv" and content.startswith(b"\xef\xbb\xbf")
        rows = content.decode("utf-8-sig").split("\r\n")
        assert rows[0] == "Nom;Montant;Part;Le;ESS;SIREN;Vide" and len(rows) == 62
        assert rows[1] == "Écluse;1234567,89;0,125;01/02/2024;oui;000000117;"
        assert rows[3].startswith("'=1+1;9,9;")


def test_cells_for_officers_are_those_of_their_file():
    frame = ROWS.select("nom", "part", "jour", "ess").rename({"nom": "Nom", "part": "Taux", "jour": "Le", "ess": "ESS"})
    cells = files.officers_cells(frame)
    lines = files.officers_csv(frame).decode("utf-8-sig").split("\r\n")[1:-1]
    assert [";".join(row).replace('"', "") for row in cells.rows()] == [line.replace('"', "") for line in lines]
