"""The short names of CAs: lego v5's, and those of Japanese CAs whose directory is one for everybody. Data, almost."""

from urllib.parse import urlsplit

DIRECTORIES = {
    "actalis": "https://acme-api.actalis.com/acme/directory",
    "digicert": "https://one.digicert.com/mpki/api/v1/acme/v2/directory",
    "freessl": "https://acmepro.freessl.cn/v2/DV",
    "globalsign": "https://emea.acme.atlas.globalsign.com/directory",
    "googletrust": "https://dv.acme-v02.api.pki.goog/directory",
    "googletrust-staging": "https://dv.acme-v02.test-api.pki.goog/directory",
    "jprs": "https://acme.amecert.jprs.jp/DV/getDirectory",
    "letsencrypt": "https://acme-v02.api.letsencrypt.org/directory",
    "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
    "litessl": "https://acme.litessl.com/acme/v2/directory",
    "peeringhub": "https://stica.peeringhub.io/acme",
    "secom": "https://secomtrustacme.com/acme/",
    "sectigo": "https://acme.sectigo.com/v2/DV",
    "sectigoev": "https://acme.sectigo.com/v2/EV",
    "sectigoov": "https://acme.sectigo.com/v2/OV",
    "sslcomecc": "https://acme.ssl.com/sslcom-dv-ecc",
    "sslcomrsa": "https://acme.ssl.com/sslcom-dv-rsa",
    "zerossl": "https://acme.zerossl.com/v2/DV90",
}


def is_zerossl(directory: str) -> bool:
    """Whether a directory is ZeroSSL's, which gives EAB credentials for a mail address."""
    return urlsplit(directory).hostname == urlsplit(DIRECTORIES["zerossl"]).hostname


def directory_of(text: str) -> str:
    """The directory of a short name; any other text is one itself."""
    return DIRECTORIES.get(text.lower(), text)
