"""Lists of suppliers → one register: who has which status, in which list, at which date.

The lists are the public ones (SIRENE, ESS France, ESUS, SIAE, inclusive market, ESAT) or the consultant's own. Nothing is
thrown away in silence: for each file, lines read = kept + repeated + without identifier + invalid + out of subject.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, rules, territories
from spaser.problems import Problem, closest
from spaser.sources import archives, dates, demonstration
from spaser.sources.registers import accounts, evidence, kinds, names, sirene
from spaser.sources.registers.fates import STATUS_KEY, accounts_of, doubts, fates, file_of
from spaser.sources.registers.files import Opened, open_lists
from spaser.sources.registers.told import list_date, of_address
from spaser.sources.siret import bare, luhn_ok, unlabelled
from spaser.text import fold, fold_expr
from spaser.vocabulary import ESTABLISHMENTS, FILLED, INCLUSIVE_STATUSES, REGISTER, REJECTS, SEEN, UNNUMBERED, Table

WORDS = ("siren", "siret", "statut", "depuis", "jusqua", "nom", "enseigne", "sigle", "categorie_juridique")
#: No agreement lasts more years: a longer bare number is of months.
LONGEST_YEARS = 10
Progress = Callable[[str, float], None] | None


@dataclass(frozen=True)
class Registers:
    """What the lists say: statuses, descriptions, doubts, one row per file with its accounts, and structures without a number."""

    register: pl.LazyFrame
    establishments: pl.LazyFrame
    rejects: pl.LazyFrame
    files: pl.DataFrame
    unnumbered: pl.LazyFrame = field(default_factory=lambda: UNNUMBERED.empty().lazy())
    filled: pl.DataFrame = field(default_factory=FILLED.empty)
    seen: pl.DataFrame = field(default_factory=SEEN.empty)
    #: Whether these are the lists of the demo; null when there are none.
    demo: bool | None = None


def read_registers(
    paths: Iterable[Path | str] | Path | str,
    *,
    as_of: date | None = None,
    persons: bool = False,
    progress: Progress = None,
) -> Registers:
    """The lists of suppliers, recognised by their headings, as one register.

    Parameters
    ----------
    paths
        Files, folders or patterns, in any order. A national SIRENE stock stays lazy; ``reduce_sirene`` makes it small once.
    as_of
        Date given to a list that carries none in a column or in its name.
    persons
        True shows the names of natural persons, masked by default.

    Returns
    -------
    Registers
        ``register`` (REGISTER), ``establishments`` (ESTABLISHMENTS), ``rejects`` (REJECTS), and ``files``: fichier, liste,
        libelle, format, verifie, message, au, au_origine, lus, retenus, repetes, sans_identifiant, invalides, hors_liste,
        doutes, statuts, etablissements (null for a stock, which is not counted).

    Raises
    ------
    Problem
        A file is absent, unreadable or of no known list.
    """
    given = archives.named_files([paths] if isinstance(paths, (str, Path)) else paths)
    declared = [one for path in given if path.suffix.lower() == ".toml" for one in evidence.read_declared(path)]
    lists = [path for path in given if path.suffix.lower() != ".toml"]
    _all_used(declared, lists)
    parts = []
    for rank, path in enumerate(lists, start=1):
        if progress:
            progress(f"Lecture de {path.name}", rank / len(lists))
        opened, left = open_lists(path, declared)
        parts += [_read(one, as_of, persons) for one in opened]
        parts[-1] = _with_left(parts[-1], left)
    return Registers(
        _gather((p.register for p in parts), REGISTER),
        _gather((p.establishments for p in parts), ESTABLISHMENTS),
        _gather((p.rejects for p in parts), REJECTS),
        pl.concat([p.files for p in parts], how="diagonal_relaxed") if parts else pl.DataFrame(),
        _gather((p.unnumbered for p in parts), UNNUMBERED),
        pl.concat([FILLED.empty(), *(p.filled for p in parts)]),
        pl.concat([SEEN.empty(), *(p.seen for p in parts)]),
        demo=demonstration.refuse_mix(registres=given) if parts else None,
    )


def _all_used(declared: list[evidence.Declared], paths: list[Path]) -> None:
    names = [name for path in paths for name in (path.name, str(path), path.stem)]
    for one in declared:
        if one.fichier not in names:
            raise Problem(
                f"La liste déclarée « {one.fichier} » n'est pas parmi les fichiers donnés",
                todo=closest(one.fichier, [path.name for path in paths]),
            )


def _with_left(part: Registers, left: list[tuple[str, str]]) -> Registers:
    """The account of a file with the sheets that are no list, and why."""
    if not left:
        return part
    said = french.listing(f"« {name} » ({why})" for name, why in left)
    column = pl.concat_str(
        [pl.col("message"), pl.lit(f"feuilles non lues : {said}")], separator=" ; ", ignore_nulls=True
    )
    return replace(part, files=part.files.with_columns(message=column))


def _read(opened: Opened, as_of: date | None, persons: bool) -> Registers:
    if "stock" in opened.spec:
        return _stock(opened, as_of, persons)
    typed = _typed(opened.frame.collect(), opened)
    au, origin = list_date(opened, typed, as_of)
    own_date = (
        pl.coalesce("date_liste", pl.lit(au, dtype=pl.Date))
        if opened.name == "propre" and "date_liste" in typed.columns
        else pl.lit(au, dtype=pl.Date)
    )
    where = evidence.departments(opened.declared.territoire) if opened.declared else None
    rows = typed.with_columns(
        au=own_date,
        source=pl.lit(opened.source),
        liste=pl.lit(opened.name),
        prouve_non=pl.lit(opened.proves_no and au is not None),
        prouve_ou=pl.lit(", ".join(where) if where else None, dtype=pl.String),
    )
    rows = territories.situated(
        rows.with_columns(
            pl.lit(None, dtype=pl.String).alias(name) for name in _WHERE if name not in rows.columns
        ).lazy()
    ).collect()
    kept = rows.filter(pl.col("sort") == "retenu").pipe(_masked, persons)
    register = kept.filter(pl.col("statut").is_not_null()).pipe(_status_level).unique(STATUS_KEY, maintain_order=True)
    places = kept.unique(["siren", "siret"], keep="first", maintain_order=True)
    files = accounts_of(opened, rows, au, origin).with_columns(
        statuts=pl.lit(register.height),
        etablissements=pl.lit(places.height),
        non_situes=places.select(pl.col("situation").is_null().sum().cast(pl.Int64)).to_series(),
    )
    return Registers(
        REGISTER.conform(register.lazy()),
        ESTABLISHMENTS.conform(places.lazy()),
        REJECTS.conform(doubts(rows, opened).lazy()),
        files,
        UNNUMBERED.conform(_unnumbered(rows).lazy()),
        accounts.filled_of(opened, kept),
        accounts.seen_of(opened, rows, kept),
    )


#: What says where a supplier is.
_WHERE = ("code_commune", "code_postal", "commune")


def _unnumbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Structures a list names without a usable number: they exist, have a status and a place; a name alone can link them."""
    wanted = rows.filter(
        pl.col("sort").is_in(["sans_identifiant", "invalide"])
        & pl.col("statut").is_not_null()
        & pl.col("nom").is_not_null()
    )
    return wanted.unique(["nom", "code_postal", "code_commune", "statut"], keep="first", maintain_order=True)


