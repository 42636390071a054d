"""The registry of sections: one order, keys that cannot be misspelt, tables that are declared."""

from __future__ import annotations

from dataclasses import replace

import findings as invented
import polars as pl
import pytest

from spaser import french, sections
from spaser.deliverables.report import Column, Sentence, TableBlock
from spaser.sections import registry
from spaser.studies.mission import shape
from spaser.vocabulary.handed import HANDED, Tables


def test_every_section_of_the_table_is_written_by_one_function() -> None:
    assert len(list(sections.writers())) == len(registry.ENTRIES) == len(set(sections.keys()))


def test_a_misspelt_key_fails_at_once_with_the_closest() -> None:
    with pytest.raises(KeyError, match="did you mean 'calendrier'"):
        registry.written("calendirer")
    with pytest.raises(KeyError, match="two functions"):
        registry.written("calendrier")


def test_every_table_a_section_reads_is_declared() -> None:
    assert {name for entry in registry.ENTRIES for name in entry.reads} <= set(HANDED)


def test_sections_stand_in_the_order_of_the_table_with_its_words() -> None:
    found = sections.report(invented.findings())
    known = {entry.key: entry for entry in registry.ENTRIES}
    assert [one.id for one in found] == [key for key in sections.keys() if key in {one.id for one in found}]
    assert all(one.place == known[one.id].place for one in found)


def test_a_section_whose_tables_were_not_handed_over_is_not_written() -> None:
    assert not {"calendrier", "plan-detail", "objectifs"} & {one.id for one in sections.report(invented.findings())}


def test_lists_of_suppliers_are_told_in_one_sentence_that_says_each_sheet_once() -> None:
    def listed(caption: str, sheet: str) -> TableBlock:
        return TableBlock(caption, caption, pl.DataFrame({"a": ["x"]}), (Column("a", "A"),), sheet=sheet)

    first, second = (listed(french.typeset(f"À rencontrer : {what}"), "besoins") for what in ("jardins", "propreté"))
    plain = TableBlock("t", "Une table", pl.DataFrame({"a": ["x"]}), (Column("a", "A"),))
    (alone,) = registry._unnamed((first,))
    assert alone.text == french.typeset(
        "À rencontrer : jardins : feuille « besoins » du classeur ; ce rapport ne nomme aucun fournisseur."
    )
    told, left = registry._unnamed((first, plain, second))[0], registry._unnamed((first, plain, second))[1:]
    assert left == (plain,)
    assert told.text.startswith(french.typeset("À rencontrer : jardins ; propreté : feuille « besoins »"))
    several = registry._unnamed((first, second, listed("Autre chose", "dépenses")))
    assert len(several) == 1 and several[0].text.count("ne nomme aucun fournisseur") == 1
    assert french.typeset("Autre chose : feuille « dépenses » du classeur") in several[0].text


def test_a_comment_may_stand_on_every_section_and_on_no_other() -> None:
    assert shape.SECTIONS == (*sections.keys(), *registry.FORMER)
    assert set(registry.FORMER.values()) <= set(sections.keys())


def test_what_a_function_returns_takes_the_words_of_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = registry.Entry("essai", "Un titre", "Une question ?", registry.ANNEX, ("manques",))
    monkeypatch.setitem(registry._KNOWN, "essai", entry)
    monkeypatch.setattr(registry, "_WRITERS", dict(registry._WRITERS))

    @registry.written("essai")
    def section_trial(_: object) -> tuple[Sentence, ...]:
        return (Sentence("Dit."),)

    bare = invented.findings()
    given = replace(bare, extras=Tables({"manques": pl.DataFrame({"code": ["cibles"]})}))
    assert section_trial(bare) is None
    told = section_trial(given)
    assert told is not None
    assert (told.id, told.title, told.question, told.place) == ("essai", "Un titre", "Une question ?", "annexes")
    assert told.blocks == (Sentence("Dit."),)
