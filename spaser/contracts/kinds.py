"""Is a contract a marché, an accord-cadre, a marché subséquent, several lots under one number, or undecided?

The rules, in their order, with examples, are ``reference/contract_facts.toml`` (``nature``). No field is believed alone: a
framework's number is often published beside the framework itself, and a marché subséquent often says so in its subject only.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import consultations, frameworks, ruling
from spaser.vocabulary import CONTRACT_KINDS

CONTRACT, FRAMEWORK, SUBSEQUENT, LOTS, UNDECIDED = CONTRACT_KINDS
_DECISION = "decision"
#: What the rules of nature may show.
_SHOWN = {
    "decision": pl.col("decision_nature").replace(CONTRACT_KINDS),
    "objet": pl.col("objet").str.slice(0, 60),
    "numero": pl.col("idAccordCadre"),
    "pourquoi": pl.col("_pourquoi"),
}


def judge(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``nature_contrat, nature_regle, nature_preuve, accord_cadre, marche_subsequent, cadre_uid, cadre_lien, cadre_possible``.

    ``marche_subsequent`` is null when undecided. ``cadre_uid`` is the framework of a marché subséquent when it is in the
    files, ``cadre_lien`` how it was found (``numero``, ``ressemblance``); ``cadre_possible`` is a framework to which a
    contract may belong when nothing proves it. Needs ``uid, id, acheteur_siren, idAccordCadre, nature, techniques, modalitesExecution,
    objet, codeCPV, dateNotification, titulaires_cle, montant_lots, decision_nature``.
    """
    told = frameworks.given(contracts.join(_written(contracts), on="uid", how="left"))
    # A framework is recognised before any number is followed: what the rules conclude when no number leads anywhere.
    alone = _seen(told) | {"cadre_du_numero": pl.lit(None, pl.String)}
    told = told.with_columns((_kind(ruling.concluded(told, "nature", alone, _SHOWN)) == FRAMEWORK).alias("_cadre"))
    ruled = _ruled(told.join(frameworks.by_number(told), on="uid", how="left", maintain_order="left"))
    ruled = ruled.join(frameworks.by_resemblance(ruled), on="uid", how="left")
    return _lots(ruled).with_columns(*_facts()).drop(pl.selectors.starts_with("_"))


def _written(contracts: pl.DataFrame) -> pl.DataFrame:
    """``uid`` and what the subject says (``_dit_…``, one a motif; ``_cite``), for the subjects where something may be said."""
    motifs = rules.toml("contract_facts.toml")["motifs"]
    worth = contracts.select("uid", "objet").filter(pl.col("objet").str.contains(motifs["lire_si"]))
    plain = worth.select("uid", normal=consultations.normal(pl.col("objet")), ecrit=pl.col("objet").str.to_lowercase())
    return plain.select(
        "uid",
        *(
            pl.col(form).str.contains(pattern).alias(f"_dit_{name}")
            for form in ("normal", "ecrit")
            for name, pattern in motifs[form].items()
        ),
        _cite=pl.col("normal").str.extract(motifs["numero_cite"]),
    )


def _seen(told: pl.DataFrame) -> dict[str, pl.Expr]:
    """What the rules of nature may see: what the subject says, what is published, where the number leads."""
    said = {name.removeprefix("_"): pl.col(name).fill_null(False) for name in told.columns if name.startswith("_dit_")}
    return said | {
        "decision": pl.col("decision_nature"),
        "nature": pl.col("nature"),
        "techniques": pl.col("techniques"),
        "modalites": pl.col("modalitesExecution"),
        "cadre_du_numero": pl.col("_par_numero"),
        "numero_donne": pl.col("_numero_donne"),
        "numero_autre": pl.col("_numero_autre"),
    }


def _kind(concluded: pl.Expr | pl.Series) -> pl.Expr:
    """The kind that is concluded, a decision being that of the person; a plain marché when no rule speaks."""
    said = pl.lit(concluded) if isinstance(concluded, pl.Series) else concluded
    return pl.when(said == _DECISION).then("decision_nature").otherwise(said).fill_null(CONTRACT)


def _ruled(told: pl.DataFrame) -> pl.DataFrame:
    """Adds ``nature_regle``, ``nature_preuve`` and ``_sorte``, what the rule concludes, lots under one number aside."""
    ruled = ruling.decided(told, "nature", _seen(told), _SHOWN, {*CONTRACT_KINDS, _DECISION})
    ruled = ruled.with_columns(_sorte=_kind(pl.col("_conclut")))
    return ruled.rename({"_regle": "nature_regle", "_preuve": "nature_preuve"}).drop("_conclut")


def _lots(ruled: pl.DataFrame) -> pl.DataFrame:
    """Adds ``nature_contrat``: what was concluded, unless several amounts were published together under the number."""
    seen = {
        "plusieurs_montants": pl.col("montant_lots").is_not_null(),
        "nature": pl.col("_sorte"),
        "decidee": (pl.col("nature_regle") == _DECISION).fill_null(False),
    }
    found = ruling.decided(ruled, "lots", seen, conclusions=CONTRACT_KINDS)
    return found.with_columns(
        nature_contrat=pl.coalesce("_conclut", "_sorte"),
        nature_regle=pl.coalesce("_regle", "nature_regle"),
        nature_preuve=pl.when(pl.col("_regle").is_not_null()).then("_preuve").otherwise("nature_preuve"),
    )


def _facts() -> list[pl.Expr]:
    """The other judged columns, from ``_sorte`` and the frameworks found."""
    kind = pl.col("_sorte")
    later = pl.when(kind == SUBSEQUENT)
    return [
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
