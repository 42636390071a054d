"""What a cell of « statut » may say: codes, names, old names and initials of each kind of structure."""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.text import fold, fold_expr


def known_statuses(*, everything: bool = False) -> dict[str, str]:
    """What a cell of « statut » may say → the status: codes (« E.T.T.I. » too), names, « name (code) » and « code - name » of each kind.

    With ``everything``, kinds that are not inclusive too: they prove what a list is, though they give no status.
    """
    kinds = rules.table("siae_types.csv").filter((pl.col("inclusif") == "oui") | everything)
    known = {
        fold(word): status
        for status, words in rules.toml("register_columns.toml")["statuses"].items()
        for word in words
    }
    for code, label, alias in kinds.select("code", "libelle", "alias").rows():
        names = [label, *(alias or "").split("|")]
        both = [f"{a} {b}" for name in names if name for a, b in ((name, code), (code, name))]
        known |= {fold(word): code for word in (code, " ".join(code), *names, *both) if word}
    return known


#: Words that a name of kind may have or lack, and its plurals: « Ateliers et chantiers d'insertion » is one kind.
_SMALL = r"\b(?:et|ou|de|d|l|la|le|les|des|du|par|en|un|une|a|au|aux|pour|s)\b"


#: Words cut short: « Ent. adaptée », « Etab. et service d'aide par le travail ».
_CUT = {"ent": "entreprise", "entr": "entreprise", "etab": "etablissement", "etabl": "etablissement", "ets": "etablissement",
        "asso": "association", "assoc": "association", "gpt": "groupement", "serv": "service"}  # fmt: skip


def essential(column: str) -> pl.Expr:
    """The words that tell a kind: folded, in full, in the singular, without small words."""
    full = fold_expr(pl.col(column))
    for cut, word in _CUT.items():
        full = full.str.replace(rf"\b{cut}\b", word)
    bare_words = full.str.replace_all(_SMALL, " ").str.replace_all(r"(\p{L}{3,})s\b", "$1")
    return bare_words.str.replace_all(r"\s+", " ").str.strip_chars()


#: Legal forms: beside them « EI » is an « entreprise individuelle » and no kind of structure.
LEGAL_FORMS = ("sarl", "sas", "sasu", "eurl", "sci", "snc", "sa", "eirl", "micro entreprise", "auto entrepreneur", "entreprise individuelle", "profession liberale")  # fmt: skip


def is_form(column: str) -> pl.Expr:
    """Whether « EI » of this column is a legal form: others stand beside it."""
    flat = fold_expr(pl.col(column))
    return flat.is_in(["ei", "e i"]) & flat.is_in(LEGAL_FORMS).any()


def by_words(known: dict[str, str]) -> dict[str, str]:
    """The same names without their small words; a name that two kinds would share is left out."""
    pairs = pl.DataFrame({"mot": list(known), "statut": list(known.values())}).with_columns(cle=essential("mot"))
    alone = pairs.filter((pl.col("statut").n_unique().over("cle") == 1) & (pl.col("cle").str.len_chars() > 1))
    return dict(alone.select("cle", "statut").rows())


def others() -> dict[str, str]:
    """The essential words of each kind that is known and not inclusive of itself → its name: « Régie de quartiers »."""
    table = rules.table("siae_types.csv").filter(pl.col("inclusif") != "oui")
    names = {
        fold(word): label
        for code, label, alias in table.select("code", "libelle", "alias").rows()
        for word in (code, label, *(alias or "").split("|"))
        if word
    }
    return by_words(names)
