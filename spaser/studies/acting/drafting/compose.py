"""Clauses ready to paste: for a need and its lever, the texts for RC, CCAP, CCTP and AE, each with its article and what to fill in.

The texts stand in ``reference/clauses``; nothing here invents one. Every text is to be validated by the legal service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spaser import french, rules
from spaser.problems import Problem, closest
from spaser.studies.acting.drafting import filling, regimes, reserving
from spaser.studies.acting.drafting.filling import hours_of
from spaser.studies.acting.drafting.need import Need
from spaser.studies.acting.drafting.threshold import DUTIES, reached

PIECES = ("RC", "CCAP", "CCTP", "AE", "Contrat")
DUE, PERHAPS, ASKED, OPTIONAL = "dû", "dû sous condition", "demandé", "facultatif"
WARNING = "À faire valider par le service juridique avant publication."
#: The files of texts, and those of a concession or of a contract of defence, each under the name of what it rests on there.
_FILES = ("reservation", "social", "environnement")
REGIMES = ("", "concession", "defense")


@dataclass(frozen=True)
class Text:
    """One text filled for one need. ``blanks``: the variables left to fill; ``statut``: due, asked or optional, in words."""

    code: str
    titre: str
    piece: str
    articles: tuple[str, ...]
    texte: str
    a_savoir: str
    attendu: dict[str, Any]
    blanks: tuple[str, ...]
    statut: str

    @property
    def missing(self) -> list[str]:
        """The variables left to fill, in the words of a reader."""
        return [rules.toml("clauses/articles.toml")["a_completer"][name] for name in self.blanks]


def codes() -> frozenset[str]:
    """The code of every text held, those of a concession and of a contract of defence included."""
    return frozenset(code for regime in REGIMES for code in _entries(regime))


def levers() -> list[str]:
    """The levers that texts may be asked for; a concession is reserved by the levers of its public, never by a rung of its own."""
    own = [rung for rung in rules.toml("levers.toml")["rungs"] if not any(map(_of_concessions, rung["conditions"]))]
    return [rung["code"] for rung in own]


def _of_concessions(condition: dict[str, Any]) -> bool:
    return condition["column"] == "concession" and bool(condition.get("is"))


def labels() -> dict[str, str]:
    """The levers by the words that name them."""
    named = {rung["code"]: rung["label"] for rung in rules.toml("levers.toml")["rungs"]}
    return {named[code]: code for code in levers()}


def silent(*asked: str, need: Need | None = None) -> str:
    """Those of the levers for which no text is held, or none below the threshold of a concession, said; empty when each has its own."""
    held = rules.toml("clauses/articles.toml")["notes"]
    if need is not None and need.concession and "clause_sociale" in asked and reached(need).sure is False:
        return french.typeset(held["sans_clause_concession"].format(comparaison=reached(need).told))
    own = {lever for entry in _entries("").values() for lever in entry["leviers"]} | set(regimes.OPEN)
    bare = [label for label, code in labels().items() if code in set(asked) - own]
    return (
        french.typeset(held["sans_texte"].format(leviers=", ".join(f"« {label} »" for label in bare))) if bare else ""
    )


def draft(need: Need, *asked: str) -> list[Text]:
    """The texts for a need and its levers together, each once, in the order of the pieces.

    Raises
    ------
    Problem
        A lever or the purchase family is unknown, two reservations are asked for one need, or what the law does not allow.
    """
    known = rules.table("families.csv")["famille"].to_list()
    if need.famille not in known:
        raise Problem(f"Famille d'achat inconnue : « {need.famille} »", todo=closest(need.famille, known))
    asked = regimes.named(need, asked)
    entries = _entries(need.regime)
    held = levers()
    for lever in asked:
        if lever not in held:
            raise Problem(
                f"Levier sans texte : « {lever} »",
                why=f"Leviers connus : {', '.join(held)}",
                todo=closest(lever, held),
            )
    regimes.refuse(need, entries, *asked)
    reserving.refuse(need, *asked)
    kept = _kept(need, entries, asked)
    return sorted(
        (_filled(code, entry, need, asked, _both(kept)) for code, entry in kept.items()),
        key=lambda text: PIECES.index(text.piece),
    )


def _kept(need: Need, entries: dict[str, dict[str, Any]], asked: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The entries that the levers ask for, or that are due whatever the lever."""
    kept = {code: entry for code, entry in entries.items() if {*asked, "*"} & set(entry["leviers"])}
    reserved = [entry for entry in kept.values() if _reserves(entry)]
    if len(reserved) > 1:
        raise Problem(
            "Deux réservations pour un même besoin",
            why=" ; ".join(entry["titre"] for entry in reserved),
            todo="Gardez-en une (handicap et insertion ensemble : reserver_handicap_insertion, L2113-14), ou une par lot",
        )
    if regimes.dispense(need) and {"clause_sociale", "clause_due"} & set(asked):
        raise Problem(
            "Une clause sociale et la dispense de condition sociale se contredisent",
            todo="Retirez --dispense, ou demandez un autre levier que clause_sociale",
        )
    kept = {code: entry for code, entry in kept.items() if not _left_out(entry, need)}
    if "clause_insertion" in kept:
        kept.pop("condition_sociale", None)
    return kept


