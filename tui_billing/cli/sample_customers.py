"""The sixty customers of the sample."""

# A table is read across.
# ruff: noqa: E501

from __future__ import annotations

from typing import NamedTuple

from tui_billing.rules.identifiers import check_siret, vat_id_of_siren
from tui_billing.rules.problem import Problem

#: Electronic address schemes (EAS): where a company of a country is reached, by its VAT or register number.
_SCHEMES = {"FR": "0225", "BE": "0208", "DE": "9930", "IT": "0211", "ES": "9920", "LU": "9938", "GB": "9932"}
_SCHEMES |= {"CH": "9927", "JP": "0188"}


class Client(NamedTuple):
    """A customer. `number` is the SIREN in France, the VAT or register number elsewhere, "" for a private person.

    `weight` says how often they are billed, `basket` what they buy, `habit` how they pay: "each" invoice
    when it is due, all that is due in one transfer a month ("batch"), or the month after ("late").
    """

    code: str
    name: str
    form: str
    country: str
    language: str
    street: str
    postcode: str
    city: str
    number: str
    terms: str
    basket: str
    weight: int
    habit: str
    contact: str

    @property
    def siren(self) -> str:
        return self.number if self.country == "FR" else ""

    @property
    def siret(self) -> str:
        """The first premises of a French company that Luhn allows."""
        for check in range(10) if self.siren else ():
            try:
                return check_siret(f"{self.siren}0001{check}")
            except Problem:
                continue
        return ""

    @property
    def vat_id(self) -> str:
        if self.country == "FR":
            return vat_id_of_siren(self.siren) if self.siren else ""
        return "" if self.country in ("US", "JP") else self.number

    @property
    def electronic(self) -> tuple[str, str]:
        """(scheme, electronic address); nothing for private persons and where there is no network."""
        scheme = _SCHEMES.get(self.country, "") if self.number else ""
        return (scheme, self.number[2:] if self.country == "BE" else self.number) if scheme else ("", "")

    @property
    def email(self) -> str:
        return f"{'comptes' if self.language == 'fr' else 'accounts'}@{self.code.lower()}.example"


def _c(*values: str | int) -> Client:
    return Client(*values)  # type: ignore[arg-type]


