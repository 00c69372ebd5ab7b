"""The advisor: a tool that the executor sees and the client does not, and the consultations made with it."""
