"""What to do next, each action with the figure that calls for it; and what would make the diagnostic fuller.

Every action comes from a finished table of ``findings``: no table, no action. ``manques`` lists the inputs that were not given.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Callout, Column, Sentence, TableBlock, table
from spaser.sections import tallies
from spaser.sections.findings import Findings
from spaser.sections.goals import answered, written_value
from spaser.sections.registry import Told, written

Action = tuple[str, str, str, str]
_HEADS = (
    Column("action", "Action"),
    Column("pourquoi", "Pourquoi"),
    Column("quand", "Quand"),
    Column("theme", "Voir la section"),
)
_MOST_STEPS, _LONG = 4, 80
_SOON = "dès maintenant"
_NOTE = french.typeset(
    "Ces actions découlent des mesures de ce rapport, dans l'ordre : ce qui se prépare d'abord, puis ce qui rend les prochaines mesures plus "
    "sûres. Elles éclairent une décision ; elles ne la remplacent pas."
)
_PLAN = (
    Column("sourcing", "Commencer avant le", "date"),
    Column("levier_libelle", "Levier"),
    Column("levier_article", "Base légale"),
    Column("famille_libelle", "Famille"),
    Column("objets", "Sur quels besoins"),
    Column("contrats", "Contrats", "entier"),
    Column("credibles", "Fournisseurs crédibles", "entier"),
    Column("potentiel", "Effet attendu, net par an", "somme"),
    Column("potentiel_haut", "Au plus, par an", "somme"),
    Column("consultation", "Suite avant le", "date"),
    Column("difficulte", "Difficulté"),
    Column("responsable", "Qui"),
    Column("levier_verifier", "À vérifier avec l'acheteur"),
)
_OWN = (Column("etat", "État"), Column("echeance", "Échéance fixée"), Column("note", "Note"))
_LEFT = (
    Column("motif", "Motif"),
    Column("famille_libelle", "Famille"),
    Column("besoins", "Besoins", "entier"),
    Column("potentiel", "Effet attendu, net par an", "somme"),
    Column("consultation", "Suite avant le", "date"),
)
_FLOOR = french.typeset(
    "Le plancher d'une action et la durée minimale de préparation sont datés et motivés dans method.toml, [plan]."
)
_EQUAL = french.typeset(
    "Sourçage ouvert à tous (R2111-1, R2111-2) : ce plan ne nomme aucun fournisseur. Choix par gain, facilité et urgence (method.toml, [plan])."
)
#: What may be lacking: code → what is not given, what it would add, how to give it.
LACKING = {
    "registres": (
        "Des listes de fournisseurs de l'ESS et inclusifs",
        "qui remporte les contrats, le potentiel d'achat, les fournisseurs à rencontrer",
        'registres = ["siae.csv", "esat.csv", "sirene.csv"]',
    ),
    "depenses": (
        "Le fichier de dépenses (mandats, grand livre)",
        "la part des achats réellement payés à l'ESS et aux structures inclusives",
        'depenses = "grand_livre.xlsx"',
    ),
    "questionnaire": (
        "Les réponses au questionnaire qualitatif",
        "le profil de l'organisation et les actions qui mènent au niveau suivant",
        'questionnaire = "mes_reponses.json" (carnet 08, ou spaser rapport --modele)',
    ),
    "cibles": (
        "Les objectifs votés",
        "la trajectoire vers chaque objectif et les renouvellements à saisir",
        'cibles.clause_sociale = { valeur = "30 %", annee = 2028 }',
    ),
}


@written("actions")
def section_actions(findings: Findings) -> Told:
    """The actions advised, those to start first at the top."""
    found = [action for write in RULES for action in write(findings)]
    if not found:
        return (Sentence("Aucune action ne découle des mesures de ce rapport."),)
    # What should begin now comes first; the rest keeps the order of its dates.
    found = sorted(found, key=lambda action: action[2] != _SOON)
    rows = pl.DataFrame(found, schema=["action", "pourquoi", "quand", "theme"], orient="row").with_row_index(
        "rang", offset=1
    )
    first = french.sentence(
        f"{french.count(len(found), 'action', feminine=True)} {'découle' if len(found) == 1 else 'découlent'} des mesures de ce rapport"
    )
    shown = table("tab-plan-actions", "Les actions, et ce qui les motive", rows, _HEADS, _NOTE)
    return Sentence(first), shown


@written("a-fournir")
def section_lacking(findings: Findings) -> Told:
    """What was not given, what it would add, how to give it."""
    rows = findings.extras.get("manques")
    if rows is None or not rows.height:
        return None
    told = [LACKING[code] for code in rows["code"]]
    frame = pl.DataFrame(
        [tuple(map(french.typeset, line)) for line in told], schema=["quoi", "apport", "comment"], orient="row"
    )
    columns = (
        Column("quoi", "Ce qui n'a pas été fourni"),
        Column("apport", "Ce que cela ajouterait"),
        Column("comment", "Comment le fournir (diagnostic.toml)"),
    )
    note = Callout(
        "Un diagnostic en l'état",
        french.typeset(
            "Les sections correspondantes sont absentes : ce qui n'a pas été fourni n'est pas compté pour nul."
        ),
    )
    return note, table("tab-manques", "À fournir", frame, columns)


def _needs(findings: Findings) -> list[Action]:
    """The actions of the plan: needs of a family, their lever, when to begin."""
    rows = findings.extras.get("plan_actions")
    if rows is None:
        return []
    return [
        (
            f"{row['levier_libelle']} : {row['famille_libelle']} ({french.count(row['besoins'], 'besoin')})",
            "obligation, pas un conseil : le motif s'écrit quand la clause n'y est pas"
            if row["nature"] == "devoir"
            else f"{french.count(row['credibles'], 'fournisseur crédible')} ; {french.euros_short(row['potentiel'])} nets par an sur {french.euros_short(row['annuel'])}",
            _SOON if row["retard"] else f"à partir du {french.short_date(row['sourcing'])}",
            "Le plan d'actions",
        )
        for row in rows.to_dicts()
    ]


@written("plan")
def section_plan(findings: Findings) -> Told:
    """At most ten actions, in the order in which they begin; counts of suppliers, never their names."""
    rows, left = findings.extras.get("plan_actions"), findings.extras.get("plan_ecartes")
    if rows is None or not (rows.height or (left is not None and left.height)):
        return None
    late = int(rows["retard"].sum())
    said = [
        f"{french.count(rows.height, 'ligne', feminine=True)}, par date de début ; les montants sont nets : une capacité ne sert qu'une fois"
    ]
    if late:
        said.append(
            f"{french.count(late, 'ligne', feminine=True)} {'aurait' if late == 1 else 'auraient'} déjà dû commencer"
        )
    if rows.filter(pl.col("nature") == "devoir").height:
        said.append(
            "La clause sociale obligatoire y tient une ligne : c'est un devoir, pas un conseil ; elle nomme tous les besoins qu'il vise"
        )
    text = pl.col("objets").fill_null("sans objet")
    cut = pl.concat_str(text.str.slice(0, _LONG).str.strip_chars_end(), pl.lit("…"))
    shown = rows.with_columns(
        objets=pl.when((text.str.len_chars() > _LONG) & (pl.col("nature") == "action")).then(cut).otherwise(text)
    )
    blocks: list[Block] = [*(Sentence(french.sentence(text)) for text in said)]
    blocks += [table("tab-plan", "Dix actions au plus", shown, _PLAN, _EQUAL)] if rows.height else []
    if left is not None and left.height:
        blocks.append(table("tab-plan-ecartes", "Ce que le plan n'a pas retenu, et pourquoi", left, _LEFT, _FLOOR))
    return tuple(blocks)


def annex_plan(findings: Findings) -> TableBlock | None:
    """The plan for the workbook, with the columns that a person fills and that the next run reads back."""
    rows = findings.extras.get("plan_actions")
    if rows is None or not rows.height:
        return None
    return table(
        "plan",
        "Plan d'actions (responsable, état, échéance et note se remplissent)",
        rows,
        (Column("action_id", "Identifiant"), *_PLAN, *_OWN),
    )


def _renewals(findings: Findings) -> list[Action]:
    rows = findings.extras.get("renouvellements")
    late = (
        0
        if rows is None
        else rows.filter(
            pl.col("trimestre").is_not_null()
            & pl.col("urgence").fill_null(False)
            & ~pl.col("ponctuel").fill_null(False)
        ).height
    )
    if not late:
        return []
    why = f"{french.count(late, 'contrat')} à renouveler dont la préparation devrait déjà avoir commencé"
    return [
        ("Programmer les consultations à venir et y décider des clauses", why, _SOON, "Calendrier des renouvellements")
    ]


def _targets(findings: Findings) -> list[Action]:
    rows = findings.extras.get("atteindre")
    if rows is None:
        return []
    return [
        (
            f"Saisir {french.count(row['choisis'], 'renouvellement')} pour « {row['titre']} »",
            f"objectif {written_value(row['cible'], row)} en {row['annee']} ; {answered(row)}",
            f"d'ici à {row['annee']}",
            "Atteindre les objectifs",
        )
        for row in rows.to_dicts()
        if row["manque"] and row["choisis"]
    ]


def _duties(findings: Findings) -> list[Action]:
    rows = findings.extras.get("a_voir")
    n = (
        0
        if rows is None or not rows.height
        else rows.filter(pl.col("obligation") != "decp-publication")["uid"].n_unique()
    )
    if not n:
        return []
    why = f"{french.count(n, 'contrat')} soumis, ou de date de lancement inconnue, sans la considération attendue"
    return [("Ouvrir les contrats soumis aux obligations et vérifier leur consultation", why, _SOON, "Les obligations")]


def _suppliers(findings: Findings) -> list[Action]:
    found = []
    silent, reserved = findings.extras.get("sous_declaration_siren"), findings.extras.get("reserves_a_verifier")
    if silent is not None and silent.height:
        n = silent["uid"].n_unique()
        won = "gagné" if n == 1 else "gagnés"
        found.append(
            (
                "Vérifier les déclarations des contrats gagnés par des structures inclusives",
                f"{french.count(n, 'contrat')} {won} par une structure inclusive, sans considération sociale déclarée",
                "dans l'année",
                "Fournisseurs de l'ESS et inclusifs",
            )
        )
    if reserved is not None and reserved.height:
        n = reserved["uid"].n_unique()
        found.append(
            (
                "Vérifier les marchés déclarés réservés",
                f"{french.count(n, 'marché')} dont aucun titulaire n'est dans une liste chargée",
                "dans l'année",
                "Fournisseurs de l'ESS et inclusifs",
            )
        )
    return found


def _declarations(findings: Findings) -> list[Action]:
    """Silences first: what is not answered can never be shown."""
    found, counted = [], findings.counted
    silent = {
        name: counted.filter(pl.col(column).is_null()).height
        for name, column in (("sociales", "clause_sociale"), ("environnementales", "clause_environnementale"))
        if column in counted.columns
    }
    worst = max(silent.values(), default=0)
    if worst:
        said = french.listing(f"{french.number(n)} sur les considérations {name}" for name, n in silent.items() if n)
        found.append(
            (
                "Renseigner les considérations à la publication de chaque contrat",
                f"sans réponse : {said}",
                _SOON,
                "Les considérations déclarées",
            )
        )
    n = tallies.corrections(findings.contracts).height
    if n:
        found.append(
            (
                "Corriger les contrats publiés",
                f"{french.count(n, 'contrat')} à corriger ou à compléter à la source",
                "dans l'année",
                "À corriger",
            )
        )
    return found


def _practices(findings: Findings) -> list[Action]:
    rows = findings.extras.get("maturite_actions")
    if rows is None:
        return []
    return [
        (row["action"], f"{row['axe_libelle']} : {row['constat']}", "dans l'année", "Diagnostic qualitatif")
        for row in rows.head(_MOST_STEPS).to_dicts()
    ]


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG].rstrip()}…"


RULES: tuple[Callable[[Findings], list[Action]], ...] = (
    _needs,
    _targets,
    _renewals,
    _duties,
    _practices,
    _suppliers,
    _declarations,
)
