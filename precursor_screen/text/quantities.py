"""Quantities inside goods texts: `80 DRUMS X 25 KG`, `4x2.5L`, `20 PALLETS / 800 BAGS OF 25KGS`, `160 KG NET / 180 KG GROSS EACH`.

A small grammar over tokens (`quantity_tokens`). What it finds says of what a figure is one (of all packages, of each, a number of packages);
`text_mass` works out from it how much there is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from precursor_screen.text import quantity_tokens as m
from precursor_screen.text.net_gross import without_labels
from precursor_screen.text.quantity_tokens import Token
from precursor_screen.text.quantity_words import BOXES, DOSES, MASS, OUTER, holds

COUNTED, EACH, COUNT, BESIDE, PLAIN, STRENGTH, MOLAR = "counted", "each", "count", "beside", "plain", "strength", "molar"
NET, GROSS, TOTAL = "net", "gross", "total"
_LIMIT: Final = Decimal(10) ** 12
_YEARS: Final = 1000
_SHORT: Final = 3  # letters of what packages are abbreviated as
_STRIP: Final = 2  # numbers that say what is in one box of tablets: 10 X 10
_EMPTY_UNITS: Final = ("mt", "mts")  # before a package "empty": 20 MT DRUMS
_WHOLE: Final = frozenset({"tank", "container"})  # one of them is a consignment, so a mass beside it is no size


class Stated(Struct, frozen=True):
    """A quantity found in a text.

    Attributes:
        form: counted (packages times the size of one), each (the size of one package), count (a number of packages), beside (a number of
            packages with a figure that may be of each or of all), plain (a mass or volume alone), strength (kilograms a litre), molar
            (moles or equivalents a litre).
        kind: mass or volume; of molar m or n; empty for a count.
        values: readings in kilograms or litres, from small to large; of a count the number of packages.
        packages: how many packages, where it says so.
        package: the kind of package.
        role: net, gross or total, where it says so.
        inner: the number is that of what stands in packages too: 10 X 500 BOXES.
        per: of a count, the kind of package in which so many are.
        sizes: the size of one package, of counted.
        thousandths: a figure has three places behind a mark that may be the decimal mark.
        start, end: characters of the text.
    """

    form: str
    kind: str
    values: tuple[Decimal, ...]
    packages: Decimal | None
    package: str
    start: int
    end: int
    role: str = ""
    inner: bool = False
    per: str = ""
    sizes: tuple[Decimal, ...] = ()
    thousandths: bool = False


class _Factor(Struct, frozen=True):
    end: int
    counts: tuple[Decimal, ...] = ()
    measure: Token | None = None
    package: str = ""
    each: bool = False  # the words say that the measure is that of one package
    per: str = ""  # of a count, the kind of package in which so many are


def find_quantities(tokens: Sequence[Token]) -> list[Stated]:
    """Every quantity of a text's tokens in order; they never overlap."""
    weighed, roles = without_labels(tokens)
    return _Phrases(weighed, roles).read()


