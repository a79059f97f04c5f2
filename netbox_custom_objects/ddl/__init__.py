"""
From what a schema should hold to what it does hold.

Pure half: spec, operations, diff, plan. The other half (target, introspect, render, locks, executor, retention) is the
only code of the plugin that issues DDL (invariant I2).
"""
