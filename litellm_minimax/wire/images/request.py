"""Turns LiteLLM's arguments of an image call into one of MiniMax's two request formats.

``image-01`` has its own endpoint and its own parameter names; H3-Image follows OpenAI's Images API. A parameter without
an equivalent is refused by name, or left out if the caller sets ``drop_params``. Unknown ones can go in ``extra_body``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litellm_minimax.wire.faults import InvalidRequest, UnsupportedParameter
from litellm_minimax.wire.images import references, sizes
from litellm_minimax.wire.notes import Notes

if TYPE_CHECKING:
    from litellm_minimax.catalog import ImageFacts

NATIVE_PATH, GENERATIONS_PATH, EDITS_PATH = "image_generation", "images/generations", "images/edits"

_NOT_SENT = frozenset({"user"})
_OPENAI_ONLY = (
    "quality", "style", "background", "moderation", "input_fidelity", "partial_images", "output_format",
    "output_compression", "stream",
)  # fmt: skip
_MEANS_NOTHING = frozenset({None, "auto", False})
"""Defaults that OpenAI's clients may send; ``quality: standard`` belongs to the older models."""
_CHECKED = ("model", "prompt", "image", "images", "mask")
"""Fields that were checked against the caller's rights and the limits: ``extra_body`` must not replace them."""
_SIZED = {"native": ("aspect_ratio", "width", "height"), "openai": ("aspect_ratio", "area")}
_FLAGS = {"native": ("prompt_optimizer", "aigc_watermark"), "openai": ("disable_prompt_enhanced",)}
_FORMATS = ("png", "jpeg", "jpg", "webp")
_FORMATS_WITH_LOSS = frozenset({"jpeg", "jpg", "webp"})
_KEEPS_A_PERSON = "{id} keeps the person of the picture and makes a new one; it does not edit the picture itself"


@dataclass(frozen=True, slots=True)
class ImageRequest:
    """The request to send: the endpoint, the body, how many images are expected, and what was changed."""

    path: str
    body: Mapping[str, Any]
    wanted: int
    notes: tuple[str, ...]


def build_generation(
    facts: ImageFacts, prompt: object, parameters: Mapping[str, Any], *, drop: bool = False
) -> ImageRequest:
    """Check and translate a call that makes images from a text.

    Raises:
        InvalidRequest: the call can't be sent as it is.
    """
    notes = Notes()
    body = _body(facts, prompt, parameters, notes, drop=drop)
    path = NATIVE_PATH if facts.shape == "native" else GENERATIONS_PATH
    return ImageRequest(path, body, int(body.get("n", 1)), notes.sentences())


def build_edit(
    facts: ImageFacts, prompt: object, pictures: Sequence[object], parameters: Mapping[str, Any], *, drop: bool = False
) -> ImageRequest:
    """Check and translate a call that makes images from images and a text.

    Raises:
        InvalidRequest: the call can't be sent as it is.
    """
    if parameters.get("mask") is not None:
        raise UnsupportedParameter("mask", f"{facts.id} has no mask to paint.", "Say in the prompt what is to change.")
    if not pictures:
        raise InvalidRequest("image", "an edit needs a picture.", "Without one, call image generation.")
    if len(pictures) > facts.references:
        several = f"at most {facts.references} pictures" if facts.references > 1 else "one picture"
        raise InvalidRequest("image", f"{facts.id} takes {several}, not {len(pictures)}.")
    given = {name: value for name, value in parameters.items() if name != "mask"}
    if given.get("subject_reference") is not None:
        raise InvalidRequest("subject_reference", "in an edit the picture itself is the subject.", "Leave it out.")
    notes = Notes()
    body = _body(facts, prompt, given, notes, drop=drop)
    if facts.shape == "native":
        addresses = references.as_addresses(pictures, references.NATIVE)
        notes.add(_KEEPS_A_PERSON.format(id=facts.id))
        body["subject_reference"] = [{"type": "character", "image_file": address} for address in addresses]
        return ImageRequest(NATIVE_PATH, body, int(body.get("n", 1)), notes.sentences())
    if body.pop("disable_prompt_enhanced", False):
        raise InvalidRequest("disable_prompt_enhanced", "the prompt of an edit is always enhanced.", "Leave it out.")
    body["images"] = [{"url": address} for address in references.as_addresses(pictures, references.OPENAI)]
    return ImageRequest(EDITS_PATH, body, int(body.get("n", 1)), notes.sentences())


