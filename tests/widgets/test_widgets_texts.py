"""Texts in a notebook: read beside contracts, pasted or chosen, and findings answered one by one. Everything is invented."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from spaser import widgets
from spaser.problems import Problem
from spaser.sections.texts import section_texts
from spaser.sources.answers.constats import read_answers
from spaser.studies import diagnostic
from spaser.widgets.files import expanded
from spaser.widgets.selection import Selection

DATA = Path(__file__).parents[2] / "data"
TOWN = "000000117"


def plain(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module")
def base():
    return diagnostic.prepare(expanded((DATA / "marches_demo*.json").as_posix()))


@pytest.fixture(scope="module")
def texts():
    return widgets.read_texts((DATA / "avis_demo.csv").as_posix(), (DATA / "pieces_demo").as_posix())


@pytest.fixture(scope="module")
def desk(base, texts):
    return widgets.Desk(base, Selection(buyers=(TOWN,)), texts=texts)


def test_notices_and_documents_say_what_was_read(texts):
    told = plain(texts.told)
    assert "Avis : 4 lus, aucun doublon, aucun rejeté." in told
    assert "Pièces : 3 lues sur 3." in told
    assert "seuls les objets" in widgets.read_texts().told


def test_the_desk_reads_them_with_its_contracts(desk):
    assert desk.diagnostic.extras["pieces"]["uid"].drop_nulls().n_unique() == 2
    assert "tab-annonces" in [getattr(block, "id", "") for block in section_texts(desk.findings).blocks]


def test_a_text_pasted_is_marked_and_explained():
    shown = widgets.TextReader("Le titulaire réserve 5 % des heures à l'insertion.")._repr_mimebundle_()
    assert "<mark" in shown["text/html"]
    assert "insertion" in shown["text/plain"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "Le titulaire réserve 5 % des heures à l'insertion. Le papier est recyclé à 100 %.",
            "Le texte en tout : environnement, considération explicite ; social, considération explicite.",
        ),
        (
            "Le lot 3 est réservé aux ESAT et aux entreprises adaptées.",
            "Le texte en tout : environnement, rien ; social, considération explicite ; réservation, handicap (L2113-12).",
        ),
        (
            "La consultation ne comporte pas de clause sociale.",
            "Le texte en tout : environnement, rien ; social, rien.",
        ),
    ],
)
def test_a_text_pasted_is_told_in_all_before_its_passages(text, told):
    assert told in plain(widgets.TextReader(text)._repr_mimebundle_()["text/plain"])


def test_what_is_pasted_never_becomes_part_of_the_page():
    shown = widgets.TextReader("<script>alert(1)</script> clause d'insertion")._repr_mimebundle_()["text/html"]
    assert "<script>" not in shown


def test_a_text_is_chosen_among_subjects_and_documents(desk):
    reader = widgets.TextReader(desk=desk)
    values = dict(reader.choice.options)
    reader.choice.value = next(
        value for label, value in values.items() if label.startswith("202400443 Gardiennage/CCAP.txt, 14.2")
    )
    assert reader.kind.value == "document"
    assert "7 % des heures" in reader.text.value
    assert reader.passages.filter(pl.col("niveau") == 2).height
    reader.choice.value = next(value for label, value in values.items() if label.startswith("objet : "))
    assert reader.kind.value == "objet"


def test_an_answer_is_written_with_its_author_day_and_reason_and_taken_up_again(base, desk, tmp_path):
    place = tmp_path / "constats.csv"
    review = widgets.Review(desk, place)
    uid, name = review.gap.value.split("|")
    review.author.value, review.reason.value = "C. Martin", "clause vérifiée"
    review.decide("refuse")
    kept = read_answers(place).collect().row(0, named=True)
    assert (kept["objet_id"], kept["champ"], kept["valeur"], kept["auteur"], kept["motif"]) == (
        uid,
        name,
        "refuse",
        "C. Martin",
        "clause vérifiée",
    )
    assert kept["date"] is not None
    again = widgets.Review(desk, place)
    assert again.gaps.filter(pl.col("decision") == "refuse").select("uid", "consideration").rows() == [(uid, name)]
    again.gap.value = f"{uid}|{name}"
    again.decide("")
    assert not read_answers(place).collect().height


def test_the_desk_obeys_answers_given_before(base, desk, tmp_path):
    place = tmp_path / "constats.csv"
    review = widgets.Review(desk, place)
    uid, name = review.gap.value.split("|")
    review.decide("refuse")
    found = widgets.Desk(base, Selection(buyers=(TOWN,)), answers=place).diagnostic.extras["ecarts"]
    assert found.filter(pl.col("decision") == "refuse").select("uid", "consideration").rows() == [(uid, name)]
    assert found.height == found.unique(["liste", "uid", "consideration"]).height


def test_a_file_of_answers_that_cannot_be_understood_is_said_and_kept(desk, tmp_path):
    place = tmp_path / "constats.csv"
    place.write_text("contrat;consideration;decision\ncontrat 1;clause_sociale;peut-être\n", encoding="utf-8")
    review = widgets.Review(desk, place)
    review.decide("accepte")
    assert "peut-être" in place.read_text(encoding="utf-8")
    assert "ligne 2" in plain(review.answer.value)
    with pytest.raises(Problem):
        widgets.Desk(desk.base, answers=place)
