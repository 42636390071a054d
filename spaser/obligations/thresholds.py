"""Is the need above the threshold? European thresholds by kind of buyer, kind of contract and day; publication threshold.

The threshold speaks of the estimated need of the whole, which is not published: the presumed consultation stands for it,
a formal procedure is a second sign, and where the two disagree the state is never certain.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import rules
from spaser.obligations.buyer_kinds import KIND
from spaser.obligations.dates import LATER, UNSURE
from spaser.obligations.ladders import CERTAIN, LIKELY, NOT_SUBJECT, UNDECIDED, UNLIKELY, Rung, climb
from spaser.obligations.works import WORKS, among_lots, contradicted
from spaser.obligations.works import judged as judged_works
from spaser.vocabulary import CENT

GOODS = {
    "central": "eu_threshold_goods_central",
    "autre": "eu_threshold_goods_other",
    "entite": "eu_threshold_goods_utility",
}
DAY = pl.col("date_reference")
WITHOUT_COMPETITION = "Marché passé sans publicité ni mise en concurrence préalable"
NEED, OWN, SURE = pl.col("besoin"), pl.col("_notifie"), pl.col("_sur")
EARLY, SPECIFIC, FORMAL = pl.col("_tot"), pl.col("_specifique"), pl.col("_formal")


def needs(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``besoin`` (cents), ``besoin_incomplet``, ``ue_bas``, ``ue_haut``, ``publication`` (cents, as of ``date_reference``).

    A contract alone is its amount as first notified, which an amendment does not change; lots are the sum of their
    consultation; a marché subséquent belongs to the need of its framework.
    """
    status = pl.col("montant_statut")
    own = pl.when(status.is_in(["valide", "a_verifier"])).then(pl.coalesce("montant_initial", "montant"))
    (low, high), (early_low, early_high) = _european(DAY), _european(EARLY)
    told = contracts.with_columns(
        _notifie=own,
        _sur=rules.amount_known(),
        _tot=_early(),
        _travaux=among_lots(),
        _specifique=rules.specific_service("codeCPV").fill_null(False),
    )
    whole = pl.when(pl.col("consultation_n") == 1).then(OWN).otherwise(pl.max_horizontal("consultation_montant", OWN))
    known = told.with_columns(
        besoin=pl.max_horizontal(whole, pl.when(LATER).then("cadre_besoin")),
        _cadre_absent=UNSURE | (LATER & pl.col("cadre_besoin").is_null()),
        besoin_incomplet=(~SURE).any().over("consultation"),
        _formal=rules.formal_procedure(),
        _adapted=rules.adapted_procedure(),
        # The threshold is that of the launch; a launch not known is at the latest the notification, months before as a rule.
        ue_bas=pl.when(low.is_not_null()).then(pl.min_horizontal(low, early_low)) * CENT,
        ue_haut=pl.when(high.is_not_null()).then(pl.max_horizontal(high, early_high)) * CENT,
        _seuil_lu=_read(DAY) & _read(EARLY),
    )
    day = pl.col("dateNotification")
    return known.with_columns(
        publication=_force("publication_threshold", day) * CENT,
        publication_liste=_force("publication_threshold_option", day) * CENT,
        dispense=_exemption(day) * CENT,
    )