def _stock(opened: Opened, as_of: date | None, persons: bool) -> Registers:
    frame = sirene.typed(opened.frame, opened.name)
    dated = "date_liste" in frame.collect_schema().names()
    au = frame.select(pl.col("date_liste").max()).collect(engine="streaming").item() if dated else None
    au, origin = (au, "colonne du fichier") if au else list_date(opened, pl.DataFrame(), as_of)
    rows = frame.with_columns(au=pl.lit(au, dtype=pl.Date), source=pl.lit(opened.source), liste=pl.lit(opened.name))
    places = rows.pipe(sirene.masked, persons)
    files = file_of(opened, au, origin)
    return Registers(sirene.flagged(places), ESTABLISHMENTS.conform(places), REJECTS.empty().lazy(), files)


def _typed(frame: pl.DataFrame, opened: Opened) -> pl.DataFrame:
    """One row per line with its identifiers, its status, its description and its fate (« sort »)."""
    missing = [w for w in WORDS if w not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(w) for w in missing)
    frame = kinds.spread(frame) if "status" not in opened.spec else frame
    frame = frame.with_columns(lu=pl.coalesce("siret", "siren"))
    frame = _identified(_identified(frame, "siret", 14), "siren", 9)
    # A SIREN written in a column of SIRET names the legal unit.
    frame = frame.with_columns(
        siren=pl.coalesce(pl.col("siret").str.slice(0, 9), "siren"),
        siret=pl.when(pl.col("siret").str.len_chars() == 14).then("siret"),
    )
    for step in (_dates, _described, _placed):
        frame = step(frame)
    frame = frame.with_columns(_statut(opened, frame.columns), statut_lu="statut")
    return fates(frame, opened)


