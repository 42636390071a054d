"""What a word and a table are, and the few types they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

YES, NO, UNKNOWN = "oui", "non", "inconnu"

CENT = 100
#: The mean radius of the Earth, in kilometres.
EARTH_KM = 6371.0088

#: Amounts at or above this many cents (10 000 milliards d'euros) cannot be real and do not fit the sums.
UNREADABLE_CENTS = 10**15


@dataclass(frozen=True)
class Word:
    """One column: its name, Polars dtype, French label, unit and where it comes from."""

    name: str
    dtype: pl.DataType
    label: str
    unit: str = ""
    origin: str = "kit"


@dataclass(frozen=True)
class Table:
    """One table passed between rooms: what a row is, its key and its columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    words: tuple[Word, ...]

    @property
    def columns(self) -> list[str]:
        return [word.name for word in self.words]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        return {word.name: word.dtype for word in self.words}

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The frame with exactly this table's columns, in order and dtype; what lacks is null."""
        have = frame.collect_schema().names()
        return frame.select(
            (pl.col(word.name) if word.name in have else pl.lit(None)).cast(word.dtype).alias(word.name)
            for word in self.words
        )


T, I, D, B, F = pl.String(), pl.Int64(), pl.Date(), pl.Boolean(), pl.Float64()  # noqa: E741

N = pl.Int32()

HOLDER = pl.Struct({"titulaire_id": T, "titulaire_typeIdentifiant": T, "titulaire_nom": T})

SUBCONTRACT = pl.Struct(
    {
        "id": T,
        "sousTraitant_id": T,
        "sousTraitant_typeIdentifiant": T,
        "montant": I,
        "dureeMois": N,
        "dateNotification": D,
    }
)
