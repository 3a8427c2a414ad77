"""What the portal tells others over the network. Knows neither the database nor the workflow."""
