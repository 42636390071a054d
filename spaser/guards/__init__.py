"""What a library or the system may raise on a damaged file, turned into a ``Problem``: one list of exceptions per library.

Use it around whatever opens, decodes or collects what a person gave::

    with guards.reading(path.name, "zip", "polars"):
        ...

Only what is listed for these libraries becomes a ``Problem``: a fault of the kit itself still shows as one.
"""

from spaser.guards.libraries import LIBRARIES, exceptions, json_of, reading, refused
from spaser.guards.messages import of_csv, of_json, of_polars, of_system, of_toml
from spaser.guards.names import named

__all__ = [
    "LIBRARIES",
    "exceptions",
    "json_of",
    "named",
    "of_csv",
    "of_json",
    "of_polars",
    "of_system",
    "of_toml",
    "reading",
    "refused",
]
