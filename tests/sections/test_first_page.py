"""The first page: each rule on both sides of its limits, the choice among them, and the same figures in the body."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from findings import findings as invented

from spaser import french, sections
from spaser.deliverables.messages import Messages
from spaser.deliverables.report import Figure, Section, TableBlock
from spaser.sections.acting import company
from spaser.sections.summary import FACTS, RULES, chosen, eligible, facts, messages, verdict
from spaser.sections.summary import known as room
from spaser.sections.summary.known import SUBJECTS, _aimed
from spaser.vocabulary.handed import declared

#: Everything a rule may ask for, at values where nothing is wrong and nothing is remarkable.
QUIET: dict[str, Any] = dict.fromkeys(FACTS)
QUIET |= {"contrats": 40, "lus": 40, "jour": date(2026, 10, 31)}


def said(**known: Any) -> dict[str, str]:
    """The rules that hold on these facts alone: code → sentence."""
    return {one.rule.code: one.message.sentence() for one in eligible(QUIET | known)}


#: rule → facts on which it holds, and what changes for it not to hold any more.
_MOVED: dict[str, Any] = {
    "prive": 1,
    "payes_annee": "2024",
    "payes_annee_part": 0.025,
    "payes_avant": "2023",
    "payes_avant_part": 0.02,
}
_PAID: dict[str, Any] = {"prive": 1, "payes_part": 0.02, "payes": 100, "payes_ess": 2, "payes_couverture": 0.02}
LIMITS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "prive_hausse": (_MOVED | {"payes_ecart": 0.001}, {"payes_ecart": 0.0009}),
    "prive_baisse": (_MOVED | {"payes_ecart": -0.001}, {"payes_ecart": -0.0009}),
    "prive_travail": (
        {"prive": 1, "travail": "7 à 9 ETP", "travail_annee": "2024", "travail_achats": 2, "travail_mesure": 1}, {"prive": None},
    ),
    "prive_inconnus": (_PAID | {"payes_muets": 0.5}, {"payes_muets": 0.49}),
    "prive_sans_cible": (_PAID, {"prive": None}),
    "peu_de_contrats": ({"contrats": 9}, {"contrats": 10}),
    "obligation_clause": (
        {"devoir_part": 0.79, "devoir_prets": 79, "devoir_vises": 100, "devoir_depuis": date(2026, 8, 22)}, {"devoir_part": 0.8},
    ),
    "obligation_clause_prete": (
        {"devoir_part": 0.8, "devoir_prets": 80, "devoir_vises": 100, "devoir_depuis": date(2026, 8, 22)}, {"devoir_part": 0.79},
    ),
    "obligation_critere_env": (
        {"env_part": 0.79, "env_prets": 79, "env_vises": 100, "env_depuis": date(2026, 8, 22)}, {"env_part": 0.8},
    ),
    "obligation_critere_env_prete": (
        {"env_part": 0.8, "env_prets": 80, "env_vises": 100, "env_depuis": date(2026, 8, 22)}, {"env_vises": 9},
    ),
    "tout_non": (
        {f"toujours_{s}": "non" for s in ("social", "environnement", "reserve")} | {"toujours_n_social": 300}, {"toujours_reserve": "oui"},
    ),
    "spaser_attendu": (
        {"spaser_annee": "2024", "spaser_seuil": 50_000_000_00, "spaser_depense": 75_000_000_00, "spaser_depasse": "dépassé"},
        {"spaser_depense": None},
    ),
    "spaser_sans_depenses": (
        {"spaser_annee": "2024", "spaser_seuil": 50_000_000_00}, {"spaser_depense": 75_000_000_00},
    ),
    "rien_de_declare": (
        {f"oui_{s}": 0 for s in ("social", "environnement", "reserve")} | {"couverture_social": 0.5}, {"oui_reserve": 1},
    ),
    "potentiel": (
        {"potentiel": 1, "potentiel_part": 0.05, "annuel": 20, "besoins": 1, "potentiel_famille": "Nettoyage", "potentiel_premier": 1},
        {"potentiel_part": 0.049},
    ),
    "potentiel_faible": (
        {"potentiel": 1, "potentiel_part": 0.049, "annuel": 21, "besoins": 1, "potentiel_famille": "Nettoyage", "potentiel_premier": 1},
        {"potentiel_part": 0.05},
    ),
    "potentiel_nul": ({"besoins": 1, "potentiel": 0, "annuel": 10}, {"potentiel": 1}),
    "plus_de_besoin": (
        {"besoins": 0, "fins": 0, "fins_inconnues": 0, "derniere_fin": date(2026, 10, 30)}, {"fins_inconnues": 1},
    ),
    "aucun_besoin": ({"besoins": 0}, {"besoins": 1}),
    "payes": ({"payes_part": 0.1, "payes_ess": 1, "payes": 10, "payes_couverture": 0.4}, {"payes_part": None}),
    "payes_inconnu": ({"payes": 10}, {"payes_part": 0.1}),
    "gagnes": ({"gagnes_part": 0.1, "gagnes_ess": 1, "gagnes_connus": 2}, {"gagnes_ess": 0}),
    "gagnes_aucun": ({"gagnes_ess": 0}, {"gagnes_ess": 1}),
    "preparations_en_retard": ({"fins": 3, "fins_tard": 1}, {"fins_tard": 0}),
    "renouvellements_a_temps": ({"fins": 3, "fins_tard": 0}, {"fins_tard": 1}),
    "tout_est_fini": (
        {"fins": 0, "fins_passees": 1, "derniere_fin": date(2026, 10, 30)}, {"derniere_fin": date(2026, 10, 31)},
    ),
    "rien_ne_finit": ({"fins": 0}, {"fins": 1}),
    "ecrits_tus": ({"ecrits_tus": 1}, {"ecrits_tus": 0}),
    "ecrits_conformes": ({"ecrits_tus": 0}, {"ecrits_tus": 1}),
    "publication_en_retard": ({"publication_tard": 1, "publication_soumis": 20}, {"publication_tard": 0}),
    "publication_a_temps": (
        {"publication_tard": 0, "publication_inconnus": 0, "publication_soumis": 10}, {"publication_soumis": 9},
    ),
    "publication_non_etablie": (
        {"publication_tard": 0, "publication_inconnus": 1, "publication_soumis": 20}, {"publication_inconnus": 0},
    ),
    "axe_faible": (
        {"axe_bas": "Achats", "axe_bas_niveau": 0.5, "axe_haut": "Suivi", "axe_haut_niveau": 2.0, "niveau_max": 3}, {"axe_bas": None},
    ),
    "a_corriger": ({"a_corriger": 1}, {"a_corriger": 0}),
}  # fmt: skip
_AIM = {
    "quoi_*": "des contrats sont ainsi",
    "mesuree_en_*": "2025",
    "cible_*": 0.3,
    "cible_annee_*": "2028",
    "cible_nature_*": "voté",
}
_MARK = {"repere_quoi_*": "des contrats sont ainsi", "repere_en_*": "2025", "repere_*": 0.3, "repere_annee_*": "2028"}
_WORDS = {"disent_*": "le sont", "dit_*": "le sont", "theme_*": "le sujet"}
BY_SUBJECT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "cible_manquee": (_AIM | {"mesuree_*": 0.299}, {"mesuree_*": 0.3}),
    "cible_atteinte": (_AIM | {"mesuree_*": 0.3}, {"mesuree_*": 0.299}),
    "repere_atteint": (_MARK | {"repere_mesure_*": 0.3}, {"repere_mesure_*": 0.299}),
    "repere_manque": (_MARK | {"repere_mesure_*": 0.299}, {"repere_mesure_*": 0.3}),
    "silence": (_WORDS | {"couverture_*": 0.49, "muets_*": 21}, {"couverture_*": 0.5}),
    "toujours_pareil": (_WORDS | {"toujours_*": "oui", "toujours_n_*": 300}, {"toujours_*": None}),
    "aucun": (_WORDS | {"oui_*": 0, "couverture_*": 0.5}, {"oui_*": 1}),
    "loin_des_pairs": (_WORDS | {"rang_pairs_*": 0.25, "part_*": 0.1, "mediane_*": 0.2}, {"rang_pairs_*": 0.26}),
    "devant_les_pairs": (_WORDS | {"rang_pairs_*": 0.75, "part_*": 0.3, "mediane_*": 0.2}, {"rang_pairs_*": 0.74}),
    "progres": (
        _WORDS | {"ecart_*": 0.03, "avant_*": 0.1, "apres_*": 0.13, "annee_avant": "2024", "annee_apres": "2025"}, {"ecart_*": 0.029},
    ),
    "recul": (
        _WORDS | {"ecart_*": -0.03, "avant_*": 0.13, "apres_*": 0.1, "annee_avant": "2024", "annee_apres": "2025"}, {"ecart_*": -0.029},
    ),
    "part": (_WORDS | {"part_*": 0.1, "oui_*": 4, "muets_*": 0}, {"oui_*": 0}),
}  # fmt: skip
for _code, _sides in BY_SUBJECT.items():
    for _subject in ("social", "environnement", "reserve"):
        LIMITS[f"{_code}_{_subject}"] = tuple({k.replace("*", _subject): v for k, v in side.items()} for side in _sides)  # type: ignore[assignment]


def test_every_rule_has_its_limits_tested() -> None:
    assert {rule.code for rule in RULES} == set(LIMITS)


@pytest.mark.parametrize("code", sorted(LIMITS))
def test_a_rule_holds_on_its_side_of_the_limit_and_not_on_the_other(code: str) -> None:
    holds, changed = LIMITS[code]
    assert code in said(**holds)
    assert code not in said(**(holds | changed))


def test_nothing_is_said_of_what_is_unknown() -> None:
    assert said() == {}
    assert verdict(QUIET) == "Les données lues ne permettent pas de conclure : il manque de quoi mesurer.".replace(
        " :", "\u00a0:"
    )


def test_nothing_reserved_and_nothing_declared_is_said_once() -> None:
    nothing = {f"oui_{s}": 0 for s in ("social", "environnement", "reserve")} | {
        f"couverture_{s}": 1.0 for s in ("social", "environnement", "reserve")
    }
    assert [code for code in said(**nothing) if "aucun" in code or "rien" in code] == ["rien_de_declare"]


def test_an_answer_that_never_changes_is_doubted_and_measured_against_nothing() -> None:
    """Over hundreds of contracts, « non » everywhere is no more believed than « oui » everywhere."""
    nothing = {f"oui_{s}": 0 for s in ("social", "environnement", "reserve")} | {
        f"couverture_{s}": 1.0 for s in ("social", "environnement", "reserve")
    }
    always = LIMITS["tout_non"][0] | nothing | LIMITS["cible_manquee_social"][0]
    assert list(said(**always)) == ["tout_non"]
    assert "ne changent jamais" in verdict(QUIET | always)
    one = LIMITS["toujours_pareil_social"][0] | LIMITS["cible_atteinte_social"][0]
    assert list(said(**one)) == ["toujours_pareil_social"]


@pytest.mark.parametrize(
    ("general", "duty", "ready"),
    [
        ("rien_de_declare", "obligation_critere_env", "env_prets"),
        ("tout_non", "obligation_critere_env", "env_prets"),
        ("aucun_environnement", "obligation_critere_env", "env_prets"),
        ("aucun_social", "obligation_clause", "devoir_prets"),
    ],
)
def test_a_message_that_the_page_already_says_in_another_is_told_in_its_section_alone(
    general: str, duty: str, ready: str
) -> None:
    """Nothing declared, and nothing of what the duty expects: one message; one contract that has it, two."""
    both = (
        LIMITS[duty][0]
        | LIMITS[general][0]
        | {"theme_social": "la clause sociale", "theme_environnement": "la clause environnementale"}
    )
    for n in (0, 1):
        found = eligible(QUIET | both | {ready: n})
        held = {one.rule.code: one for one in found}
        assert {general, duty} <= set(held)
        shown = chosen(found)
        assert (held[duty].message in shown) is bool(n) and held[general].message in shown
        assert (general == "tout_non") or (
            ("critère" in held[general].message.compare) or ("de la taille" in held[general].message.compare)
        ) is not bool(n)


@pytest.mark.parametrize(("day", "words"), [(date(2026, 8, 21), "à partir du 22"), (date(2026, 8, 22), "depuis le 22")])
@pytest.mark.parametrize("code", ["obligation_clause", "obligation_critere_env", "obligation_clause_prete"])
def test_a_duty_is_to_come_or_in_force_on_the_day_of_the_reader(code: str, day: date, words: str) -> None:
    assert words in said(**LIMITS[code][0], jour=day)[code]


def test_without_a_target_the_page_does_not_say_that_none_was_voted() -> None:
    """What was not given is not what does not exist."""
    shares = {"part_social": 0.2, "part_environnement": 0.5, "oui_social": 8, "couverture_social": 1.0}
    for known in ({}, {"absent_cibles": 1}):
        told = verdict(QUIET | shares | known) + " ".join(said(**shares, **known).values())
        assert "voté" not in told and "fixé" not in told
        assert ("objectif" in told) == bool(known)


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("à venir", "nationale est de"),
        ("mesuré", "nationale était de"),
        ("non mesuré", "que ces données ne couvrent pas"),
    ],
)
def test_a_national_target_is_spoken_of_in_its_time(term: str, words: str) -> None:
    facts = LIMITS["cible_manquee_social"][0] | {"cible_nature_social": "nationale", "cible_terme_social": term}
    assert words in said(**facts)["cible_manquee_social"]
    assert ("ne couvrent pas" in said(**facts)["cible_manquee_social"]) is (term == "non mesuré")


@pytest.mark.parametrize(("term", "judged"), [("à venir", True), ("mesuré", True), ("non mesuré", False)])
def test_the_verdict_judges_no_target_whose_year_the_data_do_not_hold(term: str, judged: bool) -> None:
    shares = {"part_social": 0.2, "part_environnement": 0.5}
    missed = {"mesuree_environnement": 0.5, "cible_environnement": 1.0, "cible_terme_environnement": term}
    voted = {"mesuree_social": 0.2, "cible_social": 0.4, "cible_terme_social": "à venir"}
    assert ("environnementale n'est pas atteinte" in verdict(QUIET | shares | missed)) is judged
    both = verdict(QUIET | shares | missed | voted)
    assert ("aucune des deux cibles" in both) is judged
    assert ("La cible sociale n'est pas atteinte" in both) is not judged
    reached = verdict(QUIET | shares | missed | voted | {"mesuree_social": 0.4})
    assert reached.startswith("Le social est à sa cible" if judged else "La cible sociale est atteinte")


@pytest.mark.parametrize(
    ("measured", "day", "term"),
    [
        (2024, date(2025, 12, 31), "à venir"),
        (2024, date(2026, 1, 1), "non mesuré"),
        (2025, date(2026, 1, 1), "mesuré"),
        (2025, date(2025, 6, 1), "à venir"),
    ],
)
def test_a_target_is_to_come_until_its_year_ends_and_measured_once_its_year_is_read(measured, day, term) -> None:
    goal = {
        "indicateur": "clause_sociale",
        "unite": "nombre",
        "part": True,
        "derniere": 0.2,
        "annee_derniere": measured,
    }
    goal |= {
        "nature": "nationale",
        "rang": 1,
        "cible": 0.3,
        "annee": 2025,
        "titre": "Cible inventée",
        "denominateur": 10,
    }
    other = goal | {"nature": "voté", "rang": 2, "indicateur": "marche_reserve"}
    beside = SimpleNamespace(extras={"objectifs": pl.DataFrame([goal, other])}, day=day)
    assert dict(_aimed(beside, ("clause_sociale",)))["cible_terme"] == term
    alone = SimpleNamespace(extras={"objectifs": pl.DataFrame([goal])}, day=day)
    assert dict(_aimed(alone, ("clause_sociale",)))["repere_terme"] == term


@pytest.mark.parametrize(("counted", "told"), [(9, False), (10, True)])
def test_without_any_target_the_national_one_is_a_mark_and_never_a_target(counted: int, told: bool) -> None:
    goal = {
        "indicateur": "consideration_sociale",
        "unite": "nombre",
        "part": True,
        "nature": "référence nationale",
        "rang": 1,
    }
    goal |= {
        "derniere": 0.31,
        "annee_derniere": 2024,
        "denominateur": counted,
        "cible": 0.3,
        "annee": 2025,
        "titre": "Inventée",
    }
    given = SimpleNamespace(extras={"objectifs": pl.DataFrame([goal])}, day=date(2026, 11, 30))
    known = dict(_aimed(given, SUBJECTS["social"][1]))
    assert ("repere" in known) is told and "cible" not in known
    sentences = said(absent_cibles=1, **{f"{name}_social": value for name, value in known.items()})
    assert ("repere_atteint_social" in sentences) is told
    assert not told or "la cible nationale était de 30 % en 2025" in sentences["repere_atteint_social"].replace(
        "\u202f", " "
    ).replace("\u00a0", " ")
    assert not any("voté" in one for one in sentences.values())


def test_a_small_number_of_contracts_gives_no_share() -> None:
    few = LIMITS["cible_manquee_social"][0] | LIMITS["cible_atteinte_reserve"][0]
    assert set(said(**few, contrats=9)) == {"peu_de_contrats"}
    assert {"cible_manquee_social", "cible_atteinte_reserve"} <= set(said(**few, contrats=10))
    assert "9" in verdict(QUIET | {"contrats": 9})


def test_one_year_alone_says_nothing_of_progress() -> None:
    assert not [code for code in said(avant_social=0.1, annee_avant="2024") if code.startswith(("progres", "recul"))]


def test_a_target_reached_is_good_news_on_the_first_page_whatever_else_is_wrong() -> None:
    wrong = LIMITS["obligation_clause"][0] | LIMITS["spaser_attendu"][0] | LIMITS["cible_manquee_social"][0]
    wrong |= (
        LIMITS["silence_environnement"][0] | LIMITS["preparations_en_retard"][0] | LIMITS["publication_en_retard"][0]
    )
    found = chosen(eligible(QUIET | wrong | LIMITS["cible_atteinte_reserve"][0]))
    assert len(found) == 5
    assert [one.kind for one in found].count("bien") == 1


def test_what_may_change_every_figure_is_the_first_message_read() -> None:
    both = LIMITS["obligation_critere_env"][0] | LIMITS["rien_de_declare"][0]
    found = eligible(QUIET | both)
    assert [one.rule.code for one in found] == ["obligation_critere_env", "rien_de_declare"]
    assert [one.kind for one in chosen(found)] == ["alerte", "constat"]
    alone = eligible(QUIET | both | {"oui_social": 1})
    assert [one.kind for one in chosen(alone)] == ["constat"]


@pytest.mark.parametrize(
    ("age", "told"), [(365, None), (366, "ces données ont 1 an,"), (867, "ces données ont 2 ans et 4 mois,")]
)
def test_old_data_are_said_with_an_age_in_years(age: int, told: str | None) -> None:
    line = verdict(QUIET | {"age": age}).replace("\u00a0", " ")
    assert (told in line) if told else "Attention" not in line


def test_each_message_of_the_page_has_a_theme_of_its_own() -> None:
    every: dict[str, Any] = {}
    for holds, _ in LIMITS.values():
        every |= holds
    found = eligible(QUIET | every | {"contrats": 40})
    themes = [theme for one in found for theme in (one.rule.theme, *one.rule.covers)]
    assert len(themes) == len(set(themes))
    assert len(chosen(found)) == 5


def test_a_fact_that_is_not_one_is_a_fault_of_the_rules() -> None:
    with pytest.raises(KeyError, match="contrast"):
        messages.holds(["contrast > 3"], QUIET)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"figure": "{contrats:n contrat} {contrats:se finit}"}, "no format 'se finit'"),
        ({"so": [{"text": "lire les {contrast:entier}"}]}, "no fact 'contrast'"),
        ({"todo": "Lire les {contrast:entier} contrats"}, "no fact 'contrast'"),
    ],
)
def test_a_template_that_would_be_shown_badly_is_a_fault_of_the_rules(change: dict[str, Any], told: str) -> None:
    plain = next(one for one in messages._SETTINGS["rule"] if one["code"] == "peu_de_contrats")
    assert messages._read(messages._SETTINGS | {"rule": [plain]})
    with pytest.raises(KeyError, match=told):
        messages._read(messages._SETTINGS | {"rule": [plain | change]})


def test_what_to_do_is_said_with_the_facts_it_names() -> None:
    (one,) = eligible(QUIET | LIMITS["toujours_pareil_social"][0] | {"theme_social": "la clause sociale"})
    assert one.todo.endswith("comment est remplie la case sur la clause sociale")
    assert not [one.rule.code for sides in LIMITS.values() for one in eligible(QUIET | sides[0]) if "{" in one.todo]


@pytest.mark.parametrize("name", ["verdict", "caution", "unknown"])
def test_a_sentence_beside_the_rules_is_checked_with_them(name: str) -> None:
    with pytest.raises(KeyError, match="contrast"):
        messages._read(messages._SETTINGS | {name: [{"if": ["contrast > 3"], "text": "Rien"}]})
    with pytest.raises(KeyError, match=f"{name}: no fact 'contrast'"):
        messages._read(messages._SETTINGS | {name: [{"text": "{contrast:entier}"}]})


def test_every_fact_a_rule_may_name_is_computed() -> None:
    """A name that nothing computes is always unknown: its rule would never be said, though its limits hold."""
    written = [Path(one.__file__).read_text("utf-8") for one in (room, company)]
    made = [one for text in written for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]
    leaves = [leaf for one in made for leaf in ast.walk(one)]
    told = {leaf.value for leaf in leaves if isinstance(leaf, ast.Constant)} | set(room._WORDS["social"])
    parts = [leaf.values for leaf in leaves if isinstance(leaf, ast.JoinedStr)]
    # « fins_sans_{subject} » makes every « fins_sans_… »; « {name}_{subject} », which says no word, makes nothing.
    shapes = [
        "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in some) for some in parts
    ]
    shapes = [shape for shape in shapes if re.search("[a-z]", shape)]
    bare = {name: re.sub(f"_({'|'.join(SUBJECTS)})$", "", name) for name in FACTS}
    assert [
        name
        for name in FACTS
        if not {name, bare[name]} & told and not any(re.fullmatch(shape, name) for shape in shapes)
    ] == []


def test_no_figure_of_the_first_page_is_absent_from_the_body_and_none_differs() -> None:
    found = sections.report(invented())
    shown = [one for block in found[0].blocks if isinstance(block, Messages) for one in block.items]
    assert len(shown) >= 2
    body = " ".join(_text(one) for one in found if one.place == "corps")
    for one in shown:
        for figure in re.findall(r"\d[\d\u202f,]*", f"{one.figure} {one.told}"):
            assert figure in body, one
        assert one.sentence() in body


def test_every_message_of_the_first_page_comes_from_the_facts_of_the_report() -> None:
    found = invented()
    assert set(facts(found)) == set(FACTS)
    assert facts(found)["contrats"] == found.counted.height
    assert facts(found)["part_social"] == found.one("clause_sociale").valeur  # type: ignore[union-attr]


def _text(section: Section) -> str:
    parts = []
    for block in section.blocks:
        grid = block.twin if isinstance(block, Figure) else block
        if isinstance(grid, TableBlock):
            parts += [cell for row in grid.cells() for cell in row]
        sentences = [getattr(block, "sentence", None), *getattr(block, "sentences", ())]
        parts += [one.text for one in sentences if one is not None]
    return " ".join(parts)


def test_no_code_of_the_kit_is_shown_to_a_reader() -> None:
    whole = " ".join(_text(one) for one in sections.report(invented()) if one.place != "annexes")
    assert not re.search(r"\.toml|\[\w+\]|\b[a-z]+_[a-z]+\b", whole), french.sentence(whole[:200])


@pytest.mark.parametrize("subject", ["social", "environnement", "reserve"])
def test_only_renewals_without_the_clause_can_raise_its_share(subject: str) -> None:
    known = {"disent": "le sont", "dit": "le sont", "part": 0.1, "oui": 4, "muets": 0, "sans": "sans clause"}
    quiet = {f"{name}_{subject}": value for name, value in known.items()} | {"fins": 395}
    some, one, none = (
        next(
            rule.message.so
            for rule in eligible(QUIET | quiet | {f"fins_sans_{subject}": n})
            if rule.rule.code == f"part_{subject}"
        )
        for n in (327, 1, 0)
    )
    assert "327\u00a0renouvellements sans clause, dans les trois ans, peuvent la faire monter" in some
    assert "1\u00a0renouvellement sans clause, dans les trois ans, peut la faire monter" in one
    assert "chaque consultation à venir" in none and not any("395" in text for text in (some, one, none))


def test_renewals_without_the_clause_are_those_that_say_no_not_those_that_say_nothing() -> None:
    found = invented()
    uids = [f"99999999900019{i:04d}" for i in range(3)]
    ends = pl.DataFrame(
        {"uid": uids, "trimestre": "2026-T4", "ponctuel": False, "urgence": False, "statut_echeance": "a_venir", "montant_annuel": 1,
         "echeance": date(2026, 11, 1)},
    )  # fmt: skip
    lacking = set(declared("renouvellements").columns) - set(ends.columns)
    ends = ends.with_columns(pl.lit(None).alias(name) for name in sorted(lacking))
    answers = pl.Series([True, False, None] + [False] * (found.contracts.height - 3), dtype=pl.Boolean)
    contracts = found.contracts.sort("uid").with_columns(clause_sociale=answers)
    told = facts(replace(found, contracts=contracts, extras=dict(found.extras) | {"renouvellements": ends}))
    assert (told["fins"], told["fins_sans_social"]) == (3, 1)
