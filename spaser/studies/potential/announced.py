"""What is announced in public before any contract: notices that await offers on the reader's day or announce a purchase, programmes published.

Both become NEEDS, one for each lot or project whose family is told, with where it is public and what its date means. A
programme is read here only when a person says that it is published: nothing in a file of projects says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

import polars as pl

from spaser import buyers, families, french, potential, rules, territories
from spaser.potential.demand import kind
from spaser.problems import Problem
from spaser.sources.notices import Notices, read_notices
from spaser.studies.diagnostic import Base
from spaser.studies.potential.compose import ground
from spaser.studies.potential.located import place
from spaser.studies.potential.programme import programme_of
from spaser.text import fold
from spaser.vocabulary import NEEDS

#: What a date means, by where the need is public.
ENDS, OFFERS, PLANNED = "fin au plus tard", "offres au plus tard", "lancement prévu"
FORESEEN = "consultation annoncée, sans date"
#: Kinds of notice that ask for offers, that only announce, and those that end or change one.
_CALLS, _PRIOR, _END, _CHANGE = (
    ("concurrence", "concours"),
    "preinformation",
    ("attribution", "annulation"),
    "rectificatif",
)
#: The journals of notices, and what makes one notice of the two: what both of them publish.
BOAMP, TED = "BOAMP", "TED"
ALIKE = "même acheteur, même objet, même date limite"
_PUBLIC = {"publie": pl.String, "date_dit": pl.String, "reserve": pl.Boolean}


class Programme(NamedTuple):
    """A programme that its buyer published: its file, and the buyer as a person names it when the file does not."""

    path: str | Path
    buyer: str | None = None


@dataclass(frozen=True, eq=False)
class Announced:
    """``needs`` NEEDS, with ``publie`` (where it is public), ``date_dit`` (what ``echeance`` is) and ``reserve``; ``told`` what was read and left."""

    needs: pl.DataFrame
    told: tuple[str, ...] = ()


def announced(
    day: date,
    *,
    notices: Sequence[str | Path] = (),
    programmes: Sequence[Programme] = (),
    known: pl.DataFrame | None = None,
    siren: str | None = None,
) -> Announced:
    """The needs announced in public and still to come on ``day``.

    Parameters
    ----------
    notices
        Files of notices (BOAMP, TED, eForms).
    programmes
        Programmes that a person says published.
    known
        ``known_buyers`` of the contracts read, where a buyer said by name finds its number, and where it usually buys.
    siren
        Only what this buyer announces; a notice without a number is its own when it bears its name.

    Raises
    ------
    Problem
        A file cannot be read.
    """
    parts, told = [], []
    if notices:
        rows, said = _of_notices(read_notices(list(notices)), day, known)
        parts.append(rows)
        told.append(said)
    for one in programmes:
        rows, said = _of_programme(one, day, known)
        parts.append(rows)
        told.append(said)
    empty = NEEDS.empty().with_columns(pl.lit(None, dtype).alias(name) for name, dtype in _PUBLIC.items())
    needs = pl.concat([empty, *parts], how="vertical_relaxed") if parts else empty
    kept = needs.filter(pl.col("acheteur_siren") == siren) if siren else needs
    return Announced(kept.sort("echeance", "besoin_id", nulls_last=True), tuple(told))


def known_buyers(base: Base) -> pl.DataFrame:
    """The buyers of the contracts read, each with ``lieu`` and ``lieu_libelle``, where most of its contracts are."""
    usual = (
        ground(base)
        .contracts.drop_nulls("lieu")
        .group_by("acheteur_siren", "lieu", "lieu_libelle")
        .len()
        .sort("acheteur_siren", "len", "lieu", descending=[False, True, False])
        .unique("acheteur_siren", keep="first", maintain_order=True)
        .drop("len")
    )
    return base.buyers.join(usual, on="acheteur_siren", how="left", maintain_order="left")


def _of_notices(read: Notices, day: date, known: pl.DataFrame | None) -> tuple[pl.DataFrame, str]:
    """The lots of notices that still await offers, and the account of all the notices."""
    seen = _dated(read.notices)
    calls = seen.filter(pl.col("type_avis").is_in(_CALLS))
    # A list of notices may write neither their kind nor their last day: nothing then says that one is open.
    unsaid = seen.filter(
        pl.col("type_avis").is_null() | (pl.col("type_avis").is_in(_CALLS) & pl.col("date_limite").is_null())
    )
    out = (pl.col("date_publication") <= day).fill_null(True)
    source = pl.when(pl.col("format").str.contains("(?i)boamp")).then(pl.lit(BOAMP)).otherwise(pl.lit(TED))
    waiting = calls.filter((pl.col("date_limite") >= day) & out & ~pl.col("_clos")).with_columns(_source=source)
    foreseen = _foreseen(seen.filter(out).with_columns(_source=source), calls, day)
    still = pl.concat([_once(waiting).with_columns(_date_dit=pl.lit(OFFERS)), foreseen], how="diagonal_relaxed")
    sorted_ = _lots(still, read, known)
    usable = sorted_.filter(pl.col("famille").is_not_null())
    held = still.height - foreseen.height
    open_ = (
        "aucun n'attend plus d'offres"
        if not held
        else f"{french.number(held)} {'attend' if held == 1 else 'attendent'} encore des offres"
    )
    said = f"Avis lus : {french.number(read.notices.height)} ; {open_} le {french.long_date(day)}"
    if waiting["_source"].n_unique() > 1:
        twice = waiting.height - held
        said += f" ; {french.count(twice, 'avis')} {'paru' if twice < 2 else 'parus'} à la fois au {BOAMP} et au {TED} ({ALIKE}), {'compté' if twice < 2 else 'comptés'} une fois ; écrit autrement, un même avis compte deux fois"
    if foreseen.height:
        said += f" ; {french.count(foreseen.height, 'préinformation', feminine=True)} de moins de {_recent()} mois"
    if unsaid.height:
        said += (
            f" ; {french.number(unsaid.height)} sans type d'avis ou sans date limite dans le fichier, laissés de côté"
        )
    lost = sorted_.height - usable.height
    said += f" ; {french.count(lost, 'lot')} sans famille d'achat reconnue" if lost else ""
    return _conformed(_needs(usable)), french.sentence(said)


def _lots(still: pl.DataFrame, read: Notices, known: pl.DataFrame | None) -> pl.DataFrame:
    """One row per lot of the notices, with its buyer, its place and its family when the words or the code say it."""
    lots = read.lots.select("avis", "lot", _objet="objet", _cpv="codeCPV", _montant="montant_estime", _mois="dureeMois")
    many = pl.col("nb_lots").fill_null(0) > 1
    rows = still.join(lots, on="avis", how="left", maintain_order="left").with_columns(
        besoin_id=pl.format("A-{}-{}", "avis", pl.col("lot").fill_null("1")),
        _titre=pl.when(many & (pl.col("_objet") != pl.col("objet")).fill_null(False))
        .then(pl.concat_str("_objet", pl.format("({})", "objet"), separator=" ", ignore_nulls=True))
        .otherwise(pl.col("objet")),
        # The estimate of a notice of several lots is that of the whole: a lot has its own, or none.
        montant=pl.coalesce("_montant", pl.when(~many).then("montant_estime")),
        dureeMois=pl.coalesce("_mois", "dureeMois").cast(pl.Int32),
        objet=pl.coalesce("_objet", "objet"),
        codeCPV=pl.coalesce("_cpv", "codeCPV"),
    )
    return families.add(_bought(rows, known).lazy()).collect(engine="in-memory")


def _needs(usable: pl.DataFrame) -> pl.DataFrame:
    """The lots as NEEDS: yearly amounts, what their date is, where they are public."""
    months = pl.col("dureeMois").clip(12, None).fill_null(12)
    reserved = pl.col("reserve").is_not_null() & (pl.col("reserve") != "none")
    return usable.with_columns(
        annuel=(pl.col("montant") * 12 / months).round().cast(pl.Int64),
        lot_annuel=(pl.col("montant") * 12 / months).round().cast(pl.Int64),
        type_marche=kind(pl.col("codeCPV")),
        origine=pl.lit("avis"),
        objet="_titre",
        echeance="date_limite",
        besoin_montant="montant",
        lots=pl.lit(1, pl.Int32),
        publie=pl.format("avis {}", "_parus") + pl.when(reserved).then(pl.lit(", réservé")).otherwise(pl.lit("")),
        date_dit="_date_dit",
        reserve=reserved.fill_null(False),
    )


def _recent() -> int:
    """For how many months an announcement without a day still says something."""
    return int(rules.method()["potential"]["preinformation"]["value"])


def _foreseen(seen: pl.DataFrame, calls: pl.DataFrame, day: date) -> pl.DataFrame:
    """The announcements of a purchase to come, once each, that no call has followed: they await no offer, and have no last day."""
    recent = pl.col("date_publication") >= pl.lit(day).dt.offset_by(f"-{_recent()}mo")
    prior = seen.filter((pl.col("type_avis") == _PRIOR) & recent & ~pl.col("_clos"))
    called = {(fold(name or ""), fold(said or "")) for name, said in calls.select("acheteur_nom", "objet").rows()}
    opened = pl.Series(
        [(fold(name or ""), fold(said or "")) in called for name, said in prior.select("acheteur_nom", "objet").rows()],
        dtype=pl.Boolean,
    )
    kept = _once(prior.filter(~opened).with_columns(date_limite=pl.lit(day)))
    return kept.with_columns(date_limite=pl.lit(None, pl.Date), _date_dit=pl.lit(FORESEEN))


def _once(calls: pl.DataFrame) -> pl.DataFrame:
    """The calls, one that two journals publish kept once: the same buyer, subject and last day, one notice in each and no more.

    The one with more lots stays, and ``_parus`` says both. A buyer without a number is the one that bears its very name here.
    """
    folded = calls.with_columns(
        _nom=pl.Series([fold(name or "") or None for name in calls["acheteur_nom"]], dtype=pl.String),
        _dit=pl.Series([fold(text or "") or None for text in calls["objet"]], dtype=pl.String),
    )
    number = folded.drop_nulls("_nom").group_by("_nom").agg(_numero=pl.col("acheteur_siren").drop_nulls().unique())
    alone = number.filter(pl.col("_numero").list.len() == 1).with_columns(pl.col("_numero").list.first())
    rows = folded.join(alone, on="_nom", how="left", maintain_order="left").with_columns(
        _qui=pl.coalesce("acheteur_siren", "_numero", "_nom")
    )
    same = ["_qui", "_dit", "date_limite"]
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in same)
    pair = known & (pl.len().over(same) == 2) & (pl.col("_source").n_unique().over(same) == 2)
    named = pl.format("{} {}", "_source", "avis")
    both = named.sort_by("_source").str.join(" et ").over(same)
    first = (pl.col("nb_lots").fill_null(0).rank("ordinal", descending=True).over(same) == 1) | ~pl.col("_pair")
    told = rows.with_columns(_pair=pair, _parus=pl.when(pair).then(both).otherwise(named))
    return told.filter(first).drop("_nom", "_dit", "_numero", "_qui", "_pair")


def _dated(notices: pl.DataFrame) -> pl.DataFrame:
    """The notices, each with the last deadline that a change of it gives, and ``_clos``: another notice awards or cancels it."""
    about = notices.filter(pl.col("avis_lie").is_not_null())
    moved = (
        about.filter((pl.col("type_avis") == _CHANGE) & pl.col("date_limite").is_not_null())
        .sort("date_publication", nulls_last=False)
        .group_by("avis_lie", maintain_order=True)
        .agg(_reportee=pl.col("date_limite").last())
    )
    ended = about.filter(pl.col("type_avis").is_in(_END)).select("avis_lie", _clos=pl.lit(True)).unique()
    joined = notices
    for other in (moved, ended):
        joined = joined.join(other, left_on="avis", right_on="avis_lie", how="left", maintain_order="left")
    return joined.with_columns(
        date_limite=pl.coalesce("_reportee", "date_limite"), _clos=pl.col("_clos").fill_null(False)
    )


def _bought(rows: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """The rows with their buyer and where it buys: its number, else that of the buyer read who bears its very name."""
    named: dict[str, str] = {}
    if known is not None:
        told = known.select("acheteur_siren", "acheteur_libelle").drop_nulls()
        named = {fold(label): siren for siren, label in told.rows()}
    folded = [named.get(fold(name)) if name else None for name in rows["acheteur_nom"]]
    postcode = rows.lazy().select(code_postal="acheteur_code_postal")
    home = postcode.select(territories.department("code_postal")).collect(engine="in-memory").to_series()
    filled = rows.with_columns(
        acheteur_siren=pl.coalesce("acheteur_siren", pl.Series(folded, dtype=pl.String)),
        acheteur_libelle=pl.col("acheteur_nom"),
        acheteur_departement_code=home,
        lieuExecution_code=pl.lit(None, pl.String),
        lieuExecution_typeCode=pl.lit(None, pl.String),
    )
    placed = place(filled.lazy()).collect(engine="in-memory")
    if known is None:
        return placed
    usual = known.select("acheteur_siren", _lieu="lieu", _lieu_dit="lieu_libelle").drop_nulls("acheteur_siren")
    told = placed.join(usual, on="acheteur_siren", how="left", maintain_order="left")
    return told.with_columns(
        lieu=pl.coalesce("lieu", "_lieu"), lieu_libelle=pl.coalesce("lieu_libelle", "_lieu_dit")
    ).drop("_lieu", "_lieu_dit")


def _of_programme(one: Programme, day: date, known: pl.DataFrame | None) -> tuple[pl.DataFrame, str]:
    """The projects to come of a published programme: a day planned that is past announces nothing any more."""
    planned = programme_of(one.path)
    siren, label = _buyer(one.buyer, known)
    whole, where = _usual(siren, label, known)
    rows = potential.of_programme(planned.projects.lazy(), buyer=siren, place=whole).collect(engine="in-memory")
    ahead = rows.filter(pl.col("echeance").is_null() | (pl.col("echeance") >= day))
    needs = ahead.with_columns(
        acheteur_libelle=pl.coalesce("acheteur_libelle", pl.lit(label or f"Programme {planned.name}")),
        lieu_libelle=pl.coalesce("lieu_libelle", pl.lit(where, pl.String)),
        publie=pl.lit(f"programme publié ({planned.name})"),
        date_dit=pl.lit(PLANNED),
        reserve=pl.lit(False),
    )
    said = f"Programme publié {planned.name} : {french.count(needs.height, 'projet')} à venir"
    past = rows.height - ahead.height
    said += f" ; {french.number(past)} dont le jour prévu est passé" if past else ""
    return _conformed(needs), french.sentence(said)


def _buyer(name: str | None, known: pl.DataFrame | None) -> tuple[str | None, str | None]:
    """The number and the name of a buyer as a person says it; a name that no contract bears is kept as it is said."""
    if not name or known is None:
        return None, name
    try:
        siren = buyers.choose(known, name)
    except Problem:
        return None, name
    return siren, str(known.filter(pl.col("acheteur_siren") == siren)["acheteur_libelle"][0])


def _usual(siren: str | None, label: str | None, known: pl.DataFrame | None) -> tuple[str | None, str | None]:
    """Where a buyer buys and its name: its own territory, else where most of its contracts are."""
    if not siren:
        return None, None
    if territories.one_per_siren().filter(pl.col("siren") == siren).collect().height:
        return f"A{siren}", label
    mine = None if known is None else known.filter(pl.col("acheteur_siren") == siren)
    return (None, None) if mine is None or not mine.height else mine.select("lieu", "lieu_libelle").row(0)


def _conformed(needs: pl.DataFrame) -> pl.DataFrame:
    """NEEDS, then where each is public."""
    told = NEEDS.conform(needs.lazy()).collect(engine="in-memory")
    return told.with_columns(needs[name].cast(dtype) for name, dtype in _PUBLIC.items())
