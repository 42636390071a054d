"""Published states → one state per contract and amendment, rolled forward to the current one.

Everything here is a maximum or a minimum of a packed integer, so that the result cannot depend on the order of rows: which
edition of a state is kept, which state is the current one, which amount was known last.

Words of this file
    row
        a state as one source record published it (``RECORDS``);
    edition
        the rows of one state in one source with one publication date; its rows are lots or co-holders of the same state;
    state
        ``uid`` and ``modification_id``, described by its kept edition: the latest published, then the most complete.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import wording
from spaser.vocabulary import NONE_DECLARED

WIDE = pl.Int128()
DAY_ZERO = 1_000_000  # brings every date of the calendar above zero
DAYS, COMPLETENESS, AMOUNT, SOURCES, POSITIONS, CHANGES, MONTHS = 2**22, 2**4, 2**50, 2**16, 2**33, 2**31, 2**31
DESCRIBING = (
    "objet",
    "codeCPV",
    "procedure",
    "montant",
    "dureeMois",
    "titulaires",
    "considerationsSociales",
    "considerationsEnvironnementales",
    "dateNotification",
)
CONSIDERED = tuple(NONE_DECLARED)
KEY = ["source", "position", "modification_id"]
#: What is read of a record to find its state.
READ = (
    *KEY,
    *("uid", "date_version", "dateNotification", "montant", "dureeMois", "type_contrat", "datePublicationDonnees"),
    *("objetModification", *DESCRIBING),
)


def rows(records: pl.LazyFrame) -> pl.LazyFrame:
    """The narrow columns of each row: its identity, what changes in time, and ``rang_edition`` which ranks editions."""
    ranks = records.select("source").unique().sort("source", descending=True).with_row_index("rang_source")
    held = pl.col("titulaires").list.len().fill_null(0)
    narrow = records.select(
        "uid",
        "source",
        "position",
        pl.col("modification_id").fill_null(0),
        "date_version",
        "dateNotification",
        "montant",
        "dureeMois",
        "type_contrat",
        *CONSIDERED,
        publication=_day("datePublicationDonnees"),
        complet=pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int32) for name in DESCRIBING),
        decrit=pl.col("objet").is_not_null() | pl.col("codeCPV").is_not_null(),
        tenu=pl.when(held > 0).then(held).cast(pl.Int32),
        titulaire_id=_only_holder(),
        objet_cle=pl.col("objet").hash(),
        dit=wording.said(pl.col("objetModification"), pl.col("montant")),
    )
    return narrow.join(ranks, on="source", how="left").with_columns(rang_edition=_edition_rank())


def _only_holder() -> pl.Expr:
    first = pl.col("titulaires").list.first()
    return pl.coalesce(first.struct.field("titulaire_id"), first.struct.field("titulaire_nom"))


def _day(name: str) -> pl.Expr:
    return (pl.col(name).to_physical() + DAY_ZERO).fill_null(0).clip(0, DAYS - 1)


def published(name: str) -> pl.Expr:
    """The day behind a packed publication; null where none was known."""
    return pl.when(pl.col(name) > 0).then((pl.col(name) - DAY_ZERO).cast(pl.Int32).cast(pl.Date))


def _edition_rank() -> pl.Expr:
    """Latest publication, most complete, then the largest amount (lots under one number), first source, first position."""
    rank = pl.col("publication").cast(WIDE)
    for size, value in (
        (COMPLETENESS, pl.col("complet")),
        (AMOUNT, pl.col("montant").fill_null(0).clip(0, AMOUNT - 1)),
        (SOURCES, pl.col("rang_source")),
        (POSITIONS, POSITIONS - 1 - pl.col("position")),
    ):
        rank = rank * size + value.cast(WIDE)
    return rank


def states(narrow: pl.LazyFrame) -> pl.LazyFrame:
    """One row per ``uid`` and ``modification_id``: the best row of its kept edition, and ``ordre``, its place in time."""
    best = (
        "source",
        "position",
        "publication",
        "date_version",
        "dateNotification",
        "montant",
        "dureeMois",
        "decrit",
        "tenu",
        "titulaire_id",
        "rang_source",
        "dit",
    )
    grouped = narrow.group_by("uid", "modification_id").agg(
        pl.len().alias("lignes"),
        *(pl.col(name).max_by("rang_edition") for name in best),
        premiere=pl.col("publication").filter(pl.col("publication") > 0).min(),
        lots_possibles=(pl.col("montant").min() < pl.col("montant").max())
        | (pl.col("dateNotification").min() < pl.col("dateNotification").max())
        | (pl.col("objet_cle").min() < pl.col("objet_cle").max()),
    )
    return grouped.with_columns(ordre=_place_in_time())


def _place_in_time() -> pl.Expr:
    """The initial state first, then amendments by date, then by number."""
    change = pl.col("modification_id").clip(0, CHANGES - 1).cast(WIDE)
    return ((change > 0).cast(WIDE) * DAYS + _day("date_version").cast(WIDE)) * CHANGES + change


def current(found: pl.LazyFrame) -> pl.LazyFrame:
    """One row per ``uid``: the last known amount, duration and holders, the first ones, and the row that describes it.

    ``porteur_*`` name the source row of the latest state that says what is bought; ``etat_titulaires`` is the amendment
    whose holders hold today. ``premiere_publication`` is the earliest publication known (packed), ``publication_recouverte`` says that
    it does not come before the first amendment: the first publication of the contract may be earlier.
    """
    amount, months = (
        pl.col("montant").clip(-AMOUNT // 2, AMOUNT // 2 - 1),
        pl.col("dureeMois").clip(-MONTHS // 2, MONTHS // 2 - 1),
    )
    place, later, signed = pl.col("ordre"), pl.col("modification_id") > 0, _day("date_version")
    packed = found.with_columns(
        _montant=place * AMOUNT + amount.cast(WIDE) + AMOUNT // 2,
        _duree=place * MONTHS + months.cast(WIDE) + MONTHS // 2,
        _porteur=pl.col("decrit").cast(WIDE) * 2**60 + place,
        _tenu=pl.when(pl.col("tenu").is_not_null()).then(place),
        montant_notifie=pl.when(pl.col("modification_id") == 0).then("montant"),
        duree_notifiee=pl.when(pl.col("modification_id") == 0).then("dureeMois"),
        _avenant=pl.when(later).then(pl.min_horizontal(pl.when(signed > 0).then(signed), "premiere")),
    )
    first, amendment = pl.col("premiere").min(), pl.col("_avenant").min()
    grouped = packed.group_by("uid").agg(
        pl.len().cast(pl.Int32).alias("nb_versions"),
        pl.col("dateNotification").min(),
        pl.col("montant_notifie", "duree_notifiee").max(),
        pl.col("date_version").max_by("ordre"),
        pl.col("_montant").max(),
        pl.col("_montant").min().alias("_montant_initial"),
        pl.col("_duree").max(),
        pl.col("_duree").min().alias("_duree_initiale"),
        pl.col("source").max_by("_porteur").alias("porteur_source"),
        pl.col("position").max_by("_porteur").alias("porteur_position"),
        pl.col("modification_id").max_by("_porteur").alias("porteur_modification"),
        pl.col("_tenu").max(),
        pl.col("titulaire_id").max_by("_tenu"),
        pl.col("tenu").max_by("_tenu"),
        pl.col("lignes").max_by("_tenu").alias("lignes_titulaires"),
        pl.col("source").max_by("_tenu").alias("source_titulaires"),
        pl.col("publication").max_by("_tenu").alias("publication_titulaires"),
        pl.col("source").min_by("ordre").alias("source_initiale"),
        pl.col("publication").min_by("ordre").alias("publication_initiale"),
        first.alias("premiere_publication"),
        (later.any() & ~(first < amendment).fill_null(False)).alias("publication_recouverte"),
        (pl.col("lots_possibles").fill_null(False) & (pl.col("modification_id") == 0)).any().alias("lots_possibles"),
    )
    return grouped.select(
        pl.exclude("^_.*$"),
        montant=_unpack("_montant", AMOUNT, pl.Int64()),
        montant_initial=_unpack("_montant_initial", AMOUNT, pl.Int64()),
        dureeMois=_unpack("_duree", MONTHS, pl.Int32()),
        dureeMois_initiale=_unpack("_duree_initiale", MONTHS, pl.Int32()),
        etat_titulaires=(pl.col("_tenu") % CHANGES).cast(pl.Int32),
    )


def changes(found: pl.LazyFrame) -> pl.LazyFrame:
    """``uid`` and ``changements``, the amendments of each amended contract in no particular order (``ordre`` says theirs)."""
    change = pl.struct("ordre", "date_version", "montant", "dit", dureeMois_avenant="dureeMois")
    return found.filter(pl.col("modification_id") > 0).group_by("uid").agg(changements=change)


def _unpack(name: str, size: int, dtype: pl.DataType) -> pl.Expr:
    return (pl.col(name) % size - size // 2).cast(dtype)


def edition_rows(narrow: pl.LazyFrame, found: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of the states published in several rows, with ``gardee``: the row belongs to the kept edition."""
    several = found.filter(pl.col("lignes") > 1).select(
        "uid", "modification_id", source_gardee="source", publication_gardee="publication"
    )
    return narrow.join(several, on=["uid", "modification_id"]).with_columns(
        gardee=(pl.col("source") == pl.col("source_gardee")) & (pl.col("publication") == pl.col("publication_gardee"))
    )


