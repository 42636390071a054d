"""What a person writes is read whole and checked whole: every fault at once, in French, with its line."""

from __future__ import annotations

from datetime import date

import pytest

from spaser import settings
from spaser.problems import Problem, Problems
from spaser.settings import Choice, Column, Day, Either, Flag, Many, Named, Number, Table, Text, Whole, like

SHAPE = Table(
    {
        "client": Text(),
        "fichiers": Many(Text(filled=True), least=1, needed=True),
        "rayon": Number(above=0, unit="kilomètres"),
        "population": Choice(("publies", "seuil_besoin")),
        "date": Day(),
        "part": Either((Number(above=0, most=1), Text())),
        "tri": Flag(),
        "acheteur": Many(
            Table({"nom": Text(needed=True), "rayon": Number(above=0), "reponses": Named(Whole(least=0, most=3))})
        ),
    }
)


def written(tmp_path, text, name="mission.toml"):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
    return path


def faults(tmp_path, text, shape=SHAPE):
    with pytest.raises(Problems) as told:
        settings.toml(written(tmp_path, text), "Le fichier de mission").checked(shape)
    return told.value.items


def test_a_right_file_comes_back_as_it_was_written(tmp_path):
    text = 'client = "Ville"\nfichiers = ["a.json"]\nrayon = 30\npart = "30 %"\ndate = 2026-10-31\n[[acheteur]]\nnom = "x"\nreponses = { moyens = 2 }\n'
    said = settings.toml(written(tmp_path, text), "Le fichier de mission").checked(SHAPE)
    assert said == {
        "client": "Ville",
        "fichiers": ["a.json"],
        "rayon": 30,
        "part": "30 %",
        "date": date(2026, 10, 31),
        "acheteur": [{"nom": "x", "reponses": {"moyens": 2}}],
    }


def test_every_fault_is_told_at_once_with_its_line_and_the_closest_name(tmp_path):
    text = '# mission\nclient = 3\nfichiers = []\nrayons = 2\npopulation = "publie"\n\n[[acheteur]]\nnom = "a"\n[[acheteur]]\nrayon = 0\n'
    told = faults(tmp_path, text)
    assert told[0].startswith("ligne 2 : « client » doit être un texte")
    assert any(item.startswith("ligne 3 : « fichiers »") for item in told)
    assert any(item.startswith("ligne 4 : clé inconnue « rayons »") and "« rayon » ?" in item for item in told)
    assert any(item.startswith("ligne 5 :") and "Vouliez-vous dire « publies » ?" in item for item in told)
    assert any(item.startswith("ligne 9 : acheteur 2 : il manque « nom »") for item in told)
    assert any(item.startswith("ligne 10 : acheteur 2 : « rayon »") for item in told)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("rayon = nan", "rayon"),
        ("rayon = inf", "rayon"),
        ("rayon = true", "rayon"),
        ('rayon = "30"', "rayon"),
        (f"rayon = {'9' * 300}", "rayon"),
        ("rayon = -0.0", "rayon"),
        ("date = 2026-10-31T10:00:00", "date"),
        ("date = 10:00:00", "date"),
        ("date = 0001-01-01", "date"),
        ('client = "\\u0000"', "client"),
        ("client = 2026-10-31", "client"),
        ("client = { a = 1 }", "client"),
        ("tri = 1", "tri"),
        ("part = true", "part"),
        ("part = nan", "part"),
        ("population = []", "population"),
        ("acheteur = { nom = 1 }", "acheteur"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_its_name(tmp_path, line, name):
    told = faults(tmp_path, f'fichiers = ["a"]\n{line}\n')
    assert len(told) == 1 and told[0].startswith("ligne 2 :") and f"« {name} »" in told[0]


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a = ",
        "a = 1\na = 2",
        "a = [1,",
        "a = " + "[" * 4000,
        "a = " + "9" * 6000,
        'a = "\\ud800"',
        "[a]\n[a]",
        'a = "C:\\x"',
        "= 1",
        b"\xff\xfe\x00",
        b"a = '\x00'",
        "a = 2026-99-99",
        "a = " + "{a = " * 60 + "1" + "}" * 60,
    ],
)
def test_a_text_that_is_no_toml_is_a_problem_in_french(tmp_path, text):
    with pytest.raises(Problem) as told:
        settings.toml(written(tmp_path, text), "Le fichier de mission")
    assert "Le fichier de mission" in str(told.value) and "\n" not in str(told.value)
    assert not any(word in str(told.value) for word in ("line", "column", "Expected", "Invalid", "Traceback", "digits"))


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', '{"a": ', "[" * 100_000, "9" * 6000, "{a}", '{"a": 1} x', '{"a": "\\x"}', '{"a": 1,}']
)
def test_a_text_that_is_no_json_is_a_problem_in_french(tmp_path, text):
    with pytest.raises(Problem) as told:
        settings.json(written(tmp_path, text, "r.json"), "Le fichier de réponses")
    assert not any(word in str(told.value) for word in ("line", "column", "Expecting", "char", "digits"))


def test_lines_of_json_are_said_too_and_half_characters_refused(tmp_path):
    document = settings.json(
        written(tmp_path, '{"client":\n "\\ud800",\n "acheteur": [{},\n {"nom": 1}], "fichiers": ["x"]}', "r.json"),
        "Le fichier",
    )
    with pytest.raises(Problems) as told:
        document.checked(SHAPE)
    assert [item.split(" :")[0] for item in told.value.items] == ["ligne 1", "ligne 3", "ligne 4"]


