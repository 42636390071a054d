"""Downloads from a server on 127.0.0.1 that misbehaves in every way a real one has."""

from __future__ import annotations

import io
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import polars as pl
import pytest

from spaser.problems import Problem
from spaser.sources.catalogue import catalogue, download

CSV = b"siren,statut\n" + b"123456789,ESS\n" * 5000
STAMP = {"ETag": '"v1"', "Last-Modified": "Sat, 31 Oct 2026 10:00:00 GMT"}


def parquet() -> bytes:
    data = io.BytesIO()
    pl.DataFrame({"siren": ["123456789"] * 100}).write_parquet(data)
    return data.getvalue()


class Server(BaseHTTPRequestHandler):
    calls: list = []

    def do_GET(self):
        Server.calls.append((self.path, dict(self.headers)))
        getattr(self, self.path.strip("/").replace("-", "_"))()

    def send(self, data, status=200, kind="text/csv", length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        for name, value in (STAMP | {k.replace("_", "-"): v for k, v in headers.items()}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def good(self):
        if self.headers.get("If-None-Match") == '"v1"':
            self.send_response(304)
            self.end_headers()
        else:
            self.send(CSV)

    def breaks_once(self):
        asked = self.headers.get("Range")
        if asked:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            self.send(CSV[start:], 206, Content_Range=f"bytes {start}-{len(CSV) - 1}/{len(CSV)}")
        else:
            self.send(CSV[:20_000], length=len(CSV))

    def always_breaks(self):
        self.send(CSV[:10], length=len(CSV))

    def ignores_range(self):
        self.send(CSV) if self.headers.get("Range") else self.send(CSV[:1000], length=len(CSV))

    def wrong_place(self):
        self.send(CSV[5:], 206, Content_Range=f"bytes 5-{len(CSV) - 1}/{len(CSV)}") if self.headers.get(
            "Range"
        ) else self.send(CSV[:1000], length=len(CSV))

    def html(self):
        self.send(b"<!DOCTYPE html><html>maintenance</html>", kind="text/html")

    def html_in_disguise(self):
        self.send(b"\n <html><body>Connectez-vous</body></html>", kind="application/octet-stream")

    def moved(self):
        self.send(b"", 302, Location="/good")

    def loops(self):
        self.send(b"", 302, Location="/loops")

    def missing(self):
        self.send(b"absent", 404)

    def short_length(self):
        self.send(parquet(), length=50, kind="application/octet-stream")

    def whole_parquet(self):
        self.send(parquet(), kind="application/octet-stream")

    def empty(self):
        self.send(b"")

    def overloaded(self):
        self.send(b"", 503)

    def log_message(self, *args):
        pass


@pytest.fixture
def fetch(tmp_path):
    Server.calls = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    own = tmp_path / "catalogue.toml"

    def go(page, kind="csv", progress=None):
        url = f"http://127.0.0.1:{server.server_port}/{page}"
        own.write_text(
            f'[liste]\nlabel = "Liste"\nkind = "register"\nformat = "{kind}"\nurl = "{url}"\n', encoding="utf-8"
        )
        return download("liste", tmp_path / "cache", catalogue=own, progress=progress).row(0, named=True)

    yield go
    server.shutdown()
    server.server_close()


def cache(tmp_path):
    return {p.name for p in (tmp_path / "cache").iterdir()}


def test_a_file_arrives_whole_with_its_size_and_date_and_says_its_progress(fetch, tmp_path):
    steps = []
    got = fetch("good", progress=lambda label, done: steps.append((label, done)))
    assert (tmp_path / "cache" / "liste.csv").read_bytes() == CSV
    assert (got["octets"], got["date"], got["etat"]) == (len(CSV), STAMP["Last-Modified"], "téléchargé")
    assert steps[-1] == ("Liste", 1.0)
    assert cache(tmp_path) == {"liste.csv", "liste.csv.json"}


def test_a_file_that_has_not_changed_is_not_fetched_again(fetch):
    fetch("good")
    assert fetch("good")["etat"] == "déjà à jour"


def test_a_transfer_that_breaks_off_resumes_where_it_stopped(fetch, tmp_path):
    assert fetch("breaks-once")["etat"] == "repris"
    assert (tmp_path / "cache" / "liste.csv").read_bytes() == CSV
    assert [headers.get("Range") for _, headers in Server.calls] == [None, "bytes=20000-"]


def test_a_server_that_always_breaks_off_leaves_no_final_file_and_says_how_to_resume(fetch, tmp_path):
    with pytest.raises(Problem, match="interrompu.*Relancez la même commande"):
        fetch("always-breaks")
    assert "liste.csv" not in cache(tmp_path)


@pytest.mark.parametrize("page", ["ignores-range"])
def test_a_server_that_ignores_the_resume_gives_the_whole_file_once(fetch, tmp_path, page):
    fetch(page)
    assert (tmp_path / "cache" / "liste.csv").read_bytes() == CSV


def test_a_server_that_resumes_at_the_wrong_place_never_makes_a_mixed_file(fetch, tmp_path):
    with pytest.raises(Problem, match="interrompu"):
        fetch("wrong-place")
    assert "liste.csv" not in cache(tmp_path)


@pytest.mark.parametrize("page", ["html", "html-in-disguise"])
def test_a_web_page_instead_of_the_file_is_said_and_not_kept(fetch, tmp_path, page):
    with pytest.raises(Problem, match="page web au lieu du fichier"):
        fetch(page)
    assert not {"liste.csv", "liste.csv.partiel"} & cache(tmp_path)


def test_a_redirection_is_followed_and_an_endless_one_is_said(fetch):
    assert fetch("moved")["octets"] == len(CSV)
    with pytest.raises(Problem, match="sans fin"):
        fetch("loops")


def test_a_refusal_and_an_overloaded_server_have_their_own_messages(fetch):
    with pytest.raises(Problem, match="404"):
        fetch("missing")
    with pytest.raises(Problem, match="503.*essais"):
        fetch("overloaded")


def test_a_wrong_announced_length_is_seen_because_the_file_is_not_whole(fetch, tmp_path):
    with pytest.raises(Problem, match="pas un parquet entier"):
        fetch("short-length", kind="parquet")
    assert not {"liste.parquet", "liste.parquet.partiel"} & cache(tmp_path)
    assert fetch("whole-parquet", kind="parquet")["etat"] == "téléchargé"


def test_an_empty_file_is_refused_and_the_good_one_already_here_stays(fetch, tmp_path):
    fetch("good")
    with pytest.raises(Problem, match="0 octets"):
        fetch("empty")
    assert (tmp_path / "cache" / "liste.csv").read_bytes() == CSV


def test_being_offline_is_said_in_french(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = tmp_path / "c.toml"
    own.write_text(f'[liste]\nformat = "csv"\nurl = "http://127.0.0.1:{port}/x"\n', encoding="utf-8")
    with pytest.raises(Problem, match="Vérifiez la connexion"):
        download(["liste"], tmp_path, catalogue=own)


def test_unknown_names_and_files_without_an_address_say_what_to_do(tmp_path):
    with pytest.raises(Problem, match="sirene_unites_legales"):
        download(["sirene_unite_legale"], tmp_path)
    with pytest.raises(Problem, match="à la main"):
        download("esus", tmp_path)


def test_the_users_catalogue_completes_the_bundled_one_and_refuses_unknown_keys(tmp_path):
    own = tmp_path / "c.toml"
    own.write_text('[esus]\nurl = "http://127.0.0.1/esus.xlsx"\n', encoding="utf-8")
    assert catalogue(own)["esus"]["format"] == "xlsx"
    own.write_text('[esus]\nadresse = "http://127.0.0.1"\n', encoding="utf-8")
    with pytest.raises(Problem, match="adresse"):
        catalogue(own)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["../../x"]\nurl = "http://127.0.0.1/x"\n', "ne peut pas nommer un fichier"),
        ('[con]\nurl = "http://127.0.0.1/x"\n', "ne peut pas nommer un fichier"),
        ('[x]\nurl = "file:///etc/passwd"\n', "http ou https"),
        ('[x]\nurl = "ftp://127.0.0.1/x"\n', "http ou https"),
        ('[x]\nurl = "http://"\n', "http ou https"),
        ('[x]\nformat = "../csv"\nurl = "http://127.0.0.1/x"\n', "« format »"),
    ],
)
def test_a_hostile_catalogue_neither_leaves_the_cache_nor_reads_this_computer(tmp_path, text, said):
    own = tmp_path / "c.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=said):
        catalogue(own)
