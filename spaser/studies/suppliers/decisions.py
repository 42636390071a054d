"""What is left to a person to decide of a spend file and its lists, as one table: columns, lists, names. Accept, refuse, choose another."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french, rules
from spaser.studies.suppliers.compose import SupplierDiagnostic
from spaser.vocabulary import TO_DECIDE

_ANSWERS = {
    "colonne": "correspondance.toml",
    "liste": "un fichier .toml donné avec vos listes ([[liste]])",
    "nom": "validations.csv",
    "famille": "nomenclature.csv, colonne « famille retenue » (--nomenclature)",
}


def to_decide(result: SupplierDiagnostic) -> pl.DataFrame:
    """TO_DECIDE: columns read otherwise than by their heading, lists recognised with a doubt, names that several companies answer to."""
    return TO_DECIDE.conform(
        pl.DataFrame(
            [*_columns(result), *_lists(result), *_names(result)], schema=TO_DECIDE.schema, orient="row"
        ).lazy()
    ).collect()


def families_to_decide(nomenclature: pl.DataFrame) -> pl.DataFrame:
    """TO_DECIDE: the purchase codes of a ledger whose family nobody chose yet, the largest amounts first."""
    titles = rules.families()
    rows = nomenclature.filter(pl.col("famille_retenue").is_null()).sort(
        pl.col("montant").abs(), "code_achat", descending=[True, False], nulls_last=True
    )
    told = [
        _row(
            "famille",
            " ".join(filter(None, (row["code_achat"], row["code_libelle"]))),
            titles.get(row["famille_proposee"], row["famille_proposee"]) or "aucune",
            "toute autre famille, ou « hors achat »" if row["famille_proposee"] else None,
            ", ".join(filter(None, (row["commentaire"], _sure(row["famille_confiance"])))) or None,
            row["montant"],
        )
        for row in rows.to_dicts()
    ]
    return pl.DataFrame(told, schema=TO_DECIDE.schema, orient="row")


def _sure(confidence: float | None) -> str | None:
    return f"confiance {french.share(confidence, 0)}" if confidence is not None else None


def _row(
    kind: str, what: str, proposed: str | None, others: str | None, proof: str | None, amount: int | None = None
) -> dict[str, Any]:
    return {
        "objet_type": kind,
        "objet_id": what,
        "propose": proposed,
        "autres": others,
        "preuve": proof,
        "montant": amount,
        "ou_repondre": _ANSWERS[kind],
    }


def _columns(result: SupplierDiagnostic) -> list[dict[str, Any]]:
    """A judgement made on the values or on what stands above the table may be wrong: it can be undone."""
    rows = result.accounts.to_dicts() if result.accounts.height else []
    return [
        _row(
            "colonne",
            f"{row['fichier']}, feuille « {row['feuille']} »",
            part,
            None,
            "valeurs et intitulés de la feuille",
            row["montant"],
        )
        for row in rows
        if row.get("lecture")
        for part in row["lecture"].split(" ; ")
    ]


def _lists(result: SupplierDiagnostic) -> list[dict[str, Any]]:
    rows = result.files.to_dicts() if "surete" in result.files.columns else []
    return [
        _row("liste", row["fichier"], row["libelle"], row["autres"] or "carnet d'adresses", row["indices"])
        for row in rows
        if row["surete"] == "probable"
    ]


def _names(result: SupplierDiagnostic) -> list[dict[str, Any]]:
    """One row per name left to the user: the best candidate, the others after it."""
    if not result.validations.height:
        return []
    told = pl.format(
        "{} (SIREN {}, {}, ressemblance {})",
        "candidat",
        "siren",
        pl.col("candidat_commune").fill_null("lieu inconnu"),
        "score",
    )
    rows = (
        result.validations.sort("rang")
        .with_columns(_dit=told)
        .group_by("cle", maintain_order=True)
        .agg(
            pl.col("fournisseur").first(),
            propose=pl.col("_dit").first(),
            autres=pl.col("_dit").slice(1).str.join(" | "),
            euros=pl.col("montant_euros").first(),
            score=pl.col("score").first(),
        )
    )
    return [
        _row(
            "nom",
            row["fournisseur"],
            row["propose"],
            row["autres"] or None,
            f"ressemblance {row['score']}",
            round(row["euros"] * 100) if row["euros"] is not None else None,
        )
        for row in rows.to_dicts()
    ]
