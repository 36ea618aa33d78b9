"""The names of the places of ISO 3166-1, and the regions (UN M49) they are in; names as people write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    region: str


_BY_REGION = {
    "Northern America": """
        BM Bermuda; CA Canada; GL Greenland; PM Saint Pierre and Miquelon; US United States
    """,
    "Latin America and the Caribbean": """
        AG Antigua and Barbuda; AI Anguilla; AR Argentina; AW Aruba; BB Barbados; BL Saint Barthélemy; BO
        Bolivia; BQ Bonaire, Sint Eustatius and Saba; BR Brazil; BS Bahamas; BV Bouvet Island; BZ Belize; CL
        Chile; CO Colombia; CR Costa Rica; CU Cuba; CW Curaçao; DM Dominica; DO Dominican Republic; EC Ecuador;
        FK Falkland Islands; GD Grenada; GF French Guiana; GP Guadeloupe; GS South Georgia and the South
        Sandwich Islands; GT Guatemala; GY Guyana; HN Honduras; HT Haiti; JM Jamaica; KN Saint Kitts and Nevis;
        KY Cayman Islands; LC Saint Lucia; MF Saint Martin; MQ Martinique; MS Montserrat; MX Mexico; NI
        Nicaragua; PA Panama; PE Peru; PR Puerto Rico; PY Paraguay; SR Suriname; SV El Salvador; SX Sint
        Maarten; TC Turks and Caicos Islands; TT Trinidad and Tobago; UY Uruguay; VC Saint Vincent and the
        Grenadines; VE Venezuela; VG British Virgin Islands; VI United States Virgin Islands
    """,
    "Europe": """
        AD Andorra; AL Albania; AT Austria; AX Åland Islands; BA Bosnia and Herzegovina; BE Belgium; BG
        Bulgaria; BY Belarus; CH Switzerland; CZ Czechia; DE Germany; DK Denmark; EE Estonia; ES Spain; FI
        Finland; FO Faroe Islands; FR France; GB United Kingdom; GG Guernsey; GI Gibraltar; GR Greece; HR
        Croatia; HU Hungary; IE Ireland; IM Isle of Man; IS Iceland; IT Italy; JE Jersey; LI Liechtenstein; LT
        Lithuania; LU Luxembourg; LV Latvia; MC Monaco; MD Moldova; ME Montenegro; MK North Macedonia; MT Malta;
        NL Netherlands; NO Norway; PL Poland; PT Portugal; RO Romania; RS Serbia; RU Russia; SE Sweden; SI
        Slovenia; SJ Svalbard and Jan Mayen; SK Slovakia; SM San Marino; UA Ukraine; VA Holy See
    """,
    "Northern Africa": """
        DZ Algeria; EG Egypt; EH Western Sahara; LY Libya; MA Morocco; SD Sudan; TN Tunisia
    """,
    "Sub-Saharan Africa": """
        AO Angola; BF Burkina Faso; BI Burundi; BJ Benin; BW Botswana; CD Democratic Republic of the Congo; CF
        Central African Republic; CG Republic of the Congo; CI Côte d'Ivoire; CM Cameroon; CV Cabo Verde; DJ
        Djibouti; ER Eritrea; ET Ethiopia; GA Gabon; GH Ghana; GM Gambia; GN Guinea; GQ Equatorial Guinea; GW
        Guinea-Bissau; IO British Indian Ocean Territory; KE Kenya; KM Comoros; LR Liberia; LS Lesotho; MG
        Madagascar; ML Mali; MR Mauritania; MU Mauritius; MW Malawi; MZ Mozambique; NA Namibia; NE Niger; NG
        Nigeria; RE Réunion; RW Rwanda; SC Seychelles; SH Saint Helena; SL Sierra Leone; SN Senegal; SO Somalia;
        SS South Sudan; ST Sao Tome and Principe; SZ Eswatini; TD Chad; TF French Southern Territories; TG Togo;
        TZ Tanzania; UG Uganda; YT Mayotte; ZA South Africa; ZM Zambia; ZW Zimbabwe
    """,
    "Western Asia": """
        AE United Arab Emirates; AM Armenia; AZ Azerbaijan; BH Bahrain; CY Cyprus; GE Georgia; IL Israel; IQ
        Iraq; JO Jordan; KW Kuwait; LB Lebanon; OM Oman; PS Palestine; QA Qatar; SA Saudi Arabia; SY Syria; TR
        Türkiye; YE Yemen
    """,
    "Central Asia": """
        KG Kyrgyzstan; KZ Kazakhstan; TJ Tajikistan; TM Turkmenistan; UZ Uzbekistan
    """,
    "Southern Asia": """
        AF Afghanistan; BD Bangladesh; BT Bhutan; IN India; IR Iran; LK Sri Lanka; MV Maldives; NP Nepal; PK
        Pakistan
    """,
    "Eastern Asia": """
        CN China; HK Hong Kong; JP Japan; KP North Korea; KR South Korea; MN Mongolia; MO Macau; TW Taiwan
    """,
    "South-eastern Asia": """
        BN Brunei Darussalam; ID Indonesia; KH Cambodia; LA Laos; MM Myanmar; MY Malaysia; PH Philippines; SG
        Singapore; TH Thailand; TL Timor-Leste; VN Vietnam
    """,
    "Oceania": """
        AS American Samoa; AU Australia; CC Cocos (Keeling) Islands; CK Cook Islands; CX Christmas Island; FJ
        Fiji; FM Micronesia; GU Guam; HM Heard Island and McDonald Islands; KI Kiribati; MH Marshall Islands; MP
        Northern Mariana Islands; NC New Caledonia; NF Norfolk Island; NR Nauru; NU Niue; NZ New Zealand; PF
        French Polynesia; PG Papua New Guinea; PN Pitcairn; PW Palau; SB Solomon Islands; TK Tokelau; TO Tonga;
        TV Tuvalu; UM United States Minor Outlying Islands; VU Vanuatu; WF Wallis and Futuna; WS Samoa
    """,
    "Antarctica": """
        AQ Antarctica
    """,
}


def _places() -> dict[str, Place]:
    found = {}
    for region, text in _BY_REGION.items():
        for entry in " ".join(text.split()).split("; "):
            code, name = entry.split(" ", 1)
            found[code] = Place(code, name, region)
    return found


REGIONS = tuple(_BY_REGION)
PLACES: Mapping[str, Place] = _places()
