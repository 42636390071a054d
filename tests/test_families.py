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


def test_words_say_the_family_when_the_cpv_is_missing_or_names_a_bare_division():
    frame = pl.LazyFrame(
        {"codeCPV": [None, "45000000", "90911200", None, "45000000"],
         "objet": ["Entretien des espaces verts", "Peintures intérieures de l'école", "Espaces verts", "Divers", "Espaces verts et peinture"]},
        schema={"codeCPV": pl.String, "objet": pl.String},
    )  # fmt: skip
    found = families.add(frame).collect()
    assert found["famille"].to_list() == ["espaces_verts", "batiment_second_oeuvre", "nettoyage_locaux", None, "batiment_gros_oeuvre"]
    assert found["famille_origine"].to_list() == ["texte", "texte", "cpv", None, "cpv"]
    assert found["famille_confiance"].to_list() == [families.OF_WORDS, families.OF_WORDS, families.OF_CPV, None, families.OF_DIVISION]


def test_a_nomenclature_is_proposed_then_corrected_and_used_again():
    lines = pl.LazyFrame({"famille_acheteur": ["Nettoyage des locaux", "XZ-12", "Nettoyage des locaux", None]})
    first = families.propose(lines).collect()
    assert first.select("famille_acheteur", "famille", "etat").rows() == [
        ("Nettoyage des locaux", "nettoyage_locaux", "propose"), ("XZ-12", None, "a_classer"),
    ]  # fmt: skip
    corrected = first.with_columns(
        famille=pl.when(pl.col("famille_acheteur") == "XZ-12").then(pl.lit("traiteur")).otherwise("famille"),
        etat=pl.when(pl.col("famille_acheteur") == "XZ-12").then(pl.lit("corrige")).otherwise("etat"),
    )
    assert families.propose(lines, known=corrected.lazy()).collect().equals(corrected)
    found = families.classify(lines, corrected.lazy()).collect().filter(pl.col("famille_acheteur") == "XZ-12")
    assert found.select("famille", "famille_confiance", "famille_origine").row(0) == ("traiteur", families.OF_PERSON, "nomenclature")


def test_every_word_leads_to_a_family_that_exists():
    assert set(rules.table("family_words.csv")["famille"]) <= set(rules.table("families.csv")["famille"])
