"""Files → checked tables, and what was refused: `read` is the only verb for contracts."""

from spaser.sources.contracts.reading import Reading, read

__all__ = ["Reading", "read"]
