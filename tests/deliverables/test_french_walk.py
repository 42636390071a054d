"""Every visible string of the demo's report and of the help, walked for what no officer should read: codes, English, wrong agreement."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import report_text

import spaser
from spaser import french
from spaser.cli import parser
from spaser.cli.terminal import speak_french
from spaser.deliverables.report import Report, TableBlock
from spaser.studies import pams

REPORT = (Path(__file__).parents[1] / "snapshots" / "diagnostic_demo.md").read_text(encoding="utf-8")
_NOUNS = "contrat|lot|marché|ligne|acheteur|fournisseur|jour|année|besoin|famille|avis|document|objectif|renouvellement|titulaire"
_PLURALS = "|".join(f"{noun}s" for noun in _NOUNS.split("|") if noun != "avis")
#: What is looked for, and what it must never match wrongly (the second of each pair is right).
FAULTS = {
    "un code": r"\b(?:siret|siren|cpv|montant|date|duree|identite|fichier)\.[a-z_]+\b|\bdecp-[a-z0-9]+-?[a-z]*\b|\b[a-z]+_(?:texte|statut|regle|id|siren|siret)\b",
    "un mot anglais": r"\b(?:the|and|with|unknown|null|None|True|False|nan|NaN|warning|file|row|yes|Traceback)\b",
    "deux espaces": r"[^\s|#-] {2,}[^\s|]",
    "aucun sans ne": rf"\b[Aa]ucune? (?:{_NOUNS}) (?:a|est|dit|porte|répond|cite)\b",
    "un pluriel pour un seul": rf"(?<![\d,.\u202f\u00a0/-])[01][\u00a0 ](?:{_PLURALS})\b",
    "un singulier pour plusieurs": rf"(?<![,.\d\u202f\u00a0])(?:[2-9]|[1-9]\d+)[\u00a0 ](?:{_NOUNS.replace('|avis', '')})\b",
    "(s)": r"[a-zé]\(e?s\)",
    "une contraction oubliée": r"\b(?:de le|à le|de les|à les|du date|que il|si il|de un)\b",
    "un point décimal": r"(?<![\d.])\d+\.\d+[\u00a0\u202f ]?(?:€|%|M€|k€|Md€|km\b|ans?\b|mois\b|heures?\b|points?\b)",
    "aucun et un pluriel": rf"\b[Aa]ucune? (?:{_NOUNS})\b[^.;:|]{{0,30}} (?:n'ont|ne sont|ne disent|ne portent)\b",
    "le 1 du mois": rf"(?<![\d\u202f\u00a0.,/-])1[\u00a0 ](?:{'|'.join(french.MONTHS)})\b",
    # How a file must write its days is told by an example.
    "une date à l'envers": r"(?<!par exemple )(?<![\w/.-])(?:19|20)\d\d-[01]\d-[0-3]\d(?![\w-]*\.?\w)",
    "un mot répété": r"\b(de|des|du|la|le|les|un|une|et|à|en|par|pour|sur|dans|ne|se|ce) \1\b(?!-)",
}
#: Asked of the text as it is shown, its spaces of typography kept.
SHOWN = {
    "une espace qui se coupe": r"[\wé»)] [:;?!»](?=\s|$)|« (?=\w)|\d (?:%|€|M€|k€|Md€)",
    "une espace oubliée": r"[a-zé»)][;?!](?=\s|$)|[a-zé»)]:(?=\s)|\d(?:%|€)|«\w|\w»",
}
WRONG = {
    "un code": ("siret.luhn", "le SIRET"),
    "un mot anglais": ("with", "avec"),
    "deux espaces": ("un  mot", "un mot"),
    "aucun sans ne": ("aucun contrat a été rapproché", "aucun contrat n'a été rapproché"),
    "un pluriel pour un seul": ("1 contrats", "11 contrats"),
    "un singulier pour plusieurs": ("2 lot", "2 lots"),
    "(s)": ("contrat(s)", "contrats"),
    "une contraction oubliée": ("liste du date inconnue", "liste de date inconnue"),
    "un point décimal": ("3.5 %", "3,5 %"),
    "aucun et un pluriel": ("aucun contrat retenu n'ont", "aucun contrat retenu n'a"),
    "le 1 du mois": ("le 1 janvier 2027", "le 1er janvier 2027 et le 11 janvier"),
    "une date à l'envers": ("au 2026-11-30", "au 30/11/2026 (megalis_2024-07-09.json)"),
    "un mot répété": ("part de de", "part de des"),
    "une espace qui se coupe": ("note : lue", "note\u00a0: lue à 10 h 30"),
    "une espace oubliée": ("note: lue", "https://ville.example, note\u00a0: lue"),
}
#: Real files, read in place: a whole one with lists of suppliers, and the buyer with most contracts of a daily feed.
DECP = Path(__file__).parents[3] / "shared" / "data" / "decp_2022"
LISTS = ("siae_2019-07.csv", "siae_geocodees_2020.csv", "esat_liste_officielle.csv")
MISSIONS = {
    "Paris et ses listes": (DECP / "paris_2024.json", None, True),
    "un acheteur d'un flux du jour": (DECP / "e-marchespublics_dematis16.json", "519013171", True),
    "le même sans liste": (DECP / "e-marchespublics_dematis16.json", "519013171", False),
}


def shown(name: str) -> str:
    """What the kit writes of a mission: the words of the data themselves (subjects, names) are left out, whoever wrote them."""
    source, buyer, listed = MISSIONS[name]
    if not source.is_file():
        pytest.skip("../shared absent : vrais fichiers")
    lists = [DECP.parent / "registres" / one for one in LISTS] if listed else []
    result = spaser.diagnose([source], registers=lists, buyer=buyer, clock=date(2026, 11, 28))
    made = pams.report(pams.study(result))
    return _of_the_kit(report_text.typeset(made), _data(made))


def _data(report: Report) -> set[str]:
    """How each text of the data begins: those of the columns that are not written by the kit."""
    frames = [block.frame for section in report.sections for block in section.blocks if isinstance(block, TableBlock)]
    written = {"objet", "fournisseur", "titulaire", "titulaire_nom", "candidat", "acheteur", "besoin", "fournisseurs"}
    values = {
        value
        for frame in frames
        for column in set(frame.columns) & written
        if frame.schema[column] == pl.String
        for value in frame[column].drop_nulls()
    }
    return {_start(value) for value in values}


def _start(value: str) -> str:
    return " ".join(value.split()).lower()[:15]


def _of_the_kit(text: str, data: set[str]) -> str:
    kept = []
    for line in text.splitlines():
        if line.startswith("| "):
            kept += [cell for cell in line.strip("| ").split(" | ") if _start(cell) not in data]
        else:
            kept.append(re.sub(r"«[^»]*»", "«\u00a0…\u00a0»", line))
    return "\n".join(kept)


def _found(kind: str, text: str) -> list[str]:
    looked = (FAULTS | SHOWN)[kind]
    return [text[max(0, hit.start() - 40) : hit.end() + 30].replace("\n", " ") for hit in re.finditer(looked, text)]


@pytest.mark.parametrize("kind", FAULTS | SHOWN)
def test_the_walk_sees_what_is_wrong_and_only_that(kind):
    wrong, right = WRONG[kind]
    assert _found(kind, wrong) and not _found(kind, right)


@pytest.mark.parametrize("kind", FAULTS)
def test_no_visible_string_of_the_demo_report_is_wrong(kind):
    assert _found(kind, REPORT) == []


@pytest.mark.parametrize("name", MISSIONS)
def test_no_visible_string_of_a_real_mission_is_wrong(name):
    text = shown(name)
    plain = text.replace(french.THIN, " ").replace(french.NBSP, " ")
    found = {kind: _found(kind, text if kind in SHOWN else plain) for kind in FAULTS | SHOWN}
    assert {kind: hits for kind, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    "kind", ["un mot anglais", "aucun sans ne", "(s)", "une contraction oubliée", "un point décimal"]
)
def test_no_line_of_the_help_is_wrong(kind):
    speak_french()
    top = parser()
    commands = next(action for action in top._actions if action.dest == "command" or getattr(action, "choices", None))
    texts = [top.format_help(), *(one.format_help() for one in commands.choices.values())]
    assert [hit for text in texts for hit in _found(kind, text)] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("programme.csv : colonnes non lues", "programme.csv : colonnes non lues"),
        ("achats.xlsx", "achats.xlsx"),
        ("depenses.csv, arrêté au 5 juin", "depenses.csv, arrêté au 5 juin"),
        ("ville de Montreuil", "Ville de Montreuil"),
        ("art. 2 de la loi", "Art. 2 de la loi"),
        ("étude.", "Étude."),
    ],
)
def test_a_sentence_opens_by_a_capital_but_the_name_of_a_file_stays_as_it_is(text, told):
    assert french.capital(text) == told
