"""Item by item, what the schema publishes: figures entered by the buyer, what it holds, what it lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import (
    Column,
    Section,
    Sentence,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.publication.retained import NOT_GIVEN, items, marks, when


def section_entered(findings: Findings) -> Section | None:
    """The figures entered by the buyer; those that were not read « non renseigné »."""
    rows = findings.extras.get("saisis")
    if rows is None or not rows.height:
        return None
    paid = _paid(findings)
    written = [
        paid.get(row["indicateur"], _written(row)) if row["valeur"] is None else _written(row)
        for row in rows.filter(pl.col("dimension") == "total").to_dicts()
    ]
    names = ("repere", "titre", "valeur", "detail", "couverture")
    frame = pl.DataFrame(
        written, schema={name: pl.Float64 if name == "couverture" else pl.String for name in names}, orient="row"
    )
    columns = (
        Column("titre", "Indicateur"),
        Column("valeur", "Sur la période"),
        Column("detail", "Calcul"),
        Column("couverture", "Années données", "part"),
    )
    shown = table("tab-saisis", "Ce que les contrats publiés ne montrent pas", frame, columns, _ENTERED)
    return Section(
        "saisis", "Les chiffres saisis par l'acheteur", "Que sait l'acheteur que les contrats ne disent pas ?", (shown,)
    )


def section_missing(findings: Findings) -> Section:
    """Item by item, what the publication holds and what it lacks."""
    rows = [_state(findings, mark, item) for mark, item in items().items()]
    columns = (
        Column("titre", "Ce que le schéma publie"),
        Column("present", "Donné ici"),
        Column("manque", "Manque encore"),
        Column("frequence", "Exigé, et quand"),
        Column("base", "Base"),
        Column("confiance", "Vérification"),
    )
    schema = {name: pl.String for name in ("repere", "titre", "present", "manque", "frequence", "base", "confiance")}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    lacking = frame.filter(pl.col("manque") != "").height
    told = Sentence(
        french.sentence(
            f"{french.count(lacking, 'élément')} sur {frame.height} {'reste' if lacking < 2 else 'restent'} à compléter"
        )
    )
    return Section(
        "manques",
        "Ce qui manque pour publier",
        "Que reste-t-il à réunir ?",
        (told, table("tab-manques", "Les éléments du schéma", frame, columns)),
    )


#: A figure to enter that the spend file says, and the indicator of spending that says it.
_IN_BOOK = {"depense_ess": "titulaire_ess"}


def _paid(findings: Findings) -> dict[str, tuple[str, str, str, str, float | None]]:
    """The figures that nobody entered and that the spend file says: the least that is known, for its whole period."""
    spent = findings.extras.get("depense")
    if spent is None or not spent.height:
        return {}
    total = spent.filter(pl.col("dimension") == "total", pl.col("unite") == "depense", pl.col("repondus") > 0)
    read = {row["indicateur"]: row for row in total.to_dicts()}
    titles = rules.toml("entered.toml")
    return {
        code: (
            marks().get(code, ""),
            titles[code]["titre"],
            f"au moins {french.share(row['numerateur'] / row['denominateur'])}",
            french.typeset(
                f"{french.euros_short(row['numerateur'])} / {french.euros_short(row['denominateur'])}, lu dans le fichier de dépenses"
            ),
            None,
        )
        for code, name in _IN_BOOK.items()
        if (row := read.get(name)) is not None and row["denominateur"]
    }


def _written(row: dict[str, Any]) -> tuple[str, str, str, str, float | None]:
    mark = marks().get(row["indicateur"], "")
    value, part = row["valeur"], row["denominateur"] is not None
    if value is None:
        return mark, row["titre"], NOT_GIVEN, "", row["couverture"]
    if part:
        money = row["unite"] == "valeur"
        write: Callable[[int], str] = french.euros_short if money else french.number
        unit = "" if money else f" {row['unite']}"
        return (
            mark,
            row["titre"],
            french.share(value),
            f"{write(row['numerateur'])} / {write(row['denominateur'])}{unit}",
            row["couverture"],
        )
    if row["unite"] == "oui ou non":
        return mark, row["titre"], "oui" if value else "non", "", row["couverture"]
    unit = row["unite"].replace("EUR", "€").replace("tCO2e", "t éq. CO2").replace("m3", "m³")
    return (
        mark,
        row["titre"],
        f"{french.number(value, 0 if float(value).is_integer() else 1)}{french.NBSP}{unit}",
        "",
        row["couverture"],
    )


def _state(findings: Findings, mark: str, item: dict[str, Any]) -> tuple[str, ...]:
    """What an item holds and lacks; the joint schema is told by its buyers."""
    entered = findings.extras.get("saisis")
    given = (
        set(entered.filter(pl.col("dimension") == "total", pl.col("valeur").is_not_null())["indicateur"])
        if entered is not None
        else set()
    )
    given |= set(_paid(findings))
    known = {code for code in item["contrats"] if (m := findings.one(code)) and m.repondus}
    titles = {code: record["titre"] for code, record in rules.toml("entered.toml").items()}
    lacking = [_plain(rules.toml("indicators.toml")[code]["titre"]) for code in item["contrats"] if code not in known]
    lacking += [titles[code] for code in item["saisis"] if code not in given]
    n, every = (
        len(known) + len([code for code in item["saisis"] if code in given]),
        len(item["contrats"]) + len(item["saisis"]),
    )
    present = f"{n} sur {every}" if every else _joint(findings)
    confidence = rules.CONFIDENCES.get(item["confidence"], rules.CONFIDENCES["a_confirmer"])
    return mark, item["titre"], present, " ; ".join(lacking), when(item), item["base"], confidence


def _joint(findings: Findings) -> str:
    rows = findings.extras.get("acheteurs")
    return f"{rows['perimetre'].n_unique()} acheteurs" if rows is not None and rows.height else "un seul acheteur"


def _plain(title: str) -> str:
    return french.capital(title.removeprefix("Contrats dont un ").removeprefix("Contrats "))


_ENTERED = french.typeset("Une valeur absente est « non renseignée », jamais zéro.")
