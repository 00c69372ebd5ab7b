"""The advisor: a tool that the executor sees and the client does not, and the exchanges that were had through it."""
