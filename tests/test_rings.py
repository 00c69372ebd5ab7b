"""The house rules that keep the package readable: who may import what, and who may build what."""

import ast
import graphlib
from pathlib import Path

import pytest

import litellm_minimax

PACKAGE = Path(litellm_minimax.__file__).parent
FILES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py")}

ROOMS = {
    # The pure ring. `catalog.py` stands beside it: facts about models, known to everybody.
    "wire": "",
    "wire/markup": "wire",
    "wire/incoming": "wire wire/markup",
    "wire/outgoing": "wire",
    "wire/embeddings": "wire wire/incoming",
    "wire/images": "wire wire/incoming",
    "wire/quota": "wire wire/incoming",
    "wire/anthropic": "wire wire/incoming wire/outgoing",
    # What an operator sees; everything may tell it something, and it knows nobody.
    "observability": "",
    # What stands between LiteLLM and the pure ring.
    "upstream": "wire observability",
    "memory": "wire wire/incoming wire/outgoing observability",
    "chat": "wire wire/incoming wire/outgoing upstream memory",
    "embeddings": "wire wire/incoming wire/embeddings upstream",
    "images": "wire wire/incoming wire/images upstream",
    "messages": "wire wire/incoming wire/outgoing wire/anthropic upstream memory",
    # Hybrids: their members are called through LiteLLM, so they know neither the chat handler nor the transport.
    "hybrid/agents": "",
    "hybrid/asking": "wire hybrid/agents",
    "hybrid/accounting": "",
    "hybrid/members": "wire hybrid/asking",
    "hybrid/thinking": "hybrid/asking hybrid/accounting",
    "hybrid/handing_over": "hybrid/asking hybrid/accounting",
    "hybrid/consulting": "wire hybrid/asking",
    "hybrid/answering": "",
    "hybrid": "wire memory observability hybrid/*",
    # Around them: LiteLLM's side, a person's, and a server of its own for tests and demo.
    "seams": "wire wire/outgoing upstream observability chat embeddings images messages hybrid hybrid/*",
    "simulator": "",
    "verify": "wire upstream",
    "eval": "verify",
    "cli": "wire wire/quota upstream seams hybrid/* simulator verify eval",
    "cli/run_path": "",
}
"""Each room and the rooms whose files it may import; the files of `FOR_ALL`, which import nothing, are for all of them."""
FOR_ALL = {"catalog.py", "kept_chunks.py", "__about__.py"}

PURE = [name for name in FILES if name.startswith("wire/") or name == "catalog.py"]
ROOF = [name for name in FILES if not name.startswith(("simulator/", "cli/"))]
"""Everything that runs inside LiteLLM: the simulator is a server of its own, the commands start processes."""

IMPURE = {
    "litellm", "httpx", "aiohttp", "socket", "ssl", "os", "sys", "time", "datetime", "random", "logging", "asyncio",
    "threading", "subprocess", "requests", "secrets", "uuid", "tempfile", "pathlib",
}  # fmt: skip


def imports(tree: ast.AST) -> set[str]:
    """Dotted names of everything imported anywhere in a file, also inside functions and type-checking blocks."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(tree: ast.AST) -> set[str]:
    return {name.partition(".")[0] for name in imports(tree)}


def calls(tree: ast.AST) -> set[str]:
    """Names that are called, as they are written: ``litellm.Timeout``, ``Delta``."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_there_is_something_to_check():
    assert len(PURE) > 10
    assert {
        "chat/handler.py",
        "seams/claim_chat.py",
        "chat/chunks.py",
        "upstream/error_table.py",
        "upstream/transport.py",
    } <= set(ROOF)


def room_of(name: str) -> str:
    """The folder that a file is in; the few files beside the rooms are rooms of their own."""
    return name.rpartition("/")[0] or name


def our_imports(name: str) -> set[str]:
    """The files of this package that a file imports, type-checking blocks included."""
    found = set()
    for dotted in imports(FILES[name]):
        parts = dotted.split(".")[1:] if dotted.partition(".")[0] == "litellm_minimax" else []
        for length in range(len(parts), 0, -1):
            path = "/".join(parts[:length])
            if path + ".py" in FILES or path + "/__init__.py" in FILES:
                found.add(path + ".py" if path + ".py" in FILES else path + "/__init__.py")
                break
    return found - {name}


@pytest.mark.parametrize("name", [name for name in FILES if "/" in name])
def test_a_room_imports_from_the_rooms_that_its_row_names(name):
    room = room_of(name)
    allowed = set(ROOMS[room].split()) | {room}
    if "hybrid/*" in allowed:
        allowed |= {other for other in ROOMS if other.startswith("hybrid/")}
    entered = {room_of(other) for other in our_imports(name) if other not in FOR_ALL}
    assert entered <= allowed