class _Phrases:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[Token], roles: list[str]) -> None:
        self._tokens = tokens
        self._roles = roles

        self._doses = any(t.kind == m.PACKAGE and t.of in DOSES for t in tokens)

    def _kind(self, i: int) -> str:
        return self._tokens[i].kind if 0 <= i < len(self._tokens) else ""

    def read(self) -> list[Stated]:
        found: list[Stated] = []
        i = 0
        while i < len(self._tokens):
            stated, end = self._phrase(i)
            if stated:
                found.append(stated)
            i = max(end, i + 1)
        return found

    def _phrase(self, i: int) -> tuple[Stated | None, int]:
        token = self._tokens[i]
        if token.kind in (m.STRENGTH, m.MOLAR):
            form = STRENGTH if token.kind == m.STRENGTH else MOLAR
            return Stated(form, token.of, token.values, None, "", token.start, token.end, thousandths=token.thousandths), i + 1
        if token.kind == m.PER_PACK and self._doses:
            return Stated(COUNT, "", token.values, token.values[0], "piece", token.start, token.end, per="carton"), i + 1
        if token.kind in (m.EACH, m.PER, m.PACKAGE):
            return self._leading(i)
        if token.kind not in (m.NUMBER, m.MEASURE):
            return None, i + 1
        return self._chain(i)

    def _leading(self, i: int) -> tuple[Stated | None, int]:
        """`EACH DRUM 160 KG`, `PER DRUM 160 KG`, `DRUMS OF 25 KG`."""
        token, j, package = self._tokens[i], i + 1, ""
        if token.kind == m.PACKAGE:
            package = token.of
            times, after = (self._kind(j), self._kind(j + 1)) == (m.TIMES, m.NUMBER), self._kind(j + 2)
            if times and after not in (m.PACKAGE, m.TIMES) and (number := self._factor(j + 1)):  # BAG X 25
                value = number.counts[0]
                return Stated(COUNT, "", (value,), value, package, token.start, self._tokens[j + 1].end), j + 2
            boxed = self._doses and package in BOXES and (self._kind(j), self._kind(j + 1)) == (m.OF, m.NUMBER)
            if boxed and (number := self._factor(j + 1)) and number.package in ("", "piece", *DOSES):  # BOX OF 10
                value = number.counts[0]
                return Stated(COUNT, "", (value,), value, "piece", token.start, self._tokens[j + 1].end, per=package), number.end
            if self._kind(j) not in (m.OF, m.EACH):
                return None, j
            j += 1
        elif self._kind(j) == m.PACKAGE:
            package, j = self._tokens[j].of, j + 1
        while self._kind(j) in (m.OF, m.TOTAL, m.EACH):
            j += 1
        if self._kind(j) != m.MEASURE:
            return None, i + 1
        factor = self._factor(j)
        assert factor
        if factor.end < len(self._tokens) and self._kind(factor.end) == m.TIMES:  # DRUMS OF 25 KG X 80
            return None, i + 1
        package = factor.package or package
        assert factor.measure
        each = token.kind != m.PACKAGE or _holds(package, factor.measure)  # DRUMS OF 30 MT: of all of them
        return self._alone(j, replace(factor, each=each, package=package)), factor.end

    def _factor(self, i: int) -> _Factor | None:
        kind = self._kind(i)
        if kind == m.NUMBER:
            value = self._tokens[i].values[-1]  # a number of packages has no places behind its mark
            if value != int(value) or value <= 0:
                return None
            crossed = self._kind(i + 1) == m.TIMES and self._kind(i + 2) == m.PACKAGE  # 4 X IBC
            j = i + 2 if crossed else i + 1
            package = self._tokens[j].of if self._kind(j) == m.PACKAGE else ""
            if not package and self._is_unknown_package(i):
                package = "any"
            j += bool(package)
            if package == "dozen":
                value, package = value * 12, "piece"
            per = self._outer_package(j)
            if per[0] == package:  # 80 DRUMS / DRUM
                per = ("", j)
            return _Factor(per[1], (value,), package=package, per=per[0], each=crossed)
        if kind != m.MEASURE:
            return None
        token, j = self._tokens[i], i + 1
        if self._kind(j) in (m.SLASH, m.PER) and self._kind(j + 1) == m.PACKAGE:
            return _Factor(j + 2, measure=token, package=self._tokens[j + 1].of, each=True)
        if self._kind(j) == m.EACH:
            package = self._tokens[j + 1].of if self._kind(j + 1) == m.PACKAGE else ""
            return _Factor(j + 1 + bool(package), measure=token, package=package, each=True)
        if self._kind(j) == m.PACKAGE:
            word = self._tokens[j]
            if self._kind(j + 1) == m.EACH:
                return _Factor(j + 2, measure=token, package=word.of, each=True)
            each = _holds(word.of, token) and not (word.of in _WHOLE and not word.unit.endswith("s"))
            return _Factor(j + 1, measure=token, package=word.of, each=each)
        return _Factor(j, measure=token)

    def _is_unknown_package(self, i: int) -> bool:
        """`80 XYZ À 160 KG`: a word of a language that is not known stands where packages do."""
        named = self._kind(i + 1) == m.WORD and self._kind(i + 2) == m.OF and self._kind(i + 3) == m.MEASURE
        return named and (i == 0 or self._kind(i - 1) not in (m.WORD, m.UN))  # no class, grade or number of something

    def _outer_package(self, i: int) -> tuple[str, int]:
        """The package in which so many are, and where its word ends: `40 BAGS/PALLET`, `4 PER CASE`, `80 DRUMS/20' FCL`."""
        if self._kind(i) == self._kind(i - 1) == m.PACKAGE and self._tokens[i - 1].of in DOSES:  # 1000 TABS TIN
            return self._tokens[i].of, i + 1
        on = i + (self._kind(i) in (m.IN, m.WORD))  # 10 DRUMS OF 160 KG ON EACH PALLET
        if self._kind(on) == m.EACH and self._kind(on + 1) == m.PACKAGE and self._tokens[on + 1].of in OUTER:
            return self._tokens[on + 1].of, on + 2
        if self._kind(i) not in (m.SLASH, m.PER):
            return "", i
        leads = self._kind(i) == m.PER and self._kind(i + 2) == m.MEASURE  # PER DRUM 160 KG
        if self._kind(i + 1) == m.PACKAGE and not leads:
            return self._tokens[i + 1].of, i + 2
        if self._kind(i + 1) == m.SIZE:
            return "container", i + 2 + (self._kind(i + 2) == m.PACKAGE)
        if self._kind(i + 1) == m.WORD and len(self._tokens[i + 1].of) in range(1, _SHORT + 1):  # 4 BTL/XY: in what is not known
            return "any", i + 2
        return "", i

    def _chain(self, i: int) -> tuple[Stated | None, int]:
        factors: list[_Factor] = []
        j = i
        while factor := self._factor(j):
            if factor.measure and any(f.measure for f in factors):
                break
            factors.append(factor)
            j = factor.end
            last_counts = factor.measure is None
            if self._kind(j) == m.TIMES or (self._kind(j) == m.OF and last_counts and factor.package):
                j += 1
            elif last_counts and not factor.package and len(factors) == 1 and self._sized_packages(j):  # 800 25KG BAGS
                continue
            else:
                break
        if not factors:
            return None, i + 1
        end = factors[-1].end
        if self._kind(end) == m.TIMES and self._kind(end + 1) == m.SIZE:
            named = self._kind(end + 2) == m.PACKAGE
            of = self._tokens[end + 1 + named].of
            if of not in _WHOLE or len(factors) > 1:
                return None, end + 2  # 600 X 600 MM
            number = factors[0].counts[0]
            count = Stated(COUNT, "", (number,), number, of, self._tokens[i].start, self._tokens[end + 1 + named].end)
            return self._in_each(count, end + 2 + named) or (count, end + 2 + named)
        measured = next((f for f in factors if f.measure), None)
        counts = [f for f in factors if f.counts]
        if measured is None:
            return self._counted(i, factors, end)
        if not counts and self._is_empty(measured):
            return None, end
        if not counts and self._kind(end) == m.TIMES:  # times something that is not understood
            return self._alone(i, replace(measured, each=True)), end
        if not counts and measured.each and (trailing := self._trailing(end)):  # 50 KG DRUMS 400
            return self._times(i, end + 1, trailing, measured, [_Factor(end + 1, (trailing,))]), end + 1
        if not counts:
            return self._alone(i, measured), end
        number = math.prod((f.counts[0] for f in counts), start=Decimal(1))
        stated = self._times(i, end, number, measured, counts)
        behind = ([g.package for g in factors[n + 1 :]] for n in range(len(factors)))
        outer = next((f.per for f, packages in zip(factors, behind, strict=True) if f.per and f.per not in packages), "")
        boxed = factors[0] is not measured and not any(f.package == measured.package for f in counts)
        if measured.each and measured.package in BOXES and boxed:
            outer = measured.package  # 4 X 4 L/CASE, 10 AMPOULES OF 1 ML PER BOX
        if stated and outer:
            stated = replace(stated, form=EACH, package=outer, packages=None)
        elif stated and outer == "" and (per := self._outer_package(end))[0]:
            return replace(stated, form=EACH, package=per[0], packages=None), per[1]
        return stated, end

    def _trailing(self, i: int) -> Decimal | None:
        """The short number that ends a clause behind packages in the plural; a longer one may be a year or a UN number."""
        if self._kind(i) != m.NUMBER or self._kind(i + 1) not in ("", m.COMMA, m.BREAK, m.CLOSE):
            return None
        token, word = self._tokens[i], self._tokens[i - 1]
        value = token.values[-1]
        plural = word.kind == m.PACKAGE and word.unit.endswith("s")
        return value if plural and value == int(value) and 0 < value < _YEARS else None

    def _sized_packages(self, i: int) -> bool:
        factor = self._factor(i)
        return bool(factor and factor.measure and factor.package and factor.each)

    def _is_empty(self, factor: _Factor) -> bool:
        """`20 MT DRUMS` are twenty empty drums, not twenty tonnes."""
        assert factor.measure
        after = self._tokens[factor.end - 1]
        return (
            factor.measure.unit in _EMPTY_UNITS
            and after.kind == m.PACKAGE
            and after.of not in _WHOLE
            and not (after.of == "bigbag" and _holds(after.of, factor.measure))
            and self._kind(factor.end - 2) == m.MEASURE
        )

    def _times(self, i: int, end: int, number: Decimal, measured: _Factor, counts: list[_Factor]) -> Stated | None:
        assert measured.measure
        token = measured.measure
        values = tuple(v * number for v in token.values)
        if values[-1] >= _LIMIT:
            return None
        package = next((f.package for f in reversed(counts) if f.package), "") or measured.package
        role = self._roles[self._tokens.index(token)]
        return Stated(
            *(COUNTED, token.of, values, counts[0].counts[0], package, self._tokens[i].start, self._tokens[end - 1].end),
            role=role if role == GROSS else "",
            sizes=token.values,
            thousandths=token.thousandths,
        )

    def _alone(self, i: int, factor: _Factor) -> Stated:
        """A measure without a number of packages."""
        token = factor.measure
        assert token
        at = self._tokens.index(token)
        role = self._roles[at] or (TOTAL if self._kind(at - 1) == m.TOTAL else "")
        return Stated(
            *(EACH if factor.each else PLAIN, token.of, token.values, None, factor.package),
            *(min(self._tokens[i].start, token.start), self._tokens[factor.end - 1].end),
            role=role,
            thousandths=token.thousandths,
        )

    def _in_each(self, outer: Stated, end: int) -> tuple[Stated, int] | None:
        """So many times what is counted in each of them: `20 PALLETS (EACH 40 BAGS OF 25 KG)`, `4 X 20 FT, EACH CONTAINING 80 DRUMS OF 210 KG`."""
        at = end + (self._kind(end) in (m.COMMA, m.OPEN, m.SLASH))
        if outer.package not in OUTER or self._kind(at) not in (m.EACH, m.PER):
            return None
        at += 1 + (self._kind(at + 1) in (m.PACKAGE, m.WORD, m.OF))
        inside, stop = self._chain(at) if self._kind(at) == m.NUMBER else (None, at)
        if inside is None or inside.form != COUNTED or inside.values[-1] * outer.values[0] >= _LIMIT:
            return None
        number = outer.values[0] * (inside.packages or 1)
        return replace(inside, values=tuple(v * outer.values[0] for v in inside.values), packages=number, start=outer.start), stop

    def _counted(self, i: int, factors: list[_Factor], end: int) -> tuple[Stated | None, int]:
        """A number of packages, perhaps with a figure beside it."""
        package = next((f.package for f in reversed(factors) if f.package), "")
        number = math.prod((f.counts[0] for f in factors), start=Decimal(1))
        start = self._tokens[i].start
        per = factors[-1].per
        if per:
            return Stated(COUNT, "", (number,), number, package, start, self._tokens[end - 1].end, per=per), end
        if (
            self._doses and not factors[-1].package and (len(factors) > _STRIP or package)
        ):  # TABLETS 10X10X100, 100 BLISTERS OF 10
            package = "dose"
        if not package:
            return None, end
        if self._kind(end) == m.TIMES:  # times something that is not understood
            return Stated(COUNT, "", (number,), number, "piece", start, self._tokens[end - 1].end), end
        count = Stated(COUNT, "", (number,), number, package, start, self._tokens[end - 1].end, inner=len(factors) > 1)
        if in_each := self._in_each(count, end):
            return in_each
        at = end + (self._kind(end) in (m.COMMA, m.OPEN, m.SLASH, m.OF))
        others = (
            self._kind(at + 1) == m.PACKAGE and self._tokens[at + 1].of != package and package in OUTER
        )  # 2 PALLETS, EACH DRUM 160 KG
        leads = self._kind(at) in (m.EACH, m.PER) and not others  # 80 DRUMS, EACH DRUM 160 KG
        if leads:
            at += 1 + (self._kind(at + 1) == m.PACKAGE)
            at += self._kind(at) == m.OF
        if self._kind(at) == m.NUMBER and package == "carton" and not leads:  # 12 CS 4X4L
            inside, stop = self._chain(at)
            if inside and inside.form == COUNTED and inside.values[0] <= holds()["carton"].most:
                values = tuple(v * number for v in inside.values)
                return replace(inside, values=values, packages=number, package=package, start=start), stop
        if self._kind(at) != m.MEASURE or self._roles[at] == GROSS:
            return count, end
        beside = self._factor(at)
        assert beside
        other = beside.package and beside.package != package and not {"any", "piece"} & {beside.package, package}
        if other or self._kind(beside.end) == m.TIMES:
            return count, end
        if beside.each or leads or factors[-1].each:
            stated = self._times(i, beside.end, number, beside, [f for f in factors if f.counts])
            return (replace(stated, package=package) if stated else None), beside.end
        token = self._tokens[at]
        stop = self._tokens[beside.end - 1].end
        role, inner, open_mark = self._roles[at], len(factors) > 1, token.thousandths
        found = Stated(BESIDE, token.of, token.values, number, package, start, stop, role, inner, thousandths=open_mark)
        return found, beside.end


def _holds(package: str, token: Token) -> bool:
    """Whether a package may hold so much; a litre is taken for two kilograms at most."""
    bounds = holds().get(package)
    most = bounds.most if bounds else _LIMIT
    return token.values[0] <= most * (1 if token.of == MASS else 2)
