"""A national-size consolidated tabular DECP file, invented and seeded, for benchmarks.

    python tests/benchmarks/national.py SORTIE.parquet [--lignes N] [--graine N]

One row is a holder of a version of a marché, as in the public consolidated file: about 1.7 million distinct ``uid`` for
3.2 million rows. Every buyer, supplier and subject is invented; only the shapes (shares of amendments, of co-holders, of
framework agreements, of unknown answers, of round and placeholder amounts) imitate the public file.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

ROWS = 3_200_000
ROWS_PER_UID = 1.87
SEED = 20261122

CPV = [
    "45000000",
    "45210000",
    "45214200",
    "45233140",
    "45310000",
    "45421000",
    "71240000",
    "71300000",
    "33600000",
    "15000000",
    "15800000",
    "30200000",
    "34110000",
    "39000000",
    "48000000",
    "50700000",
    "55520000",
    "60130000",
    "66510000",
    "72200000",
    "77310000",
    "79710000",
    "80500000",
    "85300000",
    "90500000",
    "90910000",
    "09310000",
    "22110000",
    "33140000",
    "98300000",
]
PROCEDURES = [
    "Procédure adaptée",
    "Appel d'offres ouvert",
    "Appel d'offres restreint",
    "Procédure avec négociation",
    "Marché passé sans publicité ni mise en concurrence préalable",
    "Dialogue compétitif",
]
WORKS = [
    "Travaux de réhabilitation",
    "Fourniture et livraison",
    "Entretien et maintenance",
    "Assistance à maîtrise d'ouvrage",
    "Mission de maîtrise d'œuvre",
    "Prestations de nettoyage",
    "Acquisition de matériels",
    "Location longue durée",
    "Services d'insertion et de qualification professionnelle",
    "Restauration collective",
]
PLACES = [
    "du groupe scolaire Les Tilleuls",
    "de l'hôtel de ville",
    "des espaces verts communaux",
    "du centre hospitalier",
    "de la médiathèque",
    "du réseau d'eau potable",
    "des bâtiments départementaux",
    "du lycée Émile-Fictif",
    "de la voirie métropolitaine",
    "du parc automobile",
]
LOTS = [
    "gros œuvre",
    "menuiseries extérieures",
    "électricité",
    "plomberie chauffage ventilation",
    "peinture et sols",
    "espaces verts",
    "fournitures de bureau",
    "denrées biologiques",
]
SOCIAL = ["Sans objet", "Clause sociale", "Critère social", "Clause sociale, Critère social", "Marché réservé", None]
GREEN = [
    "Sans objet",
    "Clause environnementale",
    "Critère environnemental",
    "Clause environnementale, Critère environnemental",
    None,
]


def _siret(siren: np.ndarray, nic: np.ndarray) -> pl.Series:
    """Fourteen digits that satisfy Luhn, from a 8-digit root and a 4-digit establishment rank."""

    def digits(number: np.ndarray, width: int) -> np.ndarray:
        return (number[:, None] // 10 ** np.arange(width - 1, -1, -1)) % 10

    def close(head: np.ndarray) -> np.ndarray:
        weighted = head.copy()
        weighted[:, ::-1][:, ::2] *= 2
        key = (-np.where(weighted > 9, weighted - 9, weighted).sum(axis=1)) % 10
        return np.column_stack([head, key])

    whole = close(np.column_stack([close(digits(siren, 8)), digits(nic, 4)]))
    return pl.Series(whole @ (10 ** np.arange(13, -1, -1))).cast(pl.String).str.zfill(14)


def _pick(rng: np.random.Generator, words: list, size: int, weights: list[float] | None = None) -> pl.Series:
    shares = None if weights is None else np.array(weights) / sum(weights)
    return pl.Series(words, dtype=pl.String).gather(rng.choice(len(words), size, p=shares))


def _contracts(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """One row per contract: who buys what, when, for how much; lots follow one another within a consultation."""
    buyers, suppliers = max(20, count // 70), max(50, count // 9)
    buyer_ids = _siret(20_000_000 + np.arange(buyers) * 131, np.full(buyers, 1))
    lots = np.minimum(rng.geometric(0.55, count), 12)
    heads = np.flatnonzero(np.concatenate([[True], np.diff(np.repeat(np.arange(count), lots)[:count]) > 0]))
    consult = np.cumsum(np.isin(np.arange(count), heads)) - 1
    sizes = np.bincount(consult)
    n = sizes.size
    lot = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    buyer = np.minimum((rng.pareto(1.1, n) * buyers / 60).astype(np.int64), buyers - 1)[consult]
    days = rng.integers(0, 2870, n)[consult] + rng.integers(0, 20, count)
    amounts = np.round(10 ** rng.normal(4.95, 0.75, count), rng.choice([0, 2], p=[0.7, 0.3]))
    odd = rng.random(count)
    amounts = np.select([odd < 0.004, odd < 0.005, odd < 0.0055], [10.0, 999_999_999.0, 1e13], amounts)
    framework = (rng.random(n) < 0.30)[consult]
    subject = (
        _pick(rng, WORKS, n)
        + " "
        + _pick(rng, PLACES, n)
        + " - opération "
        + pl.Series(rng.integers(1, 99_999, n)).cast(pl.String)
    ).gather(consult)
    many = sizes[consult] > 1
    lot_text = " - Lot " + pl.Series(lot + 1).cast(pl.String) + " : " + _pick(rng, LOTS, count)
    return pl.DataFrame(
        {
            "acheteur_id": buyer_ids.gather(buyer),
            "id": pl.Series(np.arange(count)).cast(pl.String).str.zfill(8),
            "acheteur_nom": "COMMUNE FICTIVE N°" + pl.Series(buyer).cast(pl.String),
            "objet": pl.select(pl.when(pl.Series(many)).then(subject + lot_text).otherwise(subject)).to_series(),
            "codeCPV": _pick(rng, CPV, n).gather(consult),
            "procedure": _pick(rng, [*PROCEDURES, None], n, [60, 25, 1, 6, 5, 0.2, 2.8]).gather(consult),
            "nature": _pick(
                rng, ["Marché", "Marché de partenariat", "Marché de défense ou de sécurité"], count, [99, 0.2, 0.8]
            ),
            "techniques": pl.select(
                pl.when(pl.Series(framework)).then(pl.lit("Accord-cadre")).otherwise(pl.lit("Sans objet"))
            ).to_series(),
            "dateNotification": pl.Series(days.astype(np.int32) + 17_897).cast(pl.Date),
            "montant": amounts,
            "dureeMois": rng.integers(1, 60, count).astype(np.int64),
            "offresRecues": rng.integers(1, 12, count).astype(np.int64),
            "considerationsSociales": _pick(rng, SOCIAL, count, [52, 12, 4, 2, 1, 29]),
            "considerationsEnvironnementales": _pick(rng, GREEN, count, [30, 22, 10, 9, 29]),
            "_supplier": np.minimum((rng.pareto(1.2, count) * suppliers / 40).astype(np.int64), suppliers - 1),
            "_changes": np.minimum(rng.geometric(0.72, count) - 1, 6),
            "_holders": np.minimum(rng.geometric(0.74, count), 8),
        }
    )


def _constants(rng: np.random.Generator, count: int) -> dict[str, pl.Series | pl.Expr]:
    """The remaining columns of the public file, so that it has its true width."""
    regions = ["11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94", None]
    return {
        "lieuExecution_code": _pick(rng, ["75056", "69123", "13055", "59350", "35238", "44109", None], count),
        "lieuExecution_typeCode": _pick(rng, ["Code commune", "Code postal", "Code département"], count),
        "formePrix": _pick(rng, ["Unitaire", "Forfaitaire", "Mixte"], count),
        "typesPrix": _pick(rng, ["Définitif révisable", "Définitif ferme", None], count),
        "modalitesExecution": _pick(rng, ["Bons de commande", "Sans objet", "Tranches", "Marchés subséquents"], count),
        "idAccordCadre": _pick(rng, [None, "AC2024-1"], count, [97, 3]),
        "marcheInnovant": _pick(rng, ["false", "true", None], count, [80, 1, 19]),
        "ccag": _pick(rng, ["Travaux", "Fournitures courantes et services", "Sans objet", None], count),
        "attributionAvance": _pick(rng, ["true", "false", None], count),
        "tauxAvance": pl.Series(rng.choice([0.0, 0.05, 0.3], count)),
        "typeGroupementOperateurs": _pick(rng, ["Pas de groupement", "Solidaire", "Conjoint", None], count),
        "sousTraitanceDeclaree": _pick(rng, ["false", "true", None], count),
        "origineUE": pl.Series(rng.choice([0.0, 1.0], count)),
        "origineFrance": pl.Series(rng.choice([0.0, 0.5], count)),
        "type": _pick(rng, ["Travaux", "Fournitures", "Services"], count),
        "sourceDataset": _pick(rng, ["plateforme_fictive_a", "plateforme_fictive_b"], count),
        "sourceFile": _pick(rng, [f"https://exemple.invalid/decp-{n}.json" for n in range(60)], count),
        **{
            f"{who}_{what}": _pick(rng, words, count)
            for who in ("acheteur", "titulaire")
            for what, words in {
                "commune_code": ["75056", "69123", "13055", "59350", None],
                "commune_nom": ["Ville-Fictive", "Bourg-Inventé", None],
                "departement_code": ["75", "69", "13", "59", "974", None],
                "departement_nom": ["Département fictif", None],
                "region_code": regions,
                "region_nom": ["Région fictive", None],
                "categorie": ["Commune", "PME", "ETI", None],
            }.items()
        },
        "titulaire_latitude": pl.Series(rng.uniform(42, 51, count)),
        "titulaire_longitude": pl.Series(rng.uniform(-4, 8, count)),
        "titulaire_activite_code": _pick(rng, ["41.20B", "81.21Z", "88.99A", None], count),
        "titulaire_activite_nomenclature": _pick(rng, ["NAFRev2"], count),
        "acheteur_latitude": pl.Series(rng.uniform(42, 51, count)),
        "acheteur_longitude": pl.Series(rng.uniform(-4, 8, count)),
        "titulaire_distance": pl.Series(rng.integers(0, 900, count)),
        "cpv_division_nom": _pick(rng, ["Travaux de construction", "Services divers"], count),
    }


def frame(rows: int = ROWS, seed: int = SEED) -> pl.DataFrame:
    """The invented file: one row per holder of a version, a contract's rows together as in the public file."""
    rng = np.random.default_rng(seed)
    contracts = _contracts(rng, max(1, int(rows / ROWS_PER_UID)))
    states = (
        contracts.with_row_index("_c")
        .with_columns(modification_id=pl.int_ranges(0, pl.col("_changes").cast(pl.Int64) + 1))
        .explode("modification_id", empty_as_null=True, keep_nulls=True)
    )
    lines = (
        states.with_columns(_rank=pl.int_ranges(0, pl.col("_holders").cast(pl.Int64)))
        .explode("_rank", empty_as_null=True, keep_nulls=True)
        .head(rows)
    )
    supplier = (lines["_supplier"] + lines["_rank"] * 7_919).to_numpy()
    last = pl.col("modification_id") == pl.col("_changes")
    return lines.select(
        uid=pl.col("acheteur_id") + pl.col("id"),
        id="id",
        acheteur_id="acheteur_id",
        acheteur_nom="acheteur_nom",
        titulaire_id=_siret(30_000_000 + supplier * 97, np.full(supplier.size, 1)),
        titulaire_typeIdentifiant=pl.lit("SIRET"),
        titulaire_nom="ENTREPRISE FICTIVE " + pl.Series(supplier).cast(pl.String),
        modification_id="modification_id",
        donneesActuelles=last,
        nature="nature",
        objet="objet",
        codeCPV="codeCPV",
        procedure="procedure",
        techniques="techniques",
        dureeMois=pl.col("dureeMois") + 6 * pl.col("modification_id"),
        dateNotification=pl.col("dateNotification") + pl.duration(days=150 * pl.col("modification_id")),
        datePublicationDonnees=pl.col("dateNotification") + pl.duration(days=150 * pl.col("modification_id") + 35),
        montant=(pl.col("montant") * (1 + 0.08 * pl.col("modification_id"))).round(2),
        offresRecues="offresRecues",
        considerationsSociales="considerationsSociales",
        considerationsEnvironnementales="considerationsEnvironnementales",
        **_constants(rng, lines.height),
    )


def write(target: Path, rows: int = ROWS, seed: int = SEED) -> Path:
    frame(rows, seed).write_parquet(target, compression="zstd", row_group_size=250_000)
    return target


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fabrique un fichier DECP tabulaire inventé, de taille nationale.")
    parser.add_argument("sortie", type=Path)
    parser.add_argument("--lignes", type=int, default=ROWS)
    parser.add_argument("--graine", type=int, default=SEED)
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    write(options.sortie, options.lignes, options.graine)
    size = options.sortie.stat().st_size / 1e6
    sys.stdout.write(
        f"{options.lignes} lignes, {size:.0f} Mo, {time.perf_counter() - start:.1f} s : {options.sortie}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