def lots(narrow: pl.LazyFrame, several: pl.LazyFrame) -> pl.LazyFrame:
    """Contracts published in several rows at once: ``uid, montant_lots, montant_lot_bas, nb_lots, premiere_date``, and what the
    lots declare together (``lots_considerationsSociales``, ``lots_considerationsEnvironnementales``, null when they declare nothing).

    A lot is known by its amount, subject and date: co-holders of one lot repeat the three. ``montant_lots`` is the sum of the
    distinct ones (null when there is one amount), ``premiere_date`` the earliest notification. Only initial states are read,
    since amendments are published one at a time. ``several`` names the editions to look at (``current``, ``lots_possibles``).

    Rows of the same holders and subject, each of another day and of close amounts, are no lots but the successive states of one
    contract (``contract_facts.toml``, ``etats``): ``montant_premier``, ``montant_dernier``, the largest, ``montant_etats``, and the
    durations of the first and the last, ``duree_premiere`` and ``duree_derniere``.
    """
    editions = several.filter("lots_possibles").select(
        "uid", "source_initiale", "publication_initiale", seul=pl.col("nb_versions") == 1
    )
    mine = (pl.col("source") == pl.col("source_initiale")) & (pl.col("publication") == pl.col("publication_initiale"))
    rows = narrow.filter(pl.col("modification_id") == 0).join(editions, on="uid")
    # Few rows, read in one step: each join more of the lazy table would be a decoding more of the whole file.
    return rows.select("uid", "titulaire_id", "seul", "dureeMois", *_LOT, *CONSIDERED, sienne=mine).map_batches(
        _lots, schema=_LOTS, streamable=False, projection_pushdown=False, predicate_pushdown=False
    )


