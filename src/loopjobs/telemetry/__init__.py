"""OpenTelemetry: a span for each run, instruments for every slot, and an answer for Prometheus."""
