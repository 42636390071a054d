"""The national SIRENE (29 million legal units, 42 million establishments) reduced once, by streaming, to what a user needs.

Two reductions kept as Parquet beside the dates of their sources: (1) every establishment of an ESS or inclusive unit;
(2) the units and establishments whose identifier occurs in the user's files, plus all active ones of chosen départements
(to link names). Asked again with the same files and choices, they are read back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules
from spaser.sources import dates
from spaser.sources.registers import sirene
from spaser.sources.registers.files import Opened
from spaser.sources.registers.stocks import scan_stock
from spaser.vocabulary import ESTABLISHMENTS, REGISTER

VERSION = 2
ESS, CHOSEN, FLAGS, DATES = (
    "sirene_ess.parquet",
    "sirene_choisis.parquet",
    "sirene_drapeaux.parquet",
    "sirene_sources.json",
)
#: What an establishment takes from its legal unit.
FROM_UNIT = ("nom_personne", "sigle", "categorie_juridique", "categorie_entreprise")
Progress = Callable[[str, float], None] | None


@dataclass(frozen=True)
class Reduction:
    """The two reductions, as tables and as the files that hold them; ``sources``: fichier, au, taille of each stock."""

    register: pl.LazyFrame
    establishments: pl.LazyFrame
    ess: Path
    chosen: Path
    sources: pl.DataFrame
    reused: bool


def reduce_sirene(
    units: Path | str,
    establishments: Path | str,
    *,
    register: pl.LazyFrame | None = None,
    identifiers: Iterable[str] = (),
    departements: Iterable[str] = (),
    cache: Path | str,
    persons: bool = False,
    progress: Progress = None,
) -> Reduction:
    """The stocks of SIRENE reduced to the ESS, the inclusive, the user's own suppliers and the chosen départements.

    Parameters
    ----------
    units, establishments
        StockUniteLegale and StockEtablissement, Parquet, CSV or zipped CSV, official column names.
    register
        REGISTER of the other lists: the units they name are kept in the first reduction.
    identifiers
        SIREN or SIRET met in the user's files.
    departements
        Codes (« 93 », « 2A », « 974 ») whose active establishments are all kept, to link names.
    cache
        Folder where the reductions are kept, written under a temporary name then renamed.

    Returns
    -------
    Reduction
        ``register`` holds the flags O / N of the kept units, ``establishments`` both reductions without repeats.

    Raises
    ------
    Problem
        A stock is absent or is not recognised.
    """
    folder = Path(cache)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sorted({"".join(str(i).split()) for i in identifiers if i})
    listed = register.select("siren").unique().collect().to_series().sort().to_list() if register is not None else []
    asked = {
        "version": VERSION,
        "fichiers": [_stamp(Path(units)), _stamp(Path(establishments))],
        "persons": persons,
        "departements": sorted(departements),
        "identifiants": _digest(wanted),
        "registre": _digest(listed),
    }
    if _same(folder, asked):
        return _reduction(folder, reused=True)
    _reduced(
        Path(units),
        Path(establishments),
        asked,
        listed,
        wanted,
        folder,
        persons,
        progress or (lambda label, done: None),
    )
    return _reduction(folder, reused=False)


def _reduced(
    units: Path,
    establishments: Path,
    asked: dict[str, Any],
    listed: list[str],
    wanted: list[str],
    folder: Path,
    persons: bool,
    say: Callable[[str, float], None],
) -> None:
    departements = [str(code) for code in asked["departements"]]
    stock_units, stock_places = scan_stock(units, folder), scan_stock(establishments, folder)
    say("SIRENE : unités légales de l'ESS", 0.05)
    marks = _marks(stock_units.frame, listed, wanted)
    say("SIRENE : établissements", 0.25)
    places = folder / "sirene_etablissements.partiel"
    _places(stock_places.frame, marks, wanted, departements).sink_parquet(places, maintain_order=False)
    say("SIRENE : unités légales retenues", 0.65)
    kept = folder / "sirene_unites.partiel"
    _kept_units(stock_units.frame, marks, places).sink_parquet(kept, maintain_order=False)
    say("SIRENE : écriture des deux réductions", 0.85)
    dates = [_dated(stock_units, units), _dated(stock_places, establishments)]
    _write(folder, places, kept, dates, persons)
    (folder / DATES).write_text(
        json.dumps({"demande": asked, "sources": dates}, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    for leftover in (places, kept):
        leftover.unlink()
    say("SIRENE : réduction terminée", 1.0)


def _stamp(path: Path) -> list[str | int]:
    if not path.is_file():
        return [path.name, 0, 0]
    return [path.name, path.stat().st_size, path.stat().st_mtime_ns]


def _digest(values: list[str]) -> str:
    return hashlib.sha256("\n".join(values).encode()).hexdigest()


def _same(folder: Path, asked: dict[str, object]) -> bool:
    known = folder / DATES
    if not all((folder / name).is_file() for name in (ESS, CHOSEN, FLAGS, DATES)):
        return False
    return json.loads(known.read_text(encoding="utf-8"))["demande"] == asked


def _number(column: str) -> pl.Expr:
    """A SIREN as a number: joins of tens of millions of rows are three times cheaper than on text."""
    return pl.col(column).str.strip_chars().cast(pl.UInt32, strict=False).alias("cle")


def _marks(units: pl.LazyFrame, listed: list[str], wanted: list[str]) -> pl.LazyFrame:
    """Per kept SIREN, why: « ess » (form, flag or list) and « demande » (met in the user's files)."""
    forms = rules.table("ess_legal_categories.csv").filter(pl.col("traitement").is_in(["incluse", "a_part"]))[
        "categorie_juridique"
    ]
    by_form = pl.col("categorie_juridique").is_in(forms.to_list()).fill_null(False)
    flagged = (pl.col("drapeau") == "O").fill_null(False)
    found = units.filter(by_form | flagged).select(_number("siren"), ess=pl.lit(True), demande=pl.lit(False))
    ours = pl.LazyFrame({"siren": listed}, schema={"siren": pl.String}).select(
        _number("siren"), ess=pl.lit(True), demande=pl.lit(False)
    )
    theirs = pl.LazyFrame({"siren": [i[:9] for i in wanted]}, schema={"siren": pl.String})
    theirs = theirs.select(_number("siren"), ess=pl.lit(False), demande=pl.lit(True))
    every = pl.concat([found, ours, theirs]).filter(pl.col("cle").is_not_null())
    return every.group_by("cle").agg(pl.col("ess").any(), pl.col("demande").any()).collect(engine="streaming").lazy()


def _places(stock: pl.LazyFrame, marks: pl.LazyFrame, wanted: list[str], departements: list[str]) -> pl.LazyFrame:
    """Establishments of either reduction, marked « ess » and « choisi »."""
    commune = pl.col("code_commune")
    place = pl.when(commune.str.contains("^9[78]")).then(commune.str.slice(0, 3)).otherwise(commune.str.slice(0, 2))
    near = (place.is_in(departements) & (pl.col("etat") == "A")).fill_null(False) if departements else pl.lit(False)
    living = (pl.col("etat") == "A") | pl.col("siege").str.to_lowercase().is_in(["true", "1", "o"])
    exact = pl.LazyFrame({"siret": [i for i in wanted if len(i) == 14]}, schema={"siret": pl.String}).with_columns(
        exact=pl.lit(True)
    )
    rows = stock.with_columns(_number("siren"), near.alias("proche")).join(marks, on="cle", how="left")
    rows = rows.filter(pl.col("ess").is_not_null() | pl.col("proche")).join(exact, on="siret", how="left")
    asked = pl.col("exact").fill_null(False) | (pl.col("demande").fill_null(False) & living.fill_null(False))
    return (
        rows.with_columns(ess=pl.col("ess").fill_null(False), choisi=asked | pl.col("proche"))
        .filter(pl.col("ess") | pl.col("choisi"))
        .drop("proche", "demande", "exact")
    )


def _kept_units(stock: pl.LazyFrame, marks: pl.LazyFrame, places: Path) -> pl.LazyFrame:
    chosen = pl.scan_parquet(places).filter("choisi").select("cle", ess=pl.lit(False), choisi=pl.lit(True))
    asked = marks.select("cle", "ess", choisi="demande")
    keep = (
        pl.concat([asked, chosen])
        .group_by("cle")
        .agg(pl.col("ess").any(), pl.col("choisi").any())
        .collect(engine="streaming")
    )
    return stock.with_columns(_number("siren")).join(keep.lazy(), on="cle", how="inner")


def _dated(stock: Opened, given: Path) -> dict[str, str | int | None]:
    has = "date_liste" in stock.frame.collect_schema().names()
    latest = (
        stock.frame.select(pl.col("date_liste").str.slice(0, 10).max()).collect(engine="streaming").item()
        if has
        else None
    )
    return {"fichier": given.name, "liste": stock.name, "au": latest, "taille": given.stat().st_size}


def _write(folder: Path, places: Path, kept: Path, dates: list[dict[str, str | int | None]], persons: bool) -> None:
    units = _labelled(sirene.typed(pl.scan_parquet(kept), "sirene_unites_legales"), dates[0])
    described = _labelled(sirene.typed(pl.scan_parquet(places), "sirene_etablissements"), dates[1])
    carried = units.select("cle", *FROM_UNIT, nom_unite="nom", diffusion_unite="cache")
    rows = described.drop(FROM_UNIT, strict=False).join(carried, on="cle", how="left")
    rows = rows.with_columns(
        enseigne=pl.coalesce("enseigne", "nom"),
        nom=pl.coalesce("nom_unite", "nom"),
        cache=pl.col("cache") | pl.col("diffusion_unite").fill_null(False),
    )
    for name, mark in ((ESS, "ess"), (CHOSEN, "choisi")):
        parts = [sirene.masked(part.filter(pl.col(mark)), persons) for part in (units, rows)]
        _sunk(pl.concat([ESTABLISHMENTS.conform(part) for part in parts]), folder / name)
    _sunk(sirene.flagged(sirene.masked(units, persons)), folder / FLAGS)


def _labelled(frame: pl.LazyFrame, source: dict[str, str | int | None]) -> pl.LazyFrame:
    spec = rules.toml("register_columns.toml")["lists"][str(source["liste"])]
    latest = dates.one(str(source["au"])) if source["au"] else None
    label = f"{spec['label']} [{source['fichier']}]"
    return frame.with_columns(au=pl.lit(latest, dtype=pl.Date), source=pl.lit(label), liste=pl.lit(source["liste"]))


def _sunk(frame: pl.LazyFrame, target: Path) -> None:
    partial = target.with_name(target.name + ".partiel")
    frame.sink_parquet(partial, maintain_order=False)
    partial.replace(target)


def _reduction(folder: Path, *, reused: bool) -> Reduction:
    ess, chosen = folder / ESS, folder / CHOSEN
    both = pl.concat([pl.scan_parquet(ess), pl.scan_parquet(chosen)])
    sources = json.loads((folder / DATES).read_text(encoding="utf-8"))["sources"]
    return Reduction(
        REGISTER.conform(pl.scan_parquet(folder / FLAGS)),
        both.unique(["siren", "siret", "source"], keep="any"),
        ess,
        chosen,
        pl.DataFrame(sources, schema={"fichier": pl.String, "liste": pl.String, "au": pl.String, "taille": pl.Int64}),
        reused,
    )
