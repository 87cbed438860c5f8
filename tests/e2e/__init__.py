"""End to end: the installed commands and real peers on loopback, one file a behaviour."""
