"""What the texts of a concession are: its reservations alone, on one public; every other lever is refused with what to do."""

from __future__ import annotations

from spaser.problems import Problem
from spaser.studies.acting.drafting.need import Need

#: The lever that the potential advises for a concession: it does not say on which public.
LEVER = "reserver_concession"
#: The levers whose text is held for a concession, and the article of each.
HELD = {"reserver_handicap": "L3113-1", "reserver_insertion": "L3113-2"}
_CHOOSE = "Avec --concession, demandez reserver_handicap (L3113-1) ou reserver_insertion (L3113-2)"


def refuse(need: Need, *asked: str) -> None:
    """Refuse what the law forbids of a concession, and what no text is held for.

    Raises
    ------
    Problem
        Two publics are asked together, a reservation does not exist for a concession, or a lever has no text held.
    """
    if LEVER in asked:
        raise Problem(
            "Une concession se réserve sur une seule base",
            why="Le handicap (L3113-1) ou l'insertion (L3113-2), jamais les deux ensemble (L3113-3)",
            todo=_CHOOSE,
        )
    if not need.concession:
        return
    if "reserver_handicap_insertion" in asked or set(HELD) <= set(asked):
        raise Problem(
            "Une concession ne se réserve pas aux deux publics ensemble",
            why="L3113-3 interdit le cumul du handicap et de l'insertion",
            todo=_CHOOSE,
        )
    if any(one.startswith("reserver_ess") for one in asked):
        raise Problem(
            "Une concession ne se réserve pas à l'économie sociale et solidaire en tant que telle",
            why="L2113-15 ne vaut que pour les marchés",
            todo=_CHOOSE,
        )
    if left := [one for one in asked if one not in HELD]:
        raise Problem(
            f"Pas de texte de concession pour ce levier : {', '.join(left)}",
            why="Les autres textes du kit reposent sur des articles des marchés, qui ne valent pas pour une concession",
            todo=f"{_CHOOSE}, ou faites rédiger ce texte par le service juridique",
        )
