"""An invented establishment as SIRENE writes one, for the tests that count a territory."""

from __future__ import annotations

from datetime import date


def place(siret: str, commune: str | None, form: str = "9220", band: str = "01", **more: object) -> dict:
    return {
        "siren": siret[:9],
        "siret": siret,
        "code_commune": commune,
        "categorie_juridique": form,
        "tranche_effectifs": band,
        "naf": "8899B",
        "etat": "A",
        "liste": "sirene_etablissements",
        "source": "SIRENE inventé",
        "au": date(2026, 10, 31),
    } | more
