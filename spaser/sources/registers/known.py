"""Every list a user has, as one register: the small ones read whole, the two national SIRENE stocks reduced on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from spaser import rules
from spaser.guards import leftovers
from spaser.problems import Problem
from spaser.sources import archives, dates
from spaser.sources.registers import fates
from spaser.sources.registers.lists import Registers, read_registers
from spaser.sources.registers.reduction import reduce_sirene
from spaser.sources.registers.stocks import stock_kind

STOCKS = {"unites": "des unités légales", "etablissements": "des établissements"}
Progress = Callable[[str, float], None] | None


def known_suppliers(
    paths: Sequence[Path | str],
    *,
    identifiers: Iterable[str] = (),
    departements: Iterable[str] = (),
    as_of: date | None = None,
    cache: Path | None = None,
    progress: Progress = None,
) -> Registers:
    """What all the lists say of suppliers.

    Parameters
    ----------
    paths
        Lists of any known kind, folders or patterns of them; the SIRENE stocks come in two files, given together.
    identifiers, departements
        What to keep of the stocks, beside the ESS and the inclusive: the SIREN and SIRET met in the user's files, and the
        départements where names without identifier are to be linked.
    cache
        Folder of the reduced stocks (a temporary one by default, then reduced again at each run).

    Raises
    ------
    Problem
        A list is absent, unknown, or one of the two stocks lacks the other.
    """
    kinds = {path: stock_kind(path) for path in archives.named_files(paths)}
    lists = read_registers([path for path, kind in kinds.items() if kind is None], as_of=as_of, progress=progress)
    stocks = {kind: path for path, kind in kinds.items() if kind}
    if not stocks:
        return lists
    for kind, said in STOCKS.items():
        if kind not in stocks:
            raise Problem(
                f"Il manque le stock SIRENE {said}",
                where=", ".join(path.name for path in stocks.values()),
                todo=f"Donnez les deux stocks ensemble (spaser telecharger sirene_{'unites_legales' if kind == 'unites' else kind})",
            )
    reduced = reduce_sirene(
        stocks["unites"],
        stocks["etablissements"],
        register=lists.register,
        identifiers=identifiers,
        departements=departements,
        cache=cache or tempfile.mkdtemp(prefix=leftovers.prefix()),
        progress=progress,
    )
    return Registers(
        pl.concat([lists.register, reduced.register]),
        pl.concat([lists.establishments, reduced.establishments]),
        lists.rejects,
        pl.concat([lists.files, _described(reduced.sources)], how="diagonal_relaxed"),
        lists.unnumbered,
        lists.filled,
        lists.seen,
        lists.demo,
    )


def _described(sources: pl.DataFrame) -> pl.DataFrame:
    """The stocks in the words of ``Registers.files``."""
    lists = rules.toml("register_columns.toml")["lists"]
    label, unproved = (
        pl.col("liste").replace_strict(said, default=None, return_dtype=pl.String)
        for said in (
            {name: spec["label"] for name, spec in lists.items()},
            {name: fates.unproved(spec) for name, spec in lists.items()},
        )
    )
    return sources.select(
        "fichier",
        "liste",
        libelle=label,
        verifie=pl.lit(False),
        message=unproved,
        au=dates.day(pl.col("au")),
        au_origine=pl.lit("colonne du fichier"),
    )
