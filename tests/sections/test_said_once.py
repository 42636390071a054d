"""What says nothing, or the same everywhere, is not printed line after line; a SPASER is told of one year, the same on every page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from findings import findings as invented

from spaser.deliverables.report import Column, TableBlock
from spaser.sections import obligations_buyer, suppliers, tallies
from spaser.sections.acting import impact
from spaser.sections.body import aims, buying
from spaser.sections.findings import Findings
from spaser.sections.summary import facts, words
from spaser.vocabulary import ACCOUNTS, BUYER_DUTIES
from spaser.vocabulary.handed import declared

ALIKE = (Column("a", "Quoi"), Column("b", "Combien"), Column("c", "Année"))


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("lines", "columns", "kept"),
    [
        (3, ALIKE, ["a", "b"]),
        (2, ALIKE, ["a", "b", "c"]),
        (3, (*ALIKE[:2], replace(ALIKE[2], fill=True)), ["a", "b", "c"]),
        (3, (ALIKE[0], ALIKE[2]), ["a", "c"]),
    ],
)
def test_what_three_lines_say_alike_is_said_once_unless_a_person_fills_it_or_nothing_else_is_left(
    lines, columns, kept
) -> None:
    frame = pl.DataFrame({"a": list("xyz"), "b": ["1", "2", "3"], "c": ["2024"] * 3}).head(lines)
    shown = TableBlock("t", "Essai", frame, columns).printed()
    assert [column.name for column in shown.columns] == kept
    assert ("« Année », 2024" in plain(shown.note)) == (len(kept) < len(columns))


def bound(*rows: dict[str, Any]) -> Findings:
    spent = {"obligation": "spaser-adoption", "depense_haute": 60_000_000_00, "seuil": 50_000_000_00, "regle_etat": "x", "motif": "dépenses au-dessus du seuil"}  # fmt: skip
    own = BUYER_DUTIES.conform(pl.DataFrame([spent | row for row in rows]).lazy()).collect()
    found = invented()
    return replace(found, extras=dict(found.extras) | {"obligations_acheteur": own})


@pytest.mark.parametrize(
    ("states", "year"),
    [
        (("probable", "probable"), 2024),
        (("certain", "probable"), 2024),
        (("probable", "indetermine"), 2023),
        (("non_soumis", "probable"), 2024),
        (("non_soumis", "non_soumis"), None),
    ],
)
def test_every_page_speaks_of_the_same_year_the_last_that_binds(states, year) -> None:
    found = bound(*({"annee": 2023 + rank, "applicabilite": state} for rank, state in enumerate(states)))
    row, table = obligations_buyer.spaser_judged(found), obligations_buyer.spaser_standing(found)
    assert (row and row["annee"]) == year
    assert (table is not None) == (year is not None)
    assert facts(found)["spaser_annee"] == (None if year is None else str(year))
    if table is not None:
        assert f"{year} :" in plain(table.frame["reponse"][1])
        assert [one for one in obligations_buyer.spaser_told(found) if str(year) in one]


@pytest.mark.parametrize(
    ("motive", "asked"),
    [
        ("dépenses au-dessus du seuil", True),
        ("SPASER non adopté, d'après l'acheteur ; dépenses au-dessus du seuil", True),
        ("SPASER adopté le 12/03/2025, après cette année ; dépenses au-dessus du seuil", False),
        ("SPASER adopté, à une date qui n'est pas dite ; dépenses au-dessus du seuil", False),
    ],
)
def test_a_scheme_that_the_buyer_says_adopted_is_asked_of_nobody(motive, asked) -> None:
    found = bound({"annee": 2024, "applicabilite": "probable", "motif": motive})
    assert (facts(found)["spaser_annee"] is not None) == asked
    told = plain(obligations_buyer.spaser_standing(found).frame["reponse"][2])
    assert told.startswith("Adopté") == (not asked)


def test_the_body_tells_what_a_spaser_publishes_and_the_other_duties_apart() -> None:
    found = bound({"annee": 2024, "applicabilite": "probable"})
    said = plain(" ".join(obligations_buyer.spaser_standing(found).frame["reponse"]))
    assert "socialement responsables" in said and "tous les 2 ans" in said and "50,0 M€" in said
    assert aims._own(found) is None


def held(*counts: int) -> pl.DataFrame:
    titles = ["Titulaires de l'ESS", "Titulaires agréés ESUS", "Titulaires inclusifs (par SIRET)", "Titulaires inclusifs, y compris par leur seul SIREN (à vérifier)"]  # fmt: skip
    return pl.DataFrame({"statut": titles, "contrats": counts})


@pytest.mark.parametrize(
    ("counts", "kept", "none"),
    [((3, 0, 4, 10), 3, True), ((3, 1, 4, 4), 3, False), ((3, 1, 4, 5), 4, False)],
)
def test_a_status_without_a_contract_or_that_adds_nothing_has_no_line(counts, kept, none) -> None:
    shown, told = suppliers.won_by(held(*counts))
    assert shown.height == kept and (shown["contrats"] > 0).all()
    assert ("agréés ESUS" in told) == none


@pytest.mark.parametrize(("needs", "named"), [(1, True), (2, False)])
def test_a_line_of_one_need_says_what_it_is_about(needs, named) -> None:
    assert ("levage" in words.alone({"besoins": needs, "objets": "Transport et levage d'un ponton"})) == named


@pytest.mark.parametrize(
    ("met", "effect", "parts"),
    [(None, None, 0), ("fournisseurs crédibles", None, 1), ("fournisseurs crédibles", 100_00, 2)],
)
def test_the_foot_of_the_plan_speaks_of_suppliers_and_capacities_that_it_has(met, effect, parts) -> None:
    foot = words.foot([{"levier_population": met, "potentiel": effect}])
    assert ("ne nomme aucun" in foot) + ("capacité" in foot) == parts


@pytest.mark.parametrize(("files", "told"), [(141, True), (40, False)])
def test_contracts_of_others_in_the_files_are_told_apart_from_those_of_the_report(files, told) -> None:
    accounts = pl.DataFrame([dict.fromkeys(ACCOUNTS.columns, 0) | {"source": "a", "dialecte": "b", "contrats": files}])
    found = replace(invented(40), accounts=ACCOUNTS.conform(accounts.lazy()).collect())
    own = found.contracts.height
    assert (tallies.read_in_files(found.accounts) > own) == told
    said = words.counted_among(facts(found), "mesurés", tallies.read_in_files(found.accounts))
    assert ("dans les fichiers" in (said.text if said else "")) == told


def test_late_preparations_that_hold_on_the_page_are_all_there_and_the_rest_is_counted() -> None:
    def ends(late: int, later: int) -> pl.DataFrame:
        rows = [
            (f"achat {rank}", date(2026, 1, 1), date(2027, 1, rank + 1), rank < late, 100_00)
            for rank in range(late + later)
        ]
        return pl.DataFrame(rows, schema=["objet", "sourcing", "echeance", "urgence", "montant_annuel"], orient="row")

    whole, cut = buying._to_prepare(ends(11, 3)), buying._to_prepare(ends(13, 3))
    assert whole.frame.height == 11 and plain(whole.note).startswith("Et 3 autres contrats :")
    assert cut.frame.height == 8 and "dont 5 à préparer sans attendre" in plain(cut.note)


@pytest.mark.parametrize(
    ("note", "hours", "work", "clock"),
    [
        ("secondaire", "mémoire", False, True),
        ("mémoire", "mémoire", True, True),
        ("officiel", "officiel", False, False),
    ],
)
def test_what_rests_on_a_factor_from_memory_is_marked(note, hours, work, clock) -> None:
    row = {"note": note, "note_heures": hours}
    assert bool(impact.recalled(row)) == work
    assert bool(impact.recalled(row, hours=True)) == clock


@pytest.mark.parametrize(
    ("by_siret", "told"),
    [
        (["a", "b"], "2 contrats, tous reconnus par leur SIRET"),
        (["a"], "2 contrats, dont 1 reconnu par SIRET, les autres par leur seul SIREN"),
        ([], "2 contrats, reconnus par leur seul SIREN, à vérifier"),
    ],
)
def test_how_an_inclusive_holder_is_known_is_told_in_words(by_siret, told) -> None:
    columns = [*declared("sous_declaration").columns, "rang"]

    def rows(uids: list[str]) -> pl.DataFrame:
        return pl.DataFrame(
            [dict.fromkeys(columns) | {"uid": uid} for uid in uids], schema={**dict.fromkeys(columns, pl.String)}
        )

    wide = rows(["a", "b"]).with_columns(pl.lit("EI").alias("inclusif_siren_types"))
    found = replace(
        invented(),
        extras={
            "sous_declaration": rows(by_siret),
            "sous_declaration_siren": wide.select(declared("sous_declaration_siren").columns),
        },
    )
    table = suppliers._undeclared(found)
    assert table is not None and told in plain(table.caption)
