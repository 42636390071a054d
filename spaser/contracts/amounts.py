"""What a published amount is worth: its status with the rule that gave it, a proposed repair with its evidence, its bounds.

Amounts are Int64 cents, excluding tax. A framework agreement's amount is its maximum. Nothing is ever replaced without a
decision of type ``montant``; an amount that cannot be believed becomes unknown in sums, never a sentinel.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import amendments, evidence
from spaser.vocabulary import CENT

VALID, UNKNOWN, IMPOSSIBLE, SYMBOLIC, DOUBTFUL = "valide", "inconnu", "impossible", "symbolique", "a_verifier"
USABLE = (VALID, DOUBTFUL)
#: A placeholder is typed in whole euros, or with 99 cents: a third or a tax gives other cents (6 666 666,67 €).
_TYPED_CENTS = (0, 99)


def _filler_amounts(method: dict) -> list[int]:
    """Whole euros made of one repeated digit or of a typed sequence."""
    shortest = method["repeated_digit"]["minimum_digits"]
    repeated = [int(str(digit) * length) for digit in range(1, 10) for length in range(shortest, 14)]
    return sorted({*repeated, *method["sequence"]["values"]})


def usual(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``usuel_n``, ``usuel_log``, ``usuel_ecart``: for the buyer and CPV division, the number of believable amounts,
    and the median and median absolute deviation of their decimal logarithm (null when too few to compare with).

    Needs ``acheteur_id, cpv_division, montant, type_contrat``.
    """
    method = rules.method()["amounts"]
    floor, ceiling = method["symbolic_below"]["value"] * CENT, method["impossible_from"]["value"] * CENT
    key = ["acheteur_id", "cpv_division"]
    believable = (
        contracts.filter(
            pl.col("montant").is_between(floor, ceiling, closed="left") & (pl.col("type_contrat") != "concession")
        )
        .select(*key, log=pl.col("montant").log10())
        .drop_nulls()
    )
    enough = believable.filter(pl.len().over(key) >= method["unit_error"]["minimum_contracts"])
    middle = enough.with_columns(centre=pl.col("log").median().over(key))
    groups = middle.group_by(key).agg(
        usuel_n=pl.len(),
        usuel_log=pl.col("centre").first(),
        usuel_ecart=(pl.col("log") - pl.col("centre")).abs().median(),
    )
    return contracts.join(groups, on=key, how="left")


