"""The section « Les obligations »: what it shows, in which words, and that it says nothing without its tables. All is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from findings import contracts as invented
from findings import measures

from spaser import obligations
from spaser.deliverables.report import Callout, TableBlock
from spaser.sections import obligations as sections_obligations
from spaser.sections import obligations_buyer
from spaser.sections.body.aims import _reserves
from spaser.sections.findings import Findings
from spaser.sections.summary import known

AS_OF = date(2027, 12, 31)


def findings(**changes: object) -> Findings:
    """Invented contracts, some notified after the duties of 2026 began, with the tables of the obligations room."""
    rows = invented(60)
    late = pl.date(2027, 1, 1) + pl.duration(days=pl.int_range(pl.len()) * 5)
    rows = rows.with_columns(
        dateNotification=late, consultation=pl.col("uid"), consultation_n=pl.lit(1, pl.Int32), **changes
    )
    duties = obligations.duties(rows.lazy(), as_of=AS_OF)
    tables = {
        "preparation": obligations.readiness(duties),
        "obligations": obligations.aimed(duties),
        "a_voir": obligations.to_see(duties),
        "questions": obligations.questions(duties),
        "types_acheteur": obligations.kinds_counted(rows.lazy(), None),
        "reserves": obligations.reserved(
            rows.lazy(), pl.LazyFrame(schema={"uid": pl.String, "titulaire_siren": pl.String})
        ),
        "obligations_acheteur": obligations.buyer_duties(rows.lazy(), as_of=AS_OF),
    }
    return Findings(
        measures=measures(rows), contracts=rows, as_of=AS_OF, extras={k: v.collect() for k, v in tables.items()}
    )


FOUND = findings()
BLOCKS = sections_obligations.section_obligations(FOUND).blocks
TABLES = {block.id: block for block in BLOCKS if isinstance(block, TableBlock)}


def test_without_its_tables_the_section_says_nothing():
    assert (
        sections_obligations.section_obligations(
            Findings(measures=FOUND.measures, contracts=FOUND.contracts, as_of=AS_OF)
        )
        is None
    )
    assert sections_obligations.annex(Findings(measures=FOUND.measures, contracts=FOUND.contracts, as_of=AS_OF)) is None


def test_the_section_shows_readiness_states_contracts_questions_and_sources():
    assert {
        "tab-preparation",
        "tab-etats",
        "tab-a-voir",
        "tab-reserves",
        "tab-spaser",
        "tab-questions",
        "tab-obligations-sources",
    } <= set(TABLES)


def test_the_five_states_of_a_duty_add_up_to_its_contracts():
    kinds = dict(FOUND.contracts["type_contrat"].value_counts().rows())
    for row in TABLES["tab-etats"].frame.to_dicts():
        total = sum(row[name] for name in ("non_soumis", "peu_probable", "indetermine", "probable", "certain"))
        assert total == sum(kinds[kind] for kind in obligations.catalogue()[row["obligation"]]["contracts"])
        assert row["soumis_oui"] + row["soumis_reste"] == row["probable"] + row["certain"]


def test_a_contract_to_open_has_one_line_with_all_that_is_expected():
    shown = TABLES["tab-a-voir"].frame
    assert shown["uid"].is_unique().all() and shown.height == 15
    assert shown["libelle"].str.contains(" ; ").any()
    assert set(shown["applicabilite"]) <= {"certain", "probable", "indéterminé"}


def test_every_duty_has_its_sources_line_with_its_confidence():
    sources = TABLES["tab-obligations-sources"].frame
    assert sources.height == len(obligations.catalogue())
    assert all(day.endswith(")") for _, day in (text.split(" (") for text in sources["confiance"]))
    told = {text.split(" (")[0] for text in sources["confiance"]}
    read = {
        text
        for text in told
        if text == "lu en copie" or text.endswith("lue dans une copie, à revérifier sur Légifrance")
    }
    assert "lu en copie" in read
    assert told - read <= {"vérifié sur une source officielle", "source secondaire", "à confirmer"}


@pytest.mark.parametrize("key", ["tab-obligations-sources", "tab-rappels"])
def test_the_version_that_every_text_was_read_in_is_said_once_under_the_lines(key):
    block, whole = TABLES[key], "version en vigueur au 23/08/2026, lue dans une copie, à revérifier sur Légifrance"
    assert block.note.count(whole) == 1 and whole not in " ".join(block.frame["confiance"])
    older = {"confidence": "texte_lu_en_copie", "version": date(2024, 12, 30)}
    assert "30/12/2024" in sections_obligations.briefly(older) and sections_obligations.in_copy([older]) == ""


def test_reminders_speak_of_the_kinds_of_contracts_that_are_read():
    told = TABLES["tab-rappels"].frame["rappel"]
    assert told.str.contains("Aucun critère d'attribution social").any() and told.str.contains("concessionnaire").any()
    from dataclasses import replace

    alone = replace(FOUND, contracts=FOUND.contracts.filter(type_contrat="marche"))
    assert not sections_obligations.reminders(alone).frame["rappel"].str.contains("concessionnaire").any()


def test_the_section_opens_with_its_caution_and_holds_no_verdict():
    assert isinstance(BLOCKS[0], Callout)
    text = " ".join(cell for table in TABLES.values() for line in table.cells() for cell in line).lower()
    assert "non conforme" not in text and "manquement à" not in text


def test_a_contract_reserved_on_no_visible_base_is_shown_as_contradicted():
    shown = TABLES["tab-reserves"].frame
    assert shown["contredits"].str.contains("L2113-15 : .*services hors de la liste").all()


def test_the_spaser_line_says_that_published_amounts_cannot_show_it():
    assert TABLES["tab-spaser"].frame["motif"].str.contains("ne peut pas le montrer").all()


@pytest.mark.parametrize(("low", "most", "columns"), [(100, "", 1), (90, " au plus", 2)])
def test_a_spending_without_doubtful_line_is_one_sum_and_never_a_range(low, most, columns):
    row = {"depense_basse": low * 10**8, "depense_haute": 100 * 10**8}
    assert obligations_buyer._spent(row).replace("\u00a0", " ").endswith(f"de dépenses lues{most})")
    rows = FOUND.extras["obligations_acheteur"].with_columns(
        pl.lit(value, pl.Int64).alias(name) for name, value in row.items()
    )
    told = obligations_buyer.spaser_table(replace(FOUND, extras=FOUND.extras | {"obligations_acheteur": rows}))
    assert sum(column.name.startswith("depense") for column in told.columns) == columns


@pytest.mark.parametrize(
    ("rule", "state", "said"),
    [
        ("livre_v_inconnu", "probable", "livre V compris"),
        ("taxes_comprises", "probable", "même sans la plus forte TVA"),
        ("depenses_au_dessus", "certain", "dépassé"),
        ("seuil_non_relu", "probable", "probablement dépassé, à vérifier"),
    ],
)
def test_the_first_page_says_of_a_spending_what_its_rule_knows(rule, state, said):
    rows = FOUND.extras["obligations_acheteur"].head(1)
    rows = rows.with_columns(
        applicabilite=pl.lit(state), regle_etat=pl.lit(rule), obligation=pl.lit(obligations_buyer.SPASER[0])
    )
    told = dict(known._duties(replace(FOUND, extras=FOUND.extras | {"obligations_acheteur": rows})))
    assert said in told["spaser_depasse"] and "hors livre V" not in told["spaser_depasse"]


def test_the_annex_keeps_the_rows_that_matter_with_their_rule():
    annex = sections_obligations.annex(FOUND)
    assert annex.frame.height == FOUND.extras["obligations"].height
    assert annex.frame["regle_etat"].is_not_null().all()


def test_a_buyer_outside_the_code_reads_its_levers_and_none_of_the_duties():
    from spaser.studies.law import private_facts

    alone = Findings(
        measures=FOUND.measures, contracts=FOUND.contracts, as_of=AS_OF, extras={"prive": private_facts().collect()}
    )
    section = sections_obligations.section_obligations(alone)
    shown = {block.id: block for block in section.blocks if isinstance(block, TableBlock)}
    assert set(shown) == {"tab-prive-leviers", "tab-prive"}
    assert shown["tab-prive-leviers"].frame.height == 3
    assert "tab-preparation" in TABLES and "tab-preparation" not in shown


def test_spending_on_reused_goods_is_shown_without_pass_or_fail():
    from dataclasses import replace

    rows = obligations.agec(
        pl.LazyFrame(
            {
                "exercice": [2025],
                "montant": [10_000],
                "taxe": ["HT"],
                "perimetre": ["achat"],
                "famille_acheteur": [None],
                "famille_acheteur_libelle": [None],
                "libelle": ["Mobilier scolaire"],
            },
            schema_overrides={"famille_acheteur": pl.String, "famille_acheteur_libelle": pl.String},
        )
    ).collect()
    block = sections_obligations.agec_table(replace(FOUND, extras={**FOUND.extras, "agec": rows}))
    assert block.frame["categorie_libelle"].to_list() == ["Mobilier d’intérieur"]
    assert "rien n'est dit atteint" in block.note.replace("’", "'")


def test_the_questions_and_the_readiness_of_a_duty_name_the_same_contracts_aimed_at():
    asked = FOUND.extras["questions"].drop_nulls("obligation").unique("obligation").sort("obligation")
    ready = FOUND.extras["preparation"].filter(pl.col("groupe") == "vises")
    both = asked.join(ready, on="obligation").filter(pl.col("non_constatees") > 0)
    assert both.height >= 2
    assert both["vises"].to_list() == (both["non_constatees"] + both["inconnues"]).to_list()
    assert (asked["vises"] + asked["peut_etre_vises"]).to_list() == asked["contrats"].to_list()
    assert (asked["peut_etre_vises"] > 0).any()


def test_the_caution_excepts_the_publication_whose_two_dates_are_read():
    said = next(block for block in BLOCKS if isinstance(block, Callout)).text
    assert "sauf pour la publication" in said and "republication" in said


def test_what_the_law_leaves_open_is_said_under_the_table_of_duties():
    """A first day to settle, an exclusion no text confirms; nothing of a duty that has neither."""
    open_ = _reserves(["climat-critere-env", "climat-clause-env"])
    assert open_[0] == "Un avis envoyé le 21/08/2026 reste à trancher."
    assert [text for text in open_ if "sans publicité ni mise en concurrence" in text and "à confirmer" in text]
    assert not [text for text in open_ if "défense" in text]
    assert _reserves(["decp-publication"]) == []
