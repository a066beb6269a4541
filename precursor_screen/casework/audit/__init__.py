"""An audit of one exporter over a period: what left, to whom, how it compares, and what could not be seen.

    gather -> Material -> names.find -> peers.compare -> profile.draw_up -> Profile -> findings -> html | xlsx | json | terminal

Nothing between `gather` and the writers reads a file: movements in, figures out, each with the lines behind it.
"""
