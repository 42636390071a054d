"""The tables of contracts: as read, as checked, as assembled, understood and scored; and human decisions."""

from __future__ import annotations

import polars as pl

from spaser.vocabulary.words import HOLDER, SUBCONTRACT, B, D, F, I, N, T, Table, Word

#: The fields of a contract that are lists of words, as regulated in 2022.
LIST_FIELDS = (
    "considerationsSociales",
    "considerationsEnvironnementales",
    "techniques",
    "modalitesExecution",
    "typesPrix",
)

WHERE = (
    Word("source", T, "Fichier source"),
    Word("position", I, "Rang de l'enregistrement dans la source (à partir de 1)"),
    Word("dialecte", T, "Format reconnu"),
)

#: The formats of the files of contracts, as a person calls them.
DIALECTS = {
    f"decp-{edition}-{form}": f"DECP {edition} ({said})"
    for edition in ("2019", "2022", "tabulaire")
    for form, said in (("json", "JSON"), ("xml", "XML"), ("csv", "CSV"), ("parquet", "Parquet"))
} | {"decp-json": "DECP (JSON)", "decp-xml": "DECP (XML)"}

IDENTITY = (
    Word("uid", T, "Identifiant unique (SIRET acheteur + id)", origin="DECP tabulaire"),
    Word("id", T, "Identifiant du contrat", origin="DECP"),
    Word("acheteur_id", T, "SIRET de l'acheteur", origin="DECP tabulaire"),
    Word("acheteur_nom", T, "Acheteur", origin="DECP tabulaire"),
    Word("acheteur_departement_code", T, "Département de l'acheteur", origin="DECP tabulaire"),
    Word("type_contrat", T, "Type de contrat (marche ou concession)"),
)

DESCRIPTION = (
    Word("nature", T, "Nature", origin="DECP"),
    Word("objet", T, "Objet", origin="DECP"),
    Word("codeCPV", T, "Code CPV (8 chiffres)", origin="DECP"),
    Word("procedure", T, "Procédure", origin="DECP"),
    Word("lieuExecution_code", T, "Lieu d'exécution", origin="DECP tabulaire"),
    Word("lieuExecution_typeCode", T, "Type de code du lieu", origin="DECP tabulaire"),
    Word("dureeMois", N, "Durée", "mois", origin="DECP"),
    Word("dateNotification", D, "Date de notification", origin="DECP"),
    Word("datePublicationDonnees", D, "Date de publication des données", origin="DECP"),
    Word("dateDebutExecution", D, "Date de début d'exécution (concessions)", origin="DECP"),
    Word("montant", I, "Montant notifié HT (maximum pour les accords-cadres)", "centime", origin="DECP"),
    Word("formePrix", T, "Forme du prix", origin="DECP"),
    Word("typesPrix", T, "Types de prix", origin="DECP"),
    Word("techniques", T, "Techniques d'achat", origin="DECP"),
    Word("modalitesExecution", T, "Modalités d'exécution", origin="DECP"),
    Word("idAccordCadre", T, "Identifiant de l'accord-cadre", origin="DECP"),
    Word("marcheInnovant", B, "Marché innovant", origin="DECP"),
    Word("ccag", T, "CCAG", origin="DECP"),
    Word("offresRecues", N, "Offres reçues", "offre", origin="DECP"),
    Word("attributionAvance", B, "Avance attribuée", origin="DECP"),
    Word("tauxAvance", F, "Taux de l'avance", "part", origin="DECP"),
    Word("typeGroupementOperateurs", T, "Groupement d'opérateurs", origin="DECP"),
    Word("sousTraitanceDeclaree", B, "Sous-traitance déclarée", origin="DECP"),
    Word("origineUE", F, "Part d'origine UE", "part", origin="DECP"),
    Word("origineFrance", F, "Part d'origine France", "part", origin="DECP"),
    Word("considerationsSociales", T, "Considérations sociales déclarées", origin="DECP"),
    Word("considerationsEnvironnementales", T, "Considérations environnementales déclarées", origin="DECP"),
)

