"""The override file: statuses of suppliers corrected by hand, each with its author, date and reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser.problems import Problem, Problems, closest
from spaser.sources import dates
from spaser.sources.registers.files import plain
from spaser.sources.siret import bare, luhn_ok
from spaser.vocabulary import DECISIONS, INCLUSIVE_STATUSES

COLUMNS = {
    "objet_id": ("identifiant", "siret", "siren", "objet_id"),
    "champ": ("champ", "statut", "type"),
    "valeur": ("valeur", "reponse", "décision"),
    "auteur": ("auteur", "par"),
    "date": ("date",),
    "motif": ("motif", "raison", "justification"),
}
FIELDS = ("ess", "esus", "inclusif", *INCLUSIVE_STATUSES)


def read_overrides(path: Path | str) -> pl.LazyFrame:
    """DECISIONS of type « statut » read from a CSV: identifiant; statut; valeur; auteur; date; motif.

    Raises
    ------
    Problem
        A column is absent, or lines are wrong: all are listed together, with their number.
    """
    file = Path(path)
    if not file.is_file():
        raise Problem("Fichier de corrections introuvable", where=str(file))
    text = file.read_bytes()
    decoded = _decoded(text)
    first = decoded.partition("\n")[0]
    frame = pl.read_csv(decoded.encode("utf-8"), separator=max(";,\t", key=first.count), infer_schema=False)
    flat = {plain(name): name for name in frame.columns}
    found = {word: next((flat[plain(s)] for s in spellings if plain(s) in flat), None) for word, spellings in COLUMNS.items()}
    missing = [word for word, name in found.items() if name is None]
    if missing:
        raise Problem(
            f"Il manque une colonne au fichier de corrections : {', '.join(COLUMNS[word][0] for word in missing)}",
            where=file.name,
            todo="Colonnes attendues : identifiant ; statut ; valeur ; auteur ; date ; motif",
        )  # fmt: skip
    rows = frame.select(pl.col(name).str.strip_chars().alias(word) for word, name in found.items())
    spelt = {plain(field): field for field in FIELDS}
    champ = pl.col("champ").str.to_lowercase().replace_strict(spelt, default=None, return_dtype=pl.String)
    rows = rows.with_row_index("ligne", offset=2).with_columns(
        objet_type=pl.lit("statut"), objet_id=bare(pl.col("objet_id")), lu=pl.col("champ"), champ=champ,
        valeur=pl.col("valeur").str.to_lowercase(), date=dates.day(pl.col("date").cast(pl.String), pl.String()).alias("date"),
    )  # fmt: skip
    _complain(rows, file)
    return DECISIONS.conform(rows.lazy())


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def _complain(rows: pl.DataFrame, file: Path) -> None:
    checks = {
        "l'identifiant n'est ni un SIREN ni un SIRET à la clé juste": ~luhn_ok(pl.col("objet_id")),
        f"statut inconnu (au choix : {', '.join(FIELDS)})": pl.col("champ").is_null(),
        "la valeur doit être « oui » ou « non »": ~pl.col("valeur").is_in(["oui", "non"]).fill_null(False),
        "l'auteur manque": pl.col("auteur").fill_null("") == "",
        "la date manque ou ne se lit pas (AAAA-MM-JJ ou JJ/MM/AAAA)": pl.col("date").is_null(),
        "le motif manque": pl.col("motif").fill_null("") == "",
    }
    items = []
    for said, wrong in checks.items():
        for line, seen in rows.filter(wrong).select("ligne", "lu").rows():
            hint = f" {closest(seen, FIELDS)}" if said.startswith("statut") and seen else ""
            items.append(f"ligne {line} : {said}{hint}")
    if items:
        raise Problems(f"Corrections refusées dans {file.name}", items)
