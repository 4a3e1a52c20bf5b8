"""The JSON API: the queue, documents, runs and tie-outs for programs, with tokens that users made."""
