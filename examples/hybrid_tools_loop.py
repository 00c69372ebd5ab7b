"""A tool loop on a hybrid: the reasoner is asked once, its notes stay with the executor until the loop ends."""

import json
import os
import pathlib

import openai

MODEL = "hybrid:[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "read_file",
            "description": "The text of a file in this directory.",
            "parameters": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
        },
    }
]


def read_file(path: str) -> str:
    file = pathlib.Path(pathlib.Path(path).name)
    return file.read_text()[:4000] if file.is_file() else f"Error: there is no {file}"


url = os.environ.get("LITELLM_URL", "http://127.0.0.1:4000")
client = openai.OpenAI(base_url=f"{url}/v1", api_key=os.environ["LITELLM_MASTER_KEY"])
messages: list = [{"role": "user", "content": "Read the file README.md. What is this project for?"}]
for _ in range(8):
    answer = client.chat.completions.create(model=MODEL, messages=messages, tools=TOOLS)
    message = answer.choices[0].message
    print("decision:", message.provider_specific_fields["hybrid"]["decision"])
    messages.append(message.model_dump(exclude_none=True))
    if not message.tool_calls:
        break
    for call in message.tool_calls:
        print("calls", call.function.name, call.function.arguments)
        result = read_file(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
print(messages[-1].get("content"))
