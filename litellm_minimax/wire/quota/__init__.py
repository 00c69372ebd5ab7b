"""Reads how much quota a Token Plan has left."""
