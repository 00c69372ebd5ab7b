"""A tool loop that ends when the model has no more calls. The whole message goes back, its thinking included."""

import json

import litellm

import litellm_minimax  # noqa: F401 -- importing it registers the provider

MODEL = "minimax/MiniMax-M2"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city, now.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def get_weather(city: str) -> str:
    return json.dumps({"city": city, "celsius": 14, "sky": "rain"})


messages: list = [{"role": "user", "content": "What is the weather in Paris?"}]
for _ in range(8):
    message = litellm.completion(MODEL, messages=messages, tools=TOOLS).choices[0].message
    messages.append(message.model_dump())
    if not message.tool_calls:
        break
    for call in message.tool_calls:
        print("calls", call.function.name, call.function.arguments)
        result = get_weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
print(messages[-1]["content"])
