"""``spaser potentiel``: what a buyer could buy from the ESS, to whom, by which lever, and how much."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from spaser.cli import given
from spaser.cli.given import decided, declared, delivered, links, required
from spaser.cli.opening import diagnosed
from spaser.cli.options import (
    DATED,
    closing,
    command,
    corrections,
    day,
    matched,
    output,
    reach,
    reading_day,
    selection,
    today,
)
from spaser.cli.terminal import progress, say
from spaser.problems import Problem
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE

if TYPE_CHECKING:
    from spaser.studies.potential.programme import Planned
    from spaser.studies.potential.spend import SpendOpportunities

    Told = TypeVar("Told", Planned, SpendOpportunities)


_PROGRAMME = "votre programme d'achat (objet, montant estimé, date prévue… en XLSX, ODS ou CSV), ou les intentions d'achat de l'État (JSON)"


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``potentiel``."""
    asked = command(
        commands, "potentiel", _run, "potentiel d'achat auprès de l'ESS : besoins, fournisseurs, leviers, montants"
    )
    selection(asked, needs="")
    reach(asked)
    ledger = asked.add_argument_group("à partir de vos dépenses")
    text = "votre fichier de dépenses, au lieu des contrats (qui, s'ils sont donnés, disent ce que les fournisseurs ont gagné) ; sans fichier : celui de la mission"
    ledger.add_argument("--depenses", nargs="?", const="", metavar="FICHIER", help=text)
    text = "correspondance entre vos codes d'achat et les familles : proposée dans ce fichier s'il n'existe pas, sinon lue et obéie (CSV ou XLSX)"
    ledger.add_argument("--nomenclature", metavar="FICHIER", help=text)
    ledger.add_argument(
        "--territoire",
        metavar="NOM|SIREN",
        help="où vous achetez (par défaut : le territoire de l'acheteur, d'après son SIRET)",
    )
    matched(ledger)
    corrections(ledger)
    _own_rules(asked)
    asked.add_argument("--programme", nargs="+", metavar="FICHIER", help=_PROGRAMME)
    _add_programme(commands)


def _add_programme(commands: argparse._SubParsersAction) -> None:
    planned = command(
        commands,
        "programme",
        _run_programme,
        "achats prévus : familles, dates, montants ; avec --registre : fournisseurs et leviers",
    )
    planned.add_argument("programme", nargs="*", metavar="FICHIER", help=_PROGRAMME)
    planned.add_argument(
        "--registre", nargs="+", metavar="FICHIER", default=[], help="listes de fournisseurs de l'ESS et inclusifs"
    )
    planned.add_argument(
        "--acheteur-siret", metavar="SIRET", help="SIRET de l'acheteur, dont le territoire est à servir"
    )
    planned.add_argument(
        "--territoire",
        metavar="NOM|SIREN",
        help="où vous achetez (par défaut : le territoire de l'acheteur, d'après son SIRET)",
    )
    reach(planned)
    planned.add_argument(
        "--date", type=day, metavar="AAAA-MM-JJ", help="jour des statuts (par défaut : la dernière date des listes)"
    )
    today(planned)
    planned.add_argument("--methode", metavar="FICHIER", help="votre propre method.toml (points et seuils)")
    planned.add_argument("--cache", type=Path, metavar="DOSSIER", help="dossier de travail pour les très gros fichiers")
    _add_follow_up(planned)
    _own_rules(planned)
    given.options(planned, "programme")
    output(planned)


def _own_rules(asked: argparse.ArgumentParser) -> None:
    text = "l'acheteur n'est pas soumis au code de la commande publique (vous l'affirmez) : ses leviers sont ceux du gré à gré"
    asked.add_argument("--hors-code", action="store_true", help=text)


def _add_follow_up(planned: argparse.ArgumentParser) -> None:
    asked = planned.add_argument_group("suivi du programme")
    asked.add_argument(
        "--suivi",
        nargs="*",
        metavar="CONTRATS",
        help="ce que le programme est devenu : contrats publiés depuis (sans fichier : ceux de la mission)",
    )
    asked.add_argument(
        "--avis", nargs="+", metavar="FICHIER", default=[], help="avis publiés (BOAMP, TED) : ce qui est lancé"
    )
    asked.add_argument(
        "--suivi-precedent",
        metavar="SUIVI.XLSX",
        help="le classeur du dernier suivi, rempli : vos réponses et vos décisions sont gardées",
    )
    asked.add_argument(
        "--depuis",
        type=day,
        metavar="AAAA-MM-JJ",
        help="contrats et avis à partir de ce jour (par défaut : un an avant le premier achat prévu)",
    )


