"""``spaser redige`` and ``spaser relire``: the texts to paste in tender documents, and what those documents lack before publication."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from spaser import french
from spaser.cli import given
from spaser.cli.numbers import number, whole
from spaser.cli.options import command, output, reading_day, today
from spaser.cli.terminal import progress, say

if TYPE_CHECKING:
    from spaser.studies.acting.drafting import Need


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
    _european(two)
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
        help="montant annuel HT ; avec plusieurs lots, celui de chaque lot qui n'a pas le sien",
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
    _contract(one)


def _contract(one: argparse.ArgumentParser) -> None:
    """What the contract is: its lots, its public, its articles."""
    one.add_argument(
        "--lots",
        nargs="+",
        type=_lot,
        default=[],
        metavar="N",
        help="lots concernés : « 3 », « 3=450000 » (son montant annuel HT), « 3:700 » (ses heures d'insertion), « 3=450000:700 » ; plusieurs lots : un seul jeu de textes, les heures dans un tableau",
    )
    one.add_argument(
        "--public",
        choices=("handicap", "insertion", "handicap_insertion"),
        default="",
        help="à qui réserver, quand le levier ne le dit pas (reserver_lot, reserver_tous_lots)",
    )
    one.add_argument(
        "--apprentis",
        type=whole("un nombre d'apprentis", least=1, most=1_000),
        help="nombre d'apprentis : clause d'apprentissage au lieu de la clause de formation",
    )
    one.add_argument(
        "--dispense",
        choices=("1", "2", "3", "4"),
        default="",
        help="cas où aucune condition sociale n'est écrite : marché, L2112-2-1 II 1° à 4° ; concession, L3114-2-1 II 1° ou 2°",
    )
    one.add_argument("--motif", default="", metavar="TEXTE", help="motif de cette dispense, à conserver au dossier")
    one.add_argument(
        "--type-acheteur",
        choices=("central", "autre", "entite"),
        default="",
        help="seuil européen de l'acheteur : central (autorité publique centrale), autre (autre pouvoir adjudicateur), entite (entité adjudicatrice)",
    )
    _european(one)
    one.add_argument(
        "--concession",
        action="store_true",
        help="le contrat est une concession : ses textes reposent sur ses propres articles",
    )
    one.add_argument(
        "--defense",
        action="store_true",
        help="le marché est de défense ou de sécurité : les seuls textes que le livre III permet",
    )
    one.add_argument("--facilitateur", help="nom du facilitateur à écrire dans la clause")
    one.add_argument("--nom-acheteur", default="", metavar="NOM", help="acheteur à écrire sous le titre")


def _european(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--seuil-europeen",
        action="store_true",
        help="le besoin, tous lots compris, atteint le seuil européen : une condition sociale est alors due",
    )


def _lot(text: str) -> tuple[str, float | None, float | None]:
    """A lot as it is asked for: its number as the consultation writes it (« 3 », « 2B »), its amount, its hours."""
    found = re.fullmatch(r"(?P<lot>\w[\w .-]{0,19})(?:=(?P<amount>[^=:]+))?(?::(?P<hours>[^=:]+))?", text)
    if not found:
        raise argparse.ArgumentTypeError(f"« {text[:40]} » n'est pas un lot (3, 3=450000 ou 3=450000:700)")
    amount = number("un montant en euros", units=("€",), strict=True)
    hours = number("un nombre d'heures", most=10_000_000)
    return (
        found["lot"],
        amount(found["amount"]) if found["amount"] else None,
        hours(found["hours"]) if found["hours"] else None,
    )


def _needed(choices: argparse.Namespace) -> Need:
    """What is bought, as the options say it: one lot stands in the need itself, several in their table."""
    from spaser.studies.acting.drafting import Need, Share

    yearly = None if choices.montant is None else round(choices.montant * 100)
    lots = tuple(
        Share(lot, yearly if amount is None else round(amount * 100), hours) for lot, amount, hours in choices.lots
    )
    values = {"facilitateur": choices.facilitateur, "apprentis": choices.apprentis and str(choices.apprentis)}
    only = lots[0] if len(lots) == 1 else None
    return Need(
        objet=choices.objet,
        famille=choices.famille,
        mois=choices.mois,
        lot=only.numero if only else "",
        annuel=only.annuel if only else yearly,
        heures=only.heures if only and only.heures is not None else choices.heures,
        lots=() if only else lots,
        values={name: value for name, value in values.items() if value},
        acheteur=choices.type_acheteur,
        atteint=choices.seuil_europeen or None,
        concession=choices.concession,
        defense=choices.defense,
        taux=None if choices.taux is None else choices.taux / 100,
        public=choices.public,
        dispense=choices.dispense,
        motif=choices.motif,
    )


def _draft(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import drafting

    need = _needed(choices)
    texts = drafting.draft(need, *choices.levier)
    for told in filter(None, (drafting.dispense(need), *drafting.to_check(need, *choices.levier))):
        say(f"  {french.typeset(told)}")
    for text in texts:
        say(
            f"  {text.piece:<7} [{text.statut}] {text.titre} ({', '.join(text.articles)})"
            + (f" ; à compléter : {', '.join(text.missing)}" if text.blanks else "")
        )
    for told in filter(None, (need.unlinked, drafting.silent(*choices.levier, need=need))):
        say(f"\n{french.typeset(told)}")
    say(f"\n{drafting.WARNING}")
    buyer, day = choices.nom_acheteur, reading_day(choices)
    asked = [(need, *choices.levier)]
    given.delivered(choices, "redige", lambda folder: drafting.write(asked, folder, buyer=buyer, today=day))


def _proofread(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import proofreading

    if choices.demo:
        say("Démonstration : les pièces sont inventées.\n")
    result = proofreading.proofread(choices.documents, over_threshold=choices.seuil_europeen or None, progress=progress)
    say(proofreading.summary(result))
    given.delivered(choices, "relire", lambda folder: proofreading.write(result, folder))
