"""Guardrails and prompt templates: what they change is what MiniMax gets, and what the caller gets."""

import pytest
from features_proxy_side import CARD, SECRET

from litellm_minimax.simulator import Answer

MASKED = {"guardrails": ["mask"]}


def ask(client, model, content, *, stream=False, **more):
    messages = [{"role": "user", "content": content}]
    answer = client.chat.completions.create(model=model, messages=messages, stream=stream, extra_body=more)
    if not stream:
        return answer.choices[0].message.content
    return "".join(chunk.choices[0].delta.content or "" for chunk in answer if chunk.choices)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["MiniMax-M2", "hybrid-coder"])
def test_a_guardrail_changes_the_question_and_the_answer(sim, other, client, model, stream):
    answer = Answer(f"It is {SECRET}.", "Thought.", chunk_chars=100)
    sim.on(lambda _: True, answer)
    other.on(lambda _: True, answer)
    said = ask(client, model, f"My card is {CARD}.", stream=stream, **MASKED)
    assert said == "It is [hidden]."
    for server in (sim, other) if model == "hybrid-coder" else (sim,):
        assert server.requests
        assert CARD not in server.last.raw.decode()
        assert "[card]" in server.last.raw.decode()


def test_a_guardrail_beside_the_call_refuses(sim, client):
    with pytest.raises(Exception, match="the guardrail refused"):
        ask(client, "MiniMax-M2", "something forbidden", guardrails=["refuse"])


@pytest.mark.parametrize("model", ["MiniMax-M2", "hybrid-coder"])
def test_a_prompt_template(sim, other, client, model):
    ask(client, model, "Hello!", prompt_id="polite", prompt_variables={"name": "Ann"})
    messages = sim.last.body["messages"]
    assert messages[0]["role"] == "system"
    assert "You answer Ann." in messages[0]["content"]
    assert "Hello!" in str(messages[-1])
