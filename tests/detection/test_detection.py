"""What the detection reads in French texts. All texts are invented."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from spaser import detection
from spaser.detection import inflection
from spaser.detection import rules as detection_rules
from spaser.detection import search as detection_search
from spaser.problems import Problem
from spaser.vocabulary import PASSAGES

FOLDER = Path(__file__).parents[1] / "cases"
CASES = tomllib.loads((FOLDER / "detection_texts.toml").read_text(encoding="utf-8"))["cases"]
VOCABULARY = tomllib.loads((FOLDER / "detection_vocabulary.toml").read_text(encoding="utf-8"))["cases"]
LABELLED = tomllib.loads((FOLDER / "detection_labelled.toml").read_text(encoding="utf-8"))["cases"]
LEXICON = detection_rules.load()
FIELDS = ("objet", "conditions", "critere")


def texts(*given: str, champ: str = "conditions") -> pl.LazyFrame:
    return pl.LazyFrame({"texte_id": [str(i) for i in range(len(given))], "champ": champ, "texte": given})


def found(text: str, champ: str = "conditions") -> pl.DataFrame:
    return detection.detect(texts(text, champ=champ)).collect()


def level(text: str, dimension: str, champ: str) -> int:
    rows = detection.summarise(detection.detect(texts(text, champ=champ))).collect()
    return rows[dimension][0] if rows.height else 0


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_text_is_read_as_its_case_says(case: dict) -> None:
    rows = detection.summarise(detection.detect(texts(case["texte"], champ=case["champ"]))).collect().to_dicts()
    said = (
        rows[0] if rows else {"env": 0, "soc": 0, "reserve": "none", "porteurs": [], "env_codes": [], "soc_codes": []}
    )
    for key in ("env", "soc", "reserve", "env_codes", "soc_codes"):
        if key in case:
            assert said[key] == case[key], key
    assert set(case.get("porteurs", [])) <= set(said["porteurs"])


def test_the_vocabulary_of_responsible_procurement_is_read() -> None:
    """One batch for all: levels and reservation of each invented text."""
    frame = pl.LazyFrame(
        {
            "texte_id": [str(i) for i in range(len(VOCABULARY))],
            "champ": [c[0] for c in VOCABULARY],
            "texte": [c[1] for c in VOCABULARY],
        }
    )
    rows = {row["texte_id"]: row for row in detection.summarise(detection.detect(frame)).collect().to_dicts()}
    blank = {"env": 0, "soc": 0, "reserve": "none"}
    said = [[c[1], *(rows.get(str(i), blank)[key] for key in blank)] for i, c in enumerate(VOCABULARY)]
    assert said == [case[1:] for case in VOCABULARY]


def test_running_text_of_every_kind_is_read_as_the_guide_says() -> None:
    """Clauses, criteria, notices, guides and their false friends: levels, reservation and carriers of each invented text."""
    fields, given = [case[0] for case in LABELLED], [case[1] for case in LABELLED]
    frame = pl.LazyFrame({"texte_id": [str(i) for i in range(len(given))], "champ": fields, "texte": given})
    rows = {row["texte_id"]: row for row in detection.summarise(detection.detect(frame)).collect().to_dicts()}
    blank = {"env": 0, "soc": 0, "reserve": "none", "porteurs": []}
    wrong = []
    for rank, (_, text, env, soc, reserve, carriers) in enumerate(LABELLED):
        said = rows.get(str(rank), blank)
        expected = said["porteurs"] if carriers == "-" else sorted(carriers.split(","))
        if (said["env"], said["soc"], said["reserve"], said["porteurs"]) != (env, soc, reserve, expected):
            wrong.append((text, said))
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "carrier"),
    [
        ("Clause environnementale : papier recyclé à 100 %", "clause"),
        ("Le titulaire utilise du papier recyclé pour au moins 80 % des tirages", "clause"),
        ("Performances environnementales : 15 %", "critere"),
        ("Prix 60 %, délai 25 %, réemploi 15 %", "critere"),
    ],
)
def test_a_share_is_no_weight(text: str, carrier: str) -> None:
    assert set(found(text)["porteur"]) == {carrier}


@pytest.mark.parametrize(
    "text",
    [
        "Les peintures ne contiennent pas de formaldéhyde",
        "L'emploi de pesticides n'est pas autorisé",
        "Les produits n'ont pas été fabriqués par des enfants",
        "Le titulaire ne pratique aucune discrimination à l'embauche",
    ],
)
def test_a_harm_denied_is_a_requirement(text: str) -> None:
    assert max(found(text)["niveau"]) == 2


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("Le niveau de bruit ne dépasse pas 80 dB afin de limiter les nuisances", 2),
        ("Le marché ne comporte pas d'exigence environnementale", 0),
        ("Conditions d'exécution\nCe marché ne comporte pas d'exigence environnementale", 0),
        ("Conditions d'exécution : aucune exigence environnementale", 0),
    ],
)
def test_only_what_the_contract_holds_is_denied(text: str, env: int) -> None:
    assert level(text, "env", "conditions") == env


def test_every_motif_of_the_kit_can_be_compiled_and_few_are_for_a_few_texts() -> None:
    detection_rules._bundled.cache_clear()
    known = detection_rules.load()
    motifs = [one.pattern for one in (*known.rules, *known.exceptions, *known.heads)]
    texts = pl.LazyFrame({"texte_id": ["1"], "champ": ["objet"], "texte": ["Fourniture de papier recyclé"]})
    assert detection.detect(texts, known).collect().height
    read = sum("compiled" in vars(motif) for motif in motifs)
    assert 0 < read < len(motifs) / 4
    assert all(motif.compiled.pattern for motif in motifs)


@pytest.mark.parametrize(
    "text",
    ["Collecte des d\ufffdchets", "Collecte des d?chets", "Collecte des dÃ©chets", "Entretien d\ufffdespaces verts"],
)
def test_letters_lost_or_encoded_twice_are_read(text: str) -> None:
    assert level(text, "env", "objet") == 1


@pytest.fixture(scope="module")
def by_rule() -> dict[tuple[str, str], set[str]]:
    """The rules found in each example and counter-example of the lexicon, read in every kind of field."""
    given = [
        (rule.id, kind, champ, getattr(rule, kind))
        for rule in LEXICON.rules
        for kind in ("example", "counter")
        for champ in FIELDS
    ]
    frame = pl.LazyFrame(
        {"texte_id": [f"{g[0]}|{g[1]}" for g in given], "champ": [g[2] for g in given], "texte": [g[3] for g in given]}
    )
    grouped = detection.detect(frame).collect().group_by("texte_id").agg("regle")
    return {tuple(key.split("|")): set(rules) for key, rules in grouped.iter_rows()}


@pytest.mark.parametrize("rule", LEXICON.rules, ids=[rule.id for rule in LEXICON.rules])
def test_every_rule_finds_its_example_and_not_its_counter_example(rule: detection_rules.Rule, by_rule: dict) -> None:
    assert rule.example and rule.counter
    assert rule.id in by_rule.get((rule.id, "example"), set())
    assert rule.id not in by_rule.get((rule.id, "counter"), set())


@pytest.mark.parametrize("exception", LEXICON.exceptions, ids=[one.id for one in LEXICON.exceptions])
def test_every_exception_recognises_its_example(exception: detection_rules.Except) -> None:
    plain = unicodedata.normalize("NFD", exception.example.lower())
    assert exception.pattern.search("".join(char for char in plain if not unicodedata.combining(char)))


#: Labels of criteria known to trip a search of substrings: words that look like a consideration, then considerations it misses.
FALSE_FRIENDS = [
    ("MOYENS HUMAINS ET TECHNIQUES", "soc"),
    ("QUALIFICATION DU PERSONNEL", "soc"),
    ("ASSOCIATION DES ÉQUIPES", "soc"),
    ("INSERTION DANS LE SITE ARCHITECTURAL", "soc"),
    ("PERFORMANCE DE LA CLIMATISATION", "env"),
    ("ENVIRONNEMENT INFORMATIQUE", "env"),
    ("NETTOYAGE DU SIÈGE SOCIAL", "soc"),
    ("CONSTRUCTION DE LOGEMENTS SOCIAUX", "soc"),
    ("PROCÉDURE ADAPTÉE", "soc"),
    ("ACCÈS RÉSERVÉ AUX SECOURS", "soc"),
    ("RÉSERVOIR D'EAU", "soc"),
]
EASILY_MISSED = [
    ("RSE DU CANDIDAT", "soc"),
    ("BIODIVERSITÉ", "env"),
    ("AGRICULTURE BIOLOGIQUE", "env"),
    ("ÉGALITÉ FEMMES-HOMMES", "soc"),
    ("HANDICAP", "soc"),
    ("ÉCONOMIE D'ÉNERGIE", "env"),
    ("COMMERCE ÉQUITABLE", "soc"),
    ("RÉEMPLOI", "env"),
    ("CIRCUITS COURTS", "env"),
    ("GAZ À EFFET DE SERRE", "env"),
]


@pytest.mark.parametrize(("label", "dimension"), FALSE_FRIENDS)
@pytest.mark.parametrize("champ", ["critere", "objet", "conditions", ""])
def test_a_false_friend_is_not_a_consideration(label: str, dimension: str, champ: str) -> None:
    assert level(label, dimension, champ) == 0


@pytest.mark.parametrize(("label", "dimension"), EASILY_MISSED)
def test_the_label_of_a_criterion_that_others_miss_is_found(label: str, dimension: str) -> None:
    assert level(label, dimension, "critere") == 2
    assert level(label, dimension, "") >= 1


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("Le titulaire réalise 1 250 heures d'insertion.", 1250, "heures"),
        ("La clause d'insertion porte sur 7,5 % des heures travaillées.", 7.5, "% d'heures"),
        ("Clause obligatoire d'insertion : 90 h sur la durée du marché", 90, "heures"),
        ("Critère environnemental : 15 %", 15, "% de pondération"),
        ("Performances en matière d'insertion professionnelle (20 points)", 20, "points"),
        ("Pénalité de 45 € par heure d'insertion non réalisée", 45, "€ par heure"),
        ("Pénalité de 1 000 euros pour non-respect des exigences environnementales", 1000, "€"),
        ("Le papier contient au moins 60 % de fibres recyclées", 60, "%"),
    ],
)
def test_the_number_said_with_a_consideration_is_read(text: str, number: float, unit: str) -> None:
    assert (number, unit) in found(text).select("nombre", "nombre_unite").rows()


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("Lot réservé aux ESAT (article L. 2113-12 du CCP)", "L2113-12"),
        ("Marché réservé, art. L2113-13-1", "L2113-13-1"),
        ("Clause d'insertion au titre de l'article R 2111-10", "R2111-10"),
    ],
)
def test_the_article_cited_is_read(text: str, article: str) -> None:
    assert article in found(text)["article_cite"].to_list()


@pytest.mark.parametrize(
    "text",
    [
        "Main-d’œuvre : 100 heures d’insertion, œuvres œuvrées, papier recyclé",
        unicodedata.normalize("NFD", "Clause sociale d'insertion et critère environnemental, marché réservé aux ESAT"),
        "CLAUSE SOCIALE\u00a0D’INSERTION – PAPIER RECYCLÉ",
        "Clauses socialesLe titulaire respecte la clause environ-\nnementale du CCAP",
        "İstanbul : clause d'insertion et papier recyclé",
    ],
)
def test_offsets_point_into_the_original_text(text: str) -> None:
    rows = found(text)
    assert rows.height >= 2
    assert [text[a:b] for a, b in rows.select("debut", "fin").rows()] == rows["citation"].to_list()
    assert all(quote.strip() for quote in rows["citation"])


def test_passages_have_the_agreed_columns_even_when_nothing_is_found() -> None:
    for text in ("Clause sociale", "Rien à signaler", ""):
        assert found(text).schema == pl.Schema(PASSAGES.schema)
    assert found("Rien à signaler").height == 0


def test_a_missing_text_gives_no_passage() -> None:
    frame = pl.LazyFrame({"texte_id": ["a", "b"], "champ": [None, "objet"], "texte": [None, "Papier recyclé"]})
    assert detection.detect(frame).collect()["texte_id"].to_list() == ["b"]


def test_page_and_article_of_a_document_are_carried_through() -> None:
    frame = texts("Clause d'insertion").with_columns(page=pl.lit(9), article=pl.lit("14.2"))
    assert detection.detect(frame).collect().select("page", "article").row(0) == (9, "14.2")


def test_the_order_of_the_texts_does_not_change_what_is_found() -> None:
    given = [case["texte"] for case in CASES]
    frame = pl.LazyFrame(
        {"texte_id": [str(i) for i in range(len(given))], "champ": [c["champ"] for c in CASES], "texte": given}
    )
    key = ["texte_id", "debut", "regle"]
    assert detection.detect(frame).collect().sort(key).equals(detection.detect(frame.reverse()).collect().sort(key))


def _all_cases() -> list[tuple[str, str]]:
    """Every invented text with its field, as it is written and in capitals."""
    faults = tomllib.loads((FOLDER / "detection_faults.toml").read_text(encoding="utf-8"))["cases"]
    tenders = tomllib.loads((FOLDER / "detection_tenders.toml").read_text(encoding="utf-8"))
    given = [(case["champ"], case["texte"]) for case in CASES]
    given += [(case[0], case[1]) for case in (*VOCABULARY, *LABELLED)] + [(case[1], case[2]) for case in faults]
    given += [("CCTP", case[0]) for cases in tenders.values() for case in cases]
    unseen = tomllib.loads((FOLDER / "detection_unseen.toml").read_text(encoding="utf-8"))
    given += [(case[0], case[1]) for one in unseen.values() for case in one["cases"]]
    return given + [(field, text.upper()) for field, text in given]


def test_the_sieve_loses_nothing_that_the_rules_find() -> None:
    """The vectorised passes must be supersets: every rule tried on every case finds no more than the sieve let through."""
    given = _all_cases()
    frame = pl.LazyFrame(
        {
            "texte_id": [str(i) for i in range(len(given))],
            "champ": [field for field, _ in given],
            "texte": [text for _, text in given],
        }
    )
    natures = frame.with_columns(detection_search.nature().alias("nature")).collect()["nature"].to_list()
    sieved: dict[str, list[tuple[str, int]]] = {}
    for name, rule, start in detection.detect(frame).select("texte_id", "regle", "debut").collect().iter_rows():
        sieved.setdefault(name, []).append((rule, start))
    for rank, ((_, text), kind) in enumerate(zip(given, natures, strict=True)):
        spoken = {"": True, "objet_nomme": True, "hors_objet": kind != "objet", "objet": kind == "objet"}
        usable = [i for i, one in enumerate(LEXICON.rules) if spoken.get(one.fields, one.fields == kind)]
        every = detection.read(detection.fold(text), kind, usable, range(len(LEXICON.exceptions)), LEXICON)
        assert [(one.rule.id, one.start) for one in every] == sieved.get(str(rank), []), text


@pytest.mark.parametrize(
    ("pattern", "read", "left"),
    [
        ("d'apport volontaire", ["d'apport volontaire", "d'apports volontaires"], ["d'apport involontaire"]),
        ("eaux usees", ["eau usee", "eaux usees"], ["eau use"]),
        ("vegetal local", ["vegetal local", "vegetaux locaux"], ["vegetale locale"]),
        ("(?<!espaces )verts", ["verts", "vert"], ["espaces verts"]),
        ("bois|des bacs?", ["bois", "des bac", "des bacs"], ["de bacs"]),
    ],
)
def test_a_pattern_reads_a_word_in_either_number(pattern: str, read: list[str], left: list[str]) -> None:
    written = re.compile(rf"(?:{inflection.either_number(pattern)})(?![a-z])")
    assert [text for text in read if not written.search(text)] == []
    assert [text for text in left if written.fullmatch(text) or written.search(text)] == []


def test_a_word_after_a_gap_begins_where_a_word_begins() -> None:
    written = re.compile(inflection.whole_words(r"gestion[^.;]{0,40}(?:berges|mares)"))
    assert written.search("gestion des berges") and not written.search("gestion du marche heberges")


def test_highlighted_text_is_safe_and_marks_each_passage() -> None:
    text = "<b>Papier recyclé</b> & clause d'insertion"
    marked = detection.highlight(text, found(text))
    assert "<b>" not in marked and "&lt;b&gt;" in marked and "&amp;" in marked
    assert marked.count("<mark ") == marked.count("</mark>") == 2
    assert ">recyclé</mark>" in marked


def test_a_lead_is_shown_but_not_counted() -> None:
    passages = detection.detect(texts("Achat d'un camion d'occasion", champ="objet"))
    assert passages.collect()["confiance"].to_list() == [0.4]
    assert detection.summarise(passages).collect()["env"].to_list() == [0]


def test_a_hostile_text_is_read_in_reasonable_work() -> None:
    text = "réservé " * 4000 + "clause d'insertion " + "( [ ☐ " * 2000
    assert "soc-clause-insertion" in found(text)["regle"].to_list()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('dimension = "soc"', 'dimenson = "soc"', "dimension"),
        ('carrier = "reservation"', 'carrier = "reservations"', "« reservation » ?"),
        ('confidence = "certain"', 'confidence = "certaine"', "« certain » ?"),
        ("level = 2", "level = true", "« level »"),
        ("[fragments]\n", '[fragments]\nl2 = "{gap"\nboucle = "{boucle}{boucle}"\n', ""),
        ("certain = 0.97", "certain = 9", "d'au plus 1"),
    ],
)
def test_a_fault_of_a_user_lexicon_is_told_with_its_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    own = tmp_path / "lexique.toml"
    own.write_text(
        detection_rules.rules.path("lexicon.toml").read_text(encoding="utf-8").replace(before, after, 1),
        encoding="utf-8",
    )
    if not said:
        assert detection_rules.load(own).rules
        return
    with pytest.raises(Problem, match="ligne") as told:
        detection_rules.load(own)
    assert said in str(told.value)


@pytest.mark.parametrize("pattern", ["(", "a{99999999999}", "{boucle}", "{inconnu}", "\\\\1(?P<a>x)(?P=a)"])
def test_a_pattern_that_cannot_be_used_is_told(tmp_path: Path, pattern: str) -> None:
    bundled = (
        detection_rules.rules.path("lexicon.toml")
        .read_text(encoding="utf-8")
        .replace("[fragments]\n", '[fragments]\nboucle = "{boucle}{boucle}"\n', 1)
    )
    rule = f"""
