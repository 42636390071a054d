"""The section « Obligations »: how ready the contracts are, which are subject, what only the buyer can say, and the sources.

It reads the tables of the obligations room from ``findings.extras`` and says nothing when they are absent. No word of it is a
verdict: what is not seen is « non constaté » or « inconnu ».
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Callout, Column, Paragraph, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.obligations_buyer import (
    agec_table,
    buyer_table,
    given,
    labelled,
    law,
    private_section,
    spaser_table,
    spaser_told,
    state,
)
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief
from spaser.vocabulary import APPLICABILITY, BUYER_KINDS

_MOST, _LONG = 15, 110
#: How far a text was checked when it is the version that all were read in; the note says the whole.
_READ, _COPY = {"confidence": "texte_lu_en_copie"}, "lu en copie"
#: Told apart from the considerations: the date of publication, and the sum of two other duties.
_PUBLISHED, _BOTH = ("decp-publication", "decp-publication-concession"), "climat-env-cumul"
_READY = (
    Column("libelle", "Obligation"),
    Column("depuis", "En vigueur le", "date"),
    Column("contrats", "Contrats qu'elle viserait", "entier"),
    Column("remplies", "Attendu constaté", "entier"),
    Column("non_constatees", "Sans l'attendu", "entier"),
    Column("inconnues", "Inconnu", "entier"),
    Column("part_ensemble", "Taux de préparation, sur l'ensemble", "part"),
    Column("part_repondus", "Sur les renseignés", "part"),
    Column("couverture", "Taux de réponse", "part"),
    Column("observable", "Visible dans les données"),
)
_SUBJECT = (
    Column("libelle", "Obligation"),
    *(Column(name, french.capital(label), "entier") for name, label in APPLICABILITY.items()),
    Column("soumis_oui", "Probables ou certains\u00a0: attendu constaté", "entier"),
    Column("soumis_reste", "Sans l'attendu, ou inconnu", "entier"),
)


@written("obligations-detail", "obligations")
def section_obligations(findings: Findings) -> Told:
    """Duties: readiness, states, contracts to open, reserved contracts, the buyer's own duties, questions, sources."""
    ready = findings.extras.get("preparation")
    if findings.extras.get("prive") is not None:
        return private_section(findings)
    if ready is None or not ready.height:
        return None
    blocks: list = [
        Callout("Une préparation, pas un verdict", _CAUTION),
        Paragraph(_told(findings, ready)),
        readiness_table(ready),
        states_table(ready),
        *given(
            to_see_table(findings),
            reserved_table(findings),
            spaser_table(findings),
            buyer_table(findings),
            agec_table(findings),
            questions_table(findings),
        ),
        *given(reminders(findings)),
        sources_table(),
    ]
    return tuple(blocks)


def readiness_table(ready: pl.DataFrame) -> TableBlock:
    """Per duty, the contracts it aims at, dates aside, and how many declare what it expects."""
    rows = labelled(ready.filter(pl.col("groupe") == "vises"))
    note = (
        "Tous les contrats lus, quel que soit leur montant. Ceux que la règle viserait le sont quelle que soit leur date de "
        "lancement, d'après leur montant, leur objet et leur procédure (probable ou certain) ; pour la publication, la date de "
        "notification compte. Constaté : la considération attendue est déclarée, ou "
        "la publication est venue à temps."
    )
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
    return table(
        "tab-etats", "Contrats soumis, par obligation et par état", labelled(rows), _SUBJECT, french.typeset(note)
    )


def to_see_table(findings: Findings) -> TableBlock | None:
    """The contracts subject, or of undecided date, that do not declare what is expected: one line per contract."""
    rows = findings.extras.get("a_voir")
    rows = None if rows is None else rows.filter(~pl.col("obligation").is_in([*_PUBLISHED, _BOTH]))
    if rows is None or not rows.height:
        return None
    each = (
        labelled(rows)
        .group_by("uid", maintain_order=True)
        .agg(pl.col("libelle").str.join(" ; "), pl.col("applicabilite", "motif").first())
        .with_columns(state())
    )
    shown = each.head(_MOST).join(
        findings.contracts.select("uid", "objet"), on="uid", how="left", maintain_order="left"
    )
    columns = (
        "uid",
        "objet",
        Column("libelle", "Attendu, pas lu dans les données"),
        Column("applicabilite", "Soumis"),
        Column("motif", "Pourquoi"),
    )
    n = each.height
    note = (
        f"Les {_MOST} premiers sur {french.number(n)} ; la liste entière est dans le classeur, feuille « obligations »."
        if n > _MOST
        else ""
    )
    caption = "Contrats à ouvrir en premier : soumis, ou de date incertaine, sans la considération attendue"
    return table("tab-a-voir", caption, brief(shown, _LONG), columns, french.typeset(note))


