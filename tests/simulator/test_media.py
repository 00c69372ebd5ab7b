"""The simulator beside chat: embeddings, pictures, quotas; what they check, and what their switches do."""

import base64
import zlib

import httpx
import pytest

from litellm_minimax.simulator import Fault, Quirks

KEY = {"Authorization": "Bearer any"}
TEXTS = {"model": "embo-01", "texts": ["A red fox.", "The fox is red.", "Tax law."], "type": "db"}
PROMPT = {"model": "image-01", "prompt": "A fox."}
H3 = {"model": "MiniMax-H3-Image", "prompt": "A fox."}
EMBEDDINGS, NATIVE = "/v1/embeddings", "/v1/image_generation"
GENERATIONS, EDITS = "/v1/images/generations", "/v1/images/edits"


def post(sim, path, body, **headers):
    return httpx.post(sim.base_url + path, json=body, headers=KEY | headers)


def near(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_vectors_are_of_length_one_repeatable_and_near_where_words_are_shared(sim):
    first, again = (post(sim, EMBEDDINGS, TEXTS).json() for _ in range(2))
    assert first["vectors"] == again["vectors"]
    assert {len(vector) for vector in first["vectors"]} == {1_536}
    red, fox, tax = first["vectors"]
    assert near(red, red) == pytest.approx(1, abs=1e-4)
    assert near(red, fox) > 0.8 > 0.3 > near(red, tax)
    assert first["total_tokens"] > 0
    for tokens, told in (("zero", 0), ("absent", None)):
        sim.quirks = Quirks(embedding_tokens=tokens)
        assert post(sim, EMBEDDINGS, TEXTS).json().get("total_tokens") == told


def test_pictures_are_real_ones_of_the_size_asked_for_and_say_that_they_are_simulated(sim):
    told = post(sim, NATIVE, PROMPT | {"n": 2, "aspect_ratio": "16:9"}).json()
    assert told["metadata"] == {"failed_count": "0", "success_count": "2"}
    one, two = (httpx.get(url).content for url in told["data"]["image_urls"])
    assert one != two
    assert (int.from_bytes(one[16:20], "big"), int.from_bytes(one[20:24], "big")) == (1280, 720)
    assert b"simulated" in one
    pixels = one[one.index(b"IDAT") + 4 : one.index(b"IEND") - 8]
    assert len(zlib.decompress(pixels)) == 720 * (1280 + 1)
    whole = post(sim, NATIVE, PROMPT | {"response_format": "base64", "width": 512, "height": 640}).json()
    assert base64.b64decode(whole["data"]["image_base64"][0])[16:24] == b"\0\0\2\0\0\0\2\x80"
    assert httpx.get(sim.base_url + "/simulated/pictures/no-such.png").status_code == 404
    assert httpx.get(sim.base_url + "/simulated/pictures/" + "0" * 24 + "-99999x99999.png").status_code == 404


def test_h3_answers_in_openais_shape_with_its_tokens(sim):
    told = post(sim, GENERATIONS, H3 | {"n": 2, "size": "1536x1024"}).json()
    assert [(picture["size"], bool(picture["url"])) for picture in told["data"]] == [("1536x1024", True)] * 2
    assert told["usage"]["output_tokens"] == 2 * (1536 * 1024 // 190)
    told = post(sim, EDITS, H3 | {"images": [{"url": "https://a"}] * 3, "response_format": "b64_json"}).json()
    assert told["usage"]["input_tokens_details"]["image_tokens"] == 3_000
    sim.quirks = Quirks(image_usage=False)
    assert "usage" not in post(sim, GENERATIONS, H3).json()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (EMBEDDINGS, {"model": "embo-01", "input": "OpenAI's name", "type": "db"}),
        (EMBEDDINGS, TEXTS | {"type": "store"}),
        (EMBEDDINGS, TEXTS | {"texts": ["a", ""]}),
        (EMBEDDINGS, TEXTS | {"model": "embo-02"}),
        (EMBEDDINGS, []),
        (NATIVE, PROMPT | {"model": "image-02"}),
        (NATIVE, H3),
        (NATIVE, PROMPT | {"prompt": " "}),
        (NATIVE, PROMPT | {"prompt": "x" * 1_501}),
        (NATIVE, PROMPT | {"n": 10}),
        (NATIVE, PROMPT | {"response_format": "b64_json"}),
        (NATIVE, PROMPT | {"width": 512}),
        (NATIVE, PROMPT | {"width": 500, "height": 512}),
        (NATIVE, PROMPT | {"width": 512, "height": 512, "aspect_ratio": "1:1"}),
        (NATIVE, PROMPT | {"aspect_ratio": "5:4"}),
        (NATIVE, PROMPT | {"subject_reference": [{"image_file": "a"}] * 2}),
    ],
)
def test_the_native_ones_refuse_inside_http_200(sim, path, body):
    response = post(sim, path, body)
    assert (response.status_code, response.json()["base_resp"]["status_code"]) == (200, 2013)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (GENERATIONS, PROMPT),
        (GENERATIONS, H3 | {"size": "512x512"}),
        (GENERATIONS, H3 | {"size": "1024x1024", "area": "2K"}),
        (GENERATIONS, H3 | {"n": 11}),
        (EDITS, H3),
        (EDITS, H3 | {"images": [{"url": "a"}] * 17}),
    ],
)
def test_h3_refuses_with_its_status(sim, path, body):
    response = post(sim, path, body)
    assert response.status_code == 400
    assert "(2013)" in response.json()["error"]["message"]


