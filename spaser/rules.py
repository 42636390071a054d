"""The values in force on a day, and the reference tables: dated, sourced, with their confidence.

Everything here is read from ``spaser/reference``. The law (``law.toml``) and the method (``method.toml``) are separate
files; a user may hand the path of a method of their own.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from spaser import settings
from spaser.problems import Problem, closest
from spaser.text import fold_expr

#: How each confidence is shown to the user.
CONFIDENCES = {
    "source_officielle": "vérifié sur une source officielle",
    "texte_lu_en_copie": "texte lu dans une copie, à revérifier sur Légifrance",
    "source_secondaire": "source secondaire",
    "a_confirmer": "à confirmer",
    "jugement": "choix de méthode du kit",
}

#: The confidences of a text that was read itself: only they let an answer be « certain ».
READ = ("source_officielle", "texte_lu_en_copie")


def path(name: str) -> Path:
    """The path of a reference file bundled with the package."""
    return Path(str(resources.files("spaser") / "reference" / name))


@cache
def toml(name: str) -> dict[str, Any]:
    """A bundled reference TOML, parsed once."""
    return tomllib.loads(path(name).read_text(encoding="utf-8"))


@cache
def table(name: str) -> pl.DataFrame:
    """A bundled reference CSV (all columns are text unless the reader casts them)."""
    return pl.read_csv(path(name), infer_schema=False)


@cache
def families() -> dict[str, str]:
    """The title of each purchase family, by its code."""
    return dict(table("families.csv").select("famille", "libelle").iter_rows())


def method(file: Path | str | None = None) -> dict[str, Any]:
    """The method in use: the bundled one, or the user's own file, which may hold only what changes.

    Raises
    ------
    Problem, Problems
        The file is absent or not TOML; a name, or the form of a value, is not that of the bundled file (every fault, its line).
    """
    bundled = toml("method.toml")
    if file is None:
        return bundled
    return _over(bundled, settings.toml(file, "La méthode").checked(settings.like(bundled), also=_patterns))


def _over(bundled: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """The bundled values, those of the user in their place."""
    return bundled | {
        key: _over(bundled[key], value) if isinstance(value, dict) else value for key, value in own.items()
    }


def _patterns(said: dict[str, Any], faults: settings.Faults) -> None:
    """A pattern that cannot be read is said here, not in the middle of a computation."""
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), said)]
    while todo:
        path, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*path, key), inner) for key, inner in value.items()]
        elif path[-1] == "pattern" and isinstance(value, str):
            try:
                pl.select(pl.lit("").str.contains(value))
            except pl.exceptions.PolarsError:
                faults.add(path, "« pattern » n'est pas un motif lisible")


def dated(rule: str) -> pl.DataFrame:
    """The dated values of a rule of the law: ``since`` (date), ``value``, ``source``, ``confidence``, sorted.

    Raises
    ------
    Problem
        The rule is not in ``law.toml``.
    """
    law = toml("law.toml")
    if rule not in law or "values" not in law[rule]:
        raise Problem(f"Règle inconnue : « {rule} »", where="reference/law.toml", todo=closest(rule, law))
    default = law[rule].get("confidence", "a_confirmer")
    rows = [{"value": None, "confidence": default} | value for value in law[rule]["values"]]
    return pl.DataFrame(rows).select("since", "value", "source", "confidence").sort("since")


def to_look(fact: str) -> list[str]:
    """The rules of a fact of a contract after which the user should look (``contract_facts.toml``, ``regarder``)."""
    return [name for name, said in toml("contract_facts.toml")[fact].items() if said.get("regarder")]


def to_correct(fact: str) -> dict[str, tuple[str, int]]:
    """The rules of a fact after which the contract is listed to be corrected: why, and its weight in the list (``corriger``)."""
    said = toml("contract_facts.toml")[fact]
    return {name: (rule["corriger"], rule["poids"]) for name, rule in said.items() if "corriger" in rule}


def checked(fact: dict[str, Any]) -> str:
    """How far a fact was checked, in words: for a text read in a copy, the version that was read."""
    label = CONFIDENCES.get(fact.get("confidence", ""), CONFIDENCES["a_confirmer"])
    if fact.get("confidence") != "texte_lu_en_copie":
        return label
    version = fact.get("version", toml("law.toml")["reading"]["version"])
    told = f"version en vigueur au {version:%d/%m/%Y}" if isinstance(version, date) else version
    return f"{told}, lue dans une copie, à revérifier sur Légifrance"


def since(day: date) -> str:
    """« depuis le … », or « à partir du … » for a day after the version of the code that was read."""
    return f"{'à partir du' if day > toml('law.toml')['reading']['version'] else 'depuis le'} {day:%d/%m/%Y}"


def since_of(duty: str) -> str:
    """From which day a duty of the law holds, with what makes its first day uncertain, in words."""
    rule = toml("law.toml")["duties"][duty]
    doubt = (
        f" ({rule['doubt_note']} : un avis envoyé le {rule['doubt']:%d/%m/%Y} reste à trancher)"
        if "doubt" in rule
        else ""
    )
    return f"{since(rule['since'])}{doubt}"


def day_to_prepare_from(as_of: date, today: date | None) -> date:
    """THE day from which something is still to come: the reader's, never before the data stop (``as_of``)."""
    return max(as_of, today) if today else as_of


