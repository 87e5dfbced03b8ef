"""The ETL job on Spark, and the same dataset made with polars and with DuckDB."""
