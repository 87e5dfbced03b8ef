"""The API behind the function URL.

Nothing here imports boto3, pydantic or Powertools before a route needs them: a cold start pays
for every import (measured by bench/), and a prediction needs none of the three.
"""
