"""What goods are in sets bounds to what they weigh: where a figure has two readings, a thousand times apart, mostly one of them fits."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from precursor_screen.readers.cells import Distinct
from precursor_screen.text.quantity_words import holds, package_kind, package_word

_SHIP: Final = 60_000_000.0  # kilograms: chemical tankers carry 60,000 t at most (IMO II/III ships; our own bound, generous)
_THOUSANDTH: Final = 0.001
_CONTAINER_NUMBER: Final = r"[A-Za-z]{3}[UJZRujzr][ -]?[0-9]{6}[ /-]?[0-9]"
_PALLET_AND_ALL: Final = 1.2  # gross of a package to what it holds


def beyond_room(
    kilograms: pa.ChunkedArray,
    packages: pa.ChunkedArray | None,
    kinds: pa.ChunkedArray | None,
    containers: pa.ChunkedArray | None,
) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Whether each mass is more than what the goods are in can hold, and whether a thousandth of it is less than that holds at least.

    Args:
        kilograms: of the larger reading; null: no mass, and neither.
        packages: how many; None: not known.
        kinds: of the packages, as written.
        containers: their numbers, as filed.
    """
    mass = pc.cast(kilograms, pa.float64()).to_numpy(zero_copy_only=False)
    least, most = np.zeros(len(mass)), np.full(len(mass), _SHIP)
    if containers is not None:
        count = pc.fill_null(pc.count_substring_regex(containers, _CONTAINER_NUMBER), 0).to_numpy()
        most = np.where(count > 0, np.minimum(most, count * float(holds()["container"].most)), most)
    if packages is not None and kinds is not None:
        number = pc.cast(packages, pa.float64()).to_numpy(zero_copy_only=False)
        of_one = Distinct(kinds)
        bounds = [holds().get(package_word(text) or package_kind(text) or "") for text in of_one.texts]
        low, high = (
            pc.cast(
                of_one.spread([Decimal(getattr(b, name)) if b else None for b in bounds], pa.decimal128(18, 6)), pa.float64()
            ).to_numpy(zero_copy_only=False)
            for name in ("least", "most")
        )
        known = ~np.isnan(number * low) & (number > 0)
        least = np.where(known, number * low, least)
        most = np.where(known, np.minimum(most, number * high * _PALLET_AND_ALL), most)
    with np.errstate(invalid="ignore"):
        return pa.chunked_array([pa.array(mass > most)]), pa.chunked_array([pa.array(mass * _THOUSANDTH < least)])
