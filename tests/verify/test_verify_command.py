"""The command: a plan first, a report that needs no code to be read, recordings without secrets that can be served again."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from litellm_minimax.cli import main
from litellm_minimax.simulator import Answer, Quirks, Simulator
from litellm_minimax.simulator.replay import Replay
from litellm_minimax.verify import table
from litellm_minimax.verify.exchange import Exchange, Piece, from_json, harmless, without_secrets
from tests import fixtures_from
from tests.verify.other_server import serving

KEY = "sk-api-key-of-a-test"


def verify(base, *arguments, key=KEY):
    environment = {"MINIMAX_API_BASE": base, "MINIMAX_API_KEY": key, "MINIMAX_REGION": ""}
    return CliRunner().invoke(main, ["verify", *arguments], env=environment)


def test_a_dry_run_lists_each_check_with_its_cost_and_asks_nothing():
    with Simulator() as sim:
        told = verify(sim.base_url, "--dry-run")
        assert not sim.requests
    assert told.exit_code == 0
    assert "at most $0.0" in told.output
    for check in table.CHECKS:
        assert check.key in told.output


def test_a_refuted_row_says_what_makes_the_package_right_and_how_to_report_it(tmp_path):
    with Simulator(quirks=Quirks(stop="heeded")) as sim:
        told = verify(sim.base_url, "--only", "stop", "--only", "usage", "--out", str(tmp_path))
    assert told.exit_code == 1
    assert "1 confirmed, 1 refuted, 0 not settled" in told.output
    assert table.BY_KEY["stop"].remedy in told.output
    page = (tmp_path / "report.md").read_text()
    assert "(`--only h3-edit`, $0.0500 at most)" in page
    assert "*Sent* to MiniMax-M2: `stop: [gamma]`" in page
    assert "says '[simulated] alpha beta'" in page
    issue = verify("http://127.0.0.1:9", "--out", str(tmp_path), "--issue", "stop").output
    assert issue.startswith("Title: verify: `stop` is ignored (refuted)")
    assert "stop-1.json" in issue


def test_mistakes_are_told_with_what_there_is():
    assert "there are served-m2" in verify("http://127.0.0.1:9", "--only", "nothing").output
    assert "image-style" in verify("http://127.0.0.1:9", "--only", "nothing").output
    assert "no chosen check is about gpt-4" in verify("http://127.0.0.1:9", "--model", "gpt-4").output
    assert "--embeddings" in verify("http://127.0.0.1:9", "--model", "embo-01").output
    assert "MINIMAX_API_KEY is not set" in verify("http://127.0.0.1:9", key="").output
    assert "holds no report" in verify("http://127.0.0.1:9", "--issue", "stop", "--out", "/nowhere").output


def test_a_key_that_the_service_refuses_refutes_nothing(tmp_path):
    checks = ["--only", "usage", "--only", "messages-bearer", "--only", "wrong-key"]
    with serving() as base:
        told = verify(base, *checks, "--out", str(tmp_path), key="a-wrong-key")
    assert told.exit_code == 1
    assert "1 confirmed, 0 refuted, 2 not settled" in told.output
    assert "127.0.0.1 refuses the key" in told.output
    assert (tmp_path / "report.md").exists()


def test_the_limit_that_is_named_is_enough():
    wanted = verify("http://127.0.0.1:9", "--images", "--max-cost", "0.01", "--dry-run").output
    enough = re.search(r"--max-cost ([\d.]+) is", wanted)[1]
    assert "may not be enough" not in verify("http://127.0.0.1:9", "--images", "--max-cost", enough, "--dry-run").output


def test_one_model_only(tmp_path):
    with Simulator() as sim:
        told = verify(sim.base_url, "--model", "minimax-m3", "--out", str(tmp_path))
        models = {request.body["model"] for request in sim.requests}
    assert told.exit_code == 0
    assert models == {"MiniMax-M3", "minimax-m3"}  # one check is about the spelling


def test_no_key_and_no_account_is_in_what_is_written(tmp_path):
    with Simulator() as sim:
        sim.enqueue(*[Answer(f"your key is {KEY}, group_id: 1789012345678901234") for _ in range(4)])
        verify(sim.base_url, "--only", "usage", "--only", "stop", "--out", str(tmp_path))
    with serving() as base:
        verify(base, "--only", "stream-end", "--out", str(tmp_path))
    written = "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())
    assert "your key is xxxx" in written
    for secret in (KEY, "1789012345678901234", "of-the-account"):
        assert secret not in written
    exchanges = "".join(path.read_text() for path in (tmp_path / "exchanges").iterdir())
    for header in ("Bearer", "authorization"):
        assert header not in exchanges


def test_secrets_are_found_across_reads_and_no_byte_moves():
    body = f'{{"user_id": "u-123456", "said": "{KEY} é"}}'.encode()
    for size in (1, 2, 3, 7, len(body)):
        pieces = [Piece(0.0, body[at : at + size]) for at in range(0, len(body), size)]
        cleaned = without_secrets(pieces, KEY)
        assert [len(piece.data) for piece in cleaned] == [len(piece.data) for piece in pieces]
        whole = b"".join(piece.data for piece in cleaned).decode()
        assert KEY not in whole
        assert "u-123456" not in whole
        assert whole.endswith(' é"}')
    address = b'{"url": "https://x/y.png?Expires=1&OSSAccessKeyId=LTAI5tabc&Signature=ab%2Bcd%3D\\u0026z=1"}'
    (signed,) = without_secrets([Piece(0.0, address)], KEY)
    assert signed.data == address.replace(b"LTAI5tabc", b"x" * 9).replace(b"ab%2Bcd%3D", b"x" * 10)
    assert harmless({"Authorization": "x", "X-Api-Key": "x", "Minimax-Request-Id": "x", "Date": "today"}) == {
        "date": "today"
    }


@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_an_exchange_is_read_again_as_it_was_written(cut):
    raw = 'data: {"é": "思考"}\n\n'.encode()
    pieces = [Piece(at / 10, raw[at : at + cut]) for at in range(0, len(raw), cut)]
    exchange = Exchange("/v1/chat/completions", {"a": 1}, {"accept": "*/*"}, 200, {"date": "now"}, pieces, "")
    again = from_json(json.loads(json.dumps(exchange.as_json())))
    assert again.raw == raw
    assert [piece.data for piece in again.pieces] == [piece.data for piece in pieces]


def test_what_was_recorded_can_be_served_and_verified_again(tmp_path):
    checks = ["--only", "increments", "--only", "cache", "--only", "stream-refusal"]
    with Simulator() as sim:
        verify(sim.base_url, *checks, "--out", str(tmp_path / "first"))
    with Simulator(replay=Replay(tmp_path / "first", pauses=False)) as again:
        told = verify(again.base_url, *checks, "--out", str(tmp_path / "second"))
        assert told.exit_code == 0
        unknown = verify(again.base_url, "--only", "usage", "--out", str(tmp_path / "third"))
        assert "nothing was recorded for this request" in unknown.output
    for file in sorted((tmp_path / "first" / "exchanges").iterdir()):
        one, other = (from_json(json.loads((tmp_path / name / "exchanges" / file.name).read_text()))
                      for name in ("first", "second"))  # fmt: skip
        assert (one.raw, one.status) == (other.raw, other.status)


def test_the_command_refuses_a_folder_without_recordings(tmp_path):
    told = CliRunner().invoke(main, ["simulate", "--replay", str(tmp_path)])
    assert told.exit_code == 2
    assert "holds no recorded exchange" in told.output
    (tmp_path / "a.json").write_text("{}")
    assert (
        "a.json is not a recorded exchange" in CliRunner().invoke(main, ["simulate", "--replay", str(tmp_path)]).output
    )


def test_recordings_become_fixtures_that_say_so(tmp_path, capsys):
    with Simulator() as sim:
        verify(sim.base_url, "--only", "increments", "--only", "usage", "--out", str(tmp_path))
    assert fixtures_from.main([str(tmp_path), "increments-1", "usage-1"], tmp_path / "fixtures") == 0
    stream = (tmp_path / "fixtures" / "increments-1.sse").read_bytes()
    assert stream.startswith(b": Recorded with litellm-minimax verify")
    expected = json.loads((tmp_path / "fixtures" / "expected.json").read_text())
    assert expected["increments-1.sse"]["reasoning"]
    assert expected["usage-1.json"]["usage"]["completion_tokens"] > 0
    assert fixtures_from.main([str(tmp_path), "nothing"], tmp_path / "fixtures") == 2
    assert "has no nothing" in capsys.readouterr().out
