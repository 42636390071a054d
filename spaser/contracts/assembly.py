"""From published states to contracts: one row per ``uid``, its holders, its versions, what became of each source record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

import polars as pl

from spaser import rules
from spaser import vocabulary as words
from spaser.contracts import anomalies, days, judging, repeats, states
from spaser.contracts import holders as holding


@dataclass(frozen=True)
class Contracts:
    """The tables of this room: see ``vocabulary`` for CONTRACTS, HOLDERS, VERSIONS, SUBCONTRACTS.

    ``fates`` has ``source, position, uid, sort`` for every source record that was read, ``sort`` being ``contrat``,
    ``version_ou_titulaire``, ``doublon`` or ``concession``.
    """

    contracts: pl.LazyFrame
    holders: pl.LazyFrame
    versions: pl.LazyFrame
    subcontracts: pl.LazyFrame
    fates: pl.LazyFrame


def build(
    records: pl.LazyFrame, *, as_of: date, today: date | None = None, decisions: pl.LazyFrame | None = None
) -> Contracts:
    """Assemble the contracts of checked RECORDS as of a day; the result does not depend on the order of rows.

    Parameters
    ----------
    records
        Table RECORDS: one row per published state (amounts in cents).
    as_of
        The day that decides what is incomplete; see ``as_of_default``.
    today
        The reader's day: a publication or a notification after it is not believed.
    decisions
        Table DECISIONS; those of type ``consultation`` (valeur: the name of the consultation) and ``montant`` (valeur:
        euros, or « accepter » for the proposed repair) are applied, the latest of each contract.
    """
    narrow = states.rows(records)
    found = states.states(narrow)
    current = states.current(found)
    whole = _whole(records, narrow, found, current, (as_of, today), decisions)
    return Contracts(
        contracts=words.CONTRACTS.conform(whole),
        holders=holding.shared(records, current, whole),
        versions=holding.versions(records, found),
        subcontracts=_subcontracts(records),
        fates=states.fates(narrow, found, current),
    )


def essential(
    records: pl.LazyFrame, *, as_of: date, today: date | None = None, decisions: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """The contracts of ``build`` with the columns that scores and indicators read, without those that describe them.

    For the whole country: millions of texts are neither kept nor joined. ``described`` adds the other columns.
    """
    narrow = states.rows(records)
    found = states.states(narrow)
    return _judged(records, narrow, found, states.current(found), (as_of, today), decisions, _MEASURED)


def alone(records: pl.LazyFrame, *, as_of: date, end: date, decisions: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """What all the records of some buyers say of their contracts; ``settled`` then makes them those of ``essential``.

    ``end`` is the last day of the records of all buyers (``last_publication``), when it comes after ``as_of``.
    """
    narrow = states.rows(records)
    found = states.states(narrow)
    table, schema = _assembled(records, narrow, found, states.current(found), decisions, _MEASURED)
    judge = partial(judging.alone, as_of=as_of, today=None, end=end, schema=schema)
    return table.map_batches(judge, schema=judging.partial(schema), streamable=False)


def compared(own: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame, pl.LazyFrame]:
    """What only the contracts of all buyers together say (``own``: those of ``alone``), as small tables for ``settled``."""
    sizes = own.select(judging.SIZED).map_batches(anomalies.sizes, schema=anomalies.SIZES, streamable=False)
    twins = own.select(judging.LIKENED).map_batches(repeats.twins, schema=repeats.TWINS, streamable=False)
    batches = own.select(judging.DATED).map_batches(days.batches, schema=days.BATCHES, streamable=False)
    return sizes, twins, batches


def settled(own: pl.DataFrame, sizes: pl.DataFrame, twins: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """The contracts of ``essential``, from those of ``alone`` and what was ``compared``."""
    return judging.settled(own, sizes, twins, batches, _schema(_MEASURED))


def last_publication(records: pl.LazyFrame) -> pl.LazyFrame:
    """One value: the latest day on which a contract was first published."""
    current = states.current(states.states(states.rows(records)))
    return current.select(states.published("publication_initiale").max())


def described(contracts: pl.LazyFrame, records: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts of ``essential``, with whatever was added to them, and all the columns of CONTRACTS."""
    have = contracts.collect_schema().names()
    kept = [name for name in records.collect_schema().names() if name in states.KEY or name not in have]
    wide = records.select(kept).drop("titulaires", "actesSousTraitance", strict=False)
    whole = wide.with_columns(pl.col("modification_id").fill_null(0)).join(contracts, on=states.KEY)
    return whole.select(
        *words.CONTRACTS.columns, *(name for name in have if name not in words.CONTRACTS.columns and name not in _INNER)
    )


