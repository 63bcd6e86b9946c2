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
import urllib.parse
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


@cache
def mp3(text: str) -> bytes:
    """Return a hum of the text as the service sends it: 24 kHz mono, without an Info tag."""
    words = tuple(SpokenWord(w, w) for w in text.split())
    return encoded(Tone().speak(Utterance(words, "hum", "en")).audio)


def encoded(audio: np.ndarray) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "answer.mp3")
        options = ["-codec:a", "libmp3lame", "-b:a", "64k", "-write_xing", "0"]
        ffmpeg.encode([audio], target, options, sample_rate=SAMPLE_RATE, n_channels=1)
        return target.read_bytes()


class TranslateService:
    """The service, to be used in a ``with`` block.

    ``faults`` are taken one a request: "429", "500", "403", "empty", "cut", "noise", "silent",
    "null", "reset", "hang"; when there are none left the answer is right.
    """

    def __init__(self, faults: tuple[str, ...] = ()) -> None:
        self.faults = list(faults)
        self.requests: list[tuple[str, str]] = []  # text and language
        self.released = threading.Event()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        service = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while self.rfile.readline().strip():
                    pass
                self.connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                try:
                    with context.wrap_socket(self.connection, server_side=True) as tls:
                        service.answer(tls)
                except OSError:
                    pass  # the other side has hung up, as it may

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def proxy(self) -> str:
        """What ``HTTPS_PROXY`` is to be."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> TranslateService:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, tls: ssl.SSLSocket) -> None:
        """Answer one request, with the next fault if there is one."""
        text, language = _asked(tls)
        self.requests.append((text, language))
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "hang":
            self.released.wait(MAX_WAIT_S)
        elif fault == "reset":
            tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        elif fault.isdigit():
            tls.sendall(f"HTTP/1.1 {fault} Refused\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            body = _body(text, fault)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            tls.sendall(head.encode() + body)


def _asked(tls: ssl.SSLSocket) -> tuple[str, str]:
    """Read a request and return the text and language it asks for."""
    with tls.makefile("rb") as stream:
        length = 0
        while line := stream.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        form = urllib.parse.parse_qs(stream.read(length).decode())
    (((name, parameters, _, _),),) = json.loads(form["f.req"][0])
    assert name == "jQ1olc"
    text, language, _, _ = json.loads(parameters)
    return text, language


def _body(text: str, fault: str) -> bytes:
    """Return an answer in the service's form, right or broken."""
    sound = {
        "noise": b"this is not sound " * 50,
        "silent": encoded(np.zeros((SAMPLE_RATE, 1), dtype=np.float32)) if fault else b"",
    }.get(fault) or mp3(text)
    coded = base64.b64encode(sound).decode()
    if fault == "cut":
        coded = re.sub("=", "", coded)[: len(coded) // 8 * 4 + 1]
    inner = None if fault == "null" or len(text) > MAX_CHARS else json.dumps([coded])
    row = ["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]
    rows = [] if fault == "empty" else [row]
    lines = json.dumps([*rows, ["di", 37]], separators=(",", ":"))
    return f")]}}'\n\n{len(lines)}\n{lines}\n".encode()
