"""How a section of the body begins and ends: its answer in bold, what else the facts say of it, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from spaser import french
from spaser.deliverables.messages import Todo
from spaser.deliverables.report import Answer, Block, Measured, Paragraph, Sentence
from spaser.sections.findings import Findings
from spaser.sections.summary import messages
from spaser.sections.summary.known import facts


def told(findings: Findings) -> list[messages.Said]:
    """Every rule that holds of these findings."""
    return messages.eligible(facts(findings))


def section(
    findings: Findings,
    key: str,
    shown: Sequence[Block | None],
    more: Sequence[Sentence] = (),
    measures: tuple[Measured, ...] = (),
) -> tuple[Block, ...]:
    """A section of the body: answer (with its ``measures`` as footnotes), sentences, what is shown, what to do.

    Every message of the first page about this section is said here too, with the same figures.
    """
    said, todo = messages.answers(told(findings), key)
    opening: list[Block] = []
    if said:
        opening.append(Answer(Sentence(said[0].sentence(), measures)))
        lines = [Sentence(french.sentence(said[0].so)), *(Sentence(one.sentence()) for one in said[1:])]
        opening.append(Paragraph((*lines, *more)))
    elif more:
        opening += [Answer(more[0]), *([Paragraph(tuple(more[1:]))] if more[1:] else [])]
    closing = [Todo(tuple(todo))] if todo else []
    return (*opening, *(block for block in shown if block is not None), *closing)
