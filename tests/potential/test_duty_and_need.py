"""The duty of a contract and the need that it makes read one judgement: what a consultation is worth, and what its procedure says of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser import obligations, potential, rules
from spaser.studies import diagnostic
from spaser.studies import potential as opportunities

HERE = Path(__file__).parents[2]
PARIS = HERE.parent / "shared" / "data" / "decp_2022" / "paris_2024.json"
DUTY = "climat-clause-sociale-seuils"
DAY = date(2026, 11, 29)
GOODS = int(rules.value("eu_threshold_goods_other", DAY))
ADAPTED = rules.method()["obligations"]["procedure_adaptee"]["values"][0]
FORMAL = "Appel d'offres ouvert"


def contract(
    number: str, procedure: str | None, montant: float, subject: str = "Nettoyage des écoles fictives"
) -> dict:
    return {
        "id": number,
        "acheteur": {"id": "20000000000011"},
        "nature": "Marché",
        "objet": f"{subject} {number}",
        "codeCPV": "90910000-9",
        "dureeMois": 36,
        "dateNotification": "2026-10-05",
        "datePublicationDonnees": "2026-10-20",
        "montant": montant,
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "00000168500015"}}],
    } | ({"procedure": procedure} if procedure else {})


def both(source: Path, folder: Path) -> pl.DataFrame:
    """Of each contract that makes a need: what the duty says of its field, and what is told due of the need."""
    register = folder / "liste.csv"
    register.write_text("Nom;SIRET;Type\nStructure fictive;80000000000011;EI\n", encoding="utf-8")
    base = diagnostic.prepare(source, registers=[register], today=DAY)
    found = opportunities.potential_of(base)
    rows = obligations.duties(base.contracts.lazy(), as_of=base.as_of, buyer_kind="autre")
    field = rows.filter(pl.col("obligation") == DUTY).select("uid", "champ", "motif_champ").collect()
    needs = found.opportunities.select(
        "besoin_id", "levier_du", "besoin_montant", "besoin_incomplet", "concession", "etat"
    )
    told = found.members.filter("derniere").join(needs, on="besoin_id")
    return (
        told.select("uid", *needs.columns)
        .join(field, on="uid")
        .with_columns(visee=pl.col("champ").is_in(["certain", "probable"]), due=pl.col("levier_du") != "")
    )


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    amounts = {"sous": GOODS - 1, "au": GOODS, "dix": 10}
    rows = [
        contract(f"{name}-{how}", procedure, amount, f"Nettoyage {rank} de la salle {chr(97 + rank) * 5}")
        for rank, (how, procedure) in enumerate((("rien", None), ("adaptee", ADAPTED), ("ouvert", FORMAL)))
        for name, amount in amounts.items()
    ]
    # Two lots: the euros of one are known, those of the other are a placeholder.
    lots = [contract("lot-1", FORMAL, 4315), contract("lot-2", FORMAL, 10)]
    lots = [lot | {"objet": f"Vitrerie des gymnases fictifs - Lot {rank} : zone"} for rank, lot in enumerate(lots, 1)]
    folder = tmp_path_factory.mktemp("devoir")
    path = folder / "contrats.json"
    path.write_text(json.dumps({"marches": {"marche": [*rows, *lots]}}), encoding="utf-8")
    return {row["uid"].removeprefix("20000000000011"): row for row in both(path, folder).to_dicts()}


def test_the_duty_and_the_need_agree_on_both_sides_of_the_threshold(invented: dict[str, dict]) -> None:
    assert {"sous-rien", "au-rien", "sous-adaptee", "au-adaptee", "sous-ouvert", "au-ouvert", "lot-1"} <= set(invented)
    assert {name for name, row in invented.items() if row["visee"] != row["due"]} == set()
    assert {name for name, row in invented.items() if row["due"]} == {"au-rien", "au-adaptee", "au-ouvert", "lot-1"}


def test_a_sum_that_leaves_out_a_placeholder_is_told_as_a_minimum_and_no_small_need(invented: dict[str, dict]) -> None:
    lot, plain = invented["lot-1"], invented["au-ouvert"]
    assert lot["besoin_montant"] == 431_500 and lot["besoin_incomplet"] and "à vérifier" in lot["levier_du"]
    assert not plain["besoin_incomplet"] and "à vérifier" not in plain["levier_du"]


@pytest.mark.skipif(not PARIS.exists(), reason="the real file is not beside the project")
def test_no_contract_of_paris_that_the_duty_aims_at_stands_in_a_need_that_owes_nothing(tmp_path: Path) -> None:
    told = both(PARIS, tmp_path)
    # Under a need that has ended or ends with its operation nothing is launched again: nothing is due of it.
    over = pl.col("etat").is_in([state["code"] for state in potential.states() if state.get("sans_suite")])
    assert told.filter(over & pl.col("visee")).height > 0 == told.filter(over & pl.col("due")).height
    apart = told.filter(pl.col("visee") & ~pl.col("due") & ~over)
    assert apart.height == 0, apart.select("uid", "motif_champ", "besoin_montant").rows()
    unread = told.filter(pl.col("visee") & pl.col("motif_champ").str.starts_with("montant inconnu"))
    assert unread.height == 42 and unread["besoin_incomplet"].all()
    # The other side: a need due for a contract that the duty leaves undecided is only that of another threshold of its day.
    assert told.filter(pl.col("due") & (pl.col("champ") == "non_soumis")).height == 0