def whole_file(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``fichier_mapa`` and ``fichier_hors_norme``: what a buyer's supplies and services under « procédure adaptée » say
    of the unit of a whole file; their number, and the share above an amount this procedure cannot reach (null if few).

    Needs ``source, acheteur_id, procedure, cpv_division, montant``.
    """
    method = rules.method()["amounts"]["unit_file"]
    key = ["source", "acheteur_id"]
    adapted = contracts.filter(
        (pl.col("procedure") == "Procédure adaptée") & (pl.col("cpv_division") != "45") & (pl.col("montant") > 0)
    ).select(*key, trop=pl.col("montant") >= method["ceiling"] * CENT)
    shares = adapted.group_by(key).agg(fichier_mapa=pl.len(), fichier_hors_norme=pl.col("trop").mean())
    suspect = (pl.col("fichier_mapa") >= method["minimum_contracts"]) & (
        pl.col("fichier_hors_norme") >= method["share"]
    )
    return contracts.join(shares.filter(suspect), on=key, how="left")


def qualify(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``montant_statut, montant_regle, montant_propose, montant_preuve, montant_bas, montant_haut``.

    Needs ``montant, montant_initial, montant_lots, montant_decide, avenant_regle, accord_cadre, acheteur_id, cpv_division`` and the columns of ``usual``.
    """
    method = rules.method()["amounts"]
    outlier = method["outlier"]
    amount = pl.col("montant")
    euros = amount // CENT
    distance = (amount.log10() - pl.col("usuel_log")).abs()
    spread = pl.max_horizontal(pl.col("usuel_ecart") * 1.4826, pl.lit(outlier["smallest_deviation"]))
    ladder = [
        (amount.is_null(), UNKNOWN, "montant_absent"),
        (pl.col("montant_decide"), VALID, "decision"),
        (amount <= 0, IMPOSSIBLE, "montant_nul_ou_negatif"),
        (euros >= method["impossible_from"]["value"], IMPOSSIBLE, "impossible_from"),
        (
            (euros.is_in(_filler_amounts(method)) & (amount % CENT).is_in(_TYPED_CENTS))
            | amount.is_in(method["sequence"]["cents"]),
            IMPOSSIBLE,
            "repeated_digit",
        ),
        (euros < method["symbolic_below"]["value"], SYMBOLIC, "symbolic_below"),
        (pl.col("fichier_mapa").is_not_null(), DOUBTFUL, "unit_file"),
        *((pl.col("avenant_regle") == rule, DOUBTFUL, rule) for rule in amendments.DOUBTED.values()),
        (pl.col("montant_lots").is_not_null(), DOUBTFUL, "plusieurs_lots_sous_un_numero"),
        (
            (pl.col("usuel_n") >= outlier["minimum_contracts"]) & (distance > outlier["deviations"] * spread),
            DOUBTFUL,
            "outlier",
        ),
    ]
    status, rule = pl.lit(VALID), pl.lit(None, pl.String)
    for test, value, name in reversed(ladder):
        status, rule = (
            pl.when(test).then(pl.lit(value)).otherwise(status),
            pl.when(test).then(pl.lit(name)).otherwise(rule),
        )
    # Believed all the same, a value that an amendment gave says so.
    rule = pl.when(status == VALID).then(pl.coalesce(rule, "avenant_regle")).otherwise(rule)
    qualified = contracts.with_columns(montant_statut=status, montant_regle=rule)
    return (
        qualified.with_columns(montant_propose=_repair())
        .with_columns(montant_preuve=_evidence())
        .with_columns(*_bounds())
    )


def _repair() -> pl.Expr:
    """The amount that a lost decimal comma, an entry in thousands or an amendment's difference would explain, else null."""
    method = rules.method()["amounts"]["unit_error"]
    proposal = pl.lit(None, pl.Int64)
    for factor in method["factors"]:
        for tried in (pl.col("montant") // factor, pl.col("montant") * factor):
            near = (tried.log10() - pl.col("usuel_log")).abs() <= method["tolerance"]
            proposal = pl.when(near).then(tried).otherwise(proposal)
    rule = pl.col("montant_regle")
    whole = pl.when(rule.is_in(list(amendments.DOUBTED.values()))).then("avenant_propose")
    file = pl.when(rule == "unit_file").then(pl.col("montant") // rules.method()["amounts"]["unit_file"]["factor"])
    return pl.coalesce(whole, file, pl.when(rule == "outlier").then(proposal))


def _evidence() -> pl.Expr:
    published, proposed = evidence.euros(pl.col("montant")), evidence.euros(pl.col("montant_propose"))
    unit = pl.format(
        "Publié {} ; la médiane des {} marchés de cet acheteur dans la division CPV {} est {} : erreur d'unité possible, proposé {}.",
        published,
        pl.col("usuel_n"),
        pl.col("cpv_division"),
        evidence.euros((10 ** pl.col("usuel_log")).round(0)),
        proposed,
    )
    file = pl.format(
        "Publié {} ; dans ce fichier, {}\u00a0% des {} marchés de fournitures et services en procédure adaptée de cet acheteur "
        "dépassent {}, ce que cette procédure ne permet pas : virgule des centimes sans doute perdue, proposé {}.",
        published,
        (pl.col("fichier_hors_norme") * 100).round(0).cast(pl.Int64),
        pl.col("fichier_mapa"),
        evidence.euros(pl.lit(rules.method()["amounts"]["unit_file"]["ceiling"] * CENT)),
        proposed,
    )
    rule = pl.col("montant_regle")
    told = pl.when(rule == "unit_file").then(file).when(rule == "outlier").then(unit)
    repaired = pl.when(pl.col("montant_propose").is_not_null()).then(told)
    amended = pl.when(rule.str.starts_with("avenant_")).then("avenant_preuve")
    return pl.coalesce(amended, repaired)


def _bounds() -> list[pl.Expr]:
    usable = pl.col("montant_statut").is_in(USABLE)
    low = pl.min_horizontal("montant", "montant_propose", "montant_lot_bas", "avenant_bas")
    # A maximum commits to nothing; a contract that may be part of a framework of the files may add nothing to it.
    nothing = pl.col("accord_cadre") | pl.col("cadre_possible").is_not_null()
    low = pl.when(nothing).then(pl.lit(0, pl.Int64)).otherwise(low)
    high = pl.max_horizontal("montant", "montant_propose", "montant_lots", "avenant_haut")
    return [pl.when(usable).then(low).alias("montant_bas"), pl.when(usable).then(high).alias("montant_haut")]


def decided_cents(proposal: pl.Expr) -> pl.Expr:
    """The decided amount in cents: « accepter » takes the proposal, « refuser » the value kept, otherwise euros (« 38 800,50 »); null if unreadable."""
    text = pl.col("decision_montant").str.strip_chars().str.to_lowercase()
    number = text.str.replace_all(r"[\s€]", "").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    cents = (number * CENT).round(0).cast(pl.Int64, strict=False)  # « nan » or « inf » are not amounts
    return pl.when(text == "accepter").then(proposal).when(text == "refuser").then("montant").otherwise(cents)
