"""`substances status, import, add, pack, remove`: how old the law in the tables is, and the packs that keep it current."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import asdict, replace

from precursor_screen.cli import common
from precursor_screen.core.words import counted, printable

if TYPE_CHECKING:
    from datetime import date

    from precursor_screen.app.session import BandChange
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.reference.packs.store import ImportRecord, PackStore
    from precursor_screen.reference.shipped import LawTables, PackInfo
    from precursor_screen.reference.table_rows import Edition


def _store() -> PackStore:
    from precursor_screen.app.site_settings import home_of
    from precursor_screen.reference.packs.store import PackStore

    return PackStore(home_of(common.settings()))


@click.command()
@common.as_of_option(help="Day on which ages are counted [default: today].")
@common.jurisdiction_option(help="Whose law --require-fresh looks at [default: the setting, else every law].")
@click.option("--require-fresh", is_flag=True, help="Exit 4 when tables are older than they may be, as `screen --require-fresh`.")
@common.json_option(help="One JSON object.")
def status(as_of: str | None, jurisdiction: str | None, require_fresh: bool, as_json: bool) -> ExitCode:
    """Every law with its edition, when it was last compared with its source, and where it is from; packs; what is announced.

    \b
    Example:
      precursor-screen substances status --require-fresh
    """
    from precursor_screen.core.errors import ExitCode
    from precursor_screen.core.model import CONVENTIONS, OWN_LIST
    from precursor_screen.core.report import show_pack
    from precursor_screen.reference import shipped
    from precursor_screen.reference.jurisdiction import check_jurisdiction, law_of
    from precursor_screen.reference.recogniser import known_table

    day, table, packs = common.parse_day(as_of, "--as-of"), known_table(), shipped.law_in_use().packs
    editions = [_edition_record(e, packs, day) for e in table.editions]
    listings = ((c, s.substance_id) for s in table.substances for c in s.controls)
    coming = sorted((str(c.since), c.instrument, c.schedule, i, c.coming(day)) for c, i in listings if c.coming(day))
    if as_json:
        announced = [dict(zip(("since", "instrument", "schedule", "substance_id", "stage"), one, strict=True)) for one in coming]
        common.echo_json(
            {"as_of": day.isoformat(), "editions": editions, "packs": [asdict(p) for p in packs], "announced": announced}
        )
    else:
        common.say(map(_edition_line, editions))
        common.say(f"pack {p.id}: {show_pack(asdict(p))}" for p in packs)
        common.say(f"{stage}: {i}, {instrument} {schedule} from {since}" for since, instrument, schedule, i, stage in coming)
    code = check_jurisdiction(str(common.pick(common.settings(), "jurisdiction", jurisdiction, "--jurisdiction")))
    asked = (*CONVENTIONS, OWN_LIST, law_of(code, day)) if code else tuple(e.instrument for e in table.editions)
    stale = require_fresh and any(e["stale"] for e in editions if e["instrument"] in asked)
    return ExitCode.NOT_SCREENED if stale else ExitCode.CLEAR


def _edition_record(edition: Edition, packs: tuple[PackInfo, ...], day: date) -> dict[str, Any]:
    pack = next((p.id for p in packs if edition.source.startswith(f"{p.id}: ")), "base")
    age = (day - edition.checked).days if edition.checked else None
    return common.fields(edition, "instrument schedule edition checked max_age_days") | {
        "age_days": age, "stale": edition.stale(day), "pack": pack
    }  # fmt: skip


def _edition_line(record: dict[str, Any]) -> str:
    name = f"{record['instrument']} {record['schedule']}".strip()
    compared = "never compared with its source"
    if record["checked"]:
        compared = f"compared {record['checked']}, {counted(record['age_days'], 'day')} ago{' STALE' if record['stale'] else ''} (limit {record['max_age_days']})"
    return f"{name:<12} {record['pack']:<10} {compared}: {record['edition']}"


@click.command("import")
@click.argument("pack", type=common.PATH)
@click.option(
    "--override", metavar="REASON", default="", help="Let it say otherwise than what ships. Every report prints the reason."
)
@click.option("--force", is_flag=True, help="Take a pack that is older than the one of that id.")
def import_pack(pack: Path, override: str, force: bool) -> None:
    """Check a pack of law and put it on the tables that ship, whole or not at all; the one before it is kept.

    Where the home folder has a file `allowed_signers` (see ssh-keygen(1)), a pack must be signed by one of them.

    \b
    Example:
      precursor-screen substances import eu-2027-03.zip
    """
    from datetime import date

    store = _store()
    read, content = store.read_file(pack, override)
    record = store.import_pack(read, content, pack.name, date.today(), force=force)
    _say_imported(record, sum(map(len, read.tables.values())))


def _say_imported(record: ImportRecord, rows: int) -> None:
    info = record.info
    signed = f"signed by {info.signer}" if info.signer else "not signed"
    click.echo(printable(f"{info.id}: {rows} rows of {info.day} imported, {signed}: {info.edition}"))


@click.command()
@click.argument("file", type=common.PATH)
@click.option("--date", "day", metavar="DATE", help="Day on which the office states this [default: today].")
def add(file: Path, day: str | None) -> None:
    """Put substances and listings of the office's own on the tables, from a CSV file; every flag that rests on them says so.

    Columns: substance_id, name, other_names, cas, hs6, schedule, since, licit_use, small_kg, large_kg, source; of a threshold besides
    quantity, unit (kg, g, mg, t), direction (import, export, domestic, any), period (transaction, month, year), counts (goods,
    substance, base). A row replaces an earlier one of its substance_id, others stay.

    \b
    Example:
      precursor-screen substances add own.csv
    """
    from precursor_screen.reference import shipped
    from precursor_screen.reference.packs.own import own_members
    from precursor_screen.reference.packs.pack import OWN_PACK, make_pack, read_pack

    store, stated, base = _store(), common.parse_day(day, "--date"), shipped.base_law()
    before = store.open(OWN_PACK) if OWN_PACK in store.ids() else None
    content = make_pack(own_members(file, before, base, stated), base)
    pack = read_pack(content, file.name, base)
    _say_imported(store.import_pack(pack, content, file.name, stated), len(pack.tables["controls.csv"]))


@click.command()
@click.argument("folder", type=common.PATH)
@common.file_option("-o", "--output", required=True, help="The file of the pack, .zip.")
@common.file_option("--sign", "key", metavar="KEY", help="Sign with a private key of `ssh-keygen -t ed25519`.")
@click.option(
    "--override",
    metavar="REASON",
    default="",
    help="Make it although it says otherwise than what ships. Its import needs it too.",
)
@common.mode_option
def pack(folder: Path, output: Path, key: Path | None, override: str, mode: str | None) -> None:
    """Make a pack of a folder: pack.toml (id, edition, day, source) and tables with the columns of those that ship.

    The folder is checked as an import on this machine would check it: what that would refuse is not made.

    \b
    Example:
      precursor-screen substances pack eu-2027 -o eu-2027.zip --sign ~/.ssh/id_ed25519
    """
    from hashlib import sha256

    from precursor_screen.core.errors import UsageError
    from precursor_screen.reference import shipped
    from precursor_screen.reference.packs.pack import make_pack, read_folder, read_pack
    from precursor_screen.reporting.interface import whole_file

    permissions = common.file_mode(common.settings(), mode)
    if output.exists() or output.is_symlink():
        raise UsageError("exists already", where=output, remedy="Name another file: a pack never replaces one.")
    content = make_pack(read_folder(folder), shipped.base_law(), key)
    made = read_pack(content, folder.name, shipped.base_law())
    _store().with_pack(replace(made, info=replace(made.info, override=override)), folder.name)
    with whole_file(output, permissions) as stream:
        stream.write(content)
    click.echo(f"{printable(output)}: {len(content):,} bytes{', signed' if key else ''}, SHA-256 {sha256(content).hexdigest()}")


@click.command()
@click.argument("pack_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(pack_id: str, yes: bool) -> None:
    """Remove a pack with all its snapshots: what it listed is not seen any more.

    \b
    Example:
      precursor-screen substances remove own --yes
    """
    store = _store()
    store.check_known(pack_id)
    if common.sure(f"Remove the pack {pack_id}?", yes):
        store.remove(pack_id)
        click.echo(f"{pack_id}: removed")


# `substances diff current PACK`: what a pack would change.


def law_with(path: Path, override: str) -> LawTables:
    """The tables in use as they would be with a pack, checked as at its import."""
    store = _store()
    return store.with_pack(store.read_file(path, override)[0], path.name)


def compare_bands(inputs: tuple[str, ...], jurisdiction: str | None, law: LawTables) -> tuple[int, list[BandChange]]:
    """Screens manifests under the tables in use, and under others: how many shipments there are, and those whose band changes."""
    from precursor_screen.app.inputs import find_sources
    from precursor_screen.app.run_settings import merge_options
    from precursor_screen.app.session import compare_laws
    from precursor_screen.reference import shipped

    settings = merge_options(common.settings(), jurisdiction=jurisdiction)
    return compare_laws(find_sources(inputs), settings, shipped.law_in_use(), law)
