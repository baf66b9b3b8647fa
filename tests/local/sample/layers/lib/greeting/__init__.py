"""Stands for a layer's own code."""

GREETING = "hello"
