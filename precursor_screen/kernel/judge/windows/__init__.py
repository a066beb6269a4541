"""Rules over time: what they ask of the past (`queries`), the movements they see, and how windows are judged.

`judge` is the way in. Movements are read in SQL (`relation`), once for all rules; what follows are arrays, rule by rule.

    history (links) ─► every, fresh, named ─► layout: verdicts, groups ─► selected (frames) ─► kinds ─► flagged, episodes ─► members ─► flags
"""