def without_competition(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Two rows, ``question, contrats``: contracts without competition above the threshold of exemption, surely and perhaps.

    The threshold is that of the launch, which is not later than the notification: a contract notified soon after a change
    may be under the former one.
    """
    lag = rules.method()["obligations"]["delai_probable"]["value"]
    notified = pl.col("dateNotification")
    high, low = _exemption(notified) * CENT, _exemption(notified.dt.offset_by(f"-{lag}d")) * CENT
    asked = contracts.filter(
        (pl.col("procedure") == WITHOUT_COMPETITION) & (pl.col("montant_statut") == "valide") & ~LATER
    )
    amount = pl.col("montant")
    parts = {
        "Sur quel cas du code reposent ces marchés sans publicité ni mise en concurrence, au-dessus du seuil de dispense (CCP R2122-8) ?": amount
        >= high,
        "Quel jour ces consultations sans publicité ni mise en concurrence ont-elles été engagées ? Leur montant est entre l'ancien et le "
        "nouveau seuil de dispense (CCP R2122-8), et c'est la date de lancement qui en décide.": (amount >= low)
        & (amount < high),
    }
    return pl.concat(
        asked.filter(where).select(question=pl.lit(text), contrats=pl.len().cast(pl.Int64))
        for text, where in parts.items()
    )


def listed_yearly(duties: pl.LazyFrame) -> pl.LazyFrame:
    """One row, ``question, contrats``: contracts that a yearly list may be enough to publish."""
    text = "Les marchés passés en application de R2122-8 figurent-ils dans une liste annuelle publiée au premier trimestre, qui suffit (CCP R2196-1 dernier alinéa) ?"
    late = pl.col("regle_etat").str.contains("liste_annuelle", literal=True) & ~pl.col("remplie").fill_null(False)
    return duties.filter(late).select(question=pl.lit(text), contrats=pl.col("uid").n_unique().cast(pl.Int64))


def european(method: dict[str, Any]) -> pl.Expr:
    """The ladder of the European threshold."""
    return climb(
        (
            Rung("seuil_inconnu", pl.col("ue_bas").is_null(), UNDECIDED, "seuil européen non renseigné à cette date"),
            *_above(pl.col("ue_haut"), "seuil européen"),
            Rung(
                "besoin_du_cadre",
                pl.col("_cadre_absent"),
                UNDECIDED,
                "marché subséquent, ou contrat qui l'est peut-être : son besoin est celui d'un accord-cadre absent de ces fichiers",
            ),
            Rung(
                "services_specifiques",
                SPECIFIC & (pl.col("type_contrat") == "marche") & (FORMAL | (NEED >= pl.col("ue_bas"))),
                UNDECIDED,
                "services sociaux ou spécifiques : entre le seuil européen ordinaire et le leur, plus élevé (annexe 3 du code, à confirmer)",
            ),
            Rung(
                "formalise_sous_le_seuil",
                FORMAL & NEED.is_not_null() & ~pl.col("besoin_incomplet"),
                UNDECIDED,
                "montant publié sous le seuil européen, mais procédure formalisée : choisie, ou imposée par un besoin plus grand que ce qui est publié",
            ),
            Rung(
                "formalise_type_inconnu",
                FORMAL & WORKS.is_null() & (pl.col("type_contrat") == "marche"),
                UNDECIDED,
                "procédure formalisée seule : ni le montant ni le type de marché (travaux ou non) ne disent le seuil",
            ),
            Rung(
                "formalise",
                FORMAL,
                LIKELY,
                "montant inconnu, mais procédure formalisée : le besoin dépasse sans doute le seuil européen",
            ),
            Rung("entre_les_seuils", NEED >= pl.col("ue_bas"), UNDECIDED, _between()),
            Rung(
                "montant_inconnu_adaptee",
                pl.col("besoin_incomplet") & pl.col("_adapted"),
                UNLIKELY,
                "montant inconnu ou à vérifier, et procédure adaptée : sans doute sous le seuil européen",
            ),
            *_below("seuil européen", method),
        )
    )


def publishing(method: dict[str, Any]) -> pl.Expr:
    """The ladder of the publication threshold of the marchés.

    Under the threshold of exemption, a contract passed under R2122-8 is published from 25 000 €, by a yearly list if the
    buyer prefers (R2196-1, last paragraph): which of the two does not show.
    """
    direct, unsaid = pl.col("procedure") == WITHOUT_COMPETITION, pl.col("procedure").is_null()
    small = (NEED >= pl.col("publication_liste")) & (NEED < pl.col("dispense"))
    return climb(
        (
            Rung(
                "seuil_de_publication_inconnu",
                pl.col("publication").is_null(),
                UNDECIDED,
                "seuil de publication inconnu à cette date",
            ),
            Rung(
                "liste_annuelle",
                small & direct,
                UNDECIDED,
                "sans publicité ni mise en concurrence, sous le seuil de dispense : si le marché relève de R2122-8, une liste annuelle peut suffire (R2196-1 dernier alinéa)",
            ),
            Rung(
                "liste_annuelle_possible",
                small & unsaid & (NEED >= pl.col("publication")),
                LIKELY,
                "montant au-dessus du seuil de publication, procédure inconnue : sous R2122-8, une liste annuelle peut suffire",
            ),
            Rung(
                "liste_annuelle_inconnue",
                small & unsaid,
                UNDECIDED,
                "sous le seuil de publication, procédure inconnue : un marché passé en application de R2122-8 est publié dès 25 000 €, au besoin par une liste annuelle",
            ),
            Rung(
                "publie_au_dessus",
                (OWN >= pl.col("publication")) & SURE,
                CERTAIN,
                "montant au-dessus du seuil de publication",
            ),
            Rung(
                "publie_ensemble",
                NEED >= pl.col("publication"),
                LIKELY,
                "montant à vérifier, ou total de la consultation présumée, au-dessus du seuil de publication",
            ),
            Rung(
                "publie_besoin_du_cadre",
                pl.col("_cadre_absent"),
                UNDECIDED,
                "marché subséquent, ou contrat qui l'est peut-être : son besoin est celui d'un accord-cadre absent de ces fichiers",
            ),
            Rung(
                "publie_formalise",
                FORMAL,
                LIKELY,
                "procédure formalisée : le besoin dépasse sans doute le seuil de publication",
            ),
            *_below("seuil de publication", method),
        )
    )


def read_threshold() -> pl.Expr:
    """The ladder of the source of the European threshold: one not read in its text never makes a duty certain."""
    return climb(
        (
            Rung("seuil_lu", pl.col("_seuil_lu") | pl.col("ue_bas").is_null(), CERTAIN),
            Rung(
                "seuil_non_lu",
                pl.lit(True),
                LIKELY,
                "le seuil européen de cette date ou de ces services n'a pas été lu dans son texte (source secondaire)",
            ),
        )
    )


def _above(high: pl.Expr, name: str) -> list[Rung]:
    """The rungs of a need at or above the threshold, the surest first."""
    reached = NEED >= high
    alone = (OWN >= high) & SURE
    return [
        Rung(
            "a_verifier",
            reached & ~SURE & (OWN >= high),
            LIKELY,
            f"au-dessus du {name}, mais le montant est à vérifier",
        ),
        Rung(
            "adaptee",
            reached & pl.col("_adapted"),
            LIKELY,
            f"montant au-dessus du {name}, mais procédure adaptée (services sociaux ou spécifiques, petits lots, ou l'un des deux indices est faux)",
        ),
        Rung("au_dessus", alone, CERTAIN, f"montant au niveau ou au-dessus du {name}"),
        Rung(
            "ensemble_formalise",
            reached & FORMAL,
            CERTAIN,
            f"la consultation entière est au-dessus du {name} et la procédure est formalisée",
        ),
        Rung("ensemble", reached, LIKELY, f"la consultation présumée, tous lots compris, est au-dessus du {name}"),
    ]


def _below(name: str, method: dict[str, Any]) -> list[Rung]:
    said = pl.col("objet").str.contains(method["mention_de_lot"]["pattern"])
    return [
        Rung(
            "montant_inconnu",
            pl.col("besoin_incomplet") | NEED.is_null(),
            UNDECIDED,
            f"montant inconnu ou à vérifier : rien à comparer au {name}",
        ),
        Rung(
            "lot_isole",
            said & (pl.col("consultation_n") == 1),
            UNLIKELY,
            f"lot sous le {name}, dont les autres lots ne sont pas dans ces fichiers",
        ),
        Rung("sous_le_seuil", pl.lit(True), NOT_SUBJECT, f"besoin sous le {name}"),
    ]


def _between() -> pl.Expr:
    marche = pl.col("type_contrat") == "marche"
    return (
        pl.when(WORKS.is_null() & contradicted() & marche)
        .then(pl.lit("le code CPV et le CCAG ne disent pas de même s'il s'agit de travaux : entre les deux seuils"))
        .when(WORKS.is_null() & marche)
        .then(pl.lit("type de marché inconnu (code CPV absent) : entre le seuil des services et celui des travaux"))
        .when(KIND.is_null() & marche)
        .then(pl.lit("type d'acheteur inconnu : entre le seuil européen le plus bas et le plus haut"))
        .otherwise(
            pl.lit("date de lancement inconnue : entre le seuil européen de la notification et celui qui le précédait")
        )
    )


def _early() -> pl.Expr:
    """The earliest day a contract of unknown launch is likely to have been launched; the launch itself when it is known."""
    lag = rules.method()["obligations"]["delai_probable"]["value"]
    return pl.when(pl.col("lancement").is_null()).then(DAY.dt.offset_by(f"-{lag}d")).otherwise(DAY)


def _european(day: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The lowest and the highest European threshold that may hold for the contract on a day, in euros."""
    goods = {kind: _force(rule, day) for kind, rule in GOODS.items()}
    low, high = _of_kind(goods, pl.min_horizontal(goods.values())), _of_kind(goods, pl.max_horizontal(goods.values()))
    defence = _force("eu_threshold_goods_defence", day)
    low, high = (pl.when(pl.col("defense")).then(defence).otherwise(bound) for bound in (low, high))
    social = (
        pl.when(KIND == "entite")
        .then(_force("eu_threshold_social_utility", day))
        .otherwise(_force("eu_threshold_social", day))
    )
    high = pl.when(SPECIFIC & high.is_not_null()).then(pl.max_horizontal(high, social)).otherwise(high)
    works, concession = _force("eu_threshold_works", day), _force("eu_threshold_concession", day)
    granted = pl.col("type_contrat") == "concession"
    first = pl.when(granted).then(concession).when(WORKS).then(works).otherwise(low)
    last = pl.when(granted).then(concession).when(WORKS.fill_null(True)).then(works).otherwise(high)
    return first, last


def _read(day: pl.Expr) -> pl.Expr:
    """Were the thresholds that may hold for the contract all read in their text; those of listed services were not."""
    goods = {kind: rules.read_in_text(rule, day) for kind, rule in GOODS.items()}
    plain = _of_kind(goods, pl.all_horizontal(goods.values()))
    plain = pl.when(pl.col("defense")).then(rules.read_in_text("eu_threshold_goods_defence", day)).otherwise(plain)
    social = (
        pl.when(KIND == "entite")
        .then(rules.read_in_text("eu_threshold_social_utility", day))
        .otherwise(rules.read_in_text("eu_threshold_social", day))
    )
    services = pl.when(SPECIFIC).then(plain & social).otherwise(plain)
    works = rules.read_in_text("eu_threshold_works", day)
    granted = pl.col("type_contrat") == "concession"
    marche = pl.when(WORKS).then(works).when(WORKS.is_null()).then(services & works).otherwise(services)
    return pl.when(granted).then(rules.read_in_text("eu_threshold_concession", day)).otherwise(marche)


def _of_kind(values: dict[str, pl.Expr], otherwise: pl.Expr) -> pl.Expr:
    """The value of the buyer's kind, or what is said when it is not known."""
    found = otherwise
    for kind, value in values.items():
        found = pl.when(KIND == kind).then(value).otherwise(found)
    return found


def _exemption(day: pl.Expr) -> pl.Expr:
    """The threshold under which a contract may be passed without competition (R2122-8); that of works when its kind is unknown."""
    goods, works = _force("dispense_threshold_goods", day), _force("dispense_threshold_works", day)
    return pl.when(judged_works().fill_null(True)).then(works).otherwise(goods)


def _force(rule: str, day: pl.Expr) -> pl.Expr:
    return rules.in_force(rule, day)
