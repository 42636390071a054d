"""A mission speaks to commands and to views alike: what a command passes on to a study, its view passes on as well."""

from __future__ import annotations

import inspect
import shutil
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from spaser import cli, widgets
from spaser.sources.notices import Notices
from spaser.studies import meetings, pams
from spaser.studies import suppliers as purchases
from spaser.studies.acting import impact, interviews, supplier
from spaser.studies.clauses import Clauses
from spaser.studies.diagnostic import compose as diagnosing
from spaser.studies.diagnostic import preparation
from spaser.studies.pams import Wishes
from spaser.studies.potential import compose as potentials
from spaser.studies.territory import book, panorama
from spaser.widgets import View
from spaser.widgets.desk import Desk

DATA = Path(__file__).parents[2] / "data"
TOWN, SIREN = "Ville d'Aubrelle", "000000117"
#: The studies that commands and views call, whatever the path by which each comes to them.
STUDIES: tuple[Callable[..., Any], ...] = (
    preparation.prepare,
    diagnosing.diagnose,
    potentials.taken,
    purchases.suppliers_of,
    impact.impact_of,
    supplier.sheet_of,
    panorama.territory,
    book.book_of,
    meetings.morning,
    pams.study,
)


class Heard(dict[str, list[dict[str, Any]]]):
    """What was passed on to each study, call by call; ``made``: what each call gave."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.made: dict[str, list[Any]] = {}


#: What is no word of a mission: tables already made, the computer's own clock and places, how the reading is followed.
APART = {"base", "source", "result", "found", "progress", "cache", "clock", "options", "read", "known", "place", "who"}
#: Given read by one side and to be read by the other: the lists, the decisions and the spending are compared as files elsewhere.
READ = {"paths", "registers", "overrides", "validations", "decisions", "spend", "others", "peers"}
#: What a view adds to its command, or chooses otherwise: the families chosen on the screen; the buyer of one sheet; the hours of clauses, typed or the demo's; each view's own words.
SCREEN = {"family", "buyer", "kind", "arguments", "goals", "hours"}
SHEET = "00000101600013"

#: Each view that a command has a twin of: the words of the command, and how the notebook makes the view.
TWINS: dict[str, tuple[list[str], Callable[[Desk], Any]]] = {
    "Potential": (["potentiel"], widgets.Potential),
    "Groups": (["groupements"], widgets.Groups),
    "Allotment": (["allotissement"], widgets.Allotment),
    "Morning": (["matinale"], widgets.Morning),
    "Draft": (["potentiel"], widgets.Draft),
    "Suppliers": (["fournisseurs"], widgets.Suppliers),
    "Impact": (["impact"], widgets.Impact),
    "Supplier": (["fournisseurs", "--fiche", SHEET], lambda desk: widgets.Supplier(desk, SHEET)),
    "LocalBook": (["territoire", "--epci", "Choisy-le-Roi", "--cahier"], widgets.LocalBook),
    "Pams": (["rapport"], widgets.Pams),
    "Panorama": (["diagnostic"], widgets.Panorama),
}
#: Views that no command has a twin of, and of which another view above has the study.
BESIDE = {
    "View": "what the others are made of",
    "Behind": "follows Potential",
    "Sourcing": "follows Potential",
    "Contract": "one contract of the diagnostic",
    "Explain": "one figure of the diagnostic",
    "Calendar": "the renewals of the diagnostic",
    "Reach": "the targets of the report, below",
    "Review": "the findings of the diagnostic",
}


PROGRAMME = """Numéro;Objet;Montant estimé HT;Date prévue;Durée
A1;Entretien des espaces verts;180000;01/03/2027;24 mois
"""


def written(root: Path) -> None:
    """A programme, the workbook of people met and that of a meeting day, as a person fills them in."""
    (root / "programme.csv").write_text(PROGRAMME, encoding="utf-8")
    interviews.write_guide(root, date(2026, 11, 28))
    (root / "entretiens.xlsx").rename(root / "entretiens-rempli.xlsx")
    book = openpyxl.Workbook()
    book.active.title = "suivi"
    book.active.append(
        ["Besoin n°", "Fournisseur", "Rencontré le", "A répondu à la consultation", "A gagné", "Montant gagné"]
    )
    book.active.append(["B1", "Structure inventée", "12/10/2026", "oui", "non", None])
    book.save(root / "suivi-rempli.xlsx")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """The demo, asking of its town much of what a mission may ask of one buyer, otherwise than by default: a key not said here is not compared."""
    root = tmp_path_factory.mktemp("mission")
    shutil.copytree(DATA, root / "data")
    made = root / "data" / "demo"
    written(root / "data")
    text = (made / "mission.toml").read_text(encoding="utf-8")
    text = text[: text.index("[cibles]")].replace("rayon = 30 ", "rayon = 100 ").replace('"30 %"', '"15 %"')
    asked = f"""date = 2026-06-30
