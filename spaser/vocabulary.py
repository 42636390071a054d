"""The words: each column's name, dtype, unit, origin and French label; each closed list.

Words live here once. Every table that passes between rooms is declared below as a ``Table``:
what one row is, its key, and its columns in order. Where the consolidated tabular DECP has a
name, it is kept verbatim; what the kit adds is French snake_case.

Conventions held everywhere
    * yes / no / unknown is a nullable Boolean (null = inconnu) with Kleene logic;
    * amounts are Int64 cents of euro (« centimes »), so that sums are exact whatever the order;
      files handed to the user carry euros (``euros``);
    * identifiers are strings;
    * list fields are joined with ``", "`` as in the consolidated tabular DECP.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

YES, NO, UNKNOWN = "oui", "non", "inconnu"
CENT = 100
#: Amounts at or above this many cents (10 000 milliards d'euros) cannot be real and do not fit the sums.
UNREADABLE_CENTS = 10**15


@dataclass(frozen=True)
class Word:
    """One column: its name, Polars dtype, French label, unit and where it comes from."""

    name: str
    dtype: pl.DataType
    label: str
    unit: str = ""
    origin: str = "kit"


@dataclass(frozen=True)
class Table:
    """One table passed between rooms: what a row is, its key and its columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    words: tuple[Word, ...]

    @property
    def columns(self) -> list[str]:
        return [word.name for word in self.words]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        return {word.name: word.dtype for word in self.words}

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with exactly this table's columns, in order and dtype; what lacks is null."""
        have = frame.collect_schema().names()
        return frame.select(
            (pl.col(word.name) if word.name in have else pl.lit(None)).cast(word.dtype).alias(word.name) for word in self.words
        )


def label(name: str) -> str:
    """The French label of a column, or its name when the vocabulary does not know it."""
    return LABELS.get(name, name)


