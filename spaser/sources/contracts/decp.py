"""DECP in JSON, 2019 and 2022 and their variants: elements of a list of contracts → rows of RAW.

XML is turned into the same elements (`decp_xml`), so that each variant of a field is understood in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

import polars as pl

from spaser.sources.contracts.decp_values import (
    SEPARATOR,
    holders,
    item,
    joined,
    leaf,
    subcontracts,
    text_of,
    unwrapped,
)
from spaser.vocabulary import HOLDER, LIST_FIELDS, RAW

TEXT_FIELDS = (
    "uid",
    "id",
    "nature",
    "objet",
    "codeCPV",
    "procedure",
    "dureeMois",
    "dateNotification",
    "datePublicationDonnees",
    "dateDebutExecution",
    "montant",
    "formePrix",
    "idAccordCadre",
    "marcheInnovant",
    "ccag",
    "offresRecues",
    "attributionAvance",
    "tauxAvance",
    "typeGroupementOperateurs",
    "sousTraitanceDeclaree",
    "origineUE",
    "origineFrance",
    "donneesActuelles",
    "modification_id",
)
NESTED_FIELDS = ("acheteur", "lieuExecution", "titulaires", "modifications", "actesSousTraitance")
CONCESSION_FIELDS = {
    "autoriteConcedante": "acheteur",
    "concessionnaires": "titulaires",
    "valeurGlobale": "montant",
    "dateSignature": "dateNotification",
}
#: Fields the 2019 format does not have.
ONLY_2022 = (
    "considerationsSociales",
    "considerationsEnvironnementales",
    "techniques",
    "modalitesExecution",
    "typesPrix",
    "ccag",
    "offresRecues",
    "marcheInnovant",
    "attributionAvance",
    "typeGroupementOperateurs",
    "sousTraitanceDeclaree",
)
_NAMES = (*LIST_FIELDS, *TEXT_FIELDS, *NESTED_FIELDS, *CONCESSION_FIELDS, "_type")
_CANONICAL = {name.casefold(): name for name in _NAMES} | {
    "typeprix": "typesPrix",
    "technique": "techniques",
    "modaliteexecution": "modalitesExecution",
    "considerationsociale": "considerationsSociales",
    "considerationenvironnementale": "considerationsEnvironnementales",
    "titulaire": "titulaires",
    "concessionnaire": "titulaires",
    "modification": "modifications",
    "type": "_type",
}
_EXPECTED = frozenset(_NAMES) | {
    "source",
    "uuid",
    "modificationsActesSousTraitance",
    "montantSubventionPublique",
    "donneesExecution",
    "created_at",
    "updated_at",
}
_PARTS = ("acheteur", "lieuExecution", "titulaire", "autoriteConcedante")


class Element(NamedTuple):
    """A decoded record, its position in the source and the name of the list it stood in."""

    position: int
    list_name: str
    record: dict[str, object]


class Gathered:
    """Fields of records, taken by small batches while the objects are still in the processor's cache.

    Millions of records pass here: fields are gathered in Python lists, one per column, and become a frame from time to
    time, which is much faster than one small frame per batch or one long pass over cold objects.
    """

    def __init__(self) -> None:
        self.columns: dict[str, list[object]] = {}
        self.changes: list[tuple[int, int, dict[str, object]]] = []

    def __len__(self) -> int:
        return len(self.columns.get("position", ()))

    def add(self, elements: Sequence[Element]) -> None:
        """Take the fields of a few records, numbers kept as text."""
        records = [canonical(element.record) for element in elements]
        before = len(self)
        self.changes += [(before + i, k, c) for i, r in enumerate(records) for k, c in _ranked(r.get("modifications"))]
        for name, values in _fields(elements, records):
            self.columns.setdefault(name, []).extend(values)

    def rows(self, suffix: str) -> pl.DataFrame:
        """RAW rows of what was gathered, ``source`` left empty; ``suffix`` (json or xml) ends the name of the dialect."""
        frame = pl.DataFrame([_series(name, values) for name, values in self.columns.items()]).with_columns(
            pl.lit(None, dtype=pl.String).alias("date_version"),
            pl.lit(None, dtype=pl.String).alias("objetModification"),
            pl.lit(0, dtype=pl.Int64).alias("_rank"),
            _dialect(suffix),
        )
        if self.changes:
            frame = pl.concat([frame, _changed(frame, self.changes)]).sort("position", "_rank", maintain_order=True)
        self.columns, self.changes = {}, []
        return RAW.conform(frame.lazy()).collect()


def rows(elements: Sequence[Element], suffix: str) -> pl.DataFrame:
    """RAW rows of a batch of elements (`Gathered`)."""
    gathered = Gathered()
    gathered.add(elements)
    return gathered.rows(suffix)


def canonical(record: dict[str, object]) -> dict[str, object]:
    """The record with the names of the format: case, spaces and flat names (``acheteur.id``) undone."""
    if record.keys() <= _EXPECTED:
        return record
    plain: dict[str, object] = {}
    for key, value in record.items():
        name = _CANONICAL.get(key.strip().casefold(), key.strip())
        if isinstance(value, dict) and name in ("marche", "contrat-concession", "fields", "record"):
            return canonical(value)
        part, _, leaf = re.sub(r"_(?=id|nom|code|type)", ".", name, count=1).partition(".")
        if leaf and part in _PARTS and not name.startswith("_"):
            _put(plain, part, leaf, value)
        elif plain.get(name) is None:
            plain[name] = value
    if isinstance(plain.get("titulaire"), dict):
        plain.setdefault("titulaires", [plain.pop("titulaire")])
    return plain


def _put(plain: dict[str, object], part: str, leaf: str, value: object) -> None:
    inner = plain.setdefault(part, {})
    if isinstance(inner, dict):
        inner.setdefault(leaf, value)


def _fields(elements: Sequence[Element], records: Sequence[dict[str, object]]) -> Iterator[tuple[str, list[object]]]:
    """The state each record describes itself, before its amendments, column by column."""
    get = _getter(records)
    yield "position", [element.position for element in elements]
    yield "type_contrat", [_kind(element.list_name, r) for element, r in zip(elements, records, strict=True)]
    for name in TEXT_FIELDS:
        yield name, get(name, *_CONCESSION.get(name, ()))
    for name in LIST_FIELDS:
        yield name, [joined(value) for value in get(name)]
    buyers, places = get("acheteur", "autoriteConcedante"), get("lieuExecution")
    yield "acheteur_id", [leaf(value, "id", bare=True) for value in buyers]
    yield "acheteur_nom", [leaf(value, "nom") for value in buyers]
    yield "lieuExecution_code", [leaf(value, "code", bare=True) for value in places]
    yield "lieuExecution_typeCode", [leaf(value, "typeCode") for value in places]
    yield "titulaires", [holders(value) for value in get("titulaires", "concessionnaires")]
    yield "actesSousTraitance", [subcontracts(value) for value in get("actesSousTraitance")]


def _series(name: str, values: list[Any]) -> pl.Series:
    if name == "position":
        return pl.Series(name, values, dtype=pl.Int64)
    if name in LIST_FIELDS:
        return _lists(name, values)
    if name in ("titulaires", "actesSousTraitance"):
        return _structs(name, values, cast(pl.List, RAW.schema[name]).inner)
    return _texts(name, values)


_CONCESSION = {new: (old,) for old, new in CONCESSION_FIELDS.items()}


def _getter(records: Sequence[dict[str, object]]) -> Callable[..., list[object]]:
    def get(name: str, *others: str) -> list[object]:
        values = [record.get(name) for record in records]
        for other in others:
            if None in values:
                values = [r.get(other) if v is None else v for v, r in zip(values, records, strict=True)]
        return values

    return get


def _kind(list_name: str, record: dict[str, object]) -> str:
    if _says_concession(f"{list_name}|{record.get('_type')}|{record.get('nature')}"):
        return "concession"
    return "concession" if record.get("acheteur") is None and record.get("autoriteConcedante") else "marche"


@lru_cache(maxsize=1_000)
def _says_concession(words: str) -> bool:
    return re.search(r"concession|délégation", words, re.IGNORECASE) is not None


def _dialect(suffix: str) -> pl.Expr:
    modern = pl.any_horizontal(pl.col(name).is_not_null() for name in ONLY_2022)
    return (
        pl.when(modern).then(pl.lit(f"decp-2022-{suffix}")).otherwise(pl.lit(f"decp-2019-{suffix}")).alias("dialecte")
    )


def _ranked(value: object) -> list[tuple[int, dict[str, object]]]:
    """The amendments of a record, numbered from 1 in their order."""
    return list(enumerate(unwrapped(value, ("modification", "modifications")), start=1)) if value else []


def _changed(frame: pl.DataFrame, changes: Sequence[tuple[int, int, dict[str, object]]]) -> pl.DataFrame:
    """One row per amendment: what it changes, the rest as in its contract."""
    found = [change for _, _, change in changes]
    owners = [owner for owner, _, _ in changes]
    columns = [
        _texts("modification_id", _numbers(owners, found)),
        _texts("date_version", _any_of(found, "dateNotificationModification", "dateSignatureModification")),
        _texts("datePublicationDonnees", _any_of(found, "datePublicationDonneesModification")),
        _texts("montant", _any_of(found, "montant", "valeurGlobale")),
        _texts("dureeMois", _any_of(found, "dureeMois")),
        _texts("objetModification", _any_of(found, "objetModification")),
        _structs("titulaires", [holders(item(c, "titulaires")) or None for c in found], HOLDER),
        pl.Series("_rank", [rank for _, rank, _ in changes], dtype=pl.Int64),
    ]
    acts = pl.lit(None, dtype=RAW.schema["actesSousTraitance"]).alias("actesSousTraitance")
    return frame[owners].with_columns(*columns, acts).select(frame.columns)


def _numbers(owners: list[int], found: list[dict[str, object]]) -> list[str | None]:
    """The number of each amendment as written; by rank where a contract's numbers lack or repeat."""
    written = [text_of(item(change, "id")) for change in found]
    by_owner: dict[int, list[int]] = {}
    for index, owner in enumerate(owners):
        by_owner.setdefault(owner, []).append(index)
    for indices in by_owner.values():
        names = [written[index] for index in indices]
        if len(set(names)) < len(names) or not all(name and name.isdigit() and name.strip("0") for name in names):
            for rank, index in enumerate(indices, start=1):
                written[index] = str(rank)
    return written


