"""What the sample is made of: the firm, its people, catalogue, rates and customers, as tables.

Every firm and person is made up; names are chosen so that accents, brackets, quotes, wide, right-to-left
and combining characters are met wherever a name is shown.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

#: The first and the last day that the books know; on the last one the sample opens.
FIRST_DAY = dt.date(2025, 12, 1)
BUSINESS_DATE = dt.date(2026, 11, 24)

COMPANY = {
    "name": "Atelier Duval",
    "legal_form": "SARL",
    "address": {"line1": "12 quai Saint-Antoine", "postcode": "69002", "city": "Lyon", "country": "FR"},
    "siren": "732829320",
    "siret": "73282932000074",
    "vat_id": "FR44732829320",
    "legal_info": "SARL au capital de 20 000 €, RCS Lyon",
    "electronic_address": "732829320",
    "electronic_scheme": "0225",
    "contact": "Facturation",
    "phone": "+33 4 72 00 12 12",
    "email": "comptes@duval.example",
    "currency": "EUR",
    "language": "fr",
    "terms": "30",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "bank": "Crédit des Quais, Lyon",
    "late_penalty": "12",
    "early_payment": "Pas d'escompte pour paiement anticipé",
    "payment_link": "https://pay.example/{number}",
    "creditor_identifier": "FR72ZZZ123456",
}

#: Customers who have given their leave to collect: code, their account, the day it was signed, scheme.
MANDATES = (
    ("ACME", "FR1420041010050500013M02606", "2025-12-10", "CORE"),
    ("ALPES", "FR7630004000031234567890143", "2026-01-15", "CORE"),
    ("HAMBG", "DE89370400440532013000", "2026-02-02", "B2B"),
)

#: A second account, for what comes in from overseas.
DOLLAR_ACCOUNT = ("Crédit des Quais, compte USD", "FR7230006000010000000000127", "AGRIFRPP", "USD")


class Person(NamedTuple):
    login: str
    name: str
    role: str
    language: str
    origin: str
    share: int


#: `share` is how many of a hundred documents each of them enters.
PEOPLE = (
    Person("marie", "Marie Laurent", "clerk", "", "pts/1", 55),
    Person("paul", "Paul Okonkwo", "clerk", "en", "pts/2", 35),
    Person("anna", "Anna Keller", "supervisor", "", "pts/0", 10),
)


class Thing(NamedTuple):
    """An item; `least` and `most` are a usual quantity's bounds in quarters of a unit."""

    code: str
    english: str
    french: str
    unit: str
    price: str
    rate: str
    nature: str
    least: int
    most: int
    step: int


# Units are codes of UN/ECE Recommendation 20, as BT-130 asks: DAY, HUR hour, H87 piece, MTK square metre ...
ITEMS = (
    Thing("A10", "Consulting, day", "Conseil, journée", "DAY", "650.00", "20", "services", 4, 12, 2),
    Thing("A20", "Design, hour", "Conception, heure", "HUR", "78.00", "20", "services", 8, 48, 2),
    Thing("A30", "Site survey, flat", "Relevé sur place, forfait", "LS", "240.00", "20", "services", 4, 4, 4),
    Thing("B20", "Travel, flat", "Déplacement, forfait", "H87", "45.00", "20", "services", 4, 16, 4),
    Thing("B30", "Carriage, pallet", "Transport, palette", "H87", "96.00", "20", "services", 4, 12, 4),
    Thing("C30", "Workshop, half day", "Atelier, demi-journée", "C62", "390.00", "20", "services", 4, 8, 4),
    Thing("C40", "Training, day", "Formation, journée", "DAY", "890.00", "20", "services", 4, 8, 4),
    Thing("D10", "Oak table top 200 × 90", "Plateau chêne 200 × 90", "H87", "318.00", "20", "goods", 4, 12, 4),
    Thing("D20", "Steel trestles, pair", "Tréteaux acier, la paire", "PR", "129.00", "20", "goods", 4, 12, 4),
    Thing("D30", "Shelf module", "Module d'étagère", "H87", "84.50", "20", "goods", 8, 32, 4),
    Thing("D40", "Acoustic panel 120 × 60", "Panneau acoustique 120 × 60", "H87", "57.90", "20", "goods", 16, 64, 8),
    Thing("D50", "Pendant lamp, blown glass", "Suspension, verre soufflé", "H87", "146.00", "20", "goods", 4, 16, 4),
    Thing("D60", "Upholstery fabric, metre", "Tissu d'ameublement, mètre", "MTR", "32.40", "20", "goods", 8, 60, 1),
    Thing("E10", "Enamelled signboard", "Enseigne émaillée", "H87", "420.00", "20", "goods", 4, 8, 4),
    Thing("E20", "Lettering, per letter", "Lettrage, la lettre", "H87", "11.80", "20", "goods", 24, 96, 4),
    Thing("E30", "Posters A2, run of 50", "Affiches A2, tirage de 50", "C62", "115.00", "20", "goods", 4, 12, 4),
    Thing("F10", "Catalogue, printed book", "Catalogue imprimé (livre)", "H87", "24.17", "5.5", "goods", 20, 160, 4),
    Thing("F20", "Monograph, bound book", "Monographie reliée (livre)", "H87", "38.86", "5.5", "goods", 12, 80, 4),
    Thing("G10", "Renovation of a home, hour", "Rénovation, heure", "HUR", "52.00", "10", "services", 16, 64, 2),
    Thing("G20", "Plaster and paint, m²", "Plâtre et peinture, m²", "MTK", "34.50", "10", "services", 32, 120, 1),
    Thing("G30", "Thermal insulation, m²", "Isolation thermique, m²", "MTK", "61.20", "5.5", "services", 24, 80, 1),
    Thing("H10", "Maintenance, month", "Maintenance, mois", "MON", "180.00", "20", "services", 4, 4, 4),
    Thing("H20", "Furniture storage, month", "Garde-meubles, mois", "MON", "75.00", "20", "services", 4, 4, 4),
    Thing("K10", "Screws and fittings, kg", "Quincaillerie, kg", "KGM", "14.35", "20", "goods", 4, 32, 1),
    Thing("K20", "Wood oil, litre", "Huile pour bois, litre", "LTR", "21.75", "20", "goods", 4, 24, 2),
)

