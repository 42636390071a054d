"""Declared, detected, who holds: what is known of each contract, and where the three disagree.

Words of this file
    consideration
        one of ``vocabulary.CONSIDERATIONS``; clause, criterion and reservation are never merged;
    dimension
        ``soc`` or ``env``; the declared list of a dimension answers all its considerations at once;
    carrier
        how a text carries what it says: clause, critere, reservation, objet (the thing bought), negated;
    trace
        a passage of a text that states something explicit about a dimension.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import polars as pl

from spaser import rules
from spaser.vocabulary import ANNOUNCED, CONSIDERATIONS, DETECTED, GAPS, LABELS, NONE_DECLARED, REJECTS

FIELDS = {"soc": "considerationsSociales", "env": "considerationsEnvironnementales"}
#: The word of the declared list that says yes, for each consideration but the reservation.
WORDS = {
    "clause_sociale": ("soc", "Clause sociale"),
    "critere_social": ("soc", "Critère social"),
    "clause_environnementale": ("env", "Clause environnementale"),
    "critere_environnemental": ("env", "Critère environnemental"),
}
RESERVED = {"marche": "Marché réservé", "concession": "Concession réservée"}
#: Dimension and carrier of each consideration in PASSAGES.
CARRIERS = {
    "clause_sociale": ("soc", "clause"),
    "critere_social": ("soc", "critere"),
    "marche_reserve": ("soc", "reservation"),
    "clause_environnementale": ("env", "clause"),
    "critere_environnemental": ("env", "critere"),
}
DIMENSION_NAMES = {"soc": "social", "env": "environnement"}


class Gaps(NamedTuple):
    """The two lists of GAPS an officer reads before publishing, the most certain first."""

    sous_declaration: pl.LazyFrame
    sans_trace: pl.LazyFrame


def declared(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """What the buyer declared, yes / no / unknown.

    A list that holds at least one legal value answers its whole dimension: the other considerations are « non ». Null, an
    empty list, a value outside the closed list, and « Pas de considération » beside another value are unknown.

    Parameters
    ----------
    contracts
        One row per contract: ``considerationsSociales``, ``considerationsEnvironnementales`` (joined with ``", "``), and
        ``type_contrat`` when concessions may be among them. A column that lacks is unknown everywhere.

    Returns
    -------
    The same rows with ``vocabulary.CONSIDERATIONS``.
    """
    present = contracts.collect_schema().names()
    frame = contracts.with_columns(pl.lit(None, pl.String).alias(f) for f in FIELDS.values() if f not in present)
    kind = pl.col("type_contrat") if "type_contrat" in present else pl.lit(None, pl.String)
    answers: dict[str, pl.Expr] = {
        name: pl.when(_answered(dim)).then(_holds(FIELDS[dim], word)) for name, (dim, word) in WORDS.items()
    }
    answers["marche_reserve"] = _reserved(kind)
    read = [*FIELDS.values(), *(["type_contrat"] if "type_contrat" in present else [])]

    def answered(lists: pl.Series) -> pl.Series:
        # A country declares a few dozen different lists: each is read once.
        found = lists.struct.unnest()
        known = found.unique().with_columns(answers[word.name].alias(word.name) for word in CONSIDERATIONS)
        told = found.join(known, on=read, how="left", nulls_equal=True, maintain_order="left")
        return told.select(word.name for word in CONSIDERATIONS).to_struct(lists.name)

    dtype = pl.Struct({word.name: pl.Boolean for word in CONSIDERATIONS})
    told = pl.struct(read).map_batches(answered, return_dtype=dtype, is_elementwise=True)
    added = frame.with_columns(told.struct.unnest())
    return added.drop(f for f in FIELDS.values() if f not in present)


def doubts(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """One REJECTS line of level « doute » for each list that contradicts itself (« Pas de considération » beside another value)."""
    parts = [
        contracts.filter(_contradictory(field)).select(
            "source",
            "position",
            "id",
            champ=pl.lit(field),
            valeur=pl.col(field),
            regle=pl.lit("consideration_contradictoire"),
            niveau=pl.lit("doute"),
            message=pl.lit(f"« {NONE_DECLARED[field]} » à côté d'une autre valeur : la réponse est inconnue"),
        )
        for field in FIELDS.values()
    ]
    return REJECTS.conform(pl.concat(parts)).sort("source", "position", "champ")


def known(
    contracts: pl.LazyFrame, passages: pl.LazyFrame | None = None, method: dict[str, Any] | None = None
) -> pl.LazyFrame:
    """What is declared and what the texts say, side by side; holders' columns (``vocabulary.ACCESS``) pass through untouched.

    Parameters
    ----------
    contracts
        CONTRACTS, with or without the declared considerations.
    passages
        PASSAGES whose ``texte_id`` is the ``uid`` of a contract; those of other texts are left out. None: no text was read.
    method
        ``method.toml``; ``considerations.confiance_minimale`` is the confidence under which a passage is not kept.

    Returns
    -------
    The contracts with CONSIDERATIONS and, when texts were read, DETECTED: yes when a passage says so, no when a text
    says that there is none, unknown otherwise (a silent text proves nothing).
    """
    frame = contracts if _has(contracts, "clause_sociale") else declared(contracts)
    if passages is None:
        return frame
    kept = _trusted(passages, method)
    says = [
        pl.when(_carries(name).any()).then(True).when(_denies(CARRIERS[name][0]).any()).then(False).alias(word.name)
        for name, word in zip(CARRIERS, DETECTED, strict=True)
    ]
    return frame.join(kept.group_by(uid="texte_id").agg(says), on="uid", how="left", maintain_order="left")


def gaps(
    contracts: pl.LazyFrame,
    passages: pl.LazyFrame,
    searched: pl.LazyFrame | None = None,
    method: dict[str, Any] | None = None,
) -> Gaps:
    """Where declaration, texts and holders disagree, with the quote, ordered by certainty.

    Parameters
    ----------
    contracts
        CONTRACTS with their considerations; ``titulaire_inclusif`` is used when present.
    passages
        PASSAGES whose ``texte_id`` is a contract's ``uid``.
    searched
        One row per text read: ``texte_id`` and ``champ`` (« objet », « document »…). Without it, only the contracts with at
        least one passage are known to have been read.
    method
        ``method.toml``, table ``considerations``.

    Returns
    -------
    Two LazyFrames of GAPS. An undeclared dimension (null) is a non-response, never an under-declaration.
    """
    weights = (method or rules.method())["considerations"]
    frame = contracts if _has(contracts, "clause_sociale") else declared(contracts)
    kept = _trusted(passages, method)
    under = [_found_not_declared(frame, kept), _object_not_declared(frame, kept, weights["certitude_objet"]["value"])]
    if _has(contracts, "titulaire_inclusif"):
        under.append(_holder_not_declared(frame, weights["certitude_titulaire"]["value"]))
    read = (passages if searched is None else searched).select("texte_id", "champ")
    return Gaps(_ordered(under), _ordered([_declared_without_trace(frame, kept, read, weights)]))


def announced(notices: pl.LazyFrame, passages: pl.LazyFrame, method: dict[str, Any] | None = None) -> pl.LazyFrame:
    """What each notice announces by its boxes, beside what its own text says: ANNOUNCED, one row per notice and dimension.

    Parameters
    ----------
    notices
        NOTICES; those that have no box for a dimension have no row for it.
    passages
        PASSAGES whose ``texte_id`` is the number of a notice (``avis``).
    method
        ``method.toml``: under ``considerations.confiance_minimale`` a passage does not count.
    """
    explicit = _trusted(passages, method).filter(pl.col("niveau") == 2)
    best = explicit.sort("confiance", "champ", "debut", descending=[True, False, False]).unique(
        ["texte_id", "dimension"], keep="first", maintain_order=True
    )
    quotes = best.select("dimension", "champ", "citation", "confiance", avis="texte_id", texte=pl.lit(True))
    origin = pl.col("format").str.extract(r"^(\w+)")
    rows = [
        notices.with_columns(annonce=box, dimension=pl.lit(dimension))
        .filter(pl.col("annonce").is_not_null())
        .with_columns(origine=origin, conditions_lues=pl.col("conditions").is_not_null())
        for dimension, box in _boxes().items()
    ]
    both = (
        pl.concat(rows)
        .join(quotes, on=["avis", "dimension"], how="left")
        .with_columns(pl.col("texte").fill_null(False))
    )
    return ANNOUNCED.conform(both).sort("avis", "dimension")


def _boxes() -> dict[str, pl.Expr]:
    """Whether a notice announces a dimension: flags of the BOAMP, BT-06, BT-774, BT-775 and BT-805, a reservation (BT-71)."""
    aims = pl.col("strategie").str.split(", ")
    named = {"soc": pl.col("strategie_social"), "env": pl.coalesce("strategie_environnement", "criteres_verts")}
    flags = {"soc": pl.col("annonce_social"), "env": pl.col("annonce_environnement")}
    # A reservation read in a sentence is what the text says, not a box.
    boxed = ~pl.col("reserve_fondement").str.starts_with("écrit").fill_null(False)
    reserved = pl.when((pl.col("reserve") != "none") & boxed).then(True)
    found: dict[str, pl.Expr] = {}
    for dimension, aim in (("soc", "soc-obj"), ("env", "env-imp")):
        # Kleene: one box ticked is a yes; a box that lacks says nothing.
        ticked = [flags[dimension], aims.list.contains(aim), named[dimension] != "none"] + (
            [reserved] if dimension == "soc" else []
        )
        known = pl.any_horizontal(box.is_not_null() for box in ticked)
        found[dimension] = pl.when(known).then(pl.any_horizontal(box.fill_null(False) for box in ticked))
    return found


def _holds(field: str, word: str) -> pl.Expr:
    """Whether the joined list has this very word (never a part of another)."""
    return (pl.lit(", ") + pl.col(field) + pl.lit(", ")).str.contains(f", {word}, ", literal=True)


def _contradictory(field: str) -> pl.Expr:
    none = NONE_DECLARED[field]
    rest = (pl.col(field) + pl.lit(", ")).str.replace_all(f"{none}, ", "", literal=True).str.strip_chars(", ")
    return _holds(field, none) & (rest != "")


def _answered(dimension: str) -> pl.Expr:
    """Whether the list holds a legal value and does not contradict itself."""
    field = FIELDS[dimension]
    legal = [word for dim, word in WORDS.values() if dim == dimension] + [NONE_DECLARED[field]]
    legal += list(RESERVED.values()) if dimension == "soc" else []
    return pl.any_horizontal(_holds(field, word) for word in legal) & ~_contradictory(field)


def _reserved(kind: pl.Expr) -> pl.Expr:
    """« Marché réservé » for a marché, « Concession réservée » for a concession; the other's word alone is unknown."""
    field, concession = FIELDS["soc"], kind == "concession"
    marche, conceded = _holds(field, RESERVED["marche"]), _holds(field, RESERVED["concession"])
    own = pl.when(concession.is_null()).then(marche | conceded).when(concession).then(conceded).otherwise(marche)
    return pl.when(_answered("soc") & (own | ~(marche | conceded))).then(own)


