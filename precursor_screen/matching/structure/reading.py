"""From a systematic name, or a SMILES string, to the structure it stands for: OPSIN reads the name, RDKit makes InChIKeys.

Both come with the extra `structure`; OPSIN runs on Java. Nothing here is imported unless it is used.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Final

from precursor_screen.core.errors import MissingExtra
from precursor_screen.text.text import fold_char

INSTALL: Final = "Install them: pip install 'precursor-screen[structure]'"
_JAVA: Final = "Install a Java runtime, version 8 or newer, so that `java -version` answers."
# The InChI library stops at 1,024 atoms, and no substance of the tables comes near.
_LONGEST_SMILES: Final = 1000
_BLOCK: Final = 14
_SPACED_HYPHEN: Final = re.compile(r" *- *")
_SPACED_COMMA: Final = re.compile(r"(?<=[0-9']) *, *(?=[0-9])")
# As a locant it is nitrogen; in lower case OPSIN cannot read "n-phenethyl". Oxygen and sulfur stay as they are: "o-" is ortho.
_NITROGEN: Final = re.compile(r"(?<![a-z])n(?='*[,-])")

Fragments = frozenset[str]
"""InChIKeys of the parts of a structure: of a salt, its ions."""


def why_unavailable() -> str:
    """What is missing for reading structures, as a sentence; empty if nothing is."""
    missing = [name for name in ("rdkit", "py2opsin") if importlib.util.find_spec(name) is None]
    if missing:
        return f"{' and '.join(missing)} not installed"
    return "" if _java_works() else "no Java"


def require() -> None:
    """Makes sure that structures can be read.

    Raises:
        MissingExtra: a package or Java is missing; the remedy says how to get it.
    """
    why = why_unavailable()
    if why:
        raise MissingExtra(f"structures not checked: {why}", remedy=_JAVA if why == "no Java" else INSTALL)


@cache
def _java_works() -> bool:
    if shutil.which("java") is None:
        return False
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        importlib.import_module("py2opsin")  # asks `java -version`, and only warns
    return not any("Java may not be installed" in str(w.message) for w in said)


@cache
def _chem() -> tuple[ModuleType, ModuleType]:
    """RDKit's `Chem` and `Chem.inchi`, without its messages on standard error: what cannot be read is counted by the caller."""
    require()
    chem, inchi = importlib.import_module("rdkit.Chem"), importlib.import_module("rdkit.Chem.inchi")
    importlib.import_module("rdkit.RDLogger").DisableLog("rdApp.*")
    return chem, inchi


def connectivity(key: str) -> str:
    """The first block of an InChIKey: isomers in space, isotopes and states of protonation share it."""
    return key[:_BLOCK]


@lru_cache(maxsize=65536)
def read_smiles(smiles: str) -> Fragments:
    """The InChIKeys of the parts of a SMILES string; none if it cannot be read.

    Raises:
        MissingExtra: the extra is not installed.
    """
    chem, inchi = _chem()
    keys = []
    for part in smiles.split(".") if len(smiles) <= _LONGEST_SMILES else ():
        molecule = chem.MolFromSmiles(part) if part else None
        key = inchi.MolToInchiKey(molecule) if molecule is not None else ""
        if not key:
            return frozenset()
        keys.append(key)
    return frozenset(keys)


def formula_of(smiles: str) -> dict[str, int]:
    """How many atoms of each element a SMILES string stands for, hydrogen included; nothing if it cannot be read.

    Raises:
        MissingExtra: the extra is not installed.
    """
    chem, _ = _chem()
    molecule = chem.MolFromSmiles(smiles) if smiles else None
    atoms = chem.AddHs(molecule).GetAtoms() if molecule is not None else ()
    return Counter(atom.GetSymbol() for atom in atoms)


def variants(name: str) -> list[str]:
    """How a name is put to OPSIN: in lower case, with nitrogen as locant, as written. Empty for what is not in Latin letters.

    Manifests are in capitals, and "BENZOIC ACID, O-AMINO-" as written reads as an oxime ether; so lower case comes first.
    """
    spelled = "".join(c if c.isascii() else (fold_char(c) if fold_char(c).isascii() else c) for c in name)
    if not spelled.isascii() or not spelled.strip():
        return []
    written = _SPACED_COMMA.sub(",", _SPACED_HYPHEN.sub("-", " ".join(spelled.split())))
    lower = written.lower()
    return list(dict.fromkeys((lower, _NITROGEN.sub("N", lower), written)))


def read_names(names: Iterable[str]) -> dict[str, tuple[Fragments, ...]]:
    """What each name can be read as, in one run of OPSIN.

    Args:
        names: As filed, each of a few words.

    Returns:
        For each name its distinct readings in the order of `variants`; none if OPSIN reads none of them.

    Raises:
        MissingExtra: the extra or Java is not installed, or OPSIN does not run.
    """
    spellings = {name: variants(name) for name in dict.fromkeys(names)}
    asked = list(dict.fromkeys(v for several in spellings.values() for v in several))
    smiles = dict(zip(asked, _opsin(asked), strict=True)) if asked else {}
    return {
        name: tuple(dict.fromkeys(keys for v in several if (keys := read_smiles(smiles[v]))))
        for name, several in spellings.items()
    }


def _opsin(names: list[str]) -> list[str]:
    """A SMILES string for each name, empty where there is none. Names hold no line break and no letter outside ASCII."""
    require()
    py2opsin = importlib.import_module("py2opsin").py2opsin
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # one for all names that cannot be read: the answer says so for each
        try:
            answer = py2opsin(names, output_format="SMILES", tmp_fpath=str(Path(folder) / "names.txt"))
        except (TypeError, OSError) as error:  # py2opsin 1.2.0 fails on its own warning when Java ends with an error
            raise MissingExtra(f"structures not checked: OPSIN does not run ({error})", remedy=_JAVA) from error
    if not isinstance(answer, list) or len(answer) != len(names):
        raise MissingExtra("structures not checked: OPSIN did not answer for every name", remedy=_JAVA)
    return [str(line) for line in answer]