def _any_of(found: list[dict[str, object]], *names: str) -> list[object]:
    return [next((v for v in (item(change, name) for name in names) if v is not None), None) for change in found]


def _texts(name: str, values: Sequence[Any]) -> pl.Series:
    texts = values if set(map(type, values)) <= {str, type(None)} else [text_of(value) for value in values]
    try:
        return pl.Series(name, texts, dtype=pl.String)
    except UnicodeEncodeError:  # lone surrogates, « \ud800 » in JSON
        return pl.Series(name, [t and t.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for t in texts])


def _lists(name: str, joined: list[str | None]) -> pl.Series:
    """Lists of texts, cut by Polars: much faster than Python lists one by one."""
    texts = _texts(name, joined)
    cut = pl.when(texts == "").then(pl.lit([], dtype=pl.List(pl.String))).otherwise(texts.str.split(SEPARATOR))
    return pl.select(cut.alias(name)).to_series()


def _structs(name: str, values: list[list[tuple[str | None, ...]] | None], dtype: pl.Struct) -> pl.Series:
    """Lists of structs built from flat columns."""
    index = [i for i, value in enumerate(values) if value for _ in value]
    flat_rows = [row for value in values if value for row in value]
    fields = [_texts(f.name, [row[k] for row in flat_rows]) for k, f in enumerate(dtype.fields)]
    listed = (
        pl.DataFrame([pl.Series("_row", index, dtype=pl.UInt32), *fields])
        .group_by("_row", maintain_order=True)
        .agg(pl.struct(f.name for f in dtype.fields).alias(name))
    )
    known = pl.Series("_known", [value is not None for value in values], dtype=pl.Boolean)
    base = pl.DataFrame([pl.Series("_row", range(len(values)), dtype=pl.UInt32), known])
    empty = pl.lit([], dtype=pl.List(dtype))
    filled = pl.when(pl.col("_known") & pl.col(name).is_null()).then(empty).otherwise(pl.col(name)).alias(name)
    return base.join(listed, on="_row", how="left", maintain_order="left").select(filled).to_series()
