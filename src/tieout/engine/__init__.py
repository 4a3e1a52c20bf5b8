"""Decisions of a turn and every state transition. Pure."""
