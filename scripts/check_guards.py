"""Does each security test fail when its guard is removed? Tried on a copy of the checkout: ``make guards``.

Every row takes one guard out of a copy of the package and runs the test that SECURITY.md names for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("litellm_minimax", "tests", "scripts", "pyproject.toml", "proxy_config.yaml", "requirements-dev.lock")


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard: where it is, how it reads, what stands there without it, and the test that must notice."""

    name: str
    file: str
    reads: str
    without: str
    test: str


GUARDS = (
    Guard("operators' fields", "seams/client_fields.py", "if name in data:", "if False:",
          "tests/security/test_redirection.py::test_a_deployments_options_are_the_operators"),
    Guard("own headers", "upstream/headers.py", "if name.lower() not in _OWN_HEADERS:", "if True:",
          "tests/security/test_redirection.py::test_headers_neither_exchange_the_key_nor_reframe_the_request"),
    Guard("header grammar", "upstream/headers.py", "not _HEADER.fullmatch(", "False and not _HEADER.fullmatch(",
          "tests/security/test_redirection.py::test_headers_that_are_none_are_the_clients_mistake"),
    Guard("extra_body", "wire/outgoing/request.py", "if name in value and value[name] != body.get(name):", "if False:",
          "tests/security/test_redirection.py::test_extra_body_does_not_replace_what_was_checked"),
    Guard("extra_body of pictures", "wire/images/request.py", "if name in extra:", "if False:",
          "tests/wire/test_images.py::test_extra_body_does_not_replace_what_was_checked"),
    Guard("addresses of pictures", "wire/images/references.py",
          'picture[:8].lower().startswith(("https://", "http://"))', "True",
          "tests/wire/test_images.py::test_pictures_that_are_refused"),
    Guard("a plan's key and redirects", "cli/plan.py", "build_opener(_NoRedirect)", "build_opener()",
          "tests/test_cli_quota.py::test_the_key_is_not_carried_to_another_address"),
    Guard("pictures shown to loggers", "images/handler.py", 'if name != "authorization"', "if True",
          "tests/security/test_keys_stay_secret.py::test_litellms_loggers_are_shown_the_request_without_it"),
    Guard("texts shown to loggers", "embeddings/handler.py", 'if name != "authorization"', "if True",
          "tests/security/test_keys_stay_secret.py::test_litellms_loggers_are_shown_the_request_without_it"),
    Guard("metadata.hybrid", "hybrid/asking/preset.py", 'extra="forbid"', 'extra="ignore"',
          "tests/security/test_redirection.py::test_metadata_overrides_three_things_of_a_hybrid_and_nothing_else"),
    Guard("the caller of the memory", "memory/reasoning_memory.py", 'return f"key {key}"', "break",
          "tests/security/test_callers_do_not_meet.py::test_only_the_proxys_own_object_says_who_calls"),
    Guard("the scope of the memory", "memory/reasoning_memory.py",
          'f"{_caller(litellm_params)}\\x00{api_key}"', 'f"{api_key}"',
          "tests/security/test_callers_do_not_meet.py::test_a_callers_reasoning_stays_with_it"),
    Guard("the caller of a hybrid's notes", "hybrid/handler.py", '"|".join([str(key), *(', '"|".join([*(',
          "tests/security/test_callers_do_not_meet.py::test_only_the_proxys_own_object_says_who_calls"),
    Guard("keys in texts", "wire/faults.py", 'return _KEY.sub("[key]", text)', "return text",
          "tests/security/test_keys_stay_secret.py::test_a_server_that_repeats_the_key_is_not_repeated"),
    Guard("the request behind a cause", "upstream/transport_faults.py",
          "error.request = httpx.Request(", "_ = httpx.Request(",
          "tests/security/test_keys_stay_secret.py::test_no_error_holds_it"),
    Guard("headers shown to loggers", "chat/call.py", 'if name != "authorization"', "if True",
          "tests/security/test_keys_stay_secret.py::test_litellms_loggers_are_shown_the_request_without_it"),
    Guard("one line of text", "upstream/errors.py", 'char if char.isprintable() else " "', "char",
          "tests/security/test_log_injection.py::test_an_upstreams_text_is_one_line"),
    Guard("trace ids", "upstream/errors.py", "_TRACE_ID.fullmatch(fault.trace_id)", "True",
          "tests/security/test_log_injection.py::test_a_trace_id_that_is_none_is_no_header"),
    Guard("the frame of notes", "hybrid/handing_over/handover.py", "_DELIMITER.sub('‹', text)", "text",
          "tests/hybrid/test_hybrid_handover.py::test_the_text_can_not_leave_its_frame"),
    Guard("who a caller is", "hybrid/members/access.py", "auth if isinstance(auth, UserAPIKeyAuth) else None", "auth",
          "tests/hybrid/test_hybrid_members.py::test_only_litellms_own_object_is_a_caller"),
    Guard("encodings", "upstream/transport.py",
          'if encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:', "if False:",
          "tests/security/test_limits.py::test_an_encoding_that_nobody_asked_for_is_not_unpacked"),
    Guard("the bound of streams", "upstream/transport.py", "if size > MAX_STREAM_BYTES:", "if False:",
          "tests/faults/test_fault_matrix.py::test_an_endless_stream_ends_at_its_bound"),
    Guard("the bound of events", "wire/incoming/sse.py", "if self._size > self._limit:", "if False:",
          "tests/security/test_limits.py::test_an_event_without_an_end_is_bounded"),
    Guard("redirects", "upstream/transport.py", "follow_redirects=False", "follow_redirects=True",
          "tests/security/test_limits.py::test_a_redirect_is_not_followed_with_the_key"),
    Guard("loopback", "simulator/server.py", "if not (allow_remote or _is_loopback(host)):", "if False:",
          "tests/simulator/test_faults.py::test_hosts_and_tls"),
    Guard("addresses of the operator", "chat/call.py", 'addresses.resolve(kwargs.get("api_base"),',
          'addresses.resolve((kwargs.get("headers") or {}).get("x-forwarded-host") or kwargs.get("api_base"),',
          "tests/security/test_redirection.py::test_no_field_leads_a_call_elsewhere"),
    Guard("members that are groups", "hybrid/handler.py", "unconfigured = proxy_router is None or ",
          "unconfigured = True or ",
          "tests/security/test_redirection.py::test_no_model_string_does_either"),
    Guard("parameters of a string", "hybrid/asking/spec.py", "if key not in _ALLOWED:", "if False:",
          "tests/hybrid/test_hybrid_spec.py::test_each_mistake_is_refused_with_its_place_and_an_example"),
    Guard("rights to members", "hybrid/handler.py", "if auth is None or not await access.may_use(", "if False and (",
          "tests/hybrid/test_hybrid_proxy.py::test_no_key_uses_a_member_that_it_may_not"),
    Guard("aliases of a key", "hybrid/members/resolution.py", "name = aliases.get(found, found)", "name = found",
          "tests/hybrid/test_hybrid_proxy.py::test_an_aliased_key_never_gets_the_model_that_its_alias_hides"),
    Guard("whose notes a hybrid has", "hybrid/run.py", '"notes", request.caller, route', '"notes", "", route',
          "tests/security/test_callers_do_not_meet.py::test_a_callers_notes_of_a_hybrid_stay_with_it"),
    Guard("thinking that is paid for", "hybrid/run.py", "            self._charge_phases()", "            pass",
          "tests/hybrid/test_hybrid_proxy.py::test_thinking_is_charged_even_if_the_executor_fails"),
    Guard("blanks around a name", "seams/proxy_hooks.py", 'names = [name.strip() for name in model.split(",")]',
          'names = model.split(",")',
          "tests/hybrid/test_hybrid_proxy.py::test_blanks_around_a_name_do_not_lead_to_the_catch_all"),
    Guard("long names", "hybrid/asking/spec.py", "if len(model) > MOST_CHARACTERS:", "if False:",
          "tests/hybrid/test_hybrid_proxy.py::test_a_bad_name_is_a_400_on_every_door"),
    Guard("turns for others", "upstream/transport.py", "if not reads % BREATHE:", "if False:",
          "tests/test_transport.py::test_an_upstream_without_a_pause_lets_others_have_a_turn"),
    Guard("answers without keys", "chat/handler.py",
          'return to_response(collected, kwargs["model_response"], call.model)',
          'return to_response(collected, kwargs["model_response"], call.model + call._key)',
          "tests/security/test_keys_stay_secret.py::test_nothing_of_ours_that_can_be_stored_holds_it"),
    Guard("clocks", "upstream/transport.py", "return cls(seconds, seconds, seconds, None if streaming else seconds)",
          "return cls(seconds, None, None, None)", "tests/faults/test_fault_matrix.py::test_in_the_sdk"),
    Guard("bodies that are none", "seams/client_fields.py", 'if "messages" in data:', "if False:",
          "tests/security/test_nasty_bodies.py"),
    Guard("the bound of the memory", "memory/shared_cache.py", "max_size_in_memory=self._max_items",
          "max_size_in_memory=10**9",
          "tests/test_memory.py::test_it_is_bounded_in_number_size_and_time"),
    Guard("hashes", "../requirements-dev.lock", "--hash=sha256:", "# ",
          "tests/security/test_supply_chain.py::test_every_pinned_distribution_has_hashes_and_no_place_is_named"),
    Guard("malicious releases", "seams/registration.py", "    _refuse_known_bad(release)\n", "",
          "tests/test_upgrade_claim.py::test_a_malicious_release_is_refused_at_the_import"),
)  # fmt: skip


def main() -> int:
    wanted = sys.argv[1:]
    guards = [guard for guard in GUARDS if not wanted or any(word in guard.name for word in wanted)]
    unnoticed = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
        if _run(copy, sorted({guard.test for guard in guards})).returncode:
            raise SystemExit("the tests fail with every guard in place")
        for guard in guards:
            noticed = _is_noticed(guard, copy)
            print(f"{'noticed' if noticed else 'UNNOTICED':>9}  {guard.name}", flush=True)
            unnoticed += [] if noticed else [guard.name]
    return 1 if unnoticed else 0


def _is_noticed(guard: Guard, copy: Path) -> bool:
    path = copy / "litellm_minimax" / guard.file
    whole = path.read_text()
    if guard.reads not in whole:
        raise SystemExit(f"{guard.file} has no {guard.reads!r} any more: mend the row of {guard.name!r}")
    path.write_text(whole.replace(guard.reads, guard.without))
    try:
        done = _run(copy, [guard.test])
    finally:
        path.write_text(whole)
    return done.returncode == 1 and "failed" in done.stdout


def _run(copy: Path, tests: list[str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(copy), "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
