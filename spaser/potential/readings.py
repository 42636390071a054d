"""Three readings of a need: what suppliers could take, what the best comparable buyers reach, what the law lets reserve."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.potential.lots import curves, part
from spaser.potential.match import chance
from spaser.text import fold, fold_expr
from spaser.vocabulary import CENT

#: The duty of a social clause, whose threshold and first day are those of law.toml.
DUTY = "climat-clause-sociale-seuils"


def supply_reading(
    needs: pl.LazyFrame, candidates: pl.LazyFrame, share: float, settings: dict, day: date | None = None
) -> pl.LazyFrame:
    """Per need: how many suppliers, of which kinds, and what they could take in a year.

    A reservation rests on firm suppliers: one whose size is only supposed, by a list that is old on the day, is met before it is
    counted (``supposes``, ``liste_annee``: the year of the oldest such list).

    ``lecture_offre`` is the expectation over lots: annual amount × the part of the lots that find a credible taker.
    ``lecture_offre_haut`` is all they could take below the chosen dependency, each at the top of its capacity.
    """
    amounts = needs.select("besoin_id", "recurrence", _annuel="annuel", _haut="annuel_haut", _lots="lots")
    rows = candidates.join(amounts, on="besoin_id", maintain_order="left_right").with_columns(
        annuel=pl.col("_annuel"),
        reservable=pl.col("handicap") | pl.col("insertion"),
        _entier=chance(pl.col("_annuel"), share, settings) >= 0.5,
    )
    counted = _suppliers(rows, share, settings, day)
    joined = amounts.join(counted, on="besoin_id", how="left", maintain_order="left").join(
        curves(rows, share, settings),
        on="besoin_id",
        how="left",
        maintain_order="left",
    )
    joined = joined.join(_team(rows, settings), on="besoin_id", how="left", maintain_order="left").with_columns(
        quatre_suffisent=(pl.col("_equipe") >= pl.col("_annuel")).fill_null(False).cast(pl.Int32)
    )
    counts = [
        name
        for name in counted.collect_schema().names()
        if name.endswith(("s", "entiers")) and not name.startswith("_")
    ]
    filled = joined.with_columns(pl.col(counts).fill_null(0), pl.col("_preneurs", "_plafond").fill_null(0.0))
    lots = pl.col("_lots").clip(1, None)
    return filled.with_columns(
        lecture_offre=(pl.col("_annuel") * part(pl.col("_preneurs") / lots)).round().cast(pl.Int64),
        lecture_offre_haut=pl.min_horizontal("_plafond", pl.col("_haut").cast(pl.Float64)).round().cast(pl.Int64),
        part_allotie=pl.col("part_allotie").fill_null(0.0),
    ).drop("recurrence", "_annuel", "_haut", "_lots", "_plafond", "_equipe")


def _suppliers(rows: pl.LazyFrame, share: float, settings: dict, day: date | None) -> pl.LazyFrame:
    """The suppliers of each need, counted by what they could answer."""
    whole = pl.col("_entier")
    lot = pl.col("probabilite") >= 0.5
    credible = pl.col("credible")
    months = settings["liste_ancienne"]["value"]
    old = pl.lit(False) if day is None else pl.col("statut_au") < pl.lit(day).dt.offset_by(f"-{months}mo")
    weak = (pl.col("supposee") & old).fill_null(False)
    firm = credible & ~weak
    law = {"handicap": pl.col("handicap"), "insertion": pl.col("insertion"), "ess": pl.col("ess").fill_null(False)}
    # Of those who could answer a reservation, only those whose trade is stated or who won the family are counted.
    return rows.group_by("besoin_id").agg(
        candidats=pl.len().cast(pl.Int32),
        credibles=_count(credible),
        codes_seuls=_count(credible & pl.col("code_seul")),
        reservables=_count(pl.col("metier_connu") & pl.col("preste") & pl.col("reservable")),
        handicap_dits=_count(pl.col("metier_connu") & pl.col("preste") & pl.col("handicap")),
        insertion_dits=_count(pl.col("metier_connu") & pl.col("preste") & pl.col("insertion")),
        entiers=_count(credible & whole),
        clause_candidats=_count(pl.col("clause")),
        lot_credibles=_count(credible & lot),
        lot_reservables=_count(firm & lot & pl.col("reservable")),
        reservables_entiers=_count(firm & whole & pl.col("reservable")),
        lot_reperes=_count(credible & lot & pl.col("reservable")),
        reperes_codes=_count(credible & lot & pl.col("reservable") & pl.col("code_seul")),
        supposes=_count(credible & lot & pl.col("reservable") & weak),
        liste_annee=pl.col("statut_au").filter(credible & lot & pl.col("reservable") & weak).dt.year().min(),
        **{f"{name}_credibles": _count(credible & held) for name, held in law.items()},
        **{f"{name}_entiers": _count(firm & whole & held) for name, held in law.items()},
        dependance_mediane=pl.col("dependance").filter(credible).median(),
        _preneurs=(settings["participation"]["value"] * pl.col("adequation") * pl.col("probabilite"))
        .filter(credible)
        .sum(),
        _plafond=(pl.min_horizontal(pl.col("capacite_haut") * share, pl.col("_haut"))).filter(credible).sum(),
    )


def _team(rows: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """``besoin_id, _equipe``: what the largest of this trade can take together, as many as a team holds, one per legal unit; ``groups``
    seats the same ones, by their nearest establishment."""
    near = pl.col("prenable").sort_by("distance_km", "siret", nulls_last=True).first()
    sure = rows.filter(pl.col("metier_connu") & pl.col("preste").fill_null(False))
    units = sure.group_by("besoin_id", "siren").agg(near)
    most = settings["groupement"]["membres"]
    return units.group_by("besoin_id").agg(_equipe=pl.col("prenable").top_k(most).sum())


def _count(where: pl.Expr) -> pl.Expr:
    return where.fill_null(False).sum().cast(pl.Int32)


def peer_reading(every: pl.LazyFrame, kinds: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Per buyer and family, what the best quarter of comparable buyers gives the ESS: ``repere_part, repere_n``.

    Parameters
    ----------
    every
        NEEDS of all the buyers read.
    kinds
        ``acheteur_siren, acheteur_categorie``. Buyers of the same category are comparable; the buyer itself is not its peer.
    """
    rule = settings["pairs"]
    bought = every.filter(pl.col("acquis_part").is_not_null() & (pl.col("annuel") > 0)).join(
        kinds,
        on="acheteur_siren",
        how="left",
        maintain_order="left",
    )
    shares = bought.group_by("acheteur_siren", "acheteur_categorie", "famille").agg(
        _ess=pl.col("acquis").sum(), _tout=pl.col("annuel").sum(), _n=pl.len()
    )
    national = shares.group_by("famille").agg(_p=pl.col("_ess").sum() / pl.col("_tout").sum())
    own = pl.col("_ess") / pl.col("_tout")
    smoothed = shares.join(national, on="famille", maintain_order="left_right").with_columns(
        _part=(pl.col("_n") * own + rule["lissage"] * pl.col("_p")) / (pl.col("_n") + rule["lissage"])
    )
    groups = smoothed.select("acheteur_categorie", "famille", "_part", pair="acheteur_siren")
    mine = (
        every.select("acheteur_siren", "famille")
        .unique()
        .join(kinds, on="acheteur_siren", how="left", maintain_order="left")
    )
    # No pair of buyers is ever formed: the quantile is read in the ordered list of the category.
    ordered = (
        groups.sort("_part")
        .group_by("acheteur_categorie", "famille", maintain_order=True)
        .agg(_parts="_part", _pairs="pair")
    )
    joined = mine.join(ordered, on=["acheteur_categorie", "famille"], how="left", maintain_order="left")
    inside = pl.col("_pairs").list.contains(pl.col("acheteur_siren")).fill_null(False)
    others = pl.col("_parts").list.len().fill_null(0).cast(pl.Int32) - inside.cast(pl.Int32)
    quarter = (rule["quantile"] * (others - 1)).ceil().clip(0, None).cast(pl.Int64)
    return joined.select(
        "acheteur_siren",
        "famille",
        repere_n=others,
        repere_part=pl.when(others >= rule["minimum"]).then(pl.col("_parts").list.get(quarter, null_on_oob=True)),
    )


