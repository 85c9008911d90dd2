"""The weather forecaster: what it costs, day by day, to believe Q where P is true."""
