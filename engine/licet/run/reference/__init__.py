"""The law of evaluation: what docs/language.md says of rules, in code. Every other engine must agree with it."""
