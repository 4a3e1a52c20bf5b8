"""Who looks at which organisation when."""
