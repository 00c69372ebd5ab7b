"""Embeddings through LiteLLM's doors, against a server that answers as MiniMax does."""

import base64
import json
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import litellm
import pytest
from openai.types import CreateEmbeddingResponse

MODEL = "minimax/embo-01"


@pytest.fixture
def upstream(monkeypatch):
    """MiniMax's embeddings: the vector of a text is its length and its first letter; ``errors`` come first."""
    seen, errors, keys = [], [], []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append({"path": self.path, **sent})
            keys.append(self.headers["authorization"])
            error = errors.pop(0) if errors else None
            told = {
                "vectors": None if error else [[len(text), float(ord(text[0]))] for text in sent["texts"]],
                "total_tokens": 0 if error else 10 * len(sent["texts"]),
                "base_resp": {"status_code": error or 0, "status_msg": "told" if error else "success"},
            }
            data = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MINIMAX_API_BASE", f"http://127.0.0.1:{server.server_port}/v1")
    server.seen, server.errors, server.keys = seen, errors, keys
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("model", [MODEL, "minimax-plugin/embo-01"])
def test_a_long_list_goes_in_parts_and_comes_back_in_order(upstream, model):
    texts = [chr(65 + index % 26) * (index + 1) for index in range(120)]
    answer = litellm.embedding(model, input=texts, type="query")
    assert [item["embedding"][0] for item in answer.data] == list(range(1, 121))
    assert [item["index"] for item in answer.data] == list(range(120))
    assert {(sent["path"], sent["type"], sent["model"]) for sent in upstream.seen} == {
        ("/v1/embeddings", "query", "embo-01")
    }
    assert len(upstream.seen) > 2
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 1200
    assert answer._hidden_params["response_cost"] == pytest.approx(1200 * 0.07e-6)
    CreateEmbeddingResponse.model_validate(answer.model_dump())


async def test_what_openai_clients_send_by_themselves_is_served(upstream):
    answer = await litellm.aembedding(MODEL, input="Hi", encoding_format="base64", dimensions=1536, user="u")
    assert struct.unpack("<2f", base64.b64decode(answer.data[0]["embedding"])) == (2.0, 72.0)
    assert upstream.seen[0]["texts"] == ["Hi"]
    assert set(upstream.seen[0]) == {"path", "model", "texts", "type"}


async def test_errors_have_their_class_and_all_or_nothing_holds(upstream):
    upstream.errors += [None, 1002]
    with pytest.raises(litellm.RateLimitError, match="1002"):
        await litellm.aembedding(MODEL, input=["x"] * 60, num_retries=0)
    upstream.errors.append(1004)
    with pytest.raises(litellm.AuthenticationError):
        litellm.embedding(MODEL, input="x")
    before = len(upstream.seen)
    for bad in (
        {"input": [[1, 2, 3]]},
        {"input": "x", "dimensions": 64},
        {"input": []},
        {"input": "x", "extra_body": 3},
    ):
        with pytest.raises(litellm.BadRequestError):
            litellm.embedding(MODEL, **bad)
    for model in ("minimax/MiniMax-M2", "minimax/image-01"):
        with pytest.raises(litellm.BadRequestError, match="embo-01"):
            litellm.embedding(model, input="x")
    assert len(upstream.seen) == before


async def test_a_router_falls_back(upstream):
    upstream.errors.append(1002)
    router = litellm.Router(
        model_list=[
            {"model_name": name, "litellm_params": {"model": MODEL, "api_key": f"sk-{name}"}} for name in ("a", "b")
        ],
        fallbacks=[{"a": ["b"]}],
        num_retries=0,
    )
    answer = await router.aembedding("a", input="Hi")
    assert answer.data[0]["embedding"] == [2, 72.0]
    assert len(upstream.seen) == 2


@pytest.mark.parametrize(("code", "kind"), [(1002, litellm.RateLimitError), (1004, litellm.AuthenticationError)])
async def test_a_deployment_that_fails_cools_down(upstream, code, kind):
    entries = [{"model_name": "e", "litellm_params": {"model": MODEL, "api_key": f"sk-{name}"}} for name in ("a", "b")]
    router = litellm.Router(entries, num_retries=0)
    upstream.errors.append(code)
    with pytest.raises(kind):
        await router.aembedding("e", input="Hi")
    tired = upstream.keys[-1]
    for _ in range(4):
        await router.aembedding("e", input="Hi")
    assert tired not in upstream.keys[1:]


def test_other_providers_keep_litellms_rules(upstream):
    with pytest.raises(litellm.UnsupportedParamsError):
        litellm.embedding("voyage/voyage-3", input="x", user="u", api_key="k")
