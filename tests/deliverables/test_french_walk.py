"""Every visible string of the demo's report and of the help, walked for what no officer should read: codes, English, wrong agreement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spaser import french
from spaser.cli import parser
from spaser.cli.terminal import speak_french

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
    "un point décimal": r"\d\.\d+[\u00a0 ](?:€|%|M€|k€)",
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
}


def _found(kind: str, text: str) -> list[str]:
    return [
        text[max(0, hit.start() - 40) : hit.end() + 30].replace("\n", " ") for hit in re.finditer(FAULTS[kind], text)
    ]


@pytest.mark.parametrize("kind", FAULTS)
def test_the_walk_sees_what_is_wrong_and_only_that(kind):
    wrong, right = WRONG[kind]
    assert _found(kind, wrong) and not _found(kind, right)


@pytest.mark.parametrize("kind", FAULTS)
def test_no_visible_string_of_the_demo_report_is_wrong(kind):
    assert _found(kind, REPORT) == []


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
