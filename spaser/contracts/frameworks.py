"""Which framework agreement of the files a marché subséquent, or an undecided contract, belongs to.

By its number first; failing that by what it shares with a framework notified before: holder, CPV group, words of the subject.
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import consultations, subjects

_ENDS = (10, 9, 8)
_LOT = r"(?i)\blots?\b"
#: Under four characters a number found inside another proves nothing.
_SHORTEST = 4
ABSENT, PLAIN, SIBLING, AFTER = (
    "aucun contrat de cet acheteur ne porte ce numéro dans les fichiers",
    "le contrat qui porte ce numéro n'est pas un accord-cadre",
    "le contrat qui porte ce numéro est un lot de la même consultation",
    "l'accord-cadre qui porte ce numéro n'a pas été notifié avant",
)


#: What is read of a contract to follow a number.
_NUMBERED = (
    *("uid", "acheteur_siren", "id", "idAccordCadre", "objet", "dateNotification"),
    *("_cadre", "_numero_donne", "_cite"),
)


def number(name: str) -> pl.Expr:
    """A contract number as platforms write it, separators and case made alike (« 2023.14 », « 2023-14 »)."""
    return pl.col(name).str.to_uppercase().str.replace_all(r"[^0-9A-Z]+", "_").str.strip_chars("_")


def given(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``_numero_donne`` (a framework's number is published, and it is not the contract's own) and ``_numero_autre``
    (nor is it a longer or shorter writing of its own: « 2024-15 » on « 2024-15-01 »).

    A word typed for want of a number is none; nor is one number, borne by no contract of the buyer, on contracts of several
    CPV divisions (``contract_facts.toml``, ``numeros``). Needs ``id, idAccordCadre, acheteur_siren, codeCPV``.
    """
    settings = rules.toml("contract_facts.toml")["numeros"]
    told = contracts.select("uid", "acheteur_siren", "id", "codeCPV", "idAccordCadre").drop_nulls("idAccordCadre")
    told = told.with_columns(_cadre_ecrit=number("idAccordCadre"), _propre=number("id"))
    told = told.filter(
        ~pl.col("_cadre_ecrit").is_in(settings["absents"]) & (pl.col("_cadre_ecrit") != pl.col("_propre"))
    )
    key = ["acheteur_siren", "_cadre_ecrit"]
    known = contracts.select("acheteur_siren", _cadre_ecrit=number("id")).unique()
    spread = told.group_by(key).agg(_divisions=pl.col("codeCPV").str.head(2).n_unique())
    typed = spread.filter(pl.col("_divisions") >= settings["divisions"]).join(known, on=key, how="anti")
    told = told.join(typed, on=key, how="anti").with_columns(_numero_autre=~_own())
    marked = told.select("uid", "_numero_autre", _numero_donne=pl.lit(True))
    return contracts.join(marked, on="uid", how="left").with_columns(
        pl.col("_numero_donne", "_numero_autre").fill_null(False)
    )


def _own() -> pl.Expr:
    """The framework's number is the contract's own, longer or shorter by a part (« 2023.19 » and « 2023-19-00 »)."""
    one, other = pl.col("_cadre_ecrit"), pl.col("_propre")
    tight = [name.str.replace_all("_", "") for name in (one, other)]
    parts = [
        (long + "_").str.starts_with(short + "_") | (pl.lit("_") + long).str.ends_with(pl.lit("_") + short)
        for long, short in ((one, other), (other, one))
    ]
    inside = [
        long.str.contains(short, literal=True) & (short.str.len_chars() >= _SHORTEST)
        for long, short in (tight, tight[::-1])
    ]
    return pl.any_horizontal(*parts, *inside).fill_null(False)


def _spelled(name: str) -> pl.Expr:
    """A number where letters and figures part (« ac-01 », « AC01 »), without the buyer's own SIRET before it."""
    parted = (
        number(name).str.replace_all(r"([A-Z])([0-9])", "${1}_${2}").str.replace_all(r"([0-9])([A-Z])", "${1}_${2}")
    )
    bare = parted.str.replace(r"^\d{14}_?(.)", "${1}")
    return pl.when(number(name).str.head(9) == pl.col("acheteur_siren")).then(bare).otherwise(parted)


