"""Turns an OpenAI-shaped chat into the JSON body that MiniMax, or a server of its open weights, accepts."""
