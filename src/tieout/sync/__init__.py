"""Use cases through ports: pull, plan, the turn, set-up buttons, tie out, undo, doctor."""
