"""A consultation in lots proofread: each lot with its own passages, what is alike said once, each text drafted for what is read."""

from __future__ import annotations

import pytest

from spaser.studies.acting import drafting, proofreading
from spaser.studies.acting.drafting import Need, Share
from spaser.studies.acting.proofreading import CHECK, CLASHES, LACKS, MET
from spaser.studies.acting.proofreading.reading import NAMED, lots_told, pasted, row

RC = "Règlement de la consultation\nArticle 1 – Objet\nLe marché a pour objet le nettoyage des locaux scolaires.\n\n"
LOTS = "Article 2 – Lots\nLot n° 1 : écoles du nord. Lot n° 2 : écoles du sud.\n\n"
CCAP = "Cahier des clauses administratives particulières\nArticle 1 – Objet\nLe nettoyage des locaux scolaires.\n\n"
HOURS = "Le titulaire du lot n° {} réserve {} heures de travail à des personnes éloignées de l'emploi.\n"


def proof(tmp_path, **files):
    for name, text in files.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    return proofreading.proofread([tmp_path])


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_text_of_a_misspelt_code_is_refused_when_the_room_is_imported_and_when_a_row_is_made():
    assert pasted("clause_insertion") == "clause_insertion"
    with pytest.raises(LookupError, match="clause_insertionn"):
        pasted("clause_insertionn")
    with pytest.raises(LookupError, match="clause_insertion_concession"):
        pasted("clause_insertion", "concession")
    with pytest.raises(LookupError):
        row("critère", CHECK, "dit", "", text="critere_environement")
    assert row("critère", CHECK, "dit", "", text="critere_environnement")["texte"]


def test_every_text_that_a_check_names_is_drafted_by_a_lever():
    assert len(NAMED) > 12
    for code in NAMED:
        found = proofreading.compose._texts({code}, None, {code: Need()})
        assert found[code].code == code


def test_the_hours_of_a_lot_are_not_those_of_its_neighbour(tmp_path):
    clause = "Article 12 – Clause sociale d'insertion\n" + HOURS.format(1, 700) + HOURS.format(2, 150)
    table = proof(tmp_path, RC=RC + LOTS, CCAP=CCAP + clause).rows
    assert CLASHES not in table.filter(controle="heures d'insertion")["etat"].to_list()


def test_hours_that_the_commitment_of_a_lot_changes_clash_for_that_lot_with_where_each_is_told(tmp_path):
    clause = "Article 12 – Clause sociale d'insertion\n" + HOURS.format(1, 700) + HOURS.format(2, 150)
    own = "Acte d'engagement\nLe signataire s'engage à réserver 500 heures de travail à des personnes éloignées de l'emploi pendant l'exécution du lot n° 1.\n"
    table = proof(tmp_path, RC=RC + LOTS, CCAP=CCAP + clause, AE=own).rows.filter(etat=CLASHES)
    assert table["lot"].to_list() == ["lot 1"]
    said = plain(table["constat"].item())
    assert "700 heures (CCAP, article 12)" in said and "500 heures (AE" in said


def test_what_every_lot_has_alike_is_said_once_and_a_lot_without_a_passage_is_not_forgotten(tmp_path):
    reserved = "Article 4\nLe lot n° 2 est réservé aux entreprises adaptées et aux ESAT.\n"
    table = proof(tmp_path, RC=RC + LOTS + reserved, CCAP=CCAP).rows
    assert table.filter(controle="réservation")["lot"].to_list() == ["lot 2"]
    assert table.filter(controle="critère environnemental")["lot"].to_list() == [proofreading.reading.WHOLE]


def test_a_text_asked_for_one_lot_and_one_kind_of_purchase_is_drafted_for_them(tmp_path):
    reserved = "Article 4\nLe lot n° 2 est réservé aux entreprises adaptées et aux ESAT.\n"
    texts = {text.code: plain(text.texte) for text in proof(tmp_path, RC=RC + LOTS + reserved, CCAP=CCAP).texts}
    assert "Le lot n° 2 est réservé" in texts["reservation_handicap"]
    assert "produits d'entretien" in texts["clause_environnement"] and "lot n°" not in texts["clause_environnement"]


@pytest.mark.parametrize(("cahier", "state"), [(CCAP, CLASHES), ("", CHECK)])
def test_a_clause_announced_is_absent_only_from_documents_that_were_read(tmp_path, cahier, state):
    files = {"RC": RC + "Article 3\nLe marché comporte une clause sociale d'insertion.\n"} | (
        {"CCAP": cahier} if cahier else {}
    )
    table = proof(tmp_path, **files).rows
    assert table.filter(controle="conditions d'exécution sociales")["etat"].to_list() == [state]
    assert not table.filter(controle="heures d'insertion").height


@pytest.mark.parametrize(("name", "state"), [("RC", MET), ("note", CHECK)])
def test_a_criterion_counts_only_where_candidates_look_for_it(tmp_path, name, state):
    head = "Règlement de la consultation\n" if name == "RC" else "Note\n"
    text = head + "Critère « performances en matière de protection de l'environnement » : 20 % de la note finale.\n"
    table = proof(tmp_path, **{name: text}).rows
    assert table.filter(controle="critère environnemental")["etat"].to_list() == [state]


