"""From text as found to checked, typed records, and one line per thing refused or doubted.

Everything is a Polars expression on a lazy plan: one buyer's file and the whole country go through the same code. A record
without identity is refused; a record with one bad field is kept, that field unknown, and the doubt is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from spaser import rules, vocabulary
from spaser.sources import closed_lists, figures, siret, text
from spaser.sources.in_lists import only, staged
from spaser.vocabulary import CLOSED_LISTS, HOLDER, NONE_DECLARED, RAW, RECORDS, REJECTS, SUBCONTRACT

LISTS = tuple(word.name for word in RAW.words if word.dtype == pl.List(pl.String))
CHOICES = tuple(name for name in CLOSED_LISTS if name not in LISTS and name != "titulaire_typeIdentifiant")
TEXTS = ("objet", "acheteur_nom")
SHARES = ("tauxAvance", "origineUE", "origineFrance")
BOOLEANS = ("marcheInnovant", "attributionAvance", "sousTraitanceDeclaree")
DAYS = ("dateNotification", "datePublicationDonnees", "date_version")
_UNSAFE_IN_ID = r"[ ,\\./]"


@dataclass(frozen=True)
class Checked:
    """RECORDS and REJECTS, both lazy."""

    records: pl.LazyFrame
    rejects: pl.LazyFrame


@dataclass(frozen=True)
class Finding:
    """A rule that caught something in a field, on the rows where ``when`` is true."""

    champ: str
    regle: str
    when: pl.Expr
    value: pl.Expr


def check(raw: pl.LazyFrame) -> Checked:
    """Check and type what readers found.

    Parameters
    ----------
    raw
        One row per state of a contract in a source record, columns of ``vocabulary.RAW`` (any may lack; columns that a
        Parquet file already types are only checked).

    Returns
    -------
    Checked
        ``records`` (``vocabulary.RECORDS``) and ``rejects`` (``vocabulary.REJECTS``).
    """
    frame, types = _complete(raw)
    read = frame.with_columns(_prepared(types)).with_columns(_shared(types)).with_columns(_read(types)).with_columns(_identified())
    known = read.filter(_identity_is_known())
    return Checked(_records(known), _rejects(read, types))


def _complete(raw: pl.LazyFrame) -> tuple[pl.LazyFrame, dict[str, pl.DataType]]:
    """The frame with every RAW column, and their types as found."""
    have = raw.collect_schema()
    lacking = [word for word in RAW.words if have.get(word.name, pl.Null()) == pl.Null()]
    frame = raw.with_columns(pl.lit(None, dtype=word.dtype).alias(word.name) for word in lacking)
    return frame, {word.name: word.dtype if word in lacking else have[word.name] for word in RAW.words}


def _prepared(types: dict[str, pl.DataType]) -> Iterator[pl.Expr]:
    """Forms several expressions share, computed once."""
    for name in LISTS:
        yield closed_lists.keys(pl.col(name), types[name]).alias(f"k_{name}")
    yield siret.bare(pl.col("acheteur_id").cast(pl.String)).alias("k_acheteur")
    yield siret.holders(pl.col("titulaires")).alias("k_titulaires")
    yield figures.exact(pl.col("montant"), types["montant"]).alias("k_exact")
    yield figures.cpv_digits(pl.col("codeCPV").cast(pl.String)).alias("k_codeCPV")
    yield pl.col("id").cast(pl.String).str.strip_chars().alias("k_id")


def _shared(types: dict[str, pl.DataType]) -> Iterator[pl.Expr]:
    """Second stage of what takes three."""
    yield siret.number_of(pl.col("k_acheteur")).alias("k_number")
    yield figures.tidy(pl.col("montant"), pl.col("k_exact"), types["montant"]).alias("k_montant")


def _read(types: dict[str, pl.DataType]) -> Iterator[pl.Expr]:
    """The typed value of each field, under ``v_`` and its name."""
    for name in LISTS:
        yield closed_lists.many(pl.col(f"k_{name}"), name).alias(f"v_{name}")
    for name in CHOICES:
        yield closed_lists.one(pl.col(name), name).alias(f"v_{name}")
    for name in TEXTS:
        yield text.clean(pl.col(name)).alias(f"v_{name}")
    for name in SHARES:
        yield figures.share(pl.col(name), types[name]).alias(f"v_{name}")
    for name in (*BOOLEANS, "donneesActuelles"):
        yield figures.yes(pl.col(name), types[name]).alias(f"v_{name}")
    for name in DAYS:
        yield figures.day(pl.col(name), types[name]).alias(f"v_{name}")
    yield figures.amount(pl.col("k_exact"), pl.col("k_montant")).alias("v_montant")
    yield figures.cpv(pl.col("k_codeCPV"), pl.col("codeCPV").cast(pl.String)).alias("v_codeCPV")
    for name in ("dureeMois", "offresRecues"):
        yield figures.whole(pl.col(name), types[name]).alias(f"w_{name}")
    yield figures.whole(pl.col("modification_id"), types["modification_id"]).alias("w_modification_id")
    for name, key in siret.keys(pl.col("k_number")).items():
        yield key.alias(f"k_{name}")


def _identified() -> Iterator[pl.Expr]:
    """Identity and bounds, which need the values read above."""
    months, offers = pl.col("w_dureeMois"), pl.col("w_offresRecues")
    yield pl.when(months.is_between(1, figures.LONGEST_MONTHS)).then(months).alias("v_dureeMois")
    yield pl.when(offers >= 1).then(offers).alias("v_offresRecues")
    number = pl.col("w_modification_id").fill_null(pl.col("modification_id").is_not_null().cast(pl.Int32))
    yield number.alias("v_modification_id")
    identifier = pl.col("k_id").str.replace_all(_UNSAFE_IN_ID, "_")
    yield pl.when(~closed_lists.missing(pl.col("k_id"))).then(identifier).alias("v_id")
    full = siret.restored(pl.col("k_acheteur"), pl.col("k_luhn"), pl.col("k_siren"))
    buyer = pl.coalesce(full, "k_acheteur")
    usable = buyer.str.contains(r"[1-9]") & ~siret.is_scientific(buyer)
    yield pl.when(usable).then(buyer).alias("v_acheteur_id")


def _identity_is_known() -> pl.Expr:
    return pl.col("v_id").is_not_null() & pl.col("v_acheteur_id").is_not_null()


def _records(known: pl.LazyFrame) -> pl.LazyFrame:
    tabular = pl.col("dialecte").str.contains("tabul").fill_null(False)
    built = pl.col("v_acheteur_id") + pl.col("v_id")
    amended = pl.col("v_modification_id") > 0
    effect = pl.coalesce("v_date_version", pl.when(tabular).then(pl.col("v_dateNotification")))
    concession = pl.col("v_nature").str.contains("Concession|Délégation").fill_null(False)
    kind = pl.when(concession).then(pl.lit("concession")).otherwise(pl.lit("marche"))
    ready = {
        "uid": pl.when(tabular).then(pl.coalesce("uid", built)).otherwise(built),
        "date_version": pl.when(amended).then(effect).otherwise(pl.col("v_dateNotification")),
        "type_contrat": pl.coalesce(pl.col("type_contrat"), kind),
        "titulaires": _holders_kept(),
        "actesSousTraitance": _subcontracts(),
        "idAccordCadre": _framework(),
        "lieuExecution_code": text.clean(pl.col("lieuExecution_code").cast(pl.String)),
    }
    have = known.collect_schema().names()
    parsed = {name: pl.col(f"v_{name}") for name in RECORDS.columns if f"v_{name}" in have}
    chosen = parsed | ready
    return RECORDS.conform(known.select(chosen.get(name, pl.col(name)).alias(name) for name in RECORDS.columns))


def _holders_kept() -> pl.Expr:
    """Holders with an identifier or a name; the list stays null when the state does not change them."""
    element = pl.element().struct.field
    named = element("titulaire_id").is_not_null() | element("titulaire_nom").is_not_null()
    return only(pl.col("k_titulaires"), [field.name for field in HOLDER.fields], named)


def _framework() -> pl.Expr:
    """The identifier of the framework agreement, written as ``id`` is, null when it says there is none."""
    written = pl.col("idAccordCadre").cast(pl.String).str.strip_chars()
    none = closed_lists.missing(written) | written.str.to_lowercase().is_in(["sans objet", "aucun", "non", "0"])
    return pl.when(~none).then(written.str.replace_all(_UNSAFE_IN_ID, "_"))


def _subcontracts() -> pl.Expr:
    element = pl.element().struct.field
    written = pl.String()
    months = figures.whole(element("dureeMois"), written)
    stages = (
        {name: element(name) for name in ("sousTraitant_id", "sousTraitant_typeIdentifiant", "montant")}
        | {"id": element("id").str.strip_chars(), "dureeMois": months, "exact": figures.exact(element("montant"), written)}
        | {"dateNotification": figures.day(element("dateNotification"), written)},
        {"bare": figures.tidy(element("montant"), element("exact"), written)},
        {"montant": figures.amount(element("exact"), element("bare"))},
    )
    acts = staged(siret.subcontractors(pl.col("actesSousTraitance")), *stages)
    return only(acts, [field.name for field in SUBCONTRACT.fields]).cast(pl.List(SUBCONTRACT))


def _rejects(read: pl.LazyFrame, types: dict[str, pl.DataType]) -> pl.LazyFrame:
    """One line per finding: rows with at least one are kept first, then opened."""
    findings = list(_findings(types))
    holders = pl.col("k_titulaires").list.eval(pl.element().struct.field("code")).list.max().fill_null(0) > 0
    names = pl.col("k_titulaires").list.eval(pl.element().struct.field("mojibake")).list.any().fill_null(False)
    caught = pl.any_horizontal(*(finding.when.fill_null(False) for finding in findings), holders, names)
    lines = pl.concat_list([*(_line(finding) for finding in findings)])
    both = pl.concat_list(lines, _holder_lines("code"), _holder_lines("mojibake"))
    opened = (
        read.filter(caught)
        .select("source", "position", pl.col("k_id").alias("id"), both.list.drop_nulls().alias("line"))
        .explode("line")
        .unnest("line")
    )
    return REJECTS.conform(opened.with_columns(_said("niveau"), _said("message")))


def _line(finding: Finding) -> pl.Expr:
    line = pl.struct(
        pl.lit(finding.champ).alias("champ"),
        pl.lit(finding.regle).alias("regle"),
        finding.value.cast(pl.String).alias("valeur"),
    )
    return pl.when(finding.when.fill_null(False)).then(line)


def _holder_lines(kind: str) -> pl.Expr:
    element = pl.element().struct.field
    if kind == "code":
        code, champ, value = element("code"), "titulaire_id", element("written")
        rule = code.replace_strict(siret.HOLDER_RULES, default=None, return_dtype=pl.String)
        caught = code > 0
    else:
        champ, value, rule, caught = "titulaire_nom", element("name"), pl.lit("texte.mojibake"), element("mojibake")
    line = pl.struct(pl.lit(champ).alias("champ"), rule.alias("regle"), value.alias("valeur"))
    return pl.col("k_titulaires").list.eval(pl.when(caught).then(line)).fill_null(pl.lit([], dtype=pl.List(LINE)))


LINE = pl.Struct({"champ": pl.String, "regle": pl.String, "valeur": pl.String})


def _said(what: str) -> pl.Expr:
    """The level or the message of each line's rule."""
    table = {rule: entry[what] for rule, entry in rules.toml("checks.toml").items()}
    return pl.col("regle").replace_strict(table, return_dtype=pl.String).alias(what)


