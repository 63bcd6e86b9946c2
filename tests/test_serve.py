"""The served folder: exactly the release's bytes, in any part, to those who may have them."""

import contextlib
import http.client
import os
import socket
import threading
from email.utils import formatdate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiobook.errors import ServeError
from audiobook.serve import answers
from audiobook.serve import server as serving
from audiobook.serve.door import GuardedDoor
from audiobook.serve.ranges import Unsatisfiable, part_asked_for
from audiobook.serve.server import LOOPBACK, Server

SOUND = bytes(range(256)) * 20
NAME = "/chapters/01%20Rain%20%D0%90.mp3"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a release, and much beside it that is none."""
    top = tmp_path_factory.mktemp("top")
    out = top / "out"
    (out / "chapters").mkdir(parents=True)
    (out / "index.html").write_text("<p>the player", "utf-8")
    (out / "chapters" / "01 Rain А.mp3").write_bytes(SOUND)
    (out / "empty.mp3").write_bytes(b"")
    for name in ("a.m4b", "a.opus", "a.flac", "a.vtt", "a.json", "a.epub", "a.lpf", "a.jpg"):
        (out / name).write_bytes(b"content")
    for name in (".hidden.mp3", ".a.mp3.part", "a.mp3.part", "story.md", "noname", "key.pem"):
        (out / name).write_bytes(b"SECRET")
    (out / ".git").mkdir()
    (out / ".git" / "config.json").write_bytes(b"SECRET")
    (top / "secret.json").write_bytes(b"SECRET")
    (out / "folder.mp3").mkdir()
    if os.name == "posix":
        (out / "link.json").symlink_to(top / "secret.json")
        (out / "up").symlink_to(top)
        (out / "inside.mp3").symlink_to(out / "chapters" / "01 Rain А.mp3")
        (out / "loop.mp3").symlink_to(out / "loop.mp3")
        os.mkfifo(out / "pipe.mp3")
    return out


@contextlib.contextmanager
def served(folder, host=LOOPBACK, used=lambda _: None):
    with Server(folder, host, 0, used) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def server(folder):
    with served(folder) as running:
        yield running


@pytest.fixture
def guarded(folder):
    """Serve as to others: at an address that is not loopback, though only this test connects."""
    tokens = []
    with served(folder) as running:
        running.door = GuardedDoor(running.port, tokens.append)
        running.told = tokens
        yield running


def ask(server, path, method="GET", **headers):
    """Send one request; return the answer with its body read."""
    connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, headers=named)
        answer = connection.getresponse()
        answer.body = answer.read()
        return answer
    finally:
        connection.close()


def raw(server, data):
    """Send bytes as they are; return all that comes back, up to a reset for what was not read."""
    got = b""
    with (
        socket.create_connection((LOOPBACK, server.port), timeout=10) as connection,
        contextlib.suppress(ConnectionError),
    ):
        connection.sendall(data)
        while part := connection.recv(65536):
            got += part
    return got


def test_the_front_page_is_the_player(server):
    """The address alone gives the page, under headers that keep it to itself."""
    answer = ask(server, "/")
    assert (answer.status, answer.body) == (200, b"<p>the player")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert answer.headers["Server"] == "audiobook"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (NAME, "audio/mpeg"),
        ("/a.m4b", "audio/mp4"),
        ("/a.opus", "audio/ogg"),
        ("/a.flac", "audio/flac"),
        ("/a.vtt", "text/vtt; charset=utf-8"),
        ("/a.json", "application/json"),
        ("/a.epub", "application/epub+zip"),
        ("/a.lpf", "application/lpf+zip"),
        ("/a.jpg", "image/jpeg"),
    ],
)
def test_every_file_says_what_it_is(server, name, kind):
    """Players and readers go by the type, as nothing is sniffed."""
    answer = ask(server, name)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert answer.headers["Accept-Ranges"] == "bytes"


@given(st.integers(0, 6000), st.integers(0, 6000))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_part_is_that_part_of_the_bytes(server, first, last):
    """What is asked for from, up to, and counted from the end, is the slice of the file."""
    n = len(SOUND)
    from_end = max(n - last, 0)
    for written, start, stop in (
        (f"bytes={first}-{last}", first, last + 1),
        (f"bytes={first}-", first, n),
        (f"bytes=-{last}", from_end, n),
    ):
        wanted = SOUND[start:stop]
        answer = ask(server, NAME, Range=written)
        if start >= stop and written == f"bytes={first}-{last}":
            assert (answer.status, answer.body) == (200, SOUND)
        elif not wanted:
            assert answer.status == 416
            assert answer.headers["Content-Range"] == f"bytes */{n}"
        else:
            assert (answer.status, answer.body) == (206, wanted)
            said = f"bytes {start}-{start + len(wanted) - 1}/{n}"
            assert answer.headers["Content-Range"] == said
            assert int(answer.headers["Content-Length"]) == len(wanted)


@given(st.text("0123456789-, ٣b\t", max_size=24), st.integers(0, 100))
@settings(max_examples=60)
def test_whatever_a_range_says_is_a_part_all_or_none(header, n_bytes):
    """No header gives a byte that is not in the file."""
    try:
        part = part_asked_for(f"bytes={header}", n_bytes)
    except Unsatisfiable:
        return
    assert part is None or (part and 0 <= part.start < part.stop <= n_bytes)


@pytest.mark.parametrize(
    "header", ["bytes=0-1,3-4", "bytes=", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=1-0", "9"]
)
def test_a_range_that_is_none_gives_the_whole_file(server, header):
    """So RFC 9110 has it, and several parts at once may be ignored."""
    answer = ask(server, NAME, Range=header)
    assert (answer.status, answer.body) == (200, SOUND)


def test_an_empty_file_has_no_part(server):
    """It is sent whole, and any part of it is refused."""
    assert ask(server, "/empty.mp3").status == 200
    assert ask(server, "/empty.mp3", Range="bytes=0-").status == 416


def test_head_says_what_get_would_send_and_sends_nothing(server):
    """The length is there, the bytes are not; a range means nothing to it."""
    answer = ask(server, NAME, "HEAD", Range="bytes=0-9")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(SOUND))
    assert ask(server, "/gone.mp3", "HEAD").status == 404


def test_what_the_browser_has_is_not_sent_again(server):
    """The tag decides; without one the date does."""
    about = ask(server, NAME, "HEAD").headers
    tag, date = about["ETag"], about["Last-Modified"]
    for headers, status in (
        ({"If_None_Match": tag}, 304),
        ({"If_None_Match": f'"other", W/{tag}'}, 304),
        ({"If_None_Match": "*"}, 304),
        ({"If_None_Match": '"other"', "If_Modified_Since": date}, 200),
        ({"If_Modified_Since": date}, 304),
        ({"If_Modified_Since": formatdate(0, usegmt=True)}, 200),
        ({"If_Modified_Since": "yesterday"}, 200),
    ):
        answer = ask(server, NAME, **headers)
        assert (answer.status, len(answer.body)) == (status, len(SOUND) * (status == 200))


def test_a_part_of_an_older_file_is_not_continued(server):
    """With If-Range the part comes only off the very same file; else all of the new one."""
    tag = ask(server, NAME, "HEAD").headers["ETag"]
    assert ask(server, NAME, Range="bytes=5-", If_Range=tag).status == 206
    for other in ('"other"', f"W/{tag}", formatdate(usegmt=True)):
        assert ask(server, NAME, Range="bytes=5-", If_Range=other).status == 200


def test_a_file_replaced_while_it_is_sent_ends_as_it_began(tmp_path):
    """A rebuild in the middle of an answer breaks nothing, and the next answer is the new file."""
    old, new = b"o" * 8_000_000, b"n" * 100
    (tmp_path / "a.mp3").write_bytes(old)
    with served(tmp_path) as server:
        connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=10)
        connection.request("GET", "/a.mp3")
        answer = connection.getresponse()
        begun = answer.read(1000)
        (tmp_path / ".a.mp3.part").write_bytes(new)
        (tmp_path / ".a.mp3.part").replace(tmp_path / "a.mp3")
        assert begun + answer.read() == old
        connection.request("GET", "/a.mp3", headers={"If-None-Match": answer.headers["ETag"]})
        assert connection.getresponse().read() == new
        connection.close()


@pytest.mark.parametrize(
    "path",
    [
        *("/../secret.json", "/%2e%2e/secret.json", "/chapters/../../secret.json"),
        *("/..%2fsecret.json", "/%2e%2e%2fsecret.json", "/chapters/%2e%2e/%2e%2e/secret.json"),
        *("/..\\secret.json", "/..%5csecret.json", "//secret.json", "//../secret.json"),
        *("/secret.json%00.mp3", "/a.json%00", "/%00", "/%ff%fe.json", "/./a.json", "/a.json/"),
        *("/chapters//01%20Rain%20%D0%90.mp3", "/C:/secret.json", "/a.json::$DATA"),
        *("/.hidden.mp3", "/.a.mp3.part", "/a.mp3.part", "/.git/config.json", "/story.md"),
        *("/noname", "/key.pem", "/chapters", "/chapters/", "/folder.mp3", "/gone.mp3"),
        *("/link.json", "/up/secret.json", "/up/out/a.json/..", "/loop.mp3", "/pipe.mp3"),
        "/" + "a" * 5000 + ".mp3",
    ],
)
def test_nothing_but_the_release_is_there(server, path):
    """Paths that lead out, links, hidden and unfinished files: all the same, not found."""
    answer = raw(server, f"GET {path} HTTP/1.0\r\nHost: localhost:{server.port}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"SECRET" not in answer


@pytest.mark.parametrize("path", ["{file}", "http://evil.example/secret.json", "*", "secret.json"])
def test_an_address_that_is_no_path_is_not_found(server, folder, path):
    """A whole address, and a path of this machine, name nothing here."""
    path = path.format(file=folder.parent / "secret.json")
    answer = raw(server, f"GET {path} HTTP/1.0\r\nHost: localhost:{server.port}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"SECRET" not in answer


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_a_link_inside_the_folder_is_followed(server):
    """What it leads to belongs to the release anyway."""
    assert ask(server, "/inside.mp3").body == SOUND


@pytest.mark.parametrize(
    ("method", "status"), [("POST", 405), ("PUT", 405), ("DELETE", 405), ("BREW", 501)]
)
def test_nothing_can_be_changed(server, method, status):
    """Only GET and HEAD are answered; a body is not taken for another request."""
    answer = raw(
        server,
        f"{method} / HTTP/1.1\r\nHost: localhost:{server.port}\r\nContent-Length: 40\r\n\r\n"
        f"GET /a.json HTTP/1.1\r\n\r\n".encode(),
    )
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"nosniff" in answer


@pytest.mark.parametrize(
    "data",
    [
        *(b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\r\n\r\n"),
        *(b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", b"G" * 70_000 + b"\r\n\r\n"),
    ],
)
def test_what_is_no_request_is_refused_in_a_line(server, data):
    """Noise gets a status or nothing, and never a part of itself or a trace of the program."""
    answer = raw(server, data)
    assert answer[:10] in (b"", b"HTTP/1.1 4", b"HTTP/1.1 5")
    assert b"Traceback" not in answer


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "localhost:1", "", "::1"])
def test_on_loopback_a_strange_name_is_turned_away(server, host):
    """A page from elsewhere whose name was made to point here reads nothing."""
    assert ask(server, "/", Host=host.format(port=server.port)).status == 403


@pytest.mark.parametrize("host", ["localhost:{port}", "127.0.0.1:{port}", "LOCALHOST:{port}"])
def test_on_loopback_this_machine_is_known_by_its_names(server, host):
    """Both names that people type work."""
    assert ask(server, "/", Host=host.format(port=server.port)).status == 200


def test_others_need_the_token_and_then_the_cookie(guarded):
    """The token buys a cookie and an address without it; the cookie opens everything."""
    for path in ("/", NAME, "/?token=", "/?token=wrong", "/gone.mp3"):
        assert ask(guarded, path).status == 403
    answer = ask(guarded, f"/?token={guarded.door.token}")
    assert (answer.status, answer.headers["Location"], answer.body) == (303, "/", b"")
    cookie, *rules = answer.headers["Set-Cookie"].split("; ")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} == set(rules)
    assert ask(guarded, NAME, Cookie=cookie, Host="phone.local").body == SOUND
    assert ask(guarded, "/?token=old", Cookie=f"a={{}}; {cookie}").status == 200
    assert ask(guarded, "/", Cookie=cookie + "x").status == 403


def test_a_token_opens_once(guarded):
    """Who finds the address later stays out, and the next device is told another one."""
    token = guarded.door.token
    assert ask(guarded, f"/{token}").status == 403
    assert ask(guarded, f"/?token={token}", "HEAD").status == 403  # a preview uses nothing up
    assert ask(guarded, f"/?token={token}").status == 303
    assert ask(guarded, f"/?token={token}").status == 403
    assert guarded.told == [guarded.door.token] != [token]
    assert ask(guarded, f"/?token={guarded.door.token}").status == 303


def test_only_loopback_is_open(folder):
    """Every other address has a token in what it prints, and names that a phone can reach."""
    with Server(folder, LOOPBACK, 0) as server:
        assert server.addresses == [f"http://127.0.0.1:{server.port}/"]
    with Server(folder, "0.0.0.0", 0) as server:
        assert not server.is_local
        for address in server.addresses:
            assert address.endswith(f":{server.port}/?token={server.door.token}")
            assert "//0.0.0.0" not in address
            assert "//127." not in address


def test_an_address_that_cannot_be_had_is_said_in_a_line(folder):
    """A taken port, and a name of another machine."""
    with (
        Server(folder, LOOPBACK, 0) as server,
        pytest.raises(ServeError, match=r"cannot be listened at .*--port"),
    ):
        Server(folder, LOOPBACK, server.port)
    with pytest.raises(ServeError, match=r"is no address of this machine"):
        Server(folder, "no such name", 0)


def test_many_are_answered_at_once(server):
    """Several requests over several connections each get their own bytes."""
    wrong = []

    def listen(first):
        connection = http.client.HTTPConnection(LOOPBACK, server.port, timeout=10)
        for start in range(first, first + 20):
            connection.request("GET", NAME, headers={"Range": f"bytes={start}-{start + 99}"})
            if connection.getresponse().read() != SOUND[start : start + 100]:
                wrong.append(start)
        connection.close()

    threads = [threading.Thread(target=listen, args=(100 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_no_more_are_let_in_than_can_be_served(folder, monkeypatch):
    """One too many hears so at once, and is served when another one has gone."""
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 2)
    with served(folder) as server, contextlib.ExitStack() as waiting:
        first, second = (
            waiting.enter_context(socket.create_connection((LOOPBACK, server.port), timeout=10))
            for _ in range(2)
        )
        assert raw(server, b"").startswith(b"HTTP/1.1 503 ")
        first.shutdown(socket.SHUT_WR)
        assert first.recv(1) == b""
        assert second.send(b"GET ") == 4
        free = server._free.acquire(timeout=10)
        server._free.release()
        assert free
        assert ask(server, "/").status == 200


def test_who_does_not_finish_a_request_is_let_go(folder, monkeypatch):
    """Dripping bytes hold no thread for longer than a request may take."""
    monkeypatch.setattr(answers, "REQUEST_S", 0.05)
    with served(folder) as server:
        assert raw(server, b"GET / HT") == b""
