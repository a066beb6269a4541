"""An audit of one exporter over a period: what left, to whom, how it compares, and what could not be seen.

    gather -> names.find -> movements.to_table, movements.compare, papers -> Profile -> findings -> html | xlsx | json | terminal

Nothing between `gather` and the writers reads a file. Movements are one frame; a table is a group-by of it, and its rows are named tuples,
each with the lines behind it, which all writers take as they are.
"""
