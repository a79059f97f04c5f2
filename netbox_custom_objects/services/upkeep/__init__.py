"""What keeps tables in order over time, in main and in every branch; most of it is done by jobs."""
