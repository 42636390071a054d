"""The section « Obligations »: how ready the contracts are, which are subject, what only the buyer can say, and the sources.

It reads the tables of the obligations room from ``findings.extras`` and says nothing when they are absent. No word of it is a
verdict: what is missing is « déclarée absente » or « inconnue ».
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.findings import Findings
from spaser.deliverables.report import Callout, Column, Paragraph, Section, Sentence, TableBlock, table
from spaser.vocabulary import APPLICABILITY, BUYER_KINDS

_MOST = 15
_READY = (
    Column("libelle", "Obligation"), Column("depuis", "En vigueur le", "date"), Column("contrats", "Contrats visés", "entier"),
    Column("remplies", "Considération déclarée", "entier"), Column("non_constatees", "Déclarée absente", "entier"),
    Column("inconnues", "Réponse inconnue", "entier"), Column("part_ensemble", "Taux de préparation, sur l'ensemble", "part"),
    Column("part_repondus", "Sur les renseignés", "part"), Column("couverture", "Taux de réponse", "part"),
    Column("observable", "Visible dans les données"),
)  # fmt: skip
_SUBJECT = (
    Column("libelle", "Obligation"), *(Column(name, french.capital(label), "entier") for name, label in APPLICABILITY.items()),
    Column("soumis_oui", "Probables ou certains : considération déclarée", "entier"),
    Column("soumis_reste", "déclarée absente ou inconnue", "entier"),
)  # fmt: skip


def section_obligations(findings: Findings) -> Section | None:
    """Duties: readiness, states, contracts to open, reserved contracts, the buyer's own duties, questions, sources."""
    ready = findings.extras.get("preparation")
    if ready is None or not ready.height:
        return None
    blocks: list = [
        Callout("Une préparation, pas un verdict", _CAUTION),
        Paragraph(_told(findings, ready)),
        readiness_table(ready),
        states_table(ready),
        *_optional(to_see_table(findings), reserved_table(findings), buyer_table(findings), questions_table(findings)),
        *(Callout("Ce qui n'est pas une obligation", french.typeset(rule["label"])) for rule in _law("reminders").values()),
        sources_table(),
    ]
    return Section("obligations", "Les obligations", "Les contrats sont-ils prêts pour ce que la loi demande ?", tuple(blocks))


def readiness_table(ready: pl.DataFrame) -> TableBlock:
    """Per duty, the contracts it aims at, dates aside, and how many declare what it expects."""
    rows = _labelled(ready.filter(pl.col("groupe") == "vises"))
    note = "Contrats visés : ceux que la règle viserait quelle que soit leur date, d'après leur montant, leur objet et leur procédure (probable ou certain)."
    return table("tab-preparation", "Taux de préparation par obligation", rows, _READY, french.typeset(note))


def states_table(ready: pl.DataFrame) -> TableBlock:
    """Per duty, how many contracts are in each of the five states, dates included."""
    counts = ready.filter(pl.col("groupe") != "vises").pivot("groupe", index="obligation", values="contrats")
    lacking = [pl.lit(0, pl.Int64).alias(name) for name in APPLICABILITY if name not in counts.columns]
    subject = (
        ready.filter(pl.col("groupe").is_in(["probable", "certain"]))
        .group_by("obligation")
        .agg(soumis_oui=pl.col("remplies").sum(), soumis_reste=(pl.col("non_constatees") + pl.col("inconnues")).sum())
    )
    rows = counts.with_columns(lacking).join(subject, on="obligation", how="left", maintain_order="left").fill_null(0)
    note = "Sans avis de publicité, la date de lancement n'est pas connue : un contrat n'est alors jamais certainement soumis aux règles de 2026."
    return table("tab-etats", "Contrats soumis, par obligation et par état", _labelled(rows), _SUBJECT, french.typeset(note))