#: What a customer of each sort buys.
BASKETS = {
    "advice": "A10 A10 A20 A30 B20 B20 C30 C40 H10",
    "shop": "D10 D20 D30 D40 D50 D60 K10 K20 B30 H20",
    "rooms": "A20 A30 B20 C30 D10 D30 D40 D50 E10 E20",
    "works": "A30 B20 G10 G10 G20 G30 K10 K20",
    "print": "A20 B20 E20 E30 F10 F10 F20 F20",
    "export": "D10 D20 D30 D40 D50 D60 E10 F20",
}

#: Texts of lines that no item stands for, and their prices.
FREE_LINES = {
    "fr": (
        ("Dépose et mise en décharge", "185.00"),
        ("Échantillons sur mesure", "62.50"),
        ("Frais de dossier", "35.00"),
    ),
    "en": (("Removal and disposal", "185.00"), ("Samples made to measure", "62.50"), ("Special packing", "48.00")),
}

#: EUR for one unit of each currency, from the first day of each month.
RATES = {
    # month       USD        GBP        CHF        JPY
    "2025-12": ("0.86030", "1.13960", "1.07210", "0.00553"),
    "2026-01": ("0.85320", "1.14610", "1.07480", "0.00544"),
    "2026-02": ("0.84410", "1.15230", "1.08120", "0.00546"),
    "2026-03": ("0.84970", "1.14880", "1.08560", "0.00541"),
    "2026-04": ("0.86110", "1.14320", "1.07930", "0.00539"),
    "2026-05": ("0.86740", "1.15070", "1.07350", "0.00543"),
    "2026-06": ("0.86280", "1.15640", "1.06970", "0.00548"),
    "2026-07": ("0.85550", "1.16020", "1.07240", "0.00551"),
    "2026-08": ("0.85190", "1.15390", "1.07790", "0.00549"),
    "2026-09": ("0.84860", "1.14970", "1.08330", "0.00545"),
    "2026-10": ("0.85640", "1.14540", "1.08650", "0.00542"),
    "2026-11": ("0.86320", "1.14210", "1.08410", "0.00547"),
}
CURRENCIES = ("USD", "GBP", "CHF", "JPY")
RATE_SOURCE = "ECB"

#: Days, besides Saturdays and Sundays, on which nobody works.
HOLIDAYS = frozenset(
    map(
        dt.date.fromisoformat,
        [
            "2025-12-25",
            "2026-01-01",
            "2026-04-06",
            "2026-05-01",
            "2026-05-08",
            "2026-05-14",
            "2026-05-25",
            "2026-07-14",
            "2026-11-11",
        ],
    )
)

#: What is said of a dispute: reason, the customer's word, our answer, how it is closed.
QUARRELS = (
    ("price", "Le prix convenu au devis était de 10 % inférieur.", "Devis retrouvé : le tarif 2025 était annoncé."),
    ("quantity", "Two pieces were missing from the delivery.", "Carrier's slip shows them signed for; copy requested."),
    ("not_delivered", "Rien reçu à ce jour, d'après M. Ferrand.", "Livré à l'entrepôt, bon signé le matin même."),
    ("quality", "Le vernis présente des éclats sur un plateau.", "Photos demandées, geste commercial à l'étude."),
    ("duplicate", "They say the visit was billed in September already.", "September covered the first visit only."),
    ("wrong_customer", "À facturer à la filiale de Villeurbanne.", "Bon de commande au nom du siège, à voir avec eux."),
    ("terms", "They expect 60 days, our terms say 30.", "Framework contract says 30 days; scan sent."),
    ("paid_already", "Virement fait le 3, selon leur comptable.", "Pas trouvé en banque ; preuve demandée."),
    ("other", "No purchase order number on the invoice [sic].", "Number found in the mail of the 12th; sent again."),
)
LATER_NOTES = (
    ("call", "Rappelé : la comptable est absente jusqu'à lundi."),
    ("call", "Spoke to accounts payable; they will look at it this week."),
    ("letter", "Copie du bon de livraison envoyée par courriel."),
    ("question", "Anna, peut-on accorder 5 % pour solder ?"),
    ("answer", "Oui, jusqu'à 5 %, avec un avoir."),
    ("note", "Relance prévue vendredi si rien ne vient."),
)
LOSSES = (
    "Liquidation judiciaire, certificat d'irrécouvrabilité reçu",
    "Customer dissolved, nothing left to claim",
    "Créance trop faible pour être poursuivie",
)
BOUNCES = ("Chèque impayé", "Prélèvement rejeté : provision insuffisante", "Payment recalled by the payer's bank")
CREDIT_REASONS = {
    "fr": ("Commande annulée", "Facturé deux fois", "Retour de marchandise", "Geste commercial"),
    "en": ("Order cancelled", "Billed twice", "Goods returned", "Goodwill"),
}
