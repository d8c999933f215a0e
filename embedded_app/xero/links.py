"""Where a person finds in Xero what we posted: Xero's own deep links, into the right organisation by its short code.

Source: developer.xero.com, "Deep link to Xero". Journals and customers' credit notes are not among its examples; their
addresses are those that Xero's own pages have.
"""

from __future__ import annotations

from urllib.parse import quote

from embedded_app.accounting.documents import DocumentKind

_LOGIN = "https://go.xero.com/organisationlogin/default.aspx"
_PAGES = {
    DocumentKind.INVOICE: "/AccountsReceivable/View.aspx?InvoiceID={}",
    DocumentKind.VOID: "/AccountsReceivable/View.aspx?InvoiceID={}",
    DocumentKind.CREDIT_NOTE: "/AccountsReceivable/ViewCreditNote.aspx?creditNoteID={}",
    DocumentKind.OVERPAYMENT: "/Bank/ViewTransaction.aspx?bankTransactionID={}",
    DocumentKind.SPEND_MONEY: "/Bank/ViewTransaction.aspx?bankTransactionID={}",
    DocumentKind.RECEIVE_MONEY: "/Bank/ViewTransaction.aspx?bankTransactionID={}",
    DocumentKind.JOURNAL: "/Journal/View.aspx?invoiceID={}",
}
_PAYMENT = "/Bank/ViewTransaction.aspx?bankTransactionID={}"


def document_link(kind: DocumentKind, xero_id: str, short_code: str | None) -> str | None:
    """The document's page in Xero; None while the organisation's short code is not known."""
    return _link(_PAGES[kind], xero_id, short_code)


def payment_link(xero_id: str, short_code: str | None) -> str | None:
    """The page of a payment or a refund in Xero; None while the organisation's short code is not known."""
    return _link(_PAYMENT, xero_id, short_code)


def _link(page: str, xero_id: str, short_code: str | None) -> str | None:
    if not short_code:
        return None
    # The address to go on to stands in the query as it is, its own "?" included, as in Xero's examples.
    return f"{_LOGIN}?shortcode={quote(short_code, safe='!')}&redirecturl={page.format(quote(xero_id))}"
