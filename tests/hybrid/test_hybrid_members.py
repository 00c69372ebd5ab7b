"""What a member's name resolves to, in a proxy, with a Router and without; and who may use it."""

import litellm
import pytest
from litellm.proxy._types import UserAPIKeyAuth

from litellm_minimax.hybrid.asking import preset, spec
from litellm_minimax.hybrid.handler import HybridLLM
from litellm_minimax.hybrid.members import access, calls, resolution
from litellm_minimax.seams import auth_candidates
from litellm_minimax.seams.proxy_hooks import comma_free, proxy_hooks
from litellm_minimax.seams.registration import register
from litellm_minimax.simulator import Answer, Fault, Quirks, Simulator
from litellm_minimax.wire.faults import InvalidRequest
from tests.litellm_release import needs_a_later_litellm


class Groups:
    """A Router's groups: names with the models behind them."""

    def __init__(self, **groups):
        self.groups = groups

    def names(self):
        return list(self.groups)

    def models(self, name):
        return self.groups.get(name, ["minimax/MiniMax-*"])

    def drops_params(self, name):
        return False


GROUPS = Groups(
    **{
        "MiniMax-M2": ["minimax/MiniMax-M2"],
        "openrouter:deepseek/r1:free": ["openrouter/deepseek/r1:free"],
        "azure/GPT-5": ["azure/gpt-5-eu"],
        "minimax/*": ["minimax/*"],
        "dashscope/*": ["dashscope/*"],
        "*": ["minimax/MiniMax-M2"],
        "hybrid:*": ["hybrid/*"],
        "sly": ["hybrid/[a:b,c:d]"],
    }
)


def resolve(name, groups=GROUPS, aliases=None, unconfigured=False):
    return resolution.resolve(
        spec.parse_member(name, "execution"),
        "execution",
        groups,
        preset.DEFAULT_BACKENDS,
        aliases or {},
        unconfigured=unconfigured,
    )


@pytest.mark.parametrize(
    ("name", "group", "model"),
    [
        ("minimax:MiniMax-M2", "MiniMax-M2", "minimax/MiniMax-M2"),
        ("anything:minimax-m2", "MiniMax-M2", "minimax/MiniMax-M2"),
        ("MINIMAX-M2", "MiniMax-M2", "minimax/MiniMax-M2"),
        ("openrouter:deepseek/r1:free", "openrouter:deepseek/r1:free", "openrouter/deepseek/r1:free"),
        ("azure:gpt-5", "azure/GPT-5", "azure/gpt-5-eu"),
        ("minimax:MiniMax-M9", "minimax/MiniMax-M9", "minimax/MiniMax-M9"),
        ("qwen-oauth:qwen3-coder", "dashscope/qwen3-coder", "minimax/qwen3-coder"),
    ],
)
def test_a_member_is_a_model_group_in_any_spelling(name, group, model):
    target = resolve(name)
    assert (target.name, target.asked, target.in_router, target.model) == (group, group, True, model)


@pytest.mark.parametrize("name", ["typo:MiniMax-M8", "gpt-4", "*", "hybrid-x"])
def test_the_catch_all_group_never_serves_a_member(name):
    with pytest.raises(InvalidRequest, match="not a model group of this proxy"):
        resolve(name)


def test_a_group_that_is_a_hybrid_is_refused():
    for name in ("sly", "SLY", "x:sly"):
        with pytest.raises(InvalidRequest, match="leads to a hybrid"):
            resolve(name)
    with pytest.raises(InvalidRequest, match="leads to a hybrid"):
        resolve("mine", aliases={"mine": "sly"})


def test_without_a_group_the_member_is_litellms_own_model_where_that_is_allowed():
    assert resolve("qwen-oauth:qwen3-coder-plus", None, unconfigured=True).name == "dashscope/qwen3-coder-plus"
    assert resolve("openai:gpt-4o", None, unconfigured=True).name == "openai/gpt-4o"
    target = resolve("ollama/qwen2.5-coder:14b", unconfigured=True)
    assert (target.name, target.in_router) == ("ollama/qwen2.5-coder:14b", False)


def test_a_callers_alias_is_checked_by_its_name_and_called_by_its_target():
    target = resolve("coder", aliases={"coder": "MiniMax-M2"})
    assert (target.asked, target.name, target.model) == ("coder", "MiniMax-M2", "minimax/MiniMax-M2")


