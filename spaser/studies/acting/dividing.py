"""Dividing a need into lots: what could be taken of it by number of lots, where dividing stops helping, who could take which lot.

A working document: names of suppliers are those to meet in a sourcing open to all, never a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, potential, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Column, Report, Section, Sentence, masked, table
from spaser.potential.map import NAMED
from spaser.problems import Problem
from spaser.studies.acting.tables import tables_of
from spaser.studies.potential import Opportunities
from spaser.text import fold, shortened

#: Needs shown at most, the largest first.
MOST = 20
_LONG = 110
_CURVE = (
    Column("lots", "Lots", "entier"),
    Column("lot_annuel", "Un lot, par an", "somme"),
    Column("capables", "Capables d'un lot", "entier"),
    Column("part", "Part prenable", "part"),
    Column("montant", "Prenable par an", "somme"),
    Column("lecture", "Lecture"),
)
_WHO = (
    Column("nom", "Fournisseur"),
    Column("commune", "Commune"),
    Column("statuts", "Statuts"),
    Column("lots_minimum", "À partir de combien de lots", "entier"),
    Column("lot_prenable", "Lot à sa taille, par an", "somme"),
    Column("capacite_origine", "Origine de la taille"),
    Column("raison", "Pourquoi lui"),
)
_SHEET = (Column("besoin_id", "Identifiant du besoin"), Column("objet", "Besoin"), *_CURVE)
_SOURCED = "À rencontrer, sourçage ouvert à tous (R2111-1, R2111-2)"


@dataclass(frozen=True, eq=False)
class Divided:
    """``needs`` OPPORTUNITIES that can be divided, the largest first; ``curve`` one row per need and number of lots (see
    ``potential.allotment``, with ``lecture``); ``takers`` one row per need and supplier, with the fewest lots from which it can
    take one (``lots_minimum``, null: none of those studied) and ``lot_prenable`` (cents a year)."""

    scope: str
    found: Opportunities
    needs: pl.DataFrame
    curve: pl.DataFrame
    takers: pl.DataFrame
    demo: bool = False


def most_lots(day: date) -> int:
    """How many lots are studied at most: what the ladder of levers may advise on the day."""
    rung = next(one for one in potential.ladder(day=day) if one["code"] == "allotir")
    return max(one["max"] for one in rung["conditions"] if one["column"] == "lots_utiles" and "max" in one)


def divided(
    found: Opportunities, *, only: str | None = None, method: dict[str, Any] | None = None, demo: bool = False
) -> Divided:
    """The actionable needs whose subject holds the words of ``only`` (all: the largest), each divided in one to a few lots.

    Raises
    ------
    Problem
        No actionable need has these words, or the buyer is not bound by the procurement code.
    """
    if found.opportunities["levier"].is_in(["gre_a_gre", "rencontrer"]).any():
        raise Problem(
            "L'allotissement ne concerne pas cet acheteur",
            why="Le code de la commande publique ne le lie pas : il achète de gré à gré",
            todo="Voyez ses fournisseurs crédibles : spaser potentiel",
        )
    needs = found.opportunities.filter(pl.col("etat_action") == "agir").sort(
        "annuel", "besoin_id", descending=[True, False]
    )
    words = fold(only).split() if only else []
    said = [all(word in fold(subject or "") for word in words) for subject in needs["objet"]]
    kept = needs.filter(pl.Series(said, dtype=pl.Boolean)).head(MOST)
    if not kept.height:
        raise Problem(
            f"Aucun besoin actionnable ne contient « {only} »" if only else "Aucun besoin actionnable à diviser",
            todo="Essayez un mot plus court, ou regardez les besoins : spaser potentiel",
        )
    settings = method or rules.method()
    curves = [_curve(found, row, settings) for row in kept.select("besoin_id", "annuel").iter_slices(1)]
    return Divided(found.scope, found, kept, pl.concat(curves), _takers(found, kept), demo)


def _curve(found: Opportunities, need: pl.DataFrame, method: dict[str, Any]) -> pl.DataFrame:
    """One need divided: never in more lots than the ladder advises, nor than suppliers whose trade is known."""
    known = found.candidates.filter((pl.col("besoin_id") == need["besoin_id"][0]) & _serious())
    most = max(1, min(most_lots(found.day), known.height))
    rows = potential.allotment(need.lazy(), known.lazy(), dependency=found.dependency, method=method).collect()
    kept = rows.filter(pl.col("lots") <= most)
    best = kept["part"].max() or 0.0
    gain = method["potential"]["lots"]["gain_minimal"]
    fewest = kept.filter(pl.col("part") >= best - gain)["lots"].min()
    said = (
        pl.when(~pl.lit(known.height > 0))
        .then(pl.lit("aucun fournisseur dont le métier est connu"))
        .when(pl.col("lots") < fewest)
        .then(pl.lit("diviser davantage aide encore"))
        .when(pl.col("lots") == fewest)
        .then(pl.lit("au-delà, diviser n'aide plus") if most > 1 else pl.lit("rien à diviser"))
        .otherwise(pl.lit("n'ajoute presque rien"))
    )
    told = kept.with_columns(besoin_id=pl.lit(need["besoin_id"][0]), lecture=said, utile=pl.col("lots") <= fewest)
    return told.select("besoin_id", "lots", "lot_annuel", "capables", "part", "montant", "utile", "lecture")


def _serious() -> pl.Expr:
    return pl.col("preste") & pl.col("metier_connu").fill_null(False)


def _takers(found: Opportunities, needs: pl.DataFrame) -> pl.DataFrame:
    """The suppliers whose trade is known, in their order, with the fewest lots from which one is at their size."""
    size = (pl.col("capacite_bas").clip(1, None).cast(pl.Float64) * pl.col("capacite_haut")).sqrt() * found.dependency
    rows = found.candidates.filter(_serious()).join(
        needs.select("besoin_id", "annuel", "objet"), on="besoin_id", maintain_order="left"
    )
    fewest = (pl.col("annuel") / size).ceil().clip(1, None)
    return rows.with_columns(
        lot_prenable=size.round().cast(pl.Int64),
        lots_minimum=pl.when(fewest <= most_lots(found.day)).then(fewest.cast(pl.Int32)),
    ).sort("besoin_id", "rang", "siret", "siren")


def blocks(result: Divided, need: str) -> list[Block]:
    """What is said of one need: the table by number of lots, who could take which, and the ban on splitting."""
    row = result.needs.row(by_predicate=pl.col("besoin_id") == need, named=True)
    curve = result.curve.filter(pl.col("besoin_id") == need)
    takers = result.takers.filter(pl.col("besoin_id") == need)
    subject = " ".join((row["objet"] or "sans objet").split())
    short = shortened(subject, _LONG)
    said: list[Block] = [Sentence(french.typeset(_answer(row, curve, takers.height)))]
    said.append(
        table(f"tab-lots-{need}", french.typeset(f"Part prenable selon le nombre de lots : {short}"), curve, _CURVE)
    )
    if takers.height:
        named = masked(takers.head(NAMED))
        said.append(table(f"tab-preneurs-{need}", french.typeset(f"{_SOURCED} : {short}"), named, _WHO))
    return said


def _answer(row: dict[str, Any], curve: pl.DataFrame, known: int) -> str:
    now = french.count(row["lots"] or 1, "lot")
    head = f"{french.euros_short(row['annuel'])} par an, aujourd'hui {now}"
    if not known:
        return f"{head} : aucun fournisseur à portée n'a un métier connu ; diviser n'y change rien, le sourçage vient d'abord."
    best = curve.filter("utile").row(-1, named=True)
    who = french.count(known, "fournisseur")
    if best["lots"] == 1:
        return f"{head} : en un seul lot, {french.share(best['part'], 0)} en est prenable par {who} dont le métier est connu ; diviser n'ajoute rien."
    whole = curve.row(0, named=True)
    return (
        f"{head} : en un seul lot, {french.share(whole['part'], 0)} en est prenable ; en {french.count(best['lots'], 'lot')}, "
        f"{french.share(best['part'], 0)}, par {who} dont le métier est connu ; au-delà, diviser n'aide plus."
    )


def law_said() -> Callout:
    """Dividing is the rule; splitting to pass under a threshold is forbidden; words of ``lever_law.toml``."""
    rule = rules.toml("lever_law.toml")["levers"]["allotir"]
    text = (
        f"Allotir est la règle, et un marché non alloti se motive ({rule['legal']}). À ne jamais faire : {rule['never']}. "
        f"À demander à l'acheteur : {rule['ask']} {french.capital(rules.checked(rule))}."
    )
    return Callout("Allotir n'est pas scinder", french.typeset(text), "attention")


#: The face that every study has.
study = divided


def findings(result: Divided) -> dict[str, pl.DataFrame]:
    """Its tables: needs, the curve of each, who could take which lot."""
    return tables_of(result)


def report(result: Divided) -> Report:
    """The one report of the divisions studied."""
    first = Section(
        "allotissement",
        "Allotir : jusqu'où ?",
        "Quelle part du besoin des structures de l'ESS et inclusives pourraient-elles prendre, selon le nombre de lots ?",
        (
            Sentence(
                french.typeset(
                    f"{french.capital(french.count(result.needs.height, 'besoin actionnable', none=False))}, les plus gros d'abord ; {most_lots(result.found.day)} lots au plus, et jamais plus que de fournisseurs dont le métier est connu."
                )
            ),
            law_said(),
        ),
    )
    each = [
        Section(f"lots-{rank}", f"Besoin {rank}", "Jusqu'où diviser, et pour qui ?", tuple(blocks(result, need)))
        for rank, need in enumerate(result.needs["besoin_id"], 1)
    ]
    named = result.needs.select("besoin_id", "objet")
    sheet = result.curve.join(named, on="besoin_id", how="left", maintain_order="left")
    who = (Column("besoin_id", "Identifiant du besoin"), Column("objet", "Besoin"), *_WHO)
    return model.build(
        "Allotir : jusqu'où ?",
        buyer=result.scope,
        as_of=result.found.as_of,
        today=result.found.reader,
        subtitle=french.typeset(f"dépendance d'un fournisseur limitée à {french.share(result.found.dependency, 0)}"),
        sections=[first, *each],
        sources=(),
        notes=(),
        annexes=(
            table("lots", "Part prenable selon le nombre de lots", sheet, _SHEET),
            table("preneurs", _SOURCED, masked(result.takers), who),
        ),
    )


def summary(result: Divided) -> str:
    """What the terminal says: one line per need, then the ban on splitting."""
    lines = [f"{result.scope} : {french.count(result.needs.height, 'besoin')} à diviser ou non", ""]
    for row in result.needs.to_dicts():
        curve = result.curve.filter(pl.col("besoin_id") == row["besoin_id"])
        known = result.takers.filter(pl.col("besoin_id") == row["besoin_id"]).height
        lines += [
            f"  {shortened(row['objet'] or 'sans objet', 90)}",
            f"    {french.typeset(_answer(row, curve, known))}",
        ]
    return "\n".join([*lines, "", french.sentence(law_said().text)])


def write(result: Divided, folder: Path | str) -> list[Path]:
    """Write allotissement.html and allotissement.xlsx, each whole or not at all."""
    return delivery.write(report(result), folder, "allotissement", "html", "xlsx")