def to_see_table(findings: Findings) -> TableBlock | None:
    """The contracts certainly or probably subject that do not declare what is expected."""
    rows = findings.extras.get("a_voir")
    if rows is None or not rows.height:
        return None
    shown = _labelled(rows.head(_MOST)).join(findings.contracts.select("uid", "objet"), on="uid", how="left", maintain_order="left")
    shown = shown.with_columns(_state(), pl.col("objet").str.slice(0, 110), remplie=_declared())
    columns = ("uid", "objet", Column("libelle", "Obligation"), Column("applicabilite", "Soumis"), Column("remplie", "Réponse"),
               Column("motif", "Pourquoi"))  # fmt: skip
    n = rows.height
    note = f"Les {_MOST} premiers sur {french.number(n)} ; la liste entière est dans le classeur." if n > _MOST else ""
    return table("tab-a-voir", "Contrats soumis sans la considération attendue", shown, columns, french.typeset(note))


def reserved_table(findings: Findings) -> TableBlock | None:
    """For each reserved contract, the bases possible, to be checked, contradicted."""
    rows = findings.extras.get("reserves")
    if rows is None or not rows.height:
        return None
    said = pl.format("{} ({})", "fondement", "motif")
    answers = {"possibles": pl.col("possible"), "a_verifier": pl.col("possible").is_null(), "contredits": ~pl.col("possible")}
    told = rows.group_by("uid", maintain_order=True).agg(said.filter(when.fill_null(False)).str.join(" ; ").alias(k) for k, when in answers.items())
    shown = told.join(findings.contracts.select("uid", "objet"), on="uid", how="left", maintain_order="left")
    columns = ("uid", "objet", Column("possibles", "Fondements possibles"), Column("a_verifier", "À vérifier"), Column("contredits", "Contredits"))
    note = "Les données disent « réservé » sans dire sur quel article. Un fondement contredit l'est par les données et les listes fournies, à confirmer avec le dossier."
    return table("tab-reserves", "Marchés réservés : sur quel fondement ?", shown.with_columns(pl.col("objet").str.slice(0, 110)), columns, french.typeset(note))


def buyer_table(findings: Findings) -> TableBlock | None:
    """The duties of the buyer itself, year by year."""
    rows = findings.extras.get("obligations_acheteur")
    if rows is None or not rows.height:
        return None
    shown = _labelled(rows.filter(pl.col("applicabilite") != "non_soumis")).with_columns(_state())
    columns = ("annee", Column("libelle", "Obligation"), Column("applicabilite", "Soumis"), Column("remplie", "Remplie", "oui_non"),
               Column("motif", "Pourquoi"), Column("indice", "Indice : montants notifiés", "somme"),
               Column("depense_basse", "Dépenses, au moins", "somme"), Column("depense_haute", "Dépenses, au plus", "somme"),
               Column("seuil", "Seuil", "somme"), Column("contrats", "Contrats dans le champ", "entier"))  # fmt: skip
    kept = [c for c in columns if not isinstance(c, Column) or shown[c.name].is_not_null().any() or c.unit == "oui_non"]
    note = "Ces obligations se mesurent sur les dépenses d'une année. Les règles abrogées ou à venir pour l'année ne sont pas montrées."
    return table("tab-obligations-acheteur", "Les obligations de l'acheteur, année par année", shown, kept, french.typeset(note))


def questions_table(findings: Findings) -> TableBlock | None:
    """What the data do not show: questions to the buyer."""
    rows = findings.extras.get("questions")
    if rows is None or not rows.height:
        return None
    columns = (Column("libelle", "Obligation"), Column("question", "Question à l'acheteur"), Column("contrats", "Contrats concernés", "entier"))
    return table("tab-questions", "Ce que seul l'acheteur peut dire", _labelled(rows), columns)


