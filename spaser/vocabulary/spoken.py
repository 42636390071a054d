"""How a table handed to an officer is headed and worded: a column or a value that is a code, as it is said in French.

A heading here folds (``text.fold``) to the name it stands for wherever a person fills the file in, so that it is read back as it is.
The files that machines read (open data and their schema, DECP to republish, mapping files) keep their names: see ``tests/cases/codes_shown.toml``.
"""

from __future__ import annotations

import re

import polars as pl

from spaser.vocabulary import LABELS

#: Column of a CSV for officers → its heading; any other coded name takes its label, else loses its underscores.
HEADINGS = {
    "procedure": "procédure",
    "echeance": "échéance",
    "recurrence": "récurrence",
    "credibles": "crédibles",
    "reservables": "réservables",
    "formalise": "procédure formalisée",
    "departements": "départements",
    "reserve": "réservé",
    "libelle": "libellé",
    "subsequent": "marché subséquent",
    "a_venir": "à venir",
    "acheteur_id": "SIRET de l'acheteur",
    "acheteur_nom": "acheteur",
    "acheteur_siren": "SIREN de l'acheteur",
    "avec_considerations": "avec considérations",
    "avec_cpv": "avec code CPV",
    "candidat_commune": "candidat, commune",
    "code_achat": "code d'achat",
    "code_libelle": "libellé du code d'achat",
    "codeCPV": "code CPV",
    "commune_fournisseur": "commune du fournisseur",
    "cout_heures": "coût des heures",
    "date_prevue": "date prévue",
    "dateNotification": "date de notification",
    "departement_fournisseur": "département du fournisseur",
    "dureeMois": "durée en mois",
    "ess_borderline": "ESS : cas limite",
    "ess_famille": "ESS : famille",
    "ess_raison": "ESS : preuve ou raison",
    "famille_acheteur": "famille d'achat de l'acheteur (code)",
    "famille_acheteur_libelle": "famille d'achat de l'acheteur",
    "famille_confiance": "confiance dans la famille",
    "famille_libelle": "famille d'achat",
    "famille_origine": "d'où vient la famille",
    "identifiant_lu": "identifiant tel que lu",
    "inclusif_raison": "inclusif : preuve ou raison",
    "inclusif_regle": "inclusif : connu par",
    "inclusif_types": "inclusif : types",
    "lieuExecution_code": "lieu d'exécution",
    "montant_euros": "montant (euros)",
    "numero_marche": "numéro de marché",
    "perimetre": "périmètre",
    "perimetre_motif": "motif du périmètre",
    "titulaire_ess": "titulaire de l'ESS",
    "titulaire_esus": "titulaire ESUS",
    "titulaire_id": "identifiant du titulaire",
    "titulaire_inclusif": "titulaire inclusif",
}
#: Column → its codes → the words.
VALUES = {
    "consideration": {
        "clause_sociale": "clause sociale",
        "critere_social": "critère social",
        "marche_reserve": "marché réservé",
        "clause_environnementale": "clause environnementale",
        "critere_environnemental": "critère environnemental",
    },
    "passe": {
        "validation": "décision d'une personne",
        "identifiant": "identifiant",
        "identifiant_repare": "identifiant réparé",
        "identifiant_hors_registre": "identifiant absent des listes",
        "nom_exact": "nom exact",
        "nom_variante": "variante du nom",
        "nom_proche": "nom proche",
    },
    "perimetre": {
        "banque_assurance": "banque ou assurance",
        "centrale_achat": "centrale d'achat",
        "hors_perimetre": "hors périmètre",
        "a_verifier": "à vérifier",
    },
    "famille_origine": {"nomenclature_proposee": "nomenclature proposée", "activite": "activité"},
    "recurrence": {"presumee": "présumée", "constatee": "constatée", "reconductible": "reconductible"},
    "levier_confiance": {
        "texte_lu_en_copie": "texte lu en copie",
        "source_officielle": "source officielle",
        "source_secondaire": "source secondaire",
        "a_confirmer": "à confirmer",
    },
    "etat_action": {"a_preparer": "à préparer", "preciser": "préciser"},
    "origine": {"depenses": "dépenses"},
    "statut_echeance": {"a_venir": "à venir", "depassee": "dépassée", "inconnue": "inconnue"},
    "regle": {"symbolic_below": "montant symbolique", "repeated_digit": "chiffre répété"},
    "facteur": {
        "heures_par_etp": "heures par ETP",
        "ventes_par_etp": "ventes par ETP",
        "ventes_par_heure": "ventes par heure",
        "aides_par_etp": "aides par ETP",
        "heures_par_keuro": "heures par millier d'euros",
        "heures_par_personne": "heures par personne",
        "taux_clause": "part d'heures d'une clause",
        "oeth_deduction": "OETH : part déduite",
        "oeth_plafond": "OETH : plafond",
        "multiplicateur_local": "multiplicateur local",
        "ges_evites": "gaz à effet de serre évités",
        "aubaine": "effet d'aubaine",
    },
}
#: Columns whose codes are words joined by underscores: what ``VALUES`` does not name is shown with spaces.
_JOINED = ("regle",)
#: Codes left out of a file for officers when their title is in it too.
_TITLED = ("famille", "levier", "etat")
_CODED = re.compile(r"_|[a-z][A-Z]")


def heading(name: str) -> str:
    """How a column is headed in a file for officers."""
    if name in HEADINGS or not _CODED.search(name):
        return HEADINGS.get(name, name)
    told = re.sub(r" \(.*\)$", "", LABELS.get(name, ""))
    return told or name.replace("_", " ")


def handed(frame: pl.DataFrame) -> pl.DataFrame:
    """The table as an officer reads it: no code beside its own title, each heading once, values in words."""
    kept = worded(frame).drop(name for name in _TITLED if {name, f"{name}_libelle"} <= set(frame.columns))
    taken: dict[str, str] = {}
    for name in kept.columns:
        taken[name] = (
            heading(name) if heading(name) not in taken.values() else f"{heading(name)} ({name.replace('_', ' ')})"
        )
    return kept.rename(taken)


def worded(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the codes of its columns said in French; what is not a known code is left as it is."""
    texts = [name for name, words in VALUES.items() if frame.schema.get(name) == pl.String and words]
    said = frame.with_columns(pl.col(name).replace(VALUES[name]) for name in texts)
    joined = [name for name in _JOINED if said.schema.get(name) == pl.String]
    plain = r"^[a-z]+(?:_[a-z]+)+$"
    return said.with_columns(
        pl.when(pl.col(name).str.contains(plain))
        .then(pl.col(name).str.replace_all("_", " ", literal=True))
        .otherwise(name)
        .alias(name)
        for name in joined
    )
