"""From assembled contracts to judged facts: what the records of a buyer say, then what only those of all buyers show.

Nearly every judgement looks at one buyer. Three look beyond: a purchase that several buyers published each on their own, an
amount unlike those of buyers of the same size, and a day of publication that most contracts of a file carry. They are small tables made from all the contracts (``compared``), so that
a country is judged buyers by buyers and each contract is judged as in the whole (``settled``).
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser import vocabulary as words
from spaser.contracts import (
    amendments,
    amounts,
    anomalies,
    consultations,
    days,
    doubts,
    kinds,
    populations,
    repeats,
)

#: What amounts are compared by, and what is read of a contract to know the same one elsewhere.
SIZED = (
    "acheteur_siren",
    "cpv_division",
    "montant",
    "montant_statut",
    "type_contrat",
    "procedure",
    "test_plateforme",
    "uid",
)
#: What the days of publication of a file are compared by.
DATED = ("source", "acheteur_siren", "dateNotification", "premiere_publication")
LIKENED = (
    *("uid", "id", "acheteur_id", "acheteur_siren", "titulaires_cle", "dateNotification", "montant", "objet"),
    "_eloigne",
)
#: What is only known once contracts are compared.
_SETTLED = (
    "montant_anomalie",
    "montant_anomalie_raisons",
    "doublon_possible",
    "doublon_regle",
    "a_verifier",
    "enjeu",
)


def judged(table: pl.DataFrame, as_of: date, today: date | None, schema: pl.Schema) -> pl.DataFrame:
    """The columns of ``schema``, from the narrow table of all contracts at once."""
    own = _own(table, as_of, today, as_of)
    return settled(own, anomalies.sizes(own), repeats.twins(own), days.batches(own), schema)


def alone(table: pl.DataFrame, as_of: date, today: date | None, end: date, schema: pl.Schema) -> pl.DataFrame:
    """What the records of some buyers say of their contracts: columns of ``partial``; ``end`` is when those of all buyers stop."""
    found = _own(table, as_of, today, end)
    return found.select(pl.col(name).cast(dtype) for name, dtype in partial(schema).items())


def partial(schema: pl.Schema) -> pl.Schema:
    """The columns of contracts before they are compared, for those of ``schema`` once they are."""
    known = words.RECORDS.schema | dict.fromkeys(("_eloigne", "titulaires_cle"), pl.String()) | schema
    read = dict.fromkeys((*schema, *SIZED, *LIKENED))
    return pl.Schema({name: known[name] for name in read if name not in _SETTLED})


def _own(table: pl.DataFrame, as_of: date, today: date | None, end: date) -> pl.DataFrame:
    """What the records of a buyer are enough to judge.

    The order is the reasoning, each step reads columns of those before: days before amendments (an amendment is judged on
    days already corrected), the end of the contract after its duration, the amount once its kind is known (a maximum is not
    a spend), lots of one consultation before maxima repeated on each of them, and the populations last.
    """
    dated = days.judge(table, max(as_of, end), today).with_columns(*_derived())
    dated = amendments.judge(dated).with_columns(fin_contrat=days.end())
    found = consultations.presume(_amounts(kinds.judge(dated)))
    return populations.classify(_retained(repeats.maxima(found)), as_of)


def settled(
    own: pl.DataFrame, sizes: pl.DataFrame, twins: pl.DataFrame, batches: pl.DataFrame, schema: pl.Schema
) -> pl.DataFrame:
    """The columns of ``schema``: contracts judged alone (``alone``), with what was found of all of them (``anomalies.sizes``, ``repeats.twins``,
    ``days.batches``)."""
    known = anomalies.judge(days.hidden(own, batches), sizes).join(twins, on="uid", how="left")
    usable = pl.col("montant_statut").is_in(amounts.USABLE)
    known = known.with_columns(montant_bas=pl.when(repeats.repeated() & usable).then(0).otherwise("montant_bas"))
    return doubts.told(known).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


def _derived() -> list[pl.Expr]:
    method = rules.method()["test_contracts"]
    nature = pl.col("nature").fill_null("")
    tests = pl.col("objet").str.contains("(?i)" + method["objet"]).fill_null(False)
    return [
        pl.col("acheteur_id").str.head(9).alias("acheteur_siren"),
        pl.col("dateNotification").dt.year().cast(pl.Int32).alias("annee"),
        pl.col("codeCPV").str.head(2).alias("cpv_division"),
        (nature == "Marché de défense ou de sécurité").alias("defense"),
        (tests | pl.col("acheteur_id").is_in(method["acheteurs"]).fill_null(False)).alias("test_plateforme"),
    ]


def _amounts(table: pl.DataFrame) -> pl.DataFrame:
    """Amounts qualified, then decided amounts applied and qualified again."""
    qualified = amounts.qualify(amounts.whole_file(amounts.usual(table.with_columns(montant_decide=pl.lit(False)))))
    if not table["decision_montant"].is_not_null().any():
        return qualified
    new = amounts.decided_cents(pl.col("montant_propose"))
    return amounts.qualify(
        qualified.with_columns(montant_decide=new.is_not_null(), montant=pl.coalesce(new, "montant"))
    )


def _retained(table: pl.DataFrame) -> pl.DataFrame:
    """``montant_retenu`` (each maximum once), ``montant_retenu_haut`` (once per record), the sums of consultations.

    A group's maximum is carried by one of its records. A marché subséquent whose framework is in the files has no retained
    amount: its euros are those of the framework. Otherwise it keeps its amount, to be summed apart.
    """
    usable = pl.col("montant_statut").is_in(amounts.USABLE)
    once = usable & (pl.col("accord_multiple").is_null() | (pl.col("accord_multiple") == pl.col("uid")))
    counts = usable & ~pl.col("test_plateforme") & (pl.col("cadre_lien") != "numero").fill_null(True)
    apart = pl.col("cadre_uid").is_null()
    members = table.select("consultation", once=pl.when(once).then("montant"))
    totals = members.group_by("consultation").agg(
        consultation_n=pl.len().cast(pl.Int32),
        consultation_montant=pl.when(pl.col("once").is_not_null().any()).then(pl.col("once").sum()),
    )
    return table.join(totals, on="consultation", how="left").with_columns(
        montant_retenu=pl.when(counts & once & apart).then("montant"),
        montant_retenu_haut=pl.when(counts).then("montant"),
        montant_part=pl.when(usable).then("montant"),
    )
