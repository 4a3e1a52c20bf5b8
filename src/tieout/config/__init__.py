"""Settings from the environment, and the one place that wires everything."""
