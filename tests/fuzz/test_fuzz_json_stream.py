"""The JSON stream against hostile texts: it agrees with the standard library, and never breaks otherwise than by a Problem."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spaser.problems import Problem
from spaser.sources.contracts import decp, json_stream, reading

texts = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    ['"', "\\", '\\"', "{", "}]", "[{", ",", '\\\\"']
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
contracts = st.fixed_dictionaries(
    {"id": texts, "objet": texts, "montant": st.integers(), "acheteur": values},
    optional={
        name: values
        for name in (
            "titulaires",
            "modifications",
            "considerationsSociales",
            "actesSousTraitance",
            "lieuExecution",
            "nature",
        )
    },
)
documents = st.builds(
    lambda found, wrapped: {"marches": {"marche": found, "contrat-concession": []}} if wrapped else found,
    st.lists(contracts, min_size=1, max_size=6),
    st.booleans(),
)


def streamed(data: bytes, block: int) -> list[object]:
    layout = json_stream.locate(data)
    if layout is None:
        return []
    stream = json_stream.Elements(io.BytesIO(data), layout, json_stream.Note(), block=block)
    return [element for batch in stream for element in batch.elements]


@settings(max_examples=150, deadline=None)
@given(documents, st.integers(1, 90), st.booleans())
def test_the_stream_gives_what_the_standard_library_gives(document, block, ascii_only):
    data = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    expected = document["marches"]["marche"] if isinstance(document, dict) else document
    plain = json.loads(json.dumps(expected), parse_int=str, parse_float=str)
    assert streamed(data, block) == plain


@settings(max_examples=150, deadline=None)
@given(documents, st.data())
def test_a_damaged_document_never_breaks_the_stream(document, data):
    whole = json.dumps(document).encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    damaged = whole[:start] + data.draw(st.binary(max_size=5)) + whole[end:]
    for element in streamed(damaged, 50):
        assert element is None or isinstance(element, dict | list | str | bool | json_stream.Unreadable)


@settings(max_examples=100, deadline=None)
@given(st.lists(contracts, min_size=1, max_size=5))
def test_any_value_of_any_field_gives_rows(found):
    rows = decp.rows([decp.Element(n, "marche", record) for n, record in enumerate(found, start=1)], "json")
    assert set(rows["position"]) == set(range(1, len(found) + 1))
    assert rows["modification_id"].is_null().sum() >= len(found)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_french(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("octets") / "f"
    path.write_bytes(content)
    try:
        reading.gather(path)
    except Problem as problem:
        assert "\n" not in str(problem)


@pytest.mark.parametrize("content", [b'<: :="">', b"<:/>", b"<a:b:c/>", b"<?x?><!-- y -->"])
def test_a_name_that_no_xml_allows_is_read_or_refused_in_french(tmp_path, content):
    (tmp_path / "contrats.xml").write_bytes(content)
    try:
        reading.gather(tmp_path / "contrats.xml")
    except Problem as told:
        assert "contrats.xml" in str(told)
