"""The first page and the plan of a buyer that the procurement code does not bind, from its spend file alone: by the same rules as a public one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.messages import Messages, Todo
from spaser.deliverables.report import Answer, Block, Callout, Column, Section, Sentence, table
from spaser.sections.acting import impact
from spaser.sections.findings import Findings
from spaser.sections.purchases import measured
from spaser.sections.summary import FACTS, chosen, eligible, known, messages, verdict
from spaser.vocabulary import PLAN_UNTOUCHED

_LINES = (
    Column("action", "Action"),
    Column("sur", "Sur quoi"),
    Column("effet", "Effet attendu par an"),
    Column("qui", "Qui", fill=True),
    Column("etat", "État", fill=True),
)
_MONDAY, _NO_AMOUNT = 3, "non chiffré"
_CHOICE = french.typeset(
    "Une entreprise choisit librement ses fournisseurs : les leviers sont la rencontre, l'achat de gré à gré, la part des achats qu'elle se "
    "fixe. Les montants achetables sont des ordres de grandeur, ni une prévision ni un engagement."
)


def facts(found: Findings) -> dict[str, known.Fact]:
    """The facts of the first page that a spend file gives; every other is null."""
    told: dict[str, Any] = dict.fromkeys(FACTS) | {"prive": 1, "jour": found.day, "age": (found.day - found.as_of).days}
    for part in (known.paid, known.reachable, _moved, _worked):
        told |= dict(part(found))
    return told


def _moved(found: Findings) -> Iterator[tuple[str, known.Fact]]:
    """The share of the two last years of the ledger, when they follow each other."""
    rows = measured.rows(found.spent or found, "annee", "valeur").filter(
        pl.col("indicateur") == "fournisseurs_ess_ou_inclusifs", pl.col("modalite").str.contains(r"^\d{4}$")
    )
    last = rows.sort("modalite").tail(2)
    if (
        last.height == 2
        and int(last["modalite"][1]) - int(last["modalite"][0]) == 1
        and last["valeur"].null_count() == 0
    ):
        before, after = last["valeur"].to_list()
        yield from (("payes_avant", last["modalite"][0]), ("payes_annee", last["modalite"][1]))
        yield from (("payes_avant_part", before), ("payes_annee_part", after), ("payes_ecart", after - before))


def _worked(found: Findings) -> Iterator[tuple[str, known.Fact]]:
    """The work that the purchases of the last year pay, as far as it may be published, and the euros it is read from."""
    rows = found.extras.get("impact_totaux")
    if rows is None or not rows.height or not (told := impact.financed(rows)):
        return
    last = rows.filter(pl.col("exercice") == rows["exercice"].max())
    yield from (("travail", told.partition(" financent ")[2]), ("travail_annee", str(rows["exercice"].max())))
    yield from (("travail_achats", int(last["montant"].sum())), ("travail_mesure", int(last["montant_mesure"].sum())))


def section_essential(found: Findings) -> Section:
    """The verdict, the messages, what to do first, what is not known."""
    told = facts(found)
    blocks: list[Block] = [Answer(Sentence(verdict(told)))]
    if shown := chosen(eligible(told)):
        blocks.append(Messages(shown))
    if first := [french.sentence(f"{row['action']} ({row['sur']})") for row in plan_rows(found)[:_MONDAY]]:
        blocks.append(Todo(tuple(first), "Que faire lundi"))
    if silent := messages.unknown(told):
        blocks.append(Callout("Ce que l'on ne sait pas", silent, "attention"))
    return Section(
        "essentiel", "L'essentiel", "Où en est-on, que peut-on faire, que faire lundi ?", tuple(blocks), "essentiel"
    )


def section_plan(found: Findings) -> Section | None:
    """At most ten lines: what the data ask for, then the purchases by what could go to the ESS."""
    rows = plan_rows(found)
    if not rows:
        return None
    amount = sum(row["montant"] or 0 for row in rows)
    said = french.count(len(rows), "action", feminine=True)
    said += (
        f", dont {french.euros_short(amount)} par an qui pourraient aller à l'ESS et à l'insertion" if amount else ""
    )
    shown = pl.DataFrame(rows, schema_overrides={"qui": pl.String, "montant": pl.Int64}, infer_schema_length=None)
    blocks = (
        Answer(Sentence(french.sentence(said))),
        table("tab-plan", "Le plan", shown, _LINES),
        Callout("Comment lire", _CHOICE),
    )
    return Section("plan", "Le plan d'actions", "Que faire, et par où commencer ?", blocks, "essentiel")


def plan_rows(found: Findings) -> list[dict[str, Any]]:
    """The lines of the plan, ten at most: the gestures that the rules ask for keep their place, purchases fill the rest."""
    most = int(rules.toml("method.toml")["plan"]["nombre"]["value"])
    said = [one for one in eligible(facts(found)) if one.todo and one.rule.plan]
    asked = [_line(one.todo, one.on, None) for one in said]
    return [*_bought(found)[: most - len(asked)], *asked]


def _bought(found: Findings) -> list[dict[str, Any]]:
    needs = found.extras.get("besoins")
    if needs is None or not needs.height:
        return []
    floor = rules.toml("method.toml")["plan"]["plancher_famille"]["value"] * 100
    rows = (
        needs.filter(pl.col("potentiel").fill_null(0) >= floor)
        .group_by("famille_libelle", "levier_libelle", maintain_order=True)
        .agg(
            pl.col("annuel", "potentiel").sum(),
            pl.col("levier_fournisseurs").max(),
            pl.col("levier_population").drop_nulls().first(),
        )
        .sort("potentiel", "famille_libelle", descending=[True, False])
    )
    return [
        _line(
            f"{row['levier_libelle']} : {row['famille_libelle'][:1].lower()}{row['famille_libelle'][1:]}",
            f"{french.euros_short(row['annuel'])} achetés par an{_met(row['levier_fournisseurs'], row['levier_population'])}",
            row["potentiel"],
        )
        for row in rows.to_dicts()
    ]


def _met(suppliers: int | None, who: str | None) -> str:
    """How many can answer; a company that knows one only looks for others."""
    if suppliers is None or who is None:
        return ""
    return f" ; {who} : {french.number(suppliers) if suppliers > 1 else 'un seul connu, en chercher d’autres' if suppliers else 'à chercher'}"


def _line(action: str, on: str, amount: int | None) -> dict[str, Any]:
    effect = _NO_AMOUNT if amount is None else french.euros_short(amount)
    return {"action": action, "sur": on, "effet": effect, "montant": amount, "qui": None, "etat": PLAN_UNTOUCHED}
