"""Names are linked when they are sure, left to the user when they are not, and homonyms never meet. All names are invented."""

from __future__ import annotations

import polars as pl
import pytest
from invented_ledger import siret

from spaser.linkage import attach, link, names_of, read_validations, to_validate, write_validations
from spaser.linkage.names import reduced
from spaser.problems import Problem
from spaser.sources import dates
from spaser.vocabulary import ESTABLISHMENTS, LINK_CANDIDATES, LINKS

NAMES = {
    1: ("ASSOCIATION POUR L'INSERTION ZELVOR ET LA FORMATION DES JEUNES", "13001", "MARSEILLE 1"),
    2: ("KARBUNEL TRAVAUX PUBLICS", "13001", "MARSEILLE 1"),
    3: ("MORVANEC", "13001", "MARSEILLE 1"),
    4: ("MORVANEC", "13090", "AIX EN PROVENCE"),
    5: ("MORVANEC", "13001", "MARSEILLE 1"),
    6: ("SOCIETE COOPERATIVE TRIBOLAN ENVIRONNEMENT", "69003", "LYON"),
    7: ("DISTRIBUTION QUELCONQUE REUNIE", "69003", "LYON"),
    8: ("LYCEE FICTIF 12", "69003", "LYON"),
    9: ("LYCEE FICTIF 13", "69003", "LYON"),
    10: ("VALDOREC", "33000", "BORDEAUX"),
    11: ("VALDOREC", "33700", "MERIGNAC"),
    12: ("PIMBREL CONSEIL", "33000", "BORDEAUX"),
}


def siren(rank: int) -> str:
    return siret(rank)[:9]


@pytest.fixture(scope="module")
def register() -> pl.LazyFrame:
    rows = [
        {"siren": siren(k), "siret": siret(k), "nom": n, "code_postal": cp, "commune": town, "siege": True}
        for k, (n, cp, town) in NAMES.items()
    ]
    rows[6]["enseigne"] = "BRICOFICTIF"
    filler = [
        {
            "siren": siren(k),
            "siret": siret(k),
            "nom": f"REMPLISSAGE FICTIF {k}",
            "code_postal": "13001",
            "commune": "MARSEILLE 1",
            "siege": True,
        }
        for k in range(100, 140)
    ]
    return ESTABLISHMENTS.conform(pl.LazyFrame(rows + filler))


def ask(
    register: pl.LazyFrame,
    name: str,
    postcode: str | None = None,
    town: str | None = None,
    identifier: str | None = None,
    **kwargs,
) -> dict:
    row = {"fournisseur": name, "code_postal": postcode, "commune": town, "identifiant_lu": identifier, "montant": 100}
    schema = dict.fromkeys(row, pl.String) | {"montant": pl.Int64}
    found = link(pl.LazyFrame([row], schema=schema), register, **kwargs)
    return found.links.collect().row(0, named=True)


@pytest.mark.parametrize(
    ("name", "postcode", "rank", "step"),
    [
        ("Karbunel Travaux Publics", "13001", 2, "nom_exact"),
        ("SARL KARBUNEL T.P.", "13001", 2, "nom_variante"),
        ("KARBUNELL TRAVAUX PUBLIC", "13001", 2, "nom_proche"),
        ("ASSOC INSERTION ZELVOR ET LA FORM", "13001", 1, "nom_variante"),
        ("ASSOCIATION POUR L INSERTION ZEL", "13001", 1, "nom_proche"),
        ("STE COOP. TRIBOLAN ENVT", "69003", 6, "nom_variante"),
        ("TRIBOLAN ENVIRONNEMENT LYON", "69003", 6, "nom_proche"),
        ("BRICOFICTIF", "69003", 7, "nom_exact"),
        ("PIMBREL CONSEIL", None, 12, "nom_exact"),
    ],
)
def test_a_name_spoiled_as_ledgers_do_finds_its_company(register, name, postcode, rank, step):
    found = ask(register, name, postcode, "LYON" if postcode == "69003" else None)
    assert (found["statut"], found["siren"], found["passe"]) == ("accepte", siren(rank), step)


@pytest.mark.parametrize(
    ("name", "postcode"),
    [
        ("MORVANEC", "13001"),  # two companies of that name at that postcode
        ("VALDOREC", None),  # two towns, and the ledger does not say which
        ("VALDOREC", "33300"),  # same département as both, address of neither
        (
            "PIMBREL CONSEIL",
            "59000",
        ),  # the only one of that name is elsewhere: a homonym may be absent from the register
    ],
)
def test_homonyms_are_left_to_the_user(register, name, postcode):
    found = ask(register, name, postcode)
    assert (found["statut"], found["siren"]) == ("ambigu", None)


def test_the_postcode_tells_homonyms_apart(register):
    assert ask(register, "VALDOREC", "33700")["siren"] == siren(11)
    assert ask(register, "MORVANEC", "13090")["siren"] == siren(4)


def test_two_names_that_differ_by_a_number_are_two_companies(register):
    assert ask(register, "LYCEE FICTIF 13", "69003")["siren"] == siren(9)
    assert ask(register, "LYCEE FICTIF 14", "69003")["statut"] != "accepte"


def test_a_name_alike_that_is_not_in_the_register_is_not_accepted(register):
    for name in ("GARBUNET ELECTRICITE", "ASSOCIATION DES JEUNES", "TRAVAUX PUBLICS", "CONSEIL"):
        assert ask(register, name, "13001")["statut"] != "accepte"


