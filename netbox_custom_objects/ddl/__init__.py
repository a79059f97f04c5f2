"""
From what a schema should hold to what it does hold.

Pure half: spec, operations, diff, plan. The other half (target, introspect, conversion, render, locks, executor) is the
only code of the plugin that issues DDL (invariant I2).
"""
