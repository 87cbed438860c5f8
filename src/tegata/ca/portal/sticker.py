"""The sticker (ステッカー): an SVG picture that links to the page on which the CA vouches for the contract.

Pure: text in, text out. Every value is escaped by the template.
"""

import jinja2

from tegata.ca.portal.pages import words
from tegata.ca.services.contracts import ContractView
from tegata.pki.names import shown as shown_name
from tegata.text.dates import day
from tegata.text.language import Language

# What fits beside the shield, in large type and in small; a CJK character takes the room of two others.
ROOM, ROOM_BELOW = 22, 28
_environment = jinja2.Environment(loader=jinja2.PackageLoader("tegata.ca.portal"), autoescape=True)


def sticker(view: ContractView, seal_url: str, language: Language) -> str:
    """The sticker of a contract as an SVG document; a click on it opens ``seal_url``.

    As on that page, the organization is named only where the CA vouches for it, international names in both forms, and
    it is said where a contract's name stands for all below it too.
    """
    t, contract = words(language), view.contract
    first, more = contract.domains[0], len(contract.domains) - 1
    names = shown_name(first.removeprefix(".")) + (t("sticker.below") if first.startswith(".") else "")
    names += f" +{more}" if more else ""
    if view.vouches_for_organization:
        title, shown, below = t("sticker.organization"), contract.organization.name, names
    else:
        title, shown, below = t("sticker.names"), names, ""
    return _environment.get_template("sticker.svg").render(
        title=title,
        shown=shown,
        squeeze=_room(shown) > ROOM,
        below=below,
        squeeze_below=_room(below) > ROOM_BELOW,
        until=f"{t('sticker.until')} {day(contract.ends, language)}",
        seal_url=seal_url,
    )


def _room(text: str) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in text)
