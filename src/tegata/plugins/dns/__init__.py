"""DNS providers, one module each: ``PLUGIN`` makes the provider, ``PLUGIN.about`` is what ``dnshelp`` shows."""
