"""A territory or a network of buyers: demand against supply, nothing counted twice. Everyone here is invented but the communes."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest
from potential.test_potential import METHOD, certain, exact, need, structure, structures, supply

from spaser import potential, rules
from spaser.charts.crossed import against, crossed
from spaser.cli import main
from spaser.potential.territory import WHOLE
from spaser.sections.balance import annexes_balance, section_balance
from spaser.studies.potential import needs as opportunities_needs
from spaser.studies.territory import demand as opportunities_territory
from spaser.studies.territory.demand import ELSEWHERE, STRUCTURE, Balance, demand, said

DATA = Path(__file__).parents[2] / "data"
HERE = {
    "code_commune": "94022",
    "commune": "Choisy-le-Roi",
    "departement": "94",
    "region": "11",
    "lon": 2.41,
    "lat": 48.77,
}
GROUP = "200058014"
COMMUNES = pl.DataFrame(
    {
        "code_commune": ["94022", "94081"],
        "commune": ["Choisy-le-Roi", "Vitry-sur-Seine"],
        "siren": ["219400223", "219400819"],
    }
)
SHARE = METHOD["dependance"]["value"]


def needs(*rows: dict) -> pl.DataFrame:
    return pl.concat(
        [
            need(
                **(
                    {
                        "besoin_id": f"N{rank}",
                        "lieu": "C94022",
                        "acheteur_libelle": "Acheteur fictif",
                        "famille_libelle": "Nettoyage",
                    }
                    | row
                )
            )
            for rank, row in enumerate(rows)
        ]
    ).collect()


def offer(*sirets: str, **facts: object) -> pl.DataFrame:
    return supply(*(structure(siret, **(HERE | facts)) for siret in sirets)).collect()


def weighed(asked: pl.DataFrame, offered: pl.DataFrame, **options: object) -> opportunities_needs.Weighed:
    return opportunities_needs.weighed(asked, offered, dependency=SHARE, method=rules.method(), **options)


def balance(asked: pl.DataFrame, offered: pl.DataFrame, **facts: object) -> Balance:
    rows = potential.balance(asked.lazy(), offered.lazy(), COMMUNES.lazy()).collect()
    told = weighed(asked, offered, network=True)
    each = asked.group_by("acheteur_siren", "acheteur_libelle").agg(
        besoins=pl.len().cast(pl.Int64), annuel=pl.col("annuel").sum()
    )
    return Balance(
        rows, opportunities_territory._families(rows, told.families), each, 1, facts.pop("elsewhere", 0), SHARE, **facts
    )


def test_a_supplier_wanted_by_two_buyers_brings_its_capacity_once_to_their_sum():
    sirets = [f"{rank}1111111100011" for rank in range(1, 5)]
    offered = potential.supply(
        structures(*(exact(siret, euros=100_000) | HERE for siret in sirets)), wins=certain(*sirets)
    ).collect()
    lots = {"lots": 5, "lot_annuel": 2_000_000}
    asked = needs(*({**lots, "acheteur_siren": buyer} for buyer in ("111111118", "222222226") for _ in range(10)))
    together, apart = weighed(asked, offered, network=True), weighed(asked, offered)
    envelopes = METHOD["participation"]["value"] * 4 * SHARE * math.sqrt(80_000 * 120_000) * 100
    assert set(together.opportunities["levier"]) == {"reserver_lot"}
    assert together.families["potentiel"].sum() == pytest.approx(envelopes, rel=1e-4)
    assert together.families["potentiel_haut"].sum() <= 4 * SHARE * 120_000 * 100 + 20
    assert together.families["fournisseurs"].to_list() == [4]
    # Buyer by buyer, each has its own envelope: adding the buyers up would sell the same capacity twice.
    assert apart.families["potentiel"].sum() == pytest.approx(2 * envelopes, rel=1e-4)


def test_the_capacity_of_a_network_is_that_of_one_buyer_who_had_all_its_needs():
    rows = [
        {"famille": family, "annuel": amount, "annuel_haut": amount, "lot_annuel": amount}
        for family, amount in (("nettoyage_locaux", 9_000_000), ("espaces_verts", 4_000_000))
    ]
    many = needs(*({**row, "acheteur_siren": f"{rank}11111118"} for rank, row in enumerate(rows * 2, 1)))
    single = needs(*({**row, "acheteur_siren": "111111118"} for row in rows * 2))
    offered = offer("11111111100011", "21111111100011")
    both = [
        weighed(asked, offered, network=True).families.sort("famille")["potentiel"].to_list()
        for asked in (many, single)
    ]
    assert both[0] == both[1]


def test_demand_is_what_is_executed_there_and_what_its_authorities_buy_without_naming_another_commune():
    asked = needs(
        {"lieu": "C94022"},  # a buyer from anywhere, executed there
        {"lieu": "A219400223", "acheteur_siren": "219400223"},  # the commune's own territory is that commune
        {"lieu": f"A{GROUP}", "acheteur_siren": GROUP},
        {"lieu": "D94", "acheteur_siren": "219400819"},
        {"lieu": None, "acheteur_siren": GROUP},
        {"lieu": "C75056", "acheteur_siren": GROUP},
        {"lieu": "D94"},
        {"lieu": "C75056"},
    )
    found, away = demand(asked, COMMUNES, [GROUP], [])
    assert found["besoin_id"].to_list() == ["N0", "N1", "N2", "N3", "N4"] and away == 1
    assert found["lieu"].to_list()[:2] == ["C94022", "C94022"]
    network, _ = demand(asked, COMMUNES, [GROUP], ["111111118"])
    assert network["besoin_id"].to_list() == ["N0", "N6", "N7"]


def test_communes_and_wider_places_add_up_to_the_whole():
    asked = needs({"annuel": 100}, {"annuel": 20, "lieu": "C94081"}, {"annuel": 3, "lieu": f"A{GROUP}"})
    rows = balance(asked, offer("11111111100011")).rows.filter(pl.col("famille") == "nettoyage_locaux")
    told = dict(rows.select("code_commune", "demande").rows())
    assert told == {WHOLE: 123, "94022": 100, "94081": 20}


def test_a_family_without_supplier_is_to_structure_unless_one_is_within_reach_elsewhere():
    asked = needs(
        {"famille": "nettoyage_locaux", "annuel": 100},
        {"famille": "juridique", "famille_libelle": "Services juridiques", "annuel": 700},
    )
    near = offer("11111111100011", code_commune="94028", commune="Créteil", lon=2.45, lat=48.78)
    made = balance(asked, near)
    states = dict(made.families.select("famille", "etat_code").rows())
    assert states["nettoyage_locaux"] == ELSEWHERE and states["juridique"] == STRUCTURE
    texts = " ".join(said(made))
    assert (
        "Filières à structurer" in texts
        and "Services juridiques (7\u00a0€)" in texts
        and "à portée de plus loin\u00a0: Nettoyage" in texts
    )


def test_supply_without_demand_is_told_and_what_is_left_out_counted():
    made = balance(needs({"annuel": 100}), offer("11111111100011", naf="9601A"), elsewhere=3)
    texts = " ".join(said(made))
    assert (
        "Offre sans demande dans les contrats lus" in texts
        and "3\u00a0besoins des collectivités du territoire" in texts
    )


def test_the_section_is_silent_without_contracts_and_honest_without_demand():
    assert section_balance({}) is None and annexes_balance({}) == ()
    made = balance(needs({"actif": False}), offer("11111111100011"))
    section = section_balance(made.extras())
    assert "Aucun besoin en cours" in section.blocks[0].text
    texts = " ".join(said(made))
    assert (
        "la demande n'est pas mesurée" in texts.replace("’", "'")
        and "Offre sans demande" not in texts
        and "0\u00a0€" not in texts
    )


def test_the_section_and_the_sheets_tell_the_same_demand():
    made = balance(needs({"annuel": 12_300}, {"annuel": 4_500, "lieu": "C94081"}), offer("11111111100011"))
    section, sheets = section_balance(made.extras()), annexes_balance(made.extras())
    tables = {block.id: block for block in section.blocks if hasattr(block, "id")}
    assert (
        tables["tab-bilan"].frame["demande"].sum()
        == sheets[0].frame["demande"].sum()
        == sheets[1].frame["demande"].sum()
        == 16_800
    )
    assert {"fig-bilan", "fig-croises"} <= set(tables) and all(len(sheet.id) <= 31 for sheet in sheets)


def test_charts_write_the_absence_of_a_supplier_as_zero_never_as_null():
    rows = pl.DataFrame(
        {
            "famille": ["A", "A", "B"],
            "commune": ["X", "Y", "X"],
            "demande": [100_00, 0, 5_00],
            "offre": [0, 0, 9_00],
            "fournisseurs": [0, 2, 1],
            "etat": ["à structurer"] * 3,
        }
    )
    for picture in (crossed(rows), against(rows.filter(pl.col("commune") == "X"))):
        assert "null" not in picture.svg and "aucun fournisseur" in picture.svg + picture.alt
    assert crossed(rows).alt.startswith("Tableau en couleurs")


def test_the_command_shows_demand_on_the_demo_twice_alike_and_names_what_lacks(tmp_path, capsys):
    for name in ("un", "deux"):
        assert main(["territoire", "--demo", "--territoire", "grand-orly seine", "--sortie", str(tmp_path / name)]) == 0
    said_there = capsys.readouterr().out
    assert "Demande exécutée dans le territoire" in said_there and "Demande et offre" in (
        tmp_path / "un" / "territoire.html"
    ).read_text(encoding="utf-8")
    for name in ("territoire.html", "territoire.xlsx"):
        assert (tmp_path / "un" / name).read_bytes() == (tmp_path / "deux" / name).read_bytes(), name
    lists = [str(path) for path in sorted(DATA.glob("registre_demo*.csv"))]
    assert main(["territoire", "--epci", "grand-orly seine", "--registre", *lists, "--acheteurs", "Aubrelle"]) == 2
    assert "ne vaut qu'avec des contrats" in capsys.readouterr().err
    assert main(["territoire", str(DATA / "marches_demo.json"), "--epci", "grand-orly seine"]) == 2
    assert "Aucune liste de fournisseurs" in capsys.readouterr().err
    assert (
        main(
            [
                "territoire",
                "--demo",
                "--epci",
                "grand-orly seine",
                "--acheteurs",
                "Aubrelle",
                "--sortie",
                str(tmp_path / "reseau"),
            ]
        )
        == 0
    )
    assert "Demande du réseau, où qu'elle soit exécutée" in capsys.readouterr().out
