"""One text read with the lexicon: where each consideration stands, whether it is denied, how it is carried, its numbers.

Offsets always point into the original text: folding (lower case, no accents) keeps one character for one, and where it
cannot (œ, a hyphen at the end of a line, two words glued together) a map brings positions back.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from spaser.detection import heads, reliability
from spaser.detection.folding import Folded
from spaser.detection.motifs import Motif
from spaser.detection.numbers import number_said
from spaser.detection.rules import Except, Lexicon, Rule

SENTENCE = re.compile(
    r"[;!?]|<br ?/?>|</|\n\s*(?=[\n•*☐☒☑\[#|-])|(?<![^a-z0-9][a-z])(?<!\bart)(?<!\bno)(?<![0-9])\.(?!\d)|(?<=\d)\.(?=\s+[a-z]|[a-z]{2}|$)"
)
ARTICLE = re.compile(
    r"(?<![a-z])([lrd])\s?\.?\s?\*?\s?(\d{3,4})-(\d+)(-\d+)?|articles?\s(\d+(?:-[iv]+)?)\s(?:du\sdecret|de\sl'ordonnance|de\sla\sdirective)"
)
#: A text no longer than this may be the title of a lot or of a service.
LINE = 200
#: Carriers a rule settles by itself: they win over a rule that reads the carrier from the words around.
FIRM = ("critere", "reservation")
#: « L. 2113-12 »: the stop of an article's letter ends no sentence.
DOTTED = re.compile(r"(?<![a-z])([lrd])\. ?")
#: How far back the search for an overlapping passage begins again: the longest gap of a pattern, so that the work stays linear.
_OVERLAP = 160
#: A line of a list of criteria is no longer than this.
_ROW = 320
#: A list of structures goes on within so many characters.
_LIST = 60
CLAUSE_WORDS = re.compile(r"clause|condition|exigence|penalite|sera|devra")


#: What is written for a machine: the target of a link, an address, the attributes of a tag. Marks take its place: blanks between brackets would be an empty box.
HIDDEN = re.compile(
    r"(?<=\]\()[^()\n]+(?=\))|(?:https?://|www\.)\S+|(?<![a-z0-9])(?:/[a-z0-9%._-]+){2,}/?|(?<=<)[a-z0-9]+ [^<>]{1,400}(?=>)"
)


@dataclass
class Finding:
    """A consideration found: positions are those of the original text.

    `sentence` is where its sentence begins, `named` whether its own words name a clause.
    """

    rule: Rule
    start: int
    end: int
    level: int
    carrier: str
    confidence: float
    number: float | None = None
    unit: str | None = None
    article: str | None = None
    sentence: int = 0
    named: bool = False

    @property
    def reserve(self) -> str:
        """To whom the market is reserved; « none » where the reservation is denied or only spoken of."""
        return self.rule.reserve if self.level == 2 else "none"


def read(
    folded: Folded, nature: str, ranks: Iterable[int], exceptions: Iterable[int], lexicon: Lexicon
) -> list[Finding]:
    """The findings of one text, in order.

    `nature` says whether the text is a subject line (« objet »), the label of a criterion (« critere ») or something else;
    `ranks` and `exceptions` are the rules and the exceptions worth trying on it.
    """
    if "/" in folded.text or "<" in folded.text:
        folded = replace(folded, text=HIDDEN.sub(lambda shown: "~" * len(shown[0]), folded.text))
    rules = [lexicon.rules[rank] for rank in ranks]
    hits = [(start, end, rule) for rule in rules for start, end in spans(rule.pattern, folded.text)]
    if not hits:
        return []
    stops = [match.end() for match in SENTENCE.finditer(folded.text)]
    hits = [hit for hit in hits if nature == "objet" or _names_an_object(hit, folded.text, stops, lexicon)]
    hits = _titled(hits, folded.text, lexicon)
    hits = _apart(_kept(hits, folded.text, [lexicon.exceptions[rank] for rank in exceptions]))
    found = [one for hit in hits if (one := _finding(hit, folded, nature, lexicon, stops)) is not None]
    return _strongest([_of_the_criterion(one, found, nature, lexicon) for one in found], nature)


def _names_an_object(hit: tuple[int, int, Rule], text: str, stops: list[int], lexicon: Lexicon) -> bool:
    """Whether a rule on objects may speak here, out of a subject line: the words before name an object, or the line begins with a deed."""
    start, end, rule = hit
    if rule.fields != "objet_nomme":
        return True
    opened = bisect_right(stops, start)
    sentence = stops[opened - 1] if opened else 0
    line = len(text) <= LINE and lexicon.contexts["object_line"].search(text[sentence:end])
    return bool(line or lexicon.contexts["object_named"].search(text[max(sentence, start - 90) : end]))


def _titled(hits: list[tuple[int, int, Rule]], text: str, lexicon: Lexicon) -> list[tuple[int, int, Rule]]:
    """In a title (« Accompagnement des bénéficiaires du RSA »), the public served makes the object, not a clause."""
    title = lexicon.contexts["object_line"].search(text) or lexicon.contexts["object_opened"].search(text)
    if len(text) > LINE or not title or not any(rule.level == 1 and rule.dimension == "soc" for *_, rule in hits):
        return hits
    return [hit for hit in hits if not (hit[2].absorbed and hit[2].fields == "hors_objet" and hit[2].level == 2)]


def _strongest(findings: list[Finding], nature: str) -> list[Finding]:
    """Without what only describes whom a market is reserved to, or only repeats an explicit consideration more weakly.

    Out of a subject line, a clause or a criterion says what an object of the same dimension would only hint at.
    """
    reserved = any(one.carrier == "reservation" for one in findings)
    explicit = {one.rule.dimension for one in findings if one.level == 2 and not (reserved and one.rule.absorbed)}
    kept = [
        one
        for one in findings
        if not (reserved and one.rule.absorbed) and not (one.rule.weak and one.rule.dimension in explicit)
    ]
    whom = [one for one in kept if one.carrier == "reservation"]
    kept = [
        one
        for one in kept
        if not (one.level == 1 and one.rule.code == "opp" and any(_follows(one, other) for other in whom))
    ]
    required = {one.rule.dimension for one in kept if one.level == 2 and one.carrier in ("clause", "critere")}
    hinted = set() if nature == "objet" else required
    kept = [one for one in kept if not (one.level == 1 and one.carrier == "objet" and one.rule.dimension in hinted)]
    return [one for one in kept if one.level != 1 or not any(_within_reach(one, other) for other in kept)]


def _follows(one: Finding, reservation: Finding) -> bool:
    """Whether a structure is listed among those a market is reserved to, just after the first of them."""
    return one.rule.dimension == "soc" and reservation.end <= one.start <= reservation.end + _LIST


def _within_reach(weak: Finding, strong: Finding) -> bool:
    """Whether an explicit consideration of the same dimension is said with some of the same words."""
    return (
        strong.level == 2
        and strong.rule.dimension == weak.rule.dimension
        and strong.start < weak.end
        and weak.start < strong.end
    )


def spans(pattern: Motif, text: str) -> list[tuple[int, int]]:
    """Where the pattern stands, overlapping passages included: a match that begins early does not swallow the next one."""
    found: list[tuple[int, int]] = []
    match = pattern.search(text)
    while match:
        if not found or match.end() > found[-1][1]:
            found.append(match.span())
        match = pattern.search(text, max(match.start() + 1, match.end() - _OVERLAP))
    return found


def _kept(hits: list[tuple[int, int, Rule]], text: str, exceptions: list[Except]) -> list[tuple[int, int, Rule]]:
    """The hits that no exception concerning their rule excludes."""
    kept = hits
    for exception in exceptions:
        if any(exception.concerns(rule.id) for _, _, rule in kept):
            found = spans(exception.pattern, text)
            kept = [
                hit
                for hit in kept
                if not (exception.concerns(hit[2].id) and any(_excludes(span, hit, exception.touch) for span in found))
            ]
    return kept


def _excludes(span: tuple[int, int], hit: tuple[int, int, Rule], touch: bool) -> bool:
    """An exception excludes what it touches; a certain explicit finding, only when it contains it whole (or says that it need not)."""
    (start, end), (first, last, rule) = span, hit
    if rule.level == 2 and rule.sure and not touch:
        return start <= first and last <= end
    return start < last and first < end


def _apart(hits: list[tuple[int, int, Rule]]) -> list[tuple[int, int, Rule]]:
    """Without the hits that lie inside another of the same dimension saying as much: the longest passage speaks."""
    ordered = sorted(
        hits, key=lambda hit: (hit[0] - hit[1], -hit[2].level, hit[2].carrier not in FIRM, hit[2].generic, hit[2].id)
    )
    kept: list[tuple[int, int, Rule]] = []
    for start, end, rule in ordered:
        if not any(s <= start and end <= e and _covers(other, rule) for s, e, other in kept):
            kept.append((start, end, rule))
    return sorted(kept, key=lambda hit: (hit[0], hit[1], hit[2].id))


def _covers(other: Rule, rule: Rule) -> bool:
    """Whether a longer passage says what a shorter one does: never a weaker level, save for a public that only describes the object;
    a general wording does not say a precise one."""
    if other.dimension != rule.dimension or other.level < rule.level and not rule.absorbed:
        return False
    if rule.reserve not in ("none", other.reserve, "unspecified"):
        return False
    if other.generic and not rule.generic and rule.level == other.level:
        return False
    return other.code == rule.code or rule.generic or other.level > rule.level or "other" in (rule.code, other.code)


def _finding(
    hit: tuple[int, int, Rule], folded: Folded, nature: str, lexicon: Lexicon, stops: list[int]
) -> Finding | None:
    start, end, rule = hit
    text, contexts = folded.text, lexicon.contexts
    opened, closed = bisect_right(stops, start), bisect_left(stops, end)
    first = stops[opened - 1] if opened else 0
    last = stops[closed] if closed < len(stops) else len(text)
    before, said, after = text[first:start], text[start:end], text[end:last]
    if rule.level == 1 and contexts["excluded_before"].search(before[-60:]):
        return None
    row = text[text.rfind("\n", 0, start) + 1 : start] + text[start:].partition("\n")[0]
    carrier = _carrier(rule, nature, before, said, after, row, lexicon)
    level, confidence = _bought(hit, carrier, nature, text, (first, last), lexicon), rule.confidence
    if level == 0:
        return None
    if level < rule.level:
        carrier = "objet"
    if (level == 2 or _box(text, start, end, lexicon) is False) and _denied(
        before, after, text, start, end, rule, lexicon
    ):
        level, carrier = 0, "negated"
    elif level == 2 and carrier == "reservation" and _spoken_of(before, said, after, nature, lexicon):
        level, carrier, confidence = 1, "objet", round(confidence * 0.8, 2)
    elif level == 2 and carrier != "reservation" and _supposed(text, start, before, lexicon):
        level, confidence = 1, round(confidence * 0.8, 2)
    sure = reliability.said(lexicon.reliability, (rule.dimension, level, carrier, nature), confidence)
    number, unit = number_said(text, start, end, "poids" if carrier == "critere" else rule.number, first, lexicon)
    return Finding(
        rule,
        folded.original(start),
        folded.original(end),
        level,
        carrier,
        sure,
        number,
        unit,
        _article(text[first:last]),
        first,
        CLAUSE_WORDS.search(said) is not None,
    )


def _of_the_criterion(one: Finding, findings: list[Finding], nature: str, lexicon: Lexicon) -> Finding:
    """A general word said in the sentence of a criterion is of the criterion (« … au regard du mémoire environnemental »), unless it names a clause."""
    general = one.carrier == "clause" and one.level == 2 and one.rule.generic and not one.named
    criterion = any(
        other.carrier == "critere"
        and (other.sentence, other.rule.dimension, other.level) == (one.sentence, one.rule.dimension, 2)
        for other in findings
    )
    if not (general and criterion):
        return one
    sure = reliability.said(lexicon.reliability, (one.rule.dimension, 2, "critere", nature), one.rule.confidence)
    return replace(one, carrier="critere", confidence=sure)


def _bought(
    hit: tuple[int, int, Rule], carrier: str, nature: str, text: str, sentence: tuple[int, int], lexicon: Lexicon
) -> int:
    """The level of a finding, once seen what the subject line buys: 0 when the word only qualifies something else.

    Out of a subject line, only what is an object by nature is looked at, within its sentence.
    """
    start, _, rule = hit
    subject = nature == "objet"
    if carrier == "clause" and rule.level == 2:
        return _only_about(start, nature, text, lexicon) or rule.level
    if carrier != "objet" or not (subject or rule.level == 1):
        return rule.level
    if subject and heads.of_the_operation(start, rule, carrier, heads.own(text, lexicon)):
        return 0
    first, last = (0, len(text)) if subject else sentence
    head = heads.governing(text[first:last], start - first, lexicon, rule.id)
    return min(rule.level, head.level) if head is not None else rule.level


def _only_about(start: int, nature: str, text: str, lexicon: Lexicon) -> int | None:
    """1 where a clause is the matter of what is bought (« désignation d'un facilitateur des clauses d'insertion »), not of the contract."""
    titled = nature == "autre" and len(text) <= LINE and lexicon.contexts["object_line"].search(text) is not None
    if not (nature == "objet" or titled) or lexicon.contexts["clause_held"].search(text[:start]):
        return None
    head = heads.governing(text, start, lexicon)
    return head.level if head is not None and head.level == 1 else None


def _supposed(text: str, start: int, before: str, lexicon: Lexicon) -> bool:
    """Whether the finding is only possible: hypothetical wording, or advice to the buyer."""
    contexts = lexicon.contexts
    nearby = text[max(0, start - 300) : start]
    return bool(
        contexts["hypothesis_before"].search(before[-110:])
        or contexts["advice_before"].search(nearby)
        or contexts["question_before"].search(before[-140:])
        or contexts["described_before"].search(before[-200:])
    )


def _spoken_of(before: str, said: str, after: str, nature: str, lexicon: Lexicon) -> bool:
    """Whether a reservation is only spoken of: reserved markets in general, or what the buyer could do."""
    if nature == "objet":
        return False
    contexts = lexicon.contexts
    if contexts["reservation_stated"].search(before[-90:] + said):
        return False
    return bool(
        contexts["reservation_talk"].search(before[-90:])
        or contexts["reservation_general"].search(before[-200:] + said + after[:40])
        or contexts["reservation_after"].search(after)
        or after.rstrip().endswith("?")
    )


def _carrier(rule: Rule, nature: str, before: str, said: str, after: str, row: str, lexicon: Lexicon) -> str:
    """How the finding is carried: by what its rule says, else by the words of its sentence, else by the line it stands in."""
    if nature == "critere" and rule.level == 2 and rule.carrier != "reservation":
        return "critere"
    if rule.carrier in ("reservation", "objet", "critere") or rule.level == 1:
        return rule.carrier
    contexts = lexicon.contexts
    around = before[-160:] + said
    weighed = rule.number != "insertion" and _weighed(after, lexicon)
    beside = contexts["own_name"].search(said) and contexts["coordinated"].search(before)
    said_so = not beside and contexts["criterion_before"].search(around)
    judged = weighed or said_so or nature == "autre" and _appraised(row, lexicon)
    if judged and not contexts["criterion_not"].search(before + said + after):
        return "critere"
    if rule.carrier == "auto" or rule.carrier == "auto_clause" and not CLAUSE_WORDS.search(said):
        return "objet" if nature == "objet" else "clause"
    return "clause"


def _appraised(row: str, lexicon: Lexicon) -> bool:
    """Whether the line is one of a list of criteria: « — qualité environnementale du projet, », « 2. Qualité sociale »."""
    return len(row) <= _ROW and lexicon.contexts["appraised"].search(row) is not None


def _weighed(after: str, lexicon: Lexicon) -> bool:
    """Whether a weight follows: « : 15 % » is one, « à 100 % » and « 30 % des livraisons » are shares."""
    weight = lexicon.contexts["criterion_after"].search(after)
    if not weight:
        return False
    number = re.search(r"\d", weight[0])
    shared = number and lexicon.contexts["share_before"].search(weight[0][: number.start()])
    return not (shared or lexicon.contexts["share_after"].search(after[weight.end() :]))


def _denied(before: str, after: str, text: str, start: int, end: int, rule: Rule, lexicon: Lexicon) -> bool:
    """Whether the finding is denied: by the words around it, or by a box left empty. A harm denied is a requirement."""
    contexts = lexicon.contexts
    box = _box(text, start, end, lexicon)
    if box is not None:
        return not box or contexts["negation_inside"].search(text[start:end]) is not None
    if rule.harm or contexts["negation_not"].search(before[-60:] + text[start:end] + after[:30]):
        return False
    before = DOTTED.sub(r"\1 ", before)
    return bool(
        contexts["negation_before"].search(before[-160:])
        or contexts["negation_inside"].search(text[start:end])
        or contexts["negation_after"].search(after[:200])
    )


def _box(text: str, start: int, end: int, lexicon: Lexicon) -> bool | None:
    """True when a ticked box carries the finding, False when an empty one does, None without a box."""
    ticked, empty = lexicon.contexts["ticked"].pattern, lexicon.contexts["unticked"].pattern
    any_box = rf"(?:(?P<on>{ticked})|(?P<off>{empty}))"
    line = text[end : end + 70].split("\n")[0]
    if answer := re.match(
        rf"[^.;☐☒☑□■]{{0,30}}?(?:{any_box}\s*(?P<after>oui|non)\b|(?P<word>oui|non)\s*:?\s*{any_box.replace('on>', 'on2>').replace('off>', 'off2>')})",
        line,
    ):
        word = answer["after"] or answer["word"]
        on = bool(answer["on"] or answer["on2"])
        return on == (word == "oui")
    line_start = max(text.rfind("\n", 0, start) + 1, start - 90)
    boxes = list(re.finditer(any_box, text[line_start:start]))
    if not boxes or re.search(r"\b(?:oui|non)\b", text[line_start + boxes[-1].end() : start]):
        return None
    return bool(boxes[-1]["on"])


def _article(sentence: str) -> str | None:
    match = ARTICLE.search(sentence)
    if not match:
        return None
    if match[5]:
        return f"article {match[5].upper()}"
    return f"{match[1].upper()}{match[2]}-{match[3]}{match[4] or ''}"
