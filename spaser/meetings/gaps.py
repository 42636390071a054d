"""Who meets is settled: when, with as little waiting as possible between the meetings of each person, nothing else changed.

Two slots are swapped along a chain of meetings that share people: whoever had one meeting in each still has, so that nobody is ever
expected twice. Each swap kept shortens the waiting of all, and the search ends when no chain does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

#: Times that every meeting is looked at again: a few are enough to find no chain that helps.
_ROUNDS = 8

Cell = tuple[int, int]


class _Agenda:
    """Meetings by person and slot."""

    def __init__(self, chosen: Sequence[Cell], people_of: Sequence[tuple[str, str]]) -> None:
        self.people_of, self.slot = people_of, dict(chosen)
        self.at: dict[str, dict[int, int]] = {}
        self.load: dict[int, int] = {}
        for pair, slot in chosen:
            self.load[slot] = self.load.get(slot, 0) + 1
            for person in people_of[pair]:
                self.at.setdefault(person, {})[slot] = pair

    def chain(self, pair: int, other: int) -> list[int]:
        """The meetings that must change slot when this one goes to another: those met on the way, until nobody is expected twice."""
        own = self.slot[pair]
        found, ahead = {pair}, [pair]
        while ahead:
            here = ahead.pop()
            there = other if self.slot[here] == own else own
            for person in self.people_of[here]:
                met = self.at[person].get(there)
                if met is not None and met not in found:
                    found.add(met)
                    ahead.append(met)
        return sorted(found)

    def spread(self, people: set[str]) -> int:
        """From the first to the last meeting of each: as many meetings stay, so that less of it is less waiting."""
        return sum(max(slots) - min(slots) for slots in (self.at[person] for person in people))

    def swap(self, pairs: Sequence[int], one: int, two: int) -> None:
        for pair in pairs:
            slot = self.slot[pair]
            self.load[slot] -= 1
            for person in self.people_of[pair]:
                self.at[person].pop(slot)
        for pair in pairs:
            slot = self.slot[pair] = two if self.slot[pair] == one else one
            self.load[slot] = self.load.get(slot, 0) + 1
            for person in self.people_of[pair]:
                self.at[person][slot] = pair


def closer(
    chosen: Sequence[Cell],
    people_of: Sequence[tuple[str, str]],
    may: Callable[[int, int], bool],
    slots: int,
    tables: int,
) -> list[Cell]:
    """The same meetings, at hours that leave less waiting.

    Parameters
    ----------
    chosen
        (pair, slot) of each meeting; ``people_of``: the two people of each pair.
    may
        Whether a pair can meet at a slot (absences, fixed hours).
    """
    agenda = _Agenda(chosen, people_of)
    for _ in range(_ROUNDS):
        if not any([_moved(agenda, pair, slot, may, tables) for pair in list(agenda.slot) for slot in range(slots)]):
            break
    return list(agenda.slot.items())


def _moved(agenda: _Agenda, pair: int, other: int, may: Callable[[int, int], bool], tables: int) -> bool:
    """Try the chain that brings a meeting to another slot; kept only when the people of the chain wait less."""
    own = agenda.slot[pair]
    if own == other:
        return False
    chain = agenda.chain(pair, other)
    goes = sum(agenda.slot[one] == own for one in chain)
    comes = len(chain) - goes
    if agenda.load.get(other, 0) + goes - comes > tables or agenda.load[own] + comes - goes > tables:
        return False
    if not all(may(one, other if agenda.slot[one] == own else own) for one in chain):
        return False
    people = {person for one in chain for person in agenda.people_of[one]}
    before = agenda.spread(people)
    agenda.swap(chain, own, other)
    if agenda.spread(people) < before:
        return True
    agenda.swap(chain, own, other)
    return False
