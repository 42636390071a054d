"""Value indicators on what was really spent: a ledger's lines take the answers of the contracts they pay.

A line is joined to a contract by its number where the ledger gives it, otherwise to the contracts of its supplier: an
answer on which they all agree is the line's, otherwise it is unknown. The DECP reading stands beside, never replaced.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from spaser.indicators.records import VALUE, chosen, scope
from spaser.vocabulary import DEFAULT_POPULATION, MEASURES, PURCHASES

SPENT = "depense"
LEDGER = "grand livre"
OWN_STATUS = ("titulaire_ess", "titulaire_esus", "titulaire_inclusif")
VERSION = 1


def spent(
    lines: pl.LazyFrame,
    contracts: pl.LazyFrame,
    holders: pl.LazyFrame,
    *,
    indicators: Sequence[str] | None = None,
    perimetre: str = "ensemble",
    population: str = DEFAULT_POPULATION,
    definition: str | None = None,
) -> pl.LazyFrame:
    """MEASURES on spending: unit « depense », total then by year (``exercice``); amounts in cents, credit notes netted.

    Parameters
    ----------
    lines
        SPEND lines of the buyer (``siren, montant`` in cents, ``exercice, perimetre, numero_marche``); with the columns
        ``titulaire_ess, titulaire_esus, titulaire_inclusif`` (``suppliers.status``) a supplier's status is its own.
    contracts, holders
        The buyer's contracts as measured elsewhere, and their holders (``uid, titulaire_siren``).

    Returns
    -------
    ``denominateur``: every purchase of the ledger; ``repondus``: those whose answer is known. Besides the indicators,
    ``depense_numero`` and ``depense_titulaire`` say how lines were joined, ``depense_achats`` their sum.
    """
    pairs = [
        (record, name)
        for record, name in chosen(list(indicators) if indicators is not None else None, definition)
        if VALUE in record.unites and record.champ is None and not record.code.startswith("non_reponse")
    ]
    joined = _joined(lines, _answers(scope(contracts, population), pairs), holders, len(pairs))
    own = joined.collect_schema().names()
    named: list[tuple[str, str, str, pl.Expr]] = [
        ("depense_numero", "Dépense rattachée à un contrat par son numéro", "", pl.col("_numero")),
        ("depense_titulaire", "Dépense rattachée aux contrats de son titulaire", "", pl.col("_titulaire")),
    ]
    for rank, (record, name) in enumerate(pairs):
        held = (
            pl.coalesce(record.code, f"_{rank}")
            if record.code in OWN_STATUS and record.code in own
            else pl.col(f"_{rank}")
        )
        named.append((record.code, record.titre, name, held))
    return _measures(joined, named, perimetre)


def _answers(frame: pl.LazyFrame, pairs: list) -> pl.LazyFrame:
    """One row per contract: its key, and each answer as a nullable Boolean."""
    return frame.select(
        "uid", _key=_plain("id"), **{f"_{rank}": record.holds(name) for rank, (record, name) in enumerate(pairs)}
    )


def _joined(lines: pl.LazyFrame, answers: pl.LazyFrame, holders: pl.LazyFrame, n: int) -> pl.LazyFrame:
    names = [f"_{rank}" for rank in range(n)]
    agreed = [_agreed(name) for name in names]
    by_number = answers.filter(pl.col("_key") != "").group_by("_key").agg(agreed, _numero=pl.lit(True))
    by_holder = (
        holders.filter(pl.col("titulaire_siren").is_not_null())
        .select("uid", siren="titulaire_siren")
        .unique()
        .join(answers, on="uid", how="inner", maintain_order="left_right")
        .group_by("siren")
        .agg(agreed, _titulaire=pl.lit(True))
    )
    bought = lines.filter(
        pl.col("perimetre").is_in(PURCHASES).fill_null(True), pl.col("montant").is_not_null()
    ).with_columns(_key=_plain("numero_marche"))
    joined = bought.join(by_number, on="_key", how="left", maintain_order="left").join(
        by_holder, on="siren", how="left", suffix="_h", maintain_order="left"
    )
    number = pl.col("_numero").fill_null(False)
    return joined.with_columns(
        _numero=number,
        _titulaire=pl.col("_titulaire").fill_null(False) & ~number,
        **{name: pl.when(number).then(name).otherwise(f"{name}_h") for name in names},
    )


def _plain(name: str) -> pl.Expr:
    """A contract number whatever its spaces, dashes and case; empty when none is given."""
    return pl.col(name).cast(pl.String).str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "").fill_null("")


def _agreed(name: str) -> pl.Expr:
    """The answer on which all agree; unknown when one is unknown or two differ."""
    column = pl.col(name)
    unsure = column.is_null().any() | (column.any() & ~column.all())
    return pl.when(~unsure).then(column.first()).alias(name)


def _measures(joined: pl.LazyFrame, named: list, perimetre: str) -> pl.LazyFrame:
    """Sums of yes and of no in each year and overall, then shares with their range."""
    amount = pl.col("montant")
    sums: dict[str, pl.Expr] = {"tout": amount.sum()}
    for rank, (_, _, _, held) in enumerate(named):
        sums |= {f"oui_{rank}": pl.when(held).then(amount).sum(), f"non_{rank}": pl.when(~held).then(amount).sum()}
    lines = joined.with_columns(_annee=pl.col("exercice").cast(pl.String).fill_null("non renseigné"))
    whole = lines.select(dimension=pl.lit("total"), modalite=pl.lit(None, pl.String), **sums)
    years = (
        lines.group_by(modalite=pl.col("_annee"))
        .agg(**sums)
        .select(dimension=pl.lit("annee"), **{n: pl.col(n) for n in ("modalite", *sums)})
    )
    table = pl.concat([whole, years])
    long = [_one(table, rank, code, title, name) for rank, (code, title, name, _) in enumerate(named)] + [_every(table)]
    rows = pl.concat(long).with_columns(
        perimetre=pl.lit(perimetre),
        population=pl.lit(LEDGER),
        unite=pl.lit(SPENT),
        petit_effectif=pl.lit(None, pl.Boolean),
    )
    return MEASURES.conform(
        rows.sort("_rang", "dimension", "modalite", descending=[False, True, False], nulls_last=False)
    )


def _one(table: pl.LazyFrame, rank: int, code: str, title: str, definition: str) -> pl.LazyFrame:
    yes, no, every = pl.col(f"oui_{rank}"), pl.col(f"non_{rank}"), pl.col("tout")
    known = yes + no
    return table.select(
        "dimension",
        "modalite",
        _rang=pl.lit(rank),
        indicateur=pl.lit(code),
        titre=pl.lit(title),
        definition=pl.lit(definition),
        regle=pl.lit(f"{code}@{VERSION}"),
        numerateur=yes,
        denominateur=every,
        repondus=known,
        valeur=pl.when((every > 0) & (known != 0)).then(yes / every),
        valeur_repondus=pl.when(known > 0).then(yes / known),
        bas=pl.when(every > 0).then((yes / every).clip(0, 1)),
        haut=pl.when(every > 0).then(((every - no) / every).clip(0, 1)),
        couverture=pl.when(every > 0).then((known / every).clip(0, 1)),
    )


def _every(table: pl.LazyFrame) -> pl.LazyFrame:
    euros = pl.col("tout") / 100
    nothing = pl.lit(None, pl.Int64)
    return table.select(
        "dimension",
        "modalite",
        _rang=pl.lit(-1),
        indicateur=pl.lit("depense_achats"),
        titre=pl.lit("Achats du grand livre"),
        definition=pl.lit(""),
        regle=pl.lit(f"depense_achats@{VERSION}"),
        numerateur=pl.col("tout"),
        denominateur=nothing,
        repondus=nothing,
        valeur=euros,
        valeur_repondus=pl.lit(None, pl.Float64),
        bas=euros,
        haut=euros,
        couverture=pl.lit(1.0),
    )
