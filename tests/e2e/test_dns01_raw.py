"""lego's RAW modes end to end: an operator's own program and service work the record out and write it to BIND."""

from pathlib import Path

import pytest

from tests.e2e import customer
from tests.e2e.certificates import crt, names_of
from tests.e2e.dns_service import BindService
from tests.e2e.dns_site import DnsSite
from tests.peers.dns_network import COM
from tests.peers.tegata import Tegata

NAME = f"raw.{COM}"

# What it is told is written down beside it; the value is the digest of the key authorization (RFC 8555 §8.4).
PROGRAM = r"""#!/bin/sh
set -eu
action=$1 dashes=$2 domain=$3 token=$4 keyauth=$5
echo "$action $dashes $domain" >> "$0.told"
case $keyauth in "$token".*) ;; *) echo "the key authorization has another token"; exit 3;; esac
value=$(printf %s "$keyauth" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=')
[ "$action" = present ] && verb=add || verb=delete
printf 'server {host} {port}\nzone {zone}\nupdate %s _acme-challenge.%s. 1 TXT "%s"\nsend\n' \
    "$verb" "$domain" "$value" | nsupdate -k "{key}"
"""


@pytest.mark.peer("named", "nsupdate", "openssl")
def test_a_program(dns_site: DnsSite, tegata: Tegata, tmp_path: Path):
    """``exec``: a shell script with openssl and nsupdate; a wildcard and its base come in one order."""
    program, bind = tmp_path / "raw.sh", dns_site.network.bind
    program.write_text(PROGRAM.format(host=bind.host, port=bind.port, zone=COM, key=dns_site.key.file))
    program.chmod(0o755)
    prove(dns_site, tegata, "exec", {"EXEC_PATH": str(program), "EXEC_MODE": "RAW"})
    told = (tmp_path / "raw.sh.told").read_text().splitlines()
    assert sorted(told) == [f"cleanup -- {NAME}"] * 2 + [f"present -- {NAME}"] * 2


@pytest.mark.peer("named")
def test_a_service(dns_site: DnsSite, tegata: Tegata):
    """``httpreq``: domain, token and key authorization, and nothing else."""
    with BindService(dns_site) as service:
        prove(dns_site, tegata, "httpreq", {"HTTPREQ_ENDPOINT": service.url, "HTTPREQ_MODE": "RAW"})
    assert [asked.path for asked in service.asked].count("/cleanup") == 2
    assert all(set(asked.body) == {"domain", "token", "keyAuth"} for asked in service.asked)
    assert service.most == 2


def prove(site: DnsSite, tegata: Tegata, provider: str, env: dict[str, str]) -> None:
    account = ["-s", site.ca.directory_url, "-a", "-m", customer.MAIL, *customer.eab(site.contract)]
    challenge = ["--dns", provider, "--dns.resolvers", site.network.resolver, "--key-type", "rsa2048"]
    names = customer.names(f"*.{NAME}", NAME)
    tegata.trusting(site.ca.ca_file).run(*account, *names, *challenge, "run", env=env).check()
    assert names_of(crt(tegata.path, f"_.{NAME}")) == {f"*.{NAME}", NAME}
    assert site.left_at(NAME) == set()
