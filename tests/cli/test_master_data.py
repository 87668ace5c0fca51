"""customer, item, rate: entered, shown, imported; what a spreadsheet does to a CSV file."""

from __future__ import annotations

import pytest


def test_customers_are_entered_and_shown(desk):
    added = desk.ok(
        "customer", "add", "--code", "dupe", "--name", "Dupé & fils", "--country", "fr", "--terms", "30eom", "--json"
    ).json
    assert added["code"] == "DUPE" and added["currency"] == "EUR" and added["terms"] == "30eom"
    assert [row["code"] for row in desk.ok("customer", "list", "--json").json] == ["ACME", "DUPE", "USCO"]
    assert "Dupé & fils" in desk.ok("customer", "list").out
    assert desk.ok("customer", "show", "dupe", "--json").json["owed"] == "0.00"
    given = '{"code": "J1", "name": "From JSON", "country": "BE"}'
    assert desk.ok("customer", "add", "-", "--json", given=given).json["code"] == "J1"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (["--code", "ACME", "--name", "x", "--country", "FR"], "code"),
        (["--code", "a b", "--name", "x", "--country", "FR"], "code"),
        (["--code", "NEW", "--country", "FR"], "name"),
        (["--code", "NEW", "--name", "x"], "country"),
        (["--code", "NEW", "--name", "x", "--country", "ZZ"], "country"),
        (["--code", "NEW", "--name", "x" * 10_000, "--country", "FR"], "name"),
        (["--code", "NEW", "--name", "x", "--country", "FR", "--siren", "123456789"], "siren"),
        (["--code", "NEW", "--name", "x", "--country", "FR", "--terms", "soon"], "terms"),
        (["--code", "NEW", "--name", "x", "--country", "FR", "--language", "de"], "language"),
    ],
)
def test_bad_cards_are_refused(lite, options, field):
    assert f"{field}: " in lite.wrong("customer", "add", *options)
    assert len(lite.ok("customer", "list", "--json").json) == 2


def test_unknown_codes_are_refused(lite):
    assert "NOBODY" in lite.wrong("customer", "show", "NOBODY")
    assert "ZZZ" in lite.wrong("item", "show", "ZZZ")


def test_items_are_entered_and_shown(desk):
    answer = desk.ok("item", "add", "--code", "d40", "--description", "Book", "--unit-price", "12.345678",
                     "--vat-rate", "5.5", "--nature", "goods", "--json").json  # fmt: skip
    assert (answer["code"], answer["unit_price"], answer["vat_rate"]) == ("D40", "12.345678", "5.5")
    assert [row["code"] for row in desk.ok("item", "list", "--json").json] == ["A10", "B20", "C30", "D40"]
    assert desk.ok("item", "show", "a10", "--json").json["vat_category"] == "S"
    assert "Travel [flat]" in desk.ok("item", "list").out
    assert "unit_price: " in desk.wrong("item", "add", "--code", "E", "--description", "x", "--unit-price", "1,5")
    assert "unit_price: " in desk.wrong("item", "add", "--code", "E", "--description", "x")


@pytest.mark.parametrize(
    "data",
    [
        "name,code,country\nÉtoile,ET,FR\n".encode(),
        "\ufeffname;code;country\r\nÉtoile;ET;FR\r\n".encode(),
        "Name;Code;Country\nÉtoile;ET;FR;;\n\n;;\n".encode("cp1252"),
        "name\tcode\tcountry\nÉtoile\tET\tFR".encode("utf-16"),
        'code,name,country\nET,"Étoile",FR\n'.encode(),
    ],
)
def test_a_spreadsheet_s_csv_is_read(lite, data):
    assert lite.ok("customer", "import", "-", "--json", given=data).json["added"] == 1
    assert lite.ok("customer", "show", "ET", "--json").json["name"] == "Étoile"


def test_control_characters_are_cleaned_and_told(desk):
    answer = desk.ok("customer", "import", "-", "--json", given=b"code,name,country\nX1,a\x1b[31m\x00b,FR\nX2,ok,FR\n")
    assert answer.json == {"added": 2, "codes": ["X1", "X2"], "cleaned": [{"row": 2, "field": "name"}]}
    assert "row 2" in answer.err and "name" in answer.err and answer.err.count("\n") == 1 and "\x1b" not in answer.err
    assert desk.ok("customer", "show", "X1", "--json").json["name"] == "a\ufffd[31m\ufffdb"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["empty"]),
        ("code,name\nX,y\n", ["country"]),
        ("code,name,country,colour\nX,y,FR,red\n", ["colour"]),
        ("code,name,country,code\nX,y,FR,Z\n", ["code", "twice"]),
        ("code,name,country\nX1,one,FR\nX2,two,ZZ\n", ["row 3", "country"]),
        ("code,name,country\nX1,one,FR\nX1,two,FR\n", ["row 3", "code"]),
        ("code,name,country\nX1,one,two,FR\n", ["row 2"]),
        ('code,name,country\nX1,"one,FR\n', ["row 2"]),
        ("code,name,country\nX1," + "x" * 10_000 + ",FR\n", ["row 2", "name"]),
        ("code,name,country\nX1," + "x" * 200_000 + ",FR\n", ["row 2"]),
    ],
)
def test_a_wrong_file_adds_nothing(lite, text, words):
    said = lite.wrong("customer", "import", "-", given=text)
    assert all(word in said for word in words), said
    assert len(lite.ok("customer", "list", "--json").json) == 2
    assert lite.ok("verify").code == 0


def test_a_wrong_item_adds_nothing(desk):
    text = "code,description,unit_price,vat_rate\nX1,one,1,20\nX2,two,zwei,20\n"
    assert "row 3: unit_price" in desk.wrong("item", "import", "-", given=text)
    assert len(desk.ok("item", "list", "--json").json) == 3


def test_rates(desk):
    desk.ok("rate", "add", "gbp", "2026-11-24", "1.1834", "--source", "ECB", "--json")
    rates = desk.ok("rate", "list", "--json").json
    assert {"currency": "GBP", "date": "2026-11-24", "rate": "1.1834", "source": "ECB"} in rates
    assert "1.1834" in desk.ok("rate", "list").out
    for arguments in (
        ("GBP", "2026-11-24", "1"),
        ("EUR", "2026-11-24", "1"),
        ("XXX", "2026-11-24", "1"),
        ("CHF", "2026-11-31", "1"),
        ("CHF", "2026-11-24", "0"),
        ("CHF", "2026-11-24", "1.123456789"),
    ):
        desk.wrong("rate", "add", *arguments)
