"""Purchase programmes: what buyers plan to buy, in a table with free headings or in the State's purchasing intentions."""

from spaser.sources.programmes.reading import Programme, filled_of, read_programme

__all__ = ["Programme", "filled_of", "read_programme"]
