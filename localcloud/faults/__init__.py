"""Faults on purpose: what AWS's own failures look like, struck by a plan, recorded, and repeatable."""
