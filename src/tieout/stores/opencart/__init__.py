"""OpenCart 3.0, 4.0 and 4.1: read from its database or through our extension, translated by one translator."""