#: What the successive states of one contract say of it.
_STATE = ("montant_premier", "montant_dernier", "montant_etats", "duree_premiere", "duree_derniere")
#: What makes a lot, beside its contract.
_LOT = ("montant", "objet_cle", "dateNotification")
_LOTS = {
    "uid": pl.String(),
    "premiere_date": pl.Date(),
    "montant_lots": pl.Int64(),
    "montant_lot_bas": pl.Int64(),
    "nb_lots": pl.Int32(),
    **{name: pl.Int64() for name in _STATE[:3]},
    **{name: pl.Int32() for name in _STATE[3:]},
    **{f"lots_{name}": pl.String() for name in CONSIDERED},
}


def _lots(rows: pl.DataFrame) -> pl.DataFrame:
    """The lots of each contract, from the rows of its editions (``sienne``: of the first one)."""
    mine, same = pl.col("sienne").fill_null(False), ["uid", *_LOT]
    holders = rows.filter(mine).select("uid", "titulaire_id").drop_nulls().unique()
    # Another edition corrects this one; of other holders and for something else, it is another lot.
    others = (
        rows.filter(~pl.col("sienne") & pl.col("titulaire_id").is_not_null())
        .join(holders, on=["uid", "titulaire_id"], how="anti")
        .join(holders.select("uid").unique(), on="uid", how="semi")
    )
    known = rows.filter(mine)
    apart = others.join(known.select(same).unique(), on=same, how="anti", nulls_equal=True)
    every = pl.concat([known, apart])
    who = pl.col("titulaire_id").drop_nulls().unique().sort()
    distinct = every.group_by(same).agg(
        pl.col("seul").all(),
        pl.col("dureeMois").max(),
        _titulaire=pl.col("titulaire_id").min(),
        _ensemble=who.str.join("|"),
    )
    distinct = distinct.sort("uid", "dateNotification", "montant")
    declared = every.group_by("uid").agg(_together(name) for name in CONSIDERED)
    # The same euros of the same holders for the same thing, on another day: one lot published again, counted once.
    new = pl.struct("uid", "montant", "objet_cle", "_ensemble").is_first_distinct() | (pl.col("_ensemble") == "")
    distinct = distinct.with_columns(_nouveau=new)
    amount = pl.col("montant").filter(pl.col("montant") > 0)
    once = pl.col("montant").filter((pl.col("montant") > 0) & pl.col("_nouveau"))
    sums = distinct.group_by("uid").agg(
        montant_lots=once.sum(),
        montant_lot_bas=amount.min(),
        nb_lots=once.len().cast(pl.Int32),
        lignes=amount.len(),
        montants=amount.n_unique(),
        titulaires=pl.col("_titulaire").drop_nulls().n_unique(),
        premiere_date=pl.col("dateNotification").min(),
        montant_premier=pl.col("montant").first(),
        montant_dernier=pl.col("montant").last(),
        montant_etats=pl.col("montant").max(),
        duree_premiere=pl.col("dureeMois").drop_nulls().first(),
        duree_derniere=pl.col("dureeMois").drop_nulls().last(),
        etats=_successive(),
    )
    # Several amounts, or as many holders as there are subjects or days: one lot repeats the three for each co-holder.
    lots = (pl.col("montants") > 1) | ((pl.col("lignes") > 1) & (pl.col("titulaires") == pl.col("lignes")))
    states_ = pl.col("etats").fill_null(False)
    true = {"montant_lot_bas": lots} | dict.fromkeys(_STATE, states_)
    ours = [name for name in _LOTS if name not in ("uid", "premiere_date")]
    told = (pl.when(true.get(name, lots & ~states_)).then(name) for name in ours)
    return sums.join(declared, on="uid").select("uid", "premiere_date", *told)


