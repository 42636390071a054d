"""The section of a diagnostic on who holds the contracts: ESS and inclusive holders, what is not said of them, subcontracting."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Callout, Column, Measured, Paragraph, Sentence, TableBlock, table
from spaser.french import share
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief
from spaser.vocabulary import HOLDER_UNKNOWN

MOST = 15
_LONG = 110
_WON = {
    "titulaire_ess": ("est gagné par au moins un titulaire de l'ESS", "sont gagnés par au moins un titulaire de l'ESS"),
    "titulaire_esus": (
        "est gagné par au moins un titulaire agréé ESUS",
        "sont gagnés par au moins un titulaire agréé ESUS",
    ),
    "titulaire_inclusif": (
        "est gagné par au moins une structure inclusive",
        "sont gagnés par au moins une structure inclusive",
    ),
}


@written("fournisseurs-detail", "fournisseurs")
def section_suppliers(findings: Findings) -> Told:
    """Contracts won by the ESS and inclusive suppliers, in number and value; what to check; subcontracting."""
    access = findings.extras.get("acces_ess")
    if access is None or not access.height:
        return None
    measures = [m for code in _WON if (m := findings.one(code))]
    blocks: list = [Paragraph(tuple(_won(m) for m in measures))] if measures else []
    blocks.append(Callout("Une réponse des listes chargées", _LISTS))
    blocks.append(_amounts(access))
    for block in (_unproved(findings), _undeclared(findings), *_acts(findings)):
        if block is not None:
            blocks.append(block)
    return tuple(blocks)


def _won(m: Measured) -> Sentence:
    """« 26 contrats sur 552 sont gagnés par … », and how many the lists say nothing of."""
    yes, every, known = m.numerateur or 0, m.denominateur or 0, m.repondus or 0
    one, several = _WON[m.indicateur]
    verb = several if yes > 1 else one if yes else f"n'{one}"
    text = f"{french.count(yes, 'contrat')} sur {french.number(every)} {verb}" + (
        f", soit {share(m.valeur)}" if known else ", à notre connaissance"
    )
    if not known:
        text += " : le statut des titulaires n'est connu pour aucun contrat, et la part reste inconnue"
    elif known < every:
        text += f" ; pour {french.number(every - known)}, le statut des titulaires est inconnu : la part réelle va {french.share_range(m.bas, m.haut)}"
    return Sentence(french.sentence(text), (m,))


def _amounts(access: pl.DataFrame) -> TableBlock:
    """The three amounts of each status: a co-held contract can be nothing, an equal part or the whole of a holder's."""
    part = pl.when(pl.col("montant_total") > 0, pl.col("connus") > 0).then(
        pl.col("montant_egal") / pl.col("montant_total")
    )
    columns = (
        Column("statut", "Titulaires"),
        Column("contrats", "Contrats", "entier"),
        Column("connus", "Statut connu pour", "entier", extra=True),
        Column("sur", "Sur", "entier"),
        Column("aucune", "dont aucune considération sociale déclarée", "entier"),
        Column("montant_bas", "Montant, au moins", "somme", extra=True),
        Column("montant_egal", "À parts égales", "somme"),
        Column("montant_haut", "Montant, au plus", "somme", extra=True),
        Column("part", "Part, à parts égales", "part"),
    )
    shown, none = won_by(access.with_columns(part=part))
    return table("tab-acces-ess", "Contrats gagnés, et ce qu'ils pèsent", shown, columns, f"{_SHARED}{none}")