[[rules]]
id = "x"
dimension = "env"
code = ""
level = 2
carrier = "objet"
confidence = "certain"
anchors = ["chanvre"]
patterns = ["{pattern}"]
"""
    (tmp_path / "lexique.toml").write_text(
        bundled.replace("[[rules]]", rule.strip() + "\n[[rules]]", 1), encoding="utf-8"
    )
    with pytest.raises(Problem, match="[Mm]otif|Fragment"):
        detection_rules.load(tmp_path / "lexique.toml")


def test_a_user_lexicon_replaces_the_bundled_one(tmp_path: Path) -> None:
    own = tmp_path / "lexique.toml"
    bundled = detection_rules.rules.path("lexicon.toml").read_text(encoding="utf-8")
    head = bundled.split("# ======================= reserved markets")[0]
    rule = """
[[rules]]
id = "env-chanvre"
dimension = "env"
code = "clim-mitig"
level = 2
carrier = "objet"
confidence = "certain"
anchors = ["chanvre"]
patterns = ["chanvre"]
example = "Béton de chanvre"
counter = "Béton"
"""
    own.write_text(head + rule, encoding="utf-8")
    rows = detection.detect(texts("Laine de chanvre et papier recyclé", champ="objet"), lexicon=own).collect()
    assert rows["regle"].to_list() == ["env-chanvre"]
