"""A hybrid as OpenTelemetry sees it: exported by LiteLLM's own callbacks, received as OTLP over HTTP."""

from types import SimpleNamespace

import litellm
import pytest
from litellm.integrations.langfuse.langfuse_otel import LangfuseOtelLogger
from litellm.integrations.opentelemetry import OpenTelemetry, OpenTelemetryConfig
from opentelemetry import trace

from litellm_minimax.observability import spans
from litellm_minimax.simulator import Answer, Fault, Simulator
from tests.otlp_receiver import Receiver
from tests.waiting import auntil

MODEL = "hybrid/[minimax/MiniMax-M2,minimax/MiniMax-M2.1]"
LISTS = ("callbacks", "success_callback", "failure_callback", "_async_success_callback", "_async_failure_callback",
         "service_callback")  # fmt: skip


@pytest.fixture
def sim(monkeypatch):
    with Simulator() as started:
        monkeypatch.setenv("MINIMAX_API_BASE", started.base_url)
        monkeypatch.setenv("MINIMAX_API_KEY", "sk-test")
        started.on(lambda body: True, Answer("The code.", reasoning="First the lexer."))
        yield started


@pytest.fixture
def exported(monkeypatch):
    """Gives a started receiver, and a function that makes LiteLLM export to it by a callback of this class."""
    for name in LISTS:
        monkeypatch.setattr(litellm, name, [])
    # It would import the whole proxy, to make itself known there.
    monkeypatch.setattr(OpenTelemetry, "_init_otel_logger_on_litellm_proxy", lambda self: None)
    with Receiver() as receiver:

        def use(kind, **more):
            config = OpenTelemetryConfig(exporter="otlp_http", endpoint=receiver.url, skip_set_global=True)
            callback = kind(config=config, **more)
            monkeypatch.setattr(litellm, "callbacks", [callback])
            monkeypatch.setattr(litellm, "success_callback", [callback])
            return callback

        yield SimpleNamespace(receiver=receiver, use=use)


async def received(exported, callback, complete=lambda spans: "litellm_request" in {span.name for span in spans}):
    """Every span, once those that come last are there."""

    def sent():
        callback.tracer.span_processor.force_flush()
        return complete(list(exported.receiver.spans))

    await auntil(sent)
    return list(exported.receiver.spans)


def ask(**more):
    return litellm.acompletion(MODEL, messages=[{"role": "user", "content": "Fix the parser."}], **more)


def phases(found):
    """Our spans without the hybrid's own, in their order."""
    ours = [span for span in found if "hybrid.phase" in span.attributes or span.name == "hybrid hand-over"]
    return sorted(ours, key=lambda span: span.start)


async def test_a_hybrid_is_one_trace_with_its_phases_in_their_time(sim, exported):
    callback = exported.use(OpenTelemetry)
    answer = await ask()
    found = await received(exported, callback)
    assert len({span.trace for span in found}) == 1
    (whole,) = [span for span in found if span.name == "hybrid"]
    ours = phases(found)
    assert [span.name for span in ours] == ["hybrid reasoning", "hybrid hand-over", "hybrid execution"]
    assert {span.parent for span in ours} == {whole.id}
    times = [whole.start, *(at for span in ours for at in (span.start, span.end)), whole.end]
    assert times == sorted(times)
    assert whole.attributes["hybrid.reason"] == "user_turn"
    told = answer.choices[0].message.provider_specific_fields["hybrid"]["phases"]
    for span, phase in zip((ours[0], ours[2]), told, strict=True):
        shown = span.attributes
        assert (shown["hybrid.phase"], shown["gen_ai.request.model"]) == (phase["phase"], phase["model"])
        assert shown["gen_ai.usage.output_tokens"] == phase["completion_tokens"]
        assert shown["hybrid.cost"] == phase["cost"]
    shown = str([span.attributes for span in (whole, *ours)])
    assert "lexer" not in shown
    assert "parser" not in shown


async def test_a_program_with_a_span_of_its_own_finds_the_hybrid_under_it(sim, exported):
    callback = exported.use(OpenTelemetry)
    with callback.tracer.start_as_current_span("my program") as mine:
        await ask()
    found = await received(exported, callback, lambda spans: {"my program", "hybrid"} <= {span.name for span in spans})
    (whole,) = [span for span in found if span.name == "hybrid"]
    assert whole.parent == format(mine.get_span_context().span_id, "016x")


async def test_a_failed_attempt_stands_under_its_phase_which_is_marked(sim, exported):
    sim.on("MiniMax-M2", Fault("error", code=1008))
    callback = exported.use(OpenTelemetry)
    await ask()

    def attempts(spans):
        begun = phases(spans)
        return [span for span in spans if begun and span.parent == begun[0].id]

    found = await received(exported, callback, attempts)
    reasoning = phases(found)[0]
    assert (reasoning.status, reasoning.attributes["hybrid.ended_by"]) == (trace.StatusCode.ERROR.value, "error")
    assert [span.status for span in attempts(found)] == [trace.StatusCode.ERROR.value]


async def test_langfuse_sees_both_members_in_the_callers_session(sim, exported):
    callback = exported.use(LangfuseOtelLogger, callback_name="langfuse_otel")
    await ask(metadata={"session_id": "s-17", "trace_name": "fix"}, litellm_session_id="s-17")
    found = await received(exported, callback)
    sessions = {
        span.name: span.attributes.get("session.id") or span.attributes.get("langfuse.session.id") for span in found
    }
    assert {"hybrid", "hybrid reasoning", "hybrid execution"} <= set(sessions)
    assert {sessions[name] for name in ("hybrid", "hybrid reasoning", "hybrid execution", "litellm_request")} == {
        "s-17"
    }
    assert len({span.trace for span in found}) == 1


@pytest.mark.parametrize("broken", ["hybrid reasoning", "hybrid execution", "hybrid hand-over"])
async def test_one_span_that_can_not_begin_costs_no_answer(sim, exported, monkeypatch, broken):
    callback, begin = exported.use(OpenTelemetry), spans.begin

    def breaks(tracer, name, *more):
        if name == broken:
            raise RuntimeError("no more spans")
        return begin(tracer, name, *more)

    monkeypatch.setattr(spans, "begin", breaks)
    assert (await ask()).choices[0].message.content == "The code."
    if broken != "hybrid hand-over":
        found = await received(exported, callback, lambda spans: "hybrid" in {span.name for span in spans})
        (whole,) = [span for span in found if span.name == "hybrid"]
        assert whole.attributes["hybrid.decision"] == "reasoned"


async def test_a_tracer_in_trouble_costs_no_answer(sim, exported, monkeypatch):
    callback = exported.use(OpenTelemetry)
    assert spans.tracer() is callback.tracer

    def breaks(*_args, **_kwargs):
        raise RuntimeError("no more spans")

    monkeypatch.setattr(spans, "begin", breaks)
    assert (await ask()).choices[0].message.content == "The code."
    for name in LISTS:
        monkeypatch.setattr(litellm, name, [])
    assert spans.tracer() is None