def reserved_table(findings: Findings) -> TableBlock | None:
    """For each reserved contract, the bases possible, to be checked, contradicted; bases with the same reason together."""
    rows = findings.extras.get("reserves")
    if rows is None or not rows.height:
        return None
    grouped = rows.group_by("uid", "possible", "motif", maintain_order=True).agg(pl.col("fondement").str.join(", "))
    said = pl.format("{} : {}", "fondement", "motif")
    answers = {
        "possibles": pl.col("possible"),
        "a_verifier": pl.col("possible").is_null(),
        "contredits": ~pl.col("possible"),
    }
    told = grouped.group_by("uid", maintain_order=True).agg(
        said.filter(when.fill_null(False)).str.join(". ").alias(k) for k, when in answers.items()
    )
    shown = told.join(findings.contracts.select("uid", "objet"), on="uid", how="left", maintain_order="left")
    columns = (
        "uid",
        "objet",
        Column("possibles", "Fondements possibles"),
        Column("a_verifier", "À vérifier"),
        Column("contredits", "Contredits"),
    )
    known = law("reservations")
    names = " ; ".join(f"{key} : {rule['label']} ({briefly(rule)})" for key, rule in known.items())
    note = (
        "Les données disent « réservé » sans dire sur quel article. Un fondement contredit l'est par les données et les listes "
        f"fournies, à confirmer avec le dossier. {names}.{in_copy(known.values())}"
    )
    return table(
        "tab-reserves",
        "Marchés réservés\u00a0: sur quel fondement\u00a0?",
        brief(shown, _LONG),
        columns,
        french.typeset(note),
    )


def questions_table(findings: Findings) -> TableBlock | None:
    """What the data do not show: questions to the buyer."""
    rows = findings.extras.get("questions")
    if rows is None or not rows.height:
        return None
    columns = (
        Column("libelle", "Obligation"),
        Column("question", "Question à l'acheteur"),
        Column("contrats", "Contrats concernés", "entier"),
        Column("vises", "Dont visés, sans l'attendu", "entier"),
        Column("peut_etre_vises", "Dont peut-être visés", "entier"),
    )
    shown = labelled(rows).with_columns(pl.col("libelle").fill_null("Toutes"))
    note = (
        "Visés, sans l'attendu : les contrats visés des taux de préparation dont l'attendu n'est pas constaté, ou inconnu (pour une "
        "obligation qu'aucun champ ne montre, les seuls contrats de sa période). Peut-être visés : ceux dont le besoin ou l'objet ne "
        "permet pas de dire si la règle les vise, et qui ne sont pas dans ces taux."
    )
    return table("tab-questions", "Ce que seul l'acheteur peut dire", shown, columns, french.typeset(note))


def sources_table() -> TableBlock:
    """Every duty with its article, its source, its confidence, what the data can and cannot show."""
    rows = [
        {
            "libelle": duty["label"],
            "qui": duty["who"],
            "periode": _period(duty),
            "texte": duty["legal"],
            "source": duty["source"],
            "confiance": f"{briefly(duty)} (relevé du {french.short_date(duty['checked_on'])})",
            "test": french.capital(duty["test"]),
            "limite": duty["observable_note"],
        }
        for duty in law("duties").values()
    ]
    columns = (
        Column("libelle", "Obligation"),
        Column("qui", "Qui", extra=True),
        Column("periode", "En vigueur"),
        Column("texte", "Texte"),
        Column("test", "Ce que le kit regarde", extra=True),
        Column("limite", "Ce que les données ne montrent pas"),
        Column("source", "Source"),
        Column("confiance", "Vérification"),
    )
    note = (
        "« Source secondaire » et « à confirmer » : le texte officiel n'a pas été relu, et la règle n'est alors jamais dite certaine. "
        f"Ce rapport n'est pas un avis juridique.{in_copy(law('duties').values())}"
    )
    return table(
        "tab-obligations-sources", "Les obligations et leurs sources", pl.DataFrame(rows), columns, french.typeset(note)
    )