def test_what_a_kind_cannot_say_is_added_by_the_room_to_what_is_right(tmp_path):
    seen = []

    def also(said, found):
        seen.append(said)
        found.add(("acheteur", 0, "nom"), "« nom » est inconnu des fichiers")

    document = settings.toml(written(tmp_path, 'fichiers = ["a"]\n[[acheteur]]\nnom = "x"\n'), "Le fichier")
    with pytest.raises(Problems) as told:
        document.checked(SHAPE, also=also)
    assert told.value.items == ["ligne 3 : acheteur 1 : « nom » est inconnu des fichiers."]
    with pytest.raises(Problems):
        settings.toml(
            written(tmp_path, 'fichiers = 1\nclient = "x"\n[[acheteur]]\nnom = 3\nrayon = 2\n'), "Le fichier"
        ).checked(SHAPE, also=also)
    assert seen[1] == {"client": "x", "acheteur": [{"rayon": 2}]}


def test_the_absent_and_the_enormous_are_said_before_they_are_read(tmp_path):
    with pytest.raises(Problem, match="introuvable.*n'existe pas"):
        settings.toml(tmp_path / "rien.toml", "Le fichier de mission")
    with pytest.raises(Problem, match="caractère interdit"):
        settings.toml("a\x00b", "Le fichier de mission")
    with pytest.raises(Problem, match="démesuré"):
        settings.toml(written(tmp_path, b"#" * (9 << 20)), "Le fichier de mission")


def test_a_file_with_thousands_of_faults_shows_the_first_and_counts_the_others(tmp_path):
    told = faults(tmp_path, "fichiers = [" + "1, " * 500 + "]")
    assert len(told) == 41 and told[-1] == "… et 460 autres fautes."


def test_the_shape_of_a_bundled_file_takes_that_file_and_refuses_another_form():
    model = {"seuil": {"value": 3, "reason": "x"}, "bandes": [{"label": "a", "min": 0}, {"label": "b"}], "mots": ["x"]}
    shape, found = like(model), settings.Faults()
    assert shape.check(model, (), found) == model and not found
    shape.check({"seuil": {"value": -3.5}, "bandes": [{"min": 0}], "mots": "x", "autre": 1}, (), found)
    assert [part in " ".join(found.items) for part in ("« value »", "« label »", "« mots »", "« autre »")] == [True] * 4


COLUMNS = {"objet": Column(("identifiant", "siret"), needed=True), "motif": Column(("motif", "raison"))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_table_is_read_whatever_its_separator_and_encoding(tmp_path, encoding, separator):
    text = separator.join(["SIRET", "Raison"]) + "\r\n\r\n" + separator.join(["123", '"reçu\r\net lu"']) + "\r\n"
    frame, found = settings.rows(
        written(tmp_path, text.encode(encoding), "c.csv"), COLUMNS, "Le fichier de corrections"
    )
    assert frame.rows() == [(3, "123", "reçu\r\net lu")] and not found


def test_a_missing_column_a_near_heading_and_a_longer_line_are_said(tmp_path):
    with pytest.raises(Problem, match="« identifiant »"):
        settings.rows(written(tmp_path, "a;b\n1;2\n", "c.csv"), COLUMNS, "Le fichier de corrections")
    _, found = settings.rows(
        written(tmp_path, "siret;motifs\n1;x;y\n2;\x01\n", "c.csv"), COLUMNS, "Le fichier de corrections"
    )
    assert [item.split(" :")[0] for item in found.items] == [
        "ligne 1",
        "ligne 2",
        "ligne 3",
    ] and "« motif » ?" in found.items[0]


@pytest.mark.parametrize(
    "content", [b"", b"\r\n\r\n", b"PK\x03\x04abc", b"a\x00b;c\n", b'siret\n"' + b"x" * (2 << 20), b";" * 1000]
)
def test_what_is_no_table_is_a_problem_in_french(tmp_path, content):
    with pytest.raises(Problem) as told:
        settings.rows(written(tmp_path, content, "c.csv"), COLUMNS, "Le fichier de corrections")
    assert "Le fichier de corrections" in str(told.value)


def test_the_bundled_files_a_user_may_replace_have_the_shape_asked_of_his_own():
    from spaser import maturity, rules
    from spaser.detection import rules as lexicon
    from spaser.sources import catalogue

    assert lexicon.load(rules.path("lexicon.toml")).rules == lexicon.load().rules
    assert rules.method(rules.path("method.toml")) == rules.method()
    assert maturity.grid(rules.path("maturity.toml"))["axis"] == maturity.grid()["axis"]
    assert catalogue.catalogue(rules.path("catalogue.toml")) == catalogue.catalogue()


def test_a_method_of_ones_own_may_hold_only_what_changes(tmp_path):
    from spaser import rules

    own = rules.method(written(tmp_path, "[amounts.symbolic_below]\nvalue = 50\n"))
    assert own["amounts"]["symbolic_below"]["value"] == 50 and own["amounts"]["symbolic_below"]["reason"]
    assert own["amounts"]["impossible_from"] == rules.method()["amounts"]["impossible_from"]
    with pytest.raises(Problems, match="ligne 2 : amounts, symbolic_below : « value » doit être un nombre entier"):
        rules.method(written(tmp_path, "[amounts.symbolic_below]\nvalue = -1\n"))
    with pytest.raises(Problems, match="pattern.*motif"):
        rules.method(written(tmp_path, '[obligations.mention_de_lot]\npattern = "("\n'))
