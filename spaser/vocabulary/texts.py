"""The tables of texts: passages, gaps, notices and the launch dates they give."""

from __future__ import annotations

import polars as pl

from spaser.vocabulary.contracts import CONTRACTS
from spaser.vocabulary.words import B, D, F, I, N, T, Table, Word

PASSAGES = Table(
    "passages",
    "une considération trouvée dans un texte, avec la citation",
    ("texte_id", "debut", "regle"),
    (
        Word("texte_id", T, "Texte (uid du contrat, avis ou document)"),
        Word("champ", T, "Champ ou document"),
        Word("page", N, "Page"),
        Word("article", T, "Article"),
        Word("niveau", pl.Int8(), "Niveau (2 : considération explicite, 1 : objet par nature, 0 : niée)"),
        Word("dimension", T, "Dimension (env ou soc)"),
        Word("code", T, "Sous-type (codes eForms BT-774 / BT-775)"),
        Word("porteur", T, "Porteur (clause, critere, reservation, objet, negated)"),
        Word("reserve", T, "Réservation (none, handicap, iae, handicap_iae, penit, ess, unspecified)"),
        Word("citation", T, "Passage cité"),
        Word("debut", N, "Début dans le texte d'origine", "caractère"),
        Word("fin", N, "Fin (exclue) dans le texte d'origine", "caractère"),
        Word("confiance", F, "Confiance", "part"),
        Word("regle", T, "Règle"),
        Word("nombre", F, "Nombre lu"),
        Word("nombre_unite", T, "Unité du nombre (% d'heures, heures, % de pondération, €…)"),
        Word("article_cite", T, "Article cité"),
    ),
)

GAPS = Table(
    "gaps",
    "un écart entre ce qui est déclaré, ce que disent les textes et qui est titulaire",
    ("uid", "consideration"),
    tuple(word for word in CONTRACTS.words if word.name in ("uid", "acheteur_id", "objet", "dateNotification"))
    + (
        Word("consideration", T, "Considération (ou dimension : social, environnement)"),
        Word("declare", B, "Déclaré"),
        Word("certitude", F, "Probabilité que l'écart soit réel", "part"),
        Word("motif", T, "Motif"),
    )
    + tuple(word for word in PASSAGES.words if word.name in ("champ", "page", "article", "citation", "regle")),
)

#: What an eForms notice says of its strategic use (BT numbers), and the older forms of a reservation.
_STRATEGIC = (
    Word("reserve", T, "Réservation (none, handicap, iae, handicap_iae, penit, ess, unspecified ; null : inconnu)"),
    Word("reserve_fondement", T, "Ce qui dit la réservation (case ou code de l'avis)"),
    Word("execution_reservee", B, "Exécution réservée à des emplois protégés (BT-736)"),
    Word("strategie", T, "Achat stratégique (BT-06)", origin="eForms"),
    Word("strategie_environnement", T, "Objectifs environnementaux (BT-774)", origin="eForms"),
    Word("strategie_social", T, "Objectifs sociaux (BT-775)", origin="eForms"),
    Word("strategie_innovation", T, "Achat innovant (BT-776)", origin="eForms"),
    Word("strategie_description", T, "Description de l'achat stratégique (BT-777)", origin="eForms"),
    Word("criteres_verts", T, "Critères de marchés publics écologiques (BT-805)", origin="eForms"),
)