#: What the judgement of contracts reads; the other columns are joined afterwards, so that a reader may not ask for them.
_READ = (
    "acheteur_id",
    "id",
    "type_contrat",
    "nature",
    "objet",
    "codeCPV",
    "procedure",
    "techniques",
    "modalitesExecution",
    "idAccordCadre",
    *states.CONSIDERED,
)
_JUDGED = [
    *(word.name for word in words.CONTRACTS.words if word.name not in words.RECORDS.columns),
    "montant_part",
    "montant",
    "dureeMois",
    "dateNotification",
    "date_version",
    *states.CONSIDERED,
]
#: What scores and indicators read of a record beside what is judged.
_MEASURED = (
    "acheteur_id",
    "acheteur_nom",
    "type_contrat",
    "codeCPV",
    "procedure",
    "offresRecues",
    "datePublicationDonnees",
)
#: The columns of RECORDS that ``essential`` reads: the only ones to keep when records are laid aside for it.
ESSENTIAL = tuple(dict.fromkeys((*states.READ, *_READ, *_MEASURED)))
#: What a person may decide of a contract, beside what is published.
DECIDED = ("montant", "consultation", "nature", "date", "duree")
_INNER = ("modification_id", "montant_part")


def _whole(
    records: pl.LazyFrame,
    narrow: pl.LazyFrame,
    found: pl.LazyFrame,
    current: pl.LazyFrame,
    window: tuple[date, date | None],
    decisions: pl.LazyFrame | None,
) -> pl.LazyFrame:
    """The contracts with all their columns: what describes them is joined to what is judged."""
    judged = _judged(records, narrow, found, current, window, decisions)
    wide = records.drop(
        *(name for name in _JUDGED if name in words.RECORDS.columns), "titulaires", "actesSousTraitance", "uid"
    )
    return wide.with_columns(pl.col("modification_id").fill_null(0)).join(judged, on=states.KEY)


def _judged(
    records: pl.LazyFrame,
    narrow: pl.LazyFrame,
    found: pl.LazyFrame,
    current: pl.LazyFrame,
    window: tuple[date, date | None],
    decisions: pl.LazyFrame | None,
    kept: tuple[str, ...] = (),
) -> pl.LazyFrame:
    """The columns of CONTRACTS that are ours, and those ``kept`` of the record that describes each contract."""
    table, schema = _assembled(records, narrow, found, current, decisions, kept)
    # Judged in memory, once: as a lazy plan, each comparison of contracts with one another would double the plan.
    judge = partial(judging.judged, as_of=window[0], today=window[1], schema=schema)
    return table.map_batches(judge, schema=schema, streamable=False)


def _assembled(
    records: pl.LazyFrame,
    narrow: pl.LazyFrame,
    found: pl.LazyFrame,
    current: pl.LazyFrame,
    decisions: pl.LazyFrame | None,
    kept: tuple[str, ...],
) -> tuple[pl.LazyFrame, pl.Schema]:
    """The table to judge, one row per contract, and the columns it must have once judged."""
    assembled = current
    for part in (
        holding.counted(records, current),
        states.lots(narrow, current),
        states.changes(found),
        _decided(decisions),
    ):
        assembled = assembled.join(part, on="uid", how="left")
    # Lots notified one after the other under one number: the first of them is the first notification.
    assembled = assembled.with_columns(
        dateNotification=pl.min_horizontal("dateNotification", "premiere_date"),
        **_in_force(),
        publication_initiale=states.published("publication_initiale"),
        premiere_publication=states.published("premiere_publication"),
    )
    carriers = holding.named(assembled).rename(
        {"porteur_source": "source", "porteur_position": "position", "porteur_modification": "modification_id"}
    )
    read = records.select(*states.KEY, *dict.fromkeys((*_READ, *kept))).with_columns(
        pl.col("modification_id").fill_null(0)
    )
    known = (
        *states.KEY,
        "uid",
        "montant",
        "montant_initial",
        "montant_lots",
        "montant_lot_bas",
        "montant_etats",
        "nb_lots",
        *(f"lots_{name}" for name in states.CONSIDERED),
        "montant_notifie",
        "duree_notifiee",
        "changements",
        "dureeMois",
        "dureeMois_initiale",
        "dateNotification",
        "publication_initiale",
        "premiere_publication",
        "publication_recouverte",
        "date_version",
        "nb_versions",
        "nb_titulaires",
        "titulaires_cle",
        *(f"decision_{kind}" for kind in DECIDED),
    )
    table = carriers.select(known).join(read, on=states.KEY)
    table = table.with_columns(pl.coalesce(f"lots_{name}", name).alias(name) for name in states.CONSIDERED)
    return table, _schema(kept)


def _in_force() -> dict[str, pl.Expr]:
    """Successive states under one number: the first is what was notified, the last is in force."""
    return {
        "montant": pl.coalesce("montant_dernier", "montant"),
        "montant_initial": pl.coalesce("montant_premier", "montant_initial"),
        "dureeMois": pl.coalesce("duree_derniere", "dureeMois"),
        "dureeMois_initiale": pl.coalesce("duree_premiere", "dureeMois_initiale"),
    }


def _schema(kept: tuple[str, ...]) -> pl.Schema:
    key = {name: words.RECORDS.schema[name] for name in states.KEY} | {"uid": pl.String()}
    ours = {name: words.CONTRACTS.schema.get(name, pl.Int64()) for name in _JUDGED}
    return pl.Schema(key | ours | {name: words.RECORDS.schema[name] for name in kept})


