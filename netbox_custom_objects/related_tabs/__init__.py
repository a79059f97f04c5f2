"""The tab "Custom Objects" under the names by which third parties import it (contract, chapter 11)."""
