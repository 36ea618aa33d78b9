"""The country codes of ISO 3166-1 alpha-2, and the ones that people write instead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from unicodedata import combining, normalize

from licet.ir.places import PLACES

CODES = frozenset(
    (
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
        "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
        "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
        "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
        "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
        "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
    ).split()
)


def _bare(name: str) -> str:
    """Its letters and digits, without accents."""
    plain = (c for c in normalize("NFKD", name) if not combining(c))
    return "".join(c for c in plain if c.isalnum()).upper()


# Beside the names in `places`; `NO` that another program took for a truth is written FALSE.
_INSTEAD = {
    "UK": "GB",
    "EL": "GR",
    "USA": "US",
    "UNITEDSTATESOFAMERICA": "US",
    "PRC": "CN",
    "PEOPLESREPUBLICOFCHINA": "CN",
    "ROC": "TW",
    "UAE": "AE",
    "ROK": "KR",
    "REPUBLICOFKOREA": "KR",
    "DPRK": "KP",
    "KSA": "SA",
    "MACAO": "MO",
    "TURKEY": "TR",
    "BURMA": "MM",
    "RUSSIANFEDERATION": "RU",
    "CZECHREPUBLIC": "CZ",
    "FALSE": "NO",
}


@cache
def _meant() -> Mapping[str, str]:
    return _INSTEAD | {_bare(place.name): code for code, place in PLACES.items()}


def instead_of(text: str) -> str | None:
    """The code that somebody who wrote `text` probably means."""
    bare = _bare(text)
    return bare if bare in CODES else _meant().get(bare)
