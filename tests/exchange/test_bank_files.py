"""What banks really send, and what nobody should: dialects read, broken and hostile files told in one sentence."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.exchange import writers
from tests.exchange.writers import IBAN, Entry, camt, camt_file, read_file, read_text
from tui_billing.exchange.bank.detect import detect
from tui_billing.exchange.bank.source import Source
from tui_billing.rules.problem import Problem

DAY = dt.date(2026, 11, 24)
ONE, TWO = Entry(DAY, 12_34, "FACTURE 1", "A1"), Entry(DAY, -5_00, "FRAIS", "A2")


def refusal(folder, text, **options):
    """The sentence of a file that cannot be read."""
    with pytest.raises(Problem) as caught:
        read_text(folder, text, **options)
    return str(caught.value)


# -- which format --------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (camt([ONE]), "camt"),
        (writers.mt940([ONE]), "mt940"),
        ("{1:F01BANKFRPPXXXX}{2:I940}{4:\n" + writers.mt940([ONE]), "mt940"),
        (writers.ofx([ONE]), "ofx"),
        (writers.ofx([ONE], xml=True), "ofx"),
        (writers.qif([ONE]), "qif"),
        (writers.cfonb([ONE]), "cfonb120"),
        (writers.csv([ONE]), "csv"),
    ],
)
def test_a_format_is_known_by_its_content_whatever_the_name(tmp_path, text, expected):
    for name in ("statement.pdf", "noname", "a.csv"):
        (tmp_path / name).write_text(text, "utf-8")
        assert detect(Source(tmp_path / name)) == expected


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "workbook"),
        (b"\x1f\x8b\x08..", "unpack"),
        (b"<?xml version='1.0'?><html/>", "no bank statement"),
        (b"hello there", "no bank statement"),
        (b"1\n2\n3\n", "no bank statement"),
        (b"\x00\x01\x02\x03" * 50, "no bank statement"),
        (b"a;b;c\n1;2;3\n", "columns of this CSV are not known"),
        (camt_file([]).encode(), "holds no statement"),
        (b":NS:\n", "holds no statement"),
    ],
)
def test_what_is_no_statement_is_told_with_what_to_do(tmp_path, data, words):
    assert words in refusal(tmp_path, data)


# -- hostile -------------------------------------------------------------------

BOMB = "".join(f'<!ENTITY e{n} "{"&e" + str(n - 1) + ";" if n else "x"}{"x" * 50}">' for n in range(30))


@pytest.mark.parametrize(
    "prolog",
    [
        f"<!DOCTYPE Document [{BOMB}]>",
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!-- long -->" * 3 + "<!DOCTYPE Document>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(tmp_path, prolog, encoding):
    text = camt([ONE]).replace("?>\n", f"?>\n{prolog}", 1).replace("UTF-8", encoding.upper())
    assert "document type" in refusal(tmp_path, text.encode(encoding))


def test_a_document_type_behind_64_kib_of_comments_is_refused(tmp_path):
    text = camt([ONE]).replace("?>\n", "?>\n" + "<!-- " + "x" * 70_000 + " --><!DOCTYPE Document>", 1)
    assert "is no bank statement" in refusal(tmp_path, text)
    hidden = text.replace("<!-- ", "<!-- camt.053 ", 1)
    assert "does not begin as a statement" in refusal(tmp_path, hidden)


def test_truncated_xml_keeps_the_statements_before(tmp_path):
    whole = camt_file([camt([ONE], 0, wrap=False), camt([TWO], 12_34, identity="S2", wrap=False)])
    cut = whole[: whole.rindex("<Ntry>") + 60]
    found = read_text(tmp_path, cut)
    assert [line.amount for line in found.lines] == [12_34]
    (remark,) = found.remarks
    assert remark.kind == "refused" and remark.reference == "S2" and remark.line > 1 and "breaks off" in str(remark)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (("12.34", "12.3x"), "is not an amount"),
        (("12.34", "1e5"), "is not an amount"),
        (("12.34", ""), "is not an amount"),
        (("12.34", "9" * 30), "too large"),
        (("<Dt>2026-11-24</Dt>", "<Dt>2026-13-24</Dt>"), "is not a date"),
        (("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<Sts>"), "credit or a debit"),
    ],
)
def test_a_bad_entry_refuses_its_statement_and_no_other(tmp_path, spoil, words):
    good = camt([TWO], 12_34, identity="S2", wrap=False)
    found = read_text(tmp_path, camt_file([camt([ONE], wrap=False).replace(*spoil), good]))
    assert [statement.reference for statement, _ in found.statements] == ["S2"]
    (remark,) = found.remarks
    assert remark.reference == "S1" and words in str(remark) and remark.line


def test_a_wrong_encoding_is_seen_through(tmp_path):
    text = camt([Entry(DAY, 100, "Société Générale")])
    for data, declared in (
        (text.encode("cp1252"), "utf-8"),
        (text.replace("UTF-8", "ISO-8859-1").encode(), "iso-8859-1"),
        (text.replace("UTF-8", "UTF-16").encode(), "utf-16"),
    ):
        found = read_text(tmp_path, data)
        assert found.lines[0].text == "Société Générale"
        (remark,) = found.remarks
        assert remark.kind == "note" and remark.values["declared"] == declared


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path):
    assert "longer than any bank writes" in refusal(tmp_path, ":20:S1\n:25:" + "x" * 1_200_000)


# -- CAMT ------------------------------------------------------------------------


def test_a_batch_keeps_its_transactions_a_return_its_reason_and_pending_ones_wait(tmp_path):
    def transaction(amount, name, more=""):
        return (
            f'<TxDtls><Refs><EndToEndId>E{name}</EndToEndId><MndtId>M{name}</MndtId></Refs><Amt Ccy="EUR">{amount}</Amt>'
            f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id>"
            f"</DbtrAcct><Cdtr><Pty><Nm>US</Nm></Pty></Cdtr><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id></CdtrAcct></RltdPties>"
            f"<RmtInf><Strd><RfrdDocInf><Nb>F2026-00007</Nb></RfrdDocInf><CdtrRefInf><Ref>RF93F202600042</Ref></CdtrRefInf>"
            f"</Strd></RmtInf>{more}</TxDtls>"
        )

    head = "<Ntry><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>{}</CdtDbtInd><Sts>{}</Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>"
    batch = (
        head.format("30.00", "CRDT", "BOOK")
        + f"<NtryDtls>{transaction('10', 'A')}{transaction('20', 'B')}</NtryDtls></Ntry>"
    )
    reason = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
    returned = (
        head.format("12.00", "DBIT", "BOOK")
        + "<RvslInd>true</RvslInd><Chrgs><Rcrd><Amt Ccy='EUR'>2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>"
        + f"<NtryDtls>{transaction('12', 'C', reason)}</NtryDtls></Ntry>"
    )
    dollars = (
        head.format("9.00", "CRDT", "BOOK")
        + "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy='USD'>10.00</Amt></InstdAmt></AmtDtls></TxDtls></NtryDtls></Ntry>"
    )
    pending = head.format("99.00", "CRDT", "<Cd>PDNG</Cd>") + "</Ntry>"
    text = camt([], 0, closing=27_00).replace("</Stmt>", batch + returned + dollars + pending + "</Stmt>")
    found = read_text(tmp_path, text)
    ((statement, lines),) = found.statements
    first, second, third = lines
    assert (first.amount, [detail.amount for detail in first.details]) == (30_00, [10_00, 20_00])
    assert [detail.payer for detail in first.details] == ["A", "B"]
    assert first.details[0].creditor_reference == "RF93F202600042" and "F2026-00007" in first.details[0].text
    assert (second.amount, second.return_reason, second.charges, second.mandate) == (-12_00, "AC04", 2_00, "MC")
    assert (second.payer, second.payer_iban) == ("C", "DE89370400440532013000")
    assert (third.original_amount, third.original_currency) == (10_00, "USD")
    assert statement.total == 27_00 and [remark.code for remark in statement.findings] == ["pending"]


# -- MT940 -----------------------------------------------------------------------

HEAD = ":20:S\n:25:37040044/0532013000\n:28C:1/1\n:60F:C261123EUR100,00\n"


@pytest.mark.parametrize(
    ("entry", "amount", "day"),
    [
        (":61:2611241124D9,N192NONREF", -9_00, DAY),
        (":61:261124C500NTRF29-07-2026 10:05//B4G29PGDCK1QFV3E", 500_00, DAY),
        (":61:2611241124RC10,50NTRFNONREF", -10_50, DAY),
        (":61:2611241124RD10,50NTRFNONREF", 10_50, DAY),
        (":61:2611241124DR5,NTRFREFERENCE//MUL040804", -5_00, DAY),
        (":61:261124CN0,01NTRFNONREF//MB1", 1, DAY),
        (":61:261124    C1,1NTRFNONREF", 1_10, DAY),
        (":61:2612311231C1,NTRFNONREF", 1_00, dt.date(2026, 12, 31)),
        (":61:2612310102C1,NTRFNONREF", 1_00, dt.date(2027, 1, 2)),
        (":61:2601021231C1,NTRFNONREF", 1_00, dt.date(2025, 12, 31)),
        (":61:260230C1,NTRFNONREF", 1_00, dt.date(2026, 2, 28)),
        (":61:9912310103C1,NTRFNONREF", 1_00, dt.date(2000, 1, 3)),
        (":61:2611241124CR\n30,00N062NONREF", 30_00, DAY),
        (":61:2611241124C7,00", 7_00, DAY),  # no transaction code: still an entry
    ],
)
def test_entries_of_many_dialects(tmp_path, entry, amount, day):
    found = read_text(tmp_path, f"{HEAD}{entry}\n:86:text\n{entry}\n:86:again\n:62F:C261124EUR1,\n-\n")
    assert [(line.amount, line.date) for line in found.lines] == [(amount, day)] * 2


def test_subfields_words_and_names_of_an_mt940(tmp_path):
    german = (
        ":61:2611241124C1,NTRFNONREF//B1\n"
        ":86:166?00GUTSCHRIFT?20EREF+E2E-1?21MREF+M-7?22SVWZ+RECHNUNG F2026?23-00042 DANKE?30DEUTDEFF"
        "?31DE89370400440532013000?32MUELLER?33 GMBH\n"
    )
    returned = ":61:2611241124D1,NRTINONREF//B2\n:86:109?00RUECKLASTSCHRIFT?20SVWZ+MD06 WIDERSPRUCH?34914\n"
    dutch = (
        ":61:2611241124D1,N102EREF\nNL70ABNA0987654321\n"
        ":86:/EREF/REF-9/BENM//NAME/CONTRA ACCOUN\nT HOLDER/REMI/Factuur 12/ISDT/2026-11-24\n"
    )
    one, two, three = read_text(tmp_path, f"{HEAD}{german}{returned}{dutch}:62F:C261124EUR99,\n-").lines
    assert (one.end_to_end, one.mandate, one.payer) == ("E2E-1", "M-7", "MUELLER GMBH")
    assert "RECHNUNG F2026" in one.text and one.payer_iban == "DE89370400440532013000" and one.bank_reference == "B1"
    assert two.return_reason == "MD06"
    assert (three.end_to_end, three.text, three.payer_iban) == ("REF-9", "Factuur 12", "NL70ABNA0987654321")


def test_a_broken_statement_of_an_mt940_costs_no_other(tmp_path):
    good = writers.mt940([ONE])
    found = read_text(tmp_path, good + good.replace("C12,34", "X12,34").replace("S1", "S2") + good.replace("S1", "S3"))
    assert [statement.reference for statement, _ in found.statements] == ["S1", "S3"]
    (remark,) = found.remarks
    assert remark.reference == "S2" and "is not an entry" in str(remark)


def test_an_mt940_without_its_closing_balance_may_be_cut_off(tmp_path):
    ((statement, lines),) = read_text(tmp_path, writers.mt940([ONE, TWO]).partition(":62F:")[0]).statements
    assert len(lines) == 2 and not statement.complete
    assert [(remark.kind, remark.code) for remark in statement.findings] == [("refused", "no_closing")]


@pytest.mark.parametrize("day", ["261131", "261130"])
def test_a_balance_on_the_31st_of_a_month_of_30_days_is_that_of_its_last_day(tmp_path, day):
    text = f"{HEAD}:61:2611241124C1,NTRFNONREF\n:62F:C{day}EUR101,00\n-\n"
    ((statement, _),) = read_text(tmp_path, text).statements
    assert (statement.closing, statement.date_to) == (101_00, dt.date(2026, 11, 30))
    assert read_text(tmp_path, text.replace(day, "261331")).remarks[0].kind == "refused"


@pytest.mark.parametrize("ordered", ["/OCMT/USD12,50/", "/OCMT/USD12,50"])
def test_what_was_ordered_in_another_currency_may_end_its_line(tmp_path, ordered):
    (line,) = read_text(tmp_path, f"{HEAD}:61:2611241124D11,NTRFNONREF\n{ordered}\n:62F:C261124EUR89,00\n-\n").lines
    assert (line.amount, line.original_amount, line.original_currency) == (-11_00, 12_50, "USD")


# -- CFONB -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda lines: lines[1:], "opening balance (01) is missing"),
        (lambda lines: lines[:-1], "no closing balance (07)"),
        (lambda lines: [lines[0], "05" + lines[1][2:], *lines[2:]], "goes on with an entry"),
        (lambda lines: [lines[0], lines[1].replace("241126", "311126"), *lines[2:]], "holds no date"),
        (lambda lines: [lines[0], lines[1][:103] + "?" + lines[1][104:], *lines[2:]], "holds no amount"),
        (lambda lines: [lines[0], lines[1].replace("12345678901", "99999999999"), *lines[2:]], "another account"),
        (lambda lines: [lines[0], "99" + lines[1][2:], *lines[2:]], "no record of CFONB"),
    ],
)
def test_a_broken_cfonb_statement_is_told_with_its_line_and_costs_no_other(tmp_path, spoil, words):
    lines = writers.cfonb([ONE]).splitlines()
    found = read_text(tmp_path, "\n".join([*spoil(lines), *lines]) + "\n")
    assert len(found.statements) == 1 and len(found.lines) == 1
    assert words in str(found.remarks[0]) and found.remarks[0].kind == "refused"


def test_a_cfonb_statement_takes_its_currency_from_its_entries(tmp_path):
    lines = writers.cfonb([ONE]).splitlines()
    bare = [line[:16] + "   " + line[19:] if line[:2] in ("01", "07") else line for line in lines]
    ((statement, (line,)),) = read_text(tmp_path, "\n".join(bare) + "\n").statements
    assert (statement.currency, line.currency, line.amount, statement.closing) == ("EUR", "EUR", 12_34, 12_34)


# -- OFX, QIF ----------------------------------------------------------------------


def test_ofx_keeps_good_statements_and_refuses_investments_and_errors(tmp_path):
    bank = writers.ofx([ONE], 12_34)
    shares = "<INVSTMTRS><CURDEF>EUR<INVACCTFROM><ACCTID>X1</INVACCTFROM></INVSTMTRS>"
    found = read_text(tmp_path, bank.replace("</STMTRS>", "</STMTRS>" + shares))
    assert [line.amount for line in found.lines] == [12_34] and found.remarks[0].code == "investment"
    cut = read_text(tmp_path, bank[: bank.index("<MEMO>")])
    assert not cut.statements and cut.remarks[0].code == "cut_off"
    status = "OFXHEADER:100\n\n<OFX><SIGNONMSGSRSV1><STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Sign on</STATUS></OFX>"
    assert "Sign on" in refusal(tmp_path, status)
    bad = read_text(tmp_path, bank.replace("20261124120000", ""))
    assert not bad.statements and "has no date" not in bad.remarks[0].code and bad.remarks[0].line


def test_what_is_commented_out_of_an_ofx_is_no_entry(tmp_path):
    text = writers.ofx([ONE, TWO], xml=True)
    first = text.index("<STMTTRN>")
    second = text.index("<STMTTRN>", first + 1)
    hidden = text[:first] + "<!-- old:\n" + text[first:second] + "-->" + text[second:]
    assert [line.amount for line in read_text(tmp_path, hidden).lines] == [TWO.amount]
    without_date = text.replace("<DTPOSTED>", "<!-- <DTPOSTED>", 1).replace("</DTPOSTED>", "</DTPOSTED> -->", 1)
    found = read_text(tmp_path, without_date)
    assert not found.lines and "has no date" in str(found.remarks[0])


@pytest.mark.parametrize("dates", [("13/11/24", "13/3/4"), ("99/11/24", "01/02/03")])
def test_years_that_come_first_with_two_digits_show_themselves(tmp_path, dates):
    records = "".join(f"D{day}\nT1.00\n^\n" for day in dates)
    found = [line.date for line in read_text(tmp_path, f"!Type:Bank\n{records}").lines]
    years = [2000 + int(day[:2]) if day[0] < "7" else 1999 for day in dates]
    assert [day.year for day in found] == years and found[0].day == 24
    assert "day first" in refusal(tmp_path, f"!Type:Bank\n{records}D24/11/1998\nT1.00\n^\n")


@pytest.mark.parametrize(
    ("dates", "option", "expected"),
    [
        (["13/01/2026", "02/03/2026"], None, dt.date(2026, 3, 2)),
        (["01/13/2026", "02/03/2026"], None, dt.date(2026, 2, 3)),
        (["2026-01-13", "2026-03-02"], None, dt.date(2026, 3, 2)),
        (["13.01.26", "02.03.26"], None, dt.date(2026, 3, 2)),
        (["1/13'26", "2/ 3'26"], None, dt.date(2026, 2, 3)),
        (["01/02/2026", "02/03/2026"], True, dt.date(2026, 3, 2)),
        (["01/02/2026", "02/03/2026"], False, dt.date(2026, 2, 3)),
        (["03/03/2026"], None, dt.date(2026, 3, 3)),
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_whole_file(tmp_path, dates, option, expected):
    text = "!Type:Bank\n" + "".join(f"D{day}\nT1.00\n^\n" for day in dates)
    assert read_text(tmp_path, text, day_first=option).lines[-1].date == expected


def test_an_order_that_the_file_does_not_show_is_asked_for(tmp_path):
    text = "!Type:Bank\nD01/02/2026\nT1.00\n^\nD02/03/2026\nT1.00\n^\n"
    assert "--day-first" in refusal(tmp_path, text)
    assert "some the month" in refusal(tmp_path, text.replace("01/02", "13/02").replace("02/03", "02/13"))


def test_amounts_of_a_qif_follow_the_sign_of_the_whole_file(tmp_path):
    def amounts(*written):
        text = "!Type:Bank\n" + "".join(f"D13/01/2026\nT{amount}\n^\n" for amount in written)
        return [line.amount for line in read_text(tmp_path, text).lines]

    assert amounts("1,234.50", "1,234") == [1234_50, 1234_00]
    assert amounts("1.234,50", "1.234") == [1234_50, 1234_00]
    with pytest.raises(Problem, match="decimal comma"):
        amounts("1,50", "1.50")


# -- CSV -------------------------------------------------------------------------


def test_csv_of_excel_with_balances_headings_above_and_totals_below(tmp_path):
    text = (
        "sep=;\r\nCompte;FR76 3000 6000 0112 3456 7890 189\r\n\r\n"
        "Date;Libellé;Débit;Crédit;Solde\r\n"
        '13/11/2026;"VIR; DUPONT ""SARL""";;1 234,56;1 334,56\r\n'
        "14/11/2026;FRAIS;3,20;;1 331,36\r\n"
        "Solde au 14/11/2026;;;;1 331,36\r\n"
    )
    ((statement, lines),) = read_text(tmp_path, text.encode("cp1252"), currency="EUR").statements
    assert [(line.amount, line.text) for line in lines] == [(1234_56, 'VIR; DUPONT "SARL"'), (-3_20, "FRAIS")]
    assert (statement.account, statement.opening, statement.closing) == (IBAN, 100_00, 1331_36)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Date;Libellé;Montant;Montant\n13/11/2026;a;1;2\n", "stands there twice"),
        ("Date;Montant\n01/02/2026;1,00\n", "--day-first"),
    ],
)
def test_a_csv_that_can_be_read_two_ways_is_asked_about(tmp_path, text, words):
    assert words in refusal(tmp_path, text)


