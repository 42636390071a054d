"""What a « marche » of the 2022 schema must say (format-commande-publique 2.0.3, arrêtés of 22 December 2022), to write one."""

from __future__ import annotations

from spaser.vocabulary.lists import CLOSED_LISTS

#: Fields that a marché must carry, in the order of the schema.
REQUIRED = (
    "id",
    "acheteur",
    "nature",
    "objet",
    "codeCPV",
    "techniques",
    "modalitesExecution",
    "marcheInnovant",
    "ccag",
    "offresRecues",
    "attributionAvance",
    "typeGroupementOperateurs",
    "sousTraitanceDeclaree",
    "procedure",
    "lieuExecution",
    "dureeMois",
    "dateNotification",
    "datePublicationDonnees",
    "montant",
    "typesPrix",
    "formePrix",
    "titulaires",
    "considerationsSociales",
    "considerationsEnvironnementales",
)
#: What the closed lists of the kit hold beside those of a marché of 2022: the words of 2019 and of concessions.
_NOT_OURS = {
    "nature": CLOSED_LISTS["nature"][3:],
    "procedure": CLOSED_LISTS["procedure"][6:],
    "considerationsSociales": ["Concession réservée"],
    "formePrix": ["Ferme", "Ferme et actualisable", "Révisable"],
    "titulaire_typeIdentifiant": ["UE"],
}
#: The closed lists of a marché of 2022.
LISTS = {name: [word for word in words if word not in _NOT_OURS.get(name, ())] for name, words in CLOSED_LISTS.items()}
#: A list field and the name of its items.
ITEMS = {
    "techniques": "technique",
    "modalitesExecution": "modaliteExecution",
    "typesPrix": "typePrix",
    "considerationsSociales": "considerationSociale",
    "considerationsEnvironnementales": "considerationEnvironnementale",
}
ID_LENGTH, SUBJECT_LENGTH = 16, 1000
