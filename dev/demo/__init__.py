"""The demo of `make demo`: real data through the REST API, in a branch that is merged, reverted and merged again.

`source` reads the data, `client` talks to NetBox, `steps` are the story, `checks` compares, `report` prints.
"""
