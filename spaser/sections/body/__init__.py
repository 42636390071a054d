"""The body of the diagnostic: each section has its question, its answer, one picture, one table and what to do."""
