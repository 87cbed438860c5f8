"""Tegata's own plug-ins, by kind; each is found by its module path and imports only ``plugin_api`` and below."""
