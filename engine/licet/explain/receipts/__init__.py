"""Receipts: what somebody else needs to decide again, signed and verified."""
