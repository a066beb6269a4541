"""The coherent manifest is as described: names, texts, odd lines, watched goods and flags in the numbers for which goals are stated."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import pytest
from coherent import GOODS, coherent_chunks, read_catalogue
from manifests import TEN, write_manifest

from precursor_screen.app.inputs import Source
from precursor_screen.app.stream import run
from precursor_screen.readers.interface import ReadOptions
from precursor_screen.reference.bundle import Reference

LISTED = "Quimeralda Reactivos"


@pytest.fixture(scope="module")
def manifest() -> pa.Table:
    return pa.concat_tables(coherent_chunks(200_000, listed=[LISTED]))


def names_in(table: pa.Table) -> int:
    return len(pc.unique(pa.chunked_array([c for n in ("Shipper", "Consignee") for c in table.column(n).chunks])))


def texts_in(table: pa.Table) -> int:
    return pc.count_distinct(table.column("Description of Goods")).as_py()


def share(mask: pa.ChunkedArray) -> float:
    return pc.mean(pc.cast(mask, pa.float64())).as_py()


def test_distinct_names_and_texts(manifest: pa.Table) -> None:
    assert names_in(manifest) == pytest.approx(13_000, rel=0.1)
    assert texts_in(manifest) == pytest.approx(39_500, rel=0.1)


def test_distinct_names_and_texts_of_a_million() -> None:
    million = pa.concat_tables(c.select(["Shipper", "Consignee", "Description of Goods"]) for c in coherent_chunks(1_000_000))
    assert names_in(million) == pytest.approx(64_000, rel=0.1)
    assert texts_in(million) == pytest.approx(196_500, rel=0.1)


def test_odd_lines(manifest: pa.Table) -> None:
    goods, _ = read_catalogue()
    first = next(n for n, sector in enumerate(goods.sector) if sector < 0)
    codes = pc.is_in(manifest.column("HS Code"), goods.hs[first:])
    # A typing fault hides one name in three hundred.
    named = pc.match_substring_regex(
        manifest.column("Description of Goods"), "^(" + "|".join(goods.text[first:].to_pylist()) + ") REF "
    )
    assert share(codes) == pytest.approx(0.003, rel=0.05)
    assert share(named) == pytest.approx(0.0034, rel=0.05)
    assert share(pc.match_substring(manifest.column("Description of Goods"), " INVOICE NO ")) == pytest.approx(0.08, rel=0.05)
    assert share(pc.equal(manifest.column("Consignee"), LISTED)) == pytest.approx(0.0002, rel=0.5)


def test_a_trader_deals_in_few_goods(manifest: pa.Table) -> None:
    kinds = manifest.select(["Shipper", "HS Code"]).group_by("Shipper").aggregate([("HS Code", "count_distinct")])
    few = pc.less_equal(kinds.column("HS Code_count_distinct"), GOODS + 1)  # a precursor is beside
    assert share(few) > 0.99


def test_no_lane_stays_within_a_country(manifest: pa.Table) -> None:
    assert not pc.any(pc.equal(manifest.column("Country of Dispatch"), manifest.column("Country of Destination"))).as_py()


@pytest.mark.parametrize("coherent", [True, False])
def test_both_formats_hold_the_same(tmp_path: Path, coherent: bool) -> None:
    for columns in (10, 22):
        for suffix in ("csv", "parquet"):
            write_manifest(tmp_path / f"{columns}.{suffix}", 2_000, coherent=coherent, columns=columns, listed=[LISTED])
        columnar = pyarrow.parquet.read_table(tmp_path / f"{columns}.parquet")
        texts = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(columnar.column_names, pa.string()))
        assert pyarrow.csv.read_csv(tmp_path / f"{columns}.csv", convert_options=texts).equals(columnar)
        assert columnar.num_columns == columns
    assert (
        pyarrow.parquet.read_table(tmp_path / "22.parquet")
        .select(TEN)
        .equals(pyarrow.parquet.read_table(tmp_path / "10.parquet"))
    )


def test_a_seed_gives_the_same_manifest() -> None:
    first, again, other = (pa.concat_tables(coherent_chunks(1_000, seed)) for seed in (3, 3, 4))
    assert first.equals(again)
    assert not first.equals(other)


@pytest.mark.slow
def test_watched_goods_and_flags(tmp_path: Path, reference: Reference) -> None:
    """Watched are lines with a `goods_key`: goods of a chemical kind in which no substance is recognised, kept as movements.

    A fifth of 200,000 lines, of which the flags are about 1,900 (history.jsonl keeps them); those of windows grow faster than lines.
    """
    path = tmp_path / "manifest.parquet"
    write_manifest(path, 40_000, coherent=True, columns=10, listed=[LISTED])
    found = run((Source(path.name, path),), ReadOptions(), reference)
    watched = found.screened.resolved.lines.column("goods_key")
    assert len(watched) - watched.null_count == pytest.approx(7_800, rel=0.1)
    assert found.report.flags.num_rows == pytest.approx(253, rel=0.1)
