"""What the texts of a concession or of a contract of defence are: their own articles alone; what the law forbids there is refused with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from spaser import rules
from spaser.problems import Problem
from spaser.studies.acting.drafting.need import Need

#: The levers that the potential advises without saying on which public: the buyer names it.
OPEN = ("reserver_lot", "reserver_tous_lots", "reserver_concession")
#: The publics of a reservation that is not to the social and solidarity economy, and the lever of each.
PUBLICS = {
    "handicap": "reserver_handicap",
    "insertion": "reserver_insertion",
    "handicap_insertion": "reserver_handicap_insertion",
}
_CHOOSE = "Nommez-le : --public handicap (L2113-12), insertion (L2113-13) ou handicap_insertion (les deux, L2113-14)"
_CHOOSE_CONCEDED = "Avec --concession, demandez reserver_handicap (L3113-1) ou reserver_insertion (L3113-2)"


def named(need: Need, asked: Sequence[str]) -> tuple[str, ...]:
    """The levers asked, those that do not say on which public replaced by the one that the buyer names.

    Raises
    ------
    Problem
        A lever reserves and no public is named.
    """
    if "reserver_concession" in asked and not (need.concession and need.public):
        raise Problem(
            "Une concession se réserve sur une seule base",
            why="Le handicap (L3113-1) ou l'insertion (L3113-2), jamais les deux ensemble (L3113-3)",
            todo=_CHOOSE_CONCEDED,
        )
    if set(asked) & set(OPEN) and not need.public:
        raise Problem("À qui ce lot est-il réservé ?", why="Une mention nomme le public qu'elle vise", todo=_CHOOSE)
    return tuple(PUBLICS[need.public] if one in OPEN else one for one in asked)


def refuse(need: Need, entries: dict[str, dict[str, object]], *asked: str) -> None:
    """Refuse what the law forbids of a concession or of a contract of defence, and what no text is held for.

    Raises
    ------
    Problem
        Two publics are asked together, a reservation does not exist there, or a lever has no text held.
    """
    if need.concession and need.defense:
        raise Problem(
            "Pas de texte pour une concession de défense ou de sécurité",
            why="L3124-5 et L3114-2 l'écartent, L3114-2-1 ne le dit pas",
            todo="Faites rédiger ces textes par le service juridique",
        )
    if need.concession:
        _conceded(*asked)
    elif need.defense:
        _defended(*asked)
    else:
        return
    held = {lever for entry in entries.values() for lever in entry["leviers"]}  # type: ignore[attr-defined]
    if left := [one for one in asked if one not in held]:
        raise Problem(
            f"Pas de texte {'de concession' if need.concession else 'de marché de défense'} pour ce levier : {', '.join(left)}",
            why="Les autres textes du kit reposent sur des articles des marchés ordinaires, qui n'y valent pas",
            todo=f"Leviers tenus : {', '.join(sorted(held - {'*'}))} ; ou faites rédiger ce texte par le service juridique",
        )


def _conceded(*asked: str) -> None:
    both = {"reserver_handicap", "reserver_insertion"} <= set(asked)
    if "reserver_handicap_insertion" in asked or both:
        raise Problem(
            "Une concession ne se réserve pas aux deux publics ensemble",
            why="L3113-3 interdit le cumul du handicap et de l'insertion",
            todo=_CHOOSE_CONCEDED,
        )
    if any(one.startswith("reserver_ess") for one in asked):
        raise Problem(
            "Une concession ne se réserve pas à l'économie sociale et solidaire en tant que telle",
            why="L2113-15 ne vaut que pour les marchés",
            todo=_CHOOSE_CONCEDED,
        )


def _defended(*asked: str) -> None:
    if [one for one in asked if one.startswith("reserver_") and one != "reserver_handicap"]:
        raise Problem(
            "Un marché de défense ou de sécurité ne se réserve qu'au handicap",
            why="L2313-6 ne reprend que L2113-12",
            todo="Demandez reserver_handicap, ou clause_sociale (L2312-1-1)",
        )
    if "critere" in asked:
        raise Problem(
            "Pas de texte de critère pour un marché de défense ou de sécurité",
            why="L2352-1 ne reprend pas L2152-7, sur lequel reposent les critères du kit",
            todo="Demandez clause_sociale (L2312-1-1), ou faites rédiger le critère par le service juridique",
        )


def dispense(need: Need) -> str:
    """The case in which no social condition is written, with its reason to keep, in words; empty when none is claimed.

    Raises
    ------
    Problem
        The case does not exist for this contract, or comes without its reason.
    """
    if not need.dispense:
        return ""
    cases = rules.toml("clauses/articles.toml")["dispenses"]["concession" if need.concession else "marche"]
    if need.dispense not in cases or need.dispense == "conserver" or need.defense:
        listed = " ; ".join(f"{case} : {told}" for case, told in cases.items() if case != "conserver")
        why = "L2112-2-1 ne s'y applique pas (L2312-1)" if need.defense else f"Cas prévus : {listed}"
        raise Problem(f"Pas de cas {need.dispense} de dispense pour ce contrat", why=why)
    if need.dispense == "4" and not need.concession and not need.short_works:
        raise Problem(
            "La dispense 4 ne vaut que pour des travaux de moins de six mois",
            why="L2112-2-1 II 4°",
            todo="Donnez la famille de travaux et la durée (--mois), ou un autre cas",
        )
    if not need.motif.strip():
        raise Problem(
            "Une dispense de condition sociale se motive",
            why=cases["conserver"],
            todo="Écrivez pourquoi ce cas est le vôtre (--motif)",
        )
    reason = need.motif.strip().rstrip(".")
    return f"Condition sociale non prévue : {cases[need.dispense]}. Motif : « {reason} ». {cases['conserver']}."
