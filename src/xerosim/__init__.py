"""The simulated Xero: an accounting API to build and test against, faithful to what is publicly known.

Start with `xerosim.world.World`, `xerosim.transport.InProcessTransport` or the command `xerosim`;
see docs/xerosim.md.
"""
