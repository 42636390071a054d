"""The tables of what is done once needs and suppliers are known: groups, their members, empty chairs."""

from __future__ import annotations

from spaser.vocabulary.words import B, F, I, N, T, Table, Word

GROUPS = Table(
    "groups",
    "un groupement possible pour un lot (ou un besoin entier) qu'aucun fournisseur ne peut prendre seul",
    ("besoin_id", "groupe"),
    (
        Word("besoin_id", T, "Besoin"),
        Word("groupe", N, "Groupement (1 : le premier proposé)"),
        Word("unite", T, "Ce qui est à couvrir (lot, besoin)"),
        Word("a_couvrir", I, "Montant annuel à couvrir", "centime"),
        Word("membres", N, "Membres", "fournisseur"),
        Word("complet", B, "Compétences, taille et mandataire réunis"),
        Word("prenable", I, "Montant annuel que les membres peuvent prendre ensemble sous la part de dépendance", "centime"),
        Word("capacite_bas", I, "Capacité annuelle, borne basse", "centime"),
        Word("capacite_haut", I, "Capacité annuelle, borne haute", "centime"),
        Word("competences", N, "Compétences réunies", "compétence"),
        Word("competences_voulues", N, "Compétences demandées", "compétence"),
        Word("mandataire_sur", B, "Un membre peut être mandataire (null : taille suffisante, expérience inconnue)"),
        Word("valeur", F, "Valeur du groupement (points)", "point"),
        Word("borne", F, "Valeur qu'aucun groupement complet ne dépasse (points)", "point"),
        Word("prouve", B, "Prouvé : aucun autre groupement ne fait mieux"),
    ),
)  # fmt: skip

GROUP_MEMBERS = Table(
    "group_members",
    "un membre d'un groupement possible",
    ("besoin_id", "groupe", "siren"),
    (
        Word("besoin_id", T, "Besoin"),
        Word("groupe", N, "Groupement (1 : le premier proposé)"),
        Word("ordre", N, "Ordre (1 : peut être mandataire, s'il y en a un)"),
        Word("siret", T, "SIRET"),
        Word("siren", T, "SIREN"),
        Word("nom", T, "Dénomination"),
        Word("commune", T, "Commune"),
        Word("statuts", T, "Statuts (ESS, ESUS, EI, ACI, EA, ESAT…)"),
        Word("distance_km", F, "Distance", "km"),
        Word("peut_mandater", B, "Peut être mandataire (null : taille suffisante, expérience inconnue)"),
        Word("familles", T, "Compétences apportées"),
        Word("familles_seul", T, "dont il est seul à apporter"),
        Word("meilleur", B, "Sa preuve d'une compétence est la meilleure du groupement"),
        Word("publics", T, "Publics et statuts apportés (handicap, insertion, ess)"),
        Word("prenable", I, "Montant annuel prenable sous la part de dépendance", "centime"),
        Word("part_du_lot", F, "Part du montant à couvrir", "part"),
        Word("capacite_bas", I, "Capacité annuelle, borne basse", "centime"),
        Word("capacite", I, "Capacité annuelle médiane", "centime"),
        Word("capacite_haut", I, "Capacité annuelle, borne haute", "centime"),
        Word("capacite_origine", T, "Origine de la capacité (chiffre d'affaires, effectif, type de structure)"),
        Word("gagnes", N, "Contrats de la famille déjà gagnés", "contrat"),
        Word("gagnes_ailleurs", N, "Autres contrats publics gagnés", "contrat"),
        Word("personne_physique", B, "Personne physique : masquée par défaut"),
    ),
)

GROUP_GAPS = Table(
    "group_gaps",
    "ce qui manque au mieux pour couvrir un besoin : une chaise vide",
    ("besoin_id", "manque", "famille"),
    (
        Word("besoin_id", T, "Besoin"),
        Word("manque", T, "Ce qui manque (competence, capacite, mandataire)"),
        Word("famille", T, "Famille d'achat"),
        Word("montant", I, "Montant annuel qui manque", "centime"),
        Word("a_structurer", B, "Personne à portée ne l'a : filière à structurer"),
    ),
)
