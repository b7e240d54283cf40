"""`python -m assay`: the same command as `assay`."""

from assay.cli import main

if __name__ == "__main__":
    main()
