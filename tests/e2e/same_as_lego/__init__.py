"""The same command lines to real lego and to tegata: what both leave behind, print and exit with."""
