"""The method of a publication, written from the records and the rules that were really used."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Callout, Column, Paragraph, Section, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.method import section_glossary, sources_table
from spaser.vocabulary import POPULATIONS

#: The dated rules behind the contracts counted and the duty to publish.
LAW = ("publication_threshold", "publication_threshold_option", "spaser_threshold")
_RECORD = (
    Column("titre", "Indicateur"),
    Column("lecture", "Question, et comment lire la réponse"),
    Column("prudence", "Prudence"),
    Column("base", "Base"),
    Column("version", "Version du calcul"),
)
#: What each choice of ``method.toml`` is about, in words.
_CHOSEN = {"petit_effectif": "Petit effectif", "delai_publication": "Délai de publication des données"}
_DOUBT = re.compile(r"à confirmer|de mémoire|à relire")


def sections(findings: Findings, measures: pl.DataFrame, years: Sequence[int]) -> tuple[Section, ...]:
    """What was counted, each record used, the rules of law, the choices of the kit, the sources, what is to be confirmed."""
    written = (
        _counted(findings, years),
        _contracts(measures),
        _entered(measures),
        _spent(measures),
        _law(findings),
        _choices(),
        _doubts(measures, findings),
        Section("sources", "Les sources", "Quels fichiers ?", (sources_table(findings),)),
        section_glossary(findings),
    )
    return tuple(section for section in written if section)


def _counted(findings: Findings, years: Sequence[int]) -> Section:
    told = [
        f"contrats comptés : {POPULATIONS[findings.population]}",
        f"années publiées : {french.listing(str(year) for year in years)} ; l'année est celle de la première notification",
        f"données arrêtées au {french.long_date(findings.as_of)} ; les deux mois qui précèdent sont encore en cours de publication",
        f"définition retenue : « {findings.definition} » ; les autres sont dans « indicateurs.csv »",
        "chaque part a deux dénominateurs : tous les contrats, et les seuls contrats renseignés ; la fourchette compte les contrats muets pour non, puis pour oui",
        "en valeur, chaque maximum d'accord-cadre compte une fois ; les montants impossibles, symboliques ou inconnus sont hors des sommes et comptés à part",
        "sous dix contrats renseignés, le chiffre est signalé « petit effectif »",
    ]
    return Section(
        "compte",
        "Ce qui est compté",
        "Quels contrats, quelles années ?",
        (Paragraph(tuple(Sentence(french.sentence(text)) for text in told)),),
    )


def _contracts(measures: pl.DataFrame) -> Section:
    """The records of the indicators measured on contracts."""
    used = measures.select("indicateur", "regle").unique(maintain_order=True).to_dicts()
    known = rules.toml("indicators.toml")
    rows = [
        {"code": row["indicateur"], "regle": row["regle"], **known[row["indicateur"]]}
        for row in used
        if row["indicateur"] in known
    ]
    return Section(
        "indicateurs",
        "Les indicateurs des contrats",
        "Comment se calcule chaque indicateur ?",
        (_records("tab-methode-contrats", "Les règles utilisées", rows),),
    )


def _entered(measures: pl.DataFrame) -> Section | None:
    known = rules.toml("entered.toml")
    used = (
        measures.filter(pl.col("population") == "saisie")
        .select("indicateur", "regle")
        .unique(maintain_order=True)
        .to_dicts()
    )
    rows = [
        {"code": row["indicateur"], "regle": row["regle"], **known[row["indicateur"]]}
        for row in used
        if row["indicateur"] in known
    ]
    if not rows:
        return None
    return Section(
        "saisis",
        "Les chiffres saisis",
        "Que demande-t-on à l'acheteur ?",
        (_records("tab-methode-saisis", "Les chiffres demandés", rows),),
    )


def _spent(measures: pl.DataFrame) -> Section | None:
    if not measures.filter(pl.col("unite") == "depense").height:
        return None
    text = (
        "Chaque ligne d'achat du grand livre prend la réponse du contrat qu'elle paie : par le numéro de marché quand il est donné, sinon par le "
        "titulaire, si tous ses contrats répondent de même. Sinon la réponse est inconnue. Les avoirs sont déduits ; subventions et mouvements hors "
        "achats sont exclus. La lecture des montants notifiés reste donnée à côté."
    )
    return Section(
        "depenses",
        "Les indicateurs sur les dépenses",
        "Comment le grand livre est-il rapproché ?",
        (Sentence(french.typeset(text)),),
    )


def _law(findings: Findings) -> Section:
    """Every dated value of the rules used, and the national targets, with their sources."""
    law = rules.toml("law.toml")
    rows = [
        (
            law[name]["label"],
            french.value(value["value"], "entier") if isinstance(value["value"], int) else str(value["value"]),
            law[name].get("unit", "").replace("EUR", "€"),
            value["since"],
            value["source"],
            rules.checked(law[name] | value),
            law[name].get("checked_on"),
        )
        for name in LAW
        if name in law
        for value in law[name]["values"]
    ]
    rows += [
        (
            target["label"],
            french.share(target["value"]),
            "",
            None,
            target["source"],
            rules.checked(target),
            target.get("checked_on"),
        )
        for target in law.get("targets", {}).values()
        if "value" in target
    ]
    columns = (
        Column("regle", "Règle ou cible"),
        Column("valeur", "Valeur"),
        Column("unite", "Unité"),
        Column("depuis", "Depuis", "date"),
        Column("source", "Source"),
        Column("confiance", "Vérification"),
        Column("verifie", "Vérifié le", "date"),
    )
    schema = {
        "regle": pl.String,
        "valeur": pl.String,
        "unite": pl.String,
        "depuis": pl.Date,
        "source": pl.String,
        "confiance": pl.String,
        "verifie": pl.Date,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return Section(
        "droit",
        "Les règles de droit",
        "Quels seuils, quelles cibles ?",
        (table("tab-droit", "Règles et cibles utilisées", frame, columns),),
    )


def _choices() -> Section:
    """What the kit chose, with its reasons."""
    method, peers = rules.toml("method.toml"), rules.toml("peers.toml")
    rows = [
        (_CHOSEN[key], str(entry["value"]), entry.get("unit", ""), entry["reason"])
        for key, entry in method["indicators"].items()
    ]
    rows.append(("Acheteurs comparables, au moins", str(peers["minimum"]), "acheteurs", peers["reason"]))
    for name in ("nombre", "montant"):
        rows.append(
            (
                f"Tranches d'acheteurs comparables, en {name}",
                ", ".join(french.number(bound) for bound in peers[name]["bornes"]),
                peers[name]["unit"],
                peers[name]["reason"],
            )
        )
    columns = (
        Column("cle", "Choix"),
        Column("valeur", "Valeur"),
        Column("unite", "Unité"),
        Column("raison", "Pourquoi"),
    )
    frame = pl.DataFrame(rows, schema={column.name: pl.String for column in columns}, orient="row")
    note = Callout(
        "Des choix, pas du droit",
        "Ces valeurs sont celles du kit ; elles sont datées et motivées, et publiées avec lui.",
    )
    return Section(
        "choix",
        "Les choix de méthode",
        "Qu'a-t-on décidé ?",
        (note, table("tab-choix", "Les choix du kit", frame, columns)),
    )


def _doubts(measures: pl.DataFrame, findings: Findings) -> Section:
    """What is to be confirmed before publishing."""
    known = rules.toml("indicators.toml") | rules.toml("entered.toml")
    used = measures["indicateur"].unique(maintain_order=True).to_list()
    rows = [
        (known[code]["titre"], known[code]["base"])
        for code in used
        if code in known and _DOUBT.search(known[code]["base"])
    ]
    rows += [
        (item["titre"], item["base"])
        for item in rules.toml("spaser_items.toml").values()
        if item["confidence"] == "a_confirmer"
    ]
    frame = pl.DataFrame(rows, schema={"titre": pl.String, "base": pl.String}, orient="row")
    shown: TableBlock = table(
        "tab-a-confirmer",
        "Bases à confirmer avant publication",
        frame,
        (Column("titre", "Élément"), Column("base", "Base, telle que connue du kit")),
    )
    return Section("a-confirmer", "À confirmer", "Quelles références restent à relire ?", (shown,))


def _records(id: str, caption: str, rows: list[dict]) -> TableBlock:
    told = [
        row | {"lecture": f"{row['question']} {row['lecture']}", "version": row["regle"].rpartition("@")[2]}
        for row in rows
    ]
    written = [{column.name: french.typeset(row[column.name]) for column in _RECORD} for row in told]
    return table(id, caption, pl.DataFrame(written), _RECORD)
