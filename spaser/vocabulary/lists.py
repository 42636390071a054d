"""Closed lists: populations, official lists of the 2022 schema, inclusive statuses."""

from __future__ import annotations

#: The three named populations, in the order they are printed; the last is the default.
POPULATIONS = {
    "publies": "tous les marchés publiés",
    "seuil_montant": "marchés dont le montant atteint le seuil de publication",
    "seuil_besoin": "marchés dont le besoin atteint le seuil de publication",
}

DEFAULT_POPULATION = "seuil_besoin"

#: Said of a contract whose data name no holder at all: neither number nor name.
HOLDER_UNKNOWN = "titulaire inconnu"

#: The perimeters of a line of spending that are purchases, or may be (grants and movements outside purchases are not).
PURCHASES = ("achat", "banque_assurance", "centrale_achat", "a_verifier")

#: The kinds of contract, as judged, in the words of the jurist.
CONTRACT_KINDS = {
    "marche": "marché",
    "accord_cadre": "accord-cadre",
    "marche_subsequent": "marché subséquent",
    "plusieurs_lots": "plusieurs lots sous un numéro",
    "indecis": "indécis",
}

#: What a person writes of a line of the plan of actions, kept from one report to the next; the state of what nobody touched.
PLAN_FILLED = ("responsable", "etat", "echeance", "note")
PLAN_UNTOUCHED = "à faire"

#: Kinds of notices that launch a consultation; any other, and a kind unknown, never gives a launch date.
LAUNCHING = ("concurrence", "concours")

#: Kinds of suppliers told apart on the map, from the statuses they hold.
OF_INSERTION, OF_DISABILITY, OF_ESS = "insertion (SIAE)", "handicap (ESAT, EA)", "autre ESS"

#: How the title of a part of a status begins: a family of the ESS, a type of inclusive structure.
ESS_PART, INCLUSIVE_PART = "ESS : ", "Inclusif : "

#: The CPV division of works: the only one whose thresholds are not those of supplies and services.
WORKS_DIVISION = "45"

#: The two lists that hold what is declared against what is written.
GAP_LISTS = {"sous_declaration": "sous-déclaration probable", "sans_trace": "déclaration sans trace"}

#: What a difference between two editions is owed to, in the order that a tie is told: reality last.
EDITION_CAUSES: dict[str, str] = {
    "du_a_la_regle": "règle",
    "du_aux_listes": "listes",
    "du_aux_donnees": "données",
    "du_a_la_periode": "période",
    "du_a_la_realite": "réalité",
}

#: Where a voted target stands, and how its road looks.
TARGET_ANSWERS = {"atteint": "atteint", "manque": "non atteint", "inconnu": "état inconnu"}
TARGET_STATES = {
    "atteint": "atteint",
    "depasse": "échéance passée, non atteint",
    "probable": "atteint si le rythme continue",
    "incertain": "incertain au rythme actuel",
    "hors_rythme": "non atteint au rythme actuel",
    "inconnu": "pas assez d'années complètes pour projeter",
    "clos": "échéance passée, année non mesurée",
    "non_renseigne": "non renseigné",
}

#: Official closed lists of the 2022 schema (format-commande-publique 2.0.3), plus what 2019 adds.
CLOSED_LISTS = {
    "considerationsSociales": [
        "Clause sociale",
        "Critère social",
        "Marché réservé",
        "Concession réservée",
        "Pas de considération sociale",
    ],
    "considerationsEnvironnementales": [
        "Clause environnementale",
        "Critère environnemental",
        "Pas de considération environnementale",
    ],
    "nature": [
        "Marché",
        "Marché de partenariat",
        "Marché de défense ou de sécurité",
        "Accord-cadre",
        "Marché subséquent",
        "Concession de travaux",
        "Concession de service",
        "Concession de service public",
        "Délégation de service public",
    ],
    "procedure": [
        "Procédure adaptée",
        "Appel d'offres ouvert",
        "Appel d'offres restreint",
        "Procédure avec négociation",
        "Marché passé sans publicité ni mise en concurrence préalable",
        "Dialogue compétitif",
        "Procédure négociée ouverte",
        "Procédure non négociée ouverte",
        "Procédure négociée restreinte",
        "Procédure non négociée restreinte",
    ],
    "techniques": [
        "Accord-cadre",
        "Concours",
        "Système de qualification",
        "Système d'acquisition dynamique",
        "Catalogue électronique",
        "Enchère électronique",
        "Sans objet",
    ],
    "modalitesExecution": ["Tranches", "Bons de commande", "Marchés subséquents", "Sans objet"],
    "ccag": [
        "Travaux",
        "Maitrise d'œuvre",
        "Fournitures courantes et services",
        "Marchés industriels",
        "Prestations intellectuelles",
        "Techniques de l'information et de la communication",
        "Pas de CCAG",
    ],
    "typeGroupementOperateurs": ["Conjoint", "Solidaire", "Pas de groupement"],
    "typesPrix": ["Définitif ferme", "Définitif actualisable", "Définitif révisable", "Provisoire"],
    "formePrix": ["Unitaire", "Forfaitaire", "Mixte", "Ferme", "Ferme et actualisable", "Révisable"],
    "lieuExecution_typeCode": [
        "Code postal",
        "Code commune",
        "Code arrondissement",
        "Code canton",
        "Code département",
        "Code région",
        "Code pays",
    ],
    "titulaire_typeIdentifiant": ["SIRET", "TVA", "TAHITI", "RIDET", "FRWF", "IREP", "UE", "HORS-UE"],
}

#: What one user answers with « none declared » in each dimension.
NONE_DECLARED = {
    "considerationsSociales": "Pas de considération sociale",
    "considerationsEnvironnementales": "Pas de considération environnementale",
}

#: Statuses that make a supplier inclusive (second, independent answer beside the ESS).
INCLUSIVE_STATUSES = ("EI", "ACI", "AI", "ETTI", "EITI", "GEIQ", "EA", "EATT", "ESAT", "SEP")

#: Paris, Lyon and Marseille: SIRENE writes the arrondissement, territories the commune.
DISTRICTS = {r"^751\d\d$": "75056", r"^6938\d$": "69123", r"^132(0[1-9]|1[0-6])$": "13055"}
