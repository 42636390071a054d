"""The tables of obligations, and the closed lists of their answers."""

from __future__ import annotations

from spaser.vocabulary.words import B, D, F, I, N, T, Table, Word

#: Five answers to « is this contract subject to this duty? », from no to yes.
APPLICABILITY = {
    "non_soumis": "non soumis",
    "peu_probable": "peu probable",
    "indetermine": "indéterminé",
    "probable": "probable",
    "certain": "certain",
}

#: Kinds of buyers that the European thresholds tell apart.
BUYER_KINDS = {
    "central": "autorité publique centrale",
    "autre": "autre pouvoir adjudicateur (collectivité, hôpital…)",
    "entite": "entité adjudicatrice (opérateur de réseaux)",
}

DUTIES = Table(
    "duties",
    "une obligation au regard d'un contrat : est-il soumis, la considération attendue est-elle déclarée",
    ("uid", "obligation"),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("obligation", T, "Obligation (clé de law.toml)"),
        Word("champ", T, "Serait soumis si la règle était en vigueur (les dates mises à part)"),
        Word("applicabilite", T, "Soumis (non_soumis, peu_probable, indetermine, probable, certain)"),
        Word("remplie", B, "Considération attendue déclarée"),
        Word("motif", T, "Pourquoi cet état"),
        Word("motif_champ", T, "Pourquoi il serait soumis ou non (les dates mises à part)"),
        Word("regle_etat", T, "Règles qui ont donné l'état"),
        Word("date_reference", D, "Date de lancement, ou de notification à défaut"),
        Word("date_origine", T, "Origine de la date (avis, accord-cadre ou notification)"),
        Word("besoin", I, "Montant du besoin : consultation présumée ou accord-cadre", "centime"),
        Word("seuil_bas", I, "Seuil, le plus bas possible", "centime"),
        Word("seuil_haut", I, "Seuil, le plus haut possible", "centime"),
    ),
)

READINESS = Table(
    "readiness",
    "une obligation et un groupe de contrats (« vises » : visés par la règle, dates mises à part ; ou un état) : combien la remplissent",
    ("obligation", "groupe"),
    (
        Word("obligation", T, "Obligation"),
        Word("groupe", T, "Groupe (vises, ou l'état : non_soumis … certain)"),
        Word("contrats", I, "Contrats", "contrat"),
        Word("remplies", I, "Considération déclarée", "contrat"),
        Word("non_constatees", I, "Considération déclarée absente", "contrat"),
        Word("inconnues", I, "Réponse inconnue", "contrat"),
        Word("part_ensemble", F, "Part sur l'ensemble", "part"),
        Word("part_repondus", F, "Part sur les renseignés", "part"),
        Word("couverture", F, "Part renseignée", "part"),
    ),
)

BUYER_DUTIES = Table(
    "buyer_duties",
    "une obligation de l'acheteur lui-même, une année",
    ("obligation", "annee"),
    (
        Word("obligation", T, "Obligation"),
        Word("annee", N, "Année", "année"),
        Word("applicabilite", T, "Soumis (non_soumis, peu_probable, indetermine, probable, certain)"),
        Word("remplie", B, "Obligation remplie"),
        Word("motif", T, "Pourquoi cet état"),
        Word("regle_etat", T, "Règles qui ont donné l'état"),
        Word("depense_basse", I, "Dépense de l'année, borne basse", "centime"),
        Word("depense_haute", I, "Dépense de l'année, borne haute", "centime"),
        Word("indice", I, "Indice : somme des montants notifiés dans l'année (pas une dépense)", "centime"),
        Word("seuil", I, "Seuil", "centime"),
        Word("contrats", I, "Contrats publiés dans le champ (codes CPV)", "contrat"),
        Word("echeance", D, "Prochaine publication attendue"),
    ),
)

AGEC = Table(
    "agec",
    "les dépenses d'une année dans une catégorie de biens du réemploi ou recyclés, d'après les mots du fichier de dépenses",
    ("annee", "categorie"),
    (
        Word("annee", N, "Année", "année"),
        Word("categorie", T, "Catégorie (clé de agec_products.csv)"),
        Word("categorie_libelle", T, "Catégorie"),
        Word("lignes", I, "Lignes", "ligne"),
        Word("depense_basse", I, "Dépenses HT sûrement achetées", "centime"),
        Word("depense_haute", I, "Dépenses, lignes à vérifier et taxes comprises", "centime"),
        Word("taux", T, "Taux lus (source secondaire) ; vide : non lus"),
    ),
)

RESERVED = Table(
    "reserved",
    "un fondement possible d'un contrat réservé",
    ("uid", "fondement"),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("fondement", T, "Fondement"),
        Word("possible", B, "Fondement possible (non : contredit ; inconnu : à vérifier)"),
        Word("motif", T, "Ce qui le permet ou le contredit"),
    ),
)

FOOD = Table(
    "food",
    "les achats alimentaires d'une année, saisis par l'acheteur",
    ("annee",),
    (
        Word("annee", N, "Année", "année"),
        Word("achats", I, "Achats alimentaires HT", "centime"),
        Word("durables", I, "dont produits durables et de qualité, bio compris, HT", "centime"),
        Word("bio", I, "dont produits biologiques ou en conversion, HT", "centime"),
        Word("viandes_poissons", I, "Achats de viandes et poissons HT (facultatif)", "centime"),
        Word("viandes_poissons_durables", I, "dont viandes et poissons durables et de qualité, HT", "centime"),
    ),
)