def _findings(types: dict[str, pl.DataType]) -> Iterator[Finding]:
    yield from _identity_findings()
    for name in LISTS:
        yield from _list_findings(name, types[name])
    for name in CHOICES:
        yield _field(name, "liste.valeur", closed_lists.one_doubt(pl.col(name), pl.col(f"v_{name}")))
    for name in TEXTS:
        yield _field(name, "texte.mojibake", text.repaired(pl.col(name)))
        yield _field(name, "texte.perdu", text.burnt(pl.col(name)))
    yield from _figure_findings(types)


def _field(name: str, rule: str, when: pl.Expr) -> Finding:
    return Finding(name, rule, when, pl.col(name))


def _identity_findings() -> Iterator[Finding]:
    buyer, luhn = pl.col("k_acheteur"), pl.col("k_luhn")
    kept = pl.col("v_acheteur_id").is_not_null()
    full = buyer.str.contains(r"^\d{14}$")
    restored = pl.col("v_acheteur_id") != buyer
    yield _field("id", "identite.id", pl.col("v_id").is_null())
    yield _field("acheteur_id", "siret.scientifique", siret.is_scientific(buyer))
    yield _field("acheteur_id", "identite.acheteur", ~kept)
    yield _field("acheteur_id", "siret.zero", kept & restored)
    yield _field("acheteur_id", "siret.luhn", kept & full & ~luhn)
    yield _field("acheteur_id", "siret.siren", kept & ~full & luhn & ~restored)
    yield _field("acheteur_id", "siret.forme", kept & ~full & ~luhn & ~restored)
    unread = pl.col("modification_id").is_not_null() & pl.col("w_modification_id").is_null()
    yield _field("modification_id", "modification.numero", unread)


