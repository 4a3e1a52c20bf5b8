"""Mapping rules as values: what is booked where, and why. Pure."""
