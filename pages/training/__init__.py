"""Train it: the best policy, approached by the methods that large models use."""
