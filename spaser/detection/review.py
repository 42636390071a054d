"""What to read again first: the passages whose reading may change what is said of a document, the most doubtful first."""

from __future__ import annotations

import polars as pl

#: A passage that alone carries the level of its document is worth as many doubtful passages that others confirm.
STAKE = 3.0
#: A counted passage less sure than this is read again even when others say the same.
DOUBTFUL = 0.85

ALONE = "rien d'autre ne le dit dans ce document"
LEAD = "piste non comptée, et rien d'autre ne le dit dans ce document"
UNSURE = "moins sûr que les autres"
DENIED = "considération niée, sur la foi de ce seul passage"


def to_review(passages: pl.LazyFrame, counted: float, of: str = "document") -> pl.LazyFrame:
    """The passages worth reading again, the most useful first.

    Parameters
    ----------
    passages
        PASSAGES, with the column `of` that names what is concluded upon (a document, a contract).
    counted
        Passages less sure than this are leads, which count for nothing yet.

    Returns
    -------
    LazyFrame
        The rows that are worth it, with `relecture` (why, in French), in the order of reading. Use is the chance that the
        passage is wrong (or, for a lead, right), times what it alone carries.
    """
    said = pl.col("confiance") >= counted
    where = [of, "dimension"]
    top = pl.col("niveau").filter(said).max().over(where)
    carrying = (said & (pl.col("niveau") == top)).sum().over(where)
    alone = said & (pl.col("niveau") == top) & (carrying == 1)
    lead = ~said & (pl.col("niveau") == 2) & (top.fill_null(0) < 2)
    doubt = 1 - pl.col("confiance")
    return (
        passages.with_row_index("_ordre")
        .with_columns(
            relecture=pl.when(lead)
            .then(pl.lit(LEAD))
            .when(alone & (pl.col("niveau") == 0))
            .then(pl.lit(DENIED))
            .when(alone)
            .then(pl.lit(ALONE))
            .when(said & (pl.col("confiance") < DOUBTFUL))
            .then(pl.lit(UNSURE)),
            _utilite=pl.when(lead).then(STAKE * pl.col("confiance")).when(alone).then(STAKE * doubt).otherwise(doubt),
        )
        .filter(pl.col("relecture").is_not_null())
        .sort("_utilite", "_ordre", descending=[True, False])
        .drop("_utilite", "_ordre")
    )
