"""The paper itself: where each box and file is, who has it, and what became of it."""
