"""``spaser impact``: what purchases make people do, always an interval, or why it is not measured."""

from __future__ import annotations

import argparse
from pathlib import Path

from spaser.cli.options import DEMO, command, day, registers
from spaser.cli.terminal import progress, say, wrote


def add(commands: argparse._SubParsersAction) -> None:
    """The command ``impact``."""
    asked = command(commands, "impact", _run, "impact des achats : travail acheté, heures exigées, heures faites, retombées locales, toujours en intervalle")
    asked.add_argument("depenses", nargs="?", metavar="DEPENSES", help="grand livre ou mandats (XLSX, CSV) ; sans fichier : la démonstration")
    registers(asked)
    asked.add_argument("--heures", metavar="FICHIER", help="heures.csv rempli : clauses, heures exigées et heures faites (export du facilitateur)")
    asked.add_argument("--territoire", metavar="NOM|SIREN", help="commune ou intercommunalité auprès de laquelle mesurer les retombées locales")
    asked.add_argument("--oeth", nargs=3, type=float, metavar=("MAIN_OEUVRE", "CONTRIBUTION", "TAUX"),
                       help="déduction OETH : main-d'œuvre attestée et contribution brute en euros, taux d'emploi direct en %%")  # fmt: skip
    asked.add_argument("--correspondance", metavar="FICHIER", help="correspondance.toml corrigé : quelle colonne est quoi")
    asked.add_argument("--date", type=day, metavar="AAAA-MM-JJ", help="date d'arrêté (par défaut : la dernière date du fichier)")
    asked.add_argument("--modele", action="store_true", help="écrire heures.csv, à remplir, et s'arrêter")
    asked.add_argument("--sortie", type=Path, default=Path("spaser-sortie"), metavar="DOSSIER", help="dossier des résultats (par défaut : spaser-sortie)")


def _run(choices: argparse.Namespace) -> None:
    from spaser.studies.acting import impact

    if choices.modele:
        return say(f"Modèle écrit, à remplir : {impact.template(choices.sortie)}")
    demo = not choices.depenses
    known = choices.registre or (sorted(DEMO.glob("registre_demo*.csv")) if demo else [])
    result = impact.impact_of(
        DEMO / "depenses_demo.xlsx" if demo else choices.depenses, known, hours=choices.heures or (DEMO / "heures_demo.csv" if demo else None),
        territory=choices.territoire, oeth=_deduction(choices.oeth), overrides=choices.corrections, mapping=choices.correspondance,
        as_of=choices.date, progress=progress,
    )  # fmt: skip
    if demo:
        say("Démonstration : l'acheteur, les fournisseurs et les dépenses sont inventés.\n")
    say(impact.summary(result))
    wrote(impact.write(result, choices.sortie))


def _deduction(given: list[float] | None) -> dict[str, float] | None:
    return {"main_oeuvre": given[0], "contribution_brute": given[1], "taux_emploi": given[2] / 100} if given else None
