"""Issue codes: what can be wrong with a row, a field or a file, and what that did to the screening.

Every source row ends as a screened line or as an issue; an issue is a value that reaches every report, never a log line.
The effect says what it did:

    set-aside      the row or file was not screened; counted, exit code 3
    unscreenable   the line was read, but nothing in it could be screened; it has no band
    degraded       the line was screened without this field; rules that need it are not evaluable
    note           nothing was lost (a preamble row, a blank row, a repeated header)
"""

from __future__ import annotations

from msgspec import Struct

SET_ASIDE, UNSCREENABLE, DEGRADED, NOTE = "set-aside", "unscreenable", "degraded", "note"


class IssueCode(Struct, frozen=True):
    """One kind of issue: `explain CODE` prints it."""

    code: str
    effect: str
    title: str
    remedy: str


_CODES = (
    IssueCode(
        "unreadable-file",
        SET_ASIDE,
        "The file could not be read",
        "Open it in the program it came from, or ask the sender again.",
    ),
    IssueCode(
        "unknown-format",
        SET_ASIDE,
        "The content is of no format that is read",
        "See the list of formats in the README; convert it to CSV or XLSX.",
    ),
    IssueCode(
        "changed-while-read",
        SET_ASIDE,
        "The file was changing all the time while it was read",
        "Screen it when it is complete.",
    ),
    IssueCode(
        "no-lines",
        SET_ASIDE,
        "The file was read, and no line of goods was found in it",
        "Open it in its own program: it may have been cut short. If it should hold goods, ask for it again.",
    ),
    IssueCode(
        "no-usable-column", SET_ASIDE, "No column holds goods descriptions or HS codes", "Name the columns with --mapping."
    ),
    IssueCode(
        "set-aside-text-names",
        UNSCREENABLE,
        "A text file that was set aside names a precursor or a listed party",
        "Open it by hand. If it holds goods, name its columns with --mapping.",
    ),
    IssueCode(
        "broken-row", SET_ASIDE, "The row has not as many cells as the header", "Check quotes and delimiters around that row."
    ),
    IssueCode(
        "lost-rows",
        SET_ASIDE,
        "The file holds rows or cells that could not be read",
        "Open it in its own program and save it again, or ask for it again; what could be read was screened.",
    ),
    IssueCode(
        "unread-part",
        SET_ASIDE,
        "The file has parts that are not read: macros, files within it, pictures in an e-mail, bytes that it does not list",
        "Open it in its own program and look at them, or ask for a file without them.",
    ),
    IssueCode(
        "wordless-part",
        NOTE,
        "The file has parts without words, such as pictures",
        "Nothing to do, unless a picture could be a list of goods.",
    ),
    IssueCode(
        "broken-record", SET_ASIDE, "The JSON record could not be parsed", "Check the record; every line must be one JSON object."
    ),
    IssueCode(
        "broken-segment",
        SET_ASIDE,
        "A segment or an element of the message is damaged, or the message is cut short",
        "Ask the sender for the message again; what could be read was screened.",
    ),
    IssueCode(
        "fewer-than-stated",
        SET_ASIDE,
        "The file states more messages, items, pieces of equipment, packages or mass than it holds",
        "Ask the sender for the file again; what is there was screened.",
    ),
    IssueCode(
        "count-differs",
        NOTE,
        "A number of segments, a total or a reference that a message states differs from what was read",
        "Nothing to do if the sender often counts wrong. If the message should be longer, ask for it again.",
    ),
    IssueCode(
        "no-manifest",
        SET_ASIDE,
        "The file is no manifest: its messages are answers, notifications or the like",
        "Nothing to do, unless it should be a manifest or a declaration.",
    ),
    IssueCode(
        "message-without-goods",
        SET_ASIDE,
        "A message in the file states no goods: an answer, a notification, a status or a change by reference",
        "Nothing to do, unless it should be a manifest or a declaration.",
    ),
    IssueCode(
        "unread-element",
        DEGRADED,
        "A filled element of the message is read into no field",
        "Look at it in the message. Its text was screened for substances and parties; figures and codes in it were not used.",
    ),
    IssueCode(
        "several-values",
        DEGRADED,
        "The message states a field of the line more than once, and differently",
        "Compare with the message; the first value was used, the others were screened as text.",
    ),
    IssueCode(
        "side-by-side-lists",
        DEGRADED,
        "A record has lists side by side and does not say which value belongs to which goods",
        "Ask for one record a line of goods. All values were screened as text; masses in such a list were not used.",
    ),
    IssueCode(
        "mass-of-the-bill",
        DEGRADED,
        "A mass, a count or a value is stated once for several lines",
        "It counts once, on the first of these lines. Ask for the figures of each line.",
    ),
    IssueCode(
        "repeated-line",
        SET_ASIDE,
        "The same line was already read in this run",
        "Nothing to do; it was screened at the place named.",
    ),
    IssueCode(
        "undecodable-text",
        UNSCREENABLE,
        "Bytes that are no text in the file's encoding",
        "Give the right encoding with --encoding.",
    ),
    IssueCode(
        "mixed-encoding",
        UNSCREENABLE,
        "The file seems to be put together of texts in different encodings",
        "Both readings of the lines in doubt were screened. Ask for the file in one encoding, or name it with --encoding.",
    ),
    IssueCode(
        "doubtful-quotes",
        UNSCREENABLE,
        "Quotes in the file can be read in two ways: as one row, or as several",
        "Look at the rows named. Ask for the file with its quotes doubled, or correct them.",
    ),
    IssueCode(
        "version-conflict",
        DEGRADED,
        "Two messages of one version state the same item with different content",
        "Both were screened, and the larger mass counts; ask the carrier which one holds, and for a version number.",
    ),
    IssueCode(
        "partial-overlap",
        NOTE,
        "A part of the bill repeats some items of another part",
        "Nothing to do: those items count once. Ask for the whole bill if in doubt.",
    ),
    IssueCode(
        "cancellation-waiting",
        NOTE,
        "A cancellation came before what it cancels, or cancels nothing",
        "Nothing to do: it takes effect when its original arrives. If that never comes, check the number of the bill.",
    ),
    IssueCode(
        "unparsed-version",
        NOTE,
        "The version of the message is no number",
        "The message counts as one without a version. Number versions 1, 2, 3.",
    ),
    IssueCode(
        "overtaken-message",
        NOTE,
        "A later version of the message, or a cancellation of it, is known",
        "Nothing to do if that is right: the message raises no flag. If it holds after all, ask for it with a higher version.",
    ),
    IssueCode(
        "continued-row",
        NOTE,
        "The description of the line above goes on in this row",
        "Nothing to do; the row was read as part of that line.",
    ),
    IssueCode("linked-folder", NOTE, "The link leads to a folder that is read under another name", "Nothing to do."),
    IssueCode(
        "deleted-record",
        NOTE,
        "The record is marked as deleted in its table (DBF)",
        "Nothing to do, unless it should count: undelete it in the program it came from.",
    ),
    IssueCode("blank-row", NOTE, "The row is blank", "Nothing to do."),
    IssueCode(
        "preamble-row",
        NOTE,
        "The row stands before the header",
        "Nothing to do, unless it is goods: then name the columns with --mapping.",
    ),
    IssueCode("repeated-header", NOTE, "The header is repeated among the rows", "Nothing to do."),
    IssueCode("totals-row", NOTE, "The row sums up others", "Nothing to do, unless it is goods."),
    IssueCode("empty-sheet", NOTE, "The sheet holds no rows", "Nothing to do."),
    IssueCode(
        "unparsed-quantity",
        DEGRADED,
        "The quantity is not a number",
        "Correct the cell; the mass of the substance is unknown until then.",
    ),
    IssueCode(
        "unparsed-mass",
        DEGRADED,
        "The mass is not a number",
        "Correct the cell; the mass of the substance is unknown until then.",
    ),
    IssueCode("unparsed-packages", DEGRADED, "The number of packages is not a number", "Correct the cell."),
    IssueCode("unparsed-value", DEGRADED, "The value is not a number", "Correct the cell; rules about prices are not evaluable."),
    IssueCode(
        "to-order",
        NOTE,
        "The goods are consigned to order, and the notify party is named",
        "Nothing to do: the notify party is screened in the consignee's place.",
    ),
    IssueCode("freight-terms", NOTE, "The freight column says who pays, and not how much", "Nothing to do."),
    IssueCode(
        "unparsed-date", DEGRADED, "The date could not be read", "Use ISO dates (2026-11-25); the line is judged on --as-of."
    ),
    IssueCode(
        "ambiguous-date",
        DEGRADED,
        "Day and month cannot be told apart in the whole column",
        "Use ISO dates, or state date_order in the mapping.",
    ),
    IssueCode("unknown-country", DEGRADED, "The country is neither a code nor a name that is known", "Use ISO 3166 codes."),
    IssueCode(
        "unknown-code",
        DEGRADED,
        "The layout has a table of codes for the column, and this code is not in it",
        "Look it up in the layout's own table; the cell states nothing until then. Write the country or unit itself, or ask for the code to be added.",
    ),
    IssueCode(
        "invalid-hs-code", DEGRADED, "The HS code has not 6 to 12 digits, or its chapter does not exist", "Correct the cell."
    ),
    IssueCode(
        "unknown-edition",
        NOTE,
        "The HS code is none of the edition that is known here",
        "Nothing to do if it is of another edition; codes of substances are looked up by the editions that they belong to.",
    ),
    IssueCode(
        "several-hs-codes",
        NOTE,
        "The cell holds several HS codes",
        "Each was looked up; rules that compare goods and code use the first. Split the line if the goods differ.",
    ),
    IssueCode("invalid-cas-number", DEGRADED, "The check digit of a CAS number is wrong", "Compare with the safety data sheet."),
    IssueCode(
        "truncated-cell",
        UNSCREENABLE,
        "A cell was too long to read whole",
        "Shorten the cell; what follows the cut was not screened.",
    ),
    IssueCode(
        "ambiguous-number",
        DEGRADED,
        "A mass or quantity may be read in two ways: 2.500 with or without a mark for thousands, 5 DRUMS 150 KG of each or of all",
        "Name the decimal mark with --mapping, or ask what the description means. Until then thresholds are held against the larger reading, and the mass counts as unknown.",
    ),
    IssueCode("negative-number", DEGRADED, "A mass, quantity or count is negative", "Correct the cell; it was not used."),
    IssueCode(
        "vague-description",
        UNSCREENABLE,
        "The description could hide anything and there is no HS code",
        "Ask for a description that names the goods.",
    ),
    IssueCode(
        "refers-elsewhere",
        UNSCREENABLE,
        "The description names no goods, only a document that does",
        "Ask for that document, and for a description that names the goods.",
    ),
    IssueCode(
        "unreadable-cell",
        UNSCREENABLE,
        "A text cell holds an error of a spreadsheet, or a formula whose result was not saved",
        "Open the workbook in its program, let it calculate, and save it; or ask for the text.",
    ),
    IssueCode(
        "unreadable-column",
        UNSCREENABLE,
        "No filled cell of a column of masses could be read",
        "Correct the column, or name its unit and decimal mark with --mapping.",
    ),
    IssueCode(
        "cut-text",
        DEGRADED,
        "Descriptions end where the field of their system ends, and nothing was recognised in them",
        "Ask for the whole text, or for the HS code; a name that the cut left unrecognisable was not screened.",
    ),
    IssueCode(
        "unread-party-column",
        UNSCREENABLE,
        "A filled column of parties is mapped to nothing",
        "Map it with --mapping; until then its parties were compared with the lists only as words among others.",
    ),
    IssueCode(
        "unread-mass-column",
        UNSCREENABLE,
        "A filled column of masses is mapped to nothing",
        "Map it with --mapping; until then its masses count for nothing.",
    ),
    IssueCode(
        "no-goods-text",
        UNSCREENABLE,
        "No column holds texts of goods; the lines were screened by their codes alone",
        "Name the column with --mapping, or ask for descriptions.",
    ),
    IssueCode(
        "language-not-covered",
        UNSCREENABLE,
        "A tenth or more of the texts of goods are in a language of which no name of a substance is known",
        "Ask for descriptions in English or another language that is covered (docs/substances.md), or for HS codes and CAS numbers.",
    ),
    IssueCode(
        "foreign-texts",
        NOTE,
        "Some texts of goods are in a language of which no name of a substance is known",
        "Look at them, or ask for descriptions in a language that is covered.",
    ),
    IssueCode("no-description", UNSCREENABLE, "Neither a description nor an HS code", "Ask for the description."),
    IssueCode(
        "unscreenable-name", UNSCREENABLE, "Nothing is left of the party's name after normalising", "Ask for the party's name."
    ),
    IssueCode(
        "no-watchlist",
        UNSCREENABLE,
        "No watchlist is imported, so no party was screened",
        "Import one: precursor-screen watchlists import LIST_ID FILE",
    ),
)

ISSUE_CODES: dict[str, IssueCode] = {c.code: c for c in _CODES}
