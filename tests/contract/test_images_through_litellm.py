"""Pictures through LiteLLM's doors: what reaches the wire, what comes back, and what it costs."""

import asyncio
import base64
import functools
import http.server
import importlib.util
import io
import json
import struct
import threading

import litellm
import pytest
from openai.types import ImagesResponse

import litellm_minimax
from litellm_minimax.seams import claim_media, registration
from litellm_minimax.simulator import Answer, Fault, Quirks
from litellm_minimax.upstream import transport
from tests.waiting import auntil

ONE, H3 = "minimax/image-01", "minimax/MiniMax-H3-Image"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 300, 400) + b"\0" * 9


async def generate(way, model=ONE, via=litellm, **given):
    call = {"model": model, "prompt": "A fox in the snow.", **given}
    return await (via.aimage_generation(**call) if way == "async" else asyncio.to_thread(via.image_generation, **call))


async def edit(way, model=ONE, via=litellm, **given):
    call = {"model": model, "prompt": "Older.", "image": PNG, **given}
    return await (via.aimage_edit(**call) if way == "async" else asyncio.to_thread(via.image_edit, **call))


def sent(sim):
    assert sim.last.headers["user-agent"].startswith("litellm-minimax/")
    return {name: value for name, value in sim.last.body.items() if name not in {"model", "prompt"}}


@pytest.mark.parametrize("way", ["sync", "async"])
@pytest.mark.parametrize("model", [ONE, "minimax-plugin/IMAGE-01"])
async def test_what_litellm_drops_reaches_the_wire(sim, way, model):
    answer = await generate(
        way, model, n=3, size="1536x1024", response_format="b64_json", user="u", seed=5, prompt_optimizer=True
    )
    assert sim.last.path == "/v1/image_generation"
    assert sim.last.body["model"] == "image-01"
    assert sent(sim) == {
        "n": 3, "width": 1536, "height": 1024, "response_format": "base64", "seed": 5, "prompt_optimizer": True,
    }  # fmt: skip
    assert [base64.b64decode(made.b64_json)[:4] for made in answer.data] == [b"\x89PNG"] * 3
    assert answer._hidden_params["response_cost"] == pytest.approx(3 * 0.0035)
    ImagesResponse.model_validate(answer.model_dump())


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_h3_speaks_openais_shape_and_is_billed_by_its_tokens(sim, way):
    answer = await generate(way, H3, n=2, size="2720x1536", output_format="webp", extra_body={"area_hint": 1})
    assert sim.last.path == "/v1/images/generations"
    assert sent(sim) == {"n": 2, "size": "2720x1536", "output_format": "webp", "area_hint": 1}
    usage = answer.usage
    assert answer._hidden_params["response_cost"] == pytest.approx(
        (usage.input_tokens * 2.30 + usage.output_tokens * 3.80) * 1e-6
    )
    assert answer.data[0].revised_prompt.startswith("[simulated]")
    assert answer.minimax["sizes"] == ["2720x1536"] * 2
    ImagesResponse.model_validate(answer.model_dump())


@pytest.mark.parametrize("way", ["sync", "async"])
async def test_edits_carry_their_parameters_past_litellm(sim, way):
    answer = await edit(way, n=2, size="1024x1024", response_format="b64_json", user="u", extra_body={"seed": 9})
    reference = sim.last.body["subject_reference"]
    assert reference == [{"type": "character", "image_file": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}]
    assert sent(sim) == {
        "n": 2, "width": 1024, "height": 1024, "response_format": "base64", "seed": 9, "subject_reference": reference,
    }  # fmt: skip
    assert "does not edit" in answer.minimax["notes"][0]
    assert answer._hidden_params["response_cost"] == pytest.approx(2 * 0.0035)
    ImagesResponse.model_validate(answer.model_dump())
    answer = await edit(
        way, H3, image=[PNG, "https://a.example/b.png", ("c.png", io.BytesIO(PNG), "image/png")], aspect_ratio="3:2",
        extra_headers={"x-mine": "1"},
    )  # fmt: skip
    assert sim.last.path == "/v1/images/edits"
    assert [image["url"][:10] for image in sim.last.body["images"]] == ["data:image", "https://a.", "data:image"]
    assert (sim.last.body["aspect_ratio"], sim.last.headers["x-mine"]) == ("3:2", "1")


