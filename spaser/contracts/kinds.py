"""Is a contract a marché, an accord-cadre, a marché subséquent, several lots under one number, or undecided?

The rules, in their order, with examples, are ``reference/contract_facts.toml`` (``nature``). No field is believed alone: a
framework's number is often published beside the framework itself, and a marché subséquent often says so in its subject only.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import consultations, frameworks
from spaser.vocabulary import CONTRACT_KINDS

CONTRACT, FRAMEWORK, SUBSEQUENT, LOTS, UNDECIDED = (
    "marche",
    "accord_cadre",
    "marche_subsequent",
    "plusieurs_lots",
    "indecis",
)
#: Where one of these is not written, no rule on texts can see anything: most subjects are not read closely.
_WORTH_READING = r"(?i)cadre|command|subs|\bms|\bm\.\s?s|\bbd?c\b|\bac\b"
_READINGS = ("subsequent", "cadre_a_subsequents", "bon_de_commande", "sur_accord_cadre", "cadre")
_QUOTED = 60


def judge(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``nature_contrat, nature_regle, nature_preuve, accord_cadre, marche_subsequent, cadre_uid, cadre_lien, cadre_possible``.

    ``marche_subsequent`` is null when undecided. ``cadre_uid`` is the framework of a marché subséquent when it is in the
    files, ``cadre_lien`` how it was found (``numero``, ``ressemblance``); ``cadre_possible`` is a framework to which a
    contract may belong when nothing proves it. Needs ``uid, id, acheteur_siren, idAccordCadre, nature, techniques, modalitesExecution,
    objet, codeCPV, dateNotification, titulaires_cle, montant_lots, decision_nature``.
    """
    told = contracts.join(_written(contracts), on="uid", how="left").with_columns(pl.col("^_dit_.*$").fill_null(False))
    told = frameworks.given(told).with_columns(_cadre=_is_framework())
    told = told.join(frameworks.by_number(told), on="uid", how="left")
    ruled = told.with_columns(nature_regle=_first_rule()).with_columns(_sorte=_concluded())
    ruled = ruled.join(frameworks.by_resemblance(ruled), on="uid", how="left")
    return _explained(ruled.with_columns(*_facts())).drop(pl.selectors.starts_with("_"))


def _written(contracts: pl.DataFrame) -> pl.DataFrame:
    """``uid`` and what the subject says (``_dit_…``), for the subjects where something may be said."""
    patterns = rules.toml("contract_facts.toml")["motifs"]
    worth = contracts.select("uid", "objet").filter(pl.col("objet").str.contains(_WORTH_READING))
    plain = worth.select(
        "uid",
        texte=consultations.normal(pl.col("objet")),
        _signe=pl.col("objet").str.to_lowercase().str.contains(patterns["subsequent_apres_un_signe"]),
    )
    said = {name: pl.col("texte").str.contains(patterns[name]) for name in _READINGS}
    return plain.select(
        "uid",
        _dit_subsequent=(said["subsequent"] & ~said["cadre_a_subsequents"]) | pl.col("_signe"),
        _dit_commande=said["bon_de_commande"],
        _dit_sur_cadre=said["sur_accord_cadre"],
        _dit_cadre=said["cadre"],
        _cite=pl.col("texte").str.extract(patterns["numero_cite"]),
    )


def _is_framework() -> pl.Expr:
    """The contract itself is published as a framework: by its nature, its technique or its subject."""
    later = (
        (pl.col("nature") == "Marché subséquent")
        | pl.col("_dit_subsequent")
        | pl.col("_dit_commande")
        | pl.col("_dit_sur_cadre")
    )
    named = (
        (pl.col("nature") == "Accord-cadre")
        | _holds("techniques", "Accord-cadre")
        | pl.col("_dit_cadre")
        | (_holds("modalitesExecution", "Bons de commande") & ~pl.col("_numero_autre"))
    )
    return (named & ~later.fill_null(False)).fill_null(False)


def _holds(column: str, value: str) -> pl.Expr:
    return pl.col(column).str.contains(value, literal=True)