def _decided(decisions: pl.LazyFrame | None) -> pl.LazyFrame:
    """``uid``, ``decision_montant``, ``decision_consultation``…: the latest decision of each kind of a contract."""
    given = words.DECISIONS.empty().lazy() if decisions is None else decisions
    said = given.filter(pl.col("valeur").is_not_null()).sort("date", "valeur")
    latest = pl.col("valeur").filter
    return said.group_by(uid="objet_id", maintain_order=True).agg(
        latest(pl.col("objet_type") == kind).last().alias(f"decision_{kind}") for kind in DECIDED
    )


def _subcontracts(records: pl.LazyFrame) -> pl.LazyFrame:
    """Declared subcontracting acts, each once per contract (the latest publication of an act number)."""
    acts = (
        records.filter(pl.col("actesSousTraitance").list.len() > 0)
        .select("uid", "source", "position", "datePublicationDonnees", "actesSousTraitance")
        .explode("actesSousTraitance", empty_as_null=True, keep_nulls=True)
    )
    fields = acts.select(
        "uid",
        "source",
        "position",
        publie="datePublicationDonnees",
        acte=pl.col("actesSousTraitance"),
    ).unnest("acte")
    last = (
        fields.rename({"id": "acte_id"})
        .sort("publie", "source", "position", "dateNotification", "montant", "dureeMois", "sousTraitant_id")
        .unique(["uid", "acte_id", "sousTraitant_id"], keep="last", maintain_order=True)
    )
    siret = pl.col("sousTraitant_id").str.contains(r"^[0-9]{14}$")
    return words.SUBCONTRACTS.conform(
        last.with_columns(sousTraitant_siren=pl.when(siret).then(pl.col("sousTraitant_id").str.head(9)))
    )


def accounts(files: pl.LazyFrame, fates: pl.LazyFrame, rejects: pl.LazyFrame) -> pl.LazyFrame:
    """Table ACCOUNTS: per file, found = contracts + versions or holders + duplicates + concessions + rejected.

    Parameters
    ----------
    files
        ``source``, ``dialecte``, and ``lus`` when the reader counted the records it found.
    fates
        ``Contracts.fates``.
    rejects
        Table REJECTS; a record is rejected when a line of level « rejet » names it and no state of it was kept.
    """
    kinds = {
        "contrats": "contrat",
        "versions_titulaires": "version_ou_titulaire",
        "doublons": "doublon",
        "concessions": "concession",
    }
    kept = fates.group_by("source").agg(
        (pl.col("sort") == sort).sum().cast(pl.Int64).alias(name) for name, sort in kinds.items()
    )
    refused = (
        rejects.filter(pl.col("niveau") == "rejet")
        .join(fates, on=["source", "position"], how="anti")
        .group_by("source")
        .agg(rejetes=pl.col("position").n_unique().cast(pl.Int64))
    )
    placed = pl.col("position").is_not_null()
    once = pl.struct("position", "regle", "champ").filter(placed).n_unique() + (~placed).sum()
    doubts = rejects.filter(pl.col("niveau") == "doute").group_by("source").agg(doutes=once.cast(pl.Int64))
    table = files
    for part in (kept, refused, doubts):
        table = table.join(part, on="source", how="left")
    counts = [*kinds, "rejetes", "doutes"]
    table = table.with_columns(pl.col(name).fill_null(0) for name in counts)
    if "lus" not in files.collect_schema():
        table = table.with_columns(lus=pl.sum_horizontal(*kinds, "rejetes"))
    return words.ACCOUNTS.conform(table.sort("source"))


def as_of_default(records: pl.LazyFrame, today: date | None = None) -> pl.LazyFrame:
    """One row, ``as_of``: the latest publication date found, else the latest notification date that is not isolated.

    Without any publication, a few notifications far after all the others (``contract_facts.toml``, ``dates``) are typing
    mistakes: they would stop the data on a day that has not come. With the reader's day ``today``, no date after it counts.
    """
    settings = rules.toml("contract_facts.toml")["dates"]
    until = pl.lit(True) if today is None else pl.col("datePublicationDonnees") <= today
    counted = records.group_by("dateNotification").agg(
        n=pl.len().cast(pl.Int64), publie=pl.col("datePublicationDonnees").filter(until).max()
    )
    notified = pl.col("dateNotification")
    believed = notified.is_not_null() if today is None else (notified <= today).fill_null(False)
    # Day by day: a country has three thousand of them.
    days, n = notified.filter(believed).sort(), pl.col("n").filter(believed).sort_by(notified.filter(believed))
    gap = (days.shift(-1) - days).dt.total_days()
    alone = (gap > settings["isole_jours"]) & (n.sum() - n.cum_sum() <= settings["isole_part"] * n.sum())
    return counted.select(as_of=pl.coalesce(pl.col("publie").max(), days.filter(alone).first(), days.last()))