def _left_out(entry: dict[str, Any], need: Need) -> bool:
    """A text on hours where none may be kept, on another kind of purchase, below the threshold or dispensed with, or another wording."""
    return bool(
        (entry.get("heures_liees") and need.unlinked)
        or ("pour" in entry and entry["pour"] != need.bare_of)
        or (entry.get("seuil_europeen") and (reached(need).sure is False or need.dispense))
        or (need.mois is not None and need.mois < entry.get("mois_minimum", 0))
        or ("branche" in entry and entry["branche"] not in need.values)
        or entry.get("sauf_branche") in need.values
    )


def _reserves(entry: dict[str, Any]) -> bool:
    return entry["attendu"]["porteur"] == "reservation"


def _both(entries: dict[str, dict[str, Any]]) -> bool:
    """Do a reservation and a social clause stand together?"""
    held = entries.values()
    return any(map(_reserves, held)) and any(entry.get("devoir") in DUTIES for entry in held)


def _entries(regime: str) -> dict[str, dict[str, Any]]:
    """The texts held for a contract; for a concession or a contract of defence, those that name what they rest on there."""
    mention = rules.toml("clauses/reservation.toml")["mention"]["texte"]
    found: dict[str, dict[str, Any]] = {}
    for name in _FILES:
        for code, entry in rules.toml(f"clauses/{name}.toml").items():
            if "leviers" not in entry or (regime and regime not in entry):
                continue
            own = entry | entry[regime] if regime else entry
            piece = "Contrat" if regime == "concession" and own["piece"] != "RC" else own["piece"]
            found[f"{code}_{regime}" if regime else code] = {"texte": mention, "public": ""} | own | {"piece": piece}
    return found


def _filled(code: str, entry: dict[str, Any], need: Need, asked: Sequence[str], both: bool) -> Text:
    """A text with the figures of the need; what is unknown stays a blank, named."""
    written, blanks = filling.filled(entry, need)
    due = entry.get("devoir")
    duty = rules.toml("law.toml")["duties"][due] if due else {}
    notes = [
        f"{duty['label']} ({duty['who']}) : {rules.since_of(due)}." if due else "",
        entry["a_savoir"],
        *_more(entry, need, both),
    ]
    if "{quota}" in entry["texte"] and not need.lots:
        hours, told = hours_of(need)
        blank = f"Heures laissées en blanc : {told}. À calculer avec le facilitateur."
        notes.append(blank if hours is None else f"{told}." if told else "")
    based = filling.based(entry, need)
    return Text(
        code,
        entry["titre"],
        entry["piece"],
        (*entry["articles"], *(one for one in based if one not in entry["articles"])),
        written,
        french.typeset(" ".join(filter(None, notes))),
        dict(entry["attendu"]),
        blanks,
        _status(entry, need, asked),
    )


def _status(entry: dict[str, Any], need: Need, asked: Sequence[str]) -> str:
    """Is a text due by law (perhaps on a condition), asked by its lever, or offered besides."""
    wanted = set(asked) & (set(entry["leviers"]) - set(entry.get("facultatif", ())))
    if entry.get("devoir") in DUTIES and (wanted or "*" in entry["leviers"]):
        sure = bool(reached(need).sure) and not need.short_works
        return DUE if sure else ASKED if wanted else PERHAPS
    return DUE if "*" in entry["leviers"] and entry.get("devoir") else ASKED if wanted else OPTIONAL


def _more(entry: dict[str, Any], need: Need, both: bool) -> list[str]:
    """What this need adds to the notes of a text: short works, nothing linked to hours, a clause beside a reservation, its family."""
    notes = rules.toml("clauses/articles.toml")["notes"]
    social = entry.get("devoir") in DUTIES
    compared = social and "{a_garder}" not in entry["texte"] and reached(need).sure is None
    combined = both and (social or _reserves(entry)) and not need.regime
    return [
        notes["dispense_travaux"] if social and need.short_works else "",
        need.unlinked if social and "pour" not in entry else "",
        notes["cumul"] if combined else "",
        f"À comparer : {reached(need).told}." if compared else "",
        filling.of_family(entry, need),
    ]