def _identified(frame: pl.DataFrame, column: str, size: int) -> pl.DataFrame:
    """Digits only; zeros a spreadsheet ate are given back when both check digits then hold."""
    frame = frame.with_columns(bare(unlabelled(pl.col(column))).alias(column))
    digits = pl.when(pl.col(column).str.contains(r"^\d+$")).then(column)
    short = digits.str.len_chars().is_between(size - 2, size - 1) & (digits.str.len_chars() != 9)
    # Step by step: the check of a key repeats its column many times.
    frame = frame.with_columns(_lu=digits, _rempli=pl.when(short).then(digits.str.zfill(size)))
    frame = frame.with_columns(_siren=pl.col("_rempli").str.slice(0, 9))
    frame = frame.with_columns(_juste=luhn_ok(pl.col("_rempli")) & luhn_ok(pl.col("_siren")))
    repaired = pl.when("_juste").then("_rempli").otherwise("_lu")
    kept = pl.when(pl.col("_repare").str.len_chars().is_in([size, 9])).then("_repare").alias(column)
    return frame.with_columns(_repare=repaired).with_columns(kept).drop("_lu", "_rempli", "_siren", "_juste", "_repare")


def _dates(frame: pl.DataFrame) -> pl.DataFrame:
    wanted = [c for c in ("depuis", "jusqua", "date_liste", "creation", "fermeture") if c in frame.columns]
    frame, _ = dates.day_first(frame, wanted)
    reader = {"depuis": dates.first_day, "jusqua": dates.last_day}
    texts = {c: pl.col(c).cast(pl.String) for c in wanted}
    told = frame.with_columns(
        *(reader.get(c, dates.day)(text, since=dates.OLDEST).alias(c) for c, text in texts.items()),
        *(texts[c].alias(f"{c}_lu") for c in ("depuis", "jusqua") if c in wanted),
    )
    if "duree" in told.columns and "depuis" in wanted:
        told = told.with_columns(_end(told.columns))
    if "etat" in told.columns:
        told = told.with_columns(_state())
    if "fermeture" not in wanted:
        return told
    # A list that gives a day of closing and no state says by it that the structure is closed.
    state = pl.col("etat") if "etat" in told.columns else pl.lit(None, dtype=pl.String)
    return told.with_columns(etat=pl.coalesce(state, pl.when(pl.col("fermeture").is_not_null()).then(pl.lit("F"))))


def _end(have: Sequence[str]) -> pl.Expr:
    """The last day of an agreement that says its first day and how long it lasts: « 5 ans », « 24 mois », « 5 »."""
    count = pl.col("duree").str.extract(r"(\d{1,3})").cast(pl.Int64, strict=False)
    months = pl.col("duree").str.contains(r"(?i)mois") | (count > LONGEST_YEARS)
    lasting = pl.when(months).then(count).otherwise(count * 12)
    end = pl.col("depuis").dt.offset_by(lasting.cast(pl.String) + "mo").dt.offset_by("-1d")
    return pl.coalesce("jusqua", end).alias("jusqua") if "jusqua" in have else end.alias("jusqua")


def _state() -> pl.Expr:
    """« Fermé », « Cessée », « En activité » as the letters of SIRENE; a code stays."""
    flat = fold_expr(pl.col("etat"))
    closed = flat.str.contains(r"^(?:ferm|cess|radi|clos|inactif|inactive|liquid|dissou|non$|faux$)")
    opened = flat.str.contains(r"^(?:ouvert|acti[fv]|en (?:activite|service)|oui$|vrai$)")
    coded = pl.when(pl.col("etat").is_in(["A", "C", "F"])).then("etat")
    return pl.coalesce(coded, pl.when(closed).then(pl.lit("F")).when(opened).then(pl.lit("A"))).alias("etat")