def _trusted(passages: pl.LazyFrame, method: dict[str, Any] | None) -> pl.LazyFrame:
    floor = (method or rules.method())["considerations"]["confiance_minimale"]["value"]
    return passages.filter(pl.col("confiance") >= floor)


def _carries(name: str) -> pl.Expr:
    dimension, carrier = CARRIERS[name]
    explicit = (pl.col("dimension") == dimension) & (pl.col("niveau") == 2)
    return (explicit & (pl.col("porteur") == carrier)).fill_null(False)


def _denies(dimension: str) -> pl.Expr:
    return ((pl.col("dimension") == dimension) & (pl.col("porteur") == "negated")).fill_null(False)


def _found_not_declared(contracts: pl.LazyFrame, passages: pl.LazyFrame) -> pl.LazyFrame:
    parts = [
        contracts.filter(~pl.col(name))
        .join(passages.filter(_carries(name)), left_on="uid", right_on="texte_id")
        .pipe(_best)
        .pipe(_gap, name, pl.lit(False), pl.col("confiance"), f"{LABELS[name]} : non, mais un texte en porte une")
        for name in CARRIERS
    ]
    return pl.concat(parts)


def _object_not_declared(contracts: pl.LazyFrame, passages: pl.LazyFrame, certainty: float) -> pl.LazyFrame:
    """The thing bought is itself explicit (« papier recyclé ») and its dimension is declared empty."""
    parts = []
    for dimension, label in DIMENSION_NAMES.items():
        explicit = (pl.col("dimension") == dimension) & (pl.col("niveau") == 2) & (pl.col("porteur") == "objet")
        found = contracts.filter(_none(dimension)).join(passages.filter(explicit), left_on="uid", right_on="texte_id")
        why = "aucune considération déclarée, mais l'objet même de l'achat en porte une"
        parts.append(found.pipe(_best).pipe(_gap, label, pl.lit(False), pl.col("confiance") * certainty, why))
    return pl.concat(parts)


