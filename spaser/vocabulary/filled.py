"""The account of what is filled: of each file, each column seen and what it became; and the records that say what matters."""

from __future__ import annotations

from spaser.vocabulary.words import I, T, Table, Word

#: What every record should say, whatever it is: the notion and how a user calls it.
NOTIONS = {
    "acheteur": "acheteur identifié",
    "titulaire": "titulaire ou fournisseur",
    "cpv": "code CPV",
    "montant": "montant",
    "date": "date",
    "considerations": "considérations",
    "texte": "texte",
}

FILLED = Table(
    "filled",
    "une source (fichier ou feuille) et combien de ses enregistrements gardés disent chaque chose (vide : sans objet pour cette nature)",
    ("source", "feuille", "nature"),
    (
        Word("source", T, "Fichier"),
        Word("feuille", T, "Feuille"),
        Word("nature", T, "Nature (contrats, avis, dépenses, liste de fournisseurs, programme d'achat)"),
        Word("enregistrements", I, "Enregistrements gardés"),
        *(Word(notion, I, f"Avec {label}") for notion, label in NOTIONS.items()),
        Word("manque", T, "Essentiels vides"),
    ),
)

SEEN = Table(
    "seen",
    "une colonne vue dans une source : reconnue ou non, remplie, gardée",
    ("source", "feuille", "colonne"),
    (
        Word("source", T, "Fichier"),
        Word("feuille", T, "Feuille"),
        Word("nature", T, "Nature"),
        Word("colonne", T, "Colonne, telle que lue"),
        Word("sens", T, "Ce qu'elle dit (vide : non reconnue)"),
        Word("lignes", I, "Lignes"),
        Word("remplies", I, "Remplies"),
        Word("gardees", I, "Gardées"),
    ),
)

TO_DECIDE = Table(
    "to_decide",
    "une lecture à confirmer par une personne : colonne, liste ou nom ; acceptée, refusée ou changée là où l'on répond",
    ("objet_type", "objet_id", "propose"),
    (
        Word("objet_type", T, "Quoi (colonne, liste, nom)"),
        Word("objet_id", T, "Lequel"),
        Word("propose", T, "Lecture proposée"),
        Word("autres", T, "Autres lectures possibles"),
        Word("preuve", T, "Ce qui le dit"),
        Word("montant", I, "Montant en jeu", "centime"),
        Word("ou_repondre", T, "Où répondre"),
    ),
)
