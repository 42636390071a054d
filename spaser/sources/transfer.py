"""One file fetched into the cache: resumed where it stopped, refused when it is not the file announced, never half a file under its name.

Only the standard library talks to the network."""

from __future__ import annotations

import http.client
import json
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from spaser import guards
from spaser.guards import leftovers
from spaser.problems import Problem

CHUNK = 2**20


#: The largest official file is a few gigabytes; beyond, it is something else.
MOST_BYTES = 30 << 30


MOST_SECONDS = 12 * 3600


ATTEMPTS = 4


AGENT = {"User-Agent": "spaser", "Accept-Encoding": "identity"}


Progress = Callable[[str, float], None] | None


class Broken(OSError):
    """The transfer stopped before its announced length."""


@dataclass(frozen=True)
class Wanted:
    """One file of the catalogue and where it goes."""

    name: str
    spec: dict[str, Any]
    folder: Path

    @property
    def target(self) -> Path:
        return self.folder / f"{self.name}.{self.spec['format']}"

    @property
    def partial(self) -> Path:
        return self.folder / f"{self.target.name}.partiel"

    @property
    def notes(self) -> Path:
        return self.folder / f"{self.target.name}.json"

    def known(self) -> dict[str, Any]:
        """What the server said of the part already here, or of the whole file."""
        try:
            said = json.loads(self.notes.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):  # absent, or cut by a run that was stopped
            return {}
        return (
            said if isinstance(said, dict) and all(isinstance(one, str | int | None) for one in said.values()) else {}
        )


def of_the_web(url: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and url.isascii()
            and not re.search(r"[\s\\]", url)
            and (parts.port or 1) > 0
        )
    except ValueError:
        return False


def fetch(one: Wanted, progress: Progress) -> dict[str, Any]:
    state = "téléchargé"
    for attempt in range(ATTEMPTS):
        try:
            state = _attempt(one, progress) or state
            break
        except Broken as broken:
            state = "repris"
            if attempt == ATTEMPTS - 1:
                raise _interrupted(one, str(broken)) from broken
    said = one.known()
    return {
        "nom": one.name,
        "chemin": str(one.target),
        "octets": one.target.stat().st_size,
        "date": said.get("date"),
        "adresse": said.get("adresse"),
        "etat": state,
    }


