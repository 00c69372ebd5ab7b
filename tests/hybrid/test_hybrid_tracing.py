"""Every call of every mode stands in the caller's trace under a name that says its phase, and in the breakdown."""

import litellm
import pytest
from litellm.integrations.custom_logger import CustomLogger

from litellm_minimax.hybrid.members import tracing
from tests.hybrid.test_hybrid_advisor import ADVISES, DONE, consults
from tests.hybrid.test_hybrid_alone import LOOKS, PLANNING, PLANS, TOOLS
from tests.hybrid.test_hybrid_handler import ANSWERS, ASK, THINKS, Members, ask, rounds, use  # noqa: F401 - a fixture
from tests.hybrid.test_hybrid_review import DRAFT, FINDS
from tests.hybrid.test_hybrid_through_router import router  # noqa: F401 - a fixture
from tests.waiting import auntil

DOWN = litellm.InternalServerError("down", "minimax", "MiniMax-M2")
MODES = {
    "notes": ({}, ASK, THINKS, ANSWERS, ["reasoning", "execution"]),
    "a reasoner that is down": ({}, ASK, [DOWN], ANSWERS, ["reasoning", "execution"]),
    "advisor": ({"mode": "advisor"}, ASK, ADVISES, [consults(), DONE], ["execution", "advice", "execution"]),
    "review": (
        {"review": True, "trigger": ["stall"]},
        ASK,
        FINDS,
        [list(DRAFT), list(DONE)],
        ["execution", "review", "execution"],
    ),
    "plan mode": ({"when_planning": "reasoning", "trigger": ["tool_error"]}, PLANNING, PLANS, ANSWERS, ["planning"]),
    "escalation": ({"escalate_after": 2, "trigger": ["stall"]}, rounds(3), LOOKS, ANSWERS, ["escalation"]),
    "escalation of a reasoner that is down": (
        {"escalate_after": 2, "trigger": ["stall"]},
        rounds(3),
        [DOWN],
        ANSWERS,
        ["escalation", "execution"],
    ),
}


@pytest.mark.parametrize(("options", "messages", "reasoner", "executor", "phases"), MODES.values(), ids=MODES)
async def test_every_call_is_in_the_callers_trace_and_in_the_breakdown(
    use,  # noqa: F811
    options,
    messages,
    reasoner,
    executor,
    phases,
):
    members = Members(reasoner=reasoner, executor=executor)
    use(members)
    metadata = {"trace_id": "t-1", "session_id": "s-1", "generation_name": "fix"}
    ids = {"litellm_trace_id": "t-1", "litellm_session_id": "s-1"}
    _, fields = await ask(messages, hybrid=options, tools=TOOLS, metadata=metadata, **ids)
    assert [phase["phase"] for phase in fields["phases"]] == phases
    made = [sub for _, sub in members.calls]
    assert [(sub.metadata["generation_name"], sub.metadata[tracing.PHASE]) for sub in made] == [
        (f"fix ({phase})", phase) for phase in phases
    ]
    for sub in made:
        assert {name: sub.params[name] for name in ids} == ids
        assert (sub.metadata["trace_id"], sub.metadata["session_id"]) == ("t-1", "s-1")


def test_langfuses_own_headers_go_along_and_no_others():
    headers = {"langfuse_trace_id": "t-9", "Langfuse_Session_Id": "s-9", "authorization": "Bearer sk-secret"}
    given = {"proxy_server_request": {"url": "u", "headers": headers, "body": {"messages": []}}}
    carried = tracing.of_caller(given, None)["proxy_server_request"]
    assert carried["headers"] == {"langfuse_trace_id": "t-9", "Langfuse_Session_Id": "s-9"}
    assert "sk-secret" not in str(carried)
    assert tracing.of_caller({"proxy_server_request": {"headers": {"x": "y"}}}, None) == {}


SESSION = "the session of one test"


class Seen(CustomLogger):
    def __init__(self):
        super().__init__()
        self.failed, self.succeeded = [], []

    async def async_log_failure_event(self, kwargs, response_obj, start_time, end_time):
        self._keep(self.failed, kwargs)

    async def async_log_success_event(self, kwargs, response_obj, start_time, end_time):
        self._keep(self.succeeded, kwargs)

    def _keep(self, where, kwargs):
        if kwargs["litellm_params"].get("litellm_session_id") == SESSION:
            where.append(kwargs)


async def test_litellms_loggers_find_a_members_failure_in_the_trace_of_the_answer(router, monkeypatch):  # noqa: F811
    seen = Seen()
    monkeypatch.setattr(litellm, "callbacks", [seen])
    await litellm.acompletion("hybrid/[shaky,coder]", messages=ASK, litellm_session_id=SESSION)
    await auntil(lambda: seen.failed and seen.succeeded)
    (failed,), (answered,) = seen.failed[:1], seen.succeeded
    assert failed["litellm_params"]["metadata"]["generation_name"] == "hybrid reasoning"
    assert failed["litellm_trace_id"] == answered["litellm_trace_id"]
    assert failed["litellm_params"]["litellm_session_id"] == SESSION