def by_number(contracts: pl.DataFrame) -> pl.DataFrame:
    """``uid, _par_numero`` (framework of that number, notified before, not a sibling lot), ``_du_numero, _voisin, _pourquoi``.

    ``_du_numero`` is the framework of that number whatever its date; ``_voisin`` is a contract of that number or of a number that begins with it; ``_pourquoi`` says why the number does not
    decide. Needs ``_cadre`` and the columns of ``kinds.judge``.
    """
    numbers = contracts.select(*_NUMBERED)
    asked = numbers.filter(~pl.col("_cadre") & (pl.col("_numero_donne") | pl.col("_cite").is_not_null())).select(
        "uid",
        "acheteur_siren",
        "objet",
        "dateNotification",
        _numero=pl.coalesce(pl.when("_numero_donne").then(number("idAccordCadre")), number("_cite")),
    )
    others = numbers.filter(pl.col("acheteur_siren").is_in(asked["acheteur_siren"].unique().implode())).select(
        "acheteur_siren",
        "_cadre",
        autre="uid",
        autre_objet="objet",
        autre_date="dateNotification",
        _numero=number("id"),
    )
    theirs = others.with_columns(_cle=_spelled("_numero")).drop("_numero")
    wanted = _spellings(asked).with_columns(_cle=_spelled("_numero")).unique(["uid", "_cle"])
    pairs = wanted.join(theirs, on=["acheteur_siren", "_cle"]).filter(pl.col("uid") != pl.col("autre"))
    pairs = pairs.with_columns(_lot_frere=_siblings(pairs))
    before = (pl.col("autre_date") < pl.col("dateNotification")).fill_null(False)
    why = (
        pl.when(~pl.col("_cadre"))
        .then(pl.lit(1))
        .when(pl.col("_lot_frere"))
        .then(pl.lit(2))
        .when(~before)
        .then(pl.lit(3))
        .otherwise(0)
    )
    best = pairs.with_columns(_rang=why).sort("uid", "_rang", "autre").unique("uid", keep="first", maintain_order=True)
    reasons = {1: PLAIN, 2: SIBLING, 3: AFTER}
    told = best.select(
        "uid",
        _par_numero=pl.when(pl.col("_rang") == 0).then("autre"),
        _du_numero=pl.when("_cadre").then("autre"),
        _meme_numero="autre",
        _pourquoi=pl.col("_rang").replace_strict(reasons, default=None, return_dtype=pl.String),
    )
    known = asked.select("uid").join(told, on="uid", how="left").join(_by_stem(asked, others), on="uid", how="left")
    return known.select(
        "uid",
        "_par_numero",
        "_du_numero",
        _voisin=pl.coalesce("_meme_numero", "_racine"),
        _pourquoi=pl.col("_pourquoi").fill_null(ABSENT),
    )


def _spellings(asked: pl.DataFrame) -> pl.DataFrame:
    """The number, and its end: « 20232023S01070 » in a subject is « 2023S01070 », the year of the budget written before it."""
    number = pl.col("_numero")
    ends = (pl.when(number.str.len_chars() > size).then(number.str.tail(size)) for size in _ENDS)
    return asked.with_columns(_numero=pl.concat_list(number, *ends).list.drop_nulls()).explode("_numero")


def _siblings(pairs: pl.DataFrame) -> pl.Series:
    """Both subjects name a lot of the same consultation."""
    own, other = (consultations.stems(pairs.select(objet=name))["racine"] for name in ("objet", "autre_objet"))
    lots = pairs.select(both=pl.col("objet").str.contains(_LOT) & pl.col("autre_objet").str.contains(_LOT))["both"]
    return ((own == other) & lots).fill_null(False)


