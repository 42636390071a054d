"""``spaser redige`` and ``spaser relire``: the texts to paste in tender documents, and what those documents lack before publication."""

from __future__ import annotations

import argparse
import re

from spaser import french
from spaser.cli import given
from spaser.cli.numbers import number, whole
from spaser.cli.options import command, output, reading_day, today
from spaser.cli.terminal import progress, say


def add(commands: argparse._SubParsersAction) -> None:
    """The commands ``redige`` and ``relire``."""
    one = command(
        commands,
        "redige",
        _draft,
        "articles à coller dans le RC, le CCAP, le CCTP et l'AE d'un besoin, avec leur fondement, en Word",
    )
    _need(one)
    today(one)
    given.options(one)
    output(one)
    two = command(
        commands,
        "relire",
        _proofread,
        "relecture des pièces avant publication : ce qui manque, ce qui se contredit, où, et le texte à coller",
    )
    two.add_argument(
        "documents",
        nargs="*",
        metavar="DOSSIER|FICHIERS",
        help="pièces d'une consultation, un dossier chacune (PDF, DOCX, ODT…)",
    )
    given.options(two, "documents")
    two.add_argument(
        "--seuil-europeen",
        action="store_true",
        help="le besoin atteint le seuil européen : une condition sociale est alors due",
    )
    output(two)


def _need(one: argparse.ArgumentParser) -> None:
    """What is bought, and the levers whose texts are asked."""
    one.add_argument(
        "--levier",
        nargs="+",
        default=["clause_sociale"],
        metavar="LEVIER",
        help="un levier, ou plusieurs ensemble : clause_sociale, reserver_handicap, reserver_insertion, critere… (par défaut : clause_sociale)",
    )
    one.add_argument(
        "--famille",
        default="autres",
        help="famille d'achat (nettoyage_locaux, espaces_verts…) : mesures environnementales et heures en dépendent",
    )
    one.add_argument("--objet", default="", help="objet du besoin")
    one.add_argument(
        "--montant",
        type=number("un montant en euros", units=("€",), strict=True),
        metavar="EUROS",
        help="montant annuel HT ; avec plusieurs lots, celui de chacun (un appel par lot si leurs montants diffèrent)",
    )
    one.add_argument(
        "--mois",
        type=whole("une durée en mois", least=1, most=600),
        default=12,
        help="durée, reconductions comprises (par défaut : 12)",
    )
    one.add_argument(
        "--taux",
        type=number("un pourcentage", most=100, units=("%",)),
        metavar="POURCENT",
        help="part des heures de travail réservée à l'insertion, en %%",
    )
    one.add_argument(
        "--heures",
        type=number("un nombre d'heures", most=10_000_000),
        help="heures d'insertion calculées avec le facilitateur : elles l'emportent sur la formule",
    )
    one.add_argument("--lots", nargs="+", type=_lot, default=[""], metavar="N", help="numéros des lots concernés")
    one.add_argument(
        "--type-acheteur",
        choices=("central", "autre", "entite"),
        default="",
        help="seuil européen de l'acheteur : central (autorité publique centrale), autre (autre pouvoir adjudicateur), entite (entité adjudicatrice)",
    )
    one.add_argument(
        "--seuil-europeen",
        action="store_true",
        help="le besoin, tous lots compris, atteint le seuil européen : une condition sociale est alors due",
    )
    one.add_argument(
        "--concession",
        action="store_true",
        help="le contrat est une concession : sa réservation au handicap ou à l'insertion, sur ses propres articles",
    )
    one.add_argument("--facilitateur", help="nom du facilitateur à écrire dans la clause")
    one.add_argument("--nom-acheteur", default="", metavar="NOM", help="acheteur à écrire sous le titre")


def _lot(text: str) -> str:
    """The number of a lot, as the consultation writes it (« 3 », « 2B »)."""
    if not re.fullmatch(r"\w[\w .-]{0,19}", text):
        raise argparse.ArgumentTypeError(f"« {text[:40]} » n'est pas un numéro de lot (3)")
    return text


def _draft(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import drafting

    values = {"facilitateur": choices.facilitateur} if choices.facilitateur else {}
    need = {
        "objet": choices.objet,
        "famille": choices.famille,
        "mois": choices.mois,
        "heures": choices.heures,
        "values": values,
        "acheteur": choices.type_acheteur,
        "atteint": choices.seuil_europeen or None,
        "concession": choices.concession,
        "lots": len(choices.lots),
        "annuel": None if choices.montant is None else round(choices.montant * 100),
        "taux": None if choices.taux is None else choices.taux / 100,
    }
    needs = [(drafting.Need(lot=lot, **need), *choices.levier) for lot in choices.lots]
    texts = drafting.draft(*needs[0])
    for told in drafting.to_check(*needs[0]):
        say(f"  {french.typeset(told)}")
    for text in texts:
        say(
            f"  {text.piece:<5} [{text.statut}] {text.titre} ({', '.join(text.articles)})"
            + (f" ; à compléter : {', '.join(text.missing)}" if text.blanks else "")
        )
    for told in filter(None, (needs[0][0].unlinked, drafting.silent(*choices.levier))):
        say(f"\n{french.typeset(told)}")
    say(f"\n{drafting.WARNING}")
    buyer, day = choices.nom_acheteur, reading_day(choices)
    given.delivered(choices, "redige", lambda folder: drafting.write(needs, folder, buyer=buyer, today=day))


def _proofread(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import proofreading

    if choices.demo:
        say("Démonstration : les pièces sont inventées.\n")
    result = proofreading.proofread(choices.documents, over_threshold=choices.seuil_europeen or None, progress=progress)
    say(proofreading.summary(result))
    given.delivered(choices, "relire", lambda folder: proofreading.write(result, folder))
