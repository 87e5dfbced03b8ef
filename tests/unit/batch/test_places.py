"""Where a batch's objects lie."""

from marquee.batches.places import output_key


def test_no_two_inputs_write_the_same_output() -> None:
    names = ["a", "a.csv", "a.CSV", "a.csv.gz", "a.jsonl", "b/a.csv", "b/a", "a..csv", "2026.11/a"]

    keys = [output_key(f"batch/in/{name}") for name in names]

    assert len(set(keys)) == len(names)
    assert output_key("batch/in/b/a.csv") == "batch/out/b/a.predictions.csv"
