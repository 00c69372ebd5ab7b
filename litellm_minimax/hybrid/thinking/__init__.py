"""The thinking call: the request to the reasoner, and its thoughts as a stream."""