def test_one_wrong_figure_is_repaired_only_when_the_name_agrees(register):
    good = siret(2)
    wrong = good[:3] + str((int(good[3]) + 4) % 10) + good[4:]
    swapped = good[:7] + good[8] + good[7] + good[9:]
    assert ask(register, "KARBUNEL", None, None, wrong)["passe"] == "identifiant_repare"
    found = ask(register, "KARBUNEL TP", None, None, swapped)
    assert good[7] != good[8] and (found["siren"], found["passe"]) == (siren(2), "identifiant_repare")
    assert ask(register, "TOUT AUTRE NOM INVENTE", None, None, wrong)["statut"] != "accepte"


def test_a_valid_identifier_is_kept_even_when_the_register_does_not_know_it(register):
    rows = pl.LazyFrame(
        {"fournisseur": ["X", "MORVANEC"], "siren": [siren(900), siren(3)], "siret": [siret(900), None]}
    )
    links = link(rows, register).links.collect().sort("cle", descending=True)
    assert links.select("siren", "passe").rows() == [
        (siren(900), "identifiant_hors_registre"),
        (siren(3), "identifiant"),
    ]


def test_candidates_are_ranked_and_at_most_five(register):
    rows = pl.LazyFrame({"fournisseur": ["REMPLISSAGE FICTIF"], "code_postal": ["13001"]})
    table = link(rows, register).candidates.collect()
    assert table["rang"].to_list() == [1, 2, 3, 4, 5] and table["score"].is_sorted(descending=True)
    assert table.schema == LINK_CANDIDATES.schema and link(rows, register).links.collect_schema() == LINKS.schema


def test_the_users_answers_are_written_read_back_and_remembered(register, tmp_path):
    rows = pl.LazyFrame(
        {"fournisseur": ["MORVANEC", "=VALDOREC"], "code_postal": ["13001", "33300"], "montant": [5_000, 100]}
    )
    first = link(rows, register)
    file = write_validations(to_validate(first.links, first.candidates), tmp_path / "liens.csv")
    text = file.read_text(encoding="utf-8-sig")
    assert "'=VALDOREC" in text and text.index("MORVANEC") < text.index("VALDOREC")
    lines = text.splitlines()
    answered = [
        line.replace(";;;;", ";accepter;Moi;02/03/2026;vu sur la facture") if siren(5) in line else line
        for line in lines
    ]
    answered = [line.replace(";;;;", ";non;;;") if siren(10) in line else line for line in answered]
    file.write_bytes("\r\n".join(answered).encode("cp1252"))
    second = link(rows, register, validations=read_validations(file))
    linked = second.links.collect().filter(pl.col("fournisseur") == "MORVANEC").row(0, named=True)
    assert (linked["siren"], linked["passe"]) == (siren(5), "validation")
    refused = second.candidates.collect().filter(pl.col("fournisseur") == "=VALDOREC")
    assert siren(10) not in refused["siren"].to_list() and siren(11) in refused["siren"].to_list()
    write_validations(to_validate(second.links, second.candidates), file)
    again = read_validations(file, dates.day)
    assert (
        set(again["decision"]) == {"accepter", "refuser"}
        and again["date"].drop_nulls().to_list()[0].isoformat() == "2026-03-02"
    )


def test_two_accepted_companies_for_one_supplier_are_refused(tmp_path):
    file = tmp_path / "liens.csv"
    file.write_text("cle;siren;decision\nA|;900000001;oui\nA|;900000002;oui\nB|;1;peut-être\n", encoding="utf-8")
    with pytest.raises(Problem, match="deux entreprises acceptées") as told:
        read_validations(file)
    assert "ligne 4" in str(told.value)


def test_lines_receive_the_company_of_their_supplier_and_keep_their_own(register):
    lines = pl.LazyFrame(
        {
            "fournisseur": ["KARBUNEL TP", "KARBUNEL TP", "Inconnu"],
            "code_postal": ["13001"] * 3,
            "siren": [None, siren(7), None],
            "siret": [None, siret(7), None],
            "montant": [1, 2, 4],
        }
    )
    links = link(names_of(lines), register).links
    assert attach(lines, links).collect()["siren"].to_list() == [siren(2), siren(7), None]


def test_the_order_of_the_register_and_of_the_lines_changes_nothing(register):
    rows = pl.LazyFrame(
        {"fournisseur": [n for n, *_ in NAMES.values()], "code_postal": [cp for _, cp, _ in NAMES.values()]}
    )
    shuffled = register.collect().sample(fraction=1, shuffle=True, seed=3).lazy()
    columns = ["cle", "siren", "siret", "statut", "passe"]
    first = link(rows, register).links.select(columns).collect().sort("cle")
    assert first.equals(link(rows.reverse(), shuffled).links.select(columns).collect().sort("cle"))


def test_a_name_made_of_small_words_keeps_them():
    forms = reduced(pl.LazyFrame({"n": ["LA SARL", "S.A.S. L'Été & Cie", "ILE DE FRANCE ENTREPRISE"]}), "n").collect()
    assert dict(forms.select("texte", "colle").rows()) == {
        "LA SARL": "LASARL",
        "S.A.S. L'Été & Cie": "ETE",
        "ILE DE FRANCE ENTREPRISE": "IDF",
    }


def test_an_empty_ledger_and_an_empty_register_link_nothing(register):
    empty = pl.LazyFrame(schema={"fournisseur": pl.String, "code_postal": pl.String})
    assert link(empty, register).links.collect().is_empty()
    assert ask(ESTABLISHMENTS.empty().lazy(), "KARBUNEL", "13001")["statut"] == "aucun"
