"""What is announced in public: notices still open on the reader's day, programmes said published; nothing of what nobody said public."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spaser
from spaser.cli import main
from spaser.deliverables.report import TableBlock
from spaser.studies import mission
from spaser.studies.acting import supplier
from spaser.studies.potential import announced as public
from spaser.studies.territory import book, leaves, panorama

DATA = Path(__file__).parents[2] / "data"
CONTRACTS, LISTS = sorted(DATA.glob("marches_demo*.json")), sorted(DATA.glob("registre_demo*.csv"))
WHO, TOWN = "000001016", "Ville d'Aubrelle (fictive)"
DAY = date(2027, 3, 1)
HEAD = "idweb,nature,date_publication,date_limite_reponse,acheteur,acheteur_id_national,objet,annonce_lie\n"
PLAN = "Objet;Montant estimé HT;Date prévue;Durée (mois);Acheteur\nEntretien des espaces verts inventés;120000;01/09/2027;12;\nFauchage inventé;50000;01/02/2027;12;\n"


def notices(folder: Path, *rows: str) -> Path:
    path = folder / "avis.csv"
    path.write_text(HEAD + "".join(row + "\n" for row in rows), encoding="utf-8")
    return path


def call(number: str, last: str, subject: str = "Entretien des espaces verts du parc inventé") -> str:
    return f'{number},APPEL_OFFRE,2027-02-01,{last},"{TOWN}",00000011700010,{subject},'


@pytest.fixture(scope="module")
def base():
    return replace(spaser.prepare(CONTRACTS, registers=LISTS), today=DAY)


@pytest.fixture
def programme(tmp_path):
    path = tmp_path / "programme.csv"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_a_notice_is_to_come_until_its_last_day_and_not_after(tmp_path):
    path = notices(tmp_path, call("27-1", "2027-03-01"), call("27-2", "2027-02-28"), call("27-3", ""))
    found = public.announced(DAY, notices=[path])
    assert found.needs["besoin_id"].to_list() == ["A-27-1-1"]
    row = found.needs.row(0, named=True)
    assert (row["famille"], row["echeance"], row["date_dit"]) == ("espaces_verts", DAY, public.OFFERS)
    assert "27-1" in row["publie"] and row["acheteur_libelle"] == TOWN
    told = found.told[0].replace("\u00a0", " ").replace("\u202f", " ")
    assert "Avis lus : 3 ; 1 attend" in told and "1 sans type d'avis ou sans date limite" in told


def test_a_notice_published_after_the_readers_day_is_not_known_yet(tmp_path):
    path = notices(tmp_path, call("27-1", "2027-04-01"))
    for day, shown in ((date(2027, 1, 31), 0), (date(2027, 2, 1), 1)):
        assert public.announced(day, notices=[path]).needs.height == shown


def test_a_list_that_writes_no_kind_of_notice_opens_none_and_says_so(tmp_path):
    path = tmp_path / "avis.csv"
    rows = f'27-1,2027-02-01,2027-04-01,"{TOWN}",Entretien des espaces verts inventés\n'
    path.write_text("avis,date_publication,date_limite_reponse,acheteur,objet\n" + rows, encoding="utf-8")
    found = public.announced(DAY, notices=[path])
    assert not found.needs.height
    assert "1 sans type d'avis" in found.told[0].replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_an_announcement_comes_without_a_day_for_a_year_and_until_its_call(tmp_path):
    prior = '27-9,PREINFORMATION,{},,"Ville d\'Aubrelle (fictive)",00000011700010,{},'
    subject = "Entretien des espaces verts du parc inventé"

    def needs(*rows):
        found = public.announced(DAY, notices=[notices(tmp_path, *rows)])
        return found.needs.select("besoin_id", "echeance", "date_dit").rows(), found.told[0].replace("\u00a0", " ")

    held, told = needs(prior.format("2026-03-01", subject))
    assert held == [("A-27-9-1", None, public.FORESEEN)] and "1 préinformation de moins de 12 mois" in told
    assert "aucun n'attend" in told.replace("’", "'"), "it awaits no offer"
    assert needs(prior.format("2026-02-28", subject))[0] == []
    assert needs(prior.format("2026-12-01", subject), call("27-1", "2027-04-01"))[0] == [
        ("A-27-1-1", date(2027, 4, 1), public.OFFERS)
    ]
    assert len(needs(prior.format("2026-12-01", "Fauchage inventé"), call("27-1", "2027-04-01"))[0]) == 2


def test_a_change_moves_the_last_day_and_an_end_closes_a_notice():
    frame = pl.DataFrame(
        {
            "avis": ["1", "2", "3", "4"],
            "type_avis": ["concurrence", "rectificatif", "concurrence", "annulation"],
            "avis_lie": [None, "1", None, "3"],
            "date_publication": [date(2027, 1, day) for day in (1, 2, 3, 4)],
            "date_limite": [date(2027, 2, 1), date(2027, 4, 1), date(2027, 5, 1), None],
        }
    )
    told = {row["avis"]: row for row in public._dated(frame).to_dicts()}
    assert told["1"]["date_limite"] == date(2027, 4, 1) and not told["1"]["_clos"]
    assert told["3"]["date_limite"] == date(2027, 5, 1) and told["3"]["_clos"]


def both(**changed: object) -> pl.DataFrame:
    """One notice of two journals, the second as changed."""
    one = {"avis": "27-1", "_source": "BOAMP", "acheteur_nom": TOWN, "acheteur_siren": "000000117"}
    one |= {"objet": "Entretien du parc inventé", "date_limite": date(2027, 4, 1), "nb_lots": 1}
    two = one | {"avis": "2027/S 1", "_source": "TED", "objet": "ENTRETIEN DU PARC INVENTÉ", "nb_lots": 2} | changed
    return pl.DataFrame([one, two], schema_overrides={"acheteur_siren": pl.String})


def test_a_notice_of_two_journals_counts_once_by_what_both_publish():
    kept = public._once(both())
    assert kept["avis"].to_list() == ["2027/S 1"], "the notice that gives more lots"
    assert kept["_parus"].to_list() == ["BOAMP 27-1 et TED 2027/S 1"]
    # A buyer whose number one journal alone writes is known by its very name.
    assert public._once(both(acheteur_siren=None)).height == 1
    for apart in (
        {"date_limite": date(2027, 4, 2)},
        {"objet": "Entretien du parc inventé, lot 2"},
        {"acheteur_siren": "000000125"},
        {"acheteur_nom": "Ville de Zinnia (fictive)", "acheteur_siren": None},
        {"_source": "BOAMP"},
    ):
        assert public._once(both(**apart)).height == 2, apart
    # Two notices of one journal under the same words: nothing says which of them the other journal prints.
    three = pl.concat([both(), both().head(1).with_columns(avis=pl.lit("27-2"))])
    assert public._once(three)["avis"].to_list() == ["27-1", "2027/S 1", "27-2"]


def test_a_published_programme_announces_what_is_not_past_for_the_buyer_said(base, programme):
    known = public.known_buyers(base)
    found = public.announced(DAY, programmes=[public.Programme(programme, "000000117")], known=known)
    assert found.needs["objet"].to_list() == ["Entretien des espaces verts inventés"]
    row = found.needs.row(0, named=True)
    assert row["acheteur_siren"] == "000000117" and row["acheteur_libelle"] == TOWN
    assert row["date_dit"] == public.PLANNED and "programme publié" in row["publie"]
    assert "1 dont le jour prévu est passé" in found.told[0].replace("\u00a0", " ")
    assert not public.announced(DAY, programmes=[], known=known).needs.height


def said(folder: Path, *lines: str) -> mission.Mission:
    (folder / "mission.toml").write_text("\n".join(lines), encoding="utf-8")
    return mission.read(folder)


def test_a_mission_shows_to_suppliers_only_the_programme_it_says_published(tmp_path, programme):
    named = 'programme = ["programme.csv"]'
    for line, shown in (("programme_publie = true", True), ("programme_publie = false", False), ("", False)):
        made = said(tmp_path, named, line)
        assert bool(made.public) is shown, line
        state = mission.told(tmp_path)
        assert ("jamais montré à un fournisseur" in state.replace("\u00a0", " ")) is not shown


def test_each_buyer_says_of_its_own_programme_whether_it_is_published(tmp_path, programme):
    (tmp_path / "autre.csv").write_text(PLAN, encoding="utf-8")
    made = said(
        tmp_path,
        '[[acheteur]]\nnom = "Ville A"\nprogramme = ["programme.csv"]\nprogramme_publie = true',
        '[[acheteur]]\nnom = "Ville B"\nprogramme = ["autre.csv"]',
    )
    assert [(Path(one.path).name, one.buyer) for one in made.public] == [("programme.csv", "Ville A")]


def test_the_sheet_carries_what_is_announced_with_its_date_buyer_and_source(base, tmp_path, programme):
    served = spaser.sheet_of(base, WHO).served.filter("metier")["famille"].to_list()
    assert served, "the supplier of this test has a known trade"
    subject = {"espaces_verts": "Entretien des espaces verts", "nettoyage_locaux": "Nettoyage des locaux"}
    named = next((subject[one] for one in served if one in subject), None)
    assert named, served
    path = notices(tmp_path, call("27-1", "2027-04-01", named))
    programme.write_text(PLAN.replace("Entretien des espaces verts inventés", named), encoding="utf-8")
    with_both = spaser.sheet_of(base, WHO, notices=[path], programmes=[public.Programme(programme, TOWN)])
    found = with_both.ahead.filter(pl.col("date_dit") != public.ENDS)
    assert set(found["date_dit"]) == {public.OFFERS, public.PLANNED}
    assert set(found["acheteur_libelle"]) == {TOWN}
    assert found["echeance"].null_count() == 0
    section = next(one for one in supplier.report(with_both).sections if one.id == "a-venir")
    shown = str([block.frame.to_dicts() for block in section.blocks if isinstance(block, TableBlock)])
    assert "27-1" in shown and "programme publié" in shown
    # A programme that nobody said published brings nothing.
    without = spaser.sheet_of(base, WHO, notices=[path])
    assert set(without.ahead["date_dit"]) <= {public.ENDS, public.OFFERS}
    assert (base.day >= base.as_of) and (without.ahead["echeance"] >= base.day).all()


def test_the_book_says_what_comes_for_each_structure_whose_trade_is_known(tmp_path, programme):
    lists = tmp_path / "structures_2026-09.csv"
    lists.write_text(
        "SIRET;Nom;Type;Commune;Code postal\n"
        "00000101600013;Régie Zinnia espaces verts (fictif);EI;Montreuil;93100\n"
        "00000022400014;Balsamine (fictif);ACI;Montreuil;93100\n",
        encoding="utf-8",
    )
    place = panorama.territory("219300480", [lists], as_of=date(2026, 9, 30))
    path = notices(tmp_path, call("27-1", "2027-04-01").replace("00000011700010", "219300480"))
    made = book.book_of(place, None, DAY, notices=[path])
    assert made.ahead["siret"].to_list() == ["00000101600013"]
    told = str([one.blocks for one in leaves.report(made).sections]).replace("\\xa0", " ").replace("\u00a0", " ")
    assert "Ce qui arrive, public et à sa portée" in told and "27-1" in told
    assert not book.book_of(place, None, DAY).ahead.height
    # The day after the last, nothing comes.
    assert not book.book_of(place, None, date(2027, 4, 2), notices=[path]).ahead.height


def test_notices_are_refused_without_a_sheet(tmp_path, capsys):
    path = notices(tmp_path, call("27-1", "2027-04-01"))
    assert main(["fournisseurs", "--avis", str(path), "--registre", str(LISTS[0]), "--sortie", str(tmp_path)]) == 2
    assert "--avis" in capsys.readouterr().err
