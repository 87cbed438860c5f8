#!/bin/bash
# Installs the programs that the end-to-end tests run against, from Debian's own packages, and only those missing.
# As root, or through sudo when that asks for no password; otherwise it says what is missing and the tests that need it
# are skipped. No service of a package is started.
set -euo pipefail

packages=(lego pebble openssl memcached chromium fonts-noto-cjk bind9 bind9-dnsutils pdns-server pdns-backend-sqlite3 iproute2 zsh fish unbound postgresql uacme dehydrated curl softhsm2 systemd)
# A Debian without python3-venv has an interpreter that cannot make a virtual environment.
ci="$(dirname "${BASH_SOURCE[0]}")"
"$ci/python.sh" >/dev/null 2>&1 || packages+=(python3 python3-venv)

if ! command -v apt-get >/dev/null; then
    echo "peers: no apt-get here; the end-to-end tests want these Debian packages or their like: ${packages[*]}"
    exit 0
fi

missing=()
for package in "${packages[@]}"; do
    state="$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)"
    [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "peers: missing, and only root can install them: apt-get install ${missing[*]}"
        exit 0
    fi
    as_root=(sudo -n)
fi

# Debian asks this file before it starts a service; 101 is "no". An administrator's own file is left as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    "${as_root[@]}" chmod 755 "$policy"
fi

echo "peers: installing ${missing[*]}"
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet=2 -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null
