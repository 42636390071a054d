"""``spaser diagnostic``: from contracts to the report of a buyer."""

from __future__ import annotations

import argparse

import polars as pl

import spaser
from spaser.cli.given import decided, delivered
from spaser.cli.options import command, corrections, selection, source
from spaser.cli.terminal import progress, say
from spaser.problems import Problem
from spaser.sources.notices import read_notices
from spaser.vocabulary import BUYER_KINDS


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``diagnostic``."""
    one = command(commands, "diagnostic", _run, "diagnostic d'un acheteur : page HTML, classeur, table notée, rejets")
    selection(one)
    corrections(one)
    kinds = " ; ".join(f"{kind} : {label}" for kind, label in BUYER_KINDS.items())
    one.add_argument("--decisions", metavar="FICHIER", help="vos réponses aux constats : le fichier constats.csv d'un diagnostic, complété")
    one.add_argument("--avis", nargs="+", metavar="FICHIER", help="avis publiés (BOAMP, TED) : dates de lancement et textes, rapprochés des contrats")
    pieces = "pièces des consultations (PDF, DOCX, ODT…), dans des dossiers ou des zip qui portent le numéro de leur contrat"
    one.add_argument("--pieces", nargs="+", metavar="DOSSIER", help=pieces)
    one.add_argument("--type-acheteur", choices=list(BUYER_KINDS), help=f"pour les seuils européens. {kinds}")


def _run(choices: argparse.Namespace) -> None:
    paths, asked = source(choices)
    result = spaser.diagnose(
        paths, **asked, progress=progress,
        buyer_kind=choices.type_acheteur, decisions=decided(choices),
        notices=read_notices(choices.avis, progress=progress) if choices.avis else None,
        pieces=spaser.clauses(choices.pieces, progress=progress) if choices.pieces else None,
    )  # fmt: skip
    if result.base.demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(spaser.summary(result))
    if isinstance(choices.acheteur, str) and len(result.sirens) == 1:
        say(f"\nAcheteur demandé : « {choices.acheteur} » ; acheteur retenu : {result.scope} ({result.sirens[0]})")
    delivered(choices, "diagnostic", lambda folder: spaser.write(result, folder))
    if choices.demo:
        say('\nAvec vos contrats : python run.py diagnostic mes_contrats.json --acheteur "Ma Ville"\nÀ l\'écran, en choisissant : python run.py lab')
    _refuse_cut(result.base.rejects)


def _refuse_cut(rejects: pl.LazyFrame) -> None:
    """A file cut before its end is used as far as it goes, but the command says so and does not succeed."""
    cut = rejects.filter(pl.col("regle") == "fichier.coupe").select("source", "message").collect().rows()
    if cut:
        names = ", ".join(source for source, _ in cut)
        raise Problem("Les résultats sont incomplets", where=names, why=cut[0][1], todo="Téléchargez de nouveau le fichier, puis relancez")
