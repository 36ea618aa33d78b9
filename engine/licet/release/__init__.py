"""The one room that knows the library's subject: every model to every destination, and audits of models."""
