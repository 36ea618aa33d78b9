"""The law of evaluation: section 3 of the language in code, which every other engine must agree with."""
