"""What the texts of contracts say: their subjects, the notices that launched them, the documents of their consultation.

Composition, as ``diagnostic`` is for contracts: texts are joined to contracts with a score, never silently; then what they
say is known of each contract, counts in its score below what is declared, and is compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from spaser import considerations, detection, rules
from spaser.considerations import launches, scores
from spaser.sources import documents
from spaser.sources.notices import Notices, filled_of
from spaser.sources.notices import texts as notice_texts
from spaser.vocabulary import DETECTED, PASSAGES

if TYPE_CHECKING:
    from spaser.studies.clauses import Clauses


@dataclass(frozen=True, eq=False)
class Written:
    """What was read of the contracts chosen.

    Attributes
    ----------
    passages, searched
        PASSAGES and the texts read (``texte_id``, ``champ``), both under the ``uid`` of a contract.
    links
        How sure it is that a text is of its contract: ``uid``, ``champ``, ``lien`` in [0, 1]; subjects have none, they are its own.
    tables
        What the report shows of the texts beyond subjects: ``lancements``, ``avis_annonces``, ``avis_fichiers``, ``pieces``, ``textes_rejets``.
    """

    passages: pl.DataFrame
    searched: pl.DataFrame
    links: pl.DataFrame
    tables: dict[str, pl.DataFrame]


def read(
    passages: pl.LazyFrame,
    chosen: pl.LazyFrame,
    launched: pl.DataFrame | None = None,
    notices: Notices | None = None,
    pieces: Clauses | None = None,
    method: dict[str, Any] | None = None,
) -> Written:
    """Gather what the texts of the contracts chosen say.

    Parameters
    ----------
    passages
        PASSAGES of the subjects.
    chosen
        CONTRACTS looked at.
    launched
        The notice of each contract (``launches.join``).
    notices, pieces
        What was read of them (``sources.notices.read_notices``, ``studies.clauses.clauses``).
    """
    own = passages.join(chosen.select(texte_id="uid"), on="texte_id", how="semi")
    found = [own]
    searched = [subjects(chosen).filter(pl.col("texte").is_not_null()).select("texte_id", "champ")]
    tables: dict[str, pl.DataFrame] = {}
    refused = [part.rejects for part in (notices, pieces.documents if pieces else None) if part is not None]
    if refused:
        tables["textes_rejets"] = pl.concat(refused)
    if notices is not None and launched is not None:
        tables |= _of_notices(notices, launched, chosen, found, searched, method)
    if pieces is not None:
        tables |= _of_pieces(pieces, chosen, found, searched)
    links = [frame.select(uid="texte_id", champ="champ", lien="lien") for frame in found[1:]]
    every = pl.concat([PASSAGES.conform(frame) for frame in found]).sort("texte_id", "champ", "debut", "fin", "regle")
    none = pl.LazyFrame(schema={"uid": pl.String, "champ": pl.String, "lien": pl.Float64})
    passages_, texts, linked = pl.collect_all(
        [every, pl.concat(searched), pl.concat([none, *links]).unique(["uid", "champ"]).sort("uid", "champ")]
    )
    return Written(passages_, texts, linked, tables)


def subjects(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The subjects as texts to read: ``texte_id`` (uid), ``champ``, ``texte``."""
    return contracts.select(texte_id="uid", champ=pl.lit("objet"), texte="objet")


def considered(chosen: pl.DataFrame, written: Written, method: dict[str, Any]) -> pl.DataFrame:
    """The contracts with what all their texts say (DETECTED) and the scores that follow."""
    if not {"lancements", "pieces"} & written.tables.keys():
        return chosen
    bare = chosen.lazy().drop([word.name for word in DETECTED], strict=False)
    known = considerations.known(bare, written.passages.lazy(), method)
    scored = scores.score(known, method)
    return scored.select(*chosen.columns, pl.exclude(*chosen.columns)).collect()