#: What a reader of contracts hands to the checks: text as found, lists still lists, one row per state of a
#: contract in a source record (a record with two amendments gives three rows: modification_id null, "1", "2").
RAW = Table(
    "raw",
    "un état d'un contrat tel qu'écrit dans un enregistrement source, sans contrôle",
    ("source", "position", "modification_id"),
    WHERE
    + (Word("modification_id", T, "Numéro de modification"), Word("date_version", T, "Date de la modification"))
    + tuple(
        Word(
            word.name,
            pl.List(T) if word.name in LIST_FIELDS else T,
            word.label,
            origin=word.origin,
        )
        for word in IDENTITY + DESCRIPTION
    )
    + (
        Word("objetModification", T, "Objet de la modification", origin="DECP 2019"),
        Word("donneesActuelles", T, "Version courante (DECP tabulaire)", origin="DECP tabulaire"),
        Word("titulaires", pl.List(HOLDER), "Titulaires (null : la modification ne les change pas)"),
        Word(
            "actesSousTraitance",
            pl.List(
                pl.Struct(
                    {
                        "id": T,
                        "sousTraitant_id": T,
                        "sousTraitant_typeIdentifiant": T,
                        "montant": T,
                        "dureeMois": T,
                        "dateNotification": T,
                    }
                )
            ),
            "Actes de sous-traitance déclarés",
        ),
    ),
)

#: Checked states: what sources hand to contracts.
RECORDS = Table(
    "records",
    "un état d'un contrat (initial ou modifié) tel que publié par une source, contrôlé et typé",
    ("source", "position", "modification_id"),
    WHERE
    + (
        Word("modification_id", N, "Numéro de modification (0 = initial)"),
        Word("date_version", D, "Date d'effet de cet état (notification initiale ou de la modification)"),
    )
    + IDENTITY
    + DESCRIPTION
    + (
        Word("objetModification", T, "Objet de la modification", origin="DECP 2019"),
        Word("donneesActuelles", B, "Version courante selon la source", origin="DECP tabulaire"),
        Word("titulaires", pl.List(HOLDER), "Titulaires (null : inchangés)"),
        Word("actesSousTraitance", pl.List(SUBCONTRACT), "Actes de sous-traitance déclarés"),
    ),
)

REJECTS = Table(
    "rejects",
    "une chose refusée (rejet : enregistrement écarté) ou mise en doute (doute : champ inconnu, enregistrement gardé)",
    (),
    (
        Word("source", T, "Fichier source"),
        Word("position", I, "Rang de l'enregistrement"),
        Word("id", T, "Identifiant"),
        Word("champ", T, "Champ"),
        Word("valeur", T, "Valeur lue"),
        Word("regle", T, "Règle"),
        Word("niveau", T, "Niveau (rejet, doute, info)"),
        Word("message", T, "Message"),
    ),
)

ACCOUNTS = Table(
    "accounts",
    "le compte d'un fichier : lus = contrats + versions_titulaires + doublons + concessions + rejetes",
    ("source",),
    (
        Word("source", T, "Fichier"),
        Word("dialecte", T, "Format reconnu"),
        Word("lus", I, "Enregistrements trouvés"),
        Word("contrats", I, "Contrats"),
        Word("versions_titulaires", I, "Autres versions ou titulaires d'un contrat"),
        Word("doublons", I, "Doublons fusionnés"),
        Word("concessions", I, "Concessions"),
        Word("rejetes", I, "Rejetés"),
        Word("doutes", I, "Doutes"),
    ),
)

