"""How the executor is given the reasoner's thinking, and how replayed history is cleaned of it."""
