"""Which KL in the loss: where each estimator pulls a policy, and what training makes of it."""
