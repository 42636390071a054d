"""The consolidated tabular DECP, Parquet or CSV: one row per holder and version, scanned lazily, types kept."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from spaser import guards
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources import recognition
from spaser.sources.archives import Member
from spaser.sources.contracts import lists
from spaser.sources.contracts.store import IN_MEMORY, Kept, Store
from spaser.sources.workbooks import MOST_COLUMNS
from spaser.vocabulary import RAW, REJECTS

_ALIASES = {
    "typeprix": "typesPrix",
    "technique": "techniques",
    "modaliteexecution": "modalitesExecution",
    "considerationsociale": "considerationsSociales",
    "considerationenvironnementale": "considerationsEnvironnementales",
    "valeurglobale": "montant",
    "datesignature": "dateNotification",
    "autoriteconcedante_id": "acheteur_id",
}
_NUMBERS = ("montant", "dureeMois", "offresRecues", "tauxAvance", "origineUE", "origineFrance")
#: Columns a Parquet file may already type; the checks take them as they are.
_TYPED = {
    "montant",
    "dureeMois",
    "offresRecues",
    "tauxAvance",
    "origineUE",
    "origineFrance",
    "marcheInnovant",
    "attributionAvance",
    "sousTraitanceDeclaree",
    "donneesActuelles",
    "modification_id",
    "dateNotification",
    "datePublicationDonnees",
    "dateDebutExecution",
}
_HOLDER = {
    "titulaire_id": ("titulaire_id", "titulaire_siret"),
    "titulaire_typeIdentifiant": ("titulaire_typeidentifiant",),
    "titulaire_nom": ("titulaire_nom", "titulaire_denominationsociale"),
}
_ROW = "__position"


def kept(member: Member, kind: str, head: bytes, store: Store, acheteur: str | None) -> Kept:
    """Read a table: the tabular DECP by its columns, anything else as a buyer's own list."""
    if kind == recognition.PARQUET:
        return _kept(member, _parquet(member, store), "decp-tabulaire-parquet")
    text = recognition.opening(head) if kind == recognition.CSV else ""
    if kind == recognition.CSV and recognition.is_tabular(recognition.header(text)):
        return _kept(member, _csv(member, text, recognition.encoding(head), store), "decp-tabulaire-csv")
    return _list(member, head, acheteur)


def _list(member: Member, head: bytes, acheteur: str | None) -> Kept:
    """A buyer's own list; what does not look like one is not read further than its beginning."""
    with member.open() as stream:
        data = stream.read() if lists.looks_like_list(head, member.source) else head
    raw, rejects = lists.read_list(io.BytesIO(data), member.source, acheteur=acheteur)
    refused = rejects.filter(pl.col("niveau") == "rejet")["position"]
    count = pl.concat([raw["position"], refused]).drop_nulls().n_unique()
    if not count:
        raise Problem("Le fichier ne contient aucune ligne de données", where=member.source, todo=recognition.EXPECTED)
    dialect = "liste-acheteur"
    raw = raw.with_columns(pl.lit(dialect).alias("dialecte"))
    return Kept(raw.lazy(), rejects, count, dialect, len(data), hashlib.sha256(data).hexdigest())


def _kept(member: Member, table: pl.LazyFrame, dialect: str) -> Kept:
    raw = mapped(table, dialect, member.source)
    # Every page is gone through once here: what is damaged is said by its file, not in the middle of a computation.
    written = raw.drop("position", "dialecte").select(pl.len(), pl.all().last().name.prefix("_"))
    with guards.reading(member.source, "polars", what="Le fichier est abîmé ou incomplet"):
        count = int(written.collect(engine="streaming")["len"].item())
    if not count:
        raise Problem("Le fichier ne contient aucune ligne de données", where=member.source, todo=recognition.EXPECTED)
    octets, sha256 = _digest(member)
    return Kept(raw, REJECTS.empty(), count, dialect, octets, sha256)


def _parquet(member: Member, store: Store) -> pl.LazyFrame:
    with guards.reading(
        member.source, "polars", what="Le fichier Parquet est abîmé ou incomplet", todo="Téléchargez-le de nouveau"
    ):
        table = pl.scan_parquet(local(member, store), row_index_name=_ROW, row_index_offset=1, glob=False)
        table.collect_schema()
        return table


def _csv(member: Member, text: str, encoding: str, store: Store) -> pl.LazyFrame:
    """A CSV as texts: in memory when small, once to Parquet when large, so that later passes are cheap."""
    path = local(member, store, encoding)
    table = pl.scan_csv(
        path,
        separator=recognition.separator(text),
        infer_schema=False,
        truncate_ragged_lines=True,
        row_index_name=_ROW,
        row_index_offset=1,
        encoding="utf8-lossy",
    )
    if len(recognition.header(text)) > MOST_COLUMNS:
        raise Problem(
            "Le fichier CSV est trop étendu",
            where=member.source,
            why=f"Il a plus de {MOST_COLUMNS} colonnes",
            todo="Vérifiez son séparateur",
        )
    with guards.reading(member.source, "polars", what="Le fichier CSV est mal formé"):
        if path.stat().st_size <= IN_MEMORY:
            return table.collect().lazy()
        target = store.root / f"{hashlib.sha256(member.stamp().encode()).hexdigest()[:32]}.parquet"
        if not target.is_file():
            partial = leftovers.temporary(store.root)
            table.sink_parquet(partial, compression="zstd", compression_level=1)
            partial.replace(target)
        return pl.scan_parquet(target, glob=False)


