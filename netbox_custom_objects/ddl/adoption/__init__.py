"""The SQL half of the take-over of the vendor plugin's installations."""
