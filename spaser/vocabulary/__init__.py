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

import polars as pl

from spaser.vocabulary.acting import GROUP_GAPS, GROUP_MEMBERS, GROUPS
from spaser.vocabulary.contracts import (
    ACCESS,
    ACCOUNTS,
    CONSIDERATIONS,
    CONTRACTS,
    CONTRIBUTIONS,
    DECISIONS,
    DESCRIPTION,
    DETECTED,
    DIALECTS,
    HOLDERS,
    IDENTITY,
    LIST_FIELDS,
    RAW,
    RECORDS,
    REJECTS,
    SCORES,
    SUBCONTRACTS,
    VERSIONS,
    WHERE,
)
from spaser.vocabulary.duties import AGEC, APPLICABILITY, BUYER_DUTIES, BUYER_KINDS, DUTIES, FOOD, READINESS, RESERVED
from spaser.vocabulary.filled import FILLED, NOTIONS, SEEN, TO_DECIDE
from spaser.vocabulary.lists import (
    CLOSED_LISTS,
    CONTRACT_KINDS,
    DEFAULT_POPULATION,
    DISTRICTS,
    EDITION_CAUSES,
    GAP_LISTS,
    HOLDER_UNKNOWN,
    INCLUSIVE_STATUSES,
    NONE_DECLARED,
    PLAN_FILLED,
    PLAN_UNTOUCHED,
    POPULATIONS,
    PURCHASES,
    TARGET_ANSWERS,
    TARGET_STATES,
    WORKS_DIVISION,
)
from spaser.vocabulary.measures import EDITIONS, ENTERED, MATURITY_ACTIONS, MATURITY_PROFILE, MEASURES, PEERS
from spaser.vocabulary.needs import (
    CANDIDATES,
    NEED_CONTRACTS,
    NEEDS,
    OPPORTUNITIES,
    PLACES,
    PLAN,
    PROGRAMME,
    RENEWALS,
    SUPPLY,
)
from spaser.vocabulary.suppliers import (
    ESTABLISHMENTS,
    LINK_CANDIDATES,
    LINKS,
    NOMENCLATURE,
    REGISTER,
    SPEND,
    STATUS,
    UNNUMBERED,
)
from spaser.vocabulary.texts import (
    ANNOUNCED,
    DOCUMENT_LINKS,
    GAPS,
    LAUNCHES,
    NOTICE_CRITERIA,
    NOTICE_LOTS,
    NOTICES,
    PASSAGES,
)
from spaser.vocabulary.words import (
    CENT,
    EARTH_KM,
    HOLDER,
    NO,
    SUBCONTRACT,
    UNKNOWN,
    UNREADABLE_CENTS,
    YES,
    B,
    D,
    F,
    I,
    N,
    T,
    Table,
    Word,
)

TABLES = {
    table.name: table
    for table in (
        RAW,
        RECORDS,
        REJECTS,
        ACCOUNTS,
        CONTRACTS,
        HOLDERS,
        VERSIONS,
        SUBCONTRACTS,
        CONTRIBUTIONS,
        GAPS,
        MEASURES,
        ESTABLISHMENTS,
        UNNUMBERED,
        REGISTER,
        PASSAGES,
        SPEND,
        DECISIONS,
        LINKS,
        LINK_CANDIDATES,
        LAUNCHES,
        DUTIES,
        READINESS,
        BUYER_DUTIES,
        RESERVED,
        FOOD,
        AGEC,
        PLACES,
        NEEDS,
        NEED_CONTRACTS,
        SUPPLY,
        CANDIDATES,
        OPPORTUNITIES,
        RENEWALS,
        PLAN,
        MATURITY_PROFILE,
        MATURITY_ACTIONS,
        NOTICES,
        NOTICE_LOTS,
        NOTICE_CRITERIA,
        ANNOUNCED,
        DOCUMENT_LINKS,
        ENTERED,
        PEERS,
        EDITIONS,
        NOMENCLATURE,
        # Last: a name that an earlier table already gives keeps its label and unit.
        PROGRAMME,
        FILLED,
        SEEN,
        TO_DECIDE,
        GROUPS,
        GROUP_MEMBERS,
        GROUP_GAPS,
    )
}

ADDED = (
    CONSIDERATIONS
    + DETECTED
    + STATUS
    + ACCESS
    + SCORES
    + (
        Word("famille", T, "Famille d'achat"),
        Word("famille_libelle", T, "Famille d'achat"),
        Word("famille_origine", T, "Origine de la famille (cpv, texte, nomenclature, activite)"),
        Word("famille_confiance", F, "Confiance dans la famille", "part"),
        Word("famille_doute", B, "Code CPV d'attente, ou objet et code en désaccord"),
        Word("potentiel_brut", I, "Potentiel avant de compter chaque capacité une fois (méthode seulement)", "centime"),
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
    return (
        pl.when(value.is_null()).then(pl.lit(UNKNOWN)).when(value).then(pl.lit(YES)).otherwise(pl.lit(NO)).alias(column)
    )
