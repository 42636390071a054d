"""What proves a status, what is left to check by hand, and the lists the figures come from."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Column, Section, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.purchases.measured import MOST


def section_proofs(findings: Findings) -> Section:
    """The suppliers of the ESS or inclusive, with the proof of each status."""
    known = findings.extras["fournisseurs"].filter(
        pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False)
    )
    title, question = "Les fournisseurs de l'ESS et inclusifs", "Qui sont-ils, et qu'est-ce qui le prouve ?"
    if not known.height:
        return Section(
            "preuves", title, question, (Sentence("Aucun fournisseur n'est connu comme tel dans les listes chargées."),)
        )
    n = known.height
    told = Sentence(
        french.sentence(
            f"{french.count(n, 'fournisseur')} de l'ESS ou {'inclusif' if n < 2 else 'inclusifs'}{_apart(known)}"
        )
    )
    columns: list[Column | str] = [
        Column("fournisseur", "Fournisseur"),
        "siren",
        Column("montant", "Montant", "somme"),
        Column("montant_compte", "dont compté", "somme"),
        Column("ess_famille", "Famille de l'ESS"),
        Column("inclusif_types", "Inclusif"),
        Column("preuve", "Preuve"),
    ]
    said = [
        pl.when(pl.col(answer).fill_null(False)).then(why)
        for answer, why in (("titulaire_ess", "ess_raison"), ("titulaire_inclusif", "inclusif_raison"))
    ]
    proofs = known.with_columns(preuve=pl.concat_str(said, separator=" | ", ignore_nulls=True))
    note = f"Les {MOST} premiers ; tous sont dans le classeur, feuille « fournisseurs »." if n > MOST else ""
    return Section(
        "preuves",
        title,
        question,
        (told, table("tab-preuves", "Statut et preuve", proofs.head(MOST), columns, french.typeset(note))),
    )


def _apart(known: pl.DataFrame) -> str:
    """What these suppliers were paid, and what of it counts, where the two differ."""
    paid, counted = int(known["montant"].sum()), int(known["montant_compte"].sum())
    if paid == counted:
        return ""
    return (
        f", payés {french.euros_short(paid)}, dont {french.euros_short(counted)} comptés dans les parts : le reste est allé à d'autres "
        "établissements de ces mêmes SIREN, ou un jour où le statut n'est pas connu"
    )


def section_to_check(findings: Findings) -> Section:
    """What is left to a person, and who was not identified."""
    doubts, unknown = findings.extras["a_verifier"], findings.extras["non_identifies"]
    counts = (
        doubts.group_by("motif")
        .agg(n=pl.len(), montant=pl.col("montant").sum())
        .sort("montant", "motif", descending=[True, False])
    )
    blocks: list = []
    if doubts.height:
        blocks.append(
            table(
                "tab-motifs",
                "Ce qui est à vérifier à la main",
                counts,
                [Column("motif", "Motif"), Column("n", "Cas", "entier"), Column("montant", "Montant", "somme")],
            )
        )
        columns = [
            Column("fournisseur", "Fournisseur"),
            Column("montant", "Montant", "somme"),
            Column("motif", "Ce qui est à voir"),
            Column("detail", "Détail"),
        ]
        blocks.append(
            table("tab-a-verifier", "Les plus gros montants à vérifier", doubts.head(MOST), columns, _ANSWERS)
        )
    if unknown.height:
        columns = [
            Column("fournisseur", "Fournisseur"),
            Column("lignes", "Lignes", "entier"),
            Column("montant", "Montant", "somme"),
            Column("pourquoi", "Pourquoi"),
        ]
        blocks.append(
            table("tab-non-identifies", "Les plus gros fournisseurs non identifiés", unknown.head(MOST), columns)
        )
    blocks += to_decide(findings.extras.get("a_decider"))
    return Section(
        "verifier",
        "À vérifier à la main",
        "Que reste-t-il à trancher ?",
        tuple(blocks) or (Sentence("Rien n'est à vérifier."),),
    )


def to_decide(rows: pl.DataFrame | None) -> list[TableBlock]:
    """The readings that a person confirms, refuses or changes (TO_DECIDE), and where."""
    if rows is None or not rows.height:
        return []
    return [table("tab-a-decider", TO_SETTLE, rows.head(MOST), SETTLED)]


def section_sources(findings: Findings) -> Section:
    """The lists with their dates, what they hold, corrections by hand, contradictions, and the rules applied."""
    extras = findings.extras
    told = tuple(Sentence(french.sentence(text)) for text in extras["regles"]["texte"])
    shown = (
        table("tab-listes", "Les listes de fournisseurs", extras["listes"], _lists(extras["listes"])),
        table("tab-decomptes", "Ce que chaque liste contient", extras["decomptes"], _HELD),
        table(
            "tab-corrections",
            "Les corrections à la main, qui l'emportent sur les listes",
            extras["corrections"],
            _CORRECTED,
        ),
        table(
            "tab-conflits",
            "Les listes qui se contredisent, pour ces fournisseurs",
            extras["conflits"].head(MOST),
            _AGAINST,
        ),
    )
    blocks: tuple[Block, ...] = (*told, *(block for block in shown if block.frame.height))
    return Section("sources", "Sources et règles", "D'où viennent ces chiffres ?", blocks)


def _lists(lists: pl.DataFrame) -> list[Column | str]:
    """How surely a list was recognised is shown when it is known."""
    return [
        Column("fichier", "Fichier"),
        Column("libelle", "Liste"),
        Column("au", "Au", "date"),
        Column("au_origine", "Date trouvée dans"),
        Column("lus", "Lignes lues", "entier"),
        Column("retenus", "Retenues", "entier"),
        *([Column("surete", "Reconnaissance du format")] if "surete" in lists.columns else []),
        Column("message", "Remarque"),
    ]


TO_SETTLE = "Les lectures à confirmer, refuser ou changer"
#: TO_DECIDE as it is shown.
SETTLED = (
    Column("objet_type", "Quoi"),
    Column("objet_id", "Lequel"),
    Column("propose", "Lecture proposée"),
    Column("autres", "Autres lectures", extra=True),
    Column("preuve", "D'après"),
    Column("montant", "En jeu", "centime"),
    Column("ou_repondre", "Où répondre"),
)
_HELD = (
    Column("source", "Liste"),
    Column("au", "Au", "date"),
    Column("statut", "Statut"),
    Column("fournisseurs", "Fournisseurs", "entier"),
)
_CORRECTED: tuple[Column | str, ...] = (
    Column("objet_id", "Identifiant", "identifiant"),
    Column("champ", "Statut"),
    Column("valeur", "Décidé"),
    "auteur",
    "date",
    "motif",
)
_AGAINST = (
    Column("siren", "SIREN", "identifiant"),
    Column("nom", "Nom"),
    Column("motif", "Désaccord"),
    Column("affirme", "Dit"),
    Column("affirme_source", "D'après"),
    Column("contredit", "Contredit par"),
    Column("contredit_source", "Contredit d'après"),
)
_ANSWERS = french.typeset(
    "La liste entière est dans le classeur. Les noms et les statuts se tranchent à l'écran, fournisseur par fournisseur, et la décision reste d'une édition à l'autre."
)
