"""Hostile texts: what costs a careless reader more for each character the more of it there is."""

from __future__ import annotations

UNITS = {
    "blanks": " ",
    "blank lines": "\n",
    "lines of blanks": " \n",
    "carriage returns": "\r\n",
    "tabs and a word": "\t\tx",
    "words": "word ",
    "openings": "<",
    "closings": ">",
    "half tags": "</",
    "tags without a name": "<>",
    "thoughts": "<think>x</think>",
    "thoughts opened": "<think>",
    "thoughts opened on lines": "<think>\n",
    "thoughts closed": "</think>",
    "thoughts closed on lines": "</think>\n",
    "half a closer": "</thin",
    "M3's thoughts": "<mm:think>x",
    "scripts": "<script>",
    "styles": "<style>x</script>",
    "calls opened": '<minimax:tool_call><invoke name="f">',
    "calls": '<minimax:tool_call><invoke name="f"><parameter name="k">v</parameter></invoke></minimax:tool_call>',
    "parameters opened": '<parameter name="k">',
    "parameters closed": "</parameter>",
    "parameters closed, and blanks": "</parameter>    ",
    "invokes": '<invoke name="f">',
    "invokes closed": "</invoke>",
    "blocks opened": "<minimax:tool_call>",
    "M3's token": "]<]minimax[>[",
    "M3's calls opened": ']<]minimax[>[<tool_call>]<]minimax[>[<invoke name="f">',
    "M3's parameters": "]<]minimax[>[<k>",
    "M3's parameters, both ways": "]<]minimax[>[<k>x]<]minimax[>[</k>",
    "M1's calls": '<tool_calls>\n{"name": "f", "arguments": {"k": "v"}}\n</tool_calls>',
    "M1's calls opened": '<tool_calls>\n{"name": "f", ',
    "JSON calls": '<tool_call>{"name": "f", "arguments": {}}</tool_call>',
    "backticks": "`",
    "fences": "```\n",
    "fences on one line": "```",
    "fences and blanks": "\n```json\n  ",
    "braces": "{",
    "closing braces": "}",
    "brackets": "[",
    "nested objects": '{"k":',
    "nested arrays": "[1,",
    "quotes": '"',
    "backslashes": "\\",
    "escaped quotes": '\\"',
    "single quotes": "{'a': 1}",
    "control characters": "\x01",
    "comments": "/* x ",
    "events": "data: x\n",
    "events without a colon": "data\n",
    "event ends": "\n\n",
    "frames": 'data: {"choices":[]}\n\n',
    "reminders": "<system-reminder>x</system-reminder>",
    "reminders on lines": "\n<system-reminder>\nx\n</system-reminder>\n",
    "reminders opened": "<system-reminder>",
    "reminders closed": "</system-reminder>",
    "notes": "<notes_from_another_model>",
    "notes with blanks": "<   /  notes_from_another_model",
    "less-thans and blanks": "<  ",
    "errors": "Error: x\n",
    "exit codes": "exit code 1\n",
    "exit codes on a line": "Exit code: ",
    "failures": "1 failed, ",
    "tracebacks": "Traceback (most recent call last):\n",
    "codes": "(1002) ",
    "codes half open": "(100",
    "resets": "resets at 1",
    "digits": "1",
    "dates": "2026-11-26 ",
    "keys": "sk-abcdefghijklmnop ",
    "keys half": "sk-",
    "bearers": "Bearer ",
    "names": "hybrid:[a,b]",
    "parameters of a name": "a=1&",
    "colons": ":",
    "slashes": "/",
    "commas": "%2C,",
    "separators": "⁂ — handed over to the executor — ⁂\n",
    "separators half": "⁂ — handed",
    "umlauts": "é",
    "surrogates' neighbours": "\ufffd🦀",
    "snapshots": "ab",
}  # fmt: skip


def texts(size: int) -> dict[str, str]:
    """Each shape, so many characters long; and each unit's run behind a head that a reader may start from."""
    made = {name: (unit * (size // len(unit) + 1))[:size] for name, unit in UNITS.items()}
    half = " " * (size // 2)
    made["deep, and closed again"] = "[" * (size // 2) + "]" * (size // 2)
    made["objects, and closed again"] = '{"k":' * (size // 6) + "1" + "}" * (size // 6)
    made["a thought of blanks"] = f"<think>{half}x{half}"
    made["a call with a value of blanks"] = f'<minimax:tool_call><invoke name="f"><parameter name="k">{half}{half}'
    made["calls and words"] = ('<minimax:tool_call><invoke name="f">x <b> y</invoke> z ' * (size // 50 + 1))[:size]
    made["a call in a thought"] = "<think>\n" + '<tool_call>\n{"name": "f", "arguments": {"k": "v\n' * (size // 46)
    made["M3's nested value, closed"] = (
        ']<]minimax[>[<tool_call>]<]minimax[>[<invoke name="f">]<]minimax[>[<o>'
        + "]<]minimax[>[<k>1]<]minimax[>[</k>" * (size // 34) + "]<]minimax[>[</o>"
    )  # fmt: skip
    made["a long tag"] = "<invoke name=" + "x" * size
    made["a closer after blanks"] = f"text{half}\n</think>{half}"
    made["M3's nested value"] = (
        ']<]minimax[>[<tool_call>]<]minimax[>[<invoke name="f">]<]minimax[>[<o>' + "]<]minimax[>[<k>" * (size // 16)
    )
    return made
