"""The records: each indicator's question around one pure expression, and the rows any indicator looks at.

An indicator asks a yes / no / unknown question of each contract. Its words are in ``reference/indicators.toml``, its
expression here under the same code; adding one is one entry there, one line here, one case in ``tests/cases``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import polars as pl

from spaser import rules
from spaser.problems import Problem, closest
from spaser.vocabulary import ACCESS, CENT, CONSIDERATIONS, CONTRACTS, POPULATIONS, WORKS_DIVISION

DECLARED = "déclaré"
WITH_CRITERION, WITHOUT_CRITERION = "critère compté", "critère non compté"
NUMBER, VALUE, CERTAIN = "nombre", "valeur", "valeur_hors_a_verifier"
UNANSWERED = "non renseigné"
UNUSABLE = "montant non exploitable"
USABLE = ("valide", "a_verifier")
LA_POSTE = "356000000"
VERSION = 1

#: What sums are made of (see ``scope``).
AMOUNTS = (
    "montant",
    "montant_statut",
    "montant_bas",
    "montant_haut",
    "montant_retenu",
    "montant_retenu_haut",
    "accord_cadre",
)
#: What a contract's table may lack without harm: its type when it is added as unknown.
OPTIONAL = {word.name: word.dtype for word in CONTRACTS.words + CONSIDERATIONS + ACCESS} | {
    "categorie_entreprise": pl.String(),
    "siret_titulaires_valides": pl.Boolean(),
}
#: The columns behind each breakdown, the first that exists being shown.
DIMENSIONS = {
    "total": (),
    "annee": ("annee",),
    "famille": ("famille_libelle", "famille"),
    "cpv_division": ("cpv_division",),
    "procedure": ("procedure",),
    "tranche_montant": ("tranche_montant", "montant"),
    "acheteur_id": ("acheteur_id",),
}


@dataclass(frozen=True, eq=False)
class Indicator:
    """A declared record: the words a user reads, and for each definition the nullable Boolean that says yes.

    ``champ`` limits the denominators to some contracts (those of which it is unknown are left out); None: all of them.
    ``devoirs`` and ``devoirs_en_partie``: the duties of the law that ask it of every contract launched since their day, or of some.
    """

    code: str
    titre: str
    question: str
    unite: str
    unites: tuple[str, ...]
    lecture: str
    prudence: str
    base: str
    definitions: Mapping[str, pl.Expr]
    version: int = VERSION
    champ: pl.Expr | None = None
    devoirs: Sequence[str] = ()
    devoirs_en_partie: Sequence[str] = ()

    @property
    def regle(self) -> str:
        return f"{self.code}@{self.version}"

    def holds(self, definition: str) -> pl.Expr:
        """Yes, no, or unknown (null), for each contract."""
        return self.definitions[definition]

    def numerator(self, definition: str) -> pl.Expr:
        return self.holds(definition).fill_null(False)

    def answered(self, definition: str) -> pl.Expr:
        return self.holds(definition).is_not_null()


@cache
def catalogue() -> dict[str, Indicator]:
    """Every indicator by code, in the order in which they are read."""
    words = rules.toml("indicators.toml")
    expressions, fields = _expressions(), _fields()
    return {
        code: Indicator(
            code=code,
            definitions=expressions[code],
            champ=fields.get(code),
            **{**entry, "unites": tuple(entry["unites"])},
        )
        for code, entry in words.items()
    }


def chosen(codes: list[str] | None = None, definition: str | None = None) -> list[tuple[Indicator, str]]:
    """The indicators asked for, each with the definitions kept.

    Raises
    ------
    Problem
        A code or a definition that does not exist, with the closest one.
    """
    known = catalogue()
    for code in codes or ():
        if code not in known:
            raise Problem(f"Indicateur inconnu : « {code} »", todo=closest(code, known))
    names = {name for record in known.values() for name in record.definitions}
    if definition is not None and definition not in names:
        raise Problem(
            f"Définition inconnue : « {definition} »", todo=f"Définitions : {', '.join(sorted(filter(None, names)))}."
        )
    pairs: list[tuple[Indicator, str]] = []
    for record in (known[code] for code in (known if codes is None else codes)):
        kept = [name for name in record.definitions if name == definition] or list(record.definitions)
        pairs += [(record, name) for name in kept]
    return pairs


def scope(contracts: pl.LazyFrame, population: str) -> pl.LazyFrame:
    """The contracts of a population, with every column an indicator may read (null where it lacks) and their amounts.

    Adds, in cents, null where the contract has no place in sums: ``somme_retenue`` (each maximum once), ``somme_bas`` and
    ``somme_haut`` (proposed repairs, repetitions of a maximum; a notified framework maximum is not itself uncertain),
    ``somme_plancher`` (the same with framework agreements at their own low bound, zero).

    Raises
    ------
    Problem
        The population does not exist, or the table does not say who is in it.
    """
    present = contracts.collect_schema().names()
    if population not in POPULATIONS:
        raise Problem(f"Population inconnue : « {population} »", todo=closest(population, POPULATIONS))
    if population not in present:
        raise Problem(
            f"La table des contrats n'a pas la colonne « {population} »", todo="Elle vient de contracts.build."
        )
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in OPTIONAL.items() if name not in present]
    frame = contracts.filter(pl.col(population)).with_columns(lacking)
    high = pl.col("montant_retenu_haut") if "montant_retenu_haut" in present else pl.col("montant_retenu")
    once, counted = pl.col("montant_retenu").is_not_null(), high.is_not_null()
    framework = pl.col("accord_cadre").fill_null(False)
    floor = pl.min_horizontal("montant_bas", "montant_retenu")
    # A maximum counts whole in the sum once; a record that may repeat another, or add nothing to its framework, may be nothing.
    maybe_nothing = (pl.col("doublon_possible") < pl.col("uid")).fill_null(False) | pl.col(
        "cadre_possible"
    ).is_not_null()
    low = pl.when(framework & ~maybe_nothing).then("montant_retenu").otherwise(floor)
    return frame.with_columns(
        somme_retenue=pl.col("montant_retenu"),
        somme_bas=pl.when(once).then(low).when(counted).then(0),
        somme_haut=pl.when(counted).then(pl.max_horizontal("montant_haut", high, "montant_retenu")),
        somme_plancher=pl.when(once).then(floor).when(counted).then(0),
    )


def breakdown(dimension: str, present: list[str]) -> pl.Expr | None:
    """The modality of each contract in a breakdown; None when the table has no column for it.

    Any column of the table may be a dimension. An unknown value is « non renseigné », never left out.

    Raises
    ------
    Problem
        A dimension that is neither one of ours nor a column.
    """
    if dimension == "total":
        return pl.lit(None, pl.String)
    if dimension not in DIMENSIONS and dimension not in present:
        raise Problem(f"Ventilation inconnue : « {dimension} »", todo=closest(dimension, [*DIMENSIONS, *present]))
    columns = [name for name in DIMENSIONS.get(dimension, (dimension,)) if name in present]
    if not columns:
        return None
    if dimension == "tranche_montant" and columns[0] == "montant":
        return amount_band()
    return pl.coalesce(*(pl.col(name).cast(pl.String) for name in columns), pl.lit(UNANSWERED))


def amount_band() -> pl.Expr:
    """The band of ``montant`` (bands of ``method.toml``, in euros; a band holds its lower bound)."""
    band = pl.lit(None, pl.String)
    for entry in rules.method()["bands"]["tranche_montant"]:
        band = pl.when(pl.col("montant") >= entry["from"] * CENT).then(pl.lit(entry["label"])).otherwise(band)
    usable = pl.col("montant_statut").is_in(USABLE).fill_null(pl.col("montant").is_not_null())
    return pl.when(usable).then(band).fill_null(UNUSABLE)


def band_rank() -> pl.Expr:
    """The order of amount bands among the modalities of a table of measures (null for what is not a band)."""
    labels = [entry["label"] for entry in rules.method()["bands"]["tranche_montant"]] + [UNUSABLE]
    rank = pl.col("modalite").replace_strict(labels, list(range(len(labels))), default=None, return_dtype=pl.Int32)
    return pl.when(pl.col("dimension") == "tranche_montant").then(rank)


def _expressions() -> dict[str, dict[str, pl.Expr]]:
    """The question each indicator asks of a contract, by definition."""
    single = {word.name: {DECLARED: pl.col(word.name)} for word in CONSIDERATIONS} | {
        word.name: {"": pl.col(word.name)} for word in ACCESS
    }
    others = {
        "nb_contrats": pl.lit(True),
        "montant_notifie": pl.lit(True),
        "non_reponse_sociale": _silent("clause_sociale", "critere_social", "marche_reserve"),
        "non_reponse_environnementale": _silent("clause_environnementale", "critere_environnemental"),
        "titulaire_pme": pl.col("categorie_entreprise").str.split(", ").list.contains("PME"),
        "esus_reserve": _reserved_to("titulaire_esus"),
        "inclusif_reserve": _reserved_to("titulaire_inclusif"),
        "insertion_hors_travaux": pl.col("codeCPV").str.head(2) != WORKS_DIVISION,
        "ess_agree": pl.col("titulaire_esus") | pl.col("titulaire_inclusif"),
        "reservable_ess": pl.col("titulaire_ess"),
        "familles_agec": _agec(),
        "agec_clause": pl.col("clause_environnementale"),
        "offre_unique": pl.when(pl.col("offresRecues") >= 1).then(pl.col("offresRecues") == 1),
        **_quality(),
        **_amounts(),
    }
    return single | {code: {"": expression} for code, expression in others.items()} | _unions()


def _fields() -> dict[str, pl.Expr]:
    """The contracts some indicators are limited to."""
    services = rules.table("reserved_ess_cpv.csv")["codeCPV"].to_list()
    return {
        "insertion_hors_travaux": pl.col("clause_sociale"),
        "ess_agree": pl.col("titulaire_ess"),
        "reservable_ess": pl.col("codeCPV").is_in(services),
        "agec_clause": _agec(),
    }


def _agec() -> pl.Expr:
    prefixes = "|".join(rules.table("agec_products.csv")["prefixes_cpv"].drop_nulls())
    return pl.col("codeCPV").str.contains(f"^(?:{prefixes})")


def _unions() -> dict[str, dict[str, pl.Expr]]:
    """What competes: whether a criterion alone makes a contract « avec une considération »."""
    clause, criterion, reserved = pl.col("clause_sociale"), pl.col("critere_social"), pl.col("marche_reserve")
    green, green_criterion = pl.col("clause_environnementale"), pl.col("critere_environnemental")
    social = {WITH_CRITERION: clause | criterion | reserved, WITHOUT_CRITERION: clause | reserved}
    environment = {WITH_CRITERION: green | green_criterion, WITHOUT_CRITERION: green}
    return {
        "consideration_sociale": social,
        "consideration_environnementale": environment,
        "consideration_sociale_ou_environnementale": {name: social[name] | environment[name] for name in social},
        "consideration_sociale_et_environnementale": {name: social[name] & environment[name] for name in social},
        "cumul_environnemental": {DECLARED: green & green_criterion},
    }


def _reserved_to(status: str) -> pl.Expr:
    """A contract that is not reserved is a known no whatever its holder; without a register nothing is known, even of it."""
    return pl.when(pl.col(status).is_not_null().any()).then(pl.col(status) & pl.col("marche_reserve"))


def _silent(*names: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_null() for name in names)


def _quality() -> dict[str, pl.Expr]:
    notified, published = pl.col("dateNotification"), pl.col("premiere_publication")
    divisions = rules.table("cpv_divisions.csv")["division"].to_list()
    cpv = pl.col("codeCPV")
    return {
        "siret_acheteur_valide": valid_siret("acheteur_id"),
        "siret_titulaires_valides": pl.col("siret_titulaires_valides"),
        "cpv_valide": (cpv.str.contains(r"^[0-9]{8}$") & cpv.str.head(2).is_in(divisions)).fill_null(False),
        "dates_coherentes": notified.is_not_null() & (notified <= published).fill_null(True),
        "montant_exploitable": pl.col("montant_statut").is_in(USABLE),
        "periode_incomplete": pl.col("incomplet"),
    }


def _amounts() -> dict[str, pl.Expr]:
    status, kept = pl.col("montant_statut"), pl.col("montant_retenu").is_not_null()
    return {
        "montants_ecartes": status.is_in(("impossible", "symbolique")),
        "montants_inconnus": status == "inconnu",
        "montants_a_verifier": status == "a_verifier",
        "montants_deja_comptes": status.is_in(USABLE) & ~kept,
        "montants_marches_subsequents": pl.col("marche_subsequent") & kept,
        "montants_nature_indecise": (pl.col("nature_contrat") == "indecis") & kept,
    }


def valid_siret(name: str) -> pl.Expr:
    """Fourteen digits whose Luhn sum is a multiple of 10; for La Poste, whose digits sum to a multiple of 5. Never null.

    Computed once per distinct identifier: buyers are few, the digits of each cost sixty operations.
    """

    def valid(column: pl.Series) -> pl.Series:
        known = column.unique().to_frame(name)
        return column.is_in(known.filter(_luhn(pl.col(name)))[name].implode()).fill_null(False)

    return pl.col(name).map_batches(valid, return_dtype=pl.Boolean(), is_elementwise=True)


def _luhn(text: pl.Expr) -> pl.Expr:
    number = pl.when(text.str.contains(r"^[0-9]{14}$")).then(text).cast(pl.Int64, strict=False)
    digits = [number // 10**rank % 10 for rank in range(14)]
    luhn = pl.sum_horizontal(d if rank % 2 == 0 else 2 * d - 9 * (d > 4) for rank, d in enumerate(digits)) % 10 == 0
    poste = text.str.starts_with(LA_POSTE) & (pl.sum_horizontal(digits) % 5 == 0)
    return (number.is_not_null() & (luhn | poste)).fill_null(False)


def read(measure: Any) -> dict[str, Any]:
    """A measure as a dictionary, whether it is one, a one-row frame, or an object with the same fields.

    Raises
    ------
    Problem
        Not one measure.
    """
    if isinstance(measure, pl.DataFrame):
        if measure.height != 1:
            raise Problem(f"Une seule mesure peut être expliquée à la fois, {measure.height} sont données")
        return measure.row(0, named=True)
    return dict(measure) if isinstance(measure, Mapping) else dict(vars(measure))
