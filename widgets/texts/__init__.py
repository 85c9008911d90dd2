"""What single lessons say at length: their questions, and the tables that they read from."""
