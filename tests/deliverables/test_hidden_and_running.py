"""What a name hides (no width, turned round, control) or would run (formula, tag, escape) reaches no page, table nor terminal."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser.cli import main
from spaser.deliverables import html, word
from spaser.deliverables import report as model
from spaser.deliverables.report import Callout, Definitions, Paragraph, Section, Sentence, Source
from spaser.text import fold, fold_expr, harmless, harmless_expr

DATA = Path(__file__).parents[2] / "data"
HIDDEN = "\u200b\u2060\u00ad\u202e\u2066\ufeff\x1b\x07\x00\U000e0041"
NAMES = (
    '=HYPERLINK("http://pirate.invalid";"x")',
    "+33 SERVICES",
    "-1+1",
    "@SOMME(A1)",
    "＝1+1",
    "ATE\u200bLIER \u202eNIRAM",
    "<script>alert(1)</script>",
    "\x1b[31mROUGE",
    "A\"'><img src=x onerror=alert(1)>",
    "{{7*7}} ${x} %s {0}",
)
LEDGER = "Exercice;Fournisseur;SIRET;Libellé;Montant TTC\r\n"


def _unseen(text: str) -> list[str]:
    return sorted(
        {f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in ("Cf", "Cc", "Cs", "Cn") and c not in "\t\r\n"}
    )


@pytest.mark.parametrize("char", [c for c in HIDDEN if c not in "\x00"])
def test_what_is_not_seen_is_taken_out_alike_in_a_text_and_in_a_column(char):
    text = f"a{char}b"
    assert harmless(text) == pl.select(harmless_expr(pl.lit(text))).item() == "ab"


@pytest.mark.parametrize("char", "\u00ad\u200b\u200d\u2060\ufeff")
def test_what_is_not_seen_inside_a_word_does_not_part_it(char):
    assert fold(f"SI{char}RET") == pl.select(fold_expr(pl.lit(f"SI{char}RET"))).item() == "siret"


def test_every_text_of_a_report_is_without_what_is_not_seen():
    bad = f"Ate{HIDDEN}lier"
    section = Section(
        "un",
        bad,
        bad,
        (Sentence(bad), Paragraph((Sentence(bad), Sentence(bad))), Callout(bad, bad), Definitions(((bad, bad),))),
    )
    made = model.build(
        bad,
        buyer=bad,
        subtitle=bad,
        as_of=date(2026, 1, 1),
        sections=[section],
        sources=[Source(bad, bad)],
        notes=(bad,),
    )
    assert _unseen(html.render(made)) == [] and html.render(made).count("Atelier") >= 10
    with zipfile.ZipFile(io.BytesIO(word.render(made))) as document:
        assert _unseen(document.read("word/document.xml").decode()) == []


def test_a_report_without_anything_hidden_is_the_same_one():
    section = Section("un", "Question ?", "Titre", (Sentence("Tout va bien."),))
    assert model.build("t", buyer="b", as_of=date(2026, 1, 1), sections=[section]).sections[0] is section


def test_names_that_hide_or_run_something_reach_no_page_table_nor_terminal(tmp_path, capsys):
    ledger = tmp_path / "dépenses \u202exslx.csv"
    rows = "".join(
        '2024;"{}";;"{}";{},50\r\n'.format(name.replace('"', '""'), name.replace('"', '""'), 100 + rank)
        for rank, name in enumerate(NAMES)
    )
    ledger.write_bytes((LEDGER + rows).encode("utf-8"))
    out = tmp_path / "s"
    assert main(["fournisseurs", str(ledger), "--sortie", str(out)]) == 0
    told = capsys.readouterr()
    assert _unseen(told.out + told.err) == []
    page = (out / "fournisseurs.html").read_text(encoding="utf-8")
    assert _unseen(page) == [] and "<script>alert" not in page and "<img src=x" not in page
    assert not re.search(r"https?://(?!www\.w3\.org)[^\s\"'<]*pirate", re.sub(r">[^<]*<", "><", page))
    for table in sorted(out.glob("*.csv")):
        text = table.read_text(encoding="utf-8-sig")
        assert _unseen(text) == [], table.name
        cells = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row]
        assert [c for c in cells if re.match(r"[=+@＝＋＠\t\r]|-(?![\d,. ]+$)", c.strip())] == [], table.name
    with zipfile.ZipFile(out / "fournisseurs.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    formulas = re.findall(r"<f>(.*?)</f>", "".join(sheets))  # the kit's own sums
    assert not re.search(r"HYPERLINK|SOMME\(A1|1\+1|cmd|\|", "".join(formulas)) and _unseen("".join(sheets)) == []
    toml = (out / "correspondance.toml").read_text(encoding="utf-8")
    assert _unseen(toml) == []
