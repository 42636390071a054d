"""The words of a subject that say what is bought: what two contracts share when they are of one framework or one consultation."""

from __future__ import annotations

import polars as pl

from spaser import rules


def bought(subject: pl.Expr) -> pl.Expr:
    """The distinct words of four unaccented letters or more, in lower case, without those of the trade (« marché », « lot »…).

    The words left out are data: ``reference/contract_facts.toml`` (``lien_par_ressemblance.mots_vides``).
    """
    empty = rules.toml("contract_facts.toml")["lien_par_ressemblance"]["mots_vides"].split("|")
    return subject.str.to_lowercase().str.extract_all("[a-z]{4,}").list.set_difference(pl.lit(empty))