def _attempt(one: Wanted, progress: Progress) -> str | None:
    """One request: the whole, the rest of a part, or nothing when the server says the file has not changed."""
    conditions = _conditions(one)
    here = one.partial.stat().st_size if one.partial.is_file() else 0
    request = urllib.request.Request(one.spec["url"], headers=AGENT | conditions)
    try:
        with _opener().open(request, timeout=60) as response:
            return _receive(one, response, here, progress)
    except urllib.error.HTTPError as error:
        return _refused(one, error, here, asked=bool(conditions))
    except urllib.error.URLError as error:
        raise _offline(one, error.reason) from error
    except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise Broken(str(error) or type(error).__name__) from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirects are followed on the web only, never to a file of this computer or another kind of server."""

    def redirect_request(
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        if not of_the_web(urllib.parse.quote(newurl, safe="%/:=&?~#+!$,;'@()*[]")):
            raise urllib.error.HTTPError(req.full_url, code, "redirect not followed", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


@cache
def _opener() -> urllib.request.OpenerDirector:
    """The web only, through the proxy and with the certificates of the system (those of an administration included)."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
        urllib.request.HTTPDefaultErrorHandler(),
        _Redirects(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _conditions(one: Wanted) -> dict[str, str]:
    """What to ask for: the rest of a part, or the file only if it changed; an address that changed starts afresh."""
    said = one.known()
    if said.get("adresse") != one.spec["url"]:
        one.partial.unlink(missing_ok=True)
        return {}
    mark = said.get("etag") or said.get("date")
    here = one.partial.stat().st_size if one.partial.is_file() else 0
    if here and mark:
        return {"Range": f"bytes={here}-", "If-Range": mark}
    if one.target.is_file() and said.get("octets") == one.target.stat().st_size:
        return (
            {"If-None-Match": said["etag"]}
            if said.get("etag")
            else {"If-Modified-Since": said["date"]}
            if said.get("date")
            else {}
        )
    return {}


def _receive(one: Wanted, response: http.client.HTTPResponse, here: int, progress: Progress) -> str | None:
    start = here if response.status == 206 and _begins_at(response, here) else 0
    if response.status == 206 and start != here:
        one.partial.unlink(missing_ok=True)
        raise Broken("le serveur a repris au mauvais endroit")
    coded = (response.headers.get("Content-Encoding") or "identity").lower()
    if coded != "identity":
        raise _other(one, f"Le serveur envoie un contenu codé ({coded[:20]}) qui n'a pas été demandé")
    length = response.headers.get("Content-Length")
    total = start + int(length) if length and length.isdigit() else None
    if total is not None and total > MOST_BYTES:
        raise _other(one, f"Le serveur annonce {total >> 30} Go")
    _note(one, response, total)
    _no_page(one, response.headers.get_content_type(), b"")
    got = _copy(one, response, start, total, progress)
    if total is not None and got < total:
        raise Broken(f"{got} octets reçus sur {total} annoncés")
    _checked(one)
    one.partial.replace(one.target)
    _note(one, response, got)
    return "repris" if start else None


def _begins_at(response: http.client.HTTPResponse, here: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {here}-")


def _copy(one: Wanted, response: BinaryIO, start: int, total: int | None, progress: Progress) -> int:
    got, end = start, time.monotonic() + MOST_SECONDS
    try:
        with one.partial.open("ab" if start else "wb") as file:
            while chunk := response.read(CHUNK):
                if got == 0:
                    _no_page(one, "", chunk)
                if got + len(chunk) > MOST_BYTES or time.monotonic() > end:
                    raise _other(
                        one, f"Il dépasse {MOST_BYTES >> 30} Go, ou {MOST_SECONDS // 3600} heures de transfert"
                    )
                file.write(chunk)
                got += len(chunk)
                if progress:
                    progress(one.spec.get("label", one.name), min(got / total, 1.0) if total else 0.0)
    except (http.client.HTTPException, ConnectionError, TimeoutError) as error:
        raise Broken(f"connexion coupée après {got} octets") from error
    except OSError as error:
        raise Problem(
            "Écriture impossible",
            where=str(one.partial),
            why=guards.of_system(error),
            todo="Vérifiez la place sur le disque",
        ) from error
    return got


def _no_page(one: Wanted, content_type: str, start: bytes) -> None:
    head = start[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if content_type == "text/html" or head.startswith((b"<!doctype html", b"<html")):
        one.partial.unlink(missing_ok=True)
        raise Problem(
            f"Le serveur a envoyé une page web au lieu du fichier « {one.name} »",
            where=one.spec["url"],
            why="L'adresse a sans doute changé, ou un portail de connexion s'est interposé",
            todo="Ouvrez l'adresse dans un navigateur, puis corrigez-la dans votre catalogue",
        )

    if one.spec["format"] not in ("json", "xml") and (
        content_type in ("application/json", "application/problem+json") or head.startswith((b'{"', b"{ "))
    ):
        one.partial.unlink(missing_ok=True)
        raise _other(
            one, "Le serveur a envoyé un message (JSON) au lieu du fichier : l'adresse n'est sans doute plus bonne"
        )


def _other(one: Wanted, why: str) -> Problem:
    """What came is not what the catalogue says."""
    return Problem(
        f"Le fichier reçu pour « {one.name} » est refusé",
        where=one.spec["url"],
        why=why,
        todo="Ouvrez l'adresse dans un navigateur, puis corrigez-la dans votre catalogue",
    )


def _checked(one: Wanted) -> None:
    """A length can be right and the file wrong: the ends of a Parquet and the table of a zip are looked at."""
    size, kind = one.partial.stat().st_size, one.spec["format"]
    with one.partial.open("rb") as file:
        head = file.read(4)
        file.seek(max(size - 4, 0))
        tail = file.read(4)
    wrong = (
        size == 0
        or (kind == "parquet" and (head, tail) != (b"PAR1", b"PAR1"))
        or (kind in ("zip", "xlsx") and not zipfile.is_zipfile(one.partial))
    )
    if wrong:
        one.partial.unlink()
        raise Problem(
            f"Le fichier « {one.name} » reçu n'est pas un {kind} entier",
            where=one.spec["url"],
            why=f"{size} octets reçus ; le serveur a annoncé une mauvaise longueur ou envoyé autre chose",
            todo="Relancez le téléchargement ; si cela se répète, prévenez le producteur",
        )


def _note(one: Wanted, response: http.client.HTTPResponse, size: int | None) -> None:
    said = {
        "adresse": one.spec["url"],
        "adresse_finale": response.url,
        "octets": size,
        "date": response.headers.get("Last-Modified"),
        "etag": response.headers.get("ETag"),
    }
    temporary = leftovers.temporary(one.folder)
    temporary.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    temporary.replace(one.notes)


def _refused(one: Wanted, error: urllib.error.HTTPError, here: int, *, asked: bool) -> str:
    if error.code == 304 and asked and one.target.is_file():
        return "déjà à jour"
    if error.code == 304:
        raise _other(one, "Le serveur dit que le fichier n'a pas changé, alors qu'il n'est pas là")
    if error.code == 416 and here:
        one.partial.unlink(missing_ok=True)
        raise Broken("la partie déjà reçue ne correspond plus au fichier du serveur")
    if error.code in (301, 302, 303, 307, 308):
        loop = "infinite loop" in str(error.reason)
        why = (
            "Le serveur renvoie d'adresse en adresse sans fin"
            if loop
            else "Le serveur renvoie vers une adresse qui n'est pas du web"
        )
    else:
        why = f"Le serveur répond {error.code} ({error.reason})"
    if error.code >= 500:
        raise Broken(why)
    raise Problem(
        f"Téléchargement refusé : « {one.name} »",
        where=one.spec["url"],
        why=why,
        todo="Vérifiez l'adresse dans le catalogue",
    ) from error


def _offline(one: Wanted, reason: object) -> Problem:
    return Problem(
        f"Téléchargement impossible : « {one.name} »",
        where=one.spec["url"],
        why=f"Pas de réponse du serveur : {guards.of_system(reason) if isinstance(reason, OSError) else 'la connexion échoue'}",
        todo="Vérifiez la connexion (ou le proxy) ; tout le reste de spaser fonctionne hors ligne avec les fichiers déjà là",
    )


def _interrupted(one: Wanted, why: str) -> Problem:
    here = one.partial.stat().st_size if one.partial.is_file() else 0
    return Problem(
        f"Téléchargement interrompu : « {one.name} »",
        where=one.spec["url"],
        why=f"{why}, après {ATTEMPTS} essais",
        todo=f"Relancez la même commande : il reprendra après {here} octets"
        if here
        else "Relancez la même commande plus tard",
    )