# fmt: off
CLIENTS: tuple[Client, ...] = (
    _c("ACME", "ACME Industries SAS", "SAS", "FR", "fr", "48 avenue Jean Jaurès", "69007", "Lyon", "543231948", "30eom", "advice", 15, "batch", "Sophie Marchand"),
    _c("ALPES", "Alpes Mobilier", "SAS", "FR", "fr", "3 rue de la Houille Blanche", "38000", "Grenoble", "430792440", "45eom", "shop", 4, "batch", "Hervé Blanc"),
    _c("ARCHI", "Archi & Cie", "SARL", "FR", "fr", "7 place Bellecour", "69002", "Lyon", "885393363", "30", "advice", 5, "batch", "Inès Carré"),
    _c("AZUR", "Hôtel de l'Azur", "SAS", "FR", "fr", "22 promenade des Anglais", "06000", "Nice", "751163726", "30eom", "rooms", 3, "late", "Étienne Gal"),
    _c("BETA", "Bêta Négoce", "SARL", "FR", "fr", "15 rue du Lac", "74000", "Annecy", "444834782", "30", "shop", 4, "batch", "Cécile Béraud"),
    _c("BIO", "100 % Bio Épicerie", "SARL", "FR", "fr", "9 rue Mercière", "69002", "Lyon", "530435205", "30 -2%/10", "rooms", 3, "batch", "Théo Nuñez"),
    _c("BRACK", "Studio [b]old & Co", "SAS", "FR", "fr", "31 rue Sainte-Catherine", "33000", "Bordeaux", "718341704", "30", "print", 3, "batch", "Lou [Bold] Martin"),
    _c("CEDRE", "Le Cèdre, maison d'édition", "SA", "FR", "fr", "5 rue Férou", "75006", "Paris", "979701687", "45eom", "print", 4, "batch", "Agnès Delcourt"),
    _c("CLOS", "Domaine du Clos d'Œuvre", "EARL", "FR", "fr", "Le Bourg", "69460", "Blacé", "343653705", "eom30", "print", 2, "batch", "Luc Œuvrard"),
    _c("COOP", "Société coopérative d'intérêt collectif pour la rénovation énergétique des immeubles anciens du Vieux-Lyon et de la Croix-Rousse", "SCIC", "FR", "fr", "18 montée de la Grande Côte", "69001", "Lyon", "909260309", "50%@30+50%@60", "works", 1, "each", "Maïa Ferrand"),
    _c("CURIE", "Lycée Marie-Curie", "EPLE", "FR", "fr", "1 boulevard de l'Yser", "38130", "Échirolles", "813167723", "30", "print", 2, "late", "Intendance"),
    _c("DARNA", "دار النور", "SARL", "FR", "fr", "40 rue de la Goutte-d'Or", "75018", "Paris", "303993158", "30", "rooms", 2, "batch", "نور الهدى"),
    _c("DENTS", "Cabinet dentaire Roux-Nguyễn", "SELARL", "FR", "fr", "2 cours Lafayette", "69003", "Lyon", "920191327", "0", "advice", 2, "each", "Dr Linh Nguyễn"),
    _c("DUPON", "Dupont & Fils", "SARL", "FR", "fr", "Zone artisanale des Prés", "01000", "Bourg-en-Bresse", "847248739", "30eom10", "works", 4, "batch", "Jean Dupont"),
    _c("ECHO", "Écho Sonore", "SASU", "FR", "fr", "12 rue des Tanneurs", "44000", "Nantes", "724562418", "30", "shop", 2, "late", "Zoé Hamon"),
    _c("FACTO", "Facto Bâtiment", "SAS", "FR", "fr", "120 route de Vienne", "69008", "Lyon", "965465925", "45eom", "works", 5, "late", "Karim Haddad"),
    _c("FLEUR", "À la Fleur d'Oranger", "SARL", "FR", "fr", "6 rue de la Barre", "69002", "Lyon", "420008062", "30", "rooms", 2, "batch", "Nadia Saïd"),
    _c("GARON", "Mairie de Garon-sur-Saône", "", "FR", "fr", "Place de la Mairie", "69700", "Garon-sur-Saône", "971723143", "30", "works", 4, "late", "Service des finances"),
    _c("GUIGN", "Théâtre Guignol", "SCOP", "FR", "fr", "2 rue Louis-Carrand", "69005", "Lyon", "468778006", "30", "print", 3, "batch", "Gaspard Mourguet"),
    _c("HALLE", "Les Halles — traiteur", "SAS", "FR", "fr", "102 cours Lafayette", "69003", "Lyon", "372795849", "30eom", "rooms", 3, "batch", "Paule Bocuse"),
    _c("IMPRI", "Imprimerie du Rhône", "SA", "FR", "fr", "55 rue de Gerland", "69007", "Lyon", "885235341", "45eom", "print", 4, "batch", "Yves Colin"),
    _c("JURA", "Scierie du Haut-Jura", "SAS", "FR", "fr", "Route des Crêtes", "39220", "Les Rousses", "596036996", "30", "shop", 2, "batch", "Alban Jeunet"),
    _c("KANOP", "Kanopée (conseil)", "SAS", "FR", "fr", "80 rue du Faubourg", "59000", "Lille", "590031449", "30", "advice", 3, "batch", "Maud Lefèvre"),
    _c("LUMEN", "Lumen <éclairage>", "SAS", "FR", "fr", "4 impasse des Verriers", "42000", "Saint-Étienne", "349372052", "40%@0+30%@30+30%@60", "shop", 3, "each", "Odile Faure"),
    _c("MILOU", "M̌ilou X̂ Graphisme", "EI", "FR", "fr", "27 rue Sedaine", "75011", "Paris", "590294963", "30", "print", 2, "batch", "Milou X̂"),
    _c("MUSEE", "Musée des Arts d'Aurillac", "EPIC", "FR", "fr", "Place Gerbert", "15000", "Aurillac", "306724329", "30", "print", 3, "late", "Régie"),
    _c("NOUGA", "Nougat \"L'Authentique\"", "SARL", "FR", "fr", "8 avenue Saint-Martin", "26200", "Montélimar", "511162893", "30", "rooms", 2, "batch", "Aimé Chabert"),
    _c("OPERA", "Opéra-Théâtre de Roanne", "EPCC", "FR", "fr", "1 rue Molière", "42300", "Roanne", "730414521", "30eom", "rooms", 3, "late", "Comptabilité"),
    _c("PICHO", "Maison Pichon", "SAS", "FR", "fr", "99 rue de Bretagne", "75003", "Paris", "435420419", "30 -1.5%/8", "shop", 3, "batch", "Rose Pichon"),
    _c("QUAI9", "Quai N°9", "SARL", "FR", "fr", "9 quai Rambaud", "69002", "Lyon", "466934783", "30", "advice", 3, "batch", "Bilal Touré"),
    _c("REGIE", "Régie Croix-Rousse", "SAS", "FR", "fr", "60 boulevard de la Croix-Rousse", "69004", "Lyon", "399031053", "30eom", "works", 6, "batch", "Mireille Thomas"),
    _c("SOIES", "Soieries L'Hénaff", "SA", "FR", "fr", "14 rue Romarin", "69001", "Lyon", "567587803", "45eom", "shop", 3, "batch", "Gaël L'Hénaff"),
    _c("TRAME", "Trame | architectes", "SELARL", "FR", "fr", "33 rue Victor-Hugo", "63000", "Clermont-Ferrand", "947125779", "30", "advice", 3, "late", "Hugo Vidal"),
    _c("VERRE", "Verrerie d'Art 🥐 Saint-Just", "SARL", "FR", "fr", "17 rue de Trion", "69005", "Lyon", "308651702", "30", "shop", 2, "batch", "Claire Saint-Just"),
    _c("BERAN", "Mme Élodie Béranger", "", "FR", "fr", "3 chemin de Choulans", "69005", "Lyon", "", "0", "works", 2, "each", "Élodie Béranger"),
    _c("OZTUR", "M. Çağrı Öztürk", "", "FR", "fr", "21 rue Paul-Bert", "69003", "Lyon", "", "0", "works", 2, "each", "Çağrı Öztürk"),
    _c("BRUGE", "Brugge Interieur", "BV", "BE", "en", "Steenstraat 44", "8000", "Brugge", "BE0767552288", "30", "export", 3, "batch", "Joke Vandenberghe"),
    _c("LIEGE", "Liège Décor", "SRL", "BE", "fr", "Rue Féronstrée 18", "4000", "Liège", "BE0642197903", "30eom", "export", 3, "batch", "Renaud Hérion"),
    _c("NAMUR", "Bureau d'études Namurois", "SRL", "BE", "fr", "Avenue de la Plante 5", "5000", "Namur", "BE0404281152", "30", "advice", 2, "batch", "Ève Lambert"),
    _c("GENT", "Gent 't Kuipke", "BV", "BE", "en", "Citadelpark 1", "9000", "Gent", "BE0636849936", "30", "advice", 2, "late", "Wouter 't Hooft"),
    _c("KOLN", "Kölner Möbelhaus", "GmbH", "DE", "en", "Große Budengasse 9", "50667", "Köln", "DE120271170", "30", "export", 4, "batch", "Jürgen Weiß"),
    _c("MUC", "Münchner Lichtwerk", "GmbH", "DE", "en", "Türkenstraße 71", "80799", "München", "DE196940735", "30 -2%/10", "export", 3, "batch", "Anneliese Huber"),
    _c("STADT", "Stadtwerke Freiburg", "AöR", "DE", "en", "Rathausgasse 33", "79098", "Freiburg im Breisgau", "DE178271324", "30", "advice", 2, "batch", "Rechnungsstelle"),
    _c("HAMBG", "Hafen & Söhne", "KG", "DE", "en", "Am Sandtorkai 2", "20457", "Hamburg", "DE181624682", "60", "advice", 2, "late", "Fiete Söhnlein"),
    _c("XLTD", "[/x] Ltd", "Ltd", "GB", "en", "1 Bracket Lane", "M1 2AB", "Manchester", "GB870438374", "30", "export", 3, "batch", "Alex [/i] Reed"),
    _c("OBRIE", "O'Brien & Sons Ltd", "Ltd", "GB", "en", "27 Royal Mile", "EH1 1RE", "Edinburgh", "GB232989727", "30", "export", 3, "batch", "Siobhán O'Brien"),
    _c("SMYTH", "Smyth; Wright \\ Partners", "LLP", "GB", "en", "8 Clerkenwell Green", "EC1R 0DE", "London", "GB113840497", "30eom", "export", 3, "batch", "Percival Smyth"),
    _c("WALES", "Cwmni Dŵr Tŷ Gwyn", "Ltd", "GB", "en", "Heol y Frenhines 3", "CF10 2AF", "Caerdydd", "GB470441117", "30", "export", 2, "batch", "Siân Llŷr"),
    _c("NYC", "Hudson & Nord Interiors", "LLC", "US", "en", "350 W 14th Street, Suite 5", "10014", "New York", "84-2713095", "30", "export", 4, "batch", "Dana Whitfield"),
    _c("PORTL", "Portland Paper 100%", "Inc.", "US", "en", "710 NE Alberta Street", "97211", "Portland", "47-1180236", "50%@30+50%@60", "export", 2, "each", "Jamie Ortiz"),
    _c("TEXAS", "{Lone} Star Fixtures", "Inc.", "US", "en", "2200 Congress Avenue", "78701", "Austin", "36-4471820", "30", "export", 2, "late", "Casey Beaumont"),
    _c("GENEV", "Galerie du Lac", "Sàrl", "CH", "fr", "Quai du Mont-Blanc 11", "1201", "Genève", "CHE378784872TVA", "30", "export", 3, "batch", "Loïc Perrenoud"),
    _c("LAUSA", "Éditions Lausannoises", "SA", "CH", "fr", "Rue de Bourg 20", "1003", "Lausanne", "CHE354949562TVA", "30", "export", 2, "batch", "Ursula Rochat"),
    _c("ZURI", "Zürcher Holzbau", "AG", "CH", "en", "Langstrasse 150", "8004", "Zürich", "CHE380229806MWST", "30", "export", 2, "batch", "Reto Ammann"),
    _c("MILAN", "Falegnameria Città Studi", "S.r.l.", "IT", "en", "Via Pascoli 60", "20133", "Milano", "IT07012580150", "60", "export", 3, "late", "Niccolò D'Angelo"),
    _c("TORIN", "Officine Però", "S.p.A.", "IT", "en", "Corso Vittorio Emanuele II 14", "10123", "Torino", "IT03125690150", "30eom", "advice", 2, "batch", "Giosuè Però"),
    _c("MADRI", "Diseño Ñandú", "S.L.", "ES", "en", "Calle de Fuencarral 87", "28004", "Madrid", "ESB28235133", "30", "advice", 2, "batch", "Íñigo Peñalver"),
    _c("BARNA", "Mobles Plaça Reial", "S.L.", "ES", "en", "Carrer de Ferran 12", "08002", "Barcelona", "ESB28187748", "60", "export", 2, "late", "Mercè Vilà"),
    _c("LUXEM", "Fiduciaire Grund", "S.à r.l.", "LU", "fr", "Rue Münster 26", "2160", "Luxembourg", "LU48238707", "30", "advice", 2, "batch", "Pol Wagener"),
    _c("YAMADA", "株式会社山田製作所", "株式会社", "JP", "en", "京都市中京区烏丸通四条 6-1", "604-8152", "京都市", "7130001012345", "30", "export", 3, "batch", "山田 花子"),
)
# fmt: on