CONTRACTS = Table(
    "contracts",
    "un marché ou une concession dans sa version courante, première date de notification et premier montant gardés",
    ("uid",),
    WHERE
    + IDENTITY
    + DESCRIPTION
    + (
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("montant_initial", I, "Premier montant notifié", "centime"),
        Word("montant_publie", I, "Dernier montant publié, avant jugement", "centime"),
        Word("dureeMois_initiale", N, "Première durée", "mois"),
        Word("dureeMois_publiee", N, "Dernière durée publiée, avant jugement", "mois"),
        Word("duree_basse", N, "Durée, borne basse", "mois"),
        Word("duree_haute", N, "Durée, borne haute", "mois"),
        Word("duree_regle", T, "Règle qui a jugé la durée"),
        Word("duree_preuve", T, "Ce qui fait retenir cette durée"),
        Word("fin_contrat", D, "Fin la plus tardive du contrat, telle que jugée"),
        Word("dateNotification_publiee", D, "Date de notification publiée, avant jugement"),
        Word("date_regle", T, "Règle qui a jugé la date de notification"),
        Word("date_preuve", T, "Ce qui fait douter de la date de notification"),
        Word("premiere_publication", D, "Première publication connue du contrat, modifications comprises"),
        Word(
            "publication_recouverte",
            B,
            "Une modification, ou un envoi groupé de tout le fichier, a pu recouvrir la première publication du contrat : elle est peut-être antérieure",
        ),
        Word("date_version", D, "Date de la version courante"),
        Word("nb_versions", N, "Nombre de versions", "version"),
        Word("nb_titulaires", N, "Nombre de titulaires", "titulaire"),
        Word("annee", N, "Année de première notification", "année"),
        Word("cpv_division", T, "Division CPV (2 chiffres)"),
        Word("defense", B, "Marché de défense ou de sécurité"),
        Word("nature_contrat", T, "Nature jugée (marche, accord_cadre, marche_subsequent, plusieurs_lots, indecis)"),
        Word("nature_regle", T, "Règle qui a jugé la nature"),
        Word("nature_preuve", T, "Ce qui fait conclure à cette nature"),
        Word("accord_cadre", B, "Accord-cadre, tel que jugé"),
        Word("marche_subsequent", B, "Marché subséquent, tel que jugé (inconnu : indécis)"),
        Word("cadre_uid", T, "Accord-cadre du marché subséquent, dans les fichiers (uid)"),
        Word("cadre_lien", T, "Comment cet accord-cadre a été trouvé (numero, ressemblance)"),
        Word("cadre_possible", T, "Accord-cadre dont un contrat indécis peut relever (uid)"),
        Word("consultation", T, "Consultation présumée"),
        Word("consultation_n", N, "Contrats de la consultation présumée", "contrat"),
        Word(
            "consultation_montant", I, "Montant de la consultation présumée, chaque maximum compté une fois", "centime"
        ),
        Word(
            "accord_multiple",
            T,
            "Groupe d'accords-cadres d'un même besoin et de titulaires différents (contrat dont le maximum est compté)",
        ),
        Word("accord_regle", T, "Règle qui a réuni ces accords-cadres (maximum_repete, maxima_inegaux)"),
        Word("montant_statut", T, "Statut du montant (valide, inconnu, impossible, symbolique, a_verifier)"),
        Word("montant_regle", T, "Règle qui a qualifié le montant"),
        Word("montant_propose", I, "Réparation proposée du montant", "centime"),
        Word("montant_preuve", T, "Indice de la réparation proposée"),
        Word("montant_anomalie", B, "Montant inhabituel pour cet acheteur ou pour ceux de sa taille"),
        Word("montant_anomalie_raisons", T, "Pourquoi ce montant est inhabituel"),
        Word("montant_bas", I, "Montant, borne basse", "centime"),
        Word("montant_haut", I, "Montant, borne haute", "centime"),
        Word("montant_retenu", I, "Montant retenu dans les sommes (chaque maximum une fois)", "centime"),
        Word("montant_retenu_haut", I, "Montant retenu une fois par titulaire publié", "centime"),
        Word("test_plateforme", B, "Contrat d'essai d'une plateforme"),
        Word("doublon_possible", T, "Autre contrat presque identique (uid)"),
        Word(
            "doublon_regle",
            T,
            "Pourquoi ces contrats se ressemblent (autre_numero, deux_etablissements, ordre_de_modification, groupement, maxima_eloignes)",
        ),
        Word("a_verifier", T, "Faits du contrat à vérifier (montant, durée, date, nature, doublon)"),
        Word("enjeu", I, "Euros en jeu dans ces doutes : borne haute moins borne basse", "centime"),
        Word("publies", B, "Population « publiés »"),
        Word("seuil_montant", B, "Population « seuil sur le montant »"),
        Word("seuil_besoin", B, "Population « seuil sur le besoin »"),
        Word("incomplet", B, "Deux derniers mois avant la date d'arrêté (publication encore en cours)"),
    ),
)

HOLDERS = Table(
    "holders",
    "un titulaire d'un contrat dans sa version courante",
    ("uid", "titulaire_id"),
    (
        Word("uid", T, "Identifiant unique du contrat", origin="DECP tabulaire"),
        Word("rang", N, "Rang du titulaire"),
        Word("titulaire_id", T, "Identifiant du titulaire", origin="DECP tabulaire"),
        Word("titulaire_typeIdentifiant", T, "Type d'identifiant", origin="DECP tabulaire"),
        Word("titulaire_nom", T, "Titulaire", origin="DECP tabulaire"),
        Word("titulaire_siren", T, "SIREN du titulaire"),
        Word("dateNotification", D, "Date de notification du contrat", origin="DECP"),
        Word("montant_bas", I, "Part du titulaire, borne basse", "centime"),
        Word("montant_egal", I, "Part du titulaire, à parts égales", "centime"),
        Word("montant_haut", I, "Part du titulaire, borne haute", "centime"),
    ),
)

