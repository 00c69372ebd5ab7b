"""What goes out: an OpenAI-shaped chat as the JSON body that MiniMax, or a server of its open weights, accepts."""