def _body(
    facts: ImageFacts, prompt: object, parameters: Mapping[str, Any], notes: Notes, *, drop: bool
) -> dict[str, Any]:
    given = {name: value for name, value in parameters.items() if value is not None and name not in _NOT_SENT}
    extra = given.pop("extra_body", {})
    if not isinstance(extra, Mapping):
        raise InvalidRequest("extra_body", "it must be an object.")
    for name in _CHECKED:
        if name in extra:
            raise InvalidRequest(f"extra_body.{name}", "it is set outside of extra_body.", "Leave it out there.")
    given |= extra
    body: dict[str, Any] = {"model": facts.id, "prompt": _prompt(facts, prompt)}
    if (count := _count(facts, given.pop("n", None))) is not None:
        body["n"] = count
    if (kind := _response_format(facts, given.pop("response_format", None))) is not None:
        body["response_format"] = kind
    names = ("size", *_SIZED[facts.shape])
    sized = {name: given.pop(name) for name in names if name in given}
    body |= sizes.native(facts, sized, notes) if facts.shape == "native" else sizes.openai_shaped(sized)
    body |= _own(facts, given)
    if body.get("disable_prompt_enhanced") and not _is_fixed(body):
        raise InvalidRequest("disable_prompt_enhanced", "it needs a fixed size, or a ratio.", "Give size as 1024x1024.")
    _leave_out(facts, given, notes, drop=drop)
    unknown = sorted(set(given) - set(extra))
    if unknown:
        raise InvalidRequest(
            unknown[0], f"{facts.id} has no such parameter.", "Leave it out, or put it into extra_body to send it."
        )
    return body | given


def _is_fixed(body: Mapping[str, Any]) -> bool:
    return any(body.get(name, "auto") != "auto" for name in ("size", "aspect_ratio"))


def _prompt(facts: ImageFacts, prompt: object) -> str:
    if not isinstance(prompt, str) or not prompt.strip():
        raise InvalidRequest("prompt", "it must be a text, and not blank.")
    length = len(prompt.strip())
    if length > facts.prompt:
        raise InvalidRequest(
            "prompt", f"it has {length:,} characters; {facts.id} takes {facts.prompt:,}.", "Shorten the prompt."
        )
    return prompt


def _count(facts: ImageFacts, value: object) -> int | None:
    if value is None:
        return None
    number = int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4 else value
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= facts.most:
        raise InvalidRequest("n", f"it must be a whole number from 1 to {facts.most}.")
    return number


def _response_format(facts: ImageFacts, value: object) -> str | None:
    if value is None:
        return None
    if value not in ("url", "b64_json"):
        raise InvalidRequest("response_format", "it must be 'url' or 'b64_json'.")
    return "base64" if value == "b64_json" and facts.shape == "native" else str(value)


def _own(facts: ImageFacts, given: dict[str, Any]) -> dict[str, Any]:
    """Take MiniMax's own parameters, and those of OpenAI's that H3-Image has, out of ``given``."""
    body: dict[str, Any] = {}
    if "seed" in given:
        body["seed"] = _whole(given.pop("seed"), "seed")
    for name in _FLAGS[facts.shape]:
        if name in given:
            body[name] = _flag(given.pop(name), name)
    if facts.shape == "openai":
        return body | _compression(given)
    if "subject_reference" in given:
        body["subject_reference"] = _subjects(facts, given.pop("subject_reference"))
    if not facts.sizes and _is_mapping_or_own_style(given.get("style")):
        body["style"] = given.pop("style")
    return body


def _is_mapping_or_own_style(style: object) -> bool:
    """Whether this is one of MiniMax's styles; ``vivid`` and ``natural`` are OpenAI's."""
    return isinstance(style, Mapping) or (isinstance(style, str) and style not in {"vivid", "natural"})


def _subjects(facts: ImageFacts, subjects: object) -> list[dict[str, Any]]:
    name = "subject_reference"
    if not isinstance(subjects, list) or not all(isinstance(subject, Mapping) for subject in subjects):
        raise InvalidRequest(name, "it must be a list of objects with type and image_file.")
    if len(subjects) > facts.references:
        raise InvalidRequest(name, f"{facts.id} takes one, not {len(subjects)}.")
    files = references.as_addresses(
        [subject.get("image_file") for subject in subjects], references.NATIVE, f"{name}.image_file"
    )
    return [{"type": "character", **subject, "image_file": file} for subject, file in zip(subjects, files, strict=True)]


def _compression(given: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    kind = given.pop("output_format", None)
    if kind is not None:
        if kind not in _FORMATS:
            raise InvalidRequest("output_format", f"it must be one of {', '.join(_FORMATS)}.")
        told["output_format"] = kind
    value = given.pop("output_compression", None)
    if value is not None:
        number = _whole(value, "output_compression")
        if not 0 <= number <= 100 or (kind is not None and kind not in _FORMATS_WITH_LOSS):
            raise InvalidRequest("output_compression", "it must be 0 to 100, and goes with jpeg and webp only.")
        told["output_compression"] = number
    return told


def _whole(value: object, name: str) -> int:
    if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii() and len(value) < 20:
        value = int(value) if value.count("-") <= 1 else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidRequest(name, "it must be a whole number.")
    return value


def _flag(value: object, name: str) -> bool:
    if isinstance(value, str) and value.lower() in {"true", "false"}:  # a multipart form has only strings
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise InvalidRequest(name, "it must be true or false.")
    return value


def _leave_out(facts: ImageFacts, given: dict[str, Any], notes: Notes, *, drop: bool) -> None:
    for name in _OPENAI_ONLY:
        if name not in given:
            continue
        value = given.pop(name)
        nothing = isinstance(value, str | bool) and value in _MEANS_NOTHING
        if nothing or (name, value) == ("quality", "standard"):
            continue
        if not drop:
            raise UnsupportedParameter(name, f"{facts.id} has nothing like it.", "Leave it out, or set drop_params.")
        notes.add("not sent, because the model has nothing like it", name)
