"""What jobs that write in batches can be told, each by an option of the same name."""

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError


def no_less_than_a_batch(value: int, info: ValidationInfo) -> int:
    """Validate `MaxPerRun` against the `BatchSize` beside it; a run does a batch at least.

    Raises:
        PydanticCustomError: it is less.
    """
    batch_size = info.data.get("batch_size")
    if batch_size is not None and value < batch_size:
        raise PydanticCustomError(
            "cap", "must be at least BatchSize ({batch_size})", {"batch_size": batch_size}
        )
    return value


def in_seconds(batch_pause_in_milliseconds: int | None) -> float | None:
    """Return the pause in seconds; `None` stays what it is."""
    return None if batch_pause_in_milliseconds is None else batch_pause_in_milliseconds / 1_000
