"""The vocabulary: options, outcomes, records, events, errors, clock, cancellation."""
