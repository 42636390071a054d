"""What a person gives to a mission, each kind of file once: the key of ``mission.toml`` that names it, and its words on screens and in commands."""

from __future__ import annotations

from typing import NamedTuple


class Given(NamedTuple):
    """``kind`` as it is recognised and chosen on a screen, ``told`` in the state of a mission, ``option`` and ``help`` in commands.

    ``many``: whether several files may be given under the key.
    """

    key: str
    kind: str
    told: str
    option: str
    help: str
    many: bool = True


GIVEN = (
    Given("fichiers", "contrats", "contrats", "contrats", "contrats (JSON, XML, CSV, XLSX, Parquet, zip)"),
    Given(
        "registres",
        "liste de fournisseurs",
        "listes de fournisseurs",
        "registre",
        "listes de fournisseurs de l'ESS et inclusifs",
    ),
    Given("avis", "avis publiés", "avis", "avis", "avis publiés (BOAMP, TED)"),
    Given("pieces", "pièces des marchés", "pièces", "pieces", "pièces des consultations (dossiers ou documents)"),
    Given("depenses", "fichier de dépenses", "dépenses", "depenses", "votre fichier de dépenses", many=False),
    Given("programme", "programme d'achat", "programme d'achat", "programme", "programmation des achats"),
    Given("suivis", "suivi rempli", "suivis", "suivis", "suivis remplis : programme d'achat, rencontres"),
    Given(
        "entretiens",
        "entretiens remplis",
        "entretiens",
        "entretiens",
        "le classeur d'entretiens rempli (spaser entretiens)",
        many=False,
    ),
)
#: The keys of mission.toml that name several files.
LISTS = tuple(one.key for one in GIVEN if one.many)
#: All the keys whose value is a path, or several.
PATHS = (*(one.key for one in GIVEN), "logo", "modele_docx", "modele_pptx")
