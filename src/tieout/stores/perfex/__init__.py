"""Perfex CRM: read and written through its REST module, read from its database."""
