"""A meeting day between a buyer and ESS suppliers: one workbook with needs coming up, whom to invite, wishes and follow-up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, renewals
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Column, Report, Section, Sentence, TableBlock, table
from spaser.problems import Problem
from spaser.studies.diagnostic import Diagnostic
from spaser.studies.potential import Opportunities

#: Suppliers invited for one need.
GUESTS = 8
#: What one may meet about: a need on which something may be done, or that is kept as it is; never one that nothing follows.
_MET_ABOUT = ("agir", "conserver")
_NEEDS = (
    Column("numero", "N°", "entier"),
    Column("acheteur_libelle", "Organisme"),
    Column("objet", "Besoin"),
    Column("famille_libelle", "Famille"),
    Column("lieu_libelle", "Lieu"),
    Column("annuel", "Montant par an", "centime"),
    Column("sourcing", "Sourcing à partir du", "date"),
    Column("echeance", "Fin au plus tard", "date"),
    Column("levier_libelle", "Levier conseillé"),
    Column("levier_article", "Base légale"),
    Column("invites", "Fournisseurs à inviter", "entier"),
)
_GUESTS = (
    Column("numero", "Besoin n°", "entier"),
    Column("objet", "Besoin"),
    Column("nom", "Fournisseur"),
    Column("siret", "SIRET", "identifiant"),
    Column("commune", "Commune"),
    Column("distance_km", "Distance (km)", "valeur"),
    Column("statuts", "Statuts"),
    Column("statut_au", "Statut connu au", "date"),
    Column("gagnes", "Contrats de la famille gagnés", "entier"),
    Column("raison", "Pourquoi lui"),
)
_WISHES = (
    Column("numero", "Besoin n°", "entier"),
    Column("nom", "Fournisseur"),
    Column("siret", "SIRET", "identifiant"),
    Column("acheteur_libelle", "Organisme"),
    Column("acheteur", "Acheteur"),
    Column("souhait_acheteur", "Souhait de l'acheteur (1 à 3)"),
    Column("souhait_fournisseur", "Souhait du fournisseur (1 à 3)"),
    Column("present", "Présence confirmée"),
    Column("arrivee", "Arrivée"),
    Column("depart", "Départ"),
    Column("arrivee_acheteur", "Arrivée de l'acheteur"),
    Column("depart_acheteur", "Départ de l'acheteur"),
    Column("fixe", "Créneau imposé"),
    Column("remarque", "Remarque"),
)
_FOLLOW = (
    Column("numero", "Besoin n°", "entier"),
    Column("nom", "Fournisseur"),
    Column("siret", "SIRET", "identifiant"),
    Column("rencontre", "Rencontré le"),
    Column("suite", "Suite donnée"),
    Column("a_repondu", "A répondu à la consultation"),
    Column("a_gagne", "A gagné"),
    Column("montant_gagne", "Montant gagné"),
    Column("remarque", "Remarque"),
)


def morning(result: Diagnostic, found: Opportunities, *, months: int = 12) -> Report:
    """The workbook of a meeting day, as a report (see ``write``).

    Parameters
    ----------
    result, found
        A diagnostic and its purchasing potential.
    months
        Needs whose sourcing should start within this time.

    Raises
    ------
    Problem
        Nothing is coming up within this time, or no supplier can be invited.
    """
    coming = renewals.upcoming(
        found.opportunities.lazy(), as_of=result.day, months=months, method=result.base.method
    ).collect()
    needs = coming.filter(pl.col("etat_action").is_in(_MET_ABOUT))
    guests = _guests(needs, found.candidates)
    invited = guests.group_by("besoin_id").agg(pl.len().cast(pl.Int32).alias("invites"))
    kept = needs.join(invited, on="besoin_id", maintain_order="left").with_row_index("numero", offset=1)
    if not kept.height:
        raise Problem(
            f"Aucun besoin à venir dans les {months} mois n'a de fournisseur à inviter",
            where=result.scope,
            todo="Allongez la période (--mois 24), élargissez le rayon, ou chargez d'autres listes de fournisseurs",
        )
    named = kept.select("besoin_id", "numero", "objet", "acheteur_libelle")
    guests = (
        guests.join(named, on="besoin_id", maintain_order="left_right")
        .sort("numero", "besoin_id", "rang", "siret")
        .with_columns(pl.col("distance_km").round(1))
    )
    return model.build(
        "Matinale de rencontres avec l'ESS",
        buyer=result.scope,
        as_of=result.as_of,
        today=result.base.today,
        subtitle=f"besoins à préparer dans les {months} mois",
        sections=[_section(kept, guests, _left_out(coming), result.day, months)],
        annexes=_sheets(kept, guests),
    )


def write(report: Report, folder: Path | str) -> list[Path]:
    """Write matinale.xlsx, whole or not at all."""
    return delivery.write(report, folder, "matinale", "xlsx")


def _guests(needs: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """The first credible suppliers of each need, in the order of the potential."""
    rows = candidates.join(needs.select("besoin_id"), on="besoin_id", how="semi").filter(
        pl.col("credible").fill_null(False)
    )
    return rows.sort("besoin_id", "rang", "siret").group_by("besoin_id", maintain_order=True).head(GUESTS)


def _left_out(coming: pl.DataFrame) -> str:
    """The needs that end in time and about which nobody is met, counted by the state that says why."""
    rest = coming.filter(~pl.col("etat_action").is_in(_MET_ABOUT))
    counts = rest.group_by("etat_libelle").len("n").sort("n", "etat_libelle", descending=[True, False])
    said = french.listing(f"{count} « {label} »" for label, count in counts.iter_rows())
    return f"Laissés de côté, où il n'y a pas encore de quoi se rencontrer : {said}." if said else ""


def _section(kept: pl.DataFrame, guests: pl.DataFrame, left: str, day: date, months: int) -> Section:
    told = (
        f"{french.capital(french.count(kept.height, 'besoin'))} à préparer dans les {months} mois suivant le {french.long_date(day)}, "
        f"{french.count(guests.select(pl.coalesce('siret', 'siren').n_unique()).item(), 'fournisseur')} à inviter."
    )
    how = "Remplissez la feuille « souhaits » avec les acheteurs et les fournisseurs, dites qui les rencontre (colonne « Acheteur »), puis écrivez le planning : spaser matinale --planning matinale.xlsx. Après la rencontre, remplissez la feuille « suivi »."
    return Section(
        "matinale",
        "La matinale",
        "Qui rencontrer, et à propos de quoi ?",
        tuple(Sentence(french.typeset(one)) for one in filter(None, (told, left, how))),
    )


def _sheets(kept: pl.DataFrame, guests: pl.DataFrame) -> list[TableBlock]:
    pairs = guests.select(
        "numero",
        "acheteur_libelle",
        "nom",
        "siret",
        *(["personne_physique"] if "personne_physique" in guests.columns else []),
    )
    blank = [
        pl.lit(None, dtype=pl.String).alias(name)
        for name in (
            "acheteur",
            "souhait_acheteur",
            "souhait_fournisseur",
            "present",
            "arrivee",
            "depart",
            "arrivee_acheteur",
            "depart_acheteur",
            "fixe",
            "remarque",
            "rencontre",
            "suite",
            "a_repondu",
            "a_gagne",
            "montant_gagne",
        )
    ]
    empty = pairs.with_columns(blank)
    return [
        table("besoins à venir", "Besoins à venir", kept, _NEEDS),
        table("fournisseurs à inviter", "Fournisseurs à inviter, par besoin", guests, _GUESTS),
        table("souhaits", "Souhaits de rencontre, à remplir", empty, _WISHES),
        table("suivi", "Suivi après la rencontre, à remplir", empty, _FOLLOW),
    ]