NOTICES = Table(
    "notices",
    "un avis publié (BOAMP ou TED) ; aucune personne de contact n'y figure",
    ("avis",),
    (
        Word("source", T, "Fichier source"),
        Word("position", I, "Rang de l'avis dans la source (à partir de 1)"),
        Word("avis", T, "Numéro de l'avis (BOAMP 21-37182, TED 497881-2021)"),
        Word("format", T, "Format de l'avis"),
        Word("verifie", B, "Format vérifié sur de vrais avis"),
        Word(
            "type_avis",
            T,
            "Type d'avis (concurrence, concours, preinformation, attribution, modification, rectificatif, annulation, autre)",
        ),
        Word("avis_lie", T, "Avis antérieur cité"),
        Word("reference", T, "Référence de l'acheteur"),
        Word("acheteur_id", T, "Identifiant de l'acheteur tel que lu (chiffres)"),
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("acheteur_nom", T, "Acheteur"),
        Word("acheteur_code_postal", T, "Code postal de l'acheteur"),
        Word("objet", T, "Objet"),
        Word("description", T, "Description"),
        Word("conditions", T, "Conditions et informations complémentaires"),
        Word("codeCPV", T, "Code CPV principal (8 chiffres)"),
        Word("cpv", T, "Tous les codes CPV"),
        Word("descripteurs", T, "Descripteurs BOAMP", origin="BOAMP"),
        Word("procedure", T, "Procédure telle que lue"),
        Word("date_publication", D, "Date de publication"),
        Word("date_envoi", D, "Date d'envoi de l'avis"),
        Word("date_limite", D, "Date limite de réception"),
        Word("dureeMois", N, "Durée", "mois"),
        Word("montant_estime", I, "Montant estimé HT", "centime"),
        Word("titulaires", T, "Titulaires nommés par un avis d'attribution"),
        Word("annonce_social", B, "Critères sociaux annoncés (indicateur BOAMP)", origin="BOAMP"),
        Word("annonce_environnement", B, "Critères environnementaux annoncés (indicateur BOAMP)", origin="BOAMP"),
        Word("nb_lots", N, "Nombre de lots lus", "lot"),
    )
    + _STRATEGIC,
)

NOTICE_LOTS = Table(
    "notice_lots",
    "un lot d'un avis (un avis sans allotissement en a un)",
    ("avis", "lot"),
    (
        Word("avis", T, "Numéro de l'avis"),
        Word("lot", T, "Lot"),
        Word("objet", T, "Objet"),
        Word("description", T, "Description"),
        Word("conditions", T, "Conditions et informations complémentaires"),
        Word("codeCPV", T, "Code CPV principal (8 chiffres)"),
        Word("cpv", T, "Tous les codes CPV"),
        Word("montant_estime", I, "Montant estimé HT", "centime"),
        Word("dureeMois", N, "Durée", "mois"),
    )
    + _STRATEGIC,
)

NOTICE_CRITERIA = Table(
    "notice_criteria",
    "un critère d'attribution d'un lot d'un avis",
    ("avis", "lot", "rang"),
    (
        Word("avis", T, "Numéro de l'avis"),
        Word("lot", T, "Lot"),
        Word("rang", N, "Rang du critère"),
        Word("type_critere", T, "Type de critère (prix, qualite, cout, inconnu)"),
        Word("libelle", T, "Critère"),
        Word("poids", F, "Pondération"),
        Word("poids_lu", T, "Pondération telle que lue"),
    ),
)

ANNOUNCED = Table(
    "announced",
    "ce qu'un avis annonce d'une dimension (indicateur BOAMP, champs eForms, réservation cochée), à côté de ce que dit son texte",
    ("avis", "dimension"),
    (
        Word("avis", T, "Avis"),
        Word("origine", T, "Journal (BOAMP, TED, eForms)"),
        Word("acheteur_nom", T, "Acheteur"),
        Word("objet", T, "Objet"),
        Word("dimension", T, "Dimension (env ou soc)"),
        Word("annonce", B, "Annoncé"),
        Word("texte", B, "Écrit (une considération explicite)"),
        Word("conditions_lues", B, "Ses conditions ou critères sont publiés"),
        Word("champ", T, "Champ"),
        Word("citation", T, "Passage cité"),
        Word("confiance", F, "Confiance", "part"),
    ),
)

DOCUMENT_LINKS = Table(
    "document_links",
    "une pièce rapprochée du contrat dont son dossier porte le numéro",
    ("document",),
    (
        Word("document", T, "Pièce"),
        Word("uid", T, "Identifiant unique du contrat"),
        Word("score", F, "Ressemblance", "part"),
        Word("motif", T, "Pourquoi"),
    ),
)

LAUNCHES = Table(
    "launches",
    "le jour où la consultation d'un contrat a été lancée, ou son avis envoyé, d'après un avis",
    ("uid",),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("date_lancement", D, "Date de lancement de la consultation ou d'envoi de l'avis"),
        Word("source", T, "Avis"),
    ),
)
