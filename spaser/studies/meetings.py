"""A meeting day between a buyer and ESS suppliers: one workbook with needs coming up, whom to invite, wishes and follow-up.

Only suppliers whose trade something proves are invited; those of whom a code of activity alone speaks are listed apart, to be
confirmed first. A need too small to be worth a meeting is counted, not shown.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from spaser import french, renewals, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Column, Report, Section, Sentence, TableBlock, table
from spaser.potential.standing import next_end
from spaser.problems import Problem
from spaser.studies.acting.day.inviting import invitable, old_lists
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
    Column("debut", "Sourçage à partir du"),
    Column("fin", "Suite avant le", "date"),
    Column("levier_libelle", "Levier conseillé"),
    Column("levier_article", "Base légale"),
    Column("invites", "Fournisseurs à inviter", "entier"),
    Column("a_confirmer", "À confirmer d'abord", "entier"),
)
_GUESTS = (
    Column("numero", "Besoin n°", "entier"),
    Column("objet", "Besoin"),
    Column("nom", "Fournisseur"),
    Column("numero_siret", "SIRET ou SIREN", "identifiant"),
    Column("commune", "Commune"),
    Column("distance_km", "Distance (km)", "valeur"),
    Column("statuts", "Statuts"),
    Column("statut_au", "Statut connu au", "date"),
    Column("preuve_dite", "Ce qui dit son métier"),
    Column("pourquoi", "À savoir"),
)
_WISHES = (
    Column("numero", "Besoin n°", "entier"),
    Column("nom", "Fournisseur"),
    Column("numero_siret", "SIRET ou SIREN", "identifiant"),
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
    Column("numero_siret", "SIRET ou SIREN", "identifiant"),
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
    method = result.base.method or rules.method()
    open_ = coming.filter(pl.col("etat_action").is_in(_MET_ABOUT))
    floor = method["plan"]["plancher"]["value"]
    needs = open_.filter(pl.col("annuel").is_null() | (pl.col("annuel") >= floor * 100))
    guests = _guests(invitable(found.candidates, needs))
    invited = guests.group_by("besoin_id").agg(
        invites=pl.col("prouve").sum().cast(pl.Int32), a_confirmer=(~pl.col("prouve")).sum().cast(pl.Int32)
    )
    kept = needs.join(invited, on="besoin_id", maintain_order="left").with_row_index("numero", offset=1)
    kept = kept.with_columns(fin=next_end(), debut=_begins(result.day))
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
        .with_columns(pl.col("distance_km").round(1), numero_siret=pl.coalesce("siret", "siren"))
    )
    small = french.count(open_.height - needs.height, "besoin")
    left = [_left_out(coming)]
    if open_.height > needs.height:
        one = open_.height - needs.height == 1
        left.append(
            f"{small} de moins de {french.euros(floor * 100, 0)} par an : {'trop petit' if one else 'trop petits'} pour une rencontre."
        )
    left.append(old_lists(guests, result.day, method))
    return model.build(
        "Matinale de rencontres avec l'ESS",
        buyer=result.scope,
        as_of=result.as_of,
        today=result.base.today,
        subtitle=f"besoins à préparer dans les {months} mois",
        sections=[_section(kept, guests, left, result.day, months)],
        annexes=_sheets(kept, guests),
    )


def write(report: Report, folder: Path | str) -> list[Path]:
    """Write matinale.xlsx, whole or not at all."""
    return delivery.write(report, folder, "matinale", "xlsx")


def _guests(able: pl.DataFrame) -> pl.DataFrame:
    """The first suppliers of each need, in the order of the potential: those to invite, and as many to be confirmed."""
    return able.sort("besoin_id", "rang", "siret").group_by("besoin_id", "prouve", maintain_order=True).head(GUESTS)


def _left_out(coming: pl.DataFrame) -> str:
    """The needs that end in time and about which nobody is met, counted by the state that says why."""
    rest = coming.filter(~pl.col("etat_action").is_in(_MET_ABOUT))
    counts = rest.group_by("etat_libelle").len("n").sort("n", "etat_libelle", descending=[True, False])
    said = french.listing(f"{count} « {label} »" for label, count in counts.iter_rows())
    return f"Laissés de côté, où il n'y a pas encore de quoi se rencontrer : {said}." if said else ""


def _section(kept: pl.DataFrame, guests: pl.DataFrame, left: list[str], day: date, months: int) -> Section:
    who = pl.coalesce("siret", "siren").n_unique()
    sure, doubt = (guests.filter(pl.col("prouve") == one).select(who).item() for one in (True, False))
    told = (
        f"{french.capital(french.count(kept.height, 'besoin'))} à préparer dans les {months} mois suivant le {french.long_date(day)}, "
        f"{french.count(sure, 'fournisseur', none=True)} à inviter."
    )
    apart = (
        f"{french.count(doubt, 'fournisseur')} {french.plural('connu', doubt)} par leur seul code d'activité : feuille « à confirmer », "
        "hors des souhaits. Appelez, puis ajoutez une ligne à la feuille « souhaits » pour ceux qui font bien ce métier."
    )
    how = "Remplissez la feuille « souhaits » avec les acheteurs et les fournisseurs, dites qui les rencontre (colonne « Acheteur »), puis demandez-en le planning. Après la rencontre, remplissez la feuille « suivi »."
    return Section(
        "matinale",
        "La matinale",
        "Qui rencontrer, et à propos de quoi ?",
        tuple(Sentence(french.typeset(one)) for one in filter(None, (told, doubt and apart, *left, how))),
    )


def _begins(day: date) -> pl.Expr:
    """When the sourcing of a need begins: its day, or now when that day is gone."""
    return (
        pl.when(pl.col("sourcing") <= day)
        .then(pl.lit("dès maintenant"))
        .otherwise(pl.col("sourcing").dt.strftime("%d/%m/%Y"))
    )


def _sheets(kept: pl.DataFrame, guests: pl.DataFrame) -> list[TableBlock]:
    sure = guests.filter("prouve")
    pairs = sure.select(
        "numero",
        "acheteur_libelle",
        "nom",
        "numero_siret",
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
        table("fournisseurs à inviter", "Fournisseurs à inviter, par besoin", sure, _GUESTS),
        table(
            "à confirmer",
            "Connus par leur seul code d'activité : à confirmer avant d'inviter",
            guests.filter(~pl.col("prouve")),
            _GUESTS,
        ),
        table("souhaits", "Souhaits de rencontre, à remplir", empty, _WISHES),
        table("suivi", "Suivi après la rencontre, à remplir", empty, _FOLLOW),
    ]
