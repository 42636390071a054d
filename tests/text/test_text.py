"""One way to fold a word and to open bytes: the same answer at each entrance."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaser import buyers, territories
from spaser.text import (
    chosen,
    decode,
    distinct,
    encoding,
    fold,
    fold_expr,
    separator,
    shortened,
    unaccented,
    unaccented_expr,
)

LETTERS = "abcXYZéèêëàâäîïôöùûüçœæÉÈÊŒÆÇß ’'-–.,;/°º&@#0123456789ﬁﬂñãõ\u00a0\u202f\n\t"
TABLE = "SIRET;Commune;Montant\n30000000000014;Œting;1 250,50 €\n30000000000022;L’Haÿ-les-Roses;3\n"


def column(values: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"mot": values}, schema={"mot": pl.String})


@pytest.mark.parametrize("written", ["Œting", "Oeting", "OETING", "œting", "  Œting ", "ŒTING"])
def test_a_town_is_the_same_however_its_ligature_is_written(written):
    assert fold(written) == "oeting"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Cœur de Nacre", "coeur de nacre"),
        ("N° SIRET", "n siret"),
        ("Nº SIRET", "n siret"),
        ("Æquo & Cie", "aequo cie"),
        ("ﬁn de marché", "fin de marche"),
        ("e\u0301te\u0301", "ete"),
        ("", ""),
        (None, ""),
        ("---", ""),
    ],
)
def test_words_are_compared_without_case_accent_ligature_nor_punctuation(written, folded):
    assert fold(written) == folded


def test_what_is_not_written_stays_unknown_in_a_column():
    assert column([None, "", "Été"]).select(fold_expr(pl.col("mot"))).to_series().to_list() == [None, "", "ete"]


@settings(deadline=None)
@given(st.lists(st.text(alphabet=LETTERS, max_size=30), max_size=6))
def test_a_word_and_a_column_are_folded_alike(words):
    told = column(words).select(fold=fold_expr(pl.col("mot")), plain=unaccented_expr(pl.col("mot")))
    assert told["fold"].to_list() == [fold(word) for word in words]
    assert told["plain"].to_list() == [unaccented(word) for word in words]


@settings(deadline=None)
@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(word):
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252 (cp1252)"),
    ],
)
def test_the_same_table_is_read_in_every_encoding(saved, said):
    read = decode(TABLE.encode(saved))
    assert (read.text, read.said, read.lost) == (TABLE, said, 0)


def test_what_cannot_be_read_is_counted_and_never_stops():
    assert decode(b"a\x81b").lost == 1
    assert decode("é".encode()[:1]).text  # a file cut in the middle of a letter
    assert decode(b"").text == ""


def test_a_file_cut_in_a_letter_is_still_utf8():
    assert encoding("marché".encode()[:-1]) == "utf-8"


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a;b\n1,5;2\n", ";"),
        ("a,b\n1,2\n", ","),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("a\nb\n", ";"),
        ("", ";"),
        ("Export du 1/2, arrêté\na;b\n1,5;2,5\n3,5;4\n", ";"),
    ],
)
def test_the_separator_is_the_mark_found_on_most_lines(text, mark):
    assert separator(text) == mark


def test_every_town_with_a_ligature_of_the_reference_is_found_without_it():
    towns = territories.communes().filter(pl.col("commune").str.contains("(?i)œ|æ")).collect()
    assert towns.height >= 100
    plain = {fold(name) for name in towns["commune"]}
    assert plain == {fold(unaccented(name).upper()) for name in towns["commune"]}


@pytest.mark.parametrize("asked", ["Cœur de Nacre", "Coeur de Nacre", "COEUR DE NACRE", "cœur-de-nacre"])
def test_a_buyer_is_found_however_its_ligature_is_typed(asked):
    known = pl.DataFrame(
        {
            "acheteur_siren": ["000000001", "000000002"],
            "acheteur_libelle": ["Cœur de Nacre", "Plaine de Nacre"],
            "contrats": [1, 9],
            "sirets": [["00000000100011"], ["00000000200011"]],
        }
    )
    assert buyers.choose(known, asked) == "000000001"


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        (31, "Prestation de transport, levage"),
        (30, "Prestation de transport …"),
        (24, "Prestation de transport …"),
        (23, "Prestation de transport …"),
        (22, "Prestation de …"),
        (6, "Presta …"),
    ],
)
def test_a_text_is_cut_at_the_end_of_a_word(most: int, shown: str):
    text = "Prestation de transport, levage"
    assert shortened(text, most) == shown


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("Fourniture de mobilier (lot 1 et lot 2)", 38, "Fourniture de mobilier …"),
        ("Fourniture de mobilier (lot 1 et lot 2)", 39, "Fourniture de mobilier (lot 1 et lot 2)"),
        ("Entretien (nord) des parcs et des serres", 30, "Entretien (nord) des parcs et …"),
        ("(entre parenthèses du début à la fin)", 20, "(entre parenthèses …"),
    ],
)
def test_a_text_is_not_cut_inside_a_parenthesis(text: str, most: int, shown: str):
    assert shortened(text, most) == shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # The way a contract is made goes, what is bought stays, and the lot.
        (
            "Accord-cadre à bons de commande pour la collecte de biodéchets des cantines - Lot 2 : secteur nord et ses quais",
            "Collecte de biodéchets … – Lot 2 : secteur nord et ses quais",
        ),
        # What is bought is never dropped: a study of works is not works.
        (
            "Marché de maîtrise d'œuvre pour les travaux de la halle aux grains et de ses abords",
            "Maîtrise d'œuvre pour les travaux de la halle aux grains …",
        ),
        # A number of operation says nothing; no title stops on a word that hangs.
        (
            "Entretien des fontaines et des bassins de la commune et de ses trois quartiers - N° d'opération : 20241",
            "Entretien des fontaines et des bassins de la commune …",
        ),
        # A lot that begins as its market says it alone.
        (
            "Fourniture de mobilier scolaire en deux lots - Fourniture de mobilier scolaire adapté aux plus petits",
            "Fourniture de mobilier scolaire adapté aux plus petits",
        ),
    ],
)
def test_a_long_title_is_told_in_fewer_words(text: str, told: str):
    assert chosen(text, 60) == told
    assert chosen(text, len(text)) == text


def test_two_titles_told_alike_say_what_parts_them_from_their_lot_on():
    same = "Prestations de nettoyage de bureaux et de vitrerie des bâtiments communaux sans rien d'autre Lot "
    assert distinct([f"{same}1", f"{same}2"], 31) == ["… Lot 1", "… Lot 2"]  # no room to say of what
    for most in (32, 50):
        told = distinct([f"{same}1", f"{same}2"], most)
        assert [one.split(" … ")[1] for one in told] == ["Lot 1", "Lot 2"] and max(map(len, told)) <= most
        assert all(one.startswith("Prestations") for one in told)


@pytest.mark.parametrize(
    ("words", "name", "found"),
    [
        ("Été à Évry, forêt", "mac_roman", "mac_roman"),
        ("Été à Évry, forêt", "cp850", "cp850"),
        ("Été à Évry, forêt", "cp1252", "cp1252"),
        ("Montant €HT, suite… l’eau – a–b", "cp1252", "cp1252"),
        ("N° 12 « œuvre »", "cp1252", "cp1252"),
        ("5 ™ 3 ž", "cp1252", "cp1252"),
    ],
)
def test_an_old_encoding_is_another_only_when_windows_makes_no_french(words, name, found):
    assert encoding(words.encode(name)) == found
