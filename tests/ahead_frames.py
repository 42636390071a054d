"""Invented frames for the charts of what could be and what comes."""
# ruff: noqa: E501

import polars as pl

_GAP = [
    ("Clause sociale", r, n)
    for r, n in zip(
        ("les deux", "déclarée seulement", "lue seulement", "ni l'un ni l'autre", "inconnu"),
        (120, 30, 45, 500, 90),
        strict=True,
    )
]
_GAP += [
    ("Clause environnementale", r, n)
    for r, n in zip(
        ("les deux", "déclarée seulement", "lue seulement", "ni l'un ni l'autre", "inconnu"),
        (320, 60, 15, 300, 90),
        strict=True,
    )
]
#: By name of chart: how it is called and with what.
FRAMES = {
    "gap": ("gap", (pl.DataFrame(_GAP, schema=["nom", "reponse", "n"], orient="row"),)),
    "quadrant": (
        "quadrant",
        (
            pl.DataFrame(
                {
                    "famille": ["Espaces verts", "Nettoyage", "Traiteur", "Numérique"],
                    "demande": [250_000_000, 90_000_000, 1_200_000, 600_000_000],
                    "offre": [42, 18, 25, 0],
                    "levier": ["réserver", "lot réservé", "réserver", "clause"],
                    "couverture": [1.0, 0.8, 1.0, 0.4],
                }
            ),
        ),
    ),
    "calendar": (
        "calendar",
        (
            pl.DataFrame(
                {
                    "famille": ["Nettoyage", "Nettoyage", "Espaces verts", "Traiteur"],
                    "mois": ["2026-09", "2026-10", "2026-09", "2026-12"],
                    "n": [12, 3, 1, 4],
                    "montant": [100, 200, 300, 400],
                }
            ),
        ),
    ),
    "supplier_map": (
        "supplier_map",
        (
            pl.DataFrame(
                {
                    "commune": ["Sainte-Invention", "Fictiville", "Fictiville", "Loin-d'Ici"],
                    "lon": [2.35, 2.45, 2.45, 5.4],
                    "lat": [48.85, 48.80, 48.80, 43.3],
                    "n": [12, 3, 1, 2],
                    "statut": ["autre ESS", "insertion (SIAE)", "handicap (ESAT, EA)", "autre ESS"],
                    "capacite": [50_000_000, 20_000_000, 9_000_000, 1_000_000],
                    "distance_km": [0.4, 8.2, 8.2, 660.0],
                }
            ),
            pl.DataFrame({"lieu": ["Ville inventée"], "lon": [2.36], "lat": [48.86]}),
            (30.0, 50.0),
        ),
    ),
    "trajectory": (
        "trajectory",
        (
            pl.DataFrame(
                {
                    "annee": ["2024", "2025", "2026", "2027"],
                    "valeur": [0.18, 0.22, 0.27, 0.31],
                    "bas": [0.18, 0.22, 0.22, 0.24],
                    "haut": [0.3, 0.32, 0.35, 0.42],
                    "genre": ["constaté", "constaté", "projeté", "projeté"],
                }
            ),
            0.3,
        ),
    ),
    "peers": (
        "peers",
        (
            pl.DataFrame(
                {
                    "acheteur": ["Ville fictive A", "Ville fictive B", "Ville fictive C"],
                    "valeur": [0.2, 0.35, 0.1],
                    "bas": [0.2, 0.35, 0.1],
                    "haut": [0.4, 0.36, 0.8],
                    "n": [120, 1200, 30],
                    "soi": [True, False, False],
                }
            ),
        ),
    ),
}
