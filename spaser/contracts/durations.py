"""How long a contract lasts: what is published, what an amendment says of it (a new total, an extension), the end it cannot precede.

Rules, words and examples: ``reference/contract_facts.toml`` (``avenants``, ``duree``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import evidence, ruling, sequence

#: What is read of a contract without amendment.
PLAIN = ("uid", "dureeMois", "dateNotification")


def judged(states: pl.DataFrame, untouched: pl.DataFrame) -> pl.DataFrame:
    """Per amended contract: the judged duration, the rule, its bounds, the date of the last amendment; and the other contracts of
    which a rule says something.

    Parameters
    ----------
    states
        The amendments in their order: ``uid, duree_notifiee, dureeMois_avenant, dateNotification, date_version``.
    untouched
        The contracts without amendment: ``uid, dureeMois, dateNotification``.
    """
    amended = _durations(_read_months(states))
    plain = untouched.select("uid", _notifiee="dureeMois", _duree="dureeMois", _debut="dateNotification")
    # Few contracts without amendment are spoken of: the others need no line.
    alone = _ruled(pl.concat([amended.clear(), plain], how="diagonal")).filter(pl.col("duree_regle").is_not_null())
    return pl.concat([_ruled(amended), alone])


def _ruled(grouped: pl.DataFrame) -> pl.DataFrame:
    """What the rules say of each contract, in their order, and the bounds that they take."""
    # Only compared with the day of an amendment: without one, it is not worked out.
    lasts = pl.when(pl.col("dernier_avenant").is_not_null()).then("_duree")
    end = pl.col("_debut").dt.offset_by(pl.format("{}mo", lasts))
    seen = {
        "en_doute": pl.col("_n_doute") > 0,
        "duree": pl.col("_duree"),
        "totale": pl.col("_total"),
        "notifiee": pl.col("_notifiee"),
        "fin": end,
        "dernier_avenant": pl.col("dernier_avenant"),
    }
    shown = {
        "notifiee": pl.coalesce("_notifiee", "_duree"),
        "duree": pl.col("_duree"),
        "liste": pl.col("_liste"),
        "dernier": pl.col("_dernier"),
        "somme": pl.col("_somme"),
        "dernier_avenant": pl.col("dernier_avenant").dt.strftime("%d/%m/%Y"),
    }
    values = {"plus_courte": pl.min_horizontal("_duree", "_dernier"), "somme": pl.col("_somme")}
    return ruling.decided(grouped, "duree", seen, shown).select(
        "uid",
        "_duree",
        "dernier_avenant",
        duree_regle="_regle",
        duree_preuve="_preuve",
        duree_basse=ruling.valued("duree", "bas", pl.col("_regle"), values),
        duree_haute=ruling.valued("duree", "haut", pl.col("_regle"), values),
    )


def _read_months(states: pl.DataFrame) -> pl.DataFrame:
    """Each state with how its months are read (``_lu``): the whole duration, in doubt, or nothing said.

    A contract of 24 months whose amendment says « 36 » lasts 36 months, unless those were long over when it was signed (they may
    be months to add; an amendment is often notified some weeks after the end it moves); one whose amendment says « 12 » may last 12 months more, or have been shortened: both are in doubt.
    """
    months = pl.col("_mois")
    speaking = states.with_columns(_mois=pl.when(pl.col("dureeMois_avenant") > 0).then("dureeMois_avenant"))
    before = sequence.largest_before(months)
    speaking = speaking.with_columns(_vigueur=pl.max_horizontal("duree_notifiee", before))
    force = pl.col("_vigueur")
    settings = rules.toml("contract_facts.toml")["avenants"]
    end = pl.col("dateNotification").dt.offset_by(pl.format("{}mo", months))
    reached = (pl.col("date_version") - end).dt.total_days() <= settings["fin_jours"]
    # Days typed for months: « 365 » beside 12.
    days = (months >= settings["mois_trop"] * force) & (months >= settings["mois_trop_des"])
    total = force.is_null() | (months == force) | ((months > force) & reached.fill_null(True) & ~days)
    kind = pl.when(months.is_null()).then(pl.lit("rien")).when(total).then(pl.lit("total")).otherwise(pl.lit("doute"))
    return speaking.with_columns(_lu=kind)


def _durations(classed: pl.DataFrame) -> pl.DataFrame:
    """Per contract: the last duration read as a whole, the months in doubt since, their sum."""
    months = pl.col("_mois")
    after = sequence.none_from(pl.col("_lu") == "total")
    marked = classed.with_columns(_pas_sur=after & (pl.col("_lu") == "doute"))
    grouped = marked.group_by("uid").agg(
        _total=pl.when(pl.col("_lu") == "total").then(months).last(ignore_nulls=True),
        _notifiee=pl.col("duree_notifiee").first(),
        _ajouts=pl.when("_pas_sur").then(months).sum(),
        _n_doute=pl.col("_pas_sur").sum(),
        _dernier=pl.when("_pas_sur").then(months).last(ignore_nulls=True),
        dernier_avenant=pl.col("date_version").max(),
        _debut=pl.col("dateNotification").first(),
    )
    # Written only where a duration is in doubt: the other rules tell no list.
    doubted = marked.filter("_pas_sur").select("uid").unique()
    told = marked.filter(months.is_not_null()).join(doubted, on="uid", how="semi", maintain_order="left")
    written = told.select("uid", mois=evidence.months_listed(pl.col("date_version"), months))
    listed = written.group_by("uid").agg(_liste=pl.col("mois").str.join(", "))
    grouped = grouped.join(listed, on="uid", how="left")
    judged = grouped.with_columns(_duree=pl.coalesce("_total", "_notifiee"))
    return judged.with_columns(_somme=pl.col("_duree") + pl.col("_ajouts"))
