"""
What optional rooms add to surfaces: lists that they fill when they are registered, and that are read afterwards.

May import nothing. Exists so that a surface need not know which optional packages are installed.
"""

from collections.abc import Callable

# Makes a branch and queues a job that applies a document there: (name, document, user, options,
# source) -> the job. None without branches.
apply_in_new_branch: Callable | None = None
# The same for a model of the gallery: (name, name of the model, user, options) -> the job.
install_in_new_branch: Callable | None = None

# Makes a branch for a job: (name, user) -> the branch. Provisions and activates it: (branch, user) -> a context
# manager. None without branches.
new_branch: Callable | None = None
inside_new_branch: Callable | None = None

# URL patterns below the plugin's REST root.
api_urlpatterns: list = []

# Annotates change records with the id of the merge or revert that repeated them: (records) -> the records. Describes
# merges and reverts for a user: (ids, user) -> {id: (text, URL)}. None without branches.
with_replays: Callable | None = None
describe_replays: Callable | None = None