def _successive() -> pl.Expr:
    """The rows of one number are one contract published again after each amendment: same holders and subject, other days, close amounts."""
    settings = rules.toml("contract_facts.toml")["etats"]
    amount, day, who = pl.col("montant"), pl.col("dateNotification"), pl.col("_ensemble")
    alone = (who.n_unique() == 1) & (who.first() != "") & (pl.col("objet_cle").n_unique() == 1) & pl.col("seul").all()
    apart = (day.max() - day.min()).dt.total_days() >= settings["jours"]
    # Nearly the same euros: a correction, however soon.
    days = (day.n_unique() == pl.len()) & (apart | (amount.max() <= settings["correction"] * amount.min()))
    known = (amount.null_count() == 0) & (day.null_count() == 0)
    close = (amount.min() > 0) & (amount.max() > amount.min()) & (amount.max() <= settings["ecart"] * amount.min())
    return alone & days & known & close


def _together(name: str) -> pl.Expr:
    """What the lots of a contract declare, each thing once: a clause of one lot is not lost because another has none."""
    said = pl.col(name).drop_nulls().unique().sort()
    some = said.filter(said != NONE_DECLARED[name])
    return pl.when(some.len() > 0).then(some.str.join(", ")).alias(f"lots_{name}")


def fates(narrow: pl.LazyFrame, found: pl.LazyFrame, carriers: pl.LazyFrame) -> pl.LazyFrame:
    """What became of each source record: ``source``, ``position``, ``uid``, ``sort``.

    ``contrat``: the record that describes the contract, one per uid. ``version_ou_titulaire``: it brings a state or
    holders of its own. ``doublon``: all it says is said by a kept record. ``concession``: kept apart.
    """
    content = ["uid", "modification_id", "titulaire_id", "tenu", "montant", "dureeMois", "objet_cle"]
    marked = edition_rows(narrow, found)
    first = marked.filter("gardee").group_by(content).agg(pl.col("rang_edition").max().alias("premier"))
    said = first.select(content).unique()
    said_elsewhere = said.select("uid", "modification_id", "montant", "dureeMois").unique()
    brings = marked.filter("gardee").join(first.select(rang_edition="premier"), on="rang_edition", how="semi")
    outside = marked.filter(~pl.col("gardee"))
    same = outside.filter(pl.col("source") == pl.col("source_gardee")).join(
        said, on=content, how="anti", nulls_equal=True
    )
    other = outside.filter(pl.col("source") != pl.col("source_gardee")).join(
        said_elsewhere, on=["uid", "modification_id", "montant", "dureeMois"], how="anti", nulls_equal=True
    )
    alone = narrow.join(
        found.filter(pl.col("lignes") == 1).select("uid", "modification_id"), on=["uid", "modification_id"], how="semi"
    )
    new = pl.concat([frame.select("source", "position") for frame in (brings, same, other, alone)]).unique()
    records = narrow.select("source", "position", "uid", "type_contrat").unique(["source", "position"])
    carrying = carriers.select(source="porteur_source", position="porteur_position", porte=pl.lit(True))
    kinds = records.join(carrying, on=["source", "position"], how="left").join(
        new.with_columns(apporte=pl.lit(True)), on=["source", "position"], how="left"
    )
    fate = (
        pl.when(pl.col("type_contrat") == "concession")
        .then(pl.lit("concession"))
        .when("porte")
        .then(pl.lit("contrat"))
        .when("apporte")
        .then(pl.lit("version_ou_titulaire"))
        .otherwise(pl.lit("doublon"))
    )
    return kinds.select("source", "position", "uid", fate.alias("sort"))
