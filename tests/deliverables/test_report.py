"""The model of a report, its sentences and the French of its figures."""
# ruff: noqa: E501 – les phrases attendues se lisent d'un trait

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from findings import CODES, findings

from spaser import french, sections
from spaser import rules as rules_
from spaser.cli import terminal
from spaser.deliverables import files, report, sentences
from spaser.deliverables.report import Measured
from spaser.problems import Problem
from spaser.rules import CONFIDENCES
from spaser.sections import method, tallies, texts
from spaser.sections.annexes import annexes
from spaser.vocabulary import MEASURES

GAPS = pl.DataFrame(schema={"uid": pl.String})


def measured(**changes):
    base = Measured(
        "clause_sociale",
        "Clause sociale déclarée",
        "ensemble",
        "seuil_besoin",
        "total",
        None,
        "nombre",
        "déclaré",
        0.4,
        0.5,
        0.4,
        0.6,
        16,
        40,
        32,
        0.8,
        "clause_sociale@1",
    )
    return replace(base, **changes)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (french.number(1234.5, 1), "1\u202f234,5"),
        (french.number(-0.4), "0"),
        (french.number(2.5), "3"),
        (french.share(0.125), "12,5\u00a0%"),
        (french.share(0), "0\u00a0%"),
        (french.share(1), "100\u00a0%"),
        (french.share(0.0002), "moins de 0,1\u00a0%"),
        (french.share(0.99996), "plus de 99,9\u00a0%"),
        (french.share(None), "inconnu"),
        (french.euros(1_200_050), "12\u202f000,50\u00a0€"),
        (french.euros_short(320_000_000), "3,2\u00a0M€"),
        (french.euros_short(99_999_900), "1,0\u00a0M€"),
        (french.euros_short(-45_000_00), "\u221245,0\u00a0k€"),
        (french.long_date(date(2026, 8, 21)), "21\u00a0août 2026"),
        (french.long_date(date(2026, 3, 1)), "1er\u00a0mars 2026"),
        (french.short_date(date(2026, 8, 21)), "21/08/2026"),
        (french.count(0, "clause", feminine=True), "aucune clause"),
        (french.count(1, "contrat"), "1\u00a0contrat"),
        (french.count(1204, "marché réservé"), "1\u202f204\u00a0marchés réservés"),
        (french.plural("lot", 1.5), "lot"),
        (french.listing(["a", "b", "c"]), "a, b et c"),
        (french.listing(["a, b", "c", "d"]), "a, b ; c ; d"),
        (french.listing(["a, b"]), "a, b"),
        (french.value(5.5, "texte"), "5,50"),
        (french.value(6.0, "texte"), "6"),
        (french.of("Ivry"), "d'Ivry"),
        (french.sentence("il y a : 3 % de « oui »"), "Il y a\u00a0: 3\u00a0% de «\u00a0oui\u00a0»."),
        (
            french.typeset("à 12:30, voir http://exemple.invalid, 3 M€ ; 5 €"),
            "à 12:30, voir http://exemple.invalid, 3 M€\u00a0; 5\u00a0€",
        ),
        (french.value(None, "oui_non"), "inconnu"),
        (french.value(False, "oui_non"), "non"),
    ],
)
def test_figures_and_dates_are_written_as_french_is(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            "16 contrats sur 40 déclarent une clause sociale, soit 40,0 % ; 8 ne disent rien (20,0 %), si bien que la part réelle va "
            "de 40,0 % à 60,0 % ; parmi les seuls contrats renseignés, elle est de 50,0 %.",
        ),
        (
            {"numerateur": 1, "repondus": 39},
            "1 contrat sur 40 déclare une clause sociale, soit 40,0 % ; 1 ne dit rien (2,5 %), si bien que la "
            "part réelle va de 40,0 % à 60,0 % ; parmi les seuls contrats renseignés, elle est de 50,0 %.",
        ),
        (
            {"numerateur": 32, "valeur": 0.8, "bas": 0.8, "haut": 1.0, "valeur_repondus": 1.0},
            "32 contrats sur 40 déclarent une clause sociale, soit 80,0 % ; 8 ne disent rien (20,0 %), si bien que la part réelle va "
            "de 80,0 % à 100 % ; les réponses connues disent toutes « oui », ce qui ne prouve rien des autres.",
        ),
        (
            {"numerateur": 0, "repondus": 40},
            "Aucun contrat sur 40 ne déclare de clause sociale, et tous répondent à la question.",
        ),
        (
            {"numerateur": 40, "repondus": 40},
            "Les 40 contrats déclarent une clause sociale, et tous répondent à la question.",
        ),
        ({"numerateur": 1, "repondus": 1, "denominateur": 1}, "Le seul contrat déclare une clause sociale."),
        (
            {"numerateur": 0, "repondus": 0},
            "Aucun des 40 contrats ne répond à la question « Clause sociale déclarée » : la part est inconnue.",
        ),
        (
            {"numerateur": 0, "repondus": 0, "denominateur": 0},
            "Aucun contrat dans cette population : la part de « Clause sociale déclarée » n'existe pas.",
        ),
        (
            {"indicateur": "marche_reserve", "numerateur": 2, "repondus": 40, "valeur": 0.05},
            "2 contrats sur 40 sont déclarés réservés, soit 5,0 %, et tous répondent à la question.",
        ),
    ],
)
def test_a_share_is_said_with_its_agreement_and_its_unknown(changes, expected):
    assert plain(sentences.of_share(measured(**changes)).text) == expected


