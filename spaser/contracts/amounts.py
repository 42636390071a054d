"""What a published amount is worth: its status with the rule that gave it, a proposed repair with its evidence, its bounds.

Amounts are Int64 cents, excluding tax. A framework agreement's amount is its maximum. Nothing is ever replaced without a
decision of type ``montant``; an amount that cannot be believed becomes unknown in sums, never a sentinel.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import evidence, ruling
from spaser.vocabulary import CENT, WORKS_DIVISION

STATUSES = VALID, UNKNOWN, IMPOSSIBLE, SYMBOLIC, DOUBTFUL = (
    "valide",
    "inconnu",
    "impossible",
    "symbolique",
    "a_verifier",
)
USABLE = (VALID, DOUBTFUL)
#: The rule of an amount whose amendment is in doubt.
_AMENDED = "modification_en_doute"
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
        contracts.select(*key, "montant", "type_contrat")
        .filter(pl.col("montant").is_between(floor, ceiling, closed="left") & (pl.col("type_contrat") != "concession"))
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
    adapted = (
        contracts.select(*key, "procedure", "cpv_division", "montant")
        .filter(
            (pl.col("procedure") == "Procédure adaptée")
            & (pl.col("cpv_division") != WORKS_DIVISION)
            & (pl.col("montant") > 0)
        )
        .select(*key, trop=pl.col("montant") >= method["ceiling"] * CENT)
    )
    shares = adapted.group_by(key).agg(fichier_mapa=pl.len(), fichier_hors_norme=pl.col("trop").mean())
    suspect = (pl.col("fichier_mapa") >= method["minimum_contracts"]) & (
        pl.col("fichier_hors_norme") >= method["share"]
    )
    return contracts.join(shares.filter(suspect), on=key, how="left")


def qualify(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``montant_statut, montant_regle, montant_propose, montant_preuve, montant_bas, montant_haut``.

    Needs ``montant, montant_initial, montant_lots, montant_etats, montant_decide, avenant_regle, accord_cadre, acheteur_id, cpv_division`` and the columns of ``usual``.
    """
    judged = ruling.decided(contracts, "statut", _seen(), _shown(), STATUSES)
    # An amendment in doubt says its own rule; believed all the same, a value that an amendment gave says so.
    named = (
        pl.when(pl.col("_regle").is_null() | (pl.col("_regle") == _AMENDED)).then("avenant_regle").otherwise("_regle")
    )
    qualified = judged.with_columns(
        montant_statut=pl.col("_conclut").fill_null(VALID),
        montant_regle=named,
        montant_propose=_repair(),
        montant_preuve=pl.when(named.str.starts_with("avenant_")).then("avenant_preuve").otherwise("_preuve"),
    )
    return qualified.with_columns(*_bounds()).drop("_regle", "_conclut", "_preuve")


def _seen() -> dict[str, pl.Expr]:
    """What the rules of an amount may see: itself, the file, its amendments, those it is compared with."""
    method = rules.method()["amounts"]
    outlier, amount = method["outlier"], pl.col("montant")
    euros = amount // CENT
    spread = pl.max_horizontal(pl.col("usuel_ecart") * 1.4826, pl.lit(outlier["smallest_deviation"]))
    distance = (amount.log10() - pl.col("usuel_log")).abs()
    typed = euros.is_in(_filler_amounts(method)) & (amount % CENT).is_in(_TYPED_CENTS)
    return {
        "montant": amount,
        "euros": euros,
        "decide": pl.col("montant_decide"),
        "cadre": pl.col("accord_cadre"),
        "dit_recettes": _paid_by_receipts(),
        "remplissage": typed | amount.is_in(method["sequence"]["cents"]),
        "impossible_des": pl.lit(method["impossible_from"]["value"]),
        "symbolique_sous": pl.lit(method["symbolic_below"]["value"]),
        "fichier_hors_norme": pl.col("fichier_hors_norme"),
        "modification_en_doute": pl.col("avenant_regle").is_in(rules.to_look("montant")),
        "plusieurs_montants": pl.col("montant_lots").is_not_null(),
        "plusieurs_etats": pl.col("montant_etats").is_not_null(),
        "loin": (pl.col("usuel_n") >= outlier["minimum_contracts"]) & (distance > outlier["deviations"] * spread),
    }


def _paid_by_receipts() -> pl.Expr:
    """The subject of a contract at 0 € says that others pay for it."""
    motif = rules.toml("contract_facts.toml")["recettes"]["motif"]
    return pl.when(pl.col("montant") == 0).then("objet").str.to_lowercase().str.contains(motif)


def _shown() -> dict[str, pl.Expr]:
    """What the rules of an amount may show; without a proposal, a sentence that shows one is not told."""
    ceiling = rules.method()["amounts"]["unit_file"]["ceiling"]
    return {
        "publie": evidence.euros("montant"),
        "objet": pl.col("objet"),
        "etat_bas": evidence.euros("montant_lot_bas"),
        "etat_haut": evidence.euros("montant_etats"),
        "propose": evidence.euros(_repair()),
        "comparables": pl.col("usuel_n"),
        "division": pl.col("cpv_division"),
        "mediane": evidence.euros((10 ** pl.col("usuel_log")).round(0)),
        "part": (pl.col("fichier_hors_norme") * 100).round(0).cast(pl.Int64),
        "marches_adaptes": pl.col("fichier_mapa"),
        "plafond": evidence.euros(pl.lit(ceiling * CENT)),
    }


def _repair() -> pl.Expr:
    """The amount that a lost decimal comma, an entry in thousands or an amendment's difference would explain, else null."""
    method = rules.method()["amounts"]["unit_error"]
    proposal = pl.lit(None, pl.Int64)
    for factor in method["factors"]:
        for tried in (pl.col("montant") // factor, pl.col("montant") * factor):
            near = (tried.log10() - pl.col("usuel_log")).abs() <= method["tolerance"]
            proposal = pl.when(near).then(tried).otherwise(proposal)
    rule = pl.col("_regle")
    whole = pl.when(rule == _AMENDED).then("avenant_propose")
    file = pl.when(rule == "unit_file").then(pl.col("montant") // rules.method()["amounts"]["unit_file"]["factor"])
    return pl.coalesce(whole, file, pl.when(rule == "outlier").then(proposal))


def _bounds() -> list[pl.Expr]:
    usable = pl.col("montant_statut").is_in(USABLE)
    low = pl.min_horizontal("montant", "montant_propose", "montant_lot_bas", "avenant_bas")
    # A maximum commits to nothing; a contract that may be part of a framework of the files may add nothing to it.
    nothing = pl.col("accord_cadre") | pl.col("cadre_possible").is_not_null()
    low = pl.when(nothing).then(pl.lit(0, pl.Int64)).otherwise(low)
    high = pl.max_horizontal("montant", "montant_propose", "montant_lots", "montant_etats", "avenant_haut")
    return [pl.when(usable).then(low).alias("montant_bas"), pl.when(usable).then(high).alias("montant_haut")]


def decided_cents(proposal: pl.Expr) -> pl.Expr:
    """The decided amount in cents: « accepter » takes the proposal, « refuser » the value kept, otherwise euros (« 38 800,50 »); null if unreadable."""
    text = pl.col("decision_montant").str.strip_chars().str.to_lowercase()
    number = text.str.replace_all(r"[\s€]", "").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    cents = (number * CENT).round(0).cast(pl.Int64, strict=False)  # « nan » or « inf » are not amounts
    return pl.when(text == "accepter").then(proposal).when(text == "refuser").then("montant").otherwise(cents)
