"""One switch for everything that sources disagree about, and for every oddity seen on MiniMax's wire.

The defaults are what the live service most likely does today. Each field names the alternative and who saw it.
``Quirks()`` is therefore "MiniMax as documented and captured", and a test of whether its client survives an oddity
changes exactly one field.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints

Dialect = Literal["minimax", "openai", "self_hosted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    r"""How this server behaves where the sources disagree or leave a choice.

    Attributes:
        dialect: ``minimax`` is the hosted API. ``openai`` is any plain OpenAI-compatible server (accepts every model
            name, no 2013 checks, no ``base_resp``, thinking in ``reasoning_content``). ``self_hosted`` is an inference
            server without parsers: thinking and tool calls come as raw M2 or M3 markup inside ``content``.
        done_marker: end streams with ``data: [DONE]``. ``None``: not on ``minimax`` (two recordings have none, one
            probe saw it), always on the other dialects.
        summary_frame: end a stream with an ``object: chat.completion`` frame that repeats the whole ``message``.
            Always so on ``/v1/text/chatcompletion_v2``.
        usage_without_option: send the usage chunk although ``include_usage`` was not asked for.
        usage_in_last_chunk: the finish chunk carries the usage, instead of a chunk with ``choices: []``.
        zero_usage_placeholders: early chunks carry a usage of zeros, ``role: ""`` and ``reasoning_content: ""``.
        role_empty: ``role: ""`` in every delta but the first.
        delta_null: the finish comes in a separate chunk whose ``delta`` is ``null``.
        choices_null_frame: a frame with ``choices: null`` before the first delta.
        duplicate_finish: after tool calls, a finish chunk with the stray content ``"\n<think>\n"`` and then a
            second one with ``""``.
        finish_separate: the finish comes in a chunk without content, as OpenAI sends it.
        cumulative_reasoning: each reasoning delta repeats everything thought so far.
        reasoning_mirrored_in_think: without ``reasoning_split``, reasoning also arrives in reasoning fields.
        reasoning_fields: which fields a split reasoning has.
        reasoning_split_default: ``None`` is by model (true on M3.1, false elsewhere).
        tags: how thinking is delimited inside ``content``: ``think``, ``mm:think``, ``mm_closer`` (opened by
            ``<think>``, closed by ``</mm:think>``), ``lone_closer`` (no opener), ``missing_closer``; ``thinking``,
            ``thought`` and ``blank`` are the closers ``</thinking>``, ``</thought>`` and ``</ think >``.
        markup: the tool markup of ``self_hosted``: by model name, or forced.
        implicit_open: ``self_hosted`` output starts inside the thought (the prompt already holds ``<think>``).
        tool_args: arguments in ``fragments``, ``whole`` in the chunk after the opening one, ``single`` (id, name and
            arguments in one chunk) or ``with_finish`` (all in one delta with the finish and no index, as abab did).
        tool_index_base: the index of the first tool call in a stream (1 behind one gateway).
        tool_index_missing: no ``index`` on streamed tool calls.
        tool_calls_empty_list: ``tool_calls: []`` in every delta without a call.
        calls_as: calls are written as text, on any host, in forms that models were seen to use (``off_script.py``).
        arguments_as: how the arguments of a call are written: as JSON, or as models and servers were seen to.
        stray_closer: after thinking in its own field, the text begins with ``</thinking>``.
        turn_end: a token of the vocabulary as text at the end.
        frames_per_line: this many frames of a stream in one ``data:`` line, as one gateway was seen to send.
        reasoning_tokens: ``over`` counts two more than the completion has, ``absent`` leaves the details out.
        cache_fields: which of the two field sets reports cached tokens; ``auto`` switches on ``cache_control``.
        passive_cache: prompts of at least 512 tokens that share a prefix with an earlier one report cached tokens.
        several_system: more than one system message, or one that is not first.
        tool_choice: ``by_model`` (ignored on M2.x, ``none`` obeyed on M3), ``ignored`` or ``obeyed``.
        temperature: the accepted range.
        n: more than one choice: silently ``one``, or ``reject``.
        web_search: the server-side tool.
        id_case: letter case of model ids.
        status_1008: HTTP status of "insufficient balance".
        validation: where 2013 errors of a streaming request appear: as a ``http`` 400 or as a ``frame`` after 200.
        v1_models: whether ``GET /v1/models`` exists.
        anthropic_m3_thinking: M3's default on ``/anthropic``.
        anthropic_full_message: end the event stream with a whole ``message`` object.
        anthropic_start_repeats: ``content_block_start`` already holds the text that the first delta repeats.
        gone: models that are no longer served, in addition to those that never were.
        retired: M2.5 and M2.7: ``served``, ``refused``, or ``replaced`` by another model without a word.
        output_cap: the most tokens that M2.x may be asked for; 0 is the published number.
        her_context: M2-her's context; 0 is the published number.
        unknown_model_status: HTTP status of "unknown model".
        reasoning_split: whether ``reasoning_split: true`` is heeded.
        history_reasoning: which form of returned thinking the model never gets to see.
        thinking_switch: whether M3 heeds ``thinking: {type: disabled}``.
        thinking_types: whether M3 refuses types that it does not have.
        thought_only: an assistant turn of nothing but a closed ``<think>`` block.
        empty_content: ``content: ""`` beside tool calls.
        missing_content: no ``content`` beside tool calls.
        orphans: a tool result whose call is not there.
        stop: whether stop sequences are heeded.
        json_answers: whether ``response_format`` alone makes M2.x answer in JSON.
        service_tier: which models have ``priority``; ``reject`` refuses the field.
        no_finish: streams end without a finish reason.
        usage_fields: ``total``: nothing but ``total_tokens``.
        wrong_key_status: HTTP status of a wrong key.
        anthropic_auth: which header ``/anthropic`` reads the key from.
        anthropic_tool_type: ``type: "custom"`` on a tool of ``/anthropic``.
        signatures: whether ``/anthropic`` checks that a thinking block's signature is its own.
        image_false_success: a good answer without any picture, as image-01 gave live.
        images_failing: this many of a request's pictures fail.
        image_counts: image-01's counts as ``text`` (live) or as ``number`` (some samples).
        image_usage: H3-Image reports the tokens.
        h3_edits: which body H3-Image's edits take.
        h3_edit_prompt: the most characters of a prompt for an edit; 0 is the published number.
        h3_compression: whether H3-Image knows `output_compression`.
        live_style: whether image-01-live takes ``style`` as an ``object`` only.
        embedding_tokens: what embeddings report about their tokens.
        embedding_size: numbers in a vector.
        embedding_most: the most texts in a request; 0 is no limit.
        quota: what a plan's quota reports: ``percent`` (since June 2026), ``counts`` (before), or ``none`` for a key
            without a plan.
        quota_left: percent of the text models' quota that is left.
        connection_close: answer each request with ``connection: close`` (seen once, by a client that asked for it).
        comments: SSE comment lines between the frames.
        crlf: frames end with CRLF.
        no_space: ``data:{`` without the optional blank.
        no_trailing_blank_line: the last frame is not followed by its blank line.
        split_utf8: each frame is cut inside a multi-byte character; the texts hold such characters.
        write_bytes: cut the stream into network writes of this many bytes (0: one write per chunk).
    """

    dialect: Dialect = "minimax"
    # how a stream is framed and ends
    done_marker: bool | None = None
    summary_frame: bool = False
    usage_without_option: bool = False
    usage_in_last_chunk: bool = False
    zero_usage_placeholders: bool = False
    role_empty: bool = False
    delta_null: bool = False
    choices_null_frame: bool = False
    duplicate_finish: bool = False
    finish_separate: bool = False
    # thinking
    cumulative_reasoning: bool = False
    reasoning_mirrored_in_think: bool = False
    reasoning_fields: Literal["both", "content", "details", "reasoning"] = "both"
    reasoning_split_default: bool | None = None
    tags: Literal["think", "mm:think", "mm_closer", "lone_closer", "missing_closer", "thinking", "thought", "blank"] = (
        "think"
    )
    markup: Literal["by_model", "m2", "m3"] = "by_model"
    implicit_open: bool = True
    # tools
    tool_args: Literal["fragments", "whole", "single", "with_finish"] = "fragments"
    tool_index_base: int = 0
    tool_index_missing: bool = False
    tool_calls_empty_list: bool = False
    # off script
    calls_as: Literal[
        "calls", "m2", "m3", "json_lines", "json_array", "json", "python", "bare", "neighbour", "own_tags", "escaped"
    ] = "calls"
    arguments_as: Literal["json", "python", "javascript", "twice", "fenced", "encoded", "raw_breaks"] = "json"
    stray_closer: bool = False
    turn_end: Literal["none", "[e~[", "]~b]ai", "]~!b["] = "none"
    frames_per_line: int = 1
    # usage
    reasoning_tokens: Literal["exact", "over", "absent"] = "exact"
    cache_fields: Literal["auto", "passive", "explicit"] = "auto"
    passive_cache: bool = True
    # what is accepted
    several_system: Literal["reject", "accept"] = "reject"
    tool_choice: Literal["by_model", "ignored", "obeyed"] = "by_model"
    temperature: Literal["[0,2]", "(0,1]"] = "[0,2]"
    n: Literal["one", "reject"] = "one"
    web_search: Literal["reject", "accept"] = "reject"
    id_case: Literal["insensitive", "sensitive"] = "insensitive"
    status_1008: int = 402
    validation: Literal["http", "frame"] = "http"
    v1_models: bool = True
    # the Anthropic endpoint
    anthropic_m3_thinking: Literal["disabled", "adaptive"] = "disabled"
    anthropic_full_message: bool = False
    anthropic_start_repeats: bool = False
    # what `litellm-minimax verify` asks about
    gone: Literal["none", "m2", "m2.1", "abab"] = "none"
    retired: Literal["served", "refused", "replaced"] = "served"
    output_cap: int = 0
    her_context: int = 0
    unknown_model_status: int = 400
    reasoning_split: Literal["heeded", "ignored"] = "heeded"
    history_reasoning: Literal["read", "details_lost", "content_lost"] = "read"
    thinking_switch: Literal["heeded", "ignored"] = "heeded"
    thinking_types: Literal["strict", "lenient"] = "strict"
    thought_only: Literal["accept", "reject"] = "accept"
    empty_content: Literal["reject", "accept"] = "reject"
    missing_content: Literal["accept", "reject"] = "accept"
    orphans: Literal["reject", "accept"] = "reject"
    stop: Literal["ignored", "heeded"] = "ignored"
    json_answers: Literal["asked", "enforced"] = "asked"
    service_tier: Literal["m3", "everywhere", "reject"] = "m3"
    no_finish: bool = False
    usage_fields: Literal["all", "total"] = "all"
    wrong_key_status: int = 401
    anthropic_auth: Literal["both", "x-api-key"] = "both"
    anthropic_tool_type: Literal["accept", "reject"] = "accept"
    signatures: Literal["unchecked", "checked"] = "unchecked"
    # pictures, embeddings, quota
    image_false_success: bool = False
    images_failing: int = 0
    image_counts: Literal["text", "number"] = "text"
    image_usage: bool = True
    h3_edits: Literal["json", "multipart"] = "json"
    h3_edit_prompt: int = 0
    h3_compression: Literal["known", "unknown"] = "known"
    live_style: Literal["both", "object"] = "both"
    embedding_tokens: Literal["counted", "zero", "absent"] = "counted"
    embedding_size: int = 1_536
    embedding_most: int = 0
    quota: Literal["percent", "counts", "none"] = "percent"
    quota_left: int = 89
    # bytes
    connection_close: bool = False
    comments: bool = False
    crlf: bool = False
    no_space: bool = False
    no_trailing_blank_line: bool = False
    split_utf8: bool = False
    write_bytes: int = 0

    def changed(self, **fields: Any) -> Quirks:
        """Return a copy with some switches changed."""
        return dataclasses.replace(self, **fields)

    def with_named(self, setting: str) -> Quirks:
        """Return a copy with one switch set from text, in a directive's form: ``name`` or ``name:value``.

        Raises:
            ValueError: there is no such switch, or it does not have this value.
        """
        name, colon, text = setting.partition(":")
        hints = _hints()
        if name not in hints:
            raise ValueError(f"there is no quirk {name!r}; the quirks are {', '.join(hints)}")
        return self.changed(**{name: _read(hints[name], text if colon else "true", name)})


def _hints() -> dict[str, Any]:
    return get_type_hints(Quirks)


def _read(kind: Any, text: str, name: str) -> Any:
    """Return one value of a switch from its text; raise if the switch can't have it."""
    if kind is int:
        return int(text)
    if kind is bool or kind == bool | None:
        return text.lower() not in {"false", "off", "no", "0"}
    if text not in get_args(kind):
        raise ValueError(f"quirk {name} is one of {', '.join(map(str, get_args(kind)))}, not {text!r}")
    return text
