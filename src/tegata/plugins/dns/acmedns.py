"""DNS records at an acme-dns server, which holds nothing else: the provider ``acme-dns``, as lego has it.

The customer's own zone is changed once, by hand: its challenge name becomes an alias of a name at that server.
"""

from ipaddress import ip_network

from tegata.plugin_api.dns import About, AliasNeeded, BadSetting, MissingSettings, Surroundings, TxtRecord, Variable
from tegata.plugins.dns import _words
from tegata.plugins.dns._acmedns_accounts import Account, account_of, accounts_at
from tegata.plugins.dns._http import Api
from tegata.text.catalogue import Sentence, printable

_CODE = "acme-dns"
_PATH, _URL = "ACME_DNS_STORAGE_PATH", "ACME_DNS_STORAGE_BASE_URL"


class AcmeDnsProvider:
    """Updates the TXT record of a name's account at ``ACME_DNS_API_BASE``; accounts are made when first needed."""

    about = About(
        "Joohoi's ACME-DNS",
        _CODE,
        "v1.1.0",
        (
            Variable("ACME_DNS_API_BASE", Sentence("URL of the acme-dns server", "acme-dns サーバーの URL")),
            Variable(
                _PATH,
                Sentence(
                    "File that the accounts are kept in, one a name; made if it is not there",
                    "名前ごとのアカウントを保存するファイル（なければ作成します）",
                ),
            ),
            Variable(
                _URL,
                Sentence(
                    "URL of a service that keeps the accounts, in place of the file",
                    "ファイルの代わりにアカウントを保存するサービスの URL",
                ),
            ),
        ),
        (
            Variable(
                "ACME_DNS_ALLOWLIST",
                Sentence(
                    "Networks (CIDR, separated by commas) that new accounts may be used from",
                    "新しいアカウントを使用できるネットワーク（CIDR、コンマ区切り）",
                ),
            ),
            _words.polling_interval("ACME_DNS"),
            _words.propagation_timeout("ACME_DNS"),
        ),
    )
    # The server keeps two values of a name and replaces the older one; two updates at once could replace the same.
    side_by_side = False

    def __init__(self, surroundings: Surroundings) -> None:
        environment = surroundings.environment
        base, file, url = (environment.text(name) for name in ("ACME_DNS_API_BASE", _PATH, _URL))
        missing = [name for name, value in (("ACME_DNS_API_BASE", base), (_PATH, file or url)) if not value]
        if missing:
            raise MissingSettings(provider=_CODE, names=",".join(missing))
        self._base = base
        self._api = Api(_CODE, "ACME_DNS_API_BASE", base)
        self._accounts = accounts_at(file, url)
        self._networks = _networks(environment.text("ACME_DNS_ALLOWLIST"))
        self._dialogue = surroundings.dialogue
        self._needed: dict[str, AliasNeeded] = {}
        self.timing = environment.timing("ACME_DNS")

    def add(self, record: TxtRecord) -> None:
        """Update the account's record, beside the value before; raises AliasNeeded where there was no account."""
        domain = record.origin.name
        account = self._accounts.find(domain)
        if account is None:
            account = self._registered(domain, record)
        elif record.name.removesuffix(".") != account.fulldomain.lower().removesuffix("."):
            if domain in self._needed:  # a wildcard and its base name have one account
                raise self._needed[domain]
            alias = printable(f"{record.name} CNAME {account.fulldomain}.")
            self._dialogue.log(f"[{domain}] acme-dns: this record is not seen from here: {alias}")
        self._api.send(
            "POST",
            "/update",
            {"subdomain": account.subdomain, "txt": record.value},
            headers={"X-Api-User": account.username, "X-Api-Key": account.password},
        )

    def remove(self, record: TxtRecord) -> None:
        """Nothing: the server forgets the value when it gets the next but one."""

    def _registered(self, domain: str, record: TxtRecord) -> Account:
        """A new account; it is of use at once only where its CNAME record was made with it."""
        answer = self._api.send("POST", "/register", {"allowfrom": self._networks} if self._networks else None)
        made = account_of(answer.content, "the acme-dns server")
        account = Account(made.fulldomain, made.subdomain, made.username, made.password, self._base)
        without_alias = self._accounts.keep(domain, account)
        if without_alias:
            target = without_alias.fulldomain.removesuffix(".")
            self._needed[domain] = AliasNeeded(provider=_CODE, domain=domain, name=record.name, target=target)
            raise self._needed[domain]
        return account


def _networks(text: str) -> list[str]:
    networks = [each.strip() for each in text.split(",") if each.strip()]
    try:
        for each in networks:
            ip_network(each, strict=False)
    except ValueError:
        raise BadSetting(
            provider=_CODE, variable="ACME_DNS_ALLOWLIST", reason="it holds something other than networks (CIDR)"
        ) from None
    return networks


PLUGIN = AcmeDnsProvider
