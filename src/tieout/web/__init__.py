"""Screens, forms, webhooks in, JSON API. Decides nothing."""
