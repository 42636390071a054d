"""``spaser potentiel``: what a buyer could buy from the ESS, to whom, by which lever, and how much."""

from __future__ import annotations

import argparse

from spaser.cli.options import DEMO, command, corrections, selection, source
from spaser.cli.terminal import progress, say, wrote

#: The invented ledger is that of an invented town: a real commune where it buys, so that distances mean something.
DEMO_PLACE = "Choisy-le-Roi"


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``potentiel``."""
    asked = command(commands, "potentiel", _run, "potentiel d'achat auprès de l'ESS : besoins, fournisseurs, leviers, montants")
    selection(asked)
    asked.add_argument("--rayon", type=_kilometres, metavar="KM", help="distance des fournisseurs locaux (par défaut : l'usage de chaque famille)")
    text = "part de son activité qu'un fournisseur ne doit pas dépasser avec vous, en %% (par défaut : 30)"
    asked.add_argument("--dependance", type=_percentage, metavar="PART", help=text)
    ledger = asked.add_argument_group("à partir de vos dépenses")
    text = "votre fichier de dépenses, au lieu des contrats (qui, s'ils sont donnés, disent ce que les fournisseurs ont gagné) ; sans fichier : la démonstration"
    ledger.add_argument("--depenses", nargs="?", const="", metavar="FICHIER", help=text)
    text = "correspondance entre vos codes d'achat et les familles : proposée dans ce fichier s'il n'existe pas, sinon lue et obéie (CSV ou XLSX)"
    ledger.add_argument("--nomenclature", metavar="FICHIER", help=text)
    ledger.add_argument("--territoire", metavar="NOM|SIREN", help="où vous achetez (par défaut : le territoire de l'acheteur, d'après son SIRET)")
    ledger.add_argument("--validations", metavar="FICHIER", help="validations.csv rempli : rapprochements acceptés ou refusés")
    ledger.add_argument("--correspondance", metavar="FICHIER", help="correspondance.toml corrigé : quelle colonne est quoi")
    corrections(ledger)


def _run(choices: argparse.Namespace) -> None:
    if choices.depenses is not None:
        return _run_spend(choices)
    _refuse_alone(choices)
    import spaser
    from spaser.studies.potential import handover

    demo = not choices.contrats
    paths, asked = source(choices)
    result = spaser.diagnose(paths, **asked, progress=progress)
    found = spaser.potential_of(result, radius=choices.rayon, dependency=choices.dependance)
    if demo:
        say("Démonstration : acheteurs, fournisseurs et contrats sont inventés.\n")
    say(handover.summary(found))
    wrote(handover.write(result, found, choices.sortie))


def _run_spend(choices: argparse.Namespace) -> None:
    import spaser
    from spaser.studies.diagnostic import holders as held
    from spaser.studies.potential import spend_handover as handover
    from spaser.studies.suppliers.handover import DEMO_NOTE
    from spaser.studies.territory import panorama as purchases_territory

    demo = not choices.depenses
    lists = choices.registre or (sorted(DEMO.glob("registre_demo*.csv")) if demo else [])
    place = choices.territoire or (DEMO_PLACE if demo else None)
    base = spaser.prepare(choices.contrats, registers=lists, as_of=choices.date, method=choices.methode, cache=choices.cache, progress=progress) if choices.contrats else None
    known = held.loaded(base) if base is not None else None
    result = spaser.potential_of_spend(
        DEMO / "depenses_demo.xlsx" if demo else choices.depenses, known or lists, buyer_siret=choices.acheteur_siret,
        territory=purchases_territory.find(place) if place else None, nomenclature=choices.nomenclature, contracts=base, years=choices.annees,
        radius=choices.rayon, dependency=choices.dependance, overrides=choices.corrections, validations=choices.validations,
        mapping=choices.correspondance, as_of=choices.date, method=choices.methode, cache=choices.cache, progress=progress,
    )  # fmt: skip
    if demo:
        say(DEMO_NOTE + "\n")
    say(handover.summary(result))
    written = handover.write(result, choices.sortie, choices.nomenclature)
    wrote(written)


def _refuse_alone(choices: argparse.Namespace) -> None:
    """Options of a ledger say nothing without one."""
    from spaser.problems import Problem

    alone = [name for name in ("nomenclature", "territoire", "validations", "correspondance", "corrections") if getattr(choices, name)]
    if alone:
        raise Problem(f"--{alone[0]} ne vaut qu'avec --depenses", todo="Donnez votre fichier de dépenses : --depenses depenses.xlsx")


def _kilometres(text: str) -> float:
    try:
        return float(text.replace(",", ".").removesuffix("km").strip())
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas une distance (30)") from None


def _percentage(text: str) -> float:
    try:
        return float(text.replace(",", ".").removesuffix("%").strip()) / 100
    except ValueError:
        raise argparse.ArgumentTypeError(f"« {text} » n'est pas un pourcentage (30)") from None
