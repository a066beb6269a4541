"""Words of everyday language that are read as misspelt names of substances, for `neighbours.csv`.

    python -m tools.everyday_words LIST [LIST ...] > FOUND

A list has a word a line, and behind a tab what you like, as the frequency lists of many languages have. Each word goes through recognition
by itself; printed is what is taken for a name by an edit or two, with that name, for somebody to read: the substance itself in another case
or language (acetonu, toluenu) has no place in the table, nor has what is rather a misspelling (methamfetamine). The lists themselves stay
where they are; what the table takes from them are words that resemble names, without frequencies.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from precursor_screen.matching.substance.index import SubstanceIndex
from precursor_screen.reference.recogniser import known_index
from precursor_screen.text.text import squash


def collisions(words: Iterable[str], index: SubstanceIndex) -> Iterator[tuple[str, str]]:
    """The words that are taken for a name by a near spelling alone, squashed, each with the name, in order."""
    distinct = sorted(set(words))
    rows = index.recognise_texts(distinct).to_pylist()
    exact = {r["value"] for r in rows if r["method"] != "fuzzy" and r["suppressed"] is None}
    near = {(squash(r["value"]), r["name"]) for r in rows if r["method"] == "fuzzy" and r["value"] not in exact}
    yield from sorted(near)


def main(paths: list[str]) -> None:
    """Prints the collisions of the lists."""
    words = (line.split("\t")[0].strip() for path in paths for line in Path(path).read_text("utf-8").splitlines())
    for word, name in collisions(filter(None, words), known_index()):
        print(word, name, sep="\t")


if __name__ == "__main__":
    main(sys.argv[1:])