#: code -> (VAT category, code of the exemption); everybody else pays the VAT of the item.
EXEMPT = {
    code: pair
    for codes, pair in (
        ("BRUGE LIEGE KOLN MUC MILAN BARNA", ("K", "VATEX-EU-IC")),
        ("NAMUR GENT STADT HAMBG TORIN MADRI LUXEM", ("AE", "VATEX-EU-AE")),
        ("XLTD OBRIE SMYTH WALES NYC PORTL TEXAS GENEV LAUSA ZURI YAMADA", ("G", "VATEX-EU-G")),
        ("FACTO", ("AE", "VATEX-FR-AE")),
    )
    for code in codes.split()
}
CURRENCY = {"XLTD": "GBP", "OBRIE": "GBP", "SMYTH": "GBP", "NYC": "USD", "PORTL": "USD", "TEXAS": "USD"}
CURRENCY |= {"GENEV": "CHF", "ZURI": "CHF", "YAMADA": "JPY"}
ORDER_REQUIRED = frozenset(["ECHO", "CURIE", "GARON", "MUSEE", "STADT", "REGIE"])
CREDIT_LIMIT = {"ACME": "40000", "ECHO": "3000", "AZUR": "8000", "FACTO": "15000", "TEXAS": "5000", "QUAI9": "6000"}
REGION = {"NYC": "NY", "PORTL": "OR", "TEXAS": "TX", "MILAN": "MI", "TORIN": "TO", "YAMADA": "京都府"}
CONTRACT = {
    "ACME": "CT-2025-004",
    "REGIE": "CT-2024-011",
    "GARON": "2026-M-17",
    "STADT": "4600012345",
    "OPERA": "CV-88",
}
#: Their own routing reference (BT-10): a service code in France, a Leitweg-ID in Germany.
BUYER_REFERENCE = {"GARON": "SERV-FIN-02", "CURIE": "INTENDANCE", "STADT": "08311000-3921-77"}
NOTES = {
    "AZUR": "Relancer par téléphone, jamais par courriel.",
    "TEXAS": "Asks for a pro forma before each shipment.",
    "FACTO": "Sous-traitance : autoliquidation, art. 283-2 nonies du CGI.",
}
#: Further identifiers (scheme, value): GLN, DUNS, and the US employer number.
IDENTIFIERS = {
    "ACME": (("0088", "3012345000000"), ("0060", "260012345")),
    "IMPRI": (("0088", "3098765000004"),),
    "KOLN": (("0088", "4012345000009"),),
    "NYC": (("EIN", "84-2713095"), ("0060", "117654321")),
    "PORTL": (("EIN", "47-1180236"),),
    "TEXAS": (("EIN", "36-4471820"),),
    "YAMADA": (("0188", "7130001012345"),),
}
#: code -> (name, street, postcode, town): goods go there, not to the office.
DELIVERY = {
    "ALPES": ("Dépôt de Voiron", "Zone de Centr'Alp", "38430", "Moirans"),
    "AZUR": ("Hôtel, entrée de service", "Rue Dalpozzo 7", "06000", "Nice"),
    "DUPON": ("Chantier de Brou", "63 boulevard de Brou", "01000", "Bourg-en-Bresse"),
    "KOLN": ("Lager Köln-Ehrenfeld", "Vogelsanger Straße 231", "50825", "Köln"),
    "SMYTH": ("Smyth, Wright: site office", "Unit 3, Hackney Wharf", "E8 4QL", "London"),
    "NYC": ("Hudson & Nord, receiving dock", "1 Meadowlands Plaza", "07073", "East Rutherford"),
    "YAMADA": ("山田製作所 第二工場", "宇治市槇島町 12", "611-0041", "宇治市"),
}
#: Second contacts: code -> (name, role).
CONTACTS = {
    "ACME": ("Bruno Kessel", "Achats"),
    "REGIE": ("Fatou Diop", "Gérante d'immeubles"),
    "CEDRE": ("Paul-Émile Rey", "Fabrication"),
    "KOLN": ("Käthe Grün", "Einkauf"),
    "NYC": ("Sam Oyelaran", "Purchasing"),
}
