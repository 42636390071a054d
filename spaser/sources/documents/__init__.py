"""Tender documents → passages with their page and article."""

from spaser.sources.documents.passages import (
    Documents,
    Limits,
    Progress,
    Reader,
    numbers,
    read_documents,
)

__all__ = [
    "Documents",
    "Limits",
    "Progress",
    "Reader",
    "numbers",
    "read_documents",
]