def sources_table() -> TableBlock:
    """Every duty with its article, its source, its confidence, what the data can and cannot show."""
    rows = [
        {"libelle": duty["label"], "qui": duty["who"], "depuis": duty["since"], "jusqua": duty.get("until"), "texte": duty["legal"],
         "source": duty["source"], "confiance": rules.CONFIDENCES[duty["confidence"]], "test": french.capital(duty["test"]),
         "limite": duty["observable_note"], "verifie": duty["checked_on"]}
        for duty in _law("duties").values()
    ]  # fmt: skip
    columns = (Column("libelle", "Obligation"), Column("qui", "Qui"), Column("depuis", "Depuis", "date"), Column("jusqua", "Jusqu'au", "date"),
               Column("texte", "Texte"), Column("test", "Ce que le kit regarde"), Column("limite", "Ce que les données ne montrent pas"),
               Column("source", "Source"), Column("confiance", "Vérification"), Column("verifie", "Vérifié le", "date"))  # fmt: skip
    note = "« Source secondaire » et « à confirmer » : le texte officiel n'a pas été relu. Ce rapport n'est pas un avis juridique."
    return table("tab-obligations-sources", "Les obligations et leurs sources", pl.DataFrame(rows), columns, french.typeset(note))


def annex(findings: Findings) -> TableBlock | None:
    """The rows of DUTIES that matter, for the workbook."""
    rows = findings.extras.get("obligations")
    if rows is None:
        return None
    shown = _labelled(rows).with_columns(_state(), _state("champ"))
    columns = ("uid", Column("libelle", "Obligation"), "champ", "applicabilite", "remplie", "motif", "date_reference", "date_origine",
               "besoin", "seuil_bas", "seuil_haut", "regle_etat")  # fmt: skip
    return table("obligations", "Contrats visés par une obligation", shown, columns)


def _told(findings: Findings, ready: pl.DataFrame) -> tuple[Sentence, ...]:
    launched = [key for key, duty in _law("duties").items() if duty.get("day") == "launch"]
    rows = ready.filter(pl.col("obligation").is_in(launched) & (pl.col("groupe") != "vises"))
    sure, likely = (rows.filter(pl.col("groupe") == name).select(pl.col("contrats").max()).item() or 0 for name in ("certain", "probable"))
    counted = french.count(sure, "contrat")
    verb = "est" if sure < 2 else "sont"
    told = [f"{counted} {verb} certainement {french.plural('soumis', sure)} à une règle qui dépend de la date de lancement, {french.number(likely)} probablement"]
    kinds = findings.extras.get("types_acheteur")
    if kinds is not None:
        parts = [f"{BUYER_KINDS.get(kind, 'inconnu')} ({french.count(n, 'contrat')})" for kind, n in kinds.select("type_acheteur", "contrats").rows()]
        told.append(f"type d'acheteur retenu pour les seuils européens : {french.listing(parts)} ; pour le préciser : --type-acheteur")
    return tuple(Sentence(french.sentence(text)) for text in told)


def _labelled(rows: pl.DataFrame) -> pl.DataFrame:
    """With the label, the date and what can be seen of each duty."""
    known = [
        {"obligation": key, "libelle": duty["label"], "depuis": duty["since"], "observable": duty["observable"]}
        for key, duty in _law("duties").items()
    ]
    return rows.join(pl.DataFrame(known), on="obligation", how="left", maintain_order="left")


def _law(table_name: str) -> dict[str, dict[str, Any]]:
    return rules.toml("law.toml")[table_name]


def _state(name: str = "applicabilite") -> pl.Expr:
    return pl.col(name).replace(APPLICABILITY)


def _declared() -> pl.Expr:
    return pl.when(pl.col("remplie").is_null()).then(pl.lit("inconnue")).otherwise(pl.lit("déclarée absente"))


def _optional(*blocks: TableBlock | None) -> list[TableBlock]:
    return [block for block in blocks if block is not None]


_CAUTION = french.typeset(
    "Les données publiées donnent la date de notification, non celle du lancement dont dépendent les règles d'août 2026, et les "
    "montants de lots plutôt que la valeur estimée du besoin. Ce tableau dit combien de contrats déclarent déjà ce que la règle "
    "attend ; il ne dit d'aucun qu'il manque à la loi."
)
