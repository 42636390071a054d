"""What a subject line buys: the head of the noun phrase that governs a finding, and the text a lot has of its own.

« Assurance des véhicules électriques » buys insurance, « étude de rénovation énergétique » buys a study: a word in the complement
counts only as its head allows. What each head allows is data (``heads`` of the lexicon), with an example on each side.
"""

from __future__ import annotations

import re

from spaser.detection.rules import Head, Lexicon, Rule

#: Where a phrase may begin: at the start or after a stop (hard), after a coordination (soft).
_STARTS = re.compile(r"(?P<hard>^|[:;.\n«\"|]\s*|\s[-–/]+\s*)|(?:,\s*|\s(?:et|ou|puis|ainsi que|y compris)\s+|[+&]\s*)")
#: A lot named in a subject line, then its own text.
_LOT = re.compile(
    r"(?:[:.;,(–-]|\s|^)\s*\(?(?:ex |relance (?:du )?)?(?:lots?\s*(?:n\s?[°oe]?\s?|numero )?\s?\d+[a-z]?\s*(?:[:–,\"«_)-]|\s(?=[a-z]))+|lot\s*:)\s*"
    r"(?:lot\s*(?:n\s?[°o]?\s?)?\d+\s*[:–-]*\s*)?"
    r"|\ben\s+\d+\s+lots?(?:\s+separes)?\.?\s*[:–-]\s*"
)
#: A coordinated complement (« centre de traitement et de valorisation ») begins no phrase of its own.
_COMPLEMENT = re.compile(r"d(?:e|es|u)\s|d'")
_LETTERS = re.compile(r"[a-z]{3}")
#: What the operation is, told after the lot (« Lot 7 : électricité - Rénovation de l'école »).
_OPERATION = re.compile(
    r"\s[-–/]+\s+(?=(?:la |l')?(?:travaux|(?:re)?constructions?|renovations?|rehabilitations?|restructurations?|extensions?"
    r"|(?:re)?amenagements?|creations?|mises? (?:en|aux)|operations?)[^a-z])"
)
#: Findings of the title that the whole contract bears, whatever the lot.
_OF_THE_CONTRACT = ("reservation", "clause", "critere")


def governing(text: str, start: int, lexicon: Lexicon, rule: str = "") -> Head | None:
    """The head whose complement holds the position `start` of a folded subject line; None for a deed (works, upkeep, purchase).

    With the id of a `rule`, only the heads that concern it are looked at.

    After a coordination, a deed begins a new phrase (« assurance …, et entretien des espaces verts »), be it the first word of
    what is found; another head only shares the complement of the one before (« gestion, entretien et maintenance de … »), and the more permissive of the two speaks.
    """
    head: Head | None = None
    last = -1
    for opening in _STARTS.finditer(text, 0, start):
        found = _head(text, opening.end(), lexicon, rule)
        if found is None:
            continue
        name, begun, end = found
        own_words = (
            opening["hard"] is None and opening.end() == start if name is None else begun < start and not name.last
        )
        if end > start and not own_words:
            continue
        shared = opening.start() <= last
        if head is not None and text[last : opening.end()].strip() == ":":
            continue
        own_phrase = name is None and not (head is not None and _COMPLEMENT.match(text, opening.end()))
        if opening["hard"] is None and not shared and not own_phrase:
            continue
        head = _more_permissive(head, name) if shared and opening["hard"] is None else name
        last = end
    return head


def _more_permissive(one: Head | None, other: Head | None) -> Head | None:
    return None if one is None or other is None else max(one, other, key=lambda head: head.level)


def _head(text: str, position: int, lexicon: Lexicon, rule: str) -> tuple[Head | None, int, int] | None:
    """The head that stands at a position, past what only introduces it, and its span; None for its name when it is a deed.

    Last come the heads of which only the turn is known (« fourniture de … pour »), looked for in what introduces, too.
    """
    light = lexicon.contexts["light"].match(text, position)
    places = (position, light.end()) if light else (position,)
    heads = [head for head in lexicon.heads if not rule or head.concerns(rule)]
    for place in places:
        for head in heads:
            if not head.last and (match := head.pattern.match(text, place)):
                return head, *match.span()
    for place in places:
        if match := lexicon.contexts["deed"].match(text, place):
            return None, *match.span()
    for head in heads:
        if head.last and (match := head.pattern.search(text, position)) and match.start() <= places[-1]:
            return head, *match.span()
    return None


def own(text: str, lexicon: Lexicon) -> tuple[int, int, bool]:
    """Where the own text of a lot begins and ends in a folded subject line (0 and the end without one), and whether it names a trade or a good.

    A lot without a name (a number, a place) takes its title: nothing is its own.
    """
    begun, ended, first = 0, len(text), len(text)
    for match in _LOT.finditer(text):
        begun, first = match.end(), min(first, match.start())
    if begun and not _LETTERS.search(text[:first]) and (told := _OPERATION.search(text, begun)):
        ended = told.start()
    said = text[begun:ended]
    if not begun or len(_LETTERS.findall(said)) == 0:
        return 0, len(text), False
    trade = lexicon.contexts["trade"].search(said) is not None and lexicon.contexts["every_trade"].search(said) is None
    return begun, ended, trade


def of_the_operation(start: int, rule: Rule, carrier: str, own_text: tuple[int, int, bool]) -> bool:
    """Whether a finding of the title is left to the operation: a lot takes only what its own text says.

    What the whole contract bears is no operation: a clause, a reservation, a service of insertion.
    """
    begun, ended, trade = own_text
    return trade and not begun <= start < ended and carrier not in _OF_THE_CONTRACT and rule.code != "opp"
