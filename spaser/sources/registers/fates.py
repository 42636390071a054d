"""What became of each line of a list of suppliers: kept, repeated, left out and why; the account of the file."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser.sources.registers import evidence, kinds, names
from spaser.sources.registers.files import Opened
from spaser.sources.siret import is_scientific, luhn_ok

STATUS_KEY = ["siren", "siret", "statut", "depuis", "jusqua"]
_INACTIVE = ("false", "faux", "non", "0")
FATES = ("retenu", "repete", "sans_identifiant", "invalide", "hors_liste")


def fates(frame: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    silent = "status" not in opened.spec and opened.spec["columns"].get("statut") is not None
    keep = opened.spec.get("keep")
    outside = pl.col("statut").is_null() if silent else pl.lit(False)
    if keep:
        outside = outside | ~pl.col(keep["column"]).is_in(keep["values"]).fill_null(False)
    if "actif" in frame.columns:
        outside = outside | pl.col("actif").str.to_lowercase().is_in(_INACTIVE).fill_null(False)
    fate = (
        pl.when(outside)
        .then(pl.lit("hors_liste"))
        .when(pl.col("lu").is_null())
        .then(pl.lit("sans_identifiant"))
        .when(pl.col("siren").is_null())
        .then(pl.lit("invalide"))
        .otherwise(pl.lit("retenu"))
    )
    frame = frame.with_columns(sort=fate, _cle=pl.coalesce("siret", "siren")).with_columns(
        cle_juste=luhn_ok(pl.col("_cle"))
    )
    again = (pl.col("sort") == "retenu") & ~pl.struct(*STATUS_KEY, "sort").is_first_distinct()
    return frame.with_columns(sort=pl.when(again).then(pl.lit("repete")).otherwise("sort"))


def accounts_of(opened: Opened, rows: pl.DataFrame, au: date | None, origin: str) -> pl.DataFrame:
    # A structure of two kinds is two statuses of one line.
    lines = rows.unique("position", keep="first", maintain_order=True) if rows.height else rows
    counts = {
        f"{fate}s" if fate != "hors_liste" and fate != "sans_identifiant" else fate: (lines["sort"] == fate).sum()
        for fate in FATES
    }
    wrong = pl.any_horizontal(~pl.col("cle_juste"), *(_undated(name) for name in _DAYS if f"{name}_lu" in rows.columns))
    doubts = lines.select((wrong & (pl.col("sort") == "retenu")).sum()).item()
    return file_of(opened, au, origin).with_columns(
        lus=pl.lit(lines.height), **{name: pl.lit(n) for name, n in counts.items()}, doutes=pl.lit(doubts)
    )


def file_of(opened: Opened, au: date | None, origin: str) -> pl.DataFrame:
    verified = opened.kind in opened.spec["verified"]
    row = {
        "fichier": opened.path.name,
        "liste": opened.name,
        "libelle": opened.label,
        "format": opened.kind,
        "verifie": verified,
        "message": _message(opened, verified),
        "au": au,
        "au_origine": origin,
        "feuille": opened.sheet,
        "surete": opened.evidence.degree,
        "indices": " ; ".join(opened.evidence.seen) or None,
        "autres": ", ".join(opened.evidence.others) or None,
        "prouve_non": opened.proves_no and au is not None,
    }
    return pl.DataFrame(
        [row], schema_overrides={"au": pl.Date} | dict.fromkeys(("message", "feuille", "indices", "autres"), pl.String)
    )


def _message(opened: Opened, verified: bool) -> str | None:
    """What to know before believing this list."""
    said = []
    if opened.evidence.degree == evidence.LIKELY:
        seen = " ; ".join(opened.evidence.seen)
        said.append(
            f"reconnue probablement comme « {opened.spec['label']} » ({seen}) ; si c'est autre chose, {to_declare(opened.path.name)}"
        )
    elif not verified and opened.evidence.degree != evidence.DECLARED:
        said.append(unproved(opened.spec))
    if opened.spec.get("proves_no") and not opened.declared:
        said.append(
            "qui n'y est pas reste inconnu : un extrait a les mêmes colonnes que la liste entière ; si celle-ci est complète à sa date et pour"
            f" un territoire, {to_complete(opened.path.name, opened.name)}"
        )
    return " ; ".join(said) or None


_WRITTEN = "déclarez-le dans un fichier mes_listes.toml donné avec elle (dans une mission : ajouté comme liste de fournisseurs)"


def to_declare(name: str) -> str:
    """Where to say what a list is, and the line to paste."""
    return f"{_WRITTEN} : {evidence.line(name)}"


def to_complete(name: str, kind: str) -> str:
    """Where to say that a list is complete, and the line to paste."""
    return f"{_WRITTEN} : {evidence.complete_line(name, kind)}"


def unproved(spec: dict[str, Any]) -> str:
    """What to say of a kind of list that no real file has verified."""
    described = "lu d'après sa description publique, sur aucun vrai fichier encore"
    return f"{spec['label']} : format {described if spec.get('documented') else 'non vérifié'}"


_OFF = "Hors sujet"
_LONGEST = 60


def _off(have: list[str], opened: Opened) -> pl.Expr:
    """Why a line is no supplier of this list, with the value that says it."""

    def quoted(column: str) -> pl.Expr:
        cut = pl.col(column).str.slice(0, _LONGEST)
        return pl.when(pl.col(column).str.len_chars() > _LONGEST).then(pl.format("{}…", cut)).otherwise(cut)

    inactive = pl.col("actif").str.to_lowercase().is_in(_INACTIVE) if "actif" in have else pl.lit(False)
    keep = opened.spec.get("keep")
    parts: list[pl.Expr] = [pl.when(inactive).then(pl.lit(f"{_OFF} : structure inactive"))]
    if keep:
        other = ~pl.col(keep["column"]).is_in(keep["values"])
        parts.append(pl.when(other).then(pl.format(f"{_OFF} : autre catégorie (« {{}} »)", quoted(keep["column"]))))
    if crosses := [name for name in have if name.startswith(kinds.PREFIX)]:
        filled = pl.concat_list(crosses).list.drop_nulls().list.unique(maintain_order=True).list.join(", ")
        parts.append(pl.when(filled != "").then(pl.format(f"{_OFF} : aucun type coché (« {{}} »)", filled)))
    elif "statut_lu" in have:
        known = names.essential("statut_lu").replace_strict(names.others(), default=None, return_dtype=pl.String)
        not_of_itself = pl.format(
            f"{_OFF} : « {{}} » n'est pas une structure inclusive de plein droit (elle ne l'est que conventionnée ou agréée)",
            known,
        )
        parts.append(pl.when(known.is_not_null()).then(not_of_itself))
        parts.append(pl.format(f"{_OFF} : type de structure inconnu (« {{}} »)", quoted("statut_lu")))
    return pl.coalesce(*parts, pl.lit(f"{_OFF} : aucun type de structure dit"))


#: The days of a status, as they are called.
_DAYS = {"depuis": "de début", "jusqua": "de fin"}
#: No end, said in words.
_ENDLESS = r"(?i)^\s*(?:illimit|sans (?:limite|fin|terme)|ind[ée]termin|permanent|ind[ée]fini|-+\s*$|n\.?[acs]\.?\s*$|n[ée]ant)"


def _undated(name: str) -> pl.Expr:
    """A day was written for this status, and is not understood."""
    read = pl.col(f"{name}_lu")
    return (read.is_not_null() & pl.col(name).is_null() & ~read.str.contains(_ENDLESS)).fill_null(False)


def _of_days(rows: pl.DataFrame, opened: Opened) -> list[pl.DataFrame]:
    """The statuses kept whose first or last day is not understood: nothing ends them."""
    return [
        rows.filter((pl.col("sort") == "retenu") & _undated(name)).select(
            pl.lit(opened.path.name).alias("source"),
            pl.col("position").cast(pl.Int64),
            pl.coalesce("siret", "siren", "nom").alias("id"),
            pl.lit(name).alias("champ"),
            pl.col(f"{name}_lu").alias("valeur"),
            pl.lit("date_illisible").alias("regle"),
            pl.lit("doute").alias("niveau"),
            pl.format(f"Date {said} illisible (« {{}} ») : statut gardé sans elle", pl.col(f"{name}_lu")).alias(
                "message"
            ),
        )
        for name, said in _DAYS.items()
        if f"{name}_lu" in rows.columns
    ]


def doubts(rows: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    """What was refused or doubted, line by line."""
    wrong = (pl.col("sort") == "retenu") & ~pl.col("cle_juste")
    said = {
        "repete": ("repetition", "info", "Ligne répétée : même identifiant et même statut, comptée une fois"),
        "sans_identifiant": (
            "identifiant_absent",
            "rejet",
            "Ni SIREN ni SIRET : à rapprocher par le nom et le code postal",
        ),
        "invalide": (
            "identifiant_invalide",
            "rejet",
            "L'identifiant n'est ni un SIREN (9 chiffres) ni un SIRET (14 chiffres)",
        ),
        "hors_liste": (
            "statut_inconnu",
            "info",
            _OFF,
        ),
        "cle": (
            "cle_de_controle",
            "doute",
            "La clé de contrôle de l'identifiant est fausse : statut gardé, rattachement improbable",
        ),
    }
    fate = pl.when(wrong).then(pl.lit("cle")).otherwise("sort")
    told = [
        fate.replace_strict({k: v[i] for k, v in said.items()}, default=None, return_dtype=pl.String) for i in range(3)
    ]
    cut = (fate == "invalide") & is_scientific(pl.col("lu").str.replace_all(r"\s", "")).fill_null(False)
    message = (
        pl.when(fate == "hors_liste")
        .then(_off(rows.columns, opened))
        .when(cut)
        .then(
            pl.lit(
                "Numéro abîmé par le tableur (« 8,00E+13 ») : mettez la colonne au format texte dans le fichier d'origine"
            )
        )
        .otherwise(told[2])
    )
    lines = (
        rows.with_columns(regle=told[0], niveau=told[1], message=message)
        .filter(pl.col("regle").is_not_null())
        .select(
            pl.lit(opened.path.name).alias("source"),
            pl.col("position").cast(pl.Int64),
            pl.coalesce("siret", "siren", "nom").alias("id"),
            pl.lit("identifiant").alias("champ"),
            pl.col("lu").alias("valeur"),
            "regle",
            "niveau",
            "message",
        )
    )
    return pl.concat([lines, *_of_days(rows, opened)])
