"""The tables of figures: measures, what the buyer enters, peers, editions, the questionnaire."""

from __future__ import annotations

from spaser.vocabulary.words import B, F, I, N, T, Table, Word

MEASURES = Table(
    "measures",
    "une mesure : un indicateur sur un périmètre, une ventilation et une population",
    ("indicateur", "population", "perimetre", "dimension", "modalite", "unite", "definition"),
    (
        Word("indicateur", T, "Indicateur"),
        Word("titre", T, "Titre"),
        Word("perimetre", T, "Périmètre (ensemble, ou SIRET/SIREN de l'acheteur, ou nom d'un ensemble d'acheteurs)"),
        Word("population", T, "Population (publies, seuil_montant, seuil_besoin)"),
        Word(
            "dimension",
            T,
            "Ventilation (total, annee, famille, cpv_division, procedure, tranche_montant, acheteur_id…)",
        ),
        Word("modalite", T, "Modalité de la ventilation"),
        Word("unite", T, "Unité (nombre ou valeur)"),
        Word("definition", T, "Définition retenue"),
        Word("valeur", F, "Valeur (part de 0 à 1, ou quantité) sur l'ensemble"),
        Word("valeur_repondus", F, "Valeur sur les contrats renseignés"),
        Word("bas", F, "Borne basse"),
        Word("haut", F, "Borne haute"),
        Word("numerateur", I, "Numérateur (contrats, ou centimes)"),
        Word("denominateur", I, "Dénominateur, tous les contrats"),
        Word("repondus", I, "Dénominateur, contrats renseignés"),
        Word("couverture", F, "Part renseignée"),
        Word("regle", T, "Règle (code de l'indicateur et version)"),
        Word("petit_effectif", B, "Trop peu de contrats renseignés pour en tirer une conclusion"),
    ),
)

ENTERED = Table(
    "entered",
    "un chiffre saisi par l'acheteur, que les contrats publiés ne montrent pas",
    ("indicateur", "annee", "acheteur_siren"),
    (
        Word("indicateur", T, "Indicateur"),
        Word("annee", N, "Année", "année"),
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("numerateur", F, "Quantité, ou numérateur de la part"),
        Word("denominateur", F, "Dénominateur de la part"),
        Word("source", T, "Source"),
        Word("commentaire", T, "Commentaire"),
    ),
)

PEERS = Table(
    "peers",
    "la place d'un acheteur parmi ses semblables, sur un indicateur",
    ("acheteur_siren", "indicateur", "unite", "definition"),
    (
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("indicateur", T, "Indicateur"),
        Word("titre", T, "Titre"),
        Word("unite", T, "Unité (nombre ou valeur)"),
        Word("definition", T, "Définition retenue"),
        Word("valeur", F, "Part de l'acheteur", "part"),
        Word("n_pairs", I, "Acheteurs comparables", "acheteur"),
        Word("percentile", F, "Part des acheteurs comparables au-dessous", "part"),
        Word("q1", F, "Premier quartile", "part"),
        Word("mediane", F, "Médiane", "part"),
        Word("q3", F, "Troisième quartile", "part"),
        Word("critere", T, "Ce qui les rend comparables"),
        Word("motif", T, "Pourquoi la comparaison n'est pas donnée"),
    ),
)

EDITIONS = Table(
    "editions",
    "l'écart d'une mesure entre deux éditions, et à quoi il tient",
    ("indicateur", "perimetre", "unite", "definition"),
    (
        Word("indicateur", T, "Indicateur"),
        Word("titre", T, "Titre"),
        Word("perimetre", T, "Périmètre"),
        Word("unite", T, "Unité (nombre ou valeur)"),
        Word("definition", T, "Définition retenue"),
        Word("avant", F, "Ancienne édition", "part"),
        Word("apres", F, "Nouvelle édition", "part"),
        Word("ecart", F, "Écart", "part"),
        Word("du_a_la_regle", F, "Écart dû à la règle", "part"),
        Word("du_aux_listes", F, "Écart dû aux listes de fournisseurs", "part"),
        Word("du_aux_donnees", F, "Écart dû aux données", "part"),
        Word("du_a_la_periode", F, "Écart dû à la période", "part"),
        Word("du_a_la_realite", F, "Écart dû à la réalité", "part"),
        Word("croisement", F, "Effet de la règle nouvelle moins celui mesuré sur l'autre édition", "part"),
        Word("cause", T, "Cause principale"),
    ),
)

MATURITY_PROFILE = Table(
    "maturity_profile",
    "un axe du questionnaire de maturité",
    ("axe",),
    (
        Word("axe", T, "Axe"),
        Word("axe_libelle", T, "Axe"),
        Word("niveau", F, "Niveau moyen des questions répondues (null : aucune réponse)", "niveau"),
        Word("bas", F, "Au moins", "niveau"),
        Word("haut", F, "Au plus", "niveau"),
        Word("questions", N, "Questions", "question"),
        Word("repondues", N, "Questions répondues", "question"),
    ),
)

MATURITY_ACTIONS = Table(
    "maturity_actions",
    "une action qui mène au niveau suivant",
    ("question",),
    (
        Word("axe", T, "Axe"),
        Word("axe_libelle", T, "Axe"),
        Word("question", T, "Question"),
        Word("texte", T, "Question"),
        Word("niveau", N, "Niveau aujourd'hui", "niveau"),
        Word("constat", T, "Aujourd'hui"),
        Word("action", T, "Action conseillée"),
    ),
)