async def test_files_paths_and_forms_of_an_upload(sim, tmp_path):
    path = tmp_path / "p.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        for given in (path, file, bytearray(PNG), memoryview(PNG), ("p.png", PNG), {"url": "https://a.example/b.png"}):
            await edit("async", image=given)
            assert len(sim.last.body["subject_reference"]) == 1
    for bad in (tmp_path / "none.png", file, ("p.png",), None, []):
        with pytest.raises(litellm.BadRequestError):
            await edit("async", image=bad)


async def test_the_signature_of_a_mistake_and_no_request(sim):
    for call, kind in (
        (generate("sync", quality="hd"), litellm.UnsupportedParamsError),
        (generate("async", size="17x4"), litellm.BadRequestError),
        (generate("sync", "minimax/MiniMax-M2"), litellm.BadRequestError),
        (generate("async", ONE, aspect_ration="1:1"), litellm.BadRequestError),
        (generate("sync", extra_body=[1]), litellm.BadRequestError),
        (edit("async", mask=b"m"), litellm.UnsupportedParamsError),
        (edit("sync", image=[PNG, PNG]), litellm.BadRequestError),
        (edit("async", H3, quality="high"), litellm.UnsupportedParamsError),
    ):
        with pytest.raises(kind):
            await call
    assert not sim.requests
    answer = await generate("async", quality="hd", drop_params=True)
    assert answer.minimax["notes"] == ["quality: not sent, because the model has nothing like it"]
    await edit("sync", H3, quality="high", drop_params=True)
    assert "quality" not in sim.last.body
    for ask in (generate, edit):
        for way in ("sync", "async"):
            await ask(way, quality="hd", n=2, additional_drop_params=["quality"])
            assert sim.last.body["n"] == 2
    await litellm.aembedding(model="minimax/embo-01", input="x", dimensions=64, additional_drop_params=["dimensions"])


@pytest.mark.parametrize(
    ("code", "kind"),
    [(1002, litellm.RateLimitError), (1004, litellm.AuthenticationError), (1026, litellm.ContentPolicyViolationError),
     (1027, litellm.ContentPolicyViolationError), (2013, litellm.BadRequestError), (2056, litellm.RateLimitError)],
)  # fmt: skip
@pytest.mark.parametrize("model", [ONE, H3])
async def test_errors_have_their_class_in_either_envelope(sim, model, code, kind):
    sim.enqueue(Fault("error", code=code))
    with pytest.raises(kind, match=str(code)) as raised:
        await generate("async", model, num_retries=0)
    assert sim.last.answered.status == (200 if model == ONE else raised.value.status_code)


async def test_pictures_that_fail_are_told_and_a_success_without_any_is_an_error(sim):
    sim.quirks = Quirks(images_failing=1)
    for model in (ONE, H3):
        answer = await generate("async", model, n=3)
        assert (len(answer.data), answer.minimax["failed_count"]) == (2, 1)
        assert any("1 of the pictures failed" in note for note in answer.minimax["notes"])
    assert answer._hidden_params["response_cost"] > 0
    sim.quirks = Quirks(image_false_success=True)
    for model in (ONE, H3):
        with pytest.raises(litellm.InternalServerError, match="no picture came"):
            await generate("async", model, num_retries=0)


async def test_a_router_tries_again_falls_back_and_sends_the_upload_again(sim):
    entries = [{"model_name": name, "litellm_params": {"model": ONE, "api_key": f"sk-{name}"}} for name in ("a", "b")]
    router = litellm.Router(entries, fallbacks=[{"a": ["b"]}], num_retries=0)
    sim.enqueue(Fault("error", code=1002))
    answer = await edit("async", "a", via=router, image=io.BytesIO(PNG))
    assert len(answer.data) == 1
    assert [request.headers["authorization"] for request in sim.requests] == ["Bearer sk-a", "Bearer sk-b"]
    first, second = (request.body["subject_reference"] for request in sim.requests)
    assert first == second
    sim.quirks = Quirks(image_false_success=True)
    with pytest.raises(litellm.InternalServerError):
        await generate("async", "b", via=litellm.Router(entries, num_retries=1))
    assert len(sim.requests) == 4


