"""``spaser fournisseurs``, ``registre``, ``territoire``, ``telecharger``: who the suppliers are, and the lists that say it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from spaser import french
from spaser.cli import given
from spaser.cli.options import (
    DATED,
    closing,
    command,
    day,
    kilometres,
    matched,
    output,
    percentage,
    reading_day,
    registers,
    today,
)
from spaser.cli.terminal import progress, say
from spaser.problems import Problem
from spaser.vocabulary.sentences import DEMO_NOTE, DEMO_SPEND_NOTE

if TYPE_CHECKING:
    from spaser.studies.diagnostic import Base
    from spaser.studies.territory.book import Book
    from spaser.studies.territory.panorama import Territory

CACHE = Path("spaser-cache")


def add(commands: argparse._SubParsersAction) -> None:
    """The commands about suppliers."""
    _add_suppliers(commands)
    lists = command(
        commands,
        "registre",
        _run_registers,
        "ce que contiennent vos listes de fournisseurs : statuts, dates, désaccords",
    )
    lists.add_argument("registre", nargs="*", metavar="FICHIER", help="les listes")
    given.options(lists, "registre")
    _add_territory(commands)
    fetch = command(
        commands,
        "telecharger",
        _run_download,
        "télécharge les fichiers officiels dans le cache ; sans nom : montre la liste",
    )
    fetch.add_argument("noms", nargs="*", metavar="NOM", help="noms du catalogue (sans nom : les montrer)")
    fetch.add_argument("--catalogue", metavar="FICHIER", help="votre propre catalogue (TOML), ajouté à celui du kit")
    fetch.add_argument(
        "--cache", type=Path, default=CACHE, metavar="DOSSIER", help=f"où les ranger (par défaut : {CACHE})"
    )


def _add_suppliers(commands: argparse._SubParsersAction) -> None:
    text = "analyse des fournisseurs d'un fichier de dépenses : ESS, inclusifs, inconnus, à vérifier"
    asked = command(commands, "fournisseurs", _run_suppliers, text)
    asked.add_argument("fichier", nargs="?", metavar="FICHIER", help="export de mandats (XLSX, XLS, ODS, CSV)")
    given.options(asked)
    registers(asked)
    _add_sheet(asked)
    matched(asked)
    asked.add_argument(
        "--etendre", action="store_true", help="étendre le statut inclusif d'un établissement à toute l'unité légale"
    )
    asked.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="date d'arrêté (par défaut : la dernière date du fichier)"
    )
    _folders(asked)


def _add_sheet(asked: argparse.ArgumentParser) -> None:
    sheet = asked.add_argument_group("fiche d'un fournisseur")
    sheet.add_argument(
        "--fiche",
        metavar="SIRET|NOM",
        help="une page sur un fournisseur : statuts et preuves, contrats gagnés, besoins à venir à sa portée",
    )
    sheet.add_argument(
        "--contrats", nargs="+", metavar="FICHIER", default=[], help="les contrats publiés, d'où vient ce qu'il a gagné"
    )
    sheet.add_argument("--acheteur", metavar="SIRET|NOM", help="les besoins de ce seul acheteur (par défaut : tous)")
    sheet.add_argument(
        "--rayon", type=kilometres, metavar="KM", help="sa portée (par défaut : l'usage de chaque famille)"
    )
    sheet.add_argument(
        "--dependance",
        type=percentage,
        metavar="PART",
        help="part de son activité qu'il ne doit pas dépasser avec vous, en %% (par défaut : 30)",
    )
    _public(sheet)


def _public(asked: argparse._ActionsContainer) -> None:
    """What is public beside the contracts, and brings needs to come."""
    asked.add_argument(
        "--avis",
        nargs="+",
        metavar="FICHIER",
        default=[],
        help="avis (BOAMP, TED, eForms) : ceux qui attendent encore des offres au jour de lecture",
    )
    asked.add_argument(
        "--programme-publie",
        nargs="+",
        metavar="FICHIER",
        default=[],
        help="programme d'achat que l'acheteur a publié (dans une mission : programme_publie = true)",
    )


def _add_territory(commands: argparse._SubParsersAction) -> None:
    asked = command(
        commands,
        "territoire",
        _run_territory,
        "panorama de l'ESS d'un territoire, commune par commune ; avec des contrats : ce qu'on y achète, et ce que l'ESS peut y fournir",
    )
    asked.add_argument(
        "contrats",
        nargs="*",
        metavar="CONTRATS",
        help="contrats des acheteurs du territoire ou du réseau ; sans fichier : le panorama seul",
    )
    given.options(asked, "registre")
    asked.add_argument(
        "--territoire",
        "--epci",
        dest="epci",
        required=True,
        metavar="NOM|SIREN",
        help="l'intercommunalité (ou l'EPT, la commune, le département) : son SIREN ou une partie de son nom",
    )
    asked.add_argument(
        "--acheteurs",
        nargs="+",
        metavar="NOM|SIRET",
        default=[],
        help="un réseau : les besoins de ces seuls acheteurs, où qu'ils soient exécutés",
    )
    asked.add_argument(
        "--acheteur-siret", metavar="SIRET", help="SIRET de l'acheteur quand la liste de contrats ne le donne pas"
    )
    registers(asked)
    asked.add_argument(
        "--avant",
        nargs="+",
        metavar="LISTE",
        default=[],
        help="les mêmes listes à une date plus ancienne : ce qui est entré, ce qui est sorti",
    )
    asked.add_argument(
        "--cahier",
        action="store_true",
        help="le cahier des solutions locales : une fiche par structure, par famille d'achat (PDF, Word, classeur)",
    )
    _public(asked)
    asked.add_argument(
        "--emplois", metavar="FICHIER", help="emplois officiels par commune (CSV : code_commune ; emplois)"
    )
    asked.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="jour des statuts (par défaut : la dernière date des listes)"
    )
    _folders(asked)


def _folders(asked: argparse.ArgumentParser) -> None:
    today(asked)
    asked.add_argument(
        "--cache",
        type=Path,
        default=CACHE,
        metavar="DOSSIER",
        help=f"dossier des stocks SIRENE réduits (par défaut : {CACHE})",
    )
    output(asked)


def _run_suppliers(choices: argparse.Namespace) -> None:
    from spaser.studies import suppliers as purchases
    from spaser.studies.suppliers import handover as purchases_handover

    if choices.fiche:
        return _run_sheet(choices)
    for name in ("contrats", "acheteur", "rayon", "dependance", "avis", "programme_publie"):
        if getattr(choices, name) and choices.at is None:
            raise Problem(
                f"--{name.replace('_', '-')} ne vaut qu'avec --fiche", todo="Dites de qui : --fiche 12345678900011"
            )
    given.required(choices, "fichier")
    result = purchases.suppliers_of(
        choices.fichier,
        choices.registre,
        overrides=given.decided(choices),
        validations=given.links(choices),
        spread_establishment=choices.etendre,
        as_of=choices.date,
        clock=reading_day(choices),
        mapping=choices.correspondance,
        cache=choices.cache,
        progress=progress,
    )
    if result.demo:
        say(DEMO_SPEND_NOTE + "\n")
    say(purchases_handover.summary(result))
    say("\n" + closing(choices, result.as_of, DATED))
    given.delivered(
        choices,
        "fournisseurs",
        lambda folder: purchases_handover.write(result, folder, validations=choices.validations),
    )


def _run_sheet(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.studies.acting import supplier

    given.required(choices, "contrats")
    given.required(choices, "registre")
    base = spaser.prepare(
        choices.contrats,
        registers=choices.registre,
        as_of=choices.date,
        today=choices.aujourdhui,
        clock=reading_day(choices),
        decisions=given.decided(choices),
        cache=choices.cache,
        progress=progress,
    )
    buyer = choices.acheteur if isinstance(choices.acheteur, str) else None
    sheet = supplier.sheet_of(
        base,
        choices.fiche,
        buyer=buyer,
        radius=choices.rayon,
        dependency=choices.dependance,
        notices=choices.avis,
        programmes=given.published(choices),
    )
    if sheet.demo:
        say(DEMO_NOTE + "\n")
    say(supplier.summary(sheet))
    say("\n" + closing(choices, base.as_of))
    given.delivered(choices, "fiche", lambda folder: supplier.write(sheet, folder))


def _run_registers(choices: argparse.Namespace) -> None:
    from spaser.studies.suppliers import lists as purchases_lists

    say(purchases_lists.told(choices.registre, progress))


def _run_territory(choices: argparse.Namespace) -> None:
    from dataclasses import replace

    from spaser.studies import diagnostic
    from spaser.studies.diagnostic import holders as held
    from spaser.studies.territory import demand as opportunities_territory
    from spaser.studies.territory import leaves
    from spaser.studies.territory import panorama as purchases_territory

    lists, contracts = choices.registre, choices.contrats
    if choices.acheteurs and not contracts:
        raise Problem(
            "--acheteurs ne vaut qu'avec des contrats", todo="Donnez les fichiers de contrats de ces acheteurs"
        )
    base = (
        diagnostic.prepare(
            contracts,
            registers=lists,
            buyer_siret=choices.acheteur_siret,
            today=choices.aujourdhui,
            clock=reading_day(choices),
            cache=choices.cache,
            progress=progress,
        )
        if contracts
        else None
    )
    known = (held.loaded(base) if base is not None else None) or lists
    result = purchases_territory.territory(
        choices.epci,
        known,
        overrides=given.decided(choices),
        jobs=choices.emplois,
        before=choices.avant,
        as_of=choices.date,
        clock=reading_day(choices),
        cache=choices.cache,
        progress=progress,
    )
    if base is not None:
        result = replace(
            result, balance=opportunities_territory.balance_of(base, [result.siren], network=choices.acheteurs)
        )
    say(purchases_territory.summary(result))
    say("\n" + closing(choices, result.as_of, DATED))
    made = _book(choices, result, base) if choices.cahier else None
    if made is not None:
        say("\n" + leaves.summary(made))
    given.delivered(
        choices,
        "territoire",
        lambda folder: [
            *purchases_territory.write(result, folder),
            *(leaves.write(made, folder) if made is not None else ()),
        ],
    )


def _book(choices: argparse.Namespace, place: Territory, base: Base | None) -> Book:
    from spaser.studies.territory import book

    return book.book_of(place, base, reading_day(choices), notices=choices.avis, programmes=given.published(choices))


def _run_download(choices: argparse.Namespace) -> None:
    from spaser.sources import catalogue

    if not choices.noms:
        known = catalogue.catalogue(choices.catalogue)
        lines = [
            f"  {name:<28} {spec.get('label', name)}{'' if 'url' in spec else ' (à télécharger à la main)'}"
            for name, spec in known.items()
        ]
        say("Fichiers que spaser sait télécharger (spaser telecharger NOM…) :\n" + "\n".join(lines))
        return
    for row in catalogue.download(
        choices.noms, choices.cache, catalogue=choices.catalogue, progress=progress
    ).to_dicts():
        dated = f", daté par le serveur du {row['date']}" if row["date"] else ""
        say(f"  {row['nom']} : {row['etat']}, {french.number(row['octets'])} octets{dated}\n    {row['chemin']}")
