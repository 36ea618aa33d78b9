"""Licet evaluates export-control policies for AI models and proves every answer."""

__version__ = "0.1.0"