async def test_a_deployment_that_fails_cools_down(sim):
    entry = {"model_name": "pictures", "litellm_params": {"model": ONE, "api_key": "sk-a"}}
    router = litellm.Router([entry, {**entry, "litellm_params": {"model": ONE, "api_key": "sk-b"}}], num_retries=0)
    sim.enqueue(Fault("error", code=1004))
    with pytest.raises(litellm.AuthenticationError):
        await generate("async", "pictures", via=router)
    tired = sim.last.headers["authorization"]
    for _ in range(4):
        await generate("async", "pictures", via=router)
        assert sim.last.headers["authorization"] != tired


@pytest.mark.parametrize(
    "fault", [Fault("stall", phase="before_headers"), Fault("reset", phase="after_headers"), Fault("truncate_json")]
)
async def test_what_h3_charges_for_is_not_sent_twice(sim, fault):
    router = litellm.Router(
        [{"model_name": "h3", "litellm_params": {"model": H3, "api_key": "k", "timeout": 0.4}}], num_retries=2
    )
    sim.enqueue(fault)
    with pytest.raises(litellm.APIError, match="finishes and charges") as raised:
        await generate("async", "h3", via=router)
    assert raised.value.status_code == 424
    assert len(sim.requests) == 1


@pytest.mark.parametrize(("model", "kept"), [(ONE, False), (H3, True)])
async def test_an_answer_has_a_bound_that_ten_large_pictures_do_not_meet(sim, monkeypatch, model, kept):
    monkeypatch.setattr(transport, "MAX_BODY_BYTES", 50_000)
    pictures = ["A" * 20_000] * 3
    data = {"image_base64": pictures} if model == ONE else [{"b64_json": picture} for picture in pictures]
    sim.enqueue(Answer(raw_json={"data": data}))
    if kept:
        assert len((await generate("async", model)).data) == 3
    else:
        with pytest.raises(litellm.BadGatewayError, match="larger"):
            await generate("async", model, num_retries=0)


async def test_what_never_arrived_may_be_sent_again(sim):
    with sim.refuse_connections(), pytest.raises(litellm.APIConnectionError, match="Nothing was sent"):
        await generate("async", H3, num_retries=0)


async def test_spend_in_the_logs_is_the_price_tables(sim):
    class Keeper(litellm.integrations.custom_logger.CustomLogger):
        kept: list = []

        async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
            if kwargs["litellm_call_id"] == mine["litellm_call_id"]:
                self.kept.append(kwargs["standard_logging_object"])

    mine = {"litellm_call_id": "the spend of one test"}

    litellm.callbacks = [Keeper()]
    answers = [await generate("async", n=2, **mine), await edit("async", n=3, **mine)]
    answers.append(await generate("async", H3, **mine))
    answers.append(await litellm.aembedding("minimax/embo-01", input=["one text", "another"], **mine))
    await auntil(lambda: len(Keeper.kept) == 4)
    costs = {entry["response_cost"] for entry in Keeper.kept}
    assert costs == {answer._hidden_params["response_cost"] for answer in answers}
    assert {0.007, 0.0105} < {round(cost, 6) for cost in costs}
    assert {entry["custom_llm_provider"] for entry in Keeper.kept} == {"minimax"}


async def test_an_operators_own_price_wins(sim):
    router = litellm.Router(
        [
            {"model_name": "each", "litellm_params": {"model": ONE, "output_cost_per_image": 1.5}},
            {"model_name": "info", "litellm_params": {"model": ONE}, "model_info": {"output_cost_per_image": 2.5}},
            {"model_name": "tokens", "litellm_params": {
                "model": H3, "input_cost_per_token": 0.5, "output_cost_per_token": 0.25}},
            {"model_name": "table", "litellm_params": {"model": ONE}},
        ],
        num_retries=0,
    )  # fmt: skip
    for group, price in (("each", 1.5), ("info", 2.5), ("table", 0.0035)):
        for answer in (await generate("async", group, via=router, n=2), await edit("async", group, via=router, n=2)):
            assert answer._hidden_params["response_cost"] == pytest.approx(2 * price)
    answer = await generate("async", "tokens", via=router)
    usage = answer.usage
    assert answer._hidden_params["response_cost"] == pytest.approx(usage.input_tokens / 2 + usage.output_tokens / 4)


