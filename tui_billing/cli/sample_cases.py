"""The sample's last days at the case desk: calls, disputes in every status, papers, a question, a credit that waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_billing.cli.sample_papers import SamplePaper, hang, mail, pdf, photograph
from tui_billing.rules.credits import Part
from tui_billing.services import (
    credit,
    credit_approval,
    dispute_amend,
    dispute_outcome,
    disputes,
    inquiries,
    recipients,
)

if TYPE_CHECKING:
    from tui_billing.cli.sample_desk import Desk, Year

#: Minor units above which a credit note waits for a second person.
APPROVAL = 250_000


class _Cases:
    """What the clerks do in these days, each on its day of the lived year."""

    def __init__(self, year: Year) -> None:
        self.year, self.desk, self.books = year, year.desk, year.books

    def on(self, day: str, *deeds: Callable[[], object]) -> None:
        """Have something done on a day."""
        for deed in deeds:
            self.year.later(dt.date.fromisoformat(day), deed)

    def id_of(self, table: str, number: str) -> int:
        column = "code" if table == "customer" else "number"
        return int(self.books.value(f"SELECT id FROM {table} WHERE {column} = ?", (number,)))  # type: ignore[call-overload]

    def call(
        self,
        login: str,
        code: str,
        subject: str,
        text: str,
        *,
        invoice: str = "",
        contact: str = "",
        answer: str = "",
        channel: str = "call",
        follow_up: str = "",
        follows: int | None = None,
    ) -> int:
        """A call or mail of a customer."""
        return inquiries.log_inquiry(
            self.books,
            self.desk.by(login),
            self.id_of("customer", code),
            text,
            invoice_id=self.id_of("invoice", invoice) if invoice else None,
            subject=subject,
            contact=contact,
            answer=answer,
            channel=channel,
            follow_up=dt.date.fromisoformat(follow_up) if follow_up else None,
            follows=follows,
        )

    def dispute(
        self, login: str, number: str, reason: str, lines: Sequence[disputes.Claim], note: str, contact: str
    ) -> int:
        """A dispute on lines of an invoice."""
        invoice = self.id_of("invoice", number)
        return disputes.open_dispute(
            self.books, self.desk.by(login), invoice, reason=reason, lines=lines, note=note, contact=contact
        )

    def note(self, login: str, dispute: int, text: str, kind: str = "note", colleague: str = "") -> None:
        disputes.note_dispute(self.books, self.desk.by(login), dispute, text, kind, colleague=colleague)

    def move(self, login: str, dispute: int, status: str) -> None:
        version = int(self.books.value("SELECT version FROM dispute WHERE id = ?", (dispute,)))  # type: ignore[call-overload]
        disputes.move_dispute(self.books, self.desk.by(login), dispute, status, version)

    def paper(self, login: str, entity: str, entity_id: int, name: str, kind: str, note: str, content: bytes) -> int:
        return hang(self.desk, login, entity, entity_id, SamplePaper(name, kind, note, content))


def plan_cases(year: Year) -> None:
    """Plan all of it, before the year is lived."""
    cases = _Cases(year)
    _sent_documents(cases)
    _a_question(cases)
    _amended_and_decided(cases)
    _received(cases)
    _a_credit_that_waits(cases)
    _calls(cases)


#: What customers ordered, signed and agreed, as it came in: table, number, by whom, paper.
_SOURCES = (
    (
        "purchase_order",
        "CF-26-1187",
        "paul",
        SamplePaper(
            "CF-26-1187.pdf",
            "order",
            "",
            pdf(
                "Commande CF-26-1187",
                "Alpes Mobilier, le 6 novembre 2026",
                "",
                "10   Chaise de conférence    12 x 305,00",
                "20   Fauteuil visiteur       24 x 129,00",
                "30   Déplacement              2",
            ),
        ),
    ),
    (
        "delivery_note",
        "BL-26-0412",
        "paul",
        SamplePaper(
            "BL-26-0412-signe.pdf",
            "signed_delivery_note",
            "signé par M. Perrin",
            pdf(
                "Bon de livraison BL-26-0412",
                "Livré le 17 novembre 2026, commande CF-26-1187",
                "",
                "10   8 pièces",
                "20   16 pièces",
                "",
                "Reçu en bon état : M. Perrin",
                signed=True,
            ),
        ),
    ),
    (
        "contract",
        "CT-2026-04",
        "anna",
        SamplePaper(
            "CT-2026-04.pdf",
            "contract",
            "exemplaire signé",
            pdf(
                "Contrat CT-2026-04",
                "Entretien et stockage du mobilier",
                "du 1er novembre 2025 au 31 octobre 2028",
                "",
                "Indexation : 2 % par an. Plafond : 40 000 EUR.",
                signed=True,
            ),
        ),
    ),
)


def attach_sources(desk: Desk) -> None:
    """Attach what the entered orders, deliveries and contracts came as."""
    for table, number, login, paper in _SOURCES:
        key = desk.books.value(f"SELECT id FROM {table} WHERE number = ?", (number,))
        hang(desk, login, table, int(key), paper)  # type: ignore[call-overload]


def _sent_documents(cases: _Cases) -> None:
    """Not delivered, they say; the signed slip goes out by post, and the case is closed."""
    customer = cases.id_of("customer", "GENT")
    found: dict[str, int] = {}

    def begin() -> None:
        found["case"] = cases.dispute(
            "paul", "F2026-00759", "not_delivered", [(2, None)], "They say nobody came for the survey.", "Ms Peeters"
        )

    def look() -> None:
        cases.move("paul", found["case"], "investigating")
        found["slip"] = cases.paper(
            "paul", "dispute", found["case"], "survey-16-11-signed.pdf", "signed_delivery_note", "signed on the spot",
            pdf("Site survey, 16 November 2026", "Gentse Werken, second floor", "", "Done from 9:00 to 12:30.",
                "Seen and agreed: J. Claes", signed=True),
        )  # fmt: skip
        cases.note("paul", found["case"], "The slip is signed by Mr Claes; Ms Peeters did not know of it.")

    def answer() -> None:
        ways = recipients.parse_ways("invoice accounts@gent.example, letter post")
        recipients.set_ways(cases.books, cases.desk.by("anna"), customer, ways)
        dispute_outcome.close_dispute(
            cases.books,
            cases.desk.by("paul"),
            found["case"],
            "documents_sent",
            "Mr Claes confirms by telephone.",
            cause="customer_error",
            papers=[found["slip"]],
            documents=[cases.id_of("invoice", "F2026-00759")],
        )

    cases.on("2026-11-18", begin)
    cases.on("2026-11-19", look)
    cases.on("2026-11-23", answer)


def _a_question(cases: _Cases) -> None:
    """An hour too many, they say; marie must know."""
    found: dict[str, int] = {}

    def begin() -> None:
        found["case"] = cases.dispute(
            "paul", "F2026-00721", "quantity", [(2, 28_600)], "9 heures convenues, 11,5 facturées.", "Mme Garonne"
        )
        cases.paper(
            "paul", "dispute", found["case"], "courriel-mme-garonne.eml", "mail", "",
            mail("Mme Garonne <comptes@garon.example>", "Thu, 19 Nov 2026 09:12:00 +0100", "Facture F2026-00721",
                 "Bonjour,\n\nvotre devis parlait de 9 heures de rénovation, la facture en compte 11,5.\n"
                 "Merci de vérifier.\n\nMme Garonne"),
        )  # fmt: skip

    cases.on("2026-11-19", begin, lambda: cases.move("paul", found["case"], "investigating"))
    cases.on(
        "2026-11-23",
        lambda: cases.note(
            "paul", found["case"], "qui a accordé les heures en plus, et est-ce signé ?", "question", "marie"
        ),
    )


def _amended_and_decided(cases: _Cases) -> None:
    """First one line, then another one too; half of it is given, and the answer is to be written."""
    found: dict[str, int] = {}

    def begin() -> None:
        found["case"] = cases.dispute(
            "marie", "F2026-00744", "quality", [(1, 30_000)], "Rapport incomplet : il manque les plans.", "M. Quai"
        )

    def more() -> None:
        dispute_amend.change_dispute(
            cases.books,
            cases.desk.by("marie"),
            found["case"],
            dispute_amend.Amendment([(3, None)], note="les trajets aussi", priority="high"),
        )
        cases.paper("marie", "dispute", found["case"], "plateau-eclat.png", "photo", "reçue par courriel", photograph())

    cases.on("2026-11-16", begin, lambda: cases.move("marie", found["case"], "investigating"))
    cases.on("2026-11-18", more)
    cases.on(
        "2026-11-20",
        lambda: cases.note("marie", found["case"], "M. Quai accepte 300,00 ; les trajets restent dus.", "call"),
        lambda: dispute_amend.amend_dispute(cases.books, cases.desk.by("marie"), found["case"], lines=[(3, 0)]),
    )
    cases.on("2026-11-23", lambda: cases.move("anna", found["case"], "decided"))


def _received(cases: _Cases) -> None:
    """Of this morning: nobody has looked at it yet."""

    def begin() -> None:
        cases.call("marie", "JURA", "dispute", "Le tissu n'est pas arrivé.", invoice="F2026-00720", contact="M. Jura")
        cases.dispute("marie", "F2026-00720", "not_delivered", [(2, None)], "15 m de tissu attendus.", "M. Jura")

    cases.on("2026-11-24", begin)


def _a_credit_that_waits(cases: _Cases) -> None:
    """Above the limit: anna, or another supervisor than its author, decides."""
    cases.on("2026-11-16", lambda: credit_approval.set_limit(cases.books, cases.desk.by("anna"), APPROVAL))
    cases.on(
        "2026-11-23",
        lambda: credit.credit(
            cases.books,
            cases.desk.by("paul"),
            cases.id_of("invoice", "F2026-00735"),
            parts=[Part(1), Part(2), Part(3), Part(4, None, 40_000)],
            reason="Order cancelled before delivery",
        ),
    )


def _calls(cases: _Cases) -> None:
    """What else was asked; one call is to be followed up today, one was."""
    cases.on(
        "2026-11-18",
        lambda: cases.call(
            "paul", "GENEV", "how_to_pay", "", contact="M. Favre", answer="IBAN et référence donnés au téléphone."
        ),
    )
    found: dict[str, int] = {}

    def ask() -> None:
        found["call"] = cases.call(
            "marie", "HALLE", "terms", "Demande 60 jours au lieu de 45 fin de mois.", contact="Mme Halle",
            follow_up="2026-11-23",
        )  # fmt: skip

    cases.on("2026-11-19", ask)
    cases.on(
        "2026-11-23",
        lambda: cases.call(
            "anna", "HALLE", "terms", "Refusé : l'article L441-10 ne le permet pas.", follows=found["call"]
        ),
        lambda: cases.call(
            "marie", "MUC", "balance", "Wants the statement of all open items by mail.", channel="mail",
            follow_up="2026-11-24",
        ),
    )  # fmt: skip