def gaps(
    chosen: pl.DataFrame, written: Written, decisions: pl.LazyFrame, method: dict[str, Any]
) -> dict[str, pl.DataFrame]:
    """Where texts and declarations differ (GAPS, `liste`), with the officer's answers (`decision`), and the passages."""
    found = considerations.gaps(chosen.lazy(), written.passages.lazy(), written.searched.lazy(), method)
    decided = (
        decisions.filter(pl.col("objet_type") == "constat")
        .select("auteur", "date", uid="objet_id", consideration="champ", decision="valeur", motif_decision="motif")
        .unique(["uid", "consideration"], keep="last", maintain_order=True)
    )
    both = pl.concat([gap.with_columns(liste=pl.lit(name)) for name, gap in found._asdict().items()])
    sure = _less_sure(both, written.links.lazy()).sort(
        "liste", "certitude", "uid", "consideration", descending=[True, True, False, False]
    )
    rows = sure.join(decided, on=["uid", "consideration"], how="left", maintain_order="left").collect()
    return written.tables | {"ecarts": rows, "passages": written.passages}


def _less_sure(found: pl.LazyFrame, links: pl.LazyFrame) -> pl.LazyFrame:
    """A gap told by a text is no surer than the link of that text to its contract, and says so."""
    told = pl.format(
        "{} ; texte rapproché du contrat à {}\u00a0%", "motif", (100 * pl.col("lien")).round().cast(pl.Int64)
    )
    return (
        found.join(links, on=["uid", "champ"], how="left", maintain_order="left")
        .with_columns(
            certitude=(pl.col("certitude") * pl.col("lien").fill_null(1.0)).round(3),
            motif=pl.when(pl.col("lien") < 1).then(told).otherwise("motif"),
        )
        .drop("lien")
    )


def _of_notices(
    notices: Notices,
    launched: pl.DataFrame,
    chosen: pl.LazyFrame,
    found: list[pl.LazyFrame],
    searched: list[pl.LazyFrame],
    method: dict[str, Any] | None,
) -> dict[str, pl.DataFrame]:
    """The texts of notices: each beside what it announces, those of the contracts among what is read of them."""
    floor = (method or rules.method())["launches"]["texte_lu"]["value"]
    joined = launched.join(chosen.select("uid").collect(), on="uid", how="semi").with_columns(
        texte_lu=pl.col("score") >= floor
    )
    texts = notice_texts(notices).collect()
    said = detection.detect(texts.lazy()).collect().lazy()
    single = notices.notices.lazy().select(avis="avis", seul=pl.col("nb_lots") <= 1)
    # Nothing says which lot a contract is: the texts of lots are read only where there is one.
    link = (
        joined.lazy()
        .filter("texte_lu")
        .select("uid", "avis", lien="score")
        .join(single, on="avis", how="left", maintain_order="left")
    )
    where = pl.format("avis {}, {}", "texte_id", "champ")
    for frame, into in ((said, found), (texts.lazy().select("texte_id", "champ"), searched)):
        own = frame.join(link, left_on="texte_id", right_on="avis", maintain_order="left_right")
        kept = own.filter(pl.col("seul").fill_null(False) | ~pl.col("champ").str.starts_with("lot "))
        moved = kept.with_columns(champ=where).with_columns(texte_id="uid")
        into.append(moved if into is found else moved.select("texte_id", "champ"))
    announced = considerations.announced(notices.notices.lazy(), said, method).collect()
    return {
        "lancements": joined,
        "avis_annonces": announced,
        "avis_fichiers": notices.files,
        "avis_remplis": filled_of(notices),
    }


def _of_pieces(
    pieces: Clauses, chosen: pl.LazyFrame, found: list[pl.LazyFrame], searched: list[pl.LazyFrame]
) -> dict[str, pl.DataFrame]:
    """The documents whose folder, archive or name bears the number of a contract."""
    files = pieces.documents.files
    linked = launches.by_number(chosen, documents.numbers(files)).collect()
    link = linked.lazy().select("document", "uid", lien="score")
    place = (
        pl.when(pl.col("ou").str.contains(pl.col("document"), literal=True))
        .then("ou")
        .otherwise(pl.format("{} ({})", "ou", "document"))
    )
    own = (
        pieces.passages.lazy()
        .join(link, on="document", maintain_order="left_right")
        .with_columns(champ=place, texte_id=pl.col("uid"))
    )
    found.append(own)
    read_whole = (
        files.lazy().filter(pl.col("statut") != "refuse").join(link, on="document", maintain_order="left_right")
    )
    searched.append(read_whole.select(texte_id="uid", champ="document"))
    shown = files.select("document", "genre", "genre_libelle", "format", "statut", "pages", "textes", "message").join(
        linked, on="document", how="left", maintain_order="left"
    )
    return {"pieces": shown}
