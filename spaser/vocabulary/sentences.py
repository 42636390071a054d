"""Sentences that several rooms say to the user, written once."""

from __future__ import annotations

#: What stands on everything made from the demo of contracts, and from that of spending.
DEMO_NOTE = "Démonstration : acheteurs, fournisseurs et contrats sont inventés."
DEMO_SPEND_NOTE = "Démonstration : l'acheteur, les fournisseurs et les dépenses sont inventés."
#: No register was given where one is needed, and what to do.
NO_LIST = "Aucune liste de fournisseurs n'a été lue"
ADD_LISTS = "Ajoutez --registre avec vos listes (SIAE, ESAT, ESS France, SIRENE)"
