"""What an operator does not want painted: the policy, and the checks of prompt, input pictures and outputs."""
