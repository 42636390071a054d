"""Where needs are to be met and where suppliers are: communes, départements, territories of buyers."""

from __future__ import annotations

import polars as pl

from spaser import territories
from spaser.vocabulary import PLACES


def located(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows with commune, département, region and coordinates, placed by the one rule of ``territories.situated``.

    Where the commune cannot be told, the département is the postcode's and the coordinates are the row's own.
    """
    towns = territories.communes().select(
        "code_commune", "departement", "region", _ville="commune", _lon="lon", _lat="lat"
    )
    regions = territories.communes().select("departement", _region="region").unique("departement")
    placed = (
        territories.situated(rows)
        .drop("situation")
        .with_columns(code_commune=territories.whole_city(pl.col("code_commune")))
        .join(towns, on="code_commune", how="left", maintain_order="left")
        .with_columns(departement=pl.coalesce("departement", territories.department("code_postal")))
        .join(regions, on="departement", how="left", maintain_order="left")
    )
    return placed.with_columns(
        lon=pl.coalesce("_lon", "lon"),
        lat=pl.coalesce("_lat", "lat"),
        commune=pl.coalesce("_ville", "commune"),
        region=pl.coalesce("region", "_region"),
    )


def place(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """The contracts with ``lieu`` and ``lieu_libelle``: commune of execution, the commune that buys, département, the buyer's territory,
    and last the département of the buyer when the file gives it.

    ``lieu`` is « C75056 » (commune), « D77 » (département) or « A200054781 » (the territory of the buyer with that SIREN);
    null when neither says anything, and then only suppliers of national reach can be matched.
    """
    known = territories.communes().select("code_commune", _commune="commune")
    departments = (
        territories.authorities()
        .filter(pl.col("categorie") == "département")
        .select(_dep="departement", _dep_nom="nom")
        .unique("_dep")
    )
    code, kind = pl.col("lieuExecution_code"), pl.col("lieuExecution_typeCode")
    insee = pl.when(kind.is_in(["Code commune", "Code arrondissement"])).then(territories.whole_city(code))
    posted = territories.postcodes().group_by("code_postal").agg(_posted=pl.col("code_commune").sort().first())
    owners = _owners().select(acheteur_siren="lieu_siren").unique()
    told = (
        territories.places(contracts)
        .join(
            posted.rename({"code_postal": "lieuExecution_code"}),
            on="lieuExecution_code",
            how="left",
            maintain_order="left",
        )
        .with_columns(code_commune=pl.coalesce(insee, pl.when(kind == "Code postal").then("_posted")))
        .join(known, on="code_commune", how="left", maintain_order="left")
        .join(departments, left_on="lieu_departement", right_on="_dep", how="left", maintain_order="left")
        .join(_seats(), on="acheteur_siren", how="left", maintain_order="left")
        .join(owners.with_columns(_owner=pl.lit(True)), on="acheteur_siren", how="left", maintain_order="left")
    )
    commune = pl.when(pl.col("_commune").is_not_null()).then(pl.format("C{}", "code_commune"))
    # A place that is only the département (or nothing) of a commune that buys is that commune.
    known_dep = pl.col("lieu_departement").is_null() | (pl.col("lieu_departement") == pl.col("_seat_dep"))
    seat = pl.when(pl.col("_seat").is_not_null() & known_dep).then(pl.format("C{}", "_seat"))
    # Paris is a département of one commune: both ways of writing it are one place.
    single = known_alone()
    department = pl.when(pl.col("lieu_departement").is_not_null()).then(
        pl.coalesce(
            pl.format("C{}", pl.col("lieu_departement").replace_strict(single, default=None)),
            pl.format("D{}", "lieu_departement"),
        )
    )
    owner = pl.when(pl.col("_owner")).then(pl.format("A{}", "acheteur_siren"))
    wide = contracts.collect_schema().names()
    # Last of all, the département that the file gives to the buyer.
    home = pl.col("acheteur_departement_code") if "acheteur_departement_code" in wide else pl.lit(None, pl.String)
    home = pl.when(home.str.contains(r"^(\d{2,3}|2A|2B)$")).then(pl.format("D{}", home))
    return told.with_columns(
        lieu=pl.coalesce(commune, seat, department, owner, home),
        lieu_libelle=pl.coalesce(
            "_commune",
            pl.when(seat.is_not_null()).then("_seat_nom"),
            "_dep_nom",
            "lieu_departement",
            pl.when(pl.col("_owner")).then("acheteur_libelle"),
            home.str.slice(1),
        ),
    ).select(*wide, "lieu", "lieu_libelle")


def places(needs: pl.LazyFrame) -> pl.LazyFrame:
    """PLACES of the needs: every commune of each place named in ``lieu``."""
    asked = needs.select("lieu", "lieu_libelle").drop_nulls("lieu").unique("lieu")
    communes = territories.communes().select("code_commune", "departement", "region", "lon", "lat")
    key = pl.col("lieu").str.slice(1)
    first = pl.col("lieu").str.head(1)
    by_commune = (
        asked.filter(first == "C")
        .with_columns(code_commune=key)
        .join(communes, on="code_commune", maintain_order="left_right")
    )
    by_department = (
        asked.filter(first == "D")
        .with_columns(departement=key)
        .join(communes, on="departement", maintain_order="left_right")
    )
    by_owner = (
        asked.filter(first == "A")
        .with_columns(lieu_siren=key)
        .join(_owners(), on="lieu_siren", maintain_order="left_right")
        .join(communes, on="code_commune", maintain_order="left_right")
    )
    return pl.concat([PLACES.conform(part) for part in (by_commune, by_department, by_owner)]).sort(
        "lieu", "code_commune"
    )


def known_alone() -> dict[str, str]:
    """The départements of a single commune, and that commune."""
    alone = (
        territories.communes()
        .group_by("departement")
        .agg(pl.col("code_commune").first(), n=pl.len())
        .filter(pl.col("n") == 1)
    )
    return dict(alone.select("departement", "code_commune").collect(engine="in-memory").rows())


def _seats() -> pl.LazyFrame:
    """``acheteur_siren, _seat, _seat_nom, _seat_dep``: the buyers that are a commune, and it."""
    towns = territories.communes().unique("siren", keep="first", maintain_order=True)
    return towns.select(acheteur_siren="siren", _seat="code_commune", _seat_nom="commune", _seat_dep="departement")


def _owners() -> pl.LazyFrame:
    """One row per commune of each local authority: ``lieu_siren, code_commune`` (a group has all its members)."""
    communes = territories.communes()
    departments = (
        territories.authorities().filter(pl.col("categorie") == "département").select("departement", lieu_siren="siren")
    )
    parts = [
        communes.select("code_commune", lieu_siren="siren"),
        communes.select("code_commune", lieu_siren="epci"),
        communes.select("code_commune", lieu_siren="ept"),
        communes.join(departments, on="departement", maintain_order="left_right").select("code_commune", "lieu_siren"),
    ]
    return pl.concat(parts).filter(pl.col("lieu_siren").is_not_null() & (pl.col("lieu_siren") != "")).unique()
