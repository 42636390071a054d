"""The tables of suppliers: lists and statuses, spending, links from names."""

from __future__ import annotations

from spaser.vocabulary.words import B, D, F, I, N, T, Table, Word

#: Added to suppliers (holders or spend lines) by suppliers.status, on the day of each row.
STATUS = (
    Word("titulaire_ess", B, "Fournisseur de l'ESS"),
    Word("ess_famille", T, "Famille de l'ESS"),
    Word("ess_borderline", B, "Forme juridique ou activité à la limite de l'ESS (montrée à part)"),
    Word("ess_raison", T, "Preuve ou raison (ESS)"),
    Word("titulaire_esus", B, "Fournisseur agréé ESUS"),
    Word("titulaire_inclusif", B, "Fournisseur inclusif (SIAE, EA, EATT, ESAT…)"),
    Word("inclusif_types", T, "Types de structure inclusive"),
    Word("inclusif_regle", T, "Règle de rapprochement (SIRET, SIREN, SIREN par extension)"),
    Word("inclusif_raison", T, "Preuve ou raison (inclusif)"),
)

ESTABLISHMENTS = Table(
    "establishments",
    "un établissement (ou une unité légale sans établissement connu : siret null) décrit par une liste",
    ("siren", "siret", "source"),
    (
        Word("siren", T, "SIREN"),
        Word("siret", T, "SIRET"),
        Word("nom", T, "Dénomination"),
        Word("enseigne", T, "Enseigne ou nom usuel"),
        Word("sigle", T, "Sigle"),
        Word("categorie_juridique", T, "Catégorie juridique (4 chiffres)"),
        Word("naf", T, "Activité principale"),
        Word("naf_nomenclature", T, "Nomenclature d'activité (NAFRev2, NAF2025)"),
        Word("tranche_effectifs", T, "Tranche d'effectifs (code Insee)"),
        Word("categorie_entreprise", T, "Catégorie d'entreprise (PME, ETI, GE)"),
        Word("etat", T, "État administratif (A actif, F ou C fermé)"),
        Word("creation", D, "Date de création"),
        Word("fermeture", D, "Date de fermeture"),
        Word("adresse", T, "Adresse"),
        Word("telephone", T, "Téléphone"),
        Word("courriel", T, "Courriel (jamais celui d'une personne)"),
        Word("site", T, "Site"),
        Word("siege", B, "Établissement siège"),
        Word("code_commune", T, "Commune (code Insee)"),
        Word("code_postal", T, "Code postal"),
        Word("commune", T, "Commune"),
        Word("lon", F, "Longitude", "degré"),
        Word("lat", F, "Latitude", "degré"),
        Word("diffusion_partielle", B, "Diffusion partielle : nom et adresse non gardés"),
        Word("personne_physique", B, "Personne physique : masquée par défaut"),
        Word("au", D, "Date de la liste"),
        Word("source", T, "Liste"),
        Word("liste", T, "Nature de la liste (clé de register_columns.toml)"),
        Word("prouve_non", B, "L'absence de cette liste prouve un « non »"),
        Word("prouve_ou", T, "Départements où elle le prouve (vide : toute la France)"),
        Word("situation", T, "Comment sa commune est connue (vide : non situé)"),
    ),
)

UNNUMBERED = Table(
    "unnumbered",
    "une structure qu'une liste nomme sans numéro utilisable : ni SIREN ni SIRET",
    ("nom", "code_postal", "statut", "source"),
    (*(word for word in ESTABLISHMENTS.words if word.name not in ("siren", "siret")), Word("statut", T, "Statut")),
)

REGISTER = Table(
    "register",
    "un statut d'un fournisseur dans une liste",
    ("siren", "siret", "statut", "source"),
    (
        Word("siren", T, "SIREN"),
        Word("siret", T, "SIRET (null : statut de l'unité légale)"),
        Word("nom", T, "Dénomination"),
        Word("statut", T, "Statut (ESS, NON_ESS, ESUS, EI… ; par décision aussi NON_ESUS, NON_INCLUSIF)"),
        Word("famille_ess", T, "Famille de l'ESS (association, coopérative, mutuelle, fondation, société commerciale)"),
        Word("depuis", D, "Depuis"),
        Word("jusqua", D, "Jusqu'au (dernier jour inclus)"),
        Word("au", D, "Date de la liste"),
        Word("source", T, "Liste"),
        Word("liste", T, "Nature de la liste (clé de register_columns.toml, ou decision)"),
        Word("secteurs", T, "Secteurs déclarés par la liste"),
    ),
)

