"""Is what a duty expects declared: each form of ``met`` in ``law.toml`` is read here, and no other."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import rules

#: The forms of ``met`` in ``law.toml``: the names that each says together.
MET = frozenset(
    frozenset(form) for form in (("any",), ("any", "perhaps"), ("all",), ("text", "but"), ("publication",), ("before",))
)


def met(duty: dict[str, Any]) -> pl.Expr:
    """Is what the duty expects declared: yes, no, unknown (Kleene); a duty without ``met`` is never read in the data.

    Raises
    ------
    ValueError
        ``met`` is not of a form known here: left aside, it would read « inconnu » for ever.
    """
    said = duty.get("met", {})
    if said and frozenset(said) not in MET:
        raise ValueError(f"« {duty['label']} »: met says {sorted(said)}")
    match said:
        case {"any": list(names)}:
            declared = pl.any_horizontal(names)
            # What no text likens to the duty never proves it, and forbids to say that it is not met.
            perhaps = [pl.col(name).fill_null(False) for name in said.get("perhaps", [])]
            return pl.when(declared | ~pl.any_horizontal(pl.lit(False), *perhaps)).then(declared)
        case {"all": list(names)}:
            return pl.all_horizontal(names)
        case {"text": words, "but": otherwise}:
            # What the subject says of what is bought; it never says no: documents may.
            told = pl.col("objet").str.contains(words) & ~pl.col("objet").str.contains(otherwise)
            return pl.when(told).then(True)
        case {"publication": [published, notified]}:
            months = rules.method()["indicators"]["delai_publication"]["value"]
            timely = pl.col(published) <= pl.col(notified).dt.offset_by(f"{months}mo")
            # An amendment or a batch may hide the first publication: its date can prove that a contract was on time, not that it was late.
            return pl.when(timely | ~pl.col("publication_recouverte")).then(timely)
        case {"before": [published, begun]}:
            early = pl.col(published) <= pl.col(begun)
            return pl.when(early | ~pl.col("publication_recouverte")).then(early)
        case _:
            return pl.lit(None, pl.Boolean)
