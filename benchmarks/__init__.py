"""Measurements, each on a clone of the template: python -m benchmarks [NAME ...]. No tests: they pass no verdict."""
