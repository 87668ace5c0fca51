"""Ways in which banks depart from their formats, each read to what the bank meant or told in one sentence."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.exchange import writers
from tests.exchange.writers import Entry, camt, camt_file, read_text
from tui_billing.exchange.bank.csv_surmise import surmise
from tui_billing.exchange.bank.source import Source

DAY = dt.date(2026, 11, 24)
GERMAN = "DE89370400440532013000"
HEAD = ":20:S\n:25:37040044/0532013000\n:28C:1/1\n:60F:C261123EUR100,00\n"
FOOT = ":62F:C261124EUR101,00\n-\n"
ENTRY = ":61:2611241124C1,NTRFNONREF//B1\n"


def one(folder, details, entry=ENTRY):
    """The line of one MT940 entry with this :86:."""
    (line,) = read_text(folder, f"{HEAD}{entry}:86:{details}\n{FOOT}").lines
    return line


# -- MT940 -----------------------------------------------------------------------


def test_an_identifier_of_the_purpose_ends_with_its_subfield_unless_that_is_full(tmp_path):
    line = one(tmp_path, "159?00RETOURE?20EREF+AB 40005 00005?21MTLG:Konto geschlo?22ssen?34903")
    assert (line.end_to_end, line.text) == ("AB 40005 00005", "Konto geschlo ssen")
    full = "EREF+" + "X" * 22
    assert one(tmp_path, f"166?20{full}?21YZ?22SVWZ+DANKE").end_to_end == "X" * 22 + "YZ"
    cut = "MREF+ 12AB234CD6E7F CRED+ A"  # 27 characters, and so is the next: SVWZ itself is cut in two
    line = one(tmp_path, f"105?20{cut}?21B12CDE0000000000000000034 S?22VWZ+RECHNUNG 7")
    assert (line.mandate, line.text) == ("12AB234CD6E7F", "RECHNUNG 7")


def test_a_reference_that_only_points_to_the_text_is_taken_from_there(tmp_path):
    line = one(tmp_path, "191?20KREF+LAUF 77?21SVWZ+SAMMLER", ENTRY.replace("NONREF", "KREF+"))
    assert (line.reference, line.text) == ("LAUF 77", "SAMMLER")
    assert one(tmp_path, "191?20SVWZ+SAMMLER", ENTRY.replace("NONREF", "EREF")).reference == ""
    assert one(tmp_path, "text", ENTRY.replace("NONREF", ".")).reference == ""


def test_subfields_with_a_sign_of_the_bank_s_own(tmp_path):
    line = one(tmp_path, "000+20PLATA+30302410000+31RO49AAAA1B31007593840000\n+32NORD SRL+33/\n+23FACT 4603")
    assert (line.payer_iban, line.text) == ("RO49AAAA1B31007593840000", "PLATA FACT 4603")
    assert line.payer.startswith("NORD SRL")
    assert one(tmp_path, "020 TEL. 500+33 1 23").text == "020 TEL. 500+33 1 23"  # one alone is plain text


@pytest.mark.parametrize(
    ("details", "payer", "iban"),
    [
        ("FACTUUR 2014\nREK: NL91ABNA0417164300/NAAM: DE WIT B.V.", "DE WIT B.V.", "NL91ABNA0417164300"),
        (
            "SEPA OVERBOEKING                 IBAN: NL91ABNA0417164300        \nBIC: ABNANL2A                    "
            "NAAM: DE WIT BV                  \nOMSCHRIJVING: F2026-00042",
            "DE WIT BV",
            "NL91ABNA0417164300",
        ),
        (
            "911 PRZELEW; Z RACH.: \n61109010140000071219812874; OD: JAN NOWAK UL. NOWA 1 31-234 KRAKOW; TYT.: FV 7; \nTNR: 1",
            "JAN NOWAK",
            "61109010140000071219812874",
        ),
        ("Betreff: Rechnung 7", "", ""),
    ],
)
def test_words_before_the_parts_of_a_plain_text(tmp_path, details, payer, iban):
    line = one(tmp_path, details)
    assert (line.payer, line.payer_iban) == (payer, iban)
    assert "2014" in line.text or "F2026-00042" in line.text or "7" in line.text


def test_what_stands_below_an_entry_is_kept_once(tmp_path):
    below = ENTRY + "RECHNUNG 4711\n"
    assert one(tmp_path, "MIETE", below).text == "MIETE RECHNUNG 4711"
    assert one(tmp_path, "Rechnung 4711 Miete", below).text == "Rechnung 4711 Miete"
    assert one(tmp_path, "MIETE", ENTRY + "/OCMT/USD1,20//CHGS/EUR0,10/\n").text == "MIETE"


def test_names_over_two_subfields_are_two_words_unless_the_first_is_full(tmp_path):
    assert one(tmp_path, "166?20X?32MUELLER?33GMBH").payer == "MUELLER GMBH"
    assert one(tmp_path, "166?20X?32" + "N" * 27 + "?33ORD").payer == "N" * 27 + "ORD"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        (":25:1/2\n" + ENTRY, "note", "no_balances"),
        (HEAD + ENTRY + "-\n", "difference", "no_closing"),
        (HEAD + ENTRY + writers.mt940([Entry(DAY, 1, "F")]), "difference", "no_closing"),
        (HEAD + ENTRY, "refused", "no_closing"),
        (HEAD + ENTRY + "-\n:61:2611241124C2,NTRFNONREF\n", "refused", "no_closing"),
        (HEAD + ENTRY + ":62F:C261124USD101,00\n-\n", "difference", "balance_currency"),
        (HEAD + ENTRY + ":62F:C261124USD101,01\n-\n", "refused", "balance_currency"),
    ],
)
def test_a_statement_is_refused_only_where_it_may_be_cut_off_or_is_in_two_currencies(tmp_path, text, kind, code):
    statement, _ = read_text(tmp_path, text).statements[0]
    assert [(remark.kind, remark.code) for remark in statement.findings] == [(kind, code)]


def test_what_begins_with_a_later_field_is_told_as_no_statement(tmp_path):
    with pytest.raises(Exception, match="holds no statement"):
        read_text(tmp_path, ":86:166?00GUTSCHRIFT\n")


def test_words_between_slashes_are_kept_where_none_of_them_is_the_remittance(tmp_path):
    line = one(tmp_path, "/OCMT/USD28,12/\nPAYMENT OF F2026-00042\n/OGB/BANK")
    assert "F2026-00042" in line.text and (line.original_amount, line.original_currency) == (28_12, "USD")
    batch = ENTRY.replace("NONREF", "PREF") + "/TRCD/00200/\n"
    line = one(tmp_path, "/PREF/LAUF-7//REMI/USTD//TOTAAL 5/", batch)
    assert (line.reference, line.text) == ("LAUF-7", "TOTAAL 5")


def test_a_remittance_behind_an_empty_one_or_in_parts_is_found(tmp_path):
    line = one(tmp_path, "/EREF/E7/ORDP//NAME/KLANTGELDEN/ADDR/Straat 9/REMI//REMI/AFREK. F2026-00042")
    assert (line.payer, line.text, line.end_to_end) == ("KLANTGELDEN", "AFREK. F2026-00042", "E7")
    line = one(tmp_path, "/BENM//NAME/DIENST/REMI//CDTRREFTP//CD/SC\nOR/ISSR/CUR/CDTRREF/1234567899874563/ISDT/2026")
    assert (line.creditor_reference, line.text) == ("1234567899874563", "1234567899874563")


def test_subfields_without_a_code_before_them(tmp_path):
    line = one(tmp_path, ">20USLUGI FV 7.>31491050195310000\n0477656534>32BOOKING GROUP")
    assert (line.text, line.payer, line.payer_iban) == ("USLUGI FV 7.", "BOOKING GROUP", "4910501953100000477656534")
    assert one(tmp_path, "> 20 EUR").text == "> 20 EUR"


def test_a_time_that_is_cut_by_the_end_of_a_line_begins_no_field(tmp_path):
    full = "106?20SVWZ+" + "X" * 38 + "2026-11-24T03"  # 61 characters behind :86:, 65 with it
    line = one(tmp_path, full + "\n:20:08 Karte?32SHOP")
    assert line.text.endswith("T03:20:08 Karte") and line.payer == "SHOP"


def test_a_dash_that_ends_a_line_of_text_ends_no_statement(tmp_path):
    ((statement, (line,)),) = read_text(tmp_path, f"{HEAD}{ENTRY}:86:HUUR -\n-\n{FOOT}").statements
    assert (line.text, statement.closing, statement.findings) == ("HUUR -", 101_00, [])


def test_the_other_party_s_account_may_stand_in_the_purpose_and_the_own_one_in_its_place(tmp_path):
    line = one(tmp_path, "000>100000000000\n>20ABNANL2A\n>21NL91ABNA0417164300\n>22DE WIT >23FACTUUR\n>310532013000")
    assert (line.payer_iban, line.text) == ("NL91ABNA0417164300", "DE WIT FACTUUR")
    assert one(tmp_path, "000>20HUUR>310532013000").payer_iban == ""


def test_an_account_in_the_entry_or_before_the_name_is_the_payer_s(tmp_path):
    entry = ":61:2611241124C1,NOVBNL91ABNA0417164300\nj de wit\n"
    line = one(tmp_path, "NL91ABNA0417164300 j de wit\n \nFactuur 7\n", entry)
    assert (line.payer, line.payer_iban, line.reference) == ("j de wit", "NL91ABNA0417164300", "")
    told = one(tmp_path, "/ORDP/300000003998473\n/TELEKOM AD - SKOPJE\n/00//026415\n/F2026-00042", ENTRY)
    assert (told.payer, told.payer_iban) == ("TELEKOM AD - SKOPJE", "300000003998473") and "F2026-00042" in told.text
    padded = ":61:2611241124C1,NMSC4711            J DE WIT\n"
    assert (one(tmp_path, "x", padded).reference, one(tmp_path, "x", padded).payer) == ("4711", "J DE WIT")


def test_a_blank_between_amount_and_transaction_code_and_an_account_in_two_parts(tmp_path):
    text = (HEAD + ENTRY.replace("C1,N", "C1,00 N") + FOOT).replace("37040044/", "//DE37040044/")
    ((statement, (line,)),) = read_text(tmp_path, text).statements
    assert (line.bank_code, line.reference, line.bank_reference) == ("NTRF", "", "B1")
    assert statement.account == "37040044/0532013000"


def test_an_entry_without_transaction_code_and_an_iban_behind_its_bic(tmp_path):
    entry = ENTRY.replace("NTRFNONREF//B1", "NONREF")
    text = HEAD.replace("37040044/0532013000", f"DEUTDEFF/{GERMAN}") + entry + f":86:VON {writers.IBAN} MIETE\n" + FOOT
    ((statement, (line,)),) = read_text(tmp_path, text).statements
    assert (line.bank_code, line.reference, line.payer_iban) == ("", "", writers.IBAN)
    assert statement.account == GERMAN
    own = text.replace(writers.IBAN, GERMAN)
    assert read_text(tmp_path, own).lines[0].payer_iban == ""


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Müller und Söhne", "cp850"),
        ("GEBÜHREN für Geschäfte", "cp850"),
        ("Müller und Söhne", "cp1252"),
        ("l’œuvre – “tout” à 5 €, été", "cp1252"),
        ("l’an – “tout” 5 €", "cp1252"),
    ],
)
def test_letters_of_dos_and_of_windows_are_told_apart(tmp_path, text, encoding):
    whole = f"{HEAD}{ENTRY}:86:{text}\n{FOOT}"
    assert read_text(tmp_path, whole.encode(encoding)).lines[0].text == text


def test_an_envelope_on_the_line_of_the_first_field_is_taken_off(tmp_path):
    text = HEAD + ENTRY + FOOT.replace("-\n", "-}{5:{CHK:1}}\n")
    found = read_text(tmp_path, ("{1:F01A}{2:I940BN}{3:{108:0050}}{4:" + text) * 2)
    assert [(statement.reference, len(lines)) for statement, lines in found.statements] == [("S", 1)] * 2


# -- CAMT ------------------------------------------------------------------------


def test_entries_are_taken_where_a_balance_is_in_another_currency(tmp_path):
    whole = camt([Entry(DAY, 12_34, "F7", "A1")], 10_00, closing=22_34)
    place = whole.index("CLBD")
    text = whole[:place] + whole[place:].replace('"EUR"', '"SEK"', 1)
    ((statement, (line,)),) = read_text(tmp_path, text).statements
    assert (line.amount, line.currency, statement.opening, statement.closing) == (12_34, "EUR", 10_00, None)
    assert [(remark.kind, remark.code) for remark in statement.findings] == [("difference", "balance_currency")]


@pytest.mark.parametrize(
    ("credits", "debits", "found"),
    [
        ("<NbOfNtries>1</NbOfNtries><Sum>12.34</Sum>", "<NbOfNtries>1</NbOfNtries><Sum>5</Sum>", []),
        ("<Sum>12.34</Sum>", "", []),
        ("<NbOfNtries>2</NbOfNtries><Sum>12.34</Sum>", "<Sum>5.00</Sum>", ["2 12.34"]),
        ("<NbOfNtries>1</NbOfNtries><Sum>12.35</Sum>", "<Sum>5.01</Sum>", ["1 12.35", "5.01"]),
    ],
)
def test_the_bank_s_own_counts_and_sums_are_checked(tmp_path, credits, debits, found):
    text = camt([Entry(DAY, 12_34, "F7"), Entry(DAY, -5_00, "FRAIS")])
    summary = f"<TxsSummry><TtlCdtNtries>{credits}</TtlCdtNtries><TtlDbtNtries>{debits}</TtlDbtNtries></TxsSummry>"
    place = text.index("<Ntry>")
    ((statement, _),) = read_text(tmp_path, text[:place] + summary + text[place:]).statements
    assert [remark.values["text"] for remark in statement.findings] == found
    assert all((remark.kind, remark.code) == ("difference", "sums") for remark in statement.findings)


def test_one_transfer_over_several_invoices_keeps_every_reference(tmp_path):
    strd = "<Strd><CdtrRefInf><Ref>{}</Ref></CdtrRefInf><AddtlRmtInf>{}</AddtlRmtInf></Strd>"
    remittance = "<RmtInf>" + strd.format("RF18539007547034", "F1") + strd.format("RF93F202600042", "F2") + "</RmtInf>"
    entry = (
        "<Ntry><Amt Ccy='EUR'>30.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>"
        f"<NtryDtls><TxDtls>{remittance}</TxDtls></NtryDtls></Ntry>"
    )
    text = camt_file([camt([], wrap=False).replace("</Stmt>", entry + "</Stmt>")])
    (line,) = read_text(tmp_path, text).lines
    assert line.creditor_reference == "RF18539007547034" and line.text == "F1 RF93F202600042 F2"


# -- CFONB, OFX ------------------------------------------------------------------


def test_cfonb_records_without_line_ends_but_one_at_the_end_of_the_file(tmp_path):
    text = writers.cfonb([Entry(DAY, 12_34, "VIR DUPONT")])
    records = text.splitlines()
    assert [line.amount for line in read_text(tmp_path, "".join(records) + "\n").lines] == [12_34]
    assert [line.amount for line in read_text(tmp_path, "".join(records)).lines] == [12_34]


def test_an_ofx_amount_in_another_currency_is_told_unless_it_was_changed(tmp_path):
    text = writers.ofx([Entry(DAY, 12_34, "VIR")])
    told = "<{}>\n<CURRATE>1.18\n<CURSYM>USD\n</{}>\n"
    for names, words in ((["CURRENCY"], "is in USD"), (["ORIGCURRENCY"], ""), (["CURRENCY", "ORIGCURRENCY"], "")):
        found = read_text(
            tmp_path, text.replace("<MEMO>", "".join(told.format(name, name) for name in names) + "<MEMO>")
        )
        assert words in str(*found.remarks) and len(found.lines) == (0 if words else 1)


def test_an_ofx_of_a_french_bank_states_the_account_in_three_parts(tmp_path):
    text = writers.ofx([Entry(DAY, 12_34, "VIR")])
    text = text.replace("<BANKID>30006\n", "<BANKID>30006\n<BRANCHID>00001\n").replace(writers.IBAN, "12345678901")
    ((statement, _),) = read_text(tmp_path, text).statements
    assert statement.account == writers.BBAN


# -- CSV -------------------------------------------------------------------------

#: Layout -> (headings and rows as the bank writes them, account, text or reference that names the invoice).
LAYOUTS = {
    "cooperative, labels over several lines": (
        'Solde au 24/11/2026 1 188,96 €\r\n\r\nDate;Libellé;Débit euros;Crédit euros;\r\n23/11/2026;"VIREMENT   \n'
        'DUPONT SARL\nF2026-00042\n";;1 200,00;\r\n24/11/2026;"PRELEVEMENT  \nEDF";45,60;;\r\n',
        "",
    ),
    "number in a formula, details that say the label again": (
        "=\"0300300012345678\";01/11/2026;24/11/2026;2\r\n\r\nDate de l'opération;Libellé;Détail de l'écriture;"
        "Montant de l'opération;Devise\r\n23/11/2026;VIR RECU;VIR RECU DE: DUPONT SARL MOTIF: F2026-00042;1200,00;EUR\r\n"
        "24/11/2026;PRLV;PRLV EDF;-45,60;EUR\r\n",
        "",
    ),
    "online account of a firm, two clocks": (
        "Statut;Date de la valeur (UTC);Date de l'opération (UTC);Date de l'opération (local);Montant total (TTC);"
        "Montant total (TTC) (local);Devise;Nom de la contrepartie;IBAN de la contrepartie;Référence;Montant HT;"
        "Identifiant de transaction\nExécuté;23-11-2026 10:00:00;23-11-2026 09:00:00;23-11-2026 10:00:00;1200,00;1200,00;"
        f"EUR;DUPONT SARL;{writers.IBAN};F2026-00042;;T1\nExécuté;24-11-2026 10:00:00;24-11-2026 09:00:00;"
        "24-11-2026 10:00:00;-45,60;-45,60;EUR;EDF;;;;T2\nRefusé;24-11-2026 10:00:00;24-11-2026 09:00:00;"
        "24-11-2026 10:00:00;-7,00;-7,00;EUR;X;;;;T3\n",
        "",
    ),
    "savings bank, pending rows in the last column": (
        '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Kundenreferenz (End-to-End)";'
        '"Lastschrift Ursprungsbetrag";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"Betrag";"Waehrung";"Info"\r\n'
        f'"{GERMAN}";"23.11.26";"23.11.26";"GUTSCHR.";"F2026-00042";"E1";"";"DUPONT SARL";"{writers.IBAN}";"1200,00";"EUR";'
        f'"Umsatz gebucht"\r\n"{GERMAN}";"24.11.26";"24.11.26";"LASTSCHR.";"Strom";"";"-9,00";"EDF";"{GERMAN}";"-45,60";'
        f'"EUR";"Umsatz gebucht"\r\n"{GERMAN}";"24.11.26";"24.11.26";"KARTE";"";"";"";"X";"";"-7,00";"EUR";'
        '"Umsatz vorgemerkt"\r\n',
        GERMAN,
    ),
    "large bank, the other party's IBAN and an amount that stays empty": (
        "Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN;Betrag;Soll;Haben;Währung\n"
        f"23.11.2026;23.11.2026;Gutschrift;DUPONT SARL;F2026-00042;{writers.IBAN};;;1.200,00;EUR\n"
        f"24.11.2026;24.11.2026;Lastschrift;EDF;Strom;{GERMAN};;-45,60;;EUR\nKontostand;24.11.2026;;;1.188,96;EUR\n",
        "",
    ),
    "direct bank, its head above the table": (
        "Umsatzanzeige;Datei erstellt am: 24.11.2026\n\nIBAN;DE89 3704 0044 0532 0130 00\nSaldo;1.188,96;EUR\n\n"
        "Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung\n"
        "24.11.2026;24.11.2026;EDF;Lastschrift;Strom;1.188,96;EUR;-45,60;EUR\n"
        "23.11.2026;23.11.2026;DUPONT SARL;Gutschrift;F2026-00042;1.234,56;EUR;1.200,00;EUR\n",
        GERMAN,
    ),
    "bank of the telephone, partner's account": (
        '"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Amount (EUR)",'
        f'"Original Amount"\n2026-11-23,2026-11-23,"DUPONT SARL",{writers.IBAN},"Transfer",F2026-00042,1200.00,\n'
        "2026-11-24,2026-11-24,EDF,,Presentment,,-45.60,45.60\n",
        "",
    ),
    "the same in earlier years": (
        f'"Date","Payee","Account number","Payment reference","Amount (EUR)"\n"2026-11-23","DUPONT SARL","{writers.IBAN}",'
        '"F2026-00042","1200.0"\n"2026-11-24","EDF","","","-45.6"\n',
        "",
    ),
    "fees beside the amount, which the balance knows": (
        "Type,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance\n"
        "TOPUP,2026-11-22 10:00:00,2026-11-23 10:00:00,DUPONT SARL F2026-00042,1200.00,0.00,EUR,COMPLETED,1234.56\n"
        "CARD,2026-11-23 11:00:00,2026-11-24 10:00:00,EDF,-45.20,0.40,EUR,COMPLETED,1188.96\n"
        "CARD,2026-11-24 11:00:00,,Shop,-5.00,0.00,EUR,PENDING,\n",
        "",
    ),
    "gross and net": (
        '"Date","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID","Reference Txn ID",'
        '"Invoice Number","Balance"\n"23/11/2026","DUPONT SARL","Payment","Completed","EUR","1.210,00","-10,00","1.200,00",'
        '"T1","","F2026-00042","1.234,56"\n"24/11/2026","EDF","Payment","Completed","EUR","-45,60","0,00","-45,60","T2","",'
        '"","1.188,96"\n',
        "",
    ),
    "fees that are in the amount already": (
        '"ID",Date,Amount,Currency,Description,"Running Balance","Payer Name","Total fees"\nA,23-11-2026,1200.00,EUR,'
        '"DUPONT SARL F2026-00042",1234.56,"DUPONT SARL",0.00\nB,24-11-2026,-45.60,EUR,EDF,1188.96,,0.20\n',
        "",
    ),
    "money out and in beside the amount": (
        "Date,Type,Name,Amount,Currency,Local amount,Notes and #tags,Money Out,Money In\n"
        "23/11/2026,Faster payment,DUPONT SARL,1200.00,EUR,1200.00,F2026-00042,,1200.00\n"
        "24/11/2026,Direct Debit,EDF,-45.60,EUR,-45.60,,-45.60,\n",
        "",
    ),
    "value, apostrophes, blanks before the headings": (
        "Date, Type, Description, Value, Balance, Account Name, Account Number\n"
        '23/11/2026,BAC,"\'DUPONT SARL , F2026-00042",1200.00,1234.56,"\'ACME","\'600000-12345678"\n'
        '24/11/2026,D/D,"\'EDF",-45.60,1188.96,"\'ACME","\'600000-12345678"\n',
        "600000-12345678",
    ),
    "Dutch, a column of signs": (
        '"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Af Bij";"Bedrag (EUR)";"Mededelingen";"Saldo na mutatie"\n'
        f'"20261123";"DUPONT SARL";"{GERMAN}";"{writers.IBAN}";"Bij";"1200,00";"F2026-00042";"1234,56"\n'
        f'"20261124";"EDF";"{GERMAN}";"";"Af";"45,60";"Strom";"1188,96"\n',
        GERMAN,
    ),
    "Belgian, the amount said twice": (
        "Rekeningnummer;Munt;Datum;Omschrijving;Valuta;Bedrag;Saldo;credit;debet;rekeningnummer tegenpartij;"
        "Naam tegenpartij;gestructureerde mededeling;Vrije mededeling\n"
        f"BE68539007547034;EUR;23/11/2026;OVERSCHRIJVING;23/11/2026;1200,00;1234,56;1200,00;;{writers.IBAN};DUPONT SARL;;"
        "F2026-00042\nBE68539007547034;EUR;24/11/2026;DOMICILIERING;24/11/2026;-45,60;1188,96;;-45,60;;EDF;;Strom\n",
        "BE68539007547034",
    ),
    "Swiss, number and IBAN above": (
        "Kontonummer:;0234 00103914.40;\nIBAN:;CH93 0076 2011 6238 5295 7;\n\nBuchungsdatum;Valutadatum;Währung;"
        "Belastung;Gutschrift;Einzelbetrag;Saldo;Transaktions-Nr.;Beschreibung1;Beschreibung2;\n"
        "2026-11-24;2026-11-24;EUR;-45.60;;;1188.96;T2;EDF;Strom;\n"
        "2026-11-23;2026-11-23;EUR;;1200.00;;1234.56;T1;DUPONT SARL;F2026-00042;\n",
        "CH9300762011623852957",
    ),
    "balances as rows of their own": (
        "Account Number : 08088804068,: EUR,,,\nBalance at end of period,,,,+1188.96\nDate,Operation Number,Label,Debit,"
        "Credit\n23/11/26,U1,DUPONT SARL F2026-00042,,1200.00\n24/11/26,U2,EDF,-45.60,\n"
        "Balance at start of period,,,,+34.56\n",
        "08088804068",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_tables_of_many_banks_are_read_without_drawing(tmp_path, layout):
    text, account = LAYOUTS[layout]
    ((statement, lines),) = read_text(tmp_path, text, currency="EUR").statements
    received = next(line for line in lines if line.amount > 0)
    assert sorted(line.amount for line in lines) == [-45_60, 1200_00]
    assert sorted(line.date.day for line in lines) == [23, 24] and received.date.day == 23
    assert "F2026-00042" in received.text + received.reference and "DUPONT" in received.text + received.payer
    assert statement.account == account and received.currency == "EUR"
    assert received.payer_iban in ("", writers.IBAN)
    assert statement.closing in (None, 1188_96) and not any(r.kind != "note" for r in statement.findings)


def test_a_row_that_states_two_amounts_is_told(tmp_path):
    text = "Date;Libellé;Montant;Crédit\n13/11/2026;a;10,00;12,00\n"
    (remark,) = read_text(tmp_path, text).remarks
    assert remark.kind == "refused" and "draw the columns anew" in str(remark) and remark.line == 2


@pytest.mark.parametrize(
    ("rows", "amounts"),
    [
        ("Date,Description,Amount,Transaction Type\n13/11/26,a,10.00,debit\n14/11/26,b,7.00,credit\n", [-10_00, 7_00]),
        ("Date,Description,Amount,Type\n13/11/26,a,-10.00,debit\n14/11/26,b,7.00,credit\n", [-10_00, 7_00]),
        ("Date,Description,Amount,Type\n13/11/26,a,10.00,debit\n14/11/26,b,7.00,card\n", [10_00, 7_00]),
        (
            "Date,Details,Withdrawal,Deposit,RunningBalance\n13/11/26,a,10.00,,90.00\n14/11/26,b,,7.00,97.00\n",
            [-10_00, 7_00],
        ),
        ('"Date de valeur";Description;Débit;Crédit\n13/11/26;a;10.00;\n14/11/26;b;;7.00\n', [-10_00, 7_00]),
    ],
)
def test_kinds_that_say_debit_or_credit_are_signs_where_amounts_have_none(tmp_path, rows, amounts):
    assert [line.amount for line in read_text(tmp_path, rows, currency="EUR").lines] == amounts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("34022004   " + " " * 229, "CFONB 240"),
        ("01,122099999,123456789,261124,0200,1,,,2/\n02,031001234,122099999,1,261124,,,/\n", "BAI2"),
        ("0000018011772505" + " " * 112 + "\n", "CODA"),
        (
            "11" + "0182" + "1234" + "0123456789" + "261101" + "261130" + "2" + "00000000123456" + "978" + "3",
            "Norma 43",
        ),
    ],
)
def test_statements_in_formats_that_are_not_read_are_named(tmp_path, text, name):
    with pytest.raises(Exception, match=f"this is {name}, which is not read here"):
        read_text(tmp_path, text)


def test_the_first_version_of_camt_has_fewer_levels(tmp_path):
    text = (
        '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.01"><BkToCstmrStmtV01><Stmt>'
        f"<Id>S</Id><Acct><Id><IBAN>{writers.IBAN}</IBAN></Id></Acct>"
        "<Bal><Tp><Cd>OPBD</Cd></Tp><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>"
        "<Bal><Tp><Cd>CLBD</Cd></Tp><Amt Ccy='EUR'>3</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-24</Dt></Dt></Bal>"
        "<Ntry><Amt Ccy='EUR'>2</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt>"
        "<TxDtls><RltdPties><Dbtr><Nm>DUPONT</Nm></Dbtr></RltdPties><RmtInf><Ustrd>F2026-00042</Ustrd></RmtInf></TxDtls>"
        "</Ntry></Stmt></BkToCstmrStmtV01></Document>"
    )
    ((statement, (line,)),) = read_text(tmp_path, text).statements
    assert (statement.opening, statement.closing, statement.total) == (1_00, 3_00, 2_00)
    assert (line.payer, line.text) == ("DUPONT", "F2026-00042")


@pytest.mark.parametrize(
    ("text", "heading", "columns"),
    [
        (
            "417164300\tEUR\t20261123\t34,56\t1234,56\t20261123\t1200,00\tSEPA Overboeking DUPONT\n"
            "417164300\tEUR\t20261124\t1234,56\t1188,96\t20261124\t-45,60\tSEPA Incasso EDF\n",
            0,
            {"date": (2,), "value_date": (5,), "amount": (6,), "balance": (4,), "text": (7,)},
        ),
        (
            "Jour;Qui;Quoi;Combien;Af Bij\n23/11/2026;DUPONT;FACTURE 12;1 200,00;Bij\n24/11/2026;EDF;LOYER;45,60;Af\n",
            1,
            {"date": (0,), "sign": (4,), "amount": (3,), "text": (1, 2)},
        ),
        ("a;b\n1;2\n", 1, {}),
        ("", 0, {}),
    ],
)
def test_columns_without_known_headings_are_surmised_from_their_rows(tmp_path, text, heading, columns):
    (tmp_path / "table").write_text(text)
    found = surmise(Source(tmp_path / "table"))
    assert (found.heading, found.columns) == (heading, columns)
