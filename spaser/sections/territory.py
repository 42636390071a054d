"""The sections of the panorama of a territory: the whole by family, then commune by commune; bands stay bands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import polars as pl

from spaser import french
from spaser.deliverables.report import Callout, Column, KeyFigure, KeyFigures, Section, Sentence, TableBlock, table

WHOLE, INCLUSIVE = "ensemble", "structures inclusives"
_COUNTS = (
    Column("etablissements", "Établissements", "entier"),
    Column("emplois_bas", "Emplois, au moins", "entier"),
    Column("emplois_haut", "Emplois, au plus", "entier"),
    Column("sans_tranche", "Effectif inconnu", "entier"),
    Column("employeurs_bas", "Employeurs, au moins", "entier"),
    Column("employeurs_haut", "Employeurs, au plus", "entier"),
    Column("emplois_hors_premier_bas", "Sans le premier employeur, au moins", "entier"),
    Column("emplois_hors_premier_haut", "Sans le premier employeur, au plus", "entier"),
    Column("emplois_officiels", "Emplois officiels", "entier"),
    Column("part_bas", "Part des emplois, au moins", "part"),
    Column("part_haut", "au plus", "part"),
)


#: Lists that say who is of the ESS, and the shares under which what they place, or the staff they know, makes no headline.
_OF_ESS = ("sirene_unites_legales", "sirene_drapeau", "ess_france", "esus", "propre")
PLACED, STAFFED = 0.5, 0.5


def reach(files: pl.DataFrame) -> tuple[bool, float]:
    """Whether a list of the ESS is said complete, and the share of what these lists hold that has a commune (0 without any)."""
    if "liste" not in files.columns:
        return False, 0.0
    held = files.filter(pl.col("liste").is_in(_OF_ESS))
    every, lost = int(held["etablissements"].sum()), int(held["non_situes"].sum())
    return bool(held["prouve_non"].any()), 1 - lost / every if every else 0.0


def thin(files: pl.DataFrame) -> bool:
    """The lists place too little of the ESS for a count of establishments to be a fact of the territory."""
    complete, placed = reach(files)
    return not complete and placed < PLACED


def reach_told(files: pl.DataFrame) -> str:
    """What the counts are counts of, said before them; empty when a list is complete."""
    complete, placed = reach(files)
    if complete:
        return ""
    told = (
        "ces nombres sont ceux des listes lues, pas ceux du territoire : aucune liste de l'ESS n'y est déclarée complète, "
        "à une date et pour un territoire"
    )
    if files.height and placed < PLACED:
        lines = "aucune ligne des listes de l'ESS n'a de commune"
        if placed:
            lines = f"{french.share(placed, 0)} seulement des lignes des listes de l'ESS ont une commune"
        told += f" ; {lines} : ce qui suit est ce qu'on y voit, pas un compte de l'ESS d'ici"
    return french.sentence(told)


def section_whole(rows: pl.DataFrame, communes: pl.DataFrame, files: pl.DataFrame) -> Section:
    """What the lists are, then key figures and families of the whole set; nothing is a headline whose base is too thin."""
    whole = rows.filter(pl.col("code_commune") == WHOLE)
    total = whole.filter(pl.col("famille") == WHOLE)
    inclusive = whole.filter(pl.col("famille") == INCLUSIVE)
    cards = [_card("Établissements inclusifs, dans les listes lues", inclusive)]
    if not thin(files):
        present = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == WHOLE)).height
        towns = KeyFigure(
            "Communes ayant un établissement de l'ESS",
            present,
            "entier",
            f"sur {french.count(communes.height, 'commune')}",
        )
        known = "" if reach(files)[0] else ", dans les listes lues"
        cards = [_card(f"Établissements de l'ESS{known}", total), *cards, towns]
    said = reach_told(files)
    blocks: list = [Callout("Ce que comptent ces listes", said, "attention")] if said else []
    blocks += [KeyFigures(tuple(cards)), Callout("Des tranches, pas des nombres exacts", _BANDS)]
    if whole.height:
        named = _told(whole).with_columns(pl.col("famille").replace({WHOLE: "ensemble de l'ESS"}))
        blocks.append(
            table("tab-familles", "Par famille de l'ESS", named, (Column("famille", "Famille"), *_known(named)), _APART)
        )
    else:
        blocks.append(Sentence("Aucun établissement de l'ESS ou inclusif dans les listes chargées pour ces communes."))
    return Section("ensemble", "L'ESS du territoire", "Combien d'établissements, combien d'emplois ?", tuple(blocks))


def section_communes(rows: pl.DataFrame, communes: pl.DataFrame, _: pl.DataFrame) -> Section:
    """Commune by commune: the ESS, then the inclusive structures; a commune without any is shown with none found."""
    found = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == WHOLE))
    every = communes.select("code_commune", "commune", "population").join(
        found.drop("commune"),
        on="code_commune",
        how="left",
        maintain_order="left",
    )
    zeros = every.with_columns(pl.col("etablissements").fill_null(0)).sort(
        "etablissements", "commune", descending=[True, False]
    )
    zeros = _told(zeros)
    columns = (Column("commune", "Commune"), Column("population", "Habitants", "entier"), *_known(_told(found)))
    blocks: list = [table("tab-communes", "L'ESS commune par commune", zeros, columns, _NONE)]
    inclusive = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == INCLUSIVE)).sort(
        "etablissements", "commune", descending=[True, False]
    )
    if inclusive.height:
        blocks.append(
            table(
                "tab-inclusion",
                "Les structures inclusives commune par commune",
                _told(inclusive),
                (Column("commune", "Commune"), *_known(_told(inclusive))),
            )
        )
    return Section("communes", "Commune par commune", "Où sont-ils ?", tuple(blocks))


_SECTORS = (Column("poste_libelle", "Secteur"), Column("poste", "Poste"))
_YEARS = (Column("annee", "Année", "texte"), Column("etablissements", "Établissements", "entier"))
_CHANGE = (
    Column("famille", "Famille"),
    Column("avant", "Avant", "entier"),
    Column("apres", "Après", "entier"),
    Column("entres", "Entrés", "entier"),
    Column("sortis", "Sortis", "entier"),
    Column("restes", "Restés", "entier"),
    Column("tus_apres", "Réponse inconnue après", "entier"),
    Column("tus_avant", "Réponse inconnue avant", "entier"),
)
_MOVED = (
    Column("sens", "Mouvement"),
    Column("siret", "SIRET", "identifiant"),
    Column("nom", "Nom"),
    Column("code_commune", "Commune"),
    Column("famille", "Famille"),
)


def section_sectors(sectors: pl.DataFrame, creations: pl.DataFrame, closings: pl.DataFrame) -> Section | None:
    """The ESS by sector, then by year of creation and of closing where the lists give one."""
    if not sectors.height:
        return None
    blocks: list = [
        table(
            "tab-secteurs", "L'ESS par secteur d'activité", _told(sectors), (*_SECTORS, *_known(_told(sectors))), _POSTS
        )
    ]
    if told := _dates_told(creations):
        rest = "Ce sont ceux encore là ; ceux qui ont fermé n'y sont pas."
        blocks.append(Sentence(french.typeset(f"Année de création : {told}. {rest}")))
        caption = "Les établissements encore là, par période de création"
        blocks.append(_periods("tab-creations", caption, "Créés de", creations))
    if told := _dates_told(closings):
        rest = "Ce sont ceux que les listes lues gardent fermés, et non toutes les fermetures : un déménagement en est une aussi."
        blocks.append(Sentence(french.typeset(f"Année de fermeture : {told}. {rest}")))
        caption = "Les établissements fermés que les listes gardent, par période de fermeture"
        blocks.append(_periods("tab-fermetures", caption, "Fermés de", closings))
    else:
        blocks.append(
            Sentence(
                "Aucune liste lue ne garde d'établissement fermé avec sa date : les années de fermeture sont inconnues."
            )
        )
    return Section("secteurs", "Secteurs, créations et fermetures", "Dans quels métiers, depuis quand ?", tuple(blocks))


def _dates_told(years: pl.DataFrame) -> str:
    """« 12 dates connues sur 40 établissements »; empty when no date is known."""
    dated = years.filter(pl.col("annee").is_not_null()) if years.height else years
    if not dated.height:
        return ""
    n, every = int(dated["etablissements"].sum()), int(years["etablissements"].sum())
    dates = "une date connue" if n == 1 else f"{french.number(n)} dates connues"
    return f"{dates} sur {french.count(every, 'établissement')}"


def _periods(name: str, caption: str, label: str, years: pl.DataFrame) -> TableBlock:
    first = pl.col("annee") // 10 * 10
    decades = (
        years.filter(pl.col("annee").is_not_null())
        .with_columns(periode=pl.format("{} à {}", first, first + 9))
        .group_by("periode", maintain_order=True)
        .agg(pl.col("etablissements").sum())
    )
    return table(name, caption, decades, (Column("periode", label), _YEARS[1]))


def section_change(changes: pl.DataFrame, before: date, after: date, unlike: tuple[str, ...]) -> Section:
    """What entered and left the lists between two dates, and how far it can be trusted."""
    said = f"Entre les listes du {french.long_date(before)} et celles du {french.long_date(after)}, établissement par établissement."
    blocks: list = [Sentence(french.typeset(said)), Callout("Sorti d'une liste n'est pas fermé", _LEFT)]
    if unlike:
        told = f"Ces listes ne sont que d'un côté : {', '.join(unlike)}. Ce qu'elles seules contiennent paraît entrer ou sortir."
        blocks.append(Callout("Listes différentes", french.typeset(told), "attention"))
    blocks.append(table("tab-evolution", "L'ESS et l'inclusion, entre deux dates", changes, _said(_CHANGE, changes)))
    return Section("evolution", "Entre deux dates", "Qu'est-ce qui est entré, qu'est-ce qui est sorti ?", tuple(blocks))


def _said(columns: tuple[Column, ...], rows: pl.DataFrame) -> list[Column]:
    """Without the columns of unknown answers where there are none."""
    return [one for one in columns if not one.name.startswith("tus_") or rows[one.name].sum()]


def annexes_observed(
    sectors: pl.DataFrame, creations: pl.DataFrame, closings: pl.DataFrame, moved: pl.DataFrame | None
) -> tuple[TableBlock, ...]:
    """Sectors, years of creation and of closing, and each establishment that entered or left, for the workbook."""
    found = []
    if sectors.height:
        found.append(table("secteurs", "Secteurs (17 postes)", _told(sectors), (*_SECTORS, *_known(_told(sectors)))))
    if creations.height and creations["annee"].is_not_null().any():
        found.append(table("années de création", "Années de création, établissements encore là", creations, _YEARS))
    if closings.height and closings["annee"].is_not_null().any():
        found.append(
            table("années de fermeture", "Années de fermeture, établissements gardés par les listes", closings, _YEARS)
        )
    if moved is not None and moved.height:
        found.append(table("mouvements", "Établissements entrés et sortis", moved, _MOVED))
    return tuple(found)


_PROVED = (("non_situes", "Non situés", "entier"), ("surete", "Reconnaissance du format", "texte"))


def section_sources(_: pl.DataFrame, __: pl.DataFrame, files: pl.DataFrame) -> Section:
    """The lists and their dates."""
    columns = [
        Column("fichier", "Fichier"),
        Column("libelle", "Liste"),
        Column("au", "Au", "date"),
        Column("lus", "Lignes lues", "entier"),
        *(Column(name, label, kind) for name, label, kind in _PROVED if name in files.columns),
        Column("message", "Remarque"),
    ]
    return Section(
        "sources",
        "Sources",
        "D'où viennent ces chiffres ?",
        (table("tab-listes", "Les listes de fournisseurs", _plain(files), columns), Sentence(_RULE)),
    )


def _plain(files: pl.DataFrame) -> pl.DataFrame:
    """The remark of each list without the line of settings that declares it: that is for the terminal, not for a reader."""
    settings = r"(?: ; )?si (?:celle-ci|c'est)[^\[]*\[\{.*?\}\]"
    return files.with_columns(message=pl.col("message").cast(pl.String).str.replace_all(settings, ""))


def annex(rows: pl.DataFrame) -> TableBlock:
    """Every line of the panorama."""
    return table(
        "panorama",
        "Communes et familles",
        _told(rows),
        (
            Column("commune", "Commune"),
            Column("code_commune", "Code"),
            Column("famille", "Famille"),
            *_known(_told(rows)),
        ),
    )


def _known(rows: pl.DataFrame) -> tuple[Column, ...]:
    """The columns that say something (official counts and shares may be absent)."""
    return tuple(
        column
        for column in _COUNTS
        if column.name in rows.columns and rows[column.name].null_count() < max(rows.height, 1)
    )


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Where the staff of less than half is known, jobs are not told: neither zero nor the part for the whole."""
    silent = (pl.col("etablissements") - pl.col("sans_tranche") < STAFFED * pl.col("etablissements")) & (
        pl.col("etablissements") > 0
    )
    jobs = [
        column.name
        for column in _COUNTS[1:]
        if column.name in rows.columns and column.name not in ("sans_tranche", "emplois_officiels")
    ]
    return rows.with_columns(pl.when(~silent.fill_null(False)).then(name).alias(name) for name in jobs)


