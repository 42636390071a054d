"""What each action of the plan would ask of work: hours of insertion in an interval where the method allows it, else why not.

A plan spends nothing yet. Only a clause has an amount, a part of the hours and a factor of its family, so only a clause is answered,
in theory; who would win a reserved contract is not known, so neither is the work that it would make.
"""

from __future__ import annotations

import polars as pl

from spaser import french, impact, potential, rules

#: Levers by which a structure may be paid: the hours will be read in the spending, once it is known who won.
_BOUGHT = "^(reserver|sourcing_reserver|allotir|petits_lots|achat_direct|groupement|multi_attributaire|concession_part|sous_traitance|gre_a_gre|oeth)"
_WINNER = "le type de la structure qui l'emportera n'est pas connu : à mesurer sur la dépense"
_NO_HOURS = "ce levier n'exige pas d'heures"
_MAXIMUM = "montant inconnu, ou maximum d'accord-cadre : ce n'est pas une dépense"
BOUNDS = ("bas", "milieu", "haut")


def measured(actions: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """The actions with ``impact_bas, _milieu, _haut`` (hours a year required by its clause, in theory), ``impact_taux`` (the part of the
    hours they suppose), ``impact_besoins`` (needs answered), ``impact_motif`` (why the others are not) and ``impact``, all of it in words.

    Parameters
    ----------
    actions
        ``plan_actions``, with ``besoin_ids``.
    needs
        OPPORTUNITIES of these actions.
    """
    hours = _hours(needs)
    lines = actions.select("action_id", "levier", besoin_id="besoin_ids").explode("besoin_id")
    joined = lines.join(hours, on="besoin_id", how="left", maintain_order="left")
    said = pl.col("motif").is_null() & pl.col("heures_milieu").is_not_null()
    sums = joined.group_by("action_id", maintain_order=True).agg(
        *(
            pl.when(said.any()).then(pl.col(f"heures_{bound}").filter(said).sum()).alias(f"impact_{bound}")
            for bound in BOUNDS
        ),
        impact_besoins=said.sum().cast(pl.Int32),
        impact_taux=pl.col("taux").filter(said).unique().sort(),
        _motif=pl.col("motif").drop_nulls().unique().sort().str.join(" ; "),
    )
    rows = actions.join(sums, on="action_id", how="left", maintain_order="left")
    clause = pl.col("levier").is_in(potential.clauses())
    reason = (
        pl.when(clause)
        .then("_motif")
        .when(pl.col("levier").str.contains(_BOUGHT))
        .then(pl.lit(_WINNER))
        .otherwise(pl.lit(_NO_HOURS))
    )
    told = rows.with_columns(impact_motif=reason).drop("_motif")
    return told.with_columns(pl.Series("impact", [_told(row) for row in told.iter_rows(named=True)], dtype=pl.String))


def _hours(needs: pl.DataFrame) -> pl.DataFrame:
    """``besoin_id, heures_*, taux, motif`` of the needs whose lever is a clause: their yearly amount × the low usual part × the factor."""
    usual = rules.table("families.csv").select("famille", taux=pl.col("taux_insertion_bas").cast(pl.Float64))
    unknown = pl.col("annuel").is_null() | pl.col("accord_cadre").fill_null(False)
    clauses = (
        needs.filter(pl.col("levier").is_in(potential.clauses()))
        .join(usual, on="famille", how="left", maintain_order="left")
        .select(
            "famille",
            uid="besoin_id",
            montant="annuel",
            montant_bas="annuel_bas",
            montant_haut="annuel_haut",
            taux=pl.when(pl.col("taux") > 0).then("taux"),
            _inconnu=unknown,
        )
    )
    found = impact.required(clauses.lazy()).collect(engine="in-memory")
    return found.select(
        "taux",
        *(pl.when(~pl.col("_inconnu")).then(f"heures_{bound}").alias(f"heures_{bound}") for bound in BOUNDS),
        besoin_id="uid",
        motif=pl.when("_inconnu").then(pl.lit(_MAXIMUM)).otherwise("motif"),
    )


def _told(row: dict) -> str:
    """« 560 à 1 300 h exigées par an, en théorie, pour une clause à 5 % des heures (1 besoin sur 2) », or why it is not measured."""
    if row["impact_milieu"] is None:
        return french.typeset(f"non mesuré : {row['impact_motif']}")
    low, high = (french.number(french.significant(row[f"impact_{bound}"])) for bound in ("bas", "haut"))
    rates = french.listing(french.share(rate, 0) for rate in row["impact_taux"])
    part = row["impact_besoins"]
    kept = (
        ""
        if part == row["besoins"]
        else f" ; mesuré pour {french.number(part)} besoin{'s' * (part > 1)} sur {french.number(row['besoins'])}"
    )
    why = f" (les autres : {row['impact_motif']})" if kept and row["impact_motif"] else ""
    return french.typeset(
        f"{low} à {high} h exigées par an, en théorie, si la clause porte sur {rates} des heures{kept}{why}"
    )
