"""Permits, notifications and confirmations against what moved: one matching for screening and for `reconcile`.

`documents` reads registers, `movements` reads rows of what moved, `book` finds the documents that goods may travel under, `allocate` gives
masses to them. `facts` is what screening asks of each line; `balance` what is left of each document. Begin with `book`.
"""
