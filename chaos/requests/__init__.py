"""Requests that nobody means well: generated from the OpenAPI document, and raw ones that fit none."""