def value(rule: str, day: date) -> Any:
    """The value of a rule in force on a day, or None before its first date (or after a repeal)."""
    rows = dated(rule).filter(pl.col("since") <= day)
    return rows["value"][-1] if rows.height else None


def in_force(rule: str, day: pl.Expr) -> pl.Expr:
    """The numeric value of a rule in force on each row's day, as an expression (null before its first date)."""
    result = pl.lit(None, dtype=pl.Int64)
    for since, amount in dated(rule).select("since", "value").rows():
        result = pl.when(day >= since).then(pl.lit(amount, dtype=pl.Int64)).otherwise(result)
    return result


def read_in_text(rule: str, day: pl.Expr) -> pl.Expr:
    """Was the value of a rule in force on each row's day read in the text itself: yes, no (also before its first date)."""
    result = pl.lit(False)
    for since, confidence in dated(rule).select("since", "confidence").rows():
        result = pl.when(day >= since).then(pl.lit(confidence in READ)).otherwise(result)
    return result


def one_operation(known: dict[str, Any] | None = None) -> pl.Expr:
    """Whether the subject (``objet``) names one operation, or works and their studies are bought without a framework; null when neither
    the subject nor a CPV says.

    Needs ``objet, codeCPV, accord_cadre``: of a contract as of a need, so that the calendar and the potential say the same. Words
    and divisions are those of ``method.toml`` ([renewals.operation], [renewals.one_off]).
    """
    renewed = (known or method())["renewals"]
    words = renewed["operation"]
    text = fold_expr(pl.col("objet").fill_null(""))
    site = pl.col("codeCPV").str.head(2).is_in(renewed["one_off"]["divisions"]).fill_null(False)
    framed = pl.col("accord_cadre").fill_null(False)
    built = rf"(?-u)\b(?:{words['ouvrage']})(?:[0-9]+| (?:[a-z]+ ){{0,5}}?(?:{words['unique']}))"
    others = "|".join(words[name] for name in ("creation", "restauration", "remplacement"))
    mission = text.str.contains(rf"(?-u)\b(?:{words['mission']})\b")
    lasting = text.str.contains(rf"(?-u)\b(?:{words['sauf']})\b") & ~mission
    named = text.str.contains(rf"(?-u)\b(?:{words['nommee']})\b")
    single = (named | text.str.contains(built) | text.str.contains(rf"(?-u)\b(?:{others})\b")) & ~lasting
    silent = pl.col("codeCPV").is_null() & ~single
    return pl.when(site).then(~framed | single).when(~silent).then(single)


def specific_service(column: str) -> pl.Expr:
    """Is the CPV code a social or other specific service (R2123-1 3°, wider than the list of L2113-15): null without a code."""
    ranges = table("specific_services_cpv.csv")
    code, bounds = pl.col(column), zip(ranges["debut"], ranges["fin"], strict=True)
    return pl.any_horizontal(code.is_between(pl.lit(first), pl.lit(last)) for first, last in bounds)


def amount_known() -> pl.Expr:
    """May the published amount of a contract be compared with a threshold: valid, or in doubt for its amendments alone (what was first
    notified is then known). Needs ``montant_statut, montant_regle``."""
    first = pl.col("montant_regle").is_in(to_look("montant"))
    return ((pl.col("montant_statut") == "valide") | first).fill_null(False)


def formal_procedure() -> pl.Expr:
    """Is the procedure one that the code asks for above the European threshold. Needs ``procedure``."""
    return pl.col("procedure").is_in(method()["populations"]["formal_procedures"]).fill_null(False)


def adapted_procedure() -> pl.Expr:
    """Is the procedure one that the code allows below the European threshold. Needs ``procedure``."""
    return pl.col("procedure").is_in(method()["obligations"]["procedure_adaptee"]["values"]).fill_null(False)


def reaches(amount: pl.Expr, low: pl.Expr, high: pl.Expr, incomplete: pl.Expr) -> pl.Expr:
    """Whether a need reaches a European threshold that is between ``low`` and ``high``: yes (surely or probably), no, null when nothing
    tells. The ladder of the duties says the same of a consultation, with its reasons (a test holds the two together).

    A sum of which an amount is not known (``incomplete``: a placeholder of 10 €) is no proof of a small need: a formal procedure then
    says that it is large, an adapted one that it is small. Needs ``procedure``.
    """
    formal, unknown = formal_procedure(), incomplete.fill_null(False) | amount.is_null()
    return (
        pl.when(low.is_null() | high.is_null())
        .then(None)
        .when(amount >= high)
        .then(True)
        .when(formal & unknown & (low == high))
        .then(True)
        .when(formal | (amount >= low))
        .then(None)
        .when(unknown)
        .then(pl.when(adapted_procedure()).then(False))
        .otherwise(False)
    )