def _card(label: str, row: pl.DataFrame) -> KeyFigure:
    if not row.height:
        return KeyFigure(label, 0, "entier", "aucun dans les listes chargées")
    return KeyFigure(label, row["etablissements"].item(), "entier", jobs_told(row.row(0, named=True)))


def jobs_told(row: dict) -> str:
    """« de 12 à 30 emplois, effectif inconnu pour 3 établissements »; no number where the staff of less than half is known."""
    low, high, silent, every = (row[name] for name in ("emplois_bas", "emplois_haut", "sans_tranche", "etablissements"))
    if silent == every:
        return "effectif inconnu"
    if every - silent < STAFFED * every:
        return f"emplois non dits : effectif connu pour {french.number(every - silent)} sur {french.number(every)}"
    told = (
        f"de {french.number(low)} à {french.count(high, 'emploi', none=False)}"
        if high is not None
        else f"au moins {french.count(low, 'emploi', none=False)}"
    )
    return told + (f", effectif inconnu pour {french.number(silent)}" if silent else "")


_BANDS = french.typeset(
    "L'effectif d'un établissement est connu par tranche : les emplois vont donc de… à… Un établissement dont la tranche est inconnue "
    "n'entre dans aucun compte d'emplois ; il est compté à part. Quand moins de la moitié des effectifs est connue, aucun nombre "
    "d'emplois n'est donné."
)
#: Why a family counts « au moins »: the name « Assoc… » proves no form.
FORMS_KNOWN = french.typeset(
    "familles d'après la catégorie juridique connue : une forme écrite dans le seul nom n'est pas comptée"
)
_APART = french.typeset(
    f"{french.capital(FORMS_KNOWN)}. Les structures inclusives sont une réponse à part : certaines sont aussi de l'ESS, et y sont comptées."
)
_POSTS = french.typeset(
    "Les 17 postes de la nomenclature agrégée de l'Insee (2008), d'après l'activité principale ; regroupement à confirmer. Une activité absente des listes, ou en NAF 2025, est « inconnu »."
)
_LEFT = french.typeset(
    "Un établissement sorti n'est plus dans les listes avec ce statut : fermeture, déménagement, agrément fini ou liste plus courte. Vérifiez avant de conclure."
)
_NONE = french.typeset(
    "Zéro : aucun établissement de l'ESS de cette commune dans les listes chargées, ce qui ne prouve pas qu'il n'y en a pas."
)
_RULE = french.sentence(
    "chaque SIRET actif est compté une fois, et chaque structure inclusive des listes qui n'a pas de SIRET, par son nom et sa commune ; le statut est celui du jour de l'arrêté"
)

TERRITORY: tuple[Callable[[pl.DataFrame, pl.DataFrame, pl.DataFrame], Section], ...] = (
    section_whole,
    section_communes,
    section_sources,
)