@pytest.mark.parametrize(
    ("key", "name", "allowed"),
    [
        ({"models": []}, "MiniMax-M2", True),
        ({"models": ["MiniMax-M2"]}, "MiniMax-M2", True),
        ({"models": ["MiniMax-M2"]}, "qwen3-coder-plus", False),
        ({"models": ["minimax/*"]}, "minimax/MiniMax-M9", True),
        ({"models": ["hybrid:*"]}, "MiniMax-M2", False),
        ({"models": [], "team_id": "t", "team_models": ["MiniMax-M2"]}, "qwen3-coder-plus", False),
        ({"models": ["all-team-models"], "team_id": "t", "team_models": ["MiniMax-M2"]}, "MiniMax-M2", True),
        ({"models": ["all-team-models"], "team_id": "t", "team_models": ["MiniMax-M2"]}, "qwen3-coder-plus", False),
        pytest.param(
            {"models": ["cheap"], "aliases": {"MiniMax-M2": "cheap"}}, "MiniMax-M2", True, marks=needs_a_later_litellm
        ),
        pytest.param(
            {"models": ["MiniMax-M2"], "aliases": {"MiniMax-M2": "dear"}},
            "MiniMax-M2",
            False,
            marks=needs_a_later_litellm,
        ),
    ],
)
async def test_litellms_own_check_decides(key, name, allowed):
    router = litellm.Router(
        model_list=[
            {"model_name": n, "litellm_params": {"model": f"openai/{n}", "api_key": "k"}}
            for n in ("MiniMax-M2", "qwen3-coder-plus", "cheap", "dear")
        ]
    )
    assert await access.may_use(UserAPIKeyAuth(api_key="sk-x", **key), name, router) is allowed


def test_only_litellms_own_object_is_a_caller():
    assert access.caller_of({"user_api_key_auth": {"models": [], "user_role": "proxy_admin"}}) is None
    auth = UserAPIKeyAuth(api_key="sk-x", aliases={"b": "c"}, team_model_aliases={"a": "b"})
    assert access.caller_of({"user_api_key_auth": auth}) is auth
    assert access.aliases_of(auth) == {"a": "c", "b": "c"}


def test_the_access_check_sees_the_members(monkeypatch):
    router = litellm.Router(
        model_list=[
            {"model_name": n, "litellm_params": {"model": f"openai/{n}", "api_key": "k"}}
            for n in ("MiniMax-M2", "qwen3-coder-plus")
        ]
    )
    monkeypatch.setattr(calls, "running_router", lambda: router)
    assert auth_candidates.candidates_of("hybrid:[minimax:minimax-m2,qwen-oauth:qwen3-coder-plus]") == [
        "MiniMax-M2",
        "qwen3-coder-plus",
    ]
    assert auth_candidates.candidates_of("hybrid:[team:secret,x]") == ["secret", "x"]
    assert auth_candidates.candidates_of("hybrid:[MiniMax-M2,qwen3-coder-plus") == [
        "hybrid:[MiniMax-M2%2Cqwen3-coder-plus"
    ]


def test_the_access_check_is_changed_only_while_the_hook_guards_it():
    import litellm.proxy.auth.auth_utils as module

    guarded = [True]
    original = getattr(module._append_model_candidates, "__litellm_minimax_original__", module._append_model_candidates)
    module._append_model_candidates = original
    try:
        assert auth_candidates.name_members(lambda: guarded[0])
        for hook, expected in ((True, ["a", "b"]), (False, ["hybrid:[x:a", "y:b]"])):
            guarded[0] = hook
            found = []
            module._append_model_candidates(found, "hybrid:[x:a,y:b]")
            assert found == expected
        found = []
        module._append_model_candidates(found, "gpt-4, gpt-5")
        assert found == ["gpt-4", "gpt-5"]
    finally:
        module._append_model_candidates = original


def test_the_hook_protects_hybrids_and_leaves_everything_else():
    assert comma_free("hybrid:[a:b,c:d]") == "hybrid:[a:b%2Cc:d]"
    for name in ("gpt-4,gpt-5", "hybrid-coder", "MiniMax-M2", "hybrid:*"):
        assert comma_free(name) == name
    for name in ("gpt-4,hybrid:[a:b,c:d]", "hybrid:[a:b", "hybrid/[a:b,c:d],gpt-4"):
        with pytest.raises(InvalidRequest):
            comma_free(name)


