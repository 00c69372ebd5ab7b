"""One request and its answer, byte for byte, with everything secret masked."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

HARMLESS_HEADERS = frozenset(
    {
        "accept", "content-type", "content-encoding", "content-length", "transfer-encoding", "connection", "date",
        "server", "vary", "retry-after", "anthropic-version", "user-agent",
    }
)  # fmt: skip
"""The headers of requests and answers that are kept; any other may identify an account."""
_ACCOUNT = re.compile(
    rb"(?i)(?:\"|')?(?:group|org|organization|user|account|project)[_-]?id(?:\"|')?\s*[:=]\s*(?:\"|')?([\w-]{6,64}+)"
)
_SHORTEST_KEY = 8
"""A shorter key (`any`, `none`, for a server that needs no key) is a word that appears everywhere."""
_SIGNED = re.compile(rb"(?i)(?:signature|accesskeyid|security-token|credential)=([\w%.+/~-]{6,512}+)")
"""The parts of an image's address that give access to it."""
_KEY_LIKE = re.compile(rb"\b(?:sk-[\w-]{8,512}+|eyJ[\w-]{8,2048}+\.[\w.-]{8,4096}+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of one network read.

    Attributes:
        after: seconds since the request was sent.
        data: the bytes.
    """

    after: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    Attributes:
        path: the path after the server's root, such as ``/v1/chat/completions``.
        body: the request's JSON.
        sent_headers: the request's harmless headers.
        status: HTTP status, 0 if no answer came.
        headers: the answer's harmless headers.
        pieces: the answer's body as it arrived.
        problem: why the answer did not come or broke off; empty if it is complete.
    """

    path: str
    body: Mapping[str, Any]
    sent_headers: Mapping[str, str]
    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: Sequence[Piece] = ()
    problem: str = ""

    @property
    def raw(self) -> bytes:
        """The whole body."""
        return b"".join(piece.data for piece in self.pieces)

    def as_json(self) -> dict[str, Any]:
        """Return the exchange in the form in which it is written to a file; :func:`from_json` reads it again."""
        return {
            "request": {"method": "POST", "path": self.path, "headers": dict(self.sent_headers), "body": self.body},
            "answer": {
                "status": self.status, "headers": dict(self.headers), "problem": self.problem,
                "pieces": [[round(piece.after, 4), *_written(piece.data)] for piece in self.pieces],
            },
        }  # fmt: skip


def from_json(told: Mapping[str, Any]) -> Exchange:
    """Return the exchange stored in a file.

    Raises:
        KeyError, TypeError, ValueError: the file holds no exchange.
    """
    asked, answer = told["request"], told["answer"]
    pieces = [Piece(float(entry[0]), _read(entry[1:])) for entry in answer["pieces"]]
    return Exchange(
        str(asked["path"]), asked["body"], asked["headers"], int(answer["status"]), answer["headers"], pieces,
        str(answer["problem"]),
    )  # fmt: skip


def harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that identify nobody."""
    return {name.lower(): value for name, value in headers.items() if name.lower() in HARMLESS_HEADERS}


def without_secrets(pieces: Sequence[Piece], key: str) -> list[Piece]:
    """Return the pieces with every key and account id masked by x's, even if cut by a read; no byte moves."""
    whole = bytearray(b"".join(piece.data for piece in pieces))
    for start, end in _secrets(bytes(whole), key.encode()):
        whole[start:end] = b"x" * (end - start)
    cleaned, at = [], 0
    for piece in pieces:
        cleaned.append(Piece(piece.after, bytes(whole[at : at + len(piece.data)])))
        at += len(piece.data)
    return cleaned


def _secrets(body: bytes, key: bytes) -> list[tuple[int, int]]:
    found = [match.span(1) for form in (_ACCOUNT, _SIGNED) for match in form.finditer(body)]
    found += [match.span() for match in _KEY_LIKE.finditer(body)]
    at = body.find(key) if len(key) >= _SHORTEST_KEY else -1
    while at >= 0:
        found.append((at, at + len(key)))
        at = body.find(key, at + len(key))
    return found


def _written(data: bytes) -> list[str]:
    """Return bytes as text if they are text. A read may end inside a character; such bytes are base64."""
    try:
        return [data.decode()]
    except UnicodeDecodeError:
        return [base64.b64encode(data).decode(), "base64"]


def _read(entry: Sequence[str]) -> bytes:
    return base64.b64decode(entry[0]) if len(entry) > 1 else entry[0].encode()


def as_text(exchange: Exchange) -> str:
    """The file's text."""
    return json.dumps(exchange.as_json(), ensure_ascii=False, indent=1) + "\n"
