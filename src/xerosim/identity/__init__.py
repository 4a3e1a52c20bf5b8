"""Who may call: apps, consent, tokens, connections, scopes."""
