"""Country names and national currencies (ISO 3166 and ISO 4217) of the parties of the case `horizon`."""

# CORDIS writes two countries differently from ISO 3166.
ISO_OF_CORDIS = {"UK": "GB", "EL": "GR"}

# Widening countries of Horizon Europe (member states only): the group that the equity rule protects.
WIDENING = ("BG", "CY", "CZ", "EE", "GR", "HR", "HU", "LT", "LV", "MT", "PL", "PT", "RO", "SI", "SK")

# Every country whose participants report cost, with its own currency at the end of 2024.
_TABLE = """
AM Armenia AMD|AR Argentina ARS|AT Austria EUR|AU Australia AUD|BA Bosnia and Herzegovina BAM
BD Bangladesh BDT|BE Belgium EUR|BG Bulgaria BGN|BO Bolivia BOB|BR Brazil BRL|BW Botswana BWP|CA Canada CAD
CH Switzerland CHF|CI Côte d'Ivoire XOF|CL Chile CLP|CN China CNY|CO Colombia COP|CR Costa Rica CRC
CU Cuba CUP|CY Cyprus EUR|CZ Czechia CZK|DE Germany EUR|DK Denmark DKK|EC Ecuador USD|EE Estonia EUR
ES Spain EUR|ET Ethiopia ETB|FI Finland EUR|FO Faroe Islands DKK|FR France EUR|GB United Kingdom GBP
GE Georgia GEL|GH Ghana GHS|GL Greenland DKK|GR Greece EUR|HK Hong Kong HKD|HR Croatia EUR|HU Hungary HUF
ID Indonesia IDR|IE Ireland EUR|IL Israel ILS|IN India INR|IR Iran IRR|IS Iceland ISK|IT Italy EUR
JP Japan JPY|KE Kenya KES|KR Republic of Korea KRW|LK Sri Lanka LKR|LT Lithuania EUR|LU Luxembourg EUR
LV Latvia EUR|ME Montenegro EUR|MG Madagascar MGA|MK North Macedonia MKD|MN Mongolia MNT|MT Malta EUR
MX Mexico MXN|MZ Mozambique MZN|NG Nigeria NGN|NL Netherlands EUR|NO Norway NOK|NP Nepal NPR
NZ New Zealand NZD|PH Philippines PHP|PL Poland PLN|PT Portugal EUR|PY Paraguay PYG|RO Romania RON
RS Serbia RSD|RU Russia RUB|SA Saudi Arabia SAR|SE Sweden SEK|SG Singapore SGD|SI Slovenia EUR
SK Slovakia EUR|SN Senegal XOF|TG Togo XOF|TH Thailand THB|TN Tunisia TND|TR Türkiye TRY|TW Taiwan TWD
UA Ukraine UAH|US United States USD|UY Uruguay UYU|VN Viet Nam VND|ZA South Africa ZAR
"""


def _parse() -> dict[str, tuple[str, str]]:
    """Country code -> (name, currency)."""
    cells = [cell.split() for line in _TABLE.strip().splitlines() for cell in line.split("|")]
    return {words[0]: (" ".join(words[1:-1]), words[-1]) for words in cells}


COUNTRIES = _parse()
