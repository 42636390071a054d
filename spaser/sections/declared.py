"""The sections of a diagnostic of what is declared: each answers one question, or says nothing (None)."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import charts, french
from spaser.charts.marks import name_of
from spaser.deliverables import sentences
from spaser.deliverables.report import (
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections import tallies
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.vocabulary import CONSIDERATIONS, DIALECTS, LABELS, POPULATIONS

CODES = tuple(word.name for word in CONSIDERATIONS)
_KINDS = {
    "clause_sociale": "clause",
    "critere_social": "critère",
    "marche_reserve": "réservé",
    "clause_environnementale": "clause",
    "critere_environnemental": "critère",
}
_RATES = (
    Column("nom", "Considération"),
    Column("numerateur", "Oui", "entier"),
    Column("denominateur", "Sur", "entier"),
    Column("valeur", "Part sur l'ensemble", "part"),
    Column("bas", "Au moins", "part"),
    Column("haut", "Au plus", "part"),
    Column("repondus", "Renseignés", "entier"),
    Column("valeur_repondus", "Part sur les renseignés", "part"),
    Column("couverture", "Taux de réponse", "part"),
)
_MOST = 10
_LONG = 140
#: What brings points on the axis of the ESS.
ACCESS_NAMES = {
    "titulaire_ess": "Titulaire de l'ESS",
    "titulaire_inclusif": "Titulaire inclusif",
    "titulaire_esus": "Titulaire agréé ESUS",
}
UNIONS = (
    "consideration_sociale",
    "consideration_environnementale",
    "consideration_sociale_ou_environnementale",
    "consideration_sociale_et_environnementale",
    "cumul_environnemental",
)


def section_essentials(findings: Findings) -> Section | None:
    """The first page: key figures and what they mean."""
    measures = [m for code in CODES if (m := findings.one(code))]
    n = findings.counted.height
    total = KeyFigure("Contrats mesurés", n, "entier", findings.population_label)
    cards = [total] + [
        KeyFigure(
            name_of(m.indicateur), m.valeur, "part", _answered(m.couverture), m.bas, m.haut, _KINDS[m.indicateur], m
        )
        for m in measures
    ]
    blocks: list = [KeyFigures(tuple(cards)), Paragraph(tuple(sentences.of_share(m) for m in measures))]
    silent = [m for m in measures if (m.couverture or 0) < 1]
    if silent:
        blocks.insert(1, Callout("Comment lire ces parts", _READING))
    return Section("essentiel", "L'essentiel", "Que disent les contrats publiés ?", tuple(blocks))


@written("lecture")
def section_reading(findings: Findings) -> Told:
    """What was read and refused, with the check of the account."""
    if not findings.accounts.height:
        return None
    accounts = tallies.checked_accounts(findings.accounts).sort("source")
    blocks: list = [
        Paragraph((sentences.of_reading(accounts), sentences.of_account_check(accounts))),
        accounts_table(accounts),
    ]
    if findings.rejects.height:
        blocks.append(refusals_table(findings))
    return tuple(blocks)


@written("perimetre")
def section_scope(findings: Findings) -> Told:
    """How many contracts, over which dates, and the way from everything read to the denominator."""
    counted = findings.counted
    late = counted.filter(pl.col("incomplet")).height if "incomplet" in counted.columns else 0
    told = [sentences.of_span(counted, findings.population_label), sentences.of_incomplete(late, findings.as_of)]
    blocks: list = [Paragraph(tuple(s for s in told if s))]
    if findings.population in findings.contracts.columns:
        picture = charts.waterfall(tallies.steps(findings.contracts, findings.population))
        blocks.append(_figure("fig-denominateur", "Des contrats lus au dénominateur des parts", picture))
    return tuple(blocks)


@written("populations")
def section_populations(findings: Findings) -> Told:
    """The three populations side by side."""
    rows = [findings.rows(*CODES, population=name).with_columns(ordre=pl.lit(i)) for i, name in enumerate(POPULATIONS)]
    long = named(pl.concat(rows))
    if not long.height:
        return None
    wide = long.pivot("population", index="nom", values=["valeur", "denominateur"], aggregate_function="first")
    names = [name for name in POPULATIONS if f"valeur_{name}" in wide.columns]
    columns = [Column("nom", "Considération")]
    for name in names:
        size = wide[f"denominateur_{name}"].max() or 0
        columns.append(
            Column(
                f"valeur_{name}",
                f"{POPULATIONS[name].capitalize()} (n{french.NBSP}={french.NBSP}{french.number(size)})",
                "part",
            )
        )
    note = (
        f"Retenus dans le reste du rapport : {findings.population_label}. Parts sur l'ensemble, en nombre de contrats."
    )
    shown = table(
        "tab-populations", "La même part selon les contrats que l'on compte", wide, columns, french.typeset(note)
    )
    return (shown,)


@written("considerations-detail", "considerations")
def section_considerations(findings: Findings) -> Told:
    """Each consideration in number and in value, both denominators, non-response beside."""
    number = findings.rows(*CODES)
    if not number.height:
        return None
    blocks: list = [
        _figure(
            "fig-considerations",
            "Réponses aux cinq considérations, en nombre de contrats",
            charts.considerations(number),
        ),
        table("tab-nombre", "En nombre de contrats", named(number), _RATES),
    ]
    value = findings.rows(*CODES, unite="valeur")
    if value.height:
        money = tuple(
            Column(c.name, c.label, "somme") if c.unit == "entier" else c for c in _RATES if c.name != "repondus"
        )
        blocks.append(
            table(
                "tab-valeur",
                "En valeur (montant notifié HT, maximum pour les accords-cadres)",
                named(value),
                money,
                _VALUE,
            )
        )
        blocks.append(Paragraph(tuple(sentences.of_value(m) for c in CODES if (m := findings.one(c, unite="valeur")))))
    if same := sentences.constant(findings.extras.get("reponses_constantes")):
        blocks.insert(0, Callout("Des réponses qui ne changent jamais", french.sentence(" ; ".join(same)), "attention"))
    blocks += [block for block in (doubtful_table(findings), unions_table(findings)) if block]
    return tuple(blocks)


def section_years(findings: Findings) -> Section | None:
    """Year by year."""
    every = findings.rows(*CODES, dimension="annee").sort("modalite", maintain_order=True)
    rows = every.filter(pl.col("modalite").str.contains(r"^\d{4}$"))
    if not rows.height:
        return None
    closed = complete_years(findings, set(rows["modalite"]))
    changes = sentences.of_changes(findings.rows(*CODES, dimension="annee"), closed)
    open_years = sorted(set(rows["modalite"]) - closed)
    blocks: list = [
        _figure("fig-annees", "Parts par année de notification", charts.shares_by_year(rows, open_years=open_years))
    ]
    if open_years:
        text = f"Année incomplète, montrée mais non comparée : {french.listing(open_years)}."
        blocks.append(Callout("Publication en cours", french.typeset(text)))
    undated: Any = every.filter(~pl.col("modalite").str.contains(r"^\d{4}$"))["denominateur"].max()
    if undated:
        verb = "n'apparaît" if undated < 2 else "n'apparaissent"
        blocks.append(Sentence(french.sentence(f"{french.count(undated, 'contrat')} sans date lisible {verb} pas ici")))
    small = sentences.of_small_years(rows.filter(pl.col("modalite").is_in(sorted(closed))))
    if changes or small:
        blocks.append(Paragraph((*changes, *([small] if small else []))))
    return Section("annees", "Année par année", "La part progresse-t-elle ?", tuple(blocks))


def section_families(findings: Findings) -> Section | None:
    """By purchase family (else by CPV division), sorted."""
    for dimension, title in (("famille", "Par famille d'achat"), ("cpv_division", "Par division CPV")):
        rows = findings.rows("clause_sociale", "clause_environnementale", dimension=dimension)
        if rows.height:
            picture = charts.by_family(rows, title)
            told = sentences.of_families(rows) if dimension == "famille" else ()
            blocks = (
                _figure("fig-familles", f"{title}, les plus nombreuses", picture),
                *([Paragraph(told)] if told else []),
            )
            return Section("familles", title, "Où les clauses sont-elles présentes, où manquent-elles ?", blocks)
    return None


@written("scores")
def section_scores(findings: Findings) -> Told:
    """Scores by axis, and the contracts best placed on the low bound with what brings them their points."""
    if "score_bas" not in findings.counted.columns:
        return None
    counted = findings.counted
    picture = charts.score_distribution(tallies.score_bands(counted))
    best = counted.sort("score_bas", "score_haut", "uid", descending=[True, True, False]).head(_MOST)
    told = tallies.contributions_text(findings.contributions, {code: name_of(code) for code in CODES} | ACCESS_NAMES)
    columns = [
        "uid",
        Column("objet", "Objet"),
        *(c for c in tallies.AXES),
        "score_bas",
        "score_haut",
        Column("contributions", "Ce qui apporte les points"),
    ]
    shown = best.join(told, on="uid", how="left", maintain_order="left")
    best_table = table(
        "tab-scores", "Les contrats les mieux placés sur la borne basse", _brief(shown), _scored(columns)
    )
    blocks = (
        Callout("Un outil de travail", _SCORE),
        _figure("fig-scores", "Répartition des scores", picture),
        best_table,
    )
    return blocks


@written("corriger")
def section_corrections(findings: Findings) -> Told:
    """The contracts worth correcting, by reason, then the gravest."""
    rows = tallies.corrections(findings.contracts)
    if not rows.height:
        return (Sentence("Aucun contrat ne présente de motif de correction connu."),)
    n = rows.height
    verb = "gagnerait" if n == 1 else "gagneraient"
    done = f"{french.plural('corrigé', n)} ou {french.plural('complété', n)}"
    told = Sentence(french.sentence(f"{french.count(n, 'contrat')} {verb} à être {done} à la source"))
    note = f"Les {_MOST} premiers ; la liste entière est dans le classeur, feuille « à corriger »." if n > _MOST else ""
    reasons = table(
        "tab-motifs",
        "Les motifs de correction",
        tallies.correction_counts(rows),
        (Column("motif", "Motif"), Column("n", "Contrats", "entier")),
        _REASONS,
    )
    columns = [
        "uid",
        "objet",
        "dateNotification",
        Column("montant", "Montant notifié HT", "centime"),
        Column("a_corriger", "Ce qui est à voir"),
    ]
    shown = table(
        "tab-corriger", "Contrats à corriger en premier", _brief(rows.head(_MOST)), columns, french.typeset(note)
    )
    return told, reasons, shown


def complete_years(findings: Findings, years: set[str]) -> set[str]:
    """The years whose publication is over: those without a contract of the last two months."""
    if "incomplet" not in findings.contracts.columns:
        return years
    late = findings.contracts.filter(pl.col("incomplet"))["annee"].drop_nulls().unique()
    return years - {str(year) for year in [*late, findings.as_of.year]}


def accounts_table(accounts: pl.DataFrame) -> TableBlock:
    """ACCOUNTS with its check, totals in the last line."""
    sums = "{lus}-{contrats}-{versions_titulaires}-{doublons}-{concessions}-{rejetes}"
    columns = [
        "source",
        "dialecte",
        *(Column(c, _ACCOUNT_LABELS[c], "entier", True) for c in _ACCOUNT_LABELS),
        Column("ecart", "Écart", "entier", True, sums),
        Column("doutes", "Doutes", "entier", True),
    ]
    note = "Trouvés = contrats + versions et titulaires + doublons + concessions + rejetés ; l'écart doit être nul."
    named = accounts.with_columns(pl.col("dialecte").str.replace_many(DIALECTS))
    return table("tab-comptes", "Le compte de chaque fichier", named, columns, french.typeset(note))


def refusals_table(findings: Findings) -> TableBlock:
    """How many times each rule refused or doubted; its message says it, its code is in rejets.csv."""
    columns = [
        "niveau",
        "champ",
        Column("n", "Nombre", "entier", True),
        Column("exemple", "Exemple de message"),
    ]
    rows = tallies.refusals(findings.rejects).with_columns(pl.col("champ").replace(LABELS))
    return table("tab-rejets", "Ce qui a été refusé ou mis en doute, par règle", rows, columns)


def doubtful_table(findings: Findings) -> TableBlock | None:
    """The shares in value with and without the amounts to be checked, when there are any."""
    doubtful = findings.one("montants_a_verifier")
    if doubtful is None or not doubtful.numerateur:
        return None
    with_, without = (
        findings.rows(*CODES, unite=unite).select("indicateur", "valeur")
        for unite in ("valeur", "valeur_hors_a_verifier")
    )
    frame = named(with_.join(without, on="indicateur", suffix="_hors", maintain_order="left"))
    n = french.count(doubtful.numerateur, "contrat")
    columns = (
        Column("nom", "Considération"),
        Column("valeur", "Tous les montants retenus", "part"),
        Column("valeur_hors", "Sans les montants à vérifier", "part"),
    )
    return table("tab-a-verifier", french.typeset(f"Ce que pèsent les montants à vérifier ({n})"), frame, columns)


def unions_table(findings: Findings) -> TableBlock | None:
    """Social and environmental considerations together, in each of the definitions in use."""
    rows = findings.rows(*UNIONS, unite="nombre")
    if not rows.height:
        return None
    rates = (column for column in _RATES[1:] if column.name != "repondus")
    columns = (Column("titre", "Contrats avec"), Column("definition", "Définition"), *rates)
    note = (
        "Deux définitions ont cours : avec « critère compté », un critère d'attribution suffit ; avec « critère non compté », "
        "il faut une clause ou une réservation."
    )
    return table(
        "tab-definitions",
        "Selon la définition retenue",
        rows.with_columns(_without_prefix()),
        columns,
        french.typeset(note),
    )


def _without_prefix() -> pl.Expr:
    return pl.col("titre").str.replace("^Contrats avec ", "")


def _brief(rows: pl.DataFrame) -> pl.DataFrame:
    """Long subjects cut, for pages: the workbook has them whole."""
    subject = pl.col("objet")
    cut = pl.concat_str(subject.str.slice(0, _LONG).str.strip_chars_end(), pl.lit("…"))
    return rows.with_columns(objet=pl.when(subject.str.len_chars() > _LONG).then(cut).otherwise(subject))


def _figure(id: str, caption: str, picture: charts.Picture) -> Figure:
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    return Figure(
        id,
        caption,
        picture,
        table(f"{id}-donnees", f"Les données : {caption[:1].lower()}{caption[1:]}", picture.twin, columns),
    )


def named(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(nom=pl.col("indicateur").replace({code: name_of(code) for code in CODES}))


def _answered(coverage: float | None) -> str:
    return f"renseignés : {french.share(coverage)}"


def _scored(columns: list) -> list:
    short = {
        "score_social": "Social",
        "score_environnement": "Environnement",
        "score_acces_ess": "Accès ESS",
        "score_bas": "Global, au moins",
        "score_haut": "Global, au plus",
    }
    return [Column(c, short[c], "point") if isinstance(c, str) and c in short else c for c in columns]


_ACCOUNT_LABELS = {
    "lus": "Trouvés",
    "contrats": "Contrats",
    "versions_titulaires": "Versions et titulaires",
    "doublons": "Doublons",
    "concessions": "Concessions",
    "rejetes": "Rejetés",
}
_READING = french.typeset(
    "Un contrat qui ne dit rien n'est pas un contrat qui dit non. Chaque part est donnée sur tous les contrats, avec la "
    "fourchette que laissent les contrats non renseignés : au moins (le silence vaut non), au plus (le silence vaut oui)."
)
_VALUE = french.typeset(
    "Le montant d'un accord-cadre est un maximum : ces sommes ne sont pas des dépenses. Les montants impossibles ou "
    "symboliques sont écartés des parts en valeur."
)
_REASONS = french.typeset(
    "Un contrat peut avoir plusieurs motifs. Le format de 2019 n'avait pas de champ pour les considérations : ses contrats "
    "ne sont pas comptés ici pour leur silence."
)
_SCORE = french.typeset(
    "Le score aide à trier les contrats ; il ne figure dans aucune publication légale. Le score global est une fourchette : "
    "un axe inconnu compte 0 dans la borne basse et 100 dans la borne haute."
)