async def test_an_sdk_router_serves_members_with_its_fallbacks():
    with Simulator() as minimax, Simulator(quirks=Quirks(dialect="openai")) as coder:
        minimax.on(lambda _: True, Answer("unread " * 20, reasoning="Use a heap.", chunk_chars=8, delay=0.002))
        coder.on(lambda _: True, Answer("heapq"))
        before = list(litellm.custom_provider_map)
        handler = HybridLLM()
        register({"hybrid": handler})
        handler.router = router = litellm.Router(
            model_list=[
                {
                    "model_name": "thinker",
                    "litellm_params": {"model": "minimax/MiniMax-M2", "api_base": minimax.base_url, "api_key": "k"},
                },
                {
                    "model_name": "down",
                    "litellm_params": {"model": "openai/x", "api_base": "http://127.0.0.1:9/v1", "api_key": "k"},
                },
                {
                    "model_name": "coder",
                    "litellm_params": {"model": "openai/coder", "api_base": f"{coder.base_url}/v1", "api_key": "k"},
                },
                {
                    "model_name": "pair",
                    "litellm_params": {
                        "model": "hybrid/pair",
                        "hybrid": {"reasoning_model": "thinker", "execution_model": "down"},
                    },
                },
            ],
            fallbacks=[{"down": ["coder"]}],
            num_retries=0,
        )
        try:
            response = await router.acompletion("pair", messages=[{"role": "user", "content": "sort"}])
            streamed = await router.acompletion(
                "pair", messages=[{"role": "user", "content": "sort more"}], stream=True
            )
            text = "".join([chunk.choices[0].delta.content or "" async for chunk in streamed if chunk.choices])
        finally:
            litellm.custom_provider_map = before
    assert (response.choices[0].message.content, text) == ("heapq", "heapq")
    assert response.model == "pair"
    assert response.choices[0].message.provider_specific_fields["hybrid"]["decision"] == "reasoned"
    assert "Use a heap." in coder.requests[0].body["messages"][-1]["content"]


@pytest.mark.parametrize(
    ("code", "deployments", "policy", "asked"),
    [
        pytest.param(1002, 1, {}, 1, id="a rate limit is not waited for"),
        pytest.param(1002, 2, {}, 2, id="another deployment is tried"),
        pytest.param(1002, 1, {"model_group_retry_policy": {"thinker": {"RateLimitErrorRetries": 1}}}, 2, id="policy"),
        pytest.param(1002, 1, {"retry_policy": {"RateLimitErrorRetries": 1}}, 2, id="policy for all"),
        pytest.param(1000, 1, {}, 2, id="a failure is tried again"),
    ],
)
async def test_a_rate_limited_reasoner_is_not_waited_for(code, deployments, policy, asked, monkeypatch):
    with Simulator() as minimax, Simulator(quirks=Quirks(dialect="openai")) as coder:
        minimax.on(lambda _: True, Fault("error", code=code))
        coder.on(lambda _: True, Answer("heapq"))
        thinker = {"model": "minimax/MiniMax-M2", "api_base": minimax.base_url}
        pair = {"model": "hybrid/pair", "hybrid": {"reasoning_model": "thinker", "execution_model": "coder"}}
        handler = HybridLLM()
        monkeypatch.setattr(litellm, "custom_provider_map", list(litellm.custom_provider_map))
        register({"hybrid": handler})
        handler.router = litellm.Router(
            model_list=[
                *(
                    {"model_name": "thinker", "litellm_params": {**thinker, "api_key": f"k{n}"}}
                    for n in range(deployments)
                ),
                {
                    "model_name": "coder",
                    "litellm_params": {"model": "openai/coder", "api_base": f"{coder.base_url}/v1", "api_key": "k"},
                },
                {"model_name": "pair", "litellm_params": pair},
            ],
            num_retries=1,
            retry_after=0,
            disable_cooldowns=True,
            **policy,
        )
        response = await handler.router.acompletion("pair", messages=[{"role": "user", "content": "sort"}])
    assert response.choices[0].message.content == "heapq"
    assert response.choices[0].message.provider_specific_fields["hybrid"]["reason"] == "reasoner_error"
    assert len(minimax.requests) == asked
    assert all("model_group_retry_policy" not in request.body for request in minimax.requests)


@pytest.mark.parametrize(
    ("door", "body"),
    [
        (
            "pass_through_endpoint",
            {"messages": [{"role": "user", "content": [{"text": "Bedrock's parts have no type"}]}]},
        ),
        ("pass_through_endpoint", {"messages": [], "thinking": "somebody's own"}),
        ("atranscription", {"stream": "true"}),
        ("acompletion", {"messages": [], "prompt_id": "kept by LiteLLM"}),
    ],
)
async def test_what_is_right_on_other_doors_is_not_refused(door, body):
    assert await proxy_hooks.async_pre_call_hook(None, None, {"model": "m", **body}, door) == {"model": "m", **body}
