"""Rules over time: what they ask of the past (`asks`), the movements they see, and how windows are judged.

`judge` is the way in. Movements are read in SQL (`relation`), once for all rules; what follows are arrays, rule by rule.

    history (links) ─► every, fresh, named ─► moves: verdicts, groups ─► selected (frames) ─► kinds ─► emitted, episodes ─► members ─► flags
"""