aujourdhui = 2026-11-28
annees = [2024, 2026]
population = "publies"
[[acheteur]]
nom = "{TOWN}"
depenses = "../depenses_demo.xlsx"
rayon = 45
dependance = "12 %"
type = "entite"
spaser_adopte = 2024-06-27
spaser_lien = "https://ville.example/spaser"
questionnaire = {{ moyens = 2 }}
mention = "Dépenses inventées"
entretiens = "../entretiens-rempli.xlsx"
programme = ["../programme.csv"]
programme_publie = true
suivis = ["../suivi-rempli.xlsx"]
soumis_au_code = true
cibles = {{ clause_sociale = {{ valeur = "41 %", annee = 2028 }} }}
"""
    lines = [line for line in text.splitlines() if not line.startswith("acheteurs")]
    (made / "mission.toml").write_text("\n".join(lines) + "\n" + asked, encoding="utf-8")
    return made


@contextmanager
def heard(told: Heard):
    """Every call of the studies, with what was passed on to them."""

    def listening(study: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(study)

        @wraps(study)
        def heard_of(*args: Any, **named: Any) -> Any:
            bound = signature.bind(*args, **named)
            bound.apply_defaults()
            words = {name: said(value) for name, value in bound.arguments.items() if name not in APART | READ}
            told.setdefault(study.__name__, []).append(words | named_options(bound.arguments))
            result = study(*args, **named)
            told.made.setdefault(study.__name__, []).append(result)
            return result

        heard_of.cache_clear = getattr(study, "cache_clear", None)  # type: ignore[attr-defined]
        return heard_of

    # Each module that holds one of the studies under some name of its own is given the one that listens.
    with pytest.MonkeyPatch.context() as patched:
        known = {id(study): listening(study) for study in STUDIES}
        for module in [one for name, one in sys.modules.items() if name.partition(".")[0] == "spaser"]:
            for name, value in list(vars(module).items()):
                if id(value) in known:
                    patched.setattr(module, name, known[id(value)])
        yield


def named_options(arguments: dict[str, Any]) -> dict[str, Any]:
    """What is passed on by its name to the study behind this one."""
    given = {**arguments.get("options", {}), **arguments.get("read", {})}
    return {name: said(value) for name, value in given.items() if name not in APART | READ}


def said(value: Any) -> Any:
    """A value that two calls can be compared by: files by their name, what is asked of a buyer without the lists already read."""
    if isinstance(value, Wishes):
        shown = {name: getattr(value, name) for name in Wishes.__dataclass_fields__ if name != "registers"}
        return {name: said(one) for name, one in shown.items()}
    if isinstance(value, Notices):
        return said(value.files["source"].to_list())
    if isinstance(value, Clauses):
        return said(value.documents.files["document"].to_list())
    if isinstance(value, Path):
        return value.name
    if isinstance(value, str) and value in (TOWN, SIREN):
        return SIREN
    if isinstance(value, str) and "/" in value:
        return Path(value).name
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return tuple(said(one) for one in value) if len(value) != 1 else said(value[0])
    return None if isinstance(value, pl.DataFrame | pl.LazyFrame) else value


@pytest.fixture(scope="module")
def opened(home) -> tuple[Desk, Heard]:
    """The desk of the notebooks, and what was passed on while it was opened."""
    told = Heard()
    with heard(told):
        desk = Desk(widgets.read(str(home)))
    return desk, told


@pytest.fixture(scope="module")
def ran(home, tmp_path_factory) -> Callable[[list[str]], Heard]:
    """What a command passes on for the mission; it runs once for all the views that have its study."""
    done: dict[str, Heard] = {}

    def run(words: list[str]) -> Heard:
        key = " ".join(words)
        if key not in done:
            done[key] = Heard()
            at = [str(home)] if words == ["rapport"] else ["--mission", str(home)]
            with heard(done[key]):
                assert cli.main([*words, *at, "--sortie", str(tmp_path_factory.mktemp("sortie"))]) == 0
        return done[key]

    return run


def missing(command: Heard, view: Heard) -> list[str]:
    """What the command passed on, and the view did not under this name to any study; one that the view does not call is not asked for."""
    passed = [call for calls in view.values() for call in calls]
    return [
        f"{study} : {name} = {value!r}, et non {sorted({repr(call.get(name)) for call in passed if name in call})}"
        for study, calls in command.items()
        if study in view
        for name, value in calls[-1].items()
        if value not in (None, (), "", {}, False)
        if all(call.get(name) != value for call in passed)
    ]


@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_view_passes_on_all_that_its_command_takes_from_the_mission(name, opened, ran):
    words, make = TWINS[name]
    desk, before = opened
    by_command, by_view = ran(words), Heard({study: list(calls) for study, calls in before.items()})
    desk._known = None  # the diagnostic as well is asked for by the view
    with heard(by_view):
        shown = make(desk)
    assert not shown._refused
    assert by_command.keys() & by_view.keys(), "neither calls a study of the other"
    assert "\n".join(missing(by_command, by_view)) == ""
    assert apart(by_command, by_view) == []
    assert "\n".join(one for one in missing(by_view, by_command) if one.split()[2] not in SCREEN) == ""


#: Tables that follow what one of the two is not given: the spending (duties of the buyer), the hours that the view of the demo
#: offers, the account of lists read already or read again.
FOLLOWING = {"obligations", "obligations_acheteur", "spaser", "etat_spaser", "required", "done", "filled"}


def frames(result: Any) -> dict[str, pl.DataFrame]:
    """The tables that a study gives, by their name."""
    if not is_dataclass(result):
        return {}
    held = {one.name: getattr(result, one.name) for one in fields(result)}
    tables = {name: value for name, value in held.items() if isinstance(value, pl.DataFrame)}
    extras = held.get("extras")
    return tables | {name: frame for name, frame in dict(extras or {}).items() if isinstance(frame, pl.DataFrame)}


def unlike(one: dict[str, pl.DataFrame], other: dict[str, pl.DataFrame]) -> list[str]:
    """The tables that both have and that differ."""
    return [
        name
        for name in sorted(one.keys() & other.keys() - FOLLOWING)
        if not (one[name].columns == other[name].columns and one[name].equals(other[name]))
    ]


def apart(command: Heard, view: Heard) -> list[str]:
    """What the last answer of the command says otherwise than every answer of the view, study by study."""
    found = []
    for study, results in command.made.items():
        mine = frames(results[-1])
        if mine and (others := view.made.get(study)):
            found += [f"{study} : {name}" for name in min((unlike(mine, frames(one)) for one in others), key=len)]
    return found


def test_an_answer_that_differs_is_seen():
    said = pl.DataFrame({"a": [1, 2]})
    assert unlike({"t": said}, {"t": pl.DataFrame({"a": [1, 3]})}) == ["t"]
    assert unlike({"t": said, "u": said}, {"t": said}) == []


def test_a_radius_of_the_mission_is_offered_and_starts_each_list(opened):
    desk, _ = opened
    for view in (widgets.Groups(desk), widgets.Morning(desk)):
        assert (view.radius.label, view.dependency.label) == ("45 km", "12\u00a0%")


def test_another_buyer_starts_from_what_the_mission_asks_of_it(opened):
    desk = Desk(opened[0])
    desk.mission = opened[0].mission
    view = widgets.Morning(desk)
    desk.selection.buyers = ("000000133",)
    assert (view.radius.value, view.dependency.value) == (100.0, 0.15)
    view.radius.value = 10.0
    desk.selection.buyers = ("000000117",)
    assert (view.radius.value, view.dependency.value) == (45.0, 0.12)


def test_the_road_starts_at_the_target_voted(opened):
    view = widgets.Reach(opened[0])
    assert (view.kind.value, view.target.value) == ("clause_sociale", 41)


def test_every_view_has_its_command_or_the_reason_why_it_has_none():
    views = {
        name for name in widgets.__all__ if inspect.isclass(one := getattr(widgets, name)) and issubclass(one, View)
    }
    assert views <= TWINS.keys() | BESIDE.keys(), views - TWINS.keys() - BESIDE.keys()


def test_a_word_that_a_view_leaves_out_is_seen():
    command = {"judged": [{"radius": 45.0, "share": 0.12}], "prepare": [{"as_of": date(2026, 1, 1)}]}
    assert missing(command, {"judged": [{"radius": None, "share": 0.12}]}) == [
        "judged : radius = 45.0, et non ['None']"
    ]
    assert missing(command, {"judged": [{"radius": 45.0, "share": 0.12}]}) == []


def test_a_buyer_that_the_code_does_not_bind_is_refused_alike_by_a_command_and_its_view(home, tmp_path, capsys):
    shutil.copytree(home.parent, tmp_path / "data")
    path = tmp_path / "data" / "demo" / "mission.toml"
    path.write_text(
        path.read_text("utf-8").replace("soumis_au_code = true", "soumis_au_code = false"), encoding="utf-8"
    )
    code = cli.main(["allotissement", "--mission", str(path.parent), "--sortie", str(tmp_path / "sortie")])
    refused = widgets.Allotment(Desk(widgets.read(str(path.parent))))._refused
    told = " ".join(capsys.readouterr().err.split())
    assert code == 2 and "de gré à gré" in told and "de gré à gré" in refused
