"""From a case's facts to what came before it and to its papers, by tables: no case is named here.

A row of a table holds where a case uses one of its words for the method, names one of the rules for that moment, or says it in words.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from msgspec import Struct, field
from msgspec.structs import replace
from replaying.cases import Case
from replaying.firms import Firm, make_firm, named_alike
from replaying.lines import Line, Registers
from replaying.trade import REPLY_DAYS, Goods, make_line, read_goods

HONEST = ("look_alike", "paperwork")
NUMBERS = {
    "two": 2,
    "twice": 2,
    "second": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
MOST_LOTS = 10
LICENSED = r"earlier lawful imports|(licensed|registered) (distributor|importer|firm|buyer|maker)"


class Told(Struct, frozen=True):
    """When a row holds. moments: at which the rules are named."""

    methods: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    words: str = ""
    moments: tuple[str, ...] = ("window",)

    def holds(self, case: Case) -> bool:
        """Whether the case tells of it."""
        named = bool(case.methods & set(self.methods)) or bool(case.rules(*self.moments) & set(self.rules))
        return named or bool(self.words and re.search(self.words, case.words))


class Earlier(Struct, frozen=True):
    """Consignments before the case.

    Attributes:
        lots: how many; 0: as many as the case tells.
        every: days between two, the last one so long before the case.
        share: mass of the first and of the last, against the case's.
        goods: same; partners (of one synthesis, one lot each); own (listed goods of lawful trade); other (goods without a chemical).
        sender: same, others (another each time), steady (one other firm).
        receiver: same, names (another name each time at the case's address), others (another firm each time).
    """

    lots: int
    every: int
    share: tuple[float, float] = (1.0, 1.0)
    goods: str = "same"
    sender: str = "same"
    receiver: str = "same"


HISTORY: tuple[tuple[Told, Earlier], ...] = (
    (
        Told(
            ("split_consignments",),
            ("PS-QTY-002", "PS-QTY-011", "PS-QTY-013", "PS-TIM-001"),
            r"\btwice (in|within)\b|second .{0,30}(lot|load)|(two|three|five|ten) (equal |like )?(lots|loads|consignments)|a first .{0,40} (went|gone|found|passed)",
        ),
        Earlier(0, 7),
    ),
    (
        Told(("over_ordering",), ("PS-QTY-006", "QTY-007"), r"grew|grown|-fold|above need|far above"),
        Earlier(5, 40, (0.15, 0.7)),
    ),
    (Told((), ("PS-PTY-020",), r"many suppliers|several suppliers|many senders"), Earlier(4, 12, sender="others")),
    (
        Told((), ("PS-PTY-014", "PS-QTY-012"), r"one (warehouse )?address|(several|many) .{0,20}importers"),
        Earlier(3, 15, receiver="names"),
    ),
    (Told((), ("PS-PTY-021",), r"one (seller|supplier) to many"), Earlier(5, 10, receiver="others")),
    (Told(("small_parcels",), ("PS-RTE-011",), r"several parcels|parcels to one"), Earlier(3, 4)),
    (
        Told(("pair_of_one_synthesis",), ("PS-CHEM-015", "PS-CHEM-021"), r"of (one|the same) synthesis"),
        Earlier(0, 12, goods="partners", sender="others"),
    ),
    (
        Told(("unusual_buyer",), ("PS-PTY-009",), r"used to (buy|trade|deal)|of another trade|other trade"),
        Earlier(12, 28, goods="other", sender="steady"),
    ),
    (Told(("real_firm_as_cover",), (), r"real .{0,20}firm as cover"), Earlier(12, 28, goods="like", receiver="others")),
    (
        Told(("licensed_firm",), ("PS-QTY-010",), LICENSED),
        Earlier(8, 40, (0.3, 0.5), goods="own", sender="steady"),
    ),
)
REGULAR = Earlier(12, 29, (0.85, 1.1))  # an honest firm's own trade
NO_PAPERS = Told(("missing_papers", "missing_notification"))  # honest goods, whose fault was that
ONE_FAMILY = Told((), ("PS-PTY-015",), r"family name|brother|relatives")

# What belongs to one synthesis, where a case does not name the other chemicals: (words of its family or goods, the others).
PARTNERS = (
    (r"p-2-p|methamphetamine|fentanyl|benzaldehyde|benzyl", (("METHYLAMINE HYDROCHLORIDE", "292111"), ("NITROETHANE", "290420"))),
    (r"mdma|safrole|piperonal", (("METHYLAMINE SOLUTION 40%", "292111"), ("SODIUM BOROHYDRIDE", "285000"))),
    (r"ephedrine", (("RED PHOSPHORUS", "280470"), ("IODINE", "280120"))),
    (r"acetic anhydride", (("HYDROCHLORIC ACID 36%", "280610"), ("ACETONE", "291411"))),
    (r"solvent|permanganate", (("SULPHURIC ACID", "280700"), ("ETHYL ETHER", "290911"))),
)


class Papers(Struct):
    """What registers hold of a case, and the numbers that its line cites."""

    registers: Registers = field(default_factory=Registers)
    permit: str = ""
    pen: str = ""
    told: list[str] = field(default_factory=list)


class Story(Struct, frozen=True):
    """A case's line, what was shipped before, what registers hold; told: which rows of the tables held."""

    line: Line
    earlier: tuple[Line, ...]
    registers: Registers
    told: tuple[str, ...]
    substances: tuple[str, ...] = ()

    @property
    def goods(self) -> frozenset[str]:
        """Headings of the HS and substances of all its lines."""
        return frozenset((*(line.hs[:4] for line in (self.line, *self.earlier)), *(s.lower() for s in self.substances)))


def tell(case: Case, line: Line) -> Story:
    """The story of a case."""
    told = []
    if ONE_FAMILY.holds(case) and case.kind not in HONEST:
        family = named_alike(line.sender)
        line = replace(
            line, receiver=replace(make_firm(f"{case.case_id} receiver", line.destination, family), address=line.receiver.address)
        )
        told.append("one family name")
    papers = _papers(case, line)
    line = replace(line, permit=papers.permit, pen=papers.pen)
    earlier: list[Line] = []
    for pattern in _patterns(case):
        made = list(_earlier(case, line, pattern, len(earlier), papers))
        told.append(f"{len(made)} x {pattern.goods}" + ("" if pattern.receiver == "same" else f", {pattern.receiver}"))
        earlier += made
    return Story(line, tuple(earlier), papers.registers, (*told, *papers.told), substances_of(case))


def _patterns(case: Case) -> tuple[Earlier, ...]:
    if case.kind in HONEST:
        return (REGULAR,)
    return tuple(pattern for told, pattern in HISTORY if told.holds(case))


def lots_told(case: Case) -> int:
    """How many consignments there were besides this one, as the case says or its total mass comes to; 2 if it does not say."""
    for count, _ in re.findall(
        rf"\b({'|'.join(NUMBERS)}|\d{{1,2}}) (?:\w+ ){{0,2}}(lots|loads|consignments|such cases|lot|entries)", case.words
    ):
        return min(MOST_LOTS, max(1, (NUMBERS.get(count) or int(count)) - 1))
    if re.search(r"\btwice\b|second ", case.words):
        return 1
    total, one = case.facts.get("quantity"), case.number("net_mass_kg")
    if isinstance(total, int | float) and one and "kg" in str(case.facts.get("unit") or "") and total >= 1.9 * one:
        return min(MOST_LOTS, round(total / one) - 1)
    return 2


def _earlier(case: Case, line: Line, pattern: Earlier, before: int, papers: Papers) -> Iterator[Line]:
    rng = random.Random(f"{case.case_id} {pattern}")
    partners = _partners(case, line) if pattern.goods == "partners" else ()
    lots = pattern.lots or (len(partners) if partners else lots_told(case))
    first, last = pattern.share
    for n in range(lots):
        nth = f"{case.case_id} {pattern.goods} {n}"
        share = first + (last - first) * n / max(1, lots - 1)
        sender = {
            "same": line.sender,
            "others": make_firm(f"{nth} sender", line.dispatch),
            "steady": make_firm(f"{case.case_id} supplier", line.dispatch),
        }[pattern.sender]
        receiver = {
            "same": _at_home(case, line),
            "names": replace(make_firm(f"{nth} name", line.destination), address=line.receiver.address),
            "others": make_firm(f"{nth} receiver", line.destination),
        }[pattern.receiver]
        lot = replace(
            line,
            bill=f"{line.bill}{before + n:02d}",
            day=line.day - timedelta(days=pattern.every * (lots - n)),
            sender=sender,
            receiver=receiver,
            permit="",
            pen="",
        )
        lot = _with_goods(lot, pattern.goods, share, partners[n] if partners else None, rng)
        yield _regular(lot, case, papers) if pattern is REGULAR else lot


def _at_home(case: Case, line: Line) -> Firm:
    """The receiver at its own address: who borrows a firm's name sends the goods elsewhere."""
    if "identity_theft" in case.methods:
        return make_firm(f"{case.case_id} receiver", line.destination)
    return line.receiver


def _with_goods(lot: Line, goods: str, share: float, partner: tuple[str, str] | None, rng: random.Random) -> Line:
    if goods == "same":
        packages = None if lot.packages is None else max(1, round(lot.packages * share))
        kg = (
            lot.kg
            if lot.kg is None or share == 1
            else round(lot.kg * (packages / lot.packages if lot.packages and packages else share), 3)
        )
        return replace(lot, packages=packages, kg=kg, usd=None if lot.usd is None else round(lot.usd * share, 2))
    if partner:
        return replace(
            lot,
            text=partner[0],
            hs=partner[1],
            kg=lot.kg and round(lot.kg / 2, 1),
            packages=lot.packages and max(1, lot.packages // 2),
            usd=None,
        )
    of_trade = _goods_like(lot, goods, rng)
    made = make_line(lot.bill, lot.day, of_trade, lot.sender, lot.receiver, of_trade.kg[0] * 2, False, rng)
    return replace(made, transit=lot.transit, mode=lot.mode, dispatch=lot.dispatch, destination=lot.destination)


def _goods_like(lot: Line, goods: str, rng: random.Random) -> Goods:
    """Of lawful trade: `own`: listed goods of the same chapter, else any; `like`: ordinary goods of the same chapter; `other`: no chemical."""
    rows = read_goods("listed" if goods == "own" else "ordinary")
    same = [g for g in rows if g.hs[:2] == lot.hs[:2]]
    if goods == "other":
        same = [g for g in rows if not "27" <= g.hs[:2] <= "39"]
    key = random.Random(lot.receiver.name)  # a firm buys one kind of goods
    return key.choice(same or list(rows))


def _partners(case: Case, line: Line) -> tuple[tuple[str, str], ...]:
    """Other chemicals of the case, else of its kind of synthesis: (text, HS code)."""
    own = line.text.lower()
    named = [s for s in case.several("substances") if re.fullmatch(r"[\w ,'()-]{3,40}", s)]
    others = [s for s in named if s.lower() not in own and not re.search(r"chemicals|salts and|derivative", s.lower())]
    if len(named) > 1 and others:
        return tuple((s.upper(), _code_of(s) or line.hs) for s in others)
    subject = f"{case.facts.get('family', '')} {own}".lower()
    return next((partners for words, partners in PARTNERS if re.search(words, subject)), ())


def _code_of(substance: str) -> str:
    wanted = substance.lower()
    return next((g.hs for name in ("listed", "ordinary") for g in read_goods(name) for t in g.texts if wanted in t.lower()), "")


def _regular(lot: Line, case: Case, papers: Papers) -> Line:
    """An earlier lot of an honest firm, with its papers."""
    if NO_PAPERS.holds(case):
        return lot
    pen = f"PEN-{lot.bill}"
    for substance in substances_of(case):
        _notify(papers.registers, pen, substance, lot, "accepted")
    return replace(lot, permit=papers.permit, pen=pen if papers.pen else "")


def substances_of(case: Case) -> tuple[str, ...]:
    """Their names without what stands in brackets."""
    return tuple(re.sub(r"\s*\(.*?\)", "", s).strip() for s in case.several("substances"))


# Papers of a diversion: (when, what). The first that writes a number on the line does.
PAPERS: tuple[tuple[Told, str], ...] = (
    (
        Told(
            (),
            ("PS-PTY-019",),
            r"(permits?|licences?) (\w+ ){0,3}(cut|lapsed|revoked|suspended|withdrawn|no longer)",
            ("register",),
        ),
        "licence revoked",
    ),
    (Told(("licensed_firm",), (), LICENSED), "licence"),
    (Told(("genuine_permit",), (), r"genuine (import )?permit"), "permit"),
    (Told((), (), r"(number|permit|licence) of an?other"), "permit of another"),
    (Told((), ("PS-DOC-004",), r"objections?\b|objected", ("register",)), "objected"),
    (Told((), ("PS-RTE-006",), r"refused in one country", ("register",)), "objected elsewhere"),
    (Told((), ("PS-DOC-005", "PS-DOC-021"), "", ("register", "window")), "permit for half"),
    (Told((), (), r"never (been )?issued|not in the register|number of no permit"), "unknown number"),
    (Told(("over_ordering",), ("PS-QTY-009",), r"above (its |the )?(national )?need"), "small need"),
)


def _papers(case: Case, line: Line) -> Papers:
    papers = Papers()
    kinds = [kind for told, kind in PAPERS if told.holds(case)] if case.kind not in HONEST else []
    if case.kind in HONEST and not NO_PAPERS.holds(case):
        kinds = ["licence", "permit", "accepted"]
    if "licence revoked" in kinds:  # what was taken away is not held beside it
        kinds = [kind for kind in kinds if kind != "licence"]
    for kind in kinds:
        for substance in substances_of(case):
            WRITERS[kind](papers, substance, line)
        papers.told.append(kind)
    return papers


def _notify(registers: Registers, pen: str, substance: str, line: Line, status: str, country: str = "") -> None:
    registers.add(
        "pre-export-notifications",
        reference=pen,
        substance=substance,
        quantity_kg=line.kg or "",
        exporter=line.sender.name,
        importer=line.receiver.name,
        country=country or line.destination,
        sent=line.day - timedelta(days=REPLY_DAYS),
        status=status,
    )


def _permit(papers: Papers, substance: str, line: Line, holder: str, part: float = 20.0) -> None:
    papers.permit = papers.permit or f"IMP-9{line.bill}"
    papers.registers.add(
        "permits",
        reference=papers.permit,
        substance=substance,
        quantity_kg=round((line.kg or 1) * part, 3),
        holder=holder,
        direction="import",
        country=line.dispatch,
        valid_from=line.day - timedelta(days=400),
        valid_to=line.day + timedelta(days=200),
        single_use="no",
        status="valid",
    )


def _licence(papers: Papers, substance: str, line: Line, status: str) -> None:
    for holder in (line.receiver, line.sender):
        papers.registers.add(
            "licences",
            reference=f"LIC-9{line.bill}{holder.country}",
            holder=holder.name,
            substance=substance,
            quantity_kg=round((line.kg or 1) * 20, 3),
            valid_from=line.day - timedelta(days=400),
            valid_to=line.day + timedelta(days=200),
            status=status,
        )


def _objected(papers: Papers, substance: str, line: Line, country: str = "") -> None:
    pen = f"PEN-9{line.bill}"
    if not country:
        papers.pen = pen
    _notify(papers.registers, pen, substance, line, "objected", country)


def _accepted(papers: Papers, substance: str, line: Line) -> None:
    papers.pen = f"PEN-9{line.bill}"
    _notify(papers.registers, papers.pen, substance, line, "accepted")


def _unknown(papers: Papers, substance: str, line: Line) -> None:
    papers.permit = papers.permit or f"IMP-8{line.bill}"


def _need(papers: Papers, substance: str, line: Line) -> None:
    papers.registers.add(
        "annual-requirements",
        country=line.destination,
        substance=substance,
        year=line.day.year,
        quantity_kg=round((line.kg or 1) / 5, 3),
    )


WRITERS: dict[str, Callable[[Papers, str, Line], None]] = {
    "licence": lambda papers, substance, line: _licence(papers, substance, line, "valid"),
    "licence revoked": lambda papers, substance, line: _licence(papers, substance, line, "revoked"),
    "permit": lambda papers, substance, line: _permit(papers, substance, line, line.receiver.name),
    "permit of another": lambda papers, substance, line: _permit(
        papers, substance, line, make_firm(line.bill, line.destination).name
    ),
    "permit for half": lambda papers, substance, line: _permit(papers, substance, line, line.receiver.name, 0.5),
    "objected": _objected,
    "objected elsewhere": lambda papers, substance, line: _objected(
        papers, substance, line, "TH" if line.destination != "TH" else "MY"
    ),
    "accepted": _accepted,
    "unknown number": _unknown,
    "small need": _need,
}
