"""The tables that studies hand to sections: each one's name, who makes it, what a row is, and the columns its readers need.

A section reads a table by its name here (``findings.extras["besoins"]``); a name that is not here, or a column that lacks, is an
error of the code and fails at once. Adding a table is one line here, and the study that makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

import polars as pl


class Handed(NamedTuple):
    """A table between a study and its sections: the study that makes it, what ``row`` it holds, the columns that are read."""

    made_by: str
    row: str
    columns: tuple[str, ...] = ()


HANDED: dict[str, Handed] = {
    "preparation": Handed("studies.diagnostic", "a duty and a group of contracts: how many show what it expects", (
        "obligation", "groupe", "contrats", "remplies", "non_constatees", "inconnues", "part_ensemble",
        "part_repondus", "couverture",
    )),
    "obligations": Handed("studies.diagnostic", "a contract and a duty: its state and why", (
        "uid", "obligation", "champ", "applicabilite", "remplie", "motif", "regle_etat", "date_reference",
        "date_origine", "besoin", "seuil_bas", "seuil_haut",
    )),
    "a_voir": Handed("studies.diagnostic", "a contract and a duty that the data cannot decide", (
        "uid", "obligation", "champ", "applicabilite", "remplie", "motif", "regle_etat", "date_reference",
        "date_origine", "besoin", "seuil_bas", "seuil_haut",
    )),
    "questions": Handed("studies.diagnostic", "a question that only the buyer can answer", (
        "obligation", "question", "contrats", "vises", "peut_etre_vises",
    )),
    "indecis": Handed("studies.diagnostic", "a duty and why nothing tells whether it aims at some contracts", (
        "obligation", "cause", "contrats",
    )),
    "reponses_constantes": Handed("studies.diagnostic", "a file and a consideration that always has the same answer", (
        "source", "consideration", "reponse", "contrats",
    )),
    "types_acheteur": Handed("studies.diagnostic", "a kind of buyer, with its contracts", (
        "type_acheteur", "contrats",
    )),
    "reserves": Handed("studies.diagnostic", "a reserved contract and a legal base possible for it", (
        "uid", "fondement", "possible", "motif",
    )),
    "obligations_acheteur": Handed("studies.diagnostic", "a duty of the buyer itself and a year", (
        "obligation", "annee", "applicabilite", "remplie", "motif", "regle_etat", "depense_basse", "depense_haute",
        "indice", "seuil", "contrats", "echeance",
    )),
    "agec": Handed("studies.diagnostic", "a category of reused or recycled goods and a year: what the ledger spent there", (
        "annee", "categorie", "categorie_libelle", "lignes", "depense_basse", "depense_haute", "taux",
    )),
    "prive": Handed("studies.diagnostic", "a fact that concerns a buyer the code does not bind", (
        "cle", "libelle", "valeur", "texte", "levier", "verification",
    )),
    "ecarts": Handed("studies.diagnostic", "a gap between what is declared and what is written", (
        "uid", "objet", "dateNotification", "consideration", "declare", "certitude", "motif", "champ", "page",
        "article", "citation", "liste", "auteur", "date", "decision", "motif_decision",
    )),
    "passages": Handed("studies.diagnostic", "a passage found in a text"),
    "renouvellements": Handed("studies.diagnostic", "a contract that ends", (
        "uid", "objet", "codeCPV", "famille", "famille_libelle", "procedure", "dateNotification", "dureeMois",
        "echeance", "anniversaire", "statut_echeance", "trimestre", "delai_mois", "sourcing", "urgence", "ponctuel",
        "montant_annuel", "clause_sociale", "clause_environnementale",
    )),
    "acces_ess": Handed("studies.diagnostic", "a status of holders, with its contracts and bounds", (
        "statut", "contrats", "connus", "sur", "aucune", "montant_bas", "montant_egal", "montant_haut",
        "montant_total",
    )),
    "reserves_a_verifier": Handed("studies.diagnostic", "a reserved contract whose holder shows no status", (
        "uid", "objet", "montant", "rang", "titulaire_nom", "dateNotification", "montant_bas", "montant_egal",
        "montant_haut", "titulaire_ess", "ess_famille", "titulaire_esus", "titulaire_inclusif", "inclusif_types",
        "inclusif_raison", "inclusif_siren_types",
    )),
    "sous_declaration": Handed("studies.diagnostic", "a contract held by an inclusive establishment that declares nothing", (
        "uid", "acheteur_nom", "objet", "montant", "titulaire_nom", "dateNotification", "montant_bas",
        "montant_egal", "montant_haut", "titulaire_ess", "ess_famille", "titulaire_esus", "titulaire_inclusif",
        "inclusif_types", "inclusif_raison", "inclusif_siren_types",
    )),
    "sous_declaration_siren": Handed("studies.diagnostic", "the same, by legal unit", (
        "uid", "objet", "montant", "rang", "titulaire_nom", "dateNotification", "montant_bas", "montant_egal",
        "montant_haut", "titulaire_ess", "ess_famille", "titulaire_esus", "titulaire_inclusif", "inclusif_types",
        "inclusif_raison", "inclusif_siren_types",
    )),
    "sous_traitants": Handed("studies.diagnostic", "a subcontracting act", (
        "uid", "sousTraitant_id", "montant", "dateNotification", "titulaire_ess", "ess_famille", "titulaire_esus",
        "titulaire_inclusif", "inclusif_types", "inclusif_raison",
    )),
    "besoins": Handed("studies.potential", "a need (OPPORTUNITIES)", (
        "besoin_id", "origine", "acheteur_siren", "acheteur_libelle", "famille", "famille_libelle",
        "famille_confiance", "objet", "codeCPV", "lieu_libelle", "contrats", "lots", "occurrences", "recurrence",
        "actif", "dateNotification", "dureeMois", "echeance", "premiere_fin", "part_reserve_dite", "annuel_bas", "annuel", "annuel_haut",
        "lot_annuel", "acquis", "acquis_part", "candidats", "credibles", "codes_seuls", "reservables", "handicap_credibles",
        "insertion_credibles", "ess_credibles", "clause_candidats", "lot_credibles", "dependance_mediane",
        "lecture_offre", "lecture_offre_haut", "lecture_repere", "repere_n", "lecture_loi", "loi_raison",
        "potentiel_bas", "potentiel", "potentiel_haut", "sous_clause", "limite", "levier_libelle", "levier_article", "levier_pour",
        "levier_fournisseurs", "levier_population",
        "levier_raison", "levier_changerait", "levier_confiance", "etat", "etat_libelle", "etat_action", "leviers", "levier_verifier",
        "levier_exclu", "levier_refus",
    )),
    "candidats": Handed("studies.potential", "a need and a supplier within reach", (
        "besoin_id", "rang", "ex_aequo", "points", "siret", "nom", "commune", "departement", "naf", "statuts", "statut_au",
        "statut_source", "handicap", "insertion", "preste", "clause", "adequation", "adequation_origine",
        "capacite_bas", "capacite", "capacite_haut", "capacite_origine", "gagnes", "gagnes_siret", "dernier_gagne",
        "distance_km", "probabilite", "dependance", "credible", "raison",
    )),
    "potentiel_familles": Handed("studies.potential", "a purchase family of the potential", (
        "famille", "famille_libelle", "besoins", "annuel", "annuel_haut", "acquis", "potentiel_bas", "potentiel",
        "potentiel_haut", "sous_clause", "levier_principal", "levier_fournisseurs", "levier_population", "fournisseurs",
    )),
    "hypotheses": Handed("studies.potential", "an assumption of the potential", ("hypothese", "valeur", "raison")),
    "poids_appris": Handed("studies.potential", "a NAF code and a family, with the weight learned", (
        "naf", "famille", "poids", "fournisseurs",
    )),
    "besoin_contrats": Handed("studies.potential", "a need and one of its contracts"),
    "fournisseurs_credibles": Handed("studies.potential", "an establishment and a family it is credible for", (
        "besoins", "distance_km", "portee", "code_seul", "potentiel", "lon", "lat", "nom", "commune", "statuts", "statut_au", "statut_source", "capacite", "gagnes",
        "famille_libelle",
    )),
    "lieux_servis": Handed("studies.potential", "a place that weighs in the needs"),
    "rayons_servis": Handed("studies.potential", "a circle of the map", ("km",)),
    "besoins_a_venir": Handed("studies.pams", "a need whose sourcing comes", (
        "besoin_id", "objet", "annuel", "credibles", "potentiel", "levier", "levier_libelle", "levier_du", "etat_action", "sourcing",
        "premiere_fin", "echeance",
    )),
    "plan_actions": Handed("studies.pams", "an action of the plan: needs of a family, a lever, a date", (
        "rang", "action_id", "nature", "famille_libelle", "levier_libelle", "levier_article", "priorite", "besoins", "besoin_ids", "dus", "dus_retard", "contrats", "objets", "autres_leviers", "levier_fournisseurs", "levier_population", "annuel",
        "potentiel", "potentiel_haut", "sous_clause", "sourcing", "premier", "suite", "consultation", "retard", "difficulte", "levier_verifier", "leviers", "responsable", "etat",
        "echeance", "note", "impact", "impact_bas", "impact_haut",
    )),
    "plan_dits": Handed("studies.pams", "what a person wrote of a line of the plan", ("objet_id", "champ", "valeur")),
    "plan_ecartes": Handed("studies.pams", "a family that the plan leaves out, and why", (
        "motif", "famille_libelle", "besoins", "dus", "potentiel", "sous_clause", "sourcing", "consultation", "objets",
    )),
    "objectifs": Handed("studies.pams", "a target and its state", (
        "rang", "nature", "indicateur", "titre", "unite", "definition", "cible", "annee", "source", "confidence",
        "part", "baisse", "etat", "reponse", "manque", "population", "numerateur", "denominateur", "derniere", "annee_derniere",
        "projete", "manquants", "contrats", "euros",
    )),
    "chemins": Handed("studies.pams", "a point of the road to a target", ("annee", "valeur", "objectif")),
    "atteindre": Handed("studies.pams", "a target and the renewals that could reach it", (
        "objectif", "titre", "unite", "cible", "annee", "part", "baisse", "reponse", "population", "annee_derniere", "derniere",
        "numerateur", "denominateur", "manque", "possibles", "candidats", "choisis", "gagne", "derniere_fin",
        "chance_bas", "chance_haut",
    )),
    "atteindre_plan": Handed("studies.pams", "a renewal chosen for a target", (
        "rang", "uid", "objet", "famille_libelle", "echeance", "sourcing", "manque", "objectif",
    )),
    "maturite": Handed("studies.pams", "an axis of the questionnaire", (
        "axe_libelle", "niveau", "questions", "repondues",
    )),
    "maturite_actions": Handed("studies.pams", "an action that leads to the next level", (
        "axe_libelle", "question", "niveau", "constat", "action",
    )),
    "maturite_grille": Handed("studies.pams", "the grid used", ("origine", "niveaux")),
    "maturite_avis": Handed("studies.acting", "a practice that people met answered: the level kept, its bounds, who said what", (
        "axe_libelle", "texte", "niveau", "bas", "haut", "repondants", "accord", "detail",
    )),
    "entretiens_constats": Handed("studies.acting", "a finding of an interview, typed; quoted by role", (
        "axe_libelle", "type", "constat", "citation", "role",
    )),
    "suites": Handed("studies.pams", "a step of the programme or of the meetings: how many reached it, of those known", (
        "objet", "etape", "nombre", "sur", "part", "inconnus",
    )),
    "depenses_couverture": Handed("studies.pams", "what a spend file covers, beside a year of the contracts read", (
        "premier", "dernier", "mois", "annee", "achats", "par_an",
    )),
    "manques": Handed("studies.pams", "something not given", ("code",)),
    "impact_totaux": Handed("studies.acting", "a type of structure and a year: the work that purchases carry and pay", (
        "type", "exercice", "fournisseurs", "montant", "montant_avoirs", "part_mesuree", "unite", "motifs", "publiable",
    )),
    "impact_exigees": Handed("studies.acting", "a contract and the hours its clause requires"),
    "impact_faites": Handed("studies.acting", "a contract, a year and the hours done"),
    "impact_lieux": Handed("studies.acting", "a level of territory and the purchases that stay there"),
    "impact_oeth": Handed("studies.acting", "the deduction of the employment obligation"),
    "impact_lignes": Handed("studies.acting", "a supplier, a family and a year: the work bought"),
    "impact_familles": Handed("studies.acting", "a type of structure and a purchase family"),
    "impact_facteurs": Handed("studies.acting", "a factor of impact and its source"),
    "impact_refus": Handed("studies.acting", "what is never measured here, and why"),
    "soldes": Handed("studies.suppliers", "a part of the ledger", (
        "poste", "perimetre", "lignes", "montant", "avoirs", "sans_montant",
    )),
    "lecture_dite": Handed("studies.suppliers", "a sentence said first of how the ledger was read", ("texte",)),
    "lectures": Handed("studies.suppliers", "a sheet read", (
        "fichier", "feuille", "etat", "lues", "gardees", "ecartees", "totaux", "vides", "entetes_repetes", "avoirs",
        "taxe", "montant", "total_imprime",
    )),
    "fournisseurs": Handed("studies.suppliers", "a supplier of the ledger", (
        "siren", "fournisseur", "ecritures", "lignes", "montant", "montant_compte", "nom", "commune_fournisseur",
        "departement_fournisseur", "tranche_effectifs", "passe", "score", "titulaire_ess", "ess_borderline",
        "titulaire_esus", "titulaire_inclusif", "ess_famille", "ess_raison", "inclusif_types", "inclusif_regle",
        "inclusif_raison",
    )),
    "a_verifier": Handed("studies.suppliers", "a doubt to settle by hand", (
        "motif", "fournisseur", "siren", "lignes", "montant", "detail",
    )),
    "non_identifies": Handed("studies.suppliers", "a supplier without identity", (
        "siren", "fournisseur", "ecritures", "lignes", "montant", "montant_compte", "nom", "commune_fournisseur",
        "departement_fournisseur", "tranche_effectifs", "passe", "score", "titulaire_ess", "ess_borderline",
        "titulaire_esus", "titulaire_inclusif", "ess_famille", "ess_raison", "inclusif_types", "inclusif_regle",
        "inclusif_raison", "pourquoi",
    )),
    "listes": Handed("studies.suppliers", "a list of suppliers read", (
        "fichier", "libelle", "message", "au", "au_origine", "lus", "retenus", "statuts",
    )),
    "decomptes": Handed("studies.suppliers", "a list and a status", ("source", "au", "statut", "fournisseurs")),
    "corrections": Handed("studies.suppliers", "a status corrected by hand", (
        "objet_id", "champ", "valeur", "auteur", "date", "motif",
    )),
    "conflits": Handed("studies.suppliers", "two lists that contradict each other", (
        "siren", "nom", "motif", "affirme", "affirme_source", "contredit", "contredit_source",
    )),
    "programme_fichiers": Handed("studies.potential", "a file of a programme"),
    "a_decider": Handed("studies.suppliers", "a doubt on a reading that only a person settles"),
    "programme": Handed("studies.potential", "a planned purchase and its need"),
    "programme_textes": Handed("studies.potential", "a sentence of the account of a programme"),
    "regles": Handed("studies.suppliers", "a rule said in words", ("texte",)),
    "depenses_comptes": Handed("studies.potential", "a part of the ledger before the potential", (
        "poste", "famille", "famille_libelle", "lignes", "montant", "poste_libelle",
    )),
    "depenses_origines": Handed("studies.potential", "how a family was found", (
        "lignes", "montant", "confiance", "origine", "part",
    )),
    "depenses_familles": Handed("studies.potential", "a family of the ledger", (
        "famille", "famille_libelle", "lignes", "montant", "ess", "autres", "inconnu", "confiance", "annuel",
    )),
    "sans_famille": Handed("studies.potential", "a purchase without family", (
        "fournisseur", "code_achat", "libelle", "lignes", "montant",
    )),
    "nomenclature": Handed("studies.potential", "a purchase code and its family", (
        "code_achat", "code_libelle", "montant", "famille_proposee", "famille_confiance", "famille_retenue",
        "commentaire",
    )),
    "depenses_textes": Handed("studies.potential", "a sentence of the account", ("texte",)),
    "saisis": Handed("studies.publication", "a figure entered"),
    "depense": Handed("studies.publication", "a measure of spending"),
    "acheteurs": Handed("studies.publication", "a measure of one buyer of a joint schema"),
    "pairs": Handed("studies.publication", "an indicator and where the buyer stands among its peers"),
    "cibles_a_debattre": Handed("studies.publication", "an indicator of the schema, its start and the target proposed", (
        "indicateur", "titre", "acheteur", "annee", "valeur", "bas", "haut", "numerateur", "denominateur", "repondus", "mediane",
        "q3", "n_pairs", "reference", "annee_reference", "vote", "annee_vote", "unite_vote", "valeur_montants",
        "annee_montants", "propose", "motif",
    )),
    "editions": Handed("studies.publication", "a difference between two editions"),
    "croises": Handed("studies.territory", "a family and a commune: demand and supply"),
    "bilan_familles": Handed("studies.territory", "a family of the territory"),
    "bilan_acheteurs": Handed("studies.territory", "a buyer of the territory"),
    "bilan_textes": Handed("studies.territory", "a sentence of the balance", ("texte",)),
    "bilan_fournisseurs": Handed("studies.territory", "the number of suppliers and the dependency", (
        "n", "dependance",
    )),
    "textes_rejets": Handed("studies.diagnostic", "something refused in notices or documents"),
    "lancements": Handed("studies.diagnostic", "a notice and the contract it launched"),
    "avis_fichiers": Handed("studies.diagnostic", "a file of notices"),
    "avis_remplis": Handed("studies.diagnostic", "how many notices fill a column"),
    "avis_annonces": Handed("studies.diagnostic", "what notices announce beside what they say"),
    "pieces": Handed("studies.diagnostic", "a document and its contract"),
}  # fmt: skip


class Tables(dict[str, pl.DataFrame]):
    """The tables handed to sections, by declared names; asking for or giving another name raises ``KeyError`` with the closest one.

    A table with no column at all is one that was not measured.
    """

    def __init__(self, given: Mapping[str, pl.DataFrame] | None = None) -> None:
        super().__init__(given or {})
        for name, frame in self.items():
            lacking = [column for column in declared(name).columns if column not in frame.columns]
            if lacking and frame.width:
                raise KeyError(f"table {name!r} lacks {', '.join(lacking)}")

    def __getitem__(self, name: str) -> pl.DataFrame:
        declared(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        declared(name)
        return super().get(name, default)


def declared(name: str) -> Handed:
    """What is declared of a table.

    Raises
    ------
    KeyError
        No table has that name; the closest is said.
    """
    if name not in HANDED:
        close = get_close_matches(name, HANDED, 1)
        raise KeyError(
            f"no table {name!r} between studies and sections" + (f"; did you mean {close[0]!r}?" if close else "")
        )
    return HANDED[name]
