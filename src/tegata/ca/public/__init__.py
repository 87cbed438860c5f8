"""The public listener (plain HTTP): CRL, issuer certificates, health, and the page a sticker leads to."""
