"""The duties of a buyer itself, year by year, and what concerns one that the code does not bind; the words every duty is told in."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Block, Callout, Column, Section, TableBlock, table
from spaser.sections.findings import Findings
from spaser.vocabulary import APPLICABILITY


def spaser_table(findings: Findings) -> TableBlock | None:
    """Is the buyer bound to a SPASER, year by year."""
    near = pl.col("regle_etat").str.contains("depenses_pres_du_seuil", literal=True)
    rows = _of_buyer(findings, pl.col("seuil").is_not_null(), also=near)
    if rows is None:
        return None
    columns = (
        Column("annee", "Année"),
        Column("libelle", "Obligation"),
        Column("applicabilite", "Soumis"),
        Column("motif", "Pourquoi"),
        Column("depense_basse", "Dépenses, au moins", "somme"),
        Column("depense_haute", "Dépenses, au plus", "somme"),
        Column("seuil", "Seuil", "somme"),
        Column("remplie", "Adopté", "oui_non"),
        Column("echeance", "Indicateurs attendus le", "date"),
    )
    # « Au moins 0 € » says nothing: no line is surely without tax, or out of book V.
    rows = rows.with_columns(depense_basse=pl.when(pl.col("depense_basse") > 0).then("depense_basse"))
    kept = [column for column in columns if rows[column.name].is_not_null().any()]
    note = (
        "Le seuil porte sur les dépenses hors taxe de l'année civile, hors marchés du livre V. Les montants "
        "notifiés sont des maximums, souvent pluriannuels : ils ne s'y comparent pas. Un grand livre hors taxe, le montant du livre V et le schéma déjà "
        "adopté, donnés pour ce diagnostic, répondent à cette question."
    )
    return table("tab-spaser", "Cet acheteur doit-il avoir un SPASER ?", rows, kept, french.typeset(note))


def buyer_table(findings: Findings) -> TableBlock | None:
    """The other duties of the buyer itself, year by year, where purchases are seen."""
    rows = _of_buyer(
        findings, pl.col("seuil").is_null() & ((pl.col("contrats") > 0) | (pl.col("applicabilite") == "certain"))
    )
    if rows is None:
        return None
    columns = (
        Column("annee", "Année"),
        Column("libelle", "Obligation"),
        Column("applicabilite", "Soumis"),
        Column("contrats", "Contrats dans le champ", "entier"),
        Column("remplie", "Remplie", "oui_non"),
        Column("motif", "Pourquoi"),
    )
    note = "Ces obligations se mesurent sur les achats d'une année, que les données publiées ne donnent pas : les contrats dans le champ disent seulement où regarder."
    return table(
        "tab-obligations-acheteur",
        "Les obligations mesurées sur les achats d'une année",
        rows,
        columns,
        french.typeset(note),
    )


def agec_table(findings: Findings) -> TableBlock | None:
    """What was spent in each category of reused or recycled goods; no rate is said reached or missed."""
    rows = findings.extras.get("agec")
    if rows is None or not rows.height:
        return None
    columns = (
        Column("annee", "Année"),
        Column("categorie_libelle", "Catégorie"),
        Column("lignes", "Lignes", "entier"),
        Column("depense_basse", "Dépenses HT, au moins", "somme"),
        Column("depense_haute", "Au plus", "somme"),
        Column("taux", "Taux lus"),
    )
    note = (
        "D'après les mots de la nomenclature ou des lignes du fichier de dépenses. Le fichier ne dit pas ce qui est réemployé ou recyclé, et "
        "seize taux sur dix-sept n'ont pas été lus : rien n'est dit atteint ni manqué."
    )
    return table(
        "tab-agec", "Réemploi et matières recyclées : les dépenses par catégorie", rows, columns, french.typeset(note)
    )


def private_section(findings: Findings) -> Section:
    """What concerns a buyer that says the code does not bind it: its levers and facts, the duties that bind it too."""
    known = findings.extras["prive"]
    columns = (
        Column("libelle", "Fait"),
        Column("valeur", "Ce qu'il en est"),
        Column("texte", "Texte"),
        Column("verification", "Vérification"),
    )
    typeset = known.with_columns(
        pl.Series(name, [french.typeset(text) for text in known[name]])
        for name in ("libelle", "valeur", "texte", "verification")
    )
    levers, others = typeset.filter("levier"), typeset.filter(~pl.col("levier"))
    caution = (
        "Vous avez dit que le code de la commande publique ne s'applique pas à cet acheteur. Une forme juridique n'y "
        "suffit pas : sociétés d'économie mixte, sociétés publiques locales, bailleurs sociaux et opérateurs de réseaux y sont soumis."
    )
    blocks: list[Block] = [
        Callout("Un acheteur hors du code, parce que vous le dites", french.typeset(caution)),
        table("tab-prive-leviers", "Les leviers", levers, columns),
        table("tab-prive", "À savoir", others, columns),
        *given(buyer_table(findings)),
    ]
    return Section(
        "obligations", "Les règles et les leviers", "Que peut faire un acheteur que le code ne lie pas ?", tuple(blocks)
    )


def spaser_told(findings: Findings) -> list[str]:
    """What the last year of data says of a SPASER, in one sentence; nothing when no year is known, or when it is clearly not due."""
    rows = findings.extras.get("obligations_acheteur")
    if rows is None:
        return []
    near = pl.col("regle_etat").str.contains("depenses_pres_du_seuil", literal=True)
    due = rows.filter(pl.col("obligation") == "spaser-adoption", (pl.col("applicabilite") != "non_soumis") | near)
    # The surest year speaks, the latest among the surest: a year that has just begun says nothing yet.
    rank = pl.col("applicabilite").replace_strict(list(APPLICABILITY), list(range(len(APPLICABILITY))))
    told = due.sort(rank, "annee").tail(1).to_dicts()
    return [f"SPASER, année {row['annee']} : {APPLICABILITY[row['applicabilite']]} ; {row['motif']}" for row in told]


def _of_buyer(findings: Findings, kept: pl.Expr, also: pl.Expr | None = None) -> pl.DataFrame | None:
    rows = findings.extras.get("obligations_acheteur")
    if rows is None:
        return None
    spoken = pl.col("applicabilite") != "non_soumis"
    shown = rows.filter((spoken if also is None else spoken | also) & kept)
    return labelled(shown).with_columns(state()) if shown.height else None


def labelled(rows: pl.DataFrame) -> pl.DataFrame:
    """With the label, the date and what can be seen of each duty."""
    known = [
        {"obligation": key, "libelle": duty["label"], "depuis": duty["since"], "observable": duty["observable"]}
        for key, duty in law("duties").items()
    ]
    return rows.join(pl.DataFrame(known), on="obligation", how="left", maintain_order="left")


def law(table_name: str) -> dict[str, dict[str, Any]]:
    return rules.toml("law.toml")[table_name]


def state(name: str = "applicabilite") -> pl.Expr:
    return pl.col(name).replace(APPLICABILITY)


def given(*blocks: TableBlock | None) -> list[TableBlock]:
    return [block for block in blocks if block is not None]
