"""What tables need over time: what is out of use is kept and dropped, what was dropped is swept up."""
