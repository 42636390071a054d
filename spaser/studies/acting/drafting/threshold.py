"""Does a need reach the European threshold from which L2112-2-1 asks a social condition: surely, surely not, or what to compare."""

from __future__ import annotations

from dataclasses import dataclass

from spaser import french, rules
from spaser.studies.acting.drafting.need import Need
from spaser.vocabulary import CENT

DUTIES = ("climat-clause-sociale-seuils", "climat-concession-clause-sociale")
GOODS = {
    "central": "eu_threshold_goods_central",
    "autre": "eu_threshold_goods_other",
    "entite": "eu_threshold_goods_utility",
}
LISTED = {"autre": "eu_threshold_social", "entite": "eu_threshold_social_utility"}
WORKS, CONCEDED = "eu_threshold_works", "eu_threshold_concession"


@dataclass(frozen=True)
class Reached:
    """``sure``: True surely reached, False surely not, None undecided; ``told``: the amount, the thresholds and the duration compared."""

    sure: bool | None
    told: str


def reached(need: Need) -> Reached:
    """The need beside every threshold that may hold for it, in the version of the code that was read."""
    day = rules.toml("clauses/articles.toml")["version"]
    values = {rule: rules.value(rule, day) for rule in _rules(need)}
    told = _told(need, values)
    if need.atteint is not None:
        return Reached(need.atteint, told)
    if need.whole is None:
        return Reached(None, told)
    if need.whole >= max(values.values()) * CENT:
        return Reached(True, told)
    return Reached(False if not need.partial and need.whole < min(values.values()) * CENT else None, told)


def _rules(need: Need) -> list[str]:
    """The thresholds that may hold: of concessions, of works, else of the kind of buyer (all kinds when unknown), and of listed services."""
    if need.concession:
        return [CONCEDED]
    if need.nature == "travaux":
        return [WORKS]
    own = [GOODS[need.acheteur]] if need.acheteur else list(GOODS.values())
    if not _maybe_listed(need.famille):
        return own
    return own + (
        list(LISTED.values()) if not need.acheteur else [LISTED["entite" if need.acheteur == "entite" else "autre"]]
    )


def _maybe_listed(family: str) -> bool:
    """May a need of the family be a social or other specific service: no word of its code is held here, only its family."""
    codes = rules.table("cpv_families.csv").filter(famille=family)["prefixe"].to_list()
    spans = rules.table("specific_services_cpv.csv").select("debut", "fin").rows()
    return not codes or any(
        first <= code.ljust(8, "9") and code.ljust(8, "0") <= last for code in codes for first, last in spans
    )


def _told(need: Need, values: dict[str, int]) -> str:
    """« montant estimé : 600 000 € HT sur 36 mois ; seuils … : 140 000 € (autorité publique centrale), … »."""
    held, version = rules.toml("law.toml"), french.short_date(rules.toml("clauses/articles.toml")["version"])
    months = f"{need.mois} mois" if need.mois is not None else "une durée non donnée"
    amount = (
        "montant du besoin non donné"
        if need.whole is None
        else f"montant sur la durée : {french.euros(need.whole, 0)} HT sur {months}"
    )
    lot = ""
    if need.partial and need.whole is not None:
        asked = f"les {len(need.lots)} lots demandés" if need.lots else "ce lot seul"
        lot = f" pour {asked} (tous les lots du besoin s'additionnent)"
    said = ", ".join(
        f"{french.euros(value * CENT, 0)} ({_name(rule, held[rule]['label'])})" for rule, value in values.items()
    )
    return f"{amount}{lot} ; seuils en vigueur au {version} : {said}"


def _name(rule: str, label: str) -> str:
    kind = label.rsplit(", ", 1)[-1]
    if rule not in LISTED.values():
        return kind
    return f"{kind}, si le service est social ou spécifique : seuil de publicité, à confirmer"
