"""What a person wrote: answers to findings, statuses corrected, figures entered."""