def _list_findings(name: str, dtype: pl.DataType) -> Iterator[Finding]:
    written = pl.col(name).list.join(", ") if isinstance(dtype, pl.List) else pl.col(name)
    strange = closed_lists.many_doubt(pl.col(f"k_{name}"), name)
    known = pl.col(f"v_{name}").is_not_null()
    yield Finding(name, "liste.valeur", strange & ~known, written)
    yield Finding(name, "liste.partie", strange & known, written)
    if name in NONE_DECLARED:
        value = pl.col(f"v_{name}")
        both = value.str.contains(NONE_DECLARED[name], literal=True) & (value != NONE_DECLARED[name])
        yield Finding(name, "considerations.contradiction", both, written)


def _figure_findings(types: dict[str, pl.DataType]) -> Iterator[Finding]:
    yield from _amount_findings(types["montant"])
    for name in DAYS:
        column, value = pl.col(name), pl.col(f"v_{name}")
        yield _field(name, "date.illisible", figures.doubt(column, value, types[name]))
        if types[name] == pl.String:
            yield _field(name, "date.excel", figures.excel_day(column).is_not_null())
    yield from _bounded("dureeMois", types, "duree.illisible", {"duree.nulle": _below_one, "duree.demesuree": _too_long})
    yield from _bounded("offresRecues", types, "nombre.illisible", {"offres.aucune": _below_one})
    for names, rule in ((SHARES, "part.illisible"), (BOOLEANS, "booleen.illisible")):
        for name in names:
            yield _field(name, rule, figures.doubt(pl.col(name), pl.col(f"v_{name}"), types[name]))
    code, value = pl.col("codeCPV").cast(pl.String), pl.col("v_codeCPV")
    yield Finding("codeCPV", "cpv.illisible", figures.doubt(code, value, pl.String()), code)
    yield Finding("codeCPV", "cpv.complete", value.is_not_null() & ~code.str.contains(r"\d{8}"), code)
    yield Finding("codeCPV", "cpv.cle", figures.cpv_control_is_wrong(code, value), code)


def _amount_findings(dtype: pl.DataType) -> Iterator[Finding]:
    column, value = pl.col("montant"), pl.col("v_montant")
    unread = figures.doubt(column, value, dtype)
    huge, vague = figures.is_huge(column, dtype), figures.is_ambiguous(column, dtype)
    yield _field("montant", "montant.demesure", unread & huge)
    yield _field("montant", "montant.ambigu", unread & ~huge & vague)
    yield _field("montant", "montant.illisible", unread & ~huge & ~vague)


def _bounded(
    name: str, types: dict[str, pl.DataType], unreadable: str, bounds: dict[str, Callable[[pl.Expr], pl.Expr]]
) -> Iterator[Finding]:
    number = pl.col(f"w_{name}")
    yield _field(name, unreadable, figures.doubt(pl.col(name), number, types[name]))
    for rule, beyond in bounds.items():
        yield _field(name, rule, beyond(number))


def _below_one(number: pl.Expr) -> pl.Expr:
    return number < 1


def _too_long(number: pl.Expr) -> pl.Expr:
    return number > figures.LONGEST_MONTHS
