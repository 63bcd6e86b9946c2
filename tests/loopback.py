"""Google Translate's speech service on 127.0.0.1: gTTS talks to it as it does to the real one.

gTTS honours ``HTTPS_PROXY`` and does not verify certificates, so a proxy that answers ``CONNECT``
by being the service itself is all it takes; the certificate beside it is worth nothing elsewhere.
"""

from __future__ import annotations

import base64
import json
import re
import socket
import socketserver
import ssl
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np

from audiobook import ffmpeg
from audiobook.lexicon import SpokenWord
from audiobook.speech.engine import Utterance
from audiobook.speech.tone import SAMPLE_RATE, Tone

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"
MAX_CHARS = 100
MAX_WAIT_S = 10.0
FRAME_BYTES = 192  # of MP3 at 24 kHz and 64 kbit/s
SORRY_HOST = "www.google.com"
PROXIES = ("HTTPS_PROXY", "https_proxy")
NO_PROXIES = ("NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy")


class Clock:
    """A wall clock that moves when somebody waits."""

    def __init__(self, now_s: float = 1.7e9) -> None:
        self.now_s = now_s
        self.waits_s: list[float] = []

    def now(self) -> float:
        """Return the time in seconds."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Wait, at once."""
        self.waits_s.append(seconds)
        self.now_s += seconds


@cache
def mp3(text: str) -> bytes:
    """Return a hum of the text as the service sends it: 24 kHz mono, without an Info tag."""
    words = tuple(SpokenWord(w, w) for w in text.split())
    return encoded(Tone().speak(Utterance(words, "hum", "en")).audio)


def encoded(audio: np.ndarray, kbits: int = 64) -> bytes:
    """Encode as the service does."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "answer.mp3")
        options = [
            "-codec:a",
            "libmp3lame",
            "-b:a",
            f"{kbits}k",
            "-write_xing",
            "0",
            "-id3v2_version",
            "0",
        ]
        ffmpeg.encode([audio], target, options, sample_rate=SAMPLE_RATE, n_channels=1)
        return target.read_bytes()


class TranslateService:
    """The service, to be used in a ``with`` block.

    ``faults`` are taken one a request; when there are none left the answer is right:

    - a status such as "503", with seconds or a date for ``Retry-After`` as in "429 30";
    - "sorry": what a blocked reader gets, a redirection to a page that answers 429;
    - "reset", "hang" (no answer at all), "drip" (one that never ends);
    - "empty" (no sound in it), "null" (none for this text), "cut" (base64 that is incomplete);
    - "noise" (no MP3), "silent", "short", "long" (sound of another length), "cut mp3".
    """

    def __init__(self, faults: Iterable[str] = ()) -> None:
        self.faults = list(faults)
        self.requests: list[tuple[str, str]] = []  # text and language
        self.domains: list[str] = []
        self.slow: list[bool] = []
        self.arrivals_s: list[float] = []
        self.most_at_once = 0
        self.released = threading.Event()
        self.at_once = 0
        self._lock = threading.Lock()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        service = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                host = self.rfile.readline().split()[1].decode().partition(":")[0]
                while self.rfile.readline().strip():
                    pass
                self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                try:
                    with context.wrap_socket(self.connection, server_side=True) as tls:
                        service.answer(tls, host)
                except OSError:
                    pass  # the other side has hung up, as it may

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def proxy(self) -> str:
        """What ``HTTPS_PROXY`` is to be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def texts(self) -> list[str]:
        """What was asked for, in order."""
        return [text for text, _ in self.requests]

    def __enter__(self) -> TranslateService:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, tls: ssl.SSLSocket, host: str) -> None:
        """Answer one request, with the next fault if there is one."""
        body = _read(tls)
        if host == SORRY_HOST:
            tls.sendall(_head("429 Too Many Requests", b"<html>unusual traffic</html>"))
            return
        text, language, speed = _asked(body)
        with self._lock:
            self.requests.append((text, language))
            self.domains.append(host.removeprefix("translate.google."))
            self.slow.append(speed is True)
            self.arrivals_s.append(time.monotonic())
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            fault = self.faults.pop(0) if self.faults else ""
        try:
            self._send(tls, text, fault)
        finally:
            with self._lock:
                self.at_once -= 1

    def _send(self, tls: ssl.SSLSocket, text: str, fault: str) -> None:
        status, _, after = fault.partition(" ")
        if fault == "hang":
            self.released.wait(MAX_WAIT_S)
        elif fault == "drip":
            tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not self.released.wait(0.05):
                tls.sendall(b")")
        elif fault == "reset":
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif fault == "sorry":
            tls.sendall(_head("302 Found", b"", f"Location: https://{SORRY_HOST}/sorry/index"))
        elif status.isdigit():
            tls.sendall(_head(f"{status} Refused", b"", f"Retry-After: {after}" if after else ""))
        else:
            tls.sendall(_head("200 OK", _body(text, fault)))


def _head(status: str, body: bytes, more: str = "") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", more]
    return "\r\n".join([*filter(None, lines), "", ""]).encode() + body


def _read(tls: ssl.SSLSocket) -> str:
    """Read a request and return its body."""
    with tls.makefile("rb") as stream:
        length = 0
        while line := stream.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return stream.read(length).decode()


def _asked(body: str) -> tuple[str, str, bool | None]:
    """Return the text, the language and the speed that a request asks for."""
    (((name, parameters, _, _),),) = json.loads(urllib.parse.parse_qs(body)["f.req"][0])
    assert name == "jQ1olc"
    text, language, speed, _ = json.loads(parameters)
    return text, language, speed


def _sound(text: str, fault: str) -> bytes:
    """Return the sound of a text as MP3, right or broken."""
    match fault:
        case "noise":
            return b"this is not sound " * 50
        case "silent":
            return encoded(np.zeros((SAMPLE_RATE, 1), dtype=np.float32))
        case "short":
            return mp3("Oh")
        case "long":
            return mp3("and so on " * 40)
        case "cut mp3":
            return mp3(text)[: len(mp3(text)) * 2 // 3 // FRAME_BYTES * FRAME_BYTES + 50]
    return mp3(text)


def _body(text: str, fault: str) -> bytes:
    """Return an answer in the service's form, right or broken."""
    coded = base64.b64encode(_sound(text, fault)).decode()
    if fault == "cut":
        coded = re.sub("=", "", coded)[: len(coded) // 8 * 4 + 1]
    inner = None if fault == "null" or len(text) > MAX_CHARS else json.dumps([coded])
    row = ["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]
    rows = [] if fault == "empty" else [row]
    lines = json.dumps([*rows, ["di", 37]], separators=(",", ":"))
    return f")]}}'\n\n{len(lines)}\n{lines}\n".encode()
