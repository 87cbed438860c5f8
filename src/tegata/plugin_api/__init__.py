"""What the author of a plug-in reads: the interfaces, and how a plug-in is found."""
