"""The coherent manifest is as described: names, texts, odd lines, watched goods and flags in the numbers that goals are stated for."""

from __future__ import annotations

import csv
from pathlib import Path

import manifests
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from click.testing import CliRunner
from coherent import GOODS, coherent_chunks, read_catalogue
from data import random_chunks

from precursor_screen.api import load_reference
from precursor_screen.cli.main import cli
from precursor_screen.kernel.match.match import match
from precursor_screen.kernel.part import judge_part
from precursor_screen.readers.registry import read
from precursor_screen.reference.bundle import Reference
from tests.conftest import AS_OF
