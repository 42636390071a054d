"""Impact: the three worked examples to the unit, what is refused and why, and three kinds of hours that stay apart."""

from __future__ import annotations

import polars as pl
import pytest

from spaser import impact

BOUNDS = ("bas", "milieu", "haut")


def lines(**columns):
    row = {
        "siren": "000000001",
        "siret": "00000000100011",
        "fournisseur": "Structure inventée",
        "exercice": 2026,
        "montant": 12_000_000,
        "taxe": "HT",
        "perimetre": "achat",
        "titulaire_inclusif": True,
        "inclusif_types": "ETTI",
        "inclusif_regle": "SIRET",
    } | columns
    wide = max(len(value) if isinstance(value, list) else 1 for value in row.values())
    return pl.LazyFrame({name: value if isinstance(value, list) else [value] * wide for name, value in row.items()})


def one(**columns):
    return impact.bought(lines(**columns)).collect().row(0, named=True)


def told(row, name):
    return tuple(pl.select(pl.lit(row[f"{name}_{bound}"]).round_sig_figs(2)).item() for bound in BOUNDS)


def test_example_a_an_order_to_a_temporary_insertion_agency():
    row = one()
    assert told(row, "heures") == (4100, 4700, 5500)
    assert told(row, "etp") == (2.6, 2.9, 3.4)
    assert told(row, "finance") == (2.3, 2.6, 3.0)
    assert (row["note"], row["base_heures"], row["motif"]) == ("secondaire", 1607, None)


def test_example_b_a_building_whose_clause_has_no_hours_written():
    clause = pl.LazyFrame({"uid": ["b"], "montant": [200_000_000], "famille": ["batiment_gros_oeuvre"], "taux": [0.05]})
    row = impact.required(clause).collect().row(0, named=True)
    assert told(row, "heures") == (560, 910, 1300)
    assert tuple(round(row[f"etp_{b}"], 2) for b in BOUNDS) == (0.35, 0.57, 0.81)
    assert (round(row["personnes_bas"], 1), round(row["personnes_haut"], 1)) == (0.6, 3.4)
    assert row["origine"] == "théoriques"


def test_hours_in_theory_are_those_of_the_factor_for_each_thousand_euros_of_work():
    factor = impact.factors().filter(facteur="heures_par_keuro", famille="batiment_gros_oeuvre").collect()
    clause = pl.LazyFrame({"uid": ["b"], "montant": [100_000], "famille": ["batiment_gros_oeuvre"], "taux": [1.0]})
    row = impact.required(clause).collect().row(0, named=True)
    assert [row[f"heures_{b}"] for b in BOUNDS] == pytest.approx([factor[b].item() for b in BOUNDS], rel=1e-9)


def test_example_c_an_order_to_an_esat_and_its_deduction():
    row = one(inclusif_types="ESAT", montant=6_000_000)
    assert told(row, "etp") == (3.6, 5.0, 8.0)
    assert told(row, "finance") == (1.4, 1.6, 1.8)
    assert row["unite"] == "travailleurs d'ESAT accueillis"
    assert row["heures_milieu"] is None
    asked = pl.LazyFrame({"main_oeuvre": [4_200_000], "contribution_brute": [2_000_000], "taux_emploi": [0.028]})
    assert impact.deduction(asked).collect().select("deductible", "deduit").row(0) == (1_260_000, 1_000_000)


def test_the_ceiling_of_the_deduction_changes_at_three_per_cent():
    asked = pl.LazyFrame(
        {"main_oeuvre": [9_000_000] * 3, "contribution_brute": [2_000_000] * 3, "taux_emploi": [0.0299, 0.03, None]}
    )
    assert impact.deduction(asked).collect()["deduit"].to_list() == [1_000_000, 1_500_000, None]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("GEIQ", "aucun facteur"),
        ("EATT", "aucun facteur"),
        ("EITI", "aucun facteur"),
        ("SEP", "aucun facteur"),
        ("OACAS", "aucun facteur"),
        ("ACI", "trop large"),
        (None, "inconnu"),
        ("EA, ESAT", "plusieurs types"),
    ],
)
def test_what_has_no_factor_is_not_measured_and_says_why(kind, why):
    row = one(inclusif_types=kind)
    assert why in row["motif"]
    assert row["etp_milieu"] is None
    assert row["heures_milieu"] is None
    assert not row["publiable"]


