"""Invented findings of an invented buyer, for the tests of charts, reports and their forms."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from spaser.deliverables.report import Source
from spaser.sections.findings import Findings
from spaser.vocabulary import ACCOUNTS, CONSIDERATIONS, CONTRACTS, CONTRIBUTIONS, LABELS, MEASURES, REJECTS, SCORES

AS_OF = date(2026, 8, 21)
CODES = [word.name for word in CONSIDERATIONS]
FAMILIES = (
    "Espaces verts et entretien paysager",
    "Nettoyage de locaux et vitrerie",
    "Traiteur et réceptions",
    "Travaux de voirie",
)


def contracts(n: int = 40) -> pl.DataFrame:
    """``n`` invented contracts: every fifth answers nothing, one is a concession, one amount is impossible."""
    index = range(n)
    frame = pl.DataFrame(
        {
            "uid": [f"99999999900019{i:04d}" for i in index],
            "id": [f"{i:04d}" for i in index],
            "acheteur_id": ["99999999900019"] * n,
            "acheteur_nom": ["COMMUNE FICTIVE"] * n,
            "type_contrat": ["concession" if i == 7 else "marche" for i in index],
            "nature": ["Marché"] * n,
            "objet": [
                '=HYPERLINK("http://exemple.invalid","piège")' if i == 3 else f"Prestation inventée n° {i}"
                for i in index
            ],
            "codeCPV": ["77310000"] * n,
            "procedure": ["Procédure adaptée" if i % 2 else "Appel d'offres ouvert" for i in index],
            "dateNotification": [date(2023, 1, 15) + timedelta(days=33 * i) for i in index],
            "montant": [None if i == 5 else (9_000_000 + 123_450 * i) for i in index],
            "montant_statut": ["inconnu" if i == 5 else "impossible" if i == 11 else "valide" for i in index],
            "annee": [(date(2023, 1, 15) + timedelta(days=33 * i)).year for i in index],
            "famille_libelle": [FAMILIES[i % 4] for i in index],
            "publies": [i != 7 for i in index],
            "seuil_montant": [i not in (5, 7) for i in index],
            "seuil_besoin": [i != 7 for i in index],
            "incomplet": [i == n - 1 for i in index],
            "source": ["contrats_fictifs.json"] * n,
            "position": [i + 1 for i in index],
        }
    )
    answers = {code: [None if i % 5 == 4 else (i % (rank + 2) == 0) for i in index] for rank, code in enumerate(CODES)}
    scores = {
        "score_social": [None if i % 5 == 4 else (i * 7) % 101 for i in index],
        "score_environnement": [None if i % 5 == 4 else (i * 13) % 101 for i in index],
        "score_acces_ess": [None] * n,
        "score_bas": [0 if i % 5 == 4 else (i * 5) % 67 for i in index],
        "score_haut": [100 if i % 5 == 4 else (i * 5) % 67 + 33 for i in index],
        "score_couverture": [0.0 if i % 5 == 4 else 0.67 for i in index],
    }
    typed = CONTRACTS.conform(frame.lazy()).collect()
    extra = pl.DataFrame(
        answers | scores, schema={code: pl.Boolean for code in CODES} | {word.name: word.dtype for word in SCORES}
    )
    return typed.with_columns(montant_retenu=pl.col("montant")).hstack(extra).with_columns(frame["famille_libelle"])


def measures(rows: pl.DataFrame) -> pl.DataFrame:
    """Each consideration counted on ``rows``, in number and value, by total, year and family, for each population."""
    parts = []
    for population in ("publies", "seuil_montant", "seuil_besoin"):
        kept = rows.filter(pl.col(population))
        for dimension, column in (("total", None), ("annee", "annee"), ("famille", "famille_libelle")):
            for code in CODES:
                for unite in ("nombre", "valeur"):
                    parts.append(_measure(kept, code, unite, population, dimension, column))
        parts.append(_count(kept, population))
    return pl.concat(parts)


def findings(n: int = 40) -> Findings:
    """Everything a report of the issue needs."""
    rows = contracts(n)
    return Findings(
        measures=measures(rows),
        contracts=rows,
        as_of=AS_OF,
        buyer="Commune fictive de Sainte-Invention",
        accounts=accounts(n),
        rejects=rejects(),
        contributions=contributions(rows),
        sources=(Source("contrats_fictifs.json", "Contrats inventés", AS_OF, "données de démonstration"),),
        demo=True,
    )


def accounts(n: int) -> pl.DataFrame:
    row = {
        "source": "contrats_fictifs.json",
        "dialecte": "DECP 2022 JSON",
        "lus": n + 5,
        "contrats": n - 1,
        "versions_titulaires": 2,
        "doublons": 1,
        "concessions": 1,
        "rejetes": 2,
        "doutes": 3,
    }
    return pl.DataFrame([row], schema=ACCOUNTS.schema)


def rejects() -> pl.DataFrame:
    def line(position: int, champ: str, valeur: str, regle: str, niveau: str, message: str) -> dict[str, object]:
        return {
            "source": "contrats_fictifs.json",
            "position": position,
            "id": f"R{position}",
            "champ": champ,
            "valeur": valeur,
            "regle": regle,
            "niveau": niveau,
            "message": message,
        }

    lines = [
        line(3, "acheteur_id", "123", "siret_invalide", "rejet", "Le SIRET de l'acheteur n'a pas 14 chiffres."),
        line(9, "acheteur_id", "", "siret_absent", "rejet", "Le SIRET de l'acheteur est absent."),
        line(12, "montant", "-4", "montant_negatif", "doute", "Le montant est négatif."),
        line(14, "montant", "@SUM(A1)", "montant_illisible", "doute", "Le montant n'est pas un nombre."),
    ]
    return pl.DataFrame(lines, schema=REJECTS.schema)


def contributions(rows: pl.DataFrame) -> pl.DataFrame:
    parts = [
        rows.select(
            "uid",
            axe=pl.lit("social" if "soc" in code else "environnement"),
            consideration=pl.lit(code),
            valeur=pl.col(code),
            points=pl.when(pl.col(code)).then(30).when(pl.col(code).is_not_null()).then(0),
            regle=pl.lit(f"points.{code}"),
        )
        for code in CODES
    ]
    return CONTRIBUTIONS.conform(pl.concat(parts).lazy()).collect()


def _measure(
    kept: pl.DataFrame, code: str, unite: str, population: str, dimension: str, column: str | None
) -> pl.DataFrame:
    weight = pl.lit(1) if unite == "nombre" else pl.col("montant_retenu").fill_null(0)
    yes = (weight * pl.col(code).fill_null(False)).sum().cast(pl.Int64)
    known = (weight * pl.col(code).is_not_null()).sum().cast(pl.Int64)
    every = (weight + pl.col(code).is_null() * 0).sum().cast(pl.Int64).alias("denominateur")
    sums = [yes.alias("numerateur"), known.alias("repondus"), every]
    grouped = kept.select(sums) if column is None else kept.group_by(column, maintain_order=True).agg(sums).sort(column)
    num, ans, den = pl.col("numerateur"), pl.col("repondus"), pl.col("denominateur")
    framed = grouped.with_columns(
        indicateur=pl.lit(code),
        titre=pl.lit(LABELS[code]),
        perimetre=pl.lit("ensemble"),
        population=pl.lit(population),
        dimension=pl.lit(dimension),
        modalite=pl.lit(None) if column is None else pl.col(column).cast(pl.String),
        unite=pl.lit(unite),
        definition=pl.lit("déclaré"),
        valeur=num / den,
        valeur_repondus=num / ans,
        bas=num / den,
        haut=(num + den - ans) / den,
        couverture=ans / den,
        regle=pl.lit(f"{code}@1"),
    )
    return MEASURES.conform(framed.lazy()).collect()


def _count(kept: pl.DataFrame, population: str) -> pl.DataFrame:
    row = {
        "indicateur": "nb_contrats",
        "titre": "Nombre de contrats",
        "perimetre": "ensemble",
        "population": population,
        "dimension": "total",
        "unite": "nombre",
        "definition": "",
        "valeur": float(kept.height),
        "numerateur": kept.height,
        "regle": "nb_contrats@1",
    }
    return MEASURES.conform(pl.LazyFrame([row])).collect()