def _described(frame: pl.DataFrame) -> pl.DataFrame:
    data, have = rules.toml("register_columns.toml"), frame.columns
    if "forme" in have:
        labels = {fold(label): code for code, label in rules.table("legal_forms.csv").rows()} | data["old_forms"]
        frame = frame.with_columns(categorie_juridique=_lookup("forme", labels))
    if "forme_finess" in have:
        frame = frame.with_columns(categorie_juridique=_lookup("forme_finess", data["finess_forms"]))
    if "effectif" in have:
        bands = {
            fold(label): code for code, label in rules.table("staff_bands.csv").select("tranche", "libelle").rows()
        }
        frame = frame.with_columns(tranche_effectifs=_lookup("effectif", bands))
    if "point" in have:
        point = pl.col("point").str.extract_groups(r"POINT ?\((?P<lon>[-\d.]+) (?P<lat>[-\d.]+)\)")
        frame = frame.with_columns(point.alias("groups")).unnest("groups")
    return frame


def _lookup(column: str, known: dict[str, str]) -> pl.Expr:
    """The code of a label, spellings compared without case, accents or punctuation."""
    flat = fold_expr(pl.col(column))
    return flat.replace_strict(known, default=None, return_dtype=pl.String)


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    frame = of_address(frame)
    have = frame.columns
    codes = [pl.col(c).str.zfill(5) for c in ("code_commune", "code_postal") if c in have]
    naf = [pl.col("naf").str.replace_all(r"[. ]", "")] if "naf" in have else []
    numbers = [pl.col(c).cast(pl.Float64, strict=False) for c in ("lon", "lat") if c in have]
    return frame.with_columns(*codes, *naf, *numbers)


def _statut(opened: Opened, have: Sequence[str]) -> pl.Expr:
    spec = opened.spec
    if opened.name == evidence.ADDRESSES and not opened.status:
        return pl.lit(None, dtype=pl.String).alias("statut")
    if "status" in spec:
        return pl.lit(spec["status"]).alias("statut")
    if "drapeau" in have:
        return sirene.flag(pl.col("drapeau")).alias("statut")
    known = names.known_statuses()
    exact = pl.when(~names.is_form("statut").fill_null(False)).then(_lookup("statut", known))
    # A code written among other words, and no other: « S.I.A.E. - ACI ».
    codes = pl.col("statut").str.extract_all(rf"\b(?:{'|'.join(INCLUSIVE_STATUSES)})\b").list.unique()
    coded = pl.when((codes.list.len() == 1) & ~names.is_form("statut").fill_null(False)).then(codes.list.first())
    return pl.coalesce(
        exact,
        pl.when(~names.is_form("statut").fill_null(False)).then(
            names.essential("statut").replace_strict(names.by_words(known), default=None, return_dtype=pl.String)
        ),
        coded,
    ).alias("statut")


def _masked(frame: pl.DataFrame, persons: bool) -> pl.DataFrame:
    return sirene.masked(frame.lazy(), persons).collect()


def _status_level(frame: pl.DataFrame) -> pl.DataFrame:
    """ESS and ESUS belong to the legal unit whatever identifier the list gives; an inclusive kind to its establishment."""
    families = rules.toml("register_columns.toml")["families"]
    known = {fold(word): family for family, words in families.items() for word in words}
    forms = dict(rules.table("ess_legal_categories.csv").select("categorie_juridique", "famille").rows())
    by_form = pl.col("categorie_juridique").replace_strict(forms, default=None, return_dtype=pl.String)
    listed = _lookup("famille", known) if "famille" in frame.columns else pl.lit(None, dtype=pl.String)
    kind = pl.col("statut").is_in([*INCLUSIVE_STATUSES, "INCLUSIF"])
    return frame.with_columns(
        siret=pl.when(kind).then("siret"), famille_ess=pl.when(~kind).then(pl.coalesce(listed, by_form))
    )


def _gather(parts: Iterable[pl.LazyFrame], table: Table) -> pl.LazyFrame:
    frames = list(parts)
    return pl.concat(frames) if frames else table.empty().lazy()
