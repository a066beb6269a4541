"""Rules over time: what they ask of the past (`asks`), the movements they see, and how windows are judged.

`judge` is the way in. Each step takes relations and gives one (`relation`); a table is kept only where a comment says why.

    history (links) ─► every, fresh, named ─► moves: verdicts, groups ─► queries (kinds): selected ─► measured ─► emitted ─► members ─► flags
"""