def _holder_not_declared(contracts: pl.LazyFrame, certainty: float) -> pl.LazyFrame:
    found = contracts.filter(pl.col("titulaire_inclusif") & _none("soc"))
    why = "aucune considération sociale déclarée, mais un titulaire est une structure inclusive"
    return _gap(found, "social", pl.lit(False), pl.lit(certainty), why)


def _declared_without_trace(
    contracts: pl.LazyFrame, passages: pl.LazyFrame, read: pl.LazyFrame, weights: dict[str, Any]
) -> pl.LazyFrame:
    """Declared, read, and nothing explicit on the dimension in what was read."""
    depth = read.group_by(uid="texte_id").agg(seul_objet=(pl.col("champ") == "objet").all())
    silent, objects = weights["certitude_sans_trace"]["value"], weights["certitude_sans_trace_objet"]["value"]
    denied = weights["certitude_niee"]["value"]
    parts = []
    for name, (dimension, _) in CARRIERS.items():
        traced = passages.filter((pl.col("dimension") == dimension) & (pl.col("niveau") == 2) & ~_denies(dimension))
        rows = (
            contracts.filter(pl.col(name))
            .join(depth, on="uid")
            .join(traced, left_on="uid", right_on="texte_id", how="anti")
        )
        denials = passages.filter(_denies(dimension))
        rows = rows.join(denials, left_on="uid", right_on="texte_id", how="left").pipe(_best)
        sure = pl.when(pl.col("citation").is_not_null()).then(denied).when("seul_objet").then(objects).otherwise(silent)
        parts.append(_gap(rows, name, pl.lit(True), sure, f"{LABELS[name]} : oui, sans trace dans les textes lus"))
    return pl.concat(parts)


def _none(dimension: str) -> pl.Expr:
    """Every consideration of the dimension is « non » (unknown is not no)."""
    return pl.all_horizontal(~pl.col(name) for name, (dim, _) in CARRIERS.items() if dim == dimension)


def _best(found: pl.LazyFrame) -> pl.LazyFrame:
    """One passage per contract: the most confident, then the first in the text."""
    order = ["uid", "confiance", "champ", "debut", "regle"]
    down = [False, True, False, False, False]
    return found.sort(order, descending=down, nulls_last=True).unique("uid", keep="first", maintain_order=True)


def _gap(found: pl.LazyFrame, name: str, answer: pl.Expr, certainty: pl.Expr, why: str) -> pl.LazyFrame:
    rows = found.with_columns(consideration=pl.lit(name), declare=answer, certitude=certainty, motif=pl.lit(why))
    return GAPS.conform(rows)


def _ordered(parts: list[pl.LazyFrame]) -> pl.LazyFrame:
    return pl.concat(parts).sort("certitude", "uid", "consideration", descending=[True, False, False])


def _has(frame: pl.LazyFrame, column: str) -> bool:
    return column in frame.collect_schema().names()
