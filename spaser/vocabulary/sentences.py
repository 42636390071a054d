"""Sentences that several rooms say to the user, written once."""

from __future__ import annotations

#: What stands on everything made from the demo of contracts, and from that of spending.
DEMO_NOTE = "Démonstration : acheteurs, fournisseurs et contrats sont inventés."
DEMO_SPEND_NOTE = "Démonstration : l'acheteur, les fournisseurs et les dépenses sont inventés."
#: No register was given where one is needed, and what to do.
NO_LIST = "Aucune liste de fournisseurs n'a été lue"
ADD_LISTS = "Ajoutez --registre avec vos listes (SIAE, ESAT, ESS France, SIRENE)"

#: Why a target is proposed, or not.
UNMEASURED = "à mesurer d'abord : aucun contrat renseigné, ou moins de dix dans l'année"
ABOVE_PEERS = "se maintenir : déjà au-dessus du dernier quart des acheteurs comparables"
PEERS_LANDMARK = "ce que font les acheteurs comparables du dernier quart"
NATIONAL_LANDMARK = "référence nationale, pour mémoire"
REACHED = "référence nationale déjà atteinte, rien n'est proposé au-dessous : à débattre"
NO_LANDMARK = "aucun repère (ni acheteurs comparables, ni référence nationale) : à débattre"
VOTED = "objectif déjà voté"
#: Why a need that could be prepared has no line in the plan.
BEYOND_TEN = "au-delà des dix lignes"
