"""What is printed: papers that people sign, and that carry the state of the ledger out of the house."""