def test_the_price_map_knows_them_and_their_mode():
    for model, mode in ((ONE, "image_generation"), (H3, "image_generation"), ("minimax/embo-01", "embedding")):
        assert litellm.get_model_info(model)["mode"] == mode
        assert model in litellm.models_by_provider["minimax"]
    assert litellm.get_model_info("minimax/minimax-latest")["input_cost_per_token"] == pytest.approx(0.30e-6)


# -- the claim --------------------------------------------------------------------------------------------------------


def test_the_claim_is_made_once_and_is_loud_on_a_litellm_that_moved(monkeypatch):
    images, main = litellm.images.main, litellm.main
    before = (images.get_optional_params_image_gen, main.get_optional_params_embeddings, _inside(images.image_edit))
    claim_media.claim()
    assert before == (
        images.get_optional_params_image_gen, main.get_optional_params_embeddings, _inside(images.image_edit)
    )  # fmt: skip
    for moved in (lambda **_: None, type("Other", (), {"__code__": (lambda: 0).__code__})()):
        with monkeypatch.context() as patch:
            patch.setattr(images, "image_edit", moved)
            with pytest.raises(registration.ClaimError, match="image_edit"):
                litellm_minimax.register()
    with monkeypatch.context() as patch:
        patch.setattr(images, "image_generation", lambda **_: None)
        with pytest.raises(registration.ClaimError, match="get_optional_params_image_gen"):
            litellm_minimax.register()


def _inside(function):
    return function.__closure__[function.__code__.co_freevars.index("original_function")].cell_contents


def test_other_providers_keep_litellms_rules():
    """LiteLLM's own image parameters are as they were, and its edits are handed nothing of ours."""
    assert litellm.images.main.get_optional_params_image_gen(
        model="gpt-image-1", n=2, size="1024x1024", custom_llm_provider="openai"
    ) == {"n": 2, "size": "1024x1024"}
    seen = {}

    @functools.wraps(_inside(litellm.images.main.image_edit).__wrapped__)
    def recorder(*args, **kwargs):
        seen.update(kwargs)

    carried = claim_media._carrying(recorder)
    carried(PNG, "Older.", "gpt-image-1", n=2)
    assert seen == {"n": 2}
    carried(PNG, "Older.", ONE, n=2)
    assert seen == {"n": 2, claim_media.CLAIMED: {"n": 2, "custom_llm_provider": "minimax"}}


# -- what LiteLLM serves itself ---------------------------------------------------------------------------------------


@pytest.fixture
def litellms_own(monkeypatch):
    """A server for LiteLLM's own speech and video under ``minimax/``: this package has neither, and breaks neither."""
    seen = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append((self.path, self.headers["authorization"], body))
            told = {
                "data": {"audio": b"RIFF".hex(), "status": 2}, "extra_info": {}, "task_id": "task-1",
                "base_resp": {"status_code": 0, "status_msg": "success"},
            }  # fmt: skip
            data = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MINIMAX_API_BASE", f"http://127.0.0.1:{server.server_port}")
    yield server, seen
    server.shutdown()
    server.server_close()


async def test_litellms_own_speech_goes_on_working(litellms_own):
    server, seen = litellms_own
    call = {"model": "minimax/speech-2.6-hd", "input": "Hello!", "voice": "alloy", "api_key": "k"}
    call["api_base"] = f"http://127.0.0.1:{server.server_port}"
    said = await asyncio.to_thread(litellm.speech, **call)
    assert said.content == b"RIFF"
    assert (await litellm.aspeech(**call)).content == b"RIFF"
    for path, key, body in seen:
        assert (path.partition("?")[0], key) == ("/v1/t2a_v2", "Bearer k")
        assert (body["model"], body["text"]) == ("speech-2.6-hd", "Hello!")


@pytest.mark.skipif(
    importlib.util.find_spec("litellm.llms.minimax.videos") is None, reason="this LiteLLM has no video of MiniMax's"
)
async def test_litellms_own_video_goes_on_working(litellms_own):
    server, seen = litellms_own
    made = await litellm.avideo_generation(
        model="minimax/MiniMax-H3", prompt="A fox runs.", seconds="6", api_key="k",
        api_base=f"http://127.0.0.1:{server.server_port}",
    )  # fmt: skip
    assert made.id
    assert made.status in {"queued", "in_progress"}
    path, key, body = seen[-1]
    assert (path, key) == ("/v2/video_generation", "Bearer k")
    assert body["model"] == "MiniMax-H3"
