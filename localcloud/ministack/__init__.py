"""The one place that touches MiniStack's private names (tests/unit/localcloud/test_ministack_names.py).

`environment` must be in os.environ before anything in here is imported: MiniStack reads it at import.
"""
