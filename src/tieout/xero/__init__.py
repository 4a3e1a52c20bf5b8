"""The Xero client: OAuth, limits, wire types, translation out and in."""