def test_a_factor_from_memory_is_shown_and_never_published():
    row = one(inclusif_types="AI")
    assert (row["motif"], row["note"], row["publiable"]) == (None, "mémoire", False)
    assert told(row, "heures") == (4400, 5500, 6700)


def test_a_supplier_known_by_its_siren_alone_is_measured_only_when_it_has_one_trade():
    assert one(inclusif_regle="SIREN", metiers=1)["motif"] is None
    assert "seul SIREN" in one(inclusif_regle="SIREN", metiers=2)["motif"]
    assert "seul SIREN" in one(inclusif_regle="SIREN")["motif"]


def test_invoiced_hours_replace_the_factor():
    row = one(heures_facturees=[1000.0, 500.0], montant=[6_000_000, 6_000_000])
    assert [row[f"heures_{b}"] for b in BOUNDS] == [1500, 1500, 1500]
    assert one(heures_facturees=800.0)["heures_milieu"] == 800


def test_an_amount_with_tax_or_unknown_widens_the_interval_and_a_credit_note_is_netted():
    free, taxed, unsaid = one(), one(taxe="TTC"), one(taxe=None)
    assert taxed["etp_bas"] == pytest.approx(free["etp_bas"] / 1.2)
    assert taxed["etp_haut"] == pytest.approx(free["etp_haut"])
    assert unsaid["etp_bas"] == taxed["etp_bas"]
    assert one(montant=[12_000_000, -2_000_000])["montant"] == 10_000_000
    assert "avoirs" in one(montant=[5, -5])["motif"]


def test_a_grant_and_an_ordinary_supplier_are_not_work_bought():
    assert impact.bought(lines(perimetre="subvention")).collect().is_empty()
    assert impact.bought(lines(titulaire_inclusif=[None, False])).collect().is_empty()


def test_totals_add_bounds_and_say_which_share_was_measured():
    rows = impact.bought(
        lines(
            siren=["1", "2", "3"], inclusif_types=["ETTI", "ETTI", "ACI"], montant=[12_000_000, 12_000_000, 4_000_000]
        )
    )
    found = impact.totals(rows).collect()
    etti, aci = found.filter(type="ETTI").row(0, named=True), found.filter(type="ACI").row(0, named=True)
    assert etti["heures_bas"] == pytest.approx(2 * 120_000 / 29)
    assert (etti["part_mesuree"], aci["part_mesuree"]) == (1, 0)
    assert etti["montant_avoirs"] == 0
    assert aci["etp_milieu"] is None
    assert "demandez les heures" in aci["motifs"]


def test_credit_notes_above_the_purchases_of_a_supplier_are_not_taken_from_those_of_another():
    rows = impact.bought(lines(siren=["1", "2"], inclusif_types=["ETTI", "ETTI"], montant=[12_000_000, -1_000_000]))
    found = impact.totals(rows).collect().row(0, named=True)
    assert (found["montant"], found["montant_avoirs"], found["montant_mesure"]) == (11_000_000, -1_000_000, 12_000_000)
    assert found["part_mesuree"] == 1


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"famille": "mobilier", "taux": 0.05}, "assiette"),
        ({"famille": "travaux_publics", "taux": 0.05}, "heures écrites"),
        ({"famille": "nettoyage_locaux", "taux": None}, "taux"),
        ({"famille": "nettoyage_locaux", "taux": 0.1, "maximum": True}, "accord-cadre"),
        ({"famille": "nettoyage_locaux", "taux": 0.1, "montant": None}, "montant"),
    ],
)
def test_hours_required_without_a_sound_base_are_refused(columns, why):
    row = {"uid": "a", "montant": 100_000_000} | columns
    asked = pl.LazyFrame([row], schema_overrides={"taux": pl.Float64(), "montant": pl.Int64()})
    found = impact.required(asked).collect().row(0, named=True)
    assert why in found["motif"]
    assert found["heures_milieu"] is None


def test_hours_written_in_the_contract_win_even_in_civil_works():
    asked = pl.LazyFrame(
        {"uid": ["a"], "montant": [100_000_000], "famille": ["travaux_publics"], "heures_ecrites": [700.0]}
    )
    row = impact.required(asked).collect().row(0, named=True)
    assert [row[f"heures_{b}"] for b in BOUNDS] == [700, 700, 700]
    assert (row["origine"], row["note"], row["motif"]) == ("écrites", "officiel", None)


