"""The sections that say how far to trust a report: quality of the data, sources, rules with their confidence, words."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Column, Definitions, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.vocabulary import POPULATIONS

#: The checks of the data, in the order of reading.
QUALITY = (
    "siret_acheteur_valide",
    "siret_titulaires_valides",
    "cpv_valide",
    "dates_coherentes",
    "montant_exploitable",
    "montants_ecartes",
    "montants_inconnus",
    "montants_a_verifier",
    "montants_deja_comptes",
    "publication_tardive",
    "periode_incomplete",
)
GLOSSARY = (
    (
        "Accord-cadre",
        "Contrat qui fixe les conditions des commandes à venir. Son montant est un maximum, non une dépense.",
    ),
    (
        "Clause",
        "Obligation d'exécution du contrat, sociale ou environnementale. Toutes les offres doivent la respecter.",
    ),
    ("Concession", "Contrat où le titulaire se rémunère par l'exploitation. Comptée à part dans toutes les parts."),
    (
        "Consultation présumée",
        "Contrats du même acheteur, d'objet et de CPV voisins, de dates proches. À corriger au besoin.",
    ),
    ("Critère", "Élément noté pour choisir l'offre. Il ne crée pas à lui seul d'obligation d'exécution."),
    ("DECP", "Données essentielles de la commande publique, publiées par chaque acheteur."),
    ("ESS", "Économie sociale et solidaire."),
    ("Marché réservé", "Marché ouvert aux seules structures de l'insertion, du handicap ou de l'ESS."),
    ("Non renseigné, inconnu", "Le contrat ne dit ni oui ni non. Jamais compté comme un non."),
    ("Part sur l'ensemble", "Oui divisé par tous les contrats : les contrats non renseignés restent au dénominateur."),
    ("Part sur les renseignés", "Oui divisé par les seuls contrats qui répondent oui ou non."),
)


@written("qualite")
def section_quality(findings: Findings) -> Told:
    """How complete and valid the data are."""
    rows = findings.rows(*QUALITY)
    if not rows.height:
        return None
    columns = [
        Column("titre", "Contrôle"),
        Column("numerateur", "Contrats", "entier"),
        Column("denominateur", "Sur", "entier"),
        Column("valeur", "Part", "part"),
        Column("repondus", "Contrôlables", "entier"),
    ]
    shown = table("tab-qualite", "Qualité des données publiées", rows, columns, _two_counts(findings))
    return (shown,)


def _two_counts(findings: Findings) -> str:
    """Why late publication has another figure here than among the duties, where both show."""
    ready = findings.extras.get("preparation")
    here = findings.one("publication_tardive")
    if ready is None or here is None:
        return ""
    aimed = ready.filter(pl.col("obligation") == "decp-publication", pl.col("groupe") == "vises")
    for row in aimed.to_dicts():
        if (row["non_constatees"], row["contrats"]) != (here.numerateur, here.denominateur):
            return french.typeset(
                f"Publication : ici, {french.number(here.numerateur or 0)} sur {french.count(here.denominateur or 0, 'contrat mesuré', none=False)}. L'obligation en compte "
                f"{french.number(row['non_constatees'])} sur {french.number(row['contrats'])} : parmi tous les contrats lus, les seuls qu'elle vise, par leur date de notification, leur procédure et leur montant."
            )
    return ""


@written("methode")
def section_method(findings: Findings) -> Told:
    """Sources with their dates, populations, rules in force with their confidence."""
    told = [
        f"arrêté des données : {french.long_date(findings.as_of)}",
        f"population retenue : {findings.population_label}",
        "l'année est celle de la première notification ; les concessions sont comptées à part",
    ]
    blocks: list = [Sentence(french.sentence(text)) for text in told]
    if findings.sources:
        blocks.append(sources_table(findings))
    blocks.append(rules_table(findings.day, findings.as_of))
    return tuple(blocks)


@written("glossaire")
def section_glossary(_: Findings) -> Told:
    """The words of the report."""
    items = [(word, french.typeset(meaning)) for word, meaning in GLOSSARY]
    items += [
        (f"Population « {name.replace('_', ' ')} »", french.sentence(label)) for name, label in POPULATIONS.items()
    ]
    return (Definitions(tuple(items)),)


def sources_table(findings: Findings) -> TableBlock:
    """The files and lists used, with their dates."""
    rows = [{"name": s.name, "what": s.what, "as_of": s.as_of, "note": s.note} for s in findings.sources]
    frame = pl.DataFrame(rows, schema={"name": pl.String, "what": pl.String, "as_of": pl.Date, "note": pl.String})
    columns = [
        Column("name", "Source"),
        Column("what", "Ce que c'est"),
        Column("as_of", "Au", "date"),
        Column("note", "Remarque"),
    ]
    return table("tab-sources", "Les sources", frame, columns)


def rules_table(day: date, as_of: date) -> TableBlock:
    """Each dated rule of the law as in force on the reader's day, with its source and how far it was checked.

    Beside it, its value on the day that stops the data (``as_of``): the contracts read were judged by that one.
    """
    law = [rule for rule in rules.toml("law.toml").values() if isinstance(rule, dict)]
    rows = [(*row, (_in_force(rule, as_of) or _NOT_YET)[1]) for rule in law if (row := _in_force(rule, day))]
    names = ("regle", "valeur", "depuis", "source", "confiance", "valeur_donnees")
    schema = {name: pl.Date if name == "depuis" else pl.String for name in names}
    columns = [
        Column("regle", "Règle"),
        Column("valeur", "Valeur"),
        Column("depuis", "Depuis", "date"),
        Column("valeur_donnees", f"Valeur au {french.short_date(as_of)}"),
        Column("source", "Source"),
        Column("confiance", "Vérification"),
    ]
    caption = f"Les règles de droit en vigueur au {french.long_date(day)}"
    if day == as_of:
        columns = [column for column in columns if column.name != "valeur_donnees"]
    else:
        caption += f", et leur valeur au {french.long_date(as_of)}, où les données s'arrêtent"
    return table("tab-regles", caption, pl.DataFrame(rows, schema=schema, orient="row"), columns)


_NOT_YET = ("", "pas encore en vigueur")


def _in_force(rule: dict, day: date) -> tuple[str, str, date, str, str] | None:
    known = [value for value in rule.get("values", []) if value["since"] <= day]
    if not known:
        return None
    last = known[-1]
    raw = last.get("value")
    shown = (
        french.number(raw)
        if isinstance(raw, int | float) and not isinstance(raw, bool)
        else str(raw if raw is not None else "")
    )
    unit = rule.get("unit", "").replace("EUR", "€")
    label = rules.checked(rule | last)
    return rule.get("label", ""), f"{shown}{french.NBSP}{unit}".strip(), last["since"], last.get("source", ""), label
