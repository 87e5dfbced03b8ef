"""Tables and partitions as Glue's crawlers write them to the catalogue, under the crawler's role."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from localcloud.glue.formats import Format

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

_TEXT_INPUT = "org.apache.hadoop.mapred.TextInputFormat"
_TEXT_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
_SERDES = {
    "parquet": f"{_PARQUET}.serde.ParquetHiveSerDe",
    "json": "org.openx.data.jsonserde.JsonSerDe",
    "csv": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
}
_OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"
_BATCH = 100


@dataclass(frozen=True)
class Table:
    """A table to be: everything that lies under `location`; partitions by their values."""

    name: str
    location: str
    format: Format
    keys: tuple[str, ...] = ()
    partitions: dict[tuple[str, ...], str] = field(default_factory=dict)
    objects: int = 0
    size: int = 0

    def as_input(self, crawler: str) -> dict[str, Any]:
        """The TableInput of CreateTable and UpdateTable."""
        return {
            "Name": self.name,
            "Owner": "owner",
            "TableType": "EXTERNAL_TABLE",
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in self.keys],
            "StorageDescriptor": self.storage(self.location),
            "Parameters": {**self._parameters(), "UPDATED_BY_CRAWLER": crawler},
        }

    def storage(self, location: str) -> dict[str, Any]:
        """The StorageDescriptor of the table or of one partition."""
        parquet = self.format.classification == "parquet"
        return {
            "Location": location,
            "Columns": [{"Name": name, "Type": kind} for name, kind in self.format.columns],
            "Compressed": self.format.compression != "none",
            "InputFormat": f"{_PARQUET}.MapredParquetInputFormat" if parquet else _TEXT_INPUT,
            "OutputFormat": f"{_PARQUET}.MapredParquetOutputFormat" if parquet else _TEXT_OUTPUT,
            "SerdeInfo": self._serde(),
            "StoredAsSubDirectories": False,
        }

    def _serde(self) -> dict[str, Any]:
        held = self.format
        if held.classification == "csv" and held.quote:
            parameters = {
                "separatorChar": held.delimiter,
                "quoteChar": held.quote,
                "serialization.format": "1",
            }
            return {"SerializationLibrary": _OPEN_CSV, "Parameters": parameters}
        library, names = _SERDES[held.classification], ",".join(name for name, _ in held.columns)
        parameters = {"csv": {"field.delim": held.delimiter}, "json": {"paths": names}}.get(
            held.classification, {}
        )
        return {"SerializationLibrary": library, "Parameters": {"serialization.format": "1", **parameters}}

    def _parameters(self) -> dict[str, str]:
        header = {"skip.header.line.count": "1", "areColumnsQuoted": "false", "columnsOrdered": "true"}
        return {
            "classification": self.format.classification,
            "compressionType": self.format.compression,
            "typeOfData": "file",
            "objectCount": str(self.objects),
            "sizeKey": str(self.size),
            **({**header, "delimiter": self.format.delimiter} if self.format.classification == "csv" else {}),
        }


class Catalogue:
    """One database of the catalogue."""

    def __init__(self, glue: "GlueClient", database: str, crawler: str) -> None:
        self._glue, self._database, self._crawler = glue, database, crawler
        self.changes: Counter[str] = Counter(
            tablesCreated=0, tablesUpdated=0, partitionsCreated=0, partitionsUpdated=0
        )

    def put(self, table: Table) -> None:
        """Write the table and its partitions, over what the catalogue held of them."""
        wanted: Any = table.as_input(self._crawler)
        try:
            held = self._glue.get_table(DatabaseName=self._database, Name=table.name)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            self._glue.create_table(DatabaseName=self._database, TableInput=wanted)
            self.changes["tablesCreated"] += 1
        else:
            if _differs(held, wanted):
                self._glue.update_table(DatabaseName=self._database, TableInput=wanted)
                self.changes["tablesUpdated"] += 1
        self._put_partitions(table)

    def _put_partitions(self, table: Table) -> None:
        if not table.keys:
            return
        known = self._known_partitions(table.name)
        inputs = [
            {"Values": list(values), "StorageDescriptor": table.storage(location)}
            for values, location in table.partitions.items()
        ]
        new = [partition for partition in inputs if tuple(partition["Values"]) not in known]
        for start in range(0, len(new), _BATCH):
            self._create_partitions(table.name, new[start : start + _BATCH])

    def _known_partitions(self, table: str) -> set[tuple[str, ...]]:
        pages = self._glue.get_paginator("get_partitions").paginate(
            DatabaseName=self._database, TableName=table
        )
        return {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}

    def _create_partitions(self, table: str, batch: Sequence[Any]) -> None:
        answer = self._glue.batch_create_partition(
            DatabaseName=self._database, TableName=table, PartitionInputList=batch
        )
        for error in answer.get("Errors", []):
            detail = error["ErrorDetail"]
            raise ClientError(
                {"Error": {"Code": detail["ErrorCode"], "Message": detail["ErrorMessage"]}},
                "BatchCreatePartition",
            )
        self.changes["partitionsCreated"] += len(batch)


def _differs(held: Any, wanted: Any) -> bool:
    return any(held.get(name) != value for name, value in wanted.items())
