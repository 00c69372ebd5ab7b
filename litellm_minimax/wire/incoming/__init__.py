"""Reads answers: their bytes become events, and their errors become faults."""
