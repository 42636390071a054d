"""``spaser diagnostic``: from contracts to the report of a buyer."""

from __future__ import annotations

import argparse
from dataclasses import replace

import polars as pl

import spaser
from spaser.cli.given import about, decided, declared, delivered, texts
from spaser.cli.opening import ledger, opened
from spaser.cli.options import closing, columns, command, corrections, day, selection
from spaser.cli.terminal import say
from spaser.problems import Problem
from spaser.shipped import launcher
from spaser.sources.ledgers import read_ledger
from spaser.studies.diagnostic import Declared
from spaser.vocabulary import BUYER_KINDS
from spaser.vocabulary.sentences import DEMO_NOTE


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``diagnostic``."""
    one = command(commands, "diagnostic", _run, "diagnostic d'un acheteur : page HTML, classeur, table notée, rejets")
    selection(one)
    corrections(one)
    kinds = " ; ".join(f"{kind} : {label}" for kind, label in BUYER_KINDS.items())
    one.add_argument(
        "--decisions",
        nargs="+",
        metavar="FICHIER",
        default=[],
        help="vos réponses aux constats (constats.csv) et vos décisions sur les montants, durées, natures et dates (a-corriger.csv) d'un diagnostic, complétés",
    )
    one.add_argument(
        "--avis",
        nargs="+",
        metavar="FICHIER",
        help="avis publiés (BOAMP, TED) : dates de lancement et textes, rapprochés des contrats",
    )
    pieces = (
        "pièces des consultations (PDF, DOCX, ODT…), dans des dossiers ou des zip qui portent le numéro de leur contrat"
    )
    one.add_argument("--pieces", nargs="+", metavar="DOSSIER", help=pieces)
    one.add_argument("--type-acheteur", choices=list(BUYER_KINDS), help=f"pour les seuils européens. {kinds}")
    one.add_argument(
        "--depenses",
        metavar="FICHIER",
        help="fichier de dépenses (grand livre) : seuil du SPASER, réemploi, alimentation (par défaut : celui de la mission)",
    )
    columns(one)
    one.add_argument(
        "--livre-v",
        type=book_v,
        nargs="+",
        metavar="ANNÉE=EUROS",
        default=[],
        help="dépenses HT de l'année relevant du livre V du code (0 : aucune)",
    )
    one.add_argument("--spaser-adopte", type=day, metavar="AAAA-MM-JJ", help="jour où le SPASER a été adopté")
    one.add_argument("--spaser-lien", metavar="ADRESSE", default="", help="où il est publié")
    one.add_argument(
        "--spaser-indicateurs",
        type=day,
        metavar="AAAA-MM-JJ",
        help="jour de la dernière publication de ses indicateurs",
    )
    one.add_argument(
        "--hors-code",
        action="store_true",
        help="l'acheteur n'est pas soumis au code de la commande publique (vous l'affirmez)",
    )


def _run(choices: argparse.Namespace) -> None:
    base, sirens = opened(choices, choices.acheteur, decisions=decided(choices))
    book = ledger(choices)
    result = spaser.diagnose(
        base,
        buyer=sirens,
        years=choices.annees,
        population=choices.population,
        declared=_declared(choices),
        spend=read_ledger(book, mapping=choices.correspondance).lines.lazy() if book else None,
        **texts(choices),
    )
    if choices.at is not None:
        result = replace(result, mention=about(choices).mention)
    if result.base.demo:
        say(DEMO_NOTE + "\n")
    say(spaser.summary(result))
    say("\n" + closing(choices, result.as_of, last=result.last_notified))
    if isinstance(choices.acheteur, str) and len(result.sirens) == 1:
        say(f"\nAcheteur demandé : « {choices.acheteur} » ; acheteur retenu : {result.scope} ({result.sirens[0]})")
    delivered(choices, "diagnostic", lambda folder: spaser.write(result, folder))
    if choices.demo:
        say(f'\nAvec vos contrats : {launcher()} diagnostic mes_contrats.json --acheteur "Ma Ville"')
        say(f"À l'écran, en choisissant : {launcher()} lab")
    _refuse_cut(result.base.rejects)


def book_v(text: str) -> tuple[int, int]:
    """« 2025=3000000 », a year and euros without tax; the year and cents."""
    year, _, euros = text.replace("\u202f", "").replace("\u00a0", "").partition("=")
    try:
        cents = round(float(euros.replace(" ", "").replace(",", ".")) * 100)
        if not 2000 <= int(year) <= 2100 or cents < 0:
            raise ValueError
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une année et un montant (2025=3000000)") from None
    return int(year), cents


def _declared(choices: argparse.Namespace) -> Declared:
    """What the buyer says of itself."""
    if choices.spaser_adopte is None and (choices.spaser_lien or choices.spaser_indicateurs):
        raise Problem("Le SPASER est décrit sans sa date d'adoption", todo="Donnez-la : --spaser-adopte AAAA-MM-JJ")
    known = declared(choices)
    return replace(
        known,
        kind=choices.type_acheteur or known.kind,
        adopted=choices.spaser_adopte or known.adopted,
        link=choices.spaser_lien or known.link,
        published=choices.spaser_indicateurs,
        book_v=dict(choices.livre_v),
        has=None if choices.spaser_adopte else known.has,
    )


def _refuse_cut(rejects: pl.LazyFrame) -> None:
    """A file cut before its end is used as far as it goes, but the command says so and does not succeed."""
    cut = rejects.filter(pl.col("regle") == "fichier.coupe").select("source", "message").collect().rows()
    if cut:
        names = ", ".join(source for source, _ in cut)
        raise Problem(
            "Les résultats sont incomplets",
            where=names,
            why=cut[0][1],
            todo="Téléchargez de nouveau le fichier, puis relancez",
        )