def reminders(findings: Findings) -> TableBlock | None:
    """What is not a duty, or must be remembered, for the kinds of contracts that are read."""
    kinds = (
        set(findings.contracts["type_contrat"].drop_nulls()) if "type_contrat" in findings.contracts.columns else set()
    )
    told = [rule for rule in law("reminders").values() if "contracts" not in rule or kinds & set(rule["contracts"])]
    rows = [
        {"rappel": french.typeset(rule["label"]), "texte": rule["legal"], "confiance": briefly(rule)} for rule in told
    ]
    columns = (Column("rappel", "À savoir"), Column("texte", "Texte"), Column("confiance", "Vérification"))
    title = "Ce qui n'est pas une obligation, et ce qu'il faut se rappeler"
    return table("tab-rappels", title, pl.DataFrame(rows), columns, french.typeset(in_copy(told).strip()))


def briefly(rule: dict[str, Any]) -> str:
    """How far a rule was checked; of the version that all texts were read in, two words that the note explains (``in_copy``)."""
    return _COPY if rules.checked(rule) == rules.checked(_READ) else rules.checked(rule)


def in_copy(told: Iterable[dict[str, Any]]) -> str:
    """What « lu en copie » means, said once under the lines that say it."""
    return f" « {french.capital(_COPY)} » : {rules.checked(_READ)}." if _COPY in map(briefly, told) else ""


def annex(findings: Findings) -> TableBlock | None:
    """The rows of DUTIES that matter, for the workbook."""
    rows = findings.extras.get("obligations")
    if rows is None:
        return None
    shown = labelled(rows).with_columns(state(), state("champ"))
    columns = (
        "uid",
        Column("libelle", "Obligation"),
        "champ",
        "applicabilite",
        "remplie",
        "motif",
        "date_reference",
        "date_origine",
        "besoin",
        "seuil_bas",
        "seuil_haut",
    )
    return table("obligations", "Contrats et obligations : ce qui s'applique, ce qui s'appliquerait", shown, columns)


def _told(findings: Findings, ready: pl.DataFrame) -> tuple[Sentence, ...]:
    launched = [key for key, duty in law("duties").items() if duty.get("day") == "launch"]
    rows = ready.filter(pl.col("obligation").is_in(launched) & (pl.col("groupe") != "vises"))
    sure, likely = (
        rows.filter(pl.col("groupe") == name).select(pl.col("contrats").max()).item() or 0
        for name in ("certain", "probable")
    )
    verb = "n'est" if sure == 0 else "est" if sure == 1 else "sont"
    rule = "soumis à une règle qui dépend de la date de lancement"
    others = f", {french.number(likely)} probablement" if likely else ""
    told = [
        f"{french.count(sure, 'contrat')} {verb} certainement {rule}{others}"
        if sure or likely
        else f"aucun contrat n'est {rule}, certainement ou probablement"
    ]
    for key, noun, limit in (
        (_PUBLISHED[0], "marché", "plus de deux mois après la notification"),
        (_PUBLISHED[1], "concession", "après le début de son exécution"),
    ):
        aimed = ready.filter((pl.col("obligation") == key) & pl.col("groupe").is_in(["probable", "certain"]))
        late, of = aimed.select(pl.col("non_constatees", "contrats").sum()).row(0)
        if late:
            verb = ("a été publié" if late == 1 else "ont été publiés").replace(
                "publié", "publiée" if noun == "concession" else "publié"
            )
            among = f"sur les {french.number(of)} que cette obligation vise certainement ou probablement"
            told.append(
                f"{french.count(late, noun)} {verb} {limit}, {among} ; un contrat modifié a pu être republié depuis"
            )
    kinds = findings.extras.get("types_acheteur")
    if kinds is not None:
        parts = [
            f"{BUYER_KINDS.get(kind, 'inconnu')} ({french.count(n, 'contrat')})"
            for kind, n in kinds.select("type_acheteur", "contrats").rows()
        ]
        told.append(f"type d'acheteur retenu pour les seuils européens : {french.listing(parts)}")
    told += spaser_told(findings)
    return tuple(Sentence(french.sentence(text)) for text in told)


def _period(duty: dict[str, Any]) -> str:
    since, until = duty["since"], duty.get("until")
    return f"du {french.short_date(since)} au {french.short_date(until)}" if until else rules.since(since)


_CAUTION = french.typeset(
    "Les données publiées donnent la date de notification, non celle du lancement dont dépendent les règles d'août 2026, et les "
    "montants de lots plutôt que la valeur estimée du besoin. Ce tableau dit combien de contrats déclarent déjà ce que la règle "
    "attend ; il ne dit d'aucun qu'il manque à la loi, sauf pour la publication des données essentielles, dont les deux dates se "
    "lisent (une republication, après une modification ou par un envoi groupé de tout le fichier, déplace la seconde : un retard n'est alors pas établi)."
)
