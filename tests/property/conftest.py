"""Settings of Hypothesis: the same examples each time, no files left behind, no deadline on a busy machine."""

from hypothesis import settings

settings.register_profile('repeatable', derandomize=True, database=None, deadline=None, max_examples=150)
settings.load_profile('repeatable')