def test_keys_faults_and_directives_work_there_too(sim):
    assert post(sim, EMBEDDINGS, TEXTS, Authorization="Bearer wrong").json()["base_resp"]["status_code"] == 1004
    assert post(sim, GENERATIONS, H3, Authorization="Bearer wrong").status_code == 401
    sim.enqueue(Fault("error", code=1002), Fault("html_error"))
    assert post(sim, NATIVE, PROMPT).json()["base_resp"]["status_code"] == 1002
    assert post(sim, GENERATIONS, H3).status_code == 502
    steered = PROMPT | {"prompt": "[[simulate: fault=error code=1026 times=1]] A fox."}
    codes = [post(sim, NATIVE, steered).json()["base_resp"]["status_code"] for _ in range(2)]
    assert codes == [1026, 0]
    mentioned = TEXTS | {"texts": ["One writes [[simulate: fault=error code=1026]] for an error."]}
    assert post(sim, EMBEDDINGS, mentioned).json()["base_resp"]["status_code"] == 0
    begun = TEXTS | {"texts": ["[[simulate: fault=error code=1026]]"]}
    assert post(sim, EMBEDDINGS, begun).json()["base_resp"]["status_code"] == 1026
    wrong = PROMPT | {"prompt": "[[simulate: quirk=no_such]]"}
    assert "no_such" in post(sim, NATIVE, wrong).json()["base_resp"]["status_msg"]
    assert httpx.post(sim.base_url + NATIVE, content=b"{", headers=KEY).json()["base_resp"]["status_code"] == 2013


def test_what_fails_and_how_it_is_counted(sim):
    sim.quirks = Quirks(images_failing=1, image_counts="number")
    told = post(sim, NATIVE, PROMPT | {"n": 3}).json()
    assert (len(told["data"]["image_urls"]), told["metadata"]["failed_count"]) == (2, 1)
    told = post(sim, GENERATIONS, H3 | {"n": 3}).json()
    assert ["error" in picture for picture in told["data"]] == [False, False, True]
    sim.quirks = Quirks(image_false_success=True)
    assert post(sim, NATIVE, PROMPT).json()["data"] == {}
    assert post(sim, GENERATIONS, H3).json()["data"] == []


def test_the_quota_in_its_schemas(sim):
    def told():
        return httpx.get(sim.base_url + "/v1/token_plan/remains", headers=KEY).json()

    sim.quirks = Quirks(quota_left=7)
    assert told()["model_remains"][0]["current_interval_remaining_percent"] == 7
    sim.quirks = Quirks(quota="counts")
    assert told()["model_remains"][0]["current_interval_total_count"] == "1500"
    sim.quirks = Quirks(quota="none")
    assert told()["base_resp"]["status_code"] == 2062
