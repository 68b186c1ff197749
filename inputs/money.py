"""ISO 4217: which currency codes there are and how many decimals each has.

Source: ISO 4217 list one, maintained by SIX; codes without a minor unit (precious metals, special drawing
rights, testing) are no currency that a budget can be kept in and are left out. BGN is kept, though the euro
replaced it in 2026, because plans made before still name it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF
CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG
HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD
XCG YER ZAR ZMW ZWG
"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"

UNITS: Final = {1: "", 1_000: "thousand", 1_000_000: "million", 1_000_000_000: "billion"}
"""What amounts are counted in, in words."""

MINOR_DIGITS: Final[dict[str, int]] = {
    code: digits
    for digits, codes in ((2, _TWO_DECIMALS), (0, _NO_DECIMALS), (3, _THREE_DECIMALS), (4, _FOUR_DECIMALS))
    for code in codes.split()
}
"""Decimals of every currency: 2 for EUR, 0 for JPY, 3 for KWD."""

_NOW_EUR = "ATS BEF CYP DEM EEK ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL MTL NLG PTE SIT SKK"
REPLACED: Final[dict[str, str]] = dict.fromkeys(_NOW_EUR.split(), "EUR") | {
    "ANG": "XCG",
    "BYR": "BYN",
    "CUC": "CUP",
    "GHC": "GHS",
    "MRO": "MRU",
    "ROL": "RON",
    "SLL": "SLE",
    "STD": "STN",
    "TRL": "TRY",
    "VEF": "VES",
    "ZWL": "ZWG",
}
"""Withdrawn codes and the one that took their place."""


def minor_digits(currency: str) -> int:
    """Return the ISO 4217 decimals of a currency; ``KeyError`` for a code that is none."""
    return MINOR_DIGITS[currency]


def to_minor(amount: Decimal, currency: str) -> int:
    """Return an amount in whole currency units as a count of minor units (cents), halves rounded up."""
    scaled = amount.scaleb(MINOR_DIGITS[currency])
    return int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_minor(count: int, currency: str) -> str:
    """Return a count of minor units as exact text with the currency's decimals: ``1250`` EUR is ``12.50``."""
    digits = MINOR_DIGITS[currency]
    sign = "-" if count < 0 else ""
    text = str(abs(count)).rjust(digits + 1, "0")
    return sign + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def counted_in(currency: str, unit: int) -> str:
    """Return what amounts in a currency are counted in, such as "EUR million"."""
    return f"{currency} {UNITS.get(unit, f'× {unit:,}')}".strip()
