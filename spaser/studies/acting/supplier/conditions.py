"""The condition check-list of an ESUS approval and of a commercial company of the ESS: what each asks, and what the lists show."""

from __future__ import annotations

import polars as pl

from spaser import french, rules

_SILENT = "aucune liste ne le dit : statuts, comptes ou attestation à demander"
_COMPANY = "société commerciale"


def checklist(judged: pl.DataFrame, statuses: pl.DataFrame, forms: list[str]) -> pl.DataFrame:
    """``pour, condition, base, montre``: one row per condition; those of a company only for the form of one.

    Parameters
    ----------
    judged, statuses
        What is held of the supplier on the day, and the lines of the lists about it (see ``facts``).
    forms
        The legal categories that the lists give it; none: the conditions of a company stand too, its form being unknown.
    """
    read = rules.toml("ess_conditions.toml")
    shown = {
        "esus": _approval(statuses),
        "ess": _ess(judged),
        "plein_droit": _by_right(judged, read["plein_droit"]),
        "drapeau": _flag(statuses),
        "": _SILENT,
    }
    known = rules.table("ess_legal_categories.csv").filter(pl.col("famille") == _COMPANY)["categorie_juridique"]
    company = not forms or bool(set(forms) & set(known))
    rows = [
        {"pour": one["pour"], "condition": one["texte"], "base": one["base"], "montre": shown[one["montre"]]}
        for one in read["conditions"]
        if one["pour"] == "ESUS" or company
    ]
    return pl.DataFrame(rows)


def note() -> str:
    """How far these texts were read."""
    read = rules.toml("ess_conditions.toml")
    return french.sentence(f"{rules.CONFIDENCES[read['confidence']]} : {read['source']}. {read['note']}")


def _approval(statuses: pl.DataFrame) -> str:
    lines = statuses.filter(pl.col("statut") == "ESUS").unique(["jusqua", "source"], maintain_order=True)
    if not lines.height:
        return "aucun agrément dans les listes lues : cela ne dit pas qu'il n'y en a pas"
    told = []
    for line in lines.iter_rows(named=True):
        until = f" jusqu'au {french.short_date(line['jusqua'])}" if line["jusqua"] else ", fin inconnue"
        told.append(f"agrément{until}, {line['etat']} ({line['source']})")
    return " ; ".join(told)


def _ess(judged: pl.DataFrame) -> str:
    answers = judged["titulaire_ess"]
    reasons = judged["ess_raison"].drop_nulls().unique(maintain_order=True).head(1).to_list()
    answer = "oui" if answers.any() else "inconnu" if answers.null_count() or not answers.len() else "non"
    return f"{answer} ({reasons[0]})" if reasons else answer


def _by_right(judged: pl.DataFrame, kinds: list[str]) -> str:
    held = sorted({one for text in judged["inclusif_types"].drop_nulls() for one in text.split(", ")} & set(kinds))
    return f"type lu : {', '.join(held)}" if held else "aucun de ces types dans les listes lues"


def _flag(statuses: pl.DataFrame) -> str:
    said = statuses.filter(pl.col("statut").is_in(["ESS", "NON_ESS"])).unique(["statut", "source"], maintain_order=True)
    told = [
        f"{'oui' if status == 'ESS' else 'non'} ({source})" for status, source in said.select("statut", "source").rows()
    ]
    return " ; ".join(told) if told else "rien dans les listes lues : à voir sur l'extrait du registre"