@pytest.mark.parametrize("row", ["32/11/2026;a;1,00", "13/11/2026;a;1,0x", ";a;1,00", "13/11/2026;a;1.2345,00"])
def test_a_row_that_cannot_be_read_refuses_the_file_with_its_number(tmp_path, row):
    found = read_text(tmp_path, f"Date;Libellé;Montant\n13/11/2026;ok;2,00\n{row}\n", day_first=True)
    assert not found.statements and found.remarks[0].kind == "refused" and found.remarks[0].line == 3


@pytest.mark.parametrize("heads", ["Fecha;Valor;Concepto;Importe", "Data;Data valuta;Causale;Importo"])
def test_headings_of_spain_and_italy_are_known(tmp_path, heads):
    found = read_text(tmp_path, f"{heads}\n24/11/2026;25/11/2026;Cuota;-1.234,56\n", currency="EUR")
    assert [(line.date, line.amount, line.text) for line in found.lines] == [(DAY, -1234_56, "Cuota")]


def test_a_running_balance_that_does_not_follow_is_told(tmp_path):
    text = "Date;Libellé;Montant;Solde\n13/11/2026;a;1,00;11,00\n14/11/2026;b;2,00;14,00\n"
    ((statement, lines),) = read_text(tmp_path, text).statements
    assert len(lines) == 2 and statement.balances == "none"
    assert [remark.code for remark in statement.findings] == ["running_balance"]


@pytest.mark.parametrize("kind", ["camt", "mt940", "cfonb", "ofx", "qif", "csv"])
def test_a_cut_anywhere_never_gives_a_wrong_cent(tmp_path, kind):
    """Whatever is read of a file that was cut off is what stands in the whole: nothing is half a number."""
    entries = [Entry(DAY, 1234_56, "ONE", "A1"), Entry(DAY, -77_00, "TWO", "A2")]
    text = getattr(writers, kind)(entries)
    whole = [entry.amount for entry in entries]
    path = tmp_path / "cut"
    for end in range(0, len(text), 7):
        path.write_text(text[:end], "utf-8")
        try:
            found = read_file(path, day_first=False) if kind == "qif" else read_file(path, day_first=True)
        except Problem:
            continue
        good = [lines for statement, lines in found.statements if statement.complete and statement.balances == "both"]
        for lines in good:
            assert [line.amount for line in lines] == whole