def test_a_change_hidden_by_the_unknown_is_not_announced():
    rows = findings().rows("clause_sociale", dimension="annee")
    (told,) = sentences.of_changes(rows, {"2023", "2025"})
    assert "aucune évolution n'est établie pour clause sociale" in told.text
    known = rows.with_columns(bas=pl.col("valeur"), haut=pl.col("valeur"))
    (told,) = sentences.of_changes(known, {"2023", "2025"})
    assert (
        plain(told.text)
        == "De 2023 à 2025, la part des contrats qui déclarent une clause sociale descend de 50,0 % à 45,5 %."
    )


def test_a_year_still_being_published_is_shown_and_never_compared():
    found = findings()
    assert sections.complete_years(found, {"2025", "2026"}) == {"2025"}
    written = sections.section_years(found)
    assert any("2026" in getattr(block, "text", "") for block in written.blocks)
    quoted = {m.modalite for block in written.blocks for s in getattr(block, "sentences", ()) for m in s.measures}
    assert quoted == {"2023", "2025"}


def test_the_steps_to_the_denominator_add_up():
    found = findings()
    for population in ("publies", "seuil_montant", "seuil_besoin"):
        steps = tallies.steps(found.contracts, population)
        start, away = steps["n"][0], steps.filter(pl.col("genre") == "retrait")["n"].sum()
        assert start - away == steps["n"][-1] == found.contracts[population].sum()


def test_the_account_of_a_file_that_does_not_add_up_is_said():
    right = tallies.checked_accounts(findings().accounts)
    assert right["ecart"].to_list() == [0]
    wrong = tallies.checked_accounts(findings().accounts.with_columns(pl.col("lus") + 1))
    assert "tombent juste" in sentences.of_account_check(right).text
    assert "ne tombent pas juste dans 1" in sentences.of_account_check(wrong).text


def test_bands_of_score_count_each_contract_once_and_keep_the_unknown():
    found = findings()
    bands = tallies.score_bands(found.counted)
    assert bands.group_by("axe").agg(pl.col("n").sum())["n"].to_list() == [found.counted.height] * 3
    unknown = bands.filter(pl.col("bande") == "inconnu", pl.col("axe") == "Accès de l'ESS")
    assert unknown["n"].item() == found.counted.height


def test_a_contract_worth_correcting_says_why():
    found = tallies.corrections(findings().contracts)
    why = dict(found.select("id", "a_corriger").rows())
    assert "montant impossible" in why["0011"]
    assert why["0004"] == "considérations sociales et environnementales non renseignées"
    assert "0001" not in why
    assert found["id"][0] == "0011"
    old = tallies.corrections(findings().contracts.with_columns(dialecte=pl.lit("decp-2019-json")))
    assert "0004" not in old["id"]


def test_a_rule_of_dates_or_durations_is_listed_with_its_own_words_only_where_it_says_some():
    bare = findings().contracts.filter(id="0001")
    for fact in ("date", "duree"):
        known = rules_.to_correct(fact)
        assert known and known.keys() <= set(rules_.to_look(fact))
        for rule in rules_.toml("contract_facts.toml")[fact]:
            found = tallies.corrections(bare.with_columns(pl.lit(rule).alias(f"{fact}_regle")))
            assert found["a_corriger"].to_list() == ([known[rule][0]] if rule in known else [])


def test_a_year_with_too_few_contracts_is_not_compared():
    rows = (
        findings().rows("clause_sociale", dimension="annee").with_columns(petit_effectif=pl.col("modalite") == "2023")
    )
    assert sentences.of_changes(rows, {"2023", "2025"}) == ()


