#!/bin/sh
# Prints the path of a Python that can make Tegata's virtual environment, or says what is missing.
# Interpreters are tried by running them: a pyenv shim may exist and yet find no version behind it.
for name in python3.11 python3.12 python3.13 python3; do
    if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
echo "Tegata needs Python 3.11 or newer with its venv module, and none was found (tried python3.11, python3.12," \
     "python3.13, python3). On Debian 12: apt-get install python3-venv" >&2
exit 1
