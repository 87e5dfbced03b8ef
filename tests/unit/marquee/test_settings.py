"""A function with a wrong environment says so before it does anything."""

from collections.abc import Iterator

import pytest

from marquee.settings import ConfigurationError, JudgeSettings, TrainingSettings, load


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    load.cache_clear()
    yield
    load.cache_clear()


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in JudgeSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("STAGE", "Dev stage")
    monkeypatch.setenv("ACCURACY_FLOOR", "91%")
    with pytest.raises(ConfigurationError) as caught:
        load(JudgeSettings)
    sentence = str(caught.value)
    assert sentence.startswith("JudgeSettings cannot be read")
    assert "ACCURACY_FLOOR: " in sentence
    assert "got '91%'" in sentence
    assert "STAGE: " in sentence
    assert "LEDGER_TABLE: field required, got nothing" in sentence


def test_values_are_read_as_what_they_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "STAGE": "dev",
        "LEDGER_TABLE": "table",
        "CURATED_BUCKET": "curated",
        "MODEL_BUCKET": "models",
        "GLUE_JOB_NAME": "job",
        "TRAINING_ROLE_ARN": "arn:aws-cn:iam::1:role/a",
        "TRAINING_IMAGE_URI": "image",
        "TRAINING_INSTANCE_TYPE": "ml.m5.xlarge",
        "TRAINING_INSTANCE_COUNT": "2",
        "TRAINING_USE_SPOT": "false",
        "TRAINING_MAX_SECONDS": "600",
        "ALGORITHM": "ngram",
        "HYPERPARAMETERS": '{"ngrams": "3"}',
        "CODE_URI": "s3://models/code/abc",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings = load(TrainingSettings)
    assert settings.training_use_spot is False
    assert settings.hyperparameters == {"ngrams": "3"}
    assert load(TrainingSettings) is settings
