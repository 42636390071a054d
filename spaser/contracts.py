"""From published states to contracts: one row per ``uid``, its holders, its versions, what became of each source record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from spaser import amounts, consultations, populations, rules
from spaser import contracts_holders as holding
from spaser import contracts_states as states
from spaser import vocabulary as words


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


def build(records: pl.LazyFrame, *, as_of: date, decisions: pl.LazyFrame | None = None) -> Contracts:
    """Assemble the contracts of checked RECORDS as of a day; the result does not depend on the order of rows.

    Parameters
    ----------
    records
        Table RECORDS: one row per published state (amounts in cents).
    as_of
        The day that decides what is incomplete; see ``as_of_default``.
    decisions
        Table DECISIONS; those of type ``consultation`` (valeur: the name of the consultation) and ``montant`` (valeur:
        euros, or « accepter » for the proposed repair) are applied, the latest of each contract.
    """
    narrow = states.rows(records)
    found = states.states(narrow)
    current = states.current(found)
    whole = _whole(records, narrow, found, current, as_of, decisions)
    return Contracts(
        contracts=words.CONTRACTS.conform(whole),
        holders=holding.shared(records, current, whole),
        versions=holding.versions(records, found),
        subcontracts=_subcontracts(records),
        fates=states.fates(narrow, found, current),
    )


def _whole(
    records: pl.LazyFrame, narrow: pl.LazyFrame, found: pl.LazyFrame, current: pl.LazyFrame, as_of: date,
    decisions: pl.LazyFrame | None,
) -> pl.LazyFrame:  # fmt: skip
    base = _described(records, holding.counted(records, current))
    base = base.join(states.lots(narrow, found), on="uid", how="left")
    base = _amounts(base, decisions)
    base = base.join(consultations.presume(base, decisions), on="uid", how="left").with_columns(
        consultation=pl.coalesce("consultation", "uid")
    )
    base = base.join(consultations.repeated_maxima(base), on="uid", how="left")
    base = base.join(consultations.twins(base), on="uid", how="left")
    return populations.classify(_retained(base), as_of)


def _described(records: pl.LazyFrame, current: pl.LazyFrame) -> pl.LazyFrame:
    """The current contracts with the columns of the record that describes them, and what these say of their kind."""
    key = ["source", "position", "modification_id"]
    carriers = current.rename(
        {"porteur_source": "source", "porteur_position": "position", "porteur_modification": "modification_id"}
    ).drop("titulaire_id")
    replaced = [name for name in carriers.collect_schema().names() if name not in key]
    described = (
        records.drop(*replaced, "titulaires", "actesSousTraitance", strict=False)
        .with_columns(pl.col("modification_id").fill_null(0))
        .join(carriers, on=key)
    )
    return described.with_columns(*_kinds())


def _kinds() -> list[pl.Expr]:
    method = rules.method()["test_contracts"]
    techniques, nature = pl.col("techniques").fill_null(""), pl.col("nature").fill_null("")
    of_framework = pl.col("idAccordCadre").is_not_null() & (pl.col("idAccordCadre") != pl.col("id"))
    tests = pl.col("objet").str.to_lowercase().str.contains(method["objet"]).fill_null(False)
    return [
        pl.col("acheteur_id").str.head(9).alias("acheteur_siren"),
        pl.col("dateNotification").dt.year().cast(pl.Int32).alias("annee"),
        pl.col("codeCPV").str.head(2).alias("cpv_division"),
        (nature == "Marché de défense ou de sécurité").alias("defense"),
        ((nature == "Accord-cadre") | techniques.str.contains("Accord-cadre", literal=True)).alias("accord_cadre"),
        (of_framework | (nature == "Marché subséquent")).fill_null(False).alias("marche_subsequent"),
        (tests | pl.col("acheteur_id").is_in(method["acheteurs"]).fill_null(False)).alias("test_plateforme"),
    ]


def _amounts(base: pl.LazyFrame, decisions: pl.LazyFrame | None) -> pl.LazyFrame:
    usual = amounts.usual(base)
    base = base.join(usual, on=["acheteur_id", "cpv_division"], how="left").with_columns(montant_decide=pl.lit(False))
    qualified = amounts.qualify(base)
    if decisions is None:
        return qualified
    new = amounts.decided_cents(pl.col("montant_propose"))
    applied = qualified.join(amounts.decided(decisions), on="uid", how="left").with_columns(
        montant_decide=new.is_not_null(), montant=pl.coalesce(new, "montant")
    )
    return amounts.qualify(applied)


def _retained(base: pl.LazyFrame) -> pl.LazyFrame:
    """``montant_retenu`` (each maximum once), ``montant_retenu_haut`` (once per record), the sums of consultations.

    A group's maximum is carried by its smallest uid. A marché subséquent whose framework is in the files has no retained
    amount: its euros are those of the framework. Otherwise it keeps its amount, to be summed apart.
    """
    usable = pl.col("montant_statut").is_in(amounts.USABLE)
    once = usable & (pl.col("accord_multiple").is_null() | (pl.col("accord_multiple") == pl.col("uid")))
    base = base.join(_of_known_framework(base), on="uid", how="left")
    counts = usable & ~pl.col("test_plateforme") & pl.col("cadre_connu").is_null()
    sums = (
        base.filter(pl.col("consultation") != pl.col("uid")).select("consultation").unique()
    )
    members = base.select("consultation", "montant", once=once).join(sums, on="consultation", how="semi")
    total = members.group_by("consultation").agg(
        total_n=pl.len().cast(pl.Int32),
        total=pl.when(pl.col("once").any()).then(pl.col("montant").filter("once").sum()),
    )
    return base.join(total, on="consultation", how="left").with_columns(
        consultation_n=pl.col("total_n").fill_null(1),
        consultation_montant=pl.when(pl.col("total_n").is_null()).then(pl.when(usable).then("montant")).otherwise("total"),
        montant_retenu=pl.when(counts & once).then("montant"),
        montant_retenu_haut=pl.when(counts).then("montant"),
        montant_part=pl.when(usable).then("montant"),
    )


def _of_known_framework(base: pl.LazyFrame) -> pl.LazyFrame:
    """``uid`` and ``cadre_connu`` of the marchés subséquents whose framework (same buyer, by number) is in the files."""
    tidy = r"[ ,\\./]"
    frameworks = base.filter(pl.col("id").is_not_null()).select(
        "acheteur_siren", numero=pl.col("id").str.strip_chars().str.replace_all(tidy, "_"), cadre="uid"
    )
    later = base.filter(pl.col("marche_subsequent") & pl.col("idAccordCadre").is_not_null()).select(
        "uid", "acheteur_siren", numero=pl.col("idAccordCadre").str.strip_chars().str.replace_all(tidy, "_")
    )
    linked = later.join(frameworks, on=["acheteur_siren", "numero"]).filter(pl.col("uid") != pl.col("cadre"))
    return linked.group_by("uid").agg(cadre_connu=pl.col("cadre").min())


def _subcontracts(records: pl.LazyFrame) -> pl.LazyFrame:
    """Declared subcontracting acts, each once per contract (the latest publication of an act number)."""
    acts = (
        records.filter(pl.col("actesSousTraitance").list.len() > 0)
        .select("uid", "source", "position", "datePublicationDonnees", "actesSousTraitance")
        .explode("actesSousTraitance", empty_as_null=True, keep_nulls=True)
    )
    fields = acts.select(
        "uid", "source", "position", publie="datePublicationDonnees", acte=pl.col("actesSousTraitance"),
    ).unnest("acte")  # fmt: skip
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
    kinds = {"contrats": "contrat", "versions_titulaires": "version_ou_titulaire", "doublons": "doublon", "concessions": "concession"}
    kept = fates.group_by("source").agg(
        (pl.col("sort") == sort).sum().cast(pl.Int64).alias(name) for name, sort in kinds.items()
    )
    refused = (
        rejects.filter(pl.col("niveau") == "rejet")
        .join(fates, on=["source", "position"], how="anti")
        .group_by("source")
        .agg(rejetes=pl.col("position").n_unique().cast(pl.Int64))
    )
    doubts = rejects.filter(pl.col("niveau") == "doute").group_by("source").agg(doutes=pl.len().cast(pl.Int64))
    table = files
    for part in (kept, refused, doubts):
        table = table.join(part, on="source", how="left")
    counts = [*kinds, "rejetes", "doutes"]
    table = table.with_columns(pl.col(name).fill_null(0) for name in counts)
    if "lus" not in files.collect_schema():
        table = table.with_columns(lus=pl.sum_horizontal(*kinds, "rejetes"))
    return words.ACCOUNTS.conform(table.sort("source"))


def as_of_default(records: pl.LazyFrame) -> pl.LazyFrame:
    """One row, ``as_of``: the latest publication date found, else the latest notification date."""
    return records.select(as_of=pl.coalesce(pl.col("datePublicationDonnees").max(), pl.col("dateNotification").max()))
