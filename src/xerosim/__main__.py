"""python -m xerosim"""

from xerosim.cli import main

if __name__ == "__main__":
    main()
