"""When a contract was launched: from a notice, from its framework agreement, else only bounded by its notification.

The duties of 2026 hold for consultations launched from a day; the published data only carry the notification. Lags are
choices of the method (``method.toml``, ``obligations``), with their reasons.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from spaser.obligations.ladders import CERTAIN, LIKELY, NOT_SUBJECT, UNDECIDED, UNLIKELY, Rung, climb
from spaser.vocabulary import LAUNCHES

NOTIFIED, LAUNCHED = pl.col("dateNotification"), pl.col("lancement")
#: A marché subséquent, as the contract is judged; and a contract that may be one.
LATER, UNSURE = pl.col("marche_subsequent").fill_null(False), pl.col("nature_contrat") == "indecis"


def launched(contracts: pl.LazyFrame, launches: pl.LazyFrame | None) -> pl.LazyFrame:
    """Adds ``lancement``, ``date_reference``, ``date_origine``, and ``cadre_notification``, ``cadre_besoin`` of the framework.

    A marché subséquent takes the launch of its framework (``cadre_uid``), never its own. A launch after the notification or the
    publication is a wrong notice and is left out. Needs ``uid, marche_subsequent, nature_contrat, cadre_uid, dateNotification,
    consultation_montant``.
    """
    given = LAUNCHES.empty().lazy() if launches is None else LAUNCHES.conform(launches)
    first = (
        given.drop_nulls(["uid", "date_lancement"])
        .sort("date_lancement", "source")
        .unique("uid", keep="first", maintain_order=True)
    )
    told = contracts.join(
        first.select("uid", propre="date_lancement", avis="source"), on="uid", how="left", maintain_order="left"
    )
    published = pl.col("premiere_publication")
    believed = ((pl.col("propre") <= NOTIFIED) | NOTIFIED.is_null()) & (
        (pl.col("propre") <= published) | published.is_null()
    )
    told = told.with_columns(propre=pl.when(believed).then("propre"))
    frameworks = told.select(
        cadre_uid="uid",
        cadre_lancement="propre",
        cadre_avis="avis",
        cadre_notification="dateNotification",
        cadre_besoin="consultation_montant",
    )
    linked = told.join(frameworks, on="cadre_uid", how="left", maintain_order="left")
    dated = linked.with_columns(lancement=pl.when(LATER).then("cadre_lancement").otherwise("propre"))
    origin = (
        pl.when(LAUNCHED.is_null())
        .then(pl.lit("notification"))
        .when(LATER)
        .then(pl.format("accord-cadre ({})", pl.col("cadre_avis").fill_null("avis")))
        .otherwise(pl.format("avis ({})", pl.col("avis").fill_null("sans nom")))
    )
    return dated.with_columns(date_reference=pl.coalesce("lancement", "dateNotification"), date_origine=origin)


def by_launch(rule: date, as_of: date, method: dict[str, Any], doubt: tuple[date, str] | None = None) -> pl.Expr:
    """The ladder of a duty that holds for consultations launched from the day of its ``rule``.

    ``doubt``: an earlier day that another text gives, and why. A launch between the two is undecided, and the lags of a
    notification are counted from the first day in question.
    """
    since, why = doubt or (rule, "")
    shown = f"{since:%d/%m/%Y}"
    short, long = method["delai_minimal"]["value"], method["delai_probable"]["value"]
    between = (
        [
            Rung(
                "lance_entre_deux_textes",
                LAUNCHED >= since,
                UNDECIDED,
                _said("consultation lancée le {} ({}) : " + why),
            )
        ]
        if doubt
        else []
    )
    launched = Rung("lance_depuis", LAUNCHED >= rule, CERTAIN, _said("consultation lancée le {} ({})"))
    return climb((launched, *between, *_before(since, as_of, shown), *_after(since, short, long, shown)))


def _before(since: date, as_of: date, shown: str) -> tuple[Rung, ...]:
    """What shows that a consultation was launched before the rule, or leaves it open: its own dates, then those of its framework."""
    return (
        Rung("lance_avant", LAUNCHED < since, NOT_SUBJECT, _said("consultation lancée le {} ({}), avant le " + shown)),
        Rung("notifie_avant", NOTIFIED < since, NOT_SUBJECT, f"notifié, donc lancé, avant le {shown}"),
        Rung(
            "publie_avant",
            NOTIFIED.is_null() & (pl.col("premiere_publication") < since),
            NOT_SUBJECT,
            f"publié, donc lancé, avant le {shown}",
        ),
        Rung(
            "cadre_notifie_avant",
            LATER & (pl.col("cadre_notification") < since),
            NOT_SUBJECT,
            f"marché subséquent d'un accord-cadre notifié avant le {shown} (à confirmer)",
        ),
        Rung(
            "cadre_sans_date",
            LATER,
            UNDECIDED,
            "marché subséquent : la date de lancement de son accord-cadre n'est pas connue (à confirmer)",
        ),
        Rung(
            "nature_indecise",
            UNSURE,
            UNDECIDED,
            "contrat qui relève peut-être d'un accord-cadre lancé plus tôt : sa nature est à confirmer",
        ),
        Rung(
            "arrete_avant",
            NOTIFIED.is_null() & (pl.lit(as_of) < since),
            NOT_SUBJECT,
            f"données arrêtées avant le {shown}",
        ),
        Rung("sans_date", NOTIFIED.is_null(), UNDECIDED, "date de notification inconnue"),
    )


def _after(since: date, short: int, long: int, shown: str) -> tuple[Rung, ...]:
    """What the lag between a launch and its notification allows to say, when the launch itself is not known."""
    return (
        Rung(
            "notifie_peu_apres",
            NOTIFIED < since + timedelta(days=short),
            UNLIKELY,
            f"notifié moins de {short} jours après le {shown} : sans doute lancé avant",
        ),
        Rung(
            "notifie_apres",
            NOTIFIED < since + timedelta(days=long),
            UNDECIDED,
            f"notifié moins de {long} jours après le {shown} : la date de lancement trancherait",
        ),
        Rung(
            "notifie_longtemps_apres",
            pl.lit(True),
            LIKELY,
            f"notifié {long} jours ou plus après le {shown} : sans doute lancé depuis",
        ),
    )


def by_notification(since: date, as_of: date) -> pl.Expr:
    """The ladder of a duty that holds for contracts notified from ``since``."""
    shown = f"{since:%d/%m/%Y}"
    return climb(
        (
            Rung("notifie_depuis", NOTIFIED >= since, CERTAIN, f"notifié depuis le {shown}"),
            Rung("notifie_avant_la_regle", NOTIFIED.is_not_null(), NOT_SUBJECT, f"notifié avant le {shown}"),
            Rung("arrete_avant_la_regle", pl.lit(as_of) < since, NOT_SUBJECT, f"données arrêtées avant le {shown}"),
            Rung("sans_date_de_notification", pl.lit(True), UNDECIDED, "date de notification inconnue"),
        )
    )


def _said(text: str) -> pl.Expr:
    return pl.format(text, LAUNCHED.dt.strftime("%d/%m/%Y"), pl.col("date_origine"))
