"""What the first pages say around their lines: of whom contracts are counted, whom a line of the plan meets, what stands below it."""

from __future__ import annotations

from typing import Any

from spaser import french
from spaser.deliverables.report import Sentence
from spaser.sections.summary import messages
from spaser.text import shortened

_LONG, _SHORT, _MEETINGS = 90, 60, 30
_EQUAL = french.typeset("Le sourçage est ouvert à tous (R2111-1, R2111-2) : ce plan ne nomme aucun fournisseur.")
_ONCE = french.typeset(" Une capacité de fournisseur ne sert qu'une fois.")


def counted_among(known: messages.Facts, population: str, files: int = 0) -> Sentence | None:
    """What each number of contracts of the page counts, and of how many in the ``files``; nothing where there is only one."""
    own = known["lus"]
    others = isinstance(own, int) and files > own
    told = [
        ("lus", f"lus pour ce diagnostic (sur {french.number(files)} dans les fichiers)" if others else "lus"),
        ("contrats", f"mesurés ({population})"),
        ("devoir_vises", "que viserait l'obligation de clause sociale"),
        ("env_vises", "que viserait l'obligation d'un critère environnemental"),
        ("publication_soumis", "soumis au délai de publication"),
    ]
    parts = [f"{french.number(number)} {words}" for name, words in told if isinstance(number := known[name], int)]
    if not others and len({known[name] for name, _ in told if known[name] is not None}) < 2:
        return None
    return Sentence(french.sentence(f"combien de contrats : {' ; '.join(parts)}"))


def foot(actions: list[dict[str, Any]]) -> str:
    """What is said below the plan: of suppliers only where a line meets some, of capacities only where one counts euros."""
    met = any(row["levier_population"] is not None for row in actions)
    return (_EQUAL if met else "") + (_ONCE if any(row["potentiel"] for row in actions) else "")


def alone(row: dict[str, Any]) -> str:
    """What a line of one need is about: its family alone would let one think of another."""
    return f" : « {shortened(row['objets'], _LONG)} »" if row["besoins"] == 1 and row["objets"] else ""


def begun(row: dict[str, Any]) -> str:
    """Of the needs of a duty, those whose preparation should have begun."""
    late = row.get("dus_retard") or 0
    if not late or row["besoins"] == 1:
        return ""
    return f", dont {french.count(late, 'besoin')} déjà en retard"


def first(row: dict[str, Any]) -> str:
    """Of the needs of a duty, the one to begin first, by its subject and its day, and when the others begin."""
    subject, after = row.get("premier"), row.get("suite")
    if row["besoins"] == 1 or not subject:
        return ""
    told = f" ; premier : « {shortened(subject, _SHORT)} », {french.short_date(row['sourcing'])}"
    late = after is None or after <= row["sourcing"]
    return (
        told
        if late
        else f"{told} ; {'l’autre' if row['besoins'] == 2 else 'les autres'} à partir du {french.short_date(after)}"
    )


def owed(row: dict[str, Any]) -> str:
    """Of the needs of an action, those where the social clause is due besides: the action does not take its place."""
    due = row.get("dus") or 0
    # Where another lot's line is the clause itself, that says it.
    if not due or "clause sociale" in (row.get("autres_leviers") or "").lower():
        return ""
    return " ; clause sociale due" + ("" if due == row["besoins"] else f" sur {french.count(due, 'besoin')}")


def met(suppliers: int | None, who: str | None) -> str:
    """Whom to meet, those who can answer this very lever; a lever addressed to all (a duty, a criterion) is written for nobody."""
    if suppliers is None or who is None:
        return ""
    if not suppliers:
        return f" ; {who} : à chercher"
    if suppliers == 1:
        return f" ; {who} : un seul connu, ce n'est pas une concurrence ; à sourcer, rien à réserver à ce jour"
    more = ", à trier par le sourçage" if suppliers > _MEETINGS else ""
    return f" ; {who} : {french.number(suppliers)}{more}"