SPEND = Table(
    "spend",
    "une ligne du fichier de dépenses d'un acheteur",
    ("fichier", "feuille", "ligne"),
    (
        Word("fichier", T, "Fichier"),
        Word("feuille", T, "Feuille"),
        Word("ligne", I, "Ligne"),
        Word("fournisseur", T, "Fournisseur"),
        Word("siret", T, "SIRET"),
        Word("siren", T, "SIREN"),
        Word("montant", I, "Montant", "centime"),
        Word("taxe", T, "Taxe (HT, TTC ou inconnue)"),
        Word("exercice", N, "Exercice", "année"),
        Word("date", D, "Date"),
        Word("famille_acheteur", T, "Famille d'achat de l'acheteur"),
        Word("famille_acheteur_libelle", T, "Libellé de la famille d'achat de l'acheteur"),
        Word("service", T, "Service"),
        Word("compte", T, "Compte (nature)"),
        Word("libelle", T, "Libellé"),
        Word("numero_marche", T, "Numéro de marché"),
        Word("qualite", T, "Qualité du produit alimentaire (bio, label…)"),
        Word("code_postal", T, "Code postal"),
        Word("commune", T, "Commune"),
        Word(
            "perimetre",
            T,
            "Périmètre (achat, banque_assurance, centrale_achat, subvention, hors_perimetre, a_verifier, ecarte)",
        ),
        Word("perimetre_motif", T, "Motif du périmètre"),
        Word("identifiant_lu", T, "Identifiant tel que lu (chiffres)"),
    ),
)

LINKS = Table(
    "links",
    "un fournisseur tel qu'écrit dans un fichier de dépenses, et l'entreprise qui lui est rattachée",
    ("cle",),
    (
        Word("cle", T, "Clé du fournisseur (nom, lieu et identifiant tels qu'écrits)"),
        Word("fournisseur", T, "Fournisseur"),
        Word("code_postal", T, "Code postal"),
        Word("commune", T, "Commune"),
        Word("identifiant_lu", T, "Identifiant tel que lu (chiffres)"),
        Word("lignes", I, "Lignes"),
        Word("montant", I, "Montant", "centime"),
        Word("siren", T, "SIREN rattaché"),
        Word("siret", T, "SIRET rattaché"),
        Word("statut", T, "Rattachement (accepte, ambigu, aucun)"),
        Word("passe", T, "Passe (validation, identifiant, identifiant_repare, nom_exact, nom_variante, nom_proche)"),
        Word("score", F, "Ressemblance", "part"),
        Word("lieu", T, "Concordance du lieu (code_postal, commune, departement, inconnu, autre)"),
    ),
)

LINK_CANDIDATES = Table(
    "link_candidates",
    "une entreprise à laquelle un fournisseur pourrait correspondre",
    ("cle", "rang"),
    (
        Word("cle", T, "Clé du fournisseur (nom, lieu et identifiant tels qu'écrits)"),
        Word("fournisseur", T, "Fournisseur"),
        Word("rang", N, "Rang"),
        Word("siren", T, "SIREN"),
        Word("siret", T, "SIRET"),
        Word("nom", T, "Dénomination"),
        Word("commune", T, "Commune"),
        Word("score", F, "Ressemblance, lieu compris", "part"),
        Word("lieu", T, "Concordance du lieu (code_postal, commune, departement, inconnu, autre)"),
    ),
)

NOMENCLATURE = Table(
    "nomenclature",
    "un code de la nomenclature d'achat d'un acheteur (à défaut, un compte) et la famille d'achat qui lui correspond",
    ("code_achat",),
    (
        Word("code_achat", T, "Code"),
        Word("code_libelle", T, "Libellé"),
        Word("montant", I, "Montant", "centime"),
        Word("famille_proposee", T, "Famille proposée"),
        Word("famille_confiance", F, "Confiance dans la famille", "part"),
        Word("proposition", T, "D'où vient la proposition (libelle, lignes)"),
        Word("famille_retenue", T, "Famille retenue"),
        Word("commentaire", T, "Commentaire"),
    ),
)
