"""What an operator sees: figures for Prometheus and spans for OpenTelemetry."""