def law_reading(needs: pl.LazyFrame, supplied: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Per need: ``lecture_loi`` (amount that may be reserved, a year, as ``annuel``: half the maximum of a framework), ``loi_raison``, ``cpv_2113_15``, ``cpv_specifique``, ``duree``.

    L2113-12 and -13 have no list of services: they hold as soon as eligible suppliers deliver, with their 50 % share of
    workers, each counting its own kinds alone. L2113-15 holds for the codes of its list, for three years at most, to the ESS alone.
    """
    listed = rules.table("reserved_ess_cpv.csv").lazy().select("codeCPV", _sorte="sorte").unique("codeCPV")
    rows = needs.select("besoin_id", "codeCPV", "dureeMois", "annuel", _agents=_own_staff(settings)).join(
        supplied.select("besoin_id", "handicap_dits", "insertion_dits", "ess_credibles"),
        on="besoin_id",
        how="left",
        maintain_order="left",
    )
    rows = rows.join(listed, on="codeCPV", how="left", maintain_order="left")
    on_list = (pl.col("_sorte") == "listee") & ~pl.col("_agents")
    short = pl.col("dureeMois") <= rules.toml("law.toml")["reservations"]["L2113-15"]["max_months"]
    handicap, insertion = (pl.col(f"{name}_dits").fill_null(0) > 0 for name in ("handicap", "insertion"))
    eligible = handicap | insertion
    bases = (
        pl.when(handicap & insertion)
        .then(pl.lit("L2113-12 et L2113-13 : au moins 50 % de travailleurs handicapés ou défavorisés"))
        .when(handicap)
        .then(pl.lit("L2113-12 : au moins 50 % de travailleurs handicapés"))
        .otherwise(pl.lit("L2113-13 : au moins 50 % de travailleurs défavorisés"))
    )
    ess = on_list.fill_null(False) & (pl.col("ess_credibles").fill_null(0) > 0)
    reason = (
        pl.when(eligible & ess & short)
        .then(pl.format("réservable ({} ; ou à l'ESS, L2113-15)", bases))
        .when(eligible)
        .then(pl.format("réservable ({})", bases))
        .when(ess & short)
        .then(pl.lit("réservable à l'ESS (L2113-15, trois ans au plus)"))
        .when(ess & pl.col("dureeMois").is_null())
        .then(pl.lit("CPV de la liste L2113-15, durée inconnue : trois ans au plus"))
        .when(ess)
        .then(pl.lit("CPV de la liste L2113-15, mais plus de trois ans : non réservable en l'état"))
        .when((pl.col("_sorte") == "listee") & pl.col("_agents"))
        .then(
            pl.lit("CPV de la liste L2113-15, mais service rendu aux agents de l'acheteur : à confirmer par le juriste")
        )
        .when(pl.col("_sorte") == "sous_code")
        .then(pl.lit("sous-code d'un code de la liste L2113-15 : à confirmer par le juriste"))
        .otherwise(
            pl.lit(
                "La loi permet ; aucun fournisseur repéré : rien à réserver à ce jour (L2113-12, L2113-13 : aucune liste de services)"
            )
        )
    )
    allowed = eligible | (ess & short.fill_null(False))
    return rows.select(
        "besoin_id",
        lecture_loi=pl.when(allowed).then("annuel").otherwise(0),
        loi_raison=reason,
        cpv_2113_15=on_list.fill_null(False).cast(pl.Int32),
        cpv_specifique=rules.specific_service("codeCPV").fill_null(False).cast(pl.Int32),
        duree=pl.col("dureeMois"),
    )


def _own_staff(settings: dict) -> pl.Expr:
    """The subject says a health service that the buyer has rendered to its own staff: no public service by itself (L2113-15, L2113-16)."""
    words = "|".join(fold(word) for word in settings["service_aux_agents"]["mots"].split(","))
    return fold_expr(pl.col("objet").fill_null("")).str.contains(rf"\b(?:{words})\b")


def family_reading(needs: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Per need, ``adressable`` (the part of the family within anyone's reach) and ``reservation_usuelle`` (0 to 3)."""
    supplies = {"forte": "forte", "moyenne": "moyenne", "faible": "faible"}
    rule = settings["part_adressable"]
    families = (
        rules.table("families.csv")
        .lazy()
        .select(
            "famille",
            adressable=pl.col("offre_ess")
            .replace_strict(supplies, default="indeterminee")
            .replace_strict({name: rule[name] for name in (*supplies, "indeterminee")}, return_dtype=pl.Float64),
            reservation_usuelle=pl.col("potentiel_reservation")
            .str.extract(r"^(nulle|faible|moyenne|forte)")
            .replace_strict({"nulle": 0, "faible": 1, "moyenne": 2, "forte": 3}, default=0, return_dtype=pl.Int32),
        )
    )
    return (
        needs.select("besoin_id", "famille")
        .join(families, on="famille", how="left", maintain_order="left")
        .drop("famille")
    )


def clause_reading(needs: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Per need, what an insertion clause carries: ``clause_bas``, ``clause_haut`` (cents a year), ``heures_clause``."""
    families = (
        rules.table("families.csv")
        .lazy()
        .select(
            "famille",
            _main=pl.col("part_main_oeuvre").cast(pl.Float64),
            _bas=pl.col("taux_insertion_bas").cast(pl.Float64),
            _taux=pl.col("taux_insertion_haut").cast(pl.Float64),
            _filiere="filiere",
        )
    )
    cost = settings["cout_horaire"]
    rows = needs.select("besoin_id", "famille", "annuel").join(
        families, on="famille", how="left", maintain_order="left"
    )
    hourly = pl.when(pl.col("_filiere") == "construction durable").then(cost["travaux"]).otherwise(cost["services"])
    work = pl.col("annuel") * pl.col("_main")
    return rows.select(
        "besoin_id",
        clause_bas=(work * pl.col("_bas")).round().cast(pl.Int64),
        clause_haut=(work * pl.col("_taux")).round().cast(pl.Int64),
        heures_clause=(work * pl.col("_bas") / 100 / hourly).floor().cast(pl.Int64),
    )


_SOCIAL = (
    "petite_enfance",
    "periscolaire_jeunesse",
    "action_sociale",
    "aide_a_domicile",
    "culture",
    "sport",
    "formation_insertion",
)


#: Rescue, civil protection and ambulances of the CPV (L2512-5 7°).
_RESCUE = "^(75252|75250|85143)"


#: Work that is bought with goods.
_DONE = r"\b(?:poses?|installations?|maint\w*|entretiens?|reparations?|montages?|mises? en (?:place|service|oeuvre)|locations?|travaux)\b"


def _work() -> pl.Expr:
    """Whether the purchase carries hours of work that a clause may ask for: no clause is advised that the texts to paste leave out, nor of
    goods, whatever their family, whose subject says no work done with them."""
    bought = rules.toml("clauses/articles.toml")["natures"]
    without = [*bought["fournitures"], *bought["sans_insertion"]]
    goods = (pl.col("type_marche") == "fournitures") & ~fold_expr(pl.col("objet").fill_null("")).str.contains(_DONE)
    return (~(pl.col("famille").is_in(without) | goods.fill_null(False))).fill_null(True).cast(pl.Int32)


def _books() -> pl.Expr:
    """Books that are not schoolbooks (CPV 2211, or « livres » in the subject of a code of printed matter)."""
    subject = pl.col("objet").fill_null("").str.to_lowercase()
    school = subject.str.contains("scolaire") & ~subject.str.contains("non[ -]scolaire")
    return pl.col("codeCPV").str.contains("^2211") & ~school


def _contradicted() -> pl.Expr:
    """An adapted procedure beside an amount that rules it out, but for the services that may always have one (R2123-1 3°)."""
    reached = (pl.col("besoin_montant") >= pl.col("seuil")).fill_null(False)
    return reached & rules.adapted_procedure() & (pl.col("cpv_specifique") != 1).fill_null(True)


def _clause_due(as_of: date | None) -> pl.Expr:
    """The social clause that the law asks for (L2112-2-1), in force for what is launched from its first day on."""
    if as_of is None:
        return pl.lit(None, pl.Boolean)
    since = rules.toml("law.toml")["duties"][DUTY]["since"]
    held = pl.lit(as_of >= since) | (pl.col("echeance") >= since).fill_null(False)
    return pl.when(pl.col("concession")).then(False).otherwise(pl.col("_atteint") & held)


def lever_reading(whole: pl.LazyFrame, as_of: date | None) -> pl.LazyFrame:
    """Adds what the ladder reads besides: the European threshold, sizes of lots, what the buyer spends a year in the family.

    ``seuil`` (cents, null when no day is given) is that of local authorities on the day (of social and specific services for their
    codes): another kind of buyer has its own, to check. A formal need is one that reaches it (``rules.reaches``), unknown where an adapted
    procedure contradicts its amount. ``clause_obligatoire``: L2112-2-1, of a need that reaches it, surely or not (``seuil_douteux``), in
    force on the day or before the end of the contract, concessions apart. ``famille_annuelle`` sums the running needs of the buyer in the family; what is not published is not in it.
    """
    euros = {
        name: None if as_of is None else rules.value(name, as_of)
        for name in ("eu_threshold_goods_other", "eu_threshold_works", "eu_threshold_social")
    }
    goods, works, social = (pl.lit(None if value is None else int(value) * CENT, pl.Int64) for value in euros.values())
    kind, have = pl.col("type_marche"), whole.collect_schema().names()
    families = (
        rules.table("families.csv")
        .lazy()
        .select("famille", part_main=pl.col("part_main_oeuvre").cast(pl.Float64), _regles="reglementation")
    )
    rows = whole.join(families, on="famille", how="left", maintain_order="left").with_columns(
        seuil=pl.when(kind == "travaux")
        .then(works)
        .when(pl.col("cpv_specifique") == 1)
        .then(social)
        .when(kind.is_not_null())
        .then(goods),
        concession=(pl.col("concession") if "concession" in have else pl.lit(None, pl.Boolean)).fill_null(False),
    )
    running = pl.when(pl.col("actif")).then("annuel_haut").otherwise(0)
    divided = pl.col("alloti").fill_null(False) if "alloti" in have else pl.lit(False)
    announced = pl.col("lots_dits") if "lots_dits" in have else pl.lit(None, pl.Int32)
    operation = pl.col("lots_operation") if "lots_operation" in have else pl.lit(None, pl.Int32)
    unread = pl.col("besoin_incomplet") if "besoin_incomplet" in have else pl.lit(None, pl.Boolean)
    least = pl.when(pl.col("cpv_specifique") == 1).then(goods).otherwise("seuil")
    rows = rows.with_columns(_atteint=rules.reaches(pl.col("besoin_montant"), least, pl.col("seuil"), unread))
    return rows.with_columns(
        formalise=pl.when(~_contradicted()).then("_atteint"),
        seuil_douteux=pl.col("_atteint").fill_null(False)
        & (_contradicted() | (pl.col("besoin_montant") < pl.col("seuil")).fill_null(True)),
        clause_obligatoire=_clause_due(as_of),
        alloti_oui=(divided | (pl.col("lots") > 1).fill_null(False)).cast(pl.Int32),
        lots_connus=pl.max_horizontal("lots", announced, operation),
        lots_non_lus=(announced > pl.col("lots")).fill_null(False).cast(pl.Int32),
        lot_montant=pl.when(~unread.fill_null(False)).then(pl.col("besoin_montant") // pl.col("lots").clip(1, None)),
        famille_annuelle=running.sum().over("acheteur_siren", "famille"),
        marge_lots=pl.col("reservables").cast(pl.Int64) - pl.col("lots_utiles").cast(pl.Int64),
        type_marche_travaux=pl.when(kind.is_not_null()).then((kind == "travaux").cast(pl.Int32)),
        type_marche_fournitures=pl.when(kind.is_not_null()).then((kind == "fournitures").cast(pl.Int32)),
        accord_cadre_oui=pl.col("accord_cadre").cast(pl.Int32),
        depenses=(pl.col("origine") == "depenses").cast(pl.Int32),
        famille_sociale=pl.col("famille").is_in(_SOCIAL).cast(pl.Int32),
        heures_portees=_work(),
        livres=_books().cast(pl.Int32),
        secours=pl.col("codeCPV").str.contains(_RESCUE).cast(pl.Int32),
        agec=pl.col("_regles").str.contains("AGEC58").fill_null(False).cast(pl.Int32),
    ).drop("_atteint")