def euros(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The frame with every column counted in cents turned into euros, for files and displays."""
    cents = [name for name in frame.collect_schema().names() if UNITS.get(name) == "centime"]
    return frame.with_columns(pl.col(name) / CENT for name in cents)


def yes_no(column: str) -> pl.Expr:
    """A nullable Boolean as « oui / non / inconnu », for display and export only."""
    value = pl.col(column)
    return pl.when(value.is_null()).then(pl.lit(UNKNOWN)).when(value).then(pl.lit(YES)).otherwise(pl.lit(NO)).alias(column)


T, I, D, B, F = pl.String(), pl.Int64(), pl.Date(), pl.Boolean(), pl.Float64()
N = pl.Int32()

HOLDER = pl.Struct({"titulaire_id": T, "titulaire_typeIdentifiant": T, "titulaire_nom": T})
SUBCONTRACT = pl.Struct(
    {"id": T, "sousTraitant_id": T, "sousTraitant_typeIdentifiant": T, "montant": I, "dureeMois": N, "dateNotification": D}
)

WHERE = (
    Word("source", T, "Fichier source"),
    Word("position", I, "Rang de l'enregistrement dans la source (à partir de 1)"),
    Word("dialecte", T, "Format reconnu"),
)

IDENTITY = (
    Word("uid", T, "Identifiant unique (SIRET acheteur + id)", origin="DECP tabulaire"),
    Word("id", T, "Identifiant du contrat", origin="DECP"),
    Word("acheteur_id", T, "SIRET de l'acheteur", origin="DECP tabulaire"),
    Word("acheteur_nom", T, "Acheteur", origin="DECP tabulaire"),
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
            pl.List(T)
            if word.name
            in ("considerationsSociales", "considerationsEnvironnementales", "techniques", "modalitesExecution", "typesPrix")
            else T,
            word.label,
            origin=word.origin,
        )
        for word in IDENTITY + DESCRIPTION
    )
    + (
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
        Word("dureeMois_initiale", N, "Première durée", "mois"),
        Word("date_version", D, "Date de la version courante"),
        Word("nb_versions", N, "Nombre de versions", "version"),
        Word("nb_titulaires", N, "Nombre de titulaires", "titulaire"),
        Word("annee", N, "Année de première notification", "année"),
        Word("cpv_division", T, "Division CPV (2 chiffres)"),
        Word("defense", B, "Marché de défense ou de sécurité"),
        Word("accord_cadre", B, "Accord-cadre"),
        Word("marche_subsequent", B, "Marché subséquent"),
        Word("consultation", T, "Consultation présumée"),
        Word("consultation_n", N, "Contrats de la consultation présumée", "contrat"),
        Word("consultation_montant", I, "Montant de la consultation présumée, chaque maximum compté une fois", "centime"),
        Word("accord_multiple", T, "Groupe d'accords-cadres de même montant et de titulaires différents"),
        Word("montant_statut", T, "Statut du montant (valide, inconnu, impossible, symbolique, a_verifier)"),
        Word("montant_regle", T, "Règle qui a qualifié le montant"),
        Word("montant_propose", I, "Réparation proposée du montant", "centime"),
        Word("montant_preuve", T, "Indice de la réparation proposée"),
        Word("montant_bas", I, "Montant, borne basse", "centime"),
        Word("montant_haut", I, "Montant, borne haute", "centime"),
        Word("montant_retenu", I, "Montant retenu dans les sommes (chaque maximum une fois)", "centime"),
        Word("montant_retenu_haut", I, "Montant retenu une fois par titulaire publié", "centime"),
        Word("test_plateforme", B, "Contrat d'essai d'une plateforme"),
        Word("doublon_possible", T, "Autre contrat presque identique (uid)"),
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

SENSITIVITY = Table(
    "sensitivity",
    "ce que devient le classement quand un poids du score bouge d'un quart",
    ("poids", "sens"),
    (
        Word("poids", T, "Poids modifié (clé de method.toml)"),
        Word("sens", T, "Sens (-25 % ou +25 %)"),
        Word("classes", I, "Rangs comparés"),
        Word("changes", I, "Changent de quartile"),
        Word("part", F, "Part qui change de quartile", "part"),
    ),
)

MEASURES = Table(
    "measures",
    "une mesure : un indicateur sur un périmètre, une ventilation et une population",
    ("indicateur", "population", "perimetre", "dimension", "modalite", "unite", "definition"),
    (
        Word("indicateur", T, "Indicateur"),
        Word("titre", T, "Titre"),
        Word("perimetre", T, "Périmètre (ensemble, ou SIRET/SIREN de l'acheteur, ou nom d'un ensemble d'acheteurs)"),
        Word("population", T, "Population (publies, seuil_montant, seuil_besoin)"),
        Word("dimension", T, "Ventilation (total, annee, famille, cpv_division, procedure, tranche_montant, acheteur_id…)"),
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
    ),
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
        Word("certitude", F, "Certitude de l'écart", "part"),
        Word("motif", T, "Motif"),
    )
    + tuple(word for word in PASSAGES.words if word.name in ("champ", "page", "article", "citation", "regle")),
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
        Word("service", T, "Service"),
        Word("compte", T, "Compte (nature)"),
        Word("libelle", T, "Libellé"),
        Word("numero_marche", T, "Numéro de marché"),
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

#: What an eForms notice says of its strategic use (BT numbers), and the older forms of a reservation.
_STRATEGIC = (
    Word("reserve", T, "Réservation (none, handicap, iae, handicap_iae, penit, ess, unspecified ; null : inconnu)"),
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
        Word("type_avis", T, "Type d'avis (concurrence, attribution, preinformation, concours, modification, autre)"),
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

PLACES = Table(
    "places",
    "une commune d'un lieu d'exécution (un groupement a une ligne par commune membre)",
    ("lieu", "code_commune"),
    (
        Word("lieu", T, "Lieu (clé)"),
        Word("lieu_libelle", T, "Lieu"),
        Word("code_commune", T, "Commune (code Insee)"),
        Word("departement", T, "Département"),
        Word("region", T, "Région"),
        Word("lon", F, "Longitude", "degré"),
        Word("lat", F, "Latitude", "degré"),
    ),
)

NEEDS = Table(
    "needs",
    "un besoin d'un acheteur : famille d'achat × lieu × suite de contrats ou de lots de même objet",
    ("besoin_id",),
    (
        Word("besoin_id", T, "Besoin"),
        Word("origine", T, "Origine du besoin (contrats, depenses)"),
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("acheteur_libelle", T, "Acheteur"),
        Word("famille", T, "Famille d'achat"),
        Word("famille_libelle", T, "Famille d'achat"),
        Word("famille_origine", T, "Origine de la famille (cpv, texte, nomenclature)"),
        Word("famille_confiance", F, "Confiance dans la famille", "part"),
        Word("objet", T, "Objet"),
        Word("codeCPV", T, "Code CPV (8 chiffres)"),
        Word("procedure", T, "Procédure"),
        Word("lieu", T, "Lieu (clé)"),
        Word("lieu_libelle", T, "Lieu"),
        Word("contrats", N, "Contrats de la dernière campagne", "contrat"),
        Word("lots", N, "Lots présumés de la dernière campagne", "lot"),
        Word("occurrences", N, "Campagnes reconnues, la dernière comprise", "campagne"),
        Word("recurrence", T, "Récurrence (constatee, presumee, ponctuel, inconnue)"),
        Word("actif", B, "En cours à la date d'arrêté, ou terminé depuis moins d'un an"),
        Word("accord_cadre", B, "Accord-cadre"),
        Word("dateNotification", D, "Première notification de la dernière campagne"),
        Word("dureeMois", N, "Durée, reconductions comprises", "mois"),
        Word("echeance", D, "Échéance au plus tard"),
        Word("montant_total", I, "Montant de la dernière campagne, chaque maximum compté une fois", "centime"),
        Word("annuel_bas", I, "Montant annuel, borne basse", "centime"),
        Word("annuel", I, "Montant annuel retenu", "centime"),
        Word("annuel_haut", I, "Montant annuel, borne haute", "centime"),
        Word("lot_annuel", I, "Montant annuel du lot médian", "centime"),
        Word("acquis", I, "Montant annuel déjà confié à l'ESS ou à une structure inclusive", "centime"),
        Word("acquis_part", F, "Part déjà confiée à l'ESS ou à une structure inclusive (null : inconnue)", "part"),
    ),
)

NEED_CONTRACTS = Table(
    "need_contracts",
    "un contrat d'un besoin",
    ("besoin_id", "uid"),
    (
        Word("besoin_id", T, "Besoin"),
        Word("uid", T, "Identifiant unique du contrat"),
        Word("campagne", N, "Campagne (1 : la plus ancienne)"),
        Word("derniere", B, "Contrat de la dernière campagne"),
    ),
)

SUPPLY = Table(
    "supply",
    "un établissement de l'ESS ou inclusif et une famille d'achat qu'il peut servir",
    ("siret", "famille"),
    (
        Word("siret", T, "SIRET"),
        Word("siren", T, "SIREN"),
        Word("nom", T, "Dénomination"),
        Word("code_commune", T, "Commune (code Insee)"),
        Word("commune", T, "Commune"),
        Word("departement", T, "Département"),
        Word("region", T, "Région"),
        Word("lon", F, "Longitude", "degré"),
        Word("lat", F, "Latitude", "degré"),
        Word("naf", T, "Activité principale"),
        Word("statuts", T, "Statuts (ESS, ESUS, EI, ACI, EA, ESAT…)"),
        Word("statut_au", D, "Date du statut"),
        Word("statut_source", T, "Liste du statut"),
        Word("ess", B, "Fournisseur de l'ESS"),
        Word("handicap", B, "Peut répondre à une réservation L2113-12 (handicap)"),
        Word("insertion", B, "Peut répondre à une réservation L2113-13 (insertion)"),
        Word("preste", B, "Livre une prestation ou un bien (ne fait pas que prêter du personnel)"),
        Word("clause", B, "Peut concourir à une clause d'insertion"),
        Word("famille", T, "Famille d'achat"),
        Word("adequation", F, "Adéquation à la famille", "part"),
        Word("adequation_origine", T, "Preuve de l'adéquation (activité, secteur déclaré, contrats gagnés, type de structure)"),
        Word("capacite_bas", I, "Capacité annuelle, borne basse", "centime"),
        Word("capacite", I, "Capacité annuelle médiane", "centime"),
        Word("capacite_haut", I, "Capacité annuelle, borne haute", "centime"),
        Word("capacite_origine", T, "Origine de la capacité (chiffre d'affaires, effectif, type de structure)"),
        Word("gagnes", N, "Contrats de la famille déjà gagnés", "contrat"),
        Word("gagnes_siret", N, "dont par ce même établissement", "contrat"),
        Word("dernier_gagne", D, "Dernier contrat gagné dans la famille"),
        Word("personne_physique", B, "Personne physique : masquée par défaut"),
    ),
)

CANDIDATES = Table(
    "candidates",
    "un fournisseur qui pourrait répondre à un besoin",
    ("besoin_id", "siret"),
    (
        Word("besoin_id", T, "Besoin"),
        Word("rang", N, "Rang"),
        *(word for word in SUPPLY.words if word.name not in ("famille", "lon", "lat")),
        Word("distance_km", F, "Distance", "km"),
        Word("portee", T, "Portée (rayon, departement, region, national)"),
        Word("probabilite", F, "Chance de prendre un lot sans dépasser la part de dépendance choisie", "part"),
        Word("dependance", F, "Lot annuel / capacité médiane", "part"),
        Word("prenable", I, "Montant annuel prenable sous la part de dépendance", "centime"),
        Word("credible", B, "Crédible (adéquation et capacité suffisantes)"),
        Word("raison", T, "Pourquoi ce fournisseur"),
    ),
)

OPPORTUNITIES = Table(
    "opportunities",
    "un besoin et ce que l'ESS pourrait en prendre : trois lectures, levier conseillé et raisons",
    ("besoin_id",),
    (
        *NEEDS.words,
        Word("candidats", N, "Fournisseurs à portée", "fournisseur"),
        Word("credibles", N, "Fournisseurs crédibles", "fournisseur"),
        Word("reservables", N, "dont peuvent répondre à une réservation L2113-12 ou L2113-13", "fournisseur"),
        Word("handicap_credibles", N, "dont handicap (L2113-12)", "fournisseur"),
        Word("insertion_credibles", N, "dont insertion (L2113-13)", "fournisseur"),
        Word("ess_credibles", N, "dont ESS", "fournisseur"),
        Word("clause_candidats", N, "Structures à portée pour une clause d'insertion", "fournisseur"),
        Word("lot_credibles", N, "Peuvent prendre un lot entier plus d'une fois sur deux", "fournisseur"),
        Word("dependance_mediane", F, "Lot annuel / capacité médiane des crédibles", "part"),
        Word("lecture_offre", I, "Lecture par l'offre : montant annuel que les crédibles pourraient prendre", "centime"),
        Word("lecture_offre_haut", I, "Lecture par l'offre, borne haute", "centime"),
        Word("lecture_repere", I, "Lecture par les pairs : ce que fait le meilleur quart (null : non mesuré)", "centime"),
        Word("repere_part", F, "Part du meilleur quart des acheteurs comparables, lissée (null : non mesuré)", "part"),
        Word("repere_n", N, "Acheteurs comparables", "acheteur"),
        Word("lecture_loi", I, "Lecture par la loi : montant annuel qui peut être réservé", "centime"),
        Word("loi_raison", T, "Ce que la loi permet"),
        Word("potentiel_bas", I, "Potentiel annuel, borne basse (null : non mesuré)", "centime"),
        Word("potentiel", I, "Potentiel annuel, milieu", "centime"),
        Word("potentiel_haut", I, "Potentiel annuel, borne haute", "centime"),
        Word("limite", T, "Ce qui limite le potentiel (offre, loi, besoin, aucun fournisseur)"),
        Word("levier", T, "Levier (clé de levers.toml)"),
        Word("levier_libelle", T, "Levier conseillé"),
        Word("levier_article", T, "Base légale"),
        Word("levier_pour", T, "Réservé à"),
        Word("levier_raison", T, "Raisons"),
        Word("levier_changerait", T, "Ce qui changerait ce conseil"),
        Word("levier_confiance", T, "Confiance dans la base légale"),
    ),
)

RENEWALS = Table(
    "renewals",
    "un marché, la fin qu'il peut avoir au plus tard et le moment de préparer la suite",
    ("uid",),
    (
        Word("uid", T, "Identifiant unique du contrat"),
        Word("acheteur_siren", T, "SIREN de l'acheteur"),
        Word("acheteur_libelle", T, "Acheteur"),
        Word("objet", T, "Objet"),
        Word("codeCPV", T, "Code CPV (8 chiffres)"),
        Word("famille", T, "Famille d'achat"),
        Word("famille_libelle", T, "Famille d'achat"),
        Word("procedure", T, "Procédure"),
        Word("consultation", T, "Consultation présumée"),
        Word("dateNotification", D, "Date de notification"),
        Word("dureeMois", N, "Durée, reconductions comprises", "mois"),
        Word("echeance", D, "Échéance au plus tard"),
        Word("anniversaire", D, "Prochaine date anniversaire (une non-reconduction peut intervenir)"),
        Word("statut_echeance", T, "Échéance (a_venir, depassee, inconnue)"),
        Word("trimestre", T, "Trimestre de l'échéance"),
        Word("delai_mois", N, "Délai de préparation", "mois"),
        Word("sourcing", D, "Début conseillé du sourcing"),
        Word("urgence", B, "Sourcing déjà en retard"),
        Word("ponctuel", B, "Opération ponctuelle présumée (travaux, maîtrise d'œuvre)"),
        Word("montant_annuel", I, "Montant annuel (maximum pour les accords-cadres)", "centime"),
        *CONSIDERATIONS,
    ),
)

PLAN = Table(
    "plan",
    "un renouvellement à saisir pour atteindre un objectif",
    ("uid",),
    (
        Word("rang", N, "Rang"),
        *(word for word in RENEWALS.words if word.name not in {w.name for w in CONSIDERATIONS}),
        Word("gain", I, "Ce que ce renouvellement ajoute (contrats, ou centimes)"),
        Word("cumul", I, "Cumul"),
        Word("manque", I, "Ce qui manquait à l'objectif"),
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
        Word("du_aux_donnees", F, "Écart dû aux données", "part"),
        Word("du_a_la_realite", F, "Écart dû à la réalité", "part"),
        Word("croisement", F, "Effet de la règle nouvelle moins celui mesuré sur l'autre édition", "part"),
        Word("cause", T, "Cause principale"),
    ),
)

TABLES = {
    table.name: table
    for table in (
        RAW, RECORDS, REJECTS, ACCOUNTS, CONTRACTS, HOLDERS, VERSIONS, SUBCONTRACTS, CONTRIBUTIONS, GAPS, SENSITIVITY, MEASURES,
        ESTABLISHMENTS, REGISTER, PASSAGES, SPEND, DECISIONS, LINKS, LINK_CANDIDATES, LAUNCHES, DUTIES, READINESS, BUYER_DUTIES,
        RESERVED, FOOD,
        PLACES, NEEDS, NEED_CONTRACTS, SUPPLY, CANDIDATES, OPPORTUNITIES, RENEWALS, PLAN, MATURITY_PROFILE, MATURITY_ACTIONS,
        NOTICES, NOTICE_LOTS, NOTICE_CRITERIA,
        ENTERED, PEERS, EDITIONS,
    )
}  # fmt: skip

ADDED = (
    CONSIDERATIONS
    + DETECTED
    + STATUS
    + ACCESS
    + SCORES
    + (
        Word("famille", T, "Famille d'achat"),
        Word("famille_libelle", T, "Famille d'achat"),
        Word("famille_origine", T, "Origine de la famille (cpv, texte, nomenclature)"),
        Word("famille_confiance", F, "Confiance dans la famille", "part"),
        Word("acheteur_libelle", T, "Acheteur"),
        Word("acheteur_categorie", T, "Catégorie d'acheteur"),
        Word("tranche_montant", T, "Tranche de montant"),
        Word("type_acheteur", T, "Type d'acheteur au regard des seuils européens (central, autre, entite)"),
    )
)

_NAMED = [table for table in reversed(TABLES.values()) if table is not RAW]
_WORDS = {word.name: word for table in _NAMED for word in table.words} | {w.name: w for w in ADDED}
LABELS = {name: word.label for name, word in _WORDS.items()}
UNITS = {name: word.unit for name, word in _WORDS.items()}

#: The three named populations, in the order they are printed; the last is the default.
POPULATIONS = {
    "publies": "tous les marchés publiés",
    "seuil_montant": "marchés dont le montant atteint le seuil de publication",
    "seuil_besoin": "marchés dont le besoin atteint le seuil de publication",
}
DEFAULT_POPULATION = "seuil_besoin"

#: Official closed lists of the 2022 schema (format-commande-publique 2.0.3), plus what 2019 adds.
CLOSED_LISTS = {
    "considerationsSociales": ["Clause sociale", "Critère social", "Marché réservé", "Concession réservée",
                               "Pas de considération sociale"],
    "considerationsEnvironnementales": ["Clause environnementale", "Critère environnemental",
                                        "Pas de considération environnementale"],
    "nature": ["Marché", "Marché de partenariat", "Marché de défense ou de sécurité", "Accord-cadre", "Marché subséquent",
               "Concession de travaux", "Concession de service", "Concession de service public",
               "Délégation de service public"],
    "procedure": ["Procédure adaptée", "Appel d'offres ouvert", "Appel d'offres restreint", "Procédure avec négociation",
                  "Marché passé sans publicité ni mise en concurrence préalable", "Dialogue compétitif",
                  "Procédure négociée ouverte", "Procédure non négociée ouverte", "Procédure négociée restreinte",
                  "Procédure non négociée restreinte"],
    "techniques": ["Accord-cadre", "Concours", "Système de qualification", "Système d'acquisition dynamique",
                   "Catalogue électronique", "Enchère électronique", "Sans objet"],
    "modalitesExecution": ["Tranches", "Bons de commande", "Marchés subséquents", "Sans objet"],
    "ccag": ["Travaux", "Maitrise d'œuvre", "Fournitures courantes et services", "Marchés industriels",
             "Prestations intellectuelles", "Techniques de l'information et de la communication", "Pas de CCAG"],
    "typeGroupementOperateurs": ["Conjoint", "Solidaire", "Pas de groupement"],
    "typesPrix": ["Définitif ferme", "Définitif actualisable", "Définitif révisable", "Provisoire"],
    "formePrix": ["Unitaire", "Forfaitaire", "Mixte", "Ferme", "Ferme et actualisable", "Révisable"],
    "lieuExecution_typeCode": ["Code postal", "Code commune", "Code arrondissement", "Code canton", "Code département",
                               "Code région", "Code pays"],
    "titulaire_typeIdentifiant": ["SIRET", "TVA", "TAHITI", "RIDET", "FRWF", "IREP", "UE", "HORS-UE"],
}  # fmt: skip

#: What one user answers with « none declared » in each dimension.
NONE_DECLARED = {
    "considerationsSociales": "Pas de considération sociale",
    "considerationsEnvironnementales": "Pas de considération environnementale",
}

#: Statuses that make a supplier inclusive (second, independent answer beside the ESS).
INCLUSIVE_STATUSES = ("EI", "ACI", "AI", "ETTI", "EITI", "GEIQ", "EA", "EATT", "ESAT", "SEP")
