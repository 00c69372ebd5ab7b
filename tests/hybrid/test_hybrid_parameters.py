"""Parameters that a member has none of are refused before anything is asked, and the executor thinks less hard."""

import litellm
import pytest

from litellm_minimax.hybrid.handler import HybridLLM
from litellm_minimax.seams.registration import register
from tests.hybrid.test_hybrid_handler import Members, ask, use  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    ("model", "kwargs", "says"),
    [
        ("hybrid/[openai:gpt-4o?reasoning_effort=low,dashscope:x]", {}, "the reasoning member 'openai:gpt-4o'"),
        ("hybrid/[openai:o3?temperature=0.5,dashscope:x]", {}, "does not take temperature='0.5'"),
        ("hybrid/[minimax:MiniMax-M2,openai:gpt-4o?verbosity=low]", {}, "the execution member 'openai:gpt-4o'"),
        ("hybrid/[minimax:MiniMax-M2,openai:o3]", {"temperature": 0.5}, "does not take temperature='0.5'"),
    ],
)
async def test_a_parameter_that_a_member_has_none_of_is_refused_before_anybody_is_asked(use, model, kwargs, says):  # noqa: F811
    members = Members()
    use(members)
    with pytest.raises(litellm.BadRequestError) as raised:
        await ask(model=model, **kwargs)
    assert says in str(raised.value)
    assert members.calls == []


async def test_a_deployment_that_drops_parameters_is_believed(use):  # noqa: F811
    def router(**more):
        deployment = {"model": "openai/gpt-4o", "api_key": "k", **more}
        return litellm.Router(
            model_list=[{"model_name": name, "litellm_params": deployment} for name in ("MiniMax-M2", "coder")]
        )

    model = "hybrid/[MiniMax-M2?reasoning_effort=low,coder]"
    for more in ({}, {"drop_params": True}, {"allowed_openai_params": ["reasoning_effort"]}):
        members = Members()
        around = use(members)._around
        register({"hybrid": HybridLLM(router=router(**more), call=members.call, around={"clock": around.clock})})
        if more:
            await ask(model=model)
        else:
            with pytest.raises(litellm.BadRequestError, match="drop_params"):
                await ask(model=model)
        assert len(members.calls) == (2 if more else 0)


async def test_notes_are_not_repeated_to_a_model_that_refuses_them(use):  # noqa: F811
    for executor, roles in (
        ("anthropic:claude-sonnet-4-5", ["user", "user"]),
        ("dashscope:x", ["user", "user", "assistant"]),
    ):
        members = Members()
        use(members)
        await ask(model=f"hybrid/[minimax:MiniMax-M2,{executor}]", hybrid={"repeat_messages": True})
        assert [message["role"] for message in members.asked("executor")[0].messages] == roles


@pytest.mark.parametrize(
    ("executor", "kwargs", "effort"),
    [
        ("openai:gpt-5", {"reasoning_effort": "high"}, "low"),
        ("openai:gpt-5", {}, "low"),
        ("openai:gpt-5", {"reasoning_effort": "minimal"}, "minimal"),
        ("openai:gpt-5?reasoning_effort=high", {}, "high"),
        ("anthropic:claude-sonnet-4-5", {"reasoning_effort": "high"}, "low"),
        ("anthropic:claude-sonnet-4-5", {}, None),
        ("openai:gpt-4o", {"reasoning_effort": "high"}, None),
    ],
)
async def test_an_executor_that_was_thought_for_thinks_less_hard(use, executor, kwargs, effort):  # noqa: F811
    members = Members()
    use(members)
    await ask(model=f"hybrid/[minimax:MiniMax-M2,{executor}]", **kwargs)
    assert members.asked("executor")[0].params.get("reasoning_effort") == effort
    await ask(
        [{"role": "user", "content": "Not thought for"}],
        f"hybrid/[minimax:MiniMax-M2,{executor}]",
        **kwargs,
        metadata={"hybrid": {"trigger": "skip"}},
    )
    wished = kwargs.get("reasoning_effort", "high" if "?" in executor else None)
    wished = None if executor == "openai:gpt-4o" else wished
    assert members.asked("executor")[1].params.get("reasoning_effort") == wished
