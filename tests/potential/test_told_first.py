"""What stands first: suppliers of what has a potential, what is held beside what is possible, capacity where something is taken."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from test_potential import certain, exact, need, places, supply

from spaser import french, potential, rules
from spaser.potential import map as opportunities_map
from spaser.sections import potential as sections
from spaser.sections.findings import Findings
from spaser.sections.map import apart
from spaser.sections.potential.sheets import BESIDE
from spaser.vocabulary import CANDIDATES, OPPORTUNITIES

NEAR = opportunities_map.LOCAL


def credible(*families: tuple[str, int, int]) -> pl.DataFrame:
    """Suppliers of families: name, how many, cents of potential; each establishment of one family alone."""
    rows = [(name, f"{name}{i}", cents) for name, n, cents in families for i in range(n)]
    frame = pl.DataFrame(rows, schema=["famille_libelle", "siret", "potentiel"], orient="row")
    return frame.with_columns(siren="siret", portee=pl.lit(NEAR), code_seul=True, lon=2.0, lat=48.0)


@pytest.mark.parametrize(
    ("families", "first", "crowd"),
    [
        ([("Linge", 33, 100), ("Numérique", 100, 0)], 33, "Numérique"),
        (
            [("Linge", 33, 100), ("Numérique", 100, 900)],
            33,
            "Numérique",
        ),  # an extract of one family, even with a potential
        ([("Linge", 34, 100), ("Numérique", 100, 900)], 134, None),  # no more than three for one
        ([("Linge", 1, 100), ("Numérique", 99, 900)], 100, None),  # many, but not huge
        ([("Linge", 5, 100), ("Numérique", 5, 0)], 5, None),
        ([("Numérique", 6, 900)], 6, None),  # alone, it is the supply
        ([("Linge", 5, 0), ("Numérique", 6, 0)], 11, None),  # nothing has a potential: all are told
    ],
)
def test_suppliers_of_what_has_a_potential_are_told_before_a_huge_extract(families, first, crowd):
    counts = opportunities_map.counted(credible(*families))
    assert (counts.first, counts.crowd) == (first, crowd)
    assert counts.first + counts.apart == counts.total == sum(n for _, n, _ in families)
    assert counts.near == counts.coded == first
    said = apart(counts).replace("\u202f", " ")
    assert said.startswith(f"{counts.total - first} de plus, à part") if first < counts.total else said == ""
    assert crowd is None or f"« {crowd} »" in said


def test_an_establishment_of_two_families_is_told_first_as_soon_as_one_has_a_potential():
    both = credible(("Linge", 2, 100), ("Voirie", 2, 0)).with_columns(siret=pl.Series(["a", "b", "a", "c"]))
    counts = opportunities_map.counted(both)
    assert (counts.first, counts.apart, counts.total) == (2, 1, 3)


def test_the_map_says_that_it_needs_matches_and_not_candidates():
    rows = OPPORTUNITIES.empty()
    with pytest.raises(ValueError, match="ligne"):
        opportunities_map.suppliers(CANDIDATES.empty(), rows, supply().collect())
    offer = supply(exact("11111111100011"))
    found = potential.matches(need(), places(), offer).collect()
    assert opportunities_map.suppliers(found, rows, offer.collect()).collect().is_empty()


def settled(*asked: pl.LazyFrame) -> pl.DataFrame:
    """``besoin_id, potentiel_net`` of needs that the same four suppliers could take."""
    sirets = [f"{i}1111111100011" for i in range(1, 5)]
    needs = pl.concat(asked).collect().lazy()
    offer = supply(*(exact(siret, euros=100_000) for siret in sirets), wins=certain(*sirets))
    found = potential.matches(needs, places(), offer)
    ended = pl.col("besoin_id").str.starts_with("fini")
    rows = potential.opportunities(needs, found).with_columns(
        pl.when(ended).then(0).otherwise(pl.col(name)).alias(name) for name in ("potentiel", "potentiel_haut")
    )
    return potential.net(rows.collect().lazy(), found.collect().lazy()).collect()


def test_a_need_that_takes_nothing_uses_none_of_the_capacity_of_the_others():
    def of(table, name):
        return table.filter(pl.col("besoin_id") == name)["potentiel_net"].item()

    lots = {"lots": 5, "lot_annuel": 2_000_000}
    first = need(besoin_id="a", **lots)
    alone = settled(first)
    ended, shared = (
        settled(first, *(need(besoin_id=f"{name}{i}", **lots) for i in range(12))) for name in ("fini", "b")
    )
    assert of(ended, "a") == of(alone, "a") > 0
    assert of(shared, "a") < of(alone, "a")  # what several take is shared


def needs(*rows: dict) -> pl.DataFrame:
    base = dict.fromkeys(OPPORTUNITIES.schema) | {"famille": "linge", "famille_libelle": "Linge", "annuel": 100_00}
    base |= {"potentiel": 0, "potentiel_haut": 0, "sous_clause": 0, "etat": "actionnable", "etat_action": "agir"}
    return pl.DataFrame([base | row for row in rows], schema=OPPORTUNITIES.schema)


def told(rows: pl.DataFrame) -> Findings:
    """The needs as the report is handed them."""
    return Findings(pl.DataFrame(), pl.DataFrame(), as_of=date(2026, 1, 1), extras={"besoins": rows})


def test_what_is_held_and_what_is_possible_are_of_the_same_purchases_and_what_ended_is_in_neither():
    rows = needs(
        {"potentiel": 30_00, "potentiel_haut": 40_00},
        {"etat": "ess", "etat_action": "conserver", "acquis": 100_00, "acquis_su": 100_00},
        {"etat": "termine", "etat_action": "attendre", "acquis": 100_00, "acquis_su": 100_00},
        {"acquis": 5_00, "acquis_su": 20_00},
    )
    known = potential.already(rows.lazy()).collect().row(0, named=True)
    assert (known["annuel"], known["acquis"], known["acquis_connu"]) == (300_00, 105_00, 120_00)
    assert (known["potentiel"], known["deja_vise"]) == (30_00, 5_00)
    (said,) = sections.held(told(rows))
    plain = said.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert plain.startswith("Déjà 105 € par an") and "possible : 30 € par an de plus" in plain
    assert "qui y sont déjà" not in plain and "sur 300 € par an" in plain


def test_what_is_held_is_unknown_and_not_nothing_when_no_status_is_known():
    (unknown,), (none,) = (sections.held(told(needs(row))) for row in ({}, {"acquis": 0}))
    assert "n'est pas connu" in unknown.text and "Déjà" not in unknown.text and none.text.startswith("Déjà 0")


def test_the_sheet_of_needs_names_its_dates_as_the_pages_do():
    day, last = date(2027, 3, 1), date(2028, 1, 1)
    rows = needs(
        {"premiere_fin": day, "echeance": last}, {"etat_action": "attendre", "premiere_fin": day, "echeance": last}
    )
    tables = {
        "besoins": rows,
        "candidats": CANDIDATES.empty(),
        "hypotheses": pl.DataFrame({"hypothese": [], "valeur": [], "raison": []}),
    }
    found = Findings(pl.DataFrame(), pl.DataFrame(), as_of=date(2026, 1, 1), extras=tables)
    sheets = {block.id: block for block in sections.annexes(found)}
    heads = {column.name: column.label for column in sheets["besoins"].columns}
    assert heads["fin"] == "Suite avant le" and heads["echeance"] == "Échéance au plus tard"
    assert sheets["besoins"].frame["fin"].to_list() == [day, None]
    assert sheets[BESIDE].frame["annuel"].sum() == rows["annuel"].sum()


def test_two_digits_are_kept_and_the_day_to_prepare_from_is_never_before_the_data():
    shown = [french.significant(value) for value in (4_126, 0, -0.3549, 9.96, 12)]
    assert shown == [4_100, 0, -0.35, 10, 12]
    stop, later = date(2026, 1, 1), date(2026, 2, 1)
    assert rules.day_to_prepare_from(stop, later) == later == rules.day_to_prepare_from(later, stop)
    assert rules.day_to_prepare_from(stop, None) == stop
