"""Territory panorama: ESS establishments and jobs of the communes of one group, on generated data."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from invented_places import place

from spaser.suppliers.panorama import INCLUSIVE, WHOLE, panorama
from spaser.vocabulary import ESTABLISHMENTS, REGISTER

COMMUNES = [f"94{n:03d}" for n in range(1, 25)]
BANDS = {"NN": (0, 0), "01": (1, 2), "12": (20, 49), "32": (250, 499)}


def counted(rows, register=(), communes=COMMUNES, **options):
    places = ESTABLISHMENTS.conform(pl.LazyFrame(rows, infer_schema_length=None))
    listed = REGISTER.conform(pl.LazyFrame(list(register))) if register else REGISTER.empty().lazy()
    return {
        (row["code_commune"], row["famille"]): row
        for row in panorama(listed, places, communes, **options).collect().to_dicts()
    }


def test_the_24_communes_of_a_group_add_up_to_the_whole_by_family():
    forms = {"9220": "association", "5460": "coopérative", "8210": "mutuelle", "9300": "fondation"}
    rows = [
        place(f"{900000000 + 10 * rank + n}00010", commune, form, band)
        for rank, commune in enumerate(COMMUNES)
        for n, (form, band) in enumerate(zip(forms, BANDS, strict=True))
    ]
    found = counted(rows)
    assert {commune for commune, _ in found} == {*COMMUNES, WHOLE}
    for (form, family), band in zip(forms.items(), BANDS.values(), strict=True):
        whole = found[WHOLE, family]
        assert whole["etablissements"] == 24, form
        assert (whole["emplois_bas"], whole["emplois_haut"]) == (24 * band[0], 24 * band[1])
    assert found[WHOLE, WHOLE]["etablissements"] == sum(found[c, WHOLE]["etablissements"] for c in COMMUNES) == 96


def test_an_unknown_band_is_counted_apart_and_never_as_zero_jobs():
    found = counted([place("90000000100010", "94001", band=None), place("90000000200010", "94001", band="12")])
    row = found["94001", WHOLE]
    assert (row["etablissements"], row["sans_tranche"], row["emplois_bas"], row["emplois_haut"]) == (2, 1, 20, 49)


def test_an_open_band_leaves_the_top_unknown():
    row = counted([place("90000000100010", "94001", band="53")])["94001", WHOLE]
    assert (row["emplois_bas"], row["emplois_haut"]) == (10_000, None)


def test_the_largest_employer_is_shown_with_and_without():
    row = counted([place("90000000100010", "94001", band="32"), place("90000000200010", "94001", band="01")])[
        "94001", WHOLE
    ]
    assert (row["premier_employeur_bas"], row["premier_employeur_haut"]) == (250, 499)
    assert (row["emplois_hors_premier_bas"], row["emplois_hors_premier_haut"]) == (1, 2)


def test_closed_repeated_and_outside_establishments_are_not_counted():
    rows = [
        place("90000000100010", "94001"),
        place("90000000100010", "94001", source="autre liste", liste="siae_asp"),
        place("90000000100028", "94001", etat="F"),
        place("90000000100036", "75056"),
        place("90000000100044", None),
    ]
    assert counted(rows)["94001", WHOLE]["etablissements"] == 1


@pytest.mark.parametrize(
    ("other", "jobs"),
    [
        ({"liste": "siae_asp", "au": date(2026, 11, 30), "band": "32"}, (20, 49)),  # a later list: SIRENE is official
        ({"au": date(2025, 10, 31), "band": "32"}, (20, 49)),  # an older SIRENE
        ({"au": date(2026, 11, 30), "band": "32"}, (250, 499)),  # a later one
    ],
)
def test_of_two_lines_of_one_establishment_the_official_one_then_the_latest_is_counted(other, jobs):
    row = counted([place("90000000100010", "94001", **other), place("90000000100010", "94001", band="12")])
    assert (row["94001", WHOLE]["emplois_bas"], row["94001", WHOLE]["emplois_haut"]) == jobs


def test_a_company_in_insertion_counts_as_inclusive_and_not_as_ess():
    rows = [place("90000000100010", "94001", form="5710"), place("90000000200010", "94001")]
    listed = [{"siren": "900000001", "siret": "90000000100010", "statut": "EI", "source": "liste", "liste": "siae_asp"}]
    found = counted(rows, listed)
    assert found["94001", INCLUSIVE]["etablissements"] == 1
    assert found["94001", WHOLE]["etablissements"] == 1


def test_paris_takes_its_arrondissements():
    assert counted([place("90000000100010", "75112")], communes=["75056"])["75056", WHOLE]["etablissements"] == 1


def test_official_jobs_stand_beside_and_a_missing_commune_leaves_the_total_unknown():
    rows = [place("90000000100010", "94001", band="12"), place("90000000200010", "94002", band="12")]
    jobs = pl.LazyFrame({"code_commune": ["94001"], "emplois": [1000]})
    found = counted(rows, communes=["94001", "94002"], jobs=jobs)
    row = found["94001", WHOLE]
    assert (row["emplois_officiels"], row["part_bas"], row["part_haut"]) == (
        1000,
        pytest.approx(0.02),
        pytest.approx(0.049),
    )
    assert found[WHOLE, WHOLE]["emplois_officiels"] is None


def test_the_share_of_all_jobs_needs_other_establishments_in_the_register():
    alone = counted([place("90000000100010", "94001", band="12")])["94001", WHOLE]
    assert (alone["part_bas"], alone["part_haut"]) == (None, None)
    both = counted(
        [place("90000000100010", "94001", band="12"), place("90000000200010", "94001", form="5710", band="32")]
    )
    row = both["94001", WHOLE]
    assert (row["part_bas"], row["part_haut"]) == (pytest.approx(20 / 519), pytest.approx(49 / 299))
