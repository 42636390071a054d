"""The follow-up of a programme handed over: the workbook to fill in, the page, the words of the terminal."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Report, Section, Sentence, TableBlock, table
from spaser.sections.shown import brief
from spaser.studies.acting.followup.compose import Followed
from spaser.studies.acting.tables import tables_of

MOST = 40
_PROJECTS = (
    Column("projet_id", "Projet"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("date_prevue", "Prévu pour", "date"),
    Column("montant", "Estimé", "somme"),
    Column("levier_libelle", "Levier conseillé"),
    Column("etat", "État"),
    Column("lance_le", "Avis du", "date"),
    Column("contrats", "Contrats", "entier"),
    Column("attribue_le", "Premier contrat du", "date"),
    Column("attribue", "Montant des contrats", "somme"),
    Column("marche_reserve", "Réservé", "oui_non"),
    Column("clause_sociale", "Clause sociale", "oui_non"),
    Column("critere_social", "Critère social", "oui_non"),
    Column("clause_environnementale", "Clause environnementale", "oui_non"),
    Column("critere_environnemental", "Critère environnemental", "oui_non"),
    Column("conseil_suivi", "Conseil suivi", "oui_non"),
    Column("decision", "Décision"),
    Column("levier_retenu", "Levier retenu"),
    Column("remarque", "Remarque"),
)
_PAGE = ("projet_id", "objet", "date_prevue", "etat", "levier_libelle", "conseil_suivi", "attribue")
_LINKS = (
    Column("projet_id", "Projet"),
    Column("objet_projet", "Objet du projet"),
    Column("genre", "Nature"),
    Column("publie_id", "Avis ou contrat"),
    Column("objet", "Objet publié"),
    Column("date", "Date", "date"),
    Column("montant", "Montant", "somme"),
    Column("surete", "Lien"),
    Column("ressemblance", "Ressemblance", "part"),
    Column("lien_dit", "Bon lien (oui, non)"),
)
_ALONE = (
    Column("publie_id", "Contrat"),
    Column("objet", "Objet"),
    Column("date", "Notifié le", "date"),
    Column("montant", "Montant", "somme"),
)
_SURE = {"probable": "probable", "a_verifier": "à vérifier", "confirme": "confirmé", "refuse": "refusé"}
_HOW = (
    "Un avis ou un contrat est rapproché d'un projet par l'acheteur, la famille, les mots de l'objet et la date : « probable » compte, "
    "« à vérifier » ne compte pas. Répondez oui ou non dans la feuille « publié », écrivez vos décisions (lancé, reporté, abandonné, "
    "fusionné) dans la feuille « programme », puis rendez le classeur au suivi suivant : ce que vous avez écrit est gardé."
)


def findings(result: Followed) -> dict[str, pl.DataFrame]:
    """Its tables: projects, links to contracts, contracts that no project announced."""
    return tables_of(result)


def report(result: Followed) -> Report:
    """The page and the sheets of a follow-up."""
    return model.build(
        "Programme d'achat : suivi",
        buyer=result.name,
        as_of=result.as_of,
        today=result.today,
        sections=[_first(result), _advice(result), _unplanned(result)],
        notes=("Démonstration : acheteurs et contrats sont inventés.",) if result.demo else (),
        annexes=_sheets(result),
    )


def write(result: Followed, folder: Path | str) -> list[Path]:
    """Write suivi.xlsx (to fill in and give back), suivi.html and suivi.docx."""
    return delivery.write(report(result), folder, "suivi", "html", "docx", "xlsx")


def summary(result: Followed) -> str:
    """What the terminal says."""
    return "\n".join([f"Programme {result.name}", "", *_said(result), *_told_advice(result)])


def _said(result: Followed) -> list[str]:
    rows = result.projects
    counts = rows["etat"].value_counts().sort("count", "etat", descending=[True, False])
    states = french.listing(f"{french.number(n)} « {etat} »" for etat, n in counts.iter_rows())
    awarded = rows.filter(pl.col("contrats") > 0)
    said = [french.sentence(f"{french.capital(french.count(rows.height, 'achat prévu'))} : {states}")]
    if awarded.height:
        both = awarded.filter(pl.col("montant").is_not_null())
        said.append(
            french.sentence(
                f"Attribués : {french.euros_short(int(awarded['attribue'].sum()))} de contrats"
                + (
                    f", pour {french.euros_short(int(both['montant'].sum()))} estimés sur {french.count(both.height, 'projet')}"
                    if both.height
                    else ""
                )
            )
        )
    said.append(
        french.sentence(f"{french.count(result.alone.height, 'contrat lu')} sur la période sans projet au programme")
    )
    return said


def _told_advice(result: Followed) -> list[str]:
    """What became of the advice, each answer on what is known."""
    rows = result.projects.filter((pl.col("contrats") > 0) & pl.col("levier").is_not_null())
    if not rows.height:
        return (
            ["Aucun projet conseillé n'a encore de contrat : rien ne dit si le conseil a été suivi."]
            if result.projects["levier"].count()
            else ["Sans liste de fournisseurs, aucun levier n'est conseillé : le suivi des conseils n'est pas mesuré."]
        )
    known = rows.filter(pl.col("conseil_suivi").is_not_null())
    silent = rows.height - known.height
    why = "levier que les données ne montrent pas, ou considération non déclarée"
    if not known.height:
        return [french.sentence(f"Conseils suivis : inconnu pour {french.count(silent, 'projet attribué')} ({why})")]
    told = f"Conseils suivis : {french.number(known['conseil_suivi'].sum())} sur {french.number(known.height)} que les contrats permettent de dire"
    return [french.sentence(told + (f" ; {french.number(silent)} où rien ne le dit ({why})" if silent else ""))]


def _first(result: Followed) -> Section:
    shown = [column for column in _PROJECTS if column.name in _PAGE]
    rows = brief(result.projects.head(MOST), 80)
    more = result.projects.height - MOST
    note = french.typeset(f"Et {french.number(more)} de plus dans le classeur.") if more > 0 else ""
    blocks: list[Block] = [
        Paragraph(tuple(Sentence(text) for text in _said(result))),
        Callout("Comment c'est rapproché", french.typeset(_HOW)),
        table("tab-suivi", "Les achats prévus", rows, shown, note),
    ]
    return Section("suivi", "Prévu, lancé, attribué", "Où en est chaque achat prévu ?", tuple(blocks))


def _advice(result: Followed) -> Section:
    blocks: list[Block] = [Paragraph(tuple(Sentence(text) for text in _told_advice(result)))]
    done = result.projects.filter(pl.col("conseil_suivi").is_not_null())
    if done.height:
        kept = [
            c
            for c in _PROJECTS
            if c.name
            in ("objet", "levier_libelle", "marche_reserve", "clause_sociale", "critere_social", "conseil_suivi")
        ]
        blocks.append(table("tab-conseils", "Conseil donné, contrat obtenu", done.head(MOST), kept))
    return Section("conseils", "Le conseil et ce qu'il en est advenu", "Qu'est-ce qui a été suivi ?", tuple(blocks))


def _unplanned(result: Followed) -> Section | None:
    if not result.alone.height:
        return None
    rows = brief(result.alone.head(15), 90)
    text = "Ces contrats n'ont pas de projet qui leur ressemble : achat non programmé, ou projet rédigé autrement (dites-le dans la feuille « publié »)."
    return Section(
        "hors-programme",
        "Hors du programme",
        "Qu'a-t-on acheté sans l'avoir prévu ?",
        (Sentence(french.typeset(text)), table("tab-hors", "Contrats sans projet", rows, _ALONE)),
    )


def _sheets(result: Followed) -> list[TableBlock]:
    named = result.projects.select("projet_id", objet_projet="objet")
    word_ = pl.when(pl.col("lien")).then(pl.lit("oui")).when(~pl.col("lien")).then(pl.lit("non"))
    links = result.links.join(named, on="projet_id", how="left", maintain_order="left").with_columns(
        surete=pl.col("surete").replace_strict(_SURE, default=None), lien_dit=word_
    )
    return [
        table("programme", "Achats prévus : décision, levier retenu et remarque à remplir", result.projects, _PROJECTS),
        table("publié", "Avis et contrats rapprochés : répondez oui ou non", links, _LINKS),
        table("hors programme", "Contrats sans projet", result.alone, _ALONE),
    ]
