"""The thinking call: what the reasoner is asked, and its thoughts as they come."""
