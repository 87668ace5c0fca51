"""What reasons, statuses, outcomes, notes and papers of a case are called: on screen, and in the evidence pack."""

from __future__ import annotations

from tui_billing.locale import N_

REASONS = {
    "price": N_("wrong price"),
    "quantity": N_("wrong quantity"),
    "not_delivered": N_("not delivered"),
    "quality": N_("goods or service not as agreed"),
    "duplicate": N_("billed twice"),
    "wrong_customer": N_("wrong customer or address"),
    "terms": N_("terms or discount"),
    "paid_already": N_("paid already"),
    "other": N_("other"),
}
DISPUTE_STATUSES = {
    "received": N_("just received"),
    "investigating": N_("investigating"),
    "waiting_customer": N_("waiting: customer"),
    "waiting_colleague": N_("waiting: colleague"),
    "decided": N_("decided"),
    "closed": N_("closed"),
}
OUTCOMES = {
    "corrected": N_("corrected"),
    "credited": N_("credited"),
    "documents_sent": N_("documents sent"),
    "reaffirmed": N_("reaffirmed"),
    "withdrawn": N_("withdrawn"),
}
NOTE_KINDS = {
    "opened": N_("opened"),
    "note": N_("note"),
    "call": N_("call"),
    "letter": N_("letter"),
    "question": N_("question"),
    "answer": N_("answer"),
    "document": N_("document"),
    "lesson": N_("check learned"),
    "amount": N_("disputed amount"),
    "credit_refused": N_("credit note refused"),
    "status": N_("status"),
    "closed": N_("closed"),
}

CAUSES = {
    "old_price": N_("an old price"),
    "price_slip": N_("a price that slipped"),
    "discount_forgotten": N_("a discount forgotten"),
    "over_billed": N_("more billed than ordered"),
    "billed_twice": N_("billed twice"),
    "order_missing": N_("order number missing"),
    "not_delivered": N_("not delivered yet"),
    "wrong_customer": N_("wrong customer or address"),
    "quality": N_("quality"),
    "customer_error": N_("the customer was wrong"),
    "other": N_("other"),
}
PRIORITIES = {"low": N_("low"), "normal": N_("normal"), "high": N_("high")}
CHANNELS = {"call": N_("call"), "mail": N_("mail"), "letter": N_("letter"), "visit": N_("visit")}
PAPER_KINDS = {
    "order": N_("order"),
    "contract": N_("contract"),
    "delivery_note": N_("delivery note"),
    "signed_delivery_note": N_("signed delivery note"),
    "letter": N_("letter"),
    "mail": N_("mail"),
    "photo": N_("photo"),
    "other": N_("other"),
}
