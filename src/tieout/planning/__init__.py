"""plan(dossier, rules, snapshot) -> postings wanted, problems, and why. Pure."""
