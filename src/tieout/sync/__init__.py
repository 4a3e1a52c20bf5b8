"""Use cases through ports: pull, plan, the turn, verify, tie out, undo."""
