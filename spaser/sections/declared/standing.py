"""The contracts that stand out: the best scores and what brings them, the contracts worth correcting."""

from __future__ import annotations

import polars as pl

from spaser import charts, french
from spaser.charts.marks import name_of
from spaser.deliverables.report import (
    Callout,
    Column,
    Sentence,
    table,
)
from spaser.sections import tallies
from spaser.sections.declared.considerations import CODES
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief, figure

_MOST = 10
_LONG = 140
#: What brings points on the axis of the ESS.
ACCESS_NAMES = {
    "titulaire_ess": "Titulaire de l'ESS",
    "titulaire_inclusif": "Titulaire inclusif",
    "titulaire_esus": "Titulaire agréé ESUS",
}


@written("scores")
def section_scores(findings: Findings) -> Told:
    """Scores by axis, and the contracts best placed on the low bound with what brings them their points."""
    if "score_bas" not in findings.counted.columns:
        return None
    counted = findings.counted
    picture = charts.score_distribution(tallies.score_bands(counted))
    best = (
        counted.filter(pl.col("score_bas") > 0)
        .sort("score_bas", "score_haut", "uid", descending=[True, True, False])
        .head(_MOST)
    )
    told = tallies.contributions_text(findings.contributions, {code: name_of(code) for code in CODES} | ACCESS_NAMES)
    columns = [
        "uid",
        Column("objet", "Objet"),
        *(c for c in tallies.AXES),
        "score_bas",
        "score_haut",
        Column("contributions", "Ce qui apporte les points", extra=True),
    ]
    shown = best.join(told, on="uid", how="left", maintain_order="left")
    best_table = table(
        "tab-scores", "Les contrats les mieux placés sur la borne basse", brief(shown, _LONG), _scored(columns)
    )
    blocks = (
        Callout("Un outil de travail", _SCORE),
        figure("fig-scores", "Répartition des scores", picture),
    )
    # Where nothing brings a point, no contract is « best placed ».
    return (*blocks, best_table) if best.height else blocks


@written("corriger")
def section_corrections(findings: Findings) -> Told:
    """The contracts worth correcting, by reason, then the gravest."""
    rows = tallies.corrections(findings.contracts)
    if not rows.height:
        return (Sentence("Aucun contrat ne présente de motif de correction connu."),)
    n = rows.height
    verb = "gagnerait" if n == 1 else "gagneraient"
    done = f"{french.plural('corrigé', n)} ou {french.plural('complété', n)}"
    told = Sentence(french.sentence(f"{french.count(n, 'contrat')} {verb} à être {done} à la source"))
    note = f"Les {_MOST} premiers ; la liste entière est dans le classeur, feuille « à corriger »." if n > _MOST else ""
    reasons = table(
        "tab-motifs",
        "Les motifs de correction",
        tallies.correction_counts(rows),
        (Column("motif", "Motif"), Column("n", "Contrats", "entier")),
        _REASONS,
    )
    columns: list[Column | str] = [
        "uid",
        "objet",
        "dateNotification",
        Column("montant", "Montant notifié HT", "centime"),
        Column("a_corriger", "Ce qui est à voir"),
    ]
    shown = table(
        "tab-corriger", "Contrats à corriger en premier", brief(rows.head(_MOST), _LONG), columns, french.typeset(note)
    )
    return told, reasons, shown


def _scored(columns: list) -> list:
    short = {
        "score_social": "Social",
        "score_environnement": "Environnement",
        "score_acces_ess": "Accès ESS",
        "score_bas": "Global, au moins",
        "score_haut": "Global, au plus",
    }
    return [
        Column(c, short[c], "point", extra=c == "score_acces_ess") if isinstance(c, str) and c in short else c
        for c in columns
    ]


_REASONS = french.typeset(
    "Un contrat peut avoir plusieurs motifs. Le format de 2019 n'avait pas de champ pour les considérations : ses contrats "
    "ne sont pas comptés ici pour leur silence."
)


_SCORE = french.typeset(
    "Le score aide à trier les contrats ; il ne figure dans aucune publication légale. Le score global est une fourchette : "
    "un axe inconnu compte 0 dans la borne basse et 100 dans la borne haute."
)