def _run_follow_up(choices: argparse.Namespace, planned: Planned) -> None:
    """The programme beside what was published since."""
    import spaser
    from spaser.studies.acting import followup
    from spaser.studies.diagnostic import chosen_buyers
    from spaser.studies.potential.spend import siren_of

    contracts = choices.suivi or (list(choices.at.files) if choices.at is not None else [])
    if not contracts:
        raise Problem("Aucun fichier de contrats n'est donné au suivi", todo="Ajoutez-les : --suivi contrats.json")
    buyer = siren_of(choices.acheteur_siret)
    base = spaser.prepare(
        contracts,
        as_of=choices.date,
        today=choices.aujourdhui,
        clock=reading_day(choices),
        method=choices.methode,
        decisions=decided(choices),
        cache=choices.cache,
        progress=progress,
    )
    named = list(choices.at.asked) if choices.at is not None else []
    if buyer is None and len(named) == 1:  # a mission of one buyer: the programme is its own
        (buyer,), _ = chosen_buyers(base, named[0].name)
    result = followup.follow(
        planned, base, notices=choices.avis, before=choices.suivi_precedent, buyer_siren=buyer, since=choices.depuis
    )
    say(followup.summary(result))
    say("\n" + closing(choices, base.as_of))
    delivered(choices, "suivi", lambda folder: followup.write(result, folder))


def _run(choices: argparse.Namespace) -> None:
    if choices.programme and (choices.depenses is not None or choices.contrats):
        raise Problem(
            "Un programme d'achat se donne seul",
            todo="Lancez deux commandes : une pour --programme, une pour les contrats ou les dépenses",
        )
    if choices.programme:
        return _run_programme(choices)
    if choices.depenses is not None:
        return _run_spend(choices)
    _refuse_alone(choices)
    import spaser
    from spaser.studies.potential import handover

    required(choices, "contrats")
    result = diagnosed(choices, others=True)
    found = spaser.potential_of(result, radius=choices.rayon, dependency=choices.dependance)
    if result.base.demo:
        say(DEMO_SPEND_NOTE + "\n")
    say(handover.summary(found))
    say("\n" + closing(choices, result.as_of, last=result.last_notified))
    delivered(choices, "potentiel", lambda folder: handover.write(result, found, folder))


def _run_programme(choices: argparse.Namespace) -> None:
    from spaser.studies.potential import programme
    from spaser.studies.territory import panorama as purchases_territory

    if choices.registre or hasattr(choices, "contrats"):
        result = programme.potential_of_programme(
            choices.programme,
            choices.registre,
            buyer_siret=choices.acheteur_siret,
            radius=choices.rayon,
            dependency=choices.dependance,
            as_of=choices.date,
            clock=reading_day(choices),
            territory=purchases_territory.find(choices.territoire) if choices.territoire else None,
            method=choices.methode,
            cache=choices.cache,
            progress=progress,
        )
    else:
        result = programme.programme_of(choices.programme)
    result = _of_its_kind(choices, result)
    if getattr(choices, "suivi", None) is not None:
        return _run_follow_up(choices, result)
    for name in ("avis", "suivi_precedent", "depuis"):
        if getattr(choices, name, None) and getattr(choices, "needs", "") == "programme" and choices.at is None:
            raise Problem(
                f"--{name.replace('_', '-')} ne vaut qu'avec --suivi",
                todo="Donnez les contrats publiés : --suivi contrats.json",
            )
    say(programme.summary(result))
    delivered(choices, "programme", lambda folder: programme.write(result, folder))


def _of_its_kind(choices: argparse.Namespace, result: Told) -> Told:
    """The levers of a private buyer, when its mission or ``--hors-code`` says that the code does not bind it."""
    from spaser import rules
    from spaser.studies.potential.compose import as_private

    if result.found is None or declared(choices).soumis_au_code:
        return result
    return replace(result, found=as_private(result.found, rules.method(choices.methode)))


def _run_spend(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.studies.diagnostic import holders as held
    from spaser.studies.potential.spend import handover
    from spaser.studies.territory import panorama as purchases_territory

    required(choices, "depenses")
    lists, place = choices.registre, choices.territoire
    base = (
        spaser.prepare(
            choices.contrats,
            registers=lists,
            as_of=choices.date,
            today=choices.aujourdhui,
            clock=reading_day(choices),
            method=choices.methode,
            cache=choices.cache,
            progress=progress,
        )
        if choices.contrats
        else None
    )
    known = held.loaded(base) if base is not None else None
    result = spaser.potential_of_spend(
        choices.depenses,
        known or lists,
        buyer_siret=choices.acheteur_siret,
        territory=purchases_territory.find(place) if place else None,
        nomenclature=choices.nomenclature,
        contracts=base,
        years=choices.annees,
        radius=choices.rayon,
        dependency=choices.dependance,
        overrides=decided(choices),
        validations=links(choices),
        mapping=choices.correspondance,
        as_of=choices.date,
        clock=reading_day(choices),
        method=choices.methode,
        cache=choices.cache,
        progress=progress,
    )
    result = _of_its_kind(choices, result)
    if result.ledger.demo:
        say(DEMO_SPEND_NOTE + "\n")
    say(handover.summary(result))
    say("\n" + closing(choices, result.ledger.as_of, DATED))
    delivered(choices, "potentiel", lambda folder: handover.write(result, folder, choices.nomenclature))


def _refuse_alone(choices: argparse.Namespace) -> None:
    """Options of a ledger say nothing without one."""
    alone = [
        name
        for name in ("nomenclature", "territoire", "validations", "correspondance", "corrections")
        if getattr(choices, name)
    ]
    if alone and choices.at is None:  # what a mission says is said for all its commands
        raise Problem(
            f"--{alone[0]} ne vaut qu'avec --depenses",
            todo="Donnez votre fichier de dépenses : --depenses depenses.xlsx",
        )
