"""A section of the body that has nothing to show is not written: no picture of zeros, no slide of one line."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import polars as pl
import pptx
import pytest
from findings import findings as invented

from spaser.deliverables import slides
from spaser.deliverables.report import Answer, Section, Sentence, TableBlock, build
from spaser.sections.body import aims, buying
from spaser.sections.potential import families, needs, section_needs
from spaser.sections.purchases import breakdowns
from spaser.sections.registry import section_of
from spaser.sections.summary import known, messages, pages
from spaser.vocabulary import CANDIDATES, OPPORTUNITIES
from spaser.vocabulary.handed import HANDED


@pytest.mark.parametrize(("as_of", "written"), [(date(2026, 8, 21), True), (date(2024, 6, 1), False)])
def test_the_years_are_shown_when_two_of_them_are_complete(as_of: date, written: bool) -> None:
    found = replace(invented(), as_of=as_of)
    if not written:
        found = replace(
            found, measures=found.measures.filter((pl.col("dimension") != "annee") | (pl.col("modalite") < "2025"))
        )
    assert (section_of("annees", found) is not None) == written


@pytest.mark.parametrize(("contracts", "written"), [(40, True), (12, False)])
def test_the_families_are_shown_when_one_of_them_has_enough_contracts(contracts: int, written: bool) -> None:
    found = invented(contracts)
    most = found.rows("clause_sociale", dimension="famille")["denominateur"].max()
    assert (most >= 10) == written
    assert (section_of("familles", found) is not None) == written


def test_the_plan_has_no_column_of_amounts_where_no_action_has_one(monkeypatch) -> None:
    row = dict.fromkeys(pages.SCHEMA) | {
        "action_id": "a",
        "quand": pages.NOW,
        "action": "Vérifier",
        "etat": "à faire",
    }
    for effect, said in ((None, "1 action, à commencer dès maintenant"), (100_00, "effet attendu")):
        monkeypatch.setattr(pages, "plan_rows", lambda _, effect=effect: [row | {"effet": effect}])
        answer, table = section_of("plan", invented()).blocks  # type: ignore[union-attr]
        assert said in answer.sentence.text.replace("\u00a0", " ")
        assert ("effet" in {column.name for column in table.columns}) == (effect is not None)


def test_sections_of_one_sentence_share_a_slide() -> None:
    frame = pl.DataFrame({"a": ["x"]})
    table = TableBlock("t", "Essai", frame, ())
    sections = [
        Section("potentiel", "Potentiel", "?", (Answer(Sentence("Aucun besoin.")),)),
        Section("calendrier", "Quand", "?", (Answer(Sentence("Aucune fin.")),)),
    ]
    built = build("Essai", buyer="Ville fictive", as_of=date(2026, 10, 31), sections=sections)
    deck = pptx.Presentation(io.BytesIO(slides.render(replace(built, committee=("potentiel", "calendrier")))))
    texts = [" ".join(shape.text_frame.text for shape in one.shapes if shape.has_text_frame) for one in deck.slides]
    assert len(texts) == 2 and table.id
    assert "Aucun besoin." in texts[1] and "Aucune fin." in texts[1]


@pytest.mark.parametrize(("silent", "told"), [(50, True), (51, False)])
def test_a_breakdown_whose_greater_part_is_not_told_is_not_the_picture_of_the_section(
    monkeypatch, silent, told
) -> None:
    rows = pl.DataFrame(
        {
            "indicateur": ["fournisseurs_ess"] * 2,
            "modalite": ["(non renseigné)", "Paris"],
            "denominateur": [silent, 100 - silent],
        }
    )
    monkeypatch.setattr(breakdowns, "rows", lambda *_: rows)
    monkeypatch.setattr(breakdowns, "breakdown", lambda *_: rows)
    assert breakdowns.mostly_told(invented(), "commune") == told


@pytest.mark.parametrize(("points", "shown"), [(0.0, False), (1.0, True)])
def test_no_contract_is_best_placed_where_none_has_a_point(points: float, shown: bool) -> None:
    found = invented()
    uids = found.counted["uid"].sort()
    low = pl.when(pl.col("uid") == uids[0]).then(points).otherwise(0.0)
    section = section_of("scores", replace(found, contracts=found.contracts.with_columns(score_bas=low)))
    assert section is not None
    tables = [block for block in section.blocks if isinstance(block, TableBlock)]
    assert [one.frame["uid"].to_list() for one in tables] == ([[uids[0]]] if shown else [])


@pytest.mark.parametrize(("bought", "told"), [(0, False), (1_000_00, True)])
def test_what_is_possible_is_told_of_purchases_and_not_of_none(bought: int, told: bool) -> None:
    need = {"besoin_id": "b", "annuel": bought, "potentiel": 0, "etat_action": "agir", "etat": "a_saisir"}
    rows = pl.DataFrame([need], schema=OPPORTUNITIES.schema)
    assert bool(families.held(replace(invented(), extras={"besoins": rows}))) is told


def whole(rows: pl.DataFrame) -> pl.DataFrame:
    lacking = [name for name in HANDED["fournisseurs_credibles"].columns if name not in rows.columns]
    return rows.with_columns(pl.lit(None).alias(name) for name in lacking)


@pytest.mark.parametrize("known", [True, False])
def test_a_supplier_known_by_its_siren_alone_is_counted_as_any_other(known: bool) -> None:
    day = date(2026, 11, 29)
    rows = pl.DataFrame(
        {
            "siren": ["111111118", "222222226", "222222226"],
            "siret": ["11111111800011" if known else None, None, None],
            "portee": ["a_portee", "a_portee", "national"],
            "statut_au": [date(2020, 1, 1), date(2019, 1, 1), date(2019, 1, 1)],
            "code_seul": [True, False, True],
            "famille_libelle": "Linge",
            "potentiel": 100_00,
            "lon": None,
            "lat": None,
        },
        schema_overrides={"siret": pl.String, "lon": pl.Float64, "lat": pl.Float64},
    )
    near = buying._near(rows).replace("\u00a0", " ")
    (old,) = buying._listed(replace(invented(), today=day, extras={"fournisseurs_credibles": whole(rows)}))
    assert "1 n’est connu que par son code d'activité" in near
    assert near.startswith("2 fournisseurs crédibles") and old.text.replace("\u00a0", " ").startswith(
        "2 de ces 2 fournisseurs"
    )


@pytest.mark.parametrize(("since", "old"), [(date(2023, 11, 28), True), (date(2023, 11, 29), False), (None, False)])
def test_what_old_lists_recognise_is_no_minimum_and_current_lists_are_asked_for(since: date | None, old: bool) -> None:
    rows = pl.DataFrame(
        {"siren": ["111111118"], "siret": [None], "famille_libelle": ["Linge"], "potentiel": [1], "statut_au": [since]},
        schema_overrides={"siret": pl.String, "statut_au": pl.Date},
    )
    tables = {"fournisseurs_credibles": whole(rows), "manques": pl.DataFrame({"code": ["cibles"]})}
    found = replace(invented(), today=date(2026, 11, 29), extras=tables)
    assert (known.facts(found)["listes_anciennes"] == 36) is old
    section = aims.section_missing(found)
    assert section is not None
    (asked,) = [block.frame["quoi"].to_list() for block in section.blocks if isinstance(block, TableBlock)]
    assert ("Des listes de fournisseurs de moins de 36 mois" in asked) is old
    paid = known.facts(found) | {"payes": 100, "payes_ess": 2, "payes_part": 0.02, "payes_couverture": 0.02}
    paid |= {"payes_muets": 0.98, "payes_non": 0}
    (told,) = [one.message.so for one in messages.eligible(paid) if one.rule.code == "payes"]
    assert ("un minimum" in told.lower()) is not old
    assert ("listes de plus de 36 mois, à revérifier" in told.replace("\u00a0", " ").lower()) is old


@pytest.mark.parametrize(("cents", "shown"), [(1_000_00, True), (999_99, False)])
def test_a_need_under_the_floor_fills_no_page_and_is_counted(cents: int, shown: bool) -> None:
    base = dict.fromkeys(OPPORTUNITIES.schema) | {"etat_action": "agir", "objet": "Linge", "credibles": 0}
    lines = [base | {"besoin_id": "B1", "potentiel": 5_000_00}, base | {"besoin_id": "B2", "potentiel": cents}]
    rows = pl.DataFrame(lines, schema=OPPORTUNITIES.schema)
    found = invented()
    for kept, every in ((rows, 2), (rows.tail(1), 1)):
        told = replace(found, extras={**found.extras, "besoins": kept, "candidats": CANDIDATES.empty()})
        blocks = section_needs(told).blocks
        sizes = [block.frame.height for block in blocks if isinstance(block, TableBlock)]
        assert sizes == ([every if shown else every - 1] * 3 if shown or every > 1 else [])
        counted = [block.text.replace("\u00a0", " ") for block in blocks if isinstance(block, Sentence)]
        assert bool(counted) != shown and all(text.startswith("1 besoin actionnable de plus") for text in counted)


@pytest.mark.parametrize(
    ("cents", "told"),
    [
        ([], []),
        ([19_500], ["1 famille de plus, 195 € atteignables par an : dans le classeur, non dans ce tableau."]),
        (
            [512_000, 293_500, 190_000, 19_500],
            ["4 familles de plus, 10,2 k€ atteignables par an en tout : dans le classeur, non dans ce tableau."],
        ),
        ([None, 0], ["2 familles de plus : dans le classeur, non dans ce tableau."]),
    ],
)
def test_what_a_table_leaves_is_counted_whole_with_the_euros_that_complete_its_total(cents, told) -> None:
    left = pl.DataFrame({"potentiel": cents}, schema={"potentiel": pl.Int64})
    said = [
        one.text.replace("\u00a0", " ").replace("\u202f", " ")
        for one in needs.beyond(left, "famille", "dans ce tableau")
    ]
    assert said == told


@pytest.mark.parametrize(("large", "beyond"), [(buying._MOST, 0), (buying._MOST + 1, 1)])
def test_a_family_beyond_the_length_of_the_table_is_left_with_those_too_small(large: int, beyond: int) -> None:
    cents = [500_000 - rank for rank in range(large)] + [99_999]
    kept, left = buying._parted(pl.DataFrame({"famille": [f"f{n}" for n in range(large + 1)], "potentiel": cents}))
    assert (kept.height, left.height) == (buying._MOST, beyond + 1)
    assert kept["potentiel"].sum() + left["potentiel"].sum() == sum(cents)


@pytest.mark.parametrize(
    ("known", "name"), [("fournisseurs_ess", "ESS"), ("fournisseurs_inclusifs", "Inclusifs"), ("", None)]
)
def test_the_picture_of_spending_is_of_those_of_whom_something_is_known(
    monkeypatch, known: str, name: str | None
) -> None:
    """Lists of inclusive structures alone: a picture of the ESS would be grey."""
    lines = [
        {
            "indicateur": code, "modalite": place, "denominateur": 1_000, "repondus": 400 if code == known else 0,
            "numerateur": 400 if code == known else 0, "valeur": 0.4 if code == known else None,
        }
        for code in ("fournisseurs_ess", "fournisseurs_inclusifs")
        for place in ("Nettoyage", "Traiteur")
    ]  # fmt: skip
    monkeypatch.setattr(breakdowns, "rows", lambda *_: pl.DataFrame(lines, schema_overrides={"valeur": pl.Float64}))
    drawn = breakdowns.drawn(invented(), "famille")
    assert (drawn is None) is (name is None)
    if drawn is not None:
        assert name in [column.label for column in drawn.twin.columns] and "40" in drawn.picture.alt
