"""The sections of a SPASER publication: what the law asks, each figure with both denominators, what is missing.

They read the finished tables of ``findings.extras``: ``saisis``, ``depense``, ``acheteurs``, ``objectifs``, ``chemins``,
``pairs``, ``editions`` (see ``publication``); a section whose table is absent says nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from spaser import charts, french, rules
from spaser.deliverables import sentences
from spaser.deliverables.report import (
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections.declared import CODES, complete_years, section_scores
from spaser.sections.findings import Findings
from spaser.sections.goals import section_editions, section_goals, section_peers
from spaser.sections.method import section_glossary
from spaser.sections.obligations import section_obligations

HEADLINES = ("consideration_sociale", "consideration_environnementale", "titulaire_esus", "titulaire_inclusif")
NOT_GIVEN = "non renseigné"
_RATES = (
    Column("court", "Contrats…"),
    Column("repere", "Repère"),
    Column("numerateur", "Oui", "entier"),
    Column("denominateur", "Sur", "entier"),
    Column("valeur", "Part sur l'ensemble", "part"),
    Column("fourchette", "Au moins, au plus"),
    Column("repondus", "Renseignés", "entier"),
    Column("valeur_repondus", "Part sur les renseignés", "part"),
    Column("couverture", "Taux de réponse", "part"),
)
#: The same in value: amounts are written in their scale.
_MONEY = tuple(Column(f"{c.name}_euros", c.label) if c.unit == "entier" else c for c in _RATES)


def items() -> dict[str, dict[str, Any]]:
    """What a SPASER publishes, by mark: S1 to S10, then what is followed by choice."""
    return rules.toml("spaser_items.toml")


def marks() -> dict[str, str]:
    """The item each indicator answers, by code."""
    return {code: mark for mark, item in items().items() for code in (*item["contrats"], *item["saisis"])}


def section_essentials(findings: Findings) -> Section:
    """The shares the law names, in number and in value."""
    cards, told = [], []
    for code in HEADLINES:
        for unit in ("nombre", "valeur"):
            measure = findings.one(code, unite=unit)
            if measure is None or (unit == "valeur" and measure.valeur is None):
                continue
            cards.append(_card(measure, unit))
            if unit == "nombre" and measure.repondus:
                told.append(sentences.of_share(measure))
    blocks: list = [KeyFigures(tuple(cards)), *([Paragraph(tuple(told))] if told else []), _definition(findings)]
    return Section(
        "essentiel",
        "L'essentiel",
        "Quelle part des achats est socialement et écologiquement responsable ?",
        tuple(blocks),
    )


def section_items(findings: Findings) -> Section:
    """Every indicator of contracts, in number then in value, both denominators."""
    codes = [code for item in items().values() for code in item["contrats"]]
    number, value = (_rates(findings, codes, unit) for unit in ("nombre", "valeur"))
    blocks: list = [
        _figure(
            "fig-declare", "Ce que les contrats déclarent, en nombre", charts.considerations(findings.rows(*CODES))
        ),
        table("tab-indicateurs-nombre", "Les indicateurs en nombre de contrats", number, _RATES, _note(findings)),
        table(
            "tab-indicateurs-valeur",
            "Les indicateurs en valeur (montants notifiés, maximum pour les accords-cadres)",
            value,
            _MONEY,
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
    rows = rows.with_columns(pl.col("titre").str.replace("^Contrats avec une c", "C"))
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
    if rows["modalite"].n_unique() < 2:
        return None
    closed = complete_years(findings, set(rows["modalite"]))
    still = sorted(set(rows["modalite"]) - closed)
    moved = sentences.of_changes(rows, closed)
    blocks: list = [
        _figure("fig-annees", "Parts par année de notification", charts.shares_by_year(rows, open_years=still))
    ]
    blocks += [Paragraph(moved)] if moved else []
    return Section("annees", "Année par année", "La part progresse-t-elle ?", tuple(blocks))


def section_buyers(findings: Findings) -> Section | None:
    """Each buyer of a joint schema, then the group."""
    rows = findings.extras.get("acheteurs")
    if rows is None or not rows.height:
        return None
    every = pl.concat([rows, findings.measures.with_columns(perimetre=pl.lit("Ensemble du schéma"))])
    told = _retained(
        findings,
        every.filter(
            pl.col("indicateur").is_in(HEADLINES),
            pl.col("dimension") == "total",
            pl.col("population") == findings.population,
        ),
    )
    blocks = []
    for unit, name in (("nombre", "en nombre de contrats"), ("valeur", "en valeur")):
        kept = (_MONEY if unit == "valeur" else _RATES)[2:]
        frame = told.filter(pl.col("unite") == unit)
        blocks.append(
            table(
                f"tab-acheteurs-{unit}",
                f"Chaque acheteur du schéma, puis l'ensemble, {name}",
                frame,
                (Column("perimetre", "Acheteur"), _RATES[0], *kept),
            )
        )
    return Section("acheteurs", "Chaque acheteur du schéma conjoint", "Que fait chacun des acheteurs ?", tuple(blocks))


def section_spent(findings: Findings) -> Section | None:
    """Value indicators on what was paid, the notified amounts beside."""
    rows = findings.extras.get("depense")
    if rows is None or not rows.height:
        return None
    paid = _retained(findings, rows.filter(pl.col("dimension") == "total", pl.col("denominateur").is_not_null()))
    notified = _retained(
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
        Column("valeur_repondus", "Part des dépenses renseignées", "part"),
        Column("couverture", "Taux de réponse", "part"),
        Column("notifie", "Même part des montants notifiés", "part"),
    )
    return Section(
        "depenses",
        "Sur les dépenses",
        "Que disent les dépenses réelles ?",
        (table("tab-depenses", "Les indicateurs sur les dépenses", both, columns, _SPENT),),
    )


def section_entered(findings: Findings) -> Section | None:
    """The figures entered by the buyer; those that were not read « non renseigné »."""
    rows = findings.extras.get("saisis")
    if rows is None or not rows.height:
        return None
    written = [_written(row) for row in rows.filter(pl.col("dimension") == "total").to_dicts()]
    names = ("repere", "titre", "valeur", "detail", "couverture")
    frame = pl.DataFrame(
        written, schema={name: pl.Float64 if name == "couverture" else pl.String for name in names}, orient="row"
    )
    columns = (
        Column("titre", "Indicateur"),
        Column("repere", "Repère"),
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
        Column("repere", "Repère"),
        Column("present", "Donné ici"),
        Column("manque", "Manque encore"),
        Column("frequence", "Fréquence"),
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


def section_sources(findings: Findings) -> Section:
    """Where the figures come from, and where the method is written."""
    told = [
        f"population retenue : {findings.population_label}",
        f"définition retenue : « {findings.definition} »",
        f"données arrêtées au {french.long_date(findings.as_of)}",
        "la méthode, les règles et leurs sources sont dans « methode.html » ; les fichiers lus et leurs empreintes dans « sources.json » ; "
        "tous les chiffres dans « indicateurs.csv »",
    ]
    names = ", ".join(source.name for source in findings.sources[:12]) + (" …" if len(findings.sources) > 12 else "")
    blocks = [Sentence(french.sentence(text)) for text in told] + (
        [Sentence(french.sentence(f"fichiers lus : {names}"))] if names else []
    )
    return Section("sources", "Sources", "D'où viennent ces chiffres ?", tuple(blocks))


PUBLICATION: tuple[Callable[[Findings], Section | None], ...] = (
    section_essentials,
    section_items,
    section_competing,
    section_years,
    section_buyers,
    section_goals,
    section_peers,
    section_spent,
    section_entered,
    section_editions,
    section_obligations,
    section_missing,
    section_sources,
    section_glossary,
)


def publication(findings: Findings, *, with_score: bool = False) -> tuple[Section, ...]:
    """The sections of the publication; the score stays out unless asked."""
    writers = (*PUBLICATION[:-2], *((section_scores,) if with_score else ()), *PUBLICATION[-2:])
    return tuple(section for write in writers if (section := write(findings)))


def _card(measure: Measured, unit: str) -> KeyFigure:
    label = measure.titre.replace("Contrats", "Contrats" if unit == "nombre" else "Montants des contrats", 1)
    kind = (
        "clause"
        if "environnementale" in measure.indicateur
        else "réservé"
        if "titulaire" in measure.indicateur
        else "critère"
    )
    note = f"renseignés : {french.share(measure.couverture)}" + (" ; petit effectif" if measure.petit_effectif else "")
    return KeyFigure(label, measure.valeur, "part", note, measure.bas, measure.haut, kind, measure)


def _definition(findings: Findings) -> Callout:
    text = (
        f"Définition « {findings.definition} ». Contrats comptés : {findings.population_label}. Un contrat qui ne dit rien n'est pas un contrat "
        "qui dit non : chaque part est donnée sur tous les contrats, avec la fourchette que laissent les contrats muets."
    )
    return Callout("Comment lire ces parts", french.typeset(text))


def _retained(findings: Findings, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows in the definition retained, where several compete; marks and small numbers written."""
    several = pl.col("definition").n_unique().over("indicateur") > 1
    kept = rows.filter(~several | (pl.col("definition") == findings.definition))
    silent = pl.col("repondus").fill_null(1) == 0
    return kept.with_columns(
        repere=pl.col("indicateur").replace_strict(marks(), default="", return_dtype=pl.String),
        court=pl.Series(
            [_short(row["titre"], row["petit_effectif"], row["repondus"]) for row in kept.to_dicts()], dtype=pl.String
        ),
        fourchette=pl.Series([_range(row) for row in kept.to_dicts()], dtype=pl.String),
        **{name: pl.when(~silent).then(name) for name in ("numerateur", "repondus")},
        **{
            f"{name}_euros": pl.Series([_euros(row, name) for row in kept.to_dicts()], dtype=pl.String)
            for name in ("numerateur", "denominateur", "repondus")
        },
    )


