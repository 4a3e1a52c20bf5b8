"""Webhooks: the addresses that stores and Xero call, and the screens that show them."""
