"""Rules over time: what they ask of the past (`asks`), the movements they see (`history`, `moves`), and how windows are judged.

`judge` is the way in; `queries`, `frames` and `members` are the SQL of one window.
"""
