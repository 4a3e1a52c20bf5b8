"""The accounting resources: one module per noun."""
