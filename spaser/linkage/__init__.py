"""Linkage: names as ledgers write them → SIREN and SIRET of a register."""

from spaser.linkage.passes import (
    attach,
    keyed,
    link,
    names_of,
    read_validations,
    to_validate,
    write_validations,
)

__all__ = [
    "attach",
    "keyed",
    "link",
    "names_of",
    "read_validations",
    "to_validate",
    "write_validations",
]
