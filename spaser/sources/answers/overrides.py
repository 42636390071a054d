"""The override file: statuses of suppliers corrected by hand, each with its author, date and reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import settings
from spaser.problems import closest
from spaser.settings import Column
from spaser.sources import dates
from spaser.sources.siret import bare, luhn_ok
from spaser.text import fold
from spaser.vocabulary import DECISIONS, INCLUSIVE_STATUSES

COLUMNS = {
    "objet_id": Column(("identifiant", "siret", "siren", "objet_id"), needed=True),
    "champ": Column(("statut", "champ", "type"), needed=True),
    "valeur": Column(("valeur", "reponse", "décision"), needed=True),
    "auteur": Column(("auteur", "par"), needed=True),
    "date": Column(("date",), needed=True),
    "motif": Column(("motif", "raison", "justification"), needed=True),
}
FIELDS = ("ess", "esus", "inclusif", *INCLUSIVE_STATUSES)


def read_overrides(path: Path | str) -> pl.LazyFrame:
    """DECISIONS of type « statut » read from a CSV: identifiant; statut; valeur; auteur; date; motif.

    Raises
    ------
    Problem
        A column is absent, or lines are wrong: all are listed together, with their number.
    """
    rows, faults = settings.rows(
        path,
        COLUMNS,
        "Le fichier de corrections",
        todo="Colonnes attendues : identifiant ; statut ; valeur ; auteur ; date ; motif",
    )
    spelt = {fold(field): field for field in FIELDS}
    champ = pl.col("champ").str.to_lowercase().replace_strict(spelt, default=None, return_dtype=pl.String)
    rows, _ = dates.day_first(rows, ["date"])
    rows = rows.with_columns(
        objet_type=pl.lit("statut"),
        objet_id=bare(pl.col("objet_id")),
        lu=pl.col("champ"),
        champ=champ,
        valeur=pl.col("valeur").str.to_lowercase(),
        date=dates.day(pl.col("date").cast(pl.String), pl.String()).alias("date"),
    )
    _complain(rows, faults)
    faults.complain(f"Corrections refusées dans {Path(path).name}")
    return DECISIONS.conform(rows.lazy())


def _complain(rows: pl.DataFrame, faults: settings.Faults) -> None:
    checks = {
        "l'identifiant n'est ni un SIREN ni un SIRET à la clé juste": ~luhn_ok(pl.col("objet_id")),
        f"statut inconnu (au choix : {', '.join(FIELDS)})": pl.col("champ").is_null(),
        "la valeur doit être « oui » ou « non »": ~pl.col("valeur").is_in(["oui", "non"]).fill_null(False),
        "l'auteur manque": pl.col("auteur").fill_null("") == "",
        "la date manque ou ne se lit pas (AAAA-MM-JJ ou JJ/MM/AAAA)": pl.col("date").is_null(),
        "le motif manque": pl.col("motif").fill_null("") == "",
    }
    for said, wrong in checks.items():
        for line, seen in rows.filter(wrong).select("ligne", "lu").rows():
            hint = f". {closest(settings.short(seen), FIELDS)}" if said.startswith("statut") and seen else ""
            faults.add_line(line, f"{said}{hint}")
