"""Giving the account another key (RFC 8555 §7.3.5). Keeps nothing; where keys are stored is the caller's matter."""

from tegata.acme import rollover
from tegata.acme.messages import Directory
from tegata.client.errors import NoAccount, NoKeyChange
from tegata.client.exchange import Exchange
from tegata.pki.keys import PrivateKey


def change_key(exchange: Exchange, directory: Directory, new: PrivateKey, *, deadline: float) -> None:
    """Have the session's account take a new key; the session signs with it from here on.

    Raises NoAccount, NoKeyChange and BadPublicKey before anything is sent. After any other error the CA may know
    either key: an answer can be lost.
    """
    session = exchange.session
    if session.kid is None:
        raise NoAccount
    if directory.key_change is None:
        raise NoKeyChange(directory=session.directory_url)
    payload = rollover.write(new, url=directory.key_change, account=session.kid, old=session.key.public_key())
    exchange.post(directory.key_change, payload, new_nonce=directory.new_nonce, deadline=deadline)
    session.key = new
