"""Trades by words of a firm's name, and the goods that they deal in."""

from __future__ import annotations

import csv

import pytest

from precursor_screen.core.tables import DATA
from precursor_screen.text.party_trades import other_trade, trades_of


@pytest.mark.parametrize(
    ("name", "code", "trade"),
    [
        ("Blue Palm Travel & Tours Ltd", "293942", "travel"),
        ("FERRETERÍA EL CLAVO SA", "284161", "ironmongery"),
        ("Spielwarenhaus Kobold GmbH", "291412", "toys"),
        ("Ninety Toy Makers Co", "291412", "toys"),
        ("ТОО Игрушки Мира", "291412", "toys"),
        ("Tankstelle Nord", "280700", "petrol stations"),
        ("Northgate Filling Station", "280610", "petrol stations"),
        ("شركة النور للسفر", "293942", "travel"),
        ("安安旅行社有限公司", "293942", "travel"),
        ("Công ty TNHH Du Lịch Sen", "293942", "travel"),
        ("Hotel Seeblick", "291524", "hotels"),
    ],
)
def test_a_name_of_another_trade(name, code, trade):
    assert other_trade(name, code) == trade


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ferretería El Clavo SA", "280610"),  # ironmongers sell muriatic acid,
        ("Ferretería El Clavo SA", "291411"),  # and acetone
        ("Calzados Luna", "290230"),  # glue of shoes
        ("Garage Chemicals GmbH", "280610"),
        ("Toysenberg Chemie GmbH", "291412"),
        ("Hotel Pharma Supplies", "293942"),
        ("安安旅行社化工有限公司", "293942"),
        ("Toyson Trading", "291412"),
        ("Norwood Fretwell Ltd", "293942"),
        ("", "293942"),
    ],
)
def test_a_name_that_tells_of_no_other_trade(name, code):
    assert other_trade(name, code) == ""


def test_a_firm_has_the_trades_of_all_its_words():
    assert [t.title for t in trades_of("Sunny Garage and Petrol Station")] == ["garages", "petrol stations"]


def test_every_trade_has_words_of_twenty_languages_and_every_word_a_trade():
    def rows(file: str) -> list[dict[str, str]]:
        text = (DATA / "names" / file).read_text("utf-8")
        return list(csv.DictReader(text.splitlines()))

    words = rows("trade_words.csv")
    assert {row["meaning"] for row in words} == {row["isic"] for row in rows("trades.csv")}
    assert len({row["language"] for row in words}) == 20