def _short(title: str, small: bool | None, answered: int | None) -> str:
    """A title whose first word the column says already; a small number is said."""
    kept = title.removeprefix("Contrats ").replace("dont un titulaire", "dont le titulaire", 1)
    return french.capital(kept) + (" (petit effectif)" if small and answered else "")


def _euros(row: dict[str, Any], name: str) -> str:
    """An amount in its scale; nothing for the yes of contracts that all stay silent."""
    return (
        "" if row[name] is None or (name != "denominateur" and row["repondus"] == 0) else french.euros_short(row[name])
    )


def _range(row: dict[str, Any]) -> str:
    """« 29,6 % à 78,3 % », or nothing when both bounds are the same."""
    if row["repondus"] == 0:
        return NOT_GIVEN
    told = french.share_range(row["bas"], row["haut"])
    return told.removeprefix("de ") if told.startswith("de ") else ""


def _rates(findings: Findings, codes: list[str], unit: str) -> pl.DataFrame:
    return _retained(findings, findings.rows(*codes, unite=unit))


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
    return mark, item["titre"], present, " ; ".join(lacking), item["frequence"], item["base"], confidence


def _joint(findings: Findings) -> str:
    rows = findings.extras.get("acheteurs")
    return f"{rows['perimetre'].n_unique()} acheteurs" if rows is not None and rows.height else "un seul acheteur"


def _plain(title: str) -> str:
    return french.capital(title.removeprefix("Contrats dont un ").removeprefix("Contrats "))


def _note(findings: Findings) -> str:
    return french.typeset(
        f"Définition « {findings.definition} » ; contrats comptés : {findings.population_label}. Au moins : les contrats muets comptent pour non ; "
        "au plus : pour oui. Petit effectif : moins de dix contrats renseignés. Statut des titulaires : une liste partielle ne prouve que des oui, "
        "la part sur les renseignés vaut alors 100 % et ne se lit pas."
    )


def _figure(id: str, caption: str, picture: charts.Picture) -> Figure:
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    twin: TableBlock = table(
        f"{id}-donnees", f"Les données : {french.capital(caption)[:1].lower()}{caption[1:]}", picture.twin, columns
    )
    return Figure(id, caption, picture, twin)


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
_ENTERED = french.typeset(
    "Une valeur absente est « non renseignée », jamais zéro. Le modèle de saisie s'obtient par « spaser publication --modele »."
)