def test_a_grid_over_a_hundred_shows_its_sum_and_clashes(tmp_path):
    grid = "Article 6 – Critères de jugement des offres\n\n- Prix : 50 %\n- Valeur technique : 40 %\n- Environnement : 15 %\n"
    found = proof(tmp_path, RC=RC + grid).rows.filter(controle="pondération des critères")
    assert found["etat"].to_list() == [CLASHES] and "50 + 40 + 15 = 105 %" in plain(found["constat"].item())


def test_one_set_of_texts_for_several_lots_is_read_back_without_a_clash(tmp_path):
    need = Need(famille="batiment_second_oeuvre", mois=18, lots=(Share("1", heures=700), Share("2", heures=150)))
    written: dict[str, str] = {"CCAP": CCAP, "AE": "Acte d'engagement\n"}
    for rank, text in enumerate(drafting.draft(need, "clause_sociale"), 2):
        if text.piece in written:
            written[text.piece] += f"Article {rank} – {text.titre}\n{text.texte.replace('……', '14')}\n\n"
    table = proof(tmp_path, RC=RC + LOTS, **written).rows
    assert CLASHES not in table["etat"].to_list(), table.filter(etat=CLASHES).to_dicts()
    assert LACKS not in table.filter(controle="conditions d'exécution sociales")["etat"].to_list()


def test_the_word_document_of_several_lots_is_read_back_with_the_hours_of_each(tmp_path):
    hours = (810, 410, 270, 270, 180, 140, 110, 150)
    need = Need(
        famille="batiment_second_oeuvre", mois=18, lots=tuple(Share(str(n), heures=h) for n, h in enumerate(hours, 1))
    )
    folder = tmp_path / "Groupe scolaire"
    folder.mkdir()
    path, _ = drafting.write([(need, "clause_sociale")], tmp_path / "made")
    (folder / "CCAP.docx").write_bytes(path.read_bytes())
    table = proofreading.proofread([folder]).rows
    assert CLASHES not in table["etat"].to_list(), table.filter(etat=CLASHES).to_dicts()
    assert set(table.filter(controle="heures d'insertion")["etat"]) == {MET}


@pytest.mark.parametrize(
    ("said", "lots"),
    [
        ("lots n° 1, 2 et 5 a 7", ["1", "2", "5", "6", "7"]),
        ("lot n° 1, 24 mois", ["1"]),
        ("lots n° 1 et 24 mois", ["1"]),
        ("lots 1 a 3 et le lot 8", ["1", "2", "3", "8"]),
    ],
)
def test_lots_are_read_in_lists_and_ranges(said, lots):
    assert lots_told(said) == lots


def test_goods_over_the_threshold_are_given_the_condition_of_their_making(tmp_path):
    text = "Article 1 – Objet\nLe marché a pour objet la fourniture de papier de bureau.\n"
    (tmp_path / "CCAP.md").write_text(text, encoding="utf-8")
    found = proofreading.proofread([tmp_path], over_threshold=True)
    row = found.rows.filter(controle="conditions d'exécution sociales")
    assert row["texte"].to_list() == ["condition_sociale_fournitures"]


TABLE = "N° de lot ; Intitulé ; Heures d'insertion\n1 ; Gros œuvre ; 350 h\n2 ; Isolation ; {} h\n3 ; Électricité ; sans objet\n"


@pytest.mark.parametrize(("hours", "clash"), [(280, True), (250, False)])
def test_hours_of_a_table_of_lots_are_confronted_lot_by_lot_and_a_lot_without_any_has_none(tmp_path, hours, clash):
    clause = "Article 12 – Insertion\nLes titulaires des lots 1 et 2 réservent des heures de travail à des personnes éloignées de l'emploi :\nLot : Heures d'insertion\nLot 1 – Gros œuvre : 350\nLot 2 – Isolation : 250\n"
    table = proof(tmp_path, RC=RC + "Article 2 – Lots\n\n" + TABLE.format(hours), CCAP=CCAP + clause).rows
    clashes = table.filter(controle="heures d'insertion", etat=CLASHES)
    assert clashes["lot"].to_list() == ["lot 2"] * clash
    assert "lot 3" not in set(table.filter(controle="heures d'insertion")["lot"])


def test_a_lot_named_alone_is_not_the_whole_consultation(tmp_path):
    reserved = "Article 4\nLe lot n° 2 est réservé, en application de l'article L2113-12, aux entreprises adaptées et aux ESAT.\n"
    table = proof(tmp_path, RC=RC + reserved, CCAP=CCAP).rows
    assert set(table["lot"]) == {"tous les lots", "lot 2"}
    assert table.filter(lot="lot 2")["controle"].to_list() == ["réservation"]


@pytest.mark.parametrize(("said", "state"), [("mille deux cents heures", CLASHES), ("sept cents heures", MET)])
def test_hours_said_in_words_are_read(tmp_path, said, state):
    clause = "Article 12 – Clause sociale d'insertion\n{}"
    followed = "Le facilitateur reçoit les attestations. Une pénalité est appliquée.\n"
    words = f"Le titulaire réalise {said} d'insertion pour des personnes éloignées de l'emploi.\n"
    figures = "Le titulaire réserve 700 heures de travail à des personnes éloignées de l'emploi.\n"
    table = proof(tmp_path, CCAP=CCAP + clause.format(words + followed), AE="Acte d'engagement\n" + figures).rows
    assert table.filter(controle="heures d'insertion")["etat"].to_list() == [state], table.to_dicts()
