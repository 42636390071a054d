"""Public notices (BOAMP, TED before and after eForms) → NOTICES, their lots, their criteria, and what was refused.

Contact persons are never read: readers name the elements they want, and addresses or telephone numbers written within a
text are taken out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from lxml import etree

from spaser import french
from spaser.problems import Problem, Problems
from spaser.sources import archives, demonstration, filled
from spaser.sources.archives import Member
from spaser.sources.notices import boamp as notices_boamp
from spaser.sources.notices import eforms as notices_eforms
from spaser.sources.notices import ted as notices_ted
from spaser.sources.notices.sorting import TEXTS, apart, doubts, framed, refusals, repeated, typed
from spaser.sources.notices.words import decoded, fold
from spaser.text import decode
from spaser.vocabulary import NOTICES, REJECTS

Progress = Callable[[str, float], None] | None
FILES = {
    "source": pl.String,
    "format": pl.String,
    "verifie": pl.Boolean,
    "trouves": pl.Int64,
    "avis": pl.Int64,
    "seuls": pl.Int64,
    "doublons": pl.Int64,
    "rejetes": pl.Int64,
    "lots": pl.Int64,
    "criteres": pl.Int64,
    "octets": pl.Int64,
}
MOST_BYTES = 512 << 20
#: No text of a notice has so many: what does is no notice.
MOST_LETTERS = 2 << 20


@dataclass(frozen=True)
class Notices:
    """What was read.

    Attributes
    ----------
    notices, lots, criteria
        NOTICES, NOTICE_LOTS and NOTICE_CRITERIA.
    rejects
        REJECTS: notices refused, values doubted, files that cannot be read.
    files
        One row per file: trouves = avis + doublons + rejetes, how many notices are an envelope without its form (``seuls``),
        and how many lots and criteria were read.
    """

    notices: pl.DataFrame
    lots: pl.DataFrame
    criteria: pl.DataFrame
    rejects: pl.DataFrame
    files: pl.DataFrame
    demo: bool = False  # one of the files is the demo's


def read_notices(paths: str | Path | Sequence[str | Path], *, progress: Progress = None) -> Notices:
    """Read notices from files, folders, patterns and archives.

    The same notice met twice is kept once (the last publication). A notice without a number or without a buyer and an
    object is refused; a date or an identifier that cannot be read is unknown, and said.

    Raises
    ------
    Problem, Problems
        A file named explicitly cannot be read, or nothing can.
    """
    found, aside = archives.members(paths)
    rows: list[dict[str, Any]] = []
    sizes: dict[str, int] = {}
    failures: list[Problem] = []
    for rank, member in enumerate(found):
        try:
            part = list(_numbered(_content(member), member.source))
            rows += part
            sizes[member.source] = member.size
        except Problem as problem:
            (failures.append(problem) if member.named else aside.append((member.source, problem)))
        if progress:
            progress(member.source, (rank + 1) / len(found))
    if failures or not rows:
        problems = failures or [problem for _, problem in aside] or [Problem("Aucun avis dans les fichiers indiqués")]
        raise (
            problems[0]
            if len(problems) == 1
            else Problems("Des fichiers d'avis ne peuvent pas être lus", map(str, problems))
        )
    return replace(_checked(rows, sizes, aside), demo=demonstration.any_of(paths))


def texts(read: Notices) -> pl.LazyFrame:
    """What notices say, for the detection: `texte_id` (number of the notice), `champ`, `texte`."""
    notice = [read.notices.lazy().select(texte_id="avis", champ=pl.lit(name), texte=name) for name in TEXTS]
    strategic = read.notices.lazy().select(
        texte_id="avis", champ=pl.lit("achat stratégique"), texte="strategie_description"
    )
    several = read.lots.lazy().join(read.notices.lazy().select("avis", seul=pl.col("objet")), on="avis")
    place = {"objet": "lot {}, objet", "description": "lot {}", "conditions": "lot {}, conditions"}
    lots = [
        several.filter(pl.col(name) != pl.col("seul").fill_null("")).select(
            texte_id="avis", champ=pl.format(said, "lot"), texte=name
        )
        for name, said in place.items()
    ]
    weight = (
        pl.when(pl.col("poids").is_not_null()).then(pl.format("{} : {} %", "libelle", "poids_lu")).otherwise("libelle")
    )
    criteria = read.criteria.lazy().select(texte_id="avis", champ=pl.format("lot {}, critère", "lot"), texte=weight)
    whole = pl.concat([*notice, strategic, *lots, criteria])
    return whole.filter(pl.col("texte").is_not_null()).unique(["texte_id", "texte"], keep="first", maintain_order=True)


def _content(member: Member) -> Iterator[dict[str, Any]]:
    """The notices of one content, by what it is."""
    if member.size > MOST_BYTES:
        raise Problem(
            "Le fichier d'avis est trop gros", where=member.source, todo="Donnez les avis d'une année à la fois"
        )
    with member.open() as stream:
        data = stream.read()
    start = decode(data[:2048]).text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _xml(data, member.source)
    text = decode(data).text
    if start[:1] in ("{", "["):
        return notices_boamp.read_json(text, member.source)
    if notices_boamp.looks_like_table(text[:4096]):
        return notices_boamp.read_csv(text, member.source)
    raise Problem(
        "Ce fichier n'est pas un fichier d'avis",
        where=member.source,
        todo="Formats lus : BOAMP (CSV, JSON, XML), TED (XML)",
    )


def _xml(data: bytes, source: str) -> Iterator[dict[str, Any]]:
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:65536]:
        raise Problem(
            "XML refusé : il déclare des entités",
            where=source,
            todo="Un avis n'en contient jamais : téléchargez-le de nouveau",
        )
    try:
        root = etree.fromstring(data, etree.XMLParser(**notices_boamp.PARSER))
    except etree.XMLSyntaxError as error:
        raise Problem(
            "XML mal formé ou coupé", where=source, why=f"Ligne {error.lineno}", todo="Téléchargez-le de nouveau"
        ) from error
    name = notices_ted.name(root)
    if name == "TED_EXPORT":
        return notices_ted.read_xml(root)
    if name in notices_eforms.ROOTS:
        return notices_eforms.read_xml(root)
    folded = fold(name)
    if "boamp" in folded or "annonce" in folded or any(True for _ in root.iter("{*}IDWEB", "{*}idweb")):
        return notices_boamp.read_xml(root)
    raise Problem(
        "Cet XML n'est pas un avis connu",
        where=source,
        why=f"Élément de tête : {name[:60]}",
        todo="Formats lus : BOAMP, TED, eForms",
    )


def _numbered(rows: Iterable[dict[str, Any]], source: str) -> Iterator[dict[str, Any]]:
    for position, row in enumerate(rows, 1):
        endless = any(isinstance(text, str) and len(text) > MOST_LETTERS for text in row.values())
        said = {"format": row.get("format"), "entier": False} if endless else decoded(row)
        yield {"source": source, "position": position} | said


def _checked(rows: list[dict[str, Any]], sizes: dict[str, int], aside: list[tuple[str, Problem]]) -> Notices:
    """The rows typed, each notice once, lots and criteria apart, and the account of each file."""
    raw = framed([{k: v for k, v in row.items() if k != "lots"} for row in rows], ("entier", *NOTICES.columns))
    nameless = pl.col("avis").is_null() | (pl.col("acheteur_nom").is_null() & pl.col("objet").is_null())
    refused = raw.filter(nameless | ~pl.col("entier").fill_null(True).cast(pl.Boolean))
    kept = raw.join(refused, on=["source", "position"], how="anti").with_columns(typed(NOTICES.columns))
    unique = kept.sort("date_publication", nulls_last=False, maintain_order=True).unique(
        "avis", keep="last", maintain_order=True
    )
    unique = unique.sort("source", "position")
    places = set(unique.select("source", "position").rows())
    lots, criteria = apart(row for row in rows if (row["source"], row["position"]) in places)
    counts = lots.group_by("avis").agg(nb_lots=pl.len().cast(pl.Int32))
    notices = NOTICES.conform(
        unique.drop("nb_lots", strict=False).join(counts, on="avis", how="left", maintain_order="left").lazy()
    ).collect()
    rejects = pl.concat([refusals(refused), doubts(raw, kept), repeated(kept, unique), _unread(aside)])
    return Notices(notices, lots, criteria, rejects, _files(raw, refused, notices, lots, criteria, sizes))


def _unread(aside: list[tuple[str, Problem]]) -> pl.DataFrame:
    rows = [
        {"source": source, "regle": "fichier.illisible", "niveau": "rejet", "message": str(p)} for source, p in aside
    ]
    return pl.DataFrame(rows, schema=REJECTS.schema)


def _files(
    raw: pl.DataFrame,
    refused: pl.DataFrame,
    notices: pl.DataFrame,
    lots: pl.DataFrame,
    criteria: pl.DataFrame,
    sizes: dict[str, int],
) -> pl.DataFrame:
    forms = raw.group_by("source", maintain_order=True).agg(
        format=pl.col("format").str.extract(r"^(\S+(?: CSV| JSON| XML)?)").drop_nulls().first(),
        verifie=pl.col("verifie").fill_null(False).all(),
        trouves=pl.len(),
    )
    place = notices.select("avis", "source")
    parts = {
        "avis": notices,
        "seuls": notices.filter(pl.col("format").str.ends_with(notices_boamp.WITHOUT)),
        "rejetes": refused,
        "lots": lots.join(place, on="avis"),
        "criteres": criteria.join(place, on="avis"),
    }
    for name, frame in parts.items():
        forms = forms.join(
            frame.group_by("source").agg(pl.len().alias(name)), on="source", how="left", maintain_order="left"
        )
    whole = forms.with_columns(
        pl.col(*parts).fill_null(0), octets=pl.col("source").replace_strict(sizes, default=None, return_dtype=pl.Int64)
    )
    return whole.with_columns(doublons=pl.col("trouves").cast(pl.Int64) - pl.col("avis") - pl.col("rejetes")).select(
        pl.col(name).cast(dtype) for name, dtype in FILES.items()
    )


def filled_of(read: Notices) -> pl.DataFrame:
    """FILLED: how many notices of each file say what matters; holders only where awards are read."""
    awards = read.notices["type_avis"].is_in(["attribution"]).any()
    boxes = ("annonce_social", "annonce_environnement", "strategie", "reserve", "criteres_verts")
    said = {
        "acheteur": pl.col("acheteur_siren").is_not_null(),
        "cpv": pl.col("codeCPV").is_not_null(),
        "montant": pl.col("montant_estime").is_not_null(),
        "date": pl.coalesce("date_envoi", "date_publication").is_not_null(),
        "considerations": pl.any_horizontal(pl.col(name).is_not_null() for name in boxes),
        "texte": pl.any_horizontal(pl.col("description", "conditions").is_not_null()),
    } | ({"titulaire": pl.col("titulaires").is_not_null()} if awards else {})
    return filled.shares(read.notices, "avis", said)


def announced(read: Notices) -> list[str]:
    """What to tell the user first: formats no real notice has verified, envelopes without their form, amounts not kept."""
    unsure = read.files.filter(~pl.col("verifie"))["source"].to_list()
    return [
        f"{re.sub(r'.*/', '', source)} : format non vérifié sur de vrais avis, relisez un avis avant de vous y fier"
        for source in unsure
    ] + _unsaid(read)


def _unsaid(read: Notices) -> list[str]:
    """What these notices hold that is not read, and why: envelopes without their form, amounts awarded."""
    alone = int(read.files["seuls"].sum())
    awards = read.notices.filter(pl.col("type_avis") == "attribution").height
    said = []
    if alone:
        said.append(
            f"{french.number(alone)} avis sans le champ « donnees », qui porte l'acheteur, le code CPV, les lots, les critères et le texte : "
            "exportez de nouveau avec ce champ"
        )
    if awards:
        said.append(
            f"montant attribué non gardé ({french.count(awards, 'résultat')}) : celui des contrats publiés est lu à sa place"
        )
    return said
