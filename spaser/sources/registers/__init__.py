"""Registers: lists of suppliers → who has which status, in which list, at which date."""

from spaser.sources.registers.lists import (
    Registers,
    read_registers,
)

__all__ = [
    "Registers",
    "read_registers",
]
