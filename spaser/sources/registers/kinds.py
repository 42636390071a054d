"""The kind of a structure told elsewhere than in a column of kinds: a column per kind with crosses, the name of the sheet, a title.

An observatory writes one column per kind (« EI | ACI | ESAT », an « x » in those that hold), or one sheet per kind. Crosses are
proved by their values; the name of a sheet is a claim: the list is « probable » and said first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from spaser import rules
from spaser.sources.ledgers.headings import propose
from spaser.sources.registers.evidence import LIKELY, SURE, Evidence
from spaser.sources.registers.names import essential, known_statuses
from spaser.text import fold, fold_expr

#: Word of a column of crosses, before the kind: « genre=ACI ».
PREFIX = "genre="
_YES, _NO = (
    ("x", "1", "oui", "o", "vrai", "true", "yes", "ok", "v", "✓", "✔", "☑", "✗", "1.0"),
    ("", "0", "non", "n", "faux", "false", "no", "0.0", "-"),
)
#: Share of the cells that must be answers for a column to be one of crosses.
_ANSWERS = 0.9
#: Kinds apart in one cell: « EI / ACI », « EA et ESAT ».
APART = r"\s*(?:[|;,/+&]|\bet\b)\s*"


def inclusive() -> dict[str, str]:
    """Codes and names of the kinds → the kind; a word of the ESS at large (« association », « oui ») names none."""
    codes = {*rules.table("siae_types.csv").filter(pl.col("inclusif") == "oui")["code"], "ESUS"}
    return {word: status for word, status in known_statuses().items() if status in codes}


def untold() -> dict[str, str]:
    """The words of an inclusive structure that do not say its kind: « SIAE »."""
    return {fold(word): "INCLUSIF" for word in rules.toml("register_columns.toml")["statuses"]["INCLUSIF"]}


def crossed(header: Sequence[str | None]) -> dict[str, str]:
    """Heading → « genre=KIND » for each heading that is a kind itself, when nobody else's headings are."""
    known = {**untold(), **inclusive(), "ess": "ESS"}
    found: dict[str, str] = {}
    for title in header:
        kind = known.get(fold(title)) if title else None
        if title and kind and f"{PREFIX}{kind}" not in found.values():
            found[title] = f"{PREFIX}{kind}"
    return found


def told(text: str, header: Sequence[str | None]) -> str | None:
    """The one kind that a sheet's name or a title says, for headings that say no amount: « ESAT du Val-de-Marne » is of ESAT."""
    if propose(header) is not None:
        return None
    known = untold() | inclusive()
    words = set(re.findall(r"[^\W\d_]+", text))
    # A plural as people write it: « les ESATs », « EAs ».
    found = {
        known[fold(word)]
        for one in words
        if one.isupper() or one[:-1].isupper()
        for word in (one, one.rstrip("s"))
        if fold(word) in known
    }
    names = sorted((name for name in known if " " in name), key=len, reverse=True)
    keys = pl.DataFrame({"nom": names, "texte": [text] * len(names)}, schema={"nom": pl.String, "texte": pl.String})
    flat = keys.select(
        essential("nom").alias("nom"),
        texte=essential("texte"),
        statut=pl.Series([known[name] for name in names], dtype=pl.String),
    )
    left = flat["texte"][0] or "" if flat.height else ""
    for name, status in flat.select("nom", "statut").rows():
        if name and re.search(rf"\b{re.escape(name)}\b", left):
            found.add(status)
            left = left.replace(name, " ")
    return found.pop() if len(found) == 1 else None


def proved(frame: pl.DataFrame) -> list[str]:
    """The columns of crosses whose cells are answers, one « yes » at least among them all."""
    names = [name for name in frame.columns if name.startswith(PREFIX)]
    return [name for name in names if _is_answers(frame[name], _yes(name))]


def _yes(name: str) -> list[str]:
    """What says yes in a column of crosses: a cross, or the kind written again."""
    kind = name.removeprefix(PREFIX)
    known = {**untold(), **inclusive(), "ess": "ESS"}
    return [*_YES, *(word for word, status in known.items() if status == kind)]


def evidence(found: Evidence, frame: pl.DataFrame, status: str | None, above: str) -> Evidence:
    """What was weighed, with what crosses prove and what the name of the sheet claims."""
    if names := proved(frame):
        told = (name.removeprefix(PREFIX).replace("INCLUSIF", "inclusif, sans dire le type") for name in names)
        said = f"une colonne par type, remplie de croix : {', '.join(told)}"
        return Evidence(SURE, (said, *found.seen), found.others)
    if status:
        return Evidence(
            LIKELY, (f"type {status} dit seulement par « {' '.join(above.split())[:80]} »", *found.seen), found.others
        )
    return found


def _is_answers(column: pl.Series, yes: Sequence[str]) -> bool:
    filled = column.drop_nulls().str.strip_chars().str.to_lowercase()
    return bool(filled.len()) and float(filled.is_in([*yes, *_NO]).mean() or 0) >= _ANSWERS  # type: ignore[arg-type]


def spread(frame: pl.DataFrame) -> pl.DataFrame:
    """One row per kind of a structure: the kinds crossed, else those of the cell « statut » written together."""
    if names := [name for name in frame.columns if name.startswith(PREFIX)]:
        return _of_crosses(frame, names)
    return _of_cells(frame) if "statut" in frame.columns else frame


def _of_crosses(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    said = [
        pl.when(pl.col(name).str.strip_chars().str.to_lowercase().is_in(_yes(name))).then(
            pl.lit(name.removeprefix(PREFIX))
        )
        for name in proved(frame)
    ]
    both = [*said, pl.col("statut")] if "statut" in frame.columns else said
    kinds = pl.concat_list(both).list.drop_nulls() if both else pl.lit([], dtype=pl.List(pl.String))
    some = pl.when(kinds.list.len() > 0).then(kinds).otherwise(pl.concat_list(pl.lit(None, dtype=pl.String)))
    return frame.with_columns(statut=some).explode("statut")


def _of_cells(frame: pl.DataFrame) -> pl.DataFrame:
    """« EI / ACI » is two kinds when each part is a known one; any other cell stays whole."""
    known = list(known_statuses())
    apart = pl.col("statut").str.replace_all(rf"(?i){APART}|\s+[-–]\s+|\s*[()]\s*", "|").str.split("|")
    parts = apart.list.eval(pl.element().filter(pl.element() != "")).list.unique(maintain_order=True)
    whole = fold_expr(pl.col("statut")).is_in(known)
    several = (parts.list.len() > 1) & parts.list.eval(fold_expr(pl.element()).is_in(known)).list.all() & ~whole
    cells = pl.when(several.fill_null(False)).then(parts).otherwise(pl.concat_list("statut"))
    return frame.with_columns(statut=cells).explode("statut")
