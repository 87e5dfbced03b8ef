"""The services of AWS as Marquee uses them; nothing outside here and the ledger touches boto3."""
