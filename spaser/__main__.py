"""``python -m spaser`` is the command ``spaser``."""

from spaser.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
