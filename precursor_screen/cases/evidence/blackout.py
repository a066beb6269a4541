"""Takes names out of texts however they are written there: a whole name or one word that tells it, in other case, order or script, without
diacritics, with marks between words or letters, or within another word."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from anyascii import anyascii
from msgspec import Struct, field

from precursor_screen.cases.evidence.document import Row
from precursor_screen.core.errors import InputError, UnreadableManifest, UsageError
from precursor_screen.core.files import digest_file, stat_of
from precursor_screen.formats.archive import gunzip, is_workbook, open_zip, unzip
from precursor_screen.formats.blob import MAX_NESTING, Blob
from precursor_screen.formats.mail import Mail
from precursor_screen.formats.sniff import sniff_kind
from precursor_screen.kernel.papers.documents import conjunctions
from precursor_screen.readers.registry import read_mail
from precursor_screen.text import party_words
from precursor_screen.text.party import CONSONANTS, OWN_SCRIPT, is_informative, normalise_party
from precursor_screen.text.party_words import consonants, fold_key, leaves_vowels_out
from precursor_screen.text.text import without_marks

# Inputs of a bundle among the files of a folder, by SHA-256, whatever they are called and wherever they are packed into.


class InputSearchResult(Struct):
    """What was found.

    Attributes:
        found: path, or the bytes of a member, by SHA-256.
        missing: names of inputs that are not there.
        closed: files that could not be looked into, with why: an input may be in them.
    """

    found: dict[str, Path | bytes] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


def find_inputs(folder: Path, wanted: Sequence[Row]) -> InputSearchResult:
    """The inputs of a bundle among the files of a folder, and in the archives and e-mails there.

    Args:
        folder: and all below it; links are not followed.
        wanted: name, sha256, bytes.

    Raises:
        UsageError: no such folder.
    """
    if not folder.is_dir():
        raise UsageError("is not a folder", where=folder, remedy="Name the folder that holds the manifests.")
    sizes = {i["bytes"] for i in wanted}
    digests = {i["sha256"] for i in wanted}
    result = InputSearchResult()
    paths = list(_files(folder))
    for path in paths:
        # A file of another size cannot be one of them: it need not be read. An unpacked one is sought by its digest alone.
        known = stat_of(path)
        if sizes and None not in sizes and (known is None or known.st_size not in sizes):
            continue
        if (digest := _digest(path)) in digests:
            result.found.setdefault(digest, path)
    for path in paths:
        if digests <= result.found.keys():
            break
        for content in _within(Blob(str(path.relative_to(folder)), path), result.closed, 0):
            digest = hashlib.sha256(content).hexdigest()
            if digest in digests:
                result.found.setdefault(digest, content)
    result.missing = [i["name"] for i in wanted if i["sha256"] not in result.found]
    return result


def _within(blob: Blob, closed: list[str], depth: int) -> Iterator[bytes]:
    """The members of an archive or an e-mail, and theirs; nothing of a file that is neither."""
    try:
        members = _members(blob, closed)
    except (InputError, OSError) as error:
        closed.append(str(error))
        return
    if members and depth >= MAX_NESTING:
        closed.append(f"{blob.name}: is nested too deeply")
        return
    for member in members:
        yield member.read()
        yield from _within(member, closed, depth + 1)


def _members(blob: Blob, closed: list[str]) -> Sequence[Blob]:
    """What a file holds.

    Raises:
        UnreadableManifest: damaged, or beyond the limits.
    """
    kind = sniff_kind(blob.head())
    errors: Sequence[UnreadableManifest] = ()
    blobs: Sequence[Blob] = ()
    if kind == "gzip":
        blobs = (gunzip(blob),)
    elif kind == "zip":
        with open_zip(blob) as archive:
            if not is_workbook(archive):
                held = unzip(archive, blob)
                blobs, errors = held.blobs, held.errors
    elif (mail := read_mail(blob, kind)) is not None:
        inner = list(_inner(mail))
        blobs = [*mail.blobs, *(b for message, held in inner for b in (message, *held.blobs))]
        errors = [*mail.errors, *(e for _, held in inner for e in held.errors)]
    closed += [str(e) for e in errors]
    return blobs


def _inner(mail: Mail) -> Iterator[tuple[Blob, Mail]]:
    """The messages within an e-mail that are no files of their own, and those within these."""
    for message, held in mail.inner:
        yield message, held
        yield from _inner(held)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            with suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def _digest(path: Path) -> str:
    try:
        return digest_file(path)
    except OSError:  # what cannot be read is not found, and is named as that
        return ""


_THROUGH = re.compile(
    r"(?i)\b(?:[cao]/[obc]|on behalf of|by order of|attn|z\.? ?hd\.?)(?!\w)"
)  # whoever follows is somebody else
_WORDS = re.compile(r"[^\W_]+")
_LEAST = 3  # letters and digits of a text that is taken out
_LEAST_ALONE = 4  # letters of a word that tells a name by itself
_LEAST_WITHIN = 6  # of one that is taken out of longer words and of letters set apart
_LEAST_CONSONANTS = 3  # of one that is compared across a script without vowels
_FORMS = frozenset(w for forms in party_words.LEGAL_FORMS.values() for form in forms for w in form.split())
_AND = frozenset(conjunctions())
_BETWEEN = rf"[\W_]*(?:(?:{'|'.join(sorted(_AND))})[\W_]+)?"
_BEGIN, _END = r"(?<![^\W_])", r"(?![^\W_])"
_EDGE = "\0"  # behind a character that is a word by itself
_NO_GAPS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+")  # scripts without gaps between words


@lru_cache(maxsize=4096)
def _fold(character: str) -> str:
    if character.isascii():
        return character.lower()
    kept = "".join(c for c in without_marks(character) if unicodedata.category(c) != "Cf")
    if not kept.isalnum():
        return kept
    return str(anyascii(kept)).lower() + (_EDGE if _NO_GAPS.match(character) else "")


def folded(text: str) -> str:
    """A text in small Latin letters without diacritics; what is between words stays."""
    return "".join(map(_fold, text)).replace(_EDGE, "")


def words_of(text: str) -> tuple[str, ...]:
    """Words of a folded text but for conjunctions."""
    words = _WORDS.findall(folded(text))
    return tuple(w for w in words if w not in _AND) or tuple(words)


def _spellings(name: str) -> set[tuple[str, ...]]:
    """A name in words, and without its legal form where enough is left."""
    words = words_of(name)
    found = {words}
    while len(words) > 1 and words[-1] in _FORMS:
        words = words[:-1]
        if any(is_informative(w) and len(w) > _LEAST_ALONE for w in words):
            found.add(words)
    return {w for w in found if sum(map(len, w)) >= _LEAST}


def _misread(name: str, known: Collection[str]) -> Iterator[str]:
    """The words of a name with accents as a program shows them that takes UTF-8 for Latin-1."""
    for word in () if name.isascii() else _WORDS.findall(name):
        if len(word) >= _LEAST_ALONE and not word.isascii() and folded(word) not in known and is_informative(folded(word)):
            yield from (cased.encode().decode("latin-1") for cased in sorted({word, word.lower(), word.upper()}))


def _distinctive_words(name: str) -> set[str]:
    """The words of a name, in Latin letters, of which each tells it by itself as far as names go."""
    read = [t for r in normalise_party(name).readings if r.script not in (OWN_SCRIPT, CONSONANTS) for t in r.tokens]
    return {w for w in (*words_of(name), *read) if w.isascii() and w.isalpha() and len(w) >= _LEAST_ALONE and is_informative(w)}


def blackout(names: Iterable[str], kept: Iterable[str], instead: str, ordinary: Collection[str] = ()) -> Callable[[str], str]:
    """What takes names out of a text.

    Args:
        names: of parties to be taken out, and their addresses and numbers.
        kept: names that stay, and with them what says no more: their words, and names that begin as one of them.
        instead: what stands in their place.
        ordinary: words, folded, that tell nobody by themselves: of goods, of trades.
    """
    names, kept = list(names), [_THROUGH.split(k)[0] for k in kept]
    stay = {words_of(k) for k in kept}
    known = {*ordinary, *(w for words in stay for w in words), *(w for k in kept for w in _distinctive_words(k))}
    whole = {words for name in names for words in _spellings(name)}
    whole = {words for words in whole if not any(k[: len(words)] == words for k in stay)}
    runs = {run for name in names for run in _NO_GAPS.findall(name) if len(run) > 1}
    literal = {
        *(runs - {run for k in kept for run in _NO_GAPS.findall(k)}),
        *(m for name in names for m in _misread(name, known)),
    }
    single = {w for name in names for w in _distinctive_words(name)} - known
    if not whole and not single and not literal:
        return lambda text: text
    patterns = [_BEGIN + _pattern(words) + _END for words in sorted(whole, key=lambda w: (-sum(map(len, w)), w))]
    patterns += [_of_word(word) for word in sorted(single, key=lambda w: (-len(w), w))]
    pattern = re.compile("|".join(patterns))
    as_it_stands = re.compile("|".join(map(re.escape, sorted(literal, key=lambda w: (-len(w), w)))) or "(?!)", re.IGNORECASE)
    near_names = _NearNames(single, names, known)

    def take_out(text: str) -> str:
        text = as_it_stands.sub(instead, text)
        letters = [_fold(c) for c in text]
        at = [n for n, part in enumerate(letters) for _ in part]
        plain = "".join(letters)
        found = [*((m.start(), m.end()) for m in pattern.finditer(plain)), *near_names.places(plain, text, at)]
        spans = _joined((at[a], at[b - 1] + 1) for a, b in found)
        for start, end in reversed(spans):
            while end < len(text) and not _fold(text[end]):
                end += 1  # a mark that belongs to the last letter
            while start > 0 and text[start - 1].isalnum() and not _fold(text[start - 1]):
                start -= 1  # a letter without a sound before the first
            text = text[:start] + instead + text[end:]
        return text

    return take_out


class _NearNames:
    """Words that are the same but for how a script is written in another."""

    def __init__(self, words: Collection[str], names: Iterable[str], known: Collection[str]) -> None:
        without = {
            t.lstrip("~")
            for n in names
            if leaves_vowels_out(n)
            for r in normalise_party(n).readings
            if r.script != OWN_SCRIPT
            for t in r.tokens
            if is_informative(t)
        }
        self._known = known
        self._keys = {fold_key(w) for w in words}
        self._from_latin, self._from_others = (
            {s for w in some for s in _skeletons(w) if len(s) >= _LEAST_CONSONANTS} for some in (words, without)
        )

    def places(self, plain: str, text: str, at: list[int]) -> Iterator[tuple[int, int]]:
        """Where they stand in a folded text; `at`: the place in the text of each of its letters."""
        for word in _WORDS.finditer(plain):
            here = word.group()
            if len(here) < _LEAST_ALONE or here.isdigit():
                continue
            vowels = not leaves_vowels_out(text[at[word.start()] : at[word.end() - 1] + 1])
            there = self._from_others if vowels else self._from_latin
            is_so = fold_key(here) in self._keys or not there.isdisjoint(_skeletons(here))
            if is_so and here not in self._known:
                yield word.span()


def _skeletons(word: str) -> set[str]:
    """What a word keeps in a script without vowels, with and without the article of Arabic."""
    return {consonants(re.sub("[wyh]", "", one)) for one in {word, re.sub("^a?l(?=.{3})", "", word)}}


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order; those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _pattern(words: tuple[str, ...]) -> str:
    """Of a name; between its words may stand any marks, a conjunction or nothing, and an umlaut may be written out or not."""
    return _BETWEEN.join(_written(word) for word in words)


def _of_word(word: str) -> str:
    """Of a single word: its letters may be set apart, all of them or by a hyphen; a long one may stand within another."""
    letters = [_letter(c) for c in word]
    if len(word) >= _LEAST_WITHIN:
        return r"[\W_]{0,2}".join(letters)
    return _BEGIN + "(?:" + _written(word) + "|" + r"[\W_]{1,2}".join(letters) + ")" + _END


def _written(word: str) -> str:
    return f"{_EDGE}?".join(map(_letter, word))


def _letter(character: str) -> str:
    return f"{character}e?" if character in "aou" else re.escape(character)