def _first_rule() -> pl.Expr:
    """The first rule that sees something, in the order of the reference; null when none does."""
    nature = pl.col("nature").fill_null("")
    orders = _holds("modalitesExecution", "Bons de commande").fill_null(False)
    # Orders exist in a framework only: with them, the stem of the contract's own number is that of the framework itself.
    numbered = pl.when(orders).then("_numero_autre").otherwise("_numero_donne")
    tests = {
        "decision": pl.col("decision_nature").is_in([CONTRACT, FRAMEWORK, SUBSEQUENT]),
        "nature_contredite": (nature == "Marché subséquent") & pl.col("_dit_cadre"),
        "nature_subsequente": nature == "Marché subséquent",
        "texte_subsequent": pl.col("_dit_subsequent"),
        "texte_bon_de_commande": pl.col("_dit_commande"),
        "texte_sur_accord_cadre": pl.col("_dit_sur_cadre"),
        "nature_cadre": nature == "Accord-cadre",
        "technique_cadre": _holds("techniques", "Accord-cadre"),
        "texte_cadre": pl.col("_dit_cadre"),
        "numero_de_cadre": pl.col("_par_numero").is_not_null(),
        "numero_sans_cadre": numbered,
        "modalite_bons_de_commande": _holds("modalitesExecution", "Bons de commande"),
        "modalite_marches_subsequents": _holds("modalitesExecution", "Marchés subséquents"),
    }
    chosen = pl.lit(None, pl.String)
    for name in reversed([name for name in rules.toml("contract_facts.toml")["nature"] if name in tests]):
        chosen = pl.when(tests[name].fill_null(False)).then(pl.lit(name)).otherwise(chosen)
    return chosen


def _concluded() -> pl.Expr:
    """What the rule concludes, lots under one number aside."""
    table = rules.toml("contract_facts.toml")["nature"]
    said = pl.col("nature_regle").replace_strict(
        {name: rule["conclut"] for name, rule in table.items()}, default=CONTRACT
    )
    return pl.when(pl.col("nature_regle") == "decision").then("decision_nature").otherwise(said)


def _facts() -> list[pl.Expr]:
    """The judged columns, from ``_sorte`` and the frameworks found."""
    kind, decided = pl.col("_sorte"), pl.col("nature_regle") == "decision"
    lots = pl.col("montant_lots").is_not_null() & kind.is_in([CONTRACT, FRAMEWORK]) & ~decided.fill_null(False)
    later = pl.when(kind == SUBSEQUENT)
    return [
        pl.when(lots).then(pl.lit(LOTS)).otherwise(kind).alias("nature_contrat"),
        pl.when(lots).then(pl.lit("plusieurs_lots_sous_un_numero")).otherwise("nature_regle").alias("nature_regle"),
        (kind == FRAMEWORK).alias("accord_cadre"),
        pl.when(kind != UNDECIDED).then(kind == SUBSEQUENT).alias("marche_subsequent"),
        later.then(pl.coalesce("_du_numero", "_par_ressemblance")).alias("cadre_uid"),
        later.then(
            pl.when(pl.col("_du_numero").is_not_null())
            .then(pl.lit("numero"))
            .when(pl.col("_par_ressemblance").is_not_null())
            .then(pl.lit("ressemblance"))
        ).alias("cadre_lien"),
        pl.when(pl.coalesce("_du_numero", "_par_ressemblance").is_null() | (kind == UNDECIDED))
        .then(pl.when(kind.is_in([UNDECIDED, SUBSEQUENT])).then(pl.coalesce("_voisin", "_possible")))
        .alias("cadre_possible"),
    ]


def _explained(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``nature_preuve``, written only where a rule spoke."""
    table = rules.toml("contract_facts.toml")["nature"]
    quoted = pl.col("objet").str.slice(0, _QUOTED)
    seen = {
        "decision": [pl.col("nature_contrat").replace(CONTRACT_KINDS)],
        "texte_subsequent": [quoted],
        "texte_bon_de_commande": [quoted],
        "texte_sur_accord_cadre": [quoted],
        "texte_cadre": [quoted],
        "numero_de_cadre": [pl.col("idAccordCadre")],
        "numero_sans_cadre": [pl.col("idAccordCadre"), pl.col("_pourquoi")],
    }
    parts = [
        contracts.filter(pl.col("nature_regle") == name).select(
            "uid", nature_preuve=pl.format(rule["preuve"], *seen.get(name, []))
        )
        for name, rule in table.items()
    ]
    return contracts.join(pl.concat(parts), on="uid", how="left")
