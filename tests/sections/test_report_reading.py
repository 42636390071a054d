"""What a reader of the whole report trips on: one plan, one word per count, no share where none is known, no words beyond the facts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from findings import findings as invented

from spaser import french, rules, sections
from spaser.sections.body import where
from spaser.sections.registry import section_of
from spaser.sections.shown import brief, proven
from spaser.sections.summary import FACTS, dates, eligible, messages, pages
from spaser.sections.summary import lines as plan_lines
from spaser.sections.summary.known import _practices
from spaser.vocabulary.handed import declared

DAY = date(2026, 11, 29)
QUIET: dict[str, Any] = dict.fromkeys(FACTS) | {"contrats": 40, "lus": 40, "jour": DAY}
LATE = {"fins": 9, "fins_tard": 2, "fins_tard_parts": "1 à étudier"}
WRONG = {
    "env_part": 0.1, "env_prets": 4, "env_vises": 40, "env_depuis": date(2026, 8, 22),
    "publication_tard": 5, "publication_soumis": 40, "a_corriger": 3, **LATE,
}  # fmt: skip
PROGRESS = {
    "ecart_reserve": 0.08, "avant_reserve": 0.02, "apres_reserve": 0.1, "annee_avant": "2024", "annee_apres": "2025",
    "dit_reserve": "le sont", "disent_reserve": "le sont", "theme_reserve": "la réservation",
}  # fmt: skip
PAID = {"payes_part": 0.43, "payes_ess": 43_00, "payes": 100_00}


#: Types of the columns that an invented action leaves empty, when they are no words.
TYPES = {"consultation": pl.Date, "potentiel_haut": pl.Int64, "sous_clause": pl.Int64}


def said(**known: Any) -> dict[str, messages.Said]:
    return {one.rule.code: one for one in eligible(QUIET | known)}


def plain(text: str) -> str:
    return text.replace(french.NBSP, " ").replace("\u202f", " ")


def actions(*rows: dict[str, Any]) -> pl.DataFrame:
    base = {
        "nature": "action", "sourcing": DAY, "retard": False, "levier_libelle": "Réserver un lot", "besoins": 1, "contrats": 1,
        "credibles": 2, "potentiel": 1000_00, "dus": 0, "levier": "reserver_lot", "etat": "à faire",
    }  # fmt: skip
    lines = [
        base | {"action_id": f"a{rank}", "famille_libelle": f"Famille {rank}", "priorite": 99 - rank} | row
        for rank, row in enumerate(rows)
    ]
    known = pl.DataFrame(lines, infer_schema_length=None)
    columns = declared("plan_actions").columns
    lacking = [name for name in columns if name not in known.columns]
    return known.with_columns(pl.lit(None, TYPES.get(name, pl.String)).alias(name) for name in lacking)


def planned(monkeypatch: pytest.MonkeyPatch, plan: pl.DataFrame, **known: Any):
    monkeypatch.setattr(plan_lines.opening, "told", lambda _: eligible(QUIET | known))
    found = invented()
    return replace(found, extras={**found.extras, "plan_actions": plan}, today=DAY)


@pytest.mark.parametrize("late", [0, 9])
def test_the_next_date_keeps_its_line_in_the_plan_however_small_its_gain(monkeypatch, late: int) -> None:
    rows = [{"sourcing": DAY + timedelta(days=30 + rank), "potentiel": 1000_00 * rank} for rank in range(10 - late)]
    rows += [{"sourcing": DAY - timedelta(days=5), "retard": True, "potentiel": 99_000_00} for _ in range(late)]
    plan = actions(*rows).sample(fraction=1, shuffle=True, seed=4)
    found = planned(monkeypatch, plan, **WRONG)
    lines = [row["action_id"] for row in pages.plan_rows(found)]
    most = rules.toml("method.toml")["plan"]["nombre"]["value"]
    assert len(lines) == most
    assert "a0" in lines
    assert late or "a1" not in lines  # the others still give way, the last chosen first


def test_the_page_keeps_the_actions_by_the_order_of_the_plan_and_says_how_many_are_elsewhere(monkeypatch) -> None:
    rows = [
        {"sourcing": DAY + timedelta(days=30 + rank), "potentiel": 1000_00 * rank, "priorite": 1 + rank}
        for rank in range(10)
    ]
    found = planned(monkeypatch, actions(*rows), **WRONG)
    lines = [row["action_id"] for row in pages.plan_rows(found) if row["action_id"].startswith("a")]
    kept = [name for name in lines if name[1:].isdigit()]
    assert kept == [f"a{rank}" for rank in range(len(kept))] and 0 < len(kept) < 10
    (said,) = pages._not_here(found)
    first = f"Famille {len(kept)}".lower()
    assert plain(said).startswith(f"{10 - len(kept)} actions datées de plus") and first in said.lower()
    few = planned(monkeypatch, actions(*rows[:2]))
    assert pages._not_here(few) == []


def test_the_next_dates_quote_lines_of_the_plan_alone(monkeypatch) -> None:
    rows = [{"sourcing": DAY + timedelta(days=30 + rank), "potentiel": 1000_00 * rank} for rank in range(10)]
    found = planned(monkeypatch, actions(*rows), **WRONG)
    held = {row["action_id"] for row in pages.plan_rows(found)}
    told = [what for _, what in dates._dates(found) if what.startswith("commencer")]
    assert {f"a{what.rsplit(' ', 1)[1]}" for what in told} == held & {f"a{rank}" for rank in range(10)}
    assert len(told) < 10
    detail = section_of("plan-detail", found)
    assert detail is not None
    shown = next(block.frame for block in detail.blocks if getattr(block, "id", "") == "tab-plan-detail")
    assert set(shown.filter("retenu")["action_id"]) == held & set(shown["action_id"])
    assert not shown["retenu"].all()


def test_the_date_of_a_duty_is_that_of_a_renewal_and_not_of_the_law(monkeypatch) -> None:
    soon = DAY + timedelta(days=16)
    duty = {
        "nature": "devoir",
        "sourcing": soon,
        "levier_libelle": "Clause sociale obligatoire, sauf cas prévu et motivé",
        "potentiel": 0,
    }
    found = planned(monkeypatch, actions(duty, {"sourcing": soon}))
    told = [what for day, what in dates._dates(found) if day == soon]
    assert told[0].startswith("premier besoin à préparer où la clause sociale est due")
    assert told[1].startswith("commencer : réserver un lot – ")


def test_what_may_change_every_figure_is_the_first_line_of_the_plan(monkeypatch) -> None:
    nothing = {f"oui_{s}": 0 for s in ("social", "environnement", "reserve")}
    silent = nothing | {f"couverture_{s}": 1.0 for s in ("social", "environnement", "reserve")}
    for known, first in ((silent, "rien_de_declare"), ({}, "obligation_critere_env")):
        found = planned(monkeypatch, actions({"sourcing": DAY + timedelta(days=30)}), **WRONG, **known)
        assert pages.plan_rows(found)[0]["action_id"] == first


def test_no_public_contract_is_said_to_start_again_by_itself() -> None:
    for known in (LATE, LATE | {"fins_tard_parts": None}):
        told = said(**known)["preparations_en_retard"].message.so
        assert "risquent d'être relancés sans que la clause ait été étudiée" in told
    assert "il risque d'être relancé sans" in said(fins=9, fins_tard=1)["preparations_en_retard"].message.so


def test_what_the_lists_recognise_is_told_apart_from_what_nothing_is_known_of() -> None:
    told = plain(said(**PAID, payes_couverture=0.43, payes_muets=0.57, payes_non=0)["payes"].message.so)
    assert told == "c'est un minimum : des 57 % restants, les listes ne disent rien"
    told = plain(said(**PAID, payes_couverture=0.6, payes_muets=0.4, payes_non=17_00)["payes"].message.so)
    assert "connu que pour 60 %" in told
    assert "tous" in said(**PAID, payes_couverture=1.0, payes_muets=0.0, payes_non=57_00)["payes"].message.so


def test_contracts_published_late_are_past_and_the_gesture_is_for_the_next_ones() -> None:
    one = said(publication_tard=108, publication_soumis=777)["publication_en_retard"]
    assert plain(one.on) == "108 contrats publiés après le délai"
    assert "prochains contrats" in one.rule.todo
    assert plain(said(publication_tard=1, publication_soumis=20)["publication_en_retard"].on).startswith(
        "1 contrat publié "
    )


@pytest.mark.parametrize(
    ("before", "after", "settled"), [(2, 7, False), (9, 20, False), (10, 19, False), (10, 20, True)]
)
def test_a_practice_is_said_to_settle_above_a_number_of_contracts_alone(before: int, after: int, settled: bool) -> None:
    told = said(**PROGRESS, avant_oui_reserve=before, apres_oui_reserve=after)["progres_reserve"].message.so
    assert ("s'installe" in told) is settled
    assert settled or (str(before) in told and str(after) in told)


def practices(*levels: float) -> dict[str, Any]:
    rows = [{"axe_libelle": f"Axe {rank}", "niveau": level, "repondues": 2} for rank, level in enumerate(levels)]
    return dict(_practices(SimpleNamespace(extras={"maturite": pl.DataFrame(rows)})))


def test_axes_that_tie_are_all_named() -> None:
    tied = practices(1.0, 2.0, 1.0)
    assert plain(tied["axe_bas"]).startswith("les axes « Axe 0 » et « Axe 2 », les moins avancés")
    assert plain(tied["axe_haut"]) == "l'axe « Axe 1 » est"
    alone = practices(1.0, 2.0, 2.0)
    assert plain(alone["axe_bas"]).startswith("l'axe « Axe 0 », le moins avancé")
    assert plain(alone["axe_haut"]).endswith("sont")
    told = said(**tied, niveau_max=3)["axe_faible"].message
    assert "coûte le moins" not in told.so


def test_contracts_to_correct_and_texts_to_read_again_are_two_counts() -> None:
    both = said(a_corriger=16, ecrits_tus=42, ecrits_tus_lus=47)["a_corriger"].message
    assert "42" in both.so and "à part" in both.so
    assert "à part" not in said(a_corriger=16, ecrits_tus=0)["a_corriger"].message.so


@pytest.mark.parametrize(
    ("share", "covered", "kept"), [(1.0, 0.43, False), (0.0, 0.5, False), (1.0, 1.0, True), (0.8, 0.43, True)]
)
def test_a_share_of_what_answers_is_shown_where_it_says_something(share: float, covered: float, kept: bool) -> None:
    rows = pl.DataFrame({"valeur_repondus": [share], "couverture": [covered]})
    assert proven(rows)["valeur_repondus"].to_list() == [share if kept else None]
    apart = rows.rename(lambda name: f"{name}_lignes")
    assert proven(apart, "_lignes")["valeur_repondus_lignes"].to_list() == [share if kept else None]


def test_the_real_share_of_an_answer_that_never_changes_is_not_known() -> None:
    found = invented()
    always = pl.DataFrame(
        [
            {"consideration": "critere_social", "source": source, "reponse": "non", "contrats": 500}
            for source in found.contracts["source"].unique()
        ]
        if "source" in found.contracts.columns
        else []
    )
    if not always.height:
        found = replace(found, contracts=found.contracts.with_columns(source=pl.lit("f.json")))
        always = pl.DataFrame(
            [{"consideration": "critere_social", "source": "f.json", "reponse": "non", "contrats": 500}]
        )
    for extras, doubted in (({"reponses_constantes": always}, True), ({}, False)):
        blocks = where.section_where(replace(found, extras={**found.extras, **extras}))
        assert blocks is not None
        section = blocks if isinstance(blocks, tuple) else blocks.blocks
        shown = next(block.frame for block in section if getattr(block, "id", "") == "tab-situation")
        bounds = dict(shown.select("indicateur", "bornes").rows())
        assert (bounds["critere_social"] == "non connue") is doubted
        assert bounds["clause_sociale"] != "non connue"


@pytest.mark.parametrize(("yes", "known"), [(0, False), (1, True)])
def test_answers_all_alike_give_no_real_share_however_few_they_are(yes: int, known: bool) -> None:
    found = invented()
    mine = pl.col("indicateur") == "clause_sociale"
    changed = found.measures.with_columns(numerateur=pl.when(mine).then(yes).otherwise("numerateur"))
    made = where.section_where(replace(found, measures=changed))
    section = made if isinstance(made, tuple) else made.blocks if made else ()
    shown = next(block.frame for block in section if getattr(block, "id", "") == "tab-situation")
    assert (dict(shown.select("indicateur", "bornes").rows())["clause_sociale"] != "non connue") is known


def test_two_subjects_that_begin_alike_are_told_apart_when_cut() -> None:
    head = "Accord-cadre à bons de commande multi-attributaires pour la rénovation"
    rows = pl.DataFrame({"objet": [f"{head} des écoles", f"{head} des piscines", "Court", None, f"{head} des écoles"]})
    cut = brief(rows, 60)["objet"].to_list()
    # What is bought is told, without how the contract is made.
    assert cut == ["Rénovation des écoles", "Rénovation des piscines", "Court", None, "Rénovation des écoles"]
    assert brief(rows.head(1), 200)["objet"].to_list() == [f"{head} des écoles"]
    head = "Fourniture de livres non scolaires et de partitions pour toutes les bibliothèques"
    alike = pl.DataFrame({"objet": [f"{head} des écoles", f"{head} des piscines"]})
    shared = "Fourniture de livres non scolaires"
    assert brief(alike, 60)["objet"].to_list() == [f"{shared} … écoles", f"{shared} … piscines"]
    assert brief(alike, 30)["objet"].to_list() == ["… écoles", "… piscines"]


def test_no_option_of_the_command_line_is_told_to_a_client() -> None:
    """Neither in the sections nor in the words that are data."""
    option = re.compile(r"""(?<![\w-])--[a-z]""")
    home = Path(sections.__file__).parent
    told = [
        f"{path.name} : {line.strip()}"
        for path in sorted(home.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if option.search(line)
    ]
    assert not told
    assert option.search("le montant du livre V (--livre-v)")