def test_hours_done_stand_beside_hours_required_and_are_never_added():
    rows = pl.LazyFrame({"uid": ["a", "b"], "heures_exigees": [1000.0, None], "heures_faites": [1162.0, 50.0]})
    found = impact.done(rows).collect()
    assert found["part_faite"].to_list() == [pytest.approx(1.162), None]
    assert found.columns == ["uid", "heures_exigees", "heures_faites", "part_faite"]


def test_no_share_of_hours_done_is_said_where_none_was_required():
    rows = pl.LazyFrame({"heures_exigees": [0.0, 10.0, None], "heures_faites": [5.0, 5.0, 5.0]})
    assert impact.done(rows).collect()["part_faite"].to_list() == [None, 0.5, None]


def test_within_the_metropole_the_group_of_a_buyer_is_its_ept_and_not_the_metropole():
    places = pl.LazyFrame(
        {"siren": list("123"), "siret": ["s1", "s2", "s3"], "siege": [True] * 3, "code_commune": ["A", "B", "C"]}
    )
    communes = pl.LazyFrame(
        {
            "code_commune": list("ABC"),
            "epci": ["m"] * 3,
            "ept": ["t1", "t1", "t2"],
            "departement": ["1"] * 3,
            "region": ["R"] * 3,
        }
    )
    paid = pl.LazyFrame({"siret": ["s1", "s2", "s3"], "siren": list("123"), "montant": [1, 2, 4]})
    found = impact.retention(paid, places, communes, communes.filter(code_commune="A")).collect()
    kept = dict(found.filter(pl.col("montant") > 0).select("niveau", "montant").iter_rows())
    assert kept == {"commune": 1, "intercommunalité": 2, "département": 4}


def test_retention_takes_the_closest_level_and_keeps_the_unknown_apart():
    places = pl.LazyFrame(
        {
            "siren": list("12345"),
            "siret": ["s1", "s2", "s3", "s4", "s5"],
            "siege": [True] * 5,
            "code_commune": ["A", "B", "C", "D", "E"],
        }
    )
    communes = pl.LazyFrame(
        {
            "code_commune": list("ABCDE"),
            "epci": ["g", "g", "h", "h", "k"],
            "ept": [None] * 5,
            "departement": ["1", "1", "1", "2", "3"],
            "region": ["R", "R", "R", "R", "S"],
        },
        schema_overrides={"ept": pl.String()},
    )
    paid = pl.LazyFrame(
        {"siret": ["s1", None, "s3", "s4", "s5", None], "siren": [*"12345", "9"], "montant": [1, 2, 3, 4, 5, 5]}
    )
    found = impact.retention(paid, places, communes, communes.filter(code_commune="A")).collect()
    assert dict(found.select("niveau", "montant").iter_rows()) == {
        "commune": 1,
        "intercommunalité": 2,
        "département": 3,
        "région": 4,
        "hors de la région": 5,
        "lieu inconnu": 5,
    }
    assert found["part"].sum() == pytest.approx(1)
    assert found["part_connue"].to_list()[0] == pytest.approx(1 / 15)


def test_every_factor_has_a_source_a_grade_and_bounds_in_order_or_a_refusal():
    for row in impact.factors().collect().to_dicts():
        assert row["source"], row
        assert row["qualite"], row
        if row["qualite"] == "aucune":
            assert row["milieu"] is None, row
        else:
            assert row["bas"] <= row["milieu"] <= row["haut"], row
    assert set(impact.NEVER_MEASURED) <= set(impact.factors().collect()["facteur"])


def test_amounts_with_and_without_tax_of_one_supplier_are_converted_each_as_it_is():
    row = one(montant=[6_000_000, 12_000_000], taxe=["HT", "TTC"])
    told_in_euros = [row[f"montant_{bound}"] for bound in BOUNDS]
    assert told_in_euros == pytest.approx([60_000 + 120_000 / 1.2, 60_000 + 120_000 / 1.2, 180_000])


@pytest.mark.parametrize(("montant", "refused"), [(0, True), (1, False)])
def test_a_cent_bought_is_a_purchase_and_nothing_bought_is_not(montant, refused):
    assert ("avoirs" in (one(montant=montant)["motif"] or "")) is refused


@pytest.mark.parametrize(("required", "share"), [(0.0, None), (0.5, 2.0), (1.0, 1.0)])
def test_the_share_of_hours_done_is_said_from_the_first_hour_required(required, share):
    row = {"uid": "a", "heures_exigees": required, "heures_faites": 1.0}
    assert impact.done(pl.LazyFrame([row])).collect()["part_faite"].item() == share
