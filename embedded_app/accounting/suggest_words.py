"""The words by which accounts, gateways and tax rates are known: a merchant's and an accountant's, in six languages.

A pattern is one or more words, case folded, in which * stands for any characters; it matches words that follow each
other. English, German, French, Spanish, Italian and Dutch stand side by side: a chart may mix them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from embedded_app.accounting.mapping import SpecialAccount
from embedded_app.accounting.order import LineKind

_WORD = re.compile(r"[^\W_]+")


def words_of(name: str) -> tuple[str, ...]:
    """A name's words, case folded, without punctuation: "shopify_payments" has two."""
    return tuple(_WORD.findall(name.casefold()))


@lru_cache(maxsize=8192)  # the same names of one chart are asked about for each purpose and each tax key
def named(patterns: tuple[str, ...], words: tuple[str, ...]) -> frozenset[int]:
    """Positions of those words that the patterns name; empty where none does."""
    found: set[int] = set()
    for pattern in patterns:
        wanted = pattern.split()
        for start in range(len(words) - len(wanted) + 1):
            span = range(start, start + len(wanted))
            if all(fnmatchcase(words[at], part) for at, part in zip(span, wanted, strict=True)):
                found.update(span)
    return frozenset(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What an account is wanted for.

    label: as in a sentence. example: a name for an account that is missing. types: Xero's, of accounts that may serve.
    names: patterns, better ones in earlier tiers. avoid: patterns of accounts that only seem to serve. liability:
    whether it must be a current liability that takes payments.
    """

    label: str
    example: str
    types: frozenset[str]
    names: tuple[tuple[str, ...], ...]
    avoid: tuple[str, ...] = ()
    liability: bool = False


_SALES = frozenset({"REVENUE", "SALES"})
INCOME = _SALES | {"OTHERINCOME"}
_COSTS = frozenset({"EXPENSE", "OVERHEADS", "DIRECTCOSTS"})
_OWED = frozenset({"CURRLIAB"})

_OTHER_INCOME = tuple(
    "other revenue|other income|other sales|sonstige erlöse|sonstige erträge|sonstige umsatzerlöse|autres produits|"
    "otros ingresos|altri ricavi|overige opbrengsten".split("|")
)

KINDS = {
    LineKind.PRODUCT: Purpose(
        label="sales of goods",
        example="Sales",
        types=_SALES,
        names=(
            tuple(
                "sales|umsatz|umsätze|umsatzerlöse|erlöse|warenverkauf|verkaufserlöse|ventes|ventas|vendite|verkopen|"
                "omzet".split("|")
            ),
            ("revenue", "turnover", "ricavi", "opbrengsten", "chiffre d affaires"),
        ),
        avoid=("other", "sonstige*", "autres", "otros", "otras", "altri", "overige", "steuerfrei*", "innergemein*"),
    ),
    LineKind.SHIPPING: Purpose(
        label="shipping",
        example="Shipping income",
        types=INCOME,
        names=(
            tuple(
                "shipping|freight|delivery|postage|carriage|versand*|fracht*|porto*|livraison*|frais de port|envío*|"
                "envio*|spedizion*|verzend*".split("|")
            ),
        ),
    ),
    LineKind.TIP: Purpose(
        label="tips",
        example="Tips",
        types=INCOME | _OWED,
        names=(("tip", "tips", "gratuit*", "trinkgeld*", "pourboire*", "propina*", "mance", "fooien"),),
    ),
    LineKind.GIFT_CARD: Purpose(
        label="gift cards",
        example="Gift card liability",
        types=_OWED,
        names=(
            tuple(
                "gift card*|giftcard*|gift voucher*|gift certificate*|geschenkkarte*|geschenkgutschein*|carte cadeau|"
                "cartes cadeaux|tarjeta* regalo|cart* regalo|cadeaukaart*|cadeaubon*".split("|")
            ),
            ("voucher*", "gutschein*", "chèque* cadeau*", "buoni"),
        ),
        liability=True,
    ),
    LineKind.DUTY: Purpose(
        label="duties",
        example="Duties charged to customers",
        types=INCOME | _OWED | _COSTS,
        names=(("duty", "duties", "customs", "zoll*", "zölle", "douane*", "arancel*", "dazi", "invoerrechten"),),
        avoid=("stamp", "import vat"),
    ),
    LineKind.FEE: Purpose(
        label="return fees",
        example="Return fees",
        types=INCOME,
        names=(("return* fee*", "restocking*", "rücknahmegebühr*", "frais de retour", "retourkosten"), _OTHER_INCOME),
    ),
    LineKind.ADDITIONAL_FEE: Purpose(
        label="additional fees",
        example="Additional fees",
        types=INCOME,
        names=(("additional fee*", "surcharge*", "handling*", "service fee*", "zuschl*", "suppléments"), _OTHER_INCOME),
    ),
    LineKind.ADJUSTMENT: Purpose(
        label="adjustments",
        example="Adjustments",
        types=INCOME,
        names=(
            ("adjustment*", "goodwill", "kulanz*", "ajustement*", "ajuste*", "rettifiche", "correcties"),
            ("refund*", "returns", "allowances", "retouren", "remboursement*", "reembolso*", "rimborsi"),
            _OTHER_INCOME,
        ),
        avoid=("historical", "stock", "inventory"),
    ),
}

STORE_CREDIT = Purpose(
    label="store credit",
    example="Store credit liability",
    types=_OWED,
    names=(
        (
            *("store credit*", "shop credit*", "customer credit*", "kundenguthaben", "guthaben", "avoir*"),
            *("crédit* client*", "saldo* client*", "winkeltegoed"),
        ),
    ),
    liability=True,
)

SPECIALS = {
    SpecialAccount.DISCOUNTS: Purpose(
        label="discounts",
        example="Discounts given",
        types=_SALES,
        names=(
            ("discount*", "rabatt*", "erlösschmälerung*", "nachlass", "nachlässe", "remise*", "descuento*", "sconti"),
        ),
        avoid=("received", "erhaltene"),
    ),
    SpecialAccount.PROMOTIONS: Purpose(
        label="gift cards given away",
        example="Promotions",
        types=_COSTS | _SALES,
        names=(("promotion*", "giveaway*", "werbegeschenk*", "promociones", "promozioni", "promoties"),),
    ),
    SpecialAccount.BREAKAGE: Purpose(
        label="gift cards that expired",
        example="Gift card breakage",
        types=INCOME,
        names=(("gift card* breakage", "breakage", "expired gift card*", "unredeemed gift card*", "verfallene *"),),
    ),
    SpecialAccount.MARKETPLACE_TAX: Purpose(
        label="taxes a marketplace collects",
        example="Marketplace tax",
        types=frozenset({"CURRLIAB", "LIABILITY", "CURRENT"}),
        names=(("marketplace* tax*", "marketplace facilitator*", "marktplatz* steuer*", "taxe* marketplace*"),),
    ),
    SpecialAccount.CURRENCY_GAINS: Purpose(
        label="currency gains",
        example="Currency gains on payments",
        types=INCOME | _COSTS,
        names=(
            (
                *("currency gain*", "currency difference*", "exchange gain*", "exchange difference*", "fx gain*"),
                *("kursdifferenz*", "währungsdifferenz*", "kursgewinn*", "différence* de change"),
            ),
        ),
    ),
}

# What no shop's everyday sale stands on, whatever else the account is called.
NOT_TRADING = tuple("interest|zins*|dividend*|assets|asset|disposal*|anlage*|loan*|tax|rental".split("|"))

# Words that tell nothing apart.
GENERIC = frozenset(
    "and the of on to from for in income revenue revenues account accounts online shop store web webshop ecommerce "
    "shopify product products goods trading given charged recovered received collected liability liabilities "
    "outstanding customer customers other und für auf von aus erlöse erträge einnahmen konto waren ausgegebene "
    "verbindlichkeiten de des du la le les sur et compte produits y por di e en van".split()
)

# Words of a clearing account that are not its gateway's name. "bank" and "business" name where the shop banks.
CLEARING = frozenset(
    "clearing verrechnung verrechnungskonto geldtransit undeposited attente transit tránsito tussenrekening holding "
    "wallet".split()
)
CLEARING_GENERIC = CLEARING | frozenset(
    "account acct a c konto compte cuenta conto rekening funds pay payment payments payout payouts online bank "
    "business the de".split()
)

# Bank accounts that are debts or savings, and no clearing accounts unless they are called so.
NOT_CLEARING = ("credit card*", "creditcard*", "kreditkarte*", "visa", "mastercard", "amex", "savings", "loan*")

# Gateways that charts call otherwise: the gateway's patterns, more words its accounts may have, those one is needed of.
GATEWAYS = (
    (("cash on delivery", "cod", "nachnahme"), ("cash", "on"), ("delivery", "cod", "nachnahme")),
    (("cash app", "cashapp"), ("cash",), ("app", "cashapp")),
    (("cash",), ("register", "drawer"), ("cash", "till", "kasse", "caisse", "caja", "cassa", "kas")),
    (("afterpay", "clearpay"), (), ("afterpay", "clearpay")),
    (("cheque", "check"), (), ("cheque", "cheques", "check", "checks")),
)

# Words that tell nothing apart among liability accounts of taxes; one of TAX_WORDS is needed.
TAX_WORDS = ("tax", "taxes", "vat", "gst", "hst", "pst", "qst", "steuer", "umsatzsteuer", "mwst", "tva", "iva", "btw")
TAX_GENERIC = frozenset(
    "tax taxes sales use payable payables owed due collected current liability liabilities account the of on to and "
    "for steuer verbindlichkeiten aus taxe".split()
)

# Tax rates that stand for something else than an ordinary sale at their percentage.
NOT_SALES_RATES = (
    *("reverse charge*", "import*", "expenses", "purchases", "capital", "acquisition*", "vorsteuer*"),
    *("input vat", "input gst", "input tax", "margin*", "flat rate"),
)
# The three things a rate of 0 % may mean; they go to different boxes of a tax return.
TREATMENTS = {
    "zero-rated": ("zero rated", "zero rate", "zerorated", "zero", "nullsatz*", "taux zéro", "tipo cero"),
    "exempt": ("exempt*", "input taxed", "steuerfrei*", "steuerbefrei*", "exonér*", "exent*", "esent*", "vrijgesteld*"),
    "free": ("gst free", "tax free", "vat free", "duty free"),
    "out of scope": (
        "out of scope",
        "outside*",
        "excluded",
        "no vat",
        "no gst",
        "no tax",
        "nicht steuerbar*",
        "hors *",
    ),
}
EXPORT_WORDS = ("export*", "ausfuhr*", "exportación", "esportazion*", "uitvoer")
UNION_WORDS = ("ec", "eu", "eea", "oss", "ioss", "moss", "innergemein*", "intracom*", "intra", "ue")

# Where the tax of one country is charged as that of another: Isle of Man, Monaco.
SAME_TAX = {"IM": "GB", "MC": "FR"}
# Members of the European Union, as tax rates made for one of them are named.
UNION = {
    code: tuple(names.split("|"))
    for code, names in {
        "AT": "austria*|österreich*",
        "BE": "belgi*",
        "BG": "bulgari*",
        "CY": "cyprus|zypern",
        "CZ": "czech*|tschech*",
        "DE": "german*|deutsch*|allemagne",
        "DK": "denmark|dänemark|danish",
        "EE": "estonia*|estland",
        "ES": "spain|spanish|spanien|españa|espagne",
        "FI": "finland|finnland|finnish",
        "FR": "france|french|frankreich|francia",
        "GR": "greece|greek|griechenland",
        "HR": "croatia*|kroatien",
        "HU": "hungar*|ungarn",
        "IE": "ireland|irish|irland",
        "IT": "ital*",
        "LT": "lithuania*|litauen",
        "LU": "luxemb*",
        "LV": "latvia*|lettland",
        "MT": "malta",
        "NL": "netherlands|dutch|niederlande|nederland",
        "PL": "poland|polish|polen",
        "PT": "portug*",
        "RO": "romania*|rumänien",
        "SE": "sweden|swedish|schweden",
        "SI": "slovenia*|slowenien",
        "SK": "slovakia*|slowakei",
    }.items()
}