def local(member: Member, store: Store, encoding: str = "utf-8") -> Path:
    """A path on disk with the content of a member, unpacked and put in UTF-8 when needed."""
    plain = encoding in ("utf-8", "utf-8-sig")
    if plain and not member.packed:
        return member.path
    target = store.root / f"{hashlib.sha256(f'{member.stamp()}|{encoding}'.encode()).hexdigest()[:32]}.contenu"
    if target.is_file():
        return target
    partial = leftovers.temporary(store.root)
    try:
        with member.open() as stream, partial.open("wb") as copy:
            shutil.copyfileobj(stream if plain else recognition.Utf8(stream, encoding), copy, 1 << 20)
        return partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _digest(member: Member) -> tuple[int, str]:
    digest = hashlib.sha256()
    with member.open() as stream:
        while data := stream.read(4 << 20):
            digest.update(data)
        return stream.given, digest.hexdigest()


def mapped(table: pl.LazyFrame, dialect: str, source: str) -> pl.LazyFrame:
    """RAW columns of a tabular file; those it does not have lack, those it types stay typed.

    Raises
    ------
    Problem
        When the columns are not those of the tabular DECP.
    """
    schema = table.collect_schema()
    if not recognition.is_tabular(schema.names()):
        raise Problem(
            "Aucune colonne de contrat n'est reconnue dans la table",
            where=source,
            why=f"Colonnes lues : {', '.join(schema.names()[1:9])}",
            todo="Il faut au moins l'identifiant, l'acheteur, l'objet et le montant",
        )
    folded = {name.strip().strip('"').casefold().replace(".", "_"): name for name in reversed(schema.names())}
    known = {name.casefold(): name for name in RAW.columns} | _ALIASES
    plain = {"source", "position", "dialecte", "titulaires", "actessoustraitance", "type_contrat", "date_version"}
    chosen: dict[str, pl.Expr] = {}
    for name, written in folded.items():
        if name in known and name not in plain:
            chosen.setdefault(known[name], _typed(written, schema[written], known[name]))
    for people in _holders(folded, schema):
        chosen |= {people.meta.output_name(): people}
    return table.select(
        pl.col(_ROW).cast(pl.Int64).alias("position"), pl.lit(dialect).alias("dialecte"), *chosen.values()
    )


def _typed(written: str, dtype: pl.DataType, name: str) -> pl.Expr:
    """A column under its name, in a type the checks take."""
    column = pl.col(written)
    if isinstance(dtype, pl.Struct) and len(dtype.fields) == 1:
        column, dtype = column.struct.field(dtype.fields[0].name), dtype.fields[0].dtype
    if isinstance(dtype, pl.List | pl.Array):
        texts = (
            pl.lit(None, pl.List(pl.String))
            if dtype.inner.is_nested() or dtype.inner == pl.Object
            else _texts(column, dtype)
        )
        return (texts if isinstance(RAW.schema.get(name), pl.List) else texts.list.join(", ")).alias(name)
    if isinstance(dtype, pl.Struct) or dtype == pl.Object:
        return pl.lit(None, pl.String).alias(name)
    if isinstance(dtype, pl.Datetime):
        return column.cast(pl.Date, strict=False).alias(name)
    if name in _TYPED and _of_its_kind(dtype, name):
        return column.alias(name)
    if dtype == pl.String:  # without a cast, a choice of rows made on it later reaches the reading of the file
        return column.alias(name)
    if dtype.is_float():
        column = column.cast(pl.Int64, strict=False)
    return column.cast(pl.String, strict=False).alias(name)


def _of_its_kind(dtype: pl.DataType, name: str) -> bool:
    """Whether a type can be that of a field: a yes or a day is no amount; it is then read as the text it is written."""
    if name.startswith("date"):
        return dtype in (pl.Date, pl.String)
    if name in _NUMBERS:
        return (dtype.is_numeric() and not dtype.is_decimal()) or dtype == pl.String
    return dtype in (pl.Boolean, pl.String) or (dtype.is_numeric() and not dtype.is_decimal())


def _texts(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """A list or an array of plain values as a list of texts."""
    return (column.arr.to_list() if isinstance(dtype, pl.Array) else column).cast(pl.List(pl.String), strict=False)


def _holders(folded: dict[str, str], schema: pl.Schema) -> Iterator[pl.Expr]:
    """The holders of a row: one in the national table (its columns are kept), up to three numbered ones in the ministry's."""
    written, present = [], []
    for suffix in ("", "_1", "_2", "_3"):
        found = {
            name: next((folded[a + suffix] for a in aliases if a + suffix in folded), None)
            for name, aliases in _HOLDER.items()
        }
        if found["titulaire_id"] is None and found["titulaire_nom"] is None:
            continue
        fields = {n: _typed(w, schema[w], n) if w else pl.lit(None, dtype=pl.String).alias(n) for n, w in found.items()}
        written.append(fields)
        present.append(fields["titulaire_id"].is_not_null() | fields["titulaire_nom"].is_not_null())
    if len(written) == 1:
        yield from written[0].values()
    elif written:
        listed = pl.concat_list(
            pl.when(here).then(pl.struct(one.values())) for one, here in zip(written, present, strict=True)
        )
        yield pl.when(pl.any_horizontal(present)).then(listed.list.drop_nulls()).alias("titulaires")