def won_by(access: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """The statuses that won a contract; and those that none is known to hold, in one sentence, never in a row of zeros."""
    none = [f"{title[:1].lower()}{title[1:]}" for title in access.filter(pl.col("contrats") == 0)["statut"]]
    told = f" Aucun contrat reconnu : {french.listing(none)}." if none else ""
    some = access.filter(pl.col("contrats") > 0)
    # The last status only widens « par SIRET »: where it adds nothing, it says nothing.
    wider, exact = (
        pl.col("statut").str.contains(word, literal=True) for word in ("par leur seul SIREN", "inclusifs (par SIRET)")
    )
    same = (
        some.filter(wider)["contrats"].to_list()
        == some.filter(exact & pl.col("statut").str.starts_with("Titulaires inclusifs"))["contrats"].to_list()
    )
    return some.filter(~wider) if same else some, french.typeset(told)


def _unproved(findings: Findings) -> TableBlock | None:
    """Reserved contracts none of whose holders is in a list, those whose holder nothing says counted apart."""
    rows = findings.extras["reserves_a_verifier"]
    if not rows.height:
        return None
    n = rows["uid"].n_unique()
    nobody = rows.filter(pl.col("inclusif_raison") == HOLDER_UNKNOWN)["uid"].n_unique()
    apart = f", dont {french.number(nobody)} au titulaire inconnu" if nobody else ""
    caption = (
        f"Marchés réservés dont aucun titulaire n'est dans une liste : {french.count(n, 'contrat')} à vérifier{apart}"
    )
    return _contracts("tab-reserves-a-verifier", caption, rows, ("inclusif_raison",), _ABSENT)


def _undeclared(findings: Findings) -> TableBlock | None:
    """Contracts won by an inclusive holder and declared « pas de considération sociale »."""
    exact, wide = findings.extras["sous_declaration"], findings.extras["sous_declaration_siren"]
    if not wide.height:
        return None
    sure = exact.select("uid").unique().with_columns(par=pl.lit("SIRET"))
    rows = wide.join(sure, on="uid", how="left", maintain_order="left").with_columns(
        pl.col("par").fill_null("SIREN seulement"), types=pl.coalesce("inclusif_types", "inclusif_siren_types")
    )
    n, m = exact["uid"].n_unique(), wide["uid"].n_unique()
    known = "tous reconnus par leur SIRET" if n == m else "reconnus par leur seul SIREN, à vérifier"
    known = (
        f"dont {french.number(n)} reconnu{'s' if n > 1 else ''} par SIRET, les autres par leur seul SIREN"
        if 0 < n < m
        else known
    )
    caption = f"Gagnés par une structure inclusive, déclarés sans considération sociale : {french.count(m, 'contrat')}, {known}"
    return _contracts(
        "tab-inclusifs-sans-declaration",
        caption,
        rows.sort("par", "uid", descending=[True, False]),
        ("types", "par"),
        _UNDER,
    )


def _acts(findings: Findings) -> tuple:
    """Declared subcontracting: how many acts, how many to the ESS or inclusive."""
    rows = findings.extras["sous_traitants"]
    if not rows.height:
        return (Sentence("Aucun acte de sous-traitance n'est déclaré dans ces contrats."),)
    found = rows.filter(pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False))
    n, yes = rows.height, found.height
    text = f"{french.count(n, 'acte')} de sous-traitance {french.plural('déclaré', n)}, dont {french.number(yes)} à un sous-traitant de l'ESS ou inclusif connu"
    told = Sentence(french.sentence(text))
    if not yes:
        return (told,)
    columns = (
        Column("uid", "Contrat", "identifiant"),
        Column("sousTraitant_id", "Sous-traitant", "identifiant", names=True),
        Column("dateNotification", "Acte du", "date"),
        Column("montant", "Montant sous-traité", "centime"),
        Column("ess_famille", "Famille de l'ESS"),
        Column("inclusif_types", "Inclusif"),
    )
    return (
        told,
        table(
            "tab-sous-traitance",
            "Sous-traitance déclarée à l'ESS ou à des structures inclusives",
            found.head(MOST),
            columns,
        ),
    )


def _contracts(id: str, caption: str, rows: pl.DataFrame, more: tuple[str, ...], note: str) -> TableBlock:
    heads = {"inclusif_raison": "Ce que disent les listes", "types": "Type", "par": "Reconnu par"}
    columns: list[Column | str] = [
        "uid",
        Column("objet", "Objet"),
        Column("titulaire_nom", "Titulaire", names=True),
        Column("montant", "Montant notifié", "centime"),
        *(Column(name, heads[name]) for name in more),
    ]
    rest = f" Les {MOST} premiers sur {french.number(rows.height)}." if rows.height > MOST else ""
    return table(id, french.typeset(caption), brief(rows.head(MOST), _LONG), columns, french.typeset(note + rest))


_LISTS = french.typeset(
    "Le statut est celui du titulaire le jour de la notification, d'après les listes chargées. Un titulaire absent des listes n'est pas "
    "pour autant hors de l'ESS : il est compté comme inconnu."
)
_SHARED = french.typeset(
    "Un contrat à plusieurs titulaires est compté pour rien (au moins), à parts égales, ou en entier (au plus). Le montant d'un "
    "accord-cadre est un maximum. Par SIRET : le statut d'un établissement ne vaut que pour lui. Par le seul SIREN : un autre établissement de "
    "la même unité légale est dans les listes (une association qui gère un ESAT, par exemple) ; ces contrats ne sont comptés que là."
)
_ABSENT = french.typeset(
    "Une réservation suppose un titulaire habilité : liste incomplète ou ancienne, identifiant erroné, ou erreur de saisie."
)
_UNDER = french.typeset(
    "Le statut du titulaire invite à vérifier la déclaration ; il ne prouve pas qu'une clause existe. Reconnu par « SIREN seulement » : "
    "un autre établissement de la même unité légale est dans les listes."
)