def _by_stem(asked: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """``uid, _racine``: a framework whose number begins with the number asked for, or is its beginning."""
    frameworks = others.filter("_cadre").select("acheteur_siren", "autre", cle=_prefixes()).explode("cle")
    wanted = asked.select("uid", "acheteur_siren", cle=_prefixes()).explode("cle").drop_nulls("cle")
    found = wanted.join(frameworks, on=["acheteur_siren", "cle"]).filter(pl.col("uid") != pl.col("autre"))
    return found.group_by("uid").agg(_racine=pl.col("autre").min())


def _prefixes() -> pl.Expr:
    """The number and its beginnings of at least two parts: « 2023_14_00 » is also « 2023_14 »."""
    parts = pl.col("_numero").str.split("_")
    two, three = (parts.list.head(size).list.join("_") for size in (2, 3))
    long = pl.when(parts.list.len() >= 2).then(two)
    return pl.concat_list("_numero", long, pl.when(parts.list.len() >= 3).then(three)).list.drop_nulls().list.unique()


def by_resemblance(contracts: pl.DataFrame) -> pl.DataFrame:
    """``uid, _par_ressemblance``, ``_possible``: a framework notified before that shares what is bought.

    The words of the subject with a holder or the CPV group make a presumed link; a holder and the CPV group alone only a
    possible one. Looked for where the kind is a marché subséquent or undecided and no number is given. Needs ``_sorte``.
    """
    left = (
        pl.col("_sorte").is_in(["marche_subsequent", "indecis"])
        & pl.col("_du_numero").is_null()
        & pl.col("_cite").is_null()
    )
    read = ("uid", "acheteur_siren", "dateNotification", "titulaires_cle", "codeCPV", "objet")
    narrow = contracts.select(*read, "_sorte", "_du_numero", "_cite")
    asked = narrow.filter(left & pl.col("dateNotification").is_not_null()).with_row_index("_un")
    buyers = asked["acheteur_siren"].unique().implode()
    candidates = narrow.filter((pl.col("_sorte") == "accord_cadre") & pl.col("acheteur_siren").is_in(buyers))
    known = candidates.with_row_index("_autre")
    pairs = _pairs(asked, known)
    mine, theirs = _words(asked.join(pairs, on="_un", how="semi")), _words(known.join(pairs, on="_autre", how="semi"))
    met = pairs.join(mine.select("_un", "uid", "n", "marque"), on="_un")
    met = met.join(theirs.select("_autre", "uid", "dateNotification", "n", "marque"), on="_autre", suffix="_autre")
    # The words of a pair are compared where their marks allow it: most pairs share a CPV group and nothing else.
    ones = (pl.col("marque") & pl.col("marque_autre")).bitwise_count_ones()
    hidden = (pl.col(f"n{side}") - pl.col(f"marque{side}").bitwise_count_ones() for side in ("", "_autre"))
    near = met.filter(_alike(ones + pl.min_horizontal(hidden)) | pl.col("deux"))
    near = near.join(mine.select("_un", "mots"), on="_un")
    near = near.join(theirs.select("_autre", "mots"), on="_autre", suffix="_autre")
    shared = pl.col("mots").list.set_intersection("mots_autre").list.len()
    scored = near.with_columns(mots=_alike(shared)).filter(pl.col("mots") | pl.col("deux"))
    order = ["uid", "mots", "deux", "dateNotification", "uid_autre"]
    best = scored.sort(order, descending=[False, True, True, True, False])
    best = best.unique("uid", keep="first", maintain_order=True)
    return best.select("uid", _par_ressemblance=pl.when("mots").then("uid_autre"), _possible="uid_autre")


def _alike(shared: pl.Expr) -> pl.Expr:
    """So many shared words make two subjects alike (``n`` and ``n_autre``: how many each has)."""
    settings = rules.toml("contract_facts.toml")["lien_par_ressemblance"]
    smallest = pl.min_horizontal("n", "n_autre")
    return (shared >= settings["mots_minimum"]) & (shared >= settings["mots_communs"] * smallest)


def _words(contracts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``mots``, the words of the subject that say what is bought, as whole numbers; ``n``, how many; ``marque``, one bit of each.

    Two subjects share at most as many words as bits, and those hidden behind another in the mark.
    """
    told = subjects.bought(pl.col("objet")).list.eval(pl.element().hash()).fill_null([])
    bits = pl.lit(2, pl.UInt64).pow((pl.element() % 63).cast(pl.UInt32)).bitwise_or()
    return contracts.with_columns(mots=told).with_columns(
        n=pl.col("mots").list.len(), marque=pl.col("mots").list.eval(bits).list.first().fill_null(0)
    )


def _pairs(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Who shares a holder or the CPV group with a framework notified before: rows ``_un`` and ``_autre``; ``deux``: both shared."""
    group, holders = pl.col("codeCPV").str.head(3), pl.col("titulaires_cle").str.split("|")
    by_group = _met(*(rows.with_columns(_par=group) for rows in (asked, known)))
    by_holder = _met(*(rows.with_columns(_par=holders).explode("_par") for rows in (asked, known))).unique()
    both = pl.concat([by_group, by_holder]).group_by("_un", "_autre").agg(pl.len())
    return both.select("_un", "_autre", deux=pl.col("len") == 2)


def _met(asked: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The rows of one buyer that have ``_par`` in common, the framework being notified first."""
    mine, theirs = (
        rows.drop_nulls(["acheteur_siren", "_par"]).select(
            rank, "dateNotification", cle=pl.struct("acheteur_siren", "_par").hash()
        )
        for rows, rank in ((asked, "_un"), (known, "_autre"))
    )
    pairs = mine.join(theirs, on="cle", suffix="_autre")
    return pairs.filter(pl.col("dateNotification_autre") <= pl.col("dateNotification")).select("_un", "_autre")