def test_each_quoted_figure_has_one_number_and_its_explanation():
    built = built_report()
    notes = built.footnotes()
    assert list(notes.values()) == list(range(1, len(notes) + 1))
    first = next(iter(notes))
    text = plain(sentences.explanation(first))
    assert "16 / 39 = 41,0 %" in text
    assert "règle de calcul, version 1" in text and "clause_sociale@" not in text


def test_a_report_without_scores_or_measures_says_what_it_can():
    found = findings()
    bare = replace(
        found,
        measures=found.measures.clear(),
        contracts=found.contracts.drop("score_bas"),
        accounts=found.accounts.clear(),
    )
    ids = [section.id for section in sections.report(bare)]
    assert "scores" not in ids
    assert "considerations" not in ids
    assert "perimetre" in ids
    empty = replace(found, contracts=found.contracts.clear(), measures=found.measures.clear())
    assert sections.report(empty)


def test_two_sections_cannot_share_an_identifier():
    section = sections.section_glossary(findings())
    with pytest.raises(ValueError, match="glossaire"):
        report.build("Titre", buyer="", as_of=date(2026, 1, 1), sections=[section, section])


def test_natural_persons_are_masked_in_every_table():
    frame = pl.DataFrame(
        {
            "titulaire_nom": ["DUPONT FICTIF", "ENTREPRISE FICTIVE"],
            "titulaire_id": ["1", "2"],
            "personne_physique": [True, False],
        }
    )
    block = report.table("t", "Titulaires", frame, ["titulaire_nom", "titulaire_id"])
    assert block.frame["titulaire_nom"].to_list() == [report.MASK, "ENTREPRISE FICTIVE"]
    assert "DUPONT" not in str(block.frame.to_dicts())


def test_a_rule_not_checked_is_shown_as_to_be_confirmed():
    section = sections.section_method(findings())
    rules = next(block for block in section.blocks if getattr(block, "id", "") == "tab-regles")
    assert set(rules.frame["confiance"]) <= {*CONFIDENCES.values(), rules_.checked({"confidence": "texte_lu_en_copie"})}


def test_the_table_of_the_law_shows_the_reader_s_day_and_beside_it_the_day_of_the_data():
    block = method.rules_table(date(2026, 11, 29), date(2025, 12, 24))
    seen = {row["regle"]: (row["valeur"], row["valeur_donnees"]) for row in block.frame.to_dicts()}
    figures = {
        tuple("".join(c for c in value.split("€")[0] if c.isdigit()) for value in pair) for pair in seen.values()
    }
    for wanted in (("140000", "143000"), ("216000", "221000"), ("5404000", "5538000"), ("60000", "40000")):
        assert wanted in figures
    assert "29\u00a0novembre 2026" in block.caption and "24\u00a0décembre 2025" in block.caption
    # The last day before a change still shows the old value; the data's own day alone needs no second column.
    before = method.rules_table(date(2025, 12, 31), date(2025, 12, 31))
    assert not [column for column in before.columns if column.name == "valeur_donnees"]
    assert any("143" in value and "000" in value for value in before.frame["valeur"])


def test_no_figure_is_typed_by_hand_the_sentence_follows_the_measure():
    found = findings()
    moved = found.measures.with_columns(
        numerateur=pl.when(pl.col("indicateur") == CODES[0]).then(3).otherwise("numerateur")
    )
    told = sections.section_essentials(replace(found, measures=moved)).blocks[2].sentences[0].text
    assert told.startswith("3\u00a0contrats")


def test_a_file_is_never_half_written_and_an_open_one_gets_a_numbered_copy_that_is_told(tmp_path, monkeypatch, capsys):
    target = tmp_path / "sous" / "diagnostic.xlsx"
    assert files.write_atomic(target, b"un") == target
    real = Path.replace

    def locked(source, wanted):
        if wanted == target:
            raise PermissionError(13, "ouvert")
        return real(source, wanted)

    monkeypatch.setattr(Path, "replace", locked)
    written = files.write_atomic(target, b"deux")
    assert written.name == "diagnostic (2).xlsx"
    assert written.read_bytes() == b"deux"
    assert target.read_bytes() == b"un"
    assert "ouvert dans un autre logiciel" in files.moved_message(written)
    assert files.moved_message(target) == ""
    terminal.wrote([target, written])
    assert "diagnostic.xlsx est ouvert dans un autre logiciel" in capsys.readouterr().out
    assert sorted(p.name for p in target.parent.iterdir()) == ["diagnostic (2).xlsx", "diagnostic.xlsx"]


