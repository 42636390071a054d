"""The sections of a SPASER publication: what the law asks, each figure with both denominators, what is missing.

They read the finished tables of ``findings.extras``: ``saisis``, ``depense``, ``acheteurs``, ``objectifs``, ``chemins``,
``pairs``, ``editions`` (see ``publication``); a section whose table is absent says nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from spaser import charts, french, rules
from spaser.deliverables import sentences
from spaser.deliverables.report import (
    Answer,
    Callout,
    Column,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Section,
    Sentence,
    table,
)
from spaser.sections.declared import CODES, complete_years, never_changing, section_scores
from spaser.sections.findings import Findings
from spaser.sections.goals import section_editions, section_goals, section_peers
from spaser.sections.method import section_glossary
from spaser.sections.obligations import section_obligations
from spaser.sections.publication.items import section_entered, section_missing
from spaser.sections.publication.retained import MONEY, RATES, items, retained
from spaser.sections.purchases.measured import partial
from spaser.sections.shown import figure, proven

HEADLINES = ("consideration_sociale", "consideration_environnementale", "titulaire_esus", "titulaire_inclusif")
_ANSWER = (
    ("consideration_sociale", "des contrats ont une considération sociale"),
    ("consideration_environnementale", "des contrats ont une considération environnementale"),
)


def section_essentials(findings: Findings) -> Section:
    """The shares the law names, a card each: in number, and in value below. A card says what a sentence would say again."""
    cards = [
        _card(measure, findings.one(code, unite="valeur"))
        for code in HEADLINES
        if (measure := findings.one(code)) is not None
    ]
    blocks: list = [*first_answer(findings), KeyFigures(tuple(cards))]
    blocks += [same] if (same := never_changing(findings)) is not None else []
    blocks.append(_definition(findings))
    return Section(
        "essentiel",
        "L'essentiel",
        "Quelle part des achats est socialement et écologiquement responsable ?",
        tuple(blocks),
    )


def first_answer(findings: Findings) -> tuple[Answer, ...]:
    """The answer of a first page: the two shares that the law names first, in one sentence."""
    known = [(findings.one(code), words) for code, words in _ANSWER]
    told = [f"{french.share(m.valeur)} {words}" for m, words in known if m is not None and m.repondus]
    if not told:
        return (Answer(Sentence("Les contrats lus ne disent rien des considérations sociales ni environnementales.")),)
    measures = tuple(m for m, _ in known if m is not None and m.repondus)
    return (Answer(Sentence(french.sentence(f"{' ; '.join(told)}"), measures)),)


def section_items(findings: Findings) -> Section:
    """Every indicator of contracts, in number then in value, both denominators."""
    codes = [code for item in items().values() for code in item["contrats"]]
    number, value = (_rates(findings, codes, unit) for unit in ("nombre", "valeur"))
    blocks: list = [
        figure("fig-declare", "Ce que les contrats déclarent, en nombre", charts.considerations(findings.rows(*CODES))),
        table("tab-indicateurs-nombre", "Les indicateurs en nombre de contrats", number, RATES, _note(findings)),
        table(
            "tab-indicateurs-valeur",
            "Les indicateurs en valeur (montants notifiés, maximum pour les accords-cadres)",
            value,
            MONEY,
            _VALUE,
        ),
    ]
    return Section(
        "indicateurs", "Les indicateurs des contrats", "Que disent les contrats de chaque engagement ?", tuple(blocks)
    )


def section_competing(findings: Findings) -> Section | None:
    """The same shares in the other definitions and on the other denominators."""
    rows = findings.measures.filter(
        pl.col("indicateur").is_in(HEADLINES[:2]),
        pl.col("dimension") == "total",
        pl.col("unite").is_in(["nombre", "valeur"]),
        pl.col("population") == findings.population,
    )
    if not rows.height:
        return None
    rows = proven(rows).with_columns(pl.col("titre").str.replace("^Contrats avec une c", "C"))
    columns = (
        Column("titre", "Indicateur"),
        Column("definition", "Définition"),
        Column("unite", "En"),
        Column("valeur", "Tous les contrats au dénominateur", "part"),
        Column("valeur_repondus", "Seuls les renseignés", "part"),
        Column("couverture", "Taux de réponse", "part"),
    )
    shown = table(
        "tab-concurrentes", "La même question selon la définition et le dénominateur", rows, columns, _COMPETING
    )
    return Section("definitions", "Selon la définition", "Le résultat dépend-il de la façon de compter ?", (shown,))


def section_years(findings: Findings) -> Section | None:
    """Year by year, when there are several."""
    rows = findings.rows(*CODES, dimension="annee").filter(pl.col("modalite").str.contains(r"^\d{4}$"))
    # A year of so few contracts has no share that can be read beside another: no point is drawn, and it is said.
    least = rules.method()["indicators"]["petit_effectif"]["value"]
    held = rows.group_by("modalite", maintain_order=True).agg(n=pl.col("denominateur").max().fill_null(0))
    few = held.filter(pl.col("n") < least).sort("modalite").rows()
    rows = rows.filter(~pl.col("modalite").is_in([year for year, _ in few]))
    if rows["modalite"].n_unique() < 2:
        return None
    closed = complete_years(findings, set(rows["modalite"]))
    still = sorted(set(rows["modalite"]) - closed)
    moved = sentences.of_changes(rows, closed)
    blocks: list = [
        figure("fig-annees", "Parts par année de notification", charts.shares_by_year(rows, open_years=still))
    ]
    aside = [Sentence(french.sentence(f"{year} n'est pas dessiné : {french.count(n, 'contrat')}")) for year, n in few]
    blocks += [Paragraph((*moved, *aside))] if moved or aside else []
    return Section("annees", "Année par année", "La part progresse-t-elle ?", tuple(blocks))


def section_buyers(findings: Findings) -> Section | None:
    """Each buyer of a joint schema, then the group."""
    rows = findings.extras.get("acheteurs")
    if rows is None or not rows.height:
        return None
    every = pl.concat([rows, findings.measures.with_columns(perimetre=pl.lit("Ensemble du schéma"))])
    told = retained(
        findings,
        every.filter(
            pl.col("indicateur").is_in(HEADLINES),
            pl.col("dimension") == "total",
            pl.col("population") == findings.population,
        ),
    )
    blocks = []
    for unit, name in (("nombre", "en nombre de contrats"), ("valeur", "en valeur")):
        kept = (MONEY if unit == "valeur" else RATES)[1:]
        frame = told.filter(pl.col("unite") == unit)
        blocks.append(
            table(
                f"tab-acheteurs-{unit}",
                f"Chaque acheteur du schéma, puis l'ensemble, {name}",
                frame,
                (Column("perimetre", "Acheteur"), RATES[0], *kept),
            )
        )
    return Section("acheteurs", "Chaque acheteur du schéma conjoint", "Que fait chacun des acheteurs ?", tuple(blocks))


def section_spent(findings: Findings) -> Section | None:
    """Value indicators on what was paid, the notified amounts beside."""
    rows = findings.extras.get("depense")
    if rows is None or not rows.height:
        return None
    paid = retained(findings, rows.filter(pl.col("dimension") == "total", pl.col("denominateur").is_not_null()))
    notified = retained(
        findings,
        findings.measures.filter(
            pl.col("dimension") == "total", pl.col("unite") == "valeur", pl.col("population") == findings.population
        ),
    )
    both = paid.join(
        notified.select("indicateur", "definition", notifie=pl.col("valeur")),
        on=["indicateur", "definition"],
        how="left",
        maintain_order="left",
    )
    columns = (
        Column("titre", "Indicateur"),
        Column("numerateur_euros", "Oui"),
        Column("denominateur_euros", "Sur"),
        Column("valeur", "Part des dépenses", "part"),
        Column("fourchette", "Au moins, au plus"),
        Column("connus", "Part des dépenses renseignées"),
        Column("couverture", "Taux de réponse", "part"),
        Column("notifie", "Même part des montants notifiés", "part"),
    )
    why = partial(findings)
    doubt = [Callout("Un fichier peut-être incomplet", french.sentence(why), "attention")] if why else []
    return Section(
        "depenses",
        "Sur les dépenses",
        "Que disent les dépenses réelles ?",
        (*doubt, table("tab-depenses", "Les indicateurs sur les dépenses", both, columns, _SPENT)),
    )


def section_sources(findings: Findings) -> Section:
    """Where the figures come from, and where the method is written."""
    told = [
        f"population retenue : {findings.population_label}",
        f"définition retenue : « {findings.definition} »",
        f"données arrêtées au {french.long_date(findings.as_of)}",
        "la méthode, les règles, la liste des fichiers lus et tous les chiffres sont publiés avec cette page",
    ]
    names = ", ".join(source.name for source in findings.sources[:12]) + (" …" if len(findings.sources) > 12 else "")
    blocks = [Sentence(french.sentence(text)) for text in told] + (
        [Sentence(french.sentence(f"fichiers lus : {names}"))] if names else []
    )
    return Section("sources", "Sources", "D'où viennent ces chiffres ?", tuple(blocks))


PUBLICATION: tuple[Callable[[Findings], Section | None], ...] = (
    section_essentials,
    section_goals,
    section_editions,
    section_items,
    section_years,
    section_buyers,
    section_peers,
    section_spent,
    section_entered,
    section_obligations,
    section_missing,
    section_competing,
    section_sources,
    section_glossary,
)


def publication(findings: Findings, *, with_score: bool = False) -> tuple[Section, ...]:
    """The sections of the publication; the score stays out unless asked."""
    writers = (*PUBLICATION[:-2], *((section_scores,) if with_score else ()), *PUBLICATION[-2:])
    return tuple(section for write in writers if (section := write(findings)))


def _card(measure: Measured, worth: Measured | None) -> KeyFigure:
    kind = (
        "clause"
        if "environnementale" in measure.indicateur
        else "réservé"
        if "titulaire" in measure.indicateur
        else "critère"
    )
    return KeyFigure(
        f"{measure.titre}, part des contrats", measure.valeur, "part", noted(measure, worth), measure.bas, measure.haut, kind, measure
    )  # fmt: skip


def noted(measure: Measured, worth: Measured | None) -> str:
    """What stands below a share of contracts: the same share in euros, how many answer, whether they are few."""
    euros = "" if worth is None or worth.valeur is None else f"en valeur : {french.share(worth.valeur)}"
    few = "petit effectif" if measure.petit_effectif and measure.repondus else ""
    return " ; ".join(filter(None, (euros, f"renseignés : {french.share(measure.couverture)}", few)))


def _definition(findings: Findings) -> Callout:
    text = (
        f"Définition « {findings.definition} ». Contrats comptés : {findings.population_label}. Un contrat qui ne dit rien n'est pas un contrat "
        "qui dit non : chaque part est donnée sur tous les contrats, avec la fourchette que laissent les contrats muets."
    )
    return Callout("Comment lire ces parts", french.typeset(text))


def _rates(findings: Findings, codes: list[str], unit: str) -> pl.DataFrame:
    return retained(findings, findings.rows(*codes, unite=unit))


def _note(findings: Findings) -> str:
    return french.typeset(
        f"Définition « {findings.definition} » ; contrats comptés : {findings.population_label}. Au moins : les contrats muets comptent pour non ; "
        "au plus : pour oui. Petit effectif : moins de dix contrats renseignés. Statut des titulaires : une liste partielle ne prouve que des oui, "
        "la part sur les renseignés n'est alors pas connue."
    )


_VALUE = french.typeset(
    "Ces sommes ne sont pas des dépenses : le montant d'un accord-cadre est un maximum, compté une fois. Les montants impossibles ou symboliques sont écartés."
)
_COMPETING = french.typeset(
    "« critère compté » : un critère d'attribution suffit (indicateurs publiés sur data.gouv.fr). « critère non compté » : il faut une clause ou une "
    "réservation (guide de mesure de l'État de 2014). Deux éditions ou deux acheteurs ne se comparent qu'avec la même définition."
)
_SPENT = french.typeset(
    "Une dépense prend la réponse du contrat qu'elle paie : par le numéro de marché quand le grand livre le donne, sinon par le titulaire si tous ses "
    "contrats répondent de même ; sinon elle reste inconnue. Avoirs déduits, subventions exclues."
)
