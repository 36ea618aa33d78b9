"""Why an answer is another than in a world before: what has to be undone to bring the first one back."""