def test_the_table_has_no_circle_and_no_room_that_is_gone():
    assert {room_of(name) for name in FILES if "/" in name} == set(ROOMS)
    order = graphlib.TopologicalSorter({room: set(row.split()) & set(ROOMS) for room, row in ROOMS.items()})
    assert len(list(order.static_order())) == len(ROOMS)


def test_no_file_imports_itself_by_a_detour():
    order = graphlib.TopologicalSorter({name: our_imports(name) for name in FILES})
    assert len(list(order.static_order())) >= len(FILES)


WITHOUT_LITELLM = {"wire", "observability", "simulator", "verify", "eval", "cli"}


@pytest.mark.parametrize("room", [r for r in ROOMS if "/" not in r and r not in WITHOUT_LITELLM])
def test_a_room_inside_litellm_imports_litellm_first(room):
    """Else LiteLLM's import, which registers all of these rooms, would find one of them half imported."""
    first = next(node for node in FILES[f"{room}/__init__.py"].body if isinstance(node, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "import litellm"


@pytest.mark.parametrize("name", PURE)
def test_the_inner_ring_is_pure(name):
    assert not roots(FILES[name]) & IMPURE
    inner = {imported for imported in imports(FILES[name]) if imported.startswith("litellm_minimax")}
    outward = {n for n in inner if not n.startswith(("litellm_minimax.wire", "litellm_minimax.catalog"))}
    assert not outward, "imports go inward only"
    assert "open" not in calls(FILES[name])
    assert "print" not in calls(FILES[name])


@pytest.mark.parametrize("name", ROOF)
def test_only_the_transport_opens_sockets(name):
    used = roots(FILES[name]) & {"httpx", "aiohttp", "requests", "socket", "urllib3", "openai"}
    allowed = {
        "upstream/transport.py": {"httpx", "socket"},
        "upstream/clients.py": {"httpx"},
        "upstream/transport_faults.py": {"httpx"},
        # An exception of LiteLLM's carries an httpx.Response, from which Retry-After is read; no client is made.
        "upstream/error_table.py": {"httpx"},
        "hybrid/refusals.py": {"httpx"},
    }
    assert used <= allowed.get(name, set())
    if name != "upstream/transport.py":
        opened = {call for call in calls(FILES[name]) if call.endswith(("AsyncClient", ".Client", "create_connection"))}
        assert not opened


@pytest.mark.parametrize("name", ROOF)
def test_only_the_registration_touches_litellms_private_names(name):
    private = {
        ast.unparse(node)
        for node in ast.walk(FILES[name])
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.startswith("__")
        and ast.unparse(node.value).split(".")[0] in {"litellm", "main"}
    }
    private |= {
        imported
        for imported in imports(FILES[name])
        if imported.startswith("litellm.") and imported.rpartition(".")[2].startswith("_")
    }
    # The blocking twin of get_async_httpx_client; no release offers it under a public name.
    allowed = {"upstream/clients.py": {"litellm.llms.custom_httpx.http_handler._get_httpx_client"}}
    if name not in {"seams/claim_chat.py", "seams/registration.py"}:
        assert private <= allowed.get(name, set())
    else:
        assert private, "this test finds them where they are"


@pytest.mark.parametrize("name", ROOF)
def test_only_the_chunk_builder_builds_litellms_answers(name):
    answers = {
        "ModelResponse", "ModelResponseStream", "StreamingChoices", "Delta", "Message", "Choices", "Function",
        "ChatCompletionDeltaToolCall", "ChatCompletionMessageToolCall",
    }  # fmt: skip
    built = {call.rpartition(".")[2] for call in calls(FILES[name])} & answers
    # The image door's answer is not a chat answer; LiteLLM hands in the object to fill where it can.
    if name != "chat/chunks.py" and not name.startswith("hybrid/"):
        assert not built
    elif name == "chat/chunks.py":
        assert built


@pytest.mark.parametrize("name", ROOF)
def test_only_the_error_map_builds_litellms_exceptions(name):
    import litellm.exceptions

    kinds = {kind for kind in dir(litellm.exceptions) if isinstance(getattr(litellm.exceptions, kind), type)}
    raised = {
        call
        for call in calls(FILES[name])
        if call.rpartition(".")[2] in kinds and call.split(".")[0] in {"litellm", *kinds}
    }
    if name in {"upstream/errors.py", "upstream/error_table.py"}:
        assert raised
    elif not name.startswith("hybrid/"):
        assert not raised


@pytest.mark.parametrize("name", ROOF)
def test_only_the_table_compares_model_names(name):
    """A model's name as a literal in a condition would be a fact in the wrong place."""
    if name == "catalog.py":
        return
    conditions = [
        literal.value
        for node in ast.walk(FILES[name])
        if isinstance(node, ast.Compare)
        for literal in ast.walk(node)
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str)
    ]
    assert not [text for text in conditions if text.lower().startswith(("minimax-m", "abab", "m2-her"))]