def test_a_folder_that_cannot_be_written_to_is_said_in_french(tmp_path):
    (tmp_path / "fichier").write_text("", encoding="utf-8")
    with pytest.raises(Problem, match="Impossible d'écrire"):
        files.write_atomic(tmp_path / "fichier" / "r.html", b"")


def test_a_csv_for_officers_opens_in_a_french_spreadsheet_and_runs_nothing():
    frame = pl.DataFrame(
        {
            "objet": ["=1+1", "Été ; hiver", None],
            "montant": [1_200_050, None, 100],
            "clause_sociale": [True, None, False],
            "dateNotification": [date(2026, 8, 21), None, None],
            "part": [0.125, 1.0, None],
        }
    )
    content = files.officers_csv(frame)
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[1] == "'=1+1;12000,5;oui;21/08/2026;0,125"
    assert lines[2] == '"Été ; hiver";;inconnu;;1'
    assert lines[3] == ";1;non;;"


def test_a_csv_for_publication_keeps_points_commas_and_iso_dates():
    frame = pl.DataFrame(
        {"montant": [1_200_050], "clause_sociale": [None], "dateNotification": [date(2026, 8, 21)]},
        schema_overrides={"clause_sociale": pl.Boolean},
    )
    assert (
        files.open_data_csv(frame).decode("utf-8")
        == "montant,clause_sociale,dateNotification\r\n12000.5,,2026-08-21\r\n"
    )


def built_report():
    found = findings()
    return report.build(
        "Diagnostic",
        buyer=found.buyer,
        as_of=found.as_of,
        sections=sections.report(found),
        sources=found.sources,
        annexes=annexes(found),
        notes=("Données inventées.",),
    )


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ((1.0, 0.5, 0.2), "la part la plus haute est de 100 % (A)"),
        ((1.0, 1.0, 0.2), "la part la plus haute est de 100 % (A et B)"),
        ((1.0, 1.0, 1.0, 0.2), "la part la plus haute est de 100 % (3 familles)"),
        ((1.0, 0.2, 0.2), "la plus basse de 20,0 % (B et C)"),
    ],
)
def test_every_family_that_holds_the_extreme_share_is_said(shares, words):
    rows = pl.DataFrame(
        [
            {"indicateur": "clause_sociale", "modalite": name, "valeur": share, "haut": share, "bas": share, "repondus": 10,
             "numerateur": round(share * 10), "denominateur": 10, "dimension": "famille", "unite": "nombre"}
            for name, share in zip("ABCD", shares, strict=False)
        ]
    )  # fmt: skip
    (told,) = sentences.of_families(MEASURES.conform(rows.lazy()).collect())
    assert words in told.text.replace("\u00a0", " ")


def test_a_record_that_repeats_a_doubt_in_its_amendments_is_counted_once():
    rows = [("a.json", 1), ("a.json", 1), ("a.json", 2), ("b.json", 1), (None, None), (None, None)]
    rejects = pl.DataFrame(rows, schema=["source", "position"], orient="row").with_columns(
        niveau=pl.lit("doute"), regle=pl.lit("siret.luhn"), champ=pl.lit("titulaire_id"), message=pl.lit("m")
    )
    # Two lines without a place are two things said of the whole file.
    assert tallies.refusals(rejects)["n"].to_list() == [5]


@pytest.mark.parametrize(("days", "said"), [(90, False), (91, True)])
def test_the_last_notification_is_said_when_it_is_long_before_the_day_that_stops_the_data(days, said):
    as_of = date(2025, 12, 24)
    last = as_of - timedelta(days=days)
    dates = pl.DataFrame({"dateNotification": [date(2024, 1, 1), last, date(2026, 3, 1), None]})
    found = tallies.last_notified(dates, as_of)
    assert found == (last if said else None)
    built = report.build("Titre", buyer="Ville", as_of=as_of, sections=[], last=found)
    assert (f"dernier contrat notifié le {french.long_date(last)}" in " ".join(built.cover)) is said


def test_the_population_of_the_subjects_read_is_named_when_it_is_not_every_contract():
    found = findings()
    found = replace(found, contracts=found.contracts.with_columns(clause_sociale_texte=pl.lit(None, pl.Boolean)))
    every = replace(found, contracts=found.contracts.filter(pl.col(found.population)))
    told = [
        " ".join(one.text for one in texts._told(one, GAPS, GAPS, 0)).replace("\u00a0", " ") for one in (found, every)
    ]
    assert (
        "39 objets de contrat ont été lus mot à mot : ceux des contrats retenus pour les parts, sur 40 contrats lus"
        in told[0]
    )
    assert "retenus pour les parts" not in told[1] and "39 objets de contrat ont été lus" in told[1]