VERSIONS = Table(
    "versions",
    "un état d'un contrat dans le temps, montant, durée et titulaires reportés en avant",
    ("uid", "modification_id"),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("modification_id", N, "Numéro de modification (0 = initial)"),
        Word("date_version", D, "Date d'effet"),
        Word("montant", I, "Montant", "centime"),
        Word("dureeMois", N, "Durée", "mois"),
        Word("titulaires", pl.List(HOLDER), "Titulaires"),
        Word("source", T, "Fichier source"),
        Word("position", I, "Rang de l'enregistrement"),
    ),
)

SUBCONTRACTS = Table(
    "subcontracts",
    "un acte de sous-traitance déclaré",
    ("uid", "acte_id"),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("acte_id", T, "Numéro de l'acte"),
        Word("sousTraitant_id", T, "Identifiant du sous-traitant", origin="DECP"),
        Word("sousTraitant_typeIdentifiant", T, "Type d'identifiant du sous-traitant", origin="DECP"),
        Word("sousTraitant_siren", T, "SIREN du sous-traitant"),
        Word("montant", I, "Montant sous-traité", "centime", origin="DECP"),
        Word("dureeMois", N, "Durée", "mois", origin="DECP"),
        Word("dateNotification", D, "Date de notification de l'acte", origin="DECP"),
    ),
)

#: Added to contracts by considerations: what is declared, yes / no / unknown.
CONSIDERATIONS = (
    Word("clause_sociale", B, "Clause sociale déclarée"),
    Word("critere_social", B, "Critère social déclaré"),
    Word("marche_reserve", B, "Marché réservé déclaré"),
    Word("clause_environnementale", B, "Clause environnementale déclarée"),
    Word("critere_environnemental", B, "Critère environnemental déclaré"),
)

#: Added to contracts by considerations when texts were searched (detection).
DETECTED = (
    Word("clause_sociale_texte", B, "Clause sociale lue dans les textes"),
    Word("critere_social_texte", B, "Critère social lu dans les textes"),
    Word("marche_reserve_texte", B, "Marché réservé lu dans les textes"),
    Word("clause_environnementale_texte", B, "Clause environnementale lue dans les textes"),
    Word("critere_environnemental_texte", B, "Critère environnemental lu dans les textes"),
)

#: Added to contracts by suppliers (through its holders) at the notification date.
ACCESS = (
    Word("titulaire_ess", B, "Au moins un titulaire de l'ESS"),
    Word("titulaire_esus", B, "Au moins un titulaire agréé ESUS"),
    Word("titulaire_inclusif", B, "Au moins un titulaire inclusif (SIAE, EA, EATT, ESAT…)"),
)

SCORES = (
    Word("score_social", pl.Int16(), "Score social", "point"),
    Word("score_environnement", pl.Int16(), "Score environnement", "point"),
    Word("score_acces_ess", pl.Int16(), "Score accès de l'ESS", "point"),
    Word("score_bas", pl.Int16(), "Score global, borne basse", "point"),
    Word("score_haut", pl.Int16(), "Score global, borne haute", "point"),
    Word("score_couverture", F, "Part du score qui est connue", "part"),
)

CONTRIBUTIONS = Table(
    "contributions",
    "les points qu'une considération apporte à un contrat",
    ("uid", "axe", "consideration"),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("axe", T, "Axe (social, environnement, acces_ess)"),
        Word("consideration", T, "Considération"),
        Word("valeur", B, "Réponse"),
        Word("points", pl.Int16(), "Points", "point"),
        Word("regle", T, "Règle (clé de method.toml)"),
    ),
)

DECISIONS = Table(
    "decisions",
    "une correction humaine (statut, montant, constat, lien), avec auteur, date et motif",
    ("objet_type", "objet_id", "champ"),
    (
        Word("objet_type", T, "Type (statut, montant, constat, lien, consultation)"),
        Word("objet_id", T, "Objet corrigé"),
        Word("champ", T, "Champ"),
        Word("valeur", T, "Valeur décidée"),
        Word("auteur", T, "Auteur"),
        Word("date", D, "Date"),
        Word("motif", T, "Motif"),
    ),
)
