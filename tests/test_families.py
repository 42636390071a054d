"""CPV codes find their purchase family by longest prefix."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import families, rules


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("77310000", "espaces_verts"),
        ("90911200", "nettoyage_locaux"),
        ("45311200", "batiment_second_oeuvre"),
        ("55520000", "traiteur"),
        (None, None),
        ("00000000", None),
    ],
)
def test_a_cpv_code_takes_the_family_of_its_longest_prefix(code, family):
    found = families.add(pl.LazyFrame({"codeCPV": [code]}, schema={"codeCPV": pl.String})).collect()
    assert found["famille"].item() == family
    assert found["famille_origine"].item() == ("cpv" if family else None)


def test_every_prefix_leads_to_a_family_that_exists():
    known = set(rules.table("families.csv")["famille"])
    assert set(rules.table("cpv_families.csv")["famille"]) <= known


def test_no_prefix_is_given_twice():
    prefixes = rules.table("cpv_families.csv")["prefixe"]
    assert prefixes.n_unique() == prefixes.len()


def test_adding_families_never_multiplies_rows():
    codes = pl.LazyFrame({"codeCPV": ["77310000"] * 3 + [None] * 2}, schema={"codeCPV": pl.String})
    assert families.add(codes).collect().height == 5
